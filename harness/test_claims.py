# SPDX-License-Identifier: MIT
"""The claims of the thread: what each kind of deciding says of whole compilers, and of compilers that
are broken so that the verdict must turn."""
import json
import os
import re
import shutil
import subprocess

import pytest

import claims_text
import program
from program import PROGRAM, ROOT, environment, run, script

GCC, CLANG = program.preferred("gcc"), program.preferred("clang")
COMPILERS = [GCC, CLANG]
pytestmark = [pytest.mark.ia32,
              pytest.mark.skipif(None in COMPILERS, reason="not-run: gcc or clang absent")]


def claims(out, *options, status=0):
    r = run(["claims", "--out", out, *options])
    assert r.status == status, f"{r.status}\n{r.stdout}\n{r.stderr}"
    return json.loads((out / "claims.json").read_text()), r


def results(document):
    """(claim, column) -> result. Columns by compiler and width, wherever they ran."""
    return {(c["number"], x["column"].split("@")[0]): x for c in document["list"]
            for x in c["results"]}


@pytest.fixture(scope="module")
def all_claims(tmp_path_factory):
    d, r = claims(tmp_path_factory.mktemp("claims"), "--cc", ",".join(COMPILERS))
    return d, r


def test_complete(all_claims):
    """Every claim has a verdict in every column, by evidence that names something."""
    d, _ = all_claims
    assert [c["number"] for c in d["list"]] == list(range(1, 22))
    by = results(d)
    for c in d["list"]:
        for x in c["results"]:
            if not x["applies"]:
                assert x["verdict"] == "not-run" and "it speaks of" in x["reason"]
                continue
            assert x["verdict"] != "not-run", (c["number"], x["column"], x["reason"])
            assert x["evidence"] and all(e["id"] and e["detail"] for e in x["evidence"])
            assert x["verdict"] == "true" or x["reason"]
            for e in x["evidence"]:
                assert not e["kind"].endswith("broken on purpose") or e["holds"], (c["number"], e)
    # One verdict a compiler and width; claims about VMREAD have evidence of root operation, too.
    assert len(by) == 21 * len(d["columns"]) == 21 * 2 * len(COMPILERS)
    for place in ("root", "root-vmcs"):
        rooted = {n for (n, _), x in by.items()
                  if any(e["id"].endswith(f"@{place}") for e in x["evidence"])}
        assert rooted == ({1, 3, 16, 20, 21} if program.runs(place) else set())


def test_every_mismatch_is_named(all_claims):
    """Each broken twin of each scenario is caught by the register, slot or argument it is about."""
    d, _ = all_claims
    seen = {(e["id"].split(" ")[0].rsplit("/", 1)[1], x["column"].split("@")[0].split("/")[1]):
            e["detail"]
            for c in d["list"] for x in c["results"] for e in x["evidence"]
            if e["kind"] == "broken on purpose"}
    for case, width, says in [
            ("drops_dx", "64", "callee-saved, rdx after"), ("drops_ax", "32", "callee-saved, eax after"),
            ("drops_r8", "64", "callee-saved, r8 after"), ("swaps_pops", "64", "callee-saved, rcx"),
            ("swaps_arguments", "32", "argument, argument field"),
            ("keeps_slot", "64", "stack-slot, the fault slot"),
            ("pops_wrong", "64", "expected 16 bytes popped, got 24"),
            ("generation_crossed", "32", "argument, argument field"),
            ("declared_wrong", "32", "argument, argument field"),
            ("direct_declared_wrong", "32", "argument, argument prev"),
            ("wrapper_pushes_other", "32", "argument, argument prev"),
            ("irqoff_drops_bp", "64", "callee-saved, rbp"), ("irqoff_unaligned", "64", "fault"),
            ("vcpu_drops_bx", "64", "callee-saved, rbx"), ("vcpu_pops_wrong", "32", "stack-pointer"),
            ("cipher_declared_wrong", "32", "argument, argument ctx"),
            ("cipher_drops_bx", "32", "callee-saved, ebx"),
            ("math_swaps_arguments", "32", "argument, argument a"),
            ("math_pops_wrong", "32", "stack-pointer")]:
        assert says in seen[case, width], (case, width, seen[case, width])


