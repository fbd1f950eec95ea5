/* SPDX-License-Identifier: MIT */
/* Findings in words: what was expected where, what was observed, and where that had been. */
#include "verdict/words.h"
#include "util/elf.h"

#include <string.h>

const char *direction_name(int direction)
{
	return direction == CL_CALLEE ? "callee" : "caller";
}

const char *argument_name(struct arena *a, const struct prototype *p, unsigned i)
{
	const struct type *t = proto_arg_type(p, i);
	const char *type = type_spell(a, t, "");

	if (i < p->nparams && p->params[i].name)
		return arena_printf(a, "argument %s (%s)", p->params[i].name, type);
	return arena_printf(a, "%s argument %u (%s)", i < p->nparams ? "unnamed" : "variadic",
			    i + 1, type);
}

/* A place as code of a finding. */
static const char *place_text(struct arena *a, const struct gen_case *c, unsigned place,
			      unsigned bytes)
{
	enum width w = c->conv->width;

	if (place >= CL_AT_STACK)
		return arena_printf(a, "%s+%u", gpr_name(w, GPR_SP, word_bytes(w)),
				    (place - CL_AT_STACK) * word_bytes(w));
	if (place >= CL_AT_ARG)
		return arena_printf(a, "the value of %s",
				    argument_name(a, c->decl->proto, place - CL_AT_ARG));
	if (place == CL_AT_NESTED)
		return "left behind by the function it had called";
	if (place == CL_AT_LOCAL)
		return "a local value of the function";
	if (place == CL_AT_ST0)
		return "st0";
	if (place >= CL_AT_XMM)
		return xmm_name(place - CL_AT_XMM);
	return gpr_name(w, place - CL_AT_GPR, bytes > word_bytes(w) ? word_bytes(w) : bytes);
}

const char *places_text(struct arena *a, const struct gen_case *c, const uint64_t places[2])
{
	enum width w = c->conv->width;

	for (unsigned i = 0; i < 16; i++) {
		if (places[0] >> i & 1)
			return gpr_name(w, i, word_bytes(w));
	}
	for (unsigned i = 0; i < 16; i++) {
		if (places[0] >> (CL_BIT_XMM + i) & 1)
			return xmm_name(i);
	}
	for (unsigned i = 0; i < 64; i++) {
		if (places[1] >> i & 1)
			return arena_printf(a, "%s+%u", gpr_name(w, GPR_SP, word_bytes(w)),
					    i * word_bytes(w));
	}
	return "nowhere";
}

static const char *fault_text(unsigned fault)
{
	switch (fault) {
	case CL_FAULT_SEGV:
		return "memory access violation (SIGSEGV)";
	case CL_FAULT_ILL:
		return "illegal instruction (SIGILL)";
	case CL_FAULT_FPE:
		return "arithmetic trap (SIGFPE)";
	case CL_FAULT_TRAP:
		return "breakpoint or single step (SIGTRAP)";
	case CL_FAULT_BUS:
		return "bus error (SIGBUS)";
	case CL_FAULT_SYS:
		return "system call (SIGSYS)";
	case CL_FAULT_TIMEOUT:
		return "endless loop: stopped by the watchdog";
	case CL_FAULT_FPU:
		return "x87 or vector instruction where none is allowed";
	default:
		return "the whole process died";
	}
}

/* In the order of their encoding: SDM volume 2, table 2-2 and 3.1.1.3. */
static const char *segment_name(unsigned n)
{
	static const char *const names[] = { "es", "cs", "ss", "ds", "fs", "gs" };

	return n < ARRAY_SIZE(names) ? names[n] : "?";
}

static uint64_t number(const uint8_t *bytes)
{
	uint64_t n;

	memcpy(&n, bytes, 8);
	return n;
}

/* Value and place of an argument or return value that did not arrive. */
static void value_words(struct arena *a, const struct cl_finding *r, const struct value_place *v,
			struct finding *f)
{
	const struct gen_case *c = f->c;
	struct str s = { 0 };

	if (v->by_reference)
		str_add(&s, "by ");
	if (f->check == CHECK_RETURN && c->place.hidden.nlocs)
		str_add(&s, "memory");
	/* Of a value in two registers, the one that is wrong. */
	if (f->direction == CL_CALLEE && f->check == CHECK_RETURN && r->item < v->nlocs)
		loc_text(&s, c->conv->width, &v->loc[r->item]);
	else
		value_text(&s, c->conv->width, v);
	f->expected = arena_printf(a, "%s%s: %s", v->by_reference ? "" : "in ", s.s,
				   hex_text(a, r->expected, r->size));
	if (r->offset)
		f->expected = arena_printf(a, "%s (from byte %u)", f->expected, r->offset);
	f->observed = hex_text(a, r->observed, r->size);
	str_free(&s);
	if (f->direction == CL_CALLEE && f->check == CHECK_ARG && r->origin)
		f->origin = r->origin >= CL_AT_ARG && r->origin < CL_AT_STACK
				    ? arena_printf(a, "which is %s",
						   place_text(a, c, r->origin, r->size))
				    : arena_printf(a, "which was in %s at the call",
						   place_text(a, c, r->origin, r->size));
	else if (r->found)
		f->origin = arena_printf(a, "the expected value is in %s",
					 place_text(a, c, r->found, r->size));
	else if (r->origin)
		f->origin = arena_printf(a, "which is %s", place_text(a, c, r->origin, r->size));
}

