/* SPDX-License-Identifier: MIT */
/* See code.h: ELF by libelf, instructions by Zydis. */
#include "check/code.h"
#include "check/object.h"

#include "util/lines.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 15, AT_START = 16 /* int3: no function has the address of the label */ };

struct segment {
	uint64_t at, size, offset;
	bool writable;
};

struct code {
	ZydisDecoder decoder;
	ZydisMachineMode mode;
	uint8_t *file;
	size_t length;
	struct segment segment[8];
	unsigned nsegments;
	uint64_t start, end; /* of code under test */
	struct global {
		uint64_t at;
		const char *name;
	} * global; /* by address */
	size_t nglobals;
	struct global *named; /* those, and local functions */
	size_t nnamed;
	uint64_t *label; /* where any symbol is, in order */
	size_t nlabels;
	uint64_t *local; /* those of local labels */
	size_t nlocals;
	struct lines *lines;
};

/* The payload ------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct global *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void read_segments(struct code *k, Elf *elf)
{
	size_t n = 0;

	elf_getphdrnum(elf, &n);
	for (size_t i = 0; i < n && k->nsegments < ARRAY_SIZE(k->segment); i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(elf, (int)i, &p) || p.p_type != PT_LOAD ||
		    p.p_offset > k->length || p.p_filesz > k->length - p.p_offset)
			continue;
		k->segment[k->nsegments++] =
			(struct segment){ p.p_vaddr, p.p_filesz, p.p_offset, p.p_flags & PF_W };
	}
}

static void add_label(struct arena *a, struct code *k, const GElf_Sym *s)
{
	if (GELF_ST_TYPE(s->st_info) == STT_SECTION || GELF_ST_TYPE(s->st_info) == STT_FILE ||
	    s->st_shndx == SHN_ABS)
		return;
	k->label = arena_grow(a, k->label, k->nlabels, sizeof(*k->label));
	k->label[k->nlabels++] = s->st_value;
	if (GELF_ST_BIND(s->st_info) == STB_LOCAL && GELF_ST_TYPE(s->st_info) == STT_NOTYPE) {
		k->local = arena_grow(a, k->local, k->nlocals, sizeof(*k->local));
		k->local[k->nlocals++] = s->st_value;
	}
}

static void read_symbols(struct arena *a, struct code *k, Elf *elf)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		Elf_Data *data;
		GElf_Shdr h;
		GElf_Sym s;

		if (!gelf_getshdr(section, &h) || h.sh_type != SHT_SYMTAB ||
		    !(data = elf_getdata(section, NULL)))
			continue;
		for (int i = 0; gelf_getsym(data, i, &s); i++) {
			const char *name = elf_strptr(elf, h.sh_link, s.st_name);

			if (!name)
				continue;
			if (!strcmp(name, "cl_code_start"))
				k->start = s.st_value;
			if (!strcmp(name, "cl_rodata"))
				k->end = s.st_value;
			if (s.st_shndx == SHN_UNDEF)
				continue;
			add_label(a, k, &s);
			if (GELF_ST_BIND(s.st_info) == STB_LOCAL &&
			    GELF_ST_TYPE(s.st_info) != STT_FUNC)
				continue;
			k->named = arena_grow(a, k->named, k->nnamed, sizeof(*k->named));
			k->named[k->nnamed++] = (struct global){ s.st_value, symbol_name(a, name) };
			if (GELF_ST_BIND(s.st_info) == STB_LOCAL)
				continue;
			k->global = arena_grow(a, k->global, k->nglobals, sizeof(*k->global));
			k->global[k->nglobals++] =
				(struct global){ s.st_value, symbol_name(a, name) };
		}
	}
	if (k->nnamed)
		qsort(k->named, k->nnamed, sizeof(*k->named), by_place);
	if (k->nglobals)
		qsort(k->global, k->nglobals, sizeof(*k->global), by_place);
	if (k->nlabels)
		qsort(k->label, k->nlabels, sizeof(*k->label), by_number);
}

uint64_t code_symbol(const struct code *k, const char *name)
{
	for (size_t i = 0; i < k->nglobals; i++) {
		if (!strcmp(k->global[i].name, name))
			return k->global[i].at;
	}
	return 0;
}

struct code *code_open(struct arena *a, const char *payload, enum width w)
{
	struct code *k = arena_alloc(a, sizeof(*k));
	char *data = file_read(payload, &k->length);
	Elf *elf;

	if (!data)
		return NULL;
	elf_version(EV_CURRENT);
	elf = elf_memory(data, k->length);
	k->file = arena_alloc(a, k->length + 1);
	memcpy(k->file, data, k->length);
	if (elf) {
		read_segments(k, elf);
		read_symbols(a, k, elf);
		elf_end(elf);
	}
	free(data);
	k->mode = w == W64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LONG_COMPAT_32;
	ZydisDecoderInit(&k->decoder, k->mode,
			 w == W64 ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
	return k->start && k->end > k->start ? k : NULL;
}

static const struct segment *segment_at(const struct code *k, uint64_t address)
{
	for (unsigned i = 0; i < k->nsegments; i++) {
		const struct segment *s = &k->segment[i];

		if (address >= s->at && address - s->at < s->size)
			return s;
	}
	return NULL;
}

const uint8_t *code_bytes(const struct code *k, uint64_t address, size_t *most, bool *writable)
{
	const struct segment *s = segment_at(k, address);
	size_t n;

	if (!s)
		return NULL;
	n = s->size - (address - s->at);
	*most = n < *most ? n : *most;
	if (writable)
		*writable = s->writable;
	return k->file + s->offset + (address - s->at);
}

uint64_t code_start(const struct code *k)
{
	return k->start + AT_START;
}

uint64_t code_end(const struct code *k)
{
	return k->end;
}

bool code_is_global(const struct code *k, uint64_t address)
{
	const struct global key = { address, NULL };

	return k->nglobals && bsearch(&key, k->global, k->nglobals, sizeof(*k->global), by_place);
}

bool code_has_label(const struct code *k, uint64_t address)
{
	return k->nlabels && bsearch(&address, k->label, k->nlabels, sizeof(*k->label), by_number);
}

size_t code_labels(const struct code *k, const uint64_t **at)
{
	*at = k->label;
	for (size_t i = 0; i < k->nlocals; i++) {
		if (code_has(k, k->local[i]))
			return k->nlabels;
	}
	return 0;
}

uint64_t code_function(const struct code *k, uint64_t address)
{
	uint64_t found = code_start(k);

	for (size_t i = 0; i < k->nglobals && k->global[i].at <= address; i++) {
		if (k->global[i].at > found)
			found = k->global[i].at;
	}
	return found;
}

/* Where the function that starts there is at an end: the next global symbol, or all of it. */
uint64_t code_next(const struct code *k, uint64_t entry)
{
	for (size_t i = 0; i < k->nglobals; i++) {
		if (k->global[i].at > entry && k->global[i].at < k->end)
			return k->global[i].at;
	}
	return k->end;
}

