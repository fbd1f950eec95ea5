/* SPDX-License-Identifier: MIT */
/* From records to verdicts. A check that does not hold is a violation when its rule is stated in a
 * document, and a divergence when no document decides. */
#include "verdict/judge.h"
#include "verdict/words.h"

#include <stdlib.h>
#include <string.h>

const struct verdict_info verdict_info[VERDICT_COUNT] = {
#define X(id, name, what) { name, what },
	VERDICTS(X)
#undef X
};

/* The first argument of which no document says whether it is passed by reference, or how it is
 * aligned then; NULL if there is none. A callee that expects what the trampoline did not do faults,
 * and is not to blame. */
static const struct value_place *maybe_reference(const struct gen_case *c)
{
	for (unsigned i = 0; i < c->call.place.nargs; i++) {
		if (gen_maybe_pointer(c, i))
			return &c->call.place.arg[i];
	}
	return NULL;
}

/* Can the function lose what it keeps in memory only because that is a red zone? It calls nothing.
 */
static bool in_redzone(const struct gen_case *c, int direction)
{
	return c->call.decl->leaf && direction == CL_CALLEE && c->call.conv->red_zone;
}

/* A function whose red zone was overwritten: its arguments may have been there too. */
static bool lost_redzone(const struct gen_case *c, int direction, const struct outcome *o)
{
	for (unsigned i = 0; i < o->nfindings; i++) {
		if (o->findings[i].check == CHECK_LOCALS)
			return in_redzone(c, direction);
	}
	return false;
}

static bool is_bitfield(const struct field *f)
{
	return f->is_bitfield;
}

/* Is it of a type that a typedef aligns? */
static bool is_realigned(const struct field *f)
{
	return f->type->alias && f->type->aligned;
}

static bool is_bitint(const struct field *f)
{
	return f->type->kind == TYPE_BITINT;
}

static bool is_atomic(const struct field *f)
{
	return f->type->atomic;
}

static bool any_field(const struct type *t, bool (*is)(const struct field *f))
{
	if (t->kind == TYPE_ARRAY)
		return any_field(t->of, is);
	for (size_t i = 0; (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) && i < t->nfields;
	     i++) {
		if (is(&t->fields[i]) || any_field(t->fields[i].type, is))
			return true;
	}
	return false;
}

static bool any_value_has(const struct gen_case *c, bool (*is)(const struct field *f))
{
	bool any = any_field(c->call.decl->proto->ret, is);

	for (unsigned i = 0; i < c->call.place.nargs; i++)
		any = any || any_field(proto_arg_type(c->call.decl->proto, i), is);
	return any;
}

/* The rule on sizes and offsets: the psABIs do not know typedefs that align, nor _Atomic, and the
 * i386 psABI has neither _BitInt nor a section on bit-fields. */
static enum rule_id layout_rule(const struct gen_case *c)
{
	bool wide = c->call.conv->width == W64;

	if (any_value_has(c, is_realigned))
		return wide ? RULE_SYSV_LAYOUT_TYPEDEF : RULE_I386_LAYOUT_TYPEDEF;
	if (any_value_has(c, is_atomic))
		return wide ? RULE_SYSV_ATOMIC : RULE_I386_ATOMIC;
	if (!wide && any_value_has(c, is_bitint))
		return RULE_I386_BITINT;
	return !wide && any_value_has(c, is_bitfield) ? RULE_I386_BITFIELDS
						      : c->call.conv->rule[CHECK_LAYOUT];
}

/* What a type of another size or other offsets brings about: it is classified otherwise, takes
 * another place, and moves what comes after it. */
static bool follows_layout(enum check check)
{
	switch (check) {
	case CHECK_ARG:
	case CHECK_RETURN:
	case CHECK_HIDDEN:
	case CHECK_REFERENCE:
	case CHECK_AL:
	case CHECK_X87_STACK:
	case CHECK_SP:
	case CHECK_LOCALS:
	case CHECK_FAULT:
		return true;
	default:
		return false;
	}
}

/* Does this column lay out a type of the case otherwise, where no document says how? Its callee
 * reports that, unless what should be a pointer is none, and it dies of that. What follows in
 * either direction is no more against a document than the layout. */
static bool has_own_layout(const struct column_run *run, const struct gen_case *c)
{
	const struct outcome *o = &run->run.v[c->index * 2 + CL_CALLEE];
	bool other = false;

	if (rule_in(layout_rule(c), c->call.place.edition)->status == STATED)
		return false;
	for (unsigned i = 0; o->state == OUTCOME_EXECUTED && i < o->nfindings; i++)
		other = other || o->findings[i].check == CHECK_LAYOUT ||
			(o->findings[i].check == CHECK_FAULT && any_value_has(c, is_realigned));
	return other;
}

