/* SPDX-License-Identifier: MIT */
/* From observations to lines of a contract, and to the contract itself. */
#include "check/fitted.h"

#include "check/fault.h"
#include "util/elf.h"

#include <string.h>

static struct contract_fit *fit_of(struct check_run *r, const struct contract *c)
{
	return &r->fitted[c->index];
}

static void add_line(struct check_run *r, struct contract_fit *f, const char *line)
{
	f->line = arena_grow(r->arena, f->line, f->nlines, sizeof(*f->line));
	f->line[f->nlines++] = line;
}

static const char *contents_word(uint32_t contents)
{
	static const char *const words[CT_CONTENTS] = { [CT_ZEROS] = " holds zeros",
							[CT_SMALL] = " holds small",
							[CT_ADDRESSES] = " holds addresses",
							[CT_ITSELF] = " holds itself",
							[CT_MEMBERS] = " holds members" };

	return contents < CT_CONTENTS && words[contents] ? words[contents] : "";
}

/* An input as lines write it. */
static const char *written(struct arena *a, const struct contract *c, unsigned i)
{
	const char *name = c->call.decl->proto->params[i].name;

	return name ? name : arena_printf(a, "ARGUMENT_%u", i + 1);
}

/* Everything that is known of one input. */
static void input_line(struct check_run *r, const struct contract *c, unsigned i)
{
	const struct contract_input *in = &c->input[i];
	const struct ct_input *d = &fit_of(r, c)->input[i];
	struct str s = { 0 };

	if (!fit_of(r, c)->known[i])
		return;
	str_addf(&s, "arg %s", written(r->arena, c, i));
	if (d->role == CT_PAGE) {
		str_addf(&s, " buf %u", d->bytes);
		if (d->at)
			str_addf(&s, " at %u", d->at);
		if (d->align > in->d.natural)
			str_addf(&s, " aligned %u", d->align);
		if (d->past)
			str_addf(&s, " plus %u", d->past);
		if (d->halves)
			str_addf(&s, " divided %u", 1u << d->halves);
		str_add(&s, contents_word(d->rows_halves ? CT_ADDRESSES : d->contents));
		if (d->rows_halves)
			str_addf(&s, " divided %u", 1u << d->rows_halves);
	} else if (d->role == CT_SUM) {
		str_addf(&s, " = %s + %u", written(r->arena, c, d->sum.input), d->sum.low);
	} else if (d->role == CT_SET) {
		for (unsigned k = 0; k < fit_of(r, c)->nset[i]; k++)
			str_addf(&s, "%s%lld", k ? ", " : " one of ", fit_of(r, c)->set[i][k]);
	} else {
		long long from = (long long)(d->from[0] | (uint64_t)d->from[1] << 32);
		long long to = (long long)(d->to[0] | (uint64_t)d->to[1] << 32);

		if (from == to)
			str_addf(&s, " = %lld", from);
		else
			str_addf(&s, " from %lld to %lld", from, to);
		if (from != to && d->multiple > 1)
			str_addf(&s, " multiple %u", d->multiple);
	}
	add_line(r, fit_of(r, c), arena_strdup(r->arena, s.s));
	str_free(&s);
}

static void set_pair(uint32_t v[2], uint64_t n)
{
	v[0] = (uint32_t)n;
	v[1] = (uint32_t)(n >> 32);
}

static void add_value(struct contract_fit *f, unsigned i, uint64_t v)
{
	if (f->nset[i] && f->set[i][f->nset[i] - 1] == (long long)v)
		return;
	if (f->nset[i] < ARRAY_SIZE(f->set[i]))
		f->set[i][f->nset[i]++] = (long long)v;
}

/* Where a function stopped that nothing fits. */
static const char *stopped(struct check_run *r, uint64_t ip, uint64_t address)
{
	const char *code = ip ? disassemble(r->arena, r->payload, r->file->width, ip) : NULL;
	const char *name = elf_symbol(r->arena, r->payload, ip);

	if (!code)
		return arena_printf(r->arena, "a jump to 0x%llx, where there is no code",
				    (unsigned long long)ip);
	return arena_printf(r->arena, "%s at %s%s", code, name ? name : "an unknown place",
			    address ? arena_printf(r->arena, ", which accessed 0x%llx",
						   (unsigned long long)address)
				    : "");
}

