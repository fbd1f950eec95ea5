# SPDX-License-Identifier: MIT
"""x32: 64-bit code whose longs and pointers have 4 bytes, as columns of a run, in `explain` and in `prove`.

Its objects are ELF of 32 bit for x86-64; they are made 64-bit ones and linked below 4 GiB, so no kernel has
to know x32. Mutants are as in test_checks.py.
"""
import json
import subprocess

import pytest

import program
from mutants import Finding, asm
from program import run, run_matrix, write
from test_checks import assert_findings, mutant_compiler

POINTER = "x32.pointer"
MUTANTS = {
    # name: (declaration, side, patch, findings)
    "dirty_pointer": ("int {}(char *p)", "caller", {"before_call": asm("bts $40, %rdi")},
                      [Finding("argument", POINTER, "argument p (char *)", "in rdi: 0x00000000#", "0x00000100#")]),
    "extended_pointer": ("char *{}(int a)", "target", {"ret": asm("movslq %eax, %rax")},
                         [Finding("return", POINTER, "return value (char *)", "in rax: 0x00000000#", "0xffffffff#")]),
    "swapped_pointer": ("int {}(char *p, long n)", "target", {"entry": asm("xchg %rdi, %rsi")},
                        [Finding("argument", POINTER, "argument p (char *)", "in rdi: 0x#", "0x#",
                                 "which was in esi at the call"),
                         Finding("argument", "sysv.args.integer", "argument n (long)", "in esi: 0x#", "0x#",
                                 "which was in edi at the call")]),
    "lost_rbx": ("int {}(char *p)", "target", {"ret": asm("xor %ebx, %ebx")},
                 [Finding("callee-saved", "sysv.registers.saved", "rbx after the call", "preserved: 0x#",
                          "0x0000000000000000")]),
}
PAIR = "struct pair { char *p; long n; };\n"
PASSES = f"""{PAIR}struct five {{ char *p; long n; int *q; unsigned long m; short s; }};
struct pair f(struct pair a, char *p, long long w, unsigned long u);
struct five returned(int a, struct five b);
//! varargs char *, long, double, int *
int variadic(const char *format, ...);
int (*function(int (*f)(long)))(long);
"""
ASSEMBLY = """ bits 64
 global keep, lost, unset, frame
keep: lea eax, [rdi+rsi]
 ret
lost: mov ebx, edi
 mov eax, ebx
 ret
unset: ret
frame: sub esp, 24
 mov [rsp+8], rdi
 mov eax, [esp+8]
 add esp, 24
 ret
"""


@pytest.fixture(scope="module", autouse=True)
def compiles(tmp_path_factory, gcc, compilers):
    source = write(tmp_path_factory.mktemp("x32") / "f.c", "int f(char *p) { return *p; }\n")
    if subprocess.run([compilers[gcc]["path"], "-mx32", "-c", source, "-o", source.with_suffix(".o")],
                      capture_output=True, check=False).returncode:
        pytest.skip(f"not-run: {gcc} makes no x32 code")


def matrix(out, cc: str, cases, status=0, opt="O2") -> program.Matrix:
    return run_matrix(out, "--cc", cc, "--cases", cases, "--opt", opt, "--profile", "x32", "--place",
                      program.where(64), status=status)


def test_columns(tmp_path, gcc, compilers):
    """Of gcc and of a clang, if there is one: of code that is x32, and nothing is violated."""
    clang = next((c for c in compilers if c.startswith("clang")), None)
    names = [gcc] + ([clang] if clang else [])
    m = matrix(tmp_path / "out", ",".join(names), write(tmp_path / "x.h", PASSES), opt="O0,O2")
    assert {(c["compiler"], c["profile"], c["unusable"]) for c in m.columns.values()} == {(n, "x32", None) for n in names}
    assert not [f for f in m.findings if f["verdict"] == "violation"] and not m.totals["not_run"]
    assert {c["convention"] for c in m.data["cases"]} == {"x32"}


def test_only_when_named(tmp_path, gcc):
    r = run(["run", "--out", tmp_path / "out", "--cc", gcc, "--cases", write(tmp_path / "x.h", "char *f(char *p);\n"),
             "--opt", "O2", "--width", "64", "--place", program.where(64)])
    assert r.status == 0 and "x32" not in {c["profile"] for c in program.load(tmp_path / "out").columns.values()}


