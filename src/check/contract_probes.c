/* SPDX-License-Identifier: MIT */
/* The probes that a contract needs: one for each function that is called by name, one for each
 * argument through which something is called. */
#include "check/reader.h"

#include <string.h>

const char *contract_default_abi(enum width w)
{
	return convention_default(profile_user(w))->name;
}

void contract_fail_decl(struct reader *r, const struct prototype *p, const char *what,
			const char *hint)
{
	const struct contract_source *source = reader_source(r, p->pos.file);

	r->error = proto_error_at(r->a, &p->pos, source->text, source->len, strlen(p->name), what,
				  hint);
	longjmp(r->bail, 1);
}

/* The convention of a declaration: its own, the lines', the command line's, the platform's. */
const struct convention *contract_convention(struct reader *r, const struct case_decl *d)
{
	const char *name = d->proto->convention;
	const struct convention *c;

	for (size_t i = 0; !name && i < d->nconventions; i++) {
		if (convention_find(d->conventions[i], r->width))
			name = d->conventions[i];
	}
	if (!name && d->nconventions)
		contract_fail_decl(r, d->proto,
				   arena_printf(r->a,
						"none of the conventions of `%s' exists at %u bit",
						d->proto->name, width_bits(r->width)),
				   "`clobber list abis' prints the conventions");
	if (!name)
		name = r->abi ? r->abi : contract_default_abi(r->width);
	c = convention_find(name, r->width);
	if (!c)
		contract_fail_decl(r, d->proto,
				   arena_printf(r->a, "convention `%s' does not exist at %u bit",
						name, width_bits(r->width)),
				   "`clobber list abis' prints the conventions");
	return c;
}

static unsigned widest_vector(const struct type *t, enum width w)
{
	unsigned widest = t->kind == TYPE_VECTOR ? (unsigned)t->size[w] : 0;

	if (t->kind == TYPE_ARRAY)
		return widest_vector(t->of, w);
	for (size_t i = 0; (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) && i < t->nfields;
	     i++) {
		unsigned n = widest_vector(t->fields[i].type, w);

		widest = n > widest ? n : widest;
	}
	return widest;
}

/* Whoever passes wide vectors has the registers for them. */
static enum profile_id profile_of(const struct prototype *p, const struct convention *c)
{
	enum profile_id plain = convention_profile(c), wide;
	unsigned bytes = widest_vector(p->ret, c->width);

	for (size_t i = 0; i < p->nparams; i++) {
		unsigned n = widest_vector(p->params[i].type, c->width);

		bytes = n > bytes ? n : bytes;
	}
	if (bytes > 32)
		wide = c->width == W64 ? PROFILE_AVX512_64 : PROFILE_AVX512_32;
	else if (bytes > 16)
		wide = c->width == W64 ? PROFILE_AVX_64 : PROFILE_AVX_32;
	else if (bytes == 16 && c->width == W32)
		wide = PROFILE_SSE2_32;
	else
		return plain;
	return convention_in(c, wide) && profiles[plain].isa != ISA_INTEGER ? wide : plain;
}

void contract_place_all(struct reader *r, const struct case_decl *d, const struct convention *c,
			struct placement *out)
{
	const char *why = abi_place_at(r->out->edition, profile_of(d->proto, c), c, d->proto, out);

	if (why)
		contract_fail_decl(r, d->proto,
				   arena_printf(r->a, "`%s' cannot be called under %s: %s",
						d->proto->name, c->name, why),
				   NULL);
	if (d->proto->nparams > MAX_ARGS - 1)
		contract_fail_decl(r, d->proto, "more arguments than can be checked", NULL);
}

unsigned contract_probe_for(struct reader *r, const struct case_decl *d)
{
	struct contract_file *f = r->out;
	struct contract_probe p = { .symbol = d->proto->name,
				    .name = d->proto->name,
				    .proto = d->proto };

	for (size_t i = 0; i < f->nprobes; i++) {
		if (f->probe[i].proto == d->proto)
			return (unsigned)i;
	}
	p.conv = contract_convention(r, d);
	contract_place_all(r, d, p.conv, &p.place);
	if (p.place.hidden.nlocs || p.place.ret.unspecified || p.place.pop_unspecified ||
	    p.place.stack_unspecified)
		contract_fail_decl(
			r, d->proto,
			arena_printf(r->a, "no probe can stand in for `%s'", d->proto->name),
			"it returns in memory, or no document says how it is called");
	f->probe = arena_grow(r->a, f->probe, f->nprobes, sizeof(p));
	f->probe[f->nprobes++] = p;
	return (unsigned)(f->nprobes - 1);
}

unsigned contract_probe_through(struct reader *r, unsigned i)
{
	struct contract_file *f = r->out;
	struct contract_input *in = &r->c->input[i];
	const struct prototype *fn = NULL;
	struct contract_probe p = { .name = r->c->call.decl->proto->params[i].name,
				    .conv = r->c->call.conv };

	if (in->probe >= 0)
		return (unsigned)in->probe;
	if (in->type->kind == TYPE_POINTER && in->type->of->kind == TYPE_FUNCTION)
		fn = in->type->of->fn;
	if (fn) {
		struct case_decl d = { .proto = fn };
		struct prototype *named = arena_alloc(r->a, sizeof(*named));

		*named = *fn;
		named->name = p.name ? p.name : "(function)";
		named->pos = r->c->call.decl->proto->pos;
		d.proto = named;
		p.proto = named;
		if (fn->convention)
			p.conv = contract_convention(r, &d);
		contract_place_all(r, &d, p.conv, &p.place);
	} else {
		p.place.al = -1;
	}
	if (!p.name)
		p.name = "(function)";
	in->d.role = CT_PROBE;
	in->probe = (int)f->nprobes;
	f->probe = arena_grow(r->a, f->probe, f->nprobes, sizeof(p));
	f->probe[f->nprobes++] = p;
	return (unsigned)in->probe;
}
