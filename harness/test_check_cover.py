# SPDX-License-Identifier: MIT
"""clobber check: what ran, what never did, and inputs that are made toward what did not; how strong
each result is said to be."""
import json
import re
import subprocess

import pytest

import program
from test_check import assemble, check, folded
from test_check_again import findings, proto

P = "void f(const unsigned char *p, long n)"
# Reached only by inputs that nobody draws: prototype, code in which `bad` is what is done there.
HIDDEN = {
    "a 64-bit number": ("int f(long a)", "f: mov rax, 0x1122334455667788\n cmp rdi, rax\n jne .r\n"
                        " {bad}\n.r: xor eax, eax\n ret"),
    "a length and an alignment": (P, "f: cmp rsi, 4096\n jne .r\n mov eax, edi\n and eax, 7\n"
                                  " cmp eax, 3\n jne .r\n {bad}\n.r: ret"),
    "a length above all others": (P, "f: cmp rsi, 70000\n jb .r\n {bad}\n.r: ret"),
    "three numbers": ("void f(int a, int b, int c)", "f: cmp edi, 123456\n jne .r\n cmp esi, -99\n"
                      " jne .r\n sub edx, 0x7777\n jnz .r\n {bad}\n.r: ret"),
    "two equal arguments": ("void f(long a, long b)", "f: cmp rdi, rsi\n jne .r\n {bad}\n.r: ret"),
    "a member of a structure": ("struct s { char c[20]; int n; };\nvoid f(const struct s *s)",
                                "f: cmp dword [rdi+20], 0x1234567\n jne .r\n {bad}\n.r: ret"),
    "a string": ("void f(const char *p)", "f: cmp dword [rdi], 'GIF8'\n jne .r\n cmp word [rdi+4],"
                 " '9a'\n jne .r\n {bad}\n.r: ret"),
    "equal memory": ("void f(const long *p, const long *q)", "f: mov rax, [rdi+8]\n xor rax, "
                     "[rsi+8]\n jnz .r\n {bad}\n.r: ret"),
    "a null pointer": ("int f(const int *p)", "f: test rdi, rdi\n jz .z\n mov eax, [rdi]\n ret\n"
                       ".z: {bad}\n xor eax, eax\n ret"),
    "the same pointer": ("void f(char *p, char *q)", "f: cmp rdi, rsi\n jne .r\n {bad}\n.r: ret"),
    "a floating-point number": ("void f(double x)", "f: ucomisd xmm0, [rel .c]\n jne .r\n jp .r\n"
                                " {bad}\n.r: ret\n section .rodata\n.c: dq 1234.5678"),
    "what a function returned": ("void f(int (*g)(void))", "f: push rax\n call rdi\n pop rcx\n"
                                 " cmp eax, 0xbeef\n jne .r\n {bad}\n.r: ret"),
    "a table of jumps": ("void f(unsigned n)", "f: cmp edi, 0x10007\n ja .r\n sub edi, 0x10000\n"
                         " jb .r\n lea rax, [rel .t]\n movsxd rcx, dword [rax+4*rdi]\n"
                         " add rax, rcx\n jmp rax\n.a: {bad}\n.r: ret\n section .rodata\n"
                         ".t: times 5 dd .r - .t\n dd .a - .t, .r - .t, .r - .t"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_is_found(name, tmp_path):
    declared, code = HIDDEN[name]
    (tmp_path / "c.h").write_text(declared + ";\n")
    assemble(tmp_path, code.format(bad="xor ebx, ebx"), 64)
    r = check(tmp_path, "f.o", "--contract", "c.h")
    said, = findings(r)
    assert r.status == 1 and "callee-saved: rbx after the call" in said, r.stdout
    # the command repeats it
    assert program.run(re.search(r"^  clobber (check .*)$", r.stdout, re.M)[1].split(),
                       cwd=tmp_path).status == 1
    # all of it ran, and it is not an accusation by itself
    assemble(tmp_path, code.format(bad="xor ecx, ecx"), 64)
    r = check(tmp_path, "f.o", "--contract", "c.h")
    n, of = re.search(r"^pass +sysv/f  \d+ calls, (\d+) of (\d+) instructions", r.stdout,
                      re.M).groups()
    assert r.status == 0 and n == of and "never ran" not in r.stdout, r.stdout


def test_lines_are_kept_to(tmp_path):
    """What a line excludes is not tried; within it the number is found."""
    code = "f: cmp edi, 77777\n jne .r\n xor ebx, ebx\n.r: ret"
    assemble(tmp_path, code, 64)
    declared = "void f(int n)"
    r = check(tmp_path, "f.o", *proto(declared, "arg n from 0 to 70000"))
    assert r.status == 0 and "3 of 4 instructions" in r.stdout, r.stdout
    assert "never ran: f+0x8 (1 instruction): xor ebx, ebx; jnz at f+0x6 always jumps after cmp " \
           "edi, 0x12FD1: it looks at n; a line such as `arg n one of 77777, ...' may lead there" \
           in folded(r.stdout)
    assert check(tmp_path, "f.o", *proto(declared, "arg n from 0 to 80000")).status == 1
    assert check(tmp_path, "f.o", *proto(declared, "arg n one of 1, 77777")).status == 1
    r = check(tmp_path, "f.o", *proto(declared, "arg n from 0 to 80000 multiple 2"))
    assert r.status == 0, r.stdout


@pytest.mark.parametrize("declared,code,words", [
    ("void f(const int *p)", "f: mov eax, [rdi+8]\n imul eax, eax, 0x9e3779b1\n cmp eax, 5\n"
     " jne .r\n nop\n.r: ret", "it looks at what p points to, at byte 8, changed; a line such as "
     "`arg p holds ... at 8'"),
    ("void f(void)", "f: test byte [rel flag], 4\n jz .r\n nop\n.r: ret\n section .data\n"
     " global flag\nflag: dd 0", "it looks at the objects' flag"),
    ("void f(void)", "f: ret\n nop", None),
])
def test_what_never_ran(declared, code, words, tmp_path):
    assemble(tmp_path, code, 64)
    r = check(tmp_path, "f.o", *proto(declared))
    assert r.status == 0
    if words:
        assert words in folded(r.stdout), r.stdout
    else:  # behind the end nothing can be reached
        assert "1 of 1 instruction" in r.stdout and "never ran" not in r.stdout


def test_every_format_says_it(tmp_path):
    assemble(tmp_path, "f: imul edi, edi, 0x9e3779b1\n cmp edi, 5\n jne .r\n nop\n.r: ret", 64)
    args = proto("void f(int n)", "arg n from 0 to 5")
    j, = json.loads(check(tmp_path, "f.o", *args, "--format", "json").stdout)["functions"]
    never, = j["never"]
    assert (j["instructions"], j["ran"]) == (5, 4) and j["calls"] >= 1000
    assert never["at"] == "f+0xb" and never["first"] == "nop" and "it looks at n" in never["why"]
    assert j["unchecked"] == ["stack writes and call frame information (--step)"]
    for name, words in (("ktap", "# never ran: f+0xb"), ("junit", "never ran: f+0xb"),
                        ("github", "calls, 4 of 5 instructions%0Anever ran: f+0xb")):
        r = check(tmp_path, "f.o", *args, "--format", name)
        assert words in r.stdout and "not checked: stack writes" in r.stdout.replace("%3A", ":")
    r = check(tmp_path, "f.o", *args, "--step")
    assert "not checked" not in r.stdout and "4 of 5 instructions" in r.stdout
    r = check(tmp_path, "f.o", *args, "-q")
    assert "never" not in r.stdout


def test_source_lines(tmp_path):
    (tmp_path / "f.asm").write_text("\tglobal f\nf:\timul edi, edi, 77\n\tcmp edi, 5\n\tjne .r\n"
                                    "\tnop\n.r:\tret\n")
    subprocess.run(["nasm", "-g", "-F", "dwarf", "-f", "elf64", "f.asm"], cwd=tmp_path, check=True)
    r = check(tmp_path, "f.o", *proto("void f(int n)", "arg n from 0 to 5"))
    assert "(1 instruction, f.asm:5): nop" in folded(r.stdout), r.stdout


@pytest.mark.parametrize("code", [
    "f: int3\n ret",                                  # breakpoints of its own
    "f: test edi, edi\n jz .r\n int3\n.r: ret",
])
def test_its_own_breakpoints(code, tmp_path):
    assemble(tmp_path, code, 64)
    r = check(tmp_path, "f.o", *proto("void f(int n)"))
    assert r.status == 1 and "breakpoint" in r.stdout, r.stdout


def test_code_is_what_it_was(tmp_path):
    """What reads itself sees no breakpoints once it ran; data in between is left alone."""
    assemble(tmp_path, "f: lea rdx, [rel .d]\n mov eax, [rdx]\n cmp eax, 0x12345678\n jne .x\n"
             " jmp .r\n.d: dd 0x12345678\n.x: ud2\n.r: ret", 64)
    r = check(tmp_path, "f.o", *proto("int f(void)"))
    assert r.status == 0 and "6 of 7 instructions" in r.stdout, r.stdout


ARRAY = """f: push rbx
 sub rsp, 64
.l: dec esi
 js .r
 mov [rsp+rsi], sil
 jmp .l
.r: add rsp, 64
 pop rbx
 ret"""


def test_an_array_on_its_stack(tmp_path):
    """Numbers that no line speaks of may be too large for it: that is not a lost register. What a line
    allows is."""
    assemble(tmp_path, ARRAY, 64)
    declared = "void f(char *p, int n)"
    r = check(tmp_path, "f.o", *proto(declared))
    assert r.status == 0 and "1 pass" in r.stdout, r.stdout
    assert int(re.search(r"arg n from -?\d+ to (\d+)", r.stdout)[1]) <= 64
    r = check(tmp_path, "f.o", *proto(declared, "arg n from 0 to 72"))
    assert r.status == 1 and "callee-saved: rbx" in r.stdout
    # what is lost whatever the numbers are is told
    assemble(tmp_path, ARRAY.replace("mov [rsp+rsi]", "mov [rsp+64]"), 64)
    r = check(tmp_path, "f.o", *proto(declared))
    assert r.status == 1 and "callee-saved: rbx" in r.stdout, r.stdout
    # so is a path for large numbers that saves nothing
    assemble(tmp_path, "f: cmp esi, 100\n ja .b\n push rbx\n xor ebx, ebx\n pop rbx\n ret\n"
             ".b: mov ebx, esi\n ret", 64)
    r = check(tmp_path, "f.o", *proto(declared))
    assert r.status == 1 and "callee-saved: rbx" in r.stdout, r.stdout


LOSES = "xor ebx, ebx"
VALUES = {
    "a NaN in memory": ("void f(const double *p)", "f: movsd xmm0, [rdi+16]\n ucomisd xmm0, xmm0\n"
                        " jnp .r\n {bad}\n.r: ret"),
    "infinity in memory": ("void f(const float *p)", "f: mov eax, [rdi]\n and eax, 0x7fffffff\n"
                           " imul eax, eax, 3\n cmp eax, 0x7e800000\n jne .r\n {bad}\n.r: ret"),
    "-0 in a vector": ("typedef float v4 __attribute__((vector_size(16)));\nvoid f(v4 x)",
                       "f: movshdup xmm0, xmm0\n movd eax, xmm0\n imul eax, eax, 3\n"
                       " cmp eax, 0x80000000\n jne .r\n {bad}\n.r: ret"),
    "a denormal": ("void f(float x)", "f: movd eax, xmm0\n and eax, 0x7fffffff\n jz .r\n"
                   " shr eax, 23\n jnz .r\n {bad}\n.r: ret"),
    "an alignment": ("void f(const char *p)", "f: imul eax, edi, 5\n and eax, 63\n cmp eax, 31\n"
                     " jne .r\n {bad}\n.r: ret"),
    "overlap": ("void f(char *d, const char *s)", "f: sub rdi, rsi\n cmp rdi, 3\n jne .r\n"
                " {bad}\n.r: ret"),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_by_default(name, tmp_path):
    declared, code = VALUES[name]
    (tmp_path / "c.h").write_text(declared + ";\n")
    assemble(tmp_path, code.format(bad=LOSES), 64)
    r = check(tmp_path, "f.o", "--contract", "c.h")
    assert r.status == 1 and "callee-saved: rbx after the call" in findings(r)[0], r.stdout
    assemble(tmp_path, code.format(bad="nop"), 64)
    assert check(tmp_path, "f.o", "--contract", "c.h").status == 0


COPY = "f: mov rcx, rdx\n rep movsb\n{bad}\n ret"


def test_overlap(tmp_path):
    """A copy that is none with overlap is not accused; where a line says so, what it does counts."""
    declared = "void f(char *d, const char *s, unsigned long n)"
    size = "arg n len 64 of d, s"
    assemble(tmp_path, COPY.format(bad=""), 64)
    for notes in ([], [size], [size, "arg d overlaps s"]):
        r = check(tmp_path, "f.o", *proto(declared, *notes))
        assert r.status == 0, r.stdout
    crash = "f: mov rax, rdi\n sub rax, rsi\n jbe .c\n cmp rax, rdx\n jae .c\n mov al, [0]\n" \
            ".c: mov rcx, rdx\n rep movsb\n ret"
    assemble(tmp_path, crash, 64)
    assert check(tmp_path, "f.o", *proto(declared, size)).status == 0
    r = check(tmp_path, "f.o", *proto(declared, size, "arg d overlaps s"))
    assert r.status == 1 and "fault: the call" in r.stdout
    for bad, words in (("d", "another pointer belongs here"), ("n", "this is for pointers"),
                       ("x", "no parameter")):
        r = check(tmp_path, "f.o", *proto("void f(char *d, int n)", f"arg d overlaps {bad}"))
        assert r.status == 2 and words in r.stderr, r.stderr


def test_sets_of_floating_point(tmp_path):
    assemble(tmp_path, f"f: movq rax, xmm0\n mov rcx, 0x3ff8000000000000\n cmp rax, rcx\n jne .r\n"
             f" {LOSES}\n.r: ret", 64)
    declared = "void f(double x)"
    assert check(tmp_path, "f.o", *proto(declared, "arg x one of 0, -0, inf, nan, 2.5")).status == 0
    r = check(tmp_path, "f.o", *proto(declared, "arg x one of 0, 1.5"))
    assert r.status == 1 and "f(x = 0x3ff8000000000000)" in r.stdout
    assert check(tmp_path, "f.o", *proto(declared, "arg x = 1.5")).status == 1
    r = check(tmp_path, "f.o", *proto(declared, "arg x one of a"))
    assert r.status == 2 and "a number, `inf' or `nan' belongs here" in r.stderr
    r = check(tmp_path, "f.o", *proto(declared, "arg x from 0"))
    assert r.status == 2 and "this is for integers" in r.stderr
