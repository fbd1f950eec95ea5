/* SPDX-License-Identifier: MIT */
/* Tests of src/util: memory that is aligned, zeroed and stays put, strings that grow, files that
 * are written wholly or not at all, hashes against published values. */
#include "util/clean.h"
#include "util/index.h"
#include "util/parallel.h"
#include "util/process.h"
#include "util/scan.h"
#include "util/words.h"
#include "util/util.h"
#include "util/without.h"
#include "util/folder_test.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- arenas ---- */

START_TEST(arena_aligns)
{
	unsigned char *last = NULL;

	for (size_t n = 1; n < 300; n++) {
		unsigned char *p = arena_alloc(arena, n);

		ck_assert_msg((uintptr_t)p % 16 == 0, "%zu bytes at %p: not aligned to 16", n,
			      (void *)p);
		ck_assert_msg(p != last, "two allocations at %p", (void *)p);
		last = p;
	}
}
END_TEST

static bool all_are(const unsigned char *p, size_t n, unsigned char byte)
{
	while (n && *p == byte) {
		p++;
		n--;
	}
	return !n;
}

/* Dirty memory is handed to the allocator first, so that zeroes are the arena's own doing. */
START_TEST(arena_zeroes)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 4096, 65535, 65536, 65537, 300000 };
	void *dirty[8];

	for (size_t i = 0; i < ARRAY_SIZE(dirty); i++) {
		dirty[i] = malloc(70000);
		ck_assert_ptr_nonnull(dirty[i]);
		memset(dirty[i], 0xa5, 70000);
	}
	for (size_t i = 0; i < ARRAY_SIZE(dirty); i++)
		free(dirty[i]);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned char *p = arena_alloc(arena, sizes[i]);

		ck_assert_msg(all_are(p, sizes[i], 0), "block of %zu bytes is not zeroed",
			      sizes[i]);
		memset(p, 0xff, sizes[i]);
	}
}
END_TEST

/* Allocations do not overlap, small ones on both sides of big ones included. */
START_TEST(arena_big_blocks)
{
	enum { N = 40 };
	unsigned char *p[N];
	size_t size[N];

	for (size_t i = 0; i < N; i++) {
		size[i] = i % 5 == 3 ? 65536 * (i / 5 + 1) + i : 100 * i + 1;
		p[i] = arena_alloc(arena, size[i]);
		memset(p[i], (int)i + 1, size[i]);
	}
	for (size_t i = 0; i < N; i++) {
		ck_assert_msg(all_are(p[i], size[i], (unsigned char)(i + 1)),
			      "block %zu of %zu bytes was overwritten", i, size[i]);
	}
}
END_TEST

START_TEST(arena_grows_arrays)
{
	struct {
		uint64_t a;
		char b[5];
	} *v = NULL;

	for (size_t n = 0; n <= 100; n++) {
		v = arena_grow(arena, v, n, sizeof(*v));
		ck_assert_uint_eq((uintptr_t)v % 16, 0);
		v[n].a = n * 0x0101010101010101ull;
		memset(v[n].b, (int)n, sizeof(v[n].b));
		/* What is allocated behind the array must never be reached by it. */
		memset(arena_alloc(arena, 16), 0xee, 16);
		for (size_t k = 0; k <= n; k++) {
			if (v[k].a != k * 0x0101010101010101ull || v[k].b[0] != (char)k ||
			    v[k].b[4] != (char)k)
				ck_abort_msg("element %zu lost when there were %zu", k, n);
		}
	}
}
END_TEST

START_TEST(arena_strings)
{
	char *s = arena_strdup(arena, "abc");
	char *empty = arena_strdup(arena, "");
	char big[5000];
	char *p;

	ck_assert_str_eq(s, "abc");
	ck_assert_str_eq(empty, "");
	ck_assert_str_eq(arena_strndup(arena, "abcdef", 3), "abc");
	ck_assert_str_eq(arena_strndup(arena, "abc", 0), "");
	ck_assert_str_eq(arena_printf(arena, "%s-%d", s, 7), "abc-7");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	p = arena_printf(arena, "[%s]", big);
	ck_assert_uint_eq(strlen(p), sizeof(big) + 1);
	ck_assert_int_eq(p[sizeof(big)], ']');
	arena_free(NULL);
}
END_TEST

