/* SPDX-License-Identifier: MIT */
/* Inputs that fit: what a prototype does not say is found by running. A call that faults because of
 * an input that no line speaks of is no accusation. First tame inputs are looked for with which the
 * function returns: small integers, memory on both sides of each pointer. From there each integer
 * is tried by itself, from wide to a few values; what does not go together is narrowed; alignments
 * are lowered and memory is drawn tight as far as the calls still return. */
#include "payload/contract_draw.h"
#include "payload/contract_fit.h"

#include "payload/handover.h"

enum { MOST_CHANGES = 200 /* of what was found before */, ENOUGH = 3 /* calls that return */ };

struct ct_fitting ct_fitting;
struct ct_input ct_asked[CT_ARGS + 1];
struct findings ct_fit_findings;

void ct_fit_begin(const struct ct_contract *c, uint64_t seed)
{
	__builtin_memset(&ct_fitting, 0, sizeof(ct_fitting));
	ct_watch_begin();
	ct_fitting.seed = seed;
	ct_fitting.round = CT_FIRST_TRIAL;
	__builtin_memcpy(ct_asked, ct_at(c->inputs), c->ninputs * sizeof(ct_asked[0]));
}

bool ct_fitted(void)
{
	return ct_fitting.found;
}

int64_t ct_number_in(unsigned i)
{
	const struct ct_input *d = &ct_now.inputs[i];
	uint64_t v = 0;

	__builtin_memcpy(&v, ct_now.values.arg[i], min(d->size, 8));
	if (d->class == CL_SIGNED && d->size < 8 && v >> (d->size * 8 - 1) & 1)
		v |= ~0ull << (d->size * 8);
	return (int64_t)v;
}

void ct_set_number(unsigned i, int64_t v)
{
	__builtin_memcpy(ct_now.values.arg[i], &v, min(ct_now.inputs[i].size, 8));
}

void ct_set_range(struct ct_input *d, int64_t from, int64_t to, uint32_t step)
{
	d->role = CT_RANGE;
	d->from[0] = (uint32_t)from;
	d->from[1] = (uint32_t)((uint64_t)from >> 32);
	d->to[0] = (uint32_t)to;
	d->to[1] = (uint32_t)((uint64_t)to >> 32);
	d->multiple = step;
}

/* Calls --------------------------------------------------------------------------------------- */

bool ct_fit_call(const struct ct_contract *c)
{
	static const struct ct_sources none;
	int how;

	ct_fit_findings.nfindings = ct_fit_findings.nobservations = 0;
	ct_now.extended = ct_fitting.extended;
	ct_now.extended_to = sizeof(cl_word);
	how = ct_call(c, &none, &ct_fit_findings);
	ct_now.extended = 0;
	if (how == CL_FAULTED && cl_fault_kind == CL_FAULT_TIMEOUT)
		ct_fitting.late++;
	return how != CL_FAULTED && !(ct_now.smashed && ct_large_numbers(c)) && !ct_went_wild();
}

uint32_t ct_narrow_inputs(const struct ct_contract *c)
{
	uint32_t narrow = 0;

	for (unsigned i = 0; i < c->ninputs; i++)
		narrow |= (uint32_t)ct_is_narrow(&ct_now.inputs[i]) << i;
	return narrow;
}

/* Now and then all numbers are as large as they may be, or as small, distances of rows apart from
 * the others: most memory is reached then. */
static void go_to_corner(const struct ct_contract *c, unsigned round)
{
	enum { LARGE = 1, LARGE_STRIDE = 2 };
	static const uint8_t corners[] = { LARGE | LARGE_STRIDE, LARGE, LARGE_STRIDE, 0 };
	uint8_t corner = corners[round / 2 % 4];

	if (!(round & 1))
		return;
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct ct_input *d = &ct_now.inputs[i];
		bool large = corner & (d->flags & CT_STRIDE ? LARGE_STRIDE : LARGE);

		if (ct_unsaid_number(&ct_asked[i]) && d->role == CT_RANGE)
			ct_set_number(i, ct_pair(large ? d->to : d->from));
	}
}

