/* SPDX-License-Identifier: MIT */
/* A run of `clobber check` as text: what ran, a line for each function, the findings. */
#include "check/check.h"
#include "check/report_fitted.h"
#include "check/strength.h"
#include "report/style.h"
#include "version.h"
#include "util/terminal.h"

#include <string.h>

static enum verdict verdict_of(const struct check_run *r, const struct contract *c)
{
	enum verdict v = VERDICT_PASS;

	for (size_t i = 0; i < r->nfindings; i++) {
		if (r->finding[i].c == c && r->finding[i].f.verdict > v)
			v = r->finding[i].f.verdict;
	}
	/* What could not go on for want of an instruction has not passed. */
	for (size_t i = 0; v == VERDICT_PASS && i < r->nfindings; i++) {
		if (r->finding[i].c == c && r->finding[i].f.verdict == VERDICT_NOT_RUN)
			v = VERDICT_NOT_RUN;
	}
	return v;
}

/* Did it run wherever there is a place to run? */
static bool executed(const struct check_run *r, const struct contract *c)
{
	bool any = false;

	if (r->fitted && r->fitted[c->index].why_not && verdict_of(r, c) == VERDICT_PASS)
		return false;

	for (size_t i = 0; i < r->nplaces; i++) {
		enum outcome_state state;

		if (r->place[i].why_not)
			continue;
		state = r->place[i].run.v[2 * c->index].state;
		if (state == OUTCOME_MISSING)
			return false;
		any = any || state == OUTCOME_EXECUTED;
	}
	return any;
}

static void header(struct str *out, const struct check_run *r, const struct text_style *style)
{
	struct str s = { 0 };
	const char *comma = "";

	str_addf(&s, "clobber %s check, %u bit, seed %llu, place ", CLOBBER_VERSION,
		 width_bits(r->file->width), (unsigned long long)r->seed);
	for (size_t i = 0; i < r->nplaces; i++) {
		if (r->place[i].why_not)
			continue;
		str_addf(&s, "%s%s (%s)", comma, place_name(r->place[i].place), r->place[i].engine);
		comma = ", ";
	}
	text_wrap(out, style, "", "  ", s.s);
	str_free(&s);
}

/* Functions that were declared and could not be called, by name. */
static void undefined(struct str *out, const struct check_run *r, const struct text_style *style)
{
	enum { SHOWN = 20 };
	struct str s = { 0 };

	if (!r->nundefined)
		return;
	str_addf(&s, "%zu function%s declared, but no object defines %s: ", r->nundefined,
		 r->nundefined == 1 ? " is" : "s are", r->nundefined == 1 ? "it" : "them");
	for (size_t i = 0; i < r->nundefined && i < SHOWN; i++)
		str_addf(&s, "%s%s", i ? ", " : "", r->undefined[i]);
	if (r->nundefined > SHOWN)
		str_addf(&s, " and %zu more", r->nundefined - SHOWN);
	text_wrap(out, style, "not-run  ", "         ", s.s);
	str_free(&s);
}

/* Nothing told root operation where a VM exit finds the host's stack. */
static bool took_no_exits(const struct outcome *o)
{
	for (unsigned i = 0; i < o->nobservations; i++) {
		const struct cl_observation *x = &o->observations[i];

		if (x->item == CT_STRENGTH && x->piece == CT_STRENGTH_CALLS)
			return x->places[1] & CT_NO_EXITS;
	}
	return false;
}

