/* SPDX-License-Identifier: MIT */
/* Compile, assemble, link: writes ninja files and lets ninja schedule and cache.
 *
 * A compiler under test may refuse a file, die or hang. Its edge then leaves an empty object and a
 * log, so that ninja remembers the failure like any result; the batch is compiled again case by
 * case to find out which prototypes it was. The same with a payload that does not link. A failure
 * of the machine is none of these: what it left is removed, made once more, and then an error. */
#include "plan/object.h"
#include "plan/plan.h"
#include "plan/refusal.h"
#include "util/process.h"
#include "util/scratch.h"
#include "util/elf.h"
#include "util/shell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a compiler may be at it by itself (own_time.c), and how long the machine may take to let
 * it. */
enum { COMPILE_SECONDS = 120, SLOWEST = 10, LEAST_PATIENCE = 600 };

/* The end of an edge that may fail: an empty file says that it did, the log how. What a compiler
 * leaves may be a folder, a pipe or a link to nowhere. */
#define LEAVE_RESULT                                                 \
	"s=$$?; [ $$s = 0 ] && [ -f $out ] && [ -s $out ] || "       \
	"{ echo \"" REFUSAL_STATUS "$$s\" >>$out.log; rm -rf $out; " \
	": >$out; }"

/* What an earlier run left. A process is started only if there is something. */
#define REMOVE_RESULT                                                      \
	"for f in $out $out.log; do [ ! -e \"$$f\" ] && [ ! -L \"$$f\" ] " \
	"|| rm -rf \"$$f\"; done; "

/* One C file of a column: a whole batch, the part of it the column can express, or one case. */
struct unit {
	size_t first, n; /* cases of the set, those absent left out */
	const char *source;
	const char *object;
	struct refusal refused; /* when the payload was linked */
};

struct units {
	struct unit *v;
	size_t n;
};

/* How long a compiler may take for one file, in seconds of its own: CLOBBER_COMPILE_SECONDS in the
 * environment, for tests, and for compilers that are slow. */
static unsigned compile_seconds(void)
{
	const char *s = getenv("CLOBBER_COMPILE_SECONDS");
	char *end;
	unsigned long n;

	if (!s)
		return COMPILE_SECONDS;
	n = strtoul(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || !n || n > 86400)
		die("CLOBBER_COMPILE_SECONDS: `%s' is not a number from 1 to 86400", s);
	return (unsigned)n;
}

/* Escape for a ninja path or value. */
static char *ninja_escape(struct arena *a, const char *s)
{
	struct str b = { 0 };
	char *r;

	str_add(&b, "");
	for (; *s; s++) {
		if (strchr("$ :\n", *s))
			str_add(&b, "$");
		str_addn(&b, s, 1);
	}
	r = arena_strdup(a, b.s ? b.s : "");
	str_free(&b);
	return r;
}

/* A shell word as part of a ninja command: `$` is ninja's. */
static char *command_word(struct arena *a, const char *s)
{
	struct str b = { 0 };
	char *r;

	for (const char *q = shell_quote(a, s); *q; q++)
		str_addn(&b, *q == '$' ? "$$" : q, *q == '$' ? 2 : 1);
	r = arena_strdup(a, b.s);
	str_free(&b);
	return r;
}

static const char *column_file(struct plan *p, const struct column *c, const char *suffix)
{
	char *s = arena_printf(p->arena, "col/%s", c->id);

	for (char *t = s + 4; *t; t++) {
		if (*t == '/')
			*t = '-';
	}
	return arena_printf(p->arena, "%s%s", s, suffix);
}

/* "gen64", "gen32-avx": where the sources of a profile are. */
static const char *source_dir(struct plan *p, enum profile_id f)
{
	bool user = f == profile_user(profiles[f].width);

	return arena_printf(p->arena, "gen%u%s%s", width_bits(profiles[f].width), user ? "" : "-",
			    user ? "" : profiles[f].name);
}

static void must_write(struct plan *p, const char *path, struct str *text)
{
	const char *full = arena_printf(p->arena, "%s/%s", p->work, path);

	if (file_update(full, text->s ? text->s : "", text->len) < 0)
		die("cannot write %s: %s", full, strerror(errno));
	str_free(text);
}

/* Ninja compares times: a file that was replaced by one with an earlier time (the clock was set
 * back, a package brought a runtime that was built long ago) looks old to it. So size and time of
 * what a command reads are part of it, and another file runs it again. `path` as in ninja's files.
 */