/* Do so many rounds of calls return? */
bool ct_fits(const struct ct_contract *c, unsigned rounds)
{
	for (unsigned k = 0; k < rounds; k++) {
		if (ct_fitting.late >= CT_MOST_LATE)
			return false;
		ct_draw_round(c, ct_fitting.round++, CT_ROUNDS_ASKED, ct_fitting.seed);
		go_to_corner(c, k);
		if (!ct_fit_call(c))
			return false;
	}
	return true;
}

bool ct_make_plain(const struct ct_contract *c, bool all)
{
	bool changed = false;

	for (unsigned i = 0; ct_fitting.found && i < c->ninputs; i++) {
		if (!ct_unsaid_number(&ct_asked[i]) || ct_asked[i].role == CT_SET ||
		    ct_number_in(i) == ct_fitting.base[i] || (!all && ct_plain(ct_number_in(i))))
			continue;
		ct_set_number(i, ct_fitting.base[i]);
		changed = true;
	}
	return changed;
}

/* A base to start from ------------------------------------------------------------------------ */

static void pin(const struct ct_contract *c, int64_t number, int64_t stride)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!ct_unsaid_number(&ct_asked[i]) || ct_asked[i].role == CT_SET)
			continue;
		ct_fitting.base[i] = d->flags & CT_STRIDE ? stride : number;
		ct_set_range(d, ct_fitting.base[i], ct_fitting.base[i], 1);
	}
}

/* Numbers of the pool from the given one on. */
static void pin_at_random(const struct ct_contract *c, unsigned from)
{
	static const int16_t pool[] = { 0, 1, 2, 3, 4, 8, 16, 32, 64, 128 };
	enum { POOL = sizeof(pool) / sizeof(pool[0]) };
	uint64_t state = ct_mix(ct_fitting.seed ^ (uint64_t)++ct_fitting.pinned << 32);

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];
		int64_t v;

		if (!ct_unsaid_number(&ct_asked[i]) || ct_asked[i].role == CT_SET)
			continue;
		v = pool[from + (uint32_t)(ct_mix(state + i) >> 32) % (POOL - from)];
		ct_fitting.base[i] = d->flags & CT_STRIDE && v < 32 ? 128 : v;
		ct_set_range(d, ct_fitting.base[i], ct_fitting.base[i], 1);
	}
}

bool ct_fits_with(const struct ct_contract *c, unsigned input, int64_t v, unsigned *loops)
{
	static struct ct_input were[CT_ARGS];
	int64_t base[CT_ARGS];
	unsigned late = ct_fitting.late;
	bool fits;

	__builtin_memcpy(were, ct_now.inputs, c->ninputs * sizeof(were[0]));
	__builtin_memcpy(base, ct_fitting.base, sizeof(base));
	ct_fitting.late = 0;
	pin_at_random(c, 0);
	ct_set_range(&ct_now.inputs[input], v, v, 1);
	ct_watch_jumps(true);
	fits = ct_fits(c, ENOUGH);
	ct_watch_jumps(false);
	__builtin_memcpy(ct_now.inputs, were, c->ninputs * sizeof(were[0]));
	__builtin_memcpy(ct_fitting.base, base, sizeof(base));
	*loops += ct_fitting.late;
	ct_fitting.late = late;
	return fits;
}

static void note_stop(void)
{
	ct_fitting.stopped_ip = cl_fault_ip;
	ct_fitting.stopped_address = cl_fault_address;
	ct_fitting.lacking = cl_fault_kind == CL_FAULT_ILL && ct_in_code(cl_fault_ip);
}

static bool stays_equal(const struct ct_contract *c)
{
	enum { SAMPLE = 48 };

	for (unsigned k = 0; k < SAMPLE; k++) {
		ct_draw_round(c, ct_fitting.round++, CT_ROUNDS_ASKED, ct_fitting.seed);
		if (!ct_fit_call(c) || !ct_equal_calls(c))
			return false;
	}
	return true;
}

/* Of bases with which calls return one with which equal calls are equal, too: others lead right
 * code to what it never wrote. But not nothing, of which little is to be seen. */
