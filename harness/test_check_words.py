# SPDX-License-Identifier: MIT
"""clobber check: lines of contracts that real code needs. Each with a function that conforms and one
that does not."""
import pytest

import program

from test_check import assemble, check, folded
from test_check_again import proto

BAD = "xor ebx, ebx"


def both(tmp_path, code, args, bad_code=None):
    """`{bad}` in the code is reached: passes without, fails with it."""
    assemble(tmp_path, code.format(bad="nop"), 64)
    r = check(tmp_path, "f.o", *args)
    assert r.status == 0 and "pass" in r.stdout, r.stdout + r.stderr
    assemble(tmp_path, code.format(bad=BAD) if bad_code is None else bad_code, 64)
    r = check(tmp_path, "f.o", *args)
    assert r.status == 1, r.stdout + r.stderr
    return r


def test_holds_numbers(tmp_path):
    """A number of rounds that the function computes with, in a structure."""
    code = "f: mov ecx, [rdi+240]\n sub ecx, 10\n test ecx, ~6\n jnz .x\n {bad}\n ret\n.x: ud2"
    lines = ["arg key buf 244", "arg key holds 10, 12, 14 at 240"]
    r = both(tmp_path, code, proto("void f(const void *key)", *lines))
    assert "callee-saved: rbx" in r.stdout
    # each of them comes up
    for n in (10, 12, 14):
        assemble(tmp_path, f"f: imul eax, [rdi+240], 7\n cmp eax, {7 * n}\n jne .r\n {BAD}\n.r: ret",
                 64)
        assert check(tmp_path, "f.o", *proto("void f(const void *key)", *lines)).status == 1
    # with the line that was given, other numbers do not
    assemble(tmp_path, f"f: cmp dword [rdi+240], 11\n jne .r\n {BAD}\n.r: ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(const void *key)", *lines))
    assert r.status == 0 and "a line such as `arg key holds 11 at 240' may lead there" in \
        folded(r.stdout)


def test_holds_pointers(tmp_path):
    """Rows that do not alias: what they point to is watched as any buffer is."""
    code = "f: mov rax, [rdi]\n mov byte [rax+15], 1\n mov rax, [rdi+8]\n mov byte [rax], 1\n ret"
    lines = ["arg rows buf 16", "arg rows holds a at 0", "arg rows holds b at 8", "arg a buf 16",
             "arg b buf 16"]
    r = both(tmp_path, code, proto("void f(char **rows, char *a, char *b)", *lines),
             code.replace("rax+15", "rax+16"))
    assert "a + 16, behind its 16 bytes" in folded(r.stdout), r.stdout


@pytest.mark.parametrize("line,words", [
    ("arg p holds 1", "`at' and the byte behind the pointer belongs here"),
    ("arg p holds 1 at 0 bytes 9", "how many bytes it has is from 1 to 8"),
    ("arg p holds q at 0", "a number or an input belongs here"),
    ("arg n holds 1 at 0", "this is for pointers"),
])
def test_holds_wrongly(line, words, tmp_path):
    assemble(tmp_path, "f: ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(int *p, int n)", line))
    assert r.status == 2 and words in r.stderr, r.stderr


def test_wide_strings(tmp_path):
    code = "f: xor eax, eax\n.l: cmp dword [rdi+4*rax], 0\n je .r\n inc rax\n jmp .l\n.r: {bad}\n ret"
    both(tmp_path, code, proto("long f(const int *s)", "arg s nul-terminated 100"))
    # one element more than there is
    assemble(tmp_path, code.format(bad="mov ecx, [rdi+4*rax+4]"), 64)
    r = check(tmp_path, "f.o", *proto("long f(const int *s)", "arg s nul-terminated 100"))
    assert r.status == 1 and "behind its" in r.stdout


def test_supplied_words(tmp_path):
    """A path that the second word of the processor's features opens."""
    code = " extern caps\nf: mov rax, [rel caps+8]\n test al, 0x20\n jz .r\n {bad}\n.r: ret"
    both(tmp_path, code, proto("void f(void)", "supply caps data 16 = 0, 0x20"))
    r = check(tmp_path, "f.o", *proto("void f(void)", "supply caps data 16 = 0x20"))
    assert r.status == 0 and "never ran" in r.stdout
    r = check(tmp_path, "f.o", *proto("void f(void)", "supply caps data 16 = 1, 2, 3"))
    assert r.status == 2 and "there are more numbers, of 8 bytes each, than data" in r.stderr


ROWS = """f: mov r8d, edx
.l: xor eax, eax
.c: mov byte [rdi+rax], 1
 inc eax
 cmp eax, r8d
 jb .c
 add rdi, rsi
 dec ecx
 jnz .l
 ret"""
RECT = ["arg s one of 16, 24, -24", "arg w from 1 to 16", "arg h from 1 to 8",
        "arg dst rect w h stride s"]


