# SPDX-License-Identifier: MIT
"""clobber check --against: results and memory are compared with those of a reference; --bench."""
import json
import re
import subprocess

import pytest

from test_check import assemble, check, folded
from test_check_again import findings, proto

AVERAGE = """f: mov r10d, [rsp+8]
.l: movq xmm0, [rdx]
 movq xmm1, [r8]
 pavgb xmm0, xmm1
 movq [rdi], xmm0
 add rdi, rsi
 add rdx, rcx
 add r8, r9
 dec r10d
 jnz .l
 ret"""
DECLARED = "void f(unsigned char *dst, long ds, const unsigned char *a, long as, const unsigned " \
    "char *b, long bs, int h)"
LINES = ["arg ds one of 16, 32", "arg as one of 16, 24", "arg bs = 40", "arg h from 1 to 16",
         "arg dst buf 520", "arg a buf 520", "arg b buf 640"]
IN_C = """void {name}(unsigned char *d, long ds, const unsigned char *a, long as,
	const unsigned char *b, long bs, int h)
{{
	for (int y = 0; y < h; y++, d += ds, a += as, b += bs)
		for (int x = 0; x < 8; x++)
			d[x] = (a[x] + b[x] + {round}) >> 1;
}}
"""


def test_a_c_file(tmp_path):
    assemble(tmp_path, AVERAGE, 64)
    (tmp_path / "ref.c").write_text(IN_C.format(name="f", round="1"))
    for lines in (LINES, []):
        r = check(tmp_path, "f.o", *proto(DECLARED, *lines), "--against", "ref.c")
        assert r.status == 0 and "1 function: 1 pass" in r.stdout, r.stdout + r.stderr
    (tmp_path / "ref.c").write_text(IN_C.format(name="f", round="(x != 5 || y != 3)"))
    r = check(tmp_path, "f.o", *proto(DECLARED, *LINES), "--against", "ref.c")
    said, = findings(r)
    stride = int(re.search(r"ds = (\d+)", said)[1])
    assert r.status == 1 and f"memory at dst + {3 * stride + 5} (row 3, column 5): expected 0x" in \
        said and ", as the reference, got 0x" in said and "reference ref.c" in said, r.stdout
    assert "--against ref.c --seed 1" in r.stdout


def test_objects_archives_and_names(tmp_path):
    assemble(tmp_path, "f: lea eax, [rdi+rsi]\n ret", 64)
    (tmp_path / "r.c").write_text("static int twice(int a) { return 2 * a; }\n"
                                  "int f(int a, int b) { return a + b; }\n"
                                  "int g(int a, int b) { return a + b + (b == 77); }\n"
                                  "int helper(int a) { return twice(a); }\n")
    subprocess.run(["cc", "-c", "-O2", "r.c"], cwd=tmp_path, check=True)
    subprocess.run(["ar", "rc", "r.a", "r.o"], cwd=tmp_path, check=True)
    declared = proto("int f(int a, int b)", "arg b from 0 to 100")
    for ref in ("r.o", "r.a", "r.o:f"):
        assert check(tmp_path, "f.o", *declared, "--against", ref).status == 0
    r = check(tmp_path, "f.o", *declared, "--against", "r.a:g", "--format", "json")
    x, = json.loads(r.stdout)["functions"][0]["findings"]
    assert r.status == 1 and x["check"] == "against" and "b = 77" in x["inputs"]
    assert x["subject"] == "the return value (int)"


@pytest.mark.parametrize("ref,words", [
    ("none.c", "does not compile"), ("none.o", "none.o"), ("f.o:g", "defines none of the functions"),
    ("f.asm", "is neither"), ("wrong.c", "wrong.c does not compile"),
])
def test_what_is_no_reference(ref, words, tmp_path):
    assemble(tmp_path, "f: ret", 64)
    (tmp_path / "wrong.c").write_text("int f(\n")
    r = check(tmp_path, "f.o", *proto("void f(void)"), "--against", ref)
    assert r.status == 2 and words in r.stderr and r.stdout == ""


def test_a_reference_that_faults_is_not_compared(tmp_path):
    assemble(tmp_path, "f: mov eax, 1\n ret", 64)
    (tmp_path / "r.c").write_text("int f(int a) { return a ? 1 : *(volatile int *)8; }\n")
    r = check(tmp_path, "f.o", *proto("int f(int a)"), "--against", "r.c")
    assert "the reference: expected returns with the inputs with which the function does, got a " \
        "fault" in folded(r.stdout) and r.status == 0 and "1 not-run" in r.stdout, r.stdout


def test_bench(tmp_path):
    """Many rounds of a loop take longer than few; of the reference as of the function."""
    assemble(tmp_path, "f: mov eax, edi\n.l: imul rdx, rdx\n dec eax\n jnz .l\n xor eax, eax\n ret",
             64)
    (tmp_path / "r.c").write_text("int f(int n) { for (volatile int i = 0; i < n; i++) {} return 0; }\n")

    def cycles(n):
        r = check(tmp_path, "f.o", *proto("int f(int n)", f"arg n from {n} to {n + 10}"),
                  "--against", "r.c", "--bench")
        assert r.status == 0, r.stdout + r.stderr
        return [int(x) for x in re.search(
            r"cycles a call: (\d+) \(\d+ to \d+\); of the reference: (\d+) \(\d+ to \d+\)",
            folded(r.stdout)).groups()]

    few, many = cycles(10), cycles(5000)
    assert many[0] > 10 * few[0] and many[1] > 10 * few[1]
    r = check(tmp_path, "f.o", *proto("int f(int n)", "arg n = 100"), "--bench", "--format", "json")
    j, = json.loads(r.stdout)["functions"]
    low, high = j["cycles"][1:]
    assert low <= j["cycles"][0] <= high and "reference_cycles" not in j
    assert "cycles" not in check(tmp_path, "f.o", *proto("int f(int n)", "arg n = 100")).stdout
