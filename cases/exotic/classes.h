/* SPDX-License-Identifier: MIT */
/* C++: classes that are not trivial for the purposes of calls. Itanium C++ ABI, 1.1 and 3.1.2.3: one
 * with a destructor or a copy constructor of its own, or with a member of such a class, is passed by
 * the address of a temporary, however small it is; 3.1.3.1: it is returned in memory. */

extern "C++" {

struct handle {
	~handle();
	int fd;
};

struct counted {
	counted();
	counted(const counted &other);
	long *count;
	double weight;
};

struct copied {
	copied(const copied &);
	~copied();
	float a, b;
};

struct owner {
	handle h;
	char c;
};

struct large {
	~large();
	long a[6];
};

/* Trivial: what is defaulted, or makes objects of other things, changes nothing. */
struct made {
	made(int a, long b);
	~made() = default;
	int a;
	float b;
};

//! group class
//! why 4 bytes that would fit a register
handle ret_handle(handle a, int b);
//! why SSE eightbytes that are not classified
copied ret_copied(int a, copied b, float c);
counted ret_counted(counted a, counted b);
//! why a member of such a class makes one
owner ret_owner(owner a, char b, handle c);
large ret_large(int a, large b);
//! why six registers of pointers, and the stack
int handles(handle a, handle b, handle c, handle d, handle e, handle f, handle g, int h);
//! why like in C
made ret_made(made a, int b, made c);
int between(double a, handle b, struct made c, float d, copied e, long f);
}
