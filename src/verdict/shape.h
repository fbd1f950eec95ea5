/* SPDX-License-Identifier: MIT */
/* The lists of matrix.json, one field a line, in the order in which they are written: FIELD(of,
 * kind, key, member), where `of` is the tag of the struct. From these lines come the
 * structs, the writer and the reader (src/report/shape.h) and the JSON Schema
 * (docs/matrix.schema.json). docs/matrix-json.md says what the keys mean. */
#ifndef CLOBBER_SHAPE_H
#define CLOBBER_SHAPE_H

#include "payload/record.h"

#include <stdbool.h>
#include <stddef.h>

#define VERDICTS(X)                                                                    \
	X(UNSUPPORTED_HERE, "unsupported", "this compiler or width cannot express it") \
	X(NOT_RUN, "not-run", "not executed, for the reason given")                    \
	X(PASS, "pass", "every check held")                                            \
	X(DE_FACTO, "de-facto", "no document decides, gcc and clang agree")            \
	X(DIVERGENCE, "divergence", "no document decides, implementations differ")     \
	X(VIOLATION, "violation", "a document forbids it")                             \
	X(TIMEOUT, "timeout", "the call did not come back")                            \
	X(CRASH, "crash", "the call, or the compiler, died")

/* In order of seriousness. */
enum verdict {
#define X(id, name, what) VERDICT_##id,
	VERDICTS(X)
#undef X
		VERDICT_COUNT
};

/* Integers narrower than int. */
enum narrow { NARROW_BOOL, NARROW_CHAR, NARROW_SHORT, NARROWS };

typedef unsigned verdict_counts[VERDICT_COUNT];
typedef bool narrow_set[NARROWS][2]; /* by kind of integer; then in a register, on the stack */
struct json_t;                       /* jansson's */

#define TEXT_SCHEMA "{\"type\": \"string\"}"

/* Kinds of fields: KIND(name, type of the member, JSON Schema). TEXT is never NULL, MAYBE may be;
 * both are one line, LINES are several. LATER and COUNT_LATER are absent from older documents. COPY
 * repeats, for readers of the document, what another list says: it is written, not read. */
#define FIELD_KINDS(KIND)                                                                         \
	KIND(TEXT, const char *, TEXT_SCHEMA)                                                     \
	KIND(LATER, const char *, TEXT_SCHEMA)                                                    \
	KIND(COPY, const char *, TEXT_SCHEMA)                                                     \
	KIND(WHERE, const char *, "{\"type\": \"string\", \"pattern\": \":[0-9]+$\"}")            \
	KIND(COMMAND, const char *, "{\"type\": \"string\", \"pattern\": \"^clobber run \"}")     \
	KIND(STATUS, const char *, "{\"enum\": [\"stated\", \"silent\", \"contradictory\"]}")     \
	KIND(MAYBE, const char *, "{\"$ref\": \"#/$defs/text-or-null\"}")                         \
	KIND(LINES, const char *, "{\"$ref\": \"#/$defs/text-or-null\"}")                         \
	KIND(HASH, const char *,                                                                  \
	     "{\"anyOf\": [{\"type\": \"null\"}, "                                                \
	     "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{16}$\"}]}")                         \
	KIND(COUNT, unsigned, "{\"$ref\": \"#/$defs/count\"}")                                    \
	KIND(COUNT_LATER, unsigned, "{\"$ref\": \"#/$defs/count\"}")                              \
	KIND(SOME, unsigned, "{\"type\": \"integer\", \"minimum\": 1}")                           \
	KIND(WIDTH, unsigned, "{\"$ref\": \"#/$defs/width\"}")                                    \
	KIND(TRUTH, bool, "{\"type\": \"boolean\"}")                                              \
	KIND(DIRECTION, int, "{\"$ref\": \"#/$defs/direction\"}")                                 \
	KIND(VERDICT, enum verdict, "{\"$ref\": \"#/$defs/verdict\"}")                            \
	KIND(FOUND, enum verdict,                                                                 \
	     "{\"enum\": [\"de-facto\", \"divergence\", \"violation\", \"timeout\", \"crash\"]}") \
	KIND(COLUMN, size_t, TEXT_SCHEMA)                                                         \
	KIND(ROW, size_t, TEXT_SCHEMA)                                                            \
	KIND(COUNTS, verdict_counts, "{\"$ref\": \"#/$defs/counts\"}")                            \
	KIND(NARROW, narrow_set, "{\"$ref\": \"#/$defs/narrow\"}")                                \
	KIND(IDS, const struct json_t *,                                                          \
	     "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}")                          \
	KIND(PLACEMENT, const struct json_t *,                                                    \
	     "{\"anyOf\": [{\"type\": \"null\"}, {\"$ref\": \"#/$defs/placement\"}]}")

