/* SPDX-License-Identifier: MIT */
/* Learn what a compiler can do in one profile by having it compile small files. Files that ought to
 * be accepted are first tried together; only when that fails, one by one. */
#include "plan/probe.h"
#include "plan/fault.h"
#include "plan/object.h"
#include "util/data.h"
#include "util/process.h"
#include "util/scratch.h"

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Part of the cache's key: change it when the meaning of an answer changes. */
#define PROBE_FORMAT "clobber probe 5"

enum { COMPILE_SECONDS = 20, FIRST_OPTIONAL_FLAG = 1 };

static const char plain_source[] = "int f(int a) { return a; }\n";
#define NOT_FOR_WINDOWS "makes no code for Windows"
static const char windows_source[] = "#ifndef _WIN32\n#error " NOT_FOR_WINDOWS "\n#endif\n"
				     "int f(int a) { return a; }\n";
static const char x32_source[] = "#if !defined(__x86_64__) || !defined(__ILP32__)\n"
				 "#error makes no x32 code\n#endif\nint f(int a) { return a; }\n";
static const char for_windows[] = "makes code for Windows: `clobber run` takes it";

static const char *plain_of(enum profile_id profile)
{
	return profile_windows(profile) ? windows_source
	       : profile_x32(profile)   ? x32_source
					: plain_source;
}

bool target_foreign(const struct target *t)
{
	return t->works.why &&
	       (strstr(t->works.why, NOT_FOR_WINDOWS) || !strcmp(t->works.why, for_windows));
}

/* A list of flags under trial, NULL-ended. */
struct flags {
	const char *v[MAX_FLAGS + 1];
	size_t n;
};

struct session {
	struct arena *a;
	const struct compiler *compiler;
	enum profile_id profile;
	enum width width;
	const char *source, *object;
	const char
		*temporaries; /* "TMPDIR=...", for what a compiler that is killed leaves behind */
	const char *plain;    /* the least that it has to compile */
	/* A compile was stopped from outside (time, memory): its answer must not be kept. */
	bool disturbed;
	const char *fault; /* of the machine, or NULL */
};

/* What became of one compile. */
struct outcome {
	const char *why;     /* it failed, or NULL */
	const char *ignored; /* a warning that an attribute is ignored, or NULL */
	const char *output;
};

static void add_flag(struct flags *f, const char *flag)
{
	assert(f->n < MAX_FLAGS - 1);
	f->v[f->n++] = flag;
	f->v[f->n] = NULL;
}

/* run_program ends what takes too long, which is the program's fault. */
static const char *fault_of(struct arena *a, int status, const char *output)
{
	if (status < 0 || strstr(output, "timed out after "))
		return NULL;
	return machine_fault(a, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
			     output);
}

static struct outcome compile(struct session *s, const char *source, const struct flags *flags)
{
	const char *argv[MAX_FLAGS + 8];
	struct outcome o = { 0 };
	struct str text = { 0 };
	size_t n = 0;
	enum object_kind was;
	bool choice;
	int status;

	argv[n++] = s->compiler->path;
	for (size_t i = 0; i < flags->n; i++)
		argv[n++] = flags->v[i];
	argv[n++] = "-c";
	argv[n++] = "-o";
	argv[n++] = s->object;
	argv[n++] = s->source;
	argv[n] = NULL;
	unlink(s->object);
	if (file_write(s->source, source, strlen(source)) < 0) {
		s->fault = o.why =
			arena_printf(s->a, "cannot write %s: %s", s->source, strerror(errno));
		o.output = "";
		return o;
	}
	status =
		run_program_watched(NULL, s->temporaries, argv, COMPILE_SECONDS, NULL, NULL, &text);
	if (status < 0)
		s->fault = o.why = arena_printf(s->a, "cannot be run: %s", strerror(errno));
	str_add(&text, "");
	if (!s->fault)
		s->fault = fault_of(s->a, status, text.s);
	o.output = arena_strdup(s->a, text.s);
	str_free(&text);
	o.ignored = diagnostic_ignored(s->a, o.output, s->source);
	if (status < 0 || WIFSIGNALED(status))
		s->disturbed = true;
	if (status == 0) {
		o.why = object_as_elf(s->object, &was);
		if (was == OBJECT_COFF && !profile_windows(s->profile))
			o.why = for_windows;
		if ((was == OBJECT_X32) != profile_x32(s->profile))
			o.why = was == OBJECT_X32 ? "makes x32 code" : "makes no x32 code";
		if (!o.why)
			o.why = object_wrong(s->object, s->width, &choice);
	}
	if (status && !o.why)
		o.why = diagnostic_reason(s->a, o.output, s->source);
	if (status > 0 && !o.why)
		o.why = WIFSIGNALED(status)
				? arena_printf(s->a, "killed by signal %d", WTERMSIG(status))
				: arena_printf(s->a, "exit status %d", WEXITSTATUS(status));
	return o;
}

