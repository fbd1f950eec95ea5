# SPDX-License-Identifier: MIT
"""Contracts, a function that keeps each, and functions that do not: for every construct of
docs/contracts.md and every check of `clobber check`. Assembly is nasm's; `f` is under test."""
from typing import NamedTuple


class Case(NamedTuple):
    name: str
    width: int
    contract: str
    good: str
    bad: dict[str, str]  # what the report says (blanks folded) -> the function that earns it


CONVENTION = [
    Case("callee-saved", 64, "long f(long a, long b);",
         "f: push rbx\n mov rbx, rdi\n lea rax, [rbx+rsi]\n pop rbx\n ret",
         {"callee-saved: rbx after the call: expected preserved:":
          "f: mov rbx, rdi\n lea rax, [rbx+rsi]\n ret",
          "callee-saved: r15 after the call":
          "f: xor r15d, r15d\n ret",
          "its own value is in rbp":
          "f: push rbp\n push rbx\n pop rbp\n pop rbx\n ret"}),
    Case("callee-saved-32", 32, "long f(long a, long b);",
         "f: push esi\n mov esi, [esp+8]\n lea eax, [esi+esi]\n pop esi\n ret",
         {"callee-saved: esi after the call": "f: mov esi, [esp+4]\n ret",
          "callee-saved: ebx after the call": "f: call .n\n.n: pop ebx\n ret"}),
    Case("stack-pointer", 32, "__attribute__((stdcall)) long f(long a, long b);",
         "f: mov eax, [esp+4]\n ret 8",
         {"stack-pointer: stack pointer after the call: expected 8 bytes popped, got 0 bytes popped":
          "f: mov eax, [esp+4]\n ret",
          "got 4 bytes popped": "f: ret 4"}),
    Case("caller-frame", 64, "void f(void);", "f: mov [rsp-8], rax\n ret",
         {"caller-frame: the caller's frame at rsp+0: expected untouched":
          "f: mov [rsp+8], rax\n ret"}),
    Case("direction-flag", 64, "void f(void);", "f: std\n cld\n ret",
         {"direction-flag: direction flag after the call: expected clear, got set": "f: std\n ret"}),
    Case("mxcsr", 64, "void f(void);", "f: ret",
         {"mxcsr: mxcsr after the call":
          "f: stmxcsr [rsp-8]\n xor dword [rsp-8], 0x2000\n ldmxcsr [rsp-8]\n ret",
          "x87-control-word: x87 control word after the call":
          "f: fnstcw [rsp-8]\n xor word [rsp-8], 0x400\n fldcw [rsp-8]\n ret"}),
    Case("x87-stack", 32, "double f(void);", "f: fld1\n ret",
         {"x87-stack: x87 registers in use after the call: expected 1, got 0": "f: ret",
          "x87-stack: x87 registers in use after the call: expected 1, got 2":
          "f: fld1\n fldz\n ret"}),
    Case("bool", 64, "_Bool f(long a);", "f: xor eax, eax\n test rdi, rdi\n setnz al\n ret",
         {"return: return value (_Bool): expected in al: 0 or 1": "f: mov eax, 2\n ret"}),
    Case("bool-argument", 64, "_Bool f(_Bool a, _Bool b);",
         "f: mov eax, edi\n xor eax, esi\n ret",
         {"return: return value (_Bool): expected in al: 0 or 1": "f: lea eax, [rdi+rsi]\n ret"}),
    Case("ms", 64, "__attribute__((ms_abi)) long f(long a);", "f: movsxd rax, ecx\n ret",
         {"callee-saved: rsi after the call": "f: xor esi, esi\n ret",
          "callee-saved: xmm6 after the call": "f: pxor xmm6, xmm6\n ret"}),
    Case("memory-return", 64, "struct s { long a, b, c; };\nstruct s f(long x);",
         "f: mov [rdi], rsi\n mov [rdi+8], rsi\n mov [rdi+16], rsi\n mov rax, rdi\n ret",
         {"return: never set: the return value (struct s): expected written, from byte 16 on":
          "f: mov [rdi], rsi\n mov [rdi+8], rsi\n mov rax, rdi\n ret",
          "hidden-pointer: pointer to the return value: expected returned in rax":
          "f: mov [rdi], rsi\n xor eax, eax\n ret"}),
    Case("timeout", 64, "void f(void);", "f: ret",
         {"endless loop": "f: jmp f", "it accessed 0x10": "f: mov eax, [0x10]\n ret",
          "the word it returns to is no address": "f: push rax\n ret",
          "there is no code: a wild jump or return": "f: xor eax, eax\n jmp rax",
          "illegal instruction (SIGILL)": "f: ud2"}),
]

