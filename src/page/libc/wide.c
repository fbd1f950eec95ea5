/* SPDX-License-Identifier: MIT */
/* What the compiler calls to multiply integers of 128 bits (__builtin_mul_overflow), after GCC's
 * "Routines for integer arithmetic". */
#include <stdint.h>

__int128 __multi3(__int128 a, __int128 b);

__int128 __multi3(__int128 a, __int128 b)
{
	uint64_t low_a = (uint64_t)a, low_b = (uint64_t)b;
	uint64_t a0 = (uint32_t)low_a, a1 = low_a >> 32, b0 = (uint32_t)low_b, b1 = low_b >> 32;
	uint64_t middle = a1 * b0 + (a0 * b0 >> 32), low = a0 * b1 + (uint32_t)middle;
	uint64_t high = a1 * b1 + (middle >> 32) + (low >> 32);

	high += (uint64_t)(a >> 64) * low_b + low_a * (uint64_t)(b >> 64);
	return (__int128)((unsigned __int128)high << 64 | (low << 32 | (uint32_t)(a0 * b0)));
}
