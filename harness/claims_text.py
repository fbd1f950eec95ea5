# SPDX-License-Identifier: MIT
"""Read results/reference/claims.txt, and make the table of docs/thread.md from it: run as a program, it
prints that table."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "results/reference/claims.txt"


def paragraphs(text: str):
    """Wrapped lines joined: (indent of the first, text)."""
    joined: list[tuple[int, str]] = []
    base = 0
    for line in text.splitlines():
        if re.match(r"\d+\. ", line):
            joined.append((0, line))
            base = 0
        elif line.startswith("   -m"):
            joined.append((3, line.strip()))
            base = 3
        elif joined and line.startswith(" " * (base + 2 if base else 3)):
            joined[-1] = (joined[-1][0], joined[-1][1] + " " + line.strip())
    return joined


def read(text: str) -> dict:
    """{number: {"claim":, "who":, "results": {(compiler, width, place): verdict}}}; a claim that is
    plainly true has verdicts of no compiler in particular: {"true": True}."""
    claims: dict = {}
    number = 0
    for indent, line in paragraphs(text):
        if indent == 0:
            m = re.fullmatch(r"(\d+)\. (.*) \(([^()]*)\)(: true)?", line)
            number = int(m[1])
            claims[number] = {"claim": m[2], "who": m[3], "results": {}, "true": bool(m[4]),
                              "not": set()}
            continue
        m = re.fullmatch(r"-m(\d\d)((?: [a-z-]+,?)*?) (true except|true|false|not-run|-): (.*)", line)
        assert m, line
        width, places = int(m[1]), [p.strip(",") for p in m[2].split()] or ["native"]
        if m[3] == "-":
            claims[number]["not"].add(width)
            continue
        for compiler in m[4].split(": ")[0].split(", "):
            for place in places:
                claims[number]["results"][compiler, width, place] = m[3]
    return claims


def cell(claim: dict, width: int) -> str:
    """What gcc and clang say at a width, in as few words as it takes."""
    if width in claim["not"]:
        return "-"
    by = {family: {v for (c, w, _), v in claim["results"].items()
                   if w == width and c.startswith(family + "-")} for family in ("gcc", "clang")}
    told = {family: " or ".join(sorted(v)) for family, v in by.items()}
    if told["gcc"] == told["clang"]:
        return told["gcc"]
    return ", ".join(f"{family} {v}" for family, v in told.items())


def table(text: str) -> str:
    return "".join(f"| {n} | {c['claim']} | {cell(c, 64)} | {cell(c, 32)} |\n"
                   for n, c in read(text).items())


if __name__ == "__main__":
    sys.stdout.write(table(REFERENCE.read_text()))
