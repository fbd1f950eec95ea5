/* SPDX-License-Identifier: MIT */
/* What each line of a contract says, but for `arg` (contract_args.c): docs/contracts.md, "Lines".
 */
#include "check/reader.h"

#include <string.h>

/* in INPUT PLACE */
static void in_line(struct reader *r)
{
	unsigned i = reader_input(r), n, bytes, word = word_bytes(r->width);
	struct contract_input *in = &r->c->input[i];
	const char *start;
	bool slot;

	reader_end(r);
	start = r->s;
	reader_place(r, &slot, &n, &bytes);
	if (in->moved)
		reader_fail_line(r, NULL, "a second place for one input");
	if (!slot && in->d.size > word)
		reader_fail_at(r, start, (size_t)(r->s - start), "use `stack N'",
			       "the input does not fit into a register");
	in->moved = true;
	in->d.nlocs = 1;
	in->d.flags &= ~(uint32_t)CT_REFERENCE;
	in->d.loc[0] = (struct ct_loc){ .kind = slot ? CL_STACK : CL_GPR,
					.reg = slot ? 0 : n,
					.bytes = in->d.size,
					.stack = slot ? (n - 1) * word : 0 };
	if (slot && n * word + (in->d.size > word ? in->d.size - word : 0) > r->c->area)
		r->c->area = n * word + (in->d.size > word ? in->d.size - word : 0);
}

/* Names behind `but` and `and`: registers, flags, vectors. */
static void keep_names(struct reader *r, bool keep)
{
	unsigned bytes;
	int reg;

	do {
		while (reader_take(r, ','))
			;
		if (reader_take_word(r, "flags")) {
			r->c->keeps_flags = keep;
			continue;
		}
		if (reader_take_word(r, "vectors")) {
			r->c->kept.xmm = keep ? (r->width == W64 ? 0xffff : 0xff) : 0;
			continue;
		}
		reg = reader_register(r, &bytes);
		if (reg < 0)
			reader_expected(r, "a register, `flags' or `vectors'", NULL);
		if (keep)
			r->c->kept.gpr |= 1u << reg;
		else
			r->c->kept.gpr &= ~(1u << reg);
		reader_take(r, ',');
		reader_end(r);
	} while (!reader_end(r) && strncmp(r->s, "but", 3) && strncmp(r->s, "and", 3));
}

static void keeps_line(struct reader *r)
{
	struct contract *c = r->c;

	if (reader_take_word(r, "frame")) {
		c->frame_line = r->line;
		return;
	}
	if (c->keeps_line && strcmp(c->keeps_line->word, "entered"))
		reader_fail_line(r, NULL, "a second `keeps' for one function");
	c->keeps_line = r->line;
	if (reader_take_word(r, "all")) {
		c->kept.gpr = (r->width == W64 ? 0xffff : 0xff) & ~GPR_BIT(SP);
		c->keeps_all = true;
	} else if (!reader_take_word(r, "convention")) {
		reader_expected(r, "`all', `convention' or `frame'", NULL);
	}
	while (!reader_end(r)) {
		if (reader_take_word(r, "but"))
			keep_names(r, false);
		else if (reader_take_word(r, "and"))
			keep_names(r, true);
		else
			reader_expected(r, "`but' or `and'", NULL);
	}
}

/* out PLACE [= VALUE [else VALUE]] */
static void out_line(struct reader *r)
{
	struct contract *c = r->c;
	struct contract_out o = { .line = r->line };

	reader_place(r, &o.slot, &o.n, &o.bytes);
	for (size_t i = 0; i < c->nout; i++) {
		if (c->out[i].slot == o.slot && c->out[i].n == o.n)
			reader_fail_line(r, NULL, "a second `out' for one place");
	}
	if (reader_take(r, '=')) {
		o.has = true;
		reader_value(r, o.bytes, &o.value);
		o.has_else = reader_take_word(r, "else");
		if (o.has_else)
			reader_value(r, o.bytes, &o.other);
	}
	if (o.slot && o.n * word_bytes(r->width) > c->area)
		c->area = o.n * word_bytes(r->width);
	c->out = arena_grow(r->a, c->out, c->nout, sizeof(o));
	c->out[c->nout++] = o;
}

