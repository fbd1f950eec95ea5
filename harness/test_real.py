# SPDX-License-Identifier: MIT
"""Hand-written assembly of others: functions of Linux 6.1 against contracts (kernel/contracts),
functions of static libraries that Debian ships against their prototypes. As they are they pass;
each mutant fails with the register or slot that it breaks.

The kernel's sources are downloaded by `make check-real`; until then what needs them is not-run."""
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import objmutate
import program
import real
from kernel import tree
from program import HARNESS, run, write

CONTRACTS = HARNESS / "kernel" / "contracts"
LIBRARIES = HARNESS / "libraries"
HEADERS = {64: ("both.h", "only64.h"), 32: ("both.h", "only32.h")}
EVERYWHERE = "native,vmx,root,root-vmcs"
FILES = [(width, name) for width, names in tree.FILES.items() for name in names]


class Report(NamedTuple):
    verdicts: dict[str, str]  # function -> verdict
    findings: list[tuple[str, str, str]]  # function, places, all that is said, as one line
    text: str


def check(*arguments, status: int) -> Report:
    """`clobber check`, and what it printed."""
    r = run(["check", *arguments])
    text = r.stdout + r.stderr
    assert r.status == status, f"status {r.status}, want {status}\n{text}"
    verdicts = {name: verdict for verdict, name in
                re.findall(r"^([a-z-]+) +[a-z0-9]+/(\w+)(?:  \d+ calls.*)?$", r.stdout, re.M)}
    blocks = re.findall(r"^[a-z-]+  [a-z0-9]+/(\w+)  (\D.+)\n((?:  .*\n)+)", r.stdout, re.M)
    findings = [(name, places, " ".join(body.split())) for name, places, body in blocks]
    assert {name for name, *_ in findings} == {n for n, v in verdicts.items() if v != "pass"}
    return Report(verdicts, findings, text)


@pytest.fixture(scope="module")
def objects(tmp_path_factory) -> dict[int, dict[str, Path]]:
    try:
        return tree.assemble_all(tree.tree(), tmp_path_factory.mktemp("objects"))
    except tree.Absent as e:
        pytest.skip(f"not-run: {e}")


def wherever(width: int) -> str:
    """In every place, of the processes here where they run such code."""
    return EVERYWHERE if program.runs("native", width) else EVERYWHERE.removeprefix("native,")


def targets(width: int, name: str) -> list[real.Target]:
    return [t for t in real.TARGETS[width] if t.file == name]


def headers(width: int, names) -> list[tuple[Path, set[str]]]:
    """The files of contracts that are about these functions, and which each is about."""
    found = []
    for path in (CONTRACTS / h for h in HEADERS[width]):
        text = path.read_text()
        if here := {n for n in names if re.search(rf"\b{n}\(", text)}:
            found.append((path, here))
    assert set().union(*(here for _, here in found)) == set(names)
    return found


def test_every_function_has_a_contract():
    """Of those that are wanted none is forgotten."""
    for width in (64, 32):
        declared = {n for h in HEADERS[width] for n in
                    re.findall(r"(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\);",
                               (CONTRACTS / h).read_text())}
        names = {t.name for t in real.TARGETS[width]}
        assert names <= declared
        assert {t.file for t in real.TARGETS[width]} == set(tree.FILES[width])
    wanted = {"vmread_error_trampoline", "__vmx_vcpu_run", "vmx_do_interrupt_nmi_irqoff",
              "__sw_hweight32", "__sw_hweight64", "__get_user_4", "__put_user_4",
              "preempt_schedule_thunk"}
    assert wanted <= {t.name for t in real.TARGETS[32]}
    assert wanted | {"__memcpy", "__memset", "__memmove", "copy_page", "clear_page_orig"} <= {
        t.name for t in real.TARGETS[64]}


@pytest.mark.parametrize("width, name", FILES)
def test_unmodified(objects, width, name):
    for header, names in headers(width, [t.name for t in targets(width, name)]):
        r = check(objects[width][name], "--header", header, "--place", program.where(width), status=0)
        assert r.verdicts == dict.fromkeys(names, "pass")


