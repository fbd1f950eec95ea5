# SPDX-License-Identifier: MIT
"""Place kvm, in a machine that has KVM on any host: Debian's cloud kernel with kvm_amd on QEMU's
emulated SVM (kvm_machine.py). It is booted once, with everything that is to run in it: payloads as
compilers make them, which must get the verdicts of a process, and payloads with functions that are
broken on purpose, which must be found. Compilers are not needed there: `clobber run --built`.
"""
import re
from typing import NamedTuple

import pytest

import kvm_machine
import program
from mutants import Finding
from test_checks import assert_findings, mutant_compiler
from test_places import CASES, FPU, NAMES
from test_places import patches as kernel_patches
from test_vmx import (DIED, INTERRUPTS, LEAVES, STEP, TIMEOUT, TRAP_FPU, lost, parse_cases, patches,
                      sources)
from test_vmx import FPU as FAULT_FPU

WIDTHS = (64, 32)
CLEAN = "cases/thread,cases/kernel,cases/scalar/counts.h"


def test_here_it_works_or_the_reason_is_told():
    """Nothing is guessed from names, and nothing hangs: each width has a deadline."""
    lines = [line for line in program.run(["list", "places"]).stdout.splitlines()
             if line.startswith("kvm ")]
    assert len(lines) == 2
    for line, width in zip(lines, (32, 64)):
        assert re.fullmatch(
            rf"kvm       {width}  (available \((vmx|svm|another vendor), .*\)|not available: kvm: "
            r"(no permission on /dev/kvm: join the group kvm.*|there is no /dev/kvm: .*|"
            r"/dev/kvm cannot be opened: .*|.*: a \d\d-bit guest cannot [^:]+: .+))", line), line


# In the machine -----------------------------------------------------------------------------------

class Work:
    """What is to be carried into the machine and run there."""

    def __init__(self, tmp):
        self.tmp, self.commands = tmp, {}
        self.files = kvm_machine.program_files(program.PROGRAM.parent)

    def build(self, name: str, cc: str, cases, *args) -> None:
        out = self.tmp / name
        r = program.run(["run", "--build-only", "--cc", cc, "--opt", "O2", "--cases", cases, "--out",
                         out, *args], cwd=self.tmp)
        assert (r.status, r.stderr) == (0, ""), r
        self.files[f"/built/{name}"] = out
        if str(cases).startswith("/"):
            self.files[str(cases)] = cases

    def run(self, name: str, built: str, *args) -> None:
        self.commands[name] = ["clobber", "run", "--built", f"/built/{built}", "--out",
                               f"/out/{name}", *args]

    def probe(self, name: str, built: str, width: int, some, *args) -> None:
        elf = next((self.tmp / built / "work/col").glob(f"*-{width}-O2.elf"))
        self.commands[name] = ["vmx_probe", "kvm", "runtime=/bin/data/runtime", f"width={width}",
                               f"cases={len(sources(width, some)[1])}", *args,
                               f"/built/{built}/work/col/{elf.name}"]


class Machine(NamedTuple):
    outputs: dict[str, kvm_machine.Output]
    out: object

    def matrix(self, name: str, status: int) -> program.Matrix:
        o = self.outputs[name]
        assert (o.status, o.stderr) == (status, ""), o
        return program.load(self.out / name)

    def int1(self, width: int) -> str:
        """What INT1 is on the processor of this machine, to a process: QEMU without its commit
        73fb7b3c49 has no such instruction."""
        m = self.matrix(f"process{width}", status=1)
        observed, = (f["observed"] for f in m.select(check="fault") if f["case"].endswith("/int1"))
        return {"breakpoint or single step (SIGTRAP)": "fault/4",
                "illegal instruction (SIGILL)": "fault/2"}[observed]

    def cases(self, name: str, width: int, some=None) -> dict[str, list[str]]:
        o = self.outputs[name]
        assert o.status == 0 and "broken: no;" in o.stderr, o
        return parse_cases(o.stdout, sources(width, some)[1])


