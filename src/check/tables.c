/* SPDX-License-Identifier: MIT */
/* Probes and tables as nasm. The tables are the very structs of payload/contract.h, written word by
 * word; words that are addresses are written as symbols. */
#include "check/tables.h"

#include "check/blocks.h"
#include "gen/gen.h"

#include <stdio.h>
#include <string.h>

/* A table under construction: its words, and the symbols that some of them are. */
struct table {
	uint32_t *word;
	const char **symbol; /* of each word, or NULL */
	size_t n;
};

static struct table table_new(struct arena *a, const void *data, size_t bytes)
{
	struct table t = { .n = bytes / 4 };

	t.word = arena_alloc(a, bytes + 4);
	t.symbol = arena_alloc(a, (t.n + 1) * sizeof(*t.symbol));
	memcpy(t.word, data, bytes);
	return t;
}

/* The word at byte `offset` is the address of `symbol`, plus what it holds. */
static void patch(struct table *t, size_t offset, const char *symbol)
{
	t->symbol[offset / 4] = symbol;
}

static void table_write(struct str *out, const char *label, const struct table *t)
{
	str_addf(out, "%s:", label);
	for (size_t i = 0; i < t->n; i++) {
		str_add(out, i % 8 ? ", " : "\n\tdd\t");
		if (t->symbol[i])
			str_addf(out, "$%s + %u", t->symbol[i], t->word[i]);
		else
			str_addf(out, "0x%x", t->word[i]);
	}
	str_add(out, "\n");
}

static struct ct_value value_of(const struct contract_value *v)
{
	return (struct ct_value){ .kind = v->kind,
				  .input = v->input,
				  .low = (uint32_t)v->number,
				  .high = v->symbol
						  ? 0
						  : (uint32_t)((unsigned long long)v->number >> 32),
				  .bytes = v->bytes,
				  .times = v->times,
				  .term = { v->term[0], v->term[1] } };
}

static void patch_value(struct table *t, size_t at, const struct contract_value *v)
{
	if (v->symbol)
		patch(t, at + offsetof(struct ct_value, low), v->symbol);
}

/* Inputs ------------------------------------------------------------------------------------- */

static const char *write_leaves(struct arena *a, struct str *out, const struct type *t,
				enum width w, const char *label, uint32_t *n)
{
	struct gen_leaves l = { .n = 0 };
	struct table words;

	if (gen_class(t) != CL_OPAQUE)
		return NULL;
	gen_leaves(t, w, 0, &l);
	*n = l.n;
	if (!l.n)
		return NULL;
	words = table_new(a, l.v, l.n * sizeof(l.v[0]));
	table_write(out, label, &words);
	return label;
}

/* The bits of a value that carry it, where that is not all of them. */
static const char *write_mask(struct str *out, const struct type *t, enum width w,
			      const char *label)
{
	uint8_t mask[ABI_MAX_VALUE];

	if (t->kind == TYPE_VOID || !gen_mask(t, w, mask))
		return NULL;
	str_addf(out, "%s:", label);
	for (unsigned i = 0; i < ABI_MAX_VALUE; i++)
		str_addf(out, "%s0x%x", i % 16 ? ", " : "\n\tdb\t", mask[i]);
	str_add(out, "\n");
	return label;
}

static const char *write_set(struct arena *a, struct str *out, const struct contract_input *in,
			     const char *label)
{
	struct table words;

	if (!in->nset)
		return NULL;
	words = table_new(a, in->set, in->nset * sizeof(*in->set));
	table_write(out, label, &words);
	return label;
}

