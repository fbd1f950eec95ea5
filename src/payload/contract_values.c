/* SPDX-License-Identifier: MIT */
/* Inputs of a call by contract: values that go through every one of a small range, buffers that end
 * or begin at a page nobody may touch, and all of it into the registers and stack slots where the
 * contract has it. */
#include "payload/contract_run.h"

_Static_assert((int)CT_AREA == (int)CL_BUFFER && CT_BUFFERS + 1 == (int)CL_AREAS, "areas");
static uint8_t areas[CL_AREAS * CL_AREA_STRIDE + CL_PAGE] __attribute__((aligned(CL_PAGE)));

cl_word payload_guard(unsigned i)
{
	return i <= CL_AREAS ? (cl_word)areas + i * CL_AREA_STRIDE : ct_trap_page(i - CL_AREAS - 1);
}

/* What a buffer and its neighbourhood held before the call. */
static struct shadow {
	uint8_t *at;             /* memory that is looked at: the buffer, and what is beside it */
	uint32_t bytes;          /* of it */
	uint32_t before, behind; /* bytes of it that are not the buffer */
	uint32_t size;           /* of the buffer */
	unsigned input;
	bool whole;    /* the buffer may not be written either */
	bool overlaps; /* another one: then nothing is said of what is written */
	uint8_t was[CT_SLACK + CT_AREA + CT_SLACK]; /* the buffer from CT_SLACK on */
} shadows[CT_BUFFERS + 1]; /* the last for a buffer that is not remembered */
static unsigned nshadows;
static cl_word first_stack_top;

static uint64_t pair(const uint32_t v[2])
{
	return v[0] | (uint64_t)v[1] << 32;
}

/* splitmix64: inputs have a stream of their own, apart from poison. */
static uint64_t random_state, input_seed;

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static uint64_t random(void)
{
	return mix(random_state += 0x9e3779b97f4a7c15ull);
}

static uint64_t modulo(uint64_t n, uint64_t by)
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

/* Draws ------------------------------------------------------------------------------------- */

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

	*from = pair(d->from);
	rest = step > 1 ? modulo(*from, step) : 0;
	*from += rest ? step - rest : 0;
	n = pair(d->to) - *from;
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
		uint64_t key = mix(ct_now.c->key ^ (uint64_t)(round / all) << 32 ^ input_seed);

		return permuted(round % all, all, key) / before % n;
	}
	if (n > most)
		return (uint32_t)modulo(random(), n);
	return permuted(round % n, n,
			mix(((uint64_t)input << 56) ^ ((uint64_t)(round / n) << 32) ^
			    ct_now.c->key ^ input_seed));
}

static void put(uint8_t *to, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

/* 0 to n, where that is too many for each: the ends, small ones, ones beside powers of two. */
static uint64_t in_wide_range(unsigned input, uint64_t n)
{
	uint64_t r = random(), v;

	switch (r & 7) {
	case 0:
		return r & 8 ? 0 : n;
	case 1:
	case 2:
		v = (r >> 8) & 0xff;
		break;
	case 3:
	case 4:
		v = (1ull << (r >> 8 & 63)) + (r >> 16 & 3) - 1;
		break;
	default:
		v = random();
		/* No value twice. */
		if (!(n >> 30))
			v = permuted((uint32_t)ct_now.round % (uint32_t)(n + 1), (uint32_t)n + 1,
				     mix((uint64_t)input << 56 ^ ct_now.c->key ^ input_seed));
	}
	if (v <= n)
		return v;
	return n == ~0ull ? v : modulo(v, n + 1);
}

enum { SHORT = 64 };

static uint64_t in_range(unsigned i, const struct ct_input *d)
{
	uint64_t from, n = steps_of(d, &from), step = d->multiple ? d->multiple : 1;

	/* Of what may be long each short one, too. */
	if (n > SHORT && n >= (uint32_t)ct_now.rounds / 2 && !(from >> 32) && ct_now.round & 1)
		return from + permuted((uint32_t)ct_now.round / 2 % (SHORT + 1), SHORT + 1,
				       mix((uint64_t)i << 56 ^ ct_now.c->key ^ input_seed ^
					   (uint64_t)ct_now.round / 2 / (SHORT + 1))) *
				      step;
	if (n < (uint32_t)ct_now.rounds / 2)
		return from + walk(i, (uint32_t)n + 1) * step;
	return from + in_wide_range(i, n) * step;
}

/* Any integer: now and then one at which code is often wrong. */
static bool edge(const struct ct_input *d, uint8_t *to)
{
	uint64_t r = random(), top = 1ull << (d->size * 8 - 1);
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
	put(to, v);
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
	uint64_t r = random(), sign = r >> 8 & 1, fraction;
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
		put(to, sign << 63 | (uint64_t)exponent << 52 | fraction >> 12);
	} else {
		put(to, (exponent ? 1ull << 63 : 0) | fraction >> 1);
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
		    leaf[i].size >= sizeof(float) && !(random() & 3))
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
		put(to, (uint64_t)sign << 63 | (uint64_t)(1023 - 2 + top) << 52 | fraction);
	} else {
		uint32_t f = sign << 31 | (127 - 2 + top) << 23 | (uint32_t)(fraction >> 29);

		__builtin_memcpy(to, &f, 4);
	}
}

