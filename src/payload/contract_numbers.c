/* SPDX-License-Identifier: MIT */
/* Numbers that are inputs: values that go through every one of a small range, and those at which
 * code is often wrong. */
#include "payload/contract_draw.h"

static uint64_t random_state, input_seed;

void ct_random_begin(uint64_t state, uint64_t seed)
{
	random_state = state;
	input_seed = seed;
}

uint64_t ct_random_seed(void)
{
	return input_seed;
}

uint64_t ct_random(void)
{
	return ct_mix(random_state += 0x9e3779b97f4a7c15ull);
}

uint64_t ct_modulo(uint64_t n, uint64_t by)
{
	/* 64-bit division at 32 bit needs a library that is not here. */
	uint64_t d = by;

	if (!(n >> 32) && !(by >> 32))
		return (uint32_t)n % (uint32_t)by;
	while (d <= n >> 1)
		d <<= 1;
	for (; d >= by; d >>= 1) {
		if (n >= d)
			n -= d;
	}
	return n;
}

static uint64_t ct_pair(const uint32_t v[2])
{
	return v[0] | (uint64_t)v[1] << 32;
}

/* A permutation of 0 to n - 1, one for each key: of the next power of two, walked until it is below
 * n. Each step can be undone, so no two numbers become one. */
static uint32_t permuted(uint32_t x, uint32_t n, uint64_t key)
{
	unsigned bits = 1;
	uint32_t mask;

	while (bits < 31 && n > 1u << bits)
		bits++;
	mask = (1u << bits) - 1;
	do {
		for (unsigned i = 0; i < 3; i++) {
			x = (x + (uint32_t)(key >> (i * 8))) * (0x9e3779b1u ^ (uint32_t)key << 1) &
			    mask;
			x ^= x >> ((bits + 1) / 2);
		}
	} while (x >= n);
	return x;
}

/* The first value of a range, and how many steps lead to its last. */
static uint64_t steps_of(const struct ct_input *d, uint64_t *from)
{
	uint64_t step = d->multiple ? d->multiple : 1, rest, n;

	*from = ct_pair(d->from);
	rest = step > 1 ? ct_modulo(*from, step) : 0;
	*from += rest ? step - rest : 0;
	n = ct_pair(d->to) - *from;
	if (step == 1)
		return n;
	return n >> 32 ? 0xffffffffu / (uint32_t)step : (uint32_t)n / (uint32_t)step;
}

static uint32_t values_of(const struct ct_input *d)
{
	uint64_t from, n;

	if (d->role == CT_SET)
		return d->nset;
	if (d->role != CT_RANGE)
		return 0;
	n = steps_of(d, &from);
	return n >> 20 ? 0 : (uint32_t)n + 1;
}

/* Inputs with few values are counted through together, every combination of them, as far as half of
 * the rounds go; each of the others goes through its own values. The order is another one in each
 * passage. `n` values are left to choose from. */
static uint32_t walk(unsigned input, uint32_t n)
{
	uint32_t before = 1, all = 1, round = (uint32_t)ct_now.round, most;
	bool together = false;

	most = (uint32_t)ct_now.rounds / 2;
	for (unsigned i = 0; i < ct_now.c->ninputs; i++) {
		uint32_t k = values_of(&ct_now.inputs[i]);

		if (k < 2 || k > most || all > most / k)
			continue;
		if (i == input) {
			before = all;
			together = k == n;
		}
		all *= k;
	}
	if (together) {
		uint64_t key =
			ct_mix(ct_now.c->key ^ (uint64_t)(round / all) << 32 ^ ct_random_seed());

		return permuted(round % all, all, key) / before % n;
	}
	if (n > most)
		return (uint32_t)ct_modulo(ct_random(), n);
	return permuted(round % n, n,
			ct_mix(((uint64_t)input << 56) ^ ((uint64_t)(round / n) << 32) ^
			       ct_now.c->key ^ ct_random_seed()));
}

