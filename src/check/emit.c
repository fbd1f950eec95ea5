/* A test without clobber: src/check/test_template.c, and for each function where its values go.
 * What such a test cannot do (contracts that move inputs, calls in an order that is not said) is
 * refused, not left out. */
#include "check/emit.h"

#include "gen/gen.h"
#include "verdict/model.h"

#include <string.h>

enum { MOST_BYTES = 256 /* of a result, as the template has room */ };

static const char *refuse(struct arena *a, const struct contract *c, const char *what)
{
	return arena_printf(
		a,
		"--emit-test: `%s' %s: such a test knows prototypes, functions that are "
		"called once each, and `arg' and `keeps' lines only",
		c->call.decl->proto->name, what);
}

static bool is_plain(const struct contract_value *v)
{
	return v->kind == CT_ANY || (v->kind == CT_NUMBER && !v->symbol) ||
	       (v->kind == CT_INPUT && v->times <= 1 && !v->symbol && !v->term[0].times);
}

/* What such a test cannot stand in for, of a function that is called. */
static const char *unfit_probe(const struct contract_probe *p)
{
	const struct value_place *ret = &p->place.ret;
	const struct type *t = p->proto ? p->proto->ret : NULL;

	if (!p->proto || p->trap || p->stub)
		return "calls what has no prototype";
	if (ret->nlocs > 1 && !(t && type_is_integer(t)))
		return "calls a function that returns more than a plain value";
	if (ret->nlocs && (ret->loc[0].kind == LOC_X87 || (t && t->size[W64] > 8)))
		return "calls a function that returns more than a plain value";
	for (unsigned i = 0; i < p->place.nargs; i++) {
		if (p->place.arg[i].by_reference)
			return "calls a function with an argument that is passed by reference";
	}
	return NULL;
}

static const char *unfit_calls(const struct contract_file *f, const struct contract *c)
{
	for (size_t k = 0; k < c->ncalls; k++) {
		const struct contract_call *l = &c->calls[k];

		if (!l->line)
			continue;
		if (l->mode != CT_ONCE || l->interrupt || l->has_returns)
			return "has a `calls' line of its own kind";
		for (unsigned i = 0; i < l->nvalues; i++) {
			if (!is_plain(&l->value[i]))
				return "passes what is computed";
		}
	}
	for (size_t k = 0; k < c->ncalls; k++) {
		const char *why = unfit_probe(&f->probe[c->calls[k].probe]);

		if (why)
			return why;
	}
	return NULL;
}