@pytest.fixture(scope="module")
def machine(tmp_path_factory, gcc, compilers) -> Machine:
    why = kvm_machine.why_not()
    if why:
        pytest.skip(f"not-run: {why}")
    tmp = tmp_path_factory.mktemp("kvm")
    work = Work(tmp)
    work.commands["places"] = ["clobber", "list", "places"]
    work.commands["nobody"] = ["/bin/busybox", "su", "-s", "/bin/clobber", "nobody", "--", "list",
                               "places"]
    for name, (code, _) in NO_GUESTS.items():
        folder = tmp / f"no-{name}"
        folder.mkdir()
        for width in WIDTHS:
            (folder / f"kvm{width}.bin").write_bytes(code or without_tf(width))
            work.commands[f"no-{name}{width}"] = ["vmx_probe", "kvm", f"runtime=/no-{name}",
                                                  f"width={width}"]
        work.files[f"/no-{name}"] = folder
    work.build("clean", gcc, CLEAN, "--profile", "user,kernel")
    work.run("clean", "clean", "--place", "native,kvm", "-v", "--jobs", "4")
    work.build("leaves", gcc, LEAVES, "--profile", "user", "--abi", "sysv")
    work.run("leaves", "leaves", "--place", "native,kvm", "--vmx-with", "step,interrupts")
    forgetful = program.script(
        tmp / "forgets", 'for a; do shift; [ "$a" = -mno-red-zone ] || set -- "$@" "$a"; done\n'
        f'exec {compilers[gcc]["path"]} "$@"\n')
    work.build("forgetful", str(forgetful), LEAVES, "--profile", "kernel", "--width", "64")
    work.run("forgetful", "forgetful", "--place", "native,kvm")
    for width in WIDTHS:
        folder = tmp / f"mutants{width}"
        folder.mkdir()
        cc = mutant_compiler(folder, compilers[gcc]["path"],
                             {f"gen{width}-kernel": kernel_patches(width)})
        name = f"kernel{width}"
        work.build(name, cc, program.write(folder / f"m{width}.h", CASES), "--profile", "kernel",
                   "--width", width)
        work.run(name, name, "--place", "native,kvm")
        work.run(f"{name}-stepped", name, "--place", "kvm", "--vmx-with", "step,interrupts")
        cc = mutant_compiler(folder, compilers[gcc]["path"],
                             {width: {f"target/{n}": p for n, p in patches(width).items()}})
        for built, compiler, some in (("broken", cc, None), ("few", cc, FEW),
                                      ("right", gcc, FEW), ("stuck", cc, STUCK)):
            (folder / built).mkdir()
            case_file = program.write(folder / built / f"m{width}.h", sources(width, some)[0])
            work.build(f"{built}{width}", compiler, case_file, "--profile", "user", "--width",
                       width)
        work.probe(f"broken{width}", f"broken{width}", width, None)
        work.probe(f"stuck{width}", f"stuck{width}", width, STUCK, f"options={STEP}")
        work.probe(f"trapped{width}", f"broken{width}", width, None, f"options={TRAP_FPU}")
        for mode, options in MODES.items():
            if mode != "trapping":
                work.probe(f"{mode}-few{width}", f"few{width}", width, FEW, *options)
            if mode != "stepped":
                work.probe(f"{mode}-right{width}", f"right{width}", width, FEW, "compare", *options)
        work.run(f"process{width}", f"few{width}", "--place", "native")
    folder = tmp / "machine"
    folder.mkdir()
    outputs, _ = kvm_machine.run_qemu(folder, work.commands, work.files)
    return Machine(outputs, folder / "out")


FEW = ("below_sp", "cpuid", "sti", "int1")  # of the broken functions, where every instruction is an exit
STUCK = ("spins",)
MODES = {"plain": (), "stepped": (f"options={STEP}",),
         "interrupted": (f"options={STEP | INTERRUPTS}",), "trapping": (f"options={TRAP_FPU}",)}


def test_engine_says_what_it_is(machine):
    lines = machine.outputs["places"].stdout.splitlines()
    for width in WIDTHS:
        assert any(re.fullmatch(rf"kvm       {width}  available \(svm, kvm_amd, QEMU TCG CPU "
                                r"version [\d.]+\+\)", line) for line in lines), lines


def test_no_permission_says_which_group_to_join(machine):
    out = machine.outputs["nobody"]
    assert out.stdout.count("not available: kvm: no permission on /dev/kvm: join the group kvm") == 2


# The probe fails where KVM does -----------------------------------------------------------------

def guest(*stages: int, then: bytes) -> bytes:
    """What says so many stages of asm/kvm/probe.asm: mov eax, STAGE; mov edx, PORT; out dx, eax."""
    return b"".join(b"\xb8" + stage.to_bytes(4, "little") + b"\xba\x0b\xc1\0\0\xef"
                    for stage in stages) + then