/* 0 to n, where that is too many for each: the ends, small ones, ones beside powers of two. */
static uint64_t in_wide_range(unsigned input, uint64_t n)
{
	uint64_t r = ct_random(), v;
	unsigned bits = 0;

	switch (r & 7) {
	case 0:
		return r & 8 ? 0 : n;
	case 1:
	case 2:
		v = (r >> 8) & 0xff;
		break;
	case 3:
	case 4:
		while (bits < 63 && n >> bits)
			bits++;
		v = (1ull << (uint32_t)(r >> 8 & 0xff) % (bits + 1)) + (r >> 16 & 3) - 2;
		break;
	default:
		v = ct_random();
		/* No value twice. */
		if (!(n >> 30))
			v = permuted(
				(uint32_t)ct_now.round % (uint32_t)(n + 1), (uint32_t)n + 1,
				ct_mix((uint64_t)input << 56 ^ ct_now.c->key ^ ct_random_seed()));
	}
	if (v <= n)
		return v;
	return n == ~0ull ? v : ct_modulo(v, n + 1);
}

enum { SHORT = 64 };

static uint64_t in_range(unsigned i, const struct ct_input *d)
{
	uint64_t from, n = steps_of(d, &from), step = d->multiple ? d->multiple : 1;

	/* Of what may be long each short one, too. */
	if (n > SHORT && n >= (uint32_t)ct_now.rounds / 2 && !(from >> 32) && ct_now.round & 1)
		return from + permuted((uint32_t)ct_now.round / 2 % (SHORT + 1), SHORT + 1,
				       ct_mix((uint64_t)i << 56 ^ ct_now.c->key ^ ct_random_seed() ^
					      (uint64_t)ct_now.round / 2 / (SHORT + 1))) *
				      step;
	if (n < (uint32_t)ct_now.rounds / 2)
		return from + walk(i, (uint32_t)n + 1) * step;
	return from + in_wide_range(i, n) * step;
}

/* Any integer: now and then one at which code is often wrong. */
static bool edge(const struct ct_input *d, uint8_t *to)
{
	uint64_t r = ct_random(), top = 1ull << (d->size * 8 - 1);
	uint64_t v;

	switch (r & 15) {
	case 0:
		v = 0;
		break;
	case 1:
		v = 1;
		break;
	case 2:
		v = ~0ull;
		break;
	case 3:
		v = top;
		break;
	case 4:
		v = top - 1;
		break;
	case 5:
		v = r >> 8 & 0xff;
		break;
	case 6:
		v = r >> 8 & 0xf;
		break;
	case 7:
		v = 1ull << (r >> 8 & (d->size * 8 - 1));
		break;
	default:
		return false;
	}
	ct_put(to, v);
	return true;
}

/* Floating point at which code is often wrong: +-0, infinities, NaNs, denormals, the largest, the
 * smallest, small whole numbers. IEEE 754; of the 80-bit format the integer bit is explicit (SDM
 * volume 1, 4.2.2). */
static void edge_float(unsigned class, uint8_t *to)
{
	static const struct {
		uint32_t exponent; /* 0: smallest; 1: all ones; else: biased by 0x100 */
		uint64_t fraction; /* at the top of 64 bits, without the integer bit */
	} special[] = {
		{ 0, 0 },
		{ 0, 1ull << 12 },
		{ 0, ~0ull << 1 },
		{ 1, 0 },
		{ 1, 1ull << 63 },
		{ 1, 1ull << 62 },
		{ 0x100, 0 },
		{ 0x101, 0 },
		{ 0x100 - 126, 0 },
		{ 0x100 + 127, ~0ull << 40 },
		{ 0x101, 1ull << 63 },
	};
	unsigned bits = class == CL_FLOAT ? 8 : class == CL_DOUBLE ? 11 : 15;
	uint64_t r = ct_random(), sign = r >> 8 & 1, fraction;
	uint32_t bias = (1u << (bits - 1)) - 1, exponent;
	unsigned which = (unsigned)(r >> 16 & 0xff) % (sizeof(special) / sizeof(special[0]));

	if (r & 1)
		return;
	exponent = special[which].exponent;
	fraction = special[which].fraction;
	exponent = !exponent ? 0 : exponent == 1 ? 2 * bias + 1 : exponent - 0x100 + bias;
	if (class == CL_FLOAT) {
		uint32_t f = (uint32_t)sign << 31 | exponent << 23 | (uint32_t)(fraction >> 41);

		/* The least denormal. */
		f += special[which].fraction == 1ull << 12;
		__builtin_memcpy(to, &f, 4);
	} else if (class == CL_DOUBLE) {
		ct_put(to, sign << 63 | (uint64_t)exponent << 52 | fraction >> 12);
	} else {
		ct_put(to, (exponent ? 1ull << 63 : 0) | fraction >> 1);
		to[8] = (uint8_t)exponent;
		to[9] = (uint8_t)(exponent >> 8 | sign << 7);
	}
}

