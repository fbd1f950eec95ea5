# SPDX-License-Identifier: MIT
"""Every check finds what it is for, says so with the right words, and says nothing else.

One run holds all mutants (mutants.py) twice: compiled by gcc as it is, which must pass, and by gcc
with the mutants' patches applied (patchcc.py). `hidden-pointer` and `layout` are in
test_aggregates.py, `system-flags` and `segments` in test_vmx.py.
"""
import json
import re
import sys

import pytest

import program
from mutants import MUTANTS, SEGV, Finding, Mutant, asm

pytestmark = pytest.mark.ia32

CHECKS_WITHOUT_MUTANT = {"hidden-pointer", "layout",  # test_aggregates.py
                         "system-flags", "segments",  # test_vmx.py
                         "control-registers",  # test_ring0_state.py
                         "stack-slot", "guest-registers",  # test_vmread.py
                         "output", "calls", "buffer", "status-flags", "unwind",
                         "stack-write",  # test_check.py
                         "depends",  # test_check_again.py
                         "against"}  # test_check_against.py


def mutant_compiler(tmp, gcc_path: str, patches: dict) -> str:
    """A wrapper for --cc. Patches are those of a width or, by its name, of a folder of sources
    ("gen64-avx"). Questions about the compiler itself go to gcc unpatched, and quickly."""
    files = {f if isinstance(f, str) else f"gen{f}": program.write(tmp / f"patches{f}.json",
                                                                   json.dumps(p))
             for f, p in patches.items()}
    arms = "".join(f'*{folder}/*) exec {sys.executable} {program.PATCHCC} {file} {gcc_path} "$@" '
                   ';;\n' for folder, file in files.items())
    return str(program.script(tmp / "mutant",
                              f'case "$*" in\n{arms}*) exec {gcc_path} "$@" ;;\nesac\n'))


@pytest.fixture(scope="module")
def matrices(tmp_path_factory, gcc, compilers) -> program.ByWidth:
    def make(width: int) -> program.Matrix:
        tmp = tmp_path_factory.mktemp("mutants")
        mutants = [m for m in MUTANTS if m.width == width]
        cases = program.write(tmp / f"m{width}.h", "\n".join(m.declaration() for m in mutants))
        patches = {width: {f"{m.side}/{m.name}": m.patch for m in mutants}}
        cc = mutant_compiler(tmp, compilers[gcc]["path"], patches)
        return program.run_matrix(tmp / "out", "--cc", f"{gcc},{cc}", "--width", width, "--cases",
                                  cases, "-v", status=1)
    return program.ByWidth(make)


def describe(f: dict) -> tuple:
    return tuple(f[k] for k in Finding._fields)


def same(want: Finding, got: dict) -> bool:
    return all(program.matches(getattr(want, k), got[k]) for k in Finding._fields)


def assert_findings(want: list[Finding], got: list[dict]) -> None:
    """Each expected finding once, in any order, and no other."""
    rest = list(got)
    for w in want:
        hit = next((f for f in rest if same(w, f)), None)
        assert hit, f"missing: {w}\nfound: {[describe(f) for f in rest]}"
        rest.remove(hit)
    assert not rest, f"unexpected: {[describe(f) for f in rest]}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_unpatched_passes(matrices, gcc, mutant: Mutant):
    matrix = matrices[mutant.width]
    for opt in ("O0", "O2"):
        for direction in ("callee", "caller"):
            cell = matrix.cells[mutant.row(direction), f"{gcc}/{mutant.width}/{opt}"]
            assert cell["verdict"] == "pass", cell
    assert matrix.select(case=mutant.case, column=f"{gcc}/{mutant.width}/O2") == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_mutant(matrices, mutant: Mutant):
    matrix = matrices[mutant.width]
    other = {"callee": "caller", "caller": "callee"}[mutant.direction]
    for opt in mutant.opts:
        column = f"mutant/{mutant.width}/{opt}"
        want = list(mutant.findings)
        if matrix.columns[column]["place"] != "native":
            want += mutant.ring0
        got = matrix.select(case=mutant.case, column=column, direction=mutant.direction)
        # INT 80h has a gate in kernels only that run 32-bit processes.
        if mutant.name == "fault_int80" and not program.runs("native", 32) and got[0]["observed"] == SEGV:
            want = [w._replace(observed=SEGV) for w in want]
        assert_findings(want, got)
        cell = matrix.cells[mutant.row(mutant.direction), column]
        assert cell["verdict"] == (want[0].verdict if want else "pass"), cell
        assert matrix.cells[mutant.row(other), column]["verdict"] == "pass"


