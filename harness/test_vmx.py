# SPDX-License-Identifier: MIT
"""Place vmx: the same verdicts as a process, what only ring 0 shows, and every way to die.

vmx_probe (built beside clobber, src/place/vmx_probe.c) runs one payload in the place alone. The
payloads are made by `clobber run`: one as gcc compiles it, one with functions that are broken on
purpose (patchcc.py).
"""
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import program
from conftest import newest
from mutants import asm
from test_checks import mutant_compiler

PROBE = program.PROGRAM.parent / "vmx_probe"
STEP, INTERRUPTS, TRAP_FPU, STEP_LEAF = 2, 4, 8, 32  # src/payload/handover.h
GUEST, ROOT, ROOT_CURRENT = 1, 2, 3  # src/vmx/disk.h
SEGV, ILL, TIMEOUT, DIED, FPU = 1, 2, 7, 8, 9  # enum cl_fault
INVALID_FIELD = 0x6FFE


@pytest.fixture(scope="module", autouse=True)
def bochs():
    program.need("vmx")


class Run(NamedTuple):
    engine: str
    broken: str
    restarts: int
    cases: dict[str, list[str]]  # "name.direction" -> state, then findings


def vmx_probe(*args, path: str | None = None) -> subprocess.CompletedProcess:
    env = program.environment() if path is None else program.environment(PATH=path, CLOBBER_BOCHS="bochs")
    return subprocess.run([PROBE, f"runtime={PROBE.parent / 'data/runtime'}", *map(str, args)],
                          env=env, capture_output=True, text=True, timeout=program.SECONDS)


def parse_cases(stdout: str, names: list[str]) -> dict[str, list[str]]:
    """"name.direction" -> state, then findings."""
    cases = {}
    for line in stdout.splitlines():
        number, state, rest = line.split(" ", 2)
        case, direction = number.split(".")
        findings = re.findall(r"([a-z0-9-]+/\d+)/round", rest)
        cases[f"{names[int(case)]}.{('callee', 'caller')[int(direction)]}"] = [state, *findings]
    return cases


class Payload:
    """One payload and the names of its cases, in their order."""

    def __init__(self, path, width: int, names: list[str]):
        self.path, self.width, self.names = path, width, names

    def args(self, *more) -> tuple:
        return (f"width={self.width}", f"cases={len(self.names)}", *more, self.path)

    def run(self, *options) -> Run:
        r = vmx_probe(*self.args(*options))
        engine, last = (r.stderr.splitlines() + ["", ""])[:2]
        m = re.fullmatch(r"broken: (.*); restarts: (\d+)", last)
        assert m, r.stderr
        return Run(engine, m[1], int(m[2]), parse_cases(r.stdout, self.names))

    def differences(self, *options) -> list[str]:
        """Of a clean payload, the cases whose outcomes differ from a process's, byte by byte; where
        no process runs it, the cases in which anything is found."""
        if not program.runs("native", self.width):
            r = self.run(*options)
            assert r.broken == "no" and len(r.cases) == 2 * len(self.names)
            return [name for name, outcome in r.cases.items() if outcome != ["executed"]]
        r = vmx_probe(*self.args("compare", *options))
        assert "broken: no;" in r.stderr, r.stderr
        return [self.names[int(line.split(".")[0])] for line in r.stdout.splitlines()]


def build(tmp, cc: str, width: int, cases: str, names: list[str], column: str) -> Payload:
    text = program.write(tmp / f"m{width}.h", cases)
    r = program.run(["run", "--build-only", "--out", tmp / f"out{width}", "--cc", cc, "--cases",
                     text, "--width", width, "--opt", "O2", "--profile", "user"])
    assert (r.status, r.stderr) == (0, "")
    return Payload(tmp / f"out{width}/work/col/{column}-{width}-O2.elf", width, names)


