/* SPDX-License-Identifier: MIT */
/* trail.h. Each value on a path gets a number, made of the instruction that computed it and the
 * numbers of what went in, so what is computed twice from the same has one number; what compares
 * them leaves facts (facts.h). */
#include "prove/trail.h"

#include "prove/facts.h"

#include <string.h>

enum { MOST_TRIES = 200, MOST_PLACES = 96, MOST_TESTS = 32, LEVELS = 4 };
enum { COMMUTES = 0xc0, AT_ENTRY = 1, CONSTANT, WIDER, PART, HIGH, ADDRESS, MEMORY };

/* What flags were set by. */
struct comparison {
	enum { NOTHING, COMPARED, LOGIC, RESULT } kind;
	uint64_t left, right, result;
	bool constant; /* `right` is one */
	unsigned bytes;
};

/* A condition: by what set the flags that it reads, or by their numbers alone. */
struct test {
	struct comparison by;
	unsigned condition; /* as in opcodes: SDM, volume 1, appendix B */
	uint64_t key, set;  /* set: the number of the value that SETcc made of it */
};

struct place {
	uint64_t key; /* base of the frame, or the number of an address */
	int64_t off;
	uint32_t size;
	bool frame;
	uint64_t number;
};

struct numbers {
	uint64_t gpr[GPR_COUNT][LEVELS]; /* of 8, 4, 2 and 1 bytes */
	uint64_t other[ZYDIS_REGISTER_MAX_VALUE + 1];
	struct place place[MOST_PLACES];
	size_t nplaces;
	uint64_t flag[6]; /* by enum flag_bit */
	struct comparison last;
	uint8_t last_flags; /* those that are still by it */
	struct test test[MOST_TESTS];
	size_t ntests;
	uint64_t fresh;
	struct facts facts;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
	return facts_mix(a, b);
}

static uint64_t constant(uint64_t n)
{
	return mix(CONSTANT, n);
}

/* The number of what is known by itself; false: it is not. */
static bool known(const struct value *v, uint64_t *number)
{
	switch (v->kind) {
	case V_CONST:
		*number = constant(v->off);
		return true;
	case V_ENTRY:
	case V_STACK:
	case V_RETURN:
		*number = mix(mix(mix(v->kind + 16u, v->id), (uint64_t)(int64_t)v->sign), v->off);
		return true;
	default:
		return false;
	}
}

/* Registers ----------------------------------------------------------------------------------- */

static unsigned level_of(unsigned bytes)
{
	return bytes >= 8 ? 0 : bytes == 4 ? 1 : bytes == 2 ? 2 : 3;
}

static uint64_t low_part(uint64_t number, unsigned from, unsigned to)
{
	for (; from < to; from++)
		number = mix(PART, number);
	return number;
}

/* The number of a smaller part is that of the larger one's part. */
static void set_register(struct numbers *t, unsigned reg, unsigned bytes, uint64_t number)
{
	unsigned level = level_of(bytes);
	uint64_t *r = t->gpr[reg % GPR_COUNT];

	if (level == 1) {
		r[0] = mix(WIDER, number);
	} else {
		for (unsigned i = 0; i < level; i++)
			r[i] = mix(mix(r[i], number), level);
	}
	r[level] = number;
	for (unsigned i = level + 1; i < LEVELS; i++)
		r[i] = low_part(number, level, i);
}

static int general(ZydisRegister reg)
{
	switch (ZydisRegisterGetClass(reg)) {
	case ZYDIS_REGCLASS_GPR8:
	case ZYDIS_REGCLASS_GPR16:
	case ZYDIS_REGCLASS_GPR32:
	case ZYDIS_REGCLASS_GPR64:
		return ZydisRegisterGetId(
			ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg));
	default:
		return -1;
	}
}

static bool high_byte(ZydisRegister reg)
{
	return reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH;
}

