/* SPDX-License-Identifier: MIT */
/* Registers, places, inputs and values in a line of a contract. */
#include "check/reader.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name[4]; /* 64, 32, 16, 8 bits */
} registers[GPR_COUNT] = {
#define X(id, n64, n32, n16, n8) [GPR_##id] = { { n64, n32, n16, n8 } },
	GPRS(X)
#undef X
};

int reader_register(struct reader *r, unsigned *bytes)
{
	const char *start = r->s, *w = reader_word(r);
	unsigned most = r->width == W64 ? GPR_COUNT : GPR_R8;

	*bytes = word_bytes(r->width);
	for (unsigned i = 0; w && i < most; i++) {
		/* "ax" and "r8" are words, whatever the width. */
		if (!strcmp(w, i < GPR_R8 ? registers[i].name[2] : registers[i].name[0]))
			return (int)i;
		for (unsigned k = 0; k < 4; k++) {
			if (strcmp(w, registers[i].name[k]) || (k == 0 && r->width == W32))
				continue;
			*bytes = 8u >> k;
			return (int)i;
		}
	}
	r->s = start;
	return -1;
}

void reader_place(struct reader *r, bool *slot, unsigned *n, unsigned *bytes)
{
	int reg;

	reader_end(r);
	*slot = reader_take_word(r, "stack");
	*bytes = word_bytes(r->width);
	if (*slot) {
		*n = (unsigned)reader_count(r, 1, 48, "the number of a stack word");
		return;
	}
	reg = reader_register(r, bytes);
	if (reg < 0)
		reader_expected(r, "a register or `stack N'",
				r->width == W64
					? "registers are ax, cx, dx, bx, bp, si, di, r8 to r15"
					: "registers are ax, cx, dx, bx, bp, si, di");
	if (reg == GPR_SP)
		reader_fail_at(r, r->s - 2, 2, "`pops N' says where the stack pointer ends",
			       "the stack pointer is no place for values");
	*n = (unsigned)reg;
}

/* ARGUMENT_2: what a declaration does not name. */
static int unnamed(const struct prototype *p, const char *name)
{
	static const char prefix[] = "ARGUMENT_";
	unsigned long n;
	char *end;

	if (strncmp(name, prefix, sizeof(prefix) - 1))
		return -1;
	n = strtoul(name + sizeof(prefix) - 1, &end, 10);
	if (*end || n < 1 || n > p->nparams || p->params[n - 1].name)
		return -1;
	return (int)n - 1;
}

int reader_find_input(struct reader *r, const char *name)
{
	const struct prototype *p = r->c->call.decl->proto;

	for (unsigned i = 0; i < p->nparams; i++) {
		if (p->params[i].name && !strcmp(p->params[i].name, name))
			return (int)i;
	}
	return unnamed(p, name);
}

unsigned reader_input(struct reader *r)
{
	const char *start, *name;
	int i;

	reader_end(r);
	start = r->s;
	name = reader_word(r);
	if (!name)
		reader_expected(r, "the name of a parameter", NULL);
	i = reader_find_input(r, name);
	if (i < 0)
		reader_fail_at(r, start, strlen(name), "inputs are the declaration's parameters",
			       arena_printf(r->a, "`%s' has no parameter `%s'",
					    r->c->call.decl->proto->name, name));
	return (unsigned)i;
}

/* What the input points to. */
static unsigned pointee(struct reader *r, unsigned i, const char *at)
{
	const struct type *t = r->c->input[i].type;
	unsigned n = t->kind == TYPE_POINTER ? t->of->size[r->width] : 0;

	if (!n || n > 16 || t->of->kind == TYPE_FUNCTION)
		reader_fail_at(r, at, (size_t)(r->s - at), NULL,
			       "this does not point to a value of up to 16 bytes");
	if (n > r->c->input[i].d.deref)
		r->c->input[i].d.deref = n;
	return n;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static void term(struct reader *r, struct contract_value *out)
{
	const char *start = r->s, *name;
	int i;

	if (reader_take(r, '*')) {
		out->kind = CT_DEREF;
		out->input = reader_input(r);
		out->bytes = least(out->bytes, pointee(r, out->input, start));
		return;
	}
	out->kind = CT_NUMBER;
	if (reader_take(r, '&')) {
		out->symbol = reader_word(r);
		if (!out->symbol)
			reader_expected(r, "the name of a symbol", NULL);
		return;
	}
	if (reader_at_number(r)) {
		out->number = reader_number(r, "a number");
		return;
	}
	if (reader_take_word(r, "any")) {
		out->kind = CT_ANY;
		return;
	}
	name = reader_word(r);
	if (!name)
		reader_expected(r, "a value",
				"values: any, a number, an input, *INPUT, &SYMBOL, sp");
	i = reader_find_input(r, name);
	if (i < 0 && !strcmp(name, "sp")) {
		out->kind = CT_SP;
		return;
	}
	if (i < 0)
		reader_fail_at(r, start, strlen(name),
			       "values: any, a number, an input, *INPUT, &SYMBOL, sp",
			       arena_printf(r->a, "`%s' has no parameter `%s'",
					    r->c->call.decl->proto->name, name));
	out->kind = CT_INPUT;
	out->input = (unsigned)i;
	out->bytes = least(out->bytes, r->c->input[i].type->size[r->width]);
}

void reader_value(struct reader *r, unsigned bytes, struct contract_value *out)
{
	const char *start;

	*out = (struct contract_value){ .bytes = bytes };
	reader_end(r);
	start = r->s;
	term(r, out);
	reader_end(r);
	if (out->kind == CT_INPUT && reader_take(r, '*'))
		out->times = (int)reader_count(r, 1, 1 << 20, "how many times");
	for (unsigned n = 0;
	     out->kind != CT_ANY && (reader_end(r), *r->s == '+' || *r->s == '-');) {
		bool minus = *r->s++ == '-';
		struct ct_term *more;

		if (reader_at_number(r)) {
			long long number = reader_number(r, "a number");

			out->number += minus ? -number : number;
			continue;
		}
		if (n == CT_TERMS)
			reader_expected(r, "an end: there are too many inputs; it", NULL);
		more = &out->term[n++];
		more->input = reader_input(r) + 1;
		more->times = 1;
		if (reader_take(r, '*'))
			more->times = (int)reader_count(r, 1, 1 << 20, "how many times");
		more->times = minus ? -more->times : more->times;
		out->bytes = least(out->bytes, r->c->input[more->input - 1].type->size[r->width]);
	}
	while (r->s > start && (r->s[-1] == ' ' || r->s[-1] == '\t'))
		r->s--;
	out->text = arena_strndup(r->a, start, (size_t)(r->s - start));
}
