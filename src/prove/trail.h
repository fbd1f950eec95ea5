/* SPDX-License-Identifier: MIT */
/* Private to src/prove: one way from the entry to a node of a flow that keeps paths apart, of which
 * the branches do not contradict each other. */
#ifndef CLOBBER_PROVE_TRAIL_H
#define CLOBBER_PROVE_TRAIL_H

#include "prove/flow.h"

/* A way to the node, of all that are remembered; `end` is the instruction at which something
 * breaks. False: the branches of each contradict each other, as far as that was looked at: values
 * in memory are taken to stay as they are unless they are overwritten, also by callees. */
bool trail_find(struct flow *f, const struct node *last, uint64_t end, struct trail *out);

#endif
