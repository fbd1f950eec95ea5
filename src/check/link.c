/* SPDX-License-Identifier: MIT */
/* Assemble what is generated and link it with the objects under test. What ld says of them becomes
 * one line that says what to do. */
#include "check/link.h"

#include "check/blocks.h"
#include "check/jumps.h"
#include "check/fault.h"
#include "check/tables.h"
#include "place/kept.h"
#include "plan/toolchain.h"
#include "util/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { SECONDS = 60, SHOWN = 12 };

static const char *path(struct linking *l, const char *name)
{
	return arena_printf(l->a, "%s/%s", l->dir, name);
}

static bool generate(struct linking *l, const char **error)
{
	const char *argv[] = { l->nasm,
			       "-f",
			       l->file->width == W64 ? "elf64" : "elf32",
			       "-o",
			       path(l, "generated.o"),
			       path(l, "generated.asm"),
			       NULL };
	struct str text = { 0 }, said = { 0 };
	int status;

	tables_write(l->a, l->file, &text);
	if (file_write(argv[5], text.s, text.len) < 0)
		die("cannot write %s: %s", argv[5], strerror(errno));
	str_free(&text);
	status = run_program(argv, SECONDS, &said);
	if (status)
		*error =
			arena_printf(l->a, "nasm does not take what was generated: %.*s",
				     said.s ? (int)strcspn(said.s, "\n") : 0, said.s ? said.s : "");
	str_free(&said);
	return !status;
}

static const char *runtime_object(struct linking *l)
{
	return arena_printf(l->a, "%s/rc%u.o", l->runtime, width_bits(l->file->width));
}

static int run_ld(struct linking *l, const char *out, struct str *said)
{
	size_t n = 0;
	const char **argv = arena_alloc(l->a, (l->objects->n + 24) * sizeof(*argv));
	bool wide = l->file->width == W64;

	argv[n++] = l->ld;
	argv[n++] = "-m";
	argv[n++] = wide ? "elf_x86_64" : "elf_i386";
	argv[n++] = "-nostdlib";
	argv[n++] = "-static";
	argv[n++] = "--build-id=none";
	argv[n++] = "-z";
	argv[n++] = "noexecstack";
	/* The linker may not improve what is under test. */
	argv[n++] = "--no-relax";
	argv[n++] = "--no-warn-rwx-segments";
	argv[n++] = "-T";
	argv[n++] = arena_printf(l->a, "%s/check.ld", l->runtime);
	argv[n++] = "-o";
	argv[n++] = out;
	argv[n++] = runtime_object(l);
	argv[n++] = path(l, "generated.o");
	argv[n++] = "--start-group";
	for (size_t i = 0; i < l->objects->n; i++)
		argv[n++] = l->objects->path[i];
	if (l->against)
		argv[n++] = l->against;
	argv[n++] = "--end-group";
	return run_program(argv, SECONDS, said);
}

/* A name that ld quotes behind `what`: between ` or ' and '. NULL: there is none (any more). */
static const char *quoted(struct arena *a, const char **s, const char *what)
{
	const char *at = strstr(*s, what), *end;

	if (!at)
		return NULL;
	at += strlen(what);
	end = strpbrk(at, "'\n");
	if (!end || *end != '\'')
		return NULL;
	*s = end;
	return arena_strndup(a, at, (size_t)(end - at));
}

struct names {
	const char **v;
	size_t n;
};

static void add_name(struct arena *a, struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (!strcmp(names->v[i], name))
			return;
	}
	names->v = arena_grow(a, names->v, names->n, sizeof(*names->v));
	names->v[names->n++] = name;
}

static bool of_libc(const char *name)
{
	static const char *const common[] = { "malloc",
					      "free",
					      "calloc",
					      "realloc",
					      "printf",
					      "fprintf",
					      "sprintf",
					      "snprintf",
					      "puts",
					      "putchar",
					      "memcpy",
					      "memset",
					      "memmove",
					      "memcmp",
					      "strlen",
					      "strcpy",
					      "strcmp",
					      "abort",
					      "exit",
					      "errno",
					      "getenv",
					      "fputs",
					      "fwrite",
					      "stdout",
					      "stderr",
					      "raise",
					      "vsnprintf",
					      "__errno_location",
					      "__stack_chk_fail",
					      "__printf_chk",
					      "__memcpy_chk",
					      "__assert_fail",
					      "strchr",
					      "qsort",
					      "bsearch",
					      "time" };

	for (size_t i = 0; i < ARRAY_SIZE(common); i++) {
		if (!strcmp(name, common[i]))
			return true;
	}
	return false;
}

