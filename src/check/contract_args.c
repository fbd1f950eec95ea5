/* SPDX-License-Identifier: MIT */
/* What an input may be: `arg` lines, and what its type and name suggest without one. */
#include "check/reader.h"

#include "payload/case.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_STRING = 64, DEFAULT_LENGTH = 64, MOST_VALUES = 64, MOST_RELATED = 1 << 20 };

static bool is_pointer(const struct contract_input *in)
{
	return in->type->kind == TYPE_POINTER && in->type->of->kind != TYPE_FUNCTION;
}

static void must_point(struct reader *r, const char *at, unsigned i)
{
	const struct type *t = r->c->input[i].type;

	if (!is_pointer(&r->c->input[i]) &&
	    (!type_is_integer(t) || t->size[r->width] != word_bytes(r->width)))
		reader_fail_at(r, at, (size_t)(r->s - at), NULL,
			       "this is for pointers (or integers as wide as one)");
}

static void must_count(struct reader *r, const char *at, unsigned i)
{
	if (!type_is_integer(r->c->input[i].type) || r->c->input[i].type->size[r->width] > 8)
		reader_fail_at(r, at, (size_t)(r->s - at), NULL,
			       "this is for integers of up to 64 bits");
}

static unsigned pointee_bytes(const struct reader *r, unsigned i)
{
	const struct type *t = r->c->input[i].type;
	unsigned n = t->kind == TYPE_POINTER ? t->of->size[r->width] : 0;

	return n ? n : 1;
}

static unsigned pointee_align(const struct reader *r, unsigned i)
{
	const struct type *t = r->c->input[i].type;
	unsigned n = t->kind == TYPE_POINTER ? t->of->align[r->width] : 0;

	return n ? n : 1;
}

static void make_buffer(struct reader *r, unsigned i, unsigned bytes)
{
	struct ct_input *d = &r->c->input[i].d;

	d->role = CT_BUFFER;
	d->bytes = bytes;
	d->flags = (d->flags & ~(uint32_t)CT_UNSAID) | CT_ALIGNED;
	if (!r->c->input[i].said || !d->align)
		d->align = pointee_align(r, i);
}

static void set_pair(uint32_t v[2], long long n)
{
	v[0] = (uint32_t)n;
	v[1] = (uint32_t)((unsigned long long)n >> 32);
}

static void make_range(struct ct_input *d, long long from, long long to)
{
	d->role = CT_RANGE;
	set_pair(d->from, from);
	set_pair(d->to, to);
	if (!d->multiple)
		d->multiple = 1;
}

/* of POINTER, ...: their sizes are `most` units; -1: as many as the first has by a line of its own.
 * Returns how many. */
static long long length_of(struct reader *r, unsigned i, long long most, bool elements)
{
	do {
		const char *start;
		unsigned k, unit;

		reader_end(r);
		start = r->s;
		k = reader_input(r);
		must_point(r, start, k);
		unit = elements ? pointee_bytes(r, k) : 1;
		if (most < 0)
			most = r->c->input[k].d.role == CT_BUFFER && !r->c->input[k].d.sized
				       ? r->c->input[k].d.bytes / unit
				       : DEFAULT_LENGTH;
		if (most * unit > CT_AREA)
			reader_fail_at(
				r, start, (size_t)(r->s - start), NULL,
				arena_printf(r->a, "a buffer has at most %u bytes", CT_AREA));
		make_buffer(r, k, (unsigned)most * unit);
		r->c->input[k].d.sized = i + 1;
		r->c->input[k].d.unit = unit;
		r->c->input[k].said = true;
	} while (reader_take(r, ','));
	return most;
}

/* each N: the units of all buffers that count by this input. */
static void each(struct reader *r, unsigned i, long long n)
{
	for (unsigned k = 0; k < r->c->ninputs; k++) {
		struct ct_input *d = &r->c->input[k].d;

		if (d->sized != i + 1)
			continue;
		d->unit *= (unsigned)n;
		d->bytes *= (unsigned)n;
		if (d->bytes > CT_AREA)
			reader_fail_line(
				r, NULL,
				arena_printf(r->a, "a buffer has at most %u bytes", CT_AREA));
	}
}

static long long pair_of(const uint32_t v[2])
{
	return (long long)(v[0] | (unsigned long long)v[1] << 32);
}

static bool is_float(const struct type *t)
{
	return t->kind == TYPE_FLOAT || t->kind == TYPE_DOUBLE;
}

