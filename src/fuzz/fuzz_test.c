/* SPDX-License-Identifier: MIT */
/* Generation by seed, weights, the text of prototypes, reductions and minimising against predicates
 * whose minimum is known, clusters of invented findings. */
#include "fuzz/fuzz.h"
#include "fuzz/random.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

static struct fuzz_source source_of(uint64_t seed, const char *types)
{
	struct fuzz_source s = { .seed = seed, .profiles = { true, true } };
	const char *error = NULL;

	fuzz_default_weights(&s.weights);
	if (types)
		error = fuzz_parse_weights(arena, types, &s.weights);
	ck_assert_msg(!error, "%s", error);
	fuzz_source_adapt(&s);
	return s;
}

static const struct prototype *parse(const char *text)
{
	struct case_list list = { 0 };
	const char *error = NULL;
	int r = proto_parse_file(arena, "fuzz.h", text, &list, &error);

	ck_assert_msg(r == 0, "%s\nrefused:\n%s", text, error);
	ck_assert_uint_eq(list.n, 1);
	return list.v[0].proto;
}

/* Generation --------------------------------------------------------------------------------- */

START_TEST(same_seed_same_prototypes)
{
	struct fuzz_source a = source_of(7, NULL), b = source_of(7, NULL);

	for (unsigned long i = 0; i < 200; i++) {
		/* In any order: a number alone decides. */
		char *one = fuzz_prototype(arena, &a, i);
		char *other = fuzz_prototype(arena, &b, i);

		ck_assert_ptr_nonnull(one);
		ck_assert_str_eq(one, other);
	}
	ck_assert_str_eq(fuzz_prototype(arena, &a, 3), fuzz_prototype(arena, &b, 3));
}
END_TEST

START_TEST(other_seed_other_prototypes)
{
	struct fuzz_source a = source_of(7, NULL), b = source_of(8, NULL);
	unsigned same = 0;

	for (unsigned long i = 0; i < 100; i++)
		same += !strcmp(fuzz_prototype(arena, &a, i), fuzz_prototype(arena, &b, i));
	ck_assert_uint_lt(same, 10);
}
END_TEST

START_TEST(all_parse_under_their_names)
{
	struct fuzz_source s = source_of(1, NULL);
	struct case_list list = { 0 };
	struct str all = { 0 };
	const char *error = NULL;

	for (unsigned long i = 0; i < 500; i++)
		str_add(&all, fuzz_prototype(arena, &s, i));
	/* In one file: nothing clashes. */
	ck_assert_msg(proto_parse_file(arena, "fuzz.h", all.s, &list, &error) == 0, "%s", error);
	ck_assert_uint_eq(list.n, 500);
	for (size_t i = 0; i < list.n; i++)
		ck_assert_str_eq(list.v[i].proto->name, arena_printf(arena, "fuzz_%06zu", i));
	str_free(&all);
}
END_TEST

/* Drawn without asking the oracle: what a later one may place must parse already. */
START_TEST(every_class_parses)
{
	for (int c = 0; c < FUZZ_CLASS_COUNT; c++) {
		struct fuzz_source s = source_of(1, NULL);

		fuzz_default_weights(&s.weights);
		s.weights.w[c] = 500;
		for (unsigned long i = 0; i < 60; i++) {
			char *text = fuzz_prototype(arena, &s, i);

			ck_assert_ptr_nonnull(text);
			parse(text);
		}
	}
}
END_TEST

START_TEST(counts_lie_at_register_boundaries)
{
	struct fuzz_source s = source_of(1, "scalar");
	unsigned count[MAX_ARGS + 1] = { 0 }, middle = 0;

	for (unsigned long i = 0; i < 400; i++)
		count[parse(fuzz_prototype(arena, &s, i))->nparams]++;
	for (size_t i = 0; i <= 16; i++)
		middle += i >= 1 && i <= 9 ? count[i] : 0;
	ck_assert_uint_gt(middle, 300);
	ck_assert_uint_gt(count[0], 0);
	for (size_t i = 17; i <= MAX_ARGS; i++)
		ck_assert_uint_eq(count[i], 0);
}
END_TEST

/* Weights ------------------------------------------------------------------------------------ */

static uint32_t classes_drawn(const char *types, unsigned n)
{
	struct fuzz_source s = source_of(1, types);
	uint32_t set = 0;

	for (unsigned long i = 0; i < n; i++)
		set |= fuzz_classes_of(parse(fuzz_prototype(arena, &s, i)));
	return set;
}

