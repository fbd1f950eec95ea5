# SPDX-License-Identifier: MIT
"""clobber compare: a regression seeded into one function is named, and nothing else is."""
import copy
import json
import sys

import pytest

import program
from program import run, run_matrix, script, write

CASES = "int first(int a);\nint second(long a, int b);\nint third(int a);\n"
# rbx gets a value of its own before the function returns.
PATCH = {"target/second": {"ret": "\tmovl $7, %ebx"}}


def matrix(tmp, name, path, patches: dict, *args, status: int = 0, cases: str = CASES):
    """A run of a compiler called `cc`, which the patches break."""
    folder = tmp / name
    folder.mkdir()
    patch = write(folder / "patches.json", json.dumps(patches))
    cc = script(folder / "cc", f"""
case "$*" in
*gen64/*) exec {sys.executable} {program.PATCHCC} {patch} {path} "$@" ;;
*) exec {path} "$@" ;;
esac
""")
    return run_matrix(folder / "out", "--cc", cc, "--abi", "sysv", "--opt", "O2", "--width", "64",
                      "--cases", write(tmp / "m64.h", cases), *args, status=status)


@pytest.fixture(scope="module")
def pair(tmp_path_factory, gcc, compilers):
    tmp = tmp_path_factory.mktemp("pair")
    path = compilers[gcc]["path"]
    return matrix(tmp, "good", path, {}), matrix(tmp, "bad", path, PATCH, status=1)


def compare(old, new, *more, status: int):
    old, new = (x.path if isinstance(x, program.Matrix) else x for x in (old, new))
    r = run(["compare", old, new, *more])
    assert (r.status, r.stderr) == (status, ""), r
    return r.stdout


def changes(old, new, *more, status: int) -> dict:
    return json.loads(compare(old, new, "--format", "json", *more, status=status))


def changed(tmp_path, m, change):
    d = copy.deepcopy(m.data)
    change(d)
    return write(tmp_path / "changed.json", json.dumps(d))


def test_same_is_no_change(pair):
    good, _ = pair
    d = changes(good, good, status=0)
    assert (d["regressions"], d["findings"], d["cells"]) == (0, [], [])
    assert compare(good, good, status=0).startswith("no regressions; 1 columns compared")


def test_seeded_regression_is_named_exactly(pair):
    good, bad = pair
    d = changes(good, bad, status=1)
    assert d["regressions"] == 1
    assert [(f["change"], f["regression"], f["case"], f["direction"], f["check"], f["subject"])
            for f in d["findings"]] == [
        ("new", True, "sysv/m64/second", "callee", "callee-saved", "rbx after the call")]
    assert [(c["change"], c["row"], c["old_verdict"], c["new_verdict"]) for c in d["cells"]] == [
        ("changed", "sysv/64/m64/callee", "pass", "violation")]
    text = compare(good, bad, status=1)
    assert text.startswith("1 regression; ")
    assert "Regressions: new findings" in text
    assert "sysv/m64/second" in text and "sysv/m64/first" not in text
    assert max(len(x) for x in text.splitlines() if not x.startswith("  clobber run ")) <= 80
    markdown = compare(good, bad, "--format", "md", status=1)
    assert markdown.startswith("## clobber compare: 1 regression\n")
    assert "sysv/m64/second" in markdown


def test_the_other_way_it_is_fixed(pair):
    good, bad = pair
    d = changes(bad, good, status=0)
    assert [(f["change"], f["case"]) for f in d["findings"]] == [("fixed", "sysv/m64/second")]
    assert [(c["change"], c["row"]) for c in d["cells"]] == [("fixed", "sysv/64/m64/callee")]


def test_other_values_are_no_change(pair, tmp_path, gcc, compilers):
    _, bad = pair
    other = matrix(tmp_path, "bad", compilers[gcc]["path"], PATCH, "--seed", "9", status=1)
    d = changes(bad, other, status=0)
    assert (d["findings"], d["cells"]) == ([], [])
    assert "seed 1 before, 9 now" in compare(bad, other, status=0)


@pytest.mark.parametrize("change,how,status", [
    (dict(verdict="crash"), "crash, was violation", 1),
    (dict(verdict="divergence"), "divergence, was violation", 0),
    (dict(known=True, known_reason="so"), "known now", 0),
    (dict(observed="nothing"), "got nothing, was 0x", 0),
    (dict(origin="elsewhere"), "elsewhere, was: ", 0),
])
def test_changed(pair, tmp_path, change, how, status):
    _, bad = pair
    new = changed(tmp_path, bad, lambda d: d["findings"][0].update(change))
    d = changes(bad, new, status=status)
    assert [f["change"] for f in d["findings"]] == ["changed"]
    assert how in d["findings"][0]["how"]
    assert changes(bad, new, "--strict", status=1)["regressions"] == 1


def test_known_that_is_no_longer_is_a_regression(pair, tmp_path):
    _, bad = pair
    old = changed(tmp_path, bad, lambda d: d["findings"][0].update(known=True, known_reason="so"))
    d = changes(old, bad, status=1)
    assert d["findings"][0]["how"] == "no longer known"


