# SPDX-License-Identifier: MIT
"""clobber check --known: findings that are accepted, strict both ways."""
import json
import re
from xml.etree import ElementTree

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


def test_in_other_formats(tmp_path):
    """What is accepted passes, and is said; what no longer happens is a test that fails."""
    assemble(tmp_path, "f: xor ebx, ebx\n ret\n global g\ng: ret", 64)
    (tmp_path / "known.txt").write_text("f: callee-saved: rbx # bug 12\ng: mxcsr: of old\n")
    gone = "g: mxcsr: of old: it no longer happens: remove known.txt:2"

    def form(name):
        r = check(tmp_path, "f.o", *PROTOS, "--known", "known.txt", "--format", name)
        assert r.status == 1, r.stdout
        return r.stdout

    j = json.loads(form("json"))
    assert [(k["function"], k["line"], k["reference"], k["state"]) for k in j["known"]] == [
        ("f", "known.txt:1", "bug 12", "found"), ("g", "known.txt:2", None, "vanished")]
    assert [f["verdict"] for f in j["functions"]] == ["pass", "pass"]
    suite = ElementTree.fromstring(form("junit"))
    failed = [c.get("name") for c in suite.iter("testcase") if c.find("failure") is not None]
    assert failed == ["g: mxcsr: of old"] and gone in ElementTree.tostring(suite, "unicode")
    ktap = form("ktap")
    assert re.search(r"^ *ok 1 sysv/f$", ktap, re.M) and re.search(r"^ *not ok \d known/g: mxcsr: of old", ktap,
                                                              re.M), ktap
    github = form("github")
    assert "::error file=known.txt,line=2" in github and gone in github, github
    assert "::error" not in github.replace("::error file=known.txt,line=2", "")
    (tmp_path / "known.txt").write_text("f: callee-saved: rbx # bug 12\n")
    for name in ("json", "junit", "ktap", "github"):
        assert check(tmp_path, "f.o", *PROTOS, "--known", "known.txt", "--format",
                     name).status == 0
