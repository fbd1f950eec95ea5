/* SPDX-License-Identifier: MIT */
/* Claim 18: is there a way to have a 64-bit compiler take a parameter from the stack? Every
 * attribute that names a calling convention is tried. What the compiler accepts is run: an assembly
 * start-up gives every register and stack slot a value of its own and calls the C function, which
 * returns the value it took for its first parameter. */
#include "claims/room.h"
#include "place/kept.h"
#include "util/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { SECONDS = 5 };

/* As cases/thread/claims/attributes.asm ends: a register's number, STACK + a slot's, or NOWHERE. */
enum { STACK = 32, NOWHERE = 255 };

static const char *const attributes[] = {
#define ATTRIBUTE(text) text,
#include "claims/attributes.def"
#undef ATTRIBUTE
};

/* -D with an attribute, which may hold no blank: the words of an option are separated by them. */
static const char *spelling(struct arena *a, const char *name)
{
	return arena_printf(a, "-DATTRIBUTE=__attribute__((%s))", name);
}

/* What is wrong, without the files, which are of this run and machine: the first line that names a
 * symbol, or what the first line says behind its folder. */
static const char *linker_words(struct arena *a, const char *text)
{
	const char *what = text ? strstr(text, "undefined reference") : NULL, *folder;
	size_t n;

	if (!text)
		return "no reason given";
	what = what ? what : text;
	n = strcspn(what, "\n");
	what = arena_strndup(a, what, n);
	folder = strrchr(what, '/');
	return folder ? folder + 1 : what;
}

/* Link the object with the start-up and run it: where the parameter came from, or why it is unknown
 * (*why). */
static int link_and_run(struct unit *u, const char *object, const char *start, const char **why)
{
	const char *program = arena_printf(u->arena, "%s.elf", object);
	const char *const link[] = {
		u->request->plan->ld, "-m", "elf_x86_64", "-nostdlib", "-static", "-z",
		"noexecstack",        "-o", program,      start,       object,    NULL
	};
	const char *const go[] = { program, NULL };
	struct str text = { 0 };
	int status = run_program(link, SECONDS, &text);

	if (status) {
		*why = arena_printf(u->arena, "does not link: %s", linker_words(u->arena, text.s));
		str_free(&text);
		return -1;
	}
	str_free(&text);
	status = run_program(go, SECONDS, NULL);
	if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) != NOWHERE)
		return WEXITSTATUS(status);
	*why = status >= 0 && WIFSIGNALED(status) ? "the call did not come back"
						  : "it took the parameter from nowhere known";
	return -1;
}

/* The same, from what was kept of it if neither of the objects changed. */
static int taken_from(struct unit *u, const char *object, const char *start, const char **why)
{
	const struct plan *p = u->request->plan;
	const char *path = arena_printf(u->arena, "%s.taken", object), *key;
	struct str s = { 0 };
	char *kept = NULL, number[16];
	size_t bytes;
	int from;

	str_add(&s, p->ground ? p->ground : "");
	kept_file(&s, "object", object);
	kept_file(&s, "start", start);
	kept_program(u->arena, &s, p->ld);
	key = arena_strdup(u->arena, s.s);
	str_free(&s);
	if (p->ground && !p->fresh)
		kept = kept_body(u->arena, path, key, &bytes);
	if (kept)
		return atoi(kept);
	from = link_and_run(u, object, start, why);
	snprintf(number, sizeof(number), "%d", from);
	if (p->ground && from >= 0)
		keep_body(path, key, number, strlen(number));
	return from;
}

static const char *place(struct arena *a, int from)
{
	static const char *const names[] = {
#define X(id, n64, n32, n16, n8) n64,
		GPRS(X)
#undef X
	};

	return from < GPR_COUNT
		       ? names[from]
		       : arena_printf(a, "the stack (rsp+%d at entry)", 8 * (from - STACK));
}

/* Add "NAME: WHERE" to a list that is grouped by where. */
static void add(struct arena *a, const char **list, const char *name, const char *where)
{
	*list = arena_printf(a, "%s%s%s%s%s", *list, **list ? ", " : "", name, *where ? " " : "",
			     where);
}

void step_attributes(struct unit *u, const struct step *s, struct evidence *e)
{
	/* A handler is entered, not called. */
	bool handler = !strcmp(s->b, "-DINTERRUPT");
	struct compiled start = claims_compile(u, "attributes.asm", handler ? s->b : "");
	const char *taken = "", *stack = "", *refused = "", *why = NULL, *odd = "";
	struct compiled plain;

	e->id = arena_printf(u->arena, "cases/thread/claims/%s %s", s->a, s->b);
	if (*s->b) {
		/* One way, spelt in the source. */
		int from;

		plain = claims_compile(u, s->a, s->b);
		from = plain.object ? taken_from(u, plain.object, start.object, &why) : -1;
		if (from < 0) {
			e->not_run = arena_printf(u->arena, "%s: %s", e->id,
						  plain.object ? why : plain.why);
			return;
		}
		e->holds = from < STACK;
		e->detail = arena_printf(u->arena, "taken from %s", place(u->arena, from));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		struct compiled c = claims_compile(u, s->a, spelling(u->arena, attributes[i]));
		int from;

		if (!c.object || c.says) {
			add(u->arena, &refused, attributes[i], c.object ? "(ignored)" : "");
			continue;
		}
		from = taken_from(u, c.object, start.object, &why);
		if (from < 0)
			add(u->arena, &odd, attributes[i], arena_printf(u->arena, "(%s)", why));
		else if (from < STACK)
			add(u->arena, &taken, attributes[i], place(u->arena, from));
		else
			add(u->arena, &stack, attributes[i], place(u->arena, from));
	}
	if (!*taken && !*stack) {
		e->not_run = *odd ? odd : "it accepts none of the attributes";
		return;
	}
	e->holds = !*stack;
	e->detail = arena_printf(u->arena, "%s%s%sin registers: %s; refused or ignored: %s%s%s",
				 *stack ? "on the stack: " : "", stack, *stack ? "; " : "",
				 *taken ? taken : "none", *refused ? refused : "none",
				 *odd ? "; no answer: " : "", odd);
}
