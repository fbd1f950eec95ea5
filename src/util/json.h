/* SPDX-License-Identifier: MIT */
/* What writers of JSON documents share. */
#ifndef CLOBBER_JSON_H
#define CLOBBER_JSON_H

#include <jansson.h>

/* A string of a document, or null for NULL; U+FFFD for each byte that is not UTF-8. */
json_t *string_or_null(const char *s);

#endif
