/* SPDX-License-Identifier: MIT */
/* Quoting for a shell: XCU 2.2.2, Single-Quotes. */
#include "util/shell.h"

#include <string.h>

char *shell_quote(struct arena *a, const char *s)
{
	struct str b = { 0 };
	char *r;

	str_add(&b, "'");
	for (; *s; s++) {
		if (*s == '\'')
			str_add(&b, "'\\''");
		else
			str_addn(&b, s, 1);
	}
	str_add(&b, "'");
	r = arena_strdup(a, b.s);
	str_free(&b);
	return r;
}

const char *shell_word(struct arena *a, const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_-+=./:,@%";

	return *s && !s[strspn(s, safe)] ? s : shell_quote(a, s);
}
