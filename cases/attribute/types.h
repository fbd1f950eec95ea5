/* SPDX-License-Identifier: MIT */
/* Every type of C under every convention that an attribute names: 6 cases or more of each. Where the
 * document of such a convention leaves a type to the C convention (preserve_*, no_caller_saved) that
 * is what places it; vectorcall's page names few types, and of regcall nothing could be read. */

enum ty_e { TY_A, TY_B = 70000 };
typedef int (*ty_fn)(int);

//! group types-narrow
//! why narrow integers and pointers: who extends them, and in which register each is
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
_Bool ty_bool(_Bool a, char b, short c, enum ty_e d, long e);
char ty_char(char a, _Bool b, void *c, ty_fn d, long long e);
short ty_short(long long a, short b, char c, _Bool d, enum ty_e e, ty_fn f);
enum ty_e ty_enum(enum ty_e a, const char *b, long c, short d, _Bool e, char f, ty_fn g);
unsigned char ty_uchar(unsigned char a, enum ty_e b, double c);
const int *ty_pointer(int a, const int *b, ty_fn c, enum ty_e d, _Bool e, short f, char g, long h);
ty_fn ty_fnptr(ty_fn a, long long b, enum ty_e c, unsigned char d, unsigned short e, _Bool f, int *g);
long ty_long(long a, ty_fn b, signed char c, int *d, long e, long long f, int g, unsigned h);
long long ty_llong(int a, long long b, int c, long long d, int *e, long f, short g, long long h);

//! group types-int128
//! why two registers, or sixteen bytes of the stack
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
__int128 ty_i128(__int128 a);
unsigned __int128 ty_u128(int a, unsigned __int128 b, int c);
__int128 ty_i128_two(__int128 a, long b, __int128 c);
int ty_i128_late(int a, int b, int c, int d, int e, int f, __int128 g);
int ty_i128_double(double a, __int128 b, double c);
__int128 ty_i128_return(void);

//! group types-float
//! why floating point, apart and among integers
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
float ty_float(float a, double b, int c);
double ty_double(int a, double b, float c, long d, double e);
float ty_float_many(float a, float b, float c, float d, float e, float f, float g, float h, float i, float j);
double ty_double_many(double a, float b, double c, float d, double e, float f, double g, float h, double i);
double ty_double_alone(void);
float ty_float_int(int a, float b, int c, float d, int e, double f);

//! group types-long-double
//! why x87 registers, or memory
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
long double ty_ld(long double a);
long double ty_ld_int(int a, long double b, int c);
int ty_ld_two(long double a, float b, long double c);
int ty_ld_late(double a, int b, double c, long double d, long e);
long double ty_ld_return(void);
double ty_ld_double(double a, long double b, double c);

//! group types-float16
//! why 16 bits of a vector register
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
_Float16 ty_f16(_Float16 a);
_Float16 ty_f16_int(int a, _Float16 b, int c);
int ty_f16_two(_Float16 a, float b, _Float16 c);
float ty_f16_late(double a, float b, double c, _Float16 d);
_Float16 ty_f16_return(void);
int ty_f16_ints(_Float16 a, long b, char c, _Float16 d);

//! group types-bf16
//! why the other 16 bits
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
__bf16 ty_bf16(__bf16 a);
__bf16 ty_bf16_int(int a, __bf16 b, int c);
int ty_bf16_two(__bf16 a, float b, __bf16 c);
float ty_bf16_late(double a, float b, double c, __bf16 d);
__bf16 ty_bf16_return(void);
int ty_bf16_ints(__bf16 a, long b, char c, __bf16 d);

//! group types-float128
//! why all 16 bytes of a vector register
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
__float128 ty_f128(__float128 a);
__float128 ty_f128_int(int a, __float128 b, int c);
int ty_f128_two(__float128 a, float b, __float128 c);
int ty_f128_late(int a, double b, int c, __float128 d, long e);
__float128 ty_f128_return(void);
double ty_f128_double(double a, __float128 b, double c);

