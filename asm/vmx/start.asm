; SPDX-License-Identifier: MIT
; The hypervisor's start at either width (ROOT is 32 or 64): from flat 32-bit protected mode without
; paging to C with the first GiB mapped one to one. Intel SDM volume 3, 4.4.1 (PAE paging), 9.8.5
; (to 64-bit mode). At entry ebx = 0, or the address of the disk's image in memory.

	extern	hv_main, hv_trap, hv_bss, hv_end

	bits	32
	section .start progbits alloc exec
start:
	cli
	cld
	mov	edi, hv_bss
	mov	ecx, hv_end
	sub	ecx, edi
	xor	eax, eax
	rep stosb
	mov	[hv_disk], ebx
	lgdt	[hv_gdtr]
	jmp	0x20:.flat
.flat:
	mov	eax, 0x10
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	ss, eax
	mov	esp, stack_top

	; Paging: 512 pages of 2 MiB; above them PAE's four pointers, or 4-level paging's two tables.
	xor	ecx, ecx
.page:
	mov	eax, ecx
	shl	eax, 21
	or	eax, 0x83			; present, writable, large
	mov	[directory + ecx * 8], eax
	inc	ecx
	cmp	ecx, 512
	jne	.page
%if ROOT == 64
	mov	dword [pointers], directory + 3
	mov	dword [top], pointers + 3
	mov	eax, top
%else
	mov	dword [pointers], directory + 1
	mov	eax, pointers
%endif
	mov	cr3, eax

	; CR4: PAE, OSFXSR, OSXMMEXCPT, and OSXSAVE if there is XSAVE (for the guest's XSETBV).
	mov	eax, 1
	cpuid
	mov	eax, 0x620
	bt	ecx, 26
	jnc	.no_xsave
	or	eax, 1 << 18
.no_xsave:
	mov	cr4, eax
	mov	ecx, 0xc0000080			; IA32_EFER: NXE, and LME for 64-bit mode
	rdmsr
%if ROOT == 64
	or	eax, 0x900
%else
	or	eax, 0x800
%endif
	wrmsr
	mov	eax, cr0
	and	eax, 0x9ffffff3			; CD NW TS EM off
	or	eax, 0x80010023			; PG WP NE MP PE
	mov	cr0, eax
	jmp	0x08:.paged

	bits	ROOT
.paged:
	; 34 gates, all to the stubs below: SDM 6.11, 6.14.1.
	mov	ecx, 31
.gate:
	mov	eax, ecx
	shl	eax, 3
	add	eax, stubs
%if ROOT == 64
	mov	edi, ecx
	shl	edi, 4
	mov	[idt + rdi], ax
	mov	word [idt + rdi + 2], 0x08
	mov	word [idt + rdi + 4], 0x8e00
	shr	eax, 16
	mov	[idt + rdi + 6], ax
%else
	mov	[idt + ecx * 8], ax
	mov	word [idt + ecx * 8 + 2], 0x08
	mov	word [idt + ecx * 8 + 4], 0x8e00
	shr	eax, 16
	mov	[idt + ecx * 8 + 6], ax
%endif
	dec	ecx
	jns	.gate
	lidt	[hv_idtr]
	fninit
	call	hv_main				; does not return
	ud2

; One a vector, 8 bytes each: whatever lies on the stack, the vector goes on top of it. Vectors with an
; error code tell it for the address; that is good enough for a trap that must not happen.
	align	8
stubs:
%assign vector 0
%rep 32
	push	byte vector
	jmp	near trapped
	align	8
%assign vector vector + 1
%endrep
trapped:
%if ROOT == 64
	pop	rdi
	pop	rsi
	and	rsp, -16
%else
	; cdecl: a return address nobody needs, then vector and address
	push	dword 0
%endif
	jmp	hv_trap

	section .data align=16
	global	hv_gdt, hv_gdtr, hv_idtr
hv_gdt:
	dq	0
%if ROOT == 64
	dq	0x00af9b000000ffff		; 0x08: code, 64 bit
%else
	dq	0x00cf9b000000ffff		; 0x08: code
%endif
	dq	0x00cf93000000ffff		; 0x10: data
	dq	0				; 0x18: TR's selector in root operation, never looked up
	dq	0x00cf9b000000ffff		; 0x20: code, 32 bit, on the way
hv_gdtr:
	dw	hv_gdtr - hv_gdt - 1
%if ROOT == 64
	dq	hv_gdt
%else
	dd	hv_gdt
%endif
hv_idtr:
	dw	32 * ROOT / 4 - 1
%if ROOT == 64
	dq	idt
%else
	dd	idt
%endif

	section .bss align=4096
directory: resb	4096
pointers: resb	4096
top:	resb	4096
idt:	resb	4096
	resb	16384
stack_top:
	global	hv_disk
hv_disk: resq	1

	section .note.GNU-stack noalloc noexec nowrite progbits
