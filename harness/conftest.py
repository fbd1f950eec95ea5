# SPDX-License-Identifier: MIT
"""Fixtures. Helpers without state are in program.py."""
import pytest

import program


@pytest.fixture(scope="session", autouse=True)
def clobber():
    if not program.PROGRAM.exists():
        pytest.exit(f"{program.PROGRAM} is not there: build it (ninja -C build) or set CLOBBER", 2)
    return program.PROGRAM


@pytest.fixture(scope="session")
def compilers(clobber) -> dict:
    return program.compilers()


def newest(compilers: dict, family: str) -> str:
    names = [n for n, c in compilers.items() if c["family"] == family]
    if not names:
        pytest.skip(f"not-run: {family} absent")
    return names[-1]  # listed in the order of their versions


@pytest.fixture(scope="session")
def gcc(compilers) -> str:
    """gcc-12 where it is present, because the project's figures are about it; else the newest."""
    return "gcc-12" if "gcc-12" in compilers else newest(compilers, "gcc")


@pytest.fixture(scope="session")
def rule_status(clobber) -> dict:
    return program.rules()
