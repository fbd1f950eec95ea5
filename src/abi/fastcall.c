/* SPDX-License-Identifier: MIT */
/* i386 fastcall: GCC manual, x86 Attributes, and Microsoft's __fastcall. Where the two documents
 * differ (a non-integral or 64-bit argument among the first two), what all readings have in common
 * is specified, and the rest is not. */
#include "abi/conventions.h"

enum { WORD = 4 };

/* One document's reading: the registers it has given away and where its stack arguments end. */
struct reading {
	unsigned used, stack;
};

static struct loc on_stack(struct reading *r, const struct type *t)
{
	struct loc l = { .kind = LOC_STACK };
	enum rule_id why;

	i386_place_on_stack(t, &r->stack, &l, &why);
	return l;
}

static struct loc in_register(const struct convention *c, unsigned number, const struct type *t)
{
	return (struct loc){ .kind = LOC_GPR, .reg = c->int_arg[number], .bytes = t->size[W32] };
}

/* GCC's manual: by position. */
static struct loc read_gcc(const struct convention *c, struct reading *r, unsigned i,
			   const struct type *t)
{
	return i < c->nint_args && i386_fits_register(t) ? in_register(c, i, t) : on_stack(r, t);
}

/* Microsoft's __fastcall: the first two arguments found that are a DWORD or smaller. The page does
 * not say whether a float, which is as wide as one, is meant: both ways are read. Structures and
 * unions of any size go on the stack. */
static struct loc read_microsoft(const struct convention *c, struct reading *r,
				 const struct type *t, bool floats_count)
{
	bool fits =
		i386_fits_register(t) || (floats_count && type_is_float(t) && t->size[W32] <= WORD);

	return fits && r->used < c->nint_args ? in_register(c, r->used++, t) : on_stack(r, t);
}

static bool same_place(const struct loc *a, const struct loc *b)
{
	return a->kind == b->kind && a->reg == b->reg && a->stack == b->stack;
}

static void fastcall_place(const struct convention *c, const struct prototype *p,
			   struct placement *out)
{
	struct reading gcc = { 0 }, wide = { 0 }, narrow = { 0 };
	unsigned i;

	if (i386_callee_pops(c, p, RULE_GCC_FASTCALL_VA, RULE_GCC_FASTCALL_VA_POP, out))
		return;
	for (i = 0; i < out->nargs; i++) {
		const struct type *t = proto_arg_type(p, i);
		struct loc g, m, n;
		enum rule_id why;
		unsigned anywhere = 0;

		why = i386_silent_with_attribute(c, t);
		if (why || !i386_place_on_stack(t, &anywhere, &g, &why)) {
			i386_unspecified_from(i, why, out);
			break;
		}
		if (i < c->nint_args && i386_wide_integer(t)) {
			/* "In the register" cannot be followed, so nothing after it can be either.
			 */
			i386_unspecified_from(i, RULE_GCC_FASTCALL_WIDE, out);
			break;
		}
		g = read_gcc(c, &gcc, i, t);
		m = read_microsoft(c, &wide, t, true);
		n = read_microsoft(c, &narrow, t, false);
		if (same_place(&g, &m) && same_place(&g, &n)) {
			out->arg[i].rule =
				why && g.kind == LOC_STACK ? why : RULE_GCC_FASTCALL_ARGS;
			out->arg[i].loc[out->arg[i].nlocs++] = g;
			/* Even where its size is unspecified, the area reaches this far. */
			if (g.kind == LOC_STACK)
				out->stack_bytes = gcc.stack;
			continue;
		}
		out->arg[i].unspecified = true;
		out->arg[i].rule = type_is_float(t) && t->size[W32] <= WORD
					   ? RULE_GCC_FASTCALL_FLOAT
					   : RULE_GCC_FASTCALL_GAP;
	}
	if (gcc.stack != wide.stack || gcc.stack != narrow.stack)
		out->stack_unspecified = true;
	if (!out->stack_unspecified)
		out->stack_bytes = gcc.stack;
}

const struct convention abi_fastcall = {
	.name = "fastcall",
	.width = W32,
	.attribute = "__attribute__((fastcall))",
	.title = "i386 fastcall",
	.in_windows = true,
	.headline = true,
	I386_FRAME,
	.rule = { I386_RULES, [CHECK_ARG] = RULE_GCC_FASTCALL_ARGS,
		  [CHECK_SP] = RULE_GCC_FASTCALL_POP },
	.int_arg = { GPR_CX, GPR_DX },
	.nint_args = 2,
	.callee_pops = true,
	.place = fastcall_place,
};
