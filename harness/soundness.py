#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How many faults of clobber itself its own tests find.

    soundness.py [--sample N] [--seed N] [--only TEXT] [--markdown FILE]

A copy of the project is built once. Then one fault at a time is put into its source, what depends
on it is built again, and the tests of that part run until one of them fails: the fault is killed,
by that test. Faults are of two kinds. Named ones (NAMED, below) each make the harness blind or
careless in one way: no poison, a comparison left out, a record dropped. Sampled ones are plain
operators (a comparison turned round, a statement removed, a constant changed) at random places of
the payload, the verdicts and the oracle. A fault that no test finds survives; it is explained in
EXPLAINED, or the exit status is 1.
"""
import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import controls

ROOT = Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"


class Fault(NamedTuple):
    name: str
    kind: str  # the class it is counted under
    file: str
    old: str
    new: str
    line: int = 0


def named(kind: str, name: str, file: str, old: str, new: str) -> Fault:
    return Fault(name, kind, file, old, new)


NAMED = (
    # Poison: what is not an input must not look like one.
    named("poison", "registers at entry are not poisoned", "src/payload/prepare.c",
          "\tstock_take(m->gpr, sizeof(m->gpr));", "\tfill_words(m->gpr, 0, 16);"),
    named("poison", "vector registers are not poisoned", "src/payload/prepare.c",
          "\tstock_take(m->fx + FX_ST, (8 + VECTORS) * 16);",
          "\t__builtin_memset(m->fx + FX_ST, 0, (8 + VECTORS) * 16);"),
    named("poison", "upper halves of vector registers are not poisoned", "src/payload/prepare.c",
          "\tstock_take(m->wide, sizeof(m->wide));", "\t__builtin_memset(m->wide, 0, sizeof(m->wide));"),
    named("poison", "the stack is not poisoned", "src/payload/prepare.c",
          "\tcl_poison_stack = stock_next;",
          "\tcl_poison_stack = stock_next;\n\t__builtin_memset((void *)stock_next, 0, CL_POISON_BELOW);"),
    named("poison", "bits above narrow arguments are not poisoned", "src/payload/prepare.c",
          "(w & value) | (dirt & ~value)", "(w & value) | (dirt & 0)"),
    named("poison", "bits above narrow pieces are not poisoned", "src/payload/prepare.c",
          "= *(const cl_word *)(dirt + full);", "= 0;"),
    named("poison", "control words are the default ones", "src/payload/prepare.c",
          "round & 1 ? FCW_ROUND_UP : FCW_DEFAULT", "FCW_DEFAULT"),
    named("poison", "MXCSR is the default one", "src/payload/prepare.c",
          "round & 1 ? MXCSR_ROUND_UP : MXCSR_DEFAULT", "MXCSR_DEFAULT"),
    named("poison", "a call's callee destroys nothing", "src/payload/prepare.c",
          "\tfill_image(&draw, &cl_poison_callee, round);\n\t/* What",
          "\tcl_poison_callee = cl_poison;\n\t/* What"),
    named("poison", "every round is the same", "src/payload/prepare.c",
          "(uint64_t)direction << 8 | (uint64_t)round)", "(uint64_t)direction << 8)"),
    named("poison", "arguments are never negative", "src/payload/prepare.c",
          "if (round != 2)", "if (round == 99)"),
    named("poison", "stack arguments are delivered as 0", "src/payload/prepare.c",
          "\t\tcopy_few(cell, from, l->bytes);",
          "\t\tif (l->kind != CL_STACK)\n\t\t\tcopy_few(cell, from, l->bytes);"),
    named("poison", "what a caller loads is 0", "src/payload/prepare.c",
          "\tif (s.caller)\n\t\t*(volatile cl_word *)(cl_arg + d->buffer) = w;", "\t;"),
    # Comparisons left out.
    *(named("comparison", f"{reg} is not compared", "src/payload/check.c",
            "\t\tif (was->gpr[r] == is->gpr[r])",
            f"\t\tif (r == {n} || was->gpr[r] == is->gpr[r])")
      for n, reg in ((3, "rbx"), (5, "rbp"), (6, "rsi"), (7, "rdi"), (12, "r12"), (15, "r15"))),
    named("comparison", "xmm registers are not compared", "src/payload/check.c",
          "\t\tif (!same(a, b, n))\n", "\t\tif (0)\n"),
    named("comparison", "mask registers are not compared", "src/payload/check.c",
          "if (kept->mask >> k & 1 && a != b)", "if (0 && a != b)"),
    named("comparison", "only the low half of a vector register is compared", "src/payload/check.c",
          "\t\tif (!same(a, b, n))\n", "\t\tif (!same(a, b, 8))\n"),
    named("comparison", "status flags that a convention keeps are not compared",
          "src/payload/check.c", "if ((was->flags ^ is->flags) & kept->flags)", "if (0)"),
    named("comparison", "DF is not looked at", "src/payload/check.c",
          "if (is->flags & FLAG_DF)", "if (0)"),
    named("comparison", "the x87 stack is not looked at", "src/payload/check.c",
          "else if (used != x87_regs && x87_regs != ANY_X87)", "else if (0)"),
    named("comparison", "a missing EMMS is an x87 stack", "src/payload/check.c",
          "if (in_mmx_mode(is) && x87_regs != ANY_X87)", "if (0)"),
    named("comparison", "the x87 control word is not compared", "src/payload/check.c",
          "if (c0 != c1)", "if (0)"),
    named("comparison", "MXCSR is not compared", "src/payload/check.c", "if (m0 != m1)", "if (0)"),
    named("comparison", "the stack pointer is not compared", "src/payload/check.c",
          "else if (is != was + pop)", "else if (0)"),
    named("comparison", "the caller's frame is not compared", "src/payload/check.c",
          "\tif (at >= end)\n", "\tif (1)\n"),
    named("comparison", "locals are not compared", "src/payload/check.c",
          "\tif (!(as_kept(0) && as_kept(CL_LIVE)) && lost_local(round, out))", "\tif (0)"),
    named("comparison", "locals that are kept twice are compared once", "src/payload/check.c",
          "as_kept(0) && as_kept(CL_LIVE)", "as_kept(0)"),
    named("comparison", "plain arguments are not compared", "src/payload/compare.h",
          "\treturn !(differs << 8 * (sizeof(cl_word) - n));", "\treturn !differs || n;"),
    named("comparison", "alignment at a call is not looked at", "src/payload/check_callee.c",
          "if (cl_nested_image.gpr[GPR_SP] % c->align_calls)", "if (0)"),
    named("comparison", "alignment at the probe is not looked at", "src/payload/check_caller.c",
          "if (cl_probe_image.gpr[GPR_SP] % c->align)", "if (0)"),
    named("comparison", "arguments are not compared in the callee", "src/payload/check_callee.c",
          "!agree(got, v->arg[i], d->mask, d->compare)) {", "0) {"),
    named("comparison", "arguments are not compared at the probe", "src/payload/check_caller.c",
          "\t\tif (!agree(at, want, mask_at(d, l->off), bytes)) {", "\t\tif (0) {"),
    named("comparison", "padding is compared", "src/payload/compare.c", "\tif (!mask)\n\t\treturn same",
          "\tif (1)\n\t\treturn same"),
    named("comparison", "return values are not compared in the callee", "src/payload/check_callee.c",
          "\t\tif (agree(got, want, mask, n))", "\t\tif (1)"),
    named("comparison", "return values are not compared in the caller", "src/payload/check_caller.c",
          "\t\tif (!agree(cl_got_ret, v->ret, c->ret.mask, c->ret.compare)) {", "\t\tif (0) {"),
    named("comparison", "the pointer to a memory return is not compared", "src/payload/check_callee.c",
          "if (cl_after_image.gpr[c->hidden_reg] != want)", "if (0)"),
    named("comparison", "a memory return is not compared", "src/payload/check_callee.c",
          "if (!agree(cl_result, v->ret, c->ret.mask, c->ret.compare)) {", "if (0) {"),
    named("comparison", "al is not looked at", "src/payload/check_caller.c",
          "if (c->al >= 0 && (al < (cl_word)c->al || al > c->al_most))", "if (0)"),
    named("comparison", "the hidden pointer is not looked at", "src/payload/check_caller.c",
          "\tif (!in_frame(p, c->ret.size))", "\tif (0)"),
    named("comparison", "layouts are not compared", "src/payload/check_callee.c",
          "\t\tif (want != got) {", "\t\tif (0) {"),
    named("comparison", "how a narrow argument is widened is not compared",
          "src/payload/check_callee.c", "\t\t\tif (got_wide != wide)", "\t\t\tif (0)"),
    named("comparison", "a callee that was never entered passes", "src/payload/check_callee.c",
          "\tif (cl_nested_count != 1) {", "\tif (0) {"),
    named("comparison", "a guest's registers are not compared", "src/payload/check_callee.c",
          "if (EVERY_GPR >> r & 1 && cl_guest[r] != want)", "if (0)"),
    # Records.
    named("records", "every second finding is dropped", "src/payload/record.c",
          ".nfindings = (uint8_t)v->nfindings,", ".nfindings = (uint8_t)(v->nfindings & ~1u),"),
    named("records", "the seal is not looked at", "src/place/records.c",
          "\tif (r.seal != cl_seal(from->key, at, &r, *p, nf + no)) {", "\tif (0) {"),
    named("records", "what was not reported passes", "src/place/records.c",
          "\t\tif (directions >> k % 2 & 1 && out->v[k].state == OUTCOME_MISSING)", "\t\tif (0)"),
    named("records", "a record is announced before it is written", "src/payload/record.c",
          "\tfor (unsigned i = 0; i < v->nfindings; i++)\n",
          "\th->used = used + bytes;\n\tfor (unsigned i = 0; i < v->nfindings; i++)\n"),
    named("records", "faults are forgotten", "src/payload/cases.c",
          "\t\t\tcheck_fault(round, cl_fault_kind, cl_fault_ip, cl_fault_address, v);", ""),
    named("records", "a dead process is nobody's fault", "src/place/records.c",
          "\to->nfindings = known + 1;", "\to->nfindings = known;"),
    named("records", "only the last round counts", "src/payload/cases.c",
          "\tfor (int round = 0; round < ROUNDS; round++) {",
          "\tfor (int round = ROUNDS - 1; round < ROUNDS; round++) {"),
    named("records", "callers are never run", "src/payload/cases.c",
          "\t\t\tif (!absent)\n", "\t\t\tif (!absent && d == CL_CALLEE)\n"),
    named("records", "kept records serve another place", "src/place/kept.c",
          'str_addf(&s, "place %s, %s, asked for %s, model %s, monitor %x\\n", place_name(place),',
          'str_addf(&s, "place %s, %s, asked for %s, model %s, monitor %x\\n", place_name(0),'),
    named("records", "kept records serve another seed", "src/place/kept.c",
          "(int)p->isa, p->directions, p->seed);", "(int)p->isa, p->directions, (uint64_t)0);"),
    # Calls by contract.
    named("contracts", "equal calls have equal poison", "src/payload/contract_poison.c",
          "\tfor (int k = 1; k >= 0; k--) {\n\t\tdraw = prepare_open(state ^ (uint64_t)k << 40, seed, ct_now.round);",
          "\tfor (int k = 1; k >= 0; k--) {\n\t\tdraw = prepare_open(state, seed, ct_now.round);"),
    named("contracts", "registers keep their poison in the second call", "src/payload/contract_poison.c",
          "\t\tif (gpr[r])\n", "\t\tif (0)\n"),
    named("contracts", "flags keep their poison in the second call", "src/payload/contract_poison.c",
          "\t\tif (s->other[CT_FROM_FLAG + i])", "\t\tif (0)"),
    named("contracts", "the stack keeps its poison in the second call", "src/payload/contract_poison.c",
          "\t\tif (s->other[CT_FROM_STACK + source])", "\t\tif (0)"),
    named("contracts", "buffers are not compared", "src/payload/contract_again.c",
          "\t\tif (memory_differs(c, first.buffer[i], p, bytes, NULL, 1, d))\n\t\t\treturn true;", ""),
    named("contracts", "the objects' data is not compared", "src/payload/contract_again.c",
          "\td->what = CT_WHAT_DATA;\n\tfor (unsigned i = 0; i < CT_REGIONS; i++) {",
          "\td->what = CT_WHAT_DATA;\n\tfor (unsigned i = 0; i < 0; i++) {"),
    # The engine.
    named("engine", "the stack is not where the runtime says", "asm/engine.asm",
          "\tmov\txsp, [cl_stack_top]\n\tLOAD_GPRS", "\tmov\txsp, [cl_stack_top]\n\tsub\txsp, 64\n\tLOAD_GPRS"),
    named("engine", "the picture after the call is the one before", "asm/engine.asm",
          "\tPICTURE\tcl_after_image\n", "\tPICTURE\tcl_before_image\n"),
    named("engine", "a probe's callee-owned arguments are not destroyed", "asm/engine.asm",
          "\tmov\txcx, [xsp + OWNED]\n", "\txor\tecx, ecx\n"),
    named("engine", "a result is never written to memory", "asm/engine.asm",
          "\tlea\txsi, [cl_ret]\n\tmov\txdi, xax\n\tcld\n\trep\tmovsb\n", ""),
)

# Faults that make the harness too strict: what does nothing wrong is charged. Controls find them.
STRICT = "false alarms"
NAMED += (
    named(STRICT, "rcx is expected preserved", "src/payload/check.c",
          "\tcheck_saved_gprs(kept->gpr, round, out);", "\tcheck_saved_gprs(kept->gpr | 2u, round, out);"),
    named(STRICT, "the status of SSE is compared", "src/payload/check.c", " & MXCSR_CONTROL;", ";"),
    named(STRICT, "the carry flag is expected preserved", "src/payload/check.c",
          "\tif ((was->flags ^ is->flags) & cl_flags_random)",
          "\tif ((was->flags ^ is->flags) & (cl_flags_random | 1))"),
)

# Survivors that are no fault of the tests, by (file, code after the change): why.
EXPLAINED: dict[tuple[str, str], str] = {
    ("src/payload/contract_poison.c",
     "for (int k = 1; k >= 0; k--) {\n\t\tdraw = prepare_open(state, seed, ct_now.round);"):
        "in two rounds of three the second call's poison is all zeroes or all ones, which differs as well",
    ("asm/engine.asm", "xor\tecx, ecx"):
        "no generated caller looks at its outgoing arguments after the call; the poison there is for code that does",
}

# What is tried on a change to a file, by its beginning; besides unit tests that it rebuilds.
HARNESS = (
    ("src/payload/contract_guest", ("test_check.py", "test_check_again.py")),
    ("src/payload/contract_run", ("test_check_vectors.py", "test_check_again.py", "test_check.py")),
    ("src/payload/contract", ("test_check_again.py", "test_check_fit.py", "test_check.py")),
    ("asm/contract", ("test_check_again.py", "test_check.py")),
    ("src/payload/open", ("test_open.py", "test_checks.py")),
    ("src/payload", ("test_checks.py", "test_check_again.py", "test_open.py", "test_bad_compilers.py",
                     "test_vmread.py", "test_variants.py")),
    ("asm", ("test_checks.py", "test_check_again.py", "test_bad_compilers.py", "test_aggregates.py")),
    ("src/place/kept", ("test_reuse.py", "test_checks.py")),
    ("src/place", ("test_checks.py", "test_shard.py", "test_places.py", "test_check_again.py")),
    ("src/verdict/accepted", ("test_known.py",)),
    ("src/verdict", ("test_checks.py", "test_open.py", "test_run.py", "test_report.py")),
    ("src/abi", ("test_oracle.py", "test_checks.py", "test_aggregates.py")),
)

SAMPLED = ("src/payload", "src/verdict", "src/abi")

# (operator, what is replaced, by what). Each matches within one line of code.
OPERATORS = (
    ("== to !=", r"(?<=[^=!<>])==(?=[^=])", "!="),
    ("!= to ==", r"!=", "=="),
    ("< to <=", r"(?<=\w )<(?= )", "<="),
    ("> to >=", r"(?<=\w )>(?= )", ">="),
    ("<= to <", r"<=", "<"),
    (">= to >", r">=", ">"),
    ("&& to ||", r"&&", "||"),
    ("|| to &&", r"\|\|", "&&"),
    ("+ to -", r"(?<=\w )\+(?= )", "-"),
    ("- to +", r"(?<=\w )-(?= )", "+"),
    ("& to |", r"(?<=[\w)] )&(?= )", "|"),
    ("0 to 1", r"(?<=[ (])0(?=[;,)])", "1"),
    ("true to false", r"\btrue\b", "false"),
    ("false to true", r"\bfalse\b", "true"),
    ("! left out", r"(?<=[( ])!(?=\w)", ""),
    ("statement left out", r"^\t+(?!return|break|continue|goto|case|default)[^\s/#{}][^{}=]*\(.*\);$", ""),
    ("assignment left out", r"^\t+[\w\->.\[\]]+ [|&+]?= .*;$", ""),
    ("return left out", r"^\t\t+return(?: [^;]*)?;$", ";"),
)


def code_lines(text: str):
    """(number, line) of lines that are code: no comments, directives or tables of names."""
    comment = False
    for number, line in enumerate(text.split("\n")):
        stripped = line.strip()
        was, comment = comment, (comment or "/*" in line) and "*/" not in line.split("/*")[-1]
        if was or comment or not line.startswith("\t") or stripped.startswith(("/*", "*", "#")):
            continue
        yield number, line


def sampled(files: list[Path], n: int, seed: int) -> list[Fault]:
    every = []
    for path in files:
        text = path.read_text()
        for number, line in code_lines(text):
            for name, pattern, to in OPERATORS:
                for m in re.finditer(pattern, line):
                    if line[:m.start()].count('"') % 2 == 0:
                        every.append((path, number, line, name, line[:m.start()] + to + line[m.end():]))
    every.sort(key=lambda e: (str(e[0]), e[1], e[3], e[4]))
    picked = random.Random(seed).sample(every, min(n, len(every)))
    return [Fault(f"{path.relative_to(ROOT)}:{number + 1}: {name}: {line.strip()}",
                  "/".join(path.relative_to(ROOT).parts[:2]), str(path.relative_to(ROOT)), line, new,
                  number + 1) for path, number, line, name, new in picked]


def run(args, cwd, seconds: int, **env) -> tuple[int, str]:
    """(exit status, what was printed); status -1: it did not end."""
    p = subprocess.Popen([str(a) for a in args], cwd=cwd, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, errors="replace",
                         env={**os.environ, **env}, start_new_session=True)
    try:
        out, _ = p.communicate(timeout=seconds)
        return p.returncode, out
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, 9)
        out, _ = p.communicate()
        return -1, out


class Copy:
    """A copy of the project, built."""

    def __init__(self, folder: Path):
        self.folder = folder
        shutil.copytree(ROOT, folder, symlinks=True, ignore=shutil.ignore_patterns(
            "build", "build-*", ".git", "results", "__pycache__", ".pytest_cache"))
        (folder / "results").mkdir()
        status, out = run(["meson", "setup", "build"], folder, 600)
        status, out = (status, out) if status else self.build()
        if status:
            sys.exit(f"the unchanged copy does not build:\n{out[-2000:]}")

    def build(self) -> tuple[int, str]:
        return run(["ninja", "-C", "build", "--quiet"], self.folder, 900)

    def unit_tests(self, since: float) -> str | None:
        """The first of the rebuilt unit tests that fails."""
        rebuilt = [p.name[:-len("_test")] for p in (self.folder / "build").glob("*_test")
                   if p.stat().st_mtime >= since]
        for name in sorted(rebuilt):
            status, out = run(["meson", "test", "-C", "build", "--no-rebuild", name], self.folder, 240)
            if status:
                text = self.folder / "build/meson-logs/testlog.txt"
                why = re.findall(r"^.*:[FE]:.*$", text.read_text(errors="replace"), re.M)
                return f"{name}_test: {first(why) or 'it does not end well'}"
        return None

    def harness_test(self, test: str) -> str | None:
        """The first of its tests that fails."""
        status, out = run([PYTHON, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
                           f"harness/{test}"], self.folder, 600,
                          CLOBBER=str(self.folder / "build/clobber"),
                          CLOBBER_CACHE=str(self.folder / "cache"))
        if status == -1:
            return f"{test}: it does not end"
        if status:
            names = re.findall(r"^(?:FAILED|ERROR) (\S+)", out, re.M)
            why = re.findall(r"^E +(.*)$", out, re.M)
            return f"{first(names) or test}: {first(why)}"
        return None

    def harness_tests(self, fault: Fault) -> str | None:
        return next(filter(None, map(self.harness_test, tests_of(fault))), None)


def tests_of(fault: Fault) -> tuple[str, ...]:
    if fault.kind == STRICT:
        return ("test_controls.py",)
    return next(tests for start, tests in HARNESS if fault.file.startswith(start))


def first(texts: list[str]) -> str:
    return texts[0].strip()[:160] if texts else ""


def killed_by(copy: Copy, fault: Fault) -> str | None:
    """What finds it; "" when it does not compile; None: it survives."""
    path = copy.folder / fault.file
    before = path.read_text()
    if fault.line:
        lines = before.split("\n")
        assert lines[fault.line - 1] == fault.old, fault
        lines[fault.line - 1] = fault.new
        after = "\n".join(lines)
    else:
        if before.count(fault.old) < 1:
            sys.exit(f"soundness: {fault.file} no longer has the code of `{fault.name}':\n{fault.old}")
        after = before.replace(fault.old, fault.new)
    since = time.time()
    path.write_text(after)
    try:
        status, out = copy.build()
        if status:
            return ""
        return (None if fault.kind == STRICT else copy.unit_tests(since)) or copy.harness_tests(fault)
    finally:
        path.write_text(before)
        copy.build()


def table(results: list[tuple[Fault, str | None]]) -> str:
    kinds = {}
    for fault, by in results:
        if by == "":
            continue
        k = kinds.setdefault(fault.kind, [0, 0, 0])
        k[0] += 1
        k[1] += by is not None
        k[2] += by is None and explanation(fault) is not None
    rows = ["| faults in | tried | killed | survived, explained | survived |", "|---|---|---|---|---|"]
    for kind, (tried, killed, explained) in kinds.items():
        rows.append(f"| {kind} | {tried} | {killed} | {explained} | {tried - killed - explained} |")
    return "\n".join(rows) + "\n"


def explanation(fault: Fault) -> str | None:
    return EXPLAINED.get((fault.file, fault.new.strip()))


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--sample", type=int, default=0, metavar="N", help="so many sampled faults")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--only", default="", metavar="TEXT", help="named faults with this in their name")
    p.add_argument("--no-named", action="store_true", help="sampled faults only")
    p.add_argument("--markdown", type=Path, metavar="FILE", help="write the table and the list there")
    o = p.parse_args()
    files = [f for d in SAMPLED for f in sorted((ROOT / d).glob("*.c")) if not f.name.endswith("_test.c")]
    faults = [] if o.no_named else [f for f in NAMED if o.only in f"{f.kind}: {f.name}"]
    faults += sampled(files, o.sample, o.seed)
    results, survivors = [], 0
    with tempfile.TemporaryDirectory(prefix="clobber-soundness-") as tmp:
        copy = Copy(Path(tmp) / "copy")
        for test in sorted({t for f in faults for t in tests_of(f)}):
            if broken := copy.harness_test(test):
                sys.exit(f"soundness: the unchanged project fails its tests: {broken}")
        for fault in faults:
            by = killed_by(copy, fault)
            results.append((fault, by))
            why = explanation(fault)
            word = "no code" if by == "" else f"killed    {by}" if by else (
                f"explained {why}" if why else "SURVIVED")
            survivors += by is None and not why
            print(f"{fault.kind}: {fault.name}\n  {word}", flush=True)
    print("\n" + table(results))
    if o.no_named or o.only:
        alarms = 0
    else:
        text, alarms = controls.measure(controls.compilers())
        print(text)
    if o.markdown:
        lines = [f"- **{f.kind}**: {f.name}: " + (f"killed by `{by}`" if by else explanation(f) or "survives")
                 for f, by in results if by != ""]
        o.markdown.write_text(table(results) + "\n" + "\n".join(lines) + "\n")
    return 1 if survivors or alarms else 0


if __name__ == "__main__":
    sys.exit(main())
