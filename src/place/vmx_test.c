/* SPDX-License-Identifier: MIT */
/* Tests of what place vmx reads: payload images, and segments on a disk that anything may have
 * written to. */
#include "place/image.h"
#include "place/vmx.h"

#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena *arena;
static char path[] = "/tmp/clobber-vmx-test-XXXXXX";

static void set_up(void)
{
	int fd;

	arena = arena_new();
	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void tear_down(void)
{
	unlink(path);
	arena_free(arena);
}

struct file {
	Elf64_Ehdr h;
	Elf64_Phdr p[2];
	uint8_t text[16], data[8];
};

static struct file elf(void)
{
	struct file f = { .h = { .e_phoff = offsetof(struct file, p), .e_phnum = 2 } };

	memcpy(f.h.e_ident, ELFMAG, SELFMAG);
	f.h.e_ident[EI_CLASS] = ELFCLASS64;
	f.p[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
			       .p_offset = offsetof(struct file, text),
			       .p_vaddr = 0x400000,
			       .p_filesz = 16,
			       .p_memsz = 16 };
	f.p[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
			       .p_offset = offsetof(struct file, data),
			       .p_vaddr = 0x401000,
			       .p_filesz = 8,
			       .p_memsz = 0x2008 };
	memset(f.text, 0x90, sizeof(f.text));
	memset(f.data, 7, sizeof(f.data));
	return f;
}

static const char *load(const struct file *f, size_t bytes, struct image *i)
{
	ck_assert_int_eq(file_write(path, f, bytes), 0);
	return image_load(arena, path, i);
}

START_TEST(image)
{
	struct file f = elf();
	struct image i;

	ck_assert_ptr_null(load(&f, sizeof(f), &i));
	ck_assert_uint_eq(i.at, 0x400000);
	ck_assert_uint_eq(i.bytes, 0x1008);
	ck_assert_uint_eq(i.memory_bytes, 0x4000);
	ck_assert(i.wide);
	ck_assert_mem_eq(i.data, f.text, 16);
	ck_assert_uint_eq(i.data[16], 0);
	ck_assert_mem_eq(i.data + 0x1000, f.data, 8);
	ck_assert_uint_eq(image_results(&i), 0x600000);
}
END_TEST

START_TEST(image_refused)
{
	struct file good = elf(), f;
	struct image i;

	ck_assert_str_eq(load(&good, 10, &i), "not an ELF file");
	f = good;
	f.h.e_phoff = 1 << 20;
	ck_assert_str_eq(load(&f, sizeof(f), &i), "its program headers are outside of the file");
	f = good;
	f.h.e_phnum = 0;
	ck_assert_str_eq(load(&f, sizeof(f), &i), "it has nothing to load");
	f = good;
	f.p[1].p_vaddr = 0x400008; /* into the first */
	ck_assert_str_eq(load(&f, sizeof(f), &i), "its segments are not where a payload's are");
	f = good;
	f.p[0].p_vaddr = 0x1000;
	ck_assert_str_eq(load(&f, sizeof(f), &i), "its segments are not where a payload's are");
	f = good;
	f.p[1].p_memsz = ~0ull;
	ck_assert_str_eq(load(&f, sizeof(f), &i), "its segments are not where a payload's are");
	f = good;
	f.p[1].p_offset = ~0ull - 4;
	ck_assert_str_eq(load(&f, sizeof(f), &i), "a segment is outside of the file");
}
END_TEST

enum { RECORDS = 600 };

/* A disk with two segments from sector 1 on, as the hypervisor writes them. */
struct disk {
	uint8_t first[VMX_SECTOR];
	uint8_t head[VMX_SECTOR];
	uint8_t body[2 * VMX_SECTOR];
	uint8_t end[VMX_SECTOR];
};

static void seal(uint8_t *head, const uint8_t *body, size_t bytes)
{
	struct vmx_segment *s = (void *)head;
	size_t h = sizeof(struct cl_header);

	s->magic = VMX_MAGIC;
	s->bytes = bytes;
	s->checksum = VMX_CHECKSUM;
	if (bytes) {
		s->checksum = vmx_checksum(s->checksum, body + h, bytes - h);
		s->checksum = vmx_checksum(s->checksum, body, h);
	}
	s->checksum = vmx_checksum(s->checksum, s, offsetof(struct vmx_segment, checksum));
}

static struct disk disk(void)
{
	static struct disk d;

	memset(&d, 0, sizeof(d));
	for (size_t i = 0; i < RECORDS; i++)
		d.body[i] = (uint8_t)(i * 7);
	seal(d.head, d.body, RECORDS);
	seal(d.end, NULL, 0);
	return d;
}

START_TEST(segments)
{
	struct disk d = disk();
	uint64_t at = 1;

	ck_assert_ptr_eq(segment_next(d.first, sizeof(d), &at), d.head);
	ck_assert_uint_eq(at, 4);
	ck_assert_ptr_eq(segment_next(d.first, sizeof(d), &at), d.end);
	ck_assert_ptr_null(segment_next(d.first, sizeof(d), &at));
	at = 1;
	ck_assert_ptr_null(segment_next(d.first, 3 * VMX_SECTOR, &at)); /* cut off */
	at = ~0ull;
	ck_assert_ptr_null(segment_next(d.first, sizeof(d), &at));
}
END_TEST

/* Any byte changed, in the segment or in what it vouches for: it does not count. */
START_TEST(segment_damaged)
{
	for (size_t i = 0; i < sizeof(struct vmx_segment) + RECORDS; i++) {
		struct disk d = disk();
		uint8_t *b = i < sizeof(struct vmx_segment)
				     ? d.head + i
				     : d.body + (i - sizeof(struct vmx_segment));
		uint64_t at = 1;

		*b ^= 0x10;
		ck_assert_msg(!segment_next(d.first, sizeof(d), &at), "byte %zu", i);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vmx");
	TCase *t = tcase_create("vmx");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, image);
	tcase_add_test(t, image_refused);
	tcase_add_test(t, segments);
	tcase_add_test(t, segment_damaged);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
