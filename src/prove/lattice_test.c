/* SPDX-License-Identifier: MIT */
/* Values, slots and arithmetic by themselves: what is joined covers both, what is stored comes back
 * in its parts, what lies below the stack pointer is gone, and marks of undefined bytes are never
 * too few. */
#include "prove/machine.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 0x9e3779b97f4a7c15ull;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct frame_bases plain_bases(void)
{
	return (struct frame_bases){ .n = 1, .align_entry = 16, .word = 8 };
}

static struct state *empty_state(int64_t sp)
{
	static struct state s;

	memset(&s, 0, sizeof(s));
	s.gpr[GPR_SP] = value_stack(0, sp);
	return &s;
}

/* Values -------------------------------------------------------------------------------------- */

static struct value some_value(void)
{
	uint64_t r = draw();
	struct value v = value_any();

	switch (r % 6) {
	case 0:
		v = value_const(r >> 32 & 3);
		break;
	case 1:
		v = value_entry(r >> 32 & 1);
		v.off = r >> 40 & 1;
		break;
	case 2:
		v = value_stack(0, (int64_t)(r >> 32 & 1) * 8);
		break;
	case 3:
		v = (struct value){ .kind = V_TABLE, .id = 8, .off = 64, .from = r >> 32 & 3 };
		break;
	case 4:
		v.more = r >> 32 & 3;
		v.id = v.more && r >> 36 & 1 ? (uint8_t)(1u << (r >> 37 & 1)) : 0;
		break;
	default:
		v = (struct value){ .kind = V_LOW, .off = r >> 32 & 1 };
	}
	v.undefined = (uint8_t)(r >> 48 & r >> 56);
	v.origin = v.undefined ? ORIGIN_SLOT : ORIGIN_NONE;
	v.flags |= r >> 20 & (VALUE_FRAME | VALUE_LINKED | VALUE_ALIGNED);
	return v;
}

/* Is everything that `b' says so of `a', too? */
static bool covers(const struct value *a, const struct value *b)
{
	if (b->undefined & ~a->undefined)
		return false;
	if (b->flags & ~a->flags & (VALUE_FRAME | VALUE_LINKED))
		return false;
	if (a->flags & VALUE_ALIGNED && !value_aligned(b))
		return false;
	if (a->kind == V_ANY)
		return !a->more || (b->kind == V_ANY && b->more && b->more <= a->more &&
				    (!b->id || (a->id && a->id <= b->id)));
	if (a->kind != b->kind || a->id != b->id || a->off != b->off || a->sign != b->sign)
		return false;
	/* So many elements; 0: all. */
	return a->kind != V_TABLE || !a->from || (b->from && b->from <= a->from);
}

START_TEST(join_covers_both)
{
	for (unsigned i = 0; i < 200000; i++) {
		struct value a = some_value(), b = some_value();
		struct value j = value_join(&a, &b), k = value_join(&b, &a);
		struct value again = value_join(&j, &a);

		ck_assert_msg(covers(&j, &a) && covers(&j, &b), "kinds %u, %u: %u", a.kind, b.kind,
			      j.kind);
		ck_assert_int_eq(j.kind, k.kind);
		ck_assert_uint_eq(j.more, k.more);
		ck_assert_uint_eq(j.undefined, k.undefined);
		/* Nothing is gained by doing it again: a fixpoint is reached. */
		ck_assert_int_eq(again.kind, j.kind);
		ck_assert_uint_eq(again.undefined, j.undefined);
	}
}
END_TEST

/* Slots --------------------------------------------------------------------------------------- */

START_TEST(slots_in_parts)
{
	struct frame_bases b = plain_bases();
	struct state *s = empty_state(-64);
	struct value v = value_const(0x8877665544332211ull), r, one = value_const(0xaa);

	ck_assert(state_store(s, &b, 0, -64, 8, &v));
	r = state_load(s, &b, 0, -64, 8);
	ck_assert(r.kind == V_CONST && r.off == v.off);
	r = state_load(s, &b, 0, -62, 2);
	ck_assert(r.kind == V_CONST && r.off == 0x4433);
	ck_assert(state_store(s, &b, 0, -63, 1, &one));
	r = state_load(s, &b, 0, -64, 1);
	ck_assert(r.kind == V_CONST && r.off == 0x11);
	r = state_load(s, &b, 0, -63, 1);
	ck_assert(r.kind == V_CONST && r.off == 0xaa);
	r = state_load(s, &b, 0, -60, 4);
	ck_assert(r.kind == V_CONST && r.off == 0x88776655);
	ck_assert_int_eq(state_load(s, &b, 0, -64, 8).kind, V_ANY);
	/* Never written. */
	ck_assert_uint_eq(state_load(s, &b, 0, -48, 4).undefined, 0xf);
	ck_assert_uint_eq(state_load(s, &b, 0, -58, 4).undefined, 0xf);
}
END_TEST

