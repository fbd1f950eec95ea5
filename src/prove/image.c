/* SPDX-License-Identifier: MIT */
/* Objects laid out and relocated in memory: image.h. The relocations are those of the x86-64 psABI,
 * Table 4.9, and the i386 psABI, Table 4.9; what is not among them leaves a hole. */
#include "prove/image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GAP = 0x1000, FIRST = 0x100000, GOT = 0x50000000, UNDEFINED = 0x60000000, APART = 0x400 };

struct layout {
	struct arena *a;
	struct image *m;
	Elf *elf;
	uint8_t *raw;
	uint64_t *base;    /* of each section of the file; 0: not in memory */
	GElf_Shdr *header; /* of each section */
	size_t nsections;
	unsigned word;
};

/* What a relocation of a type computes. */
enum formula { R_S, R_S_P, R_G, R_G_P, R_GOT_P, R_S_GOT, R_IGNORED, R_THREAD };

static const struct {
	uint8_t machine64, type, bytes, formula;
} formulas[] = {
#define R(bits, type, bytes, formula) { (bits) == 64, R_##type, bytes, R_##formula },
#include "prove/relocations.def"
#undef R
};

/* Sections ------------------------------------------------------------------------------------ */

/* Where the next section goes; false: there is no room, or its header is nonsense. */
static bool next_address(uint64_t *at, const GElf_Shdr *h, uint64_t *base)
{
	uint64_t align = h->sh_addralign > GAP ? h->sh_addralign : GAP;

	if (align & (align - 1) || align > FIRST || *at + h->sh_size + 2 * align > GOT)
		return false;
	*base = (*at + align - 1) & -align;
	*at = *base + h->sh_size + GAP;
	return true;
}

static int by_place(const void *x, const void *y)
{
	const struct image_section *a = x, *b = y;

	return (a->address > b->address) - (a->address < b->address);
}

static bool place_sections(struct layout *l)
{
	uint64_t at = FIRST;
	size_t strings;

	if (elf_getshdrstrndx(l->elf, &strings) || elf_getshdrnum(l->elf, &l->nsections))
		return false;
	l->base = arena_alloc(l->a, (l->nsections + 1) * sizeof(*l->base));
	l->header = arena_alloc(l->a, (l->nsections + 1) * sizeof(*l->header));
	l->m->section = arena_alloc(l->a, (l->nsections + 1) * sizeof(*l->m->section));
	for (size_t i = 1; i < l->nsections; i++) {
		GElf_Shdr *h = &l->header[i];
		struct image_section *s = &l->m->section[l->m->nsections];
		const char *name;

		if (!gelf_getshdr(elf_getscn(l->elf, i), h))
			return false;
		if (h->sh_type != SHT_NOBITS &&
		    (h->sh_offset > l->m->elf_size || h->sh_size > l->m->elf_size - h->sh_offset))
			return false;
		if (!(h->sh_flags & SHF_ALLOC) || h->sh_size > UNDEFINED / 8)
			continue;
		if (l->m->linked) {
			l->base[i] = h->sh_addr;
		} else if (!next_address(&at, h, &l->base[i])) {
			return false;
		}
		name = elf_strptr(l->elf, strings, h->sh_name);
		*s = (struct image_section){ .name = name ? arena_strdup(l->a, name) : "",
					     .address = l->base[i],
					     .size = h->sh_size,
					     .code = h->sh_flags & SHF_EXECINSTR };
		s->bytes = h->sh_type == SHT_NOBITS ? NULL : l->raw + h->sh_offset;
		s->writable = h->sh_flags & SHF_WRITE && strncmp(s->name, ".data.rel.ro", 12) != 0;
		l->m->nsections++;
	}
	qsort(l->m->section, l->m->nsections, sizeof(*l->m->section), by_place);
	return true;
}

/* libdw is to see the same addresses. */
static void write_addresses(struct layout *l)
{
	GElf_Ehdr h;

	if (!gelf_getehdr(l->elf, &h))
		return;
	for (size_t i = 1; i < l->nsections; i++) {
		uint8_t *at = l->raw + h.e_shoff + i * h.e_shentsize;
		uint32_t narrow = (uint32_t)l->base[i];

		if (!l->base[i] || h.e_shoff + (i + 1) * h.e_shentsize > l->m->elf_size)
			continue;
		if (l->word == 8)
			memcpy(at + offsetof(Elf64_Shdr, sh_addr), &l->base[i], 8);
		else
			memcpy(at + offsetof(Elf32_Shdr, sh_addr), &narrow, 4);
	}
}