/* The rule on the bits beyond a narrow value. */
static enum rule_id upper_rule(const struct gen_case *c, unsigned item)
{
	const struct type *t = item == CL_ITEM_RETURN ? c->call.decl->proto->ret
						      : proto_arg_type(c->call.decl->proto, item);
	enum rule_id rule = item == CL_ITEM_RETURN ? c->call.conv->upper_return
						   : c->call.conv->rule[CHECK_UPPER];

	return t->kind == TYPE_BITINT && rule == RULE_SYSV_UPPER ? RULE_SYSV_BITINT_UNUSED : rule;
}

/* The rule on a register in use on the x87 stack, or on none where one should be. */
static enum rule_id x87_rule(const struct gen_case *c, int direction, const struct cl_finding *f)
{
	const struct value_place *ret = &c->call.place.ret;
	bool returns = ret->nlocs && ret->loc[0].kind == LOC_X87;

	/* A caller that passes a __m64 has left x87 mode. */
	if ((c->call.place.nargs && c->call.place.arg[0].rule == RULE_I386_M64) ||
	    ret->rule == RULE_I386_M64)
		return RULE_I386_M64;
	if (f->check == CHECK_MMX || f->item || !returns)
		return c->call.conv->rule[f->check];
	/* The value is not there; or the caller left it there. */
	if (direction == CL_CALLEE && f->observed[0] < f->expected[0])
		return ret->rule;
	return direction == CL_CALLER && c->call.conv->width == W32 ? RULE_I386_X87_POP
								    : c->call.conv->rule[f->check];
}

/* Is it a pointer to the value, only not aligned? The payload expects it rounded down then. */
static bool is_misaligned(const struct cl_finding *f)
{
	uint64_t want, got;

	memcpy(&want, f->expected, sizeof(want));
	memcpy(&got, f->observed, sizeof(got));
	return f->check == CHECK_REFERENCE && want == got - got % 16;
}

/* Of a pointer that an argument travels as: is it one, and is it aligned? */
static enum rule_id reference_rule(const struct value_place *v, const struct cl_finding *f)
{
	return v->rule == RULE_MS_REFERENCE && is_misaligned(f) ? RULE_MS_REFERENCE_OTHER : v->rule;
}

/* The rule that makes this check true here. */
static enum rule_id rule_of(const struct gen_case *c, int direction, const struct cl_finding *f)
{
	if (c->call.decl->through && f->check == CHECK_SLOT)
		return RULE_LINUX_VMREAD_SLOT;
	if (gen_trampolined(c) && direction == CL_CALLEE && f->check == CHECK_SAVED)
		return RULE_LINUX_VMREAD_SAVED;
	if (gen_trampolined(c) && direction == CL_CALLEE && f->check == CHECK_SP)
		return RULE_LINUX_VMREAD_POP;
	if (f->check == CHECK_GUEST)
		return RULE_LINUX_VCPU_GUEST;
	switch (f->check) {
	case CHECK_ARG:
		return c->call.place.arg[f->item].rule;
	case CHECK_COPY:
		return f->item < c->call.place.nnamed ? RULE_MS_VARARGS_NAMED : RULE_MS_VARARGS;
	case CHECK_REFERENCE:
		return reference_rule(&c->call.place.arg[f->item], f);
	case CHECK_RETURN:
		return c->call.place.ret.rule;
	case CHECK_LAYOUT:
		return layout_rule(c);
	case CHECK_UPPER:
		return upper_rule(c, f->item);
	case CHECK_DF:
		if (c->call.conv->by_processor && f->item != CL_ITEM_NESTED)
			return RULE_INTERRUPT_SAVED;
		return f->item == CL_ITEM_NESTED && c->call.conv->df_entry
			       ? c->call.conv->df_entry
			       : c->call.conv->rule[CHECK_DF];
	case CHECK_FAULT:
		/* Its probe popped what its own callee does: it contradicts itself. */
		if (direction == CL_CALLER && c->call.place.ret.unspecified &&
		    c->call.place.pop_unspecified)
			return c->call.place.ret.rule;
		return direction == CL_CALLEE && f->item == CL_FAULT_SEGV && maybe_reference(c)
			       ? maybe_reference(c)->rule
			       : c->call.conv->rule[CHECK_FAULT];
	case CHECK_X87_STACK:
	case CHECK_MMX:
		return x87_rule(c, direction, f);
	case CHECK_ALIGN:
		/* Vectors on the stack align this call, not the function's own. */
		return c->call.place.align_rule && (f->item != CL_ITEM_NESTED ||
						    c->call.place.align < c->call.conv->align)
			       ? c->call.place.align_rule
			       : c->call.conv->rule[CHECK_ALIGN];
	case CHECK_LOCALS:
		return c->call.conv->rule[in_redzone(c, direction) ? CHECK_STACK : CHECK_LOCALS];
	case CHECK_SP:
		return direction == CL_CALLEE ? c->call.place.pop_rule
					      : c->call.conv->rule[CHECK_SP];
	default:
		return c->call.conv->rule[f->check];
	}
}

