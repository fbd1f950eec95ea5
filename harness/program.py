# SPDX-License-Identifier: MIT
"""Run the built program and read what it wrote. Everything the tests share, but no fixtures."""
import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

HARNESS = Path(__file__).resolve().parent
ROOT = HARNESS.parent
PROGRAM = Path(os.environ.get("CLOBBER", ROOT / "build" / "clobber")).resolve()
PATCHCC = HARNESS / "patchcc.py"
SECONDS = 120  # nothing here takes a tenth of it


class Result(NamedTuple):
    status: int
    stdout: str
    stderr: str


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


def matches(pattern: str | None, text: str | None) -> bool:
    """Whole-text comparison; a `#` in the pattern stands for hexadecimal digits. None is null."""
    if pattern is None or text is None:
        return pattern is text
    return re.fullmatch(re.escape(pattern).replace(r"\#", "[0-9a-f]+"), text) is not None


class Matrix:
    """matrix.json."""

    def __init__(self, path: Path):
        self.path = path
        self.data = json.loads(path.read_text(encoding="utf-8"))
        self.findings = self.data["findings"]
        self.columns = {c["id"]: c for c in self.data["columns"]}
        self.rows = {r["id"]: r for r in self.data["rows"]}
        self.cells = {(c["row"], c["column"]): c for c in self.data["cells"]}
        self.totals = self.data["totals"]

    def select(self, **want) -> list[dict]:
        """The findings whose fields are as given."""
        return [f for f in self.findings if all(f[k] == v for k, v in want.items())]


def load(out: Path) -> Matrix:
    return Matrix(Path(out) / "matrix.json")


PLAIN = ("--place", "native", "--profile", "user")


def plain(args) -> list:
    """What makes a run a process with the platform's defaults, unless the test says otherwise."""
    return [w for option, value in zip(PLAIN[::2], PLAIN[1::2]) if option not in args
            for w in (option, value)]


def run_matrix(out: Path, *args, status: int, env=None) -> Matrix:
    """A run that ends as expected, and its matrix. Seeds, columns and cases are the caller's."""
    r = run(["run", "--out", out, *plain(args), *args], cwd=out.parent, env=env)
    assert r.status == status, f"status {r.status}, want {status}\n{r.stdout}\n{r.stderr}"
    assert r.stderr == ""
    return load(out)


def compilers() -> dict[str, dict[str, str]]:
    """What `clobber list compilers` found: name -> family, version, path."""
    r = run(["list", "compilers"])
    found = {}
    for line in r.stdout.splitlines():
        name, family, version, path = line.split(None, 3)
        found[name] = {"family": family, "version": version, "path": path}
    return found


def rules() -> dict[str, str]:
    """Rule name -> status (stated, silent, contradictory)."""
    lines = run(["list", "rules"]).stdout.splitlines()
    heads = [i for i, line in enumerate(lines) if not line.startswith(" ")]
    return {lines[i]: lines[i + 1].rsplit(": ", 1)[1] for i in heads}


def script(path: Path, body: str) -> Path:
    """A sh script that can be given to --cc."""
    path.write_text("#!/bin/sh\n" + body)
    path.chmod(0o755)
    return path


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
