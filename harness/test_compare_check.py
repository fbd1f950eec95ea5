# SPDX-License-Identifier: MIT
"""clobber compare, of what `clobber check' says of two versions of hand-written assembly."""
import json
import subprocess

import pytest

from program import Result, run, write

PROTOS = "int same(int a);\nint worse(int a);\nint mended(int a);\n"
GOOD = "mov eax, edi\n ret\n"
BAD = "mov eax, edi\n mov ebx, 7\n ret\n"


def checked(folder, name: str, functions: dict[str, str], protos: str, status: int):
    """The file that `check' wrote of these functions."""
    text = "bits 64\nsection .text\n" + "".join(f"global {n}\n{n}: {b}\n"
                                               for n, b in functions.items())
    out = folder / f"{name}.o"
    subprocess.run(["nasm", "-f", "elf64", "-o", out, write(folder / f"{name}.asm", text)],
                   check=True)
    r = run(["check", out, "--header", write(folder / f"{name}.h", protos), "--place", "native",
             "--format", "json"])
    assert r.status == status, r
    return write(folder / f"{name}.json", r.stdout)


def compare(*arguments) -> Result:
    return run(["compare", *arguments])


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("versions")
    old = checked(tmp, "old", {"same": GOOD, "worse": GOOD, "mended": BAD, "gone": GOOD},
                  PROTOS + "int gone(int a);\n", 1)
    new = checked(tmp, "new", {"same": GOOD, "worse": BAD, "mended": "nop\n nop\n " + GOOD,
                               "come": GOOD}, PROTOS + "int come(int a);\n", 1)
    return old, new


def test_what_is_different_is_told(versions):
    r = compare(*versions)
    assert (r.status, r.stderr) == (1, "")
    head, *lines = r.stdout.splitlines()
    assert head == "2 regressions; 3 functions compared"
    assert lines == ["regression  worse: violation, was pass",
                     "  new: callee-saved: rbx after the call",
                     "  instructions: 3, was 2",
                     "changed  mended: pass, was violation",
                     "  fixed: callee-saved: rbx after the call",
                     "  instructions: 4, was 3",
                     "regression  gone: not in the new result, was pass",
                     "new  come: pass"]


def test_nothing_is_different(versions):
    old, _ = versions
    r = compare(old, old)
    assert (r.status, r.stdout) == (0, "no regressions; 4 functions compared\n")


def test_the_same_as_markdown_and_as_json(versions, tmp_path):
    r = compare(*versions, "--format", "md", "--output", tmp_path / "c.md")
    assert (r.status, r.stdout, r.stderr) == (1, "", "")
    head, empty, *lines = (tmp_path / "c.md").read_text().splitlines()
    assert (head, empty) == ("2 regressions; 3 functions compared", "")
    assert lines[:2] == ["* **regression**  worse: violation, was pass",
                         "  * new: callee-saved: rbx after the call"]
    assert "* **new**  come: pass" in lines
    r = compare(*versions, "--format", "json")
    assert (r.status, r.stderr) == (1, "")
    d = json.loads(r.stdout)
    assert (d["schema"], d["regressions"], d["compared"]) == (1, 2, 3)
    worse, mended, gone, come = d["functions"]
    assert worse == {"change": "changed", "regression": True, "old_name": "worse", "name": "worse",
                     "old_verdict": "pass", "verdict": "violation", "instructions": 3,
                     "old_instructions": 2, "fixed": [],
                     "new": [{"check": "callee-saved", "subject": "rbx after the call"}]}
    assert mended["fixed"] == worse["new"] and not mended["regression"]
    assert (gone["change"], gone["regression"], gone["name"]) == ("vanished", True, None)
    assert (come["change"], come["regression"], come["old_verdict"]) == ("new", False, None)
    d = json.loads(compare(versions[0], versions[0], "--format", "json").stdout)
    assert d == {"schema": 1, "regressions": 0, "compared": 4, "functions": []}


def test_a_part_and_a_new_name(versions):
    old, new = versions
    r = compare(old, new, "--part")
    assert r.stdout.startswith("1 regression; 3 functions compared\n")
    assert "vanished  gone: not in the new result, was pass\n" in r.stdout
    r = compare(old, new, "--map", "gone=come")
    assert r.stdout.startswith("1 regression; 4 functions compared\n")
    assert "changed  come, was gone: pass\n  prototype: int come(int a)\n" in r.stdout


@pytest.mark.parametrize("pair, words", [
    ("gone", "--map: 'gone' is not a pair: use OLD=NEW"),
    ("never=come", "--map: the old result has no function `never'"),
    ("gone=never", "--map: the new result has no function `never'"),
])
def test_a_wrong_map(versions, pair, words):
    r = compare(*versions, "--map", pair)
    assert (r.status, r.stdout) == (2, "")
    assert words in r.stderr


def test_of_two_kinds(versions, tmp_path):
    old, new = versions
    matrix = write(tmp_path / "matrix.json", '{"schema": 3}')
    r = compare(old, matrix)
    assert r.status == 2 and "compare two of one kind" in r.stderr
    d = json.loads(new.read_text())
    for f in d["functions"]:
        f["name"] = "other_" + f["name"]
    r = compare(old, write(tmp_path / "other.json", json.dumps(d)))
    assert r.status == 2 and "no function in common" in r.stderr
