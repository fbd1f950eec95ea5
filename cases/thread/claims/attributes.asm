; SPDX-License-Identifier: MIT
; Claim 18: a program whose exit status tells where a C function took its first parameter from: 0 to
; 15: that register, in encoding order; 32 + n: the stack slot n words above the stack pointer at the
; function's entry, where slot 0 holds the return address; 255: none of these. 64 bit only.

	default rel
	bits	64

SLOTS	equ	24
REGISTER equ	0x7265670000000000	; + its number
SLOT	equ	0x736c6f7400000000	; + its number

	extern	target
	global	_start, cl_taken

	section .bss align=16
cl_taken:	resq 1
host_sp:	resq 1

	section .text
; Entry of the process.
_start:
	mov	[host_sp], rsp
	and	rsp, -16
%assign i SLOTS
%rep SLOTS
	mov	rax, SLOT + i
	push	rax
%assign i i - 1
%endrep
%assign i 0
%macro POISON 1
%ifnidn %1, rsp
	mov	%1, REGISTER + i
%endif
%assign i i + 1
%endmacro
%ifdef INTERRUPT
; As the processor enters a handler: ss, rsp, flags, cs, return address, error code (Intel SDM vol. 3,
; 6.14.2), which here is slot 0.
	mov	rbx, rsp
	mov	eax, ss
	push	rax
	push	rbx
	pushfq
	mov	eax, cs
	push	rax
	lea	rax, [rel back]
	push	rax
	mov	rax, SLOT
	push	rax
%endif
	POISON	rax
	POISON	rcx
	POISON	rdx
	POISON	rbx
	POISON	rsp
	POISON	rbp
	POISON	rsi
	POISON	rdi
	POISON	r8
	POISON	r9
	POISON	r10
	POISON	r11
	POISON	r12
	POISON	r13
	POISON	r14
	POISON	r15
%ifdef INTERRUPT
	jmp	target
%else
	call	target
%endif
back:
	mov	rsp, [rel host_sp]
	mov	rax, [rel cl_taken]
	mov	edi, eax
	shr	rax, 32
	cmp	eax, REGISTER >> 32
	je	.exit
	add	edi, 32
	cmp	eax, SLOT >> 32
	je	.exit
	mov	edi, 255
.exit:
	mov	eax, 60				; exit
	syscall

	section .note.GNU-stack noalloc noexec nowrite progbits
