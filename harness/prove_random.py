#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random functions, most of them with a frame in which something goes wrong or nearly: what the prover
calls proved is run, and nothing may break. Exit 1 if something does.

usage: prove_random.py [--seed N] [--files N] [--each N]
  --files  objects of each width
  --each   functions an object
CLOBBER as for the tests.
"""
import argparse
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import program

FREE = {64: ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"],
        32: ["eax", "ecx", "edx"]}
KEPT = {64: ["rbx", "rbp", "r12", "r13", "r14", "r15"], 32: ["ebx", "esi", "edi", "ebp"]}
PARTS = {"rax": "al ax eax", "rcx": "cl cx ecx", "rdx": "dl dx edx", "rbx": "bl bx ebx",
         "eax": "al ax", "ecx": "cl cx", "edx": "dl dx", "ebx": "bl bx"}


class Function:
    """One function; `draw` decides."""

    def __init__(self, width: int, draw: random.Random):
        self.width, self.draw, self.word = width, draw, width // 8
        self.sp = "rsp" if width == 64 else "esp"
        self.saved = draw.sample(KEPT[width], draw.randrange(0, 4))
        self.locals = self.word * draw.choice((2, 3, 4, 6, 8))
        self.labels = self.deeper = 0

    def reg(self) -> str:
        return self.draw.choice(FREE[self.width] + self.saved + self.saved[:1] * 2)

    def part(self) -> str:
        return self.draw.choice(PARTS.get(self.reg(), "al ax").split())

    def at(self, size: int) -> str:
        """An address in the locals, rarely a little beyond."""
        most = self.locals - size
        if self.draw.random() < 0.06:
            most += self.draw.choice((1, size // 2, size))
        off = self.draw.randrange(0, max(most, 0) + 1)
        off = off if self.draw.random() < 0.4 else off // 4 * 4
        return f"[{self.sp}+{off + self.deeper}]"

    def number(self) -> str:
        return str(self.draw.choice((0, 1, -1, 8, 16, 31, 64, 255, 0x7fff, 0x80000000 - 1)))

    def label(self) -> str:
        self.labels += 1
        return f".l{self.labels}"

    def simple(self) -> list[str]:
        d, r, w = self.draw, self.reg, self.word
        size = "qword" if w == 8 else "dword"
        op = d.choice(("add", "sub", "and", "or", "xor", "adc", "sbb", "cmp", "test", "mov"))
        return d.choice([
            lambda: [f"{op} {r()},{r()}"], lambda: [f"{op} {r()},{self.number()}"],
            lambda: [f"mov {self.at(w)},{r()}"], lambda: [f"mov {r()},{self.at(w)}"],
            lambda: [f"mov {self.part()},{self.number()}"],
            lambda: [f"{op} {size} {self.at(w)},{d.choice((0, 1, -1, 5))}"],
            lambda: [f"{op} byte {self.at(1)},{d.choice((0, 1, 5))}"],
            lambda: [f"xchg {r()},{self.at(w)}"], lambda: [f"lea {r()},{self.at(w)}"],
            lambda: [f"xadd {self.at(w)},{r()}"], lambda: [f"cmpxchg {self.at(w)},{r()}"],
            lambda: [f"movups {self.at(16)},xmm{d.randrange(8)}"],
            lambda: [f"movups xmm{d.randrange(6)},{self.at(16)}"],
            lambda: [f"movq {self.at(8)},xmm{d.randrange(8)}"],
            lambda: [f"set{d.choice('czso')} {self.at(1)}"],
            lambda: [f"{d.choice(('not', 'neg', 'inc', 'dec'))} {d.choice((r(), self.part()))}"],
            lambda: [f"{d.choice(('shl', 'shr', 'sar', 'rol', 'rcr'))} {r()},{d.randrange(0, 40)}"],
            lambda: [f"cmov{d.choice('czso')} {r()},{r()}"],
            lambda: [f"bt{d.choice(('s', 'r', 'c', ''))} {size} {self.at(w)},{d.randrange(0, 8 * w)}"],
            lambda: [f"push {r()}", f"pop {r()}"],
            lambda: [f"push {self.number()}", "pushf", "popf", f"pop {r()}"],
            lambda: [f"push {size} {self.at(w)}", f"pop {size} {self.at(w)}"],
            lambda: ["pushf", d.choice(("std", "stc", "nop")), "popf"],
            lambda: [f"fnstcw {self.at(2)}"], lambda: [f"stmxcsr {self.at(4)}"],
            lambda: ["fld1", f"fstp {d.choice(('qword', 'dword', 'tword'))} {self.at(10)}"],
            lambda: [f"bswap {r()}"], lambda: ["cbw"], lambda: ["cwde"], lambda: ["cdq"],
        ])()

    def string(self) -> list[str]:
        """A string instruction with a count that is known."""
        n = self.draw.randrange(0, self.locals // 4 + 2)
        di, si, cx = (("rdi", "rsi", "rcx") if self.width == 64 else ("edi", "esi", "ecx"))
        if self.width == 32 and not {"edi", "esi"} <= set(self.saved):
            return self.simple()
        back = self.draw.random() < 0.2
        return [f"lea {di},{self.at(4)}", f"lea {si},{self.at(4)}", f"mov {cx},{n // (back + 1)}",
                *(["std"] if back else []),
                f"rep {self.draw.choice(('stosb', 'movsb', 'stosd', 'movsd'))}",
                *(["cld"] if back else [])]

    def branch(self) -> list[str]:
        to = self.label()
        return [f"{self.draw.choice(('cmp', 'test'))} {self.reg()},{self.reg()}",
                f"j{self.draw.choice('czsol')} {to}", *self.body(2), f"{to}:"]

    def loop(self) -> list[str]:
        """It counts in memory, so that all registers may change."""
        to, n = self.label(), self.draw.randrange(1, 5)
        size = "qword" if self.width == 64 else "dword"
        self.deeper += self.word
        body = self.body(2)
        self.deeper -= self.word
        return [f"push {n}", f"{to}:", *body, f"dec {size} [{self.sp}]", f"jnz {to}",
                f"pop {self.draw.choice(FREE[self.width])}"]

    def call(self) -> list[str]:
        """A local function with a convention of its own."""
        g, over = self.label(), self.label()
        pop = self.draw.choice((0, 0, 1))
        return [*([f"push {self.reg()}"] if pop else []), f"call {g}", f"jmp {over}", f"{g}:",
                *(line for line in self.simple() if self.sp not in line),
                f"ret {pop * self.word}" if pop else "ret", f"{over}:"]

    def body(self, most: int) -> list[str]:
        out: list[str] = []
        for _ in range(self.draw.randrange(1, most + 1)):
            kind = self.draw.random()
            out += (self.string() if kind < 0.08 else self.branch() if kind < 0.16 else
                    self.loop() if kind < 0.2 else self.call() if kind < 0.25 else self.simple())
        return out

    def text(self) -> str:
        """Saved registers are pushed, or stored above the locals; sometimes one comes back wrong."""
        saved, by_mov = self.saved, self.draw.random() < 0.3
        room = self.locals + (len(saved) * self.word if by_mov else 0)
        places = list(range(len(saved)))
        if self.draw.random() < 0.05:
            self.draw.shuffle(places)
        slot = [f"[{self.sp}+{self.locals + i * self.word}]" for i in range(len(saved))]
        enter = [f"push {r}" for r in saved] if not by_mov else []
        enter.append(f"sub {self.sp},{room}")
        enter += [f"mov {slot[i]},{r}" for i, r in enumerate(saved)] if by_mov else []
        # What is read has been written.
        clear = [f"mov {'qword' if self.width == 64 else 'dword'} [{self.sp}+{i}],{i}"
                 for i in range(0, self.locals, self.word)]
        clear += [f"mov {r},{i}" for i, r in enumerate(saved)]
        clear += [f"pxor xmm{i},xmm{i}" for i in range(8)]
        if self.width == 64:
            enter += ["mov rax,rdi", "lea r10,[rsi+1]", "mov r11,rdx"]
        else:
            enter += [f"mov {r},[esp+{room + (0 if by_mov else 4 * len(saved)) + 4 + 4 * i}]"
                      for i, r in enumerate(FREE[32])]
        leave = [f"mov {r},{slot[places[i]]}" for i, r in enumerate(saved)] if by_mov else []
        leave.append(f"add {self.sp},{room + (self.word if self.draw.random() < 0.02 else 0)}")
        leave += [f"pop {saved[i]}" for i in reversed(places)] if not by_mov else []
        return "\n".join([*enter, *clear, *self.body(8), *leave, "ret"])


class Outcome(NamedTuple):
    proved: int
    refuted: int
    open: int
    broken: list[str]  # proved, but a run breaks; that it ends no proof says
    unfounded: list[str]  # refuted, though the run is right


def verdicts(text: str) -> dict[str, str]:
    return {m[2]: m[1] for m in re.finditer(r"^(\w+) +\w+/(f\d+)(?: .*)?$", text, re.M)}


def attempt(folder: Path, width: int, seed: int, each: int) -> Outcome:
    draw = random.Random(seed)
    functions = {f"f{i}": Function(width, draw).text() for i in range(each)}
    source, out, header = folder / "r.asm", folder / "r.o", folder / "r.h"
    source.write_text(f"bits {width}\nsection .text\n" + "".join(
        f"global {name}:function (.end - {name})\nalign 16\n{name}:\n{text}\n.end:\n"
        for name, text in functions.items()))
    header.write_text("".join(f"void {name}(long a, long b, long c, long d, long e, long g);\n"
                              for name in functions))
    subprocess.run(["nasm", "-f", f"elf{width}", "-w-all", "-o", out, source], check=True)
    said = verdicts(program.run(["prove", out, "--header", header], seconds=300).stdout)
    ran = verdicts(program.run(["check", out, "--header", header, "--calls", 16], seconds=300).stdout)
    assert set(said) == set(ran) == set(functions), (len(said), len(ran))
    of = {a: [n for n in said if said[n] == a] for a in ("proved", "refuted", "open")}
    return Outcome(*(len(of[a]) for a in ("proved", "refuted", "open")),
                   [f"{n}, {width} bit, seed {seed}: {ran[n]}\n{functions[n]}"
                    for n in of["proved"] if ran[n] not in ("pass", "timeout")],
                   [f"{n}, {width} bit, seed {seed}\n{functions[n]}"
                    for n in of["refuted"] if ran[n] == "pass"])


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--each", type=int, default=200)
    wanted = parser.parse_args()
    bad = 0
    for width in (64, 32):
        for seed in range(wanted.seed, wanted.seed + wanted.files):
            with tempfile.TemporaryDirectory() as folder:
                found = attempt(Path(folder), width, seed, wanted.each)
            print(f"{width} bit, seed {seed}: {found.proved} proved, {found.refuted} refuted, "
                  f"{found.open} open; {len(found.broken)} proved ones break, "
                  f"{len(found.unfounded)} refuted ones do not", *found.broken, sep="\n",
                  flush=True)
            bad += len(found.broken)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
