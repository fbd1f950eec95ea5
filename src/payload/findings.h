/* SPDX-License-Identifier: MIT */
/* The book of findings: see findings.c. */
#ifndef CLOBBER_FINDINGS_H
#define CLOBBER_FINDINGS_H

#include "payload/image.h"
#include "payload/record.h"

/* Findings and observations of one case or call by contract; those of several rounds are merged. */
struct findings {
	unsigned nfindings, nobservations;
	unsigned next_observation; /* likely the next to come: rounds are alike. Any number will do
				    */
	struct merged_finding {
		struct cl_finding f;
		uint64_t origin[2], found[2]; /* candidate places, narrowed round by round */
	} finding[CL_FINDINGS];
	struct merged_observation {
		uint16_t item;
		uint8_t piece;
		uint64_t place[2];
	} observation[CL_OBSERVATIONS];
};

/* Words of the stack at a call: so many hold arguments, and so many would if all did. */
struct areas {
	unsigned arguments, perhaps;
};
/* Fills in origin and found. */
void findings_close(struct findings *v, struct areas at);

/* Candidate places: enum cl_place_bit. */
struct candidates {
	uint64_t bits[2];
};
extern const struct candidates nowhere;

/* Record that `size` bytes of `item` differ; `origin` explains what was observed, `found` where the
 * expected value is. */
void differ(struct findings *out, int check, int item, int round, const volatile void *want,
	    const volatile void *got, unsigned size, struct candidates origin,
	    struct candidates found);
void differ_word(struct findings *out, int check, int item, int round, cl_word want, cl_word got);

/* `segment` in the order of their encoding: es cs ss ds fs gs. */
void check_segment(int segment, int round, cl_word want, cl_word got, struct findings *out);
/* `control` is an enum cl_control. */
void check_control(int control, int round, cl_word want, cl_word got, struct findings *out);
void check_msr(int msr, int round, uint64_t want, uint64_t got, struct findings *out);
void check_fault(int round, int fault, cl_word ip, cl_word address, struct findings *out);

/* Where no document decides: the places that hold a piece of `item`, narrowed round by round. */
void observe(struct findings *out, unsigned item, unsigned piece, struct candidates c);
/* The same, searched for: n bytes in a picture and its stack. */
void observe_places(struct findings *out, unsigned item, unsigned piece, const struct cl_image *m,
		    const uint8_t *stack, const void *bytes, const uint8_t *mask, unsigned n);
void observe_pop(struct findings *out, cl_word popped);

#endif
