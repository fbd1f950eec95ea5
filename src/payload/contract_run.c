/* SPDX-License-Identifier: MIT */
/* Calls by contract: each function CT_ROUNDS times with other values, every promise checked after
 * each. The counterpart of cases.c for hand-written assembly. */
#include "payload/contract_fit.h"

#include "payload/handover.h"

enum {
	WORD = sizeof(cl_word),
	STEP = 4, /* in `directions` */
	MOST_EXPLORED = 4,
	MOST_PASSAGES = 8, /* through all rounds, while what fits changes */
	MOST_CLOCK = 150,  /* of ct_clock, for a function: much less than its place allows a case */
	EXCUSED = 10,      /* a call divided by a number that no line speaks of */
	DOES_NOT_FIT = 9   /* how a call ended, besides CL_FAULTED and the like */
};

static struct cl_header *results;

/* From here on it is with inputs that no line speaks of: what they lead the function to overwrite
 * is charged to the record that tells what fits (src/check/fitted.c). */
static void made_up(bool on)
{
	results->current = (results->current & ~1u) | on;
}

uint32_t payload_count(void)
{
	return cl_contract_count;
}

cl_word payload_code(void)
{
	return (cl_word)cl_code_start;
}

unsigned ct_returned(const struct ct_input *d, const struct cl_image *m, uint8_t to[CL_VALUE])
{
	unsigned has = 0;

	for (unsigned i = 0; i < d->nlocs; i++) {
		const struct ct_loc *l = &d->loc[i];
		const uint8_t *from = (const uint8_t *)&m->gpr[l->reg & 15];
		unsigned n = l->bytes;

		if (l->kind == CL_XMM)
			from = vector_in(m, l->reg, n);
		if (l->kind == CL_X87) {
			from = m->fx + FX_ST + 16 * l->reg;
			n = m->fx[FX_FTW] ? 10 : 0;
		}
		if (l->off + n > CL_VALUE)
			continue;
		__builtin_memcpy(to + l->off, from, n);
		if (l->off + n > has)
			has = l->off + n;
	}
	return has;
}

/* An input that comes back in a wide register, or a number with zeros above it. */
static void check_wide_result(const struct ct_contract *c, const uint8_t *got, unsigned bytes)
{
	const struct ct_value *v = &c->returned;
	static uint8_t want[CL_VALUE];

	__builtin_memset(want, 0, sizeof(want));
	ct_evaluate(v, cl_stack_top - WORD, want);
	if (v->kind == CT_INPUT)
		__builtin_memcpy(want, ct_now.values.arg[v->input],
				 min(ct_now.inputs[v->input].size, CL_VALUE));
	for (unsigned i = 0; i < bytes; i += 16) {
		if (same(want + i, got + i, 16))
			continue;
		differ(ct_now.out, CHECK_RETURN, 0, 0, want + i, got + i, 16, nowhere, nowhere);
		return;
	}
}

/* A result that is 0 above its first 16 bytes each time, though nothing below is. */
static void check_zeroed(const struct ct_contract *c, const uint8_t *got, unsigned bytes)
{
	static const uint8_t zeros[CL_VALUE];
	static uint32_t of;
	static unsigned zeroed;
	static bool other;

	if (of != c->key) {
		of = c->key;
		zeroed = 0;
		other = false;
	}
	other = other || !same(got + 16, zeros, bytes - 16);
	zeroed += !same(got, zeros, 16);
	if (other || zeroed < 32 || !(c->flags & CT_ENDS_BY_ZEROING))
		return;
	differ(ct_now.out, CHECK_RETURN, CT_RETURN_ZEROED, 0, zeros, got + 16, 16, nowhere,
	       nowhere);
}

