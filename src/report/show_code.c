/* SPDX-License-Identifier: MIT */
/* Disassembled code in which the instructions that a finding is about are marked: those that write
 * a register that should have been kept, read an argument from the wrong place or put it there,
 * make the call, return. Found by their text: it is a help to the eye, no verdict. */
#include "report/show.h"
#include "report/style.h"

#include <ctype.h>
#include <string.h>

enum { AROUND = 2 };

/* Do two names mean parts of one general register? */
static bool same_register(const char *word, size_t n, unsigned reg)
{
	for (unsigned bytes = 1; bytes <= 8; bytes *= 2) {
		const char *name = gpr_name(W64, reg, bytes);

		if (strlen(name) == n && !strncmp(word, name, n))
			return true;
	}
	return false;
}

static int register_of(const char *word)
{
	for (unsigned r = 0; r < GPR_COUNT; r++) {
		if (same_register(word, strlen(word), r))
			return (int)r;
	}
	return -1;
}

/* Is the register (or, by its name, the vector register) among these operands? */
static bool mentions(const char *operands, size_t n, const char *place)
{
	int reg = register_of(place);

	for (size_t i = 0; i < n;) {
		size_t k = 0;

		while (i + k < n && isalnum((unsigned char)operands[i + k]))
			k++;
		if (k && (reg >= 0 ? same_register(operands + i, k, (unsigned)reg)
				   : strlen(place) == k && !strncmp(place, operands + i, k)))
			return true;
		i += k ? k : 1;
	}
	return false;
}

/* What is looked for. */
struct wanted {
	const char *place;
	bool writes, reads, calls, returns;
};

/* "  40:	mov    rbx,rax": mnemonic, operands. */
static bool matches(const struct wanted *w, const char *line, size_t n)
{
	const char *tab = memchr(line, '\t', n), *end = line + n, *operands, *comma;
	size_t m;

	if (!tab)
		return false;
	tab++;
	m = strcspn(tab, " \n");
	operands = tab + m < end ? tab + m + 1 : end;
	if (w->calls && !strncmp(tab, "call", 4))
		return true;
	if (w->returns && (!strncmp(tab, "ret", 3) || !strncmp(tab, "leave", 5)))
		return true;
	if (!w->place || operands >= end)
		return false;
	comma = memchr(operands, ',', (size_t)(end - operands));
	if (!strncmp(tab, "push", 4)) /* saves it */
		return false;
	if (w->writes &&
	    memchr(operands, '[', (size_t)((comma ? comma : end) - operands)) == NULL &&
	    mentions(operands, (size_t)((comma ? comma : end) - operands), w->place))
		return strncmp(tab, "cmp", 3) && strncmp(tab, "test", 4);
	return w->reads && comma && mentions(comma, (size_t)(end - comma), w->place);
}

static struct wanted wanted_of(const struct stored *s, const struct stored_finding *f)
{
	struct wanted w = { 0 };
	bool callee = f->direction == CL_CALLEE;

	if (!strcmp(f->check, checks[CHECK_SAVED].name)) {
		w.place = show_place_in(s, f->subject);
		w.writes = true;
	} else if (!strcmp(f->check, checks[CHECK_ALIGN].name)) {
		w.calls = true;
	} else if (!strcmp(f->check, checks[CHECK_SP].name)) {
		w.returns = true;
	} else if (!strcmp(f->check, checks[CHECK_RETURN].name) ||
		   !strcmp(f->check, checks[CHECK_HIDDEN].name)) {
		w.place = show_place_in(s, f->expected);
		w.writes = callee;
		w.reads = !callee;
	} else {
		w.place = show_place_in(s, f->origin);
		w.place = w.place ? w.place : show_place_in(s, f->expected);
		w.reads = callee;
		w.writes = !callee;
	}
	return w;
}

void show_code(struct str *out, const struct stored_finding *f, const char *code,
	       const struct text_style *style)
{
	struct stored s = { .arena = arena_new() };
	struct wanted w = wanted_of(&s, f);
	size_t lines = 0, skipped = 0, n;
	const char *p;
	unsigned char *mark, *near;

	for (p = code; *p; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		lines++;
	}
	mark = arena_alloc(s.arena, lines + 1);
	near = arena_alloc(s.arena, lines + 1);
	p = code;
	for (size_t i = 0; i < lines; i++, p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		mark[i] = matches(&w, p, n);
		for (size_t k = i < AROUND ? 0 : i - AROUND; mark[i] && k <= i + AROUND; k++)
			near[k < lines ? k : lines - 1] = 1;
	}
	near[0] = near[lines > 1 ? 1 : 0] = near[lines ? lines - 1 : 0] = 1;
	p = code;
	for (size_t i = 0; i < lines; i++, p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		if (!near[i] && !style->every_finding) {
			skipped++;
			continue;
		}
		if (skipped)
			str_addf(out, "      ... %zu line%s (-v)\n", skipped,
				 skipped == 1 ? "" : "s");
		skipped = 0;
		paint(out, style, mark[i] ? RED : "", mark[i] ? "> " : "  ");
		str_addf(out, "%.*s\n", (int)n, p);
	}
	arena_free(s.arena);
}