static void write_inputs(struct arena *a, struct str *out, const struct contract_file *f,
			 const struct contract *c)
{
	unsigned n = c->ninputs + (c->jumps >= 0);
	struct ct_input *v = arena_alloc(a, (n + 1) * sizeof(*v));
	const char **leaves = arena_alloc(a, (n + 1) * sizeof(*leaves));
	const char **sets = arena_alloc(a, (n + 1) * sizeof(*sets));
	const char **masks = arena_alloc(a, (n + 1) * sizeof(*masks));
	struct table t;

	for (unsigned i = 0; i < c->ninputs; i++) {
		if (c->input[i].nheld) {
			t = table_new(a, c->input[i].held,
				      c->input[i].nheld * sizeof(*c->input[i].held));
			table_write(out, arena_printf(a, "held_%u_%u", c->index, i), &t);
		}
		v[i] = c->input[i].d;
		leaves[i] =
			write_leaves(a, out, c->input[i].type, f->width,
				     arena_printf(a, "leaves_%u_%u", c->index, i), &v[i].nleaves);
		sets[i] =
			write_set(a, out, &c->input[i], arena_printf(a, "set_%u_%u", c->index, i));
		masks[i] = write_mask(out, c->input[i].type, f->width,
				      arena_printf(a, "mask_%u_%u", c->index, i));
		v[i].nset = c->input[i].nset;
	}
	/* The register that is jumped to is an input without a name. */
	if (c->jumps >= 0)
		v[c->ninputs] = (struct ct_input){ .class = CL_POINTER,
						   .role = CT_LANDING_PAD,
						   .size = word_bytes(f->width),
						   .nlocs = 1,
						   .loc = { { .kind = CL_GPR,
							      .reg = (unsigned)c->jumps,
							      .bytes = word_bytes(f->width) } } };
	t = table_new(a, v, n * sizeof(*v));
	for (unsigned i = 0; i < n; i++) {
		size_t at = i * sizeof(*v);

		if (leaves[i])
			patch(&t, at + offsetof(struct ct_input, leaves), leaves[i]);
		if (sets[i])
			patch(&t, at + offsetof(struct ct_input, set), sets[i]);
		if (masks[i])
			patch(&t, at + offsetof(struct ct_input, mask), masks[i]);
		if (i < c->ninputs && c->input[i].nheld)
			patch(&t, at + offsetof(struct ct_input, held),
			      arena_printf(a, "held_%u_%u", c->index, i));
		if (i < c->ninputs && c->input[i].probe >= 0)
			patch(&t, at + offsetof(struct ct_input, probe),
			      arena_printf(a, "cl_probe_%d", c->input[i].probe));
	}
	table_write(out, arena_printf(a, "inputs_%u", c->index), &t);
}

/* What comes out, what is called -------------------------------------------------------------- */

static void write_outs(struct arena *a, struct str *out, const struct contract *c)
{
	struct ct_out *v = arena_alloc(a, (c->nout + 1) * sizeof(*v));
	struct table t;

	for (size_t i = 0; i < c->nout; i++) {
		const struct contract_out *o = &c->out[i];

		v[i] = (struct ct_out){
			.n = o->n, .flags = (o->slot ? CT_SLOT : 0) | (o->has_else ? CT_ELSE : 0)
		};
		if (o->has)
			v[i].value = value_of(&o->value);
		if (o->has_else)
			v[i].other = value_of(&o->other);
	}
	t = table_new(a, v, c->nout * sizeof(*v));
	for (size_t i = 0; i < c->nout; i++) {
		patch_value(&t, i * sizeof(*v) + offsetof(struct ct_out, value), &c->out[i].value);
		patch_value(&t, i * sizeof(*v) + offsetof(struct ct_out, other), &c->out[i].other);
	}
	table_write(out, arena_printf(a, "outs_%u", c->index), &t);
}

static void write_calls(struct arena *a, struct str *out, const struct contract *c)
{
	struct ct_call *v = arena_alloc(a, (c->ncalls + 1) * sizeof(*v));
	struct table t;

	for (size_t i = 0; i < c->ncalls; i++) {
		const struct contract_call *l = &c->calls[i];

		v[i] = (struct ct_call){ .probe = l->probe,
					 .mode = l->mode,
					 .nvalues = l->nvalues,
					 .flags = (l->interrupt ? CT_INTERRUPT : 0) |
						  (l->has_returns ? CT_RETURNS : 0) };
		for (unsigned k = 0; k < l->nvalues; k++)
			v[i].value[k] = value_of(&l->value[k]);
		if (l->has_returns)
			v[i].returns = value_of(&l->returns);
	}
	t = table_new(a, v, c->ncalls * sizeof(*v));
	for (size_t i = 0; i < c->ncalls; i++) {
		for (unsigned k = 0; k < c->calls[i].nvalues; k++)
			patch_value(&t,
				    i * sizeof(*v) + offsetof(struct ct_call, value) +
					    k * sizeof(struct ct_value),
				    &c->calls[i].value[k]);
		patch_value(&t, i * sizeof(*v) + offsetof(struct ct_call, returns),
			    &c->calls[i].returns);
	}
	table_write(out, arena_printf(a, "calls_%u", c->index), &t);
}