/* A return value, or what the contract says of one. */
static void check_returned(const struct ct_contract *c)
{
	const struct cl_image *m = &cl_after_image;
	const struct ct_input *d = &c->ret;
	uint8_t want[16] = { 0 }, got[CL_VALUE] = { 0 };
	unsigned n = 0, has = ct_returned(d, m, got);

	if (d->nlocs && d->loc[0].kind == CL_X87) {
		if (!m->fx[FX_FTW] && !(c->flags & CT_OUT_REGISTERS))
			differ(ct_now.out, CHECK_RETURN, CT_RETURN_NEVER_SET, 0, want, got, 0,
			       nowhere, nowhere);
		return;
	}
	if (c->flags & CT_HAS_RETURN)
		n = ct_evaluate(ct_now.other && c->flags & CT_RETURN_ELSE ? &c->returned_else
									  : &c->returned,
				cl_stack_top - WORD, want);
	if (has > 16 && d->nlocs == 1 && d->loc[0].bytes > 16 && !(c->flags & CT_OUT_REGISTERS))
		check_zeroed(c, got, has);
	n = min(n, min(has, 16));
	if (n == 16 && has > 16)
		check_wide_result(c, got, has);
	else if (n && !same(want, got, n))
		differ(ct_now.out, CHECK_RETURN, 0, 0, want, got, n, nowhere,
		       search(m, NULL, want, min(n, WORD)));
	else if (!n && d->class == CL_BOOL && has && got[0] > 1 && !(c->flags & CT_OUT_REGISTERS))
		differ(ct_now.out, CHECK_RETURN, CT_RETURN_BOOL, 0, want, got, 1, nowhere, nowhere);
	if (c->hidden.nlocs && m->gpr[0] != (cl_word)cl_result)
		differ_word(ct_now.out, CHECK_HIDDEN, 0, 0, (cl_word)cl_result, m->gpr[0]);
}

static void check_outs(const struct ct_contract *c)
{
	const struct ct_out *outs = ct_at(c->outs);

	for (unsigned i = 0; i < c->nouts; i++) {
		const struct ct_out *o = &outs[i];
		const struct ct_value *v =
			ct_now.other && o->flags & CT_ELSE ? &o->other : &o->value;
		const uint8_t *got = (const uint8_t *)&cl_after_image.gpr[o->n & 15];
		uint8_t want[16];
		unsigned n = ct_evaluate(v, cl_stack_top - WORD, want);

		if (o->flags & CT_SLOT)
			got = (const uint8_t *)(cl_stack_top + (o->n - 1) * WORD);
		n = min(n, WORD);
		if (n && !same(want, got, n))
			differ(ct_now.out, o->flags & CT_SLOT ? CHECK_SLOT : CHECK_OUTPUT, (int)i,
			       0, want, got, n, search(&cl_before_image, NULL, got, min(n, WORD)),
			       search(&cl_after_image, NULL, want, min(n, WORD)));
	}
}

/* Some libraries leave mmx registers in use and have their callers put an end to that. */
static void check_modes(const struct ct_contract *c, struct findings *out)
{
	unsigned was = out->nfindings, n = was;

	/* It comes back with the frame, whichever way it was. */
	if (c->flags & CT_BY_INTERRUPT)
		cl_after_image.flags ^= cl_before_image.flags & FLAG_DF;
	check_state(&cl_before_image, &cl_after_image, c->x87, 0, 0, out);
	for (unsigned i = was; i < out->nfindings; i++) {
		unsigned check = out->finding[i].f.check;

		if (c->flags & CT_LEAVES_MMX && (check == CHECK_MMX || check == CHECK_X87_STACK))
			continue;
		out->finding[n++] = out->finding[i];
	}
	out->nfindings = n;
}

static void check_call(const struct ct_contract *c, int how)
{
	struct findings *out = ct_now.out;
	int round = 0;
	cl_word changed = (cl_before_image.flags ^ cl_after_image.flags) & FLAGS_STATUS;

	ct_check_calls();
	ct_check_buffers();
	if (how == CL_ESCAPED)
		return;
	if (c->flags & (CT_NEVER_RETURNS | CT_JUMPS) && !ct_now.ended)
		differ_word(out, CHECK_ENTERED, 0, round, 1, 0);
	check_returned(c);
	check_outs(c);
	check_saved(&c->saved, round, out);
	if (c->flags & CT_JUMPS && ct_now.ended) {
		if (cl_after_image.gpr[4] != cl_stack_top - WORD)
			differ_word(out, CHECK_SP, 0, round, 0,
				    cl_after_image.gpr[4] - (cl_stack_top - WORD));
	} else {
		check_stack_pointer(NULL, c->pop, round, out);
	}
	check_canary(c->area, round, out);
	check_modes(c, out);
	if (c->flags & CT_KEEPS_STATUS && changed)
		differ_word(out, CHECK_STATUS, 0, round, cl_before_image.flags & FLAGS_STATUS,
			    cl_after_image.flags & FLAGS_STATUS);
}