START_TEST(weight_0_never_appears)
{
	for (int c = FUZZ_BOOL; c <= FUZZ_VARIADIC; c++) {
		/* What is not "..." stands before it as an int. */
		const char *types = arena_printf(arena, c == FUZZ_INT ? "%s=0,variadic=0" : "%s=0",
						 fuzz_classes[c].name);

		ck_assert_msg(!(classes_drawn(types, 150) & 1u << c), "%s", types);
	}
}
END_TEST

START_TEST(only_what_is_named_appears)
{
	ck_assert_uint_eq(classes_drawn("double", 50), 1u << FUZZ_DOUBLE);
	ck_assert_uint_eq(classes_drawn("int=4,float=2,vector=0", 100),
			  1u << FUZZ_INT | 1u << FUZZ_FLOAT);
}
END_TEST

START_TEST(weights_count)
{
	struct fuzz_source s = source_of(1, "int=1,double=9");
	unsigned ints = 0, doubles = 0;

	for (unsigned long i = 0; i < 200; i++) {
		const struct prototype *p = parse(fuzz_prototype(arena, &s, i));

		for (size_t k = 0; k < p->nparams; k++)
			*(p->params[k].type->kind == TYPE_DOUBLE ? &doubles : &ints) += 1;
	}
	ck_assert_uint_gt(doubles, 5 * ints);
	ck_assert_uint_gt(ints, 0);
}
END_TEST

static const struct {
	const char *list, *error;
} bad_lists[] = {
	{ "", "empty list" },
	{ ",", "empty list" },
	{ "inf", "unknown class of types `inf'" },
	{ "int=", "`int=' is not a class with a weight" },
	{ "int=-1", "`int=-1' is not a class with a weight" },
	{ "int=4x,float", "`int=4x' is not a class with a weight" },
	{ "int=1001", "`int=1001' is not a class with a weight" },
	{ "all=0", "no class of types is left" },
};

START_TEST(bad_weights)
{
	struct fuzz_weights w;
	const char *error = fuzz_parse_weights(arena, bad_lists[_i].list, &w);

	ck_assert_ptr_nonnull(error);
	ck_assert_msg(strstr(error, bad_lists[_i].error) == error, "%s", error);
}
END_TEST

START_TEST(weights_can_be_changed_one_by_one)
{
	struct fuzz_weights w, defaults;

	fuzz_default_weights(&defaults);
	ck_assert_ptr_null(fuzz_parse_weights(arena, "all,int=30", &w));
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++)
		ck_assert_uint_eq(w.w[i], i == FUZZ_INT ? 30 : defaults.w[i]);
	ck_assert_ptr_null(fuzz_parse_weights(arena, "wide=0,exotic=0", &w));
	for (int i = 0; i < FUZZ_CLASS_COUNT; i++) {
		bool masked = i == FUZZ_INT128 || i == FUZZ_LDOUBLE || i >= FUZZ_COMPLEX;

		ck_assert_uint_eq(w.w[i], masked ? 0 : defaults.w[i]);
	}
}
END_TEST

START_TEST(inside_needs_a_struct)
{
	struct fuzz_weights w;

	ck_assert_ptr_null(fuzz_parse_weights(arena, "bitfield,int", &w));
	ck_assert_uint_gt(w.w[FUZZ_STRUCT], 0);
	ck_assert_uint_eq(w.w[FUZZ_UNION], 0);
}
END_TEST

/* Text --------------------------------------------------------------------------------------- */

static const struct {
	const char *in, *out;
} renamed[] = {
	{ "int f(int a, char *b);", "int g(int a, char *b);\n" },
	{ "struct s { int a; char b : 3; };\nvoid f(struct s a, struct s *b);",
	  "struct g_s0 { int a; char b : 3; };\nvoid g(struct g_s0 a, struct g_s0 *b);\n" },
	{ "enum e { A, B = 5 };\nenum e f(void);",
	  "enum g_e0 { g_e0_0 = 0, g_e0_1 = 5 };\nenum g_e0 g(void);\n" },
	{ "union u { int a; };\nstruct s { union u a[2]; } __attribute__((packed));\n"
	  "void f(struct s);",
	  "union g_u1 { int a; };\n"
	  "struct g_s0 { union g_u1 a[2]; } __attribute__((packed));\nvoid g(struct g_s0);\n" },
	{ "//! varargs int, double\nint f(int n, ...);",
	  "//! varargs int, double\nint g(int n, ...);\n" },
	{ "typedef int t __attribute__((aligned(16)));\nvoid f(t *a);",
	  "typedef int g_t0 __attribute__((aligned(16)));\nvoid g(g_t0 *a);\n" },
};

START_TEST(text_is_renamed)
{
	const char *text = fuzz_case_text(arena, parse(renamed[_i].in), "g", NULL);

	ck_assert_str_eq(text, renamed[_i].out);
	ck_assert_str_eq(fuzz_case_text(arena, parse(text), "g", NULL), text);
}
END_TEST