/* Symbols ------------------------------------------------------------------------------------- */

static int by_address(const void *x, const void *y)
{
	const struct image_symbol *a = *(struct image_symbol *const *)x,
				  *b = *(struct image_symbol *const *)y;

	return (a->address > b->address) - (a->address < b->address);
}

/* Of one name the global one first. */
static int by_name(const void *x, const void *y)
{
	const struct image_symbol *a = *(struct image_symbol *const *)x,
				  *b = *(struct image_symbol *const *)y;
	int o = strcmp(a->name, b->name);

	return o ? o : a->local - b->local;
}

static uint64_t symbol_address(const struct layout *l, const GElf_Sym *y, size_t index)
{
	if (y->st_shndx == SHN_UNDEF)
		return UNDEFINED + index * APART;
	if (y->st_shndx == SHN_ABS)
		return y->st_value;
	if (y->st_shndx < l->nsections)
		return (l->m->linked ? 0 : l->base[y->st_shndx]) + y->st_value;
	return UNDEFINED + index * APART;
}

static void read_symbols(struct layout *l, size_t table)
{
	Elf_Data *d = elf_getdata(elf_getscn(l->elf, table), NULL);
	struct image *m = l->m;
	GElf_Sym y;

	if (d)
		m->got = arena_alloc(l->a, (d->d_size / 16 + 4) * sizeof(*m->got));
	for (int i = 1; d && gelf_getsym(d, i, &y); i++) {
		const char *name = elf_strptr(l->elf, l->header[table].sh_link, y.st_name);
		unsigned type = GELF_ST_TYPE(y.st_info), bind = GELF_ST_BIND(y.st_info);
		bool defined = y.st_shndx != SHN_UNDEF && y.st_shndx < l->nsections;

		m->ngot = (size_t)i + 1;
		m->got[i] = symbol_address(l, &y, (size_t)i);
		if (!name || !*name || type == STT_FILE || type == STT_SECTION || type == STT_TLS)
			continue;
		if (defined && !l->base[y.st_shndx] && !m->linked)
			continue; /* of a section that is not in memory */
		m->symbol = arena_grow(l->a, m->symbol, m->nsymbols, sizeof(*m->symbol));
		m->symbol[m->nsymbols++] = (struct image_symbol){
			.name = arena_strdup(l->a, name),
			.address = symbol_address(l, &y, (size_t)i),
			.size = y.st_size,
			.section = defined ? y.st_shndx : 0,
			.function = type == STT_FUNC || type == STT_GNU_IFUNC ||
				    (type == STT_NOTYPE && defined &&
				     l->header[y.st_shndx].sh_flags & SHF_EXECINSTR),
			.typed = type == STT_FUNC || type == STT_GNU_IFUNC,
			.local = bind == STB_LOCAL,
			.weak = bind == STB_WEAK,
			.resolver = type == STT_GNU_IFUNC,
			.hidden = GELF_ST_VISIBILITY(y.st_other) == STV_HIDDEN ||
				  GELF_ST_VISIBILITY(y.st_other) == STV_INTERNAL,
		};
	}
}

static void sort_symbols(struct layout *l)
{
	struct image *m = l->m;

	m->by_address = arena_alloc(l->a, (m->nsymbols + 1) * sizeof(*m->by_address));
	for (size_t i = 0; i < m->nsymbols; i++) {
		if (m->symbol[i].section)
			m->by_address[m->ndefined++] = &m->symbol[i];
	}
	m->by_name = arena_alloc(l->a, (m->nsymbols + 1) * sizeof(*m->by_name));
	memcpy(m->by_name, m->by_address, m->ndefined * sizeof(*m->by_name));
	qsort(m->by_address, m->ndefined, sizeof(*m->by_address), by_address);
	qsort(m->by_name, m->ndefined, sizeof(*m->by_name), by_name);
}

/* Relocations --------------------------------------------------------------------------------- */

static void hole(struct layout *l, uint64_t address, unsigned bytes)
{
	struct image *m = l->m;

	m->hole = arena_grow(l->a, m->hole, m->nholes, sizeof(*m->hole));
	m->hole[m->nholes++] = (struct image_hole){ address, bytes };
}

/* The value of `formula` for symbol value `s`, addend `add`, place `p`; `got` is the symbol's slot
 * in the table of addresses. */