static const char *unfit(struct arena *a, const struct contract_file *f, const struct contract *c)
{
	const char *why = unfit_calls(f, c);

	if (why)
		return refuse(a, c, why);
	if (c->nout || c->has_return || c->jumps >= 0 || c->never || c->exit || c->vmx_fails ||
	    c->svm_exits || c->tdx_calls || c->by_interrupt || c->keeps_flags)
		return refuse(a, c, "has a contract of its own");
	if (c->area > MOST_BYTES || c->call.decl->proto->ret->size[f->width] > MOST_BYTES)
		return refuse(a, c, "takes or returns more than there is room for");
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct contract_input *in = &c->input[i];

		if (in->d.size > 8 || in->d.flags & (CT_REFERENCE | CT_NULL | CT_FAULTS) ||
		    in->d.class == CL_OPAQUE || !in->d.nlocs || in->d.past || in->d.halves ||
		    in->d.role == CT_SUM || in->d.width_unit || in->d.at || in->d.nheld)
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
	case CT_PROBE:
		str_addf(out, "(word)probe_%d", c->input[i].probe);
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

static void put(struct str *out, enum width w, const char *from, const struct ct_loc *l)
{
	if (l->kind == CL_STACK)
		str_addf(out, "\tput(&test_stack_in[%u], %s, %u);\n", l->stack / word_bytes(w),
			 from, l->bytes);
	else if (l->kind == CL_XMM)
		str_addf(out, "\tput(test_in.xmm[%u], %s, %u);\n", l->reg, from, l->bytes);
	else
		str_addf(out, "\tput(&test_in.gpr[%u], %s, %u); /* %s */\n", l->reg, from, l->bytes,
			 gpr_name(w, l->reg, l->bytes));
}

static void place(struct arena *a, struct str *out, enum width w, const struct contract *c,
		  unsigned i)
{
	const struct ct_input *d = &c->input[i].d;

	for (unsigned k = 0; k < d->nlocs; k++)
		put(out, w,
		    d->loc[k].off ? arena_printf(a, "v%u >> %u", i, 8 * d->loc[k].off)
				  : arena_printf(a, "v%u", i),
		    &d->loc[k]);
}

/* The bits of the result that carry it, where that is not all of them. Their name. */
static const char *write_mask(struct str *out, const struct type *t, enum width w)
{
	uint8_t mask[ABI_MAX_VALUE];

	if (t->kind == TYPE_VOID || !gen_mask(t, w, mask))
		return "NULL";
	str_add(out, "\tstatic const uint8_t mask[] = {");
	for (unsigned i = 0; i < t->size[w]; i++)
		str_addf(out, "%s %u", i ? "," : "", mask[i]);
	str_add(out, " };\n");
	return "mask";
}

static void result(struct str *out, enum width w, const struct contract *c, const char *mask)
{
	const struct value_place *ret = &c->call.place.ret;
	unsigned bytes = 0;

	if (c->varies)
		return;
	if (c->call.place.hidden.nlocs) {
		str_addf(out, "\tcompare_memory(%s, %u);\n", mask,
			 c->call.decl->proto->ret->size[w]);
		return;
	}
	for (unsigned i = 0; i < ret->nlocs; i++) {
		const struct loc *l = &ret->loc[i];
		unsigned n = l->kind == LOC_X87 ? 10 : l->bytes;

		if (l->kind == LOC_X87)
			str_addf(out, "\ttake(%u, test_out.x87 + %u, %u);\n", l->off, 28 + 10 * i,
				 n);
		else if (l->kind == LOC_XMM)
			str_addf(out, "\ttake(%u, test_out.xmm[%u], %u);\n", l->off, l->reg, n);
		else
			str_addf(out, "\ttake(%u, &test_out.gpr[%u], %u); /* %s */\n", l->off,
				 l->reg, n, gpr_name(w, l->reg, l->bytes));
		bytes = l->off + n > bytes ? l->off + n : bytes;
	}
	str_addf(out, "\tcompare(%s, %u);\n", mask, bytes);
}

/* The calls that lines say it makes. */
static void calls(struct str *out, const struct contract_file *f, const struct contract *c)
{
	unsigned n = 0;
	bool any = false; /* that no line speaks of */

	for (size_t k = 0; k < c->ncalls; k++) {
		const struct contract_call *l = &c->calls[k];
		const struct placement *p = &f->probe[l->probe].place;
		unsigned at = 0;

		any = any || !l->line;
		if (!l->line)
			continue;
		str_addf(out, "\texpect_call(%u, %u); /* %s */\n", n, l->probe,
			 f->probe[l->probe].name);
		for (unsigned i = 0; i < l->nvalues && i < p->nargs; at += p->arg[i++].nlocs) {
			const struct contract_value *v = &l->value[i];

			/* The first piece of it: a test of 32 bits compares no more. */
			if (v->kind == CT_NUMBER && p->arg[i].nlocs)
				str_addf(out, "\texpect_value(%u, %u, (uint64_t)%lldll, %u);\n", n,
					 at, (long long)v->number, p->arg[i].loc[0].bytes);
			else if (v->kind == CT_INPUT && p->arg[i].nlocs)
				str_addf(out,
					 "\texpect_value(%u, %u, v%u + (uint64_t)%lldll, %u);\n", n,
					 at, v->input, (long long)v->number,
					 p->arg[i].loc[0].bytes);
		}
		n++;
	}
	if (n && !any)
		str_addf(out, "\texpect_calls(%u);\n", n);
}

static int x87_results(const struct contract *c)
{
	const struct value_place *ret = &c->call.place.ret;
	int n = 0;

	for (unsigned i = 0; i < ret->nlocs; i++)
		n += ret->loc[i].kind == LOC_X87;
	return c->leaves_mmx ? -1 : n;
}

static void one_function(struct arena *a, struct str *out, const struct contract_file *f,
			 const struct contract *c)
{
	const char *name = c->call.decl->proto->name, *mask;
	const struct loc *hidden = c->call.place.hidden.loc;
	unsigned buffers = 0;

	/* Declared as what it is called as: its prototype may need types that are not here. */
	str_addf(out, "\n/* %s */\nextern void %s(void);\nstatic void test_%s(void)\n{\n",
		 c->call.decl->proto->text, name, name);
	mask = write_mask(out, c->call.decl->proto->ret, f->width);
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
		place(a, out, f->width, c, i);
	if (c->call.place.hidden.nlocs && hidden->kind == LOC_STACK)
		str_addf(out, "\tput(&test_stack_in[%u], (word)returned, WORD);\n",
			 hidden->stack / (int)word_bytes(f->width));
	else if (c->call.place.hidden.nlocs)
		str_addf(out, "\tput(&test_in.gpr[%u], (word)returned, WORD);\n", hidden->reg);
	if (c->call.place.al >= 0)
		str_addf(out, "\tput(&test_in.gpr[0], %d, 1); /* al */\n", c->call.place.al);
	str_addf(out, "\tcall_function();\n\tcheck(0x%x, 0x%x, %u, %u, %d);\n", c->kept.gpr,
		 c->kept.xmm, c->area, c->pop, x87_results(c));
	calls(out, f, c);
	result(out, f->width, c, mask);
	str_add(out, "\t}\n}\n");
}

/* Functions that are called, and what is known of them. */
static void probes(struct str *out, const struct contract_file *f)
{
	for (size_t k = 0; k < f->nprobes; k++) {
		const struct contract_probe *p = &f->probe[k];
		const char *label = p->symbol ? p->symbol : "";

		if (p->trap || !p->proto)
			continue;
		if (p->symbol)
			str_addf(out, "PROBE(\"%s\", %zu, %u);\n", label, k, p->place.pop_bytes);
		else
			str_addf(
				out,
				"PROBE(\"probe_%zu\", %zu, %u);\nextern SHARED void probe_%zu(void);"
				"\n",
				k, k, p->place.pop_bytes, k);
	}
	str_add(out, "const struct probe probes[] = {\n");
	for (size_t k = 0; k < f->nprobes; k++) {
		const struct contract_probe *p = &f->probe[k];
		const struct value_place *ret = &p->place.ret;
		struct reg_set kept = abi_preserved(p->conv, &p->place);
		bool is_bool = p->proto && p->proto->ret->kind == TYPE_BOOL;
		unsigned n = 0, bytes = 0;

		for (unsigned i = 0; i < ret->nlocs; i++)
			bytes += ret->loc[i].bytes;
		for (unsigned i = 0; i < p->place.nargs; i++)
			n += p->place.arg[i].nlocs;
		str_addf(out, "\t{ \"%s\", 0x%x, 0x%x, %u, %s, %u, %u, {", p->name, kept.gpr,
			 kept.xmm, p->place.align ? p->place.align : 1,
			 !ret->nlocs                   ? "NOWHERE"
			 : ret->loc[0].kind == LOC_XMM ? "IN_XMM"
						       : "IN_GPR",
			 is_bool ? 0 : bytes, n);
		for (unsigned i = 0; i < p->place.nargs; i++) {
			for (unsigned j = 0; j < p->place.arg[i].nlocs; j++) {
				const struct loc *l = &p->place.arg[i].loc[j];

				str_addf(out, " { %s, %d, %u },",
					 l->kind == LOC_STACK ? "ON_STACK"
					 : l->kind == LOC_XMM ? "IN_XMM"
							      : "IN_GPR",
					 l->kind == LOC_STACK ? l->stack : (int)l->reg,
					 l->bytes < 8 ? l->bytes : 8);
			}
		}
		str_add(out, " { NOWHERE, 0, 0 } } },\n");
	}
	str_add(out, "\t{ \"\", 0, 0, 1, NOWHERE, 0, 0, { { NOWHERE, 0, 0 } } }\n};\n");
}

const char *emit_test(struct arena *a, const struct contract_file *f, const char *template,
		      const char *command, struct str *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *why = unfit(a, f, &f->v[i]);

		if (why)
			return why;
	}
	str_add(out, template);
	str_addf(out, "/* Written by: %s --emit-test */\n", command);
	if (f->width == W32)
		str_add(out, "#ifndef __i386__\n#error functions of 32 bits: -m32\n#endif\n");
	probes(out, f);
	for (size_t i = 0; i < f->n; i++)
		one_function(a, out, f, &f->v[i]);
	str_add(out, "\nint main(int argc, char **argv)\n{\n\tbegin(argc > 1 ? argv[1] : NULL);\n"
		     "\tfor (call = 0; call < CALLS; call++) {\n");
	for (size_t i = 0; i < f->n; i++)
		str_addf(out, "\t\ttest_%s();\n", f->v[i].call.decl->proto->name);
	str_addf(out, "\t}\n\treturn finish(%zu);\n}\n", f->n);
	return NULL;
}
