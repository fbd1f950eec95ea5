/* SPDX-License-Identifier: MIT */
/* Private to contract*.c: a cursor in a line of a contract, and errors that point at it. */
#ifndef CLOBBER_CHECK_READER_H
#define CLOBBER_CHECK_READER_H

#include "check/contract.h"
#include "payload/case.h"

#include <setjmp.h>

struct reader {
	struct arena *a;
	const struct case_list *cases;
	const struct contract_source *source;
	enum width width;
	const char *abi;
	struct contract_file *out;
	struct contract *c; /* whose line it is */
	const struct contract_line *line;
	const char *s; /* in line->rest */
	const char *error;
	jmp_buf bail;
};

/* An error at a place of the line's text; `hint` may be NULL. */
void reader_fail_at(struct reader *r, const char *at, size_t len, const char *hint,
		    const char *what) __attribute__((noreturn));
/* At the line's own word. */
void reader_fail_line(struct reader *r, const char *hint, const char *what)
	__attribute__((noreturn));
/* "WHAT belongs here", at the cursor. */
void reader_expected(struct reader *r, const char *what, const char *hint)
	__attribute__((noreturn));

bool reader_end(struct reader *r); /* blanks are skipped; a comment is the end */
void reader_finish(struct reader *r);
/* A name (with '-' inside, as in read-only), or NULL. */
const char *reader_word(struct reader *r);
bool reader_take_word(struct reader *r, const char *word);
bool reader_take(struct reader *r, char punct);
bool reader_at_number(struct reader *r);
long long reader_number(struct reader *r, const char *what);
long long reader_count(struct reader *r, long long min, long long max, const char *what);

/* reader_terms.c: a register of the width, its bytes in *bytes; -1: it is none (nothing taken). */
int reader_register(struct reader *r, unsigned *bytes);
/* A register or `stack N`. */
void reader_place(struct reader *r, bool *slot, unsigned *n, unsigned *bytes);
/* An input of r->c by name; -1: there is none. */
int reader_find_input(struct reader *r, const char *name);
unsigned reader_input(struct reader *r);
/* A value, `bytes` of which are to be compared. */
void reader_value(struct reader *r, unsigned bytes, struct contract_value *out);

/* reader.c: the text of a file that was read. */
const struct contract_source *reader_source(const struct reader *r, const char *file);

/* contract_lines.c: the line, into r->c. */
void contract_line_read(struct reader *r);
/* contract_args.c */
void contract_arg_read(struct reader *r);
void contract_arg_defaults(struct reader *r);
/* contract_probes.c: an error at a declaration; the convention of a declaration: its own, the
 * lines', the command line's, the platform's; its placement under it, or an error. */
void contract_fail_decl(struct reader *r, const struct prototype *p, const char *what,
			const char *hint) __attribute__((noreturn));
const struct convention *contract_convention(struct reader *r, const struct case_decl *d);
void contract_place_all(struct reader *r, const struct case_decl *d, const struct convention *c,
			struct placement *out);
/* The probe for a function of the file, or for input `i`. */
unsigned contract_probe_for(struct reader *r, const struct case_decl *d);
unsigned contract_probe_through(struct reader *r, unsigned i);

#endif
