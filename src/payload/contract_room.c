/* SPDX-License-Identifier: MIT */
/* Memory that fits: room on both sides of each pointer first, from which alignments are lowered and
 * memory is drawn tight as far as calls still return. */
#include "payload/contract_fit.h"

/* Memory on both sides, as well aligned as any code asks for. */
void ct_give_room(const struct ct_contract *c, unsigned contents)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!ct_open_pointer(i))
			continue;
		d->bytes = CT_ROOM;
		d->at = CT_CENTER;
		d->align = 64;
		d->shift = 0;
		d->contents = contents;
		/* As a line would have it: no string. */
		d->flags = (d->flags & ~(uint32_t)CT_CHARACTERS) | CT_MIDDLE;
	}
}

/* An access near a pointer: more memory there, while there is any. */
bool ct_widen_memory(const struct ct_contract *c, const struct ct_fault *f)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];
		cl_word p = ct_now.pointer[i];
		uint32_t bytes = d->bytes ? d->bytes : CT_DEFAULT, more;

		if (!ct_open_pointer(i) || d->flags & CT_MIDDLE)
			continue;
		if (f->address >= p && f->address - p < CT_HALF + CL_PAGE) {
			more = ((uint32_t)(f->address - p) / 64 + 2) * 64;
			if (d->at + more <= bytes || d->at + more > CT_AREA)
				continue;
			d->bytes = d->at + more;
			return true;
		}
		if (f->address < p && p - f->address < CT_HALF) {
			more = ((uint32_t)(p - f->address) / 64 + 1) * 64;
			if (more <= d->at || more + bytes - d->at > CT_AREA)
				continue;
			d->bytes = bytes - d->at + more;
			d->at = more;
			return true;
		}
	}
	return false;
}

bool ct_widen_both(unsigned input)
{
	struct ct_input *d = &ct_now.inputs[input];
	uint32_t more = d->align < 64 ? 64 : d->align;

	if (!d->bytes || d->bytes + 2 * more > CT_ROOM)
		return false;
	d->at += more;
	d->bytes += 2 * more;
	return true;
}

bool ct_widen_for(const struct ct_contract *c, const struct findings *now)
{
	bool widened = false, beyond = false;

	for (unsigned i = 0; i < now->nfindings; i++) {
		const struct cl_finding *f = &now->finding[i].f;
		struct ct_input *d = &ct_now.inputs[f->item];
		int32_t at = (int16_t)f->offset;

		if (f->check != CHECK_BUFFER || f->item >= c->ninputs || !ct_unsaid_pointer(d) ||
		    !d->bytes)
			continue;
		/* Offsets of 16 bits: what is far behind looks as if it were before. */
		if (at < 0 && (uint32_t)-at > d->at + CT_SLACK)
			at = (uint16_t)f->offset;
		if (at >= 0 && (uint32_t)at < d->bytes - d->at)
			continue; /* inside */
		beyond = true;
		if (d->bytes + d->align * 8 > CT_ROOM)
			continue;
		d->at += at < 0 ? d->align * 8 : 0;
		d->bytes += d->align * 8;
		widened = true;
	}
	/* There is no more room: only other numbers help. */
	ct_fitting.too_far = beyond && !widened;
	if (beyond)
		ct_refit();
	return beyond;
}

enum { MOST_HALVES = 3 };

/* Is it memory that all addresses lead to which an input holds? */
static bool halve_rows(const struct ct_contract *c, cl_word address)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!ct_open_pointer(i) || d->rows_halves ||
		    !(d->flags & CT_POINTERS || d->contents == CT_ADDRESSES))
			continue;
		for (unsigned n = 1; n <= MOST_HALVES; n++) {
			cl_word at = address >> n;

			if (at < ct_row() - CT_HALF || at >= ct_row() + CT_HALF)
				continue;
			d->rows_halves = n;
			return true;
		}
	}
	return false;
}

bool ct_halve(const struct ct_contract *c, const struct ct_fault *f)
{

	for (unsigned i = 0; f->address && i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		for (unsigned n = 1; n <= MOST_HALVES && ct_open_pointer(i); n++) {
			cl_word at = f->address >> n, p = ct_now.pointer[i];

			if (d->halves || at < p - CT_HALF || at >= p + CT_HALF)
				continue;
			d->halves = n;
			return true;
		}
	}
	return f->address && halve_rows(c, f->address);
}

/* The same round with pointers as they are made now; numbers stay as they were set. */
static void draw_again(const struct ct_contract *c)
{
	int64_t v[CT_ARGS];

	for (unsigned i = 0; i < c->ninputs; i++)
		v[i] = ct_number_in(i);
	ct_draw_round(c, ct_now.round, ct_now.rounds, ct_fitting.seed);
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (ct_unsaid_number(&ct_asked[i]))
			ct_set_number(i, v[i]);
	}
}