static uint64_t compute(enum formula f, uint64_t s, uint64_t add, uint64_t p, uint64_t got)
{
	switch (f) {
	case R_S:
		return s + add;
	case R_S_P:
		return s + add - p;
	case R_G:
		return got - GOT + add;
	case R_G_P:
		return got + add - p;
	case R_GOT_P:
		return GOT + add - p;
	case R_S_GOT:
		return s + add - GOT;
	default:
		return add;
	}
}

static void name_address(struct layout *l, uint64_t address)
{
	struct image *m = l->m;

	m->named = arena_grow(l->a, m->named, m->nnamed, sizeof(uint64_t));
	m->named[m->nnamed++] = address;
}

static void relocate(struct layout *l, size_t target, Elf_Data *symbols, const GElf_Rela *r,
		     bool rela, const char *(*name_of)(struct layout *, const GElf_Sym *))
{
	const GElf_Shdr *h = &l->header[target];
	uint64_t symbol = GELF_R_SYM(r->r_info), type = GELF_R_TYPE(r->r_info);
	uint64_t p = l->base[target] + r->r_offset, s = 0, add = (uint64_t)r->r_addend, value;
	GElf_Sym y = { 0 };
	unsigned unknown = 8;

	if (l->base[target]) {
		struct image *m = l->m;

		m->relocated = arena_grow(l->a, m->relocated, m->nrelocated, sizeof(uint64_t));
		m->relocated[m->nrelocated++] = p;
	}
	for (size_t i = 0; i < ARRAY_SIZE(formulas); i++) {
		unsigned bytes = formulas[i].bytes;
		uint8_t *at;

		if (formulas[i].machine64 != (l->word == 8) || formulas[i].type != type)
			continue;
		if (formulas[i].formula == R_IGNORED)
			return;
		unknown = bytes;
		if (formulas[i].formula == R_THREAD)
			break;
		if (r->r_offset > h->sh_size || bytes > h->sh_size - r->r_offset)
			return;
		at = l->raw + h->sh_offset + r->r_offset;
		if (symbol && !gelf_getsym(symbols, (int)symbol, &y))
			break;
		if (GELF_ST_TYPE(y.st_info) == STT_TLS)
			break;
		s = symbol ? symbol_address(l, &y, symbol) : 0;
		if (symbol && !strcmp(name_of(l, &y), "_GLOBAL_OFFSET_TABLE_"))
			s = GOT;
		if (!rela) {
			uint64_t field = 0;

			memcpy(&field, at, bytes);
			add = bytes == 4   ? (uint64_t)(int64_t)(int32_t)field
			      : bytes == 2 ? (uint64_t)(int64_t)(int16_t)field
			      : bytes == 1 ? (uint64_t)(int64_t)(int8_t)field
					   : field;
		}
		if (l->base[target] && h->sh_flags & SHF_EXECINSTR &&
		    GELF_ST_TYPE(y.st_info) != STT_FUNC)
			name_address(l, s + add + (formulas[i].formula == R_S_P ? bytes : 0));
		if (h->sh_flags & SHF_WRITE && formulas[i].formula == R_S && bytes == l->word &&
		    GELF_ST_TYPE(y.st_info) != STT_FUNC) {
			struct image *m = l->m;

			m->label = arena_grow(l->a, m->label, m->nlabels, sizeof(uint64_t));
			m->label[m->nlabels++] = s + add;
		}
		value = compute(formulas[i].formula, s, add, p, GOT + (symbol + 3) * l->word);
		memcpy(at, &value, bytes);
		return;
	}
	hole(l, p, unknown);
}

static size_t symbols_of(const struct layout *l, size_t relocations)
{
	size_t table = l->header[relocations].sh_link;

	return table < l->nsections && l->header[table].sh_type == SHT_SYMTAB ? table : 0;
}

static const char *symbol_name(struct layout *l, const GElf_Sym *y)
{
	for (size_t i = 1; i < l->nsections; i++) {
		const char *name;

		if (l->header[i].sh_type != SHT_SYMTAB)
			continue;
		name = elf_strptr(l->elf, l->header[i].sh_link, y->st_name);
		return name ? name : "";
	}
	return "";
}

