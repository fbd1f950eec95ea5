/* SPDX-License-Identifier: MIT */
/* The oracle's tests: how a row of a table is compared, the tables of rules, checks and
 * conventions, the names of registers. Rows and what they expect, by hand from the documents, are
 * in CONVENTION_test.c. */
#include "abi/abi_test.h"
#include "gen/gen.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

const struct prototype *parse_call(struct arena *a, const char *call)
{
	struct case_list list = { 0 };
	const char *arrow = strstr(call, " <- "), *text, *error = NULL;
	int r;

	if (arrow) {
		/* Behind the definitions: they may define what is passed. */
		const char *start = arrow;

		while (start > call && start[-1] != ';')
			start--;
		text = arena_printf(a, "%.*s\n//! varargs %s\n%.*s;\n", (int)(start - call), call,
				    arrow + 4, (int)(arrow - start), start);
	} else {
		text = arena_printf(a, "%s;\n", call);
	}
	r = proto_parse_file(a, "row.h", text, &list, &error);
	ck_assert_msg(r == 0, "%s\nrefused:\n%s", call, error);
	ck_assert_msg(list.n == 1, "%s: one prototype, not %zu", call, list.n);
	return list.v[0].proto;
}

const struct convention *place_call_in(struct arena *a, const char *profile, const char *convention,
				       enum width w, const char *call, struct placement *out)
{
	const struct convention *const *c = conventions;
	const char *why;
	enum profile_id f = 0;

	if (!profile)
		return place_call(a, convention, w, call, out);
	while (f < PROFILES && (strcmp(profiles[f].name, profile) || profiles[f].width != w))
		f++;
	ck_assert_msg(f < PROFILES, "no profile %s", profile);
	while (*c && (strcmp((*c)->name, convention) || !convention_in(*c, f)))
		c++;
	ck_assert_msg(*c != NULL, "no %s in %s", convention, profile);
	why = abi_place_in(f, *c, parse_call(a, call), out);
	ck_assert_msg(!why, "%s: %s: %s", convention, call, why);
	return *c;
}

const struct convention *place_call(struct arena *a, const char *convention, enum width w,
				    const char *call, struct placement *out)
{
	const struct convention *c = convention_find(convention, w);
	const char *why;

	ck_assert_msg(c != NULL, "no convention %s at %u bit", convention, width_bits(w));
	why = abi_place(c, parse_call(a, call), out);
	ck_assert_msg(!why, "%s: %s: %s", convention, call, why);
	return c;
}

enum rule_id rule_find(const char *name)
{
	int i;

	for (i = 1; i < RULE_COUNT; i++) {
		if (!strcmp(rules[i].name, name))
			return (enum rule_id)i;
	}
	return RULE_NONE;
}

static const char *place_text(struct arena *a, enum width w, const struct value_place *v)
{
	struct str b = { 0 };
	char *text;

	value_text(&b, w, v);
	text = arena_strdup(a, b.s ? b.s : "");
	str_free(&b);
	return text;
}

static bool is_void(const struct placement *p)
{
	return !p->ret.nlocs && !p->ret.unspecified && !p->ret.nothing && !p->hidden.nlocs;
}

static const char *return_text(struct arena *a, enum width w, const struct placement *p)
{
	if (is_void(p))
		return "void";
	if (p->hidden.nlocs)
		return arena_printf(a, "memory by %s", place_text(a, w, &p->hidden));
	return place_text(a, w, &p->ret);
}

char *places_text(struct arena *a, enum width w, const struct placement *p)
{
	char *text = arena_strdup(a, p->nargs ? "" : "void");
	unsigned i;

	for (i = 0; i < p->nargs; i++)
		text = arena_printf(a, "%s%s%s", text, i ? " | " : "",
				    place_text(a, w, &p->arg[i]));
	return arena_printf(a, "%s -> %s", text, return_text(a, w, p));
}

static char *stack_text(struct arena *a, const struct placement *p)
{
	char *text = p->stack_unspecified ? arena_strdup(a, "stack ?")
					  : arena_printf(a, "stack %u", p->stack_bytes);

	if (p->pop_unspecified)
		text = arena_printf(a, "%s pop ?", text);
	else if (p->pop_bytes)
		text = arena_printf(a, "%s pop %u", text, p->pop_bytes);
	if (p->align != 16)
		text = arena_printf(a, "%s align %u", text, p->align);
	return p->al < 0 ? text : arena_printf(a, "%s al %d", text, p->al);
}