/* A floating-point number, as the bytes of the type. */
static long long float_bits(struct reader *r, const struct type *t)
{
	union {
		double d;
		float f;
		long long bits;
	} v = { .bits = 0 };
	char *end;
	double d;

	reader_end(r);
	d = strtod(r->s, &end);
	if (end == r->s)
		reader_expected(r, "a number, `inf' or `nan'", NULL);
	r->s = end;
	if (t->kind == TYPE_FLOAT)
		v.f = (float)d;
	else
		v.d = d;
	return v.bits;
}

static void value_set(struct reader *r, struct contract_input *in)
{
	in->d.role = CT_SET;
	do {
		if (in->nset == MOST_VALUES)
			reader_expected(r, "an end: there are too many values; it", NULL);
		in->set = arena_grow(r->a, in->set, in->nset, sizeof(*in->set));
		in->set[in->nset++] =
			is_float(in->type) ? float_bits(r, in->type) : reader_number(r, "a number");
	} while (reader_take(r, ','));
}

/* Another input that is an integer. */
static unsigned other_number(struct reader *r, unsigned i)
{
	const char *at;
	unsigned k;

	reader_end(r);
	at = r->s;
	k = reader_input(r);
	must_count(r, at, k);
	if (k == i)
		reader_fail_at(r, at, (size_t)(r->s - at), NULL, "another input belongs here");
	return k;
}

static struct ct_amount amount(struct reader *r, unsigned i, unsigned most)
{
	if (reader_at_number(r))
		return (struct ct_amount){ 0, (uint32_t)reader_count(r, 1, most, "this") };
	return (struct ct_amount){ other_number(r, i) + 1, 0 };
}

/* rect W H stride S [elements] */
static void rect(struct reader *r, unsigned i)
{
	struct ct_input *d = &r->c->input[i].d;
	unsigned unit = pointee_bytes(r, i);

	make_buffer(r, i, 1);
	d->width = amount(r, i, CT_AREA);
	d->height = amount(r, i, CT_AREA);
	if (!reader_take_word(r, "stride"))
		reader_expected(r, "`stride' and the distance of rows in bytes", NULL);
	d->stride = amount(r, i, CT_AREA);
	d->width_unit = unit;
	d->stride_unit = reader_take_word(r, "elements") ? unit : 1;
}

static void hold_word(struct reader *r, struct contract_input *in, uint64_t word)
{
	in->held = arena_grow(r->a, in->held, in->nheld, sizeof(*in->held));
	in->held[in->nheld++] = (uint32_t)word;
}

/* holds A, B, ... at M [bytes N], or holds INPUT at M */
static void held(struct reader *r, unsigned i)
{
	struct contract_input *in = &r->c->input[i];
	uint64_t value[MOST_VALUES];
	unsigned n = 0, other = 0, bytes;
	long long at;

	if (!reader_at_number(r)) {
		const char *start, *name;
		int k;

		reader_end(r);
		start = r->s;
		name = reader_word(r);
		k = name ? reader_find_input(r, name) : -1;
		r->s = start;
		if (k < 0)
			reader_expected(
				r,
				"`zeros', `small', `addresses', `itself', `members', a number or an input",
				NULL);
		other = reader_input(r) + 1;
	} else {
		do {
			if (n == MOST_VALUES)
				reader_expected(r, "an end: there are too many values; it", NULL);
			value[n++] = (uint64_t)reader_number(r, "a number");
		} while (reader_take(r, ','));
	}
	if (!reader_take_word(r, "at"))
		reader_expected(r, "`at' and the byte behind the pointer", NULL);
	at = reader_count(r, 0, CT_AREA - 8, "where it is");
	bytes = other ? word_bytes(r->width) : 4;
	if (!other && reader_take_word(r, "bytes"))
		bytes = (unsigned)reader_count(r, 1, 8, "how many bytes it has");
	in->d.nheld++;
	hold_word(r, in, (uint64_t)at);
	hold_word(r, in, bytes);
	hold_word(r, in, n);
	if (other)
		hold_word(r, in, other);
	for (unsigned k = 0; k < n; k++) {
		hold_word(r, in, value[k]);
		hold_word(r, in, value[k] >> 32);
	}
}

