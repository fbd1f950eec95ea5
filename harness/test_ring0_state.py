# SPDX-License-Identifier: MIT
"""What only ring 0 can change, changed by code under test: found by name in each place of ring 0, and
put back before the next call. `check` runs the functions in one payload, in this order."""
import re
import subprocess

import pytest

import program
import ring0_self

@pytest.mark.parametrize("place", ("vmx", "root", "kvm"))
@pytest.mark.parametrize("width", (64, 32))
def test_state_of_ring_0(tmp_path, width, place):
    program.need(place, width)
    bodies = ring0_self.state_functions(width)
    ring0_self.write_state(width, tmp_path)
    r = program.run(["check", "state.o", "--contract", "state.h", "--place", place], cwd=tmp_path)
    assert r.status == 1 and "broken" not in r.stdout, r.stdout + r.stderr
    said = {}
    for name, body in re.findall(r"^[a-z]+  kernel/(\w+)  .+\n((?:  .*\n)+)", r.stdout, re.M):
        said[name] = said.get(name, "") + " ".join(body.split())
    for name, (_, what) in bodies.items():
        if place == "kvm" and re.fullmatch("dr[0-3]", what or ""):
            continue  # not looked at there: each access is an exit (docs/vmx.md)
        if what:
            # Without its tables the payload does not survive the next trap: that is the call's end.
            died = ["fault: the call: expected returns, got "] if what.endswith("dtr") else []
            assert any(words in said.get(name, "") for words in
                       [f"control-registers: {what}: expected 0x", *died]), f"{name}\n{r.stdout}"
        else:
            assert name not in said, f"{name}\n{r.stdout}"


def found(stdout: str) -> dict[str, str]:
    """Function -> what is said of it, but for those that pass."""
    return {name: " ".join(body.split())
            for name, body in re.findall(r"^[a-z]+  kernel/(\w+)  .+\n((?:  .*\n)+)", stdout, re.M)}


@pytest.mark.parametrize("width", (64, 32))
def test_model_specific_registers(tmp_path, width):
    """Each is found by name and number, and the next call finds it as it was."""
    program.need("root", width)
    ring0_self.write_msrs(width, tmp_path)
    r = program.run(["check", "msrs.o", "--contract", "msrs.h", "--place", "root", "--calls", "8"], cwd=tmp_path)
    assert r.status == 1 and "broken" not in r.stdout, r.stdout + r.stderr
    said = found(r.stdout)
    for number, (_, name) in ring0_self.MSRS.items():
        assert f"control-registers: {name} (MSR {number:#x}): expected 0x" in said[f"changes_{number:x}"], r.stdout
    if width == 32:  # the bases, which RDFSBASE and the like show at 64 bit
        for number, name in ((0xC0000100, "FS_BASE"), (0xC0000101, "GS_BASE"), (0xC0000102, "KERNEL_GS_BASE")):
            assert f"IA32_{name} (MSR {number:#x}): expected 0x" in said[f"changes_{number:x}"], r.stdout
    assert not [n for n in said if n.startswith("after_")], r.stdout


def test_a_register_that_cannot_be_put_back_ends_the_payload(tmp_path):
    """Without its local APIC a processor has no APIC_BASE to set again (SDM volume 3, 10.4.3): the call ends as a
    crash, and those behind it have a fresh machine."""
    program.need("root", 64)
    (tmp_path / "f.asm").write_text("section .text\nglobal disables_apic, after\ndisables_apic:\n mov ecx, 0x1b\n"
                                    " rdmsr\n btr eax, 11\n wrmsr\n ret\nafter:\n mov ecx, 0x1b\n rdmsr\n"
                                    " shr eax, 11\n and eax, 1\n ret\n")
    (tmp_path / "f.h").write_text("//! abi kernel\n//! depends on stack, ax, clock\nvoid disables_apic(void);\n"
                                  "//! abi kernel\n//! depends on clock\n//! returns 1\nunsigned after(void);\n")
    subprocess.run(["nasm", "-f", "elf64", "f.asm", "-o", "f.o"], cwd=tmp_path, check=True)
    r = program.run(["check", "f.o", "--contract", "f.h", "--place", "root", "--calls", "8"], cwd=tmp_path)
    said = found(r.stdout)
    assert re.search(r"^(crash|violation) +kernel/disables_apic", r.stdout, re.M), r.stdout + r.stderr
    assert re.search(r"^pass +kernel/after", r.stdout, re.M) and "after" not in said, r.stdout