static enum verdict verdict_of(const struct gen_case *c, const struct cl_finding *f,
			       enum rule_id rule)
{
	if (rule_in(rule, c->call.place.edition)->status != STATED)
		return VERDICT_DIVERGENCE;
	return f->check != CHECK_FAULT       ? VERDICT_VIOLATION
	       : f->item == CL_FAULT_TIMEOUT ? VERDICT_TIMEOUT
					     : VERDICT_CRASH;
}

/* The place should have executed this case, but no record, or none that is readable, came back. */
static void judge_missing(struct matrix *m, size_t column, const struct gen_case *c, int direction,
			  const char *why)
{
	struct finding *f = matrix_add_finding(m, column, c, direction, CHECK_ENTERED,
					       c->call.conv->rule[CHECK_ENTERED], VERDICT_CRASH);

	f->subject = "the record of this case";
	f->expected = "present";
	f->observed = why;
}

static void judge_records(struct matrix *m, size_t column, const struct gen_case *c, int direction,
			  const struct outcome *o)
{
	const struct column *col = &m->plan->columns[column];
	bool lost = lost_redzone(c, direction, o), own = has_own_layout(&m->runs[column], c);

	for (unsigned i = 0; i < o->nfindings; i++) {
		const struct cl_finding *r = &o->findings[i];
		enum rule_id rule;
		struct finding *f;

		rule = rule_of(c, direction, r);
		if (lost && r->check == CHECK_ARG)
			rule = c->call.conv->rule[CHECK_STACK];
		if (own && follows_layout((enum check)r->check))
			rule = layout_rule(c);
		f = matrix_add_finding(m, column, c, direction, (enum check)r->check, rule,
				       verdict_of(c, r, rule));
		f->item = r->item;
		f->misaligned = is_misaligned(r);
		finding_words(m->arena, &c->call, r, col->payload, f);
	}
}

static void judge_one(struct matrix *m, size_t column, const struct gen_case *c, int direction)
{
	const struct column *col = &m->plan->columns[column];
	struct column_run *run = &m->runs[column];
	size_t at = c->index * 2 + (size_t)direction;
	struct judged *j = &run->judged[at];
	const struct outcome *o;

	j->verdict = VERDICT_PASS;
	if (c->call.conv->by_processor && direction == CL_CALLER) {
		j->verdict = VERDICT_UNSUPPORTED_HERE;
		j->why = "nothing but the processor calls a handler";
		return;
	}
	if (col->unusable || col->absent[c->index] == UNSUPPORTED) {
		j->verdict = VERDICT_UNSUPPORTED_HERE;
		j->why = col->unusable ? col->unusable : col->why[c->index];
		return;
	}
	if (col->absent[c->index] == COMPILER_CRASH) {
		struct finding *f =
			matrix_add_finding(m, column, c, direction, CHECK_FAULT,
					   c->call.conv->rule[CHECK_FAULT], VERDICT_CRASH);

		f->subject = "the compiler";
		f->expected = "compiles the prototype";
		f->observed = col->why[c->index];
		return;
	}
	if (col->absent[c->index] == WITHOUT_RUNTIME) {
		j->verdict = VERDICT_NOT_RUN;
		j->why = col->why[c->index];
		return;
	}
	if (run->run.why_not) {
		j->verdict = VERDICT_NOT_RUN;
		j->why = run->run.why_not;
		return;
	}
	o = &run->run.v[at];
	if (o->state == OUTCOME_MISSING && run->run.unstarted) {
		j->verdict = VERDICT_NOT_RUN;
		j->why = run->run.unstarted;
		return;
	}
	if (o->state == OUTCOME_ABSENT && c->call.decl->proto->implicit) {
		j->verdict = VERDICT_UNSUPPORTED_HERE;
		j->why = arena_printf(m->arena, "makes no call of `%s' for `%s'",
				      c->call.decl->proto->called, c->call.decl->proto->implicit);
		return;
	}
	if (o->state != OUTCOME_EXECUTED) {
		judge_missing(m, column, c, direction,
			      run->run.broken ? run->run.broken
					      : "missing: the payload never reported it");
		return;
	}
	judge_records(m, column, c, direction, o);
}

