# SPDX-License-Identifier: MIT
"""Variants of profile kernel, compiled against speculation and wrong branches: the code is what the
variant says, the conventions hold all the same, and a thunk that keeps no contract is caught."""
import re
import shutil
import subprocess

import pytest

import program
from program import PROGRAM, ROOT, environment, run

pytestmark = pytest.mark.ia32

CASES = "cases/thread/indirect.h"
# Variant: family of compilers, the first version that has it, what its callers or targets contain.
HOW = {
    "kernel-retpoline": ("gcc", 8, r"__x86_indirect_thunk_[re]"),
    "kernel-rethunk": ("gcc", 8, r"jmp .*\n.*__x86_return_thunk"),
    "kernel-ibt": ("gcc", 9, r"<target_\w+>:\n.*endbr(32|64)"),
    "kernel-sls": ("gcc", 12, r"\bret\s*\n.*\bint3"),
    "kernel-cfi": ("clang", 16, r"ud2"),
}


def has(compilers, family, version, before=999) -> str:
    """The first compiler of a family whose version is such. Skips the test where there is none."""
    for name, c in compilers.items():
        if c["family"] == family and version <= int(c["version"].split(".")[0]) < before:
            return name
    return pytest.skip(f"not-run: {family} of version {version}" +
                       (f" to {before - 1}" if before < 999 else " or later") + " absent")


def variant(out, cc, profile, *options, env=None):
    """(result, matrix, columns that count)"""
    r = run(["run", "--cc", cc, "--profile", profile, "--opt", "O2", "--place",
             program.everywhere(), "--cases", CASES, "--out", out, "-q", *options], cwd=ROOT, env=env)
    m = program.load(out)
    return r, m, [c for c in m.columns.values() if program.counts(c)]


def disassembly(out):
    objects = sorted((out / "work/col").rglob("*indirect*.o"))
    assert objects
    return "\n".join(subprocess.run(["objdump", "-dr", "--no-show-raw-insn", o], capture_output=True,
                                    text=True, check=True).stdout for o in objects)


@pytest.mark.parametrize("profile", HOW)
def test_conventions_hold(tmp_path, compilers, profile):
    family, version, contains = HOW[profile]
    r, m, columns = variant(tmp_path, has(compilers, family, version), profile)
    assert r.status == 0, r.stdout + r.stderr
    assert {(c["profile"], c["width"]) for c in columns} == {(profile, 32), (profile, 64)}
    cells = [cell for (_, column), cell in m.cells.items() if column in {c["id"] for c in columns}]
    assert cells and all(c["counts"]["pass"] == c["executed"] == c["planned"] > 0 for c in cells)
    assert re.search(contains, disassembly(tmp_path))


def test_plain_kernel_code_has_none_of_it(tmp_path, gcc):
    r, *_ = variant(tmp_path, gcc, "kernel")
    assert r.status == 0
    code = disassembly(tmp_path)
    for profile, (*_, contains) in HOW.items():
        assert not re.search(contains, code), profile


def test_only_by_name(tmp_path, compilers):
    """They are not in a run that does not name them, and a compiler that lacks the flag lacks only
    that variant."""
    cc = has(compilers, "clang", 1, 16)
    r, m, columns = variant(tmp_path, cc, "kernel,kernel-cfi")
    assert r.status == 0
    why = {c["profile"]: c["unusable"] for c in columns}
    assert why == {"kernel": None, "kernel-cfi": "does not take -fsanitize=kcfi"}
    r = run(["run", "--cc", cc, "--opt", "O2", "--width", "64", "--place", "native", "--cases", CASES, "--out",
             tmp_path / "all", "-q"], cwd=ROOT)
    assert {c["profile"] for c in program.load(tmp_path / "all").columns.values()} == {"kernel"}


def broken_data(tmp_path, file, old, new):
    """clobber's data with one file of assembly changed."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "cases", data / "cases")
    (data / "include").symlink_to(ROOT / "src")
    shutil.copytree(PROGRAM.parent / "data/runtime", data / "runtime")
    text = (data / "runtime" / file).read_text()
    assert old in text
    (data / "runtime" / file).write_text(text.replace(old, new))
    return environment(CLOBBER_DATA=str(data))


@pytest.mark.parametrize("profile, old, new, check", [
    ("kernel-retpoline", "%%go:\n", "%%go:\n\txor\tedx, edx\n", "argument"),
    ("kernel-retpoline", "mov\t[%2], %1\n\tret", "mov\t[%2], %1\n\tret\t8", "argument"),
    ("kernel-rethunk", "__x86_return_thunk:\n", "__x86_return_thunk:\n\tmov\tebp, 7\n", "callee-saved"),
])
def test_broken_thunk(tmp_path, gcc, profile, old, new, check):
    env = broken_data(tmp_path, "thunks.inc", old, new)
    r, m, columns = variant(tmp_path / "out", gcc, profile, env=env)
    assert r.status == 1, r.stderr
    assert len(columns) == 2
    for c in columns:
        found = {f["check"] for f in m.select(column=c["id"])}
        assert check in found, (c["id"], found)
