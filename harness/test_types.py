# SPDX-License-Identifier: MIT
"""Types of which compilers may make something else: each with a compiler that does."""
import pytest

import program
from program import run_matrix, script, write

TRANSPARENT = """typedef union { int *a; long *b; } either __attribute__((transparent_union));
int passed(either a, int b);
"""
DECIMAL = "_Decimal64 returned(int a, _Decimal64 b);\n_Decimal32 narrow(_Decimal32 a);\n"
ATOMIC = "struct s { _Atomic float a, b; };\nint passed(struct s a, int b);\n"


def broken(tmp_path, cc, lost):
    """A compiler that reads its C through sed, but what it is asked for types it knows."""
    return script(tmp_path / "my-cc", f"""for last; do :; done
case $last in *probe.c) ;; *.c) sed '{lost}' "$last" >"$TMPDIR/lost.c"
  n=$#; for a; do shift; [ "$a" = "$last" ] && a=$TMPDIR/lost.c; set -- "$@" "$a"; done;; esac
exec {cc} "$@"
""")


def judged(tmp_path, cc, cases, width, abi, status):
    m = run_matrix(tmp_path / f"out{status}", "--cc", cc, "--width", width, "--abi", abi, "--opt", "O2", "--profile",
                   "user", "--place", program.where(width), "--cases", write(tmp_path / "some.h", cases), status=status)
    return m, {f["rule"] for f in m.findings if f["verdict"] in ("violation", "crash")}


@pytest.mark.ia32
def test_transparent_union(tmp_path, gcc, compilers):
    """As the union that it is, it goes on the stack."""
    cc = compilers[gcc]["path"]
    assert not judged(tmp_path, cc, TRANSPARENT, 32, "fastcall", 0)[1]
    bad = broken(tmp_path, cc, "s/__attribute__((transparent_union))//")
    assert "gcc.transparent-union" in judged(tmp_path, bad, TRANSPARENT, 32, "fastcall", 1)[1]


@pytest.mark.ia32
def test_decimal(tmp_path, gcc, compilers):
    """As a double it comes back on the x87 stack."""
    cc = compilers[gcc]["path"]
    m, rules = judged(tmp_path, cc, DECIMAL, 32, "cdecl", 0)
    assert m.totals["executed"] == 4 and not rules
    bad = broken(tmp_path, cc, "s/_Decimal64/double/g; s/_Decimal32/float/g")
    assert "i386.return.decimal" in judged(tmp_path, bad, DECIMAL, 32, "cdecl", 1)[1]


def test_decimal_64(tmp_path, gcc, compilers):
    cc = compilers[gcc]["path"]
    bad = broken(tmp_path, cc, "s/_Decimal64/long/g")
    assert not judged(tmp_path, cc, DECIMAL, 64, "sysv", 0)[1]
    assert "sysv.args.decimal" in judged(tmp_path, bad, DECIMAL, 64, "sysv", 1)[1]


def test_atomic_is_open(tmp_path, gcc, clang, compilers):
    """No document decides, so nobody violates one; where compilers differ (LLVM 222104) is reported."""
    both = f"{compilers[gcc]['path']},{compilers[clang]['path']}"
    m, rules = judged(tmp_path, both, ATOMIC, 64, "sysv", 0)
    assert not rules
    assert {f["rule"] for f in m.findings if f["verdict"] == "divergence"} == {"sysv.args.atomic"}
