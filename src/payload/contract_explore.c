/* SPDX-License-Identifier: MIT */
/* Toward what did not run: the inputs of a round are changed a little, with numbers that the
 * function's own instructions compare with. What reaches something new is what later changes start
 * from. */
#include "payload/contract_fit.h"

#include "payload/handover.h"

enum {
	MOST_KEPT = 96,
	MOST_LOOKS = 24, /* of one of them */
	MOST_TICKS = 14, /* of processor time: 0.1 s each */
	MOST_VAIN = 5,   /* of them beyond what fits, since something new was reached */
	MOST_LATE = 6,   /* endless loops */
	TAME = 4096      /* numbers no larger than that, after the first of them */
};

struct kept {
	int round;
	bool roomy; /* with more memory than was found to fit */
	unsigned n;
	struct ct_change change[CT_MOST_CHANGES];
	bool looked; /* where it looks is known */
	unsigned nlooks;
	struct ct_look look[MOST_LOOKS];
};

static struct {
	struct kept kept[MOST_KEPT], now;
	unsigned nkept, late;
	uint32_t left, total, first_tick, last_tick;
	uint64_t random;
	bool started;
	bool guessing; /* beyond what was found to fit */
	struct ct_input *tight, roomy[CT_ARGS + 1];
} explored;

static uint64_t random(void)
{
	uint64_t z = explored.random += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static unsigned below(unsigned n)
{
	return (uint32_t)(random() >> 32) % n;
}

static bool is_roomy(void)
{
	return ct_now.inputs == explored.roomy;
}

void ct_explore_begin(void)
{
	ct_explore_end();
	explored.nkept = explored.late = 0;
	explored.started = explored.guessing = false;
	ct_now.nchanges = 0;
}

void ct_explore_end(void)
{
	if (is_roomy())
		ct_now.inputs = explored.tight;
}

/* Other numbers may need more memory than those that fit. */
static void use_room(const struct ct_contract *c, bool roomy)
{
	enum { BEFORE = 8192, BEHIND = 3 * 8192 };

	ct_explore_end();
	if (!roomy)
		return;
	explored.tight = ct_now.inputs;
	__builtin_memcpy(explored.roomy, ct_now.inputs, c->ninputs * sizeof(explored.roomy[0]));
	ct_now.inputs = explored.roomy;
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &explored.roomy[i];
		uint32_t behind = (d->bytes ? d->bytes : CT_DEFAULT) - d->at;

		if (!ct_unsaid_pointer(d))
			continue;
		d->flags |= CT_ANYWHERE;
		if (d->at > BEFORE || behind > BEHIND)
			continue;
		d->at = BEFORE;
		d->bytes = BEFORE + BEHIND;
	}
}

static void keep(const struct kept *k)
{
	/* When there is no more room, one of the older ones goes. */
	unsigned at = explored.nkept < MOST_KEPT ? explored.nkept++ : below(MOST_KEPT);

	explored.kept[at] = *k;
}

void ct_explore_remember(int round)
{
	struct kept k = { .round = round };

	keep(&k);
}

/* Values -------------------------------------------------------------------------------------- */

static uint64_t pair(const uint32_t v[2])
{
	return v[0] | (uint64_t)v[1] << 32;
}

static uint64_t constant(const struct ct_contract *c)
{
	const uint32_t *v = ct_at(c->constants);

	return c->nconstants ? pair(v + 2 * below(c->nconstants)) : random() & 0xff;
}

static uint64_t any_value(const struct ct_contract *c)
{
	uint64_t r = random(), v;

	switch (r & 15) {
	case 0:
		return r >> 8 & 0x1f;
	case 1:
		return r >> 8 & 0xff;
	case 2:
		return 0 - (r >> 8 & 0xf);
	case 3:
		return (1ull << (r >> 8 & 63)) + (r >> 16 & 3) - 1;
	case 4:
		return r >> 8;
	case 5:
		/* Another input's. */
		if (!c->ninputs)
			return 0;
		__builtin_memcpy(&v, ct_now.values.arg[below(c->ninputs)], 8);
		return v;
	case 9:
		/* Somewhere in memory of an input: one structure leads to another. */
		return c->ninputs ? ct_now.pointer[below(c->ninputs)] + 8 * (r >> 8 & 31) : 0;
	case 6:
		return constant(c) + (r >> 8 & 3) - 2;
	case 7:
		return 0 - constant(c);
	case 8:
		return constant(c) << (r >> 8 & 7);
	default:
		return constant(c);
	}
}

