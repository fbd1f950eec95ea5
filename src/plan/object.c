/* SPDX-License-Identifier: MIT */
/* Objects of compilers under test: may be anything at all. */
#include "plan/object.h"
#include "plan/coff.h"
#include "plan/x32.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *wrong_header(const char *data, size_t n, enum width w)
{
	/* The first bytes up to e_machine are laid out alike at both widths. */
	Elf32_Ehdr header;

	if (n < sizeof(header) || memcmp(data, ELFMAG, SELFMAG))
		return "writes an object file that is not ELF";
	memcpy(&header, data, sizeof(header));
	if (header.e_type != ET_REL)
		return "writes an ELF file that is not relocatable";
	if (header.e_ident[EI_CLASS] != (w == W64 ? ELFCLASS64 : ELFCLASS32))
		return w == W64 ? "writes 32-bit objects" : "writes 64-bit objects";
	if (header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    header.e_machine != (w == W64 ? EM_X86_64 : EM_386))
		return "writes objects for another machine";
	return NULL;
}

const char *object_wrong(const char *path, enum width w, bool *is_choice)
{
	/* GCC marks an object that holds nothing but its intermediate language with this symbol. */
	static const char slim[] = "__gnu_lto_slim";
	size_t n;
	char *data = file_read(path, &n);
	const char *why = data ? wrong_header(data, n, w) : "writes no object file";
	/* Clang's is a file of its own kind: LLVM Bitcode File Format, magic numbers. */
	bool bitcode = data && n > 4 && !memcmp(data, "BC\xc0\xde", 4);

	*is_choice = false;
	if (bitcode || (!why && memmem(data, n, slim, sizeof(slim)))) {
		*is_choice = true;
		why = "writes objects without machine code, for link-time optimisation: add "
		      "-fno-lto or -ffat-lto-objects";
	}
	free(data);
	return why;
}

const char *object_as_elf(const char *path, enum object_kind *was)
{
	struct arena *a;
	struct made made;
	size_t n;
	char *data = file_read(path, &n);
	const uint8_t *bytes = (const uint8_t *)data;
	const char *why = NULL;
	uint8_t *elf = NULL;

	*was = !data               ? OBJECT_ELF
	       : coff_is(bytes, n) ? OBJECT_COFF
	       : x32_is(bytes, n)  ? OBJECT_X32
				   : OBJECT_ELF;
	if (*was == OBJECT_ELF) {
		free(data);
		return NULL;
	}
	a = arena_new();
	if (*was == OBJECT_COFF ? coff_read(a, bytes, n, &made) : x32_read(a, bytes, n, &made))
		why = *was == OBJECT_COFF ? "writes a COFF object that is not understood"
					  : "writes an x32 object that is not understood";
	else
		elf = made_write(&made, &n);
	if (!why && (!elf || file_write(path, elf, n) < 0))
		why = *was == OBJECT_COFF ? "writes a COFF object that cannot be made an ELF one"
					  : "writes an x32 object that cannot be made a 64-bit one";
	arena_free(a);
	free(data);
	return why;
}

static bool is_among(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = names; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		if (!strncmp(p, name, n) && p[n] == '\n')
			return true;
	}
	return false;
}

const char *object_refers(struct arena *a, const char *path, const char *names)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *found = NULL;
	Elf_Scn *section = NULL;
	Elf *elf;

	if (fd < 0)
		return NULL;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	while (!found && (section = elf_nextscn(elf, section))) {
		Elf_Data *d = NULL;
		GElf_Shdr h;
		GElf_Sym s;

		if (gelf_getshdr(section, &h) && h.sh_type == SHT_SYMTAB)
			d = elf_getdata(section, NULL);
		for (int i = 1; d && !found && gelf_getsym(d, i, &s); i++) {
			const char *name = s.st_shndx == SHN_UNDEF
						   ? elf_strptr(elf, h.sh_link, s.st_name)
						   : NULL;

			if (name && *name && is_among(names, name))
				found = arena_strdup(a, name);
		}
	}
	elf_end(elf);
	close(fd);
	return found;
}