bool ct_put_past(const struct ct_contract *c, const struct ct_fault *f)
{
	if (f->kind != CL_FAULT_SEGV || f->address || !ct_in_code(f->ip))
		return false;
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];
		uint32_t natural = ct_asked[i].natural ? ct_asked[i].natural : 1;

		if (!ct_open_pointer(i) || d->past)
			continue;
		for (d->past = natural; d->past < 64; d->past += natural) {
			draw_again(c);
			if (ct_fit_call(c) || cl_fault_ip != f->ip)
				return true;
		}
		d->past = 0;
	}
	draw_again(c);
	return false;
}

static void point_behind(unsigned end, unsigned from)
{
	enum { NUMBERS = 64 };
	struct ct_input *d = &ct_now.inputs[end];
	uint32_t size = d->natural ? d->natural : 1;

	d->role = CT_SUM;
	d->sum = (struct ct_value){ .kind = CT_INPUT,
				    .input = from,
				    .low = NUMBERS * size,
				    .bytes = sizeof(cl_word),
				    .times = 1 };
}

bool ct_find_end(const struct ct_contract *c, ct_right *right)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		for (unsigned k = 0; k < c->ninputs; k++) {
			struct ct_input *d = &ct_now.inputs[k], was = *d;

			if (i == k || !ct_open_pointer(i) || !ct_open_pointer(k) ||
			    d->natural != ct_now.inputs[i].natural)
				continue;
			point_behind(k, i);
			draw_again(c);
			if (right(c))
				return true;
			*d = was;
			draw_again(c);
		}
	}
	return false;
}

/* Does a better alignment of one pointer help? Else all are raised, one after the other. */
bool ct_raise_alignment(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];
		uint32_t was = d->align;

		if (!ct_open_pointer(i) || !(ct_now.pointer[i] & 63))
			continue;
		for (d->align = was * 2; d->align <= 64; d->align *= 2) {
			draw_again(c);
			if (ct_fit_call(c))
				return true;
		}
		d->align = was;
		draw_again(c);
	}
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!ct_open_pointer(i) || d->align >= 64 || !(ct_now.pointer[i] & 63))
			continue;
		d->align *= 2;
		return true;
	}
	return false;
}

enum { SAMPLE = 16 };

void ct_lower_alignments(const struct ct_contract *c)
{
	uint32_t least;

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!ct_open_pointer(i))
			continue;
		d->align = 64;
		least = ct_asked[i].natural ? ct_asked[i].natural : 1;
		if (least < 1u << d->halves)
			least = 1u << d->halves;
		for (uint32_t a = least; a < 64; a *= 2) {
			d->shift = a;
			if (ct_fits(c, SAMPLE)) {
				d->align = a;
				d->past &= a - 1;
				break;
			}
		}
		d->shift = 0;
	}
}

/* The least number of bytes, a multiple of `unit`, up to `most`, with which the sample returns. */
static uint32_t least(const struct ct_contract *c, uint32_t *bytes, uint32_t add, uint32_t *total,
		      uint32_t unit, uint32_t most)
{
	uint32_t low = 0, high = most;

	for (uint32_t n = 0; n < most; n = n ? 4 * n : unit * (16 + unit - 1) / unit) {
		n = n / unit * unit;
		*bytes = n;
		*total = n + add;
		if (ct_fits(c, SAMPLE)) {
			high = n;
			break;
		}
		low = n;
	}
	while (high - low > unit) {
		uint32_t n = (low + high) / 2 / unit * unit;

		if (n <= low)
			n = low + unit;
		*bytes = n;
		*total = n + add;
		if (ct_fits(c, SAMPLE))
			high = n;
		else
			low = n;
	}
	return high;
}

void ct_draw_tight(const struct ct_contract *c)
{
	uint32_t before[CT_ARGS], behind[CT_ARGS], none;

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i], roomy = *d;

		if (!ct_open_pointer(i))
			continue;
		d->flags = (roomy.flags & ~(uint32_t)CT_MIDDLE) | CT_LOW;
		before[i] = least(c, &d->at, CT_HALF, &d->bytes, d->align, CT_HALF);
		*d = roomy;
		d->flags = (roomy.flags & ~(uint32_t)CT_MIDDLE) | CT_HIGH;
		behind[i] = least(c, &none, CT_CENTER, &d->bytes, d->align, CT_HALF);
		*d = roomy;
	}
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!ct_open_pointer(i))
			continue;
		d->flags &= ~(uint32_t)CT_MIDDLE;
		d->at = before[i];
		d->bytes = before[i] + (behind[i] ? behind[i] : d->align);
	}
}
