/* SPDX-License-Identifier: MIT */
/* Shared by the scenarios of calls through hand-written assembly: src/gen/through*.c. */
#ifndef CLOBBER_THROUGH_H
#define CLOBBER_THROUGH_H

#include "gen/gen.h"

enum through_kind {
	TRAMPOLINE, /* inline assembly, which calls C through vmread_error_trampoline */
	INLINE,     /* inline assembly, and a call in C */
	INDIRECT,   /* none: C calls through a pointer */
	ENTRY       /* assembly with a C prototype, which calls C */
};

/* A piece of hand-written assembly that a call can go through. */
struct through_body {
	const char *name;
	const char *broken; /* ways it can be broken on purpose, separated by blanks */
	enum through_kind kind;
	unsigned reads;   /* of the C caller: how many times the probe is called */
	bool only_32;     /* it does not exist at 64 bit */
	bool exits;       /* ENTRY: it enters a guest, and a VM exit brings it back */
	bool called_by_c; /* ENTRY: C calls it; otherwise only assembly does */
	unsigned words;   /* ENTRY: most arguments, all of a word; exactly so many on the stack */
	const char *file, *macro; /* of asm/thread; %u in the file's name is the width; NULL: the
				     two older generations of the trampoline */
	const char *convention;   /* the only one of the case, or NULL */
	const char *attribute;    /* of the C function it calls; NULL: the convention's */
};

/* The body of a case; NULL if calls are direct. */
const struct through_body *through_body(const struct case_decl *d);

/* "drop_dx", or "none". */
const char *through_how(const struct gen_case *c);

#endif
