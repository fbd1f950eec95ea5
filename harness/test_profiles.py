# SPDX-License-Identifier: MIT
"""Profiles: which columns and cases they make, and that each shows what is wrong in it.

Mutants are as in test_checks.py; sseregparm, the kernel's conventions and registers wider than 16
bytes exist in some profiles only.
"""
import re

import pytest

import program
from mutants import Finding, asm
from program import run, run_matrix, write
from test_checks import assert_findings, mutant_compiler

pytestmark = pytest.mark.ia32

V8F = "typedef float v8f __attribute__((vector_size(32)));\n"
V16I = "typedef int v16i __attribute__((vector_size(64)));\n"


def columns(m: program.Matrix) -> set[tuple[int, str]]:
    return {(c["width"], c["profile"]) for c in m.columns.values()}


# The option, and the list ------------------------------------------------------------------------

def test_list_profiles():
    r = run(["list", "profiles"])
    assert (r.status, r.stderr) == (0, "")
    listed = [tuple(line.split()[:2]) for line in r.stdout.splitlines()]
    assert listed[0] == ("user", "32") and len(set(listed)) == len(listed)
    assert {("user", "64"), ("kernel", "32"), ("kernel", "64"), ("sse2", "32"), ("avx", "64"),
            ("avx512f", "32"), ("reg-struct", "32"), ("pcc-struct", "64")} <= set(listed)


def test_help_names_every_profile():
    names = {line.split()[0] for line in run(["list", "profiles"]).stdout.splitlines()}
    text = run(["run", "--help"]).stdout
    assert names <= set(re.findall(r"[\w-]+", text[text.index("--profile"):text.index("--place")]))


@pytest.mark.parametrize("value,message", [
    ("kernle", "--profile: unknown profile 'kernle' (did you mean 'kernel'?)"),
    ("user,avx1024", "--profile: unknown profile 'avx1024'"),
    ("", "--profile: empty list"),
])
def test_bad_profile(tmp_path, value, message):
    cases = write(tmp_path / "c.h", "int f(int a);\n")
    r = run(["run", "--out", tmp_path / "out", "--cases", cases, "--profile", value])
    assert (r.status, r.stdout) == (2, "")
    assert message in r.stderr and "clobber list profiles" in r.stderr
    assert not (tmp_path / "out/matrix.json").exists()


def test_a_compiler_that_ignores_options_has_no_profiles(tmp_path, gcc, compilers):
    """It takes -mavx and what nobody knows alike: that it takes one proves nothing."""
    blind = program.script(tmp_path / "blind", f"""
for a; do
	shift
	case $a in -mavx | -mclobber*) ;; *) set -- "$@" "$a" ;; esac
done
exec {compilers[gcc]["path"]} "$@"
""")
    cases = write(tmp_path / "c.h", f"{V8F}v8f f(v8f a);\n")
    m = run_matrix(tmp_path / "out", "--cc", f"{gcc},{blind}", "--cases", cases, "--width", "64",
                   "--profile", "user,avx", "--abi", "sysv", status=0)
    unusable = {(c["compiler"], c["profile"]): c["unusable"] for c in m.columns.values()}
    why = unusable.pop(("blind", "avx"))
    assert why == "takes options it does not know, so perhaps -mavx too"
    assert set(unusable.values()) == {None}


def test_profile_without_cases(tmp_path):
    """A profile has only cases that it could make a difference to."""
    cases = write(tmp_path / "c.h", "int f(int a);\n")
    r = run(["run", "--out", tmp_path / "out", "--cases", cases, "--profile", "avx"])
    assert (r.status, r.stdout) == (2, "") and "no case matches" in r.stderr


def test_which_columns_there_are(tmp_path, gcc):
    """Those asked for; of all, those with cases."""
    cases = write(tmp_path / "c.h", V8F + "int wide(v8f a);\nint narrow(int a);\n")
    args = ["--cc", gcc, "--opt", "O2", "--abi", "regparm0", "--cases", cases]
    # Whether they can run here, too, is another question.
    r = run(["run", "--place", "native", "--out", tmp_path / "two", *args, "--profile", "kernel,avx"])
    assert (r.status, r.stderr) == (0, "")
    two = program.load(tmp_path / "two")
    assert columns(two) == {(32, "kernel"), (64, "kernel"), (32, "avx"), (64, "avx")}
    assert set(two.columns) == {f"{gcc}/{w}/O2/{p}" for w, p in columns(two)}
    r = run(["run", "--place", "native", "--out", tmp_path / "all", *args])
    assert (r.status, r.stderr) == (0, "")
    assert columns(program.load(tmp_path / "all")) == {
        (w, p) for w in (32, 64) for p in ("user", "kernel", "avx", "avx512f")} | {(32, "sse2")}