/* What is saved is itself only as a whole. */
START_TEST(saved_values_are_whole)
{
	static const struct {
		struct value v;
		uint32_t size, part;
		bool kept;
	} cases[] = {
		{ { .kind = V_ENTRY, .id = GPR_BX, .sign = 1 }, 8, 8, true },
		{ { .kind = V_ENTRY, .id = GPR_BX, .sign = 1 }, 8, 4, false },
		{ { .kind = V_RETURN }, 8, 4, false },
		{ { .kind = V_FLAGS }, 8, 2, false },
		{ { .kind = V_VECTOR, .id = 6 }, 16, 8, false },
		{ { .kind = V_MXCSR }, 8, 4, true },
		{ { .kind = V_MXCSR }, 4, 2, false },
		{ { .kind = V_CW }, 8, 2, true },
		{ { .kind = V_CW }, 2, 1, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct frame_bases b = plain_bases();
		struct state *s = empty_state(-64);
		struct value r;

		ck_assert(state_store(s, &b, 0, -64, cases[i].size, &cases[i].v));
		r = state_load(s, &b, 0, -64, cases[i].part);
		ck_assert_msg((r.kind == cases[i].v.kind) == cases[i].kept, "case %zu", i);
	}
}
END_TEST

START_TEST(below_the_stack_pointer)
{
	struct frame_bases b = plain_bases();
	struct state *s = empty_state(-32);
	struct value v = value_entry(GPR_BX), aligned;

	for (int64_t off = -64; off < 0; off += 8)
		ck_assert(state_store(s, &b, 0, off, 8, &v));
	state_drop_below(s, &b, 16);
	ck_assert_int_eq(state_load(s, &b, 0, -48, 8).kind, V_ENTRY);
	ck_assert_int_eq(state_load(s, &b, 0, -56, 8).kind, V_ANY);
	s->gpr[GPR_SP].off = (uint64_t)-28;
	state_drop_below(s, &b, 0);
	/* One that reaches over it loses what is below. */
	ck_assert_int_eq(state_load(s, &b, 0, -32, 8).kind, V_ANY);
	ck_assert_uint_eq(state_load(s, &b, 0, -32, 4).undefined, 0xf);
	ck_assert_int_eq(state_load(s, &b, 0, -24, 8).kind, V_ENTRY);
	/* An aligned area lies somewhere: what may be below is lost, what is not stays. */
	s->gpr[GPR_SP].off = (uint64_t)-128;
	ck_assert(base_align(&b, 0, -64, 64, &aligned));
	ck_assert(aligned.kind == V_STACK && aligned.id != 0);
	ck_assert(state_store(s, &b, aligned.id, 0, 8, &v));
	state_drop_below(s, &b, 0);
	ck_assert_int_eq(state_load(s, &b, aligned.id, 0, 8).kind, V_ENTRY);
	s->gpr[GPR_SP].off = (uint64_t)-64;
	state_drop_below(s, &b, 0);
	ck_assert_int_eq(state_load(s, &b, aligned.id, 0, 8).kind, V_ANY);
}
END_TEST

START_TEST(aliases)
{
	struct frame_bases b = plain_bases();
	struct state *s = empty_state(-256);
	struct value v = value_entry(GPR_BX), zero = value_const(0), aligned;

	ck_assert(base_align(&b, 0, -128, 64, &aligned));
	ck_assert(state_store(s, &b, 0, -136, 8, &v));
	ck_assert(state_store(s, &b, 0, -8, 8, &v));
	/* -128 down to -191: the one may be hit, the other not. */
	ck_assert(state_store(s, &b, aligned.id, 0, 8, &zero));
	ck_assert_int_eq(state_load(s, &b, 0, -136, 8).kind, V_ANY);
	ck_assert_int_eq(state_load(s, &b, 0, -8, 8).kind, V_ENTRY);
}
END_TEST

START_TEST(joined_slots)
{
	struct frame_bases b = plain_bases();
	static struct state a;
	struct value rbx = value_entry(GPR_BX), one = value_const(1);
	struct state *s = empty_state(-64);

	ck_assert(state_store(s, &b, 0, -8, 8, &rbx));
	ck_assert(state_store(s, &b, 0, -16, 8, &one));
	memcpy(&a, s, sizeof(a));
	ck_assert(state_store(&a, &b, 0, -12, 4, &one));
	ck_assert(state_store(&a, &b, 0, -24, 8, &one));
	ck_assert(state_join(s, &a));
	ck_assert_int_eq(state_load(s, &b, 0, -8, 8).kind, V_ENTRY);
	ck_assert(state_load(s, &b, 0, -16, 4).kind == V_CONST);
	ck_assert(state_load(s, &b, 0, -12, 4).kind == V_ANY);
	/* Written on one way only. */
	ck_assert_uint_eq(state_load(s, &b, 0, -24, 8).undefined, 0xff);
	ck_assert(!state_join(s, &a));
}
END_TEST

/* Arithmetic ---------------------------------------------------------------------------------- */

static uint64_t mask_of(unsigned bytes)
{
	return bytes >= 8 ? ~0ull : (1ull << 8 * bytes) - 1;
}

static uint64_t compute(enum alu op, uint64_t a, uint64_t b, unsigned bytes)
{
	unsigned bits = 8 * bytes, count = b & (bits == 64 ? 63 : 31);
	int64_t wide = (int64_t)(a << (64 - bits)) >> (64 - bits);

	a &= mask_of(bytes);
	switch (op) {
	case ALU_ADD:
		a = a + b;
		break;
	case ALU_SUB:
		a = a - b;
		break;
	case ALU_AND:
		a = a & b;
		break;
	case ALU_OR:
		a = a | b;
		break;
	case ALU_XOR:
		a = a ^ b;
		break;
	case ALU_SHL:
		a = count < bits ? a << count : 0;
		break;
	case ALU_SHR:
		a = count < bits ? a >> count : 0;
		break;
	case ALU_SAR:
		a = (uint64_t)(wide >> (count < bits ? count : bits - 1));
		break;
	}
	return a & mask_of(bytes);
}

static uint64_t spread(uint8_t marks)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 8; i++)
		n |= marks >> i & 1 ? 0xffull << 8 * i : 0;
	return n;
}

