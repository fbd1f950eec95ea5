/* SPDX-License-Identifier: MIT */
/* Equal calls: a call is made again with equal inputs and other poison in everything that is no
 * input. What it returns, writes and passes on must be the same. What it is not is traced to the
 * register, flag or memory that it came from, by giving other poison to one of them at a time. */
#include "payload/contract_again.h"
#include "payload/contract_fit.h"

enum {
	WORD = sizeof(cl_word),
	MOST_DATA = 64 * 1024, /* bytes of the objects' own data that are put back */
	MOST_TRACED = 12       /* differences of one function */
};

/* What a call left. */
static struct left {
	int how, fault;
	unsigned nret, nsaid;
	cl_word entry[16]; /* registers at entry */
	uint8_t ret[CL_VALUE], memory[CL_VALUE];
	struct ct_said said[CT_MOST_SAID];
	uint8_t data[MOST_DATA], buffer[CT_BUFFERS][CT_AREA];
} first;

static uint8_t data_before[MOST_DATA];
static struct ct_region region[CT_REGIONS];

void ct_keep_data(void)
{
	size_t all = 0;
	uint8_t *to = data_before;

	for (unsigned i = 0; i < CT_REGIONS; i++) {
		region[i] = ct_objects_region(i);
		all += region[i].bytes;
	}
	/* More than that is left alone: then equal calls tell whether it matters. */
	for (unsigned i = 0; i < CT_REGIONS; i++) {
		if (all > MOST_DATA)
			region[i].bytes = 0;
		__builtin_memcpy(to, region[i].at, region[i].bytes);
		to += region[i].bytes;
	}
}

void ct_restore_data(void)
{
	const uint8_t *from = data_before;

	for (unsigned i = 0; i < CT_REGIONS; i++) {
		__builtin_memcpy(region[i].at, from, region[i].bytes);
		from += region[i].bytes;
	}
}

static void keep_data(uint8_t *to)
{
	for (unsigned i = 0; i < CT_REGIONS; i++) {
		__builtin_memcpy(to, region[i].at, region[i].bytes);
		to += region[i].bytes;
	}
}

static const uint8_t *masked(const struct ct_input *d, uint8_t *bytes, unsigned n)
{
	const uint8_t *mask = ct_mask(d);

	for (unsigned i = 0; mask && i < n; i++)
		bytes[i] &= mask[i];
	return bytes;
}

void ct_keep(const struct ct_contract *c, int how)
{
	const uint8_t *p;
	unsigned input;
	uint32_t bytes;

	first.how = how;
	first.fault = how == CL_FAULTED ? cl_fault_kind : 0;
	__builtin_memcpy(first.entry, cl_before_image.gpr, sizeof(first.entry));
	first.nret = how == CL_CAME_BACK ? ct_returned(&c->ret, &cl_after_image, first.ret) : 0;
	masked(&c->ret, first.ret, first.nret);
	__builtin_memcpy(first.memory, (const void *)cl_result, CL_VALUE);
	masked(&c->ret, first.memory, CL_VALUE);
	first.nsaid = ct_now.nsaid;
	__builtin_memcpy(first.said, ct_now.said, ct_now.nsaid * sizeof(first.said[0]));
	keep_data(first.data);
	for (unsigned i = 0; (p = ct_buffer(i, &input, &bytes)); i++)
		__builtin_memcpy(first.buffer[i], p, bytes);
}

/* A function may store a register that belongs to its caller, as setjmp does. */
static bool is_saved_register(const struct ct_contract *c, const uint8_t *a, const uint8_t *b)
{
	unsigned saved = c->saved.gpr | 1u << 4;

	for (unsigned r = 0; r < 16; r++) {
		if (saved >> r & 1 && same(a, &first.entry[r], WORD) &&
		    same(b, &cl_before_image.gpr[r], WORD))
			return true;
	}
	return false;
}

/* Memory: the first byte that differs and is no saved register. */
static bool memory_differs(const struct ct_contract *c, const uint8_t *a, const uint8_t *b,
			   uint32_t bytes, const uint8_t *mask, uint32_t period,
			   struct ct_difference *d)
{
	uint32_t skip = (uint32_t)(cl_word)b & (WORD - 1);

