# SPDX-License-Identifier: MIT
"""`endbr`: what an indirect call may come to begins with ENDBR64, or ENDBR32."""
import pytest

import program
from test_check import assemble, check, folded

WIDTHS = [64, pytest.param(32, marks=pytest.mark.ia32)]
BYTES = {64: "db 0xf3, 0x0f, 0x1e, 0xfa", 32: "db 0xf3, 0x0f, 0x1e, 0xfb"}

CASES = [
    # (what, code, the instruction that is there instead; None: all is well)
    ("there", "f: ENDBR\n ret", None),
    ("absent", "f: nop\n ret", "nop"),
    ("late", "f: nop\n ENDBR\n ret", "nop"),
    ("other-width", "f: OTHER\n ret", "endbr"),
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("what, code, instead", CASES, ids=[c[0] for c in CASES])
def test_endbr(what, code, instead, width, tmp_path):
    program.need("native", width)
    assemble(tmp_path, code.replace("ENDBR", BYTES[width]).replace("OTHER", BYTES[96 - width]),
             width)
    (tmp_path / "f.h").write_text("//! endbr\nvoid f(void);\n")
    r = check(tmp_path, "f.o", "--contract", "f.h")
    text = folded(r.stdout)
    if instead is None:
        assert r.status == 0 and ": 1 pass" in text, r.stdout
    else:
        assert r.status == 1, r.stdout
        assert ("fault: an indirect call, with indirect branch tracking: expected "
                f"ENDBR{width} first, got {instead}") in text
        assert "contract f.h:1: endbr" in text
    # Without the line nobody promised it.
    (tmp_path / "f.h").write_text("void f(void);\n")
    assert check(tmp_path, "f.o", "--contract", "f.h").status == 0


def test_it_takes_no_words(tmp_path):
    assemble(tmp_path, "f: ret", 64)
    (tmp_path / "f.h").write_text("//! endbr always\nvoid f(void);\n")
    r = check(tmp_path, "f.o", "--contract", "f.h")
    assert r.status == 2 and "f.h:1" in r.stderr
