; SPDX-License-Identifier: MIT
; Entry of the payload as a Linux process at 64 bit, its system calls and its signal return
; (x86-64 psABI appendix A.2.1: number in rax; rdi, rsi, rdx, r10, r8, r9; rcx and r11 destroyed).

	bits	64
	extern	native_main

	section .text

; At entry rsp points to argc, argv...: psABI 3.4.1.
	global	_start
_start:
	xor	ebp, ebp
	mov	rdi, rsp
	and	rsp, -16
	call	native_main			; does not return
	ud2

; long syscall6(long number, long a, long b, long c, long d, long e, long f), C-callable
	global	syscall6
syscall6:
	mov	rax, rdi
	mov	rdi, rsi
	mov	rsi, rdx
	mov	rdx, rcx
	mov	r10, r8
	mov	r8, r9
	mov	r9, [rsp + 8]
	syscall
	ret

; Returned to by a signal handler: rt_sigreturn.
	global	signal_return
signal_return:
	mov	eax, 15
	syscall

	section .note.GNU-stack noalloc noexec nowrite progbits