static enum rule_id rule_of_row(const struct table *t, struct arena *a, const char *word)
{
	enum rule_id id = rule_find(word);

	if (id == RULE_NONE)
		id = rule_find(arena_printf(a, "%s%s", t->prefix, word));
	ck_assert_msg(id != RULE_NONE, "the table names a rule that is not there: %s", word);
	return id;
}

/* The next word of a row's rules and how often it stands for; NULL at the end. */
static const char *next_rule(struct arena *a, const char **s, unsigned *times)
{
	const char *start;
	char *end;

	*s += strspn(*s, " ");
	if (!**s)
		return NULL;
	*times = (unsigned)strtoul(*s, &end, 10);
	if (end != *s && *end == '*')
		*s = end + 1;
	else
		*times = 1;
	start = *s;
	*s += strcspn(*s, " ");
	return arena_strndup(a, start, (size_t)(*s - start));
}

static void check_rule(const struct table *t, const struct row *r, struct arena *a,
		       const char *word, const struct value_place *v, const char *what)
{
	if (!strcmp(word, "ANY"))
		return;
	ck_assert_msg(v->rule == rule_of_row(t, a, word), "%s: %s: rule of %s: %s, not %s",
		      t->convention, r->call, what, rules[v->rule].name, word);
}

static void check_rules(const struct table *t, const struct row *r, struct arena *a,
			const struct placement *p)
{
	const char *s = r->rules, *word;
	unsigned times, n = 0;

	while ((word = next_rule(a, &s, &times))) {
		if (!strcmp(word, "->")) {
			word = next_rule(a, &s, &times);
			ck_assert_ptr_nonnull(word);
			ck_assert_msg(!is_void(p), "%s: void has a rule", r->call);
			check_rule(t, r, a, word, &p->ret, "the return value");
			ck_assert_msg(!next_rule(a, &s, &times), "%s: too many rules", r->call);
			break;
		}
		for (; times; times--, n++) {
			ck_assert_msg(n < p->nargs, "%s: more rules than arguments", r->call);
			check_rule(t, r, a, word, &p->arg[n],
				   arena_printf(a, "argument %u", n + 1));
		}
	}
	ck_assert_msg(n == p->nargs, "%s: rules for %u of %u arguments", r->call, n, p->nargs);
}

/* The pieces are in order, leave nothing out that carries a bit of the value, and overlap only as
 * copies of each other. */
static void check_pieces(const struct row *r, enum width w, const struct type *t,
			 const struct value_place *v)
{
	unsigned size = v->by_reference ? word_bytes(w) : t->size[w], end = 0, i;
	uint8_t mask[ABI_MAX_VALUE];
	bool there[ABI_MAX_VALUE] = { false };

	if (v->unspecified) {
		ck_assert_msg(!v->nlocs, "%s: unspecified, with locations", r->call);
		ck_assert_msg(rules[v->rule].status != STATED,
			      "%s: unspecified by a rule that is "
			      "stated: %s",
			      r->call, rules[v->rule].name);
		return;
	}
	ck_assert_msg(rules[v->rule].status == STATED,
		      "%s: placed by a rule that is not stated: %s", r->call, rules[v->rule].name);
	ck_assert_msg(v->nothing == !v->nlocs, "%s: nothing passed, in %u places", r->call,
		      v->nlocs);
	gen_mask(t, w, mask);
	if (v->by_reference)
		memset(mask, 0xff, size);
	for (i = 0; i < v->nlocs; i++) {
		const struct loc *l = &v->loc[i];
		bool copy = i && l->off == v->loc[i - 1].off;
		unsigned most = l->kind == LOC_GPR   ? word_bytes(w)
				: l->kind == LOC_XMM ? 64
				: l->kind == LOC_X87 ? 10
						     : ABI_MAX_VALUE;

		ck_assert_msg(l->bytes > 0 && l->bytes <= most && l->off + l->bytes <= size,
			      "%s: bytes %u to %u in one place", r->call, l->off,
			      l->off + l->bytes);
		ck_assert_msg(copy || l->off >= end, "%s: byte %u twice", r->call, l->off);
		ck_assert_uint_eq(l->off % word_bytes(w), 0);
		end = l->off + l->bytes;
		memset(there + l->off, true, l->bytes);
	}
	for (i = 0; i < size; i++)
		ck_assert_msg(there[i] || !mask[i], "%s: byte %u is nowhere", r->call, i);
}

