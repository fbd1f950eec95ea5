# SPDX-License-Identifier: MIT
"""Functions that break a convention in one known way, and what clobber must say of each.

Each mutant is a case of its own in a generated case file, in a group of its own, so that its cell
in the matrix is its own too. In expected texts `#` stands for hexadecimal digits.
"""
from dataclasses import dataclass
from typing import NamedTuple

BAD = 0x5EEDF00D  # what mutants write where they should not
BAD64 = 0x5EEDF00D5EEDF00D


class Finding(NamedTuple):
    check: str
    rule: str
    subject: str
    expected: str
    observed: str
    origin: str | None = None
    verdict: str = "violation"


@dataclass(frozen=True)
class Mutant:
    name: str
    width: int
    abi: str
    proto: str  # "int {}(int a)"
    side: str  # "target" or "caller"
    patch: dict[str, str]
    findings: tuple[Finding, ...] = ()  # none: allowed, must pass
    opts: tuple[str, ...] = ("O0", "O2")
    ring0: tuple[Finding, ...] = ()  # besides, where the code runs in ring 0

    @property
    def direction(self) -> str:
        return "callee" if self.side == "target" else "caller"

    @property
    def stem(self) -> str:
        return f"m{self.width}"

    @property
    def case(self) -> str:
        return f"{self.abi}/{self.stem}/{self.name}"

    def row(self, direction: str) -> str:
        return f"{self.abi}/{self.width}/{self.name}/{direction}"

    def declaration(self) -> str:
        return f"//! group {self.name}\n//! abi {self.abi}\n{self.proto.format(self.name)};\n"

    def __str__(self) -> str:
        return f"{self.width}-{self.abi}-{self.side}-{self.name}"


@dataclass(frozen=True)
class Width:
    """Names of one width, so that most mutants are written once."""
    bits: int
    abi: str  # the default convention
    rules: str  # first part of its rules' names
    r: str  # first letter of whole registers
    word: int
    saved: tuple[str, ...]
    nested: str

    def reg(self, name: str) -> str:
        return self.r + name

    @property
    def cx(self) -> str:
        return "%" + self.reg("cx")

    @property
    def sp(self) -> str:
        return self.reg("sp")

    @property
    def value(self) -> int:
        return BAD64 if self.bits == 64 else BAD

    def load_bad(self, reg: str) -> str:
        return f"\t{'movabs' if self.bits == 64 else 'movl'} ${self.value:#x}, %{reg}"

    def rule(self, name: str) -> str:
        return f"{self.rules}.{name}"


W64 = Width(64, "sysv", "sysv", "r", 8, ("rbx", "rbp", "r12", "r13", "r14", "r15"),
            "cl_nested_sysv")
W32 = Width(32, "cdecl", "i386", "e", 4, ("ebx", "ebp", "esi", "edi"), "cl_nested_cdecl")
WIDTHS = (W64, W32)


def asm(*lines: str) -> str:
    return "\n".join("\t" + line for line in lines)


# Copies an argument may have left on its way.
CLEAR = ("xor %eax, %eax", "xor %edx, %edx")

INT2 = "int {}(int a, int b)"
VOID = "void {}(void)"


# Callee: state that must be as it was ------------------------------------------------------------

def saved_finding(w: Width, reg: str, observed: str, origin: str | None = None,
                  rule: str | None = None) -> Finding:
    digits = "#"
    return Finding("callee-saved", rule or w.rule("registers.saved"), f"{reg} after the call",
                   f"preserved: 0x{digits}", observed, origin)


def saved(w: Width):
    for reg in w.saved:
        yield Mutant(f"saved_{reg}", w.bits, w.abi, INT2, "target", {"ret": w.load_bad(reg)},
                     (saved_finding(w, reg, f"{w.value:#x}"),))
    a, b = w.saved[0], w.saved[2]
    yield Mutant("saved_swapped", w.bits, w.abi, VOID, "target", {"ret": asm(f"xchg %{a}, %{b}")},
                 (saved_finding(w, a, "0x#", f"which was in {b} at the call; its own value is in "
                                f"{b}"),
                  saved_finding(w, b, "0x#", f"which was in {a} at the call; its own value is in "
                                f"{a}")))
    yield Mutant("saved_copy", w.bits, w.abi, VOID, "target", {"ret": asm(f"mov %{a}, %{b}")},
                 (saved_finding(w, b, "0x#", f"which was in {a} at the call"),))
    yield Mutant("saved_local", w.bits, w.abi, VOID, "target", {"ret": asm(f"mov cl_live, %{a}")},
                 (saved_finding(w, a, "0x#", "a local value of the function"),))
    left = asm(f"mov cl_poison_callee + {w.word}, %{a}")  # what cl_nested leaves in cx
    yield Mutant("saved_left", w.bits, w.abi, VOID, "target", {"ret": left},
                 (saved_finding(w, a, "0x#", "left behind by the function it had called"),))


