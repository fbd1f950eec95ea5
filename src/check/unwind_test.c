/* SPDX-License-Identifier: MIT */
/* Tests of the unwinder: programs that are stepped instruction by instruction, and unwound at each.
 * Code of gcc and clang unwinds everywhere; a directive that is missing is seen at the
 * instruction where it is. */
#include "check/unwind.h"
#include "abi/regs.h"
#include "util/folder_test.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_STEPS = 200000, MAX_FRAMES = 40 };

/* ---- programs ---- */

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

/* Frames of many shapes: arguments on the stack, all registers in use, a frame of unknown size, an
 * aligned one, calls through pointers, recursion, structures by value. */
static const char compiled[] =
	"typedef unsigned long ul;\n"
	"struct big { ul w[9]; };\n"
	"static volatile ul sink;\n"
	"#define FAR __attribute__((noinline))\n"
	"void *memcpy(void *to, const void *from, ul n) {\n"
	"	for (ul i = 0; i < n; i++) ((volatile char *)to)[i] = ((const char *)from)[i];\n"
	"	return to;\n"
	"}\n"
	"FAR ul many(ul a, ul b, ul c, ul d, ul e, ul f, ul g, ul h) {\n"
	"	ul p = a * b + c, q = c ^ d, r = e - f, s = g + h * p, t = a + q, u = b + r;\n"
	"	for (int i = 0; i < 3; i++) {\n"
	"		p = p * q + r; q = q ^ s; r = r + t; s = s - u; t = t * 3 + p; u = u ^ q;\n"
	"		sink = p;\n"
	"	}\n"
	"	return p + q + r + s + t + u;\n"
	"}\n"
	"FAR ul by_value(struct big b, int n) { return b.w[n % 9] + b.w[8]; }\n"
	"FAR ul recurse(int n) { return n ? recurse(n - 1) * 3 + sink : 1; }\n"
	"FAR ul unknown(int n) {\n"
	"	volatile unsigned char room[n];\n"
	"	for (int i = 0; i < n; i++) room[i] = i;\n"
	"	return room[n / 2] + many(n, 1, 2, 3, 4, 5, 6, 7);\n"
	"}\n"
	"#ifdef ALIGNED\n"
	"FAR ul aligned(int n) {\n"
	"	volatile unsigned char room[64] __attribute__((aligned(64)));\n"
	"	room[n] = n;\n"
	"	return room[n] + recurse(n);\n"
	"}\n"
	"FAR ul both(int n) {\n"
	"	volatile unsigned char room[64] __attribute__((aligned(64)));\n"
	"	volatile unsigned char more[n];\n"
	"	room[n] = n; more[0] = 1;\n"
	"	return room[n] + more[0] + recurse(n);\n"
	"}\n"
	"#else\n"
	"#define aligned recurse\n"
	"#define both recurse\n"
	"#endif\n"
	"FAR ul early(int n) { if (n & 1) return n; return many(n, n, n, n, n, n, n, n) + 1; }\n"
	"ul (*volatile pointer)(int) = early;\n"
	"void target(void) {\n"
	"	struct big b = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 } };\n"
	"	b.w[0] = many(1, 2, 3, 4, 5, 6, 7, 8);\n"
	"	sink = by_value(b, 4) + recurse(4) + unknown(19) + aligned(3) + both(5);\n"
	"	sink = pointer(4) + pointer(5);\n"
	"}\n";

/* Assembly, at both widths, with registers named as the preprocessor is told. */
static const char registers[] = "#ifdef __x86_64__\n"
				"#define BX %rbx\n"
				"#define BP %rbp\n"
				"#define SP %rsp\n"
				"#define R12 %r12\n"
				"#define W 8\n"
				"#define N_BX 3\n"
				"#define N_BP 6\n"
				"#define N_SP 7\n"
				"#else\n"
				"#define BX %ebx\n"
				"#define BP %ebp\n"
				"#define SP %esp\n"
				"#define W 4\n"
				"#define N_BX 3\n"
				"#define N_BP 5\n"
				"#define N_SP 4\n"
				"#endif\n"
				"	.text\n"
				"	.globl target\n"
				"target:\n";
static const char note[] = "	.section .note.GNU-stack,\"\",@progbits\n";

/* ---- building them ---- */