static bool other_way(const struct ct_contract *c)
{
	if (c->flags & CT_SVM_FAILS)
		return ct_now.round & 1;
	if (!(c->flags & (CT_VMX_EXITS | CT_TDX_CALLS)))
		return c->flags & CT_VMX_FAILS;
	return ct_guest_unknown(c) || (c->flags & CT_VMX_FAILS && ct_now.round & 1);
}

/* Was it what nothing defines that the call reached? */
static bool needs_symbol(struct findings *out)
{
	int missing = ct_missing_symbol();
	const struct ct_probe *p;

	if (missing < 0 || (uint32_t)missing >= cl_probe_total)
		return false;
	p = ct_at(cl_probe_table[missing]);
	ct_now.smashed = p->trap == CT_TRAP_FAULT;
	/* That it gives up is its own affair, unless it always does. */
	if (p->trap == CT_TRAP_END)
		ct_now.gave_up = 1 + (unsigned)missing;
	else
		differ_word(out, CHECK_CALLS, CT_NEEDS + missing, 0, 0, 1);
	return true;
}

/* How c is entered. */
static void (*entry_of(const struct ct_contract *c))(void)
{
	if (!(c->flags & CT_BY_INTERRUPT))
		return cl_contract_step ? cl_contract_step_call : cl_contract_call;
	handler_interrupted(cl_stack_top);
	return c->flags & CT_WITH_ERROR_CODE ? cl_contract_interrupt_error : cl_contract_interrupt;
}

int ct_call(const struct ct_contract *c, const struct ct_sources *sources, struct findings *out)
{
	static struct cl_case asked; /* what a place has to know of a call */
	uint32_t tick = cl_ticks;
	uint64_t from;
	int how;

	asked.flags =
		(uint16_t)(ct_guest_case_flags(c) | (ct_now.interrupted ? CL_INTERRUPTED : 0));
	if (cl_before_round)
		cl_before_round(&asked, ct_now.round);
	if (ct_now.unprepared) {
		check_fault(0, cl_fault_kind, cl_fault_ip, cl_fault_address, out);
		return CL_FAULTED;
	}
	ct_now.out = out;
	ct_now.draw = ct_now.first_draw;
	ct_watch_call();
	ct_now.ended = false;
	ct_now.at = ct_now.nsaid = 0;
	ct_now.stubbed = ct_now.smashed = false;
	ct_now.ncalled = 0;
	for (unsigned i = 0; i < CT_CALLS; i++)
		ct_now.count[i] = 0;
	ct_restore_data();
	ct_apply(sources);
	ct_join_vectors(&cl_poison);
	if (ct_now.clean)
		ct_clean_vectors(&cl_poison);
	ct_guest_ready(c);
	if (ct_now.interrupted)
		cl_poison.flags |= cl_flags_set;
	if (c->flags & CT_BY_INTERRUPT && ct_now.round & 1)
		cl_poison.flags |= FLAG_DF;
	cl_before_image = cl_poison;
	cl_before_image.gpr[4] = cl_stack_top;
	__builtin_memcpy(cl_before_stack, (void *)cl_stack_top, sizeof(cl_before_stack));
	cl_function = (void (*)(void))(cl_word)(ct_now.instead ? ct_now.instead : c->function);
	/* Steps are counted, and breakpoints would be. */
	if (ct_now.interrupted)
		ct_cover_pause();
	cl_ticket++;
	from = cl_contract_bench ? ct_time_stamp() : 0;
	how = cl_run(entry_of(c));
	ct_now.ticks = cl_ticks - tick;
	ct_now.cycles = cl_contract_bench ? (uint32_t)(ct_time_stamp() - from) : 0;
	cl_ticket++;
	results->calls++;
	if (ct_now.interrupted)
		ct_cover_resume();
	/* As long as there is a VMCS to ask. */
	if (how != CL_FAULTED && how != CT_STOPPED)
		ct_check_guest(c);
	if (cl_after_run)
		cl_after_run(0, out);
	if (how == CL_FAULTED && needs_symbol(out))
		how = CT_STOPPED;
	else if (how == CL_FAULTED)
		check_fault(0, cl_fault_kind, cl_fault_ip, cl_fault_address, out);
	else if (how != CT_STOPPED)
		check_call(c, how);
	ct_frame_look(c, how);
	return how;
}