def test_every_check_has_mutants_at_both_widths():
    listed = {line.split()[0] for line in program.run(["list", "checks"]).stdout.splitlines()}
    tried = {w: {f.check for m in MUTANTS if m.width == w for f in m.findings} for w in (32, 64)}
    # ms by reference and in two registers; al of the x86-64 psABI
    only64 = {"reference", "varargs-al", "varargs-copy"}
    assert tried[64] == listed - CHECKS_WITHOUT_MUTANT
    assert tried[32] == listed - CHECKS_WITHOUT_MUTANT - only64


@pytest.mark.parametrize("width", (32, 64))
def test_verdict_follows_the_rule(matrices, rule_status, width):
    for f in matrices[width].findings:
        if f["check"] != "fault":
            stated = rule_status[f["rule"]] == "stated"
            assert f["verdict"] == ("violation" if stated else "divergence"), f


@pytest.mark.parametrize("width", (32, 64))
def test_nothing_is_lost(matrices, width):
    totals = matrices[width].totals
    assert totals["not_run"] == 0
    # Two compilers, two optimisations, two directions.
    assert totals["executed"] == totals["planned"] == 8 * sum(m.width == width for m in MUTANTS)


def test_report_has_the_words_of_the_finding(matrices):
    text = " ".join((matrices[64].path.parent / "report.txt").read_text().split())
    assert ("argument: argument a (int): expected in edi: " in text)
    assert "(which was in esi at the call)" in text
    assert "rule sysv.args.integer: INTEGER arguments take the next free register" in text
    assert re.search(r"rule \S+ \(silent\): ", text)
    assert "rule sysv.upper: " in text


EXIT = {64: asm("mov $231, %eax", "xor %edi, %edi", "syscall"),  # exit_group(0)
        32: asm("mov $252, %eax", "xor %ebx, %ebx", "int $0x80")}
ABI = {64: "sysv", 32: "cdecl"}


@pytest.fixture(scope="module")
def dying(tmp_path_factory, gcc, compilers) -> program.ByWidth:
    """Between cases that are right and cases that are wrong, two that end the whole process. How a
    guest ends is in test_vmx.py."""
    names = ["right1", "wrong1", "exits1", "right2", "wrong2", "exits2", "right3", "wrong3"]
    text = "".join(f"//! group {n}\n//! abi sysv cdecl\nint {n}(int a);\n" for n in names)

    def make(width: int) -> program.Matrix:
        program.need("native", width)
        tmp = tmp_path_factory.mktemp("dying")
        patches = {f"target/{n}": {"ret": EXIT[width]} for n in names if n.startswith("exits")}
        patches |= {f"target/{n}": {"ret": asm("std")} for n in names if n.startswith("wrong")}
        cc = mutant_compiler(tmp, compilers[gcc]["path"], {width: patches})
        return program.run_matrix(tmp / "out", "--cc", cc, "--cases",
                                  program.write(tmp / f"m{width}.h", text), "--width", width,
                                  "--opt", "O2", status=1)
    return program.ByWidth(make)


def verdicts(m: program.Matrix, width: int, name: str) -> dict[str, str]:
    return {d: m.cells[f"{ABI[width]}/{width}/{name}/{d}", f"mutant/{width}/O2"]["verdict"]
            for d in ("callee", "caller")}


@pytest.mark.parametrize("width", (32, 64))
@pytest.mark.parametrize("name", ("exits1", "exits2"))
def test_end_of_the_payload_is_charged_to_its_case(dying, width, name):
    m = dying[width]
    got = m.select(case=f"{ABI[width]}/m{width}/{name}", direction="callee")
    rule = "sysv.call" if width == 64 else "i386.call"
    assert_findings([Finding("fault", rule, "the call", "returns", "the whole process died", None,
                             "crash")], got)


@pytest.mark.parametrize("width", (32, 64))
@pytest.mark.parametrize("name", ("exits1", "exits2"))
def test_end_of_the_payload_leaves_the_other_direction(dying, width, name):
    assert verdicts(dying[width], width, name) == {"callee": "crash", "caller": "pass"}


@pytest.mark.parametrize("width", (32, 64))
def test_end_of_the_payload_hides_no_neighbour(dying, width):
    m = dying[width]
    for n in (1, 2, 3):
        assert verdicts(m, width, f"right{n}") == {"callee": "pass", "caller": "pass"}
        assert verdicts(m, width, f"wrong{n}") == {"callee": "violation", "caller": "pass"}
        got = m.select(case=f"{ABI[width]}/m{width}/wrong{n}")
        assert [f["check"] for f in got] == ["direction-flag"]
