/* SPDX-License-Identifier: MIT */
/* Does this kernel run 32-bit processes? Asked by running one: the smallest ELF that exits. */
#include "place/place.h"
#include "util/process.h"
#include "util/without.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* exit(42) through int 0x80, as a static 32-bit ELF: gABI chapter 4, "ELF Header". */
static const unsigned char elf32[] = {
	0x7f, 'E',  'L',  'F',  1,    1, 1,  0, 0,    0,    0,    0,
	0,    0,    0,    0,                                         /* e_ident */
	2,    0,    3,    0,    1,    0, 0,  0,                      /* ET_EXEC, EM_386 */
	0x54, 0x80, 0x04, 0x08,                                      /* entry */
	52,   0,    0,    0,    0,    0, 0,  0, 0,    0,    0,    0, /* program headers at 52 */
	52,   0,    32,   0,    1,    0, 40, 0, 0,    0,    0,    0, /* sizes and counts */
	1,    0,    0,    0,    0,    0, 0,  0, 0x00, 0x80, 0x04, 0x08,
	0x00, 0x80, 0x04, 0x08, /* PT_LOAD */
	0x60, 0,    0,    0,    0x60, 0, 0,  0, 5,    0,    0,    0,
	0,    0x10, 0,    0,       /* 0x60 bytes, R+X */
	0xb8, 1,    0,    0,    0, /* mov eax, 1 (exit) */
	0xbb, 42,   0,    0,    0, /* mov ebx, 42 */
	0xcd, 0x80,                /* int 0x80 */
};

static const char *lacks(enum isa isa)
{
	if (isa >= ISA_AVX && without(WITHOUT_AVX))
		return without(WITHOUT_AVX);
	if (isa >= ISA_AVX512F && without(WITHOUT_AVX512))
		return without(WITHOUT_AVX512);
	if (isa >= ISA_AVX && !__builtin_cpu_supports("avx"))
		return "this CPU has no AVX";
	if (isa >= ISA_AVX512F && !__builtin_cpu_supports("avx512f"))
		return "this CPU has no AVX-512";
	return NULL;
}

/* Its wait status; -1: it cannot be started. */
static int run_file(int fd)
{
	char *const none[] = { NULL };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		fexecve(fd, none, none);
		_exit(1);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return pid > 0 ? status : -1;
}

const char *native_why_not(enum width w, enum isa isa)
{
	static const char *const refused =
		"this kernel does not run 32-bit processes (IA32_EMULATION)";
	unsigned char file[0x60] = { 0 };
	int fd, status;

	if (lacks(isa))
		return lacks(isa);
	if (w == W64)
		return NULL;
	if (without(WITHOUT_IA32))
		return without(WITHOUT_IA32);
	memcpy(file, elf32, sizeof(elf32));
	fd = memfd_create("clobber-probe", MFD_CLOEXEC);
	if (fd < 0 || write(fd, file, sizeof(file)) != (ssize_t)sizeof(file)) {
		if (fd >= 0)
			close(fd);
		return "cannot make a memory file to probe 32-bit execution";
	}
	/* One that was killed says nothing of the kernel. */
	for (int tries = 0; tries < 5; tries++) {
		status = run_file(fd);
		if (!ended_by_others(status))
			break;
	}
	close(fd);
	if (status < 0)
		return "cannot start a process to probe 32-bit execution";
	return WIFEXITED(status) && WEXITSTATUS(status) == 42 ? NULL : refused;
}
