#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second judge of the oracle: random prototypes, compiled as they are written, called with every
byte random, against `clobber explain --json`.

The prototype's own text is compiled by each compiler; oracle_diff.c calls the function from a stub
that shares nothing with clobber, with every register and stack word random, and writes down what the
function received and returned. What the oracle says decides where each received byte must have come
from. A difference is either the compiler's or the oracle's: it takes a human with the document.

usage: oracle_diff.py [--cc LIST] [--width LIST] [--count N] [--seed N] [--opt O] [--verbose]
Prints each difference that is not triaged, and a summary; exit status 1 when there is one, 2 without
a compiler.
"""
import argparse
import collections
import concurrent.futures
import functools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLOBBER = os.environ.get("CLOBBER", str(HERE.parent / "build/clobber"))
BATCH = 40
ABIS = {64: ("sysv", "ms"), 32: ("cdecl", "stdcall", "fastcall", "thiscall", "regparm3")}
ATTRIBUTE = {"ms": "__attribute__((ms_abi))", "stdcall": "__attribute__((stdcall))",
             "fastcall": "__attribute__((fastcall))", "thiscall": "__attribute__((thiscall))",
             "regparm3": "__attribute__((regparm(3)))"}
GPRS = ("ax cx dx bx sp bp si di".split())
STACK, VALUE, ARGS, ROUNDS = 160, 256, 12, 3


# Prototypes ---------------------------------------------------------------------------------------
# What people write: packed enums and enums of other widths, attributes at every position, anonymous
# members, unions of scalars with structures, bit-fields of width 0, under- and over-aligned types.

class Writer:
    def __init__(self, rng: random.Random, width: int, number: int, clang: bool):
        self.rng, self.width, self.n, self.clang = rng, width, number, clang
        self.text, self.serial = [], 0

    def name(self, what: str) -> str:
        self.serial += 1
        return f"{what}{self.n}_{self.serial}"

    def chance(self, percent: int) -> bool:
        return self.rng.random() * 100 < percent

    def integer(self) -> str:
        return self.rng.choice(("char", "signed char", "unsigned char", "short", "unsigned short",
                                "int", "unsigned", "long", "unsigned long", "long long"))

    def basic(self) -> str:
        wide = ["__int128", "unsigned __int128", "_Float16"] if self.width == 64 else []
        pool = [self.integer() for _ in range(6)] + [
            "float", "double", "float", "double", "long double", "__float128", "_Bool", "char *",
            "float _Complex", "double _Complex", *wide]
        if self.clang and self.width == 64:
            pool += [f"_BitInt({self.rng.choice((7, 17, 33, 64, 65, 127, 129))})"]
        return self.rng.choice([t for t in pool if t not in ("__int128",) or self.chance(50)])

    def enum(self) -> str:
        tag = self.name("e")
        top = self.rng.choice(("", " = 200", " = 40000", " = 0x123456789LL", " = -1"))
        packed = " __attribute__((packed))" if self.chance(60) else ""
        if self.clang and self.chance(30):
            under = self.rng.choice(("unsigned char", "short", "unsigned", "long long"))
            self.text.append(f"enum {tag} : {under} {{ A{tag} }};")
        elif self.chance(50):
            self.text.append(f"enum{packed} {tag} {{ A{tag}, B{tag}{top} }};")
        else:
            self.text.append(f"enum {tag} {{ A{tag}, B{tag}{top} }}{packed};")
        return f"enum {tag}"

    def realigned(self, of: str) -> str:
        name = self.name("t")
        self.text.append(f"typedef {of} {name} __attribute__((aligned("
                         f"{self.rng.choice((1, 2, 4, 8, 16, 32))})));")
        return name

    def scalar(self) -> str:
        k = self.rng.random()
        if k < .14:
            return self.enum()
        if k < .24:
            return self.realigned(self.basic())
        if k < .30 and self.width == 64:
            name = self.name("v")
            of, size = self.rng.choice((("float", 16), ("int", 16), ("double", 16), ("short", 8),
                                        ("int", 8)))
            low = ", aligned(1)" if self.chance(30) else ""
            self.text.append(f"typedef {of} {name} __attribute__((vector_size({size}){low}));")
            return name
        return self.basic()

    def member(self, depth: int) -> str:
        k = self.rng.random()
        name = self.name("m")
        attr = ""
        if self.chance(15):
            attr = self.rng.choice((" __attribute__((packed))", " __attribute__((aligned(2)))",
                                    " __attribute__((aligned(8)))", " __attribute__((aligned(16)))",
                                    " __attribute__((packed, aligned(2)))"))
        if k < .22:
            of = self.integer()
            bits = {"char": 8, "signed char": 8, "unsigned char": 8, "short": 16,
                    "unsigned short": 16, "int": 32, "unsigned": 32,
                    "long": self.width, "unsigned long": self.width, "long long": 64}[of]
            if self.chance(12):
                return f"{of} : 0;"
            if self.chance(6):
                return f"{of} : {self.rng.randint(1, bits)};"
            return f"{of} {name} : {self.rng.randint(1, bits)}{attr};"
        if k < .42 and depth < 2:
            inner = " ".join(self.member(depth + 1) for _ in range(self.rng.randint(1, 3)))
            kind = self.rng.choice(("struct", "struct", "union"))
            pre = " __attribute__((packed))" if self.chance(15) else ""
            if self.chance(45):
                return f"{kind}{pre} {{ {inner} }};"
            return f"{kind}{pre} {{ {inner} }} {name}{attr};"
        if k < .52:
            of = self.rng.choice((self.integer(), "float", "double"))
            return f"{of} {name}[{self.rng.randint(1, 5)}]{attr};"
        if k < .62 and depth < 2:
            return f"{self.record(depth + 1)} {name}{attr};"
        return f"{self.scalar()} {name}{attr};"

    def record(self, depth: int = 0) -> str:
        kind = self.rng.choice(("struct", "struct", "struct", "union"))
        tag = self.name("s")
        body = " ".join(self.member(depth) for _ in range(self.rng.randint(1, 4)))
        attr = self.rng.choice(("packed", "aligned(2)", "aligned(8)", "aligned(16)",
                                "packed, aligned(4)", "aligned(32)"))
        attr = f" __attribute__(({attr}))" if self.chance(30) else ""
        if self.chance(50):
            self.text.append(f"{kind} {tag} {{ {body} }}{attr};")
        else:
            self.text.append(f"{kind}{attr} {tag} {{ {body} }};")
        whole = f"{kind} {tag}"
        return self.realigned(whole) if depth == 0 and self.chance(6) else whole

    def value(self) -> str:
        return self.record() if self.chance(50) else self.scalar()

    def variadic_value(self) -> str:
        """Of a type that C passes for `...` as it is."""
        if self.chance(35):
            return self.record()
        wide = ["__int128", "__float128"] if self.width == 64 else []
        return self.rng.choice(["int", "unsigned", "long", "unsigned long", "long long", "double",
                                "double", "long double", "char *", "double _Complex", *wide])

    def prototype(self) -> tuple[str, list[str], list[str]]:
        n = self.rng.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 9, 10))
        ret = "void" if self.chance(30) else self.value()
        if not self.chance(20):
            return ret, [self.value() for _ in range(n)], []
        # The last one before `...' must be of a type that is not promoted.
        params = [self.value() for _ in range(min(n, 5))] + [self.rng.choice(("int", "char *"))]
        return ret, params, [self.variadic_value() for _ in range(self.rng.randint(1, 5))]


def draw(rng: random.Random, width: int, number: int, clang: bool) -> dict:
    w = Writer(rng, width, number, clang)
    ret, params, rest = w.prototype()
    args = ", ".join([f"{t} a{i}" for i, t in enumerate(params)] + ["..."] * bool(rest)) or "void"
    return {"number": number, "types": "\n".join(w.text), "ret": ret, "params": params, "rest": rest,
            "declaration": f"{ret} f{number}({args})", "abi": rng.choice(ABIS[width])}


def all_types(p: dict) -> list[str]:
    """Of the arguments, those passed for `...' too, and of the return value."""
    return [*p["params"], *p["rest"], p["ret"]]


def explain(p: dict, width: int) -> dict | None:
    r = subprocess.run([CLOBBER, "explain", "--json", "--width", str(width), "--abi", p["abi"],
                        p["types"] + "\n" + (f"//! varargs {', '.join(p['rest'])}\n" if p["rest"] else "")
                        + p["declaration"]], capture_output=True, text=True)
    if r.returncode:
        p["refused"] = r.stderr
        return None
    return json.loads(r.stdout)["placements"][0]


# Triage -------------------------------------------------------------------------------------------
# Differences that were looked at and are the compiler's, each with the sentence it leaves: family,
# convention, what must be in the types or in the placement, and why. results/oracle-diff.md has them
# in words. A difference that none of these explains is new.

def has_rule(p: dict, *rules: str) -> bool:
    values = [*p["place"]["arguments"], *([p["place"]["returns"]] if p["place"]["returns"] else [])]
    return any(v["rule"] in rules for v in values)


def record_argument(p: dict) -> bool:
    return any(b.startswith(("struct", "union")) or "_Complex" in b or b == "__float128"
               for b in p["bases"][:-1])


def unnamed_only(types: str) -> bool:
    return re.search(r"(struct|union)[^{]*\{( [a-z ]+ : \d+;)+ \}", types) is not None


TRIAGED = (
    ("gcc clang", "regparm3 fastcall thiscall", record_argument,
     "structures, complex and wide values in or by way of registers that integral types only take"),
    ("clang", "cdecl stdcall fastcall thiscall regparm3", lambda p: has_rule(p, "i386.args.aligned"),
     "__float128, and what holds one, is not aligned to 16 on the stack"),
    ("gcc", "sysv", lambda p: "packed" in p["types"] and " : " in p["types"]
     and has_rule(p, "sysv.args.aggregate.memory", "sysv.return.memory"),
     "a nested structure's bit-fields do not count for its alignment"),
    ("gcc", "sysv", lambda p: " : 0;" in p["types"] and "union" in p["types"],
     "a bit-field of width 0 in a union makes it INTEGER"),
    ("clang", "thiscall", lambda p: p["bases"][0] in ("long double", "float", "double", "__float128"),
     "a first argument that is not integral goes by way of ecx"),
    ("gcc", "thiscall", lambda p: p["bases"][0] in ("long double", "float", "double", "__float128"),
     "the first integer goes in ecx though it is not the first argument"),
    ("clang<20", "sysv", lambda p: "__int128" in p["types"] + p["declaration"] + "".join(p["rest"]),
     "LLVM 41784, 123935: r9 lost behind __int128"),
    ("clang", "sysv", lambda p: "union" in p["types"]
     and ("__float128" in p["types"] or "vector_size(16" in p["types"]),
     "SSEUP of one member and SSE or INTEGER of another in a union: one register, or two general ones"),
    ("gcc clang", "cdecl stdcall fastcall thiscall regparm3 ms", lambda p: unnamed_only(p["types"]),
     "a structure of unnamed bit-fields only takes no place"),
    ("clang<18", "sysv", lambda p: "__float128" in p["types"] + "".join(p["rest"]),
     "LLVM 74601: __float128 in structures and variadic arguments is not SSE"),
    ("clang<19", "sysv", lambda p: re.search(r"typedef [^;]*\baligned\(", p["types"])
     is not None and has_rule(p, "sysv.args.aggregate.memory", "sysv.return.memory"),
     "LLVM 85387: fields that an attribute leaves unaligned do not make a structure MEMORY"),
    ("clang<18", "sysv", lambda p: "__int128" in p["types"] + p["declaration"] + "".join(p["rest"]),
     "LLVM 41784: __int128 is not aligned to 16 on the stack"),
    ("gcc", "ms", lambda p: any(v["by_reference"] for v in p["place"]["arguments"][len(p["params"]):]),
     "va_arg reads wide values in line, the caller passes a reference"),
    ("clang<20", "ms", lambda p: "__float128" in p["types"] + p["declaration"] + "".join(p["rest"]),
     "LLVM 115052: __float128 is passed by value"),
    ("clang", "ms", lambda p: "vector_size(8" in p["types"],
     "8-byte vectors by reference"),
)


def triage(cc: str, p: dict) -> str | None:
    for families, abis, applies, why in TRIAGED:
        if any(is_of(cc, f) for f in families.split()) and p["abi"] in abis.split() and applies(p):
            return why
    return None


def is_of(cc: str, family: str) -> bool:
    """Is "clang-14" of "clang", of "clang<18"?"""
    name, _, below = family.partition("<")
    if name not in Path(cc).name:
        return False
    return not below or (version(cc) or 99) < int(below)


@functools.cache
def version(cc: str) -> int:
    text = subprocess.run([cc, "-dumpversion"], capture_output=True, text=True).stdout
    return int(text.split(".")[0] or 0)


# Running ------------------------------------------------------------------------------------------

def source(batch: list[dict], width: int) -> str:
    out = ["typedef __SIZE_TYPE__ d_size;", "void *memcpy(void *, const void *, d_size);",
           f"extern unsigned char d_got[{ARGS}][{VALUE}], d_return[{VALUE}];"]
    for p in batch:
        out.append(p["types"])
        attr = ATTRIBUTE.get(p["abi"], "")
        out.append(f"__attribute__((noinline)) {attr} {p['declaration']}\n{{")
        n, va = len(p["params"]), "ms_va" if p["abi"] == "ms" else "va"
        if p["rest"]:
            out.append(f"\t__builtin_{va}_list ap;\n\t__builtin_{va}_start(ap, a{n - 1});")
        out += [f"\tmemcpy(d_got[{i}], &a{i}, sizeof(a{i}));" for i in range(n)]
        out += [f"\t{{ {t} v = __builtin_va_arg(ap, {t}); memcpy(d_got[{n + i}], &v, sizeof(v)); }}"
                for i, t in enumerate(p["rest"])]
        if p["ret"] != "void":
            out.append(f"\t{p['ret']} r;\n\tmemcpy(&r, d_return, sizeof(r));\n\treturn r;")
        out.append("}")
        for i, t in enumerate(all_types(p)):
            if t != "void":
                out.append(f"unsigned d_size_{p['number']}_{i} = sizeof({t});")
    return "\n".join(out) + "\n"


def where(piece: dict, width: int) -> int:
    """Of a pointer: a register's number, or 100 and a word of the stack."""
    if "stack" in piece:
        return 100 + piece["stack"] // (width // 8)
    return register(piece["register"])[1]


def hidden_of(place: dict) -> int:
    return where(place["hidden_pointer"][0], place["width"]) if place["hidden_pointer"] else -1


def references_of(place: dict) -> str:
    """Of each argument: where a pointer to it is, or -1."""
    at = [where(v["pieces"][0], place["width"]) if v["by_reference"] else -1
          for v in place["arguments"]]
    return "{ " + ", ".join(map(str, at + [-1] * (ARGS - len(at)))) + " }"


def table(batch: list[dict]) -> str:
    rows = "\n".join(f"extern void f{p['number']}(void);" for p in batch)
    return (f"{rows}\nvoid (*const d_functions[])(void) = {{"
            + ", ".join(f"f{p['number']}" for p in batch) + "};\n"
            + "const int d_hidden[] = {" + ", ".join(str(hidden_of(p["place"])) for p in batch)
            + f"}};\nconst int d_references[][{ARGS}] = {{"
            + ", ".join(references_of(p["place"]) for p in batch)
            + "};\nconst unsigned char d_clean[] = {"
            + ", ".join(str(int(p["ret"] == "_Bool") + 2 * bool(p["rest"])) for p in batch)
            + f"}};\nconst unsigned d_count = {len(batch)};\n")


def register(name: str) -> tuple[str, int]:
    if name[:2] == "st":
        return "st", int(name[2:])
    if name[1:3] == "mm":
        return "xmm", int(name[3:])
    core = name.lstrip("re") if name[-1] in "xpi" else name[1:]
    return "gpr", GPRS.index(core) if core in GPRS else int(core)


class Record:
    def __init__(self, data: bytes, width: int):
        word, gprs, xmms = width // 8, 16 if width == 64 else 8, 16 if width == 64 else 8
        at = 12 + (4 if width == 64 else 0)

        def take(n: int) -> bytes:
            nonlocal at
            piece = data[at:at + n]
            at += n
            return piece

        def picture() -> dict:
            gpr = take(word * gprs)
            return {"gpr": [gpr[i * word:(i + 1) * word] for i in range(gprs)],
                    "xmm": [take(16) for _ in range(xmms)], "st": [take(16) for _ in range(2)]}

        self.index = int.from_bytes(data[4:8], "little")
        self.inward, self.outward = picture(), picture()
        self.stack = take(STACK * word)
        self.got = [take(VALUE) for _ in range(ARGS)]
        self.ret, self.memory = take(VALUE), take(VALUE)
        self.pointed = [take(VALUE) for _ in range(ARGS)]

    @staticmethod
    def size(width: int) -> int:
        word, n = width // 8, 16 if width == 64 else 8
        return (12 + (4 if width == 64 else 0) + 2 * (word * n + 16 * n + 32) + STACK * word
                + 2 * ARGS * VALUE + 2 * VALUE)


def from_x87(st: bytes, size: int) -> bytes | None:
    """A float or double as an x87 register holds it; None of a number that it would not hold as it
    was (NaN, infinity, denormal)."""
    if size >= 10:
        return st[:10]
    fraction, top = int.from_bytes(st[:8], "little"), int.from_bytes(st[8:10], "little")
    exponent, sign = top & 0x7fff, top >> 15
    bits, bias = (23, 127) if size == 4 else (52, 1023)
    e = exponent - 16383 + bias
    if not 0 < e < 2 * bias + 1:
        return None
    m = (fraction & ~(1 << 63)) >> (63 - bits)
    return (sign << (bits + (8 if size == 4 else 11)) | e << bits | m).to_bytes(size, "little")


def gather(v: dict, picture: dict, stack: bytes) -> bytes:
    """The value's bytes from where the oracle says they are."""
    out = bytearray(v["size"])
    for p in v["pieces"]:
        if "stack" in p:
            piece = stack[p["stack"]:p["stack"] + p["bytes"]]
        else:
            kind, number = register(p["register"])
            piece = picture[kind][number][:p["bytes"]]
            if kind == "st":
                piece = from_x87(picture[kind][number], p["bytes"])
                if piece is None:
                    return b""  # compares equal to anything
        out[p["from"]:p["from"] + p["bytes"]] = piece
    return bytes(out)


QUIET = {"float": [(2, 0x40)], "double": [(6, 0x08)], "_Float16": [(1, 2)],
         "float _Complex": [(2, 0x40), (6, 0x40)], "double _Complex": [(6, 8), (14, 8)]}


def mask_of(v: dict, source_type: str) -> bytes:
    """Bits to compare: those that carry the value, less what a copy of a signalling NaN changes."""
    mask = bytearray.fromhex(v["mask"])
    base = source_type
    for at, bits in QUIET.get(base, ()):
        mask[at] &= 0xff ^ bits
    if base == "_Bool":
        mask[0] &= 1
    return bytes(mask)


def differs(want: bytes, got: bytes, mask: bytes) -> bool:
    return any((w ^ g) & m for w, g, m in zip(want, got, mask))


def copies(pieces: list[dict]) -> list[list[dict]]:
    """A value that is in two places whole (Microsoft's variadic floating-point ones) may be read from
    either; the stub has made no copy."""
    if len({x["from"] for x in pieces}) == len(pieces):
        return [pieces]
    return [[x] for x in pieces]


def judge(p: dict, r: Record) -> list[str]:
    place, found = p["place"], []
    for i, v in enumerate(place["arguments"]):
        if v["nothing"] or not v["size"]:
            continue
        mask = mask_of(v, p["bases"][i])
        if v["by_reference"]:
            wants = [r.pointed[i]]
        else:
            wants = [gather({**v, "pieces": q}, r.inward, r.stack) for q in copies(v["pieces"])]
        if all(differs(want, r.got[i], mask) for want in wants):
            found.append(f"argument {i + 1}")
    v = place["returns"]
    if v and v["size"] and not v["nothing"]:
        got = r.memory if place["hidden_pointer"] else gather(v, r.outward, b"")
        if differs(r.ret, got, mask_of(v, p["bases"][-1])):
            found.append("return value")
    return found


def is_open(place: dict) -> bool:
    values = [*place["arguments"], *([place["returns"]] if place["returns"] else [])]
    return any(v["unspecified"] for v in values)


def base_of(p: dict, t: str) -> str:
    """The type behind a typedef of one."""
    for line in p["types"].splitlines():
        words = line.split(" __attribute__")[0]
        if line.startswith("typedef ") and words.endswith(" " + t) and "vector_size" not in line:
            return base_of(p, words[len("typedef "):-len(t) - 1])
    return t


def run_batch(job) -> tuple[collections.Counter, list]:
    batch, cc, width, opt, seed, emulator = job
    count, out = collections.Counter(), []
    with tempfile.TemporaryDirectory(prefix="oracle-diff-") as d:
        folder = Path(d)
        good = list(batch)
        (folder / "t.c").write_text(table(good))
        flags = ["-w", f"-m{width}", f"-{opt}", "-ffreestanding", "-fno-pic", "-fno-stack-protector",
                 "-fno-asynchronous-unwind-tables", "-mno-avx"]
        if width == 32:
            flags.append("-msse2")
        while True:
            (folder / "f.c").write_text(source(good, width))
            r = subprocess.run([cc, *flags, "-c", "f.c", "-o", "f.o"], cwd=folder,
                               capture_output=True, text=True)
            if not r.returncode:
                break
            # Leave out what this compiler refuses, one by one.
            rest = [p for p in good if not compile_fails(p, cc, flags, folder, width)]
            if len(rest) == len(good):
                return collections.Counter({"unbuilt": len(good)}), [("unbuilt", cc, r.stderr[:500])]
            count["refused"] += len(good) - len(rest)
            good = rest
        (folder / "t.c").write_text(table(good))
        # What calls the functions is compiled by one compiler, whoever compiled them.
        stub = ["gcc", "-w", f"-m{width}", "-O1", "-ffreestanding", "-fno-pic", "-no-pie",
                "-fno-stack-protector", f"-DSEED={seed}u", "-nostdlib", "-static",
                "-mgeneral-regs-only", str(HERE / "oracle_diff.c"), "t.c", "f.o", "-o", "run"]
        r = subprocess.run(stub, cwd=folder, capture_output=True, text=True)
        if r.returncode:
            return collections.Counter({"unbuilt": len(good)}), [("unbuilt", cc, r.stderr[:500])]
        sizes = sizes_of(folder / "f.o", good)
        data = subprocess.run([*emulator, str(folder / "run")], capture_output=True,
                              timeout=120).stdout
        size = Record.size(width)
        seen: dict[int, list[str]] = collections.defaultdict(list)
        whole = len(data) // size
        for k in range(whole):
            record = Record(data[k * size:(k + 1) * size], width)
            seen[record.index] += judge(good[record.index], record)
            count["calls"] += 1
        if len(data) % size:
            dead = whole // ROUNDS
            seen[dead].append("the call did not return")
            good_after = good[dead + 1:]
            if good_after:
                more = run_batch((good_after, cc, width, opt, seed, emulator))
                count += more[0]
                out += more[1]
        for index, p in enumerate(good):
            found = sorted(set(seen.get(index, [])) | sizes.get(p["number"], set()))
            if index in seen:
                count["prototypes"] += 1
            if found:
                out.append((cc, width, opt, p, found))
    return count, out


def compile_fails(p, cc, flags, folder, width) -> bool:
    (folder / "one.c").write_text(source([p], width))
    return subprocess.run([cc, *flags, "-c", "one.c", "-o", "one.o"], cwd=folder,
                          capture_output=True).returncode != 0


def sizes_of(obj: Path, batch: list[dict]) -> dict[int, set[str]]:
    """Sizes of the types as the compiler sees them, against the oracle's."""
    r = subprocess.run(["nm", str(obj)], capture_output=True, text=True)
    names = {line.split()[-1] for line in r.stdout.splitlines()}
    data = subprocess.run(["objcopy", "-O", "binary", "--only-section=.data", "--only-section=.bss",
                           str(obj), "/dev/stdout"], capture_output=True).stdout
    offsets = {line.split()[-1]: (int(line.split()[0], 16), line.split()[1])
               for line in r.stdout.splitlines() if len(line.split()) == 3}
    wrong: dict[int, set[str]] = collections.defaultdict(set)
    for p in batch:
        values = [*p["place"]["arguments"], p["place"]["returns"]]
        for i, v in enumerate(values):
            name = f"d_size_{p['number']}_{i}"
            if not v or name not in names:
                continue
            at, kind = offsets[name]
            got = 0 if kind in "bB" else int.from_bytes(data[at:at + 4], "little")
            if got != v["size"]:
                wrong[p["number"]].add(f"size of {v['type']}: {v['size']} by the oracle, {got}")
    return wrong


def emulator_for(width: int) -> list[str] | None:
    """What runs a program of this width here: nothing, qemu, or None when nothing does."""
    with tempfile.TemporaryDirectory(prefix="oracle-diff-") as d:
        exe = Path(d) / "probe"
        code = ("void _start(void) { __asm__(\"mov $252, %eax; xor %ebx, %ebx; int $0x80\"); }"
                if width == 32 else
                "void _start(void) { __asm__(\"mov $231, %eax; xor %edi, %edi; syscall\"); }")
        r = subprocess.run(["gcc", f"-m{width}", "-nostdlib", "-static", "-w", "-x", "c", "-", "-o",
                            str(exe)], input=code, capture_output=True, text=True)
        if r.returncode:
            return None
        without = os.environ.get("CLOBBER_WITHOUT", "").split(",")
        ways = [] if width == 32 and "ia32" in without else [[]]
        qemu = shutil.which("qemu-i386") or shutil.which("qemu-i386-static")
        if width == 32 and qemu:
            ways.append([qemu])
        for way in ways:
            try:
                if subprocess.run([*way, str(exe)], timeout=20).returncode == 0:
                    return way
            except OSError:
                pass
    return None


def prepare(rng: random.Random, width: int, n: int, clang: bool, first: int, count) -> list[dict]:
    drawn = [draw(rng, width, first + i, clang) for i in range(n)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        places = list(pool.map(lambda p: explain(p, width), drawn))
    ready = []
    for p, place in zip(drawn, places):
        if place is None:
            count["unread"] += 1
        elif "why_not" in place:
            count["not placed"] += 1
        elif is_open(place):
            count["open"] += 1
        else:
            p["place"] = place
            p["bases"] = [base_of(p, t) for t in all_types(p)]
            ready.append(p)
    return ready


def compare(compilers: list[str], widths: list[int], count: int, seed: int, opt: str):
    """Yields (compiler, width, optimisation, prototype, what differs), then a Counter."""
    total = collections.Counter()
    jobs, first = [], 0
    for width in widths:
        emulator = emulator_for(width)
        if emulator is None:
            total[f"no {width}-bit programs"] += 1
            continue
        for cc in compilers:
            rng = random.Random(f"{seed} {width} {'clang' in cc}")
            ready = prepare(rng, width, count, "clang" in cc, first, total)
            jobs += [(ready[i:i + BATCH], cc, width, opt, seed, emulator)
                     for i in range(0, len(ready), BATCH)]
            first += count
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for more, found in pool.map(run_batch, jobs):
            total += more
            yield from found
    yield total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cc", default="gcc,clang")
    parser.add_argument("--width", default="64,32")
    parser.add_argument("--count", type=int, default=200, help="prototypes per compiler and width")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--opt", default="O1")
    o = parser.parse_args()
    compilers = [c for c in o.cc.split(",") if shutil.which(c)]
    if not compilers:
        print("oracle-diff: none of these compilers is on PATH: " + o.cc, file=sys.stderr)
        return 2
    differences, known = 0, collections.Counter()
    for item in compare(compilers, [int(w) for w in o.width.split(",")], o.count, o.seed, o.opt):
        if isinstance(item, collections.Counter):
            print("oracle-diff: " + ", ".join(f"{n} {what}" for what, n in sorted(item.items()))
                  + f"; {differences} new differences, {sum(known.values())} triaged")
            for why, n in sorted(known.items()):
                print(f"    {n} {why}")
        elif item[0] == "unbuilt":
            print(f"not built by {item[1]}: {item[2]}")
            differences += 1
        else:
            cc, width, opt, p, found = item
            why = triage(cc, p)
            if why:
                known[f"{cc} -m{width}: {why}"] += 1
                continue
            differences += 1
            print(f"{cc} -m{width} -{opt} {p['abi']}: {'; '.join(found)}")
            for v, t in zip(p["place"]["arguments"], all_types(p)):
                where = " ".join(str(x.get("register", x.get("stack"))) for x in v["pieces"])
                print(f"    {t}: {where or 'nothing'} [{v['rule']}]")
            print("    " + "\n    ".join(p["types"].splitlines()) + f"\n    {p['declaration']};"
                  + (f"  /* {', '.join(p['rest'])} */" if p["rest"] else "") + "\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
