/* SPDX-License-Identifier: MIT */
/* What a dynamic linker does with a shared object (System V gABI, "Dynamic Linking"; the psABIs'
 * relocation types), written down as relocations for a static one. Read with libelf. */
#include "check/shared.h"

#include <gelf.h>
#include <string.h>

enum { PAGE = 4096, MOST_IMAGE = 1 << 28 };
/* asm/check.ld puts these where they belong. */
#define IMAGE    ".cl_shared"
#define INDIRECT ".cl_irelative"

struct reading {
	struct arena *a;
	Elf *e;
	struct made *out;
	bool wide;
	uint64_t bytes; /* of the image, from address 0 on */
	uint8_t *image;
	size_t image_symbol, tls_symbol; /* of sections */
	bool has_tls;
	uint64_t tls, tls_bytes; /* initial values of thread-local variables, in the image */
	size_t *symbol;          /* of each dynamic one, in *out; SIZE_MAX: not needed yet */
	Elf_Data *symbols;
	size_t strings, nsymbols;
	uint64_t array[2], narray[2], init; /* of .preinit_array and .init_array */
	const char *error;
};

static bool fail(struct reading *r, const char *what)
{
	r->error = what;
	return false;
}

/* Image --------------------------------------------------------------------------------------- */

static bool read_image(struct reading *r)
{
	uint64_t writable = UINT64_MAX;
	size_t n, len;
	const char *file = elf_rawfile(r->e, &len);
	struct made_section *s;
	GElf_Phdr p;

	if (elf_getphdrnum(r->e, &n))
		return fail(r, "is corrupt: it has no program headers");
	for (size_t i = 0; i < n && gelf_getphdr(r->e, (int)i, &p); i++) {
		if (p.p_type == PT_LOAD && p.p_vaddr + p.p_memsz > r->bytes)
			r->bytes = p.p_vaddr + p.p_memsz;
	}
	if (!r->bytes || r->bytes > MOST_IMAGE)
		return fail(r, "has nothing to load, or too much");
	r->bytes = (r->bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	r->image = arena_alloc(r->a, r->bytes);
	for (size_t i = 0; i < n && gelf_getphdr(r->e, (int)i, &p); i++) {
		if (p.p_type == PT_LOAD) {
			if (p.p_offset > len || p.p_filesz > len - p.p_offset ||
			    p.p_filesz > p.p_memsz)
				return fail(r, "is corrupt or truncated: a segment reaches beyond "
					       "its end");
			/* What is not in the file is zero, and somebody has to write to it. */
			if (!(p.p_flags & PF_W) && p.p_memsz - p.p_filesz > PAGE)
				return fail(r, "is corrupt: a segment that nobody may write has "
					       "memory beyond its bytes");
			memcpy(r->image + p.p_vaddr, file + p.p_offset, p.p_filesz);
		}
		if (p.p_type == PT_LOAD && p.p_flags & PF_W && p.p_vaddr < writable)
			writable = p.p_vaddr;
		r->has_tls = r->has_tls || (p.p_type == PT_TLS && p.p_memsz);
	}
	s = made_section(r->out, IMAGE, SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR, PAGE);
	s->data = r->image;
	s->bytes = r->bytes;
	r->image_symbol =
		made_symbol(r->out, (struct made_symbol){ NULL, 0, 0, STT_SECTION, STB_LOCAL });
	/* Of several objects the first one's. */
	if (writable < r->bytes)
		made_symbol(r->out, (struct made_symbol){ "cl_shared_data", 0, writable, STT_OBJECT,
							  STB_WEAK });
	return true;
}

/* Thread-local variables: sections of their own, so that the linker places them. */
static void read_tls(struct reading *r)
{
	struct made_section *s;
	GElf_Phdr p;
	size_t n;

	if (!r->has_tls || elf_getphdrnum(r->e, &n))
		return;
	for (size_t i = 0; i < n && gelf_getphdr(r->e, (int)i, &p); i++) {
		if (p.p_type != PT_TLS || p.p_vaddr > r->bytes || p.p_memsz > r->bytes - p.p_vaddr)
			continue;
		s = made_section(r->out, ".tdata", SHF_ALLOC | SHF_WRITE | SHF_TLS,
				 p.p_align ? (unsigned)p.p_align : 1);
		s->bytes = p.p_memsz;
		s->data = arena_alloc(r->a, p.p_memsz + 1);
		r->tls = p.p_vaddr;
		r->tls_bytes = p.p_filesz;
		r->tls_symbol =
			made_symbol(r->out, (struct made_symbol){ NULL, (int)r->out->nsections - 1,
								  0, STT_SECTION, STB_LOCAL });
	}
}

/* Symbols ------------------------------------------------------------------------------------- */

/* Names that it defines are defined, those that it needs are undefined once a relocation says so.
 */
static bool read_symbols(struct reading *r)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr h;
	GElf_Sym y;

	while ((scn = elf_nextscn(r->e, scn))) {
		if (gelf_getshdr(scn, &h) && h.sh_type == SHT_DYNSYM && h.sh_entsize)
			break;
	}
	r->symbols = scn ? elf_getdata(scn, NULL) : NULL;
	if (!r->symbols)
		return fail(r, "has no dynamic symbols");
	r->strings = h.sh_link;
	r->nsymbols = h.sh_size / h.sh_entsize;
	r->symbol = arena_alloc(r->a, (r->nsymbols + 1) * sizeof(*r->symbol));
	for (size_t i = 0; i < r->nsymbols; i++) {
		unsigned type, bind;
		const char *name;

		r->symbol[i] = SIZE_MAX;
		if (!i || !gelf_getsym(r->symbols, (int)i, &y))
			continue;
		type = GELF_ST_TYPE(y.st_info);
		bind = GELF_ST_BIND(y.st_info);
		name = elf_strptr(r->e, r->strings, y.st_name);
		if (!name)
			return fail(r, "is corrupt: a symbol's name is outside of its strings");
		if (y.st_shndx == SHN_UNDEF || y.st_shndx == SHN_ABS || type == STT_TLS || !*name ||
		    bind == STB_LOCAL)
			continue;
		/* Of two objects that define a name the first one's counts, as at run time. */
		r->symbol[i] = made_symbol(
			r->out, (struct made_symbol){ name, 0, y.st_value, type, STB_WEAK });
	}
	return true;
}

