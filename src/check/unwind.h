/* SPDX-License-Identifier: MIT */
/* Unwinding by call frame information: what a debugger or the kernel would take for the caller's
 * registers, at any instruction. DWARF 5, 6.4; the x86-64 psABI, 3.6 and 3.7; the i386 psABI, 2.4
 * and 2.5. `clobber check --step` asks at every instruction and compares. */
#ifndef CLOBBER_CHECK_UNWIND_H
#define CLOBBER_CHECK_UNWIND_H

#include "util/util.h"

/* General registers in hardware encoding order (src/abi/regs.h): gpr[4] is the stack pointer. At 32
 * bit the upper halves are 0 and r8 to r15 are not known. */
struct unwind_regs {
	uint64_t pc; /* of the very instruction that is about to run; of a caller: the return
			address */
	uint64_t gpr[16];
	uint32_t known; /* bit set of gpr whose value is known */
};

/* Copy `bytes` bytes at `address` of the program to `to`; false if there is no such memory. */
typedef bool (*unwind_read)(void *closure, uint64_t address, void *to, unsigned bytes);

struct unwinder;

/* Open the .eh_frame of a linked ELF file, 32 or 64 bit, and, for what that does not cover, its
 * .debug_frame. NULL and *error (in `a`) when the file cannot be read or a section is damaged. A
 * file without either can be opened: it covers nothing. */
struct unwinder *unwind_open(struct arena *a, const char *elf_path, const char **error);
void unwind_close(struct unwinder *u);

/* Is there call frame information for the instruction at pc? */
bool unwind_covers(struct unwinder *u, uint64_t pc);

/* One frame up: the caller's registers as the information says. caller->gpr[4] is the CFA;
 * registers that it calls undefined are not known; of those of which it says nothing the ones that
 * the psABI preserves are unchanged, the others not known.
 * `first`: `at` is the innermost frame, at->pc the instruction itself; otherwise at->pc is a return
 * address and the information is that of the call before it. False and *why (static text, or in the
 * arena of unwind_open) when it cannot be done. */
bool unwind_step(struct unwinder *u, const struct unwind_regs *at, bool first, unwind_read read,
		 void *closure, struct unwind_regs *caller, const char **why);

#endif
