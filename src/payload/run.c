/* SPDX-License-Identifier: MIT */
/* The case loop: prepare, run, check, record. Knows nothing of the place it runs in. */
#include "payload/runtime.h"

struct cl_image cl_poison, cl_poison_callee;
struct cl_image cl_before_image, cl_after_image, cl_probe_image, cl_nested_image;
uint8_t cl_before_stack[1024], cl_probe_stack[1024];
uint8_t cl_cell[CL_AREA] __attribute__((aligned(64)));
uint8_t cl_reference[CL_AREA] __attribute__((aligned(64)));
volatile uint8_t cl_arg[CL_AREA] __attribute__((aligned(64)));
volatile uint8_t cl_got[CL_AREA] __attribute__((aligned(64)));
uint8_t cl_ret_cell[CL_RET_BYTES] __attribute__((aligned(16)));
volatile uint8_t cl_ret[CL_VALUE] __attribute__((aligned(64)));
volatile uint8_t cl_got_ret[CL_VALUE] __attribute__((aligned(64)));
volatile uint8_t cl_result[CL_VALUE] __attribute__((aligned(64)));
volatile long long cl_layout[CL_MEMBERS];
volatile long long cl_wide[CL_ARGS], cl_wide_ret;
volatile int cl_wide_int[CL_ARGS], cl_wide_int_ret;
unsigned cl_vmx_flags;
volatile cl_word cl_guest[16], cl_guest_ip, cl_host_ip;
volatile cl_word cl_slot[2];
volatile cl_word cl_live[CL_LIVE], cl_back[2 * CL_LIVE];
volatile double cl_live_double[CL_LIVE_DOUBLES], cl_back_double[2 * CL_LIVE_DOUBLES];
const uint8_t *cl_poison_stack;
cl_word cl_picture_words = sizeof(cl_probe_stack) / sizeof(cl_word);
void (*cl_function)(void);
cl_word cl_stack_top, cl_unset;
volatile uint32_t cl_probe_count, cl_nested_count, cl_ticket;
volatile int cl_fault_kind;
volatile cl_word cl_fault_ip, cl_fault_address;

static void put(struct cl_header *h, const void *data, uint32_t bytes)
{
	uint8_t *to = (uint8_t *)(h + 1) + h->used;

	if (h->capacity - h->used < bytes) {
		h->full = 1;
		return;
	}
	for (uint32_t i = 0; i < bytes; i++)
		to[i] = ((const uint8_t *)data)[i];
	h->used += bytes;
}

static void write_record(struct cl_header *h, const struct cl_case *c, int direction, int flags,
			 const struct verdicts *v)
{
	struct cl_record r = { .index = c->index,
			       .direction = (uint8_t)direction,
			       .flags = (uint8_t)flags,
			       .nfindings = (uint8_t)v->nfindings,
			       .nobservations = (uint8_t)v->nobservations };
	uint32_t bytes = (uint32_t)(sizeof(r) + v->nfindings * sizeof(struct cl_finding) +
				    v->nobservations * sizeof(struct cl_observation));

	if (h->capacity - h->used < bytes) {
		h->full = 1;
		return;
	}
	put(h, &r, sizeof(r));
	for (unsigned i = 0; i < v->nfindings; i++)
		put(h, &v->finding[i].f, sizeof(v->finding[i].f));
	for (unsigned i = 0; i < v->nobservations; i++) {
		struct cl_observation o = { .item = v->observation[i].item,
					    .piece = v->observation[i].piece,
					    .places = { v->observation[i].place[0],
							v->observation[i].place[1] } };

		put(h, &o, sizeof(o));
	}
	h->executed++;
}

static void run_direction(struct cl_header *h, const struct cl_case *c, int direction,
			  uint64_t seed, struct verdicts *v)
{
	static struct cl_values values;

	cl_vmx_flags = c->flags & (CL_FAILING_VMX | CL_ENTERS_GUEST);

	for (int round = 0; round < ROUNDS; round++) {
		int how;

		if (cl_before_round)
			cl_before_round(c, round);
		prepare(c, direction, round, seed, &values);
		cl_function = c->caller;
		cl_ticket++;
		how = cl_run(direction == CL_CALLEE ? c->tramp : cl_call_c);
		cl_ticket++;
		if (cl_after_run)
			cl_after_run(round, v);
		if (how == CL_FAULTED) {
			check_fault(round, cl_fault_kind, cl_fault_ip, cl_fault_address, v);
			/* What the caller had passed until then is known, and often the reason. */
			if (direction == CL_CALLER && cl_probe_count == c->calls)
				check_caller(c, &values, round, CL_ESCAPED, v);
			/* What a broken call wrote may be anything: later rounds add nothing. */
			break;
		}
		if (direction == CL_CALLEE)
			check_callee(c, &values, round, v);
		else
			check_caller(c, &values, round, how, v);
	}
	verdicts_close(v);
	(void)h;
}

void run_record(struct cl_header *h, uint32_t index, int flags, const struct verdicts *v)
{
	const struct cl_case c = { .index = index };

	write_record(h, &c, CL_CALLEE, flags, v);
}

void run_cases(struct cl_header *h, uint32_t first, unsigned directions, uint64_t seed)
{
	static struct verdicts v;

	if (run_contracts) {
		run_contracts(h, first, directions, seed);
		return;
	}
	for (const struct cl_case *const *p = cl_cases; p < cl_cases_end; p++) {
		const struct cl_case *c = *p;

		for (int d = 0; d < CL_DIRECTIONS; d++) {
			bool absent = d == CL_CALLEE ? !c->target : !c->caller;

			if (c->index * 2 + (uint32_t)d < first || !(directions >> d & 1))
				continue;
			if (d == CL_CALLEE && (c->flags & CL_RETURN_UNSPECIFIED))
				absent = true;
			h->current = c->index * 2 + (uint32_t)d;
			v.nfindings = v.nobservations = 0;
			if (!absent)
				run_direction(h, c, d, seed, &v);
			write_record(h, c, d, absent ? CL_ABSENT : 0, &v);
		}
	}
	h->current = CL_NO_CASE;
	h->finished = 1;
}

/* The compiler may call these for loops and copies, here; for C under test there are others, in the
 * convention of its flags (src/gen/table.c). */
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);

#ifdef __x86_64__
#define REP_MOVS_WORDS "rep movsq"
#else
#define REP_MOVS_WORDS "rep movsl"
#endif

void *memcpy(void *to, const void *from, size_t n)
{
	void *r = to;
	size_t words = n / sizeof(cl_word), rest = n % sizeof(cl_word);

	/* Words, then bytes: on an emulated processor each step costs the same. */
	__asm__ volatile(REP_MOVS_WORDS : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
	return r;
}

void *memset(void *to, int value, size_t n)
{
	void *r = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
	return r;
}

void *memmove(void *to, const void *from, size_t n)
{
	uint8_t *d = to;
	const uint8_t *s = from;

	if (d <= s || d >= s + n)
		return memcpy(to, from, n);
	while (n--) {
		d[n] = s[n];
		__asm__ volatile("" : : : "memory"); /* or this loop becomes a call of itself */
	}
	return to;
}
