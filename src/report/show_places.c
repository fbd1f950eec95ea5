/* SPDX-License-Identifier: MIT */
/* A picture of registers and stack at a call: what travels where, and the place that a finding is
 * about. */
#include "report/show.h"
#include "report/style.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 128 };

struct row_of {
	const char *place, *what, *mark;
	int stack; /* bytes above the stack pointer, or -1: a register */
};

struct picture {
	const struct stored *s;
	struct row_of v[MOST_ROWS];
	size_t n;
};

/* Does the word name a register or a stack word? */
static bool is_place(const char *word, size_t n)
{
	static const char *const begins[] = { "xmm", "ymm", "zmm", "rsp+", "esp+", "st" };
	unsigned reg;

	for (size_t i = 0; i < ARRAY_SIZE(begins); i++) {
		size_t k = strlen(begins[i]);

		if (n > k && !strncmp(word, begins[i], k) && isdigit((unsigned char)word[k]))
			return true;
	}
	for (reg = 0; reg < GPR_COUNT; reg++) {
		for (unsigned bytes = 1; bytes <= 8; bytes *= 2) {
			const char *name = gpr_name(W64, reg, bytes);

			if (strlen(name) == n && !strncmp(word, name, n))
				return true;
		}
	}
	return false;
}

const char *show_place_in(const struct stored *s, const char *text)
{
	while (text && *text) {
		size_t n = strcspn(text, " :,;)");

		if (is_place(text, n))
			return arena_strndup(s->arena, text, n);
		text += n;
		text += strspn(text, " :,;)");
	}
	return NULL;
}

static struct row_of *add(struct picture *p, const char *place, const char *what)
{
	struct row_of *r = &p->v[p->n];
	const char *plus = strchr(place, '+');

	if (p->n + 1 == MOST_ROWS)
		return r;
	*r = (struct row_of){ place, what, NULL, plus ? atoi(plus + 1) : -1 };
	p->n++;
	return r;
}

/* A value's pieces, each a row: "rdi 0 8". */
static void value(struct picture *p, const json_t *v, const char *name, const char *mark)
{
	const char *type = json_string_value(json_object_get(v, "type"));
	const json_t *pieces = json_object_get(v, "pieces"), *piece;
	size_t i, n = json_array_size(pieces);

	json_array_foreach(pieces, i, piece)
	{
		char place[32] = "";
		unsigned off = 0, bytes = 0;
		const char *what = arena_printf(p->s->arena, "%s (%s)", name, type);

		if (sscanf(json_string_value(piece), "%31s %u %u", place, &off, &bytes) != 3)
			continue;
		if (n > 1)
			what = arena_printf(p->s->arena, "%s bytes %u-%u (%s)", name, off,
					    off + bytes - 1, type);
		if (json_is_true(json_object_get(v, "by_reference")))
			what = arena_printf(p->s->arena, "pointer to %s (%s)", name, type);
		add(p, arena_strdup(p->s->arena, place), what)->mark = mark;
		mark = mark ? "" : NULL; /* once is enough */
	}
	if (!n && strcmp(name, "returns"))
		add(p, "?", arena_printf(p->s->arena, "%s (%s): no document decides", name, type))
			->mark = mark;
}

static int in_order(const void *x, const void *y)
{
	const struct row_of *a = x, *b = y;

	if ((a->stack < 0) != (b->stack < 0))
		return a->stack < 0 ? -1 : 1;
	return a->stack == b->stack ? (a < b ? -1 : 1) : a->stack - b->stack;
}

/* The place where the finding saw the value instead, in its row or one of its own. */
static void instead(struct picture *p, const struct stored_finding *f)
{
	const char *at = show_place_in(p->s, f->origin);
	bool expected = f->origin && strstr(f->origin, "expected value");

	if (!at)
		return;
	for (size_t i = 0; i < p->n; i++) {
		if (!strcmp(p->v[i].place, at) && !p->v[i].mark) {
			p->v[i].mark = expected ? "the expected value is here" : "taken from here";
			return;
		}
	}
	add(p, at, "")->mark = expected ? "the expected value is here" : "taken from here";
}

static bool about(const struct stored_finding *f, const char *name)
{
	const char *at = strstr(f->subject, "argument ");
	size_t n = strlen(name);

	return at && !strncmp(at + 9, name, n) && (at[9 + n] == ' ' || !at[9 + n]);
}

void show_places(struct str *out, const struct stored *s, const struct stored_finding *f,
		 const struct text_style *style)
{
	struct picture p = { .s = s };
	const json_t *placement = f->c->placement, *arguments, *v;
	const char *mark = arena_printf(s->arena, "expected %s, got %s", f->expected, f->observed);
	bool saved = !strcmp(f->check, checks[CHECK_SAVED].name);
	size_t i, widest = 0, room = 6;

	if (!placement)
		return;
	arguments = json_object_get(placement, "arguments");
	v = json_object_get(placement, "hidden");
	if (json_is_object(v))
		value(&p, v, "return value",
		      strstr(f->subject, "pointer to the return") ? mark : NULL);
	json_array_foreach(arguments, i, v)
	{
		const char *name = json_string_value(json_object_get(v, "name"));

		value(&p, v, name, about(f, name) ? mark : NULL);
	}
	if (saved && show_place_in(s, f->subject))
		add(&p, show_place_in(s, f->subject), "the caller's")->mark = mark;
	instead(&p, f);
	if (p.n)
		qsort(p.v, p.n, sizeof(*p.v), in_order);
	v = json_object_get(placement, "returns");
	if (json_is_object(v))
		value(&p, v, "returns", !strncmp(f->subject, "return", 6) ? mark : NULL);
	for (i = 0; i < p.n; i++) {
		widest = strlen(p.v[i].what) > widest ? strlen(p.v[i].what) : widest;
		room = strlen(p.v[i].place) > room ? strlen(p.v[i].place) : room;
	}
	widest = widest > 40 ? 40 : widest;
	if (!p.n)
		return;
	paint(out, style, BOLD, "Registers and stack at the call");
	str_add(out, "\n");
	for (i = 0; i < p.n; i++) {
		const struct row_of *r = &p.v[i];
		const char *lead =
			arena_printf(s->arena, "%c %-*s  %-*s", r->mark ? '>' : ' ', (int)room,
				     r->place, (int)(r->mark ? widest : 0), r->what);

		if (r->mark && *r->mark)
			text_wrap(out, style, arena_printf(s->arena, "%s  ", lead), "      ",
				  r->mark);
		else
			str_addf(out, "%s\n", lead);
	}
	str_add(out, "\n");
}