	if (!((uintptr_t)a & (WORD - 1)) && !skip && bytes >= WORD &&
	    first_difference((const cl_word *)a, (const cl_word *)b, bytes / WORD) ==
		    bytes / WORD &&
	    same(a + bytes / WORD * WORD, b + bytes / WORD * WORD, bytes % WORD))
		return false;
	for (uint32_t i = 0; i < bytes; i++) {
		uint32_t word = i - ((i + skip) & (WORD - 1));

		if (a[i] == b[i] || (mask && !((a[i] ^ b[i]) & mask[i % period])))
			continue;
		if (word <= i && word + WORD <= bytes && is_saved_register(c, a + word, b + word)) {
			i = word + WORD - 1;
			continue;
		}
		d->offset = i;
		d->bytes = min(bytes - i, 8);
		d->a = a + i;
		d->b = b + i;
		return true;
	}
	return false;
}

static bool buffers_differ(const struct ct_contract *c, struct ct_difference *d)
{
	const uint8_t *p;
	unsigned input;
	uint32_t bytes;

	for (unsigned i = 0; (p = ct_buffer(i, &input, &bytes)); i++) {
		if (ct_now.inputs[input].flags & CT_STACK)
			continue;
		d->what = CT_WHAT_BUFFER + input;
		if (memory_differs(c, first.buffer[i], p, bytes, NULL, 1, d))
			return true;
	}
	return false;
}

static bool data_differ(const struct ct_contract *c, struct ct_difference *d)
{
	const uint8_t *data = first.data;

	d->what = CT_WHAT_DATA;
	for (unsigned i = 0; i < CT_REGIONS; i++) {
		if (memory_differs(c, data, region[i].at, (uint32_t)region[i].bytes, NULL, 1, d))
			return true;
		data += region[i].bytes;
	}
	return false;
}

static bool calls_differ(struct ct_difference *d)
{
	unsigned i = 0;

	while (i < first.nsaid && i < ct_now.nsaid &&
	       same(&first.said[i], &ct_now.said[i], sizeof(first.said[i])))
		i++;
	if (i == first.nsaid && i == ct_now.nsaid)
		return false;
	*d = (struct ct_difference){ .what = CT_WHAT_CALLS };
	if (i < first.nsaid && i < ct_now.nsaid && first.said[i].probe == ct_now.said[i].probe &&
	    first.said[i].arg == ct_now.said[i].arg)
		*d = (struct ct_difference){ .what = CT_WHAT_ARGUMENT + first.said[i].arg,
					     .bytes = min(first.said[i].bytes, 16),
					     .a = first.said[i].value,
					     .b = ct_now.said[i].value,
					     .probe = first.said[i].probe };
	return true;
}

bool ct_output_differs(const struct ct_contract *c, struct ct_difference *d)
{
	static uint8_t bytes[CL_VALUE];

	if (!(c->flags & CT_OUT_REGISTERS) && !c->hidden.nlocs) {
		unsigned n = ct_returned(&c->ret, &cl_after_image, bytes);

		masked(&c->ret, bytes, n);
		*d = (struct ct_difference){ CT_WHAT_RESULT, 0, n, first.ret, bytes, 0 };
		if (n != first.nret)
			return true;
		for (unsigned i = 0; i < n; i += 16) {
			if (same(bytes + i, first.ret + i, min(n - i, 16)))
				continue;
			*d = (struct ct_difference){ CT_WHAT_RESULT, i,         min(n - i, 16),
						     first.ret + i,  bytes + i, 0 };
			return true;
		}
	}
	if (c->hidden.nlocs) {
		__builtin_memcpy(bytes, (const void *)cl_result, CL_VALUE);
		masked(&c->ret, bytes, CL_VALUE);
		d->what = CT_WHAT_MEMORY_RESULT;
		if (memory_differs(c, first.memory, bytes, c->ret.size, NULL, 1, d))
			return true;
	}
	return buffers_differ(c, d);
}

/* Is the call that was just made other than the first? */
static bool differs(const struct ct_contract *c, int how, struct ct_difference *d)
{
	*d = (struct ct_difference){ .what = CT_WHAT_FATE };
	if (how != first.how || (how == CL_FAULTED && first.fault != cl_fault_kind))
		return true;
	if (how == CL_FAULTED)
		return false;
	if (calls_differ(d))
		return true;
	if (how == CL_CAME_BACK)
		return ct_output_differs(c, d) || data_differ(c, d);
	return buffers_differ(c, d) || data_differ(c, d);
}