/* Of two versions of a name one is the default, which is the last in most files; only one may be
 * global. */
static void drop_versions(struct reading *r)
{
	for (size_t i = 0; i < r->out->nsymbols; i++) {
		struct made_symbol *s = &r->out->symbol[i];

		for (size_t k = i + 1; s->name && k < r->out->nsymbols; k++) {
			if (r->out->symbol[k].name && !strcmp(s->name, r->out->symbol[k].name)) {
				s->bind = STB_LOCAL;
				break;
			}
		}
	}
}

/* Relocations --------------------------------------------------------------------------------- */

/* What it needs from elsewhere; what it defines itself it takes from itself. */
static bool target(struct reading *r, size_t symbol, struct made_reloc *to)
{
	const char *name;
	GElf_Sym y;

	if (!symbol || !gelf_getsym(r->symbols, (int)symbol, &y))
		return fail(r, "is corrupt: a relocation has no symbol");
	if (y.st_shndx != SHN_UNDEF) {
		to->symbol = r->image_symbol;
		to->addend += (int64_t)y.st_value;
		return true;
	}
	if (r->symbol[symbol] == SIZE_MAX) {
		name = elf_strptr(r->e, r->strings, y.st_name);
		r->symbol[symbol] = made_symbol(
			r->out,
			(struct made_symbol){
				name ? name : "?", MADE_UNDEFINED, 0,
				GELF_ST_TYPE(y.st_info) == STT_TLS ? STT_TLS : STT_NOTYPE,
				GELF_ST_BIND(y.st_info) == STB_WEAK ? STB_WEAK : STB_GLOBAL });
	}
	to->symbol = r->symbol[symbol];
	return true;
}

static struct made_section *image(struct reading *r)
{
	return &r->out->section[0];
}

/* A word of the image becomes base + addend. */
static void relative(struct reading *r, uint64_t offset, int64_t addend)
{
	made_reloc(r->out, image(r),
		   (struct made_reloc){ offset, r->wide ? R_X86_64_64 : R_386_32, r->image_symbol,
					addend });
}