static bool command(const char *text)
{
	int status = system(text);

	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void need(const char *compiler)
{
	if (!command(arena_printf(arena, "command -v %s >/dev/null", compiler))) {
		printf("not-run: %s absent\n", compiler);
		exit(0); /* of this test's own process */
	}
}

/* The program of `source` (suffix "c" or "S") and the start code; NULL if it cannot be built. */
static const char *build(const char *compiler, int width, const char *flags, const char *suffix,
			 const char *source)
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

static void start_program(struct run *r, const char *elf)
{
	r->pid = fork();
	ck_assert_int_ge(r->pid, 0);
	if (r->pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execl(elf, elf, (char *)NULL);
		_exit(errno == ENOEXEC ? 126 : 127);
	}
	if (!stopped(r)) {
		printf("not-run: no %u-bit processes here\n", r->word * 8);
		exit(0);
	}
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

/* ---- compilers ---- */

static const char *const ways[] = {
	"-O0",
	"-O1 -Wl,--eh-frame-hdr",
	"-O2 -fomit-frame-pointer",
	"-O2 -fno-omit-frame-pointer -Wl,--no-eh-frame-hdr",
	"-Os",
};

static struct run compiled_by(const char *compiler, int width, const char *flags)
{
	need(compiler);
	return trace(build(compiler, width, flags, "c", compiled), width);
}

static void unwinds(const char *compiler, int width, const char *flags)
{
	struct run r = compiled_by(compiler, width, flags);

	ck_assert_msg(!r.wrong, "%s -m%d %s: at 0x%" PRIx64 ": %s", compiler, width, flags, r.bad,
		      r.wrong);
	ck_assert_uint_gt(r.steps, 300);
	ck_assert_uint_gt(r.frames, r.steps * 3 / 2);
}

START_TEST(gcc_64)
{
	unwinds("gcc", 64, ways[_i]);
}
END_TEST

START_TEST(gcc_32)
{
	unwinds("gcc", 32, ways[_i]);
}
END_TEST

START_TEST(clang_64)
{
	unwinds("clang", 64, ways[_i]);
}
END_TEST

START_TEST(clang_32)
{
	unwinds("clang", 32, ways[_i]);
}
END_TEST

/* Functions that align their stack more than their caller does. */
START_TEST(aligned_frames)
{
	unwinds("gcc", 32, "-O2 -DALIGNED");
	unwinds("gcc", 32, "-O2 -DALIGNED -mstackrealign");
	unwinds("clang", 32, "-O2 -DALIGNED");
	unwinds("clang", 64, "-O2 -DALIGNED");
	unwinds("clang", 64, "-O2 -DALIGNED -mstackrealign");
}
END_TEST

/* gcc 12 at 64 bit: in the epilogue of such a function rbp is popped, and its information still
 * says that rbp is where rbp points (github.com/gperftools/gperftools/issues/1225 has the code).
 * Expressions are evaluated, so this is seen; everywhere else they lead to the caller. */
START_TEST(aligned_frames_of_gcc_64)
{
	struct run r = compiled_by("gcc", 64, "-O2 -DALIGNED");

	if (!r.wrong)
		return; /* a gcc that has mended it */
	ck_assert_msg(strstr(r.wrong, "no memory") != NULL, "%s", r.wrong);
	ck_assert_uint_gt(r.bad_steps, 0);
	ck_assert_uint_eq(r.bad_with_bp, r.bad_steps);
}
END_TEST

/* ---- assembly, right and wrong ---- */

struct lines {
	const char *name, *text;
	const char *wrong;   /* what is wrong; NULL: nothing */
	unsigned from, upto; /* the first and last instructions that are, as offsets at 64 bit */
	unsigned from32, upto32;
};

#define PUSHED                         \
	"	push	BX\n"                   \
	"	.cfi_adjust_cfa_offset W\n"  \
	"	.cfi_rel_offset N_BX, 0\n"   \
	"	xor	%ebx, %ebx\n"            \
	"	pop	BX\n"                    \
	"	.cfi_adjust_cfa_offset -W\n" \
	"	.cfi_restore N_BX\n"         \
	"	ret\n"                       \
	"	.cfi_endproc\n"

/* What is taken for the return address is no code. */
#define LOST "there is no call frame information for it"

/* push and pop of bx are one byte each, xor of ebx two. */
static const struct lines assembly[] = {
	{ "right", "	.cfi_startproc\n" PUSHED, NULL, 0, 0, 0, 0 },
	{ "right, in .debug_frame", "	.cfi_sections .debug_frame\n	.cfi_startproc\n" PUSHED,
	  NULL, 0, 0, 0, 0 },
	{ "missing .cfi_adjust_cfa_offset",
	  "	.cfi_startproc\n"
	  "	push	BX\n"
	  "	xor	%ebx, %ebx\n"
	  "	pop	BX\n"
	  "	ret\n"
	  "	.cfi_endproc\n",
	  LOST, 1, 3, 1, 3 },
	{ "missing .cfi_adjust_cfa_offset after the pop",
	  "	.cfi_startproc\n"
	  "	push	BX\n"
	  "	.cfi_adjust_cfa_offset W\n"
	  "	.cfi_rel_offset N_BX, 0\n"
	  "	xor	%ebx, %ebx\n"
	  "	pop	BX\n"
	  "	.cfi_restore N_BX\n"
	  "	ret\n"
	  "	.cfi_endproc\n",
	  LOST, 4, 4, 4, 4 },
	{ "missing .cfi_rel_offset",
	  "	.cfi_startproc\n"
	  "	push	BX\n"
	  "	.cfi_adjust_cfa_offset W\n"
	  "	xor	%ebx, %ebx\n"
	  "	pop	BX\n"
	  "	.cfi_adjust_cfa_offset -W\n"
	  "	ret\n"
	  "	.cfi_endproc\n",
	  "bx", 3, 3, 3, 3 },
	{ "a wrong slot",
	  "	.cfi_startproc\n"
	  "	push	BX\n"
	  "	.cfi_adjust_cfa_offset W\n"
	  "	.cfi_rel_offset N_BX, W\n"
	  "	xor	%ebx, %ebx\n"
	  "	pop	BX\n"
	  "	.cfi_adjust_cfa_offset -W\n"
	  "	.cfi_restore N_BX\n"
	  "	ret\n"
	  "	.cfi_endproc\n",
	  "bx", 1, 3, 1, 3 },
	{ "said to be lost",
	  "	.cfi_startproc\n"
	  "	.cfi_undefined N_BP\n"
	  "	ret\n"
	  "	.cfi_endproc\n",
	  "bp is not known", 0, 0, 0, 0 },
	{ "an expression",
	  "	.cfi_startproc\n"
	  "	push	BP\n"
	  "	.cfi_escape 0x0f, 4, 0x70 + N_SP, 0, 0x23, 2 * W\n"         /* sp + 2W */
	  "	.cfi_escape 0x16, N_BP, 5, 0x70 + N_SP, 0, 0x06, 0x23, 0\n" /* *sp + 0 */
	  "	xor	%ebp, %ebp\n"
	  "	pop	BP\n"
	  "	.cfi_def_cfa N_SP, W\n"
	  "	.cfi_restore N_BP\n"
	  "	ret\n"
	  "	.cfi_endproc\n",
	  NULL, 0, 0, 0, 0 },
	{ "an expression that loads from nowhere",
	  "	.cfi_startproc\n"
	  "	.cfi_escape 0x16, N_BX, 2, 0x31, 0x06\n" /* *1 */
	  "	ret\n"
	  "	.cfi_endproc\n",
	  "its expression loads from where there is no memory", 0, 0, 0, 0 },
	{ "an expression that takes too much",
	  "	.cfi_startproc\n"
	  "	.cfi_escape 0x0f, 1, 0x22\n" /* plus */
	  "	ret\n"
	  "	.cfi_endproc\n",
	  "its expression takes more from the stack than is there", 0, 0, 0, 0 },
	{ "an operation for debuggers",
	  "	.cfi_startproc\n"
	  "	.cfi_escape 0x0f, 1, 0x97\n" /* push_object_address */
	  "	ret\n"
	  "	.cfi_endproc\n",
	  "its expression has operation 0x97, which is not evaluated", 0, 0, 0, 0 },
	{ "no information", "	ret\n", "there is no call frame information for it", 0, 0, 0, 0 },
};

static void check_assembly(int width, const struct lines *l)
{
	const char *text = arena_printf(arena, "%s%s%s", registers, l->text, note);
	struct run r;

	need("gcc");
	r = trace(build("gcc", width, "", "S", text), width);
	if (!l->wrong) {
		ck_assert_msg(!r.wrong, "%s, %d bit: at target+%" PRIu64 ": %s", l->name, width,
			      r.bad - r.entry.pc, r.wrong);
		return;
	}
	ck_assert_msg(r.wrong != NULL, "%s, %d bit: not seen", l->name, width);
	ck_assert_msg(strcmp(r.wrong, l->wrong) == 0, "%s, %d bit: %s", l->name, width, r.wrong);
	ck_assert_uint_eq(r.bad - r.entry.pc, width == 64 ? l->from : l->from32);
	ck_assert_uint_eq(r.bad_last - r.entry.pc, width == 64 ? l->upto : l->upto32);
}

START_TEST(assembly_64)
{
	check_assembly(64, &assembly[_i]);
}
END_TEST

START_TEST(assembly_32)
{
	check_assembly(32, &assembly[_i]);
}
END_TEST

/* ---- files ---- */

START_TEST(refused)
{
	const char *error = NULL, *path = in_folder("file");

	ck_assert_ptr_null(unwind_open(arena, path, &error));
	ck_assert_str_eq(error, arena_printf(arena, "%s: No such file or directory", path));
	ck_assert_int_eq(file_write(path, "x", 1), 0);
	ck_assert_ptr_null(unwind_open(arena, path, &error));
	ck_assert_str_eq(error, arena_printf(arena, "%s: not an ELF file, or a damaged one", path));
	need("gcc");
	ck_assert(
		command(arena_printf(arena, "echo 'void f(void) {}' | gcc -x c -c -o %s -", path)));
	ck_assert_ptr_null(unwind_open(arena, path, &error));
	ck_assert_str_eq(error,
			 arena_printf(arena,
				      "%s: an object that is not linked: its addresses are not "
				      "known yet",
				      path));
}
END_TEST

/* A damaged entry does not pass for one that is not there. */
START_TEST(damaged)
{
	const char *text =
		arena_printf(arena, "%s	.cfi_startproc\n%s%s", registers, PUSHED, note);
	const char *error = NULL, *elf;
	char *bytes;
	size_t n, at = 0;

	need("gcc");
	elf = build("gcc", 64, "", "S", text);
	/* The identifier and version of its only CIE, and the augmentation "zR". */
	bytes = file_read(elf, &n);
	for (size_t i = 4; i + 8 < n; i++)
		if (memcmp(bytes + i, "\0\0\0\0\1zR\0", 8) == 0)
			at = i;
	ck_assert_uint_gt(at, 0);
	memset(bytes + at - 4, 0x7f, 4); /* its length */
	ck_assert_int_eq(file_write(elf, bytes, n), 0);
	free(bytes);
	ck_assert_ptr_null(unwind_open(arena, elf, &error));
	ck_assert_ptr_nonnull(strstr(error, "its .eh_frame is damaged: "));
}
END_TEST

START_TEST(covers)
{
	const char *text =
		arena_printf(arena, "%s	.cfi_startproc\n%s%s", registers, PUSHED, note);
	const char *error = NULL;
	struct run r;
	struct unwinder *u;

	need("gcc");
	r = trace(build("gcc", 64, "", "S", text), 64);
	u = unwind_open(arena, in_folder("program"), &error);
	ck_assert_ptr_nonnull(u);
	ck_assert(unwind_covers(u, r.entry.pc));
	ck_assert(unwind_covers(u, r.entry.pc + 4));
	ck_assert(!unwind_covers(u, r.entry.pc + 5));
	ck_assert(!unwind_covers(u, r.back));
	unwind_close(u);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("unwind");
	TCase *t = tcase_create("unwind");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, gcc_64, 0, ARRAY_SIZE(ways));
	tcase_add_loop_test(t, gcc_32, 0, ARRAY_SIZE(ways));
	tcase_add_loop_test(t, clang_64, 0, ARRAY_SIZE(ways));
	tcase_add_loop_test(t, clang_32, 0, ARRAY_SIZE(ways));
	tcase_add_test(t, aligned_frames);
	tcase_add_test(t, aligned_frames_of_gcc_64);
	tcase_add_loop_test(t, assembly_64, 0, ARRAY_SIZE(assembly));
	tcase_add_loop_test(t, assembly_32, 0, ARRAY_SIZE(assembly));
	tcase_add_test(t, refused);
	tcase_add_test(t, damaged);
	tcase_add_test(t, covers);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
