/* SPDX-License-Identifier: MIT */
/* From cases to sources: nasm trampolines and probes, C targets and callers, expectation tables.
 *
 * Trampolines, probes and tables do not depend on a compiler: they are assembled once for a case
 * set and width and linked into every column's payload. The C is what a compiler is judged by. */
#ifndef CLOBBER_GEN_H
#define CLOBBER_GEN_H

#include "abi/abi.h"
#include "payload/case.h"

/* One call of a set. */
struct gen_case {
	struct call call;
	const char *symbol; /* "fastcall_counts_int3": after tramp_, target_, probe_, caller_ */
	const char *id;     /* "fastcall/counts/int3" */
	uint32_t index;     /* position in the set, and in the payload's records */
	size_t batch;
};

/* Cases compiled as one file: of one convention, neighbours in the set. */
struct gen_batch {
	const char *name; /* "fastcall_counts_0": names the generated files */
	size_t first, n;
	const char *table;     /* TABLE.table.c has its part of the table, and perhaps that of its
				  neighbours; "conventions" has what is no batch's: by gen_write */
	const char **includes; /* files of asm/thread that BATCH.asm includes, NULL-ended: by
				  gen_write */
};

/* The cases of one profile. */
struct gen_set {
	enum profile_id profile;
	enum width width;
	enum edition edition; /* of the psABIs that decide */
	struct gen_case *v;
	size_t n;
	struct gen_batch *batch;
	size_t nbatches;
	size_t inapplicable; /* prototype x convention pairs that cannot be declared there */
};

/* The number of arguments of each case, in `a`. */
const uint8_t *gen_nargs(struct arena *a, const struct gen_set *set);

/* Which conventions to take: NULL or a NULL-ended list of names. */
typedef const char *const *abi_filter;

/* Place every declaration that the profile could make a difference to under every convention of the
 * profile that applies to it and `only` names.
 * Everything lives in `a`. A declaration that names an unknown convention is an error (-1, *error
 * as of proto_parse_file). */
int gen_select_in(struct arena *a, const struct case_list *cases, enum profile_id profile,
		  abi_filter only, struct gen_set *out, const char **error);

/* The same by an edition of the documents; gen_select_in takes the latest. */
int gen_select_at(struct arena *a, const struct case_list *cases, enum edition edition,
		  enum profile_id profile, abi_filter only, struct gen_set *out,
		  const char **error);

/* In the profile `user` of a width. */
int gen_select(struct arena *a, const struct case_list *cases, enum width w, abi_filter only,
	       struct gen_set *out, const char **error);

/* batches.c: divide the cases of a set into batches. */
void gen_batches(struct arena *a, struct gen_set *set);

/* The prototype as the generated C and all messages spell it, convention attribute included. */
char *gen_prototype(struct arena *a, const struct call *c);

/* Write the sources of the set into folder `dir`: BATCH.asm, BATCH.table.c, BATCH.c for each batch,
 * conventions.asm and conventions.table.c; files whose content does not change are left alone. 0 or
 * -1 with errno. */
int gen_write(struct arena *a, struct gen_set *set, const char *dir);

/* through*.c: calls through hand-written assembly. Is the callee direction of the case one? */
bool gen_trampolined(const struct gen_case *c);
/* NULL, or why `//! through` of the declaration makes no sense (in `a`). */
const char *gen_through_error(struct arena *a, const struct case_decl *d);
/* Does its C caller hold a VMREAD? Does its callee direction go through an entry that calls C back?
 */
bool gen_reads(const struct gen_case *c);
bool gen_enters(const struct gen_case *c);
/* Does its C caller call through a pointer? */
bool gen_indirect(const struct gen_case *c);
bool gen_exits(const struct gen_case *c);
/* Does its C caller call the assembly, and that the probe? */
bool gen_calls_entry(const struct gen_case *c);
/* Is there such assembly at this width? */
bool gen_exists_at(const struct case_decl *d, enum width w);
/* The attribute of a C function of the case, the target or, for the caller direction, what C calls:
 * the declaration's, the convention's, that of what the assembly calls, or, in a case that is
 * broken on purpose, a wrong one. "" for none. */
const char *gen_attribute(const struct gen_case *c, bool called);
/* How often the C caller calls the probe. */
unsigned gen_calls(const struct gen_case *c);
void gen_entry_asm(struct str *out, struct arena *a, const struct gen_case *c);
void gen_through_asm(struct str *out, struct arena *a, const struct gen_case *c);
void gen_through_caller(struct str *out, struct arena *a, const struct gen_case *c);

/* engine.c: what the runtime calls in place of callees, for every convention of the profile's
 * width; and the instructions with which one of them destroys all that a callee may. */
