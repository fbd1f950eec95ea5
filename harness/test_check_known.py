# SPDX-License-Identifier: MIT
"""clobber check --known: findings that are accepted, strict both ways."""
from test_check import assemble, check, folded
from test_check_objects import verdicts

TWO = "f: xor ebx, ebx\n ret\n global g\ng: std\n ret"
PROTOS = ("--proto", "void f(void)", "--proto", "void g(void)")


def test_known(tmp_path):
    assemble(tmp_path, TWO, 64)
    known = tmp_path / "known.txt"
    known.write_text("# accepted\n\nf: callee-saved: rbx  # bug 12\ng: direction-flag: direction\n"
                     "h: mxcsr: of another object\n")
    r = check(tmp_path, "f.o", *PROTOS, "--known", known)
    assert r.status == 0 and verdicts(r) == {"f": "pass", "g": "pass"}, r.stdout + r.stderr
    assert "known f: callee-saved: rbx (bug 12)" in folded(r.stdout)
    # Another finding of the same function is not known.
    assemble(tmp_path, TWO.replace("xor ebx", "mov r12d, 1\n xor ebx"), 64)
    r = check(tmp_path, "f.o", *PROTOS, "--known", known)
    assert r.status == 1 and verdicts(r) == {"f": "violation", "g": "pass"}, r.stdout
    assert "r12 after the call" in r.stdout and "rbx after the call" not in r.stdout


def test_vanished(tmp_path):
    assemble(tmp_path, "f: ret", 64)
    (tmp_path / "known.txt").write_text("f: callee-saved: rbx\n")
    r = check(tmp_path, "f.o", "--proto", "void f(void)", "--known", "known.txt", "-q")
    assert r.status == 1 and "vanished f: callee-saved: rbx: it no longer happens: remove " \
        "known.txt:1" in folded(r.stdout), r.stdout


def test_errors(tmp_path):
    assemble(tmp_path, "f: ret", 64)
    (tmp_path / "known.txt").write_text("\njust words\n")
    r = check(tmp_path, "f.o", "--proto", "void f(void)", "--known", "known.txt")
    assert r.status == 2 and "known.txt:2: a finding is 'FUNCTION: CHECK: SUBJECT" in r.stderr
    r = check(tmp_path, "f.o", "--proto", "void f(void)", "--known", "none.txt")
    assert r.status == 2 and "none.txt cannot be read" in r.stderr
