# SPDX-License-Identifier: MIT
"""Known defects of compilers are known in one's own case files, too: by cause, and nothing else is."""
import pytest

import program
from program import run_matrix, script, write

# A prototype for each cause, and the words of its reason.
GCC = """union z { double d; int : 0; };
int zero_width(union z a);
struct in { int a : 20; };
struct out { char c; struct in in; } __attribute__((packed));
int nested(struct out a, int b);
"""
GCC_MS = "//! varargs long double, int\nint wide_varargs(int n, ...);\n"
GCC_32 = "struct s { int a, b; };\nint records(struct s a, int b);\nint plain(int a, int b);\n"
GCC_32_DECIMAL = "union u { _Decimal64 d; long l; };\nunion u decimals(union u a, int b);\nint plain(int a);\n"
PLAIN = ("--opt", "O2", "--profile", "user")


@pytest.fixture(autouse=True)
def native():
    program.need("native", 64)


def matrix(tmp_path, cc, cases: str, abi: str, *args, width=64, status=0) -> program.Matrix:
    return run_matrix(tmp_path / "out", "--cc", cc, "--cases", write(tmp_path / "own.h", cases), "--abi",
                      abi, "--width", str(width), *PLAIN, *args, status=status)


@pytest.mark.parametrize("cases, abi, width, words", [
    (GCC, "sysv", 64, {"a zero-width bit-field of a union", "bit-fields do not count"}),
    (GCC_MS, "ms", 64, {"va_arg reads wide values in line"}),
    (GCC_32, "regparm3", 32, {"structures travel in registers"}),
    (GCC_32_DECIMAL, "cdecl", 32, {"a union of a _Decimal64 is aligned to 4"}),
])
def test_own_cases_know_old_facts(tmp_path, gcc, cases, abi, width, words):
    m = matrix(tmp_path, gcc, cases, abi, width=width)
    assert m.findings and all(f["known"] for f in m.findings)
    for w in words:
        assert any(f["known_reason"].startswith(w) for f in m.findings), w
    assert m.totals["unexpected"] == 0 and not m.data["vanished"]
    # no cause vanishes, and what has no such type passes
    assert not [f for f in m.findings if f["case"].endswith("/plain")]


def test_nothing_else_is_excused(tmp_path, gcc, compilers):
    bad = script(tmp_path / "bad", f'exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx\n')
    m = matrix(tmp_path, bad, GCC, "sysv", status=1)
    saved = [f for f in m.findings if f["check"] == "callee-saved"]
    assert saved and not any(f["known"] for f in saved)
    assert any(f["known"] for f in m.findings if f["check"] == "argument")


def test_types_without_the_defect_are_not_excused(tmp_path, gcc, compilers):
    """Another convention altogether: arguments are wrong for a reason of their own."""
    ms = script(tmp_path / "ms", f'exec {compilers[gcc]["path"]} "$@" -mabi=ms\n')
    m = matrix(tmp_path, ms, "struct s { double d; int a : 3; };\nint f(struct s a, long b);\n", "sysv",
               status=1)
    assert m.findings and not any(f["known"] for f in m.findings)


def test_clang_relies_on_extension_everywhere(tmp_path, compilers):
    clang = next((n for n, c in compilers.items() if c["family"] == "clang"), None)
    if not clang:
        pytest.skip("not-run: clang absent")
    m = matrix(tmp_path, clang, "long f(char a, unsigned short b);\n", "sysv")
    assert {f["known_reason"][:10] for f in m.findings} == {"LLVM 12579"}


NCS = "__attribute__((no_caller_saved_registers)) "
NARROW = NCS + "int ncs(int a, long b);\n"
ONE = "struct s { short a[6]; };\n" + NCS + "struct s ncs(int a);\n"


@pytest.mark.parametrize("width", [64, pytest.param(32, marks=pytest.mark.ia32)])
def test_a_result_that_is_restored_over_at_O0(tmp_path, compilers, width):
    """LLVM 173800; optimised code that does the same is not excused."""
    clang = next((n for n, c in compilers.items() if c["family"] == "clang"), None)
    if not clang:
        pytest.skip("not-run: clang absent")
    out = tmp_path / "out"
    args = ("--cases", write(tmp_path / "own.h", NARROW), "--width", str(width), "--profile", "user")
    m = run_matrix(out, "--cc", clang, "--opt", "O0", *args, status=0)
    assert any(f["check"] == "return" for f in m.findings)
    assert all("LLVM issue 173800" in f["known_reason"] for f in m.findings)
    cc = script(tmp_path / "o0", f'exec {compilers[clang]["path"]} "$@" -O0\n')
    m = run_matrix(out, "--cc", cc, "--opt", "O2", *args, status=1)
    assert any(f["check"] == "return" and not f["known"] for f in m.findings)


def test_a_structure_that_gcc_restores_over(tmp_path, gcc):
    """In code without vector registers, for gcc refuses the attribute otherwise."""
    cases = write(tmp_path / "own.h", ONE)
    m = run_matrix(tmp_path / "out", "--cc", gcc, "--cases", cases, "--width", "64", "--profile", "kernel",
                   "--place", "native", "--opt", "O2", status=0)
    assert {(f["check"], f["direction"]) for f in m.findings} == {("return", "callee")}
    assert all("restored over the structure" in f["known_reason"] for f in m.findings)
    m = run_matrix(tmp_path / "out", "--cc", gcc, "--cases", write(tmp_path / "own.h", NARROW), "--width", "64",
                   "--profile", "kernel", "--place", "native", "--opt", "O2", status=0)
    assert not m.findings
