/* SPDX-License-Identifier: MIT */
/* Calls that a compiler makes by itself: of libgcc's arithmetic, of memcpy and the like, of a
 * sanitizer's handlers. `//! implicit EXPRESSION` before a declaration says for what: the C caller
 * has the expression where others have a call, and the probe of the case goes by the function's
 * name.
 *
 * Which convention such calls have no attribute says: they have that of the platform, or what the
 * options make of it. GCC's manual, -mregparm: "you must build all modules with the same value,
 * including any libraries". */
#include "gen/gen.h"

#include <ctype.h>
#include <string.h>

bool gen_implicit_applies(const struct prototype *p, const struct convention *c,
			  enum profile_id profile)
{
	/* Code calls handlers when it is compiled for them. */
	if (!strncmp(p->called, "__ubsan_", 8) != profile_sanitizes(profile))
		return false;
	return !*c->attribute && !profile_windows(profile) && !profile_x32(profile);
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool gen_decides(const struct gen_case *c, unsigned arg)
{
	const struct prototype *p = c->call.decl->proto;
	const char *name = arg < p->nparams ? p->params[arg].name : NULL;

	if (!p->implicit)
		return true;
	for (const char *s = p->implicit; name && (s = strstr(s, name)); s++) {
		if ((s == p->implicit || !word_char(s[-1])) && !word_char(s[strlen(name)]))
			return true;
	}
	return false;
}

void gen_implicit_caller(struct str *out, struct arena *a, const struct gen_case *c)
{
	const struct prototype *p = c->call.decl->proto;

	for (unsigned i = 0; i < p->nparams; i++) {
		const struct type *t = p->params[i].type;

		if (!gen_decides(c, i))
			continue;
		str_addf(out, "\t%s = ", type_spell(a, t, p->params[i].name));
		gen_load(out, a, LANGUAGE_C, t, c->call.conv->width, "cl_arg", gen_buffer(i));
		str_add(out, ";\n");
	}
	if (p->ret->kind != TYPE_VOID)
		str_addf(out, "\t%s = %s;\n", type_spell(a, p->ret, "r"), p->implicit);
	else
		str_addf(out, "\t(void)(%s);\n", p->implicit);
}

static bool calls(const struct gen_case *c, const char *name)
{
	return c->call.decl->proto->implicit && !strcmp(c->call.decl->proto->called, name);
}

bool gen_is_implicit(const struct gen_set *set, const char *name)
{
	bool any = false;

	for (size_t i = 0; i < set->n; i++)
		any = any || calls(&set->v[i], name);
	return any;
}

/* Is the case, of an implicit call, the first one of its function? */
static bool is_first(const struct gen_set *set, const struct gen_case *c)
{
	for (const struct gen_case *k = set->v; k < c; k++) {
		if (calls(k, c->call.decl->proto->called))
			return false;
	}
	return true;
}

void gen_implicit_names(struct str *out, struct arena *a, const struct gen_set *set)
{
	static const char *const library[] = { "memcpy", "memmove", "memset" };
	bool any = false;

	(void)a;
	for (const struct gen_case *c = set->v; c < set->v + set->n; c++) {
		const char *name = c->call.decl->proto->called, *otherwise = NULL;

		if (!name || !is_first(set, c))
			continue;
		if (!any)
			str_add(out, "\n\textern\tcl_implicit\n\tsection .text\n");
		any = true;
		for (size_t i = 0; i < ARRAY_SIZE(library); i++)
			otherwise = strcmp(name, library[i]) ? otherwise : name;
		str_addf(
			out,
			"\n; what compilers call by themselves: in any convention, to the probe of the "
			"case that runs. Changes flags\n\tglobal\t%s\n%s:\n",
			name, name);
		if (otherwise)
			str_addf(out,
				 "\textern\town_%s\n\tcmp\t%s [cl_implicit], 0\n\tje\town_%s\n",
				 name, set->width == W64 ? "qword" : "dword", name);
		str_add(out, "\tjmp\t[cl_implicit]\n");
	}
}
