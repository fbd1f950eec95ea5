# SPDX-License-Identifier: MIT
"""clobber check by prototype alone: inputs that fit are found by running; what does not fit is no
accusation, what is wrong with inputs that fit still is."""
import json
import re

import program
import pytest
from test_check import assemble, check, folded
from test_check_again import findings, proto

SAD = """f: xor eax, eax
 mov r9d, {rows}
.l: movdqu xmm0, [rdi]
 psadbw xmm0, [rdx]
 movd ecx, xmm0
 add eax, ecx
 add rdi, rsi
 add rdx, r8
 dec r9d
 jnz .l
 ret"""
STRIDED = "int f(const unsigned char *a, long sa, const unsigned char *b, int junk, long sb)"

FITS = {
    # a stride that is 64 bits wide, and an alignment
    "strides": ("int f(const unsigned char *a, long sa, const unsigned char *b, long sb)",
                SAD.format(rows=16).replace("r8", "rcx").replace("movd ecx", "movd r10d")
                .replace("add eax, ecx", "add eax, r10d"), r"arg b buf \d+ (at \d+ )?aligned 16"),
    # rows and columns of a table of jumps
    "table": ("void f(unsigned char *dst, long ds, int w, int h)",
              "f: lea rax, [rel t]\n bsf edx, edx\n movsxd r8, dword [rax+4*rdx]\n add rax, r8\n"
              " jmp rax\nw4: mov dword [rdi], 4\n add rdi, rsi\n dec ecx\n jnz w4\n ret\n"
              "w8: mov qword [rdi], 8\n add rdi, rsi\n dec ecx\n jnz w8\n ret\n"
              " section .rodata align=4\nt: dd 0x7fff0000, 0x7fff0000, w4 - t, w8 - t, 0x7fff0000",
              r"arg h "),
    # ... which leads back to the jump where there is nothing
    "round": ("void f(unsigned char *dst, long ds, int w, int h)",
              "f: lea rax, [rel t]\n tzcnt edx, edx\n movsxd r8, dword [rax+4*rdx]\n add r8, rax\n"
              "j: jmp r8\n" + "".join(
                  f"w{n}: mov byte [rdi+{n - 1}], {n}\n add rdi, rsi\n dec ecx\n jg w{n}\n ret\n"
                  for n in (4, 8, 16)) +
              " section .rodata align=4\nt: dd j - t, j - t, w4 - t, w8 - t, w16 - t\n"
              " times 28 dd j - t", r"arg w from 4 to 28 multiple 4"),
    # memory before the pointer
    "before": ("int f(const int *p, long n)",
               "f: mov eax, [rdi-32]\n add eax, [rdi+rsi*4]\n ret", r"arg p buf \d+ at \d+"),
    # a multiple of 16, and no 0
    "multiple": ("void f(float *dst, const float *src, int len)",
                 "f: movsxd rdx, edx\n shl rdx, 2\n.l: movups xmm0, [rsi+rdx-16]\n"
                 " movups xmm1, [rsi+rdx-32]\n movups [rdi+rdx-16], xmm0\n"
                 " movups [rdi+rdx-32], xmm1\n sub rdx, 32\n jnz .l\n ret", r"arg len .*multiple 8"),
    # a structure with a pointer in it
    "structure": ("struct s { int n; int *p; };\nint f(const struct s *s)",
                  "f: mov rax, [rdi+8]\n mov eax, [rax]\n ret", r"arg s buf \d+ holds addresses"),
    # a division
    "division": ("int f(int *p, int n, int by)", "f: mov eax, esi\n mov ecx, edx\n cdq\n"
                 " cmp ecx, -1\n je .r\n idiv ecx\n.r: mov [rdi], eax\n ret", r"arg by from 1 to "),
    # pointers that are passed halved
    "halved": ("int f(const unsigned char *a, const unsigned char *b)",
               "f: add rsi, rsi\n mov eax, [2*rdi]\n add eax, [rsi+4]\n ret",
               r"arg b buf \d+ (at \d+ )?aligned 2 divided 2"),
    # rows that are passed halved
    "halved-rows": ("int f(const unsigned char *const rows[4])",
                    "f: mov rdx, [rdi+8]\n add rdx, rdx\n mov eax, [rdx+4]\n ret",
                    r"arg rows buf \d+ holds addresses divided 2"),
    # tables of tables of rows, which have to be another's memory: a byte becomes no address
    "tables": ("void f(unsigned char ***out, const unsigned char **in, unsigned w)",
               "f: mov rdi, [rdi]\n mov rdi, [rdi+8]\n mov rsi, [rsi]\n mov edx, edx\n"
               ".l: sub rdx, 1\n jb .e\n mov al, [rsi+rdx]\n mov [rdi+rdx], al\n jmp .l\n"
               ".e: ret", r"arg w from 0 to 128"),
    # a list that is its own head
    "list": ("struct l { struct l *next; int n; };\nint f(const struct l *head)",
             "f: mov rax, rdi\n.l: mov rax, [rax]\n cmp rax, rdi\n jne .l\n mov eax, 1\n ret",
             r"arg head buf \d+ (aligned \d+ )?holds itself"),
    # a structure with a number that chooses, and a pointer
    "members": ("struct m { int n; short k; char *p; };\nint f(const struct m *s)",
                "f: mov eax, [rdi]\n cmp eax, 8\n jae .b\n mov rcx, [rdi+8]\n mov eax, [rcx+rax]\n ret\n"
                ".b: mov rcx, [rdi+8]\n mov eax, [8*rcx]\n ret", r"arg s buf \d+ .*holds members"),
    # what is aligned is one number before
    "past": ("int f(const short *p)", "f: movdqa xmm0, [rdi-2]\n movd eax, xmm0\n ret",
             r"arg p buf \d+ (at \d+ )?aligned 16 plus 2"),
    # the end of what another points to
    "end": ("long f(const long *p, const long *end)",
            "f: xor eax, eax\n.l: cmp rdi, rsi\n jae .e\n add rax, [rdi]\n add rdi, 8\n jmp .l\n"
            ".e: ret", r"arg end = p \+ \d+"),
    # a counter of 64 bits: endless, with most values
    "rounds": ("void f(unsigned *p, unsigned long turns)",
               "f: inc dword [rdi]\n dec rsi\n jnz f\n ret", r"arg turns "),
}


