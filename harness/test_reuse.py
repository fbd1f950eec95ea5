# SPDX-License-Identifier: MIT
"""A run takes what nothing changed for from the last one in its folder, says so, and takes nothing
else."""
import json
import re
import shutil
import stat
import sys

import pytest

import program
from program import run, write

CASES = "int f(int a, char b);\nlong long g(double d, long long n);\n"
WRAPPER = "#!/bin/sh\nexec {compiler} {options} \"$@\"\n"


@pytest.fixture
def cases(tmp_path):
    return write(tmp_path / "c.h", CASES)


def effort(tmp_path, cases, cc, *args, env=None, out="out"):
    """(files built, files, payloads run, payloads, matrix.json) of a run."""
    r = run(["run", "--cc", cc, "--opt", "O2", "--width", "64", "--cases", cases,
             *program.plain(args), "--out", tmp_path / out, "-v", *args], cwd=tmp_path, env=env)
    assert (r.status, r.stderr) == (0, ""), r.stdout
    last = " ".join(r.stdout.split())
    m = re.search(r"(?:^| )[\d.]+ s \([\d.]+ s of processor time\): (\d+) of (\d+) files built, "
                 r"(\d+) of (\d+) payloads run(; the others are reused.*)?$", last)
    assert m, last
    built, files, ran, payloads = map(int, m.groups()[:4])
    assert bool(m[5]) == (built < files or ran < payloads)
    return built, files, ran, payloads, (tmp_path / out / "matrix.json").read_text()


def test_nothing_changed_nothing_runs(tmp_path, cases, gcc):
    built, files, ran, payloads, first = effort(tmp_path, cases, gcc)
    assert (built, ran, payloads) == (files, 1, 1)
    built, files, ran, payloads, second = effort(tmp_path, cases, gcc)
    assert (built, ran, payloads) == (0, 0, 1)
    assert second == first


@pytest.mark.parametrize("args", [["--fresh"], ["--seed", "2"]])
def test_runs_again_when_asked(tmp_path, cases, gcc, args):
    effort(tmp_path, cases, gcc)
    built, _, ran, _, _ = effort(tmp_path, cases, gcc, *args)
    assert (built, ran) == (0, 1)


def test_quiet_says_nothing_of_it(tmp_path, cases, gcc):
    r = run(["run", "-q", "--cc", gcc, "--cases", cases, *program.plain([]), "--out",
             tmp_path / "out"], cwd=tmp_path)
    assert r.status == 0 and "payloads run" not in r.stdout


def test_changed_case_runs_again(tmp_path, cases, gcc):
    effort(tmp_path, cases, gcc)
    write(tmp_path / "c.h", CASES + "int h(void);\n")
    _, _, ran, _, _ = effort(tmp_path, cases, gcc)
    assert ran == 1


def test_changed_wrapper_and_its_target_run_again(tmp_path, cases, gcc):
    """The wrapper calls what a link names; options that it adds change the code."""
    real = shutil.which(gcc)
    cc = tmp_path / "mycc"

    def wrap(options):
        write(cc, WRAPPER.format(compiler=real, options=options))
        cc.chmod(cc.stat().st_mode | stat.S_IXUSR)

    wrap("")
    effort(tmp_path, cases, cc)
    assert effort(tmp_path, cases, cc)[2] == 0
    wrap("-fno-omit-frame-pointer")
    built, _, ran, _, _ = effort(tmp_path, cases, cc)
    assert built > 0 and ran == 1


def test_capability_taken_away_runs_again(tmp_path, cases, gcc):
    effort(tmp_path, cases, gcc)
    env = program.environment(CLOBBER_WITHOUT="kvm")
    assert effort(tmp_path, cases, gcc, env=env)[2] == 1


def damage_header(data):
    return b"0" * 16 + data[16:]


def damage_key(data):
    return data.replace(b"seed 1\n", b"seed 2\n")


def damage_records(data):
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("change", [damage_header, damage_key, damage_records,
                                    lambda data: data[:-8], lambda data: data[:20],
                                    lambda data: b""])
