/* SPDX-License-Identifier: MIT */
/* Findings of calls by contract in words: the checks of any call as src/verdict words them, those
 * of contracts here, each with its rule, or with the line of the contract that it breaks. */
#include "check/check.h"

#include "check/depends.h"
#include "check/fault.h"
#include "util/elf.h"
#include "verdict/words.h"

#include <string.h>

/* A record on its way to words. */
struct wording {
	const struct check_run *run;
	const struct checked_place *p;
	const struct outcome *o;
	const struct cl_finding *r;
	struct checked_finding *x; /* c, f.check, f.direction and f.item are set */
};

/* Puts x->x in words, with the rule or the line of the contract that makes it a finding. */
typedef void words_of_check(const struct wording *w);

/* Every check names its function in checks.def. */
#define CHECK(id, name, what, words, contract_words) static words_of_check contract_words;
#include "abi/checks.def"
#undef CHECK

const char *check_rule_text(struct arena *a, enum rule_id id, enum edition e)
{
	const struct rule *r = rule_in(id, e);

	return arena_printf(a, "rule %s%s: %s [%s, %s]", r->name,
			    r->status == STATED   ? ""
			    : r->status == SILENT ? " (silent)"
						  : " (contradictory)",
			    r->sentence, documents[r->document].title, r->section);
}

const char *check_line_text(struct arena *a, const struct contract *c,
			    const struct contract_line *l)
{
	const struct srcpos *at = l ? &l->pos : &c->call.decl->proto->pos;

	if (!l)
		return arena_printf(a, "contract %s:%u: %s", at->file, at->line,
				    c->call.decl->proto->text);
	return arena_printf(a, "contract %s:%u: %s %s", at->file, at->line, l->word, l->rest);
}

static void by_rule(struct arena *a, struct checked_finding *x, enum rule_id rule)
{
	const enum edition e = x->c->call.place.edition;

	x->f.rule = rule;
	x->f.verdict = rule_in(rule, e)->status == STATED ? VERDICT_VIOLATION : VERDICT_DIVERGENCE;
	x->rule = check_rule_text(a, rule, e);
}

static void by_line(struct arena *a, struct checked_finding *x, const struct contract_line *l)
{
	x->f.verdict = VERDICT_VIOLATION;
	x->rule = check_line_text(a, x->c, l);
}

static void value_origin(const struct wording *w, const char *then)
{
	const struct call *call = &w->x->c->call;
	unsigned bytes = word_bytes(call->conv->width);
	struct arena *a = w->run->arena;

	if (w->r->found)
		w->x->f.origin = arena_printf(a, "the expected value is in %s",
					      place_text(a, call, w->r->found, bytes));
	else if (w->r->origin)
		w->x->f.origin = arena_printf(a, "which was in %s %s",
					      place_text(a, call, w->r->origin, bytes), then);
}

static const char *probe_name(const struct check_run *run, unsigned i)
{
	return i < run->file->nprobes ? run->file->probe[i].name : "?";
}

/* An argument that a probe did not get. */
static void contract_probe_argument_words(const struct wording *w)
{
	const struct check_run *run = w->run;
	const struct cl_finding *r = w->r;
	struct checked_finding *x = w->x;
	struct arena *a = run->arena;
	unsigned line = r->item / CT_ARGS, arg = r->item % CT_ARGS;
	const struct contract_call *call;
	const struct contract_probe *p;
	struct str s = { 0 };

	if (line >= x->c->ncalls)
		return;
	call = &x->c->calls[line];
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
	value_origin(w, "when the function was called");
	by_line(a, x, call->line);
	str_free(&s);
}