static const char *undefined_error(struct linking *l, const struct names *names)
{
	struct str s = { 0 };
	size_t libc = 0;
	char *r;

	str_addf(&s, "symbol%s that nothing defines: ", names->n == 1 ? "" : "s");
	for (size_t i = 0; i < names->n; i++) {
		libc += of_libc(names->v[i]);
		if (i < SHOWN)
			str_addf(&s, "%s%s", i ? ", " : "", names->v[i]);
	}
	if (names->n > SHOWN)
		str_addf(&s, " and %zu more", names->n - SHOWN);
	if (libc)
		str_addf(&s, " (%s of libc, which clobber does not link)",
			 libc == names->n ? libc == 1 ? "it is" : "they are" : "some are");
	str_add(&s, "; give the object that defines it, a `calls' or `supply' line "
		    "(docs/contracts.md), or --weak-stubs");
	r = arena_strdup(l->a, s.s);
	str_free(&s);
	return r;
}

/* What ld said, in one line. */
static const char *explain(struct linking *l, const char *said, struct names *undefined)
{
	const char *s = said, *name;

	while ((name = quoted(l->a, &s, "undefined reference to `")))
		add_name(l->a, undefined, name);
	if (undefined->n)
		return undefined_error(l, undefined);
	s = said;
	name = quoted(l->a, &s, "multiple definition of `");
	if (name) {
		for (size_t i = 0; i < l->file->nprobes; i++) {
			if (l->file->probe[i].symbol && !strcmp(l->file->probe[i].symbol, name))
				return arena_printf(
					l->a,
					"`%s' is defined by an object, and a `calls' line "
					"asks for a probe of that name: leave one of "
					"them out",
					name);
		}
		return arena_printf(l->a,
				    "`%s' is defined twice among the objects and what the "
				    "contract supplies",
				    name);
	}
	/* "ld: FILE: what" */
	s = strchr(said, ' ');
	return arena_printf(l->a, "the objects cannot be linked: %.*s",
			    (int)strcspn(s ? s + 1 : said, "\n"), s ? s + 1 : said);
}

static void add_stub(struct linking *l, const char *name)
{
	struct contract_probe p = {
		.symbol = name, .name = name, .stub = l->weak_stubs, .trap = !l->weak_stubs
	};

	if (l->traps && !l->weak_stubs && tables_built_in(name)) {
		struct contract_file *f = l->file;

		f->built_in = arena_grow(l->a, f->built_in, f->nbuilt_in, sizeof(*f->built_in));
		f->built_in[f->nbuilt_in++] = name;
		return;
	}

	p.conv = l->file->n ? l->file->v[0].call.conv
			    : convention_find(contract_default_abi(l->file->width), l->file->width);
	p.place.al = -1;
	l->file->probe = arena_grow(l->a, l->file->probe, l->file->nprobes, sizeof(p));
	l->file->probe[l->file->nprobes++] = p;
	if (p.trap)
		return;
	l->stub = arena_grow(l->a, l->stub, l->nstubs, sizeof(*l->stub));
	l->stub[l->nstubs++] = name;
}

/* Everything that the payload is made from. */
static const char *link_key(struct linking *l)
{
	struct str s = { 0 }, text = { 0 };
	const char *key;

	str_add(&s, l->ground);
	tables_write(l->a, l->file, &text);
	str_add(&s, text.s);
	str_free(&text);
	for (size_t i = 0; i < l->objects->n; i++)
		kept_file(&s, l->objects->path[i], l->objects->path[i]);
	kept_file(&s, "runtime",
		  arena_printf(l->a, "%s/rc%u.o", l->runtime, width_bits(l->file->width)));
	kept_file(&s, "script", arena_printf(l->a, "%s/check.ld", l->runtime));
	kept_program(l->a, &s, l->nasm);
	kept_program(l->a, &s, l->ld);
	key = arena_strdup(l->a, s.s);
	str_free(&s);
	return key;
}

/* Is the payload what was linked for the key? */
static bool is_linked(struct linking *l, const char *key)
{
	struct str now = { 0 };
	size_t bytes;
	const char *then = kept_body(l->a, path(l, "linked"), key, &bytes);
	bool same = then && kept_file(&now, "payload", path(l, "payload")) && !strcmp(now.s, then);

	str_free(&now);
	return same;
}

static void note_linked(struct linking *l, const char *key)
{
	struct str now = { 0 };

	if (kept_file(&now, "payload", path(l, "payload")))
		keep_body(path(l, "linked"), key, now.s, now.len);
	str_free(&now);
}

