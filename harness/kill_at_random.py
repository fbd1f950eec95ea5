#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`clobber run' and `clobber check' on a machine where things go wrong.

    kill_at_random.py [--seconds N] [--least N] [--seed N] [--only TEXT] [--place LIST] [--keep]

Starts them again and again, each time under a condition: processes of theirs are killed at random
moments by random signals; there is one processor; no room for temporary files, or for results; a
limit on the size of files; a clock that jumps; or all at once. The compiler under test breaks a
rule, so that there is something to lose.

Whatever happens, a start ends in one of three ways: with the answer of an undisturbed run, or with
what is left of it where place vmx says that its machine stood still (the emulator's display library
waits by the wall clock); with exit status 2 and a message; or by the signal it was sent. It leaves results that are whole, the old
ones or the new ones, no process, and nothing in TMPDIR. When all is well again, the same command in
the same folder gives the undisturbed answer. Prints a table; exit status 1 if anything else was
seen, 2 if clobber fails undisturbed.
"""
import argparse
import collections
import contextlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

import program

ONE = ("int f(int a, long b);\nlong g(double d, short s);\n"
       "unsigned char h(unsigned char c, long long l);\n")
TWO = ONE + "long double i(float a, struct { char c[3]; } b);\nvoid j(int a, ...);\n"
FUNCTIONS = """bits 64
section .text
global good, bad, slow
good: lea rax, [rdi + rsi]
ret
bad: xor ebx, ebx
ret
slow: mov ecx, 200000
.l: dec ecx
jnz .l
mov eax, 7
ret
"""
PROTOS = ("long good(long a, long b)", "void bad(void)", "int slow(void)")

# What one process sends another, and what a terminal or a limit does.
SENT = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT,
        signal.SIGALRM, signal.SIGUSR1, signal.SIGXCPU, signal.SIGSTOP)
# As faults come to a program: for clobber and its payloads. A compiler that dies by one has crashed.
FAULTS = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP)
STOPPED_S = 0.3
LONGEST_S = 300  # a command
NO_END = 99      # its status when it took longer


# Processes ----------------------------------------------------------------------------------------

class Process(NamedTuple):
    pid: int
    parent: int
    session: int
    name: str


def read_process(pid: int) -> Process | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:  # it has ended
        return None
    name, rest = text[text.index("(") + 1:].rsplit(")", 1)
    state, parent, _, session = rest.split()[:4]
    return None if state in "ZX" else Process(pid, int(parent), int(session), name)


def tree(root: int) -> list[Process]:
    """The process and all that descend from it, but for those in a session of their own: they clean
    up behind one that was killed, and there is none to clean up behind them."""
    every = [p for d in os.listdir("/proc") if d.isdigit() and (p := read_process(int(d)))]
    found = [p for p in every if p.pid == root]
    for p in found:  # grows
        found += [c for c in every if c.parent == p.pid and c.session == root]
    return found


def role(p: Process, root: int) -> str:
    if p.pid == root:
        return "clobber"
    if p.name.endswith((".elf", "payload")):
        return "payload"
    return "guard" if p.name == "clobber" else p.name


class Killer:
    """Hits one process of a tree now and then, until the first of them ends."""

    def __init__(self, draw: random.Random):
        self.draw = draw
        self.hits: collections.Counter[tuple[str, str]] = collections.Counter()

    def hit(self, root: int) -> None:
        by_role = collections.defaultdict(list)
        for p in tree(root):
            by_role[role(p, root)].append(p)
        if not by_role:
            return
        what = self.draw.choice(sorted(by_role))
        victim = self.draw.choice(by_role[what])
        number = self.draw.choice(SENT + (FAULTS if what in ("clobber", "payload") else ()))
        again = read_process(victim.pid)
        if again is None or again.parent != victim.parent:  # only what is certainly ours
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim.pid, number)
            self.hits[what, number.name] += 1
            if number == signal.SIGSTOP:
                time.sleep(STOPPED_S)
                os.kill(victim.pid, signal.SIGCONT)

    def watch(self, p: subprocess.Popen, seconds: float) -> None:
        """Up to three hits, at moments of a run that takes so many seconds."""
        moments = sorted(self.draw.uniform(0, seconds) for _ in range(self.draw.randint(1, 3)))
        start = time.monotonic()
        for at in moments:
            while time.monotonic() - start < at:
                if p.poll() is not None:
                    return
                time.sleep(0.002)
            self.hit(p.pid)


# What is run --------------------------------------------------------------------------------------

class Job(NamedTuple):
    name: str
    args: tuple[str, ...]
    status: int  # of the undisturbed command
    answer: Callable[[Path, str], bytes | None]  # from its folder and output; None: there is none


def matrix_of(folder: Path, _out: str) -> bytes | None:
    path = folder / "out/matrix.json"
    return path.read_bytes() if path.exists() else None


def checked(_folder: Path, out: str) -> bytes | None:
    try:
        document = json.loads(out)
    except ValueError:
        return None
    return json.dumps(document, sort_keys=True).encode()


def jobs(compiler: str, places: str) -> list[Job]:
    protos = tuple(a for p in PROTOS for a in ("--proto", p))
    return [Job("run", ("run", "--cc", compiler, "--opt", "O0,O2", "--abi", "sysv,ms,cdecl", "--profile",
                        "user", "--cases", "cases.h", "--out", "out", "--place", places), 1, matrix_of),
            Job("check", ("check", "f.o", "--place", places, "--format", "json", "--calls", "50", *protos),
                1, checked)]


class Ended(NamedTuple):
    status: int
    out: str
    err: str


class Site:
    """A folder of its own for one command, with a TMPDIR and a cache."""

    def __init__(self, folder: Path):
        self.folder, self.tmp = folder, folder / "tmp"
        folder.mkdir()
        self.tmp.mkdir()
        (folder / "f.asm").write_text(FUNCTIONS)
        subprocess.run(["nasm", "-f", "elf64", "-o", "f.o", "f.asm"], cwd=folder, check=True)

    def start(self, job: Job, prepare=None, **environment: str) -> subprocess.Popen:
        env = program.environment(**{"TMPDIR": str(self.tmp), "CLOBBER_CACHE": str(self.folder / "cache"),
                                     "CCACHE_DISABLE": "1", **environment})
        # Files, not pipes: what outlives the command must not hold us up.
        with open(self.folder / "stdout", "wb") as out, open(self.folder / "stderr", "wb") as err:
            return subprocess.Popen([program.PROGRAM, *job.args], cwd=self.folder, env=env, stdout=out,
                                    stderr=err, stdin=subprocess.DEVNULL, start_new_session=True,
                                    preexec_fn=prepare)

    def end(self, p: subprocess.Popen) -> Ended:
        try:
            status = p.wait(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            stuck = ", ".join(f"{q.name} {q.pid}" for q in tree(p.pid))
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
            return Ended(NO_END, "", f"it does not end: {stuck}")
        return Ended(status, *((self.folder / name).read_text(errors="replace") for name in ("stdout", "stderr")))

    def unwhole(self) -> list[str]:
        """Results that are cut off, and temporary names of results."""
        found = []
        for path in self.folder.glob("out/*"):
            if ".tmp" in path.name:
                found.append(path.name)
        with contextlib.suppress(FileNotFoundError):
            try:
                json.loads((self.folder / "out/matrix.json").read_text())
            except ValueError:
                found.append("matrix.json")
        return found

    def left_running(self) -> list[str]:
        """After a while; ended now."""
        for _ in range(200):
            left = program.processes_of(self.folder)
            if not left:
                return []
            time.sleep(0.05)
        for line in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(line.split(":")[0]), signal.SIGKILL)
        return left

    def left_in_tmp(self) -> list[str]:
        for _ in range(200):
            if not os.listdir(self.tmp):
                return []
            time.sleep(0.05)
        left = os.listdir(self.tmp)
        for name in left:
            shutil.rmtree(self.tmp / name, ignore_errors=True)
            (self.tmp / name).unlink(missing_ok=True)
        return left


# Conditions ---------------------------------------------------------------------------------------

class Trouble(NamedTuple):
    """How one start is disturbed."""
    prepare: Callable[[], None] | None = None
    environment: dict[str, str] = {}
    kills: bool = False


@contextlib.contextmanager
def killed(_site, _draw, _tools) -> Iterator[Trouble]:
    yield Trouble(kills=True)


@contextlib.contextmanager
def one_core(_site, draw, _tools) -> Iterator[Trouble]:
    core = draw.choice(sorted(os.sched_getaffinity(0)))
    yield Trouble(lambda: os.sched_setaffinity(0, {core}))


@contextlib.contextmanager
def small_disk(where: Path, draw) -> Iterator[bool]:
    """A file system of few pages there. False: it cannot be mounted."""
    size = draw.choice((4, 16, 64, 256, 1024, 4096))
    where.mkdir(exist_ok=True)
    ok = not subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", where],
                            capture_output=True).returncode
    try:
        yield ok
    finally:
        if ok:  # what still has files open there ends soon
            for _ in range(100):
                if not subprocess.run(["umount", where], capture_output=True).returncode:
                    break
                time.sleep(0.1)
            else:
                subprocess.run(["umount", "-l", where], check=True)


class NotHere(Exception):
    """A condition that this machine cannot make."""


@contextlib.contextmanager
def no_room_for_temporaries(site, draw, _tools) -> Iterator[Trouble]:
    with small_disk(site.folder / "small", draw) as ok:
        if not ok:
            raise NotHere("a tmpfs cannot be mounted")
        yield Trouble(environment={"TMPDIR": str(site.folder / "small")})


@contextlib.contextmanager
def no_room_for_results(site, draw, _tools) -> Iterator[Trouble]:
    """The old results, if any, come along as far as there is room for them."""
    out, old = site.folder / "out", site.folder / "old"
    if out.exists():
        out.rename(old)
    with small_disk(out, draw) as ok:
        if not ok:
            raise NotHere("a tmpfs cannot be mounted")
        yield Trouble()
    out.rmdir()
    if old.exists():
        old.rename(out)


@contextlib.contextmanager
def small_files(_site, draw, _tools) -> Iterator[Trouble]:
    size = draw.choice((4096, 16384, 65536, 262144))
    yield Trouble(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))


def set_clock(folder: Path, ns: int) -> None:
    """What is there bears times of a clock that has been set since; ninja's log, too."""
    for path in (p for p in folder.glob("**/*") if p.is_file() and p.name != "cases.h"):
        at = path.stat().st_mtime_ns + ns
        if path.name == ".ninja_log":
            rows = [line.split("\t") for line in path.read_text().splitlines(keepends=True)]
            path.write_text("".join("\t".join([*r[:2], str(int(r[2]) + ns), *r[3:]]) if len(r) == 5 else r[0]
                                    for r in rows))
        os.utime(path, ns=(at, at))


