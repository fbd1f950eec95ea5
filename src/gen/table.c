/* SPDX-License-Identifier: MIT */
/* Expectation tables (C, for the host compiler: src/payload/case.h) and the writing of all
 * generated files. */
#include "gen/gen.h"

#include <string.h>

static const char *const kinds[] = {
	[LOC_GPR] = "CL_GPR", [LOC_XMM] = "CL_XMM", [LOC_X87] = "CL_X87", [LOC_STACK] = "CL_STACK"
};

static const char *const classes[] = {
	[CL_BOOL] = "CL_BOOL",       [CL_SIGNED] = "CL_SIGNED", [CL_UNSIGNED] = "CL_UNSIGNED",
	[CL_FLOAT] = "CL_FLOAT",     [CL_DOUBLE] = "CL_DOUBLE", [CL_LDOUBLE] = "CL_LDOUBLE",
	[CL_POINTER] = "CL_POINTER", [CL_OPAQUE] = "CL_OPAQUE"
};

/* Masks and leaves of a value other than a scalar, named by case and number (nargs: the return
 * value). */
static void details(struct str *out, const struct gen_case *c, const struct type *t,
		    unsigned number)
{
	enum width w = c->call.conv->width;
	uint8_t mask[ABI_MAX_VALUE];
	struct gen_leaves l = { .n = 0 };

	if (gen_class(t) != CL_OPAQUE)
		return;
	if (gen_mask(t, w, mask)) {
		str_addf(out, "static const uint8_t mask_%u_%u[] = {", c->index, number);
		for (unsigned i = 0; i < t->size[w]; i++)
			str_addf(out, "%s%u", i ? ", " : " ", mask[i]);
		str_add(out, " };\n");
	}
	gen_leaves(t, w, 0, &l);
	if (!l.n)
		return;
	str_addf(out, "static const struct cl_leaf leaves_%u_%u[] = {", c->index, number);
	for (unsigned i = 0; i < l.n; i++)
		str_addf(out, " { .off = %u, .class = %s, .size = %u },", l.v[i].off,
			 classes[l.v[i].class], l.v[i].size);
	str_add(out, " };\n");
}

/* The places of argument `arg`, each with its name. */
static void locations(struct str *out, enum width w, const struct value_place *v, unsigned arg)
{
	if (!v->nlocs)
		return;
	str_addf(out, ",\n\t\t.nlocs = %u, .loc = {", v->nlocs);
	for (unsigned i = 0; i < v->nlocs; i++) {
		const struct loc *l = &v->loc[i];

		str_addf(out, " { .kind = %s, .bytes = %u, .cell = %u", kinds[l->kind], l->bytes,
			 gen_cell(arg, i));
		if (l->off)
			str_addf(out, ", .off = %u", l->off);
		if (l->kind == LOC_STACK)
			str_addf(out, ", .stack = %d", l->stack);
		else
			str_addf(out, ", .reg = %u", l->reg);
		str_add(out, " /* ");
		loc_text(out, w, l);
		str_add(out, " */ },");
	}
	str_add(out, " }");
}

/* CL_PLAIN of src/payload/case.h. */
static bool is_plain(const struct type *t, enum width w, const struct value_place *v)
{
	enum cl_class class = gen_class(t);

	return (class == CL_SIGNED || class == CL_UNSIGNED || class == CL_POINTER) &&
	       !v->unspecified && !v->by_reference && v->nlocs == 1 && !v->loc[0].off &&
	       (v->loc[0].kind == LOC_GPR || v->loc[0].kind == LOC_STACK) &&
	       v->loc[0].bytes == t->size[w] && gen_compare_bytes(t, w) == t->size[w] &&
	       t->size[w] <= width_bits(w) / 8 && !(t->size[w] & (t->size[w] - 1));
}