# Behind the table, of which a label says where it ends, is what leads into the middle of an
# instruction: 0xfd 0xc3 is STD, RET.
JUMPS = """f: lea rax, [rel t]
 bsf ecx, esi
 movsxd rcx, dword [rax+4*rcx]
 add rax, rcx
 jmp rax
w1: mov dword [rdi], 1
 ret
w2: mov eax, 0xc3fd
 mov [rdi], eax
 ret
w3: {w3}
 ret
 section .rodata align=4
t: dd w1 - t, w2 - t, w3 - t
u: times 40 dd w2 + 1 - t"""


def test_jumps_out_of_a_table(tmp_path):
    """What they do is no fault of the function; what its own way out does is."""
    for w3, verdict in (("nop", "pass"), ("std", "violation")):
        (tmp_path / "c.h").write_text("void f(int *dst, int w);\n")
        assemble(tmp_path, JUMPS.format(w3=w3), 64)
        r = check(tmp_path, "f.o", "--header", "c.h", "-v")
        assert re.search(rf"^{verdict} +sysv/f", r.stdout, re.M), r.stdout
        assert re.search(r"^//! arg w (one of (1|2|4)(, (1|2|4))*|from . to .*)$", r.stdout, re.M)
        assert ("direction-flag" in r.stdout.split("//!")[-1]) == (verdict == "violation")