/* The pointer to a value returned in memory: one word, of the same rule as the value. */
static void check_hidden(const struct row *r, enum width w, const struct placement *p)
{
	const struct value_place *h = &p->hidden;

	ck_assert_msg(h->nlocs == 1 && !h->by_reference && !h->unspecified && !h->nothing, "%s",
		      r->call);
	ck_assert_uint_eq(h->loc[0].off, 0);
	ck_assert_uint_eq(h->loc[0].bytes, word_bytes(w));
	ck_assert_uint_eq(p->ret.nlocs, 0);
	ck_assert_int_eq(h->rule, p->ret.rule);
	ck_assert_int_eq(rules[h->rule].status, STATED);
}

void check_row(const struct table *t, const struct row *r)
{
	struct arena *a = arena_new();
	const struct prototype *p = parse_call(a, r->call);
	struct placement got;
	const struct convention *c =
		place_call_in(a, t->profile, t->convention, t->width, r->call, &got);
	const char *pop_rule = p->variadic ? t->variadic_pop_rule : t->pop_rule;
	unsigned i;

	ck_assert_uint_eq(got.nnamed, p->nparams);
	ck_assert_uint_eq(got.nargs, p->nparams + p->nvarargs);
	ck_assert_msg(!strcmp(places_text(a, t->width, &got), r->places),
		      "%s: %s\n  expected %s\n  got      %s", t->convention, r->call, r->places,
		      places_text(a, t->width, &got));
	check_rules(t, r, a, &got);

	ck_assert_msg(!strcmp(stack_text(a, &got), r->stack), "%s: %s: expected %s, got %s",
		      t->convention, r->call, r->stack, stack_text(a, &got));
	/* Of what a memory return makes the callee pop there is a test of its own. */
	if (!(got.hidden.nlocs && got.pop_bytes == 4) && (p->variadic || !got.pop_unspecified))
		ck_assert_msg(got.pop_rule == rule_of_row(t, a, pop_rule),
			      "%s: %s: popped by rule %s, not %s", t->convention, r->call,
			      rules[got.pop_rule].name, pop_rule);
	ck_assert_uint_eq(got.home_bytes, c->home_bytes);

	ck_assert_uint_eq(got.stack_bytes % word_bytes(t->width), 0);
	if (got.hidden.nlocs)
		check_hidden(r, t->width, &got);
	else if (!is_void(&got))
		check_pieces(r, t->width, p->ret, &got.ret);
	for (i = 0; i < got.nargs; i++)
		check_pieces(r, t->width, proto_arg_type(p, i), &got.arg[i]);
	arena_free(a);
}

/* ---- tables ---- */

START_TEST(every_rule_cites)
{
	int i, j;

	for (i = 1; i < RULE_COUNT; i++) {
		ck_assert_msg(rules[i].name && *rules[i].name, "rule %d has no name", i);
		ck_assert_msg(rules[i].section && *rules[i].section, "%s: no section",
			      rules[i].name);
		ck_assert_msg(rules[i].sentence && *rules[i].sentence, "%s: no sentence",
			      rules[i].name);
		ck_assert_msg(rules[i].document >= 0 && rules[i].document < DOCUMENTS, "%s",
			      rules[i].name);
		ck_assert_msg(rules[i].status <= CONTRADICTORY, "%s", rules[i].name);
		for (j = 1; j < i; j++)
			ck_assert_str_ne(rules[i].name, rules[j].name);
	}
	for (i = 0; i < DOCUMENTS; i++) {
		ck_assert_msg(documents[i].title && *documents[i].title, "document %d", i);
		ck_assert_msg(documents[i].edition && *documents[i].edition, "%s",
			      documents[i].title);
	}
}
END_TEST

START_TEST(every_check_says_what)
{
	int i, j;

	for (i = 0; i < CHECK_COUNT; i++) {
		ck_assert(checks[i].name && *checks[i].name);
		ck_assert_msg(checks[i].what && *checks[i].what, "%s", checks[i].name);
		for (j = 0; j < i; j++)
			ck_assert_str_ne(checks[i].name, checks[j].name);
	}
}
END_TEST

