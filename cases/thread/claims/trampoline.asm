; SPDX-License-Identifier: MIT
; Claims 7 and 15: the assembly that is counted. GENERATION 1: stack-passing asmlinkage callees; 2:
; callees that take registers.

%ifidn __?OUTPUT_FORMAT?__, elf64
	default rel
	bits	64
%include "vmread64.inc"
%else
	bits	32
%include "vmread32.inc"
%include "tail32.inc"
%endif
	extern	vmread_error, schedule_tail
	global	vmread_error_trampoline

	section .text
%if GENERATION == 1
	VMREAD_ERROR_TRAMPOLINE vmread_error_trampoline, vmread_error, stack, none
%else
	VMREAD_ERROR_TRAMPOLINE vmread_error_trampoline, vmread_error, registers, none
%endif

%ifidn __?OUTPUT_FORMAT?__, elf32
	global	schedule_tail_call
%if GENERATION == 1
	SCHEDULE_TAIL_WRAPPER schedule_tail_call, schedule_tail, none
%else
	SCHEDULE_TAIL_DIRECT schedule_tail_call, schedule_tail, none
%endif
%endif

	section .note.GNU-stack noalloc noexec nowrite progbits