LOOP, UD2, HLT = b"\xeb\xfe", b"\x0f\x0b", b"\xf4"
NO_GUESTS = {
    "loop": (guest(then=LOOP), "execute its first instructions: no answer within 900 ms"),
    "halt": (guest(1, then=HLT), "execute SSE instructions: KVM's exit reason 5"),
    "wrong": (guest(1, 15, then=LOOP), "execute SSE instructions: the result is wrong"),
    "fault": (guest(1, 2, then=UD2), "execute x87 instructions: triple fault"),
    "leap": (guest(1, 3, then=LOOP), "execute SSE instructions: it says 3 after 1"),
    "nowhere": (guest(1, 2, 3, then=b"\xb9\0\0\0\x10\x89\x01" + LOOP),  # mov [0x10000000], eax
                "handle an exception of its own: access to address 0x10000000, where no memory is"),
    "deaf": (guest(*range(1, 6), then=LOOP), "take an injected interrupt: no answer within 900 ms"),
    "deadly": (guest(*range(1, 9), then=LOOP), "take an NMI: triple fault"),
    # The real one, but for TF.
    "stepless": (None, "be stepped by TF and KVM_SET_GUEST_DEBUG: 0 steps came"),
}


def without_tf(width: int) -> bytes:
    code = (program.PROGRAM.parent / f"kvm{width}.bin").read_bytes()
    set_tf = b"\x81\x0c\x24" + (0x100).to_bytes(4, "little")  # or dword [sp], 0x100
    assert code.count(set_tf) == 1
    return code.replace(set_tf, set_tf[:3] + bytes(4))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NO_GUESTS)
def test_probe_tells_what_failed(machine, width, name):
    o = machine.outputs[f"no-{name}{width}"]
    assert (o.status, o.stdout) == (1, "")
    assert o.stderr == f"kvm: kvm_amd: a {width}-bit guest cannot {NO_GUESTS[name][1]}\n"


# The same verdicts --------------------------------------------------------------------------------

def test_every_case_has_its_native_verdict(machine):
    m = machine.matrix("clean", status=0)
    assert m.data["differences"] == []
    kvm = next(p for p in m.data["places"] if p["name"] == "kvm")
    assert kvm["why_not"] is None and kvm["engine"].startswith("svm, kvm_amd, ")
    verdicts = {place: {} for place in ("native", "kvm")}
    for (row, column), cell in m.cells.items():
        verdicts[cell["place"]][row, column.removesuffix("@kvm")] = cell["counts"]
    assert verdicts["native"] == verdicts["kvm"] and len(verdicts["kvm"]) > 100
    assert m.totals["not-run"] == 0 and kvm["compared"] * 2 == m.totals["executed"] > 2000
    assert {c["profile"] for c in m.columns.values()} >= {"user", "kernel"}
    assert {c["width"] for c in m.columns.values()} == {32, 64}
    assert len({(c["name"].replace(" kvm", ""), c["text_hash"])
                for c in m.columns.values()}) * 2 == len(m.columns)


def test_costs_are_told(machine):
    out = machine.outputs["clean"].stdout
    head, *table = out[out.index("payloads: milliseconds"):out.index("\nphases: ")].splitlines()
    assert head.split()[2:] == ["in", "all", "create", "load", "run", "destroy", "exits"]
    native = [line for line in table if " kvm " not in line]
    assert all(re.fullmatch(r".+ +[\d.]+", line) for line in native) and native
    columns = [c for c in machine.matrix("clean", status=0).columns.values()
               if c["place"] == "kvm" and not c["why_not"]]
    rows = [re.fullmatch(r"(.+?) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +(\d+)", line)
            for line in table if " kvm " in line]
    assert all(rows) and {r[1] for r in rows} == {c["name"] for c in columns}
    # No exit for a case: only the kernel's leaves are stepped.
    assert all(int(r[7]) < 200 for r in rows if " kernel " not in r[1])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("mode", [m for m in MODES if m != "stepped"])
def test_clean_payload_in_every_mode(machine, width, mode):
    o = machine.outputs[f"{mode}-right{width}"]
    assert (o.status, o.stdout) == (0, "") and "broken: no; restarts: 0" in o.stderr, o


# What only ring 0 shows ---------------------------------------------------------------------------

@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name, found", (
    ("cli_sti", ["system-flags/0"]), ("fs", ["segments/4"]),
    ("halts", ["fault/1"]), ("port", ["fault/1"]), ("reads_msr", ["fault/1"]),
    ("writes_msr", ["fault/1"]), ("wild_sp", ["fault/1"]),
    ("sse", []), ("x87", []), ("below_sp", []), ("not_invalid", ["fault/2"]),
    ("cpuid", []), ("sti", []), ("int1", None)))