@contextlib.contextmanager
def clock_jumps(site, draw, tools) -> Iterator[Trouble]:
    """Programs see another time at every look; and the clock was set since the last start."""
    set_clock(site.folder / "out", int(draw.uniform(-3e17, 3e17)))
    yield Trouble(environment={"LD_PRELOAD": str(tools / "clock_jumps.so")})


@contextlib.contextmanager
def everything(site, draw, tools) -> Iterator[Trouble]:
    with one_core(site, draw, tools) as a, clock_jumps(site, draw, tools) as b:
        yield Trouble(a.prepare, b.environment, True)


CONDITIONS = {
    "killed at random": killed,
    "one core": one_core,
    "no room in TMPDIR": no_room_for_temporaries,
    "no room for results": no_room_for_results,
    "a limit on files": small_files,
    "a clock that jumps": clock_jumps,
    "one core, jumps, kills": everything,
}
SHARE = {"killed at random": 4, "one core, jumps, kills": 4}  # of the time; others: 1


# What came of it ----------------------------------------------------------------------------------

COLUMNS = ("starts", "answered", "in part", "refused", "killed", "wrong", "not whole", "left running", "left in TMPDIR",
           "reruns", "other answer")
FAULTY = ("wrong", "not whole", "left running", "left in TMPDIR", "other answer")