# Known findings of one profile -------------------------------------------------------------------

AVX_BREAKS = {"target/f": {"entry": asm("vmovaps %xmm0, %xmm0")}}


@pytest.mark.parametrize("patched,profile,status,known,vanished", [
    (True, "avx", 0, 1, 0),        # it occurs, and is listed
    (True, "avx512f", 1, 0, 1),    # listed for a profile in which it does not occur; not for avx
    (False, "avx", 1, 0, 1),       # it is listed and does not occur
])
def test_known_in_a_profile(tmp_path, gcc, compilers, patched, profile, status, known, vanished):
    """`//! known gcc sysv@PROFILE` excuses that profile and no other, and must hold in it."""
    cases = write(tmp_path / "m64.h", V8F + f"//! known gcc sysv@{profile} callee: a reason\n"
                  "int f(v8f a);\n")
    path = compilers[gcc]["path"]
    # Only code with AVX, but without AVX-512, is broken.
    cc = mutant_compiler(tmp_path, path, {"gen64-avx": AVX_BREAKS}) if patched else path
    m = run_matrix(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--opt", "O2",
                   "--profile", "avx,avx512f", "--cases", cases, status=status)
    assert {f["column"].rsplit("/", 1)[1] for f in m.findings} == ({"avx"} if patched else set())
    assert (m.totals["known"], len(m.data["vanished"])) == (known, vanished)
    assert m.totals["unexpected"] == (1 if patched and not known else 0)


def test_unknown_profile_in_a_known_line(tmp_path):
    cases = write(tmp_path / "c.h", "//! known gcc sysv@avxx: a reason\nint f(int a);\n")
    r = run(["run", "--cases", cases, "--out", tmp_path / "out"])
    assert (r.status, r.stdout) == (2, "")
    assert r.stderr.startswith(f"{cases}:1:5: error: unknown profile 'avxx'"), r.stderr


# Mutants ------------------------------------------------------------------------------------------

def lost(subject: str, where: str, rule: str, observed: str = "0x#", check="argument",
         origin=None) -> Finding:
    return Finding(check, rule, subject, f"in {where}: 0x#", observed, origin)


def upper(subject: str, where: str, rule: str, byte: int) -> Finding:
    """What a move of the lower half leaves of the upper one."""
    return Finding("argument", rule, subject, f"in {where}: 0x# (from byte {byte})",
                   "0x" + "0" * 32)


def vector(name: str, of: str, size: int) -> str:
    return f"argument {name} ({of} __attribute__((vector_size({size}))))"