@pytest.mark.parametrize("width, header", [(w, h) for w, hs in HEADERS.items() for h in hs])
def test_unmodified_everywhere(objects, width, header):
    """Natively, as a guest, in root operation."""
    if header != "both.h" and not os.environ.get("CLOBBER_REAL"):
        pytest.skip("not-run: takes half a minute; make check-real runs it")
    text = (CONTRACTS / header).read_text()
    names = {t.name for t in real.TARGETS[width] if re.search(rf"\b{t.name}\(", text)}
    files = {t.file for t in real.TARGETS[width] if t.name in names}
    alone = {f for f in files if all(t.name in names for t in targets(width, f))}
    found = objects[width].values() if header == "both.h" else [
        objects[width][f] for f in sorted(alone | {"lib/hweight"})]
    r = check(*found, "--header", CONTRACTS / header, "--place", wherever(width), status=0)
    assert r.verdicts == dict.fromkeys(names, "pass")


@pytest.mark.parametrize("width", (64, 32))
def test_mutants_everywhere(objects, tmp_path, width):
    """A register that is not saved on the way into a guest is seen in each place."""
    name = "kvm/vmx/vmenter"
    found = targets(width, name)
    path = objects[width][name]
    mutants = {t.name: next(m for m in real.mutants(width, t, path) if m.operation == "unsaved")
               for t in found}
    out = tmp_path / "mutants.o"
    objmutate.mutate(path, out, [([t.name], "unsaved", mutants[t.name].argument) for t in found])
    r = check(out, "--header", CONTRACTS / "both.h", "--place", wherever(width), status=1)
    for t in found:
        judge(t.name, mutants[t.name], r)
    assert {places for _, places, _ in r.findings} == {wherever(width).replace(",", ", ")}


@pytest.mark.parametrize("width, name", FILES)
def test_mutants(objects, tmp_path, width, name):
    """The first mutants of all functions in one object, then the second, and so on."""
    path, found = objects[width][name], targets(width, name)
    lists = {t.name: real.mutants(width, t, path) for t in found}
    assert all(len(mutants) >= 3 for mutants in lists.values())
    for n in range(max(map(len, lists.values()))):
        now = {t.name: (t, lists[t.name][n]) for t in found if n < len(lists[t.name])}
        out = tmp_path / f"mutants{n}.o"
        objmutate.mutate(path, out, [([t.name, *t.tails], m.operation, m.argument)
                                     for t, m in now.values()])
        for header, names in headers(width, now):
            r = check(out, "--header", header, "--place", program.where(width), status=1)
            for f, verdict in r.verdicts.items():
                if f in names:
                    judge(f, now[f][1], r)
                else:
                    assert verdict == "pass", r.text


# Linux 6.12 ---------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def newer(tmp_path_factory) -> dict[int, dict[str, Path]]:
    try:
        return tree.assemble_all(tree.tree("6.12"), tmp_path_factory.mktemp("newer"),
                                 tree.FILES_6_12)
    except tree.Absent as e:
        pytest.skip(f"not-run: {e}")


RENAMED = {"vmread_error_trampoline", "vmx_do_interrupt_nmi_irqoff"}  # only6_12.h has them


@pytest.mark.parametrize("width", (64, 32))
def test_6_12_unmodified(newer, width):
    """Natively, as a guest, in root operation: with the contracts of 6.1 and a few of its own."""
    own = check(newer[width]["kvm/vmx/vmenter"], newer[width]["kvm/svm/vmenter"], "--weak-stubs",
                "--header", CONTRACTS / "only6_12.h", "--place", EVERYWHERE, status=0)
    assert own.verdicts == dict.fromkeys(
        ("vmread_error_trampoline", "vmx_do_interrupt_irqoff", "vmx_do_nmi_irqoff",
         "__svm_vcpu_run"), "pass")
    same = {n for n in re.findall(r"(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\);",
                                  (CONTRACTS / "both.h").read_text())}
    wanted = sorted({t.name for t in real.TARGETS[width] if t.name in same} - RENAMED)
    assert len(wanted) >= 5
    objects_ = [o for name, o in newer[width].items() if "_64" not in name and "tdx" not in name]
    text = (CONTRACTS / "both.h").read_text()
    for name in wanted:
        assert re.search(rf"\b{name}\(", text)
    r = run(["check", *objects_, "--weak-stubs", "--place", EVERYWHERE,
             *(w for n in wanted for w in ("--contract", f"{CONTRACTS / 'both.h'}:{n}"))])
    assert r.status == 0, r.stdout + r.stderr
    verdicts = dict(re.findall(r"^pass +kernel/(\w+)(.*)$", r.stdout, re.M))
    assert set(verdicts) == set(wanted), r.stdout


