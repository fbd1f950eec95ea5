/* SPDX-License-Identifier: MIT */
/* One analysis: decoding, words, and the book of what does not hold. */
#include "prove/machine.h"

#include <Zycore/Format.h>
#include <string.h>

bool machine_decode(const struct machine *x, uint64_t at, struct insn *in)
{
	size_t most = ZYDIS_MAX_INSTRUCTION_LENGTH;
	const struct image_section *section = image_section_at(x->m, at);
	const uint8_t *bytes = image_bytes_at(x->m, at, &most);

	if (!section || !section->code || !bytes ||
	    !ZYAN_SUCCESS(ZydisDecoderDecodeFull(&x->decoder, bytes, most, &in->d, in->op)))
		return false;
	in->at = at;
	in->next = in->then = at + in->d.length;
	if (x->m->npatches && !strcmp(section->name, ".altinstr_replacement")) {
		const struct patch *p = patch_ending(x->m, at, in->next);

		in->then = p ? p->at + p->length : in->next;
	}
	in->unknown = x->m->nholes && image_unknown(x->m, at, in->d.length);
	in->relocated = image_relocated_in(x->m, at, in->d.length);
	in->linked_disp = in->relocated && in->d.raw.disp.size &&
			  image_relocated(x->m, at + in->d.raw.disp.offset);
	in->linked_imm = in->relocated && in->d.raw.imm[0].size &&
			 image_relocated(x->m, at + in->d.raw.imm[0].offset);
	return true;
}

const char *machine_place(const struct machine *x, uint64_t at)
{
	const struct image_symbol *f = image_function_of(x->m, at);
	const struct image_section *section = image_section_at(x->m, at);

	if (!f || at - f->address > 1u << 20)
		return arena_printf(x->a, "%s+0x%llx", section ? section->name : "?",
				    (unsigned long long)(section ? at - section->address : at));
	if (at == f->address)
		return f->name;
	return arena_printf(x->a, "%s+0x%llx", f->name, (unsigned long long)(at - f->address));
}

/* An address as the name of what is there, or its distance from it. */
static ZyanStatus print_address(const ZydisFormatter *f, ZydisFormatterBuffer *buffer,
				ZydisFormatterContext *c)
{
	const struct machine *x = c->user_data;
	const struct image_symbol *s;
	ZyanString *text;
	ZyanU64 at = 0;

	(void)f;
	ZYAN_CHECK(ZydisCalcAbsoluteAddress(c->instruction, c->operand, c->runtime_address, &at));
	s = image_symbol_at(x->m, at);
	ZYAN_CHECK(ZydisFormatterBufferAppend(buffer, ZYDIS_TOKEN_SYMBOL));
	ZYAN_CHECK(ZydisFormatterBufferGetString(buffer, &text));
	return ZyanStringAppendFormat(text, "%s", s ? s->name : machine_place(x, at));
}

const char *machine_words(const struct machine *x, uint64_t at)
{
	struct insn in;
	ZydisFormatter f;
	ZydisFormatterFunc hook = print_address;
	char text[160];

	if (!machine_decode(x, at, &in))
		return machine_place(x, at);
	ZydisFormatterInit(&f, ZYDIS_FORMATTER_STYLE_INTEL);
	ZydisFormatterSetHook(&f, ZYDIS_FORMATTER_FUNC_PRINT_ADDRESS_ABS, (const void **)&hook);
	if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&f, &in.d, in.op,
							  in.d.operand_count_visible, text,
							  sizeof(text), at, (void *)(uintptr_t)x)))
		return machine_place(x, at);
	return arena_printf(x->a, "%s: %s", machine_place(x, at), text);
}

void machine_issue(struct machine *x, enum check check, unsigned item, bool definite, uint64_t at,
		   const char *hint, const char *words)
{
	struct issue *i;

	if (x->doubt && check != CHECK_COUNT && definite) {
		definite = false;
		hint = x->doubted ? arena_printf(x->a,
						 "declare %s, with `returns never' if it does not "
						 "return",
						 x->doubted)
				  : "a comparison that limits the index of its jump table";
	}
	for (size_t k = 0; k < x->nissues; k++) {
		i = &x->issue[k];
		if (i->check != check || i->item != item || i->at != at)
			continue;
		if (definite && !i->definite)
			*i = (struct issue){ check, true, at, item, words, hint };
		return;
	}
	if (x->nissues == MOST_ISSUES)
		return;
	x->issue = arena_grow(x->a, x->issue, x->nissues, sizeof(*x->issue));
	x->issue[x->nissues++] = (struct issue){ .check = check,
						 .item = item,
						 .definite = definite,
						 .at = at,
						 .hint = hint,
						 .words = words };
}