/* ---- growing strings ---- */

START_TEST(str_grows)
{
	struct str b = { 0 };
	size_t want = 0;

	for (int i = 0; i < 2000; i++) {
		str_add(&b, "ab");
		str_addn(&b, "cdXX", 2);
		str_addf(&b, "%d;", i);
		want += 4 + (size_t)snprintf(NULL, 0, "%d;", i);
		ck_assert_uint_eq(b.len, want);
		ck_assert_uint_lt(b.len, b.cap);
		ck_assert_int_eq(b.s[b.len], 0);
	}
	ck_assert_int_eq(strncmp(b.s, "abcd0;abcd1;", 12), 0);
	ck_assert_str_eq(b.s + b.len - 9, "abcd1999;");
	str_free(&b);
	ck_assert_ptr_null(b.s);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(b.cap, 0);
	str_free(&b);
}
END_TEST

/* What str_addf and arena_printf do themselves is what printf does, of any length. */
START_TEST(formats_as_printf)
{
#define SAME(...)                                                     \
	do {                                                          \
		char want[2000];                                      \
		struct str b = { 0 };                                 \
                                                                      \
		snprintf(want, sizeof(want), __VA_ARGS__);            \
		str_addf(&b, __VA_ARGS__);                            \
		ck_assert_str_eq(b.s, want);                          \
		ck_assert_uint_eq(b.len, strlen(want));               \
		str_free(&b);                                         \
		ck_assert_str_eq(arena_printf(a, __VA_ARGS__), want); \
	} while (0)
	struct arena *a = arena_new();
	char s[600];

	SAME("plain");
	SAME("%s%u%%%d%c%zu!", "x", 0u, -1, 'y', (size_t)0);
	SAME("%u %zu %d %d", UINT_MAX, SIZE_MAX, INT_MIN, INT_MAX);
	SAME("%5u|%-5s|%08x|%.*s|%lld", 7u, "ab", 0xbeefu, 2, "abc", -1ll);
	SAME("%d %5d", 1, 2);
	for (size_t n = 250; n < sizeof(s); n++) {
		memset(s, 'a', n - 1);
		s[n - 1] = 0;
		SAME("%s%d", s, 12);
	}
	arena_free(a);
#undef SAME
}
END_TEST

START_TEST(str_keeps_any_byte)
{
	struct str b = { 0 };

	str_add(&b, "");
	ck_assert_ptr_nonnull(b.s);
	ck_assert_str_eq(b.s, "");
	str_addn(&b, "a\0b", 3);
	ck_assert_uint_eq(b.len, 3);
	ck_assert_mem_eq(b.s, "a\0b", 4);
	/* A length set back (as src/report does) makes room again. */
	b.len = 0;
	str_addf(&b, "%s", "new");
	ck_assert_str_eq(b.s, "new");
	str_free(&b);
}
END_TEST

/* ---- files ---- */

static void put(const char *path, const void *data, size_t len)
{
	ck_assert_msg(file_write(path, data, len) == 0, "%s: %s", path, strerror(errno));
}

static void holds(const char *path, const void *data, size_t len)
{
	size_t n;
	char *got = file_read(path, &n);

	ck_assert_msg(got != NULL, "%s: %s", path, strerror(errno));
	ck_assert_uint_eq(n, len);
	ck_assert_mem_eq(got, data, len);
	ck_assert_int_eq(got[n], 0);
	free(got);
}

/* The folder holds just these names: no temporary file is left behind. */
static void only_files(size_t want)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t n = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		ck_assert_msg(!strstr(e->d_name, "tmp"), "left behind: %s", e->d_name);
		n++;
	}
	closedir(d);
	ck_assert_uint_eq(n, want);
}

