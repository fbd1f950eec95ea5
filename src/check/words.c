/* SPDX-License-Identifier: MIT */
/* Findings of calls by contract in words: the checks of any call as src/verdict words them, those
 * of contracts here, each with its rule, or with the line of the contract that it breaks. */
#include "check/check.h"

#include "check/fault.h"
#include "verdict/words.h"

#include <string.h>

enum { SHOWN_CODE = 3 };

const char *check_rule_text(struct arena *a, enum rule_id id)
{
	const struct rule *r = &rules[id];

	return arena_printf(a, "rule %s%s: %s [%s, %s]", r->name,
			    r->status == STATED   ? ""
			    : r->status == SILENT ? " (silent)"
						  : " (contradictory)",
			    r->sentence, documents[r->document].title, r->section);
}

/* A line of the contract. */
static const char *line_text(struct arena *a, const struct contract *c,
			     const struct contract_line *l)
{
	const struct srcpos *at = l ? &l->pos : &c->decl->proto->pos;

	if (!l)
		return arena_printf(a, "contract %s:%u: %s", at->file, at->line,
				    c->decl->proto->text);
	return arena_printf(a, "contract %s:%u: %s %s", at->file, at->line, l->word, l->rest);
}

static void by_rule(struct arena *a, struct checked_finding *x, enum rule_id rule)
{
	x->f.rule = rule;
	x->f.verdict = rules[rule].status == STATED ? VERDICT_VIOLATION : VERDICT_DIVERGENCE;
	x->rule = check_rule_text(a, rule);
}

static void by_line(struct arena *a, struct checked_finding *x, const struct contract_line *l)
{
	x->f.verdict = VERDICT_VIOLATION;
	x->rule = line_text(a, x->c, l);
}

/* "rbx" of a picture's register. */
static const char *place_name_of(struct arena *a, enum width w, unsigned place)
{
	if (place >= CL_AT_STACK)
		return arena_printf(a, "%s+%u", gpr_name(w, GPR_SP, word_bytes(w)),
				    (place - CL_AT_STACK) * word_bytes(w));
	if (place >= CL_AT_XMM && place < CL_AT_ST0)
		return xmm_name(place - CL_AT_XMM);
	if (place >= CL_AT_GPR && place < CL_AT_XMM)
		return gpr_name(w, place - CL_AT_GPR, word_bytes(w));
	return "elsewhere";
}

static void value_origin(struct arena *a, enum width w, const struct cl_finding *r,
			 struct finding *f, const char *then)
{
	if (r->found)
		f->origin = arena_printf(a, "the expected value is in %s",
					 place_name_of(a, w, r->found));
	else if (r->origin)
		f->origin =
			arena_printf(a, "which was in %s %s", place_name_of(a, w, r->origin), then);
}

static const char *probe_name(const struct check_run *run, unsigned i)
{
	return i < run->file->nprobes ? run->file->probe[i].name : "?";
}

/* An argument that a probe did not get. */
static void probe_argument(const struct check_run *run, const struct cl_finding *r,
			   struct checked_finding *x)
{
	struct arena *a = run->arena;
	unsigned line = r->item / CC_ARGS, arg = r->item % CC_ARGS;
	const struct contract_call *call;
	const struct contract_probe *p;
	struct str s = { 0 };

	if (line >= x->c->ncalls)
		return;
	call = &x->c->call[line];
	p = &run->file->probe[call->probe];
	str_add(&s, "");
	if (p->proto && arg < p->place.nargs)
		value_text(&s, run->file->width, &p->place.arg[arg]);
	x->f.subject = arena_printf(
		a, "%s of %s", p->proto ? argument_name(a, p->proto, arg) : "argument", p->name);
	x->f.expected =
		arena_printf(a, "in %s: %s, which is %s", s.s, hex_text(a, r->expected, r->size),
			     call->value[arg].text ? call->value[arg].text : "?");
	x->f.observed = hex_text(a, r->observed, r->size);
	value_origin(a, run->file->width, r, &x->f, "when the function was called");
	by_line(a, x, call->line);
	str_free(&s);
}

static void calls_words(const struct check_run *run, const struct cl_finding *r,
			struct checked_finding *x)
{
	static const char *const frame[] = { "return address", "cs", "flags", "sp", "ss" };
	struct arena *a = run->arena;