/* Floating point inside of structures and vectors. */
static void edge_leaves(const struct ct_input *d, uint8_t *to)
{
	const struct cl_leaf *leaf = ct_at(d->leaves);

	for (unsigned i = 0; i < d->nleaves; i++) {
		if (leaf[i].class >= CL_FLOAT && leaf[i].class <= CL_LDOUBLE &&
		    leaf[i].size >= sizeof(float) && !(ct_random() & 3))
			edge_float(leaf[i].class, to + leaf[i].off);
	}
}

/* n / 4 as a float or double; the payload computes with integers only. */
static void quarters(unsigned class, int8_t n, uint8_t *to)
{
	uint32_t most = n < 0 ? (uint32_t)-n : (uint32_t)n, top = 0, sign = n < 0;
	uint64_t fraction;

	if (!most)
		return;
	while (most >> (top + 1))
		top++;
	fraction = (uint64_t)most << (52 - top) & 0xfffffffffffffull;
	if (class == CL_DOUBLE) {
		ct_put(to, (uint64_t)sign << 63 | (uint64_t)(1023 - 2 + top) << 52 | fraction);
	} else {
		uint32_t f = sign << 31 | (127 - 2 + top) << 23 | (uint32_t)(fraction >> 29);

		__builtin_memcpy(to, &f, 4);
	}
}

/* Memory of floating point: in some rounds any bits; in others numbers as they are used, with
 * special ones among them; or all alike. */
void ct_fill_floats(const struct ct_input *d, uint8_t *to, uint32_t bytes)
{
	unsigned class = d->element, size = class == CL_FLOAT ? 4 : 8;
	uint64_t kind = ct_random() & 7, r = 0;
	uint8_t same[16] = { 0 };

	if (kind < 2)
		return;
	edge_float(class, same);
	for (uint32_t i = 0; i + size <= bytes; i += size) {
		uint8_t number[16] = { 0 };

		/* 8 bits at a time. */
		r = i % (8 * size) ? r >> 8 : ct_random();
		quarters(class, (int8_t)r, number);
		if (kind == 2)
			__builtin_memcpy(number, same, size);
		else if (kind < 5 && !(r & 15))
			edge_float(class, number);
		__builtin_memcpy(to + i, number, size);
	}
}

void ct_make_number(unsigned i, const struct ct_input *d, uint8_t *to)
{
	const uint32_t *set = ct_at(d->set);
	struct cl_value v = { .class = (uint8_t)d->class,
			      .size = (uint16_t)d->size,
			      .nleaves = (uint8_t)d->nleaves,
			      .leaves = ct_at(d->leaves) };
	uint8_t st0[10];

	prepare_value(&ct_now.draw, &v, i, ct_now.round % ROUNDS, to, st0);
	if (d->flags & CT_ALSO_ANY && ct_now.round < CT_FIRST_TRIAL && !(ct_random() & 7))
		edge(d, to);
	else if (d->role == CT_RANGE)
		ct_put(to, in_range(i, d));
	else if (d->role == CT_SET)
		ct_put(to, ct_pair(set + 2 * walk(i, d->nset)));
	else if (d->class == CL_BOOL)
		to[0] = (uint8_t)(ct_random() & 1);
	else if ((d->class == CL_SIGNED || d->class == CL_UNSIGNED) && d->size == 1 &&
		 ct_random() & 1)
		ct_put(to, walk(i, 256)); /* a character: each of them */
	else if ((d->class == CL_SIGNED || d->class == CL_UNSIGNED) && d->size <= 8)
		edge(d, to);
	else if (d->class >= CL_FLOAT && d->class <= CL_LDOUBLE)
		edge_float(d->class, to);
	else if (d->class == CL_OPAQUE)
		edge_leaves(d, to);
}

uint64_t ct_number_of(unsigned i)
{
	uint64_t v = 0;
	unsigned n = min(ct_now.inputs[i].size, 8);

	for (unsigned k = 0; k < n; k++)
		v |= (uint64_t)ct_now.values.arg[i][k] << 8 * k;
	return v;
}

void ct_change_number(unsigned i)
{
	for (unsigned k = 0; k < ct_now.nchanges; k++) {
		const struct ct_change *x = &ct_now.change[k];

		if (x->kind == CT_CHANGE_NUMBER && x->input == i && x->at + x->bytes <= CL_VALUE)
			__builtin_memcpy(ct_now.values.arg[i] + x->at, &x->value, x->bytes);
	}
}
