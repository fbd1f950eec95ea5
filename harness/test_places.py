# SPDX-License-Identifier: MIT
"""Places beside each other: code that passes as a process and is caught in ring 0, how that is
told, and what is said where a place is absent. How place vmx works inside is in test_vmx.py."""
import json
import os
import re
import shutil
import subprocess

import pytest

import program
from mutants import Finding, asm
from program import run, run_matrix, write
from test_checks import assert_findings, mutant_compiler
from test_cli import tools

pytestmark = pytest.mark.ia32


@pytest.fixture
def bochs():
    program.need("vmx")


# As a process all of these pass: nothing is wrong with the values, registers and stack.
FPU = {"sse": "target", "x87": "target", "sse_put": "caller", "sse_got": "caller"}
NAMES = (*FPU, "below_sp", "right")
CASES = "".join(f"//! group {n}\n//! abi kernel\nint {n}(int a);\n" for n in NAMES)


def patches(width: int) -> dict[str, dict[str, str]]:
    r, w = ("r", 16) if width == 64 else ("e", 8)
    return {
        "target/sse": {"entry": asm("xorps %xmm0, %xmm0")},
        "target/x87": {"ret": asm("fldz", "fstp %st(0)")},
        "caller/sse_put": {"before_call": asm("xorps %xmm0, %xmm0")},
        "caller/sse_got": {"ret": asm("xorps %xmm0, %xmm0")},
        "target/below_sp": {"ret": asm(f"mov %{r}ax, -{w}(%{r}sp)", "nop",
                                       f"mov -{w}(%{r}sp), %{r}ax")},
    }


@pytest.fixture(scope="module", params=(64, 32))
def both(request, tmp_path_factory, gcc, compilers) -> tuple[int, program.Matrix, list]:
    """(width, matrix, arguments of another run) of a kernel's compiler that goes astray."""
    width = request.param
    program.need("vmx", width)
    tmp = tmp_path_factory.mktemp("places")
    cc = mutant_compiler(tmp, compilers[gcc]["path"], {f"gen{width}-kernel": patches(width)})
    args = ["--cc", cc, "--width", width, "--opt", "O2", "--profile", "kernel", "--cases",
            write(tmp / f"m{width}.h", CASES), "--work", tmp / "work"]
    return width, run_matrix(tmp / "out", *args, "--place", "native,vmx", status=1), args


def test_passes_as_a_process(both):
    width, m, _ = both
    program.need("native", width)
    assert m.select(place="native") == []
    native = [c for c in m.cells.values() if c["place"] == "native"]
    assert len(native) == 2 * len(NAMES) and {c["verdict"] for c in native} == {"pass"}


@pytest.mark.parametrize("name,side", FPU.items())
def test_floating_code_is_caught_in_ring_0(both, name, side):
    width, m, _ = both
    assert_findings([Finding("fault", "sysv.call" if width == 64 else "i386.call", "the call",
                             "returns", "x87 or vector instruction where none is allowed",
                             f"at 0x# ({side}_kernel_m{width}_{name}+0x#)", "crash")],
                    m.select(place="vmx", case=f"kernel/m{width}/{name}"))


def test_nothing_else_is(both):
    _, m, _ = both
    assert {f["case"].rsplit("/", 1)[1] for f in m.findings if f["check"] == "fault"} == set(FPU)
    assert not m.select(case=f"kernel/m{both[0]}/right")


def test_interrupts_destroy_what_is_below_the_stack_pointer(both, tmp_path):
    """A red zone, which kernel code has not."""
    width, _, args = both
    m = run_matrix(tmp_path / "out", *args, "--place", "vmx", "--vmx-with", "step,interrupts",
                   status=1)
    assert {(f["case"], f["check"]) for f in m.findings} == {
        (f"kernel/m{width}/below_sp", "return")}