CONTRACTS = [
    Case("in-register", 64, "//! in a ax\n//! in b r10\n//! returns a\nlong f(long a, int b);",
         "f: ret", {"contract contract.h:3: returns a": "f: mov rax, rdi\n ret"}),
    Case("in-stack", 32, "//! abi kernel\n//! in a stack 2\n//! returns a\nlong f(long a);",
         "f: mov eax, [esp+8]\n ret",
         {"return: return value (long): expected in eax": "f: mov eax, [esp+4]\n ret"}),
    Case("keeps-all", 64, "//! keeps all\nvoid f(void);", "f: push rax\n pop rax\n ret",
         {"rule sysv.registers.saved": "f: xor ebx, ebx\n ret",
          "callee-saved: rax after the call": "f: xor eax, eax\n ret",
          "contract contract.h:1: keeps all": "f: xor r11d, r11d\n ret"}),
    Case("keeps-all-but", 32, "//! keeps all but ax, dx\nvoid f(void);",
         "f: xor eax, eax\n cdq\n ret",
         {"callee-saved: ecx after the call": "f: xor ecx, ecx\n ret"}),
    Case("keeps-convention-and", 64, "//! keeps convention and r11 but bx\nvoid f(void);",
         "f: xor ebx, ebx\n ret",
         {"callee-saved: r11 after the call": "f: xor r11d, r11d\n ret"}),
    Case("keeps-flags", 64, "//! keeps all and flags\nvoid f(void);", "f: lea rsp, [rsp]\n ret",
         {"status-flags: status flags after the call: expected preserved":
          "f: cmp rax, rcx\n ret"}),
    Case("keeps-vectors", 64, "//! keeps convention and vectors\nvoid f(void);", "f: ret",
         {"callee-saved: xmm9 after the call": "f: pxor xmm9, xmm9\n ret"}),
    Case("out-register", 64, "//! keeps all\n//! out dx = a + 1\n//! out cx\nvoid f(long a);",
         "f: lea rdx, [rdi+1]\n xor ecx, ecx\n ret",
         {"output: rdx after the call: expected": "f: mov rdx, rdi\n ret",
          "which is a + 1, got": "f: ret",
          "contract contract.h:1: keeps all": "f: lea rdx, [rdi+1]\n xor esi, esi\n ret"}),
    Case("out-narrow", 64, "//! out eax = 5\nvoid f(void);", "f: mov rax, -1\n mov al, 5\n"
         " and eax, 0xff\n ret", {"output: eax after the call": "f: mov eax, 6\n ret"}),
    Case("out-slot", 32, "//! in a stack 1\n//! out stack 1 = a\n//! out stack 2 = 0\nvoid f(long a);",
         "f: mov dword [esp+8], 0\n ret",
         {"stack-slot: stack word 2 (esp+8 at entry): expected 0x00000000, which is 0": "f: ret",
          "stack-slot: stack word 1 (esp+4 at entry)":
          "f: mov dword [esp+8], 0\n inc dword [esp+4]\n ret"}),
    Case("values", 64, "//! in p di\n//! out ax = *p\n//! out cx = -3\n//! out dx = sp + 8\n"
         "//! out si = &f\nvoid f(const int *p);",
         "f: mov eax, [rdi]\n mov rcx, -3\n lea rdx, [rsp+8]\n lea rsi, [rel f]\n ret",
         {"which is *p": "f: mov eax, [rdi]\n inc eax\n ret", "which is -3": "f: xor ecx, ecx\n ret",
          "which is sp + 8": "f: mov rdx, rsp\n ret", "which is &f": "f: xor esi, esi\n ret"}),
    Case("returns", 64, "//! returns 7\nshort f(void);", "f: mov eax, 0x10007\n ret",
         {"expected in ax: 0x0007, which is 7, got 0x0008": "f: mov eax, 8\n ret"}),
    Case("pops", 32, "//! pops 2 words\nvoid f(void);", "f: ret 8",
         {"contract contract.h:1: pops 2 words": "f: ret 4"}),
    Case("pops-bytes", 64, "//! pops 16\nvoid f(void);", "f: ret 16",
         {"expected 16 bytes popped, got 0 bytes popped": "f: ret"}),
    Case("calls", 64, "//! calls g(a, 5, &f, any)\n//! calls h() returns 3\n//! returns 3\n"
         "int f(long a);\nvoid g(long x, int y, void *z, long w);\nint h(void);",
         "extern g, h\nf: sub rsp, 8\n mov esi, 5\n lea rdx, [rel f]\n call g\n call h\n"
         " add rsp, 8\n ret",
         {"argument: argument x (long) of g: expected in rdi":
          "extern g, h\nf: sub rsp, 8\n inc rdi\n mov esi, 5\n lea rdx, [rel f]\n call g\n"
          " call h\n add rsp, 8\n ret",
          "argument y (int) of g: expected in esi: 0x00000005, which is 5":
          "extern g, h\nf: sub rsp, 8\n mov esi, 6\n lea rdx, [rel f]\n call g\n call h\n"
          " add rsp, 8\n ret",
          "calls: h: expected called once, in the order of the contract, got 0 calls":
          "extern g, h\nf: sub rsp, 8\n mov esi, 5\n lea rdx, [rel f]\n call g\n mov eax, 3\n"
          " add rsp, 8\n ret",
          "calls: h: expected not called here, got a call":
          "extern g, h\nf: sub rsp, 8\n push rdi\n push rdi\n call h\n pop rdi\n pop rdi\n"
          " mov esi, 5\n lea rdx, [rel f]\n call g\n call h\n add rsp, 8\n ret",
          "alignment: stack pointer at the function's own call: expected a multiple of 16, got 8":
          "extern g, h\nf: mov esi, 5\n lea rdx, [rel f]\n call g\n call h\n ret",
          "direction-flag: direction flag at the function's own call":
          "extern g, h\nf: sub rsp, 8\n mov esi, 5\n lea rdx, [rel f]\n std\n call g\n cld\n"
          " call h\n add rsp, 8\n ret",
          "left behind by the function it had called":
          "extern g, h\nf: push rbx\n mov esi, 5\n lea rdx, [rel f]\n call g\n call h\n"
          " pop rcx\n mov rbx, r11\n ret"}),
    Case("calls-stack", 32, "//! calls g(b, a)\nvoid f(long a, long b);\n"
         "__attribute__((stdcall)) void g(long x, long y);",
         "extern g\nf: sub esp, 4\n push dword [esp+8]\n push dword [esp+16]\n call g\n"
         " add esp, 4\n ret",
         {"argument x (long) of g: expected in esp+0":
          "extern g\nf: sub esp, 4\n push dword [esp+12]\n push dword [esp+12]\n call g\n"
          " add esp, 4\n ret",
          "there is no code: a wild jump or return":
          "extern g\nf: sub esp, 4\n push dword [esp+8]\n push dword [esp+16]\n call g\n ret"}),
    Case("calls-maybe-often", 64, "//! calls g() maybe\n//! calls h(any) often\nvoid f(long a);\n"
         "void g(void);\nvoid h(long n);",
         "extern g, h\nf: push rbx\n mov ebx, 3\n test dil, 1\n jz .l\n call g\n.l: call h\n"
         " dec ebx\n jnz .l\n pop rbx\n ret",
         {"calls: g: expected not called here":
          "extern g, h\nf: push rbx\n call h\n call g\n pop rbx\n ret"}),
    Case("calls-input", 64, "//! calls done(a)\nvoid f(void (*done)(long), long a);",
         "f: sub rsp, 8\n mov rax, rdi\n mov rdi, rsi\n call rax\n add rsp, 8\n ret",
         {"argument 1 (long) of done": "f: sub rsp, 8\n mov rax, rdi\n call rax\n add rsp, 8\n ret",
          "calls: done: expected called once": "f: ret"}),
    Case("callback-default", 64, "void f(void (*done)(long), long n);",
         "f: push rdi\n call rdi\n pop rdi\n ret",
         {"alignment": "f: sub rsp, 16\n call rdi\n add rsp, 16\n ret"}),
    Case("interrupt", 64, "//! abi kernel\n//! calls handler() by interrupt\n"
         "void f(void (*handler)(void));",
         "f: push rbp\n mov rbp, rsp\n and rsp, -16\n push 0x18\n push rbp\n pushfq\n push 0x10\n"
         " call rdi\n mov rsp, rbp\n pop rbp\n ret",
         {"a multiple of": "f: push rbp\n mov rbp, rsp\n and rsp, -16\n sub rsp, 8\n push 0x18\n"
          " push rbp\n pushfq\n push 0x10\n call rdi\n mov rsp, rbp\n pop rbp\n ret",
          "calls: the interrupt's frame: cs: expected a segment selector":
          "f: push rbp\n mov rbp, rsp\n and rsp, -16\n push 0x18\n push rbp\n pushfq\n push 0\n"
          " call rdi\n mov rsp, rbp\n pop rbp\n ret",
          "calls: the interrupt's frame: sp":
          "f: push rbp\n mov rbp, rsp\n and rsp, -16\n push 0x18\n push 8\n pushfq\n push 0x10\n"
          " call rdi\n mov rsp, rbp\n pop rbp\n ret"}),
    Case("interrupt-32", 32, "//! abi kernel\n//! calls handler() by interrupt\n"
         "void f(void (*handler)(void));",
         "f: push ebp\n mov ebp, esp\n pushfd\n push 0x10\n call eax\n mov esp, ebp\n pop ebp\n ret",
         {"the interrupt's frame: cs":
          "f: push ebp\n mov ebp, esp\n pushfd\n push 0\n call eax\n mov esp, ebp\n pop ebp\n ret"}),
    Case("jumps", 64, "//! keeps all and flags\n//! jumps to r11\nvoid f(void);",
         "f: call .s\n.p: pause\n jmp .p\n.s: mov [rsp], r11\n ret",
         {"entered: the end of the function: expected as its contract says, got it returned":
          "f: ret",
          "contract contract.h:2: jumps to r11": "f: push r11\n jmp r11",
          "callee-saved: rcx after the call": "f: mov ecx, 1\n jmp r11"}),
    Case("never", 64, "//! returns never\n//! calls g(1)\nvoid f(void);\nvoid g(int code);",
         "extern g\nf: sub rsp, 8\n mov edi, 1\n call g\n ud2",
         {"entered: the end of the function":
          "extern g\nf: ret",
          "argument code (int) of g": "extern g\nf: sub rsp, 8\n mov edi, 2\n call g\n ud2"}),
    Case("align-calls", 64, "//! align word at entry\n//! align 32 at calls\n//! calls g()\n"
         "void f(void);\nvoid g(void);",
         "extern g\nf: push rbp\n mov rbp, rsp\n and rsp, -32\n call g\n leave\n ret",
         {"contract contract.h:2: align 32 at calls":
          "extern g\nf: push rbp\n mov rbp, rsp\n and rsp, -16\n call g\n leave\n ret"}),
    Case("align-entry", 64, "//! align 8 at entry\nvoid f(void);", "f: ret",
         {"fault: the call": "f: movaps [rsp-24], xmm0\n ret"}),
    Case("supply", 64, "//! supply thunk jumps to ax\n//! supply back returns\n"
         "//! supply cell data 8 = 77\n//! out cx = 77\n//! calls g(a)\nvoid f(long a);\n"
         "void g(long b);",
         "extern thunk, back, cell, g\nf: sub rsp, 8\n lea rax, [rel g]\n call thunk\n"
         " mov rcx, [rel cell]\n add rsp, 8\n jmp back",
         {"output: rcx after the call": "extern thunk, back, cell, g\nf: sub rsp, 8\n"
          " lea rax, [rel g]\n call thunk\n mov ecx, 76\n add rsp, 8\n jmp back"}),
    Case("vmx-fails", 64, "//! vmx fails\nint f(void);",
         "f: vmresume\n ja .x\n mov eax, 1\n ret\n.x: ud2",
         {"output": ""}),
    Case("vmx-exits", 64, "//! abi kernel\n//! vmx fails\n//! vmx exits back\n"
         "//! returns 0 else 1\nint f(void);",
         "global back\nf: push rbx\n push rbp\n push r12\n push r13\n push r14\n push r15\n"
         " mov eax, 0x6c14\n vmwrite rax, rax\n vmwrite rax, rsp\n vmlaunch\n mov eax, 1\n jmp out\nback: xor eax, eax\nout: pop r15\n pop r14\n pop r13\n"
         " pop r12\n pop rbp\n pop rbx\n ret",
         {"callee-saved: r12 after the call: expected preserved":
          "global back\nf: push rbx\n push rbp\n push r13\n push r14\n push r15\n"
          " mov eax, 0x6c14\n vmwrite rax, rsp\n vmlaunch\n mov eax, 1\n jmp out\nback: xor eax, eax\nout: pop r15\n pop r14\n pop r13\n"
          " pop rbp\n pop rbx\n ret",
          "which is 0":
          "global back\nf: push rbx\n push rbp\n push r12\n push r13\n push r14\n push r15\n"
          " mov eax, 0x6c14\n vmwrite rax, rsp\n vmlaunch\n mov eax, 1\n jmp out\nback: mov eax, 1\nout: pop r15\n pop r14\n pop r13\n"
          " pop r12\n pop rbp\n pop rbx\n ret",
          "the way of `else'":
          "global back\nf: push rbx\n push rbp\n push r12\n push r13\n push r14\n push r15\n"
          " mov eax, 0x6c14\n vmwrite rax, rsp\n vmlaunch\n xor eax, eax\n jmp out\nback: xor eax, eax\nout: pop r15\n pop r14\n"
          " pop r13\n pop r12\n pop rbp\n pop rbx\n ret"}),
    Case("faults", 64, "//! in p ax\n//! arg p buf 4 faults\n//! keeps all but ax dx\n"
         "//! out ax = 0 else -14\n//! out dx = *p else 0\nint f(const unsigned *p);",
         "f:\nl: mov edx, [rax]\n xor eax, eax\n ret\nbad: xor edx, edx\n mov rax, -14\n ret\n"
         "section __ex_table progbits alloc noexec nowrite align=4\n"
         "t: dd l - $\n dd bad - $\n dd 3\n",
         {"the way of `else'":
          "f:\nl: mov edx, [rax]\n xor eax, eax\n ret\nbad: xor edx, edx\n mov rax, -13\n ret\n"
          "section __ex_table progbits alloc noexec nowrite align=4\n"
          "t: dd l - $\n dd bad - $\n dd 3\n",
          "memory access violation": "f: mov edx, [rax]\n xor eax, eax\n ret"}),
    Case("width", 32, "//! in/32 a cx\n//! in/64 a r9\n//! returns a\nlong f(long a);",
         "f: mov eax, ecx\n ret", {"return: return value": "f: xor eax, eax\n ret"}),
    Case("abi-names", 64, "//! abi fastcall ms\n//! returns a\nlong f(int a);",
         "f: mov eax, ecx\n ret", {"return: return value": "f: mov eax, edi\n ret"}),
]

