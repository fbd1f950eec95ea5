/* SPDX-License-Identifier: MIT */
/* Instructions of payloads: read from the file, decoded with Zydis. */
#include "check/fault.h"

#include <Zydis/Zydis.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 15 };

/* From segments: their file offsets, addresses and sizes differ in width only. */
#define SEGMENTS(bits)                                                                     \
	do {                                                                               \
		const Elf##bits##_Ehdr *h = (const void *)data;                            \
		for (unsigned i = 0; i < h->e_phnum; i++) {                                \
			const Elf##bits##_Phdr *s =                                        \
				(const void *)(data + h->e_phoff + i * sizeof(*s));        \
			if ((const char *)(s + 1) > data + len || s->p_type != PT_LOAD ||  \
			    address < s->p_vaddr || address - s->p_vaddr >= s->p_filesz || \
			    s->p_offset + s->p_filesz > len)                               \
				continue;                                                  \
			n = s->p_filesz - (address - s->p_vaddr);                          \
			n = n < most ? n : most;                                           \
			memcpy(to, data + s->p_offset + (address - s->p_vaddr), n);        \
		}                                                                          \
	} while (0)

size_t image_bytes(const char *path, uint64_t address, uint8_t *to, size_t most)
{
	size_t len, n = 0;
	char *data = file_read(path, &len);

	if (data && len > sizeof(Elf64_Ehdr)) {
		if (data[EI_CLASS] == ELFCLASS64)
			SEGMENTS(64);
		else
			SEGMENTS(32);
	}
	free(data);
	return n;
}

static bool decode(const char *path, enum width w, uint64_t address, ZydisDecodedInstruction *in,
		   ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT])
{
	uint8_t bytes[LONGEST];
	size_t n = image_bytes(path, address, bytes, sizeof(bytes));
	ZydisDecoder d;

	ZydisDecoderInit(&d,
			 w == W64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LONG_COMPAT_32,
			 w == W64 ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
	return n && ZYAN_SUCCESS(ZydisDecoderDecodeFull(&d, bytes, n, in, operands));
}

const char *disassemble(struct arena *a, const char *path, enum width w, uint64_t address)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction in;
	ZydisFormatter f;
	char text[128];

	if (!decode(path, w, address, &in, operands))
		return NULL;
	ZydisFormatterInit(&f, ZYDIS_FORMATTER_STYLE_INTEL);
	if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&f, &in, operands,
							  in.operand_count_visible, text,
							  sizeof(text), address, NULL)))
		return NULL;
	return arena_strdup(a, text);
}

const char *privilege_needed(struct arena *a, const char *path, enum width w, uint64_t address)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction in;
	const char *name;

	if (!decode(path, w, address, &in, operands))
		return NULL;
	name = ZydisMnemonicGetString(in.mnemonic);
	if (in.meta.category == ZYDIS_CATEGORY_VTX)
		return arena_printf(a,
				    "%s is a VMX instruction: it needs VMX root operation (--place "
				    "root), or a `vmx' line in the contract",
				    name);
	if (in.attributes & ZYDIS_ATTRIB_IS_PRIVILEGED || in.mnemonic == ZYDIS_MNEMONIC_CLI ||
	    in.mnemonic == ZYDIS_MNEMONIC_STI || in.mnemonic == ZYDIS_MNEMONIC_STAC ||
	    in.mnemonic == ZYDIS_MNEMONIC_CLAC || in.meta.category == ZYDIS_CATEGORY_IO ||
	    in.meta.category == ZYDIS_CATEGORY_IOSTRINGOP)
		return arena_printf(
			a,
			"%s needs ring 0: it runs in --place vmx, kvm or root, not in a "
			"process",
			name);
	if (in.mnemonic == ZYDIS_MNEMONIC_SYSCALL || in.mnemonic == ZYDIS_MNEMONIC_SYSENTER ||
	    (in.mnemonic == ZYDIS_MNEMONIC_INT && operands[0].imm.value.u == 0x80))
		return arena_printf(a, "%s: no system call is allowed here", name);
	return NULL;
}

const char *extension_needed(const char *path, enum width w, uint64_t address)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction in;

	if (!decode(path, w, address, &in, operands) || in.meta.isa_ext == ZYDIS_ISA_EXT_BASE)
		return NULL;
	return ZydisISAExtGetString(in.meta.isa_ext);
}
