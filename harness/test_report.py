# SPDX-License-Identifier: MIT
"""clobber report: each rendering of one matrix in which everything there is to say is said, judged by
validators that are not ours: xmllint, junitparser, prove, jsonschema."""
import copy
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest

import program
from program import ROOT, run, run_matrix, script, write

CASES = """//! group some what the suite is about
int plain(int a);
int other(long a, int b);
//! known gcc sysv: the wrapper lets functions use rbx & <more>
int known(int a);
//! group never a type nothing here can express
int odd(_Float16 a, int b);
//! group gone a finding that is not there
//! known gcc sysv: it was once there
int vanished(void);
"""
FORMATS = ("txt", "md", "junit", "ktap", "github")


@pytest.fixture(scope="module")
def rich(tmp_path_factory, gcc, compilers):
    """The folder of a run with findings, known ones, vanished ones, and what was not run."""
    tmp = tmp_path_factory.mktemp("rich")
    bad = script(tmp / "bad", f"""
for a; do
	case $a in
	*.c) grep -q _Float16 "$a" && {{ echo "x.c:1:1: error: no _Float16" >&2; exit 1; }} ;;
	esac
done
exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx
""")
    run_matrix(tmp / "out", "--cc", f"{gcc},{bad}", "--abi", "sysv", "--opt", "O2", "--width", "64",
               "--cases", write(tmp / "c.h", CASES), status=1)
    return tmp / "out"


def needs(tool: str) -> str:
    path = shutil.which(tool)
    if not path:
        pytest.skip(f"not-run: {tool} absent")
    return path


def rendered(folder, form: str, *more) -> str:
    r = run(["report", folder, "--format", form, *more])
    assert (r.status, r.stderr) == (0, "")
    return r.stdout


def untimed(text: str) -> str:
    """Without the times, which only the run itself knows."""
    return re.sub(r' time="[0-9.]+"', "", text)


# All of them --------------------------------------------------------------------------------------

@pytest.mark.parametrize("form,name", [("txt", "report.txt"), ("md", "report.md"),
                                       ("junit", "junit.xml"), ("ktap", "ktap.txt")])
def test_report_is_what_run_wrote(rich, form, name):
    wrote = untimed((rich / name).read_text())
    assert rendered(rich, form) == wrote
    assert rendered(rich / "matrix.json", form) == wrote


@pytest.mark.parametrize("form", FORMATS)
def test_output_option(rich, form, tmp_path):
    assert rendered(rich, form, "--output", tmp_path / "x") == ""
    assert (tmp_path / "x").read_text() == rendered(rich, form)


@pytest.mark.parametrize("args,message", [
    ([], "one matrix, please"),
    (["a", "b", "--format", "md"], "one matrix, please"),
    (["x"], "no format: use for instance --format md"),
    (["x", "--format", "mdd"], "--format: unknown value 'mdd' (did you mean 'md'?)"),
    (["/no/such", "--format", "md"], "cannot read /no/such: No such file or directory"),
    (["x", "--frobnicate"], "try `clobber report --help'"),
], ids=lambda x: " ".join(x) if isinstance(x, list) else None)
def test_bad_usage(args, message):
    r = run(["report", *args])
    assert (r.status, r.stdout) == (2, "")
    assert message in r.stderr


def test_unwritable_output(rich):
    r = run(["report", rich, "--format", "md", "--output", "/no/such/dir/x"])
    assert r.status == 2
    assert "cannot write /no/such/dir/x" in r.stderr


def broken(change):
    def make(d):
        d = copy.deepcopy(d)
        change(d)
        return d
    return make


