/* SPDX-License-Identifier: MIT */
/* The page's libc against the host's. */
#include <check.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define vsnprintf page_vsnprintf
#define snprintf  page_snprintf
#include "page/libc/format.c"
#undef vsnprintf
#undef snprintf
#define __multi3 page_multi3
#include "page/libc/wide.c"
#define memchr  page_memchr
#define memcmp  page_memcmp
#define memcpy  page_memcpy
#define memmove page_memmove
#define memset  page_memset
#define strchr  page_strchr
#define strcmp  page_strcmp
#define strcspn page_strcspn
#define strlen  page_strlen
#define strncmp page_strncmp
#define strrchr page_strrchr
#define strspn  page_strspn
#define strstr  page_strstr
#include "page/libc/string.h"
#undef CLOBBER_PAGE_STRING_H
#include "page/libc/string.c"
#undef memchr
#undef memcmp
#undef memcpy
#undef memmove
#undef memset
#undef strchr
#undef strcmp
#undef strcspn
#undef strlen
#undef strncmp
#undef strrchr
#undef strspn
#undef strstr

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void same(const char *fmt, ...)
{
	for (size_t room = 0; room < 80; room = room < 8 ? room + 1 : 2 * room) {
		char a[80] = "", b[80] = "";
		va_list ap;
		int n, m;

		va_start(ap, fmt);
		n = page_vsnprintf(a, room, fmt, ap);
		va_end(ap);
		va_start(ap, fmt);
		m = vsnprintf(b, room, fmt, ap);
		va_end(ap);
		ck_assert_str_eq(a, b);
		ck_assert_int_eq(n, m);
	}
}

START_TEST(formats)
{
	same("%s %.*s|%-*s|%*s|%-*.*s|%-10s|%.3s", "one", 2, "three", 6, "ab", 5, "c", 7, 2, "xyz",
	     "left", "cut off");
	same("%u %d %lu %ld %llu %lld %zu", 7u, -7, 8ul, -8l, ~0ull, -9223372036854775807ll - 1,
	     (size_t)-1);
	same("%d %d %3d|%-3d|%03d %04d", 0, -2147483647 - 1, 5, 5, 5, -5);
	same("%02x %02X %x %08llx %c%c %%", 10u, 171u, 0u, 0xabcdull, 'a', '%');
}
END_TEST

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

START_TEST(strings)
{
	static const char *const s[] = { "", "a", "ab", "b", "aab", "\xff", "a,b c" };

	for (size_t i = 0; i < sizeof(s) / sizeof(*s); i++) {
		ck_assert_uint_eq(page_strlen(s[i]), strlen(s[i]));
		ck_assert_ptr_eq(page_strchr(s[i], 'b'), strchr(s[i], 'b'));
		ck_assert_ptr_eq(page_strchr(s[i], 0), strchr(s[i], 0));
		ck_assert_ptr_eq(page_strrchr(s[i], 'a'), strrchr(s[i], 'a'));
		ck_assert_ptr_eq(page_memchr(s[i], 'b', strlen(s[i])),
				 memchr(s[i], 'b', strlen(s[i])));
		for (size_t k = 0; k < sizeof(s) / sizeof(*s); k++) {
			size_t n = strlen(s[i]) < strlen(s[k]) ? strlen(s[i]) : strlen(s[k]);

			ck_assert_int_eq(sign(page_strcmp(s[i], s[k])), sign(strcmp(s[i], s[k])));
			ck_assert_int_eq(sign(page_strncmp(s[i], s[k], 1)),
					 sign(strncmp(s[i], s[k], 1)));
			ck_assert_int_eq(sign(page_memcmp(s[i], s[k], n)),
					 sign(memcmp(s[i], s[k], n)));
			ck_assert_uint_eq(page_strspn(s[i], s[k]), strspn(s[i], s[k]));
			ck_assert_uint_eq(page_strcspn(s[i], s[k]), strcspn(s[i], s[k]));
			ck_assert_ptr_eq(page_strstr(s[i], s[k]), strstr(s[i], s[k]));
		}
	}
}
END_TEST

START_TEST(moves)
{
	for (int from = 0; from < 4; from++) {
		for (int to = 0; to < 4; to++) {
			char a[] = "0123456789", b[] = "0123456789";

			page_memmove(a + to, a + from, 6);
			memmove(b + to, b + from, 6);
			ck_assert_str_eq(a, b);
		}
	}
}
END_TEST

START_TEST(products)
{
	static const uint64_t v[] = { 0,          1,           2,
				      0xffffffff, 0x100000000, 0x123456789abcdef,
				      1ull << 63, ~0ull,       ~0ull >> 1 };
	const size_t n = sizeof(v) / sizeof(*v);

	for (size_t i = 0; i < n * n; i++) {
		for (size_t k = 0; k < n * n; k++) {
			unsigned __int128 a = (unsigned __int128)v[i % n] << 64 | v[i / n];
			unsigned __int128 b = (unsigned __int128)v[k % n] << 64 | v[k / n];

			ck_assert((unsigned __int128)page_multi3((__int128)a, (__int128)b) ==
				  a * b);
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("page");
	TCase *c = tcase_create("libc");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(c, formats);
	tcase_add_test(c, strings);
	tcase_add_test(c, moves);
	tcase_add_test(c, products);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