@pytest.mark.parametrize("place", ("vmx", "root"))
@pytest.mark.parametrize("width", (64, 32))
def test_system_flags(tmp_path, width, place):
    program.need(place, width)
    sp = "rsp" if width == 64 else "esp"
    changes = {"changes_if": "xor dword [{sp}], 0x200", "changes_iopl": "xor dword [{sp}], 0x1000",
               "sets_nt": "or dword [{sp}], 0x4000", "changes_ac": "xor dword [{sp}], 0x40000", "changes_none": "nop"}
    (tmp_path / "f.asm").write_text("section .text\n" + "".join(
        f"global {n}\n{n}:\n pushf\n {code.format(sp=sp)}\n popf\n xor eax, eax\n ret\n" for n, code in changes.items()))
    (tmp_path / "f.h").write_text("".join(f"//! abi kernel\nunsigned {n}(void);\n" for n in changes))
    subprocess.run(["nasm", "-f", f"elf{width}", "f.asm", "-o", "f.o"], cwd=tmp_path, check=True)
    r = program.run(["check", "f.o", "--contract", "f.h", "--place", place], cwd=tmp_path)
    said = found(r.stdout)
    words = "system-flags: flags IF (0x200), IOPL (0x3000), NT (0x4000) and AC (0x40000) after the call: expected 0x"
    for name in changes:
        assert (words in said.get(name, "")) == (name != "changes_none"), f"{name}\n{r.stdout}"


# VMX operation, and cr8 ---------------------------------------------------------------------------

@pytest.mark.parametrize("place", ("root", "root-vmcs", "vmx"))
def test_vmx_operation(tmp_path, place):
    """Who leaves it, or makes another VMCS the current one, is found, and the next call finds what it is to find."""
    program.need(place, 64)
    kept = {"root": 1, "root-vmcs": 2}.get(place)
    names = [n for n in ring0_self.OPERATION if kept or n == "raises_priority"]
    ring0_self.write_operation(tmp_path, names)
    r = program.run(["check", "operation.o", "--contract", "operation.h", "--place", place, "--calls", "8"], cwd=tmp_path)
    assert r.status == 1 and "broken" not in r.stdout, r.stdout + r.stderr
    said = {name: re.sub(r"0x0+(?=[0-9a-f])", "0x", " ".join(body.split()))
            for name, body in re.findall(r"^[a-z]+  kernel/(\w+)  .+\n((?:  .*\n)+)", r.stdout, re.M)}
    want = {n: ring0_self.OPERATION[n][1] for n in names}
    operation = "VMX operation (1: no VMCS is current; 2: one is): expected 0x"
    if kept:
        # Behind VMXON no VMCS is current; behind VMPTRLD one is.
        want[{1: "takes_another", 2: "comes_back"}[kept]] = f"{operation}{kept}, got 0x{3 - kept}"
        want["drops_all"] = f"{operation}2, got 0x1" if kept == 2 else None
    for name, words in want.items():
        if words:
            assert f"control-registers: {words.format(kept=kept)}" in said.get(name, ""), f"{name}\n{r.stdout}"
        else:
            assert name not in said, f"{name}\n{r.stdout}"
    assert not [n for n in said if n.startswith("after_")], r.stdout


# Memory below the stack pointer -------------------------------------------------------------------

RED_ZONE = {
    "red_zone": "mov [{sp} - 8], {a}\n mov [{sp} - 16], {d}\n mov {a}, [{sp} - 8]\n"
                " add {a}, [{sp} - 16]",
    "frame": "push {a}\n push {d}\n mov {a}, [{sp} + {word}]\n add {a}, [{sp}]\n"
             " add {sp}, 2 * {word}",
    "keeps_bx": "mov [{sp} - 8], {b}\n xor ebx, ebx\n nop\n mov {b}, [{sp} - 8]\n xor eax, eax",
    "many_steps": "mov ecx, 100000\n.l: dec ecx\n jnz .l\n xor eax, eax",
}


@pytest.mark.parametrize("place", ("vmx", "kvm"))
@pytest.mark.parametrize("width", (64, 32))
def test_interrupts_find_a_red_zone(tmp_path, width, place):
    program.need(place, width)
    w = "er"[width == 64]
    words = {"a": w + "ax", "d": w + "dx", "b": w + "bx", "sp": w + "sp", "word": width // 8}
    (tmp_path / "f.asm").write_text("section .text\n" + "".join(
        f"global {n}\n{n}:\n" + ("mov rax, rdi\n mov rdx, rsi\n" if width == 64 else "") +
        f" {code.format(**words)}\n ret\n" for n, code in RED_ZONE.items()))
    subprocess.run(["nasm", "-f", f"elf{width}", "f.asm", "-o", "f.o"], cwd=tmp_path, check=True)

    def said(abi: str, status: int) -> str:
        (tmp_path / "c.h").write_text("".join(f"//! abi {abi}\nlong {n}(long a, long b);\n"
                                              for n in RED_ZONE))
        r = program.run(["check", "f.o", "--contract", "c.h", "--place", place], cwd=tmp_path)
        assert r.status == status, r.stdout + r.stderr
        return " ".join(r.stdout.split())

    text = said("kernel", 1)
    sp = words["sp"]
    assert re.search(rf"violation kernel/red_zone|divergence kernel/red_zone", text)
    assert (f"it depends on what it left on the stack below {sp}, where an interrupt in ring 0 "
            "writes") in text
    assert f"callee-saved: {words['b']} after the call" in text
    assert "rule sysv.redzone" in text if width == 64 else "rule i386.stack.below" in text
    assert "pass kernel/frame" in text and "pass kernel/many_steps" in text
    if width == 64:
        assert "pass sysv/red_zone" in said("sysv", 0)
