# SPDX-License-Identifier: MIT
"""`clobber show`: everything about a finding; and bundles, which show it without clobber."""
import os
import re
import shutil
import subprocess

import pytest

import program
from program import ROOT, run, script

# Compilers that break one thing each: what their bundle says, at which width, by which cases.
BROKEN = {
    "rbx": ("-fcall-used-rbx", 64, "scalar/counts.h", "rbx after the call"),
    "boundary": ("-mpreferred-stack-boundary=3", 64, "scalar/counts.h", "stack pointer at .*modulo 16"),
    "pack": ("-fpack-struct=2", 64, "aggregate/shapes.h", "(size|alignment|offset)"),
    "ms": ("-mabi=ms", 64, "scalar/counts.h", "argument|local value|the call does not return"),
    "rtd": ("-mrtd", 32, "scalar/counts.h", "bytes popped|the call does not return"),
}


def compiler(path, gcc, flag):
    return script(path, f'exec {gcc} "$@" {flag}\n')


def runs_bundle(width):
    """The environment in which bundles of a width run here."""
    if program.runs("native", width):
        return {}
    if width == 32 and shutil.which("qemu-i386"):
        return {"RUN": "qemu-i386"}
    return pytest.skip(f"not-run: {program.why_not('native', width)}")


def try_bundle(folder, width, **env):
    """Without clobber: not in PATH, not in the environment."""
    env = {k: v for k, v in {**os.environ, **runs_bundle(width), **env}.items() if k != "CLOBBER"}
    r = subprocess.run(["sh", folder / "run.sh"], env=env, text=True, capture_output=True, timeout=120)
    return r.returncode, r.stdout + r.stderr


@pytest.fixture(scope="module")
def broken(tmp_path_factory, gcc):
    """A run with each of the compilers, made when it is asked for."""
    def make(which):
        flag, width, cases, _ = BROKEN[which]
        to = tmp_path_factory.mktemp(which)
        cc = compiler(to / "my-cc", gcc, flag)
        place = program.where(width)
        r = run(["run", "--cc", cc, "--width", width, "--opt", "O2", "--profile", "user", "--abi",
                 "sysv,cdecl", "--cases", ROOT / "cases" / cases, "--place", place, "--out",
                 "out"], cwd=to)
        assert (r.status, r.stderr) == (1, "")
        return to, r.stdout
    return program.ByWidth(make)


@pytest.mark.parametrize("which", BROKEN)
def test_bundle(which, broken, gcc):
    _, width, _, words = BROKEN[which]
    to, _ = broken[which]
    folder = to / "bundle"
    r = run(["show", "1", "out", "--bundle", folder], cwd=to)
    assert (r.status, r.stderr) == (0, "")
    assert {p.name for p in folder.iterdir()} == {"README", "test.c", "test.s", "run.sh"}
    readme = (folder / "README").read_text()
    for field in ("compiler", "flags", "prototype", "found", "expected", "got", "rule"):
        assert re.search(f"^{field} +", readme, re.M)
    assert not re.search(r"clobber", readme)
    status, text = try_bundle(folder, width)
    assert status == 1 and re.search(f"^violates: .*({words})", text, re.M), text
    status, text = try_bundle(folder, width, CC=gcc)
    assert (status, text) == (0, "conforms\n")


def test_bundle_builds_with_the_c_library(broken, gcc):
    """As a reader of a bug report would: with the compiler alone."""
    to, _ = broken["rbx"]
    folder = to / "plain"
    assert run(["show", "1", "out", "--bundle", folder], cwd=to).status == 0
    for cc, want in ((to / "my-cc", 1), (gcc, 0)):
        subprocess.run([cc, "-O2", "-w", "-no-pie", "-fno-pie", "test.c", "test.s", "-o", "a.out"],
                       cwd=folder, check=True)
        assert subprocess.run([folder / "a.out"], stdout=subprocess.DEVNULL).returncode == want


def test_fuzz_bundles(tmp_path, gcc):
    """Each cluster that violates a document has one, and it shows the same."""
    shown = []
    for which in ("rbx", "ms"):
        cc = compiler(tmp_path / which, gcc, BROKEN[which][0])
        run(["fuzz", "--cc", cc, "--width", "64", "--abi", "sysv", "--types", "scalar,struct", "--count",
             "25", "--minimise", "20", "--out", which + ".out"], cwd=tmp_path, seconds=300)
        for folder in sorted((tmp_path / (which + ".out") / "clusters").iterdir()):
            bundle = folder / "bundle"
            assert ("sh bundle/run.sh" in (folder / "README").read_text()) == bundle.exists()
            if bundle.exists():
                status, text = try_bundle(bundle, 64)
                assert status == 1 and "violates: " in text, (folder, text)
                assert try_bundle(bundle, 64, CC=gcc) == (0, "conforms\n")
                shown.append(folder.name)
    assert len(shown) >= 5, shown