/* Contracts ---------------------------------------------------------------------------------- */

static uint32_t flags_of(const struct contract_file *f, const struct contract *c)
{
	uint32_t flags = 0;

	if (c->keeps_flags)
		flags |= CT_KEEPS_STATUS;
	if (c->never)
		flags |= CT_NEVER_RETURNS;
	if (c->jumps >= 0)
		flags |= CT_JUMPS;
	if (c->vmx_fails)
		flags |= CT_VMX_FAILS;
	if (c->exit)
		flags |= CT_VMX_EXITS;
	if (abi_red_zone(c->call.conv, convention_profile(c->call.conv)))
		flags |= CT_RED_ZONE;
	if (rule_in(c->call.conv->rule[CHECK_UPPER], f->edition)->status == STATED)
		flags |= CT_UPPER_STATED;
	if (c->svm_exits)
		flags |= CT_SVM_EXITS;
	if (c->svm_fails)
		flags |= CT_SVM_FAILS;
	if (c->tdx_calls)
		flags |= CT_TDX_CALLS;
	if (c->by_interrupt)
		flags |= CT_BY_INTERRUPT;
	if (c->error_code)
		flags |= CT_WITH_ERROR_CODE;
	if (c->has_return)
		flags |= CT_HAS_RETURN;
	if (c->return_else)
		flags |= CT_RETURN_ELSE;
	for (size_t i = 0; i < c->nout; i++)
		flags |= c->out[i].slot ? 0 : CT_OUT_REGISTERS;
	for (size_t i = 0; i < f->nprobes; i++)
		flags |= f->probe[i].stub ? CT_ANY_CALLS : 0;
	if (c->ends_by_zeroing)
		flags |= CT_ENDS_BY_ZEROING;
	if (c->leaves_mmx)
		flags |= CT_LEAVES_MMX;
	if (c->varies)
		flags |= CT_VARIES;
	return flags;
}

/* Where C passes the n-th integer, by the function's own convention unless that is one that only
 * functions which name it have. */
static uint32_t place_of(const struct contract *c, enum width w, unsigned n)
{
	const struct convention *conv =
		c->call.conv->named_only ? convention_default(profile_user(w)) : c->call.conv;

	return w == W64 && n < conv->nint_args ? conv->int_arg[n] : 16 + n;
}

static void write_first(struct arena *a, struct str *out, enum width w, const struct contract *c)
{
	struct ct_first v[CT_FIRSTS] = { { 0 } };
	struct table t;

	for (unsigned i = 0; i < c->nfirst; i++) {
		v[i].nvalues = c->first[i].n;
		for (unsigned k = 0; k < c->first[i].n; k++) {
			v[i].value[k] = value_of(&c->first[i].value[k]);
			v[i].place[k] = place_of(c, w, k);
		}
	}
	t = table_new(a, v, c->nfirst * sizeof(*v));
	for (unsigned i = 0; i < c->nfirst; i++) {
		patch(&t, i * sizeof(*v), c->first[i].function);
		for (unsigned k = 0; k < c->first[i].n; k++)
			patch_value(&t,
				    i * sizeof(*v) + offsetof(struct ct_first, value) +
					    k * sizeof(struct ct_value),
				    &c->first[i].value[k]);
	}
	table_write(out, arena_printf(a, "first_%u", c->index), &t);
}

static void write_svm(struct arena *a, struct str *out, const struct contract *c)
{
	struct ct_svm v[CT_SVM_LINES] = { { 0 } };
	struct table t;

	for (unsigned i = 0; i < c->nsvm; i++)
		v[i] = (struct ct_svm){ c->svm[i].which, value_of(&c->svm[i].rax) };
	t = table_new(a, v, c->nsvm * sizeof(*v));
	for (unsigned i = 0; i < c->nsvm; i++)
		patch_value(&t, i * sizeof(*v) + offsetof(struct ct_svm, rax), &c->svm[i].rax);
	table_write(out, arena_printf(a, "svm_%u", c->index), &t);
}

static void write_words(struct arena *a, struct str *out, const char *label, const void *words,
			size_t bytes)
{
	struct table t = table_new(a, words, bytes);

	table_write(out, label, &t);
}

/* What is known of its instructions. */
static void write_blocks(struct arena *a, struct str *out, const struct contract *c,
			 struct ct_contract *v)
{
	const struct blocks *b = c->blocks;
	uint32_t *at;