static void returns_line(struct reader *r)
{
	struct contract *c = r->c;
	const struct type *t = c->call.decl->proto->ret;

	if (c->returns_line)
		reader_fail_line(r, NULL, "a second `returns' for one function");
	c->returns_line = r->line;
	if (reader_take_word(r, "never")) {
		c->never = true;
		return;
	}
	if (t->kind == TYPE_VOID || (t->size[r->width] > 16 && t->kind != TYPE_VECTOR) ||
	    c->call.place.hidden.nlocs ||
	    (c->call.place.ret.nlocs && c->call.place.ret.loc[0].kind == LOC_X87))
		reader_fail_line(r, "`out' names a register, `returns' is of the declaration",
				 "the declaration's return value cannot be compared");
	c->has_return = true;
	reader_value(r, t->size[r->width], &c->returned);
	c->return_else = reader_take_word(r, "else");
	if (c->return_else)
		reader_value(r, t->size[r->width], &c->returned_else);
}

static void jumps_line(struct reader *r)
{
	unsigned bytes;

	if (!reader_take_word(r, "to"))
		reader_expected(r, "`to'", NULL);
	if (r->c->jumps_line)
		reader_fail_line(r, NULL, "a second `jumps' for one function");
	r->c->jumps_line = r->line;
	r->c->jumps = reader_register(r, &bytes);
	if (r->c->jumps < 0 || r->c->jumps == GPR_SP)
		reader_expected(r, "a register", NULL);
}

static void pops_line(struct reader *r)
{
	long long n = reader_count(r, 0, 1024, "the number of bytes");

	if (reader_take_word(r, "words") || reader_take_word(r, "word"))
		n *= word_bytes(r->width);
	if (n % word_bytes(r->width))
		reader_fail_line(r, "`pops N words' counts words",
				 "what is popped is a number of whole words");
	r->c->pop = (unsigned)n;
	r->c->pops_line = r->line;
	if (r->c->area < (unsigned)n)
		r->c->area = (unsigned)n;
}

static void align_line(struct reader *r)
{
	long long n = word_bytes(r->width);

	if (!reader_take_word(r, "word"))
		n = reader_count(r, 1, 64, "an alignment");
	if (n & (n - 1))
		reader_fail_line(r, NULL, "an alignment is a power of two, or `word'");
	if (n < word_bytes(r->width))
		n = word_bytes(r->width);
	if (!reader_take_word(r, "at"))
		reader_expected(r, "`at calls' or `at entry'", NULL);
	if (reader_take_word(r, "calls")) {
		r->c->align_calls = (unsigned)n;
		r->c->align_line = r->line;
	} else if (reader_take_word(r, "entry")) {
		r->c->align_entry = (unsigned)n;
	} else {
		reader_expected(r, "`calls' or `entry'", NULL);
	}
}

/* The parameters of what is called: how wide each value is. */
static void call_values(struct reader *r, struct contract_call *call)
{
	const struct prototype *p = r->out->probe[call->probe].proto;

	while (!reader_take(r, ')')) {
		unsigned i = call->nvalues;

		if (i && !reader_take(r, ','))
			reader_expected(r, "',' or ')'", NULL);
		if (!p || i >= p->nparams) {
			reader_end(r);
			reader_fail_at(
				r, r->s, 1,
				"its declaration says what it takes: in this file, or in the "
				"parameter's type",
				arena_printf(r->a, "`%s' takes %u argument%s",
					     r->out->probe[call->probe].name, i,
					     i == 1 ? "" : "s"));
		}
		reader_value(r, p->params[i].type->size[r->width], &call->value[i]);
		if (call->value[i].bytes > 16)
			call->value[i].bytes = 16;
		call->nvalues++;
	}
	if (p && call->nvalues < p->nparams)
		reader_fail_at(r, r->s - 1, 1, "`any' is a value, too",
			       arena_printf(r->a, "`%s' takes %zu arguments",
					    r->out->probe[call->probe].name, p->nparams));
}

static unsigned callee(struct reader *r)
{
	const char *start, *name;
	int i;

	reader_end(r);
	start = r->s;
	name = reader_word(r);
	if (!name)
		reader_expected(r, "the name of a function", NULL);
	i = reader_find_input(r, name);
	if (i >= 0) {
		const struct type *t = r->c->input[i].type;

		if (t->kind != TYPE_POINTER && t->size[r->width] != word_bytes(r->width))
			reader_fail_at(r, start, strlen(name), NULL,
				       "this input cannot be a pointer to a function");
		return contract_probe_through(r, (unsigned)i);
	}
	for (size_t k = 0; k < r->cases->n; k++) {
		if (!strcmp(r->cases->v[k].proto->name, name))
			return contract_probe_for(r, &r->cases->v[k]);
	}
	reader_fail_at(r, start, strlen(name),
		       "declare it in this file: how it takes its arguments has to be known",
		       arena_printf(r->a, "nothing declares `%s'", name));
}

