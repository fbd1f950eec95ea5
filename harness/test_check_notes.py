# SPDX-License-Identifier: MIT
"""clobber check: what is told beside a verdict and changes none: divisors that no line speaks of,
upper halves of vector registers left in use. And structures that lead to others."""
import json

import pytest

from test_check import assemble, check, folded
from test_check_objects import verdicts
from test_check_vectors import needs


def judged(tmp_path, text: str, proto: str, *more: str) -> dict:
    assemble(tmp_path, text, 64)
    r = check(tmp_path, "f.o", "--proto", proto, "--format", "json", *more)
    return json.loads(r.stdout)["functions"][0]


DIVIDES = "mov eax, edi\n cdq\n idiv esi\n ret"


def test_a_divisor_of_which_nothing_is_said_accuses_nobody(tmp_path):
    f = judged(tmp_path, f"f: {DIVIDES}", "int f(int a, int b)")
    assert f["verdict"] == "pass" and len(f["notes"]) == 2
    assert "a divide error with b = 0:" in f["notes"][0] + f["notes"][1]
    assert any("a = -2147483648 and b = -1" in n for n in f["notes"])
    r = check(tmp_path, "f.o", "--proto", "int f(int a, int b)")
    assert "note: a divide error with b = 0: nothing says what it may be" in folded(r.stdout)
    # Unsigned: only 0.
    f = judged(tmp_path, "f: mov eax, edi\n xor edx, edx\n div esi\n ret",
               "unsigned f(unsigned a, unsigned b)")
    assert f["verdict"] == "pass" and len(f["notes"]) == 1
    # None to tell of.
    f = judged(tmp_path, f"f: or esi, 1\n and esi, 0xff\n {DIVIDES}", "int f(int a, int b)")
    assert f["verdict"] == "pass" and not f["notes"]


def test_a_divisor_that_a_line_allows_does(tmp_path):
    line = ("--note", "arg b from 0 to 3")
    f = judged(tmp_path, f"f: {DIVIDES}", "int f(int a, int b)", *line)
    assert f["verdict"] == "crash" and not f["notes"]
    # One that divides by 0 whatever it is given; one that loses a register beside it.
    f = judged(tmp_path, "f: xor esi, esi\n " + DIVIDES, "int f(int a, int b)")
    assert f["verdict"] == "crash"
    f = judged(tmp_path, f"f: cmp esi, 7\n jne .g\n mov ebx, esi\n.g: {DIVIDES}",
               "int f(int a, int b)")
    assert f["verdict"] == "violation"
    assert [x["subject"] for x in f["findings"]] == ["rbx after the call"], f["findings"]


UPPER = "vmovups ymm0, [rdi]\n vaddps ymm1, ymm0, ymm0\n vmovups [rdi], ymm1\n "


def test_what_faults_for_some_numbers_is_noted(tmp_path):
    """XGETBV of what there is not: no input of which anything says that it fits."""
    declared = "unsigned f(int xcr)"
    f = judged(tmp_path, "f: mov ecx, edi\n and ecx, 0x80000000\n xgetbv\n ret", declared)
    assert f["verdict"] == "pass" and f["notes"][0].startswith("a memory access violation with xcr = -"), f
    r = check(tmp_path, "f.o", "--proto", declared, "--note", "arg xcr from -4 to 4")
    assert r.status == 1 and "1 crash" in r.stdout, r.stdout
    # With no number does it return.
    assemble(tmp_path, "f: xor eax, eax\n mov eax, [rax]\n ret", 64)
    assert "1 crash" in check(tmp_path, "f.o", "--proto", declared).stdout


def test_upper_halves_in_use_are_noted(tmp_path):
    needs("avx")
    f = judged(tmp_path, f"f: {UPPER} ret", "void f(float *p)")
    assert f["verdict"] == "pass"
    assert [n.split(":")[0] for n in f["notes"]] == [
        "upper halves of vector registers are in use when it returns"]
    f = judged(tmp_path, f"f: {UPPER} vzeroupper\n ret", "void f(float *p)")
    assert f["verdict"] == "pass" and not f["notes"]
    # Only on a path that is seldom taken; not at all; wide values that are its result.
    f = judged(tmp_path, f"f: vzeroupper\n cmp esi, 0x12345\n jne .r\n {UPPER}\n.r: ret",
               "void f(float *p, int n)")
    assert len(f["notes"]) == 1
    f = judged(tmp_path, "f: movups xmm0, [rdi]\n addps xmm0, xmm0\n movups [rdi], xmm0\n ret",
               "void f(float *p)")
    assert not f["notes"]
    f = judged(tmp_path, "f: vaddps ymm0, ymm0, ymm0\n ret", "__m256 f(__m256 a)")
    assert f["verdict"] == "pass" and not f["notes"]


@pytest.mark.parametrize("zeroes", (False, True))
def test_upper_halves_in_use_at_a_call_are_noted(zeroes, tmp_path):
    needs("avx")
    f = judged(tmp_path, f"f: push rbx\n mov rbx, rsi\n {UPPER} {'vzeroupper' if zeroes else ''}\n"
               " call rbx\n vzeroupper\n pop rbx\n ret", "void f(float *p, void (*g)(void))")
    assert f["verdict"] == "pass"
    assert [n.split(":")[0] for n in f["notes"]] == ([] if zeroes else [
        "upper halves of vector registers are in use when it calls others"])


NODES = "struct node { struct node *next; long v; };\n"
WALK = "f: xor eax, eax\n.l: test rdi, rdi\n jz .e\n inc rax\n {each} mov rdi, [rdi]\n jmp .l\n.e: ret"


def test_lists_of_more_than_one(tmp_path):
    proto = "unsigned long f(const struct node *n)"
    (tmp_path / "n.h").write_text(NODES + proto + ";")
    assemble(tmp_path, WALK.format(each=""), 64)
    r = check(tmp_path, "f.o", "--header", "n.h")
    assert verdicts(r) == {"f": "pass"}, r.stdout
    assemble(tmp_path, WALK.format(each="cmp rax, 2\n jne .n\n mov rbx, rax\n.n:"), 64)
    r = check(tmp_path, "f.o", "--header", "n.h")
    assert verdicts(r) == {"f": "violation"} and "callee-saved: rbx" in r.stdout