static void relocate_all(struct layout *l)
{
	for (size_t i = 1; i < l->nsections; i++) {
		const GElf_Shdr *h = &l->header[i];
		bool rela = h->sh_type == SHT_RELA;
		size_t table = symbols_of(l, i), target = h->sh_info;
		Elf_Data *d, *symbols;

		if ((!rela && h->sh_type != SHT_REL) || !table || target >= l->nsections ||
		    l->header[target].sh_type == SHT_NOBITS ||
		    l->header[target].sh_flags & SHF_COMPRESSED)
			continue;
		d = elf_getdata(elf_getscn(l->elf, i), NULL);
		symbols = elf_getdata(elf_getscn(l->elf, table), NULL);
		for (int k = 0; d && symbols; k++) {
			GElf_Rela r = { 0 };
			GElf_Rel narrow;

			if (rela ? !gelf_getrela(d, k, &r) : !gelf_getrel(d, k, &narrow))
				break;
			if (!rela)
				r = (GElf_Rela){ narrow.r_offset, narrow.r_info, 0 };
			relocate(l, target, symbols, &r, rela, symbol_name);
		}
	}
}

static int by_number(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

/* By their first member, a uint64_t. There may be none, and then no array. */
static void sort(void *v, size_t n, size_t size)
{
	if (n)
		qsort(v, n, size, by_number);
}

/* Files --------------------------------------------------------------------------------------- */

static bool read_image(struct arena *a, const char *where, const void *data, size_t size,
		       struct images *out)
{
	struct layout l = { .a = a, .m = arena_alloc(a, sizeof(*l.m)) };
	unsigned char *copy = arena_alloc(a, size + 16);
	GElf_Ehdr h;
	bool ok;

	memcpy(copy, data, size);
	l.raw = arena_alloc(a, size + 16);
	memcpy(l.raw, data, size);
	l.elf = elf_memory((char *)copy, size);
	if (!l.elf || !gelf_getehdr(l.elf, &h) || (h.e_type != ET_REL && h.e_type != ET_EXEC) ||
	    (h.e_machine != EM_386 && h.e_machine != EM_X86_64)) {
		elf_end(l.elf);
		return true; /* other things may be in an archive, too */
	}
	l.word = h.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	*l.m = (struct image){ .where = where,
			       .width = l.word == 8 ? W64 : W32,
			       .linked = h.e_type == ET_EXEC,
			       .elf = l.raw,
			       .elf_size = size };
	ok = place_sections(&l);
	for (size_t i = 1; ok && i < l.nsections; i++) {
		if (l.header[i].sh_type == SHT_SYMTAB)
			read_symbols(&l, i);
	}
	if (ok && !l.m->linked) {
		relocate_all(&l);
		write_addresses(&l);
	}
	if (ok) {
		sort_symbols(&l);
		sort(l.m->relocated, l.m->nrelocated, sizeof(uint64_t));
		sort(l.m->named, l.m->nnamed, sizeof(uint64_t));
		sort(l.m->hole, l.m->nholes, sizeof(*l.m->hole));
		if (!l.m->linked)
			patches_read(a, l.m);
		out->v = arena_grow(a, out->v, out->n, sizeof(struct image *));
		out->v[out->n++] = l.m;
	}
	elf_end(l.elf);
	return ok;
}

static bool read_members(struct arena *a, const char *path, Elf *archive, int fd,
			 struct images *out)
{
	Elf_Cmd cmd = ELF_C_READ;
	bool ok = true;
	Elf *e;

	while (ok && (e = elf_begin(fd, cmd, archive))) {
		Elf_Arhdr *h = elf_getarhdr(e);
		size_t size;
		char *data = elf_kind(e) == ELF_K_ELF ? elf_rawfile(e, &size) : NULL;

		if (h && data && h->ar_name)
			ok = read_image(a, arena_printf(a, "%s(%s)", path, h->ar_name), data, size,
					out);
		cmd = elf_next(e);
		elf_end(e);
	}
	return ok;
}

int images_read(struct arena *a, const char *const *paths, size_t n, struct images *out,
		const char **error)
{
	*out = (struct images){ 0 };
	elf_version(EV_CURRENT);
	for (size_t i = 0; i < n; i++) {
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		Elf *e = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
		bool ok = e != NULL;
		size_t size;

		if (ok && elf_kind(e) == ELF_K_AR) {
			ok = read_members(a, paths[i], e, fd, out);
		} else if (ok) {
			char *data = elf_rawfile(e, &size);

			ok = data && read_image(a, paths[i], data, size, out);
		}
		if (!ok)
			*error = arena_printf(a, "%s cannot be read: %s", paths[i],
					      fd < 0 ? strerror(errno) : "it is damaged");
		elf_end(e);
		if (fd >= 0)
			close(fd);
		if (!ok)
			return -1;
	}
	return 0;
}

/* Questions ----------------------------------------------------------------------------------- */

const struct image_section *image_section_at(const struct image *m, uint64_t address)
{
	size_t low = 0, high = m->nsections;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct image_section *s = &m->section[mid];

		if (address < s->address)
			high = mid;
		else if (address - s->address >= s->size)
			low = mid + 1;
		else
			return s;
	}
	return NULL;
}