static void value(struct str *out, const struct gen_case *c, const struct type *t,
		  const struct value_place *v, unsigned number, bool widened)
{
	enum width w = c->call.conv->width;
	bool opaque = gen_class(t) == CL_OPAQUE;
	unsigned arg = number < c->call.place.nargs ? number : 0;
	uint8_t mask[ABI_MAX_VALUE];
	struct gen_leaves l = { .n = 0 };
	bool decided = number >= c->call.place.nargs || gen_decides(c, number);
	bool plain = decided && is_plain(t, w, v);

	if (opaque)
		gen_leaves(t, w, 0, &l);
	str_addf(out, "{ .class = %s, .compare = %u, .size = %u, .buffer = %u",
		 classes[gen_class(t)], decided ? gen_compare_bytes(t, w) : 0, t->size[w],
		 gen_buffer(arg));
	if (v->unspecified || v->by_reference || widened || plain)
		str_addf(out, ", .flags = 0%s%s%s%s%s%s", v->unspecified ? " | CL_UNSPECIFIED" : "",
			 v->by_reference ? " | CL_REFERENCE" : "",
			 v->by_reference && t->special ? " | CL_OBJECT" : "",
			 widened ? " | CL_WIDENED" : "", plain ? " | CL_PLAIN" : "",
			 number < c->call.place.nargs && gen_maybe_pointer(c, number)
				 ? " | CL_MAYBE_POINTER"
				 : "");
	if (opaque && gen_mask(t, w, mask))
		str_addf(out, ", .mask = mask_%u_%u", c->index, number);
	if (l.n)
		str_addf(out, ", .nleaves = %u, .leaves = leaves_%u_%u", l.n, c->index, number);
	locations(out, w, v, arg);
	str_add(out, " }");
}

static void hidden(struct str *out, const struct gen_case *c)
{
	const struct value_place *v = &c->call.place.hidden;

	if (!v->nlocs)
		return;
	str_addf(out, "\t.hidden = { .class = CL_POINTER, .compare = %u, .size = %u",
		 v->loc[0].bytes, v->loc[0].bytes);
	locations(out, c->call.conv->width, v, MAX_ARGS);
	str_add(out, " },\n");
}

static unsigned members(struct str *out, struct arena *a, const struct gen_case *c)
{
	struct gen_members *m = arena_alloc(a, sizeof(*m));

	gen_members(a, &c->call, m);
	if (!m->n)
		return 0;
	str_addf(out, "static const struct cl_member members_%u[] = {", c->index);
	for (unsigned i = 0; i < m->n; i++)
		str_addf(
			out,
			"\n\t{ .slot = %u, .arg = %u, .bits = %u, .is_signed = %u, .expected = %u },",
			i, m->v[i].arg, m->v[i].bits, m->v[i].is_signed, m->v[i].expected);
	str_add(out, " };\n");
	return m->n;
}

static bool any_maybe_pointer(const struct gen_case *c)
{
	bool any = false;

	for (unsigned i = 0; i < c->call.place.nargs; i++)
		any = any || gen_maybe_pointer(c, i);
	return any;
}

static void case_flags(struct str *out, const struct gen_case *c)
{
	const struct placement *p = &c->call.place;
	const struct {
		bool is;
		const char *name;
	} flags[] = {
		{ c->call.decl->proto->variadic, "CL_VARIADIC" },
		{ p->pop_unspecified, "CL_POP_UNSPECIFIED" },
		{ p->stack_unspecified, "CL_STACK_UNSPECIFIED" },
		{ c->call.decl->proto->ret->kind != TYPE_VOID, "CL_RETURNS" },
		{ p->ret.unspecified, "CL_RETURN_UNSPECIFIED" },
		{ gen_trampolined(c), "CL_THROUGH" },
		{ gen_reads(c), "CL_SLOTS" },
		{ c->call.decl->leaf, "CL_LEAF_TARGET" },
		{ gen_reads(c) || (gen_enters(c) && !gen_exits(c)), "CL_FAILING_VMX" },
		{ gen_exits(c), "CL_ENTERS_GUEST" },
		{ any_maybe_pointer(c), "CL_OPEN_POINTERS" },
		{ c->call.conv->by_processor, "CL_HANDLER" },
	};

	str_add(out, "\t.flags = 0");
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].is)
			str_addf(out, " | %s", flags[i].name);
	}
	str_add(out, ",\n");
}

