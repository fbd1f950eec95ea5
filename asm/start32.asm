; SPDX-License-Identifier: MIT
; Entry of the payload as a Linux process at 32 bit, its system calls and its signal return
; (int 0x80: number in eax; ebx, ecx, edx, esi, edi, ebp).

	bits	32
	extern	native_main

	section .text

; At entry esp points to argc, argv...: i386 psABI 2.3.1.
	global	_start
_start:
	xor	ebp, ebp
	mov	eax, esp
	and	esp, -16
	sub	esp, 12
	push	eax
	call	native_main			; does not return
	ud2

; long syscall6(long number, long a, long b, long c, long d, long e, long f), C-callable
	global	syscall6
syscall6:
	push	ebx
	push	esi
	push	edi
	push	ebp
	mov	eax, [esp + 20]
	mov	ebx, [esp + 24]
	mov	ecx, [esp + 28]
	mov	edx, [esp + 32]
	mov	esi, [esp + 36]
	mov	edi, [esp + 40]
	mov	ebp, [esp + 44]
	int	0x80
	pop	ebp
	pop	edi
	pop	esi
	pop	ebx
	ret

; Returned to by a signal handler: rt_sigreturn.
	global	signal_return
signal_return:
	mov	eax, 173
	int	0x80

	section .note.GNU-stack noalloc noexec nowrite progbits
