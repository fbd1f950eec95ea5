/* SPDX-License-Identifier: MIT */
/* The payload as a Linux process: `payload FIRST COUNT DIRECTIONS SEED KEY`, results in the memory
 * file that the host passes as descriptor 3. It runs COUNT cases (0: all) from position FIRST on.
 * Traps, wild jumps and endless loops in code under test come here as signals and are charged to
 * the call under way. Once set up the process can do nothing but return from signals and exit
 * (seccomp). No libc: Linux's own system call interface. */
#include "payload/runtime.h"

/* Kernel interface: bpf(2), seccomp(2), and the numbers of linux/audit.h; written out because the
 * kernel's headers for -m32 need packages that nothing else here needs. */
struct sock_filter {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};
struct sock_fprog {
	unsigned short len;
	const struct sock_filter *filter;
};
enum { BPF_LOAD = 0x20, BPF_JEQ = 0x15, BPF_RET = 0x06 };
enum { RET_TRAP = 0x00030000, RET_ALLOW = 0x7fff0000, SET_MODE_FILTER = 1 };
enum { DATA_NUMBER = 0, DATA_ARCH = 4 };

long syscall6(long number, long a, long b, long c, long d, long e, long f);
void signal_return(void);
void native_main(long *stack) __attribute__((noreturn));

#ifdef __x86_64__
enum {
	NR_MMAP = 9,
	NR_MREMAP = 25,
	NR_MPROTECT = 10,
	NR_SIGACTION = 13,
	NR_SIGRETURN = 15,
	NR_SETITIMER = 38,
	NR_LSEEK = 8,
	NR_EXIT = 231,
	NR_PRCTL = 157,
	NR_SECCOMP = 317,
	NR_SIGALTSTACK = 131
};
enum { NR_ARCH_PRCTL = 158, UC_SP = 160, UC_IP = 168, UC_FLAGS = 176 };
static const uint8_t uc_gpr[] = { 144, 152, 136, 128, 160, 120, 112, 104,
				  40,  48,  56,  64,  72,  80,  88,  96 };
#define ARCH 0xc000003eu
#else
enum {
	NR_MMAP = 192, /* mmap2 */
	NR_MREMAP = 163,
	NR_MPROTECT = 125,
	NR_SIGACTION = 174,
	NR_SIGRETURN = 173,
	NR_SETITIMER = 104,
	NR_LSEEK = 19,
	NR_EXIT = 252,
	NR_PRCTL = 172,
	NR_SECCOMP = 354,
	NR_SIGALTSTACK = 186,
	NR_SET_THREAD_AREA = 243
};
enum { UC_SP = 48, UC_IP = 76, UC_FLAGS = 84 };
static const uint8_t uc_gpr[] = { 64, 60, 56, 52, 48, 44, 40, 36 };
#define ARCH 0x40000003u
#endif

enum {
	SIG_ILL = 4,
	SIG_TRAP = 5,
	SIG_BUS = 7,
	SIG_FPE = 8,
	SIG_SEGV = 11,
	SIG_PROF = 27,
	SIG_SYS = 31,
	SA_FLAGS =
		0x4 | 0x04000000 | 0x08000000 | 0x40000000, /* SIGINFO RESTORER ONSTACK NODEFER */
	TICK_US = 100000, /* of processor time, so that a busy machine times nothing out */
	RESULT_FD = 3,
	EXIT_SETUP = 125
};

struct sigaction_kernel {
	void (*handler)(int, void *, void *);
	unsigned long flags;
	void (*restorer)(void);
	uint8_t mask[8];
};

struct stack_kernel {
	void *sp;
	int flags;
	unsigned long size;
};

static uint8_t signal_stack[32 * 1024] __attribute__((aligned(64)));

static long sys(long number, long a, long b, long c)
{
	return syscall6(number, a, b, c, 0, 0, 0);
}

static void quit(int status) __attribute__((noreturn));
static void quit(int status)
{
	for (;;)
		sys(NR_EXIT, status, 0, 0);
}

static int fault_of(int signal)
{
	switch (signal) {
	case SIG_ILL:
		return CL_FAULT_ILL;
	case SIG_FPE:
		return CL_FAULT_FPE;
	case SIG_TRAP:
		return CL_FAULT_TRAP;
	case SIG_BUS:
		return CL_FAULT_BUS;
	case SIG_SYS:
		return CL_FAULT_SYS;
	case SIG_PROF:
		return CL_FAULT_TIMEOUT;
	default:
		return CL_FAULT_SEGV;
	}
}

