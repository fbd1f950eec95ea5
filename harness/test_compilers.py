# SPDX-License-Identifier: MIT
"""What unit tests do with the compiler of the build, done with others: what compilers are asked and
answer, what they make of generated sources, and unwinding through their code."""
import subprocess

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
