/* SPDX-License-Identifier: MIT */
/* Reading objects and archives with libelf. What is no relocatable x86 code is told in one line. */
#include "check/object.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

struct reading {
	struct arena *a;
	struct objects *out;
	const char *path, *file, *member; /* its name, where it is; member NULL: a plain object */
	const char *error;
	bool known_width;
	size_t nmembers;
};

static bool fail(struct reading *r, const char *what)
{
	r->error = r->member ? arena_printf(r->a, "%s(%s) %s", r->path, r->member, what)
			     : arena_printf(r->a, "%s %s", r->path, what);
	return false;
}

static const char *machine_name(unsigned m)
{
	switch (m) {
	case EM_AARCH64:
		return "AArch64";
	case EM_ARM:
		return "ARM";
	case EM_RISCV:
		return "RISC-V";
	case EM_PPC64:
		return "PowerPC";
	default:
		return "another processor";
	}
}

/* Is it code we can link? */
static bool check_header(struct reading *r, const GElf_Ehdr *h)
{
	enum width w = h->e_ident[EI_CLASS] == ELFCLASS64 ? W64 : W32;

	if (h->e_machine != EM_386 && h->e_machine != EM_X86_64)
		return fail(r, arena_printf(r->a, "is code for %s, not for x86",
					    machine_name(h->e_machine)));
	if (h->e_machine == EM_X86_64 && w == W32)
		return fail(
			r, "is x32 code, which clobber does not run; assemble it for 32 or 64 bit");
	if (h->e_machine == EM_386 && w == W64)
		return fail(r, "is corrupt: a 64-bit ELF file for a 32-bit processor");
	if (h->e_type != ET_REL)
		return fail(r, "is linked already; give the object (.o) or static archive (.a)");
	if (r->known_width && r->out->width != w)
		return fail(r, arena_printf(r->a, "is %u-bit code, what came before it is %u-bit",
					    width_bits(w), width_bits(r->out->width)));
	r->out->width = w;
	r->known_width = true;
	return true;
}

static bool is_code(Elf *e, size_t section)
{
	Elf_Scn *s = elf_getscn(e, section);
	GElf_Shdr h;

	return s && gelf_getshdr(s, &h) && h.sh_flags & SHF_EXECINSTR;
}

/* gcc's object without machine code: GCC internals, "LTO", slim objects. */
static bool is_lto(const char *name)
{
	return !strcmp(name, "__gnu_lto_slim");
}

char *symbol_name(struct arena *a, const char *spelt)
{
	const char *end = strstr(spelt, "@@");

	return end && end > spelt ? arena_strndup(a, spelt, (size_t)(end - spelt))
				  : arena_strdup(a, spelt);
}

/* A symbol at the end of a list. */
static struct object_symbol *add_symbol(struct reading *r, struct object_symbol **list, size_t *n,
					const char *name)
{
	struct object_symbol *o;

	*list = arena_grow(r->a, *list, *n, sizeof(**list));
	o = &(*list)[(*n)++];
	o->name = symbol_name(r->a, name);
	o->where = r->member ? arena_printf(r->a, "%s(%s)", r->path, r->member) : r->path;
	return o;
}

static bool read_symbols(struct reading *r, Elf *e, Elf_Scn *s, const GElf_Shdr *h)
{
	Elf_Data *d = elf_getdata(s, NULL);
	GElf_Sym y;

	if (!d)
		return fail(r, arena_printf(r->a, "is corrupt: %s", elf_errmsg(-1)));
	for (int i = 1; gelf_getsym(d, i, &y); i++) {
		const char *name = elf_strptr(e, h->sh_link, y.st_name);
		unsigned bind = GELF_ST_BIND(y.st_info), type = GELF_ST_TYPE(y.st_info);
		struct object_symbol *o;

		if (!name)
			return fail(r, "is corrupt: a symbol's name is outside of its strings");
		if (is_lto(name) && r->member)
			r->out->lto = arena_printf(r->a, "%s(%s)", r->path, r->member);
		else if (is_lto(name))
			return fail(r, "holds gcc's intermediate code for link-time optimisation "
				       "(LTO), no machine code: compile without -flto, or with "
				       "-ffat-lto-objects");
		if (y.st_shndx == SHN_UNDEF && !strncmp(name, "cl_", 3))
			add_symbol(r, &r->out->wanted, &r->out->nwanted, name);
		if (!*name || y.st_shndx == SHN_UNDEF || type == STT_FILE || type == STT_SECTION)
			continue;
		o = add_symbol(r, &r->out->symbol, &r->out->nsymbols, name);
		o->global = bind == STB_GLOBAL || bind == STB_WEAK;
		o->weak = bind == STB_WEAK;
		o->indirect = type == STT_GNU_IFUNC;
		o->code = type == STT_FUNC || type == STT_GNU_IFUNC ||
			  (type == STT_NOTYPE && is_code(e, y.st_shndx));
	}
	return true;
}

