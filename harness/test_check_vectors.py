# SPDX-License-Identifier: MIT
"""clobber check of functions that take, return, or are called among wide vectors: AVX and AVX-512
arguments, upper halves and opmasks as poison, vzeroupper over a result."""
from pathlib import Path

import pytest

import program
from test_check import assemble, check, folded
from test_check_objects import build, verdicts


def needs(flag: str) -> None:
    if flag not in Path("/proc/cpuinfo").read_text().split():
        pytest.skip(f"the processor has no {flag}")


CASES = [
    # flag, declaration, lines, good, {what is said of a bad one: it}
    ("avx", "__m256 f(__m256 a, __m256 b);", "f: vaddps ymm0, ymm0, ymm1\n ret",
     {"it depends on what is above xmm2": "f: vmovaps ymm0, ymm2\n ret",
      "0 in every call: vzeroupper comes after it was set":
      "f: vaddps ymm0, ymm0, ymm1\n vzeroupper\n ret"}),
    ("avx", "//! returns b\n__m256 f(__m256 a, __m256 b);", "f: vmovaps ymm0, ymm1\n ret",
     {"which is b": "f: ret",
      "expected in ymm0": "f: vmovaps xmm0, xmm1\n ret"}),
    ("avx", "__m256 f(int a);", "f: vmovd xmm0, edi\n vinsertf128 ymm0, ymm0, xmm0, 1\n ret",
     {"never set: the return value": "f: ret",
      "which is what the register held": "f: movd xmm0, edi\n ret"}),
    ("avx", "int f(const float *p);",
     "f: vmovups ymm5, [rdi]\n vextractf128 xmm0, ymm5, 1\n vmovd eax, xmm0\n vzeroupper\n ret",
     {"it depends on what is above xmm5":
      "f: vextractf128 xmm0, ymm5, 1\n vmovd eax, xmm0\n vzeroupper\n ret"}),
    ("avx512f", "//! returns a\n__m512 f(int n, __m512 a);", "f: ret",
     {"which is a": "f: vmovaps ymm0, ymm0\n ret"}),
    ("avx512bw", "__m512i f(__mmask64 k, __m512i a, __m512i b);",
     "f: kmovq k1, rdi\n vpaddd zmm0{k1}, zmm0, zmm1\n ret",
     {"it depends on k1": "f: vpaddd zmm0{k1}, zmm0, zmm1\n ret",
      "it depends on zmm17": "f: vpaddd zmm0, zmm0, zmm17\n ret"}),
    ("avx", "int f(int (*g)(int), __m256 v, __m256 *to);",
     "f: push rbx\n sub rsp, 32\n mov rbx, rsi\n vmovups [rsp], ymm0\n mov rax, rdi\n"
     " mov edi, 1\n call rax\n vmovups ymm0, [rsp]\n vmovups [rbx], ymm0\n add rsp, 32\n"
     " pop rbx\n ret",
     {"what a called function left":
      "f: push rbx\n sub rsp, 32\n mov rbx, rsi\n movups [rsp], xmm0\n mov rax, rdi\n"
      " mov edi, 1\n call rax\n vinsertf128 ymm0, ymm0, [rsp], 0\n vmovups [rbx], ymm0\n"
      " add rsp, 32\n pop rbx\n ret"}),
]


@pytest.mark.parametrize("flag, contract, good, bad", CASES, ids=range(len(CASES)))
def test_wide(flag, contract, good, bad, tmp_path):
    needs(flag)
    (tmp_path / "f.h").write_text(contract)
    assemble(tmp_path, good, 64)
    r = check(tmp_path, "f.o", "--contract", "f.h")
    assert verdicts(r) == {"f": "pass"}, r.stdout + r.stderr
    for words, text in bad.items():
        assemble(tmp_path, text, 64)
        r = check(tmp_path, "f.o", "--contract", "f.h")
        assert verdicts(r) == {"f": "violation"}, r.stdout + r.stderr
        assert words in folded(r.stdout), r.stdout