def patches(width: int) -> dict[str, dict[str, str]]:
    """What each function does wrong; `right*` do nothing wrong."""
    r = "r" if width == 64 else "e"
    w = width // 8
    no_idt = (f"sub $16, %{r}sp", f"movl $0, (%{r}sp)", f"movl $0, 4(%{r}sp)",
              f"movl $0, 8(%{r}sp)", f"lidt (%{r}sp)", f"add $16, %{r}sp")
    # The header of the results, which lie at the first 2 MiB boundary behind the payload.
    results = ("movl $0x600000, %ecx", f"movl $-1, 4(%{r}cx)", f"movl $0x12345678, 16(%{r}cx)",
               f"movl $0x87654321, 24(%{r}cx)")
    vmread = (f"mov ${INVALID_FIELD:#x}, %ecx", f"vmread %{r}cx, %{r}dx")
    return {
        "triple": {"ret": asm(*no_idt, "ud2")},
        "spins": {"ret": asm("cli", "jmp .")},
        "spins_blind": {"ret": asm("cli", *no_idt, "jmp .")},
        "garbage": {"ret": asm(*results, *no_idt, "ud2")},
        "halts": {"ret": asm("cli", "hlt")},
        "port": {"ret": asm("mov %eax, %ecx", "inb $0x80, %al", "mov %ecx, %eax")},
        "cli_sti": {"ret": asm("pushf", f"xor{'q' if width == 64 else 'l'} $0x200, (%{r}sp)",
                               "popf")},
        "fs": {"ret": asm("mov $0x10, %ecx", "mov %ecx, %fs")},
        "sse": {"entry": asm("xorps %xmm0, %xmm0")},
        "x87": {"ret": asm("fldz", "fstp %st(0)")},
        # Two words: at 64 bit the processor aligns the stack, which may leave one untouched.
        "below_sp": {"ret": asm(f"mov %{r}ax, -{2 * w}(%{r}sp)", "nop",
                                f"mov -{2 * w}(%{r}sp), %{r}ax")},
        # Of these a monitor has to take care when it steps: what it emulates and skips, what blocks
        # events, and a #DB that is no step.
        "cpuid": {"ret": asm(f"push %{r}ax", f"push %{r}bx", "xor %eax, %eax", "cpuid",
                             f"pop %{r}bx", f"pop %{r}ax")},
        "sti": {"ret": asm("pushf", "sti", "nop", "nop", "popf")},
        "int1": {"ret": asm(".byte 0xf1")},
        # VMfailInvalid sets CF, VMfailValid ZF: DF tells which it was not.
        "not_invalid": {"ret": asm(*vmread, "jc 1f", "std", "1:")},
        "not_valid": {"ret": asm(*vmread, "jz 1f", "std", "1:")},
        "reads_msr": {"ret": asm("mov $0xc0000080, %ecx", "rdmsr")},
        "writes_msr": {"ret": asm("mov $0x174, %ecx", "xor %eax, %eax", "xor %edx, %edx", "wrmsr")},
        # At 32 bit the processor cannot push the fault either: a double fault, in a task of its own.
        "wild_sp": {"ret": asm(f"mov $64, %{r}sp", f"push %{r}ax")},
    }


VMREADS = ("not_invalid", "not_valid")  # a payload of their own: it runs in root operation too


def sources(width: int, some=None) -> tuple[str, list[str]]:
    names = ["right1"]
    for i, name in enumerate(some or patches(width)):
        names += [name, f"right{i + 2}"]
    abi = {64: "sysv", 32: "cdecl"}[width]
    return "".join(f"//! group {n}\n//! abi {abi}\nint {n}(int a);\n" for n in names), names


# Cases of a payload of which the hypervisor or the machine, not the payload itself, sees the end.
HOSTILE = {
    "cpuid_loop": asm("1:", "mov $0, %eax", "cpuid", "jmp 1b"),
    "vmcall_loop": asm("1:", "vmcall", "jmp 1b"),
    "resets_port_92": asm("cli", "mov $1, %al", "out %al, $0x92", "jmp ."),
    "resets_keyboard": asm("cli", "mov $0xfe, %al", "out %al, $0x64", "jmp ."),
    "stops": asm("cli", "hlt", "jmp ."),
    "spins": asm("cli", "jmp ."),
    "no_xcr0": asm("xor %ecx, %ecx", "xor %eax, %eax", "xor %edx, %edx", "xsetbv"),
}


def broken_payload(width, tmp, gcc, compilers, some=None) -> Payload:
    cases, names = sources(width, some)
    by_width = {w: {f"target/{n}": p
                    for n, p in {**patches(w), **{n: {"ret": h} for n, h in HOSTILE.items()}}
                    .items()} for w in (32, 64)}
    cc = mutant_compiler(tmp, compilers[gcc]["path"], by_width)
    return build(tmp, cc, width, cases, names, "mutant")