static void calls_line(struct reader *r)
{
	struct contract *c = r->c;
	struct contract_call call = { .line = r->line };

	call.probe = callee(r);
	if (!reader_take(r, '('))
		reader_expected(r, "'('", NULL);
	call_values(r, &call);
	while (!reader_end(r)) {
		const struct type *t = r->out->probe[call.probe].proto
					       ? r->out->probe[call.probe].proto->ret
					       : NULL;

		if (reader_take_word(r, "maybe")) {
			call.mode = CT_MAYBE;
		} else if (reader_take_word(r, "often")) {
			call.mode = CT_OFTEN;
		} else if (reader_take_word(r, "by")) {
			if (!reader_take_word(r, "interrupt"))
				reader_expected(r, "`interrupt'", NULL);
			call.interrupt = true;
		} else if (reader_take_word(r, "returns")) {
			if (!t || t->kind == TYPE_VOID || t->size[r->width] > 16)
				reader_fail_at(r, r->s - 7, 7, NULL,
					       "what is called returns no value that fits here");
			call.has_returns = true;
			reader_value(r, t->size[r->width], &call.returns);
		} else {
			reader_expected(r, "`maybe', `often', `by interrupt' or `returns VALUE'",
					NULL);
		}
	}
	if (c->ncalls == CT_CALL_LINES)
		reader_fail_line(r, NULL,
				 arena_printf(r->a, "more than %u `calls' lines for one function",
					      CT_CALL_LINES));
	c->calls = arena_grow(r->a, c->calls, c->ncalls, sizeof(call));
	c->calls[c->ncalls++] = call;
}

/* first FUNCTION(VALUE, ...) */
static void first_line(struct reader *r)
{
	struct contract *c = r->c;
	struct contract_first *f = &c->first[c->nfirst];

	if (c->nfirst == CT_FIRSTS)
		reader_fail_line(r, NULL,
				 arena_printf(r->a, "more than %u `first' lines for one function",
					      CT_FIRSTS));
	if (c->call.conv->only && r->width == W32)
		reader_fail_line(r, NULL, "this is for functions that are called as C calls them");
	f->function = reader_word(r);
	if (!f->function)
		reader_expected(r, "the name of a function of the objects", NULL);
	if (!reader_take(r, '('))
		reader_expected(r, "'('", NULL);
	while (!reader_take(r, ')')) {
		if (f->n == CT_FIRST_VALUES)
			reader_expected(r, "')': it passes too many values; this", NULL);
		reader_value(r, word_bytes(r->width), &f->value[f->n]);
		if (f->value[f->n].kind == CT_ANY || f->value[f->n].kind == CT_SP)
			reader_fail_line(r, NULL, "a number, an input or &SYMBOL is passed");
		f->value[f->n++].bytes = word_bytes(r->width);
		if (!reader_take(r, ',') && (reader_end(r) || *r->s != ')'))
			reader_expected(r, "',' or ')'", NULL);
	}
	c->nfirst++;
}

/* supply NAME returns | jumps to REGISTER | data N [= NUMBER, ...] */
static void supply_line(struct reader *r)
{
	struct contract_file *f = r->out;
	struct contract_supply s = { .name = reader_word(r) };
	unsigned bytes;
	int reg;

	if (!s.name)
		reader_expected(r, "the name of a symbol", NULL);
	for (size_t i = 0; i < f->nsupplies; i++) {
		if (!strcmp(f->supply[i].name, s.name))
			reader_fail_line(r, NULL, "a second `supply' of one symbol");
	}
	if (reader_take_word(r, "returns")) {
		s.kind = SUPPLY_RETURN;
	} else if (reader_take_word(r, "jumps")) {
		s.kind = SUPPLY_JUMP;
		if (!reader_take_word(r, "to"))
			reader_expected(r, "`to'", NULL);
		reg = reader_register(r, &bytes);
		if (reg < 0)
			reader_expected(r, "a register", NULL);
		s.reg = (unsigned)reg;
	} else if (reader_take_word(r, "data")) {
		s.kind = SUPPLY_DATA;
		s.bytes = (unsigned)reader_count(r, 1, 65536, "the number of bytes");
		if (reader_take(r, '=')) {
			do {
				s.number =
					arena_grow(r->a, s.number, s.nnumbers, sizeof(*s.number));
				s.number[s.nnumbers++] = reader_number(r, "a number");
			} while (reader_take(r, ','));
			if (s.nnumbers > 1 && 8 * s.nnumbers > s.bytes)
				reader_fail_line(
					r, NULL,
					"there are more numbers, of 8 bytes each, than data");
		}
	} else {
		reader_expected(r, "`returns', `jumps to REGISTER' or `data N'", NULL);
	}
	f->supply = arena_grow(r->a, f->supply, f->nsupplies, sizeof(s));
	f->supply[f->nsupplies++] = s;
}

