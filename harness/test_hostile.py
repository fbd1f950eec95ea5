# SPDX-License-Identifier: MIT
"""Code under test that tries to end the machine, to hang it, or to leave it broken for who comes
next. Each ends within 10 s of processor time, is charged with its end, and its neighbours pass."""
import os
import re
import subprocess

import pytest

import program

SECONDS = 10
DIED, FAULTED, LATE = "whole process died", "memory access violation", "endless loop"
RESET = {"vmx": FAULTED, "root": DIED}  # a guest has no ports; in root operation the machine resets
IDT = ("sub {sp}, 16", "xor eax, eax", "mov [{sp}], {a}", "mov [{sp} + 8], {a}", "lidt [{sp}]")

# Function -> its code; what ends it, in all places or in each. {a}, {b}: ax, bx.
HOSTILE = {
    "cpuid_loop": ((".l: xor eax, eax", "cpuid", "jmp .l"), LATE),
    "vmcall_loop": ((".l: vmcall", "jmp .l"), {"vmx": "illegal instruction", "root": LATE}),
    "reset_cf9": (("mov al, 6", "mov edx, 0xcf9", "out dx, al"), RESET),
    "reset_keyboard": (("mov al, 0xfe", "out 0x64, al"), RESET),
    "reset_port92": (("mov al, 1", "out 0x92, al"), RESET),
    "gates_a20": (("xor eax, eax", "out 0x92, al"), RESET),
    # What ends Bochs.
    "shuts_down": (("mov edx, 0x8900", *(f"mov al, {ord(c)}\nout dx, al" for c in "Shutdown")), RESET),
    "blind_halt": (("cli", "hlt"), {"vmx": FAULTED, "root": LATE}),
    "halts_for_ever": ((".l: sti", "hlt", "jmp .l"), {"vmx": FAULTED, "root": LATE}),
    "blind_loop": (("cli", ".l: jmp .l"), LATE),
    # Another function's first instruction becomes a breakpoint.
    "patches_neighbour": (("mov {a}, cr0", "and {a}, ~0x10000", "mov cr0, {a}",
                           "mov byte [{neighbour}], 0xcc"), DIED),
    "null_idt": ((*IDT, "add {sp}, 16"),
                 {"vmx": DIED, "root": "the base in idtr: expected"}),
    "leaves_vmx": ((".l: vmxoff", "jmp .l"),
                   {"vmx": "illegal instruction", "root": "VMX operation (1: no VMCS is current; 2: one is): expected"}),
    "forgets_translations": ((".l: sub {sp}, 16", "mov eax, 2", "invept {a}, [{sp}]", "add {sp}, 16", "jmp .l"),
                             {"vmx": "illegal instruction", "root": LATE}),
    "pages_from_nowhere": (("mov {a}, 0x7ffff000", "mov cr3, {a}"),
                           {"vmx": DIED, "root": "fault: the call: expected returns, got "}),
    "exits_then_dies": (("mov esi, 1000", ".m: xor eax, eax", "push {b}", "cpuid", "pop {b}", "dec esi", "jnz .m",
                         *IDT, "ud2"), DIED),
    "null_idt_then_fault": ((*IDT, "ud2"), DIED),
}


def write(folder, width: int, name: str) -> None:
    words = ({"a": "rax", "b": "rbx", "sp": "rsp", "neighbour": "rel after"} if width == 64 else
             {"a": "eax", "b": "ebx", "sp": "esp", "neighbour": "after"})
    body = "\n".join(HOSTILE[name][0]).format(**words)
    (folder / "h.asm").write_text(
        "section .text\nglobal before, hostile, after\nbefore: mov eax, 7\nret\n"
        f"hostile:\n{body}\nret\nafter: mov eax, 7\nret\n")
    subprocess.run(["nasm", "-f", f"elf{width}", "h.asm", "-o", "h.o"], cwd=folder, check=True)
    (folder / "h.h").write_text("//! abi kernel\n//! returns 7\nunsigned before(void);\n"
                                "//! abi kernel\nvoid hostile(void);\n"
                                "//! abi kernel\n//! returns 7\nunsigned after(void);\n")


def spent() -> float:
    t = os.times()
    return t.children_user + t.children_system


@pytest.mark.parametrize("place", ("vmx", "root"))
@pytest.mark.parametrize("width", (64, 32))
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_ends_and_spreads_nowhere(tmp_path, width, place, name):
    program.need(place, width)
    write(tmp_path, width, name)
    start = spent()
    r = program.run(["check", "h.o", "--contract", "h.h", "--place", place, "--calls", "20"],
                    cwd=tmp_path)
    assert spent() - start < SECONDS
    assert "broken" not in r.stdout and r.stderr == "", r
    ends = HOSTILE[name][1]
    text = " ".join(r.stdout.split())
    assert (ends if isinstance(ends, str) else ends[place]) in text, r.stdout
    rows = {m[2]: m[1] for m in re.finditer(r"^([a-z-]+) +kernel/(\w+)", r.stdout, re.M)}
    assert (rows["before"], rows["after"]) == ("pass", "pass"), r.stdout
    assert rows["hostile"] in ("crash", "timeout", "violation", "not-run"), r.stdout
