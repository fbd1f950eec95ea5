/* SPDX-License-Identifier: MIT */
/* Call frame information, read by libdw (elfutils). Why libdw: it reads the information of files
 * of either width, whatever it runs on itself, from .eh_frame and from .debug_frame (the kernel's
 * assembly has only that), and is what perf and systemtap unwind by. libunwind, as
 * distributions build it, unwinds one architecture for each library, and finds .eh_frame in its
 * own process. libdw executes the call frame instructions (DWARF 5, 6.4.2) and hands out
 * expressions; what is left, evaluating them, is in expression.c.
 *
 * Register numbers: DWARF Register Number Mapping, x86-64 psABI 3.6.2, i386 psABI 2.4.2. */
#include "check/unwind.h"
#include "check/expression.h"
#include "abi/regs.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NUMBERS = 16 };

/* DWARF's register numbers as hardware numbers. */
static const int hardware64[NUMBERS] = { GPR_AX,  GPR_DX,  GPR_CX,  GPR_BX, GPR_SI,  GPR_DI,
					 GPR_BP,  GPR_SP,  GPR_R8,  GPR_R9, GPR_R10, GPR_R11,
					 GPR_R12, GPR_R13, GPR_R14, GPR_R15 };
static const int hardware32[NUMBERS] = { GPR_AX, GPR_CX, GPR_DX, GPR_BX, GPR_SP, GPR_BP,
					 GPR_SI, GPR_DI, -1,     -1,     -1,     -1,
					 -1,     -1,     -1,     -1 };

/* Of a register that the information does not mention libdw says what the psABI does: unchanged or
 * undefined. But it takes number 0 for rbx (backends/x86_64_cfi.c, elfutils 0.188), so rbx,
 * number 3, counts as undefined. It is unchanged then; that a function calls it undefined on
 * purpose cannot be told. */
enum { DWARF_RBX = 3 };

struct unwinder {
	struct arena *arena;
	int fd;
	Elf *elf;
	Dwarf_CFI *eh; /* .eh_frame; NULL when there is none */
	Dwarf *dwarf;
	Dwarf_CFI *debug; /* .debug_frame; belongs to `dwarf` */
	unsigned word;
	const int *hardware;
};

/* Every entry of the section can be told from the next: otherwise a damaged one would pass for an
 * absent one. */
static bool well_formed(Elf *elf, Elf_Scn *section, bool eh, const char **error)
{
	Elf_Data *data = elf_rawdata(section, NULL);
	const unsigned char *ident = (const unsigned char *)elf_getident(elf, NULL);
	Dwarf_Off at = 0, next;
	Dwarf_CFI_Entry entry;
	int r;

	if (!data) {
		*error = elf_errmsg(-1);
		return false;
	}
	while ((r = dwarf_next_cfi(ident, data, eh, at, &next, &entry)) == 0)
		at = next;
	if (r < 0)
		*error = dwarf_errmsg(-1);
	return r > 0;
}

static bool check_sections(struct unwinder *u, const char **error)
{
	size_t names;

	if (elf_getshdrstrndx(u->elf, &names) != 0)
		return true; /* no sections: libdw goes by the program headers */
	for (Elf_Scn *s = NULL; (s = elf_nextscn(u->elf, s));) {
		GElf_Shdr header;
		const char *name;
		bool eh;

		if (!gelf_getshdr(s, &header) || header.sh_type == SHT_NOBITS)
			continue;
		name = elf_strptr(u->elf, names, header.sh_name);
		if (!name || (strcmp(name, ".eh_frame") != 0 && strcmp(name, ".debug_frame") != 0))
			continue;
		eh = name[1] == 'e';
		if (!well_formed(u->elf, s, eh, error)) {
			*error = arena_printf(u->arena, "its %s is damaged: %s", name, *error);
			return false;
		}
	}
	return true;
}

static bool read_elf(struct unwinder *u, const char **error)
{
	GElf_Ehdr header;

	elf_version(EV_CURRENT);
	u->elf = elf_begin(u->fd, ELF_C_READ, NULL);
	if (!u->elf || elf_kind(u->elf) != ELF_K_ELF || !gelf_getehdr(u->elf, &header)) {
		*error = "not an ELF file, or a damaged one";
		return false;
	}
	if (header.e_machine == EM_X86_64 && header.e_ident[EI_CLASS] == ELFCLASS64) {
		u->word = 8;
		u->hardware = hardware64;
	} else if (header.e_machine == EM_386 && header.e_ident[EI_CLASS] == ELFCLASS32) {
		u->word = 4;
		u->hardware = hardware32;
	} else {
		*error = "neither x86-64 nor i386";
		return false;
	}
	if (header.e_type == ET_REL) {
		*error = "an object that is not linked: its addresses are not known yet";
		return false;
	}
	return check_sections(u, error);
}

struct unwinder *unwind_open(struct arena *a, const char *elf_path, const char **error)
{
	struct unwinder *u = arena_alloc(a, sizeof(*u));
	const char *why;

