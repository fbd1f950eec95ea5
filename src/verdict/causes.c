/* SPDX-License-Identifier: MIT */
/* Which known cause explains a finding in a case whose lines do not list it (causes.def). What
 * a cause is about is decided by the types of the call, of a wrong argument by its own and by those
 * before it, which decide where it belongs. */
#include "verdict/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef bool (*of_type)(const struct type *t);

static bool is_record(const struct type *t)
{
	return t->kind == TYPE_STRUCT || t->kind == TYPE_UNION;
}

/* Does the type, or anything in it, satisfy `is`? */
static bool within(const struct type *t, of_type is)
{
	if (is(t))
		return true;
	for (size_t i = 0; is_record(t) && i < t->nfields; i++) {
		if (within(t->fields[i].type, is))
			return true;
	}
	return (t->kind == TYPE_ARRAY || t->kind == TYPE_COMPLEX) && within(t->of, is);
}

static bool at_argument(const struct finding *f)
{
	return (f->check == CHECK_ARG || f->check == CHECK_REFERENCE || f->check == CHECK_COPY) &&
	       f->item < f->c->call.place.nargs;
}

/* As what it is passed: a transparent union is its first member, a C++ object that is not trivial a
 * pointer. What is known of structures is not known of these. */
static const struct type *argument(const struct finding *f, unsigned i)
{
	static const struct type pointer = { .kind = TYPE_POINTER,
					     .size = { 4, 8 },
					     .align = { 4, 8 } };
	const struct type *t = proto_arg_type(f->c->call.decl->proto, i);

	if (i >= f->c->call.place.nnamed)
		return t;
	return t->special ? &pointer : t->transparent ? t->fields[0].type : t;
}

static const struct type *returned(const struct finding *f)
{
	return f->c->call.decl->proto->ret;
}

/* Is an argument such that the finding follows from it? Of a wrong argument: it, or one before it;
 * of other checks any. */
static bool any_argument(const struct finding *f, of_type is)
{
	unsigned n = at_argument(f) ? f->item + 1 : f->c->call.place.nargs;

	for (unsigned i = 0; i < n; i++) {
		if (is(argument(f, i)))
			return true;
	}
	return false;
}

/* The same, where each argument has a slot of its own. */
static bool that_argument(const struct finding *f, of_type is)
{
	return at_argument(f) ? is(argument(f, f->item)) : any_argument(f, is);
}

/* The same, or the return value: of a hidden pointer all arguments behind it follow. */
static bool any_value(const struct finding *f, of_type is)
{
	return is(returned(f)) || (f->check != CHECK_RETURN && any_argument(f, is));
}

static bool that_value(const struct finding *f, of_type is)
{
	return f->check == CHECK_RETURN || f->check == CHECK_HIDDEN
		       ? is(returned(f))
		       : that_argument(f, is) || (f->check == CHECK_FAULT && is(returned(f)));
}

/* Types ------------------------------------------------------------------------------------- */

static bool is_int128(const struct type *t)
{
	return t->kind == TYPE_INT128 || t->kind == TYPE_UINT128;
}

static bool is_float128(const struct type *t)
{
	return t->kind == TYPE_FLOAT128;
}

static bool is_bf16(const struct type *t)
{
	return t->kind == TYPE_BF16;
}

static bool is_vector(const struct type *t)
{
	return t->kind == TYPE_VECTOR;
}

static bool is_long_double(const struct type *t)
{
	return t->kind == TYPE_LDOUBLE;
}

static bool is_float16(const struct type *t)
{
	return t->kind == TYPE_FLOAT16;
}

static bool is_complex(const struct type *t)
{
	return t->kind == TYPE_COMPLEX;
}

static bool is_wide_vector(const struct type *t)
{
	return t->kind == TYPE_VECTOR && t->size[W64] > 16;
}

static bool is_short_vector(const struct type *t)
{
	return t->kind == TYPE_VECTOR && t->size[W64] == 8;
}

static bool has_int128(const struct type *t)
{
	return within(t, is_int128);
}

static bool has_float128(const struct type *t)
{
	return within(t, is_float128);
}

static bool has_complex(const struct type *t)
{
	return within(t, is_complex);
}

