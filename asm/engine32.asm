; SPDX-License-Identifier: MIT
; The engine at 32 bit: enters a trampoline with every register poisoned, takes pictures of all
; registers before and after a call, and destroys what a callee may destroy. The register sets are
; those of the i386 psABI, 2.2.3, Table 2.3; no i386 convention changes them.

%include "image32.inc"
%include "wide.inc"

	bits	32

	extern	cl_poison, cl_poison_callee, cl_poison_stack
	extern	cl_before_image, cl_before_stack, cl_after_image
	extern	cl_probe_image, cl_probe_stack, cl_probe_count, cl_picture_words
	extern	cl_nested_image, cl_nested_count
	extern	cl_function, cl_stack_top, cl_ret, cl_vector_bytes

	section .bss align=16
host_sp:	resd 1			; the runtime's stack while a trampoline runs
entry:		resd 1			; where cl_run goes

	section .rodata align=16
default_mxcsr:	dd 0x1f80		; psABI 2.3.1: all exceptions masked, round to nearest

	section .text

; int cl_run(void (*entry)(void))
; C-callable (cdecl). Saves what the runtime needs, then jumps to entry with esp = cl_stack_top
; (64-byte aligned, nothing pushed) and every other register, xmm, mxcsr, x87 and the status flags
; as in cl_poison. Returns 0 through cl_after, or the code given to cl_abort.
	global	cl_run
cl_run:
	mov	eax, [esp + 4]
	push	ebx
	push	ebp
	push	esi
	push	edi
	mov	[host_sp], esp
	mov	[entry], eax
	fxrstor	[cl_poison + FX]
	LOAD_WIDE cl_poison
	push	dword [cl_poison + FLAGS]
	popfd
	mov	esp, [cl_stack_top]
	LOAD_GPRS cl_poison
	jmp	[entry]

; cl_before: called by a trampoline when all is set up for the call. Takes the picture of all
; registers and of the stack from the argument area up; changes nothing but memory below esp.
	global	cl_before
cl_before:
	SAVE_GPRS cl_before_image
	pushfd
	pop	dword [cl_before_image + FLAGS]
	fxsave	[cl_before_image + FX]
	SAVE_WIDE cl_before_image
	lea	esi, [esp + 4]			; the stack pointer at the call
	mov	[cl_before_image + SP], esi
	mov	edi, cl_before_stack
	mov	ecx, STACK_WORDS
	cld
	rep movsd
	mov	ecx, [cl_before_image + CX]
	mov	esi, [cl_before_image + SI]
	mov	edi, [cl_before_image + DI]
	push	dword [cl_before_image + FLAGS]
	popfd
	ret

; cl_after: jumped to by a trampoline right after the call returned. Takes the picture, leaves the
; test stack and returns 0 from cl_run.
	global	cl_after
cl_after:
	SAVE_GPRS cl_after_image
	mov	[cl_after_image + SP], esp
	mov	esp, [host_sp]
	pushfd
	pop	dword [cl_after_image + FLAGS]
	fxsave	[cl_after_image + FX]
	SAVE_WIDE cl_after_image
	xor	eax, eax
	jmp	back_to_runtime

; void cl_abort(int code): leave the test stack from anywhere and return code from cl_run.
	global	cl_abort
cl_abort:
	mov	eax, [esp + 4]
	mov	esp, [host_sp]
back_to_runtime:
	cld
	fninit
	ldmxcsr	[default_mxcsr]
	pop	edi
	pop	esi
	pop	ebp
	pop	ebx
	ret

; cl_call_c: the trampoline of the caller direction: calls the C function cl_function(void).
	global	cl_call_c
cl_call_c:
	call	cl_before
	call	[cl_function]
	jmp	cl_after

; CALLED_PICTURE image: all registers at the entry of a function that did `push bytes; call here`.
; On the stack: return to the probe, bytes, return to the caller, arguments. Leaves esi = address of
; the arguments = the stack pointer at the call.
%macro CALLED_PICTURE 1
	SAVE_GPRS %1
	pushfd
	pop	dword [%1 + FLAGS]
	fxsave	[%1 + FX]
	SAVE_WIDE %1
	lea	esi, [esp + 12]
	mov	[%1 + SP], esi
	cld
%endmacro

; DESTROY image: overwrite the argument bytes the callee owns (their number is at [esp + 4]), every
; scratch register and the status flags. esi and edi, which the picture used, come back from it.
%macro DESTROY 1
	lea	edi, [esp + 12]
	mov	esi, [cl_poison_stack]
	mov	ecx, [esp + 4]
	rep movsb
%assign i 0
%rep 8
	movups	xmm %+ i, [cl_poison_callee + FX_XMM + 16 * i]
%assign i i + 1
%endrep
	LOAD_WIDE cl_poison_callee
	mov	esi, [%1 + SI]
	mov	edi, [%1 + DI]
	mov	eax, [cl_poison_callee + AX]
	mov	ecx, [cl_poison_callee + CX]
	mov	edx, [cl_poison_callee + DX]
	push	dword [cl_poison_callee + FLAGS]
	popfd
%endmacro

; cl_probe: called by a probe as `push bytes; call`. Pictures registers and stack at the probe's
; entry, then destroys everything a callee may destroy, including `bytes` of the argument area.
; Pops `bytes`; the probe then sets its return value.
	global	cl_probe
cl_probe:
	CALLED_PICTURE cl_probe_image
	mov	edi, cl_probe_stack
	mov	ecx, [cl_picture_words]
	rep movsd
	inc	dword [cl_probe_count]
	DESTROY cl_probe_image
	ret	4

; cl_nested: void f(void), called by C targets in the middle of their work. The target is the caller
; here: its alignment and flags are pictured, and everything it may not rely on is destroyed.
	global	cl_nested
cl_nested:
	push	dword 0
	call	.picture
	ret
.picture:
	CALLED_PICTURE cl_nested_image
	inc	dword [cl_nested_count]
	DESTROY cl_nested_image
	ret	4

; cl_fill_result: called by a probe as `push bytes; call` with eax = the caller's pointer to its return
; value. Copies bytes from cl_ret to it if it points into the stack of the test (a wrong pointer is
; reported by the check, not followed). Pops bytes; changes nothing else but flags.
	global	cl_fill_result
cl_fill_result:
	push	ecx
	push	esi
	push	edi
	cmp	eax, esp
	jb	.done
	mov	ecx, [esp + 16]
	lea	edi, [eax + ecx]
	cmp	edi, [cl_stack_top]
	ja	.done
	mov	esi, cl_ret
	mov	edi, eax
	cld
	rep movsb
.done:
	pop	edi
	pop	esi
	pop	ecx
	ret	4

; cl_escape: a probe that cannot know how much to pop goes back to the runtime instead.
	global	cl_escape
cl_escape:
	mov	eax, 1				; CL_ESCAPED
	push	eax
	call	cl_abort

	section .note.GNU-stack noalloc noexec nowrite progbits