BUFFERS = [
    Case("buf", 64, "//! arg p buf 24\nvoid f(char *p);", "f: mov byte [rdi+23], 1\n ret",
         {"behind its 24 bytes": "f: mov [rdi+24], al\n ret",
          "1 bytes before p": "f: mov [rdi-1], al\n ret"}),
    Case("buf-slack", 64, "//! arg p buf 24 aligned 64\nvoid f(char *p);",
         "f: mov byte [rdi+23], 1\n ret",
         {"buffer: memory at p + 24, behind its 24 bytes":
          "f: mov rax, rdi\n and eax, 4095\n cmp eax, 4096-64\n jae .r\n mov [rdi+24], al\n.r: ret",
          # Only where there is memory on both sides.
          "memory at p + 25, behind its 24 bytes":
          "f: mov rax, rdi\n and eax, 4095\n jz .r\n cmp eax, 4096-64\n jae .r\n mov [rdi+25], al\n.r: ret"}),
    Case("read-only", 64, "//! arg p buf 8 read-only\nvoid f(char *p);", "f: mov al, [rdi]\n ret",
         {"buffer: read-only memory at p + 3": "f: not byte [rdi+3]\n ret"}),
    Case("const", 64, "//! arg p buf 8\nvoid f(const char *p);", "f: mov al, [rdi]\n ret",
         {"buffer: read-only memory at p + 3": "f: not byte [rdi+3]\n ret"}),
    Case("string", 64, "//! arg s nul-terminated 20\nunsigned long f(const char *s);",
         "f: xor eax, eax\n.l: cmp byte [rdi+rax], 0\n je .r\n inc rax\n jmp .l\n.r: ret",
         {"behind its": "f: xor eax, eax\n.l: cmp byte [rdi+rax], 0\n lea rax, [rax+1]\n jne .l\n"
          " mov cl, [rdi+rax]\n ret"}),
    Case("null", 64, "//! arg p buf 8 null\nvoid f(long *p);",
         "f: test rdi, rdi\n jz .r\n inc qword [rdi]\n.r: ret",
         {"called as f(p = 0x0)": "f: inc qword [rdi]\n ret"}),
    Case("upper-bits", 64, "//! arg p buf 64\n//! arg i from -16 to -4\n"
         "//! arg n from 0 to 3\nint f(const int *p, int i, unsigned char n);",
         "f: movsxd rsi, esi\n movzx edx, dl\n add rsi, rdx\n mov eax, [rdi+rsi*4+64]\n ret",
         {"upper-bits: what is above argument i (int): expected ignored, got relied on (extended to "
          "64 bits, the same call is right)":
          "f: movzx edx, dl\n add rsi, rdx\n mov eax, [rdi+rsi*4+64]\n ret",
          "upper-bits: what is above argument n (unsigned char): expected ignored, got relied on":
          "f: movsxd rsi, esi\n add rsi, rdx\n mov eax, [rdi+rsi*4+64]\n ret"}),
    Case("upper-bits-32", 32, "//! arg p buf 64\n//! arg i from 0 to 15\n"
         "int f(const int *p, short i);",
         "f: mov ecx, [esp+4]\n movsx eax, word [esp+8]\n mov eax, [ecx+eax*4]\n ret",
         {"upper-bits: what is above argument i (short): expected ignored, got relied on (extended "
          "to 32 bits, the same call is right)":
          "f: mov ecx, [esp+4]\n mov eax, [esp+8]\n mov eax, [ecx+eax*4]\n ret"}),
    Case("aligned", 64, "//! arg p buf 64 aligned 16\nvoid f(void *p);",
         "f: movaps xmm0, [rdi]\n ret",
         {"fault: the call": "f: test dil, 16\n jz .r\n ud2\n.r: ret"}),
    Case("len-of", 64, "//! arg n len 40 of p\nvoid f(char *p, unsigned long n);",
         "f: mov rcx, rsi\n xor eax, eax\n rep stosb\n ret",
         {"behind its": "f: lea rcx, [rsi+1]\n rep stosb\n ret"}),
    Case("len-of-buf", 64, "//! arg p buf 5\n//! arg n len of p\nvoid f(char *p, unsigned long n);",
         "f: cmp rsi, 5\n ja .x\n mov rcx, rsi\n xor eax, eax\n rep stosb\n ret\n.x: ud2",
         {"n = 5)": "f: cmp rsi, 5\n jne .r\n ud2\n.r: ret"}),
    Case("len-each", 64, "//! arg n len 8 of p each 16 from 1\nvoid f(char *p, unsigned long n);",
         "f: mov rcx, rsi\n shl rcx, 4\n xor eax, eax\n rep stosb\n ret",
         {"behind its": "f: mov rcx, rsi\n shl rcx, 5\n rep stosb\n ret"}),
    Case("count", 32, "//! arg n count 9 of p, q\nvoid f(long *p, const long *q, int n);",
         "f: push esi\n push edi\n mov edi, [esp+12]\n mov esi, [esp+16]\n mov ecx, [esp+20]\n"
         " rep movsd\n pop edi\n pop esi\n ret",
         {"behind its": "f: push esi\n push edi\n mov edi, [esp+12]\n mov esi, [esp+16]\n"
          " mov ecx, [esp+20]\n inc ecx\n rep movsd\n pop edi\n pop esi\n ret"}),
    Case("range", 64, "//! arg a from 3 to 9\n//! arg b from 16 to 64 multiple 16\nvoid f(int a, int b);",
         "f: cmp edi, 3\n jb .x\n cmp edi, 9\n ja .x\n test esi, 15\n jnz .x\n cmp esi, 16\n jb .x\n"
         " cmp esi, 64\n ja .x\n ret\n.x: ud2",
         {"called as f(a = 7,": "f: cmp edi, 7\n jne .r\n ud2\n.r: ret",
          "b = 48)": "f: cmp esi, 48\n jne .r\n ud2\n.r: ret"}),
    Case("one-of", 64, "//! arg a one of 1, 5, -2\n//! arg b = 6\nvoid f(int a, long b);",
         "f: cmp rsi, 6\n jne .x\n cmp edi, 1\n je .r\n cmp edi, 5\n je .r\n cmp edi, -2\n jne .x\n"
         ".r: ret\n.x: ud2",
         {"called as f(a = -2, b = 6)": "f: cmp edi, -2\n jne .r\n ud2\n.r: ret"}),
    Case("enum", 64, "enum e { A = 3, B = 8 };\nvoid f(enum e x);",
         "f: cmp edi, 3\n je .r\n cmp edi, 8\n je .r\n ud2\n.r: ret",
         {"called as f(x = 8)": "f: cmp edi, 8\n jne .r\n ud2\n.r: ret"}),
    Case("odd-length", 64, "void f(long *dst, const long *src, long n);",
         "f: mov rcx, rdx\n xchg rsi, rdi\n xchg rsi, rdi\n rep movsq\n ret",
         {"callee-saved: rbx after the call":
          "f: test dl, 1\n jz .r\n xor ebx, ebx\n.r: ret"}),
    Case("one-length", 64, "void f(long *dst, long n);", "f: ret",
         {"n = 37), call": "f: cmp rsi, 37\n jne .r\n xor ebx, ebx\n.r: ret"}),
]

