/* SPDX-License-Identifier: MIT */
/* For README: KVM's vmread_error_trampoline and the C function it calls, at 32 bit. May the function
 * take its arguments in registers, or must it be asmlinkage?
 *	nasm -f elf32 docs/examples/vmread.asm -o vmread.o
 *	clobber check vmread.o --contract docs/examples/vmread.h */
//! abi kernel
//! in field stack 1
//! in fault stack 2
//! keeps all
//! out stack 1 = field
//! out stack 2 = 0
//! align word at calls
//! calls vmread_error(field, fault)
void vmread_error_trampoline(unsigned long field, _Bool fault);

//! abi kernel
void vmread_error(unsigned long field, _Bool fault);
