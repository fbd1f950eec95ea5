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
COMMANDS = [(command, output) for block in BLOCKS for command, output in
            re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)]
# Addresses of buffers and of the object's own are those of the machine and of the linker.
ADDRESS = re.compile(r"\b0x(?:[0-9a-f]{6}|10[0-9a-f]{8}) ")


def shown(verb: str) -> list[tuple[str, str]]:
    return [c for c in COMMANDS if c[0].split()[:2] == ["clobber", verb]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the README's reader is: with the examples, and the objects that it has made."""
    if not shutil.which("nasm"):
        pytest.skip("not-run: nasm absent")
    to = tmp_path_factory.mktemp("readme")
    (to / "docs").symlink_to(ROOT / "docs")
    for command, _ in COMMANDS:
        if command.startswith("nasm "):
            subprocess.run(shlex.split(command), cwd=to, check=True)
    return to


def compare(command: str, output: str, folder, status: int):
    r = run(shlex.split(command)[1:], cwd=folder)
    assert (r.status, r.stderr) == (status, "")
    printed = ADDRESS.sub("ADDRESS ", r.stdout)
    # "..." stands for what is left out.
    for part in ADDRESS.sub("ADDRESS ", output).split("...\n"):
        assert part in printed, printed


def test_there_are_entrances():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 220
    assert re.findall(r"^## I (.*)", text, re.M) == ["review a patch", "changed a compiler",
                                                     "wrote assembly", "run CI"]
    assert text[:text.index("\n## ")].count("\n") <= 15


def test_check_prints_what_readme_shows(folder):
    if program.places()["native", 32]:
        pytest.skip("not-run: " + program.places()["native", 32])
    assert len(shown("check")) == 2
    for command, output in shown("check"):
        compare(command, output, folder, 1)


def test_prove_prints_what_readme_shows(folder):
    assert len(shown("prove")) == 1
    for command, output in shown("prove"):
        compare(command, output, folder, 1)


def test_run_prints_what_readme_shows(folder, compilers):
    if "gcc-12" not in compilers:
        pytest.skip("not-run: gcc-12 absent")
    program.script(folder / "my-cc", f'exec {compilers["gcc-12"]["path"]} "$@" -fcall-used-rbx\n')
    ((command, output),) = [c for c in shown("run") if "my-cc" in c[0]]
    head, found = output.split("FAIL  ", 1)
    compare(command, "FAIL  " + found, folder, 1)


def test_commands_exist(folder, compilers):
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
