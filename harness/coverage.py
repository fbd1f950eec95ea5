#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Which lines of the host program the tests run, by room.

    coverage.py [--build DIR] [--markdown FILE] [--no-run] [PYTEST ARGUMENTS]

clobber is built with clang's source-based coverage, the unit tests and the harness run, and what
every process that came to its end counted is added up. (gcc's counters write files between fork and
exec, which confinement forbids.) What runs inside payloads is not the host program and is not
counted; processes that end by a signal or _exit leave nothing.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNTERS = ["-fprofile-instr-generate", "-fcoverage-mapping"]


def tool(name: str) -> str:
    found = next(filter(None, map(shutil.which, (f"{name}-14", name))), None)
    return found or sys.exit(f"coverage: no {name}: apt-get install clang-14 llvm-14")


def run_all(build: Path, raw: Path, arguments: list[str]) -> None:
    env = dict(os.environ, CC=tool("clang"), LLVM_PROFILE_FILE=str(raw / "c%8m.profraw"))
    if not (build / "build.ninja").exists():
        flags = ",".join(f"'{f}'" for f in COUNTERS)
        subprocess.run(["meson", "setup", build, ROOT, f"-Dc_args=[{flags}]", f"-Dc_link_args=['{COUNTERS[0]}']"],
                       env=env, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", build, "--quiet"], env=env, check=True)
    shutil.rmtree(raw, ignore_errors=True)
    subprocess.run(["meson", "test", "-C", build, "--no-rebuild"], env=env, stdout=subprocess.DEVNULL)
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", *arguments, "harness"], cwd=ROOT,
                   env=dict(env, CLOBBER=str(build / "clobber")))


def table(build: Path, raw: Path) -> str:
    profile = build / "coverage.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", *raw.glob("*.profraw"), "-o", profile], check=True)
    objects = [build / "clobber", *build.glob("*_test")]
    out = subprocess.run([tool("llvm-cov"), "export", "-summary-only", f"-instr-profile={profile}", objects[0],
                          *[f"-object={o}" for o in objects[1:]]], check=True, capture_output=True, text=True).stdout
    rooms = defaultdict(lambda: [0, 0])
    for file in json.loads(out)["data"][0]["files"]:
        path = Path(file["filename"]).resolve()
        if not path.is_relative_to(ROOT / "src") or path.name.endswith("_test.c"):
            continue
        name = path.relative_to(ROOT / "src").parts[0]
        for key in (name, "all"):
            rooms[key][0] += file["summary"]["lines"]["count"]
            rooms[key][1] += file["summary"]["lines"]["covered"]
    rows = ["| room | lines | run | % |", "|---|---|---|---|"]
    for name in sorted(rooms, key=lambda n: (n == "all", n)):
        n, ran = rooms[name]
        rows.append(f"| {name} | {n:,} | {ran:,} | {100 * ran / n:.1f} |")
    return "\n".join(rows)


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--build", type=Path, default=ROOT / "build-coverage")
    p.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there")
    p.add_argument("--no-run", action="store_true", help="the table of what ran before")
    o, arguments = p.parse_known_args()
    raw = o.build.absolute() / "counts"
    if not o.no_run:
        run_all(o.build.absolute(), raw, arguments)
    text = table(o.build.absolute(), raw)
    print(text)
    if o.markdown:
        o.markdown.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