static uint64_t *other_register(struct numbers *t, ZydisRegister reg)
{
	ZydisRegister wide = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);

	return &t->other[wide ? wide : reg];
}

static uint64_t register_number(struct numbers *t, const struct state *s, ZydisRegister reg,
				unsigned bytes, unsigned word)
{
	int g = general(reg);
	uint64_t number;

	if (g < 0)
		return *other_register(t, reg);
	if (bytes == word && known(&s->gpr[g % GPR_COUNT], &number))
		return number;
	if (high_byte(reg))
		return mix(HIGH, t->gpr[g % GPR_COUNT][2]);
	return t->gpr[g % GPR_COUNT][level_of(bytes)];
}

/* Memory -------------------------------------------------------------------------------------- */

static bool same_bytes(const struct place *p, const struct place *q)
{
	return p->frame == q->frame && p->key == q->key && p->off == q->off && p->size == q->size;
}

static bool overlap(const struct place *p, const struct place *q)
{
	return p->frame == q->frame && p->key == q->key && p->off < q->off + q->size &&
	       q->off < p->off + p->size;
}

static struct place place_of(struct machine *x, struct state *s, const struct insn *in, unsigned op,
			     struct numbers *t)
{
	const ZydisDecodedOperandMem *m = &in->op[op].mem;
	struct address a = machine_address(x, s, in, op);
	struct place p = { .size = in->op[op].size / 8u, .number = ADDRESS };

	if (a.v.kind == V_STACK && !a.foreign) {
		p.frame = true;
		p.key = a.v.id;
		p.off = (int64_t)a.v.off;
		return p;
	}
	if (!known(&a.v, &p.key)) {
		p.key = mix(ADDRESS, (uint64_t)m->disp.value);
		if (m->base)
			p.key = mix(p.key, register_number(t, s, m->base, x->word, x->word));
		if (m->index)
			p.key = mix(mix(p.key, m->scale),
				    register_number(t, s, m->index, x->word, x->word));
	}
	p.key = mix(p.key, a.foreign ? m->segment : 0u);
	return p;
}

static uint64_t load(struct numbers *t, const struct place *p)
{
	uint64_t number = mix(mix(mix(MEMORY, p->key), (uint64_t)p->off), p->size);

	for (size_t i = 0; i < t->nplaces; i++) {
		if (same_bytes(&t->place[i], p))
			return t->place[i].number;
		if (overlap(&t->place[i], p))
			number = mix(number, t->place[i].number);
	}
	return number;
}

static void store(struct numbers *t, struct place p, uint64_t number)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->nplaces; i++) {
		if (!overlap(&t->place[i], &p))
			t->place[kept++] = t->place[i];
	}
	t->nplaces = kept;
	p.number = number;
	if (kept < MOST_PLACES)
		t->place[t->nplaces++] = p;
}

static uint64_t operand_number(struct machine *x, struct state *s, const struct insn *in,
			       unsigned op, struct numbers *t)
{
	const ZydisDecodedOperand *o = &in->op[op];
	struct place p;
	struct value v;
	uint64_t number;

	switch (o->type) {
	case ZYDIS_OPERAND_TYPE_REGISTER:
		v = machine_read(x, s, in, op);
		if (v.kind == V_CONST)
			return constant(v.off);
		return register_number(t, s, o->reg.value, o->size / 8u, x->word);
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		return in->unknown ? mix(CONSTANT, in->at) : constant(o->imm.value.u);
	case ZYDIS_OPERAND_TYPE_MEMORY:
		p = place_of(x, s, in, op, t);
		if (o->mem.type != ZYDIS_MEMOP_TYPE_MEM)
			return mix(p.key, (uint64_t)p.off);
		v = machine_read(x, s, in, op);
		if (o->size / 8u <= x->word && known(&v, &number))
			return number;
		return load(t, &p);
	default:
		return 0;
	}
}

/* Instructions -------------------------------------------------------------------------------- */

