/* SPDX-License-Identifier: MIT */
/* Tests of matrix_judge on runs made by hand: from records to findings, verdicts, rows, cells and
 * totals; what no document decides; known findings. */
#include "verdict/model.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GCC_O0, GCC_O2, CLANG_O2, COLUMNS };

/* Every test runs in a process of its own (CK_FORK), with these to itself. */
static struct arena *arena;
static struct compiler gcc, clang;
static struct column columns[COLUMNS];
static struct plan plan;
static struct matrix m;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

static struct column a_column(size_t i, const struct compiler *c, enum width w, const char *opt)
{
	size_t n = plan.set[w].n;

	return (struct column){
		.compiler = c,
		.width = w,
		.profile = profile_user(w),
		.built = i,
		.opt = opt,
		.name = arena_printf(arena, "%s -m%u -%s", c->name, width_bits(w), opt),
		.id = arena_printf(arena, "%s/%u/%s", c->name, width_bits(w), opt),
		.absent = arena_alloc(arena, n + 1),
		.why = arena_alloc(arena, (n + 1) * sizeof(char *)),
	};
}

/* Cases under one convention; three columns in which every call conforms. */
static void make(const char *text, enum width w, const char *abi)
{
	struct case_list list = { 0 };
	const char *names[] = { abi, NULL }, *error = NULL;

	gcc = (struct compiler){
		.name = "gcc-12", .path = "/usr/bin/gcc-12", .family = "gcc", .version = "12.2.0"
	};
	clang = (struct compiler){ .name = "clang-14",
				   .path = "/usr/bin/clang-14",
				   .family = "clang",
				   .version = "14.0.6" };
	ck_assert_msg(proto_parse_file(arena, "cases/some.h", text, &list, &error) == 0, "%s",
		      error);
	plan = (struct plan){ .arena = arena };
	ck_assert_int_eq(gen_select(arena, &list, w, names, &plan.set[w], &error), 0);
	ck_assert_uint_gt(plan.set[w].n, 0);
	columns[GCC_O0] = a_column(GCC_O0, &gcc, w, "O0");
	columns[GCC_O2] = a_column(GCC_O2, &gcc, w, "O2");
	columns[CLANG_O2] = a_column(CLANG_O2, &clang, w, "O2");
	plan.columns = columns;
	plan.ncolumns = COLUMNS;
	m = (struct matrix){ .arena = arena, .plan = &plan, .seed = 5, .engine = { "here" } };
	m.runs = arena_alloc(arena, COLUMNS * sizeof(*m.runs));
	for (size_t i = 0; i < COLUMNS; i++) {
		struct place_run *r = &m.runs[i].run;

		r->n = plan.set[w].n;
		r->v = arena_alloc(arena, 2 * r->n * sizeof(*r->v));
		for (size_t k = 0; k < 2 * r->n; k++)
			r->v[k].state = OUTCOME_EXECUTED;
	}
}

static struct outcome *outcome(size_t column, size_t index, int direction)
{
	return &m.runs[column].run.v[2 * index + (size_t)direction];
}

/* The payload reports this of a call, besides what it reported. */
static struct cl_finding *report(size_t column, size_t index, int direction, enum check check,
				 unsigned item)
{
	struct outcome *o = outcome(column, index, direction);
	struct cl_finding *v = arena_alloc(arena, (o->nfindings + 1) * sizeof(*v));

	if (o->nfindings)
		memcpy(v, o->findings, o->nfindings * sizeof(*v));
	o->findings = v;
	v += o->nfindings++;
	*v = (struct cl_finding){ .check = (uint8_t)check, .item = (uint16_t)item, .size = 8 };
	return v;
}

static void observe_piece(size_t column, int direction, unsigned item, unsigned piece,
			  uint64_t registers, uint64_t words)
{
	struct outcome *o = outcome(column, 0, direction);
	struct cl_observation *v = arena_alloc(arena, (o->nobservations + 1) * sizeof(*v));

	if (o->nobservations)
		memcpy(v, o->observations, o->nobservations * sizeof(*v));
	o->observations = v;
	v[o->nobservations++] = (struct cl_observation){ .item = (uint16_t)item,
							 .piece = (uint8_t)piece,
							 .places = { registers, words } };
}

static void observe(size_t column, int direction, unsigned item, uint64_t registers, uint64_t words)
{
	observe_piece(column, direction, item, 0, registers, words);
}

static enum verdict verdict(size_t column, size_t index, int direction)
{
	return (enum verdict)m.runs[column].judged[2 * index + (size_t)direction].verdict;
}

/* The only finding of this call. */
static const struct finding *only(size_t column, size_t index, int direction)
{
	const struct finding *f = NULL;

	for (size_t i = 0; i < m.nfindings; i++) {
		if (m.findings[i].column != column || m.findings[i].c->index != index ||
		    m.findings[i].direction != direction)
			continue;
		ck_assert_msg(!f, "two findings of one call");
		f = &m.findings[i];
	}
	ck_assert_msg(f, "no finding");
	return f;
}