def test_evidence_reruns_alone(all_claims, tmp_path):
    d, _ = all_claims
    x = results(d)[4, f"{CLANG}/64"]
    assert x["verdict"] == "true except" and "redeclared" in str(x["evidence"])
    assert x["repro"] == f"clobber claims --cc {CLANG} --width 64 --place native --claim 4 -v"
    r = run([*x["repro"].split()[1:], "--out", tmp_path])
    assert r.status == 0 and "true except" in r.stdout and "does not hold (accepted; decides)" in r.stdout
    again = results(json.loads((tmp_path / "claims.json").read_text()))
    assert again[4, f"{CLANG}/64"]["reason"] == x["reason"] and len(again) == 1


# What is written down ---------------------------------------------------------------------------

def family(column: dict) -> str:
    return program.compilers()[column["compiler"]]["family"]


def same_versions(d) -> None:
    """Skips the test where gcc and clang are not those of the reference."""
    versions = {family(c): c["version"] for c in d["columns"]}
    if versions != {"gcc": "12.2.0", "clang": "14.0.6"}:
        pytest.skip(f"not-run: the reference is of other versions than {versions}")


def test_reference_is_what_a_run_says(all_claims):
    """The committed verdicts of these compilers are those of a fresh run."""
    d, _ = all_claims
    same_versions(d)
    stored = claims_text.read(claims_text.REFERENCE.read_text())
    columns = {c["id"].split("@")[0]: (program.FIRST_CHOICE[family(c)], c["width"], "native")
               for c in d["columns"]}
    for (n, column), x in results(d).items():
        if x["applies"]:
            assert stored[n]["results"][columns[column]] == x["verdict"], (n, column)
        else:
            assert columns[column][1] in stored[n]["not"]
    assert [c["claim"] for c in d["list"]] == [c["claim"] for c in stored.values()]


def test_the_story_does_not_drift(all_claims):
    """docs/thread.md: its table is made from the reference, its figures are those of a run."""
    same_versions(all_claims[0])
    text = (ROOT / "docs/thread.md").read_text()
    assert claims_text.table(claims_text.REFERENCE.read_text()) in text, (
        "docs/thread.md: paste the table that harness/claims_text.py prints")
    by = results(all_claims[0])
    flat = " ".join(text.split())
    for n, column, detail, told in [
            (15, f"{GCC}/32", "8 bytes, 4 instructions, 0 registers saved at entry; against 6, 2, 0",
             "The wrapper is 8 bytes and 4 instructions, the direct call 6 and 2."),
            (19, f"{GCC}/64", "236 bytes, 79 instructions, 6 registers saved at entry; against 165, 60, 0",
             "gcc-12 needs 165 bytes at 64 bit and saves no register; with one that preserves only what "
             "it must, 236 bytes and six registers saved"),
            (19, f"{GCC}/64", "against 326,", "`asm goto` is larger (326 bytes)"),
            (18, f"{GCC}/64", "ms_abi rcx", "for `ms_abi` and `vectorcall` in rcx"),
            (18, f"{CLANG}/64", "vectorcall rcx", "for `ms_abi` and `vectorcall` in rcx"),
            (18, f"{GCC}/64", "taken from the stack (rsp+8 at entry)", "on the stack, where the trampoline"),
            (18, f"{CLANG}/64", "regcall rax", "`regcall` takes it from rax"),
            (18, f"{GCC}/64", "taken from the stack (rsp+0 at entry)", "read the second from the stack"),
            (17, f"{GCC}/64", "accepted without a word", "A cast of its address"),
            (10, f"{GCC}/32", "conflicting types", "refuses it at 32 bit"),
            (14, f"{GCC}/32", "passes", "The wrapper itself serves both"),
            (4, f"{CLANG}/64", "was previously declared without the regparm attribute",
             "But clang refuses")]:
        details = [e["detail"] for e in by[n, column]["evidence"]]
        assert any(detail in x for x in details), (n, column, detail, details)
        assert told in flat, told


# Compilers that are broken so that a verdict must turn -------------------------------------------

def wrapped(tmp_path, body):
    """gcc behind a script; `$src` is the source's name, `$@` the arguments."""
    return script(tmp_path / "cc", f"""src=
for a; do case $a in *.c) src=${{a##*/}};; esac; done
{body}
exec {GCC} "$@"
""")