def state(w: Width):
    """DF, x87, MXCSR, both at the return and at the function's own call."""
    fp = "double" if w.bits == 32 else "long double"
    sp, cx = w.sp, w.cx
    set_cw = asm("push $0x27f", f"fldcw (%{sp})", f"pop {cx}")
    set_mxcsr = asm("push $0x9f80", f"ldmxcsr (%{sp})", f"pop {cx}")

    def finding(check: str, rule: str, what: str, expected: str, observed: str,
                verdict: str = "violation") -> tuple[Finding, Finding]:
        return (Finding(check, w.rule(rule), f"{what} after the call", expected, observed, None,
                        verdict),
                Finding(check, w.rule(rule), f"{what} at the function's own call", expected,
                        observed, None, verdict))

    after, nested = finding("direction-flag", "flags.df", "direction flag", "clear", "set")
    yield Mutant("df", w.bits, w.abi, VOID, "target", {"ret": asm("std")}, (after,))
    yield Mutant("df_nested", w.bits, w.abi, VOID, "target", {"before_call": asm("std")}, (nested,))

    after, nested = finding("x87-stack", "x87.stack", "x87 registers in use", "0", "1",
                            "divergence")
    yield Mutant("x87_left", w.bits, w.abi, INT2, "target", {"ret": asm("fld1")}, (after,))
    yield Mutant("x87_nested", w.bits, w.abi, INT2, "target",
                 {"before_call": asm("fld1"), "after_call": asm("fstp %st(0)")}, (nested,))
    yield Mutant("x87_left_below", w.bits, w.abi, fp + " {}(void)", "target",
                 {"ret": asm("fld1", "fxch")},
                 (after._replace(expected="1", observed="2"),))
    missing = after._replace(rule=w.rule("return.x87"), expected="1", observed="0",
                             verdict="violation")
    yield Mutant("x87_missing", w.bits, w.abi, fp + " {}(void)", "target",
                 {"ret": asm("fstp %st(0)")}, (missing,))
    yield Mutant("x87_freed", w.bits, w.abi, fp + " {}(void)", "target",
                 {"ret": asm("ffree %st(0)")}, (missing,))

    # An instruction of MMX without emms; another register in use, or one that emms freed, is none.
    after, nested = finding("x87-mode", "mmx.emms", "mode of the x87 and mmx registers",
                            "x87 (all tags empty)", "mmx (all tags valid: no emms)")
    yield Mutant("mmx", w.bits, w.abi, INT2, "target", {"ret": asm("pxor %mm3, %mm3")}, (after,))
    yield Mutant("mmx_nested", w.bits, w.abi, VOID, "target",
                 {"before_call": asm("pxor %mm0, %mm0"), "after_call": asm("emms")}, (nested,))
    yield Mutant("mmx_emms", w.bits, w.abi, INT2, "target",
                 {"ret": asm("pxor %mm3, %mm3", "emms")})

    after, nested = finding("x87-control-word", "x87.cw", "x87 control word", "0x037f", "0x027f")
    yield Mutant("cw", w.bits, w.abi, VOID, "target", {"ret": set_cw}, (after,))
    yield Mutant("cw_nested", w.bits, w.abi, VOID, "target",
                 {"before_call": asm("fnstcw patch_save") + "\n" + set_cw,
                  "after_call": asm("fldcw patch_save")}, (nested,))

    after, nested = finding("mxcsr", "mxcsr", "mxcsr", "0x00001f80", "0x00009f80")
    yield Mutant("mxcsr", w.bits, w.abi, VOID, "target", {"ret": set_mxcsr}, (after,))
    yield Mutant("mxcsr_nested", w.bits, w.abi, VOID, "target",
                 {"before_call": asm("stmxcsr patch_save") + "\n" + set_mxcsr,
                  "after_call": asm("ldmxcsr patch_save")}, (nested,))
    # Status bits are nobody's: these must pass.
    yield Mutant("mxcsr_status", w.bits, w.abi, VOID, "target",
                 {"ret": asm("stmxcsr patch_save", "orl $0x3f, patch_save", "ldmxcsr patch_save")})
    yield Mutant("x87_status", w.bits, w.abi, VOID, "target",
                 {"ret": asm("fldz", "fldz", "fdivp", "fstp %st(0)")})
    # Alignment checking is a user flag the documents do not mention: it must harm no neighbour. In
    # ring 0 it is the permission to touch user memory, and kept.
    ac = "flags IF (0x200), IOPL (0x3000), NT (0x4000) and AC (0x40000) after the call"
    yield Mutant("flags_status", w.bits, w.abi, VOID, "target",
                 {"ret": asm("push $0x8d7", "popfq" if w.bits == 64 else "popf")},
                 ring0=(Finding("system-flags", "system.flags", ac, "0x#", "0x#"),))
    yield Mutant("flag_ac", w.bits, w.abi, VOID, "target",
                 {"ret": asm("pushf", f"orl $0x40000, (%{sp})", "popf")},
                 ring0=(Finding("system-flags", "system.flags", ac, "0x#", "0x#"),))


# Callee: stack --------------------------------------------------------------------------------

def pop_finding(rule: str, expected: int, observed: int) -> Finding:
    return Finding("stack-pointer", rule, "stack pointer after the call",
                   f"{expected} bytes popped", f"{observed} bytes popped")