/* Totals, cells and cases say the same. */
static void consistent(void)
{
	unsigned total[VERDICT_COUNT] = { 0 }, sum = 0;
	unsigned planned = 0, executed = 0, not_run = 0, known = 0;

	for (size_t i = 0; i < m.ncells; i++) {
		const struct cell *c = &m.cells[i];
		unsigned in_cell = 0;

		ck_assert_uint_lt(c->row, m.nrows);
		ck_assert_uint_lt(c->column, plan.ncolumns);
		ck_assert_int_eq(m.rows[c->row].conv->width, columns[c->column].width);
		ck_assert_uint_eq(c->planned, c->executed + c->not_run);
		for (int v = 0; v < VERDICT_COUNT; v++) {
			in_cell += c->count[v];
			total[v] += c->count[v];
			if (c->count[v])
				ck_assert_int_ge((int)c->verdict, v);
		}
		ck_assert_uint_eq(in_cell, c->planned);
		ck_assert_uint_gt(c->count[c->verdict], 0);
		planned += c->planned;
		executed += c->executed;
		not_run += c->not_run;
		known += c->known;
	}
	for (int v = 0; v < VERDICT_COUNT; v++) {
		ck_assert_uint_eq(total[v], m.total[v]);
		sum += total[v];
	}
	ck_assert_uint_eq(sum, m.planned);
	ck_assert_uint_eq(planned, m.planned);
	ck_assert_uint_eq(executed, m.executed);
	ck_assert_uint_eq(not_run, m.not_run);
	ck_assert_uint_eq(known, m.known);
	ck_assert_uint_eq(m.planned, m.executed + m.not_run);
	ck_assert_uint_eq(m.not_run, total[VERDICT_NOT_RUN] + total[VERDICT_UNSUPPORTED_HERE]);
	ck_assert_uint_eq(m.known + m.unexpected,
			  total[VERDICT_VIOLATION] + total[VERDICT_CRASH] + total[VERDICT_TIMEOUT]);
}

static void judge(void)
{
	matrix_judge(&m);
	consistent();
}

static const char two[] = "//! group g1\nint f(int a, long b);\n//! group g2\nint g(int a);\n"
			  "long h(double a);\n";

/* ---- records ---- */

START_TEST(all_pass)
{
	make(two, W64, "sysv");
	judge();
	ck_assert_uint_eq(m.planned, 18);
	ck_assert_uint_eq(m.executed, 18);
	ck_assert_uint_eq(m.total[VERDICT_PASS], 18);
	ck_assert_uint_eq(m.nfindings + m.unexpected + m.known + m.nvanished, 0);
}
END_TEST

/* A stated rule makes a violation, a silent one a divergence. */
START_TEST(violation_or_divergence)
{
	const struct finding *f;

	make(two, W64, "sysv");
	report(GCC_O2, 0, CL_CALLEE, CHECK_SAVED, GPR_BX)->origin = CL_AT_GPR + GPR_CX;
	report(CLANG_O2, 2, CL_CALLER, CHECK_X87_STACK, 0);
	judge();
	ck_assert_uint_eq(m.nfindings, 2);
	ck_assert_uint_eq(m.total[VERDICT_VIOLATION], 1);
	ck_assert_uint_eq(m.total[VERDICT_DIVERGENCE], 1);
	ck_assert_uint_eq(m.unexpected, 1);
	ck_assert_int_eq(verdict(GCC_O2, 0, CL_CALLEE), VERDICT_VIOLATION);
	ck_assert_int_eq(verdict(GCC_O2, 0, CL_CALLER), VERDICT_PASS);
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLEE), VERDICT_PASS);
	f = only(GCC_O2, 0, CL_CALLEE);
	ck_assert_int_eq(f->rule, RULE_SYSV_SAVED);
	ck_assert_int_eq(rules[f->rule].status, STATED);
	ck_assert_str_eq(f->subject, "rbx after the call");
	ck_assert_str_eq(f->expected, "preserved: 0x0000000000000000");
	ck_assert_str_eq(f->origin, "which was in rcx at the call");
	ck_assert_str_eq(
		f->repeat,
		"clobber run --cc gcc-12 --width 64 --opt O2 --profile user --place native "
		"--abi sysv --cases cases/some.h:f --seed 5 --out results/repeat");
	f = only(CLANG_O2, 2, CL_CALLER);
	ck_assert_int_eq(f->verdict, VERDICT_DIVERGENCE);
	ck_assert_int_eq(rules[f->rule].status, SILENT);
}
END_TEST

/* A leaf function's own memory: only SysV x86-64 knows a red zone, and only callees are leaves. Of
 * what it received nothing is known any more; what it returned is another matter. */
START_TEST(leaf)
{
	static const struct {
		enum width width;
		const char *abi;
		enum rule_id rule;
	} under[] = { { W64, "sysv", RULE_SYSV_REDZONE },
		      { W64, "asmlinkage", RULE_SYSV_REDZONE },
		      { W64, "ms", RULE_MS_LOCALS },
		      { W32, "cdecl", RULE_I386_LOCALS } };
	const struct finding *f;

	make("//! leaf\nint f(int a);\nint g(int a);", under[_i].width, under[_i].abi);
	columns[CLANG_O2].place = PLACE_VMX;
	m.vmx_with = "step,interrupts";
	report(CLANG_O2, 0, CL_CALLEE, CHECK_LOCALS, 3);
	report(GCC_O0, 0, CL_CALLER, CHECK_LOCALS, 3);
	report(GCC_O0, 1, CL_CALLEE, CHECK_LOCALS, 3);
	report(GCC_O2, 0, CL_CALLEE, CHECK_ARG, 0);
	report(GCC_O2, 0, CL_CALLEE, CHECK_LOCALS, 0);
	report(GCC_O2, 0, CL_CALLEE, CHECK_RETURN, 0);
	judge();
	f = only(CLANG_O2, 0, CL_CALLEE);
	ck_assert_int_eq(f->rule, under[_i].rule);
	ck_assert_int_eq(f->verdict, VERDICT_VIOLATION);
	ck_assert_str_eq(f->subject, "local value 3, kept in the function's own memory");
	ck_assert_ptr_nonnull(strstr(f->repeat, " --place vmx --vmx-with step,interrupts --abi "));
	ck_assert_int_ne(only(GCC_O0, 0, CL_CALLER)->rule, RULE_SYSV_REDZONE);
	f = only(GCC_O0, 1, CL_CALLEE);
	ck_assert_int_ne(f->rule, RULE_SYSV_REDZONE);
	ck_assert_str_eq(f->subject, "local value 3, kept across a call");
	ck_assert_ptr_null(strstr(f->repeat, "--vmx-with"));
	for (size_t i = 0; i < m.nfindings; i++) {
		f = &m.findings[i];
		if (f->column == GCC_O2)
			ck_assert_int_eq(f->rule == RULE_SYSV_REDZONE,
					 f->check != CHECK_RETURN && _i < 2);
	}
}
END_TEST

