; SPDX-License-Identifier: MIT
; Between root operation and the guest, 32-bit root. Intel SDM volume 3, chapters 26 (VM entry) and
; 27 (VM exit): the processor switches what the VMCS holds; the other general registers are ours to
; switch. x87 and vector registers are nobody's but the guest's: the hypervisor uses none.

	bits	32
	extern	hv_gdtr, hv_idtr

%define HOST_SP 0x6c14

	section .text

; ALL_BUT_AX op: all registers of struct registers (src/vmx/hv.h) but eax and esp, with r = eax.
%macro ALL_BUT_AX 1
	%1	ecx, 4
	%1	edx, 8
	%1	ebx, 12
	%1	ebp, 20
	%1	esi, 24
	%1	edi, 28
%endmacro
%macro LOAD 2
	mov	%1, [eax + %2]
%endmacro
%macro STORE 2
	mov	[eax + %2], %1
%endmacro
%macro PUSH_SAVED 0				; i386 psABI 2.2.3
	push	ebx
	push	ebp
	push	esi
	push	edi
%endmacro
%macro POP_SAVED 0
	pop	edi
	pop	esi
	pop	ebp
	pop	ebx
%endmacro

; int vmx_enter(struct registers *r, bool launch): C-callable (cdecl). 0 after a VM exit, with the
; guest's registers in r; 1 VMfailInvalid, 2 VMfailValid: then r is as it was.
	global	vmx_enter
vmx_enter:
	PUSH_SAVED
	push	dword [esp + 20]		; r
	mov	eax, HOST_SP
	vmwrite	eax, esp
	mov	eax, [esp]
	cmp	byte [esp + 28], 0		; moves leave the flags alone
	ALL_BUT_AX LOAD
	mov	eax, [eax]
	jne	.launch
	vmresume
	jmp	.failed
.launch:
	vmlaunch
.failed:					; only a failure comes here: SDM 30.2
	mov	eax, 1
	jc	.out
	mov	eax, 2
.out:
	add	esp, 4
	POP_SAVED
	ret

; Where a VM exit comes: HOST_IP. esp = HOST_SP, flags = 2; the registers are still the guest's.
	global	vmx_exit
vmx_exit:
	push	eax
	mov	eax, [esp + 4]
	ALL_BUT_AX STORE
	pop	dword [eax]
	xor	eax, eax
	add	esp, 4
	POP_SAVED
	ret

; uint32_t root_enter(word entry, word handover): jump to the payload in root operation; comes back
; with what root_leave is given, with the hypervisor's tables.
	global	root_enter
root_enter:
	mov	eax, [esp + 4]
	mov	ecx, [esp + 8]
	PUSH_SAVED
	mov	[root_sp], esp
	mov	edx, cr3
	mov	[root_cr3], edx
	mov	edi, ecx
	jmp	eax

; void root_leave(uint32_t what): called on the payload's stack and tables.
	global	root_leave
root_leave:
	cli
	mov	ecx, [esp + 4]
	mov	eax, [root_cr3]
	mov	cr3, eax
	mov	esp, [root_sp]
	lgdt	[hv_gdtr]
	lidt	[hv_idtr]
	jmp	0x08:.code
.code:
	mov	eax, 0x10
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	ss, eax
	mov	eax, ecx
	POP_SAVED
	ret

	section .bss align=8
root_sp: resd	1
root_cr3: resd	1

	section .note.GNU-stack noalloc noexec nowrite progbits
