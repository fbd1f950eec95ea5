# SPDX-License-Identifier: MIT
"""A compiler that breaks conventions on purpose: gcc or clang makes assembly, patches are applied to the
functions they name, it assembles the rest.

usage: patchcc.py PATCHES.json GCC ARGUMENT...

PATCHES.json: { "SIDE/FUNCTION": { PLACE: ASSEMBLY, ... }, ... }, SIDE `target` or `caller`,
FUNCTION as in the case file. Places:
  entry        first thing in the function
  ret          before every return        ret_is    instead of every return
  before_call  before its own call        after_call, call_is: likewise
  before_jump  before the jump that it ends with, in place of a call; jump_is: likewise
  "own call" is that of cl_nested* in a target and that of probe_* in a caller.

A patch that finds no place to go is an error: a mutant must never be the original.
"""
import json
import os
import re
import subprocess
import sys

LABEL = re.compile(r"^(target|caller)_[a-z0-9_]+?_(m32|m64)_(\w+):\s*(?:#.*)?$")
RETURN = re.compile(r"^\s+((rep\s+)?ret[lq]?|iret[lqd]?)\b")
OWN = {"target": re.compile(r"^\s+(call|jmp)[lq]?\s+cl_nested"),
       "caller": re.compile(r"^\s+(call|jmp)[lq]?\s+probe_")}


def patch_function(side: str, lines: list[str], patch: dict[str, str], name: str) -> list[str]:
    out, applied = [lines[0]], set()

    def put(place: str) -> bool:
        if place in patch:
            out.append(patch[place])
            applied.add(place)
        return place in patch

    put("entry")
    for line in lines[1:]:
        own = OWN[side].match(line)
        place = {"call": "call", "jmp": "jump"}[own[1]] if own else "ret" if RETURN.match(line) else None
        if place:
            put("ret" if place == "ret" else "before_" + place)
        if not place or not put(place + "_is"):
            out.append(line)
        if place == "call":
            put("after_call")
    if applied != set(patch):
        sys.exit(f"patchcc: error: {name}: no place for {sorted(set(patch) - applied)}")
    return out


def patch_text(text: str, patches: dict[str, dict[str, str]]) -> str:
    out: list[str] = []
    lines = text.splitlines()
    i = 0
    while i < len(lines):
        label = LABEL.match(lines[i])
        key = f"{label[1]}/{label[3]}" if label else None
        if key not in patches:
            out.append(lines[i])
            i += 1
            continue
        end = next(k for k in range(i, len(lines)) if lines[k].lstrip().startswith(".size"))
        out += patch_function(label[1], lines[i:end], patches[key], key)
        i = end
    # Memory of their own for patches that carry something from one place to another.
    return "\n".join(out) + "\n\t.lcomm patch_save, 64\n"


def main() -> int:
    patches_file, gcc, *args = sys.argv[1:]
    out = args[args.index("-o") + 1]
    assembly = out + ".s"
    # Functions of one shape stay apart (-fno-ipa-icf): each has its own mutation.
    to_assembly = ["-S" if a == "-c" else assembly if a == out else a for a in args]
    apart = [] if "clang" in os.path.basename(gcc) else ["-fno-ipa-icf"]
    status = subprocess.run([gcc, *apart, *to_assembly]).returncode
    if status:
        return status
    with open(patches_file) as f:
        patches = json.load(f)
    with open(assembly) as f:
        text = patch_text(f.read(), patches)
    with open(assembly, "w") as f:
        f.write(text)
    width = "-m32" if "-m32" in args else "-m64"
    return subprocess.run([gcc, width, "-c", "-o", out, assembly]).returncode


if __name__ == "__main__":
    sys.exit(main())