START_TEST(text_names_its_convention)
{
	ck_assert_str_eq(fuzz_case_text(arena, parse("void f(void);"), "g", "sysv"),
			 "//! abi sysv\nvoid g(void);\n");
}
END_TEST

/* Reductions --------------------------------------------------------------------------------- */

static size_t count_kind(const struct prototype *p, enum type_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nparams; i++)
		n += p->params[i].type->kind == kind;
	return n;
}

START_TEST(reductions_are_lighter_and_parse)
{
	struct fuzz_source s = source_of(3, NULL);
	const struct prototype *v[40];

	for (unsigned long i = 0; i < 40; i++) {
		const struct prototype *p = parse(fuzz_prototype(arena, &s, i));
		size_t n = fuzz_reductions(arena, p, ARRAY_SIZE(v), v);

		for (size_t k = 0; k < n; k++) {
			ck_assert_uint_lt(fuzz_weight(v[k]), fuzz_weight(p));
			ck_assert(!k || fuzz_weight(v[k - 1]) <= fuzz_weight(v[k]));
			parse(fuzz_case_text(arena, v[k], "r", NULL));
		}
	}
}
END_TEST

START_TEST(nothing_is_lighter_than_nothing)
{
	const struct prototype *v[4];

	ck_assert_uint_eq(fuzz_reductions(arena, parse("void f(void);"), 4, v), 0);
}
END_TEST

/* Predicates: what a broken compiler would get wrong. */
static bool wide_behind_five_ints(const struct prototype *p)
{
	unsigned ints = 0;

	for (size_t i = 0; i < p->nparams; i++) {
		enum type_kind k = p->params[i].type->kind;

		if (k == TYPE_INT128 || k == TYPE_UINT128)
			return ints == 5;
		ints += type_is_integer(p->params[i].type) || k == TYPE_POINTER;
	}
	return false;
}

static bool any_call(const struct prototype *p)
{
	(void)p;
	return true;
}

static bool returns_bits(const struct prototype *p)
{
	if (p->ret->kind != TYPE_STRUCT)
		return false;
	for (size_t i = 0; i < p->ret->nfields; i++) {
		if (p->ret->fields[i].is_bitfield)
			return true;
	}
	return false;
}

static bool double_after_dots(const struct prototype *p)
{
	for (size_t i = 0; i < p->nvarargs; i++) {
		if (p->varargs[i]->kind == TYPE_DOUBLE)
			return true;
	}
	return false;
}

static bool two_floats(const struct prototype *p)
{
	return count_kind(p, TYPE_FLOAT) >= 2;
}

struct predicate {
	bool (*shows)(const struct prototype *p);
	unsigned tries;
};

static bool try_predicate(void *ctx, struct fuzz_candidate *v, size_t n)
{
	struct predicate *p = ctx;

	p->tries++;
	for (size_t i = 0; i < n; i++)
		v[i].shows = p->shows(v[i].proto);
	return true;
}

static const struct {
	bool (*shows)(const struct prototype *p);
	const char *from, *to;
} minima[] = {
	{ wide_behind_five_ints,
	  "long f(char *a, double b, long c, _Bool d, short e, float f, char g, __int128 h, int i, "
	  "long double j, int k);",
	  "void g(int a, int b, int c, int d, int e, __int128 f);\n" },
	{ any_call, "//! varargs int, double, long\nint f(const char *a, int b, int c, ...);",
	  "void g(void);\n" },
	{ returns_bits,
	  "struct n { int a, b; };\n"
	  "struct s { long long a; struct n c; unsigned b : 3; double d; } "
	  "__attribute__((packed));\n"
	  "struct s f(struct s a, int b, int c, int d);",
	  "struct g_s0 { unsigned int b : 3; };\nstruct g_s0 g(void);\n" },
	{ double_after_dots,
	  "//! varargs long double, int, double, long, double\nint f(char *a, int b, ...);",
	  "//! varargs double\nvoid g(int a, ...);\n" },
	{ two_floats,
	  "float f(float a, double b, float c, double d, float e, double f, float g, int h);",
	  "void g(float a, float b);\n" },
};

START_TEST(reaches_the_minimum)
{
	struct fuzz_subject s = { .proto = parse(minima[_i].from) };
	struct fuzz_limits limits = { 30, 60, 40, NULL, 0 };
	struct predicate p = { minima[_i].shows, 0 };

	fuzz_minimise(arena, &s, 1, &limits, try_predicate, &p);
	ck_assert_str_eq(fuzz_case_text(arena, s.proto, "g", NULL), minima[_i].to);
	ck_assert_uint_le(p.tries, 14);
}
END_TEST