bool machine_is_label(const struct machine *x, const struct value *v)
{
	const struct image_section *s;
	const struct image_symbol *named, *own;

	if (v->kind != V_CONST || !(v->flags & VALUE_CODE) || v->more == CONST_BACK ||
	    v->off == x->entry)
		return false;
	s = image_section_at(x->m, v->off);
	if (!s || !s->code)
		return false;
	named = image_symbol_at(x->m, v->off);
	own = image_function_of(x->m, x->entry);
	/* Another function has a type, or is known elsewhere. */
	if (named && named->function && (named->typed || !named->local))
		return false;
	return own && image_function_of(x->m, v->off) == own &&
	       (!own->size || v->off < own->address + own->size);
}

void machine_label_given(struct machine *x, uint64_t at)
{
	machine_issue(x, CHECK_COUNT, 2, false, at, NULL,
		      "it keeps the address of code of its own, to which something may come back");
}

void machine_missing(struct machine *x, int64_t off)
{
	if (off < 0 && off > -4096)
		x->missing = (unsigned)-off;
}

void machine_assume(struct machine *x, const char *words)
{
	for (size_t i = 0; i < x->nassumptions; i++) {
		if (!strcmp(x->assumption[i], words))
			return;
	}
	x->assumption = arena_grow(x->a, x->assumption, x->nassumptions, sizeof(char *));
	x->assumption[x->nassumptions++] = words;
}

void machine_trust(struct machine *x, const char *name, const char *words)
{
	machine_assume(x, words);
	for (size_t i = 0; i < x->ntrusts; i++) {
		if (!strcmp(x->trusts[i], name))
			return;
	}
	x->trusts = arena_grow(x->a, x->trusts, x->ntrusts, sizeof(char *));
	x->trusts[x->ntrusts++] = name;
}

static const char *argument_words(const struct machine *x, unsigned i)
{
	const char *name = x->f->proto ? proto_arg_name(x->f->proto, i) : NULL;

	return name ? name : arena_printf(x->a, "argument %u", i + 1);
}

const char *machine_origin(const struct machine *x, unsigned origin)
{
	if (origin >= ORIGIN_REGISTER && origin < ORIGIN_UPPER)
		return arena_printf(x->a, "what %s holds at entry, which is not an argument",
				    gpr_name(x->job->width, origin - ORIGIN_REGISTER, x->word));
	if (origin >= ORIGIN_UPPER && origin < ORIGIN_CALLEE)
		return arena_printf(x->a, "the bits above %s",
				    argument_words(x, origin - ORIGIN_UPPER));
	switch (origin) {
	case ORIGIN_CALLEE:
		return "what a callee left behind";
	case ORIGIN_SLOT:
		return "memory of the frame that was never written";
	case ORIGIN_CALLER:
		return "a stack word of the caller that is not an argument";
	case ORIGIN_FLAGS:
		return "status flags as they were at entry";
	case ORIGIN_VECTOR:
		return "a vector register that holds no argument";
	default:
		return "what is not defined";
	}
}

static enum check check_of(unsigned origin, const char *how)
{
	if (origin >= ORIGIN_UPPER && origin < ORIGIN_CALLEE)
		return CHECK_UPPER;
	if (!strcmp(how, "the result"))
		return CHECK_RETURN;
	return origin == ORIGIN_CALLEE ? CHECK_LOCALS : CHECK_ARG;
}

/* On one path only, a use of what is not set may be one that no values lead to, as of a variable
 * that C sets in a loop: on all paths it is certain. Of a result each path counts. */
static bool on_all_paths(struct machine *x, enum check check, uint64_t at, bool certain)
{
	/* While they are joined, what comes last counts. */
	for (size_t i = 0; !x->joined && i < x->nissues; i++) {
		if (x->issue[i].check == check && x->issue[i].at == at)
			x->issue[i].definite = certain;
	}
	if (!x->joined || check == CHECK_RETURN)
		return true;
	for (size_t i = 0; i < x->joined->nissues; i++) {
		const struct issue *t = &x->joined->issue[i];

		if (t->check == check && t->at == at && t->definite)
			return true;
	}
	return false;
}

void machine_use(struct machine *x, struct state *s, uint64_t at, const struct value *v,
		 unsigned bytes, const char *how)
{
	uint8_t mask = bytes >= 8 ? 0xff : (uint8_t)((1u << bytes) - 1);
	enum check check;
	bool certain;

	(void)s;
	if (v->flags & (VALUE_NARROW1 | VALUE_NARROW2))
		machine_assume(x, "callers extend arguments narrower than an int to an int");
	if (!(v->undefined & mask))
		return;
	check = check_of(v->origin, how);
	/* Of memory, C may know by other values that it was written. */
	certain =
		!(v->flags & VALUE_BLURRED) && (v->origin != ORIGIN_SLOT || check == CHECK_RETURN);
	machine_issue(x, check, v->origin, on_all_paths(x, check, at, certain) && certain, at, NULL,
		      check == CHECK_RETURN && v->origin != ORIGIN_CALLEE
			      ? arena_printf(x->a, "the result is never set: it is %s",
					     machine_origin(x, v->origin))
			      : arena_printf(x->a, "%s depends on %s", how,
					     machine_origin(x, v->origin)));
}