static void absences(struct str *out, const struct check_run *r, const struct text_style *style)
{
	for (size_t i = 0; i < r->nplaces; i++) {
		const struct checked_place *p = &r->place[i];

		if (p->why_not || p->run.unstarted)
			text_wrap(out, style, "not-run  ", "         ",
				  arena_printf(r->arena, "place %s: %s", place_name(p->place),
					       p->why_not ? p->why_not : p->run.unstarted));
		else if (p->run.broken)
			text_wrap(out, style, "broken   ", "         ",
				  arena_printf(r->arena, "place %s: %s", place_name(p->place),
					       p->run.broken));
	}
	for (size_t i = 0; i < r->nplaces; i++) {
		const struct checked_place *p = &r->place[i];

		if (p->instead && !p->why_not)
			text_wrap(out, style, "", "  ",
				  arena_printf(r->arena, "place %s instead of native: %s",
					       place_name(p->place), p->instead));
	}
	for (size_t i = 0; i < r->nplaces * r->file->n; i++) {
		const struct checked_place *p = &r->place[i / r->file->n];
		const struct contract *c = &r->file->v[i % r->file->n];

		if (!p->why_not && (p->run.v[2 * c->index].state == OUTCOME_ABSENT ||
				    took_no_exits(&p->run.v[2 * c->index + CL_CALLER])))
			text_wrap(out, style, "not-run  ", "         ",
				  contract_vector_bytes(c) > 16
					  ? arena_printf(
						    r->arena,
						    "%s in place %s: the vector registers that "
						    "it takes are not there",
						    c->call.decl->proto->name, place_name(p->place))
					  : arena_printf(
						    r->arena,
						    "%s in place %s: its VM exits: nothing says "
						    "where the host's stack is: write HOST_RSP, "
						    "or pass `sp' to a function it calls%s",
						    c->call.decl->proto->name, place_name(p->place),
						    c->vmx_fails ? "; VM entries that fail were run"
								 : ""));
	}
	if (r->unreadable)
		text_wrap(
			out, style, "skipped  ", "         ",
			arena_printf(
				r->arena,
				"%zu declaration%s that cannot be read or called; the first: %.*s",
				r->unreadable, r->unreadable == 1 ? "" : "s",
				(int)strcspn(r->first_unreadable, "\n"), r->first_unreadable));
	undefined(out, r, style);
	report_not_judged(out, r, style);
	for (size_t i = 0; i < r->nno_cfi; i++)
		text_wrap(out, style, "not-run  ", "         ",
			  arena_printf(r->arena, "unwind: code of %s has no call frame information",
				       r->no_cfi[i]->call.decl->proto->name));
	if (r->step_why_not)
		text_wrap(out, style, "not-run  ", "         ",
			  arena_printf(r->arena, "--step: %s", r->step_why_not));
	for (size_t i = 0; i < r->nstubs; i++)
		text_wrap(out, style, "stub     ", "         ",
			  arena_printf(r->arena,
				       "%s: nothing defines it; it is called as a function "
				       "about which nothing is known",
				       r->stub[i]));
}

/* What was looked at, in the words of `clobber list checks'. */
static void looked_at(struct str *out, const struct check_run *r, const struct contract *c,
		      const struct text_style *style)
{
	enum width w = r->file->width;
	struct str s = { 0 };
	bool slots = false, outputs = false, buffers = false;

	str_addf(&s, "%u calls, each again with other poison%s: callee-saved (",
		 r->file->calls ? r->file->calls : CT_ROUNDS,
		 r->stepped
			 ? arena_printf(r->arena, ", natively %u more in steps", CT_STEPPED_ROUNDS)
			 : "");
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		if (c->kept.gpr >> i & 1)
			str_addf(&s, "%s ", gpr_name(w, i, word_bytes(w)));
	}
	if (s.s[s.len - 1] == ' ')
		s.len--;
	str_addf(&s,
		 "%s), stack-pointer (%u bytes popped), caller-frame, direction-flag, x87-stack, "
		 "x87-control-word, mxcsr%s",
		 c->kept.xmm ? ", vectors" : "", c->pop, c->varies ? "" : ", depends");
	if (c->has_return || c->call.decl->proto->ret->kind == TYPE_BOOL)
		str_add(&s, ", return");
	if (c->call.place.hidden.nlocs)
		str_add(&s, ", hidden-pointer");
	if (c->keeps_flags)
		str_add(&s, ", status-flags");
	if (c->ncalls)
		str_addf(&s, ", calls, argument, alignment (%u at calls)", c->align_calls);
	for (size_t i = 0; i < c->nout; i++) {
		slots = slots || (c->out[i].slot && c->out[i].has);
		outputs = outputs || (!c->out[i].slot && c->out[i].has);
	}
	for (unsigned i = 0; i < c->ninputs; i++)
		buffers = buffers || c->input[i].d.role == CT_BUFFER ||
			  c->input[i].d.role == CT_STRING;
	str_addf(&s, "%s%s%s%s, fault", outputs ? ", output" : "", slots ? ", stack-slot" : "",
		 buffers ? ", buffer" : "", r->stepped ? ", stack-write, unwind" : "");
	text_wrap(out, style, "  ", "    ", s.s);
	str_free(&s);
}