static void one_case(struct str *out, struct arena *a, const struct gen_case *c, unsigned preserved)
{
	const struct prototype *proto = c->call.decl->proto;
	const struct placement *p = &c->call.place;
	enum width w = c->call.conv->width;
	unsigned nmembers;

	str_addf(out, "\nextern void tramp_%s(void);\n", c->symbol);
	str_addf(out, "extern void target_%s(void) __attribute__((weak));\n", c->symbol);
	str_addf(out, "extern void caller_%s(void) __attribute__((weak));\n", c->symbol);
	if (c->call.decl->proto->implicit)
		str_addf(out, "extern void probe_%s(void);\n", c->symbol);
	for (unsigned i = 0; i < p->nargs; i++)
		details(out, c, proto_arg_type(proto, i), i);
	details(out, c, proto->ret, p->nargs);
	nmembers = members(out, a, c);
	str_addf(out, "static const struct cl_value args_%u[] = {\n", c->index);
	for (unsigned i = 0; i < p->nargs; i++) {
		const struct type *t = proto_arg_type(proto, i);

		str_add(out, "\t");
		value(out, c, t, &p->arg[i], i, i < p->nnamed && gen_widens(t, w));
		str_add(out, ",\n");
	}
	str_addf(out, "};\nstatic const struct cl_case case_%u = { /* %s */\n", c->index, c->id);
	str_addf(out,
		 "\t.index = %u, .key = 0x%08xu, .preserved = %u, .align = %u, .align_calls = %u,\n"
		 "\t.al = %d, .al_most = %u, .hidden_reg = %u,\n"
		 "\t.stack_bytes = %u, .pop_bytes = %u, .calls = %u,\n",
		 c->index, (uint32_t)hash_str(HASH_INIT, c->id), preserved, p->align,
		 gen_align_calls(c), p->al, c->call.conv->nvector_args, c->call.conv->int_ret[0],
		 gen_trampolined(c) ? 2 * word_bytes(w) : gen_reserved(c),
		 gen_trampolined(c) ? 2 * word_bytes(w) : p->pop_bytes, gen_calls(c));
	case_flags(out, c);
	if (p->ret.unspecified || any_maybe_pointer(c))
		str_addf(out, "\t.pointer_regs = 0x%x, .pointer_first = %u,\n", gen_pointer_regs(c),
			 c->call.conv->nint_args ? c->call.conv->int_arg[0] : GPR_AX);
	str_addf(out, "\t.nargs = %u, .args = args_%u,\n", p->nargs, c->index);
	if (proto->ret->kind != TYPE_VOID) {
		str_add(out, "\t.ret = ");
		value(out, c, proto->ret, &p->ret, p->nargs, gen_widens(proto->ret, w));
		str_add(out, ",\n");
	}
	hidden(out, c);
	if (nmembers)
		str_addf(out, "\t.nmembers = %u, .members = members_%u,\n", nmembers, c->index);
	if (c->call.decl->proto->implicit)
		str_addf(out, "\t.implicit = probe_%s,\n", c->symbol);
	str_addf(out, "\t.tramp = tramp_%s, .target = target_%s, .caller = caller_%s\n};\n",
		 c->symbol, c->symbol, c->symbol);
}

/* The cases' part of the linker's table, in order: the host relies on ascending indexes. One array
 * a file, because the compiler may emit single objects in any order; with an explicit alignment,
 * because it may align large arrays further and leave gaps. */
