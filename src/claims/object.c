/* SPDX-License-Identifier: MIT */
/* Reading, comparing and measuring relocatable objects: object.h. Compilers under test wrote the
 * files: every offset is checked. */
#include "claims/object.h"

#include <Zydis/Zydis.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A file with its section headers, made alike for both widths. */
struct file {
	struct arena *a;
	const uint8_t *data;
	size_t len;
	bool wide;
	Elf64_Shdr *sections;
	unsigned n;
};

static bool inside(const struct file *f, uint64_t offset, uint64_t size)
{
	return offset <= f->len && size <= f->len - offset;
}

static const char *open_file(struct arena *a, const char *path, struct file *f)
{
	size_t len;
	char *text = file_read(path, &len);
	Elf32_Ehdr h32;
	Elf64_Ehdr h64;
	uint64_t at;

	if (!text)
		return arena_printf(a, "cannot read %s: %s", path, strerror(errno));
	*f = (struct file){ .a = a,
			    .data = (const uint8_t *)arena_strndup(a, text, len),
			    .len = len };
	free(text);
	if (len < sizeof(h64) || memcmp(f->data, ELFMAG, SELFMAG))
		return "the compiler wrote no ELF file";
	memcpy(&h32, f->data, sizeof(h32));
	memcpy(&h64, f->data, sizeof(h64));
	f->wide = f->data[EI_CLASS] == ELFCLASS64;
	f->n = f->wide ? h64.e_shnum : h32.e_shnum;
	at = f->wide ? h64.e_shoff : h32.e_shoff;
	if (!inside(f, at, f->n * (f->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr))))
		return "the compiler wrote an ELF file that is cut off";
	f->sections = arena_alloc(a, (f->n + 1) * sizeof(*f->sections));
	for (unsigned i = 0; i < f->n; i++) {
		Elf64_Shdr *s = &f->sections[i];
		Elf32_Shdr s32;

		if (f->wide) {
			memcpy(s, f->data + at + i * sizeof(*s), sizeof(*s));
		} else {
			memcpy(&s32, f->data + at + i * sizeof(s32), sizeof(s32));
			*s = (Elf64_Shdr){ .sh_name = s32.sh_name,
					   .sh_type = s32.sh_type,
					   .sh_flags = s32.sh_flags,
					   .sh_offset = s32.sh_offset,
					   .sh_size = s32.sh_size,
					   .sh_link = s32.sh_link,
					   .sh_info = s32.sh_info,
					   .sh_entsize = s32.sh_entsize };
		}
		if (s->sh_type != SHT_NOBITS && !inside(f, s->sh_offset, s->sh_size))
			return "the compiler wrote an ELF file with a section outside of it";
	}
	return NULL;
}

/* A string of the string table in section `table`. */
static const char *string_at(const struct file *f, unsigned table, uint64_t at)
{
	const Elf64_Shdr *s = table < f->n ? &f->sections[table] : NULL;

	if (!s || s->sh_type != SHT_STRTAB || at >= s->sh_size)
		return "";
	return arena_strndup(f->a, (const char *)f->data + s->sh_offset + at,
			     strnlen((const char *)f->data + s->sh_offset + at, s->sh_size - at));
}

static unsigned names_of(const struct file *f)
{
	Elf32_Ehdr h32;
	Elf64_Ehdr h64;

	memcpy(&h32, f->data, sizeof(h32));
	memcpy(&h64, f->data, sizeof(h64));
	return f->wide ? h64.e_shstrndx : h32.e_shstrndx;
}

