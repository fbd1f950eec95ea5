/* SPDX-License-Identifier: MIT */
/* Memory that inputs point to: buffers that end or begin at a page nobody may touch, what they
 * hold, and what may have become of it. */
#include "payload/contract_draw.h"
#include "payload/contract_fit.h"

_Static_assert((int)CT_AREA == (int)CL_BUFFER && CT_BUFFERS + 2 == (int)CL_AREAS, "areas");
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
static bool uses_tables; /* of addresses that lead to such */

/* Random bytes in stock: a buffer takes a part of them that starts anywhere. */
enum { STOCK = 2 * CT_AREA };
static uint64_t stock[STOCK / 8];
static uint64_t stock_seed;

static void fill(uint8_t *to, uint32_t bytes)
{
	uint32_t at = (uint32_t)ct_random() % (STOCK - CT_AREA);

	if (stock_seed != ct_random_seed() || !stock[0]) {
		uint64_t state = ct_random_seed();

		for (unsigned i = 0; i < STOCK / 8; i++)
			stock[i] = ct_mix(state += 0x9e3779b97f4a7c15ull) | 1;
		stock_seed = ct_random_seed();
	}
	__builtin_memcpy(to, (const uint8_t *)stock + at, bytes);
}

static uint8_t *area_of(unsigned number)
{
	if (cl_far_areas)
		return cl_far_areas + number * cl_far_stride;
	return areas + number * CL_AREA_STRIDE + CL_PAGE;
}

cl_word ct_row(void)
{
	return (cl_word)(area_of(CT_BUFFERS) + CT_AREA / 2);
}

uint8_t *ct_area_of(unsigned input)
{
	unsigned number = 0;

	for (unsigned i = 0; i < input; i++)
		number += ct_is_pointer(&ct_now.inputs[i]);
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
	uint32_t align = d->align ? d->align : 1;
	uint32_t p = ((d->at + align - 1 - d->past) & ~(align - 1)) + d->past;
	uint32_t shift = ((uint32_t)(random_bits >> 1) & 63) & ~(align - 1);
	bool better = random_bits & 1, anywhere = !(random_bits >> 7 & 3);

	if (d->flags & CT_MIDDLE)
		return area + CT_CENTER + d->shift + d->past - d->at;
	if (d->flags & (CT_LOW | CT_HIGH))
		at_end = d->flags & CT_HIGH;
	if (at_end && CT_AREA - bytes >= p - d->at)
		p = ((CT_AREA - bytes + d->at - d->past) & ~(align - 1)) + d->past;
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

static void make_string(uint8_t *p, uint32_t length, uint32_t letter)
{
	for (uint32_t i = 0; i < length * letter; i += letter) {
		if (!p[i])
			p[i] = (uint8_t)(1 + (i & 0x7f));
	}
	__builtin_memset(p + length * letter, 0, letter);
}

/* What lines say that it holds, into its contents. */
static void hold(const struct ct_input *d, uint8_t *was, uint32_t bytes)
{
	const uint32_t *w = ct_at(d->held);

	for (uint32_t k = 0; k < d->nheld; k++) {
		uint32_t at = d->at + w[0], size = w[1], n = w[2];
		uint64_t v = 0;

		w += 3;
		if (n) {
			uint32_t which = (uint32_t)ct_modulo(ct_random() >> 8, n);

			v = w[2 * which] | (uint64_t)w[2 * which + 1] << 32;
			w += 2 * n;
		} else {
			v = ct_now.pointer[*w++ - 1];
		}
		if (at + size <= bytes)
			__builtin_memcpy(was + at, &v, size);
	}
}

/* Memory of addresses, which lead to where other addresses do. */
static uint8_t *table(void)
{
	return area_of(CT_BUFFERS + 1) + CT_AREA / 2;
}

static void all_words(uint8_t *p, uint32_t bytes, cl_word word)
{
	for (uint32_t i = 0; i + sizeof(word) <= bytes; i += sizeof(word))
		*(cl_word *)(p + i) = word;
}

/* A structure with what its type says are pointers, and small numbers. */
static void all_members(const struct ct_input *d, uint8_t *p, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes / 4; i++)
		((uint32_t *)p)[i] &= 7;
	for (uint32_t i = 0; i < CT_MEMBER_WORDS; i++) {
		uint32_t at = d->at + i * (uint32_t)sizeof(cl_word);

		if (d->members[i / 32] >> (i % 32) & 1 && at + sizeof(cl_word) <= bytes)
			*(cl_word *)(p + at) = ct_row();
	}
}