/* For the payload, which calls what decides: the word's address, a type, and the function. */
static void indirect(struct reading *r, uint64_t offset, int64_t addend)
{
	unsigned word = r->wide ? 8 : 4, type = r->wide ? R_X86_64_64 : R_386_32;
	unsigned words = r->wide ? 3 : 2;
	struct made_section *s = NULL;
	uint8_t *data;

	for (size_t i = 0; i < r->out->nsections; i++) {
		if (!strcmp(r->out->section[i].name, INDIRECT))
			s = &r->out->section[i];
	}
	if (!s)
		s = made_section(r->out, INDIRECT, SHF_ALLOC, 8);
	data = arena_alloc(r->a, s->bytes + words * word);
	if (s->bytes)
		memcpy(data, s->data, s->bytes);
	s->data = data;
	data[s->bytes + word] = r->wide ? R_X86_64_IRELATIVE : R_386_IRELATIVE;
	made_reloc(r->out, s,
		   (struct made_reloc){ s->bytes, type, r->image_symbol, (int64_t)offset });
	if (r->wide)
		made_reloc(
			r->out, s,
			(struct made_reloc){ s->bytes + 2 * word, type, r->image_symbol, addend });
	else
		relative(r, offset, addend);
	s->bytes += words * word;
}

static uint64_t word_at(const struct reading *r, uint64_t offset)
{
	uint64_t v = 0;

	memcpy(&v, r->image + offset, r->wide ? 8 : 4);
	return v;
}

static void set_word(struct reading *r, uint64_t offset, uint64_t v)
{
	memcpy(r->image + offset, &v, r->wide ? 8 : 4);
}

/* A variable's distance from the thread pointer. */
static bool thread_offset(struct reading *r, uint64_t offset, size_t symbol, int64_t addend)
{
	GElf_Sym y = { 0 };
	struct made_reloc to = { offset, r->wide ? R_X86_64_TPOFF64 : R_386_TLS_LE, r->tls_symbol,
				 addend };

	if (symbol && gelf_getsym(r->symbols, (int)symbol, &y) && y.st_shndx == SHN_UNDEF)
		return target(r, symbol, &to) && (made_reloc(r->out, image(r), to), true);
	if (!r->has_tls)
		return fail(r, "is corrupt: a thread-local relocation without such data");
	to.addend += (int64_t)y.st_value;
	made_reloc(r->out, image(r), to);
	return true;
}

/* A descriptor: a function, which clobber supplies, and its argument, the distance. */
static bool descriptor(struct reading *r, uint64_t offset, size_t symbol, int64_t addend)
{
	const struct made_symbol s = { "cl_tls_descriptor", MADE_UNDEFINED, 0, STT_NOTYPE,
				       STB_GLOBAL };
	struct made_reloc to = { offset, r->wide ? R_X86_64_64 : R_386_32, 0, 0 };

	for (size_t i = 0; i < r->out->nsymbols && !to.symbol; i++) {
		if (r->out->symbol[i].name && !strcmp(r->out->symbol[i].name, s.name))
			to.symbol = i;
	}
	if (!to.symbol)
		to.symbol = made_symbol(r->out, s);
	if (offset + 16 > r->bytes)
		return fail(r, "is corrupt: a relocation is outside of its image");
	set_word(r, offset, 0);
	made_reloc(r->out, image(r), to);
	if (r->wide)
		set_word(r, offset + 8, 0);
	return thread_offset(r, offset + (r->wide ? 8 : 4), symbol, addend);
}

