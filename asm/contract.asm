; SPDX-License-Identifier: MIT
; Calls by contract: hand-written assembly is called with every register as prepared, and what it calls
; are probes, which a C function of the runtime plays.

%include "image.inc"

	extern	cl_vector_bytes
	extern	cl_after, cl_function, contract_probe, cl_stack_top
	extern	cl_interrupt_cs, cl_interrupt_ss, cl_interrupt_top
	extern	cl_probe_image, cl_contract_index, cl_contract_step, cl_fpu_trapped
	extern	cl_reply, cl_reply_ip, cl_exit_image, cl_exit_ip
	extern	cl_guest_image, cl_guest_entries, cl_arrival_sp, cl_abort, cl_svm_rax

	section .bss align=16
probe_stack:	resb 16384		; of contract_probe: code under test keeps its own
probe_stack_end:

	section .rodata align=16
%if WORD == 8
interrupted:	dq cl_contract_back
%else
interrupted:	dd cl_contract_back
%endif
	align	16
default_mxcsr:	dd 0x1f80

	section .text

; cl_contract_call: entered by cl_run with everything in place but the return address.
	global	cl_contract_call, cl_contract_back
cl_contract_call:
	call	[cl_function]
cl_contract_back:
	jmp	cl_after

; cl_contract_interrupt, and with an error code cl_contract_interrupt_error: as cl_contract_call, but
; entered as by an interrupt of the same privilege level: SDM volume 3, 6.12.1, at 64 bit 6.14.2 (the
; stack pointer is aligned first, and it and SS are pushed always). IRET comes to cl_contract_back.
	global	cl_contract_interrupt, cl_contract_interrupt_error
%macro INTERRUPT_FRAME 0
%if WORD == 8
	mov	rsp, [cl_interrupt_top]
	push	qword [cl_interrupt_ss]
	push	qword [cl_stack_top]
%endif
	pushf
	push	word_ [cl_interrupt_cs]
	push	word_ [interrupted]
%endmacro
cl_contract_interrupt:
	INTERRUPT_FRAME
	jmp	[cl_function]
cl_contract_interrupt_error:
	INTERRUPT_FRAME
	push	word_ 0x7ec0		; CT_ERROR_CODE
	jmp	[cl_function]

; cl_contract_nothing: a function that only returns, to know what the call around one costs.
	global	cl_contract_nothing
cl_contract_nothing:
	ret

; cl_contract_step_call: the same for a tracer of the process: stops before the call, and it ends at
; cl_contract_step_end.
	global	cl_contract_step_call, cl_contract_step_end
cl_contract_step_call:
	int3
	call	[cl_function]
cl_contract_step_end:
	jmp	cl_after

; cl_contract_probe: jumped to by a probe that did `push number`. Takes the picture of all registers as
; they were at the probe's entry, has contract_probe() judge it, and returns as that says in cl_reply
; and cl_reply_ip.
	global	cl_contract_probe
cl_contract_probe:
	PICTURE	cl_probe_image			; no steps, no interrupts: DF and TF too are clear
	pop	word_ [cl_contract_index]
	mov	[cl_probe_image + SP], xsp
	lea	xsp, [probe_stack_end]
	fninit
	ldmxcsr	[default_mxcsr]
	call	contract_probe
	cmp	dword [cl_contract_step], 0
	je	.back
	int3				; for the tracer: from here on the code under test runs again
.back:
	fxrstor_ [cl_reply + FX]
	WIDE_STATE cl_reply, load
	FPU_OFF	xax
	push	word_ [cl_reply + FLAGS]
	popf
	LOAD_GPRS cl_reply
	mov	xsp, [cl_reply + SP]
	jmp	[cl_reply_ip]

; cl_contract_landing: where a register points when a contract says that a function jumps there.
	global	cl_contract_landing
cl_contract_landing:
	push	word_ 0xffffff		; CT_LANDING
	jmp	cl_contract_probe

; PLAY_GUEST: a guest that keeps the registers it was entered with, counts, and leaves others. No flag
; changes.
%macro PLAY_GUEST 0
	SAVE_GPRS cl_guest_image
	mov	xax, [cl_guest_entries]
	lea	xax, [xax + 1]
	mov	[cl_guest_entries], xax
	LOAD_GPRS cl_exit_image
%endmacro

; cl_contract_exit: a guest that no processor runs; its VM exit comes to cl_exit_ip.
	global	cl_contract_exit
cl_contract_exit:
	PLAY_GUEST
	jmp	[cl_exit_ip]

; cl_contract_svm_exit: the same under SVM, which restores rax.
	global	cl_contract_svm_exit
cl_contract_svm_exit:
	PLAY_GUEST
	mov	xax, [cl_guest_image + AX]
	jmp	[cl_exit_ip]

; cl_contract_svm_other: VMLOAD and the like: which address they were given is in rax.
	global	cl_contract_svm_other
cl_contract_svm_other:
	mov	[cl_svm_rax], xax
	jmp	[cl_exit_ip]

; cl_contract_tdx_exit: the TDX module's side of a TDCALL or SEAMCALL: cl_tdx_module() says what it leaves.
	global	cl_contract_tdx_exit
	extern	cl_tdx_module
cl_contract_tdx_exit:
	SAVE_GPRS cl_guest_image
	mov	[cl_guest_image + SP], xsp
	lea	xsp, [probe_stack_end]
	pushf
	push	word_ 2
	popf
	call	cl_tdx_module
	popf
	LOAD_GPRS cl_exit_image
	mov	xsp, [cl_guest_image + SP]
	jmp	[cl_exit_ip]

; cl_contract_guest: in VMX non-root operation, where VMCALL exits (Intel SDM volume 3, 25.1.2).
	global	cl_contract_guest
cl_contract_guest:
	PLAY_GUEST
	vmcall
	ud2

; cl_contract_arrival: a VM exit came here: with which stack pointer?
	global	cl_contract_arrival
cl_contract_arrival:
	mov	[cl_arrival_sp], xsp
	lea	xsp, [probe_stack_end - 16]
	mov	eax, 8				; CT_STOPPED
%if WORD == 8
	mov	edi, eax
%endif
	push	xax
	call	cl_abort

	section .note.GNU-stack noalloc noexec nowrite progbits