/* Memory of floating point: in some rounds any bits; in others numbers as they are used, with
 * special ones among them; or all alike. */
static void fill_floats(const struct ct_input *d, uint8_t *to, uint32_t bytes)
{
	unsigned class = d->element, size = class == CL_FLOAT ? 4 : 8;
	uint64_t kind = random() & 7, r = 0;
	uint8_t same[16] = { 0 };

	if (kind < 2)
		return;
	edge_float(class, same);
	for (uint32_t i = 0; i + size <= bytes; i += size) {
		uint8_t number[16] = { 0 };

		/* 8 bits at a time. */
		r = i % (8 * size) ? r >> 8 : random();
		quarters(class, (int8_t)r, number);
		if (kind == 2)
			__builtin_memcpy(number, same, size);
		else if (kind < 5 && !(r & 15))
			edge_float(class, number);
		__builtin_memcpy(to + i, number, size);
	}
}

static void make_number(unsigned i, const struct ct_input *d, uint8_t *to)
{
	const uint32_t *set = ct_at(d->set);
	struct cl_value v = { .class = (uint8_t)d->class,
			      .size = (uint16_t)d->size,
			      .nleaves = (uint8_t)d->nleaves,
			      .leaves = ct_at(d->leaves) };
	uint8_t st0[10];

	prepare_value(&ct_now.draw, &v, i, ct_now.round % ROUNDS, to, st0);
	if (d->flags & CT_ALSO_ANY && ct_now.round < CT_FIRST_TRIAL && !(random() & 7))
		edge(d, to);
	else if (d->role == CT_RANGE)
		put(to, in_range(i, d));
	else if (d->role == CT_SET)
		put(to, pair(set + 2 * walk(i, d->nset)));
	else if (d->class == CL_BOOL)
		to[0] = (uint8_t)(random() & 1);
	else if ((d->class == CL_SIGNED || d->class == CL_UNSIGNED) && d->size <= 8)
		edge(d, to);
	else if (d->class >= CL_FLOAT && d->class <= CL_LDOUBLE)
		edge_float(d->class, to);
	else if (d->class == CL_OPAQUE)
		edge_leaves(d, to);
}

static uint64_t number_of(unsigned i)
{
	uint64_t v = 0;
	unsigned n = min(ct_now.inputs[i].size, 8);

	for (unsigned k = 0; k < n; k++)
		v |= (uint64_t)ct_now.values.arg[i][k] << 8 * k;
	return v;
}

/* Memory ------------------------------------------------------------------------------------- */

/* Random bytes in stock: a buffer takes a part of them that starts anywhere. */
enum { STOCK = 2 * CT_AREA };
static uint64_t stock[STOCK / 8];
static uint64_t stock_seed;

