# SPDX-License-Identifier: MIT
"""The matrix of real compilers, and a run as a whole: accounting, repeatability, interruption,
caching, and compilers that refuse, die or are called by strange paths."""
import fcntl
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

import program
from program import PLAIN, run, run_matrix, script, write

CASES = """
//! group ints
int two(int a, int b);
//! group wide
long long wide(char a, long long b, double c);
//! group real
double real(float a, double b, int c);
//! group va
//! varargs double, int
int va(int n, ...);
"""
VERDICTS = ["unsupported", "not-run", "pass", "de-facto", "divergence", "violation", "timeout", "crash"]
OTHER_PROFILES = {("kernel", "32"), ("kernel", "64"), ("asmlinkage", "32"), ("sseregparm", "32"), ("x32", "64")}
NAMED_ONLY = {(f"preserve_{what}", "64") for what in ("most", "all", "none")} | {
    (name, w) for name in ("no_caller_saved", "interrupt", "regcall", "vectorcall") for w in ("32", "64")}
HEADLINE = {"regparm0", "asmlinkage", "sysv", "fastcall"}


@pytest.fixture(scope="module")
def everything(tmp_path_factory, compilers) -> program.Matrix:
    """Every compiler present, a few cases of every convention. Whatever it finds, the bookkeeping
    must be right; so its status is not asserted here."""
    tmp = tmp_path_factory.mktemp("all")
    cases = write(tmp / "some.h", CASES)
    r = run(["run", *program.plain(), "--out", tmp / "out", "--cases", cases], cwd=tmp)
    assert r.status in (0, 1), r
    # tcc's support library calls abort, which no payload has: that is said, nothing else is.
    assert all(line.startswith("clobber: warning: tcc ") for line in r.stderr.splitlines()), r
    m = program.load(tmp / "out", stand_in=True)
    serious = m.totals["violation"] + m.totals["crash"] + m.totals["timeout"]
    assert r.status == (1 if serious else 0)
    return m


@pytest.fixture(scope="module")
def bad_cc(tmp_path_factory, gcc, compilers):
    """A compiler of which findings are certain at 64 bit."""
    folder = tmp_path_factory.mktemp("bad")
    return script(folder / "bad", f'exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx\n')


# The matrix ---------------------------------------------------------------------------------------

def test_keys(everything):
    d = everything.data
    assert {"schema", "tool", "host", "places", "columns", "rows", "cells", "findings", "vanished",
            "totals"} <= set(d)
    assert d["schema"] == 3
    assert {"name", "version", "seed", "documents"} <= set(d["tool"])
    assert {"system", "release", "machine", "cpu"} <= set(d["host"])
    native = d["places"][0]
    assert {k: native[k] for k in ("name", "compared", "instead", "why_not")} == {
        "name": "native", "compared": 0, "instead": None, "why_not": None}
    if program.runs("native"):
        assert len(d["places"]) == 1 and native["engine"] == "process"
    assert {"id", "name", "compiler", "family", "version", "width", "opt", "profile", "text_hash",
            "unusable"} <= set(d["columns"][0])
    assert {"id", "convention", "width", "group", "direction", "headline"} <= set(d["rows"][0])
    assert {"row", "column", "place", "verdict", "planned", "executed", "not_run", "counts",
            "reason"} <= set(d["cells"][0])


def test_ids_are_unique(everything):
    d = everything.data
    assert len(everything.columns) == len(d["columns"])
    assert len(everything.rows) == len(d["rows"])
    assert len(everything.cells) == len(d["cells"])


def test_every_compiler_has_its_columns(everything, compilers):
    want = {f"{c}/{w}/{o}" for c in compilers for w in (32, 64) for o in ("O0", "O2")}
    assert set(everything.columns) == want
    for c in everything.columns.values():
        assert c["version"] == compilers[c["compiler"]]["version"]
        place = "" if c["place"] == "native" else f" {c['place']}"
        assert c["name"] == f"{c['compiler']} -m{c['width']}{place} -{c['opt']}"


