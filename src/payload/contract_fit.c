/* SPDX-License-Identifier: MIT */
/* Inputs that fit: what a prototype does not say is found by running. A call that faults because of
 * an input that no line speaks of is no accusation. First tame inputs are looked for with which the
 * function returns: small integers, memory on both sides of each pointer. From there each integer
 * is tried by itself, from wide to a few values; what does not go together is narrowed; alignments
 * are lowered and memory is drawn tight as far as the calls still return. */
#include "payload/contract_run.h"

#include "payload/handover.h"

enum {
	ROUNDS_ASKED = 1000,
	MOST_LATE = 4,      /* endless loops that are put up with */
	MOST_CHANGES = 200, /* of what was found before */
	HALF = CT_AREA / 2,
	ROOM = CT_AREA - 64 /* it may be moved by less than that */
};

/* What was found of the function under way. */
static struct {
	bool tried, found;
	unsigned late, changes;
	int64_t base[CT_ARGS];
	cl_word stopped_ip, stopped_address;
	uint64_t seed;
	int round;
	int failed, rounds; /* the round that did not fit */
	uint32_t extended;  /* inputs without dirt above them: with it nothing fits */
} fit;

static struct ct_input asked[CT_ARGS + 1]; /* as they were before */

void ct_fit_begin(const struct ct_contract *c, uint64_t seed)
{
	__builtin_memset(&fit, 0, sizeof(fit));
	fit.seed = seed;
	fit.round = CT_FIRST_TRIAL;
	__builtin_memcpy(asked, ct_at(c->inputs), c->ninputs * sizeof(asked[0]));
}

bool ct_fitted(void)
{
	return fit.found;
}

static bool unsaid_pointer(const struct ct_input *d)
{
	return d->role == CT_PAGE && d->flags & CT_UNSAID;
}

static bool unsaid_number(const struct ct_input *d)
{
	return d->flags & CT_UNSAID && d->role <= CT_SET && d->size <= 8 &&
	       (d->class == CL_SIGNED || d->class == CL_UNSIGNED);
}

static int64_t number_in(unsigned i)
{
	const struct ct_input *d = &ct_now.inputs[i];
	uint64_t v = 0;

	__builtin_memcpy(&v, ct_now.values.arg[i], min(d->size, 8));
	if (d->class == CL_SIGNED && d->size < 8 && v >> (d->size * 8 - 1) & 1)
		v |= ~0ull << (d->size * 8);
	return (int64_t)v;
}

static void set_number(unsigned i, int64_t v)
{
	__builtin_memcpy(ct_now.values.arg[i], &v, min(ct_now.inputs[i].size, 8));
}

static int64_t pair(const uint32_t v[2])
{
	return (int64_t)(v[0] | (uint64_t)v[1] << 32);
}

static void set_range(struct ct_input *d, int64_t from, int64_t to, uint32_t step)
{
	d->role = CT_RANGE;
	d->from[0] = (uint32_t)from;
	d->from[1] = (uint32_t)((uint64_t)from >> 32);
	d->to[0] = (uint32_t)to;
	d->to[1] = (uint32_t)((uint64_t)to >> 32);
	d->multiple = step;
}

/* Calls --------------------------------------------------------------------------------------- */

static bool call(const struct ct_contract *c)
{
	static const struct ct_sources none;
	static struct findings ignored;
	int how;

	ignored.nfindings = ignored.nobservations = 0;
	ct_now.extended = fit.extended;
	ct_now.extended_to = sizeof(cl_word);
	how = ct_call(c, &none, &ignored);
	ct_now.extended = 0;
	if (how == CL_FAULTED && cl_fault_kind == CL_FAULT_TIMEOUT)
		fit.late++;
	return how != CL_FAULTED;
}

static uint32_t narrow_inputs(const struct ct_contract *c)
{
	uint32_t narrow = 0;

	for (unsigned i = 0; i < c->ninputs; i++)
		narrow |= (uint32_t)ct_is_narrow(&ct_now.inputs[i]) << i;
	return narrow;
}

/* Does the call return when narrow inputs are extended? Then not they, but what is above them is to
 * blame. */
static bool returns_when_extended(const struct ct_contract *c)
{
	uint32_t was = fit.extended;
	bool returns;

	fit.extended = narrow_inputs(c);
	returns = fit.extended && call(c);
	fit.extended = was;
	return returns;
}

