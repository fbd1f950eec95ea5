/* SPDX-License-Identifier: MIT */
/* Coverage of conventions as automata: see coverage.h. States and transitions are not written down
 * for each convention: they are found by asking the oracle to place longer and longer argument
 * lists. */
#include "gen/coverage.h"

#include <string.h>

/* Argument classes: one representative type each. */
#define CLASSES(X)                                     \
	X(INT, "int", type_basic(TYPE_INT))            \
	X(WIDE, "long long", type_basic(TYPE_LLONG))   \
	X(INT128, "__int128", type_basic(TYPE_INT128)) \
	X(FLOAT, "float", type_basic(TYPE_FLOAT))      \
	X(DOUBLE, "double", type_basic(TYPE_DOUBLE))   \
	X(LDOUBLE, "long double", type_basic(TYPE_LDOUBLE))

enum class_id {
#define X(id, name, type) CLASS_##id,
	CLASSES(X)
#undef X
		CLASS_COUNT
};

static const char *const class_names[] = {
#define X(id, name, type) name,
	CLASSES(X)
#undef X
};

enum { MOST_STATES = 1024, USUAL_LENGTH = 14, NONE = -1 };

static const struct type *class_type(unsigned i)
{
	switch (i) {
#define X(id, name, type) \
	case CLASS_##id:  \
		return type;
		CLASSES(X)
#undef X
	}
	return NULL;
}

/* What the arguments so far have used up. `gap`: an integer went to the stack although registers
 * were left, which under some conventions is where the documents stop. */
struct state {
	unsigned ints, sses, align, positions, gap;
};

struct automaton {
	const struct convention *conv;
	unsigned registers; /* integer registers arguments can have */
	struct state state[MOST_STATES];
	int from[MOST_STATES], by[MOST_STATES]; /* how it was first reached */
	unsigned n;
	int next[MOST_STATES][CLASS_COUNT]; /* NONE: not declarable, or unspecified */
	bool unspecified[MOST_STATES][CLASS_COUNT];
	bool state_seen[MOST_STATES], taken[MOST_STATES][CLASS_COUNT];
};

/* Place `n` arguments. False: not declarable. */
static bool place(const struct convention *c, const struct type *const *types, unsigned n,
		  struct placement *out)
{
	struct param params[MAX_ARGS];
	struct prototype p = {
		.name = "f", .ret = type_basic(TYPE_VOID), .params = params, .nparams = n
	};

	for (unsigned i = 0; i < n; i++)
		params[i] = (struct param){ NULL, types[i] };
	return abi_place(c, &p, out) == NULL;
}

static unsigned in_registers(const struct placement *p, enum loc_kind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->nargs; i++) {
		for (unsigned k = 0; k < p->arg[i].nlocs; k++)
			n += p->arg[i].loc[k].kind == kind;
	}
	return n;
}

/* Some conventions count positions, and are past all registers after as many arguments. */
static struct state state_of(const struct automaton *m, const struct placement *p,
			     const struct type *const *types)
{
	struct state s = { .ints = in_registers(p, LOC_GPR),
			   .sses = in_registers(p, LOC_XMM),
			   .align = p->stack_bytes % 16 };

	/* SysV gives what is left to any argument that fits, on purpose: no gap there. */
	for (unsigned i = 0; i < p->nargs && m->conv->width == W32; i++)
		s.gap |= s.ints < m->registers && type_is_integer(types[i]) &&
			 p->arg[i].loc[0].kind == LOC_STACK;
	if (m->conv->home_bytes || m->conv->width == W32)
		s.positions = p->nargs < m->registers ? p->nargs : m->registers;
	return s;
}

static bool is_unspecified(const struct placement *p)
{
	for (unsigned i = 0; i < p->nargs; i++) {
		if (p->arg[i].unspecified)
			return true;
	}
	return false;
}

static int find_state(const struct automaton *m, const struct state *s)
{
	for (unsigned i = 0; i < m->n; i++) {
		if (!memcmp(&m->state[i], s, sizeof(*s)))
			return (int)i;
	}
	return NONE;
}

/* The classes on the way to a state, in order; their number. */
static unsigned path(const struct automaton *m, int state, unsigned *classes)
{
	unsigned n = 0;

	for (int s = state; m->from[s] != NONE; s = m->from[s])
		n++;
	for (unsigned i = n; i-- > 0; state = m->from[state])
		classes[i] = (unsigned)m->by[state];
	return n;
}

