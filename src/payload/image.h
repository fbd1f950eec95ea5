/* SPDX-License-Identifier: MIT */
/* A picture of all registers at one moment. The layout is known to asm/image.inc and, by the
 * offsets below, to generated assembly. */
#ifndef CLOBBER_IMAGE_H
#define CLOBBER_IMAGE_H

#include "abi/regs.h"

#include <stddef.h>
#include <stdint.h>

typedef unsigned long cl_word;

struct cl_image {
	cl_word gpr[GPR_COUNT]; /* hardware encoding order */
	cl_word flags;
	uint8_t fx[512] __attribute__((aligned(16))); /* FXSAVE: SDM volume 1, 10.5.1 */
	/* Where cl_vector_bytes is above 16: vector registers in full; above 32 mask registers too.
	 */
	uint8_t wide[VECTOR_COUNT][64];
	uint64_t mask[MASK_COUNT];
} __attribute__((aligned(16)));

enum { FX_FCW = 0, FX_FSW = 2, FX_FTW = 4, FX_MXCSR = 24, FX_ST = 32, FX_XMM = 160 };

/* Offsets in the picture that code with words of `word` bytes takes. */
#define IMAGE_GPR(word, n)  ((word) * (n))
#define IMAGE_FLAGS(word)   ((word)*GPR_COUNT)
#define IMAGE_FX(word)      ((IMAGE_FLAGS(word) + (word) + 15) / 16 * 16)
#define IMAGE_ST(word, n)   (IMAGE_FX(word) + FX_ST + 16 * (n))
#define IMAGE_XMM(word, n)  (IMAGE_FX(word) + FX_XMM + 16 * (n))
#define IMAGE_WIDE(word, n) (IMAGE_FX(word) + 512 + 64 * (n))
#define IMAGE_MASK(word, n) (IMAGE_WIDE(word, VECTOR_COUNT) + 8 * (n))

_Static_assert(offsetof(struct cl_image, flags) == IMAGE_FLAGS(sizeof(cl_word)), "flags");
_Static_assert(offsetof(struct cl_image, fx) == IMAGE_FX(sizeof(cl_word)), "fx");
_Static_assert(offsetof(struct cl_image, wide) == IMAGE_WIDE(sizeof(cl_word), 0), "wide");
_Static_assert(offsetof(struct cl_image, mask) == IMAGE_MASK(sizeof(cl_word), 0), "mask");

#endif
