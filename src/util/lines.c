/* SPDX-License-Identifier: MIT */
/* lines.h, with libdw. */
#include "util/lines.h"

#include <elfutils/libdw.h>
#include <string.h>

struct lines {
	Elf *elf;
	Dwarf *dwarf;
};

struct lines *lines_open(struct arena *a, void *elf, size_t bytes)
{
	struct lines *l = arena_alloc(a, sizeof(*l));

	elf_version(EV_CURRENT);
	l->elf = elf_memory(elf, bytes);
	l->dwarf = l->elf ? dwarf_begin_elf(l->elf, DWARF_C_READ, NULL) : NULL;
	return l;
}

void lines_close(struct lines *l)
{
	if (l->dwarf)
		dwarf_end(l->dwarf);
	if (l->elf)
		elf_end(l->elf);
}

const char *lines_at(struct lines *l, struct arena *a, uint64_t address)
{
	Dwarf_Off at = 0, next;
	size_t header;

	while (l->dwarf && dwarf_nextcu(l->dwarf, at, &next, &header, NULL, NULL, NULL) == 0) {
		Dwarf_Die die;
		Dwarf_Line *line;
		const char *file;
		int number;

		if (dwarf_offdie(l->dwarf, at + header, &die) &&
		    (line = dwarf_getsrc_die(&die, address)) &&
		    (file = dwarf_linesrc(line, NULL, NULL)) && dwarf_lineno(line, &number) == 0) {
			const char *slash = strrchr(file, '/');

			return arena_printf(a, "%s:%d", slash ? slash + 1 : file, number);
		}
		at = next;
	}
	return NULL;
}
