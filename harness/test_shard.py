# SPDX-License-Identifier: MIT
"""run --shard and merge: sharded and merged is unsharded, byte for byte; what does not belong together
is refused."""
import json
import re
import shutil
import subprocess

import pytest

import program
from program import run, run_matrix, script, write

# Divergences between compilers, crashes, known and vanished findings: all that needs every column.
OWN = """//! known gcc sysv: the wrapper lets functions use rbx
int f(int a);
int g(long a);
int narrow(char a, short b, _Bool c);
int undecided(long double a, int b);
double wide(double a, long double b, float c, int d, int e, int f, int g, int h, int i);
"""
REPORTS = ("matrix.json", "report.txt", "report.md", "report.html", "junit.xml", "ktap.txt")


@pytest.fixture(scope="module")
def setting(tmp_path_factory, gcc, compilers):
    """(folder, arguments of a run, the compilers)"""
    tmp = tmp_path_factory.mktemp("shards")
    bad = script(tmp / "bad", f'exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx\n')
    ms = script(tmp / "ms", f'exec {compilers[gcc]["path"]} "$@" -mabi=ms\n')
    clang = [c for c in compilers if compilers[c]["family"] == "clang"][:1]
    own = write(tmp / "own.h", OWN)
    return tmp, ["--place", program.everywhere(), "--profile", "user", "--cc", ",".join([gcc, *clang, str(bad), str(ms)]), "--cases", own,
                 "--abi", "sysv,ms,fastcall,cdecl"]


@pytest.fixture(scope="module")
def whole(setting):
    tmp, args = setting
    return run_matrix(tmp / "whole", *args, status=1).path.parent


@pytest.fixture(scope="module")
def shards(setting):
    tmp, args = setting
    for k in (1, 2, 3):
        r = run(["run", "--out", tmp / f"s{k}", "--shard", f"{k}/3", *args], cwd=tmp)
        assert (r.status, r.stderr) == (0, ""), r
        assert r.stdout.startswith(f"shard {k}/3: ")
        assert not (tmp / f"s{k}/matrix.json").exists()
    return [tmp / f"s{k}" for k in (1, 2, 3)]


def same_bytes(a, b):
    for name in REPORTS:
        one, other = (re.sub(rb' time="[0-9.]+"', b"", (x / name).read_bytes()) for x in (a, b))
        assert one == other, name


def test_merged_is_unsharded(setting, whole, shards):
    tmp, _ = setting
    r = run(["merge", *shards, "--out", tmp / "merged"], cwd=tmp)
    assert (r.status, r.stderr) == (1, "")
    same_bytes(whole, tmp / "merged")
    data = json.loads((whole / "matrix.json").read_text())
    assert {f["verdict"] for f in data["findings"]} >= {"divergence", "violation"}
    assert data["vanished"]


def test_every_profile_and_place(tmp_path, gcc):
    """Of columns whose cases are not those of another of the same width."""
    cases = write(tmp_path / "c.h", "typedef float v8f __attribute__((vector_size(32)));\n"
                  "int wide(v8f a);\nint narrow(char a, long b);\n")
    args = ["--cc", gcc, "--opt", "O2", "--abi", "sysv,kernel,cdecl", "--cases", cases, "--place",
            "native,vmx", "--profile", "user,kernel,sse2,avx"]
    whole = run_matrix(tmp_path / "whole", *args, status=0)
    assert {c["profile"] for c in whole.columns.values()} == {"user", "kernel", "sse2", "avx"}
    assert {c["place"] for c in whole.columns.values()} == {"native", "vmx"}
    for k in (1, 2):
        assert run(["run", "--shard", f"{k}/2", "--out", tmp_path / f"s{k}", *args]).status == 0
    r = run(["merge", tmp_path / "s1", tmp_path / "s2", "--out", tmp_path / "merged", "-q"])
    assert (r.status, r.stderr) == (0, "")
    same_bytes(tmp_path / "whole", tmp_path / "merged")


def test_order_of_shards_does_not_matter(setting, whole, shards):
    tmp, _ = setting
    assert run(["merge", *reversed(shards), "--out", tmp / "turned", "-q"], cwd=tmp).status == 1
    same_bytes(whole, tmp / "turned")


def test_copied_folders_are_enough(setting, whole, shards, tmp_path):
    """As from another machine: shard.json and work/col."""
    tmp, _ = setting
    for s in shards:
        shutil.copytree(s / "work/col", tmp_path / s.name / "work/col")
        text = (s / "shard.json").read_text().replace(str(s), "/elsewhere")
        (tmp_path / s.name / "shard.json").write_text(text)
    copies = [tmp_path / s.name for s in shards]
    assert run(["merge", *copies, "--out", tmp_path / "merged", "-q"], cwd=tmp).status == 1
    same_bytes(whole, tmp_path / "merged")


