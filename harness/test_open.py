# SPDX-License-Identifier: MIT
"""Return values that no document places: both directions are run, and the report says who returns
where. Compilers broken on purpose (patchcc.py) contradict themselves, and that is said."""
import pytest

import program
from test_checks import mutant_compiler

RETURNS = """
//! abi ms
__attribute__((ms_abi)) long double ms_ld(void);
typedef float v8sf __attribute__((vector_size(32)));
//! abi sysv
v8sf sv_v8(void);
v8sf sv_v8_short(void);
int sv_int(int a);
"""
HIDDEN = """
struct big { int a[3]; };
__attribute__((fastcall)) struct big fc_big(void);
__attribute__((thiscall)) struct big tc_big(void);
__attribute__((regparm(3))) struct big rp_big(void);
__attribute__((regparm(3))) struct big rp_arg(int a);
"""
INPUTS = program.HARNESS / "inputs/oracle"
BROKEN = {
    64: {"target/sv_v8": {"entry": "\tmov %rsi, %rdi"},
         # Whose last byte does not arrive.
         "target/sv_v8_short": {"ret": "\tnotb 31(%rax)"}},
    32: {"target/rp_big": {"entry": "\tmov 4(%esp), %eax", "ret_is": "\tret $4"},
         "target/rp_arg": {"entry": "\txchg %eax, %edx"}},
}
ITSELF = "disagrees with itself"


@pytest.fixture(scope="module")
def matrices(tmp_path_factory, gcc, clang, compilers) -> program.ByWidth:
    def make(width: int) -> program.Matrix:
        tmp = tmp_path_factory.mktemp(f"open{width}")
        cases = program.write(tmp / f"m{width}.h",  # as patchcc.py wants it
                              RETURNS if width == 64 else HIDDEN)
        broken = mutant_compiler(tmp, compilers[gcc]["path"], {width: BROKEN[width]})
        return program.run_matrix(tmp / "out", "--cc", f"{gcc},{clang},{broken}", "--width", width,
                                  "--profile", "user", "--opt", "O2", "--cases", cases, status=0)
    return program.ByWidth(make)


def told(matrix: program.Matrix, case: str) -> dict[str, str]:
    """What each compiler does, as the first finding of a case lists it."""
    origin = next(f["origin"] for f in matrix.select(case=case) if f["origin"])
    return {name: text for group in origin.split(" | ") for names, text in [group.split(": ", 1)]
            for name in names.split(", ")}


def did(matrix: program.Matrix, case: str, compiler: str) -> dict[str, str]:
    """What one column was seen to do, by direction."""
    return {f["direction"]: f["observed"] for f in matrix.select(case=case)
            if f["column"].startswith(f"{compiler}/")}


def test_nothing_is_left_out(matrices):
    m = matrices[64]
    assert {c["not_run"] for c in m.cells.values()} == {0}
    assert {f["verdict"] for f in m.select()} == {"divergence"}
    assert m.select(case="sysv/m64/sv_int") == []


def test_x87_or_memory(matrices, gcc, clang):
    assert did(matrices[64], "ms/m64/ms_ld", gcc) == {
        d: "returned in memory by pointer in rcx" for d in ("callee", "caller")}
    assert did(matrices[64], "ms/m64/ms_ld", clang) == {
        d: "returned in st0" for d in ("callee", "caller")}


def test_vectors_or_memory(matrices, gcc, clang):
    memory, vectors = "returned in memory by pointer in rdi", "returned in xmm0, xmm1"
    for direction in ("callee", "caller"):
        assert did(matrices[64], "sysv/m64/sv_v8", gcc)[direction] == memory
        assert did(matrices[64], "sysv/m64/sv_v8", clang)[direction] == vectors
    assert told(matrices[64], "sysv/m64/sv_v8") == {
        gcc: memory, clang: vectors, "mutant as callee": memory.replace("rdi", "rsi"),
        "mutant as caller": memory}


def test_a_byte_is_missing(matrices):
    """The value is not where the pointer points, nor elsewhere."""
    got = did(matrices[64], "sysv/m64/sv_v8_short", "mutant")
    assert got == {"callee": "returned in memory, but not all of it",
                   "caller": "returned in memory by pointer in rdi"}


@pytest.mark.ia32
def test_hidden_pointer(matrices, gcc, clang):
    m = matrices[32]
    assert {c["not_run"] for c in m.cells.values()} == {0}
    assert did(m, "thiscall/m32/tc_big", gcc)["callee"] == (
        "returned in memory by pointer in ecx; pops 0")
    assert did(m, "thiscall/m32/tc_big", clang)["callee"] == (
        "returned in memory by pointer in esp+0; pops 4")
    assert did(m, "thiscall/m32/tc_big", clang)["caller"] == (
        "returned in memory by pointer in esp+0")


