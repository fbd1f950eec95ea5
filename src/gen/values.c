/* SPDX-License-Identifier: MIT */
/* How a type's values are made and compared, and where the generated code finds them. */
#include "gen/gen.h"

#include <string.h>

enum { CELL = 64, CELLS = 320 };

enum cl_class gen_class(const struct type *t)
{
	switch (t->kind) {
	case TYPE_BOOL:
		return CL_BOOL;
	case TYPE_FLOAT:
		return CL_FLOAT;
	case TYPE_DOUBLE:
		return CL_DOUBLE;
	case TYPE_LDOUBLE:
		return CL_LDOUBLE;
	case TYPE_POINTER:
		return CL_POINTER;
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_COMPLEX:
	case TYPE_VECTOR:
	case TYPE_BITINT:
	case TYPE_FLOAT16:
	case TYPE_BF16:
	case TYPE_FLOAT128:
	case TYPE_DECIMAL32:
	case TYPE_DECIMAL64:
	case TYPE_DECIMAL128:
		return CL_OPAQUE;
	default:
		return t->is_unsigned ? CL_UNSIGNED : CL_SIGNED;
	}
}

unsigned gen_compare_bytes(const struct type *t, enum width w)
{
	/* Of long double only the first 10 bytes are significant: psABI, Data Representation. */
	return t->kind == TYPE_LDOUBLE ? 10 : t->size[w];
}

unsigned gen_buffer(unsigned arg)
{
	return arg * ABI_MAX_VALUE;
}

unsigned gen_cell(unsigned arg, unsigned loc)
{
	return arg * CELLS + loc * CELL;
}

unsigned gen_return_cell(const struct gen_case *c, unsigned i)
{
	const struct loc *l = c->call.place.ret.loc;
	unsigned before = 0;

	if (l[i].kind == LOC_XMM)
		return CL_RET_XMM + 16 * l[i].reg;
	for (unsigned k = 0; k < i; k++)
		before += l[k].kind == LOC_GPR;
	return CL_RET_GPR + 16 * before;
}

unsigned gen_align_calls(const struct gen_case *c)
{
	unsigned own = c->call.conv->align;

	return c->call.place.align < own ? c->call.place.align : own;
}

bool gen_widens(const struct type *t, enum width w)
{
	return type_is_integer(t) && t->kind != TYPE_ENUM && t->size[w] < 8;
}

unsigned gen_reserved(const struct gen_case *c)
{
	enum width w = c->call.conv->width;
	unsigned bytes = c->call.place.stack_bytes;

	if (!c->call.place.stack_unspecified)
		return bytes;
	for (unsigned i = 0; i < c->call.place.nargs; i++)
		bytes += proto_arg_type(c->call.decl->proto, i)->size[w] + 16;
	return (bytes + CL_OBSERVED_STACK + 63) / 64 * 64;
}

bool gen_maybe_pointer(const struct gen_case *c, unsigned i)
{
	const struct type *t = proto_arg_type(c->call.decl->proto, i);
	const struct value_place *v = &c->call.place.arg[i];
	bool unknown = v->rule == RULE_I386_ATOMIC || v->rule == RULE_SYSV_ATOMIC ||
		       v->rule == RULE_I386_BITINT;

	if (!v->unspecified)
		return false;
	if (unknown && (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION))
		return true;
	return t->kind == TYPE_VECTOR || t->kind == TYPE_BITINT ||
	       v->rule == RULE_I386_VECTOR_NONE ||
	       (c->call.conv->rule[CHECK_REFERENCE] && !type_is_integer(t) &&
		t->kind != TYPE_POINTER);
}

unsigned gen_pointer_regs(const struct gen_case *c)
{
	unsigned regs = c->call.conv->width == W32 ? GPR_BIT(AX) | GPR_BIT(DX) | GPR_BIT(CX) : 0;

	for (unsigned i = 0; i < c->call.conv->nint_args; i++)
		regs |= 1u << c->call.conv->int_arg[i];
	return regs;
}

static void set_bits(uint8_t *mask, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++)
		mask[i / 8] |= (uint8_t)(1u << (i % 8));
}