@pytest.fixture(scope="module", params=(64, 32))
def broken(request, tmp_path_factory, gcc, compilers) -> Payload:
    return broken_payload(request.param, tmp_path_factory.mktemp("vmx"), gcc, compilers)


@pytest.fixture(scope="module", params=(64, 32))
def reading(request, tmp_path_factory, gcc, compilers) -> Payload:
    return broken_payload(request.param, tmp_path_factory.mktemp("vmread"), gcc, compilers, VMREADS)


@pytest.fixture(scope="module", params=(64, 32))
def clean(request, tmp_path_factory, gcc) -> Payload:
    width = request.param
    tmp = tmp_path_factory.mktemp("clean")
    cases, names = sources(width)
    return build(tmp, gcc, width, cases, names, gcc)


@pytest.fixture(scope="module")
def in_guest(broken) -> Run:
    return broken.run()


# The same verdicts -------------------------------------------------------------------------------

@pytest.mark.parametrize("root", (64, 32))
def test_clean_payload_is_as_in_a_process(clean, root):
    if clean.width > root:
        r = vmx_probe(*clean.args(f"root={root}"))
        assert (r.returncode, r.stderr) == (1, "a 32-bit root cannot run 64-bit guests\n")
    else:
        assert clean.differences(f"root={root}") == []


@pytest.mark.parametrize("mode", (ROOT, ROOT_CURRENT))
def test_clean_payload_in_root_operation(clean, mode):
    assert clean.differences(f"mode={mode}") == []


@pytest.mark.parametrize("options", (STEP, STEP | INTERRUPTS, TRAP_FPU))
def test_clean_payload_in_every_mode(clean, options):
    assert clean.differences(f"options={options}") == []


@pytest.mark.parametrize("model", ("core2_penryn_t9600", "corei7_sandy_bridge_2600k", "tigerlake"))
def test_clean_payload_on_other_models(clean, model):
    assert clean.differences(f"model={model}") == []


def test_engine_says_what_it_is(clean):
    engine = clean.run().engine
    assert re.fullmatch(r"bochs [\d.]+( without debugger)?, corei7_icelake_u, 64-bit root, EPT, unrestricted guest, "
                        r"AVX-512", engine)


# What only ring 0 shows ---------------------------------------------------------------------------

@pytest.mark.parametrize("name, found", (
    ("cli_sti", ["system-flags/0"]), ("fs", ["segments/4"]),
    ("halts", ["fault/1"]), ("port", ["fault/1"]), ("reads_msr", ["fault/1"]),
    ("writes_msr", ["fault/1"]), ("wild_sp", ["fault/1"]),
    ("sse", []), ("x87", []), ("below_sp", []), ("not_invalid", ["fault/2"]),
    ("cpuid", []), ("sti", []), ("int1", ["fault/4"])))
def test_ring0(in_guest, name, found):
    assert in_guest.cases[f"{name}.callee"] == ["executed", *found]
    assert in_guest.cases[f"{name}.caller"] == ["executed"]


def only(run: Run, *names: str) -> dict[str, list[str]]:
    assert run.broken == "no"
    return {n: run.cases[f"{n}.callee"][1:] for n in names}


def test_floating_instructions_are_trapped(broken):
    r = broken.run(f"options={TRAP_FPU}")
    assert only(r, "sse", "x87", "right1", "right9") == {
        "sse": [f"fault/{FPU}"], "x87": [f"fault/{FPU}"], "right1": [], "right9": []}


def test_interrupts_destroy_what_is_below_the_stack_pointer(broken):
    """At 64 bit this is the red zone, which user code may use and a kernel's may not."""
    r = broken.run(f"options={STEP | INTERRUPTS}", "seconds=60")
    assert only(r, "below_sp", "right1", "right9") == {
        "below_sp": ["return/0"], "right1": [], "right9": []}


def test_steps_alone_destroy_nothing(broken):
    assert only(broken.run(f"options={STEP}"), "below_sp", "right1", "cpuid", "sti", "int1") == {
        "below_sp": [], "right1": [], "cpuid": [], "sti": [], "int1": ["fault/4"]}


def test_hypervisor_that_forgets_a_register_is_caught(clean):
    bx = 3
    r = clean.run(f"options={STEP}", f"forget={1 + bx}")
    lost = [f for c in r.cases.values() for f in c[1:]]
    assert f"callee-saved/{bx}" in lost


