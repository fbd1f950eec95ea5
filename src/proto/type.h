/* SPDX-License-Identifier: MIT */
/* Private to src/proto: making types. Everything a constructor returns lives in the arena. */
#ifndef CLOBBER_PROTO_TYPE_H
#define CLOBBER_PROTO_TYPE_H

#include "proto/proto.h"

enum {
	MAX_TYPE_DEPTH = 100,       /* of struct type.depth */
	MAX_BITINT_BITS = 65535,    /* what gcc's BITINT_MAXWIDTH allows on x86 */
	MAX_TYPE_BYTES = 0x7fffffff /* objects are smaller than half of a 32-bit address space */
};

struct type *type_pointer(struct arena *a, const struct type *of);
/* NULL when the array would be larger than MAX_TYPE_BYTES. */
struct type *type_array(struct arena *a, const struct type *of, uint32_t count, bool flexible);
struct type *type_complex(struct arena *a, enum type_kind of);
struct type *type_vector(struct arena *a, const struct type *of, uint32_t count);
/* _Atomic of a basic type; of more than a word only where that is 64 bits. */
struct type *type_atomic(struct arena *a, const struct type *of);
struct type *type_bitint(struct arena *a, uint32_t bits, bool is_unsigned);
/* A function type; `fn` must be complete. */
struct type *type_function(struct arena *a, const struct prototype *fn);
/* A copy of `t` with another alignment, known by the typedef name `alias`. */
struct type *type_realign(struct arena *a, const struct type *t, uint32_t align, const char *alias);

/* Place the fields of a struct or union (kind, fields, packed, aligned are set): offsets, size,
 * alignment, depth. Returns false when it is larger than MAX_TYPE_BYTES. */
bool type_layout(struct type *t);

/* Value bits of an integer type at a width: 1 for _Bool, else all of its size. */
unsigned type_bits(const struct type *t, enum width w);

static inline bool type_is_record(const struct type *t)
{
	return t->kind == TYPE_STRUCT || t->kind == TYPE_UNION;
}

/* Is `t` a type re-aligned by its typedef (see struct type.alias)? */
static inline bool type_is_realigned(const struct type *t)
{
	return t->alias && (type_is_record(t) ? t->of != NULL : t->aligned != 0);
}

#endif
