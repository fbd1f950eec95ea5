; SPDX-License-Identifier: MIT
; A ROM that starts Linux under Bochs, without BIOS, disk and boot loader: from reset to 64-bit mode
; and into an unpacked kernel that Bochs put into memory (harness/kvm_bochs.py makes both). Linux,
; Documentation/x86/boot.rst, "64-bit boot protocol"; Intel SDM volume 3, 9.1.4 (the first
; instruction), 9.8.5 (to 64-bit mode).
;
; -DBLOB=, -DBLOB_END=: where kernel and initramfs lie; -DENTRY=: startup_64; -DPARAMETERS="FILE":
; struct boot_params, and 4 KiB behind it the command line.

%define ROM_BYTES	0x10000
%define PARAMETERS_AT	0x7000
%define PARAMETERS_BYTES 0x2000
%define TABLES		0xa000

	org	0x100000000 - ROM_BYTES
	bits	16
start:
	cli
	cld
	o32 lgdt [cs:gdtr - start]	; cs is still the whole ROM's last 64 KiB
	mov	eax, cr0
	and	eax, 0x9fffffff		; CD, NW: caches on
	or	al, 1			; PE
	mov	cr0, eax
	jmp	dword 0x08:protected

	bits	32
protected:
	mov	eax, 0x10
	mov	ds, eax
	mov	es, eax
	mov	ss, eax

; Bochs reads the image in one piece, and gives blocks of it to the guest in the order in which they
; are first touched: so touch it from its start to its end before anything else.
	mov	esi, BLOB
.touch:
	mov	al, [esi]
	add	esi, 0x20000
	cmp	esi, BLOB_END
	jb	.touch

	mov	esi, parameters
	mov	edi, PARAMETERS_AT
	mov	ecx, PARAMETERS_BYTES / 4
	rep movsd

; The first GiB, and the last 2 MiB below 4 GiB, where this is, at their own addresses in large pages.
	mov	edi, TABLES
	xor	eax, eax
	mov	ecx, 4 * 4096 / 4
	rep stosd
	mov	dword [TABLES], TABLES + 0x1000 + 3
	mov	dword [TABLES + 0x1000], TABLES + 0x2000 + 3
	mov	dword [TABLES + 0x1000 + 3 * 8], TABLES + 0x3000 + 3
	mov	dword [TABLES + 0x3000 + 511 * 8], 0xffe00083
	mov	edi, TABLES + 0x2000
	mov	eax, 0x83
.page:
	stosd
	add	edi, 4
	add	eax, 0x200000
	cmp	eax, 0x40000083
	jne	.page

	mov	eax, 0x20		; PAE
	mov	cr4, eax
	mov	eax, TABLES
	mov	cr3, eax
	mov	ecx, 0xc0000080		; EFER
	rdmsr
	or	eax, 0x100		; LME
	wrmsr
	mov	eax, cr0
	or	eax, 0x80000000		; PG
	mov	cr0, eax
	jmp	0x10 + 8:wide

	bits	64
wide:
	mov	eax, 0x10
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	mov	esi, PARAMETERS_AT
	mov	eax, ENTRY
	jmp	rax

	align	8
gdt:	dq	0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff
gdtr:	dw	gdtr - gdt - 1
	dd	gdt

	align	4
parameters:
	incbin	PARAMETERS

	times	ROM_BYTES - 16 - ($ - $$) db 0
	bits	16
	jmp	near start
	times	ROM_BYTES - ($ - $$) db 0
