#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Mutants of hand-written functions in an object file, made at the level of its assembly.

    objmutate.py OBJECT OUT FUNCTION[+TAIL...]:OPERATION[:REGISTER] ...

The function (with the tails that it jumps to) is disassembled, one operation is applied to its
instructions, and it is assembled again: bytes and relocations as they were, jumps as
jumps to labels, so that instructions may come and go. The original object, with the function
renamed, is linked to it: everything else in it is untouched. The same call makes the same bytes.

    none                 nothing is changed: the copy must behave as the original does
    unsaved:REGISTER     it is no longer saved: where it was pushed and popped only the stack
                         pointer moves, where it was loaded back nothing happens
    swapped:REGISTER     its restore and the next one are swapped
    clobbered:REGISTER   it is complemented before each return
    popped               each return pops a word more
    df                   the direction flag is set before each return
    dropped:REGISTER     the last of its several restores is left out: one way out loses it
    exit:N:WAY           before the N-th return (counted around) one of EXITS: only that way out breaks
    rarely:REGISTER      as clobbered, but only when the return address is a number that it never is
    without:TEXT         the one instruction that objdump shows with this text is left out
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import elf

R_386_32, R_386_PC32, R_386_PLT32 = 1, 2, 4
RELOCATIONS_64 = {1: "64", 2: "PC32", 4: "PLT32", 9: "GOTPCREL", 10: "32", 11: "32S",
                  41: "GOTPCRELX", 42: "REX_GOTPCRELX"}
NAMES_64 = {n: "r" + n for n in ("ax", "bx", "cx", "dx", "si", "di", "bp")} | {
    f"r{i}": f"r{i}" for i in range(8, 16)}
NAMES_32 = {n: "e" + n for n in ("ax", "bx", "cx", "dx", "si", "di", "bp")}
LINE = re.compile(r"\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*(?:\t(.*))?$")
JUMP = re.compile(r"((?:j[a-z]+|call|loop[a-z]*|xbegin)(?:,p[nt])?)\s+([0-9a-f]+)\s+<[^>]*>$")


# Each breaks what every convention keeps: a register or a part of it, the stack pointer, the return
# address, the direction flag, x87 and MMX state, control words, memory that is not the function's.
EXITS = {
    "register": {64: "not %rbx", 32: "not %ebx"},
    "exchange": {64: "xchg %rbx, %rbp", 32: "xchg %ebx, %esi"},
    "byte": {64: "not %bl", 32: "not %bl"},
    "second-byte": {64: "not %bh", 32: "not %bh"},
    "word": {64: "incw %bp", 32: "incw %bp"},
    "half": {64: "lea 1(%rbp), %ebp", 32: "lea 1(%ebp), %ebp"},
    "bit": {64: "btc $3, %r13", 32: "btc $3, %edi"},
    "condition": {64: "test %eax, %eax; cmovs %rax, %r12", 32: "test %eax, %eax; cmovs %eax, %edi"},
    "push": {64: "push %rax", 32: "push %eax"},
    "pop": {64: "pop %rcx", 32: "pop %ecx"},
    "leave": {64: "leave", 32: "leave"},
    "address": {64: "notq (%rsp)", 32: "notl (%esp)"},
    "address-byte": {64: "btcl $2, 1(%rsp)", 32: "btcl $2, 1(%esp)"},
    "direction": {64: "std", 32: "std"},
    "popped-direction": {64: "pushf; orb $4, 1(%rsp); popf", 32: "pushf; orb $4, 1(%esp); popf"},
    "x87": {64: "fld1", 32: "fld1"},
    "mmx": {64: "pxor %mm0, %mm0", 32: "pxor %mm0, %mm0"},
    "mxcsr": {64: "push $0x9fc0; ldmxcsr (%rsp); lea 8(%rsp), %rsp",
              32: "push $0x9fc0; ldmxcsr (%esp); lea 4(%esp), %esp"},
    "control-word": {64: "push $0x27f; fldcw (%rsp); lea 8(%rsp), %rsp",
                     32: "push $0x27f; fldcw (%esp); lea 4(%esp), %esp"},
    "below": {64: "notq -160(%rsp)", 32: "notl -8(%esp)"},
    "above": {64: "notb 4096(%rsp)", 32: "notb 4096(%esp)"},
    "string": {64: "lea (%rsp), %rdi; stosb", 32: "lea (%esp), %edi; stosb"},
    "up-and-down": {64: "push %r12; push %rbx; lea 512(%rsp), %rsp; lea -512(%rsp), %rsp; pop %rbx; "
                        "pop %r12", 32: "push %ebx; lea 4(%esp), %esp; lea -4(%esp), %esp; pop %ebx"},
}