	if (!b)
		return;
	at = arena_alloc(a, (b->n + 1) * sizeof(*at));
	for (size_t i = 0; i < b->n; i++)
		at[i] = b->v[i].at;
	v->nblocks = (uint32_t)b->n;
	v->nconstants = (uint32_t)b->nconstants;
	v->noffsets = (uint32_t)b->noffsets;
	v->nreads = (uint32_t)b->nreads;
	write_words(a, out, arena_printf(a, "blocks_%u", c->index), at, b->n * sizeof(*at));
	write_words(a, out, arena_printf(a, "constants_%u", c->index), b->constant,
		    b->nconstants * sizeof(*b->constant));
	write_words(a, out, arena_printf(a, "offsets_%u", c->index), b->offset,
		    b->noffsets * sizeof(*b->offset));
	write_words(a, out, arena_printf(a, "reads_%u", c->index), b->read,
		    b->nreads * sizeof(*b->read));
}

static void write_contract(struct arena *a, struct str *out, const struct contract_file *f,
			   const struct contract *c)
{
	const struct prototype *p = c->call.decl->proto;
	struct ct_contract v = { .key = (uint32_t)hash_str(HASH_INIT, p->name),
				 .flags = flags_of(f, c),
				 .ninputs = c->ninputs + (c->jumps >= 0),
				 .nouts = (uint32_t)c->nout,
				 .ncalls = (uint32_t)c->ncalls,
				 .saved = c->kept,
				 .area = c->area,
				 .pop = c->pop,
				 .align_entry = c->align_entry,
				 .align_calls = c->align_calls,
				 .al = (uint32_t)(c->call.place.al + 1),
				 .guest = c->guest,
				 .restored = c->restored,
				 .nsvm = c->nsvm };
	const char *mask;
	struct table t;

	str_addf(out, "\n; %s\n", p->text);
	mask = write_mask(out, p->ret, f->width, arena_printf(a, "mask_%u_ret", c->index));
	write_inputs(a, out, f, c);
	write_outs(a, out, c);
	write_calls(a, out, c);
	write_blocks(a, out, c, &v);
	write_first(a, out, f->width, c);
	write_svm(a, out, c);
	v.nfirst = c->nfirst;
	contract_describe(p->ret, &c->call.place.ret, f->width, &v.ret);
	if (c->call.place.hidden.nlocs)
		contract_describe(p->ret, &c->call.place.hidden, f->width, &v.hidden);
	if (c->has_return)
		v.returned = value_of(&c->returned);
	if (c->return_else)
		v.returned_else = value_of(&c->returned_else);
	memcpy(v.used, c->used, sizeof(v.used));
	v.vector = contract_vector_bytes(c);
	for (unsigned i = 0; i < c->call.place.ret.nlocs; i++)
		v.x87 += c->call.place.ret.loc[i].kind == LOC_X87;
	t = table_new(a, &v, sizeof(v));
	patch(&t, offsetof(struct ct_contract, function), p->name);
	patch(&t, offsetof(struct ct_contract, first), arena_printf(a, "first_%u", c->index));
	patch(&t, offsetof(struct ct_contract, svm), arena_printf(a, "svm_%u", c->index));
	if (c->against)
		patch(&t, offsetof(struct ct_contract, against), c->against);
	patch(&t, offsetof(struct ct_contract, inputs), arena_printf(a, "inputs_%u", c->index));
	patch(&t, offsetof(struct ct_contract, outs), arena_printf(a, "outs_%u", c->index));
	patch(&t, offsetof(struct ct_contract, calls), arena_printf(a, "calls_%u", c->index));
	if (c->blocks) {
		patch(&t, offsetof(struct ct_contract, blocks),
		      arena_printf(a, "blocks_%u", c->index));
		patch(&t, offsetof(struct ct_contract, constants),
		      arena_printf(a, "constants_%u", c->index));
		patch(&t, offsetof(struct ct_contract, offsets),
		      arena_printf(a, "offsets_%u", c->index));
		patch(&t, offsetof(struct ct_contract, reads),
		      arena_printf(a, "reads_%u", c->index));
	}
	patch_value(&t, offsetof(struct ct_contract, returned), &c->returned);
	patch_value(&t, offsetof(struct ct_contract, returned_else), &c->returned_else);
	if (c->exit)
		patch(&t, offsetof(struct ct_contract, exit), c->exit);
	if (mask)
		patch(&t, offsetof(struct ct_contract, ret.mask), mask);
	table_write(out, arena_printf(a, "contract_%u", c->index), &t);
}

