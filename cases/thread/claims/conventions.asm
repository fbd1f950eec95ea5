; SPDX-License-Identifier: MIT
; Claims 11 and 16: assembly of the thread as an object of its own, to be held against its contract in
; conventions.cases, where it stands what each promises. No C and no compiler is needed.
; THE: which function the object has; BROKEN: how it is broken, or none; CROSSED: it is of another
; generation than what it calls.

%ifidn __?OUTPUT_FORMAT?__, elf64
	default rel
	bits	64
%include "vmread64.inc"
%include "vcpu64.inc"
%else
	bits	32
%include "vmread32.inc"
%include "vcpu32.inc"
%include "tail32.inc"
%include "bodies32.inc"
%endif
%include "opaque.inc"
%include "irqoff.inc"

%ifndef BROKEN
%define BROKEN none
%endif

	global	THE
	section .text
%ifidn THE, trampoline_opaque
	extern	vmread_error
	VMREAD_ERROR_OPAQUE THE, vmread_error, BROKEN
%elifidn THE, trampoline_registers
	extern	vmread_error
%ifdef CROSSED
	VMREAD_ERROR_TRAMPOLINE THE, vmread_error, stack, BROKEN
%else
	VMREAD_ERROR_TRAMPOLINE THE, vmread_error, registers, BROKEN
%endif
%elifidn THE, trampoline_asmlinkage
	extern	vmread_error_asmlinkage
%ifdef CROSSED
	VMREAD_ERROR_TRAMPOLINE THE, vmread_error_asmlinkage, registers, BROKEN
%else
	VMREAD_ERROR_TRAMPOLINE THE, vmread_error_asmlinkage, stack, BROKEN
%endif
%elifidn THE, vcpu_run
	extern	vmx_update_host
	VCPU_RUN THE, vmx_update_host, BROKEN
%elifidn THE, irqoff
	extern	irqoff_handled
	IRQOFF THE, irqoff_handled, BROKEN
%elifidn THE, tail_wrapper
	extern	schedule_tail_asmlinkage
%ifdef CROSSED
	SCHEDULE_TAIL_DIRECT THE, schedule_tail_asmlinkage, BROKEN
%else
	SCHEDULE_TAIL_WRAPPER THE, schedule_tail_asmlinkage, BROKEN
%endif
%elifidn THE, tail_direct
	extern	schedule_tail
	SCHEDULE_TAIL_DIRECT THE, schedule_tail, BROKEN
%elifidn THE, cipher_body
	extern	cipher_round
	CIPHER_BODY THE, cipher_round, BROKEN
%elifidn THE, math_body
	extern	math_step
	MATH_BODY THE, math_step, BROKEN
%else
%error "say which function: -DTHE=NAME"
%endif

	section .note.GNU-stack noalloc noexec nowrite progbits
