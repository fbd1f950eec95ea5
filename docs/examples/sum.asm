; SPDX-License-Identifier: MIT
; For README and docs/check.md: long sum(const long *v, long n), once right and once with a mistake
; that only some lengths show.
;	nasm -f elf64 docs/examples/sum.asm -o sum.o

	bits	64
	section	.text

; rdi = v, rsi = n; the sum in rax.
	global	sum
sum:
	xor	eax, eax
	test	rsi, rsi
	jz	.done
.next:
	add	rax, [rdi]
	add	rdi, 8
	dec	rsi
	jnz	.next
.done:
	ret

; The same, two at a time; rbx belongs to the caller.
	global	sum_by_two
sum_by_two:
	xor	eax, eax
	xor	ecx, ecx
	shr	rsi, 1
	jnc	.even
	mov	rbx, [rdi]			; the one left over
	add	rax, rbx
	add	rdi, 8
.even:
	cmp	rcx, rsi
	je	.done
	add	rax, [rdi]
	add	rax, [rdi + 8]
	add	rdi, 16
	inc	rcx
	jmp	.even
.done:
	ret

	section	.note.GNU-stack noalloc noexec nowrite progbits
