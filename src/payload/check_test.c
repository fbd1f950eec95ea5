/* SPDX-License-Identifier: MIT */
/* Tests of findings.c, check*.c and cases.c, built natively. A call is played by filling in the
 * pictures as a conforming one would leave them: nothing is found. Then one thing is broken, and
 * exactly that is found, with what was expected, observed, and where it had been. */
#include "payload/check_test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What asm/payload.ld defines in a payload: no code to emulate here. */
const uint8_t cl_text[1], cl_text_end[1], cl_rodata[1];

enum { STACK = 8192, DEPTH = 512, RESULT = 320 };

static uint8_t stack[STACK] __attribute__((aligned(64)));
struct cl_values val __attribute__((aligned(16)));
struct findings out;

const uint32_t cl_vector_bytes = 64;
const struct reg_set cl_preserved[] = {
	[SYSV] = { .gpr = 0xf028 },
	[MS] = { .gpr = 0xf0e8, .xmm = 0xffc0 },
	[ALL] = { .gpr = 0xf0e8,
		  .xmm = 0xffffffff,
		  .ymm = 0xffffffff,
		  .zmm = 0xffffffff,
		  .mask = 0xff,
		  .x87 = 0xff,
		  .flags = FLAGS_STATUS },
};

const struct cl_value args[NARGS] = {
	[A_INT] = VALUE(CL_SIGNED, CL_WIDENED | CL_PLAIN, 4, 4, 0, GPR(DI, 0, 4, 0)),
	[B_DOUBLE] = VALUE(CL_DOUBLE, 0, 8, 8, 16, XMM(0, 0, 8, 64)),
	[C_CHAR] = VALUE(CL_SIGNED, CL_WIDENED | CL_PLAIN, 1, 1, 32, GPR(SI, 0, 1, 128)),
	[D_BOOL] = VALUE(CL_BOOL, CL_WIDENED, 1, 1, 48, GPR(DX, 0, 1, 192)),
	[E_INT128] = VALUE(CL_SIGNED, 0, 16, 16, 64, GPR(CX, 0, 8, 256), GPR(R8, 8, 8, 272)),
	[F_STACK] = VALUE(CL_UNSIGNED, CL_PLAIN, 8, 8, 80, ON_STACK(0, 8, 320)),
	[G_POINTER] = VALUE(CL_POINTER, CL_PLAIN, 8, 8, 96, GPR(R9, 0, 8, 384)),
	[H_WIDE] = VALUE(CL_SIGNED, 0, 16, 16, 112, ON_STACK(16, 16, 448)),
};

struct cl_case the_case;

void set_up_call(void)
{
	cl_stack_top = (cl_word)(stack + STACK / 2);
	out = (struct findings){ 0 };
	the_case = (struct cl_case){ .index = 1,
				     .preserved = SYSV,
				     .nargs = NARGS,
				     .flags = CL_RETURNS,
				     .al = -1,
				     .align = 16,
				     .align_calls = 16,
				     .al_most = 8,
				     .calls = 1,
				     .stack_bytes = 32,
				     .args = args,
				     .ret = VALUE(CL_SIGNED, 0, 8, 8, 0, GPR(AX, 0, 8, 0)) };
}

/* ---- a call that conforms ---- */

long long wide_of(const struct cl_value *d, const uint8_t *value)
{
	long long x = 0;
	unsigned shift = 64 - 8 * d->size;

	memcpy(&x, value, d->size);
	/* The sign, by two shifts. */
	return d->class == CL_SIGNED ? (long long)((unsigned long long)x << shift) >> shift : x;
}

static void place_one(struct cl_image *m, uint8_t *area, const struct cl_value *d)
{
	for (unsigned k = 0; k < d->nlocs; k++) {
		const struct cl_loc *l = &d->loc[k];
		const uint8_t *cell = cl_cell + l->cell;

		if (l->kind == CL_GPR)
			memcpy(&m->gpr[l->reg], cell, 8);
		else if (l->kind == CL_XMM)
			memcpy(m->fx + FX_XMM + 16 * l->reg, cell, 16);
		else
			memcpy(area + l->stack, cell, (l->bytes + 7u) & ~7u);
	}
}

/* Put the arguments where the case says, from what prepare left in the cells. */
static void place(struct cl_image *m, uint8_t *area)
{
	for (unsigned i = 0; i < the_case.nargs; i++)
		place_one(m, area, &the_case.args[i]);
	place_one(m, area, &the_case.hidden);
}

void put_in_frame(cl_word p, const void *bytes, unsigned n)
{
	memcpy((void *)p, bytes, n);
	memcpy(cl_probe_stack + (p - cl_probe_image.gpr[SP]), bytes, n);
}