void ct_draw_round(const struct ct_contract *c, int round, int rounds, uint64_t seed)
{
	ct_now.c = c;
	ct_now.round = ct_now.number = round;
	ct_now.rounds = rounds;
	ct_now.extended = 0;
	ct_now.other = other_way(c);
	for (unsigned i = 0; i < CT_ARGS; i++)
		ct_now.bytes[i] = 0;
	ct_draw(seed);
}

const struct merged_finding *ct_find(const struct findings *v, const struct cl_finding *f)
{
	for (unsigned i = 0; i < v->nfindings; i++) {
		if (v->finding[i].f.check == f->check && v->finding[i].f.item == f->item)
			return &v->finding[i];
	}
	return NULL;
}

/* The call as it is, with these narrow inputs extended. */
static int call_extended(const struct ct_contract *c, uint32_t inputs, unsigned bytes,
			 struct findings *out)
{
	static const struct ct_sources none;
	int how;

	out->nfindings = out->nobservations = 0;
	ct_now.extended = inputs;
	ct_now.extended_to = bytes;
	how = ct_call(c, &none, out);
	ct_now.extended = 0;
	return how;
}

/* Does a call that went wrong go right when narrow inputs are extended, to 32 bits or to whole
 * words? Then the function relies on what the psABIs leave open (docs/contracts.md). What else is
 * wrong with it may stay so: that one of its findings goes is enough. */
static bool mended(const struct ct_contract *c, uint32_t inputs, unsigned bytes,
		   const struct findings *was)
{
	static struct findings again;

	call_extended(c, inputs, bytes, &again);
	for (unsigned i = 0; i < was->nfindings; i++) {
		if (!ct_find(&again, &was->finding[i].f))
			return true;
	}
	return false;
}

static bool faults_extended(const struct ct_contract *c, uint32_t inputs, unsigned bytes)
{
	static struct findings again;

	return call_extended(c, inputs, bytes, &again) == CL_FAULTED;
}

static bool loops(const struct findings *v)
{
	const struct cl_finding late = { .check = CHECK_FAULT, .item = CL_FAULT_TIMEOUT };

	return ct_find(v, &late);
}

/* Bytes that all of these inputs have to be extended to for the call to go right; 0: that does not
 * help. */
static unsigned extension(const struct ct_contract *c, uint32_t narrow, const struct findings *v)
{
	for (unsigned bytes = 4; narrow && bytes <= WORD; bytes *= 2) {
		if (mended(c, narrow, bytes, v))
			return bytes;
	}
	return 0;
}

void ct_fault_by_upper_bits(struct findings *told, struct findings *call, cl_word ip)
{
	unsigned n = 0;

	for (unsigned i = 0; i < call->nfindings; i++) {
		if (call->finding[i].f.check != CHECK_FAULT)
			call->finding[n++] = call->finding[i];
	}
	call->nfindings = n;
	for (unsigned i = 0; i < told->nfindings; i++) {
		if (told->finding[i].f.check == CHECK_UPPER)
			__builtin_memcpy(told->finding[i].f.expected, &ip, sizeof(ip));
	}
}

/* One finding of what is above each narrow input that the call relies on. If that is why it faulted
 * it is no fault of its own: `ip' is where. Returns whether that is so. */
static bool blame_upper_bits(const struct ct_contract *c, struct findings *v, cl_word ip)
{
	uint32_t narrow = 0, alone = 0;
	unsigned to;

	/* Where a second endless loop might end more than the call. */
	if (cl_where != CL_IN_PROCESS && loops(v))
		return false;
	for (unsigned i = 0; i < c->ninputs; i++)
		narrow |= (uint32_t)ct_is_narrow(&ct_now.inputs[i]) << i;
	to = extension(c, narrow, v);
	/* The numbers themselves may not fit either. */
	if (!to && narrow && ct_has(v, CHECK_FAULT) && !ct_returns_when_tame(c, false))
		to = extension(c, narrow, v);
	if (!to)
		return false;
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (narrow >> i & 1 && mended(c, 1u << i, to, v))
			alone |= 1u << i;
	}
	for (unsigned i = 0; i < c->ninputs; i++) {
		if ((alone ? alone : narrow) >> i & 1)
			differ_word(v, CHECK_UPPER, (int)i, 0, 0, to);
	}
	/* Where no document says who extends it stays a fault, too. */
	if (!ip || !(c->flags & CT_UPPER_STATED) || faults_extended(c, narrow, to))
		return false;
	ct_fault_by_upper_bits(v, v, ip);
	return true;
}

