# SPDX-License-Identifier: MIT
"""A compiler that hangs is ended after a time limit, which tests make short; that is a verdict of
the very case it hangs on, and the others are compiled and run. Only time that it takes by itself
counts: on a processor, or asleep. Waiting for a processor or a disk, or being stopped, is the machine's."""
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

import program

LIMIT = {"CLOBBER_COMPILE_SECONDS": "2"}
CASES = "int before(int a);\nint sleeper(int a);\nint after(int a);\n"


def hanging(tmp_path, gcc, compilers, how: str, word: str = "target_.*sleeper"):
    """Hangs on files of generated sources that define the case."""
    return program.script(tmp_path / "hangs",
                          'case " $* " in *gen64*) for a; do :; done; '
                          f'grep -q "{word}" "$a" && {{ {how}; }};; esac\n'
                          f'exec {compilers[gcc]["path"]} "$@"\n')


@pytest.mark.parametrize("how,why", [
    ("sleep 1000", "the compiler did not end within 2 s"),
    ("while :; do :; done", "the compiler did not end within 2 s"),
    ("trap '' TERM; while :; do :; done", "the compiler did not end within 2 s, and had to be killed"),
], ids=["sleeps", "loops", "ignores"])
def test_hang_is_a_verdict(tmp_path, gcc, compilers, how, why):
    cases = program.write(tmp_path / "c.h", CASES)
    start = time.monotonic()
    m = program.run_matrix(tmp_path / "out", "--cc", hanging(tmp_path, gcc, compilers, how),
                           "--width", "64", "--abi", "sysv", "--opt", "O2", "--cases", cases,
                           status=1, env=program.environment(**LIMIT))
    # Once for the batch, once for the case alone.
    assert time.monotonic() - start >= 4
    assert {(f["case"], f["verdict"], f["check"], f["subject"]) for f in m.findings} == {
        ("sysv/c/sleeper", "crash", "fault", "the compiler")}
    assert {f["observed"][:len(why)] for f in m.findings} == {why}
    assert {f["direction"] for f in m.findings} == {"callee", "caller"}
    assert m.totals["executed"] == 6
    assert m.totals["pass"] == 4


def test_waiting_is_no_verdict(tmp_path, gcc, compilers):
    """For longer than the limit it could do nothing, as without a processor."""
    cases = program.write(tmp_path / "c.h", CASES)
    cc = hanging(tmp_path, gcc, compilers, "(sleep 5; kill -CONT $$) & kill -STOP $$")
    m = program.run_matrix(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--opt", "O2",
                           "--cases", cases, status=0, env=program.environment(**LIMIT))
    assert m.totals["pass"] == m.totals["planned"] == 6


OWN_TIME = program.PROGRAM.parent / "data/runtime/own-time"
UP = "\nclobber: time limit: up\n"
IGNORES = "trap '' TERM; while :; do :; done"


def own_time(seconds, longest, *args):
    """In a session of its own: what is stopped in a process group without a terminal, as that of a CI's tests, has
    the whole group hung up when the last member with a parent outside of it ends."""
    r = subprocess.run([OWN_TIME, str(seconds), str(longest), *args], capture_output=True, text=True, timeout=300,
                       check=False, start_new_session=True)
    return r.returncode, r.stderr


@pytest.mark.parametrize("body,status,said", [
    ("exit 3", 3, ""), ("kill -SEGV $$", 139, ""), ("kill -KILL $$", 137, ""), ("exit 124", 124, ""),
    ("sleep 1000", 124, UP), ("while :; do :; done", 124, UP), ("(while :; do :; done) & wait", 124, UP),
    ("sh -c '(sh -c \"while :; do :; done\" &)'; exec sleep 1000", 124, UP),
    (IGNORES, 124, UP.replace("up", "up, and it had to be killed")),
    ("trap '' TERM; (sleep 1000); sleep 1000", 124, UP.replace("up", "up, and it had to be killed")),
])
def test_own_time_counts(body, status, said):
    got, text = own_time(0.5, 100, "sh", "-c", body)
    # A shell may still get to say what became of what it started.
    assert (got, text.replace("Terminated\n", "")) == (status, said)


