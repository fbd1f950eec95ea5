#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hold the prover to account: of what compilers that a flag or a patch breaks do wrong, at both
widths, nothing may be proved. Exit 1 if something is.

usage: contradictions.py [--cc NAME,...] [--all] [CASES...]
  --cc   compilers to break (default: a gcc); flags that one does not know are left out
  --all  every case that all profiles have, not SAMPLE
CLOBBER as for the tests.
"""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import program
from mutants import MUTANTS
from test_bad_compilers import CASES as PLAIN, FLAGS
from test_checks import mutant_compiler

CASES = program.HARNESS.parent / "cases"
SAMPLE = [CASES / name for name in ("scalar/mixed.h", "scalar/varargs.h", "scalar/pointers.h",
                                    "aggregate/shapes.h")]


class Outcome(NamedTuple):
    proved: int
    refuted: int
    open: int
    broken: int  # of those that are not proved: whose run breaks, too
    contradictions: list[str]
    unfounded: list[str]  # refuted, though the run is right

    def __str__(self) -> str:
        return (f"{self.proved} proved, {self.refuted} refuted, {self.open} open; runs break "
                f"{self.broken} of those not proved; {len(self.contradictions)} contradictions, "
                f"{len(self.unfounded)} refuted without a run that breaks")


def prove(folder: Path, width: int, ccs: list, cases: list[Path], *more) -> Outcome:
    """What `clobber run --prove` says of them."""
    r = program.run(["run", "--prove", "-q", "--cc", ",".join(map(str, ccs)), "--width", width,
                     "--cases", ",".join(map(str, cases)), "--out", folder, *more], seconds=3000)
    rows = re.findall(r"^\S+ -m\d\d.* -O\w+ +(\d+) +(\d+) +(\d+) +[0-9.]+  ", r.stdout, re.M)
    assert r.status == 1 and rows, r.stdout + r.stderr
    text = (folder / "prove.txt").read_text()
    return Outcome(*(sum(int(row[i]) for row in rows) for i in range(3)),
                   len(re.findall(r"^(?:refuted|open) .*\(its run: violation\)$", text, re.M)),
                   re.findall(r"^contradiction.*$", text, re.M),
                   [line for line in re.findall(r"^refuted .*\(its run: .*$", text, re.M)
                    if not re.search(r"its run: (violation|divergence|crash|timeout|"
                                     "unsupported)", line)])


def knows(cc: str, width: int, flag: str) -> bool:
    r = subprocess.run([cc, f"-m{width}", "-Werror", *flag.split(), "-S", "-o", "/dev/null", "-xc",
                        "-"], input="", capture_output=True, text=True)
    return r.returncode == 0


def flags(folder: Path, width: int, cc: str, cases: list[Path] | None = None, *more) -> Outcome:
    """Compilers that a flag breaks."""
    ccs = [program.script(folder / name, f'exec {cc} "$@" {flag}\n')
           for name, flag in FLAGS[width].items() if knows(cc, width, flag)]
    return prove(folder / "out", width, ccs, cases or [program.write(folder / "c.h", PLAIN)], *more)


def patches(folder: Path, width: int, gcc: str) -> Outcome:
    """The functions of mutants.py, each broken by a patch of its assembly."""
    mutants = [m for m in MUTANTS if m.width == width]
    cases = program.write(folder / f"m{width}.h", "\n".join(m.declaration() for m in mutants))
    cc = mutant_compiler(folder, gcc,
                         {width: {f"{m.side}/{m.name}": m.patch for m in mutants}})
    return prove(folder / "out", width, [cc], [cases])


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    parser.add_argument("--cc", type=lambda text: text.split(","))
    parser.add_argument("--all", action="store_true")
    parser.add_argument("cases", type=lambda text: Path(text).resolve(), nargs="*")
    wanted = parser.parse_args()
    cases = wanted.cases or (sorted(p for room in ("scalar", "aggregate", "exotic")
                                    for p in (CASES / room).glob("*.h")) if wanted.all else SAMPLE)
    compilers = program.compilers()
    some_gcc = program.preferred("gcc") or [n for n, c in compilers.items()
                                            if c["family"] == "gcc"][-1]
    bad = 0
    for name in wanted.cc or [some_gcc]:
        path = compilers[name]["path"]
        for width in (64, 32):
            for what, outcome in (
                    ("flags", lambda d: flags(d, width, path, cases, "--opt", "O2", "--profile",
                                              "user")),
                    ("patches", lambda d: patches(d, width, path))):
                if what == "patches" and compilers[name]["family"] != "gcc":
                    continue  # they are patches of its assembly
                with tempfile.TemporaryDirectory() as folder:
                    found = outcome(Path(folder))
                print(f"{name} {width} bit, {what}: {found}", *found.contradictions,
                      *found.unfounded, sep="\n  ", flush=True)
                bad += len(found.contradictions)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