def test_ring0(machine, width, name, found):
    if name == "int1":
        found = [machine.int1(width)]
    cases = machine.cases(f"broken{width}", width)
    assert cases[f"{name}.callee"] == ["executed", *found]
    assert cases[f"{name}.caller"] == ["executed"]


@pytest.mark.parametrize("width", WIDTHS)
def test_floating_instructions_are_trapped(machine, width):
    cases = machine.cases(f"trapped{width}", width)
    assert {n: cases[f"{n}.callee"][1:] for n in ("sse", "x87", "right1", "right9")} == {
        "sse": [f"fault/{FAULT_FPU}"], "x87": [f"fault/{FAULT_FPU}"], "right1": [], "right9": []}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("mode, found", (
    ("plain", []), ("stepped", []), ("interrupted", ["return/0"])))
def test_interrupts_destroy_what_is_below_the_stack_pointer(machine, width, mode, found):
    cases = machine.cases(f"{mode}-few{width}", width, FEW)
    assert {name: findings for name, (_, *findings) in cases.items() if findings} == {
        "int1.callee": [machine.int1(width)], **({"below_sp.callee": found} if found else {})}


def test_user_code_loses_its_red_zone(machine):
    m = machine.matrix("leaves", status=1)
    sysv = re.findall(r"(leaf_\w+)\(", LEAVES.read_text())
    assert {c for c, _ in lost(m, "kvm")} == {f"sysv/leaf/{n}" for n in sysv}
    f = m.select(check="locals", case="sysv/leaf/leaf_void")[0]
    assert " --place kvm --vmx-with step,interrupts " in f["repro"]


def test_kernel_code_has_none_to_lose_unless_its_compiler_forgets(machine):
    clean = machine.matrix("clean", status=0)
    assert not clean.select(rule="sysv.redzone")
    assert {c for c, _ in lost(machine.matrix("forgetful", status=1), "kvm")} >= {
        "kernel/leaf/leaf_int", "asmlinkage/leaf/leaf_void"}


@pytest.mark.parametrize("width", WIDTHS)
def test_kernel_code_that_goes_astray(machine, width):
    m = machine.matrix(f"kernel{width}", status=1)
    assert m.select(place="native") == []
    for name, side in FPU.items():
        assert_findings([Finding("fault", "sysv.call" if width == 64 else "i386.call", "the call",
                                 "returns", "x87 or vector instruction where none is allowed",
                                 f"at 0x# ({side}_kernel_m{width}_{name}+0x#)", "crash")],
                        m.select(place="kvm", case=f"kernel/m{width}/{name}"))
    assert {f["case"].rsplit("/", 1)[1] for f in m.findings if f["check"] == "fault"} == set(FPU)
    assert not m.select(case=f"kernel/m{width}/right")
    kvm = next(p for p in m.data["places"] if p["name"] == "kvm")
    assert kvm["compared"] == 2 * len(NAMES)
    assert {d["reason"] for d in m.data["differences"]} == {"FPU trapped (fault: the call)"}
    stepped = machine.matrix(f"kernel{width}-stepped", status=1)
    assert {(f["case"], f["check"]) for f in stepped.findings} == {
        (f"kernel/m{width}/below_sp", "return")}


# Every way to die ---------------------------------------------------------------------------------

@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name, fault", (
    ("triple", DIED), ("spins", TIMEOUT), ("spins_blind", DIED), ("garbage", DIED)))
def test_end_of_the_guest_is_charged_to_its_case(machine, width, name, fault):
    cases = machine.cases(f"broken{width}", width)
    assert cases[f"{name}.callee"] == ["executed", f"fault/{fault}"]
    assert cases[f"{name}.caller"] == ["executed"]


@pytest.mark.parametrize("width", WIDTHS)
def test_clock_runs_on_while_every_instruction_is_an_exit(machine, width):
    cases = machine.cases(f"stuck{width}", width, STUCK)
    assert {name: findings for name, (_, *findings) in cases.items() if findings} == {
        "spins.callee": [f"fault/{TIMEOUT}"]}


@pytest.mark.parametrize("width", WIDTHS)
def test_neighbours_of_the_dead_pass(machine, width):
    for name, (state, *findings) in machine.cases(f"broken{width}", width).items():
        assert state == "executed", name
        assert not (name.startswith("right") and findings), name
