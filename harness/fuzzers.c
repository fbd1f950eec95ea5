/* SPDX-License-Identifier: MIT */
/* Targets for libFuzzer (and for AFL++, which runs such targets too): everything that clobber reads
 * from outside. harness/fuzzers.py builds each with -DTARGET=name, makes its corpus and runs it.
 *
 * What a user's mistake would end with, exit(2), ends the input here: exit is wrapped by the
 * linker. Anything that a sanitizer reports, a signal, or an input that takes too long is a fault
 * of clobber. */
#include "plan/coff.h"
#include "check/contract.h"
#include "check/header_text.h"
#include "check/inputs.h"
#include "check/unwind.h"
#include "place/place.h"
#include "prove/image.h"
#include "prove/report.h"
#include "prove/subject.h"
#include "report/report.h"
#include "run/shard.h"

#include <elf.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static jmp_buf end_of_input;
static bool in_input;

void __real_exit(int status) __attribute__((noreturn));
void __wrap_exit(int status) __attribute__((noreturn));
void __wrap_exit(int status)
{
	if (in_input)
		longjmp(end_of_input, 1);
	__real_exit(status);
}

/* A file with these bytes, which is there until the input ends. */
static char *file_of(struct arena *a, const uint8_t *data, size_t len)
{
	int fd = memfd_create("input", 0);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	return arena_printf(a, "/proc/self/fd/%d", fd);
}

/* Declarations: parsed, placed by every convention at every width that has their types, spelled,
 * and what is spelled parsed again. ------------------------------------------------------------ */

static void place_everywhere(struct arena *a, const struct prototype *p)
{
	for (unsigned i = 0; conventions[i]; i++) {
		struct placement *out = arena_alloc(a, sizeof(*out));

		if (proto_exists(p, conventions[i]->width))
			abi_place(conventions[i], p, out);
	}
}

static void cases_of(struct arena *a, const struct case_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		place_everywhere(a, l->v[i].proto);
}

static void target_cases(struct arena *a, const uint8_t *data, size_t len)
{
	struct case_list l = { 0 };
	const char *error;

	if (!proto_parse_mem(a, "input.h", (const char *)data, len, &l, &error))
		cases_of(a, &l);
}

static void target_proto(struct arena *a, const uint8_t *data, size_t len)
{
	const char *error;
	const struct prototype *p =
		proto_parse_decl(a, arena_strndup(a, (const char *)data, len), &error);

	if (!p)
		return;
	place_everywhere(a, p);
	proto_spell(a, p);
}

static void target_header(struct arena *a, const uint8_t *data, size_t len)
{
	struct case_list l = { 0 };
	const char *error;
	size_t left_out, skipped;
	char *text = header_text(a, arena_strndup(a, (const char *)data, len), &left_out);

	if (!proto_parse_header(a, "input.h", text, strlen(text), W64, &l, &skipped, &error))
		cases_of(a, &l);
}

/* Contracts --------------------------------------------------------------------------------- */

static enum contract_wanted wanted(void *closure, const char *name)
{
	(void)closure;
	(void)name;
	return CONTRACT_IF_POSSIBLE;
}

static void target_contract(struct arena *a, const uint8_t *data, size_t len)
{
	struct contract_source source = { .text = (const char *)data, .len = len };
	struct case_list l = { 0 };
	const char *error;

	if (proto_parse_mem(a, "input.h", source.text, len, &l, &error))
		return;
	for (enum width w = W32; w < WIDTHS; w++) {
		struct contract_file out = { 0 };

		contract_read(a, &l, &source, w, NULL, EDITION_LATEST, wanted, NULL, &out, &error);
		for (size_t i = 0; i < out.n; i++) {
			struct prove_subject s;

			subject_of_contract(&out.v[i], &s);
		}
	}
}

/* Objects, archives, shared and COFF objects: read, and every function proved. ----------------- */

static void prove_all(struct arena *a, char *path, const struct objects *objs)
{
	const struct convention *conv =
		convention_find(contract_default_abi(objs->width), objs->width);
	struct images images;
	struct prove_job job = { .images = &images, .width = objs->width };
	const char *error;
	struct str out = { 0 };
	unsigned n = 0;

	(void)path;
	if (images_read(a, objs->path, objs->n, &images, &error))
		return;
	for (size_t i = 0; i < objs->nsymbols && n < 8; i++) {
		struct prove_subject f;
		struct proof *p = arena_alloc(a, sizeof(*p));
		struct proofs all = { &f, p, 1 };

		if (!objs->symbol[i].global || !objs->symbol[i].code)
			continue;
		subject_of_name(objs->symbol[i].name, conv, &f);
		prove_function(a, &job, &f, p);
		prove_json(a, &out, &all);
		n++;
	}
	str_free(&out);
}

