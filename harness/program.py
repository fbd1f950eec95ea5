# SPDX-License-Identifier: MIT
"""Run the built program and read what it wrote. Everything the tests share, but no fixtures."""
import functools
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

HARNESS = Path(__file__).resolve().parent
ROOT = HARNESS.parent
PROGRAM = Path(os.environ.get("CLOBBER", ROOT / "build" / "clobber")).resolve()
PATCHCC = HARNESS / "patchcc.py"
SECONDS = 900  # only what hangs takes as long: most take a second, all compilers on a slow machine minutes


class Result(NamedTuple):
    status: int
    stdout: str
    stderr: str


def less_is_missing(*words: str) -> str:
    """CLOBBER_WITHOUT without these words, for tests that take them away in another way."""
    return ",".join(w for w in os.environ.get("CLOBBER_WITHOUT", "").split(",") if w not in words)


def environment(**changes: str | None) -> dict[str, str]:
    """The environment of a run: no terminal habits leak in; None removes a variable."""
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CLOBBER_DATA")}
    for name, value in changes.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    return env


def run(args, cwd=None, env=None, seconds=SECONDS) -> Result:
    """`clobber ARGS`, in its own process group so that nothing outlives a timeout."""
    p = subprocess.Popen([PROGRAM, *map(str, args)], cwd=cwd, env=env or environment(),
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, errors="replace",
                         start_new_session=True)
    try:
        out, err = p.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        out, err = p.communicate()
        raise AssertionError(f"clobber did not end within {seconds} s: {args}\n{out}\n{err}")
    return Result(p.returncode, out, err)