static bool try_each(void *ctx, struct fuzz_candidate *v, size_t n)
{
	unsigned *tries = ctx;

	++*tries;
	for (size_t i = 0; i < n; i++)
		v[i].shows = minima[v[i].subject].shows(v[i].proto);
	return true;
}

START_TEST(minimises_many_at_once)
{
	struct fuzz_subject s[ARRAY_SIZE(minima)];
	struct fuzz_limits limits = { 30, 60, 40, NULL, 0 };
	unsigned tries = 0;

	for (size_t i = 0; i < ARRAY_SIZE(minima); i++)
		s[i] = (struct fuzz_subject){ .proto = parse(minima[i].from) };
	fuzz_minimise(arena, s, ARRAY_SIZE(s), &limits, try_each, &tries);
	for (size_t i = 0; i < ARRAY_SIZE(minima); i++)
		ck_assert_str_eq(fuzz_case_text(arena, s[i].proto, "g", NULL), minima[i].to);
	ck_assert_uint_le(tries, 14);
}
END_TEST

START_TEST(minimising_is_bounded)
{
	struct fuzz_subject s = { .proto = parse(minima[0].from) };
	struct fuzz_limits rounds = { 2, 60, 40, NULL, 0 }, none = { 30, 0, 40, NULL, 0 };
	struct predicate p = { minima[0].shows, 0 };

	fuzz_minimise(arena, &s, 1, &rounds, try_predicate, &p);
	ck_assert_uint_eq(p.tries, 2);
	ck_assert(minima[0].shows(s.proto));
	fuzz_minimise(arena, &s, 1, &none, try_predicate, &p);
	ck_assert_uint_eq(p.tries, 2);
}
END_TEST

/* The first is slow and never gets lighter; the second needs many steps. */
static bool try_slow(void *ctx, struct fuzz_candidate *v, size_t n)
{
	unsigned *tries = ctx;
	const struct timespec nap = { 0, 150000000 };

	tries[v[0].subject]++;
	if (!v[0].subject)
		nanosleep(&nap, NULL);
	for (size_t i = 0; i < n; i++)
		v[i].shows = v[i].subject && minima[0].shows(v[i].proto);
	return true;
}

START_TEST(one_that_costs_much_takes_its_share_only)
{
	struct fuzz_subject s[] = { { .proto = parse(minima[2].from), .alone = true },
				    { .proto = parse(minima[0].from) } };
	struct fuzz_limits limits = { 100, 0.4, 4, NULL, 0 };
	unsigned tries[2] = { 0, 0 };

	fuzz_minimise(arena, s, 2, &limits, try_slow, tries);
	ck_assert(!s[0].done);
	ck_assert_str_eq(s[0].why_not, "out of time");
	ck_assert_uint_le(tries[0], 2);
	ck_assert(s[1].done && !s[1].why_not);
	ck_assert_str_eq(fuzz_case_text(arena, s[1].proto, "g", NULL), minima[0].to);
}
END_TEST

static bool drop_first(void *ctx, struct fuzz_candidate *v, size_t n)
{
	struct predicate *p = ctx;

	return p->tries++ % 2 && try_predicate(&(struct predicate){ p->shows, 0 }, v, n);
}

START_TEST(a_dropped_try_proves_nothing)
{
	struct fuzz_subject s = { .proto = parse(minima[0].from) };
	struct fuzz_limits limits = { 200, 60, 40, NULL, 0 };
	struct predicate p = { minima[0].shows, 0 };

	fuzz_minimise(arena, &s, 1, &limits, drop_first, &p);
	ck_assert(s.done);
	ck_assert_str_eq(fuzz_case_text(arena, s.proto, "g", NULL), minima[0].to);
}
END_TEST

START_TEST(a_signal_shortens_it)
{
	static const volatile sig_atomic_t stop = 1;
	struct fuzz_subject s = { .proto = parse(minima[0].from) };
	struct fuzz_limits limits = { 200, 60, 40, &stop, 0 };
	struct predicate p = { minima[0].shows, 0 };

	fuzz_minimise(arena, &s, 1, &limits, try_predicate, &p);
	ck_assert_uint_eq(p.tries, 0);
	ck_assert_str_eq(s.why_not, "out of time");
}
END_TEST

/* Clusters ----------------------------------------------------------------------------------- */

enum { COLUMNS = 3 };

/* Three compilers at 64 bit, two prototypes under sysv; findings are added by the tests. */
struct scene {
	struct compiler compilers[COLUMNS];
	struct column columns[COLUMNS];
	struct fuzz_setup setup;
	struct fuzz_round round;
	struct fuzz_clusters clusters;
	const char *texts[2];
};