/* Something is said of it, or was found and is kept to. */
static bool known(const struct ct_input *d)
{
	return !(d->flags & CT_UNSAID) || (ct_fitted() && !explored.guessing);
}

/* As far as lines say what it may be; false: it may not be changed. */
static bool allowed(const struct ct_input *d, uint64_t *v)
{
	const uint32_t *set = ct_at(d->set);
	int64_t from = (int64_t)pair(d->from), to = (int64_t)pair(d->to), n;

	if (!known(d))
		return explored.late == 0 || (int64_t)*v <= TAME;
	if (d->role == CT_SET)
		*v = pair(set + 2 * below(d->nset));
	if (d->role == CT_RANGE) {
		n = (int64_t)*v;
		if (n < from || n > to)
			n = from + (int64_t)below((uint32_t)(to - from) + 1
							  ? (uint32_t)(to - from) + 1
							  : ~0u);
		if (d->multiple > 1 && n == (int32_t)n)
			n -= (int32_t)n % (int32_t)d->multiple;
		*v = (uint64_t)n;
		return n >= from && n <= to;
	}
	return true;
}

/* Changes ------------------------------------------------------------------------------------- */

static bool is_pointer(const struct ct_input *d)
{
	return d->role == CT_BUFFER || d->role == CT_STRING || d->role == CT_PAGE;
}

static bool change_number(const struct ct_contract *c, const struct ct_input *d,
			  struct ct_change *x)
{
	x->kind = CT_CHANGE_NUMBER;
	x->value = any_value(c);
	x->bytes = (uint8_t)min(d->size, 8);
	if (d->size > 8) {
		x->bytes = (uint8_t)(1u << below(4));
		x->at = below(d->size / x->bytes) * x->bytes;
	}
	if (d->class == CL_BOOL)
		x->value &= 1;
	return allowed(d, &x->value);
}

static bool change_contents(const struct ct_contract *c, unsigned input, struct ct_change *x)
{
	const uint32_t *offsets = ct_at(c->offsets);
	const struct ct_input *d = &ct_now.inputs[input];
	unsigned r = below(16);

	/* What a line says that it holds. */
	if (known(d) && (d->contents || d->flags & CT_POINTERS))
		return false;
	x->kind = CT_CHANGE_POKE;
	x->value = any_value(c);
	if (r < 3) {
		x->kind = CT_CHANGE_FILL;
		x->at = below(CT_FILLS);
		return true;
	}
	if (r == 3) {
		x->kind = CT_CHANGE_COPY;
		x->at = below(c->ninputs);
		return x->at != input && is_pointer(&ct_now.inputs[x->at]);
	}
	if (c->noffsets && r < 11) {
		unsigned k = below(c->noffsets);

		x->at = offsets[2 * k];
		x->bytes = (uint8_t)offsets[2 * k + 1];
	}
	if (!x->bytes) {
		x->bytes = (uint8_t)(1u << below(4));
		x->at = below(r & 1 ? 8 : r & 2 ? 64 : CT_DEFAULT / 8) * x->bytes;
	}
	return true;
}

/* A byte that the call looks at. */
static bool change_look(const struct ct_contract *c, const struct ct_look *l, struct ct_change *x)
{
	const struct ct_input *d = &ct_now.inputs[l->input];

	if (known(d) && (d->contents || d->flags & CT_POINTERS))
		return false;
	*x = (struct ct_change){ .kind = CT_CHANGE_POKE,
				 .input = l->input,
				 .bytes = l->bytes,
				 .at = l->at,
				 .value = below(4) ? any_value(c) : 0 };
	return true;
}