static bool relocation(struct reading *r, unsigned type, size_t symbol, uint64_t offset,
		       int64_t addend)
{
	struct made_reloc to = { offset, r->wide ? R_X86_64_64 : R_386_32, 0, addend };
	const unsigned word = r->wide ? 8 : 4;
	enum { NONE, RELATIVE, WORD, TPOFF, MODULE, DESCRIPTOR, INDIRECT_CALL, RELATIVE_TO } what;

	if (offset + word > r->bytes)
		return fail(r, "is corrupt: a relocation is outside of its image");
	/* Types of the psABIs: x86-64 4.4.1, i386 2.5 (Table 2.12) */
	if (r->wide)
		what = type == R_X86_64_RELATIVE    ? RELATIVE
		       : type == R_X86_64_GLOB_DAT  ? WORD
		       : type == R_X86_64_JUMP_SLOT ? WORD
		       : type == R_X86_64_64        ? WORD
		       : type == R_X86_64_DTPMOD64  ? MODULE
		       : type == R_X86_64_DTPOFF64  ? TPOFF
		       : type == R_X86_64_TPOFF64   ? TPOFF
		       : type == R_X86_64_TLSDESC   ? DESCRIPTOR
		       : type == R_X86_64_IRELATIVE ? INDIRECT_CALL
						    : NONE;
	else
		what = type == R_386_RELATIVE       ? RELATIVE
		       : type == R_386_GLOB_DAT     ? WORD
		       : type == R_386_JMP_SLOT     ? WORD
		       : type == R_386_32           ? WORD
		       : type == R_386_PC32         ? RELATIVE_TO
		       : type == R_386_TLS_DTPMOD32 ? MODULE
		       : type == R_386_TLS_DTPOFF32 ? TPOFF
		       : type == R_386_TLS_TPOFF    ? TPOFF
		       : type == R_386_TLS_DESC     ? DESCRIPTOR
		       : type == R_386_IRELATIVE    ? INDIRECT_CALL
						    : NONE;
	switch (what) {
	case RELATIVE:
		set_word(r, offset, 0);
		relative(r, offset, addend);
		return true;
	case RELATIVE_TO:
		to.type = R_386_PC32;
		/* fall through */
	case WORD:
		set_word(r, offset, 0);
		if (!target(r, symbol, &to))
			return false;
		made_reloc(r->out, image(r), to);
		return true;
	case MODULE:
		set_word(r, offset, 1);
		/* Of a variable of its own the distance has no relocation: __tls_get_addr of
		 * clobber adds it to the thread pointer. */
		if (symbol || offset + 2 * word > r->bytes)
			return true;
		addend = (int64_t)word_at(r, offset + word);
		set_word(r, offset + word, 0);
		return thread_offset(r, offset + word, 0, addend);
	case TPOFF:
		set_word(r, offset, 0);
		return thread_offset(r, offset, symbol, addend);
	case DESCRIPTOR:
		return descriptor(r, offset, symbol, addend);
	case INDIRECT_CALL:
		set_word(r, offset, 0);
		indirect(r, offset, addend);
		return true;
	default:
		if (!type)
			return true;
		return fail(r, arena_printf(r->a,
					    "has a dynamic relocation of type %u, which is "
					    "not known here",
					    type));
	}
}

/* RELR: an address, then bitmaps of the words behind it (gABI, "Relative Relocation Table"). */
static bool packed(struct reading *r, Elf_Data *d)
{
	unsigned word = r->wide ? 8 : 4,
		 relative_type = r->wide ? R_X86_64_RELATIVE : R_386_RELATIVE;
	uint64_t at = 0;

	for (size_t i = 0; i + word <= d->d_size; i += word) {
		uint64_t v = 0;
		bool one;

		memcpy(&v, (const uint8_t *)d->d_buf + i, word);
		one = !(v & 1);
		if (one) {
			at = v;
			v = 2;
		}
		for (unsigned bit = 1; bit < 8 * word; bit++, at += word) {
			if (!(v >> bit & 1))
				continue;
			if (at + word > r->bytes)
				return fail(r, "is corrupt: a relocation is outside of its image");
			if (!relocation(r, relative_type, 0, at, (int64_t)word_at(r, at)))
				return false;
			if (one)
				break;
		}
		at += one ? word : 0;
	}
	return true;
}

static bool read_relocations(struct reading *r, Elf_Scn *scn, const GElf_Shdr *h)
{
	Elf_Data *d = elf_getdata(scn, NULL);
	GElf_Rela x;
	GElf_Rel y;

	if (!d)
		return fail(r, "is corrupt: relocations cannot be read");
	for (int i = 0; h->sh_type == SHT_RELA && gelf_getrela(d, i, &x); i++) {
		if (!relocation(r, (unsigned)GELF_R_TYPE(x.r_info), GELF_R_SYM(x.r_info),
				x.r_offset, x.r_addend))
			return false;
	}
	for (int i = 0; h->sh_type == SHT_REL && gelf_getrel(d, i, &y); i++) {
		int64_t there = y.r_offset + 4 <= r->bytes ? (int32_t)word_at(r, y.r_offset) : 0;

		/* Of these the word is no addend. */
		if (GELF_R_TYPE(y.r_info) == R_386_GLOB_DAT ||
		    GELF_R_TYPE(y.r_info) == R_386_JMP_SLOT)
			there = 0;
		if (!relocation(r, (unsigned)GELF_R_TYPE(y.r_info), GELF_R_SYM(y.r_info),
				y.r_offset, there))
			return false;
	}
	return h->sh_type != SHT_RELR || packed(r, d);
}