static void fill(uint8_t *to, uint32_t bytes)
{
	uint32_t at = (uint32_t)random() % (STOCK - CT_AREA);

	if (stock_seed != input_seed || !stock[0]) {
		uint64_t state = input_seed;

		for (unsigned i = 0; i < STOCK / 8; i++)
			stock[i] = mix(state += 0x9e3779b97f4a7c15ull) | 1;
		stock_seed = input_seed;
	}
	__builtin_memcpy(to, (const uint8_t *)stock + at, bytes);
}

static uint8_t *area_of(unsigned number)
{
	if (cl_far_areas)
		return cl_far_areas + number * cl_far_stride;
	return areas + number * CL_AREA_STRIDE + CL_PAGE;
}

static bool is_pointer(const struct ct_input *d)
{
	return d->role == CT_BUFFER || d->role == CT_STRING || d->role == CT_PAGE;
}

uint8_t *ct_area_of(unsigned input)
{
	unsigned number = 0;

	for (unsigned i = 0; i < input; i++)
		number += is_pointer(&ct_now.inputs[i]);
	return area_of(number);
}

/* Is the size of what it points to known, by a line or by running? */
static bool has_size(const struct ct_input *d)
{
	return d->role != CT_PAGE || d->bytes;
}

/* The buffer so that the pointer into it is aligned as promised: at one end of the area, better
 * aligned than promised in half of the calls; in some calls, and where nothing is known of its
 * size, a bit away from there, for any alignment that is better to come up. */
static uint8_t *locate(const struct ct_input *d, uint8_t *area, uint32_t bytes, bool at_end,
		       uint64_t random_bits)
{
	uint32_t align = d->align ? d->align : 1, p = (d->at + align - 1) & ~(align - 1);
	uint32_t shift = ((uint32_t)(random_bits >> 1) & 63) & ~(align - 1);
	bool better = random_bits & 1, anywhere = !(random_bits >> 7 & 3);

	if (d->flags & CT_MIDDLE)
		return area + CT_AREA / 2 + d->shift - d->at;
	if (d->flags & (CT_LOW | CT_HIGH))
		at_end = d->flags & CT_HIGH;
	if (at_end && CT_AREA - bytes >= p - d->at)
		p = (CT_AREA - bytes + d->at) & ~(align - 1);
	if (d->flags & (CT_LOW | CT_HIGH) || d->role == CT_STRING)
		return area + p - d->at;
	if (!has_size(d) || anywhere) {
		if (at_end && p - d->at >= shift)
			return area + p - d->at - shift;
		return p - d->at + bytes + shift <= CT_AREA && !at_end ? area + p - d->at + shift
								       : area + p - d->at;
	}
	if (!(p & align) == better)
		return area + p - d->at;
	if (at_end && p - d->at >= align)
		return area + p - d->at - align;
	return p - d->at + align + bytes <= CT_AREA ? area + p - d->at + align : area + p - d->at;
}

static void remember(unsigned input, uint8_t *area, uint8_t *p, uint32_t bytes,
		     const struct ct_input *d)
{
	struct shadow *s = &shadows[nshadows++];
	bool open = !has_size(d) || d->flags & (CT_MIDDLE | CT_LOW | CT_HIGH);

	s->before = open ? 0 : min((unsigned)(p - area), CT_SLACK);
	s->behind = open ? 0 : min((unsigned)(area + CT_AREA - p - bytes), CT_SLACK);
	s->at = p - s->before;
	s->bytes = s->before + bytes + s->behind;
	s->input = input;
	s->overlaps = false;
	s->whole = d->flags & CT_READ_ONLY;
	s->size = bytes;
}

static void make_string(uint8_t *p, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		if (!p[i])
			p[i] = (uint8_t)(1 + (i & 0x7f));
	}
	p[length] = 0;
}

