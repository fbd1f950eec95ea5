/* SPDX-License-Identifier: MIT */
/* A test of hand-written assembly, written by `clobber check --emit-test`. It needs nothing but a C
 * compiler for x86 Linux and the object: cc -o test THIS.c OBJECT.o && ./test [SEED]; or, with
 * no C library (of 32 bits there is often none): cc -m32 -ffreestanding -nostdlib -static -o ...
 *
 * Each function is called many times with random values, every register poisoned; what its
 * calling convention preserves must be as it was. Each call is made twice, with equal inputs and
 * other poison, and must have the same result. Exit status 1 when something was not. */
#include <stddef.h>
#include <stdint.h>

typedef uintptr_t word;
enum {
	WORD = sizeof(word),
	GPRS = WORD == 8 ? 16 : 8,
	CALLS = 200,
	STACK_WORDS = 64,
	AREA = 4 * 4096,
	PAGE = 4096,
	BUFFERS = 10,
	MOST_CALLED = 64, /* calls that a function makes, of which is known with what */
	MOST_VALUE = 256
};

#if __STDC_HOSTED__
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void say(const char *text)
{
	fputs(text, stdout);
	fflush(stdout);
}

static uint8_t *pages(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return p;
}

static void forbid(void *p, size_t bytes)
{
	mprotect(p, bytes, PROT_NONE);
}
#else
/* Without a C library: Linux's system calls, and what compilers call by themselves. */
static long kernel(long n, word a, word b, word c)
{
	long r;

#ifdef __x86_64__
	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "0"(n), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
#else
	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c) : "memory");
#endif
	return r;
}
enum {
	K_WRITE = WORD == 8 ? 1 : 4,
	K_MPROTECT = WORD == 8 ? 10 : 125,
	K_EXIT = WORD == 8 ? 60 : 1
};

void *memcpy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
	return to;
}

void *memset(void *to, int c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile uint8_t *)to)[i] = (uint8_t)c;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (((const uint8_t *)a)[i] != ((const uint8_t *)b)[i])
			return 1;
	}
	return 0;
}

static void say(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	kernel(K_WRITE, 1, (word)text, n);
}

static uint8_t *pages(size_t bytes)
{
	static uint8_t memory[(BUFFERS + 1) * (AREA + PAGE)] __attribute__((aligned(PAGE)));

	return bytes <= sizeof(memory) ? memory : NULL;
}

static void forbid(void *p, size_t bytes)
{
	kernel(K_MPROTECT, (word)p, bytes, 0);
}

int main(int argc, char **argv);
void start_test(void);
void start_test(void)
{
	char *argv[] = { NULL };

	kernel(K_EXIT, (word)main(0, argv), 0, 0);
}
#ifdef __x86_64__
__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tandq $-16, %rsp\n\tcall start_test\n");
#else
__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tandl $-16, %esp\n\tcall start_test\n");
#endif
#endif

/* Offsets of these are known to the assembly below. Registers in the order of their encoding. */
struct regs {
	word gpr[GPRS];        /* 0 */
	word flags;            /* 128; 32 */
	uint32_t mxcsr;        /* 136; 36 */
	uint16_t fcw, fsw;     /* 140, 142; 40, 42 */
	uint8_t xmm[GPRS][16]; /* 144; 44 */
	uint8_t x87[108];      /* 400; 172: as FNSAVE leaves it */
};

/* Shared with the assembly below. */
#define SHARED __attribute__((visibility("hidden")))
extern SHARED struct regs test_in, test_out;
extern SHARED word test_stack_in[STACK_WORDS], test_stack_out[STACK_WORDS], test_popped;
extern SHARED void (*test_function)(void);
struct regs test_in, test_out;
word test_stack_in[STACK_WORDS], test_stack_out[STACK_WORDS], test_popped;
void (*test_function)(void);

static uint64_t state;
static const char *name;
static unsigned call, failures;
static uint8_t *areas;
static int second; /* the same call once more, with other poison */
static uint8_t before[BUFFERS * (AREA + PAGE)], after[BUFFERS * (AREA + PAGE)];
static uint8_t result[MOST_VALUE], value[MOST_VALUE]; /* of the first call; of this one */
static uint8_t returned[MOST_VALUE] __attribute__((aligned(64))); /* memory for a result */

/* void call_function(void): from `test_in' and `test_stack_in' to `test_out' and
 * `test_stack_out'; `test_popped' is what the function left of its stack pointer. All data is
 * addressed relative to rip. */