SHARED = ("kvm/vmx/vmenter", "lib/hweight", "lib/getuser", "lib/putuser", "lib/retpoline")


@pytest.mark.parametrize("width", (64, 32))
def test_what_changed_from_6_1_to_6_12(objects, newer, tmp_path, width):
    """By the contracts of 6.1, as `compare' reports it, with what ran, which is known natively."""
    program.need("native", width)
    known = {t.name for t in real.TARGETS[width] if t.file in SHARED}
    text = (CONTRACTS / "both.h").read_text()
    names = [n for n in re.findall(r"(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\);", text) if n in known]
    results = []
    for version, of, status in (("6.1", objects, 0), ("6.12", newer, 1)):
        wanted = [n for n in names if version == "6.1" or n != "vmx_do_interrupt_nmi_irqoff"]
        r = run(["check", *(of[width][name] for name in SHARED), "--weak-stubs", "--format", "json",
                 "--place", "native,vmx",
                 *(w for n in wanted for w in ("--contract", f"{CONTRACTS / 'both.h'}:{n}"))])
        assert r.status == status, r.stdout + r.stderr
        results.append(write(tmp_path / f"{version}.json", r.stdout))
    r = run(["compare", *results])
    assert (r.status, r.stderr) == (1, "")
    assert re.match(rf"2 regressions; {len(names) - 1} functions compared\n", r.stdout), r.stdout
    # 6.12 calls another C function; its entry from an interrupt is one function no more, but two.
    assert "regression  vmread_error_trampoline: violation, was pass\n  new: calls: " \
        "vmread_error\n" in r.stdout
    assert "regression  vmx_do_interrupt_nmi_irqoff: not in the new result, was pass\n" in r.stdout
    assert re.search(r"^changed  __vmx_vcpu_run: pass\n  instructions: \d+, was \d+$", r.stdout,
                     re.M)


def test_6_12_only_64_bit(newer):
    """Functions that exist at 64 bit only."""
    found = {n for n in ("__memcpy", "__memset", "__memmove", "copy_page", "clear_page_orig")}
    r = run(["check", *(o for n, o in newer[64].items() if "_64" in n), "--weak-stubs", "--place",
             "native", *(w for n in sorted(found) for w in
                         ("--contract", f"{CONTRACTS / 'only64.h'}:{n}"))])
    assert r.status == 0, r.stdout + r.stderr
    assert set(re.findall(r"^pass +\w+/(\w+)", r.stdout, re.M)) == found


TDX = ("__seamcall", "__seamcall_ret", "__seamcall_saved_ret", "__tdcall", "__tdcall_ret", "__tdcall_saved_ret")


def test_6_12_tdx_modules(newer):
    """Where there is no TDX a handler plays the module, in every place."""
    r = check(newer[64]["virt/vmx/tdx/seamcall"], newer[64]["coco/tdx/tdcall"], "--weak-stubs",
              "--header", CONTRACTS / "tdx.h", "--place", EVERYWHERE, status=0)
    assert r.verdicts == dict.fromkeys(TDX, "pass")


