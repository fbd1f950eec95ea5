# SPDX-License-Identifier: MIT
"""clobber check: every construct of contracts with a function that keeps it and functions that do
not, each caught by name; every error; the places; archives."""
import re
import subprocess
from pathlib import Path

import pytest

import check_cases
import program
from check_cases import Case

HEAD = "\tglobal f\n\tsection .text\n"


def assemble(folder: Path, text: str, width: int, name: str = "f") -> Path:
    source, out = folder / f"{name}.asm", folder / f"{name}.o"
    source.write_text(f"\tbits {width}\n{HEAD}" + re.sub("^ ", "\t", text, flags=re.M) + "\n")
    subprocess.run(["nasm", "-f", f"elf{width}", "-o", out, source], check=True)
    return out


def check(folder: Path, *args, place="native") -> program.Result:
    return program.run(["check", "--place", place, *args], cwd=folder)


def folded(text: str) -> str:
    return " ".join(text.split())


ALL = check_cases.CONVENTION + check_cases.CONTRACTS + check_cases.BUFFERS


@pytest.mark.parametrize("case", ALL, ids=lambda c: c.name)
def test_construct(case: Case, tmp_path):
    (tmp_path / "contract.h").write_text(case.contract)
    for number, (words, bad) in enumerate(case.bad.items()):
        if not bad:
            continue
        o = assemble(tmp_path, bad, case.width, f"bad{number}")
        r = check(tmp_path, o.name, "--contract", "contract.h")
        assert r.status == 1 and words in folded(r.stdout), f"{words}\n{r.stdout}{r.stderr}"
        assert r.stderr == ""
    o = assemble(tmp_path, case.good, case.width)
    r = check(tmp_path, o.name, "--contract", "contract.h")
    assert (r.status, r.stderr) == (0, ""), r.stdout + r.stderr
    assert "1 function: 1 pass" in r.stdout


@pytest.mark.parametrize("line", check_cases.ERRORS)
def test_contract_error(line, tmp_path):
    column, what = check_cases.ERRORS[line]
    (tmp_path / "contract.h").write_text(
        f"{line}\nint f(long a, double c, char *p);\nvoid g(int x);\n")
    o = assemble(tmp_path, "f: ret", 64)
    r = check(tmp_path, o.name, "--contract", "contract.h")
    assert r.status == 2 and r.stdout == ""
    first = r.stderr.splitlines()[0]
    assert first.startswith(f"contract.h:1:{column}: error: {what}"), r.stderr
