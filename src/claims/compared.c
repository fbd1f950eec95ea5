/* SPDX-License-Identifier: MIT */
/* Steps that compile: what must be refused or accepted, code that must be the same, code that must
 * be less, registers that a function must write. */
#include "claims/room.h"

#include <string.h>

static const char *source_id(struct unit *u, const struct step *s, const char *options)
{
	return arena_printf(u->arena, "cases/thread/claims/%s%s%s", s->a, *options ? " " : "",
			    options);
}

void step_diagnosed(struct unit *u, const struct step *s, struct evidence *e)
{
	struct compiled c = claims_compile(u, s->a, s->b);

	e->id = source_id(u, s, s->b);
	e->holds = !!c.object == (s->kind == STEP_ACCEPTED);
	e->detail = c.why    ? arena_printf(u->arena, "refused: %s", c.why)
		    : c.says ? arena_printf(u->arena, "accepted, and it says: %s", c.says)
			     : "accepted without a word";
}

/* Both objects of a step; false: e->not_run says why there are not two. */
static bool both(struct unit *u, const struct step *s, struct evidence *e, struct object out[2])
{
	const char *options[2] = { s->b, s->c };

	e->id = arena_printf(u->arena, "%s and %s", source_id(u, s, s->b), s->c);
	for (int i = 0; i < 2; i++) {
		struct compiled c = claims_compile(u, s->a, options[i]);
		const char *wrong = c.object ? object_read(u->arena, c.object, &out[i]) : c.why;

		if (wrong) {
			e->not_run = arena_printf(u->arena, "%s: %s", source_id(u, s, options[i]),
						  wrong);
			return false;
		}
	}
	return true;
}

void step_same(struct unit *u, const struct step *s, struct evidence *e)
{
	struct object o[2];
	const char *difference;
	size_t bytes = 0;

	if (!both(u, s, e, o))
		return;
	e->holds = object_same(u->arena, &o[0], &o[1], &difference);
	for (size_t i = 0; i < o[0].nsections; i++)
		bytes += o[0].sections[i].n;
	e->detail = e->holds ? arena_printf(u->arena, "the same %zu bytes and relocations", bytes)
			     : arena_printf(u->arena, "different code %s", difference);
}

/* The functions of a comma-separated list together; false: e->not_run. */
static bool measure(struct unit *u, const struct object *o, const char *list, struct evidence *e,
		    struct object_size *out)
{
	*out = (struct object_size){ 0 };
	while (*list) {
		size_t n = strcspn(list, ",");
		const char *name = arena_strndup(u->arena, list, n);
		const struct object_function *f = object_find(o, name);
		struct object_size size;

		if (!f || !object_measure(o, f, &size)) {
			e->not_run = arena_printf(
				u->arena, "%s: %s `%s'", e->id,
				f ? "bytes that do not decode in" : "there is no function", name);
			return false;
		}
		out->bytes += size.bytes;
		out->instructions += size.instructions;
		out->saved += size.saved;
		out->written |= size.written;
		list += n + (list[n] == ',');
	}
	return true;
}

void step_fewer(struct unit *u, const struct step *s, struct evidence *e)
{
	struct object o[2];
	struct object_size m[2];

	if (!both(u, s, e, o))
		return;
	for (int i = 0; i < 2; i++) {
		if (!measure(u, &o[i], s->d, e, &m[i]))
			return;
	}
	/* Less of the one at the price of the other is not less. */
	e->holds = m[1].bytes <= m[0].bytes && m[1].instructions <= m[0].instructions &&
		   (m[1].bytes < m[0].bytes || m[1].instructions < m[0].instructions);
	e->detail = arena_printf(u->arena,
				 "%s: %u bytes, %u instructions, %u registers saved at entry; "
				 "against %u, %u, %u",
				 s->d, m[0].bytes, m[0].instructions, m[0].saved, m[1].bytes,
				 m[1].instructions, m[1].saved);
}

static const char *register_list(struct arena *a, uint32_t set, enum width w)
{
	static const char *const names[2][GPR_COUNT] = {
#define X(id, n64, n32, n16, n8) n32,
		[W32] = { GPRS(X) },
#undef X
#define X(id, n64, n32, n16, n8) n64,
		[W64] = { GPRS(X) },
#undef X
	};
	const char *s = "";

	for (int i = 0; i < GPR_COUNT; i++) {
		if (set >> i & 1)
			s = arena_printf(a, "%s%s%s", s, *s ? ", " : "", names[w][i]);
	}
	return *s ? s : "none";
}

/* The registers that a call under the kernel's convention passes integers in. */
static uint32_t argument_registers(enum width w)
{
	uint32_t set = GPR_BIT(DX) | GPR_BIT(CX);

	return w == W32 ? set | GPR_BIT(AX)
			: set | GPR_BIT(DI) | GPR_BIT(SI) | GPR_BIT(R8) | GPR_BIT(R9);
}

void step_writes(struct unit *u, const struct step *s, struct evidence *e)
{
	struct compiled c = claims_compile(u, s->a, s->b);
	struct object o;
	struct object_size m;
	uint32_t left;
	const char *wrong;

	e->id = source_id(u, s, s->b);
	wrong = c.object ? object_read(u->arena, c.object, &o) : c.why;
	if (wrong) {
		e->not_run = arena_printf(u->arena, "%s: %s", e->id, wrong);
		return;
	}
	if (!measure(u, &o, s->c, e, &m))
		return;
	left = argument_registers(o.width) & ~m.written;
	e->holds = !left;
	e->detail = arena_printf(u->arena, "%s writes %s", s->c,
				 register_list(u->arena, m.written, o.width));
	if (left)
		e->detail = arena_printf(u->arena, "%s; it leaves %s alone", e->detail,
					 register_list(u->arena, left, o.width));
}
