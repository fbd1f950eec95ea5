/* SPDX-License-Identifier: MIT */
/* A payload as bare metal needs it: its bytes as they lie in memory, and its entry. For the places
 * that start it themselves (src/payload/handover.h). */
#ifndef CLOBBER_IMAGE_H
#define CLOBBER_IMAGE_H

#include "payload/record.h"
#include "util/util.h"

struct image {
	uint64_t at;           /* address of the first byte, which is also the entry */
	uint64_t bytes;        /* in data */
	uint64_t memory_bytes; /* with the zeroes behind; whole pages */
	const uint8_t *data;
	bool wide; /* 64 bit */
};

/* NULL, or why the file cannot be a payload. The image lives in `a`. */
const char *image_load(struct arena *a, const char *path, struct image *out);

/* Did the code of a payload's file run, and where it was to? `h` is what it handed back. NULL, or
 * what is wrong, in `a` or constant. */
const char *image_ran_otherwise(struct arena *a, const char *path, const struct cl_header *h,
				enum cl_proof where);

/* The first multiple of 2 MiB behind the image: results may go there. */
uint64_t image_results(const struct image *i);

#endif
