/* SPDX-License-Identifier: MIT */
/* Contract line `endbr': the function may be the target of an indirect call. With indirect branch
 * tracking the instruction there must be ENDBR64 or, at 32 bit, ENDBR32; any other is a
 * control-protection fault (Intel SDM volume 1, chapter "Control-flow Enforcement Technology";
 * Linux, Documentation/arch/x86/shstk.rst: its kernel has it, its processes do not). As no place
 * switches tracking on, the instruction itself is looked at, where it was linked to. */
#include "check/check.h"
#include "check/code.h"

#include <string.h>

static void add(struct check_run *r, const struct contract *c, const char *expected,
		const char *observed)
{
	struct checked_finding *x;

	r->finding = arena_grow(r->arena, r->finding, r->nfindings, sizeof(*x));
	x = &r->finding[r->nfindings++];
	*x = (struct checked_finding){ .c = c, .seed = r->seed };
	for (size_t k = 0; k < r->nplaces; k++) {
		if (!r->place[k].why_not)
			x->places |= 1u << r->place[k].place;
	}
	x->f.check = CHECK_FAULT;
	x->f.direction = CL_CALLEE;
	x->f.verdict = VERDICT_VIOLATION;
	x->f.subject = "an indirect call, with indirect branch tracking";
	x->f.expected = expected;
	x->f.observed = observed;
	x->rule = check_line_text(r->arena, c, c->endbr_line);
}

void check_endbr(struct check_run *r)
{
	static const uint8_t endbr[WIDTHS][4] = {
		[W32] = { 0xf3, 0x0f, 0x1e, 0xfb }, [W64] = { 0xf3, 0x0f, 0x1e, 0xfa }
	};
	enum width w = r->file->width;
	const char *name = w == W64 ? "ENDBR64" : "ENDBR32";
	struct code *k = NULL;

	for (size_t i = 0; i < r->file->n; i++) {
		const struct contract *c = &r->file->v[i];
		size_t n = sizeof(endbr[w]);
		const uint8_t *bytes;
		uint64_t at;

		if (!c->endbr_line)
			continue;
		k = k ? k : code_open(r->arena, r->payload, w);
		at = k ? code_symbol(k, c->call.decl->proto->name) : 0;
		bytes = at ? code_bytes(k, at, &n, NULL) : NULL;
		if (bytes && n == sizeof(endbr[w]) && !memcmp(bytes, endbr[w], n))
			continue;
		add(r, c, arena_printf(r->arena, "%s first", name),
		    bytes ? code_text(r->arena, k, at) : "no instruction that can be read");
	}
}
