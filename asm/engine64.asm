; SPDX-License-Identifier: MIT
; The engine at 64 bit: enters a trampoline with every register poisoned, takes pictures of all
; registers before and after a call, and destroys what a callee may destroy. The register sets are
; those of the x86-64 psABI, 3.2.1, and of Microsoft's x64 calling convention.

%include "image64.inc"
%include "wide.inc"

	default rel
	bits	64

	extern	cl_poison, cl_poison_callee, cl_poison_stack
	extern	cl_before_image, cl_before_stack, cl_after_image
	extern	cl_probe_image, cl_probe_stack, cl_probe_count, cl_picture_words
	extern	cl_nested_image, cl_nested_count
	extern	cl_function, cl_stack_top, cl_ret, cl_vector_bytes

	section .bss align=16
host_sp:	resq 1			; the runtime's stack while a trampoline runs
entry:		resq 1			; where cl_run goes

	section .rodata align=16
default_mxcsr:	dd 0x1f80		; psABI 3.4.1: all exceptions masked, round to nearest

	section .text

; int cl_run(void (*entry)(void))
; C-callable (SysV). Saves what the runtime needs, then jumps to entry with rsp = cl_stack_top
; (64-byte aligned, nothing pushed) and every other register, xmm, mxcsr, x87 and the status flags
; as in cl_poison. Returns 0 through cl_after, or the code given to cl_abort.
	global	cl_run
cl_run:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[host_sp], rsp
	mov	[entry], rdi
	fxrstor64 [cl_poison + FX]
	LOAD_WIDE cl_poison
	push	qword [cl_poison + FLAGS]
	popfq
	mov	rsp, [cl_stack_top]
	LOAD_GPRS cl_poison
	jmp	[entry]

; cl_before: called by a trampoline when all is set up for the call. Takes the picture of all
; registers and of the stack from the argument area up; changes nothing but memory below rsp.
	global	cl_before
cl_before:
	SAVE_GPRS cl_before_image
	pushfq
	pop	qword [cl_before_image + FLAGS]
	fxsave64 [cl_before_image + FX]
	SAVE_WIDE cl_before_image
	lea	rsi, [rsp + 8]			; the stack pointer at the call
	mov	[cl_before_image + SP], rsi
	lea	rdi, [cl_before_stack]
	mov	ecx, STACK_WORDS
	cld
	rep movsq
	mov	rcx, [cl_before_image + CX]
	mov	rsi, [cl_before_image + SI]
	mov	rdi, [cl_before_image + DI]
	push	qword [cl_before_image + FLAGS]
	popfq
	ret

; cl_after: jumped to by a trampoline right after the call returned. Takes the picture, leaves the
; test stack and returns 0 from cl_run.
	global	cl_after
cl_after:
	SAVE_GPRS cl_after_image
	mov	[cl_after_image + SP], rsp
	mov	rsp, [host_sp]
	pushfq
	pop	qword [cl_after_image + FLAGS]
	fxsave64 [cl_after_image + FX]
	SAVE_WIDE cl_after_image
	xor	eax, eax
	jmp	back_to_runtime

; void cl_abort(int code): leave the test stack from anywhere and return code from cl_run.
	global	cl_abort
cl_abort:
	mov	eax, edi
	mov	rsp, [host_sp]
back_to_runtime:
	cld
	fninit
	ldmxcsr	[default_mxcsr]
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret

; cl_call_c: the trampoline of the caller direction: calls the C function cl_function(void).
	global	cl_call_c
cl_call_c:
	call	cl_before
	call	[cl_function]
	jmp	cl_after

; CALLED_PICTURE image: all registers at the entry of a function that did `push bytes; call here`.
; On the stack: return to the probe, bytes, return to the caller, arguments. Leaves rsi = address of
; the arguments = the stack pointer at the call.
%macro CALLED_PICTURE 1
	SAVE_GPRS %1
	pushfq
	pop	qword [%1 + FLAGS]
	fxsave64 [%1 + FX]
	SAVE_WIDE %1
	lea	rsi, [rsp + 24]
	mov	[%1 + SP], rsi
	cld
%endmacro

; DESTROY_SLOTS: overwrite the argument bytes the callee owns (their number is at [rsp + 8]).
%macro DESTROY_SLOTS 0
	lea	rdi, [rsp + 24]
	mov	rsi, [cl_poison_stack]
	mov	rcx, [rsp + 8]
	rep movsb
%endmacro

