; SPDX-License-Identifier: MIT
; The payload on bare metal at 64 bit: its entry, and what C cannot say of descriptor tables and
; traps. Intel SDM volume 3, 6.14 (exceptions in 64-bit mode).

	bits	64
	default	rel
	extern	guest_main, guest_trap, cl_abort

	section .bss align=16
		resb 32768
guest_stack_top:			; of the runtime

	section .guest_start progbits alloc exec
	jmp	near guest_start		; the first bytes of the payload: asm/payload.ld

	section .text

; Entered by whoever starts the payload (src/payload/handover.h): rdi = handover.
	global	guest_start
guest_start:
	cli
	cld
	lea	rsp, [guest_stack_top]
	xor	ebp, ebp
	call	guest_main			; void guest_main(const struct cl_handover *)
	ud2

; void guest_tables(const void *gdtr, const void *idtr): C-callable. Selectors as in guest.c.
	global	guest_tables
guest_tables:
	lgdt	[rdi]
	lidt	[rsi]
	push	qword 0x08
	lea	rax, [.code]
	push	rax
	o64 retf
.code:
	mov	eax, 0x30
	ltr	ax
	; continues

; void guest_segments(void): the segment registers as code under test finds them.
	global	guest_segments
guest_segments:
	mov	eax, 0x10
	mov	ss, eax
	mov	ds, eax
	mov	eax, 0x18
	mov	es, eax
	mov	eax, 0x20
	mov	fs, eax
	mov	eax, 0x28
	mov	gs, eax
	ret

; Gates lead here: 16 bytes a vector, 0 to 31, then CL_VECTOR_CLOCK and int 0x80. Every gate has a
; stack of its own (IST), so that a wild rsp is survived and nothing below it is written.
	global	guest_stubs
	align	16
guest_stubs:
%assign vector 0
%rep 34
%if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
	push	0
%endif
	push	vector
	jmp	near trap
	align	16
%assign vector vector + 1
%endrep

trap:
	push	rax
	push	rcx
	push	rdx
	push	rbx
	push	rbp
	push	rsi
	push	rdi
	push	r8
	push	r9
	push	r10
	push	r11
	push	r12
	push	r13
	push	r14
	push	r15
	cld
	mov	rdi, rsp
	call	guest_trap			; void guest_trap(struct trap *)
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rdi
	pop	rsi
	pop	rbp
	pop	rbx
	pop	rdx
	pop	rcx
	pop	rax
	add	rsp, 16
	iretq					; also ends the blocking of NMIs: SDM volume 3, 6.7.1

; A trap returns here when the call is given up: any stack will do for cl_abort.
	global	guest_give_up
guest_give_up:
	lea	rsp, [guest_stack_top - 16384]
	call	guest_segments
	mov	edi, 2				; CL_FAULTED
	jmp	cl_abort

; CL_VECTOR_DIRTY, on the interrupted stack: a kernel's interrupt handler writes there, and what is
; below the stack pointer is lost. x86-64 psABI 3.2.2: the red zone is for user code only.
	global	guest_dirty
guest_dirty:
%rep 32
	push	-0x21524111
%endrep
	add	rsp, 32 * 8
	iretq

	section .note.GNU-stack noalloc noexec nowrite progbits