static void contract_calls_words(const struct wording *w)
{
	static const char *const frame[] = { "return address", "cs", "flags", "sp", "ss" };
	const struct check_run *run = w->run;
	const struct cl_finding *r = w->r;
	struct checked_finding *x = w->x;
	struct arena *a = run->arena;

	if (r->item >= CT_NEEDS && r->observed[0] == 2) {
		x->f.subject = "each call";
		x->f.expected = "returns";
		x->f.observed =
			arena_printf(a, "a call of %s", probe_name(run, r->item - CT_NEEDS));
		x->f.verdict = VERDICT_NOT_RUN;
		x->rule = "say with `arg' lines what it takes (docs/contracts.md)";
	} else if (r->item >= CT_NEEDS &&
		   !strncmp(probe_name(run, r->item - CT_NEEDS), "__stack_chk_fail", 16)) {
		x->f.subject = "the word that its stack protector put above its variables";
		x->f.expected = "as it was";
		x->f.observed = "overwritten: it called __stack_chk_fail";
		x->f.verdict = VERDICT_CRASH;
		by_rule(a, x, x->c->call.conv->rule[CHECK_FAULT]);
		x->f.verdict = VERDICT_CRASH;
	} else if (r->item >= CT_NEEDS) {
		x->f.subject =
			arena_printf(a, "the call needs %s", probe_name(run, r->item - CT_NEEDS));
		x->f.expected = "a definition among the objects";
		x->f.observed = "none";
		x->f.verdict = VERDICT_NOT_RUN;
		x->rule = "give the object that defines it, a `calls' or `supply' line "
			  "(docs/contracts.md), or --weak-stubs";
	} else if (r->item >= CT_HOME) {
		bool home = x->c->call.conv->home_bytes;

		x->f.subject = arena_printf(a, "%s of %s, %u bytes above its return address",
					    home ? "home area" : "argument area",
					    probe_name(run, r->item - CT_HOME),
					    r->expected[0] | r->expected[1] << 8);
		x->f.expected = arena_printf(a, "below the return address of %s",
					     x->c->call.decl->proto->name);
		x->f.observed = arena_printf(a, "%u bytes left there",
					     r->observed[0] | r->observed[1] << 8);
		by_rule(a, x, x->c->call.conv->rule[CHECK_CANARY]);
	} else if (r->item >= CL_ITEM_UNEXPECTED) {
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
		x->f.subject = arena_printf(a, "%s", probe_name(run, x->c->calls[r->item].probe));
		x->f.expected = "called once, in the order of the contract";
		x->f.observed = arena_printf(a, "%u calls", r->observed[0]);
		by_line(a, x, x->c->calls[r->item].line);
	}
}

static void contract_output_words(const struct wording *wording)
{
	enum width w = wording->run->file->width;
	struct arena *a = wording->run->arena;
	const struct cl_finding *r = wording->r;
	struct checked_finding *x = wording->x;
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
	value_origin(wording, "at the call");
	by_line(a, x, o->line);
}

static void contract_buffer_words(const struct wording *w)
{
	struct arena *a = w->run->arena;
	const struct cl_finding *r = w->r;
	struct checked_finding *x = w->x;
	int at = (int16_t)r->offset, size = r->loc;
	const char *name = check_input_name(a, x->c, r->item);

	if (at < 0)
		x->f.subject =
			arena_printf(a, "memory %d bytes before %s (%d bytes)", -at, name, size);
	else if (at >= size)
		x->f.subject =
			arena_printf(a, "memory at %s + %d, behind its %d bytes", name, at, size);
	else if (x->c->input[r->item].d.width_unit &&
		 !(x->c->input[r->item].d.flags & CT_READ_ONLY))
		x->f.subject = arena_printf(a, "memory at %s + %d, between its rows", name, at);
	else
		x->f.subject = arena_printf(a, "read-only memory at %s + %d", name, at);
	x->f.expected = arena_printf(a, "untouched: %s", hex_text(a, r->expected, r->size));
	x->f.observed = hex_text(a, r->observed, r->size);
	by_line(a, x, NULL);
}

/* In the words of a case; the reason is the line, or the rule where that is NULL. */
static void plain_words(const struct wording *w, const struct contract_line *line,
			enum rule_id rule)
{
	struct call call = w->x->c->call;

	call.place.align = w->x->c->align_calls;
	finding_words(w->run->arena, &call, w->r, w->run->payload, &w->x->f);
	if (line)
		by_line(w->run->arena, w->x, line);
	else
		by_rule(w->run->arena, w->x, rule);
}

