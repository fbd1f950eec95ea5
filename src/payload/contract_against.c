/* SPDX-License-Identifier: MIT */
/* A reference is called with the same inputs: what it returns and writes must be the same. */
#include "payload/contract_again.h"

void ct_against(const struct ct_contract *c, struct findings *out)
{
	static const struct ct_sources none;
	static struct findings ignored;
	struct ct_difference d;
	int how;

	if (!c->against || ct_now.overlaps || ct_has(out, CHECK_AGAINST))
		return;
	ignored.nfindings = ignored.nobservations = 0;
	ct_keep(c, ct_call(c, &none, &ignored));
	ct_now.instead = c->against;
	ignored.nfindings = ignored.nobservations = 0;
	how = ct_call(c, &none, &ignored);
	ct_now.instead = 0;
	if (how != CL_CAME_BACK) {
		differ_word(out, CHECK_AGAINST, CT_ARGS, 0, 0, how == CL_FAULTED);
		return;
	}
	if (!ct_output_differs(c, &d))
		return;
	/* Of memory it says how much of it is before the pointer. */
	if (d.what >= CT_WHAT_BUFFER) {
		unsigned input = d.what - CT_WHAT_BUFFER;

		d.what = ct_now.inputs[input].at;
		ct_tell_difference(CHECK_AGAINST, (int)input, &d, out);
	} else {
		ct_tell_difference(CHECK_AGAINST, CT_ARGS + 1, &d, out);
	}
}