def stack(w: Width):
    word, sp, cx = w.word, w.sp, w.cx
    int4 = "int {}(int a, int b, int c, int d)"
    area = 16 if w.bits == 32 else 0

    yield Mutant("pop_one", w.bits, w.abi, INT2, "target", {"ret_is": asm(f"ret ${word}")},
                 (pop_finding(w.rule("registers.sp"), 0, word),))
    yield Mutant("pop_less", w.bits, w.abi, INT2, "target",
                 {"ret_is": asm(f"pop {cx}", f"push {cx}", f"jmp *{cx}")},
                 (pop_finding(w.rule("registers.sp"), 0, -word),))

    def frame(at: int, observed: str, origin: str | None = None) -> tuple[Finding, ...]:
        return (Finding("caller-frame", w.rule("stack.frame"), f"the caller's frame at {sp}+{at}",
                        "untouched: 0x#", observed, origin),)

    # At the return the argument area begins one word above the stack pointer.
    yield Mutant("frame", w.bits, w.abi, int4, "target",
                 {"ret": asm(f"movl ${BAD:#x}, {word + area}(%{sp})")},
                 frame(area, f"0x#{BAD:08x}" if w.bits == 64 else f"{BAD:#x}"))
    yield Mutant("frame_copy", w.bits, w.abi, int4, "target",
                 {"ret": asm(f"mov %{w.saved[0]}, {word + area + 64}(%{sp})")},
                 frame(area + 64, "0x#", f"which was in {w.saved[0]} at the call"))
    if w.bits == 32:
        yield Mutant("frame_second", 32, w.abi, INT2, "target",
                     {"ret": asm(f"movl ${BAD:#x}, 12(%esp)")}, frame(8, f"{BAD:#x}"))
        yield Mutant("own_arguments", 32, w.abi, INT2, "target",
                     {"ret": asm(f"movl ${BAD:#x}, 4(%esp)", f"movl ${BAD:#x}, 8(%esp)")})
    yield Mutant("below_sp", w.bits, w.abi, INT2, "target",
                 {"ret": asm(f"movl ${BAD:#x}, -{word}(%{sp})", f"movl ${BAD:#x}, -128(%{sp})")})

    def align(by: int) -> tuple[Finding, ...]:
        return (Finding("alignment", w.rule("stack.align"),
                        "stack pointer at the function's own call", "a multiple of 16",
                        f"{16 - by} more than a multiple of 16"),)

    for by in (8, 4):
        yield Mutant(f"nested_align_{by}", w.bits, w.abi, INT2, "target",
                     {"before_call": asm(f"sub ${by}, %{sp}"),
                      "after_call": asm(f"add ${by}, %{sp}")}, align(by))


def nested(w: Width):
    entered = Finding("entered", w.rule("call"), "the target's own call", "reached once",
                      "reached 0 times")
    yield Mutant("nested_never", w.bits, w.abi, INT2, "target", {"call_is": asm("nop")},
                 (entered,))
    yield Mutant("nested_twice", w.bits, w.abi, INT2, "target",
                 {"call_is": asm(f"call {w.nested}", f"call {w.nested}")},
                 (entered._replace(observed="reached 2 times"),))
    left = asm(f"mov cl_poison_callee + {w.word}, {w.cx}", f"mov {w.cx}, cl_back")
    yield Mutant("locals", w.bits, w.abi, VOID, "target", {"ret": left},
                 (Finding("locals", w.rule("registers.caller"), "local value 0, kept across a call",
                          "0x#", "0x#", "left behind by the function it had called"),))


# Callee: arguments and return value ------------------------------------------------------------

def argument(name: str, rule: str, place: str, observed: str, origin: str | None = None,
             ctype: str = "int") -> Finding:
    return Finding("argument", rule, f"argument {name} ({ctype})", f"in {place}: 0x#", observed,
                   origin)


def was(place: str) -> str:
    return f"which was in {place} at the call"


def arguments64():
    rule = "sysv.args.integer"
    yield Mutant("arg_lost", 64, "sysv", INT2, "target", {"entry": asm(f"movl ${BAD:#x}, %edi")},
                 (argument("a", rule, "edi", f"{BAD:#x}"),))
    yield Mutant("arg_swapped", 64, "sysv", INT2, "target", {"entry": asm("xchg %rdi, %rsi")},
                 (argument("a", rule, "edi", "0x#", was("esi")),
                  argument("b", rule, "esi", "0x#", was("edi"))))
    yield Mutant("arg_unrelated", 64, "sysv", "int {}(long a)", "target",
                 {"entry": asm("mov %r12, %rdi")},
                 (argument("a", rule, "rdi", "0x#", was("r12"), "long"),))
    yield Mutant("arg_sse_swapped", 64, "sysv", "int {}(double a, double b)", "target",
                 {"entry": asm("movaps %xmm0, %xmm15", "movaps %xmm1, %xmm0",
                               "movaps %xmm15, %xmm1")},
                 (argument("a", "sysv.args.sse", "xmm0", "0x#", was("xmm1"), "double"),
                  argument("b", "sysv.args.sse", "xmm1", "0x#", was("xmm0"), "double")))
    yield Mutant("arg_slot", 64, "sysv", "int {}(int a, int b, int c, int d, int e, int f, long g,"
                 " long h)", "target", {"entry": asm("mov 16(%rsp), %rax", "mov %rax, 8(%rsp)")},
                 (argument("g", "sysv.args.stack", "rsp+0", "0x#", was("rsp+8"), "long"),))
    yield Mutant("arg_int128", 64, "sysv", "int {}(__int128 a)", "target",
                 {"entry": asm("xchg %rdi, %rsi")},
                 (argument("a", "sysv.args.int128", "rsi:rdi", "0x#", was("rsi"), "__int128"),))
    yield Mutant("arg_al", 64, "sysv", "//! varargs double\nint {}(int n, ...)", "target",
                 {"entry": asm("xorl %eax, %eax")},  # the register save area is not filled
                 (Finding("argument", "sysv.args.sse", "variadic argument 2 (double)",
                          "in xmm0: 0x#", "0x#"),))
    ms = "ms.args"
    yield Mutant("ms_swapped", 64, "ms", INT2, "target", {"entry": asm("xchg %rcx, %rdx")},
                 (argument("a", ms, "ecx", "0x#", was("edx")),
                  argument("b", ms, "edx", "0x#", was("ecx"))))
    yield Mutant("ms_slot", 64, "ms", "int {}(int a, int b, int c, int d, int e, int f)", "target",
                 {"entry": asm("mov 48(%rsp), %rax", "mov %rax, 40(%rsp)")},
                 (argument("e", "ms.args.stack", "rsp+32", "0x#", was("rsp+40")),))
    yield Mutant("ms_reference", 64, "ms", "int {}(long double a)", "target",
                 {"entry": asm("notb (%rcx)")},
                 (Finding("argument", "ms.args.reference", "argument a (long double)",
                          "by pointer in rcx: 0x#", "0x#"),))
    yield Mutant("ms_sysv_order", 64, "ms", INT2, "target",
                 {"entry": asm("mov %rdi, %rcx", "mov %rsi, %rdx")},
                 (argument("a", ms, "ecx", "0x#", was("edi")),
                  argument("b", ms, "edx", "0x#", was("esi"))))