BROKEN = {
    "no list": (broken(lambda d: d.update(findings=3)), "findings is not a list"),
    "column": (broken(lambda d: d["findings"][0].update(column="x")),
               "findings[0].column names nothing that is listed"),
    "row": (broken(lambda d: d["cells"][1].update(row="x")),
            "cells[1].row names nothing that is listed"),
    "verdict": (broken(lambda d: d["cells"][0].update(verdict="fine")),
                "cells[0].verdict is not a verdict"),
    "sum": (broken(lambda d: d["cells"][0].update(planned=99)),
            "cells[0].planned is not executed + not_run"),
    "schema": (broken(lambda d: d.update(schema=1)),
               "it has schema 1 and this clobber reads 2 to 3"),
    "claims": (broken(lambda d: d.update(claims={"columns": [], "list": [
        {"number": 1, "who": "x", "claim": "y", "results": [
            {"column": "z", "verdict": "true", "repro": ""}]}]})),
               "claims.list[0].results[0].column names nothing that is listed"),
    "none": (broken(lambda d: d.pop("schema")), "it has no schema number"),
    "example": (broken(lambda d: d["examples"][0].update(finding=10 ** 6)),
                "examples[0].finding is beyond the end"),
    "negative": (broken(lambda d: d["totals"].update(planned=-1)), "planned is not a count"),
    "case": (broken(lambda d: d.update(cases=[])), "findings[0].case names nothing"),
    "array": (lambda d: [], "it has no schema number"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_matrix(rich, what, tmp_path):
    change, message = BROKEN[what]
    path = tmp_path / "m.json"
    path.write_text(json.dumps(change(json.loads((rich / "matrix.json").read_text()))))
    r = run(["report", path, "--format", "txt"])
    assert (r.status, r.stdout) == (2, "")
    assert r.stderr.startswith(f"clobber: {path}: ")
    assert message in r.stderr


def test_no_json(tmp_path):
    r = run(["report", write(tmp_path / "m.json", "{]"), "--format", "txt"])
    assert r.status == 2
    assert "m.json:1:2: not JSON" in r.stderr


def test_place_and_profile_of_a_column(rich, tmp_path):
    """Columns of another place or profile have headings of their own."""
    d = json.loads((rich / "matrix.json").read_text())
    d["columns"][0].update(place="native", engine="process")
    d["columns"][1].update(place="vmx", engine="bochs 2.7", profile="kernel")
    d["cases"] += [dict(c, profile="kernel") for c in d["cases"]]
    path = write(tmp_path / "m.json", json.dumps(d))
    text = rendered(path, "txt", "-v")
    assert re.search(r"^places: +native \(process\), vmx \(bochs 2\.7\)$", text, re.M)
    assert "-m64 kernel vmx" in text
    for form in ("txt", "md"):
        assert re.search(r"^(\| \*\*)?sysv(\*\* \|)? +ok( k)? [ |]+vmx FAIL 1( \|)?$",
                         rendered(path, form), re.M), form


# Text ---------------------------------------------------------------------------------------------

def test_text_is_for_mail(rich):
    text = rendered(rich, "txt")
    assert text.isascii()
    assert [x for x in text.splitlines() if len(x) > 72 and not x.startswith("  clobber run ")] == []
    heads = ("FAIL  bad: rbx is not preserved (sysv.registers.saved)", "ok    gcc-12".split("-")[0],
             "calls checked", "compilers:", "places:", "host:", "64 bit",
             "Causes, the most serious", "Known findings that did not", "Again:")
    at = [text.index(h) for h in heads]
    assert at == sorted(at)
    matrix = program.load(rich)
    assert len(text.splitlines()) <= 60
    everything = rendered(rich, "txt", "-v")
    assert all(c["text_hash"] in everything for c in matrix.columns.values())
    assert "Known findings, listed beside the cases" in everything
    assert matrix.data["tool"]["command"] in text
    assert "rbx after the call: expected preserved" in text
    assert "no longer shows the known finding of sysv/c/vanished" in text


def test_text_most_serious_first(rich, tmp_path):
    d = json.loads((rich / "matrix.json").read_text())
    order = ["crash", "timeout", "violation", "divergence"]
    for i, f in enumerate(x for x in d["findings"] if not x["known"]):
        f["verdict"] = order[i % 4]
    path = write(tmp_path / "m.json", json.dumps(d))
    found = r"^(violation|divergence|crash|timeout)\b"
    # What no document decides is no cause.
    assert re.findall(found, rendered(path, "txt"), re.M) == order[:3]
    every = re.findall(found, rendered(path, "txt", "-v"), re.M)
    assert every == sorted(every, key=order.index) and set(every) == set(order)


def test_verbose_text_has_every_finding(rich):
    text = rendered(rich, "txt", "-v")
    assert len(re.findall(r"^(?:known )?(?:violation|divergence)\b", text, re.M)) == \
        len(program.load(rich).findings)
    assert re.search(r"^  some +", text, re.M)


# Markdown -----------------------------------------------------------------------------------------

def test_markdown(rich):
    text = rendered(rich, "md")
    assert text.startswith("## clobber: FAIL\n\n**FAIL** bad: rbx is not preserved "
                           "(sysv.registers.saved)  \n")
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} == {4}  # a label and two compilers
    assert re.search(r"^\| \*\*sysv\*\* \| ok \| FAIL 1 \|$", text, re.M)
    assert text.count("<details") == text.count("</details>") == 2
    assert len(text[:text.index("<details")].splitlines()) < 24
    assert "rbx &amp; &lt;more>" in text


# JUnit --------------------------------------------------------------------------------------------

def test_junit_is_valid(rich):
    xmllint = needs("xmllint")
    schema = program.HARNESS / "junit.xsd"
    r = subprocess.run([xmllint, "--noout", "--schema", schema, rich / "junit.xml"],
                       capture_output=True, text=True)
    assert r.returncode == 0, r.stderr


def test_junit_says_what_the_matrix_says(rich):
    matrix, root = program.load(rich), ET.parse(rich / "junit.xml").getroot()
    cases = {(c.get("name"), c.get("classname")): c for c in root.iter("testcase")}
    for key, cell in matrix.cells.items():
        case = cases.pop(key)
        bad = sum(cell["counts"][v] for v in ("violation", "crash", "timeout")) - cell["known"]
        assert (case.find("failure") is not None) == (bad > 0)
        assert (case.find("skipped") is not None) == (cell["executed"] == 0)
    assert list(cases) == [(v["case"], v["compiler"]) for v in matrix.data["vanished"]]
    failed = next(c for c in root.iter("testcase") if c.find("failure") is not None)
    assert failed.get("file").endswith("c.h") and failed.get("line") == "2"
    assert float(root.get("time")) > 0
    for key in ("tests", "failures", "skipped"):
        assert int(root.get(key)) == sum(int(s.get(key)) for s in root)
    failure = next(root.iter("failure"))
    assert "rbx after the call" in failure.text and "clobber run --cc" in failure.text
    for suite in root:
        for attribute, tag in (("tests", None), ("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.get(attribute)) == len(
                [c for c in suite.iter("testcase") if tag is None or c.find(tag) is not None])


def test_junit_is_read_by_others(rich):
    junitparser = pytest.importorskip("junitparser", reason="not-run: junitparser absent")
    suites = junitparser.JUnitXml.fromfile(str(rich / "junit.xml"))
    assert sum(s.tests for s in suites) == len(list(c for s in suites for c in s))
    assert sum(s.failures for s in suites) > 0


# KTAP ---------------------------------------------------------------------------------------------

def test_ktap_is_tap(rich):
    prove = needs("prove")
    r = subprocess.run([prove, "-v", "-e", "cat", rich / "ktap.txt"], capture_output=True,
                       text=True)
    assert "Parse errors" not in r.stdout
    assert r.returncode != 0 and "Result: FAIL" in r.stdout


def test_ktap_nested_is_tap(rich, tmp_path):
    """What plain TAP leaves out, the subtests, is TAP too."""
    prove = needs("prove")
    inner, name, seen = [], 0, 0
    for line in (rich / "ktap.txt").read_text().splitlines():
        if line.startswith("  "):
            inner.append(line[2:])
        elif inner:
            path = write(tmp_path / f"{name}.txt", "\n".join(inner) + "\n")
            r = subprocess.run([prove, "-e", "cat", path], capture_output=True, text=True)
            assert "Parse errors" not in r.stdout, r.stdout
            assert (r.returncode == 0) == line.startswith("ok "), r.stdout
            inner, name, seen = [], name + 1, seen + 1
    assert seen == len(program.load(rich).columns)


def test_ktap_lines(rich):
    text = (rich / "ktap.txt").read_text()
    assert text.startswith("KTAP version 1\n1..")
    assert re.search(r"^  not ok \d+ sysv/64/some/callee$", text, re.M)
    assert re.search(r"^  # .*rbx after the call", text, re.M)
    assert re.search(r"^  ok \d+ sysv/64/never/callee # SKIP ", text, re.M)
    assert re.search(r"^not ok \d+ \S+ sysv/c/vanished$", text, re.M)


def test_ktap_known_is_an_expected_failure(tmp_path, gcc, compilers):
    bad = script(tmp_path / "bad", f'exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx\n')
    cases = write(tmp_path / "k.h", "//! known gcc sysv: known\nint f(int a);\n")
    run_matrix(tmp_path / "out", "--cc", bad, "--abi", "sysv", "--opt", "O2", "--width", "64",
               "--cases", cases, status=0)
    text = (tmp_path / "out/ktap.txt").read_text()
    assert re.search(r"^  ok \d+ sysv/64/k/callee # XFAIL 1 known$", text, re.M)
    r = subprocess.run([needs("prove"), "-e", "cat", tmp_path / "out/ktap.txt"],
                       capture_output=True, text=True)
    assert r.returncode == 0, r.stdout


# GitHub -------------------------------------------------------------------------------------------

def test_github(rich):
    lines = rendered(rich, "github").splitlines()
    assert lines
    for line in lines:
        assert re.match(r"::(error|notice) file=[^,:]+,line=\d+,title=[^:,]+::\S", line)
    errors = [line for line in lines if line.startswith("::error")]
    assert any("c.h,line=2," in e and "rbx after the call" in e for e in errors)
    assert any("delete this line" in e for e in errors)


# JSON ---------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def validator():
    jsonschema = pytest.importorskip("jsonschema", reason="not-run: jsonschema absent")
    schema = json.loads((ROOT / "docs/matrix.schema.json").read_text())
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def test_json_obeys_its_schema(rich, validator):
    assert [e.message for e in validator.iter_errors(program.load(rich).data)] == []


@pytest.mark.parametrize("change", [
    lambda d: d.update(schema=1), lambda d: d.pop("rules"),
    lambda d: d["cells"][0].update(verdict="fine"), lambda d: d["columns"][0].update(width=16),
    lambda d: d["findings"][0].pop("repro"), lambda d: d["totals"].update(planned="many"),
    lambda d: d["rules"][0].update(status="whispered"),
])
def test_schema_refuses(rich, validator, change):
    d = copy.deepcopy(program.load(rich).data)
    change(d)
    assert not validator.is_valid(d)