const uint8_t *image_bytes_at(const struct image *m, uint64_t address, size_t *most)
{
	const struct image_section *s = image_section_at(m, address);
	uint64_t left;

	if (!s || !s->bytes)
		return NULL;
	left = s->size - (address - s->address);
	if (left < *most)
		*most = left;
	return s->bytes + (address - s->address);
}

bool image_unknown(const struct image *m, uint64_t address, unsigned bytes)
{
	for (size_t i = 0; i < m->nholes; i++) {
		if (m->hole[i].address < address + bytes &&
		    address < m->hole[i].address + m->hole[i].bytes)
			return true;
	}
	return false;
}

/* Index of the first symbol behind the address. */
static size_t symbol_after(const struct image *m, uint64_t address)
{
	size_t low = 0, high = m->ndefined;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->by_address[mid]->address <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Of a weak object the linker may take another definition. */
static bool replaceable(const struct image *m, uint64_t address)
{
	size_t i = symbol_after(m, address);

	/* The nearest few: labels may be in front of it. */
	for (unsigned n = 0; n < 16 && i-- > 0 && !m->linked; n++) {
		const struct image_symbol *s = m->by_address[i];

		if (s->weak && !s->function &&
		    address - s->address < (s->size ? s->size : word_bytes(m->width)))
			return true;
		if (s->address != address && s->size)
			break;
	}
	return false;
}

bool image_constant(const struct image *m, uint64_t address, unsigned bytes, uint64_t *value)
{
	const struct image_section *s = image_section_at(m, address);
	size_t most = bytes;
	const uint8_t *at;
	uint64_t slot = (address - GOT) / word_bytes(m->width);

	*value = 0;
	if (address >= GOT && address < UNDEFINED && bytes == word_bytes(m->width) && slot > 3 &&
	    !((address - GOT) % bytes)) {
		if (slot - 3 >= m->ngot)
			return false;
		*value = m->got[slot - 3];
		return true;
	}
	if (!s || s->writable || bytes > 8 || image_unknown(m, address, bytes) ||
	    replaceable(m, address))
		return false;
	at = image_bytes_at(m, address, &most);
	if (!at || most < bytes)
		return false;
	memcpy(value, at, bytes);
	return true;
}

struct image_symbol *image_find(const struct image *m, const char *name)
{
	size_t low = 0, high = m->ndefined;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(m->by_name[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->ndefined && !strcmp(m->by_name[low]->name, name) ? m->by_name[low] : NULL;
}

uint64_t image_next_named(const struct image *m, uint64_t address)
{
	const struct image_section *in = image_section_at(m, address);
	uint64_t end = in ? in->address + in->size : address;
	size_t low = 0, high = m->nnamed;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->named[mid] <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < m->nnamed && m->named[low] < end)
		end = m->named[low];
	low = symbol_after(m, address);
	if (low < m->ndefined && m->by_address[low]->address < end)
		end = m->by_address[low]->address;
	return end;
}

const struct image_symbol *image_symbol_at(const struct image *m, uint64_t address)
{
	const struct image_symbol *found = NULL;

	if (address >= UNDEFINED) {
		for (size_t i = 0; i < m->nsymbols; i++) {
			if (!m->symbol[i].section && m->symbol[i].address == address)
				return &m->symbol[i];
		}
		return NULL;
	}
	for (size_t i = symbol_after(m, address); i-- > 0;) {
		const struct image_symbol *s = m->by_address[i];

		if (s->address != address)
			break;
		if (!found || (found->local && !s->local))
			found = s;
	}
	return found;
}

const struct image_symbol *image_function_of(const struct image *m, uint64_t address)
{
	const struct image_section *in = image_section_at(m, address);
	const struct image_symbol *local = NULL;

	for (size_t i = symbol_after(m, address); i-- > 0;) {
		const struct image_symbol *s = m->by_address[i];

		if (!in || s->address < in->address)
			break;
		if (s->function && !s->local)
			return s;
		if (s->function && !local)
			local = s;
	}
	return local;
}
