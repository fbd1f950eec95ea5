/* SPDX-License-Identifier: MIT */
/* Steps that hold assembly against a contract (docs/contracts.md): no C, no compiler, so each
 * object is held once a width, and what came of it is the evidence of all columns of that width. */
#include "claims/room.h"

#include <errno.h>
#include <string.h>

static const struct held *find(const struct held_list *list, const struct step *s, enum width w)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct step *other = list->step[i];

		if (list->width[i] == w && !strcmp(other->a, s->a) && !strcmp(other->b, s->b) &&
		    !strcmp(other->c, s->c))
			return &list->v[i].held;
	}
	return NULL;
}

static struct hold_order order(const struct claims_request *r, const struct step *s, enum width w,
			       enum place_id place)
{
	/* Assembling asks nothing of a column but its width. */
	const struct claim_column column = { .width = w };
	struct arena *a = r->plan->arena;
	struct unit u = { .arena = a, .request = r, .column = &column };
	struct compiled made = claims_compile(&u, s->a, s->c);
	/* One object may have several contracts. */
	const char *of = strrchr(s->b, ':');
	const char *dir = arena_printf(a, "%s.%s.check", made.object, of ? of + 1 : s->b);

	if (make_dirs(dir) < 0)
		die("cannot make folder %s: %s", dir, strerror(errno));
	return (struct hold_order){ .place = place,
				    .object = made.object,
				    .contract = arena_printf(a, "%s/%s", r->claims, s->b),
				    .dir = dir };
}

/* PLACES: none is wanted at the width. */
static enum place_id first_place(const struct claims_request *r, enum width w)
{
	enum place_id place = 0;

	while (place < PLACES && !r->places[place][w])
		place++;
	return place;
}

void claims_hold(const struct claims_request *r, struct held_list *out)
{
	*out = (struct held_list){ 0 };
	for (enum width w = W32; w <= W64; w++) {
		enum place_id place = first_place(r, w);

		/* Root operation is for what is written for it. */
		if (place == PLACES || all_places[place]->root)
			continue;
		for (const struct step *s = claim_steps; r->widths[w] && s->claim; s++) {
			size_t i = out->n;

			if ((s->kind != STEP_CONTRACT && s->kind != STEP_CONTRACT_CAUGHT) ||
			    !r->wanted[s->claim - 1] || !(s->widths >> w & 1) || find(out, s, w))
				continue;
			out->v = arena_grow(r->plan->arena, out->v, i, sizeof(*out->v));
			out->step = arena_grow(r->plan->arena, out->step, i, sizeof(*out->step));
			out->width = arena_grow(r->plan->arena, out->width, i, sizeof(*out->width));
			out->v[i] = order(r, s, w, place);
			out->step[i] = s;
			out->width[i] = w;
			out->n++;
		}
	}
	r->hold(r->plan, out->v, out->n);
}

/* What does just this again, from the folder of the sources. */
static const char *command(struct unit *u, const struct step *s)
{
	return arena_printf(u->arena,
			    "nasm -f elf%u -I asm/thread/ %s -o conventions.o "
			    "cases/thread/claims/%s && clobber check conventions.o --contract "
			    "cases/thread/claims/%s --place %s",
			    width_bits(u->column->width), s->c, s->a, s->b,
			    place_name(u->column->place));
}

void step_contract(struct unit *u, const struct step *s, struct evidence *e)
{
	const struct held *h = find(u->held, s, u->column->width);
	const struct finding *worst = NULL, *asserted = NULL;
	bool broken = s->kind == STEP_CONTRACT_CAUGHT;

	e->id = arena_printf(u->arena, "cases/thread/claims/%s %s", s->a, s->c);
	if (!h || h->not_run) {
		e->not_run = h ? h->not_run : "its contract was not checked";
		return;
	}
	for (size_t i = 0; i < h->n; i++) {
		const struct finding *f = &h->v[i];

		/* More than a divergence: what no document decides is not part of the contract. */
		if (f->verdict > VERDICT_DIVERGENCE && (!worst || f->verdict > worst->verdict))
			worst = f;
		if (broken && !asserted && finding_is(f, s->d))
			asserted = f;
	}
	e->holds = broken ? asserted != NULL : !worst;
	if (asserted)
		e->detail = arena_printf(u->arena, "caught: %s", finding_text(u->arena, asserted));
	else if (broken)
		e->detail = arena_printf(u->arena, "not caught (%s wanted): %s", s->d,
					 finding_text(u->arena, worst));
	else
		e->detail =
			worst ? arena_printf(u->arena, "%s: %s", verdict_info[worst->verdict].name,
					     finding_text(u->arena, worst))
			      : "keeps it";
	e->detail = arena_printf(u->arena, "%s; again by `%s'", e->detail, command(u, s));
}
