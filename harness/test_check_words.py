# SPDX-License-Identifier: MIT
"""clobber check: lines of contracts that real code needs. Each with a function that conforms and one
that does not."""
import pytest

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