/* Now and then all numbers are as large as they may be, or as small, distances of rows apart from
 * the others: most memory is reached then. */
static void go_to_corner(const struct ct_contract *c, unsigned round)
{
	enum { LARGE = 1, LARGE_STRIDE = 2 };
	static const uint8_t corners[] = { LARGE | LARGE_STRIDE, LARGE, LARGE_STRIDE, 0 };
	uint8_t corner = corners[round / 2 % 4];

	if (!(round & 1))
		return;
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct ct_input *d = &ct_now.inputs[i];
		bool large = corner & (d->flags & CT_STRIDE ? LARGE_STRIDE : LARGE);

		if (unsaid_number(&asked[i]) && d->role == CT_RANGE)
			set_number(i, pair(large ? d->to : d->from));
	}
}

/* Do so many rounds of calls return? */
static bool fits(const struct ct_contract *c, unsigned rounds)
{
	for (unsigned k = 0; k < rounds; k++) {
		if (fit.late >= MOST_LATE)
			return false;
		ct_draw_round(c, fit.round++, ROUNDS_ASKED, fit.seed);
		go_to_corner(c, k);
		if (!call(c))
			return false;
	}
	return true;
}

/* Blame --------------------------------------------------------------------------------------- */

struct fault {
	int kind;
	cl_word ip, address;
};

static struct fault last_fault(void)
{
	return (struct fault){ cl_fault_kind, cl_fault_ip, cl_fault_address };
}

static bool other_fault(const struct fault *f)
{
	return f->kind != cl_fault_kind || f->ip != cl_fault_ip || f->address != cl_fault_address;
}

static bool in_code(cl_word ip)
{
	return ip >= (cl_word)cl_code_start && ip < (cl_word)cl_rodata;
}

/* Faults that no input excuses: a return to what is no return address, a system call, an
 * instruction that is there to trap. */
static bool inexcusable(const struct fault *f)
{
	const uint8_t *code = (const uint8_t *)f->ip;
	const cl_word *popped = (const cl_word *)(cl_fault_sp - sizeof(cl_word));

	if (f->kind == CL_FAULT_SYS || f->kind == CL_FAULT_TRAP)
		return true;
	if (in_code(f->ip)) {
		if (*code == 0xc3 || *code == 0xc2)
			return true;
		return f->kind == CL_FAULT_ILL && code[0] == 0x0f &&
		       (code[1] == 0x0b || code[1] == 0xb9 || code[1] == 0xff);
	}
	return cl_fault_sp > (cl_word)cl_test_stack + CL_PAGE &&
	       cl_fault_sp <= (cl_word)cl_test_stack + CL_PAGE + CL_TEST_STACK && *popped == f->ip;
}

/* All memory of which nothing is said in another place, and with contents of this kind; numbers
 * stay. */
static bool other_with_contents(const struct ct_contract *c, const struct fault *f,
				unsigned contents)
{
	static struct cl_values values;
	uint32_t were[CT_ARGS];
	bool other;

	values = ct_now.values;
	for (unsigned i = 0; i < c->ninputs; i++) {
		were[i] = ct_now.inputs[i].contents;
		if (unsaid_pointer(&ct_now.inputs[i]))
			ct_now.inputs[i].contents = contents;
	}
	ct_draw_round(c, fit.round++, ROUNDS_ASKED, fit.seed);
	for (unsigned i = 0; i < c->ninputs; i++) {
		ct_now.inputs[i].contents = were[i];
		if (!unsaid_pointer(&ct_now.inputs[i]) && ct_now.inputs[i].role <= CT_SET)
			__builtin_memcpy(ct_now.values.arg[i], values.arg[i], CL_VALUE);
	}
	other = call(c) || other_fault(f);
	ct_now.values = values;
	return other;
}

static bool other_with_memory(const struct ct_contract *c, const struct fault *f)
{
	bool any = false;

	for (unsigned i = 0; i < c->ninputs; i++)
		any = any || unsaid_pointer(&ct_now.inputs[i]);
	for (unsigned k = 0; any && k < CT_CONTENTS; k++) {
		if (other_with_contents(c, f, k))
			return true;
	}
	return false;
}