//! group types-decimal
//! why decimal floating point
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
_Decimal32 ty_d32(_Decimal32 a, int b);
_Decimal64 ty_d64(int a, _Decimal64 b);
_Decimal128 ty_d128(_Decimal128 a, double b);
int ty_d_all(_Decimal32 a, _Decimal64 b, _Decimal128 c, int d);
_Decimal64 ty_d_return(void);
double ty_d_double(double a, _Decimal64 b, _Decimal32 c, double d);

//! group types-bitint
//! why integers of any width, and what is above them
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
_BitInt(7) ty_bi7(_BitInt(7) a, int b);
_BitInt(37) ty_bi37(int a, _BitInt(37) b, int c);
unsigned _BitInt(17) ty_bi17(unsigned _BitInt(17) a, _BitInt(33) b);
_BitInt(90) ty_bi90(int a, _BitInt(90) b, long c);
int ty_bi_double(double a, _BitInt(61) b, double c);
_BitInt(24) ty_bi_return(void);

//! group types-complex
//! why two floating-point numbers: together, apart, or in memory
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
_Complex float ty_cf(_Complex float a);
_Complex double ty_cd(_Complex double a);
_Complex long double ty_cld(_Complex long double a);
_Complex float ty_cf_int(int a, _Complex float b, int c);
_Complex double ty_cd_int(int a, _Complex double b, int c);
_Complex long double ty_cld_int(int a, _Complex long double b, int c);
int ty_cf_two(_Complex float a, float b, _Complex float c);
int ty_cd_two(_Complex double a, double b, _Complex double c);
int ty_cld_two(_Complex long double a, double b, _Complex long double c);
_Complex float ty_cf_return(void);
_Complex double ty_cd_return(void);
_Complex long double ty_cld_return(void);
float ty_cf_double(double a, _Complex float b, double c);
double ty_cd_double(double a, _Complex double b, float c);
double ty_cld_double(double a, _Complex long double b, float c);
_Complex _Float16 ty_cf16(_Complex _Float16 a, int b);
_Complex __float128 ty_cf128(int a, _Complex __float128 b);
int ty_cf16_late(double a, long b, _Complex _Float16 c);
int ty_cf128_late(double a, _Complex __float128 b, int c);
int ty_cf128_two(_Complex __float128 a, float b, _Complex __float128 c);
_Complex __float128 ty_cf128_return(void);
int ty_cf128_first(_Complex __float128 a, int b);
double ty_cf128_double(int a, _Complex __float128 b, double c);
int ty_cf_last(long a, double b, long c, _Complex float d);
int ty_cd_last(long a, double b, long c, _Complex double d);
int ty_cld_last(long a, double b, long c, _Complex long double d);

typedef char ty_v4 __attribute__((vector_size(4)));
typedef int ty_v8 __attribute__((vector_size(8)));
typedef float ty_v16 __attribute__((vector_size(16)));
typedef double ty_v32 __attribute__((vector_size(32)));
typedef int ty_v64 __attribute__((vector_size(64)));

