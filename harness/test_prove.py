# SPDX-License-Identifier: MIT
"""`clobber prove`: what is right is proved, what is broken on any path is refuted with that path,
and what is not understood is open, never proved."""
import json
import os
import re
import resource
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

import contradictions
import objmutate
import program
import prove_random
import real
from prove_assembled import ASSEMBLED
from prove_attacks import ATTACKS
from prove_tricks import NOT_MODELLED, TRICKS
from mutants import MUTANTS
from program import HARNESS, PROGRAM, run
from test_bad_compilers import FLAGS
from test_real import LIBRARIES, declared, headers, library, members, tree

EVERYTHING = bool(os.environ.get("CLOBBER_REAL"))
BITS = {64: "bits 64\n", 32: "bits 32\n"}


class Case(NamedTuple):
    name: str
    width: int
    proto: str
    body: str
    answer: str  # proved, refuted or open
    says: tuple[str, ...] = ()  # all in the output


# Each broken function beside the same one whole.
CASES = [
    Case("saved", 64, "long f(long a)", "push rbx\nmov rbx, rdi\nmov rax, rbx\npop rbx\nret",
         "proved"),
    Case("lost", 64, "long f(long a)", "mov rbx, rdi\nmov rax, rbx\nret", "refuted",
         ("callee-saved: rbx leaves with rdi of entry", "changed by f: mov rbx, rdi")),
    Case("one_way", 64, "long f(long a, unsigned long n)",
         "push rbx\nmov rbx, rdi\nmov rax, rbx\ncmp rsi, 4096\njae .far\npop rbx\nret\n"
         ".far: add rsp, 8\nret", "refuted", ("callee-saved: rbx", "taken")),
    Case("swapped", 64, "void f(void)", "push rbx\npush rbp\nxor ebx, ebx\nxor ebp, ebp\n"
         "pop rbx\npop rbp\nret", "refuted", ("rbx leaves with rbp of entry",
                                              "rbp leaves with rbx of entry")),
    Case("by_mov", 64, "void f(void)", "sub rsp, 8\nmov [rsp], r12\nxor r12, r12\n"
         "mov r12, [rsp]\nadd rsp, 8\nret", "proved"),
    Case("complement", 64, "void f(void)", "not rbx\nnot rbx\nneg r12\nneg r12\nret", "proved"),
    Case("depth", 64, "void f(int a)", "test edi, edi\nje .x\npush rax\n.x: ret", "refuted",
         ("stack-pointer", "f+0x2: jz")),
    Case("df", 64, "void f(void)", "std\nret", "refuted", ("direction-flag",)),
    Case("df_back", 64, "void f(void)", "std\ncld\nret", "proved"),
    Case("pops", 32, "__attribute__((stdcall)) void f(int a)", "ret 4", "proved"),
    Case("pops_not", 32, "__attribute__((stdcall)) void f(int a)", "ret", "refuted",
         ("stack-pointer: esp leaves 4 bytes lower than the convention says",)),
    Case("x87", 64, "void f(void)", "fld1\nret", "refuted", ("x87-stack: 1 x87",)),
    Case("x87_result", 64, "long double f(void)", "fld1\nret", "proved"),
    Case("mmx", 64, "void f(void)", "pxor mm0, mm0\nret", "refuted", ("no emms",)),
    Case("emms", 64, "void f(void)", "pxor mm0, mm0\nemms\nret", "proved"),
    Case("cw", 64, "void f(void)", "fnstcw [rsp-8]\nmov word [rsp-16], 0x27f\nfldcw [rsp-16]\n"
         "fldcw [rsp-8]\nret", "proved"),
    Case("cw_lost", 64, "void f(void)", "mov word [rsp-16], 0x27f\nfldcw [rsp-16]\nret",
         "refuted", ("x87-control-word",)),
    Case("mxcsr_lost", 64, "void f(void)", "mov dword [rsp-16], 0x9f80\nldmxcsr [rsp-16]\nret",
         "refuted", ("mxcsr",)),
    Case("above", 64, "void f(void)", "mov qword [rsp+8], 0\nret", "refuted", ("caller-frame",)),
    Case("own_argument", 32, "int f(int a)", "inc dword [esp+4]\nmov eax, [esp+4]\nret", "proved"),
    Case("below", 64, "void f(void)", "mov qword [rsp-136], 0\nret", "refuted", ("stack-write",)),
    Case("below_32", 32, "void f(void)", "mov dword [esp-4], 0\nret", "refuted",
         ("stack-write",)),
    Case("red_zone", 64, "void f(void)", "mov qword [rsp-128], 0\nret", "proved"),
    Case("never_set", 64, "int f(int a)", "ret", "refuted", ("return: the result is never set",)),
    Case("upper", 64, "int f(int n)", "xor eax, eax\ntest rdi, rdi\nsete al\nmovzx eax, al\nret",
         "refuted", ("upper-bits", "the bits above n")),
    Case("upper_index", 64, "int f(const int *p, int n)", "mov eax, [rdi+rsi*4]\nret", "refuted",
         ("upper-bits: an address depends on the bits above n",)),
    Case("extended", 64, "int f(const int *p, int n)", "movsxd rsi, esi\nmov eax, [rdi+rsi*4]\nret",
         "proved"),
    Case("garbage", 64, "int f(void)", "xor eax, eax\ntest rdx, rdx\nje .x\ninc eax\n.x: ret",
         "refuted", ("a branch depends on what rdx holds at entry",)),
    Case("unset_slot", 64, "int f(void)", "sub rsp, 8\nmov eax, [rsp]\nadd rsp, 8\nret", "refuted",
         ("memory of the frame that was never written",)),
    Case("across_call", 64, "int f(void (*g)(void))", "sub rsp, 8\nmov esi, 1\ncall rdi\n"
         "mov eax, esi\nadd rsp, 8\nret", "refuted", ("what a callee left behind",)),
    Case("aligned", 64, "void f(void (*g)(void))", "sub rsp, 8\ncall rdi\nadd rsp, 8\nret",
         "proved"),
    Case("misaligned", 64, "void f(void (*g)(void))", "call rdi\nret", "refuted",
         ("alignment: the stack pointer is 8 more than a multiple of 16",)),
    Case("realigned", 64, "void f(void (*g)(void))",
         "push rbp\nmov rbp, rsp\nand rsp, -64\nsub rsp, 64\nmovaps [rsp], xmm0\ncall rdi\nleave\n"
         "ret", "proved"),
    Case("local", 64, "long f(long a)", "push rbx\ncall .two\npop rbx\nret\n"
         ".two: mov rbx, rdi\nmov rax, rbx\nret", "proved"),
    Case("local_pops", 64, "long f(long a)", "push rbx\ncall .two\nret\n"
         ".two: mov rax, rdi\nmov rbx, [rsp+8]\nret 8", "proved"),
    Case("retpoline", 64, "void f(void (*g)(void))", "call .in\n.trap: pause\nlfence\njmp .trap\n"
         ".in: mov [rsp], rdi\nret", "proved"),
    Case("counts", 64, "long f(const long *p, long n)", "xor eax, eax\n.x: add rax, [rdi]\n"
         "add rdi, 8\ndec rsi\njnz .x\nret", "proved"),
    Case("pushes", 64, "void f(long n)", ".x: push rax\ndec rdi\njnz .x\nret", "refuted",
         ("stack-pointer",)),
    Case("table", 64, "int f(unsigned n)", "and edi, 1\nlea rdx, [rel t]\n"
         "movsxd rax, [rdx+rdi*4]\nadd rax, rdx\njmp rax\na: mov eax, 1\nret\n"
         "b: push rbx\nmov ebx, 2\nmov eax, ebx\npop rbx\nret\nsection .rodata\nt: dd a-t, b-t",
         "proved"),
    Case("table_lost", 64, "int f(unsigned n)", "and edi, 1\nlea rdx, [rel t]\n"
         "movsxd rax, [rdx+rdi*4]\nadd rax, rdx\njmp rax\na: mov eax, 1\nret\n"
         "b: mov ebx, 2\nmov eax, ebx\nret\nsection .rodata\nt: dd a-t, b-t",
         "refuted", ("callee-saved: rbx",)),
    Case("ms_xmm", 64, "__attribute__((ms_abi)) void f(void)", "xorps xmm6, xmm6\nret", "refuted",
         ("callee-saved: xmm6",)),
    Case("ms_saved", 64, "__attribute__((ms_abi)) void f(void)",
         "sub rsp, 24\nmovups [rsp], xmm6\nxorps xmm6, xmm6\nmovups xmm6, [rsp]\nadd rsp, 24\nret",
         "proved"),
    Case("bits", 64, "void f(long n)", "sub rsp, 8\nbts [rsp], rdi\nadd rsp, 8\nret", "proved",
         ("1 assumption",)),
    Case("unmodelled", 64, "void f(void)", "hlt\nret", "open", ("not modelled",)),
    Case("switches", 64, "void f(void *stack)", "mov rsp, rdi\nret", "open",
         ("the stack pointer is not known",)),
    Case("computed", 64, "void f(unsigned long n)", "lea rax, [rel .x]\nadd rax, rdi\njmp rax\n.x: ret",
         "open", ("a list of its targets",)),
    Case("loop", 64, "void f(void)", ".x: jmp .x", "proved"),
    Case("wild", 64, "void f(void)", "nop", "open", ("there is no instruction",)),
]


