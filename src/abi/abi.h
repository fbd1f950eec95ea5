/* SPDX-License-Identifier: MIT */
/* The oracle: from a prototype and a convention to a placement, written from the documents.
 *
 * Nothing here is learned from a compiler. Every location names the rule that puts it there; where
 * the documents are silent or contradict each other the location is `unspecified`, and the suite
 * reports what implementations do instead of judging them. */
#ifndef CLOBBER_ABI_H
#define CLOBBER_ABI_H

#include "abi/profile.h"
#include "abi/regs.h"
#include "proto/proto.h"

enum rule_status { STATED, SILENT, CONTRADICTORY };
enum document {
	PSABI64,
	PSABI64_2024,
	PSABI64_2025,
	PSABI32,
	PSABI32_LATER,
	GCCMAN,
	CLANGMAN,
	MSX64,
	MSX86,
	MSVECTOR,
	ITANIUM,
	INTELMAN,
	LINUX,
	SDM,
	DOCUMENTS
};

/* Which editions of the psABIs decide. The latest is 0: the default. */
enum edition { EDITION_2025, EDITION_2024, EDITION_2019, EDITIONS, EDITION_LATEST = EDITION_2025 };

struct edition_info {
	const char *name, *what;
};

struct document_info {
	const char *title, *edition;
};

struct rule {
	const char *name;
	enum document document;
	const char *section;
	enum rule_status status;
	const char *sentence;
};

enum rule_id {
	RULE_NONE,
#define RULE(id, name, doc, section, status, sentence) RULE_##id,
#define RULE_SINCE(id, name, edition, doc, section, sentence, old_doc, old_section, old_sentence) \
	RULE_##id,
#include "abi/rules.def"
#undef RULE
#undef RULE_SINCE
	RULE_COUNT
};

enum check {
#define CHECK(id, ...) CHECK_##id,
#include "abi/checks.def"
#undef CHECK
	CHECK_COUNT
};

struct check_info {
	const char *name, *what;
};

extern const struct document_info documents[DOCUMENTS];
extern const struct edition_info editions[EDITIONS];
extern const struct rule rules[RULE_COUNT]; /* as of the latest edition */
extern const struct check_info checks[CHECK_COUNT];

/* The rule as of an edition: what a later one states an earlier one may be silent about. */
const struct rule *rule_in(enum rule_id id, enum edition e);

/* What all tested versions of gcc and clang do where the rule leaves something open, or NULL. It
 * is never a rule itself. */
const char *abi_de_facto(enum rule_id id);

/* The edition of that name, or EDITIONS. */
enum edition edition_find(const char *name);

/* Where one piece of a value travels. */
enum loc_kind { LOC_GPR, LOC_XMM, LOC_X87, LOC_STACK };

struct loc {
	enum loc_kind kind;
	unsigned reg;   /* enum gpr, or the number of the vector register; 0 for st0 */
	int stack;      /* LOC_STACK: bytes from the stack pointer at the call instruction */
	unsigned off;   /* first byte of the value that is here */
	unsigned bytes; /* how many */
};

enum { MAX_LOCS = CL_PIECES, ABI_MAX_VALUE = CL_VALUE, MAX_INT_ARGS = 13, MAX_INT_RETS = 2 };

struct value_place {
	struct loc loc[MAX_LOCS]; /* pieces in order of `off`; copies of a piece share it */
	unsigned nlocs;
	bool by_reference; /* loc is that of a pointer to the value */
	bool nothing;      /* travels nowhere: an empty structure; loc is empty */
	bool unspecified;  /* no document decides; loc is empty */
	const char *words; /* says where, in place of loc: what the processor pushes; or NULL */
	enum rule_id rule; /* why it is there, or why it is unspecified */
};

struct placement {
	enum edition edition;   /* the one it was made by */
	struct value_place ret; /* nlocs == 0 and !unspecified: void */
	/* Pointer to a memory return value; nlocs == 0: none. Then ret has no loc of its own, and
	 * the pointer comes back in the convention's first return register. */
	struct value_place hidden;
	struct value_place arg[MAX_ARGS]; /* named, then variadic */
	unsigned nargs, nnamed;
	unsigned
		stack_bytes; /* argument area at the call, home area included, multiple of a word */
	unsigned home_bytes; /* part of it that holds no argument but belongs to the callee */
	bool stack_unspecified; /* the size of the argument area depends on an unspecified argument
				 */
	unsigned pop_bytes;     /* popped by the callee, besides the return address */
	bool pop_unspecified;
	enum rule_id pop_rule;
	unsigned align;          /* of the stack pointer at the call instruction */
	enum rule_id align_rule; /* where it is not the convention's, or RULE_NONE */
	int al; /* vector registers used by a variadic call, or -1 when al means nothing */
};

