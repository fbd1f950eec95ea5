/* SPDX-License-Identifier: MIT */
/* COFF objects: Microsoft, PE Format, "COFF File Header", "Section Table", "COFF Relocations",
 * "COFF Symbol Table". Relocations are read here: what converts objects takes addends of relative
 * ones for ELF's, from the place and not from its end. */
#include "plan/coff.h"

#include <elf.h>
#include <string.h>

enum {
	MACHINE_AMD64 = 0x8664,
	MACHINE_I386 = 0x14c,
	FILE_HEADER = 20,
	SECTION_HEADER = 40,
	SYMBOL = 18,
	RELOCATION = 10,
	/* Characteristics of a section. */
	UNINITIALISED = 0x80,
	LINK_INFO = 0x200,
	LINK_REMOVE = 0x800,
	COMDAT = 0x1000,
	MANY_RELOCATIONS = 0x01000000,
	DISCARDABLE = 0x02000000,
	EXECUTE = 0x20000000,
	WRITE = 0x80000000u,
	/* Storage classes; a symbol's section. */
	CLASS_EXTERNAL = 2,
	CLASS_STATIC = 3,
	CLASS_LABEL = 6,
	CLASS_WEAK = 105,
	SECTION_ABSOLUTE = -1,
	FUNCTION = 0x20
};

struct reading {
	struct arena *a;
	const uint8_t *data;
	size_t len;
	struct made *out;
	uint32_t symbols, nsymbols;
	unsigned nsections;
	int *section; /* of each, in *out; -1: left out */
	bool *comdat;
	size_t *symbol; /* of each, in *out */
	const char *error;
};