static enum rule_id rule_of(const struct wording *w)
{
	return w->x->c->call.conv->rule[w->r->check];
}

static void contract_rule_words(const struct wording *w)
{
	plain_words(w, NULL, rule_of(w));
}

static void contract_kept_words(const struct wording *w)
{
	bool by_convention = w->r->item < 16 && w->x->c->call.conv->preserved.gpr >> w->r->item & 1;

	plain_words(w, by_convention ? NULL : w->x->c->keeps_line, rule_of(w));
}

static void contract_pops_words(const struct wording *w)
{
	const struct contract *c = w->x->c;

	plain_words(w, c->jumps_line ? c->jumps_line : c->pops_line, c->call.place.pop_rule);
}

static void contract_align_words(const struct wording *w)
{
	const struct contract *c = w->x->c;

	plain_words(w, c->align_line,
		    c->call.place.align_rule ? c->call.place.align_rule : rule_of(w));
}

/* The function does not end as it should. */
static void contract_end_words(const struct wording *w)
{
	const struct contract *c = w->x->c;

	plain_words(w, c->jumps_line ? c->jumps_line : c->returns_line, rule_of(w));
	w->x->f.subject = "the end of the function";
	w->x->f.expected = "as its contract says";
	w->x->f.observed = "it returned";
}

/* Where a call faulted because of it. */
static const char *above_fault(const struct wording *w, uint64_t ip)
{
	struct arena *a = w->run->arena;
	const char *code = disassemble(a, w->run->payload, w->run->file->width, ip);
	const char *name = elf_symbol(a, w->run->payload, ip);

	return arena_printf(a, "not extended, it comes no farther than %s at %s",
			    code ? code : "a jump",
			    name ? name : arena_printf(a, "0x%llx", (unsigned long long)ip));
}

/* It relies on what is above a narrow argument. */
static void contract_above_words(const struct wording *w)
{
	struct arena *a = w->run->arena;
	struct finding *f = &w->x->f;
	uint64_t ip = 0;

	memcpy(&ip, w->r->expected, sizeof(ip));
	plain_words(w, NULL, rule_of(w));
	f->subject = arena_printf(a, "what is above %s",
				  argument_name(a, w->x->c->call.decl->proto, w->r->item));
	f->expected = "ignored";
	f->observed = "relied on";
	f->origin = arena_printf(a, "extended to %u bits, the same call is right",
				 w->r->observed[0] * 8);
	if (ip)
		w->x->more[1] = above_fault(w, ip);
	w->x->more[0] = arena_printf(a, "upper-bits: %s", check_input_name(a, w->x->c, w->r->item));
}

static void contract_return_words(const struct wording *w)
{
	struct arena *a = w->run->arena;
	struct checked_finding *x = w->x;

	if (w->r->item == CT_RETURN_NEVER_SET) {
		never_set_words(a, x->c, w->r, &x->f);
		by_rule(a, x, rule_of(w));
		return;
	}
	if (w->r->item == CT_RETURN_ZEROED) {
		x->f.subject = arena_printf(a, "the return value (%s), from byte 16 on",
					    type_spell(a, x->c->call.decl->proto->ret, ""));
		x->f.expected = "a value of the function's own";
		x->f.observed = "0 in every call: vzeroupper comes after it was set";
		by_rule(a, x, rule_of(w));
		return;
	}
	if (w->r->item == CT_RETURN_BOOL) {
		x->f.subject = "return value (_Bool)";
		x->f.expected = "in al: 0 or 1";
		x->f.observed = hex_text(a, w->r->observed, 1);
		by_rule(a, x, rule_of(w));
		return;
	}
	plain_words(w, NULL, rule_of(w));
	by_line(a, x, x->c->returns_line);
	x->f.expected = arena_printf(a, "%s, which is %s", x->f.expected, x->c->returned.text);
}

