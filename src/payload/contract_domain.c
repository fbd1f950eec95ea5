/* SPDX-License-Identifier: MIT */
/* Numbers that fit: each is tried by itself, from wide to a few values; what does not go together
 * is narrowed. */
#include "payload/contract_fit.h"

/* In order; small ones are all there. */
static const int16_t tried[] = { -256, -128, -64,  -63,  -32, -17, -16, -15, -8,  -4,  -3,   -2,
				 -1,   0,    1,    2,    3,   4,   5,   6,   7,   8,   9,    10,
				 11,   12,   13,   14,   15,  16,  17,  18,  19,  20,  21,   22,
				 23,   24,   25,   26,   27,  28,  29,  30,  31,  32,  33,   34,
				 36,   40,   44,   47,   48,  49,  56,  63,  64,  65,  66,   68,
				 72,   80,   95,   96,   97,  112, 127, 128, 129, 160, 192,  224,
				 255,  256,  257,  320,  384, 511, 512, 513, 640, 768, 1000, 1023,
				 1024, 1025, 1536, 2048, 4096 };
enum { TRIED = sizeof(tried) / sizeof(tried[0]) };

/* The values of a set are kept here: tables cannot be written. */
static uint32_t set_values[CT_ARGS][32];

static bool power_of_two(int64_t v)
{
	return v >= 0 && !(v & (v - 1));
}

static bool set_of(unsigned i, const bool *ok, bool powers)
{
	struct ct_input *d = &ct_now.inputs[i];
	unsigned n = 0;

	for (unsigned k = 0; k < TRIED && n < 16; k++) {
		/* Below 0 there are only distances of rows. */
		if (!ok[k] || (powers && !power_of_two(tried[k])) ||
		    (tried[k] < 0 && !(d->flags & CT_STRIDE)))
			continue;
		set_values[i][2 * n] = (uint32_t)tried[k];
		set_values[i][2 * n + 1] = tried[k] < 0 ? ~0u : 0;
		n++;
	}
	if (n < 2)
		return false;
	d->role = CT_SET;
	d->set = (uint32_t)(cl_word)set_values[i];
	d->nset = n;
	return true;
}

/* The longest run of multiples that are all right, around the base. */
static unsigned run_of(unsigned i, const bool *ok, int step, int64_t *from, int64_t *to)
{
	int64_t base = ct_fitting.base[i];
	unsigned n = 1, k = 0;

	while (k < TRIED && tried[k] < base)
		k++;
	*from = *to = base;
	for (unsigned j = k; j < TRIED; j++) {
		if (tried[j] == base || tried[j] % step)
			continue;
		if (!ok[j])
			break;
		*to = tried[j];
		n++;
	}
	for (unsigned j = k; j-- > 0;) {
		if (tried[j] % step)
			continue;
		if (!ok[j])
			break;
		*from = tried[j];
		n++;
	}
	return n;
}

/* Of what fits as much as is usually passed: more would only take more memory. */
static void usual(const struct ct_input *d, int64_t *from, int64_t *to)
{
	int64_t least = d->flags & CT_STRIDE ? -128 : 0;
	int64_t most = d->flags & CT_STRIDE ? 256 : d->flags & CT_LENGTH ? 4096 : 128;

	if (*from < least && *to >= least)
		*from = least;
	if (*to > most && *from <= most)
		*to = most;
}

/* From single values to a range, its multiples, or a set. */
static void choose_domain(unsigned i, const bool *ok)
{
	struct ct_input *d = &ct_now.inputs[i];
	int64_t from, to, best_from = ct_fitting.base[i], best_to = ct_fitting.base[i];
	unsigned best = 0, good = 0;
	uint32_t best_step = 1;

	for (unsigned k = 0; k < TRIED; k++)
		good += ok[k];
	for (uint32_t step = 1; step <= 64; step *= 2) {
		unsigned n;

		if (ct_fitting.base[i] & (step - 1))
			break;
		n = run_of(i, ok, (int)step, &from, &to);
		/* Every other number costs something: it has to be worth it. */
		if (n > best + best / 2) {
			best = n;
			best_from = from;
			best_to = to;
			best_step = step;
		}
	}
	/* Scattered values: a table is indexed, most likely. */
	if (best < 4 && good > best && (set_of(i, ok, true) || set_of(i, ok, false)))
		return;
	usual(d, &best_from, &best_to);
	ct_set_range(d, best_from, best_to, best_step);
}

