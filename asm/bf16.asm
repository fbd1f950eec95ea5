; SPDX-License-Identifier: MIT
; What clang calls where it moves a __bf16 by way of a float, and libgcc has since gcc 13 only: no
; compiler's library is linked for it.

%include "image.inc"

	section .text

; __bf16 __truncsfbf2(float): in xmm0 at 64 bit, at sp + 4 at 32 bit; returns in xmm0. Rounds to
; nearest even; a NaN stays one. Destroys xax, xdx, flags.
	global	__truncsfbf2
__truncsfbf2:
%if WORD == 8
	movd	eax, xmm0
%else
	mov	eax, [esp + 4]
%endif
	mov	edx, eax
	and	edx, 0x7fffffff
	cmp	edx, 0x7f800000
	ja	.nan
	mov	edx, eax
	shr	edx, 16
	and	edx, 1
	lea	eax, [xax + xdx + 0x7fff]
	jmp	.done
.nan:
	or	eax, 0x400000
.done:
	shr	eax, 16
	movd	xmm0, eax
	ret

	section .note.GNU-stack noalloc noexec nowrite progbits
