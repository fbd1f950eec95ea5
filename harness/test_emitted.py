# SPDX-License-Identifier: MIT
"""clobber check --emit-test: results in memory and on the x87 stack, functions that call others, code
of 32 bits; each test is built by itself, passes a function that conforms and names what is wrong with
others. Those of 32 bits need no C library, and are run where there are 32-bit processes."""
import subprocess

import pytest

import program
from test_check import assemble, check

DEPENDS = "the result depends on what is no input"
BIG = "struct big { long a, b, c; };\n"
PADDED = "struct padded { char a; long b; char c; long d; };\n"
CASES = {
    # width, contract, a function that keeps it, others and what is said of them
    "memory": (64, BIG + "struct big f(long a, long b);",
               "f: mov rax, rdi\n mov [rax], rsi\n mov [rax+8], rdx\n mov [rax+16], rsi\n ret",
               {DEPENDS: "f: mov rax, rdi\n mov [rax], rsi\n mov [rax+8], rdx\n ret",
                "the pointer to the result": "f: mov [rdi], rsi\n mov [rdi+8], rdx\n"
                " mov [rdi+16], rsi\n mov eax, 1\n ret"}),
    "padding": (64, PADDED + "struct padded f(char a);",
                "f: mov rax, rdi\n mov [rax], sil\n mov qword [rax+8], 1\n mov [rax+16], sil\n"
                " mov qword [rax+24], 2\n ret",
                {DEPENDS: "f: mov rax, rdi\n mov [rax], sil\n mov qword [rax+8], 1\n"
                 " mov qword [rax+24], 2\n ret"}),
    "pair": (64, "struct pair { long a; double b; };\nstruct pair f(double x, long y);",
             "f: mov rax, rdi\n ret",
             {DEPENDS: "f: test rdi, rdi\n js .e\n mov rax, rdi\n.e: ret"}),
    "x87": (64, "long double f(double a);", "f: movsd [rsp-8], xmm0\n fld qword [rsp-8]\n ret",
            {"x87 registers in use: expected 0x1, got 0x0": "f: ret",
             "x87 registers in use: expected 0x1, got 0x2":
             "f: movsd [rsp-8], xmm0\n fld qword [rsp-8]\n fld1\n ret"}),
    "mmx": (64, "void f(long *p);", "f: movq mm0, [rdi]\n emms\n ret",
            {"x87 registers in use": "f: movq mm0, [rdi]\n ret"}),
    "callback": (64, "long f(long (*g)(long), long n);",
                 "f: push rbx\n mov rbx, rsi\n mov rax, rdi\n mov rdi, rsi\n call rax\n"
                 " add rax, rbx\n pop rbx\n ret",
                 {"alignment of the stack at its call":
                  "f: push rbx\n push r12\n mov rbx, rsi\n mov rax, rdi\n mov rdi, rsi\n call rax\n"
                  " add rax, rbx\n pop r12\n pop rbx\n ret",
                  "direction flag at its call":
                  "f: push rbx\n mov rbx, rsi\n mov rax, rdi\n mov rdi, rsi\n std\n call rax\n"
                  " add rax, rbx\n cld\n pop rbx\n ret",
                  "an argument of its call depends on":
                  "f: push rbx\n mov rbx, rsi\n mov rax, rdi\n mov rdi, rdx\n call rax\n"
                  " mov eax, 1\n pop rbx\n ret",
                  DEPENDS: "f: push rbx\n mov r9, rsi\n mov rax, rdi\n mov rdi, rsi\n call rax\n"
                  " add rax, r9\n pop rbx\n ret"}),
    "calls": (64, "//! calls g(n, 3)\n//! calls h()\nint f(int n);\nint g(int a, int b);\nvoid h(void);",
              "extern g, h\nf: push rbx\n mov esi, 3\n call g\n mov ebx, eax\n call h\n"
              " mov eax, ebx\n pop rbx\n ret",
              {"an argument of its call: expected 0x3, got 0x4":
               "extern g, h\nf: push rbx\n mov esi, 4\n call g\n mov ebx, eax\n call h\n"
               " mov eax, ebx\n pop rbx\n ret",
               "it does not call, in this order":
               "extern g, h\nf: push rbx\n mov ebx, edi\n call h\n mov edi, ebx\n mov esi, 3\n call g\n"
               " pop rbx\n ret",
               "calls that it makes: expected 0x2, got 0x1":
               "extern g, h\nf: push rbx\n mov esi, 3\n call g\n pop rbx\n ret"}),
    "plain32": (32, "long f(long a, short b);", "f: movsx eax, word [esp+8]\n add eax, [esp+4]\n ret",
                {"ebx: expected": "f: movsx eax, word [esp+8]\n mov ebx, eax\n ret",
                 DEPENDS: "f: mov eax, [esp+8]\n ret", "bytes popped": "f: xor eax, eax\n ret 8",
                 "direction flag": "f: xor eax, eax\n std\n ret"}),
    "wide32": (32, "long long f(long long a, double b);",
               "f: mov eax, [esp+4]\n mov edx, [esp+8]\n ret",
               {DEPENDS: "f: mov eax, [esp+4]\n ret",
                "the caller's frame": "f: mov eax, [esp+4]\n mov edx, eax\n mov [esp+40], eax\n ret"}),
    "double32": (32, "double f(const double *p);\n", "f: mov eax, [esp+4]\n fld qword [eax]\n ret",
                 {"x87 registers in use": "f: ret"}),
    "memory32": (32, BIG + "struct big f(long a, long b);",
                 "f: mov eax, [esp+4]\n mov ecx, [esp+8]\n mov [eax], ecx\n mov [eax+4], ecx\n"
                 " mov [eax+8], ecx\n ret 4",
                 {DEPENDS: "f: mov eax, [esp+4]\n mov ecx, [esp+8]\n mov [eax], ecx\n"
                  " mov [eax+8], ecx\n ret 4",
                  "bytes popped: expected 0x4, got 0x0":
                  "f: mov eax, [esp+4]\n mov ecx, [esp+8]\n mov [eax], ecx\n mov [eax+4], ecx\n"
                  " mov [eax+8], ecx\n ret"}),
    "fastcall32": (32, "int __attribute__((fastcall)) f(int a, int b, int c);",
                   "f: lea eax, [ecx+edx]\n add eax, [esp+4]\n ret 4",
                   {"bytes popped": "f: lea eax, [ecx+edx]\n add eax, [esp+4]\n ret"}),
    "callback32": (32, "int f(int (*g)(int, char), int n);",
                   "f: sub esp, 12\n mov eax, [esp+20]\n mov [esp], eax\n mov dword [esp+4], 7\n"
                   " call [esp+16]\n add esp, 12\n ret",
                   {"alignment of the stack at its call":
                    "f: sub esp, 16\n mov eax, [esp+24]\n mov [esp], eax\n mov dword [esp+4], 7\n"
                    " call [esp+20]\n add esp, 16\n ret",
                    DEPENDS: "f: sub esp, 12\n mov eax, [esp+20]\n mov [esp], eax\n"
                    " mov dword [esp+4], 7\n call [esp+16]\n mov eax, ecx\n add esp, 12\n ret"}),
    "calls32": (32, "//! calls g(n, 3)\nint f(int n);\nint __attribute__((stdcall)) g(int a, int b);",
                "extern g\nf: sub esp, 4\n push 3\n push dword [esp+12]\n call g\n add esp, 4\n ret",
                {"an argument of its call: expected 0x3, got 0x4":
                 "extern g\nf: sub esp, 4\n push 4\n push dword [esp+12]\n call g\n add esp, 4\n ret",
                 "it does not call, in this order": "extern g\nf: xor eax, eax\n ret"}),
}


