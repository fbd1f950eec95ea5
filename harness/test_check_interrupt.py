# SPDX-License-Identifier: MIT
"""Functions that an interrupt enters and that leave by IRET: handlers that conform, and broken ones, each with its
reason."""
import re
import shutil
import subprocess

import pytest

import program
from test_check import assemble, check, folded

WIDTHS = [64, pytest.param(32, marks=pytest.mark.ia32)]
PLACES = ["native", "vmx"]

HANDLER = """f: push AX
 push CX
 push DX
 push SI
 push DI
{extra}
 cld
{call}
{restore}
 pop DI
 pop SI
 pop DX
 pop CX
 pop AX
{leave}"""

# (what it is about, contract, code, words of the finding; None: it conforms)
CASES = [
    ("conforms", "", "f: push AX\n xor eax, eax\n pop AX\n IRET", None),
    ("error code", "with error code", "f: push CX\n mov ecx, [SP+W]\n pop CX\n lea SP, [SP+W]\n IRET", None),
    ("error code left", "with error code", "f: IRET", "the error code is popped before IRET"),
    ("no error code", "", "f: lea SP, [SP+W]\n IRET", "not the frame that it was entered with"),
    ("lost register", "", "f: mov edx, 5\n IRET", "callee-saved: DX after the call"),
    ("lost flags", "", "f: and dword [SP+2*W], ~0x41\n IRET", "callee-saved: the status flags after the call"),
    ("lost vector", "", "f: pxor xmm5, xmm5\n IRET", "callee-saved: xmm5 after the call"),
    ("returns", "", "f: ret", "stack-pointer: stack pointer after the call"),
]


def written(text: str, width: int) -> str:
    for name in ("ax", "cx", "dx", "si", "di", "sp"):
        text = re.sub(rf"\b{name.upper()}\b", ("r" if width == 64 else "e") + name, text)
    text = re.sub(r"\bIRET\b", "iretq" if width == 64 else "iretd", text)
    return re.sub(r"\bW\b", str(width // 8), text)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name, how, code, words", CASES, ids=[c[0].replace(" ", "-") for c in CASES])
def test_entered_by_interrupt(name, how, code, words, width, place, tmp_path):
    if not program.runs(place, width):
        pytest.skip(f"not-run: place {place}: {program.why_not(place, width)}")
    assemble(tmp_path, written(code, width), width)
    (tmp_path / "f.h").write_text(f"//! entered by interrupt {how}\nvoid f(void);\n")
    r = check(tmp_path, "f.o", "--contract", "f.h", place=place)
    if words is None:
        assert r.status == 0 and ": 1 pass" in r.stdout, r.stdout
    else:
        assert r.status == 1 and words.replace("DX", "rdx" if width == 64 else "edx") in folded(r.stdout), r.stdout


@pytest.mark.parametrize("without, words", [
    ("", None),
    ("cld", "direction-flag: direction flag at the function's own call"),
    ("push CX/pop CX", "callee-saved: CX after the call"),
])
@pytest.mark.parametrize("width", WIDTHS)
def test_handler_that_calls(width, without, words, tmp_path):
    """What the C function destroys has to be saved around it; DF may be set when the interrupt comes."""
    wide = width == 64
    extra = " push r8\n push r9\n push r10\n push r11" if wide else " push ebp\n mov ebp, esp\n and esp, -16"
    restore = " pop r11\n pop r10\n pop r9\n pop r8" if wide else " mov esp, ebp\n pop ebp"
    code = HANDLER.format(extra=extra, call=" call g", restore=restore, leave=" iretq" if wide else " iretd")
    for line in filter(None, without.split("/")):
        code = code.replace(f" {line}\n", " push AX\n" if line.startswith("push") else
                            " lea SP, [SP+W]\n" if line.startswith("pop") else "")
    assemble(tmp_path, "extern g\n" + written(code, width), width)
    (tmp_path / "f.h").write_text("//! entered by interrupt\n//! calls g()\nvoid f(void);\nvoid g(void);\n")
    r = check(tmp_path, "f.o", "--contract", "f.h", place=program.where(width))
    if words is None:
        assert r.status == 0 and ": 1 pass" in r.stdout, r.stdout
    else:
        assert r.status == 1 and written(words, width) in folded(r.stdout), r.stdout
        assert r.stdout.count("f.h:3: void f(void)") == 1


@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize("width", WIDTHS)
def test_compiled_handlers(cc, width, tmp_path):
    """__attribute__((interrupt)) of the compilers, without and with an error code."""
    if not shutil.which(cc):
        pytest.skip(f"no {cc}")
    (tmp_path / "h.c").write_text(
        "struct frame; void g(void);\n"
        "__attribute__((interrupt)) void f(struct frame *x) { g(); }\n"
        f"__attribute__((interrupt)) void e(struct frame *x, unsigned {'long long' if width == 64 else 'int'} c)"
        " { if (c) g(); }\n")
    subprocess.run([cc, f"-m{width}", "-O2", "-mgeneral-regs-only", "-fno-pic", "-ffreestanding", "-c", "h.c"],
                   cwd=tmp_path, check=True)
    (tmp_path / "f.h").write_text(
        "//! entered by interrupt\n//! calls g()\nvoid f(void);\n"
        "//! entered by interrupt with error code\n//! calls g()\nvoid e(void);\nvoid g(void);\n")
    r = check(tmp_path, "h.o", "--contract", "f.h", place=program.where(width))
    if cc == "gcc":
        assert r.status == 0 and "2 functions: 2 pass" in r.stdout, r.stdout
        return
    # clang 13 to 22 leave the stack pointer 8 bytes off at the calls of a handler with an error code (at 64 bit, LLVM
    # 224029), and trust that an interrupt comes where it is a multiple of 16 (at 32 bit, LLVM 26851).
    found = re.findall(r"^  (\S+): .* at the function's own call", r.stdout, re.M)
    assert set(found) <= {"alignment"} and r.stdout.count("\n  rule ") == len(found), r.stdout
    assert width == 32 or re.search(r"^pass +sysv/f ", r.stdout, re.M), r.stdout


@pytest.mark.parametrize("lines, prototype, words", [
    ("//! entered by interrupt", "int f(void)", "nothing is passed to what an interrupt enters"),
    ("//! entered by interrupt", "void f(int a)", "nothing is passed to what an interrupt enters"),
    ("//! entered by magic", "void f(void)", "`by interrupt'"),
    ("//! entered by interrupt with luck", "void f(void)", "`error code'"),
    ("//! entered by interrupt\n//! returns never", "void f(void)", "leaves by IRET"),
])
def test_refused(lines, prototype, words, tmp_path):
    assemble(tmp_path, "f: iretq", 64)
    (tmp_path / "f.h").write_text(f"{lines}\n{prototype};\n")
    r = check(tmp_path, "f.o", "--contract", "f.h")
    assert r.status == 2 and words in r.stderr, r.stderr
