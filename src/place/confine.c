/* SPDX-License-Identifier: MIT */
#include "place/confine.h"

#include "util/util.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* name, number at 64 bit, number at 32 bit (arch/x86/entry/syscalls of Linux): what
 * src/payload/native.c needs. execve is how the payload starts; behind it there is no descriptor to
 * read a program from, and what it executes has this same filter. */
#define SET_UP(X)                    \
	X(execve, 59, 11)            \
	X(lseek, 8, 19)              \
	X(mmap, 9, 192)              \
	X(mprotect, 10, 125)         \
	X(mremap, 25, 163)           \
	X(rt_sigaction, 13, 174)     \
	X(rt_sigreturn, 15, 173)     \
	X(setitimer, 38, 104)        \
	X(sigaltstack, 131, 186)     \
	X(prctl, 157, 172)           \
	X(arch_prctl, 158, 384)      \
	X(set_thread_area, 205, 243) \
	X(seccomp, 317, 354)         \
	X(exit_group, 231, 252)

static const uint32_t allowed[2][16] = {
#define X(name, wide, narrow) wide,
	{ SET_UP(X) },
#undef X
#define X(name, wide, narrow) narrow,
	{ SET_UP(X) },
#undef X
};
#define X(name, wide, narrow) +1
enum { CALLS = 0 SET_UP(X) };
#undef X
_Static_assert(CALLS <= ARRAY_SIZE(allowed[0]), "the table holds every call");

enum { FIRST_HANDLE = 4 }; /* descriptor 3 is for results */

static struct sock_filter statement(uint16_t code, uint32_t k)
{
	return (struct sock_filter){ .code = code, .k = k };
}

static struct sock_filter jump_if(uint32_t equal, size_t yes, size_t no)
{
	return (struct sock_filter){
		.code = BPF_JMP | BPF_JEQ | BPF_K, .jt = (uint8_t)yes, .jf = (uint8_t)no, .k = equal
	};
}

/* By architecture, then by number. All allowed calls jump to the last statement, all others fall,
 * or jump, to the one before. */
static size_t write_filter(struct sock_filter *code)
{
	static const uint32_t arch[2] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386 };
	/* What one architecture takes: is it that one? Load the number; compare; none of them. */
	enum { BLOCK = 1 + 1 + CALLS + 1, ALLOW = 1 + 2 * BLOCK + 1 };
	size_t n = 0;

	code[n++] = statement(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	for (int narrow = 0; narrow < 2; narrow++) {
		/* Else to the next one, the architecture still loaded. */
		code[n++] = jump_if(arch[narrow], 0, BLOCK - 1);
		code[n++] = statement(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
		for (size_t i = 0; i < CALLS; i++, n++)
			code[n] = jump_if(allowed[narrow][i], ALLOW - n - 1, 0);
		code[n++] = statement(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
	}
	code[n++] = statement(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
	code[n++] = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return n;
}

static bool set_filter(void)
{
	struct sock_filter code[64];
	struct sock_fprog program = { .filter = code };

	program.len = (unsigned short)write_filter(code);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

bool confine_payload(void)
{
	const char *asked = getenv("CLOBBER_UNCONFINED");

	for (int fd = FIRST_HANDLE; syscall(SYS_close_range, fd, ~0u, 0) < 0 && fd < 1024; fd++)
		close(fd);
	return set_filter() || (asked && !strcmp(asked, "1"));
}
