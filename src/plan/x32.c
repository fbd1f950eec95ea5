/* SPDX-License-Identifier: MIT */
/* x32 objects: x86-64 psABI 4.1.1 (ELF headers) and 4.4 (relocations), and its chapter on the ILP32
 * programming model. Both kinds of objects hold the same machine code and the same relocations, in
 * tables of other sizes; addresses of 4 bytes are relocated as R_X86_64_32. */
#include "plan/x32.h"

#include <gelf.h>
#include <string.h>

struct reading {
	struct arena *a;
	Elf *e;
	struct made *out;
	size_t nsections, nsymbols;
	int *section;   /* of each, in *out; -1: left out */
	size_t *symbol; /* of each, in *out; SIZE_MAX: left out */
	const char *error;
};

static bool fail(struct reading *r, const char *what)
{
	r->error = what;
	return false;
}

static bool corrupt(struct reading *r, const char *what)
{
	return fail(r, arena_printf(r->a, "is corrupt or truncated: %s", what));
}

bool x32_is(const uint8_t *data, size_t len)
{
	Elf32_Ehdr h;

	if (len < sizeof(h) || memcmp(data, ELFMAG, SELFMAG))
		return false;
	memcpy(&h, data, sizeof(h));
	return h.e_ident[EI_CLASS] == ELFCLASS32 && h.e_ident[EI_DATA] == ELFDATA2LSB &&
	       h.e_machine == EM_X86_64;
}

/* Sections ------------------------------------------------------------------------------------ */

static bool read_section(struct reading *r, size_t i, Elf_Scn *scn, const GElf_Shdr *h,
			 const char *name)
{
	const GElf_Xword kept = SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR;
	struct made_section *s;
	Elf_Data *d;

	if (!(h->sh_flags & SHF_ALLOC) || h->sh_type == SHT_NOTE)
		return true;
	if (h->sh_flags & SHF_TLS)
		return fail(r, "has thread-local variables, which do not exist here");
	if (h->sh_type == SHT_INIT_ARRAY || h->sh_type == SHT_FINI_ARRAY ||
	    h->sh_type == SHT_PREINIT_ARRAY)
		return fail(r, "has constructors or destructors, in a table of 4-byte addresses");
	s = made_section(r->out, name, (unsigned)(h->sh_flags & kept), (unsigned)h->sh_addralign);
	s->bytes = h->sh_size;
	r->section[i] = (int)r->out->nsections - 1;
	if (h->sh_type == SHT_NOBITS || !h->sh_size)
		return true;
	d = elf_rawdata(scn, NULL);
	if (!d || !d->d_buf || d->d_size != h->sh_size)
		return corrupt(r, "a section reaches beyond its end");
	s->data = arena_alloc(r->a, h->sh_size);
	memcpy(s->data, d->d_buf, h->sh_size);
	return true;
}

static bool read_sections(struct reading *r)
{
	size_t strings, i = 0;
	Elf_Scn *scn = NULL;
	GElf_Shdr h;

	if (elf_getshdrstrndx(r->e, &strings) || elf_getshdrnum(r->e, &r->nsections))
		return corrupt(r, "it has no sections");
	r->section = arena_alloc(r->a, (r->nsections + 1) * sizeof(*r->section));
	for (i = 0; i <= r->nsections; i++)
		r->section[i] = -1;
	while ((scn = elf_nextscn(r->e, scn))) {
		const char *name =
			gelf_getshdr(scn, &h) ? elf_strptr(r->e, strings, h.sh_name) : NULL;

		i = elf_ndxscn(scn);
		if (!name || i >= r->nsections)
			return corrupt(r, "a section's name is outside of its strings");
		if (!read_section(r, i, scn, &h, arena_strdup(r->a, name)))
			return false;
	}
	return true;
}

/* Symbols ------------------------------------------------------------------------------------- */

static bool read_symbol(struct reading *r, size_t i, const GElf_Sym *y, const char *name)
{
	struct made_symbol s = { .value = y->st_value,
				 .type = GELF_ST_TYPE(y->st_info),
				 .bind = GELF_ST_BIND(y->st_info) };

	if (s.type == STT_FILE)
		return true;
	if (!name)
		return corrupt(r, "a symbol's name is outside of its strings");
	s.name = s.type == STT_SECTION ? NULL : arena_strdup(r->a, name);
	switch (y->st_shndx) {
	case SHN_UNDEF:
		s.section = MADE_UNDEFINED;
		break;
	case SHN_ABS:
		s.section = MADE_ABSOLUTE;
		break;
	case SHN_COMMON:
		s.section = MADE_COMMON;
		s.value = y->st_size;
		break;
	default:
		if (y->st_shndx >= r->nsections)
			return corrupt(r, "a symbol is in no section");
		s.section = r->section[y->st_shndx];
		if (s.section < 0)
			return true;
		break;
	}
	r->symbol[i] = made_symbol(r->out, s);
	return true;
}