START_TEST(file_round_trip)
{
	const char *path = in_folder("f");
	size_t big = 200001;
	char *data = arena_alloc(arena, big);

	for (size_t i = 0; i < big; i++)
		data[i] = (char)(i * 7);
	put(path, "", 0);
	holds(path, "", 0);
	put(path, "a\0b\n", 4);
	holds(path, "a\0b\n", 4);
	put(path, data, big);
	holds(path, data, big);
	only_files(1);
}
END_TEST

START_TEST(file_read_fails)
{
	size_t n = 77;

	errno = 0;
	ck_assert_ptr_null(file_read(in_folder("absent"), &n));
	ck_assert_int_eq(errno, ENOENT);
	errno = 0;
	ck_assert_ptr_null(file_read(folder, &n));
	ck_assert_int_eq(errno, EISDIR);
}
END_TEST

/* The disk is full half-way: the old file stays whole and the temporary one goes. */
START_TEST(file_write_is_atomic)
{
	const char *path = in_folder("f");
	struct rlimit limit = { 4096, RLIM_INFINITY }, before;
	char *data = arena_alloc(arena, 10000);
	int r, e;

	put(path, "old", 3);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	errno = 0;
	r = file_write(path, data, 10000);
	e = errno;
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	ck_assert_int_eq(r, -1);
	ck_assert_int_eq(e, EFBIG);
	holds(path, "old", 3);
	only_files(1);
}
END_TEST

/* The rename fails: a folder of that name is in the way. */
START_TEST(file_write_cannot_replace_a_folder)
{
	const char *path = in_folder("dir");

	ck_assert_int_eq(mkdir(path, 0777), 0);
	put(in_folder("dir/inside"), "x", 1);
	errno = 0;
	ck_assert_int_eq(file_write(path, "new", 3), -1);
	ck_assert_msg(errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST, "errno %d: %s",
		      errno, strerror(errno));
	holds(in_folder("dir/inside"), "x", 1);
	only_files(1);
}
END_TEST