/* Tracing ------------------------------------------------------------------------------------- */

static int again(const struct ct_contract *c, const struct ct_sources *sources)
{
	static struct findings ignored;

	ignored.nfindings = ignored.nobservations = 0;
	return ct_call(c, sources, &ignored);
}

/* What is beside memory whose size was found by running may belong to it. */
static bool is_measured(unsigned source)
{
	unsigned input = source - CT_FROM_BESIDE;

	return source >= CT_FROM_BESIDE && input < CT_ARGS && input < ct_now.c->ninputs &&
	       ct_unsaid_pointer(&ct_now.inputs[input]);
}

static void use_all(const struct ct_contract *c, struct ct_sources *s)
{
	for (unsigned i = 0; i < CT_SOURCES; i++)
		s->other[i] = !(c->used[i / 32] >> (i % 32) & 1);
}

/* Do narrow inputs that are extended to so many bytes make the calls equal again? */
static bool mends(const struct ct_contract *c, unsigned input, unsigned bytes)
{
	struct ct_sources none = { { 0 } }, all;
	struct ct_difference d;
	int how;

	use_all(c, &all);
	for (unsigned i = 0; i < CT_SOURCES; i++)
		all.other[i] &= i == CT_FROM_UPPER + input;
	ct_now.extended = 1u << input;
	ct_now.extended_to = bytes;
	ct_keep(c, again(c, &none));
	how = again(c, &all);
	ct_now.extended = 0;
	return !differs(c, how, &d);
}

/* The result is what the register held at entry, or the memory what was in it. */
static bool never_set(const struct ct_contract *c, unsigned source, const struct ct_difference *d)
{
	if (d->what == CT_WHAT_MEMORY_RESULT)
		return source == CT_FROM_RESULT;
	if (d->what != CT_WHAT_RESULT)
		return false;
	for (unsigned i = 0; i < c->ret.nlocs; i++) {
		const struct ct_loc *l = &c->ret.loc[i];

		if (l->kind == CL_GPR && source == CT_FROM_GPR + l->reg)
			return cl_after_image.gpr[l->reg] == cl_before_image.gpr[l->reg];
		if (l->kind == CL_XMM && source == CT_FROM_XMM + l->reg)
			return same(cl_after_image.fx + FX_XMM + 16 * l->reg,
				    cl_before_image.fx + FX_XMM + 16 * l->reg, 16);
		if (l->kind == CL_XMM && source == CT_FROM_YMM + l->reg && l->bytes > 16)
			return same(cl_after_image.wide[l->reg] + 16,
				    cl_before_image.wide[l->reg] + 16, l->bytes - 16);
	}
	return false;
}

void ct_tell_difference(int check, int item, const struct ct_difference *d, struct findings *out)
{
	uint8_t a[16] = { 0 }, b[16] = { 0 };

	__builtin_memcpy(a, d->a ? d->a : a, d->bytes < 16 ? d->bytes : 16);
	__builtin_memcpy(b, d->b ? d->b : b, d->bytes < 16 ? d->bytes : 16);
	differ(out, check, item, 0, a, b, 16, nowhere, nowhere);
	for (unsigned i = 0; i < out->nfindings; i++) {
		struct cl_finding *f = &out->finding[i].f;

		if (f->check != check || f->item != item)
			continue;
		f->loc = (uint16_t)d->what;
		f->offset = (uint16_t)d->offset;
		f->size = (uint8_t)min(d->bytes, 16);
		__builtin_memcpy(f->expected, a, 16);
		__builtin_memcpy(f->observed, b, 16);
	}
}

static void tell(const struct ct_contract *c, unsigned source, const struct ct_difference *d,
		 struct findings *out)
{
	bool never = never_set(c, source, d);
	int check = never ? CHECK_RETURN : CHECK_DEPENDS;
	int item = never ? CT_RETURN_NEVER_SET : (int)source;