/* Bytes at p become what the input points to, at `to`. */
static void make_page(const struct ct_input *d, uint8_t *p, uint32_t bytes, const uint8_t *to)
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
		p[d->at + (uint32_t)ct_modulo(ct_random(), min(bytes - d->at, 64))] = 0;
	if (d->contents == CT_MEMBERS)
		all_members(d, p, bytes);
	else if (d->contents == CT_ITSELF)
		all_words(p, bytes, (cl_word)to);
	else if (d->flags & CT_TABLES)
		all_words(p, bytes, (cl_word)table());
	else if (d->flags & CT_POINTERS || d->contents == CT_ADDRESSES)
		all_words(p, bytes, ct_row() >> d->rows_halves);
	if (d->flags & CT_TABLES)
		uses_tables = true;
}

static void point(unsigned i, const uint8_t *p, uint32_t bytes)
{
	ct_now.pointer[i] = (cl_word)p;
	ct_now.bytes[i] = bytes;
	ct_put(ct_now.values.arg[i], (cl_word)p >> ct_now.inputs[i].halves);
}

/* The contents are made in the buffer's shadow: ct_apply() copies them. */
static int64_t amount(const struct ct_amount *a)
{
	return a->input ? ct_number_in(a->input - 1) : (int64_t)a->number;
}

/* Bytes that the rows of input i take; where the pointer is in them. As many rows as there is room
 * for. */
static uint32_t make_rows(unsigned i)
{
	struct ct_input *d = &ct_now.inputs[i];
	int64_t width = amount(&d->width) * d->width_unit, height = amount(&d->height);
	int64_t stride = amount(&d->stride) * d->stride_unit;
	uint32_t far = (uint32_t)(stride < 0 ? -stride : stride);

	d->at = 0;
	ct_now.row[i] = ct_now.columns[i] = 0;
	if (width <= 0 || height <= 0 || width > CT_AREA || height > CT_AREA || far > CT_AREA)
		return 0;
	if ((uint32_t)(height - 1) * far + (uint32_t)width > CT_AREA)
		return CT_AREA;
	if (stride < 0)
		d->at = (uint32_t)(height - 1) * far;
	if (far > width) {
		ct_now.row[i] = far;
		ct_now.columns[i] = (uint32_t)width;
	}
	return (uint32_t)(height - 1) * far + (uint32_t)width;
}

/* What a guest is to have in registers. */
static void fill_words(uint8_t *was, const struct ct_guest *g, uint32_t bytes)
{
	uint32_t n = g->words * (uint32_t)sizeof(cl_word);

	if (g->at <= bytes && n <= bytes - g->at)
		fill(was + g->at, n);
}