static void find_domain(const struct ct_contract *c, unsigned i)
{
	struct ct_input *d = &ct_now.inputs[i];
	struct ct_input pinned = *d;
	bool ok[TRIED];

	d->role = ct_asked[i].role;
	__builtin_memcpy(d->from, ct_asked[i].from, sizeof(d->from));
	__builtin_memcpy(d->to, ct_asked[i].to, sizeof(d->to));
	if (ct_fits(c, 40)) {
		if (ct_asked[i].role == CT_RANDOM) {
			int64_t from = -4096, to = 4096;

			usual(d, &from, &to);
			ct_set_range(d, from, to, 1);
			d->flags |= CT_ALSO_ANY;
		}
		return;
	}
	for (unsigned k = 0; k < TRIED; k++) {
		int64_t v = tried[k];

		*d = pinned;
		if ((v < 0 && d->class == CL_UNSIGNED) || (d->size == 1 && (v > 127 || v < -128))) {
			ok[k] = false;
			continue;
		}
		ct_set_range(d, v, v, 1);
		ok[k] = ct_fits(c, 2);
	}
	*d = pinned;
	choose_domain(i, ok);
}

void ct_find_domains(const struct ct_contract *c)
{
	static struct ct_input domain[CT_ARGS];

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i], pinned = *d;

		domain[i] = *d;
		if (!ct_unsaid_number(&ct_asked[i]) || ct_asked[i].role == CT_SET)
			continue;
		find_domain(c, i);
		domain[i] = *d;
		*d = pinned;
	}
	for (unsigned i = 0; i < c->ninputs; i++)
		ct_now.inputs[i] = domain[i];
}

/* Does a multiple nearby return? Then of them only. */
static bool step_up(const struct ct_contract *c, ct_right *right, unsigned i, int64_t v)
{
	struct ct_input *d = &ct_now.inputs[i];
	int64_t base = ct_fitting.base[i];

	for (uint32_t step = 2 * d->multiple; step <= 64 && v == (int32_t)v; step *= 2) {
		int64_t rest = (int32_t)v & (int32_t)(step - 1);
		bool returns;

		if (base & (step - 1) || d->multiple & (d->multiple - 1))
			return false;
		if (!rest || v - rest == base || ct_pair(d->to) - ct_pair(d->from) < step)
			continue;
		ct_set_number(i, v - rest);
		returns = right(c);
		ct_set_number(i, v);
		if (!returns)
			continue;
		ct_set_range(d, ct_pair(d->from), ct_pair(d->to), step);
		return true;
	}
	return false;
}

static void shrink(const struct ct_contract *c, ct_right *right, unsigned i, int64_t v)
{
	struct ct_input *d = &ct_now.inputs[i];
	int64_t base = ct_fitting.base[i], far = v > base ? v - base : base - v, step;

	if (d->role == CT_SET) {
		uint32_t *set = set_values[i];

		for (unsigned k = 0; k < d->nset; k++) {
			if (ct_pair(set + 2 * k) != v || d->nset < 2)
				continue;
			d->nset--;
			set[2 * k] = set[2 * d->nset];
			set[2 * k + 1] = set[2 * d->nset + 1];
			return;
		}
		return;
	}
	if (d->flags & CT_ALSO_ANY && (v < ct_pair(d->from) || v > ct_pair(d->to))) {
		d->flags &= ~(uint32_t)CT_ALSO_ANY;
		return;
	}
	if (d->role != CT_RANGE || step_up(c, right, i, v))
		return;
	step = d->multiple;
	/* A quarter of the way at once. */
	while (step < far >> 3)
		step *= 2;
	if (v > base)
		ct_set_range(d, ct_pair(d->from), v - step > base ? v - step : base, d->multiple);
	else
		ct_set_range(d, v + step < base ? v + step : base, ct_pair(d->to), d->multiple);
}

/* The number that has to be at its base for the call to return. */
bool ct_narrow_number(const struct ct_contract *c, ct_right *right)
{
	int widest = -1;
	int64_t far = 0;

	for (unsigned i = 0; i < c->ninputs; i++) {
		int64_t v = ct_number_in(i), d = v > ct_fitting.base[i] ? v - ct_fitting.base[i]
									: ct_fitting.base[i] - v;
		bool returns;

		if (!ct_unsaid_number(&ct_asked[i]) || ct_asked[i].role == CT_SET ||
		    v == ct_fitting.base[i])
			continue;
		if (d > far || d < 0) {
			far = d < 0 ? (int64_t)(~0ull >> 1) : d;
			widest = (int)i;
		}
		ct_set_number(i, ct_fitting.base[i]);
		returns = right(c);
		ct_set_number(i, v);
		if (returns) {
			shrink(c, right, i, v);
			return true;
		}
	}
	if (widest < 0)
		return false;
	shrink(c, right, (unsigned)widest, ct_number_in((unsigned)widest));
	return true;
}
