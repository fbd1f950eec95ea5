#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Does `clobber check` find what is wrong where plain inputs never come?

    unreached.py OBJECT... --header FILE [--most N] [--plain N]

Where `--calls N' (--plain, 200) never comes in the functions of a library, a register that belongs
to the caller is changed, without a change of anything else: one mutant for each such place of a
function that passes, spread over all of them, --most N (60). Each must be found by default.
Prints how many were, and the others with the reason. CLOBBER names the program.

A mutant: some instructions are moved, with the change before them, to the room of another function
of the section, and jumps lead there and back; so tables of jumps stay as they are. Of a mutant that
is not found `clobber prove' says whether any path comes there: if the mutant is proved, nothing does
(code behind a constant that only another function passes), and it is counted apart, as is what only
the proof finds.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import elf
import objmutate

CLOBBER = os.environ.get("CLOBBER", "clobber")
PARTS = {"rbx": "rbx|ebx|bx|bl|bh", "rbp": "rbp|ebp|bp|bpl"} | {
    f"r{n}": f"r{n}[dwb]?" for n in (12, 13, 14, 15)}
JUMP_BYTES = 5


def run(objects: list[Path], header: Path, *more: str, verb: str = "check") -> dict:
    p = subprocess.run([CLOBBER, verb, *map(str, objects), "--header", str(header), "--format",
                        "json", *more], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if p.returncode not in (0, 1):
        raise objmutate.Unmade(f"clobber: {p.stderr.strip()}")
    return {f["name"]: f for f in json.loads(p.stdout)["functions"]}


def members(objects: list[Path], folder: Path) -> list[Path]:
    """The objects; of archives what is in them."""
    found = []
    for n, path in enumerate(objects):
        if path.read_bytes()[:7] != b"!<arch>":
            found.append(path)
            continue
        (folder / str(n)).mkdir()
        subprocess.run(["ar", "x", path.resolve()], cwd=folder / str(n), check=True)
        found += sorted((folder / str(n)).glob("*.o"))
    return found


def change_of(f: objmutate.Function, whole: bool) -> tuple[bytes, str]:
    """What the function cannot undo, without touching flags or stack, and what is said of it.
    `whole`: it is not called by others, which may use registers that it does not."""
    text = "\n".join(i.text for i in f.instructions)
    for name, parts in PARTS.items():
        if whole and not re.search(rf"%({parts})\b", text):
            return assembled(f"lea 1(%{name}), %{name}"), f"callee-saved: {name}"
    # Rounding toward zero; the number stands behind the jump back.
    return b"\xd9\x2d", "x87-control-word: "


def site(f: objmutate.Function, at: int, insns: int) -> list[objmutate.Instruction]:
    """From there on the first instructions that can be moved."""
    targets = {int(m[2], 16) for i in f.instructions if (m := objmutate.JUMP.match(i.text))}
    labels = {s.value for s in f.obj.symbols if s.section == f.section and s.type != 3}
    here = [i for i in f.instructions if i.address >= at][:insns]
    for k in range(len(here)):
        moved: list[objmutate.Instruction] = []
        for i in here[k:]:
            if (objmutate.JUMP.match(i.text) or f.is_return(i) or f.related(i) or "(%rip)" in i.text
                    or "jmp" in i.text or "call" in i.text
                    or (moved and i.address in targets | labels)):
                break
            moved.append(i)
            if sum(len(m.code) for m in moved) >= JUMP_BYTES:
                return moved
    raise objmutate.Unmade("nothing there can be moved")


def entered(path: Path, obj: elf.Object, name: str, section: int) -> list[tuple[int, int]]:
    """Where the function and all that it jumps to, calls or takes the address of are."""
    places = {s.value: s.name for s in obj.symbols if s.section == section and s.type != 3}
    starts, todo, found = sorted(places), [name], {}
    while todo:
        name = todo.pop()
        if name in found:
            continue
        try:
            f = objmutate.Function(path, obj, [name])
        except (objmutate.Unmade, KeyError):
            continue  # a label
        found[name] = f.ranges[0]
        to = [int(m[2], 16) for i in f.instructions if (m := objmutate.JUMP.match(i.text))]
        to += [r.symbol.value + (r.addend + 4 if r.symbol.type == 3 else 0)
               for r in obj.relocations.get(section, [])
               if f.inside(r.offset) and r.symbol.section == section]
        todo += [places[max(s for s in starts if s <= t)] for t in to if starts and t >= starts[0]]
    return list(found.values())


def room(path: Path, obj: elf.Object, f: objmutate.Function, function: str, bytes_: int) -> int:
    """A part of another global function, that this one does not enter, that no relocation is in."""
    taken = [r.offset for r in obj.relocations.get(f.section, [])]
    used = entered(path, obj, function, f.section)
    for s in obj.symbols:
        if s.section != f.section or s.bound == 0 or s.type == 3 or s.name == function \
                or f.inside(s.value):
            continue
        _, start, end = obj.range(s.name)
        if any(start < b and a < end for a, b in used):
            continue
        for at in range(start, end - bytes_):
            if not any(at - 8 < r < at + bytes_ for r in taken):
                return at
    raise objmutate.Unmade("no function that it does not enter is in its section")


def assembled(text: str) -> bytes:
    with tempfile.TemporaryDirectory() as d:
        Path(d, "x.s").write_text(text + "\n")
        objmutate.command("as", "--64", "-o", "x.o", "x.s", cwd=d)
        return next(s.data for s in elf.Object(Path(d, "x.o")).sections if s.name == ".text")


def mutate(path: Path, out: Path, function: str, name: str, at: int, insns: int) -> str:
    """`name', of which it is so many bytes from the beginning, may be what `function' calls. What is
    to be said."""
    obj = elf.Object(path)
    f = objmutate.Function(path, obj, [name])
    if obj.width != 64:
        raise objmutate.Unmade("only at 64 bit")
    change, says = change_of(f, name == function)
    moved = site(f, f.ranges[0][0] + at, insns)
    start, size = moved[0].address, sum(len(i.code) for i in moved)
    instructions = b"".join(i.code for i in moved)
    word = b""
    if change == b"\xd9\x2d":
        change += (len(instructions) + JUMP_BYTES).to_bytes(4, "little")
        word = b"\x7f\x0f"
    code = change + instructions
    to = room(path, obj, f, function, len(code) + JUMP_BYTES + len(word))

    def jump(source: int, target: int) -> bytes:
        return b"\xe9" + (target - source - JUMP_BYTES).to_bytes(4, "little", signed=True)

    raw, base = bytearray(path.read_bytes()), obj.sections[f.section].offset
    raw[base + start:base + start + size] = jump(start, to) + b"\x90" * (size - JUMP_BYTES)
    new = code + jump(to + len(code), start + size) + word
    raw[base + to:base + to + len(new)] = new
    out.write_bytes(raw)
    return says


def alone(mutant: Path, rest: list[Path], names: list[str], out: Path) -> None:
    """With what it needs, and no other function to be seen."""
    needs = [p for p in rest if p.suffix == ".a"]
    objmutate.command("ld", "-r", "-o", out, mutant, *needs)
    objmutate.command("objcopy", *("--keep-global-symbol=" + n for n in names), out)


def proof(objects: list[Path], header: Path, name: str, says: str) -> str:
    """What is proved of the mutant, which breaks what every function keeps wherever it is reached."""
    said = run(objects, header, verb="prove")
    if any(x["check"] == says.split(":")[0] for f in said.values() for x in f["findings"]):
        return "refuted"
    return said[name]["answer"]


def main(args: list[str]) -> int:
    most, plain = 60, "200"
    while len(args) > 2 and args[-2] in ("--most", "--plain"):
        most, plain = ((int(args[-1]), plain) if args[-2] == "--most" else (most, args[-1]))
        args = args[:-2]
    if len(args) < 3 or args[-2] != "--header":
        print(__doc__, file=sys.stderr)
        return 2
    objects, header = [Path(a) for a in args[:-2]], Path(args[-1])
    seldom, usual = run(objects, header, "--calls", plain), run(objects, header)
    places = [(name, n) for name, f in seldom.items() for n in f["never"]
              if usual[name]["verdict"] == "pass"]
    step = max(1, len(places) // most)
    found, lost, unmade, proved = 0, 0, 0, Counter()
    with tempfile.TemporaryDirectory() as d:
        folder = Path(d)
        defines = {}
        for m in members(objects, folder):
            for s in elf.Object(m).symbols:
                if s.section and s.bound:
                    defines.setdefault(s.name, m)
        for name, place in places[::step][:most]:
            label, _, offset = place["at"].partition("+")
            try:
                says = mutate(defines[name], folder / "mutant.o", name, label,
                              int(offset or "0", 16), place["instructions"])
                # What several functions call is mutated for all of them.
                alone(folder / "mutant.o", objects, [name] if label == name else [
                    n for n, m in defines.items() if m == defines[name]], folder / "alone.o")
                said = run([folder / "alone.o"], header)
                f = said[name]
            except (objmutate.Unmade, KeyError) as e:
                unmade += 1
                print(f"  {place['at']}: no mutant: {e}")
                continue
            if any(f"{x['check']}: {x['subject']}".startswith(says) for g in said.values()
                   for x in g["findings"]):
                found += 1
                continue
            answer = proof([folder / "alone.o"], header, name, says)
            never = next((n for n in f["never"] if n["at"] == place["at"]), None)
            what = f["verdict"] + (f": {f['reason']}" if f.get("reason") else "")
            print(f"  {place['at']} ({name}): {what}, " +
                  (f"never ran: {never['why'] or never['first']}" if never else
                   f"{f.get('ran')} of {f.get('instructions')} instructions ran") +
                  f"; {'no path comes there' if answer == 'proved' else f'prove: {answer}'}",
                  flush=True)
            if answer in ("proved", "refuted"):
                proved[answer] += 1
            else:
                lost += 1
    reachable = found + lost + proved["refuted"]
    print(f"{header.name}: {len(places)} places that {plain} calls never reach; of {reachable} mutants "
          f"there {found} found, {proved['refuted']} by the proof only, {lost} not; of "
          f"{proved['proved']} more it is proved that no path comes there; {unmade} could not be made")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