/* A verdict that differs between places, with what is known of why. */
START_TEST(places)
{
	static const char *const reasons[] = {
		"red zone (locals: local value 0, kept in the function's own memory)",
		"privilege (system-flags: flags IF (0x200), IOPL (0x3000), NT (0x4000) and AC (0x40000) after the call)",
		"privilege (segments: segment register fs)",
		"FPU trapped (fault: the call)",
		"callee-saved: rbx after the call",
	};

	make("//! leaf\nvoid a(int);\nvoid b(int);\nvoid c(int);\nvoid d(int);\nvoid e(int);\n"
	     "void same(int);",
	     W64, "sysv");
	columns[GCC_O2].place = PLACE_VMX;
	columns[GCC_O2].built = GCC_O0;
	report(GCC_O2, 0, CL_CALLEE, CHECK_LOCALS, 0);
	/* In a process a trap, and in ring 0 what it was about. */
	report(GCC_O0, 1, CL_CALLEE, CHECK_FAULT, CL_FAULT_SEGV);
	report(GCC_O2, 1, CL_CALLEE, CHECK_FLAGS, 0);
	report(GCC_O2, 2, CL_CALLER, CHECK_SEGMENTS, 4);
	report(GCC_O2, 3, CL_CALLEE, CHECK_FAULT, CL_FAULT_FPU);
	report(GCC_O0, 4, CL_CALLEE, CHECK_SAVED, GPR_BX);
	report(GCC_O0, 5, CL_CALLEE, CHECK_SAVED, GPR_BX);
	report(GCC_O2, 5, CL_CALLEE, CHECK_SAVED, GPR_BX);
	judge();
	ck_assert_uint_eq(m.compared[PLACE_VMX], 12);
	ck_assert_uint_eq(m.ndifferences, ARRAY_SIZE(reasons));
	for (size_t i = 0; i < m.ndifferences; i++) {
		ck_assert_str_eq(m.differences[i].id, plan.set[profile_user(W64)].v[i].id);
		ck_assert_str_eq(m.differences[i].reason, reasons[i]);
	}
}
END_TEST

/* Several findings of a call: all are kept, the most serious one is its verdict. */
START_TEST(most_serious)
{
	make(two, W64, "sysv");
	report(GCC_O0, 1, CL_CALLEE, CHECK_ARG, 0);
	report(GCC_O0, 1, CL_CALLEE, CHECK_UPPER, 0);
	report(GCC_O0, 1, CL_CALLEE, CHECK_FAULT, CL_FAULT_SEGV);
	report(GCC_O0, 1, CL_CALLEE, CHECK_DF, 0);
	judge();
	ck_assert_uint_eq(m.nfindings, 4);
	ck_assert_int_eq(verdict(GCC_O0, 1, CL_CALLEE), VERDICT_CRASH);
	ck_assert_uint_eq(m.unexpected, 1);
	ck_assert_str_eq(m.findings[0].subject, "argument a (int)");
	ck_assert_int_eq(m.findings[0].rule, RULE_SYSV_INT_ARGS);
}
END_TEST

START_TEST(faults)
{
	make(two, W64, "sysv");
	report(GCC_O0, 0, CL_CALLEE, CHECK_FAULT, CL_FAULT_ILL);
	report(GCC_O0, 0, CL_CALLER, CHECK_FAULT, CL_FAULT_TIMEOUT);
	report(GCC_O0, 1, CL_CALLER, CHECK_FAULT, CL_FAULT_DIED);
	judge();
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLEE), VERDICT_CRASH);
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLER), VERDICT_TIMEOUT);
	ck_assert_int_eq(verdict(GCC_O0, 1, CL_CALLER), VERDICT_CRASH);
	ck_assert_str_eq(only(GCC_O0, 0, CL_CALLEE)->observed, "illegal instruction (SIGILL)");
	ck_assert_uint_eq(m.executed, 18);
	ck_assert_uint_eq(m.unexpected, 3);
}
END_TEST

/* Nothing says how an empty structure goes under ms: a callee that follows a pointer to it finds
 * none. That is a divergence; what has nothing to do with it stays a crash. */
START_TEST(fault_behind_an_unspecified_reference)
{
	make("struct e {}; int f(struct e a);\nint g(int a);\n", W64, "ms");
	report(GCC_O0, 0, CL_CALLEE, CHECK_FAULT, CL_FAULT_SEGV);
	report(CLANG_O2, 0, CL_CALLEE, CHECK_FAULT, CL_FAULT_ILL);
	report(GCC_O0, 0, CL_CALLER, CHECK_FAULT, CL_FAULT_SEGV);
	report(GCC_O0, 1, CL_CALLEE, CHECK_FAULT, CL_FAULT_SEGV);
	judge();
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLEE), VERDICT_DIVERGENCE);
	ck_assert_int_eq(verdict(CLANG_O2, 0, CL_CALLEE), VERDICT_CRASH);
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLER), VERDICT_CRASH);
	ck_assert_int_eq(verdict(GCC_O0, 1, CL_CALLEE), VERDICT_CRASH);
}
END_TEST

START_TEST(missing_record)
{
	const struct finding *f;

	make(two, W64, "sysv");
	outcome(GCC_O2, 2, CL_CALLER)->state = OUTCOME_MISSING;
	/* Absent although the plan has it: as wrong. */
	outcome(GCC_O0, 2, CL_CALLEE)->state = OUTCOME_ABSENT;
	judge();
	f = only(GCC_O2, 2, CL_CALLER);
	ck_assert_int_eq(f->verdict, VERDICT_CRASH);
	ck_assert_str_eq(f->subject, "the record of this case");
	ck_assert_ptr_nonnull(strstr(f->observed, "missing"));
	ck_assert_int_eq(only(GCC_O0, 2, CL_CALLEE)->verdict, VERDICT_CRASH);
	ck_assert_uint_eq(m.unexpected, 2);
}
END_TEST

