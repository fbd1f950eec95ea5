/* SPDX-License-Identifier: MIT */
/* Columns, and which cases a compiler can express: decided by the probes of toolchain.h. */
#include "plan/plan.h"
#include "util/process.h"

#include <string.h>

enum language target_language(const struct target *t)
{
	return t->feature[FEATURE_CXX].ok ? LANGUAGE_CXX : LANGUAGE_C;
}

/* The feature a type needs, or FEATURE_COUNT. */
static enum feature feature_of(const struct type *t)
{
	if (t->special || t->nbases)
		return FEATURE_CXX;
	if (t->atomic)
		return FEATURE_ATOMIC;
	if (t->transparent)
		return FEATURE_TRANSPARENT;
	switch (t->kind) {
	case TYPE_BOOL:
		return FEATURE_BOOL;
	case TYPE_LLONG:
	case TYPE_ULLONG:
		return FEATURE_LLONG;
	case TYPE_INT128:
	case TYPE_UINT128:
		return FEATURE_INT128;
	case TYPE_FLOAT:
		return FEATURE_FLOAT;
	case TYPE_DOUBLE:
		return FEATURE_DOUBLE;
	case TYPE_LDOUBLE:
		return FEATURE_LDOUBLE;
	case TYPE_ENUM:
		return t->fixed ? FEATURE_FIXED_ENUM : FEATURE_ENUM;
	case TYPE_POINTER:
		return t->of->kind == TYPE_FUNCTION ? FEATURE_FNPTR
		       : t->of->kind == TYPE_ENUM   ? feature_of(t->of)
						    : FEATURE_COUNT;
	case TYPE_COMPLEX:
		return FEATURE_COMPLEX;
	case TYPE_VECTOR:
		return FEATURE_VECTOR;
	case TYPE_FLOAT128:
		return FEATURE_FLOAT128;
	case TYPE_FLOAT16:
		return FEATURE_FLOAT16;
	case TYPE_BF16:
		return FEATURE_BF16;
	case TYPE_DECIMAL32:
	case TYPE_DECIMAL64:
	case TYPE_DECIMAL128:
		return FEATURE_DECIMAL;
	case TYPE_BITINT:
		return FEATURE_BITINT;
	default:
		return FEATURE_COUNT;
	}
}

static const struct probe *lacks(const struct target *t, const struct type *type)
{
	static const struct probe sized = { .why = "in C++ an empty structure has a byte" };
	bool record = type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
	enum feature f = feature_of(type);
	const struct probe *l = NULL;

	if (record && !type->nfields && target_language(t) == LANGUAGE_CXX)
		return &sized;

	for (size_t i = 0; !l && i < type->nfields; i++)
		l = lacks(t, type->fields[i].type);
	if (!l && (type->kind == TYPE_ARRAY || type->kind == TYPE_COMPLEX))
		l = lacks(t, type->of);
	return l ? l : f < FEATURE_COUNT && !t->feature[f].ok ? &t->feature[f] : NULL;
}

static size_t convention_index(const struct convention *c)
{
	size_t i = 0;

	while (conventions[i] != c)
		i++;
	return i;
}

/* The probe that rules the case out, or NULL. */
static const struct probe *ruled_out(const struct target *t, const struct gen_case *c)
{
	static const struct probe through = {
		.why = "calls through assembly, and those that compilers make, are C's"
	};
	const struct prototype *p = c->call.decl->proto;
	size_t conv = convention_index(c->call.conv);
	const struct probe *l;

	if (!t->convention[conv].ok)
		return &t->convention[conv];
	if ((c->call.decl->through || c->call.decl->proto->implicit) &&
	    target_language(t) == LANGUAGE_CXX)
		return &through;
	if (p->variadic && !t->variadic[conv].ok)
		return &t->variadic[conv];
	l = lacks(t, p->ret);
	for (unsigned i = 0; !l && i < c->call.place.nargs; i++)
		l = lacks(t, proto_arg_type(p, i));
	return l;
}

/* tcc's code calls helpers of its own (va_arg, for one). The compiler names their library: the line
 * after "libtcc1:" of its search folders. */
static const char *support_library(struct arena *a, const struct compiler *c, enum width w)
{
	const char *const argv[] = { c->path, w == W32 ? "-m32" : "-m64", "-print-search-dirs",
				     NULL };
	const char *library = NULL;
	struct str out = { 0 };
	char *at;

	if (strcmp(c->family, "tcc") || run_program_again(argv, 60, &out) != 0 || !out.s)
		return NULL;
	at = strstr(out.s, "libtcc1:");
	if (at) {
		at += strcspn(at, "\n");
		at += strspn(at, " \n");
		library = arena_strndup(a, at, strcspn(at, "\n"));
	}
	str_free(&out);
	return library;
}

static void decide(struct plan *p, struct column *col)
{
	const struct gen_set *set = column_set(p, col);
	const struct target *t = &col->compiler->target[col->profile];

	if (!t->works.ok) {
		col->unusable = t->works.why ? t->works.why : "does not compile there";
		return;
	}
	col->absent = arena_alloc(p->arena, set->n + 1);
	col->why = arena_alloc(p->arena, (set->n + 1) * sizeof(*col->why));
	for (size_t i = 0; i < set->n; i++) {
		const struct probe *l = ruled_out(t, &set->v[i]);

		if (!l)
			continue;
		col->absent[i] = UNSUPPORTED;
		col->why[i] = l->why ? l->why : "the compiler rejects it";
	}
}

