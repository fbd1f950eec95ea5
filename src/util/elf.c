/* SPDX-License-Identifier: MIT */
/* The little that is read from payload ELFs: the hash of .text, and names for addresses. ELF gABI,
 * chapter 4. The files are our own linker's output; still every offset is checked. */
#include "util/elf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

struct section {
	const char *name;
	uint64_t offset, size, entry;
	uint32_t type, link;
};

struct elf {
	char *data;
	size_t len;
	bool wide;
	unsigned sections;
};

static bool open_elf(struct elf *e, const char *path)
{
	*e = (struct elf){ 0 };
	e->data = file_read(path, &e->len);
	if (!e->data)
		return false;
	if (e->len < sizeof(Elf64_Ehdr) || memcmp(e->data, ELFMAG, SELFMAG)) {
		free(e->data);
		return false;
	}
	e->wide = e->data[EI_CLASS] == ELFCLASS64;
	e->sections = e->wide ? ((Elf64_Ehdr *)e->data)->e_shnum : ((Elf32_Ehdr *)e->data)->e_shnum;
	return true;
}

#define SECTION(bits)                                                                          \
	do {                                                                                   \
		const Elf##bits##_Ehdr *h = (const void *)e->data;                             \
		const Elf##bits##_Shdr *s, *names;                                             \
		if (h->e_shoff % sizeof(h->e_shoff) || h->e_shoff > e->len ||                  \
		    (e->len - h->e_shoff) / sizeof(*s) < h->e_shnum)                           \
			return false;                                                          \
		s = (const void *)(e->data + h->e_shoff);                                      \
		if (h->e_shstrndx >= h->e_shnum)                                               \
			return false;                                                          \
		names = &s[h->e_shstrndx];                                                     \
		if (names->sh_offset > e->len || names->sh_size > e->len - names->sh_offset || \
		    s[i].sh_name >= names->sh_size)                                            \
			return false;                                                          \
		*out = (struct section){ e->data + names->sh_offset + s[i].sh_name,            \
					 s[i].sh_offset,                                       \
					 s[i].sh_type == SHT_NOBITS ? 0 : s[i].sh_size,        \
					 s[i].sh_entsize,                                      \
					 s[i].sh_type,                                         \
					 s[i].sh_link };                                       \
	} while (0)

static bool get_section(const struct elf *e, unsigned i, struct section *out)
{
	if (i >= e->sections)
		return false;
	if (e->wide)
		SECTION(64);
	else
		SECTION(32);
	return out->offset <= e->len && out->size <= e->len - out->offset;
}

uint64_t elf_text_hash(const char *path)
{
	struct elf e;
	struct section s;
	uint64_t h = 0;

	if (!open_elf(&e, path))
		return 0;
	for (unsigned i = 0; i < e.sections; i++) {
		if (get_section(&e, i, &s) && !strcmp(s.name, ".text"))
			h = hash_bytes(HASH_INIT, e.data + s.offset, s.size);
	}
	free(e.data);
	return h;
}

char *elf_symbol(struct arena *a, const char *path, uint64_t address)
{
	struct elf e;
	struct section s, names;
	const char *best = NULL;
	uint64_t best_at = 0;
	char *r = NULL;

	if (!open_elf(&e, path))
		return NULL;
	for (unsigned i = 0; i < e.sections; i++) {
		if (!get_section(&e, i, &s) || s.type != SHT_SYMTAB ||
		    s.offset % (e.wide ? 8 : 4) ||
		    s.entry != (e.wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)) ||
		    !get_section(&e, s.link, &names) || !names.size)
			continue;
		for (uint64_t at = 0; at + s.entry <= s.size; at += s.entry) {
			const char *raw = e.data + s.offset + at;
			uint64_t value = e.wide ? ((const Elf64_Sym *)raw)->st_value
						: ((const Elf32_Sym *)raw)->st_value;
			uint32_t name = e.wide ? ((const Elf64_Sym *)raw)->st_name
					       : ((const Elf32_Sym *)raw)->st_name;
			unsigned info = e.wide ? ((const Elf64_Sym *)raw)->st_info
					       : ((const Elf32_Sym *)raw)->st_info;

			if (!name || name >= names.size || ELF64_ST_TYPE(info) > STT_FUNC || !value)
				continue;
			if (value <= address && address - value < 0x10000 && value >= best_at) {
				best = e.data + names.offset + name;
				best_at = value;
			}
		}
	}
	if (best)
		r = arena_printf(a, "%s+0x%llx", best, (unsigned long long)(address - best_at));
	free(e.data);
	return r;
}
