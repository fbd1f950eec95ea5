/* SPDX-License-Identifier: MIT */
/* oracle_diff.py's stub: calls functions with every register and stack word random, and writes out
 * what it passed, what they received, and what they returned. Freestanding, at both widths.
 *
 * It shares nothing with clobber: not its runtime, nor its generated code. The functions it calls
 * are in d_functions[]; each copies its arguments to d_got and returns what is in d_return. */
#include <stdint.h>

#ifdef __x86_64__
typedef uint64_t word;
enum { GPRS = 16, XMMS = 16 };
#else
typedef uint32_t word;
enum { GPRS = 8, XMMS = 8 };
#endif
enum { STACK = 160, VALUE = 256, ARGS = 12, ROUNDS = 3 };

/* Registers in the order of their encoding: ax, cx, dx, bx, sp, bp, si, di, r8... */
struct picture {
	word gpr[GPRS];
	uint8_t xmm[XMMS][16];
	uint8_t st[2][16];
};

struct record {
	uint32_t magic, index, round;
	struct picture in, out;
	word stack[STACK];
	uint8_t got[ARGS][VALUE], ret[VALUE], memory[VALUE], pointed[ARGS][VALUE];
};

extern void (*const d_functions[])(void);
extern const uint8_t d_clean[]; /* functions: bit 0: returns _Bool, bit 1: variadic */
extern const unsigned d_count;
uint8_t d_got[ARGS][VALUE], d_return[VALUE];
uint8_t d_memory[VALUE] __attribute__((aligned(64)));
extern const int d_hidden[]; /* GPR number of the pointer to memory; 100 + word of the stack; -1 */
extern const int d_references[][ARGS]; /* the same of a pointer to each argument */
static uint8_t pointed[ARGS][VALUE] __attribute__((aligned(64)));

void (*d_function)(void);
struct picture d_in, d_out;
word d_stack[STACK] __attribute__((aligned(64)));
word d_sp, d_own_stack_top;
uint8_t d_fx[512] __attribute__((aligned(16)));
/* The stack of a call: room below for the function, above it the random words, from a multiple of
 * 64 on. */
uint8_t d_area[65536 + sizeof(d_stack)] __attribute__((aligned(64)));

void d_call(void);

#ifdef __x86_64__
__asm__(".text\n.globl d_call\nd_call:\n"
	"push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"mov %rsp, d_sp(%rip)\n"
	"lea d_area+65536(%rip), %rsp\n"
	"lea d_in(%rip), %r15\n"
	".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n movups 128+16*\\n(%r15), %xmm\\n\n.endr\n"
	"mov (%r15), %rax; mov 8(%r15), %rcx; mov 16(%r15), %rdx; mov 24(%r15), %rbx\n"
	"mov 40(%r15), %rbp; mov 48(%r15), %rsi; mov 56(%r15), %rdi; mov 64(%r15), %r8\n"
	"mov 72(%r15), %r9; mov 80(%r15), %r10; mov 88(%r15), %r11; mov 96(%r15), %r12\n"
	"mov 104(%r15), %r13; mov 112(%r15), %r14; mov 120(%r15), %r15\n"
	"call *d_function(%rip)\n"
	"mov %rax, d_out(%rip); mov %rcx, d_out+8(%rip); mov %rdx, d_out+16(%rip)\n"
	"mov d_sp(%rip), %rsp\n"
	"fxsave64 d_fx(%rip)\nfninit\ncld\n"
	"pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\nret\n");
#else
__asm__(".text\n.globl d_call\nd_call:\n"
	"push %ebx; push %ebp; push %esi; push %edi\n"
	"mov %esp, d_sp\n"
	"mov $d_area+65536, %esp\n"
	".irp n,0,1,2,3,4,5,6,7\n movups d_in+32+16*\\n, %xmm\\n\n.endr\n"
	"mov d_in, %eax; mov d_in+4, %ecx; mov d_in+8, %edx; mov d_in+12, %ebx\n"
	"mov d_in+20, %ebp; mov d_in+24, %esi; mov d_in+28, %edi\n"
	"call *d_function\n"
	"mov %eax, d_out; mov %ecx, d_out+4; mov %edx, d_out+8\n"
	"mov d_sp, %esp\n"
	"fxsave d_fx\nfninit\ncld\n"
	"pop %edi; pop %esi; pop %ebp; pop %ebx\nret\n");
#endif

void *memcpy(void *to, const void *from, __SIZE_TYPE__ n)
{
	void *all = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return all;
}

void *memset(void *to, int c, __SIZE_TYPE__ n)
{
	void *all = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(c) : "memory");
	return all;
}

static uint64_t state = SEED * 0x9e3779b97f4a7c15u + 1;

static uint8_t random_byte(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint8_t)(state >> 24);
}

static void fill(void *at, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		((uint8_t *)at)[i] = random_byte();
}

static long system_call(long n, long a, const void *b, long c)
{
	long r;

#ifdef __x86_64__
	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(n), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
#else
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(n), "b"(a), "c"(b), "d"(c) : "memory");
#endif
	return r;
}

static void put(const void *p, long n)
{
	while (n > 0) {
		long k = system_call(sizeof(word) == 8 ? 1 : 4, 1, p, n);

		if (k <= 0)
			break;
		p = (const char *)p + k;
		n -= k;
	}
}

/* Put a pointer where d_hidden says. */
static void point(int where, void *to)
{
	if (where >= 100)
		d_stack[where - 100] = (word)to;
	else if (where >= 0)
		d_in.gpr[where] = (word)to;
}

static struct record r;

static void one(unsigned index, unsigned round)
{
	int hidden = d_hidden[index];

	fill(&d_in, sizeof(d_in));
	fill(d_stack, sizeof(d_stack));
	fill(d_return, sizeof(d_return));
	fill(d_memory, sizeof(d_memory));
	fill(d_got, sizeof(d_got));
	if (d_clean[index] & 1)
		d_return[0] &= 1;
	if (d_clean[index] & 2) /* al: as many vector registers as there may be */
		d_in.gpr[0] = (d_in.gpr[0] & ~(word)0xff) | 8;
	fill(pointed, sizeof(pointed));
	point(hidden, d_memory);
	for (unsigned i = 0; i < ARGS; i++)
		point(d_references[index][i], pointed[i]);
	memcpy(d_area + 65536, d_stack, sizeof(d_stack));
	d_function = d_functions[index];
	r = (struct record){ .magic = 0x6f726163, .index = index, .round = round, .in = d_in };
	memcpy(r.stack, d_stack, sizeof(d_stack));
	/* What was being called when it died. */
	put(&r, 12);
	d_call();
	memcpy(d_out.xmm, d_fx + 160, sizeof(d_out.xmm[0]) * XMMS);
	memcpy(d_out.st, d_fx + 32, sizeof(d_out.st));
	r.out = d_out;
	memcpy(r.got, d_got, sizeof(d_got));
	memcpy(r.ret, d_return, sizeof(d_return));
	memcpy(r.memory, d_memory, sizeof(d_memory));
	memcpy(r.pointed, pointed, sizeof(pointed));
	put((const char *)&r + 12, sizeof(r) - 12);
}

void d_main(void)
{
	for (unsigned i = 0; i < d_count; i++) {
		for (unsigned k = 0; k < ROUNDS; k++)
			one(i, k);
	}
	system_call(sizeof(word) == 8 ? 231 : 252, 0, 0, 0);
}

#ifdef __x86_64__
__asm__(".globl _start\n_start:\nand $-16, %rsp\ncall d_main\n");
#else
__asm__(".globl _start\n_start:\nand $-16, %esp\ncall d_main\n");
#endif