def arguments32():
    stack_rule = "i386.args.stack"
    yield Mutant("arg_lost", 32, "cdecl", INT2, "target",
                 {"entry": asm(f"movl ${BAD:#x}, 4(%esp)")},
                 (argument("a", stack_rule, "esp+0", f"{BAD:#x}"),))
    yield Mutant("arg_slot", 32, "cdecl", INT2, "target",
                 {"entry": asm("mov 8(%esp), %ecx", "mov %ecx, 4(%esp)")},
                 (argument("a", stack_rule, "esp+0", "0x#", was("esp+4")),))
    yield Mutant("arg_register", 32, "cdecl", INT2, "target", {"entry": asm("mov %edx, 8(%esp)")},
                 (argument("b", stack_rule, "esp+4", "0x#", was("edx")),))
    yield Mutant("arg_double", 32, "cdecl", "int {}(double a, double b)", "target",
                 {"entry": asm("mov 12(%esp), %ecx", "mov %ecx, 4(%esp)",
                               "mov 16(%esp), %ecx", "mov %ecx, 8(%esp)")},
                 (argument("a", stack_rule, "esp+0", "0x#", was("esp+8"), "double"),))
    for abi, first, second in (("fastcall", "ecx", "edx"), ("regparm2", "eax", "edx"),
                               ("regparm3", "eax", "edx")):
        rule = "gcc.fastcall.args" if abi == "fastcall" else "gcc.regparm.args"
        yield Mutant(f"{abi}_swapped", 32, abi, INT2, "target",
                     {"entry": asm(f"xchg %{first}, %{second}")},
                     (argument("a", rule, first, "0x#", was(second)),
                      argument("b", rule, second, "0x#", was(first))))
        yield Mutant(f"{abi}_on_stack", 32, abi, "int {}(int a)", "target",
                     {"entry": asm(f"mov 4(%esp), %{first}")},
                     (argument("a", rule, first, "0x#", was("esp+0")),))
    yield Mutant("thiscall_lost", 32, "thiscall", INT2, "target",
                 {"entry": asm("mov 4(%esp), %ecx")},
                 (argument("a", "gcc.thiscall.args", "ecx", "0x#", was("esp+0")),))


def pops32():
    for abi, proto, pops in (("stdcall", INT2, 8), ("fastcall", "int {}(int a, int b, int c)", 4),
                             ("thiscall", INT2, 4)):
        rule = f"gcc.{abi}.pop"
        yield Mutant(f"{abi}_drops_pop", 32, abi, proto, "target", {"ret_is": asm("ret")},
                     (pop_finding(rule, pops, 0),))
        yield Mutant(f"{abi}_pops_more", 32, abi, proto, "target",
                     {"ret_is": asm(f"ret ${pops + 4}")}, (pop_finding(rule, pops, pops + 4),))
    yield Mutant("regparm3_pops", 32, "regparm3", INT2, "target", {"ret_is": asm("ret $8")},
                 (pop_finding("i386.registers.sp", 0, 8),))
    yield Mutant("regparm0_pops", 32, "regparm0", INT2, "target", {"ret_is": asm("ret $8")},
                 (pop_finding("i386.registers.sp", 0, 8),))
    for abi in ("fastcall", "stdcall", "thiscall", "regparm3", "regparm0"):
        yield Mutant(f"{abi}_saved", 32, abi, INT2, "target", {"ret": W32.load_bad("esi")},
                     (saved_finding(W32, "esi", f"{BAD:#x}"),))