/* Breadth first from the empty list. */
static void explore(struct automaton *m, const struct convention *c)
{
	const struct type *ints[MAX_ARGS];
	struct placement most;

	for (unsigned i = 0; i < MAX_ARGS; i++)
		ints[i] = class_type(CLASS_INT);
	m->conv = c;
	m->registers = place(c, ints, MAX_ARGS, &most) ? in_registers(&most, LOC_GPR) : 0;
	m->n = 1;
	m->from[0] = m->by[0] = NONE;
	for (unsigned i = 0; i < m->n; i++) {
		unsigned classes[MAX_ARGS], n = path(m, (int)i, classes);
		const struct type *types[MAX_ARGS];

		for (unsigned k = 0; k < n; k++)
			types[k] = class_type(classes[k]);
		for (unsigned k = 0; k < CLASS_COUNT; k++) {
			struct placement p;
			struct state s;
			int at;

			m->next[i][k] = NONE;
			if (n + 1 > MAX_ARGS)
				continue;
			types[n] = class_type(k);
			if (!place(c, types, n + 1, &p))
				continue;
			if (is_unspecified(&p)) {
				m->unspecified[i][k] = true;
				continue;
			}
			s = state_of(m, &p, types);
			at = find_state(m, &s);
			if (at == NONE && m->n < MOST_STATES) {
				at = (int)m->n++;
				m->state[at] = s;
				m->from[at] = (int)i;
				m->by[at] = (int)k;
			}
			m->next[i][k] = at;
		}
	}
}

/* The class that stands for a type, or CLASS_COUNT. */
static unsigned class_of(const struct type *t, enum width w)
{
	switch (t->kind) {
	case TYPE_FLOAT:
		return CLASS_FLOAT;
	case TYPE_DOUBLE:
		return CLASS_DOUBLE;
	case TYPE_LDOUBLE:
		return CLASS_LDOUBLE;
	case TYPE_INT128:
	case TYPE_UINT128:
		return CLASS_INT128;
	default:
		if (!type_is_integer(t) && t->kind != TYPE_POINTER)
			return CLASS_COUNT;
		return t->size[w] > 4 ? CLASS_WIDE : CLASS_INT;
	}
}

/* Walk one argument list as far as it is specified; nowhere if it cannot be declared. True if it
 * takes a transition for the first time. */
static bool take(struct automaton *m, const struct type *const *types, unsigned n)
{
	struct placement p;
	bool new = false;
	int at = 0;

	if (!place(m->conv, types, n, &p))
		return false;
	m->state_seen[0] = true;
	for (unsigned i = 0; i < n && at != NONE; i++) {
		unsigned k = class_of(types[i], m->conv->width);
		struct state s;

		if (k == CLASS_COUNT || !place(m->conv, types, i + 1, &p) || is_unspecified(&p))
			return new;
		new = new || !m->taken[at][k];
		m->taken[at][k] = true;
		s = state_of(m, &p, types);
		at = find_state(m, &s);
		if (at != NONE)
			m->state_seen[at] = true;
	}
	return new;
}

static bool take_case(struct automaton *m, const struct gen_case *c)
{
	const struct type *types[MAX_ARGS];

	if (c->call.conv != m->conv || c->call.decl->proto->variadic ||
	    c->call.place.hidden.nlocs || c->call.place.ret.unspecified)
		return false;
	for (unsigned k = 0; k < c->call.place.nargs; k++)
		types[k] = proto_arg_type(c->call.decl->proto, k);
	return take(m, types, c->call.place.nargs);
}

static void take_set(struct automaton *m, const struct gen_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		take_case(m, &set->v[i]);
}

static void sum(const struct automaton *m, struct coverage *out)
{
	*out = (struct coverage){ .states = m->n };
	for (unsigned i = 0; i < m->n; i++) {
		out->states_seen += m->state_seen[i];
		for (unsigned k = 0; k < CLASS_COUNT; k++) {
			if (m->next[i][k] != NONE) {
				out->transitions++;
				out->transitions_seen += m->taken[i][k];
			}
			out->unspecified += m->unspecified[i][k];
		}
	}
}

void coverage_measure(struct arena *a, const struct convention *c, const struct gen_set *set,
		      struct coverage *out)
{
	struct automaton *m = arena_alloc(a, sizeof(*m));

	explore(m, c);
	take_set(m, set);
	sum(m, out);
}