/* Where nothing else is asked for: the platform's, and under the kernel's flags its own. */
START_TEST(every_profile_has_a_default)
{
	for (enum profile_id f = 0; f < PROFILES; f++) {
		bool wide = profiles[f].width == W64, kernel = profile_is(&profiles[f], "kernel");
		bool windows = profile_windows(f);

		ck_assert_str_eq(convention_default(f)->name, kernel            ? "kernel"
							      : windows && wide ? "ms"
							      : profile_x32(f)  ? "x32"
							      : wide            ? "sysv"
										: "cdecl");
		ck_assert_uint_eq(abi_call_align(convention_default(f), f), kernel ? wide ? 8 : 4
									    : windows
										    ? wide ? 16 : 4
										    : 16);
	}
}
END_TEST

/* Windows calls its default as others call it by an attribute. */
static bool of_windows(const struct convention *c)
{
	return c->only && !strcmp(c->only, "windows");
}

START_TEST(conventions_name_their_rules)
{
	size_t i, j;
	int k;

	for (i = 0; conventions[i]; i++) {
		const struct convention *c = conventions[i];
		bool ms = c->width == W64 && !strcmp(c->name, "ms");

		ck_assert(c->name && *c->name);
		ck_assert_msg(c->title && *c->title && c->attribute && c->place, "%s", c->name);
		for (j = 0; j < i; j++)
			ck_assert_msg(conventions[j]->width != c->width || of_windows(c) ||
					      strcmp(conventions[j]->name, c->name),
				      "%s twice", c->name);
		for (k = 0; k < CHECK_COUNT; k++) {
			bool applies = true;

			if (k == CHECK_REFERENCE || k == CHECK_COPY)
				applies = ms ||
					  (k == CHECK_REFERENCE && !strcmp(c->name, "vectorcall"));
			else if (k >= CHECK_SLOT && k < CHECK_FAULT) /* of contracts */
				applies = k == CHECK_STACK || k == CHECK_UNWIND;
			else if (c->by_processor && (k == CHECK_RETURN || k == CHECK_HIDDEN))
				applies = false;
			else if (k == CHECK_AL)
				applies = c->counts_vectors;
			ck_assert_msg((c->rule[k] != RULE_NONE) == applies, "%s at %u bit: %s: %s",
				      c->name, width_bits(c->width), checks[k].name,
				      applies ? "no rule" : "a rule, but does not apply");
			ck_assert_msg((unsigned)c->rule[k] < RULE_COUNT, "%s", c->name);
		}
		ck_assert_msg(c->upper_return != RULE_NONE, "%s: upper_return", c->name);
		ck_assert_msg(c->align >= word_bytes(c->width) && !(c->align & (c->align - 1)),
			      "%s: align", c->name);
		ck_assert_msg(!(c->preserved.gpr >> c->int_ret[0] & 1) || c->named_only,
			      "%s: preserves what returns a value", c->name);
	}
}
END_TEST

START_TEST(conventions_are_found)
{
	size_t i;

	for (i = 0; conventions[i]; i++) {
		const struct convention *found =
			convention_find(conventions[i]->name, conventions[i]->width);

		ck_assert(found == conventions[i] || (of_windows(conventions[i]) && found));
	}
	ck_assert_ptr_null(convention_find("", W64));
	ck_assert_ptr_null(convention_find("sysv ", W64));
	ck_assert_ptr_null(convention_find("SYSV", W64));
	ck_assert_ptr_null(convention_find("sysv", W32));
	ck_assert_ptr_null(convention_find("cdecl", W64));
	ck_assert_ptr_null(convention_find("regparm4", W32));
	ck_assert_ptr_nonnull(convention_find("regparm0", W32));
	ck_assert_ptr_nonnull(convention_find("regparm0", W64));
	ck_assert_ptr_ne(convention_find("regparm0", W32), convention_find("regparm0", W64));
	ck_assert(convention_find("regparm0", W64)->noop);
	ck_assert(!convention_find("sysv", W64)->noop);
}
END_TEST