void call_function(void);
#ifdef __x86_64__
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
	"	fnsave [rdi + 400]\n"
	"	lea rsi, [rsp - 4096]\n"
	"	and rsi, -64\n"
	"	sub rbx, rsi\n"
	"	mov [rip + test_popped], rbx\n"
	"	lea rdi, [rip + test_stack_out]\n"
	"	mov ecx, 64\n"
	"	rep movsq\n"
	"	push 0x1f80\n"
	"	ldmxcsr [rsp]\n"
	"	pop rax\n"
	"	pop r15\n	pop r14\n	pop r13\n	pop r12\n	pop rbp\n	"
	"pop rbx\n"
	"	ret\n"
	"	.att_syntax\n");
#else
__asm__(".intel_syntax noprefix\n"
	"	.local saved_sp\n"
	"	.comm saved_sp, 4, 4\n"
	"	.text\n"
	"	.globl call_function\n"
	"call_function:\n"
	"	push ebx\n	push ebp\n	push esi\n	push edi\n"
	"	mov [saved_sp], esp\n"
	"	sub esp, 4096\n"
	"	and esp, -64\n"
	"	lea esi, [test_stack_in]\n"
	"	mov edi, esp\n"
	"	mov ecx, 64\n"
	"	cld\n"
	"	rep movsd\n"
	"	lea edi, [test_in]\n"
	"	ldmxcsr [edi + 36]\n"
	"	fldcw [edi + 40]\n"
	"	.irp n, 0, 1, 2, 3, 4, 5, 6, 7\n"
	"	movups xmm\\n, [edi + 44 + 16 * \\n]\n"
	"	.endr\n"
	"	push dword ptr [edi + 32]\n"
	"	popfd\n"
	"	mov eax, [edi]\n	mov ecx, [edi + 4]\n	mov edx, [edi + 8]\n"
	"	mov ebx, [edi + 12]\n	mov ebp, [edi + 20]\n	mov esi, [edi + 24]\n"
	"	mov edi, [edi + 28]\n"
	"	.att_syntax\n"
	"	call *test_function\n" /* clang takes [test_function] for the address itself */
	"	.intel_syntax noprefix\n"
	"	mov [test_out + 28], edi\n"
	"	lea edi, [test_out]\n"
	"	mov [edi], eax\n	mov [edi + 4], ecx\n	mov [edi + 8], edx\n"
	"	mov [edi + 12], ebx\n	mov [edi + 16], esp\n	mov [edi + 20], ebp\n"
	"	mov [edi + 24], esi\n"
	"	mov ebx, esp\n"
	"	mov esp, [saved_sp]\n"
	"	pushfd\n"
	"	pop dword ptr [edi + 32]\n"
	"	cld\n"
	"	stmxcsr [edi + 36]\n"
	"	fnstcw [edi + 40]\n"
	"	.irp n, 0, 1, 2, 3, 4, 5, 6, 7\n"
	"	movups [edi + 44 + 16 * \\n], xmm\\n\n"
	"	.endr\n"
	"	fnsave [edi + 172]\n"
	"	lea esi, [esp - 4096]\n"
	"	and esi, -64\n"
	"	sub ebx, esi\n"
	"	mov [test_popped], ebx\n"
	"	lea edi, [test_stack_out]\n"
	"	mov ecx, 64\n"
	"	rep movsd\n"
	"	push 0x1f80\n"
	"	ldmxcsr [esp]\n"
	"	pop eax\n"
	"	pop edi\n	pop esi\n	pop ebp\n	pop ebx\n"
	"	ret\n"
	"	.att_syntax\n");
#endif

static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* a / b and the rest; at 32 bit compilers have none of 64 bits without their library. */
static uint64_t divided(uint64_t a, uint64_t b, uint64_t *rest)
{
	uint64_t q = 0;
	unsigned n = 0;

	while (b << n <= a >> 1 && n < 63)
		n++;
	for (n++; n-- > 0;) {
		if (a >= b << n) {
			a -= b << n;
			q |= 1ull << n;
		}
	}
	*rest = a;
	return q;
}

static __attribute__((unused)) uint64_t rest_of(uint64_t a, uint64_t b)
{
	uint64_t rest;

	divided(a, b, &rest);
	return rest;
}

static void say_number(uint64_t n, unsigned base)
{
	char text[32], *s = text + sizeof(text) - 1;
	uint64_t digit;

	*s = 0;
	do {
		n = divided(n, base, &digit);
		*--s = "0123456789abcdef"[digit];
	} while (n);
	if (base == 16) {
		*--s = 'x';
		*--s = '0';
	}
	say(s);
}

