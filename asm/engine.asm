; SPDX-License-Identifier: MIT
; The engine: enters a trampoline with every register poisoned, and takes pictures of all registers
; before, during and after a call. What a called function destroys depends on the convention:
; cl_probe_* and cl_nested_* are generated (src/gen/engine.c).

%include "image.inc"

	extern	cl_poison, cl_poison_stack
	extern	cl_before_image, cl_before_stack, cl_after_image
	extern	cl_probe_image, cl_probe_stack, cl_probe_count, cl_picture_words
	extern	cl_nested_image, cl_nested_count
	extern	cl_function, cl_stack_top, cl_ret, cl_vector_bytes, cl_fpu_trapped

	section .bss align=16
host_sp:	resw_ 1			; the runtime's stack while a trampoline runs
entry:		resw_ 1			; where cl_run goes

	section .rodata align=16
default_mxcsr:	dd 0x1f80		; psABIs 3.4.1, i386 2.3.1: exceptions masked, round to nearest

	section .text

; int cl_run(void (*entry)(void))
; C-callable. Saves what the runtime needs, then jumps to entry with the stack pointer at cl_stack_top
; (64-byte aligned, nothing pushed) and every other register, the flags included, as in cl_poison.
; Returns 0 through cl_after, or the code given to cl_abort.
	global	cl_run
cl_run:
%if WORD == 8
	mov	rax, rdi
%else
	mov	eax, [esp + 4]
%endif
	PUSH_EACH SAVED
	mov	[host_sp], xsp
	mov	[entry], xax
	LOAD_STATE cl_poison
	mov	xsp, [cl_stack_top]
	LOAD_GPRS cl_poison
	jmp	[entry]

; RESTORE image: the flags, and the registers that copies use, as they were. Moves change no flag.
%macro RESTORE 1
	push	word_ [%1 + FLAGS]
	popf
	mov	xcx, [%1 + CX]
	mov	xsi, [%1 + SI]
	mov	xdi, [%1 + DI]
%endmacro

; cl_before: called by a trampoline when all is set up for the call. Takes the picture of all
; registers and of the stack from the argument area up; changes nothing but memory below the stack
; pointer.
	global	cl_before
cl_before:
	PICTURE	cl_before_image
	lea	xsi, [xsp + WORD]
	mov	[cl_before_image + SP], xsi
	lea	xdi, [cl_before_stack]
	mov	ecx, STACK_WORDS
	cld
	rep	movs_
	FPU_OFF	xsi
	RESTORE	cl_before_image
	ret

; cl_after: jumped to by a trampoline right after the call returned. Takes the picture, leaves the
; test stack and returns 0 from cl_run.
	global	cl_after
cl_after:
	mov	[cl_after_image + SP], xsp
	mov	xsp, [host_sp]
	PICTURE	cl_after_image
	xor	eax, eax
	jmp	back_to_runtime

; void cl_abort(int code): leave the test stack from anywhere and return code from cl_run.
	global	cl_abort
cl_abort:
%if WORD == 8
	mov	eax, edi
%else
	mov	eax, [esp + 4]
%endif
	mov	xsp, [host_sp]
back_to_runtime:
	pushf				; code under test may have left DF, NT, AC and TF set
	and	dword [xsp], ~0x44500
	popf
	FPU_ON
	fninit
	ldmxcsr	[default_mxcsr]
	POP_EACH SAVED
	ret

; cl_call_c: the trampoline of the caller direction: calls the C function cl_function(void).
	global	cl_call_c
cl_call_c:
	call	cl_before
	call	[cl_function]
	jmp	cl_after

; What cl_probe_* and cl_nested_* find on the stack when they call cl_picture_*: the return to them,
; to the probe, the bytes of the argument area that it owns, the return to the caller, arguments.
%define OWNED (2 * WORD)
%define ARGUMENTS (4 * WORD)

; DESTROY_SLOTS: overwrite the argument bytes the callee owns. Uses xcx, xsi, xdi; wants DF clear.
%macro DESTROY_SLOTS 0
	lea	xdi, [xsp + ARGUMENTS]
	mov	xsi, [cl_poison_stack]
	mov	xcx, [xsp + OWNED]
	rep	movsb
%endmacro

; cl_picture_probe: called first by cl_probe_*, which a probe calls as `push bytes; call`. Takes the
; picture of registers and stack at the probe's entry, counts the call, and destroys `bytes` of the
; argument area. Changes no register and no flag.
	global	cl_picture_probe
cl_picture_probe:
	PICTURE	cl_probe_image
	lea	xsi, [xsp + ARGUMENTS]
	mov	[cl_probe_image + SP], xsi
	lea	xdi, [cl_probe_stack]
	mov	ecx, [cl_picture_words]
	cld
	rep	movs_
	DESTROY_SLOTS
	inc	dword [cl_probe_count]
	FPU_OFF	xsi
	RESTORE	cl_probe_image
	ret

; cl_picture_nested: the same for cl_nested_*, which C targets call in the middle of their work. The
; target is the caller here: its alignment and flags are pictured, its stack is not.
	global	cl_picture_nested
cl_picture_nested:
	PICTURE	cl_nested_image
	lea	xsi, [xsp + ARGUMENTS]
	mov	[cl_nested_image + SP], xsi
	cld
	DESTROY_SLOTS
	inc	dword [cl_nested_count]
	FPU_OFF	xsi
	RESTORE	cl_nested_image
	ret

; cl_fpu_on, cl_fpu_off: around what generated code destroys of vector registers. Change no register and no flag.
	global	cl_fpu_on, cl_fpu_off
cl_fpu_on:
	pushf
	FPU_ON
	popf
	ret
cl_fpu_off:
	pushf
	push	xax
	FPU_OFF	xax
	pop	xax
	popf
	ret

; cl_fill_result: called by a probe as `push bytes; call` with xax = the caller's pointer to its return
; value. Copies bytes from cl_ret to it if it points into the stack of the test (a wrong pointer is
; reported by the check, not followed). Pops bytes; changes nothing else but flags.
	global	cl_fill_result
cl_fill_result:
	push	xcx
	push	xsi
	push	xdi
	mov	xcx, [xsp + 4 * WORD]
	cmp	xax, xsp
	jb	.done
	mov	xdi, [cl_stack_top]
	sub	xdi, xax
	jb	.done				; above the stack
	cmp	xdi, xcx
	jb	.done				; reaches above it
	lea	xsi, [cl_ret]
	mov	xdi, xax
	cld
	rep	movsb
.done:
	pop	xdi
	pop	xsi
	pop	xcx
	ret	WORD

; cl_escape: a probe that cannot know how much to pop goes back to the runtime instead.
	global	cl_escape
cl_escape:
	mov	eax, 1				; CL_ESCAPED
%if WORD == 8
	mov	edi, eax
%endif
	push	xax
	call	cl_abort

	section .note.GNU-stack noalloc noexec nowrite progbits