/* Part `k` of a flag with alternatives, without its mark; NULL when there are no more. */
static const char *alternative(struct arena *a, const char *flag, unsigned k)
{
	flag += *flag == '!';
	for (; k; k--) {
		flag = strchr(flag, '|');
		if (!flag++)
			return NULL;
	}
	return strchr(flag, '|') ? arena_strndup(a, flag, strcspn(flag, "|")) : flag;
}

/* The first alternative of a flag that it takes beside those it has taken: added. */
static bool take_flag(struct session *s, const char *flag, struct flags *kept)
{
	const char *spelt;

	for (unsigned k = 0; (spelt = alternative(s->a, flag, k)); k++) {
		struct flags with = *kept;
		struct outcome o;

		add_flag(&with, spelt);
		o = compile(s, s->plain, &with);
		if (!o.why && !strstr(o.output, spelt)) {
			*kept = with;
			return true;
		}
	}
	return false;
}

/* A compiler that takes options of a kind (-m, -f) that nobody knows may ignore those it should
 * know: that it takes one says nothing. The first such flag among those that make the profile, or
 * NULL. */
static const char *taken_blindly(struct session *s, const struct flags *kept)
{
	const char *const *wanted = profile_flags[s->profile];
	char asked[128] = { 0 };

	for (size_t i = FIRST_OPTIONAL_FLAG; wanted[i]; i++) {
		unsigned char kind = (unsigned char)wanted[i][2] & 127;
		struct flags with = *kept;
		struct outcome o;
		const char *nobodys;

		if (*wanted[i] != '!' || asked[kind]++)
			continue;
		nobodys = arena_printf(s->a, "-%cclobber-knows-no-such-option", kind);
		add_flag(&with, nobodys);
		o = compile(s, s->plain, &with);
		if (!o.why && !strstr(o.output, nobodys))
			return alternative(s->a, wanted[i], 0);
	}
	return NULL;
}

static bool part_of_word(char c)
{
	return isalnum((unsigned char)c) || strchr("-_=", c);
}

/* Is the flag there as a word, not as a part of one? */
static bool spoken_of(const char *output, const char *flag)
{
	size_t n = strlen(flag);

	for (const char *p = output; (p = strstr(p, flag)); p += n) {
		if ((p == output || !part_of_word(p[-1])) && !(p[n] && part_of_word(p[n])))
			return true;
	}
	return false;
}

/* All flags that are wanted, but of those that need not be known none that `output` speaks of. */
static struct flags wanted_but(struct session *s, const char *output)
{
	const char *const *wanted = profile_flags[s->profile];
	struct flags f = { 0 };

	for (size_t i = 0; wanted[i]; i++) {
		const char *flag = alternative(s->a, wanted[i], 0);

		if (i < FIRST_OPTIONAL_FLAG || *wanted[i] == '!' || strchr(wanted[i], '|') ||
		    !spoken_of(output, flag))
			add_flag(&f, flag);
	}
	return f;
}

/* Find the flags it takes. */
static struct probe take_flags(struct session *s, struct flags *kept)
{
	const char *const *wanted = profile_flags[s->profile];
	struct flags all = wanted_but(s, "");
	struct outcome o, bare, told;

	o = compile(s, s->plain, &all);
	/* Most say at once what they do not know. */
	if (o.why || *o.output) {
		all = wanted_but(s, o.output);
		o = compile(s, s->plain, &all);
	}
	if (!o.why && !*o.output) {
		*kept = all;
		return (struct probe){ .ok = true };
	}
	*kept = (struct flags){ 0 };
	add_flag(kept, wanted[0]);
	o = compile(s, s->plain, kept);
	if (o.why && profile_windows(s->profile)) {
		/* Clang makes code for what it is told to. */
		add_flag(kept, wanted[1]);
		told = compile(s, s->plain, kept);
		if (!told.why)
			o = told;
	}
	if (o.why || strstr(o.output, wanted[0])) {
		/* It may not know -m64, and produce that all the same. */
		*kept = (struct flags){ 0 };
		bare = compile(s, s->plain, kept);
		if (bare.why)
			return (struct probe){ .why = o.why ? o.why : bare.why };
	}
	for (size_t i = kept->n > 1 ? kept->n : FIRST_OPTIONAL_FLAG; wanted[i]; i++) {
		if (!take_flag(s, wanted[i], kept) && *wanted[i] == '!')
			return (struct probe){ .why = arena_printf(
						       s->a, "does not take %s",
						       alternative(s->a, wanted[i], 0)) };
	}
	return (struct probe){ .ok = true };
}