/* Collecting ---------------------------------------------------------------------------------- */

/* All findings of a function, out of reach of what code under test may overwrite: behind the
 * records. What was found stays found. */
struct collected {
	struct cl_header *h;
	struct findings *v;
	uint32_t index, used; /* of its contract; bytes of records before it */
	unsigned told;        /* calls of which the inputs are told */
	unsigned unfit;       /* rounds that did not fit */
	unsigned judged;      /* rounds that were judged */
	int rounds;           /* there are of it; 0: nothing fits */
	unsigned passage;     /* through all of them, and what is explored then */
	uint32_t began;       /* by ct_clock */
	bool returned;        /* one of them came to an end of its own */
};

/* The inputs of the call, for the report. Returns which of the calls told it is. */
static unsigned tell_inputs(const struct ct_contract *c, struct collected *to)
{
	struct findings *v = to->v;
	const unsigned most = sizeof(v->observation) / sizeof(v->observation[0]);

	if (v->nobservations + c->ninputs + 1 > most)
		return CT_UNTOLD;
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct merged_observation *w = &v->observation[v->nobservations++];

		*w = (struct merged_observation){ .item = (uint16_t)i, .piece = (uint8_t)to->told };
		__builtin_memcpy(&w->place[0], ct_now.values.arg[i], min(ct_now.inputs[i].size, 8));
		w->place[1] = ct_now.bytes[i];
	}
	v->observation[v->nobservations++] =
		(struct merged_observation){ .item = CT_WAY,
					     .piece = (uint8_t)to->told,
					     .place = { ct_now.other, (uint64_t)ct_now.number } };
	return to->told++;
}

/* What is new of a round's findings, each with the call it was made in, and what narrows those that
 * are known. */
static void collect(const struct ct_contract *c, struct collected *to, const struct findings *now)
{
	struct findings *v = to->v;
	const unsigned most = sizeof(v->finding) / sizeof(v->finding[0]);
	unsigned call = CT_UNTOLD;
	bool fresh = false;

	for (unsigned i = 0; i < now->nfindings; i++) {
		struct merged_finding *known =
			(struct merged_finding *)ct_find(v, &now->finding[i].f);

		for (int k = 0; known && k < 2; k++) {
			known->origin[k] &= now->finding[i].origin[k];
			known->found[k] &= now->finding[i].found[k];
		}
		if (known || v->nfindings == most)
			continue;
		if (!fresh)
			call = tell_inputs(c, to);
		fresh = true;
		v->finding[v->nfindings] = now->finding[i];
		v->finding[v->nfindings++].f.round = (uint8_t)call;
	}
	if (!fresh)
		return;
	/* A later record of a function takes the place of an earlier one. */
	findings_close(v, (struct areas){ 0, 0 });
	to->h->used = to->used;
	record_write(to->h, to->index, CL_CALLEE, 0, v);
	to->h->executed--;
}

/* Of calls that end badly, a few are enough: each takes its time. */
struct patience {
	unsigned faults, loops;
};

static bool out_of_patience(struct patience *p, int how)
{
	enum { MOST_FAULTS = 60, MOST_LOOPS = 2 };

	if (how != CL_FAULTED)
		return false;
	p->loops += cl_fault_kind == CL_FAULT_TIMEOUT;
	/* In ring 0 a fault may have left anything. */
	return cl_where != CL_IN_PROCESS || p->loops >= MOST_LOOPS || ++p->faults >= MOST_FAULTS;
}