void gen_engine(struct str *out, enum profile_id profile);
void gen_engine_of(struct str *out, const struct convention *c, enum profile_id profile);
void gen_destroy(struct str *out, const struct convention *c, enum profile_id profile);

/* The convention of the other platform, of which C targets of this one call a function, too, while
 * cl_other_convention is not 0. NULL: there is none. */
const struct convention *gen_other_convention(const struct convention *c);

/* The platform's own convention, of which C targets call a function with their last act where the
 * case says `//! tail`. */
const struct convention *gen_tail_convention(const struct convention *c, bool windows);

/* Text of single parts, for reports and reproducers: appended to *out. */
void gen_trampoline(struct str *out, struct arena *a, const struct gen_case *c);
void gen_probe(struct str *out, struct arena *a, const struct gen_case *c);
/* What a compiler takes the generated text for. */
enum language { LANGUAGE_C, LANGUAGE_CXX };
/* C, or C++, of the cases v[0..n-1], which share a convention and can share a file. */
void gen_c(struct str *out, struct arena *a, enum language language, const struct gen_case *v,
	   size_t n);
/* Of one case, one direction only: its target, or its caller. */
void gen_c_alone(struct str *out, struct arena *a, enum language language, const struct gen_case *c,
		 int direction);

/* implicit.c: calls that a compiler makes by itself (`//! implicit`). Has this profile, under this
 * convention, such a case? */
bool gen_implicit_applies(const struct prototype *p, const struct convention *c,
			  enum profile_id profile);
/* Does the expression decide what the argument is? The compiler adds others by itself. */
bool gen_decides(const struct gen_case *c, unsigned arg);
/* The C caller's body up to the call itself: "r = ". */
void gen_implicit_caller(struct str *out, struct arena *a, const struct gen_case *c);
/* What has the names of these functions in the payload: jumps to the probe of the case that runs,
 * or, of the library that payloads have, else to that. */
void gen_implicit_names(struct str *out, struct arena *a, const struct gen_set *set);
/* Is there such a case of this function? */
bool gen_is_implicit(const struct gen_set *set, const char *name);
/* The C type through which values of type `t` are loaded and stored. */
const char *gen_access_type(struct arena *a, const struct type *t);
/* The C expression of an argument's value in a caller. */
void gen_load(struct str *out, struct arena *a, enum language language, const struct type *t,
	      enum width w, const char *area, unsigned offset);

/* Class of a type's values (enum cl_class), bytes that carry the value, and its address in cl_arg.
 */
enum cl_class gen_class(const struct type *t);
unsigned gen_compare_bytes(const struct type *t, enum width w);
unsigned gen_buffer(unsigned arg);
/* Bytes of argument area a trampoline reserves: more than its arguments need where nobody knows how
 * much that is. */
unsigned gen_reserved(const struct gen_case *c);
/* Do documents leave open whether argument `i` is passed by reference, or how what is passed so is
 * aligned? The trampoline passes no pointer for it and does not align it. */
bool gen_maybe_pointer(const struct gen_case *c, unsigned i);
/* General registers, by number, that may hold the hidden pointer, or one to an argument, where
 * documents are silent. */
unsigned gen_pointer_regs(const struct gen_case *c);

/* The bits of a type that carry its value; false when that is every bit of its bytes. */
bool gen_mask(const struct type *t, enum width w, uint8_t mask[ABI_MAX_VALUE]);

/* The scalars inside of a type that must hold proper values (floating point and _Bool). */
struct gen_leaves {
	struct cl_leaf v[128];
	unsigned n;
};
void gen_leaves(const struct type *t, enum width w, unsigned at, struct gen_leaves *out);

/* What the layout check asks of the aggregates of a case, in the order of cl_layout's slots. */
struct gen_member {
	unsigned arg; /* or CL_RETURNED */
	const char *what,
		*path; /* "size", "alignment", "offset" of a path; NULL: a bit-field's bits */
	unsigned bits, expected;
	bool is_signed;
};
struct gen_members {
	struct gen_member v[CL_MEMBERS];
	unsigned n;
};
void gen_members(struct arena *a, const struct call *c, struct gen_members *out);

/* Is the value also checked after conversion to a wider type (int for what is narrower than int,
 * long long for what is narrower than that)? Not an enum's, whose signedness is the compiler's
 * choice. */
bool gen_widens(const struct type *t, enum width w);
/* Offset in cl_cell of what location `loc` of argument `arg` is loaded from. */
unsigned gen_cell(unsigned arg, unsigned loc);

/* Offset in cl_ret_cell of piece `i` of the return value, which is in a register. */
unsigned gen_return_cell(const struct gen_case *c, unsigned i);

/* Alignment of the stack pointer at the calls that the function makes itself: vectors on the stack
 * may align the call to it further. */
unsigned gen_align_calls(const struct gen_case *c);

#endif