static struct probe probe_flags(struct session *s, struct flags *kept)
{
	struct probe p = take_flags(s, kept);
	const char *blindly = p.ok ? taken_blindly(s, kept) : NULL;

	if (blindly)
		p = (struct probe){ .why = arena_printf(s->a,
							"takes options it does not know, so "
							"perhaps %s too",
							blindly) };
	return p;
}

/* The flags under which sources are tried: warnings must show, and tcc reports attributes it
 * ignores only when asked. */
static struct flags trial_flags(struct session *s, const struct flags *kept)
{
	struct flags f = { 0 }, with;
	struct outcome o;

	for (size_t i = 0; i < kept->n; i++) {
		if (strcmp(kept->v[i], "-w"))
			add_flag(&f, kept->v[i]);
	}
	with = f;
	add_flag(&with, "-Wunsupported");
	o = compile(s, s->plain, &with);
	return !o.why && !strstr(o.output, "-Wunsupported") ? with : f;
}

/* Those of a group that have not been answered, in one file; they all define f and g. `line` gets
 * the line that each begins at, and the one behind the last. */
static struct outcome compile_together(struct session *s, const struct probe_list *l,
				       const bool *open, const struct flags *flags, unsigned *line)
{
	struct outcome o;
	struct str b = { 0 };
	unsigned now = 1;

	str_add(&b, "");
	for (size_t i = 0; i < l->n; i++) {
		size_t start = b.len;

		line[i] = now;
		if (!open[i])
			continue;
		str_addf(&b, "#define f f%zu\n#define g g%zu\n%s\n#undef f\n#undef g\n", i, i,
			 l->item[i].source);
		for (const char *p = b.s + start; *p; p++)
			now += *p == '\n';
	}
	line[l->n] = now;
	o = compile(s, b.s, flags);
	str_free(&b);
	return o;
}

/* Alone. */
static void probe_item(struct session *s, const struct probe_item *item, const struct flags *flags)
{
	struct outcome o = compile(s, item->source, flags);
	const char *ignored = item->attribute_matters ? o.ignored : NULL;

	item->result->why = o.why ? o.why : ignored;
	item->result->ok = !item->result->why;
}

/* Of a group, what is not spoken of when all are compiled together is tried together once more,
 * what is spoken of alone: in the end each was accepted, or was refused alone. */
static void probe_group(struct session *s, const struct probe_list *l, enum probe_group g,
			const struct flags *flags)
{
	bool open[MAX_ITEMS] = { false };
	unsigned line[MAX_ITEMS + 1];
	size_t left = 0;

	for (size_t i = 0; i < l->n; i++) {
		open[i] = l->item[i].group == g;
		left += open[i];
	}
	while (left > 1) {
		struct outcome o = compile_together(s, l, open, flags, line);
		bool all_ok = !o.why && !o.ignored;
		size_t before = left;

		for (size_t i = 0; i < l->n; i++) {
			if (!open[i] || !(all_ok || diagnostic_speaks_of(o.output, s->source,
									 line[i], line[i + 1] - 1)))
				continue;
			*l->item[i].result = (struct probe){ .ok = true };
			if (!all_ok)
				probe_item(s, &l->item[i], flags);
			open[i] = false;
			left--;
		}
		if (left == before)
			break;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (open[i])
			probe_item(s, &l->item[i], flags);
	}
}

static struct probe_item *add_item(struct probe_list *l, enum probe_group g, const char *kind,
				   const char *name, const char *source, struct probe *result)
{
	struct probe_item *item = &l->item[l->n];

	assert(l->n < MAX_ITEMS);
	*item = (struct probe_item){
		.group = g, .kind = kind, .name = name, .source = source, .result = result
	};
	l->n++;
	return item;
}

