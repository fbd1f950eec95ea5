# SPDX-License-Identifier: MIT
"""clobber check: every construct of contracts with a function that keeps it and functions that do
not, each caught by name; every error; the places; archives."""
import json
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

import check_cases
import program
from check_cases import Case

HEAD = "\tglobal f\n\tsection .text\n"


def assemble(folder: Path, text: str, width: int, name: str = "f") -> Path:
    source, out = folder / f"{name}.asm", folder / f"{name}.o"
    source.write_text(f"\tbits {width}\n{HEAD}" + re.sub("^ ", "\t", text, flags=re.M) + "\n")
    subprocess.run(["nasm", "-f", f"elf{width}", "-o", out, source], check=True)
    return out


def check(folder: Path, *args, place="native") -> program.Result:
    return program.run(["check", "--place", place, *args], cwd=folder)


def folded(text: str) -> str:
    return " ".join(text.split())


ALL = check_cases.CONVENTION + check_cases.CONTRACTS + check_cases.BUFFERS


@pytest.mark.parametrize("case", [pytest.param(c, marks=pytest.mark.ia32 if c.width == 32 else ())
                                  for c in ALL], ids=lambda c: c.name)
def test_construct(case: Case, tmp_path):
    place = program.where(case.width)
    (tmp_path / "contract.h").write_text(case.contract)
    for number, (words, bad) in enumerate(case.bad.items()):
        if not bad:
            continue
        o = assemble(tmp_path, bad, case.width, f"bad{number}")
        r = check(tmp_path, o.name, "--contract", "contract.h", place=place)
        # What documents are silent about is no violation.
        assert r.status == (0 if ": 1 divergence" in r.stdout else 1)
        assert words in folded(r.stdout), f"{words}\n{r.stdout}{r.stderr}"
        assert r.stderr == ""
    o = assemble(tmp_path, case.good, case.width)
    r = check(tmp_path, o.name, "--contract", "contract.h", place=place)
    assert (r.status, r.stderr) == (0, ""), r.stdout + r.stderr
    assert "1 function: 1 pass" in r.stdout


@pytest.mark.parametrize("line", check_cases.ERRORS)
def test_contract_error(line, tmp_path):
    column, what = check_cases.ERRORS[line]
    (tmp_path / "contract.h").write_text(
        f"{line}\nint f(long a, double c, char *p);\nvoid g(int x);\n")
    o = assemble(tmp_path, "f: ret", 64)
    r = check(tmp_path, o.name, "--contract", "contract.h")
    assert r.status == 2 and r.stdout == ""
    first = r.stderr.splitlines()[0]
    assert first.startswith(f"contract.h:1:{column}: error: {what}"), r.stderr


GOOD = "f: mov rax, rdi\n ret"


@pytest.fixture
def good(tmp_path):
    return assemble(tmp_path, GOOD, 64)


def error(r: program.Result) -> str:
    """The one line that says what is wrong."""
    assert r.status == 2 and r.stdout == "", r.stdout + r.stderr
    assert r.stderr.count("\n") == 1, r.stderr
    return r.stderr.removeprefix("clobber: check: ").rstrip("\n")


def test_bad_options(good, tmp_path):
    proto = ("--proto", "long f(long a)")
    for args, words in {
        ("f.o",): "say what the functions promise",
        proto: "which object?",
        ("f.o", *proto, "--contract", "x.h"): "x.h: cannot be read: No such file or directory",
        ("f.o", *proto, "--calls", "0"): "--calls: '0' is not a number from 1 to",
        ("f.o", *proto, "--time", "x"): "--time: 'x' is not a number",
        ("f.o", *proto, "--seed", "x"): "'x' is not a number",
        ("f.o", *proto, "--place", "moon"): "unknown place 'moon'",
        ("f.o", "--contract", "x.h"): "x.h: cannot be read: No such file or directory",
        ("f.o", *proto, "--abi", "sisv"): "did you mean 'sysv'?",
    }.items():
        r = program.run(["check", *args], cwd=tmp_path)
        assert r.status == 2 and words in r.stderr and r.stdout == "", r.stderr
    r = check(tmp_path, "f.o", *proto, "--abi", "fastcall")
    assert r.status == 2 and "<prototype>:1:6: error: convention `fastcall' does not exist at 64 bit" \
        in r.stderr


def test_nothing_is_left_behind(good, tmp_path):
    (tmp_path / "t").mkdir()
    env = program.environment(TMPDIR=str(tmp_path / "t"))
    for proto, more, status in (("long f(long a)", [], 0), ("void f(void)", ["--note", "keeps all"], 1),
                                ("long f(long a)", ["--place", "moon"], 2), ("void g(void)", [], 2),
                                ("long f(long a)", ["--note", "supply f returns"], 2)):
        r = program.run(["check", "f.o", "--proto", proto, *more], cwd=tmp_path, env=env)
        assert r.status == status, r
        assert not list((tmp_path / "t").iterdir()), (proto, more)


