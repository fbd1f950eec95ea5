# SPDX-License-Identifier: MIT
"""`clobber run --build-only` here, `clobber run --built` there: the same verdicts, and no compiler."""
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import program
from program import run, write

pytestmark = pytest.mark.ia32

CASES = "int f(int a, char b);\n//! group two\nlong long g(double d, long long n);\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory, gcc):
    """(folder, its matrix when built and run at once)"""
    tmp = tmp_path_factory.mktemp("built")
    args = ["--cc", gcc, "--opt", "O2", "--cases", write(tmp / "c.h", CASES), "--profile",
            "user,kernel"]
    r = run(["run", "--build-only", "--out", tmp / "built", *args])
    assert (r.status, r.stderr) == (0, "")
    assert r.stdout == f"4 columns built; `clobber run --built {tmp}/built' runs them\n"
    return tmp / "built", program.run_matrix(tmp / "once", *args, "--place", program.everywhere(),
                                             status=0)


def nothing(tmp_path, *but):
    """An environment without any tool but those that a place needs."""
    (tmp_path / "bin").mkdir()
    for tool in but:
        path = program.bochs() if tool == "bochs" else shutil.which(tool)
        if path:
            (tmp_path / "bin" / tool).symlink_to(path)
    return program.environment(PATH=str(tmp_path / "bin"),
                               CLOBBER_BOCHS="bochs", CLOBBER_WITHOUT=program.less_is_missing("bochs"))


def run_built(tmp_path, folder, *args, env=None):
    return run(["run", "--built", folder, "--out", tmp_path / "out", *args], cwd=tmp_path,
               env=env or nothing(tmp_path))


def test_same_matrix_without_any_tool(tmp_path, built):
    folder, once = built
    tools = ["bochs", "bochs-bin", "timeout", "env"] if "vmx" in program.everywhere() else []
    r = run_built(tmp_path, folder, "--place", program.everywhere(), env=nothing(tmp_path, *tools))
    assert (r.status, r.stderr) == (0, "")
    m = program.load(tmp_path / "out")
    for part in ("columns", "rows", "cells", "findings", "narrow", "totals", "differences"):
        assert m.data[part] == once.data[part], part


def test_folder_may_be_moved(tmp_path, built):
    shutil.copytree(built[0], tmp_path / "moved")
    r = run_built(tmp_path, "moved", "--place", "native")
    assert (r.status, r.stderr) == (0, "")


def test_absent_places_are_not_run(tmp_path, built):
    r = run_built(tmp_path, built[0], "--place", "native,vmx")
    assert (r.status, r.stderr) == (0, "")
    m = program.load(tmp_path / "out")
    for (_, column), cell in m.cells.items():
        c = m.columns[column]
        ran = c["place"] == "native" and program.runs("native", c["width"])
        assert cell["counts"]["pass" if ran else "not-run"] == cell["planned"]
    assert {c["place"] for c in m.columns.values()} == {"native", "vmx"}
    assert {c["why_not"] for c in m.columns.values() if c["place"] == "vmx"} == {
        "bochs is not installed: apt-get install bochs bochs-term"}


def test_a_shard_is_built_too(tmp_path, gcc):
    r = run(["run", "--shard", "1/1", "--out", tmp_path / "shard", "--cc", gcc, "--cases",
             write(tmp_path / "c.h", CASES), "--place", "native", "--profile", "user"])
    assert r.status == 0
    r = run_built(tmp_path, tmp_path / "shard", "--place", "native")
    assert (r.status, r.stderr) == (0, "")


def test_what_was_only_built_is_merged_as_not_run(tmp_path, built):
    r = run(["merge", built[0], "--out", tmp_path / "out"])
    assert r.status == 2 and "nothing was executed" in r.stderr
    assert {c["reason"] for c in program.load(tmp_path / "out").cells.values()} == {
        "built only: run it with `clobber run --built'"}


@pytest.mark.parametrize("args, message", (
    (["--cc", "gcc"], "--cc: does not go with --built, whose folder says it"),
    (["--opt", "O2"], "--opt: does not go with --built, whose folder says it"),
    (["--shard", "1/2"], "--shard: does not go with --built, whose folder says it"),
    (["--build-only"], "--build-only: does not go with --built, whose folder says it"),
    (["--place", "root"], "--built: nothing in "),
))
def test_what_does_not_go_together(tmp_path, built, args, message):
    r = run_built(tmp_path, built[0], *args)
    assert (r.status, r.stdout) == (2, "") and r.stderr.startswith(f"clobber: {message}")


@pytest.mark.parametrize("args, message", (
    (["--shard", "1/2"], "--build-only: does not go with --shard: nothing is run"),
    (["--place", "native"], "--build-only: does not go with --place: nothing is run"),
))
def test_building_only(tmp_path, gcc, args, message):
    r = run(["run", "--build-only", "--cc", gcc, "--out", tmp_path / "out", *args])
    assert (r.status, r.stdout) == (2, "") and message in r.stderr