/* What the documents decide for a check, and what they do not mention. */
static const struct {
	const char *convention;
	enum width width;
	enum check check;
	const char *rule;
	enum rule_status status;
} check_rules_of[] = {
	{ "sysv", W64, CHECK_SAVED, "sysv.registers.saved", STATED },
	{ "sysv", W64, CHECK_SP, "sysv.registers.sp", STATED },
	{ "sysv", W64, CHECK_ALIGN, "sysv.stack.align", STATED },
	{ "sysv", W64, CHECK_CANARY, "sysv.stack.frame", STATED },
	{ "sysv", W64, CHECK_AL, "sysv.varargs.al", STATED },
	{ "sysv", W64, CHECK_DF, "sysv.flags.df", STATED },
	{ "sysv", W64, CHECK_X87_CW, "sysv.x87.cw", STATED },
	{ "sysv", W64, CHECK_MXCSR, "sysv.mxcsr", STATED },
	{ "sysv", W64, CHECK_UPPER, "sysv.upper", STATED },
	{ "sysv", W64, CHECK_MMX, "sysv.mmx.emms", STATED },
	{ "sysv", W64, CHECK_X87_STACK, "sysv.x87.stack", SILENT },
	{ "sysv", W64, CHECK_HIDDEN, "sysv.return.memory", STATED },
	{ "ms", W64, CHECK_SAVED, "ms.registers.saved", STATED },
	{ "ms", W64, CHECK_SP, "ms.registers.sp", STATED },
	{ "ms", W64, CHECK_ALIGN, "ms.stack.align", STATED },
	{ "ms", W64, CHECK_REFERENCE, "ms.args.reference", STATED },
	{ "ms", W64, CHECK_X87_CW, "ms.x87.cw", STATED },
	{ "ms", W64, CHECK_MXCSR, "ms.mxcsr", STATED },
	{ "ms", W64, CHECK_HIDDEN, "ms.return.memory", STATED },
	/* Not the page of the calling convention but "x64 software conventions", register usage:
	 * the direction flag is expected to be clear on function exit (on entry only of calls of
	 * the C runtime library and of the system). */
	{ "ms", W64, CHECK_DF, "ms.flags.df.exit", STATED },
	{ "cdecl", W32, CHECK_SAVED, "i386.registers.saved", STATED },
	{ "cdecl", W32, CHECK_SP, "i386.registers.sp", STATED },
	{ "cdecl", W32, CHECK_ALIGN, "i386.stack.align", STATED },
	{ "cdecl", W32, CHECK_DF, "i386.flags.df", STATED },
	{ "cdecl", W32, CHECK_X87_CW, "i386.x87.cw", STATED },
	{ "cdecl", W32, CHECK_MXCSR, "i386.mxcsr", STATED },
	{ "cdecl", W32, CHECK_UPPER, "i386.upper", SILENT },
	{ "cdecl", W32, CHECK_MMX, "i386.mmx.emms", STATED },
	{ "cdecl", W32, CHECK_X87_STACK, "i386.x87.stack", SILENT },
	{ "ms", W64, CHECK_MMX, "ms.mmx", SILENT },
	{ "cdecl", W32, CHECK_HIDDEN, "i386.return.memory", STATED },
	{ "stdcall", W32, CHECK_SP, "gcc.stdcall.pop", STATED },
	{ "stdcall", W32, CHECK_SAVED, "i386.registers.saved", STATED },
	{ "fastcall", W32, CHECK_SP, "gcc.fastcall.pop", STATED },
	{ "fastcall", W32, CHECK_SAVED, "i386.registers.saved", STATED },
	{ "thiscall", W32, CHECK_SP, "gcc.thiscall.pop", STATED },
	{ "regparm3", W32, CHECK_SP, "i386.registers.sp", STATED },
	{ "regparm0", W32, CHECK_DF, "i386.flags.df", STATED },
};

START_TEST(rule_of_check)
{
	const struct convention *c =
		convention_find(check_rules_of[_i].convention, check_rules_of[_i].width);
	const struct rule *r = &rules[c->rule[check_rules_of[_i].check]];

	ck_assert_str_eq(r->name, check_rules_of[_i].rule);
	ck_assert_int_eq(r->status, check_rules_of[_i].status);
}
END_TEST

/* Table 2.4 of the i386 psABI speaks of the bits above a narrow result, Microsoft's page too, and
 * the x86-64 psABI since 2025. */
START_TEST(upper_bits_of_results)
{
	ck_assert_int_eq(rules[convention_find("cdecl", W32)->upper_return].status, STATED);
	ck_assert_int_eq(rules[convention_find("sysv", W64)->upper_return].status, STATED);
	ck_assert_int_eq(rule_in(convention_find("sysv", W64)->upper_return, EDITION_2024)->status,
			 SILENT);
	ck_assert_int_eq(rules[convention_find("ms", W64)->upper_return].status, STATED);
}
END_TEST