static bool read_symbols(struct reading *r)
{
	Elf_Scn *scn = NULL;
	Elf_Data *d = NULL;
	GElf_Shdr h;
	GElf_Sym y;

	while (!d && (scn = elf_nextscn(r->e, scn))) {
		if (gelf_getshdr(scn, &h) && h.sh_type == SHT_SYMTAB)
			d = elf_getdata(scn, NULL);
	}
	r->nsymbols = d ? d->d_size / sizeof(Elf32_Sym) : 0;
	r->symbol = arena_alloc(r->a, (r->nsymbols + 1) * sizeof(*r->symbol));
	for (size_t i = 0; i < r->nsymbols; i++)
		r->symbol[i] = SIZE_MAX;
	for (size_t i = 1; i < r->nsymbols; i++) {
		if (!gelf_getsym(d, (int)i, &y))
			return corrupt(r, "its symbols reach beyond its end");
		if (!read_symbol(r, i, &y, elf_strptr(r->e, h.sh_link, y.st_name)))
			return false;
	}
	return true;
}

/* Relocations --------------------------------------------------------------------------------- */

/* psABI 4.4.1. All that static code and data of the small model have. */
static bool understood(unsigned type)
{
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_GOTPCREL:
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_16:
	case R_X86_64_PC16:
	case R_X86_64_8:
	case R_X86_64_PC8:
	case R_X86_64_PC64:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
		return true;
	default:
		return false;
	}
}

static bool read_relocation(struct reading *r, size_t section, const GElf_Rela *rela)
{
	struct made_section *s = &r->out->section[r->section[section]];
	size_t symbol = GELF_R_SYM(rela->r_info);
	struct made_reloc to = { .offset = rela->r_offset,
				 .type = (unsigned)GELF_R_TYPE(rela->r_info),
				 .addend = rela->r_addend };

	if (to.type == R_X86_64_NONE)
		return true;
	if (!understood(to.type))
		return fail(r, arena_printf(r->a,
					    "has a relocation of type %u, which is not one "
					    "of static code of the small model",
					    to.type));
	if (!s->data || to.offset >= s->bytes || symbol >= r->nsymbols)
		return corrupt(r, "a relocation is outside of its section");
	to.symbol = r->symbol[symbol];
	if (to.symbol == SIZE_MAX)
		return corrupt(r, "a relocation's symbol is none");
	made_reloc(r->out, s, to);
	return true;
}

static bool read_relocations(struct reading *r)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr h;
	GElf_Rela rela;

	while ((scn = elf_nextscn(r->e, scn))) {
		Elf_Data *d;

		if (!gelf_getshdr(scn, &h) || (h.sh_type != SHT_RELA && h.sh_type != SHT_REL))
			continue;
		if (h.sh_info >= r->nsections)
			return corrupt(r, "relocations are of no section");
		if (r->section[h.sh_info] < 0)
			continue;
		if (h.sh_type == SHT_REL)
			return fail(r, "has relocations without addends, which x86-64 has not");
		d = elf_getdata(scn, NULL);
		for (int k = 0; d && gelf_getrela(d, k, &rela); k++) {
			if (!read_relocation(r, h.sh_info, &rela))
				return false;
		}
	}
	return true;
}

const char *x32_read(struct arena *a, const uint8_t *data, size_t len, struct made *out)
{
	struct reading r = { .a = a, .out = out };
	GElf_Ehdr h;

	*out = (struct made){ .a = a, .width = W64 };
	elf_version(EV_CURRENT);
	/* It is only read: libelf asks for a pointer that is not const. */
	r.e = elf_memory((char *)(uintptr_t)data, len);
	if (!r.e || !gelf_getehdr(r.e, &h))
		corrupt(&r, "its header is not one");
	else if (h.e_type != ET_REL)
		fail(&r, "is linked already; give the object (.o) or static archive (.a)");
	else if (read_sections(&r) && read_symbols(&r))
		read_relocations(&r);
	elf_end(r.e);
	return r.error;
}