/* The bits of a type that carry its value, from byte `at` on. */
static void type_mask(const struct type *t, enum width w, unsigned at, uint8_t *mask)
{
	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		for (size_t i = 0; i < t->nfields; i++) {
			const struct field *f = &t->fields[i];

			if (!f->is_bitfield)
				type_mask(f->type, w, at + f->offset[w], mask);
			else if (f->name)
				set_bits(mask, at * 8 + f->bit_offset[w], f->bits);
		}
		break;
	case TYPE_ARRAY:
		for (unsigned i = 0; i < t->count; i++)
			type_mask(t->of, w, at + i * t->of->size[w], mask);
		break;
	case TYPE_COMPLEX:
		type_mask(t->of, w, at, mask);
		type_mask(t->of, w, at + t->of->size[w], mask);
		break;
	case TYPE_BITINT:
		set_bits(mask, at * 8, t->count);
		break;
	default:
		set_bits(mask, at * 8, gen_compare_bytes(t, w) * 8);
		break;
	}
}

bool gen_mask(const struct type *t, enum width w, uint8_t mask[ABI_MAX_VALUE])
{
	memset(mask, 0, ABI_MAX_VALUE);
	type_mask(t, w, 0, mask);
	for (unsigned i = 0; i < gen_compare_bytes(t, w); i++) {
		if (mask[i] != 0xff)
			return true;
	}
	return false;
}

static void add_leaf(struct gen_leaves *l, const struct type *t, enum width w, unsigned at)
{
	if (l->n < ARRAY_SIZE(l->v))
		l->v[l->n++] =
			(struct cl_leaf){ (uint16_t)at,
					  t->kind == TYPE_BF16 ? CL_FLOAT : (uint8_t)gen_class(t),
					  (uint8_t)t->size[w] };
}

void gen_leaves(const struct type *t, enum width w, unsigned at, struct gen_leaves *out)
{
	switch (t->kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
		for (size_t i = 0; i < t->nfields; i++) {
			if (!t->fields[i].is_bitfield)
				gen_leaves(t->fields[i].type, w, at + t->fields[i].offset[w], out);
		}
		break;
	case TYPE_ARRAY:
	case TYPE_VECTOR:
		for (unsigned i = 0; i < t->count; i++)
			gen_leaves(t->of, w, at + i * t->of->size[w], out);
		break;
	case TYPE_COMPLEX:
		gen_leaves(t->of, w, at, out);
		gen_leaves(t->of, w, at + t->of->size[w], out);
		break;
	case TYPE_BOOL:
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
	case TYPE_LDOUBLE:
	case TYPE_BF16: /* the upper half of a float: some compilers move it as one */
		add_leaf(out, t, w, at);
		break;
	default:
		break;
	}
}

/* Members of an aggregate, as far as offsets go: not into arrays. */
static void add_members(struct arena *a, const struct type *t, enum width w, unsigned arg,
			unsigned at, const char *path, struct gen_members *m)
{
	for (size_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];
		const char *name =
			f->name ? arena_printf(a, "%s%s%s", path, *path ? "." : "", f->name) : path;
		struct gen_member g = { .arg = arg, .path = name };
		bool record = f->type->kind == TYPE_STRUCT || f->type->kind == TYPE_UNION;

		if (m->n == ARRAY_SIZE(m->v))
			return;
		if (f->is_bitfield) {
			if (!f->name || arg == CL_RETURNED)
				continue;
			g.bits = f->bits;
			g.is_signed = !f->type->is_unsigned && f->type->kind != TYPE_BOOL;
			g.expected = at * 8 + f->bit_offset[w];
			m->v[m->n++] = g;
			continue;
		}
		g.what = "offset";
		g.expected = at + f->offset[w];
		if (f->name)
			m->v[m->n++] = g;
		if (record)
			add_members(a, f->type, w, arg, at + f->offset[w], name, m);
	}
}

static void add_type(struct arena *a, const struct type *t, enum width w, unsigned arg,
		     struct gen_members *m)
{
	if ((t->kind != TYPE_STRUCT && t->kind != TYPE_UNION) || m->n + 2 > ARRAY_SIZE(m->v))
		return;
	m->v[m->n++] = (struct gen_member){ .arg = arg, .what = "size", .expected = t->size[w] };
	m->v[m->n++] =
		(struct gen_member){ .arg = arg, .what = "alignment", .expected = t->align[w] };
	add_members(a, t, w, arg, 0, "", m);
}

void gen_members(struct arena *a, const struct call *c, struct gen_members *out)
{
	const struct prototype *p = c->decl->proto;

	out->n = 0;
	add_type(a, p->ret, c->conv->width, CL_RETURNED, out);
	for (unsigned i = 0; i < p->nparams; i++)
		add_type(a, p->params[i].type, c->conv->width, i, out);
}