static bool other_with_number(const struct ct_contract *c, const struct fault *f, unsigned i)
{
	static const int8_t values[] = { 16, 1, 0, 64 };
	int64_t was = number_in(i);
	bool other = false;

	for (unsigned k = 0; k < sizeof(values) && !other; k++) {
		if (values[k] == was)
			continue;
		set_number(i, values[k]);
		other = call(c) || other_fault(f);
	}
	set_number(i, was);
	return other;
}

/* Numbers as they are used: none below 0, small ones, powers of two. */
static bool plain(int64_t v)
{
	return v >= 0 && (v <= 64 || !(v & (v - 1)));
}

static bool all_plain(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (unsaid_number(&ct_now.inputs[i]) && !plain(number_in(i)))
			return false;
	}
	return true;
}

/* All numbers at once: of two that are absurd none alone makes the difference. */
static bool returns_when_tame(const struct ct_contract *c)
{
	bool any = false;

	ct_draw_round(c, fit.failed, fit.rounds, fit.seed);
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (!unsaid_number(&ct_now.inputs[i]))
			continue;
		set_number(i, fit.found                            ? fit.base[i]
			      : ct_now.inputs[i].flags & CT_STRIDE ? 128
								   : 16);
		any = true;
	}
	return any && call(c);
}

/* Of a counter any value may fit, but some take too long. */
static void stay_in_ranges(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++)
		ct_now.inputs[i].flags &= ~(uint32_t)CT_ALSO_ANY;
}

bool ct_unfit(const struct ct_contract *c)
{
	struct fault f = last_fault();
	struct ct_sources all;
	static struct findings ignored;
	bool any = false;

	for (unsigned i = 0; i < c->ninputs; i++)
		any = any || unsaid_pointer(&ct_now.inputs[i]) || unsaid_number(&ct_now.inputs[i]);
	fit.failed = ct_now.round;
	fit.rounds = ct_now.rounds;
	if (!any || cl_where != CL_IN_PROCESS || cl_contract_step)
		return false;
	if (f.kind == CL_FAULT_TIMEOUT && fit.found && !all_plain(c)) {
		stay_in_ranges(c);
		return true;
	}
	if (f.kind == CL_FAULT_TIMEOUT)
		return !fit.found || ++fit.late < MOST_LATE;
	if (returns_when_extended(c))
		return false;
	/* Absurd numbers excuse everything, a smashed stack, too. */
	if (!all_plain(c)) {
		if (returns_when_tame(c))
			return true;
		ct_draw_round(c, fit.failed, fit.rounds, fit.seed);
		call(c);
		f = last_fault();
	}
	if (inexcusable(&f))
		return false;
	/* Of its own code, an instruction that this processor lacks; or else a wild jump to it. */
	if (f.kind == CL_FAULT_ILL && in_code(f.ip))
		return returns_when_tame(c);
	/* What poison changes is no input's fault; but what is above a narrow input goes with it.
	 */
	for (unsigned i = 0; i < CT_SOURCES; i++)
		all.other[i] = i < CT_FROM_UPPER || i >= CT_FROM_BESIDE;
	ignored.nfindings = ignored.nobservations = 0;
	if (ct_call(c, &all, &ignored) != CL_FAULTED || other_fault(&f))
		return false;
	for (unsigned i = 0; i < c->ninputs; i++) {
		if (unsaid_number(&ct_now.inputs[i]) && other_with_number(c, &f, i))
			return true;
	}
	return other_with_memory(c, &f);
}

bool ct_make_plain(const struct ct_contract *c, bool all)
{
	bool changed = false;

	for (unsigned i = 0; fit.found && i < c->ninputs; i++) {
		if (!unsaid_number(&asked[i]) || asked[i].role == CT_SET ||
		    number_in(i) == fit.base[i] || (!all && plain(number_in(i))))
			continue;
		set_number(i, fit.base[i]);
		changed = true;
	}
	return changed;
}

/* A base to start from ------------------------------------------------------------------------ */

static void pin(const struct ct_contract *c, int64_t number, int64_t stride)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!unsaid_number(&asked[i]) || asked[i].role == CT_SET)
			continue;
		fit.base[i] = d->flags & CT_STRIDE ? stride : number;
		set_range(d, fit.base[i], fit.base[i], 1);
	}
}