static uint64_t stamp(struct plan *p, uint64_t h, const char *path)
{
	struct stat st = { 0 };

	if (*path != '/')
		path = arena_printf(p->arena, "%s/%s", p->work, path);
	stat(path, &st);
	h = hash_bytes(h, &st.st_size, sizeof(st.st_size));
	return hash_bytes(h, &st.st_mtim, sizeof(st.st_mtim));
}

static void stamp_line(struct str *s, uint64_t h)
{
	str_addf(s, "  stamp = %016llx\n", (unsigned long long)h);
}

/* The C of some cases of a batch, under a name that says which. */
static const char *partial_source(struct plan *p, enum profile_id f, const struct gen_batch *b,
				  enum language language, const struct gen_case *cases, size_t n)
{
	struct str s = { 0 };
	uint64_t h = HASH_INIT;
	const char *path;

	for (size_t i = 0; i < n; i++)
		h = hash_str(h, cases[i].symbol);
	path = arena_printf(p->arena, "%s/%s.%016llx.%s", source_dir(p, f), b->name,
			    (unsigned long long)h, language == LANGUAGE_CXX ? "cc" : "c");
	gen_c(&s, p->arena, language, cases, n);
	must_write(p, path, &s);
	return path;
}

/* The units of a column as things stand: batches, less what is absent. */
static void add_unit(struct plan *p, struct column *c, struct units *u, const struct gen_batch *b,
		     size_t first, size_t n)
{
	const struct gen_set *set = column_set(p, c);
	struct unit unit = { .first = first, .n = n };
	enum language language = target_language(&c->compiler->target[c->profile]);
	size_t present = 0;
	const char *base;

	for (size_t i = first; i < first + n; i++)
		present += c->absent[i] == PRESENT;
	if (!present)
		return;
	if (present == b->n && language == LANGUAGE_C) {
		unit.source = arena_printf(p->arena, "%s/%s.c", source_dir(p, c->profile), b->name);
	} else {
		struct gen_case *some = arena_alloc(p->arena, present * sizeof(*some));

		present = 0;
		for (size_t i = first; i < first + n; i++) {
			if (c->absent[i] == PRESENT)
				some[present++] = set->v[i];
		}
		unit.source = partial_source(p, c->profile, b, language, some, present);
	}
	base = strrchr(unit.source, '/') + 1;
	unit.object = arena_printf(p->arena, "%s/%.*s.o", column_file(p, c, ""),
				   (int)(strrchr(base, '.') - base), base);
	u->v = arena_grow(p->arena, u->v, u->n, sizeof(unit));
	u->v[u->n++] = unit;
}

static void column_rule(struct plan *p, struct str *s, size_t number)
{
	const struct column *c = &p->columns[number];
	const struct target *t = &c->compiler->target[c->profile];
	const unsigned seconds = compile_seconds();
	struct str command = { 0 };

	/* The compiler's identity is in the command, so that another one under the same name
	 * compiles again. -c and -o last: some small compilers want it so. An empty object is a
	 * refusal. */
	if (p->launcher)
		str_addf(&command, "%s ", command_word(p->arena, p->launcher));
	str_addf(&command, "%s -%s", command_word(p->arena, c->compiler->path), c->opt);
	for (const char *const *f = t->flags; *f; f++)
		str_addf(&command, " %s", command_word(p->arena, *f));
	/* Objects that are to be destroyed on the way out need a library otherwise. */
	if (target_language(t) == LANGUAGE_CXX)
		str_add(&command, " -fno-exceptions");
	str_addf(s, "rule cc%zu\n", number);
	str_addf(s,
		 "  command = : %016llx $stamp; " REMOVE_RESULT
		 "LC_ALL=C %s/own-time %u %u %s -c -o $out $in "
		 ">$out.log 2>&1; " LEAVE_RESULT "\n",
		 (unsigned long long)c->compiler->identity, command_word(p->arena, p->runtime),
		 seconds, seconds * SLOWEST < LEAST_PATIENCE ? LEAST_PATIENCE : seconds * SLOWEST,
		 command.s);
	str_addf(s, "  description = %s $in\n", ninja_escape(p->arena, c->name));
	str_free(&command);
}