/* divided 2, 4, 8: how often that is by two. */
static uint32_t halves(struct reader *r, const char *start)
{
	long long n = reader_count(r, 2, 8, "2, 4 or 8");

	if (n & (n - 1))
		reader_fail_at(r, start, (size_t)(r->s - start), NULL, "it is 2, 4 or 8");
	return n == 2 ? 1 : n == 4 ? 2 : 3;
}

/* holds addresses [divided N] */
static void addresses(struct reader *r, struct ct_input *d)
{
	const char *start = r->s;

	d->contents = CT_ADDRESSES;
	if (reader_take_word(r, "divided"))
		d->rows_halves = halves(r, start);
}

/* What a pointer points to. */
static bool shape_property(struct reader *r, unsigned i, const char *start, const char *word)
{
	struct ct_input *d = &r->c->input[i].d;

	if (!strcmp(word, "buf")) {
		must_point(r, start, i);
		make_buffer(r, i, (unsigned)reader_count(r, 1, CT_AREA, "the size of a buffer"));
	} else if (!strcmp(word, "stack")) {
		must_point(r, start, i);
		make_buffer(r, i, (unsigned)reader_count(r, 256, CT_AREA, "the size of a stack"));
		d->at = d->bytes;
		d->align = r->c->align_calls;
		d->flags |= CT_STACK | CT_NO_ALIAS;
	} else if (!strcmp(word, "scratch")) {
		must_point(r, start, i);
		d->flags |= CT_STACK;
	} else if (!strcmp(word, "rect")) {
		must_point(r, start, i);
		rect(r, i);
	} else if (!strcmp(word, "nul-terminated")) {
		must_point(r, start, i);
		d->role = CT_STRING;
		d->letter = pointee_bytes(r, i);
		if (d->letter > 4)
			d->letter = 1;
		d->align = d->letter;
		d->bytes = DEFAULT_STRING;
		if (reader_at_number(r))
			d->bytes =
				(uint32_t)reader_count(r, 0, CT_AREA / d->letter - 1, "its length");
	} else {
		return false;
	}
	return true;
}

static bool pointer_property(struct reader *r, unsigned i, const char *start, const char *word)
{
	struct ct_input *d = &r->c->input[i].d;

	if (shape_property(r, i, start, word)) {
		return true;
	} else if (!strcmp(word, "read-only")) {
		must_point(r, start, i);
		d->flags |= CT_READ_ONLY;
	} else if (!strcmp(word, "at")) {
		must_point(r, start, i);
		if (d->role != CT_BUFFER || d->sized)
			reader_fail_at(r, start, (size_t)(r->s - start), NULL,
				       "`at' goes with `buf N'");
		d->at = (uint32_t)reader_count(r, 0, d->bytes - 1, "where in the buffer it points");
	} else if (!strcmp(word, "holds")) {
		must_point(r, start, i);
		if (reader_take_word(r, "zeros"))
			d->contents = CT_ZEROS;
		else if (reader_take_word(r, "small"))
			d->contents = CT_SMALL;
		else if (reader_take_word(r, "addresses"))
			addresses(r, d);
		else if (reader_take_word(r, "itself"))
			d->contents = CT_ITSELF;
		else if (reader_take_word(r, "members"))
			d->contents = CT_MEMBERS;
		else
			held(r, i);
	} else if (!strcmp(word, "overlaps")) {
		const char *at;
		unsigned other;

		must_point(r, start, i);
		reader_end(r);
		at = r->s;
		other = reader_input(r);
		must_point(r, at, other);
		if (other == i)
			reader_fail_at(r, at, (size_t)(r->s - at), NULL,
				       "another pointer belongs here");
		d->overlaps = other + 1;
	} else if (!strcmp(word, "null")) {
		must_point(r, start, i);
		d->flags |= CT_NULL;
	} else if (!strcmp(word, "faults")) {
		must_point(r, start, i);
		d->flags |= CT_FAULTS;
	} else if (!strcmp(word, "aligned")) {
		must_point(r, start, i);
		d->align = (uint32_t)reader_count(r, 1, 4096, "an alignment");
		if (d->align & (d->align - 1))
			reader_fail_at(r, start, (size_t)(r->s - start), NULL,
				       "an alignment is a power of two");
		d->flags |= CT_ALIGNED;
		d->past = 0;
		if (reader_take_word(r, "plus"))
			d->past = (uint32_t)reader_count(r, 1, d->align - 1, "less than that");
	} else if (!strcmp(word, "divided")) {
		must_point(r, start, i);
		d->halves = halves(r, start);
		if (d->align < 1u << d->halves)
			d->align = 1u << d->halves;
	} else {
		return false;
	}
	return true;
}