void ct_make_pointer(unsigned i, const struct ct_input *d, unsigned number)
{
	uint8_t *area = area_of(number), *p, *was = shadows[nshadows].was + CT_SLACK;
	uint64_t r = ct_random();
	uint32_t bytes = d->bytes;

	if (d->width_unit)
		bytes = make_rows(i);
	if (d->sized)
		bytes = (uint32_t)ct_number_of(d->sized - 1) * d->unit;
	if (d->role == CT_STRING)
		bytes = d->letter * (1 + (uint32_t)ct_modulo(ct_random(), d->bytes + 1));
	if (d->role == CT_PAGE && !bytes)
		bytes = CT_DEFAULT;
	if (bytes > CT_AREA)
		bytes = CT_AREA;
	p = locate(d, area, bytes, d->role == CT_STRING || r & 1, r >> 32);
	/* While what fits is looked for, mostly as it is. */
	if (d->flags & (CT_MIDDLE | CT_LOW | CT_HIGH) && ct_now.round % CT_REFILL &&
	    d->contents < CT_ITSELF) {
		point(i, p + d->at, bytes - d->at);
		return;
	}
	fill(was, bytes);
	if (d->element && !d->contents)
		ct_fill_floats(d, was, bytes);
	if (d->role == CT_STRING)
		make_string(was, bytes / d->letter - 1, d->letter);
	else if (d->role == CT_PAGE || d->contents || d->flags & CT_POINTERS)
		make_page(d, was, bytes, p + d->at);
	/* Each of its registers has a value of its own. */
	if (ct_now.c->guest.input == i + 1)
		fill_words(was, &ct_now.c->guest, bytes);
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

	at = (uint32_t)(a->at + a->before - area) + (uint32_t)ct_modulo(r & 0xffff, room);
	at = at > b->size ? at - b->size : 0;
	/* Where the pointer, not the buffer, is aligned. */
	at = ((at + d->at + align - 1 - d->past) & ~(align - 1)) + d->past - d->at;
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
	uint64_t r = ct_random();

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

/* The pointer to another remainder modulo 64, as far as its alignment and the area go. */
static void move(struct shadow *s, uint32_t to)
{
	const struct ct_input *d = &ct_now.inputs[s->input];
	uint32_t align = d->flags & CT_ANYWHERE ? d->natural : d->align;
	uint8_t *area = ct_area_of(s->input), *p = s->at + s->before;
	uint32_t now = (uint32_t)(cl_word)(p + d->at) & 63;

	align = align ? align : 1;
	to = ((to & ~(align - 1)) + d->past) & 63;
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

/* All of it alike, or each number the largest or the smallest of its size, or few that are not 0.
 */
static void fill_all(uint8_t *p, uint32_t bytes, uint32_t how, uint64_t value)
{
	unsigned size = how == CT_FILL_WORDS ? 4 : how == CT_FILL_SHORTS ? 2 : 1;
	uint32_t most = 0x7fffffffu >> (32 - 8 * size), least = most + 1;
	uint64_t r = 0;

	__builtin_memset(p, how == CT_FILL_FEW ? 0 : (uint8_t)value, bytes);
	for (uint32_t i = 0; how != CT_FILL_BYTE && i + size <= bytes; i += size) {
		r = i & 63 ? r >> 1 : ct_mix(value += 0x9e3779b97f4a7c15ull);
		if (how == CT_FILL_FEW)
			p[i] = i & 63 ? 0 : (uint8_t)(r >> 8);
		else
			__builtin_memcpy(p + i, r & 1 ? &most : &least, size);
	}
}

static void change_contents(struct shadow *s, const struct ct_change *x)
{
	const struct ct_input *d = &ct_now.inputs[s->input];
	uint8_t *was = s->was + CT_SLACK;
	const struct shadow *other = x->kind == CT_CHANGE_COPY ? shadow_of(x->at) : NULL;

	uint32_t at = d->at + x->at; /* some are before the pointer */

	if (x->kind == CT_CHANGE_POKE && at < s->size && s->size - at >= x->bytes)
		__builtin_memcpy(was + at, &x->value, x->bytes);
	if (x->kind == CT_CHANGE_FILL)
		fill_all(was, s->size, x->at, x->value);
	if (other)
		__builtin_memcpy(was, other->was + CT_SLACK, min(s->size, other->size));
	if (d->role == CT_STRING)
		make_string(was, s->size / d->letter - 1, d->letter);
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
void ct_restore_buffers(const struct ct_sources *sources)
{
	if (uses_tables)
		all_words(area_of(CT_BUFFERS + 1), CT_AREA, ct_row());
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

void ct_keep_prepared(void)
{
	for (unsigned k = 0; k < nshadows; k++) {
		struct shadow *s = &shadows[k];
		const struct ct_input *d = &ct_now.inputs[s->input];

		__builtin_memcpy(s->was + CT_SLACK, s->at + s->before, s->size);
		if (d->deref)
			__builtin_memcpy(ct_now.deref[s->input], s->was + CT_SLACK + d->at,
					 min(d->deref, min(s->size - d->at, 16)));
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

/* Bytes from there on that may be written. */
static uint32_t inside(const struct shadow *s, uint32_t at)
{
	uint32_t row = ct_now.row[s->input], left = s->before + s->size - at;

	if (!row)
		return left;
	return min(left, ct_now.columns[s->input] - (at - s->before) % row);
}

/* Of rows what is between them is outside. */
static bool is_inside(const struct shadow *s, uint32_t at)
{
	uint32_t row = ct_now.row[s->input];

	if (at < s->before || at >= s->before + s->size)
		return false;
	return !row || (at - s->before) % row < ct_now.columns[s->input];
}

void ct_check_buffers(void)
{
	for (unsigned k = 0; k < nshadows; k++) {
		const struct shadow *s = &shadows[k];
		const uint8_t *was = s->was + CT_SLACK - s->before;

		for (uint32_t i = 0; i < s->bytes && !s->overlaps; i++) {
			/* What is inside and may be written. */
			if (!s->whole && is_inside(s, i)) {
				i += inside(s, i) - 1;
				continue;
			}
			if (i < s->bytes && s->at[i] != was[i]) {
				written(s, i);
				break;
			}
		}
	}
}

void ct_memory_begin(void)
{
	nshadows = 0;
	uses_tables = false;
}

void ct_memory_end(void)
{
	overlap();
	for (unsigned k = 0; k < ct_now.nchanges; k++)
		change_pointer(&ct_now.change[k]);
	for (unsigned k = 0; k < nshadows; k++) {
		const struct ct_input *d = &ct_now.inputs[shadows[k].input];

		hold(d, shadows[k].was + CT_SLACK, shadows[k].size);
		if (d->nheld && d->deref)
			__builtin_memcpy(ct_now.deref[shadows[k].input],
					 shadows[k].was + CT_SLACK + d->at,
					 min(d->deref, min(shadows[k].size - d->at, 16)));
	}
}
