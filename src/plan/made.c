/* SPDX-License-Identifier: MIT */
/* Writing relocatable objects (with libelf) and archives: see made.h. */
#include "plan/made.h"

#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct made_section *made_section(struct made *m, const char *name, unsigned flags, unsigned align)
{
	m->section = arena_grow(m->a, m->section, m->nsections, sizeof(*m->section));
	m->section[m->nsections] =
		(struct made_section){ .name = name, .flags = flags, .align = align };
	return &m->section[m->nsections++];
}

size_t made_symbol(struct made *m, struct made_symbol s)
{
	m->symbol = arena_grow(m->a, m->symbol, m->nsymbols, sizeof(s));
	m->symbol[m->nsymbols] = s;
	return m->nsymbols++;
}

void made_reloc(struct made *m, struct made_section *s, struct made_reloc r)
{
	s->reloc = arena_grow(m->a, s->reloc, s->nrelocs, sizeof(r));
	s->reloc[s->nrelocs++] = r;
}

/* ELF ----------------------------------------------------------------------------------------- */

struct writing {
	const struct made *m;
	Elf *e;
	struct str names, strings; /* of sections, of symbols */
	size_t *number;            /* of each symbol in the file: local ones come first */
	size_t nlocals;
};

static size_t add_name(struct str *s, const char *name)
{
	size_t at = s->len;

	str_addn(s, name, strlen(name) + 1);
	return at;
}

static int section_index(int section)
{
	switch (section) {
	case MADE_UNDEFINED:
		return SHN_UNDEF;
	case MADE_ABSOLUTE:
		return SHN_ABS;
	case MADE_COMMON:
		return SHN_COMMON;
	default:
		return section + 1;
	}
}

static Elf_Scn *new_section(struct writing *w, const char *name, unsigned type, GElf_Xword flags,
			    Elf_Type what, void *data, size_t bytes, unsigned align)
{
	Elf_Scn *scn = elf_newscn(w->e);
	Elf_Data *d = scn ? elf_newdata(scn) : NULL;
	GElf_Shdr h;

	if (!d || !gelf_getshdr(scn, &h))
		return NULL;
	d->d_type = what;
	d->d_buf = data;
	d->d_size = bytes;
	d->d_align = align ? align : 1;
	d->d_version = EV_CURRENT;
	h.sh_name = (GElf_Word)add_name(&w->names, name);
	h.sh_type = type;
	h.sh_flags = flags;
	h.sh_addralign = d->d_align;
	return gelf_update_shdr(scn, &h) ? scn : NULL;
}

static bool link_section(Elf_Scn *scn, size_t link, size_t info, size_t entry)
{
	GElf_Shdr h;

	if (!scn || !gelf_getshdr(scn, &h))
		return false;
	h.sh_link = (GElf_Word)link;
	h.sh_info = (GElf_Word)info;
	h.sh_entsize = entry;
	return gelf_update_shdr(scn, &h) != 0;
}

static bool write_sections(struct writing *w)
{
	for (size_t i = 0; i < w->m->nsections; i++) {
		const struct made_section *s = &w->m->section[i];

		if (!new_section(w, s->name, s->data ? SHT_PROGBITS : SHT_NOBITS, s->flags,
				 ELF_T_BYTE, s->data, s->bytes, s->align))
			return false;
	}
	return true;
}

static bool write_symbol(struct writing *w, Elf_Data *d, const struct made_symbol *s, int at)
{
	GElf_Sym y = { .st_info = GELF_ST_INFO(s->bind, s->type),
		       .st_shndx = (GElf_Section)section_index(s->section),
		       .st_value = s->value };

	if (s->name)
		y.st_name = (GElf_Word)add_name(&w->strings, s->name);
	if (s->section == MADE_COMMON) {
		y.st_size = s->value;
		y.st_value = 16;
	}
	return gelf_update_sym(d, at, &y) != 0;
}

static bool write_symbols(struct writing *w)
{
	const struct made *m = w->m;
	bool wide = m->width == W64;
	size_t entry = wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym), next = 1;
	size_t bytes = (m->nsymbols + 1) * entry;
	Elf_Scn *scn = new_section(w, ".symtab", SHT_SYMTAB, 0, ELF_T_SYM, arena_alloc(m->a, bytes),
				   bytes, 8);
	Elf_Data *d = scn ? elf_getdata(scn, NULL) : NULL;

	if (!d)
		return false;
	for (int global = 0; global < 2; global++) {
		for (size_t i = 0; i < m->nsymbols; i++) {
			if ((m->symbol[i].bind != STB_LOCAL) != global)
				continue;
			w->number[i] = next;
			if (!write_symbol(w, d, &m->symbol[i], (int)next++))
				return false;
		}
		if (!global)
			w->nlocals = next;
	}
	return link_section(scn, m->nsections + 2, w->nlocals, entry) &&
	       new_section(w, ".strtab", SHT_STRTAB, 0, ELF_T_BYTE, w->strings.s, w->strings.len,
			   1);
}

static void add_in_place(const struct made_section *s, const struct made_reloc *r)
{
	uint32_t v;

	if (!s->data || r->offset + sizeof(v) > s->bytes)
		return;
	memcpy(&v, s->data + r->offset, sizeof(v));
	v += (uint32_t)r->addend;
	memcpy(s->data + r->offset, &v, sizeof(v));
}

