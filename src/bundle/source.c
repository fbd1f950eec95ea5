/* SPDX-License-Identifier: MIT */
/* The C side of a bundle: the function that is judged as src/gen wrote it, then what surrounds it
 * (template.c), then a main that makes values, calls, and says what must hold. What no document
 * decides is not asked. */
#include "bundle/bundle.h"
#include "payload/image.h"

#include <string.h>

/* Text that ends no comment, and no string. */
static const char *plain(struct arena *a, const char *s)
{
	char *r = arena_strdup(a, s);

	for (char *p = r; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == '"' || *p == '\\' ||
		    (*p == '*' && p[1] == '/') || (*p == '/' && p[1] == '*'))
			*p = '\'';
	}
	return r;
}

static const char *argument(struct arena *a, const struct gen_case *c, unsigned i)
{
	const struct prototype *p = c->call.decl->proto;
	const char *name = proto_arg_name(p, i);

	return plain(a,
		     arena_printf(a, "argument %s (%s)", name ? name : arena_printf(a, "%u", i + 1),
				  type_spell(a, proto_arg_type(p, i), "")));
}

/* Values --------------------------------------------------------------------------------------- */

/* Bytes of a floating-point or other scalar that must hold a proper value. */
static void proper(struct str *out, enum cl_class class, unsigned size, const char *at,
		   unsigned number)
{
	switch (class) {
	case CL_BOOL:
		str_addf(out, "\t\t*(%s) = %u >> round & 1;\n", at, number + 1);
		break;
	case CL_FLOAT:
	case CL_DOUBLE:
		str_addf(out, "\t\tcl_real(%s, %u);\n", at, size);
		break;
	case CL_LDOUBLE:
		str_addf(out, "\t\tcl_real(%s, 10);\n", at);
		break;
	case CL_SIGNED:
	case CL_UNSIGNED:
		str_addf(out, "\t\tcl_integer(%s, %u, round);\n", at, size);
		break;
	default:
		break;
	}
}

static void value(struct str *out, struct arena *a, const struct type *t, enum width w,
		  const char *area, unsigned at, unsigned number)
{
	struct gen_leaves l = { .n = 0 };

	str_addf(out, "\t\tcl_fill(%s + %u, %u);\n", area, at, (t->size[w] + 15u) & ~15u);
	if (gen_class(t) != CL_OPAQUE) {
		proper(out, gen_class(t), t->size[w], arena_printf(a, "%s + %u", area, at), number);
		return;
	}
	gen_leaves(t, w, 0, &l);
	for (unsigned i = 0; i < l.n; i++)
		proper(out, (enum cl_class)l.v[i].class, l.v[i].size,
		       arena_printf(a, "%s + %u", area, at + l.v[i].off), number + i);
}

/* The cells from which the trampoline loads an argument, with dirt behind what is narrower. */
static void cells(struct str *out, const struct gen_case *c, unsigned i)
{
	const struct value_place *v = &c->call.place.arg[i];

	for (unsigned k = 0; k < v->nlocs; k++) {
		const struct loc *l = &v->loc[k];

		str_addf(out, "\t\tcl_fill(cl_cell + %u, %u);\n", gen_cell(i, k),
			 (l->bytes + 15u) & ~15u);
		if (v->by_reference)
			str_addf(out, "\t\tCL_WORD(cl_cell + %u) = (cl_word)(cl_reference + %u);\n",
				 gen_cell(i, k), gen_buffer(i));
		else
			str_addf(out, "\t\tcl_copy(cl_cell + %u, cl_arg + %u, %u);\n",
				 gen_cell(i, k), gen_buffer(i) + l->off, l->bytes);
	}
}