static void notes(struct str *out, const struct check_run *r, const struct contract *c,
		  const struct text_style *style)
{
	const struct strength *s = r->strength ? &r->strength[c->index] : NULL;

	for (size_t i = 0; s && i < s->nnotes; i++)
		text_wrap(out, style, "    note: ", "      ", s->note[i]);
}

/* Instructions that did not run. */
static void never(struct str *out, const struct check_run *r, const struct contract *c,
		  const struct text_style *style, bool all)
{
	enum { SHOWN = 4 };
	const struct strength *s = r->strength ? &r->strength[c->index] : NULL;

	for (size_t i = 0; s && i < s->nnever; i++) {
		if (i == SHOWN && !all) {
			str_addf(out, "    never ran: %zu more places: -v\n", s->nnever - i);
			break;
		}
		text_wrap(out, style, "    never ran: ", "      ", strength_never(r, &s->never[i]));
	}
}

bool check_refuted(const struct check_run *r, const struct contract *c)
{
	return r->proof && r->proof[c->index].refuted;
}

/* Why it is not proved; only the first line gets the first indent. */
static void lines(struct str *out, const struct check_run *r, const struct contract *c,
		  const struct text_style *style, const char *first, const char *rest)
{
	const char *s = r->proof[c->index].text;

	for (; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		text_wrap(out, style, first, rest,
			  arena_printf(r->arena, "%.*s", (int)strcspn(s, "\n"), s));
		first = rest;
	}
}

static void refuted(struct str *out, const struct check_run *r, const struct contract *c,
		    const struct text_style *style)
{
	const struct prototype *p = c->call.decl->proto;

	paint(out, style, RED, "refuted");
	str_addf(out, "  %s/%s  %s\n", c->call.conv->name, p->name, r->proof[c->index].reached);
	text_wrap(out, style, "  ", "    ",
		  arena_printf(r->arena, "%s:%u: %s", p->pos.file, p->pos.line, p->text));
	lines(out, r, c, style, "  ", "    ");
	str_add(out, "\n");
}

static void functions(struct str *out, const struct check_run *r, const struct text_style *style,
		      bool verbose)
{
	enum { FEW = 4 };

	for (size_t i = 0; i < r->file->n; i++) {
		const struct contract *c = &r->file->v[i];
		enum verdict v = verdict_of(r, c);
		bool hidden = check_refuted(r, c) && v < VERDICT_VIOLATION;
		const char *word = hidden           ? "refuted"
				   : executed(r, c) ? verdict_info[v].name
						    : verdict_info[VERDICT_NOT_RUN].name;

		paint(out, style, hidden ? RED : executed(r, c) ? colour_of(v) : YELLOW, word);
		str_addf(out, "%*s%s/%s", 12 - (int)strlen(word), "", c->call.conv->name,
			 c->call.decl->proto->name);
		if (executed(r, c) && *strength_text(r, c))
			str_addf(out, "  %s%s",
				 r->proof && r->proof[c->index].proved ? "proved + " : "",
				 strength_text(r, c));
		str_add(out, "\n");
		if (executed(r, c) && strength_cycles(r, c))
			text_wrap(out, style, "    ", "      ", strength_cycles(r, c));
		if (verbose)
			looked_at(out, r, c, style);
		if (executed(r, c))
			notes(out, r, c, style);
		if (executed(r, c) && (verbose || r->file->n <= FEW))
			never(out, r, c, style, verbose);
		if (r->proof && !r->proof[c->index].proved && !r->proof[c->index].refuted)
			lines(out, r, c, style, "    not proved: ", "      ");
	}
	str_add(out, "\n");
}