static bool is_flags(const ZydisDecodedOperand *o)
{
	return o->type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       ZydisRegisterGetClass(o->reg.value) == ZYDIS_REGCLASS_FLAGS;
}

static uint8_t flag_set(ZydisAccessedFlagsMask m)
{
	return (uint8_t)((m & ZYDIS_CPUFLAG_CF ? F_CF : 0) | (m & ZYDIS_CPUFLAG_PF ? F_PF : 0) |
			 (m & ZYDIS_CPUFLAG_AF ? F_AF : 0) | (m & ZYDIS_CPUFLAG_ZF ? F_ZF : 0) |
			 (m & ZYDIS_CPUFLAG_SF ? F_SF : 0) | (m & ZYDIS_CPUFLAG_OF ? F_OF : 0));
}

static uint64_t flags_number(const struct numbers *t, uint8_t set)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < 6; i++) {
		if (set >> i & 1)
			number = mix(number, t->flag[i]);
	}
	return number;
}

static bool copies(const struct insn *in)
{
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_LEA:
	case ZYDIS_MNEMONIC_MOVD:
	case ZYDIS_MNEMONIC_MOVQ:
		return true;
	default:
		return in->d.meta.category == ZYDIS_CATEGORY_DATAXFER &&
		       in->d.operand_count_visible == 2 && in->op[0].size == in->op[1].size &&
		       in->op[0].size >= 128;
	}
}

/* The number of what it computes: of its operands, and of the flags that it reads. */
static uint64_t result_number(struct machine *x, struct state *s, const struct insn *in,
			      struct numbers *t)
{
	/* TEST is an AND that is not kept, CMP a SUB. */
	ZydisMnemonic m = in->d.mnemonic == ZYDIS_MNEMONIC_TEST  ? ZYDIS_MNEMONIC_AND
			  : in->d.mnemonic == ZYDIS_MNEMONIC_CMP ? ZYDIS_MNEMONIC_SUB
								 : in->d.mnemonic;
	uint64_t number = mix(m, in->d.operand_width);

	if (copies(in))
		return operand_number(x, s, in, 1, t);
	for (unsigned i = 0; i < in->d.operand_count; i++) {
		const ZydisDecodedOperand *o = &in->op[i];

		if (o->actions & ZYDIS_OPERAND_ACTION_MASK_READ && !is_flags(o))
			number = mix(number, operand_number(x, s, in, i, t));
	}
	if (in->d.cpu_flags)
		number = mix(number, flags_number(t, flag_set(in->d.cpu_flags->tested)));
	return number;
}

/* What flags say behind it. */
static struct comparison comparison(struct machine *x, struct state *s, const struct insn *in,
				    struct numbers *t, uint64_t result)
{
	struct comparison c = { .bytes = in->op[0].size / 8u, .result = result };
	struct value v;

	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_CMP:
	case ZYDIS_MNEMONIC_SUB:
		v = machine_read(x, s, in, 1);
		c.kind = COMPARED;
		c.left = operand_number(x, s, in, 0, t);
		c.constant = v.kind == V_CONST && !(v.flags & VALUE_LINKED);
		c.right = c.constant ? v.off : operand_number(x, s, in, 1, t);
		break;
	case ZYDIS_MNEMONIC_TEST:
		if (in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    in->op[1].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    in->op[0].reg.value == in->op[1].reg.value)
			c.result = operand_number(x, s, in, 0, t);
		c.kind = LOGIC;
		break;
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_OR:
	case ZYDIS_MNEMONIC_XOR:
		c.kind = LOGIC;
		break;
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_INC:
	case ZYDIS_MNEMONIC_DEC:
	case ZYDIS_MNEMONIC_NEG:
		c.kind = RESULT;
		break;
	default:
		break;
	}
	return c;
}