def test_zeros_of_another_function(tmp_path):
    """That a neighbour ends with vzeroupper is no reason to mistrust a result with zeros."""
    needs("avx")
    assemble(tmp_path, "f: vmovaps xmm0, xmm0\n ret\n global g\ng: vzeroupper\n ret", 64)
    r = check(tmp_path, "f.o", "--proto", "__m256 f(__m256 a)")
    assert verdicts(r) == {"f": "pass"}, r.stdout


def test_narrow_input_behind_another(tmp_path):
    """What is expected above it is 0, whatever was expected of the function before. Of what has
    results besides, nothing is concluded from zeros."""
    needs("avx")
    assemble(tmp_path, "f: vmovaps ymm0, ymm1\n ret\n global g\ng: vmovaps xmm0, xmm0\n ret\n"
             " global h\nh: vinsertf128 ymm0, ymm0, xmm0, 1\n ret\n"
             " global i\ni: mov ecx, 5\n vaddps xmm0, xmm0, xmm0\n vzeroupper\n ret", 64)
    (tmp_path / "f.h").write_text(
        "//! returns b\n__m256 f(__m256 a, __m256 b);\n//! returns a\n__m256 g(__m128 a);\n"
        "//! returns a\n__m256 h(__m128 a);\n//! out rcx = 5\n__m256 i(__m256 a);\n")
    r = check(tmp_path, "f.o", "--contract", "f.h")
    assert verdicts(r) == {"f": "pass", "g": "pass", "h": "violation", "i": "pass"}, r.stdout


COMPILED = """
#include <immintrin.h>
__m256 add(__m256 a, __m256 b) { return a + b; }
__m512d many(__m512d a, __m512d b, __m512d c, __m512d d, __m512d e, __m512d f, __m512d g,
	     __m512d h, __m512d i) { return a - b + c - d + e - f + g - h + i; }
__m256i which(__m256i a, __m256i b, int n, __m256i c) { return n & 1 ? a : n & 2 ? b : c; }
struct p { __m256 v; };
struct p same(struct p a) { return a; }
void store(__m256 *p, __m256 v) { *p = v; }
__m512i masked(__mmask16 k, __m512i a) { return _mm512_maskz_abs_epi32(k, a); }
"""
HEADER = """
__m256 add(__m256 a, __m256 b);
__m512d many(__m512d a, __m512d b, __m512d c, __m512d d, __m512d e, __m512d f, __m512d g,
	     __m512d h, __m512d i);
__m256i which(__m256i a, __m256i b, int n, __m256i c);
struct p { __m256 v; };
struct p same(struct p a);
void store(__m256 *p, __m256 v);
__m512i masked(__mmask16 k, __m512i a);
"""


@pytest.mark.parametrize("compiler, flags", [("gcc", "-O2"), ("clang", "-O2"), ("clang", "-O0")])
def test_compiled(compiler, flags, tmp_path):
    needs("avx512f")
    (tmp_path / "f.h").write_text(HEADER)
    (tmp_path / "mm_malloc.h").write_text("")  # which wants a C library's headers
    build(tmp_path, "f.c", COMPILED, compiler=compiler, flags=f"{flags} -mavx512f -I{tmp_path}")
    r = check(tmp_path, "f.o", "--header", "f.h")
    assert set(verdicts(r).values()) == {"pass"} and len(verdicts(r)) == 6, r.stdout + r.stderr


def test_without_such_registers(tmp_path):
    """Where they are not set up the function is not-run, and others run."""
    if not program.runs("vmx", 64):
        pytest.skip("no place vmx")
    assemble(tmp_path, "f: ret\n global g\ng: mov eax, edi\n ret", 64)
    r = check(tmp_path, "f.o", "--proto", "__m256 f(__m256 a)", "--proto", "int g(int a)",
              place="vmx")
    assert "f in place vmx: the vector registers that it takes are not there" in folded(r.stdout)
    assert verdicts(r) == {"f": "not-run", "g": "pass"}, r.stdout