static void saved_words(struct arena *a, const struct cl_finding *r, struct finding *f)
{
	enum width w = f->c->conv->width;

	f->subject = r->item >= CL_ITEM_XMM ? xmm_name(r->item - CL_ITEM_XMM)
					    : gpr_name(w, r->item, word_bytes(w));
	f->subject = arena_printf(a, "%s after the call", f->subject);
	f->expected = arena_printf(a, "preserved: %s", hex_text(a, r->expected, r->size));
	f->observed = hex_text(a, r->observed, r->size);
	if (r->origin == CL_AT_NESTED || r->origin == CL_AT_LOCAL)
		f->origin = place_text(a, f->c, r->origin, r->size);
	else if (r->origin)
		f->origin = arena_printf(a, "which was in %s at the call",
					 place_text(a, f->c, r->origin, r->size));
	if (r->found)
		f->origin =
			arena_printf(a, "%s%sits own value is in %s", f->origin ? f->origin : "",
				     f->origin ? "; " : "", place_text(a, f->c, r->found, r->size));
}

static void layout_words(struct arena *a, const struct cl_finding *r, struct finding *f)
{
	struct gen_members *m = arena_alloc(a, sizeof(*m));
	const struct prototype *p = f->c->decl->proto;
	const struct gen_member *g;
	const char *of;

	gen_members(a, f->c, m);
	g = &m->v[r->item < m->n ? r->item : 0];
	of = type_spell(a, g->arg == CL_RETURNED ? p->ret : p->params[g->arg].type, "");
	if (g->bits) {
		f->subject = arena_printf(a, "bit-field %s of %s", g->path, of);
		f->expected = arena_printf(a, "%lld, from bit %u on",
					   (long long)number(r->expected), g->expected);
		f->observed = arena_printf(a, "%lld", (long long)number(r->observed));
		return;
	}
	f->subject = g->path ? arena_printf(a, "%s of %s in %s", g->what, g->path, of)
			     : arena_printf(a, "%s of %s", g->what, of);
	f->expected = arena_printf(a, "%lld", (long long)number(r->expected));
	f->observed = arena_printf(a, "%lld", (long long)number(r->observed));
}

void finding_words(struct arena *a, const struct cl_finding *r, const char *payload,
		   struct finding *f)
{
	const struct gen_case *c = f->c;
	bool nested = r->item == CL_ITEM_NESTED;
	const char *when =
		nested ? f->direction == CL_CALLEE ? " at the function's own call" : " at the call"
		       : " after the call";
	uint64_t want = number(r->expected), got = number(r->observed);
	bool leaf = c->decl->leaf && f->direction == CL_CALLEE;
	unsigned align;

