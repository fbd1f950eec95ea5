# SPDX-License-Identifier: MIT
"""Calls that compilers make by themselves: of libgcc, of memcpy, of a sanitizer's handlers. Who calls
them in another convention than the options ask for is found, and who calls nothing is not charged."""
import pytest

import program

CASES = program.ROOT / "cases/scalar/implicit.h"
OWN = """
//! implicit a % b
unsigned long long __umoddi3(unsigned long long a, unsigned long long b);
//! implicit __builtin_memset(to, 0x5a, n)
void memset(void *to, int c, unsigned long n);
//! implicit a + b
int __addsi3(int a, int b);
"""


def run(tmp_path, cc, *args, status=0, opt="O2") -> program.Matrix:
    return program.run_matrix(tmp_path / "out", "--cc", cc, "--opt", opt, *args, status=status)


@pytest.mark.parametrize("profile", ("user", "kernel"))
@pytest.mark.parametrize("width", (64, pytest.param(32, marks=pytest.mark.ia32)))
def test_compilers_conform(tmp_path, gcc, clang, width, profile):
    m = run(tmp_path, f"{gcc},{clang}", "--width", width, "--profile", profile, "--cases", CASES)
    assert {f["known"] for f in m.findings if f["verdict"] == "violation"} <= {True}
    assert m.totals["pass"] + m.totals["de-facto"] > 10
    assert m.totals["not-run"] == 0
    reasons = {c["reason"] for c in m.cells.values() if c["reason"]}
    # At 64 bit two halves are divided by an instruction, at 32 bit floats are multiplied by one.
    assert (width, profile) == (32, "kernel") or any("makes no call of `__" in r for r in reasons)


@pytest.mark.ia32
def test_calls_of_another_convention_are_found(tmp_path, gcc, compilers):
    """A compiler to which -mregparm=3 makes no difference. At -O2 gcc pushes what it loaded into eax, edx
    and ecx: by chance the right ones."""
    deaf = program.script(tmp_path / "deaf", 'for a; do shift; [ "$a" = -mregparm=3 ] || set -- "$@" "$a"; done\n'
                          f'exec {compilers[gcc]["path"]} "$@"\n')
    cases = program.write(tmp_path / "own.h", OWN)
    m = run(tmp_path, f"{deaf},{gcc}", "--width", 32, "--profile", "kernel", "--abi", "kernel", "--cases", cases,
            status=1, opt="O0")
    bad = [f for f in m.findings if f["column"].startswith("deaf/") and f["direction"] == "caller"]
    memset = [f for f in bad if f["case"] == "kernel/own/memset"]
    assert {(f["verdict"], f["check"], f["rule"]) for f in memset} == {
        ("violation", "argument", "gcc.mregparm.args")}
    assert "argument c (int)" not in {f["subject"] for f in memset}  # its value is the compiler's own
    (wide,) = [f for f in bad if f["case"] == "kernel/own/__umoddi3"]
    assert (wide["verdict"], wide["observed"]) == ("divergence", "a in esp+0, esp+4; b in esp+8, esp+12")
    good = [f for f in m.findings if f["column"].startswith(f"{gcc}/") and f["direction"] == "caller"]
    assert {(f["case"], f["verdict"], f["observed"]) for f in good} == {
        ("kernel/own/__umoddi3", "divergence", "a in eax, edx; b in esp+0, esp+4")}
    assert m.cells["kernel/32/own/caller", f"{gcc}/32/O0/kernel"]["counts"]["unsupported"] == 1


@pytest.mark.ia32
def test_handlers_of_a_sanitizer(tmp_path, compilers):
    """LLVM issue 89670, which clang 19 has no longer."""
    clangs = {n: int(c["version"].split(".")[0]) for n, c in compilers.items() if c["family"] == "clang"}
    if not clangs:
        pytest.skip("not-run: clang absent")
    old, new = min(clangs, key=clangs.get), max(clangs, key=clangs.get)
    m = run(tmp_path, ",".join({old, new}), "--width", 32, "--profile", "kernel-ubsan", "--cases", CASES)
    found = [f for f in m.findings if "__ubsan_" in f["case"]]
    assert {f["column"].split("/")[0] for f in found} == {n for n in (old, new) if clangs[n] < 19}
    assert {(f["rule"], f["known"]) for f in found} <= {("gcc.mregparm.args", True)}
    assert all(c["counts"]["pass"] for (row, col), c in m.cells.items()
               if clangs[col.split("/")[0]] >= 19 and row.endswith("implicit-handlers/caller"))


def test_a_case_is_refused_without_an_expression(tmp_path):
    cases = program.write(tmp_path / "bad.h", "//! implicit\nint f(int a);\n")
    r = program.run(["run", "--cases", str(cases)])
    assert r.status == 2 and "'implicit' without an expression" in r.stderr