/* Root operation is for what is written for it; everything else is the same there as in a guest. */
static bool has_work(const struct plan *p, enum profile_id f, enum place_id place,
		     const struct place_set *places)
{
	if (!places->v[place][f])
		return false;
	if (!all_places[place]->root)
		return true;
	for (size_t i = 0; i < p->set[f].n; i++) {
		if (p->set[f].v[i].call.decl->through)
			return true;
	}
	return false;
}

size_t plan_find_column(const struct plan *p, const struct compiler *c, enum profile_id profile,
			const char *opt)
{
	size_t i = 0;

	while (i < p->ncolumns &&
	       (p->columns[i].compiler != c || p->columns[i].profile != profile ||
		strcmp(p->columns[i].opt, opt)))
		i++;
	return i;
}

static void add_column(struct plan *p, const struct compiler *c, enum profile_id profile,
		       enum place_id place, const char *opt)
{
	const struct profile *pr = &profiles[profile];
	bool user = profile == profile_user(pr->width);
	struct column col = {
		.compiler = c, .width = pr->width, .profile = profile, .place = place, .opt = opt
	};

	col.name = arena_printf(p->arena, "%s -m%u%s%s%s%s -%s", c->name, width_bits(pr->width),
				user ? "" : " ", user ? "" : pr->name, place ? " " : "",
				place ? place_name(place) : "", opt);
	col.id = arena_printf(p->arena, "%s/%u/%s%s%s%s%s", c->name, width_bits(pr->width), opt,
			      user ? "" : "/", user ? "" : pr->name, place ? "@" : "",
			      place ? place_name(place) : "");
	col.built = plan_find_column(p, c, profile, opt);
	p->columns = arena_grow(p->arena, p->columns, p->ncolumns, sizeof(col));
	p->columns[p->ncolumns++] = col;
}

void plan_places(struct plan *p, const struct place_set *places)
{
	struct plan from = *p;

	p->columns = NULL;
	p->ncolumns = 0;
	for (size_t i = 0; i < from.ncolumns; i++) {
		const struct column *c = &from.columns[i];

		for (enum place_id place = 0; place < PLACES; place++) {
			struct column *made;

			if (!has_work(p, c->profile, place, places))
				continue;
			add_column(p, c->compiler, c->profile, place, c->opt);
			made = &p->columns[p->ncolumns - 1];
			made->unusable = c->unusable;
			made->absent = c->absent;
			made->why = c->why;
			made->payload = c->payload;
			made->text_hash = c->text_hash;
		}
	}
}

/* May be asked again; what was found out beside stays. */
static void ask(struct plan *p, struct compiler *c, enum profile_id f, const char *cache)
{
	const char *library = c->target[f].library;

	compiler_ask(p->arena, c, f, cache);
	c->target[f].library = library;
}

/* A compiler is asked for code of another system than the one it is for only by its name, or by the
 * profile's, and where it has nothing else to do. */
static bool passed_over(struct plan *p, struct compiler *c, enum profile_id f, const char *cache)
{
	enum profile_id home = profile_user(profiles[f].width);
	bool elsewhere = false;

	if (profile_windows(f) && !p->windows_named) {
		ask(p, c, home, cache);
		if (!target_foreign(&c->target[home]))
			return true;
	}
	ask(p, c, f, cache);
	if (!target_foreign(&c->target[f])) {
		/* One that has the other width only says nothing of its system at this one. */
		enum profile_id twin = profile_user(profiles[f].width == W64 ? W32 : W64);

		if (c->given || profile_windows(f) || !c->target[f].works.why)
			return false;
		ask(p, c, twin, cache);
		return target_foreign(&c->target[twin]);
	}
	for (enum profile_id other = 0; other < PROFILES; other++) {
		if (p->set[other].n && profile_windows(other) != profile_windows(f))
			elsewhere = true;
	}
	return !c->given || elsewhere;
}

void plan_columns(struct plan *p, struct compiler_list *compilers, const struct place_set *places,
		  const char *const *opts)
{
	const char *cache = p->probes ? p->probes : arena_printf(p->arena, "%s/probes", p->work);

	for (size_t i = 0; i < compilers->n; i++) {
		struct compiler *c = &compilers->v[i];
		struct column *added;

		for (enum profile_id f = 0; f < PROFILES; f++) {
			const struct profile *pr = &profiles[f];

			if (!p->set[f].n)
				continue;
			if (p->progress)
				progress_item(p->progress, 0, 0, 0,
					      arena_printf(p->arena, "%s -m%u %s", c->name,
							   width_bits(pr->width), pr->name));
			if (passed_over(p, c, f, cache))
				continue;
			c->target[f].library = support_library(p->arena, c, pr->width);
			for (enum place_id place = 0; place < PLACES; place++) {
				if (!has_work(p, f, place, places))
					continue;
				for (const char *const *o = opts; *o; o++) {
					add_column(p, c, f, place, *o);
					added = &p->columns[p->ncolumns - 1];
					if (added->built == p->ncolumns - 1)
						decide(p, added);
				}
			}
		}
	}
	if (p->progress)
		progress_end(p->progress);
}
