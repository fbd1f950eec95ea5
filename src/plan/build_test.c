/* SPDX-License-Identifier: MIT */
/* Tests of what src/plan reads and writes by itself: quoting for the shell, columns in their
 * places, and ELF files, real, cut short and corrupted. */
#include "plan/plan.h"
#include "util/folder_test.h"
#include "util/elf.h"
#include "util/shell.h"

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- quoting ---- */

static const struct {
	const char *in, *quoted;
} quotes[] = {
	{ "", "''" },
	{ "gcc-12", "'gcc-12'" },
	{ "a b", "'a b'" },
	{ "it's", "'it'\\''s'" },
	{ "'", "''\\'''" },
	{ "''", "''\\'''\\'''" },
	{ "$HOME `id` \"x\" \\ *", "'$HOME `id` \"x\" \\ *'" },
	{ "new\nline", "'new\nline'" },
	{ "-n", "'-n'" },
	{ "\xc3\xa9\xff", "'\xc3\xa9\xff'" },
};

START_TEST(quote_text)
{
	ck_assert_str_eq(shell_quote(arena, quotes[_i].in), quotes[_i].quoted);
}
END_TEST

/* What the shell makes of it is what went in. */
START_TEST(quote_through_shell)
{
	const char *out = in_folder("out");
	const char *command =
		arena_printf(arena, "printf %%s %s >%s", shell_quote(arena, quotes[_i].in),
			     shell_quote(arena, out));
	size_t n;
	char *got;

	ck_assert_int_eq(system(command), 0);
	got = file_read(out, &n);
	ck_assert_ptr_nonnull(got);
	ck_assert_str_eq(got, quotes[_i].in);
	ck_assert_uint_eq(n, strlen(quotes[_i].in));
	free(got);
}
END_TEST

/* ---- payloads into places ---- */

/* Two payloads built elsewhere, each in every wanted place; its first place is the one that counts
 * as built. */
START_TEST(places)
{
	static const char *const names[] = { "cc -m64 -O2", "cc -m64 kvm -O2", "cc -m32 kernel -O2",
					     "cc -m32 kernel kvm -O2" };
	static const char *const ids[] = { "cc/64/O2", "cc/64/O2@kvm", "cc/32/O2/kernel",
					   "cc/32/O2/kernel@kvm" };
	const struct compiler cc = { .name = "cc" }, other = { .name = "cc" };
	static const enum place_id wanted[] = { PLACE_NATIVE, PLACE_KVM, PLACE_ROOT };
	struct place_set set = { 0 };
	struct plan p = { .arena = arena };
	enum profile_id kernel = 0;

	while (profiles[kernel].width != W32 || profiles[kernel].isa != ISA_INTEGER)
		kernel++;
	p.columns = arena_alloc(arena, 2 * sizeof(*p.columns));
	p.columns[0] = (struct column){ .compiler = &cc,
					.profile = profile_user(W64),
					.opt = "O2",
					.payload = "a.elf",
					.text_hash = 7 };
	p.columns[1] = (struct column){
		.compiler = &cc, .profile = kernel, .opt = "O2", .unusable = "no reason"
	};
	p.ncolumns = 2;
	ck_assert_uint_eq(plan_find_column(&p, &cc, kernel, "O2"), 1);
	ck_assert_uint_eq(plan_find_column(&p, &cc, kernel, "O0"), 2);
	ck_assert_uint_eq(plan_find_column(&p, &other, kernel, "O2"), 2);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		memset(set.v[wanted[i]], true, sizeof(set.v[0]));
	plan_places(&p, &set);
	/* No case goes through hand-written assembly: root operation has nothing to do. */
	ck_assert_uint_eq(p.ncolumns, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_str_eq(p.columns[i].name, names[i]);
		ck_assert_str_eq(p.columns[i].id, ids[i]);
		ck_assert_uint_eq(p.columns[i].built, i & ~(size_t)1);
		ck_assert_int_eq(p.columns[i].place, i & 1 ? PLACE_KVM : PLACE_NATIVE);
	}
	ck_assert_str_eq(p.columns[1].payload, "a.elf");
	ck_assert_uint_eq(p.columns[1].text_hash, 7);
	ck_assert_str_eq(p.columns[3].unusable, "no reason");
}
END_TEST

/* ---- real ELF files ---- */

/* In assembly, so that .text is the same bytes with every assembler: nop and ret. `second` is one
 * instruction after `first`, which is at the start; `hidden` is local; `data` is not a function. */
static const char source[] = "	.text\n"
			     "	.globl _start\n"
			     "	.type _start, @function\n"
			     "_start:\n"
			     "	nop\n"
			     "	nop\n"
			     "	nop\n"
			     "	ret\n"
			     "	.globl second\n"
			     "	.type second, @function\n"
			     "second:\n"
			     "	nop\n"
			     "	ret\n"
			     "	.type hidden, @function\n"
			     "hidden:\n"
			     "	ret\n"
			     "	.data\n"
			     "	.globl data\n"
			     "	.type data, @object\n"
			     "data:	.long 1, 2, 3, 4\n"
			     "	.section .note.GNU-stack,\"\",@progbits\n";
