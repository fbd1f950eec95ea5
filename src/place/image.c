/* SPDX-License-Identifier: MIT */
/* Payload ELFs into memory images. ELF gABI, chapter 5, "Program Header". */
#include "place/image.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE_PAGE = 2 << 20, PAGE = 4096 };
/* Payloads are linked at or above the first, within what guest.c has page tables for. */
enum { LOWEST = 4 << 20, MOST = 64 << 20 };

struct segment {
	uint64_t offset, at, file_bytes, memory_bytes;
	bool code;
};

/* The loadable segment of a program header, whatever the class. */
#define LOADABLE(bits)                                                                          \
	static const char *loadable##bits(const char *file, size_t len, struct segment *v,      \
					  size_t *n, size_t room)                               \
	{                                                                                       \
		const Elf##bits##_Ehdr *h = (const void *)file;                                 \
		const Elf##bits##_Phdr *p;                                                      \
                                                                                                \
		if (h->e_phoff % sizeof(h->e_phoff) || h->e_phoff > len ||                      \
		    (len - h->e_phoff) / sizeof(*p) < h->e_phnum)                               \
			return "its program headers are outside of the file";                   \
		p = (const void *)(file + h->e_phoff);                                          \
		for (unsigned i = 0; i < h->e_phnum && *n < room; i++) {                        \
			if (p[i].p_type == PT_LOAD && p[i].p_memsz)                             \
				v[(*n)++] = (struct segment){ p[i].p_offset, p[i].p_vaddr,      \
							      p[i].p_filesz, p[i].p_memsz,      \
							      (p[i].p_flags & (PF_X | PF_W)) == \
								      PF_X };                   \
		}                                                                               \
		return NULL;                                                                    \
	}
LOADABLE(32)
LOADABLE(64)

static const char *place_segments(struct arena *a, const char *file, size_t len,
				  const struct segment *v, size_t n, struct image *out)
{
	uint64_t end = v[0].at, file_end = end;
	uint8_t *data;

	for (size_t i = 0; i < n; i++) {
		if (v[i].at < end || v[i].at < LOWEST || v[i].memory_bytes > MOST ||
		    v[i].at - v[0].at > MOST - v[i].memory_bytes)
			return "its segments are not where a payload's are";
		if (v[i].file_bytes > v[i].memory_bytes || v[i].offset > len ||
		    v[i].file_bytes > len - v[i].offset)
			return "a segment is outside of the file";
		end = v[i].at + v[i].memory_bytes;
		if (v[i].file_bytes)
			file_end = v[i].at + v[i].file_bytes;
	}
	out->at = v[0].at;
	out->bytes = file_end - v[0].at;
	out->memory_bytes = (end - v[0].at + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	out->data = data = arena_alloc(a, out->bytes + 1);
	for (size_t i = 0; i < n; i++) {
		if (v[i].file_bytes)
			memcpy(data + (v[i].at - v[0].at), file + v[i].offset, v[i].file_bytes);
	}
	return NULL;
}

/* What a payload has to load. NULL, or what is wrong with it. */
static const char *read_segments(const char *file, size_t len, struct segment *v, size_t *n,
				 size_t room)
{
	const char *error;

	if (!file || len < sizeof(Elf64_Ehdr) || memcmp(file, ELFMAG, SELFMAG))
		return "not an ELF file";
	error = file[EI_CLASS] == ELFCLASS64 ? loadable64(file, len, v, n, room)
					     : loadable32(file, len, v, n, room);
	return !error && !*n ? "it has nothing to load" : error;
}

const char *image_load(struct arena *a, const char *path, struct image *out)
{
	struct segment v[8];
	size_t n = 0, len;
	char *file = file_read(path, &len);
	const char *error = read_segments(file, len, v, &n, ARRAY_SIZE(v));

	*out = (struct image){ 0 };
	if (!error) {
		out->wide = file[EI_CLASS] == ELFCLASS64;
		error = place_segments(a, file, len, v, n, out);
	}
	free(file);
	return error;
}

static uint32_t sum_of(const char *code, size_t bytes)
{
	uint32_t sum = 0, word;

	for (size_t i = 0; i + sizeof(word) <= bytes; i += sizeof(word)) {
		memcpy(&word, code + i, sizeof(word));
		sum = cl_text_sum(sum, &word, 1);
	}
	return sum;
}

static const char *proof_name(uint32_t proof)
{
	static const char *const names[] = {
		[CL_PROOF_NONE] = "nowhere that is known",
		[CL_PROOF_PROCESS] = "in a process",
		[CL_PROOF_GUEST] = "as the guest of another hypervisor",
		[CL_PROOF_NON_ROOT] = "in VMX non-root operation",
		[CL_PROOF_ROOT] = "in VMX root operation without a current VMCS",
		[CL_PROOF_ROOT_VMCS] = "in VMX root operation with a current VMCS",
	};

	return names[proof < ARRAY_SIZE(names) ? proof : CL_PROOF_NONE];
}

const char *image_ran_otherwise(struct arena *a, const char *path, const struct cl_header *h,
				enum cl_proof where)
{
	struct segment v[8];
	size_t n = 0, len;
	char *file = file_read(path, &len);
	const char *error = read_segments(file, len, v, &n, ARRAY_SIZE(v));
	uint32_t sum = 0;

	for (size_t i = 0; !error && i < n; i++) {
		if (v[i].offset > len || v[i].file_bytes > len - v[i].offset)
			error = "a segment is outside of the file";
		else if (v[i].code)
			sum = sum_of(file + v[i].offset, v[i].file_bytes);
	}
	free(file);
	if (error)
		return arena_printf(a, "%s: %s", path, error);
	if (h->text_before != sum)
		return "the code in memory is not the code that was built (or its results were "
		       "overwritten)";
	if (h->finished && h->text_after != sum)
		return "the code in memory was changed while it ran";
	if (h->ran_before != where || (h->finished && h->ran_after != where))
		return arena_printf(
			a, "it ran %s, not %s",
			proof_name(h->ran_before != where ? h->ran_before : h->ran_after),
			proof_name(where));
	return NULL;
}

uint64_t image_results(const struct image *i)
{
	return (i->at + i->memory_bytes + LARGE_PAGE - 1) & ~(uint64_t)(LARGE_PAGE - 1);
}
