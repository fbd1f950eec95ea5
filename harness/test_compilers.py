# SPDX-License-Identifier: MIT
"""What unit tests do with the compiler of the build, done with others: what compilers are asked and
answer, what they make of generated sources, and unwinding through their code."""
import os
import subprocess
from pathlib import Path

import pytest

import program


def unit_test(name: str, *args) -> None:
    """The part of a unit test that is about compilers."""
    executable = program.PROGRAM.parent / f"{name}_test"
    if not executable.exists():
        pytest.skip("not-run: the unit tests are absent: the build found no Check library")
    r = subprocess.run([executable, program.ROOT, *args], text=True, timeout=240,
                       env=program.environment(CK_RUN_CASE="compilers"),
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert r.returncode == 0, r.stdout
    assert "100%: Checks: " in r.stdout and "Checks: 0" not in r.stdout


def test_probes(compilers):
    """Of every compiler: each answer is yes, or no with a reason in one line."""
    unit_test("toolchain", ",".join(c["path"] for c in compilers.values()))


@pytest.mark.parametrize("family", ("gcc", "clang"))
@pytest.mark.parametrize("name", ("gen", "unwind"))
def test_other_compilers(compilers, request, name, family):
    cc = request.getfixturevalue(family)
    unit_test(name, compilers[cc]["path"], family)


# What they answered is kept for the next run --------------------------------------------------------

COMPILER = r"""
#include <stdio.h>
#include <unistd.h>
int main(int n, char **v)
{
	FILE *f = fopen(LOG, "a");

	for (int i = 1; i < n; i++)
		fprintf(f, "%s ", v[i]);
	fprintf(f, "\n");
	fclose(f);
	v[0] = CC;
	return execv(CC, v);
}
"""


class Asked:
    """A program that is a compiler, and how often it was called by a run that began from nothing."""

    def __init__(self, folder: Path, cc: str):
        self.folder, self.log, self.cc = folder, folder / "log", folder / "compiler"
        source = program.write(folder / "compiler.c", COMPILER)
        self.cases = program.write(folder / "one.h", "int f(int a);\n")
        subprocess.run(["cc", "-w", f'-DLOG="{self.log}"', f'-DCC="{cc}"', "-o", self.cc, source], check=True)

    def times(self, cc=None, **env) -> int:
        self.log.unlink(missing_ok=True)
        out = self.folder / "out"
        subprocess.run(["rm", "-rf", out], check=True)
        r = program.run(["run", "-q", "--cc", cc or self.cc, "--width", "64", "--abi", "sysv", "--opt", "O1",
                         "--cases", self.cases, "--out", out],
                        env=program.environment(CLOBBER_CACHE=str(self.folder / "cache"), **env))
        assert (r.status, r.stderr) == (0, ""), r
        return self.log.read_text().count("\n")


@pytest.fixture
def asked(tmp_path, gcc, compilers) -> Asked:
    return Asked(tmp_path, compilers[gcc]["path"])


def test_answers_are_kept_for_the_next_run(asked):
    """Then it is asked who it is, and compiles one file."""
    assert asked.times() > 5
    assert asked.times() == 2


def test_another_compiler_is_asked_again(asked):
    """Another file, another assembler in PATH, other places that it finds its parts in."""
    first = asked.times()
    os.utime(asked.cc, (1, 1))
    assert asked.times() == first
    assert asked.times(COMPILER_PATH="/nonexistent") == first
    assert asked.times(PATH=f"{asked.folder}:{os.environ['PATH']}") == first
    assert asked.times() == 2


def test_a_script_may_be_another_compiler_each_time(asked):
    script = program.script(asked.folder / "script", f'exec {asked.cc} "$@"\n')
    assert asked.times(script) == asked.times(script) > 5


def test_damaged_answers_are_no_answers(asked):
    first = asked.times()
    kept = list((asked.folder / "cache/compilers").iterdir())
    assert kept
    for path in kept:
        text = path.read_text()
        path.write_text(text.replace("feature _Bool ok", "feature _Bool no", 1))
    assert asked.times() == first


def test_what_does_not_work_is_asked_again(asked):
    """It would work as soon as what is missing is there."""
    broken = asked.folder / "as"
    program.script(broken, "echo as: no >&2; exit 1\n")
    path = f"{asked.folder}:{os.environ['PATH']}"
    r = program.run(["run", "-q", "--cc", asked.cc, "--width", "64", "--cases", asked.cases, "--out",
                     asked.folder / "out"],
                    env=program.environment(CLOBBER_CACHE=str(asked.folder / "cache"), PATH=path))
    assert r.status == 2 and not list((asked.folder / "cache").glob("compilers/*"))
    broken.unlink()
    assert asked.times(PATH=path) > 5