static void set_flags(struct numbers *t, const struct insn *in, const struct comparison *c,
		      uint64_t number)
{
	const ZydisAccessedFlags *f = in->d.cpu_flags;
	uint8_t set = f ? flag_set(f->modified | f->set_0 | f->set_1 | f->undefined) : 0;

	if (!set)
		return;
	for (unsigned i = 0; i < 6; i++) {
		if (set >> i & 1)
			t->flag[i] = mix(number, i);
	}
	t->last_flags &= (uint8_t)~set;
	if (c->kind == NOTHING)
		return;
	t->last = *c;
	t->last_flags = set;
}

/* Conditions ---------------------------------------------------------------------------------- */

/* How a value compares with another when the condition holds; false: flags say something else. */
static bool order_of(const struct comparison *c, unsigned condition, bool holds, struct order *o)
{
	unsigned kind = condition >> 1;

	*o = (struct order){ ANY_ORDER, ANY_ORDER };
	switch (kind) {
	case 1:
		o->plain = LESS;
		break;
	case 2:
		o->plain = o->with_sign = EQUAL;
		break;
	case 3:
		o->plain = LESS | EQUAL;
		break;
	case 4:
	case 6:
		o->with_sign = LESS;
		break;
	case 7:
		o->with_sign = LESS | EQUAL;
		break;
	default:
		return false;
	}
	if (c->kind == NOTHING || (kind == 4 && c->kind == COMPARED) ||
	    (c->kind == RESULT && kind != 2 && kind != 4))
		return false;
	if (holds != !(condition & 1)) {
		o->plain = o->plain == ANY_ORDER ? ANY_ORDER : ANY_ORDER & ~o->plain;
		o->with_sign = o->with_sign == ANY_ORDER ? ANY_ORDER : ANY_ORDER & ~o->with_sign;
	}
	return true;
}

static struct test test_of(const struct numbers *t, const struct insn *in)
{
	uint8_t read = in->d.cpu_flags ? flag_set(in->d.cpu_flags->tested) : 0;
	struct test r = { .condition = in->d.opcode & 15, .key = flags_number(t, read) };

	r.key = mix(r.key, r.condition >> 1);
	if (!(read & ~t->last_flags))
		r.by = t->last;
	return r;
}

/* The condition holds, or does not. False: that contradicts what was before. */
static bool assume(struct numbers *t, const struct test *c, bool holds)
{
	const struct comparison *by = &c->by;
	struct order o;
	bool zero;

	if (!order_of(by, c->condition, holds, &o))
		return facts_truth(&t->facts, c->key, holds != (bool)(c->condition & 1));
	if (by->kind != COMPARED) {
		if (!facts_constant(&t->facts, by->result, 0, by->bytes, o))
			return false;
	} else if (by->constant ? !facts_constant(&t->facts, by->left, by->right, by->bytes, o)
				: !facts_pair(&t->facts, by->left, by->right, o)) {
		return false;
	}
	if (by->kind == COMPARED && c->condition >> 1 == 2 &&
	    !facts_constant(&t->facts, by->result, 0, by->bytes, o))
		return false;
	/* Of a value that says whether an earlier condition held. */
	zero = by->kind != COMPARED || (by->constant && !by->right);
	for (size_t i = 0; zero && i < t->ntests; i++) {
		struct test earlier = t->test[i];

		if (earlier.set != (by->kind == COMPARED ? by->left : by->result))
			continue;
		if (!(o.plain & EQUAL) || o.plain == EQUAL)
			return assume(t, &earlier, o.plain != EQUAL);
	}
	return true;
}

static void remember_test(struct numbers *t, struct test r, uint64_t number)
{
	r.set = number;
	if (t->ntests < MOST_TESTS)
		t->test[t->ntests++] = r;
}

