# SPDX-License-Identifier: MIT
"""Coverage of the conventions' automata, and who extends narrow arguments."""

import json
import sys

import program


def rows(*args) -> dict[tuple[str, str], list[int]]:
    r = program.run(("coverage", *args))
    assert r.status == 0, r.stderr
    head, *lines = r.stdout.splitlines()
    assert head.split() == ["convention", "width", "states", "transitions", "unspecified"]
    return {(w[0], w[1]): [int(n) for n in w[2:] if n != "of"] for w in map(str.split, lines)}


def missing(row: list[int]) -> int:
    return row[1] - row[0] + row[3] - row[2]


def test_the_cases_that_come_with_clobber_take_every_transition():
    assert {k: r for k, r in rows().items() if missing(r)} == {}


def test_few_cases_leave_transitions_out_and_generated_ones_take_them(tmp_path):
    some = program.write(tmp_path / "some.h", "//! group some\nvoid some_one(int, double);\n")
    before = rows("--cases", some, "--abi", "sysv,fastcall")
    assert set(before) == {("sysv", "64"), ("fastcall", "32")}
    assert all(missing(r) for r in before.values())
    made = program.run(("coverage", "--generate", "--cases", some, "--abi", "sysv,fastcall"))
    assert made.status == 0, made.stderr
    rest = program.write(tmp_path / "rest.h", made.stdout)
    after = rows("--cases", f"{some},{rest}", "--abi", "sysv,fastcall")
    assert {k: r for k, r in after.items() if missing(r)} == {}


def test_coverage_refuses_what_it_does_not_know():
    r = program.run(("coverage", "--abi", "pascal"))
    assert r.status == 2
    assert "pascal" in r.stderr and r.stdout == ""


NARROW = "//! group narrow\nint narrow_one(signed char x, int y);\n"
DIRTY = {"caller/narrow_one": {"before_call": "\torl\t$0x55000000, %edi"}}
RELIES = {"target/narrow_one": {"entry": "\tmovl\t%edi, patch_save",
                                "ret": "\tmovl\tpatch_save, %ecx\n\tmovl\t%ecx, cl_wide_int"}}


def narrow(tmp_path, gcc_path: str, patches: dict) -> dict[str, list[str]]:
    """What is said of a gcc whose code for narrow_one is patched."""
    cases = program.write(tmp_path / "m64.h", NARROW)
    file = program.write(tmp_path / "patches.json", json.dumps(patches))
    cc = program.script(tmp_path / "patched",
                        f'case "$*" in *gen64/*) exec {sys.executable} {program.PATCHCC} {file} '
                        f'{gcc_path} "$@" ;;\n*) exec {gcc_path} "$@" ;;\nesac\n')
    m = program.run_matrix(tmp_path / "out", "--cc", str(cc), "--width", "64", "--abi", "sysv",
                           "--opt", "O2", "--cases", cases, "--edition", "2024", status=0)
    (entry,) = m.data["narrow"]
    return {k: entry[k] for k in ("extends", "leaves", "relies", "unsafe_callees")}


def said(**lists) -> dict[str, list[str]]:
    return {"extends": [], "leaves": [], "relies": [], "unsafe_callees": [], **lists}


def test_gcc_extends_and_does_not_rely(tmp_path, gcc, compilers):
    assert narrow(tmp_path, compilers[gcc]["path"], {}) == said(extends=["char"])


def test_a_caller_that_leaves_dirt(tmp_path, gcc, compilers):
    assert narrow(tmp_path, compilers[gcc]["path"], DIRTY) == said(leaves=["char"])


def test_a_callee_that_relies_is_safe_with_callers_that_extend(tmp_path, gcc, compilers):
    assert narrow(tmp_path, compilers[gcc]["path"], RELIES) == said(extends=["char"],
                                                                    relies=["char"])


def test_a_caller_that_leaves_must_not_call_a_callee_that_relies(tmp_path, gcc, compilers):
    path = compilers[gcc]["path"]
    assert narrow(tmp_path, path, DIRTY | RELIES) == said(
        leaves=["char"], relies=["char"], unsafe_callees=["patched/64/O2"])