/* A caller's own place for a memory return: in its frame, above the argument area. */
cl_word result_in_frame(void)
{
	return cl_stack_top - RESULT;
}

static unsigned area_bytes(void)
{
	unsigned align = the_case.align;

	return (the_case.stack_bytes + align - 1) / align * align;
}

static void return_value(struct cl_image *m)
{
	for (unsigned k = 0; k < the_case.ret.nlocs; k++) {
		const struct cl_loc *l = &the_case.ret.loc[k];

		if (l->kind == CL_GPR)
			memcpy(&m->gpr[l->reg], val.ret + l->off, l->bytes);
		else if (l->kind == CL_XMM)
			memcpy(m->fx + FX_XMM + 16 * l->reg, val.ret + l->off, l->bytes);
		else {
			memcpy(m->fx + FX_ST + 16 * l->reg, val.st[l->reg], 10);
			m->fx[FX_FTW] |= 0x80 >> l->reg;
		}
	}
	if (the_case.hidden.nlocs) {
		for (unsigned k = 0; k < the_case.ret.size; k++)
			cl_result[k] = val.ret[k];
		m->gpr[AX] = (cl_word)cl_result;
	}
}

/* What any call may leave in registers that belong to the callee. */
static void clobber(struct cl_image *m, const struct reg_set *kept)
{
	for (unsigned r = 0; r < 16; r++) {
		if (!(kept->gpr >> r & 1) && r != SP)
			m->gpr[r] = cl_poison_callee.gpr[r];
		if (!(kept->xmm >> r & 1))
			memcpy(m->fx + FX_XMM + 16 * r, cl_poison_callee.fx + FX_XMM + 16 * r, 16);
	}
	m->flags ^= FLAGS_STATUS & ~kept->flags;
	m->fx[FX_MXCSR] |= 0x21; /* status bits */
}

static void keep_locals(void)
{
	for (int i = 0; i < CL_LIVE; i++)
		cl_back[i] = cl_back[CL_LIVE + i] = cl_live[i];
	for (int i = 0; i < CL_LIVE_DOUBLES; i++)
		cl_back_double[i] = cl_live_double[i];
}

/* The C function finds the layout that is expected, and its bit-fields' values. */
static void lay_out(void)
{
	for (unsigned i = 0; i < the_case.nmembers; i++) {
		const struct cl_member *m = &the_case.members[i];
		const uint8_t *value = m->arg == CL_RETURNED ? val.ret : val.arg[m->arg];
		unsigned long long x = 0;

		if (!m->bits) {
			cl_layout[m->slot] = m->expected;
			continue;
		}
		for (unsigned k = m->bits; k-- > 0;) {
			unsigned bit = m->expected + k;

			x = x << 1 | (value[bit / 8] >> bit % 8 & 1);
		}
		/* Two shifts, the second of a signed number. */
		cl_layout[m->slot] = (long long)x;
		if (m->is_signed)
			cl_layout[m->slot] = (long long)(x << (64 - m->bits)) >> (64 - m->bits);
	}
}

void play_callee(int round)
{
	uint8_t *sp = (uint8_t *)cl_stack_top - area_bytes();

	prepare(&the_case, CL_CALLEE, round, 11, &val);
	cl_before_image = cl_poison;
	place(&cl_before_image, sp);
	cl_before_image.gpr[SP] = (cl_word)sp;
	memcpy(cl_before_stack, sp, sizeof(cl_before_stack));
	cl_nested_image = cl_poison;
	cl_nested_image.gpr[SP] = (cl_word)sp - 128;
	cl_nested_count = 1;
	for (unsigned i = 0; i < the_case.nargs; i++) {
		for (unsigned k = 0; k < the_case.args[i].compare; k++)
			cl_got[the_case.args[i].buffer + k] = val.arg[i][k];
		if (the_case.args[i].flags & CL_WIDENED) {
			cl_wide[i] = wide_of(&the_case.args[i], val.arg[i]);
			cl_wide_int[i] = (int)cl_wide[i];
		}
	}
	keep_locals();
	lay_out();
	cl_after_image = cl_before_image;
	clobber(&cl_after_image, &cl_preserved[the_case.preserved]);
	return_value(&cl_after_image);
	cl_after_image.gpr[SP] += the_case.pop_bytes;
}