static void pin_at_random(const struct ct_contract *c)
{
	static const int16_t pool[] = { 0, 1, 2, 3, 4, 8, 16, 32, 64, 128 };

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];
		int64_t v;

		if (!unsaid_number(&asked[i]) || asked[i].role == CT_SET)
			continue;
		v = pool[prepare_next(&ct_now.first_draw) % (sizeof(pool) / sizeof(pool[0]))];
		fit.base[i] = d->flags & CT_STRIDE && v < 32 ? 128 : v;
		set_range(d, fit.base[i], fit.base[i], 1);
	}
}

/* Memory on both sides, as well aligned as any code asks for. */
static void give_room(const struct ct_contract *c, unsigned contents)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!unsaid_pointer(&asked[i]))
			continue;
		d->bytes = ROOM;
		d->at = HALF;
		d->align = 64;
		d->shift = 0;
		d->contents = contents;
		d->flags |= CT_MIDDLE;
	}
}

static bool find_base(const struct ct_contract *c)
{
	static const uint8_t tame[] = { 16, 8, 32, 4, 64, 1, 2, 128, 0 };
	enum { ENOUGH = 3, MOST_RANDOM = 150 };

	for (unsigned contents = 0; contents < CT_CONTENTS; contents++) {
		give_room(c, contents);
		for (unsigned k = 0; k < sizeof(tame); k++) {
			pin(c, tame[k], tame[k] > 64 ? 256 : 128);
			if (fits(c, ENOUGH))
				return true;
			if (!k && !contents) {
				fit.stopped_ip = cl_fault_ip;
				fit.stopped_address = cl_fault_address;
			}
			if (fit.late >= MOST_LATE)
				return false;
		}
		for (unsigned k = 0; k < MOST_RANDOM && fit.late < MOST_LATE; k++) {
			pin_at_random(c);
			if (fits(c, ENOUGH))
				return true;
		}
	}
	return false;
}

/* Numbers ------------------------------------------------------------------------------------- */

/* In order; small ones are all there. */
static const int16_t tried[] = { -256, -128, -64,  -63,  -32, -17, -16, -15, -8,  -4,  -3,   -2,
				 -1,   0,    1,    2,    3,   4,   5,   6,   7,   8,   9,    10,
				 11,   12,   13,   14,   15,  16,  17,  18,  19,  20,  21,   22,
				 23,   24,   25,   26,   27,  28,  29,  30,  31,  32,  33,   34,
				 36,   40,   44,   47,   48,  49,  56,  63,  64,  65,  66,   68,
				 72,   80,   95,   96,   97,  112, 127, 128, 129, 160, 192,  224,
				 255,  256,  257,  320,  384, 511, 512, 513, 640, 768, 1000, 1023,
				 1024, 1025, 1536, 2048, 4096 };
enum { TRIED = sizeof(tried) / sizeof(tried[0]) };

/* The values of a set are kept here: tables cannot be written. */
static uint32_t set_values[CT_ARGS][32];

static bool power_of_two(int64_t v)
{
	return v >= 0 && !(v & (v - 1));
}

static bool set_of(unsigned i, const bool *ok, bool powers)
{
	struct ct_input *d = &ct_now.inputs[i];
	unsigned n = 0;

	for (unsigned k = 0; k < TRIED && n < 16; k++) {
		if (!ok[k] || (powers && !power_of_two(tried[k])))
			continue;
		set_values[i][2 * n] = (uint32_t)tried[k];
		set_values[i][2 * n + 1] = tried[k] < 0 ? ~0u : 0;
		n++;
	}
	if (n < 2)
		return false;
	d->role = CT_SET;
	d->set = (uint32_t)(cl_word)set_values[i];
	d->nset = n;
	return true;
}

/* The longest run of multiples that are all right, around the base. */
static unsigned run_of(unsigned i, const bool *ok, int step, int64_t *from, int64_t *to)
{
	int64_t base = fit.base[i];
	unsigned n = 1, k = 0;

	while (k < TRIED && tried[k] < base)
		k++;
	*from = *to = base;
	for (unsigned j = k; j < TRIED; j++) {
		if (tried[j] == base || tried[j] % step)
			continue;
		if (!ok[j])
			break;
		*to = tried[j];
		n++;
	}
	for (unsigned j = k; j-- > 0;) {
		if (tried[j] % step)
			continue;
		if (!ok[j])
			break;
		*from = tried[j];
		n++;
	}
	return n;
}