/* Of the headers that tables include: another clobber's, in an old work folder, compile again. */
static uint64_t headers_hash(const struct plan *p)
{
	return hash_files(HASH_INIT, arena_printf(p->arena, "%s/payload/*.h", p->include));
}

static void compiler_independent_rules(struct plan *p, struct str *s, enum width w)
{
	str_addf(
		s,
		"rule table%u\n  command = : %016llx $stamp; %s -m%u -std=gnu11 -O1 -ffreestanding -fno-pic "
		"-fno-pie -w "
		"-I%s -c -o $out $in\n  description = table $in\n",
		width_bits(w), (unsigned long long)headers_hash(p),
		command_word(p->arena, p->host_cc), width_bits(w),
		command_word(p->arena, p->include));
	str_addf(
		s,
		"rule asm%u\n  command = : $stamp; %s -f elf%u -I%s/ -o $out $in\n  description = nasm $in\n",
		width_bits(w), command_word(p->arena, p->nasm), width_bits(w),
		command_word(p->arena, p->runtime));
}

/* What a batch's assembly includes, as implicit inputs: nasm 2.16's -MD does not say. */
static const char *included(struct plan *p, const struct gen_batch *b)
{
	const char *s = "";

	for (const char **f = b->includes; *f; f++)
		s = arena_printf(p->arena, "%s%s%s/%s", s, *s ? " " : " | ",
				 ninja_escape(p->arena, p->runtime), *f);
	return s;
}

/* Does a batch have a file of the table to itself, or with those behind it? */
static bool begins_table(const struct gen_batch *b)
{
	return b->table == b->name;
}

static void table_edge(struct plan *p, struct str *s, const char *dir, const char *name,
		       enum width w)
{
	const char *path = arena_printf(p->arena, "%s/%s", dir, name);

	str_addf(s, "build %s.table.o: table%u %s.table.c\n", path, width_bits(w), path);
	stamp_line(s, stamp(p, HASH_INIT, arena_printf(p->arena, "%s.table.c", path)));
}

static void assembly_edge(struct plan *p, struct str *s, const char *dir, const char *name,
			  enum width w, const char *implicit, const char **includes)
{
	const char *path = arena_printf(p->arena, "%s/%s", dir, name);
	uint64_t h = stamp(p, HASH_INIT, arena_printf(p->arena, "%s.asm", path));

	for (const char **i = includes; i && *i; i++)
		h = stamp(p, h, arena_printf(p->arena, "%s/%s", p->runtime, *i));
	str_addf(s, "build %s.asm.o: asm%u %s.asm%s\n", path, width_bits(w), path, implicit);
	stamp_line(s, h);
}

static void compiler_independent(struct plan *p, struct str *s, enum profile_id f)
{
	const struct gen_set *set = &p->set[f];
	const char *dir = source_dir(p, f);
	enum width w = set->width;

	table_edge(p, s, dir, "conventions", w);
	assembly_edge(p, s, dir, "conventions", w, "", NULL);
	for (size_t i = 0; i < set->nbatches; i++) {
		const struct gen_batch *b = &set->batch[i];

		if (begins_table(b))
			table_edge(p, s, dir, b->name, w);
		assembly_edge(p, s, dir, b->name, w, included(p, b), b->includes);
	}
}

static bool profile_used(const struct plan *p, enum profile_id f)
{
	for (size_t i = 0; i < p->ncolumns; i++) {
		if (p->columns[i].profile == f && !p->columns[i].unusable)
			return p->set[f].n > 0;
	}
	return false;
}

/* Columns of other places run what the first one of their kind built. */
static bool builds(const struct plan *p, size_t i)
{
	return !p->columns[i].unusable && p->columns[i].built == i;
}

struct ninja {
	struct plan *p;
	enum phase phase;
	unsigned lines;
	struct str tail; /* of everything but progress */
};

static void ninja_line(void *closure, const char *line)
{
	struct ninja *n = closure;
	unsigned done, all;
	int at = 0;

	if (line[0] == '[') {
		n->p->built++;
		if (n->p->progress && sscanf(line, "[%u/%u] %n", &done, &all, &at) == 2) {
			if (!n->lines++)
				progress_phase(n->p->progress, n->phase, all);
			progress_item(n->p->progress, done, all, 1, line + at);
		}
	} else if (strncmp(line, "ninja: no work", 14) && strncmp(line, "ninja: Entering", 15) &&
		   n->tail.len < 4000) {
		str_addf(&n->tail, "%s\n", line);
	}
}