/* What is no call of something else, but an end. */
static enum ct_trap trap_of(const struct contract_probe *p)
{
	static const char *const ends[] = { "abort",         "exit",       "_exit",
					    "__assert_fail", "__chk_fail", "__fortify_fail" };

	if (!p->trap)
		return CT_NO_TRAP;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (!strcmp(p->name, ends[i]))
			return CT_TRAP_END;
	}
	return !strncmp(p->name, "__stack_chk_fail", 16) ? CT_TRAP_FAULT : CT_TRAP_MISSING;
}

static void write_probe_table(struct arena *a, struct str *out, const struct contract_file *f,
			      unsigned number)
{
	const struct contract_probe *p = &f->probe[number];
	unsigned n = p->proto ? (unsigned)p->proto->nparams : 0;
	struct ct_input *args = arena_alloc(a, (n + 1) * sizeof(*args));
	const char **masks = arena_alloc(a, (n + 1) * sizeof(*masks));
	struct ct_probe v = { .nargs = n,
			      .kept = abi_preserved(p->conv, &p->place),
			      .owned = p->place.stack_bytes,
			      .pop = p->place.pop_bytes,
			      .align = p->place.align,
			      .trap = trap_of(p) };
	struct table t;

	/* Kernel code does not touch vector registers. */
	if (profiles[convention_profile(p->conv)].isa == ISA_INTEGER)
		v.kept.xmm = 0xffff;
	for (unsigned i = 0; i < n; i++) {
		contract_describe(p->proto->params[i].type, &p->place.arg[i], f->width, &args[i]);
		masks[i] = write_mask(out, p->proto->params[i].type, f->width,
				      arena_printf(a, "argmask_%u_%u", number, i));
	}
	t = table_new(a, args, n * sizeof(*args));
	for (unsigned i = 0; i < n; i++) {
		if (masks[i])
			patch(&t, i * sizeof(*args) + offsetof(struct ct_input, mask), masks[i]);
	}
	table_write(out, arena_printf(a, "args_%u", number), &t);
	if (p->proto)
		contract_describe(p->proto->ret, &p->place.ret, f->width, &v.ret);
	t = table_new(a, &v, sizeof(v));
	patch(&t, offsetof(struct ct_probe, args), arena_printf(a, "args_%u", number));
	table_write(out, arena_printf(a, "probe_%u", number), &t);
}

/* Code --------------------------------------------------------------------------------------- */

static void write_probe(struct str *out, const struct contract_file *f, unsigned number)
{
	const struct contract_probe *p = &f->probe[number];

	if (p->trap)
		return;
	str_addf(out, "\n; %s%s\n", p->proto ? p->proto->text : p->name,
		 p->stub     ? ", a stub"
		 : p->symbol ? ""
			     : ", through a pointer");
	if (p->symbol)
		str_addf(out, "\tglobal\t$%s\n$%s:\n", p->symbol, p->symbol);
	str_addf(out, "cl_probe_%u:\n\tpush\t%s %u\n\tjmp\tcl_contract_probe\n", number,
		 f->width == W64 ? "qword" : "dword", number);
}

/* Symbols that nothing defines are in pages that nobody may touch, so that code and data are alike;
 * far enough from each other, as long as they are few, to know which it was. */
static void write_traps(struct str *out, const struct contract_file *f)
{
	enum { FEW = 64, MANY = 4096 };
	size_t n = 0, first = f->nprobes;
	unsigned bytes;

	for (size_t i = f->nprobes; i-- > 0 && f->probe[i].trap; n++)
		first = i;
	bytes = !n ? 0 : n <= FEW ? 4096 : n <= MANY ? 256 : 16;
	str_add(out, "\n\tsection .cl_traps nobits alloc noexec write align=4096\n");
	for (size_t i = first; i < f->nprobes; i++)
		str_addf(out, "\tglobal\t$%s\n$%s:\tresb\t%u\n", f->probe[i].symbol,
			 f->probe[i].symbol, bytes);
	str_addf(out,
		 "\n\tsection .rodata align=16\n\tglobal\tcl_trap_bytes, cl_first_trap\n"
		 "cl_trap_bytes:\tdd\t%u\ncl_first_trap:\tdd\t%zu\n",
		 bytes, first);
}