static void target_object(struct arena *a, const uint8_t *data, size_t len)
{
	struct objects objs = { 0 };
	const char *error;
	char *path = file_of(a, data, len);

	if (!inputs_read(a, &path, 1, true, &objs, &error))
		prove_all(a, path, &objs);
}

static void target_coff(struct arena *a, const uint8_t *data, size_t len)
{
	struct made m = { .a = a };
	size_t bytes;

	if (coff_is(data, len) && !coff_read(a, data, len, &m))
		made_write(&m, &bytes);
}

/* Machine code: the first byte is the width, the rest is function f. */
static void target_code(struct arena *a, const uint8_t *data, size_t len)
{
	struct made m = { .a = a };
	struct made_section *text;
	struct objects objs = { 0 };
	const char *error;
	uint8_t *elf;
	size_t bytes;
	char *path;

	if (len < 2)
		return;
	m.width = data[0] & 1 ? W64 : W32;
	text = made_section(&m, ".text", SHF_ALLOC | SHF_EXECINSTR, 16);
	text->data = memcpy(arena_alloc(a, len - 1), data + 1, len - 1);
	text->bytes = len - 1;
	made_symbol(&m, (struct made_symbol){ "f", 0, 0, STT_FUNC, STB_GLOBAL });
	elf = made_write(&m, &bytes);
	if (!elf)
		abort();
	path = file_of(a, elf, bytes);
	if (inputs_read(a, &path, 1, true, &objs, &error))
		abort();
	prove_all(a, path, &objs);
}

/* Call frame information -------------------------------------------------------------------- */

static bool no_memory(void *closure, uint64_t address, void *to, unsigned bytes)
{
	(void)closure;
	memset(to, (int)address, bytes);
	return true;
}

static void target_cfi(struct arena *a, const uint8_t *data, size_t len)
{
	const char *error, *why;
	char *path = file_of(a, data, len);
	struct unwinder *u = unwind_open(a, path, &error);

	for (uint64_t pc = 0x401000; u && pc < 0x401100; pc += 3) {
		struct unwind_regs at = { .pc = pc, .known = 0xffff }, caller;

		at.gpr[GPR_SP] = 0x7fff0000;
		if (unwind_covers(u, pc))
			unwind_step(u, &at, true, no_memory, NULL, &caller, &why);
	}
	if (u)
		unwind_close(u);
}

/* Results ----------------------------------------------------------------------------------- */

static void target_matrix(struct arena *a, const uint8_t *data, size_t len)
{
	struct stored s;

	/* A 0 behind it, as a file that is read has. */
	if (!stored_parse(a, arena_strndup(a, (const char *)data, len), len, &s)) {
		for (const struct report_format *f = report_formats; f->name; f++) {
			struct str out = { 0 };

			f->render(&out, &s, true);
			str_free(&out);
		}
	}
	stored_close(&s);
}

static void target_shard(struct arena *a, const uint8_t *data, size_t len)
{
	struct shard s;

	shard_read(a, file_of(a, data, len), &s);
	json_decref(s.document);
}

static void target_records(struct arena *a, const uint8_t *data, size_t len)
{
	static const uint8_t nargs[4] = { 0, 1, 6, 24 };
	struct outcome v[8] = { { 0 } };
	struct place_run out = { .v = v, .n = 4, .nargs = len & 1 ? nargs : NULL };
	struct record_source from = { .bytes = len, .key = STORED_KEY, .end = 8 };
	struct cl_header *h = arena_alloc(a, len + sizeof(*h));

	if (len < sizeof(*h))
		return;
	memcpy(h, data, len);
	h->magic = CL_MAGIC;
	h->version = CL_VERSION;
	h->planned = 4;
	from.h = h;
	records_read(a, &from, &out);
	for (unsigned i = 0; i < 8; i++) {
		for (unsigned k = 0; k < v[i].nfindings; k++) {
			if (v[i].findings[k].check >= CHECK_COUNT)
				abort();
		}
	}
}

/* ------------------------------------------------------------------------------------------- */

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *volatile a = arena_new();
	int first = dup(0);

	in_input = true;
	if (!setjmp(end_of_input))
		PASTE(target_, TARGET)(a, data, len);
	in_input = false;
	arena_free(a);
	/* Files that were made in memory are open until a process ends. */
	close_range((unsigned)first, ~0u, 0);
	return 0;
}