%macro DESTROY_XMM 2				; first, last
%assign i %1
%rep %2 - %1 + 1
	movups	xmm %+ i, [cl_poison_callee + FX_XMM + 16 * i]
%assign i i + 1
%endrep
%endmacro

; DESTROY_SYSV image: x86-64 psABI 3.2.1: all but rbx, rbp, rsp, r12-r15 belong to the callee.
%macro DESTROY_SYSV 1
	DESTROY_XMM 0, 15
	LOAD_WIDE cl_poison_callee
	mov	rax, [cl_poison_callee + AX]
	mov	rcx, [cl_poison_callee + CX]
	mov	rdx, [cl_poison_callee + DX]
	mov	rsi, [cl_poison_callee + SI]
	mov	rdi, [cl_poison_callee + DI]
	mov	r8, [cl_poison_callee + R8_]
	mov	r9, [cl_poison_callee + R9_]
	mov	r10, [cl_poison_callee + R10_]
	mov	r11, [cl_poison_callee + R11_]
	push	qword [cl_poison_callee + FLAGS]
	popfq
%endmacro

; DESTROY_MS image: rax, rcx, rdx, r8-r11, xmm0-xmm5 and the upper parts of all ymm are volatile; rsi and rdi, which the picture
; used, come back from it.
%macro DESTROY_MS 1
	DESTROY_XMM 0, 5
	DESTROY_UPPER cl_poison_callee, 0, 15
	mov	rax, [cl_poison_callee + AX]
	mov	rcx, [cl_poison_callee + CX]
	mov	rdx, [cl_poison_callee + DX]
	mov	rsi, [%1 + SI]
	mov	rdi, [%1 + DI]
	mov	r8, [cl_poison_callee + R8_]
	mov	r9, [cl_poison_callee + R9_]
	mov	r10, [cl_poison_callee + R10_]
	mov	r11, [cl_poison_callee + R11_]
	push	qword [cl_poison_callee + FLAGS]
	popfq
%endmacro

; cl_probe_sysv, cl_probe_ms: called by a probe as `push bytes; call`. Pictures registers and stack
; at the probe's entry, then destroys everything a callee of that convention may destroy, including
; `bytes` of the argument area. Pops `bytes`; the probe then sets its return value.
%macro PROBE 2					; name, destroyer
	global	%1
%1:
	CALLED_PICTURE cl_probe_image
	lea	rdi, [cl_probe_stack]
	mov	ecx, [cl_picture_words]
	rep movsq
	DESTROY_SLOTS
	inc	dword [cl_probe_count]
	%2 cl_probe_image
	ret	8
%endmacro

	PROBE	cl_probe_sysv, DESTROY_SYSV
	PROBE	cl_probe_ms, DESTROY_MS

; cl_nested_sysv, cl_nested_ms: void f(void), called by C targets in the middle of their work. The
; target is the caller here: its alignment and flags are pictured, and everything it may not rely on
; is destroyed (for ms the home area too, which the caller must have provided).
%macro NESTED 3					; name, destroyer, bytes the callee owns
	global	%1
%1:
	push	qword %3
	call	%%picture
	ret
%%picture:
	CALLED_PICTURE cl_nested_image
	DESTROY_SLOTS
	inc	dword [cl_nested_count]
	%2 cl_nested_image
	ret	8
%endmacro

	NESTED	cl_nested_sysv, DESTROY_SYSV, 0
	NESTED	cl_nested_ms, DESTROY_MS, 32

; cl_fill_result: called by a probe as `push bytes; call` with rax = the caller's pointer to its return
; value. Copies bytes from cl_ret to it if it points into the stack of the test (a wrong pointer is
; reported by the check, not followed). Pops bytes; changes nothing else but flags.
	global	cl_fill_result
cl_fill_result:
	push	rcx
	push	rsi
	push	rdi
	cmp	rax, rsp
	jb	.done
	mov	rcx, [rsp + 32]
	lea	rdi, [rax + rcx]
	cmp	rdi, [cl_stack_top]
	ja	.done
	lea	rsi, [cl_ret]
	mov	rdi, rax
	cld
	rep movsb
.done:
	pop	rdi
	pop	rsi
	pop	rcx
	ret	8

; cl_escape: a probe that cannot know how much to pop goes back to the runtime instead.
	global	cl_escape
cl_escape:
	mov	edi, 1				; CL_ESCAPED
	jmp	cl_abort

	section .note.GNU-stack noalloc noexec nowrite progbits
