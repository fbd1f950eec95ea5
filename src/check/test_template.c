/* SPDX-License-Identifier: MIT */
/* A test of hand-written assembly, written by `clobber check --emit-test`. It needs nothing but a C
 * compiler for x86-64 Linux and the object: cc -o test THIS.c OBJECT.o && ./test [SEED]
 *
 * Each function is called many times with random values, every register poisoned; what its
 * calling convention preserves must be as it was. Each call is made twice, with equal inputs and
 * other poison, and must have the same result. Exit status 1 when something was not. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CALLS = 200, STACK_WORDS = 64, AREA = 4 * 4096, PAGE = 4096, BUFFERS = 10 };

/* Offsets of these are known to the assembly below. Registers in the order of their encoding. */
struct regs {
	uint64_t gpr[16];    /* 0 */
	uint64_t flags;      /* 128 */
	uint32_t mxcsr;      /* 136 */
	uint16_t fcw, fsw;   /* 140, 142 */
	uint8_t xmm[16][16]; /* 144 */
};

/* Shared with the assembly below. */
#define SHARED __attribute__((visibility("hidden")))
extern SHARED struct regs test_in, test_out;
extern SHARED uint64_t test_stack_in[STACK_WORDS], test_stack_out[STACK_WORDS], test_popped;
extern SHARED void (*test_function)(void);
struct regs test_in, test_out;
uint64_t test_stack_in[STACK_WORDS], test_stack_out[STACK_WORDS], test_popped;
void (*test_function)(void);

static uint64_t state;
static const char *name;
static unsigned call, failures;
static uint8_t *areas;
static int second; /* the same call once more, with other poison */
static uint8_t before[BUFFERS * (AREA + PAGE)], after[BUFFERS * (AREA + PAGE)], result[16];

/* void call_function(void): from `test_in' and `test_stack_in' to `test_out' and
 * `test_stack_out'; `test_popped' is what the function left of its stack pointer. All data is
 * addressed relative to rip. */
void call_function(void);
__asm__(".intel_syntax noprefix\n"
	"	.local saved_sp, saved_di\n"
	"	.comm saved_sp, 8, 8\n"
	"	.comm saved_di, 8, 8\n"
	"	.text\n"
	"	.globl call_function\n"
	"call_function:\n"
	"	push rbx\n	push rbp\n	push r12\n	push r13\n	push r14\n	"
	"push r15\n"
	"	mov [rip + saved_sp], rsp\n"
	"	sub rsp, 4096\n"
	"	and rsp, -64\n"
	"	lea rsi, [rip + test_stack_in]\n"
	"	mov rdi, rsp\n"
	"	mov ecx, 64\n"
	"	cld\n"
	"	rep movsq\n"
	"	lea rdi, [rip + test_in]\n"
	"	ldmxcsr [rdi + 136]\n"
	"	fldcw [rdi + 140]\n"
	"	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
	"	movups xmm\\n, [rdi + 144 + 16 * \\n]\n"
	"	.endr\n"
	"	push qword ptr [rdi + 128]\n"
	"	popfq\n"
	"	mov rax, [rdi]\n	mov rcx, [rdi + 8]\n	mov rdx, [rdi + 16]\n"
	"	mov rbx, [rdi + 24]\n	mov rbp, [rdi + 40]\n	mov rsi, [rdi + 48]\n"
	"	mov r8, [rdi + 64]\n	mov r9, [rdi + 72]\n	mov r10, [rdi + 80]\n"
	"	mov r11, [rdi + 88]\n	mov r12, [rdi + 96]\n	mov r13, [rdi + 104]\n"
	"	mov r14, [rdi + 112]\n	mov r15, [rdi + 120]\n	mov rdi, [rdi + 56]\n"
	"	call [rip + test_function]\n"
	"	mov [rip + saved_di], rdi\n"
	"	lea rdi, [rip + test_out]\n"
	"	mov [rdi], rax\n	mov [rdi + 8], rcx\n	mov [rdi + 16], rdx\n"
	"	mov [rdi + 24], rbx\n	mov [rdi + 32], rsp\n	mov [rdi + 40], rbp\n"
	"	mov [rdi + 48], rsi\n	mov [rdi + 64], r8\n	mov [rdi + 72], r9\n"
	"	mov [rdi + 80], r10\n	mov [rdi + 88], r11\n	mov [rdi + 96], r12\n"
	"	mov [rdi + 104], r13\n	mov [rdi + 112], r14\n	mov [rdi + 120], r15\n"
	"	mov rax, [rip + saved_di]\n"
	"	mov [rdi + 56], rax\n"
	"	mov rbx, rsp\n"
	"	mov rsp, [rip + saved_sp]\n"
	"	pushfq\n"
	"	pop qword ptr [rdi + 128]\n"
	"	cld\n"
	"	stmxcsr [rdi + 136]\n"
	"	fnstcw [rdi + 140]\n"
	"	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
	"	movups [rdi + 144 + 16 * \\n], xmm\\n\n"
	"	.endr\n"
	"	lea rsi, [rsp - 4096]\n"
	"	and rsi, -64\n"
	"	sub rbx, rsi\n"
	"	mov [rip + test_popped], rbx\n"
	"	lea rdi, [rip + test_stack_out]\n"
	"	mov ecx, 64\n"
	"	rep movsq\n"
	"	fninit\n"
	"	push 0x1f80\n"
	"	ldmxcsr [rsp]\n"
	"	pop rax\n"
	"	pop r15\n	pop r14\n	pop r13\n	pop r12\n	pop rbp\n	"
	"pop rbx\n"
	"	ret\n"
	"	.att_syntax\n");