static bool number_property(struct reader *r, unsigned i, const char *start, const char *word)
{
	enum { NOT_SAID = 256 };
	struct contract_input *in = &r->c->input[i];
	struct ct_input *d = &in->d;
	bool elements = !strcmp(word, "count");
	long long most;

	/* Of a length something is said: what is not is smaller than it would be otherwise. */
	if (d->flags & CT_LENGTH)
		make_range(d, 0, NOT_SAID);
	d->flags &= ~(uint32_t)CT_LENGTH;
	if (elements || !strcmp(word, "len")) {
		must_count(r, start, i);
		most = reader_at_number(r) ? reader_count(r, 0, CT_AREA, "a length") : -1;
		if (reader_take_word(r, "of"))
			most = length_of(r, i, most, elements);
		else if (elements)
			reader_expected(r, "`of' and what it counts", NULL);
		make_range(d, 0, most < 0 ? DEFAULT_LENGTH : most);
	} else if (!strcmp(word, "each")) {
		each(r, i, reader_count(r, 1, 4096, "the size of a unit"));
	} else if (!strcmp(word, "from")) {
		must_count(r, start, i);
		most = d->role == CT_RANGE ? pair_of(d->to) : 0x7fffffff;
		make_range(d, reader_number(r, "a number"), most);
		if (pair_of(d->from) > most)
			reader_fail_at(r, start, (size_t)(r->s - start), NULL,
				       "this is above the upper limit");
	} else if (!strcmp(word, "to")) {
		must_count(r, start, i);
		if (!reader_at_number(r)) {
			d->most = other_number(r, i) + 1;
			make_range(d, d->role == CT_RANGE ? pair_of(d->from) : 0, MOST_RELATED);
			return true;
		}
		make_range(d, d->role == CT_RANGE ? pair_of(d->from) : 0,
			   reader_number(r, "a number"));
		if (pair_of(d->from) > pair_of(d->to))
			reader_fail_at(r, start, (size_t)(r->s - start), NULL,
				       "this is below the lower limit");
	} else if (!strcmp(word, "multiple")) {
		must_count(r, start, i);
		d->multiple = (uint32_t)reader_count(r, 1, 65536, "a multiple");
		if (d->role != CT_RANGE)
			make_range(d, 0, DEFAULT_LENGTH * (long long)d->multiple);
	} else if (!strcmp(word, "one")) {
		if (!is_float(in->type))
			must_count(r, start, i);
		if (!reader_take_word(r, "of"))
			reader_expected(r, "`of'", NULL);
		value_set(r, in);
	} else {
		return false;
	}
	return true;
}

/* = EXPRESSION over other inputs; false: a number is next. */
static bool sum(struct reader *r, unsigned i)
{
	struct contract_input *in = &r->c->input[i];
	struct contract_value v;
	unsigned bytes = in->type->size[r->width];

	if (reader_at_number(r) || is_float(in->type))
		return false;
	if (!is_pointer(in))
		must_count(r, r->s, i);
	reader_value(r, bytes, &v);
	if (v.kind != CT_INPUT || v.input == i)
		reader_fail_line(r, NULL, "a number, or a sum of other inputs, belongs behind `='");
	in->d.role = CT_SUM;
	in->d.flags &= ~(uint32_t)(CT_UNSAID | CT_LENGTH | CT_OPEN);
	in->d.sum = (struct ct_value){ .kind = CT_INPUT,
				       .input = v.input,
				       .low = (uint32_t)v.number,
				       .high = (uint32_t)((unsigned long long)v.number >> 32),
				       .bytes = bytes,
				       .times = v.times,
				       .term = { v.term[0], v.term[1] } };
	in->said = true;
	return true;
}