START_TEST(file_write_errno)
{
	const char *locked = in_folder("locked");
	uid_t me = geteuid();
	int r, e;

	errno = 0;
	ck_assert_int_eq(file_write(in_folder("no/such/f"), "x", 1), -1);
	ck_assert_int_eq(errno, ENOENT);
	put(in_folder("f"), "x", 1);
	errno = 0;
	ck_assert_int_eq(file_write(in_folder("f/g"), "x", 1), -1);
	ck_assert_int_eq(errno, ENOTDIR);

	/* Root may write anywhere: be nobody for a moment. */
	ck_assert_int_eq(mkdir(locked, 0555), 0);
	ck_assert_int_eq(chmod(folder, 0755), 0);
	if (me == 0 && seteuid(65534) != 0) {
		fprintf(stderr, "SKIP: unwritable folder: root, and cannot become nobody: %s\n",
			strerror(errno));
		return;
	}
	errno = 0;
	r = file_write(in_folder("locked/f"), "x", 1);
	e = errno;
	if (me == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(r, -1);
	ck_assert_int_eq(e, EACCES);
}
END_TEST

START_TEST(file_name_too_long)
{
	char name[5000];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	errno = 0;
	ck_assert_int_eq(file_write(name, "x", 1), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	errno = 0;
	ck_assert_int_eq(make_dirs(name), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
}
END_TEST

START_TEST(file_update_leaves_identical_files_alone)
{
	const char *path = in_folder("f");
	const struct timespec past[2] = { { 1000000, 5 }, { 1000000, 5 } };
	struct stat before, after;

	ck_assert_int_eq(file_update(path, "text", 4), 0);
	holds(path, "text", 4);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, past, 0), 0);
	ck_assert_int_eq(stat(path, &before), 0);
	ck_assert_int_eq(file_update(path, "text", 4), 0);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_eq(after.st_mtim.tv_sec, 1000000);
	ck_assert_int_eq(after.st_mtim.tv_nsec, 5);
	ck_assert_uint_eq(after.st_ino, before.st_ino);
	/* One byte more, one less, one other: all are changes. */
	ck_assert_int_eq(file_update(path, "text2", 5), 0);
	holds(path, "text2", 5);
	ck_assert_int_eq(file_update(path, "text", 4), 0);
	holds(path, "text", 4);
	ck_assert_int_eq(file_update(path, "tex!", 4), 0);
	holds(path, "tex!", 4);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_ne(after.st_mtim.tv_sec, 1000000);
	errno = 0;
	ck_assert_int_eq(file_update(in_folder("no/f"), "x", 1), -1);
	ck_assert_int_eq(errno, ENOENT);
	only_files(1);
}
END_TEST

/* ---- folders ---- */

static void is_dir(const char *path)
{
	struct stat st;

	ck_assert_msg(stat(path, &st) == 0 && S_ISDIR(st.st_mode), "%s is not a folder", path);
}

START_TEST(make_dirs_makes_all)
{
	static const char *const paths[] = { "a", "a/b/c", "a/b/c", "d/", "e//f", "a/../g/h" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		const char *path = in_folder(paths[i]);

		ck_assert_msg(make_dirs(path) == 0, "%s: %s", path, strerror(errno));
		is_dir(path);
	}
	ck_assert_int_eq(make_dirs("/"), 0);
	ck_assert_int_eq(make_dirs("."), 0);
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(make_dirs("relative/one"), 0);
	is_dir(in_folder("relative/one"));
}
END_TEST

START_TEST(make_dirs_fails)
{
	put(in_folder("file"), "x", 1);
	errno = 0;
	ck_assert_int_eq(make_dirs(in_folder("file")), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	errno = 0;
	ck_assert_int_eq(make_dirs(in_folder("file/below")), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	ck_assert_int_eq(symlink("nowhere", in_folder("dangling")), 0);
	errno = 0;
	ck_assert_int_eq(make_dirs(in_folder("dangling")), -1);
	ck_assert_int_eq(errno, ENOENT);
	holds(in_folder("file"), "x", 1);
}
END_TEST

/* ---- hashes ---- */

/* FNV-1a, 64 bit: offset basis 14695981039346656037, prime 1099511628211 (Fowler, Noll, Vo); the
 * vectors are those published with the algorithm. */
START_TEST(hash_vectors)
{
	static const struct {
		const char *s;
		uint64_t h;
	} v[] = {
		{ "", 0xcbf29ce484222325ull },       { "a", 0xaf63dc4c8601ec8cull },
		{ "b", 0xaf63df4c8601f1a5ull },      { "fo", 0x08985907b541d342ull },
		{ "foobar", 0x85944171f73967e8ull },
	};

	ck_assert_uint_eq(HASH_INIT, 14695981039346656037ull);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		ck_assert_msg(hash_bytes(HASH_INIT, v[i].s, strlen(v[i].s)) == v[i].h,
			      "hash of \"%s\"", v[i].s);
	ck_assert_uint_eq(hash_bytes(HASH_INIT, "a", 1),
			  (HASH_INIT ^ 'a') * (uint64_t)1099511628211ull);
	ck_assert_uint_eq(hash_bytes(HASH_INIT, "\xff", 1),
			  (HASH_INIT ^ 0xff) * (uint64_t)1099511628211ull);
	ck_assert_uint_eq(hash_bytes(HASH_INIT, NULL, 0), HASH_INIT);
}
END_TEST

/* In pieces as in one; of strings the end counts, so that "ab","c" is not "a","bc". */
START_TEST(hash_strings)
{
	uint64_t whole = hash_bytes(HASH_INIT, "foobar", 6);

	ck_assert_uint_eq(hash_bytes(hash_bytes(HASH_INIT, "foo", 3), "bar", 3), whole);
	ck_assert_uint_eq(hash_str(HASH_INIT, "a"), hash_bytes(HASH_INIT, "a", 2));
	ck_assert_uint_ne(hash_str(hash_str(HASH_INIT, "ab"), "c"),
			  hash_str(hash_str(HASH_INIT, "a"), "bc"));
	ck_assert_uint_ne(hash_str(HASH_INIT, ""), HASH_INIT);
}
END_TEST

/* ---- the end ---- */

/* What a function prints on stderr, and how the process ends. */
static int stderr_of(void (*f)(void), char *text, size_t size)
{
	int fd[2], status;
	ssize_t n;
	size_t len = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(fd[1], 2);
		close(fd[0]);
		close(fd[1]);
		f();
		fflush(stderr);
		_exit(0);
	}
	close(fd[1]);
	while (len + 1 < size && (n = read(fd[0], text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = 0;
	close(fd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void dies(void)
{
	die("%s:%d: no", "file", 3);
}

static void warns(void)
{
	warn("only %d%%", 5);
}

START_TEST(die_and_warn)
{
	char text[500];
	int status = stderr_of(dies, text, sizeof(text));

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 2, "wait status 0x%x", status);
	ck_assert_str_eq(text, "clobber: file:3: no\n");
	status = stderr_of(warns, text, sizeof(text));
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "wait status 0x%x", status);
	ck_assert_str_eq(text, "clobber: warning: only 5%\n");
}
END_TEST

START_TEST(text_is_made_clean)
{
	static const struct {
		const char *text, *clean;
	} texts[] = {
		{ "", "" },
		{ "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", NULL },
		{ "a\033[31mb\007", "a [31mb " },
		{ "one\ntwo\tthree\x7f", "one two three " },
		{ "\xc2\x9b", " " },                                        /* C1: CSI */
		{ "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },                 /* no UTF-8 at all */
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },                 /* overlong */
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* a surrogate */
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },                 /* cut short */
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ck_assert_str_eq(clean_text(a, texts[i].text),
				 texts[i].clean ? texts[i].clean : texts[i].text);
	ck_assert_ptr_null(clean_text(a, NULL));
	ck_assert_str_eq(clean_lines(a, "one\n\ttwo\033"), "one\n\ttwo ");
	arena_free(a);
}
END_TEST

START_TEST(nearest_word)
{
	static const char *const words[] = { "run", "report", "compare", "abis", NULL };

	ck_assert_str_eq(nearest("rnu", words), "run");
	ck_assert_str_eq(nearest("abi", words), "abis");
	ck_assert_str_eq(nearest("compaer", words), "compare");
	ck_assert_ptr_null(nearest("xml", words));
	ck_assert_ptr_null(nearest("frobnicate", words));
}
END_TEST

START_TEST(capabilities_taken_away)
{
	setenv("CLOBBER_WITHOUT", "ia32,,avx", 1);
	ck_assert_str_eq(without(WITHOUT_IA32), "CLOBBER_WITHOUT takes away 32-bit processes");
	ck_assert_ptr_nonnull(without(WITHOUT_AVX));
	/* AVX-512 needs AVX. */
	ck_assert_ptr_nonnull(without(WITHOUT_AVX512));
	ck_assert_ptr_null(without(WITHOUT_BOCHS));
	unsetenv("CLOBBER_WITHOUT");
	ck_assert_ptr_null(without(WITHOUT_IA32));
}
END_TEST

static void asks_the_unknown(void)
{
	setenv("CLOBBER_WITHOUT", "ia32,ia16", 1);
	without(WITHOUT_IA32);
}

START_TEST(unknown_capability)
{
	char text[500];
	int status = stderr_of(asks_the_unknown, text, sizeof(text));

	ck_assert_int_eq(WEXITSTATUS(status), 2);
	ck_assert_str_eq(text, "clobber: CLOBBER_WITHOUT: unknown capability 'ia16'; use ia32, "
			       "bochs, kvm, qemu-user, avx, avx512, compilers, separated by "
			       "commas\n");
}
END_TEST

START_TEST(percent_escapes)
{
	struct str s = { 0 };

	str_add_escaped(&s, "a%b:\nc", "");
	str_add_escaped(&s, ",d:", ":,");
	ck_assert_str_eq(s.s, "a%25b:%0Ac%2Cd%3A");
	str_free(&s);
}
END_TEST

START_TEST(files_are_hashed_by_name)
{
	const char *pattern = in_folder("*.h");
	uint64_t none = hash_files(HASH_INIT, pattern), both;

	ck_assert_uint_eq(none, HASH_INIT);
	ck_assert_int_eq(file_write(in_folder("b.h"), "2", 1), 0);
	ck_assert_int_eq(file_write(in_folder("a.h"), "1", 1), 0);
	ck_assert_int_eq(file_write(in_folder("a.c"), "3", 1), 0);
	both = hash_files(HASH_INIT, pattern);
	ck_assert_uint_eq(both, hash_bytes(HASH_INIT, "12", 2));
}
END_TEST

enum { JOBS = 1000 };

static void count_job(void *closure, size_t i)
{
	((unsigned char *)closure)[i]++;
}

START_TEST(every_job_is_done_once)
{
	static const size_t threads[] = { 0, 1, 3, 64, 1000 };
	unsigned char done[JOBS];

	for (size_t k = 0; k < ARRAY_SIZE(threads); k++) {
		memset(done, 0, sizeof(done));
		parallel(JOBS, threads[k], count_job, done);
		for (size_t i = 0; i < JOBS; i++)
			ck_assert_uint_eq(done[i], 1);
	}
	parallel(0, 4, count_job, NULL);
}
END_TEST

/* ---- tables ---- */

START_TEST(index_finds_what_was_added)
{
	enum { N = 5000 };
	static char keys[N][8];
	struct index *ix = index_new();

	for (size_t i = 0; i < N; i++) {
		snprintf(keys[i], sizeof(keys[i]), "%zu", i);
		ck_assert_uint_eq(index_find_text(ix, keys[i]), INDEX_NEW);
		ck_assert_uint_eq(*index_add_text(ix, keys[i]), INDEX_NEW);
		*index_add_text(ix, keys[i]) = i;
	}
	for (size_t i = 0; i < N; i++)
		ck_assert_uint_eq(index_find_text(ix, keys[i]), i);
	/* A part of a key, and no bytes at all, are keys of their own. */
	ck_assert_uint_eq(index_find(ix, "4999", 3), 499);
	ck_assert_uint_eq(index_find(ix, "4999", 0), INDEX_NEW);
	ck_assert_uint_eq(index_find_text(ix, "5000"), INDEX_NEW);
	index_free(ix);
}
END_TEST

/* ---- JSON ---- */

static bool is_json(const char *text)
{
	struct scan s = { .p = text, .end = text + strlen(text) };

	scan_value(&s);
	scan_peek(&s);
	return !s.failed && s.p == s.end;
}

/* It takes what jansson takes, and nothing else. */
START_TEST(scan_is_strict)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		" [ 1 , -2.5e3 , \"a\\u00e4\\n\" , {\"k\" : null} , true , false ] ",
		"\"12345678901234567890\\\"\"",
		"\"12345678\xc3\xa4\"",
		"1234567890",
		"\"\x7f\"",
		"",
		"[1,]",
		"[1 2]",
		"[,1]",
		"{\"a\":1,}",
		"{\"a\" 1}",
		"{a:1}",
		"{\"a\":1",
		"[1",
		"[01]",
		"[+1]",
		"[1.]",
		"[.5]",
		"[nul]",
		"[True]",
		"\"12345678",
		"\"1234567\n\"",
		"\"\\x\"",
		"\"\\",
		"\"\xff\"",
		"\"12345678\xed\xa0\x80\"",
		"{\"\\q\":1}",
		"[1]]",
		"99999999999999999999",
		"[\"a\"\"b\"]",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_t *j = json_loads(texts[i], JSON_DECODE_ANY, NULL);

		ck_assert_msg(is_json(texts[i]) == (j != NULL), "%s: jansson %s it", texts[i],
			      j ? "takes" : "refuses");
		json_decref(j);
	}
}
END_TEST

START_TEST(scan_ends_in_deep_lists)
{
	struct str s = { 0 };

	for (int i = 0; i < 1000000; i++)
		str_add(&s, "[");
	ck_assert(!is_json(s.s));
	str_free(&s);
}
END_TEST

START_TEST(scan_walks)
{
	static const char text[] =
		"{\"plain\": 12, \"not\\u0020\": [\"\\u0041\", 1.0, 1000000000]}";
	struct scan s = { .p = text, .end = text + strlen(text) };
	struct scan_text key;
	bool first = true, item = true;
	unsigned n = 0;
	json_t *j;

	ck_assert(scan_take(&s, '{') && scan_more(&s, '}', &first) && scan_key(&s, &key));
	ck_assert(key.plain && key.n == 5 && !strncmp(key.s, "plain", 5));
	ck_assert(scan_count(&s, &n) && n == 12);
	ck_assert(scan_more(&s, '}', &first) && scan_key(&s, &key) && !key.plain);
	ck_assert(scan_take(&s, '[') && scan_more(&s, ']', &item) && scan_string(&s, &key));
	j = scan_decode(&s, &key);
	ck_assert_str_eq(json_string_value(j), "A");
	json_decref(j);
	ck_assert(scan_more(&s, ']', &item) && !scan_count(&s, &n));
	ck_assert(scan_more(&s, ']', &item) && !scan_count(&s, &n));
	ck_assert(!scan_more(&s, ']', &item) && !scan_more(&s, '}', &first) && !s.failed);
}
END_TEST

/* ---- processor time of a program ---- */

struct looks {
	double last,
		longest; /* what was spent, as the watcher is told; the most between two looks */
	unsigned n;
};

static bool note_look(void *closure, double spent)
{
	struct looks *l = closure;

	l->longest = spent - l->last > l->longest ? spent - l->last : l->longest;
	l->last = spent;
	l->n += spent > 0;
	return spent < 1;
}

/* While the watcher stands still the program goes on: as it looks where a whole machine did. */
START_TEST(time_of_a_machine_that_stood_still)
{
	const char *busy[] = { "sh", "-c", "while :; do :; done", NULL };
	volatile struct looks *l =
		mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t watcher;
	int status;

	ck_assert_ptr_ne((void *)l, MAP_FAILED);
	watcher = fork();
	ck_assert_int_ge(watcher, 0);
	if (!watcher) {
		run_program_watched(NULL, NULL, busy, 60, note_look, (void *)l, NULL);
		_exit(0);
	}
	while (!l->n)
		usleep(1000);
	ck_assert_int_eq(kill(watcher, SIGSTOP), 0);
	usleep(1200000);
	ck_assert_int_eq(kill(watcher, SIGCONT), 0);
	ck_assert_int_eq(waitpid(watcher, &status, 0), watcher);
	ck_assert_int_eq(status, 0);
	ck_assert_double_ge(l->last, 1);
	ck_assert_double_le(l->longest, 0.2501);
	munmap((void *)l, sizeof(*l));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("util");
	TCase *t = tcase_create("util");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, arena_aligns);
	tcase_add_test(t, arena_zeroes);
	tcase_add_test(t, arena_big_blocks);
	tcase_add_test(t, arena_grows_arrays);
	tcase_add_test(t, arena_strings);
	tcase_add_test(t, str_grows);
	tcase_add_test(t, formats_as_printf);
	tcase_add_test(t, str_keeps_any_byte);
	tcase_add_test(t, file_round_trip);
	tcase_add_test(t, file_read_fails);
	tcase_add_test(t, file_write_is_atomic);
	tcase_add_test(t, file_write_cannot_replace_a_folder);
	tcase_add_test(t, file_write_errno);
	tcase_add_test(t, file_name_too_long);
	tcase_add_test(t, file_update_leaves_identical_files_alone);
	tcase_add_test(t, make_dirs_makes_all);
	tcase_add_test(t, make_dirs_fails);
	tcase_add_test(t, hash_vectors);
	tcase_add_test(t, hash_strings);
	tcase_add_test(t, die_and_warn);
	tcase_add_test(t, text_is_made_clean);
	tcase_add_test(t, index_finds_what_was_added);
	tcase_add_test(t, scan_is_strict);
	tcase_add_test(t, scan_ends_in_deep_lists);
	tcase_add_test(t, scan_walks);
	tcase_add_test(t, nearest_word);
	tcase_add_test(t, capabilities_taken_away);
	tcase_add_test(t, unknown_capability);
	tcase_add_test(t, percent_escapes);
	tcase_add_test(t, files_are_hashed_by_name);
	tcase_add_test(t, every_job_is_done_once);
	tcase_add_test(t, time_of_a_machine_that_stood_still);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
