#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""False alarms: what clobber says of code that does nothing wrong.

    controls.py [--cc LIST] [--plant]

Controls are functions that destroy all that their convention lets them: each register that is not
preserved, each flag, the bits above a narrow result, the arguments' area, the home area, what is
below the stack pointer, the status of x87 and SSE; the functions of check_cases.py that keep their
contract; and what compilers make of one case of each kind, at several levels of optimisation (without
--cc: those of program.preferred). Each function or cell of which anything is said is an alarm;
what a list of known faults excuses is counted as a cell, and not as an alarm. --plant adds a
function that is wrong, as if it were a control: then there has to be an alarm.

Prints a table and "false alarms: N"; exit status 1 if N is not 0, 2 if a control could not run.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import check_cases
import program

# By convention: what a called function need not preserve, and where it may write.
#  - sysv: psABI AMD64, 3.2.1 (registers), 3.2.2 (red zone; the area of arguments is the callee's).
#  - ms: Microsoft, x64 calling convention, "Caller/callee saved registers" and "parameter area".
#  - cdecl and others: psABI i386, 2.2.1; Microsoft's conventions of 32 bit save the same.
JUNK64 = 0xA5A5_5AA5_A55A_5A5A
JUNK32 = 0xA55A_5AA5


class Convention(NamedTuple):
    width: int
    attribute: str
    gpr: tuple[str, ...]  # besides the one of the result
    xmm: int              # from 0 on
    owned: int            # bytes above the return address that are its own, without arguments
    pops: bool            # arguments


CONVENTIONS = {
    "sysv": Convention(64, "", ("rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"), 16, 0, False),
    "ms": Convention(64, "__attribute__((ms_abi)) ", ("rcx", "rdx", "r8", "r9", "r10", "r11"), 6, 32, False),
    "cdecl": Convention(32, "", ("ecx", "edx"), 8, 0, False),
    "stdcall": Convention(32, "__attribute__((stdcall)) ", ("ecx", "edx"), 8, 0, True),
}

# (name, result, parameters; what it leaves in the register of the result; bytes of arguments on the
# stack by convention).
SHAPES = (
    ("nothing", "void", "void", None, {}),
    ("word", "int", "int a, long b", 42, {"cdecl": 8, "stdcall": 8}),
    ("many", "long", "long a, long b, long c, long d, long e, long f, long g, long h", 7,
     {"sysv": 16, "ms": 64, "cdecl": 32, "stdcall": 32}),
    ("truth", "_Bool", "long a", 1, {"cdecl": 4, "stdcall": 4}),
    ("byte", "signed char", "signed char a", 5, {"cdecl": 4, "stdcall": 4}),
    ("half", "short", "unsigned char a, short b", 300, {"cdecl": 8, "stdcall": 8}),
    ("real", "double", "double a, float b", "real", {"cdecl": 12, "stdcall": 12}),
)
NARROW = {"word": 0xFFFFFFFF, "truth": 0xFF, "byte": 0xFF, "half": 0xFFFF}  # bits that are the result


def body(c: Convention, shape) -> str:
    name, _, _, value, stack = shape
    wide = c.width == 64
    convention = next(k for k, v in CONVENTIONS.items() if v is c)
    word, sp, a, junk = (8, "rsp", "rax", JUNK64) if wide else (4, "esp", "eax", JUNK32)
    lines = [f"mov {a}, {junk:#x}"]
    own = max(c.owned, stack.get(convention, 0))
    below = 128 if convention == "sysv" else 0  # what is further down is anybody's
    lines += [f"mov [{sp}+{word + at}], {a}" for at in range(0, own, word)]
    lines += [f"mov [{sp}-{at}], {a}" for at in range(word, below + 1, word)]
    # Status: a division by zero and an inexact one, in both units; the control words stay.
    lines += ["fld1", "fldz", "fdivp st1, st0", "fstp st0"]
    lines += ["fldpi"] * 8 + ["fstp st0"] * 8
    lines += [f"pcmpeqd xmm{i}, xmm{i}" for i in range(c.xmm)] + ["cvtsi2ss xmm0, eax", "pxor xmm1, xmm1",
                                                                        "divss xmm0, xmm1"]
    lines += [f"mov {r}, {a}" for r in c.gpr]
    if value == "real":
        lines += ["pxor xmm0, xmm0"] if wide else ["fldz"]
    elif value is None:
        pass
    elif name in NARROW:
        lines += [f"mov {a}, {junk & ~NARROW[name] & (2 ** c.width - 1) | value:#x}"]
    else:
        lines += [f"mov eax, {value}"]
    lines += ["cmp al, 200", "stc", "cld"]
    lines += [f"ret {stack[convention]}" if c.pops and convention in stack else "ret"]
    return "\n ".join(lines)