/* A definition and, where functions are called, a call. */
static const char *fixed_source(struct arena *a, const struct convention *c)
{
	const char *attribute = c->attribute;

	if (c->by_processor)
		return arena_printf(a, "struct frame;\n%s void f(struct frame *p) { (void)p; }\n",
				    attribute);
	return arena_printf(a,
			    "%s int f(int a, int b);\n"
			    "%s int f(int a, int b) { return a - b; }\n"
			    "int g(void) { return f(1, 2); }\n",
			    attribute, attribute);
}

/* va_list is the default convention's: the builtins of the other are documented for it. */
static const char *variadic_source(struct arena *a, const char *attribute)
{
	const char *va = strstr(attribute, "ms_abi")     ? "__builtin_ms_va_"
			 : strstr(attribute, "sysv_abi") ? "__builtin_sysv_va_"
							 : "va_";

	return arena_printf(a,
			    "#include <stdarg.h>\n"
			    "%s int f(int n, ...);\n"
			    "%s int f(int n, ...)\n"
			    "{ %slist ap; int r; %sstart(ap, n); r = va_arg(ap, int); %send(ap);\n"
			    "return r - n; }\n"
			    "int g(void) { return f(1, 2); }\n",
			    attribute, attribute, va, va, va);
}

static void add_conventions(struct arena *a, struct probe_list *l, struct target *t,
			    enum profile_id profile)
{
	for (unsigned i = 0; conventions[i]; i++) {
		const struct convention *c = conventions[i];
		/* asmlinkage is the kernel's macro, which generated code spells out. */
		bool macro = !strcmp(c->attribute, "asmlinkage");
		const char *define = !macro            ? ""
				     : c->width == W32 ? "#define asmlinkage "
							 "__attribute__((regparm(0)))\n"
						       : "#define asmlinkage\n";
		const char *fixed = fixed_source(a, c);
		const char *variadic = variadic_source(a, c->attribute);
		struct probe_item *item;

		assert(i < MAX_CONVENTIONS);
		if (!convention_in(c, profile))
			continue;
		item = add_item(l, GROUP_CONVENTIONS, "convention", c->name,
				arena_printf(a, "%s%s", define, fixed), &t->convention[i]);
		item->attribute_matters = !c->noop;
		item = add_item(l, GROUP_VARIADIC, "variadic", c->name,
				arena_printf(a, "%s%s", define, variadic), &t->variadic[i]);
		item->attribute_matters = !c->noop;
	}
}

static uint64_t key_of(const struct compiler *c, enum profile_id profile,
		       const struct probe_list *l)
{
	uint64_t h =
		hash_bytes(hash_str(HASH_INIT, PROBE_FORMAT), &c->identity, sizeof(c->identity));

	for (size_t i = 0; profile_flags[profile][i]; i++)
		h = hash_str(h, profile_flags[profile][i]);
	h = hash_str(h, plain_of(profile));
	for (size_t i = 0; i < l->n; i++) {
		const struct probe_item *item = &l->item[i];

		h = hash_str(hash_str(hash_str(h, item->kind), item->name), item->source);
		h = hash_bytes(h, &item->attribute_matters, sizeof(item->attribute_matters));
	}
	return h;
}

/* Everything there is to ask, with room for the answers in `t`. */
static void list_probes(struct arena *a, const struct compiler *c, enum profile_id profile,
			struct target *t, struct probe_list *l)
{
	static const struct {
		const char *name, *source;
	} features[FEATURE_COUNT] = {
#define X(id, name, source) { name, source "\n" },
		FEATURES(X)
#undef X
	};

	*l = (struct probe_list){ 0 };
	for (unsigned i = 0; i < FEATURE_COUNT; i++) {
		/* Not in the i386 psABI, or not in every compiler: kept out of the common file,
		 * which one refusal makes worthless. */
		bool absent = (i == FEATURE_INT128 && profiles[profile].width == W32) ||
			      i >= FEATURE_COMPLEX;
		bool floating = i == FEATURE_FLOAT || i == FEATURE_DOUBLE || i == FEATURE_LDOUBLE;

		/* Nor are these in code that may not use the registers for them. */
		absent = absent || (floating && profiles[profile].isa == ISA_INTEGER);
		add_item(l, absent ? GROUP_ABSENT : GROUP_TYPES, "feature", features[i].name,
			 features[i].source, &t->feature[i]);
	}
	add_conventions(a, l, t, profile);
	l->key = key_of(c, profile, l);
}

static void refuse_group(const struct probe_list *l, enum probe_group g, const char *why)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->item[i].group == g)
			*l->item[i].result = (struct probe){ .why = why };
	}
}