def test_rows(tmp_path):
    """What is between rows is outside of them; strides below 0."""
    declared = "void f(char *dst, long s, int w, int h)"
    r = both(tmp_path, ROWS, proto(declared, *RECT), ROWS.replace("jb .c", "jbe .c"))
    assert "between its rows" in r.stdout or "behind its" in r.stdout
    r = both(tmp_path, ROWS, proto(declared, "arg h = 3", "arg w = 8", *RECT[:1], RECT[3]),
             ROWS.replace(" add rdi", " mov byte [rdi+9], 1\n add rdi"))
    assert "memory at dst + 9, between its rows: expected untouched" in folded(r.stdout)
    # one row too many
    assemble(tmp_path, ROWS.replace("jnz .l", "jns .l"), 64)
    assert check(tmp_path, "f.o", *proto(declared, *RECT)).status == 1
    # reading there is allowed, and rows of elements
    assemble(tmp_path, "f: mov eax, [rdi+8]\n movsxd rsi, esi\n mov eax, [rdi+4*rsi+4]\n ret", 64)
    lines = ["arg src rect 3 2 stride s elements", "arg s one of 4, -6"]
    assert check(tmp_path, "f.o", *proto("int f(const int *src, int s)", *lines)).status == 0
    assemble(tmp_path, "f: movsxd rsi, esi\n mov eax, [rdi+4*rsi+12]\n ret", 64)
    assert check(tmp_path, "f.o", *proto("int f(const int *src, int s)", *lines)).status == 1
    r = check(tmp_path, "f.o", *proto(declared, "arg w = 4", RECT[3]))
    assert r.status == 2 and "the rows of `dst' may take more than 65536 bytes" in r.stderr
    r = check(tmp_path, "f.o", *proto(declared, "arg dst rect w h"))
    assert r.status == 2 and "`stride' and the distance of rows in bytes belongs here" in r.stderr


def test_relations(tmp_path):
    """An end pointer; a width that is no larger than the stride; sums."""
    code = "f: cmp rdi, rsi\n je .r\n.l: mov byte [rdi], 1\n inc rdi\n cmp rdi, rsi\n jne .l\n.r: ret"
    r = both(tmp_path, code, proto("void f(char *p, char *end, int n)", "arg n from 0 to 40",
                                   "arg p buf 40", "arg end = p + n"),
             code.replace("mov byte [rdi], 1", "mov byte [rdi+1], 1"))
    assert "behind its 40 bytes" in folded(r.stdout), r.stdout
    assemble(tmp_path, "f: cmp edi, esi\n jg .x\n imul eax, edi, 7\n cmp eax, 35\n jne .r\n"
             f" cmp esi, 5\n jne .r\n {BAD}\n.r: ret\n.x: ud2", 64)
    lines = ["arg w from 1 to s", "arg s from 1 to 9"]
    r = check(tmp_path, "f.o", *proto("void f(int w, int s)", *lines))
    assert r.status == 1 and "callee-saved: rbx" in r.stdout and "crash" not in r.stdout, r.stdout
    assemble(tmp_path, "f: lea eax, [2*rdi+3]\n sub eax, esi\n cmp eax, edx\n jne .x\n {bad}\n ret\n"
             ".x: ud2".format(bad="nop"), 64)
    declared = "void f(int a, int b, int c)"
    assert check(tmp_path, "f.o", *proto(declared, "arg c = a * 2 - b + 3")).status == 0
    assert check(tmp_path, "f.o", *proto(declared, "arg c = a * 2 - b + 4")).status == 1
    for line, words in (("arg c = c", "a sum of other inputs"), ("arg a to a", "another input"),
                        ("arg c = a + b + a + b", "too many inputs")):
        r = check(tmp_path, "f.o", *proto(declared, line))
        assert r.status == 2 and words in r.stderr, r.stderr


def test_returns_an_expression(tmp_path):
    assemble(tmp_path, "f: lea eax, [rdi+2*rdi]\n sub eax, esi\n dec eax\n ret", 64)
    declared = "int f(int a, int b)"
    assert check(tmp_path, "f.o", *proto(declared, "returns a * 3 - b - 1")).status == 0
    r = check(tmp_path, "f.o", *proto(declared, "returns a * 3 - b"))
    assert r.status == 1 and "return" in r.stdout
    r = check(tmp_path, "f.o", *proto(declared, "returns a * b"))
    assert r.status == 2


def test_families(tmp_path):
    """One declaration for all that are named alike; one of its own goes first."""
    names = ["add_a", "add_b", "add_c", "sub_a"]
    code = "".join(f" global {n}\n{n}: lea eax, [rdi+rsi]\n ret\n" for n in names)
    declared = "//! for add_*, sub_?\n//! returns a + b\nint FAMILY(int a, int b);\n" \
               "int add_c(int a, int b);\n"
    (tmp_path / "c.h").write_text(declared)
    assemble(tmp_path, "f: ret\n" + code, 64)
    r = check(tmp_path, "f.o", "--contract", "c.h", "-v")
    assert r.status == 0 and "4 functions: 4 pass" in r.stdout, r.stdout + r.stderr
    assemble(tmp_path, "f: ret\n" + code.replace("sub_a: lea eax, [rdi+rsi]", "sub_a: lea eax, [rdi+4]"),
             64)
    r = check(tmp_path, "f.o", "--contract", "c.h")
    assert r.status == 1 and "c.h:3: int sub_a(int a, int b)" in r.stdout and "3 pass" in r.stdout
    (tmp_path / "c.h").write_text("//! for nothing_*\nint FAMILY(int a, int b);\n")
    r = check(tmp_path, "f.o", "--contract", "c.h")
    assert r.status == 2 and "c.h:1: error: `for nothing_*': no function of the objects has such a " \
        "name" in r.stderr
    (tmp_path / "c.h").write_text("//! for\nint FAMILY(int a, int b);\n")
    assert check(tmp_path, "f.o", "--contract", "c.h").status == 2