def test_differences_are_listed(both):
    width, m, _ = both
    program.need("native", width)
    assert {(d["case"], d["column"], d["direction"], d["verdict"], d["native"], d["reason"])
            for d in m.data["differences"]} >= {
        (f"kernel/m{width}/{name}", f"mutant/{width}/O2/kernel@vmx",
         {"target": "callee", "caller": "caller"}[side], "crash", "pass", "FPU trapped (fault: the call)")
        for name, side in FPU.items()}
    assert {d["case"].rsplit("/", 1)[1] for d in m.data["differences"]} <= {*FPU, "below_sp"}
    vmx = next(p for p in m.data["places"] if p["name"] == "vmx")
    assert vmx["compared"] == 2 * len(NAMES) and vmx["why_not"] is None
    text = " ".join((m.path.parent / "report.txt").read_text().split())
    n = len(m.data["differences"])
    assert re.search(rf"place vmx \(bochs .*?\): {2 * len(NAMES)} cases, {n} of them with another "
                     "verdict than natively", text)
    assert (f"kernel/m{width}/sse as callee, mutant -m{width} kernel vmx -O2: crash, natively "
            "pass: FPU trapped (fault: the call)") in text


def test_same_code_in_both_places(both):
    _, m, _ = both
    assert len({c["text_hash"] for c in m.columns.values()}) == 1


def test_places_that_agree_are_told_in_one_line(bochs, tmp_path, gcc):
    r = run(["run", "--out", tmp_path / "out", "--cc", gcc, "--width", "64", "--opt", "O2", "--abi",
             "sysv", "--place", "native,vmx", "-v", "--cases",
             write(tmp_path / "c.h", "int f(int a);\n")])
    assert (r.status, r.stderr) == (0, "")
    text = " ".join(r.stdout.split())
    assert re.search(r"place vmx \(bochs .*?\): 2 cases, all with the same verdict as natively",
                     text)
    assert program.load(tmp_path / "out").data["differences"] == []


# Without bochs ------------------------------------------------------------------------------------

PACKAGE = "bochs is not installed: apt-get install bochs bochs-term"


def without_bochs(tmp_path, gcc, *args) -> program.Result:
    return run(["run", "--out", tmp_path / "out", "--cc", gcc, "--width", "64", "--opt", "O2",
                "--abi", "sysv", "--cases", write(tmp_path / "c.h", "int f(int a);\n"), *args],
               cwd=tmp_path, env={**tools(tmp_path, gcc),
                                  "CLOBBER_BOCHS": "bochs",
                                  "CLOBBER_WITHOUT": program.less_is_missing("bochs")})


def test_absent_place_is_not_run(tmp_path, gcc):
    """It says what to install, and is no failure."""
    r = without_bochs(tmp_path, gcc, "--place", "native,vmx")
    assert (r.status, r.stderr) == (0, "")
    assert PACKAGE in " ".join(r.stdout.split())
    m = program.load(tmp_path / "out")
    assert (m.totals["pass"], m.totals["not-run"]) == (2, 2)
    assert {c["why_not"] for c in m.columns.values() if c["place"] == "vmx"} == {PACKAGE}
    assert {c["verdict"] for c in m.cells.values() if c["place"] == "vmx"} == {"not-run"}
    assert {c["reason"] for c in m.cells.values() if c["place"] == "vmx"} == {PACKAGE}


def test_absent_place_alone_is_no_success(tmp_path, gcc):
    r = without_bochs(tmp_path, gcc, "--place", "vmx")
    assert r.status == 2 and "nothing was executed" in r.stderr
    assert PACKAGE in " ".join(r.stdout.split())


def test_absent_place_is_left_out_and_told(tmp_path, gcc):
    """Of --place auto, which is the default."""
    r = without_bochs(tmp_path, gcc)
    assert (r.status, r.stderr) == (0, "")
    assert f"place vmx: {PACKAGE}" in " ".join(r.stdout.split())
    m = program.load(tmp_path / "out")
    assert {c["place"] for c in m.columns.values()} == {"native"}
    why = {p["name"]: p["why_not"] for p in m.data["places"]}
    assert why["native"] is None and why["vmx"] == PACKAGE
    # Whether there is a KVM worth the name is the machine's: harness/test_kvm.py.
    assert (why.get("kvm") or "kvm: ").startswith(("kvm: ", "CLOBBER_WITHOUT takes away "))
    assert m.totals["not_run"] == 0