/* ---- what was not executed ---- */

START_TEST(unsupported)
{
	make(two, W64, "sysv");
	columns[GCC_O0].absent[1] = UNSUPPORTED;
	columns[GCC_O0].why[1] = "no such type";
	outcome(GCC_O0, 1, CL_CALLEE)->state = outcome(GCC_O0, 1, CL_CALLER)->state =
		OUTCOME_ABSENT;
	columns[CLANG_O2].unusable = "no 64-bit target";
	columns[CLANG_O2].absent = NULL;
	columns[CLANG_O2].why = NULL;
	m.runs[CLANG_O2].run = (struct place_run){ 0 };
	judge();
	ck_assert_uint_eq(m.nfindings, 0);
	ck_assert_int_eq(verdict(GCC_O0, 1, CL_CALLEE), VERDICT_UNSUPPORTED_HERE);
	ck_assert_str_eq(m.runs[GCC_O0].judged[3].why, "no such type");
	ck_assert_str_eq(m.runs[CLANG_O2].judged[5].why, "no 64-bit target");
	ck_assert_uint_eq(m.total[VERDICT_UNSUPPORTED_HERE], 8);
	ck_assert_uint_eq(m.not_run, 8);
	ck_assert_uint_eq(m.executed, 10);
	ck_assert_uint_eq(m.unexpected, 0);
}
END_TEST

START_TEST(compiler_crash)
{
	make(two, W64, "sysv");
	columns[GCC_O0].absent[0] = COMPILER_CRASH;
	columns[GCC_O0].why[0] = "the compiler died (status 139)";
	judge();
	for (int d = 0; d < CL_DIRECTIONS; d++) {
		const struct finding *f = only(GCC_O0, 0, d);

		ck_assert_int_eq(f->verdict, VERDICT_CRASH);
		ck_assert_str_eq(f->subject, "the compiler");
		ck_assert_str_eq(f->observed, "the compiler died (status 139)");
	}
	ck_assert_uint_eq(m.total[VERDICT_CRASH], 2);
}
END_TEST

START_TEST(not_run)
{
	make(two, W64, "sysv");
	for (size_t i = 0; i < COLUMNS; i++) {
		m.runs[i].run.v = NULL;
		m.runs[i].run.why_not = "no such processor";
	}
	judge();
	ck_assert_uint_eq(m.not_run, m.planned);
	ck_assert_uint_eq(m.total[VERDICT_NOT_RUN], 18);
	ck_assert_str_eq(m.runs[1].judged[0].why, "no such processor");
	ck_assert_str_eq(m.cells[0].reason, "no such processor");
	ck_assert_uint_eq(m.nfindings, 0);
}
END_TEST

/* A payload that failed half-way: what it reported is judged, what is missing is charged, and why
 * is said. */
START_TEST(broken_payload)
{
	make(two, W64, "sysv");
	m.runs[GCC_O0].run.broken = "results did not fit into memory";
	outcome(GCC_O0, 2, CL_CALLEE)->state = outcome(GCC_O0, 2, CL_CALLER)->state =
		OUTCOME_MISSING;
	report(GCC_O0, 1, CL_CALLEE, CHECK_SAVED, GPR_BX);
	judge();
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLEE), VERDICT_PASS);
	ck_assert_int_eq(verdict(GCC_O0, 1, CL_CALLEE), VERDICT_VIOLATION);
	ck_assert_int_eq(only(GCC_O0, 2, CL_CALLEE)->verdict, VERDICT_CRASH);
	ck_assert_str_eq(only(GCC_O0, 2, CL_CALLER)->observed, "results did not fit into memory");
	ck_assert_uint_eq(m.unexpected, 3);
}
END_TEST

static void make_unspecified(void)
{
	struct placement *p;

	make("int f(int a, long b);", W64, "sysv");
	p = &plan.set[W64].v[0].call.place;
	p->arg[0].unspecified = true;
	p->arg[0].nlocs = 0;
	p->arg[0].rule = RULE_SYSV_UNNAMED;
}

/* Of each column its callee and its caller. */
static void all_observe(uint64_t callee[COLUMNS], uint64_t caller[COLUMNS], unsigned item)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		observe(i, CL_CALLEE, item, callee[i], 0);
		observe(i, CL_CALLER, item, caller[i], 0);
	}
}

static void open_return(void)
{
	struct placement *p;

	make("int f(int a);", W64, "sysv");
	p = &plan.set[W64].v[0].call.place;
	p->ret.unspecified = p->arg[0].unspecified = true;
	p->ret.rule = p->arg[0].rule = RULE_MS_RET_WIDE;
	p->ret.nlocs = p->arg[0].nlocs = 0;
}

/* As observe, of a pointer to the return value. */
static void observe_pointer(size_t column, int direction, uint64_t where)
{
	observe_piece(column, direction, CL_ITEM_RETURN, CL_PIECE_POINTER, where, 0);
}

/* No document says how it returns: who returns in memory, who in a register. */
START_TEST(unspecified_return)
{
	open_return();
	for (size_t i = 0; i < COLUMNS; i++) {
		for (int d = 0; d < CL_DIRECTIONS; d++) {
			if (i == CLANG_O2)
				observe(i, d, CL_ITEM_RETURN, 1ull << CL_BIT_XMM, 0);
			else
				observe_pointer(i, d, 1u << GPR_DI);
		}
	}
	judge();
	ck_assert_uint_eq(m.nfindings, 6);
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLEE), VERDICT_DIVERGENCE);
	ck_assert_int_eq(m.findings[0].rule, RULE_MS_RET_WIDE);
	ck_assert_str_eq(
		m.findings[0].origin,
		"gcc-12: returned in memory by pointer in rdi | clang-14: returned in xmm0");
	for (size_t i = 0; i < COLUMNS; i++)
		ck_assert(!disagrees_with_itself(&m, i, &plan.set[W64].v[0]));
}
END_TEST