/* ---- editions ---- */

static const struct {
	const char *rule;
	enum rule_status status[EDITIONS]; /* 2025, 2024, 2019 */
} rule_by_edition[] = {
	{ "sysv.upper", { STATED, SILENT, SILENT } },
	{ "sysv.upper.bitint", { STATED, STATED, SILENT } },
	{ "sysv.args.bitint", { STATED, STATED, SILENT } },
	{ "sysv.args.float16", { STATED, STATED, SILENT } },
	{ "i386.args.float16", { STATED, STATED, SILENT } },
	{ "i386.return.float16", { STATED, STATED, SILENT } },
	{ "i386.upper", { SILENT, SILENT, SILENT } },
	{ "sysv.args.integer", { STATED, STATED, STATED } },
	{ "regparm.gap", { CONTRADICTORY, CONTRADICTORY, CONTRADICTORY } },
};

START_TEST(rules_have_editions)
{
	enum rule_id id = rule_find(rule_by_edition[_i].rule);

	for (enum edition e = EDITION_LATEST; e < EDITIONS; e++) {
		const struct rule *r = rule_in(id, e);

		ck_assert_str_eq(r->name, rule_by_edition[_i].rule);
		ck_assert_msg(r->status == rule_by_edition[_i].status[e], "%s by %s: %d", r->name,
			      editions[e].name, r->status);
		ck_assert(*r->sentence && *r->section && r->document < DOCUMENTS);
	}
	ck_assert_ptr_eq(rule_in(id, EDITION_LATEST), &rules[id]);
}
END_TEST

START_TEST(editions_by_name)
{
	ck_assert_int_eq(edition_find("2025"), EDITION_2025);
	ck_assert_int_eq(edition_find("2024"), EDITION_2024);
	ck_assert_int_eq(edition_find("2019"), EDITION_2019);
	ck_assert_int_eq(edition_find("2018"), EDITIONS);
	ck_assert_int_eq(edition_find(""), EDITIONS);
}
END_TEST

/* A type that an edition does not know has no place by it. */
static const struct {
	enum profile_id profile;
	const char *convention, *call, *latest, *of_2019;
} placed_by_edition[] = {
	{ PROFILE_USER_64, "sysv", "_Float16 f(_Float16, int)", "xmm0 | edi -> xmm0",
	  "unspecified | unspecified -> unspecified" },
	{ PROFILE_USER_64, "sysv", "void f(int, _BitInt(7), int)", "edi | sil | edx -> void",
	  "edi | unspecified | unspecified -> void" },
	{ PROFILE_USER_64, "sysv", "struct s { _BitInt(7) a; }; void f(struct s, int)",
	  "dil | esi -> void", "unspecified | unspecified -> void" },
	{ PROFILE_USER_64, "sysv", "struct s { _BitInt(129) a; }; void f(struct s, int)",
	  "rsp+0 | edi -> void", "rsp+0 | edi -> void" },
	{ PROFILE_SSE2_32, "cdecl", "_Float16 f(int, _Float16)", "esp+0 | esp+4 -> xmm0",
	  "unspecified | unspecified -> unspecified" },
	{ PROFILE_SSE2_32, "cdecl", "void f(int, _Float16)", "esp+0 | esp+4 -> void",
	  "esp+0 | unspecified -> void" },
	{ PROFILE_USER_64, "sysv", "void f(char, __int128)", "dil | rdx:rsi -> void",
	  "dil | rdx:rsi -> void" },
};

START_TEST(placements_have_editions)
{
	const char *call = placed_by_edition[_i].call;
	enum profile_id profile = placed_by_edition[_i].profile;
	enum width w = profiles[profile].width;
	const struct convention *c = convention_find(placed_by_edition[_i].convention, w);
	struct arena *a = arena_new();
	struct placement got;

	ck_assert_ptr_null(abi_place_at(EDITION_LATEST, profile, c, parse_call(a, call), &got));
	ck_assert_str_eq(places_text(a, w, &got), placed_by_edition[_i].latest);
	ck_assert_ptr_null(abi_place_at(EDITION_2019, profile, c, parse_call(a, call), &got));
	ck_assert_str_eq(places_text(a, w, &got), placed_by_edition[_i].of_2019);
	ck_assert_int_eq(got.edition, EDITION_2019);
	arena_free(a);
}
END_TEST