static uint32_t word(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static unsigned half(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static bool corrupt(struct reading *r, const char *what)
{
	r->error = arena_printf(r->a, "is corrupt or truncated: %s", what);
	return false;
}

/* `bytes` of the file from `at` on, or NULL. */
static const uint8_t *bytes_at(const struct reading *r, uint64_t at, uint64_t bytes)
{
	return at <= r->len && bytes <= r->len - at ? r->data + at : NULL;
}

bool coff_is(const uint8_t *data, size_t len)
{
	unsigned machine = len >= FILE_HEADER ? half(data) : 0;

	/* An object has no optional header. */
	return (machine == MACHINE_AMD64 || machine == MACHINE_I386) && !half(data + 16);
}

/* A name in its eight bytes, or in the table of strings behind the symbols. */
static const char *name_of(struct reading *r, const uint8_t *field, bool section)
{
	uint64_t strings = r->symbols + (uint64_t)r->nsymbols * SYMBOL, at = 0;
	const uint8_t *end;

	if (section && field[0] == '/') {
		for (int i = 1; i < 8 && field[i] >= '0' && field[i] <= '9'; i++)
			at = at * 10 + (uint64_t)(field[i] - '0');
	} else if (!section && !word(field)) {
		at = word(field + 4);
	} else {
		return arena_strndup(r->a, (const char *)field, strnlen((const char *)field, 8));
	}
	at += strings;
	end = at < r->len ? memchr(r->data + at, 0, r->len - at) : NULL;
	return end ? (const char *)r->data + at : NULL;
}

/* Sections ------------------------------------------------------------------------------------ */

static bool left_out(const char *name, uint32_t flags)
{
	static const char *const names[] = { ".pdata",    ".xdata",  ".debug", ".drectve", ".llvm",
					     ".eh_frame", ".voltbl", ".gfids", ".sxdata" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	}
	return flags & (LINK_INFO | LINK_REMOVE | DISCARDABLE);
}

/* By what it may do, for clobber's linker script; .ctors and the like by their own names. */
static const char *elf_name(struct reading *r, const char *name, uint32_t flags)
{
	const char *kind = flags & EXECUTE                          ? ".text"
			   : flags & WRITE && flags & UNINITIALISED ? ".bss"
			   : flags & WRITE                          ? ".data"
								    : ".rodata";
	char *own;

	if (!strncmp(name, ".ctors", 6))
		return name;
	own = arena_printf(r->a, "%s.%s", kind, name[0] == '.' ? name + 1 : name);
	for (char *s = own; *s; s++) {
		if (*s == '$')
			*s = '.';
	}
	return own;
}

static bool read_section(struct reading *r, unsigned i)
{
	const uint8_t *h = bytes_at(r, FILE_HEADER + (uint64_t)i * SECTION_HEADER, SECTION_HEADER);
	const char *name = h ? name_of(r, h, true) : NULL;
	uint32_t flags, bytes, align;
	struct made_section *s;
	const uint8_t *data;

	r->section[i] = -1;
	if (!name)
		return corrupt(r, "a section header is outside of it");
	flags = word(h + 36);
	bytes = word(h + 16);
	align = flags >> 20 & 15;
	r->comdat[i] = flags & COMDAT;
	if (left_out(name, flags))
		return true;
	if (!strncmp(name, ".tls", 4)) {
		r->error = "has thread-local variables of Windows, which do not exist here";
		return false;
	}
	s = made_section(r->out, elf_name(r, name, flags),
			 SHF_ALLOC | (flags & EXECUTE ? SHF_EXECINSTR : 0) |
				 (flags & WRITE ? SHF_WRITE : 0),
			 align ? 1u << (align - 1) : 16);
	r->section[i] = (int)r->out->nsections - 1;
	s->bytes = bytes;
	if (flags & UNINITIALISED)
		return true;
	data = bytes_at(r, word(h + 20), bytes);
	if (!data)
		return corrupt(r, "a section reaches beyond its end");
	s->data = arena_alloc(r->a, bytes + 1);
	memcpy(s->data, data, bytes);
	return true;
}

/* Symbols ------------------------------------------------------------------------------------- */

/* _f, _f@8, @f@8: cdecl, stdcall, fastcall of 32-bit Windows. */
static const char *plain_name(struct reading *r, const char *name)
{
	size_t n;

	if (r->out->width == W64 || (*name != '_' && *name != '@') || !name[1])
		return name;
	name++;
	n = strcspn(name, "@");
	if (name[n] && n && strspn(name + n + 1, "0123456789") == strlen(name + n + 1))
		return arena_strndup(r->a, name, n);
	return name;
}

static bool read_symbol(struct reading *r, uint32_t i, const uint8_t *y)
{
	const char *name = name_of(r, y, false);
	int section = (int16_t)half(y + 12);
	unsigned class = y[16];
	struct made_symbol s = { .value = word(y + 8), .type = STT_NOTYPE, .bind = STB_LOCAL };

	if (!name)
		return corrupt(r, "a symbol's name is outside of its strings");
	if (section > (int)r->nsections)
		return corrupt(r, "a symbol is in no section");
	r->symbol[i] = SIZE_MAX;
	if (section > 0 && r->section[section - 1] < 0)
		return true;
	if (class != CLASS_EXTERNAL && class != CLASS_STATIC && class != CLASS_LABEL &&
	    class != CLASS_WEAK)
		return true;
	s.name = plain_name(r, name);
	if (class == CLASS_EXTERNAL)
		s.bind = STB_GLOBAL;
	if (class == CLASS_WEAK)
		s.bind = STB_WEAK;
	if (section > 0) {
		s.section = r->section[section - 1];
		if (r->comdat[section - 1] && s.bind == STB_GLOBAL)
			s.bind = STB_WEAK;
	} else if (section == SECTION_ABSOLUTE) {
		s.section = MADE_ABSOLUTE;
	} else if (section) {
		return true;
	} else {
		s.section = class == CLASS_EXTERNAL && s.value ? MADE_COMMON : MADE_UNDEFINED;
		if (s.bind == STB_LOCAL)
			return true;
	}
	if (half(y + 14) == FUNCTION && section > 0)
		s.type = STT_FUNC;
	/* Addresses relative to an image's start are addresses here. */
	if (s.section == MADE_UNDEFINED && !strcmp(name, "__ImageBase"))
		s = (struct made_symbol){ name, MADE_ABSOLUTE, 0, STT_NOTYPE, STB_LOCAL };
	r->symbol[i] = made_symbol(r->out, s);
	return true;
}

/* A weak external that nothing defines is another symbol: its first auxiliary record says which. */
static void default_of_weak(struct reading *r, uint32_t i, const uint8_t *y)
{
	uint32_t tag = y[17] ? word(y + SYMBOL) : UINT32_MAX;
	struct made_symbol *s;

	if (y[16] != CLASS_WEAK || r->symbol[i] == SIZE_MAX || tag >= r->nsymbols ||
	    r->symbol[tag] == SIZE_MAX)
		return;
	s = &r->out->symbol[r->symbol[i]];
	if (s->section != MADE_UNDEFINED)
		return;
	s->section = r->out->symbol[r->symbol[tag]].section;
	s->value = r->out->symbol[r->symbol[tag]].value;
}

static bool read_symbols(struct reading *r)
{
	const uint8_t *y = bytes_at(r, r->symbols, (uint64_t)r->nsymbols * SYMBOL);

	if (!y)
		return corrupt(r, "its symbols reach beyond its end");
	for (uint32_t i = 0; i < r->nsymbols; i += 1 + y[i * SYMBOL + 17]) {
		if ((uint64_t)i + y[i * SYMBOL + 17] >= r->nsymbols)
			return corrupt(r, "its symbols reach beyond its end");
		if (!read_symbol(r, i, y + (size_t)i * SYMBOL))
			return false;
	}
	for (uint32_t i = 0; i < r->nsymbols; i += 1 + y[i * SYMBOL + 17])
		default_of_weak(r, i, y + (size_t)i * SYMBOL);
	return true;
}

/* Relocations --------------------------------------------------------------------------------- */

/* Type numbers: PE Format, "Type Indicators". False: there is no such thing here. */
static bool translate(const struct reading *r, unsigned type, const uint8_t *at,
		      struct made_reloc *to)
{
	int32_t there = (int32_t)word(at);

	if (r->out->width == W32) {
		to->type = type == 0x14 ? R_386_PC32 : R_386_32;
		/* ELF's is relative to the place, COFF's to what follows it. */
		to->addend = type == 0x14 ? -4 : 0;
		return type == 0x14 || type == 6 || type == 7;
	}
	switch (type) {
	case 1:
		to->type = R_X86_64_64;
		to->addend = (int64_t)(word(at) | (uint64_t)word(at + 4) << 32);
		return true;
	case 2:
	case 3:
		to->type = R_X86_64_32;
		to->addend = there;
		return true;
	case 4:
	case 5:
	case 6:
	case 7:
	case 8:
	case 9:
		to->type = R_X86_64_PC32;
		to->addend = (int64_t)there - 4 - (int)(type - 4);
		return true;
	default:
		return false;
	}
}

static bool read_relocation(struct reading *r, struct made_section *s, const uint8_t *p)
{
	uint32_t offset = word(p), symbol = word(p + 4);
	unsigned type = half(p + 8);
	size_t bytes = type == 1 && r->out->width == W64 ? 8 : 4;
	struct made_reloc to = { .offset = offset };

	if (!type)
		return true;
	if (!s->data || offset > s->bytes || s->bytes - offset < bytes || symbol >= r->nsymbols)
		return corrupt(r, "a relocation is outside of its section");
	if (!translate(r, type, s->data + offset, &to)) {
		r->error = arena_printf(r->a,
					"has a relocation of type 0x%x, which has no meaning "
					"outside of Windows",
					type);
		return false;
	}
	to.symbol = r->symbol[symbol];
	if (to.symbol == SIZE_MAX)
		return corrupt(r, "a relocation's symbol is none");
	made_reloc(r->out, s, to);
	return true;
}

static bool read_relocations(struct reading *r, unsigned i)
{
	const uint8_t *h = r->data + FILE_HEADER + (size_t)i * SECTION_HEADER;
	uint32_t n = half(h + 32), first = 0;
	const uint8_t *p;

	if (r->section[i] < 0 || !n)
		return true;
	p = bytes_at(r, word(h + 24), (uint64_t)n * RELOCATION);
	if (p && word(h + 36) & MANY_RELOCATIONS && n == 0xffff) {
		n = word(p);
		first = 1;
		p = bytes_at(r, word(h + 24), (uint64_t)n * RELOCATION);
	}
	if (!p)
		return corrupt(r, "relocations reach beyond its end");
	for (uint32_t k = first; k < n; k++) {
		if (!read_relocation(r, &r->out->section[r->section[i]],
				     p + (size_t)k * RELOCATION))
			return false;
	}
	return true;
}

const char *coff_read(struct arena *a, const uint8_t *data, size_t len, struct made *out)
{
	struct reading r = { .a = a, .data = data, .len = len, .out = out };
	bool ok = true;

	*out = (struct made){ .a = a, .width = half(data) == MACHINE_AMD64 ? W64 : W32 };
	r.nsections = half(data + 2);
	r.symbols = word(data + 8);
	r.nsymbols = word(data + 12);
	r.section = arena_alloc(a, (r.nsections + 1) * sizeof(*r.section));
	r.comdat = arena_alloc(a, (r.nsections + 1) * sizeof(*r.comdat));
	if (!bytes_at(&r, r.symbols, (uint64_t)r.nsymbols * SYMBOL))
		return "is corrupt or truncated: its symbols reach beyond its end";
	r.symbol = arena_alloc(a, ((size_t)r.nsymbols + 1) * sizeof(*r.symbol));
	for (size_t i = 0; i < r.nsymbols; i++)
		r.symbol[i] = SIZE_MAX;
	for (unsigned i = 0; ok && i < r.nsections; i++)
		ok = read_section(&r, i);
	ok = ok && read_symbols(&r);
	for (unsigned i = 0; ok && i < r.nsections; i++)
		ok = read_relocations(&r, i);
	return r.error;
}
