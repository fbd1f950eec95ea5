/* SPDX-License-Identifier: MIT */
/* Private to what compares calls with equal inputs: of a function with itself (contract_again.c),
 * with a reference (contract_against.c). */
#ifndef CLOBBER_CONTRACT_AGAIN_H
#define CLOBBER_CONTRACT_AGAIN_H

#include "payload/contract_run.h"

struct ct_difference {
	unsigned what, offset, bytes; /* enum ct_what */
	const uint8_t *a, *b;
	uint16_t probe;
};

/* What the call that was just made left. */
void ct_keep(const struct ct_contract *c, int how);
/* Does what the last call returned or wrote differ from that? */
bool ct_output_differs(const struct ct_contract *c, struct ct_difference *d);
/* As a finding. */
void ct_tell_difference(int check, int item, const struct ct_difference *d, struct findings *out);

#endif