def processes_of(folder) -> list[str]:
    """The command lines of all processes that speak of the folder, or work in it."""
    found = []
    for p in Path("/proc").glob("[0-9]*"):
        try:
            line = (p / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in line or os.readlink(p / "cwd").startswith(str(folder)):
                found.append(f"{p.name}: {line}")
        except OSError:  # it ended, or is not ours
            pass
    return found


def matches(pattern: str | None, text: str | None) -> bool:
    """Whole-text comparison; a `#` in the pattern stands for hexadecimal digits. None is null."""
    if pattern is None or text is None:
        return pattern is text
    return re.fullmatch(re.escape(pattern).replace(r"\#", "[0-9a-f]+"), text) is not None


# Places -------------------------------------------------------------------------------------------
# A test asks for a verdict, not for a place: it runs natively or, at a width that processes do not
# have here, in the place in which clobber runs that width instead.

@functools.cache
def places() -> dict[tuple[str, int], str | None]:
    """(place, width) -> why it does not work here, or None: `clobber list places`."""
    found = {}
    for line in run(["list", "places"]).stdout.splitlines():
        m = re.fullmatch(r"(\S+) +(32|64) +(engine \S+: )?(?:available .*|not available: (.*))",
                         line)
        assert m, f"list places: {line}"
        if not m[3]:  # an engine that is used when it is named
            found[m[1], int(m[2])] = m[4]
    return found


def why_not(place: str, width: int) -> str | None:
    return places()[place, width]


def runs(place: str, *widths: int) -> bool:
    return all(why_not(place, w) is None for w in widths or (32, 64))


def need(place: str, *widths: int) -> None:
    """Skips the test where the place does not work at these widths (default: both)."""
    for w in widths or (32, 64):
        if not runs(place, w):
            pytest.skip(f"not-run: place {place} absent at {w} bit: {why_not(place, w)}")


VECTORS = {"avx": "avx", "avx512f": "avx512"}  # profile -> word of CLOBBER_WITHOUT


@functools.cache
def processor() -> set[str]:
    """What profiles ask of it beyond what each has: "avx", "avx512"."""
    flags = Path("/proc/cpuinfo").read_text().split()
    taken = os.environ.get("CLOBBER_WITHOUT", "").split(",")
    has = {"avx"} & set(flags) | ({"avx512"} if "avx512f" in flags else set())
    return has - set(taken) if "avx" not in taken else set()


def native(width: int, profile: str = "user") -> bool:
    """Whether a process runs it."""
    return runs("native", width) and (profile not in VECTORS or VECTORS[profile] in processor())


def where(width: int, profile: str = "user") -> str:
    """The place that gives verdicts of such code. Skips the test where there is none."""
    if native(width, profile):
        return "native"
    if runs("vmx", width):
        return "vmx"
    why = why_not("native", width) or f"the processor has no {VECTORS.get(profile)}"
    return pytest.skip(f"not-run: no place runs {width}-bit code of profile {profile}: {why}; "
                       f"{why_not('vmx', width)}")


def everywhere() -> str:
    """For --place: what runs both widths. Of its columns those count of which counts() is true."""
    return ",".join(sorted({where(w) for w in (32, 64)}))


def counts(column: dict) -> bool:
    return column["place"] == where(column["width"], column["profile"])


def at(place: str) -> str:
    """What the place adds to a column's id."""
    return "" if place == "native" else f"@{place}"


# Results ------------------------------------------------------------------------------------------

class Matrix:
    """matrix.json. `stand_in`: columns that cannot run natively go by the ids that they would have
    natively."""

    def __init__(self, path: Path, stand_in=False):
        self.path = path
        text = path.read_text(encoding="utf-8")
        self.data = json.loads(text)
        if stand_in:
            self.stand_in()
        self.findings = self.data["findings"]
        self.columns = {c["id"]: c for c in self.data["columns"]}
        self.rows = {r["id"]: r for r in self.data["rows"]}
        self.cells = {(c["row"], c["column"]): c for c in self.data["cells"]}
        self.totals = self.data["totals"]

    def stand_in(self) -> None:
        native = {c["id"]: c["id"].removesuffix(at(c["place"])) for c in self.data["columns"]
                  if counts(c)}
        for c in self.data["columns"]:
            c["id"] = native.get(c["id"], c["id"])
        for part in ("cells", "findings"):
            for x in self.data[part]:
                x["column"] = native.get(x["column"], x["column"])

    def select(self, **want) -> list[dict]:
        """The findings whose fields are as given."""
        return [f for f in self.findings if all(f[k] == v for k, v in want.items())]


def load(out: Path, stand_in=False) -> Matrix:
    return Matrix(Path(out) / "matrix.json", stand_in)


PLAIN = ("--place", "native", "--profile", "user")  # at 64 bit


def option(args, name: str):
    """What follows an option among arguments, as text; None if it is not there."""
    args = list(map(str, args))
    return args[args.index(name) + 1] if name in args[:-1] else None


def plain(args=()) -> list:
    """What makes a run one of user code, in a process where that is possible, unless the test says
    otherwise."""
    more = []
    if "--place" not in args:
        place = {where(int(w), p) for w in (option(args, "--width") or "32,64").split(",")
                 for p in (option(args, "--profile") or "user").split(",")}
        more += ["--place", place.pop() if len(place) == 1 else "auto"]
    if "--profile" not in args:
        more += ["--profile", "user"]
    return more


def run_matrix(out: Path, *args, status: int, env=None) -> Matrix:
    """A run that ends as expected, and its matrix. Seeds, columns and cases are the caller's."""
    r = run(["run", "--out", out, *plain(args), *args], cwd=out.parent, env=env)
    assert r.status == status, f"status {r.status}, want {status}\n{r.stdout}\n{r.stderr}"
    assert r.stderr == ""
    return load(out, stand_in="--place" not in args)


class ByWidth(dict):
    """What a fixture makes at each width (or for each of other keys), made when it is first asked
    for: a width that no place runs here skips the tests that ask for it, and no others."""

    def __init__(self, make):
        super().__init__()
        self.make, self.failures = make, {}

    def __missing__(self, width):
        if width in self.failures:
            raise self.failures[width]
        try:
            self[width] = self.make(width)
        except BaseException as e:  # a skip is no Exception
            self.failures[width] = e
            raise
        return self[width]


@functools.cache
def compilers() -> dict[str, dict[str, str]]:
    """What `clobber list compilers` found: name -> family, version, path."""
    r = run(["list", "compilers"])
    found = {}
    for line in r.stdout.splitlines():
        name, family, version, path = line.split(None, 3)
        found[name] = {"family": family, "version": version, "path": path}
    return found


# The project's figures are about these.
FIRST_CHOICE = {"gcc": "gcc-12", "clang": "clang-14"}


def preferred(family: str) -> str | None:
    """The compiler to take where any of a family will do; None where there is none."""
    names = [n for n, c in compilers().items() if c["family"] == family]
    first = FIRST_CHOICE[family]
    return first if first in names else names[-1] if names else None  # in order of versions


def rules() -> dict[str, str]:
    """Rule name -> status (stated, silent, contradictory)."""
    lines = run(["list", "rules"]).stdout.splitlines()
    heads = [i for i, line in enumerate(lines) if re.match(r"[a-z0-9]\S*$", line)]
    return {lines[i]: lines[i + 1].rsplit(": ", 1)[1] for i in heads}


def bochs() -> str:
    """The Bochs of place vmx: src/place/bochs.c, bochs_program."""
    named, built = os.environ.get("CLOBBER_BOCHS"), "/usr/local/lib/clobber/bochs/bochs"
    return (named and shutil.which(named)) or (os.access(built, os.X_OK) and built) or shutil.which("bochs")


def script(path: Path, body: str) -> Path:
    """A sh script that can be given to --cc."""
    path.write_text("#!/bin/sh\n" + body)
    path.chmod(0o755)
    return path


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
