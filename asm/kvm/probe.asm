; SPDX-License-Identifier: MIT
; The guest with which place kvm asks what KVM is worth here (src/place/kvm_probe.c): a flat binary,
; loaded and entered at 0x400000 as src/payload/handover.h says, -DWIDTH=32 or 64. It does one thing
; after another that payloads need, and says so before and after by `out` to CL_PORT: enum kvm_stage
; in src/place/kvm_probe.h.

	bits	WIDTH
	org	0x400000

%define CL_PORT		0xc10b
%define VECTOR		0x31		; CL_VECTOR_DIRTY
%define MARK		0x5eed1234

%if WIDTH == 64
	default	rel
 %define ax_ rax
 %define dx_ rdx
 %define sp_ rsp
 %define iret_ iretq
 %define GATE_BYTES 16
 %define CODE_DESCRIPTOR 0x00af9b000000ffff
%else
 %define ax_ eax
 %define dx_ edx
 %define sp_ esp
 %define iret_ iretd
 %define GATE_BYTES 8
 %define CODE_DESCRIPTOR 0x00cf9b000000ffff
%endif

	; say STAGE: destroys eax and edx
%macro say 1
	mov	eax, %1
	mov	edx, CL_PORT
	out	dx, eax
%endmacro

	; wait_for COUNTER: until its handler ran. Whoever runs this has a deadline.
%macro wait_for 1
%%again:
	pause
	cmp	byte [%1], 0
	je	%%again
%endmacro

	; gate LABEL: an interrupt gate (SDM volume 3, figures 6-2 and 6-8)
%macro gate 1
	dw	(%1 - start + 0x400000) & 0xffff, 0x08, 0x8e00, (%1 - start + 0x400000) >> 16
%if WIDTH == 64
	dq	0
%endif
%endmacro

start:
	mov	sp_, stack_top
	say	1			; it runs

	lgdt	[gdtr]
	lidt	[idtr]
	mov	ax_, cr0		; SDM volume 3, 13.1: what SSE needs of CR0 and CR4
	and	eax, ~0xc		; EM, TS
	or	eax, 2			; MP
	mov	cr0, ax_
	mov	ax_, cr4
	or	eax, 0x600		; OSFXSR, OSXMMEXCPT
	mov	cr4, ax_
	mov	eax, MARK
	movd	xmm0, eax
	paddd	xmm0, xmm0
	movd	ecx, xmm0
	cmp	ecx, 2 * MARK
	jne	wrong
	say	2			; SSE

	fninit
	fld1
	fld1
	faddp
	fistp	dword [number]
	cmp	dword [number], 2
	jne	wrong
	say	3			; x87

	ud2
	cmp	byte [exceptions], 1
	jne	wrong
	say	4			; an exception was handled

	say	5			; interrupt me as soon as you may
	sti
	wait_for interrupts
	cli
	say	6			; interrupted

	say	7			; now an NMI
	wait_for nmis
	say	8			; got it

	say	9			; now my #DB are yours
	pushf
	or	dword [sp_], 0x100	; TF
	popf
	nop
	nop
	nop
	nop
	pushf
	and	dword [sp_], ~0x100
	popf
	say	10			; stepped

	; AVX and AVX-512, as far as CPUID offers them: SDM volume 1, 14.3 and 15.2.
	mov	eax, 1
	cpuid
	and	ecx, 1 << 28 | 1 << 26	; AVX, XSAVE
	cmp	ecx, 1 << 28 | 1 << 26
	jne	no_vectors
	mov	ax_, cr4
	or	eax, 1 << 18		; OSXSAVE
	mov	cr4, ax_
	xor	ecx, ecx
	xor	edx, edx
	mov	eax, 7			; x87, SSE, AVX
	xsetbv
	mov	eax, MARK
	vmovd	xmm0, eax
	vshufps	ymm0, ymm0, ymm0, 0
	vaddps	ymm1, ymm0, ymm0	; a float: not looked at
	vxorps	ymm2, ymm1, ymm1
	vorps	ymm2, ymm2, ymm0
	vmovd	ecx, xmm2
	vzeroupper
	cmp	ecx, MARK
	jne	wrong
	say	11			; AVX, before an exit
	vmovd	xmm0, dword [mark]
	vxorps	ymm1, ymm1, ymm1
	vorps	ymm1, ymm1, ymm0
	vmovd	ecx, xmm1
	vzeroupper
	cmp	ecx, MARK
	jne	wrong
	cmp	byte [exceptions], 1
	jne	wrong
	say	12			; and behind it
	mov	eax, 7
	xor	ecx, ecx
	cpuid
	bt	ebx, 16
	jnc	no_avx512
	xor	ecx, ecx
	xor	edx, edx
	mov	eax, 0xe7
	xsetbv
	mov	eax, MARK
	vpbroadcastd zmm0, eax
	vpaddd	zmm1, zmm0, zmm0
	vmovd	ecx, xmm1
	cmp	ecx, 2 * MARK
	jne	wrong
	jmp	no_avx512
no_vectors:
	say	11
	say	12
no_avx512:
	say	13
	say	14			; the end
wrong:
	say	15			; a wrong result
	jmp	wrong

undefined:				; behind the ud2
	inc	byte [exceptions]
	add	dword [sp_], 2
	iret_
interrupt:
	inc	byte [interrupts]
	iret_
nmi:
	inc	byte [nmis]
	iret_

	align	16
gdt:	dq	0, CODE_DESCRIPTOR, 0x00cf93000000ffff
gdtr:	dw	gdtr - gdt - 1
%if WIDTH == 64
	dq	gdt
%else
	dd	gdt
%endif
	align	16
idt:
	times	2 * GATE_BYTES db 0
	gate	nmi
	times	3 * GATE_BYTES db 0
	gate	undefined
	times	(VECTOR - 7) * GATE_BYTES db 0
	gate	interrupt
idtr:	dw	idtr - idt - 1
%if WIDTH == 64
	dq	idt
%else
	dd	idt
%endif
number:	dd	0
mark:	dd	MARK
exceptions: db	0
interrupts: db	0
nmis:	db	0
	align	16
	times	512 db 0
stack_top:
