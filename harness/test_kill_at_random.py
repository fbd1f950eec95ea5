# SPDX-License-Identifier: MIT
"""harness/kill_at_random.py, shortly; and each kind of trouble alone, at a moment that is certain."""
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kill_at_random as kills
import program

CALLS = {"native": "2000", "vmx": "60"}  # they take long enough to be hit


def test_nothing_goes_wrong_for_a_while():
    p = subprocess.run([sys.executable, program.HARNESS / "kill_at_random.py", "--seconds", "20", "--least", "3",
                        "--place", "native"], capture_output=True, text=True, env=program.environment(
                            CLOBBER=str(program.PROGRAM)))
    assert p.returncode == 0, p.stdout + p.stderr
    rows = [line for line in p.stdout.splitlines() if line.startswith("| ")]
    assert len(rows) >= 4, p.stdout


OLD, NEW, OTHER = b'{"a": 1}', b'{"a": 2}', b'{"a": 3}'
ENDED = (  # exit status, stderr, answer -> what it is
    (1, "", NEW, "answered"),
    (1, "", OLD, "wrong"),  # it says that all is well
    (1, "", OTHER, "wrong"),
    (0, "", NEW, "wrong"),
    (2, "clobber: no room\n", None, "refused"),
    (2, "clobber: no room\n", OLD, "refused"),
    (2, "clobber: no room\n", OTHER, "wrong"),
    (2, "", None, "wrong"),  # without a word
    (-9, "", OLD, "killed"),
    (-9, "", OTHER, "wrong"),
    (kills.NO_END, "it does not end: clobber 1", None, "wrong"),
)


def matrix(native: str, vmx: str, why: str = kills.STOOD_STILL) -> bytes:
    return json.dumps({"cells": [{"row": "a", "column": "g", "verdict": native},
                                 {"row": "a", "column": "g@vmx", "verdict": vmx, "reason": why}]}).encode()


@pytest.mark.parametrize("got,what", (
    (matrix("violation", "not-run"), "in part"),
    (matrix("violation", "not-run", "the moon"), "wrong"),
    (matrix("violation", "crash"), "wrong"),
    (matrix("pass", "not-run"), "wrong"),
    (json.dumps({"cells": [], "why": kills.STOOD_STILL}).encode(), "wrong"),
))
def test_what_is_left_without_a_place(got, what):
    job = kills.Job("run", (), 1, kills.matrix_of)
    want = matrix("violation", "violation", "")
    assert kills.judge(job, kills.Ended(1, "", ""), got, want, None)[0] == what


@pytest.mark.parametrize("status,err,got,what", ENDED)
def test_ends_are_told_apart(status, err, got, what):
    job = kills.Job("run", (), 1, kills.matrix_of)
    assert kills.judge(job, kills.Ended(status, "", err), got, NEW, OLD)[0] == what


@pytest.fixture
def site(tmp_path):
    return kills.Site(tmp_path / "site")


def job(place: str) -> kills.Job:
    return kills.Job("check", ("check", "f.o", "--format", "json", "--proto", kills.PROTOS[2], "--place", place,
                               "--calls", CALLS[place]), 0, kills.checked)


def hit(site, place: str, what: str, number: int, times: int) -> kills.Ended:
    """A signal to each of the first so many processes of that role, once they have worked a while."""
    p, seen = site.start(job(place)), set()
    while p.poll() is None:
        for q in kills.tree(p.pid):
            if kills.role(q, p.pid) == what and q.pid not in seen and len(seen) < times:
                time.sleep(0.02 if place == "native" else 0.3)
                seen.add(q.pid)
                if kills.read_process(q.pid) == q:
                    os.kill(q.pid, number)
        time.sleep(0.005)
    assert len(seen) == times
    return site.end(p)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT,
                                    signal.SIGXCPU, *kills.FAULTS], ids=lambda n: n.name)
def test_killed_payload_runs_again(site, number):
    """As after a kill by a kernel out of memory. Signals of faults that others send are none."""
    program.need("native", 64)
    want = site.end(site.start(job("native")))
    got = hit(site, "native", "payload", number, 1)
    assert (got.status, kills.checked(site.folder, got.out)) == (0, kills.checked(site.folder, want.out))


def test_payload_that_is_always_killed_is_not_run(site):
    program.need("native", 64)
    got = hit(site, "native", "payload", signal.SIGKILL, 9)
    assert got.status != 0
    (function,) = json.loads(got.out)["functions"]
    assert function["verdict"] == "not-run", function
    assert "killed by others" in got.out


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=lambda n: n.name)
def test_killed_machine_runs_again(site, number):
    program.need("vmx", 64)
    want = site.end(site.start(job("vmx")))
    assert want.status == 0, want
    # Debian's is a script that starts another program.
    name = "bochs-bin" if Path(program.bochs()).read_bytes()[:2] == b"#!" else "bochs"
    got = hit(site, "vmx", name, number, 2)
    assert (got.status, kills.checked(site.folder, got.out)) == (0, kills.checked(site.folder, want.out))


def run_cases(site, cc: str, cases: str) -> program.Matrix:
    (site.folder / "cases.h").write_text(cases)
    return program.run_matrix(site.folder / "out", "--cc", cc, "--opt", "O2", "--width", "64", "--abi", "sysv",
                              "--place", "native", "--cases", site.folder / "cases.h", status=0)


def test_clock_that_was_set_back(site, gcc):
    """What is newer has an earlier time than what was made of the older: it is compiled all the
    same."""
    program.need("native", 64)
    assert run_cases(site, gcc, kills.ONE).totals["pass"] == 6
    kills.set_clock(site.folder / "out", 10 * 365 * 86400 * 10**9)
    assert run_cases(site, gcc, kills.TWO).totals["pass"] == 8
    kills.set_clock(site.folder / "out", 10 * 365 * 86400 * 10**9)
    assert run_cases(site, gcc, kills.ONE).totals["pass"] == 6


@pytest.mark.parametrize("size", [0, 4096])
def test_limit_on_files_gets_a_message(site, gcc, size):
    program.need("native", 64)
    (site.folder / "cases.h").write_text(kills.ONE)
    p = site.start(kills.Job("run", ("run", "--cc", gcc, "--opt", "O2", "--cases", "cases.h", "--out", "out"), 2,
                             kills.matrix_of),
                   lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    status = p.wait()
    err = (site.folder / "stderr").read_text()
    assert status == 2 and not (site.folder / "out/matrix.json").exists()
    assert size == 0 or "File too large" in err or "file size" in err, err