# A line of what both files include, what it becomes; where it is to be found, and what is said.
TDX_BROKEN = (
    (r"\tmov %rdi, %rax\n", "", TDX, "return value|the guest's"),
    (r"\tmovq\tTDX_MODULE_r9\(%rsi\),  %r9\n", "\tmovq\tTDX_MODULE_r8(%rsi), %r9\n", TDX,
     "the guest's r9 at VM entry: expected .*which is the guest's r8"),
    (r"\tpopq\t%r15\n\tpopq\t%r14\n", "\tpopq\t%r14\n\tpopq\t%r15\n", (TDX[2], TDX[5]), "callee-saved: r1[45]"),
    (r"\tmovq %rdi, TDX_MODULE_rdi\(%rsi\)\n", "", (TDX[2], TDX[5]), "the guest's rdi in args after its VM exit"),
    (r"\tmovq %r10, TDX_MODULE_r10\(%rsi\)\n", "", (TDX[1], TDX[2], TDX[4], TDX[5]),
     "the guest's r10 in args after its VM exit"),
    (r"\tjc \.Lseamcall_vmfailinvalid\\@\n", "", TDX[:3], "return value"),
    (r"(/\* pop the unused structure pointer back to RSI \*/\n)\tpopq %rsi\n", r"\1", (TDX[2],),
     "callee-saved|fault: the call"),
)


@pytest.mark.parametrize("old, new, broken, words", TDX_BROKEN)
def test_6_12_tdx_broken(tmp_path, old, new, broken, words):
    try:
        source = tree.tree("6.12")
    except tree.Absent as e:
        pytest.skip(f"not-run: {e}")
    shared = (source / "arch/x86/virt/vmx/tdx/tdxcall.S").read_text()
    assert len(re.findall(old, shared)) == 1, old
    (tmp_path / "tdxcall.S").write_text(re.sub(old, new, shared))
    found = []
    for name in ("virt/vmx/tdx/seamcall", "coco/tdx/tdcall"):
        text = (source / "arch/x86" / (name + ".S")).read_text()
        (tmp_path / "broken.S").write_text(text.replace("../../virt/vmx/tdx/tdxcall.S", "tdxcall.S"))
        found.append(tree.assemble(source, 64, name, tmp_path / (Path(name).name + ".o"),
                                   text=tmp_path / "broken.S"))
    r = check(*found, "--weak-stubs", "--header", CONTRACTS / "tdx.h", "--place", "native", status=1)
    assert {f for f, v in r.verdicts.items() if v != "pass"} == set(broken), r.text
    for f in broken:
        assert any(re.search(words, text) for name, _, text in r.findings if name == f), r.text


# A line of an entry into a guest, what it becomes, and what is said of it in every place.
VMX_GUEST = {
    "bx not stored": (r"\tmov %_ASM_BX, VCPU_RBX\(%_ASM_AX\)\n", "",
                      "the guest's {r}bx in regs after its VM exit"),
    "cx not stored": (r"\tmov %_ASM_CX, VCPU_RCX\(%_ASM_AX\)\n", "",
                      "the guest's {r}cx in regs after its VM exit"),
    "di loaded from si's place": (r"mov VCPU_RDI\(%_ASM_AX\), %_ASM_DI",
                                  "mov VCPU_RSI(%_ASM_AX), %_ASM_DI",
                                  "the guest's {r}di at VM entry"),
    "bp and si exchanged on the way back": (
        r"mov %_ASM_BP, VCPU_RBP\(%_ASM_AX\)\n\tmov %_ASM_SI, VCPU_RSI\(%_ASM_AX\)",
        "mov %_ASM_SI, VCPU_RBP(%_ASM_AX)\n\tmov %_ASM_BP, VCPU_RSI(%_ASM_AX)",
        "the guest's {r}bp in regs after its VM exit"),
    "VMLAUNCH for VMRESUME": (r"jnc \.Lvmlaunch", "jc .Lvmlaunch",
                              "the instruction that enters the guest: expected vm|VM entries: "
                              "expected one, and its exit, got 0"),
    "the host's stack is elsewhere": (r"lea \(%_ASM_SP\), %_ASM_ARG2",
                                      "lea -WORD_SIZE(%_ASM_SP), %_ASM_ARG2",
                                      "argument host_rsp|fault: the call"),
    "returns 1 after an exit": (r"xor %ebx, %ebx\n\n\.Lclear", "mov $1, %ebx\n\n.Lclear",
                                "return value"),
}
VMX_GUEST_64 = {
    "r15 loaded from r14's place": (r"mov VCPU_R15\(%_ASM_AX\), %r15",
                                    "mov VCPU_R14(%_ASM_AX), %r15",
                                    "the guest's r15 at VM entry: expected .*which is the guest's r14"),
    "r15 stored in r14's place": (r"mov %r15, VCPU_R15\(%_ASM_AX\)",
                                  "mov %r15, VCPU_R14(%_ASM_AX)",
                                  "the guest's r15 in regs after its VM exit"),
}
SVM_GUEST = {
    "bx not stored": (r"\tmov %_ASM_BX, +VCPU_RBX\(%_ASM_AX\)\n", "",
                      "the guest's {r}bx in svm after its VM exit"),
    "si loaded from bp's place": (r"mov VCPU_RSI\(%_ASM_DI\), %_ASM_SI",
                                  "mov VCPU_RBP(%_ASM_DI), %_ASM_SI",
                                  "the guest's {r}si at VM entry"),
    "di not loaded": (r"\tmov VCPU_RDI\(%_ASM_DI\), %_ASM_DI\n", "",
                      "the guest's {r}di at VM entry"),
    "never entered": (r"3:\tvmrun %_ASM_AX", "3:\tnop", "VM entries: expected one, and its exit, got 0"),
}


