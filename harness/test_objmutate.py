# SPDX-License-Identifier: MIT
"""The mutator itself: each operation changes what it says, and nothing else."""
import re
import subprocess
from pathlib import Path

import pytest

import elf
import objmutate
from program import HARNESS, write
from kernel import tree

SOURCE = """
	.text
	.globl f, inner, other
	.type f, @function
f:	push	BX
	push	BP
	mov	table_DISP, %ecx
1:	dec	%ecx
	jnz	1b
	call	outside
	jz	tail
inner:	movl	$1, ACCESS
	pop	BP
	pop	BX
	ret
	.size f, . - f
	.type other, @function
other:	ret
	.size other, . - other
	.type tail, @function
tail:	pop	BP
	pop	BX
	ret
	.size tail, . - tail
	.section .rodata
	.long	7
table:	.long	5
	.data
	.long	0
local:	.long	0
	.section __ex_table, "a"
	.long	inner - ., tail - ., 3
	.section .note.GNU-stack, "", @progbits
"""
WORDS = {64: {"BX": "%rbx", "BP": "%rbp", "table_DISP": "table(%rip)", "ACCESS": "local(%rip)"},
         32: {"BX": "%ebx", "BP": "%ebp", "table_DISP": "table", "ACCESS": "local"}}


def shell(*words) -> str:
    return subprocess.run([str(w) for w in words], check=True, capture_output=True,
                          text=True).stdout


def make(folder: Path, width: int) -> Path:
    text = SOURCE
    for word, by in WORDS[width].items():
        text = text.replace(word, by)
    out = folder / f"f.{width}.o"
    shell("as", f"--{width}", "-o", out, write(folder / "f.s", text))
    return out


def texts(path: Path, names: list[str]) -> list[str]:
    """Instructions as objdump shows them, without the numbers of jumps and of relocated fields."""
    found = objmutate.Function(path, elf.Object(path), names).instructions
    return [re.sub(r"^(j\w+|call) .*", r"\1", re.sub(r"-?0x[0-9a-f]+(\(%rip\))", r"N\1", i.text))
            for i in found]


def mutant(folder: Path, width: int, operation: str, argument=None,
           names=("f", "tail")) -> list[str]:
    out = folder / f"{operation}.{width}.o"
    objmutate.mutate(make(folder, width), out, [(list(names), operation, argument)])
    symbols = [s for s in elf.Object(out).symbols if s.name == "f"]
    assert len(symbols) == 1
    start = symbols[0].value
    shown = shell("objdump", "-d", "-w", "--no-show-raw-insn", "-j", ".text",
                  f"--start-address={start}", out)
    lines = re.findall(r"^\s+[0-9a-f]+:\t(.*?)\s*(?:#.*)?$", shown, re.M)
    return [re.sub(r"^(j\w+|call) .*", r"\1", re.sub(r"\s+", " ", t)) for t in lines]


def plain(width: int) -> list[str]:
    r = "r" if width == 64 else "e"
    load, store = (("0x0(%rip)",) * 2) if width == 64 else ("0x4", "0x4")
    return [f"push %{r}bx", f"push %{r}bp", f"mov {load},%ecx", "dec %ecx", "jne", "call", "je",
            f"movl $0x1,{store}", f"pop %{r}bp", f"pop %{r}bx", "ret", f"pop %{r}bp",
            f"pop %{r}bx", "ret"]


def changed(width: int, old: str, *new: str) -> list[str]:
    return [t for line in plain(width) for t in (new if line == old else [line])]


@pytest.mark.parametrize("width", [64, 32])
def test_none_is_a_copy(tmp_path, width):
    assert mutant(tmp_path, width, "none") == plain(width)


@pytest.mark.parametrize("width", [64, 32])
def test_operations(tmp_path, width):
    r = "r" if width == 64 else "e"
    w = width // 8
    assert mutant(tmp_path, width, "df") == changed(width, "ret", "std", "ret")
    assert mutant(tmp_path, width, "popped") == changed(width, "ret", f"ret $0x{w:x}")
    assert mutant(tmp_path, width, "clobbered", "si") == changed(
        width, "ret", f"not %{r}si", "ret")
    swapped = [{f"pop %{r}bp": f"pop %{r}bx", f"pop %{r}bx": f"pop %{r}bp"}.get(t, t)
               for t in plain(width)]
    assert mutant(tmp_path, width, "swapped", "bp") == swapped
    unsaved = [{f"push %{r}bx": f"lea -0x{w:x}(%{r}sp),%{r}sp",
                f"pop %{r}bx": f"lea 0x{w:x}(%{r}sp),%{r}sp"}.get(t, t) for t in plain(width)]
    assert mutant(tmp_path, width, "unsaved", "bx") == unsaved
    assert mutant(tmp_path, width, "without", "dec %ecx") == changed(width, "dec %ecx", "nop")