static void judge_columns(struct matrix *m)
{
	for (size_t i = 0; i < m->plan->ncolumns; i++) {
		const struct gen_set *set = column_set(m->plan, &m->plan->columns[i]);

		m->runs[i].judged = arena_alloc(m->arena, (2 * set->n + 1) * sizeof(struct judged));
		for (size_t k = 0; k < set->n; k++) {
			for (int d = 0; d < CL_DIRECTIONS; d++)
				judge_one(m, i, &set->v[k], d);
		}
	}
}

/* Rows and cells ------------------------------------------------------------------------------ */

static size_t find_row(struct matrix *m, const struct gen_case *c, int direction)
{
	struct row r = { .conv = c->call.conv,
			 .convention = c->call.conv->name,
			 .width = width_bits(c->call.conv->width),
			 .group = c->call.decl->group,
			 .direction = direction,
			 .headline = c->call.conv->headline };

	for (size_t i = m->nrows; i-- > 0;) {
		const struct row *o = &m->rows[i];

		if (o->conv == r.conv && o->direction == direction && !strcmp(o->group, r.group))
			return i;
	}
	r.id = arena_printf(m->arena, "%s/%u/%s/%s", c->call.conv->name,
			    width_bits(c->call.conv->width), r.group, direction_name(direction));
	m->rows = arena_grow(m->arena, m->rows, m->nrows, sizeof(r));
	m->rows[m->nrows] = r;
	return m->nrows++;
}

static void count(struct matrix *m, struct cell *cell, const struct judged *j)
{
	cell->planned++;
	cell->count[j->verdict]++;
	m->total[j->verdict]++;
	if (j->verdict == VERDICT_NOT_RUN || j->verdict == VERDICT_UNSUPPORTED_HERE) {
		cell->not_run++;
		if (!cell->reason)
			cell->reason = j->why;
	} else {
		cell->executed++;
	}
	if (j->verdict >= VERDICT_VIOLATION) {
		cell->known += j->known;
		m->known += j->known;
		m->unexpected += !j->known;
	}
	if (j->verdict > cell->verdict)
		cell->verdict = (enum verdict)j->verdict;
}

static void make_cells(struct matrix *m)
{
	size_t ncolumns = m->plan->ncolumns;
	size_t *row[PROFILES];

	for (enum profile_id f = 0; f < PROFILES; f++) {
		const struct gen_set *set = &m->plan->set[f];

		row[f] = arena_alloc(m->arena, (2 * set->n + 1) * sizeof(size_t));
		for (int d = 0; d < CL_DIRECTIONS; d++) {
			for (size_t k = 0; k < set->n; k++)
				row[f][2 * k + (size_t)d] = find_row(m, &set->v[k], d);
		}
	}
	/* Dense while counting; cells of other profiles stay unplanned and are dropped. */
	m->cells = arena_alloc(m->arena, (m->nrows * ncolumns + 1) * sizeof(*m->cells));
	for (size_t i = 0; i < ncolumns; i++) {
		enum profile_id f = m->plan->columns[i].profile;

		for (size_t k = 0; k < 2 * m->plan->set[f].n; k++) {
			struct cell *cell = &m->cells[row[f][k] * ncolumns + i];

			cell->row = row[f][k];
			cell->column = i;
			cell->place = place_name(m->plan->columns[i].place);
			count(m, cell, &m->runs[i].judged[k]);
		}
	}
	for (size_t i = 0; i < m->nrows * ncolumns; i++) {
		if (!m->cells[i].planned)
			continue;
		m->planned += m->cells[i].planned;
		m->executed += m->cells[i].executed;
		m->not_run += m->cells[i].not_run;
		m->cells[m->ncells++] = m->cells[i];
	}
}

void matrix_judge(struct matrix *m)
{
	size_t want = 0;

	judge_columns(m);
	judge_unspecified(m);
	judge_known(m);
	judge_extension(m);
	judge_places(m);
	make_cells(m);
	for (size_t i = 0; i < m->plan->ncolumns; i++)
		want += 2 * column_set(m->plan, &m->plan->columns[i])->n;
	/* Nothing passes silently: every case of every column is accounted for. */
	if (m->planned != want || m->planned != m->executed + m->not_run)
		die("internal error: %u planned, %zu wanted, %u executed, %u not run: results are "
		    "not accounted for; please report this",
		    m->planned, want, m->executed, m->not_run);
}
