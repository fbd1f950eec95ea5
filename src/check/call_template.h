/* SPDX-License-Identifier: MIT */
/* Written by `clobber check --emit-header': wrap a call of hand-written assembly in a test that
 * exists, and what its convention (System V, x86-64) promises the caller is checked. C by gcc or
 *clang, x86-64, not Windows; nothing else is needed.
 *
 *	int r = CLOBBER_CALL(sum, v, n);	// is sum(v, n), checked
 *	return clobber_failures != 0;
 *
 * Before the call everything that is not an argument is poison: rbx, rbp, r10 to r15, xmm8 to
 *xmm15, rax but for al, the status flags, the stack below. After it these must be as they were:
 *rbx, rbp, r12 to r15, the stack pointer, DF (clear), the control bits of mxcsr, the x87 control
 *word, and no x87 or mmx register may be in use but for the result. CLOBBER_CALL_MMX is for
 *functions whose callers issue EMMS, which the test then has to do before the next call.
 *
 * Each failure is printed, and counted in clobber_failures. Calls may nest (callbacks); one thread
 * at a time. What takes or returns by other conventions (ms_abi) is not to be wrapped. */
#ifndef CLOBBER_CALL_H
#define CLOBBER_CALL_H

#if !defined(__x86_64__) || defined(_WIN32) || defined(__ILP32__)
#error "CLOBBER_CALL: x86-64, System V only"
#endif

#include <stdint.h>
#include <stdio.h>

/* Offsets of these are known to the assembly below: 128 bytes each. */
struct clobber_frame {
	uint64_t kept[6];         /* 0: rbx rbp r12 r13 r14 r15 of the caller */
	uint64_t back, sp;        /* 48, 56: where it returns to, and its stack pointer there */
	void (*function)(void);   /* 64 */
	uint32_t mxcsr, fcw;      /* 72, 76: of the caller */
	uint64_t left_in_use;     /* 80: may x87 registers be, afterwards? */
	uint64_t poison;          /* 88 */
	const char *name, *where; /* 96, 104 */
	uint64_t modes;           /* 112: mxcsr, fcw of this call */
	uint64_t unused;
};
enum { CLOBBER_DEPTH = 16 };

#define CLOBBER_SHARED __attribute__((weak, used, visibility("hidden")))
/* The frame of the innermost call; what the function left, in the same order, then sp, flags,
 * mxcsr, fcw, x87 tags. */
CLOBBER_SHARED struct clobber_frame clobber_frames[CLOBBER_DEPTH + 1];
CLOBBER_SHARED struct clobber_frame *clobber_top = clobber_frames;
CLOBBER_SHARED uint64_t clobber_left[11];
CLOBBER_SHARED unsigned clobber_failures, clobber_calls;

static void clobber_failed(const struct clobber_frame *t, const char *what, uint64_t want,
			   uint64_t got)
{
	clobber_failures++;
	fprintf(stderr, "%s: %s: %s: expected 0x%llx, got 0x%llx\n", t->where, t->name, what,
		(unsigned long long)want, (unsigned long long)got);
}

/* Called by the assembly when something is not as it should be: what? */
CLOBBER_SHARED void clobber_compare(void);
CLOBBER_SHARED void clobber_compare(void)
{
	static const char *const names[] = { "rbx", "rbp", "r12", "r13", "r14", "r15" };
	const struct clobber_frame *t = clobber_top;
	const uint64_t *left = clobber_left;

	for (unsigned i = 0; i < 6; i++) {
		if (left[i] != t->poison + i)
			clobber_failed(t, names[i], t->poison + i, left[i]);
	}
	if (left[6] != t->sp)
		clobber_failed(t, "rsp", t->sp, left[6]);
	if (left[7] & 0x400)
		clobber_failed(t, "direction flag", 0, 1);
	if ((left[8] ^ t->modes) & 0xffc0)
		clobber_failed(t, "mxcsr", (uint32_t)t->modes & 0xffc0, left[8] & 0xffc0);
	if (left[9] != t->modes >> 32)
		clobber_failed(t, "x87 control word", t->modes >> 32, left[9]);
	if (left[10] & ~t->left_in_use)
		clobber_failed(t, "x87 or mmx registers in use", t->left_in_use, left[10]);
}