static bool is_vector_record(const struct type *t)
{
	return is_record(t) && within(t, is_vector);
}

static bool is_float128_record(const struct type *t)
{
	return is_record(t) && within(t, is_float128);
}

static bool is_bf16_record(const struct type *t)
{
	return is_record(t) && within(t, is_bf16) && t->size[W64] > 2;
}

static bool is_nonempty_record(const struct type *t)
{
	return is_record(t) && t->size[W32];
}

static bool is_empty_array(const struct type *t)
{
	return t->kind == TYPE_ARRAY && !t->count;
}

static bool has_empty_array(const struct type *t)
{
	return within(t, is_empty_array);
}

/* A structure of nothing but one vector that is wider than 16 bytes. */
static bool is_one_wide_vector(const struct type *t)
{
	while (is_record(t) && t->nfields == 1)
		t = t->fields[0].type;
	return is_wide_vector(t);
}

static bool is_wide_vector_record(const struct type *t)
{
	return is_record(t) && is_one_wide_vector(t);
}

static bool is_unnamed_only(const struct type *t)
{
	bool all = is_record(t) && t->nfields;

	for (size_t i = 0; all && i < t->nfields; i++)
		all = t->fields[i].is_bitfield && !t->fields[i].name;
	return all;
}

static bool has_zero_width(const struct type *t)
{
	for (size_t i = 0; is_record(t) && i < t->nfields; i++) {
		if (t->fields[i].is_bitfield && !t->fields[i].bits)
			return true;
	}
	return false;
}

static bool is_zero_width_union(const struct type *t)
{
	return t->kind == TYPE_UNION && has_zero_width(t);
}

static bool has_zero_width_within(const struct type *t)
{
	return within(t, has_zero_width);
}

static bool has_zero_width_union(const struct type *t)
{
	return within(t, is_zero_width_union);
}

static bool is_decimal_union(const struct type *t)
{
	bool any = false;

	for (size_t i = 0; t->kind == TYPE_UNION && i < t->nfields; i++)
		any = any || t->fields[i].type->kind == TYPE_DECIMAL64;
	return any;
}

static bool has_decimal_union(const struct type *t)
{
	return within(t, is_decimal_union);
}

static bool has_bitfield(const struct type *t)
{
	for (size_t i = 0; is_record(t) && i < t->nfields; i++) {
		if (t->fields[i].is_bitfield && t->fields[i].name)
			return true;
	}
	return false;
}

/* A structure in a structure, packed somewhere, that has bit-fields. */
static bool nests_bitfields(const struct type *t)
{
	if (!is_record(t) || t->size[W64] > 16)
		return false;
	for (size_t i = 0; i < t->nfields; i++) {
		const struct type *in = t->fields[i].type;

		if (!t->fields[i].is_bitfield && within(in, has_bitfield) &&
		    t->fields[i].offset[W64] % in->align[W64])
			return true;
	}
	return t->packed && within(t, has_bitfield);
}

/* A union with a bit-field that need not be aligned. */
static bool is_low_bitfield_union(const struct type *t)
{
	for (size_t i = 0; t->kind == TYPE_UNION && i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (f->is_bitfield && f->name && (t->packed || f->packed))
			return true;
	}
	return false;
}

static bool has_low_bitfield_union(const struct type *t)
{
	return t->size[W64] <= 16 && within(t, is_low_bitfield_union);
}

/* A field that its typedef lets lie where its type does not want it. */
static bool is_unaligned_by_typedef(const struct type *t)
{
	for (size_t i = 0; is_record(t) && i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (!f->is_bitfield && f->type->alias && f->type->aligned)
			return true;
	}
	return false;
}

static bool has_unaligned_by_typedef(const struct type *t)
{
	return t->size[W64] <= 16 && within(t, is_unaligned_by_typedef);
}

/* A union of something that is two eightbytes of one register, and of something else. */
static bool is_sseup_union(const struct type *t)
{
	bool sseup = false, other = false;

	for (size_t i = 0; t->kind == TYPE_UNION && i < t->nfields; i++) {
		const struct type *m = t->fields[i].type;
		bool one =
			m->kind == TYPE_FLOAT128 || (m->kind == TYPE_VECTOR && m->size[W64] == 16);

		sseup = sseup || one ||
			(is_record(m) && (within(m, is_float128) || within(m, is_vector)));
		other = other || !one;
	}
	return sseup && other;
}