	if (r->item >= CL_ITEM_UNEXPECTED) {
		x->f.subject = arena_printf(a, "%s", probe_name(run, r->item - CL_ITEM_UNEXPECTED));
		x->f.expected = "not called here";
		x->f.observed = "a call";
		by_line(a, x, NULL);
	} else if (r->item >= CL_ITEM_FRAME) {
		x->f.subject = arena_printf(a, "the interrupt's frame: %s",
					    frame[(r->item - CL_ITEM_FRAME) % 5]);
		x->f.expected = r->item == CL_ITEM_FRAME + 1 || r->item == CL_ITEM_FRAME + 4
					? "a segment selector"
					: hex_text(a, r->expected, r->size);
		x->f.observed = hex_text(a, r->observed, r->size);
		by_line(a, x, NULL);
	} else if (r->item < x->c->ncalls) {
		x->f.subject = arena_printf(a, "%s", probe_name(run, x->c->call[r->item].probe));
		x->f.expected = "called once, in the order of the contract";
		x->f.observed = arena_printf(a, "%u calls", r->observed[0]);
		by_line(a, x, x->c->call[r->item].line);
	}
}

static void output_words(const struct check_run *run, const struct cl_finding *r,
			 struct checked_finding *x)
{
	enum width w = run->file->width;
	struct arena *a = run->arena;
	const struct contract_out *o;

	if (r->item >= x->c->nout)
		return;
	o = &x->c->out[r->item];
	x->f.subject =
		o->slot ? arena_printf(a, "stack word %u (%s+%u at entry)", o->n,
				       gpr_name(w, GPR_SP, word_bytes(w)), o->n * word_bytes(w))
			: arena_printf(a, "%s after the call", gpr_name(w, o->n, o->bytes));
	x->f.expected = arena_printf(
		a, "%s, which is %s", hex_text(a, r->expected, r->size),
		o->has_else ? arena_printf(a, "%s or else %s", o->value.text, o->other.text)
			    : o->value.text);
	x->f.observed = hex_text(a, r->observed, r->size);
	value_origin(a, w, r, &x->f, "at the call");
	by_line(a, x, o->line);
}

static const char *input_name(struct arena *a, const struct contract *c, unsigned i)
{
	const struct prototype *p = c->decl->proto;

	if (i < p->nparams && p->params[i].name)
		return p->params[i].name;
	return arena_printf(a, "argument %u", i + 1);
}

static void buffer_words(const struct check_run *run, const struct cl_finding *r,
			 struct checked_finding *x)
{
	struct arena *a = run->arena;
	int at = (int16_t)r->offset, size = r->loc;
	const char *name = input_name(a, x->c, r->item);

	if (at < 0)
		x->f.subject =
			arena_printf(a, "memory %d bytes before %s (%d bytes)", -at, name, size);
	else if (at >= size)
		x->f.subject =
			arena_printf(a, "memory at %s + %d, behind its %d bytes", name, at, size);
	else
		x->f.subject = arena_printf(a, "read-only memory at %s + %d", name, at);
	x->f.expected = arena_printf(a, "untouched: %s", hex_text(a, r->expected, r->size));
	x->f.observed = hex_text(a, r->observed, r->size);
	by_line(a, x, NULL);
}

static void return_words(const struct check_run *run, const struct cl_finding *r,
			 struct checked_finding *x)
{
	struct arena *a = run->arena;

	if (r->item == 1) {
		x->f.subject = "return value (_Bool)";
		x->f.expected = "in al: 0 or 1";
		x->f.observed = hex_text(a, r->observed, 1);
		by_rule(a, x, x->c->conv->rule[CHECK_RETURN]);
		return;
	}
	x->f.expected = arena_printf(a, "%s, which is %s", x->f.expected, x->c->returned.text);
	by_line(a, x, x->c->returns_line);
}

/* Faults ------------------------------------------------------------------------------------- */

static uint64_t word_at(const uint8_t *p)
{
	uint64_t n;

	memcpy(&n, p, 8);
	return n;
}

/* Which input the address is in or near. */
static const char *near_what(const struct check_run *run, const struct contract *c,
			     const struct outcome *o, uint64_t address)
{
	enum { NEAR = 8192 };
	const char *best = NULL;
	uint64_t least = NEAR;

	for (unsigned i = 0; i < o->nobservations; i++) {
		const struct cl_observation *w = &o->observations[i];
		uint64_t from = w->places[0], to = from + w->places[1];
		const char *name;

		if (w->item >= c->ninputs || c->input[w->item].type->kind != TYPE_POINTER)
			continue;
		name = input_name(run->arena, c, w->item);
		if (address >= to && address - to < least) {
			least = address - to;
			best = arena_printf(run->arena, "%s + %llu, behind its %llu bytes", name,
					    (unsigned long long)(address - from),
					    (unsigned long long)w->places[1]);
		} else if (address < from && from - address < least) {
			least = from - address;
			best = arena_printf(run->arena, "%llu bytes before %s",
					    (unsigned long long)least, name);
		} else if (address >= from && address < to) {
			return arena_printf(run->arena, "%s + %llu", name,
					    (unsigned long long)(address - from));
		}
	}
	return best;
}