def upper(w: Width):
    """Functions that widen a value from the whole register or slot it came in."""
    source = "%edi" if w.bits == 64 else "4(%esp)"
    extended = "extended by its reader: 0x#"
    dirty = "it relied on the dirty bits above the value"
    yield Mutant("upper", w.bits, w.abi, "void {}(signed char a)", "target",
                 {"entry": asm(f"mov {source}, %ecx", "mov %ecx, patch_save"),
                  "ret": asm("mov patch_save, %ecx", "mov %ecx, cl_wide_int")},
                 (Finding("upper-bits", w.rule("upper"),
                          "argument a (signed char), widened by the callee", extended, "0x#",
                          dirty, "divergence" if w.bits == 32 else "violation"),))
    rule = "i386.return.subint" if w.bits == 32 else w.rule("upper")
    yield Mutant("upper_return", w.bits, w.abi, "signed char {}(void)", "caller",
                 {"after_call": asm("mov %eax, patch_save"),
                  "ret": asm("mov patch_save, %ecx", "mov %ecx, cl_wide_int_ret")},
                 (Finding("upper-bits", rule, "return value (signed char), widened by the caller",
                          extended, "0x#", dirty, "violation"),))
    if w.bits == 64:
        yield Mutant("upper_int", 64, "sysv", "void {}(int a)", "target",
                     {"entry": asm("mov %rdi, patch_save"),
                      "ret": asm("mov patch_save, %rcx", "mov %rcx, cl_wide")},
                     (Finding("upper-bits", "sysv.upper", "argument a (int), widened by the callee",
                              extended, "0x#", dirty, "violation"),))


def returned(place: str, rule: str, observed: str, origin: str | None = None,
             ctype: str = "int") -> Finding:
    return Finding("return", rule, f"return value ({ctype})", f"in {place}: 0x#", observed, origin)


def returns(w: Width):
    rule = w.rule("return.integer")
    bad = f"movl ${BAD:#x}, %eax"
    yield Mutant("return_lost", w.bits, w.abi, "int {}(void)", "target", {"ret": asm(bad)},
                 (returned("eax", rule, f"{BAD:#x}"),))
    yield Mutant("return_elsewhere", w.bits, w.abi, "int {}(void)", "target",
                 {"ret": asm("mov %eax, %edx", bad)},
                 (returned("eax", rule, f"{BAD:#x}", "the expected value is in edx"),))
    yield Mutant("return_dirty", w.bits, w.abi, "signed char {}(void)", "target",
                 {"ret": asm("xor $0x5eedf000, %eax")})  # upper bits are undefined: must pass
    if w.bits == 64:
        yield Mutant("return_xmm1", 64, "sysv", "double {}(void)", "target",
                     {"ret": asm("movaps %xmm0, %xmm1", "xorps %xmm0, %xmm0", "xor %eax, %eax")},
                     (returned("xmm0", "sysv.return.sse", "0x0000000000000000",
                               "the expected value is in xmm1", "double"),))
        yield Mutant("return_int128_high", 64, "sysv", "__int128 {}(void)", "target",
                     {"ret": W64.load_bad("rdx")},
                     (returned("rdx", rule, f"{BAD64:#x}", None, "__int128"),))
        yield Mutant("return_int128_swapped", 64, "sysv", "__int128 {}(void)", "target",
                     {"ret": asm("xchg %rax, %rdx")},
                     tuple(returned(half, rule, "0x#", f"the expected value is in {other}",
                                    "__int128")
                           for half, other in (("rax", "rdx"), ("rdx", "rax"))))
        yield Mutant("return_ms", 64, "ms", "int {}(void)", "target",
                     {"ret": asm("mov %eax, %edx", bad)},
                     (returned("eax", "ms.return.integer", f"{BAD:#x}",
                               "the expected value is in edx"),))
    else:
        yield Mutant("return_st0", 32, "cdecl", "double {}(void)", "target",
                     {"ret": asm("fstp %st(0)", "fldz")},
                     (returned("st0", "i386.return.x87", "0x00000000000000000000", None,
                               "double"),))
        yield Mutant("return_xmm0", 32, "cdecl", "float {}(void)", "target",
                     {"ret": asm("fstps patch_save", "movss patch_save, %xmm0", "fld1")},
                     (returned("st0", "i386.return.x87", "0x3fff8000000000000000",
                               "the expected value is in xmm0", "float"),))
        yield Mutant("return_llong_high", 32, "cdecl", "long long {}(void)", "target",
                     {"ret": W32.load_bad("edx")},
                     (returned("edx", "i386.return.longlong", f"{BAD:#x}", None,
                               "long long"),))
        yield Mutant("return_llong_swapped", 32, "cdecl", "long long {}(void)", "target",
                     {"ret": asm("xchg %eax, %edx")},
                     tuple(returned(half, "i386.return.longlong", "0x#",
                                    f"the expected value is in {other}", "long long")
                           for half, other in (("eax", "edx"), ("edx", "eax"))))