def test_every_cell_adds_up(everything):
    for cell in everything.cells.values():
        counts = cell["counts"]
        assert set(counts) == set(VERDICTS)
        assert cell["planned"] == cell["executed"] + cell["not_run"] == sum(counts.values()) > 0
        assert cell["not_run"] == counts["unsupported"] + counts["not-run"]
        present = [v for v in VERDICTS if counts[v]]
        assert cell["verdict"] == present[-1]  # the most serious
        assert (cell["reason"] is not None) == (cell["not_run"] > 0)


def test_every_row_has_a_cell_in_every_column_of_its_width(everything):
    want = {(r["id"], c["id"]) for r in everything.rows.values()
            for c in everything.columns.values() if r["width"] == c["width"]}
    assert set(everything.cells) == want


def test_totals_are_the_sum_of_the_cells(everything):
    totals, cells = everything.totals, everything.cells.values()
    for key in ("planned", "executed", "not_run"):
        assert totals[key] == sum(c[key] for c in cells)
    for v in VERDICTS:
        assert totals[v] == sum(c["counts"][v] for c in cells)
    assert totals["planned"] == totals["executed"] + totals["not_run"]


def test_cases_and_directions_are_all_planned(everything):
    listed = [line.split() for line in run(["list", "abis"]).stdout.splitlines()]
    listed = [x for x in listed if tuple(x[:2]) not in OTHER_PROFILES | NAMED_ONLY]
    planned = {(r["convention"], r["width"], r["direction"], r["group"])
               for r in everything.rows.values()}
    assert planned == {(name, int(w), d, g) for name, w, *_ in listed
                       for d in ("callee", "caller") for g in ("ints", "wide", "real", "va")}


def test_headline_conventions_come_first(everything):
    for width in (32, 64):
        for direction in ("callee", "caller"):
            flags = [r["headline"] for r in everything.data["rows"]
                     if (r["width"], r["direction"]) == (width, direction)]
            assert flags == sorted(flags, reverse=True)
    assert {r["convention"] for r in everything.data["rows"] if r["headline"]} == HEADLINE


def test_payloads_have_a_hash(everything):
    for c in everything.columns.values():
        ran = any(cell["executed"] for (_, col), cell in everything.cells.items()
                  if col == c["id"])
        assert bool(c["text_hash"]) == ran
        assert c["text_hash"] is None or re.fullmatch("[0-9a-f]{16}", c["text_hash"])


def test_same_code_has_the_same_hash(everything):
    """tcc has no optimisations, so its columns differ in nothing; gcc's differ."""
    h = {c: v["text_hash"] for c, v in everything.columns.items()}
    if "tcc/64/O0" not in h:
        pytest.skip("not-run: tcc absent")
    assert h["tcc/64/O0"] == h["tcc/64/O2"]


def test_optimisation_changes_the_hash(everything, gcc):
    h = {c: v["text_hash"] for c, v in everything.columns.items()}
    assert h[f"{gcc}/64/O0"] != h[f"{gcc}/64/O2"]


def test_findings_refer_to_what_exists(everything, rule_status):
    source = CASES.splitlines()
    checks = {line.split()[0] for line in run(["list", "checks"]).stdout.splitlines()}
    for f in everything.findings:
        assert f["column"] in everything.columns
        assert f["rule"] in rule_status
        assert f["check"] in checks
        convention, stem, name = f["case"].split("/")
        path, line = f["where"].rsplit(":", 1)
        assert (convention, stem) == (f["convention"], "some")
        assert path.endswith("/some.h")
        assert f" {name}(" in source[int(line) - 1]
        assert f["direction"] in ("callee", "caller")
        assert f["verdict"] in ("de-facto", "divergence", "violation", "crash", "timeout")


@pytest.mark.parametrize("family", ("gcc", "clang"))
def test_gcc_and_clang_keep_64_bit_conventions(everything, compilers, family):
    names = [n for n, c in compilers.items() if c["family"] == family]
    if not names:
        pytest.skip(f"not-run: {family} absent")
    columns = {f"{n}/64/{o}" for n in names for o in ("O0", "O2")}
    found = [f for f in everything.findings
             if f["column"] in columns and f["verdict"] not in ("divergence", "de-facto")]
    # LLVM 12579, by the edition of 2025.
    assert {f["rule"] for f in found} <= ({"sysv.upper"} if family == "clang" else set())
    assert all(f["known"] for f in found)


