# SPDX-License-Identifier: MIT
"""`keeps frame`: the chain of frame pointers, on request, at every instruction."""
import pytest

import program
from test_check import assemble, check, folded

WIDTHS = [64, pytest.param(32, marks=pytest.mark.ia32)]

CASES = [
    # (what, code, a word of the instruction at which the chain is lost; None: it is kept)
    ("leaf", "f: inc AX\n ret", None),
    ("frame", "f: push BP\n mov BP, SP\n push BX\n call h\n pop BX\n pop BP\n ret\n"
     "h: push BP\n mov BP, SP\n nop\n pop BP\n ret", None),
    ("temporary", "f: push BP\n xor ebp, ebp\n rol BP, 13\n pop BP\n ret", "f+0x3"),
    ("not-linked", "f: push BP\n push 0\n mov BP, SP\n nop\n add SP, W\n pop BP\n ret", "nop"),
]


def written(code: str, width: int) -> str:
    for name in ("ax", "bx", "bp", "sp"):
        code = code.replace(name.upper(), ("r" if width == 64 else "e") + name)
    return code.replace(" W", f" {width // 8}")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("what, code, lost", CASES, ids=[c[0] for c in CASES])
def test_chain(what, code, lost, width, tmp_path):
    program.need("native", width)
    assemble(tmp_path, written(code, width), width)
    (tmp_path / "f.h").write_text("//! keeps frame\nvoid f(void);\n")
    r = check(tmp_path, "f.o", "--contract", "f.h", "--step")
    text = folded(r.stdout)
    if lost is None:
        assert r.status == 0 and ": 1 pass" in text, r.stdout
    else:
        assert r.status == 1 and "leads to the caller's frame" in text and "contract f.h:1: keeps frame" in text
        assert lost in text.split("unwind: at ")[1].split("expected")[0] or width == 32, r.stdout
    # Without it nobody promised it; without --step it is said that nobody looked.
    (tmp_path / "f.h").write_text("void f(void);\n")
    assert check(tmp_path, "f.o", "--contract", "f.h", "--step").status == 0
    (tmp_path / "f.h").write_text("//! keeps frame\n//! keeps all but AX\nvoid f(void);\n".replace(
        "AX", "rax" if width == 64 else "eax"))
    r = check(tmp_path, "f.o", "--contract", "f.h")
    assert r.status == 0 and "the chain of frame pointers (--step)" in folded(r.stdout)