static void make_page(const struct ct_input *d, uint8_t *p, uint32_t bytes)
{
	uint32_t *words = (uint32_t *)p;

	switch (d->contents) {
	case CT_ZEROS:
		__builtin_memset(p, 0, bytes);
		break;
	case CT_SMALL:
		for (uint32_t i = 0; i < bytes / 4; i++)
			words[i] &= 7;
		break;
	}
	if (d->flags & CT_CHARACTERS && d->at < bytes)
		p[d->at + (uint32_t)modulo(random(), min(bytes - d->at, 64))] = 0;
	for (uint32_t i = 0; (d->flags & CT_POINTERS || d->contents == CT_ADDRESSES) &&
			     i + sizeof(cl_word) <= bytes;
	     i += sizeof(cl_word))
		*(cl_word *)(p + i) = (cl_word)(area_of(CT_BUFFERS) + CT_AREA / 2);
}

static void point(unsigned i, const uint8_t *p, uint32_t bytes)
{
	ct_now.pointer[i] = (cl_word)p;
	ct_now.bytes[i] = bytes;
	put(ct_now.values.arg[i], (cl_word)p);
}

/* The contents are made in the buffer's shadow: ct_apply() copies them. */
static void make_pointer(unsigned i, const struct ct_input *d, unsigned number)
{
	uint8_t *area = area_of(number), *p, *was = shadows[nshadows].was + CT_SLACK;
	uint64_t r = random();
	uint32_t bytes = d->bytes;

	if (d->sized)
		bytes = (uint32_t)number_of(d->sized - 1) * d->unit;
	if (d->role == CT_STRING)
		bytes = 1 + (uint32_t)modulo(random(), d->bytes + 1);
	if (d->role == CT_PAGE && !bytes)
		bytes = CT_DEFAULT;
	if (bytes > CT_AREA)
		bytes = CT_AREA;
	p = locate(d, area, bytes, d->role == CT_STRING || r & 1, r >> 32);
	/* While what fits is looked for, mostly as it is. */
	if (d->flags & (CT_MIDDLE | CT_LOW | CT_HIGH) && ct_now.round & 15) {
		point(i, p + d->at, bytes - d->at);
		return;
	}
	fill(was, bytes);
	if (d->element && !d->contents)
		fill_floats(d, was, bytes);
	if (d->role == CT_STRING)
		make_string(was, bytes - 1);
	else if (d->role == CT_PAGE || d->contents || d->flags & CT_POINTERS)
		make_page(d, was, bytes);
	if (d->flags & CT_NULL && !(r >> 8 & (CT_PERIOD_NULL - 1))) {
		p = NULL;
		bytes = 0;
	} else if (d->flags & CT_FAULTS && !(r >> 16 & (CT_PERIOD_FAULT - 1))) {
		p = area + CT_AREA;
		bytes = 0;
		ct_now.other = true;
	} else {
		remember(i, area, p, bytes, d);
		if (d->deref)
			__builtin_memcpy(ct_now.deref[i], was + d->at,
					 min(d->deref, min(bytes - d->at, 16)));
		p += d->at;
		bytes -= d->at;
	}
	point(i, p, bytes);
}

static bool may_overlap(const struct shadow *s)
{
	const struct ct_input *d = &ct_now.inputs[s->input];

	return s->size && !d->deref && !(d->flags & (CT_NO_ALIAS | CT_MIDDLE | CT_LOW | CT_HIGH));
}

static struct shadow *shadow_of(unsigned input)
{
	for (unsigned k = 0; k < nshadows; k++) {
		if (shadows[k].input == input)
			return &shadows[k];
	}
	return NULL;
}

/* The second begins within, or a bit before, the first. */
static bool lay_over(struct shadow *a, struct shadow *b, uint64_t r)
{
	const struct ct_input *d = &ct_now.inputs[b->input];
	uint32_t align = d->align ? d->align : 1, room = a->size + b->size, at;
	uint8_t *area = ct_area_of(a->input);

	at = (uint32_t)(a->at + a->before - area) + (uint32_t)modulo(r & 0xffff, room);
	at = at > b->size ? at - b->size : 0;
	/* Where the pointer, not the buffer, is aligned. */
	at = ((at + d->at + align - 1) & ~(align - 1)) - d->at;
	if (at + b->size > CT_AREA)
		return false;
	/* What is beside one may be the other. */
	a->at += a->before;
	b->at = area + at;
	a->before = a->behind = b->before = b->behind = 0;
	a->bytes = a->size;
	b->bytes = b->size;
	a->overlaps = b->overlaps = true;
	point(b->input, b->at + d->at, b->size - d->at);
	return true;
}