static void prepare(struct str *out, struct arena *a, const struct gen_case *c)
{
	const struct placement *pl = &c->call.place;
	const struct prototype *p = c->call.decl->proto;
	enum width w = c->call.conv->width;
	bool returns = p->ret->kind != TYPE_VOID;

	str_add(out, "\t\tcl_prepare(round);\n");
	for (unsigned i = 0; i < pl->nargs; i++) {
		const struct type *t = proto_arg_type(p, i);

		value(out, a, t, w, "cl_arg", gen_buffer(i), i);
		str_addf(out, "\t\tcl_fill(cl_got + %u, %u);\n", gen_buffer(i), t->size[w]);
		if (pl->arg[i].by_reference)
			str_addf(out, "\t\tcl_copy(cl_reference + %u, cl_arg + %u, %u);\n",
				 gen_buffer(i), gen_buffer(i), t->size[w]);
		cells(out, c, i);
	}
	if (pl->hidden.nlocs)
		str_addf(out, "\t\tCL_WORD(cl_cell + %u) = (cl_word)cl_result;\n",
			 gen_cell(MAX_ARGS, 0));
	if (!returns)
		return;
	value(out, a, p->ret, w, "cl_ret", 0, 23);
	str_add(out, "\t\tcl_fill(cl_got_ret, 512);\n\t\tcl_fill(cl_result, 512);\n");
	for (unsigned i = 0; i < pl->ret.nlocs; i++) {
		const struct loc *l = &pl->ret.loc[i];

		if (l->kind == LOC_GPR || l->kind == LOC_XMM)
			str_addf(out, "\t\tcl_copy(cl_ret_cell + %u, cl_ret + %u, %u);\n",
				 gen_return_cell(c, i), l->off, l->bytes);
	}
}

/* What must hold ------------------------------------------------------------------------------- */

static const char *mask_name(struct arena *a, const struct type *t, enum width w, unsigned number,
			     unsigned off)
{
	uint8_t mask[ABI_MAX_VALUE];

	return gen_class(t) == CL_OPAQUE && gen_mask(t, w, mask)
		       ? arena_printf(a, "cl_mask_%u + %u", number, off)
		       : "0";
}

static void mask(struct str *out, const struct type *t, enum width w, unsigned number)
{
	uint8_t v[ABI_MAX_VALUE];

	if (gen_class(t) != CL_OPAQUE || !gen_mask(t, w, v))
		return;
	str_addf(out, "static const unsigned char cl_mask_%u[] = {", number);
	for (unsigned i = 0; i < t->size[w]; i++)
		str_addf(out, "%s%s%u", i ? "," : "", i % 16 ? " " : "\n\t", v[i]);
	str_add(out, "\n};\n");
}

static void same_wide(struct str *out, const struct type *t, enum width w, const char *what,
		      const char *from, const char *suffix)
{
	const char *narrow = t->size[w] < 4 ? "_int" : "";

	str_addf(out, "\t\tcl_number(\"%s, widened\", cl_bits(%s, 0, %u, %d), cl_wide%s%s);\n",
		 what, from, t->size[w] * 8, gen_class(t) == CL_SIGNED, narrow, suffix);
}

static void layout(struct str *out, struct arena *a, const struct gen_case *c)
{
	struct gen_members *m = arena_alloc(a, sizeof(*m));

	gen_members(a, &c->call, m);
	for (unsigned i = 0; i < m->n; i++) {
		const struct gen_member *g = &m->v[i];
		const char *of =
			g->arg == CL_RETURNED ? "the return value" : argument(a, c, g->arg);
		const char *from = g->arg == CL_RETURNED
					   ? "cl_ret"
					   : arena_printf(a, "cl_arg + %u", gen_buffer(g->arg));

		if (g->bits)
			str_addf(out,
				 "\t\tcl_number(\"bit-field %s of %s\", cl_bits(%s, %u, %u, %d), "
				 "cl_layout[%u]);\n",
				 g->path, of, from, g->expected, g->bits, g->is_signed, i);
		else
			str_addf(out, "\t\tcl_number(\"%s%s%s of %s\", %u, cl_layout[%u]);\n",
				 g->what, g->path ? " of " : "", g->path ? g->path : "", of,
				 g->expected, i);
	}
}