static void fault_words(const struct check_run *run, const struct checked_place *p,
			const struct outcome *o, const struct cl_finding *r,
			struct checked_finding *x)
{
	struct arena *a = run->arena;
	uint64_t ip = word_at(r->observed), address = word_at(r->observed + 8);
	enum width w = run->file->width;
	const char *code;
	const char *near = NULL, *why = NULL;
	size_t n = 0;

	/* Behind the system call. */
	if (r->item == CL_FAULT_SYS)
		ip -= 2;
	code = ip ? disassemble(a, run->payload, w, ip) : NULL;
	by_rule(a, x, x->c->conv->rule[CHECK_FAULT]);
	x->f.verdict = r->item == CL_FAULT_TIMEOUT ? VERDICT_TIMEOUT : VERDICT_CRASH;
	if (code)
		x->more[n++] = arena_printf(a, "instruction: %s", code);
	if (r->item == CL_FAULT_SEGV && code && address) {
		near = near_what(run, x->c, o, address);
		x->more[n++] =
			arena_printf(a, "it accessed 0x%llx%s%s", (unsigned long long)address,
				     near ? ": " : "", near ? near : "");
	}
	if (code && p->place == PLACE_NATIVE &&
	    (r->item == CL_FAULT_SEGV || r->item == CL_FAULT_ILL || r->item == CL_FAULT_SYS))
		why = privilege_needed(a, run->payload, w, ip);
	if (!why && code && r->item == CL_FAULT_SEGV &&
	    (strstr(code, "fs:") || strstr(code, "gs:")))
		why = "fs and gs have no base here: there is no thread-local or per-CPU data";
	if (!why && code && r->item == CL_FAULT_ILL && extension_needed(run->payload, w, ip))
		why = arena_printf(a, "this processor may lack it: it is of %s",
				   extension_needed(run->payload, w, ip));
	if (why)
		x->more[n++] = why;
	else if (code && !strncmp(code, "ret", 3) && r->item == CL_FAULT_SEGV && !address)
		x->more[n++] =
			"the word it returns to is no address: the stack pointer is not where it "
			"was at entry, or that word was overwritten";
	else if (!code && r->item == CL_FAULT_SEGV)
		x->more[n++] = "there is no code: a wild jump or return";
}

/* All ---------------------------------------------------------------------------------------- */

/* "n = 3", "dst = 0x41a000 (24 bytes)". */
static void input_text(struct str *s, const struct check_run *run, const struct contract *c,
		       const struct cl_observation *o)
{
	const struct contract_input *in = &c->input[o->item];
	const struct type *t = in->type;
	unsigned bits = t->size[run->file->width] * 8;
	uint64_t v = o->places[0];

	str_addf(s, "%s = ", input_name(run->arena, c, o->item));
	if (t->kind == TYPE_POINTER && o->places[1])
		str_addf(s, "0x%llx (%llu bytes)", (unsigned long long)v,
			 (unsigned long long)o->places[1]);
	else if (type_is_integer(t) && !t->is_unsigned && t->kind != TYPE_BOOL && bits <= 64)
		str_addf(s, "%lld", (long long)(v << (64 - bits)) >> (64 - bits));
	else if (type_is_integer(t) && bits <= 64 && v < 100000)
		str_addf(s, "%llu", (unsigned long long)v);
	else
		str_addf(s, "0x%llx%s", (unsigned long long)v, bits > 64 ? "..." : "");
}

/* The call that went wrong first, with its arguments. */
static const char *inputs_text(const struct check_run *run, const struct contract *c,
			       const struct outcome *o)
{
	struct str s = { 0 };
	const char *comma = "";
	char *r;

	if (!o->nobservations)
		return NULL;
	str_addf(&s, "called as %s(", c->decl->proto->name);
	for (unsigned i = 0; i < o->nobservations; i++) {
		if (o->observations[i].item == CC_WAY) {
			str_addf(&s, "), call %llu%s",
				 (unsigned long long)o->observations[i].places[1] + 1,
				 o->observations[i].places[0] ? ", the way of `else'" : "");
		} else if (o->observations[i].item < c->ninputs) {
			str_add(&s, comma);
			input_text(&s, run, c, &o->observations[i]);
			comma = ", ";
		}
	}
	r = arena_strdup(run->arena, s.s);
	str_free(&s);
	return r;
}

