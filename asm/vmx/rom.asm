; SPDX-License-Identifier: MIT
; The ROM at the top of the first 4 GiB, in place of a PC's firmware: the processor starts here in
; real mode (Intel SDM volume 3, 9.1.4), goes to flat 32-bit protected mode (9.9.1), copies the
; hypervisor to RAM and jumps to it, with ebx = 0: the disk is a real one.
;
;	nasm -f bin -DHYPERVISOR='"file"' rom.asm

%define ROM_BYTES 0x20000
%define ROM_BASE  (0x100000000 - ROM_BYTES)
%define LOAD_AT   0x100000

	org	ROM_BASE
	bits	32
hypervisor:
	incbin	HYPERVISOR
hypervisor_end:
	times	ROM_BYTES - 0x100 - ($ - $$) db 0	; a ROM that is too small fails here

; Accessed bits are set already: the processor could not write them here.
gdt:	dq	0
	dq	0x00cf9b000000ffff		; 0x08: code
	dq	0x00cf93000000ffff		; 0x10: data
gdtr:	dw	$ - gdt - 1
	dd	gdt

	bits	16
real_mode:					; cs.base is 0xffff0000
	cli
	cld
	o32 lgdt [cs:(gdtr - hypervisor) - (ROM_BYTES - 0x10000)]
	mov	eax, cr0
	and	eax, 0x9fffffff			; caches on: CD and NW off
	or	al, 1				; PE
	mov	cr0, eax
	jmp	dword 0x08:protected_mode

	bits	32
protected_mode:
	mov	eax, 0x10
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	mov	esi, hypervisor
	mov	edi, LOAD_AT
	mov	ecx, (hypervisor_end - hypervisor + 3) / 4
	rep movsd
	xor	ebx, ebx
	mov	eax, LOAD_AT
	jmp	eax

	times	ROM_BYTES - 16 - ($ - $$) db 0
	bits	16
	jmp	near real_mode			; 0xfffffff0
	times	ROM_BYTES - ($ - $$) db 0
