/* SPDX-License-Identifier: MIT */
/* From paths to what libelf and the linker take: see inputs.h. */
#include "check/inputs.h"

#include "plan/coff.h"
#include "plan/made.h"
#include "plan/x32.h"
#include "check/shared.h"

#include <elf.h>
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARCHIVE_HEADER = 60 };

struct file {
	const uint8_t *data;
	size_t len;
};

struct input {
	struct arena *a;
	const char *path; /* as given */
	struct made_member *member;
	size_t nmembers;
	bool shared; /* are taken */
	bool coff, x32;
	const char *error;
};

static bool fail(struct input *in, const char *name, const char *what)
{
	in->error = name ? arena_printf(in->a, "%s(%s) %s", in->path, name, what)
			 : arena_printf(in->a, "%s %s", in->path, what);
	return false;
}

static bool read_file(struct input *in, const char *path, struct file *out)
{
	size_t len;
	char *data = file_read(path, &len);
	uint8_t *copy;

	if (!data) {
		in->error = arena_printf(in->a, "%s cannot be read: %s", path, strerror(errno));
		return false;
	}
	copy = arena_alloc(in->a, len + 1);
	memcpy(copy, data, len);
	free(data);
	*out = (struct file){ copy, len };
	return true;
}

static bool starts(const struct file *f, const char *magic, size_t n)
{
	return f->len >= n && !memcmp(f->data, magic, n);
}

static bool is_elf(const struct file *f)
{
	return starts(f, ELFMAG, SELFMAG) && f->len > EI_NIDENT + 4;
}

static unsigned elf_type(const struct file *f)
{
	return f->data[EI_NIDENT] | f->data[EI_NIDENT + 1] << 8;
}

/* What no linker makes code of without the compiler: a sentence, or NULL. */
static const char *not_machine_code(const struct file *f)
{
	if (starts(f, "BC\xc0\xde", 4) || starts(f, "\xde\xc0\x17\x0b", 4))
		return "holds LLVM's intermediate code for link-time optimisation (LTO), no machine "
		       "code: compile without -flto";
	if (starts(f, "/* GNU ld", 9) || starts(f, "INPUT", 5) || starts(f, "GROUP", 5))
		return "is a script of the linker: give the library that it names";
	if (starts(f, "\0\0\xff\xff", 4))
		return "is an import library, or an object in a format of Microsoft's compiler only "
		       "(LTCG, /bigobj): compile without /GL and /bigobj";
	return NULL;
}

/* The object that a file is, or is made into. */
static bool object_of(struct input *in, const char *name, struct file *f)
{
	const char *why = not_machine_code(f);
	struct made m;

	if (why)
		return fail(in, name, why);
	if (is_elf(f) && elf_type(f) == ET_DYN && f->data[EI_NIDENT + 2] != EM_386 &&
	    f->data[EI_NIDENT + 2] != EM_X86_64)
		return true; /* object.c says what it is */
	if (is_elf(f) && elf_type(f) == ET_DYN && !in->shared)
		why = "is linked already; give the object (.o) or static archive (.a)";
	else if (is_elf(f) && elf_type(f) == ET_DYN)
		why = shared_read(in->a, f->data, f->len, &m);
	else if (coff_is(f->data, f->len))
		why = coff_read(in->a, f->data, f->len, &m);
	else if (x32_is(f->data, f->len))
		why = x32_read(in->a, f->data, f->len, &m);
	else
		return true;
	if (why)
		return fail(in, name, why);
	in->coff = in->coff || !is_elf(f);
	in->x32 = in->x32 || x32_is(f->data, f->len);
	f->data = made_write(&m, &f->len);
	return f->data || fail(in, name, "cannot be made an ELF object");
}

static const char *in_memory(struct input *in, const uint8_t *data, size_t len)
{
	int fd = memfd_create("clobber", MFD_CLOEXEC);

	for (size_t done = 0; fd >= 0 && done < len;) {
		ssize_t n = write(fd, data + done, len - done);

		if (n <= 0) {
			close(fd);
			fd = -1;
			break;
		}
		done += (size_t)n;
	}
	if (fd < 0) {
		fail(in, NULL, arena_printf(in->a, "cannot be copied: %s", strerror(errno)));
		return NULL;
	}
	return arena_printf(in->a, "/proc/%d/fd/%d", (int)getpid(), fd);
}

/* Members ------------------------------------------------------------------------------------- */

static bool add_member(struct input *in, const char *name, struct file f)
{
	static const char *none[] = { NULL };

	if (!object_of(in, name, &f))
		return false;
	if (!is_elf(&f))
		return true;
	in->member = arena_grow(in->a, in->member, in->nmembers, sizeof(*in->member));
	in->member[in->nmembers++] = (struct made_member){ name, f.data, f.len, none };
	return true;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n > m && !strcmp(s + n - m, with);
}

static bool read_folder(struct input *in)
{
	char *paths[] = { (char *)(uintptr_t)in->path, NULL };
	FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	bool ok = tree != NULL;
	FTSENT *e;

	while (ok && (e = fts_read(tree))) {
		const char *name = e->fts_path + strlen(in->path);
		struct file f;

		if (e->fts_info != FTS_F || !(ends(e->fts_name, ".o") || ends(e->fts_name, ".obj")))
			continue;
		name = arena_strdup(in->a, name + strspn(name, "/"));
		ok = read_file(in, e->fts_path, &f) && add_member(in, name, f);
	}
	if (tree)
		fts_close(tree);
	if (ok && !in->nmembers)
		return fail(in, NULL, "is a folder without objects (*.o, *.obj)");
	return ok;
}