static void widened(struct numbers *t, const struct insn *in, uint64_t from, uint64_t to)
{
	unsigned bytes = in->op[1].size / 8u;
	int reg = general(in->op[0].reg.value);

	/* Its low part is what was widened. */
	for (unsigned i = level_of(bytes); i < LEVELS; i++)
		t->gpr[reg % GPR_COUNT][i] = low_part(from, level_of(bytes), i);
	for (size_t i = 0; i < t->ntests; i++) {
		if (t->test[i].set == from) {
			remember_test(t, t->test[i], to);
			break;
		}
	}
}

/* Paths --------------------------------------------------------------------------------------- */

static void write_results(const struct insn *in, struct numbers *t, const struct place *to,
			  uint64_t number)
{
	for (unsigned i = 0; i < in->d.operand_count; i++) {
		const ZydisDecodedOperand *o = &in->op[i];
		uint64_t n = i ? mix(number, i) : number;
		int reg;

		if (!(o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) || is_flags(o))
			continue;
		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY) {
			store(t, to[i], n);
			continue;
		}
		if (o->type != ZYDIS_OPERAND_TYPE_REGISTER)
			continue;
		reg = general(o->reg.value);
		if (reg < 0)
			*other_register(t, o->reg.value) = n;
		else if (high_byte(o->reg.value))
			set_register(t, (unsigned)reg, 2, mix(n, t->gpr[reg % GPR_COUNT][3]));
		else
			set_register(t, (unsigned)reg, o->size / 8u, n);
	}
}

static void step(struct machine *x, struct state *s, const struct insn *in, struct numbers *t)
{
	uint64_t number = result_number(x, s, in, t), from;
	struct comparison c = comparison(x, s, in, t, number);
	struct place to[ZYDIS_MAX_OPERAND_COUNT] = { 0 };
	struct place top = { .size = x->word, .frame = true };

	for (unsigned i = 0; i < in->d.operand_count; i++) {
		if (in->op[i].type == ZYDIS_OPERAND_TYPE_MEMORY)
			to[i] = place_of(x, s, in, i, t);
	}
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_PUSH:
	case ZYDIS_MNEMONIC_POP:
		if (in->d.mnemonic == ZYDIS_MNEMONIC_PUSH) {
			number = operand_number(x, s, in, 0, t);
			machine_step(x, s, in);
		}
		top.key = s->gpr[GPR_SP].id;
		top.off = (int64_t)s->gpr[GPR_SP].off;
		if (in->d.mnemonic == ZYDIS_MNEMONIC_PUSH) {
			store(t, top, number);
			return;
		}
		number = load(t, &top);
		if (in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    general(in->op[0].reg.value) >= 0)
			set_register(t, (unsigned)general(in->op[0].reg.value), x->word, number);
		break;
	case ZYDIS_MNEMONIC_MOVZX:
		from = operand_number(x, s, in, 1, t);
		write_results(in, t, to, number);
		widened(t, in, from, number);
		break;
	default:
		if (in->d.meta.category == ZYDIS_CATEGORY_SETCC)
			remember_test(t, test_of(t, in), number);
		write_results(in, t, to, number);
	}
	machine_step(x, s, in);
	/* What was computed may be known by itself now. */
	if (c.kind == LOGIC || c.kind == RESULT || in->d.mnemonic == ZYDIS_MNEMONIC_SUB) {
		if (in->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    in->op[0].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
			c.result = operand_number(x, s, in, 0, t);
	}
	set_flags(t, in, &c, number);
}

/* A call that was not followed: what it leaves is new. */
static void called(const struct machine *x, struct numbers *t)
{
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		if (i != GPR_SP && !(x->f->conv->preserved.gpr >> i & 1))
			set_register(t, i, 8, ++t->fresh);
	}
	for (unsigned i = 0; i < 6; i++)
		t->flag[i] = ++t->fresh;
	t->last_flags = 0;
}