/* Where a line says that they may overlap, in every other round. Where nothing says that two
 * buffers are apart, in some. */
static void overlap(void)
{
	struct shadow *a, *b;
	uint64_t r = random();

	ct_now.overlaps = false;
	if (nshadows < 2 || ct_now.round >= CT_FIRST_TRIAL)
		return;
	for (unsigned k = 0; k < nshadows; k++) {
		const struct ct_input *d = &ct_now.inputs[shadows[k].input];

		a = d->overlaps ? shadow_of(d->overlaps - 1) : NULL;
		if (a && a->size && shadows[k].size && !d->deref && r >> (8 + k) & 1 &&
		    lay_over(a, &shadows[k], r >> 24))
			return;
	}
	if (r & 7)
		return;
	a = &shadows[(uint32_t)(r >> 8 & 0xff) % nshadows];
	b = &shadows[(uint32_t)(r >> 16 & 0xff) % nshadows];
	if (a != b && may_overlap(a) && may_overlap(b))
		ct_now.overlaps = lay_over(a, b, r >> 24);
}

/* Changes ------------------------------------------------------------------------------------- */

static void change_number(unsigned i)
{
	for (unsigned k = 0; k < ct_now.nchanges; k++) {
		const struct ct_change *x = &ct_now.change[k];

		if (x->kind == CT_CHANGE_NUMBER && x->input == i && x->at + x->bytes <= CL_VALUE)
			__builtin_memcpy(ct_now.values.arg[i] + x->at, &x->value, x->bytes);
	}
}

/* The pointer to another remainder modulo 64, as far as its alignment and the area go. */
static void move(struct shadow *s, uint32_t to)
{
	const struct ct_input *d = &ct_now.inputs[s->input];
	uint32_t align = d->align ? d->align : 1;
	uint8_t *area = ct_area_of(s->input), *p = s->at + s->before;
	uint32_t now = (uint32_t)(cl_word)(p + d->at) & 63;

	to &= ~(align - 1) & 63;
	p = p - now + to;
	if (p + s->size > area + CT_AREA)
		p -= 64;
	if (p < area || p + s->size > area + CT_AREA)
		return;
	s->before = min((unsigned)(p - area), s->before);
	s->behind = min((unsigned)(area + CT_AREA - p - s->size), s->behind);
	s->at = p - s->before;
	s->bytes = s->before + s->size + s->behind;
	point(s->input, p + d->at, s->size - d->at);
}

static void change_contents(struct shadow *s, const struct ct_change *x)
{
	const struct ct_input *d = &ct_now.inputs[s->input];
	uint8_t *was = s->was + CT_SLACK;
	const struct shadow *other = x->kind == CT_CHANGE_COPY ? shadow_of(x->at) : NULL;

	if (x->kind == CT_CHANGE_POKE && d->at + x->at + x->bytes <= s->size)
		__builtin_memcpy(was + d->at + x->at, &x->value, x->bytes);
	if (x->kind == CT_CHANGE_FILL)
		__builtin_memset(was, (uint8_t)x->value, s->size);
	if (other)
		__builtin_memcpy(was, other->was + CT_SLACK, min(s->size, other->size));
	if (d->role == CT_STRING)
		make_string(was, s->size - 1);
	if (d->deref)
		__builtin_memcpy(ct_now.deref[s->input], was + d->at,
				 min(d->deref, min(s->size - d->at, 16)));
}

