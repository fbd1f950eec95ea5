/* SPDX-License-Identifier: MIT */
/* Inputs of a call by contract: values that go through every one of a small range, buffers that end
 * or begin at a page nobody may touch, and all of it into the registers and stack slots where the
 * contract has it. */
#include "payload/contract_run.h"

_Static_assert((int)CC_AREA == (int)CL_BUFFER && CC_BUFFERS + 1 == (int)CL_AREAS, "areas");
uint8_t cl_areas[CL_AREAS * CL_AREA_STRIDE + CL_PAGE] __attribute__((aligned(CL_PAGE)));

/* What a buffer and its neighbourhood held before the call. */
static struct shadow {
	uint8_t *at;
	uint32_t bytes;
	unsigned input;
	bool whole; /* the buffer too, not only what is beside it */
	cl_word buffer;
	uint32_t size;
	uint8_t was[CC_AREA];
} shadows[CC_BUFFERS];
static unsigned nshadows;
static cl_word first_stack_top;

static uint64_t pair(const uint32_t v[2])
{
	return v[0] | (uint64_t)v[1] << 32;
}

static uint64_t random(void)
{
	return prepare_next(&cc_now.draw);
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

/* The call's place in a small range: the first such input goes through all values one by one,
 * others in strides that meet them all in other combinations. */
static uint64_t walk(unsigned input, uint64_t n)
{
	static const uint8_t strides[] = { 1, 7, 11, 13, 17, 19, 23, 29 };
	unsigned k = 0, stride;

	for (unsigned i = 0; i < input; i++)
		k += cc_now.inputs[i].role == CC_RANGE || cc_now.inputs[i].role == CC_SET;
	if (n > CC_ROUNDS)
		return modulo(random(), n);
	stride = strides[k % sizeof(strides)];
	if ((uint32_t)n % stride == 0)
		stride = 1;
	return ((unsigned)cc_now.round * stride + k) % (uint32_t)n;
}

static void put(uint8_t *to, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

static uint64_t in_range(unsigned i, const struct cc_input *d)
{
	uint64_t from = pair(d->from), to = pair(d->to), step = d->multiple, n;

	if (step > 1) {
		uint64_t rest = modulo(from, step);

		from += rest ? step - rest : 0;
	}
	n = to - from;
	if (step > 1 && !(n >> 32))
		n = (uint32_t)n / (uint32_t)step;
	else if (step > 1)
		n = 0xffffffffu / (uint32_t)step;
	/* Of a wide range the ends, too. */
	if (n >= CC_ROUNDS && !(random() & 7))
		return random() & 1 ? from : from + n * step;
	return from + (n == ~0ull ? random() : walk(i, n + 1)) * step;
}

/* Any integer: now and then one at which code is often wrong. */
static bool edge(const struct cc_input *d, uint8_t *to)
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
	case 6:
		v = r >> 8 & 0xff;
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

static void make_number(unsigned i, const struct cc_input *d, uint8_t *to)
{
	const uint32_t *set = cc_at(d->set);
	struct cl_value v = { .class = (uint8_t)d->class,
			      .size = (uint16_t)d->size,
			      .nleaves = (uint8_t)d->nleaves,
			      .leaves = cc_at(d->leaves) };
	uint8_t st0[10];

	prepare_value(&cc_now.draw, &v, i, cc_now.round % ROUNDS, to, st0);
	if (d->role == CC_RANGE)
		put(to, in_range(i, d));
	else if (d->role == CC_SET)
		put(to, pair(set + 2 * walk(i, d->nset)));
	else if (d->class == CL_BOOL)
		to[0] = (uint8_t)(random() & 1);
	else if ((d->class == CL_SIGNED || d->class == CL_UNSIGNED) && d->size <= 8)
		edge(d, to);
}

static uint64_t number_of(unsigned i)
{
	uint64_t v = 0;
	unsigned n = min(cc_now.inputs[i].size, 8);

	for (unsigned k = 0; k < n; k++)
		v |= (uint64_t)cc_now.values.arg[i][k] << 8 * k;
	return v;
}

/* Memory ------------------------------------------------------------------------------------- */

static void fill(uint8_t *to, uint32_t bytes)
{
	uint64_t r = 0;

	for (uint32_t i = 0; i < bytes; i++) {
		if (!(i & 7))
			r = random();
		to[i] = (uint8_t)(r >> 8 * (i & 7));
	}
}

static uint8_t *area_of(unsigned number)
{
	return cl_areas + number * CL_AREA_STRIDE + CL_PAGE;
}

/* Where a buffer is in its area: its end, or its start, at a page nobody may touch. */
static uint8_t *locate(const struct cc_input *d, uint8_t *area, uint32_t bytes, bool at_end)
{
	uint32_t align = d->align ? d->align : 1, at = 0;

	if (at_end)
		at = (CC_AREA - bytes) & ~(align - 1);
	if (!(d->flags & CC_ALIGNED) || at % (2 * align) || !(cc_now.round & 2))
		return area + at;
	if (at_end && at >= align)
		return area + at - align;
	return at + align + bytes <= CC_AREA ? area + at + align : area + at;
}

static void remember(unsigned input, uint8_t *area, uint8_t *p, uint32_t bytes, bool whole)
{
	struct shadow *s = &shadows[nshadows++];
	uint32_t before = min((unsigned)(p - area), CC_SLACK);
	uint32_t behind = min((unsigned)(area + CC_AREA - p - bytes), CC_SLACK);

	s->at = p - before;
	s->bytes = before + bytes + behind;
	s->input = input;
	s->whole = whole;
	s->buffer = (cl_word)p;
	s->size = bytes;
	fill(s->at, before);
	fill(p + bytes, behind);
	__builtin_memcpy(s->was, s->at, s->bytes);
}

static void make_string(uint8_t *p, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		if (!p[i])
			p[i] = (uint8_t)(1 + (i & 0x7f));
	}
	p[length] = 0;
}

static void make_page(const struct cc_input *d, uint8_t *p)
{
	if (d->flags & CC_CHARACTERS)
		p[random() & 63] = 0;
	for (uint32_t i = 0; d->flags & CC_POINTERS && i < CC_DEFAULT; i += sizeof(cl_word))
		*(cl_word *)(p + i) = (cl_word)area_of(CC_BUFFERS);
}

static void make_pointer(unsigned i, const struct cc_input *d, unsigned number)
{
	uint8_t *area = area_of(number), *p;
	bool at_end = (cc_now.round ^ (int)number) & 1;
	uint32_t bytes = d->bytes;

	if (d->sized)
		bytes = (uint32_t)number_of(d->sized - 1) * d->unit;
	if (d->role == CC_STRING)
		bytes = 1 + (uint32_t)cc_now.round % (d->bytes + 1);
	if (d->role == CC_PAGE)
		bytes = CC_DEFAULT;
	if (bytes > CC_AREA)
		bytes = CC_AREA;
	p = locate(d, area, bytes, at_end || d->role == CC_STRING);
	fill(p, bytes);
	if (d->role == CC_STRING)
		make_string(p, bytes - 1);
	else if (d->role == CC_PAGE)
		make_page(d, p);
	if (d->flags & CC_NULL && cc_now.round % CC_PERIOD_NULL == CC_PERIOD_NULL - 1) {
		p = NULL;
		bytes = 0;
	} else if (d->flags & CC_FAULTS && cc_now.round % CC_PERIOD_FAULT == 1) {
		p = area + CC_AREA;
		bytes = 0;
		cc_now.other = true;
	} else {
		if (d->role != CC_PAGE)
			remember(i, area, p, bytes, d->flags & CC_READ_ONLY);
		if (d->deref)
			__builtin_memcpy(cc_now.deref[i], p, min(d->deref, min(bytes, 16)));
	}
	cc_now.pointer[i] = (cl_word)p;
	cc_now.bytes[i] = bytes;
	put(cc_now.values.arg[i], (cl_word)p);
}

void cc_check_buffers(void)
{
	for (unsigned k = 0; k < nshadows; k++) {
		const struct shadow *s = &shadows[k];
		uint32_t from = (uint32_t)(s->buffer - (cl_word)s->at);

		for (uint32_t i = 0; i < s->bytes; i++) {
			int32_t where = (int32_t)(i - from);
			uint32_t n = min(s->bytes - i, 8);

			if (s->at[i] == s->was[i] || (!s->whole && i >= from && i - from < s->size))
				continue;
			differ(cc_now.out, CHECK_BUFFER, (int)s->input, cc_now.round, s->was + i,
			       s->at + i, n, nowhere, nowhere);
			for (unsigned f = 0; f < cc_now.out->nfindings; f++) {
				struct cl_finding *x = &cc_now.out->finding[f].f;

				if (x->check == CHECK_BUFFER && x->item == s->input &&
				    x->round == cc_now.round) {
					x->offset = (uint16_t)where;
					x->loc = (uint16_t)s->size;
				}
			}
			break;
		}
	}
}

/* Places ------------------------------------------------------------------------------------- */

/* Into the registers and stack words where the call will find it; what is above a narrow value
 * there stays as dirty as it is, but for inputs that are to be extended. */
static void place(const struct cc_input *d, const uint8_t *value, unsigned number)
{
	cl_word reference = (cl_word)(cl_reference + number * CL_VALUE);

	if (d->flags & CC_REFERENCE) {
		__builtin_memcpy((void *)reference, value, d->size);
		value = (const uint8_t *)&reference;
	}
	for (unsigned i = 0; i < d->nlocs; i++) {
		const struct cc_loc *l = &d->loc[i];
		uint8_t *to = (uint8_t *)&cl_poison.gpr[l->reg & 15];

		if (l->kind == CL_XMM)
			to = cl_poison.fx + FX_XMM + 16 * l->reg;
		else if (l->kind == CL_STACK)
			to = (uint8_t *)cl_stack_top + l->stack;
		__builtin_memcpy(to, value + (d->flags & CC_REFERENCE ? 0 : l->off), l->bytes);
		if (cc_now.extended >> number & 1) {
			bool minus = d->class == CL_SIGNED && value[d->size - 1] & 0x80;

			__builtin_memset(to + l->bytes, minus ? 0xff : 0,
					 sizeof(cl_word) - l->bytes);
		}
	}
}

static bool is_pointer(const struct cc_input *d)
{
	return d->role == CC_BUFFER || d->role == CC_STRING || d->role == CC_PAGE;
}

static void choose_stack(const struct cc_contract *c)
{
	cl_word align = c->align_entry;

	if (!first_stack_top)
		first_stack_top = cl_stack_top & ~(cl_word)4095;
	/* As well aligned as promised, seldom better. */
	cl_stack_top = first_stack_top - align * (1 + (cl_word)(cc_now.round & 7));
}

static void hidden_pointer(const struct cc_contract *c)
{
	uint8_t bytes[16] = { 0 };

	put(bytes, (cl_word)cl_result);
	place(&c->hidden, bytes, CC_ARGS - 1);
}

void cc_prepare(uint64_t seed)
{
	const struct cc_contract *c = cc_now.c;
	unsigned buffers = 0;

	choose_stack(c);
	cc_now.draw = prepare_open(seed ^ ((uint64_t)c->key << 16 | (uint64_t)cc_now.round), seed,
				   cc_now.round);
	nshadows = 0;
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (!is_pointer(&cc_now.inputs[i]))
			make_number(i, &cc_now.inputs[i], cc_now.values.arg[i]);
	}
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct cc_input *d = &cc_now.inputs[i];

		if (is_pointer(d))
			make_pointer(i, d, buffers++);
		else if (d->role == CC_PROBE)
			put(cc_now.values.arg[i], d->probe);
		else if (d->role == CC_LANDING_PAD)
			put(cc_now.values.arg[i], (cl_word)cl_contract_landing);
		place(d, cc_now.values.arg[i], i);
	}
	if (c->hidden.nlocs)
		hidden_pointer(c);
	if (c->al)
		((uint8_t *)&cl_poison.gpr[0])[0] = (uint8_t)(c->al - 1);
}