/* ---- what cannot be declared ---- */

START_TEST(refused)
{
	static const struct {
		const char *convention;
		enum width width;
		const char *call;
	} calls[] = {
		{ "cdecl", W32, "__int128 f(void)" },
		{ "cdecl", W32, "void f(int, __int128)" },
		{ "fastcall", W32, "void f(int a, ...) <- unsigned __int128" },
		{ "regparm3", W32, "void f(unsigned __int128)" },
		/* Not placed: no document gives the size, or this version does not place it there.
		 */
		{ "sysv", W64, "typedef char v __attribute__((vector_size(128))); v f(v)" },
		{ "cdecl", W32, "_Float16 f(int)" },
		{ "sysv", W64, "struct s { char a[257]; } f(struct s)" },
	};
	struct arena *a = arena_new();
	struct placement out;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		ck_assert_msg(abi_place(convention_find(calls[i].convention, calls[i].width),
					parse_call(a, calls[i].call), &out) != NULL,
			      "%s", calls[i].call);
	arena_free(a);
}
END_TEST

START_TEST(types_of_arguments)
{
	struct arena *a = arena_new();
	const struct prototype *p = parse_call(a, "void f(char, double, ...) <- int, long");

	ck_assert_int_eq(proto_arg_type(p, 0)->kind, TYPE_CHAR);
	ck_assert_int_eq(proto_arg_type(p, 1)->kind, TYPE_DOUBLE);
	ck_assert_int_eq(proto_arg_type(p, 2)->kind, TYPE_INT);
	ck_assert_int_eq(proto_arg_type(p, 3)->kind, TYPE_LONG);
	arena_free(a);
}
END_TEST

/* ---- names ---- */

/* Encoding order; names of 8, 4, 2 and 1 bytes. */
static const char *const gprs[GPR_COUNT][4] = {
	{ "rax", "eax", "ax", "al" },      { "rcx", "ecx", "cx", "cl" },
	{ "rdx", "edx", "dx", "dl" },      { "rbx", "ebx", "bx", "bl" },
	{ "rsp", "esp", "sp", "spl" },     { "rbp", "ebp", "bp", "bpl" },
	{ "rsi", "esi", "si", "sil" },     { "rdi", "edi", "di", "dil" },
	{ "r8", "r8d", "r8w", "r8b" },     { "r9", "r9d", "r9w", "r9b" },
	{ "r10", "r10d", "r10w", "r10b" }, { "r11", "r11d", "r11w", "r11b" },
	{ "r12", "r12d", "r12w", "r12b" }, { "r13", "r13d", "r13w", "r13b" },
	{ "r14", "r14d", "r14w", "r14b" }, { "r15", "r15d", "r15w", "r15b" },
};

START_TEST(names_of_gprs)
{
	unsigned r;

	for (r = 0; r < GPR_COUNT; r++) {
		ck_assert_str_eq(gpr_name(W64, r, 8), gprs[r][0]);
		ck_assert_str_eq(gpr_name(W64, r, 4), gprs[r][1]);
		ck_assert_str_eq(gpr_name(W64, r, 2), gprs[r][2]);
		ck_assert_str_eq(gpr_name(W64, r, 1), gprs[r][3]);
	}
	for (r = GPR_AX; r <= GPR_DI; r++) {
		ck_assert_str_eq(gpr_name(W32, r, 4), gprs[r][1]);
		ck_assert_str_eq(gpr_name(W32, r, 2), gprs[r][2]);
	}
	/* Without a REX prefix only the first four have a low byte with a name. */
	for (r = GPR_AX; r <= GPR_BX; r++)
		ck_assert_str_eq(gpr_name(W32, r, 1), gprs[r][3]);
	for (r = GPR_SP; r <= GPR_DI; r++)
		ck_assert_msg(strcmp(gpr_name(W32, r, 1), gprs[r][3]) != 0,
			      "%s does not exist at 32 bit", gprs[r][3]);
}
END_TEST

START_TEST(names_of_vector_registers)
{
	struct arena *a = arena_new();
	unsigned r;

	for (r = 0; r < XMM_COUNT; r++)
		ck_assert_str_eq(xmm_name(r), arena_printf(a, "xmm%u", r));
	arena_free(a);
}
END_TEST

