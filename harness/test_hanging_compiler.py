# SPDX-License-Identifier: MIT
"""A compiler that hangs is ended after a time limit, which tests make short; that is a verdict of
the very case it hangs on, and the others are compiled and run."""
import json
import time

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
    assert 4 <= time.monotonic() - start < 40
    assert {(f["case"], f["verdict"], f["check"], f["subject"]) for f in m.findings} == {
        ("sysv/c/sleeper", "crash", "fault", "the compiler")}
    assert {f["observed"][:len(why)] for f in m.findings} == {why}
    assert {f["direction"] for f in m.findings} == {"callee", "caller"}
    assert m.totals["executed"] == 6
    assert m.totals["pass"] == 4


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