static void received(struct str *out, struct arena *a, const struct gen_case *c)
{
	const struct prototype *p = c->call.decl->proto;
	enum width w = c->call.conv->width;

	for (unsigned i = 0; i < c->call.place.nargs; i++) {
		const struct type *t = proto_arg_type(p, i);
		const char *from = arena_printf(a, "cl_arg + %u", gen_buffer(i));

		if (c->call.place.arg[i].unspecified)
			continue;
		str_addf(out, "\t\tcl_same(\"%s\", %s, cl_got + %u, %s, %u);\n", argument(a, c, i),
			 from, gen_buffer(i), mask_name(a, t, w, i, 0), gen_compare_bytes(t, w));
		if (gen_widens(t, w) && i < p->nparams)
			same_wide(out, t, w, argument(a, c, i), from, arena_printf(a, "[%u]", i));
	}
}

/* Where a picture holds a location. */
static const char *in_picture(struct arena *a, const char *image, const struct loc *l)
{
	switch (l->kind) {
	case LOC_GPR:
		return arena_printf(a, "%s + CL_GPR(%u)", image, l->reg);
	case LOC_XMM:
		return arena_printf(a, "%s + %s(%u)", image, l->bytes > 16 ? "CL_WIDE" : "CL_XMM",
				    l->reg);
	case LOC_X87:
		return arena_printf(a, "%s + CL_ST(%u)", image, l->reg);
	default:
		return arena_printf(a, "cl_probe_stack + %d", l->stack);
	}
}

static const char *place_name(struct arena *a, enum width w, const struct loc *l)
{
	struct str s = { 0 };
	const char *r;

	loc_text(&s, w, l);
	r = arena_strdup(a, s.s);
	str_free(&s);
	return r;
}

static void returned(struct str *out, struct arena *a, const struct gen_case *c)
{
	const struct placement *pl = &c->call.place;
	const struct type *t = c->call.decl->proto->ret;
	enum width w = c->call.conv->width;

	if (pl->hidden.nlocs) {
		str_addf(out,
			 "\t\tcl_same(\"return value, in memory\", cl_ret, cl_result, %s, %u);\n",
			 mask_name(a, t, w, MAX_ARGS, 0), gen_compare_bytes(t, w));
		str_add(out, "\t\tcl_equal(\"pointer to the return value, in ax\", "
			     "(cl_word)cl_result,\n\t\t\t CL_WORD(cl_after_image + CL_GPR(0)));\n");
		return;
	}
	for (unsigned i = 0; i < pl->ret.nlocs; i++) {
		const struct loc *l = &pl->ret.loc[i];
		const char *want = arena_printf(a, "cl_ret + %u", l->off);
		unsigned n = l->bytes;

		if (l->kind == LOC_X87 && (t->kind == TYPE_FLOAT || t->kind == TYPE_DOUBLE)) {
			str_addf(out, "\t\tcl_st_%s();\n",
				 t->kind == TYPE_FLOAT ? "float" : "double");
			want = "cl_st";
		}
		n = l->kind == LOC_X87 ? 10 : n;
		str_addf(out, "\t\tcl_same(\"return value, in %s\", %s, %s, %s, %u);\n",
			 place_name(a, w, l), want, in_picture(a, "cl_after_image", l),
			 l->kind == LOC_X87 ? "0" : mask_name(a, t, w, MAX_ARGS, l->off), n);
	}
}

/* Registers that the call leaves as they were. */
static void kept(struct str *out, const struct reg_set *k, enum width w, unsigned vector)
{
	for (unsigned n = 0; n < GPR_COUNT; n++) {
		if (k->gpr >> n & 1 && n != GPR_SP)
			str_addf(out, "\t\tcl_kept(\"%s after the call\", CL_GPR(%u), %u);\n",
				 gpr_name(w, n, word_bytes(w)), n, word_bytes(w));
	}
	for (unsigned n = 0; n < XMM_COUNT; n++) {
		unsigned bytes = vector >= 64 && k->zmm >> n & 1   ? 64
				 : vector >= 32 && k->ymm >> n & 1 ? 32
								   : 16;

		if (k->xmm >> n & 1)
			str_addf(out, "\t\tcl_kept(\"%s after the call\", %s(%u), %u);\n",
				 vector_name(n, bytes), bytes > 16 ? "CL_WIDE" : "CL_XMM", n,
				 bytes);
	}
}

