# SPDX-License-Identifier: MIT
"""Variants of profile kernel, compiled against speculation and wrong branches: the code is what the
variant says, the conventions hold all the same, and a thunk that keeps no contract is caught."""
import json
import re
import shutil
import subprocess

import pytest

from program import PROGRAM, ROOT, environment, run

CASES = "cases/thread/indirect.h"
# Variant: compiler, what its callers or targets must contain.
HOW = {
    "kernel-retpoline": ("gcc-12", r"__x86_indirect_thunk_[re]"),
    "kernel-rethunk": ("gcc-12", r"jmp .*\n.*__x86_return_thunk"),
    "kernel-ibt": ("gcc-12", r"<target_\w+>:\n.*endbr(32|64)"),
    "kernel-sls": ("gcc-12", r"\bret\s*\n.*\bint3"),
    "kernel-cfi": ("clang-19", r"ud2"),
}


def variant(out, cc, profile, *options, env=None):
    r = run(["run", "--cc", cc, "--profile", profile, "--opt", "O2", "--place", "native", "--cases", CASES,
             "--out", out, "-q", *options], cwd=ROOT, env=env)
    return r, json.loads((out / "matrix.json").read_text())


def disassembly(out):
    objects = sorted((out / "work/col").rglob("*indirect*.o"))
    assert objects
    return "\n".join(subprocess.run(["objdump", "-dr", "--no-show-raw-insn", o], capture_output=True,
                                    text=True, check=True).stdout for o in objects)


@pytest.mark.parametrize("profile", HOW)
def test_conventions_hold(tmp_path, profile):
    cc, contains = HOW[profile]
    if not shutil.which(cc):
        pytest.skip(f"not-run: {cc} absent")
    r, m = variant(tmp_path, cc, profile)
    assert r.status == 0, r.stdout + r.stderr
    assert m["totals"]["executed"] == m["totals"]["planned"] == m["totals"]["pass"] > 0
    assert {(c["profile"], c["width"]) for c in m["columns"]} == {(profile, 32), (profile, 64)}
    assert re.search(contains, disassembly(tmp_path))


def test_plain_kernel_code_has_none_of_it(tmp_path):
    if not shutil.which("gcc-12"):
        pytest.skip("not-run: gcc-12 absent")
    r, _ = variant(tmp_path, "gcc-12", "kernel")
    assert r.status == 0
    code = disassembly(tmp_path)
    for profile, (_, contains) in HOW.items():
        assert not re.search(contains, code), profile


def test_only_by_name(tmp_path):
    """They are not in a run that does not name them, and a compiler that lacks the flag lacks only
    that variant."""
    if not shutil.which("clang-14"):
        pytest.skip("not-run: clang-14 absent")
    r, m = variant(tmp_path, "clang-14", "kernel,kernel-cfi")
    assert r.status == 0
    why = {c["profile"]: c["unusable"] for c in m["columns"]}
    assert why == {"kernel": None, "kernel-cfi": "does not take -fsanitize=kcfi"}
    r = run(["run", "--cc", "clang-14", "--opt", "O2", "--width", "64", "--place", "native", "--cases", CASES, "--out",
             tmp_path / "all", "-q"], cwd=ROOT)
    m = json.loads((tmp_path / "all/matrix.json").read_text())
    assert {c["profile"] for c in m["columns"]} == {"kernel"}


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
def test_broken_thunk(tmp_path, profile, old, new, check):
    if not shutil.which("gcc-12"):
        pytest.skip("not-run: gcc-12 absent")
    env = broken_data(tmp_path, "thunks.inc", old, new)
    r, m = variant(tmp_path / "out", "gcc-12", profile, env=env)
    assert r.status == 1, r.stderr
    for width in (32, 64):
        column = next(c["id"] for c in m["columns"] if c["width"] == width)
        found = {f["check"] for f in m["findings"] if f["column"] == column}
        assert check in found, (width, found)