def guest_mutants(width: int, name: str):
    found = SVM_GUEST if "svm" in name else VMX_GUEST | (VMX_GUEST_64 if width == 64 else {})
    return found.items()


@pytest.mark.parametrize("of, width, name", [
    (of, width, name) for of in tree.VERSIONS for width in (64, 32)
    for name in ("kvm/vmx/vmenter", *(("kvm/svm/vmenter",) if of == "6.12" else ()))])
def test_guest_registers_of_real_entries(tmp_path, of, width, name):
    """One line of the entry is changed: found natively, as a guest, and where the exits are real."""
    try:
        source = tree.tree(of)
    except tree.Absent as e:
        pytest.skip(f"not-run: {e}")
    svm = "svm" in name
    contract = CONTRACTS / ("only6_12.h:__svm_vcpu_run" if svm else "both.h:__vmx_vcpu_run")
    text = (source / "arch/x86" / (name + ".S")).read_text()
    for what, (old, new, words) in guest_mutants(width, name):
        assert len(re.findall(old, text)) == 1, f"{what}: {len(re.findall(old, text))} of {old}"
        broken = tmp_path / "broken.S"
        broken.write_text(re.sub(old, new.replace("\\", "\\\\"), text))
        o = tree.assemble(source, width, name, tmp_path / "broken.o", text=broken)
        there = wherever(width).removesuffix(",root,root-vmcs") if svm else wherever(width)
        r = run(["check", o, "--weak-stubs", "--contract", contract, "--place", there, "--calls", "60"])
        assert r.status == 1, f"{what} survives\n{r.stdout}{r.stderr}"
        said = re.findall(r"^[a-z-]+  kernel/\w+  (.+)\n((?:  .*\n)+)", r.stdout, re.M)
        found = {p for at, body in said
                 if re.search(words.format(r="re"[width == 32]), " ".join(body.split()))
                 for p in at.split(", ")}
        assert set(there.split(",")) <= found, f"{what}: {sorted(found)}\n{r.stdout}"


# What is taken out of svm/vmenter.S of both versions, at both widths, and what is said of __svm_vcpu_run then.
SVM_BROKEN = {
    "vmload of the guest": (r"\n1:\tvmload %_ASM_AX\n", "\n1:\n", "SVM instruction 1: expected vmload, got vmrun"),
    "vmsave of the guest": (r"\n5:\tvmsave %_ASM_AX\n", "\n5:\n", "SVM instruction 3: expected vmsave, got vmload"),
}


