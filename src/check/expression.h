/* SPDX-License-Identifier: MIT */
/* Where call frame information says that a register of the caller is: a DWARF expression as libdw
 * decodes it, evaluated. DWARF 5, 2.5 and 6.4.2. */
#ifndef CLOBBER_CHECK_EXPRESSION_H
#define CLOBBER_CHECK_EXPRESSION_H

#include "check/unwind.h"

#include <elfutils/libdw.h>

/* What an expression is evaluated in: a frame, of which the CFA is known or not yet. */
struct frame {
	const struct unwind_regs *regs; /* by hardware number */
	const int *hardware; /* DWARF register number -> hardware number, `numbers` of them */
	unsigned numbers;
	unsigned word; /* 4 or 8 bytes */
	uint64_t cfa;
	bool cfa_known;
	unwind_read read;
	void *closure;
};

enum location { LOC_MEMORY, LOC_VALUE };

/* Evaluate n operations. *result is an address (LOC_MEMORY) or the value itself (LOC_VALUE, also
 * when the location is a register, whose value is then in *result). False and *why, in `a` or
 * static. */
bool expression(struct arena *a, const struct frame *f, const Dwarf_Op *ops, size_t n,
		enum location *where, uint64_t *result, const char **why);

#endif
