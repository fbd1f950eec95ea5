/* SPDX-License-Identifier: MIT */
/* From declarations and their lines to contracts: what the convention says, then what the lines
 * change, then what still has to be made up. */
#include "check/contract.h"

#include "check/reader.h"
#include "gen/gen.h"

#include <string.h>

static struct ct_loc piece(const struct loc *l)
{
	static const unsigned kinds[] = {
		[LOC_GPR] = CL_GPR, [LOC_XMM] = CL_XMM, [LOC_X87] = CL_X87, [LOC_STACK] = CL_STACK
	};

	return (struct ct_loc){ .kind = kinds[l->kind],
				.reg = l->reg,
				.off = l->off,
				.bytes = l->bytes,
				.stack = (uint32_t)l->stack };
}

void contract_describe(const struct type *t, const struct value_place *v, enum width w,
		       struct ct_input *out)
{
	*out = (struct ct_input){ .class = t->kind == TYPE_VOID ? CL_UNSIGNED : gen_class(t),
				  .size = t->size[w],
				  .nlocs = v->nlocs };
	for (unsigned i = 0; i < v->nlocs; i++)
		out->loc[i] = piece(&v->loc[i]);
	if (v->by_reference)
		out->flags |= CT_REFERENCE;
}

/* A declaration with the attribute `interrupt' says what a line `entered by interrupt' does: what
 * the processor pushes is no argument of the convention at hand. */
static void of_handler(struct reader *r, struct contract *c)
{
	struct case_decl *plain = arena_alloc(r->a, sizeof(*plain));
	struct prototype *p = arena_alloc(r->a, sizeof(*p));

	contract_place_all(r, c->call.decl, c->call.conv, &c->call.place);
	c->by_interrupt = true;
	c->error_code = c->call.decl->proto->nparams > 1;
	*p = *c->call.decl->proto;
	p->nparams = 0;
	p->convention = p->attribute = NULL;
	*plain = *c->call.decl;
	plain->proto = p;
	c->call.decl = plain;
	c->call.conv = contract_convention(r, plain);
}

/* What the convention says. */
static void by_convention(struct reader *r, struct contract *c, const struct case_decl *d)
{
	const struct prototype *p;

	*c = (struct contract){ .call.decl = d, .jumps = -1 };
	r->c = c;
	c->call.conv = contract_convention(r, d);
	if (c->call.conv->by_processor)
		of_handler(r, c);
	d = c->call.decl;
	p = d->proto;
	contract_place_all(r, d, c->call.conv, &c->call.place);
	c->kept = abi_preserved(c->call.conv, &c->call.place);
	c->pop = c->call.place.pop_bytes;
	c->area = c->call.place.stack_bytes;
	c->align_entry = c->call.place.align;
	c->align_calls = abi_call_align(c->call.conv, convention_profile(c->call.conv));
	c->ninputs = (unsigned)p->nparams;
	for (unsigned i = 0; i < c->ninputs; i++) {
		c->input[i].type = p->params[i].type;
		c->input[i].probe = -1;
		contract_describe(c->input[i].type, &c->call.place.arg[i], r->width,
				  &c->input[i].d);
	}
}

/* The largest that an amount may be; -1: nothing says. */
static long long most_of(const struct contract *c, const struct ct_amount *x)
{
	const struct contract_input *in = x->input ? &c->input[x->input - 1] : NULL;
	long long most = 0, to;

	if (!in)
		return x->number;
	if (in->d.role == CT_RANGE) {
		long long from = (long long)(in->d.from[0] | (uint64_t)in->d.from[1] << 32);

		to = (long long)(in->d.to[0] | (uint64_t)in->d.to[1] << 32);
		return to > -from ? to : -from;
	}
	if (in->d.role != CT_SET)
		return -1;
	for (unsigned i = 0; i < in->nset; i++) {
		to = in->set[i] < 0 ? -in->set[i] : in->set[i];
		most = to > most ? to : most;
	}
	return most;
}

