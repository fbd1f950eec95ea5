/* SPDX-License-Identifier: MIT */
/* Tables of placements worked out by hand, and the comparison of the oracle with them.
 *
 * A row is read against the document it comes from, from left to right:
 *   "int f(int a, ...) <- double"   the call: after `<-` the types passed for `...`
 *   "edi | xmm0 -> eax"             each argument's place, then that of the return value;
 *                                   high:low are two pieces, `and` joins copies, `memory by rdi`
 *                                   is a value in memory that a hidden pointer in rdi points to
 *                                   (and that comes back in rax)
 *   "args.integer args.sse -> ..."  the rule of each of these places; 3*RULE is RULE RULE RULE,
 *                                   ANY is not compared; a name not found is tried with the
 *                                   table's prefix before it
 *   "stack 8 pop 8 align 32 al 1"   bytes of the argument area, how many of them the callee pops
 *                                   (if any), alignment of the stack pointer (if not 16), al of a
 *                                   variadic call (where it means something); `?` is unspecified
 * What `call` passes is defined before the prototype: "struct s { int a; }; void f(struct s)". */
#ifndef CLOBBER_ABI_TEST_H
#define CLOBBER_ABI_TEST_H

#include "abi/abi.h"

#include <check.h>

struct row {
	const char *call, *places, *rules, *stack;
};

struct table {
	const char *convention;
	enum width width;
	const char *prefix;
	const char *profile; /* NULL: the one the convention belongs to */
	const char *pop_rule, *variadic_pop_rule;
	const struct row *rows;
	int nrows;
};

#define ROWS(array) .rows = (array), .nrows = (int)ARRAY_SIZE(array)

/* Parse the `call` column. */
const struct prototype *parse_call(struct arena *a, const char *call);

/* As place_call, in a profile. */
const struct convention *place_call_in(struct arena *a, const char *profile, const char *convention,
				       enum width w, const char *call, struct placement *out);

/* Place `call` under a convention that must exist and must be able to declare it. */
const struct convention *place_call(struct arena *a, const char *convention, enum width w,
				    const char *call, struct placement *out);

/* "edi | xmm0 -> eax". */
char *places_text(struct arena *a, enum width w, const struct placement *p);

void check_row(const struct table *t, const struct row *r);

/* The rule of that name; RULE_NONE if there is none. */
enum rule_id rule_find(const char *name);

Suite *sysv_suite(void);
/* regparm and asmlinkage at 64 bit, and the kernel, place this call as sysv does. */
void check_sysv_family(const char *call);

Suite *sysv_aggregate_suite(void);
Suite *i386_aggregate_suite(void);
Suite *ms_suite(void);
Suite *i386_suite(void);
Suite *fastcall_suite(void);
Suite *thiscall_suite(void);
Suite *vectorcall_suite(void);
Suite *profile_suite(void);

#endif