/* For a caller nobody fills the cells: its C does, dirt above narrow values included. */
static void fill_cells(void)
{
	for (unsigned i = 0; i < the_case.nargs; i++) {
		const struct cl_value *d = &the_case.args[i];
		cl_word reference = (cl_word)(cl_reference + d->buffer);

		memcpy((void *)reference, val.arg[i], d->size);
		for (unsigned k = 0; k < d->nlocs; k++) {
			const struct cl_loc *l = &d->loc[k];

			memset(cl_cell + l->cell, 0xa5, (l->bytes + 15u) & ~15u);
			memcpy(cl_cell + l->cell,
			       d->flags & CL_REFERENCE ? (uint8_t *)&reference
						       : val.arg[i] + l->off,
			       l->bytes);
		}
	}
}

void play_caller(int round)
{
	uint8_t *sp = (uint8_t *)cl_stack_top - DEPTH - area_bytes();

	prepare(&the_case, CL_CALLER, round, 11, &val);
	fill_cells();
	cl_before_image = cl_poison;
	cl_before_image.gpr[SP] = cl_stack_top;
	cl_probe_image = cl_poison;
	if (the_case.al >= 0)
		cl_probe_image.gpr[AX] = (cl_probe_image.gpr[AX] & ~0xfful) | (cl_word)the_case.al;
	place(&cl_probe_image, sp);
	if (the_case.hidden.nlocs) {
		cl_word p = result_in_frame();

		memcpy(the_case.hidden.loc[0].kind == CL_GPR
			       ? (void *)&cl_probe_image.gpr[the_case.hidden.loc[0].reg]
			       : sp + the_case.hidden.loc[0].stack,
		       &p, sizeof(p));
	}
	cl_probe_image.gpr[SP] = (cl_word)sp;
	memcpy(cl_probe_stack, sp, sizeof(cl_probe_stack));
	cl_probe_count = 1;
	for (unsigned k = 0; k < the_case.ret.compare; k++)
		cl_got_ret[k] = val.ret[k];
	if (the_case.ret.flags & CL_WIDENED) {
		cl_wide_ret = wide_of(&the_case.ret, val.ret);
		cl_wide_int_ret = (int)cl_wide_ret;
	}
	keep_locals();
	cl_after_image = cl_before_image;
	clobber(&cl_after_image, &cl_preserved[0]);
}

/* ---- what is found ---- */

void nothing_found(void)
{
	findings_close(&out, (struct areas){ 0, 0 });
	for (unsigned i = 0; i < out.nfindings; i++)
		ck_abort_msg("found %s, item %u, in a call that conforms",
			     checks[out.finding[i].f.check].name, out.finding[i].f.item);
}

/* Exactly this, once; returns it. */
const struct cl_finding *found(enum check check, unsigned item, const void *expected,
			       const void *observed, unsigned size)
{
	const struct cl_finding *f = &out.finding[0].f;

	findings_close(&out, (struct areas){ 0, 0 });
	ck_assert_msg(out.nfindings > 0, "%s, item %u: not found", checks[check].name, item);
	for (unsigned i = 1; i < out.nfindings; i++)
		ck_abort_msg("found %s, item %u, too", checks[out.finding[i].f.check].name,
			     out.finding[i].f.item);
	ck_assert_msg(f->check == check && f->item == item, "found %s, item %u; wanted %s, item %u",
		      checks[f->check].name, f->item, checks[check].name, item);
	ck_assert_uint_eq(f->size, size);
	ck_assert_mem_eq(f->expected, expected, size);
	ck_assert_mem_eq(f->observed, observed, size);
	return f;
}

const struct cl_finding *found_word(enum check check, unsigned item, cl_word expected,
				    cl_word observed)
{
	return found(check, item, &expected, &observed, 8);
}

void start_again(void)
{
	out = (struct findings){ 0 };
}

void judge_callee(int round)
{
	check_callee(&the_case, &val, round, &out);
}

void judge_caller(int round)
{
	check_caller(&the_case, &val, round, CL_CAME_BACK, &out);
}