/* Does what runs provide for this fault? Then it goes on. */
static bool provided_for(cl_word *ip, cl_word *flags)
{
	return place_emulate(ip, flags) || payload_trap(ip, flags);
}

cl_word cl_break_gpr[16];

static bool is_break(const uint8_t *context, cl_word *ip, cl_word *flags)
{
	for (unsigned i = 0; i < sizeof(uc_gpr); i++)
		cl_break_gpr[i] = *(const cl_word *)(context + uc_gpr[i]);
	return payload_break(ip, flags);
}

static void on_signal(int signal, void *info, void *context)
{
	cl_word *ip = (cl_word *)((uint8_t *)context + UC_IP);
	cl_word *flags = (cl_word *)((uint8_t *)context + UC_FLAGS);
	int sender = ((const int *)info)[2]; /* si_code: above 0 from the kernel, for a reason */

	/* Another process sent it: no fault of the code that runs. Those of system calls are sent
	 * by what watches an emulator (src/place/qemu_user.c). */
	if (signal != SIG_PROF && signal != SIG_SYS && sender <= 0)
		return;
	if (signal == SIG_PROF) {
		if (!place_late())
			return;
	} else if (signal == SIG_TRAP && code_under_test_runs() && is_break(context, ip, flags)) {
		return;
	} else if ((signal == SIG_ILL || signal == SIG_SEGV) && provided_for(ip, flags)) {
		return;
	} else if (!code_under_test_runs()) {
		quit(EXIT_SETUP); /* the runtime itself is broken: nothing it says counts */
	}
	cl_fault_kind = fault_of(signal);
	cl_fault_ip = *ip;
	cl_fault_sp = *(cl_word *)((uint8_t *)context + UC_SP);
	cl_fault_address = *(cl_word *)((uint8_t *)info + (sizeof(long) == 8 ? 16 : 12));
	if (signal == SIG_PROF)
		cl_fault_address = 0;
	cl_abort(CL_FAULTED);
}

static void catch_signals(void)
{
	static const int signals[] = { SIG_ILL,  SIG_TRAP, SIG_BUS, SIG_FPE,
				       SIG_SEGV, SIG_PROF, SIG_SYS };
	struct stack_kernel s = { signal_stack, 0, sizeof(signal_stack) };
	struct sigaction_kernel act = { on_signal, SA_FLAGS, signal_return, { 0 } };
	long timer[4] = { 0, TICK_US, 0, TICK_US };

	if (sys(NR_SIGALTSTACK, (long)&s, 0, 0) < 0)
		quit(EXIT_SETUP);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (syscall6(NR_SIGACTION, signals[i], (long)&act, 0, 8, 0, 0) < 0)
			quit(EXIT_SETUP);
	}
	sys(NR_SETITIMER, 2 /* ITIMER_PROF */, (long)timer, 0);
}

/* From here on: sigreturn and exit, of this architecture, anything else is a SIGSYS. A kernel
 * without seccomp leaves the process unconfined but correct. */