# Bad options --------------------------------------------------------------------------------------

@pytest.mark.parametrize("args,message", [
    (["--place", "native,vmxx"], "--place: unknown place 'vmxx': use native, kvm, vmx, root"),
    (["--place", ""], "--place: empty list"),
    (["--vmx-engine", "qemu"], "--vmx-engine: unknown engine 'qemu': use bochs or kvm-nested"),
    (["--vmx-with", "steps"], "--vmx-with: unknown word 'steps' (did you mean 'step'?)"),
    (["--vmx-with", "step,trap-fpu"], "--vmx-with: step and trap-fpu do not go together"),
])
def test_bad_options(tmp_path, gcc, args, message):
    r = run(["run", "--out", tmp_path / "out", "--cc", gcc, "--cases",
             write(tmp_path / "c.h", "int f(int a);\n"), *args])
    assert (r.status, r.stdout) == (2, "")
    assert message in r.stderr


# The table ----------------------------------------------------------------------------------------

def names() -> list[str]:
    return list(dict.fromkeys(place for place, _ in program.places()))


def test_lists_come_from_the_table():
    rows = re.findall(r"^PLACE\((\w+),", (program.ROOT / "src/place/places.def").read_text(), re.M)
    assert names() == [r.lower().replace("_", "-") if r != "QEMU_USER" else "qemu-user" for r in rows]
    assert "root-vmcs" in names()
    page = (program.ROOT / "docs/clobber.1").read_text()
    for name in names():
        assert name in page and f"`{name}`" in (program.ROOT / "docs/places.md").read_text()
    for verb in ("run", "check", "fuzz"):
        text = run([verb, "--help"]).stdout
        assert all(re.search(rf"\b{re.escape(n)}\b", text) for n in names()), verb


# Without 32-bit processes -------------------------------------------------------------------------

WITHOUT = program.environment(CLOBBER_WITHOUT="ia32")
SOME = ("cases/scalar/mixed.h", "cases/scalar/counts.h", "cases/thread/entries.h")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, gcc) -> tuple[program.Matrix, program.Result]:
    """A run of 32-bit code on a machine without 32-bit processes: nobody says where."""
    program.need("vmx", 32)
    out = tmp_path_factory.mktemp("elsewhere") / "out"
    r = run(["run", "--out", out, "--cc", gcc, "--width", "32", "--opt", "O2", "--cases",
             ",".join(SOME)], cwd=out.parent, env=WITHOUT)
    assert (r.status, r.stderr) == (0, ""), r.stdout + r.stderr
    return program.load(out), r


def test_every_row_runs(elsewhere):
    m, r = elsewhere
    ran = {c["place"] for c in m.columns.values()}
    assert "native" not in ran and ran & {"kvm", "vmx"}
    assert m.totals["executed"] > 100
    unspecified = [c for c in m.cells.values() if c["not_run"] and "CLOBBER" in (c["reason"] or "")]
    assert unspecified == [] and "n/r" not in r.stdout


def test_what_stands_in_is_named(elsewhere):
    m, r = elsewhere
    first = next(c for c in m.columns.values() if c["profile"] == "user")
    assert f" {first['place']} " in first["name"] and first["id"].endswith("@" + first["place"])
    place = next(p for p in m.data["places"] if p["name"] == first["place"])
    assert place["instead"] == "32-bit code: CLOBBER_WITHOUT takes away 32-bit processes"
    assert place["compared"] == 0 and place["alone"] > 0
    text = " ".join(r.stdout.split())
    assert f"place {first['place']} instead of native: 32-bit code: " in text
    assert f" {first['place']} ok" in r.stdout and "same verdict as natively" not in text
    markdown = (m.path.parent / "report.md").read_text()
    assert f"place {first['place']} instead of native" in markdown


