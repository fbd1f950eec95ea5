# SPDX-License-Identifier: MIT
"""Place kvm against a /dev/kvm that fails: fake_kvm.c answers for it (LD_PRELOAD). Every request that
is refused, cut off or interrupted is a reason not to run, or an error that names the request; it is
never a verdict of a case."""
import re
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import program

CASES = "int f(int a);\nlong g(long a, char b);\nvoid h(void);\n"
PROBE = re.compile(r"^kvm +64  (.*)$", re.M)


class Fake(NamedTuple):
    folder: Path
    library: Path
    text: int

    def run(self, args, plan: str = "") -> program.Result:
        counters = self.folder / "counters"
        counters.write_bytes(bytes(4096))
        return program.run(args, cwd=self.folder, env=program.environment(
            LD_PRELOAD=str(self.library), FAKE_KVM=plan, FAKE_COUNT=str(counters), FAKE_CASES="3",
            FAKE_TEXT=str(self.text), CLOBBER_CACHE=str(self.folder / "cache")), seconds=60)

    def place(self, plan: str = "") -> str:
        r = self.run(["list", "places"], plan)
        assert (r.status, r.stderr) == (0, ""), r
        return PROBE.search(r.stdout)[1]

    def payload(self, plan: str = "") -> tuple[program.Result, str, dict]:
        """What a run prints, what is said of place kvm, and its verdicts."""
        r = self.run(["run", "--built", "built", "--place", "kvm", "--out", "out", "--jobs", "1",
                      "--fresh"], plan)
        if not (self.folder / "out/matrix.json").exists():
            return r, "", {}
        m = program.load(self.folder / "out")
        place = next(p for p in m.data["places"] if p["name"] == "kvm")
        counts = {}
        for cell in m.cells.values():
            for verdict, n in cell["counts"].items():
                counts[verdict] = counts.get(verdict, 0) + n
        (self.folder / "out/matrix.json").unlink()
        return r, str(place["why_not"]) + r.stdout + r.stderr, {v: n for v, n in counts.items() if n}


def text_bytes(elf: Path) -> int:
    """Of the executable segment: ELF gABI, "Program Header"."""
    data = elf.read_bytes()
    at, size, n = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    for i in range(n):
        kind, flags = struct.unpack_from("<II", data, at + i * size)
        if kind == 1 and flags & 1:
            return struct.unpack_from("<Q", data, at + i * size + 32)[0] & ~3
    raise AssertionError("no code")


@pytest.fixture(scope="module")
def fake(tmp_path_factory, gcc) -> Fake:
    tmp = tmp_path_factory.mktemp("fake")
    here = Path(__file__).parent
    r = subprocess.run([gcc, "-shared", "-fPIC", "-O1", "-I", here.parent / "src", "-o", "fake.so",
                        here / "fake_kvm.c", "-ldl"], cwd=tmp, capture_output=True, text=True)
    if r.returncode:
        pytest.skip("not-run: the fake cannot be built: " + r.stderr.splitlines()[0])
    (tmp / "c.h").write_text(CASES)
    r = program.run(["run", "--build-only", "--cc", gcc, "--opt", "O1", "--width", "64", "--profile",
                     "user", "--abi", "sysv", "--cases", "c.h", "--out", "built"], cwd=tmp)
    assert r.status == 0, r.stderr
    elf = next((tmp / "built/work/col").glob("*.elf"))
    f = Fake(tmp, tmp / "fake.so", text_bytes(elf))
    if "available (another vendor" not in f.place() and "available (vmx" not in f.place() \
            and "available (svm" not in f.place():
        pytest.skip(f"not-run: this clobber does not load the fake: {f.place()}")
    return f


def test_it_plays_a_machine_that_works(fake):
    r, _, counts = fake.payload()
    assert r.status == 0 and counts == {"pass": 6}, r


