/* SPDX-License-Identifier: MIT */
/* Copying and filling, for the runtime itself. */
#include "payload/runtime.h"

/* The compiler may call these for loops and copies, here; for C under test there are others, in the
 * convention of its flags (src/gen/table.c). */
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);

#ifdef __x86_64__
#define REP_MOVS_WORDS "rep movsq"
#else
#define REP_MOVS_WORDS "rep movsl"
#endif

void *memcpy(void *to, const void *from, size_t n)
{
	void *r = to;
	size_t words = n / sizeof(cl_word), rest = n % sizeof(cl_word);

	/* Words, then bytes: on an emulated processor each step costs the same. */
	__asm__ volatile(REP_MOVS_WORDS : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
	return r;
}

void *memset(void *to, int value, size_t n)
{
	void *r = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
	return r;
}

void *memmove(void *to, const void *from, size_t n)
{
	uint8_t *d = to;
	const uint8_t *s = from;

	if (d <= s || d >= s + n)
		return memcpy(to, from, n);
	while (n--) {
		d[n] = s[n];
		__asm__ volatile("" : : : "memory"); /* or this loop becomes a call of itself */
	}
	return to;
}