/* One direction in memory, the other in a register: no place differs, and they do not agree. */
START_TEST(unspecified_return_of_two_kinds)
{
	open_return();
	observe_pointer(GCC_O0, CL_CALLEE, 1u << GPR_DI);
	observe(GCC_O0, CL_CALLER, CL_ITEM_RETURN, 1u << GPR_AX, 0);
	judge();
	ck_assert_uint_eq(m.nfindings, 2);
	ck_assert(disagrees_with_itself(&m, GCC_O0, &plan.set[W64].v[0]));
	ck_assert_str_eq(m.findings[0].origin,
			 "gcc-12 as callee: returned in memory by pointer in rdi | gcc-12 as "
			 "caller: returned in rax");
}
END_TEST

/* A register that a value passed through is not a place in common with code that reads it. */
START_TEST(leftover_is_no_agreement)
{
	uint64_t ecx = 1u << GPR_CX, both = ecx | 1u << GPR_DX;

	make_unspecified();
	all_observe((uint64_t[]){ ecx, ecx, 1u << GPR_DX }, (uint64_t[]){ both, both, both }, 0);
	judge();
	ck_assert_uint_eq(m.nfindings, 6);
	ck_assert_str_eq(only(GCC_O0, 0, CL_CALLER)->observed, "a in rcx");
	ck_assert_str_eq(only(CLANG_O2, 0, CL_CALLER)->observed, "a in rdx");
}
END_TEST

/* What only one optimisation leaves behind, and what no convention passes arguments in. */
START_TEST(leftovers_are_dropped)
{
	uint64_t ax = 1u << GPR_AX, bx = 1u << GPR_BX, di = 1u << GPR_DI;

	make_unspecified();
	observe(GCC_O0, CL_CALLER, 0, di | 1u << GPR_SI, 1);
	observe(GCC_O2, CL_CALLER, 0, di | bx, 0);
	observe(CLANG_O2, CL_CALLER, 0, ax | bx, 1);
	judge();
	ck_assert_str_eq(only(GCC_O0, 0, CL_CALLER)->observed, "a in rdi");
	ck_assert_str_eq(only(GCC_O2, 0, CL_CALLER)->observed, "a in rdi");
	ck_assert_str_eq(only(CLANG_O2, 0, CL_CALLER)->observed, "a in rsp+0");
}
END_TEST

/* A caller that crashes when its probe pops what its own callee pops contradicts itself where
 * documents are silent about how much that is; elsewhere it crashes. */
START_TEST(fault_behind_an_unspecified_return)
{
	make("int f(int a);\nint g(int a);\n", W64, "sysv");
	plan.set[W64].v[0].call.place.ret.unspecified = true;
	plan.set[W64].v[0].call.place.pop_unspecified = true;
	plan.set[W64].v[0].call.place.ret.rule = RULE_GCC_HIDDEN;
	report(GCC_O0, 0, CL_CALLER, CHECK_FAULT, CL_FAULT_SEGV);
	report(GCC_O0, 0, CL_CALLEE, CHECK_FAULT, CL_FAULT_SEGV);
	report(GCC_O0, 1, CL_CALLER, CHECK_FAULT, CL_FAULT_SEGV);
	judge();
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLER), VERDICT_DIVERGENCE);
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLEE), VERDICT_CRASH);
	ck_assert_int_eq(verdict(GCC_O0, 1, CL_CALLER), VERDICT_CRASH);
}
END_TEST

/* ---- rows and cells ---- */

static const struct cell *cell_of(const char *row, size_t column)
{
	for (size_t i = 0; i < m.ncells; i++) {
		if (!strcmp(m.rows[m.cells[i].row].id, row) && m.cells[i].column == column)
			return &m.cells[i];
	}
	ck_abort_msg("no cell of %s", row);
	return NULL;
}

START_TEST(rows_and_cells)
{
	const struct cell *c;

	make(two, W64, "sysv");
	report(GCC_O0, 1, CL_CALLEE, CHECK_SAVED, GPR_BX);
	columns[GCC_O0].absent[2] = UNSUPPORTED;
	columns[GCC_O0].why[2] = "no double";
	judge();
	/* Two groups in two directions; each in three columns. */
	ck_assert_uint_eq(m.nrows, 4);
	ck_assert_uint_eq(m.ncells, 12);
	ck_assert_str_eq(m.rows[0].id, "sysv/64/g1/callee");
	c = cell_of("sysv/64/g2/callee", GCC_O0);
	ck_assert_int_eq(c->verdict, VERDICT_VIOLATION);
	ck_assert_uint_eq(c->planned, 2);
	ck_assert_uint_eq(c->executed, 1);
	ck_assert_uint_eq(c->not_run, 1);
	ck_assert_uint_eq(c->count[VERDICT_VIOLATION], 1);
	ck_assert_uint_eq(c->count[VERDICT_UNSUPPORTED_HERE], 1);
	ck_assert_str_eq(c->reason, "no double");
	c = cell_of("sysv/64/g1/caller", CLANG_O2);
	ck_assert_int_eq(c->verdict, VERDICT_PASS);
	ck_assert_uint_eq(c->planned, 1);
	ck_assert_ptr_null(c->reason);
}
END_TEST

/* Columns of both widths: cells only where row and column agree. */
START_TEST(two_widths)
{
	struct case_list list = { 0 };
	const char *error = NULL;
	static const char *const only_sysv[] = { "sysv", NULL };

	make("int f(int a);", W32, "cdecl");
	ck_assert_int_eq(proto_parse_file(arena, "cases/some.h", two, &list, &error), 0);
	ck_assert_int_eq(gen_select(arena, &list, W64, only_sysv, &plan.set[W64], &error), 0);
	columns[CLANG_O2] = a_column(CLANG_O2, &clang, W64, "O2");
	m.runs[CLANG_O2].run.n = 3;
	m.runs[CLANG_O2].run.v = arena_alloc(arena, 6 * sizeof(struct outcome));
	for (size_t i = 0; i < 6; i++)
		m.runs[CLANG_O2].run.v[i].state = OUTCOME_EXECUTED;
	judge();
	ck_assert_uint_eq(m.planned, 2 + 2 + 6);
	ck_assert_uint_eq(m.nrows, 2 + 4);
	ck_assert_uint_eq(m.ncells, 2 * 2 + 4);
}
END_TEST

