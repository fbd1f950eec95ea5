# SPDX-License-Identifier: MIT
"""README's entrances are carried out as written; what they show is what is printed."""
import os
import re
import shlex
import shutil
import subprocess

import pytest

import program
from program import ROOT, run

BLOCKS = re.findall(r"^```\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
# Addresses of buffers and of the object's own are those of the machine and of the linker.
ADDRESS = re.compile(r"\b0x(?:[0-9a-f]{6}|10[0-9a-f]{8}) ")


ENTRANCES = {title: re.findall(r"^\$ (.*)\n((?:(?!\$ |```).*\n)*)", text, re.M) for title, text in
             re.findall(r"^## I ([a-zA-Z ]*)\n(.*?)(?=^## )", (ROOT / "README.md").read_text(), re.M | re.S)}
TIME = re.compile(r"checked in [0-9.]+( min)?( [0-9.]+)? s")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, compilers):
    """Where the README's reader is: in a checkout, with clobber on the path and a compiler that forgets rbx."""
    if not shutil.which("nasm"):
        pytest.skip("not-run: nasm absent")
    to = tmp_path_factory.mktemp("readme")
    for name in ("docs", "cases"):
        (to / name).symlink_to(ROOT / name)
    if "gcc-12" in compilers:
        program.script(to / "my-cc", f'exec {compilers["gcc-12"]["path"]} "$@" -fcall-used-rbx\n')
    return to


def same(text: str) -> str:
    return TIME.sub("checked in TIME", ADDRESS.sub("ADDRESS ", text))


def flowing(text: str) -> str:
    """Where lines are wrapped depends on how long the time is, and how many calls there are on the cases."""
    return " ".join(re.sub(r"\b\d[\d,]*( calls| de facto)", r"N\1", re.sub(r"\s+", " ", text)).split())


def compare(shown: str, printed: str, read=str):
    """"..." stands for what is left out; the rest is printed, in that order."""
    at, printed = 0, read(same(printed))
    for part in map(read, same(shown).split("...\n")):
        assert part in printed[at:], f"{part}\n--- is not in ---\n{printed}"
        at = printed.index(part, at) + len(part)


def carry_out(command: str, folder) -> tuple[int, str]:
    env = program.environment(PATH=f"{program.PROGRAM.parent}:{os.environ['PATH']}")
    r = subprocess.run(["sh", "-c", command], cwd=folder, env=env, capture_output=True, text=True)
    assert r.stderr == "", (command, r.stderr)
    return r.returncode, r.stdout


def test_there_are_entrances():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    assert list(ENTRANCES) == ["review a patch", "changed a compiler", "wrote assembly", "run CI"]
    assert all(sum(c.split()[0] in ("clobber", "make") for c, _ in e) == 3 for e in ENTRANCES.values())
    assert text[:text.index("\n## ")].count("\n") <= 15


@pytest.mark.parametrize("title", ENTRANCES)
def test_entrance(title, folder, compilers):
    """All of its commands but `make check`, one after the other."""
    commands = [c for c in ENTRANCES[title] if not c[0].startswith("make ")]
    if title == "review a patch" and program.places()["native", 32]:
        pytest.skip("not-run: " + program.places()["native", 32])
    if any("my-cc" in c or "gcc-12" in c for c, _ in commands) and "gcc-12" not in compilers:
        pytest.skip("not-run: gcc-12 absent")
    for command, shown in commands:
        status, printed = carry_out(command, folder)
        compare(shown, printed)
        bad = re.search("violation|refuted|FAIL|regressions|never set", shown) or "callee-saved" in shown
        assert status == (1 if bad else 0), (command, printed)


def test_what_the_entrances_leave(folder, compilers):
    """The bundle fails with the compiler concerned only, the test passes."""
    if "gcc-12" not in compilers or not (folder / "bug").exists() or not (folder / "sum_test.c").exists():
        pytest.skip("not-run: the entrances above")
    bundle = [subprocess.run(["sh", "run.sh"], cwd=folder / "bug", env=program.environment(CC=cc), capture_output=True).returncode
              for cc in (str(folder / "my-cc"), compilers["gcc-12"]["path"])]
    assert bundle == [1, 0]
    subprocess.run([compilers["gcc-12"]["path"], "-o", "sum_test", "sum_test.c", "sum.o"], cwd=folder, check=True)
    assert subprocess.run(["./sum_test"], cwd=folder, capture_output=True).returncode == 0


def test_make_check(tmp_path, compilers):
    """As it is shown where the machine and the compilers are those of the README."""
    ((command, shown),) = [c for c in ENTRANCES["changed a compiler"] if c[0].startswith("make ")]
    build = program.PROGRAM.parent
    if not (build / "build.ninja").exists() or not {"gcc-12", "clang-14"} <= set(compilers):
        pytest.skip("not-run: gcc-12 or clang-14 absent, or not a build folder")
    args = re.search("RUN_ARGS='(.*)'", command)[1]
    r = subprocess.run(["make", "check", f"BUILD={build}", f"RUN_ARGS={args} --out {tmp_path / 'out'}"], cwd=ROOT,
                       env=program.environment(MAKEFLAGS=None), capture_output=True, text=True)
    assert r.returncode == 0, r.stdout + r.stderr
    assert "ok    no violation but known ones by gcc-12, clang-14\n" in r.stdout
    if not program.places()["native", 32] and program.runs("root-vmcs", 32, 64):
        compare(shown, r.stdout, flowing)


def test_commands_exist():
    """Every command of the README is one that clobber takes: verb and options."""
    lines = [line for block in BLOCKS for line in block.splitlines()
             if re.match(r"(\$ )?clobber \w", line)]
    assert len(lines) >= 10
    for line in lines:
        words = shlex.split(line.removeprefix("$ "), comments=True)
        text = run([words[1], "--help"]).stdout
        for option in (w for w in words[2:] if w.startswith("--")):
            assert option in text, line


def test_make_knows_the_targets():
    for target in set(re.findall(r"`?make ((?:deps |check|test|install|[a-z-]+ ?)+)",
                                 "\n".join(BLOCKS))):
        for word in target.split():
            if word in ("deps", "check", "test"):
                assert re.search(rf"^{word}:", (ROOT / "Makefile").read_text(), re.M), word
    assert os.access(ROOT / ".ci/run", os.R_OK)
