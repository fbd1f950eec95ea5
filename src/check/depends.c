/* SPDX-License-Identifier: MIT */
/* What a call depends on though it is no input, in words. */
#include "check/depends.h"

#include "verdict/words.h"

static const char *source_name(struct arena *a, const struct contract *c, enum width w,
			       unsigned source)
{
	static const char *const flags[] = { "CF", "PF", "AF", "ZF", "SF", "OF" };
	unsigned word = word_bytes(w), n;

	if (source < CT_FROM_XMM)
		return gpr_name(w, source, word);
	if (source < CT_FROM_FLAG)
		return xmm_name(source - CT_FROM_XMM);
	if (source < CT_FROM_X87)
		return arena_printf(a, "%s at entry", flags[source - CT_FROM_FLAG]);
	if (source == CT_FROM_X87)
		return "the x87 status word or an x87 or mmx register at entry";
	if (source == CT_FROM_MXCSR)
		return "the status bits of mxcsr at entry";
	if (source == CT_FROM_BELOW)
		return arena_printf(a, "what was on the stack below %s", gpr_name(w, GPR_SP, word));
	if (source == CT_FROM_INTERRUPT)
		return arena_printf(a,
				    "what it left on the stack below %s, where an interrupt in "
				    "ring 0 writes",
				    gpr_name(w, GPR_SP, word));
	if (source == CT_FROM_RESULT)
		return "what was in memory where the result goes";
	if (source == CT_FROM_CALLEE_REST)
		return "the status flags that a called function left";
	if (source >= CT_FROM_CALLEE && source < CT_FROM_UPPER)
		return arena_printf(a, "what a called function left in %s or %s",
				    gpr_name(w, source - CT_FROM_CALLEE, word),
				    xmm_name(source - CT_FROM_CALLEE));
	if (source < CT_FROM_BESIDE) {
		n = source - CT_FROM_UPPER;
		if (n == CT_ARGS - 1)
			return "what is above the pointer to the result";
		return arena_printf(a, "the padding of %s, or what is above it",
				    argument_name(a, c->call.decl->proto, n));
	}
	if (source < CT_FROM_STACK)
		return arena_printf(a, "memory beside %s",
				    argument_name(a, c->call.decl->proto, source - CT_FROM_BESIDE));
	if (source >= CT_FROM_MASK)
		return arena_printf(a, "k%u", source - CT_FROM_MASK);
	if (source >= CT_FROM_YMM) {
		n = source - CT_FROM_YMM;
		return arena_printf(a, n < 16 ? "what is above xmm%u" : "zmm%u", n);
	}
	n = (source - CT_FROM_STACK + 1) * word;
	return arena_printf(a, "the stack word at %s+%u%s", gpr_name(w, GPR_SP, word), n,
			    source == CT_FROM_YMM - 1 ? " or one further up" : "");
}

static const char *what_depends(struct arena *a, const struct contract *c,
				const struct cl_finding *r)
{

	switch (r->loc) {
	case CT_WHAT_RESULT:
		return arena_printf(a, "the return value (%s)",
				    type_spell(a, c->call.decl->proto->ret, ""));
	case CT_WHAT_MEMORY_RESULT:
		return arena_printf(a, "the return value (%s), byte %u",
				    type_spell(a, c->call.decl->proto->ret, ""), r->offset);
	case CT_WHAT_FATE:
		return "whether it returns";
	case CT_WHAT_CALLS:
		return "what it calls";
	case CT_WHAT_DATA:
		return arena_printf(a, "the object's own data, byte %u", r->offset);
	}
	if (r->loc >= CT_WHAT_ARGUMENT)
		return arena_printf(a, "argument %u of a function it calls",
				    r->loc - CT_WHAT_ARGUMENT + 1);
	return arena_printf(a, "memory at %s + %u",
			    check_input_name(a, c, (r->loc - CT_WHAT_BUFFER) % CT_ARGS), r->offset);
}

void depends_words(struct arena *a, const struct contract *c, enum width w,
		   const struct cl_finding *r, struct finding *f)
{
	f->subject = what_depends(a, c, r);
	f->expected = "the same in two calls with equal inputs";
	f->observed = r->size ? arena_printf(a, "%s and %s", hex_text(a, r->expected, r->size),
					     hex_text(a, r->observed, r->size))
			      : "a difference";
	f->origin = arena_printf(a, "it depends on %s, which is no input",
				 source_name(a, c, w, r->item));
}

void never_set_words(struct arena *a, const struct contract *c, const struct cl_finding *r,
		     struct finding *f)
{
	bool memory = r->loc == CT_WHAT_MEMORY_RESULT;

	f->subject = arena_printf(a, "never set: the return value (%s)",
				  type_spell(a, c->call.decl->proto->ret, ""));
	f->expected = memory ? arena_printf(a, "written, from byte %u on", r->offset)
			     : "a value of the function's own";
	f->observed = !r->size ? "no value in st0"
			       : arena_printf(a, "%s, which is what %s held at entry",
					      hex_text(a, r->observed, r->size),
					      memory ? "the memory" : "the register");
}