def hand_written(width: int, plant: bool) -> tuple[str, str]:
    """(assembly, prototypes) of all conventions of the width."""
    text, header = f"bits {width}\nsection .text\n", ""
    for convention, c in CONVENTIONS.items():
        for shape in SHAPES if c.width == width else ():
            name = f"{convention}_{shape[0]}"
            text += f"global {name}\n{name}: {body(c, shape)}\n"
            header += f"{c.attribute}{shape[1]} {name}({shape[2]});\n"
    if plant:
        text += "global planted\nplanted: xor ebx, ebx\n ret\n"
        header += "void planted(void);\n"
    return text, header


def place(width: int) -> str:
    """Where such functions run; "" if nowhere."""
    return "native" if program.runs("native", width) else "vmx" if program.runs("vmx", width) else ""


class Row(NamedTuple):
    what: str
    controls: int
    alarms: list[str]
    not_run: list[str]


def clobber(folder: Path, *args) -> subprocess.CompletedProcess:
    return subprocess.run([program.PROGRAM, *map(str, args)], cwd=folder, env=program.environment(),
                          capture_output=True, text=True, check=False)


def check(folder: Path, what: str, width: int, text: str, header: str) -> Row:
    (folder / "f.asm").write_text(text)
    (folder / "f.h").write_text(header)
    subprocess.run(["nasm", "-f", f"elf{width}", "-o", "f.o", "f.asm"], cwd=folder, check=True)
    p = clobber(folder, "check", "f.o", "--contract", "f.h", "--place", place(width), "--format", "json")
    try:
        functions = json.loads(p.stdout)["functions"]
    except ValueError:
        return Row(what, 0, [], [f"exit status {p.returncode}: {p.stderr.strip()}"])
    alarms, not_run = [], []
    for f in functions:
        said = [f"{f['name']}: {x['verdict']}: {x['subject']}: expected {x['expected']}, got {x['observed']}"
                for x in f["findings"]]
        if f["verdict"] == "not-run" and not said:
            not_run.append(f"{f['name']}: {f.get('reason')}")
        elif said or f["verdict"] != "pass":
            alarms += said or [f"{f['name']}: {f['verdict']}"]
    return Row(what, len(functions), alarms, not_run)


def contracts(folder: Path) -> Row:
    """Those of check_cases.py, one by one: each is named f."""
    total, alarms, not_run = 0, [], []
    for c in check_cases.CONVENTION + check_cases.BUFFERS:
        if c.width != 64:
            continue
        row = check(folder, c.name, c.width, f"bits {c.width}\ndefault rel\nsection .text\nglobal f\n{c.good}\n",
                    c.contract)
        total += row.controls
        alarms += [f"{c.name}: {a}" for a in row.alarms]
        not_run += [f"{c.name}: {a}" for a in row.not_run]
    return Row("functions that keep a contract", total, alarms, not_run)


def columns(folder: Path, cc: str, *cases: str) -> Row:
    """What compilers make of all kinds of cases, or of these: what is said, and no list knows."""
    p = clobber(folder, "run", "--cc", cc, "--opt", "O0,O2", "--profile", "user", "--place", "native",
                *(cases or ("--cover",)), "--out", "out", "-q")
    if not (folder / "out/matrix.json").exists():
        return Row(f"cells of {cc}", 0, [], [f"exit status {p.returncode}: {p.stderr.strip()}"])
    d = json.loads((folder / "out/matrix.json").read_text())
    alarms = [f"{f['case']} {f['direction']}, {f['column']}: {f['verdict']}: {f['subject']}"
              for f in d["findings"] if not f["known"] and f["verdict"] in ("violation", "crash", "timeout")]
    return Row(f"cells of {cc}", sum(c["executed"] for c in d["cells"]), alarms, [])


def report(rows: list[Row]) -> tuple[str, int]:
    lines = ["| controls | judged | false alarms |", "|---|---|---|"]
    lines += [f"| {r.what} | {r.controls} | {len(r.alarms)} |" for r in rows]
    n = sum(len(r.alarms) for r in rows)
    lines += [""] + [f"false alarm: {a}" for r in rows for a in r.alarms]
    missing = [m for r in rows for m in r.not_run] + [f"no control: {r.what}" for r in rows if not r.controls]
    lines += [f"not run: {m}" for m in missing]
    return "\n".join([*lines, f"false alarms: {n} of {sum(r.controls for r in rows)}"]), \
        1 if n else 2 if missing else 0


def measure(cc: str, plant: bool = False) -> tuple[str, int]:
    """What is printed, and the exit status. `cc': "" for no compilers."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="clobber-controls-") as tmp:
        for width in (64, 32):
            if not place(width):
                print(f"not-run: no place runs {width}-bit code")
                continue
            what = f"functions of {width} bit that destroy all they may"
            rows.append(check(Path(tmp), what, width, *hand_written(width, plant and width == 64)))
        rows.append(contracts(Path(tmp)))
        if cc:
            rows.append(columns(Path(tmp), cc))
    return report(rows)


def compilers() -> str:
    return ",".join(filter(None, map(program.preferred, ("gcc", "clang"))))


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--cc", default=compilers())
    p.add_argument("--plant", action="store_true")
    o = p.parse_args()
    text, status = measure(o.cc, o.plant)
    print(text)
    return status


if __name__ == "__main__":
    sys.exit(main())