@pytest.mark.parametrize("mode, fails", ((ROOT, "not_valid"), (ROOT_CURRENT, "not_invalid")))
def test_vmread_really_fails(reading, mode, fails):
    """Without a current VMCS it is VMfailInvalid; with one, for a field that is none, VMfailValid."""
    other = {"not_valid": "not_invalid", "not_invalid": "not_valid"}[fails]
    r = reading.run(f"mode={mode}")
    assert only(r, fails, other) == {fails: ["direction-flag/0"], other: []}


# Leaf cases: the red zone --------------------------------------------------------------------------

LEAVES = program.ROOT / "cases/kernel/leaf.h"


def leaf_run(out, cc, *args, status: int) -> program.Matrix:
    # By an edition that does not call it a violation that clang relies on extension.
    return program.run_matrix(out, "--cc", cc, "--cases", LEAVES, "--place", "native,vmx",
                              "--edition", "2024", *args, status=status)


def lost(m: program.Matrix, place: str = "vmx") -> set[tuple[str, str]]:
    """What is worse than a divergence is a lost red zone, in ring 0, and explained so."""
    bad = [f for f in m.findings if f["verdict"] != "divergence"]
    assert {(f["rule"], f["direction"], m.columns[f["column"]]["place"]) for f in bad} <= {
        ("sysv.redzone", "callee", place)}
    assert {f["check"] for f in bad} <= {"locals", "argument"}
    seen = {(f["case"], f["column"], f["direction"]) for f in bad if f["check"] == "locals"}
    assert seen == {(d["case"], d["column"], d["direction"]) for d in m.data["differences"]}
    assert all(d["reason"].startswith("red zone (") for d in m.data["differences"])
    return {s[:2] for s in seen}


@pytest.mark.parametrize("family", ("gcc", "clang"))
def test_user_code_loses_its_red_zone_in_ring_0(tmp_path, compilers, family):
    cc = newest(compilers, family)
    m = leaf_run(tmp_path / "out", cc, "--profile", "user", "--abi", "sysv,ms,cdecl",
                 "--vmx-with", "step,interrupts", status=1)
    sysv = re.findall(r"(leaf_\w+)\(", LEAVES.read_text())
    assert len(sysv) >= 6
    assert lost(m) == {(f"sysv/leaf/{n}", f"{cc}/64/{o}@vmx") for n in sysv for o in ("O0", "O2")}
    f = m.select(check="locals", case="sysv/leaf/leaf_void")[0]
    assert f["subject"] == "local value 0, kept in the function's own memory"
    assert " --place vmx --vmx-with step,interrupts " in f["repro"]


@pytest.mark.parametrize("family", ("gcc", "clang"))
def test_kernel_code_has_none_to_lose(tmp_path, compilers, family):
    m = leaf_run(tmp_path / "out", newest(compilers, family), "--profile", "kernel", status=0)
    assert lost(m) == set()
    ran = {c["id"] for c in m.columns.values() if program.runs(c["place"], c["width"])}
    assert len(ran) >= 6
    for (_, column), cell in m.cells.items():
        assert column not in ran or cell["executed"] == cell["planned"] > 0, cell


def test_kernel_code_with_a_red_zone_is_caught(tmp_path, gcc, compilers):
    """The broken twin: a compiler that forgets -mno-red-zone, with the default options."""
    cc = program.script(tmp_path / "forgetful",
                        'for a; do shift; [ "$a" = -mno-red-zone ] || set -- "$@" "$a"; done\n'
                        f'exec {compilers[gcc]["path"]} "$@"\n')
    m = leaf_run(tmp_path / "out", cc, "--profile", "kernel", "--opt", "O2", status=1)
    assert {c for c, _ in lost(m)} >= {"kernel/leaf/leaf_int", "asmlinkage/leaf/leaf_void"}
    assert {column for _, column in lost(m)} == {"forgetful/64/O2/kernel@vmx"}


@pytest.fixture(scope="module", params=(64, 32))
def leaves(request, tmp_path_factory, gcc, compilers) -> Payload:
    """Under conventions without a red zone; two of the three leaves, and one other, are broken."""
    width, tmp = request.param, tmp_path_factory.mktemp("leaves")
    of = patches(width)
    broken = {"target/leaf_below": of["below_sp"], "target/leaf_sse": of["sse"],
              "target/below": of["below_sp"]}
    cc = mutant_compiler(tmp, compilers[gcc]["path"], {32: broken, 64: broken})
    # Other targets save doubles under ms: with the FPU trapped they are faults of their own.
    names = ["below", "leaf_below", "leaf_sse", "leaf_right"]
    text = "".join(f"//! leaf\n//! abi ms cdecl\nint {n}(int a);\n" if "leaf" in n else
                   f"//! abi sysv cdecl\nint {n}(int a);\n" for n in names)
    return build(tmp, cc, width, text, names, "mutant")


