/* SPDX-License-Identifier: MIT */
/* SysV x86-64: structures, unions, complex and vector types against the psABI (1.0 draft, March
 * 2019), section 3.2.3 "Parameter Passing", by hand: the numbers in comments are those of its
 * lists, "Classification" (of aggregates, 1 to 5), "Passing" and "Returning of Values". */
#include "abi/abi_test.h"

#include <stdlib.h>
#include <string.h>

#define S(body)   "struct s { " body " }; "
#define U(body)   "union s { " body " }; "
#define BOTH      "struct s f(struct s)"
#define M128      "typedef float m128 __attribute__((vector_size(16))); "
#define M64       "typedef short m64 __attribute__((vector_size(8))); "
#define IN        "args.aggregate -> return.aggregate"
#define IN_MEMORY "args.aggregate.memory -> return.memory"
#define SIX       "edi | esi | edx | ecx | r8d | r9d"
#define EIGHT     "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | xmm7"
#define INTS6     "int, int, int, int, int, int"
#define DOUBLES8  "double, double, double, double, double, double, double, double"

/* clang-format off */
static const struct row rows[] = {
	/* Sizes, all INTEGER: up to two eightbytes in registers (5c), the last one as wide as what
	 * is left; larger ones in memory, rounded up to eightbytes, and a hidden pointer in rdi. */
	{ S("char a[1];") BOTH, "dil -> al", IN, "stack 0" },
	{ S("char a[2];") BOTH, "di -> ax", IN, "stack 0" },
	{ S("char a[3];") BOTH, "edi -> eax", IN, "stack 0" },
	{ S("char a[4];") BOTH, "edi -> eax", IN, "stack 0" },
	{ S("char a[5];") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("char a[6];") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("char a[7];") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("char a[8];") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("char a[9];") BOTH, "sil:rdi -> dl:rax", IN, "stack 0" },
	{ S("char a[10];") BOTH, "si:rdi -> dx:rax", IN, "stack 0" },
	{ S("char a[12];") BOTH, "esi:rdi -> edx:rax", IN, "stack 0" },
	{ S("char a[13];") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ S("char a[15];") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ S("char a[16];") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ S("char a[17];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 24" },
	{ S("char a[24];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 24" },
	{ S("long a[4];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 32" },
	{ S("int a[16];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 64" },
	/* 1: larger than eight eightbytes. */
	{ S("char a[65];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 72" },
	{ S("double a[9];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 72" },
	{ S("char a[256];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 256" },

	/* 4: the fields of each eightbyte. (a) both INTEGER or both SSE; (d) INTEGER wins. */
	{ S("_Bool a;") BOTH, "dil -> al", IN, "stack 0" },
	{ S("void *a;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("float a;") BOTH, "xmm0 -> xmm0", IN, "stack 0" },
	{ S("double a;") BOTH, "xmm0 -> xmm0", IN, "stack 0" },
	{ S("float a, b;") BOTH, "xmm0 -> xmm0", IN, "stack 0" },
	{ S("float a, b, c;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("float a, b, c, d;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("double a, b;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("float a; double b;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("long a, b;") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ S("int a; float b;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("float a; int b;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("char a; float b;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("char a; double b;") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ S("long a; float b;") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ S("double a; long b;") BOTH, "rdi:xmm0 -> rax:xmm0", IN, "stack 0" },
	{ S("double a; char b;") BOTH, "rdi:xmm0 -> rax:xmm0", IN, "stack 0" },
	{ S("double a; float b; int c;") BOTH, "rdi:xmm0 -> rax:xmm0", IN, "stack 0" },
	{ S("float a, b; int c;") BOTH, "edi:xmm0 -> eax:xmm0", IN, "stack 0" },
	{ S("int a, b; float c;") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ S("void *a; short b;") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ "enum e { A, B }; " S("float a; enum e b;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("double a, b, c;") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 24" },
	{ S("float a[5];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 24" },
	/* Recursively, through structures and arrays. */
	{ S("struct { int a; float b; } s; double d;") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ S("struct { float x, y; } p; struct { int i; } q;") BOTH, "edi:xmm0 -> eax:xmm0", IN,
	  "stack 0" },
	{ S("short a[4]; float b[2];") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ S("float a[2][2];") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("struct { char c; struct { float f; } in; } a;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("struct { float f; struct { float g; }; struct { double h; } i[1]; } a;") BOTH,
	  "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("struct { double a[1]; struct { char b; } c[8]; } d[1];") BOTH, "rdi:xmm0 -> rax:xmm0",
	  IN, "stack 0" },

	/* __int128 is two longs; in memory aligned to 16. */
	{ S("__int128 a;") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ S("char a; __int128 b;") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 32" },
	{ S("__int128 a;") "void f(" INTS6 ", int, struct s)", SIX " | rsp+0 | rsp+16 -> void",
	  "6*args.integer args.stack args.whole", "stack 32" },

	/* long double: X87 and X87UP. An argument of these is in memory (Passing, 5), a result in
	 * st0; in memory as a whole next to anything else. */
	{ S("long double a;") "struct s f(void)", "void -> st0", "-> return.aggregate", "stack 0" },
	{ S("long double a;") BOTH, "rsp+0 -> st0", "ANY -> return.aggregate", "stack 16" },
	{ S("long double a;") "void f(int, struct s, int)", "edi | rsp+0 | esi -> void",
	  "args.integer ANY args.integer", "stack 16" },
	{ S("float a; long double b;") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 32" },
	{ S("long double a[2];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 32" },
	/* 4d before 4e: an integer eightbyte hides the mantissa, and 5b is about the exponent. */
	{ U("long double a; int b;") "union s f(union s)", "rsp+0 -> memory by rdi", IN_MEMORY,
	  "stack 16" },
	{ U("long double a; long b[2];") "union s f(union s)", "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ U("long double a; char b[9];") "union s f(union s)", "rsi:rdi -> rdx:rax", IN, "stack 0" },
	/* 4: "classified recursively": the inner union by itself is MEMORY, by 5b. */
	{ U("union { int a; long double b; } c; int d[4];") "union s f(union s)",
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },
	/* 4e: MEMORY. */
	{ U("long double a; double b;") "union s f(union s)", "rsp+0 -> memory by rdi", IN_MEMORY,
	  "stack 16" },
	{ U("float a; long double b;") "union s f(union s)", "rsp+0 -> memory by rdi", IN_MEMORY,
	  "stack 16" },
	{ U("long double a; struct { long b; float c; } d;") "union s f(union s)",
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },

	/* Complex: as a structure of two; complex long double of a class of its own. */
	{ "float _Complex f(float _Complex)", "xmm0 -> xmm0", "args.complex -> return.sse",
	  "stack 0" },
	{ "double _Complex f(double _Complex)", "xmm1:xmm0 -> xmm1:xmm0",
	  "args.complex -> return.sse", "stack 0" },
	{ "_Float16 _Complex f(int, _Float16 _Complex)", "edi | xmm0 -> xmm0",
	  "args.integer args.complex.other -> return.sse", "stack 0" },
	{ "__float128 _Complex f(int, __float128 _Complex)", "esi | rsp+0 -> memory by rdi",
	  "args.integer args.complex.other -> return.memory", "stack 32" },
	{ "long double _Complex f(long double _Complex)", "rsp+0 -> st1:st0",
	  "args.complex.x87 -> return.complex.x87", "stack 32" },
	{ "void f(double, double _Complex, float _Complex, double)",
	  "xmm0 | xmm2:xmm1 | xmm3 | xmm4 -> void", "args.sse 2*args.complex args.sse",
	  "stack 0" },
	/* Seven used: the pair reverts, and a later one takes xmm7. */
	{ "void f(double, double, double, double, double, double, double, double _Complex, double)",
	  "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | rsp+0 | xmm7 -> void",
	  "7*args.sse args.whole args.sse", "stack 16" },
	{ "void f(" DOUBLES8 ", float _Complex, char)", EIGHT " | rsp+0 | dil -> void",
	  "8*args.sse args.stack args.integer", "stack 8" },
	{ "void f(int, long double _Complex, long double)", "edi | rsp+0 | rsp+32 -> void",
	  "args.integer args.complex.x87 args.x87", "stack 48" },
	{ S("float _Complex a;") BOTH, "xmm0 -> xmm0", IN, "stack 0" },
	{ S("float _Complex a; float b;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("int a; float _Complex b;") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ S("double _Complex a;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("double _Complex a; char b;") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 24" },
	/* 5c: four eightbytes, none of them SSE. */
	{ S("long double _Complex a;") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 32" },

	/* SSE and SSEUP: one register, for __float128 and __m128; __m64 is SSE. */
	{ "__float128 f(__float128)", "xmm0 -> xmm0", "args.float128 -> return.sse", "stack 0" },
	{ M128 "m128 f(m128)", "xmm0 -> xmm0", "args.vector -> return.sse", "stack 0" },
	{ M64 "m64 f(m64)", "xmm0 -> xmm0", "args.vector -> return.sse", "stack 0" },
	/* Decimal floating point: SSE; _Decimal128 is SSE and SSEUP. */
	{ "_Decimal32 f(int, _Decimal64, _Decimal32)", "edi | xmm0 | xmm1 -> xmm0",
	  "args.integer 2*args.decimal -> return.sse", "stack 0" },
	{ "_Decimal128 f(_Decimal128, double)", "xmm0 | xmm1 -> xmm0",
	  "args.decimal args.sse -> return.sse", "stack 0" },
	{ "void f(" DOUBLES8 ", _Decimal32, _Decimal128)", EIGHT " | rsp+0 | rsp+16 -> void",
	  "8*args.sse args.stack args.whole", "stack 32" },
	{ S("_Decimal32 a; float b; _Decimal64 c;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("_Decimal32 a; int b; _Decimal64 c;") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ S("_Decimal128 a;") BOTH, "xmm0 -> xmm0", IN, "stack 0" },
	/* GCC manual, transparent_union: the first member's convention; documents know no _Atomic. */
	{ "union u { int *a; long *b; } __attribute__((transparent_union)); void f(int, union u)",
	  "edi | rsi -> void", "args.integer gcc.transparent-union", "stack 0" },
	{ "void f(int, _Atomic int, double)", "edi | unspecified | unspecified -> void",
	  "args.integer 2*args.atomic", "stack ?" },
	{ S("_Atomic float a, b;") "struct s f(int)", "unspecified -> unspecified",
	  "args.atomic -> args.atomic", "stack ?" },
	{ "void f(_Atomic int *, va_list)", "rdi | rsi -> void", "2*args.integer", "stack 0" },
	{ M128 "void f(int, m128, double, __float128)", "edi | xmm0 | xmm1 | xmm2 -> void",
	  "args.integer args.vector args.sse args.float128", "stack 0" },
	{ "void f(" DOUBLES8 ", double, __float128)", EIGHT " | rsp+0 | rsp+16 -> void",
	  "8*args.sse args.stack args.whole", "stack 32" },
	{ S("__float128 a;") BOTH, "xmm0 -> xmm0", IN, "stack 0" },
	{ M128 S("m128 a;") BOTH, "xmm0 -> xmm0", IN, "stack 0" },
	{ M64 S("m64 a, b;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ S("__float128 a; int b;") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 32" },
	/* 5c: the third eightbyte is SSE, not SSEUP. */
	{ M128 S("m128 a[2];") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 32" },
	/* 5d: SSEUP behind an INTEGER becomes SSE. */
	{ U("__float128 a; int b;") "union s f(union s)", "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ M128 U("m128 a; long b;") "union s f(union s)", "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	/* 4f: SSEUP and SSE are SSE: two registers. */
	{ M128 U("m128 a; double b[2];") "union s f(union s)", "xmm1:xmm0 -> xmm1:xmm0", IN,
	  "stack 0" },
	{ U("__float128 a; struct { long b; double c; } d;") "union s f(union s)",
	  "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ U("__float128 a; long b[2];") "union s f(union s)", "rsi:rdi -> rdx:rax", IN, "stack 0" },
	/* Of the later edition. */
	{ "_Float16 f(_Float16, _Float16)", "xmm0 | xmm1 -> xmm0",
	  "2*args.float16 -> return.sse", "stack 0" },
	{ S("_Float16 a[3];") BOTH, "xmm0 -> xmm0", IN, "stack 0" },
	{ "_BitInt(37) f(_BitInt(65), _BitInt(7))", "rsi:rdi | dl -> rax",
	  "2*args.bitint -> return.integer", "stack 0" },
	{ "void f(_BitInt(129))", "rsp+0 -> void", "ANY", "stack 24" },

	/* Unions. */
	{ U("int a; float b;") "union s f(union s)", "edi -> eax", IN, "stack 0" },
	{ U("float a; double b;") "union s f(union s)", "xmm0 -> xmm0", IN, "stack 0" },
	{ U("void *a; double b;") "union s f(union s)", "rdi -> rax", IN, "stack 0" },
	{ U("double a[2]; long b;") "union s f(union s)", "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ U("double a; char b[16];") "union s f(union s)", "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ U("struct { float a, b, c, d; } e; short f;") "union s f(union s)",
	  "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ U("char a[17]; long b;") "union s f(union s)", "rsp+0 -> memory by rdi", IN_MEMORY,
	  "stack 24" },

	/* Bit-fields (3.1.2): in the eightbyte where their bits are. */
	{ S("int a : 3, b : 5;") BOTH, "edi -> eax", IN, "stack 0" },
	{ S("_Bool a : 1;") BOTH, "dil -> al", IN, "stack 0" },
	{ S("float a; int b : 4;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("double a; int b : 1;") BOTH, "rdi:xmm0 -> rax:xmm0", IN, "stack 0" },
	{ S("long a : 40, b : 40;") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ S("int a : 20, b : 20; float c;") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ S("unsigned long a : 33; double b;") BOTH, "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	/* An unnamed one is a field to some readers (INTEGER), padding (NO_CLASS) to others: it
	 * matters where no INTEGER field is beside it, unless the value is in memory anyway. */
	{ S("float a; int : 32; double b;") BOTH, "unspecified -> unspecified",
	  "args.unnamed -> args.unnamed", "stack ?" },
	{ S("long a; int : 3;") "void f(int, struct s, int)",
	  "edi | unspecified | unspecified -> void", "args.integer 2*args.unnamed", "stack ?" },
	{ S("int : 32;") "struct s f(int)", "unspecified -> unspecified",
	  "args.unnamed -> args.unnamed", "stack ?" },
	{ S("int a : 5, : 3; float b;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("long a; char b; int : 3;") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ S("float a; int : 32; double b, c;") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY,
	  "stack 24" },
	/* One of width 0 only says where the next field is. */
	{ S("char a; int : 0; float b;") BOTH, "rdi -> rax", IN, "stack 0" },
	{ S("double a; long : 0; float b;") BOTH, "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },

	/* 1: unaligned fields. Packed ones that are aligned all the same are as any other. */
	{ S("char a; int b __attribute__((packed));") BOTH, "rsp+0 -> memory by rdi", IN_MEMORY,
	  "stack 8" },
	{ "struct s { char a; int b; } __attribute__((packed)); " BOTH, "rsp+0 -> memory by rdi",
	  IN_MEMORY, "stack 8" },
	{ "struct s { char a; double b; } __attribute__((packed)); " BOTH, "rsp+0 -> memory by rdi",
	  IN_MEMORY, "stack 16" },
	{ "struct s { double a; char b; short c; } __attribute__((packed)); " BOTH,
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },
	{ "struct s { int a; short b; } __attribute__((packed)); " BOTH, "rdi -> rax", IN,
	  "stack 0" },
	{ "struct s { long a; char b; } __attribute__((packed)); " BOTH, "sil:rdi -> dl:rax", IN,
	  "stack 0" },
	{ "struct s { double a; float b; } __attribute__((packed)); " BOTH,
	  "xmm1:xmm0 -> xmm1:xmm0", IN, "stack 0" },
	{ "struct s { char a, b[7]; double c; } __attribute__((packed)); " BOTH,
	  "xmm0:rdi -> xmm0:rax", IN, "stack 0" },
	{ "struct s { char a; struct { char b; } c[8]; } __attribute__((packed)); " BOTH,
	  "sil:rdi -> dl:rax", IN, "stack 0" },
	/* Within a member too: where a field is in the argument counts, not where it is in the member
	 * (at byte 0, then at byte 2). */
	{ "struct in { int a; } __attribute__((packed)); " S("char c; struct in i;") BOTH,
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 8" },
	{ "struct in { int a; } __attribute__((packed)); " S("struct in i; char c; struct in j;")
	  BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },
	{ "struct in { short a; int b; } __attribute__((packed)); " S("short c; struct in i;") BOTH,
	  "rdi -> rax", IN, "stack 0" },
	/* An int is aligned to 4 by figure 3.1, whatever a typedef says. */
	{ "typedef int u __attribute__((aligned(1))); " S("char a; u b;") BOTH,
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 8" },
	/* Enums of other widths are aligned like the integers they are: nothing is unaligned here... */
	{ "enum e { A } __attribute__((packed)); " S("char a; enum e b;") BOTH, "di -> ax", IN,
	  "stack 0" },
	{ "enum e : unsigned char { A }; " S("char a; enum e b;") BOTH, "di -> ax", IN, "stack 0" },
	{ "enum e : short { A }; " S("short a; enum e b; int c;") BOTH, "rdi -> rax", IN,
	  "stack 0" },
	{ "enum e { A = 300 } __attribute__((packed)); " S("enum e a[5];") BOTH, "si:rdi -> dx:rax",
	  IN, "stack 0" },
	/* ...and an 8-byte one is at offset 4. */
	{ "enum e { A, B = 0x123456789LL }; struct s { int a; enum e b; } __attribute__((packed)); "
	  BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },
	{ "enum e : long { A }; struct s { int a; enum e b; } __attribute__((packed, aligned(8))); "
	  BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },
	/* A packed member asks for no alignment, so neither does the structure for its sake. */
	{ "struct in { short a; int b __attribute__((packed)); }; " S("short x; struct in i;") BOTH,
	  "rdi -> rax", IN, "stack 0" },
	{ "union in { char a; long b __attribute__((packed)); }; "
	  S("long x; union in i;") BOTH, "rsi:rdi -> rdx:rax", IN, "stack 0" },
	{ "struct in { short a; int b __attribute__((packed)); }; "
	  "struct s { char x; struct in i; } __attribute__((packed)); " BOTH,
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 8" },
	/* A named bit-field asks for its type's, an unnamed one or a packed one for none (3.1.2). */
	{ "struct in { int a : 20; }; struct s { char c; struct in i; } __attribute__((packed)); "
	  BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 8" },
	{ "struct in { long a : 40; }; struct s { int c; struct in i; } __attribute__((packed)); "
	  BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },
	{ "union in { int m : 12; }; struct s { short c; union in i; } __attribute__((packed)); "
	  BOTH, "rsp+0 -> memory by rdi", IN_MEMORY, "stack 8" },
	{ "struct in { int a : 20; } __attribute__((packed)); "
	  "struct s { char c; struct in i; } __attribute__((packed)); " BOTH, "edi -> eax", IN,
	  "stack 0" },
	{ "struct in { char a; int : 20; }; struct s { char c; struct in i; } "
	  "__attribute__((packed)); " BOTH, "rdi -> rax", IN, "stack 0" },
	/* One that stays in a storage unit of its type is none that is unaligned, wherever it starts; of
	 * one that leaves it documents do not say. */
	{ "union in { unsigned m : 12; } __attribute__((packed)); " S("char c; union in i;") BOTH,
	  "edi -> eax", IN, "stack 0" },
	{ "union in { unsigned long m : 20; } __attribute__((packed)); " S("short c; union in i;")
	  BOTH, "rdi -> rax", IN, "stack 0" },
	{ "union in { unsigned m : 20; } __attribute__((packed)); " S("short c; union in i;") BOTH,
	  "unspecified -> unspecified", "args.bitfield -> args.bitfield", "stack ?" },
	{ "struct s { short c; unsigned m : 20; } __attribute__((packed)); " BOTH,
	  "unspecified -> unspecified", "args.bitfield -> args.bitfield", "stack ?" },
	{ "struct s { short c; unsigned m : 20; int d; } __attribute__((packed)); " BOTH,
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },
	/* Documents are silent where only an `aligned` attribute makes a field unaligned... */
	{ "struct in { char c; } __attribute__((aligned(4))); "
	  "struct s { char c; struct in i; } __attribute__((packed)); " BOTH,
	  "unspecified -> unspecified", "args.aligned.field -> args.aligned.field", "stack ?" },
	{ "struct in { char c; int d __attribute__((packed, aligned(2))); }; "
	  "struct s { struct in i; char e; struct in j; } __attribute__((packed)); " BOTH,
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },
	/* ...unless the structure is in memory anyway: too large, or something else is unaligned. */
	{ "struct in { char c; } __attribute__((aligned(4))); "
	  "struct s { char c; struct in i; char d[20]; } __attribute__((packed)); " BOTH,
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 32" },
	{ "struct in { char c; } __attribute__((aligned(4))); "
	  "struct s { char c; struct in i; int d; } __attribute__((packed)); " BOTH,
	  "rsp+0 -> memory by rdi", IN_MEMORY, "stack 16" },

	/* Alignment by attribute makes padding (NO_CLASS), and larger sizes. */
	{ "struct s { long a; } __attribute__((aligned(16))); " BOTH, "rdi -> rax", IN, "stack 0" },
	{ "struct s { float a; } __attribute__((aligned(16))); " BOTH, "xmm0 -> xmm0", IN,
	  "stack 0" },
	{ S("char a; double b __attribute__((aligned(8)));") BOTH, "xmm0:rdi -> xmm0:rax", IN,
	  "stack 0" },
	/* On the stack at such a boundary (Passing, 1), and with it the stack pointer at the call
	 * (3.2.2, footnote). */
	{ "struct s { long a; } __attribute__((aligned(16))); void f(" INTS6 ", int, struct s)",
	  SIX " | rsp+0 | rsp+16 -> void", "6*args.integer args.stack args.whole", "stack 32" },
	{ "struct s { long a; } __attribute__((aligned(16))); "
	  "void f(int, int, int, int, int, struct s, int)",
	  "edi | esi | edx | ecx | r8d | r9 | rsp+0 -> void",
	  "5*args.integer args.aggregate args.stack", "stack 8" },
	{ "struct s { char a; } __attribute__((aligned(32))); " BOTH, "rsp+0 -> memory by rdi",
	  IN_MEMORY, "stack 32 align 32" },
	{ "struct s { char a; } __attribute__((aligned(64))); struct b { long v[3]; }; "
	  "void f(struct b, struct s, struct b)", "rsp+0 | rsp+64 | rsp+128 -> void",
	  "3*args.aggregate.memory", "stack 152 align 64" },
	{ S("char a; long b[3] __attribute__((aligned(32)));") "void f(" INTS6 ", int, struct s)",
	  SIX " | rsp+0 | rsp+32 -> void",
	  "6*args.integer args.stack args.aggregate.memory", "stack 96 align 32" },

	/* Documents are silent about a scalar whose typedef has such an attribute: figure 3.1
	 * aligns a long to 8, and no structure is there to be aligned. */
	{ "typedef long a32 __attribute__((aligned(32))); void f(" INTS6 ", int, a32)",
	  SIX " | rsp+0 | unspecified -> void", "7*ANY ANY", "stack ?" },

	{ "struct s { long a, b, c; }; typedef struct s s32 __attribute__((aligned(32))); "
	  "void f(struct s, s32, int)", "rsp+0 | unspecified | unspecified -> void",
	  "args.aggregate.memory 2*args.overaligned", "stack ?" },
	/* One that asks for less changes nothing: Figure 3.1 aligns the types, and __int128 "in memory
	 * must be aligned on a 16-byte boundary". */
	{ "typedef __int128 u __attribute__((aligned(1))); void f(" INTS6 ", int, u, int)",
	  SIX " | rsp+0 | rsp+16 | rsp+32 -> void", "7*ANY args.whole ANY", "stack 40" },
	{ "typedef long double u __attribute__((aligned(4))); void f(" INTS6 ", int, u, int)",
	  SIX " | rsp+0 | rsp+16 | rsp+32 -> void", "7*ANY args.x87 ANY", "stack 40" },
	{ "typedef __float128 u __attribute__((aligned(8))); void f(" DOUBLES8 ", double, u, double)",
	  EIGHT " | rsp+0 | rsp+16 | rsp+32 -> void", "8*ANY ANY args.whole ANY", "stack 40" },
	{ "typedef float u __attribute__((vector_size(16), aligned(1))); void f(" DOUBLES8
	  ", double, u, double)", EIGHT " | rsp+0 | rsp+16 | rsp+32 -> void",
	  "8*ANY ANY args.whole ANY", "stack 40" },
	{ "typedef long double _Complex u __attribute__((aligned(8))); void f(char[], u, u)",
	  "rdi | rsp+0 | rsp+32 -> void", "ANY 2*args.complex.x87", "stack 64" },
	{ "struct s { long double a; }; typedef struct s u __attribute__((aligned(4))); "
	  "struct t { long a[3]; }; void f(struct t, u)", "rsp+0 | rsp+32 -> void", "2*ANY",
	  "stack 48" },
	/* A structure that is aligned less because of such a member: 16 or 4, documents are
	 * silent. */
	{ "typedef long double u __attribute__((aligned(4))); " S("u a; char b[9];")
	  "void f(long double, struct s)", "rsp+0 | unspecified -> void",
	  "args.x87 args.underaligned", "stack ?" },
	{ "typedef int u __attribute__((aligned(2))); " S("u a; char b[19];")
	  "void f(struct s, struct s)", "rsp+0 | rsp+24 -> void", "2*ANY", "stack 48" },

	/* NO_CLASS: empty structures take neither registers nor memory. */
	{ S("") "void f(int, struct s, int)", "edi | nothing passed | esi -> void",
	  "args.integer args.empty args.integer", "stack 0" },
	{ S("") "struct s f(struct s)", "nothing passed -> nothing passed",
	  "args.empty -> args.empty", "stack 0" },
	{ "union s {}; void f(" INTS6 ", int, union s, int)",
	  SIX " | rsp+0 | nothing passed | rsp+8 -> void",
	  "6*args.integer args.stack args.empty args.stack", "stack 16" },
	{ S("struct {} a;") "void f(double, struct s)", "xmm0 | nothing passed -> void",
	  "args.sse args.empty", "stack 0" },
	/* An array of a known number of empty ones is as empty. */
	{ S("struct {} a[4];") "void f(double, struct s)", "xmm0 | nothing passed -> void",
	  "args.sse args.empty", "stack 0" },
	/* A flexible one is of a number that is not known. */
	{ S("int a; float b[];") "int f(struct s, int)", "unspecified | unspecified -> eax",
	  "2*args.flexible -> return.integer", "stack ?" },
	{ S("struct {} a; float b;") BOTH, "xmm0 -> xmm0", IN, "stack 0" },

	/* No register left for any eightbyte: the whole argument is on the stack, and what was
	 * assigned to it reverts. */
	{ S("long a, b;") "void f(int, int, int, int, struct s, int)",
	  "edi | esi | edx | ecx | r9:r8 | rsp+0 -> void",
	  "4*args.integer args.aggregate args.stack", "stack 8" },
	{ S("long a, b;") "void f(int, int, int, int, int, struct s, int)",
	  "edi | esi | edx | ecx | r8d | rsp+0 | r9d -> void",
	  "5*args.integer args.whole args.integer", "stack 16" },
	{ S("long a; double b;") "void f(" INTS6 ", struct s, double)",
	  SIX " | rsp+0 | xmm0 -> void", "6*args.integer args.whole args.sse", "stack 16" },
	{ S("double a; long b;") "void f(" DOUBLES8 ", struct s, int)",
	  EIGHT " | rsp+0 | edi -> void", "8*args.sse args.whole args.integer", "stack 16" },
	{ S("double a, b;") "void f(double, double, double, double, double, double, double, struct "
	  "s, float)", "xmm0 | xmm1 | xmm2 | xmm3 | xmm4 | xmm5 | xmm6 | rsp+0 | xmm7 -> void",
	  "7*args.sse args.whole args.sse", "stack 16" },
	{ S("float a, b;") "void f(" DOUBLES8 ", struct s)", EIGHT " | rsp+0 -> void",
	  "8*args.sse args.stack", "stack 8" },
	{ S("char a[3];") "void f(" INTS6 ", struct s, char)", SIX " | rsp+0 | rsp+8 -> void",
	  "6*args.integer 2*args.stack", "stack 16" },
	{ S("char a[9];") "void f(" INTS6 ", struct s, char)", SIX " | rsp+0 | rsp+16 -> void",
	  "6*args.integer args.whole args.stack", "stack 24" },
	/* What is in memory takes no register, and is in the order of the arguments. */
	{ S("long a[3];") "void f(int, struct s, int, struct s, double)",
	  "edi | rsp+0 | esi | rsp+24 | xmm0 -> void",
	  "args.integer args.aggregate.memory args.integer args.aggregate.memory args.sse",
	  "stack 48" },
	{ S("long a[3];") "void f(struct s, " INTS6 ", int)",
	  "rsp+0 | " SIX " | rsp+24 -> void", "args.aggregate.memory 6*args.integer args.stack",
	  "stack 32" },
	{ S("char a[17];") "void f(struct s, __int128, long double)",
	  "rsp+0 | rsi:rdi | rsp+32 -> void", "args.aggregate.memory args.int128 args.x87",
	  "stack 48" },

	/* Returning of Values, 2: the hidden pointer is a first argument. */
	{ S("long a[3];") "struct s f(void)", "void -> memory by rdi", "-> return.memory",
	  "stack 0" },
	{ S("long a[3];") "struct s f(int, double, char *)",
	  "esi | xmm0 | rdx -> memory by rdi",
	  "args.integer args.sse args.integer -> return.memory", "stack 0" },
	{ S("long a[3];") "struct s f(" INTS6 ")",
	  "esi | edx | ecx | r8d | r9d | rsp+0 -> memory by rdi",
	  "5*args.integer args.stack -> return.memory", "stack 8" },
	{ S("long a[3];") "struct t { long a, b; }; struct s f(int, int, int, int, struct t, int)",
	  "esi | edx | ecx | r8d | rsp+0 | r9d -> memory by rdi",
	  "4*args.integer args.whole args.integer -> return.memory", "stack 16" },
	/* A result in registers of both kinds leaves rdi to the arguments. */
	{ S("float a; long b;") "struct s f(int, struct s)", "edi | rsi:xmm0 -> rax:xmm0",
	  "args.integer args.aggregate -> return.aggregate", "stack 0" },

	/* The passing example, figures 3.5 and 3.6. Left out: __m256 y and __m512 z, so that n is in
	 * xmm2 instead of xmm4. */
	{ "typedef struct { int a, b; double d; } structparm; "
	  "void func(int e, int f, structparm s, int g, int h, long double ld, double m, double n, "
	  "int i, int j, int k)",
	  "edi | esi | xmm0:rdx | ecx | r8d | rsp+0 | xmm1 | xmm2 | r9d | rsp+16 | "
	  "rsp+24 -> void",
	  "2*args.integer args.aggregate 2*args.integer args.x87 2*args.sse args.integer "
	  "2*args.stack", "stack 32" },

	/* Variadic: as named ones; al counts vector registers. */
	{ S("float a, b;") "int f(int a, ...) <- struct s, int", "edi | xmm0 | esi -> eax",
	  "args.integer args.aggregate args.integer -> return.integer", "stack 0 al 1" },
	{ S("double a, b;") "int f(struct s a, ...) <- struct s, double _Complex",
	  "xmm1:xmm0 | xmm3:xmm2 | xmm5:xmm4 -> eax",
	  "2*args.aggregate args.complex -> return.integer", "stack 0 al 6" },
	{ S("long a[3];") "struct s f(int a, ...) <- struct s, double",
	  "esi | rsp+0 | xmm0 -> memory by rdi",
	  "args.integer args.aggregate.memory args.sse -> return.memory", "stack 24 al 1" },
	{ S("int a;") "void f(int a, ...) <- struct s, __float128", "edi | esi | xmm0 -> void",
	  "args.integer args.aggregate args.float128", "stack 0 al 1" },
};
/* clang-format on */

static const struct table table = {
	.convention = "sysv",
	.width = W64,
	.prefix = "sysv.",
	.pop_rule = "sysv.registers.sp",
	.variadic_pop_rule = "sysv.registers.sp",
	ROWS(rows),
};

START_TEST(row)
{
	check_row(&table, &rows[_i]);
}
END_TEST

START_TEST(same_in_family)
{
	check_sysv_family(rows[_i].call);
}
END_TEST

Suite *sysv_aggregate_suite(void)
{
	Suite *s = suite_create("sysv aggregates");
	TCase *tc = tcase_create("placements");

	tcase_add_loop_test(tc, row, 0, table.nrows);
	tcase_add_loop_test(tc, same_in_family, 0, table.nrows);
	suite_add_tcase(s, tc);
	return s;
}
