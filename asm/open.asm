; SPDX-License-Identifier: MIT
; The end of a probe whose return value no document places: what it returns, and how, is what
; src/payload/open.c decided from earlier rounds.

%include "image.inc"

	extern	cl_open, cl_open_cell, cl_escape, cl_fill_result, cl_vector_bytes

; struct cl_open of src/payload/open.h
%define HOW (0 * WORD)
%define POINTER (1 * WORD)
%define BYTES (2 * WORD)
%define POP (3 * WORD)
%define HOW_RETURN 1
%define HOW_X87 2

; cl_open_cell: what each place holds, each with a value of its own.
%define CELL_AX 0
%define CELL_DX 16
%define CELL_ST0 32
%define CELL_VECTOR 64

	section .bss align=16
back:		resw_ 1			; where the caller goes on

	section .text

; cl_return_open: jumped to by a probe, with the stack as at its entry. Goes back to the runtime if
; cl_open says so. Otherwise writes the value through the caller's pointer if it has one, and leaves
; that in xax; loads every register that may hold the value, and pops what cl_open says.
	global	cl_return_open
cl_return_open:
	test	dword [cl_open + HOW], HOW_RETURN
	jz	cl_escape
	mov	xax, [cl_open + POINTER]
	test	xax, xax
	jz	.registers
	mov	xax, [xax]
	push	word_ [cl_open + BYTES]
	call	cl_fill_result
	jmp	.dx
.registers:
	mov	xax, [cl_open_cell + CELL_AX]
.dx:
	mov	xdx, [cl_open_cell + CELL_DX]
	test	dword [cl_open + HOW], HOW_X87
	jz	.vectors
	fld	tword [cl_open_cell + CELL_ST0]
.vectors:
	cmp	dword [cl_vector_bytes], 16
	jb	.return				; where such an instruction would trap
	cmp	dword [cl_vector_bytes], 32
	ja	.zmm
	je	.ymm
%assign at_ 0
%rep 4
	movups	xmm %+ at_, [cl_open_cell + CELL_VECTOR + 64 * at_]
%assign at_ at_ + 1
%endrep
	jmp	.return
.ymm:
%assign at_ 0
%rep 4
	vmovups	ymm %+ at_, [cl_open_cell + CELL_VECTOR + 64 * at_]
%assign at_ at_ + 1
%endrep
	jmp	.return
.zmm:
%assign at_ 0
%rep 4
	vmovups	zmm %+ at_, [cl_open_cell + CELL_VECTOR + 64 * at_]
%assign at_ at_ + 1
%endrep
.return:
	pop	word_ [back]
	add	xsp, [cl_open + POP]
	jmp	[back]

	section .note.GNU-stack noalloc noexec nowrite progbits