/* Constructors -------------------------------------------------------------------------------- */

/* The address that a relocation puts into a word of the image; 0: none does. */
static uint64_t word_after(const struct reading *r, uint64_t at)
{
	const struct made_section *s = &r->out->section[0];

	for (size_t i = 0; i < s->nrelocs; i++) {
		if (s->reloc[i].offset == at && s->reloc[i].symbol == r->image_symbol)
			return (uint64_t)s->reloc[i].addend;
	}
	return 0;
}

static void constructors(struct reading *r)
{
	unsigned word = r->wide ? 8 : 4;
	struct made_section *s;
	uint64_t calls[64];
	size_t n = 0;

	if (r->init)
		calls[n++] = r->init;
	for (int k = 0; k < 2; k++) {
		for (uint64_t i = 0; i < r->narray[k] / word && n < ARRAY_SIZE(calls); i++) {
			calls[n] = word_after(r, r->array[k] + i * word);
			n += calls[n] != 0;
		}
	}
	if (!n)
		return;
	s = made_section(r->out, ".init_array", SHF_ALLOC | SHF_WRITE, word);
	s->bytes = n * word;
	s->data = arena_alloc(r->a, s->bytes);
	for (size_t i = 0; i < n; i++)
		made_reloc(r->out, s,
			   (struct made_reloc){ i * word, r->wide ? R_X86_64_64 : R_386_32,
						r->image_symbol, (int64_t)calls[i] });
}

/* Thread-local variables may hold addresses, too. */
static void initial_values(struct reading *r)
{
	struct made_section *s = NULL;

	for (size_t i = 0; i < r->out->nsections; i++) {
		if (!strcmp(r->out->section[i].name, ".tdata"))
			s = &r->out->section[i];
	}
	if (!s)
		return;
	memcpy(s->data, r->image + r->tls, r->tls_bytes);
	for (size_t i = 0; i < r->out->section[0].nrelocs; i++) {
		struct made_reloc to = r->out->section[0].reloc[i];

		if (to.offset < r->tls || to.offset - r->tls >= r->tls_bytes)
			continue;
		to.offset -= r->tls;
		made_reloc(r->out, s, to);
	}
}

static void read_dynamic(struct reading *r, Elf_Scn *scn)
{
	Elf_Data *d = elf_getdata(scn, NULL);
	GElf_Dyn y;

	for (int i = 0; d && gelf_getdyn(d, i, &y) && y.d_tag != DT_NULL; i++) {
		if (y.d_tag == DT_PREINIT_ARRAY || y.d_tag == DT_INIT_ARRAY)
			r->array[y.d_tag == DT_INIT_ARRAY] = y.d_un.d_ptr;
		else if (y.d_tag == DT_PREINIT_ARRAYSZ || y.d_tag == DT_INIT_ARRAYSZ)
			r->narray[y.d_tag == DT_INIT_ARRAYSZ] = y.d_un.d_val;
		else if (y.d_tag == DT_INIT)
			r->init = y.d_un.d_ptr;
	}
}

static bool read_all(struct reading *r)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr h;

	if (!read_image(r) || !read_symbols(r))
		return false;
	read_tls(r);
	drop_versions(r);
	while ((scn = elf_nextscn(r->e, scn))) {
		if (!gelf_getshdr(scn, &h))
			return fail(r, "is corrupt: a section header cannot be read");
		if (h.sh_type == SHT_DYNAMIC)
			read_dynamic(r, scn);
		if ((h.sh_type == SHT_REL || h.sh_type == SHT_RELA || h.sh_type == SHT_RELR) &&
		    h.sh_flags & SHF_ALLOC && !read_relocations(r, scn, &h))
			return false;
	}
	initial_values(r);
	constructors(r);
	return true;
}

const char *shared_read(struct arena *a, const uint8_t *data, size_t len, struct made *out)
{
	struct reading r = { .a = a, .out = out };

	elf_version(EV_CURRENT);
	r.e = elf_memory((char *)(uintptr_t)data, len);
	r.wide = data[EI_CLASS] == ELFCLASS64;
	*out = (struct made){ .a = a, .width = r.wide ? W64 : W32 };
	if (!r.e)
		return "is corrupt";
	if (!read_all(&r) && !r.error)
		r.error = "is corrupt";
	/* Names are in the file's memory, which stays. */
	elf_end(r.e);
	return r.error;
}