//! group types-vectors
//! why vectors of each size
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
ty_v4 ty_vec4(ty_v4 a);
int ty_vec4_int(int a, ty_v4 b, int c);
int ty_vec4_two(ty_v4 a, float b, ty_v4 c);
ty_v4 ty_vec4_return(void);
int ty_vec4_double(double a, ty_v4 b, double c);
int ty_vec4_last(long a, double b, long c, ty_v4 d);
ty_v8 ty_vec8(ty_v8 a);
int ty_vec8_int(int a, ty_v8 b, int c);
int ty_vec8_two(ty_v8 a, float b, ty_v8 c);
ty_v8 ty_vec8_return(void);
int ty_vec8_double(double a, ty_v8 b, double c);
int ty_vec8_last(long a, double b, long c, ty_v8 d);
ty_v16 ty_vec16(ty_v16 a);
int ty_vec16_int(int a, ty_v16 b, int c);
int ty_vec16_two(ty_v16 a, float b, ty_v16 c);
ty_v16 ty_vec16_return(void);
int ty_vec16_double(double a, ty_v16 b, double c);
int ty_vec16_last(long a, double b, long c, ty_v16 d);
ty_v32 ty_vec32(ty_v32 a);
int ty_vec32_int(int a, ty_v32 b, int c);
int ty_vec32_two(ty_v32 a, float b, ty_v32 c);
ty_v32 ty_vec32_return(void);
int ty_vec32_double(double a, ty_v32 b, double c);
int ty_vec32_last(long a, double b, long c, ty_v32 d);
ty_v64 ty_vec64(ty_v64 a);
int ty_vec64_int(int a, ty_v64 b, int c);
int ty_vec64_two(ty_v64 a, float b, ty_v64 c);
ty_v64 ty_vec64_return(void);
int ty_vec64_double(double a, ty_v64 b, double c);
int ty_vec64_last(long a, double b, long c, ty_v64 d);

struct ty_ii { int a, b; };
struct ty_nest { struct ty_ii a; short b[2]; };
struct ty_arr { short a[5]; };
struct ty_ld { long a; double b; };
struct ty_fi { float a; int b; };
struct ty_did { double a; struct { int a; } b; };
struct ty_large { char a[65]; };
struct ty_large_mixed { long a[8]; struct ty_fi b; };

//! group types-struct
//! why structures: small, nested, with arrays, of both kinds, large
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
struct ty_ii ty_struct(struct ty_ii a, struct ty_large b);
struct ty_nest ty_nested(int a, struct ty_nest b, struct ty_arr c);
struct ty_arr ty_array(struct ty_arr a, struct ty_ld b, int c);
struct ty_ld ty_mixed(double a, struct ty_ld b, struct ty_nest c);
struct ty_fi ty_mixed_small(struct ty_fi a, struct ty_arr b, struct ty_did c);
struct ty_did ty_mixed_nested(struct ty_did a, int b, struct ty_fi c);
struct ty_large ty_large(int a, struct ty_large b, struct ty_nest c);
struct ty_large_mixed ty_large_mixed(struct ty_large_mixed a, struct ty_arr b);
int ty_struct_late(long a, long b, long c, long d, long e, struct ty_ld f, struct ty_large g);
struct ty_large ty_large_return(void);
int ty_large_last(double a, struct ty_ii b, struct ty_large_mixed c, struct ty_large d);

union ty_u { int a; char b[3]; };
union ty_ud { long a; double b; };
union ty_t { int *a; long *b; } __attribute__((transparent_union));
union ty_tn { int a; unsigned b; } __attribute__((transparent_union));

//! group types-union
//! why unions, transparent ones by their first member
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
union ty_u ty_union(union ty_u a, union ty_t b);
union ty_ud ty_union_double(int a, union ty_ud b, union ty_tn c);
union ty_tn ty_transparent(union ty_tn a, union ty_u b);
union ty_t ty_transparent_pointer(double a, union ty_t b);
int ty_transparent_many(union ty_t a, union ty_t b, union ty_t c, union ty_t d, union ty_t e, union ty_t f, union ty_tn g);
int ty_transparent_late(long a, long b, union ty_ud c, union ty_tn d, union ty_t e);
union ty_ud ty_union_return(void);

struct ty_b1 { int a : 3, b : 7; };
struct ty_b2 { int a : 3, : 5, b : 20; };
struct ty_b3 { short a : 3, : 0, b : 2; };
struct ty_b4 { long long a : 40; int : 0; int b : 9, : 4; char c; };