static bool write_relocs(struct writing *w, size_t i)
{
	const struct made_section *s = &w->m->section[i];
	bool wide = w->m->width == W64;
	size_t entry = wide ? sizeof(Elf64_Rela) : sizeof(Elf32_Rel);
	size_t bytes = s->nrelocs * entry;
	Elf_Scn *scn;
	Elf_Data *d;

	if (!s->nrelocs)
		return true;
	scn = new_section(w, arena_printf(w->m->a, "%s%s", wide ? ".rela" : ".rel", s->name),
			  wide ? SHT_RELA : SHT_REL, SHF_INFO_LINK, wide ? ELF_T_RELA : ELF_T_REL,
			  arena_alloc(w->m->a, bytes), bytes, 8);
	d = scn ? elf_getdata(scn, NULL) : NULL;
	for (size_t k = 0; d && k < s->nrelocs; k++) {
		const struct made_reloc *r = &s->reloc[k];
		GElf_Xword info = GELF_R_INFO(w->number[r->symbol], r->type);
		GElf_Rela rela = { r->offset, info, r->addend };
		GElf_Rel rel = { r->offset, info };

		if (!wide)
			add_in_place(s, r);
		if (wide ? !gelf_update_rela(d, (int)k, &rela) : !gelf_update_rel(d, (int)k, &rel))
			return false;
	}
	return d && link_section(scn, w->m->nsections + 1, i + 1, entry);
}

static bool write_all(struct writing *w)
{
	bool wide = w->m->width == W64;
	GElf_Ehdr h;
	Elf_Scn *scn;

	if (!gelf_newehdr(w->e, wide ? ELFCLASS64 : ELFCLASS32) || !gelf_getehdr(w->e, &h))
		return false;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_machine = wide ? EM_X86_64 : EM_386;
	h.e_type = ET_REL;
	h.e_version = EV_CURRENT;
	if (!gelf_update_ehdr(w->e, &h) || !write_sections(w) || !write_symbols(w))
		return false;
	for (size_t i = 0; i < w->m->nsections; i++) {
		if (!write_relocs(w, i))
			return false;
	}
	/* The stack of what is linked is not to be executable for want of this. */
	if (!new_section(w, ".note.GNU-stack", SHT_PROGBITS, 0, ELF_T_BYTE, NULL, 0, 1))
		return false;
	add_name(&w->names, ".shstrtab");
	scn = new_section(w, ".shstrtab", SHT_STRTAB, 0, ELF_T_BYTE, NULL, 0, 1);
	if (!scn || !gelf_getehdr(w->e, &h))
		return false;
	elf_getdata(scn, NULL)->d_buf = w->names.s;
	elf_getdata(scn, NULL)->d_size = w->names.len;
	h.e_shstrndx = (GElf_Half)elf_ndxscn(scn);
	return gelf_update_ehdr(w->e, &h) && elf_update(w->e, ELF_C_WRITE) > 0;
}

uint8_t *made_write(const struct made *m, size_t *len)
{
	struct writing w = { .m = m,
			     .number = arena_alloc(m->a, (m->nsymbols + 1) * sizeof(size_t)) };
	int fd = memfd_create("object", MFD_CLOEXEC);
	uint8_t *out = NULL;
	off_t bytes;

	if (fd < 0)
		return NULL;
	add_name(&w.names, "");
	add_name(&w.strings, "");
	elf_version(EV_CURRENT);
	w.e = elf_begin(fd, ELF_C_WRITE, NULL);
	if (w.e && write_all(&w) && (bytes = lseek(fd, 0, SEEK_END)) > 0) {
		*len = (size_t)bytes;
		out = arena_alloc(m->a, *len);
		if (pread(fd, out, *len, 0) != bytes)
			out = NULL;
	}
	elf_end(w.e);
	close(fd);
	str_free(&w.names);
	str_free(&w.strings);
	return out;
}

/* Archives ------------------------------------------------------------------------------------ */

static void archive_header(struct str *s, const char *name, size_t bytes)
{
	char h[61];

	snprintf(h, sizeof(h), "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", name, 0, 0, 0, 0644, bytes);
	str_addn(s, h, 60);
}

static void big_endian(struct str *s, size_t v)
{
	const char b[4] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };

	str_addn(s, b, 4);
}

static void pad(struct str *s)
{
	if (s->len & 1)
		str_add(s, "\n");
}

/* System V's format, with names in a member of their own. */
uint8_t *made_archive(struct arena *a, const struct made_member *v, size_t n, size_t *len)
{
	struct str out = { 0 }, index = { 0 }, names = { 0 }, text = { 0 };
	size_t *name_at = arena_alloc(a, (n + 1) * sizeof(*name_at)), symbols = 0, at;
	uint8_t *r;

	for (size_t i = 0; i < n; i++) {
		name_at[i] = names.len;
		str_addf(&names, "%s/\n", v[i].name);
		for (const char **g = v[i].global; *g; g++, symbols++)
			str_addn(&text, *g, strlen(*g) + 1);
	}
	pad(&names);
	at = 8 + 60 + 4 + 4 * symbols + text.len;
	at += (at & 1) + 60 + names.len;
	big_endian(&index, symbols);
	for (size_t i = 0; i < n; i++) {
		for (const char **g = v[i].global; *g; g++)
			big_endian(&index, at);
		at += 60 + v[i].len;
		at += at & 1;
	}
	if (text.len)
		str_addn(&index, text.s, text.len);
	str_add(&out, "!<arch>\n");
	archive_header(&out, "/", index.len);
	str_addn(&out, index.s, index.len);
	pad(&out);
	archive_header(&out, "//", names.len);
	str_addn(&out, names.s ? names.s : "", names.len);
	for (size_t i = 0; i < n; i++) {
		archive_header(&out, arena_printf(a, "/%zu", name_at[i]), v[i].len);
		str_addn(&out, (const char *)v[i].data, v[i].len);
		pad(&out);
	}
	*len = out.len;
	r = arena_alloc(a, out.len);
	memcpy(r, out.s, out.len);
	str_free(&out);
	str_free(&index);
	str_free(&names);
	str_free(&text);
	return r;
}