static void prefer_equal(const struct ct_contract *c)
{
	enum { TRIES = 60 };
	static struct ct_input found[CT_ARGS];
	int64_t base[CT_ARGS];

	if (stays_equal(c))
		return;
	__builtin_memcpy(found, ct_now.inputs, c->ninputs * sizeof(found[0]));
	__builtin_memcpy(base, ct_fitting.base, sizeof(base));
	for (unsigned k = 0; k < TRIES && ct_fitting.late < CT_MOST_LATE; k++) {
		pin_at_random(c, 1);
		if (ct_fits(c, ENOUGH) && stays_equal(c))
			return;
	}
	__builtin_memcpy(ct_now.inputs, found, c->ninputs * sizeof(found[0]));
	__builtin_memcpy(ct_fitting.base, base, sizeof(base));
}

/* Do calls return with pointers that are made in another way? */
static bool other_pointers(const struct ct_contract *c)
{
	static struct ct_input were[CT_ARGS];

	__builtin_memcpy(were, ct_now.inputs, c->ninputs * sizeof(were[0]));
	for (unsigned n = 0; n < c->ninputs; n++) {
		struct ct_fault f = ct_last_fault();

		if (!ct_halve(c, &f) && !ct_put_past(c, &f))
			break;
		/* What memory holds is made anew at once (ct_make_pointer). */
		ct_fitting.round = (ct_fitting.round + CT_REFILL - 1) & ~(CT_REFILL - 1);
		if (ct_fits(c, ENOUGH))
			return true;
	}
	/* That it got further was no sign of anything. */
	__builtin_memcpy(ct_now.inputs, were, c->ninputs * sizeof(were[0]));
	return false;
}

static bool fits_some(const struct ct_contract *c)
{
	return ct_fits(c, ENOUGH);
}

/* With memory of such contents. */
static bool find_base(const struct ct_contract *c, unsigned contents)
{
	static const uint8_t tame[] = { 16, 8, 32, 4, 64, 1, 2, 128, 0 };
	enum { MOST_RANDOM = 150 };

	ct_give_room(c, contents);
	for (unsigned k = 0; k < sizeof(tame); k++) {
		pin(c, tame[k], tame[k] > 64 ? 256 : 128);
		if (ct_fits(c, ENOUGH))
			return true;
		if (!k && !contents)
			note_stop();
		if (!k && (other_pointers(c) || ct_find_end(c, fits_some)))
			return true;
		if (ct_fitting.late >= CT_MOST_LATE)
			return false;
	}
	for (unsigned k = 0; k < MOST_RANDOM && ct_fitting.late < CT_MOST_LATE; k++) {
		pin_at_random(c, 0);
		if (ct_fits(c, ENOUGH))
			return true;
	}
	return false;
}

static bool narrow(const struct ct_contract *c)
{
	struct ct_fault f = ct_last_fault();

	if (++ct_fitting.changes > MOST_CHANGES || ct_fitting.late >= CT_MOST_LATE)
		return false;
	/* It overwrote its frame: only other numbers help. */
	if (ct_now.smashed && ct_narrow_number(c, ct_fit_call))
		return true;
	if (f.kind == CL_FAULT_SEGV && f.address && ct_widen_memory(c, &f))
		return true;
	/* What is not aligned faults without an address. */
	if (f.kind == CL_FAULT_SEGV && !f.address && ct_in_code(f.ip) && ct_raise_alignment(c))
		return true;
	return ct_narrow_number(c, ct_fit_call) || ct_raise_alignment(c);
}

static bool narrow_until(const struct ct_contract *c, unsigned rounds)
{
	for (unsigned k = 0; k < rounds; k++) {
		ct_draw_round(c, ct_fitting.round++, CT_ROUNDS_ASKED, ct_fitting.seed);
		go_to_corner(c, k);
		if (ct_fit_call(c))
			continue;
		if (!narrow(c))
			return false;
		k = 0;
	}
	return true;
}

/* A base that returned by luck goes with numbers that do not, or with other contents. */
static bool look_with(const struct ct_contract *c, unsigned contents)
{
	ct_fitting.changes = 0;
	if (!find_base(c, contents))
		return false;
	prefer_equal(c);
	ct_find_domains(c);
	if (!narrow_until(c, 60))
		return false;
	ct_lower_alignments(c);
	if (!narrow_until(c, 60))
		return false;
	ct_draw_tight(c);
	return true;
}

