# SPDX-License-Identifier: MIT
"""clobber check --header: what headers hold besides plain prototypes, and whole headers of systems."""
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from test_check import assemble, check, folded
from test_check_objects import build, verdicts

SKIPPED = re.compile(r"skipped\s+(\d+) declaration")


def skipped(text: str) -> int:
    m = SKIPPED.search(text)
    return int(m[1]) if m else 0


def test_packed(tmp_path):
    """What is not aligned travels in memory, and its member is where the function looks."""
    (tmp_path / "f.h").write_text("#pragma pack(push, 1)\nstruct p { char c; int i; };\n"
                                  "#pragma pack(pop)\nstruct q { char c; int i; };\n"
                                  "int f(struct p p);\nint g(struct q q);\n")
    code = "f: mov eax, [rsp+{}]\n ret\n global g\ng: mov rax, rdi\n shr rax, {}\n ret"
    assemble(tmp_path, code.format(9, 32), 64)
    r = check(tmp_path, "f.o", "--header", "f.h")
    assert verdicts(r) == {"f": "pass", "g": "pass"} and not skipped(r.stdout), r.stdout
    assemble(tmp_path, code.format(12, 8), 64)
    r = check(tmp_path, "f.o", "--header", "f.h")
    assert verdicts(r) == {"f": "violation", "g": "violation"}, r.stdout


CONDITIONAL = """
#ifndef F_H
#define F_H
#include "types.h"
#ifdef NOT_DEFINED
int f(struct unknown u, int a);
#else
#define DECLARE(name, type) type name OF((type a))
#define OF(args) args
DECLARE(f, number);
#endif
#endif
"""


@pytest.mark.skipif(not shutil.which("cc"), reason="no cc")
def test_conditions(tmp_path):
    (tmp_path / "types.h").write_text("typedef unsigned char number;\nint of_another(int a);\n")
    (tmp_path / "f.h").write_text(CONDITIONAL)
    assemble(tmp_path, "f: movzx eax, dil\n ret", 64)
    r = check(tmp_path, "f.o", "--header", "f.h", "--note", "f: returns a")
    assert verdicts(r) == {"f": "pass"} and not skipped(r.stdout), r.stdout + r.stderr
    # What it includes declares more than it is about.
    assert "of_another" not in r.stdout
    assemble(tmp_path, "f: movzx eax, sil\n ret", 64)
    r = check(tmp_path, "f.o", "--header", "f.h", "--note", "f: returns a")
    assert verdicts(r) == {"f": "violation"} and "f.h:10: " in folded(r.stdout), r.stdout


def test_conditions_without_compiler(tmp_path, monkeypatch):
    """Then all branches are read, and what cannot be is counted, with the reason."""
    monkeypatch.setenv("CC", "no-such-compiler")
    (tmp_path / "types.h").write_text("typedef unsigned char number;\n")
    (tmp_path / "f.h").write_text("#if defined A\nint f(struct s s);\n#endif\nint g(int a);\n"
                                  "number h(number n);\n")
    assemble(tmp_path, "f: ret\n global g\ng: mov eax, edi\n ret", 64)
    r = check(tmp_path, "f.o", "--header", "f.h")
    assert verdicts(r)["g"] == "pass", r.stdout + r.stderr
    assert "`#if' was not evaluated: no-such-compiler" in folded(r.stdout), r.stdout


def test_expressions_and_variable_arguments(tmp_path):
    (tmp_path / "f.h").write_text("""
typedef struct { char pad[15 * sizeof(int) - 4 * sizeof(void *)]; long l; } s;
typedef struct { long long a __attribute__((__aligned__(__alignof__(long long)))); } m;
typedef struct { unsigned long bits[1024 / (8 * (int) sizeof(unsigned long))]; } set;
struct member { int __init; int __cold[2]; };
int f(const s *p, const m *q, const set *r, struct member x);
int g(int n, __builtin_va_list ap);
""")
    assemble(tmp_path, "f: mov eax, [rdi]\n ret\n global g\ng: mov eax, [rsi]\n add eax, edi\n"
             " ret", 64)
    r = check(tmp_path, "f.o", "--header", "f.h")
    assert verdicts(r) == {"f": "pass", "g": "pass"} and not skipped(r.stdout), r.stdout + r.stderr