@pytest.mark.parametrize("options, found", (
    (0, {}),
    (TRAP_FPU, {"leaf_sse": [f"fault/{FPU}"]}),
    (STEP_LEAF, {"leaf_below": ["return/0"]}),
    (TRAP_FPU | STEP_LEAF, {"leaf_sse": [f"fault/{FPU}"], "leaf_below": ["return/0"]}),
    (STEP | INTERRUPTS, {"leaf_below": ["return/0"], "below": ["return/0"]}),
))
def test_only_leaves_are_stepped_and_all_are_trapped(leaves, options, found):
    r = leaves.run(f"options={options}")
    assert only(r, *leaves.names) == {n: found.get(n, []) for n in leaves.names}
    assert all(r.cases[f"{n}.caller"] == ["executed"] for n in leaves.names)


@pytest.mark.parametrize("options, words", (
    ("interrupts", "interrupts come with steps only: use step,interrupts"),
    ("step,trap-fpu", "step and trap-fpu do not go together: choose one"),
    ("leafs", "unknown word 'leafs' (did you mean 'leaf'?): use step, interrupts, leaf, trap-fpu or none"),
))
def test_options_that_make_no_sense(tmp_path, gcc, options, words):
    r = program.run(["run", "--cc", gcc, "--cases", LEAVES, "--vmx-with", options, "--out",
                     tmp_path / "out"])
    assert (r.status, r.stdout) == (2, "") and r.stderr.endswith(f"--vmx-with: {words}\n")


# Every way to die ---------------------------------------------------------------------------------

@pytest.mark.parametrize("name, fault", (
    ("triple", DIED), ("spins", TIMEOUT), ("spins_blind", DIED), ("garbage", DIED)))
def test_end_of_the_guest_is_charged_to_its_case(in_guest, name, fault):
    assert in_guest.cases[f"{name}.callee"] == ["executed", f"fault/{fault}"]
    assert in_guest.cases[f"{name}.caller"] == ["executed"]


def test_neighbours_of_the_dead_pass(in_guest):
    assert in_guest.broken == "no"
    for name, (state, *findings) in in_guest.cases.items():
        assert state == "executed", name
        assert not (name.startswith("right") and findings), name


def fake(tmp_path, body: str) -> str:
    """A Bochs that knows its options and is up to no good otherwise."""
    real = program.bochs()
    (tmp_path / "bin").mkdir()
    return str(program.script(tmp_path / "bochs",
                              f'case "$*" in *--help*) exec {real} "$@" ;; esac\n'
                              # The question whether it works at all has a small disk.
                              f'[ $(stat -c %s disk) -lt 10000000 ] && exec {real} "$@"\n{body}\n'))


@pytest.mark.parametrize("display", ("nogui", "term"))
def test_build_without_debugger(clean, tmp_path, display):
    """It has another display and fewer devices, and refuses what it does not have."""
    real = program.bochs()
    said = subprocess.run([real, "--help"], capture_output=True, text=True, check=False)
    text = said.stdout + said.stderr
    display_then, rest = ("term", "-rc commands") if "-rc filename" in text else ("nogui", "")
    shim = program.script(tmp_path / "bochs", f"""
case "$*" in *--help*) {real} "$@" 2>&1 | grep -v -e '-rc filename'; exit 0;; *-rc*) exit 9;; esac
grep -q -e '^sound' -e gameport -e iodebug config && {{ echo '[ ] config:1: no such device'; exit 1; }}
grep -q 'display_library: {display}' config || {{
	echo "[ ] config:1: display library 'other' not available"; exit 1; }}
sed -i 's/display_library: .*/display_library: {display_then}/' config
exec {real} -q -f config {rest}
""")
    r = clean.run(f"bochs={shim}")
    assert r.engine.startswith("bochs 2.") and " without debugger, corei7_icelake_u, " in r.engine
    assert r._replace(engine="") == alone(clean)