def test_first(tmp_path):
    """A key that another function makes."""
    code = " global setup\nsetup: mov dword [rsi], 10\n mov [rsi+4], edx\n mov eax, [rdi]\n" \
           " mov [rsi+8], eax\n ret\n" \
           "f: cmp dword [rdi], 10\n jne .x\n cmp dword [rdi+4], 128\n jne .x\n" \
           " mov eax, [rsi]\n cmp eax, [rdi+8]\n jne .x\n {bad}\n ret\n.x: ud2"
    declared = "void f(const void *key, const void *user)"
    lines = ["arg key buf 12", "arg user buf 4"]
    first = "first setup(user, key, 128)"
    both(tmp_path, code, proto(declared, *lines, first))
    r = check(tmp_path, "f.o", *proto(declared, *lines))
    assert r.status == 1 and "illegal instruction" in r.stdout
    assemble(tmp_path, code.format(bad="mov eax, [rdi+12]"), 64)
    r = check(tmp_path, "f.o", *proto(declared, *lines, first))
    assert r.status == 1 and "behind its 12 bytes" in folded(r.stdout)
    # what prepares must return
    assemble(tmp_path, code.format(bad="nop").replace("setup: mov", "setup: ud2\n mov"), 64)
    r = check(tmp_path, "f.o", *proto(declared, *lines, first))
    assert r.status == 1 and "setup" in r.stdout, r.stdout
    for line, words in (("first setup", "'(' belongs here"), ("first nothing(key)", "no object defines the function `nothing'"),
                        ("first setup(any)", "a number, an input or &SYMBOL is passed"),
                        ("first setup(1, 2, 3, 4, 5, 6, 7)", "too many values")):
        r = check(tmp_path, "f.o", *proto(declared, *lines, line))
        assert words in r.stderr and r.status == 2, r.stderr


SWITCH = {64: """f: push rbp
 mov rbp, rsp
 mov rsp, rdi
 {sub}
 extern handler
 call handler
 {lost}
 mov rsp, rbp
 pop rbp
 ret""",
          32: """f: push ebp
 mov ebp, esp
 mov esp, [ebp+8]
 {sub}
 extern handler
 call handler
 {lost}
 mov esp, ebp
 pop ebp
 ret"""}


@pytest.mark.parametrize("width", [64, pytest.param(32, marks=pytest.mark.ia32)])
def test_stack(width, tmp_path):
    """As the kernel's call_on_irqstack does it: a handler is called on the stack that is given; what
    is left there is nobody's result, but nothing is to be written behind its top."""
    sp, bp, di = ("rsp", "rbp", "rdi") if width == 64 else ("esp", "ebp", "[ebp+8]")
    where = [] if width == 64 else ["--place", program.where(32)]
    args = ["--proto", "void handler(void)",
            *proto("void f(void *top)", "arg top stack 4096", "calls handler()"), *where]

    def judged(sub="", lost="", status=1):
        assemble(tmp_path, SWITCH[width].format(sub=sub, lost=lost), width)
        r = check(tmp_path, "f.o", *args)
        assert r.status == status, r.stdout + r.stderr
        return folded(r.stdout)

    assert "pass" in judged(status=0)
    assert "alignment: stack pointer at the function's own call" in judged(sub=f"sub {sp}, {width // 8}")
    assert f"callee-saved: {bp}" in judged(lost=f"mov dword [{bp}], 0" if width == 32 else
                                           f"mov qword [{bp}], 0")
    above = f"mov [{di}], {bp}" if width == 64 else f"mov eax, {di}\n mov [eax], {bp}"
    assert "behind its 0 bytes" in judged(sub=above)


def test_fastop(tmp_path):
    """As KVM's emulator calls them: operands in rax and rdx, flags in and out, all else kept."""
    lines = ["in dst ax", "in src dx", "keeps all but ax flags", "out ax = dst + src"]
    r = both(tmp_path, "f: add rax, rdx\n {bad}\n ret", proto("void f(unsigned long dst, unsigned "
                                                           "long src)", *lines))
    assert "callee-saved: rbx" in r.stdout
    # one that adds the carry depends on a flag that no line names
    carry = [x for x in lines if not x.startswith("out")]
    assemble(tmp_path, "f: adc rax, rdx\n ret", 64)
    args = proto("void f(unsigned long dst, unsigned long src)", *carry, "out ax")
    assert check(tmp_path, "f.o", *args).status == 0
    r = check(tmp_path, "f.o", *proto("void f(unsigned long dst, unsigned long src)", *lines))
    assert r.status == 1 and "rax" in r.stdout, r.stdout