class Unmade(Exception):
    """The mutant cannot be made: the message says why."""


class Instruction(NamedTuple):
    address: int | None  # None: jumps come to the one before
    code: bytes  # empty: `text` is assembled
    text: str  # as objdump shows it


def command(*words, cwd=None) -> str:
    p = subprocess.run([str(w) for w in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True, cwd=cwd)
    if p.returncode:
        raise Unmade(f"{words[0]}: {p.stderr.strip().splitlines()[-1]}")
    return p.stdout


class Function:
    """One function with its tails: ranges of one section, and their instructions."""

    def __init__(self, path: Path, obj: elf.Object, names: list[str]):
        self.obj, self.names = obj, names
        self.word = obj.width // 8
        self.registers = NAMES_64 if obj.width == 64 else NAMES_32
        places = [obj.range(n) for n in names]
        self.section = places[0][0]
        if any(p[0] != self.section for p in places):
            raise Unmade(f"{', '.join(names)} are not in one section")
        self.ranges = [(start, end) for _, start, end in places]
        name = obj.sections[self.section].name
        self.instructions: list[Instruction] = []
        for start, end in self.ranges:
            out = command("objdump", "-d", "-w", "-z", "-j", name, f"--start-address={start}",
                          f"--stop-address={end}", path)
            for line in out.splitlines():
                if m := LINE.match(line):
                    text = re.sub(r"\s+(#.*)?$", "", m[3] or "")
                    self.instructions.append(
                        Instruction(int(m[1], 16), bytes.fromhex(m[2]), re.sub(r"\s+", " ", text)))
            if not self.instructions or self.instructions[-1].address is None:
                raise Unmade(f"{names[0]} has no instructions")

    def inside(self, address: int) -> bool:
        return any(start <= address < end for start, end in self.ranges)

    # ---- operations: each returns the new list of instructions ----

    def register(self, name: str) -> str:
        if name not in self.registers:
            raise Unmade(f"there is no register {name} at {self.obj.width} bit")
        return "%" + self.registers[name]

    def is_return(self, i: Instruction) -> bool:
        return re.fullmatch(r"(repz |bnd )?ret[lq]?", i.text) is not None

    def before_returns(self, text: str) -> list[Instruction]:
        new = []
        for i in self.instructions:
            if self.is_return(i):  # jumps to it come to the new one
                new += [Instruction(i.address, b"", text), Instruction(None, b"", i.text)]
            else:
                new.append(i)
        if len(new) == len(self.instructions):
            raise Unmade(f"{self.names[0]} does not return")
        return new

    def none(self) -> list[Instruction]:
        return self.instructions

    def df(self) -> list[Instruction]:
        return self.before_returns("std")

    def clobbered(self, name: str) -> list[Instruction]:
        return self.before_returns(f"not {self.register(name)}")

    def dropped(self, name: str) -> list[Instruction]:
        r, sp = self.register(name), "%rsp" if self.word == 8 else "%esp"
        if name not in self.saves():
            raise Unmade(f"{self.names[0]} does not save {r}")
        found = [i for i in self.instructions
                 if i.text == f"pop {r}" or self.loads(i.text, name)]
        if len(found) < 2:
            raise Unmade(f"{self.names[0]} restores {r} once only")
        new = f"lea {self.word}({sp}), {sp}" if found[-1].text.startswith("pop") else "nop"
        return [Instruction(i.address, b"", new) if i is found[-1] else i
                for i in self.instructions]

    def exit(self, argument: str) -> list[Instruction]:
        n, way = argument.split(":")
        returns = [i for i in self.instructions if self.is_return(i)]
        if not returns:
            raise Unmade(f"{self.names[0]} has no return")
        if any(re.match(r"(notrack )?jmp +\*", i.text) for i in self.instructions):
            raise Unmade(f"{self.names[0]} has a table of jumps, which leads into the original")
        at = returns[int(n) % len(returns)]
        new = []
        for i in self.instructions:
            if i is at:
                new.append(Instruction(i.address, b"", EXITS[way][8 * self.word]))
                new.append(Instruction(None, b"", i.text))
            else:
                new.append(i)
        return new

    def rarely(self, name: str) -> list[Instruction]:
        r, sp = self.register(name), "%rsp" if self.word == 8 else "%esp"
        compare = f"cmp{'q' if self.word == 8 else 'l'} $0x7654321, ({sp})"
        return self.before_returns(f"{compare}; jne 8f; not {r}; 8:")

    def popped(self) -> list[Instruction]:
        self.before_returns("")  # there is one
        return [Instruction(i.address, b"", f"ret ${self.word}") if self.is_return(i) else i
                for i in self.instructions]

    def saves(self) -> list[str]:
        """The registers that are pushed or stored, and brought back, in that order."""
        texts = [i.text for i in self.instructions]
        return [n for n in self.registers
                if f"push {self.register(n)}" in texts and f"pop {self.register(n)}" in texts
                or any(self.stores(t, n) for t in texts) and any(self.loads(t, n) for t in texts)]

    def changes(self, name: str) -> bool:
        """Is it a destination, or lost to a call, as far as the texts tell?"""
        r = self.register(name)[1:]
        parts = ([r, r + "d", r + "w", r + "b"] if r[1:].isdigit() else
                 [r, "e" + name, name, name[0] + "l", name[0] + "h"])
        last = re.compile(r"[ ,]%(" + "|".join(parts) + ")$")
        calls = any(i.text.startswith("call") for i in self.instructions)
        lost = ("ax", "cx", "dx") + (("si", "di", "r8", "r9", "r10", "r11") if self.word == 8
                                     else ())
        return calls and name in lost or any(
            last.search(i.text) and not i.text.startswith(("push", "pop", "cmp", "test", "bt "))
            for i in self.instructions)

    def stores(self, text: str, name: str) -> bool:
        sp = "%rsp" if self.word == 8 else "%esp"
        return re.fullmatch(rf"mov {self.register(name)},(0x[0-9a-f]+)?\({sp}\)", text) is not None

    def loads(self, text: str, name: str) -> bool:
        sp = "%rsp" if self.word == 8 else "%esp"
        return re.fullmatch(rf"mov (0x[0-9a-f]+)?\({sp}\),{self.register(name)}", text) is not None

    def unsaved(self, name: str) -> list[Instruction]:
        r, sp = self.register(name), "%rsp" if self.word == 8 else "%esp"
        if name not in self.saves():
            raise Unmade(f"{self.names[0]} does not save {r}")
        pushed = any(i.text == f"pop {r}" for i in self.instructions)
        first = next((i for i in self.instructions if i.text == f"push {r}"), None)
        new = []
        for i in self.instructions:
            if pushed and i is first:  # later ones pass it on
                new.append(Instruction(i.address, b"", f"lea -{self.word}({sp}), {sp}"))
            elif pushed and i.text == f"pop {r}":
                new.append(Instruction(i.address, b"", f"lea {self.word}({sp}), {sp}"))
            elif not pushed and self.loads(i.text, name):
                new.append(Instruction(i.address, b"", "nop"))
            else:
                new.append(i)
        return new

    def pairs(self) -> list[tuple[str, str]]:
        """Registers that are restored one directly after the other, first come first."""
        texts = [i.text for i in self.instructions]
        names = {f"pop {self.register(n)}": n for n in self.registers}
        found = [(names[a], names[b]) for a, b in zip(texts, texts[1:])
                 if a in names and b in names]
        stored = [n for n in self.registers if any(self.stores(t, n) for t in texts)]
        found += [(a, b) for t, u in zip(texts, texts[1:]) for a in stored for b in stored
                  if self.loads(t, a) and self.loads(u, b)]
        return list(dict.fromkeys(found))

    def swapped(self, name: str) -> list[Instruction]:
        pair = next((p for p in self.pairs() if p[0] == name), None)
        if not pair:
            raise Unmade(f"{self.names[0]} restores nothing directly after {name}")
        first, second = (self.register(n) for n in pair)
        new = list(self.instructions)
        for i in range(len(new) - 1):
            a, b = new[i].text, new[i + 1].text
            if (a, b) == (f"pop {first}", f"pop {second}"):
                new[i] = Instruction(new[i].address, b"", b)
                new[i + 1] = Instruction(new[i + 1].address, b"", a)
            elif self.loads(a, pair[0]) and self.loads(b, pair[1]):
                new[i] = Instruction(new[i].address, b"", a.replace(first, second))
                new[i + 1] = Instruction(new[i + 1].address, b"", b.replace(second, first))
        return new

    def without(self, text: str) -> list[Instruction]:
        found = [i for i in self.instructions if i.text == text]
        if len(found) != 1:
            raise Unmade(f"{self.names[0]} has {len(found)} instructions '{text}'")
        return [Instruction(i.address, b"", "nop") if i is found[0] else i
                for i in self.instructions]

    # ---- assembling them again ----

    def label(self, address: int) -> str:
        if self.inside(address):
            return f".Lclobber_{self.section}_{address:x}_{self.names[0]}"
        return f"clobber_base_{self.section} + {address}"

    def target(self, r: elf.Relocation) -> str:
        """The symbol of a relocation, as it can be named from another object."""
        own = r.symbol.section == self.section and r.symbol.bound and self.inside(r.symbol.value)
        if 0 < r.symbol.section < len(self.obj.sections) and not own:
            # Also when it is a function of which there will be a copy: each is judged by itself.
            return f"clobber_base_{r.symbol.section} + {r.symbol.value}"
        return f'"{r.symbol.name}"'

    def assemble_bytes(self, i: Instruction) -> list[str]:
        lines, at = [], i.address
        end = i.address + len(i.code)
        for r in sorted(self.obj.relocations.get(self.section, [])):
            if not i.address <= r.offset < end:
                continue
            lines += byte_line(i.code[at - i.address:r.offset - i.address])
            if self.obj.width == 64:
                if r.type not in RELOCATIONS_64:
                    raise Unmade(f"relocation of type {r.type} at 0x{r.offset:x}")
                kind = "R_X86_64_" + RELOCATIONS_64[r.type]
                lines.append(f".reloc ., {kind}, {self.target(r)} + {r.addend}")
                size = 8 if r.type == 1 else 4
                lines += byte_line(bytes(size))
            else:
                size = 4
                if r.type in (R_386_PC32, R_386_PLT32):
                    lines.append(f".long {self.target(r)} - . + {r.addend}")
                elif r.type == R_386_32:
                    lines.append(f".long {self.target(r)} + {r.addend}")
                else:
                    raise Unmade(f"relocation of type {r.type} at 0x{r.offset:x}")
            at = r.offset + size
        return lines + byte_line(i.code[at - i.address:])

    def related(self, i: Instruction) -> bool:
        return any(i.address <= r.offset < i.address + len(i.code)
                   for r in self.obj.relocations.get(self.section, []))

    def assembly(self, instructions: list[Instruction]) -> str:
        lines = []
        symbols = [s for s in self.obj.symbols if s.section == self.section and s.bound != 0
                   and self.inside(s.value)]
        for i in instructions:
            for s in symbols:
                if s.value == i.address:
                    lines += [f'.globl "{s.name}"', f'.type "{s.name}", @function', f'"{s.name}":']
            if i.address is not None:
                lines.append(f"{self.label(i.address)}:")
            jump = JUMP.match(i.text) if i.code else None
            if not i.code:
                lines.append(i.text)
            elif jump and not self.related(i):
                target = self.label(int(jump[2], 16))
                if "base" in target and self.obj.width == 64:
                    target = f"({target})"
                lines.append(f"{jump[1]} {target}")
            else:
                lines += self.assemble_bytes(i)
        lines.append(f'.size "{self.names[0]}", . - "{self.names[0]}"')
        return "\n".join(lines + self.exceptions()) + "\n"

    def exceptions(self) -> list[str]:
        """The kernel's exception table says where a faulting instruction goes on: for the copy,
        too. Entries of three words: instruction, fixup (both relative), type."""
        lines = []
        for n, s in enumerate(self.obj.sections):
            if s.name != "__ex_table":
                continue
            at = {r.offset: r for r in self.obj.relocations.get(n, [])}
            for offset in range(0, len(s.data), 12):
                r, fixup = at[offset], at[offset + 4]
                address = r.symbol.value + r.addend
                if r.symbol.section != self.section or not self.inside(address):
                    continue
                lines += ['.pushsection __ex_table, "a"', f".long {self.label(address)} - .",
                          f".long {self.label(fixup.symbol.value + fixup.addend)} - ."
                          if fixup.symbol.section == self.section else
                          f".long {self.target(fixup)} + {fixup.addend} - .",
                          f".long {int.from_bytes(s.data[offset + 8:offset + 12], 'little')}",
                          ".popsection"]
        return lines


def byte_line(data: bytes) -> list[str]:
    return [".byte " + ", ".join(f"0x{b:02x}" for b in data)] if data else []


def mutate(path: Path, out: Path, wanted: list[tuple[list[str], str, str | None]]) -> None:
    """Write to `out` the object with each function (and its tails) changed as asked:
    ([function, tail...], operation, argument)."""
    obj = elf.Object(path)
    bits, emulation = (("--64", "elf_x86_64") if obj.width == 64 else ("--32", "elf_i386"))
    texts, renamed = [], set()
    for names, operation, argument in wanted:
        f = Function(path, obj, names)
        made = getattr(f, operation)(*([argument] if argument is not None else []))
        texts.append(f.assembly(made))
        renamed |= {s.name for s in obj.symbols if s.section == f.section and s.bound != 0
                    and f.inside(s.value)}
    arguments = []
    for n, s in enumerate(obj.sections):
        if s.name and s.type in (1, elf.NOBITS):
            arguments += ["--add-symbol", f"clobber_base_{n}={s.name}:0,global"]
    for name in sorted(renamed):
        arguments += ["--redefine-sym", f"{name}={name}.original"]
    with tempfile.TemporaryDirectory() as folder:  # their names get into the result
        Path(folder, "copy.s").write_text(
            ".text\n" + "".join(texts) + '.section .note.GNU-stack,"",@progbits\n')
        command("as", bits, "-o", "copy.o", "copy.s", cwd=folder)
        command("objcopy", *arguments, Path(path).resolve(), "base.o", cwd=folder)
        command("ld", "-m", emulation, "-r", "-o", "out.o", "base.o", "copy.o", cwd=folder)
        command("objcopy", "--wildcard", "--localize-symbol=clobber_base_*", "out.o", cwd=folder)
        shutil.copyfile(Path(folder, "out.o"), out)


OPERATIONS = {"none": False, "unsaved": True, "swapped": True, "clobbered": True, "popped": False,
              "df": False, "dropped": True, "rarely": True, "exit": True, "without": True}


def main(arguments: list[str]) -> int:
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    wanted = []
    for word in arguments[2:]:
        names, operation, *argument = word.split(":", 2)
        if operation not in OPERATIONS or OPERATIONS[operation] != bool(argument):
            print(f"objmutate.py: {word}: see the list of operations (--help)", file=sys.stderr)
            return 2
        wanted.append((names.split("+"), operation, argument[0] if argument else None))
    try:
        mutate(Path(arguments[0]), Path(arguments[1]), wanted)
    except (Unmade, KeyError, OSError, ValueError) as e:
        print(f"objmutate.py: {e}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
