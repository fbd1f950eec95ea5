/* SPDX-License-Identifier: MIT */
#ifndef CLOBBER_PAGE_STDIO_H
#define CLOBBER_PAGE_STDIO_H

#include <stdarg.h>
#include <stddef.h>

int snprintf(char *out, size_t room, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *out, size_t room, const char *fmt, va_list ap);

#endif