@pytest.mark.parametrize("of", tree.VERSIONS)
@pytest.mark.parametrize("width", (64, 32))
def test_svm_entries(tmp_path, of, width):
    """VMLOAD, VMRUN and VMSAVE in order, with the right physical address in rax, and what faults of them."""
    try:
        source = tree.tree(of)
    except tree.Absent as e:
        pytest.skip(f"not-run: {e}")
    place = wherever(width).removesuffix(",root,root-vmcs")
    o = tree.assemble(source, width, "kvm/svm/vmenter", tmp_path / "svm.o")
    names = {"svm.h": "__svm_vcpu_run"}
    if of == "6.1" or width == 64:
        names[f"sev_es{of.replace('.', '_')}.h"] = "__svm_sev_es_vcpu_run"
    for header, name in names.items():
        r = check(o, "--weak-stubs", "--contract", CONTRACTS / header, "--place", place, status=0)
        assert r.verdicts == {name: "pass"}
    text = (source / "arch/x86/kvm/svm/vmenter.S").read_text()
    for what, (old, new, words) in SVM_BROKEN.items():
        assert len(re.findall(old, text)) == 1, what
        broken = tmp_path / "broken.S"
        broken.write_text(re.sub(old, new, text))
        o = tree.assemble(source, width, "kvm/svm/vmenter", tmp_path / "broken.o", text=broken)
        r = check(o, "--weak-stubs", "--contract", CONTRACTS / "svm.h", "--place", place, status=1)
        assert any(words in said for _, _, said in r.findings), f"{what}\n{r.text}"


def judge(name: str, m: real.Mutant, r: Report) -> None:
    """The mutant is found, for its reason."""
    said = [text for f, _, text in r.findings if f == name]
    for words in m.says:
        assert any(words in text for text in said), f"{name} {m}\n" + "\n".join(said)
    assert r.verdicts[name] in ("violation", "crash"), r.text


LESS = {"sha256_transform_ssse3": "blocks (int)", "sha1_transform_ssse3": "blocks (int)",
        "chacha_block_xor_ssse3": "len (unsigned int)",
        "chacha_4block_xor_ssse3": "len (unsigned int)",
        "aesni_ecb_enc": "len (unsigned int)", "clmul_ghash_update": "srclen (unsigned int)"}


def test_prototypes_that_promise_less(objects, tmp_path):
    """These use the upper half of a register in which C passes them 32 bits: as declared they fail.
    As they would have to be declared they pass: two above, the others here."""
    found = [objects[64]["crypto/sha256-ssse3-asm"], objects[64]["crypto/chacha-ssse3-x86_64"]]
    found += [tree.assemble(tree.tree(), 64, n, tmp_path / (Path(n).name + ".o"))
              for n in tree.MORE]
    header = CONTRACTS / "declared.h"
    r = check(*found, "--header", header, "--place", "native", status=1)
    assert r.verdicts == dict.fromkeys(LESS, "violation"), r.text
    for name, argument in LESS.items():
        said = [text for f, _, text in r.findings if f == name]
        (upper,) = (text for text in said if "upper-bits:" in text)
        assert (f"upper-bits: what is above argument {argument}: expected ignored, got relied "
                "on (extended to 64 bits, the same call is right)") in upper
        # It faults there, or writes where it should not: two of them do.
        assert all("buffer: memory at dst" in text for text in said if text != upper)
        assert len(said) == 2 if "xor" in name else re.search(r"it comes no farther than \w+ .*\[.*\] at ", upper), said
    wide = tmp_path / "wide.h"
    text = re.sub(r"(?:unsigned )?int (blocks|len|srclen)\b", r"unsigned long \1",
                  header.read_text())
    wide.write_text(text)
    r = check(*found, "--header", wide, "--place", "native", status=0)
    assert r.verdicts == dict.fromkeys(LESS, "pass")


# ---- libraries, by prototype alone ----

def library(name: str) -> Path:
    r = subprocess.run(["gcc", "-print-file-name=" + name], capture_output=True, text=True)
    path = Path(r.stdout.strip())
    if not path.is_absolute() or not path.exists():
        pytest.skip(f"not-run: {name} absent")
    return path


def declared(header: Path) -> list[str]:
    return re.findall(r"(\w+)\([^()]*\);", header.read_text())


def members(archive: Path, header: Path, folder: Path) -> dict[str, Path]:
    """The members that define what the header declares: function -> object."""
    subprocess.run(["ar", "x", archive], cwd=folder, check=True)
    symbols = subprocess.run(["nm", "-A", "--defined-only", *folder.glob("*.o")], text=True,
                             capture_output=True).stdout
    where = {m[2]: Path(m[1]) for m in re.finditer(r"^(.*):[0-9a-f]+ T (\w+)$", symbols, re.M)}
    return {n: where[n] for n in declared(header)}


