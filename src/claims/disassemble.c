/* SPDX-License-Identifier: MIT */
/* Objects as instructions: comparing the code of two, and counting that of one. Zydis 4.0. */
#include "claims/object.h"

#include <Zydis/Zydis.h>
#include <string.h>

static ZydisDecoder decoder(enum width w)
{
	ZydisDecoder d;

	ZydisDecoderInit(&d, w == W64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LEGACY_32,
			 w == W64 ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
	return d;
}

static bool same_relocation(const struct object_reloc *a, const struct object_reloc *b)
{
	return a->offset == b->offset && a->type == b->type && a->addend == b->addend &&
	       !strcmp(a->symbol, b->symbol);
}

/* Where two sections begin to differ; the length of both if they do not. */
static size_t first_difference(const struct object_section *x, const struct object_section *y)
{
	size_t n = x->n < y->n ? x->n : y->n, at = 0;

	while (at < n && x->bytes[at] == y->bytes[at])
		at++;
	for (size_t i = 0; i < x->nrelocs || i < y->nrelocs; i++) {
		const struct object_reloc *a = i < x->nrelocs ? &x->relocs[i] : NULL;
		const struct object_reloc *b = i < y->nrelocs ? &y->relocs[i] : NULL;

		if (a && b && same_relocation(a, b))
			continue;
		if (a && a->offset < at)
			at = a->offset;
		if (b && b->offset < at)
			at = b->offset;
		break;
	}
	return at;
}

/* The instruction that byte `at` belongs to, in words. */
static const char *instruction_at(struct arena *a, const struct object *o,
				  const struct object_section *s, size_t at)
{
	ZydisDecoder d = decoder(o->width);
	ZydisDecodedInstruction in;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisFormatter f;
	char text[128];
	const char *symbol = NULL;

	ZydisFormatterInit(&f, ZYDIS_FORMATTER_STYLE_INTEL);
	for (size_t i = 0; i < s->n; i += in.length) {
		if (!ZYAN_SUCCESS(
			    ZydisDecoderDecodeFull(&d, s->bytes + i, s->n - i, &in, operands)))
			return "no instruction";
		if (at >= i + in.length)
			continue;
		if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&f, &in, operands,
								  in.operand_count_visible, text,
								  sizeof(text), i, NULL)))
			return "no instruction";
		for (size_t k = 0; k < s->nrelocs; k++) {
			if (s->relocs[k].offset >= i && s->relocs[k].offset < i + in.length)
				symbol = s->relocs[k].symbol;
		}
		return arena_printf(a, "`%s%s%s'", text, symbol ? " -> " : "",
				    symbol ? symbol : "");
	}
	return "the end";
}

bool object_same(struct arena *a, const struct object *x, const struct object *y,
		 const char **difference)
{
	for (size_t i = 0; i < x->nsections || i < y->nsections; i++) {
		const struct object_section *s = i < x->nsections ? &x->sections[i] : NULL;
		const struct object_section *t = i < y->nsections ? &y->sections[i] : NULL;
		size_t at;

		if (!s || !t || strcmp(s->name, t->name)) {
			*difference = arena_printf(a, "section %s against %s", s ? s->name : "none",
						   t ? t->name : "none");
			return false;
		}
		at = first_difference(s, t);
		if (at == s->n && at == t->n)
			continue;
		*difference =
			arena_printf(a, "at %s+0x%zx %s against %s", s->name, at,
				     instruction_at(a, x, s, at), instruction_at(a, y, t, at));
		return false;
	}
	return true;
}

/* A general register's number in encoding order, or -1. */
static int gpr_number(ZydisRegister r, enum width w)
{
	ZydisMachineMode mode =
		w == W64 ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LEGACY_32;
	ZydisRegister whole = ZydisRegisterGetLargestEnclosing(mode, r);
	ZydisRegisterClass class = ZydisRegisterGetClass(whole);

	if (class != ZYDIS_REGCLASS_GPR64 && class != ZYDIS_REGCLASS_GPR32)
		return -1;
	return ZydisRegisterGetId(whole);
}

static uint32_t callers_own(enum width w)
{
	uint32_t low = 1u << GPR_BX | 1u << GPR_BP;

	return w == W64 ? low | 0xf000 : low | 1u << GPR_SI | 1u << GPR_DI;
}

bool object_measure(const struct object *o, const struct object_function *f,
		    struct object_size *out)
{
	const struct object_section *s = &o->sections[f->section];
	ZydisDecoder d = decoder(o->width);
	ZydisDecodedInstruction in;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	uint64_t padding = 0;
	bool prologue = true;

	*out = (struct object_size){ 0 };
	for (uint64_t i = 0; i < f->size; i += in.length) {
		if (!ZYAN_SUCCESS(
			    ZydisDecoderDecodeFull(&d, s->bytes + f->at + i, f->size - i, &in, op)))
			return false;
		/* Behind the last instruction: padding up to the next function. */
		if (in.mnemonic == ZYDIS_MNEMONIC_NOP) {
			padding += in.length;
			continue;
		}
		out->bytes += (unsigned)(in.length + padding);
		padding = 0;
		out->instructions++;
		if (in.mnemonic == ZYDIS_MNEMONIC_PUSH &&
		    op[0].type == ZYDIS_OPERAND_TYPE_REGISTER) {
			int n = gpr_number(op[0].reg.value, o->width);

			out->saved += prologue && n >= 0 && (callers_own(o->width) >> n & 1);
		}
		prologue = prologue && in.meta.branch_type == ZYDIS_BRANCH_TYPE_NONE;
		for (unsigned k = 0; in.mnemonic != ZYDIS_MNEMONIC_POP && k < in.operand_count;
		     k++) {
			int n = op[k].type == ZYDIS_OPERAND_TYPE_REGISTER
					? gpr_number(op[k].reg.value, o->width)
					: -1;

			if (n >= 0 && op[k].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
				out->written |= 1u << n;
		}
	}
	return true;
}
