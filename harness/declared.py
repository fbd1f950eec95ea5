#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a project's own sources declare of the functions that its archive has in assembly.

    declared.py ARCHIVE OUT SOURCE... [-- COMPILER_OPTION...]

Each C source or header is preprocessed (`cc -E -P', with the options); OUT gets a header for each
that declares something new: its types, and the prototypes of global functions of the members of
ARCHIVE that no compiler made (they have no .eh_frame). Bodies and other declarations are
left out. Prints how many functions there are, and those that nothing declares.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import elf

NAME = re.compile(r"([A-Za-z_]\w*)\s*\((?:[^()]|\([^()]*\))*\)\s*(?:__attribute__.*)?$", re.S)


def assembled(archive: Path) -> set[str]:
    """Global functions of the members that nasm made; two members may have one name."""
    names: set[str] = set()
    with tempfile.TemporaryDirectory() as d:
        for n, data in enumerate(members(archive)):
            path = Path(d, f"{n}.o")
            path.write_bytes(data)
            obj = elf.Object(path)
            if any(s.name == ".eh_frame" for s in obj.sections):
                continue
            names |= {s.name for s in obj.symbols if s.section and s.bound and s.type in (0, 2)
                      and s.section < len(obj.sections)
                      and obj.sections[s.section].name.startswith(".text")}
    return names


def members(archive: Path) -> list[bytes]:
    data, at, found = archive.read_bytes(), 8, []
    while at + 60 <= len(data):
        name, size = data[at:at + 16].strip(), int(data[at + 48:at + 58])
        if name not in (b"/", b"//"):
            found.append(data[at + 60:at + 60 + size])
        at += 60 + size + (size & 1)
    return found


def declarations(text: str) -> list[str]:
    """Top-level declarations; of a function with a body what is before the body."""
    found, start, depth, at = [], 0, 0, 0
    for m in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[{};]', text):
        c, at = m[0], m.end()
        if c == "{":
            depth += 1
            if depth == 1:
                head = text[start:m.start()].strip()
                body = bool(re.search(r"\)\s*(__attribute__\s*\(\(.*\)\)\s*)?$", head, re.S))
        elif c == "}":
            depth -= 1
            if depth == 0 and body:
                found.append(head)
                start = at
        elif c == ";" and depth == 0:
            found.append(text[start:m.start()].strip())
            start = at
    return found


def declared(text: str, wanted: set[str]) -> tuple[list[str], set[str]]:
    """Types, and prototypes of what is wanted."""
    kept, names = [], set()
    for d in declarations(text):
        d = re.sub(r"^\s*__extension__\s*", "", d)
        m = NAME.search(d)
        if re.match(r"(typedef|struct|union|enum)\b", d) and (d.startswith("typedef") or d.endswith("}")):
            kept.append(d + ";")
        elif m and "=" not in d and "{" not in d and m[1] in wanted - names:
            names.add(m[1])
            kept.append(re.sub(r"^(static|extern)\s+|\binline\b", "", d) + ";")
        elif m := re.fullmatch(r"(?:extern\s+)?(\w+\s+)(\w+(?:\s*,\s*\w+)*)", d):
            # By the typedef of a function.
            for name in re.split(r"\s*,\s*", m[2]):
                if name in wanted - names:
                    names.add(name)
                    kept.append(f"{m[1]}{name};")
    return kept, names


def main(args: list[str]) -> int:
    options = []
    if "--" in args:
        options = args[args.index("--") + 1:]
        args = args[:args.index("--")]
    if len(args) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    archive, out = Path(args[0]), Path(args[1])
    wanted = assembled(archive)
    missing = set(wanted)
    out.mkdir(parents=True, exist_ok=True)
    for source in map(Path, args[2:]):
        p = subprocess.run(["cc", "-E", "-P", "-x", "c", *options, source], text=True,
                           stdout=subprocess.PIPE)
        if p.returncode:
            print(f"{source}: cannot be preprocessed", file=sys.stderr)
            continue
        kept, names = declared(p.stdout, missing)
        missing -= names
        if names:
            (out / f"{source.stem}.h").write_text("\n".join(kept) + "\n")
    print(f"{len(wanted) - len(missing)} of {len(wanted)} functions in assembly are declared; not: " +
          " ".join(sorted(missing)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
