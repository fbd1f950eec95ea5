/* SPDX-License-Identifier: MIT */
/* Pointers, enums and typedefs: types that must travel as what they really are.
 *
 * All pointers are of class INTEGER (x86-64 psABI 3.2.3; sizes in 3.1.2) and one word at 32 bit
 * (i386 psABI 2.2.3); qualifiers and typedef names change nothing; an enum is as its
 * underlying type, signed or unsigned. */

struct opaque;
enum level { LEVEL_LOW = -2, LEVEL_MID = 0, LEVEL_HIGH = 7 };
enum colour { COLOUR_RED = 1, COLOUR_GREEN = 2, COLOUR_BLUE = 4 };
typedef int (*compare_fn)(const void *, const void *);
typedef void handler_fn(int);
typedef unsigned long word_t;
typedef word_t length_t;
typedef struct opaque *handle_t;

//! group qualified
//! why const, volatile and restrict must not move an argument
int ptr_const(const void *a);
int ptr_volatile(volatile int *a);
int ptr_restrict(char *restrict dst, const char *restrict src);
int ptr_const_itself(int *const a, const int *const b);

//! group indirect
//! why what a pointer points to does not matter, not even a type never completed
int ptr_ptr(char **argv);
int ptr_ptr_ptr(void ***a);
int ptr_opaque(struct opaque *obj);
struct opaque *ptr_opaque_2(struct opaque *a, const struct opaque *b);
//! why an array parameter is a pointer
int ptr_array(int n, int values[4]);

//! group function-ptr
//! why a function pointer is an INTEGER like any other pointer
int call_later(int (*cb)(int), int arg);
int sort_like(void *base, unsigned long n, unsigned long size, compare_fn cmp);
//! why a parameter of function type is a pointer to it
int register_handler(int irq, handler_fn handler, void *data);
int fn_with_double(double (*f)(double), double x);

//! group enums
//! why a negative enumerator makes the type signed: its extension to a word tells
long enum_signed(enum level a);
unsigned long enum_unsigned(enum colour a);
int enum_both(enum level a, enum colour b, enum level c);
//! why the 7th integer: an enum in a stack slot
int enum_7th(int a, int b, int c, int d, int e, int f, enum level g);

//! group typedefs
//! why a name for a type is that type; standard names differ between the widths
size_t length_of(const char *s, size_t max);
uintptr_t address_of(const void *p, ptrdiff_t offset);
//! why exact widths: 8 and 16 bits are narrow, 64 bits are a pair at 32 bit
int64_t fixed_widths(int8_t a, uint16_t b, int32_t c, uint64_t d);
//! why a typedef of a typedef, and one that hides a pointer
length_t typedef_chain(handle_t h, word_t w, length_t n);