# A second jump by a table behind the first, and a label before the first: dav1d's way. What is
# between them leads into the middle of an instruction.
TWO_TABLES = """f: lea rax, [rel t - 8]
 bts esi, 20
 bsf ecx, esi
 movsxd r8, dword [rax+4*rcx]
 add r8, rax
 {second}
 bts edx, 20
 bsf edx, edx
 movsxd rdx, dword [rax+4*rdx{at}]
 add rdx, rax
 jmp r8
w4: mov dword [rdi], 4
 jmp rdx
w8: mov eax, 0xc3fd
 mov [rdi], eax
 jmp rdx
h4: ret
h8: {h8}
 ret
 section .rodata align=4
before: dd w8 + 1 - (t - 8), w8 + 1 - (t - 8)
t: dd w4 - (t - 8), w8 - (t - 8), w8 + 1 - {base}, w8 + 1 - {base}
 dd h4 - {base}, h8 - {base}
v: times 40 dd w8 + 1 - {base}"""


@pytest.mark.parametrize("second,at,base", [("add rax, 16", "", "(t + 8)"),
                                            ("nop", "+16", "(t - 8)")])
def test_two_tables(tmp_path, second, at, base):
    for h8, verdict in (("nop", "pass"), ("xor ebx, ebx", "violation")):
        (tmp_path / "c.h").write_text("void f(int *dst, int w, int h);\n")
        assemble(tmp_path, TWO_TABLES.format(h8=h8, second=second, at=at, base=base), 64)
        r = check(tmp_path, "f.o", "--header", "c.h", "-v")
        assert re.search(rf"^{verdict} +sysv/f", r.stdout, re.M), r.stdout
        assert "direction-flag: " not in r.stdout.split("//!")[-1], r.stdout


def test_made_up_contents_are_no_promise(tmp_path):
    """A number in memory that indexes a table: with small ones it returns, and others are tried."""
    (tmp_path / "c.h").write_text("int f(const int *s, int n);\n")
    assemble(tmp_path, "f: lea rdx, [rel t]\n mov eax, [rdi+44]\n cmp eax, 0x123456\n jne .n\n"
             " cmp eax, 0x654321\n jne .n\n nop\n.n: mov ecx, [rdi+40]\n mov eax, [rdx+8*rcx]\n ret\n"
             " section .rodata\nt: times 64 dd 5", 64)
    r = check(tmp_path, "f.o", "--header", "c.h")
    assert "1 function: 1 pass" in r.stdout, r.stdout


@pytest.mark.parametrize("name", FITS)
def test_fits(name, tmp_path):
    declared, code, line = FITS[name]
    (tmp_path / "c.h").write_text(declared + ";\n")
    assemble(tmp_path, code, 64)
    r = check(tmp_path, "f.o", "--contract", "c.h")
    assert r.status == 0 and "1 function: 1 pass" in r.stdout, r.stdout
    lines = re.search(r"as lines for a contract:\n((?://! .*\n)+)", r.stdout)[1]
    assert re.search(line, lines), lines
    # what it printed is understood, and judged the same
    (tmp_path / "c.h").write_text(re.sub(r"^(\S.* f\()", lambda m: lines + m[1], declared, flags=re.M)
                                  + ";\n")
    r = check(tmp_path, "f.o", "--contract", "c.h")
    assert r.status == 0 and "as lines for" not in r.stdout, r.stdout + r.stderr
    # what is wrong with inputs that fit is found
    assemble(tmp_path, code.replace("ret", "mov ebx, 1\n ret"), 64)
    (tmp_path / "c.h").write_text(declared + ";\n")
    r = check(tmp_path, "f.o", "--contract", "c.h")
    assert r.status == 1 and "callee-saved: rbx after the call" in r.stdout, r.stdout


IN_GUESTS = ("strides", "list", "table", "round", "before", "multiple", "structure", "division", "past", "end", "rounds")