/* Two runs that differ in bytes that are marked differ in marked bytes of the result only; what is
 * known of it is so. */
START_TEST(arithmetic)
{
	static const unsigned sizes[] = { 1, 2, 4, 8 };
	const struct prove_job job = { .width = W64 };
	struct machine x = { .job = &job, .word = 8, .bases = plain_bases() };

	for (unsigned i = 0; i < 400000; i++) {
		enum alu op = draw() % 8;
		unsigned bytes = sizes[draw() % 4];
		bool fixed = draw() & 1;
		uint64_t a = draw(), b = draw() % 3 ? draw() % 300 : draw(), c, d;
		struct value u = value_any(), v = fixed ? value_const(b) : value_any(), r;

		u.undefined = (uint8_t)(draw() & draw());
		v.undefined = fixed ? 0 : (uint8_t)(draw() & draw());
		u.origin = v.origin = ORIGIN_SLOT;
		r = alu(&x, op, &u, &v, bytes);
		c = compute(op, a, b, bytes);
		d = compute(op, a ^ (draw() & spread(u.undefined)),
			    b ^ (draw() & spread(v.undefined)), bytes);
		ck_assert_msg(!((c ^ d) & ~spread(r.undefined)),
			      "op %d of %u bytes by 0x%llx: marks %02x, %02x give %02x, but 0x%llx",
			      op, bytes, (unsigned long long)b, u.undefined, v.undefined,
			      r.undefined, (unsigned long long)(c ^ d));
		ck_assert(r.kind != V_CONST || r.off == c);
		ck_assert(!r.more || c < r.more);
		u = value_const(a);
		v = value_const(b);
		r = alu(&x, op, &u, &v, bytes);
		ck_assert(r.kind == V_CONST && r.off == c);
	}
}
END_TEST

START_TEST(the_linker_decides)
{
	const struct prove_job job = { .width = W64 };
	struct machine x = { .job = &job, .word = 8, .bases = plain_bases() };
	struct value address = value_const(0x100010), sp = value_stack(0, -8), rbx, r;

	address.flags = VALUE_LINKED;
	r = alu(&x, ALU_ADD, &sp, &address, 8);
	ck_assert(r.kind == V_ANY && r.flags & VALUE_FRAME);
	rbx = value_entry(GPR_BX);
	r = alu(&x, ALU_SUB, &rbx, &address, 8);
	ck_assert_int_eq(r.kind, V_ANY);
	r = alu(&x, ALU_SHR, &address, &(struct value){ .kind = V_CONST, .off = 4 }, 8);
	ck_assert(r.kind == V_ANY && r.flags & VALUE_LINKED);
	r = alu(&x, ALU_ADD, &address, &(struct value){ .kind = V_CONST, .off = 4 }, 8);
	ck_assert(r.kind == V_CONST && r.flags & VALUE_LINKED);
	r = alu_extend(&address, 1, 8, false);
	ck_assert(r.kind == V_ANY && r.flags & VALUE_LINKED);
	ck_assert(!value_aligned(&address));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lattice");
	TCase *t = tcase_create("lattice");
	SRunner *r;
	int failed;

	tcase_add_test(t, join_covers_both);
	tcase_add_test(t, slots_in_parts);
	tcase_add_test(t, saved_values_are_whole);
	tcase_add_test(t, below_the_stack_pointer);
	tcase_add_test(t, aliases);
	tcase_add_test(t, joined_slots);
	tcase_add_test(t, arithmetic);
	tcase_add_test(t, the_linker_decides);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
