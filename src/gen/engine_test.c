/* SPDX-License-Identifier: MIT */
/* What stands in for callees destroys exactly the complement of what the convention preserves or
 * documents leave open: read from the generated instructions, for every convention in every profile
 * it exists in. */
#include "gen/gen.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The instructions there may be, and the parts of a vector register that each writes. */
static const struct {
	const char *name;
	char prefix;
	bool xmm, ymm, zmm;
} vector_loads[] = {
	{ "movups", 'x', true, false, false },       { "vmovups", 'y', true, true, false },
	{ "vmovups", 'z', true, true, true },        { "vinsertf128", 'y', false, true, true },
	{ "vinsertf32x4", 'z', false, true, false }, { "vinsertf64x4", 'z', false, false, true },
};

/* Bits above 256 are written by VEX instructions, too: zeroed. */
static void add_vector(struct reg_set *s, const char *instruction, const char *reg)
{
	unsigned bit = 1u << atoi(reg + 3);

	for (size_t i = 0; i < ARRAY_SIZE(vector_loads); i++) {
		if (strcmp(vector_loads[i].name, instruction) || vector_loads[i].prefix != *reg)
			continue;
		s->xmm |= vector_loads[i].xmm ? bit : 0;
		s->ymm |= vector_loads[i].ymm ? bit : 0;
		s->zmm |= vector_loads[i].zmm ? bit : 0;
		return;
	}
	ck_abort_msg("%s of %s: unknown to this test", instruction, reg);
}

static void add_instruction(struct reg_set *s, enum width w, const char *instruction,
			    const char *reg)
{
	if (!strcmp(instruction, "popf")) {
		s->flags |= FLAGS_STATUS;
	} else if (!strcmp(instruction, "kmovw")) {
		s->mask |= 1u << atoi(reg + 1);
	} else if (!strcmp(instruction, "movq") && !strncmp(reg, "mm", 2)) {
		s->x87 |= 1u << atoi(reg + 2);
	} else if (!strcmp(instruction, "mov")) {
		unsigned r = 0;

		while (r < GPR_COUNT && strcmp(gpr_name(w, r, word_bytes(w)), reg))
			r++;
		ck_assert_msg(r < GPR_COUNT, "unknown register %s", reg);
		s->gpr |= 1u << r;
	} else if (strcmp(instruction, "emms") && strcmp(instruction, "push")) {
		add_vector(s, instruction, reg);
	}
}

/* What the instructions destroy. */
static struct reg_set destroyed_by(const struct convention *c, enum profile_id profile)
{
	struct reg_set s = { 0 };
	struct str text = { 0 };

	gen_destroy(&text, c, profile);
	for (char *line = strtok(text.s, "\n"); line; line = strtok(NULL, "\n")) {
		char instruction[16] = "", reg[8] = "";

		ck_assert_int_ge(sscanf(line, " %15s %7[^, ]", instruction, reg), 1);
		add_instruction(&s, c->width, instruction, reg);
	}
	str_free(&text);
	return s;
}

/* The registers that code of the profile can see. */
static struct reg_set visible(struct reg_set s, enum isa isa)
{
	if (isa == ISA_INTEGER)
		s.x87 = 0;
	if (isa < ISA_AVX512F) {
		s.xmm &= 0xffff;
		s.ymm &= isa < ISA_AVX ? 0 : 0xffff;
		s.zmm = s.mask = 0;
	}
	return s;
}

static void same_set(const struct reg_set *a, const struct reg_set *b, const char *what)
{
	ck_assert_msg(
		!memcmp(a, b, sizeof(*a)),
		"%s: gpr %x/%x xmm %x/%x ymm %x/%x zmm %x/%x mask %x/%x x87 %x/%x flags %x/%x",
		what, a->gpr, b->gpr, a->xmm, b->xmm, a->ymm, b->ymm, a->zmm, b->zmm, a->mask,
		b->mask, a->x87, b->x87, a->flags, b->flags);
}

START_TEST(destroys_the_complement)
{
	unsigned tried = 0;

	for (enum profile_id f = 0; f < PROFILES; f++) {
		for (const struct convention *const *c = conventions; *c; c++) {
			struct reg_set got, want, all = abi_registers((*c)->width);
			/* What a handler calls is of the platform. */
			const struct convention *callee = convention_in(*c, f) && (*c)->by_processor
								  ? convention_default(f)
								  : *c;
			const struct reg_set kept = abi_preserved(callee, NULL),
					     *open = &callee->silent;

			if (!convention_in(*c, f))
				continue;
			got = visible(destroyed_by(abi_engine(*c), f), profiles[f].isa);
			all.gpr &= ~GPR_BIT(SP);
			want = (struct reg_set){ .gpr = all.gpr & ~kept.gpr & ~open->gpr,
						 .xmm = all.xmm & ~kept.xmm & ~open->xmm,
						 .ymm = all.ymm & ~kept.ymm & ~open->ymm,
						 .zmm = all.zmm & ~kept.zmm & ~open->zmm,
						 .mask = all.mask & ~kept.mask & ~open->mask,
						 .x87 = all.x87 & ~kept.x87 & ~open->x87,
						 .flags = all.flags & ~kept.flags & ~open->flags };
			want = visible(want, profiles[f].isa);
			same_set(&got, &want, (*c)->name);
			tried++;
		}
	}
	ck_assert_uint_gt(tried, PROFILES);
}
END_TEST

/* A register of each class that is preserved is left alone, whatever else is destroyed. */
START_TEST(leaves_what_is_preserved)
{
	struct convention c = *convention_find("sysv", W64);
	struct reg_set got;

	c.preserved = (struct reg_set){ .gpr = GPR_BIT(AX),
					.xmm = 1u << 3 | 1u << 4,
					.ymm = 1u << 3 | 1u << 5,
					.zmm = 1u << 3,
					.mask = 1u << 2,
					.x87 = 0xff,
					.flags = FLAGS_STATUS };
	got = destroyed_by(&c, PROFILE_AVX512_64);
	ck_assert_uint_eq(got.gpr, 0xffff & ~(GPR_BIT(AX) | GPR_BIT(SP)));
	ck_assert_uint_eq(got.xmm, ~(1u << 3 | 1u << 4));
	ck_assert_uint_eq(got.ymm, ~(1u << 3 | 1u << 5));
	ck_assert_uint_eq(got.zmm, ~(1u << 3));
	ck_assert_uint_eq(got.mask, 0xff & ~(1u << 2));
	ck_assert_uint_eq(got.x87, 0);
	ck_assert_uint_eq(got.flags, 0);
}
END_TEST

/* Conventions that preserve the same share what stands in for them, under the default's name. */
START_TEST(shared)
{
	ck_assert_str_eq(abi_engine(convention_find("fastcall", W32))->name, "cdecl");
	ck_assert_str_eq(abi_engine(convention_find("kernel", W32))->name, "cdecl");
	ck_assert_str_eq(abi_engine(convention_find("asmlinkage", W64))->name, "sysv");
	ck_assert_str_eq(abi_engine(convention_find("ms", W64))->name, "ms");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine");
	TCase *t = tcase_create("engine");
	SRunner *r;
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, destroys_the_complement);
	tcase_add_test(t, leaves_what_is_preserved);
	tcase_add_test(t, shared);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
