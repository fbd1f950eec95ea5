/* SPDX-License-Identifier: MIT */
/* Private to src/report: the lists of matrix.json as tables, made from src/verdict/shape.h, and
 * what is done with any of them. */
#ifndef CLOBBER_REPORT_SHAPE_H
#define CLOBBER_REPORT_SHAPE_H

#include "report/stored.h"

enum field_kind {
#define KIND(name, type, schema) FIELD_##name,
	FIELD_KINDS(KIND)
#undef KIND
};

struct shape_field {
	enum field_kind kind;
	const char *key;
	size_t at; /* of the member in its struct */
};

enum shape_id {
#define LIST(name, type, fields, needed) SHAPE_##name,
	SHAPE_LISTS(LIST)
#undef LIST
		SHAPES
};

struct shape {
	const char *list; /* its key in matrix.json */
	const struct shape_field *fields;
	size_t n, bytes; /* fields; of one item */
	bool needed;     /* must the list be there? */
};

extern const struct shape shapes[SHAPES];

/* The list of `n` items, which lie one behind the other. Columns and rows are named by the ids in
 * `s`. The caller owns the result. */
json_t *shape_write(enum shape_id id, const void *items, size_t n, const struct stored *s);

/* The JSON Schema of the list. The caller owns the result. */
json_t *shape_schema(enum shape_id id);

#endif