def build_and_run(tmp_path, compiler: str, width: int, contract: str, code: str):
    assemble(tmp_path, code, width)
    (tmp_path / "c.h").write_text(contract)
    r = check(tmp_path, "f.o", "--contract", "c.h", "--emit-test")
    assert r.status == 0 and r.stderr == ""
    (tmp_path / "test.c").write_text(r.stdout)
    alone = () if width == 64 else ("-m32", "-ffreestanding", "-nostdlib", "-static", "-fno-pie")
    p = subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-z", "noexecstack", *alone, "-o",
                        "test", "test.c", "f.o"], cwd=tmp_path, capture_output=True, text=True,
                       check=False)
    assert p.returncode == 0, p.stderr
    if width == 32 and not program.native(32):
        return None
    return subprocess.run(["./test"], cwd=tmp_path, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("case", [
    pytest.param(n, marks=pytest.mark.ia32 if c[0] == 32 else ()) for n, c in CASES.items()])
def test_emitted(case, compilers, gcc, tmp_path):
    width, contract, good, bad = CASES[case]
    compiler = compilers[gcc]["path"]
    t = build_and_run(tmp_path, compiler, width, contract, good)
    assert t is None or (t.returncode, t.stdout) == (0, "ok: 1 function, 200 calls each\n"), t.stdout
    for words, code in bad.items():
        t = build_and_run(tmp_path, compiler, width, contract, code)
        assert t is None or (t.returncode == 1 and words in t.stdout), (words, t.stdout)


@pytest.mark.parametrize("width", (32, pytest.param(64)))
def test_emitted_by_clang_without_a_library(width, compilers, clang, tmp_path):
    compiler = compilers[clang]["path"]
    name = "plain32" if width == 32 else "callback"
    _, contract, good, bad = CASES[name]
    for code, status in ((good, 0), (next(iter(bad.values())), 1)):
        assemble(tmp_path, code, width)
        (tmp_path / "c.h").write_text(contract)
        (tmp_path / "t.c").write_text(check(tmp_path, "f.o", "--contract", "c.h", "--emit-test").stdout)
        subprocess.run([compiler, f"-m{width}", "-O1", "-Wall", "-ffreestanding", "-nostdlib", "-static",
                        "-fno-pie", "-o", "t", "t.c", "f.o"], cwd=tmp_path, check=True)
        if width == 64 or program.native(32):
            assert subprocess.run(["./t"], cwd=tmp_path, capture_output=True,
                                  check=False).returncode == status