/* vmx resumes if INPUT & NUMBER */
static void resumes(struct reader *r)
{
	if (!reader_take_word(r, "if"))
		reader_expected(r, "`if INPUT & NUMBER'", NULL);
	r->c->guest.resumes = 1 + reader_input(r);
	if (!reader_take(r, '&'))
		reader_expected(r, "`& NUMBER'", NULL);
	r->c->guest.mask = (uint32_t)reader_count(r, 1, 0x7fffffff, "the bits that are looked at");
	r->c->resumes_line = r->line;
}

static void vmx_line(struct reader *r)
{
	if (reader_take_word(r, "fails")) {
		r->c->vmx_fails = true;
		return;
	}
	if (reader_take_word(r, "resumes")) {
		resumes(r);
		return;
	}
	if (!reader_take_word(r, "exits"))
		reader_expected(r, "`fails', `exits SYMBOL' or `resumes if INPUT & NUMBER'", NULL);
	r->c->exit = reader_word(r);
	if (!r->c->exit)
		reader_expected(r, "the symbol VM exits come to", NULL);
}

/* INPUT [at N] = REGISTER or -, ... */
static void registers_in_memory(struct reader *r, struct ct_guest *g)
{
	unsigned bytes;
	int reg;

	g->input = 1 + reader_input(r);
	if (r->c->input[g->input - 1].d.class != CL_POINTER)
		reader_fail_line(r, NULL, "this is for pointers");
	if (reader_take_word(r, "at"))
		g->at = (uint32_t)reader_count(r, 0, CT_AREA - 1, "a number of bytes");
	if (!reader_take(r, '='))
		reader_expected(r, "`=' and the registers, in the order of memory", NULL);
	do {
		reg = reader_take(r, '-') ? CT_NO_REGISTER : reader_register(r, &bytes);
		if (reg < 0 || reg == GPR_SP || g->words == CT_GUEST_WORDS)
			reader_expected(r, "a register, or `-' for a word that is none's", NULL);
		g->reg[g->words++] = (uint32_t)reg;
		reader_take(r, ',');
	} while (!reader_end(r));
}

const char *const ct_svm_words[] = { "vmrun", "vmload", "vmsave", "clgi", "stgi" };

/* svm exits | fails | restores INPUT [at N] = REGISTER, ... | INSTRUCTION [VALUE] */
static void svm_line(struct reader *r)
{
	struct contract *c = r->c;
	struct contract_svm *s = &c->svm[c->nsvm];

	if (reader_take_word(r, "exits")) {
		c->svm_exits = true;
		return;
	}
	if (reader_take_word(r, "fails")) {
		c->svm_fails = true;
		return;
	}
	if (reader_take_word(r, "restores")) {
		if (c->restored.input)
			reader_fail_line(r, NULL, "a second `svm restores' for one function");
		registers_in_memory(r, &c->restored);
		return;
	}
	while (s->which < CT_SVM_WHICH && !reader_take_word(r, ct_svm_words[s->which]))
		s->which++;
	if (s->which == CT_SVM_WHICH)
		reader_expected(
			r,
			"`exits', `fails', `restores' or an instruction of SVM, such as `vmload',",
			NULL);
	if (c->nsvm == CT_SVM_LINES - 1)
		reader_fail_line(r, NULL,
				 arena_printf(r->a, "more than %u instructions for one function",
					      CT_SVM_LINES - 1));
	if (!reader_end(r)) {
		if (s->which == CT_CLGI || s->which == CT_STGI)
			reader_fail_line(r, NULL, "this instruction has no operand");
		reader_value(r, word_bytes(r->width), &s->rax);
		if (s->rax.kind == CT_SP)
			reader_fail_line(r, NULL, "this is a physical address, not the stack's");
	}
	s->line = r->line;
	c->nsvm++;
}

