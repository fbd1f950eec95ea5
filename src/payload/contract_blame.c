/* SPDX-License-Identifier: MIT */
/* Is it the inputs that no line speaks of that made a call fault? Found by calling again with one
 * of them changed, or the memory it points to. */
#include "payload/contract_fit.h"

#include "payload/handover.h"

/* Does the call return when narrow inputs are extended? Then not they, but what is above them is to
 * blame. */
static bool returns_when_extended(const struct ct_contract *c)
{
	uint32_t was = ct_fitting.extended;
	bool returns;

	ct_fitting.extended = ct_narrow_inputs(c);
	returns = ct_fitting.extended && ct_fit_call(c);
	ct_fitting.extended = was;
	return returns;
}

static bool other_fault(const struct ct_fault *f)
{
	return f->kind != cl_fault_kind || f->ip != cl_fault_ip || f->address != cl_fault_address;
}

/* A return to what is no return address, a system call, an instruction that is there to trap. */
bool ct_inexcusable(const struct ct_fault *f)
{
	const uint8_t *code = (const uint8_t *)f->ip;
	const cl_word *popped = (const cl_word *)(cl_fault_sp - sizeof(cl_word));

	if (f->kind == CL_FAULT_SYS || f->kind == CL_FAULT_TRAP)
		return true;
	if (ct_in_code(f->ip)) {
		if (*code == 0xc3 || *code == 0xc2)
			return true;
		return f->kind == CL_FAULT_ILL && code[0] == 0x0f &&
		       (code[1] == 0x0b || code[1] == 0xb9 || code[1] == 0xff);
	}
	return cl_fault_sp > (cl_word)cl_test_stack + CL_PAGE &&
	       cl_fault_sp <= (cl_word)cl_test_stack + CL_PAGE + CL_TEST_STACK && *popped == f->ip;
}

/* Does the call return with all memory about which nothing is said in another place, aligned as it
 * happens or well, and with contents of this kind? Numbers stay. */
static bool returns_with_contents(const struct ct_contract *c, unsigned contents, bool aligned_well)
{
	static struct cl_values values;
	uint32_t were[CT_ARGS], aligned[CT_ARGS];
	bool returns;

	values = ct_now.values;
	for (unsigned i = 0; i < c->ninputs; i++) {
		were[i] = ct_now.inputs[i].contents;
		aligned[i] = ct_now.inputs[i].align;
		if (!ct_unsaid_pointer(&ct_now.inputs[i]))
			continue;
		ct_now.inputs[i].contents = contents;
		if (aligned_well)
			ct_now.inputs[i].align = 64;
	}
	ct_draw_round(c, ct_fitting.round++, CT_ROUNDS_ASKED, ct_fitting.seed);
	for (unsigned i = 0; i < c->ninputs; i++) {
		ct_now.inputs[i].contents = were[i];
		ct_now.inputs[i].align = aligned[i];
		if (!ct_unsaid_pointer(&ct_now.inputs[i]) && ct_now.inputs[i].role <= CT_SET)
			__builtin_memcpy(ct_now.values.arg[i], values.arg[i], CL_VALUE);
	}
	returns = ct_fit_call(c);
	ct_now.values = values;
	return returns;
}

static bool other_with_memory(const struct ct_contract *c, const struct ct_fault *f)
{
	bool any = false;

	for (unsigned i = 0; i < c->ninputs; i++)
		any = any || ct_unsaid_pointer(&ct_now.inputs[i]);
	for (unsigned k = 0; any && k < 4 * CT_CONTENTS; k++) {
		if (returns_with_contents(c, k % CT_CONTENTS, k < CT_CONTENTS) || other_fault(f))
			return true;
	}
	return false;
}