/* ---- what no document decides ---- */

START_TEST(all_agree)
{
	uint64_t eax = 1u << GPR_AX, both = 1u << GPR_AX | 1u << GPR_CX;

	make_unspecified();
	all_observe((uint64_t[]){ eax, eax, eax }, (uint64_t[]){ both, eax, both }, 0);
	judge();
	/* Told once. */
	ck_assert_uint_eq(m.nfindings, 1);
	ck_assert_int_eq(m.findings[0].verdict, VERDICT_DE_FACTO);
	ck_assert_str_eq(m.findings[0].origin, "gcc-12, clang-14: a in rax");
	ck_assert_uint_eq(m.total[VERDICT_DE_FACTO], 6);
	ck_assert_uint_eq(m.unexpected, 0);
}
END_TEST

/* What one family does is nothing that two agree on. */
START_TEST(one_family_alone)
{
	uint64_t eax = 1u << GPR_AX;

	make_unspecified();
	columns[CLANG_O2].compiler = &gcc;
	all_observe((uint64_t[]){ eax, eax, eax }, (uint64_t[]){ eax, eax, eax }, 0);
	judge();
	ck_assert_uint_eq(m.nfindings, 0);
	ck_assert_uint_eq(m.total[VERDICT_PASS], 6);
}
END_TEST

/* As many say the same in a register as on the stack. */
START_TEST(all_agree_on_the_stack)
{
	make_unspecified();
	for (size_t i = 0; i < COLUMNS; i++)
		observe(i, CL_CALLEE, 0, 1u << i, 4);
	judge();
	ck_assert_uint_eq(m.total[VERDICT_DIVERGENCE], 0);
	ck_assert_uint_eq(m.total[VERDICT_DE_FACTO], 3);
}
END_TEST

static void all_diverge(void)
{
	judge();
	ck_assert_uint_eq(m.nfindings, 6);
	ck_assert_uint_eq(m.total[VERDICT_DIVERGENCE], 6);
	ck_assert_uint_eq(m.unexpected, 0);
	for (size_t i = 0; i < m.nfindings; i++) {
		ck_assert_int_eq(m.findings[i].verdict, VERDICT_DIVERGENCE);
		ck_assert_str_eq(m.findings[i].expected, "unspecified");
		ck_assert_int_eq(m.findings[i].rule, RULE_SYSV_UNNAMED);
	}
}

START_TEST(two_compilers_disagree)
{
	uint64_t eax = 1u << GPR_AX, ecx = 1u << GPR_CX;

	make_unspecified();
	all_observe((uint64_t[]){ eax, eax, ecx }, (uint64_t[]){ eax, eax, ecx }, 0);
	all_diverge();
	ck_assert_str_eq(only(GCC_O2, 0, CL_CALLER)->observed, "a in rax");
	ck_assert_str_eq(only(CLANG_O2, 0, CL_CALLEE)->observed, "a in rcx");
	/* Both groups are told. */
	ck_assert_str_eq(m.findings[0].origin, "gcc-12: a in rax | clang-14: a in rcx");
}
END_TEST

/* gcc and clang agree on what no document decides: only a departure from that is reported. */
START_TEST(de_facto)
{
	static const struct compiler tcc = {
		.name = "tcc", .path = "/usr/bin/tcc", .family = "tcc", .version = "0.9"
	};
	uint64_t eax = 1u << GPR_AX, ecx = 1u << GPR_CX;

	make_unspecified();
	columns[GCC_O2].compiler = &tcc;
	all_observe((uint64_t[]){ eax, ecx, eax }, (uint64_t[]){ eax, ecx, eax }, 0);
	judge();
	ck_assert_uint_eq(m.nfindings, 3);
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLEE), VERDICT_DE_FACTO);
	ck_assert_int_eq(verdict(CLANG_O2, 0, CL_CALLER), VERDICT_DE_FACTO);
	ck_assert_int_eq(verdict(GCC_O2, 0, CL_CALLEE), VERDICT_DIVERGENCE);
	ck_assert_str_eq(only(GCC_O2, 0, CL_CALLEE)->expected, "de facto a in rax");
	ck_assert_str_eq(only(GCC_O2, 0, CL_CALLER)->observed, "a in rcx");
	/* One of the two differs: nothing is so de facto. */
	make_unspecified();
	columns[GCC_O2].compiler = &tcc;
	all_observe((uint64_t[]){ eax, ecx, ecx }, (uint64_t[]){ eax, ecx, ecx }, 0);
	all_diverge();
}
END_TEST

/* A compiler that cannot call itself. */
START_TEST(callee_and_caller_disagree)
{
	uint64_t eax = 1u << GPR_AX, ecx = 1u << GPR_CX;

	make_unspecified();
	observe(GCC_O0, CL_CALLEE, 0, eax, 0);
	observe(GCC_O0, CL_CALLER, 0, ecx, 0);
	judge();
	ck_assert_uint_eq(m.nfindings, 2);
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLEE), VERDICT_DIVERGENCE);
	ck_assert_int_eq(verdict(GCC_O0, 0, CL_CALLER), VERDICT_DIVERGENCE);
	ck_assert_int_eq(verdict(GCC_O2, 0, CL_CALLEE), VERDICT_PASS);
	ck_assert_str_eq(only(GCC_O0, 0, CL_CALLEE)->observed, "a in rax");
	ck_assert_str_eq(only(GCC_O0, 0, CL_CALLER)->observed, "a in rcx");
	ck_assert_ptr_nonnull(strstr(m.findings[0].origin, "a in rax"));
	ck_assert_ptr_nonnull(strstr(m.findings[0].origin, "a in rcx"));
	ck_assert(disagrees_with_itself(&m, GCC_O0, &plan.set[W64].v[0]));
	for (size_t i = 0; i < m.nfindings; i++)
		ck_assert_ptr_nonnull(strstr(m.findings[i].subject,
					     "this compiler disagrees with itself as caller and "
					     "callee"));
}
END_TEST

