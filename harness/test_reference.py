# SPDX-License-Identifier: MIT
"""results/reference: a fresh run of the same compilers makes the same cells."""
import base64
import gzip
import json
import lzma
import os
import re
import subprocess

import pytest

import program
from program import ROOT, compilers, run

REFERENCE = ROOT / "results/reference/matrix.json.xz"
# Enough of it to show a change of the oracle, the runtime or the cases; the rest on demand.
PART = "cases/scalar/counts.h,cases/aggregate/sizes.h,cases/exotic/complex.h"


@pytest.fixture(scope="module")
def reference() -> dict:
    with lzma.open(REFERENCE) as f:
        return json.load(f)


def same_compilers(reference: dict) -> list[str]:
    """Those here that are the reference's, by name and version."""
    there = {(c["compiler"], c["version"]) for c in reference["columns"]}
    here = compilers()
    return [name for name, c in here.items() if (name, c["version"]) in there]


def told(cell: dict, everything: bool) -> dict:
    """What a cell says of its column alone: where no document decides it takes others to agree or
    to diverge."""
    counts = dict(cell["counts"])
    if not everything:
        counts["pass"] += counts.pop("divergence") + counts.pop("de-facto")
    return {"counts": counts, **{k: cell[k] for k in ("planned", "executed", "known")}}


def test_a_fresh_run_makes_the_same_cells(reference, tmp_path):
    names = same_compilers(reference)
    if not names:
        pytest.skip("no compiler of the reference is installed here")
    everything = os.environ.get("CLOBBER_REFERENCE") == "all"
    if not everything:
        names = [n for n in names if n in ("gcc-12", "clang-14")] or names[:1]
    part = ["--place", "native", "--profile", "user", "--cases", PART]
    if not program.runs("native", 32):
        part += ["--width", "64"]
    r = run(["run", "--cc", ",".join(names), "--out", tmp_path / "out", "-q",
             *([] if everything else part)], seconds=7200 if everything else 900)
    assert r.status in (0, 1), r.stderr
    fresh = json.loads((tmp_path / "out/matrix.json").read_text())
    want = {(c["row"], c["column"]): c for c in reference["cells"]}
    assert fresh["cells"]
    for cell in fresh["cells"]:
        key = (cell["row"], cell["column"])
        assert told(cell, everything) == told(want[key], everything), key


def test_no_gcc_or_clang_is_unexpected(reference):
    """Every violation of theirs has been read against its document, and is listed with a reason."""
    family = {c["id"]: c["family"] for c in reference["columns"]}
    bad = [f for f in reference["findings"]
           if family[f["column"]] in ("gcc", "clang") and not f["known"]
           and f["verdict"] not in ("divergence", "de-facto")]
    assert not bad
    assert not reference["vanished"]


def test_every_finding_cites_a_rule(reference):
    rules = {r["name"]: r for r in reference["rules"]}
    for f in reference["findings"]:
        rule = rules[f["rule"]]
        assert rule["sentence"] and rule["document"], f["rule"]
        if f["verdict"] == "violation":
            assert rule["status"] == "stated", f["rule"]


def test_no_verdict_depends_on_the_place(reference):
    assert {p["name"] for p in reference["places"] if p["engine"].startswith("bochs")} == {
        "vmx", "root", "root-vmcs"}
    assert not reference["differences"]


@pytest.mark.parametrize("form, file", [("txt", "report.txt"), ("md", "report.md"),
                                        ("html", "report.html")])
def test_pages_are_built(reference, form, file, tmp_path):
    """As `make reference` does: small enough to be read and sent, and with every compiler in them."""
    r = run(["report", REFERENCE, "--format", form, "--output", tmp_path / file])
    assert (r.status, r.stdout, r.stderr) == (0, "", "")
    text = (tmp_path / file).read_text()
    least, most = {"txt": (5e3, 3e4), "md": (1e4, 2e5), "html": (1e5, 5e6)}[form]
    assert least < len(text) < most
    if form == "html":
        text = gzip.decompress(base64.b64decode(re.search(r'(?<=id="data">)[^<]*', text)[0])).decode()
    assert all(c["compiler"] in text for c in reference["columns"])
    assert f"report {REFERENCE.relative_to(ROOT)} --format {form} " in " ".join(
        subprocess.run(["make", "-n", "reference"], cwd=ROOT, capture_output=True, text=True,
                       check=True).stdout.split())
