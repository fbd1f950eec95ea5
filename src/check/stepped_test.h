/* SPDX-License-Identifier: MIT */
/* Shared by tests of unwinding: build a program around a function `target`, step through it
 * instruction by instruction from outside (ptrace), unwind at each. */
#ifndef CLOBBER_CHECK_STEPPED_TEST_H
#define CLOBBER_CHECK_STEPPED_TEST_H

#include "check/unwind.h"
#include "abi/regs.h"
#include "util/folder_test.h"
#include "util/without.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_STEPS = 200000, MAX_FRAMES = 40 };

/* `int3; call target`, with a value in every register that a called function keeps. */
static const char start[] = "	.text\n"
			    "	.globl _start\n"
			    "_start:\n"
			    "#ifdef __x86_64__\n"
			    "	movabs	$0x1b1b2b2b3b3b4b4b, %rbx\n"
			    "	movabs	$0x5c5c6c6c7c7c8c8c, %rbp\n"
			    "	movabs	$0x1212121212121212, %r12\n"
			    "	movabs	$0x1313131313131313, %r13\n"
			    "	movabs	$0x1414141414141414, %r14\n"
			    "	movabs	$0x1515151515151515, %r15\n"
			    "	and	$-16, %rsp\n"
			    "	int3\n"
			    "	call	target\n"
			    "	mov	$60, %eax\n"
			    "	xor	%edi, %edi\n"
			    "	syscall\n"
			    "#else\n"
			    "	mov	$0x1b1b2b2b, %ebx\n"
			    "	mov	$0x5c5c6c6c, %ebp\n"
			    "	mov	$0x7e7e8e8e, %esi\n"
			    "	mov	$0x1d1d2d2d, %edi\n"
			    "	and	$-16, %esp\n"
			    "	int3\n"
			    "	call	target\n"
			    "	mov	$1, %eax\n"
			    "	xor	%ebx, %ebx\n"
			    "	int	$0x80\n"
			    "#endif\n"
			    "	.section .note.GNU-stack,\"\",@progbits\n";

/* ---- building them ---- */

static const char *compiler = "gcc", *family = "gcc";