static struct scene *scene(void)
{
	static const char *const names[] = { "gcc-12", "clang-14", "clang-19" };
	static const char *const opts[] = { "O0", "O2", NULL };
	struct scene *s = arena_alloc(arena, sizeof(*s));
	struct fuzz_round *r = &s->round;
	const char *error;

	s->texts[0] = "int fuzz_0(int a, int b, int c);";
	s->texts[1] = "int fuzz_1(int a);";
	ck_assert_int_eq(proto_parse_file(arena, "fuzz.h",
					  arena_printf(arena, "%s\n%s\n", s->texts[0], s->texts[1]),
					  &r->cases, &error),
			 0);
	r->arena = arena;
	ck_assert_int_eq(gen_select(arena, &r->cases, W64, NULL, &r->plan.set[W64], &error), 0);
	for (size_t i = 0; i < COLUMNS; i++) {
		s->compilers[i] = (struct compiler){ .name = names[i],
						     .path = names[i],
						     .family = i ? "clang" : "gcc",
						     .version = i == 2 ? "19.1.7" : "14.0.6" };
		s->columns[i] = (struct column){
			.compiler = &s->compilers[i],
			.width = W64,
			.profile = PROFILE_USER_64,
			.built = i,
			.opt = "O2",
			.name = arena_printf(arena, "%s -m64 -O2", names[i]),
			.id = arena_printf(arena, "%s/64/O2", names[i]),
			.absent = arena_alloc(arena, r->plan.set[W64].n),
			.why = arena_alloc(arena, r->plan.set[W64].n * sizeof(char *)),
		};
	}
	s->setup.opts = opts;
	r->plan.columns = s->setup.columns = s->columns;
	r->plan.ncolumns = s->setup.ncolumns = COLUMNS;
	r->matrix.plan = &r->plan;
	r->matrix.arena = arena;
	r->matrix.runs = arena_alloc(arena, COLUMNS * sizeof(struct column_run));
	s->clusters = (struct fuzz_clusters){ .arena = arena, .setup = &s->setup };
	return s;
}

static const struct gen_case *find_case(const struct scene *s, const char *abi, size_t decl)
{
	const struct gen_set *set = &s->round.plan.set[W64];

	for (size_t i = 0; i < set->n; i++) {
		if (!strcmp(set->v[i].call.conv->name, abi) &&
		    set->v[i].call.decl == &s->round.cases.v[decl])
			return &set->v[i];
	}
	ck_abort_msg("no case %s %zu", abi, decl);
	return NULL;
}

static void finds(struct scene *s, size_t column, const char *abi, size_t decl, enum check check,
		  unsigned item)
{
	struct matrix *m = &s->round.matrix;
	const struct gen_case *c = find_case(s, abi, decl);

	m->findings = arena_grow(arena, m->findings, m->nfindings, sizeof(*m->findings));
	m->findings[m->nfindings++] = (struct finding){
		.column = column,
		.c = c,
		.direction = CL_CALLEE,
		.check = check,
		.rule = check == CHECK_ARG ? c->call.place.arg[item].rule
					   : c->call.conv->rule[check],
		.verdict = VERDICT_VIOLATION,
		.item = item,
		.subject = "subject",
		.expected = "expected",
		.observed = "observed",
	};
}

static void gather(struct scene *s)
{
	fuzz_clusters_add(&s->clusters, &s->round, s->texts);
	fuzz_find_candidates(&s->clusters);
	fuzz_clusters_merge(&s->clusters);
	fuzz_clusters_sort(&s->clusters);
}

START_TEST(one_cause_in_many_cases)
{
	struct scene *s = scene();

	for (size_t i = 0; i < 2; i++) {
		finds(s, 1, "sysv", i, CHECK_SAVED, 1);
		finds(s, 1, "regparm0", i, CHECK_SAVED, 1);
	}
	gather(s);
	ck_assert_uint_eq(s->clusters.n, 1);
	ck_assert_uint_eq(s->clusters.v[0].cases, 4);
	ck_assert_str_eq(s->clusters.v[0].key.compilers, "clang-14");
	/* The lightest, under the convention that is not a synonym of another. */
	ck_assert_str_eq(s->clusters.v[0].name, "fuzz_1");
	ck_assert_str_eq(s->clusters.v[0].conv->name, "sysv");
	ck_assert(fuzz_unexpected(&s->clusters.v[0]));
}
END_TEST

START_TEST(versions_tell_causes_apart)
{
	struct scene *s = scene();

	finds(s, 1, "sysv", 0, CHECK_RETURN, 0);
	finds(s, 2, "sysv", 0, CHECK_RETURN, 0);
	finds(s, 1, "sysv", 1, CHECK_RETURN, 0);
	gather(s);
	ck_assert_uint_eq(s->clusters.n, 2);
}
END_TEST

