# SPDX-License-Identifier: MIT
"""make bench: ratios measured side by side on this machine, never compared with another's.

Prints, in processor seconds (the machine may do other work), what a run takes cold, as against its
compilations and payloads alone; what a second run takes in which nothing changed, and one with
another seed, as shares of that; functions compiled and checked per second; what a payload costs in
each place that works here, as a ratio to the same payload as a process, and of the largest, with judging it; what
planning and generating takes for a thousand cases and for ten thousand (BENCH_CASES: others); what reports of a
matrix of a million cases take, with the memory; and functions per second of `clobber fuzz` with two compilers, against those
of a plain differential generator with the same two; and what `clobber check` of 500 functions takes.
"""

import json
import os
import random
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
CHECKED = 500
CORE = "scalar,variadic=0"  # what the plain generator draws; clobber draws more by default


def spent(command: list[str], cwd: str | None = None) -> float:
    """Processor seconds of a command and all it waited for."""
    before = os.times()
    subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=False)
    after = os.times()
    return (after.children_user - before.children_user
            + after.children_system - before.children_system)


def objects_alone(out: str) -> float:
    """What ninja takes for the files of a finished run, and nothing else of it."""
    work = os.path.join(out, "work")
    total = 0.0
    for folder in (work, os.path.join(work, "claims")):
        for name in ("build.ninja", "link.ninja"):
            if os.path.exists(os.path.join(folder, name)):
                subprocess.run(["ninja", "-f", name, "-t", "clean"], cwd=folder, check=False,
                               stdout=subprocess.DEVNULL)
        for name in ("build.ninja", "link.ninja"):
            if os.path.exists(os.path.join(folder, name)):
                total += spent(["ninja", "-f", name], folder)
    return total


def bench_run(program: str, compiler: str) -> None:
    with tempfile.TemporaryDirectory() as out:
        run = [program, "run", "--cover", "--cc", compiler, "--place", "native", "--out", out,
               "--quiet"]
        cold, same = spent(run), spent(run)
        seed = spent([*run, "--seed", "2"])
        with open(os.path.join(out, "matrix.json"), encoding="utf-8") as f:
            executed = json.load(f)["totals"]["executed"]
        fresh = spent([*run, "--fresh"])
        objects = objects_alone(out)
    parts = objects + fresh - same  # compilations, and payloads with the claims'
    print(f"{compiler}: {executed} functions called and checked, 5 rounds each; processor seconds:")
    print(f"cold run         {cold:6.1f} s  {executed / cold:6.0f} functions/s end to end")
    print(f"its parts        {parts:6.1f} s  the run takes {cold / parts:.2f} times as much")
    print(f"nothing changed  {same:6.1f} s  {same / cold:6.1%} of the cold run")
    print(f"another seed     {seed:6.1f} s  {seed / cold:6.1%} of the cold run")


# A compiler that costs nothing: an object without functions, once probes have been answered.
HOLLOW = """#!/bin/sh
case "$*" in *gen64/*) ;; *) exec {cc} "$@" ;; esac
for a; do [ "$last" = -o ] && exec cp {empty} "$a"; last=$a; done
"""
TYPES = ("int", "long", "char", "short", "double", "float", "unsigned", "long long", "void *", "_Bool")


def bench_planning(program: str, compiler: str) -> None:
    """Parsing, placing and writing the sources of so many cases, when all objects are there."""
    draw = random.Random(1)
    rates = {}
    for n in map(int, os.environ.get("BENCH_CASES", "1000,10000").split(",")):
        with tempfile.TemporaryDirectory() as tmp:
            folder = Path(tmp)
            subprocess.run([compiler, "-c", "-x", "c", "/dev/null", "-o", folder / "empty.o"], check=True)
            cc = folder / "cc"
            cc.write_text(HOLLOW.format(cc=shutil.which(compiler), empty=folder / "empty.o"))
            cc.chmod(0o755)
            with open(folder / "cases.h", "w", encoding="utf-8") as f:
                for i in range(n):
                    args = ", ".join(draw.choice(TYPES) for _ in range(draw.randint(0, 6))) or "void"
                    f.write(f"{draw.choice(TYPES)} f{i}({args});\n")
            run = [program, "run", "--build-only", "-q", "--cc", str(cc), "--opt", "O0", "--width", "64", "--abi",
                   "sysv", "--profile", "user", "--cases", str(folder / "cases.h"), "--out", str(folder / "out")]
            spent(run)
            rates[n] = n / spent(run)
    print("planning and generating: " + ", ".join(f"{n} cases {rate:.0f} cases/s" for n, rate in rates.items())
          + f": {max(rates.values()) / min(rates.values()):.2f} times apart")


MILLION = Path(__file__).parent.parent / "results/reference/matrix.json.xz"
FORMATS = ("terminal", "txt", "md", "html", "junit", "ktap", "github")


