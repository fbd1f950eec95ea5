/* SPDX-License-Identifier: MIT */
/* The thread's subject: a VMREAD fails, and inline assembly calls vmread_error through a trampoline
 * that passes what it got on the stack (docs/vmx.md).
 *
 * As a callee, vmread_error is C, called by the trampoline: field and fault must arrive, whether it
 * is asmlinkage or not, every register must survive, and the fault slot end up 0. As a caller, C holds
 * the inline assembly, and its own values must survive although it declares no clobbers. The VMREAD
 * is a real one that fails in places `root` and `root-vmcs`; elsewhere the fault of the instruction is
 * turned into what it leaves in the flags. */

//! group vmread
//! abi kernel asmlinkage
//! why one read, the body for compilers without asm goto with outputs
//! through vmread
void vmread_error_pushed(unsigned long field, _Bool fault);
//! why six in a row: what the trampoline preserves is what lets a compiler keep values in registers
//! through vmread_six
void vmread_error_six(unsigned long field, _Bool fault);
//! why asm goto with an output: the call is C's own
//! through vmread_goto
void vmread_error_goto(unsigned long field, _Bool fault);

//! group vcpu-run
//! abi kernel
//! why an entry that calls back into C, gives the guest every register, and fails to resume it
//! through vcpu_run
_Bool vmx_vcpu_run_entry(void *vmx, unsigned long *regs, unsigned int flags);
//! why the same with a guest that is launched and resumed, and comes back by a VM exit each time
//! through vcpu_exits
_Bool vmx_vcpu_exits_entry(void *vmx, unsigned long *regs, unsigned int flags);