/* Large buffers cost time: then fewer rounds have to do. */
static int rounds_affordable(const struct ct_contract *c)
{
	enum { MUCH = 8192, LEAST = 250 };
	uint32_t bytes = 0;
	int rounds;

	for (unsigned i = 0; i < c->ninputs; i++)
		bytes += ct_now.inputs[i].bytes;
	if (bytes <= MUCH)
		return CT_ROUNDS;
	rounds = (int)(CT_ROUNDS * MUCH / bytes);
	return rounds < LEAST ? LEAST : rounds;
}

static int rounds_wanted(const struct ct_contract *c)
{
	if (cl_contract_step)
		return CT_STEPPED_ROUNDS;
	if (cl_contract_rounds)
		return (int)cl_contract_rounds;
	if (cl_where != CL_IN_PROCESS)
		return CT_ROUNDS_SLOW;
	return rounds_affordable(c);
}

/* What it did wrong is not its doing if it jumped out of a table of jumps. */
static bool strayed(const struct ct_contract *c)
{
	if (!ct_strays(c))
		return false;
	ct_refit();
	return true;
}

/* It came to what never ran only because it jumped where no jump leads. */
static bool is_lost(const struct ct_contract *c)
{
	bool lost;

	if (!ct_cover_fresh() || !ct_explore_guessed())
		return false;
	ct_cover_pause();
	lost = ct_strays(c);
	ct_cover_resume();
	return lost;
}

static bool excused(const struct ct_contract *c)
{
	bool divides;

	if (cl_fault_kind != CL_FAULT_FPE && cl_fault_kind != CL_FAULT_SEGV)
		return false;
	ct_cover_pause();
	divides = ct_divides(c);
	ct_cover_resume();
	return divides;
}

/* One round: a call, and the same call with other poison. How the first ended. */
static int one_round(const struct ct_contract *c, struct collected *to, uint64_t seed)
{
	static const struct ct_sources none;
	static struct findings now;
	struct kept_findings {
		unsigned findings, observations, told;
	} was;
	bool known = true;
	int how;

	now.nfindings = now.nobservations = 0;
	how = ct_call(c, &none, &now);
	/* That buffers may overlap is guessed: what a function makes of it is its own affair, as
	 * long as it returns. */
	if (how == CL_FAULTED && ct_now.overlaps)
		return CL_ESCAPED;
	if (how == CL_FAULTED && ct_explore_guessed())
		return DOES_NOT_FIT;
	if (how == CL_FAULTED && excused(c))
		return EXCUSED;
	if (how == CL_FAULTED) {
		int round = ct_now.round, rounds = ct_now.rounds, number = ct_now.number;
		bool unfit, guessed;

		ct_cover_pause();
		guessed = results->current & 1;
		made_up(true);
		unfit = ct_unfit(c);
		made_up(guessed);
		ct_cover_resume();
		if (unfit)
			return DOES_NOT_FIT;
		/* What that tried is forgotten. */
		ct_draw_round(c, round, rounds, seed);
		ct_now.number = number;
	}
	if ((how == CL_CAME_BACK || how == CT_STOPPED) && now.nfindings) {
		bool overran;

		ct_cover_pause();
		overran = ct_overran(c, &now) || strayed(c);
		ct_cover_resume();
		if (overran)
			return DOES_NOT_FIT;
	}
	/* Numbers out of all bounds lead to memory of other inputs, too. */
	if ((ct_has(&now, CHECK_BUFFER) && ct_explore_guessed()) || ct_widen_for(c, &now) ||
	    is_lost(c))
		return DOES_NOT_FIT;
	for (unsigned i = 0; i < now.nfindings; i++)
		known = known && ct_find(to->v, &now.finding[i].f);
	/* At once: what follows may end all of it. */
	was = (struct kept_findings){ to->v->nfindings, to->v->nobservations, to->told };
	collect(c, to, &now);
	if (cl_contract_step)
		return how;
	if (!known && how != CT_STOPPED &&
	    blame_upper_bits(c, &now, how == CL_FAULTED ? cl_fault_ip : 0)) {
		to->v->nfindings = was.findings;
		to->v->nobservations = was.observations;
		to->told = was.told;
	}
	/* Of calls that were made up, only where there is something new. */
	if (how != CL_FAULTED && how != CT_STOPPED && (!ct_now.nchanges || ct_cover_fresh()) &&
	    ct_compare(c, how, &now)) {
		ct_refit();
		return DOES_NOT_FIT;
	}
	if (how == CL_CAME_BACK)
		ct_against(c, &now);
	if (how == CL_CAME_BACK)
		ct_interrupt(c, &now);
	collect(c, to, &now);
	if (how == CL_CAME_BACK)
		ct_look_for_dirt(c);
	return how;
}