static void entries(struct str *out, const struct gen_set *set, size_t first, size_t end)
{
	str_addf(out,
		 "\nconst struct cl_case *const entries_%zu[] "
		 "__attribute__((section(\".cl_cases\"), "
		 "aligned(sizeof(void *)))) = {\n",
		 first);
	for (size_t k = first; k < end; k++)
		str_addf(out, "\t&case_%u,\n", set->v[k].index);
	str_add(out, "};\n");
}

/* What calls preserve, each set once; the first is what the default convention of the width does.
 */
struct preserved {
	struct reg_set v[256];
	unsigned n;
};

static unsigned preserved_by(struct preserved *p, const struct convention *c,
			     const struct placement *pl)
{
	const struct reg_set s = abi_preserved(c, pl);
	unsigned i = 0;

	while (i < p->n && memcmp(&p->v[i], &s, sizeof(s)))
		i++;
	if (i == p->n && i < ARRAY_SIZE(p->v))
		p->v[p->n++] = s;
	return i;
}

static struct preserved preserved_in(const struct gen_set *set)
{
	struct preserved p = { .n = 0 };
	const struct convention *const *c = conventions;

	while ((*c)->width != set->width || *(*c)->attribute)
		c++;
	preserved_by(&p, *c, NULL);
	for (size_t i = 0; i < set->n; i++)
		preserved_by(&p, set->v[i].call.conv, &set->v[i].call.place);
	return p;
}

static void preserved_table(struct str *out, const struct preserved *p, enum profile_id profile)
{
	enum isa isa = profiles[profile].isa;

	str_add(out, "#include \"payload/case.h\"\nconst struct reg_set cl_preserved[] = {\n");
	for (unsigned i = 0; i < p->n; i++) {
		const struct reg_set *s = &p->v[i];

		str_addf(out,
			 "\t{ .gpr = 0x%x, .xmm = 0x%x, .ymm = 0x%x, .zmm = 0x%x, .mask = 0x%x, "
			 ".x87 = 0x%x, .flags = 0x%x },\n",
			 s->gpr, s->xmm, s->ymm, s->zmm, s->mask, s->x87, s->flags);
	}
	str_addf(out, "};\nconst uint32_t cl_vector_bytes = %d;\n",
		 isa == ISA_AVX512F   ? 64
		 : isa == ISA_AVX     ? 32
		 : isa == ISA_INTEGER ? 0
				      : 16);
}

/* What a compiler may call for copies, in the convention that the profile's flags make the default
 * of such calls too. */
static void library(struct str *out, const struct gen_set *set)
{
	static const char *const names[] = { "memcpy", "memmove", "memset" };
	bool registers = set->width == W32 && profile_is(&profiles[set->profile], "kernel");
	const char *attribute = registers ? "__attribute__((regparm(3))) "
				: set->profile == PROFILE_WINDOWS_64 ? "__attribute__((ms_abi)) "
								     : "";
	/* size_t, of which the rest of a register says nothing. */
	const char *length = profile_x32(set->profile) ? "unsigned int" : "__SIZE_TYPE__";

	str_addf(out,
		 "#define CL_LIBRARY(name, type, known_as) \\\n"
		 "\textern void *cl_##name(void *, type, __SIZE_TYPE__); \\\n"
		 "\t%svoid *own_##name(void *, type, %s) __asm__(known_as); \\\n"
		 "\t%svoid *own_##name(void *to, type what, %s n) \\\n"
		 "\t{ return cl_##name(to, what, n); }\n",
		 attribute, length, attribute, length);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		str_addf(out, "CL_LIBRARY(%s, %s, \"%s%s\")\n", names[i],
			 strcmp(names[i], "memset") ? "const void *" : "int",
			 gen_is_implicit(set, names[i]) ? "own_" : "", names[i]);
}