/* Run ninja on a file of the work folder, relaying its progress. */
static void run_ninja(struct plan *p, const char *file, enum phase phase)
{
	const char *jobs = p->jobs ? arena_printf(p->arena, "-j%u", p->jobs) : NULL;
	const char *const argv[] = { p->ninja, "-C", p->work, "-f", file, jobs, NULL };
	sig_atomic_t signals = p->stop ? *p->stop : 0;
	struct ninja n = { .p = p, .phase = phase };
	const char *variables[3] = { "NINJA_STATUS=[%f/%t] " }, *why;
	struct scratch scratch;
	int status;

	/* What compilers put there goes, even when they are killed. */
	why = scratch_open(p->arena, "build", &scratch);
	if (why)
		die("%s", why);
	variables[1] = arena_printf(p->arena, "TMPDIR=%s", scratch.path);
	if (p->progress)
		progress_phase(p->progress, phase, 0);
	status = run_program_lines(argv, variables, ninja_line, &n);
	scratch_close(&scratch);
	if (status < 0)
		die("cannot run %s: %s", p->ninja, strerror(errno));
	if (p->progress)
		progress_end(p->progress);
	p->stopped = status != 0 && p->stop && *p->stop != signals;
	if (status != 0 && !p->stopped)
		die("building the payloads failed (no compiler under test is at fault):\n%s",
		    n.tail.s ? n.tail.s : "ninja printed nothing");
	str_free(&n.tail);
}

static void write_objects_file(struct plan *p, const struct units *units)
{
	struct str s = { 0 };

	str_add(&s,
		"# Generated by clobber: objects of the payloads.\nninja_required_version = 1.8\n");
	for (enum width w = W32; w < WIDTHS; w++)
		compiler_independent_rules(p, &s, w);
	for (enum profile_id f = 0; f < PROFILES; f++) {
		if (profile_used(p, f))
			compiler_independent(p, &s, f);
	}
	for (size_t i = 0; i < p->ncolumns; i++) {
		if (!builds(p, i))
			continue;
		column_rule(p, &s, i);
		for (size_t k = 0; k < units[i].n; k++) {
			str_addf(&s, "build %s: cc%zu %s\n",
				 ninja_escape(p->arena, units[i].v[k].object), i,
				 ninja_escape(p->arena, units[i].v[k].source));
			stamp_line(&s, stamp(p, HASH_INIT, units[i].v[k].source));
		}
	}
	must_write(p, "build.ninja", &s);
}

/* What a unit came to. */
static struct refusal outcome_of(struct plan *p, const struct column *c, const struct unit *u)
{
	const char *path = arena_printf(p->arena, "%s/%s", p->work, u->object);

	if (u->refused.kind != PRESENT)
		return u->refused;
	return refusal_of_object(p->arena, path, c->width, compile_seconds());
}

/* Replace refused batches by one unit a case; refused cases become absences. What a fault of the
 * machine left is removed, and the fault added to *faults. True if a further round of compilation
 * is needed. */
static bool bisect(struct plan *p, struct column *c, struct units *u, struct str *faults)
{
	const struct gen_set *set = column_set(p, c);
	struct units next = { 0 };
	bool again = false;

	for (size_t i = 0; i < u->n; i++) {
		struct unit *unit = &u->v[i];
		const struct refusal r = outcome_of(p, c, unit);

		if (r.fault) {
			unlink(arena_printf(p->arena, "%s/%s", p->work, unit->object));
			str_addf(faults, "%s: %s\n", c->name, r.fault);
			again = true;
		}
		if (r.fault || r.kind == PRESENT) {
			next.v = arena_grow(p->arena, next.v, next.n, sizeof(*unit));
			next.v[next.n++] = *unit;
		} else if (unit->n == 1) {
			c->why[unit->first] = r.why;
			c->absent[unit->first] = (unsigned char)r.kind;
		} else {
			for (size_t k = unit->first; k < unit->first + unit->n; k++)
				add_unit(p, c, &next, &set->batch[set->v[k].batch], k, 1);
			again = true;
		}
	}
	*u = next;
	return again;
}