def assemble(folder: Path, width: int, body: str, name: str = "f") -> Path:
    source, out = folder / f"{name}.asm", folder / f"{name}.o"
    source.write_text(f"{BITS[width]}global f\nsection .text\nf:\n{body}\n")
    subprocess.run(["nasm", "-f", f"elf{width}", "-o", out, source], check=True)
    return out


def answers(text: str) -> dict[str, str]:
    return {name: answer for answer, name in
            re.findall(r"^(proved|refuted|open) +[a-z0-9_]+/(\w+)(?:  if .*)?$", text, re.M)}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_answer(tmp_path, case):
    r = run(["prove", assemble(tmp_path, case.width, case.body), "--proto", case.proto])
    text = " ".join((r.stdout + r.stderr).split())
    assert answers(r.stdout) == {"f": case.answer}, r.stdout + r.stderr
    assert r.status == (case.answer == "refuted"), text
    for words in case.says:
        assert words in text, text


@pytest.mark.parametrize("attack", ATTACKS + TRICKS, ids=lambda a: a.name)
def test_attack(tmp_path, attack):
    """What is broken is never proved."""
    body = attack.body.replace("; ", "\n")
    r = run(["prove", assemble(tmp_path, attack.width, body),
             *(w for proto in attack.protos for w in ("--proto", proto)),
             *(w for note in attack.notes for w in ("--note", note)), "-v"])
    text = " ".join((r.stdout + r.stderr).split())
    assert answers(r.stdout) == {"f": attack.answer}, r.stdout + r.stderr
    assert attack.says in text, r.stdout


