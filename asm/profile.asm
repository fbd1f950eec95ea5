; SPDX-License-Identifier: MIT
; What code compiled with -pg calls at the entry of every function, as Linux does for ftrace. There
; the call is a nop most of the time; here it comes back at once. Both widths are the same source.

	section .text

; void __fentry__(void), called before anything else in a function (GCC manual, -mfentry): its
; arguments are still where they were passed. Preserves every register and flag. Pops nothing.
	global	__fentry__
; void mcount(void), _mcount: the same, called after the prologue.
	global	mcount
	global	_mcount
__fentry__:
mcount:
_mcount:
	ret

	section .note.GNU-stack noalloc noexec nowrite progbits