def test_case_that_is_new_is_no_regression(pair, tmp_path, gcc, compilers):
    good, _ = pair
    more = matrix(tmp_path, "more", compilers[gcc]["path"],
                  {"target/fourth": {"ret": "\tmovl $7, %ebx"}}, status=1,
                  cases=CASES + "//! group late\nint fourth(int a);\n")
    d = changes(good, more, status=0)
    assert [(f["change"], f["how"]) for f in d["findings"]] == [("new", "not run before")]
    assert {(c["change"], c["row"]) for c in d["cells"]} == {
        ("new", "sysv/64/late/callee"), ("new", "sysv/64/late/caller")}
    d = changes(more, good, status=1)
    assert [f["change"] for f in d["findings"]] == ["vanished"]
    assert {(c["change"], c["regression"]) for c in d["cells"]} == {("vanished", True)}
    assert d["regressions"] == len(d["cells"]) == 2
    assert changes(more, good, "--part", status=0)["regressions"] == 0


def test_case_that_is_not_run_any_more_is_a_regression(pair, tmp_path):
    good, _ = pair

    def refuse(d):
        d["cells"][0].update(executed=2, not_run=1, reason="no longer compiles")
        d["cells"][0]["counts"].update({"pass": 2, "unsupported": 1})
    d = changes(good, changed(tmp_path, good, refuse), status=1)
    assert [(c["regression"], c["old_executed"], c["new_executed"]) for c in d["cells"]] == [
        (True, 3, 2)]
    text = compare(good, tmp_path / "changed.json", status=1)
    assert "2 of 3 cases run, were 3: no longer compiles" in " ".join(text.split())


VANISHED = {
    "group": ("int a(int x);\n", "//! group g\nint a(int x);\n", "own.h", "own.h"),
    "case file": ("int a(int x);\n", "int a(int x);\n", "own.h", "other.h"),
}


@pytest.mark.parametrize("what", VANISHED)
def test_what_vanished_is_a_regression(tmp_path, gcc, what):
    old, new, old_name, new_name = VANISHED[what]
    made = []
    for name, text, out in ((old_name, old, "c1"), (new_name, new, "c2")):
        (tmp_path / out).mkdir()
        made.append(run_matrix(tmp_path / out / "out", "--cc", gcc, "--abi", "sysv", "--opt", "O2",
                               "--width", "64", "--cases", write(tmp_path / out / name, text),
                               status=0))
    d = changes(*made, status=1)
    assert {(c["change"], c["regression"]) for c in d["cells"]} == {
        ("vanished", True), ("new", False)}
    assert d["regressions"] == 2
    text = compare(*made, status=1)
    assert text.startswith("2 regressions; ")
    assert "Regressions: cells with fewer cases run, or none" in text


def test_both_sides_are_named(pair, compilers, gcc):
    good, bad = pair
    d = changes(good, bad, status=1)
    for side, m in (("old", good), ("new", bad)):
        path = str(m.path.parents[1] / "cc")
        assert d[side]["matrix"] == str(m.path)
        (compiler,) = d[side]["compilers"]
        assert (compiler["name"], compiler["path"]) == ("cc", path)
        assert compiler["version"] == compilers[gcc]["version"]
        assert d[side]["clobber"] == m.data["tool"]["version"]
        for form in ("txt", "md"):
            text = "".join(compare(good, bad, "--format", form, status=1).split())
            assert "".join(str(m.path).split()) + "of" + d[side]["date"].replace(" ", "") in \
                text.replace("\\", "")
            assert "(" + path + ")" in text.replace("\\", "")


def test_one_cause_is_reported_once(tmp_path, gcc, compilers):
    cases = "".join(f"//! group g{n}\nint f{n}({', '.join(['int'] * n)});\n" for n in range(5, 0, -1))
    path = compilers[gcc]["path"]
    made = []
    for name, flag, status in (("good", "", 0), ("bad", "-fcall-used-rbx", 1)):
        (tmp_path / name).mkdir()
        cc = script(tmp_path / name / "cc", f'exec {path} {flag} "$@"\n')
        made.append(run_matrix(tmp_path / name / "out", "--cc", cc, "--abi", "sysv", "--opt", "O2",
                               "--width", "64", "--cases", write(tmp_path / "c.h", cases),
                               status=status))
    assert len(changes(*made, status=1)["findings"]) >= 5
    text = compare(*made, status=1)
    assert text.count("rule sysv.registers.saved") == 1
    assert "5 cases, the smallest: int f1(int)" in " ".join(text.split())


# Columns ------------------------------------------------------------------------------------------

def rename(**fields):
    def change(d):
        old = d["columns"][0]["id"]
        d["columns"][0].update(fields)
        for x in d["cells"] + d["findings"] + d["narrow"]:
            x["column"] = fields.get("id", old) if x["column"] == old else x["column"]
    return change