/* Once may be a machine that was short of something for a moment. */
static void retry_or_die(struct str *faults, bool *retried)
{
	if (!faults->len)
		return;
	if (*retried)
		die("%.*s\nThis is the machine's fault, not the compiler's, and no verdict: mend it "
		    "and run again; what was built is kept, what failed is not",
		    (int)strcspn(faults->s, "\n"), faults->s);
	*retried = true;
	str_free(faults);
}

/* Compile until every unit is an object. False if it was stopped. */
static bool compile(struct plan *p, struct units *units, bool *retried)
{
	bool again = true;

	while (again) {
		struct str faults = { 0 };

		write_objects_file(p, units);
		run_ninja(p, "build.ninja", PHASE_COMPILE);
		if (p->stopped)
			return false;
		again = false;
		for (size_t i = 0; i < p->ncolumns; i++) {
			if (builds(p, i) && bisect(p, &p->columns[i], &units[i], &faults))
				again = true;
		}
		retry_or_die(&faults, retried);
	}
	return true;
}

/* Of all that is linked into a column's payload. */
static uint64_t link_stamp(struct plan *p, const struct column *c, const char *dir,
			   const struct units *units)
{
	const struct gen_set *set = column_set(p, c);
	uint64_t h = HASH_INIT;

	h = stamp(p, h, arena_printf(p->arena, "%s/rt%u.o", p->runtime, width_bits(c->width)));
	h = stamp(p, h, arena_printf(p->arena, "%s/payload.ld", p->runtime));
	h = stamp(p, h, arena_printf(p->arena, "%s/conventions.table.o", dir));
	h = stamp(p, h, arena_printf(p->arena, "%s/conventions.asm.o", dir));
	for (size_t k = 0; k < set->nbatches; k++) {
		const char *name = set->batch[k].name;

		if (begins_table(&set->batch[k]))
			h = stamp(p, h, arena_printf(p->arena, "%s/%s.table.o", dir, name));
		h = stamp(p, h, arena_printf(p->arena, "%s/%s.asm.o", dir, name));
	}
	for (size_t k = 0; k < units->n; k++)
		h = stamp(p, h, units->v[k].object);
	if (c->compiler->target[c->profile].library)
		h = stamp(p, h, c->compiler->target[c->profile].library);
	return h;
}

static void write_link_file(struct plan *p, const struct units *units)
{
	struct str s = { 0 };

	str_add(&s, "# Generated by clobber: payloads.\nninja_required_version = 1.8\n");
	for (enum width w = W32; w < WIDTHS; w++)
		str_addf(
			&s,
			"rule link%u\n  command = : $stamp; LC_ALL=C %s -m %s -nostdlib -static --build-id=none -z "
			"noexecstack "
			"--warn-unresolved-symbols -T %s/payload.ld -o $out @$out.rsp "
			">$out.log 2>&1; " LEAVE_RESULT "\n"
			"  rspfile = $out.rsp\n  rspfile_content = $in_newline $libs\n  "
			"description = link $out\n",
			width_bits(w), command_word(p->arena, p->ld),
			w == W64 ? "elf_x86_64" : "elf_i386", command_word(p->arena, p->runtime));
	for (size_t i = 0; i < p->ncolumns; i++) {
		struct column *c = &p->columns[i];
		const struct gen_set *set = column_set(p, c);
		const char *dir = source_dir(p, c->profile);

		if (!builds(p, i))
			continue;
		c->payload = NULL;
		if (!units[i].n)
			continue;
		c->payload = arena_printf(p->arena, "%s/%s", p->work, column_file(p, c, ".elf"));
		str_addf(&s,
			 "build %s: link%u %s/rt%u.o %s/conventions.table.o %s/conventions.asm.o",
			 ninja_escape(p->arena, column_file(p, c, ".elf")), width_bits(c->width),
			 ninja_escape(p->arena, p->runtime), width_bits(c->width), dir, dir);
		for (size_t k = 0; k < set->nbatches; k++) {
			const struct gen_batch *b = &set->batch[k];

			if (begins_table(b))
				str_addf(&s, " %s/%s.table.o", dir, b->name);
			str_addf(&s, " %s/%s.asm.o", dir, b->name);
		}
		for (size_t k = 0; k < units[i].n; k++)
			str_addf(&s, " %s", ninja_escape(p->arena, units[i].v[k].object));
		str_addf(&s, " | %s/payload.ld\n", ninja_escape(p->arena, p->runtime));
		stamp_line(&s, link_stamp(p, c, dir, &units[i]));
		if (c->compiler->target[c->profile].library)
			str_addf(&s, "  libs = %s\n",
				 ninja_escape(p->arena, c->compiler->target[c->profile].library));
	}
	must_write(p, "link.ninja", &s);
}