/* Instructions of SVM that come in another order, or with another rax. */
static void svm_words(const struct wording *w)
{
	struct arena *a = w->run->arena;
	struct checked_finding *x = w->x;
	bool rax = w->r->item >= CT_GUEST_SVM_RAX;
	unsigned i = w->r->item - (rax ? CT_GUEST_SVM_RAX : CT_GUEST_SVM);
	const struct contract_svm *s = i < x->c->nsvm ? &x->c->svm[i] : NULL;
	unsigned got = w->r->observed[0];

	by_line(a, x, s ? s->line : NULL);
	if (rax && s) {
		x->f.subject = arena_printf(a, "%s at %s",
					    gpr_name(w->run->file->width, GPR_AX, w->r->size),
					    ct_svm_words[s->which]);
		x->f.expected = arena_printf(a, "%s, which is %s", x->f.expected, s->rax.text);
		return;
	}
	x->f.subject = arena_printf(a, "SVM instruction %u", i + 1);
	x->f.expected = s ? ct_svm_words[s->which] : "none";
	x->f.observed = got < CT_SVM_WHICH ? ct_svm_words[got] : "none";
}

/* What a guest is entered with, and what becomes of what it leaves. */
static void contract_guest_words(const struct wording *w)
{
	struct arena *a = w->run->arena;
	struct checked_finding *x = w->x;
	unsigned item = w->r->item, bytes = word_bytes(w->run->file->width);
	const char *const input =
		x->c->guest.input ? check_input_name(a, x->c, x->c->guest.input - 1) : "memory";

	x->f.expected = hex_text(a, w->r->expected, w->r->size);
	x->f.observed = hex_text(a, w->r->observed, w->r->size);
	by_line(a, x, x->c->guest_line);
	if (item == CT_GUEST_ENTERED) {
		x->f.subject = "VM entries";
		x->f.expected = w->r->expected[0] ? "one, and its exit" : "none that succeeds";
		x->f.observed = arena_printf(a, "%u", w->r->observed[0]);
		by_line(a, x, NULL);
	} else if (item == CT_GUEST_RESUMED) {
		x->f.subject = "the instruction that enters the guest";
		x->f.expected = w->r->expected[0] ? "vmresume" : "vmlaunch";
		x->f.observed = w->r->observed[0] ? "vmresume" : "vmlaunch";
		by_line(a, x, x->c->resumes_line);
	} else if (item >= CT_GUEST_SVM) {
		svm_words(w);
	} else {
		bool loaded = item >= CT_GUEST_LOADED;
		enum width width = w->run->file->width;
		const char *reg = gpr_name(width, item % CT_GUEST_LOADED, bytes);

		x->f.subject = loaded ? arena_printf(a, "the guest's %s at VM entry", reg)
				      : arena_printf(a, "the guest's %s in %s after its VM exit",
						     reg, input);
		if (w->r->origin)
			x->f.origin =
				arena_printf(a, "which is the guest's %s",
					     gpr_name(width, w->r->origin - CL_AT_GPR, bytes));
		else if (!loaded && w->r->loc)
			x->f.origin = "which is what was there before: it was not stored";
	}
}

static void contract_status_words(const struct wording *w)
{
	struct arena *a = w->run->arena;
	struct checked_finding *x = w->x;

	x->f.subject = "status flags after the call";
	x->f.expected = arena_printf(a, "preserved: %s", hex_text(a, w->r->expected, 2));
	x->f.observed = hex_text(a, w->r->observed, 2);
	by_line(a, x, x->c->keeps_line);
}

static void contract_depends_words(const struct wording *w)
{
	struct arena *a = w->run->arena;

	depends_words(a, w->x->c, w->run->file->width, w->r, &w->x->f);
	by_rule(a, w->x,
		w->r->item != CT_FROM_INTERRUPT ? w->x->c->call.conv->rule[CHECK_ARG]
		: w->run->file->width == W64    ? RULE_SYSV_REDZONE
						: RULE_I386_BELOW);
}

/* The value of an input in the call of a finding. */
static bool told_value(const struct outcome *o, unsigned call, unsigned input, long long *value)
{
	for (unsigned i = 0; i < o->nobservations; i++) {
		const struct cl_observation *v = &o->observations[i];

		if (v->piece != call || v->item != input)
			continue;
		*value = (long long)v->places[0];
		return true;
	}
	return false;
}

