#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How large the program is: lines of .c, .h, .def, .asm and .inc, without tests, comments and blanks.

    harness/size.py [ROOT [ROOT]]  lines of each room, of one source tree or of two side by side, and
                                   the functions longer than LONGEST lines; exit status 1 if the
                                   (last) tree has any
"""

import collections
import pathlib
import re
import sys

LONGEST = 80
SUFFIXES = {".c", ".h", ".def", ".asm", ".inc"}


def sources(root):
    for folder in ("src", "asm"):
        for path in sorted((pathlib.Path(root) / folder).rglob("*")):
            if path.suffix in SUFFIXES and not re.search(r"(_test|test_template)\.[ch]$", path.name):
                yield path


def without_comments(text, suffix):
    if suffix in (".asm", ".inc"):
        return re.sub(r";.*", "", text)
    # A string may contain what looks like a comment: strings stay as they are.
    return re.sub(r'("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*', lambda m: m[1] or "", text, flags=re.S)


def rooms(root):
    """Lines of code by room: "src/gen", "asm"."""
    count = collections.Counter()
    for path in sources(root):
        parts = path.relative_to(root).parts
        room = "/".join(parts[:2]) if parts[0] == "src" and len(parts) > 2 else parts[0]
        count[room] += sum(1 for line in without_comments(path.read_text(), path.suffix).splitlines() if line.strip())
    return count


def long_functions(root):
    """Functions whose body, braces included, has more than LONGEST lines, as "file:line: name, lines".

    .clang-format puts the braces of a function, and no others, alone in the first column; tables end
    in "};"."""
    found = []
    for path in sources(root):
        if path.suffix not in (".c", ".h"):
            continue
        lines, start = path.read_text().splitlines(), None
        for i, line in enumerate(lines):
            if line == "{":
                start = i
            elif line == "}" and start is not None:
                if i - start + 1 > LONGEST:
                    head = " ".join(lines[max(0, start - 4):start])
                    name = re.findall(r"(\w+)\(", head)[-1:] or ["?"]
                    found.append(f"{path.relative_to(root)}:{start}: {name[0]}, {i - start + 1} lines")
                start = None
    return found


def main():
    roots = sys.argv[1:] or [pathlib.Path(__file__).resolve().parent.parent]
    counts = [rooms(r) for r in roots]
    for room in sorted(set().union(*counts)):
        print(f"{room:16}" + "".join(f"{c[room]:8}" for c in counts))
    print(f"{'all':16}" + "".join(f"{sum(c.values()):8}" for c in counts))
    found = long_functions(roots[-1])
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
