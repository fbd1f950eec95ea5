/* SPDX-License-Identifier: MIT */
/* facts.h */
#include "prove/facts.h"

uint64_t facts_mix(uint64_t a, uint64_t b)
{
	a = (a ^ b) * 0xff51afd7ed558ccdull + 0x9e3779b97f4a7c15ull;
	return a ^ a >> 29;
}

/* The fact about a key, made if there is none; NULL: no room, so nothing is remembered. */
static struct fact *about(struct facts *f, uint64_t key, bool limits)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].key == key && f->v[i].limits == limits)
			return &f->v[i];
	}
	if (f->n == MOST_FACTS)
		return NULL;
	f->v[f->n] = (struct fact){ .key = key,
				    .order = { ANY_ORDER, ANY_ORDER },
				    .limits = limits,
				    .high = UINT64_MAX,
				    .lowest = INT64_MIN,
				    .highest = INT64_MAX };
	return &f->v[f->n++];
}

static bool restrict_order(struct fact *t, struct order o)
{
	struct order *r = &t->order;

	r->plain &= o.plain;
	r->with_sign &= o.with_sign;
	if (!(r->plain & EQUAL) || !(r->with_sign & EQUAL)) {
		r->plain &= (uint8_t)~EQUAL;
		r->with_sign &= (uint8_t)~EQUAL;
	}
	return r->plain && r->with_sign && (r->plain == EQUAL) == (r->with_sign == EQUAL);
}

static uint8_t swapped(uint8_t order)
{
	return (uint8_t)((order & EQUAL) | (order & LESS ? MORE : 0) | (order & MORE ? LESS : 0));
}

bool facts_pair(struct facts *f, uint64_t left, uint64_t right, struct order o)
{
	struct fact *t;

	if (left > right) {
		uint64_t other = left;

		left = right;
		right = other;
		o = (struct order){ swapped(o.plain), swapped(o.with_sign) };
	}
	t = about(f, facts_mix(left, right), false);
	return !t || restrict_order(t, o);
}

/* The limits of a value that compares like this with c, and of c with a sign. */
static bool narrow(struct fact *t, uint64_t c, int64_t s, uint64_t most, struct order o)
{
	if (!(o.plain & MORE) && t->high > c)
		t->high = c;
	if (!(o.plain & LESS) && t->low < c)
		t->low = c;
	if (!(o.with_sign & MORE) && t->highest > s)
		t->highest = s;
	if (!(o.with_sign & LESS) && t->lowest < s)
		t->lowest = s;
	if (!(o.plain & EQUAL)) {
		if ((t->low == c && t->high == c) || (t->lowest == s && t->highest == s))
			return false;
		t->low += t->low == c;
		t->high -= t->high == c;
		t->lowest += t->lowest == s;
		t->highest -= t->highest == s;
	}
	if (t->low > t->high || t->lowest > t->highest)
		return false;
	/* What one says of the other. */
	if (t->lowest >= 0) {
		t->low = t->low > (uint64_t)t->lowest ? t->low : (uint64_t)t->lowest;
		t->high = t->high < (uint64_t)t->highest ? t->high : (uint64_t)t->highest;
	}
	if (t->high <= most / 2) {
		t->lowest = t->lowest > (int64_t)t->low ? t->lowest : (int64_t)t->low;
		t->highest = t->highest < (int64_t)t->high ? t->highest : (int64_t)t->high;
	}
	return t->low <= t->high && t->lowest <= t->highest;
}

bool facts_constant(struct facts *f, uint64_t left, uint64_t constant, unsigned bytes,
		    struct order o)
{
	uint64_t most = bytes >= 8 ? UINT64_MAX : (1ull << (8 * bytes)) - 1;
	uint64_t top = most / 2 + 1;
	struct fact *pair, *limits;

	constant &= most;
	pair = about(f, facts_mix(left, ~constant), false);
	if (pair && !restrict_order(pair, o))
		return false;
	limits = about(f, left, true);
	if (!limits)
		return true;
	limits->high = limits->high < most ? limits->high : most;
	if (bytes < 8 && limits->lowest < -(int64_t)top) {
		limits->lowest = -(int64_t)top;
		limits->highest = (int64_t)top - 1;
	}
	return narrow(limits, constant, (int64_t)((constant ^ top) - top), most,
		      pair ? pair->order : o);
}

bool facts_truth(struct facts *f, uint64_t key, bool truth)
{
	uint8_t o = truth ? EQUAL : LESS | MORE;
	struct fact *t = about(f, key, false);

	return !t || restrict_order(t, (struct order){ o, o });
}