#define KIND(name, type, schema) typedef type shape_##name;
FIELD_KINDS(KIND)
#undef KIND

/* The members of a list's struct. */
#define MEMBER(of, kind, key, member) shape_##kind member;

/* The lists: LIST(name in matrix.json, tag of the struct, LIST_FIELDS, must it be there). */
#define SHAPE_LISTS(LIST)                                       \
	LIST(places, stored_place, PLACE_FIELDS, false)         \
	LIST(columns, stored_column, COLUMN_FIELDS, true)       \
	LIST(rows, row, ROW_FIELDS, true)                       \
	LIST(cells, cell, CELL_FIELDS, true)                    \
	LIST(findings, stored_finding, FINDING_FIELDS, true)    \
	LIST(narrow, stored_narrow, NARROW_FIELDS, false)       \
	LIST(vanished, vanished, VANISHED_FIELDS, false)        \
	LIST(checks, check_info, CHECK_FIELDS, false)           \
	LIST(rules, stored_rule, RULE_FIELDS, true)             \
	LIST(cases, stored_case, CASE_FIELDS, true)             \
	LIST(differences, difference, DIFFERENCE_FIELDS, false) \
	LIST(examples, stored_example, EXAMPLE_FIELDS, false)

#define PLACE_FIELDS(FIELD, of)                      \
	FIELD(of, TEXT, "name", name)                \
	FIELD(of, TEXT, "engine", engine)            \
	FIELD(of, COUNT_LATER, "compared", compared) \
	FIELD(of, COUNT_LATER, "alone", alone)       \
	FIELD(of, MAYBE, "instead", instead)         \
	FIELD(of, MAYBE, "why_not", why_not)

#define COLUMN_FIELDS(FIELD, of)                \
	FIELD(of, TEXT, "id", id)               \
	FIELD(of, TEXT, "name", name)           \
	FIELD(of, TEXT, "compiler", compiler)   \
	FIELD(of, TEXT, "family", family)       \
	FIELD(of, TEXT, "version", version)     \
	FIELD(of, LATER, "path", path)          \
	FIELD(of, WIDTH, "width", width)        \
	FIELD(of, TEXT, "opt", opt)             \
	FIELD(of, TEXT, "profile", profile)     \
	FIELD(of, LATER, "place", place)        \
	FIELD(of, LATER, "engine", engine)      \
	FIELD(of, HASH, "text_hash", text_hash) \
	FIELD(of, MAYBE, "unusable", unusable)  \
	FIELD(of, MAYBE, "why_not", why_not)

#define ROW_FIELDS(FIELD, of)                        \
	FIELD(of, TEXT, "id", id)                    \
	FIELD(of, TEXT, "convention", convention)    \
	FIELD(of, WIDTH, "width", width)             \
	FIELD(of, TEXT, "group", group)              \
	FIELD(of, DIRECTION, "direction", direction) \
	FIELD(of, TRUTH, "headline", headline)

