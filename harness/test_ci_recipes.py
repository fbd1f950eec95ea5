# SPDX-License-Identifier: MIT
"""docs/ci.md: the recipes are YAML, and what they call works as they call it. Installing packages and
building is left out, and fewer cases are run than in earnest."""
import re
import subprocess

import pytest

from program import PROGRAM, ROOT, write

yaml = pytest.importorskip("yaml", reason="not-run: python3-yaml absent")

RECIPES = [yaml.safe_load(b) for b in
           re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/ci.md").read_text(), re.M | re.S)]
FEW = " --cases CASES --place native --opt O2"


def in_shell(command, cwd, **env):
    return subprocess.run(["sh", "-ec", command], cwd=cwd, env={"PATH": "/usr/bin:/bin", **env},
                          capture_output=True, text=True, timeout=120)


@pytest.fixture
def place(tmp_path):
    """A checkout, as far as the recipes look at it."""
    (tmp_path / "build").mkdir()
    (tmp_path / "build/clobber").symlink_to(PROGRAM)
    write(tmp_path / "few.h", "int few(int a, long b);\n")
    return tmp_path


def quick(command, folder):
    return re.sub(r"(build/clobber run .*?)(?= \|\||$)",
                  r"\1" + FEW.replace("CASES", str(folder / "few.h")), command, flags=re.M)


def test_github(place, gcc):
    job = next(r for r in RECIPES if isinstance(r, dict) and "jobs" in r)["jobs"]["clobber"]
    assert set(job["strategy"]["matrix"]) == {"cc"}
    commands = [s["run"].replace("${{ matrix.cc }}", gcc) for s in job["steps"] if "run" in s]
    ran = [c for c in commands if "build/clobber" in c]
    assert len(ran) == 2 and len(commands) == 4
    for c in ran:
        r = in_shell(quick(c, place), place, GITHUB_STEP_SUMMARY="summary")
        assert r.returncode == 0, r.stderr
    assert (place / "summary").read_text() == (place / "out/report.md").read_text()
    upload = next(s for s in job["steps"] if "upload" in s.get("uses", ""))
    for pattern in upload["with"]["path"].split():
        assert list(place.glob(pattern)), pattern


def test_github_compares_with_a_baseline(place, gcc):
    steps = next(r for r in RECIPES if isinstance(r, list))
    commands = [s["run"].replace("${{ matrix.cc }}", gcc) for s in steps]
    before = in_shell(quick(f"build/clobber run --cc {gcc} --out baseline", place), place)
    assert before.returncode == 0, before.stderr
    for c in commands:
        r = in_shell(quick(c, place), place)
        assert r.returncode == 0, r.stderr
    assert (place / "compare.md").read_text()


def test_gitlab(place, gcc):
    job = next(r for r in RECIPES if isinstance(r, dict) and "clobber" in r)["clobber"]
    ran = [c for c in job["script"] if c.startswith("build/clobber")]
    assert len(ran) == 1
    r = in_shell(quick(ran[0], place), place, CC=gcc)
    assert r.returncode == 0, r.stderr
    for path in (*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]):
        assert (place / path).exists(), path


def test_the_project_runs_its_own():
    """.github/workflows/ci.yml runs .ci/run, which runs the README's test command and nothing else."""
    (job,) = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"].values()
    assert [s["run"] for s in job["steps"] if "run" in s] == [".ci/run"]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] in (ROOT / "README.md").read_text()
    words = {w for x in job["strategy"]["matrix"]["without"] for w in x.split(",")} - {""}
    text = (ROOT / "docs/ci.md").read_text()
    assert all(f"`{w}`" in text for w in words)