const char *check_places_text(const struct check_run *r, unsigned set)
{
	struct str s = { 0 };
	char *text;

	for (enum place_id p = 0; p < PLACES; p++) {
		if (set >> p & 1)
			str_addf(&s, "%s%s", s.len ? ", " : "", place_name(p));
	}
	text = arena_strdup(r->arena, s.s ? s.s : "");
	str_free(&s);
	return text;
}

const char *check_command(const struct check_run *r, const struct checked_finding *x)
{
	enum place_id p = 0;

	while (!(x->places >> p & 1))
		p++;
	return arena_printf(r->arena, "%s%s%s --seed %llu", r->command,
			    p == PLACE_NATIVE ? "" : " --place ",
			    p == PLACE_NATIVE ? "" : place_name(p), (unsigned long long)x->seed);
}

static void one_finding(struct str *out, const struct check_run *r, const struct checked_finding *x,
			const struct text_style *style)
{
	const struct prototype *p = x->c->call.decl->proto;
	struct str s = { 0 };

	paint(out, style, colour_of(x->f.verdict), verdict_info[x->f.verdict].name);
	str_addf(out, "  %s/%s  %s\n", x->c->call.conv->name, p->name,
		 check_places_text(r, x->places));
	str_addf(&s, "%s:%u: %s", p->pos.file, p->pos.line, p->text);
	text_wrap(out, style, "  ", "    ", s.s);
	s.len = 0;
	str_addf(&s, "%s: %s: expected %s, got %s", checks[x->f.check].name, x->f.subject,
		 x->f.expected, x->f.observed);
	if (x->f.origin)
		str_addf(&s, " (%s)", x->f.origin);
	text_wrap(out, style, "  ", "    ", s.s);
	for (size_t i = 0; i < ARRAY_SIZE(x->more) && x->more[i]; i++)
		text_wrap(out, style, "  ", "    ", x->more[i]);
	if (x->inputs)
		text_wrap(out, style, "  ", "    ", x->inputs);
	text_wrap(out, style, "  ", "    ", x->rule);
	str_addf(out, "  %s\n\n", check_command(r, x));
	str_free(&s);
}

const char *check_known_text(const struct check_run *r, const struct known_line *k)
{
	if (k->vanished)
		return arena_printf(r->arena, "%s: %s: it no longer happens: remove %s",
				    k->function, k->text, k->where);
	return arena_printf(r->arena, "%s: %s%s%s%s", k->function, k->text,
			    k->reference ? " (" : "", k->reference ? k->reference : "",
			    k->reference ? ")" : "");
}

/* Lines of --known: what was found, and what was not and has to go. */
static void accepted(struct str *out, const struct check_run *r, const struct text_style *style,
		     bool quiet)
{
	for (size_t i = 0; i < r->nknown; i++) {
		const struct known_line *k = &r->known[i];

		if (k->vanished)
			text_wrap(out, style, "vanished ", "         ", check_known_text(r, k));
		else if (k->found && !quiet)
			text_wrap(out, style, "known    ", "         ", check_known_text(r, k));
	}
}

enum verdict check_verdict(const struct check_run *r, const struct contract *c)
{
	return executed(r, c) ? verdict_of(r, c) : VERDICT_NOT_RUN;
}

int check_status(const struct check_run *r)
{
	bool wrong = false, unstarted = false;

	for (size_t i = 0; i < r->file->n; i++)
		wrong = wrong || check_verdict(r, &r->file->v[i]) >= VERDICT_VIOLATION ||
			check_refuted(r, &r->file->v[i]);
	for (size_t i = 0; i < r->nknown; i++)
		wrong = wrong || r->known[i].vanished;
	/* What is missing without a reason is not well. */
	for (size_t i = 0; i < r->nplaces; i++) {
		const struct checked_place *p = &r->place[i];

		for (size_t k = 0; k < r->file->n && !p->why_not; k++) {
			bool missing = p->run.v[2 * k].state == OUTCOME_MISSING &&
				       !(r->fitted && r->fitted[k].why_not);

			unstarted = unstarted || (missing && p->run.unstarted);
			wrong = wrong || (missing && !p->run.unstarted);
		}
	}
	return wrong ? 1 : unstarted ? 2 : 0;
}