/* Rows have room. */
static void check_rows(struct reader *r, const struct contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct ct_input *d = &c->input[i].d;
		long long rows = most_of(c, &d->height), far = most_of(c, &d->stride);

		if (!d->width_unit ||
		    (rows >= 0 && far >= 0 && rows * far * d->stride_unit <= CT_AREA))
			continue;
		contract_fail_decl(
			r, c->call.decl->proto,
			arena_printf(r->a,
				     "the rows of `%s' may take more than %u bytes: say with `arg' "
				     "lines how many there are, and how far apart",
				     c->call.decl->proto->params[i].name, CT_AREA),
			NULL);
	}
}

/* What the lines leave open, and what cannot be left open. */
/* Whoever is interrupted does not know. Vector registers are left to the functions that it calls: a
 * kernel's do not touch them, others may by their convention. */
static void keep_everything(struct reader *r, struct contract *c)
{
	struct reg_set vectors = c->kept;

	if (c->jumps >= 0 || c->never || c->pop || c->nout || c->exit || c->svm_exits ||
	    c->tdx_calls)
		contract_fail_decl(
			r, c->call.decl->proto,
			"a function that an interrupt enters leaves by IRET: no `jumps', "
			"`pops', `out', `vmx', `svm' or `tdx'",
			NULL);
	if (!c->keeps_all)
		c->kept.gpr |= (r->width == W64 ? 0xffff : 0xff) & ~GPR_BIT(SP);
	c->kept.flags = FLAGS_STATUS;
	if (c->ncalls)
		return;
	vectors = (struct reg_set){ .xmm = ~0u, .ymm = ~0u, .zmm = ~0u, .mask = 0xff, .x87 = 0xff };
	if (r->width == W32)
		vectors.xmm = 0xff;
	c->kept.xmm = vectors.xmm;
	c->kept.ymm = vectors.ymm;
	c->kept.zmm = vectors.zmm;
	c->kept.mask = vectors.mask;
	c->kept.x87 = vectors.x87;
}

static void complete(struct reader *r, struct contract *c)
{
	const struct prototype *p = c->call.decl->proto;
	unsigned buffers = 0;

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct contract_input *in = &c->input[i];
		bool function =
			in->type->kind == TYPE_POINTER && in->type->of->kind == TYPE_FUNCTION;

		if (c->call.place.arg[i].unspecified && !in->moved)
			contract_fail_decl(r, p,
					   arena_printf(r->a,
							"no document says where argument %u goes "
							"under %s",
							i + 1, c->call.conv->name),
					   "an `in' line can say it");
		if (function && in->probe < 0) {
			struct contract_call call = { .mode = CT_OFTEN };

			/* There are no more pointers than arguments. */
			_Static_assert(CT_CALLS >= CT_CALL_LINES + MAX_ARGS, "calls");
			call.probe = contract_probe_through(r, i);
			c->calls = arena_grow(r->a, c->calls, c->ncalls, sizeof(call));
			c->calls[c->ncalls++] = call;
		}
		buffers +=
			in->d.role == CT_BUFFER || in->d.role == CT_STRING || in->d.role == CT_PAGE;
	}
	if (buffers > CT_BUFFERS)
		contract_fail_decl(r, p,
				   arena_printf(r->a, "`%s' has more than %u pointers to memory",
						p->name, CT_BUFFERS),
				   NULL);
	check_rows(r, c);
	for (size_t i = 0; i < c->nout; i++) {
		if (!c->out[i].slot)
			c->kept.gpr &= ~(1u << c->out[i].n);
	}
	if (c->by_interrupt)
		keep_everything(r, c);
	if ((c->svm_fails || c->nsvm || c->restored.input) && !c->svm_exits)
		contract_fail_decl(r, p, "its `svm' lines say nothing of a guest: `svm exits' does",
				   NULL);
	if (c->jumps >= 0 && c->never)
		contract_fail_decl(r, p, "it jumps, or it never returns: which?", NULL);
}