@pytest.mark.parametrize("name", IN_GUESTS)
def test_fits_in_a_guest(name, tmp_path):
    """Where nothing runs natively what fits is found there."""
    program.need("vmx", 64)
    declared, code, line = FITS[name]
    assemble(tmp_path, code, 64)
    r = check(tmp_path, "f.o", *proto(declared), place="vmx")
    assert r.status == 0 and "1 function: 1 pass" in r.stdout, r.stdout
    assert re.search(line, r.stdout.split("as lines for a contract:")[1]), r.stdout
    assemble(tmp_path, code.replace("ret", "mov ebx, 1\n ret"), 64)
    r = check(tmp_path, "f.o", *proto(declared), place="vmx")
    assert r.status == 1 and "callee-saved: rbx after the call" in r.stdout, r.stdout


def test_a_function_that_takes_long_in_a_guest(tmp_path):
    """Some seconds of an emulator's processor time in one function, which returns each time."""
    program.need("vmx", 64)
    assemble(tmp_path, "f: mov eax, 1500000\n.l: dec eax\n jnz .l\n ret", 64)
    r = check(tmp_path, "f.o", "--proto", "int f(void)", place="vmx")
    assert r.status == 0 and re.search(r"^pass +sysv/f +\d\d+ calls, 4 of 4", r.stdout, re.M), r.stdout


SUM_32 = """f: mov edx, [esp+4]
 mov ecx, [esp+8]
 xor eax, eax
 test ecx, ecx
 jz .r
.l: add eax, [edx]
 add edx, 4
 dec ecx
 jnz .l
.r: ret"""


@pytest.mark.ia32
@pytest.mark.parametrize("code,status,words", [
    (SUM_32, 0, "1 function: 1 pass"), (SUM_32.replace("ret", "mov esi, 1\n ret"), 1, "callee-saved: esi after the call"),
    ("f: mov eax, [0x1234]\n ret", 1, "fault: the call: expected returns"),
    # on a path that only its own constant leads to
    ("f: mov eax, [esp+8]\n cmp eax, 0x12345678\n jne .r\n mov ebx, 1\n.r: ret", 1, "callee-saved: ebx after the call"),
    ("f: mov eax, 0x12345678\n mov edx, [esp+4]\n cmp eax, [edx+8]\n jne .x\n ret\n.x: mov eax, [edx+16]\n"
     " mov eax, [eax*8]\n mov eax, [eax*8]\n ret", 0, "not judged: no inputs fit"),
])
def test_prototype_alone_at_32_bit(code, status, words, tmp_path):
    """Natively, or in the place that stands in for that."""
    place = program.where(32)
    assemble(tmp_path, code, 32)
    r = check(tmp_path, "f.o", *proto("int f(const int *p, unsigned n)"), place=place)
    assert r.status == status and words in folded(r.stdout), r.stdout
    assert status or "crash" not in r.stdout, r.stdout
    assert "not-run" in r.stdout or re.search(r"cdecl/f  \d+ calls?, (\d+) of \1 instructions", r.stdout), r.stdout


@pytest.mark.parametrize("place", ("native", "vmx"))
@pytest.mark.parametrize("seed", range(1, 5))
def test_upper_bits_beside_an_alignment(place, seed, tmp_path):
    """Neither numbers nor memory alone make it return, and it is the bits that are wrong."""
    program.need(place, 64)
    assemble(tmp_path, "f: movq xmm0, [rdi]\n movq xmm1, [rdi+rdx*2]\n movdqa [rsi], xmm0\n"
             " movdqa [rsi+16], xmm1\n ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(const short *in, int *out, int stride)"), "--seed", seed, place=place)
    assert r.status == 1 and "1 violation" in r.stdout and "upper-bits: stride" in r.stdout, r.stdout