def test_a_compiler_that_ignores_the_option(tmp_path, gcc, compilers):
    """It makes 64-bit code, where pointers have 8 bytes: no column, and it is said why."""
    deaf = program.script(tmp_path / "deaf", f"""
for a; do
	shift
	case $a in -mx32) ;; *) set -- "$@" "$a" ;; esac
done
exec {compilers[gcc]["path"]} "$@"
""")
    r = run(["run", "--out", tmp_path / "out", "--cc", deaf, "--cases", write(tmp_path / "x.h", PASSES), "--opt", "O2",
             "--abi", "x32", "--place", program.where(64)])
    assert r.status == 2 and "makes no x32 code" in r.stdout + r.stderr, r


@pytest.fixture(scope="module")
def mutants(tmp_path_factory, gcc, compilers) -> program.Matrix:
    tmp = tmp_path_factory.mktemp("mutants")
    cases = write(tmp / "m64.h", "".join(f"//! group {n}\n{m[0].format(n)};\n" for n, m in MUTANTS.items()))
    patches = {"gen64-x32": {f"{m[1]}/{n}": m[2] for n, m in MUTANTS.items()}}
    return matrix(tmp / "out", mutant_compiler(tmp, compilers[gcc]["path"], patches), cases, status=1)


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant(mutants, name):
    assert_findings(MUTANTS[name][3], [f for f in mutants.findings if f["case"] == f"x32/m64/{name}"])


def test_explain():
    r = run(["explain", "char *f(char *p, long n, int *q)", "--abi", "x32"])
    assert r.status == 0 and r.stdout.split()[-6:] == ["x32", "rdi", "esi", "rdx", "rax", "0"], r.stdout
    assert "x32" not in run(["explain", "char *f(char *p)"]).stdout
    data = json.loads(run(["explain", "int f(int a)", "--abi", "x32", "--json"]).stdout)
    assert "x32" in json.dumps(data)


def test_prove(tmp_path):
    """Objects of an assembler, of a compiler, and in an archive; 32-bit arithmetic on the stack pointer is one on an address."""
    write(tmp_path / "f.asm", ASSEMBLY)
    subprocess.run(["nasm", "-f", "elfx32", "f.asm", "-o", "f.o"], cwd=tmp_path, check=True)
    subprocess.run(["ar", "qc", "f.a", "f.o"], cwd=tmp_path, check=True)
    proto = [a for n in ("keep", "lost", "unset", "frame") for a in ("--proto", f"char *{n}(char *p, long n)")]
    for name in ("f.o", "f.a"):
        r = run(["prove", name, *proto], cwd=tmp_path)
        words = [line.split()[:2] for line in r.stdout.splitlines()[:4]]
        assert r.status == 1 and words == [["proved", "x32/keep"], ["refuted", "x32/lost"], ["refuted", "x32/unset"],
                                          ["proved", "x32/frame"]], r
    assert "rbx leaves with a value" in r.stdout and "the result is never set" in r.stdout
    r = run(["prove", "--all", "f.o"], cwd=tmp_path)
    assert r.status == 1 and "refuted     x32/lost" in r.stdout


def test_prove_what_is_compiled(tmp_path, gcc, compilers):
    """Frames of a compiler, and a structure of two pointers, which is in one register."""
    source = write(tmp_path / "f.c", f"""{PAIR}long second(struct pair a) {{ return a.n; }}
extern long *other(long *p, long n);
long *through(long *p) {{ return other(p, 3) + 1; }}
""")
    subprocess.run([compilers[gcc]["path"], "-mx32", "-O2", "-c", source], cwd=tmp_path, check=True)
    r = run(["prove", "f.o", "--proto", PAIR + "long second(struct pair a)", "--proto", "long *through(long *p)"], cwd=tmp_path)
    assert r.status == 0 and "proved      x32/second" in r.stdout and "proved      x32/through" in r.stdout, r


def test_check_says_what_does(tmp_path):
    """Calls by contract have pointers of 8 bytes."""
    write(tmp_path / "f.asm", ASSEMBLY)
    subprocess.run(["nasm", "-f", "elfx32", "f.asm", "-o", "f.o"], cwd=tmp_path, check=True)
    r = run(["check", "f.o", "--proto", "char *keep(char *p, long n)"], cwd=tmp_path)
    assert r.status == 2 and r.stderr.count("\n") == 1
    assert "f.o is x32 code" in r.stderr and "clobber prove" in r.stderr