/* tdx calls */
static void tdx_line(struct reader *r)
{
	if (!reader_take_word(r, "calls"))
		reader_expected(r, "`calls'", NULL);
	if (r->width == W32)
		reader_fail_line(r, NULL, "TDX modules are called by 64-bit code");
	r->c->tdx_calls = true;
}

/* guest INPUT [at N] = REGISTER or -, ...: what the guest has in registers is in memory, in this
 * order */
static void guest_line(struct reader *r)
{
	if (r->c->guest_line)
		reader_fail_line(r, NULL, "a second `guest' for one function");
	r->c->guest_line = r->line;
	registers_in_memory(r, &r->c->guest);
}

/* entered by interrupt [with error code] */
static void entered_line(struct reader *r)
{
	struct contract *c = r->c;

	if (!reader_take_word(r, "by") || !reader_take_word(r, "interrupt"))
		reader_expected(r, "`by interrupt'", NULL);
	c->by_interrupt = true;
	if (reader_take_word(r, "with")) {
		if (!reader_take_word(r, "error") || !reader_take_word(r, "code"))
			reader_expected(r, "`error code'", NULL);
		c->error_code = true;
	}
	if (c->ninputs || c->call.decl->proto->ret->kind != TYPE_VOID)
		reader_fail_line(r, NULL,
				 "nothing is passed to what an interrupt enters, and nothing comes "
				 "back: declare it as void f(void)");
	c->keeps_line = c->keeps_line ? c->keeps_line : r->line;
}

static void use(struct contract *c, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++)
		c->used[i / 32] |= 1u << (i % 32);
}

/* depends on NAME...: what is no input, but read all the same */
static void depends_line(struct reader *r)
{
	static const struct {
		const char *word;
		unsigned first, n;
	} sources[] = { { "vectors", CT_FROM_XMM, 16 },
			{ "flags", CT_FROM_FLAG, 6 },
			{ "x87", CT_FROM_X87, 1 },
			{ "mxcsr", CT_FROM_MXCSR, 1 },
			{ "stack", CT_FROM_STACK, CT_STACK_SOURCES },
			{ "stack", CT_FROM_BELOW, 1 } };

	if (!reader_take_word(r, "on"))
		reader_expected(r, "`on'", NULL);
	do {
		bool known = false;
		unsigned bytes;
		int reg;

		while (reader_take(r, ','))
			;
		for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
			bool again = i && !strcmp(sources[i].word, sources[i - 1].word) && known;

			if (again || reader_take_word(r, sources[i].word)) {
				use(r->c, sources[i].first, sources[i].n);
				known = true;
			}
		}
		if (reader_take_word(r, "clock") || reader_take_word(r, "cpuid") ||
		    reader_take_word(r, "rdrand"))
			r->c->varies = known = true;
		reg = known ? -1 : reader_register(r, &bytes);
		if (reg < 0 && !known)
			reader_expected(r,
					"a register, `flags', `vectors', `x87', `mxcsr', `stack', "
					"`clock', `cpuid' or `rdrand'",
					NULL);
		if (reg >= 0)
			use(r->c, CT_FROM_GPR + (unsigned)reg, 1);
		reader_take(r, ',');
	} while (!reader_end(r));
}

/* leaves mmx */
static void leaves_line(struct reader *r)
{
	if (!reader_take_word(r, "mmx"))
		reader_expected(r, "`mmx'", NULL);
	r->c->leaves_mmx = true;
}

/* The functions that the declaration is of are known by now (family.c). */
static void for_line(struct reader *r)
{
	if (reader_end(r))
		reader_expected(r, "a pattern of names, such as `sad_*'", NULL);
	r->s += strlen(r->s);
}

static void endbr_line(struct reader *r)
{
	r->c->endbr_line = r->line;
}

void contract_line_read(struct reader *r)
{
	static const struct {
		const char *word;
		void (*read)(struct reader *r);
	} lines[] = {
		{ "in", in_line },           { "keeps", keeps_line }, { "out", out_line },
		{ "returns", returns_line }, { "jumps", jumps_line }, { "pops", pops_line },
		{ "align", align_line },     { "calls", calls_line }, { "arg", contract_arg_read },
		{ "supply", supply_line },   { "vmx", vmx_line },     { "depends", depends_line },
		{ "leaves", leaves_line },   { "for", for_line },     { "first", first_line },
		{ "svm", svm_line },         { "tdx", tdx_line },     { "guest", guest_line },
		{ "entered", entered_line }, { "endbr", endbr_line },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (!strcmp(lines[i].word, r->line->word))
			lines[i].read(r);
	}
	reader_finish(r);
}