/* VZEROUPPER or VZEROALL (SDM volume 2) shortly before a return. */
static bool ends_by_zeroing(const char *payload, const struct block *b)
{
	enum { MOST = 32 };
	uint8_t code[MOST];
	uint32_t n = b->bytes < MOST ? b->bytes : MOST;

	n = (uint32_t)image_bytes(payload, b->at + b->bytes - n, code, n);
	if (n < 4 || (code[n - 1] != 0xc3 && code[n - 3] != 0xc2))
		return false;
	for (uint32_t i = 0; i + 3 < n; i++) {
		if (code[i] == 0xc5 && (code[i + 1] == 0xf8 || code[i + 1] == 0xfc) &&
		    code[i + 2] == 0x77)
			return true;
	}
	return false;
}

/* The blocks of all functions, where they were linked to. */
static void find_blocks(struct linking *l, const char *payload)
{
	struct code *k = code_open(l->a, payload, l->file->width);

	for (size_t i = 0; k && i < l->file->n; i++) {
		struct contract *c = &l->file->v[i];
		const char *name = c->call.decl->proto->name;
		const struct object_symbol *s = objects_find(l->objects, name);

		/* Of an indirect function the symbol is what decides which one it is. */
		c->blocks = blocks_of(l->a, k, l->file->width,
				      s && s->indirect ? 0 : code_symbol(k, name),
				      c->exit ? code_symbol(k, c->exit) : 0);
		for (size_t b = 0; contract_vector_bytes(c) > 16 && b < c->blocks->n; b++)
			c->ends_by_zeroing =
				c->ends_by_zeroing || ends_by_zeroing(payload, &c->blocks->v[b]);
	}
	if (k)
		find_jumps(l->a, k, l->file);
}

static bool is_followed(const struct linking *l)
{
	return !l->follow || !l->file->n || l->file->v[0].blocks;
}

/* May an object ask for it? For what the contracts supply, what shared.c makes of objects, and what
 * asm/thread names: no verdict hangs on that. */
static bool is_supplied(const struct linking *l, const char *name)
{
	static const char *const open_names[] = { "cl_tls_descriptor", "cl_shared_data",
						  "cl_poison_callee",  "cl_guest",
						  "cl_guest_ip",       "cl_host_ip" };

	for (size_t i = 0; i < l->file->nprobes; i++) {
		if (l->file->probe[i].symbol && !strcmp(l->file->probe[i].symbol, name))
			return true;
	}
	for (size_t i = 0; i < l->file->nsupplies; i++) {
		if (!strcmp(l->file->supply[i].name, name))
			return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(open_names); i++) {
		if (!strcmp(open_names[i], name))
			return true;
	}
	return false;
}

/* Code under test that reaches into what judges it could write its own verdict. */
static bool reaches_runtime(struct linking *l, const char **error)
{
	char *paths[] = { (char *)runtime_object(l), (char *)path(l, "generated.o") };
	struct objects own;

	if (!l->objects->nwanted || objects_read(l->a, paths, ARRAY_SIZE(paths), &own, error))
		return false;
	for (size_t i = 0; i < l->objects->nwanted; i++) {
		const struct object_symbol *o = &l->objects->wanted[i];
		const struct object_symbol *to = objects_find(&own, o->name);

		if (!to || !to->global || is_supplied(l, o->name))
			continue;
		*error = arena_printf(l->a,
				      "%s: it needs `%s', which no object defines, and which is a "
				      "name of clobber's own runtime: give the object that defines "
				      "it, or rename it (objcopy --redefine-sym)",
				      o->where, o->name);
		return true;
	}
	return false;
}

const char *link_payload(struct linking *l, const char **error)
{
	const char *out = path(l, "payload");
	const char *key = l->ground && !l->weak_stubs ? link_key(l) : NULL;

	if (key && is_linked(l, key))
		return out;
	for (bool again = true;; again = false) {
		struct names undefined = { 0 };
		struct str said = { 0 };
		int status;

		if (!generate(l, error) || reaches_runtime(l, error))
			return NULL;
		status = run_ld(l, out, &said);
		if (!status) {
			str_free(&said);
			/* Once more with what is known now; code stays where it is. */
			if (!is_followed(l)) {
				find_blocks(l, out);
				if (is_followed(l))
					continue;
			}
			if (key)
				note_linked(l, key);
			return out;
		}
		*error = explain(l, said.s ? said.s : "", &undefined);
		str_free(&said);
		if (!again || !(l->weak_stubs || l->traps) || !undefined.n)
			return NULL;
		for (size_t i = 0; i < undefined.n; i++)
			add_stub(l, undefined.v[i]);
	}
}
