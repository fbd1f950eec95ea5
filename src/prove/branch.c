/* SPDX-License-Identifier: MIT */
/* Conditions of which the operands are constants: Intel SDM, volume 1, appendix B. */
#include "prove/machine.h"

struct flags {
	bool zf, sf, cf, of, pf, carry_known;
};

static bool flags_of(const struct state *s, struct flags *f)
{
	unsigned bits = 8 * s->compared_bytes;
	uint64_t mask = bits >= 64 ? ~0ull : (1ull << bits) - 1, r, top;

	if (!s->compared || s->compared == 4 || !bits)
		return false;
	r = (s->left - (s->compared == 1 ? s->right : 0)) & mask;
	top = 1ull << (bits - 1);
	*f = (struct flags){ .zf = !r,
			     .sf = r & top,
			     .pf = !(__builtin_popcount((unsigned)r & 0xff) & 1),
			     .carry_known = s->compared != 3 };
	if (s->compared == 1) {
		f->cf = (s->left & mask) < (s->right & mask);
		f->of = ((s->left ^ s->right) & (s->left ^ r)) & top;
	}
	return true;
}

static enum tri either(bool holds)
{
	return holds ? SET : CLEAR;
}

enum tri branch_decide(const struct state *s, ZydisMnemonic jump)
{
	struct flags f;

	if (!flags_of(s, &f))
		return UNSURE;
	switch (jump) {
	case ZYDIS_MNEMONIC_JZ:
		return either(f.zf);
	case ZYDIS_MNEMONIC_JNZ:
		return either(!f.zf);
	case ZYDIS_MNEMONIC_JS:
		return either(f.sf);
	case ZYDIS_MNEMONIC_JNS:
		return either(!f.sf);
	case ZYDIS_MNEMONIC_JP:
		return either(f.pf);
	case ZYDIS_MNEMONIC_JNP:
		return either(!f.pf);
	default:
		break;
	}
	if (!f.carry_known)
		return UNSURE;
	switch (jump) {
	case ZYDIS_MNEMONIC_JB:
		return either(f.cf);
	case ZYDIS_MNEMONIC_JNB:
		return either(!f.cf);
	case ZYDIS_MNEMONIC_JBE:
		return either(f.cf || f.zf);
	case ZYDIS_MNEMONIC_JNBE:
		return either(!f.cf && !f.zf);
	case ZYDIS_MNEMONIC_JL:
		return either(f.sf != f.of);
	case ZYDIS_MNEMONIC_JNL:
		return either(f.sf == f.of);
	case ZYDIS_MNEMONIC_JLE:
		return either(f.zf || f.sf != f.of);
	case ZYDIS_MNEMONIC_JNLE:
		return either(!f.zf && f.sf == f.of);
	default:
		return UNSURE;
	}
}

void branch_refine(const struct machine *x, struct state *s, ZydisMnemonic jump, bool taken)
{
	struct value *v = &s->gpr[s->left % GPR_COUNT];
	uint64_t less;

	if (s->compared != 4)
		return;
	if ((jump == ZYDIS_MNEMONIC_JNBE && !taken) || (jump == ZYDIS_MNEMONIC_JBE && taken))
		less = s->right + 1;
	else if ((jump == ZYDIS_MNEMONIC_JNB && !taken) || (jump == ZYDIS_MNEMONIC_JB && taken))
		less = s->right;
	else
		return;
	/* A number, and no longer the value of a register at entry that has to be kept. */
	if (v->kind == V_ENTRY && v->id < 16 && !(x->f->kept_gpr >> v->id & 1))
		*v = value_mix(v, v);
	if (v->kind != V_ANY || !less || less > UINT16_MAX ||
	    (v->more && !v->id && v->more <= less))
		return;
	v->more = less;
	v->id = s->compared_bytes < x->word ? s->compared_bytes : 0;
}
