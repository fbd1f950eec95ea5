/* SPDX-License-Identifier: MIT */
/* promises.h */
#include "cmd/promises.h"

#include "check/family.h"
#include "check/source.h"
#include "util/shell.h"
#include "util/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct defining {
	const struct objects *objects;
	const struct declarations *d;
	const char *otherwise; /* returns a structure, as no document here says */
	size_t notherwise;
};

static bool is_defined(const struct defining *in, const char *name)
{
	const struct object_symbol *s = objects_find(in->objects, name);

	return s && s->global && s->code;
}

/* Compilers of 32-bit Windows return structures otherwise than the i386 psABI says. */
static bool returns_otherwise(const struct defining *in, const char *name)
{
	for (size_t i = 0; in->objects->windows && in->objects->width == W32 && i < in->d->cases.n;
	     i++) {
		const struct prototype *p = in->d->cases.v[i].proto;

		if (!strcmp(p->name, name))
			return p->ret->kind == TYPE_STRUCT || p->ret->kind == TYPE_UNION;
	}
	return false;
}

/* What only a header declares is under test if an object defines it. */
static enum contract_wanted wanted(void *closure, const char *name)
{
	struct defining *in = closure;
	bool optional = declarations_optional(in->d, name);

	if (optional && !is_defined(in, name))
		return CONTRACT_LEFT_OUT;
	if (returns_otherwise(in, name)) {
		in->otherwise = name;
		in->notherwise++;
		return CONTRACT_LEFT_OUT;
	}
	return optional ? CONTRACT_IF_POSSIBLE : CONTRACT_WANTED;
}

/* All declarations there are. 0, or -1 and *error. */
static int read_declarations(struct arena *a, const char *command, const struct promises *p,
			     const struct declarations_for *how, struct declarations *all,
			     const char **error)
{
	static const char *const none[] = { NULL };
	struct declarations d;
	size_t notes = 0;

	*all = (struct declarations){ 0 };
	for (size_t i = 0; i < p->contracts.n; i++) {
		if (declarations_of_contract(a, p->contracts.v[i], how, &d, error))
			return -1;
		declarations_add(a, all, &d);
	}
	for (size_t i = 0; i < p->headers.n; i++) {
		if (declarations_of_header(a, p->headers.v[i], how, &d, error))
			return -1;
		declarations_add(a, all, &d);
	}
	if (p->protos.n) {
		bool named = false;

		for (size_t i = 0; i < p->notes.n; i++)
			named = named || declarations_note_names(p->notes.v[i]);
		notes = named ? 0 : p->notes.n;
		if (declarations_of_protos(a, p->protos.v, notes ? p->notes.v : none, how, &d,
					   error))
			return -1;
		declarations_add(a, all, &d);
	}
	for (size_t i = notes; i < p->notes.n; i++) {
		if (!p->protos.n && all->cases.n > 1 && !declarations_note_names(p->notes.v[i]))
			die("%s: --note: which function is this for? Write --note 'FUNCTION: %s'",
			    command, p->notes.v[i]);
		if (declarations_note(a, all, p->notes.v[i], error))
			return -1;
	}
	return 0;
}

/* A declaration of an indirect function is one of all that it may be, too. */
static void add_choices(struct arena *a, const struct objects *objs, struct declarations *d)
{
	size_t n = d->cases.n;

	for (size_t i = 0; i < n; i++) {
		const struct case_decl was = d->cases.v[i];
		const struct object_symbol *s = objects_find(objs, was.proto->name);

		for (size_t k = 0; s && s->indirect && k < s->nchoices; k++) {
			const struct object_symbol *to = objects_find(objs, s->choice[k]);
			struct prototype *p;

			if (!to || !to->global || !to->code || to->indirect)
				continue;
			p = arena_alloc(a, sizeof(*p));
			*p = *was.proto;
			p->name = s->choice[k];
			d->cases.v = arena_grow(a, d->cases.v, d->cases.n, sizeof(was));
			d->cases.v[d->cases.n] = was;
			d->cases.v[d->cases.n++].proto = p;
		}
	}
}

const char *promises_abi(const struct promises *p, const struct objects *objs)
{
	if (p->abi)
		return p->abi;
	if (objs->x32)
		return "x32";
	return objs->windows && objs->width == W64 ? "ms" : contract_default_abi(objs->width);
}