static void failed(const char *what, uint64_t want, uint64_t got)
{
	if (failures++ >= 20)
		return;
	say("not ok: ");
	say(name);
	say(", call ");
	say_number(call, 10);
	say(": ");
	say(what);
	say(": expected ");
	say_number(want, 16);
	say(", got ");
	say_number(got, 16);
	say("\n");
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
	uint64_t rest, n = divided(to - from, multiple, &rest);

	return from + (n >= CALLS ? rest_of(next() >> 1, n + 1) : rest_of(call, n + 1)) * multiple;
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
		p += (AREA - (word)bytes) & ~((word)align - 1);
	for (word i = 0; i < bytes; i++)
		p[i] = (uint8_t)next();
	return (word)p;
}

static __attribute__((unused)) uint64_t string(unsigned number, uint64_t most)
{
	word n = (word)rest_of(call, most + 1);
	uint8_t *p = areas + number * (AREA + PAGE) + PAGE + AREA - n - 1;

	for (word i = 0; i < n; i++)
		p[i] = (uint8_t)(1 + rest_of(next(), 255));
	p[n] = 0;
	return (word)p;
}

static __attribute__((unused)) uint64_t real(unsigned bytes)
{
	double d = (double)(int64_t)next() / 65536;
	float f = (float)d;
	uint64_t r = next();

	memcpy(&r, bytes == 4 ? (void *)&f : (void *)&d, bytes);
	return r;
}

/* Functions that are called by those under test: each notes what it was called with, destroys what
 * it may, and returns what is the same in both calls. */
struct probe {
	const char *name;
	unsigned kept_gpr, kept_xmm, align, result, bytes, nplaces;
	struct place {
		unsigned kind, at, bytes; /* of an argument, or a part of one */
	} place[26];
};
enum { IN_GPR, IN_XMM, ON_STACK, NOWHERE };
extern const struct probe probes[];
/* As the assembly below leaves it on the stack. */
struct frame {
	word gpr[GPRS], flags, wrapper, number, back, stack[];
};
struct called {
	word number;
	uint64_t value[26];
} called[2][MOST_CALLED];
static unsigned ncalled, nfirst;

SHARED __attribute__((used)) void probe_called(struct frame *f, uint8_t *fx)
{
	const struct probe *p = &probes[f->number];
	struct called *c = &called[second][ncalled < MOST_CALLED ? ncalled : MOST_CALLED - 1];
	const struct called *first = &called[0][c - called[second]];
	uint64_t answer;
	const void *from;

	c->number = f->number;
	if ((word)f->stack % p->align)
		failed("alignment of the stack at its call", 0, (word)f->stack % p->align);
	if (f->flags & 0x400)
		failed("direction flag at its call", 0, 1);
	for (unsigned i = 0; i < p->nplaces; i++) {
		const struct place *l = &p->place[i];

		from = l->kind == ON_STACK ? (uint8_t *)f->stack + l->at
		       : l->kind == IN_XMM ? fx + 160 + 16 * l->at
					   : (uint8_t *)&f->gpr[l->at];
		c->value[i] = 0;
		memcpy(&c->value[i], from, l->bytes);
		if (second && (c->number != first->number || c->value[i] != first->value[i]))
			failed("an argument of its call depends on what is no input",
			       first->value[i], c->value[i]);
	}
	answer = (call * 64 + ncalled++ + 1) * 0x9e3779b97f4a7c15ull;
	answer ^= answer >> 31;
	if (p->bytes == 0)
		answer &= 1; /* a _Bool */
	for (unsigned i = 0; i < GPRS; i++) {
		if (!(p->kept_gpr >> i & 1) && i != 4)
			f->gpr[i] = (word)next();
		for (unsigned k = 0; k < 16 && !(p->kept_xmm >> i & 1); k++)
			fx[160 + 16 * i + k] = (uint8_t)next();
	}
	f->flags = (f->flags & ~(word)0xcd5) | (next() & 0x8d5);
	if (p->result == IN_GPR)
		memcpy(&f->gpr[0], &answer, p->bytes ? p->bytes : 1);
	if (p->result == IN_GPR && WORD == 4 && p->bytes == 8)
		f->gpr[2] = (word)(answer >> 32);
	if (p->result == IN_XMM)
		memcpy(fx + 160, &answer, p->bytes);
}