/* An instruction that the processor does not have. */
static const char *lacks(struct check_run *r, uint64_t ip)
{
	const char *extension = extension_needed(r->payload, r->file->width, ip);

	return arena_printf(
		r->arena, "not judged: it stopped at %s, which this processor lacks%s%s",
		stopped(r, ip, 0), extension ? ": it is of " : "", extension ? extension : "");
}

static void read_observation(struct check_run *r, const struct contract *c,
			     const struct cl_observation *o)
{
	struct contract_fit *f = fit_of(r, c);
	struct ct_input *d;

	if (o->item == CT_FIT && o->piece == CT_FIT_STOPPED)
		f->why_not = arena_printf(r->arena, "not judged: no inputs fit; it stopped at %s",
					  stopped(r, o->places[0], o->places[1]));
	if (o->item == CT_FIT && o->piece == CT_FIT_LACKS)
		f->why_not = lacks(r, o->places[0]);
	if (o->item >= c->ninputs)
		return;
	d = &f->input[o->item];
	f->known[o->item] = true;
	switch (o->piece) {
	case CT_FIT_RANGE:
		d->role = CT_RANGE;
		set_pair(d->from, o->places[0]);
		set_pair(d->to, o->places[1]);
		break;
	case CT_FIT_STEP:
		d->multiple = (uint32_t)o->places[0];
		break;
	case CT_FIT_SET:
		d->role = CT_SET;
		add_value(f, o->item, o->places[0]);
		add_value(f, o->item, o->places[1]);
		break;
	case CT_FIT_END:
		d->role = CT_SUM;
		d->sum = (struct ct_value){ .kind = CT_INPUT,
					    .input = (uint32_t)o->places[0],
					    .low = (uint32_t)o->places[1],
					    .bytes = word_bytes(r->file->width),
					    .times = 1 };
		break;
	case CT_FIT_PLACE:
		d->role = CT_PAGE;
		d->at = (uint32_t)o->places[0];
		d->bytes = (uint32_t)o->places[1];
		break;
	case CT_FIT_KIND:
		d->align = (uint32_t)o->places[0];
		d->contents = (uint32_t)o->places[1];
		break;
	case CT_FIT_PASSED:
		d->halves = (uint32_t)o->places[0];
		d->rows_halves = (uint32_t)(o->places[0] >> 32);
		d->past = (uint32_t)o->places[1];
		break;
	}
}

/* It ended the process while inputs were made up. */
static bool died(const struct outcome *o)
{
	for (unsigned k = 0; k < o->nfindings; k++) {
		if (o->findings[k].check == CHECK_FAULT)
			return true;
	}
	return false;
}

void fitted_read(struct check_run *r, const struct checked_place *p)
{
	r->fitted = arena_alloc(r->arena, (r->file->n + 1) * sizeof(*r->fitted));
	for (size_t i = 0; i < r->file->n; i++) {
		const struct contract *c = &r->file->v[i];
		const struct outcome *o = &p->run.v[2 * i + 1];

		if (o->state != OUTCOME_EXECUTED)
			continue;
		if (died(o))
			r->fitted[i].why_not = "not judged: with inputs that no line speaks of it "
					       "ended the process";
		for (unsigned k = 0; k < c->ninputs; k++)
			r->fitted[i].input[k] = c->input[k].d;
		for (unsigned k = 0; k < o->nobservations; k++)
			read_observation(r, c, &o->observations[k]);
		for (unsigned k = 0; k < c->ninputs; k++)
			input_line(r, c, k);
	}
}

bool fitted_apply(struct check_run *r)
{
	bool changed = false;

	for (size_t i = 0; r->fitted && i < r->file->n; i++) {
		struct contract *c = &r->file->v[i];

		for (unsigned k = 0; k < c->ninputs; k++) {
			struct contract_input *in = &c->input[k];
			const struct contract_fit *f = &r->fitted[i];

			if (!f->known[k])
				continue;
			changed = true;
			in->d = f->input[k];
			in->nset = f->nset[k];
			in->set = arena_alloc(r->arena, (in->nset + 1) * sizeof(*in->set));
			memcpy(in->set, f->set[k], in->nset * sizeof(*in->set));
		}
	}
	return changed;
}