def first_difference(got: bytes | None, want: bytes) -> str:
    """Where two JSON documents part."""
    if got is None:
        return "no answer"
    a, b = (json.dumps(json.loads(x), indent=1, sort_keys=True).splitlines() for x in (got, want))
    for n, (x, y) in enumerate(zip(a, b)):
        if x != y:
            return f"{' '.join(map(str.strip, a[n:n + 30]))!r} for {y.strip()!r} (line {n})"
    return f"{len(a)} lines for {len(b)}"


STOOD_STILL = "its machine stood still"  # clobber's word for an emulator that waits for the wall clock


def verdicts(answer: bytes) -> dict[tuple[str, ...], str]:
    """Of functions that were checked, and their findings; or of the cells of a matrix."""
    d = json.loads(answer)
    if "functions" in d:
        return {(f["name"], ",".join(sorted({x["subject"] for x in f["findings"]}))): f["verdict"]
                for f in d["functions"]}
    return {(c["row"], c["column"]): c["verdict"] for c in d["cells"]}


def is_part_of(got: bytes | None, want: bytes) -> bool:
    """The same, but for a place whose machine stood still, and which says so."""
    if got is None or STOOD_STILL.encode() not in got:
        return False
    is_, should = verdicts(got), verdicts(want)
    return is_.keys() == should.keys() and all(v in (should[k], "not-run") for k, v in is_.items())