@pytest.mark.ia32
def test_hidden_pointer_of_who_contradicts_itself(matrices):
    for case, callee in (("rp_big", "returned in memory by pointer in esp+0; pops 4"),
                         ("rp_arg", "a in eax; returned in memory by pointer in edx; pops 0")):
        got = matrices[32].select(case=f"regparm3/m32/{case}")
        got = [f for f in got if f["column"].startswith("mutant/")]
        assert {f["direction"] for f in got} == {"callee", "caller"}
        assert [f["observed"] for f in got if f["direction"] == "callee"] == [callee]
        # It may also crash when it is popped what its own callee pops: no violation either.
        assert any("memory by pointer in eax" in f["observed"] for f in got
                   if f["direction"] == "caller")
        assert {f["verdict"] for f in got} == {"divergence"}


# Inputs that were handed in -----------------------------------------------------------------------

def run_input(name: str, width: int, compilers: str, abi: str, tmp_path) -> program.Matrix:
    m = program.run_matrix(tmp_path / "out", "--cc", compilers, "--width", width, "--abi", abi, "--opt", "O2",
                           "--cases", INPUTS / f"{name}.h", status=0)
    assert {f["verdict"] for f in m.findings} <= {"divergence", "de-facto"}
    assert {c["counts"]["not-run"] for c in m.cells.values()} == {0}
    return m


def memory(pointer: str, pops: int | None = None) -> dict[str, str]:
    at = f"returned in memory by pointer in {pointer}"
    return {"caller": at, "callee": at if pops is None else f"{at}; pops {pops}"}


def both(text: str) -> dict[str, str]:
    return {"callee": text, "caller": text}


def test_open_returns_that_were_handed_in(tmp_path, gcc, clang):
    m = run_input("returns", 64, f"{gcc},{clang}", "ms,sysv", tmp_path)
    for case, of_gcc, of_clang in (
            ("ms/returns/ms_ld_void", memory("rcx"), both("returned in st0")),
            ("ms/returns/ms_h_int", both("returned in rax"), both("returned in xmm0")),
            ("sysv/returns/sv_v8_void", memory("rdi"), both("returned in xmm0, xmm1"))):
        at = [m.columns[f"{cc}/64/O2"] for cc in (gcc, clang)]
        row = case.rsplit("/", 1)[0].replace("/", "/64/")
        if case.endswith("ms_h_int") and any(
                m.cells[f"{row}/callee", c["id"]]["counts"]["unsupported"] for c in at):
            continue  # no _Float16 in one of them: nothing to differ from
        for cc, want in ((gcc, of_gcc), (clang, of_clang)):
            assert did(m, case, cc) == want


@pytest.mark.ia32
def test_hidden_pointers_that_were_handed_in(tmp_path, gcc, clang, compilers):
    """Who passes it where: of clang, newer ones changed fastcall."""
    m = run_input("hidden32", 32, f"{gcc},{clang}", "fastcall,thiscall,regparm3", tmp_path)
    new = int(compilers[clang]["version"].split(".")[0]) > 14
    ecx, stack = memory("ecx", 0)["callee"], memory("esp+0", 4)["callee"]
    fast = told(m, "fastcall/hidden32/fc_big_void")
    assert fast[gcc] == ecx and (new or fast[clang] == ecx) and fast[clang] in (ecx, stack)
    assert told(m, "thiscall/hidden32/tc_big_void") == {gcc: ecx, clang: stack}
    assert did(m, "thiscall/hidden32/tc_big_void", clang) == memory("esp+0", 4)
    eax = memory("eax", 0)["callee"]
    assert told(m, "regparm3/hidden32/rp_big_void") == {gcc: eax, clang: eax}
    assert {f["verdict"] for f in m.select(case="regparm3/hidden32/rp_big_void")} == {"de-facto"}


# Values and pointers to them ----------------------------------------------------------------------

POINTED = """
typedef char v4qi __attribute__((vector_size(4)));
typedef double v4df __attribute__((vector_size(32)));
//! abi ms
void small(int a, v4qi b);
//! abi ms
v4qi small_back(v4qi a);
//! abi sysv
int wide(int a, v4df b, int c);
"""


def test_a_value_and_a_pointer_to_it_are_no_agreement(tmp_path, gcc, clang):
    """In the same register; and a pointer that a caller's copying left behind is none that is passed."""
    cases = program.write(tmp_path / "pointed.h", POINTED)
    m = program.run_matrix(tmp_path / "out", "--cc", f"{gcc},{clang}", "--width", "64", "--abi", "ms,sysv",
                           "--opt", "O0,O2", "--cases", cases, status=0)
    by_pointer = "b in memory by pointer in rdx"
    assert told(m, "ms/pointed/small") == {gcc: "b in rdx", clang: by_pointer}
    assert {f["verdict"] for f in m.select(case="ms/pointed/small")} == {"divergence"}
    assert did(m, "ms/pointed/small", clang) == both(by_pointer)
    assert told(m, "ms/pointed/small_back") == {
        gcc: "a in rcx; returned in rax", clang: "a in memory by pointer in rcx; returned in xmm0"}
    place = "b in rsp+0, rsp+8, rsp+16, rsp+24; c in rsi"
    assert told(m, "sysv/pointed/wide") == {gcc: place, clang: place}
    assert {f["verdict"] for f in m.select(case="sysv/pointed/wide")} == {"de-facto"}