/* The branch that ends one node of a trail and leads to the next. */
static bool take(struct machine *x, struct state *s, const struct insn *in, struct numbers *t,
		 uint64_t to)
{
	struct test c;

	if (in->d.meta.category == ZYDIS_CATEGORY_CALL && to == in->then)
		called(x, t);
	if (in->d.meta.category != ZYDIS_CATEGORY_COND_BR)
		return true;
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_LOOP:
	case ZYDIS_MNEMONIC_LOOPE:
	case ZYDIS_MNEMONIC_LOOPNE:
		set_register(t, GPR_CX, x->word, mix(in->d.mnemonic, t->gpr[GPR_CX][0]));
		return true;
	case ZYDIS_MNEMONIC_JCXZ:
	case ZYDIS_MNEMONIC_JECXZ:
	case ZYDIS_MNEMONIC_JRCXZ:
		c = (struct test){ .by = { .kind = LOGIC, .bytes = in->d.address_width / 8u },
				   .condition = 4 };
		c.by.result = t->gpr[GPR_CX][level_of(c.by.bytes)];
		break;
	default:
		c = test_of(t, in);
	}
	(void)s;
	return assume(t, &c, to != in->then);
}

/* Does no branch of the trail contradict another? */
static bool agrees(struct flow *f, const struct trail *trail, uint64_t end)
{
	struct machine x = *f->x;
	struct numbers t;

	/* What it finds is not kept. */
	x.issue = NULL;
	x.nissues = 0;
	memset(&t, 0, sizeof(t));
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		struct value v = value_entry(i);
		uint64_t number = 0;

		known(&v, &number);
		set_register(&t, i, x.word, number);
	}
	for (unsigned i = 0; i <= ZYDIS_REGISTER_MAX_VALUE; i++)
		t.other[i] = mix(AT_ENTRY, i);
	for (unsigned i = 0; i < 6; i++)
		t.flag[i] = mix(AT_ENTRY, COMMUTES + i);
	for (size_t k = 0; k < trail->n; k++) {
		const struct node *n = trail->node[k];
		uint64_t stop = k + 1 < trail->n ? trail->via[k + 1] : end, at = n->at;
		struct state s;
		struct insn in;

		memcpy(&s, n->state, state_size(n->state));
		x.context = n->context;
		while (machine_decode(&x, at, &in)) {
			x.stop = false;
			if (at == stop)
				break;
			step(&x, &s, &in, &t);
			at = in.then;
		}
		if (k + 1 < trail->n && !take(&x, &s, &in, &t, trail->node[k + 1]->at))
			return false;
	}
	return true;
}

struct attempt {
	struct flow *f;
	struct trail back; /* the last node first */
	uint64_t end;
	unsigned tries;
	struct trail *out;
};

static bool reached(struct attempt *a)
{
	a->out->n = a->back.n;
	for (size_t i = 0; i < a->back.n; i++) {
		a->out->node[i] = a->back.node[a->back.n - 1 - i];
		a->out->via[i] = a->back.via[a->back.n - 1 - i];
	}
	a->tries++;
	return agrees(a->f, a->out, a->end);
}

static bool contains(const struct trail *t, const struct node *n)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->node[i] == n)
			return true;
	}
	return false;
}

/* Backwards from a node that was reached by `via` of its parent. */
static bool extend(struct attempt *a, const struct node *n)
{
	size_t at = a->back.n;

	if (at == MOST_TRAIL)
		return reached(a);
	a->back.node[at] = n;
	a->back.via[at] = n->via;
	a->back.n = at + 1;
	if (!n->parent && !n->others)
		return reached(a);
	if (n->parent ? extend(a, n->parent) : reached(a))
		return true;
	for (const struct way *w = n->others; w && a->tries < MOST_TRIES; w = w->next) {
		a->back.n = at + 1;
		a->back.via[at] = w->via;
		if (!contains(&a->back, w->parent) && extend(a, w->parent))
			return true;
	}
	a->back.n = at;
	return false;
}

bool trail_find(struct flow *f, const struct node *last, uint64_t end, struct trail *out)
{
	struct attempt a = { .f = f, .end = end, .out = out };

	return extend(&a, last);
}