static size_t count_tables(const struct gen_set *set)
{
	size_t n = 1;

	for (size_t k = 0; k < set->nbatches; k++)
		n += begins_table(&set->batch[k]);
	return n;
}

/* What all edges make: tables, assembly, objects, payloads. */
static unsigned count_files(const struct plan *p, const struct units *units)
{
	size_t n = 0;

	for (enum profile_id f = 0; f < PROFILES; f++)
		n += profile_used(p, f) ? count_tables(&p->set[f]) + p->set[f].nbatches + 1 : 0;
	for (size_t i = 0; i < p->ncolumns; i++)
		n += builds(p, i) ? units[i].n + (units[i].n != 0) : 0;
	return (unsigned)n;
}

/* Which units keep a column's payload from being linked, or from running: marked. True if there are
 * any. */
static bool blame_units(struct plan *p, const struct column *c, struct units *u, struct str *faults)
{
	char *log = file_read(arena_printf(p->arena, "%s.log", c->payload), NULL);
	const struct link_result l = refusal_of_link(p->arena, c->payload, log);
	size_t blamed = 0;

	free(log);
	if (l.fault) {
		unlink(c->payload);
		str_addf(faults, "%s: %s\n", c->name, l.fault);
		return true;
	}
	for (size_t i = 0; i < u->n; i++) {
		const char *path = arena_printf(p->arena, "%s/%s", p->work, u->v[i].object);

		u->v[i].refused = link_refusal(p->arena, &l, u->v[i].object, path);
		blamed += u->v[i].refused.kind != PRESENT;
	}
	/* The linker names no object: any may be it. */
	for (size_t i = 0; l.failed && !blamed && i < u->n; i++)
		u->v[i].refused = (struct refusal){ .kind = COMPILER_CRASH, .why = l.failed };
	return l.failed || blamed;
}

/* Link, leaving out what does not let itself be linked. True if there is something to compile and
 * to link again. */
static bool link_payloads(struct plan *p, struct units *units, bool *retried)
{
	struct str faults = { 0 };
	bool again = false;

	write_link_file(p, units);
	p->files = count_files(p, units);
	run_ninja(p, "link.ninja", PHASE_LINK);
	for (size_t i = 0; !p->stopped && i < p->ncolumns; i++) {
		struct column *c = &p->columns[i];

		if (!builds(p, i) || !c->payload || !blame_units(p, c, &units[i], &faults))
			continue;
		again = true;
		bisect(p, c, &units[i], &faults);
	}
	retry_or_die(&faults, retried);
	return again;
}

void plan_build(struct plan *p)
{
	struct units *units = arena_alloc(p->arena, (p->ncolumns + 1) * sizeof(*units));
	bool again, retried = false;

	for (enum profile_id f = 0; f < PROFILES; f++) {
		const char *dir = arena_printf(p->arena, "%s/%s", p->work, source_dir(p, f));

		if (profile_used(p, f) && gen_write(p->arena, &p->set[f], dir) < 0)
			die("cannot write generated sources into %s: %s", dir, strerror(errno));
	}
	for (size_t i = 0; i < p->ncolumns; i++) {
		struct column *c = &p->columns[i];
		const struct gen_set *set = column_set(p, c);

		if (!builds(p, i))
			continue;
		for (size_t k = 0; k < set->nbatches; k++)
			add_unit(p, c, &units[i], &set->batch[k], set->batch[k].first,
				 set->batch[k].n);
		make_dirs(arena_printf(p->arena, "%s/%s", p->work, column_file(p, c, "")));
	}
	do {
		if (!compile(p, units, &retried))
			return;
		again = link_payloads(p, units, &retried);
	} while (again);
	if (p->stopped)
		return;
	for (size_t i = 0; i < p->ncolumns; i++) {
		struct column *c = &p->columns[i];
		const struct column *b = &p->columns[c->built];

		if (c == b) {
			c->text_hash = c->payload ? elf_text_hash(c->payload) : 0;
			continue;
		}
		c->unusable = b->unusable;
		c->absent = b->absent;
		c->why = b->why;
		c->payload = b->payload;
		c->text_hash = b->text_hash;
	}
}
