/* SPDX-License-Identifier: MIT */
/* Functions that prepare what inputs point to: called once for each round, before the function
 * under test, which finds the memory as they left it. */
#include "payload/contract_draw.h"

#include "payload/handover.h"

static void pass(const struct ct_first *f)
{
	for (unsigned i = 0; i < f->nvalues; i++) {
		uint8_t bytes[16] = { 0 };
		uint32_t at = f->place[i];
		uint8_t *to = at < 16 ? (uint8_t *)&cl_poison.gpr[at]
				      : (uint8_t *)cl_stack_top + (at - 16) * sizeof(cl_word);

		ct_evaluate(&f->value[i], 0, bytes);
		__builtin_memcpy(to, bytes, sizeof(cl_word));
	}
}

static int call(const struct ct_contract *c, const struct ct_first *f)
{
	int how;

	pass(f);
	cl_before_image = cl_poison;
	cl_before_image.gpr[4] = cl_stack_top;
	cl_function = (void (*)(void))(cl_word)f->function;
	cl_ticket++;
	how = cl_run(cl_contract_call);
	cl_ticket++;
	(void)c;
	return how;
}

void ct_prepare(const struct ct_contract *c)
{
	static const struct ct_sources none;
	static struct findings ignored;
	const struct ct_first *f = ct_at(c->first);

	ct_now.unprepared = false;
	if (!c->nfirst)
		return;
	ignored.nfindings = ignored.nobservations = 0;
	ct_now.out = &ignored;
	ct_now.draw = ct_now.first_draw;
	ct_restore_data();
	ct_apply(&none);
	for (unsigned i = 0; i < c->nfirst && !ct_now.unprepared; i++) {
		ct_apply_poison(&none);
		ct_now.unprepared = call(c, &f[i]) != CL_CAME_BACK;
	}
	ct_keep_prepared();
}