#define CELL_FIELDS(FIELD, of)                 \
	FIELD(of, ROW, "row", row)             \
	FIELD(of, COLUMN, "column", column)    \
	FIELD(of, COPY, "place", place)        \
	FIELD(of, VERDICT, "verdict", verdict) \
	FIELD(of, SOME, "planned", planned)    \
	FIELD(of, COUNT, "executed", executed) \
	FIELD(of, COUNT, "not_run", not_run)   \
	FIELD(of, COUNT, "known", known)       \
	FIELD(of, COUNTS, "counts", count)     \
	FIELD(of, MAYBE, "reason", reason)

#define FINDING_FIELDS(FIELD, of)                      \
	FIELD(of, TEXT, "case", id)                    \
	FIELD(of, COPY, "prototype", prototype)        \
	FIELD(of, COPY, "where", where)                \
	FIELD(of, COPY, "convention", convention)      \
	FIELD(of, DIRECTION, "direction", direction)   \
	FIELD(of, TEXT, "check", check)                \
	FIELD(of, TEXT, "rule", rule_name)             \
	FIELD(of, FOUND, "verdict", verdict)           \
	FIELD(of, TEXT, "subject", subject)            \
	FIELD(of, TEXT, "expected", expected)          \
	FIELD(of, TEXT, "observed", observed)          \
	FIELD(of, MAYBE, "origin", origin)             \
	FIELD(of, COLUMN, "column", column)            \
	FIELD(of, COPY, "place", place)                \
	FIELD(of, TRUTH, "known", known)               \
	FIELD(of, MAYBE, "known_reason", known_reason) \
	FIELD(of, COMMAND, "repro", repro)

#define NARROW_FIELDS(FIELD, of)                  \
	FIELD(of, COLUMN, "column", column)       \
	FIELD(of, TEXT, "convention", convention) \
	FIELD(of, NARROW, "extends", extends)     \
	FIELD(of, NARROW, "leaves", leaves)       \
	FIELD(of, NARROW, "relies", relies)       \
	FIELD(of, IDS, "unsafe_callees", unsafe)

#define VANISHED_FIELDS(FIELD, of)            \
	FIELD(of, TEXT, "case", id)           \
	FIELD(of, TEXT, "compiler", compiler) \
	FIELD(of, WHERE, "where", where)      \
	FIELD(of, TEXT, "reason", reason)

#define CHECK_FIELDS(FIELD, of) FIELD(of, TEXT, "name", name) FIELD(of, TEXT, "what", what)

#define RULE_FIELDS(FIELD, of)                \
	FIELD(of, TEXT, "name", name)         \
	FIELD(of, TEXT, "document", document) \
	FIELD(of, TEXT, "edition", edition)   \
	FIELD(of, TEXT, "section", section)   \
	FIELD(of, STATUS, "status", status)   \
	FIELD(of, TEXT, "sentence", sentence)

#define CASE_FIELDS(FIELD, of)                    \
	FIELD(of, TEXT, "id", id)                 \
	FIELD(of, WIDTH, "width", width)          \
	FIELD(of, TEXT, "profile", profile)       \
	FIELD(of, TEXT, "convention", convention) \
	FIELD(of, TEXT, "group", group)           \
	FIELD(of, TEXT, "where", where)           \
	FIELD(of, TEXT, "prototype", prototype)   \
	FIELD(of, PLACEMENT, "placement", placement)

#define DIFFERENCE_FIELDS(FIELD, of)                 \
	FIELD(of, TEXT, "case", id)                  \
	FIELD(of, COLUMN, "column", column)          \
	FIELD(of, DIRECTION, "direction", direction) \
	FIELD(of, VERDICT, "verdict", verdict)       \
	FIELD(of, VERDICT, "native", native)         \
	FIELD(of, MAYBE, "reason", reason)

#define EXAMPLE_FIELDS(FIELD, of)              \
	FIELD(of, COUNT, "finding", finding)   \
	FIELD(of, LINES, "assembly", assembly) \
	FIELD(of, LINES, "code", code)

/* Why a column has nothing to run, behind the compiler's name and before the profile's: that is the
 * compiler's nature, which the matrix shows as `-'. */
#define EXPRESSES_NONE " expresses none of the cases of profile "

#endif