/* Without what a call that was made up wrote into memory of which nothing is said. */
static bool other_unchanged(const struct ct_contract *c, const struct ct_fault *f)
{
	unsigned n = ct_now.nchanges;
	bool any = false, other;

	for (unsigned i = 0; i < n; i++) {
		const struct ct_change *x = &ct_now.change[i];

		any = any || ((x->kind == CT_CHANGE_POKE || x->kind == CT_CHANGE_FILL ||
			       x->kind == CT_CHANGE_COPY) &&
			      ct_unsaid_pointer(&ct_now.inputs[x->input]));
	}
	if (!any)
		return false;
	ct_now.nchanges = 0;
	ct_draw_round(c, ct_fitting.failed, ct_fitting.rounds, ct_fitting.seed);
	other = ct_fit_call(c) || other_fault(f);
	ct_now.nchanges = n;
	ct_draw_round(c, ct_fitting.failed, ct_fitting.rounds, ct_fitting.seed);
	return other;
}

static bool other_with_number(const struct ct_contract *c, const struct ct_fault *f, unsigned i)
{
	static const int8_t values[] = { 16, 1, 0, 64 };
	int64_t was = ct_number_in(i);
	bool other = false;

	for (unsigned k = 0; k < sizeof(values) && !other; k++) {
		if (values[k] == was)
			continue;
		ct_set_number(i, values[k]);
		other = ct_fit_call(c) || other_fault(f);
	}
	ct_set_number(i, was);
	return other;
}

/* Numbers as they are used: none below 0, small ones, powers of two. */
bool ct_plain(int64_t v)
{
	return v >= 0 && (v <= 64 || !(v & (v - 1)));
}

static bool all_plain(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (ct_unsaid_number(&ct_now.inputs[i]) && !ct_plain(ct_number_in(i)))
			return false;
	}
	return true;
}

/* All numbers at once: of two that are absurd none alone makes the difference. */
bool ct_returns_when_tame(const struct ct_contract *c, bool right)
{
	bool any = false;

	for (unsigned i = 0; i < c->ninputs; i++) {
		if (!ct_unsaid_number(&ct_now.inputs[i]))
			continue;
		ct_set_number(i, ct_fitting.found                     ? ct_fitting.base[i]
				 : ct_now.inputs[i].flags & CT_STRIDE ? 128
								      : 16);
		any = true;
	}
	return any && ct_fit_call(c) && (!right || !ct_fit_findings.nfindings);
}

/* Of a counter any value may fit, but some take too long. */
bool ct_too_long(const struct ct_contract *c)
{
	enum { LONG = 4096 };
	bool any = false;

	for (unsigned i = 0; i < c->ninputs; i++) {
		int64_t v = ct_number_in(i);

		any = any || (ct_unsaid_number(&ct_now.inputs[i]) && (v < -LONG || v > LONG));
	}
	if (!ct_fitting.found || !any)
		return false;
	for (unsigned i = 0; i < c->ninputs; i++)
		ct_now.inputs[i].flags &= ~(uint32_t)CT_ALSO_ANY;
	return true;
}

/* Does it return with small numbers and room on both sides of each pointer, if nothing is above
 * narrow inputs? Then what was drawn did not fit, whatever it makes of what is above them. */
static bool returns_when_extended_and_tame(const struct ct_contract *c)
{
	static struct ct_input were[CT_ARGS];
	bool returns = false;

	if (ct_fitting.tried || !ct_narrow_inputs(c))
		return false;
	__builtin_memcpy(were, ct_now.inputs, c->ninputs * sizeof(were[0]));
	ct_fitting.extended = ct_narrow_inputs(c);
	for (unsigned k = 0; k < CT_CONTENTS && !returns; k++) {
		ct_give_room(c, k);
		ct_draw_round(c, ct_fitting.round++, CT_ROUNDS_ASKED, ct_fitting.seed);
		returns = ct_returns_when_tame(c, false);
	}
	ct_fitting.extended = 0;
	__builtin_memcpy(ct_now.inputs, were, c->ninputs * sizeof(were[0]));
	return returns;
}