# Repeating --------------------------------------------------------------------------------------

def test_same_seed_same_bytes(tmp_path, gcc, bad_cc):
    cases = write(tmp_path / "some.h", CASES)
    args = ["--cc", f"{gcc},{bad_cc}", "--cases", cases, "--abi", "sysv", "--opt", "O2"]
    one = run_matrix(tmp_path / "one", *args, status=1)
    two = run_matrix(tmp_path / "two", *args, "--seed", "1", status=1)
    assert one.path.read_bytes() == two.path.read_bytes()
    other = run_matrix(tmp_path / "other", *args, "--seed", "2", status=1)
    assert other.data["tool"]["seed"] == 2
    assert [c["verdict"] for c in other.cells.values()] == [
        c["verdict"] for c in one.cells.values()]
    fact = ("case", "direction", "check", "rule", "subject", "column")
    assert [[f[k] for k in fact] for f in other.findings] == [
        [f[k] for k in fact] for f in one.findings]
    assert all(a["expected"] != b["expected"] for a, b in zip(one.findings, other.findings))
    assert {c: v["text_hash"] for c, v in one.columns.items()} == {
        c: v["text_hash"] for c, v in other.columns.items()}


def test_repeat_command_repeats(tmp_path, bad_cc):
    """As printed, from the folder of the run: the same finding, value for value."""
    write(tmp_path / "some.h", CASES)
    first = run_matrix(tmp_path / "out", "--cc", bad_cc, "--cases", "some.h", "--opt", "O2",
                       "--seed", "77", status=1)
    f = first.select(case="sysv/some/real", direction="callee")[0]
    words = shlex.split(f["repro"])
    assert words[0] == "clobber"
    r = run(words[1:], cwd=tmp_path)
    assert (r.status, r.stderr) == (1, "")
    again = program.load(tmp_path / "results/repeat")
    assert {x["case"] for x in again.findings} == {"sysv/some/real"}
    assert list(again.columns) == ["bad/64/O2"]
    same = again.select(direction="callee", check=f["check"])[0]
    assert (same["subject"], same["rule"]) == (f["subject"], f["rule"])


def test_repeat_command_repeats_the_values(tmp_path, bad_cc):
    write(tmp_path / "some.h", CASES)
    first = run_matrix(tmp_path / "out", "--cc", bad_cc, "--cases", "some.h", "--opt", "O2",
                       status=1)
    f = first.select(case="sysv/some/real", direction="callee")[0]
    run(shlex.split(f["repro"])[1:], cwd=tmp_path)
    again = program.load(tmp_path / "results/repeat").select(direction="callee")[0]
    assert again["expected"] == f["expected"]


def test_repeat_command_is_quoted(tmp_path, bad_cc):
    folder = tmp_path / "with space"
    folder.mkdir()
    shutil.copy(bad_cc, folder / "bad")
    write(tmp_path / "some.h", CASES)
    m = run_matrix(tmp_path / "out", "--cc", folder / "bad", "--cases", "some.h", "--width", "64",
                   status=1)
    words = shlex.split(m.findings[0]["repro"])
    assert words[words.index("--cc") + 1] == str(folder / "bad")


def test_cases_by_their_printed_name_work_anywhere(tmp_path, gcc):
    m = run_matrix(tmp_path / "out", "--cc", gcc, "--cases", "cases/scalar/counts.h:int_1",
                   "--abi", "sysv", status=0)
    assert {r["convention"] for r in m.rows.values()} == {"sysv"}
    assert m.totals["planned"] == 4


# Known findings ----------------------------------------------------------------------------------

KNOWN = """//! known gcc sysv: the wrapper lets functions use rbx
int f(int a);
//! known clang sysv: another family, so not of this compiler
int g(int a);
"""