/* What fits is less now. That memory was other in equal calls may have come from what does not fit
 * any more: all rounds are made again, and it is told again if it did not. */
static void forget_memory(struct findings *v)
{
	unsigned n = 0;

	for (unsigned i = 0; i < v->nfindings; i++) {
		const struct cl_finding *f = &v->finding[i].f;

		if (f->check != CHECK_DEPENDS || !ct_in_memory(f->loc))
			v->finding[n++] = v->finding[i];
	}
	v->nfindings = n;
}

/* What ran in calls that were explored ran: only before that it is forgotten. */
static void start_anew(const struct ct_contract *c, const struct collected *to)
{
	ct_explore_begin();
	if (to->passage)
		return;
	ct_cover_end();
	ct_cover_begin(c);
}

/* A function that takes long is called less often where a call is slow: how often is told. */
static bool out_of_time(const struct collected *to)
{
	return cl_where != CL_IN_PROCESS && ct_clock() - to->began > MOST_CLOCK;
}

/* Rounds of inputs as they are promised. How many there were. */
static int rounds_of(const struct ct_contract *c, uint64_t seed, struct collected *to)
{
	struct patience patience = { 0, 0 };
	const cl_word top = cl_stack_top;
	int rounds = rounds_wanted(c), how = CL_CAME_BACK, left = MOST_PASSAGES * rounds;

	for (int round = 0; round < rounds && !out_of_patience(&patience, how); round++) {
		bool fitted = ct_fitted(), fits;

		cl_stack_top = top;
		ct_draw_round(c, round, rounds, seed);
		how = one_round(c, to, seed);
		if (how == EXCUSED) {
			ct_cover_forget();
			continue;
		}
		if (how != DOES_NOT_FIT) {
			to->judged++;
			if (ct_cover_keep())
				ct_explore_remember(round);
			to->returned = to->returned || how != CT_STOPPED;
			if (out_of_time(to))
				break;
			continue;
		}
		to->unfit++;
		ct_cover_forget();
		ct_cover_pause();
		made_up(true);
		fits = ct_fit(c, seed);
		made_up(false);
		ct_cover_resume();
		if (!fits) {
			to->v->nfindings = fitted ? to->v->nfindings : 0;
			return 0;
		}
		/* Now with what fits, and nothing that others brought up. */
		if (!fitted) {
			to->v->nfindings = to->v->nobservations = to->told = to->judged = 0;
			rounds = rounds_wanted(c);
			left = MOST_PASSAGES * rounds;
		}
		/* All rounds anew: they are those that the lines that say what fits will make. */
		left -= round;
		if (left > 0) {
			forget_memory(to->v);
			start_anew(c, to);
			round = -1;
		}
	}
	return rounds;
}

/* Then toward what did not run. Is what fits another now? */
static bool explore(const struct ct_contract *c, uint64_t seed, struct collected *to, int rounds)
{
	const cl_word top = cl_stack_top;
	struct patience patience = { 0, 0 };
	int how = CL_CAME_BACK;
	bool changed = false;

	for (int n = rounds; ct_explore_draw(c, rounds, seed); n++) {
		unsigned reached;
		bool bad;

		ct_now.number = n;
		made_up(ct_explore_made_up(c));
		how = one_round(c, to, seed);
		/* What fits turns out to be less, or to need more memory. */
		if (how == DOES_NOT_FIT && ct_fitted() && !ct_explore_guessed()) {
			ct_cover_pause();
			changed = ct_fit(c, seed) || changed;
			ct_cover_resume();
		}
		bad = how == DOES_NOT_FIT || how == EXCUSED;
		reached = bad ? ct_cover_forget() : ct_cover_keep();
		to->judged += !bad;
		ct_explore_learn(reached, bad);
		cl_stack_top = top;
		if (out_of_patience(&patience, how) || out_of_time(to))
			break;
	}
	ct_explore_end();
	ct_now.nchanges = 0;
	made_up(false);
	if (changed)
		forget_memory(to->v);
	return changed;
}