	switch (f->check) {
	case CHECK_ARG:
		f->subject = argument_name(a, c->decl->proto, r->item);
		value_words(a, r, &c->place.arg[r->item], f);
		break;
	case CHECK_RETURN:
		f->subject = arena_printf(a, "return value (%s)",
					  type_spell(a, c->decl->proto->ret, ""));
		value_words(a, r, &c->place.ret, f);
		break;
	case CHECK_UPPER:
		f->subject = r->item == CL_ITEM_RETURN
				     ? arena_printf(a, "return value (%s), widened by the caller",
						    type_spell(a, c->decl->proto->ret, ""))
				     : arena_printf(a, "%s, widened by the callee",
						    argument_name(a, c->decl->proto, r->item));
		f->expected = arena_printf(a, "extended by whoever reads it: %s",
					   hex_text(a, r->expected, 8));
		f->observed = hex_text(a, r->observed, 8);
		f->origin = "it relied on the dirty bits above the value";
		break;
	case CHECK_LAYOUT:
		layout_words(a, r, f);
		break;
	case CHECK_HIDDEN:
		f->subject = "pointer to the return value";
		f->expected = f->direction == CL_CALLEE
				      ? arena_printf(a, "returned in %s: %s",
						     gpr_name(c->conv->width, GPR_AX,
							      word_bytes(c->conv->width)),
						     hex_text(a, r->expected, r->size))
				      : "into the caller's frame";
		f->observed = hex_text(a, r->observed, r->size);
		break;
	case CHECK_REFERENCE:
		f->subject = argument_name(a, c->decl->proto, r->item);
		f->expected = "pointer into the caller's frame, 16-byte aligned";
		f->observed = hex_text(a, r->observed, word_bytes(c->conv->width));
		break;
	case CHECK_SAVED:
		saved_words(a, r, f);
		break;
	case CHECK_SP:
		f->subject = "stack pointer after the call";
		f->expected = arena_printf(a, "%llu bytes popped", (unsigned long long)want);
		f->observed = c->conv->width == W64
				      ? arena_printf(a, "%lld bytes popped", (long long)got)
				      : arena_printf(a, "%d bytes popped", (int)got);
		break;
	case CHECK_CANARY:
		f->subject = arena_printf(
			a, "the caller's frame at %s+%u",
			gpr_name(c->conv->width, GPR_SP, word_bytes(c->conv->width)), r->offset);
		f->expected = arena_printf(a, "untouched: %s", hex_text(a, r->expected, r->size));
		f->observed = hex_text(a, r->observed, r->size);
		if (r->origin)
			f->origin = arena_printf(a, "which was in %s at the call",
						 place_text(a, c, r->origin, r->size));
		break;
	case CHECK_SLOT:
		f->subject = r->item ? "the fault slot, popped as the result" : "the field slot";
		f->expected = r->item ? "0"
				      : arena_printf(a, "unchanged: %s",
						     hex_text(a, r->expected, r->size));
		f->observed = hex_text(a, r->observed, r->size);
		break;
	case CHECK_GUEST:
		f->subject =
			arena_printf(a, "the guest's %s after its second VM exit",
				     gpr_name(c->conv->width, r->item, word_bytes(c->conv->width)));
		f->expected = hex_text(a, r->expected, r->size);
		f->observed = hex_text(a, r->observed, r->size);
		break;
	case CHECK_ALIGN:
		f->subject = arena_printf(a, "stack pointer%s",
					  nested ? " at the function's own call" : " at the call");
		align = nested && c->place.align > 16 ? 16 : c->place.align;
		f->expected = arena_printf(a, "a multiple of %u", align);
		f->observed = arena_printf(a, "%llu more than a multiple of %u",
					   (unsigned long long)got, align);
		break;
	case CHECK_LOCALS:
		f->subject = arena_printf(a, "local value %u, kept %s", r->item % 64,
					  leaf ? "in the function's own memory" : "across a call");
		f->expected = hex_text(a, r->expected, r->size);
		f->observed = hex_text(a, r->observed, r->size);
		f->origin = r->origin ? place_text(a, c, r->origin, r->size) : NULL;
		break;
	case CHECK_AL:
		f->subject = "al at the variadic call";
		f->expected = arena_printf(a, "at least %llu, at most 8", (unsigned long long)want);
		f->observed = arena_printf(a, "%llu", (unsigned long long)got);
		break;
	case CHECK_ENTERED:
		f->subject = f->direction == CL_CALLEE
				     ? leaf ? "the target" : "the target's own call"
				     : "the probe";
		f->expected = "reached once";
		f->observed = arena_printf(a, "reached %llu times", (unsigned long long)got);
		break;
	case CHECK_DF:
		f->subject = arena_printf(a, "direction flag%s", when);
		f->expected = "clear";
		f->observed = "set";
		break;
	case CHECK_FLAGS:
		f->subject = arena_printf(a, "flags IF (0x200) and AC (0x40000)%s", when);
		f->expected = hex_text(a, r->expected, 4);
		f->observed = hex_text(a, r->observed, 4);
		break;
	case CHECK_SEGMENTS:
		f->subject = arena_printf(a, "segment register %s", segment_name(r->item));
		f->expected = hex_text(a, r->expected, 2);
		f->observed = hex_text(a, r->observed, 2);
		break;
	case CHECK_X87_STACK:
		f->subject = arena_printf(a, "x87 registers in use%s", when);
		f->expected = arena_printf(a, "%llu", (unsigned long long)want);
		f->observed = arena_printf(a, "%llu", (unsigned long long)got);
		break;
	case CHECK_MMX:
		f->subject = arena_printf(a, "mode of the x87 and mmx registers%s", when);
		f->expected = "x87 (all tags empty)";
		f->observed = "mmx (all tags valid: no emms)";
		break;
	case CHECK_X87_CW:
	case CHECK_MXCSR:
		f->subject = arena_printf(
			a, "%s%s", f->check == CHECK_MXCSR ? "mxcsr" : "x87 control word", when);
		f->expected = hex_text(a, r->expected, f->check == CHECK_MXCSR ? 4 : 2);
		f->observed = hex_text(a, r->observed, f->check == CHECK_MXCSR ? 4 : 2);
		break;
	case CHECK_FAULT: {
		char *at = got && payload ? elf_symbol(a, payload, got) : NULL;

		f->subject = "the call";
		f->expected = "returns";
		f->observed = fault_text(r->item);
		if (got)
			f->origin = arena_printf(a, "at 0x%llx%s%s%s", (unsigned long long)got,
						 at ? " (" : "", at ? at : "", at ? ")" : "");
		break;
	}
	default:
		f->subject = f->check < CHECK_COUNT ? checks[f->check].name : "?";
		f->expected = hex_text(a, r->expected, r->size);
		f->observed = hex_text(a, r->observed, r->size);
		break;
	}
}
