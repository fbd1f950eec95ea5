/* SPDX-License-Identifier: MIT */
#ifndef CLOBBER_PAGE_STDLIB_H
#define CLOBBER_PAGE_STDLIB_H

#include <stddef.h>

void *calloc(size_t n, size_t bytes);
void free(void *p);
void *malloc(size_t bytes);
void *realloc(void *p, size_t bytes);
unsigned long strtoul(const char *s, char **end, int base);

#endif