@pytest.mark.parametrize("declared,code,words", [
    ("void f(long *p, long n)", "push rax\n ret", "the word it returns to is no address"),
    ("void f(long *p, long n)", "mov eax, [0x1234]\n ret", "it accessed 0x1234"),
    ("void f(long *p, long n)", "mov rax, [rcx]\n ret", "fault: "),
    ("void f(long *p, long n)", "ud2", "illegal instruction"),
    ("void f(long *p, long n)", "mov rdi, [rdi]\n push rdi\n ret", "the word it returns to"),
    ("void f(long *p, long n)", "syscall\n ret", "no system call is allowed"),
])
def test_no_input_excuses(declared, code, words, tmp_path):
    assemble(tmp_path, f"f: {code}", 64)
    for place in ("native", "vmx") if program.runs("vmx", 64) else ("native",):
        r = check(tmp_path, "f.o", *proto(declared), place=place)
        assert r.status == 1 and "1 crash" in r.stdout, r.stdout
        assert (words if place == "native" else "fault: the call: expected returns") in folded(r.stdout), r.stdout


def test_no_inputs_fit(tmp_path):
    """It wants a number in memory that nothing says."""
    assemble(tmp_path, "f: mov eax, 0x12345678\n cmp eax, [rdi+8]\n jne .x\n ret\n"
             ".x: mov rax, [rdi+16]\n mov rax, [rax*8]\n mov rax, [rax*8]\n ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(const char *p)"))
    assert r.status == 0 and "1 not-run" in r.stdout and "crash" not in r.stdout, r.stdout
    assert "not judged: no inputs fit; it stopped at mov rax" in folded(r.stdout)


def test_upper_bits_are_no_unfit_input(tmp_path):
    """A loop that takes all of the register: nothing fits, unless it is extended."""
    assemble(tmp_path, "f: mov byte [rdi], 1\n add rdi, rsi\n dec rdx\n jnz f\n ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(unsigned char *p, long stride, int height)"))
    assert r.status == 1 and "upper-bits: what is above argument height (int)" in folded(r.stdout)
    assemble(tmp_path, "f: mov byte [rdi], 1\n add rdi, rsi\n dec edx\n jnz f\n ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(unsigned char *p, long stride, int height)"))
    assert r.status == 0 and "arg height from 1 to" in r.stdout, r.stdout


def test_upper_bits_are_why_it_faults(tmp_path):
    """With any number: a stride of 64 bits where the prototype has an int. One finding, no crash."""
    assemble(tmp_path, "f: movq xmm0, [rdi]\n movq xmm1, [rdi+rdx*2]\n movdqa [rsi], xmm0\n"
             " movdqa [rsi+16], xmm1\n ret", 64)
    declared = "void f(const short *in, int *out, int stride)"
    r = check(tmp_path, "f.o", *proto(declared), "--format", "json")
    f, = json.loads(r.stdout)["functions"]
    assert f["verdict"] == "violation" and [x["check"] for x in f["findings"]] == ["upper-bits"], f
    assert "movq xmm1" in f["findings"][0]["more"][1]
    assert any(line.startswith("arg stride from -") for line in f["fits"])


def test_lines_of_what_has_no_name(tmp_path):
    """They can be pasted, too."""
    assemble(tmp_path, "f: mov al, [rdi+rsi]\n ret", 64)
    r = check(tmp_path, "f.o", "--proto", "char f(const char *, long)", "--format", "json")
    lines = json.loads(r.stdout)["functions"][0]["fits"]
    assert lines[1].startswith("arg ARGUMENT_2 from "), lines
    r = check(tmp_path, "f.o", *proto("char f(const char *, long)", *lines))
    assert r.status == 0 and "1 pass" in r.stdout, r.stdout + r.stderr
    r = check(tmp_path, "f.o", *proto("char f(const char *, long)", "arg ARGUMENT_3 = 1"))
    assert r.status == 2 and "has no parameter `ARGUMENT_3'" in r.stderr