/* "row 2, column 3": of memory whose rows are as far apart as the input behind it says that is
 * named like that. NULL: there is none. */
static const char *row_of(const struct wording *w, unsigned input, int at)
{
	const struct contract *c = w->x->c;
	long long stride = 0;

	for (unsigned i = input + 1; i < c->ninputs; i++) {
		const struct ct_input *d = &c->input[i].d;

		if (c->input[i].type->kind == TYPE_POINTER)
			break;
		if (!(d->flags & CT_STRIDE) || !told_value(w->o, w->r->round, i, &stride))
			continue;
		if (d->size == 4)
			stride = (int)stride;
		if (stride > 0 && at >= 0)
			return arena_printf(w->run->arena, " (row %lld, column %lld)", at / stride,
					    at % stride);
		break;
	}
	return "";
}

static void contract_against_words(const struct wording *w)
{
	struct checked_finding *x = w->x;
	struct arena *a = w->run->arena;
	const struct cl_finding *r = w->r;

	x->f.verdict = VERDICT_VIOLATION;
	x->rule = arena_printf(a, "reference %s", w->run->against ? w->run->against : "?");
	x->f.expected = arena_printf(a, "%s, as the reference", hex_text(a, r->observed, r->size));
	x->f.observed = hex_text(a, r->expected, r->size);
	if (r->item == CT_ARGS) {
		x->f.subject = "the reference";
		x->f.expected = "returns with the inputs with which the function does";
		x->f.observed = r->observed[0] ? "a fault" : "no return";
		x->f.verdict = VERDICT_NOT_RUN;
	} else if (r->item > CT_ARGS) {
		x->f.subject = arena_printf(a, "the return value (%s)%s",
					    type_spell(a, x->c->call.decl->proto->ret, ""),
					    r->loc == CT_WHAT_MEMORY_RESULT
						    ? arena_printf(a, ", byte %u", r->offset)
						    : "");
	} else {
		int at = (int)r->offset - (int)r->loc;

		x->f.subject =
			arena_printf(a, "memory at %s + %d%s", check_input_name(a, x->c, r->item),
				     at, row_of(w, r->item, at));
	}
}

/* Faults ------------------------------------------------------------------------------------- */

