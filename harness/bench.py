# SPDX-License-Identifier: MIT
"""make bench: ratios measured side by side on this machine, never compared with another's.

Prints functions compiled and checked per second end to end, cold; the time of a cached second run
as a share of the first; what a payload costs in each place that works here, as a ratio to the same
payload as a process; and functions per second of `clobber fuzz` with two compilers, against those
of a plain differential generator with the same two.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import naive

NAIVE_PROTOTYPES = 40
FUZZ_PROTOTYPES = "200"
CORE = "scalar,variadic=0"  # what the plain generator draws; clobber draws more by default


def timed(command: list[str]) -> float:
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - start


def fuzz_rate(program: str, ccs: tuple[str, str], *args: str) -> float:
    """Functions per second end to end: drawing, compiling, running, judging, clustering."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([program, "fuzz", "--cc", ",".join(ccs), "--count", FUZZ_PROTOTYPES,
                        "--minimise", "0", "--quiet", "--out", out, *args], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(out, "fuzz.json"), encoding="utf-8") as f:
            return json.load(f)["functions_per_second"]


def naive_rate(ccs: tuple[str, str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        count = naive.functions(Path(folder), ccs, NAIVE_PROTOTYPES)
        return count / (time.monotonic() - start)


def bench_fuzz(program: str) -> None:
    gcc = next((c for c in ("gcc-12", "gcc") if shutil.which(c)), None)
    clang = next((c for c in ("clang-14", "clang") if shutil.which(c)), None)
    if not gcc or not clang:
        print("fuzz: not measured: it takes a gcc and a clang")
        return
    ccs = (gcc, clang)
    # Before and after, for the machine may be doing other things.
    before = naive_rate(ccs)
    rates = {"fuzz": fuzz_rate(program, ccs), "fuzz, scalars": fuzz_rate(program, ccs, "--types",
                                                                         CORE)}
    plain = (before + naive_rate(ccs)) / 2
    print(f"{gcc}, {clang}: plain differential generator, four pairings: {plain:.0f} functions/s")
    for name, rate in rates.items():
        print(f"{name:13}  {rate:6.0f} functions/s end to end, {rate / plain:.1f} times as many")


PLACES = "cases/scalar,cases/kernel"


def payload_times(verbose: str) -> dict[tuple[str, str], float]:
    """(column without its place, place) -> milliseconds, as `clobber run -v' tells them."""
    times = {}
    for line in verbose[verbose.index("payloads: milliseconds"):].splitlines()[1:]:
        name, opt, ms = re.match(r"(.+) (-O\w+) +([\d.]+)", line).groups()
        words = name.split()
        place = words.pop() if words[-1] in ("kvm", "vmx", "root", "root-vmcs") else "native"
        times[" ".join(words) + " " + opt, place] = float(ms)
    return times


def print_ratios(verbose: str, places: list[dict], why: dict[str, str]) -> None:
    """What a payload takes in each place, natively 1: the median of the payloads' ratios."""
    times = payload_times(verbose)
    for place in places:
        name = place["name"]
        by_profile: dict[str, list[float]] = {}
        for (column, where), ms in times.items():
            if where == name and name != "native":
                profile = "kernel" if " kernel " in column else "others"
                by_profile.setdefault(profile, []).append(ms / times[column, "native"])
        if name != "native" and not by_profile:
            print(f"place {name}: not measured: {why.get(name, place['why_not'])}")
        for profile, ratios in sorted(by_profile.items()):
            print(f"place {name} ({place['engine']}), profile {profile}: a payload takes "
                  f"{statistics.median(ratios):.1f} times as long as natively "
                  f"({min(ratios):.1f} to {max(ratios):.1f})")


def bench_places(program: str, compiler: str) -> None:
    """Payloads one at a time, in their places in turn."""
    with tempfile.TemporaryDirectory() as tmp:
        built = os.path.join(tmp, "built")
        subprocess.run([program, "run", "--build-only", "-q", "--cc", compiler, "--cases", PLACES,
                        "--out", built], check=True)
        out = subprocess.run([program, "run", "--built", built, "--place", "all", "--jobs", "1",
                              "-v", "--out", os.path.join(tmp, "out")], check=False,
                             capture_output=True, text=True).stdout
        with open(os.path.join(tmp, "out", "matrix.json"), encoding="utf-8") as f:
            document = json.load(f)
    why: dict[str, str] = {}
    for c in document["columns"]:
        if c["why_not"] and c["why_not"] not in why.get(c["place"], ""):
            why[c["place"]] = "; ".join(filter(None, (why.get(c["place"]), c["why_not"])))
    print_ratios(out, document["places"], why)


def main() -> None:
    program = os.path.abspath(sys.argv[1])
    compiler = next((c for c in ("gcc-12", "gcc", "clang") if shutil.which(c)), None)
    if not compiler:
        sys.exit("bench: neither gcc nor clang on PATH")
    with tempfile.TemporaryDirectory() as out:
        run = [program, "run", "--cc", compiler, "--out", out, "--quiet"]
        cold, warm = timed(run), timed(run)
        with open(os.path.join(out, "matrix.json"), encoding="utf-8") as f:
            executed = json.load(f)["totals"]["executed"]
        print(f"{compiler}: {executed} functions called and checked, 5 rounds each")
        print(f"cold run   {cold:6.1f} s   {executed / cold:6.0f} functions/s end to end")
        print(f"second run {warm:6.1f} s   {warm / cold:6.1%} of the cold run")
    bench_places(program, compiler)
    bench_fuzz(program)


if __name__ == "__main__":
    main()