struct convention {
	const char *name;
	enum width width;
	const char *attribute; /* how C spells it; "" for the default convention */
	const char *title;
	enum rule_id noop; /* the rule that makes it change nothing at this width, or RULE_NONE */
	bool headline;     /* leads every matrix */
	bool prototyped;   /* it has no variadic functions */
	bool decorates;    /* the names of functions, as neither ELF nor assembly has them */
	bool needs_sse2;   /* it exists where SSE2 does */
	bool by_processor; /* nothing else calls such a function, and it leaves by IRET */
	bool named_only;   /* without --abi only cases that name it are run */
	const char *only;  /* the one profile it exists in, or NULL */
	const char *like;  /* the one that compilers make it of: its known defects are this one's */
	bool in_kernel;    /* the Linux kernel spells it: profile kernel has it, too */
	bool in_windows;   /* 32-bit Windows has it: profile windows has it, too */
	/* Set by abi_place_at: what the code is compiled for, and which edition decides. */
	const struct profile *profile;
	enum edition edition;
	/* What a callee leaves as it was, stack pointer and registers of the return value apart; it
	 * may destroy everything else (abi_destroyed). */
	struct reg_set preserved;
	/* Documents are silent about whether a callee preserves these, which are not in
	 * `preserved`: they are not compared after a call, nor destroyed by what stands in for a
	 * callee. */
	struct reg_set silent;
	bool arguments_open; /* they contradict each other on registers that arguments are in */
	/* General registers that pass arguments, in order; vector registers from xmm0 on. */
	unsigned char int_arg[MAX_INT_ARGS];
	unsigned nint_args, nvector_args;
	/* General registers that return values, in order; the pointer to a memory return value
	 * comes back in the first. */
	unsigned char int_ret[MAX_INT_RETS];
	unsigned align;      /* of the stack pointer at a call, where the profile promises it */
	unsigned red_zone;   /* bytes below the stack pointer that belong to the function */
	unsigned home_bytes; /* of the argument area: the callee's, whatever the arguments */
	bool counts_vectors; /* a variadic call has the number of vector registers in al */
	bool callee_pops;    /* the stack arguments, unless the function is variadic */
	const char *va; /* prefix of _list, _start and _end, with which a variadic function reads
			   arguments */
	enum rule_id rule[CHECK_COUNT]; /* what makes each check true; RULE_NONE: does not apply */
	enum rule_id silent_varargs;    /* why nothing places what is passed for `...` */
	enum rule_id silent_narrow;     /* and an INTEGER argument of less than 4 bytes */
	enum rule_id upper_return;      /* the rule on bits beyond a narrow return value */
	enum rule_id df_entry; /* on DF at function entry, where it differs from that at return */
	/* Fill *out, which is zeroed. Only called for types that exist at this width. */
	void (*place)(const struct convention *c, const struct prototype *p, struct placement *out);
};

/* A prototype under one convention, placed: what is generated, judged and put in words. */
struct call {
	const struct case_decl *decl;
	const struct convention *conv;
	struct placement place;
};

/* All conventions, in the order in which they are reported. Ends with NULL. */
extern const struct convention *const conventions[];

/* All registers of a width: those not preserved are destroyed. */
struct reg_set abi_registers(enum width w);

/* What a call with this placement leaves as it was: what the convention preserves, less what comes
 * back with the return value. `pl` NULL: of a function that returns nothing. */
struct reg_set abi_preserved(const struct convention *c, const struct placement *pl);

/* What it may leave changed: the complement of what is preserved, stack pointer and what documents
 * are silent about apart. */
struct reg_set abi_destroyed(const struct convention *c, const struct placement *pl);

/* The alignment that code compiled in `profile` finds the stack pointer to have at every call. */
unsigned abi_call_align(const struct convention *c, enum profile_id profile);

/* Bytes below the stack pointer that interrupts and callees leave alone, as compiled in `profile`.
 */
unsigned abi_red_zone(const struct convention *c, enum profile_id profile);

/* The convention whose probe and nested function serve `c` too: they own as much of the stack and
 * destroy the same registers. The default of the width, if it is one of these, or the first. */
const struct convention *abi_engine(const struct convention *c);

/* By name and width; NULL if there is none. */
const struct convention *convention_find(const char *name, enum width w);

/* What C code is compiled to in the profile unless it asks for something else. */
const struct convention *convention_default(enum profile_id profile);

/* Does the convention exist in the profile (of the same width)? */
bool convention_in(const struct convention *c, enum profile_id profile);

/* The profile that `c` belongs to: user, but for conventions of one profile only. */
enum profile_id convention_profile(const struct convention *c);

/* Place `p` under `c` as compiled in `profile`, by an edition of the documents. Returns NULL, or
 * why `p` cannot be declared there (static text): a type that does not exist at the width, an
 * aggregate this oracle does not place.
 */
const char *abi_place_at(enum edition e, enum profile_id profile, const struct convention *c,
			 const struct prototype *p, struct placement *out);

/* By the latest edition. */
const char *abi_place_in(enum profile_id profile, const struct convention *c,
			 const struct prototype *p, struct placement *out);

/* In the profile that `c` belongs to. */
const char *abi_place(const struct convention *c, const struct prototype *p, struct placement *out);

/* "edx", "sil", "xmm3", "st0": the name of the part of a register that `bytes` bytes occupy. The
 * result is static text. */
const char *gpr_name(enum width w, unsigned reg, unsigned bytes);
const char *xmm_name(unsigned reg);
/* "xmm3", "ymm3", "zmm3": as wide as the value. */
const char *vector_name(unsigned reg, unsigned bytes);

/* Append a location as text: "edi", "edx:eax" is two locations, stack is "4(%esp)"-like "esp+4". */
void loc_text(struct str *b, enum width w, const struct loc *l);

/* A whole value: "edx:eax" (high piece first), "rdx and xmm1" (copies), "unspecified", "pointer in
 * rcx". */
void value_text(struct str *b, enum width w, const struct value_place *v);

#endif
