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

/* Bases: Itanium C++ ABI, 2.4. Nothing is put into the padding of what C has, too; what is derived
 * from something, or has a destructor, is followed where its members end. */
struct none { };
struct other { };
struct padded { int a; char b; };
struct behind : padded { char c; };
struct within : behind { char d; short e; };
struct of_none : none { int a; };
struct of_two_none : none, other { double a; float b; };
struct float_behind : padded { float x; };
struct one_double { double y; };
struct both : one_double, padded { };
struct gone { ~gone(); int a; char b; };
struct of_gone : gone { char c; };

//! group bases
//! known causes
behind ret_behind(behind a, int b);
//! why the padding of what has a base is used: 12 bytes, not 16
within ret_within(int a, within b);
//! why an empty base takes no room
of_none ret_of_none(of_none a, int b);
of_two_none ret_of_two_none(double a, of_two_none b);
float_behind ret_float_behind(float_behind a, float b);
both ret_both(int a, both b, double c);
int has_bases(double a, behind b, of_two_none c, within d);
//! why a base that is not trivial makes a class that is not
of_gone ret_of_gone(of_gone a, int b);
//! why a reference is a pointer
int references(int &a, const behind &b, of_gone &c, double d);
}