static bool has_sseup_union(const struct type *t)
{
	return within(t, is_sseup_union);
}

static bool is_union_of_wide_vector(const struct type *t)
{
	bool vector = false, other = false;

	for (size_t i = 0; t->kind == TYPE_UNION && i < t->nfields; i++) {
		const struct type *m = t->fields[i].type;

		vector = vector || within(m, is_wide_vector);
		other = other || !is_wide_vector(m) || m->size[W64] != t->size[W64];
	}
	return vector && other;
}

static bool has_low_bitfield(const struct type *t)
{
	for (size_t i = 0; is_record(t) && i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (f->is_bitfield && f->aligned && f->aligned < f->type->align[W64])
			return true;
	}
	return false;
}

static bool has_low_bitfield_within(const struct type *t)
{
	return within(t, has_low_bitfield);
}

/* Causes ------------------------------------------------------------------------------------- */

static bool narrow_upper(const struct finding *f)
{
	return f->rule == RULE_SYSV_UPPER;
}

static bool bitint_upper(const struct finding *f)
{
	return f->rule == RULE_SYSV_BITINT_UNUSED;
}

static bool int128(const struct finding *f)
{
	return any_argument(f, has_int128);
}

static bool sse_float128(const struct finding *f)
{
	return any_value(f, is_float128_record) ||
	       (f->c->call.decl->proto->variadic && any_argument(f, is_float128));
}

static bool typedef_unaligned(const struct finding *f)
{
	return any_value(f, has_unaligned_by_typedef);
}

static bool sse_bf16(const struct finding *f)
{
	return that_value(f, is_bf16_record);
}

static bool sseup_union(const struct finding *f)
{
	return any_value(f, has_sseup_union);
}

static bool vector_or_array(const struct finding *f)
{
	return any_value(f, is_union_of_wide_vector);
}

static bool named_wide_vector(const struct finding *f)
{
	const struct prototype *p = f->c->call.decl->proto;

	for (size_t i = 0; p->variadic && i < p->nparams; i++) {
		if (within(p->params[i].type, is_wide_vector))
			return true;
	}
	return false;
}

static bool low_bitfield(const struct finding *f)
{
	return any_value(f, has_low_bitfield_within);
}

static bool vector_or_scalar(const struct finding *f)
{
	return is_union_of_wide_vector(returned(f));
}

static bool zero_width(const struct finding *f)
{
	return any_value(f, has_zero_width_within);
}

static bool zero_width_union(const struct finding *f)
{
	return any_value(f, has_zero_width_union);
}

static bool decimal_union(const struct finding *f)
{
	return any_value(f, has_decimal_union);
}

static bool nested_bitfields(const struct finding *f)
{
	return any_value(f, nests_bitfields);
}

static bool low_bitfield_union(const struct finding *f)
{
	return any_value(f, has_low_bitfield_union);
}

static bool wide_vararg(const struct finding *f)
{
	const struct placement *p = &f->c->call.place;
	bool any = false;

	for (unsigned i = p->nnamed; i < p->nargs && i <= f->item; i++)
		any = any || p->arg[i].by_reference || argument(f, i)->size[W64] > 8;
	return any;
}

/* A variadic argument that ms passes by reference? What is wrong is it, or one behind it. */
static bool ms_vararg(const struct finding *f)
{
	const struct placement *p = &f->c->call.place;
	bool any = false;

	for (unsigned i = p->nnamed; i < p->nargs && (!at_argument(f) || i <= f->item); i++) {
		unsigned n = argument(f, i)->size[W64];

		any = any || (n != 1 && n != 2 && n != 4 && n != 8);
	}
	return any;
}

static bool misaligned_copy(const struct finding *f)
{
	return f->misaligned;
}

static bool short_vector(const struct finding *f)
{
	return that_value(f, is_short_vector);
}

static bool empty_array(const struct finding *f)
{
	return any_value(f, has_empty_array);
}

static bool one_wide_vector(const struct finding *f)
{
	return any_value(f, is_wide_vector_record);
}

static bool wide_vector(const struct finding *f)
{
	return any_argument(f, is_wide_vector);
}