def test_same_release_under_another_name(pair, tmp_path):
    good, bad = pair
    new = changed(tmp_path, bad, rename(id="other/64/O2", compiler="other"))
    d = changes(good, new, status=1)
    assert d["columns"]["compared"] == [{"old": "cc/64/O2", "new": "other/64/O2"}]
    assert d["regressions"] == 1


def test_another_release_under_the_same_name(pair, tmp_path):
    good, bad = pair
    new = changed(tmp_path, bad, rename(version="99.1"))
    assert changes(good, new, status=1)["regressions"] == 1
    assert "before, cc 99.1 now" in compare(good, new, status=1)


def test_map(pair, tmp_path):
    good, bad = pair
    new = changed(tmp_path, bad, rename(id="other/64/O2", compiler="other", version="99.1"))
    r = run(["compare", good.path, new])
    assert r.status == 2 and "no column in common" in r.stderr
    assert changes(good, new, "--map", "cc=other", status=1)["regressions"] == 1


def test_profile_and_place_keep_columns_apart(pair, tmp_path):
    good, _ = pair
    for fields in (dict(place="vmx"), dict(profile="kernel"), dict(opt="O1")):
        new = changed(tmp_path, good, rename(**fields))
        r = run(["compare", good.path, new])
        assert r.status == 2 and "no column in common" in r.stderr
    new = changed(tmp_path, good, rename(profile="default"))
    assert changes(good, new, status=0)["columns"]["added"] == []


def test_column_added_and_absent(pair, tmp_path):
    good, bad = pair

    def add(d):
        d["columns"].append(dict(d["columns"][0], id="new/64/O1", compiler="new", opt="O1"))
        d["cells"] += [dict(c, column="new/64/O1", verdict="crash") for c in d["cells"]]
    new = changed(tmp_path, good, add)
    d = changes(good, new, status=0)
    assert (d["columns"]["added"], d["cells"]) == (["new/64/O1"], [])
    d = changes(new, good, status=1)
    assert (d["columns"]["absent"], d["columns"]["lost"], d["cells"]) == (["new/64/O1"], 1, [])
    assert d["regressions"] == 1
    text = " ".join(compare(new, good, status=1).split())
    assert "absent: new/64/O1: 1 of them ran before: regressions; " in text
    assert "Absent: new/64/O1: 1 of them" in compare(new, good, "--format", "md", status=1)
    assert changes(new, good, "--part", status=0)["columns"]["absent"] == ["new/64/O1"]

    def unrun(d):
        add(d)
        for c in d["cells"]:
            if c["column"] == "new/64/O1":
                c.update(executed=0, not_run=c["planned"], verdict="not-run")
                c["counts"] = {**dict.fromkeys(c["counts"], 0), "not-run": c["planned"]}
    d = changes(changed(tmp_path, good, unrun), good, status=0)  # there was nothing to lose
    assert (d["columns"]["absent"], d["columns"]["lost"]) == (["new/64/O1"], 0)


def test_another_compiler_is_no_change_of_the_first(tmp_path, gcc, compilers):
    """What no document decides is found by comparing compilers: one more of them finds more."""
    clang = next((c for c in compilers if compilers[c]["family"] == "clang"), None)
    if not clang:
        pytest.skip("not-run: clang absent")
    cases = write(tmp_path / "c.h", "int undecided(long double a, int b);\nint f(int a);\n")
    args = ["--abi", "fastcall", "--opt", "O2", "--width", "32", "--cases", cases]
    alone = run_matrix(tmp_path / "alone", "--cc", gcc, *args, status=0)
    both = run_matrix(tmp_path / "both", "--cc", f"{gcc},{clang}", *args, status=0)
    assert both.select(column=f"{gcc}/32/O2") and not alone.findings
    for old, new in ((alone, both), (both, alone)):
        d = changes(old, new, "--strict", "--part", status=0)
        assert (d["findings"], d["cells"]) == ([], [])
    assert changes(alone, both, status=0)["left_out"] > 0
    assert "left out:" in compare(alone, both, status=0)


@pytest.mark.parametrize("args,message", [
    ([], "two matrices, please"),
    (["a"], "two matrices, please"),
    (["/no/such", "/no/such"], "cannot read /no/such"),
    (["a", "b", "--format", "xml"], "--format: unknown value 'xml': use txt, md or json"),
    (["a", "b", "--frobnicate"], "try `clobber compare --help'"),
], ids=lambda x: " ".join(x) if isinstance(x, list) else None)
def test_bad_usage(args, message):
    r = run(["compare", *args])
    assert (r.status, r.stdout) == (2, "")
    assert message in r.stderr


@pytest.mark.parametrize("pairs,message", [
    ("cc", "'cc' is not a pair"), ("cd=cc", "the old matrix has no compiler `cd'"),
    ("cc=cd", "the new matrix has no compiler `cd'"),
])
def test_bad_map(pair, pairs, message):
    good, bad = pair
    r = run(["compare", good.path, bad.path, "--map", pairs])
    assert r.status == 2 and message in r.stderr
