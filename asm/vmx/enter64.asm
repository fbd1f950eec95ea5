; SPDX-License-Identifier: MIT
; Between root operation and the guest, 64-bit root. Intel SDM volume 3, chapters 26 (VM entry) and
; 27 (VM exit): the processor switches what the VMCS holds; the other general registers are ours to
; switch. x87 and vector registers are nobody's but the guest's: the hypervisor uses none.

	bits	64
	default	rel
	extern	hv_gdtr, hv_idtr

%define HOST_SP 0x6c14

	section .text

; EXCEPT_SP op: all registers of struct registers (src/vmx/hv.h) but rax and rsp, with r = rax.
%macro ALL_BUT_AX 1
	%1	rcx, 8
	%1	rdx, 16
	%1	rbx, 24
	%1	rbp, 40
	%1	rsi, 48
	%1	rdi, 56
	%1	r8, 64
	%1	r9, 72
	%1	r10, 80
	%1	r11, 88
	%1	r12, 96
	%1	r13, 104
	%1	r14, 112
	%1	r15, 120
%endmacro
%macro LOAD 2
	mov	%1, [rax + %2]
%endmacro
%macro STORE 2
	mov	[rax + %2], %1
%endmacro
%macro PUSH_SAVED 0				; x86-64 psABI 3.2.1
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
%endmacro
%macro POP_SAVED 0
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
%endmacro

; int vmx_enter(struct registers *r, bool launch): C-callable (SysV). 0 after a VM exit, with the
; guest's registers in r; 1 VMfailInvalid, 2 VMfailValid: then r is as it was.
	global	vmx_enter
vmx_enter:
	PUSH_SAVED
	push	rdi
	mov	eax, HOST_SP
	vmwrite	rax, rsp
	mov	rax, rdi
	test	sil, sil			; moves leave the flags alone
	ALL_BUT_AX LOAD
	mov	rax, [rax]
	jnz	.launch
	vmresume
	jmp	.failed
.launch:
	vmlaunch
.failed:					; only a failure comes here: SDM 30.2
	mov	eax, 1
	jc	.out
	mov	eax, 2
.out:
	add	rsp, 8
	POP_SAVED
	ret

; Where a VM exit comes: HOST_IP. rsp = HOST_SP, flags = 2; the registers are still the guest's.
	global	vmx_exit
vmx_exit:
	push	rax
	mov	rax, [rsp + 8]
	ALL_BUT_AX STORE
	pop	qword [rax]
	xor	eax, eax
	add	rsp, 8
	POP_SAVED
	ret

; uint32_t root_enter(word entry, word handover): jump to the payload in root operation; comes back
; with what root_leave is given, with the hypervisor's tables.
	global	root_enter
root_enter:
	PUSH_SAVED
	mov	[root_sp], rsp
	mov	rax, cr3
	mov	[root_cr3], rax
	mov	rax, rdi
	mov	rdi, rsi
	jmp	rax

; void root_leave(uint32_t what): called on the payload's stack and tables.
	global	root_leave
root_leave:
	cli
	mov	rax, [root_cr3]
	mov	cr3, rax
	mov	rsp, [root_sp]
	lgdt	[hv_gdtr]
	lidt	[hv_idtr]
	push	qword 0x08
	lea	rax, [.code]
	push	rax
	o64 retf
.code:
	mov	eax, 0x10
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	ss, eax
	mov	eax, edi
	POP_SAVED
	ret

	section .bss align=8
root_sp: resq	1
root_cr3: resq	1

	section .note.GNU-stack noalloc noexec nowrite progbits