def turned(tmp_path, body, claim, width, status=0):
    d, r = claims(tmp_path / "out", "--cc", wrapped(tmp_path, body), "--width", width, "--claim",
                  claim, "--place", program.where(width), status=status)
    return results(d)[claim, f"cc/{width}"], r


def test_identical_turns(tmp_path):
    """Objects that differ where they must not: with the instructions that differ."""
    x, _ = turned(tmp_path, 'case "$src $*" in "attribute.c"*ATTRIBUTE=2*) set -- "$@" '
                  '-Dlast_field=another;; esac', 4, 64)
    assert x["verdict"] == "false"
    assert "different code at .text+0x" in x["reason"] and "`mov" in x["reason"]
    assert "-> last_field' against" in x["reason"] and "-> another'" in x["reason"]


def test_refusal_turns(tmp_path):
    """A compiler that accepts what must be refused."""
    x, _ = turned(tmp_path, 'case "$src $*" in "called.c"*FUDGED=0*) set -- "$@" -DFUDGED=1;; esac',
                  17, 64)
    assert x["verdict"] == "false"
    assert x["reason"] == "calling the symbol: accepted without a word"


def test_refusal_records_the_diagnostic(all_claims):
    d, _ = all_claims
    by = results(d)
    for cc, says in ((GCC, "called object 'vmread_error_trampoline' is not a function"),
                     (CLANG, "called object type 'unsigned long' is not a function")):
        e = by[17, f"{cc}/64"]["evidence"][0]
        assert e["kind"] == "refused" and says in e["detail"]


def test_measure_turns(tmp_path):
    """Code that does not shrink where it should."""
    x, _ = turned(tmp_path, 'case "$src $*" in "attribute.c"*ATTRIBUTE=0*) set -- "$@" -O0;; esac',
                  13, 32)
    assert x["verdict"] == "false"
    assert "bytes" in x["reason"] and "against" in x["reason"]


def test_attribute_turns(tmp_path):
    """A compiler whose attribute does send the parameter to the stack: the seventh is there."""
    x, _ = turned(tmp_path, 'case "$src $*" in "attributes.c"*preserve_none*) set -- "$@" -DSEVENTH '
                  '-DATTRIBUTE=;; esac', 18, 64)
    assert x["verdict"] == "false"
    assert "on the stack: preserve_none the stack (rsp+8 at entry)" in x["reason"]


def test_run_turns(tmp_path):
    """C that is compiled not to save what it must: the case fails, and so the claim."""
    x, _ = turned(tmp_path, 'set -- "$@" -fcall-used-rbx', 3, 64)
    assert x["verdict"] == "false"
    assert "violation: callee-saved, rbx" in x["reason"]


def test_written_registers_turn(tmp_path):
    x, _ = turned(tmp_path, 'case "$src" in busy.c) set -- "$@" -ffixed-r9 -ffixed-r8;; esac', 2, 64)
    assert x["verdict"] == "true except"
    assert "it leaves r8, r9 alone" in x["reason"]


def test_a_flag_that_changes_nothing(tmp_path):
    """A compiler that takes -mregparm=3 and passes on the stack has no 32-bit kernel code to judge."""
    x, _ = turned(tmp_path, 'for a; do shift; case $a in -mregparm=*) ;; *) set -- "$@" "$a";; esac; done',
                  1, 32)
    assert x["verdict"] == "not-run"
    assert x["reason"].endswith("it takes -mregparm=3, which changes nothing")