/* Where the objects' thread-local variables start, from the thread pointer: as the linker has it.
 * nasm has the relocations of code that reads it from a table only. */
static void write_thread(struct str *out, const struct contract_file *f)
{
	bool wide = f->width == W64, has_errno = false;

	str_add(out,
		"\n\tsection .tdata align=4\n\tglobal\tcl_tls_first\ncl_tls_first:\tdd\t0\n\n\tsection .text\n"
		"\tglobal\tcl_tls_offset\ncl_tls_offset:\n");
	str_add(out, wide ? "\tmov\trax, [rel cl_tls_first wrt ..gottpoff]\n\tret\n"
			  : "\tmov\teax, [cl_tls_first wrt ..tlsie]\n\tret\n");
	for (size_t i = 0; i < f->nbuilt_in; i++)
		has_errno = has_errno || !strcmp(f->built_in[i], "errno");
	if (has_errno)
		str_add(out, "\n\tsection .tdata\n\tglobal\terrno\nerrno:\tdd\t0\n");
}

/* What hand-written code and compilers call without more ado; C's own convention of the width.
 * Written anew: of libc nothing is linked. */
static const struct built_in {
	const char *name, *wide, *narrow;
	bool keeps; /* all registers */
} built_ins[] = {
	{ "memcpy", "\tmov\trax, rdi\n\tmov\trcx, rdx\n\trep movsb\n",
	  "\tpush\tesi\n\tpush\tedi\n\tmov\tedi, [esp+12]\n\tmov\tesi, [esp+16]\n"
	  "\tmov\tecx, [esp+20]\n\tmov\teax, edi\n\trep movsb\n\tpop\tedi\n\tpop\tesi\n",
	  false },
	{ "memmove",
	  "\tmov\trax, rdi\n\tmov\trcx, rdx\n\tcmp\trdi, rsi\n\tjbe\t.up\n"
	  "\tlea\trsi, [rsi+rcx-1]\n\tlea\trdi, [rdi+rcx-1]\n\tstd\n.up:\trep movsb\n\tcld\n",
	  "\tpush\tesi\n\tpush\tedi\n\tmov\tedi, [esp+12]\n\tmov\tesi, [esp+16]\n"
	  "\tmov\tecx, [esp+20]\n\tmov\teax, edi\n\tcmp\tedi, esi\n\tjbe\t.up\n"
	  "\tlea\tesi, [esi+ecx-1]\n\tlea\tedi, [edi+ecx-1]\n\tstd\n.up:\trep movsb\n\tcld\n"
	  "\tpop\tedi\n\tpop\tesi\n",
	  false },
	{ "memset",
	  "\tmov\tr8, rdi\n\tmov\teax, esi\n\tmov\trcx, rdx\n\trep stosb\n\tmov\trax, r8\n",
	  "\tpush\tedi\n\tmov\tedi, [esp+8]\n\tmov\teax, [esp+12]\n\tmov\tecx, [esp+16]\n"
	  "\trep stosb\n\tmov\teax, [esp+8]\n\tpop\tedi\n",
	  false },
	{ "memcmp",
	  "\tmov\trcx, rdx\n\txor\teax, eax\n\trepe cmpsb\n\tje\t.end\n"
	  "\tmovzx\teax, byte [rdi-1]\n\tmovzx\tedx, byte [rsi-1]\n\tsub\teax, edx\n.end:",
	  "\tpush\tesi\n\tpush\tedi\n\tmov\tedi, [esp+12]\n\tmov\tesi, [esp+16]\n"
	  "\tmov\tecx, [esp+20]\n\txor\teax, eax\n\trepe cmpsb\n\tje\t.end\n"
	  "\tmovzx\teax, byte [edi-1]\n\tmovzx\tedx, byte [esi-1]\n\tsub\teax, edx\n"
	  ".end:\tpop\tedi\n\tpop\tesi\n",
	  false },
	{ "cl_tls_descriptor", "\tmov\trax, [rax+8]\n", "\tmov\teax, [eax+4]\n", true },
	/* Of mingw-w64 and Microsoft: touch what rax bytes of stack are in. */
	{ "___chkstk_ms", "", "", true },
	{ "__chkstk_ms", "", "", true },
	{ "__chkstk", "", "", true },
	/* The same, and takes them: eax. */
	{ "_alloca", "",
	  "\tpush\tecx\n\tlea\tecx, [esp+8]\n\tsub\tecx, eax\n\txchg\tecx, esp\n"
	  "\tpush\tdword [ecx+4]\n\tmov\tecx, [ecx]\n",
	  true },
	{ "getenv", "\txor\teax, eax\n", "\txor\teax, eax\n", false },
	{ "__tls_get_addr", "\tmov\trax, [fs:0]\n\tadd\trax, [rdi+8]\n",
	  "\tmov\tecx, [esp+4]\n\tmov\teax, [gs:0]\n\tadd\teax, [ecx+4]\n", false },
	{ "___tls_get_addr", "\tud2\n",
	  "\tmov\tecx, [eax+4]\n\tmov\teax, [gs:0]\n\tadd\teax, ecx\n", false },
	{ "strlen",
	  "\tor\trcx, -1\n\txor\teax, eax\n\trepne scasb\n\tnot\trcx\n\tlea\trax, [rcx-1]\n"
	  "",
	  "\tpush\tedi\n\tmov\tedi, [esp+8]\n\tor\tecx, -1\n\txor\teax, eax\n\trepne scasb\n"
	  "\tnot\tecx\n\tlea\teax, [ecx-1]\n\tpop\tedi\n",
	  false },
};

