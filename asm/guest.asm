; SPDX-License-Identifier: MIT
; The payload on bare metal: its entry, and what C cannot say of descriptor tables and traps. Intel SDM
; volume 3, 6.12 and 6.14 (exceptions at 32 and 64 bit) and 7.2.1 (the TSS).

%include "image.inc"

	extern	guest_main, guest_trap, cl_abort
%if WORD == 4
	extern	guest_clock, guest_gdt, guest_tss
%define iret_ iretd
%else
%define iret_ iretq
%define TRAP_GPRS rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
%endif

	section .bss align=16
	resb 32768
guest_stack_top:			; of the runtime

	section .guest_start progbits alloc exec
	jmp	near guest_start		; the first bytes of the payload: asm/payload.ld

	section .text

; Entered by the program that starts the payload (src/payload/handover.h): xdi = handover.
	global	guest_start
guest_start:
	cli
	cld
%if WORD == 8
	lea	rsp, [guest_stack_top]
	xor	ebp, ebp
%else
	mov	esp, guest_stack_top - 12
	xor	ebp, ebp
	push	edi
%endif
	call	guest_main			; void guest_main(const struct cl_handover *)
	ud2

; cl_word guest_vmx_operation(void): VMREAD of a field that does not exist fails with VMfailInvalid (CF) without a
; current VMCS, with VMfailValid (ZF) with one (SDM volume 3, 30.2). C-callable; changes xax, xcx.
	global	guest_vmx_operation, guest_vmread, guest_no_vmx
guest_vmx_operation:
	mov	ecx, 0x6ffe
guest_vmread:
%if WORD == 8
	vmread	rax, rcx
%else
	vmread	eax, ecx
%endif
	mov	eax, 1
	jc	guest_vmx_done
	mov	eax, 2
	jz	guest_vmx_done
guest_no_vmx:				; guest_trap goes on here
	xor	eax, eax
guest_vmx_done:
	ret

; cl_word guest_read_msr(uint32_t number, uint64_t *to), guest_write_msr(uint32_t number, const uint64_t *from): 1, or 0
; where there is no such register, or it does not take that value: the instruction faults, and guest_trap goes on at
; guest_no_msr. C-callable; change xax, xcx, xdx.
	global	guest_read_msr, guest_write_msr, guest_rdmsr, guest_wrmsr, guest_no_msr
guest_read_msr:
%if WORD == 8
	mov	ecx, edi
%else
	mov	ecx, [esp + 4]
%endif
guest_rdmsr:
	rdmsr
%if WORD == 8
	mov	[rsi], eax
	mov	[rsi + 4], edx
%else
	mov	ecx, [esp + 8]
	mov	[ecx], eax
	mov	[ecx + 4], edx
%endif
	mov	eax, 1
	ret
guest_write_msr:
%if WORD == 8
	mov	ecx, edi
	mov	eax, [rsi]
	mov	edx, [rsi + 4]
%else
	mov	ecx, [esp + 8]
	mov	eax, [ecx]
	mov	edx, [ecx + 4]
	mov	ecx, [esp + 4]
%endif
guest_wrmsr:
	wrmsr
	mov	eax, 1
	ret
guest_no_msr:
	xor	eax, eax
	ret

; void guest_tables(const void *gdtr, const void *idtr): C-callable. Selectors as in guest.c.
	global	guest_tables
guest_tables:
%if WORD == 8
	lgdt	[rdi]
	lidt	[rsi]
%else
	mov	eax, [esp + 4]
	lgdt	[eax]
	mov	eax, [esp + 8]
	lidt	[eax]
%endif
	FAR_JUMP 0x08, .code
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

; Gates lead here: 16 bytes a vector, 0 to 31, then CL_VECTOR_CLOCK and int 0x80. At 64 bit every gate
; has a stack of its own (IST), so that a wild rsp is survived and nothing below it is written. At 32 bit
; there is no other stack than the interrupted one without a change of privilege: when esp is wild the
; processor cannot push, and the double fault comes through a task gate: guest_double_fault.
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
%if WORD == 8
	PUSH_EACH TRAP_GPRS
	cld
	mov	rdi, rsp
	call	guest_trap			; void guest_trap(struct trap *)
	POP_EACH TRAP_GPRS
%else
	push	ds
	push	es
	pushad
	mov	eax, 0x10			; code under test may have left anything there
	mov	ds, eax
	mov	es, eax
	cld
	push	esp
	call	guest_trap
	add	esp, 4
	popad
	pop	es
	pop	ds
%endif
	add	xsp, 2 * WORD
	iret_					; also ends the blocking of NMIs: SDM volume 3, 6.7.1

%if WORD == 4
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
%endif

; A trap returns here when the call is given up: any stack will do for cl_abort.
	global	guest_give_up
guest_give_up:
%if WORD == 8
	lea	rsp, [guest_stack_top - 16384]
	call	guest_segments
	mov	edi, 2				; CL_FAULTED
	jmp	cl_abort
%else
	mov	eax, 0x10
	mov	ss, eax
	mov	esp, guest_stack_top - 16384
	call	guest_segments
	push	2				; CL_FAULTED
	call	cl_abort
%endif

; CL_VECTOR_DIRTY, on the interrupted stack: a kernel's interrupt handler writes there, and what is
; below the stack pointer is lost. x86-64 psABI 3.2.2: the red zone is for user code only.
	global	guest_dirty
guest_dirty:
%rep 32
	push	-0x21524111			; 0xdeadbeef
%endrep
	add	xsp, 32 * WORD
	iret_

	section .note.GNU-stack noalloc noexec nowrite progbits
