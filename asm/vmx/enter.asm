; SPDX-License-Identifier: MIT
; Between root operation and the guest, at either width of root. Intel SDM volume 3, chapters 26 (VM
; entry) and 27 (VM exit): the processor switches what the VMCS holds; the other general registers are
; ours to switch. x87 and vector registers are the guest's alone: the hypervisor uses none.

%include "image.inc"

	extern	hv_gdtr, hv_idtr

%define HOST_SP 0x6c14

	section .text

; int vmx_enter(struct registers *r, bool launch): C-callable. 0 after a VM exit, with the guest's
; registers in r; 1 VMfailInvalid, 2 VMfailValid: then r is as it was. struct registers (src/vmx/hv.h)
; has each register at WORD times its number; sp is the VMCS's.
	global	vmx_enter
vmx_enter:
	PUSH_EACH SAVED
%if WORD == 8
	push	rdi
	mov	eax, HOST_SP
	vmwrite	rax, rsp
	mov	rax, rdi
	test	sil, sil			; moves leave the flags alone
%else
	push	dword [esp + 20]		; r
	mov	eax, HOST_SP
	vmwrite	eax, esp
	mov	eax, [esp]
	cmp	byte [esp + 28], 0		; moves leave the flags alone
%endif
	EACH_GPR load, xax + WORD, GPRS_BUT_AX
	mov	xax, [xax]
	call	.now
	jne	.launch
	vmresume
	jmp	.failed
.launch:
	vmlaunch
	jmp	.failed
; Bochs built to chain its handlers adds up the time of a run of instructions where that ends, at a return at the
; latest: what the hypervisor did is not to count as the guest's on the timer that VM entry starts.
.now:
	ret
.failed:					; only a failure comes here: SDM 30.2
	mov	eax, 1
	jc	.out
	mov	eax, 2
.out:
	add	xsp, WORD
	POP_EACH SAVED
	ret

; Where a VM exit comes: HOST_IP. sp = HOST_SP, flags = 2; the registers are still the guest's.
	global	vmx_exit
vmx_exit:
	push	xax
	mov	xax, [xsp + WORD]
	EACH_GPR save, xax + WORD, GPRS_BUT_AX
	pop	word_ [xax]
	xor	eax, eax
	add	xsp, WORD
	POP_EACH SAVED
	ret

; A guest's whole program: VMCALL exits (SDM volume 3, 25.1.2).
	global	vcpu_nothing
vcpu_nothing:
	vmcall

; uint32_t root_enter(word entry, word handover): jump to the payload in root operation; come back
; with what root_leave is given, with the hypervisor's tables.
	global	root_enter
root_enter:
%if WORD == 4
	mov	eax, [esp + 4]
	mov	ecx, [esp + 8]
%endif
	PUSH_EACH SAVED
	mov	[root_sp], xsp
	mov	xdx, cr3
	mov	[root_cr3], xdx
%if WORD == 8
	mov	rax, rdi
	mov	rdi, rsi
%else
	mov	edi, ecx
%endif
	jmp	xax

; void root_leave(uint32_t what): called on the payload's stack and tables.
	global	root_leave
root_leave:
	cli
%if WORD == 8
	mov	ecx, edi
%else
	mov	ecx, [esp + 4]
%endif
	mov	xax, [root_cr3]
	mov	cr3, xax
	mov	xsp, [root_sp]
	lgdt	[hv_gdtr]
	lidt	[hv_idtr]
	FAR_JUMP 0x08, .code
.code:
	mov	eax, 0x10
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	ss, eax
	mov	eax, ecx
	POP_EACH SAVED
	ret

	section .bss align=8
root_sp:	resw_ 1
root_cr3:	resw_ 1

	section .note.GNU-stack noalloc noexec nowrite progbits