def test_claims_have_one_verdict_a_width(elsewhere):
    """28 times the same sentence would help nobody."""
    m, _ = elsewhere
    claims = m.data["claims"]
    if claims is None:
        pytest.skip("not-run: the thread's cases were not all in this run")
    assert len({(c["compiler"], c["width"]) for c in claims["columns"]}) == len(claims["columns"])


def by_code(m: program.Matrix) -> dict:
    """Counts of a cell and findings, whatever the place; root operation apart."""
    found = {}
    for c in m.cells.values():
        k = m.columns[c["column"]]
        if not k["place"].startswith("root"):
            found[c["row"], k["compiler"], k["profile"], k["opt"]] = (c["verdict"], c["counts"])
    for f in m.findings:
        k = m.columns[f["column"]]
        if not k["place"].startswith("root"):
            key = f["case"], f["direction"], k["profile"], k["opt"], f["check"], f["subject"]
            found[key] = f["expected"], f["verdict"]
    return found


def test_same_verdicts_as_natively(elsewhere, tmp_path, gcc):
    program.need("native", 32)
    m, _ = elsewhere
    native = run_matrix(tmp_path / "out", "--cc", gcc, "--width", "32", "--opt", "O2", "--cases",
                        ",".join(SOME), "--place", "native", "--profile",
                        ",".join(sorted({c["profile"] for c in m.columns.values()})), status=0)
    assert by_code(native) == by_code(m)


def test_neither_here_nor_elsewhere(tmp_path, gcc):
    r = run(["run", "--out", tmp_path / "out", "--cc", gcc, "--width", "32", "--opt", "O2", "--abi",
             "cdecl", "--profile", "user", "--cases", write(tmp_path / "c.h", "int f(int a);\n")],
            env=program.environment(CLOBBER_WITHOUT="ia32,bochs,kvm"))
    assert r.status == 2 and "nothing was executed" in r.stderr
    text = " ".join(r.stdout.split())
    assert "32-bit processes; place kvm: " in text and "; place vmx: CLOBBER_WITHOUT" in text


def test_native_beside_another_place(tmp_path, gcc):
    """Asked for by name, the native place is not-run; the table shows what ran."""
    program.need("vmx", 32)
    r = run(["run", "--out", tmp_path / "out", "--cc", gcc, "--width", "32", "--opt", "O2", "--abi",
             "cdecl", "--profile", "user", "--place", "native,vmx", "--cases",
             write(tmp_path / "c.h", "int f(int a);\n")], env=WITHOUT)
    assert r.status == 0, r.stdout + r.stderr
    assert re.search(r"^cdecl +vmx ok$", r.stdout, re.M)
    assert "not run here: native -m32: " in r.stdout


def test_check_of_32_bit_objects(tmp_path):
    program.need("vmx", 32)
    text = ("bits 32\nsection .text\nglobal right, wrong\nright: mov eax, [esp+4]\n ret\n"
            "wrong: xor ebx, ebx\n mov eax, [esp+4]\n ret\n"
            "section .note.GNU-stack noalloc noexec nowrite progbits\n")
    write(tmp_path / "f.asm", text)
    subprocess.run(["nasm", "-f", "elf32", "f.asm", "-o", "f.o"], cwd=tmp_path, check=True)
    r = run(["check", "f.o", "--proto", "int right(int a)", "--proto", "int wrong(int a)"],
            cwd=tmp_path, env=WITHOUT)
    folded = " ".join(r.stdout.split())
    assert r.status == 1 and "callee-saved: ebx" in folded
    assert re.search(r"pass +cdecl/right", r.stdout) and "instead of native: 32-bit code" in folded