void promises_read(struct arena *a, const char *command, const struct promises *p,
		   const struct objects *objs, struct contract_file *out, struct not_read *left)
{
	struct declarations d;
	struct defining in = { .objects = objs, .d = &d };
	const char *abi = promises_abi(p, objs);
	const struct declarations_for how = { objs->width, objs->windows, objs->x32 };
	const char *error = NULL;
	int failed = read_declarations(a, command, p, &how, &d, &error) ||
		     families_expand(a, &d, objs, &error);

	if (!failed)
		add_choices(a, objs, &d);
	if (failed || contract_read(a, &d.cases, &d.source, objs->width, abi,
				    edition_option(p->edition), wanted, &in, out, &error)) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	*left = (struct not_read){ .unreadable = d.skipped + out->refused + in.notherwise,
				   .first_unreadable =
					   d.first_skipped ? d.first_skipped : out->first_refused };
	if (in.notherwise && !left->first_unreadable)
		left->first_unreadable = arena_printf(
			a,
			"`%s' returns a structure: no document here says how 32-bit Windows does",
			in.otherwise);
	for (size_t i = 0; i < d.noptional; i++) {
		if (!*d.optional[i] || is_defined(&in, d.optional[i]) ||
		    declarations_included(&d, d.optional[i]))
			continue;
		left->undefined =
			arena_grow(a, left->undefined, left->nundefined, sizeof(*left->undefined));
		left->undefined[left->nundefined++] = d.optional[i];
	}
	if (!out->n && (out->refused || in.notherwise))
		die("%s: nothing can be called: %s", command, left->first_unreadable);
	if (!out->n && left->nundefined)
		die("%s: the objects define none of the functions that %s declares", command,
		    p->headers.n == 1 ? p->headers.v[0] : "the headers");
	if (!out->n && out->skipped)
		die("%s: nothing here is for %u bit code", command, width_bits(objs->width));
	if (!out->n)
		die("%s: nothing is under test: every function is named by a `calls' line",
		    command);
}

/* A second definition in the same archive: the linker takes one without a word. What is defined in
 * front of an archive is meant to replace its member. */
static const struct object_symbol *another(const struct objects *objs,
					   const struct object_symbol *s)
{
	const char *paren = strrchr(s->where, '(');
	size_t n = paren ? (size_t)(paren - s->where) + 1 : 0;

	for (size_t i = 0; n && i < objs->nsymbols; i++) {
		const struct object_symbol *t = &objs->symbol[i];

		if (t != s && t->global && !t->weak && !strcmp(t->name, s->name) &&
		    !strncmp(t->where, s->where, n))
			return t;
	}
	return NULL;
}

/* What is called before is there. */
static void find_first(const char *command, const struct objects *objs, const struct contract *c)
{
	for (unsigned i = 0; i < c->nfirst; i++) {
		const struct object_symbol *s = objects_find(objs, c->first[i].function);

		if (!s || !s->global || !s->code)
			die("%s: no object defines the function `%s', which `%s' says is called "
			    "first",
			    command, c->first[i].function, c->call.decl->proto->name);
	}
}

void promises_find(struct arena *a, const char *command, const struct objects *objs,
		   const struct contract_file *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *name = f->v[i].call.decl->proto->name, *hint = NULL;
		const struct object_symbol *s = objects_find(objs, name);
		const char **names = arena_alloc(a, (objs->nsymbols + 1) * sizeof(*names));
		size_t n = 0;

		find_first(command, objs, &f->v[i]);
		if (s && s->global && s->code && !s->weak && another(objs, s))
			die("%s: `%s' is defined twice: in %s and in %s; give the object that "
			    "you mean (ar xN 1 ARCHIVE MEMBER)",
			    command, name, s->where, another(objs, s)->where);
		if (s && s->global && s->code)
			continue;
		if (s && !s->code)
			die("%s: `%s' of %s is data, not a function", command, name, s->where);
		if (s)
			die("%s: `%s' of %s is local: make it global for this test", command, name,
			    s->where);
		for (size_t k = 0; k < objs->nsymbols; k++) {
			if (objs->symbol[k].global && objs->symbol[k].code)
				names[n++] = objs->symbol[k].name;
		}
		if (objs->lto)
			die("%s: no object defines `%s', and %s holds intermediate code for "
			    "link-time optimisation (LTO) only: compile without -flto",
			    command, name, objs->lto);
		hint = nearest(name, names);
		if (hint)
			die("%s: no object defines `%s'; did you mean `%s'?", command, name, hint);
		die("%s: no object defines `%s'%s%s%s", command, name,
		    n ? n > 1 ? "; functions are " : "; the only function is "
		      : "; there is no global function",
		    n ? names[0] : "",
		    n > 1 ? arena_printf(a, ", %s%s", names[1], n > 2 ? ", ..." : "") : "");
	}
}

void promises_words(struct arena *a, struct str *s, const struct promises *p,
		    const struct objects *objs)
{
	for (size_t i = 0; i < objs->n; i++)
		str_addf(s, " %s", shell_word(a, objs->given[i]));
	for (size_t i = 0; p->protos.v[i]; i++)
		str_addf(s, " --proto %s", shell_word(a, p->protos.v[i]));
	for (size_t i = 0; p->notes.v[i]; i++)
		str_addf(s, " --note %s", shell_word(a, p->notes.v[i]));
	for (size_t i = 0; i < p->contracts.n; i++)
		str_addf(s, " --contract %s", shell_word(a, p->contracts.v[i]));
	for (size_t i = 0; i < p->headers.n; i++)
		str_addf(s, " --header %s", shell_word(a, p->headers.v[i]));
	if (p->abi)
		str_addf(s, " --abi %s", p->abi);
	if (p->edition)
		str_addf(s, " --edition %s", p->edition);
}