/* Of what fits as much as is usually passed: more would only take more memory. */
static void usual(const struct ct_input *d, int64_t *from, int64_t *to)
{
	int64_t least = d->flags & CT_STRIDE ? -128 : 0;
	int64_t most = d->flags & CT_STRIDE ? 256 : d->flags & CT_LENGTH ? 4096 : 128;

	if (*from < least && *to >= least)
		*from = least;
	if (*to > most && *from <= most)
		*to = most;
}

/* From single values to a range, its multiples, or a set. */
static void choose_domain(unsigned i, const bool *ok)
{
	struct ct_input *d = &ct_now.inputs[i];
	int64_t from, to, best_from = fit.base[i], best_to = fit.base[i];
	unsigned best = 0, good = 0;
	uint32_t best_step = 1;

	for (unsigned k = 0; k < TRIED; k++)
		good += ok[k];
	for (uint32_t step = 1; step <= 64; step *= 2) {
		unsigned n;

		if (fit.base[i] & (step - 1))
			break;
		n = run_of(i, ok, (int)step, &from, &to);
		/* Every other number costs something: it has to be worth it. */
		if (n > best + best / 2) {
			best = n;
			best_from = from;
			best_to = to;
			best_step = step;
		}
	}
	/* Scattered values: a table is indexed, most likely. */
	if (best < 4 && good > best && (set_of(i, ok, true) || set_of(i, ok, false)))
		return;
	usual(d, &best_from, &best_to);
	set_range(d, best_from, best_to, best_step);
}

static void find_domain(const struct ct_contract *c, unsigned i)
{
	struct ct_input *d = &ct_now.inputs[i];
	struct ct_input pinned = *d;
	bool ok[TRIED];

	d->role = asked[i].role;
	__builtin_memcpy(d->from, asked[i].from, sizeof(d->from));
	__builtin_memcpy(d->to, asked[i].to, sizeof(d->to));
	if (fits(c, 40)) {
		if (asked[i].role == CT_RANDOM) {
			int64_t from = -4096, to = 4096;

			usual(d, &from, &to);
			set_range(d, from, to, 1);
			d->flags |= CT_ALSO_ANY;
		}
		return;
	}
	for (unsigned k = 0; k < TRIED; k++) {
		int64_t v = tried[k];

		*d = pinned;
		if ((v < 0 && d->class == CL_UNSIGNED) || (d->size == 1 && (v > 127 || v < -128))) {
			ok[k] = false;
			continue;
		}
		set_range(d, v, v, 1);
		ok[k] = fits(c, 2);
	}
	*d = pinned;
	choose_domain(i, ok);
}

static void find_domains(const struct ct_contract *c)
{
	static struct ct_input domain[CT_ARGS];

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i], pinned = *d;

		domain[i] = *d;
		if (!unsaid_number(&asked[i]) || asked[i].role == CT_SET)
			continue;
		find_domain(c, i);
		domain[i] = *d;
		*d = pinned;
	}
	for (unsigned i = 0; i < c->ninputs; i++)
		ct_now.inputs[i] = domain[i];
}

/* Narrowing ----------------------------------------------------------------------------------- */

static void shrink(unsigned i, int64_t v)
{
	struct ct_input *d = &ct_now.inputs[i];
	int64_t base = fit.base[i], far = v > base ? v - base : base - v, step;

	if (d->role == CT_SET) {
		uint32_t *set = set_values[i];

		for (unsigned k = 0; k < d->nset; k++) {
			if (pair(set + 2 * k) != v || d->nset < 2)
				continue;
			d->nset--;
			set[2 * k] = set[2 * d->nset];
			set[2 * k + 1] = set[2 * d->nset + 1];
			return;
		}
		return;
	}
	if (d->flags & CT_ALSO_ANY && (v < pair(d->from) || v > pair(d->to))) {
		d->flags &= ~(uint32_t)CT_ALSO_ANY;
		return;
	}
	if (d->role != CT_RANGE)
		return;
	step = d->multiple;
	/* A quarter of the way at once. */
	while (step < far >> 3)
		step *= 2;
	if (v > base)
		set_range(d, pair(d->from), v - step > base ? v - step : base, d->multiple);
	else
		set_range(d, v + step < base ? v + step : base, pair(d->to), d->multiple);
}

