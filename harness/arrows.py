#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who uses whom: arrows between the rooms and files of the host program, read from its objects.

An arrow goes from the object that needs a symbol to the object that defines it. Files that need each
other in a circle are reported, as are rooms that do, and arrows against the order of docs/design.md.

    harness/arrows.py [BUILD]      prints the arrows of rooms, then what is wrong; exit status 1 if
                                   anything is
"""

import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# C's grammar is recursive: a declarator holds specifiers, which hold records, which hold declarators.
ALLOWED_CIRCLES = [{"proto/declarator", "proto/record", "proto/spec", "proto/attr", "proto/expr"}]


def order():
    """The rooms in the order of docs/design.md, `util` first, as every room may use it."""
    text = (ROOT / "docs/design.md").read_text()
    block = text.split("## The rooms")[1].split("```")[1]
    rooms = re.findall(r"src/(\w+) ", block)
    return ["util"] + [r for r in rooms if r != "util"]


def symbols(build):
    """For each file ("room/name"): the global symbols that it defines, and those that it needs."""
    objects = sorted((pathlib.Path(build) / "libclobber.a.p").glob("src_*.c.o"))
    out = subprocess.run(["nm", "-A", "-P", "-g", *objects], check=True, capture_output=True, text=True).stdout
    defined, needed = {}, collections.defaultdict(set)
    for path, symbol, kind in re.findall(r"^(.*): (\S+) (\w)\b", out, re.M):
        room, name = pathlib.Path(path).name[len("src_"):-len(".c.o")].split("_", 1)
        if kind == "U":
            needed[f"{room}/{name}"].add(symbol)
        else:
            defined[symbol] = f"{room}/{name}"
    return defined, needed


def arrows(build):
    """{(from, to): the symbols} between files."""
    defined, needed = symbols(build)
    result = collections.defaultdict(set)
    for user, names in needed.items():
        for name in names:
            if name in defined and defined[name] != user:
                result[user, defined[name]].add(name)
    return result


def room_of(file):
    return file.split("/")[0]


def room_arrows(files):
    """{(from, to): the symbols} between rooms."""
    result = collections.defaultdict(set)
    for (user, owner), names in files.items():
        if room_of(user) != room_of(owner):
            result[room_of(user), room_of(owner)] |= names
    return result


def circles(edges):
    """The strongly connected components of more than one node (Tarjan), each a sorted list."""
    after = collections.defaultdict(list)
    for a, b in sorted(edges):
        after[a].append(b)
    index, low, stack, found = {}, {}, [], []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in after[v]:
            if w not in index:
                visit(w)
            if w in stack:
                low[v] = min(low[v], low[w])
        if low[v] == index[v]:
            group = []
            while not group or group[-1] != v:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for v in list(after):
        if v not in index:
            visit(v)
    return sorted(found)


def allowed(circle):
    return any(set(circle) <= some for some in ALLOWED_CIRCLES)


def backward(rooms, order):
    """Arrows to a room that comes later, and rooms that docs/design.md does not list."""
    wrong = []
    for (user, owner), names in sorted(rooms.items()):
        if user not in order or owner not in order:
            wrong.append(f"{user} -> {owner}: docs/design.md lists no room {user if user not in order else owner}")
        elif order.index(user) < order.index(owner):
            wrong.append(f"{user} -> {owner} against the order of docs/design.md: {', '.join(sorted(names))}")
    return wrong


def faults(build):
    """What is wrong with the arrows, a line each."""
    files = arrows(build)
    rooms = room_arrows(files)
    wrong = [f"circle of rooms: {', '.join(c)}" for c in circles(rooms)]
    for circle in circles(files):
        if allowed(circle):
            continue
        wrong.append(f"circle of files: {', '.join(circle)}")
        wrong += [f"    {a} -> {b}: {', '.join(sorted(names))}" for (a, b), names in sorted(files.items())
                  if a in circle and b in circle]
    return wrong + backward(rooms, order())


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else ROOT / "build"
    rooms = room_arrows(arrows(build))
    for (user, owner), names in sorted(rooms.items()):
        print(f"{user} -> {owner} ({len(names)})")
    wrong = faults(build)
    print(f"{len(rooms)} arrows between rooms")
    print("\n".join(wrong) if wrong else "no circle, no arrow against the order of the rooms")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
