; SPDX-License-Identifier: MIT
; For README: the trampoline of docs/examples/vmread.h, as it was written for a vmread_error that is
; asmlinkage: it hands its arguments over on the stack.
;	nasm -f elf32 docs/examples/vmread.asm -o vmread.o

	bits	32
	section	.text
	extern	vmread_error

; Entered with the field at esp+4 and the fault at esp+8; leaves every register, and a fault of 0.
	global	vmread_error_trampoline
vmread_error_trampoline:
	push	eax
	push	ecx
	push	edx
	push	dword [esp + 20]		; fault
	push	dword [esp + 20]		; field
	call	vmread_error
	add	esp, 8
	mov	dword [esp + 20], 0
	pop	edx
	pop	ecx
	pop	eax
	ret

	section	.note.GNU-stack noalloc noexec nowrite progbits