static void probe_target(struct session *s, const struct probe_list *l, struct target *t)
{
	struct flags kept = { 0 }, trial;

	t->works = probe_flags(s, &kept);
	if (!t->works.ok) {
		for (enum probe_group g = 0; g < GROUPS; g++)
			refuse_group(l, g, t->works.why);
		return;
	}
	memcpy(t->flags, kept.v, kept.n * sizeof(kept.v[0]));
	trial = trial_flags(s, &kept);
	for (enum probe_group g = 0; g < GROUPS; g++) {
		if (g == GROUP_VARIADIC && !t->feature[FEATURE_STDARG].ok)
			refuse_group(l, g, t->feature[FEATURE_STDARG].why);
		else
			probe_group(s, l, g, &trial);
	}
}

/* Where what a compiler answered is kept for all runs, and under which key: beside what makes it
 * the compiler that it is, of what it finds around itself. NULL for what may be another compiler
 * each time: a script, or what calls the compiler that comes next in PATH. */
static const char *shared_cache(struct arena *a, const struct compiler *c, uint64_t *key)
{
	static const char *const around[] = {
		"PATH",           "COMPILER_PATH",        "GCC_EXEC_PREFIX", "CPATH",
		"C_INCLUDE_PATH", "CCC_OVERRIDE_OPTIONS", "LD_PRELOAD",      "LD_LIBRARY_PATH"
	};
	static const char *const others[] = { "ccache", "distcc", "icecc", "sccache" };
	const char *dir = cache_dir(a), *as = program_path(a, "as");
	char magic[4] = { 0 }, *real = dir ? realpath(c->path, NULL) : NULL;
	FILE *f = real ? fopen(real, "rb") : NULL;
	struct stat st = { 0 };
	bool itself = f && fread(magic, sizeof(magic), 1, f) == 1 && !memcmp(magic, "\177ELF", 4);

	for (size_t i = 0; i < ARRAY_SIZE(others) && itself; i++)
		itself = !strstr(strrchr(real, '/'), others[i]);
	if (f)
		fclose(f);
	free(real);
	if (!itself)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(around); i++) {
		const char *value = getenv(around[i]);

		*key = hash_str(hash_str(*key, around[i]), value ? value : "");
	}
	if (as && stat(as, &st) == 0)
		*key = hash_bytes(*key, &st.st_mtim.tv_sec, sizeof(st.st_mtim.tv_sec));
	return arena_printf(a, "%s/compilers", dir);
}

static const char *probe(struct arena *a, struct compiler *c, enum profile_id profile,
			 const char *cache, bool share)
{
	struct target *t = &c->target[profile];
	struct session s = {
		.a = a,
		.compiler = c,
		.profile = profile,
		.width = profiles[profile].width,
		.plain = plain_of(profile),

	};
	struct scratch scratch;
	struct probe_list l, shared;
	const char *dir = NULL;

	memset(t, 0, sizeof(*t));
	list_probes(a, c, profile, t, &l);
	if (share) {
		shared = l;
		dir = shared_cache(a, c, &shared.key);
	}
	if ((cache && probe_cache_load(a, cache, &l, t)) ||
	    (dir && probe_cache_load(a, dir, &shared, t)))
		return NULL;
	t->works.why = scratch_open(a, "probe", &scratch);
	if (t->works.why)
		return t->works.why;
	s.source = arena_printf(a, "%s/probe.c", scratch.path);
	s.object = arena_printf(a, "%s/probe.o", scratch.path);
	s.temporaries = arena_printf(a, "TMPDIR=%s", scratch.path);
	probe_target(&s, &l, t);
	scratch_close(&scratch);
	if (s.disturbed || s.fault)
		return s.fault;
	if (cache)
		probe_cache_store(a, cache, &l, c, t);
	/* What does not work may do so as soon as a package more is installed. */
	if (dir && t->works.ok && make_dirs(dir) == 0)
		probe_cache_store(a, dir, &shared, c, t);
	return NULL;
}

const char *compiler_probe(struct arena *a, struct compiler *c, enum profile_id profile,
			   const char *cache)
{
	return probe(a, c, profile, cache, false);
}

void compiler_ask(struct arena *a, struct compiler *c, enum profile_id profile, const char *cache)
{
	const char *fault = probe(a, c, profile, cache, true);

	if (fault)
		die("%s: %s\nThis is the machine's fault, or %s cannot be run at all: mend it and run "
		    "again",
		    c->name, fault, c->name);
}