/* There are no registers for what it takes, or the guest that is to be entered cannot be and no
 * call is to fail. */
static bool cannot_run(const struct ct_contract *c)
{
	return c->vector > cl_vector_bytes || (ct_guest_unknown(c) && !(c->flags & CT_VMX_FAILS));
}

static void one_contract(const struct ct_contract *c, uint64_t seed, struct collected *to)
{
	static struct ct_input inputs[CT_ARGS + 1];
	const cl_word top = cl_stack_top;

	ct_now.gave_up = 0;
	to->returned = false;
	to->began = ct_clock();
	ct_keep_data();
	ct_fit_begin(c, seed);
	ct_notes_begin();
	ct_frame_begin();
	__builtin_memcpy(inputs, ct_at(c->inputs), c->ninputs * sizeof(inputs[0]));
	ct_now.inputs = inputs;
	/* Until what fits stays as it is. */
	ct_draw_round(c, 0, rounds_wanted(c), seed);
	ct_guest_try(c);
	for (to->passage = 0; to->passage < MOST_EXPLORED && !cannot_run(c); to->passage++) {
		int rounds;

		start_anew(c, to);
		rounds = to->rounds = rounds_of(c, seed, to);
		cl_stack_top = top;
		if (!rounds || !ct_cover_known() || !explore(c, seed, to, rounds))
			break;
		cl_stack_top = top;
	}
	cl_stack_top = top;
	ct_restore_data();
	if (ct_now.gave_up && !to->returned && !to->v->nfindings) {
		static struct findings all;

		all.nfindings = all.nobservations = 0;
		differ_word(&all, CHECK_CALLS, (int)(CT_NEEDS + ct_now.gave_up - 1), 0, 0, 2);
		collect(c, to, &all);
	}
}

/* How much was looked at, and what fits, in a record of its own. */
static void tell_strength(const struct ct_contract *c, struct collected *to, uint64_t seed)
{
	unsigned unchecked = (ct_varied(c) ? CT_NO_EQUAL_CALLS : 0) |
			     (ct_cover_known() ? 0 : CT_NO_BLOCKS) |
			     (ct_guest_unknown(c) ? CT_NO_EXITS : 0);

	to->v->nfindings = 0;
	to->v->nobservations = 1;
	to->v->observation[0] = (struct merged_observation){
		.item = CT_STRENGTH,
		.piece = CT_STRENGTH_CALLS,
		.place = { to->judged, unchecked },
	};
	ct_cover_tell(to->v);
	ct_notes_tell(to->v);
	ct_cover_pause();
	if (cl_contract_bench && to->rounds)
		ct_bench(c, to->rounds, seed, to->v);
	ct_cover_end();
	if (to->unfit)
		ct_fit_tell(c, to->v);
	record_write(to->h, to->index, CL_CALLER, 0, to->v);
	to->h->executed--;
}

/* The end of the memory for results. */
static struct findings *behind_records(struct cl_header *h)
{
	uint32_t at = (h->capacity - (uint32_t)sizeof(struct findings)) & ~15u;

	h->capacity = at;
	return (struct findings *)((uint8_t *)(h + 1) + at);
}

void payload_run(struct cl_header *h, uint32_t first, unsigned directions, uint64_t seed)
{
	struct collected to = { .h = h, .v = behind_records(h) };

	results = h;
	cl_contract_step = directions & STEP ? 1 : 0;
	ct_start();
	for (uint32_t i = 0; i < cl_contract_count; i++) {
		const struct ct_contract *c = ct_at(cl_contract_table[i]);

		if (2 * i < first)
			continue;
		if (cl_case_limit && i >= first / 2 + cl_case_limit)
			break;
		h->current = 2 * i;
		to.v->nfindings = to.v->nobservations = 0;
		to.index = i;
		to.used = h->used;
		to.told = to.unfit = to.judged = 0;
		one_contract(c, seed, &to);
		h->used = to.used;
		record_write(h, i, CL_CALLEE, cannot_run(c) ? CL_ABSENT : 0, to.v);
		tell_strength(c, &to, seed);
		h->settled = h->used;
	}
	h->current = CL_NO_CASE;
	h->finished = 1;
}