# The distances of three functions, and another function behind them, which loses DF.
CALLS = """f: lea r10, [rel f]
 lea rsi, [r10+t-f]
 movsxd rax, dword [rsi+4*rdi]
 mov edx, [rcx]
 add rax, rsi
 call rax
 ret
 global one, two, other
one: mov eax, 1
 ret
two: mov eax, 2
 ret
other: std
 ret
 section .rodata align=4
t: dd one - t, two - t, one - t, two - t
u: dd other - t, other - t
"""


def test_calls_by_a_table(tmp_path):
    """A number beyond its end calls anything, and what that breaks is not the function's doing."""
    declared = "int f(long which, int b, int d, int *p)"
    assemble(tmp_path, CALLS, 64)
    r = check(tmp_path, "f.o", *proto(declared))
    assert r.status == 0 and "1 function: 1 pass" in r.stdout, r.stdout
    # What the table does have in it is.
    assemble(tmp_path, CALLS.replace("two: ", "two: std\n "), 64)
    r = check(tmp_path, "f.o", *proto(declared))
    assert r.status == 1 and "direction-flag" in r.stdout, r.stdout


FRAME = """f: push rbx
 push rbp
 push r12
 push r13
 push r14
 mov eax, [rdi]
 test al, 1
 jz .e
 movups xmm1, [rsp+1]
 movups xmm2, [rsp+17]
 movups [rsi], xmm1
 movups [rsi+16], xmm2
.e:
 pop r14
 pop r13
 pop r12
 pop rbp
 pop rbx
 movdqa xmm0, [rdx]
 ret
"""


def test_reads_its_own_frame(tmp_path):
    """Contents that no line speaks of lead to what it saved: nobody's fault. What uses one register
    is."""
    declared = "void f(const int *restrict which, long *restrict out, const char *p)"
    assemble(tmp_path, FRAME, 64)
    r = check(tmp_path, "f.o", *proto(declared))
    assert r.status == 0 and "not checked: equal calls" in r.stdout, r.stdout
    assemble(tmp_path, "f: movdqa xmm0, [rdx]\n bswap rbx\n mov [rsi], rbx\n bswap rbx\n ret", 64)
    r = check(tmp_path, "f.o", *proto(declared))
    assert r.status == 1 and "it depends on rbx" in folded(r.stdout), r.stdout


def test_a_line_allows_it(tmp_path):
    """What a line allows is no excuse."""
    assemble(tmp_path, "f: mov al, [rdi+rsi]\n ret", 64)
    declared = "void f(const char *p, long n)"
    assert check(tmp_path, "f.o", *proto(declared)).status == 0
    r = check(tmp_path, "f.o", *proto(declared, "arg n len 40 of p"))
    assert r.status == 1 and "behind its" in r.stdout
    r = check(tmp_path, "f.o", *proto(declared, "arg p buf 64"))
    assert r.status == 0, r.stdout
    r = check(tmp_path, "f.o", *proto(declared, "arg p buf 64", "arg n from 0 to 64"))
    assert r.status == 1 and "behind its 64 bytes" in folded(r.stdout)


@pytest.mark.parametrize("most,code", [(128, "cmp rsi, 128\n jb .r"), (4096, "cmp rsi, 4096\n jne .r"),
                                       (0, "test rsi, rsi\n jnz .r"), (37, "cmp rsi, 37\n jne .r")])
def test_lengths_by_default(most, code, tmp_path):
    assemble(tmp_path, f"f: {code}\n xor ebx, ebx\n.r: ret", 64)
    for name in ("n", "len", "nblocks"):
        r = check(tmp_path, "f.o", *proto(f"void f(unsigned char *p, unsigned long {name})"))
        assert r.status == 1 and "callee-saved: rbx" in r.stdout, (most, name)


def test_alignments_by_default(tmp_path):
    """movaps on a pointer to characters is what it says of itself; losing a register there is not."""
    assemble(tmp_path, "f: test dil, 7\n jz .r\n xor ebx, ebx\n.r: ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(unsigned char *p)"))
    assert r.status == 1 and "callee-saved: rbx" in r.stdout
    assemble(tmp_path, "f: movaps xmm0, [rdi]\n ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(unsigned char *p)"))
    assert r.status == 0 and "aligned 16" in r.stdout