def seconds_and_megabytes(command: list[str]) -> tuple[float, float]:
    """Processor seconds of a command, and the most memory that it had."""
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"bench: {' '.join(command)} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def bench_reports(program: str) -> None:
    """Reports of the stored reference, unpacked."""
    with tempfile.TemporaryDirectory() as tmp:
        matrix = os.path.join(tmp, "matrix.json")
        with open(matrix, "wb") as f:
            subprocess.run(["xz", "-dc", MILLION], stdout=f, check=True)
        # In a process of its own: what this one ever had counts for those that it starts.
        planned = subprocess.run([sys.executable, "-c", "import json, sys; print(json.load(open("
                                  "sys.argv[1], encoding='utf-8'))['totals']['planned'])", matrix],
                                 check=True, capture_output=True, text=True).stdout.strip()
        size = os.path.getsize(matrix) / 1e6
        commands = {name: [program, "report", matrix, "--format", name] for name in FORMATS}
        commands["show"] = [program, "show", "1", matrix]
        commands["compare"] = [program, "compare", matrix, matrix]
        print(f"reports of {planned} cases, {size:.0f} MB of JSON: " + ", ".join(
            f"{name} {s:.1f} s {mb:.0f} MB"
            for name, (s, mb) in ((n, seconds_and_megabytes(c)) for n, c in commands.items())))


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
        row = re.match(r"(.+) (-O\w+) +([\d.]+)", line)
        if not row:  # the lines behind the table
            break
        name, opt, ms = row.groups()
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
            if where == name and name != "native" and (column, "native") in times:
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


LARGEST = "cases/scalar,cases/thread,cases/kernel,cases/aggregate,cases/exotic,cases/coverage"


def bench_largest(program: str, compiler: str) -> None:
    """The largest payload, run and judged from what was built: in place vmx as against a process."""
    with tempfile.TemporaryDirectory() as tmp:
        built = os.path.join(tmp, "built")
        subprocess.run([program, "run", "--build-only", "-q", "--cc", compiler, "--width", "32",
                        "--opt", "O2", "--profile", "user", "--cases", LARGEST, "--out", built],
                       check=True)
        took = {}
        for place in ("native", "vmx"):
            out = os.path.join(tmp, place)
            run = [program, "run", "--built", built, "--place", place, "-q", "--out", out]
            spent(run)  # the engine is asked once what it is
            start = time.monotonic()
            took[place] = spent([*run, "--fresh"]), time.monotonic() - start
            with open(os.path.join(out, "matrix.json"), encoding="utf-8") as f:
                document = json.load(f)
            if why := next((c["why_not"] for c in document["columns"] if c["why_not"]), None):
                print(f"the largest payload: not measured: {why}")
                return
    (cpu, wall), (vmx_cpu, vmx_wall) = took["native"], took["vmx"]
    print(f"the largest payload ({compiler} -m32 -O2, {document['totals']['executed']} functions), run "
          f"and judged: {cpu:.2f} processor seconds natively, {vmx_cpu:.2f} in place vmx, "
          f"{vmx_cpu / cpu:.1f} times as many; {wall:.2f} and {vmx_wall:.2f} seconds, "
          f"{vmx_wall / wall:.1f} times as long")


def bench_check(program: str) -> None:
    """Hand-written functions by their prototypes alone: plain ones, and such as have a path that is
    hard to reach, which is looked for."""
    plain = "mov eax, edi\n imul eax, esi\n ret"
    hidden = "cmp edi, 0x1234567\n jne .a\n add esi, 1\n.a: lea eax, [rdi+rsi]\n ret"
    unreached = "mov eax, edi\n and eax, 1\n cmp eax, 2\n jne .a\n add esi, 1\n.a: ret"
    for what, body in (("plain", plain), ("with a rare path", hidden),
                       ("with a dead path", unreached)):
        with tempfile.TemporaryDirectory() as tmp:
            names = [f"f{n}" for n in range(CHECKED)]
            with open(os.path.join(tmp, "f.asm"), "w", encoding="utf-8") as f:
                f.write("".join(f"global {n}\n{n}: {body}\n" for n in names))
            with open(os.path.join(tmp, "f.h"), "w", encoding="utf-8") as f:
                f.write("".join(f"int {n}(int a, int b);\n" for n in names))
            subprocess.run(["nasm", "-f", "elf64", "-o", "f.o", "f.asm"], cwd=tmp, check=True)
            subprocess.run(["ar", "rcs", "f.a", "f.o"], cwd=tmp, check=True)
            start = time.monotonic()
            took = spent([program, "check", "f.a", "--header", "f.h"], tmp)
            print(f"check of {CHECKED} functions of an archive, {what}: {took:.1f} processor seconds, "
                  f"{time.monotonic() - start:.1f} s on {os.cpu_count()} processors")


def main() -> None:
    program = os.path.abspath(sys.argv[1])
    compiler = next((c for c in ("gcc-12", "gcc", "clang") if shutil.which(c)), None)
    if not compiler:
        sys.exit("bench: neither gcc nor clang on PATH")
    bench_run(program, compiler)
    bench_planning(program, compiler)
    bench_reports(program)
    bench_places(program, compiler)
    bench_largest(program, compiler)
    bench_check(program)
    bench_fuzz(program)


if __name__ == "__main__":
    main()
