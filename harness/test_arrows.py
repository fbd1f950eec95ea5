# SPDX-License-Identifier: MIT
"""The rooms and files of the host program depend on each other one way only: harness/arrows.py."""

import pathlib
import subprocess

import arrows
import program
import pytest

BUILD = program.PROGRAM.parent


@pytest.fixture(scope="module")
def build():
    if not (BUILD / "libclobber.a.p").is_dir():
        pytest.skip("no objects beside the program")
    return BUILD


def test_no_circle_and_no_arrow_backward(build):
    found = arrows.faults(build)
    assert not found, "\n".join(found)


def test_every_room_is_listed(build):
    rooms = {room for pair in arrows.room_arrows(arrows.arrows(build)) for room in pair}
    assert rooms <= set(arrows.order())


def compile_room(tmp_path, files):
    """Objects as meson names them, from {"room/name": C}."""
    (tmp_path / "libclobber.a.p").mkdir()
    for name, text in files.items():
        out = tmp_path / "libclobber.a.p" / f"src_{name.replace('/', '_')}.c.o"
        subprocess.run(["gcc", "-c", "-x", "c", "-o", out, "-"], input=text, text=True, check=True)
    return tmp_path


def test_circle_of_files_is_found(tmp_path):
    build = compile_room(tmp_path, {"gen/a": "void b(void); void a(void) { b(); }",
                                    "gen/b": "void a(void); void b(void) { a(); }"})
    assert arrows.faults(build) == ["circle of files: gen/a, gen/b", "    gen/a -> gen/b: b",
                                    "    gen/b -> gen/a: a"]


def test_circle_of_rooms_without_one_of_files_is_found(tmp_path):
    build = compile_room(tmp_path, {"gen/a": "void b(void); void a(void) { b(); }",
                                    "plan/b": "void b(void) { }",
                                    "plan/c": "void d(void); void c(void) { d(); }",
                                    "gen/d": "void d(void) { }"})
    assert arrows.faults(build) == ["circle of rooms: gen, plan",
                                    "gen -> plan against the order of docs/design.md: b"]


def test_room_that_is_not_listed_is_found(tmp_path):
    build = compile_room(tmp_path, {"attic/a": "void b(void); void a(void) { b(); }",
                                    "util/b": "void b(void) { }"})
    assert arrows.faults(build) == ["attic -> util: docs/design.md lists no room attic"]


def test_recursive_grammar_is_allowed(tmp_path):
    build = compile_room(tmp_path, {"proto/spec": "void b(void); void a(void) { b(); }",
                                    "proto/record": "void a(void); void b(void) { a(); }"})
    assert arrows.faults(build) == []