static void checks_of_callee(struct str *out, struct arena *a, const struct bundle_about *about,
			     const struct gen_case *c)
{
	const struct placement *pl = &c->call.place;
	struct reg_set k = abi_preserved(c->call.conv, pl);
	unsigned x87 = pl->ret.unspecified ? 9 : 0, align = gen_align_calls(c);

	for (unsigned i = 0; i < pl->ret.nlocs; i++)
		x87 += pl->ret.loc[i].kind == LOC_X87;
	layout(out, a, c);
	received(out, a, c);
	returned(out, a, c);
	kept(out, &k, c->call.conv->width, bundle_vector_bytes(about->profile));
	if (!pl->pop_unspecified)
		str_addf(
			out,
			"\t\tcl_equal(\"bytes popped\", %u, CL_WORD(cl_after_image + CL_GPR(4)) -\n"
			"\t\t\t CL_WORD(cl_before_image + CL_GPR(4)));\n",
			pl->pop_bytes);
	str_addf(out, "\t\tcl_check_frame(%u);\n", gen_reserved(c));
	if (!c->call.decl->leaf)
		str_addf(out,
			 "\t\tcl_equal(\"calls made by the function\", 1, cl_nested_count);\n"
			 "\t\tcl_equal(\"stack pointer at its own call, modulo %u\", 0,\n"
			 "\t\t\t CL_WORD(cl_nested_image + CL_GPR(4)) %% %u);\n"
			 "\t\tcl_check_state(cl_before_image, cl_nested_image, 0);\n",
			 align, align);
	str_addf(out,
		 "\t\tcl_check_locals();\n"
		 "\t\tcl_check_state(cl_before_image, cl_after_image, %u);\n",
		 x87);
}

static void placed(struct str *out, struct arena *a, const struct gen_case *c)
{
	const struct placement *pl = &c->call.place;
	enum width w = c->call.conv->width;

	for (unsigned i = 0; i < pl->nargs; i++) {
		const struct type *t = proto_arg_type(c->call.decl->proto, i);
		const struct value_place *v = &pl->arg[i];

		for (unsigned k = 0; k < v->nlocs; k++) {
			const struct loc *l = &v->loc[k];
			unsigned all = gen_compare_bytes(t, w),
				 left = l->off < all ? all - l->off : 0;
			const char *at = in_picture(a, "cl_probe_image", l);

			if (v->by_reference)
				str_addf(out,
					 "\t\tif (cl_in_frame(\"pointer to %s, in %s\", "
					 "CL_WORD(%s), %u, 16))\n"
					 "\t\t\tcl_same(\"%s\", cl_arg + %u, cl_probe_stack + "
					 "(CL_WORD(%s) -\n\t\t\t\tCL_WORD(cl_probe_image + "
					 "CL_GPR(4))), %s, %u);\n",
					 argument(a, c, i), place_name(a, w, l), at, t->size[w],
					 argument(a, c, i), gen_buffer(i), at,
					 mask_name(a, t, w, i, 0), all);
			else
				str_addf(out,
					 "\t\tcl_same(\"%s, in %s\", cl_arg + %u, %s, %s, %u);\n",
					 argument(a, c, i), place_name(a, w, l),
					 gen_buffer(i) + l->off, at, mask_name(a, t, w, i, l->off),
					 l->bytes < left ? l->bytes : left);
		}
	}
}