/* Is the function named by a `calls` line of another one? */
static bool is_callee(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->cases->n; i++) {
		const struct case_decl *d = &r->cases->v[i];

		for (size_t k = 0; k < d->ncontract; k++) {
			const struct contract_line *l = &d->contract[k];
			size_t n = strcspn(l->rest, " \t(");
			bool input = false;

			if (strcmp(l->word, "calls") || !l->width[r->width] || n != strlen(name) ||
			    strncmp(l->rest, name, n))
				continue;
			for (size_t a = 0; a < d->proto->nparams; a++)
				input = input || (d->proto->params[a].name &&
						  !strcmp(d->proto->params[a].name, name));
			if (!input)
				return true;
		}
	}
	return false;
}

/* Its `abi' lines name conventions of the other width only. */
static bool other_width(const struct reader *r, const struct case_decl *d)
{
	for (size_t i = 0; i < d->nconventions; i++) {
		if (convention_find(d->conventions[i], r->width) ||
		    !convention_find(d->conventions[i], r->width == W64 ? W32 : W64))
			return false;
	}
	return d->nconventions > 0;
}

static void read_lines(struct reader *r, const struct case_decl *d)
{
	for (size_t i = 0; i < d->ncontract; i++) {
		r->line = &d->contract[i];
		r->s = r->line->rest;
		if (r->line->width[r->width])
			contract_line_read(r);
	}
}

static bool read_one(struct reader *r, const struct case_decl *d)
{
	const struct contract_file was = *r->out;
	struct contract *c = &r->out->v[r->out->n];

	if (setjmp(r->bail)) {
		/* And the probes that it asked for. */
		r->out->nprobes = was.nprobes;
		r->out->nsupplies = was.nsupplies;
		return false;
	}
	by_convention(r, c, d);
	contract_arg_defaults(r);
	read_lines(r, d);
	complete(r, c);
	c->index = (unsigned)r->out->n++;
	return true;
}

static bool read_all(struct reader *r,
		     enum contract_wanted (*wanted)(void *closure, const char *name), void *closure)
{
	const struct case_list *cases = r->cases;

	r->out->v = arena_alloc(r->a, (cases->n + 1) * sizeof(*r->out->v));
	for (size_t i = 0; i < cases->n; i++) {
		const struct case_decl *d = &cases->v[i];
		enum contract_wanted how = CONTRACT_LEFT_OUT;

		if (other_width(r, d))
			r->out->skipped++;
		else if (!is_callee(r, d->proto->name))
			how = wanted ? wanted(closure, d->proto->name) : CONTRACT_WANTED;
		if (how == CONTRACT_LEFT_OUT || read_one(r, d))
			continue;
		/* Lines are somebody's own. */
		if (how == CONTRACT_WANTED || d->ncontract)
			return false;
		if (!r->out->refused++)
			r->out->first_refused = r->error;
	}
	return true;
}

int contract_read(struct arena *a, const struct case_list *cases,
		  const struct contract_source *source, enum width w, const char *abi,
		  enum edition edition,
		  enum contract_wanted (*wanted)(void *closure, const char *name), void *closure,
		  struct contract_file *out, const char **error)
{
	struct reader *r = arena_alloc(a, sizeof(*r));

	*out = (struct contract_file){ .width = w, .edition = edition };
	r->a = a;
	r->cases = cases;
	r->source = source;
	r->width = w;
	r->abi = abi;
	r->out = out;
	if (read_all(r, wanted, closure))
		return 0;
	*error = r->error;
	return -1;
}

static unsigned widest(const struct value_place *v)
{
	unsigned bytes = 0;

	for (unsigned i = 0; i < v->nlocs; i++) {
		if (v->loc[i].kind == LOC_XMM && v->loc[i].bytes > bytes)
			bytes = v->loc[i].bytes;
	}
	return bytes;
}

unsigned contract_vector_bytes(const struct contract *c)
{
	unsigned bytes = widest(&c->call.place.ret);

	for (size_t i = 0; i < c->call.place.nargs; i++) {
		unsigned n = widest(&c->call.place.arg[i]);

		bytes = n > bytes ? n : bytes;
	}
	return bytes;
}

const char *check_input_name(struct arena *a, const struct contract *c, unsigned i)
{
	const char *name = proto_arg_name(c->call.decl->proto, i);

	return name ? name : arena_printf(a, "argument %u", i + 1);
}