def copied_data(tmp_path):
    """What clobber reads, to be changed."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "cases", data / "cases")
    (data / "include").symlink_to(ROOT / "src")
    shutil.copytree(PROGRAM.parent / "data/runtime", data / "runtime")
    return data


def test_uncaught_twin_voids_the_claim(tmp_path):
    """If a trampoline broken on purpose is not caught, what the whole one shows is worth nothing."""
    data = copied_data(tmp_path)
    opaque = data / "runtime/opaque.inc"
    opaque.write_text(opaque.read_text().replace("%ifnidn %3, keep_slot", "%ifnidn %3, nothing"))
    r = run(["claims", "--cc", GCC, "--width", "64", "--claim", "21", "--place", "native", "--out",
             tmp_path / "out"], env=environment(CLOBBER_DATA=str(data)))
    assert r.status == 1 and "not caught" in r.stderr
    x = results(json.loads((tmp_path / "out/claims.json").read_text()))[21, f"{GCC}/64"]
    assert x["verdict"] == "not-run"
    assert "keeps_slot" in x["reason"] and "does not count" in x["reason"]
    # And the other way: a whole trampoline that is not whole.
    opaque.write_text((ROOT / "asm/thread/opaque.inc").read_text().replace(
        "%ifnidn %3, keep_slot", "%ifidn %3, whole"))
    r = run(["claims", "--cc", GCC, "--width", "64", "--claim", "21", "--place", "native", "--out",
             tmp_path / "out"], env=environment(CLOBBER_DATA=str(data)))
    x = results(json.loads((tmp_path / "out/claims.json").read_text()))[21, f"{GCC}/64"]
    assert r.status == 0 and x["verdict"] == "false"
    assert "stack-slot, the fault slot" in x["reason"]


# Contracts ---------------------------------------------------------------------------------------

def contracts(x):
    return [e for e in x["evidence"] if e["kind"].startswith("contract")]


def test_contracts_are_the_same_in_every_column(all_claims):
    """No compiler is asked; every function that has a contract also has one broken on purpose."""
    by = results(all_claims[0])
    for n, w, functions in ((11, 64, 4), (11, 32, 9), (16, 64, 2), (16, 32, 3)):
        seen = contracts(by[n, f"{GCC}/{w}"])
        assert seen == contracts(by[n, f"{CLANG}/{w}"])
        kinds = {e["kind"]: {x["id"].split(" ")[1] for x in seen if x["kind"] == e["kind"]} for e in seen}
        assert len(kinds["contract"]) == functions
        assert kinds["contract"] == kinds["contract broken on purpose"]


def test_contract_evidence_reruns_alone(all_claims, tmp_path):
    """The command at the end of each, from the folder of the sources, finds the same."""
    (tmp_path / "asm").symlink_to(ROOT / "asm")
    (tmp_path / "cases").symlink_to(ROOT / "cases")
    (tmp_path / "clobber").symlink_to(PROGRAM)
    env = environment(PATH=f"{tmp_path}:{os.environ['PATH']}",
                      CLOBBER_DATA=str(PROGRAM.parent / "data"))
    by = results(all_claims[0])
    evidence = {e["detail"]: e for n in (11, 16) for w in (32, 64) for e in contracts(by[n, f"{GCC}/{w}"])}
    assert len(evidence) == 41
    for detail, e in evidence.items():
        says, command = detail[:-1].split("; again by `")
        assert e["id"].split(" ", 1)[0] in command
        r = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True)
        if e["kind"] == "contract":
            assert (r.returncode, says) == (0, "keeps it") and ": 1 pass" in r.stdout, r.stderr
            continue
        check, subject = says.removeprefix("caught: ").split(": expected")[0].split(", ", 1)
        assert r.returncode == 1 and f"{check}: {subject}" in " ".join(r.stdout.split()), (detail, r)


def with_contracts(tmp_path, file, old, new, claim):
    """gcc at 64 bit, when a text of `file` reads otherwise."""
    data = copied_data(tmp_path)
    path = data / "cases/thread/claims" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    r = run(["claims", "--cc", GCC, "--width", "64", "--claim", claim, "--place", "native", "--out",
             tmp_path / "out"], env=environment(CLOBBER_DATA=str(data)))
    text = tmp_path / "out/claims.json"
    return r, results(json.loads(text.read_text()))[claim, f"{GCC}/64"] if text.exists() else None


def test_uncaught_contract_twin_voids_the_claim(tmp_path):
    """Twins that are whole: the cases are all as they were, and still nothing counts."""
    r, x = with_contracts(tmp_path, "conventions.asm", "VMREAD_ERROR_OPAQUE THE, vmread_error, BROKEN",
                          "VMREAD_ERROR_OPAQUE THE, vmread_error, none", 16)
    assert r.status == 1 and "2 cases broken on purpose were not caught" in r.stderr
    assert x["verdict"] == "not-run" and "does not count" in x["reason"]
    assert "-DTHE=trampoline_opaque -DBROKEN=take_registers" in x["reason"]
    assert "not caught (argument argument field wanted): no finding" in x["reason"]


def test_contract_turns(tmp_path):
    """Another contract, which the assembly does not keep: by the slot it is about."""
    r, x = with_contracts(tmp_path, "conventions.cases", "//! out stack 2 = 0", "//! out stack 2 = 1", 16)
    assert r.status == 0 and x["verdict"] == "false"
    assert "violation: stack-slot, stack word 2 (rsp+16 at entry): expected 0x0000000000000001" in x["reason"]


@pytest.mark.parametrize("old, new, says", [
    ("//! out stack 2 = 0", "//! out stock 2 = 0", "stock"),
    ("//! abi kernel", "//! abi fastcall",
     "conventions.cases:trampoline_opaque has nothing under test for 64 bit code"),
])
def test_contract_that_cannot_be_held(tmp_path, old, new, says):
    """Never taken for one that is kept."""
    r, x = with_contracts(tmp_path, "conventions.cases", old, new, 16)
    assert (r.status, x) == (2, None) and "conventions.cases:" in r.stderr and says in r.stderr


# Bad input --------------------------------------------------------------------------------------

@pytest.mark.parametrize("options, says", [
    (["--claim", "22"], "unknown claim '22': use numbers from 1 to 21"),
    (["--claim", "x"], "unknown claim 'x'"), (["--claim", ","], "--claim: empty list"),
    (["--place", "moon"], "unknown place 'moon'"),
    (["--opt", "fast"], "unknown optimisation 'fast'"),
    (["--cc", "no-such"], "no compiler \"no-such\""), (["more"], "unexpected argument 'more'"),
])
def test_bad_options(tmp_path, options, says):
    r = run(["claims", "--out", tmp_path, *options])
    assert (r.status, r.stdout) == (2, "") and says in r.stderr


# In a run ---------------------------------------------------------------------------------------

def test_run_ends_with_the_claims(tmp_path):
    place = program.where(32)
    r = run(["run", "--cc", GCC, "--width", "32", "--profile", "kernel", "--opt", "O2", "--place",
             place, "--cases", "cases/thread", "--out", tmp_path], cwd=ROOT)
    assert r.status == 0, r.stderr
    m = json.loads((tmp_path / "matrix.json").read_text())
    assert m["schema"] == 3
    assert [c["number"] for c in m["claims"]["list"]] == list(range(1, 22))
    assert re.search(r"^      claims of the thread: \d+ true, \d+ false", r.stdout, re.M)
    for name, says in (("report.txt", "claims of the thread: "),
                       ("report.md", "19. **a trampoline that preserves"),
                       ("report.html", "tab-claims")):
        assert says in (tmp_path / name).read_text()
    if shutil.which("chromium"):
        dom = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                              "--virtual-time-budget=8000", "--dump-dom",
                              f"file://{tmp_path}/report.html#view=claims"], capture_output=True,
                             text=True, timeout=120).stdout
        assert "19. a trampoline that preserves" in dom and "what counts is that declaration" in dom
        assert f"clobber claims --cc {GCC} --width 32 --place {place} --claim 8 -v" in dom
    # What is stored is what is told later; a matrix of schema 2 has none, and is still read.
    again = run(["report", tmp_path, "--format", "txt", "-v"]).stdout
    assert "8. asmlinkage is needed wherever assembly calls C" in again
    m["schema"] = 2
    del m["claims"]
    (tmp_path / "matrix.json").write_text(json.dumps(m))
    old = run(["report", tmp_path, "--format", "txt", "-v"])
    assert old.status == 0 and "asmlinkage is needed wherever" not in old.stdout


def test_a_part_of_the_thread_decides_nothing(tmp_path):
    r = run(["run", "--cc", GCC, "--width", "64", "--profile", "kernel", "--opt", "O2", "--place", "native",
             "--cases", "cases/thread/vmread.h", "--out", tmp_path], cwd=ROOT)
    assert r.status == 0
    assert json.loads((tmp_path / "matrix.json").read_text())["claims"] is None
    assert "claims of the thread" not in r.stdout
