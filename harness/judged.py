#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How many functions of a library does `clobber check` judge by their prototypes alone?

    judged.py OBJECT... --header FILE... [--again]
    judged.py --dav1d SOURCE DIR [--again]

Prints, for each header, the verdicts, why functions were not judged (most frequent first), and
what was found. --again repeats it with the lines that were printed, and lists what is other then.
--dav1d assembles dav1d's functions (nasm) with its tables into DIR, and takes their declarations
from its own headers. CLOBBER names the program.
"""
import json
import os
import re
import resource
import subprocess
import sys
from collections import Counter
from pathlib import Path

CLOBBER = os.environ.get("CLOBBER", "clobber")
ROOMS = ("cdef", "filmgrain", "ipred", "itx", "loopfilter", "looprestoration", "mc", "msac", "pal",
         "refmvs")
CONFIG = """#define ARCH_X86 1
#define ARCH_X86_64 1
#define ARCH_X86_32 0
#define CONFIG_8BPC 1
#define CONFIG_16BPC 1
#define HAVE_ASM 1
#define TRIM_DSP_FUNCTIONS 0
#define ENDIANNESS_BIG 0
#define ARCH_AARCH64 0
#define ARCH_ARM 0
#define ARCH_RISCV 0
#define ARCH_LOONGARCH 0
#define ARCH_PPC64LE 0
"""
CONFIG_ASM = """%define ARCH_X86_32 0
%define ARCH_X86_64 1
%define PIC 1
%define STACK_ALIGNMENT 16
%define FORCE_VEX_ENCODING 0
%define private_prefix dav1d
"""


def dav1d(source: Path, out: Path) -> list[tuple[list[Path], Path]]:
    """Its archive, and a header for each of its rooms and depths of samples."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.h").write_text(CONFIG)
    (out / "config.asm").write_text(CONFIG_ASM)
    include = [f"-I{p}/" for p in (out, source, source / "include", source / "src")]
    objects = []
    for asm in sorted((source / "src/x86").glob("*.asm")):
        if asm.stem.endswith("_common"):
            continue  # included by others
        objects.append(out / (asm.stem + ".o"))
        if not objects[-1].exists():
            subprocess.run(["nasm", "-f", "elf64", *include, asm, "-o", objects[-1]], check=True)
    cc = ["cc", "-std=c11", "-O2", "-D_GNU_SOURCE", *include]
    objects.append(out / "tables.o")
    subprocess.run([*cc, "-c", source / "src/tables.c", "-o", objects[-1]], check=True)
    archive = out / "dav1d.a"
    archive.unlink(missing_ok=True)
    subprocess.run(["ar", "rcs", archive, *objects], check=True)
    pairs = []
    for room in ROOMS:
        for bits in (8, 16):
            texts = [f'#include "config.h"\n#define BITDEPTH {bits}\n#include "src/{h}.h"\n'
                     for h in (room, f"x86/{room}")]
            plain, all_of_it = (subprocess.run([*cc, "-E", "-P", "-x", "c", "-"], input=t, text=True,
                                               stdout=subprocess.PIPE, check=True).stdout
                                for t in (texts[0], "".join(texts)))
            other = f"_{24 - bits}bpc_"  # no declaration for this depth
            added = all_of_it[len(plain):]
            while (without := re.sub(r"\{[^{}]*\}", ";", added)) != added:
                added = without
            added = [d + ";" for d in added.split(";")
                     if "dav1d_" in d and ")" in d and "static" not in d and other not in d]
            if bits == 16 and not any("_16bpc_" in d for d in added):
                continue  # what does not depend on it
            pairs.append(([archive], out / f"{room}.{bits}.h"))
            pairs[-1][1].write_text(plain + "\n".join(added) + "\n")
    return pairs


def check(objects: list[Path], header: Path, notes: list[str]) -> dict:
    args = [CLOBBER, "check", *objects, "--header", header, "--format", "json"]
    for n in notes:
        args += ["--note", n]
    p = subprocess.run([str(a) for a in args], text=True, stdout=subprocess.PIPE)
    if p.returncode not in (0, 1):
        sys.exit(f"judged.py: {header}: exit status {p.returncode}")
    return json.loads(p.stdout)


def show(header: Path, run: dict) -> Counter:
    verdicts = Counter(f["verdict"] for f in run["functions"])
    ran = sum(f.get("ran") or 0 for f in run["functions"])
    of = sum(f.get("instructions") or 0 for f in run["functions"])
    print(f"{header.name}: " + ", ".join(f"{n} {v}" for v, n in sorted(verdicts.items())) +
          f"; {ran} of {of} instructions")
    why = Counter(re.sub(r"0x[0-9a-f]+|\+ \d+", "N", f.get("reason") or "") for f in run["functions"]
                  if f["verdict"] == "not-run")
    for reason, n in why.most_common():
        print(f"  {n:4} not-run: {reason}")
    for f in run["functions"]:
        for x in f["findings"]:
            print(f"  {f['name']}: {x['check']}: {x['subject']}: expected {x['expected']}, got "
                  f"{x['observed']} {x.get('inputs') or ''}")
    return verdicts


def again(objects: list[Path], header: Path, run: dict) -> tuple[int, int]:
    notes = [f"{f['name']}: {line}" for f in run["functions"] for line in f.get("fits", ())]
    second = {f["name"]: f for f in check(objects, header, notes)["functions"]}
    other = [f for f in run["functions"] if f["verdict"] != second[f["name"]]["verdict"]]
    for f in other:
        g = second[f["name"]]
        print(f"  again: {f['name']}: {f['verdict']}, then {g['verdict']}: "
              f"{[x['check'] + ': ' + x['subject'] for x in g['findings']] or g.get('reason')}")
    return len(other), len(run["functions"])


def main(args: list[str]) -> int:
    twice = "--again" in args
    args = [a for a in args if a != "--again"]
    if args[:1] == ["--dav1d"] and len(args) == 3:
        pairs = dav1d(Path(args[1]).resolve(), Path(args[2]).resolve())
    elif "--header" in args[1:] and args[-1] != "--header":
        at = args.index("--header")
        pairs = [([Path(a) for a in args[:at]], Path(h)) for h in args[at + 1:]]
    else:
        print(__doc__, file=sys.stderr)
        return 2
    total, other = Counter(), [0, 0]
    for objects, header in pairs:
        run = check(objects, header, [])
        total += show(header, run)
        if twice:
            other = [a + b for a, b in zip(other, again(objects, header, run))]
        sys.stdout.flush()
    judged = sum(n for v, n in total.items() if v != "not-run")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"judged {judged} of {sum(total.values())}: " +
          ", ".join(f"{n} {v}" for v, n in sorted(total.items())) +
          (f"; {other[0]} of {other[1]} judged otherwise with the lines" if twice else "") +
          f"; {used.ru_utime + used.ru_stime:.0f} s of processor time")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