@pytest.mark.parametrize("body, words", (
    ("kill -9 $$", "was ended by another process again and again"),
    ("sleep 60", "its machine stood still again and again"),
    ("echo hello; exit 0", "bochs did not start: "),
    ("echo \"[      ] config:1: display library 'term' not available\"; exit 1",
     "bochs did not start: its display library `term' is missing: apt-get install bochs-term"),
    ("echo nonsense >log; exit 3", "ended with status 3 before the hypervisor wrote"),
    ("tr '\\0' x </dev/zero | dd of=disk bs=1M count=8 conv=notrunc status=none; echo x >log",
     "was ended by another process again and again"),
    ("echo '000p[CPU0  ] >>PANIC<< on fire' >log; exit 1", "bochs panicked: on fire"),
))
def test_engine_that_fails(broken, tmp_path, body, words):
    r = broken.run(f"bochs={fake(tmp_path, body)}", "seconds=2")
    assert words in r.broken
    assert {c[0] for c in r.cases.values()} == {"missing"}


def test_engine_killed_on_the_way(broken, tmp_path):
    """What was handed over is kept; what did not run is missing; who ran when it died is charged."""
    body = f'exec timeout -s KILL 0.3 {program.bochs()} "$@"'
    r = broken.run(f"bochs={fake(tmp_path, body)}")
    assert (r.broken == "no") == (["missing"] not in r.cases.values())
    for name, (_, *findings) in r.cases.items():
        assert not name.startswith("right") or findings in ([], [f"fault/{DIED}"]), name


def test_engine_that_stands_still_is_no_fault_of_the_case(broken, tmp_path):
    """As when its display library waits for a clock that was set back. Here it is stopped once its
    guest has written to the disk, at the latest in a case that spins."""
    stop = ('m=$(stat -c %y disk)\n(while kill -0 $$ && [ "$(stat -c %y disk)" = "$m" ]; do sleep 0.02; done\n'
            'kill -STOP $$) 2>/dev/null >&2 &\n')
    bochs = fake(tmp_path, f'{stop}exec {program.bochs()} "$@"')
    r = broken.run(f"mode={ROOT}", f"bochs={bochs}", "seconds=2")
    assert r.broken == "its machine stood still again and again"
    assert r.cases["spins.callee"] == ["missing"]


def test_hang_in_root_operation_is_charged(broken):
    """Interrupts off, no hypervisor beneath: only the limit of its work ends it. The case is
    known."""
    r = broken.run(f"mode={ROOT}", "seconds=3")
    assert r.cases["spins.callee"] == ["executed", f"fault/{DIED}"]
    assert r.cases["triple.callee"] == ["executed", f"fault/{DIED}"]
    assert r.cases["right1.callee"] == ["executed"]


# Why not ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("options, words", (
    (["model=zambezi"], "zambezi: this processor has no VMX"),
    (["model=z80"], "this Bochs does not know the processor model z80"),
    (["engine=1"], "kvm: "),
))
def test_why_not(options, words):
    r = vmx_probe(*options)
    assert r.returncode == 1 and words in r.stderr, r.stderr


def test_without_bochs(tmp_path):
    r = vmx_probe(path=str(tmp_path))
    assert r.stderr == "bochs is not installed: apt-get install bochs bochs-term\n"


# Several payloads on one machine ------------------------------------------------------------------

def together(*payloads: tuple) -> list[Run]:
    """Of (payload, options...) on one machine; each as `alone' has it."""
    r = vmx_probe(*[arg for p, *options in payloads for arg in p.args("options=0", "mode=0",
                                                                      *options)])
    _, *ends = r.stderr.splitlines()
    parts = re.split(r"^\d+\n", r.stdout, flags=re.MULTILINE)[1:]
    assert len(parts) == len(ends) == len(payloads), r.stderr
    runs = []
    for end, text, (p, *_) in zip(ends, parts, payloads):
        m = re.fullmatch(r"broken: (.*); restarts: (\d+)", end)
        runs.append(Run("", m[1], int(m[2]), parse_cases(text, p.names)))
    return runs


def alone(p: Payload, *options) -> Run:
    """But for the engine's name, which is of the machine."""
    return p.run(*options)._replace(engine="")


