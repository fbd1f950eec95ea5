# SPDX-License-Identifier: MIT
"""Real compilers made non-conforming by a flag, and conforming ones that a flag only changes.

Each flag is a wrapper given to --cc, all wrappers of a width share one run. gcc drops the e or r
of register names, so -fcall-used-rbx and -fcall-used-bx are the same flag.
"""
import subprocess

import pytest

import program

pytestmark = pytest.mark.ia32

CASES = """
//! group ints
//! abi sysv cdecl regparm3 fastcall
int ints(int a, int b, int c);
//! group many
//! abi sysv cdecl
int many(int a, int b, int c, int d, int e, int f, int g, int h);
//! group dbl
//! abi sysv cdecl
double dbl(double a, int b);
//! group ld
//! abi sysv cdecl
long double ld(int a, long double b, int c);
"""
FLAGS = {
    64: {"plain": "", "used_rbx": "-fcall-used-rbx", "used_r12": "-fcall-used-r12",
         "saved_r10": "-fcall-saved-r10", "fixed_rdi": "-ffixed-rdi", "msabi": "-mabi=ms",
         "ld64": "-mlong-double-64", "boundary": "-mpreferred-stack-boundary=3",
         "omit_fp": "-fomit-frame-pointer", "no_plt": "-fno-plt"},
    32: {"plain": "", "used_ebx": "-fcall-used-ebx", "used_esi": "-fcall-used-esi",
         "rtd": "-mrtd", "regparm2": "-mregparm=2", "ld64": "-mlong-double-64",
         "boundary": "-mpreferred-stack-boundary=2", "omit_fp": "-fomit-frame-pointer",
         "no_plt": "-fno-plt"},
}
ALL = [(w, name) for w, flags in FLAGS.items() for name in flags]


@pytest.fixture(scope="module")
def matrices(tmp_path_factory, gcc, compilers) -> program.ByWidth:
    def make(width: int) -> program.Matrix:
        tmp = tmp_path_factory.mktemp(f"flags{width}")
        cases = program.write(tmp / "c.h", CASES)
        ccs = [program.script(tmp / name, f'exec {compilers[gcc]["path"]} "$@" {flag}\n')
               for name, flag in FLAGS[width].items()]
        return program.run_matrix(tmp / "out", "--width", width, "--cases", cases, "--cc",
                                  ",".join(map(str, ccs)), status=1)
    return program.ByWidth(make)


def found(matrices, width: int, name: str, opt: str = "O2", **want) -> list[tuple]:
    """What was said of a column: (case, subject, observed, origin) of each finding selected."""
    return [(f["case"].rsplit("/", 1)[1], f["subject"], f["observed"], f["origin"])
            for f in matrices[width].select(column=f"{name}/{width}/{opt}", **want)]


def checks(matrices, width: int, name: str, opt: str) -> set[str]:
    return {f["check"] for f in matrices[width].select(column=f"{name}/{width}/{opt}")}


@pytest.mark.parametrize("width,name", ALL)
def test_flag_is_accepted_in_silence(compilers, gcc, tmp_path, width, name):
    source = program.write(tmp_path / "x.c", "int f(int a) { return a; }\n")
    flags = FLAGS[width][name].split()
    r = subprocess.run([compilers[gcc]["path"], f"-m{width}", *flags, "-O2", "-S", "-o",
                        tmp_path / "x.s", source], capture_output=True, text=True)
    assert (r.returncode, r.stderr) == (0, "")


@pytest.mark.parametrize("width,name", [x for x in ALL if x[1] != "plain"])
def test_flag_has_effect(matrices, width, name):
    columns = matrices[width].columns
    assert any(columns[f"{name}/{width}/{opt}"]["text_hash"] !=
               columns[f"plain/{width}/{opt}"]["text_hash"] for opt in ("O0", "O2"))


@pytest.mark.parametrize("width", (32, 64))
@pytest.mark.parametrize("name", ("plain", "omit_fp", "no_plt"))
@pytest.mark.parametrize("opt", ("O0", "O2"))
def test_conforming_flags_pass(matrices, width, name, opt):
    m, column = matrices[width], f"{name}/{width}/{opt}"
    assert m.select(column=column) == []
    assert {c["verdict"] for (_, col), c in m.cells.items() if col == column} == {"pass"}


@pytest.mark.parametrize("width,name,reg", [(64, "used_rbx", "rbx"), (64, "used_r12", "r12"),
                                            (32, "used_ebx", "ebx"), (32, "used_esi", "esi")])
def test_call_used_register_is_not_preserved(matrices, width, name, reg):
    got = found(matrices, width, name, check="callee-saved", direction="callee")
    assert {case for case, *_ in got} == {"ints", "many", "dbl", "ld"}
    assert {(subject, origin) for _, subject, _, origin in got} == {
        (f"{reg} after the call", "a local value of the function")}
    assert checks(matrices, width, name, "O2") == {"callee-saved"}


def test_call_saved_r10_loses_locals(matrices):
    """The reverse lie: the compiler believes that the functions it calls preserve r10."""
    for direction in ("callee", "caller"):
        got = found(matrices, 64, "saved_r10", check="locals", direction=direction)
        assert len(got) == 4
        assert {origin for *_, origin in got} == {"left behind by the function it had called"}
    assert checks(matrices, 64, "saved_r10", "O2") == {"locals"}