@pytest.mark.parametrize("body", [
    "kill -STOP $$", "sh -c 'kill -STOP $$'", "(kill -STOP $(exec sh -c 'echo $PPID')) & sleep 1000",
])
def test_what_could_not_run_is_the_machines_fault(body):
    status, said = own_time(0.5, 2, "sh", "-c", body)
    assert status == 125
    assert "\nclobber: time limit: no end within 2 s, of which it used 0 s\n" in said


def test_own_time_waits_for_threads(tmp_path):
    """The first thread is asleep while another one works."""
    program.write(tmp_path / "t.c", """#include <pthread.h>
        #include <time.h>
        static void *work(void *p) { while (clock() < CLOCKS_PER_SEC) ; return p; }
        int main(void) { pthread_t t; pthread_create(&t, 0, work, 0); pthread_join(t, 0); return 9; }
        """)
    subprocess.run(["cc", "-O1", "-pthread", "-o", tmp_path / "t", tmp_path / "t.c"], check=True)
    assert own_time(20, 300, tmp_path / "t") == (9, "")
    assert own_time(0.3, 300, tmp_path / "t") == (124, UP)


@pytest.mark.parametrize("args,status", [
    (("1", "10", "/nonexistent/cc"), 127), (("1", "10", "/etc/passwd"), 126), (("1", "10", "/"), 126),
    (("0", "10", "true"), 125), (("x", "10", "true"), 125), (("1", "-1", "true"), 125), (("1", "10"), 125),
])
def test_own_time_cannot(args, status):
    code, said = own_time(*args)
    assert code == status
    assert said.startswith("own-time: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL])
def test_what_ends_own_time_ends_the_compiler(tmp_path, number):
    pids = tmp_path / "pids"
    p = subprocess.Popen([OWN_TIME, "100", "1000", "sh", "-c", f"echo $$ >{pids}; exec sleep 1000"])
    while not (pids.exists() and pids.read_text().strip()):
        time.sleep(0.02)
    p.send_signal(number)
    assert p.wait(60) == -number
    pid = pids.read_text().strip()
    for _ in range(500):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.02)
    raise AssertionError("the compiler goes on")


def test_fuzz_tells_and_does_not_ask_again(tmp_path, gcc, compilers):
    cc = hanging(tmp_path, gcc, compilers, "sleep 1000", "target_.*fuzz_00000[12]")
    r = program.run(["fuzz", "--cc", cc, "--width", "64", "--abi", "sysv", "--count", "5",
                     "--types", "int,long", "-q", "--out", tmp_path / "out"], cwd=tmp_path,
                    env=program.environment(**LIMIT))
    assert r.status == 1, r.stderr
    (c,) = json.loads((tmp_path / "out/fuzz.json").read_text())["clusters"]
    assert (c["verdict"], c["subject"], c["cases"]) == ("crash", "the compiler", 2)
    assert c["observed"] == "the compiler did not end within 2 s"
    assert c["not_minimal_because"] == "a compiler that hangs is not asked again"


@pytest.mark.parametrize("value", ("", "0", "-1", "soon", "99999999"))
def test_bad_limit(tmp_path, gcc, value):
    cases = program.write(tmp_path / "c.h", CASES)
    r = program.run(["run", *program.PLAIN, "--cc", gcc, "--width", "64", "--cases", cases,
                     "--out", tmp_path / "out"], cwd=tmp_path,
                    env=program.environment(CLOBBER_COMPILE_SECONDS=value))
    assert (r.status, r.stdout) == (2, "")
    assert f"CLOBBER_COMPILE_SECONDS: `{value}' is not a number from 1 to 86400" in r.stderr
