#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fuzz everything that clobber reads from outside, with libFuzzer under ASan and UBSan.

    fuzzers.py [--time SECONDS] [--only NAME] [--build DIR] [--corpus DIR] [--markdown FILE]

Each target of harness/fuzzers.c starts from seeds out of the project's own files and runs for so
long. A crash, a report of a sanitizer or an input that takes more than 10 s is a fault: the input
is kept in the corpus folder, named, and the exit status is 1.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CC = next(filter(shutil.which, [os.environ.get("FUZZ_CC", ""), "clang-14", "clang"]), None)
FLAGS = ["-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
         "-fno-sanitize-recover=undefined"]
MOST = {"object": 20000, "coff": 8000, "code": 300, "matrix": 150000, "cfi": 20000, "header": 6000}


def seeds(name: str, build: Path) -> list[bytes]:
    """What the target starts from: the project's own files, and what its own build made."""
    def files(*patterns: str, base: Path = ROOT) -> list[bytes]:
        return [p.read_bytes() for pattern in patterns for p in sorted(base.glob(pattern))]

    if name in ("cases", "header"):
        return files("cases/*/*.h", "harness/kernel/*.h")
    if name == "proto":
        lines = b"\n".join(files("cases/*/*.h")).split(b"\n")
        return [line for line in lines if line.endswith(b");") and not line.startswith(b"/")][::7]
    if name == "contract":
        return files("docs/examples/*.h", "docs/examples/*/*.h", "harness/kernel/*.h")
    if name in ("object", "cfi", "code", "coff"):
        out = build / "seeds"
        out.mkdir(exist_ok=True)
        source = out / "s.c"
        source.write_text("int g(int); int f(int a, long *p) { return g(a) + (int)p[a]; }\n"
                          "long h(long n) { long s = 0; while (n--) s += g((int)n) * n; return s; }\n")
        made = []
        for i, options in enumerate((["-c", "-O0"], ["-c", "-O2"], ["-c", "-m32", "-O1"], ["-O2", "-fPIC", "-shared", "-nostdlib"],
                                     ["-O1", "-static", "-nostdlib", "-Wl,-e,f,--unresolved-symbols=ignore-all"])):
            subprocess.run(["gcc", *options, source, "-o", out / f"{i}.o"], check=True)
            made.append((out / f"{i}.o").read_bytes())
        for form in ("win64", "win32"):
            (out / "s.asm").write_text("global _f\n_f:\n push rbp\n pop rbp\n ret\n" if form == "win64" else
                                       "global _f\n_f:\n push ebp\n pop ebp\n ret\n")
            subprocess.run(["nasm", "-f", form, out / "s.asm", "-o", out / f"{form}.o"], check=True)
            made.append((out / f"{form}.o").read_bytes())
        if name == "coff":
            return made[-2:]
        if name == "code":
            text = []
            for i in range(3):
                subprocess.run(["objcopy", "-O", "binary", "-j", ".text", out / f"{i}.o", out / "text"], check=True)
                text.append((b"\0" if i == 2 else b"\1") + (out / "text").read_bytes())
            return text
        (out / "both.a").unlink(missing_ok=True)
        subprocess.run(["ar", "rc", out / "both.a", out / "0.o", out / "1.o"], check=True)
        return made + [(out / "both.a").read_bytes()]
    if name in ("matrix", "shard"):
        out = build / "run"
        if not (build / "part/shard.json").exists():
            # With findings: known ones, points that no document decides.
            base = [ROOT / "build/clobber", "run", "--quiet", "--cc", CC, "--opt", "O2", "--abi", "sysv,ms",
                    "--profile", "user", "--cases", f"{ROOT}/cases/exotic/float128.h:ret_f128"]
            subprocess.run([*base, "--out", out], stdout=subprocess.DEVNULL)
            subprocess.run([*base, "--out", build / "part", "--shard", "1/1"], stdout=subprocess.DEVNULL)
        matrix = json.dumps(json.loads((out / "matrix.json").read_text()), separators=(",", ":")).encode()
        return [matrix] if name == "matrix" else files("part/shard.json", base=build)
    return [os.urandom(200)]


