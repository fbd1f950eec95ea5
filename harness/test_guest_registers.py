# SPDX-License-Identifier: MIT
"""Contracts of entries into guests: every register of the guest arrives and is kept, natively, as a
guest, and in root operation, where the processor itself takes the VM exits. `f` is nasm's, of the
kind of __vmx_vcpu_run and of __svm_vcpu_run; each mutant is found with its reason."""
import re
import subprocess

import pytest

import program

REGISTERS = {32: "ax cx dx bx - bp si di".split(),
             64: "ax cx dx bx - bp si di r8 r9 r10 r11 r12 r13 r14 r15".split()}
SAVED = {32: "ebp edi esi ebx".split(), 64: "rbp r15 r14 r13 r12 rbx".split()}
ARGUMENTS = {32: ("eax", "edx", "ecx"), 64: ("rdi", "rsi", "rdx")}

VMX = """//! abi kernel
//! arg regs buf {bytes}
//! arg flags from 0 to 1
//! guest regs = {order}
//! vmx fails
//! vmx exits {f}_back
//! vmx resumes if flags & 1
//! returns 0 else 1
{calls}int {f}(long *regs, unsigned long flags);
"""


def name(register: str, width: int) -> str:
    return register if register[1:].isdigit() else "er"[width == 64] + register


def entry(width: int, tell: str) -> list[str]:
    """Lines of an entry by VMLAUNCH or VMRESUME. `tell` puts the stack pointer into the VMCS."""
    word, first = width // 8, ARGUMENTS[width]
    a, c, sp = (name(r, width) for r in ("ax", "cx", "sp"))
    others = [(i, name(r, width)) for i, r in enumerate(REGISTERS[width]) if r not in ("-", "ax")]
    return [
        "f:",
        *(f"push {r}" for r in SAVED[width]),
        f"push {first[1]}", f"push {first[0]}",
        *tell.splitlines(),
        f"mov {c}, [{sp} + {word}]", f"mov {a}, [{sp}]", f"bt {c}, 0",
        *(f"mov {r}, [{a} + {i * word}]" for i, r in others), f"mov {a}, [{a}]",
        "jnc .launch", "vmresume", "jmp .failed", ".launch: vmlaunch",
        ".failed: mov eax, 1", "jmp out",
        "back:", f"push {a}", f"mov {a}, [{sp} + {word}]",
        *(f"mov [{a} + {i * word}], {r}" for i, r in others),
        f"pop {'dq'[width == 64]}word [{a}]", "xor eax, eax",
        f"out: add {sp}, {2 * word}",
        *(f"pop {r}" for r in reversed(SAVED[width])), "ret"]


def own_vmwrite(width: int) -> str:
    a, sp = name("ax", width), name("sp", width)
    return f"mov eax, 0x6c14\nvmwrite {a}, {sp}"


def through_c(width: int) -> str:
    return f"lea {ARGUMENTS[width][0]}, [{name('sp', width)}]\ncall tell"


def write(folder, width: int, functions: dict[str, list[str]], calls: bool = False) -> None:
    """Functions by name: the lines of entry(), each with a contract of its own."""
    (folder / "c.h").write_text("".join(
        VMX.format(f=f, bytes=width // 8 * len(REGISTERS[width]), order=" ".join(REGISTERS[width]),
                   calls="//! calls tell(sp)\n" if calls else "") for f in functions) +
        ("//! abi kernel\nvoid tell(unsigned long sp);\n" if calls else ""))
    text = "".join(f"global {f}, {f}_back\n" + re.sub(r"\b(f|back|out)\b(?!-)", lambda m: {
        "f": f, "back": f + "_back", "out": f + "_out"}[m[1]], "\n".join(lines)) + "\n"
        for f, lines in functions.items())
    (folder / "f.asm").write_text("section .text\n" + ("extern tell\n" if calls else "") + text)
    subprocess.run(["nasm", "-f", f"elf{width}", "f.asm", "-o", "f.o"], cwd=folder, check=True)


