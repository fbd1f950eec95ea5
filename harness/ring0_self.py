# SPDX-License-Identifier: MIT
"""Functions that see what a hypervisor or the payload's runtime in ring 0 does to the code under test:
whether every register, flag, table and word of memory comes through a VM exit, a step, an interrupt,
a tick; what faults, what does not, and where. `clobber check` runs them in places vmx, root and
root-vmcs; what it reports of them is what it always reports, or something beneath is broken
(vmx_mutants.py)."""
import re
import subprocess
from pathlib import Path

import program

GPRS = {32: "ecx edx ebx ebp esi edi".split(),
        64: "rcx rdx rbx rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()}
SAVED = {32: "ebx ebp esi edi".split(), 64: "rbx rbp r12 r13 r14 r15".split()}
PROOF, ANSWER = 0x4C425200, 0x636C6F62  # CL_CPUID_PROOF, CL_CPUID_ANSWER of src/payload/record.h


class Self:
    """The functions of one width: name -> lines of nasm, and the lines of its contract."""

    def __init__(self, width: int):
        self.width, self.word = width, width // 8
        self.a, self.b, self.c, self.d = (("r" if width == 64 else "e") + x
                                          for x in ("ax", "bx", "cx", "dx"))
        self.sp = "rsp" if width == 64 else "esp"
        self.functions: dict[str, list[str]] = {}
        self.notes: dict[str, list[str]] = {}
        for part in (self.registers, self.system, self.memory, self.interrupts):
            part()
        self.survived = list(self.functions)
        self.faults()

    def add(self, name: str, *lines: str, notes=("returns 0",)) -> None:
        self.functions[name] = [line for group in lines for line in group.split("\n")]
        self.notes[name] = list(notes)

    def saved(self, *lines: str) -> list[str]:
        """With every call-preserved register free."""
        return [*(f"push {r}" for r in SAVED[self.width]), *lines,
                *(f"pop {r}" for r in reversed(SAVED[self.width])), "ret"]

    # Registers come through --------------------------------------------------------------------

    def held(self, between: list[str], free=()) -> list[str]:
        """All general registers hold values of their own while `between` runs; eax is the number of
        the one that does not any more."""
        regs = [r for r in GPRS[self.width] if r not in free]
        values = {r: 0x5A000001 + 0x01010100 * i for i, r in enumerate(regs)}
        low = {r: r if r.startswith("e") else r + "d" if r[1:].isdigit() else "e" + r[1:]
               for r in regs}
        lines = [f"mov {r}, {v:#x}" for r, v in values.items()]
        if self.width == 64:  # the upper halves, too
            lines += [f"mov {self.a}, {0x7777000000000000:#x}",
                      *(f"or {r}, {self.a}" for r in regs)]
        lines += between
        done = ["xor eax, eax"] if self.a in free else \
            [f"mov [{self.sp} - 8 * {self.word}], {self.a}", "mov eax, 99"]
        if self.a not in free:
            # eax was loaded in `between`'s place: compared first, on the stack's upper side.
            done = ["cmp eax, 0x1d1d1d1d", "mov eax, 99", "jne .out", "xor eax, eax"]
        lines += done
        for i, r in enumerate(regs):
            lines += [f"inc eax", f"cmp {low[r]}, {values[r]:#x}", "jne .out"]
            if self.width == 64:
                lines += [f"push {r}", "cmp dword [rsp + 4], 0x77770000", "lea rsp, [rsp + 8]",
                          "jne .out"]
        return self.saved(*lines, "xor eax, eax", ".out:")

    def registers(self) -> None:
        hold_ax = "mov eax, 0x1d1d1d1d"
        # Steps exit between these.
        self.add("registers_through_steps", *self.held([hold_ax] + 4 * ["nop"]))
        # Ticks do: some exits' worth of time.
        self.add("registers_through_ticks", *self.held(
            [hold_ax, "push " + self.c, "mov ecx, 600000", ".l: dec ecx", "jnz .l",
             "pop " + self.c]))
        abcd = (self.a, self.b, self.c, self.d)
        self.add("registers_through_cpuid", *self.held(["xor eax, eax", "cpuid"], abcd))
        self.add("cpuid_answers", *self.saved(
            "xor eax, eax", "cpuid", "cmp ebx, 'Genu'", "mov eax, 1", "jne .out",
            "cmp edx, 'ineI'", "mov eax, 2", "jne .out", "cmp ecx, 'ntel'", "mov eax, 3",
            "jne .out", "xor eax, eax", ".out:"))
        self.add("registers_through_xsetbv", *self.held(
            ["xor ecx, ecx", "xgetbv", "xsetbv"], (self.a, self.c, self.d)))
        self.add("xsetbv_does", "xor ecx, ecx\nxgetbv\npush " + self.a,
                 "and eax, 3\nxsetbv\nxgetbv\nmov ecx, eax\npop " + self.a,
                 "push " + self.c + "\nxor ecx, ecx\nxsetbv\npop " + self.c,
                 "lea eax, [ecx - 3]\nret")
        self.add("hypervisor_answers", *self.saved(
            f"mov eax, {PROOF:#x}", "mov ecx, 0x1234", "cpuid",
            f"mov eax, ebx", f"xor eax, {ANSWER ^ 0x1234:#x}"), notes=())

    # System state ------------------------------------------------------------------------------

    def compared(self, reads: list[str], between: list[str]) -> list[str]:
        """Each of `reads` puts something into eax/rax, which is the same behind `between`."""
        lines = []
        for i, read in enumerate(reads):
            lines += [*read.split("\n"), f"mov [{self.sp} + {i * self.word}], {self.a}"]
        lines += between
        for i, read in enumerate(reads):
            lines += [*read.split("\n"), f"cmp {self.a}, [{self.sp} + {i * self.word}]",
                      f"mov eax, {i + 1}", "jne .out"]
        room = 44 * self.word
        return self.saved(f"sub {self.sp}, {room}", *lines, "xor eax, eax",
                          f".out: lea {self.sp}, [{self.sp} + {room}]")

    def system(self) -> None:
        a = self.a
        at = 40 * self.word  # behind what is kept there
        table = f"{{}} [{self.sp} + {at}]\nmov {a}, [{self.sp} + {at + 2}]"
        limit = f"{{}} [{self.sp} + {at}]\nmovzx eax, word [{self.sp} + {at}]"
        reads = [f"mov {a}, cr0", f"mov {a}, cr2", f"mov {a}, cr3", f"mov {a}, cr4",
                 *(f"mov {a}, dr{n}" for n in (0, 1, 2, 3, 7)),
                 table.format("sgdt"), limit.format("sgdt"), table.format("sidt"),
                 limit.format("sidt"), "xor eax, eax\nsldt ax", "xor eax, eax\nstr ax",
                 *(f"xor eax, eax\nmov ax, {s}" for s in ("cs", "ds", "es", "fs", "gs", "ss")),
                 *(f"xor eax, eax\nmov ecx, {s}\nlsl eax, ecx" for s in ("cs", "ds", "fs"))]
        if self.width == 64:
            reads += ["rdfsbase rax", "rdgsbase rax", "swapgs\nrdgsbase rax\nswapgs",
                      "mov rax, cr8"]
        exits = ["xor eax, eax", "cpuid"]
        # Two bits of dr7 that do nothing while no breakpoint is on.
        set_up = [line for n in range(4) for line in (f"mov {a}, dr{n}", f"push {a}")] + [
            "mov eax, 0x1230", f"mov cr2, {a}", "mov eax, 0x700", f"mov dr7, {a}"] + [
            line for n in range(4) for line in (f"mov eax, {0x1000 * (n + 1)}", f"mov dr{n}, {a}")]
        # What is set here is put back: cr2 is nobody's.
        put_back = [line for n in (3, 2, 1, 0) for line in (f"pop {a}", f"mov dr{n}, {a}")] + [
            "mov eax, 0x400", f"mov dr7, {a}"]
        body = self.compared(reads, exits)
        at = len(SAVED[self.width])
        self.add("system_through_exits", *body[:at], *set_up, *body[at:-at - 1],
                 f"mov {self.c}, {a}", *put_back, f"mov {a}, {self.c}", *body[-at - 1:],
                 notes=("returns 0", "depends on stack, ax, clock"))
        flags = [0x2, 0x8D7, 0xC07, 0x893, 0x400 | 0x95]
        check = []
        for i, f in enumerate(flags):
            check += [f"push {'qword' if self.width == 64 else 'dword'} {f:#x}", "popf", "nop",
                      "nop", "nop", "pushf", f"pop {a}", "cld", f"and eax, 0xcd7",
                      f"cmp eax, {f | 2:#x}", f"mov eax, {i + 1}", "jne .out"]
        # TF and IF of who is interrupted stay on: only what popf loads.
        keep = [f"pushf", f"pop {self.d}", f"and edx, 0x43300"]
        check = [line if not line.startswith("push qword") and not line.startswith("push dword")
                 else f"lea {a}, [{self.d} + {int(line.split()[-1], 0):#x}]\npush {a}"
                 for line in check]
        self.add("flags_through_steps", *self.saved(*keep, *check, "xor eax, eax", ".out:"),
                 notes=("returns 0",))
        self.add("cpuid_keeps_flags", *self.saved(
            *keep, f"lea {a}, [{self.d} + 0x8d7]", f"push {a}", "popf", "mov eax, 0",
            "cpuid", "pushf", f"pop {a}", "and eax, 0x8d7", "xor eax, 0x8d7"))
        for s in ("es", "ds", "fs", "gs", "ss"):
            self.add(f"changes_{s}", f"mov eax, 0x{'10' if s in ('es', 'fs', 'gs') else '18'}",
                     f"mov {s}, ax", "xor eax, eax", "ret")
        self.add("changes_ac", f"pushf\nxor dword [{self.sp}], 0x40000\npopf\nxor eax, eax\nret")
        self.add("changes_if", f"pushf\nxor dword [{self.sp}], 0x200\npopf\nxor eax, eax\nret")
        self.add("changes_iopl", f"pushf\nxor dword [{self.sp}], 0x3000\npopf\nxor eax, eax\nret")
        self.add("sets_nt", f"pushf\nor dword [{self.sp}], 0x4000\npopf\nxor eax, eax\nret")
        self.add("changes_df", "std\nxor eax, eax\nret")

    # Faults ------------------------------------------------------------------------------------

    def faults(self) -> None:
        sp = self.sp
        for name, code in {
                "halts": "hlt", "reads_port": "in al, 0x80", "writes_port": "out 0x80, al",
                "reads_port_wide": "mov eax, 4\nmov edx, 0xc10b\nin eax, dx",
                "reads_msr": "mov ecx, 0x174\nrdmsr", "writes_msr":
                    "mov ecx, 0x174\nxor eax, eax\nxor edx, edx\nwrmsr",
                "no_xcr0": "xor ecx, ecx\nxor eax, eax\nxor edx, edx\nxsetbv",
                "other_xcr": "mov ecx, 1\nmov eax, 3\nxor edx, edx\nxsetbv",
                "vmcall": "vmcall\nxor eax, eax", "vmxoff_": "vmptrst [rsp - 8]" if
                self.width == 64 else "vmptrst [esp - 8]",
                "vmwrite_": f"mov eax, 0x6ffe\nvmwrite {self.a}, {self.a}\nxor eax, eax",
                "invept_": f"xor eax, eax\ninvept {self.a}, [{sp}]",
                "undefined": "ud2", "breakpoint": "int3", "int1_": "db 0xf1",
                # A #DB that is no step, while there are steps: TF is set.
                "int1_in_steps": f"xor eax, eax\npushf\ntest dword [{sp}], 0x100\nlea {sp}, "
                                 f"[{sp} + {self.word}]\njz .out\ndb 0xf1\n.out:",
                "divides": "xor ecx, ecx\ndiv ecx", "int80": "int 0x80", "reads_null": "mov eax, [0x10]",
                "writes_far": "mov dword [0x10000000], 1", "calls_null": f"xor eax, eax\ncall {self.a}",
                "uses_x87": "fldz\nfstp st0", "uses_sse": "xorps xmm0, xmm0",
                "sysenters": "sysenter", "loops": ".l: jmp .l", "loops_blind": "cli\n.l: jmp .l",
                "exits_only": ".l: xor eax, eax\ncpuid\njmp .l",
                "wild_stack": f"mov {sp}, 64\npush {self.a}",
                "lost_idt": f"xor eax, eax\nmov [{sp} - 16], {self.a}\nmov [{sp} - 8], {self.a}\n"
                            f"lidt [{sp} - 16]\nud2"}.items():
            self.add(name, code, "ret", notes=())
        # CR4.VMXE is the hypervisor's.
        self.add("sees_vmxe", f"mov {self.a}, cr4", "shr eax, 13", "and eax, 1", "ret")
        self.add("patches_code", f"mov {self.a}, cr0", f"and {self.a}, ~0x10000",
                 f"mov cr0, {self.a}", "mov byte [rel patches_code], 0x90" if self.width == 64 else
                 "mov byte [patches_code], 0x90", "ret", notes=())
        if self.width == 64:
            self.add("syscalls", "syscall", "ret", notes=())
        self.add("reads_hypervisor", *self.mapped(0x3fe000), notes=())
        self.add("reads_beyond", *self.mapped(0x3c000000), notes=())

    # Memory ------------------------------------------------------------------------------------

    def memory(self) -> None:
        a, c = self.a, self.c
        self.add("writes_own_code", f"lea {a}, [rel writes_own_code]" if self.width == 64 else
                 "mov eax, writes_own_code", f"mov byte [{a}], 0x90", "xor eax, eax", "ret",
                 notes=())
        self.add("runs_data", f"mov byte [{self.sp} - 64], 0xc3", f"lea {a}, [{self.sp} - 64]",
                 f"call {a}", "xor eax, eax", "ret", notes=())
        # Page tables are the payload's own: an entry for what belongs to no guest. Linear addresses
        # are physical ones, and the tables are writable.
        def mapped(at: int) -> list[str]:
            entry = at >> 21
            walk = [f"mov {a}, cr3", f"and {a}, -4096"]
            if self.width == 64:
                walk += ["mov rax, [rax]", "and rax, -4096", "mov rax, [rax]", "and rax, -4096"]
            else:
                walk += ["mov eax, [eax]", "and eax, -4096"]
            return [*walk, f"push {self.b}", f"mov ebx, [{a} + {entry * 8}]",
                    f"mov dword [{a} + {entry * 8}], {(at & ~0x1fffff) | 0x83:#x}",
                    f"mov {c}, cr3", f"mov cr3, {c}", f"mov ecx, [{at:#x}]",
                    f"mov [{a} + {entry * 8}], ebx", f"pop {self.b}",
                    f"mov {c}, cr3", f"mov cr3, {c}", "xor eax, eax", "ret"]
        self.mapped = mapped

    # Between two instructions ---------------------------------------------------------------------

    def interrupts(self) -> None:
        a, sp, word = self.a, self.sp, self.word
        for n in range(3):  # every boundary is one
            self.add(f"window_{n}", *(n * ["nop"]), f"mov dword [{sp} - 4 * {word}], 0",
                     f"mov eax, [{sp} - 4 * {word}]", "ret")
        many = 16
        self.add("below", *(f"mov dword [{sp} - {k * word}], 0" for k in range(1, many + 1)),
                 "xor eax, eax", *(line for k in range(1, many + 1) for line in (
                     f"cmp dword [{sp} - {k * word}], 1", "sbb eax, -1")), "ret")
        self.add("above", f"mov {a}, [{sp}]\nnop\nnop\nsub {a}, [{sp}]\nret")
        self.add("interrupted_in_loop", "mov ecx, 200\nxor eax, eax",
                 ".l: add eax, ecx\nloop .l\nsub eax, 20100\nret")

    # Files ------------------------------------------------------------------------------------------

    def write(self, folder: Path) -> None:
        """Two objects: what root operation survives, and what ends a guest's call."""
        for file in ("self", "ends"):
            names = [n for n in self.functions if (n in self.survived) == (file == "self")]
            text = "section .text\n"
            for name in names:
                lines = self.functions[name]
                text += f"global {name}\n{name}:\n" + "\n".join(lines) + "\n"
                if lines[-1] != "ret":
                    text += "ret\n"
            (folder / f"{file}.asm").write_text(text)
            (folder / f"{file}.h").write_text("".join(
                "//! abi kernel\n" + "".join(f"//! {n}\n" for n in self.notes[name]) +
                f"unsigned {name}(void);\n" for name in names))
            assemble(folder, file, self.width)


def assemble(folder: Path, file: str, width: int) -> None:
    subprocess.run(["nasm", "-f", f"elf{width}", f"{file}.asm", "-o", f"{file}.o"], cwd=folder,
                   check=True)


VECTORS = """//! abi {abi}
//! returns 0
int vectors_through_steps(void);
//! abi {abi}
//! returns 0
int vectors_through_cpuid(void);
"""


# A VMREAD of a guest is undefined, and the payload goes on behind it (vmx fails).
RED_ZONE = """//! abi sysv
//! vmx fails
//! returns 1
int red_zone_through_faults(void);
"""


def write_vectors(width: int, folder: Path) -> None:
    """x87, MXCSR and vector registers through steps and exits: functions without a red zone. And
    one that has it, through faults that it survives: they come on a stack of their own."""
    sp, n = ("rsp", 16) if width == 64 else ("esp", 8)
    room = 16 * n + 128
    low = f"and {sp}, -64"
    keep = range(6, 16) if width == 64 else ()

    def body(between: str) -> str:
        bp, a = ("rbp", "rax") if width == 64 else ("ebp", "eax")
        lines = [f"push {bp}", f"mov {bp}, {sp}", f"push {'rbx' if width == 64 else 'ebx'}",
                 f"sub {sp}, {room + 16 * len(keep)}", low,
                 *(f"movups [{sp} + {room + 16 * i}], xmm{r}" for i, r in enumerate(keep)),
                 f"stmxcsr [{sp}]", f"fnstcw [{sp} + 4]",
                 f"mov dword [{sp} + 8], 0x5f80", f"ldmxcsr [{sp} + 8]",
                 f"mov dword [{sp} + 12], 0x0b7f", f"fldcw [{sp} + 12]", "fldpi", "fld1"]
        for r in range(n):
            lines += [f"mov eax, {0x51000000 + r * 0x101:#x}", f"movd xmm{r}, eax",
                      f"pshufd xmm{r}, xmm{r}, 0"]
        lines += between.split("\n")
        lines += [f"movdqu [{sp} + {64 + 16 * r}], xmm{r}" for r in range(n)]
        for r in range(n):
            for k in range(4):
                lines += [f"cmp dword [{sp} + {64 + 16 * r + 4 * k}], {0x51000000 + r * 0x101:#x}",
                          f"mov ebx, {r + 1}", "jne .out"]
        lines += [f"stmxcsr [{sp} + 16]", f"cmp dword [{sp} + 16], 0x5f80", "mov ebx, 32", "jne .out",
                  f"fnstcw [{sp} + 16]", f"cmp word [{sp} + 16], 0x0b7f", "mov ebx, 33", "jne .out",
                  f"fnstsw ax", "and eax, 0x3800", "cmp eax, 0x3000", "mov ebx, 34", "jne .out",
                  f"fstp qword [{sp} + 24]", f"cmp dword [{sp} + 28], 0x3ff00000", "mov ebx, 35",
                  "jne .out", f"fstp qword [{sp} + 24]", f"cmp dword [{sp} + 28], 0x400921fb",
                  "mov ebx, 36", "jne .out", "xor ebx, ebx", ".out: mov eax, ebx", "fninit",
                  f"fldcw [{sp} + 4]", f"ldmxcsr [{sp}]",
                  *(f"movups xmm{r}, [{sp} + {room + 16 * i}]" for i, r in enumerate(keep)),
                  f"lea {sp}, [{bp} - {width // 8}]", f"pop {'rbx' if width == 64 else 'ebx'}",
                  f"pop {bp}", "ret"]
        return "\n".join(lines)

    (folder / "vectors.asm").write_text(
        "section .text\nglobal vectors_through_steps, vectors_through_cpuid\n"
        f"vectors_through_steps:\n{body('nop' + chr(10) + 'nop')}\n"
        f"vectors_through_cpuid:\n{body('xor eax, eax' + chr(10) + 'cpuid')}\n")
    text = VECTORS.format(abi="ms" if width == 64 else "cdecl")
    if width == 64:
        text += RED_ZONE
        with open(folder / "vectors.asm", "a", encoding="utf-8") as f:
            f.write("global red_zone_through_faults\nred_zone_through_faults:\n"
                    "mov dword [rsp - 16], 1\nmov ecx, 0x6ffe\nvmread rdx, rcx\n"
                    "mov eax, [rsp - 16]\nret\n")  # the word above may be left out: alignment
    (folder / "vectors.h").write_text(text)
    assemble(folder, "vectors", width)


# State that only ring 0 changes --------------------------------------------------------------------

# Function -> its code, what is found. {a} and {sp} are registers of the width.
BOTH = {
    "clears_wp": ("mov {a}, cr0\n and {a}, ~0x10000\n mov cr0, {a}", "cr0"),
    "sets_am": ("mov {a}, cr0\n or {a}, 0x40000\n mov cr0, {a}", "cr0"),
    "sets_tsd": ("mov {a}, cr4\n or {a}, 4\n mov cr4, {a}", "cr4"),
    "clears_osxsave": ("mov {a}, cr4\n and {a}, ~0x40000\n mov cr4, {a}", "cr4"),
    "sets_dr7": ("mov eax, 0x401\n mov dr7, {a}", "dr7"),
    "clears_dr0": ("xor eax, eax\n mov dr0, {a}", "dr0"),
    "clears_dr1": ("xor eax, eax\n mov dr1, {a}", "dr1"),
    "clears_dr2": ("xor eax, eax\n mov dr2, {a}", "dr2"),
    "clears_dr3": ("xor eax, eax\n mov dr3, {a}", "dr3"),
    "sets_xcr0": ("xor ecx, ecx\n xor edx, edx\n mov eax, 1\n xsetbv", "xcr0"),
    "moves_idt": ("sub {sp}, 16\n sidt [{sp}]\n mov {a}, [{sp} + 2]\n sub {a}, 4096\n"
                  " mov [{sp} + 2], {a}\n lidt [{sp}]\n add {sp}, 16", "the base in idtr"),
    "empties_idt": ("sub {sp}, 16\n xor eax, eax\n mov [{sp}], {a}\n mov [{sp} + 8], {a}\n"
                    " lidt [{sp}]\n add {sp}, 16", "the base in idtr"),
    "shortens_gdt": ("sub {sp}, 16\n sgdt [{sp}]\n sub word [{sp}], 8\n lgdt [{sp}]\n add {sp}, 16",
                     "the limit in gdtr"),
    "lengthens_idt": ("sub {sp}, 16\n sidt [{sp}]\n add word [{sp}], 8\n lidt [{sp}]\n add {sp}, 16",
                      "the limit in idtr"),
    "moves_gdt": ("sub {sp}, 16\n sgdt [{sp}]\n mov {a}, [{sp} + 2]\n add {a}, 8\n"
                  " mov [{sp} + 2], {a}\n lgdt [{sp}]\n add {sp}, 16", "the base in gdtr"),
}
ONLY64 = {
    "swaps_gs": ("swapgs", "the base of gs"),
    "sets_gs_base": ("mov eax, 64\n wrgsbase rax", "the base of gs"),
    "sets_fs_base": ("mov eax, 64\n wrfsbase rax", "the base of fs"),
    "sets_kernel_gs": ("swapgs\n mov eax, 64\n wrgsbase rax\n swapgs",
                       "the base that swapgs brings (IA32_KERNEL_GS_BASE)"),
}
# Reads all of it, and writes the same.
HARMLESS = ("mov {a}, cr0\n mov cr0, {a}\n mov {a}, cr4\n mov cr4, {a}\n mov {a}, dr7\n"
            " mov dr7, {a}\n mov {a}, cr3\n mov cr3, {a}\n xor ecx, ecx\n xgetbv\n xsetbv\n"
            " sub {sp}, 16\n sidt [{sp}]\n lidt [{sp}]\n add {sp}, 16")


def state_functions(width: int) -> dict[str, tuple[str, str | None]]:
    found = dict(BOTH, **ONLY64) if width == 64 else BOTH
    mixed = {}
    for name, pair in found.items():
        mixed[name] = pair
        mixed["after_" + name] = (HARMLESS, None)
    return mixed


def write_state(width: int, folder: Path) -> None:
    """Each changes something and leaves it so; one that changes nothing stands behind each."""
    words = {"a": "eax" if width == 32 else "rax", "sp": "esp" if width == 32 else "rsp"}
    found = state_functions(width)
    (folder / "state.asm").write_text("section .text\n" + "".join(
        f"global {n}\n{n}:\n {code.format(**words)}\n ret\n" for n, (code, _) in found.items()))
    (folder / "state.h").write_text("".join(
        f"//! abi kernel\n//! depends on stack, ax, clock\nvoid {n}(void);\n" for n in found))
    assemble(folder, "state", width)


# VMX operation, and what only root operation may change ------------------------------------------------

# Function -> its code at 64 bit, and the words of what is found in places root and vmx; None: nothing.
OPERATION = {
    "leaves": ("vmxoff", "VMX operation (1: no VMCS is current; 2: one is): expected 0x{kept}, got 0x0"),
    "takes_another": ("{page}\n vmclear [rsp]\n vmptrld [rsp]\n {back}", None),
    "drops_all": ("{page}\n vmptrst [rsp]\n cmp qword [rsp], -1\n je .none\n vmclear [rsp]\n.none: {back}", None),
    "allows_syscall": ("mov ecx, 0xc0000080\n rdmsr\n or eax, 1\n wrmsr",
                       "efer (IA32_EFER): expected 0xd00, got 0xd01"),
    "comes_back": ("vmxoff\n {page}\n vmxon [rsp]\n {back}", None),
    "raises_priority": ("mov eax, 15\n mov cr8, rax", "cr8: expected 0x0, got 0xf"),
}
# Model-specific registers: number -> how the low half is changed, and its name; both are still what they were
# to whoever does not look. Only what Bochs has.
MSRS = {
    0x1B: ("xor eax, 0x1000", "IA32_APIC_BASE"),
    0x174: ("mov eax, 8", "IA32_SYSENTER_CS"),
    0x175: ("xor eax, eax", "IA32_SYSENTER_ESP"),
    0x176: ("xor eax, eax", "IA32_SYSENTER_EIP"),
    0x200: ("mov eax, 6", "IA32_MTRR_PHYSBASE, PHYSMASK"),
    0x20F: ("or eax, 0x800", "IA32_MTRR_PHYSBASE, PHYSMASK"),
    0x250: ("mov eax, 0x06060606", "IA32_MTRR_FIX64K"),
    0x259: ("mov eax, 0x06060606", "IA32_MTRR_FIX16K"),
    0x26F: ("mov eax, 0x06060606", "IA32_MTRR_FIX4K"),
    0x277: ("mov al, 1", "IA32_PAT"),
    0x2FF: ("xor eax, 0x800", "IA32_MTRR_DEF_TYPE"),
    0xC0000081: ("xor eax, eax", "IA32_STAR"),
    0xC0000082: ("xor eax, eax", "IA32_LSTAR"),
    0xC0000083: ("xor eax, eax", "IA32_CSTAR"),
    0xC0000084: ("xor eax, eax", "IA32_FMASK"),
    0xC0000103: ("xor eax, eax", "IA32_TSC_AUX"),
}


def write_msrs(width: int, folder: Path) -> None:
    """Each changes one and leaves it so; one that changes nothing stands behind each."""
    names = {f"changes_{n:x}": change for n, (change, _) in MSRS.items()}
    if width == 32:
        names |= {f"changes_{n:x}": "xor eax, 0x1000" for n in (0xC0000100, 0xC0000101, 0xC0000102)}
    same = "".join(f" mov ecx, {n:#x}\n rdmsr\n wrmsr\n" for n in MSRS)
    (folder / "msrs.asm").write_text("section .text\n" + "".join(
        f"global {n}, after_{n}\n{n}:\n mov ecx, 0x{n.split('_')[1]}\n rdmsr\n {change}\n wrmsr\n ret\n"
        f"after_{n}:\n{same} ret\n" for n, change in names.items()))
    (folder / "msrs.h").write_text("".join(
        f"//! abi kernel\n//! depends on stack, ax, clock\nvoid {n}(void);\n//! abi kernel\n"
        f"//! depends on stack, ax, clock\nvoid after_{n}(void);\n" for n in names))
    assemble(folder, "msrs", width)


# A page of the stack as a VMCS or VMXON region: its revision (SDM volume 3, 24.11.5), and its address at rsp.
PAGE = ("mov rdi, rsp\n sub rsp, 8192\n and rsp, -4096\n mov ecx, 0x480\n rdmsr\n and eax, 0x7fffffff\n mov [rsp], eax\n"
        " mov rax, rsp\n push rdi\n push rax")
BACK = "pop rax\n pop rsp"


def write_operation(folder: Path, names=tuple(OPERATION)) -> None:
    """Each changes something and leaves it so; one that changes nothing stands behind each."""
    (folder / "operation.asm").write_text("section .text\n" + "".join(
        f"global {n}, after_{n}\n{n}:\n {OPERATION[n][0].format(page=PAGE, back=BACK)}\n ret\n"
        f"after_{n}: xor eax, eax\n ret\n" for n in names))
    (folder / "operation.h").write_text("".join(
        f"//! abi kernel\n//! depends on stack, ax, clock\nvoid {n}(void);\n//! abi kernel\nvoid after_{n}(void);\n"
        for n in names))
    assemble(folder, "operation", 64)


def write(width: int, folder: Path) -> None:
    """Objects and contracts of every part."""
    Self(width).write(folder)
    write_vectors(width, folder)
    write_state(width, folder)
    write_msrs(width, folder)
    if width == 64:
        write_operation(folder)


# What is reported --------------------------------------------------------------------------------

# Object -> where it runs: what is to end a call is no business of root operation.
PARTS = {"self": "vmx,root,root-vmcs", "vectors": "vmx", "ends": "vmx", "state": "vmx",
         "registers": "vmx", "operation": "root,root-vmcs", "msrs": "root"}
# Of "self", what holds registers through exits: a part of its own, for it is quick.
REGISTERS = ("registers_through_steps", "registers_through_cpuid", "system_through_exits")


def normal(text: str) -> list[str]:
    """A report without what differs from build to build: addresses, inputs, rules; and where a
    watchdog found what never ends."""
    lines = []
    for head, body in re.findall(r"^([a-z-]+ +(?:kernel|ms|cdecl|sysv)/\w+(?:  .*)?)\n((?:  .*\n)*)", text,
                                 re.M):
        said = " ".join(body.split())
        said = re.sub(r"^\S+: |called as .*|(rule|contract|clobber check) .*", "", said)
        said = re.sub(r"(?<=at )0x[0-9a-f]+|0x[0-9a-f]{5,16}\b(?= \(|,|\))", "0x#", said)
        said = re.sub(r"instruction: .*", lambda m: re.sub(r"0x[0-9A-Fa-f]{5,}", "0x#", m[0]), said)
        said = re.sub(r"(stopped by the watchdog) .*", r"\1", said)
        lines.append(" ".join(f"{head} {said}".split()))
    return lines + [line for line in " ".join(text.split("\n  ")).split("\n")
                    if line.startswith("broken ")]


def report(clobber: Path, folder: Path, part: str, env=None) -> dict[str, list[str]]:
    """What `clobber check` says of each function, and of the places under ""."""
    found: dict[str, list[str]] = {"": []}
    contracts = [("--contract", f"self.h:{n}") for n in REGISTERS] if part == "registers" else [
        ("--contract", f"{part}.h")]
    r = subprocess.run([clobber, "check", f"{'self' if part == 'registers' else part}.o",
                        *(w for c in contracts for w in c), "--place", PARTS[part], "--calls", "8"],
                       cwd=folder, env=env, capture_output=True, text=True,
                       timeout=5 * program.SECONDS)
    if r.returncode not in (0, 1):
        found[""].append(f"status {r.returncode}: {r.stderr.strip()[:300]}")
    for line in normal(r.stdout):
        m = re.match(r"[a-z-]+ \w+/(\w+)", line)
        found.setdefault(m[1] if m else "", []).append(line)
    return found


def differences(was: dict[str, list[str]], now: dict[str, list[str]]) -> list[str]:
    """What is said now, of the places and then of each function, that was not said."""
    out = []
    for name in sorted(was.keys() | now.keys()):
        a, b = was.get(name, []), now.get(name, [])
        if a != b:
            new = [line for line in b if line not in a] or [f"no more: {line}" for line in a
                                                            if line not in b]
            out.append((new or ["said in another order"])[-1])
    return out
