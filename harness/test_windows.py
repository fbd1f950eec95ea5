# SPDX-License-Identifier: MIT
"""Code for Windows: compilers whose objects are COFF, as columns of a run."""
import json
import shutil

import pytest

import program
from program import run, run_matrix, script, write

pytestmark = pytest.mark.ia32

CASES = """struct pair { long a; int b; };
struct three { int a, b, c; };
//! abi ms sysv cdecl stdcall fastcall
long f(long a, long long b, short c, double d, struct pair e, unsigned long g);
struct three returned(int a, struct three b);
struct pair small(struct pair a);
//! abi ms sysv
long double wide(int a, long double b);
//! varargs int, double, long, void *
int variadic(const char *format, ...);
"""


def compiler(name: str) -> str:
    path = shutil.which(name)
    if not path:
        pytest.skip(f"not-run: {name} is not installed")
    return path


@pytest.fixture(scope="module")
def mingw() -> str:
    return compiler("x86_64-w64-mingw32-gcc")


def matrix(tmp_path, cc: str, width: int, *args, status=0, cases=CASES) -> program.Matrix:
    program.need("native", width)
    return run_matrix(tmp_path / "out", "--cc", cc, "--cases", write(tmp_path / "w.h", cases), "--opt", "O0,O2",
                      "--width", str(width), "--place", "native", "--profile", "windows", *args, status=status)


@pytest.mark.parametrize("width, conventions", [(64, {"ms", "sysv"}), (32, {"cdecl", "stdcall", "fastcall", "thiscall"})])
def test_columns_of_a_compiler_for_windows(tmp_path, mingw, width, conventions):
    """What it calls by default is ms, with a long of 4 bytes; names are decorated."""
    m = matrix(tmp_path, mingw, width)
    assert {c["profile"] for c in m.columns.values()} == {"windows"} and len(m.columns) == 2
    assert not [f for f in m.findings if f["verdict"] == "violation"] and not m.totals["not_run"]
    assert {c["convention"] for c in m.data["cases"]} == conventions


def test_without_a_profile(tmp_path, mingw, gcc, compilers):
    """A compiler for Windows has columns of it, another one has none, unless it is asked for."""
    program.need("native", 64)
    cases = write(tmp_path / "w.h", "long f(long a);\n")
    r = run(["run", "--out", tmp_path / "out", "--cc", mingw + "," + compilers[gcc]["path"], "--cases", cases,
             "--opt", "O2", "--width", "64", "--place", "native"])
    m = program.load(tmp_path / "out")
    assert r.status == 0, r.stdout + r.stderr
    found = {(c["compiler"], c["profile"]) for c in m.columns.values()}
    assert {p for c, p in found if "mingw" in c} == {"windows"}
    assert "windows" not in {p for c, p in found if "mingw" not in c}


def test_clang_is_told_to(tmp_path, compilers):
    clang = next((c for c in compilers if c.startswith("clang")), None)
    if not clang:
        pytest.skip("not-run: no clang")
    m = matrix(tmp_path, clang, 64, "--abi", "ms")
    assert {c["profile"] for c in m.columns.values()} == {"windows"} and not m.totals["unexpected"]


def test_fuzz(tmp_path, compilers):
    """Of declarations that Windows lays out in its own way, too."""
    clang = next((c for c in compilers if c.startswith("clang")), None)
    if not clang:
        pytest.skip("not-run: no clang")
    program.need("native", 64)
    r = run(["fuzz", "--out", tmp_path / "out", "--cc", clang, "--profile", "windows", "--width", "64", "--count", "8",
             "--minimise", "0", "--types", "long,struct", "--place", "native"])
    made = json.loads((tmp_path / "out" / "fuzz.json").read_text())
    assert r.status in (0, 1) and made["options"]["columns"] == [f"{clang}/64/O2/windows"], r
    assert "functions in" in r.stdout and "8 prototypes" in r.stdout, r


def test_a_compiler_without_windows_says_so(tmp_path, gcc):
    r = run(["run", "--out", tmp_path / "out", "--cc", gcc, "--cases", write(tmp_path / "w.h", CASES), "--opt", "O2",
             "--width", "64", "--place", "native", "--profile", "windows"])
    assert r.status == 2 and "not built" in r.stdout and "makes no code for Windows" in r.stdout


def test_lost_xmm7(tmp_path, mingw):
    bad = script(tmp_path / "bad", f'exec {mingw} "$@" -fcall-used-xmm7\n')
    m = matrix(tmp_path, bad, 64, "--abi", "ms", status=1)
    found = {(f["check"], f["subject"]) for f in m.findings if f["verdict"] == "violation"}
    assert found == {("callee-saved", "xmm7 after the call")}
    assert {f["rule"] for f in m.findings if f["check"] == "callee-saved"} == {"ms.registers.saved"}


def mutant(tmp_path, mingw: str, edit: str) -> str:
    """The compiler, with its assembly of cases edited by sed."""
    return script(tmp_path / "mutant", f"""
case "$*" in *gen*-windows/*) ;; *) exec {mingw} "$@" ;; esac
for a; do [ "$last" = -o ] && out=$a; last=$a; done
{mingw} "$@" -S || exit
sed '{edit}' "$out" >"$out.s"
cmp -s "$out" "$out.s" && {{ echo "error: nothing to edit"; exit 1; }}
machine=-m64
case "$*" in *-m32*) machine=-m32 ;; esac
exec {mingw} $machine -c -o "$out" -x assembler "$out.s"
""")


def test_no_home_area(tmp_path, mingw):
    """The caller takes its 32 bytes away just for the call."""
    bad = mutant(tmp_path, mingw, r"s/^\tcall\t.*probe_.*/\taddq $32, %rsp\n&\n\tsubq $32, %rsp/")
    m = matrix(tmp_path, bad, 64, status=1, cases="//! abi ms\nlong f(long a);\n")
    assert any("home" in str(f) for f in m.findings), m.findings


def test_decoration_and_conventions_of_32_bit(tmp_path, mingw):
    """The callee pops too little: its name says 8 bytes, its code 4."""
    bad = mutant(tmp_path, mingw, r"s/ret\t$8/ret\t$4/")
    m = matrix(tmp_path, bad, 32, status=1, cases="//! abi stdcall\nint f(int a, int b);\n")
    assert {f["check"] for f in m.findings} >= {"stack-pointer"}


def test_other_compilers_keep_their_library(tmp_path):
    """To ask whether a compiler is one for Windows takes nothing from it: tcc's code calls its own library."""
    if not shutil.which("tcc"):
        pytest.skip("no tcc")
    cases = program.write(tmp_path / "m64.h", "//! varargs struct s\nint f(int n, ...);\n".replace(
        "//!", "struct s { double d; long l; };\n//!"))
    # It violates other rules.
    m = program.run_matrix(tmp_path / "out", "--cc", "tcc", "--opt", "O2", "--width", "64", "--abi", "sysv", "--place",
                           program.where(64), "--cases", cases, status=1)
    assert m.data["totals"]["not-run"] == 0 and m.data["totals"]["executed"] == 2
