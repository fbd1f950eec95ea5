# SPDX-License-Identifier: MIT
"""The thread's trampoline: whole in every place, and broken in every way that is caught by name."""
import json
import shutil

import pytest

from program import run

PLACES = "native,root,root-vmcs" if shutil.which("bochs") else "native"
COMPILERS = [c for c in ("gcc-12", "clang-14") if shutil.which(c)]
PROTOTYPE = "void vmread_error(unsigned long field, _Bool fault);\n"

# How it is broken: by width, checks and subjects of which one must be found in the callee direction.
BROKEN = {
    "drop_dx": {64: ("callee-saved", "rdx"), 32: ("callee-saved", "edx")},
    "swap_pops": {64: ("callee-saved", "rsi"), 32: ("callee-saved", "ecx")},
    "swap_arguments": {64: ("argument", "field"), 32: ("argument", "field")},
    "keep_slot": {64: ("stack-slot", "the fault slot"), 32: ("stack-slot", "the fault slot")},
    "wrong_pop": {64: ("stack-pointer", "stack pointer"), 32: ("stack-pointer", "stack pointer")},
    "other_generation": {64: ("argument", "field"), 32: ("argument", "field")},
}


def matrix(tmp_path, text, *options):
    (tmp_path / "case.h").write_text(text)
    r = run(["run", "--cc", ",".join(COMPILERS), "--profile", "kernel", "--cases",
             str(tmp_path / "case.h"), "--out", str(tmp_path / "out"), "-q", *options])
    return r, json.loads((tmp_path / "out/matrix.json").read_text())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    tmp = tmp_path_factory.mktemp("whole")
    text = "".join(f"//! abi kernel asmlinkage\n//! through {body}\n"
                   f"void vmread_{body}(unsigned long field, _Bool fault);\n"
                   for body in ("vmread", "vmread_six", "vmread_goto"))
    return matrix(tmp, text, "--place", PLACES, "--opt", "O0,O2")


@pytest.mark.skipif(not COMPILERS, reason="neither gcc-12 nor clang-14 is installed")
def test_whole_in_every_place(whole):
    r, m = whole
    assert r.status == 0, r.stdout + r.stderr
    assert m["totals"]["violation"] == m["totals"]["crash"] == 0
    assert {c["place"] for c in m["columns"]} == set(PLACES.split(","))
    assert {(c["width"], c["place"]) for c in m["columns"] if not c["unusable"]} == {
        (w, p) for w in (32, 64) for p in PLACES.split(",")}
    assert not m["differences"]
    assert m["totals"]["executed"] == m["totals"]["planned"]


@pytest.mark.skipif(not COMPILERS, reason="neither gcc-12 nor clang-14 is installed")
@pytest.mark.parametrize("how", BROKEN)
def test_broken(tmp_path, how):
    text = f"//! abi kernel asmlinkage\n//! through vmread {how}\n{PROTOTYPE}"
    r, m = matrix(tmp_path, text, "--place", PLACES, "--opt", "O2")
    assert r.status == 1
    width = {c["id"]: c["width"] for c in m["columns"]}
    place = {c["id"]: c["place"] for c in m["columns"]}
    for column, w in width.items():
        for convention in ("kernel", "asmlinkage"):
            found = [(f["check"], f["subject"]) for f in m["findings"]
                     if f["column"] == column and f["convention"] == convention
                     and f["direction"] == "callee" and f["verdict"] != "divergence"]
            check, subject = BROKEN[how][w]
            assert any(c == check and subject in s for c, s in found), (how, column, convention,
                                                                       found)
            if how == "other_generation":
                # What the thread warned of: every register is preserved, and the field is garbage.
                assert all(c != "callee-saved" for c, _ in found), (column, convention, found)
    assert set(place.values()) == set(PLACES.split(","))


@pytest.mark.skipif(not COMPILERS, reason="neither gcc-12 nor clang-14 is installed")
@pytest.mark.parametrize("how, check", [("drop_dx", None), ("keep_slot", "stack-slot"),
                                        ("swap_arguments", "argument")])
def test_broken_as_c_sees_it(tmp_path, how, check):
    """The inline assembly declares no clobbers: what the trampoline loses, C loses."""
    text = f"//! abi kernel\n//! through vmread_six {how}\n{PROTOTYPE}"
    r, m = matrix(tmp_path, text, "--place", "native", "--opt", "O2")
    assert r.status == 1
    for column in m["columns"]:
        found = {f["check"] for f in m["findings"]
                 if f["column"] == column["id"] and f["direction"] == "caller"}
        assert found and (check is None or check in found), (column["id"], found)


ENTRY = "_Bool vmx_vcpu_run(void *vmx, unsigned long *regs, unsigned int flags);\n"