//! group types-bit-field
//! why bit-fields, unnamed and of no width among them
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
struct ty_b1 ty_bits(struct ty_b1 a, int b);
struct ty_b2 ty_bits_unnamed(int a, struct ty_b2 b, struct ty_b3 c);
struct ty_b3 ty_bits_zero(struct ty_b3 a, double b, struct ty_b2 c);
struct ty_b4 ty_bits_long(struct ty_b4 a, int b);
int ty_bits_all(struct ty_b1 a, struct ty_b2 b, struct ty_b3 c, struct ty_b4 d);
int ty_bits_late(long a, long b, long c, long d, struct ty_b4 e, struct ty_b3 f);
struct ty_b4 ty_bits_return(void);
struct ty_b3 ty_bits_zero_return(void);
struct ty_b2 ty_bits_unnamed_return(void);

struct ty_p { char a; int b; } __attribute__((packed));
struct ty_pd { short a; double b __attribute__((packed)); };
struct ty_o { int a; } __attribute__((aligned(16)));
struct ty_om { char a; int b __attribute__((aligned(16))); };
typedef int ty_int1 __attribute__((aligned(1)));
struct ty_un { char a; ty_int1 b; };

//! group types-aligned
//! why fields that are not where their type wants them, and types that want more
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
struct ty_p ty_packed(struct ty_p a, int b);
struct ty_pd ty_packed_double(int a, struct ty_pd b);
int ty_packed_two(struct ty_p a, struct ty_pd b, struct ty_p c);
struct ty_p ty_packed_return(void);
int ty_packed_late(long a, double b, struct ty_p c, int d);
int ty_packed_double_late(long a, long b, double c, struct ty_pd d);
struct ty_o ty_over(struct ty_o a);
struct ty_om ty_over_member(struct ty_om a);
int ty_over_int(int a, struct ty_o b);
int ty_over_double(double a, struct ty_om b);
struct ty_o ty_over_return(void);
int ty_over_late(int a, int b, int c, int d, int e, int f, struct ty_o g);
struct ty_un ty_under(struct ty_un a);
int ty_under_int(int a, struct ty_un b);
int ty_under_two(struct ty_un a, struct ty_un b);
struct ty_un ty_under_return(void);
int ty_under_double(double a, struct ty_un b);
int ty_under_late(long a, long b, long c, struct ty_un d);

struct ty_empty { };
struct ty_holds_empty { struct ty_empty a; int b; };
struct ty_flex { int a; int b[]; };
struct ty_zero { char a; short b[0]; };

//! group types-empty
//! why what has no bytes, or no end
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
struct ty_empty ty_empty(struct ty_empty a, int b);
int ty_empty_first(struct ty_empty a, int b, struct ty_flex c);
int ty_empty_middle(int a, struct ty_empty b, double c);
struct ty_empty ty_empty_return(int a);
struct ty_holds_empty ty_empty_inside(struct ty_holds_empty a, struct ty_zero b);
int ty_empty_last(long a, double b, struct ty_holds_empty c, struct ty_empty d);
struct ty_flex ty_flexible(struct ty_flex a, int b);
struct ty_zero ty_zero(int a, struct ty_zero b);
struct ty_flex ty_flexible_return(void);
int ty_flexible_late(long a, double b, struct ty_flex c, struct ty_zero d);

struct ty_at { _Atomic int a; };
struct ty_at_mixed { _Atomic short a; double b; };

//! group types-atomic
//! why atomic members, of which no document speaks
//! abi preserve_most preserve_all preserve_none no_caller_saved regcall vectorcall
//! leaf
//! known causes
int ty_atomic(_Atomic int a, _Atomic char b);
struct ty_at ty_atomic_struct(struct ty_at a);
struct ty_at_mixed ty_atomic_mixed(struct ty_at_mixed a);
int ty_atomic_int(int a, struct ty_at b);
int ty_atomic_double(double a, struct ty_at_mixed b);
float ty_atomic_float(_Atomic float a, int b);