def test_damaged_records_are_not_believed(tmp_path, cases, gcc, change):
    *_, first = effort(tmp_path, cases, gcc)
    kept = list((tmp_path / "out/work/kept").iterdir())
    assert len(kept) == 1
    before = kept[0].read_bytes()
    assert change(before) != before
    kept[0].write_bytes(change(before))
    _, _, ran, _, second = effort(tmp_path, cases, gcc)
    assert ran == 1 and second == first
    assert kept[0].read_bytes() == before


def test_records_of_another_payload_are_not_taken(tmp_path, cases, gcc):
    """A kept file, whole, in the place of another's."""
    effort(tmp_path, cases, gcc)
    effort(tmp_path, cases, gcc, "--seed", "7", out="other")
    kept = next((tmp_path / "out/work/kept").iterdir())
    shutil.copy(tmp_path / "other/work/kept" / kept.name, kept)
    assert effort(tmp_path, cases, gcc)[2] == 1


def test_what_a_clock_decided_runs_again(tmp_path, gcc):
    """A timeout depends on more than the key names."""
    cc = tmp_path / "hangs"
    write(tmp_path / "patches.json", json.dumps({"target/f": {"ret": "7: jmp 7b"}}))
    write(cc, f"#!/bin/sh\nexec {sys.executable} {program.PATCHCC} {tmp_path}/patches.json "
              f"{shutil.which(gcc)} \"$@\"\n")
    cc.chmod(0o755)
    args = ["--cc", cc, "--opt", "O2", "--width", "64", "--abi", "sysv", "--cases",
            write(tmp_path / "m64.h", "int f(int a);\n")]
    for _ in range(2):
        m = program.run_matrix(tmp_path / "out", *args, status=1)
        assert m.totals["timeout"] == 1
        assert not list((tmp_path / "out/work/kept").iterdir())


def test_claims_are_kept_and_damage_is_mended(tmp_path, gcc):
    """Objects, linked contracts and what ran; nothing damaged is believed."""
    def claims(*args):
        r = run(["claims", "--cc", gcc, "--place", "native", "--width", "64", "--claim", "4,9,18",
                 "--out", tmp_path / "out", *args], cwd=tmp_path)
        assert (r.status, r.stderr) == (0, "")
        return (tmp_path / "out/claims.json").read_text()

    def stamps():
        return {p: (p.stat().st_mtime_ns, p.read_bytes())
                for p in sorted((tmp_path / "out/work/compiled").rglob("*")) if p.is_file()}

    first = claims()
    made = stamps()
    assert claims() == first and stamps() == made
    for name in "*.check/payload", "*.check/records", "*.check/linked", "*.taken", "*.o.log", "*.o":
        for p in (tmp_path / "out/work/compiled").glob(name):
            p.write_bytes(p.read_bytes()[:-3])
        assert claims() == first
        assert {p: v[1] for p, v in stamps().items()} == {p: v[1] for p, v in made.items()}, name
    assert claims("--fresh") == first


def test_cover_leaves_out_what_shows_nothing_new(tmp_path, gcc):
    """Every transition, type, group and marked case that all cases have is still there."""
    cases = write(tmp_path / "c.h",
                  "int first(int a);\nint second(int a);\nint third(int a, int b);\n"
                  "long wider(int a);\nint narrow(char a);\n")
    args = ["--cc", gcc, "--opt", "O0", "--width", "64", "--abi", "sysv", "--cases", cases]
    every = program.run_matrix(tmp_path / "all", *args, status=0)
    some = program.run_matrix(tmp_path / "some", *args, "--cover", status=0)
    assert every.totals["planned"] - some.totals["planned"] == 2  # `second', in both directions
    assert {c["id"].rsplit("/", 1)[1] for c in some.data["cases"]} == {"first", "third", "wider",
                                                                       "narrow"}


@pytest.mark.parametrize("other", ["--shard", "--build-only"])
def test_cover_does_not_go_with_parts(tmp_path, cases, other):
    r = run(["run", "--cover", other, *(["1/2"] if other == "--shard" else []), "--cases", cases,
             "--out", tmp_path / "out"], cwd=tmp_path)
    assert (r.status, r.stdout) == (2, "")
    assert r.stderr == "clobber: --cover: does not go with --shard, --build-only and --built\n"