static bool of_contract(const struct cl_finding *r)
{
	return (r->check == CHECK_ARG) || (r->check == CHECK_RETURN && r->item == 1) ||
	       (r->check >= CHECK_SLOT && r->check < CHECK_FAULT);
}

/* The checks of any call, with the lines that replace their rules. */
static void common_words(const struct check_run *run, const struct checked_place *p,
			 const struct outcome *o, const struct cl_finding *r,
			 struct checked_finding *x)
{
	struct arena *a = run->arena;
	const struct contract *c = x->c;
	struct gen_case *g = arena_alloc(a, sizeof(*g));
	const struct contract_line *line = NULL;
	enum rule_id rule = c->conv->rule[r->check];

	*g = (struct gen_case){ .decl = c->decl, .conv = c->conv, .place = c->place };
	g->place.align = c->align_calls;
	x->f.c = g;
	finding_words(a, r, run->payload, &x->f);
	switch (r->check) {
	case CHECK_SAVED:
		if (!(r->item < 16 && c->conv->saved_gpr >> r->item & 1))
			line = c->keeps_line;
		break;
	case CHECK_SP:
		line = c->jumps_line ? c->jumps_line : c->pops_line;
		if (!line)
			rule = c->place.pop_rule;
		break;
	case CHECK_UPPER:
		x->f.subject = arena_printf(a, "what is above %s",
					    argument_name(a, c->decl->proto, r->item));
		x->f.expected = "ignored";
		x->f.observed = "relied on";
		x->f.origin = arena_printf(a, "extended to %u bits, the same call is right",
					   word_bytes(run->file->width) * 8);
		break;
	case CHECK_ALIGN:
		line = c->align_line;
		if (!line && c->place.align_rule)
			rule = c->place.align_rule;
		break;
	case CHECK_ENTERED:
		x->f.subject = "the end of the function";
		x->f.expected = "as its contract says";
		x->f.observed = "it returned";
		line = c->jumps_line ? c->jumps_line : c->returns_line;
		break;
	}
	if (line)
		by_line(a, x, line);
	else
		by_rule(a, x, rule);
	if (r->check == CHECK_RETURN)
		return_words(run, r, x);
	if (r->check == CHECK_FAULT)
		fault_words(run, p, o, r, x);
}

void check_add_finding(struct check_run *run, const struct contract *c,
		       const struct checked_place *p, const struct outcome *o,
		       const struct cl_finding *r)
{
	struct arena *a = run->arena;
	struct checked_finding *x;

	for (size_t i = 0; i < run->nfindings; i++) {
		x = &run->finding[i];
		if (x->c == c && x->f.check == r->check && x->item == r->item) {
			x->places |= 1u << p->place;
			return;
		}
	}
	run->finding = arena_grow(a, run->finding, run->nfindings, sizeof(*run->finding));
	x = &run->finding[run->nfindings++];
	*x = (struct checked_finding){ .c = c, .item = r->item, .places = 1u << p->place };
	x->f.check = r->check;
	x->f.direction = CL_CALLEE;
	x->f.item = r->item;
	x->inputs = inputs_text(run, c, o);
	if (!of_contract(r))
		common_words(run, p, o, r, x);
	else if (r->check == CHECK_ARG)
		probe_argument(run, r, x);
	else if (r->check == CHECK_CALLS)
		calls_words(run, r, x);
	else if (r->check == CHECK_BUFFER)
		buffer_words(run, r, x);
	else if (r->check == CHECK_RETURN)
		return_words(run, r, x);
	else if (r->check == CHECK_STATUS) {
		x->f.subject = "status flags after the call";
		x->f.expected = arena_printf(a, "preserved: %s", hex_text(a, r->expected, 2));
		x->f.observed = hex_text(a, r->observed, 2);
		by_line(a, x, c->keeps_line);
	} else {
		output_words(run, r, x);
	}
}

void check_judge(struct check_run *r)
{
	for (size_t k = 0; k < r->nplaces; k++) {
		const struct checked_place *p = &r->place[k];

		for (size_t i = 0; i < r->file->n && !p->why_not; i++) {
			const struct outcome *o = &p->run.v[2 * i];

			for (unsigned n = 0; n < o->nfindings; n++)
				check_add_finding(r, &r->file->v[i], p, o, &o->findings[n]);
		}
	}
}