const char *code_name(struct arena *a, const struct code *k, uint64_t address)
{
	const struct global *g = NULL;

	for (size_t i = 0; i < k->nnamed && k->named[i].at <= address; i++) {
		if (!g || g->at != k->named[i].at)
			g = &k->named[i];
	}
	if (!g)
		return arena_printf(a, "0x%llx", (unsigned long long)address);
	return address == g->at ? g->name
				: arena_printf(a, "%s+0x%llx", g->name,
					       (unsigned long long)(address - g->at));
}

bool code_decode(const struct code *k, uint64_t at, struct insn *i)
{
	size_t n = LONGEST;
	const uint8_t *bytes = code_has(k, at) ? code_bytes(k, at, &n, NULL) : NULL;

	return bytes && ZYAN_SUCCESS(ZydisDecoderDecodeFull(&k->decoder, bytes, n, &i->in, i->op));
}

const char *code_text(struct arena *a, const struct code *k, uint64_t at)
{
	struct insn i;
	ZydisFormatter f;
	char text[128];

	if (!code_decode(k, at, &i))
		return "?";
	ZydisFormatterInit(&f, ZYDIS_FORMATTER_STYLE_INTEL);
	if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(
		    &f, &i.in, i.op, i.in.operand_count_visible, text, sizeof(text), at, NULL)))
		return "?";
	return arena_strdup(a, text);
}

int code_gpr(const struct code *k, ZydisRegister r)
{
	ZydisRegister whole = ZydisRegisterGetLargestEnclosing(k->mode, r);

	if (ZydisRegisterGetClass(whole) != ZYDIS_REGCLASS_GPR64 &&
	    ZydisRegisterGetClass(whole) != ZYDIS_REGCLASS_GPR32)
		return -1;
	return ZydisRegisterGetId(whole);
}

const char *code_line(struct arena *a, struct code *k, uint64_t at)
{
	if (!k->lines)
		k->lines = lines_open(a, k->file, k->length);
	return lines_at(k->lines, a, at);
}
