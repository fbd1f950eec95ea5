# SPDX-License-Identifier: MIT
"""C++ compilers as columns of run: C prototypes, and classes that are not trivial for the purposes of
calls."""
import shutil
import subprocess

import pytest

from program import ROOT, run, run_matrix, script, where, write

PLAIN = """struct s { int a; double b; };
enum e { A, B = 7 };
struct s both(struct s a, enum e b, _Bool c, const char *d, int (*f)(int));
//! varargs double, struct s, long
int more(int n, ...);
"""
CLASSES = ROOT / "cases/exotic/classes.h"


@pytest.fixture(scope="module", params=["g++", "clang++"])
def cxx(request):
    for name in (request.param, *(f"{request.param}-{v}" for v in range(22, 10, -1))):
        if shutil.which(name):
            return shutil.which(name)
    pytest.skip(f"not-run: {request.param} absent")


def test_prototypes_of_c(cxx, tmp_path):
    m = run_matrix(tmp_path / "out", "--cc", cxx, "--place", "native", "--abi", "sysv,cdecl", "--cases",
                   write(tmp_path / "some.h", PLAIN), status=0)
    assert m.totals["executed"] >= 4 and not m.totals["unexpected"], m.totals


def test_causes_of_c_are_known(cxx, tmp_path):
    """A defect shows in other registers in C++ than in C, which the lines beside the cases are of."""
    cases = [f"{ROOT}/cases/aggregate/packed.h:ret_under{n}" for n in (1, 2, 4)]
    cases += [f"{ROOT}/cases/exotic/complex.h:ret_c_{n}" for n in ("float", "double", "mixed")]
    m = run_matrix(tmp_path / "out", "--cc", cxx, "--width", "64", "--place", "native", "--abi", "sysv,ms",
                   "--profile", "user", "--cases", ",".join(cases), status=0)
    assert m.totals["executed"] > 16 and not m.totals["unexpected"], m.totals


@pytest.mark.parametrize("width", [64, pytest.param(32, marks=pytest.mark.ia32)])
def test_classes(cxx, width, tmp_path):
    m = run_matrix(tmp_path / "out", "--cc", cxx, "--width", width, "--place", where(width), "--profile", "user",
                   "--abi", "sysv" if width == 64 else "cdecl", "--cases", CLASSES, status=0)
    assert m.totals["executed"] == m.totals["planned"] > 16, m.totals


@pytest.mark.parametrize("lost,rules", [
    # trivial without it: a value in a register, where an address belongs
    ("s/~handle() { }//", {"cxx.args.object", "cxx.return.object"}),
    ("s/~copied() { }//; s/copied() { } copied(const copied [^}]*}//",
     {"cxx.args.object", "cxx.return.object"}),
])
def test_taken_for_trivial(cxx, lost, rules, tmp_path):
    script(tmp_path / "bad++", f"""for last; do :; done
case $last in *.cc) sed '{lost}' "$last" >"$TMPDIR/lost.cc"
  n=$#; for a; do shift; [ "$a" = "$last" ] && a=$TMPDIR/lost.cc; set -- "$@" "$a"; done;; esac
exec {cxx} "$@"
""")
    m = run_matrix(tmp_path / "out", "--cc", tmp_path / "bad++", "--width", "64", "--place", "native", "--abi",
                   "sysv", "--opt", "O2", "--cases", CLASSES, status=1)
    found = {f["rule"] for f in m.findings if f["verdict"] in ("violation", "crash")}
    assert rules <= found, found


@pytest.mark.parametrize("broken,size,case", [
    # the padding of what is C is used
    ("s/struct behind : padded { char c; }/struct behind { int a; char b, c; }/", "offset of c", "ret_within"),
    # an empty base takes room
    ("s/struct of_none : none { int a; }/struct of_none { struct none n; int a; }/", "size of",
     "ret_of_none"),
    # bases in the other order
    ("s/struct both : one_double, padded/struct both : padded, one_double/", "offset of y", "ret_both"),
])
def test_bases_laid_out_otherwise(cxx, broken, size, case, tmp_path):
    script(tmp_path / "bad++", f"""for last; do :; done
case $last in *.cc) sed '{broken}' "$last" >"$TMPDIR/lost.cc"
  n=$#; for a; do shift; [ "$a" = "$last" ] && a=$TMPDIR/lost.cc; set -- "$@" "$a"; done;; esac
exec {cxx} "$@"
""")
    m = run_matrix(tmp_path / "out", "--cc", tmp_path / "bad++", "--width", "64", "--place", "native", "--abi",
                   "sysv", "--opt", "O2", "--cases", f"{CLASSES}:{case}", status=1)
    layout = {f["subject"] for f in m.findings if f["check"] == "layout"}
    assert any(size in subject for subject in layout), (layout, m.findings)


