/* SPDX-License-Identifier: MIT */
/* Tables of the lists of matrix.json; writing them, and their JSON Schema. */
#include "report/shape.h"

#include "util/json.h"

#define FIELD(of, kind, key, member) { FIELD_##kind, key, offsetof(struct of, member) },
#define LIST(name, of, fields, needed) \
	static const struct shape_field name##_fields[] = { fields(FIELD, of) };
SHAPE_LISTS(LIST)
#undef LIST
#undef FIELD

const struct shape shapes[SHAPES] = {
#define LIST(name, of, fields, needed) \
	{ #name, name##_fields, ARRAY_SIZE(name##_fields), sizeof(struct of), needed },
	SHAPE_LISTS(LIST)
#undef LIST
};

static json_t *counts(const unsigned *count)
{
	json_t *j = json_object();

	for (int v = 0; v < VERDICT_COUNT; v++)
		json_object_set_new(j, verdict_info[v].name, json_integer(count[v]));
	return j;
}

static json_t *narrow(const narrow_set *set)
{
	json_t *j = json_array();

	for (int i = 0; i < NARROWS * 2; i++) {
		if ((*set)[i / 2][i % 2])
			json_array_append_new(j, json_sprintf("%s%s", narrow_names[i / 2],
							      i % 2 ? " on the stack" : ""));
	}
	return j;
}

static json_t *value(enum field_kind kind, const void *p, const struct stored *s)
{
	switch (kind) {
	case FIELD_TEXT:
	case FIELD_LATER:
	case FIELD_COPY:
	case FIELD_WHERE:
	case FIELD_COMMAND:
	case FIELD_STATUS:
	case FIELD_MAYBE:
	case FIELD_LINES:
	case FIELD_HASH:
		return string_or_null(*(const char *const *)p);
	case FIELD_COUNT:
	case FIELD_COUNT_LATER:
	case FIELD_SOME:
	case FIELD_WIDTH:
		return json_integer(*(const unsigned *)p);
	case FIELD_TRUTH:
		return json_boolean(*(const bool *)p);
	case FIELD_DIRECTION:
		return json_string(direction_name(*(const int *)p));
	case FIELD_VERDICT:
	case FIELD_FOUND:
		return json_string(verdict_info[*(const enum verdict *)p].name);
	case FIELD_COLUMN:
		return string_or_null(s->columns[*(const size_t *)p].id);
	case FIELD_ROW:
		return string_or_null(s->rows[*(const size_t *)p].id);
	case FIELD_COUNTS:
		return counts(p);
	case FIELD_NARROW:
		return narrow(p);
	case FIELD_IDS:
	case FIELD_PLACEMENT:
		return *(json_t *const *)p ? json_incref(*(json_t *const *)p) : json_null();
	}
	return NULL;
}

json_t *shape_write(enum shape_id id, const void *items, size_t n, const struct stored *s)
{
	const struct shape *shape = &shapes[id];
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const char *item = (const char *)items + i * shape->bytes;
		json_t *o = json_object();

		for (size_t k = 0; k < shape->n; k++)
			json_object_set_new(
				o, shape->fields[k].key,
				value(shape->fields[k].kind, item + shape->fields[k].at, s));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *shape_schema(enum shape_id id)
{
	static const char *const schemas[] = {
#define KIND(name, type, schema) [FIELD_##name] = schema,
		FIELD_KINDS(KIND)
#undef KIND
	};
	const struct shape *shape = &shapes[id];
	json_t *required = json_array(), *properties = json_object();

	for (size_t k = 0; k < shape->n; k++) {
		const struct shape_field *f = &shape->fields[k];

		json_array_append_new(required, json_string(f->key));
		json_object_set_new(properties, f->key, json_loads(schemas[f->kind], 0, NULL));
	}
	return json_pack("{ss s{ss so so}}", "type", "array", "items", "type", "object", "required",
			 required, "properties", properties);
}