def judge(job: Job, e: Ended, got: bytes | None, new: bytes, old: bytes | None) -> tuple[str, str]:
    """(column, why) of one disturbed start; `old': the results that were there before."""
    if e.status == job.status:
        if got != new and is_part_of(got, new):
            return "in part", ""
        return ("answered", "") if got == new else ("wrong", f"exit {e.status}: {first_difference(got, new)}")
    if got not in (None, old, new):
        return "wrong", f"exit {e.status} and other results: {first_difference(got, new)}"
    if e.status == 2 and re.match(r"clobber: .", e.err):
        return "refused", ""
    if e.status < 0:
        return "killed", ""
    return "wrong", f"exit status {e.status}, stderr {e.err[:300]!r}"


class Bench:
    def __init__(self, folder: Path, draw: random.Random, places: str, say):
        self.folder, self.draw, self.say = folder, draw, say
        self.killer = Killer(draw)
        self.rows = {name: collections.Counter() for name in CONDITIONS}
        self.not_here: dict[str, str] = {}
        self.number = 0
        cc = program.script(folder / "cc", f'exec {compiler()} "$@" -fcall-used-rbx\n')
        subprocess.run([host_compiler(), "-shared", "-fPIC", "-O1", "-o", folder / "clock_jumps.so",
                        program.HARNESS / "clock_jumps.c"], check=True)
        self.jobs = jobs(str(cc), places)
        self.sites: dict[str, Path] = {}
        self.reference: dict[tuple[str, str], bytes] = {}
        self.seconds: dict[str, float] = {}
        for job in self.jobs:
            self.refer(job)

    def site(self) -> Site:
        self.number += 1
        return Site(self.folder / f"s{self.number}")

    def refer(self, job: Job) -> None:
        """Undisturbed: its answers to both sets of cases, and results to start from."""
        for cases in (ONE, TWO):
            site = self.site()
            (site.folder / "cases.h").write_text(cases)
            start = time.monotonic()
            e = site.end(site.start(job))
            self.seconds[job.name] = time.monotonic() - start
            got = job.answer(site.folder, e.out)
            if e.status != job.status or not got or e.err or site.left_in_tmp():
                sys.exit(f"kill_at_random: undisturbed, {job.name} ends with {e.status}: {e.out[-2000:]}{e.err}")
            self.reference[job.name, cases] = got
            self.sites.setdefault(job.name, site.folder)

    def complain(self, name: str, job: Job, column: str, why: str) -> None:
        self.rows[name][column] += 1
        self.say(f"{name}: {job.name}: {column}: {why}")

    def leftovers(self, name: str, job: Job, site: Site) -> None:
        for column, found in (("left running", site.left_running()), ("left in TMPDIR", site.left_in_tmp())):
            if found:
                self.complain(name, job, column, " ".join(found))

    def disturbed(self, name: str, job: Job, site: Site, old: bytes | None) -> None:
        new, row = self.reference[job.name, TWO], self.rows[name]
        with CONDITIONS[name](site, self.draw, self.folder) as t:
            p = site.start(job, t.prepare, **t.environment)
            if t.kills:
                self.killer.watch(p, self.seconds[job.name])
            e = site.end(p)
            got = job.answer(site.folder, e.out)
            row["starts"] += 1
            column, why = judge(job, e, got, new, old)
            if column == "wrong":
                self.complain(name, job, column, why)
            else:
                row[column] += 1
            left = [f for f in site.unwhole() if e.status >= 0]
            if left:
                self.complain(name, job, "not whole", " ".join(left))
            self.leftovers(name, job, site)

    def series(self, name: str) -> None:
        """Some starts in one folder, then an undisturbed one."""
        job, site = self.draw.choice(self.jobs), self.site()
        old = None
        if job.name == "run" and self.draw.random() < 0.6:
            for part in ("out", "cache"):
                if (self.sites["run"] / part).exists():
                    shutil.copytree(self.sites["run"] / part, site.folder / part)
            old = self.reference["run", ONE]
        (site.folder / "cases.h").write_text(TWO)
        for _ in range(self.draw.randint(1, 3)):
            self.disturbed(name, job, site, old)
        e = site.end(site.start(job))
        got = job.answer(site.folder, e.out)
        self.rows[name]["reruns"] += 1
        if e.status != job.status or got != self.reference[job.name, TWO]:
            self.complain(name, job, "other answer", f"exit {e.status}: {e.err[:300]} "
                          + first_difference(got, self.reference[job.name, TWO]))
        if site.unwhole():
            self.complain(name, job, "not whole", " ".join(site.unwhole()))
        self.leftovers(name, job, site)
        shutil.rmtree(site.folder, ignore_errors=True)

    def run(self, seconds: float, only: str, least: int) -> None:
        """For so long, and until so many conditions were tried."""
        names = [n for n in CONDITIONS if only in n]
        spent = dict.fromkeys(names, 0.0)
        end = time.monotonic() + seconds
        while names and (time.monotonic() < end or sum(row["starts"] > 0 for row in self.rows.values()) < least):
            name = min(names, key=lambda n: spent[n] / SHARE.get(n, 1))
            start = time.monotonic()
            try:
                self.series(name)
            except NotHere as e:
                self.not_here[name] = str(e)
                names.remove(name)
            spent[name] += time.monotonic() - start

    def faults(self) -> int:
        return sum(row[c] for row in self.rows.values() for c in FAULTY)

    def table(self) -> str:
        lines = ["| condition | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
        for name, row in self.rows.items():
            if row["starts"]:
                lines.append(f"| {name} | " + " | ".join(str(row[c]) for c in COLUMNS) + " |")
        lines += [f"not-run: {name}: {why}" for name, why in self.not_here.items()]
        hits: collections.Counter[str] = collections.Counter()
        for (what, _), n in self.killer.hits.items():
            hits[what] += n
        lines.append("")
        lines.append("Signals sent to: " + ", ".join(f"{what} {n}" for what, n in hits.most_common()) + ".")
        return "\n".join(lines)


def compiler() -> str:
    for family in ("gcc", "clang"):
        if name := program.preferred(family):
            return program.compilers()[name]["path"]
    sys.exit("kill_at_random: neither gcc nor clang on PATH")


def host_compiler() -> str:
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))))


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--seconds", type=float, default=600)
    p.add_argument("--least", type=int, default=0, metavar="N", help="go on until N conditions were tried")
    p.add_argument("--seed", type=int, default=None)
    p.add_argument("--only", default="", metavar="TEXT", help="conditions with this in their name")
    p.add_argument("--place", help="default: native, and vmx where it works")
    p.add_argument("--keep", action="store_true", help="keep the folder")
    o = p.parse_args()
    places = o.place or ",".join(x for x in ("native", "vmx") if program.runs(x, 64))
    seed = o.seed if o.seed is not None else random.randrange(1 << 32)
    folder = Path(tempfile.mkdtemp(prefix="clobber-killed-"))
    try:
        bench = Bench(folder, random.Random(seed), places, lambda text: print(text, flush=True))
        bench.run(o.seconds, o.only, o.least)
    finally:
        if not o.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{o.seconds:.0f} s, seed {seed}, {places}\n\n{bench.table()}")
    return 1 if bench.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