def ms_state():
    ms = "ms.registers.saved"
    for reg in ("rdi", "rsi"):
        yield Mutant(f"ms_saved_{reg}", 64, "ms", VOID, "target", {"ret": W64.load_bad(reg)},
                     (saved_finding(W64, reg, f"{BAD64:#x}", None, ms),))
    for i in range(6, 16):
        yield Mutant(f"ms_saved_xmm{i}", 64, "ms", VOID, "target",
                     {"ret": asm(f"pcmpeqd %xmm{i}, %xmm{i}")},
                     (saved_finding(W64, f"xmm{i}", "0x" + "f" * 32, None, ms),))
    yield Mutant("ms_saved_xmm_high", 64, "ms", VOID, "target",
                 {"ret": asm("xorps %xmm0, %xmm0", "movlhps %xmm0, %xmm6")},
                 (saved_finding(W64, "xmm6", "0x" + "0" * 16, None, ms),))
    yield Mutant("ms_volatile_xmm5", 64, "ms", VOID, "target",
                 {"ret": asm("pcmpeqd %xmm5, %xmm5", "xor %r11d, %r11d")})
    yield Mutant("ms_home", 64, "ms", VOID, "target",
                 {"ret": asm(f"movl ${BAD:#x}, 8(%rsp)", f"movl ${BAD:#x}, 36(%rsp)")})
    yield Mutant("ms_frame", 64, "ms", VOID, "target",
                 {"ret": asm(f"movl ${BAD:#x}, 40(%rsp)")},
                 (Finding("caller-frame", "ms.stack.frame", "the caller's frame at rsp+32",
                          "untouched: 0x#", f"0x#{BAD:08x}"),))
    yield Mutant("ms_df", 64, "ms", VOID, "target", {"ret": asm("std")},
                 (Finding("direction-flag", "ms.flags.df.exit", "direction flag after the call",
                          "clear", "set"),))
    entry = Finding("direction-flag", "ms.flags.df.entry",
                    "direction flag at the function's own call", "clear", "set", None, "divergence")
    yield Mutant("ms_df_nested", 64, "ms", VOID, "target", {"before_call": asm("std")}, (entry,))
    yield Mutant("ms_call_df", 64, "ms", VOID, "caller", {"before_call": asm("std")},
                 (entry._replace(subject="direction flag at the call"),))
    yield Mutant("ms_pop", 64, "ms", VOID, "target", {"ret_is": asm("ret $8")},
                 (pop_finding("ms.registers.sp", 0, 8),))
    yield Mutant("ms_mxcsr", 64, "ms", VOID, "target",
                 {"ret": asm("push $0x9f80", "ldmxcsr (%rsp)", "pop %rcx")},
                 (Finding("mxcsr", "ms.mxcsr", "mxcsr after the call", "0x00001f80",
                          "0x00009f80"),))
    yield Mutant("ms_align", 64, "ms", VOID, "target",
                 {"before_call": asm("sub $8, %rsp"), "after_call": asm("add $8, %rsp")},
                 (Finding("alignment", "ms.stack.align", "stack pointer at the function's own call",
                          "a multiple of 16", "8 more than a multiple of 16"),))


# Faults -------------------------------------------------------------------------------------------

SEGV = "memory access violation (SIGSEGV)"
ILL = "illegal instruction (SIGILL)"
FPE = "arithmetic trap (SIGFPE)"
TRAP = "breakpoint or single step (SIGTRAP)"
BUS = "bus error (SIGBUS)"
SYS = "system call (SIGSYS)"
LOOP = "endless loop: stopped by the watchdog"


def faults(w: Width):
    wide = w.bits == 64
    system = ("mov $39, %eax", "syscall") if wide else ("mov $20, %eax", "int $0x80")
    # write(-1, ...): harmless where a kernel without seccomp lets it through
    write = ("mov $1, %eax", "mov $-1, %edi", "syscall") if wide else (
        "mov $4, %eax", "mov $-1, %ebx", "int $0x80")
    here, nowhere = f"at 0x# (target_{w.abi}_m{w.bits}_{{}}+0x#)", "at 0x#"
    kinds = {
        "ud2": ("ret", ("ud2",), ILL, here),
        "ud2_entry": ("entry", ("ud2",), ILL, here),
        "null": ("ret", ("movl $1, 0",), SEGV, here),
        "wild_jump": ("ret", ("mov $16, %eax", f"jmp *%{w.reg('ax')}"), SEGV, nowhere),
        "null_call": ("ret", ("xor %eax, %eax", f"call *%{w.reg('ax')}"), SEGV, None),
        "smashed": ("ret", (f"movl $0xdead, (%{w.sp})",) + (("movl $0, 4(%rsp)",) if wide else ()),
                    SEGV, nowhere),
        "loop": ("ret", ("jmp .",), LOOP, here),
        "int3": ("ret", ("int3",), TRAP, here),
        "div0": ("ret", ("xor %ecx, %ecx", "div %ecx"), FPE, here),
        "hlt": ("ret", ("hlt",), SEGV, here),
        "no_stack": ("ret", (f"xor %{w.r}sp, %{w.r}sp",), SEGV, here),
        "overflow": ("ret", ("push %rax" if wide else "push %eax", "jmp .-1"), SEGV, here),
        "trap_flag": ("ret", ("pushf", f"orl $0x100, (%{w.sp})", "popf", "nop"), TRAP, here),
        "syscall": ("ret", system, SYS, here),
        "write": ("ret", write, SYS, here),
        "int80": ("ret", ("mov $1, %eax", "int $0x80"), SYS, here),
    }
    for name, (place, code, observed, origin) in kinds.items():
        name = "fault_" + name
        yield Mutant(name, w.bits, w.abi, INT2, "target", {place: asm(*code)},
                     (Finding("fault", w.rule("call"), "the call", "returns", observed,
                              origin.format(name) if origin else None,
                              "timeout" if observed == LOOP else "crash"),))
    yield Mutant("fault_caller", w.bits, w.abi, INT2, "caller", {"before_call": asm("ud2")},
                 (Finding("fault", w.rule("call"), "the call", "returns", ILL,
                          f"at 0x# (caller_{w.abi}_m{w.bits}_fault_caller+0x#)", "crash"),))
    yield Mutant("fault_caller_loop", w.bits, w.abi, INT2, "caller", {"after_call": asm("jmp .")},
                 (Finding("fault", w.rule("call"), "the call", "returns", LOOP,
                          f"at 0x# (caller_{w.abi}_m{w.bits}_fault_caller_loop+0x#)", "timeout"),))