	if (source >= CT_FROM_UPPER && source < CT_FROM_BESIDE &&
	    ct_is_narrow(&ct_now.inputs[source - CT_FROM_UPPER])) {
		unsigned input = source - CT_FROM_UPPER;
		unsigned bytes = ct_now.inputs[input].loc[0].bytes, to = WORD;

		/* 32 bits are what compilers extend to. */
		if (WORD == 8 && bytes < 4 && mends(c, input, 4))
			to = 4;
		differ_word(out, CHECK_UPPER, (int)input, 0, 0, to);
		return;
	}
	ct_tell_difference(check, item, d, out);
}

/* The last of many is given the whole blame when no single one makes the difference. */
static bool trace_together(const struct ct_contract *c, struct findings *out)
{
	struct ct_sources some;
	struct ct_difference d;
	unsigned last = 0;

	use_all(c, &some);
	for (unsigned i = 0; i < CT_SOURCES; i++) {
		if (!some.other[i])
			continue;
		some.other[i] = 0;
		if (!differs(c, again(c, &some), &d)) {
			some.other[i] = 1;
			last = i;
		}
	}
	if (is_measured(last))
		return false;
	if (differs(c, again(c, &some), &d))
		tell(c, last, &d, out);
	return true;
}

static bool is_source(const struct ct_contract *c, unsigned i)
{
	if (i >= CT_FROM_UPPER && i < CT_FROM_BESIDE + CT_ARGS) {
		unsigned input = (i - CT_FROM_UPPER) % CT_ARGS;

		return input < c->ninputs || (c->hidden.nlocs && input == CT_ARGS - 1);
	}
	return !(c->used[i / 32] >> (i % 32) & 1);
}

/* Each takes so long that one is enough. */
static bool is_late(int how)
{
	return how == CL_FAULTED && cl_fault_kind == CL_FAULT_TIMEOUT;
}

enum { OWN_FRAME = 3 /* saved registers that come up in memory */ };

/* How a difference ends: it is told; nothing is to be told; or what fits was found to be other than
 * thought. */
enum traced { TOLD, UNTOLD, UNFIT };

static struct {
	uint32_t of, traced;
	bool varied;
} comparing;

/* A register that it has to keep: it may have been saved. */
static bool is_kept(const struct ct_contract *c, unsigned source)
{
	return source < CT_FROM_GPR + 16 && c->saved.gpr >> (source - CT_FROM_GPR) & 1;
}

/* Names what makes the difference and is no input. Of memory whose contents no line speaks of some
 * lead right code beyond an array on its stack: all that it saved there then comes up at once. */
static enum traced trace(const struct ct_contract *c, struct findings *out)
{
	const unsigned before = out->nfindings;
	unsigned kept = 0; /* sources that are registers it has to keep */
	bool found = false;
	struct ct_difference d;
	int how;

	for (unsigned i = 0; i < CT_SOURCES; i++) {
		struct ct_sources one = { { 0 } };

		if (!is_source(c, i))
			continue;
		one.other[i] = 1;
		how = again(c, &one);
		if (is_late(how))
			return TOLD;
		if (!differs(c, how, &d))
			continue;
		if (is_measured(i))
			return ct_widen_both(i - CT_FROM_BESIDE) ? UNFIT : UNTOLD;
		kept += ct_in_memory(d.what) && is_kept(c, i);
		tell(c, i, &d, out);
		found = true;
		/* What is told of upper bits took other calls in between. */
		one.other[i] = 0;
		ct_keep(c, again(c, &one));
		if (i >= CT_FROM_STACK && i < CT_FROM_YMM)
			i = CT_FROM_YMM - 1;
	}
	if (kept >= OWN_FRAME && ct_fitted()) {
		out->nfindings = before;
		comparing.varied = true;
		return UNTOLD;
	}
	return found || trace_together(c, out) ? TOLD : UNTOLD;
}

bool ct_varied(const struct ct_contract *c)
{
	return c->flags & CT_VARIES || (comparing.of == c->key && comparing.varied);
}

bool ct_equal_calls(const struct ct_contract *c)
{
	static const struct ct_sources none;
	struct ct_sources all;
	struct ct_difference d;

	ct_keep(c, again(c, &none));
	use_all(c, &all);
	return !differs(c, again(c, &all), &d);
}