/* Two that differ from each other but agree with themselves: nothing is reported about either
 * alone. */
START_TEST(nobody_disagrees_with_itself)
{
	uint64_t eax = 1u << GPR_AX, ecx = 1u << GPR_CX, both = eax | ecx;

	make_unspecified();
	all_observe((uint64_t[]){ eax, eax, ecx }, (uint64_t[]){ both, eax, both }, 0);
	judge();
	ck_assert_uint_gt(m.nfindings, 0);
	for (size_t i = 0; i < COLUMNS; i++)
		ck_assert(!disagrees_with_itself(&m, i, &plan.set[W64].v[0]));
	for (size_t i = 0; i < m.nfindings; i++)
		ck_assert_ptr_null(strstr(m.findings[i].subject, "itself"));
}
END_TEST

/* Popped bytes are numbers: 4 + 1 and 12 + 1 have bits in common and are not the same. */
START_TEST(pops_disagree)
{
	make_unspecified();
	all_observe((uint64_t[]){ 5, 5, 13 }, (uint64_t[]){ 5, 5, 13 }, CL_ITEM_POP);
	all_diverge();
	ck_assert_str_eq(m.findings[0].origin, "gcc-12: pops 4 | clang-14: pops 12");
}
END_TEST

START_TEST(pops_agree)
{
	make_unspecified();
	all_observe((uint64_t[]){ 5, 5, 5 }, (uint64_t[]){ 5, 5, 5 }, CL_ITEM_POP);
	judge();
	ck_assert_uint_eq(m.total[VERDICT_DE_FACTO], 6);
}
END_TEST

/* Rounds that differ within one column agree with nobody, not even with themselves. */
START_TEST(pops_vary)
{
	make_unspecified();
	all_observe((uint64_t[]){ 5, 5, 0 }, (uint64_t[]){ 5, 5, 0 }, CL_ITEM_POP);
	all_diverge();
	ck_assert_str_eq(only(CLANG_O2, 0, CL_CALLEE)->observed, "pops a varying number");
}
END_TEST

/* ---- known findings ---- */

static const struct {
	const char *note; /* of a case that gcc-12's callee violates */
	bool known;
} notes[] = {
	{ "gcc sysv: reason", true },
	{ "gcc sysv callee: reason", true },
	{ "gcc sysv caller: reason", false },
	{ "clang sysv: reason", false },
	{ "gcc ms,sysv: reason", true },
	{ "gcc ms: reason", false },
	{ "gcc<13 sysv: reason", true },
	{ "gcc<12 sysv: reason", false },
	{ "gcc<=12 sysv: reason", true },
	{ "gcc<=11 sysv: reason", false },
	{ "gcc=12 sysv: reason", true },
	{ "gcc=13 sysv: reason", false },
	{ "gcc>=12 sysv: reason", true },
	{ "gcc>=13 sysv: reason", false },
	{ "gcc>11 sysv: reason", true },
	{ "gcc>12 sysv: reason", false },
	{ "gcc sysv/64: reason", true },
	{ "gcc sysv/32: reason", false },
	{ "gcc sys: reason", false },
	{ "gcc sysv callee-saved: reason", true },
	{ "gcc sysv callee argument,callee-saved: reason", true },
	{ "gcc sysv argument: reason", false },
	{ "gcc sysv callee argument,stack-pointer: reason", false },
};