@pytest.mark.skipif(not COMPILERS, reason="neither gcc-12 nor clang-14 is installed")
def test_entry_whole_in_every_place(tmp_path):
    """The guest cannot be resumed: what the entry owes its caller comes back all the same."""
    r, m = matrix(tmp_path, f"//! abi kernel\n//! through vcpu_run\n{ENTRY}", "--place", PLACES)
    assert r.status == 0, r.stdout + r.stderr
    assert m["totals"]["executed"] == m["totals"]["planned"] and not m["differences"]
    assert m["totals"]["violation"] == m["totals"]["crash"] == 0


@pytest.mark.skipif(not COMPILERS, reason="neither gcc-12 nor clang-14 is installed")
@pytest.mark.parametrize("how, want", [
    ("drop_bx", {64: ("callee-saved", "rbx"), 32: ("callee-saved", "ebx")}),
    ("swap_pops", {64: ("callee-saved", "r12"), 32: ("callee-saved", "esi")}),
    ("wrong_pop", {64: ("stack-pointer", "stack"), 32: ("stack-pointer", "stack")})])
def test_entry_broken(tmp_path, how, want):
    r, m = matrix(tmp_path, f"//! abi kernel\n//! through vcpu_run {how}\n{ENTRY}", "--place",
                  PLACES, "--opt", "O2")
    assert r.status == 1
    for column in m["columns"]:
        check, subject = want[column["width"]]
        found = [(f["check"], f["subject"]) for f in m["findings"]
                 if f["column"] == column["id"] and f["direction"] == "callee"]
        assert any(c == check and subject in s for c, s in found), (column["id"], found)


EXITS = {
    "drop_bx": {64: ("callee-saved", "rbx"), 32: ("callee-saved", "ebx")},
    "swap_pops": {64: ("callee-saved", "r12"), 32: ("callee-saved", "esi")},
    "wrong_pop": {64: ("stack-pointer", "stack"), 32: ("stack-pointer", "stack")},
    "lose_cx": {64: ("guest-registers", "rcx"), 32: ("guest-registers", "ecx")},
    "swap_stores": {64: ("guest-registers", "rsi"), 32: ("guest-registers", "edi")},
}


@pytest.mark.skipif(not COMPILERS, reason="neither gcc-12 nor clang-14 is installed")
def test_exits_whole_in_every_place(tmp_path):
    """The guest is launched and resumed; in root operation two VM exits bring it back."""
    r, m = matrix(tmp_path, f"//! abi kernel\n//! through vcpu_exits\n{ENTRY}", "--place", PLACES)
    assert r.status == 0, r.stdout + r.stderr
    assert m["totals"]["executed"] == m["totals"]["planned"] and not m["differences"]
    assert m["totals"]["violation"] == m["totals"]["crash"] == 0


@pytest.mark.skipif(not COMPILERS, reason="neither gcc-12 nor clang-14 is installed")
@pytest.mark.parametrize("how", EXITS)
def test_exits_broken(tmp_path, how):
    r, m = matrix(tmp_path, f"//! abi kernel\n//! through vcpu_exits {how}\n{ENTRY}", "--place",
                  PLACES, "--opt", "O2")
    assert r.status == 1
    for column in m["columns"]:
        check, subject = EXITS[how][column["width"]]
        found = [(f["check"], f["subject"]) for f in m["findings"]
                 if f["column"] == column["id"] and f["direction"] == "callee"]
        assert any(c == check and subject in s for c, s in found), (column["id"], found)


@pytest.mark.skipif(not COMPILERS or "root" not in PLACES,
                    reason="not-run: no compiler, or no bochs for place root")
def test_a_real_exit_clears_flags(tmp_path):
    """Only a VM exit turns interrupts off (SDM volume 3, 27.5.3): who forgets is seen in root
    operation and nowhere else, which shows that the exits there are real."""
    r, m = matrix(tmp_path, f"//! abi kernel\n//! through vcpu_exits keep_flags\n{ENTRY}", "--place",
                  PLACES, "--opt", "O2")
    assert r.status == 1
    place = {c["id"]: c["place"] for c in m["columns"]}
    lost = {place[f["column"]] for f in m["findings"] if f["check"] == "system-flags"}
    assert lost == {"root", "root-vmcs"}


@pytest.mark.parametrize("note, prototype, says", [
    ("through vcpu_exits keep_slot", ENTRY, "which is none of: drop_bx"),
    ("through vcpu_run keep_slot", ENTRY, "which is none of: drop_bx"),
    ("through vcpu_run", "void f(int a, int b, int c, int d);\n", "at most 3 arguments"),
    ("through vmreed", PROTOTYPE, "names `vmreed'"),
    ("through vmread dropped", PROTOTYPE, "is broken as `dropped'"),
    ("through vmread", "int f(int a);\n", "needs void f(unsigned long, _Bool)"),
    ("through", PROTOTYPE, "without the name of the assembly"),
])
def test_bad_notes(tmp_path, note, prototype, says):
    (tmp_path / "case.h").write_text(f"//! abi kernel\n//! {note}\n{prototype}")
    r = run(["run", "--cases", str(tmp_path / "case.h"), "--out", str(tmp_path / "out"), "-q"])
    assert r.status == 2
    assert says in r.stderr and "case.h:" in r.stderr
