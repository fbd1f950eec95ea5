/* SPDX-License-Identifier: MIT */
/* Private to the parts that find inputs that fit: contract_fit.c (what they are looked for with),
 * contract_blame.c (is it an input that made a call fault), contract_domain.c (numbers),
 * contract_room.c (memory). */
#ifndef CLOBBER_CONTRACT_FIT_H
#define CLOBBER_CONTRACT_FIT_H

#include "payload/contract_run.h"

enum {
	CT_ROUNDS_ASKED = 1000,
	CT_MOST_LATE = 4, /* endless loops that are put up with */
	CT_REFILL = 16,   /* rounds after which memory is made anew while what fits is looked for */
	CT_HALF = CT_AREA / 2,
	CT_ROOM = CT_AREA - 64 /* it may be moved by less than that */
};

/* What was found of the function under way. */
struct ct_fitting {
	bool tried, found;
	bool too_far; /* the call wrote beside memory of which there is no more */
	bool lacking; /* it stopped at an instruction that this processor does not have */
	unsigned late, changes, pinned;
	int64_t base[CT_ARGS];
	cl_word stopped_ip, stopped_address;
	uint64_t seed;
	int round;
	int failed, rounds; /* the round that did not fit */
	uint32_t extended;  /* inputs without dirt above them: with it nothing fits */
};
extern struct ct_fitting ct_fitting;
extern struct ct_input ct_asked[CT_ARGS + 1]; /* as they were before */

struct ct_fault {
	int kind;
	cl_word ip, address;
};

static inline struct ct_fault ct_last_fault(void)
{
	return (struct ct_fault){ cl_fault_kind, cl_fault_ip, cl_fault_address };
}

static inline bool ct_in_code(cl_word ip)
{
	return ip >= (cl_word)cl_code_start && ip < (cl_word)cl_rodata;
}

static inline bool ct_unsaid_pointer(const struct ct_input *d)
{
	return d->role == CT_PAGE && d->flags & CT_UNSAID;
}

static inline bool ct_unsaid_number(const struct ct_input *d)
{
	return d->flags & CT_UNSAID && d->role <= CT_SET && d->size <= 8 &&
	       (d->class == CL_SIGNED || d->class == CL_UNSIGNED);
}

/* A pointer of which no line speaks, and that is not found to be the end of another's memory. */
static inline bool ct_open_pointer(unsigned i)
{
	return ct_unsaid_pointer(&ct_asked[i]) && ct_now.inputs[i].role == CT_PAGE;
}

static inline int64_t ct_pair(const uint32_t v[2])
{
	return (int64_t)(v[0] | (uint64_t)v[1] << 32);
}

/* An integer as it is now, and in its place another. */
int64_t ct_number_in(unsigned input);
void ct_set_number(unsigned input, int64_t v);
void ct_set_range(struct ct_input *d, int64_t from, int64_t to, uint32_t step);
/* contract_blame.c: a fault that no input excuses. */
bool ct_inexcusable(const struct ct_fault *f);
/* Numbers as they are used: none below 0, small ones, powers of two. */
bool ct_plain(int64_t v);
/* Bit set of integers narrower than a word. */
uint32_t ct_narrow_inputs(const struct ct_contract *c);
/* A call with what is drawn returns. */
bool ct_fit_call(const struct ct_contract *c);
/* Is all well with the inputs as they are now? */
typedef bool ct_right(const struct ct_contract *c);
/* What was wrong with it. */
extern struct findings ct_fit_findings;
/* Do so many rounds of calls return? */
bool ct_fits(const struct ct_contract *c, unsigned rounds);
/* Some, with this number, and any of those that are often used in place of the others; endless
 * loops are added to `loops'. */
bool ct_fits_with(const struct ct_contract *c, unsigned input, int64_t v, unsigned *loops);

/* contract_blame.c: was it a number that no line speaks of that made the call last? Then none so
 * large is drawn any more. */
bool ct_too_long(const struct ct_contract *c);
/* contract_again.c: are equal calls equal, with inputs as they are now? */
bool ct_equal_calls(const struct ct_contract *c);

/* contract_blame.c: does the call return with small numbers in place of those no line speaks of;
 * with nothing wrong? */
bool ct_returns_when_tame(const struct ct_contract *c, bool right);
/* contract_frame.c: are some of them large, or below 0? */
bool ct_large_numbers(const struct ct_contract *c);

/* contract_domain.c: each number by itself, from single values to a range, its multiples, a set;
 * less of one of them, after a call that did not return. */
void ct_find_domains(const struct ct_contract *c);
bool ct_narrow_number(const struct ct_contract *c, ct_right *right);
/* contract_room.c: memory on both sides, as well aligned as any code asks for; more of it, or a
 * better alignment, after a fault; the least alignment and memory with which calls return. */
void ct_give_room(const struct ct_contract *c, unsigned contents);
/* More on both sides of what an input points to; false: there is no more room. */
bool ct_widen_both(unsigned input);
bool ct_widen_memory(const struct ct_contract *c, const struct ct_fault *f);
/* The address that was accessed is twice that of a pointer, or four or eight times: some pass
 * pointers that were halved. */
bool ct_halve(const struct ct_contract *c, const struct ct_fault *f);
/* contract_memory.c: where the addresses lead that memory holds. */
cl_word ct_row(void);
/* Is it what is some bytes before a pointer that has to be aligned? */
bool ct_put_past(const struct ct_contract *c, const struct ct_fault *f);
/* Is one of two pointers the end of what the other points to? Then it is made so. */
bool ct_find_end(const struct ct_contract *c, ct_right *right);
bool ct_raise_alignment(const struct ct_contract *c);
void ct_lower_alignments(const struct ct_contract *c);
void ct_draw_tight(const struct ct_contract *c);

#endif