def test_bad_prototype(good, tmp_path):
    r = check(tmp_path, "f.o", "--proto", "long f(lnog a)")
    assert r.status == 2 and r.stderr.startswith("<prototype>:1:8: error: unknown type")
    r = check(tmp_path, "f.o", "--proto", "long f(long a)", "--note", "arg b = 3")
    assert r.status == 2 and r.stderr.startswith("<prototype>:1:9: error: `f' has no parameter `b'")


def test_bad_symbols(good, tmp_path):
    assert error(check(tmp_path, "f.o", "--proto", "long ff(long a)")) == \
        "no object defines `ff'; did you mean `f'?"
    assert error(check(tmp_path, "f.o", "--proto", "long entirely(long a)")) == \
        "no object defines `entirely'; the only function is f"
    assemble(tmp_path, "f: ret\nhidden: ret\n section .data\n global d\nd: dd 1", 64)
    assert error(check(tmp_path, "f.o", "--proto", "void hidden(void)")) == \
        "`hidden' of f.o is local: make it global for this test"
    assert error(check(tmp_path, "f.o", "--proto", "void d(void)")) == \
        "`d' of f.o is data, not a function"


def test_undefined(tmp_path):
    assemble(tmp_path, "extern malloc, helper\nf: push rax\n call malloc\n call helper\n pop rcx\n"
             " ret", 64)
    r = check(tmp_path, "f.o", "--proto", "void f(void)")
    said = folded(r.stdout)
    assert r.status == 0 and "1 function: 1 not-run" in said
    assert "calls: the call needs malloc: expected a definition among the objects, got none" in said
    assert "`calls' or `supply' line" in said and "--weak-stubs" in said and "helper:" not in said
    r = check(tmp_path, "f.o", "--proto", "void f(void)", "--weak-stubs")
    assert r.status == 0 and "stub malloc: nothing defines it" in folded(r.stdout)
    assemble(tmp_path, "extern helper\nf: call helper\n ret", 64)
    r = check(tmp_path, "f.o", "--proto", "void f(void)", "--weak-stubs")
    assert r.status == 1 and "alignment: stack pointer at the function's own call" in r.stdout
    assemble(tmp_path, "helper: ret\n global helper", 64, "helper")
    assert check(tmp_path, "f.o", "helper.o", "--proto", "void f(void)").status == 0


def test_undefined_is_a_matter_of_who_calls_it(tmp_path):
    """Of two functions one needs what nothing defines, and only with some numbers."""
    assemble(tmp_path, "extern helper\nf: cmp edi, 3\n jne .r\n push rax\n call helper\n pop rcx\n"
             ".r: ret\n global g\ng: xor ebx, ebx\n ret", 64)
    r = check(tmp_path, "f.o", "--proto", "void f(int a)", "--proto", "void g(void)",
              "--note", "f: arg a from 0 to 5")
    said = folded(r.stdout)
    assert r.status == 1 and "2 functions: 1 violation, 1 not-run" in said, said
    assert "needs helper" in said and "called as f(a = 3), call" in said
    assemble(tmp_path, (tmp_path / "f.asm").read_text().split("section .text\n", 1)[1]
             .replace(".r: ret", "\n.r: xor ebx, ebx\n ret"), 64)
    r = check(tmp_path, "f.o", "--proto", "void f(int a)", "--note", "arg a from 0 to 5")
    assert r.status == 1 and "1 function: 1 violation" in r.stdout  # what was seen counts


@pytest.mark.parametrize("width", [pytest.param(32, marks=pytest.mark.ia32), 64])
def test_built_in(width, gcc, tmp_path):
    """Of C's library a few functions are there."""
    (tmp_path / "c.c").write_text(
        "#include <stddef.h>\nvoid *memcpy(void *, const void *, size_t);\n"
        "void *memmove(void *, const void *, size_t);\nvoid *memset(void *, int, size_t);\n"
        "size_t strlen(const char *);\n"
        "int f(char *p, const char *s) {\n\tchar b[80];\n\tsize_t n = strlen(s);\n"
        "\tif (n > 60) return -1;\n\tmemset(b, 7, 80);\n"
        "\tif (memcpy(b + 4, s, n) != b + 4) return 1;\n"
        "\tif (b[3] != 7 || b[4 + n] != 7 || (n && b[3 + n] != s[n - 1])) return 2;\n"
        "\tmemmove(b + 8, b + 4, n);\n\tif (n && (b[8] != s[0] || b[7 + n] != s[n - 1])) return 3;\n"
        "\tmemmove(b + 2, b + 8, n);\n\tif (n && (b[2] != s[0] || b[1 + n] != s[n - 1])) return 4;\n"
        "\treturn 0; }\n")
    subprocess.run([gcc, f"-m{width}", "-O1", "-fno-builtin", "-fno-pic", "-fno-stack-protector",
                    "-c", "c.c"], cwd=tmp_path, check=True)
    r = check(tmp_path, "c.o", "--proto", "int f(char *p, const char *s)", "--note", "returns 0",
              "--note", "arg s nul-terminated 60", place=program.where(width))
    assert r.status == 0, r.stdout + r.stderr