bool tables_built_in(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(built_ins); i++) {
		if (!strcmp(built_ins[i].name, name))
			return true;
	}
	return !strcmp(name, "errno"); /* a thread-local variable */
}

/* They destroy what a function may: the registers the payload chose for that. */
static void write_built_in(struct str *out, const struct contract_file *f, const char *name)
{
	static const char *const wide[] = { "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11" };
	static const unsigned number[] = { 1, 2, 6, 7, 8, 9, 10, 11 };
	enum width w = f->width;
	bool keeps = false;

	if (!strcmp(name, "errno"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(built_ins); i++) {
		if (strcmp(built_ins[i].name, name))
			continue;
		str_addf(out, "\n\tglobal\t%s\n%s:\n%s", name, name,
			 w == W64 ? built_ins[i].wide : built_ins[i].narrow);
		keeps = built_ins[i].keeps;
	}
	for (size_t i = 0; !keeps && w == W64 && i < ARRAY_SIZE(wide); i++)
		str_addf(out, "\tmov\t%s, [rel cl_poison_callee + %u]\n", wide[i], number[i] * 8);
	if (!keeps && w == W32)
		str_add(out, "\tmov\tecx, [cl_poison_callee + 4]\n"
			     "\tmov\tedx, [cl_poison_callee + 8]\n");
	str_add(out, "\tret\n");
}

static void write_supply(struct str *out, enum width w, const struct contract_supply *s)
{
	str_addf(out, "\n\tsection %s\n\tglobal\t$%s\n$%s:\n",
		 s->kind == SUPPLY_DATA ? ".data align=16" : ".text", s->name, s->name);
	switch (s->kind) {
	case SUPPLY_RETURN:
		str_add(out, "\tret\n");
		break;
	case SUPPLY_JUMP:
		str_addf(out, "\tjmp\t%s\n", gpr_name(w, s->reg, word_bytes(w)));
		break;
	case SUPPLY_DATA:
		for (unsigned i = 0; i < s->bytes; i++)
			str_addf(out, "\tdb\t0x%x\n",
				 i / 8 < s->nnumbers
					 ? (unsigned)(s->number[i / 8] >> 8 * (i % 8) & 0xff)
					 : 0);
		break;
	}
}

static void write_list(struct str *out, const char *label, const char *entry, size_t n)
{
	str_addf(out, "\tglobal\t%s\n%s:\n", label, label);
	for (size_t i = 0; i < n; i++)
		str_addf(out, "\tdd\t%s_%zu\n", entry, i);
	str_add(out, "\tdd\t0\n");
}

static bool generated(const struct contract_file *f, const char *name)
{
	for (size_t i = 0; i < f->nprobes; i++) {
		if (f->probe[i].symbol && !strcmp(f->probe[i].symbol, name))
			return true;
	}
	for (size_t i = 0; i < f->nsupplies; i++) {
		if (!strcmp(f->supply[i].name, name))
			return true;
	}
	return false;
}

static void write_extern(struct str *out, const struct contract_file *f, const char *name)
{
	if (name && !generated(f, name))
		str_addf(out, "\textern\t$%s\n", name);
}

/* Symbols of the objects that the tables name. */
static void write_externs(struct str *out, const struct contract_file *f, const struct contract *c)
{
	write_extern(out, f, c->call.decl->proto->name);
	write_extern(out, f, c->exit);
	write_extern(out, f, c->against);
	for (unsigned i = 0; i < c->nfirst; i++)
		write_extern(out, f, c->first[i].function);
	write_extern(out, f, c->returned.symbol);
	write_extern(out, f, c->returned_else.symbol);
	for (size_t i = 0; i < c->ncalls; i++) {
		write_extern(out, f, c->calls[i].returns.symbol);
		for (unsigned k = 0; k < c->calls[i].nvalues; k++)
			write_extern(out, f, c->calls[i].value[k].symbol);
	}
	for (size_t i = 0; i < c->nout; i++) {
		write_extern(out, f, c->out[i].value.symbol);
		write_extern(out, f, c->out[i].other.symbol);
	}
}

void tables_write(struct arena *a, const struct contract_file *f, struct str *out)
{
	str_addf(out,
		 "; Generated by clobber check: probes for what code under test calls, and\n"
		 "; the tables of its contracts (src/payload/contract.h).\n"
		 "\tbits\t%u\n\textern\tcl_contract_probe, cl_poison_callee\n",
		 width_bits(f->width));
	for (size_t i = 0; i < f->n; i++)
		write_externs(out, f, &f->v[i]);
	/* Data of the objects comes behind these labels. */
	str_add(out, "\n\tsection .data align=64\n\tglobal\tcl_objects_data\ncl_objects_data:\n"
		     "\tsection .bss align=64\n\tglobal\tcl_objects_bss\ncl_objects_bss:\n");
	str_add(out, "\n\tsection .text\n");
	for (size_t i = 0; i < f->nprobes; i++)
		write_probe(out, f, (unsigned)i);
	for (size_t i = 0; i < f->nbuilt_in; i++)
		write_built_in(out, f, f->built_in[i]);
	for (size_t i = 0; i < f->nsupplies; i++)
		write_supply(out, f->width, &f->supply[i]);
	write_thread(out, f);
	write_traps(out, f);
	str_add(out,
		"\n\tsection .text\n\talign\t16\n\tglobal\tcl_code_start\ncl_code_start:\n\ttimes "
		"16 int3\t; no function has the address of this label\n"
		"\n\tsection .rodata align=16\n");
	for (size_t i = 0; i < f->nprobes; i++)
		write_probe_table(a, out, f, (unsigned)i);
	for (size_t i = 0; i < f->n; i++)
		write_contract(a, out, f, &f->v[i]);
	write_words(a, out, "cl_jumps", f->jump, f->njumps * sizeof(*f->jump));
	write_words(a, out, "cl_leads", f->lead, f->nleads * sizeof(*f->lead));
	write_words(a, out, "cl_edges", f->edge, f->nedges * sizeof(*f->edge));
	write_list(out, "cl_contract_table", "contract", f->n);
	write_list(out, "cl_probe_table", "probe", f->nprobes);
	str_addf(
		out,
		"\tglobal\tcl_contract_count, cl_probe_total, cl_preserved\n"
		"\tglobal\tcl_vector_bytes, cl_vectors_here\n"
		"\tglobal\tcl_contract_rounds, cl_contract_effort, cl_contract_bench\ncl_contract_rounds:\tdd\t%u\n"
		"cl_contract_effort:\tdd\t%u\ncl_contract_bench:\tdd\t%u\n"
		"cl_contract_count:\tdd\t%zu\ncl_probe_total:\tdd\t%zu\n"
		"\tglobal\tcl_jumps, cl_jump_total, cl_leads, cl_lead_total, cl_edges, cl_edge_total\n"
		"cl_jump_total:\tdd\t%zu\ncl_lead_total:\tdd\t%zu\n"
		"cl_edge_total:\tdd\t%zu\n"
		"cl_preserved:\tdd\t0\n"
		"\n\tsection .data\ncl_vector_bytes:\ncl_vectors_here:\tdd\t16\n"
		"\n\tsection .note.GNU-stack noalloc noexec nowrite progbits\n",
		f->calls, f->effort, f->bench, f->n, f->nprobes, f->njumps, f->nleads, f->nedges);
}