def places(width: int) -> str:
    return ",".join(p for p in ("native", "vmx", "root", "root-vmcs") if program.runs(p, width))


def check(folder, where: str) -> program.Result:
    return program.run(["check", "f.o", "--contract", "c.h", "--place", where], cwd=folder)


def folded(text: str) -> str:
    return " ".join(text.split())


def need(width: int) -> str:
    found = places(width)
    if not found:
        pytest.skip(f"not-run: no place runs code of {width} bit")
    return found


@pytest.mark.parametrize("width", (64, 32))
@pytest.mark.parametrize("how", ("own", "through C"))
def test_entry_that_keeps_all(width, how, tmp_path):
    tell = own_vmwrite(width) if how == "own" else through_c(width)
    write(tmp_path, width, {"f": entry(width, tell)}, how != "own")
    r = check(tmp_path, need(width))
    assert r.status == 0 and "not-run" not in r.stdout, r.stdout + r.stderr


def mutants(width: int):
    """What is broken, and what is said of it."""
    word, a = width // 8, name("ax", width)
    for i, short in enumerate(REGISTERS[width]):
        if short in ("-", "ax"):
            continue
        r = name(short, width)
        other = name(REGISTERS[width][3 if i != 3 else 1], width)
        load, store = f"mov {r}, [{a} + {i * word}]", f"mov [{a} + {i * word}], {r}"
        yield (f"{short} not loaded", load, "nop", f"the guest's {r} at VM entry")
        yield (f"{short} not stored", store, "nop",
               f"the guest's {r} in regs after its VM exit: expected [^:]*which is what was there "
               "before: it was not stored")
        yield (f"{short} stored from another", store, store.replace(r, other),
               f"the guest's {r} in regs after its VM exit: expected [^:]*which is the guest's "
               f"{other}")
    yield ("ax not loaded", f"mov {a}, [{a}]", "nop", f"the guest's {a} at VM entry")
    yield ("ax not stored", f"pop {'dq'[width == 64]}word [{a}]", f"pop {name('cx', width)}",
           f"the guest's {a} in regs after its VM exit")
    yield ("launched for resumed", "jnc .launch", "jc .launch",
           "the instruction that enters the guest: expected vm|VM entries: expected one, and its "
           "exit, got 0")
    yield ("never entered", "vmresume", "nop", "VM entries: expected one, and its exit, got 0|"
           "return value")
    yield ("exit that says it failed", "xor eax, eax", "mov eax, 1", "return value")


@pytest.mark.parametrize("width", (64, 32))
def test_mutants(width, tmp_path):
    where = need(width)
    lines = entry(width, own_vmwrite(width))
    all_of_them = list(mutants(width))
    for what, old, *_ in all_of_them:
        assert lines.count(old) == 1, what
    write(tmp_path, width, {f"m{i}": [new if line == old else line for line in lines]
                            for i, (_, old, new, _) in enumerate(all_of_them)})
    r = check(tmp_path, where)
    assert r.status == 1, r.stdout + r.stderr
    said = re.findall(r"^[a-z]+  kernel/(m\d+)  (.+)\n((?:  .*\n)+)", r.stdout, re.M)
    for i, (what, _, _, words) in enumerate(all_of_them):
        found = {p for f, at, body in said if f == f"m{i}" and re.search(words, folded(body))
                 for p in at.split(", ")}
        assert found == set(where.split(",")), f"m{i}: {what}: {sorted(found)}\n{r.stdout}"


def test_no_host_stack(tmp_path):
    """Nothing tells root operation where a VM exit finds its stack: it says so."""
    program.need("root", 64)
    write(tmp_path, 64, {"f": entry(64, "")})
    r = check(tmp_path, "native,root")
    assert r.status == 0, r.stdout
    assert ("f in place root: its VM exits: nothing says where the host's stack is: write HOST_RSP, "
            "or pass `sp' to a function it calls; VM entries that fail were run"
            in folded(r.stdout))
    (tmp_path / "c.h").write_text((tmp_path / "c.h").read_text().replace("//! vmx fails\n", "")
                                  .replace(" else 1", ""))
    r = check(tmp_path, "native,root")
    assert "to a function it calls" in folded(r.stdout) and "were run" not in r.stdout


