# SPDX-License-Identifier: MIT
"""clobber check --emit-header: CLOBBER_CALL in a small test in checkasm's manner, which compares
with references in C and knows nothing of calling conventions."""
import re
import shutil
import subprocess

import pytest

import program
from test_check_objects import nasm

ASSEMBLY = """ global good, lost, setdf, fl, eight, pops, mx, ld, cb, cuts
 section .text
good: lea eax,[rdi+rsi]
 ret
lost: mov eax,edi
 xor r12d,r12d
 ret
setdf: std
 ret
fl: cvtss2sd xmm1,xmm1
 addsd xmm0,xmm1
 cvtsi2sd xmm1,edi
 addsd xmm0,xmm1
 ret
eight: lea rax,[rdi+rsi]
 add rax,rdx
 add rax,rcx
 add rax,r8
 add rax,r9
 add rax,[rsp+8]
 add rax,[rsp+16]
 ret
pops: mov eax,edi
 ret 8
mx: movd mm0,edi
 movd eax,mm0
 ret
ld: push rdi
 fild dword [rsp]
 pop rdi
 ret
cb: sub rsp,8
 mov rax,rdi
 mov edi,esi
 call rax
 add rsp,8
 ret
cuts: fnstcw [rsp-8]
 or word [rsp-8],0xc00
 fldcw [rsp-8]
 ret
 section .note.GNU-stack noalloc noexec nowrite progbits
"""

DECLARED = """
#include "clobber_call.h"
#include <string.h>
int good(int a, int b), lost(int a), pops(int a), mx(int a), cb(int (*f)(int), int a);
void setdf(void), cuts(void);
double fl(double x, float y, int n);
long eight(long a, long b, long c, long d, long e, long f, long g, long h);
long double ld(int a);
static int back(int a) { return CLOBBER_CALL(good, a, 1); }
static int wrong;
static void equal(int same, int line) { if (!same) { printf("line %d differs\\n", line); wrong = 1; } }
#define SAME(a, b) equal((a) == (b), __LINE__)
int main(void)
{
	char text[40];
	int (*through)(int, int) = good;

	SAME(CLOBBER_CALL(good, 3, 4), 7);
	SAME(CLOBBER_CALL(eight, 1, 2, 3, 4, 5, 6, 7, 8), 36);
	SAME(CLOBBER_CALL(fl, 1.5, 2.5f, 3), 7.0);
	SAME(CLOBBER_CALL(ld, 5), 5.0L);
	SAME(CLOBBER_CALL(cb, back, 9), 10);
	SAME(CLOBBER_CALL(through, 1, 1), 2);
	SAME(CLOBBER_CALL(snprintf, text, sizeof(text), "%d %g %s", 5, 2.5, "x"), 7);
	SAME(strcmp(text, "5 2.5 x"), 0);
	SAME(CLOBBER_CALL(good, CLOBBER_CALL(good, 1, 2), CLOBBER_CALL(good, 4, 0)), 7);
	BAD
	return wrong || clobber_failures;
}
"""
BAD = {
    "SAME(CLOBBER_CALL(lost, 3), 3);": "lost: r12: expected 0x#, got 0x0",
    "CLOBBER_CALL(setdf);": "setdf: direction flag: expected 0x0, got 0x1",
    "SAME(CLOBBER_CALL(pops, 2), 2);": "pops: rsp: expected 0x#, got 0x#",
    "SAME(CLOBBER_CALL(mx, 2), 2);": "mx: x87 or mmx registers in use: expected 0x0, got 0xff",
    "CLOBBER_CALL(cuts);": "cuts: x87 control word: expected 0x37f, got 0xf7f",
}


def run(folder, compiler, flags, bad):
    (folder / "test.c").write_text(DECLARED.replace("BAD", bad))
    subprocess.run([compiler, *flags.split(), "-Wall", "-Wextra", "-Werror", "-o", "test", "test.c",
                    "f.o"], cwd=folder, check=True)
    return subprocess.run(["./test"], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("compiler, flags", [("gcc", "-O2"), ("gcc", "-O0 -fPIC -pie"),
                                             ("gcc", "-O2 -flto"), ("clang", "-O2"),
                                             ("clang", "-O0")])
def test_calls_are_checked(compiler, flags, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    r = program.run(["check", "--emit-header"])
    assert (r.status, r.stderr) == (0, "")
    (tmp_path / "clobber_call.h").write_text(r.stdout)
    nasm(tmp_path, "f", ASSEMBLY)
    p = run(tmp_path, compiler, flags, "")
    assert (p.returncode, p.stdout, p.stderr) == (0, "", "")
    p = run(tmp_path, compiler, flags, "SAME(CLOBBER_CALL_MMX(mx, 2), 2);")
    assert (p.returncode, p.stdout, p.stderr) == (0, "", "")
    for call, words in BAD.items():
        p = run(tmp_path, compiler, flags, call)
        # The result arrives all the same.
        assert (p.returncode, p.stdout) == (1, ""), call
        pattern = re.escape("test.c:27: " + words).replace(re.escape("#"), "[0-9a-f]+")
        assert re.fullmatch(pattern + "\n", p.stderr), p.stderr