static void expect_loc(enum width w, struct loc l, const char *want)
{
	struct str b = { 0 };

	loc_text(&b, w, &l);
	ck_assert_str_eq(b.s, want);
	str_free(&b);
}

START_TEST(text_of_locations)
{
	struct str b = { 0 };
	const struct loc l = { .kind = LOC_GPR, .reg = GPR_AX, .bytes = 4 };

	expect_loc(W64, (struct loc){ .kind = LOC_GPR, .reg = GPR_DI, .bytes = 8 }, "rdi");
	expect_loc(W64, (struct loc){ .kind = LOC_GPR, .reg = GPR_SI, .bytes = 1 }, "sil");
	expect_loc(W64, (struct loc){ .kind = LOC_GPR, .reg = GPR_R9, .bytes = 2 }, "r9w");
	expect_loc(W32, (struct loc){ .kind = LOC_GPR, .reg = GPR_CX, .bytes = 1 }, "cl");
	expect_loc(W64, (struct loc){ .kind = LOC_XMM, .reg = 15, .bytes = 4 }, "xmm15");
	expect_loc(W32, (struct loc){ .kind = LOC_X87, .bytes = 10 }, "st0");
	expect_loc(W64, (struct loc){ .kind = LOC_STACK, .stack = 32, .bytes = 8 }, "rsp+32");
	expect_loc(W64, (struct loc){ .kind = LOC_STACK, .stack = 0, .bytes = 16 }, "rsp+0");
	expect_loc(W32, (struct loc){ .kind = LOC_STACK, .stack = 4, .bytes = 4 }, "esp+4");

	str_add(&b, "a: ");
	loc_text(&b, W32, &l);
	ck_assert_str_eq(b.s, "a: eax");
	str_free(&b);
}
END_TEST

START_TEST(text_of_values)
{
	const struct value_place pair = {
		.loc = { { .kind = LOC_GPR, .reg = GPR_AX, .bytes = 4 },
			 { .kind = LOC_GPR, .reg = GPR_DX, .off = 4, .bytes = 4 } },
		.nlocs = 2,
	};
	const struct value_place pointer = {
		.loc = { { .kind = LOC_GPR, .reg = GPR_CX, .bytes = 8 } },
		.nlocs = 1,
		.by_reference = true,
	};
	const struct value_place nowhere = { .unspecified = true };
	struct arena *a = arena_new();

	ck_assert_str_eq(place_text(a, W32, &pair), "edx:eax");
	ck_assert_str_eq(place_text(a, W64, &pointer), "pointer in rcx");
	ck_assert_str_eq(place_text(a, W64, &nowhere), "unspecified");
	arena_free(a);
}
END_TEST

static Suite *tables_suite(void)
{
	Suite *s = suite_create("tables");
	TCase *tc = tcase_create("tables");

	tcase_add_test(tc, every_rule_cites);
	tcase_add_test(tc, every_check_says_what);
	tcase_add_test(tc, every_profile_has_a_default);
	tcase_add_test(tc, conventions_name_their_rules);
	tcase_add_test(tc, conventions_are_found);
	tcase_add_loop_test(tc, rule_of_check, 0, (int)ARRAY_SIZE(check_rules_of));
	tcase_add_test(tc, upper_bits_of_results);
	tcase_add_loop_test(tc, rules_have_editions, 0, (int)ARRAY_SIZE(rule_by_edition));
	tcase_add_test(tc, editions_by_name);
	tcase_add_loop_test(tc, placements_have_editions, 0, (int)ARRAY_SIZE(placed_by_edition));
	tcase_add_test(tc, refused);
	tcase_add_test(tc, types_of_arguments);
	suite_add_tcase(s, tc);
	tc = tcase_create("names");
	tcase_add_test(tc, names_of_gprs);
	tcase_add_test(tc, names_of_vector_registers);
	tcase_add_test(tc, text_of_locations);
	tcase_add_test(tc, text_of_values);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(tables_suite());
	int failed;

	srunner_add_suite(r, sysv_suite());
	srunner_add_suite(r, sysv_aggregate_suite());
	srunner_add_suite(r, ms_suite());
	srunner_add_suite(r, i386_suite());
	srunner_add_suite(r, i386_aggregate_suite());
	srunner_add_suite(r, fastcall_suite());
	srunner_add_suite(r, thiscall_suite());
	srunner_add_suite(r, vectorcall_suite());
	srunner_add_suite(r, profile_suite());
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
