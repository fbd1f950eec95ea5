# SPDX-License-Identifier: MIT
"""Aggregates: layout, memory returns and padding, each seen failing for its reason."""

import pytest

import program

pytestmark = pytest.mark.ia32

CASES = """
struct pair { long a, b; };
struct three { long a, b, c; };
struct mixed { char c; double d; int i; };
struct bits { int a : 3; unsigned b : 7; int c : 20; };
struct pair ret_pair(struct pair x);
struct three ret_three(int a, struct three x);
struct mixed ret_mixed(struct mixed x, int after);
struct bits ret_bits(struct bits x, long after);
"""

# A flag that changes the layout, at which width, and what is said of which type.
LAYOUTS = (
    ("malign-double", 32, "size of struct mixed", "16", "24"),
    ("fpack-struct=2", 32, "size of struct mixed", "16", "14"),
    ("fpack-struct=2", 64, "size of struct mixed", "24", "14"),
)


def wrapper(tmp_path, real: str, flags: str, body: str = "") -> str:
    return str(program.script(tmp_path / "agg-cc", body or f'exec {real} "$@" {flags}\n'))


def run(tmp_path, compiler: str, width: int, abi: str, status: int) -> program.Matrix:
    cases = program.write(tmp_path / "agg.h", CASES)
    return program.run_matrix(tmp_path / "out", "--cc", compiler, "--width", str(width), "--abi",
                              abi, "--opt", "O2", "--cases", cases, status=status)


@pytest.mark.parametrize("width,abi", ((32, "cdecl"), (64, "sysv"), (64, "ms")))
def test_conforming_compiler_passes(tmp_path, gcc, compilers, width, abi):
    m = run(tmp_path, compilers[gcc]["path"], width, abi, 0)
    assert m.findings == []
    assert m.totals["pass"] == m.totals["planned"] == 8


@pytest.mark.parametrize("flag,width,subject,expected,observed", LAYOUTS)
def test_layout(tmp_path, gcc, compilers, flag, width, subject, expected, observed):
    abi = "cdecl" if width == 32 else "sysv"
    m = run(tmp_path, wrapper(tmp_path, compilers[gcc]["path"], "-" + flag), width, abi, 1)
    said = {(f["subject"], f["expected"], f["observed"], f["direction"], f["verdict"])
            for f in m.findings if f["check"] == "layout"}
    assert (subject, expected, observed, "callee", "violation") in said


def test_bit_fields(tmp_path, gcc, compilers):
    """Bits elsewhere than the psABI puts them: the source is patched, for no flag of gcc does it."""
    real = compilers[gcc]["path"]
    body = ('for a; do case $a in *.c) sed "s/int a : 3/int : 1; int a : 3/" "$a" > "$a.moved.c"; '
            'in=$a;; esac; done\n'
            f'[ -n "$in" ] || exec {real} "$@"\n'
            'set -- $(for a; do [ "$a" = "$in" ] && echo "$a.moved.c" || echo "$a"; done)\n'
            f'exec {real} "$@"\n')
    m = run(tmp_path, wrapper(tmp_path, real, "", body), 64, "sysv", 1)
    said = [f for f in m.findings if f["check"] == "layout"]
    subjects = {f["subject"]: f["expected"] for f in said}
    # In a round in which the moved three bits are equal by chance the next field tells.
    assert set(subjects) <= {"bit-field a of struct bits", "bit-field b of struct bits"}
    assert "from bit 0 on" in subjects["bit-field a of struct bits"]
    assert {f["rule"] for f in said} == {"sysv.layout"}


def test_registers_for_struct_returns(tmp_path, gcc, compilers):
    """i386 psABI 2.2.3: aggregates are always returned in memory; the flag returns them in eax:edx."""
    cases = program.write(tmp_path / "one.h", "struct p { int a, b; };\nstruct p f(struct p x);\n")
    cc = wrapper(tmp_path, compilers[gcc]["path"], "-freg-struct-return")
    m = program.run_matrix(tmp_path / "out", "--cc", cc, "--width", "32", "--abi", "cdecl", "--opt",
                           "O2", "--cases", cases, status=1)
    checks = {f["check"] for f in m.findings if f["direction"] == "callee"}
    assert {"hidden-pointer", "return"} <= checks
    hidden = next(f for f in m.findings if f["check"] == "hidden-pointer" and
                  f["direction"] == "callee")
    assert hidden["rule"] == "i386.return.memory" and "returned in eax" in hidden["expected"]