def test_known_finding_is_no_failure(tmp_path, bad_cc):
    cases = write(tmp_path / "k.h", KNOWN)
    args = ["--cc", bad_cc, "--abi", "sysv", "--width", "64", "--opt", "O2"]
    m = run_matrix(tmp_path / "out", *args, "--cases", f"{cases}:f", status=0)
    assert {(f["case"], f["known"], f["known_reason"]) for f in m.findings} == {
        ("sysv/k/f", True, "the wrapper lets functions use rbx")}
    assert (m.totals["known"], m.totals["unexpected"], m.data["vanished"]) == (2, 0, [])


def test_finding_known_of_others_is_a_failure(tmp_path, bad_cc):
    cases = write(tmp_path / "k.h", KNOWN)
    m = run_matrix(tmp_path / "out", "--cc", bad_cc, "--abi", "sysv", "--width", "64", "--opt",
                   "O2", "--cases", cases, status=1)
    assert {(f["case"], f["known"]) for f in m.findings} == {("sysv/k/f", True),
                                                             ("sysv/k/g", False)}
    assert (m.totals["known"], m.totals["unexpected"]) == (2, 2)


def test_vanished_finding_is_a_failure(tmp_path, gcc):
    cases = write(tmp_path / "k.h", KNOWN)
    m = run_matrix(tmp_path / "out", "--cc", gcc, "--abi", "sysv", "--width", "64", "--opt", "O2",
                   "--cases", cases, status=1)
    assert m.findings == []
    assert m.data["vanished"] == [{"case": "sysv/k/f", "compiler": gcc, "where": f"{cases}:1",
                                   "reason": "the wrapper lets functions use rbx"}]
    report = "".join((tmp_path / "out/report.txt").read_text().split())  # long paths are folded
    assert f"deletetheline{cases}:1" in report


def test_known_finding_of_a_case_that_did_not_run_has_not_vanished(tmp_path, gcc, compilers):
    cc = script(tmp_path / "picky", f"""
case "$*" in *gen64/*) echo "x.c:1:1: error: no" >&2; exit 1 ;; esac
exec {compilers[gcc]["path"]} "$@"
""")
    m = run_matrix(tmp_path / "out", "--cc", f"{gcc},{cc}", "--abi", "sysv", "--width", "64",
                   "--opt", "O2", "--cases", write(tmp_path / "k.h", KNOWN), status=1)
    assert [v["compiler"] for v in m.data["vanished"]] == [gcc]


# Interruption ------------------------------------------------------------------------------------

def start(args, cwd, **environment) -> subprocess.Popen:
    return subprocess.Popen([program.PROGRAM, *map(str, args)], cwd=cwd,
                            env=program.environment(**environment), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            start_new_session=True)


def wait_for(condition, p: subprocess.Popen) -> None:
    end = time.monotonic() + program.SECONDS
    while not condition():
        assert p.poll() is None, "it ended before it could be interrupted"
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def gate(tmp_path, gcc, compilers):
    """A compiler that says when it is asked to compile cases, and then waits to be let on."""
    path = script(tmp_path / "gated", f"""
case "$*" in
*gen64/*) : >{tmp_path}/reached; while ! [ -e {tmp_path}/open ]; do sleep 0.02; done ;;
esac
exec {compilers[gcc]["path"]} "$@"
""")
    return path


def leftovers(out) -> list[str]:
    return [p.name for p in out.glob("*") if ".tmp" in p.name]


def test_killed_run_leaves_nothing_half_written(tmp_path, gate):
    out = tmp_path / "out"
    args = ["run", *PLAIN, "--out", out, "--cc", gate, "--width", "64", "--abi", "sysv", "--cases",
            write(tmp_path / "some.h", CASES)]
    p = start(args, tmp_path)
    wait_for((tmp_path / "reached").exists, p)
    os.killpg(p.pid, signal.SIGKILL)
    p.communicate()
    assert p.returncode == -signal.SIGKILL
    assert not (out / "matrix.json").exists() and leftovers(out) == []
    (tmp_path / "open").touch()
    m = run_matrix(out, *args[3 + len(PLAIN):], status=0)
    assert m.totals["pass"] == m.totals["planned"] == 16
    assert leftovers(out) == []