def boots(monkeypatch, tmp_path) -> Path:
    """A file that gets a line for every start of Bochs from here on."""
    log = tmp_path / "boots"
    shim = program.script(tmp_path / "bochs", f"""case "$1" in --help) ;; *) echo >> {log} ;; esac
exec {program.bochs()} "$@"
""")
    monkeypatch.setenv("CLOBBER_BOCHS", str(shim))
    return log


def starts(log) -> int:
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_payloads_of_one_machine_are_as_alone(clean, monkeypatch, tmp_path):
    ways = [(f"mode={mode}", f"options={options}") for mode in (GUEST, ROOT, ROOT_CURRENT)
            for options in ((0, STEP | INTERRUPTS, TRAP_FPU) if mode == GUEST else (0,))]
    each = [alone(clean, f"root={clean.width}", *way) for way in ways]
    log = boots(monkeypatch, tmp_path)
    vmx_probe(f"width={clean.width}", f"root={clean.width}")  # asked once what it is
    before = starts(log)
    assert together(*[(clean, f"root={clean.width}", *way) for way in ways]) == each
    assert starts(log) == before + 1


def test_parts_of_a_payload_are_as_the_whole(broken, monkeypatch, tmp_path):
    whole = alone(broken)
    log = boots(monkeypatch, tmp_path)
    vmx_probe(f"width={broken.width}")
    before = starts(log)
    parts = alone(broken, "at_once=3", "part=8")
    assert parts == whole
    assert parts.restarts and starts(log) >= before + 3


def test_who_dies_costs_its_neighbours_nothing(clean, broken):
    right, wrong, other = together((clean,), (broken,), (clean,))
    assert right == other == alone(clean)
    assert wrong == alone(broken)
    assert wrong.restarts


# Hostile guests -----------------------------------------------------------------------------------

@pytest.fixture(scope="module", params=(64, 32))
def hostile(request, tmp_path_factory, gcc, compilers) -> Payload:
    tmp = tmp_path_factory.mktemp("hostile")
    return broken_payload(request.param, tmp, gcc, compilers, HOSTILE)


def assert_charged_alone(r: Run, ends: dict[str, str]):
    assert r.broken == "no"
    for name, outcome in r.cases.items():
        case, direction = name.split(".")
        want = ends[case] if direction == "callee" and case in ends else None
        assert outcome == (["executed", f"fault/{want}"] if want else ["executed"]), name


def spent(run) -> tuple:
    """What it hands back, and its processor seconds."""
    before = os.times()
    result = run()
    after = os.times()
    return result, (after.children_user + after.children_system - before.children_user
                    - before.children_system)


def test_hostile_guests_are_charged_alone(hostile):
    r, seconds = spent(hostile.run)
    assert_charged_alone(r, {"cpuid_loop": TIMEOUT, "vmcall_loop": ILL, "resets_port_92": SEGV,
                             "resets_keyboard": SEGV, "stops": SEGV, "spins": TIMEOUT,
                             "no_xcr0": SEGV})
    assert seconds < 20  # two of them are given up by a clock


def test_who_leaves_no_way_in_costs_its_neighbours_nothing(hostile, clean):
    """In root operation nothing is beneath: who turns interrupts off is ended from outside."""
    if hostile.width != clean.width:
        return  # neighbours of one width will do
    (right, wrong, other), seconds = spent(lambda: together(
        *[(p, f"root={p.width}", f"mode={ROOT}") for p in (clean, hostile, clean)]))
    assert right == other == alone(clean, f"root={clean.width}", f"mode={ROOT}")
    assert_charged_alone(wrong, {"cpuid_loop": TIMEOUT, "vmcall_loop": TIMEOUT,
                                 "resets_port_92": DIED, "resets_keyboard": DIED,
                                 "stops": TIMEOUT, "spins": TIMEOUT, "no_xcr0": SEGV})
    assert seconds < 40


def test_a_run_is_the_same_in_one_start_as_in_many(gcc, tmp_path):
    """With more jobs than payloads each gets a start of its own."""
    def matrix(jobs: int) -> dict:
        r = program.run(["run", "--out", tmp_path, "--cc", gcc, "--cases", "cases/thread/vmread.h",
                         "--opt", "O2", "--profile", "kernel", "--place", "vmx,root,root-vmcs",
                         "--fresh", "--jobs", jobs])
        assert r.status == 0, r.stderr
        found = json.loads((tmp_path / "matrix.json").read_text())
        found.pop("tool")  # the command
        return found

    assert matrix(1) == matrix(16)