static bool misses(const struct strength *s, const char *what)
{
	for (size_t i = 0; i < s->nmissing; i++) {
		if (!strcmp(s->missing[i], what))
			return true;
	}
	return false;
}

/* A check that did not run: for all functions, or which. */
static void one_missing(struct str *out, const struct check_run *r, const char *what,
			const struct text_style *style)
{
	enum { SHOWN = 3 };
	struct str s = { 0 };
	size_t n = 0, of = 0, told = 0;

	for (size_t i = 0; i < r->file->n; i++) {
		n += misses(&r->strength[i], what);
		of += r->strength[i].calls > 0;
	}
	str_add(&s, what);
	for (size_t i = 0; n < of && i < r->file->n && told < SHOWN; i++) {
		if (misses(&r->strength[i], what))
			str_addf(&s, "%s%s", told++ ? ", " : ": ",
				 r->file->v[i].call.decl->proto->name);
	}
	if (told && n > told)
		str_addf(&s, " and %zu more", n - told);
	text_wrap(out, style, "not checked: ", "  ", s.s);
	str_free(&s);
}

static void missing(struct str *out, const struct check_run *r, const struct text_style *style)
{
	const char *done[STRENGTH_MISSING] = { NULL };
	size_t ndone = 0;

	for (size_t i = 0; r->strength && i < r->file->n; i++) {
		for (size_t k = 0; k < r->strength[i].nmissing; k++) {
			const char *what = r->strength[i].missing[k];
			bool told = ndone == ARRAY_SIZE(done);

			for (size_t d = 0; d < ndone; d++)
				told = told || !strcmp(done[d], what);
			if (told)
				continue;
			done[ndone++] = what;
			one_missing(out, r, what, style);
		}
	}
	if (ndone)
		str_add(out, "\n");
}

static void totals(struct str *out, const struct check_run *r)
{
	unsigned count[VERDICT_COUNT] = { 0 };
	const char *comma = "";
	unsigned proved = 0, unseen = 0;

	for (size_t i = 0; i < r->file->n; i++) {
		const struct contract *c = &r->file->v[i];
		enum verdict v = check_verdict(r, c);
		bool hidden = check_refuted(r, c) && v < VERDICT_VIOLATION;

		proved += r->proof && r->proof[c->index].proved;
		unseen += hidden;
		count[v] += !hidden;
	}
	str_addf(out, "%zu function%s: ", r->file->n, r->file->n == 1 ? "" : "s");
	for (int v = VERDICT_COUNT; v-- > 0;) {
		if (!count[v])
			continue;
		str_addf(out, "%s%u %s", comma, count[v], verdict_info[v].name);
		comma = ", ";
	}
	if (unseen)
		str_addf(out, "%s%u refuted", comma, unseen);
	if (r->proof)
		str_addf(out, "; %u proved", proved);
	str_add(out, "\n");
}

int check_report(struct str *out, const struct check_run *r, const struct text_style *style,
		 bool verbose, bool quiet)
{
	if (!quiet) {
		header(out, r, style);
		absences(out, r, style);
		str_add(out, "\n");
		functions(out, r, style, verbose);
		report_fitted(out, r, style, verbose);
		missing(out, r, style);
	}
	accepted(out, r, style, quiet);
	for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
		for (size_t i = 0; i < r->nfindings; i++) {
			if (r->finding[i].f.verdict == v)
				one_finding(out, r, &r->finding[i], style);
		}
	}
	for (size_t i = 0; i < r->file->n; i++) {
		if (check_refuted(r, &r->file->v[i]))
			refuted(out, r, &r->file->v[i], style);
	}
	totals(out, r);
	return check_status(r);
}