def damaged(tmp_path, folder, change) -> str:
    shutil.copytree(folder, tmp_path / "bad")
    change(tmp_path / "bad")
    r = run_built(tmp_path, "bad", "--place", "native")
    assert (r.status, r.stdout) == (2, "")
    return r.stderr


def without_payload(folder) -> None:
    next((folder / "work/col").glob("*.elf")).unlink()
    text = (folder / "shard.json").read_text()
    work = json.loads(text)["work"]
    (folder / "shard.json").write_text(text.replace(work, "/nowhere"))


def with_other_code(folder) -> None:
    a, b = sorted((folder / "work/col").glob("*.elf"))[:2]
    shutil.copy(a, b)


def test_missing_payload(tmp_path, built):
    assert "is missing: copy the folder whole" in damaged(tmp_path, built[0], without_payload)


def test_other_payload(tmp_path, built):
    assert "is damaged, or of another run" in damaged(tmp_path, built[0], with_other_code)


def test_other_version(tmp_path, built):
    def older(folder) -> None:
        document = json.loads((folder / "shard.json").read_text())
        document["version"] = "0.0.1"
        (folder / "shard.json").write_text(json.dumps(document))

    assert "was written by clobber 0.0.1, this is " in damaged(tmp_path, built[0], older)


def test_no_folder(tmp_path):
    r = run_built(tmp_path, tmp_path / "none")
    assert r.status == 2 and "not a shard: " in r.stderr


WRITES_A_FILE = """
bits 64
global _start
section .text
_start: mov eax, 2
mov edi, name
mov esi, 0x241
mov edx, 0o600
syscall
mov eax, 231
xor edi, edi
syscall
name: db "written", 0
"""


def text_hash(elf) -> str:
    """FNV-1a of .text, as src/util/elf.c makes it."""
    subprocess.run(["objcopy", "-O", "binary", "-j", ".text", elf, f"{elf}.text"], check=True)
    h = 0xcbf29ce484222325
    for byte in Path(f"{elf}.text").read_bytes():
        h = (h ^ byte) * 0x100000001b3 & (1 << 64) - 1
    return f"{h:016x}"


def test_what_is_no_payload_does_no_harm(tmp_path, gcc):
    """A folder from elsewhere may hold any program; it is confined before it starts."""
    folder = tmp_path / "built"
    assert run(["run", "--build-only", "--cc", gcc, "--width", "64", "--opt", "O2", "--profile",
                "user", "--cases", write(tmp_path / "c.h", CASES), "--out", folder]).status == 0
    elf, = (folder / "work/col").glob("*.elf")
    before = text_hash(elf)
    (tmp_path / "x.asm").write_text(WRITES_A_FILE)
    subprocess.run(["nasm", "-f", "elf64", "x.asm"], cwd=tmp_path, check=True)
    subprocess.run(["ld", "-o", elf, "x.o"], cwd=tmp_path, check=True)
    for path in folder.glob("*.json"):
        path.write_text(path.read_text().replace(before, text_hash(elf)))
    subprocess.run([elf], cwd=tmp_path, check=True)
    assert (tmp_path / "written").exists()
    (tmp_path / "written").unlink()
    r = run_built(tmp_path, folder, "--place", "native")
    assert r.status == 1 and not list(tmp_path.rglob("written")), r
    assert "the payload did not start" in json.dumps(program.load(tmp_path / "out").data)


REFUSES_SECCOMP = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
long syscall(long n, ...)
{
    va_list v;
    va_start(v, n);
    long a = va_arg(v, long), b = va_arg(v, long), c = va_arg(v, long), d = va_arg(v, long);
    va_end(v);
    if (n == 317) { errno = 38; return -1; }
    return ((long (*)(long, ...))dlsym(RTLD_NEXT, "syscall"))(n, a, b, c, d);
}
"""


def test_not_confined(tmp_path, gcc):
    """Without seccomp nothing runs, unless that is asked for."""
    (tmp_path / "no.c").write_text(REFUSES_SECCOMP)
    subprocess.run([gcc, "-shared", "-fPIC", "-o", "no.so", "no.c"], cwd=tmp_path, check=True)
    subprocess.run([gcc, "-O2", "-c", "-xc", "-", "-o", "f.o"], cwd=tmp_path, text=True,
                   input="int f(int a) { return a; }", check=True)
    for asked, status in ((None, 2), ("0", 2), ("1", 0)):
        r = run(["check", "f.o", "--proto", "int f(int a)"], cwd=tmp_path, env=program.environment(
            LD_PRELOAD=str(tmp_path / "no.so"), CLOBBER_UNCONFINED=asked))
        assert r.status == status, r
        assert ("cannot be confined (CLOBBER_UNCONFINED=1 runs it all the same)" in
                " ".join(r.stdout.split())) == (status == 2), r
