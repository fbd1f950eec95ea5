# SPDX-License-Identifier: MIT
"""Handlers with the attribute `interrupt` as targets of run: entered as by the processor, broken in each way, each with
its reason; and as declarations of check."""
import json
import re
import subprocess
import sys

import pytest

import program
from mutants import asm
from program import run, run_matrix, write

WIDTHS = [64, pytest.param(32, marks=pytest.mark.ia32)]
HANDLER = "__attribute__((interrupt)) void f(struct interrupt_frame *frame);\n"
CODE = "__attribute__((interrupt)) void f(struct interrupt_frame *frame, unsigned long code);\n"
SAVED, IRET, FRAME = "gcc.interrupt.saved", "gcc.interrupt.iret", "gcc.interrupt.frame"

# name: (prototype, patch, finding: check, rule, words of the subject). SP, W, AX, ...: by width; P: the prefix of
# the platform's rules; FIRST: where the frame begins.
BROKEN = {
    **{f"lost_{r}": (HANDLER, {"ret": [f"inc %{r.upper()}"]}, ("callee-saved", SAVED, f"{r.upper()} after the call"))
       for r in ("ax", "cx", "dx", "bx", "bp", "si", "di")},
    "lost_flags": (HANDLER, {"ret": ["xorb $0x41, 2*W(SP)"]},
                   ("callee-saved", SAVED, "the status flags after the call")),
    "lost_df": (HANDLER, {"ret": ["xorb $4, 2*W+1(SP)"]}, ("direction-flag", SAVED, "direction flag after the call")),
    "df_at_calls": (HANDLER, {"before_call": ["std"]},
                    ("direction-flag", "P.flags.df", "direction flag at the function's own call")),
    "error_code_left": (CODE, {"ret": ["sub $W, SP"]}, ("fault", IRET, "the call")),
    "word_too_many": (HANDLER, {"ret": ["add $W, SP"]}, ("fault", IRET, "the call")),
    "frame_moved": (HANDLER, {"ret": ["addW $W, FRAMESP"]}, ("stack-pointer", IRET, "stack pointer after the call")),
    "returns_by_ret": (HANDLER, {"ret_is": ["RET"]}, ("stack-pointer", IRET, "stack pointer after the call")),
    "caller_frame": (HANDLER, {"ret": ["movl $0x5eedf00d, 96(SP)"]},
                     ("caller-frame", "P.stack.frame", "the caller's frame at ")),
    "never_calls": (HANDLER, {"call_is": ["nop"]}, ("entered", FRAME, "the target's own call")),
    "alignment": (HANDLER, {"before_call": ["sub $4, SP"], "after_call": ["add $4, SP"]},
                  ("alignment", "P.stack.align", "stack pointer at the function's own call")),
    "control_word": (HANDLER, {"ret": ["sub $8, SP", "movl $0x27f, (SP)", "fldcw (SP)", "add $8, SP"]},
                     ("x87-control-word", "P.x87.cw", "x87 control word after the call")),
}