def test_without_payloads_only_code_is_missing(setting, whole, shards, tmp_path):
    tmp, _ = setting
    for s in shards:
        (tmp_path / s.name / "work/col").mkdir(parents=True)
        for f in (s / "work/col").glob("*.records"):
            shutil.copy(f, tmp_path / s.name / "work/col")
        text = (s / "shard.json").read_text().replace(str(s), "/elsewhere")
        (tmp_path / s.name / "shard.json").write_text(text)
    copies = [tmp_path / s.name for s in shards]
    assert run(["merge", *copies, "--out", tmp_path / "merged", "-q"], cwd=tmp).status == 1
    a, b = (json.loads((d / "matrix.json").read_text()) for d in (whole, tmp_path / "merged"))
    assert a["cells"] == b["cells"] and a["totals"] == b["totals"]
    assert all(e["code"] is None for e in b["examples"])


def test_gnu_parallel(setting, whole):
    """As in docs/scale.md, on this machine."""
    parallel = shutil.which("parallel")
    if not parallel:
        pytest.skip("not-run: parallel absent")
    tmp, args = setting
    r = subprocess.run([parallel, "--will-cite", "-j2", str(program.PROGRAM), "run", "--shard",
                        "{}/4", "--out", f"{tmp}/p{{}}", *args, ":::", "1", "2", "3", "4"],
                       cwd=tmp, capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    assert run(["merge", *(tmp / f"p{k}" for k in (1, 2, 3, 4)), "--out", tmp / "gnu", "-q"],
               cwd=tmp).status == 1
    same_bytes(whole, tmp / "gnu")


# What is refused ----------------------------------------------------------------------------------

def refused(args, message, cwd=None):
    r = run(["merge", *args], cwd=cwd)
    assert (r.status, r.stdout) == (2, ""), r
    assert message in r.stderr


def altered(shard, tmp_path, change):
    shutil.copytree(shard, tmp_path / "altered")
    d = json.loads((shard / "shard.json").read_text())
    change(d)
    (tmp_path / "altered/shard.json").write_text(json.dumps(d))
    return tmp_path / "altered"


def test_missing_and_twice(setting, shards):
    tmp, _ = setting
    refused([*shards[:2], "--out", tmp / "x"], "is missing: name the folder of every shard", tmp)
    refused([*shards, shards[0], "--out", tmp / "x"], "is there twice", tmp)


@pytest.mark.parametrize("change,message", [
    (lambda d: d.update(version="9.9.9"), "by 9.9.9"),
    (lambda d: d.update(seed=7), "with 7"),
    (lambda d: d.update(case_set="0"), "run with different cases"),
    (lambda d: d.update(abis=["sysv"]), "run with different cases, conventions or widths"),
    (lambda d: d.update(shard_schema=1), "written by another version"),
    (lambda d: d.pop("columns"), "damaged: `columns'"),
    (lambda d: d["columns"][0].update(absent=[[10 ** 6, 1, "x"]]), "lacks a case that there is not"),
    (lambda d: d["columns"][0].update(payload="col/none.elf"), "are missing: copy the folder"),
])
def test_not_mixed(setting, shards, tmp_path, change, message):
    tmp, _ = setting
    refused([shards[0], shards[1], altered(shards[2], tmp_path, change), "--out", tmp / "x"],
            message, tmp)


def test_other_cases_here(setting, shards, tmp_path):
    tmp, _ = setting
    own = tmp / "own.h"
    text = own.read_text()
    try:
        own.write_text(text + "int h(int a);\n")
        refused([*shards, "--out", tmp / "x"], "run with cases that are not those here", tmp)
    finally:
        own.write_text(text)


def test_damaged_records(setting, shards, tmp_path):
    tmp, _ = setting
    copy = altered(shards[2], tmp_path, lambda d: d.update(work="/elsewhere"))
    path = next((copy / "work/col").glob("*.records"))
    path.write_bytes(path.read_bytes()[:-3])
    refused([*shards[:2], copy, "--out", tmp / "x"], "damaged, or of another run", tmp)


@pytest.mark.parametrize("shard", ("", "0/3", "4/3", "1", "1/3x", "a/b", "-1/3", "1/99999"))
def test_bad_shard(tmp_path, shard):
    r = run(["run", "--shard", shard, "--out", tmp_path / "x"])
    assert (r.status, r.stdout) == (2, "")
    assert "is not a shard: use K/N" in r.stderr


def test_bad_usage(tmp_path):
    refused([], "name the folders of the shards")
    refused([tmp_path], "not a shard: ")


def test_damaged_bytes(shards, tmp_path):
    """Every byte of the first records and findings: clobber says so, or the report is as if nothing
    were; it never falls."""
    copies = [shutil.copytree(s, tmp_path / s.name, symlinks=True) for s in shards]
    files = sorted(p for c in copies for p in c.rglob("*.records") if p.stat().st_size > 400)
    path = max(files, key=lambda p: p.stat().st_size)
    good = path.read_bytes()
    said = 0
    for at in range(48, 160, 3):
        path.write_bytes(good[:at] + bytes((good[at] ^ 0xbf,)) + good[at + 1:])
        r = run(["merge", *copies, "--out", tmp_path / "merged", "-q"], cwd=tmp_path)
        assert r.status in (0, 1, 2), (at, r)
        if r.status == 2:
            said += 1
            assert path.name in r.stderr and "damaged" in r.stderr, (at, r)
    assert said
