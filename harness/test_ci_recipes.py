# SPDX-License-Identifier: MIT
"""docs/ci.md: the recipes are YAML, and what they call works as they call it. Installing packages and
building is left out, and fewer cases are run than in earnest."""
import re
import shutil
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


# A project with a function in assembly, and what the recipes call it.
PROJECT = {
    "lib.h": "long lib_sum(const long *v, int n);\nint lib_one(void);\n",
    "one.c": '#include "lib.h"\nint lib_one(void)\n{\n\treturn 1;\n}\n',
    "sum.S": """	.text
	.globl lib_sum
	.type lib_sum, @function
lib_sum:
	push %rbx
	xor %eax, %eax
	mov %esi, %ebx
	test %ebx, %ebx
	jle 2f
1:	add (%rdi), %rax
	add $8, %rdi
	dec %ebx
	jnz 1b
2:	WAY_OUT
	ret
	.section .note.GNU-stack, "", @progbits
""",
    "meson.build": "project('p', 'c')\nlib = static_library('lib', 'one.c', 'sum.S')\nRECIPE",
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.10)\nproject(p C ASM)\n"
                      "add_library(lib STATIC one.c sum.S)\nRECIPE",
    "Makefile": "RECIPElib.a: one.o sum.o\n\tar rcs $@ $^\n",
    "test_abi.py": "RECIPE",
}
BUILDS = {
    "meson": ("meson.build", "meson setup build", "meson test -C build --print-errorlogs"),
    "cmake": ("CMakeLists.txt", "cmake -S . -B build && make -C build",
              "cd build && ctest --output-on-failure"),
    "make": ("Makefile", "true", "make check"),
    "python": ("test_abi.py", "make lib.a", "/usr/bin/python3 -m pytest -q test_abi.py"),
}


@pytest.mark.parametrize("build", BUILDS)
def test_in_a_build(build, tmp_path):
    """The recipe as it is printed: passes for a function that keeps its convention, and fails for
    one that loses rbx, by name."""
    name, setup, run = BUILDS[build]
    for tool in setup.split()[:1] + run.split()[:1]:
        if tool not in ("true", "cd") and not shutil.which(tool):
            pytest.skip(f"not-run: {tool} absent")
    recipe, = re.findall(rf"^```{build}\n(.*?)^```", (ROOT / "docs/ci.md").read_text(),
                         re.M | re.S)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/clobber").symlink_to(PROGRAM)
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    for way, good in (("pop %rbx", True), ("lea 8(%rsp), %rsp", False)):
        folder = tmp_path / ("good" if good else "bad")
        folder.mkdir()
        for file, text in PROJECT.items():
            makefile = re.search(r"^```make\n(.*?)^```", (ROOT / "docs/ci.md").read_text(),
                                 re.M | re.S)[1]
            text = text.replace("RECIPE", recipe if file == name else makefile)
            write(folder / file, text.replace("WAY_OUT", way))
        r = in_shell(f"{setup} >log 2>&1 || (cat log; false)", folder, PATH=path)
        assert r.returncode == 0, r.stdout + r.stderr
        r = in_shell(run, folder, PATH=path)
        assert (r.returncode == 0) == good, r.stdout + r.stderr
        assert ("rbx after the call" in r.stdout) != good, r.stdout + r.stderr