static bool change_pointer(const struct ct_contract *c, unsigned input, struct ct_change *x)
{
	const struct ct_input *d = &ct_now.inputs[input];

	switch (below(8)) {
	case 0:
		x->kind = CT_CHANGE_NULL;
		return !known(d) || d->flags & CT_NULL;
	case 1:
		x->kind = CT_CHANGE_SAME;
		x->at = below(c->ninputs);
		return !known(d) && x->at != input && d->role == CT_PAGE &&
		       ct_now.inputs[x->at].role == CT_PAGE && !(d->flags & CT_NO_ALIAS);
	case 2:
	case 3:
		x->kind = CT_CHANGE_MOVE;
		x->value = below(64);
		/* As well aligned as it has to be. */
		return !known(d) || d->role != CT_STRING;
	default:
		return change_contents(c, input, x);
	}
}

static bool change_one(const struct ct_contract *c, struct ct_change *x)
{
	unsigned input = below(c->ninputs + 1);

	*x = (struct ct_change){ .input = (uint8_t)input };
	if (input == c->ninputs) {
		x->kind = CT_CHANGE_RESULT;
		x->value = any_value(c);
		x->at = random() & 1 ? ~0u : below(4);
		return cl_probe_total;
	}
	if (is_pointer(&ct_now.inputs[input]))
		return change_pointer(c, input, x);
	if (ct_now.inputs[input].role <= CT_SET)
		return change_number(c, &ct_now.inputs[input], x);
	return false;
}

static bool in_domain(const struct ct_input *d, unsigned input)
{
	int64_t n = 0, from = (int64_t)pair(d->from), to = (int64_t)pair(d->to);

	if (d->role != CT_RANGE || d->size > 8)
		return false;
	__builtin_memcpy(&n, ct_now.values.arg[input], min(d->size, 8));
	if (d->class == CL_SIGNED && d->size == 4)
		n = (int32_t)n;
	return n >= from && n <= to &&
	       (d->multiple < 2 || (n == (int32_t)n && !((int32_t)n % (int32_t)d->multiple)));
}

bool ct_explore_guessed(void)
{
	if (is_roomy())
		return true;
	for (unsigned i = 0; i < ct_now.nchanges; i++) {
		const struct ct_change *x = &ct_now.change[i];
		const struct ct_input *d = &ct_now.inputs[x->input];

		if (x->kind == CT_CHANGE_RESULT)
			return true;
		if (known(d))
			continue;
		if (!ct_fitted() || x->kind == CT_CHANGE_NULL || x->kind == CT_CHANGE_SAME ||
		    (x->kind == CT_CHANGE_NUMBER && !in_domain(d, x->input)) ||
		    (d->contents == CT_ADDRESSES || d->flags & CT_POINTERS))
			return true;
	}
	return false;
}

/* Rounds -------------------------------------------------------------------------------------- */

static bool any_unsaid(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (ct_now.inputs[i].flags & CT_UNSAID)
			return true;
	}
	return false;
}

bool ct_explore_made_up(const struct ct_contract *c)
{
	return ct_now.nchanges && any_unsaid(c);
}

static bool is_over(void)
{
	return !explored.left || !explored.total || ct_cover_all() || explored.late >= MOST_LATE ||
	       ct_clock() - explored.first_tick > MOST_TICKS ||
	       (explored.guessing && ct_clock() - explored.last_tick > MOST_VAIN);
}

static void start(const struct ct_contract *c, uint64_t seed)
{
	explored.started = true;
	explored.left = cl_contract_effort;
	explored.total = 4 * cl_contract_effort;
	explored.first_tick = explored.last_tick = ct_clock();
	explored.random = seed ^ (uint64_t)c->key << 20;
}

static const uint8_t usual[] = { 0, 1, 2, 3, 4, 8, 16, 32, 64, 128 };

static struct ct_change number_change(unsigned input, uint64_t v)
{
	return (struct ct_change){ .kind = CT_CHANGE_NUMBER,
				   .input = (uint8_t)input,
				   .bytes = (uint8_t)ct_now.inputs[input].size,
				   .value = v };
}

/* All numbers at once, as they are often used: some go together only. */
static void change_numbers(const struct ct_contract *c, struct kept *now)
{
	for (unsigned i = 0; i < c->ninputs && now->n < CT_MOST_CHANGES; i++) {
		uint64_t v = below(4) ? usual[below(sizeof(usual))] : constant(c);

		if (!ct_unsaid_number(&ct_now.inputs[i]))
			continue;
		if (ct_now.inputs[i].flags & CT_STRIDE && v < 32)
			v = 128;
		now->change[now->n++] = number_change(i, v);
	}
}