#ifdef __x86_64__
__asm__(".intel_syntax noprefix\n"
	"	.text\n"
	"	.globl probe_common\n"
	"	.hidden probe_common\n"
	"probe_common:\n"
	"	pushfq\n"
	"	push r15\n	push r14\n	push r13\n	push r12\n	push r11\n	push r10\n"
	"	push r9\n	push r8\n	push rdi\n	push rsi\n	push rbp\n	push rsp\n"
	"	push rbx\n	push rdx\n	push rcx\n	push rax\n"
	"	mov rdi, rsp\n"
	"	mov rbp, rsp\n"
	"	cld\n"
	"	sub rsp, 512\n"
	"	and rsp, -64\n"
	"	fxsave [rsp]\n"
	"	mov rsi, rsp\n"
	"	call probe_called\n"
	"	fxrstor [rsp]\n"
	"	mov rsp, rbp\n"
	"	pop rax\n	pop rcx\n	pop rdx\n	pop rbx\n	lea rsp, [rsp + 8]\n	pop rbp\n"
	"	pop rsi\n	pop rdi\n	pop r8\n	pop r9\n	pop r10\n	pop r11\n	pop r12\n"
	"	pop r13\n	pop r14\n	pop r15\n"
	"	popfq\n"
	"	ret\n"
	"	.att_syntax\n");
