# SPDX-License-Identifier: MIT
"""The thread's trampoline: whole in every place, and broken in every way that is caught by name."""
import pytest

import program
from program import run

pytestmark = pytest.mark.ia32

PROTOTYPE = "void {}(unsigned long field, _Bool fault);\n"
ENTRY = "_Bool {}(void *vmx, unsigned long *regs, unsigned int flags);\n"

# What each is broken by, and the check and subject of which one must be found in the callee
# direction, by width. All are in one payload a column, for what costs time is to start places.
BROKEN = {
    ("vmread", "drop_dx"): {64: ("callee-saved", "rdx"), 32: ("callee-saved", "edx")},
    ("vmread", "swap_pops"): {64: ("callee-saved", "rsi"), 32: ("callee-saved", "ecx")},
    ("vmread", "swap_arguments"): {64: ("argument", "field"), 32: ("argument", "field")},
    ("vmread", "keep_slot"): {64: ("stack-slot", "the fault slot"),
                              32: ("stack-slot", "the fault slot")},
    ("vmread", "wrong_pop"): {64: ("stack-pointer", "stack pointer"),
                              32: ("stack-pointer", "stack pointer")},
    ("vmread", "other_generation"): {64: ("argument", "field"), 32: ("argument", "field")},
    ("vcpu_run", "drop_bx"): {64: ("callee-saved", "rbx"), 32: ("callee-saved", "ebx")},
    ("vcpu_run", "swap_pops"): {64: ("callee-saved", "r12"), 32: ("callee-saved", "esi")},
    ("vcpu_run", "wrong_pop"): {64: ("stack-pointer", "stack"), 32: ("stack-pointer", "stack")},
    ("vcpu_exits", "drop_bx"): {64: ("callee-saved", "rbx"), 32: ("callee-saved", "ebx")},
    ("vcpu_exits", "swap_pops"): {64: ("callee-saved", "r12"), 32: ("callee-saved", "esi")},
    ("vcpu_exits", "wrong_pop"): {64: ("stack-pointer", "stack"), 32: ("stack-pointer", "stack")},
    ("vcpu_exits", "lose_cx"): {64: ("guest-registers", "rcx"), 32: ("guest-registers", "ecx")},
    ("vcpu_exits", "swap_stores"): {64: ("guest-registers", "rsi"), 32: ("guest-registers", "edi")},
}
WHOLE = ("vmread", "vmread_six", "vmread_goto", "vcpu_run", "vcpu_exits")
KEEP_FLAGS = ("vcpu_exits", "keep_flags")
# Inline assembly that declares no clobbers: what the trampoline loses, C loses.
AS_C_SEES = {"drop_dx": None, "keep_slot": "stack-slot", "swap_arguments": "argument"}


def places() -> list[str]:
    return [p for p in ("native", "root", "root-vmcs") if program.runs(p, 64)]


def case(body: str, *how: str) -> str:
    """In a group of its own."""
    name = "_".join(("is", body, *how))
    conventions = "kernel asmlinkage" if body.startswith("vmread") else "kernel"
    prototype = PROTOTYPE if body.startswith("vmread") else ENTRY
    return (f"//! group {name}\n//! abi {conventions}\n//! through {' '.join((body, *how))}\n" +
            prototype.format(name))


@pytest.fixture(scope="module")
def matrix(tmp_path_factory, gcc, clang) -> program.Matrix:
    """Whole and broken trampolines in every place."""
    tmp = tmp_path_factory.mktemp("thread")
    text = "".join(case(body) for body in WHOLE) + "".join(case(*b) for b in [*BROKEN, KEEP_FLAGS])
    text += "".join(case("vmread_six", how) for how in AS_C_SEES)
    return program.run_matrix(tmp / "out", "--cc", f"{gcc},{clang}", "--profile", "kernel",
                              "--place", ",".join(places()), "--opt", "O0,O2", "-q", "--cases",
                              program.write(tmp / "case.h", text), status=1)


def columns(m: program.Matrix, width=None, opt=None) -> list[dict]:
    """Those that can run here."""
    return [c for c in m.columns.values() if program.runs(c["place"], c["width"])
            and width in (None, c["width"]) and opt in (None, c["opt"])]


def findings(m: program.Matrix, column: dict, direction: str, *of: str) -> list[dict]:
    """What was found of a case under any convention."""
    name = "_".join(("is", *of))
    return [f for f in m.select(column=column["id"], direction=direction)
            if f["case"].rsplit("/", 1)[1] == name]