# Lines with an error: what is said, at which column.
ERRORS = {
    "//! in b ax": (8, "`f' has no parameter `b'"),
    "//! in a sp": (10, "the stack pointer is no place for values"),
    "//! in a rex": (10, "a register or `stack N' belongs here"),
    "//! in a stack 0": (16, "the number of a stack word is from 1 to 48"),
    "//! in/16 a ax": (7, "a width is 32 or 64"),
    "//! in a ax ax": (13, "nothing more belongs into this `in' line"),
    "//! keeps some": (11, "`all', `convention' or `frame' belongs here"),
    "//! keeps all but": (18, "a register, `flags' or `vectors' belongs here"),
    "//! keeps all except ax": (15, "`but' or `and' belongs here"),
    "//! out ax = b": (14, "`f' has no parameter `b'"),
    "//! out ax = *a": (14, "this does not point to a value of up to 16 bytes"),
    "//! out ax = 12x": (14, "this is not a number"),
    "//! out stack 1 = &": (20, "the name of a symbol belongs here"),
    "//! returns never 1": (19, "nothing more belongs into this `returns' line"),
    "//! returns 1 else": (19, "a value belongs here"),
    "//! jumps ax": (11, "`to' belongs here"),
    "//! pops 3": (5, "what is popped is a number of whole words"),
    "//! pops 2000": (10, "the number of bytes is from 0 to 1024"),
    "//! align 12 at calls": (5, "an alignment is a power of two, or `word'"),
    "//! align 16": (13, "`at calls' or `at entry' belongs here"),
    "//! align 16 at exit": (17, "`calls' or `entry' belongs here"),
    "//! calls k()": (11, "nothing declares `k'"),
    "//! calls g": (12, "'(' belongs here"),
    "//! calls g(": (13, "a value belongs here"),
    "//! calls g()": (13, "`g' takes 1 arguments"),
    "//! calls g(1, 2)": (16, "`g' takes 1 argument"),
    "//! calls g(1) never": (16, "`maybe', `often', `by interrupt' or `returns VALUE' belongs here"),
    "//! calls g(1) returns 1": (16, "what is called returns no value that fits here"),
    "//! calls g(1) by hand": (19, "`interrupt' belongs here"),
    "//! arg a": (10, "a property belongs here"),
    "//! arg a buff 3": (11, "`buff' is no property of an input"),
    "//! arg c buf 3": (11, "this is for pointers"),
    "//! arg p buf 0": (15, "the size of a buffer is from 1 to 65536"),
    "//! arg p aligned 3": (11, "an alignment is a power of two"),
    "//! arg p len 3": (11, "this is for integers"),
    "//! arg a count 3": (18, "`of' and what it counts belongs here"),
    "//! arg a len of b": (18, "`f' has no parameter `b'"),
    "//! arg a len 9999 of p each 8": (5, "a buffer has at most 65536 bytes"),
    "//! arg a from 9 to 3": (18, "this is below the lower limit"),
    "//! arg a one 3": (15, "`of' belongs here"),
    "//! supply x": (13, "`returns', `jumps to REGISTER' or `data N' belongs here"),
    "//! supply": (11, "the name of a symbol belongs here"),
    "//! vmx enters": (9, "`fails', `exits SYMBOL' or `resumes if INPUT & NUMBER' belongs here"),
    "//! vmx resumes if a | 1": (22, "`& NUMBER' belongs here"),
    "//! guest p ax": (13, "`=' and the registers"),
    "//! guest p = sp": (17, "a register, or `-' for a word that is none's belongs here"),
    "//! guest a = ax": (5, "this is for pointers"),
    "//! svm enters": (9, "`exits', `fails', `restores' or an instruction of SVM, such as `vmload', belongs here"),
    "//! svm clgi 1": (5, "this instruction has no operand"),
    "//! svm vmload sp": (5, "this is a physical address, not the stack's"),
    "//! svm restores a = ax": (5, "this is for pointers"),
    "//! tdx leaves": (9, "`calls' belongs here"),
    "//! vmx exits": (14, "the symbol VM exits come to belongs here"),
    "//! call g(1)": (5, "unknown annotation 'call'"),
}
