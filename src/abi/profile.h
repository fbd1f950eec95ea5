/* SPDX-License-Identifier: MIT */
/* Profiles: what a translation unit was compiled for, as far as calls depend on it: the vector
 * registers there are and how structures return. The documents speak of both as options. */
#ifndef CLOBBER_PROFILE_H
#define CLOBBER_PROFILE_H

#include "proto/proto.h"

/* Which registers there are for values other than integers. */
enum isa {
	ISA_INTEGER, /* none: -msoft-float, -mno-80387, -mno-sse */
	ISA_NO_SSE,  /* x87 is certain, SSE is not: plain -m32 */
	ISA_SSE2,
	ISA_AVX,
	ISA_AVX512F
};

/* GCC manual, Code Gen Options: -freg-struct-return, -fpcc-struct-return, or neither; or as 32-bit
 * Windows does. */
enum struct_return { RETURN_PSABI, RETURN_REG, RETURN_PCC, RETURN_WINDOWS };

/* Which cases a profile is about: those that it could make a difference to. */
enum profile_cases {
	CASES_ALL,
	CASES_VECTOR,
	CASES_RETURN,
	CASES_WINDOWS, /* whose types documents lay out there; see profile_optional */
	CASES_X32,     /* in which types of other sizes there occur */
	CASES_THROUGH  /* calls through assembly and pointers; only when asked for by name */
};

enum profile_id {
#define PROFILE(id, name, width, isa, struct_return, cases, title) PROFILE_##id,
#include "abi/profiles.def"
#undef PROFILE
	PROFILES
};

struct profile {
	const char *name;
	enum width width;
	enum isa isa;
	enum struct_return struct_return;
	enum profile_cases cases;
	const char *title;
};

extern const struct profile profiles[PROFILES];

/* Is it used only when named? */
static inline bool profile_optional(enum profile_id f)
{
	return profiles[f].cases == CASES_THROUGH || profiles[f].cases == CASES_WINDOWS ||
	       profiles[f].cases == CASES_X32;
}

/* Is it code for Windows? */
static inline bool profile_windows(enum profile_id f)
{
	return profiles[f].cases == CASES_WINDOWS;
}

/* Is it x32 code? */
static inline bool profile_x32(enum profile_id f)
{
	return profiles[f].cases == CASES_X32;
}

/* The sizes of types in its code. */
static inline enum data_model profile_model(enum profile_id f)
{
	return f == PROFILE_WINDOWS_64 ? MODEL_LLP64 : profile_x32(f) ? MODEL_ILP32 : MODEL_LP64;
}

/* Does its code call the handlers of a sanitizer? */
static inline bool profile_sanitizes(enum profile_id f)
{
	return f == PROFILE_KERNEL_UBSAN_32 || f == PROFILE_KERNEL_UBSAN_64;
}

/* Is it the profile of this name, or a variant of it ("kernel-ibt" of "kernel")? */
bool profile_is(const struct profile *pr, const char *name);

/* The platform's defaults at a width. */
static inline enum profile_id profile_user(enum width w)
{
	return w == W64 ? PROFILE_USER_64 : PROFILE_USER_32;
}

/* Could the profile make a difference to the prototype's placement? */
bool profile_concerns(const struct profile *pr, const struct prototype *p);

#endif