def test_killed_run_leaves_the_old_results(tmp_path, gate):
    out = tmp_path / "out"
    cases = write(tmp_path / "some.h", CASES)
    args = ["run", *PLAIN, "--out", out, "--cc", gate, "--width", "64", "--abi", "sysv", "--cases", cases]
    (tmp_path / "open").touch()
    old = run_matrix(out, *args[3 + len(PLAIN):], status=0).path.read_bytes()
    (tmp_path / "open").unlink()
    (tmp_path / "reached").unlink()
    write(cases, CASES + "int another(int a);\n")
    p = start(args, tmp_path)
    wait_for((tmp_path / "reached").exists, p)
    os.killpg(p.pid, signal.SIGKILL)
    p.communicate()
    assert (out / "matrix.json").read_bytes() == old and leftovers(out) == []
    (tmp_path / "open").touch()
    assert run_matrix(out, *args[3 + len(PLAIN):], status=0).totals["planned"] == 20


def all_gone(folder) -> bool:
    """No process speaks of the folder any more, and its temporary folders are removed: by a watcher
    that waits for clobber's end and may itself speak of none."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if not program.processes_of(folder) and not os.listdir(folder / "tmp"):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM, signal.SIGINT],
                         ids=lambda n: n.name)
def test_nothing_outlives_a_killed_run(tmp_path, gate, number):
    args = ["run", *PLAIN, "--out", tmp_path / "out", "--cc", gate, "--width", "64", "--abi", "sysv",
            "--cases", write(tmp_path / "some.h", CASES)]
    (tmp_path / "tmp").mkdir()
    p = start(args, tmp_path, TMPDIR=str(tmp_path / "tmp"))
    wait_for((tmp_path / "reached").exists, p)
    assert os.listdir(tmp_path / "tmp")
    assert len(program.processes_of(tmp_path)) >= 3  # clobber, ninja, the compiler
    os.kill(p.pid, number)
    p.communicate()
    assert p.returncode == -number
    assert all_gone(tmp_path), (program.processes_of(tmp_path), os.listdir(tmp_path / "tmp"))


def test_payload_does_not_outlive_a_killed_check(tmp_path):
    asm = write(tmp_path / "f.asm", "bits 64\nglobal f\nf: jmp f\n")
    subprocess.run(["nasm", "-f", "elf64", "-o", tmp_path / "f.o", asm], check=True)
    (tmp_path / "tmp").mkdir()
    p = start(["check", "f.o", "--proto", "void f(void)", "--place", "native"], tmp_path,
              TMPDIR=str(tmp_path / "tmp"))
    wait_for(lambda: any("/payload" in line for line in program.processes_of(tmp_path / "tmp")), p)
    os.kill(p.pid, signal.SIGKILL)
    p.communicate()
    assert all_gone(tmp_path), (program.processes_of(tmp_path), os.listdir(tmp_path / "tmp"))


def test_kill_at_any_moment(tmp_path, gcc):
    """At several moments, wherever they fall: what is there afterwards is whole, and a run after
    all of them is as good as any."""
    out = tmp_path / "out"
    cases = write(tmp_path / "some.h", CASES)
    args = ["--cc", gcc, "--abi", "sysv,cdecl", "--cases", cases]
    for ms in (20, 60, 120, 180, 260, 350):
        p = start(["run", *program.plain(args), "--out", out, *args], tmp_path)
        time.sleep(ms / 1000)
        if p.poll() is None:
            os.killpg(p.pid, signal.SIGKILL)
        p.communicate()
        if (out / "matrix.json").exists():
            program.load(out)  # parses
    m = run_matrix(out, *args, status=0)
    assert m.totals["pass"] == m.totals["planned"] == 32
    fresh = run_matrix(tmp_path / "fresh", *args, status=0)
    assert m.path.read_bytes() == fresh.path.read_bytes()


def test_second_run_in_the_same_folder_waits_for_nobody(tmp_path, gate):
    out = tmp_path / "out"
    args = ["run", *PLAIN, "--out", out, "--cc", gate, "--width", "64", "--abi", "sysv", "--cases",
            write(tmp_path / "some.h", CASES)]
    p = start(args, tmp_path)
    wait_for((tmp_path / "reached").exists, p)
    r = run(args, cwd=tmp_path)
    assert (r.status, r.stdout) == (2, "")
    assert "another clobber is at work in" in r.stderr and "--out" in r.stderr
    (tmp_path / "open").touch()
    _, err = p.communicate(timeout=program.SECONDS)
    assert (p.returncode, err) == (0, "")
    assert program.load(out).totals["pass"] == 16


def test_lock_ends_with_the_process(tmp_path, gcc):
    out = tmp_path / "out"
    args = ["--cc", gcc, "--width", "64", "--abi", "sysv", "--cases",
            write(tmp_path / "some.h", CASES)]
    run_matrix(out, *args, status=0)
    with open(out / "work/lock") as f:
        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody holds it
        assert run(["run", *PLAIN, "--out", out, *args], cwd=tmp_path).status == 2
    run_matrix(out, *args, status=0)


# Caching ------------------------------------------------------------------------------------------

@pytest.fixture
def counting(tmp_path, gcc, compilers):
    """gcc, with a line in a log for each time it is asked to compile."""
    return script(tmp_path / "counting", f"""