/* ... and when they are, and memory is well aligned? */
static bool returns_when_extended_and_aligned(const struct ct_contract *c)
{
	bool returns = false;

	if (ct_fitting.tried || !ct_narrow_inputs(c))
		return false;
	ct_fitting.extended = ct_narrow_inputs(c);
	for (unsigned k = 0; k < CT_CONTENTS && !returns; k++)
		returns = returns_with_contents(c, k, true);
	ct_fitting.extended = 0;
	ct_draw_round(c, ct_fitting.failed, ct_fitting.rounds, ct_fitting.seed);
	if (!returns)
		ct_fit_call(c);
	return returns;
}

/* Would it end with other inputs? */
static bool ends_otherwise(const struct ct_contract *c, const struct ct_fault *f)
{
	if (!ct_fitting.found || ct_too_long(c) || ct_returns_when_tame(c, false))
		return true;
	ct_draw_round(c, ct_fitting.failed, ct_fitting.rounds, ct_fitting.seed);
	for (unsigned k = 0; k < CT_CONTENTS; k++) {
		if (returns_with_contents(c, k, true) || other_fault(f))
			return true;
	}
	return false;
}

/* Is it that a pointer is not the end of what another points to? */
static bool lacks_an_end(const struct ct_contract *c)
{
	static struct ct_input were[CT_ARGS];
	bool any;

	__builtin_memcpy(were, ct_now.inputs, c->ninputs * sizeof(were[0]));
	any = ct_find_end(c, ct_fit_call);
	__builtin_memcpy(ct_now.inputs, were, c->ninputs * sizeof(were[0]));
	return any;
}

bool ct_unfit(const struct ct_contract *c)
{
	struct ct_fault f = ct_last_fault();
	struct ct_sources all;
	static struct findings ignored;
	bool any = false;

	for (unsigned i = 0; i < c->ninputs; i++)
		any = any || ct_unsaid_pointer(&ct_now.inputs[i]) ||
		      ct_unsaid_number(&ct_now.inputs[i]);
	ct_refit();
	if (!any || cl_contract_step)
		return false;
	if (ct_strays(c))
		return true;
	if (f.kind == CL_FAULT_TIMEOUT)
		return ends_otherwise(c, &f);
	if (returns_when_extended(c))
		return false;
	/* Absurd numbers excuse everything, a smashed stack, too. */
	if (!all_plain(c) || (ct_now.smashed && ct_large_numbers(c))) {
		ct_draw_round(c, ct_fitting.failed, ct_fitting.rounds, ct_fitting.seed);
		if (ct_returns_when_tame(c, false) || returns_when_extended_and_tame(c))
			return true;
		ct_draw_round(c, ct_fitting.failed, ct_fitting.rounds, ct_fitting.seed);
		ct_fit_call(c);
		f = ct_last_fault();
	}
	if (ct_inexcusable(&f))
		return false;
	if (returns_when_extended_and_aligned(c) || other_unchanged(c, &f))
		return true;
	/* Of its own code, an instruction that this processor lacks; or else a wild jump to it. */
	if (f.kind == CL_FAULT_ILL && ct_in_code(f.ip))
		return ct_returns_when_tame(c, false);
	/* What poison changes is no input's fault; but what is above a narrow input goes with it.
	 */
	for (unsigned i = 0; i < CT_SOURCES; i++)
		all.other[i] = i < CT_FROM_UPPER || i >= CT_FROM_BESIDE;
	ignored.nfindings = ignored.nobservations = 0;
	if (ct_call(c, &all, &ignored) != CL_FAULTED || other_fault(&f))
		return false;
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (ct_unsaid_number(&ct_now.inputs[i]) && other_with_number(c, &f, i))
			return true;
	}
	if (other_with_memory(c, &f))
		return true;
	ct_draw_round(c, ct_fitting.failed, ct_fitting.rounds, ct_fitting.seed);
	return lacks_an_end(c);
}