SVM = """//! abi sysv
//! arg s buf 192
//! guest s at 64 = - cx dx bx - bp si di r8 r9 r10 r11 r12 r13 r14 r15
//! svm exits
void f(char *s);
"""


def svm_entry() -> list[str]:
    others = [(64 + 8 * i, name(r, 64)) for i, r in enumerate(REGISTERS[64])
              if r not in ("-", "ax", "di")]
    return ["f:", *(f"push {r}" for r in SAVED[64]), "push rdi", "mov rax, [rdi]", "vmload",
            *(f"mov {r}, [rdi + {at}]" for at, r in others), "mov rdi, [rdi + 120]", "vmrun",
            "pop rax", *(f"mov [rax + {at}], {r}" for at, r in others), "mov [rax + 120], rdi",
            "vmsave", *(f"pop {r}" for r in reversed(SAVED[64])), "ret"]


def write_svm(folder, lines, contract=SVM) -> None:
    (folder / "c.h").write_text(contract)
    (folder / "f.asm").write_text("section .text\nglobal f\n" + "\n".join(lines) + "\n")
    subprocess.run(["nasm", "-f", "elf64", "f.asm", "-o", "f.o"], cwd=folder, check=True)


def test_svm(tmp_path):
    lines = svm_entry()
    write_svm(tmp_path, lines)
    r = check(tmp_path, places(64))
    assert r.status == 0 and "not-run" not in r.stdout, r.stdout + r.stderr
    for old, new, words in (
            ("mov rdi, [rdi + 120]", "nop", "the guest's rdi at VM entry"),
            ("mov r9, [rdi + 136]", "mov r9, [rdi + 144]",
             "the guest's r9 at VM entry: expected [^:]*which is the guest's r10"),
            ("mov [rax + 168], r13", "nop", "the guest's r13 in s after its VM exit"),
            ("vmrun", "nop", "VM entries: expected one, and its exit, got 0")):
        write_svm(tmp_path, [new if line == old else line for line in lines])
        r = check(tmp_path, "native")
        assert r.status == 1 and re.search(words, folded(r.stdout)), f"{old}\n{r.stdout}"


SVM_ORDER = SVM.replace("//! svm exits", """//! arg s holds 4096 at 0 bytes 8
//! arg s holds 8192 at 8 bytes 8
//! arg s holds 12288 at 16 bytes 8
//! svm exits
//! svm vmload 4096
//! svm clgi
//! svm vmrun 8192
//! svm vmsave 4096
//! svm stgi
//! svm vmload 12288""")


def svm_ordered() -> list[str]:
    lines = svm_entry()
    lines.insert(lines.index("vmload") + 1, "clgi")
    lines.insert(lines.index("vmrun"), "mov rax, 8192")
    at = lines.index("vmsave")
    return [*lines[:at], "mov rbx, rax", "mov rax, [rbx]", "vmsave", "stgi", "mov rax, [rbx + 16]", "vmload",
            *lines[at + 1:]]