static size_t nsymbols(const struct file *f, const Elf64_Shdr *s)
{
	return s->sh_size / (f->wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
}

static Elf64_Sym symbol_at(const struct file *f, const Elf64_Shdr *s, size_t i)
{
	Elf64_Sym sym = { 0 };
	Elf32_Sym s32;

	if (i >= nsymbols(f, s))
		return sym;
	if (f->wide) {
		memcpy(&sym, f->data + s->sh_offset + i * sizeof(sym), sizeof(sym));
		return sym;
	}
	memcpy(&s32, f->data + s->sh_offset + i * sizeof(s32), sizeof(s32));
	return (Elf64_Sym){ .st_name = s32.st_name,
			    .st_info = s32.st_info,
			    .st_shndx = s32.st_shndx,
			    .st_value = s32.st_value,
			    .st_size = s32.st_size };
}

static int by_offset(const void *x, const void *y)
{
	const struct object_reloc *a = x, *b = y;

	return (a->offset > b->offset) - (a->offset < b->offset);
}

/* Relocations of section `index`: what its bytes do not say yet. */
static void relocations(const struct file *f, struct object_section *out)
{
	for (unsigned i = 0; i < f->n; i++) {
		const Elf64_Shdr *s = &f->sections[i], *symbols;
		bool rela = s->sh_type == SHT_RELA;
		size_t size = f->wide ? (rela ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel))
				      : (rela ? sizeof(Elf32_Rela) : sizeof(Elf32_Rel));

		if ((!rela && s->sh_type != SHT_REL) || s->sh_info != out->index ||
		    s->sh_link >= f->n)
			continue;
		symbols = &f->sections[s->sh_link];
		for (size_t k = 0; k < s->sh_size / size; k++) {
			const uint8_t *at = f->data + s->sh_offset + k * size;
			struct object_reloc r = { 0 };
			Elf64_Rela wide = { 0 };
			Elf32_Rela narrow = { 0 };
			Elf64_Sym sym;

			if (f->wide) {
				memcpy(&wide, at, size);
				r.offset = wide.r_offset;
				r.type = (uint32_t)ELF64_R_TYPE(wide.r_info);
				r.addend = wide.r_addend;
				sym = symbol_at(f, symbols, ELF64_R_SYM(wide.r_info));
			} else {
				memcpy(&narrow, at, size);
				r.offset = narrow.r_offset;
				r.type = ELF32_R_TYPE(narrow.r_info);
				r.addend = narrow.r_addend;
				sym = symbol_at(f, symbols, ELF32_R_SYM(narrow.r_info));
			}
			r.symbol = ELF64_ST_TYPE(sym.st_info) == STT_SECTION && sym.st_shndx < f->n
					   ? string_at(f, names_of(f),
						       f->sections[sym.st_shndx].sh_name)
					   : string_at(f, symbols->sh_link, sym.st_name);
			out->relocs = arena_grow(f->a, out->relocs, out->nrelocs, sizeof(r));
			out->relocs[out->nrelocs++] = r;
		}
	}
	if (out->nrelocs)
		qsort(out->relocs, out->nrelocs, sizeof(*out->relocs), by_offset);
}

/* The end of a function whose symbol has no size: the next symbol, or the section's end. */
static uint64_t function_end(const struct file *f, const Elf64_Shdr *symbols, const Elf64_Sym *sym,
			     uint64_t end)
{
	for (size_t i = 0; i < nsymbols(f, symbols); i++) {
		Elf64_Sym s = symbol_at(f, symbols, i);

		if (s.st_shndx == sym->st_shndx && s.st_value > sym->st_value && s.st_value < end &&
		    ELF64_ST_TYPE(s.st_info) != STT_SECTION &&
		    ELF64_ST_BIND(s.st_info) == STB_GLOBAL)
			end = s.st_value;
	}
	return end;
}

static void functions(const struct file *f, struct object *out)
{
	for (unsigned i = 0; i < f->n; i++) {
		const Elf64_Shdr *s = &f->sections[i];

		for (size_t k = 0; s->sh_type == SHT_SYMTAB && k < nsymbols(f, s); k++) {
			Elf64_Sym sym = symbol_at(f, s, k);
			struct object_function fn = { 0 };

			if (ELF64_ST_TYPE(sym.st_info) > STT_FUNC ||
			    ELF64_ST_BIND(sym.st_info) != STB_GLOBAL)
				continue;
			for (size_t n = 0; n < out->nsections; n++) {
				const struct object_section *in = &out->sections[n];

				if (in->index != sym.st_shndx || sym.st_value > in->n)
					continue;
				fn = (struct object_function){ string_at(f, s->sh_link,
									 sym.st_name),
							       n, sym.st_value, sym.st_size };
				if (!fn.size || fn.size > in->n - fn.at)
					fn.size = function_end(f, s, &sym, in->n) - fn.at;
				out->functions = arena_grow(f->a, out->functions, out->nfunctions,
							    sizeof(fn));
				out->functions[out->nfunctions++] = fn;
			}
		}
	}
}

const char *object_read(struct arena *a, const char *path, struct object *out)
{
	struct file f;
	const char *wrong = open_file(a, path, &f);

	*out = (struct object){ 0 };
	if (wrong)
		return wrong;
	out->width = f.wide ? W64 : W32;
	for (unsigned i = 0; i < f.n; i++) {
		const Elf64_Shdr *s = &f.sections[i];
		struct object_section section = { .index = i };

		if (s->sh_type != SHT_PROGBITS || !(s->sh_flags & SHF_EXECINSTR) || !s->sh_size)
			continue;
		section.name = string_at(&f, names_of(&f), s->sh_name);
		section.bytes = f.data + s->sh_offset;
		section.n = s->sh_size;
		relocations(&f, &section);
		out->sections = arena_grow(a, out->sections, out->nsections, sizeof(section));
		out->sections[out->nsections++] = section;
	}
	functions(&f, out);
	return out->nsections ? NULL : "the compiler wrote no code";
}

const struct object_function *object_find(const struct object *o, const char *name)
{
	for (size_t i = 0; i < o->nfunctions; i++) {
		if (!strcmp(o->functions[i].name, name))
			return &o->functions[i];
	}
	return NULL;
}
