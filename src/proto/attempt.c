/* SPDX-License-Identifier: MIT */
/* How a parse that fails ends. The page (src/page) has a way of its own: WebAssembly has no
 * longjmp. */
#include "proto/parse.h"

#include <setjmp.h>

struct attempt {
	jmp_buf start;
};

bool parse_attempt(struct parser *p, void (*parse)(struct parser *p, void *into), void *into)
{
	struct attempt here, *outer = p->attempt;

	if (setjmp(here.start)) {
		p->attempt = outer;
		return false;
	}
	p->attempt = &here;
	parse(p, into);
	p->attempt = outer;
	return true;
}

void parse_give_up(struct parser *p)
{
	longjmp(p->attempt->start, 1);
}
