# SPDX-License-Identifier: MIT
"""The functions of Linux 6.1 that test_real.py checks, and how each is broken on purpose."""
from pathlib import Path
from typing import NamedTuple

import elf
import objmutate

KEPT = {64: ("bx", "r12", "r13", "r14", "r15", "bp"), 32: ("bx", "si", "di", "bp")}
ALL = {64: ("cx", "dx", "si", "di", "r8", "r9", "r10", "r11", "bx", "bp", "r12", "r13", "r14",
            "r15", "ax"),
       32: ("cx", "dx", "si", "di", "bx", "bp", "ax")}


class Target(NamedTuple):
    file: str  # of kernel.tree.FILES
    name: str
    tails: tuple[str, ...] = ()  # symbols that it jumps to, in the same section
    lost: tuple[str, ...] | None = None  # `keeps all but` these; None: as the convention says
    without: tuple[tuple[str, str], ...] = ()  # instruction left out, what is said then

    def kept(self, width: int) -> list[str]:
        return [r for r in (KEPT if self.lost is None else ALL)[width] if r not in
                (self.lost or ())]


class Mutant(NamedTuple):
    operation: str
    argument: str | None
    says: tuple[str, ...]  # each in a finding of its own: check, place, what was expected


def thunks(width: int) -> list[Target]:
    names = objmutate.NAMES_64 if width == 64 else objmutate.NAMES_32
    return [Target("lib/retpoline", "__x86_indirect_thunk_" + n, lost=())
            for n in names.values()]


TARGETS = {
    64: [
        Target("kvm/vmx/vmenter", "vmread_error_trampoline", lost=(), without=(
            ("movq $0x0,0x18(%rbp)", "stack-slot: stack word 2 (rsp+16 at entry): expected "
             "0x0000000000000000"),
            ("mov 0x10(%rbp),%rdi", "argument: argument field (unsigned long) of "
             "vmread_error: expected in rdi:"),
            ("mov 0x18(%rbp),%rsi", "argument: argument fault (_Bool) of vmread_error: "
             "expected in sil:"))),
        Target("kvm/vmx/vmenter", "__vmx_vcpu_run"),
        Target("kvm/vmx/vmenter", "vmx_do_interrupt_nmi_irqoff"),
        Target("lib/hweight", "__sw_hweight32", lost=("ax",)),
        Target("lib/hweight", "__sw_hweight64", lost=("ax",)),
        Target("lib/getuser", "__get_user_4", ("bad_get_user",), lost=("ax", "dx"), without=(
            ("xor %eax,%eax", "output: rax"),)),
        Target("lib/putuser", "__put_user_4", lost=("cx", "bx"), without=(
            ("xor %ecx,%ecx", "output: rcx"),)),
        Target("entry/thunk_64", "preempt_schedule_thunk", ("__thunk_restore",), lost=()),
        Target("lib/memcpy_64", "__memcpy", ("memcpy_orig",)),
        Target("lib/memset_64", "__memset", ("memset_orig",)),
        Target("lib/memmove_64", "__memmove"),
        Target("lib/copy_page_64", "copy_page", ("copy_page_regs",)),
        Target("lib/clear_page_64", "clear_page_orig"),
        *thunks(64),
        Target("crypto/twofish-x86_64-asm_64", "twofish_enc_blk"),
        Target("crypto/sha256-ssse3-asm", "sha256_transform_ssse3"),
        Target("crypto/des3_ede-asm_64", "des3_ede_x86_64_crypt_blk"),
        Target("crypto/blake2s-core", "blake2s_compress_ssse3"),
        Target("crypto/chacha-ssse3-x86_64", "chacha_block_xor_ssse3"),
    ],
    32: [
        Target("kvm/vmx/vmenter", "vmread_error_trampoline", lost=(), without=(
            ("movl $0x0,0xc(%ebp)", "stack-slot: stack word 2 (esp+8 at entry): expected "
             "0x00000000"),
            ("mov 0x8(%ebp),%eax", "argument: argument field (unsigned long) of "
             "vmread_error: expected in eax:"),
            ("mov 0xc(%ebp),%edx", "argument: argument fault (_Bool) of vmread_error: "
             "expected in dl:"))),
        Target("kvm/vmx/vmenter", "__vmx_vcpu_run"),
        Target("kvm/vmx/vmenter", "vmx_do_interrupt_nmi_irqoff"),
        Target("lib/hweight", "__sw_hweight32", lost=("ax",)),
        Target("lib/hweight", "__sw_hweight64", lost=("ax",)),
        Target("lib/getuser", "__get_user_4", ("bad_get_user",), lost=("ax", "dx")),
        Target("lib/putuser", "__put_user_4", lost=("cx", "bx")),
        Target("entry/thunk_32", "preempt_schedule_thunk", lost=()),
        Target("lib/checksum_32", "csum_partial"),
        *(Target("lib/atomic64_cx8_32", f"atomic64_{n}_cx8", lost=("ax", "dx") + more)
          for n, more in (("read", ()), ("set", ()), ("xchg", ()), ("add_return", ("cx",)),
                          ("sub_return", ("cx",)), ("inc_return", ("cx",)),
                          ("dec_return", ("cx",)), ("dec_if_positive", ("cx",)),
                          ("inc_not_zero", ("cx",)), ("add_unless", ("cx", "di")))),
        *thunks(32),
        Target("math-emu/div_small", "FPU_div_small"),
        Target("math-emu/shr_Xsig", "shr_Xsig"),
        Target("math-emu/mul_Xsig", "mul32_Xsig"),
        Target("math-emu/wm_shrx", "FPU_shrx"),
        Target("math-emu/round_Xsig", "round_Xsig"),
    ],
}


def mutants(width: int, t: Target, path: Path) -> list[Mutant]:
    """At least three for every function: what its shape admits."""
    f = objmutate.Function(path, elf.Object(path), [t.name, *t.tails])
    names, kept = f.registers, t.kept(width)
    saved = [r for r in f.saves() if r in kept and f.changes(r)]
    pair = next((p for p in f.pairs() if p[0] in kept and p[1] in kept), None)
    def lost(*registers: str) -> tuple[str, ...]:
        return tuple(f"callee-saved: {names[r]} after the call: expected preserved"
                     for r in registers)

    found = [
        Mutant("clobbered", kept[0], lost(kept[0])),
        Mutant("popped", None, ("stack-pointer: stack pointer after the call: expected 0 bytes "
                                f"popped, got {width // 8} bytes popped",)),
        Mutant("df", None, ("direction-flag: direction flag after the call: expected clear, got "
                            "set",)),
    ]
    if saved:
        found.append(Mutant("unsaved", saved[0], lost(saved[0])))
    if pair:
        found.append(Mutant("swapped", pair[0], lost(*pair)))
    found += [Mutant("without", text, (says,)) for text, says in t.without]
    return found