def test_stack_protector(tmp_path):
    assemble(tmp_path, "f: mov rax, [fs:0x28]\n push rax\n pop rcx\n cmp rcx, [fs:0x28]\n jne .x\n"
             " xor eax, eax\n ret\n.x: ud2", 64)
    assert check(tmp_path, "f.o", *proto("int f(char *p)")).status == 0


def test_at_and_holds(tmp_path):
    assemble(tmp_path, "f: mov eax, [rdi-4]\n or eax, [rdi+8]\n mov ebx, eax\n ret", 64)
    good = ["arg p buf 16 at 4"]
    r = check(tmp_path, "f.o", *proto("void f(const int *p)", *good, "keeps convention but bx"))
    assert r.status == 0, r.stdout
    r = check(tmp_path, "f.o", *proto("void f(const int *p)", "arg p buf 12 at 4",
                                      "keeps convention but bx"))
    assert r.status == 1 and "p + 8, behind its 8 bytes" in folded(r.stdout)
    assemble(tmp_path, "f: cmp dword [rdi], 8\n jae .x\n ret\n.x: ud2", 64)
    note = "arg p buf 16 holds "
    assert check(tmp_path, "f.o", *proto("void f(const int *p)", note + "small")).status == 0
    assert check(tmp_path, "f.o", *proto("void f(const int *p)", note + "zeros")).status == 0
    assert check(tmp_path, "f.o", *proto("void f(const int *p)", "arg p buf 16")).status == 1
    r = check(tmp_path, "f.o", *proto("void f(const int *p)", note + "gold"))
    assert r.status == 2 and "`members', a number or an input belongs here" in r.stderr
    r = check(tmp_path, "f.o", *proto("void f(const int *p)", "arg p at 4"))
    assert r.status == 2 and "`at' goes with `buf N'" in r.stderr
    assert not findings(r)


def test_made_up_inputs_end_the_process(tmp_path):
    """A large number that nothing promises has it overwrite what judges it: that is no accusation. One
    that a line allows is."""
    assemble(tmp_path, "f: cmp rdi, 70000\n jb .r\n lea rdi, [rel mine]\n mov ecx, 0x40000\n"
             ".l: mov byte [rdi], 0x55\n inc rdi\n dec ecx\n jnz .l\n.r: ret\n"
             " section .data\nmine: dq 5", 64)
    r = check(tmp_path, "f.o", *proto("void f(unsigned long k)", "arg k from 0 to 80000"))
    assert r.status == 1 and "1 crash" in r.stdout, r.stdout
    assemble(tmp_path, "f: cmp rsi, 70000\n jne .r\n lea rdi, [rel mine]\n mov ecx, 0x40000\n"
             ".l: mov byte [rdi], 0x55\n inc rdi\n dec ecx\n jnz .l\n.r: ret\n"
             " section .data\nmine: dq 5", 64)
    r = check(tmp_path, "f.o", *proto("void f(char *p, unsigned long k)"))
    assert r.status == 0 and "1 not-run" in r.stdout, r.stdout
    assert "with inputs that no line speaks of it ended the process" in folded(r.stdout)


def test_flags_of_an_enum(tmp_path):
    """Enumerators that are single bits are passed together, too; others are not."""
    assemble(tmp_path, "f: cmp edi, 13\n jne .r\n xor ebx, ebx\n.r: ret", 64)
    for values, status in (("A = 1, B = 2, C = 4, D = 8", 1), ("A = 1, B = 2, C = 3, D = 8", 0)):
        r = check(tmp_path, "f.o", *proto(f"enum e {{ {values} }};\nvoid f(enum e x)"))
        assert r.status == status, r.stdout + r.stderr