/* arg INPUT PROPERTY... */
void contract_arg_read(struct reader *r)
{
	static const char hint[] =
		"properties: buf, stack, rect, at, holds, overlaps, nul-terminated, read-only, aligned, divided, null, faults; "
		"len, count, each, from, to, multiple, one of, =";
	unsigned i = reader_input(r);
	bool any = false;

	if (r->c->input[i].probe >= 0)
		reader_fail_line(r, NULL, "this input is a pointer to a function");
	while (!reader_end(r)) {
		const char *start = r->s, *word;

		any = true;
		if (reader_take(r, '=')) {
			if (sum(r, i))
				continue;
			if (!is_float(r->c->input[i].type))
				must_count(r, start, i);
			value_set(r, &r->c->input[i]);
			r->c->input[i].said = true;
			continue;
		}
		word = reader_word(r);
		if (!word)
			reader_expected(r, "a property", hint);
		if (!pointer_property(r, i, start, word) && !number_property(r, i, start, word))
			reader_fail_at(r, start, strlen(word), hint,
				       arena_printf(r->a, "`%s' is no property of an input", word));
		r->c->input[i].said = true;
	}
	if (!any)
		reader_expected(r, "a property", hint);
	/* How much a pointer points to may still be open. */
	if (r->c->input[i].d.role != CT_PAGE)
		r->c->input[i].d.flags &= ~(uint32_t)(CT_UNSAID | CT_LENGTH | CT_OPEN);
	else if (r->c->input[i].d.flags & CT_ALIGNED)
		r->c->input[i].d.natural = r->c->input[i].d.align;
}

/* Does the name say that it is a length? */
static bool is_length(const char *name)
{
	static const char *const names[] = { "len",    "length",  "size",  "sz",
					     "count",  "cnt",     "num",   "nr",
					     "bytes",  "nbytes",  "words", "limbs",
					     "blocks", "nblocks", "elems", "n_bytes" };
	size_t n = name ? strlen(name) : 0;

	/* n, un, vn */
	if (n && n <= 2 && name[n - 1] == 'n')
		return true;
	for (size_t i = 0; n && i < ARRAY_SIZE(names); i++) {
		size_t m = strlen(names[i]);

		if (n >= m && !strcmp(name + n - m, names[i]) &&
		    (n == m || name[n - m - 1] == '_' || m >= 3))
			return true;
	}
	return false;
}

/* Is what parameter `i` points to const, as the declaration is written? Qualifiers are not kept in
 * types: this looks at a plain `const T *name`. */
static bool is_const(const struct prototype *p, unsigned i)
{
	const char *s = strchr(p->text, '(');
	unsigned depth = 0, at = 0, stars = 0;
	bool found = false;

	for (s = s ? s + 1 : ""; *s; s++) {
		if (*s == '(')
			depth++;
		else if (*s == ')' && !depth--)
			break;
		if (*s == ',' && !depth) {
			at++;
			continue;
		}
		if (at != i)
			continue;
		stars += *s == '*' || *s == '[';
		if (!stars && !strncmp(s, "const", 5))
			found = true;
	}
	return found && stars == 1 && !strchr(p->text, '"');
}

/* Does the name say that it is a distance between rows? */
static bool is_stride(const char *name)
{
	static const char *const parts[] = { "stride", "pitch", "linesize", "step", "rowbytes" };
	size_t n = name ? strlen(name) : 0;

	for (size_t i = 0; n && i < ARRAY_SIZE(parts); i++) {
		if (strstr(name, parts[i]))
			return true;
	}
	/* ds, ss, sa */
	return n == 2 && (name[0] == 's' || name[1] == 's');
}

/* May it not be reached through another pointer: restrict, or what it points to is no plain data?
 */
static bool stands_alone(const struct prototype *p, unsigned i, const struct type *t)
{
	const char *s = strchr(p->text, '(');
	unsigned depth = 0, at = 0;

	for (s = s ? s + 1 : ""; *s; s++) {
		depth += *s == '(';
		if (*s == ')' && !depth--)
			break;
		at += *s == ',' && !depth;
		if (at == i && !strncmp(s, "restrict", 8))
			return true;
	}
	return !type_is_integer(t) && t->kind != TYPE_VOID && t->kind != TYPE_FLOAT &&
	       t->kind != TYPE_DOUBLE;
}

/* Class of the numbers that memory of the type consists of, if it is floating point. */
static uint32_t element_of(const struct type *t)
{
	while (t->kind == TYPE_ARRAY || t->kind == TYPE_VECTOR || t->kind == TYPE_COMPLEX)
		t = t->of;
	return t->kind == TYPE_FLOAT ? CL_FLOAT : t->kind == TYPE_DOUBLE ? CL_DOUBLE : 0;
}