static const unsigned char text[] = { 0x90, 0x90, 0x90, 0xc3, 0x90, 0xc3, 0xc3 };

static const unsigned long long base = 0x400000;

static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *compiler = "gcc";

/* A linked ELF of the width. */
static const char *make_elf(enum width w)
{
	const char *s = in_folder("x.s"), *o = in_folder("x.o");
	const char *elf = in_folder(w == W64 ? "x64" : "x32");

	ck_assert_int_eq(file_write(s, source, sizeof(source) - 1), 0);
	ck_assert_int_eq(
		run(arena_printf(arena, "%s -m%u -c -o %s %s", compiler, width_bits(w), o, s)), 0);
	ck_assert_int_eq(run(arena_printf(arena,
					  "ld -m %s -static -nostdlib --build-id=none "
					  "-Ttext=0x%llx -o %s %s",
					  w == W64 ? "elf_x86_64" : "elf_i386", base, elf, o)),
			 0);
	return elf;
}

START_TEST(elf_real)
{
	const char *path = make_elf((enum width)_i);

	ck_assert_uint_eq(elf_text_hash(path), hash_bytes(HASH_INIT, text, sizeof(text)));
	ck_assert_str_eq(elf_symbol(arena, path, base), "_start+0x0");
	ck_assert_str_eq(elf_symbol(arena, path, base + 3), "_start+0x3");
	ck_assert_str_eq(elf_symbol(arena, path, base + 4), "second+0x0");
	ck_assert_str_eq(elf_symbol(arena, path, base + 5), "second+0x1");
	ck_assert_str_eq(elf_symbol(arena, path, base + 6), "hidden+0x0");
	/* Far beyond anything, and before it: no name is better than a wrong one. */
	ck_assert_ptr_null(elf_symbol(arena, path, base - 1));
	ck_assert_ptr_null(elf_symbol(arena, path, base + 0x1000000));
	ck_assert_ptr_null(elf_symbol(arena, path, ~0ull));
	ck_assert_ptr_null(elf_symbol(arena, path, 0));
}
END_TEST

/* The hash is of .text alone: names do not matter, a byte of code does. */
START_TEST(elf_hash_of_text)
{
	const char *path = make_elf((enum width)_i);
	const char *stripped = in_folder("stripped");
	uint64_t h;
	size_t len;
	char *data, *at;

	h = elf_text_hash(path);
	ck_assert_int_eq(run(arena_printf(arena, "strip -o %s %s", stripped, path)), 0);
	ck_assert_uint_eq(elf_text_hash(stripped), h);
	ck_assert_ptr_null(elf_symbol(arena, stripped, base));
	data = file_read(path, &len);
	at = memmem(data, len, text, sizeof(text));
	ck_assert_ptr_nonnull(at);
	at[1] ^= 1;
	ck_assert_int_eq(file_write(path, data, len), 0);
	ck_assert_uint_ne(elf_text_hash(path), h);
	ck_assert_uint_ne(elf_text_hash(path), 0);
	free(data);
}
END_TEST

/* ---- what is no ELF, and what is a broken one ---- */

/* Both readers, at addresses inside and outside: no crash, which is ASan's to notice. */
static void survive(const char *path)
{
	static const unsigned long long addresses[] = { 0, 4, base + 5, ~0ull };
	struct arena *a = arena_new();

	elf_text_hash(path);
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		elf_symbol(a, path, addresses[i]);
	arena_free(a);
}

START_TEST(elf_absent)
{
	ck_assert_uint_eq(elf_text_hash(in_folder("absent")), 0);
	ck_assert_ptr_null(elf_symbol(arena, in_folder("absent"), base));
	ck_assert_uint_eq(elf_text_hash(folder), 0);
}
END_TEST

START_TEST(elf_garbage)
{
	static const char *const starts[] = { "",          "\177",          "\177ELF",
					      "\177ELF\1", "\177ELF\2\1\1", "!<arch>\n",
					      "MZ" };
	static const size_t sizes[] = { 0, 1, 16, 51, 52, 63, 64, 65, 200, 5000 };
	const char *path = in_folder("garbage");

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(sizes); k++) {
			for (int fill = 0; fill < 256; fill += 85) {
				char data[5000];
				size_t n = strlen(starts[i]);

				memset(data, fill, sizeof(data));
				memcpy(data, starts[i], n);
				ck_assert_int_eq(file_write(path, data, sizes[k]), 0);
				survive(path);
				if (strcmp(starts[i], "\177ELF") > 0)
					continue;
				ck_assert_uint_eq(elf_text_hash(path), 0);
				ck_assert_ptr_null(elf_symbol(arena, path, base));
			}
		}
	}
}
END_TEST

