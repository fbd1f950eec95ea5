; SPDX-License-Identifier: MIT
; The payload on bare metal at 32 bit: its entry, and what C cannot say of descriptor tables and
; traps. Intel SDM volume 3, 6.12 (exceptions) and 7.2.1 (the TSS).

	bits	32
	extern	guest_main, guest_trap, guest_clock, cl_abort, guest_gdt, guest_tss

	section .bss align=16
		resb 32768
guest_stack_top:			; of the runtime

	section .guest_start progbits alloc exec
	jmp	near guest_start		; the first bytes of the payload: asm/payload.ld

	section .text

; Entered by whoever starts the payload (src/payload/handover.h): edi = handover.
	global	guest_start
guest_start:
	cli
	cld
	mov	esp, guest_stack_top - 12
	xor	ebp, ebp
	push	edi
	call	guest_main			; void guest_main(const struct cl_handover *)
	ud2

; void guest_tables(const void *gdtr, const void *idtr): C-callable. Selectors as in guest.c.
	global	guest_tables
guest_tables:
	mov	eax, [esp + 4]
	lgdt	[eax]
	mov	eax, [esp + 8]
	lidt	[eax]
	jmp	0x08:.code
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

; Gates lead here: 16 bytes a vector, 0 to 31, then CL_VECTOR_CLOCK and int 0x80. They use the
; interrupted stack: there is no other without a change of privilege. When esp is wild the processor
; cannot push, and the double fault comes through a task gate: guest_double_fault.
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
	push	ds
	push	es
	pushad
	mov	eax, 0x10			; code under test may have left anything there
	mov	ds, eax
	mov	es, eax
	cld
	push	esp
	call	guest_trap			; void guest_trap(struct trap *)
	add	esp, 4
	popad
	pop	es
	pop	ds
	add	esp, 8
	iretd					; also ends the blocking of NMIs: SDM volume 3, 6.7.1

; The task of #DF. The processor saved the state at the fault in guest_tss (SDM volume 3, 7.3) and
; loaded this task's; go back to being the task guest_tss, and treat it like any trap.
	global	guest_double_fault
guest_double_fault:
	and	byte [guest_gdt + 0x30 + 5], 0xfd	; not busy: ltr wants it so
	and	byte [guest_gdt + 0x38 + 5], 0xfd
	mov	eax, 0x30
	ltr	ax
	clts						; a task switch sets CR0.TS
	push	dword 2
	popfd						; NT off: iretd is to return, not to switch
	add	esp, 4					; the error code, 0
	push	dword [guest_tss + 36]			; eflags
	push	dword 0x08
	push	dword [guest_tss + 32]			; eip
	push	dword 0
	push	dword 8
	jmp	trap

; The task of CL_VECTOR_CLOCK: like #DF's, so that nothing is written below the interrupted esp, where
; a trampoline's poison may lie already. NT is set: iretd goes back to the interrupted task, and the
; next switch comes back here.
	global	guest_clock_task
guest_clock_task:
	call	guest_clock			; void guest_clock(void)
	iretd
	jmp	guest_clock_task

; A trap returns here when the call is given up: any stack will do for cl_abort.
	global	guest_give_up
guest_give_up:
	mov	eax, 0x10
	mov	ss, eax
	mov	esp, guest_stack_top - 16384
	call	guest_segments
	push	2				; CL_FAULTED
	call	cl_abort

; CL_VECTOR_DIRTY, on the interrupted stack: what is below the stack pointer is lost.
	global	guest_dirty
guest_dirty:
%rep 32
	push	-0x21524111
%endrep
	add	esp, 32 * 4
	iretd

	section .note.GNU-stack noalloc noexec nowrite progbits
