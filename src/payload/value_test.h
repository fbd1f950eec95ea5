/* SPDX-License-Identifier: MIT */
/* Shared by the tests of the payload's runtime: values and their places, in short. */
#ifndef CLOBBER_VALUE_TEST_H
#define CLOBBER_VALUE_TEST_H

#include "payload/runtime.h"

enum { AX, CX, DX, BX, SP, BP, SI, DI, R8, R9, R10, R12 = 12 };

/* A place: which register, from which byte of the value on, how many bytes, at which cell. */
#define GPR(number, from, n, at)                                                           \
	{                                                                                  \
		.kind = CL_GPR, .reg = (number), .off = (from), .bytes = (n), .cell = (at) \
	}
#define XMM(number, from, n, at)                                                           \
	{                                                                                  \
		.kind = CL_XMM, .reg = (number), .off = (from), .bytes = (n), .cell = (at) \
	}
#define ON_STACK(where, n, at)                                                 \
	{                                                                      \
		.kind = CL_STACK, .stack = (where), .bytes = (n), .cell = (at) \
	}
#define X87(number, from, n)                                                 \
	{                                                                    \
		.kind = CL_X87, .reg = (number), .off = (from), .bytes = (n) \
	}

/* A scalar: class, flags, bytes that carry it, size, buffer, places. */
#define VALUE(kind_, flags_, compare_, size_, buffer_, ...)                                  \
	{                                                                                    \
		.class = (kind_), .flags = (flags_), .compare = (compare_), .size = (size_), \
		.buffer = (buffer_), .loc = { __VA_ARGS__ },                                 \
		.nlocs = sizeof((struct cl_loc[]){ __VA_ARGS__ }) / sizeof(struct cl_loc),   \
	}

/* An aggregate: mask (NULL: all bits), leaves (an array), bytes, buffer, places. */
#define AGGREGATE(mask_, leaves_, size_, buffer_, ...)                                     \
	{                                                                                  \
		.class = CL_OPAQUE, .compare = (size_), .size = (size_), .mask = (mask_),  \
		.leaves = (leaves_), .nleaves = sizeof(leaves_) / sizeof((leaves_)[0]),    \
		.buffer = (buffer_), .loc = { __VA_ARGS__ },                               \
		.nlocs = sizeof((struct cl_loc[]){ __VA_ARGS__ }) / sizeof(struct cl_loc), \
	}

#endif