@pytest.mark.parametrize("text,words", [
    ("struct e { }; struct s : e { e c; }; int f(s a);", "two objects of the empty class 'e' at one address"),
    ("struct e { }; struct s : virtual e { }; int f(s a);", "'virtual' is not supported as a base"),
    ("struct s : nobody { }; int f(s a);", "'nobody' is no structure that is defined"),
    ("struct b { int a; }; struct s : b { char a; }; int f(s a);", "member 'a' is declared twice"),
    ("struct b { b(int); int a; char c; }; struct s : b { }; int f(s a);", "compilers differ on what they let follow"),
    ("int &f(void);", "references are not supported here"),
])
def test_what_is_not_read(text, words):
    r = run(["explain", 'extern "C++" { ' + text + " }"])
    assert r.status == 2 and words in r.stderr, r


def test_c_has_no_classes(gcc, compilers, tmp_path):
    m = run_matrix(tmp_path / "out", "--cc", compilers[gcc]["path"], "--width", "64", "--place", "native", "--abi",
                   "sysv", "--opt", "O0", "--cases", f"{CLASSES}:ret_handle,{CLASSES}:ret_made", status=0)
    assert m.totals["executed"] == 2 and m.totals["unsupported"] == 2, m.totals


def test_explained():
    r = run(["explain", "--abi", "sysv", 'extern "C++" { struct h { ~h(); int a; }; h f(int a, h b); }'])
    assert "pointer in rdx" in r.stdout and "memory at rdi" in r.stdout, r.stdout
    r = run(["explain", "--abi", "sysv", 'extern "C++" { struct h { ~h() = default; int a; }; h f(int a, h b); }'])
    assert "pointer" not in r.stdout and "esi" in r.stdout, r.stdout


# Members, by their mangled names -------------------------------------------------------------------

MEMBER = """struct S { int x; int get(int a) const; };
int S::get(int a) const { return a + x; }
"""
GET = "int _ZNK1S3getEi(const struct S *self, int a)"


def test_a_member_by_its_mangled_name(cxx, tmp_path):
    """`this' is declared as a first parameter; a function that takes it from elsewhere is found."""
    subprocess.run([cxx, "-O2", "-c", write(tmp_path / "m.cc", MEMBER)], cwd=tmp_path, check=True)
    for verb in (["check", "--place", where(64)], ["prove"]):
        r = run([verb[0], "m.o", *verb[1:], "--proto", f"struct S {{ int x; }}; {GET}"], cwd=tmp_path)
        assert r.status == 0, r
    write(tmp_path / "bad.asm", " global _ZNK1S3getEi\n section .text\n_ZNK1S3getEi: mov eax, edx\n add eax, [rdi]\n ret\n")
    subprocess.run(["nasm", "-f", "elf64", "bad.asm"], cwd=tmp_path, check=True)
    r = run(["prove", "bad.o", "--proto", f"struct S {{ int x; }}; {GET}"], cwd=tmp_path)
    assert r.status == 1 and "rdx holds at entry" in r.stdout, r


def test_a_member_is_thiscall_on_windows(tmp_path):
    """At 32 bit, by Microsoft's page on __thiscall: `this' in ecx, the callee pops."""
    clang = next((c for c in ("clang++", *(f"clang++-{v}" for v in range(22, 10, -1))) if shutil.which(c)), None)
    if not clang:
        pytest.skip("not-run: no clang++")
    subprocess.run([clang, "--target=i686-pc-windows-gnu", "-O2", "-c", write(tmp_path / "m.cc", MEMBER)], cwd=tmp_path,
                   check=True)
    proto = "int _ZNK1S3getEi(const void *self, int a)"
    r = run(["prove", "m.o", "--proto", f"__attribute__((thiscall)) {proto}"], cwd=tmp_path)
    assert r.status == 0 and "proved      thiscall/" in r.stdout, r
    r = run(["prove", "m.o", "--proto", proto], cwd=tmp_path)
    assert r.status == 1 and "refuted     cdecl/" in r.stdout, r
