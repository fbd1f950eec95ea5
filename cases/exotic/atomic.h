/* SPDX-License-Identifier: MIT */
/* _Atomic, which no document of a convention mentions: C11 6.2.5, 27, lets an atomic type have another
 * size, representation and alignment than the plain one. What compilers do is observed.
 *
 * clang has its structures with one in memory, gcc passes them like plain ones: LLVM issue 222104. */

struct atomic_int {
	_Atomic int a;
};
struct atomic_floats {
	_Atomic float a, b;
};
struct atomic_mixed {
	int a;
	_Atomic short b;
	double c;
};
struct atomic_long {
	_Atomic(long) a;
	char b;
};
struct atomic_three {
	_Atomic int a;
	_Atomic short b;
	char c;
};
union atomic_or_not {
	_Atomic float a;
	int b;
};

//! group atomic
int ret_atomic(_Atomic int a, _Atomic char b);
float ret_atomic_float(int a, _Atomic float b, double c);

//! group atomic-struct
struct atomic_int ret_atomic_int(struct atomic_int a, int b);
struct atomic_floats ret_atomic_floats(struct atomic_floats a, float b);
struct atomic_mixed ret_atomic_mixed(int a, struct atomic_mixed b, double c);
struct atomic_long ret_atomic_long(struct atomic_long a, long b);
union atomic_or_not ret_atomic_union(union atomic_or_not a, float b);
struct atomic_three ret_atomic_three(int a, struct atomic_three b, int c);
int atomic_after(int a, int b, int c, struct atomic_int d, struct atomic_three e, int f);
int atomic_pair(struct atomic_int a, struct atomic_int b, _Atomic unsigned char c);
int atomic_structs(struct atomic_floats a, struct atomic_int b, struct atomic_long c, int d);
