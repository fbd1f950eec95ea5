/* SPDX-License-Identifier: MIT */
/* Assembly of the thread besides the trampoline: what it is called with, and what it calls in C
 * (docs/thread.md has the contracts, asm/thread the assembly).
 *
 * As a callee, the C function is what the assembly calls; as a caller, where C may call the
 * assembly, C does, and the assembly calls a probe, which destroys all it may. */

struct task_struct;
struct cipher_ctx;

//! group opaque
//! abi kernel
//! why the third generation: to C the trampoline is a symbol, and one source serves both widths
//! through vmread_opaque
void vmread_error_opaque(unsigned long field, _Bool fault);

//! group schedule-tail
//! abi kernel
//! why schedule_tail is asmlinkage: the wrapper pushes what arrives in eax
//! through tail_wrapper
void schedule_tail_wrapped(struct task_struct *prev);
//! why schedule_tail takes a register: no wrapper is needed
//! through tail_direct
void schedule_tail_direct(struct task_struct *prev);

//! group irqoff
//! abi kernel
//! why an entry that makes a frame as an interrupt does; the handler returns with IRET
//! through irqoff
void vmx_do_interrupt_nmi_irqoff(unsigned long handler);

//! group stack-bodies
//! abi asmlinkage
//! why math emulation style: seven words from the stack, a frame pointer
//! through math
int math_body(const void *a, const void *b, void *dest, unsigned int control, unsigned int sign,
	      int expa, int expb);
//! why i586 cipher style: three words from the stack, every register in use
//! through cipher
void cipher_body(const struct cipher_ctx *ctx, unsigned char *dst, const unsigned char *src);