def test_comment_behind_a_directive(tmp_path):
    (tmp_path / "f.h").write_text("#define LIST 1 /* a list\n * of things */\nint f(int a);\n")
    assemble(tmp_path, "f: mov eax, edi\n ret", 64)
    r = check(tmp_path, "f.o", "--header", "f.h")
    assert verdicts(r) == {"f": "pass"} and not skipped(r.stdout), r.stdout


WHOLE = ["string.h", "stdio.h", "stdlib.h", "math.h", "zlib.h", "gmp.h", "jpeglib.h", "signal.h",
         "pthread.h", "openssl/evp.h", "dav1d/dav1d.h", "x264.h", "libavcodec/avcodec.h",
         "immintrin.h"]


@pytest.mark.parametrize("header", WHOLE)
@pytest.mark.parametrize("how", ["-E -P", "-E", "as it is"])
def test_whole_header(header, how, tmp_path):
    """All of it can be read but for names given by asm labels."""
    text = f"#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <{header}>\n"
    (tmp_path / "all.c").write_text(text)
    p = subprocess.run(["cc", *("-E -P" if how == "as it is" else how).split(), "all.c"],
                       cwd=tmp_path, capture_output=True, text=True)
    if p.returncode:
        pytest.skip(f"no {header}")
    (tmp_path / "all.h").write_text(f"#if 1\n{text}#endif\n" if how == "as it is" else p.stdout)
    build(tmp_path, "f.c", "int f(int a) { return a; }")
    r = check(tmp_path, "f.o", "--header", "all.h", "--proto", "int f(int a)", "--note",
              "f: returns a")
    assert verdicts(r) == {"f": "pass"}, r.stdout + r.stderr
    assert not skipped(r.stdout), r.stdout


LABELS = """int f(int a) __asm__("real_f");
extern long g(long a, long b) asm("" "real_"
    "g") __attribute__((const));
__attribute__((nothrow)) void *h(void *p) __asm("h2");
int v __asm__("vv");
int plain(int a);
"""


def test_the_symbol_of_a_label_is_looked_up(tmp_path):
    # There is another function of the name in C, which nobody declares.
    text = ("real_f: mov {r}, edi\n mov eax, edi\n ret\nreal_g: lea rax, [rdi+rsi]\n ret\n"
            "h2: mov rax, rdi\n ret\nplain: mov eax, edi\n ret\nf: ud2\ng: ud2\nh: ud2\n"
            "global real_f, real_g, h2, plain, g, h\n")
    (tmp_path / "l.h").write_text(LABELS)
    names = ("real_f", "real_g", "h2", "plain")
    assemble(tmp_path, text.format(r="ecx"), 64)
    r = check(tmp_path, "f.o", "--header", "l.h")
    assert verdicts(r) == {n: "pass" for n in names} and not skipped(r.stdout), r.stdout
    assemble(tmp_path, text.format(r="ebx"), 64)
    r = check(tmp_path, "f.o", "--header", "l.h", "--note", "real_f: returns a")
    assert verdicts(r) == {n: "violation" if n == "real_f" else "pass" for n in names}, r.stdout
    assert "l.h:1: int real_f(int a)" in folded(r.stdout) and "callee-saved: rbx" in r.stdout
    # A label that C has no name for.
    (tmp_path / "l.h").write_text('int odd(int) __asm__("1.odd");\nint plain(int a);\n')
    r = check(tmp_path, "f.o", "--header", "l.h")
    assert skipped(r.stdout) == 1 and "no name in C" in folded(r.stdout), r.stdout