static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void failed(const char *what, uint64_t want, uint64_t got)
{
	if (failures++ < 20)
		printf("not ok: %s, call %u: %s: expected 0x%llx, got 0x%llx\n", name, call, what,
		       (unsigned long long)want, (unsigned long long)got);
}

/* Any integer: often one at which code is wrong. */
static __attribute__((unused)) uint64_t any(unsigned bits)
{
	uint64_t r = next();

	switch (r & 15) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return ~0ull;
	case 3:
		return 1ull << (bits - 1);
	case 4:
		return (1ull << (bits - 1)) - 1;
	case 5:
	case 6:
		return r >> 8 & 0xff;
	default:
		return next();
	}
}

/* The next value of a range, one after the other. */
static __attribute__((unused)) uint64_t range(uint64_t from, uint64_t to, uint64_t multiple)
{
	uint64_t n = (to - from) / multiple;

	return from + (n >= CALLS ? next() % (n + 1) : call % (n + 1)) * multiple;
}

static __attribute__((unused)) uint64_t one_of(const int64_t *v, unsigned n)
{
	return (uint64_t)v[call % n];
}

/* Memory that ends, or in other calls begins, at a page nobody may touch. */
static __attribute__((unused)) uint64_t buffer(unsigned number, uint64_t bytes, uint64_t align)
{
	uint8_t *p = areas + number * (AREA + PAGE) + PAGE;

	if ((call ^ number) & 1)
		p += (AREA - bytes) & ~(align - 1);
	for (uint64_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)next();
	return (uint64_t)p;
}

static __attribute__((unused)) uint64_t string(unsigned number, uint64_t most)
{
	uint64_t n = call % (most + 1);
	uint8_t *p = areas + number * (AREA + PAGE) + PAGE + AREA - n - 1;

	for (uint64_t i = 0; i < n; i++)
		p[i] = (uint8_t)(1 + next() % 255);
	p[n] = 0;
	return (uint64_t)p;
}

static __attribute__((unused)) uint64_t real(unsigned bytes)
{
	double d = (double)(int64_t)next() / 65536;
	float f = (float)d;
	uint64_t r = next();

	memcpy(&r, bytes == 4 ? (void *)&f : (void *)&d, bytes);
	return r;
}