# Caller -------------------------------------------------------------------------------------------

def callers(w: Width):
    sp = w.sp
    bad_ax = asm(f"movl ${BAD:#x}, %eax")

    def at_call(check: str, rule: str, what: str, expected: str, observed: str,
                verdict: str = "violation") -> tuple[Finding, ...]:
        return (Finding(check, w.rule(rule), f"{what} at the call", expected, observed, None,
                        verdict),)

    yield Mutant("call_df", w.bits, w.abi, VOID, "caller", {"before_call": asm("std")},
                 at_call("direction-flag", "flags.df", "direction flag", "clear", "set"))
    yield Mutant("call_x87", w.bits, w.abi, VOID, "caller",
                 {"before_call": asm("fld1"), "after_call": asm("fstp %st(0)")},
                 at_call("x87-stack", "x87.stack", "x87 registers in use", "0", "1", "divergence"))
    yield Mutant("call_cw", w.bits, w.abi, VOID, "caller",
                 {"before_call": asm("fnstcw patch_save", "push $0x27f", f"fldcw (%{sp})",
                                     f"add ${w.word}, %{sp}"),
                  "after_call": asm("fldcw patch_save")},
                 at_call("x87-control-word", "x87.cw", "x87 control word", "0x037f", "0x027f"))
    yield Mutant("call_mxcsr", w.bits, w.abi, VOID, "caller",
                 {"before_call": asm("stmxcsr patch_save", "push $0x9f80", f"ldmxcsr (%{sp})",
                                     f"add ${w.word}, %{sp}"),
                  "after_call": asm("ldmxcsr patch_save")},
                 at_call("mxcsr", "mxcsr", "mxcsr", "0x00001f80", "0x00009f80"))
    for by in (8, 4):
        yield Mutant(f"call_align_{by}", w.bits, w.abi, VOID, "caller",
                     {"before_call": asm(f"sub ${by}, %{sp}"),
                      "after_call": asm(f"add ${by}, %{sp}")},
                     at_call("alignment", "stack.align", "stack pointer", "a multiple of 16",
                             f"{16 - by} more than a multiple of 16"))
    entered = Finding("entered", w.rule("call"), "the probe", "reached once", "reached 0 times")
    yield Mutant("call_never", w.bits, w.abi, VOID, "caller", {"call_is": asm("nop")}, (entered,))
    probe = f"call probe_{w.abi}_m{w.bits}_call_twice"
    yield Mutant("call_twice", w.bits, w.abi, VOID, "caller", {"call_is": asm(probe, probe)},
                 (entered._replace(observed="reached 2 times"),))
    rule = w.rule("return.integer")
    yield Mutant("call_misread", w.bits, w.abi, "int {}(void)", "caller",
                 {"after_call": asm("mov %edx, %eax")},
                 (Finding("return", rule, "return value (int)", "in eax: 0x#", "0x#",
                          "which is edx"),))
    yield Mutant("call_lost", w.bits, w.abi, "int {}(void)", "caller", {"after_call": bad_ax},
                 (Finding("return", rule, "return value (int)", "in eax: 0x#", f"{BAD:#x}"),))
    a = w.saved[0]
    # At -O2 a local lives in the first saved register; the probe leaves poison in cx.
    yield Mutant("call_locals", w.bits, w.abi, VOID, "caller",
                 {"after_call": asm(f"mov {w.cx}, %{a}")},
                 (Finding("locals", w.rule("registers.caller"),
                          "local value #, kept across a call", "0x#", "0x#",
                          "left behind by the function it had called"),), opts=("O2",))
    yield Mutant("call_saved", w.bits, w.abi, VOID, "caller", {"ret": w.load_bad(a)},
                 (saved_finding(w, a, f"{w.value:#x}"),))
    yield Mutant("call_pop", w.bits, w.abi, VOID, "caller", {"ret_is": asm(f"ret ${w.word}")},
                 (pop_finding(w.rule("registers.sp"), 0, w.word),))
    yield Mutant("call_frame", w.bits, w.abi, VOID, "caller",
                 {"ret": asm(f"mov %{a}, {w.word}(%{sp})")},
                 (Finding("caller-frame", w.rule("stack.frame"), f"the caller's frame at {sp}+0",
                          "untouched: 0x#", "0x#", f"which was in {a} at the call"),))
    yield Mutant("call_df_after", w.bits, w.abi, VOID, "caller", {"ret": asm("std")},
                 (Finding("direction-flag", w.rule("flags.df"), "direction flag after the call",
                          "clear", "set"),))


def found(place: str) -> str:
    return f"the expected value is in {place}"