/* The number that has to be at its base for the call to return. */
static bool narrow_number(const struct ct_contract *c)
{
	int widest = -1;
	int64_t far = 0;

	for (unsigned i = 0; i < c->ninputs; i++) {
		int64_t v = number_in(i), d = v > fit.base[i] ? v - fit.base[i] : fit.base[i] - v;
		bool returns;

		if (!unsaid_number(&asked[i]) || asked[i].role == CT_SET || v == fit.base[i])
			continue;
		if (d > far || d < 0) {
			far = d < 0 ? (int64_t)(~0ull >> 1) : d;
			widest = (int)i;
		}
		set_number(i, fit.base[i]);
		returns = call(c);
		set_number(i, v);
		if (returns) {
			shrink(i, v);
			return true;
		}
	}
	if (widest < 0)
		return false;
	shrink((unsigned)widest, number_in((unsigned)widest));
	return true;
}

/* An access near a pointer: more memory there, while there is any. */
static bool widen_memory(const struct ct_contract *c, const struct fault *f)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];
		cl_word p = ct_now.pointer[i];
		uint32_t bytes = d->bytes ? d->bytes : CT_DEFAULT, more;

		if (!unsaid_pointer(&asked[i]) || d->flags & CT_MIDDLE)
			continue;
		if (f->address >= p && f->address - p < HALF + CL_PAGE) {
			more = ((uint32_t)(f->address - p) / 64 + 2) * 64;
			if (d->at + more <= bytes || d->at + more > CT_AREA)
				continue;
			d->bytes = d->at + more;
			return true;
		}
		if (f->address < p && p - f->address < HALF) {
			more = ((uint32_t)(p - f->address) / 64 + 1) * 64;
			if (more <= d->at || more + bytes - d->at > CT_AREA)
				continue;
			d->bytes = bytes - d->at + more;
			d->at = more;
			return true;
		}
	}
	return false;
}

/* Does a better alignment of one pointer help? */
static bool raise_alignment(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];
		cl_word p = ct_now.pointer[i];

		if (!unsaid_pointer(&asked[i]) || d->align >= 64 || !(p & 63))
			continue;
		d->align *= 2;
		return true;
	}
	return false;
}

static bool narrow(const struct ct_contract *c)
{
	struct fault f = last_fault();

	if (++fit.changes > MOST_CHANGES || fit.late >= MOST_LATE)
		return false;
	if (f.kind == CL_FAULT_SEGV && f.address && widen_memory(c, &f))
		return true;
	/* What is not aligned faults without an address. */
	if (f.kind == CL_FAULT_SEGV && !f.address && in_code(f.ip) && raise_alignment(c))
		return true;
	return narrow_number(c) || raise_alignment(c);
}

static bool narrow_until(const struct ct_contract *c, unsigned rounds)
{
	for (unsigned k = 0; k < rounds; k++) {
		ct_draw_round(c, fit.round++, ROUNDS_ASKED, fit.seed);
		go_to_corner(c, k);
		if (call(c))
			continue;
		if (!narrow(c))
			return false;
		k = 0;
	}
	return true;
}

/* Memory -------------------------------------------------------------------------------------- */

enum { SAMPLE = 16 };

static void lower_alignments(const struct ct_contract *c)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!unsaid_pointer(&asked[i]))
			continue;
		d->align = 64;
		for (uint32_t a = asked[i].natural ? asked[i].natural : 1; a < 64; a *= 2) {
			d->shift = a;
			if (fits(c, SAMPLE)) {
				d->align = a;
				break;
			}
		}
		d->shift = 0;
	}
}