def test_svm_order(tmp_path):
    """Each instruction of SVM is the one that is due, with the address that it is to have."""
    lines = svm_ordered()
    write_svm(tmp_path, lines, SVM_ORDER)
    r = check(tmp_path, places(64))
    assert r.status == 0 and "not-run" not in r.stdout, r.stdout + r.stderr
    for old, new, words in (
            ("mov rax, [rdi]", "mov rax, [rdi + 8]",
             "rax at vmload: expected 0x0000000000001000, which is 4096, got 0x0000000000002000.*"
             "contract c.h:8: svm vmload 4096"),
            ("mov rax, 8192", "mov rax, 4096", "rax at vmrun: expected 0x0000000000002000, which is 8192"),
            ("mov rax, [rbx]", "mov rax, rbx", "rax at vmsave: expected 0x0000000000001000"),
            ("mov rax, [rbx + 16]", "nop", "rax at vmload: expected 0x0000000000003000, which is 12288, got"),
            ("vmsave", "vmload", "SVM instruction 4: expected vmsave, got vmload"),
            ("clgi", "nop", "SVM instruction 2: expected clgi, got vmrun"),
            ("stgi", "stgi\nstgi", "SVM instruction 6: expected vmload, got stgi")):
        write_svm(tmp_path, [new if line == old else line for line in lines], SVM_ORDER)
        r = check(tmp_path, "native")
        assert r.status == 1 and re.search(words, folded(r.stdout)), f"{old}\n{r.stdout}"
    last = len(lines) - 8
    assert lines[last] == "vmload"
    write_svm(tmp_path, lines[:last] + lines[last + 1:], SVM_ORDER)
    assert "SVM instruction 6: expected vmload, got none" in folded(check(tmp_path, "native").stdout)
    twice = lines[:-7] + ["vmload"] + lines[-7:]
    write_svm(tmp_path, twice, SVM_ORDER)
    assert "SVM instruction 7: expected none, got vmload" in folded(check(tmp_path, "native").stdout)


def svm_table(lines: list[str]) -> list[str]:
    """Each instruction of SVM goes on behind itself when it faults, as KVM's do while it reboots."""
    out, table = [], []
    for line in lines:
        if line in ("vmrun", "vmload", "vmsave", "clgi", "stgi"):
            n = len(table)
            out += [f"at{n}: {line}", f"on{n}:"]
            table.append(f"dd at{n} - $\n dd on{n} - $\n dd 3")
        else:
            out.append(line)
    return [*out, "section __ex_table progbits alloc noexec nowrite align=4", *table]


def test_svm_fails(tmp_path):
    """Half of the calls find no SVM, and the exception table is what the function has for that."""
    contract = SVM_ORDER.replace("//! svm exits", "//! svm exits\n//! svm fails")
    lines = svm_table(svm_ordered())
    write_svm(tmp_path, lines, contract)
    r = check(tmp_path, places(64))
    assert r.status == 0 and "not-run" not in r.stdout, r.stdout + r.stderr
    for old, new, words in (
            ("dd at1 - $\n dd on1 - $\n dd 3", "", "fault: the call: .*instruction: clgi"),
            ("dd at3 - $\n dd on3 - $\n dd 3", "dd at3 - $\n dd gone - $\n dd 3", "callee-saved: rbx")):
        broken = [new if line == old else line for line in lines]
        broken.insert(broken.index("ret") + 1, "gone: add rsp, 48\n ret")
        write_svm(tmp_path, broken, contract)
        r = check(tmp_path, "native")
        assert r.status == 1 and re.search(words, folded(r.stdout)), f"{old}\n{r.stdout}"


# As SEV-ES has it: nothing of the host's is in registers when a guest exits but what memory held.
SVM_RESTORES = """//! abi sysv
//! arg s buf 64 scratch
//! svm exits
//! svm restores s at 8 = bx, bp, -, r12, r13, r14, r15
void f(char *s);
"""


def test_svm_restores(tmp_path):
    saved = ("rbx", "rbp", None, "r12", "r13", "r14", "r15")
    lines = ["f:", *(f"mov [rdi + {8 + 8 * i}], {r}" for i, r in enumerate(saved) if r), "vmrun", "ret"]
    write_svm(tmp_path, lines, SVM_RESTORES)
    r = check(tmp_path, places(64))
    assert r.status == 0 and "not-run" not in r.stdout, r.stdout + r.stderr
    for old, new, words in (
            ("mov [rdi + 56], r15", "nop", "callee-saved: r15"),
            ("mov [rdi + 32], r12", "mov [rdi + 32], r13", "callee-saved: r12[^:]*: expected preserved"),
            ("vmrun", "nop", "VM entries: expected one, and its exit, got 0")):
        write_svm(tmp_path, [new if line == old else line for line in lines], SVM_RESTORES)
        r = check(tmp_path, "native")
        assert r.status == 1 and re.search(words, folded(r.stdout)), f"{old}\n{r.stdout}"
    # Without the line the guest's own registers are there.
    write_svm(tmp_path, lines, SVM_RESTORES.replace("//! svm restores s at 8 = bx, bp, -, r12, r13, r14, r15\n", ""))
    assert "callee-saved: rbx" in check(tmp_path, "native").stdout