def test_every_place_ran(matrix, gcc, clang):
    assert {(c["compiler"], c["width"], c["place"], c["opt"]) for c in columns(matrix)} == {
        (cc, w, p, o) for cc in (gcc, clang) for w in (32, 64) for p in places()
        if program.runs(p, w) for o in ("O0", "O2")}
    ran = {c["id"] for c in columns(matrix)}
    for (_, column), cell in matrix.cells.items():
        assert cell["executed"] == (cell["planned"] if column in ran else 0), cell


@pytest.mark.parametrize("body", WHOLE)
def test_whole_in_every_place(matrix, body):
    """Of vcpu_exits the guest is launched and resumed; in root operation two VM exits bring it back. Of
    vcpu_run it cannot be resumed: what the entry owes its caller comes back all the same."""
    name, ran = f"is_{body}", {c["id"] for c in columns(matrix)}
    cells = [c for (row, column), c in matrix.cells.items()
             if matrix.rows[row]["group"] == name and column in ran]
    assert cells and all(c["executed"] == c["planned"] for c in cells)
    # What clang takes for granted above a _Bool is clang's affair.
    assert [f for f in matrix.findings if f["case"].endswith(f"/{name}") and
            f["verdict"] != "divergence" and f["check"] != "upper-bits"] == []
    assert not [d for d in matrix.data["differences"] if d["case"].endswith(f"/{name}")]


@pytest.mark.parametrize("width", (64, 32))
@pytest.mark.parametrize("body, how", BROKEN)
def test_broken(matrix, body, how, width):
    tried = columns(matrix, width, "O2")
    if not tried:
        pytest.skip(f"not-run: no place runs {width}-bit code")
    check, subject = BROKEN[body, how][width]
    conventions = ("kernel", "asmlinkage") if body == "vmread" else ("kernel",)
    for column in tried:
        for convention in conventions:
            found = [(f["check"], f["subject"]) for f in findings(matrix, column, "callee", body, how)
                     if f["convention"] == convention and f["verdict"] != "divergence"]
            assert any(c == check and subject in s for c, s in found), (column["id"], convention,
                                                                       found)
            if how == "other_generation":
                # What the thread warned of: every register is preserved, and the field is garbage.
                assert all(c != "callee-saved" for c, _ in found), (column["id"], found)


@pytest.mark.parametrize("how", AS_C_SEES)
def test_broken_as_c_sees_it(matrix, how):
    for column in columns(matrix, opt="O2"):
        found = {f["check"] for f in findings(matrix, column, "caller", "vmread_six", how)
                 if f["convention"] == "kernel"}
        assert found and AS_C_SEES[how] in (None, *found), (column["id"], found)


def test_a_real_exit_clears_flags(matrix):
    """Only a VM exit turns interrupts off (SDM volume 3, 27.5.3): who forgets is seen in root
    operation and nowhere else, which shows that the exits there are real."""
    program.need("root", 64)
    lost = {c["place"] for c in columns(matrix)
            if any(f["check"] == "system-flags" for f in findings(matrix, c, "callee", *KEEP_FLAGS))}
    assert lost == {"root", "root-vmcs"}


@pytest.mark.parametrize("note, prototype, says", [
    ("through vcpu_exits keep_slot", ENTRY.format("f"), "use one of drop_bx"),
    ("through vcpu_run keep_slot", ENTRY.format("f"), "use one of drop_bx"),
    ("through vcpu_run", "void f(int a, int b, int c, int d);\n", "at most 3 arguments"),
    ("through vmreed", PROTOTYPE.format("f"), "names the unknown code `vmreed'"),
    ("through vmread dropped", PROTOTYPE.format("f"), "is broken in the unknown way `dropped'"),
    ("through vmread", "int f(int a);\n", "needs void f(unsigned long, _Bool)"),
    ("through", PROTOTYPE.format("f"), "without the name of the assembly"),
])
def test_bad_notes(tmp_path, note, prototype, says):
    (tmp_path / "case.h").write_text(f"//! abi kernel\n//! {note}\n{prototype}")
    r = run(["run", "--cases", str(tmp_path / "case.h"), "--out", str(tmp_path / "out"), "-q"])
    assert r.status == 2
    assert says in r.stderr and "case.h:" in r.stderr