def break_all(found: dict[str, Path], tails: dict[str, tuple[str, ...]], n: int,
              folder: Path) -> tuple[list[Path], dict[str, real.Mutant]]:
    """The n-th mutant of each function: the objects, and what was done."""
    mutants = {f: real.mutants(64, real.Target("", f, tails.get(f, ())), path)[n]
               for f, path in found.items()}
    made = []
    for path in sorted(set(found.values())):
        made.append(folder / path.name)
        objmutate.mutate(path, made[-1], [([f, *tails.get(f, ())], m.operation, m.argument)
                                          for f, m in mutants.items() if found[f] == path])
    return made, mutants


@pytest.fixture(scope="module")
def gmp(tmp_path_factory) -> dict[str, Path]:
    """Those that GNU MP has in assembly, and only those, come without call frame information."""
    found = members(library("libgmp.a"), LIBRARIES / "gmp.h", tmp_path_factory.mktemp("gmp"))
    for path in set(found.values()):
        if b".eh_frame" in path.read_bytes():
            pytest.skip(f"not-run: {path.name} of this libgmp.a is compiled C")
    return found


def test_gmp(gmp):
    r = check(library("libgmp.a"), "--header", LIBRARIES / "gmp.h", status=0)
    assert r.verdicts == dict.fromkeys(gmp, "pass")
    assert len(gmp) >= 20


@pytest.mark.parametrize("n", range(3))
def test_gmp_mutants(gmp, tmp_path, n):
    made, mutants = break_all(gmp, {}, n, tmp_path)
    r = check(*made, "--header", LIBRARIES / "gmp.h", status=1)
    assert set(r.verdicts) == set(gmp)
    for f, m in mutants.items():
        judge(f, m, r)


def test_crypto():
    """getenv(), which the library's start-up code would call, is not there: --weak-stubs."""
    header = LIBRARIES / "crypto.h"
    r = check(library("libcrypto.a"), "--header", header, "--weak-stubs", status=0)
    assert r.verdicts == dict.fromkeys(declared(header), "pass")
    assert "stub     getenv: nothing defines it" in r.text


def test_crypto_mutants(tmp_path_factory):
    """Before the library itself, whose own members are not taken then."""
    archive, header = library("libcrypto.a"), LIBRARIES / "crypto.h"
    found = members(archive, header, tmp_path_factory.mktemp("crypto"))
    shared = {"x25519_fe51_mul": ("x25519_fe51_sqr",)}  # which returns for both
    for names in (found.keys() - shared.keys(), shared.keys()):
        for n in range(3):
            made, mutants = break_all({f: found[f] for f in names}, shared, n,
                                      tmp_path_factory.mktemp("mutants"))
            r = check(*made, archive, "--header", header, "--weak-stubs", status=1)
            broken = set(names).union(*(shared.get(f, ()) for f in names))
            assert {f for f, v in r.verdicts.items() if v != "pass"} == broken
            assert set(r.verdicts) == set(found)
            for f, m in mutants.items():
                judge(f, m, r)


def test_crypto_stepped():
    """Call frame information of others, looked at at every instruction. In OpenSSL 3.0 that of the
    two x25519 functions is wrong at their common return, whose frame counts twice."""
    lines = [line.replace("u64", "unsigned long") for line in
             (LIBRARIES / "crypto.h").read_text().splitlines()
             if re.search(r"bn_GF2m_mul_2x2|CRYPTO_memcmp|x25519_fe51_sqr", line)]
    assert len(lines) == 3
    r = run(["check", library("libcrypto.a"), "--weak-stubs", "--step",
             *(w for line in lines for w in ("--proto", line))])
    text = " ".join(r.stdout.split())
    assert "pass sysv/bn_GF2m_mul_2x2" in text, r.stdout + r.stderr
    assert "pass sysv/CRYPTO_memcmp" in text
    if r.status == 1:
        assert text.count("unwind: at") == 1
        assert re.search(r"unwind: at x25519_fe51_sqr\+0x[0-9a-f]+: ret: expected the return "
                         r"address is 0x[0-9a-f]+, the stack pointer 0x[0-9a-f]+, got", text)