static void assembly(struct str *out, struct arena *a, const struct gen_set *set,
		     const struct gen_batch *b)
{
	bool wide = set->width == W64;

	str_add(out,
		"; Generated by clobber: trampolines and probes. What they call: asm/engine.asm, "
		"conventions.asm.\n");
	str_addf(out,
		 "\tbits\t%u\n%s\textern\tcl_before, cl_after, cl_escape, cl_cell, cl_ret, "
		 "cl_ret_cell\n"
		 "\textern\tcl_fill_result, cl_return_open, cl_probe_image, cl_probe_stack\n",
		 width_bits(set->width), wide ? "\tdefault rel\n" : "");
	str_addf(out, "\textern\tcl_probe_%s\n", abi_engine(set->v[b->first].call.conv)->name);
	str_add(out, "\tsection .text\n");
	if (profiles[set->profile].cases == CASES_THROUGH)
		str_add(out, "%include \"thunks.inc\"\n");
	for (size_t i = b->first; i < b->first + b->n; i++) {
		gen_trampoline(out, a, &set->v[i]);
		gen_probe(out, a, &set->v[i]);
	}
	str_add(out, "\n\tsection .note.GNU-stack noalloc noexec nowrite progbits\n");
}

static int write_one(struct arena *a, const char *dir, const char *name, const char *suffix,
		     struct str *text)
{
	int r = file_update(arena_printf(a, "%s/%s%s", dir, name, suffix), text->s, text->len);

	str_free(text);
	return r;
}

/* The files that assembly includes, each once. */
static const char **includes_of(struct arena *a, const char *text)
{
	static const char directive[] = "%include \"";
	const char **v = NULL;
	size_t n = 0;

	for (const char *s = text; (s = strstr(s, directive));) {
		const char *name;
		size_t i = 0;

		s += sizeof(directive) - 1;
		name = arena_strndup(a, s, strcspn(s, "\""));
		while (i < n && strcmp(v[i], name))
			i++;
		if (i < n)
			continue;
		v = arena_grow(a, v, n, sizeof(*v));
		v[n++] = name;
	}
	v = arena_grow(a, v, n, sizeof(*v));
	v[n] = NULL;
	return v;
}

/* A file of the table has the parts of as many batches as make so much text: a compiler that is
 * started for a few cases takes most of its time to start. */
enum { TABLE_TEXT = 48 << 10 };

static int write_table(struct arena *a, const struct gen_set *set, const char *dir,
		       const char *name, struct str *text, size_t first, size_t end)
{
	if (first < end)
		entries(text, set, first, end);
	return write_one(a, dir, name, ".table.c", text);
}

int gen_write(struct arena *a, struct gen_set *set, const char *dir)
{
	struct preserved kept = preserved_in(set);
	struct str s = { 0 }, table = { 0 };
	const char *name = "conventions";
	size_t first = 0, end = 0; /* the cases in `table` */

	if (make_dirs(dir) < 0)
		return -1;
	gen_engine(&s, set->profile);
	gen_implicit_names(&s, a, set);
	if (write_one(a, dir, name, ".asm", &s) < 0)
		return -1;
	preserved_table(&table, &kept, set->profile);
	library(&table, set);
	for (size_t i = 0; i < set->nbatches; i++) {
		struct gen_batch *b = &set->batch[i];

		assembly(&s, a, set, b);
		b->includes = includes_of(a, s.s);
		if (write_one(a, dir, b->name, ".asm", &s) < 0)
			return -1;
		gen_c(&s, a, LANGUAGE_C, set->v + b->first, b->n);
		if (write_one(a, dir, b->name, ".c", &s) < 0)
			return -1;
		if (table.len > TABLE_TEXT) {
			if (write_table(a, set, dir, name, &table, first, end) < 0)
				return -1;
			name = b->name;
			first = b->first;
			str_add(&table,
				"/* Generated by clobber: what is expected of each case. */\n"
				"#include \"payload/case.h\"\n");
		}
		for (size_t k = b->first; k < b->first + b->n; k++)
			one_case(&table, a, &set->v[k],
				 preserved_by(&kept, set->v[k].call.conv, &set->v[k].call.place));
		b->table = name;
		end = b->first + b->n;
	}
	return write_table(a, set, dir, name, &table, first, end);
}