def test_bad_objects(good, tmp_path):
    proto = ("--proto", "long f(long a)")
    data = good.read_bytes()
    (tmp_path / "text.o").write_text("not an object\n")
    (tmp_path / "empty.o").write_bytes(b"")
    (tmp_path / "cut.o").write_bytes(data[:len(data) // 2])
    (tmp_path / "arm.o").write_bytes(data[:18] + b"\xb7\x00" + data[20:])
    (tmp_path / "x32.o").write_bytes(data[:4] + b"\x01" + data[5:])
    subprocess.run(["ld", "-e", "f", "-o", tmp_path / "linked", good], check=True)
    assemble(tmp_path, "f: ret", 32, "narrow")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f.o").write_bytes(data)
    subprocess.run(["ar", "qc", "two.a", "f.o", "a/f.o"], cwd=tmp_path, check=True)
    subprocess.run(["ar", "qc", "none.a"], cwd=tmp_path, check=True)
    for objects, words in {
        ("absent.o",): "absent.o cannot be read: No such file or directory",
        ("text.o",): "text.o is neither an ELF object nor an archive",
        ("empty.o",): "empty.o is neither an ELF object nor an archive",
        ("cut.o",): "cut.o is corrupt or truncated",
        ("arm.o",): "arm.o is code for AArch64, not for x86",
        ("linked",): "linked is linked already",
        ("f.o", "narrow.o"): "narrow.o is 32-bit code, what came before it is 64-bit",
        ("two.a",): "`f' is defined twice: in two.a(f.o) and in two.a(f.o)",
        ("none.a",): "none.a is an archive without members",
    }.items():
        assert error(check(tmp_path, *objects, *proto)).startswith(words), words
    r = check(tmp_path, "x32.o", *proto)
    assert r.status == 2 and "x32.o" in r.stderr and r.stderr.count("\n") == 1
    assert error(check(tmp_path, "f.o", "a/f.o", *proto)).startswith("`f' is defined twice")


def test_damaged_objects(good, tmp_path):
    """Whatever byte is wrong: an answer, never a crash."""
    data = bytearray(good.read_bytes())
    for at in list(range(0, 64)) + list(range(64, len(data), 17)):
        damaged = data.copy()
        damaged[at] ^= 0xff
        (tmp_path / "d.o").write_bytes(damaged)
        r = check(tmp_path, "d.o", "--proto", "long f(long a)")
        assert r.status in (0, 1, 2), f"byte {at}: {r}"
        assert r.status != 2 or r.stderr.count("\n") == 1, f"byte {at}: {r.stderr}"


def test_archive(tmp_path):
    assemble(tmp_path, "extern g\nf: sub rsp, 8\n call g\n add rsp, 8\n ret", 64, "one")
    assemble(tmp_path, " global g\ng: xor eax, eax\n ret", 64, "two")
    text = (tmp_path / "two.asm").read_text().replace("\tglobal f\n", "")
    (tmp_path / "two.asm").write_text(text)
    subprocess.run(["nasm", "-f", "elf64", "two.asm"], cwd=tmp_path, check=True)
    subprocess.run(["ar", "qc", "both.a", "one.o", "two.o"], cwd=tmp_path, check=True)
    r = check(tmp_path, "both.a", "--proto", "int f(void)", "--proto", "int g(void);")
    assert r.status == 0 and "2 functions: 2 pass" in r.stdout


def test_bytes_untouched(tmp_path):
    """What is linked is what was assembled, references that a linker would improve included."""
    (tmp_path / "f.s").write_text("\t.globl f, x\n\t.text\nf:\tmovq x@GOTPCREL(%rip), %rax\n"
                                  "\tmovl (%rax), %eax\n\tret\n\t.data\nx:\t.long 5\n")
    subprocess.run(["as", "-o", "f.o", "f.s"], cwd=tmp_path, check=True)
    r = check(tmp_path, "f.o", "--proto", "int f(void)", "--note", "returns 5", "--work", "w")
    assert r.status == 0, r.stdout
    code = subprocess.run(["objdump", "-d", "w/payload"], cwd=tmp_path, stdout=subprocess.PIPE,
                          text=True, check=True).stdout
    assert re.search(r"<f>:\n.*\t48 8b 05 .*\tmov ", code)


def test_header(tmp_path):
    assemble(tmp_path, "f: mov rax, rdi\n ret\n global g\ng: xor ebx, ebx\n ret", 64)
    (tmp_path / "lib.h").write_text(
        "#ifndef LIB_H\n#define LIB_H /* a \\\n guard */\n#include <stddef.h>\n"
        "#ifdef __cplusplus\nextern \"C\" {\n#endif\nlong f(long a);\nint not_here(void);\n"
        "void g(void);\n#ifdef __cplusplus\n}\n#endif\n#endif\n")
    r = check(tmp_path, "f.o", "--header", "lib.h")
    assert r.status == 1 and "2 functions: 1 violation, 1 pass" in r.stdout
    assert "lib.h:10: void g(void)" in r.stdout
    assert "not-run 1 function is declared, but no object defines it: not_here" in folded(r.stdout)
    assert check(tmp_path, "f.o", "--contract", "lib.h").status == 2


SYSTEM_HEADERS = ("string.h", "stdio.h", "stdlib.h", "math.h", "unistd.h", "immintrin.h", "zlib.h",
                  "gmp.h")


@pytest.mark.parametrize("name", SYSTEM_HEADERS)
def test_preprocessed_header(name, gcc, tmp_path):
    """What cannot be read is counted, and costs nothing else."""
    (tmp_path / "i.c").write_text(f"#include <{name}>\n#include <string.h>\nvoid f(int a);\n")
    r = subprocess.run([gcc, "-E", "-P", "-o", "lib.h", "i.c"], cwd=tmp_path, check=False,
                       stderr=subprocess.PIPE)
    if r.returncode:
        pytest.skip(f"not-run: {name} is not installed")
    assemble(tmp_path, "f: xor ebx, ebx\n ret\n global memchr\nmemchr: xor eax, eax\n ret", 64)
    r = check(tmp_path, "f.o", "--header", "lib.h")
    assert r.status == 1 and "2 functions: 1 violation, 1 pass" in r.stdout, r.stdout + r.stderr
    skipped = re.search(r"skipped +(\d+) declaration", r.stdout)
    assert not skipped or int(skipped[1]) < 20


def test_header_as_projects_write_it(tmp_path):
    assemble(tmp_path, "f: ret\n global g\ng: mov eax, [esp+4]\n ret 4\n global h\nh: ret", 32)
    (tmp_path / "lib.h").write_text("""
#define API __attribute__((visibility("default")))
#define CALL \\
    __attribute__((stdcall))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
extern int counter, other; /* in asm, too; */
extern const char *const names[];
API void f(void) __cold;
API void f(void); /* again */
int __must_check CALL g(int n) __printf(1, 2);
static inline int sum(int a, int b) { return a + b; } // with a body; and "}" in it
struct __packed s { char c; int i; };
void h(char c);
int renamed(void) __asm__("h");
__typeof__(f) *hook;
double log_of(va_list ap);
#pragma pack(push, 1)
struct packed { char c; int i; };
#pragma pack(pop)
void takes(struct packed p);
""")
    place = program.where(32)
    r = check(tmp_path, "f.o", "--header", "lib.h", place=place)
    assert r.status == 0 and "3 functions: 3 pass" in r.stdout, r.stdout + r.stderr
    assert "skipped 1 declaration that cannot be read" in folded(r.stdout), r.stdout
    (tmp_path / "lib.h").write_text("//! keep all\nvoid f(void);\n")
    r = check(tmp_path, "f.o", "--header", "lib.h", place=place)
    assert r.status == 2 and "lib.h:1:5: error: unknown annotation" in r.stderr


def test_seed_repeats(tmp_path):
    """Found by default; the same seed finds the same call, and the command in the report does."""
    assemble(tmp_path, "f: cmp edi, 0x7fffffff\n jne .r\n xor ebx, ebx\n.r: ret", 64)
    runs = [check(tmp_path, "f.o", "--proto", "int f(int a)", "--seed", s) for s in (7, 7, 8)]
    assert all(r.status == 1 and "f(a = 2147483647), call" in r.stdout for r in runs)
    assert runs[0] == runs[1] != runs[2]
    command = re.search(r"^  clobber (check .*)$", runs[0].stdout, re.M)[1]
    again = subprocess.run(f"{program.PROGRAM} {command}", shell=True, cwd=tmp_path, text=True,
                           stdout=subprocess.PIPE, check=False)
    assert again.stdout == runs[0].stdout


def test_verbose(tmp_path):
    (tmp_path / "contract.h").write_text(CONTRACT)
    assemble(tmp_path, TRAMPOLINE, 64)
    r = check(tmp_path, "f.o", "--contract", "contract.h", "-v")
    assert r.status == 0
    assert ("1000 calls, each again with other poison: callee-saved (rax rcx rdx rbx rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15), "
            "stack-pointer (0 bytes popped), caller-frame, direction-flag, x87-stack, "
            "x87-control-word, mxcsr, depends, calls, argument, alignment (8 at calls), stack-slot, fault"
            ) in folded(r.stdout)


@pytest.fixture
def three(tmp_path):
    """One that is right, one that is not, one that nothing can be said of."""
    assemble(tmp_path, "extern gone\nf: mov rax, rdi\n ret\n global g\ng: xor ebx, ebx\n ret\n"
             " global h\nh: jmp gone", 64)
    (tmp_path / "lib.h").write_text("long f(long a);\n\nvoid g(void);\nvoid h(void);\nvoid k(void);\n")
    return lambda *more: check(tmp_path, "f.o", "--header", "lib.h", *more)


def test_json(three):
    r = three("--format", "json")
    j = json.loads(r.stdout)
    assert r.status == 1 and j["width"] == 64 and j["seed"] == 1 and j["undefined"] == ["k"]
    assert [(f["name"], f["verdict"]) for f in j["functions"]] == [
        ("f", "pass"), ("g", "violation"), ("h", "not-run")]
    g = j["functions"][1]
    assert (g["file"], g["line"], g["convention"]) == ("lib.h", 3, "sysv")
    finding, = g["findings"]
    assert finding["check"] == "callee-saved" and finding["inputs"] == "called as g(), call 1"
    assert finding["command"].startswith("clobber check f.o --header lib.h")


def test_junit(three):
    r = three("--format", "junit")
    suite = ElementTree.fromstring(r.stdout).find("testsuite")
    assert r.status == 1 and suite.attrib | {"tests": "3", "failures": "1", "skipped": "1"} == suite.attrib
    cases = {c.attrib["name"]: [e.tag for e in c] for c in suite}
    assert cases == {"f": ["system-out"], "g": ["failure"], "h": ["skipped"]}
    assert "1000 calls, 2 of 2 instructions" in suite.find("testcase/system-out").text
    assert "callee-saved: rbx after the call" in suite.find("testcase/failure").attrib["message"]


def test_ktap(three):
    r = three("--format", "ktap")
    lines = r.stdout.splitlines()
    assert r.status == 1 and lines[:2] == ["KTAP version 1", "1..3"]
    results = [line for line in lines[2:] if not line.startswith("# ")]
    assert results[:2] == ["ok 1 sysv/f", "not ok 2 sysv/g"]
    assert results[2].startswith("ok 3 sysv/h # SKIP ")


def test_github(three):
    r = three("--format", "github")
    error, notice = r.stdout.splitlines()
    assert error.startswith("::error file=lib.h,line=3,title=sysv/g%3A violation::callee-saved: rbx")
    assert notice.startswith("::notice file=lib.h,line=4,title=sysv/h%3A not-run::")


def test_quiet(three):
    r = three("-q")
    assert r.status == 1 and r.stdout.startswith("not-run  sysv/h") and "pass  " not in r.stdout
    assert r.stdout.endswith("3 functions: 1 violation, 1 pass, 1 not-run\n")


def test_one_function_of_a_contract(tmp_path):
    assemble(tmp_path, "extern g\nf: sub rsp, 8\n call g\n add rsp, 8\n ret\n global h\n"
             "h: xor ebx, ebx\n ret", 64)
    (tmp_path / "c.h").write_text("//! calls g()\nvoid f(void);\nvoid g(void);\nvoid h(void);\n"
                                  "//! abi cdecl\nvoid other_width(void);\n")
    assert check(tmp_path, "f.o", "--contract", "c.h:f").status == 0
    assert check(tmp_path, "f.o", "--contract", "c.h").status == 1
    assert error(check(tmp_path, "f.o", "--contract", "c.h:k")) == "c.h declares no function `k'"


def test_privileged_instructions_are_explained(tmp_path):
    for code, words in {
        "cli": "cli needs ring 0: it runs in --place vmx, kvm or root, not in a process",
        "mov cr3, rax": "mov needs ring 0",
        "vmlaunch": "vmlaunch is a VMX instruction: it needs VMX root operation (--place root), or "
                    "a `vmx' line in the contract",
        "syscall": "syscall: no system call is allowed here",
    }.items():
        assemble(tmp_path, f"f: {code}\n ret", 64)
        r = check(tmp_path, "f.o", "--proto", "void f(void)")
        assert r.status == 1 and words in folded(r.stdout), r.stdout
        assert f"instruction: {code.split()[0]}" in r.stdout


STEPPED = {
    "good": "push %{bx}\n.cfi_adjust_cfa_offset {w}\n.cfi_rel_offset {bx}, 0\nxor %{bx}, %{bx}\n"
            "pop %{bx}\n.cfi_adjust_cfa_offset -{w}\n.cfi_restore {bx}\nret",
    "missing": "push %{bx}\n.cfi_rel_offset {bx}, 0\nxor %{bx}, %{bx}\npop %{bx}\nret",
    "unsaid": "push %{bx}\n.cfi_adjust_cfa_offset {w}\nxor %{bx}, %{bx}\npop %{bx}\n"
              ".cfi_adjust_cfa_offset -{w}\nret",
    "below": "mov %{ax}, -200(%{sp})\nret",
    "above": "push %{ax}\nmov {w}(%{sp}), %{ax}\nmov %{ax}, {w}(%{sp})\npop %{ax}\nret",
}


@pytest.mark.parametrize("width", [32, 64])
def test_step(width, tmp_path):
    program.need("native", width)
    names = {r: ("e" if width == 32 else "r") + r for r in ("ax", "bx", "sp")}
    text = "".join(f"\t.globl {n}\n\t.type {n},@function\n{n}:\n\t.cfi_startproc\n"
                   + code.format(w=width // 8, **names) + "\n\t.cfi_endproc\n"
                   for n, code in STEPPED.items())
    (tmp_path / "s.s").write_text(text + "\t.globl bare\nbare:\tret\n")
    subprocess.run(["as", f"--{width}", "-o", "s.o", "s.s"], cwd=tmp_path, check=True)
    protos = [a for n in [*STEPPED, "bare"] for a in ("--proto", f"void {n}(void)")]
    assert check(tmp_path, "s.o", *protos).status == 0  # nothing but stepping sees these
    r = check(tmp_path, "s.o", *protos, "--step")
    assert r.status == 1
    said = folded(r.stdout)
    bx = names["bx"]
    assert f"unwind: at missing+0x1: xor {bx}, {bx}: expected the return address is" in said
    assert f"unwind: at unsaid+0x{3 if width == 32 else 4}: pop {bx}: expected the caller's {bx} is" \
        in said
    assert "stack-write: at below+0x0" in said
    assert "stack-write: at above+0x" in said and "+0 as it was at entry, the return address" in said
    assert "not-run unwind: code of bare has no call frame information" in said
    assert re.search(r"pass\s+(sysv|cdecl)/good", r.stdout) and "/good native" not in said


def test_step_survives(tmp_path):
    """Loops, faults, breakpoints and recovery by an exception table, stepped."""
    recovering = next(c for c in check_cases.CONTRACTS if c.name == "faults")
    for code, status, words in (("f: jmp f", 1, "endless loop"),
                                ("f: mov eax, [0x10]\n ret", 1, "it accessed 0x10"),
                                ("f: int3\n ret", 1, "(SIGTRAP)"),
                                ("f: push rax\n jmp rax", 1, "SIGSEGV"),
                                ("f: pushfq\n pop rax\n test ah, 1\n jz .r\n ud2\n.r: ret", 0, "")):
        assemble(tmp_path, code, 64)
        r = check(tmp_path, "f.o", "--proto", "void f(void)", "--step")
        assert r.status == status and words in folded(r.stdout), r.stdout
    assemble(tmp_path, recovering.good, 64)
    (tmp_path / "c.h").write_text(recovering.contract)
    r = check(tmp_path, "f.o", "--contract", "c.h", "--step")
    assert r.status == 0, r.stdout


@pytest.mark.parametrize("family", ["gcc", "clang"])
@pytest.mark.parametrize("width", [32, 64])
def test_step_compiled(family, width, compilers, request, tmp_path):
    program.need("native", width)
    compiler = compilers[request.getfixturevalue(family)]["path"]
    (tmp_path / "c.c").write_text(
        "static int __attribute__((noinline)) part(const int *p, int n) {\n"
        "\tvolatile int b[40]; int s = 0;\n"
        "\tfor (int i = 0; i < 40; i++) b[i] = i;\n"
        "\tfor (int i = 0; i < n; i++) { b[i % 40] = p[i]; s += b[(i * 7) % 40]; }\n"
        "\treturn s; }\n"
        "long sum(const int *p, int n, long (*each)(long)) {\n"
        "\tlong r = 0;\n\tfor (int i = 0; i < n; i++) r += each(p[i]) + part(p, i);\n"
        "\treturn r; }\n"
        "void grow(int n, void (*g)(int *)) { int b[n + 1]; b[n] = n; g(b + n); }\n")
    for opt in ("-O0", "-O2"):
        subprocess.run([compiler, f"-m{width}", opt, "-fno-pic", "-ffreestanding", "-c", "c.c",
                        "-fasynchronous-unwind-tables"], cwd=tmp_path, check=True)
        r = check(tmp_path, "c.o", "--step", "--note", "arg n from 0 to 12",
                  "--proto", "void grow(int n, void (*g)(int *))")
        assert r.status == 0 and "not-run" not in r.stdout, r.stdout
        r = check(tmp_path, "c.o", "--step", "--note", "arg n count 9 of p",
                  "--proto", "long sum(const int *p, int n, long (*each)(long))")
        assert r.status == 0 and "not-run" not in r.stdout, r.stdout


TRAMPOLINE = """extern vmread_error
f: push rbp
 mov rbp, rsp
 push rax
 push rcx
 push rdx
 push rsi
 push rdi
 push r8
 push r9
 push r10
 push r11
 mov rsi, [rbp+24]
 mov rdi, [rbp+16]
 call vmread_error
 mov qword [rbp+24], 0
 pop r11
 pop r10
 pop r9
 pop r8
 pop rdi
 pop rsi
 pop rdx
 pop rcx
 pop rax
 pop rbp
 ret
"""

CONTRACT = """//! abi kernel
//! in field stack 1
//! in fault stack 2
//! keeps all
//! out stack 1 = field
//! out stack 2 = 0
//! align word at calls
//! calls vmread_error(field, fault)
void f(unsigned long field, _Bool fault);
//! abi kernel
void vmread_error(unsigned long field, _Bool fault);
"""


def test_every_place(tmp_path):
    """The kernel's code runs in every place by itself; what is wrong is wrong in all of them."""
    program.need("vmx", 64)
    (tmp_path / "contract.h").write_text(CONTRACT)
    assemble(tmp_path, TRAMPOLINE, 64)
    r = program.run(["check", "f.o", "--contract", "contract.h"], cwd=tmp_path)
    assert r.status == 0, r.stdout + r.stderr
    assert "place native (process), " in folded(r.stdout)
    assert all(f" {place} (" in folded(r.stdout) for place in ("vmx", "root", "root-vmcs"))
    broken = TRAMPOLINE.replace("push r9\n", "nop\n").replace("pop r9\n", "nop\n")
    assemble(tmp_path, broken, 64)
    r = program.run(["check", "f.o", "--contract", "contract.h", "--place", "all"], cwd=tmp_path)
    assert r.status == 1
    assert re.search("violation kernel/f native, (kvm, )?vmx, root, root-vmcs", folded(r.stdout))
    assert "callee-saved: r9 after the call" in r.stdout and "left behind by the function" in r.stdout


def test_vmx_lines_in_every_place(tmp_path):
    """A made-up guest where VMLAUNCH faults; where it is executed, a real one."""
    program.need("vmx", 64)
    good = next(c for c in check_cases.CONTRACTS if c.name == "vmx-exits")
    assemble(tmp_path, good.good, 64)
    (tmp_path / "c.h").write_text(good.contract)
    r = check(tmp_path, "f.o", "--contract", "c.h", place="native,vmx,root,root-vmcs")
    assert r.status == 0 and "not-run" not in r.stdout, r.stdout


def test_what_only_ring_0_shows(tmp_path):
    program.need("vmx", 64)
    (tmp_path / "c.h").write_text("//! abi kernel\nvoid f(void);\n")
    for code, words in {"f: cli\n ret": "flags IF (0x200)",
                        "f: pxor xmm0, xmm0\n ret": "rule linux.fpu: kernel code uses no x87"}.items():
        assemble(tmp_path, code, 64)
        r = check(tmp_path, "f.o", "--contract", "c.h", place="vmx")
        assert r.status == 1 and words in folded(r.stdout), r.stdout


def test_run_takes_no_contracts(tmp_path):
    (tmp_path / "c.h").write_text("//! keeps all\nvoid f(void);\n")
    r = program.run(["run", "--cases", "c.h"], cwd=tmp_path)
    assert r.status == 2 and r.stderr.startswith("c.h:1:5: error: this is a line of a contract")


@pytest.mark.parametrize("family", ["gcc", "clang"])
def test_emitted_test(family, compilers, request, tmp_path):
    """It builds by itself, passes, and fails for a function that forgets a register."""
    compiler = compilers[request.getfixturevalue(family)]["path"]
    protos = ("--proto", "long f(long *dst, const long *src, int n, double x, long, long, long, char z)",
              "--note", "arg n count 9 of dst, src")
    good = ("f: push rbx\n mov ebx, [rsp+16]\n mov rax, rdi\n mov ecx, edx\n rep movsq\n pop rbx\n"
            " ret")
    depends = "the result depends on what is no input"
    for code, status, words in ((good, 0, "ok: 1 function, 200 calls each"),
                                (good.replace("pop rbx", "pop rcx"), 1, "not ok: f, call 0: rbx:"),
                                (good.replace("ret", "std\n ret"), 1, "direction flag"),
                                (good.replace("ret", "ret 8"), 1, "bytes popped: expected 0x0, got 0x8"),
                                (good.replace("mov rax, rdi\n", ""), 1, depends),
                                (good.replace("mov rax, rdi", "lea rax, [rdi+r11]"), 1, depends),
                                (good.replace("mov rax, rdi", "setc al\n movzx eax, al"), 1, depends),
                                (good.replace("pop rbx", "test edx, edx\n jz .r\n mov [rdi-8], r11\n.r: pop rbx"),
                                 1, "what it writes depends on what is no input"),
                                (good.replace("mov ecx, edx", "lea ecx, [edx+1]"), -11, "")):
        assemble(tmp_path, code, 64)
        r = check(tmp_path, "f.o", *protos, "--emit-test")
        assert r.status == 0 and r.stderr == ""
        (tmp_path / "test.c").write_text(r.stdout)
        subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-z", "noexecstack", "-o",
                        "test", "test.c", "f.o"], cwd=tmp_path, check=True)
        t = subprocess.run(["./test", "3"], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
                           check=False)
        assert t.returncode == status and words in t.stdout, t.stdout


def test_emitted_test_refuses(tmp_path):
    assemble(tmp_path, GOOD, 64)
    for proto in ("void f(__int128 a)", "void f(struct s { long double a; } (*g)(void))",
                  "//! returns a\nint f(int a)", "//! calls g() often\nvoid f(void); void g(void)"):
        (tmp_path / "c.h").write_text(proto + ";\n")
        assert "`f' " in error(check(tmp_path, "f.o", "--contract", "c.h", "--emit-test"))


@pytest.mark.parametrize("width", (32, 64))
def test_examples_of_the_manual(tmp_path, width):
    """What docs/contracts.md shows is what is understood."""
    blocks = re.findall(r"^```c\n(.*?)^```", (program.ROOT / "docs" / "contracts.md").read_text(),
                        re.M | re.S)
    assert len(blocks) == 2
    for text in blocks:
        (tmp_path / "contract.h").write_text(text)
        names = [n for n in re.findall(r"(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\);", text)]
        called = ("vmread_error", "update_host_rsp", "handler")
        body = "".join(f" global {n}\n{n}: ret\n" for n in [*names, "back"] if n not in called)
        assemble(tmp_path, "f: ret\n" + body, width)
        r = check(tmp_path, "f.o", "--contract", "contract.h", place=program.where(width))
        assert r.status == 1 and r.stderr == "", r.stderr


LANDING = """struct s { long a; double b; };
struct t { char c[3]; };
{attribute}void g(char e, float d, struct t t, double b, long long ll, struct s a, short h, _Bool k,
\tunsigned x);
{attribute}void f(struct s a, double b, float d, char e, struct t t, long long ll, short h, unsigned x,
\t_Bool k)"""


@pytest.mark.parametrize("abi,width", [("sysv", 64), ("ms", 64), ("cdecl", 32), ("stdcall", 32),
                                       ("kernel", 64)])
def test_arguments_land(abi, width, gcc, compilers, tmp_path):
    """Values of all kinds go through a C function into another: both ends are where they belong."""
    attribute = {"ms": "__attribute__((ms_abi)) ", "stdcall": "__attribute__((stdcall)) "}.get(abi, "")
    text = LANDING.replace("{attribute}", attribute)
    if abi == "kernel":  # it has no floating point
        text = text.replace("double", "int").replace("float", "int")
    (tmp_path / "c.c").write_text(text + " { g(e, d, t, b, ll, a, h, k, x); }\n")
    head = text.replace("{attribute}", "").split("\n", 2)
    note = "" if attribute else f"//! abi {abi}\n"
    values = "e, d, t, b, ll, a, h, k, x" if abi != "ms" else "e, d, any, b, ll, any, h, k, x"
    decls = head[2].replace(f"{attribute}void f", f"{note}//! calls g({values})\n{attribute}void f")
    (tmp_path / "c.h").write_text(f"{head[0]}\n{head[1]}\n{note}{decls};\n")
    for opt in ("-O0", "-O2"):
        subprocess.run([compilers[gcc]["path"], f"-m{width}", opt, "-fno-pic", "-ffreestanding", "-fno-stack-protector",
                        "-mno-red-zone", "-c", "c.c"], cwd=tmp_path, check=True)
        r = check(tmp_path, "c.o", "--contract", "c.h", place=program.where(width))
        assert r.status == 0, r.stdout + r.stderr
    (tmp_path / "c.c").write_text((tmp_path / "c.c").read_text().replace("{ g(", "{ d += 1; k = !k; g("))
    subprocess.run([compilers[gcc]["path"], f"-m{width}", "-O2", "-fno-pic", "-ffreestanding", "-c", "c.c"],
                   cwd=tmp_path, check=True)
    r = check(tmp_path, "c.o", "--contract", "c.h", place=program.where(width))
    said = folded(r.stdout)
    assert r.status == 1 and "argument d (" in said and "argument k (_Bool) of g" in said
    assert "argument x (" not in said