/* Stands in for the function: arguments are where they were, on the stack, too. */
void clobber_call(void) __attribute__((visibility("hidden")));
__asm__(".intel_syntax noprefix\n"
	"	.text\n"
	"	.weak clobber_call\n"
	"	.hidden clobber_call\n"
	"	.type clobber_call, @function\n"
	"clobber_call:\n"
	"	mov r11, [rip + clobber_top]\n"
	"	sub r11, 128\n"
	"	mov [r11], rbx\n	mov [r11 + 8], rbp\n	mov [r11 + 16], r12\n"
	"	mov [r11 + 24], r13\n	mov [r11 + 32], r14\n	mov [r11 + 40], r15\n"
	"	pop qword ptr [r11 + 48]\n"
	"	mov [r11 + 56], rsp\n"
	"	stmxcsr [r11 + 72]\n"
	"	fnstcw [r11 + 76]\n"
	"	stmxcsr [r11 + 112]\n"
	"	fnstcw [r11 + 116]\n"
	"	mov rbx, [r11 + 88]\n"
	/* The stack below, the return address's place excepted. */
	"	mov r10d, 64\n"
	"1:	neg r10\n"
	"	mov [rsp + r10 * 8 - 8], rbx\n"
	"	neg r10\n"
	"	dec r10d\n"
	"	jnz 1b\n"
	"	.irp n, 8, 9, 10, 11, 12, 13, 14, 15\n"
	"	movq xmm\\n, rbx\n"
	"	pshufd xmm\\n, xmm\\n, 0x1b\n"
	"	.endr\n"
	/* rax is poison but for al, which counts vector registers of a variadic call. */
	"	movzx r10d, al\n"
	"	mov rax, rbx\n"
	"	mov al, r10b\n"
	"	lea rbp, [rbx + 1]\n	lea r12, [rbx + 2]\n	lea r13, [rbx + 3]\n"
	"	lea r14, [rbx + 4]\n	lea r15, [rbx + 5]\n"
	"	lea r10, [rbx + 6]\n"
	"	push rbx\n"
	"	and qword ptr [rsp], 0x8d5\n"
	"	or qword ptr [rsp], 0x202\n"
	"	popfq\n"
	"	push qword ptr [r11 + 64]\n"
	"	mov r11, rbx\n"
	"	pop qword ptr [rsp - 16]\n"
	"	call [rsp - 16]\n"
	/* r11, r10, rcx, rsi, rdi, r8, r9 and the flags are free now; rsp may be wrong. */
	"	mov r11, [rip + clobber_top]\n"
	"	sub r11, 128\n"
	"	mov [rip + clobber_top], r11\n"
	"	lea r10, [rip + clobber_left]\n"
	"	mov [r10], rbx\n	mov [r10 + 8], rbp\n	mov [r10 + 16], r12\n"
	"	mov [r10 + 24], r13\n	mov [r10 + 32], r14\n	mov [r10 + 40], r15\n"
	"	mov [r10 + 48], rsp\n"
	"	mov rsp, [r11 + 56]\n"
	"	pushfq\n"
	"	pop qword ptr [r10 + 56]\n"
	"	cld\n"
	"	mov qword ptr [r10 + 64], 0\n"
	"	mov qword ptr [r10 + 72], 0\n"
	"	stmxcsr [r10 + 64]\n"
	"	fnstcw [r10 + 72]\n"
	"	lea rcx, [rsp - 640]\n"
	"	and rcx, -64\n"
	"	fxsave64 [rcx]\n"
	"	movzx esi, byte ptr [rcx + 4]\n"
	"	mov [r10 + 80], rsi\n"
	/* Anything wrong? */
	"	not qword ptr [r11 + 80]\n"
	"	and rsi, [r11 + 80]\n"
	"	not qword ptr [r11 + 80]\n"
	"	mov rdi, [r11 + 88]\n"
	"	sub rbx, rdi\n	or rsi, rbx\n"
	"	sub rbp, rdi\n	dec rbp\n	or rsi, rbp\n"
	"	sub r12, rdi\n	sub r12, 2\n	or rsi, r12\n"
	"	sub r13, rdi\n	sub r13, 3\n	or rsi, r13\n"
	"	sub r14, rdi\n	sub r14, 4\n	or rsi, r14\n"
	"	sub r15, rdi\n	sub r15, 5\n	or rsi, r15\n"
	"	mov rdi, [r10 + 48]\n	xor rdi, rsp\n	or rsi, rdi\n"
	"	mov rdi, [r10 + 56]\n	and edi, 0x400\n	or rsi, rdi\n"
	"	mov edi, [r10 + 64]\n	xor edi, [r11 + 112]\n	and edi, 0xffc0\n	or rsi, rdi\n"
	"	mov edi, [r10 + 72]\n	xor edi, [r11 + 116]\n	or rsi, rdi\n"
	"	ldmxcsr [r11 + 72]\n"
	"	fldcw [r11 + 76]\n"
	"	test rsi, rsi\n"
	"	jz 2f\n"
	"	mov rbx, rsp\n"
	"	mov rbp, rcx\n"
	"	mov r12, rax\n	mov r13, rdx\n	mov r14, r11\n"
	"	lea rsp, [rcx - 64]\n"
	"	fninit\n"
	"	call clobber_compare\n"
	"	mov rcx, rbp\n"
	/* Registers that hold a result, an x87 one too unless it was in nobody's way. */
	"	mov r11, r14\n"
	"	fxrstor64 [rcx]\n"
	"	ldmxcsr [r11 + 72]\n"
	"	fldcw [r11 + 76]\n"
	"	cmp qword ptr [r11 + 80], 0\n"
	"	jne 3f\n"
	"	emms\n"
	"3:	mov rsp, rbx\n"
	"	mov rax, r12\n	mov rdx, r13\n"
	"2:	mov rbx, [r11]\n	mov rbp, [r11 + 8]\n	mov r12, [r11 + 16]\n"
	"	mov r13, [r11 + 24]\n	mov r14, [r11 + 32]\n	mov r15, [r11 + 40]\n"
	"	jmp [r11 + 48]\n"
	"	.size clobber_call, . - clobber_call\n"
	"	.att_syntax\n");

