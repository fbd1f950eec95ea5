/* SPDX-License-Identifier: MIT */
/* _BitInt(N) of C23, 64 bit only: up to 64 bits, up to 128, beyond.
 *
 * x86-64 psABI 3.2.3 and 3.1.2 (editions since 2022): up to 64 bits INTEGER, stored as the smallest
 * integer that holds it; above, as a struct of 64-bit integers, so in registers up to 128 and in
 * memory beyond. Bits above N are unspecified. Microsoft x64, Parameter passing: by size. */

struct b7 { _BitInt(7) a; _BitInt(17) b; };
struct b64 { _BitInt(64) a; float b; };
struct b65 { _BitInt(65) a; };
struct b128 { _BitInt(128) a; };
struct b129 { _BitInt(129) a; char b; };

//! group bitint-narrow
//! why 7 bits in a byte, 17 in 4 bytes, 64 in 8: rax, upper bits unspecified
_BitInt(7) ret_b7(_BitInt(17) a, _BitInt(64) b, _BitInt(7) c);
_BitInt(17) ret_b17(_BitInt(64) a, _BitInt(7) b, unsigned _BitInt(17) c, _BitInt(17) d);
_BitInt(64) ret_b64(_BitInt(7) a, _BitInt(17) b, _BitInt(64) c);
//! why unsigned: no sign to extend, but no zeros promised either
unsigned _BitInt(7) ret_u7(unsigned _BitInt(17) a, unsigned _BitInt(7) b, _BitInt(7) c);
//! why the last register, then stack slots with mostly padding
int narrow_stack(int a, int b, int c, int d, int e, _BitInt(7) f, _BitInt(17) g, _BitInt(64) h,
		 _BitInt(7) i);

//! group bitint-wide
//! why two INTEGER eightbytes; of 65 bits the upper one holds a single bit
_BitInt(65) ret_b65(_BitInt(128) a, _BitInt(65) b, _BitInt(129) c);
_BitInt(128) ret_b128(_BitInt(65) a, _BitInt(129) b, _BitInt(128) c);
//! why 129 bits are three words: memory
_BitInt(129) ret_b129(int n, _BitInt(129) a, _BitInt(128) b, _BitInt(65) c);
//! why one register is left for two words: to the stack, and the 64 bits find it
int wide_after_5(int a, int b, int c, int d, int e, _BitInt(65) f, _BitInt(64) g, _BitInt(129) h,
		 _BitInt(17) i);
//! why in memory: 8-byte aligned, as a struct of 64-bit integers is, unlike __int128
int wide_stack(long a, long b, long c, long d, long e, long f, long g, _BitInt(128) h,
	       _BitInt(65) i, _BitInt(129) j, int k);

//! group bitint-va
//! why not promoted: each of its own type
//! varargs _BitInt(7), _BitInt(17), _BitInt(64), unsigned _BitInt(7)
int va_narrow(int n, ...);
//! varargs _BitInt(65), _BitInt(129), _BitInt(128), _BitInt(64)
_BitInt(129) va_wide(int n, ...);
//! varargs struct b7, struct b64, struct b65, struct b128, struct b129
int va_bitint_struct(int n, ...);

//! group bitint-struct
//! why members: the classes of their words
struct b7 ret_s7(struct b64 a, struct b65 b, struct b129 c);
struct b64 ret_s64(struct b7 a, struct b128 b, struct b64 c, _BitInt(128) d);
struct b65 ret_s65(struct b129 a, struct b7 b, struct b128 c);
struct b128 ret_s128(struct b65 a, struct b64 b, struct b7 c, struct b129 d);
struct b129 ret_s129(struct b128 a, struct b129 b, struct b65 c, struct b64 d);
int bitint_struct_stack(int a, int b, int c, int d, int e, struct b65 f, struct b7 g,
			struct b128 h, struct b64 i, struct b129 j);

//! group bitint-alone
//! why nothing but one of more than 64 bits: the smallest call in which it can be in the wrong place
void bitint_127_alone(unsigned _BitInt(127) a);
void bitint_65_alone(_BitInt(65) a);