def build_all(build: Path, names: list[str], level: int) -> None:
    env = dict(os.environ, CC=CC)
    if not (build / "build.ninja").exists():
        flags = ",".join(f"'{f}'" for f in ["-fsanitize=fuzzer-no-link", f"-O{level}", "-g"])
        subprocess.run(["meson", "setup", build, ROOT, "-Db_sanitize=address,undefined", "-Db_lundef=false",
                        "-Dbuildtype=plain", f"-Dc_args=[{flags}]"], env=env, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", build, "--quiet", "libclobber.a"], check=True)
    for name in names:
        subprocess.run([CC, *FLAGS, f"-O{level}", "-std=gnu11", "-D_GNU_SOURCE", "-fsanitize=fuzzer", f"-DTARGET={name}", f"-I{ROOT}/src",
                        f"-I{build}", "-I/usr/include/libxml2", ROOT / "harness/fuzzers.c", build / "libclobber.a",
                        "-Wl,--wrap=exit", "-ljansson", "-ldw", "-lelf", "-lxml2", "-lz", "-pthread", "-lZydis", "-lZycore", "-o", build / f"fuzz_{name}"], check=True)


def run(name: str, o: argparse.Namespace) -> tuple[int, int, str]:
    """Inputs run, edges covered, and what was wrong or ""."""
    corpus = o.corpus / name
    corpus.mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(seeds(name, o.build)):
        (corpus / f"seed{i}").write_bytes(seed)
    p = subprocess.run(
        [o.build / f"fuzz_{name}", corpus, f"-max_total_time={o.time}", f"-max_len={MOST.get(name, 4096)}",
         "-timeout=10", "-rss_limit_mb=0", "-malloc_limit_mb=2048", "-close_fd_mask=3", "-print_final_stats=1", "-seed=1",
         f"-artifact_prefix={o.corpus}/{name}-"],
        env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1",
                 UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1"),
        capture_output=True, text=True, errors="replace")
    log = p.stderr + p.stdout
    (o.corpus / f"{name}.log").write_text(log)
    units = int((re.findall(r"number_of_executed_units:\s*(\d+)", log) or ["0"])[-1])
    edges = int((re.findall(r"cov: (\d+)", log) or ["0"])[-1])
    what = re.findall(r"(?:SUMMARY: |ERROR: ).*", log)
    return units, edges, (what[-1] if what else f"status {p.returncode}") if p.returncode else ""


def main() -> int:
    names = re.findall(r"^static void target_(\w+)\(", (ROOT / "harness/fuzzers.c").read_text(), re.M)
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--time", type=int, default=60, metavar="SECONDS", help="of each target (default: 60)")
    p.add_argument("--only", choices=names, action="append", help="this target, not all")
    p.add_argument("--optimize", type=int, default=1, metavar="LEVEL", help="0 builds three times as fast (default: 1)")
    p.add_argument("--build", type=Path, default=ROOT / "build-fuzz")
    p.add_argument("--corpus", type=Path, default=ROOT / "build-fuzz/corpus")
    p.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there")
    o = p.parse_args()
    if not CC:
        sys.exit("fuzzers: no clang, which has libFuzzer: apt-get install clang-14")
    build_all(o.build, o.only or names, o.optimize)
    rows, bad = ["| target | inputs | edges | faults |", "|---|---|---|---|"], 0
    for name in o.only or names:
        units, edges, wrong = run(name, o)
        bad += bool(wrong)
        rows.append(f"| {name} | {units:,} | {edges:,} | {wrong or 0} |")
        print(rows[-1], flush=True)
    if o.markdown:
        o.markdown.write_text("\n".join(rows) + "\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
