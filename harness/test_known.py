# SPDX-License-Identifier: MIT
"""`run --known FILE` and `--baseline MATRIX`: what is expected from outside, strict both ways."""
import json

import pytest

from program import ROOT, load, run, script

ARGS = ("--width", "64", "--opt", "O2", "--profile", "user", "--place", "native", "--abi", "sysv",
        "--cases", ROOT / "cases/scalar/counts.h")


@pytest.fixture(scope="module")
def made(tmp_path_factory, gcc):
    """A compiler that loses rbx, its run, and the lines that accept what was found."""
    to = tmp_path_factory.mktemp("known")
    script(to / "my-cc", f'exec {gcc} "$@" -fcall-used-rbx\n')
    script(to / "good", f'mkdir -p x; exec {gcc} "$@"\n')
    assert run(["run", "--cc", "./my-cc", *ARGS, "--out", "old"], cwd=to).status == 1
    r = run(["report", "old", "--format", "known"], cwd=to)
    assert r.status == 0
    (to / "accepted").write_text(r.stdout)
    return to


def again(made, *args, cc="./my-cc"):
    r = run(["run", "--cc", cc, *ARGS, *args, "--out", "new"], cwd=made)
    assert r.stderr == "" or r.status == 2
    return r


def test_lines(made):
    lines = (made / "accepted").read_text().splitlines()
    assert lines[0].startswith("# ") and "# rbx is not preserved" in lines
    assert "my-cc sysv/counts/int_0 64 @user callee-saved: rbx is not preserved" in lines


@pytest.mark.parametrize("args", (("--known", "accepted"), ("--baseline", "old"),
                                  ("--baseline", "old/matrix.json")))
def test_accepted_is_green(made, args):
    r = again(made, *args)
    assert r.status == 0, r.stdout
    assert "ok    no violation but known ones by my-cc" in r.stdout
    assert "k: 1 known finding in " in r.stdout
    assert all(f["known"] for f in load(made / "new").findings if f["verdict"] == "violation")


def test_wildcards(made):
    (made / "wild").write_text("\n  # rbx\nmy-cc sysv/counts/* 64 callee-saved: rbx is lost\n")
    assert again(made, "--known", "wild").status == 0
    # The family, of a version.
    (made / "wild").write_text("gcc>3 *int_[0-9]* callee-saved: rbx is lost\ngcc * callee-saved: so\n")
    assert again(made, "--known", "wild").status == 0


def test_others_are_not(made):
    for line in ("my-cc sysv/counts/* 32 callee-saved: x", "my-cc sysv/counts/* argument: x",
                 "gcc<3 sysv/counts/* : x", "my-cc sysv/counts/int_0: x",
                 "my-cc sysv/counts/* @kernel: x", "my-cc fastcall/counts/*: x", "clang sysv/counts/*: x",
                 "my-cc sysv/counts/* caller callee-saved: x", "my-cc sysv/counts/int_[1-9]*: x"):
        (made / "other").write_text(line + "\n")
        r = again(made, "--known", "other")
        assert r.status == 1 and "FAIL  my-cc: rbx is not preserved" in r.stdout, line


def test_what_no_longer_occurs_is_said(made):
    (made / "strict").write_text("my-cc sysv/counts/* callee-saved: rbx is lost\n"
                                 "my-cc sysv/counts/int_0 argument: gone\n"
                                 "my-cc fastcall/counts/*: not in this run\n")
    r = again(made, "--known", "strict")
    assert r.status == 1
    assert ("vanished my-cc no longer shows the known finding of sysv/counts/int_0 (gone): delete the "
            "line strict:2 ") in " ".join(r.stdout.split()) + " "
    assert "FAIL  1 known finding did not occur: delete strict:2\n" in r.stdout
    assert [v["where"] for v in json.loads((made / "new/matrix.json").read_text())["vanished"]] == \
        ["strict:2"]


def test_baseline_is_strict(made):
    data = json.loads((made / "old/matrix.json").read_text())
    f = dict(data["findings"][0], check="argument")
    data["findings"].append(f)
    (made / "more.json").write_text(json.dumps(data))
    r = again(made, "--baseline", "more.json")
    assert r.status == 1 and "make the baseline anew" in r.stdout


@pytest.mark.parametrize("text, says", (
    ("my-cc sysv/counts/int_0\n", "bad:1: error: there is no reason behind a colon"),
    ("\nmy-cc sysv/x :\n", "bad:2: error: there is no reason"),
    ("my-cc: why\n", "bad:1: error: it names no cases"),
    ("my-cc sysv/* arguments: why\n", "unknown check (`clobber list checks') 'arguments'"),
    ("my-cc sysv/* @users: why\n", "unknown profile"),
    ("gcc<x sysv/*: why\n", "no version in 'gcc<x'"),
    ("my-cc sysv/* argument return: why\n", "unexpected 'return'"),
))
def test_bad_lines(made, text, says):
    (made / "bad").write_text(text)
    r = again(made, "--known", "bad")
    assert r.status == 2 and r.stdout == "" and says in r.stderr and "write: COMPILER" in r.stderr


def test_bad_files(made):
    assert "--known: cannot read nowhere" in again(made, "--known", "nowhere").stderr
    assert again(made, "--baseline", "accepted").status == 2
    r = again(made, "--known", "accepted", "--shard", "1/2")
    assert r.status == 2 and "clobber merge" in r.stderr


def test_merge_takes_them(made):
    assert run(["run", "--cc", "./my-cc", *ARGS, "--shard", "1/1", "--out", "shard"], cwd=made).status == 0
    for args, status in (((), 1), (("--known", "accepted"), 0), (("--baseline", "old"), 0)):
        assert run(["merge", "shard", "--out", "merged", *args], cwd=made).status == status