static void change_pointer(const struct ct_change *x)
{
	struct shadow *s = shadow_of(x->input), *other;

	switch (x->kind) {
	case CT_CHANGE_MOVE:
		if (s)
			move(s, (uint32_t)x->value);
		break;
	case CT_CHANGE_NULL:
		point(x->input, NULL, 0);
		break;
	case CT_CHANGE_SAME:
		other = shadow_of(x->at);
		if (!s || !other || s->size > other->size)
			break;
		s->at = other->at + other->before;
		s->bytes = s->size;
		s->before = s->behind = 0;
		s->overlaps = other->overlaps = ct_now.overlaps = true;
		point(x->input, s->at + ct_now.inputs[x->input].at, s->size);
		break;
	case CT_CHANGE_POKE:
	case CT_CHANGE_FILL:
	case CT_CHANGE_COPY:
		if (s)
			change_contents(s, x);
		break;
	}
}

/* Contents into all buffers, poison beside them. */
static void restore_buffers(const struct ct_sources *sources)
{
	for (unsigned k = 0; k < nshadows; k++) {
		struct shadow *s = &shadows[k];
		const uint8_t *beside =
			ct_poison_of(sources->other[CT_FROM_BESIDE + s->input])->stack +
			2 * CT_SLACK * k;
		uint8_t *was = s->was + CT_SLACK;

		__builtin_memcpy(was - s->before, beside, s->before);
		__builtin_memcpy(was + s->size, beside + CT_SLACK, s->behind);
		__builtin_memcpy(s->at, was - s->before, s->bytes);
	}
}

const uint8_t *ct_buffer(unsigned i, unsigned *input, uint32_t *bytes)
{
	if (i >= nshadows)
		return NULL;
	*input = shadows[i].input;
	*bytes = shadows[i].size;
	return shadows[i].at + shadows[i].before;
}

static void written(const struct shadow *s, uint32_t at)
{
	const uint8_t *was = s->was + CT_SLACK - s->before;

	differ(ct_now.out, CHECK_BUFFER, (int)s->input, 0, was + at, s->at + at,
	       min(s->bytes - at, 8), nowhere, nowhere);
	for (unsigned f = 0; f < ct_now.out->nfindings; f++) {
		struct cl_finding *x = &ct_now.out->finding[f].f;

		if (x->check == CHECK_BUFFER && x->item == s->input) {
			x->offset = (uint16_t)(at - s->before - ct_now.inputs[s->input].at);
			x->loc = (uint16_t)(s->size - ct_now.inputs[s->input].at);
		}
	}
}

void ct_check_buffers(void)
{
	for (unsigned k = 0; k < nshadows; k++) {
		const struct shadow *s = &shadows[k];
		const uint8_t *was = s->was + CT_SLACK - s->before;

		for (uint32_t i = 0; i < s->bytes && !s->overlaps; i++) {
			/* What is inside and may be written. */
			if (!s->whole && i == s->before)
				i += s->size;
			if (i < s->bytes && s->at[i] != was[i]) {
				written(s, i);
				break;
			}
		}
	}
}

/* Places ------------------------------------------------------------------------------------- */

/* A value with poison in its padding. */
static const uint8_t *padded(const struct ct_input *d, const uint8_t *value, const uint8_t *poison,
			     uint8_t to[CL_VALUE])
{
	const uint8_t *mask = ct_mask(d);

	if (!mask)
		return value;
	for (unsigned i = 0; i < d->size; i++)
		to[i] = (uint8_t)((value[i] & mask[i]) | (poison[i] & ~mask[i]));
	return to;
}

/* Into the registers and stack words where the call will find it; what is above a narrow value
 * there is poison, but for inputs that are to be extended. */