	u->arena = a;
	u->fd = open(elf_path, O_RDONLY | O_CLOEXEC);
	if (u->fd < 0) {
		*error = arena_printf(a, "%s: %s", elf_path, strerror(errno));
		return NULL;
	}
	if (!read_elf(u, &why)) {
		*error = arena_printf(a, "%s: %s", elf_path, why);
		unwind_close(u);
		return NULL;
	}
	u->eh = dwarf_getcfi_elf(u->elf);
	u->dwarf = dwarf_begin_elf(u->elf, DWARF_C_READ, NULL);
	u->debug = u->dwarf ? dwarf_getcfi(u->dwarf) : NULL;
	return u;
}

void unwind_close(struct unwinder *u)
{
	if (u->eh)
		dwarf_cfi_end(u->eh);
	if (u->dwarf)
		dwarf_end(u->dwarf);
	if (u->elf)
		elf_end(u->elf);
	close(u->fd);
	u->eh = u->debug = NULL;
	u->dwarf = NULL;
	u->elf = NULL;
}

/* The frame state at pc, malloc'ed by libdw, or NULL. */
static Dwarf_Frame *frame_at(struct unwinder *u, uint64_t pc)
{
	Dwarf_Frame *frame = NULL;

	if (u->eh && dwarf_cfi_addrframe(u->eh, pc, &frame) == 0)
		return frame;
	if (u->debug && dwarf_cfi_addrframe(u->debug, pc, &frame) == 0)
		return frame;
	return NULL;
}

bool unwind_covers(struct unwinder *u, uint64_t pc)
{
	Dwarf_Frame *frame = frame_at(u, pc);

	free(frame);
	return frame != NULL;
}

/* The caller's register of DWARF number `number`. *known is false when the information calls it
 * undefined; *same is true when it is unchanged by the frame. */
static bool recover(struct unwinder *u, Dwarf_Frame *frame, const struct frame *f, int number,
		    uint64_t *value, bool *known, bool *same, const char **why)
{
	Dwarf_Op memory[3], *ops;
	enum location where;
	size_t n;

	*known = *same = false;
	if (dwarf_frame_register(frame, number, memory, &ops, &n) != 0) {
		*why = dwarf_errmsg(-1);
		return false;
	}
	if (n == 0) {
		*same = ops == NULL || (u->word == 8 && number == DWARF_RBX);
		return true;
	}
	if (!expression(u->arena, f, ops, n, &where, value, why))
		return false;
	if (where == LOC_MEMORY) {
		uint64_t address = *value;

		*value = 0;
		if (!f->read(f->closure, address, value, f->word)) {
			*why = arena_printf(
				u->arena,
				"it says that a register is at 0x%llx, where there is no memory",
				(unsigned long long)address);
			return false;
		}
	}
	*known = true;
	return true;
}

static bool find_cfa(struct unwinder *u, Dwarf_Frame *frame, struct frame *f, const char **why)
{
	enum location where;
	Dwarf_Op *ops;
	size_t n;

	if (dwarf_frame_cfa(frame, &ops, &n) != 0) {
		*why = dwarf_errmsg(-1);
		return false;
	}
	if (n == 0) {
		*why = "it defines no CFA";
		return false;
	}
	if (!expression(u->arena, f, ops, n, &where, &f->cfa, why))
		return false;
	f->cfa_known = true;
	return true;
}

static bool step(struct unwinder *u, Dwarf_Frame *frame, struct frame *f,
		 struct unwind_regs *caller, const char **why)
{
	int ra = dwarf_frame_info(frame, NULL, NULL, NULL);
	bool known, same;

	if (ra < 0) {
		*why = dwarf_errmsg(-1);
		return false;
	}
	if (!find_cfa(u, frame, f, why) ||
	    !recover(u, frame, f, ra, &caller->pc, &known, &same, why))
		return false;
	if (!known) {
		*why = "it tells no return address";
		return false;
	}
	caller->known = 0;
	for (int i = 0; i < NUMBERS; i++) {
		int r = u->hardware[i];
		uint64_t value;

		if (r < 0 || r == GPR_SP)
			continue;
		if (!recover(u, frame, f, i, &value, &known, &same, why))
			return false;
		if (same) {
			value = f->regs->gpr[r];
			known = f->regs->known >> r & 1;
		}
		caller->gpr[r] = known ? value : 0;
		caller->known |= (uint32_t)known << r;
	}
	caller->gpr[GPR_SP] = f->cfa;
	caller->known |= GPR_BIT(SP);
	return true;
}

bool unwind_step(struct unwinder *u, const struct unwind_regs *at, bool first, unwind_read read,
		 void *closure, struct unwind_regs *caller, const char **why)
{
	/* A return address may be the first of the next function: the call is before it. */
	Dwarf_Frame *frame = frame_at(u, first ? at->pc : at->pc - 1);
	struct frame f = { .regs = at,
			   .hardware = u->hardware,
			   .numbers = NUMBERS,
			   .word = u->word,
			   .read = read,
			   .closure = closure };
	struct unwind_regs up = { 0 };
	bool done;

	if (!frame) {
		*why = "there is no call frame information for it";
		return false;
	}
	done = step(u, frame, &f, &up, why);
	free(frame);
	if (done)
		*caller = up;
	return done;
}