/* Which words of a structure are pointers; those of functions have nowhere to point to. */
static void find_members(enum width w, const struct type *t, uint32_t at, struct ct_input *d)
{
	uint32_t word = at / word_bytes(w);

	if (t->kind == TYPE_POINTER && t->of->kind != TYPE_FUNCTION && word < CT_MEMBER_WORDS &&
	    at % word_bytes(w) == 0)
		d->members[word / 32] |= 1u << word % 32;
	for (uint32_t k = 0; t->kind == TYPE_ARRAY && k < t->count && k < CT_MEMBER_WORDS; k++)
		find_members(w, t->of, at + k * t->of->size[w], d);
	for (size_t k = 0; t->kind == TYPE_STRUCT && k < t->nfields; k++)
		find_members(w, t->fields[k].type, at + t->fields[k].offset[w], d);
}

static void pointer_default(struct reader *r, unsigned i)
{
	struct contract_input *in = &r->c->input[i];
	const struct type *t = in->type->of;

	in->d.role = CT_PAGE;
	in->d.flags |= CT_UNSAID;
	in->d.natural = in->d.align = pointee_align(r, i);
	in->d.element = element_of(t);
	if (t->kind == TYPE_CHAR || t->kind == TYPE_SCHAR || t->kind == TYPE_UCHAR)
		in->d.flags |= CT_CHARACTERS;
	if (t->kind == TYPE_POINTER && t->of->kind != TYPE_FUNCTION)
		in->d.flags |= CT_POINTERS;
	if (in->d.flags & CT_POINTERS && t->of->kind == TYPE_POINTER &&
	    t->of->of->kind != TYPE_FUNCTION)
		in->d.flags |= CT_TABLES;
	if (t->kind == TYPE_STRUCT)
		find_members(r->width, t, 0, &in->d);
	if (stands_alone(r->c->call.decl->proto, i, t))
		in->d.flags |= CT_NO_ALIAS;
}

/* An integer of a function with pointers is often a length: from 0 on, as much as memory holds. */
static void number_default(struct reader *r, unsigned i)
{
	enum { LONGEST = 4096 };
	struct ct_input *d = &r->c->input[i].d;
	const char *name = r->c->call.decl->proto->params[i].name;

	d->flags |= CT_UNSAID;
	if (is_stride(name))
		d->flags |= CT_STRIDE;
	if (is_length(name)) {
		make_range(d, 0, d->size == 1 ? 127 : LONGEST);
		d->flags |= CT_LENGTH;
	}
}

/* Three or more single bits, none of them the sum of others, are flags: any of them together. */
static int64_t all_flags(const struct type *t)
{
	int64_t all = 0;
	size_t n = 0;

	for (size_t k = 0; k < t->nenumerators; k++) {
		int64_t v = t->enumerators[k].value;

		if (v < 0 || v & (v - 1) || v >= 1 << 16)
			return 0;
		n += v && !(all & v);
		all |= v;
	}
	return n >= 3 ? all : 0;
}

static void enum_default(struct reader *r, struct contract_input *in)
{
	const struct type *t = in->type;
	int64_t all = all_flags(t);

	in->d.role = CT_SET;
	if (all && !(all & (all + 1))) {
		make_range(&in->d, 0, all);
		return;
	}
	for (size_t k = 0; k < t->nenumerators && k < MOST_VALUES; k++) {
		in->set = arena_grow(r->a, in->set, in->nset, sizeof(*in->set));
		in->set[in->nset++] = t->enumerators[k].value;
	}
}

void contract_arg_defaults(struct reader *r)
{
	const struct prototype *p = r->c->call.decl->proto;
	bool pointers = false;

	for (unsigned i = 0; i < r->c->ninputs; i++)
		pointers = pointers || is_pointer(&r->c->input[i]);
	for (unsigned i = 0; i < r->c->ninputs; i++) {
		struct contract_input *in = &r->c->input[i];
		const struct type *t = in->type;

		in->d.role = CT_RANDOM;
		if (type_is_integer(t) && t->kind != TYPE_BOOL && t->size[r->width] <= 8)
			in->d.flags |= CT_OPEN;
		if (is_pointer(in)) {
			pointer_default(r, i);
			if (is_const(p, i))
				in->d.flags |= CT_READ_ONLY;
		} else if (t->kind == TYPE_ENUM && t->nenumerators) {
			enum_default(r, in);
		} else if (pointers && type_is_integer(t) && t->kind != TYPE_BOOL &&
			   t->size[r->width] <= 8) {
			number_default(r, i);
		}
	}
}
