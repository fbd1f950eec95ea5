/* SPDX-License-Identifier: MIT */
/* Call frame information against what is proved: DWARF 5, 6.4. */
#ifndef CLOBBER_PROVE_CFI_H
#define CLOBBER_PROVE_CFI_H

#include "prove/flow.h"

struct cfi;
/* NULL when the object has none. */
struct cfi *cfi_open(struct arena *a, const struct image *m);
void cfi_close(struct cfi *c);

/* At an instruction of the function itself: does the information lead to the caller's stack
 * pointer, to the return address and to every register that it says is saved? A register for which
 * it names the wrong place is an issue, and so is one that is not what it was and of which it says
 * nothing. */
void cfi_check(struct cfi *c, struct machine *x, const struct state *s, const struct insn *in);

#endif