static inline void (*clobber_before(void (*f)(void), const char *name, const char *where,
				    int in_use))(void)
{
	struct clobber_frame *t = clobber_top;

	if (t == clobber_frames + CLOBBER_DEPTH) {
		fprintf(stderr, "%s: %s: calls are nested too deeply to be checked\n", where, name);
		__builtin_trap();
	}
	t->function = f;
	t->name = name;
	t->where = where;
	t->left_in_use = (uint64_t)in_use;
	t->poison = 0x9e3779b97f4a7c15ull * ++clobber_calls;
	t->modes = 0;
	clobber_top = t + 1;
	return clobber_call;
}

#define CLOBBER_TEXT_(x) #x
#define CLOBBER_TEXT(x)  CLOBBER_TEXT_(x)
#define CLOBBER_CHECKED(in_use, f, ...)                                         \
	((__typeof__(&*(f)))clobber_before((void (*)(void))(f), #f,             \
					   __FILE__ ":" CLOBBER_TEXT(__LINE__), \
					   in_use))(__VA_ARGS__)
/* A long double comes back in st0, a complex one in st0 and st1. */
#define CLOBBER_ST(f, ...)                                                                         \
	(__builtin_types_compatible_p(__typeof__((f)(__VA_ARGS__)), long double)            ? 0x80 \
	 : __builtin_types_compatible_p(__typeof__((f)(__VA_ARGS__)), _Complex long double) ? 0xc0 \
											    : 0)
#define CLOBBER_CALL(f, ...) \
	CLOBBER_CHECKED(CLOBBER_ST(f __VA_OPT__(, ) __VA_ARGS__), f __VA_OPT__(, ) __VA_ARGS__)
#define CLOBBER_CALL_MMX(f, ...) CLOBBER_CHECKED(0xff, f __VA_OPT__(, ) __VA_ARGS__)

#endif