START_TEST(families_tell_causes_apart)
{
	struct scene *s = scene();

	finds(s, 0, "sysv", 0, CHECK_SP, 0);
	finds(s, 1, "sysv", 0, CHECK_SP, 0);
	gather(s);
	ck_assert_uint_eq(s->clusters.n, 2);
}
END_TEST

START_TEST(registers_tell_causes_apart)
{
	struct scene *s = scene();

	finds(s, 0, "sysv", 0, CHECK_SAVED, 1);
	finds(s, 0, "sysv", 0, CHECK_SAVED, 2);
	gather(s);
	ck_assert_uint_eq(s->clusters.n, 2);
}
END_TEST

START_TEST(only_the_first_argument_counts)
{
	struct scene *s = scene();

	finds(s, 0, "ms", 0, CHECK_ARG, 1);
	finds(s, 0, "ms", 0, CHECK_ARG, 2);
	finds(s, 0, "ms", 0, CHECK_SP, 0);
	gather(s);
	ck_assert_uint_eq(s->clusters.n, 2);
	for (size_t i = 0; i < 2; i++)
		ck_assert_uint_eq(s->clusters.v[i].findings, 1);
}
END_TEST

/* Known findings ----------------------------------------------------------------------------- */

static const struct known known_sysv = { .family = "gcc", .reason = "a reason" };

/* A finding of a case that expects it, in column 0. */
static void learn(struct scene *s, size_t decl, enum check check)
{
	struct matrix *m = &s->round.matrix;

	m->nfindings = 0;
	finds(s, 0, "sysv", decl, check, 0);
	m->findings[0].known = &known_sysv;
	m->findings[0].rule = RULE_COUNT - 1;
	fuzz_learn_reasons(&s->clusters, &s->round);
	m->nfindings = 0;
}

static struct finding *found(struct scene *s, size_t column, const char *abi, enum check check)
{
	finds(s, column, abi, 0, check, 0);
	s->round.matrix.findings[s->round.matrix.nfindings - 1].rule = RULE_COUNT - 1;
	return &s->round.matrix.findings[s->round.matrix.nfindings - 1];
}

static const char *explained(const struct scene *s, size_t i, const char *text)
{
	return fuzz_explained(&s->clusters, &s->clusters.v[i], parse(text), false);
}

START_TEST(known_by_convention)
{
	struct scene *s = scene();

	learn(s, 1, CHECK_SP);
	found(s, 0, "sysv", CHECK_SP);
	found(s, 0, "regparm0", CHECK_SP);
	gather(s);
	/* What may be known in one is not put together with what may not. */
	ck_assert_uint_eq(s->clusters.n, 2);
	for (size_t i = 0; i < 2; i++) {
		if (!strcmp(s->clusters.v[i].conv->name, "sysv"))
			ck_assert_str_eq(explained(s, i, "void f(int a);"), "a reason");
		else
			ck_assert_ptr_null(explained(s, i, "void f(int a);"));
	}
}
END_TEST

/* From what is known and what is found: is it explained? */
START_TEST(known_by_more_than_the_rule)
{
	static const struct {
		enum check known, found;
		size_t column;
		int direction;
		bool rule, explained;
	} v[] = {
		{ CHECK_ARG, CHECK_ARG, 0, CL_CALLEE, true, true },
		/* What is wrong with an argument decides who sees it first. */
		{ CHECK_REFERENCE, CHECK_ARG, 0, CL_CALLEE, true, true },
		{ CHECK_ARG, CHECK_REFERENCE, 0, CL_CALLEE, true, true },
		{ CHECK_ARG, CHECK_RETURN, 0, CL_CALLEE, true, false },
		{ CHECK_SP, CHECK_ARG, 0, CL_CALLEE, true, false },
		{ CHECK_ARG, CHECK_ARG, 1, CL_CALLEE, true, false }, /* another compiler */
		{ CHECK_ARG, CHECK_ARG, 0, CL_CALLER, true, false },
		{ CHECK_ARG, CHECK_ARG, 0, CL_CALLEE, false, false },
	};
	struct scene *s = scene();
	struct finding *f;

	learn(s, 1, v[_i].known);
	f = found(s, v[_i].column, "sysv", v[_i].found);
	f->direction = v[_i].direction;
	if (!v[_i].rule)
		f->rule = 1;
	gather(s);
	ck_assert_uint_eq(s->clusters.n, 1);
	ck_assert_int_eq(explained(s, 0, "void f(int a);") != NULL, v[_i].explained);
}
END_TEST