@pytest.mark.parametrize("width", [64, pytest.param(32, marks=pytest.mark.ia32)])
def test_random(tmp_path, width):
    """Random functions: what is proved runs, what is refuted breaks but for paths that nothing takes."""
    found = prove_random.attempt(tmp_path, width, 1, 120)
    assert found.broken == []
    assert found.proved > 80 and found.refuted > 5 and len(found.unfounded) <= 2, found


@pytest.mark.parametrize("width", NOT_MODELLED)
def test_not_modelled(tmp_path, width):
    """It ends a proof, and says so."""
    words = re.compile("is not modelled|there is no instruction|what it calls is not known|"
                       "where it branches is not known")
    for n, body in enumerate(NOT_MODELLED[width]):
        out = assemble(tmp_path, width, body.replace("; ", "\n") + "\nret", f"f{n}")
        r = run(["prove", out, "--proto", "void f(void)"])
        assert answers(r.stdout) == {"f": "open"} and words.search(r.stdout), f"{body}\n{r.stdout}"


@pytest.mark.parametrize("attack", ASSEMBLED, ids=lambda a: a.name)
def test_assembled(tmp_path, attack):
    source, out = tmp_path / "f.s", tmp_path / "f.o"
    source.write_text(".globl f\n.type f, @function\n" +
                      attack.body.replace("SIZE", ".size f, . - f") +
                      '\n.section .note.GNU-stack, "", @progbits\n')
    subprocess.run(["as", "--64", "-o", out, source], check=True)
    r = run(["prove", out, "--proto", attack.proto, "-v",
             *(["--abi", "kernel"] if attack.kernel else [])])
    text = " ".join((r.stdout + r.stderr).split())
    assert answers(r.stdout) == {"f": attack.answer}, r.stdout + r.stderr
    assert attack.says in text, r.stdout


def many(n: int, each: str) -> str:
    return "\n".join(each.replace("@", str(i)).replace("#", str(i + 1)) for i in range(n))