/* Indirect functions: what their code refers to by name --------------------------------------- */

static void add_choice(struct reading *r, struct object_symbol *o, const char *name)
{
	for (size_t i = 0; i < o->nchoices; i++) {
		if (!strcmp(o->choice[i], name))
			return;
	}
	o->choice = arena_grow(r->a, o->choice, o->nchoices, sizeof(*o->choice));
	o->choice[o->nchoices++] = arena_strdup(r->a, name);
}

/* The k-th relocation of a section: where, and of which symbol. */
static bool relocation(Elf_Data *d, unsigned type, int k, GElf_Addr *at, size_t *symbol)
{
	GElf_Rela a;
	GElf_Rel b;

	if (type == SHT_RELA && gelf_getrela(d, k, &a)) {
		*at = a.r_offset;
		*symbol = GELF_R_SYM(a.r_info);
		return true;
	}
	if (type != SHT_REL || !gelf_getrel(d, k, &b))
		return false;
	*at = b.r_offset;
	*symbol = GELF_R_SYM(b.r_info);
	return true;
}

static void read_choices_of(struct reading *r, Elf *e, size_t strings, Elf_Data *symbols,
			    const GElf_Sym *y, struct object_symbol *o)
{
	Elf_Scn *s = NULL;
	GElf_Shdr h;
	GElf_Addr at;
	GElf_Sym to;
	size_t symbol;

	while ((s = elf_nextscn(e, s))) {
		Elf_Data *d;

		if (!gelf_getshdr(s, &h) || (h.sh_type != SHT_REL && h.sh_type != SHT_RELA) ||
		    h.sh_info != y->st_shndx || !(d = elf_getdata(s, NULL)))
			continue;
		for (int k = 0; relocation(d, h.sh_type, k, &at, &symbol); k++) {
			const char *name;

			if (at < y->st_value || at - y->st_value >= y->st_size ||
			    !gelf_getsym(symbols, (int)symbol, &to) ||
			    GELF_ST_BIND(to.st_info) == STB_LOCAL)
				continue;
			name = elf_strptr(e, strings, to.st_name);
			if (name && *name && strcmp(name, o->name))
				add_choice(r, o, name);
		}
	}
}

/* The object's symbols were added from `first` on. */
static void read_choices(struct reading *r, Elf *e, Elf_Scn *table, const GElf_Shdr *h,
			 size_t first)
{
	Elf_Data *d = elf_getdata(table, NULL);
	GElf_Sym y;

	for (int i = 1; d && gelf_getsym(d, i, &y); i++) {
		const char *name = elf_strptr(e, h->sh_link, y.st_name);

		if (GELF_ST_TYPE(y.st_info) != STT_GNU_IFUNC || !name)
			continue;
		for (size_t k = first; k < r->out->nsymbols; k++) {
			struct object_symbol *o = &r->out->symbol[k];

			if (o->indirect && !strcmp(o->name, name))
				read_choices_of(r, e, h->sh_link, d, &y, o);
		}
	}
}

static bool read_object(struct reading *r, Elf *e)
{
	size_t first = r->out->nsymbols;
	Elf_Scn *s = NULL;
	GElf_Ehdr h;
	GElf_Shdr sh;
	size_t strings, n;
	bool any = false;

	if (!gelf_getehdr(e, &h))
		return fail(r, arena_printf(r->a, "is corrupt: %s", elf_errmsg(-1)));
	if (!check_header(r, &h))
		return false;
	if (elf_getshdrstrndx(e, &strings) || elf_getshdrnum(e, &n) || n < 2)
		return fail(r, "is corrupt or truncated: it has no sections");
	while ((s = elf_nextscn(e, s))) {
		if (!gelf_getshdr(s, &sh))
			return fail(r, arena_printf(r->a, "is corrupt: %s", elf_errmsg(-1)));
		any = true;
		if (sh.sh_type != SHT_NOBITS && sh.sh_size && !elf_rawdata(s, NULL))
			return fail(r, "is corrupt or truncated: a section reaches beyond its end");
		if (sh.sh_type != SHT_SYMTAB)
			continue;
		if (!read_symbols(r, e, s, &sh))
			return false;
		read_choices(r, e, s, &sh, first);
	}
	return any || fail(r, "is corrupt or truncated: it has no sections");
}