/* One header of an archive; the name as it stands there. */
static bool member_header(const struct file *f, size_t at, char name[17], size_t *bytes)
{
	const char *h = (const char *)f->data + at;
	char digits[11];

	if (at + ARCHIVE_HEADER > f->len || h[58] != '`')
		return false;
	memcpy(name, h, 16);
	name[16] = 0;
	name[strcspn(name, " ")] = 0;
	memcpy(digits, h + 48, 10);
	digits[10] = 0;
	*bytes = strtoul(digits, NULL, 10);
	return true;
}

static const char *long_name(struct input *in, const struct file *names, const char *name)
{
	size_t at = strtoul(name + 1, NULL, 10), n = 0;

	if (at >= names->len)
		return name;
	while (at + n < names->len && names->data[at + n] != '\n' && names->data[at + n])
		n++;
	if (n && names->data[at + n - 1] == '/')
		n--;
	return arena_strndup(in->a, (const char *)names->data + at, n);
}

/* Members of an archive; of a thin one they are files beside it. */
static bool read_members(struct input *in, const struct file *f, bool thin)
{
	struct file names = { NULL, 0 };
	char field[17];
	size_t bytes;

	for (size_t at = 8; member_header(f, at, field, &bytes); at += bytes + (bytes & 1)) {
		const uint8_t *data = f->data + (at += ARCHIVE_HEADER);
		const char *name, *slash = strrchr(in->path, '/');
		bool special = !strcmp(field, "/") || !strcmp(field, "/SYM64/");
		struct file m = { data, bytes };

		if (!strcmp(field, "//")) {
			names = (struct file){ data, bytes };
			special = true;
		}
		if ((special || !thin) && bytes > f->len - at)
			return fail(in, NULL,
				    "is corrupt or truncated: a member reaches beyond its "
				    "end");
		if (special)
			continue;
		if (field[0] == '/')
			name = long_name(in, &names, field);
		else if (ends(field, "/"))
			name = arena_strndup(in->a, field, strlen(field) - 1);
		else
			name = arena_strdup(in->a, field);
		if (thin &&
		    !read_file(in,
			       *name == '/' || !slash
				       ? name
				       : arena_printf(in->a, "%.*s/%s", (int)(slash - in->path),
						      in->path, name),
			       &m))
			return false;
		if (!add_member(in, name, m))
			return false;
		if (thin)
			bytes = 0;
	}
	return in->nmembers || fail(in, NULL, "is an archive without members");
}

/* Is its first object one that is made another? */
static bool has_foreign(const struct file *f)
{
	char field[17];
	size_t bytes;

	for (size_t at = 8; member_header(f, at, field, &bytes); at += bytes + (bytes & 1)) {
		at += ARCHIVE_HEADER;
		if (bytes > f->len - at)
			return false;
		if (field[0] != '/' || (field[1] >= '0' && field[1] <= '9'))
			return coff_is(f->data + at, bytes) || x32_is(f->data + at, bytes);
	}
	return false;
}

/* Indexed by what libelf finds in each. */
static const char *archive_of_members(struct input *in)
{
	size_t len;
	uint8_t *data;

	for (size_t i = 0; i < in->nmembers; i++) {
		struct made_member *m = &in->member[i];
		const char *path = in_memory(in, m->data, m->len), *error;
		char *paths[] = { arena_strdup(in->a, path ? path : "") };
		struct objects one;
		size_t n = 0;

		if (!path)
			return NULL;
		if (objects_read(in->a, paths, 1, &one, &error)) {
			fail(in, m->name, error + strcspn(error, " ") + 1);
			return NULL;
		}
		close(atoi(strrchr(path, '/') + 1));
		m->global = arena_alloc(in->a, (one.nsymbols + 1) * sizeof(*m->global));
		for (size_t k = 0; k < one.nsymbols; k++) {
			if (one.symbol[k].global)
				m->global[n++] = one.symbol[k].name;
		}
	}
	data = made_archive(in->a, in->member, in->nmembers, &len);
	return in_memory(in, data, len);
}

/* Inputs -------------------------------------------------------------------------------------- */

/* The path that libelf and the linker can read, or NULL. */
static const char *readable(struct input *in)
{
	struct stat st;
	struct file f, was;

	if (stat(in->path, &st) < 0) {
		fail(in, NULL, arena_printf(in->a, "cannot be read: %s", strerror(errno)));
		return NULL;
	}
	if (S_ISDIR(st.st_mode))
		return read_folder(in) ? archive_of_members(in) : NULL;
	if (!read_file(in, in->path, &f))
		return NULL;
	if (starts(&f, "!<thin>\n", 8))
		return read_members(in, &f, true) ? archive_of_members(in) : NULL;
	if (starts(&f, "!<arch>\n", 8)) {
		if (!has_foreign(&f))
			return in->path;
		return read_members(in, &f, false) ? archive_of_members(in) : NULL;
	}
	was = f;
	if (!object_of(in, NULL, &f))
		return NULL;
	return f.data == was.data ? in->path : in_memory(in, f.data, f.len);
}

int inputs_read(struct arena *a, char *const *paths, size_t n, bool shared, struct objects *out,
		const char **error)
{
	char **readables = arena_alloc(a, (n + 1) * sizeof(*readables));
	bool coff = false;
	size_t x32 = 0;

	for (size_t i = 0; i < n; i++) {
		struct input in = { .a = a, .path = paths[i], .shared = shared };
		const char *path = readable(&in);

		coff = coff || in.coff;
		x32 += in.x32;
		if (!path) {
			*error = in.error;
			return -1;
		}
		readables[i] = arena_strdup(a, path);
	}
	if (objects_read_as(a, readables, paths, n, out, error))
		return -1;
	if (x32 && x32 < n) {
		*error = arena_printf(a, "%s and the others are not all x32 code", paths[0]);
		return -1;
	}
	out->windows = coff;
	out->x32 = x32;
	return 0;
}