/* What is kept of a call: its numbers. */
static void keep_numbers(const struct ct_contract *c)
{
	struct kept now = { .round = 0, .roomy = true };

	for (unsigned i = 0; i < c->ninputs && now.n < CT_MOST_CHANGES; i++) {
		if (ct_unsaid_number(&ct_now.inputs[i]))
			now.change[now.n++] = number_change(i, (uint64_t)ct_number_in(i));
	}
	keep(&now);
}

/* Each number as it is often used, with others that go with it: first those of which one value
 * alone was found to fit. */
static void find_others(const struct ct_contract *c)
{
	enum { TRIES = 8, MOST_FOUND = MOST_KEPT / 2, USUAL = sizeof(usual) };
	unsigned found = 0;

	ct_cover_pause();
	use_room(c, true);
	ct_now.nchanges = 0;
	for (unsigned k = 0; k < 2 * USUAL * c->ninputs && found < MOST_FOUND; k++) {
		unsigned i = k % c->ninputs, v = usual[k / c->ninputs % USUAL];
		const struct ct_input *d = &ct_now.inputs[i];
		bool single = ct_pair(d->from) == ct_pair(d->to);

		if (!ct_unsaid_number(d) || single != (k < USUAL * c->ninputs))
			continue;
		for (unsigned n = 0; n < TRIES && explored.late < MOST_LATE; n++) {
			if (!ct_fits_with(c, i, v, &explored.late))
				continue;
			keep_numbers(c);
			found++;
			break;
		}
	}
	ct_cover_resume();
}

/* One of those that reached something; the last ones are what is nearest to what is new. */
static struct kept *choose(const struct ct_contract *c, int rounds, uint64_t seed)
{
	unsigned last = min(explored.nkept, 8);
	struct kept *k =
		&explored.kept[below(2) ? below(explored.nkept) : explored.nkept - 1 - below(last)];

	if (k->looked)
		return k;
	k->looked = true;
	use_room(c, k->roomy);
	ct_now.change = k->change;
	ct_now.nchanges = k->n;
	ct_draw_round(c, k->round, rounds, seed);
	ct_cover_pause();
	k->nlooks = ct_look(c, k->look, MOST_LOOKS, random());
	ct_cover_resume();
	return k;
}

bool ct_explore_draw(const struct ct_contract *c, int rounds, uint64_t seed)
{
	struct kept *now = &explored.now;
	unsigned more;

	if (!explored.started)
		start(c, seed);
	/* First with what fits, as if lines said so; then beyond it. */
	if (is_over() && ct_fitted() && !explored.guessing && any_unsaid(c)) {
		start(c, seed + 1);
		explored.guessing = true;
		find_others(c);
		explored.last_tick = ct_clock();
	}
	if (is_over())
		return false;
	more = 1 + (below(8) > 4) + (below(8) > 6);
	explored.left--;
	explored.total--;
	*now = (struct kept){ .round = (int)below((unsigned)rounds) };
	if (explored.nkept && below(8) > 1)
		*now = *choose(c, rounds, seed);
	now->roomy = now->roomy || (explored.guessing && below(2));
	use_room(c, now->roomy);
	if (explored.guessing && !now->n && below(2))
		change_numbers(c, now);
	if (now->n == CT_MOST_CHANGES)
		now->n = below(CT_MOST_CHANGES);
	for (unsigned k = 0; k < 4 * more && more && now->n < CT_MOST_CHANGES; k++) {
		struct ct_change *x = &now->change[now->n];

		if (now->nlooks && !below(3) ? !change_look(c, &now->look[below(now->nlooks)], x)
					     : !change_one(c, x))
			continue;
		now->n++;
		more--;
	}
	ct_now.change = now->change;
	ct_now.nchanges = now->n;
	ct_draw_round(c, now->round, rounds, seed);
	return true;
}

void ct_explore_learn(unsigned reached, bool faulted)
{
	if (faulted && cl_fault_kind == CL_FAULT_TIMEOUT)
		explored.late++;
	if (!reached)
		return;
	explored.last_tick = ct_clock();
	explored.now.looked = false;
	explored.now.nlooks = 0;
	keep(&explored.now);
	if (!faulted)
		explored.left += cl_contract_effort / 4;
}