static bool float128(const struct finding *f)
{
	return any_value(f, has_float128);
}

static bool records(const struct finding *f)
{
	return any_argument(f, is_nonempty_record);
}

static bool complex_values(const struct finding *f)
{
	return any_argument(f, has_complex);
}

static bool is_complex_float128(const struct type *t)
{
	return is_complex(t) && is_float128(t->of);
}

static bool complex_float128s(const struct finding *f)
{
	return any_argument(f, is_complex_float128);
}

static bool long_doubles(const struct finding *f)
{
	return any_argument(f, is_long_double);
}

static bool has_long_double(const struct type *t)
{
	return within(t, is_long_double);
}

static bool long_double_values(const struct finding *f)
{
	return has_long_double(returned(f));
}

static bool record_returned(const struct finding *f)
{
	return is_record(returned(f));
}

static bool any_record(const struct finding *f)
{
	return records(f) || record_returned(f);
}

/* Structures that are no homogeneous aggregates in vector registers. */
static bool record_elsewhere(const struct finding *f)
{
	const struct placement *p = &f->c->call.place;
	bool any = record_returned(f) && p->ret.nlocs && p->ret.loc[0].kind != LOC_XMM;

	for (unsigned i = 0; i < p->nargs; i++)
		any = any || (is_nonempty_record(argument(f, i)) && p->arg[i].nlocs &&
			      p->arg[i].loc[0].kind != LOC_XMM);
	return any;
}

static bool wide_integer(const struct type *t)
{
	return type_is_integer(t) && t->size[W32] > 4;
}

static bool wide_integers(const struct finding *f)
{
	return any_argument(f, wide_integer);
}

static bool float16s(const struct finding *f)
{
	return any_argument(f, is_float16);
}

static bool vector_records(const struct finding *f)
{
	return any_argument(f, is_vector_record);
}

static bool unnamed_only(const struct finding *f)
{
	return any_argument(f, is_unnamed_only);
}

static bool first_not_integral(const struct finding *f)
{
	const struct type *t;

	if (!f->c->call.place.nargs)
		return false;
	t = argument(f, 0);
	return t->kind != TYPE_POINTER && !(type_is_integer(t) && t->size[W32] <= 4);
}

static bool variadic_memory(const struct finding *f)
{
	return f->c->call.decl->proto->variadic && f->c->call.place.hidden.nlocs;
}

/* Of code compiled so that short structures return in registers. */
static bool short_return(const struct finding *f, of_type is)
{
	return f->c->call.place.ret.rule == RULE_GCC_REG_STRUCT && is(returned(f));
}

static bool is_union(const struct type *t)
{
	return t->kind == TYPE_UNION;
}

static bool is_one_long_double(const struct type *t)
{
	return is_record(t) && t->nfields == 1 && is_long_double(t->fields[0].type);
}

static bool short_union(const struct finding *f)
{
	return short_return(f, is_union);
}

static bool short_with_empty_array(const struct finding *f)
{
	return short_return(f, has_empty_array);
}

static bool one_long_double(const struct finding *f)
{
	return is_one_long_double(returned(f));
}

static bool unnamed_only_in_memory(const struct finding *f)
{
	return f->c->call.place.ret.rule == RULE_GCC_PCC_STRUCT && is_unnamed_only(returned(f));
}

static bool any_call(const struct finding *f)
{
	return f != NULL;
}

/* Of an exception with an error code. */
static bool error_code(const struct finding *f)
{
	return f->c->call.decl->proto->nparams > 1;
}

/* The upper half of a vector register, or one of those that AVX-512 adds. */
static bool lost_upper(const struct finding *f)
{
	return *f->subject != 'x' || strtoul(f->subject + 3, NULL, 10) >= 16;
}

static bool in_registers_returned(const struct finding *f)
{
	return !f->c->call.place.hidden.nlocs;
}

static bool memory_returned(const struct finding *f)
{
	return f->c->call.place.hidden.nlocs;
}

/* Is one of its registers behind the six of the C convention? */
static bool is_behind_six(const struct finding *f, const struct value_place *v)
{
	const struct convention *c = f->c->call.conv;

	for (unsigned i = 0; i < v->nlocs; i++) {
		for (unsigned k = 6; k < c->nint_args; k++) {
			if (v->loc[i].kind == LOC_GPR && v->loc[i].reg == c->int_arg[k])
				return true;
		}
	}
	return false;
}