WIDE, SSE = "sysv.args.vector.wide", "gcc.sseregparm.args"
MUTANTS = {
    # name: (width, profile, convention, declaration, side, patch, findings)
    "ymm_upper": (64, "avx", "sysv", "int {}(v8f a, v8f b)", "target",
                  {"entry": asm("vmovaps %xmm0, %xmm0")},
                  [upper(vector("a", "float", 32), "ymm0", WIDE, 16)]),
    "ymm_swapped": (64, "avx", "sysv", "int {}(v8f a, v8f b)", "target",
                    {"entry": asm("vmovaps %ymm0, %ymm15", "vmovaps %ymm1, %ymm0",
                                  "vmovaps %ymm15, %ymm1")},
                    [lost(vector("a", "float", 32), "ymm0", WIDE,
                          origin="which was in xmm1 at the call"),
                     lost(vector("b", "float", 32), "ymm1", WIDE,
                          origin="which was in xmm0 at the call")]),
    "ymm_put": (64, "avx", "sysv", "int {}(v8f a)", "caller",
                {"before_call": asm("vmovaps %xmm0, %xmm0")},
                [upper(vector("a", "float", 32), "ymm0", WIDE, 16)]),
    "zmm_upper": (64, "avx512f", "sysv", "int {}(v16i a)", "target",
                  {"entry": asm("vmovaps %ymm0, %ymm0")},
                  [upper(vector("a", "int", 64), "zmm0", WIDE, 32)]),
    "ymm_upper32": (32, "avx", "cdecl", "int {}(v8f a)", "target",
                    {"entry": asm("vmovaps %xmm0, %xmm0")},
                    [upper(vector("a", "float", 32), "ymm0", "i386.args.vector", 16)]),
    "sse_swapped": (32, "sse2", "sseregparm", "int {}(double a, double b)", "target",
                    {"entry": asm("movaps %xmm0, %xmm7", "movaps %xmm1, %xmm0",
                                  "movaps %xmm7, %xmm1")},
                    [lost("argument a (double)", "xmm0", SSE,
                          origin="which was in xmm1 at the call"),
                     lost("argument b (double)", "xmm1", SSE,
                          origin="which was in xmm0 at the call")]),
    "sse_on_stack": (32, "sse2", "sseregparm", "int {}(double a)", "target",
                     {"entry": asm("movsd 4(%esp), %xmm0")},
                     [lost("argument a (double)", "xmm0", SSE,
                           origin="which was in esp+0 at the call")]),
    "sse_return": (32, "sse2", "sseregparm", "double {}(void)", "target",
                   {"ret": asm("pxor %xmm0, %xmm0")},
                   [lost("return value (double)", "xmm0", "gcc.sseregparm.return", "0x" + "0" * 16,
                         "return")]),
    "kernel_swapped": (32, "kernel", "kernel", "int {}(int a, int b)", "target",
                       {"entry": asm("xchg %eax, %edx")},
                       [lost("argument a (int)", "eax", "gcc.mregparm.args",
                             origin="which was in edx at the call"),
                        lost("argument b (int)", "edx", "gcc.mregparm.args",
                             origin="which was in eax at the call")]),
    "asmlinkage_regparm": (32, "kernel", "asmlinkage", "int {}(int a)", "target",
                           {"entry": asm("mov %eax, 4(%esp)")},
                           [lost("argument a (int)", "esp+0", "i386.args.stack",
                                 origin="which was in eax at the call")]),
    "kernel_saved": (64, "kernel", "kernel", "void {}(void)", "target",
                     {"ret": asm("xor %ebx, %ebx")},
                     [Finding("callee-saved", "sysv.registers.saved", "rbx after the call",
                              "preserved: 0x#", "0x0000000000000000")]),
    "kernel_align": (64, "kernel", "kernel", "void {}(void)", "target",
                     {"before_call": asm("sub $4, %rsp"), "after_call": asm("add $4, %rsp")},
                     [Finding("alignment", "linux.stack",
                              "stack pointer at the function's own call", "a multiple of 8",
                              "4 more than a multiple of 8")]),
    # The kernel aligns by one word: who counts on more works by luck.
    "kernel_counts_on_16": (64, "kernel", "kernel", "void {}(void)", "target",
                            {"entry": asm("movaps %xmm0, -24(%rsp)")},
                            [Finding("fault", "sysv.call", "the call", "returns",
                                     "memory access violation (SIGSEGV)",
                                     "at 0x# (target_kernel_m64_kernel_counts_on_16+0x#)",
                                     "crash")]),
}


@pytest.fixture(scope="module")
def matrices(tmp_path_factory, gcc, compilers) -> program.ByWidth:
    """By width and place: AVX is the processor's."""
    def make(key: tuple[int, str]) -> program.Matrix:
        width, place = key
        tmp = tmp_path_factory.mktemp("profiles")
        some = {n: m for n, m in MUTANTS.items() if (m[0], program.where(m[0], m[1])) == key}
        text = V8F + V16I + "".join(f"//! group {n}\n//! abi {m[2]}\n{m[3].format(n)};\n"
                                    for n, m in some.items())
        patches = {f"{m[4]}/{n}": m[5] for n, m in some.items()}
        profiles = sorted({m[1] for m in some.values()})
        cc = mutant_compiler(tmp, compilers[gcc]["path"],
                             {f"gen{width}-{p}": patches for p in profiles})
        args = ("--cc", f"{gcc},{cc}", "--width", width, "--opt", "O2", "--profile",
                ",".join(profiles), "--cases", write(tmp / f"m{width}.h", text))
        run_matrix(tmp / "out", *args, "--place", place, status=1)
        return program.load(tmp / "out", stand_in=True)
    return program.ByWidth(make)


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant(matrices, gcc, name):
    width, profile, abi, _, side, _, findings = MUTANTS[name]
    case, direction = f"{abi}/m{width}/{name}", {"target": "callee", "caller": "caller"}[side]
    row = f"{abi}/{width}/{name}/{direction}"
    m = matrices[width, program.where(width, profile)]
    assert m.cells[row, f"{gcc}/{width}/O2/{profile}"]["verdict"] == "pass"
    assert m.cells[row, f"mutant/{width}/O2/{profile}"]["verdict"] == findings[0].verdict
    assert_findings(findings, m.select(case=case, column=f"mutant/{width}/O2/{profile}"))
