# SPDX-License-Identifier: MIT
"""Fixtures, and what the last lines of a test run say. Helpers without state are in program.py."""
import os
from collections import Counter

import pytest

import program


# Processor time ----------------------------------------------------------------------------------
# Wall time says little on a machine that does other work; `--cpu` reports processor seconds, those
# of the processes that tests start included.

def pytest_addoption(parser):
    parser.addoption("--cpu", type=int, metavar="N", help="report the processor seconds of each "
                     "module, and the N tests (with the fixtures they set up) that took most")


def processor_seconds() -> float:
    return sum(os.times()[:4])


spent = [processor_seconds()]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    report = (yield).get_result()
    now = processor_seconds()
    report.cpu, spent[0] = now - spent[0], now


def cpu_summary(reporter, most: int) -> None:
    modules, tests = Counter(), Counter()
    for reports in reporter.stats.values():
        for r in reports:
            if hasattr(r, "cpu"):
                modules[r.nodeid.split("::")[0]] += r.cpu
                tests[r.nodeid] += r.cpu
    reporter.section(f"processor seconds: {sum(modules.values()):.0f} in all")
    for name, seconds in modules.most_common() + tests.most_common(most):
        reporter.line(f"{seconds:7.1f} {name}")


def pytest_terminal_summary(terminalreporter, config):
    if config.getoption("--cpu") is not None:
        cpu_summary(terminalreporter, config.getoption("--cpu"))


# Fixtures ----------------------------------------------------------------------------------------

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
def clang(compilers) -> str:
    return "clang-14" if "clang-14" in compilers else newest(compilers, "clang")


@pytest.fixture(scope="session")
def rule_status(clobber) -> dict:
    return program.rules()
