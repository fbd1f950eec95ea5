/* SPDX-License-Identifier: MIT */
/* What JavaScript does for the page's C: a parse that fails, and an error that ends all. */
#include "page/page.h"
#include "proto/parse.h"

#include <stdio.h>

bool parse_attempt(struct parser *p, void (*parse)(struct parser *p, void *into), void *into)
{
	return host_attempt(parse, p, into);
}

void parse_give_up(struct parser *p)
{
	(void)p;
	host_give_up();
}

void die(const char *fmt, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	host_die(message);
}