@pytest.mark.parametrize("plan, reason", (
    ("KVM_GET_API_VERSION=short@1", "KVM_GET_API_VERSION: Protocol error"),
    ("KVM_CREATE_VM=ENOMEM", "KVM_CREATE_VM: Cannot allocate memory"),
    ("KVM_SET_TSS_ADDR=EINVAL", "KVM_SET_TSS_ADDR: Invalid argument"),
    ("KVM_CREATE_VCPU=EBUSY", "KVM_CREATE_VCPU: Device or resource busy"),
    ("KVM_GET_VCPU_MMAP_SIZE=short@1", "KVM_GET_VCPU_MMAP_SIZE"),
    ("KVM_GET_SUPPORTED_CPUID=E2BIG", "KVM_GET_SUPPORTED_CPUID: Argument list too long"),
    ("KVM_SET_CPUID2=EINVAL", "KVM_SET_CPUID2: Invalid argument"),
    ("KVM_SET_USER_MEMORY_REGION=EINVAL", "KVM_SET_USER_MEMORY_REGION: Invalid argument"),
    ("KVM_GET_SREGS=EIO", "KVM_GET_SREGS: Input/output error"),
    ("KVM_SET_SREGS=EINVAL", "KVM_SET_SREGS: Invalid argument"),
    ("KVM_SET_REGS=EINVAL", "KVM_SET_REGS: Invalid argument"),
    ("KVM_RUN=EFAULT", "KVM_RUN: Bad address"),
    ("KVM_NMI=EINVAL", "KVM_NMI: Invalid argument"),
    ("KVM_SET_GUEST_DEBUG=EINVAL", "KVM_SET_GUEST_DEBUG: Invalid argument"),
    ("KVM_INTERRUPT=ENXIO", "take an injected interrupt: no answer within 900 ms"),
    ("cap=KVM_CAP_IMMEDIATE_EXIT", "KVM_CAP_IMMEDIATE_EXIT"),
    ("cap=KVM_CAP_X86_MSR_FILTER", "KVM_CAP_X86_MSR_FILTER (Linux 5.10)"),
    ("cap=KVM_CAP_SET_GUEST_DEBUG", "KVM_CAP_SET_GUEST_DEBUG"),
    ("cap=KVM_CAP_VCPU_EVENTS", "KVM_CAP_VCPU_EVENTS"),
))
def test_probe_gives_the_reason(fake, plan, reason):
    # Several of these fail at the first machine of the other width, too.
    said = fake.place(plan if not plan.endswith("@1") else plan.replace("@1", ""))
    assert said.startswith("not available: kvm: ") and reason in said, said


@pytest.mark.parametrize("request_", ("KVM_RUN=EINTR@1", "KVM_RUN=EINTR@7", "KVM_RUN=EAGAIN@3",
                                      "cap=KVM_CAP_SET_TSS_ADDR", "cap=KVM_CAP_DISABLE_QUIRKS2",
                                      "late=2"))
def test_what_is_no_failure(fake, request_):
    assert fake.place(request_).startswith("available ("), request_
    r, _, counts = fake.payload(request_)
    assert r.status == 0 and counts == {"pass": 6}, r


@pytest.mark.parametrize("plan, reason", (
    ("KVM_X86_SET_MSR_FILTER=EINVAL", "kvm: KVM_X86_SET_MSR_FILTER: Invalid argument"),
    ("KVM_ENABLE_CAP=EINVAL", "kvm: KVM_ENABLE_CAP, KVM_CAP_DISABLE_QUIRKS2: Invalid argument"),
    ("KVM_SET_SIGNAL_MASK=EINVAL", "kvm: KVM_SET_SIGNAL_MASK: Invalid argument"),
    ("KVM_CREATE_VM=ENOMEM@2", "kvm: KVM_CREATE_VM: Cannot allocate memory"),
    ("KVM_RUN=EFAULT@LAST", "kvm: KVM_RUN: Bad address"),
    ("exit=9.0", "the processor refuses its state"),  # KVM_EXIT_FAIL_ENTRY
    ("exit=17.3", "KVM's internal error 3"),  # KVM_EXIT_INTERNAL_ERROR
    ("exit=0.0", "KVM's exit reason 0"),  # KVM_EXIT_UNKNOWN
))
def test_a_payload_is_no_worse_for_it(fake, plan, reason):
    """What the machine does wrong is said, and no case is charged with it."""
    runs = 9 + 13 + 2 + 1  # of the probe, and the payload's first: found out, not written down
    for n in range(15, runs + 5) if "LAST" in plan else (0,):
        r, said, counts = fake.payload(plan.replace("LAST", str(n)))
        assert not {"crash", "timeout", "violation"} & counts.keys(), (counts, r)
        if reason in " ".join(said.split()):
            assert "pass" not in counts, counts
            return
    pytest.fail(f"{plan}: {said}")