START_TEST(known)
{
	const struct finding *f;

	make(arena_printf(arena, "//! known %s\nint f(int a);\n", notes[_i].note), W64, "sysv");
	report(GCC_O2, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	judge();
	f = only(GCC_O2, 0, CL_CALLEE);
	ck_assert_int_eq(f->known != NULL, notes[_i].known);
	if (f->known)
		ck_assert_str_eq(f->known->reason, "reason");
	ck_assert_uint_eq(m.known, notes[_i].known);
	ck_assert_uint_eq(m.unexpected, !notes[_i].known);
	ck_assert_uint_eq(m.total[VERDICT_VIOLATION], 1);
}
END_TEST

/* A line speaks of one case, not of its neighbour; an unknown finding beside a known one is still
 * unexpected. */
/* The other check's finding is not excused, and a line whose check holds has vanished although
 * another finding of the case is there. */
START_TEST(known_names_its_check)
{
	make("//! known gcc sysv callee callee-saved: reason\nint f(int a);\n", W64, "sysv");
	report(GCC_O2, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	report(GCC_O2, 0, CL_CALLEE, CHECK_DF, 0);
	judge();
	ck_assert_uint_eq(m.unexpected, 1);
	ck_assert_uint_eq(m.nvanished, 0);
	for (size_t i = 0; i < m.nfindings; i++)
		ck_assert_int_eq(m.findings[i].known != NULL, m.findings[i].check == CHECK_SAVED);

	make("//! known gcc sysv callee callee-saved: reason\nint f(int a);\n", W64, "sysv");
	report(GCC_O2, 0, CL_CALLEE, CHECK_DF, 0);
	judge();
	ck_assert_uint_eq(m.unexpected, 1);
	ck_assert_uint_eq(m.nvanished, 1);
}
END_TEST

START_TEST(known_is_narrow)
{
	make("//! known gcc sysv callee: reason\nint f(int a);\nint g(int a);\n", W64, "sysv");
	report(GCC_O2, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	report(GCC_O2, 0, CL_CALLER, CHECK_SAVED, GPR_BX);
	report(GCC_O2, 1, CL_CALLEE, CHECK_SAVED, GPR_BX);
	report(CLANG_O2, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	judge();
	ck_assert_uint_eq(m.known, 1);
	ck_assert_uint_eq(m.unexpected, 3);
	ck_assert_uint_eq(m.nvanished, 0);
}
END_TEST

/* Found in one column of the compiler: it has not vanished because another does not show it. */
START_TEST(vanished)
{
	make("//! known gcc sysv callee: reason\nint f(int a);\n", W64, "sysv");
	judge();
	ck_assert_uint_eq(m.nvanished, 1);
	ck_assert_str_eq(m.vanished[0].compiler, gcc.name);
	ck_assert_str_eq(m.vanished[0].reason, "reason");
	ck_assert_ptr_nonnull(strstr(m.vanished[0].where, ":1"));
	ck_assert_str_eq(m.vanished[0].id, plan.set[profile_user(W64)].v[0].id);

	make("//! known gcc sysv callee: reason\nint f(int a);\n", W64, "sysv");
	report(GCC_O0, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
	judge();
	ck_assert_uint_eq(m.nvanished, 0);

	/* The other direction does not count. */
	make("//! known gcc sysv callee: reason\nint f(int a);\n", W64, "sysv");
	report(GCC_O0, 0, CL_CALLER, CHECK_SAVED, GPR_BX);
	judge();
	ck_assert_uint_eq(m.nvanished, 1);
}
END_TEST

/* Strict where the optimisations that show it were run, and only there; excused in all. */
START_TEST(vanished_by_optimisation)
{
	static const struct {
		const char *opts;
		bool o0; /* O0 executes it, too */
		unsigned vanished;
	} lines[] = {
		{ "/O2", false, 1 }, { "/O0", false, 0 },   { "/O0,O2", false, 0 },
		{ "/O0", true, 1 },  { "/O0,O2", true, 1 }, { "/O1", true, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *text = arena_printf(
			arena, "//! known gcc%s sysv: reason\nint f(int a);\n", lines[i].opts);

		make(text, W64, "sysv");
		columns[GCC_O0].absent[0] = lines[i].o0 ? PRESENT : UNSUPPORTED;
		judge();
		ck_assert_uint_eq(m.nvanished, lines[i].vanished);
		make(text, W64, "sysv");
		report(GCC_O2, 0, CL_CALLEE, CHECK_SAVED, GPR_BX);
		judge();
		ck_assert_uint_eq(m.known, 1);
		ck_assert_uint_eq(m.unexpected + m.nvanished, 0);
	}
}
END_TEST

/* What was not executed cannot vanish. */
START_TEST(not_vanished_when_not_executed)
{
	make("//! known gcc sysv: reason\nint f(int a);\n", W64, "sysv");
	m.runs[GCC_O0].run.why_not = m.runs[GCC_O2].run.why_not = "not here";
	judge();
	ck_assert_uint_eq(m.nvanished, 0);

	make("//! known gcc sysv: reason\nint f(int a);\n", W64, "sysv");
	columns[GCC_O0].absent[0] = columns[GCC_O2].absent[0] = UNSUPPORTED;
	judge();
	ck_assert_uint_eq(m.nvanished, 0);

	/* In one column it was: that is enough. */
	make("//! known gcc sysv: reason\nint f(int a);\n", W64, "sysv");
	columns[GCC_O0].absent[0] = UNSUPPORTED;
	judge();
	ck_assert_uint_eq(m.nvanished, 1);
}
END_TEST

START_TEST(hex)
{
	static const uint8_t bytes[] = { 0xef, 0xcd, 0xab, 0x01 };

	ck_assert_str_eq(hex_text(arena, bytes, 4), "0x01abcdef");
	ck_assert_str_eq(hex_text(arena, bytes, 1), "0xef");
	ck_assert_str_eq(direction_name(CL_CALLEE), "callee");
	ck_assert_str_eq(direction_name(CL_CALLER), "caller");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("verdict");
	TCase *t = tcase_create("verdict");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, all_pass);
	tcase_add_test(t, violation_or_divergence);
	tcase_add_loop_test(t, leaf, 0, 4);
	tcase_add_test(t, places);
	tcase_add_test(t, most_serious);
	tcase_add_test(t, faults);
	tcase_add_test(t, fault_behind_an_unspecified_reference);
	tcase_add_test(t, missing_record);
	tcase_add_test(t, unsupported);
	tcase_add_test(t, compiler_crash);
	tcase_add_test(t, not_run);
	tcase_add_test(t, broken_payload);
	tcase_add_test(t, unspecified_return);
	tcase_add_test(t, unspecified_return_of_two_kinds);
	tcase_add_test(t, leftover_is_no_agreement);
	tcase_add_test(t, leftovers_are_dropped);
	tcase_add_test(t, fault_behind_an_unspecified_return);
	tcase_add_test(t, rows_and_cells);
	tcase_add_test(t, two_widths);
	tcase_add_test(t, all_agree);
	tcase_add_test(t, one_family_alone);
	tcase_add_test(t, all_agree_on_the_stack);
	tcase_add_test(t, two_compilers_disagree);
	tcase_add_test(t, de_facto);
	tcase_add_test(t, callee_and_caller_disagree);
	tcase_add_test(t, nobody_disagrees_with_itself);
	tcase_add_test(t, pops_disagree);
	tcase_add_test(t, pops_agree);
	tcase_add_test(t, pops_vary);
	tcase_add_loop_test(t, known, 0, ARRAY_SIZE(notes));
	tcase_add_test(t, known_names_its_check);
	tcase_add_test(t, known_is_narrow);
	tcase_add_test(t, vanished);
	tcase_add_test(t, vanished_by_optimisation);
	tcase_add_test(t, not_vanished_when_not_executed);
	tcase_add_test(t, hex);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
