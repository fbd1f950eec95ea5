/* SPDX-License-Identifier: MIT */
/* subject.h */
#include "prove/subject.h"

#include "gen/gen.h"

#include <string.h>

static enum loc_kind kind_of(unsigned kind)
{
	return kind == CL_XMM     ? LOC_XMM
	       : kind == CL_X87   ? LOC_X87
	       : kind == CL_STACK ? LOC_STACK
				  : LOC_GPR;
}

/* Arguments that an `in' line moved. */
static void moved(const struct contract *c, struct prove_subject *out)
{
	for (unsigned i = 0; i < c->ninputs; i++) {
		const struct ct_loc *l = &c->input[i].d.loc[0];

		if (!c->input[i].moved || !c->input[i].d.nlocs)
			continue;
		out->moved |= 1u << i;
		out->moved_to[i] = (struct loc){ .kind = kind_of(l->kind),
						 .reg = l->reg,
						 .stack = (int)l->stack,
						 .off = l->off,
						 .bytes = l->bytes };
	}
}

void subject_of_contract(const struct contract *c, struct prove_subject *out)
{
	*out = (struct prove_subject){ .name = c->call.decl->proto->name,
				       .proto = c->call.decl->proto,
				       .conv = c->call.conv,
				       .place = c->call.place,
				       .kept_gpr = c->kept.gpr,
				       .kept_vector = c->kept.xmm,
				       .kept_upper = c->kept.ymm,
				       .keeps_flags = c->keeps_flags,
				       .leaves_mmx = c->leaves_mmx,
				       .never = c->never,
				       .variadic = c->call.decl->proto->variadic,
				       .jumps = c->jumps,
				       .pop = c->pop,
				       .area = c->area,
				       .align_entry = c->align_entry,
				       .align_calls = c->align_calls };
	moved(c, out);
	for (size_t i = 0; i < c->nout; i++) {
		/* What the line says is compared by running. */
		for (unsigned k = 0; k < out->place.ret.nlocs; k++) {
			if (!c->out[i].slot && out->place.ret.loc[k].reg == c->out[i].n)
				out->place.ret.loc[k].bytes = 0;
		}
	}
	for (size_t i = 0; i < c->ncalls; i++) {
		if (c->calls[i].interrupt)
			out->cannot = "a call by interrupt is not modelled";
	}
	if (c->exit)
		out->cannot = "a VM entry is not modelled";
	if (c->svm_exits)
		out->cannot = "an entry into a guest by VMRUN is not modelled";
	if (c->tdx_calls)
		out->cannot = "a call of a TDX module is not modelled";
	if (c->by_interrupt)
		out->cannot = "an interrupt's frame is not modelled";
}

const char *subject_of_prototype(const char *name, const struct prototype *p,
				 const struct convention *conv, enum profile_id profile,
				 struct prove_subject *out)
{
	const char *why;
	struct reg_set kept;

	*out = (struct prove_subject){
		.name = name, .proto = p, .conv = conv, .variadic = p->variadic, .jumps = -1
	};
	why = abi_place_in(profile, conv, p, &out->place);
	if (why)
		return why;
	if (conv->by_processor)
		return "an interrupt's frame is not modelled";
	kept = abi_preserved(conv, &out->place);
	out->kept_gpr = kept.gpr;
	out->kept_vector = kept.xmm;
	out->kept_upper = kept.ymm;
	out->pop = out->place.pop_unspecified ? 0 : out->place.pop_bytes;
	/* Nothing says where the caller's frame begins. */
	if (out->place.stack_unspecified)
		out->place.stack_bytes = 1024;
	out->area = out->place.stack_bytes;
	out->align_entry = out->place.align;
	out->align_calls = abi_call_align(conv, profile);
	return NULL;
}

void subject_of_name(const char *name, const struct convention *conv, struct prove_subject *out)
{
	static const struct prototype none = { .name = "f", .text = "void f(void)" };
	static struct prototype with_type;

	with_type = none;
	with_type.ret = type_basic(TYPE_VOID);
	subject_of_prototype(name, &with_type, conv, convention_profile(conv), out);
	out->proto = NULL;
	out->undeclared = true;
	/* How many of the words above the return address are arguments is not known. */
	out->area = 4096;
}

const struct prove_callee *subject_callee(void *closure, const char *name)
{
	static struct prove_callee answer;
	const struct contract_file *f = closure;

	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->v[i].call.decl->proto->name, name) != 0)
			continue;
		answer = (struct prove_callee){ .proto = f->v[i].call.decl->proto,
						.conv = f->v[i].call.conv,
						.place = f->v[i].call.place,
						.never = f->v[i].never };
		return &answer;
	}
	for (size_t i = 0; i < f->nprobes; i++) {
		if (!f->probe[i].symbol || strcmp(f->probe[i].symbol, name) != 0)
			continue;
		answer = (struct prove_callee){ .proto = f->probe[i].proto,
						.conv = f->probe[i].conv,
						.place = f->probe[i].place };
		return &answer;
	}
	return NULL;
}