/* Two cases of one reason: what both use is what it is about. */
START_TEST(known_needs_its_types)
{
	struct scene *s = scene();
	const char *error;

	s->round.cases = (struct case_list){ 0 };
	ck_assert_int_eq(proto_parse_file(arena, "fuzz.h",
					  "struct s { int a; };\n"
					  "void f(__float128 a, struct s b);\n"
					  "void g(int a, __float128 b);\n",
					  &s->round.cases, &error),
			 0);
	ck_assert_int_eq(
		gen_select(arena, &s->round.cases, W64, NULL, &s->round.plan.set[W64], &error), 0);
	learn(s, 0, CHECK_ARG);
	learn(s, 1, CHECK_ARG);
	found(s, 0, "sysv", CHECK_ARG);
	gather(s);
	ck_assert_str_eq(explained(s, 0, "void h(__float128 a);"), "a reason");
	ck_assert_str_eq(explained(s, 0, "union u { __float128 a; }; void h(union u a);"),
			 "a reason");
	ck_assert_ptr_null(explained(s, 0, "void h(long double a);"));
	ck_assert_ptr_null(explained(s, 0, "struct s { int a; }; void h(struct s a);"));
}
END_TEST

/* A vector of 64 bytes is not passed as one of 8 is: what is known of the one says nothing of the
 * other. Of a reason that was seen with both, it does. */
START_TEST(known_needs_its_sizes)
{
#define VECTOR(bytes) "int __attribute__((vector_size(" #bytes ")))"
	struct scene *s = scene();
	const char *error;

	s->round.cases = (struct case_list){ 0 };
	ck_assert_int_eq(proto_parse_file(arena, "fuzz.h",
					  "void f(" VECTOR(8) " a, int b);\n"
							      "void g(int a, " VECTOR(16) " b);\n",
					  &s->round.cases, &error),
			 0);
	ck_assert_int_eq(
		gen_select(arena, &s->round.cases, W64, NULL, &s->round.plan.set[W64], &error), 0);
	learn(s, 0, CHECK_ARG);
	found(s, 0, "sysv", CHECK_ARG);
	gather(s);
	ck_assert_str_eq(explained(s, 0, "void h(" VECTOR(8) " a);"), "a reason");
	ck_assert_str_eq(explained(s, 0, "struct s { " VECTOR(8) " a; }; void h(struct s a);"),
			 "a reason");
	ck_assert_ptr_null(explained(s, 0, "void h(" VECTOR(64) " a);"));
	ck_assert_ptr_null(explained(s, 0, "void h(" VECTOR(16) " a);"));
	learn(s, 1, CHECK_ARG);
	ck_assert_str_eq(explained(s, 0, "void h(" VECTOR(8) " a);"), "a reason");
	ck_assert_str_eq(explained(s, 0, "void h(" VECTOR(16) " a);"), "a reason");
	ck_assert_ptr_null(explained(s, 0, "void h(" VECTOR(64) " a);"));
#undef VECTOR
}
END_TEST

/* A wrong argument of certain types explains a fault, and what else is wrong with the same call. */
START_TEST(known_by_what_it_leads_to)
{
	static const struct {
		const char *known, *found;
		enum check check;
		bool wrong_argument, explained;
	} v[] = {
		{ "void f(__float128 a);", "void f(__float128 a);", CHECK_FAULT, false, true },
		{ "void f(__float128 a);", "void f(__float128 a);", CHECK_SAVED, true, true },
		{ "void f(__float128 a);", "void f(__float128 a);", CHECK_SAVED, false, false },
		{ "void f(__float128 a);", "void f(double a);", CHECK_FAULT, true, false },
		{ "void f(double a);", "void f(double a);", CHECK_FAULT, true, false },
	};
	struct scene *s = scene();
	const char *error;

	s->round.cases = (struct case_list){ 0 };
	ck_assert_int_eq(proto_parse_file(arena, "fuzz.h", v[_i].known, &s->round.cases, &error),
			 0);
	ck_assert_int_eq(
		gen_select(arena, &s->round.cases, W64, NULL, &s->round.plan.set[W64], &error), 0);
	learn(s, 0, CHECK_ARG);
	found(s, 0, "sysv", v[_i].check)->verdict = VERDICT_CRASH;
	gather(s);
	ck_assert_int_eq(fuzz_explained(&s->clusters, &s->clusters.v[0], parse(v[_i].found),
					v[_i].wrong_argument) != NULL,
			 v[_i].explained);
}
END_TEST