void control_state(void (*play)(int), void (*judge)(int), struct cl_image *m, unsigned item)
{
	static const struct {
		enum check check;
		unsigned offset, size; /* in fx; 0, 0: the flags */
		uint32_t flip, expected, observed;
	} t[] = {
		{ CHECK_DF, 0, 0, 0x400, 0, 1 },
		{ CHECK_X87_STACK, FX_FTW, 1, 0x81, 0, 2 },
		{ CHECK_X87_CW, FX_FCW, 2, 0xc00, 0x37f, 0xf7f },
		{ CHECK_MXCSR, FX_MXCSR, 4, 0x8000, 0x1f80, 0x9f80 },
		{ CHECK_MXCSR, FX_MXCSR, 4, 0x40, 0x1f80, 0x1fc0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		uint32_t word = 0;

		start_again();
		play(0);
		memcpy(&word, m->fx + t[i].offset, t[i].size);
		word ^= t[i].flip;
		memcpy(m->fx + t[i].offset, &word, t[i].size);
		if (!t[i].size)
			m->flags ^= t[i].flip;
		judge(0);
		found_word(t[i].check, item, t[i].expected, t[i].observed);
	}
	/* Status bits are nobody's; what the round started with is what is wanted back. */
	start_again();
	play(1);
	m->fx[FX_MXCSR] ^= 0x3f;
	judge(1);
	nothing_found();
}

/* ---- the case loop ---- */

static struct cl_case listed[3];
const struct cl_case *const cl_cases[3] = { &listed[0], &listed[1], &listed[2] };
__asm__(".globl cl_cases_end\n.set cl_cases_end, cl_cases + 24");

static unsigned runs[2];

void cl_call_c(void)
{
}

void cl_after(void);
void cl_after(void)
{
}

/* Stands for tramp, target and caller of all listed cases. */
static void some_function(void)
{
}

/* The call of case 1 faults as callee, and all others come back without having done anything. */
int cl_run(void (*entry)(void))
{
	int direction = entry == cl_call_c ? CL_CALLER : CL_CALLEE;

	runs[direction]++;
	if (direction == CL_CALLER && cl_function != some_function)
		ck_abort_msg("the caller direction calls another function");
	if (direction == CL_CALLEE && runs[CL_CALLEE] > ROUNDS) {
		cl_fault_kind = CL_FAULT_TRAP;
		cl_fault_ip = 0x1000;
		return CL_FAULTED;
	}
	cl_before_image.gpr[SP] = cl_stack_top; /* as cl_before and cl_after leave it */
	cl_after_image.gpr[SP] = cl_stack_top;
	return CL_CAME_BACK;
}

static struct {
	struct cl_header h;
	uint8_t records[65536];
} memory;

static struct cl_header *run(uint32_t first, unsigned directions, uint32_t capacity)
{
	memset(&memory, 0, sizeof(memory));
	memory.h.capacity = capacity;
	memory.h.current = CL_NO_CASE;
	runs[0] = runs[1] = 0;
	for (unsigned i = 0; i < 3; i++) {
		listed[i] = (struct cl_case){ .index = i,
					      .al = -1,
					      .align = 16,
					      .align_calls = 16,
					      .al_most = 8,
					      .calls = 1,
					      .tramp = some_function,
					      .target = i == 2 ? NULL : some_function,
					      .caller = i == 2 ? NULL : some_function };
	}
	payload_run(&memory.h, first, directions, 1);
	return &memory.h;
}

/* The record at an offset; moves it past. */
static struct cl_record next_record(uint32_t *at)
{
	struct cl_record r;

	ck_assert_uint_le(*at + sizeof(r), memory.h.used);
	memcpy(&r, memory.records + *at, sizeof(r));
	*at += (uint32_t)(sizeof(r) + r.nfindings * sizeof(struct cl_finding) +
			  r.nobservations * sizeof(struct cl_observation));
	return r;
}

START_TEST(case_loop)
{
	struct cl_header *h = run(0, 3, sizeof(memory.records));
	struct cl_finding f;
	uint32_t at = 0;

	ck_assert_uint_eq(h->executed, 6);
	ck_assert_uint_eq(h->finished, 1);
	ck_assert_uint_eq(h->full, 0);
	ck_assert_uint_eq(h->current, CL_NO_CASE);
	/* A faulting call is not repeated; what is absent is not run. */
	ck_assert_uint_eq(runs[CL_CALLEE], ROUNDS + 1);
	ck_assert_uint_eq(runs[CL_CALLER], 2 * ROUNDS);
	for (unsigned i = 0; i < 6; i++) {
		uint32_t start = at;
		struct cl_record r = next_record(&at);

		ck_assert_uint_eq(r.index, i / 2);
		ck_assert_uint_eq(r.direction, i % 2);
		ck_assert_uint_eq(r.flags, i >= 4 ? CL_ABSENT : 0);
		memcpy(&f, memory.records + start + sizeof(r), sizeof(f));
		if (i == 2) {
			ck_assert_uint_eq(r.nfindings, 1);
			ck_assert_uint_eq(f.check, CHECK_FAULT);
			ck_assert_uint_eq(f.item, CL_FAULT_TRAP);
		} else if (i % 2) {
			/* The probe was never reached. */
			ck_assert_uint_eq(r.nfindings, i < 4);
			ck_assert(i > 4 || f.check == CHECK_ENTERED);
		}
	}
	ck_assert_uint_eq(at, h->used);
}
END_TEST

/* Behind a call that ended the payload, its other direction first; and one direction alone. */
START_TEST(case_loop_part)
{
	struct cl_header *h = run(3, 3, sizeof(memory.records));
	uint32_t at = 0;
	struct cl_record r = next_record(&at);

	ck_assert_uint_eq(h->executed, 3);
	ck_assert_uint_eq(r.index, 1);
	ck_assert_uint_eq(r.direction, CL_CALLER);
	r = next_record(&at);
	ck_assert_uint_eq(r.index, 2);
	ck_assert_uint_eq(r.direction, CL_CALLEE);
	ck_assert_uint_eq(runs[CL_CALLEE], 0);
	ck_assert_uint_eq(runs[CL_CALLER], ROUNDS);
	h = run(0, 1u << CL_CALLER, sizeof(memory.records));
	ck_assert_uint_eq(h->executed, 3);
	ck_assert_uint_eq(runs[CL_CALLEE], 0);
	h = run(6, 3, sizeof(memory.records));
	ck_assert_uint_eq(h->executed, 0);
	ck_assert_uint_eq(h->finished, 1);
}
END_TEST

/* Records that do not fit are left out whole, and that is said. */
START_TEST(case_loop_full)
{
	uint32_t whole = run(0, 3, sizeof(memory.records))->used;

	for (uint32_t capacity = 0; capacity < whole; capacity++) {
		struct cl_header *h = run(0, 3, capacity);
		uint32_t at = 0, n = 0;

		ck_assert_uint_eq(h->full, 1);
		ck_assert_uint_le(h->used, capacity);
		while (at < h->used) {
			next_record(&at);
			n++;
		}
		ck_assert_uint_eq(at, h->used);
		ck_assert_uint_eq(n, h->executed);
		if (memory.records[capacity])
			ck_abort_msg("a byte beyond %u was written", capacity);
	}
}
END_TEST

/* What a monitor would see that looks while a record is being written: its first write to the
 * second page faults. */
enum { PAGE = 4096 };
static struct cl_header *watched;
static uint32_t seen;

static void look(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	seen = watched->used;
	if (mprotect((uint8_t *)watched + PAGE, PAGE, PROT_READ | PROT_WRITE))
		_exit(1);
}

START_TEST(record_is_whole_or_none)
{
	const struct sigaction act = { .sa_sigaction = look, .sa_flags = SA_SIGINFO };
	static struct findings v = { .nfindings = 1, .nobservations = 1 };
	struct cl_record r;
	uint8_t *at;
	uint32_t before;

	watched = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(watched, MAP_FAILED);
	before = PAGE - sizeof(*watched) - sizeof(r) - 8;
	*watched = (struct cl_header){ .capacity = 2 * PAGE - sizeof(*watched), .used = before };
	seen = ~0u;
	ck_assert_int_eq(sigaction(SIGSEGV, &act, NULL), 0);
	ck_assert_int_eq(mprotect((uint8_t *)watched + PAGE, PAGE, PROT_NONE), 0);
	record_write(watched, 7, CL_CALLER, 0, &v);
	signal(SIGSEGV, SIG_DFL);
	ck_assert_uint_eq(seen, before);
	ck_assert_uint_eq(watched->used, before + sizeof(r) + sizeof(struct cl_finding) +
						 sizeof(struct cl_observation));
	at = (uint8_t *)(watched + 1) + before;
	memcpy(&r, at, sizeof(r));
	ck_assert_uint_eq(r.index, 7);
	ck_assert_uint_eq(r.seal, cl_seal(cl_key, before, &r, at + sizeof(r),
					  watched->used - before - sizeof(r)));
	/* What code under test may have made of the header leads nowhere. */
	watched->used = watched->capacity + 1;
	record_write(watched, 7, CL_CALLER, 0, &v);
	ck_assert_uint_eq(watched->full, 1);
	ck_assert_uint_eq(watched->used, watched->capacity + 1);
	munmap(watched, 2 * PAGE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("check");
	TCase *t = tcase_create("loop");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up_call, NULL);
	tcase_add_test(t, case_loop);
	tcase_add_test(t, case_loop_part);
	tcase_add_test(t, case_loop_full);
	tcase_add_test(t, record_is_whole_or_none);
	suite_add_tcase(s, callee_tests());
	suite_add_tcase(s, caller_tests());
	suite_add_tcase(s, aggregate_tests());
	suite_add_tcase(s, round_tests());
	suite_add_tcase(s, open_tests());
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
