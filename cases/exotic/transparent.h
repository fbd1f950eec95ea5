/* SPDX-License-Identifier: MIT */
/* Transparent unions: GCC manual, Common Type Attributes: an argument is passed by the convention of
 * the union's first member, not of the union. At 32 bit that is the difference between a register
 * and the stack. */

union sockaddr_arg {
	const char *any;
	const int *in;
} __attribute__((transparent_union));

typedef union {
	int fd;
	unsigned flags;
} number __attribute__((transparent_union));

union word {
	long a;
	void *b;
} __attribute__((transparent_union));

union narrow {
	unsigned char a;
	signed char b;
} __attribute__((transparent_union));

struct holds_word {
	union word a;
	int b;
};

//! group transparent
//! why like a pointer, in the registers of fastcall and regparm
int bind_like(int fd, union sockaddr_arg addr, unsigned len);
int first(union sockaddr_arg a, int b);
number ret_number(number a, int b);
long words(union word a, union word b, union word c, union word d, union word e, union word f,
	   union word g);
//! why bits above a narrow one are the caller's or nobody's
int narrow_one(int a, union narrow b, union narrow c);
//! why in a structure it is a union like any other
//! abi sysv cdecl
int in_struct(struct holds_word a, union word b);
//! why after the ellipsis it is a union, too
//! varargs union word, int, union word
int va_transparent(int n, ...);