/* Which input the address is in or near. */
static const char *near_what(const struct check_run *run, const struct contract *c,
			     const struct outcome *o, unsigned call, uint64_t address)
{
	enum { NEAR = CT_AREA + 1 }; /* an area behind another is nearer to itself */
	const char *best = NULL;
	uint64_t least = NEAR;

	for (unsigned i = 0; i < o->nobservations; i++) {
		const struct cl_observation *w = &o->observations[i];
		uint64_t from = w->places[0], to = from + w->places[1];
		const char *name;

		if (w->item >= c->ninputs || w->piece != call ||
		    c->input[w->item].type->kind != TYPE_POINTER)
			continue;
		name = check_input_name(run->arena, c, w->item);
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

static void contract_fault_words(const struct wording *wording)
{
	const struct check_run *run = wording->run;
	const struct checked_place *p = wording->p;
	const struct outcome *o = wording->o;
	const struct cl_finding *r = wording->r;
	struct checked_finding *x = wording->x;
	struct arena *a = run->arena;
	uint64_t ip = record_word(r->observed), address = record_word(r->observed + 8);
	enum width w = run->file->width;
	const char *code;
	const char *near = NULL, *why = NULL;
	size_t n = 0;

	/* Behind the system call. */
	if (r->item == CL_FAULT_SYS)
		ip -= 2;
	code = ip ? disassemble(a, run->payload, w, ip) : NULL;
	plain_words(wording, NULL, x->c->call.conv->rule[CHECK_FAULT]);
	x->f.verdict = r->item == CL_FAULT_TIMEOUT ? VERDICT_TIMEOUT : VERDICT_CRASH;
	if (r->item == CL_FAULT_FPU) {
		x->f.subject = "instructions of kernel code";
		x->f.expected = "none for x87 or vector registers";
		by_rule(a, x, RULE_LINUX_FPU);
		x->f.verdict = VERDICT_VIOLATION;
	}
	if (code)
		x->more[n++] = arena_printf(a, "instruction: %s", code);
	if (r->item == CL_FAULT_SEGV && code && address) {
		near = near_what(run, x->c, o, r->round, address);
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
	if (!why && code && r->item == CL_FAULT_ILL && extension_needed(run->payload, w, ip)) {
		why = arena_printf(a,
				   "this processor lacks it, or does not let it run: it is of %s",
				   extension_needed(run->payload, w, ip));
		x->f.verdict = VERDICT_NOT_RUN;
	}
	if (!why && code && !strncmp(code, "iret", 4) && !x->c->by_interrupt)
		why = "it leaves by IRET: a line `entered by interrupt' enters it as one does "
		      "(docs/contracts.md)";
	if (!why && code && !strncmp(code, "iret", 4))
		why = x->c->error_code
			      ? "what it leaves with is not the frame that it was entered "
				"with: the error code is popped before IRET (SDM volume 3, "
				"6.13)"
			      : "what it leaves with is not the frame that it was entered "
				"with";
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

	str_addf(s, "%s = ", check_input_name(run->arena, c, o->item));
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

/* The call in which a finding was made, with its arguments. */
static const char *inputs_text(const struct check_run *run, const struct contract *c,
			       const struct outcome *o, unsigned call)
{
	struct str s = { 0 };
	const char *comma = "";
	bool any = false;
	char *r;

	str_addf(&s, "called as %s(", c->call.decl->proto->name);
	for (unsigned i = 0; i < o->nobservations; i++) {
		const struct cl_observation *v = &o->observations[i];

		if (v->piece != call)
			continue;
		any = true;
		if (v->item == CT_WAY) {
			str_addf(&s, "), call %llu%s", (unsigned long long)v->places[1] + 1,
				 v->places[0] ? ", the way of `else'" : "");
		} else if (v->item < c->ninputs) {
			str_add(&s, comma);
			input_text(&s, run, c, v);
			comma = ", ";
		}
	}
	r = any ? arena_strdup(run->arena, s.s) : NULL;
	str_free(&s);
	return r;
}

void check_add_finding(struct check_run *run, const struct contract *c,
		       const struct checked_place *p, const struct outcome *o,
		       const struct cl_finding *r)
{
	static words_of_check *const words_of[CHECK_COUNT] = {
#define CHECK(id, name, what, words, contract_words) [CHECK_##id] = contract_words,
#include "abi/checks.def"
#undef CHECK
	};
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
	*x = (struct checked_finding){
		.c = c, .item = r->item, .places = 1u << p->place, .seed = run->seed
	};
	x->f.check = r->check;
	x->f.direction = CL_CALLEE;
	x->f.item = r->item;
	/* Of a process that died nothing says in which call. */
	if (r->check != CHECK_FAULT || r->item != CL_FAULT_DIED)
		x->inputs = inputs_text(run, c, o, r->round);
	words_of[r->check](&(struct wording){ run, p, o, r, x });
}

/* A wrong argument of a call was something else before, so it differs between equal calls, too:
 * once is enough. */
static bool is_told(const struct outcome *o, const struct cl_finding *f)
{
	if (f->check != CHECK_DEPENDS || f->loc < CT_WHAT_ARGUMENT)
		return false;
	for (unsigned i = 0; i < o->nfindings; i++) {
		if (o->findings[i].check == CHECK_ARG &&
		    o->findings[i].item % CL_ARGS == f->loc - CT_WHAT_ARGUMENT)
			return true;
	}
	return false;
}

void check_judge_place(struct check_run *r, const struct checked_place *p)
{
	for (size_t i = 0; i < r->file->n && !p->why_not; i++) {
		const struct outcome *o = &p->run.v[2 * i];

		for (unsigned n = 0; n < o->nfindings; n++) {
			if (is_told(o, &o->findings[n]))
				continue;
			check_add_finding(r, &r->file->v[i], p, o, &o->findings[n]);
		}
	}
}

void check_judge(struct check_run *r)
{
	for (size_t k = 0; k < r->nplaces; k++)
		check_judge_place(r, &r->place[k]);
}
