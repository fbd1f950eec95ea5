/* SPDX-License-Identifier: MIT */
/* Memory of the page: taken from the end, given back all at once, by heap_reset. */
#include "page/page.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 65536, HEAD = 16 };

extern char __heap_base[]; /* wasm-ld's */
static char *next;

void heap_reset(void)
{
	next = NULL;
}

void *malloc(size_t bytes)
{
	char *p = next ? next : __heap_base;
	size_t have = __builtin_wasm_memory_size(0) * PAGE, at = ((uintptr_t)p + 15) & ~(size_t)15;

	if (bytes > (size_t)1 << 30)
		return NULL;
	bytes += HEAD;
	if (at + bytes > have &&
	    __builtin_wasm_memory_grow(0, (at + bytes - have + PAGE - 1) / PAGE) == (size_t)-1)
		return NULL;
	next = (char *)at + bytes;
	*(size_t *)at = bytes - HEAD;
	return (char *)at + HEAD;
}

void *calloc(size_t n, size_t bytes)
{
	void *p = malloc(n * bytes);

	return p ? memset(p, 0, n * bytes) : NULL;
}

void free(void *p)
{
	(void)p;
}

void *realloc(void *p, size_t bytes)
{
	void *bigger = malloc(bytes);
	size_t had = p ? *(size_t *)((char *)p - HEAD) : 0;

	if (bigger && p)
		memcpy(bigger, p, had < bytes ? had : bytes);
	return bigger;
}

unsigned long strtoul(const char *s, char **end, int base)
{
	unsigned long v = 0;

	for (; *s >= '0' && *s < '0' + base; s++)
		v = v * (unsigned long)base + (unsigned long)(*s - '0');
	if (end)
		*end = (char *)s;
	return v;
}