def callers64():
    rule = "sysv.args.integer"
    yield Mutant("put_wrong", 64, "sysv", INT2, "caller",
                 {"before_call": asm(f"movl ${BAD:#x}, %esi", *CLEAR)},
                 (argument("b", rule, "esi", f"{BAD:#x}"),))
    yield Mutant("put_swapped", 64, "sysv", INT2, "caller",
                 {"before_call": asm("xchg %rdi, %rsi", *CLEAR)},
                 (argument("a", rule, "edi", "0x#", found("esi")),
                  argument("b", rule, "esi", "0x#", found("edi"))))
    yield Mutant("put_same", 64, "sysv", INT2, "caller",
                 {"before_call": asm("mov %rdi, %rsi", *CLEAR)},
                 (argument("b", rule, "esi", "0x#", "which is the value of argument a (int)"),))
    yield Mutant("put_stack", 64, "sysv", "int {}(int a, int b, int c, int d, int e, int f, long g,"
                 " long h)", "caller",
                 {"before_call": asm("xor %eax, %eax", "xor %r10d, %r10d", "mov %rax, 8(%rsp)")},
                 (argument("h", "sysv.args.stack", "rsp+8", "0x0000000000000000", None, "long"),))
    yield Mutant("put_sse", 64, "sysv", "int {}(double a)", "caller",
                 {"before_call": asm("movaps %xmm0, %xmm3", "xorps %xmm0, %xmm0", *CLEAR)},
                 (argument("a", "sysv.args.sse", "xmm0", "0x0000000000000000", found("xmm3"),
                           "double"),))
    for name, value in (("al_0", 0), ("al_9", 9), ("al_255", 255)):
        yield Mutant(name, 64, "sysv", "//! varargs double\nint {}(int n, ...)", "caller",
                     {"before_call": asm(f"mov ${value}, %al")},
                     (Finding("varargs-al", "sysv.varargs.al", "al at the variadic call",
                              "at least 1, at most 8", str(value)),))
    yield Mutant("al_8", 64, "sysv", "//! varargs double\nint {}(int n, ...)", "caller",
                 {"before_call": asm("mov $8, %al")})  # an upper bound may be high: must pass
    ms = "ms.args"
    yield Mutant("ms_put_swapped", 64, "ms", INT2, "caller",
                 {"before_call": asm("xchg %rcx, %rdx")},
                 (argument("a", ms, "ecx", "0x#", found("edx")),
                  argument("b", ms, "edx", "0x#", found("ecx"))))
    yield Mutant("ms_varargs_twin", 64, "ms", "//! varargs double\nint {}(int n, ...)", "caller",
                 {"before_call": asm("xorps %xmm0, %xmm0", *CLEAR)},
                 (Finding("varargs-copy", "ms.varargs", "variadic argument 2 (double)",
                          "in rdx and xmm1: 0x#", "0x0000000000000000", found("xmm1")),))
    reference = Finding("reference", "ms.args.reference", "argument a (long double)",
                        "pointer into the caller's frame, 16-byte aligned", "0x#")
    yield Mutant("ms_reference_align", 64, "ms", "void {}(long double a)", "caller",
                 {"before_call": asm("add $8, %rcx")},
                 (reference._replace(rule="ms.args.reference.alignment", verdict="divergence"),))
    yield Mutant("ms_struct_align", 64, "ms", "struct {0} {{ int a[3]; }}; void {0}(struct {0} a)",
                 "caller", {"before_call": asm("add $8, %rcx")},
                 (Finding("reference", "ms.args.reference.aligned", "argument a (struct ms_struct_align)",
                          "pointer into the caller's frame, 16-byte aligned", "0x#"),))
    yield Mutant("ms_reference_null", 64, "ms", "void {}(long double a)", "caller",
                 {"before_call": asm("xor %ecx, %ecx")},
                 (reference._replace(observed="0x0000000000000000"),))
    yield Mutant("ms_reference_value", 64, "ms", "void {}(long double a)", "caller",
                 {"before_call": asm("notb (%rcx)")},
                 (Finding("argument", "ms.args.reference", "argument a (long double)",
                          "by pointer in rcx: 0x#", "0x#"),))
    yield Mutant("ms_call_align", 64, "ms", VOID, "caller",
                 {"before_call": asm("sub $8, %rsp"), "after_call": asm("add $8, %rsp")},
                 (Finding("alignment", "ms.stack.align", "stack pointer at the call",
                          "a multiple of 16", "8 more than a multiple of 16"),))


def callers32():
    stack_rule = "i386.args.stack"
    yield Mutant("put_wrong", 32, "cdecl", INT2, "caller",
                 {"before_call": asm(f"movl ${BAD:#x}, (%esp)", *CLEAR)},
                 (argument("a", stack_rule, "esp+0", f"{BAD:#x}"),))
    yield Mutant("put_swapped", 32, "cdecl", INT2, "caller",
                 {"before_call": asm("mov (%esp), %ecx", "xchg 4(%esp), %ecx",
                                     "mov %ecx, (%esp)", "xor %ecx, %ecx", *CLEAR)},
                 (argument("a", stack_rule, "esp+0", "0x#", found("esp+4")),
                  argument("b", stack_rule, "esp+4", "0x#", found("esp+0"))))
    for abi, first, second, rule in (("fastcall", "ecx", "edx", "gcc.fastcall.args"),
                                     ("regparm3", "eax", "edx", "gcc.regparm.args")):
        yield Mutant(f"{abi}_put_swapped", 32, abi, INT2, "caller",
                     {"before_call": asm(f"xchg %{first}, %{second}")},
                     (argument("a", rule, first, "0x#", found(second)),
                      argument("b", rule, second, "0x#", found(first))))


def every() -> list[Mutant]:
    out: list[Mutant] = []
    for w in WIDTHS:
        for family in (saved, state, stack, nested, upper, returns, faults, callers):
            out += family(w)
    for family in (arguments64, ms_state, callers64, arguments32, pops32, callers32):
        out += family()
    return out


MUTANTS = every()