/* LLVM's: "BC" 0xc0de. */
static bool is_bitcode(Elf *e)
{
	size_t n;
	const char *data = elf_rawfile(e, &n);

	return data && n > 4 && !memcmp(data, "BC\xc0\xde", 4);
}

static bool read_archive(struct reading *r, Elf *archive, int fd)
{
	Elf_Cmd cmd = ELF_C_READ;
	bool ok = true;
	Elf *e;

	r->nmembers = 0;
	while (ok && (e = elf_begin(fd, cmd, archive))) {
		Elf_Arhdr *h = elf_getarhdr(e);

		if (h && h->ar_name && *h->ar_name && h->ar_name[0] != '/') {
			r->member = arena_strdup(r->a, h->ar_name);
			r->nmembers++;
			/* Other things may be in an archive, too. */
			if (elf_kind(e) == ELF_K_ELF)
				ok = read_object(r, e);
			else if (is_bitcode(e))
				r->out->lto = arena_printf(r->a, "%s(%s)", r->path, r->member);
		}
		cmd = elf_next(e);
		elf_end(e);
	}
	r->member = NULL;
	if (ok && !r->nmembers)
		return fail(r, "is an archive without members");
	return ok;
}

static bool read_path(struct reading *r)
{
	int fd = open(r->file, O_RDONLY | O_CLOEXEC);
	bool ok;
	Elf *e;

	if (fd < 0)
		return fail(r, arena_printf(r->a, "cannot be read: %s", strerror(errno)));
	e = elf_begin(fd, ELF_C_READ, NULL);
	if (!e) {
		close(fd);
		return fail(r, arena_printf(r->a, "cannot be read: %s", elf_errmsg(-1)));
	}
	if (elf_kind(e) == ELF_K_AR)
		ok = read_archive(r, e, fd);
	else if (elf_kind(e) == ELF_K_ELF)
		ok = read_object(r, e);
	else
		ok = fail(r, "is neither an ELF object nor an archive of such");
	elf_end(e);
	close(fd);
	return ok;
}

int objects_read_as(struct arena *a, char *const *paths, char *const *names, size_t n,
		    struct objects *out, const char **error)
{
	struct reading r = { .a = a, .out = out };

	*out = (struct objects){ 0 };
	elf_version(EV_CURRENT);
	out->path = arena_alloc(a, (n + 1) * sizeof(*out->path));
	out->given = arena_alloc(a, (n + 1) * sizeof(*out->given));
	for (size_t i = 0; i < n; i++) {
		out->given[out->n] = r.path = names[i];
		out->path[out->n++] = r.file = paths[i];
		if (!read_path(&r)) {
			*error = r.error;
			return -1;
		}
	}
	return 0;
}

int objects_read(struct arena *a, char *const *paths, size_t n, struct objects *out,
		 const char **error)
{
	return objects_read_as(a, paths, paths, n, out, error);
}

const struct object_symbol *objects_find(const struct objects *o, const char *name)
{
	const struct object_symbol *local = NULL;

	for (size_t i = 0; i < o->nsymbols; i++) {
		if (strcmp(o->symbol[i].name, name))
			continue;
		if (o->symbol[i].global)
			return &o->symbol[i];
		local = &o->symbol[i];
	}
	return local;
}

static uint64_t address_in(Elf *e, const char *name)
{
	Elf_Scn *s = NULL;
	GElf_Shdr h;
	GElf_Sym y;

	while ((s = elf_nextscn(e, s))) {
		Elf_Data *d;

		if (!gelf_getshdr(s, &h) || h.sh_type != SHT_SYMTAB || !(d = elf_getdata(s, NULL)))
			continue;
		for (int i = 1; gelf_getsym(d, i, &y); i++) {
			const char *found = elf_strptr(e, h.sh_link, y.st_name);

			if (found && !strcmp(found, name))
				return y.st_value;
		}
	}
	return 0;
}

uint64_t object_address(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t r = 0;
	Elf *e;

	elf_version(EV_CURRENT);
	if (fd < 0)
		return 0;
	e = elf_begin(fd, ELF_C_READ, NULL);
	if (e)
		r = address_in(e, name);
	elf_end(e);
	close(fd);
	return r;
}