/* Also where clang, which counts six, believes that no register is left, or where nothing is
 * stated. */
static bool in_memory(const struct finding *f, const struct value_place *v)
{
	return (v->nlocs && v->loc[0].kind == LOC_STACK) || v->unspecified || is_behind_six(f, v);
}

static bool has_narrow_piece(const struct finding *f, const struct value_place *v)
{
	(void)f;
	for (unsigned i = 0; i < v->nlocs; i++) {
		if (v->loc[i].kind == LOC_GPR && v->loc[i].bytes <= 2)
			return true;
	}
	return false;
}

/* A structure or complex value that is passed so: it, or one before it. */
static bool passed_so(const struct finding *f,
		      bool (*so)(const struct finding *, const struct value_place *))
{
	unsigned n = at_argument(f) ? f->item + 1 : f->c->call.place.nargs;

	for (unsigned i = 0; i < n; i++) {
		const struct type *t = argument(f, i);

		if ((is_record(t) || is_complex(t)) && so(f, &f->c->call.place.arg[i]))
			return true;
	}
	return false;
}

static bool memory_passed(const struct finding *f)
{
	return passed_so(f, in_memory);
}

static bool narrow_pieces(const struct finding *f)
{
	return passed_so(f, has_narrow_piece);
}

static bool is_empty_record(const struct type *t)
{
	return is_record(t) && !t->size[W64];
}

static bool empty_records(const struct finding *f)
{
	return any_value(f, is_empty_record);
}

static bool empty_returned(const struct finding *f)
{
	return is_empty_record(returned(f));
}

static bool lost_cx(const struct finding *f)
{
	return !strncmp(f->subject, "rcx ", 4) && f->origin && strstr(f->origin, "in rax ");
}

struct cause {
	struct known known;
	const char *conventions, *checks;
	bool (*applies)(const struct finding *f);
};

/* Versions are spelt "<18". */
#define VERSIONS(text) .op = sizeof(text) > 1 ? KNOWN_LT : KNOWN_ANY

static const struct cause causes[] = {
#define CAUSE(cc, versions, convs, way, which, fn, why)                                   \
	{ .known = { .family = cc, VERSIONS(versions), .direction = way, .reason = why }, \
	  .conventions = convs,                                                           \
	  .checks = which,                                                                \
	  .applies = fn },
#include "verdict/causes.def"
#undef CAUSE
};

static const char *const before[] = {
#define CAUSE(cc, versions, convs, way, which, fn, why) versions,
#include "verdict/causes.def"
#undef CAUSE
};

/* Is `name` in a list with commas? */
static bool listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = list; *s; s += strcspn(s, ","), s += *s == ',') {
		if (strcspn(s, ",") == n && !strncmp(s, name, n))
			return true;
	}
	return false;
}

static bool of_convention(const struct cause *c, const struct convention *conv,
			  const struct column *col)
{
	char full[64], there[64], optimised[64];

	snprintf(full, sizeof(full), "%s/%u", conv->name, width_bits(conv->width));
	snprintf(there, sizeof(there), "%s@%s", conv->name, profiles[col->profile].name);
	snprintf(optimised, sizeof(optimised), "%s@%s", conv->name, col->opt);
	return !*c->conventions || listed(c->conventions, conv->name) ||
	       listed(c->conventions, full) || listed(c->conventions, there) ||
	       listed(c->conventions, optimised);
}

const struct known *known_cause(const struct column *col, const struct finding *f)
{
	unsigned major = (unsigned)strtoul(col->compiler->version, NULL, 10);

	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		const struct cause *c = &causes[i];
		const struct known *k = &c->known;

		if (strcmp(k->family, col->compiler->family) ||
		    (k->op == KNOWN_LT && major >= strtoul(before[i] + 1, NULL, 10)) ||
		    !of_convention(c, f->c->call.conv, col) ||
		    (*k->direction && strcmp(k->direction, direction_name(f->direction))) ||
		    !listed(c->checks, checks[f->check].name))
			continue;
		if (c->applies(f))
			return k;
	}
	return NULL;
}
