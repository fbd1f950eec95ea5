# SPDX-License-Identifier: MIT
"""Fixtures, and what the last lines of a test run say. Helpers without state are in program.py."""
import os
import signal
from collections import Counter

import pytest

import program

# Modules that take long, longest first: with several workers (pytest-xdist, a module a worker) the
# last to be done should be a short one.
LONG = ("test_kvm", "test_vmx_mutants", "test_page", "test_real", "test_fuzz", "test_vmx", "test_readme",
        "test_prove", "test_environment", "test_packages", "test_run", "test_fuzzers", "test_claims", "test_shard",
        "test_check", "test_attributes", "test_check_fit", "test_hostile", "test_hanging_compiler", "test_ci_recipes",
        "test_bad_compilers", "test_compilers", "test_cxx", "test_kill_at_random", "test_reference", "test_html")


def pytest_configure(config):
    config.addinivalue_line("markers", "ia32: about what runs elsewhere where the kernel runs no 32-bit "
                            "processes; `make test' runs these a second time with CLOBBER_WITHOUT=ia32")
    if not program.PROGRAM.exists():
        pytest.exit(f"{program.PROGRAM} is not there: build it (ninja -C build) or set CLOBBER", 2)
    # A shell that starts us in the background has SIGINT and SIGQUIT ignored, nohup(1) SIGHUP, and so
    # would all that tests start.
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL),
                            (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_collection_modifyitems(items):
    def rank(item):
        name = item.path.stem
        return LONG.index(name) if name in LONG else len(LONG)
    items.sort(key=rank)  # stable


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


# What was not run ---------------------------------------------------------------------------------

def places_not_run() -> list[str]:
    """A line for each place that does not work at a width, with the reason."""
    absent: dict[tuple[str, str], list[str]] = {}
    for (place, width), why in program.places().items():
        if why:
            absent.setdefault((place, why), []).append(str(width))
    lines = []
    for (place, why), widths in absent.items():
        line = f"place {place} at {' and '.join(widths)} bit: {why}"
        if place == "native" and program.runs("vmx", *map(int, widths)):
            line += "; that code ran in place vmx"
        lines.append(line)
    return lines


def tests_not_run(reporter) -> list[str]:
    reasons = Counter()
    for r in reporter.stats.get("skipped", []):
        why = r.longrepr[2] if isinstance(r.longrepr, tuple) else str(r.longrepr)
        reasons[why.removeprefix("Skipped: ").removeprefix("not-run: ")] += 1
    lines = [f"{n} test{'s' if n > 1 else ''}: {why}" for why, n in reasons.most_common()]
    log = program.PROGRAM.parent / "meson-logs/testlog.txt"
    said = log.read_text(errors="replace").splitlines() if log.exists() else []
    units = Counter(line.removeprefix("not-run: ") for line in said if line.startswith("not-run: "))
    return lines + [f"{n} unit test{'s' if n > 1 else ''}: {why}" for why, n in units.most_common()]


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, config):
    if config.getoption("--cpu") is not None:
        cpu_summary(terminalreporter, config.getoption("--cpu"))
    lines = places_not_run() + tests_not_run(terminalreporter)
    if lines:
        terminalreporter.section("not run")
        for line in lines:
            terminalreporter.line(f"not-run: {line}")


# Fixtures ----------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def clobber():
    return program.PROGRAM


@pytest.fixture(scope="session")
def compilers() -> dict:
    return program.compilers()


def newest(compilers: dict, family: str) -> str:
    names = [n for n, c in compilers.items() if c["family"] == family]
    if not names:
        pytest.skip(f"not-run: {family} absent")
    return names[-1]  # listed in the order of their versions


@pytest.fixture(scope="session")
def gcc(compilers) -> str:
    return program.preferred("gcc") or newest(compilers, "gcc")


@pytest.fixture(scope="session")
def clang(compilers) -> str:
    return program.preferred("clang") or newest(compilers, "clang")


@pytest.fixture(scope="session")
def rule_status() -> dict:
    return program.rules()