/* The least number of bytes, a multiple of `unit`, up to `most`, with which the sample returns. */
static uint32_t least(const struct ct_contract *c, uint32_t *bytes, uint32_t add, uint32_t *total,
		      uint32_t unit, uint32_t most)
{
	uint32_t low = 0, high = most;

	for (uint32_t n = 0; n < most; n = n ? 4 * n : unit * (16 + unit - 1) / unit) {
		n = n / unit * unit;
		*bytes = n;
		*total = n + add;
		if (fits(c, SAMPLE)) {
			high = n;
			break;
		}
		low = n;
	}
	while (high - low > unit) {
		uint32_t n = (low + high) / 2 / unit * unit;

		if (n <= low)
			n = low + unit;
		*bytes = n;
		*total = n + add;
		if (fits(c, SAMPLE))
			high = n;
		else
			low = n;
	}
	return high;
}

static void draw_tight(const struct ct_contract *c)
{
	uint32_t before[CT_ARGS], behind[CT_ARGS], none;

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i], roomy = *d;

		if (!unsaid_pointer(&asked[i]))
			continue;
		d->flags = (roomy.flags & ~(uint32_t)CT_MIDDLE) | CT_LOW;
		before[i] = least(c, &d->at, HALF, &d->bytes, d->align, HALF);
		*d = roomy;
		d->flags = (roomy.flags & ~(uint32_t)CT_MIDDLE) | CT_HIGH;
		behind[i] = least(c, &none, HALF, &d->bytes, d->align, HALF);
		*d = roomy;
	}
	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_input *d = &ct_now.inputs[i];

		if (!unsaid_pointer(&asked[i]))
			continue;
		d->flags &= ~(uint32_t)CT_MIDDLE;
		d->at = before[i];
		d->bytes = before[i] + (behind[i] ? behind[i] : d->align);
	}
}

static bool look(const struct ct_contract *c)
{
	fit.changes = 0;
	if (!find_base(c))
		return false;
	find_domains(c);
	if (!narrow_until(c, 60))
		return false;
	lower_alignments(c);
	if (!narrow_until(c, 60))
		return false;
	draw_tight(c);
	return true;
}

bool ct_fit(const struct ct_contract *c, uint64_t seed)
{
	if (fit.tried) {
		ct_draw_round(c, fit.failed, fit.rounds, seed);
		return fit.found && (call(c) || narrow(c));
	}
	fit.tried = true;
	fit.stopped_ip = cl_fault_ip;
	fit.stopped_address = cl_fault_address;
	fit.found = look(c);
	/* Once more, for code that relies on what is above a narrow input. */
	if (!fit.found && narrow_inputs(c) && fit.late < MOST_LATE) {
		__builtin_memcpy(ct_now.inputs, asked, c->ninputs * sizeof(asked[0]));
		fit.extended = narrow_inputs(c);
		fit.found = look(c);
	}
	fit.changes = 0;
	fit.extended = 0;
	return fit.found;
}

/* Telling ------------------------------------------------------------------------------------- */

static void tell(struct findings *out, unsigned item, unsigned piece, uint64_t a, uint64_t b)
{
	if (out->nobservations == sizeof(out->observation) / sizeof(out->observation[0]))
		return;
	out->observation[out->nobservations++] = (struct merged_observation){
		.item = (uint16_t)item, .piece = (uint8_t)piece, .place = { a, b }
	};
}

void ct_fit_tell(const struct ct_contract *c, struct findings *out)
{
	for (unsigned i = 0; fit.found && i < c->ninputs; i++) {
		const struct ct_input *d = &ct_now.inputs[i];

		if (unsaid_pointer(&asked[i])) {
			tell(out, i, CT_FIT_PLACE, d->at, d->bytes);
			tell(out, i, CT_FIT_KIND, d->align, d->contents);
		}
		if (!unsaid_number(&asked[i]) || asked[i].role == CT_SET)
			continue;
		if (d->role == CT_RANGE) {
			tell(out, i, CT_FIT_RANGE, (uint64_t)pair(d->from), (uint64_t)pair(d->to));
			tell(out, i, CT_FIT_STEP, d->multiple, 0);
		}
		for (unsigned k = 0; d->role == CT_SET && k < d->nset; k += 2) {
			const uint32_t *set = ct_at(d->set);
			unsigned next = k + 1 < d->nset ? k + 1 : k;

			tell(out, i, CT_FIT_SET, (uint64_t)pair(set + 2 * k),
			     (uint64_t)pair(set + 2 * next));
		}
	}
	if (fit.tried && !fit.found)
		tell(out, CT_FIT, CT_FIT_STOPPED, fit.stopped_ip, fit.stopped_address);
}