START_TEST(refusals_are_counted)
{
	struct scene *s = scene();

	for (size_t i = 0; i < 2; i++) {
		s->columns[1].absent[i] = UNSUPPORTED;
		s->columns[1].why[i] = arena_printf(
			arena, "gen/x.c:%zu:3: error: unknown type name 'fuzz_%06zu_t0'", i, i);
	}
	gather(s);
	ck_assert_uint_eq(s->clusters.nrefusals, 1);
	ck_assert_uint_eq(s->clusters.refusals[0].cases, 2);
	ck_assert_str_eq(s->clusters.refusals[0].why, "unknown type name 'fuzz_N_t0'");
}
END_TEST

static const struct {
	bool shows[COLUMNS];
	size_t example;
	const char *selector;
} selectors[] = {
	{ { false, true, false }, 1, "clang<19" },
	{ { false, false, true }, 2, "clang>14" },
	{ { false, true, true }, 1, "clang" },
	{ { true, false, false }, 0, "gcc" },
};

START_TEST(suggests_a_known_line)
{
	struct scene *s = scene();
	struct fuzz_cluster *c;

	finds(s, selectors[_i].example, "sysv", 0, CHECK_SP, 0);
	gather(s);
	c = &s->clusters.v[0];
	c->shows = arena_alloc(arena, COLUMNS);
	c->holds = arena_alloc(arena, COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++)
		*(selectors[_i].shows[i] ? &c->shows[i] : &c->holds[i]) = 1;
	ck_assert_str_eq(fuzz_known_line(arena, &s->setup, c),
			 arena_printf(arena, "//! known %s sysv callee stack-pointer:",
				      selectors[_i].selector));
}
END_TEST

/* One compiler shows it at the one optimisation only: nobody misses it in a run of the other. */
START_TEST(suggests_a_known_line_by_optimisation)
{
	struct scene *s = scene();
	struct fuzz_cluster *c;
	unsigned char shows[COLUMNS] = { 0, 1, 0 }, holds[COLUMNS] = { 1, 0, 1 };

	s->columns[1].opt = "O0";
	s->columns[2].compiler = &s->compilers[1];
	finds(s, 1, "sysv", 0, CHECK_SP, 0);
	gather(s);
	c = &s->clusters.v[0];
	c->shows = shows;
	c->holds = holds;
	ck_assert_str_eq(fuzz_known_line(arena, &s->setup, c),
			 "//! known clang/O0 sysv callee stack-pointer:");
	shows[2] = 1;
	holds[2] = 0;
	ck_assert_str_eq(fuzz_known_line(arena, &s->setup, c),
			 "//! known clang sysv callee stack-pointer:");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fuzz");
	TCase *t = tcase_create("fuzz");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, same_seed_same_prototypes);
	tcase_add_test(t, other_seed_other_prototypes);
	tcase_add_test(t, all_parse_under_their_names);
	tcase_add_test(t, every_class_parses);
	tcase_add_test(t, counts_lie_at_register_boundaries);
	tcase_add_test(t, weight_0_never_appears);
	tcase_add_test(t, only_what_is_named_appears);
	tcase_add_test(t, weights_count);
	tcase_add_loop_test(t, bad_weights, 0, ARRAY_SIZE(bad_lists));
	tcase_add_test(t, weights_can_be_changed_one_by_one);
	tcase_add_test(t, inside_needs_a_struct);
	tcase_add_loop_test(t, text_is_renamed, 0, ARRAY_SIZE(renamed));
	tcase_add_test(t, text_names_its_convention);
	tcase_add_test(t, reductions_are_lighter_and_parse);
	tcase_add_test(t, nothing_is_lighter_than_nothing);
	tcase_add_loop_test(t, reaches_the_minimum, 0, ARRAY_SIZE(minima));
	tcase_add_test(t, minimises_many_at_once);
	tcase_add_test(t, minimising_is_bounded);
	tcase_add_test(t, one_that_costs_much_takes_its_share_only);
	tcase_add_test(t, a_dropped_try_proves_nothing);
	tcase_add_test(t, a_signal_shortens_it);
	tcase_add_test(t, one_cause_in_many_cases);
	tcase_add_test(t, versions_tell_causes_apart);
	tcase_add_test(t, families_tell_causes_apart);
	tcase_add_test(t, registers_tell_causes_apart);
	tcase_add_test(t, only_the_first_argument_counts);
	tcase_add_test(t, known_by_convention);
	tcase_add_loop_test(t, known_by_more_than_the_rule, 0, 8);
	tcase_add_test(t, known_needs_its_types);
	tcase_add_test(t, known_needs_its_sizes);
	tcase_add_loop_test(t, known_by_what_it_leads_to, 0, 5);
	tcase_add_test(t, refusals_are_counted);
	tcase_add_test(t, suggests_a_known_line_by_optimisation);
	tcase_add_loop_test(t, suggests_a_known_line, 0, ARRAY_SIZE(selectors));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