struct coverage_walk {
	struct automaton m;
};

struct coverage_walk *coverage_walk(struct arena *a, const struct convention *c)
{
	struct coverage_walk *w = arena_alloc(a, sizeof(*w));

	explore(&w->m, c);
	return w;
}

bool coverage_take(struct coverage_walk *w, const struct gen_case *c)
{
	return take_case(&w->m, c);
}

/* Generation -------------------------------------------------------------------------------- */

static bool open_at(const struct automaton *m, int state)
{
	for (unsigned k = 0; k < CLASS_COUNT; k++) {
		if (m->next[state][k] != NONE && !m->taken[state][k])
			return true;
	}
	return false;
}

/* The next step from a state: an untaken transition, best one that leads on to another. */
static int step(const struct automaton *m, int state)
{
	int best = NONE;

	for (unsigned k = 0; k < CLASS_COUNT; k++) {
		int to = m->next[state][k];

		if (to == NONE || m->taken[state][k])
			continue;
		if (best == NONE || (open_at(m, to) && !open_at(m, m->next[state][best])))
			best = (int)k;
	}
	return best;
}

/* The first class on the shortest way from a state to one with something untaken, and how long that
 * way is; NONE if nothing is left. */
static int toward_open(const struct automaton *m, int state, unsigned *length)
{
	static const int unseen = -2;
	int from[MOST_STATES], by[MOST_STATES], queue[MOST_STATES];
	unsigned head = 0, tail = 0;

	for (unsigned i = 0; i < m->n; i++)
		from[i] = unseen;
	from[state] = NONE;
	queue[tail++] = state;
	while (head < tail) {
		int at = queue[head++];

		if (open_at(m, at)) {
			int k = NONE;

			for (*length = 0; from[at] != NONE; at = from[at], ++*length)
				k = by[at];
			return k;
		}
		for (int k = 0; k < CLASS_COUNT; k++) {
			int to = m->next[at][k];

			if (to == NONE || from[to] != unseen)
				continue;
			from[to] = at;
			by[to] = k;
			queue[tail++] = to;
		}
	}
	return NONE;
}

/* How long a list may get: with more registers than usual it takes more to use them up. */
static unsigned most_length(const struct convention *c)
{
	unsigned all = c->nint_args + c->nvector_args + 2;

	return all <= USUAL_LENGTH + 2 ? USUAL_LENGTH : all < MAX_ARGS ? all : MAX_ARGS;
}

/* An argument list that takes as many untaken transitions as it can; 0 when all are taken. Marks
 * what it takes. */
static unsigned next_list(struct automaton *m, unsigned *classes)
{
	int state = 0;
	unsigned n = 0, most = most_length(m->conv);

	for (unsigned length; n < most && state != NONE;) {
		int k = step(m, state);

		if (k == NONE) {
			k = toward_open(m, state, &length);
			/* Do not start a way that cannot be finished. */
			if (k == NONE || (n && n + length >= most))
				break;
		}
		m->taken[state][k] = true;
		classes[n++] = (unsigned)k;
		state = m->next[state][k];
	}
	return n;
}

static bool all_taken(const struct automaton *m)
{
	for (unsigned i = 0; i < m->n; i++) {
		if (open_at(m, (int)i))
			return false;
	}
	return true;
}

void coverage_generate(struct arena *a, const struct convention *const *list,
		       const struct gen_set sets[PROFILES], struct str *out)
{
	struct automaton *m[MAX_ARGS * 2] = { NULL };
	unsigned count = 0, number = 0;

	for (; count < ARRAY_SIZE(m) && list[count]; count++) {
		m[count] = arena_alloc(a, sizeof(*m[count]));
		explore(m[count], list[count]);
		take_set(m[count], &sets[convention_profile(list[count])]);
	}
	for (unsigned i = 0; i < count; i++) {
		while (!all_taken(m[i])) {
			unsigned classes[MAX_ARGS], n = next_list(m[i], classes);
			const struct type *types[MAX_ARGS];

			str_addf(out, "void walk_%03u(", number++);
			for (unsigned k = 0; k < n; k++) {
				types[k] = class_type(classes[k]);
				str_addf(out, "%s%s", k ? ", " : "", class_names[classes[k]]);
			}
			str_add(out, n ? ");\n" : "void);\n");
			for (unsigned k = 0; k < count; k++)
				take(m[k], types, n);
		}
	}
}
