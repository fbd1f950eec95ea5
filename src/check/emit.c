/* SPDX-License-Identifier: MIT */
/* A test without clobber: src/check/test_template.c, and for each function where its values go.
 * What such a test cannot do (probes, contracts that move inputs, 32 bit) is refused, not left out.
 */
#include "check/emit.h"

#include "gen/gen.h"
#include "verdict/model.h"

#include <string.h>

static const char *refuse(struct arena *a, const struct contract *c, const char *what)
{
	return arena_printf(a,
			    "--emit-test: `%s' %s: such a test has no probes and knows prototypes "
			    "and `arg' and `keeps' lines only",
			    c->call.decl->proto->name, what);
}

static const char *unfit(struct arena *a, const struct contract *c)
{
	if (c->ncalls)
		return refuse(a, c, "calls other functions");
	if (c->nout || c->has_return || c->jumps >= 0 || c->never || c->exit || c->vmx_fails ||
	    c->svm_exits || c->tdx_calls || c->by_interrupt || c->keeps_flags)
		return refuse(a, c, "has a contract of its own");
	if (c->call.place.hidden.nlocs || c->area > 256)
		return refuse(a, c, "returns in memory or takes many stack arguments");
	for (unsigned i = 0; i < c->call.place.ret.nlocs; i++) {
		if (c->call.place.ret.loc[i].kind == LOC_X87)
			return refuse(a, c, "returns in an x87 register");
	}
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct contract_input *in = &c->input[i];

		if (in->d.size > 8 || in->d.flags & (CT_REFERENCE | CT_NULL | CT_FAULTS) ||
		    in->d.class == CL_OPAQUE || in->d.nlocs != 1 || in->d.past || in->d.halves)
			return refuse(a, c,
				      arena_printf(a,
						   "has an argument %u that is not a plain value",
						   i + 1));
	}
	return NULL;
}

static long long pair(const uint32_t v[2])
{
	return (long long)(v[0] | (unsigned long long)v[1] << 32);
}

/* The expression that makes the value of input `i`. */
static void value(struct str *out, const struct contract *c, unsigned i, unsigned *buffers)
{
	const struct ct_input *d = &c->input[i].d;

	switch (d->role) {
	case CT_RANGE:
		/* Nothing is measured there: a length that only has its name is a short one. */
		str_addf(out, "range((uint64_t)%lldll, (uint64_t)%lldll, %u)", pair(d->from),
			 d->flags & CT_LENGTH ? 64 : pair(d->to), d->multiple);
		break;
	case CT_SET:
		str_add(out, "one_of((const int64_t[]){");
		for (unsigned k = 0; k < c->input[i].nset; k++)
			str_addf(out, "%s %lldll", k ? "," : "", c->input[i].set[k]);
		str_addf(out, " }, %u)", c->input[i].nset);
		break;
	case CT_BUFFER:
		if (d->sized)
			str_addf(out, "buffer(%u, v%u * %u, %u)", (*buffers)++, d->sized - 1,
				 d->unit, d->align);
		else
			str_addf(out, "buffer(%u, %u, %u)", (*buffers)++, d->bytes, d->align);
		break;
	case CT_STRING:
		str_addf(out, "string(%u, %u)", (*buffers)++, d->bytes);
		break;
	case CT_PAGE:
		str_addf(out, "buffer(%u, %u, 64)", (*buffers)++, CT_DEFAULT);
		break;
	default:
		if (d->class == CL_FLOAT || d->class == CL_DOUBLE)
			str_addf(out, "real(%u)", d->size);
		else if (d->class == CL_BOOL)
			str_add(out, "next() & 1");
		else
			str_addf(out, "any(%u)", d->size * 8);
	}
}

static bool is_pointer(const struct ct_input *d)
{
	return d->role == CT_BUFFER || d->role == CT_STRING || d->role == CT_PAGE;
}