def test_svm_lines_want_a_guest(tmp_path):
    write_svm(tmp_path, svm_entry(), SVM.replace("exits", "fails"))
    r = check(tmp_path, "native")
    assert r.status == 2 and "say nothing of a guest: `svm exits' does" in folded(r.stderr)


def test_prove_refuses_guests(tmp_path):
    """By name, before anything is followed."""
    write_svm(tmp_path, svm_entry())
    r = program.run(["prove", "f.o", "--contract", "c.h"], cwd=tmp_path)
    assert "open sysv/f" in folded(r.stdout), r.stdout + r.stderr
    assert "an entry into a guest by VMRUN is not modelled" in r.stdout


# Of the first it says `else': half of its calls find no module.
TDX = """//! abi sysv
//! arg a buf 24
//! guest a = cx dx r8
//! tdx calls
//! vmx fails
//! returns leaf else 99
unsigned long f(unsigned long leaf, unsigned long *a);

//! abi sysv
//! arg a buf 24 read-only
//! guest a = cx dx r8
//! tdx calls
//! returns leaf
unsigned long g(unsigned long leaf, const unsigned long *a);
"""
TDX_CALL = ["f:", "mov rax, rdi", "mov rcx, [rsi]", "mov rdx, [rsi + 8]", "mov r8, [rsi + 16]",
            "db 0x66, 0x0f, 0x01, 0xcf", "jc .none", "mov [rsi], rcx", "mov [rsi + 8], rdx", "mov [rsi + 16], r8",
            "ret", ".none: mov eax, 99", "ret",
            "g: mov rax, rdi", "mov rcx, [rsi]", "mov rdx, [rsi + 8]", "mov r8, [rsi + 16]",
            "db 0x66, 0x0f, 0x01, 0xcc", "ret"]


def test_tdx_module(tmp_path):
    """Its registers are those of the line, all others are as they were; it is not there in half of the calls."""
    def held(places: str, *change: str):
        lines = [change[1] if change and line == change[0] else line for line in TDX_CALL]
        (tmp_path / "c.h").write_text(TDX)
        (tmp_path / "f.asm").write_text("section .text\nglobal f, g\n" + "\n".join(lines) + "\n")
        subprocess.run(["nasm", "-f", "elf64", "f.asm", "-o", "f.o"], cwd=tmp_path, check=True)
        return check(tmp_path, places)

    r = held(places(64))
    assert r.status == 0 and "not-run" not in r.stdout, r.stdout + r.stderr
    for old, new, words in (
            ("mov rax, rdi", "nop", "return: return value"),
            ("mov r8, [rsi + 16]", "mov r8, [rsi + 8]", "the guest's r8 at VM entry: expected [^:]*which is the guest's rdx"),
            ("mov [rsi + 8], rdx", "nop", "the guest's rdx in a after its VM exit"),
            ("jc .none", "nop", "return: return value"),
            ("db 0x66, 0x0f, 0x01, 0xcf", "clc", "VM entries: expected one, and its exit, got 0"),
            ("mov rcx, [rsi]", "mov rcx, [rsi]\nmov rsi, rbx", "memory access violation|the guest's rcx in a after")):
        r = held("native", old, new)
        assert r.status == 1 and re.search(words, folded(r.stdout)), f"{old}\n{r.stdout}"