static void checks_of_caller(struct str *out, struct arena *a, const struct bundle_about *about,
			     const struct gen_case *c)
{
	const struct placement *pl = &c->call.place;
	const struct type *t = c->call.decl->proto->ret;
	enum width w = c->call.conv->width;
	const struct convention *own = convention_default(about->profile);
	struct reg_set k = abi_preserved(own, NULL);

	str_addf(out, "\t\tcl_equal(\"calls of the function\", %u, cl_probe_count);\n",
		 gen_calls(c));
	placed(out, a, c);
	str_addf(out,
		 "\t\tcl_equal(\"stack pointer at the call, modulo %u\", 0,\n"
		 "\t\t\t CL_WORD(cl_probe_image + CL_GPR(4)) %% %u);\n",
		 pl->align, pl->align);
	if (pl->hidden.nlocs)
		str_addf(out,
			 "\t\tcl_in_frame(\"pointer to the return value\", CL_WORD(%s), %u, 1);\n",
			 in_picture(a, "cl_probe_image", &pl->hidden.loc[0]), t->size[w]);
	if (pl->al >= 0)
		str_addf(out,
			 "\t\tif (cl_probe_image[0] < %d || cl_probe_image[0] > 8)\n"
			 "\t\t\tcl_equal(\"al, the vector registers of a variadic call\", %d, "
			 "cl_probe_image[0]);\n",
			 pl->al, pl->al);
	str_add(out, "\t\tcl_check_state(cl_before_image, cl_probe_image, 0);\n"
		     "\t\tif (cl_escaped)\n\t\t\tcontinue;\n");
	if (t->kind != TYPE_VOID) {
		str_addf(out, "\t\tcl_same(\"return value\", cl_ret, cl_got_ret, %s, %u);\n",
			 mask_name(a, t, w, MAX_ARGS, 0), gen_compare_bytes(t, w));
		if (gen_widens(t, w))
			same_wide(out, t, w, "return value", "cl_ret", "_ret");
	}
	str_add(out, "\t\tcl_check_locals();\n");
	kept(out, &k, w, bundle_vector_bytes(about->profile));
	str_add(out, "\t\tcl_equal(\"bytes popped\", 0, CL_WORD(cl_after_image + CL_GPR(4)) -\n"
		     "\t\t\t CL_WORD(cl_before_image + CL_GPR(4)));\n"
		     "\t\tcl_check_frame(0);\n"
		     "\t\tcl_check_state(cl_before_image, cl_after_image, 0);\n");
}

static void masks(struct str *out, const struct gen_case *c)
{
	const struct prototype *p = c->call.decl->proto;
	enum width w = c->call.conv->width;

	for (unsigned i = 0; i < c->call.place.nargs; i++)
		mask(out, proto_arg_type(p, i), w, i);
	if (p->ret->kind != TYPE_VOID)
		mask(out, p->ret, w, MAX_ARGS);
}

void bundle_source(struct str *out, struct arena *a, const char *template,
		   const struct bundle_about *about, const struct gen_case *c)
{
	struct str readme = { 0 };
	const char *line;

	bundle_readme(&readme, a, about, c);
	str_add(out, "/*\n");
	for (line = readme.s; *line; line += strcspn(line, "\n") + 1)
		str_addf(out, " *%s%s\n", *line == '\n' ? "" : " ",
			 plain(a, arena_strndup(a, line, strcspn(line, "\n"))));
	str_add(out, " */\n");
	str_free(&readme);
	gen_c_alone(out, a, LANGUAGE_C, c, about->direction);
	if (about->died) {
		str_add(out, "\nint main(void)\n{\n\treturn 0;\n}\n");
		return;
	}
	str_addf(out, "\n#define CL_IMAGE %u\n",
		 IMAGE_MASK(word_bytes(c->call.conv->width), MASK_COUNT));
	str_add(out, template);
	str_add(out, "\n");
	masks(out, c);
	str_addf(out, "void %s_%s(void);\n\nint main(void)\n{\n\tint round;\n\n\tcl_begin();\n",
		 about->direction == CL_CALLEE ? "tramp" : "caller", c->symbol);
	if (about->direction == CL_CALLEE)
		str_addf(out, "\tcl_entry = tramp_%s;\n", c->symbol);
	else
		str_addf(out, "\tcl_entry = cl_call_c;\n\tcl_function = caller_%s;\n", c->symbol);
	str_add(out, "\tfor (round = 0; round < 5 && !cl_failed; round++) {\n");
	prepare(out, a, c);
	str_add(out, "\t\tcl_run();\n");
	if (about->direction == CL_CALLEE)
		checks_of_callee(out, a, about, c);
	else
		checks_of_caller(out, a, about, c);
	str_add(out, "\t}\n\tif (!cl_failed)\n\t\tcl_print(\"conforms\\n\");\n"
		     "\treturn cl_failed;\n}\n");
}
