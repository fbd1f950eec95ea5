# SPDX-License-Identifier: MIT
"""Place qemu-user: what it finds, what it cannot see, and that code under test does no harm."""
import pytest

import program
from mutants import MUTANTS, asm
from program import run_matrix, write
from test_checks import mutant_compiler

# What QEMU's emulation does not show: MMX state that is left behind; and system calls
# that QEMU answers itself because their arguments are wrong.
UNSEEN = {32: {"mmx", "mmx_nested", "fault_write"},
          64: {"mmx", "mmx_nested", "fault_write", "fault_int80"}}


@pytest.fixture(scope="module", params=(64, 32))
def both(request, tmp_path_factory, gcc, compilers) -> program.Matrix:
    """All mutants, natively and under QEMU."""
    width = request.param
    program.need("qemu-user", width)
    program.need("native", width)
    tmp = tmp_path_factory.mktemp("qemu")
    mutants = [m for m in MUTANTS if m.width == width]
    cases = write(tmp / f"m{width}.h", "\n".join(m.declaration() for m in mutants))
    cc = mutant_compiler(tmp, compilers[gcc]["path"],
                         {width: {f"{m.side}/{m.name}": m.patch for m in mutants}})
    return run_matrix(tmp / "out", "--cc", cc, "--width", width, "--opt", "O2", "--cases", cases,
                      "--place", "native,qemu-user", status=1)


def test_engine_is_named(both):
    engine = {c["engine"] for c in both.columns.values() if c["place"] == "qemu-user"}
    assert len(engine) == 1 and engine.pop().startswith("qemu-")
    assert all(c["id"].endswith("@qemu-user") and " qemu-user " in c["name"]
               for c in both.columns.values() if c["place"] == "qemu-user")


def test_mutants_are_caught_as_natively(both):
    def caught(place):
        found = {}
        for f in both.select(place=place):
            name = f["case"].rsplit("/", 1)[1]
            found.setdefault(name, set()).add((f["direction"], f["check"], f["subject"],
                                               f["verdict"]))
        return found
    native, qemu = caught("native"), caught("qemu-user")
    assert len(native) >= 100
    width = next(iter(both.columns.values()))["width"]
    assert {n for n in native | qemu if native.get(n) != qemu.get(n)} == UNSEEN[width]


@pytest.mark.parametrize("width", (64, 32))
def test_same_verdicts(tmp_path, gcc, width):
    program.need("qemu-user", width)
    program.need("native", width)
    m = run_matrix(tmp_path / "out", "--cc", gcc, "--width", width, "--opt", "O2", "--cases",
                   "cases/scalar/mixed.h,cases/scalar/counts.h,cases/aggregate/shapes.h",
                   "--place", "native,qemu-user", status=0)
    assert m.data["differences"] == []
    place = next(p for p in m.data["places"] if p["name"] == "qemu-user")
    assert place["compared"] > 100 and place["alone"] == 0


@pytest.mark.parametrize("width", (64, 32))
def test_code_under_test_makes_no_system_call(tmp_path, gcc, compilers, width):
    """It tries to make a file (creat) in the current folder; and to run a shell (execve)."""
    program.need("qemu-user", width)
    if width == 64:
        call = ("movabs $0x656d72616865, %rax", "push %rax", "mov %rsp, %rdi", "mov $420, %esi",
                "mov $85, %eax", "syscall", "pop %rcx")
        run = ("movabs $0x68732f6e69622f, %rax", "push %rax", "mov %rsp, %rdi", "xor %esi, %esi",
               "xor %edx, %edx", "mov $59, %eax", "syscall", "pop %rcx")
    else:
        call = ("push %ebx", "push $0x656d", "push $0x72616865", "mov %esp, %ebx", "mov $420, %ecx",
                "mov $8, %eax", "int $0x80", "add $8, %esp", "pop %ebx")
        run = ("push %ebx", "push $0x68732f", "push $0x6e69622f", "mov %esp, %ebx",
               "xor %ecx, %ecx", "xor %edx, %edx", "mov $11, %eax", "int $0x80", "add $8, %esp",
               "pop %ebx")
    cc = mutant_compiler(tmp_path, compilers[gcc]["path"],
                         {width: {"target/makes": {"ret": asm(*call)},
                                  "target/runs": {"ret": asm(*run)}}})
    m = run_matrix(tmp_path / "out", "--cc", cc, "--width", width, "--opt", "O2", "--abi",
                   "sysv" if width == 64 else "cdecl", "--cases",
                   write(tmp_path / f"m{width}.h", "".join(f"//! group {n}\nint {n}(int a);\n"
                                                   for n in ("makes", "runs", "right"))),
                   "--place", "qemu-user", status=1)
    found = {(f["case"].rsplit("/", 1)[1], f["check"], f["observed"]) for f in m.findings}
    assert found == {(name, "fault", "system call (SIGSYS)") for name in ("makes", "runs")}
    assert not list(tmp_path.glob("eharme*")) and not list(tmp_path.glob("ehar*"))


def test_vmread_is_for_another_place(gcc, tmp_path):
    """QEMU 7.2 loses x87 state at the fault behind which a VMREAD is emulated."""
    program.need("qemu-user", 32)
    r = program.run(["run", "--cc", gcc, "--width", "32", "--profile", "kernel", "--place",
                     "qemu-user", "--cases", "cases/thread/vmread.h", "--opt", "O2", "--out",
                     tmp_path / "out"])
    assert r.status == 2 and "use place vmx" in " ".join(r.stdout.split())


def test_taken_away(gcc, tmp_path):
    r = program.run(["run", "--cc", gcc, "--width", "64", "--place", "qemu-user", "--opt", "O2", "--abi",
                     "sysv", "--profile", "user", "--cases", write(tmp_path / "c.h", "int f(int a);\n"),
                     "--out", tmp_path / "out"],
                    env=program.environment(CLOBBER_WITHOUT="qemu-user"))
    assert r.status == 2 and "takes away the emulator qemu-i386" in " ".join(r.stdout.split())