def test_fixed_rdi_does_not_change_arguments(matrices):
    """-ffixed-rdi only keeps the register allocator away from rdi (test_flag_has_effect); argument
    passing does not allocate: gcc still reads and loads edi, so the convention is kept and there is
    nothing to detect."""
    for opt in ("O0", "O2"):
        assert found(matrices, 64, "fixed_rdi", opt) == []


def test_ms_abi_under_sysv_moves_arguments(matrices):
    for opt in ("O0", "O2"):
        got = found(matrices, 64, "msabi", opt, case="sysv/c/ints", check="argument",
                    direction="callee")
        assert [(s, o) for _, s, _, o in got] == [
            ("argument a (int)", "which was in ecx at the call"),
            ("argument b (int)", "which was in edx at the call"),
            ("argument c (int)", "which was in r8d at the call")]
        got = found(matrices, 64, "msabi", opt, case="sysv/c/ints", check="argument",
                    direction="caller")
        assert [(s, o) for _, s, _, o in got] == [
            ("argument a (int)", "the expected value is in ecx"),
            ("argument b (int)", "the expected value is in edx"),
            ("argument c (int)", "the expected value is in r8d")]
    stack = found(matrices, 64, "msabi", case="sysv/c/many", check="argument", direction="callee")
    assert ("argument e (int)", "which was in rsp+32 at the call") in {
        (s, o) for _, s, _, o in stack}


def test_long_double_64_at_64_bit(matrices):
    for opt in ("O0", "O2"):
        got = found(matrices, 64, "ld64", opt, check="argument", direction="callee")
        assert [(c, s, o) for c, s, _, o in got] == [
            ("ld", "argument b (long double)", "which was in xmm0 at the call")]
        got = found(matrices, 64, "ld64", opt, check="argument", direction="caller")
        # At -O0 it goes through rax, which is not a place of an argument.
        assert [(c, s, o) for c, s, _, o in got] == [
            ("ld", "argument b (long double)", "the expected value is in xmm0")]
        got = found(matrices, 64, "ld64", opt, check="x87-stack", direction="callee")
        assert got == [("ld", "x87 registers in use after the call", "0", None)]
        got = found(matrices, 64, "ld64", opt, check="return", direction="caller")
        assert [(c, s, o) for c, s, _, o in got] == [
            ("ld", "return value (long double)", "which is xmm0")]
    assert {f["case"] for f in matrices[64].select(column="ld64/64/O2")} == {"sysv/c/ld"}


def test_long_double_64_at_32_bit(matrices):
    """12 bytes become 8, so what comes after moves too; the return stays in st0, rounded."""
    for opt in ("O0", "O2"):
        got = found(matrices, 32, "ld64", opt, check="argument", direction="callee")
        assert [(c, s) for c, s, *_ in got] == [("ld", "argument b (long double)"),
                                                ("ld", "argument c (int)")]
        assert got[1][3] == "which was in esp+12 at the call"
        got = found(matrices, 32, "ld64", opt, check="return")
        assert [(c, s) for c, s, *_ in got] == [("ld", "return value (long double)")] * 2
    assert {f["case"] for f in matrices[32].select(column="ld64/32/O2")} == {"cdecl/c/ld"}


def test_rtd_pops_under_cdecl(matrices):
    pops = {"ints": 12, "many": 32, "dbl": 12, "ld": 20}
    for opt in ("O0", "O2"):
        got = found(matrices, 32, "rtd", opt, check="stack-pointer", direction="callee")
        assert got == [(case, "stack pointer after the call", f"{n} bytes popped", None)
                       for case, n in pops.items()]
        # A caller that counts on being popped for returns to what it thinks is its return address;
        # at -O0 it finds its stack by the frame pointer again and nothing is wrong afterwards.
        got = found(matrices, 32, "rtd", opt, direction="caller")
        assert [(case, observed) for case, _, observed, _ in got] == (
            [] if opt == "O0" else [(case, "memory access violation (SIGSEGV)") for case in pops])
    assert matrices[32].select(column="rtd/32/O2", convention="fastcall") == []


def test_regparm_2_under_cdecl(matrices):
    for opt in ("O0", "O2"):
        got = found(matrices, 32, "regparm2", opt, case="cdecl/c/ints", check="argument",
                    direction="callee")
        assert [(s, o) for _, s, _, o in got] == [
            ("argument a (int)", "which was in eax at the call"),
            ("argument b (int)", "which was in edx at the call"),
            ("argument c (int)", "which was in esp+0 at the call")]
        got = found(matrices, 32, "regparm2", opt, case="cdecl/c/ints", check="argument",
                    direction="caller")
        assert [(s, o) for _, s, _, o in got][:2] == [
            ("argument a (int)", "the expected value is in eax"),
            ("argument b (int)", "the expected value is in edx")]
    # The attribute wins over the flag.
    for convention in ("regparm3", "fastcall"):
        assert matrices[32].select(column="regparm2/32/O2", convention=convention) == []


@pytest.mark.parametrize("width", (32, 64))
def test_smaller_stack_boundary_misaligns(matrices, width):
    m = matrices[width]
    assert checks(matrices, width, "boundary", "O2") == {"alignment"}
    subjects = {"callee": "stack pointer at the function's own call",
                "caller": "stack pointer at the call"}
    step = 8 if width == 64 else 4
    observed = {f"{n} more than a multiple of 16" for n in range(step, 16, step)}
    for direction, subject in subjects.items():
        got = m.select(column=f"boundary/{width}/O2", direction=direction)
        assert got
        assert {f["subject"] for f in got} == {subject}
        assert {f["expected"] for f in got} == {"a multiple of 16"}
        assert {f["observed"] for f in got} <= observed