/* Poison everywhere; then the values go where the convention has them. */
static void prepare(void (*f)(void), const char *called)
{
	test_function = f;
	name = called;
	for (unsigned i = 0; i < 16; i++)
		test_in.gpr[i] = next();
	for (unsigned i = 0; i < sizeof(test_in.xmm); i++)
		test_in.xmm[i / 16][i % 16] = (uint8_t)next();
	for (unsigned i = 0; i < STACK_WORDS; i++)
		test_stack_in[i] = next();
	/* Where the first call has a set flag the second has a clear one. */
	test_in.flags = 2 | (second ? ~test_in.flags & 0x8d5 : next() & 0x8d5);
	for (unsigned i = 0; second && call % 3 && i < 16; i++) {
		test_in.gpr[i] = call % 3 == 1 ? 0 : ~0ull;
		memset(test_in.xmm[i], call % 3 == 1 ? 0 : 0xff, 16);
	}
	test_in.mxcsr = call & 1 ? 0x5f80 : 0x1f80;
	test_in.fcw = call & 1 ? 0xb7f : 0x37f;
}

static void put(void *place, uint64_t value, unsigned bytes)
{
	memcpy(place, &value, bytes);
}

static void check(unsigned gprs, unsigned xmms, unsigned area, unsigned pop)
{
	static const char *const names[] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"
	};

	for (unsigned i = 0; i < 16; i++) {
		if ((gprs >> i & 1) && test_in.gpr[i] != test_out.gpr[i])
			failed(names[i], test_in.gpr[i], test_out.gpr[i]);
		if ((xmms >> i & 1) && memcmp(test_in.xmm[i], test_out.xmm[i], 16))
			failed("a call-preserved xmm register", i, i);
	}
	if (test_popped != pop)
		failed("bytes popped", pop, test_popped);
	for (unsigned i = area / 8; i < STACK_WORDS; i++) {
		if (test_stack_in[i] != test_stack_out[i])
			failed("the caller's frame", test_stack_in[i], test_stack_out[i]);
	}
	if (test_out.flags & 0x400)
		failed("direction flag", 0, 1);
	if ((test_in.mxcsr ^ test_out.mxcsr) & 0xffc0)
		failed("mxcsr", test_in.mxcsr, test_out.mxcsr);
	if (test_in.fcw != test_out.fcw)
		failed("x87 control word", test_in.fcw, test_out.fcw);
}

/* Memory as it is for the first call, and put back for the second. Areas begin behind a page that
 * nobody may touch, and so does each but the first in the copy. */
static __attribute__((unused)) void memory(uint8_t *copy, int put_back)
{
	for (unsigned i = 0; i < BUFFERS; i++) {
		uint8_t *area = areas + i * (AREA + PAGE) + PAGE, *kept = copy + i * (AREA + PAGE);

		memcpy(put_back ? area : kept, put_back ? kept : area, AREA);
	}
}

/* Equal inputs, equal results: what `from' holds, `bytes' of it (0: nothing is returned), and all
 * memory. What a function returns that it never set differs, too. */
static void compare(const void *from, unsigned bytes)
{
	if (!second) {
		memcpy(result, from, bytes);
		memory(after, 0);
		return;
	}
	if (memcmp(result, from, bytes)) {
		uint64_t a = 0, b = 0;

		memcpy(&a, result, bytes < 8 ? bytes : 8);
		memcpy(&b, from, bytes < 8 ? bytes : 8);
		failed("the result depends on what is no input", a, b);
	}
	for (unsigned i = 0; i < BUFFERS; i++) {
		if (memcmp(after + i * (AREA + PAGE), areas + i * (AREA + PAGE) + PAGE, AREA))
			failed("what it writes depends on what is no input", i, i);
	}
}

static void begin(const char *seed)
{
	size_t bytes = BUFFERS * (AREA + PAGE) + PAGE;

	state = seed ? strtoull(seed, NULL, 0) : 1;
	areas = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (areas == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	for (unsigned i = 0; i <= BUFFERS; i++)
		mprotect(areas + i * (AREA + PAGE), PAGE, PROT_NONE);
}

/* What follows is of the functions under test. */