@pytest.mark.parametrize("width", [64, 32])
def test_the_copy_takes_the_place(tmp_path, width):
    """Linked: calls, data, inner symbols and the exception table are the copy's."""
    source = make(tmp_path, width)
    out = tmp_path / "mutant.o"
    objmutate.mutate(source, out, [(["f", "tail"], "df", None)])
    again = tmp_path / "again.o"
    objmutate.mutate(source, again, [(["f", "tail"], "df", None)])
    assert out.read_bytes() == again.read_bytes()
    outside = tmp_path / "outside.o"
    shell("as", f"--{width}", "-o", outside,
          write(tmp_path / "o.s", ".globl outside\noutside: ret\n"))
    linked = tmp_path / "linked"
    shell("ld", "-m", "elf_x86_64" if width == 64 else "elf_i386", "-e", "f", "-o", linked, out,
          outside)
    at = {m[2]: int(m[1], 16) for m in
          re.finditer(r"^([0-9a-f]+) \w (\S+)$", shell("nm", linked), re.M)}
    assert at["f"] < at["inner"] and at["f.original"] < at["inner.original"] < at["f"]
    shown = shell("objdump", "-d", "-w", linked, f"--start-address={at['f']}")
    assert re.search(rf"call\s+{at['outside']:x} ", shown)
    rodata = shell("objdump", "-s", "-j", "__ex_table", linked)
    data = bytes.fromhex("".join(re.findall(r"^ [0-9a-f]+ ((?:[0-9a-f]{2,8} ?){1,4}) ", rodata,
                                            re.M)).replace(" ", ""))
    start = int(re.search(r"__ex_table\s+[0-9a-f]+\s+([0-9a-f]+)",
                          shell("objdump", "-h", linked))[1], 16)
    entries = [tuple(start + n + k + int.from_bytes(data[n + k:n + k + 4], "little", signed=True)
                     for k in (0, 4)) for n in (0, 12)]
    assert entries[0][0] == at["inner.original"]
    assert entries[1][0] == at["inner"] and entries[1][1] > at["inner"]
    moved = re.search(rf"^\s+{at['inner']:x}:.*movl\s+\$0x1,(?:.*# )?(?:0x)?([0-9a-f]+)", shown,
                      re.M)
    original = re.search(r"movl\s+\$0x1,(?:.*# )?(?:0x)?([0-9a-f]+)",
                         shell("objdump", "-d", "-w", linked))
    assert moved[1] == original[1]


@pytest.mark.parametrize("wanted, why", [
    (["f:unsaved:r12"], "f does not save %r12"),
    (["f:unsaved:r16"], "there is no register r16 at 64 bit"),
    (["f:swapped:bx"], "f restores nothing directly after bx"),
    (["f:without:cld"], "f has 0 instructions 'cld'"),
    (["g:df"], "0 symbols are called g"),
    (["f:df:bx"], "f:df:bx: see the list of operations (--help)"),
    (["f:melted"], "f:melted: see the list of operations (--help)"),
])
def test_errors(tmp_path, wanted, why):
    r = subprocess.run([HARNESS / "objmutate.py", make(tmp_path, 64), tmp_path / "out.o", *wanted],
                       capture_output=True, text=True)
    assert (r.returncode, r.stdout) == (2, "")
    assert why in r.stderr and r.stderr.count("\n") == 1
    assert not (tmp_path / "out.o").exists()


def test_real_functions_are_copied_exactly(tmp_path):
    """Of every function of the kernel's objects: the same instructions in the same order."""
    try:
        source = tree.tree()
    except tree.Absent as e:
        pytest.skip(f"not-run: {e}")
    count = 0
    for width, objects in tree.assemble_all(source, tmp_path).items():
        for name, path in objects.items():
            obj = elf.Object(path)
            functions = [s.name for s in obj.symbols if s.section and s.bound == 1
                         and obj.sections[s.section].name.startswith((".text", ".noinstr"))
                         and (s.type == 2 or "thunk_r" in s.name) and s.size != 0][:3]
            for f in functions:
                out = tmp_path / "copy.o"
                objmutate.mutate(path, out, [([f], "none", None)])
                assert texts(out, [f]) == texts(path, [f]), f"{name} {f} {width}"
                count += 1
    assert count > 40