static void place(const struct ct_input *d, const uint8_t *value, unsigned number,
		  const struct ct_sources *sources)
{
	const struct ct_poison *poison = ct_poison_of(sources->other[CT_FROM_UPPER + number]);
	cl_word reference = (cl_word)(cl_reference + number * CL_VALUE);
	uint8_t with_padding[CL_VALUE];

	value = padded(d, value, poison->stack + 8 * number, with_padding);
	if (d->flags & CT_REFERENCE) {
		__builtin_memcpy((void *)reference, value, d->size);
		value = (const uint8_t *)&reference;
	}
	for (unsigned i = 0; i < d->nlocs; i++) {
		const struct ct_loc *l = &d->loc[i];
		uint8_t *to = (uint8_t *)&cl_poison.gpr[l->reg & 15];
		unsigned whole = sizeof(cl_word);
		const uint8_t *dirt = (const uint8_t *)&poison->entry.gpr[l->reg & 15];

		if (l->kind == CL_XMM) {
			to = cl_poison.fx + FX_XMM + 16 * l->reg;
			dirt = poison->entry.fx + FX_XMM + 16 * l->reg;
			whole = 16;
		} else if (l->kind == CL_STACK) {
			to = (uint8_t *)cl_stack_top + l->stack;
			dirt = poison->stack + CL_POISON_BELOW + l->stack;
			whole = (l->bytes + whole - 1) & ~(whole - 1);
		}
		__builtin_memcpy(to, dirt, whole);
		__builtin_memcpy(to, value + (d->flags & CT_REFERENCE ? 0 : l->off), l->bytes);
		if (ct_now.extended >> number & 1 && ct_now.extended_to > l->bytes) {
			bool minus = d->class == CL_SIGNED && value[d->size - 1] & 0x80;

			__builtin_memset(to + l->bytes, minus ? 0xff : 0,
					 ct_now.extended_to - l->bytes);
		}
	}
}

static void choose_stack(const struct ct_contract *c)
{
	cl_word align = c->align_entry;

	if (!first_stack_top)
		first_stack_top = cl_stack_top & ~(cl_word)4095;
	/* As well aligned as promised, seldom better. */
	cl_stack_top = first_stack_top - align * (1 + (cl_word)(ct_now.round & 7));
}

static void hidden_pointer(const struct ct_contract *c, const struct ct_sources *sources)
{
	uint8_t bytes[CL_VALUE] = { 0 };

	put(bytes, (cl_word)cl_result);
	place(&c->hidden, bytes, CT_ARGS - 1, sources);
}

void ct_draw(uint64_t seed)
{
	const struct ct_contract *c = ct_now.c;
	uint64_t state = mix(seed ^ ((uint64_t)c->key << 32 | (uint64_t)ct_now.round));
	unsigned buffers = 0;

	choose_stack(c);
	input_seed = mix(seed + 1);
	random_state = state;
	ct_now.first_draw = ct_make_poison(seed, state);
	nshadows = 0;
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct ct_input *d = &ct_now.inputs[i];

		/* Each from a stream of its own: one that is drawn otherwise changes no other. */
		random_state = mix(state + i);
		if (d->role == CT_PROBE)
			put(ct_now.values.arg[i], d->probe);
		else if (d->role == CT_LANDING_PAD)
			put(ct_now.values.arg[i], (cl_word)cl_contract_landing);
		else if (!is_pointer(d))
			make_number(i, d, ct_now.values.arg[i]);
		if (d->role <= CT_SET)
			change_number(i);
	}
	/* Their sizes are among the numbers. */
	for (unsigned i = 0; i < c->ninputs; i++) {
		random_state = mix(state + CT_ARGS + i);
		if (is_pointer(&ct_now.inputs[i]))
			make_pointer(i, &ct_now.inputs[i], buffers++);
	}
	random_state = mix(state + 2 * CT_ARGS);
	overlap();
	for (unsigned k = 0; k < ct_now.nchanges; k++)
		change_pointer(&ct_now.change[k]);
}

void ct_apply(const struct ct_sources *sources)
{
	const struct ct_contract *c = ct_now.c;

	ct_apply_poison(sources);
	restore_buffers(sources);
	for (unsigned i = 0; i < c->ninputs; i++)
		place(&ct_now.inputs[i], ct_now.values.arg[i], i, sources);
	if (c->hidden.nlocs)
		hidden_pointer(c, sources);
	if (c->al)
		((uint8_t *)&cl_poison.gpr[0])[0] = (uint8_t)(c->al - 1);
	__builtin_memcpy((void *)cl_result,
			 ct_poison_of(sources->other[CT_FROM_RESULT])->stack + 512, CL_VALUE);
}