static bool command(const char *text)
{
	int status = system(text);

	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The program of `source` (suffix "c" or "S") and the start code; NULL if it cannot be built. */
static const char *build(int width, const char *flags, const char *suffix, const char *source)
{
	const char *elf = in_folder("program"), *s = in_folder("start.S");
	const char *c = arena_printf(arena, "%s/source.%s", folder, suffix);

	ck_assert_int_eq(file_write(s, start, strlen(start)), 0);
	ck_assert_int_eq(file_write(c, source, strlen(source)), 0);
	ck_assert(command(arena_printf(
		arena,
		"%s -m%d -ffreestanding -fno-pic -fno-pie -fno-stack-protector -static "
		"-nostdlib -fasynchronous-unwind-tables %s -o %s %s %s",
		compiler, width, flags, elf, c, s)));
	return elf;
}

/* ---- stepping ---- */

struct run {
	pid_t pid;
	int memory;
	unsigned word;
	struct unwinder *u;
	struct unwind_regs entry; /* at the first instruction of target */
	uint64_t back;            /* where it returns to */
	uint64_t steps, frames, bad_steps;
	uint64_t bad_with_bp; /* of these, the ones at which bp is the caller's again */
	uint64_t bad;         /* first instruction at which unwinding is wrong */
	uint64_t bad_last;    /* the last such */
	const char *wrong;    /* how; NULL: everywhere right */
};

static bool read_memory(void *closure, uint64_t address, void *to, unsigned bytes)
{
	struct run *r = closure;

	return pread(r->memory, to, bytes, (off_t)address) == (ssize_t)bytes;
}

static void get_registers(struct run *r, struct unwind_regs *to)
{
	struct user_regs_struct g;

	ck_assert_int_eq(ptrace(PTRACE_GETREGS, r->pid, NULL, &g), 0);
	*to = (struct unwind_regs){
		.pc = g.rip,
		.gpr = { g.rax, g.rcx, g.rdx, g.rbx, g.rsp, g.rbp, g.rsi, g.rdi, g.r8, g.r9, g.r10,
			 g.r11, g.r12, g.r13, g.r14, g.r15 },
		.known = r->word == 8 ? 0xffff : 0xff,
	};
	if (r->word == 4)
		for (int i = 0; i < GPR_COUNT; i++)
			to->gpr[i] = i < GPR_R8 ? (uint32_t)to->gpr[i] : 0;
}

static bool stopped(struct run *r)
{
	int status;

	ck_assert_int_eq(waitpid(r->pid, &status, 0), r->pid);
	return WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
}

/* What is wrong with what was recovered of target's caller, or NULL. */
static const char *compare(struct run *r, const struct unwind_regs *up)
{
	static const uint32_t kept[] = {
		[0] = GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(SI) | GPR_BIT(DI),
		[1] = GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(R12) | GPR_BIT(R13) | GPR_BIT(R14) |
		      GPR_BIT(R15),
	};
	static const char *names[] = {
#define X(id, n64, n32, n16, n8) n16,
		GPRS(X)
#undef X
	};

	if (up->gpr[GPR_SP] != r->entry.gpr[GPR_SP] + r->word)
		return "sp";
	for (int i = 0; i < GPR_COUNT; i++)
		if (kept[r->word == 8] >> i & 1) {
			if (!(up->known >> i & 1))
				return arena_printf(arena, "%s is not known", names[i]);
			if (up->gpr[i] != r->entry.gpr[i])
				return names[i];
		}
	return NULL;
}

/* Unwind from `at` to target's caller. */
static const char *unwind(struct run *r, const struct unwind_regs *at)
{
	struct unwind_regs regs = *at;
	const char *why;

	for (int i = 0; i < MAX_FRAMES; i++) {
		if (!unwind_step(r->u, &regs, i == 0, read_memory, r, &regs, &why))
			return why;
		r->frames++;
		if (regs.pc == r->back)
			return compare(r, &regs);
	}
	return "it never gets to the caller";
}

static void not_run(const char *why)
{
	printf("not-run: unwinding, stepped: %s\n", why);
	exit(0); /* of this test's own process */
}

static void start_program(struct run *r, const char *elf)
{
	if (r->word == 4 && without(WITHOUT_IA32))
		not_run(without(WITHOUT_IA32));
	r->pid = fork();
	ck_assert_int_ge(r->pid, 0);
	if (r->pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execl(elf, elf, (char *)NULL);
		_exit(errno == ENOEXEC ? 126 : 127);
	}
	if (!stopped(r))
		not_run(arena_printf(arena, "no %u-bit processes here", r->word * 8));
	r->memory = open(arena_printf(arena, "/proc/%d/mem", r->pid), O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(r->memory, 0);
	/* To the int3, and over the call. */
	ck_assert_int_eq(ptrace(PTRACE_CONT, r->pid, NULL, NULL), 0);
	ck_assert(stopped(r));
	ck_assert_int_eq(ptrace(PTRACE_SINGLESTEP, r->pid, NULL, NULL), 0);
	ck_assert(stopped(r));
	get_registers(r, &r->entry);
	ck_assert(read_memory(r, r->entry.gpr[GPR_SP], &r->back, r->word));
}

/* Step through target and unwind at every instruction. */
static struct run trace(const char *elf, int width)
{
	struct run r = { .word = (unsigned)width / 8 };
	const char *error;
	struct unwind_regs at;

	r.u = unwind_open(arena, elf, &error);
	ck_assert_msg(r.u != NULL, "%s", error);
	start_program(&r, elf);
	for (at = r.entry; at.pc != r.back; get_registers(&r, &at)) {
		const char *wrong = unwind(&r, &at);

		if (wrong) {
			r.bad_last = at.pc;
			r.bad_steps++;
			r.bad_with_bp += at.gpr[GPR_BP] == r.entry.gpr[GPR_BP];
			if (!r.wrong) {
				r.wrong = wrong;
				r.bad = at.pc;
			}
		}
		ck_assert_uint_lt(r.steps++, MAX_STEPS);
		ck_assert_int_eq(ptrace(PTRACE_SINGLESTEP, r.pid, NULL, NULL), 0);
		ck_assert(stopped(&r));
	}
	ck_assert_int_eq(ptrace(PTRACE_KILL, r.pid, NULL, NULL), 0);
	waitpid(r.pid, NULL, 0);
	close(r.memory);
	unwind_close(r.u);
	return r;
}

#endif