case "$*" in *" -c "*) echo "$*" >>{tmp_path}/log ;; esac
exec {compilers[gcc]["path"]} "$@"
""")


def compiled(tmp_path) -> list[str]:
    log = tmp_path / "log"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def built(out) -> dict:
    return {p: p.stat().st_mtime_ns for p in (out / "work").rglob("*")
            if p.suffix in (".o", ".elf")}


def test_second_run_compiles_nothing(tmp_path, counting):
    cases = write(tmp_path / "some.h", CASES)
    args = ["--cc", counting, "--abi", "sysv,cdecl", "--cases", cases]
    first = run_matrix(tmp_path / "out", *args, status=0).path.read_bytes()
    assert compiled(tmp_path)
    before = built(tmp_path / "out")
    again = run_matrix(tmp_path / "out", *args, status=0).path.read_bytes()
    assert compiled(tmp_path) == []
    assert built(tmp_path / "out") == before
    assert again == first


def test_only_what_changed_is_compiled(tmp_path, counting):
    one = write(tmp_path / "one.h", "//! abi ms\nint one(int a);\n")
    two = write(tmp_path / "two.h", "//! abi sysv\nint two(int a);\n")
    args = ["--cc", counting, "--abi", "sysv,ms", "--opt", "O2", "--cases", f"{one},{two}"]
    run_matrix(tmp_path / "out", *args, status=0)
    compiled(tmp_path)
    write(two, "//! abi sysv\nint two(int a, long b);\n")
    run_matrix(tmp_path / "out", *args, status=0)
    assert [re.findall(r"gen64/\w+\.c", line) for line in compiled(tmp_path)] == [
        ["gen64/sysv_two_0.c"]]


def test_another_compiler_under_the_same_name_is_noticed(tmp_path, gcc, compilers):
    """A wrapper edited between runs is another compiler."""
    path, cases = compilers[gcc]["path"], write(tmp_path / "some.h", CASES)
    args = ["--width", "64", "--abi", "sysv", "--opt", "O2", "--cases", cases, "--cc",
            tmp_path / "cc"]
    script(tmp_path / "cc", f'exec {path} "$@"\n')
    assert run_matrix(tmp_path / "out", *args, status=0).findings == []
    script(tmp_path / "cc", f'exec {path} "$@" -fcall-used-rbx\n')
    m = run_matrix(tmp_path / "out", *args, status=1)
    assert {f["check"] for f in m.findings} == {"callee-saved"}


# Compilers that misbehave -----------------------------------------------------------------------

def on_source(tmp_path, name: str, path: str, what: str):
    """gcc, but `what` is done when the name of the function is in the source."""
    return script(tmp_path / "picky", f"""
