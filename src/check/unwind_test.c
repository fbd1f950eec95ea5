/* SPDX-License-Identifier: MIT */
/* Tests of the unwinder: programs that are stepped instruction by instruction, and unwound at each.
 * Code of a compiler (the second argument, its family the third) unwinds everywhere; a directive
 * that is missing is seen at the instruction where it is. */
#include "check/stepped_test.h"

#include <inttypes.h>

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

/* ---- compilers ---- */

static const char *const ways[] = {
	"-O0",
	"-O1 -Wl,--eh-frame-hdr",
	"-O2 -fomit-frame-pointer",
	"-O2 -fno-omit-frame-pointer -Wl,--no-eh-frame-hdr",
	"-Os",
};

static struct run compiled_by(int width, const char *flags)
{
	return trace(build(width, flags, "c", compiled), width);
}

static void unwinds(int width, const char *flags)
{
	struct run r = compiled_by(width, flags);

	ck_assert_msg(!r.wrong, "%s -m%d %s: at 0x%" PRIx64 ": %s", compiler, width, flags, r.bad,
		      r.wrong);
	ck_assert_uint_gt(r.steps, 300);
	ck_assert_uint_gt(r.frames, r.steps * 3 / 2);
}

START_TEST(compiled_64)
{
	unwinds(64, ways[_i]);
}
END_TEST

START_TEST(compiled_32)
{
	unwinds(32, ways[_i]);
}
END_TEST

/* Functions that align their stack more than their caller does. */
START_TEST(aligned_frames_32)
{
	unwinds(32, "-O2 -DALIGNED");
	unwinds(32, "-O2 -DALIGNED -mstackrealign");
}
END_TEST

/* gcc 12 at 64 bit: in the epilogue of such a function rbp is popped, and its information still
 * says that rbp is where rbp points (github.com/gperftools/gperftools/issues/1225 has the code).
 * Expressions are evaluated, so this is seen; everywhere else they lead to the caller. */
START_TEST(aligned_frames_64)
{
	struct run r;

	if (strcmp(family, "gcc") != 0) {
		unwinds(64, "-O2 -DALIGNED");
		unwinds(64, "-O2 -DALIGNED -mstackrealign");
		return;
	}
	r = compiled_by(64, "-O2 -DALIGNED");
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

	r = trace(build(width, "", "S", text), width);
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
	ck_assert(command(arena_printf(arena, "echo 'void f(void) {}' | %s -x c -c -o %s -",
				       compiler, path)));
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
	const char *text, *error = NULL, *elf;
	char *bytes;
	size_t n, at = 0;

	text = arena_printf(arena, "%s	.cfi_startproc\n%s%s", registers, PUSHED, note);
	elf = build(64, "", "S", text);
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
	const char *text, *error = NULL;
	struct run r;
	struct unwinder *u;

	text = arena_printf(arena, "%s	.cfi_startproc\n%s%s", registers, PUSHED, note);
	r = trace(build(64, "", "S", text), 64);
	u = unwind_open(arena, in_folder("program"), &error);
	ck_assert_ptr_nonnull(u);
	ck_assert(unwind_covers(u, r.entry.pc));
	ck_assert(unwind_covers(u, r.entry.pc + 4));
	ck_assert(!unwind_covers(u, r.entry.pc + 5));
	ck_assert(!unwind_covers(u, r.back));
	unwind_close(u);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *s = suite_create("unwind");
	TCase *t = tcase_create("unwind"), *compilers = tcase_create("compilers");
	SRunner *runner;
	int failed;

	if (argc > 3) {
		compiler = argv[2];
		family = argv[3];
	}
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, assembly_64, 0, ARRAY_SIZE(assembly));
	tcase_add_loop_test(t, assembly_32, 0, ARRAY_SIZE(assembly));
	tcase_add_test(t, refused);
	tcase_add_test(t, damaged);
	tcase_add_test(t, covers);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(compilers, set_up, tear_down);
	tcase_set_timeout(compilers, 120);
	tcase_add_loop_test(compilers, compiled_64, 0, ARRAY_SIZE(ways));
	tcase_add_loop_test(compilers, compiled_32, 0, ARRAY_SIZE(ways));
	tcase_add_test(compilers, aligned_frames_64);
	tcase_add_test(compilers, aligned_frames_32);
	suite_add_tcase(s, compilers);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
