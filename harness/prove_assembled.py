# SPDX-License-Identifier: MIT
"""More functions made to deceive the prover, in the GNU assembler's language: labels as values, call
frame information, what Linux puts elsewhere, resolvers, recursion. `says` is in the output."""
from typing import NamedTuple


class Assembled(NamedTuple):
    name: str
    proto: str
    body: str  # SIZE ends f
    answer: str
    says: str = ""
    kernel: bool = False


def alternatives(first: str, middle: str, second: str, features: tuple[int, int],
                 replaced: tuple[str, str]) -> str:
    """Two places of f, each replaced where the processor has a feature (+ 0x8000: has not)."""
    return f"""f: mov %rdi, %rax
1: {first}
11: {middle}
4: {second}
44: ret
SIZE
.pushsection .altinstructions, "a"
.long 1b - ., 2f - .
.word {features[0]}
.byte 11b - 1b, 3f - 2f
.long 4b - ., 5f - .
.word {features[1]}
.byte 44b - 4b, 6f - 5f
.popsection
.pushsection .altinstr_replacement, "ax"
2: {replaced[0]}
3:
5: {replaced[1]}
6:
.popsection"""


KEEPS = "it keeps the address of code of its own"
ASSEMBLED = [
    # Labels as values.
    Assembled("label_in_memory", "void f(long *p)",
              "f: lea 1f(%rip), %rax; mov %rax, (%rdi); jmp *(%rdi)\n1: xor %ebx, %ebx; ret; SIZE",
              "open", KEEPS),
    Assembled("label_in_data", "void f(void)",
              "f: jmp *d(%rip)\n1: xor %ebx, %ebx; ret; SIZE\n.data\nd: .quad 1b",
              "open", "rbx leaves with the constant 0x0"),
    Assembled("label_from_argument", "void f(long *p)",
              "f: mov (%rdi), %rax; jmp *%rax\n1: xor %ebx, %ebx; ret; SIZE\n.data\nd: .quad 1b",
              "open", "rbx leaves with the constant 0x0"),
    Assembled("label_kept_right", "void f(long *p)",
              "f: mov (%rdi), %rax; jmp *%rax\n1: ret; SIZE\n.data\nd: .quad 1b", "proved"),
    Assembled("label_to_resume", "void f(long *p)",
              "f: lea 1f(%rip), %rax; mov %rax, (%rdi); mov %rsp, 8(%rdi); ret\n"
              "1: xor %ebx, %ebx; ret; SIZE", "open", KEEPS),
    Assembled("label_in_a_jmp_buf", "void f(void)",
              "f: push %rbp; sub $48, %rsp; lea 1f(%rip), %rax; mov %rax, 8(%rsp); "
              "mov %rsp, 16(%rsp); mov %rbp, (%rsp); mov %rsp, %rdi; call g; add $48, %rsp; "
              "pop %rbp; ret\n1: mov $1, %ebx; add $48, %rsp; pop %rbp; ret; SIZE", "open", KEEPS),
    Assembled("label_table_and_jump", "void f(unsigned n, long *p)",
              "f: cmp $1, %edi; ja 3f; mov %edi, %edi; jmp *d(, %rdi, 8)\n1: ret\n"
              "2: mov $2, %ecx\n3: jmp *(%rsi); SIZE\n.section .rodata\nd: .quad 1b, 2b", "proved"),
    # Call frame information.
    Assembled("cfi_return_address", "void f(void)",
              "f: .cfi_startproc; .cfi_offset 16, -24; nop; ret; .cfi_endproc; SIZE", "refuted",
              "unwind: call frame information does not lead to the return address"),
    Assembled("cfi_no_return_address", "void f(void)",
              "f: .cfi_startproc; .cfi_undefined 16; nop; ret; .cfi_endproc; SIZE", "refuted",
              "unwind: call frame information does not lead to the return address"),
    Assembled("cfi_of_a_part", "void f(void)",
              "f: .cfi_startproc; push %rbx; .cfi_adjust_cfa_offset 8; .cfi_rel_offset %rbx, 0; "
              ".cfi_endproc; xor %ebx, %ebx; pop %rbx; ret; SIZE", "open",
              "call frame information covers a part of it only"),
    Assembled("cfi_undefined", "void f(void)",
              "f: .cfi_startproc; .cfi_undefined %r12; nop; ret; .cfi_endproc; SIZE", "refuted",
              "unwind: call frame information calls r12 undefined"),
    Assembled("cfi_same_value", "void f(void)",
              "f: .cfi_startproc; push %r12; .cfi_adjust_cfa_offset 8; .cfi_same_value %r12; "
              "xor %r12d, %r12d; pop %r12; .cfi_adjust_cfa_offset -8; ret; .cfi_endproc; SIZE",
              "refuted", "unwind: call frame information says that r12 is unchanged"),
    Assembled("cfi_in_a_register", "void f(void)",
              "f: .cfi_startproc; mov %rbx, %rax; .cfi_register %rbx, %rax; xor %ebx, %ebx; nop; "
              "mov %rax, %rbx; .cfi_restore %rbx; ret; .cfi_endproc; SIZE", "proved"),
    Assembled("cfi_in_another_register", "void f(void)",
              "f: .cfi_startproc; mov %rbx, %rax; .cfi_register %rbx, %rcx; xor %ebx, %ebx; nop; "
              "mov %rax, %rbx; .cfi_restore %rbx; ret; .cfi_endproc; SIZE", "refuted",
              "unwind: call frame information does not lead to rbx of the caller"),
    Assembled("cfi_late", "void f(void)",
              "f: .cfi_startproc; push %rbx; nop; .cfi_adjust_cfa_offset 8; "
              ".cfi_rel_offset %rbx, 0; pop %rbx; .cfi_adjust_cfa_offset -8; .cfi_restore %rbx; "
              "ret; .cfi_endproc; SIZE", "refuted", "8 bytes too low"),
    Assembled("cfi_on_one_way", "void f(long n)",
              "f: .cfi_startproc; test %rdi, %rdi; je 1f; push %rbx; .cfi_adjust_cfa_offset 8; "
              ".cfi_rel_offset %rbx, 0; pop %rbx; ret\n1: nop; ret; .cfi_endproc; SIZE", "refuted",
              "8 bytes too high"),
    Assembled("cfi_of_microsoft_x64", "__attribute__((ms_abi)) void f(void)",
              "f: .cfi_startproc; sub $24, %rsp; .cfi_adjust_cfa_offset 24; movups %xmm6, (%rsp); "
              "xorps %xmm6, %xmm6; movups (%rsp), %xmm6; add $24, %rsp; "
              ".cfi_adjust_cfa_offset -24; ret; .cfi_endproc; SIZE", "proved"),
    # Alternatives: one processor has one set of features.
    Assembled("alternatives_of_one_feature", "long f(long a)",
              alternatives("nop", "nop", "nop", (4, 4), ("push %rbx", "pop %rbx")), "proved",
              kernel=True),
    Assembled("alternatives_with_and_without", "long f(long a)",
              alternatives("nop", "nop", "pop %rbx", (4, 0x8004), ("push %rbx", "nop")), "proved",
              kernel=True),
    Assembled("alternatives_of_two_features", "long f(long a)",
              alternatives("nop", "nop", "nop", (4, 5), ("push %rbx", "pop %rbx")), "refuted",
              "stack-pointer: it returns with rsp", True),
    Assembled("alternatives_lost", "long f(long a)",
              alternatives("nop", "nop", "nop", (4, 4), ("mov %rbx, %rcx; xor %ebx, %ebx",
                                                        "mov %rcx, %rdx")), "refuted",
              "callee-saved: rbx leaves with the constant 0x0", True),
    Assembled("alternatives_entered_inside", "long f(long a)",
              alternatives("nop; nop", "nop; cmp $5, %rax; jne 1b + 1; nop", "nop", (4, 4),
                           ("xchg %ax, %ax", "nop")), "open",
              "it goes on inside of code that Linux replaces", True),
    # IFUNC: what is called is not what resolves it.
    Assembled("resolver_called", "long f(void)",
              "f: sub $8, %rsp; mov $1, %ecx; call g; mov %rcx, %rax; add $8, %rsp; ret; SIZE\n"
              ".type g, @gnu_indirect_function\ng: lea h(%rip), %rax; ret; .size g, . - g\n"
              "h: xor %ecx, %ecx; ret", "open", "the result depends on what a callee left behind"),
    Assembled("resolver_jumped_to", "void f(void)",
              "f: jmp g; SIZE\n.type g, @gnu_indirect_function\n"
              "g: xor %ebx, %ebx; lea h(%rip), %rax; ret; .size g, . - g\nh: ret", "proved",
              "if g keeps its convention"),
    Assembled("resolver", "long f(long a)",
              ".type f, @gnu_indirect_function\nf: lea h(%rip), %rax; ret; SIZE\n"
              "h: xor %ebx, %ebx; ret", "proved",
              "if the functions that f, a resolver, chooses among keep their convention"),
    Assembled("resolver_broken", "long f(long a)",
              ".type f, @gnu_indirect_function\nf: xor %ebx, %ebx; lea h(%rip), %rax; ret; SIZE\n"
              "h: ret", "refuted", "callee-saved: rbx leaves with the constant 0x0"),
    # Local functions that call themselves, with conventions of their own.
    Assembled("recursion_keeps_rcx", "long f(long n)",
              "f: mov %rdi, %rcx; sub $8, %rsp; call g; mov %rcx, %rax; add $8, %rsp; ret; SIZE\n"
              "g: dec %rdi; js 1f; call g\n1: ret", "proved"),
    Assembled("recursion_loses_rcx", "long f(long n)",
              "f: mov $7, %ecx; mov $3, %edi; sub $8, %rsp; call g; mov %rcx, %rbx; add $8, %rsp; "
              "mov %rbx, %rax; ret; SIZE\n"
              "g: dec %rdi; js 1f; call g; ret\n1: xor %ecx, %ecx; ret", "open",
              "rbx leaves with a value"),
    Assembled("recursion_with_rbx_its_own", "int f(void)",
              "f: push %rbx; mov $5, %edi; call g; pop %rbx; ret; SIZE\n"
              "g: mov %edi, %ebx; dec %edi; js 1f; push %rbx; call g; pop %rbx; add %ebx, %eax; ret\n"
              "1: xor %eax, %eax; ret", "proved"),
    Assembled("recursion_loses_rbx_below", "void f(void)",
              "f: sub $8, %rsp; mov $3, %edi; call g; add $8, %rsp; ret; SIZE\n"
              "g: dec %edi; js 1f; call g; ret\n1: xor %ebx, %ebx; ret", "open",
              "rbx leaves with a value computed or loaded since entry"),
    Assembled("recursion_pops", "void f(void)",
              "f: mov $3, %edi; push $1; push $1; call g; ret; SIZE\n"
              "g: dec %edi; js 1f; push %rax; push %rax; call g\n1: ret $16", "proved"),
    Assembled("recursion_pops_too_little", "void f(void)",
              "f: mov $3, %edi; push $1; push $1; call g; ret; SIZE\n"
              "g: dec %edi; js 1f; push %rax; push %rax; call g; ret $16\n1: ret $8", "open",
              "it calls itself, and does what cannot be summed up"),
    Assembled("recursion_x87", "long double f(int n)",
              "f: sub $8, %rsp; call g; add $8, %rsp; ret; SIZE\n"
              "g: dec %edi; js 1f; call g; fld1; faddp; ret\n1: fldz; ret", "proved"),
    Assembled("recursion_x87_left", "void f(void)",
              "f: mov $5, %edi; call g; ret; SIZE\n"
              "g: dec %edi; js 1f; call g; fld1; ret\n1: ret", "open",
              "it calls itself, and does what cannot be summed up"),
    Assembled("recursion_mutual", "void f(int n)",
              "f: push %rbx; call g; pop %rbx; ret; SIZE\n"
              "g: dec %edi; js 1f; call h; inc %ebx\n1: ret\n"
              "h: dec %edi; js 1f; call g\n1: ret", "proved"),
    Assembled("recursion_mutual_lost", "void f(void)",
              "f: sub $8, %rsp; mov $9, %edi; call g; add $8, %rsp; ret; SIZE\n"
              "g: dec %edi; js 1f; call h\n1: ret\n"
              "h: dec %edi; js 1f; call g; ret\n1: xor %ebx, %ebx; ret", "open",
              "rbx leaves with"),
    Assembled("recursion_writes_through_rbp", "void f(void)",
              "f: push %rbp; mov %rsp, %rbp; push %rbx; sub $8, %rsp; mov $5, %edi; call g; "
              "add $8, %rsp; pop %rbx; pop %rbp; ret; SIZE\n"
              "g: dec %edi; js 1f; sub $8, %rsp; call g; add $8, %rsp; ret\n"
              "1: movq $0, -8(%rbp); ret", "open",
              "it calls itself, and does what cannot be summed up"),
    Assembled("recursion_writes_above", "void f(void)",
              "f: push %rbx; xor %ebx, %ebx; push %rbx; mov $4, %edi; call g; pop %rcx; pop %rbx; "
              "ret; SIZE\ng: dec %edi; js 1f; push %rax; call g; pop %rax; ret\n"
              "1: movq $0, 16(%rsp); ret", "open",
              "it calls itself, and does what cannot be summed up"),
]