#define PROBE(label, number, pops)                                         \
	__asm__(".text\n\t.globl " label "\n" label ":\n\tpushq $" #number \
		"\n\tcall probe_common\n\tleaq 8(%rsp), %rsp\n\tret $" #pops "\n")
#else
__asm__(".intel_syntax noprefix\n"
	"	.text\n"
	"	.globl probe_common\n"
	"	.hidden probe_common\n"
	"probe_common:\n"
	"	pushfd\n"
	"	push edi\n	push esi\n	push ebp\n	push esp\n"
	"	push ebx\n	push edx\n	push ecx\n	push eax\n"
	"	mov edi, esp\n"
	"	mov ebp, esp\n"
	"	cld\n"
	"	sub esp, 512\n"
	"	and esp, -64\n"
	"	fxsave [esp]\n"
	"	mov esi, esp\n"
	"	sub esp, 16\n"
	"	mov [esp], edi\n"
	"	mov [esp + 4], esi\n"
	"	call probe_called\n"
	"	add esp, 16\n"
	"	fxrstor [esp]\n"
	"	mov esp, ebp\n"
	"	pop eax\n	pop ecx\n	pop edx\n	pop ebx\n	lea esp, [esp + 4]\n	pop ebp\n"
	"	pop esi\n	pop edi\n"
	"	popfd\n"
	"	ret\n"
	"	.att_syntax\n");
#define PROBE(label, number, pops)                                         \
	__asm__(".text\n\t.globl " label "\n" label ":\n\tpushl $" #number \
		"\n\tcall probe_common\n\tleal 4(%esp), %esp\n\tret $" #pops "\n")
#endif

/* The call that is due was of this one, with these values in its places (`which': how many of them
 * are said). */
static __attribute__((unused)) void expect_call(unsigned at, unsigned number)
{
	if (at >= ncalled || called[second][at].number != number)
		failed("it does not call, in this order:", number,
		       at < ncalled ? called[second][at].number : ~(word)0);
}

static __attribute__((unused)) void expect_value(unsigned at, unsigned place, uint64_t want,
						 unsigned bytes)
{
	uint64_t got = at < ncalled ? called[second][at].value[place] : want;

	if (bytes < 8)
		want &= (1ull << 8 * bytes) - 1;
	if (want != got)
		failed("an argument of its call", want, got);
}

static __attribute__((unused)) void expect_calls(unsigned n)
{
	if (ncalled != n)
		failed("calls that it makes", n, ncalled);
}

/* Poison everywhere; then the values go where the convention has them. */
static void prepare(void (*f)(void), const char *called)
{
	test_function = f;
	name = called;
	for (unsigned i = 0; i < GPRS; i++)
		test_in.gpr[i] = (word)next();
	for (unsigned i = 0; i < sizeof(test_in.xmm); i++)
		test_in.xmm[i / 16][i % 16] = (uint8_t)next();
	for (unsigned i = 0; i < STACK_WORDS; i++)
		test_stack_in[i] = (word)next();
	for (unsigned i = 0; i < sizeof(returned); i++)
		returned[i] = second ? (uint8_t)~returned[i] : (uint8_t)next();
	memset(value, 0, sizeof(value));
	ncalled = 0;
	/* Where the first call has a set flag the second has a clear one. */
	test_in.flags = 2 | (second ? ~test_in.flags & 0x8d5 : next() & 0x8d5);
	for (unsigned i = 0; second && call % 3 && i < GPRS; i++) {
		test_in.gpr[i] = call % 3 == 1 ? 0 : ~(word)0;
		memset(test_in.xmm[i], call % 3 == 1 ? 0 : 0xff, 16);
	}
	test_in.mxcsr = call & 1 ? 0x5f80 : 0x1f80;
	test_in.fcw = call & 1 ? 0xb7f : 0x37f;
}

static void put(void *place, uint64_t value, unsigned bytes)
{
	memcpy(place, &value, bytes);
}

/* What a convention preserves, after a call; `x87' registers hold a result, or any may be in use.
 */
static void check(unsigned gprs, unsigned xmms, unsigned area, unsigned pop, int x87)
{
	static const char *const names[2][16] = {
		{ "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi" },
		{ "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11",
		  "r12", "r13", "r14", "r15" }
	};
	uint16_t tags = (uint16_t)(test_out.x87[8] | test_out.x87[9] << 8);
	int used = 0;

	for (unsigned i = 0; i < GPRS; i++) {
		if ((gprs >> i & 1) && test_in.gpr[i] != test_out.gpr[i])
			failed(names[WORD == 8][i], test_in.gpr[i], test_out.gpr[i]);
		if ((xmms >> i & 1) && memcmp(test_in.xmm[i], test_out.xmm[i], 16))
			failed("a call-preserved xmm register", i, i);
		used += i < 8 && (tags >> 2 * i & 3) != 3;
	}
	if (test_popped != pop)
		failed("bytes popped", pop, test_popped);
	for (unsigned i = area / WORD; i < STACK_WORDS; i++) {
		if (test_stack_in[i] != test_stack_out[i])
			failed("the caller's frame", test_stack_in[i], test_stack_out[i]);
	}
	if (test_out.flags & 0x400)
		failed("direction flag", 0, 1);
	if ((test_in.mxcsr ^ test_out.mxcsr) & 0xffc0)
		failed("mxcsr", test_in.mxcsr, test_out.mxcsr);
	if (test_in.fcw != test_out.fcw)
		failed("x87 control word", test_in.fcw, test_out.fcw);
	if (x87 >= 0 && used != x87)
		failed("x87 registers in use", (unsigned)x87, (unsigned)used);
	if (second && ncalled != nfirst)
		failed("calls that it makes depend on what is no input", nfirst, ncalled);
	if (!second)
		nfirst = ncalled;
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

/* A piece of the result, from where the convention has it. */
static __attribute__((unused)) void take(unsigned off, const void *from, unsigned bytes)
{
	memcpy(value + off, from, bytes);
}

/* Equal inputs, equal results: so many bytes of them (0: nothing is returned) as far as `mask' has
 * them (NULL: all), and all memory. What a function returns that it never set differs, too. */
static void compare(const uint8_t *mask, unsigned bytes)
{
	for (unsigned i = 0; mask && i < bytes; i++)
		value[i] &= mask[i];
	if (!second) {
		memcpy(result, value, bytes);
		memory(after, 0);
		return;
	}
	if (memcmp(result, value, bytes)) {
		uint64_t a = 0, b = 0;

		memcpy(&a, result, bytes < 8 ? bytes : 8);
		memcpy(&b, value, bytes < 8 ? bytes : 8);
		failed("the result depends on what is no input", a, b);
	}
	for (unsigned i = 0; i < BUFFERS; i++) {
		if (memcmp(after + i * (AREA + PAGE), areas + i * (AREA + PAGE) + PAGE, AREA))
			failed("what it writes depends on what is no input", i, i);
	}
}

/* A result in memory: the pointer to it comes back. */
static __attribute__((unused)) void compare_memory(const uint8_t *mask, unsigned bytes)
{
	if (test_out.gpr[0] != (word)returned)
		failed("the pointer to the result", (word)returned, test_out.gpr[0]);
	take(0, returned, bytes);
	compare(mask, bytes);
}

static uint64_t number_of(const char *s)
{
	uint64_t n = 0;

	for (; s && *s >= '0' && *s <= '9'; s++)
		n = 10 * n + (uint64_t)(*s - '0');
	return s ? n : 1;
}

static void begin(const char *seed)
{
	state = number_of(seed);
	areas = pages(BUFFERS * (AREA + PAGE) + PAGE);
	for (unsigned i = 0; i <= BUFFERS; i++)
		forbid(areas + i * (AREA + PAGE), PAGE);
}

static int finish(unsigned functions)
{
	say(failures ? "not ok: " : "ok: ");
	say_number(functions, 10);
	say(functions == 1 ? " function, " : " functions, ");
	say_number(CALLS, 10);
	say(" calls each\n");
	return failures != 0;
}

/* What follows is of the functions under test. */