static void confine(void)
{
	static const struct sock_filter code[] = {
		{ BPF_LOAD, 0, 0, DATA_ARCH },   { BPF_JEQ, 0, 3, ARCH },
		{ BPF_LOAD, 0, 0, DATA_NUMBER }, { BPF_JEQ, 2, 0, NR_SIGRETURN },
		{ BPF_JEQ, 1, 0, NR_EXIT },      { BPF_RET, 0, 0, RET_TRAP },
		{ BPF_RET, 0, 0, RET_ALLOW },
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	syscall6(NR_PRCTL, 38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0, 0);
	sys(NR_SECCOMP, SET_MODE_FILTER, 0, (long)&program);
}

static uint64_t number(const char *s)
{
	uint64_t n = 0;

	for (; s && *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	return n;
}

/* Code under test finds no key here. */
static void wipe(char *s)
{
	while (*s)
		*s++ = 0;
}

static struct cl_header *map_results(void)
{
	long size = sys(NR_LSEEK, RESULT_FD, 0, 2 /* SEEK_END */);
	long at;

	if (size < (long)sizeof(struct cl_header))
		quit(EXIT_SETUP);
	at = syscall6(NR_MMAP, 0, size, 3 /* read, write */, 1 /* shared */, RESULT_FD, 0);
	if (at < 0 && at > -4096)
		quit(EXIT_SETUP);
	return (struct cl_header *)at;
}

/* Areas of buffers so far apart that an address computed from one does not reach another; at the
 * same addresses in every run. Without the memory they stay where they are. */
static void map_areas(void)
{
	enum {
		NONE = 0,
		READ_WRITE = 3,
		PRIVATE_ANONYMOUS = 0x22 | 0x4000 | 0x100000, /* NORESERVE, FIXED_NOREPLACE */
	};
	const cl_word stride = sizeof(cl_word) == 8 ? 64 << 20 : 4 << 20;
	const cl_word at = sizeof(cl_word) == 8 ? (cl_word)(0x1000000000ull) : 0x20000000;
	long r = syscall6(NR_MMAP, (long)at, (long)(stride * (CL_AREAS + 1)), NONE,
			  PRIVATE_ANONYMOUS, -1, 0);

	if (r != (long)at)
		return;
	for (unsigned i = 0; i < CL_AREAS; i++) {
		if (sys(NR_MPROTECT, (long)(at + stride / 2 + i * stride), CL_BUFFER, READ_WRITE))
			return;
	}
	cl_far_areas = (uint8_t *)at + stride / 2;
	cl_far_stride = stride;
}

/* Code under test a second time, where it can be written; where it runs it cannot. Its pages become
 * shared ones with the same bytes. Without that cl_code_alias stays 0. */
static void map_code_twice(void)
{
	enum { ALL = 7, READ_RUN = 5, READ_WRITE = 3, SHARED_ANONYMOUS = 0x21, MOVE_THERE = 3 };
	cl_word from = payload_code() & ~(cl_word)(CL_PAGE - 1);
	long bytes = (long)((cl_word)cl_rodata - from);
	long copy = syscall6(NR_MMAP, 0, bytes, ALL, SHARED_ANONYMOUS, -1, 0);

	if (copy < 0 && copy > -4096)
		return;
	__builtin_memcpy((void *)copy, (const void *)from, (size_t)bytes);
	if (syscall6(NR_MREMAP, copy, 0, bytes, MOVE_THERE, (long)from, 0) != (long)from)
		return;
	sys(NR_MPROTECT, (long)from, bytes, READ_RUN);
	/* But for what holds code and data together. */
	if (payload_mixed() < (cl_word)cl_rodata)
		sys(NR_MPROTECT, (long)payload_mixed(),
		    (long)((cl_word)cl_rodata - payload_mixed()), ALL);
	sys(NR_MPROTECT, copy, bytes, READ_WRITE);
	cl_code_alias = (cl_word)copy - from;
}

/* fs or gs to where the thread's data is: arch_prctl(2), set_thread_area(2). */
static void set_thread_pointer(cl_word at)
{
#ifdef __x86_64__
	enum { ARCH_SET_FS = 0x1002 };

	sys(NR_ARCH_PRCTL, ARCH_SET_FS, (long)at, 0);
#else
	/* struct user_desc: any entry, all memory, 32 bit, limit in pages, usable. */
	enum { ALL = 0xfffff, SEGMENT = 1 | 1 << 4 | 1 << 6 };
	uint32_t descriptor[4] = { 0xffffffff, at, ALL, SEGMENT };

	if (!sys(NR_SET_THREAD_AREA, (long)descriptor, 0, 0))
		__asm__ volatile("mov %w0, %%gs" : : "r"(descriptor[0] * 8 + 3));
#endif
}

void native_main(long *stack)
{
	char **argv = (char **)(stack + 1);
	struct cl_header *h;

	if (stack[0] != 6)
		quit(EXIT_SETUP);
	h = map_results();
	for (unsigned i = 0; place_guard(i); i++)
		sys(NR_MPROTECT, (long)place_guard(i), CL_PAGE, 0);
	if (payload_guard(0)) {
		map_areas();
		map_code_twice();
		set_thread_pointer(payload_thread());
	}
	catch_signals();
	place_begin(h, number(argv[4]), number(argv[5]));
	wipe(argv[5]);
	cl_case_limit = (uint32_t)number(argv[2]);
	sys(NR_LSEEK, RESULT_FD, CL_STARTED, 0 /* SEEK_SET */);
	confine();
	payload_run(h, (uint32_t)number(argv[1]), (unsigned)number(argv[3]), h->seed);
	place_end(h);
	quit(0);
}