static void add_findings(struct findings *to, const struct findings *from)
{
	const unsigned most = sizeof(to->finding) / sizeof(to->finding[0]);

	for (unsigned i = 0; i < from->nfindings && to->nfindings < most; i++) {
		if (!ct_find(to, &from->finding[i].f))
			to->finding[to->nfindings++] = from->finding[i];
	}
}

/* It reads more memory than was thought: no number has to be smaller for that. */
static bool reads_beside(const struct ct_contract *c)
{
	struct ct_difference d;

	for (unsigned i = 0; i < c->ninputs; i++) {
		struct ct_sources one = { { 0 } };

		one.other[CT_FROM_BESIDE + i] = 1;
		if (is_measured(CT_FROM_BESIDE + i) && differs(c, again(c, &one), &d))
			return ct_widen_both(i);
	}
	return false;
}

bool ct_compare(const struct ct_contract *c, int how, struct findings *out)
{
	static const struct ct_sources none;
	static struct findings second;
	const int round = ct_now.round, rounds = ct_now.rounds, number = ct_now.number;
	const uint32_t ticks = ct_now.ticks;
	struct ct_sources sources;
	cl_word ip;
	struct ct_difference d;
	enum traced traced;
	bool in_memory;

	if (comparing.of != c->key) {
		comparing.of = c->key;
		comparing.traced = 0;
		comparing.varied = false;
	}
	if (ct_varied(c) || comparing.traced >= MOST_TRACED || ct_now.stubbed)
		return false;
	ct_keep(c, how);
	use_all(c, &sources);
	second.nfindings = second.nobservations = 0;
	how = ct_call(c, &sources, &second);
	/* The first was nearly as late: a long way, no endless one. */
	if (is_late(how) && ticks)
		return ct_too_long(c);
	if (is_late(how) || !differs(c, how, &d)) {
		add_findings(out, &second);
		return false;
	}
	ip = how == CL_FAULTED ? cl_fault_ip : 0;
	in_memory = ct_in_memory(d.what) || ip;
	if (in_memory && ct_fitted() && ct_explore_guessed())
		return false;
	/* Or is it something else that differs from call to call? */
	__builtin_memset(&sources, 0, sizeof(sources));
	if (differs(c, again(c, &sources), &d)) {
		comparing.varied = true;
		add_findings(out, &second);
		return false;
	}
	comparing.traced++;
	if (reads_beside(c))
		return true;
	/* With numbers that only happen to fit even right code may read what it never wrote, and
	 * write that to memory. */
	if (ct_make_plain(c, in_memory) && ct_equal_calls(c)) {
		ct_draw_round(c, round, rounds, ct_fitting.seed);
		return ct_narrow_number(c, ct_equal_calls);
	}
	ct_draw_round(c, round, rounds, ct_fitting.seed);
	ct_now.number = number;
	ct_keep(c, again(c, &none));
	traced = trace(c, out);
	if (traced == TOLD) {
		if (ip && c->flags & CT_UPPER_STATED && ct_has(out, CHECK_UPPER))
			ct_fault_by_upper_bits(out, &second, ip);
		add_findings(out, &second);
	}
	return traced == UNFIT;
}

/* The red zone's end (docs/vmx.md): in ring 0 interrupts arrive on the very stack. */
void ct_interrupt(const struct ct_contract *c, struct findings *out)
{
	enum { INTERRUPTED_ROUNDS = 6 };
	static const struct ct_sources none;
	static const struct cl_case nothing_special;
	struct ct_difference d;
	bool quiet = ct_varied(c) || ct_now.stubbed ||
		     c->used[CT_FROM_BELOW / 32] >> CT_FROM_BELOW % 32 & 1;
	int how;

	/* Who enters a guest has interrupts off. */
	if (!cl_interrupts || c->flags & (CT_RED_ZONE | CT_VMX_EXITS) || ct_now.nchanges ||
	    ct_now.round >= INTERRUPTED_ROUNDS)
		return;
	if (!quiet)
		ct_keep(c, again(c, &none));
	ct_now.interrupted = true;
	how = ct_call(c, &none, out);
	ct_now.interrupted = false;
	/* Poison of later calls is made before the place hears of them. */
	if (cl_before_round)
		cl_before_round(&nothing_special, ct_now.round);
	if (!quiet && !is_late(how) && differs(c, how, &d))
		tell(c, CT_FROM_INTERRUPT, &d, out);
}