def text(s: str, width: int) -> str:
    wide = width == 64
    s = s.replace("FRAMESP", "3*W(SP)").replace("addW", "addq" if wide else "addl")
    s = s.replace("RET", "ret")
    s = re.sub(r"(\d)\*W\+1", lambda m: str(int(m[1]) * width // 8 + 1), s)
    s = re.sub(r"(\d)\*W", lambda m: str(int(m[1]) * width // 8), s).replace("$W", f"${width // 8}")
    s = re.sub(r"%(AX|CX|DX|BX|BP|SI|DI)", lambda m: "%" + "er"[wide] + m[1].lower(), s)
    return s.replace("SP", "%" + "er"[wide] + "sp")


@pytest.fixture(scope="module")
def broken(compilers, tmp_path_factory) -> program.ByWidth:
    """One run a width: every broken handler, and the same ones unbroken."""
    clang = next((compilers[n]["path"] for n in sorted(compilers, reverse=True)
                  if compilers[n]["family"] == "clang"), None)
    if not clang:
        pytest.skip("not-run: clang, which compiles handlers with vector registers, is absent")

    def make(width: int) -> program.Matrix:
        tmp = tmp_path_factory.mktemp(f"handlers{width}")
        cases = write(tmp / f"m{width}.h", "".join(proto.replace(" f(", f" {name}(") +
                                                   proto.replace(" f(", f" {name}_ok(")
                                                   for name, (proto, _, _) in BROKEN.items()))
        patches = write(tmp / "patches.json", json.dumps(
            {f"target/{name}": {place: asm(*(text(line, width) for line in lines)) for place, lines in patch.items()}
             for name, (_, patch, _) in BROKEN.items()}))
        cc = program.script(tmp / "patched", f'case "$*" in *gen{width}/*) exec {sys.executable} {program.PATCHCC} '
                                             f'{patches} {clang} "$@" ;;\n*) exec {clang} "$@" ;;\nesac\n')
        return run_matrix(tmp / "out", "--cc", str(cc), "--width", str(width), "--abi", "interrupt", "--opt", "O2",
                          "--profile", "user", "--cases", cases, status=1)
    return program.ByWidth(make)


@pytest.mark.parametrize("width", [64, 32])
@pytest.mark.parametrize("name", BROKEN)
def test_broken(broken, width, name):
    if name == "frame_moved" and width == 32:
        pytest.skip("IRET of 32-bit code of the same privilege level takes no stack pointer")
    _, _, (check, rule, subject) = BROKEN[name]
    got = {(f["check"], f["rule"], f["subject"]) for f in broken[width].findings
           if f["case"].endswith("/" + name) and not f["known"]}
    want = re.sub(r"\b(AX|CX|DX|BX|BP|SI|DI)\b", lambda r: "er"[width == 64] + r[0].lower(), subject)
    rule = rule.replace("P.", "sysv." if width == 64 else "i386.")
    assert any(g[:2] == (check, rule) and g[2].startswith(want) for g in got), got


@pytest.mark.parametrize("width", [64, 32])
def test_unbroken(broken, width):
    assert not [f for f in broken[width].findings if f["case"].endswith("_ok") and not f["known"]]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("what", ["frame", "code"])
def test_wrong_argument(tmp_path, compilers, width, what):
    """A target that stores another pointer, or another error code, than it got."""
    word = width // 8
    source = ('#undef CL_PUT\n#define CL_PUT(T, offset, value) (*(T volatile *)(cl_got + (offset)) ='
              f' (T)((cl_word)(value) + ((offset) == {0 if what == "frame" else 256} ? {word} : 0)))\n')
    gcc = next((c["path"] for c in compilers.values() if c["family"] == "gcc"), None)
    if not gcc:
        pytest.skip("not-run: gcc absent")
    header = write(tmp_path / "wrong.h", source)
    wrapper = program.script(tmp_path / "wrong", f"""for last; do :; done
case "$*" in *gen{width}-kernel/*) ;; *) exec {gcc} "$@" ;; esac
exec {sys.executable} {write(tmp_path / "include.py", INCLUDE)} {header} {gcc} "$@"
""")
    m = run_matrix(tmp_path / "out", "--cc", str(wrapper), "--width", str(width), "--abi", "interrupt", "--opt", "O2",
                   "--profile", "kernel", "--cases", write(tmp_path / "h.h", CODE),
                   status=1)
    rule, name = ((FRAME, "frame (struct interrupt_frame *)") if what == "frame" else
                  ("gcc.interrupt.error-code", "code (unsigned long)"))
    assert {(f["check"], f["rule"], f["subject"]) for f in m.findings} == {("argument", rule, "argument " + name)}
    place = "the address of the frame" if what == "frame" else "the word on top of the stack"
    assert m.findings[0]["expected"].startswith(f"in {place}: 0x")


INCLUDE = '''import subprocess, sys, tempfile, os
header, cc, *args = sys.argv[1:]
source = next(a for a in args if a.endswith(".c"))
text = open(source).read()
at = text.index("#define asmlinkage")
copy = os.path.join(os.path.dirname(args[args.index("-o") + 1]) or ".", os.path.basename(source) + ".wrong.c")
open(copy, "w").write(text[:at] + open(header).read() + text[at:])
sys.exit(subprocess.run([cc, *(copy if a == source else a for a in args)]).returncode)
'''


@pytest.mark.parametrize("width", [64, 32])
def test_own_cases(tmp_path, compilers, width):
    """Every compiler keeps them, but for what is known; nothing calls one."""
    some = [next((n for n, c in compilers.items() if c["family"] == family), None) for family in ("gcc", "clang")]
    if not all(some):
        pytest.skip("not-run: gcc or clang absent")
    m = run_matrix(tmp_path / "out", "--cc", ",".join(some), "--width", str(width), "--opt", "O2", "--profile",
                   "user,kernel", "--cases", program.ROOT / "cases/attribute/interrupt.h", status=0)
    assert not [f for f in m.findings if not f["known"]]


def test_other_prototypes_are_refused(tmp_path):
    for proto in ("int f(struct frame *p)", "void f(void)", "void f(int a)", "void f(void *p, unsigned char code)",
                  "void f(void *p, long code)", "void f(void *p, unsigned long code, int more)"):
        r = run(["explain", proto, "--abi", "interrupt"])
        assert "is no interrupt handler" in r.stdout + r.stderr, proto


def test_explained():
    r = run(["explain", CODE.strip().rstrip(";"), "-v"])
    assert r.status == 0
    assert re.search(r"RIP +\| rsp\+8\n +\| error code +\| rsp\+0", r.stdout)
    assert re.search(r"EFLAGS +\| esp\+12\n +\| CS +\| esp\+8\n +\| EIP +\| esp\+4\n", r.stdout)


def test_check_takes_the_attribute(tmp_path):
    write(tmp_path / "h.asm", "global f, g, bad\nf: push rax\n mov eax, 1\n pop rax\n iretq\ng: add rsp, 8\n iretq\n"
                              "bad: iretq\n")
    subprocess.run(["nasm", "-f", "elf64", "h.asm"], cwd=tmp_path, check=True)
    write(tmp_path / "h.h", "struct interrupt_frame;\n" + HANDLER + CODE.replace("f(", "g(") + CODE.replace("f(", "bad("))
    r = run(["check", "h.o", "--header", "h.h", "--place", "native"], cwd=tmp_path)
    assert r.status == 1
    assert re.search(r"^pass +sysv/f ", r.stdout, re.M) and re.search(r"^pass +sysv/g ", r.stdout, re.M)
    assert "the error code is popped before IRET" in " ".join(r.stdout.split())
    r = run(["prove", "h.o", "--header", "h.h"], cwd=tmp_path)
    assert r.stdout.count("an interrupt's frame is not modelled") == 3


@pytest.mark.parametrize("verb", ["fuzz", "coverage"])
def test_no_prototypes_are_made_up(tmp_path, verb):
    r = run([verb, "--abi", "interrupt"], cwd=tmp_path)
    assert r.status == 2 and "handlers have two prototypes" in " ".join(r.stderr.split())