TABLE = "c{n}: xor ebx, ebx\nret\nsection .rodata\nt:\n"
# Each ends as it should, within limits of time and memory; what breaks in them only the end shows.
HOSTILE = {
    "overlapping": ("db " + ", ".join(["0xeb, 0xff, 0xc0"] * 20000) + "\nret", "proved"),
    "overlapping-lost": ("db " + ", ".join(["0xeb, 0xff, 0xc0"] * 20000) + "\nxor ebx, ebx\nret",
                         "refuted"),
    "into-itself": (".x: jmp .x+1", "open"),
    "self-loop": (".x: push rax\njmp .x", "proved"),
    "branches": (many(100000, "cmp edi, @\nje .far") + "\n.far: ret", "open"),
    "branches-lost": (many(100000, "cmp edi, @\nje .far") + "\n.far: push rax\nret", "refuted"),
    "diamonds": ("push rbx\nsub rsp, 64\nlea rax, [rsp]\n" +
                 many(20000, "cmp edi, @\nje .a@\nlea rax, [rsp+8*(@&7)]\n"
                             ".a@: mov qword [rax], 0") + "\nadd rsp, 64\npop rbx\nret", "open"),
    "table": ("mov eax, edi\ncmp eax, 50000\nja .o\njmp [t+rax*8]\n.o: ret\n" +
              many(50000, "c@: ret") + "\n" + TABLE.format(n=50000) + many(50001, "dq c@"), "open"),
    "tables-in-tables": ("and edi, 1023\njmp [t+rdi*8]\n" +
                         many(1023, "c@: add edi, @\nand edi, 1023\njmp [t+rdi*8]") + "\n" +
                         TABLE.format(n=1023) + many(1024, "dq c@"), "refuted"),
    "deep": ("call g0\nret\n" + many(2000, "g@: push rbx\ncall g#\ncall g#\npop rbx\nret") +
             "\ng2000: ret", "open"),
    "recursion": ("call g0\nret\n" + many(39, "g@: push rbx\ndec edi\njz .o\ncall g#\n"
                                            "call g0\n.o: pop rbx\nret") +
                  "\ng39: push rbx\ncall g0\nret", "open"),
    "call-next": (many(50000, "call .c@\n.c@: pop rax") + "\nret", "open"),
    "call-next-kept": (many(50000, "call .c@\n.c@:") + "\nret", "open"),
    "tail-cycle": ("jmp g0\n" + many(20000, "g@: inc eax\njmp g#") + "\ng20000: jmp g0", "proved"),
    "tail-cycle-pushes": ("jmp g0\n" + many(2000, "g@: push rax\njmp g#") + "\ng2000: jmp g0",
                          "open"),
    "tail-cycle-lost": ("jmp g0\n" + many(2000, "g@: dec edi\njz .o\njmp g#\n.o: ret") +
                        "\ng2000: xor ebx, ebx\njmp g0", "refuted"),
    "megabyte": ("times 350000 add eax, 1\nret", "proved"),
    "megabytes": ("push rbx\ntimes 1400000 add eax, 1\npop rbx\nret", "open"),
    "externs": (many(10000, "extern x@\nsub rsp, 8\ncall x@\nadd rsp, 8") + "\nret", "proved"),
    "areas": ("push rbp\nmov rbp, rsp\nmovsxd rdi, edi\n" + many(200, "and rsp, -64\nsub rsp, rdi\npush rdi") +
              "\nleave\nret", "open"),
    "areas-in-loops": ("push rbp\nmov rbp, rsp\nmovsxd rdi, edi\nmov esi, edi\n" +
                       many(40, ".l@: sub rsp, rdi\npush rdi\ndec esi\njnz .l@\njs .l0") +
                       "\nleave\nret", "proved"),
    "frame": ("sub rsp, 40000\n" + many(5000, "mov [rsp+8*@], rdi") + "\nadd rsp, 40000\nret",
              "open"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(tmp_path, name):
    """Code made to take long or to take much ends within limits, and is never said to be right when
    only a part of it was looked at."""
    body, answer = HOSTILE[name]
    out = assemble(tmp_path, 64, body)
    with open(tmp_path / "said", "w") as said:
        p = subprocess.Popen([PROGRAM, "prove", out, "--proto", "void f(int a)"], stdout=said,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (20, 20)))
        _, status, used = os.wait4(p.pid, 0)
    text = (tmp_path / "said").read_text()
    assert not os.WIFSIGNALED(status), f"{signal.Signals(os.WTERMSIG(status)).name}"
    assert answers(text)["f"] == answer, text
    assert used.ru_maxrss < 1 << 20, "1 GiB"


@pytest.fixture(scope="module")
def gmp(tmp_path_factory) -> dict[str, Path]:
    return members(library("libgmp.a"), LIBRARIES / "gmp.h", tmp_path_factory.mktemp("gmp"))


def test_gmp(gmp):
    r = run(["prove", library("libgmp.a"), "--header", LIBRARIES / "gmp.h"])
    found = answers(r.stdout)
    assert set(found) == set(gmp)
    assert "refuted" not in found.values(), r.stdout
    assert list(found.values()).count("open") <= 1, r.stdout


# Whose call frame information is wrong in OpenSSL 3.0: a frame that counts twice.
WRONG_CFI = {"x25519_fe51_mul", "x25519_fe51_sqr"}


def test_crypto():
    r = run(["prove", library("libcrypto.a"), "--header", LIBRARIES / "crypto.h"])
    found = answers(r.stdout)
    assert set(found) == set(declared(LIBRARIES / "crypto.h"))
    refuted = {name for name, answer in found.items() if answer == "refuted"}
    assert refuted in (set(), WRONG_CFI), r.stdout
    assert r.stdout.count("unwind: call frame information puts the caller's stack pointer") == \
        len(refuted)
    assert list(found.values()).count("open") <= 1, r.stdout


# Faults of OpenSSL 3.0 that docs/prove.md lists.
KNOWN_OF_CRYPTO = WRONG_CFI | {"x25519_fe51_mul121666", "x25519_fe64_mul", "x25519_fe64_sqr",
                               "sha1_multi_block", "bn_gather5", "bn_sqr8x_internal",
                               "bn_sqrx8x_internal"}


@pytest.mark.skipif(not EVERYTHING, reason="not-run: CLOBBER_REAL=1 runs it")
@pytest.mark.parametrize("name, known, least", [("libcrypto.a", KNOWN_OF_CRYPTO, 0.98),
                                                ("libgmp.a", set(), 0.95)])
def test_whole_archive(name, known, least):
    """Nothing that compilers made right is refuted, with loops that values end before the frame."""
    r = run(["prove", library(name), "--all"], seconds=300)
    found = answers(r.stdout)
    assert {f for f, answer in found.items() if answer == "refuted"} <= known
    assert list(found.values()).count("proved") >= least * len(found)


CFI = """
	.globl f
	.type f, @function
f:	.cfi_startproc
	testl %edi, %edi
	je 1f
	push %rbx
	.cfi_adjust_cfa_offset ADJUST
	.cfi_rel_offset REGISTER, 0
	movq %rdi, %rbx
	pop %rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore REGISTER
1:	ret
	.cfi_endproc
	.section .note.GNU-stack, "", @progbits
"""


@pytest.mark.parametrize("adjust, register, says", [
    ("8", "%rbx", None),
    ("0", "%rbx", "unwind: call frame information puts the caller's stack pointer 8 bytes too low"),
    ("8", "%rbp", "unwind: call frame information"),
])
def test_call_frame_information(tmp_path, adjust, register, says):
    """It leads to the caller at every instruction, on paths that are rare, too."""
    source, out = tmp_path / "f.s", tmp_path / "f.o"
    source.write_text(CFI.replace("ADJUST", adjust).replace("REGISTER", register))
    subprocess.run(["as", "--64", "-g", "-o", out, source], check=True)
    r = run(["prove", out, "--proto", "void f(int a)"])
    assert answers(r.stdout) == {"f": "refuted" if says else "proved"}, r.stdout
    if says:
        text = " ".join(r.stdout.split())
        assert says in text and "f.s:" in text and "not taken" in text, r.stdout


def test_all():
    """Every function of an archive, by its convention alone."""
    r = run(["prove", library("libgmp.a"), "--all"])
    found = answers(r.stdout)
    assert len(found) > 100 and r.stderr == ""
    assert found["__gmpn_add_n"] == "proved"


def operations(path: Path, name: str) -> list[tuple[str, str | None]]:
    """Every mutant that the function admits, on paths that runs reach and on others."""
    found = [(m.operation, m.argument) for m in real.mutants(64, real.Target("", name), path)]
    found += [("rarely", r) for r in ("bx", "bp", "r12")]
    found += [("dropped", r) for r in ("bx", "bp", "r12", "r13", "r14", "r15")]
    return found




def break_exits(found: dict[str, Path], prototypes: dict[str, str], folder: Path,
                each: int) -> tuple[int, int]:
    """Break one way out of each function, by every `each'-th of EXITS in turn: how many were tried,
    and how many refuted. None is proved."""
    tried = refuted = turn = 0
    for name, path in sorted(found.items()):
        for way in objmutate.EXITS:
            turn += 1
            if turn % each:
                continue
            out = folder / f"{name}-{way}.o"
            try:
                objmutate.mutate(path, out, [([name], "exit", f"{turn // each}:{way}")])
            except objmutate.Unmade:
                continue
            r = run(["prove", out, "--proto", prototypes[name]])
            answer = answers(r.stdout).get(name)
            assert answer and answer != "proved", f"{name} {way}: {r.stdout}{r.stderr}"
            tried += 1
            refuted += answer == "refuted"
    return tried, refuted


def prototypes(header: str) -> dict[str, str]:
    text = (LIBRARIES / header).read_text()
    types = {m[2]: m[1] for m in re.finditer(r"^typedef (.+) (\w+);$", text, re.M)}
    return {m[1]: re.sub(r"\b\w+\b", lambda w: types.get(w[0], w[0]), m[0])
            for m in re.finditer(r"^[^#/\n][^;{}]*?\b(\w+)\([^()]*\);$", text, re.M)}


def test_exits(gmp, tmp_path):
    tried, refuted = break_exits(gmp, prototypes("gmp.h"), tmp_path, 1 if EVERYTHING else 11)
    assert tried > (300 if EVERYTHING else 30)
    assert refuted > tried * 0.45, f"{refuted} of {tried}"


def test_exits_of_crypto(tmp_path):
    found = members(library("libcrypto.a"), LIBRARIES / "crypto.h", tmp_path)
    del found["x25519_fe51_mul"]  # it returns by a tail of another
    tried, _ = break_exits(found, prototypes("crypto.h"), tmp_path, 1 if EVERYTHING else 13)
    assert tried > (100 if EVERYTHING else 8)


@pytest.mark.parametrize("width", (64, 32))
def test_kernel(tmp_path, width):
    """What runs say is right is not refuted; of what they say is broken nothing is proved."""
    try:
        objects = tree.assemble_all(tree.tree(), tmp_path / "objects")[width]
    except tree.Absent as e:
        pytest.skip(f"not-run: {e}")
    for name, path in objects.items():
        found = [t for t in real.TARGETS[width] if t.file == name]
        for header, names in headers(width, [t.name for t in found]):
            r = run(["prove", path, "--header", header])
            assert set(answers(r.stdout)) == names and r.status == 0, r.stdout + r.stderr
        lists = {t.name: real.mutants(width, t, path) for t in found}
        for n in range(max(map(len, lists.values())) if EVERYTHING else 1):
            now = {t.name: (t, lists[t.name][n]) for t in found if n < len(lists[t.name])}
            out = tmp_path / "mutants.o"
            objmutate.mutate(path, out, [([t.name, *t.tails], m.operation, m.argument)
                                         for t, m in now.values()])
            for header, names in headers(width, now):
                r = run(["prove", out, "--header", header])
                for f, answer in answers(r.stdout).items():
                    # What an instruction in the middle was for, values show.
                    assert f not in names or answer != "proved" or \
                        now[f][1].operation == "without", f"{f} {now[f][1]}\n{r.stdout}"


def test_mutants(gmp, tmp_path):
    """None is proved; all but a few are refuted."""
    tried = refuted = 0
    for name, path in gmp.items():
        proto = next(line for line in (LIBRARIES / "gmp.h").read_text().splitlines()
                     if f"{name}(" in line).replace("limb", "unsigned long")
        for n, (operation, argument) in enumerate(operations(path, name)):
            out = tmp_path / f"{name}{n}.o"
            try:
                objmutate.mutate(path, out, [([name], operation, argument)])
            except objmutate.Unmade:
                continue
            r = run(["prove", out, "--proto", proto])
            assert answers(r.stdout)[name] != "proved", f"{name} {operation} {argument}"
            tried += 1
            refuted += answers(r.stdout)[name] == "refuted"
    assert tried > 150
    assert refuted >= tried * 0.9, f"{refuted} of {tried}"


def test_run(tmp_path):
    """What ran is proved, too, and nothing that a run broke."""
    r = run(["run", "--cc", "gcc", "--cases", HARNESS.parent / "cases" / "scalar" / "mixed.h",
             "--width", "64", "--opt", "O2", "--profile", "user", "--out", tmp_path, "-q", "--prove"])
    assert "proved on every path" in r.stdout, r.stdout + r.stderr
    assert "please report" not in r.stdout
    rows = re.findall(r"^gcc.* (\d+) +(\d+) +(\d+) +[0-9.]+  ok$", r.stdout, re.M)
    assert len(rows) == 1 and int(rows[0][0]) > 200 and rows[0][1:] == ("0", "0"), r.stdout


def test_legend(tmp_path, gcc, compilers):
    """A column of which not all is proved says how many of which convention were only run."""
    cc = program.script(tmp_path / "bad", f'exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx\n')
    r = run(["run", "--cc", cc, "--cases", HARNESS.parent / "cases" / "scalar" / "mixed.h",
             "--width", "64", "--opt", "O2", "--profile", "user", "--abi", "sysv", "--out",
             tmp_path / "out", "-q", "--prove"])
    assert re.search(r" refuted \(sysv \d+\)", r.stdout), r.stdout
    assert "ok: every function is proved; ok.: so many were only run" in r.stdout


@pytest.mark.ia32
@pytest.mark.parametrize("width", (64, 32))
def test_no_mutant_is_proved(tmp_path, gcc, compilers, width):
    """Of what the mutants of test_checks.py break, nothing is proved."""
    found = contradictions.patches(tmp_path, width, compilers[gcc]["path"])
    assert found.contradictions == []
    # No run sees what is written below a stack pointer.
    assert not [line for line in found.unfounded if "_below_sp " not in line], found.unfounded
    mutants = sum(m.width == width for m in MUTANTS)
    assert found.refuted > mutants / 2 and found.broken > 10, f"{found} of {mutants}"


@pytest.mark.ia32
@pytest.mark.parametrize("width", (64, 32))
def test_no_bad_compiler_is_proved(tmp_path, gcc, compilers, width):
    """As `harness/contradictions.py' does for a sample of all cases."""
    found = contradictions.flags(tmp_path, width, compilers[gcc]["path"])
    assert (found.contradictions, found.unfounded) == ([], [])
    assert found.refuted and found.broken and found.proved, found


# Of these a flag breaks what a callee is given: memory to return in, alignment of an argument.
GIVEN = {"ld64": ("aggregate/classes.h:ret_ld_int", "exotic/complex.h:ret_cld",
                  "exotic/complex.h:va_ret_complex"),
         "msabi": ("aggregate/aligned.h:ret_m32", "aggregate/aligned.h:ret_t64")}


@pytest.mark.parametrize("flag, width", [
    ("ld64", 64), pytest.param("ld64", 32, marks=pytest.mark.ia32), ("msabi", 64)])
def test_what_callees_are_given(tmp_path, gcc, compilers, width, flag):
    text = f"exec {compilers[gcc]['path']} \"$@\" {FLAGS[64][flag]}\n"
    found = contradictions.prove(tmp_path / "out", width, [program.script(tmp_path / flag, text)],
                                 [contradictions.CASES / name for name in GIVEN[flag]],
                                 "--opt", "O2", "--profile", "user")
    assert (found.contradictions, found.unfounded) == ([], [])
    assert found.broken, found


# Results come back in registers that these conventions keep.
RESULTS = ("scalar/no_caller_saved.h:ncs_int", "scalar/no_caller_saved.h:ncs_llong",
           "scalar/preserve_all.h:pa_dbl10", "scalar/preserve_all.h:pa_ldouble_int")


def test_results_in_kept_registers(tmp_path, clang):
    r = run(["run", "--prove", "-q", "--cc", clang, "--width", 64, "--opt", "O2", "--profile", "user",
             "--cases", ",".join(str(contradictions.CASES / name) for name in RESULTS),
             "--out", tmp_path / "out"])
    assert "proved on every path" in r.stdout, r.stdout + r.stderr
    assert not re.search(r"^(refuted|contradiction)", (tmp_path / "out/prove.txt").read_text(),
                         re.M), r.stdout


# g loses rbx for one square of a product in 2^64; h calls it; j jumps to where nobody knows.
FOUR = """
.intel_syntax noprefix
.globl f, g, h, j
.type f, @function
.type g, @function
.type h, @function
.type j, @function
f:	lea rax, [rdi+rsi]
	ret
	.size f, . - f
g:	push rbx
	mov rbx, rdi
	mov rax, rdi
	imul rax, rdi
	movabs rcx, 0x123456789abcdef
	add rax, rsi
	imul rax, rcx
	imul rax, rax
	cmp rax, rcx
	je 1f
	pop rbx
	ret
1:	add rsp, 8
	ret
	.size g, . - g
h:	sub rsp, 8
	call g@PLT
	add rsp, 8
	ret
	.size h, . - h
j:	lea rax, [rip+1f]
	and edi, 1
	imul edi, edi, 3
	add rax, rdi
	jmp rax
1:	xor eax, eax
	ret
	xor eax, eax
	ret
	.size j, . - j
.section .note.GNU-stack, "", @progbits
"""
LONGS = [w for name in "fghj" for w in ("--proto", f"long {name}(long a, unsigned long n)")]


@pytest.fixture(scope="module")
def four(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("four")
    (folder / "four.s").write_text(FOUR)
    subprocess.run(["as", "--64", "-o", "four.o", "four.s"], cwd=folder, check=True)
    return folder / "four.o"


def test_on_the_word_of_a_refuted_one(four):
    r = run(["prove", four, *LONGS])
    assert answers(r.stdout) == {"f": "proved", "g": "refuted", "h": "open", "j": "open"}, r.stdout
    assert "g, which it calls, is refuted" in r.stdout
    assert "4 functions: 1 proved, 1 refuted, 2 open" in r.stdout


def test_reasons(four):
    r = run(["prove", four, *LONGS, "--reasons"])
    assert r.status == 1
    assert "| 1 | refuted | callee-saved | g |" in r.stdout, r.stdout
    assert re.search(r"\| 1 \| open \| where it jumps is computed .* \| j \|", r.stdout), r.stdout


def test_formats(four):
    """What is refuted fails, what is open is skipped with its reason."""
    def formatted(name: str) -> str:
        r = run(["prove", four, *LONGS, "--format", name])
        assert r.status == 1 and r.stderr == ""
        return r.stdout

    found = {f["name"]: f for f in json.loads(formatted("json"))["functions"]}
    assert {n: f["answer"] for n, f in found.items()} == \
        {"f": "proved", "g": "refuted", "h": "open", "j": "open"}
    assert found["g"]["findings"][0]["check"] == "callee-saved"
    assert "taken" in found["g"]["findings"][0]["path"][-1]
    suite = ElementTree.fromstring(formatted("junit")).find("testsuite")
    assert [suite.get(k) for k in ("tests", "failures", "skipped")] == ["4", "1", "2"]
    assert suite.find("testcase[@name='g']/failure").text.startswith("callee-saved: rbx")
    ktap = formatted("ktap")
    assert "\nok 1 sysv/f\n" in ktap and "\nnot ok 2 sysv/g\n" in ktap
    assert "\nok 3 sysv/h # SKIP g, which it calls, is refuted" in ktap
    github = formatted("github").splitlines()
    assert [line.split()[0] for line in github] == ["::error", "::warning", "::warning"]
    assert "title=sysv/g%3A refuted::callee-saved: rbx" in github[0]


def test_sources_together(four, tmp_path):
    """Contracts, headers and prototypes in one call, as for check; notes by name."""
    (tmp_path / "f.h").write_text("long f(long, unsigned long);\nint elsewhere(void);\n")
    (tmp_path / "j.h").write_text("//! returns 0\nlong j(long a, unsigned long n);\n")
    r = run(["prove", four, "--header", tmp_path / "f.h", "--contract", tmp_path / "j.h",
             "--proto", "long g(long a, unsigned long n)", "--note", "f: keeps convention and cx"])
    assert answers(r.stdout) == {"f": "proved", "g": "refuted", "j": "open"}, r.stdout + r.stderr
    r = run(["prove", four, "--proto", "long gg(long a)"])
    assert r.status == 2 and "prove: no object defines `gg'; did you mean `g'?" in r.stderr


def test_check(four):
    """`clobber check --prove': what no run reaches fails nevertheless."""
    r = run(["check", four, *LONGS, "--prove", "--calls", "200", "--weak-stubs"])
    text = " ".join(r.stdout.split())
    assert r.status == 1, r.stdout
    assert re.search(r"^pass +sysv/f  proved \+ \d+ calls, 2 of 2 instructions$", r.stdout, re.M), \
        r.stdout
    assert re.search(r"^refuted +sysv/g  \d+ calls, 12 of 14 instructions$", r.stdout, re.M), r.stdout
    assert "refuted sysv/g on a path that no run reached" in text
    assert "not proved: g, which it calls, is refuted" in text
    assert re.search(r"functions: 3 pass, 1 refuted; 1 proved$", r.stdout, re.M), r.stdout
    r = run(["check", four, *LONGS, "--prove", "--calls", "200", "--weak-stubs", "--format", "json"])
    found = {f["name"]: f for f in json.loads(r.stdout)["functions"]}
    assert found["f"]["proof"]["answer"] == "proved"
    assert found["g"]["proof"]["reached"] == "on a path that no run reached"
    assert found["g"]["verdict"] == "pass"
    r = run(["check", four, *LONGS, "--prove", "--calls", "200", "--weak-stubs", "--format", "ktap"])
    assert "\nnot ok 2 sysv/g\n" in r.stdout


def test_check_shows_it(tmp_path):
    """A path to which inputs can be steered breaks when it runs, too."""
    r = run(["check", assemble(tmp_path, 64, "push rbx\nmov rbx, rdi\nmov rax, rbx\n"
                               "cmp rsi, 0x12345678\nje .far\npop rbx\nret\n.far: add rsp, 8\nret"),
             "--proto", "long f(long a, unsigned long n)", "--prove"])
    assert "refuted  sysv/f  a run shows it, too" in r.stdout, r.stdout
    assert re.search(r"^violation +sysv/f", r.stdout, re.M), r.stdout


# Code that Linux changes, and where it goes on after a fault: BROKEN loses rbx.
TABLES = {
    "alternative": """
f:	movq %rdi, %rax
1:	nop; nop; nop; nop; nop
	ret
	.pushsection .altinstructions, "a"
	.long 1b - ., 2f - .
	.word 4
	.byte 5, 3f - 2f
	.popsection
	.pushsection .altinstr_replacement, "ax"
2:	BROKEN
3:	.popsection
""",
    "jump-in-alternative": """
f:	movq %rdi, %rax
1:	nop; nop; nop; nop; nop
	ret
4:	BROKEN
	ret
	.pushsection .altinstructions, "a"
	.long 1b - ., 2f - .
	.long 4
	.byte 5, 3f - 2f
	.popsection
	.pushsection .altinstr_replacement, "ax"
2:	jmp 4b
3:	.popsection
""",
    "exception": """
f:	xorl %eax, %eax
1:	movq (%rdi), %rdx
2:	ret
3:	BROKEN
	jmp 2b
	.pushsection __ex_table, "a"
	.long 1b - ., 3b - ., 3
	.popsection
""",
    "static-key": """
f:	xorl %eax, %eax
1:	.byte 0x0f, 0x1f, 0x44, 0, 0
2:	ret
3:	BROKEN
	jmp 2b
	.pushsection __jump_table, "aw"
	.long 1b - ., 3b - .
	.quad key - .
	.popsection
""",
    "warning": """
f:	xorl %eax, %eax
1:	ud2
	BROKEN
	ret
	.pushsection __bug_table, "aw"
	.long 1b - ., 0
	.word 0, 1
	.popsection
""",
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_linux(tmp_path, name):
    for n, (broken, answer) in enumerate((("nop", "proved"), ("xorl %ebx, %ebx", "refuted"))):
        source, out = tmp_path / f"f{n}.s", tmp_path / f"f{n}.o"
        source.write_text(".globl f\n.type f, @function\n" + TABLES[name].replace("BROKEN", broken) +
                          '.section .note.GNU-stack, "", @progbits\n')
        subprocess.run(["as", "--64", "-o", out, source], check=True)
        r = run(["prove", out, "--proto", "long f(long *a)", "--abi", "kernel"])
        assert answers(r.stdout) == {"f": answer}, r.stdout + r.stderr
        assert answer == "proved" or "callee-saved: rbx leaves with the constant 0x0" in r.stdout


def test_registers_that_no_document_gives_away(tmp_path, clang, compilers):
    """regcall: which registers a callee preserves no document that could be read says, so a caller that
    relies on one is neither proved nor refuted."""
    r = run(["run", "--prove", "--cc", compilers[clang]["path"], "--width", "64", "--opt", "O2", "--place",
             "native", "--profile", "user", "--cases", program.ROOT / "cases/scalar/regcall.h", "--out",
             tmp_path / "out"])
    text = (tmp_path / "out/prove.txt").read_text()
    if "caller_regcall_regcall_rc_void" not in text:
        pytest.skip("not-run: regcall absent")
    assert r.status in (0, 1) and not re.findall(r"^refuted .*its run: pass", text, re.M), text
    assert re.search(r"^open .* caller_regcall_regcall_rc_void ", text, re.M), text
