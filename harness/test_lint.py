# SPDX-License-Identifier: MIT
"""Source as the formatter writes it, and as cppcheck finds nothing in it."""
import re
import shutil
import subprocess

import pytest

import program

ROOT = program.ROOT


def sources() -> list[str]:
    return sorted(str(p) for pattern in ("src/*.[ch]", "src/*/*.[ch]", "harness/*.c") for p in ROOT.glob(pattern))


@pytest.mark.skipif(not shutil.which("clang-format"), reason="no clang-format")
def test_format():
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout
    if not re.search(r"version 14\.", version):
        pytest.skip(f"not-run: other versions format otherwise: {version.strip()}")
    p = subprocess.run(["clang-format", "--dry-run", "--Werror", *sources()], capture_output=True, text=True)
    assert p.returncode == 0, p.stderr[:3000]


def cppcheck(*args) -> str:
    p = subprocess.run(["cppcheck", "--quiet", "--enable=warning,performance,portability", "--inline-suppr",
                        f"--suppressions-list={ROOT}/harness/cppcheck.suppressions",
                        "--template={file}:{line}: {id}: {message}", *args], capture_output=True, text=True, cwd=ROOT)
    return "\n".join(line for line in p.stderr.splitlines() if re.match(r"\S+:\d+: ", line))


@pytest.mark.skipif(not shutil.which("cppcheck"), reason="no cppcheck")
def test_cppcheck(tmp_path):
    (tmp_path / "bad.c").write_text("int f(void) { int a[2]; a[2] = 1; return a[0]; }\n")
    assert "arrayIndexOutOfBounds" in cppcheck(tmp_path / "bad.c")
    assert cppcheck(f"--project={program.PROGRAM.parent}/compile_commands.json") == ""