static void place(struct str *out, const struct contract *c, unsigned i)
{
	const struct ct_loc *l = &c->input[i].d.loc[0];

	if (l->kind == CL_STACK)
		str_addf(out, "\tput(&test_stack_in[%u], v%u, %u);\n", l->stack / 8, i, l->bytes);
	else if (l->kind == CL_XMM)
		str_addf(out, "\tput(test_in.xmm[%u], v%u, %u);\n", l->reg, i, l->bytes);
	else
		str_addf(out, "\tput(&test_in.gpr[%u], v%u, %u); /* %s */\n", l->reg, i, l->bytes,
			 gpr_name(W64, l->reg, l->bytes));
}

/* Where the result is: one register, as far as such tests go. */
static void result(struct str *out, const struct contract *c)
{
	const struct loc *l = &c->call.place.ret.loc[0];

	if (c->varies)
		return;
	if (c->call.place.ret.nlocs != 1)
		str_add(out, "\tcompare(&test_out.gpr[0], 0);\n");
	else if (l->kind == LOC_XMM)
		str_addf(out, "\tcompare(test_out.xmm[%u], %u);\n", l->reg, l->bytes);
	else
		str_addf(out, "\tcompare(&test_out.gpr[%u], %u); /* %s */\n", l->reg, l->bytes,
			 gpr_name(W64, l->reg, l->bytes));
}

static void one_function(struct str *out, const struct contract *c)
{
	const char *name = c->call.decl->proto->name;
	unsigned buffers = 0;

	/* Declared as what it is called as: its prototype may need types that are not here. */
	str_addf(out, "\n/* %s */\nextern void %s(void);\nstatic void test_%s(void)\n{\n",
		 c->call.decl->proto->text, name, name);
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < c->ninputs; i++) {
			if (is_pointer(&c->input[i].d) != (pass == 1))
				continue;
			str_addf(out, "\tuint64_t v%u = ", i);
			value(out, c, i, &buffers);
			str_add(out, ";\n");
		}
	}
	str_add(out, "\n\tmemory(before, 0);\n\tfor (second = 0; second < 2; second++) {\n"
		     "\tmemory(before, 1);\n");
	str_addf(out, "\tprepare(%s, \"%s\");\n", name, name);
	for (unsigned i = 0; i < c->ninputs; i++)
		place(out, c, i);
	if (c->call.place.al >= 0)
		str_addf(out, "\tput(&test_in.gpr[0], %d, 1); /* al */\n", c->call.place.al);
	str_addf(out, "\tcall_function();\n\tcheck(0x%x, 0x%x, %u, %u);\n", c->kept.gpr,
		 c->kept.xmm, c->area, c->pop);
	result(out, c);
	str_add(out, "\t}\n}\n");
}

const char *emit_test(struct arena *a, const struct contract_file *f, const char *template,
		      const char *command, struct str *out)
{
	if (f->width != W64)
		return "--emit-test: tests for 64-bit code only are written";
	for (size_t i = 0; i < f->n; i++) {
		const char *why = unfit(a, &f->v[i]);

		if (why)
			return why;
	}
	str_add(out, template);
	str_addf(out, "/* Written by: %s --emit-test */\n", command);
	for (size_t i = 0; i < f->n; i++)
		one_function(out, &f->v[i]);
	str_add(out, "\nint main(int argc, char **argv)\n{\n\tbegin(argc > 1 ? argv[1] : NULL);\n"
		     "\tfor (call = 0; call < CALLS; call++) {\n");
	for (size_t i = 0; i < f->n; i++)
		str_addf(out, "\t\ttest_%s();\n", f->v[i].call.decl->proto->name);
	str_addf(
		out,
		"\t}\n\tprintf(\"%%s: %zu function%s, %%d calls each\\n\", failures ? \"not ok\" : "
		"\"ok\", CALLS);\n\treturn failures != 0;\n}\n",
		f->n, f->n == 1 ? "" : "s");
	return NULL;
}