def test_show(broken):
    to, printed = broken["rbx"]
    assert re.search(r"^ +clobber show 1 out explains a cause; --run repeats it", printed, re.M)
    r = run(["show", "1", "out"], cwd=to)
    assert (r.status, r.stderr) == (0, "")
    assert r.stdout.startswith("FAIL  my-cc: rbx is not preserved\n")
    assert re.search(r"^  rule sysv\.registers\.saved: rbx, rbp, r12 to r15 belong", r.stdout, re.M)
    assert re.search(r"^> rbx +the caller's +expected preserved: 0x", r.stdout, re.M)
    # The instruction that changes it is marked, the one that only reads others is not.
    marked = re.findall(r"^> +[0-9a-f]+:\t(.*)$", r.stdout, re.M)
    assert marked and all(re.match(r"\w+ +[re]?bx\b", m) for m in marked)
    assert "  again       clobber show 1 out --run" in r.stdout
    more = run(["show", "1", "out", "-v"], cwd=to).stdout
    assert len(more) > len(r.stdout) and " lines (-v)" in r.stdout and " lines (-v)" not in more
    assert not [line for line in r.stdout.splitlines()
                if len(line) > 80 and not line.startswith("  clobber run ") and "\t" not in line]


def test_show_a_case(broken):
    to, _ = broken["rbx"]
    one = run(["show", "sysv/counts/int_0", "out"], cwd=to)
    assert one.status == 0 and "cases/scalar/counts.h:10: int int_0(void)" in one.stdout
    assert run(["show", "int_0", "out"], cwd=to).stdout == one.stdout.replace(
        "show sysv/counts/int_0", "show int_0")


def test_show_again(broken):
    to, _ = broken["rbx"]
    r = run(["show", "1", "out", "--run"], cwd=to)
    assert r.status == 1 and "rbx is not preserved" in r.stdout


@pytest.mark.parametrize("args, says", (
    (["1"], "results/latest"),
    (["99", "out"], "there is no finding 99: use 1 to "),
    (["0", "out"], "there is no finding 0"),
    (["nothing", "out"], "no finding is of a case `nothing'"),
    (["1", "out", "--run", "--bundle", "b"], "--run does not go with --bundle"),
    ([], "which finding"),
    (["1", "nowhere"], "nowhere"),
))
def test_refuses(args, says, broken):
    to, _ = broken["rbx"]
    r = run(["show", *args], cwd=to)
    assert r.status == 2 and r.stdout == "" and says in r.stderr, r.stderr
    assert not (to / "b").exists()


def test_undecided_has_no_bundle(tmp_path, gcc, clang):
    """No test can tell who is wrong where no document does."""
    case = tmp_path / "open.h"
    case.write_text("//! abi ms\nlong double f(int a);\n")
    run(["run", "--cc", f"{gcc},{clang}", "--width", "64", "--opt", "O2", "--profile", "user", "--place",
         "native", "--cases", case, "--out", "out"], cwd=tmp_path)
    r = run(["show", "1", "out", "--bundle", "b"], cwd=tmp_path)
    assert r.status == 2 and "no document decides this point" in r.stderr


def test_compiler_that_dies(tmp_path, gcc):
    cc = script(tmp_path / "my-cc", 'case "$*" in *-c*) for f; do case $f in *.c) '
                f'grep -q "struct deadly" "$f" && kill -SEGV $$;; esac; done;; esac\nexec {gcc} "$@"\n')
    case = tmp_path / "dies.h"
    case.write_text("int f(struct deadly { int a; } a);\nint g(int a);\n")
    r = run(["run", "--cc", cc, "--width", "64", "--opt", "O2", "--abi", "sysv", "--profile", "user",
             "--place", "native", "--cases", case, "--out", "out"], cwd=tmp_path)
    assert r.status == 1 and "died" in r.stdout
    assert run(["show", "f", "out", "--bundle", "b"], cwd=tmp_path).status == 0
    assert {p.name for p in (tmp_path / "b").iterdir()} == {"README", "test.c", "run.sh"}
    assert try_bundle(tmp_path / "b", 64)[0] == 1
    assert try_bundle(tmp_path / "b", 64, CC=gcc)[0] == 0