def test_fuzz_at_32_bit(tmp_path, gcc, compilers):
    """Runs and minimises: gcc -mregparm=2 under cdecl."""
    program.need("vmx", 32)
    cc = program.script(tmp_path / "rp2", f'exec {compilers[gcc]["path"]} "$@" -mregparm=2\n')
    r = run(["fuzz", "--width", "32", "--cc", cc, "--abi", "cdecl", "--count", "20", "--types",
             "int,long,pointer", "--quiet", "--seed", "5", "--out", tmp_path / "out"], env=WITHOUT)
    assert r.status == 1, r.stdout + r.stderr
    data = json.loads((tmp_path / "out" / "fuzz.json").read_text())
    assert "vmx" in r.stdout or "kvm" in r.stdout
    assert any(c["minimal"] and c["verdict"] in ("violation", "crash") for c in data["clusters"])


# What an engine answered is kept -----------------------------------------------------------------

def test_bochs_is_asked_once(tmp_path, bochs):
    starts = tmp_path / "starts"
    shim = program.script(tmp_path / "bochs", f'echo "$*" >> {starts}\nexec {program.bochs()} "$@"\n')
    env = program.environment(CLOBBER_CACHE=str(tmp_path / "cache"), CLOBBER_BOCHS=str(shim))
    first = run(["list", "places"], env=env).stdout
    asked = len(starts.read_text().splitlines())
    # Its models, its options, and the hypervisor once a width of root operation.
    assert asked == 4
    assert run(["list", "places"], env=env).stdout == first
    assert len(starts.read_text().splitlines()) == asked
    for kept in (tmp_path / "cache" / "places").iterdir():
        kept.write_bytes(kept.read_bytes()[:-2] + b"x\n")
    assert run(["list", "places"], env=env).stdout == first
    assert len(starts.read_text().splitlines()) == 2 * asked


# An engine that is not there when it is needed ----------------------------------------------------

def without_helpers(tmp_path, gcc, *names: str) -> dict[str, str]:
    """PATH with what clobber names, and the Bochs of the machine."""
    env = {**tools(tmp_path, gcc), "CLOBBER_BOCHS": "bochs"}
    for name in ("bochs", *names):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    return env


def test_vmx_needs_nothing_else_on_path(tmp_path, gcc, bochs):
    if not shutil.which("bochs-bin"):
        pytest.skip("not-run: this bochs is no wrapper")
    env = without_helpers(tmp_path, gcc, "bochs-bin")
    m = run_matrix(tmp_path / "out", "--cc", gcc, "--width", "64", "--opt", "O2", "--profile", "kernel",
                   "--place", "vmx", "--cases", write(tmp_path / "c.h", "//! abi kernel\nint f(int a);\n"),
                   status=0, env=env)
    assert m.totals["pass"] == m.totals["planned"] == 2


def test_engine_that_is_gone_is_not_run(tmp_path, gcc, bochs):
    """Its answers are remembered from the time when it worked."""
    real = program.bochs()
    shim = program.script(tmp_path / "bochs", f'case "$*" in *--help*) exec {real} "$@";; esac\n'
                          f'[ $(stat -c %s disk) -lt 10000000 ] && exec {real} "$@"\n'
                          'exec bochs-bin-that-is-gone -q "$@"\n')
    env = program.environment(CLOBBER_BOCHS=str(shim))
    args = ["--cc", gcc, "--width", "64", "--opt", "O2", "--profile", "kernel", "--cases",
            write(tmp_path / "c.h", "//! abi kernel\nint f(int a);\n")]
    r = run(["run", *args, "--place", "vmx", "--out", tmp_path / "alone", "-q"], cwd=tmp_path,
            env=env)
    assert (r.status, "nothing was executed" in r.stderr) == (2, True)
    alone = program.load(tmp_path / "alone")
    assert alone.findings == []
    (reason,) = {c["reason"] for c in alone.cells.values()}
    assert reason.startswith("bochs did not start: ")
    assert reason.endswith(" (exit status 127)") and "bochs-bin-that-is-gone" in reason
    if program.runs("native", 64):
        m = run_matrix(tmp_path / "out", *args, "--place", "native,vmx", status=0, env=env)
        assert (m.totals["pass"], m.totals["not-run"], m.findings) == (2, 2, [])