/* Cut after every length up to 512, and around every multiple of 64 of the rest. A file that is
 * cut has lost its section headers, which are at its end: nothing is found. */
START_TEST(elf_truncated)
{
	const char *path = make_elf((enum width)_i);
	const char *cut = in_folder("cut");
	size_t len;
	char *data;

	data = file_read(path, &len);
	ck_assert_ptr_nonnull(data);
	for (size_t n = 0; n < len; n += n < 512 ? 1 : n % 64 == 1 ? 62 : 1) {
		if (file_write(cut, data, n) < 0)
			ck_abort_msg("%s: %s", cut, strerror(errno));
		survive(cut);
		if (elf_text_hash(cut) || elf_symbol(arena, cut, base))
			ck_abort_msg("something found in the first %zu of %zu bytes", n, len);
	}
	free(data);
}
END_TEST

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Bytes changed at random, mostly in the headers, which are read: the ELF header at the start, the
 * section headers at the end. */
START_TEST(elf_flipped)
{
	const char *path = make_elf((enum width)_i);
	const char *bad = in_folder("bad");
	uint32_t state = 20220817;
	char *data, *copy;
	size_t len, tail;

	data = file_read(path, &len);
	ck_assert_ptr_nonnull(data);
	tail = _i == W64 ? ((Elf64_Ehdr *)data)->e_shoff : ((Elf32_Ehdr *)data)->e_shoff;
	ck_assert_uint_lt(tail, len);
	copy = malloc(len);
	ck_assert_ptr_nonnull(copy);
	for (int round = 0; round < 1500; round++) {
		memcpy(copy, data, len);
		for (unsigned k = 1 + next(&state) % 3; k > 0; k--) {
			unsigned where = next(&state) % 4;
			size_t at = where == 0   ? next(&state) % 64
				    : where == 1 ? next(&state) % len
						 : tail + next(&state) % (len - tail);

			copy[at] = (char)(copy[at] ^ (1 << next(&state) % 8));
			if (next(&state) % 4 == 0)
				copy[at] = (char)next(&state);
		}
		if (file_write(bad, copy, len) < 0)
			ck_abort_msg("%s: %s", bad, strerror(errno));
		survive(bad);
	}
	free(copy);
	free(data);
}
END_TEST

/* The header of the symbol table, wherever it is: one field at a time to values that tempt. */
START_TEST(elf_bad_symbol_table)
{
	static const uint64_t values[] = { 0, 1, 2, 7, 15, 17, 0x7fffffff, 0xffffffff, ~0ull };
	const char *path = make_elf(W64);
	const char *bad = in_folder("bad");
	size_t len, symtab = 0;
	char *data;
	Elf64_Ehdr h;
	Elf64_Shdr s;

	data = file_read(path, &len);
	memcpy(&h, data, sizeof(h));
	for (size_t i = 0; i < h.e_shnum; i++) {
		memcpy(&s, data + h.e_shoff + i * sizeof(s), sizeof(s));
		if (s.sh_type == SHT_SYMTAB)
			symtab = h.e_shoff + i * sizeof(s);
	}
	ck_assert_uint_ne(symtab, 0);
	memcpy(&s, data + symtab, sizeof(s));
	for (size_t i = 0; i < 5 * ARRAY_SIZE(values); i++) {
		uint64_t v = values[i / 5];
		Elf64_Shdr t = s;

		if (i % 5 == 0)
			t.sh_entsize = v;
		else if (i % 5 == 1)
			t.sh_size = v;
		else if (i % 5 == 2)
			t.sh_offset = v;
		else if (i % 5 == 3)
			t.sh_link = (uint32_t)v;
		else
			t.sh_offset = len - (t.sh_size = 16), t.sh_entsize = 1 + v % 16;
		memcpy(data + symtab, &t, sizeof(t));
		ck_assert_int_eq(file_write(bad, data, len), 0);
		survive(bad);
	}
	free(data);
}
END_TEST

/* The second argument, where there is one, is the compiler. */
int main(int argc, char **argv)
{
	Suite *s = suite_create("build");
	TCase *t = tcase_create("build");
	SRunner *r = srunner_create(s);
	int failed;

	if (argc > 2)
		compiler = argv[2];
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, quote_text, 0, ARRAY_SIZE(quotes));
	tcase_add_loop_test(t, quote_through_shell, 0, ARRAY_SIZE(quotes));
	tcase_add_test(t, places);
	tcase_add_loop_test(t, elf_real, W32, WIDTHS);
	tcase_add_loop_test(t, elf_hash_of_text, W32, WIDTHS);
	tcase_add_test(t, elf_absent);
	tcase_add_test(t, elf_garbage);
	tcase_add_loop_test(t, elf_truncated, W32, WIDTHS);
	tcase_add_loop_test(t, elf_flipped, W32, WIDTHS);
	tcase_add_test(t, elf_bad_symbol_table);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