static bool look(const struct ct_contract *c)
{
	for (unsigned contents = 0; contents < CT_CONTENTS && ct_fitting.late < CT_MOST_LATE;
	     contents++) {
		__builtin_memcpy(ct_now.inputs, ct_asked, c->ninputs * sizeof(ct_asked[0]));
		if (look_with(c, contents))
			return true;
	}
	return false;
}

void ct_refit(void)
{
	ct_fitting.failed = ct_now.round;
	ct_fitting.rounds = ct_now.rounds;
}

static bool stays_near(const struct ct_contract *c)
{
	return ct_fit_call(c) && !ct_has(&ct_fit_findings, CHECK_BUFFER);
}

static bool fit(const struct ct_contract *c, uint64_t seed)
{
	if (ct_fitting.tried) {
		ct_draw_round(c, ct_fitting.failed, ct_fitting.rounds, seed);
		if (ct_fitting.too_far) {
			ct_fitting.too_far = false;
			return ct_narrow_number(c, stays_near);
		}
		return ct_fitting.found && (ct_fit_call(c) || narrow(c));
	}
	ct_fitting.tried = true;
	note_stop();
	ct_fitting.found = look(c);
	/* Once more, for code that relies on what is above a narrow input. */
	if (!ct_fitting.found && ct_narrow_inputs(c)) {
		ct_fitting.late = min(ct_fitting.late, CT_MOST_LATE - 2);
		ct_fitting.extended = ct_narrow_inputs(c);
		ct_fitting.found = look(c);
	}
	ct_fitting.changes = 0;
	ct_fitting.extended = 0;
	return ct_fitting.found;
}

bool ct_fit(const struct ct_contract *c, uint64_t seed)
{
	bool fits;

	ct_watch_jumps(true);
	fits = fit(c, seed);
	ct_watch_jumps(false);
	return fits;
}

/* Telling ------------------------------------------------------------------------------------- */

static void tell(struct findings *out, unsigned item, unsigned piece, uint64_t a, uint64_t b)
{
	if (out->nobservations == sizeof(out->observation) / sizeof(out->observation[0]))
		return;
	out->observation[out->nobservations++] = (struct merged_observation){
		.item = (uint16_t)item, .piece = (uint8_t)piece, .place = { a, b }
	};
}

void ct_fit_tell(const struct ct_contract *c, struct findings *out)
{
	for (unsigned i = 0; ct_fitting.found && i < c->ninputs; i++) {
		const struct ct_input *d = &ct_now.inputs[i];

		if (d->role == CT_SUM && ct_unsaid_pointer(&ct_asked[i]))
			tell(out, i, CT_FIT_END, d->sum.input, d->sum.low);
		if (ct_open_pointer(i)) {
			tell(out, i, CT_FIT_PLACE, d->at, d->bytes);
			tell(out, i, CT_FIT_KIND, d->align, d->contents);
			if (d->halves || d->past || d->rows_halves)
				tell(out, i, CT_FIT_PASSED,
				     d->halves | (uint64_t)d->rows_halves << 32, d->past);
		}
		if (!ct_unsaid_number(&ct_asked[i]) || ct_asked[i].role == CT_SET)
			continue;
		if (d->role == CT_RANGE) {
			tell(out, i, CT_FIT_RANGE, (uint64_t)ct_pair(d->from),
			     (uint64_t)ct_pair(d->to));
			tell(out, i, CT_FIT_STEP, d->multiple, 0);
		}
		for (unsigned k = 0; d->role == CT_SET && k < d->nset; k += 2) {
			const uint32_t *set = ct_at(d->set);
			unsigned next = k + 1 < d->nset ? k + 1 : k;

			tell(out, i, CT_FIT_SET, (uint64_t)ct_pair(set + 2 * k),
			     (uint64_t)ct_pair(set + 2 * next));
		}
	}
	if (ct_fitting.tried && !ct_fitting.found)
		tell(out, CT_FIT, ct_fitting.lacking ? CT_FIT_LACKS : CT_FIT_STOPPED,
		     ct_fitting.stopped_ip, ct_fitting.stopped_address);
}