for last; do :; done
case "$*" in *gen64/*) if grep -q 'target_sysv_some_{name}\\b' "$last"; then {what}; fi ;; esac
exec {path} "$@"
""")


def verdicts(m: program.Matrix) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for (row, _), cell in m.cells.items():
        out.setdefault(m.rows[row]["group"], set()).add(cell["verdict"])
    return out


OTHERS = {"ints": {"pass"}, "real": {"pass"}, "va": {"pass"}}


def picky_run(tmp_path, cc, status: int) -> program.Matrix:
    return run_matrix(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--cases",
                      write(tmp_path / "some.h", CASES), status=status)


def test_refused_prototype_is_unsupported(tmp_path, gcc, compilers):
    cc = on_source(tmp_path, "wide", compilers[gcc]["path"],
                   'echo "some.c:9:1: error: no wide things here" >&2; exit 1')
    m = picky_run(tmp_path, cc, 0)
    assert verdicts(m) == OTHERS | {"wide": {"unsupported"}}
    assert m.findings == []
    reasons = {c["reason"] for (row, _), c in m.cells.items() if "/wide/" in row}
    assert reasons == {"some.c:9:1: error: no wide things here"}


def test_compiler_that_dies_is_a_crash_of_its_case(tmp_path, gcc, compilers):
    cc = on_source(tmp_path, "wide", compilers[gcc]["path"], "kill -SEGV $$")
    m = picky_run(tmp_path, cc, 1)
    assert verdicts(m) == OTHERS | {"wide": {"crash"}}
    assert {(f["case"], f["check"], f["subject"], f["expected"], f["verdict"])
            for f in m.findings} == {
        ("sysv/some/wide", "fault", "the compiler", "compiles the prototype", "crash")}
    assert {f["observed"].split(":")[0] for f in m.findings} == {
        "the compiler died (status 139)"}


@pytest.mark.parametrize("said", [
    "some.c:9:1: internal compiler error: in expand_call",
    # clang's driver exits with 1 since version 16
    "clang: error: clang frontend command failed with exit code 139 (use -v to see invocation)"])
def test_internal_compiler_error_is_a_crash_of_its_case(tmp_path, gcc, compilers, said):
    cc = on_source(tmp_path, "wide", compilers[gcc]["path"], f'echo "{said}" >&2; exit 1')
    m = picky_run(tmp_path, cc, 1)
    assert verdicts(m) == OTHERS | {"wide": {"crash"}}
    assert all(said in f["observed"] for f in m.findings)


def test_compiler_that_refuses_everything_is_no_success(tmp_path):
    cc = script(tmp_path / "no", "echo 'no: error: I do not compile' >&2\nexit 1\n")
    r = run(["run", "--out", tmp_path / "out", "--cc", cc, "--cases",
             write(tmp_path / "some.h", CASES)], cwd=tmp_path)
    assert r.status == 2
    m = program.load(tmp_path / "out")
    assert m.totals["unsupported"] == m.totals["planned"] == m.totals["not_run"]
    assert m.totals["executed"] == 0
    assert "no: error: I do not compile" in m.data["columns"][0]["unusable"]


def test_compiler_that_writes_nothing_is_unusable(tmp_path, gcc):
    """Exit 0 without an object is no success either."""
    cc = script(tmp_path / "silent", "exit 0\n")
    m = run_matrix(tmp_path / "out", "--cc", f"{gcc},{cc}", "--width", "64", "--abi", "sysv",
                   "--cases", write(tmp_path / "some.h", CASES), status=0)
    assert m.columns["silent/64/O2"]["unusable"] == "writes no object file"
    cells = [c for (_, col), c in m.cells.items() if col == "silent/64/O2"]
    assert {c["verdict"] for c in cells} == {"unsupported"}


# Strange paths -----------------------------------------------------------------------------------

@pytest.mark.parametrize("name", [
    "with space", "quote's", "colon:name", "ünï",
    "dollar$HOME"])
def test_strange_paths(tmp_path, gcc, compilers, name):
    folder = tmp_path / name
    folder.mkdir()
    cc = script(folder / "my cc", f'exec {compilers[gcc]["path"]} "$@"\n')
    m = run_matrix(folder / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--opt", "O2",
                   "--cases", write(folder / "some.h", CASES), status=0)
    assert m.totals["pass"] == m.totals["planned"] == 8
    assert list(m.columns) == ["my cc/64/O2"]


def test_strange_names_of_case_files(tmp_path, gcc):
    names = ["a b.h", "a_b.h", "it's.h", 'say"so".h', "c:d.h", "d$e.h", "two\nlines.h", "x*?[y].h", "b\\s.h",
             "(f);g&.h", "\u00e9.h"]
    (tmp_path / "end*").mkdir()
    for i, name in enumerate(names):
        write(tmp_path / "end*" / name, f"int f{i}(int a);\n")
    m = run_matrix(tmp_path / "out", "--cc", gcc, "--width", "64", "--abi", "sysv", "--opt", "O2",
                   "--cases", tmp_path / "end*", status=0)
    assert m.totals["pass"] == m.totals["planned"] == 2 * len(names)


EVIL = "x.c:1: internal compiler error: \\033]0;pwn\\007\\033[31mboom \\377 \\302\\233 \\303\\251"


def test_messages_of_compilers_are_harmless(tmp_path, gcc, compilers):
    """No control characters in any output, no byte that is not UTF-8, and the reason is not lost."""
    cc = on_source(tmp_path, "wide", compilers[gcc]["path"], f"printf '{EVIL}\\n' >&2; exit 1")
    out = tmp_path / "out"
    r = run(["run", *PLAIN, "--out", out, "--cc", cc, "--width", "64", "--abi", "sysv", "--opt", "O2",
             "--cases", write(tmp_path / "some.h", CASES)])
    outputs = {p.name: p.read_bytes().decode() for p in out.iterdir() if p.is_file()}
    outputs["stdout"] = r.stdout
    for name, text in outputs.items():
        found = re.findall(r"[^\x20-\x7e\n\t\u00a0-\U0010ffff]", text)
        assert not found, (name, found)
    reason = program.load(out).data["findings"][0]["observed"]
    assert "internal compiler error:  ]0;pwn  [31mboom \ufffd   \u00e9" in reason


# Calls of another convention ---------------------------------------------------------------------

def test_what_calls_another_convention_preserves_its_own(tmp_path, gcc, compilers):
    """A function of Microsoft's convention that calls one of System V's: who may not write vector
    registers cannot save those that the call destroys (LLVM issue 196908)."""
    cases = program.HARNESS / "inputs/run/ms-calls-sysv/case.h"
    args = ("--width", "64", "--opt", "O2", "--profile", "user", "--place", "native", "--abi",
            "ms,sysv", "--cases", cases)
    program.need("native", 64)
    bad = script(tmp_path / "nosse", f'exec {compilers[gcc]["path"]} -mno-sse "$@"\n')
    m = run_matrix(tmp_path / "bad", "--cc", bad, *args, status=1)
    assert {(f["check"], f["rule"], f["case"]) for f in m.findings} == {
        ("callee-saved", "ms.registers.saved", "ms/case/f")}
    assert {f["subject"] for f in m.findings} == {f"xmm{n} after the call" for n in range(6, 16)}
    m = run_matrix(tmp_path / "good", "--cc", gcc, *args, status=0)
    assert m.totals["pass"] == m.totals["planned"] > 0


def test_the_object_alone_shows_it(tmp_path, gcc, compilers):
    """The same without `run`: an object, held to its contract."""
    program.need("native", 64)
    inputs = program.HARNESS / "inputs/run/ms-calls-sysv"
    for flag, status in ((["-mno-sse"], 1), ([], 0)):
        subprocess.run([compilers[gcc]["path"], "-O2", *flag, "-c", inputs / "mix.c", "-o", tmp_path / "mix.o"],
                       check=True)
        r = run(["check", tmp_path / "mix.o", "--contract", inputs / "mix.h"])
        assert r.status == status, r.stdout + r.stderr
        assert ("callee-saved: xmm6 after the call" in r.stdout) == bool(status)
        assert ("ms.registers.saved" in r.stdout) == bool(status)
