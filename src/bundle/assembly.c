/* SPDX-License-Identifier: MIT */
/* The assembly side of a bundle, for GNU as: the engine from its template, and of src/gen's nasm
 * the trampoline or the probe. */
#include "bundle/bundle.h"
#include "payload/image.h"

#include <string.h>

enum { FRAME = 2048 }; /* bytes of a caller's frame in a picture */

/* What the template's lines depend on. */
struct expansion {
	enum width width;
	unsigned word, vector;
};

/* Does `s` begin with `word`? Then step over it. */
static bool takes(const char **s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*s, word, n))
		return false;
	*s += n;
	return true;
}

/* nasm, as src/gen writes it, into what GNU as reads as Intel's syntax. */
static void translate_line(struct str *out, const char *s, size_t n)
{
	static const struct {
		const char *nasm, *gas;
	} words[] = { { "\tglobal\t", "\t.globl\t" },
		      { "qword [", "qword ptr [" },
		      { "dword [", "dword ptr [" },
		      { "tword [", "tbyte ptr [" },
		      { "qword ", "" },
		      { "dword ", "" },
		      { "\tdb\t", "\t.byte\t" },
		      { "\tdd\t", "\t.long\t" },
		      { ".called", ".Lcalled" },
		      { ";", "#" } };
	const char *end = s + n;
	bool comment = false;

	if (takes(&s, "\textern\t")) {
		const char *weak = memmem(s, (size_t)(end - s), ":weak", 5);

		if (weak)
			str_addf(out, "\t.weak\t%.*s\n", (int)(weak - s), s);
		return;
	}
	while (s < end) {
		bool found = false;

		for (size_t i = 0; i < ARRAY_SIZE(words) && !comment && !found; i++) {
			found = takes(&s, words[i].nasm);
			if (found)
				str_add(out, words[i].gas);
			comment = found && *words[i].nasm == ';';
		}
		if (!found)
			str_addn(out, s++, 1);
	}
	str_add(out, "\n");
}

static void translate(struct str *out, const char *nasm)
{
	while (*nasm) {
		size_t n = strcspn(nasm, "\n");

		translate_line(out, nasm, n);
		nasm += n + (nasm[n] == '\n');
	}
}

/* Directives of the template: `!NAME argument'. ------------------------------------------------ */

/* Registers that the C function which calls this wants back: psABIs 3.2.1 and i386 2.2.3; and rdi
 * and rsi, for a compiler under test whose own functions have Microsoft's convention. */
static void saved(struct str *out, const struct expansion *e, bool push)
{
	static const enum gpr wide[] = { GPR_BX,  GPR_BP,  GPR_R12, GPR_R13,
					 GPR_R14, GPR_R15, GPR_DI,  GPR_SI },
			      narrow[] = { GPR_BX, GPR_BP, GPR_SI, GPR_DI };
	const enum gpr *v = e->width == W64 ? wide : narrow;
	size_t n = e->width == W64 ? ARRAY_SIZE(wide) : ARRAY_SIZE(narrow);

	for (size_t i = 0; i < n; i++)
		str_addf(out, "\t%s\t%s\n", push ? "push" : "pop",
			 gpr_name(e->width, v[push ? i : n - 1 - i], e->word));
}

static void gprs(struct str *out, const struct expansion *e, const char *image, bool load)
{
	for (unsigned n = 0; n < (e->width == W64 ? 16 : 8); n++) {
		const char *reg = gpr_name(e->width, n, e->word);

		if (n == GPR_SP)
			continue;
		if (load)
			str_addf(out, "\tmov\t%s, [%s + %u]\n", reg, image, IMAGE_GPR(e->word, n));
		else
			str_addf(out, "\tmov\t[%s + %u], %s\n", image, IMAGE_GPR(e->word, n), reg);
	}
}

static void wide(struct str *out, const struct expansion *e, const char *image, bool load)
{
	char letter = e->vector == 64 ? 'z' : 'y';
	unsigned n = e->width == W32 ? 8 : e->vector == 64 ? 32 : 16;

	for (unsigned i = 0; e->vector > 16 && i < n; i++) {
		unsigned at = IMAGE_WIDE(e->word, i);

		if (load)
			str_addf(out, "\tvmovups\t%cmm%u, [%s + %u]\n", letter, i, image, at);
		else
			str_addf(out, "\tvmovups\t[%s + %u], %cmm%u\n", image, at, letter, i);
	}
	for (unsigned i = 0; e->vector == 64 && i < MASK_COUNT; i++) {
		unsigned at = IMAGE_MASK(e->word, i);

		if (load)
			str_addf(out, "\tkmovw\tk%u, word ptr [%s + %u]\n", i, image, at);
		else
			str_addf(out, "\tkmovw\tword ptr [%s + %u], k%u\n", image, at, i);
	}
}

static void flags(struct str *out, const struct expansion *e, const char *image)
{
	str_addf(out, "\tpush\t%s ptr [%s + %u]\n\tpopf\n", e->width == W64 ? "qword" : "dword",
		 image, IMAGE_FLAGS(e->word));
}

static void directive(struct str *out, const struct expansion *e, const char *name, const char *arg)
{
	const char *suffix = e->width == W64 ? "64" : "",
		   *word = e->width == W64 ? "qword" : "dword";

	if (!strcmp(name, "push") || !strcmp(name, "pop")) {
		saved(out, e, !strcmp(name, "push"));
	} else if (!strcmp(name, "load")) {
		gprs(out, e, arg, true);
	} else if (!strcmp(name, "state")) {
		str_addf(out, "\tfxrstor%s [%s + %u]\n", suffix, arg, IMAGE_FX(e->word));
		wide(out, e, arg, true);
		flags(out, e, arg);
	} else if (!strcmp(name, "picture")) {
		gprs(out, e, arg, false);
		str_addf(out, "\tpushf\n\tpop\t%s ptr [%s + %u]\n", word, arg,
			 IMAGE_FLAGS(e->word));
		str_addf(out, "\tfxsave%s [%s + %u]\n", suffix, arg, IMAGE_FX(e->word));
		wide(out, e, arg, false);
	} else if (!strcmp(name, "restore")) {
		static const enum gpr used[] = { GPR_CX, GPR_SI, GPR_DI };

		flags(out, e, arg);
		for (size_t i = 0; i < ARRAY_SIZE(used); i++)
			str_addf(out, "\tmov\t%s, [%s + %u]\n",
				 gpr_name(e->width, used[i], e->word), arg,
				 IMAGE_GPR(e->word, used[i]));
	} else if (!strcmp(name, "own")) {
		str_addf(out, "\tlea\t%s, [%s + %u]\n", gpr_name(e->width, GPR_DI, e->word),
			 gpr_name(e->width, GPR_SP, e->word), 4 * e->word);
		str_addf(out, "\tlea\t%s, [cl_spare]\n\tmov\t%s, [%s + %u]\n\trep\tmovsb\n",
			 gpr_name(e->width, GPR_SI, e->word), gpr_name(e->width, GPR_CX, e->word),
			 gpr_name(e->width, GPR_SP, e->word), 2 * e->word);
	} else if (!strcmp(name, "data")) {
		size_t n = strcspn(arg, " ");

		str_addf(out, "\t.balign\t64\n\t.globl\t%.*s\n%.*s:\n\t.skip\t%s\n", (int)n, arg,
			 (int)n, arg, arg + n + 1);
	}
}

/* A line with the names of registers, sizes and offsets in place of `$NAME'. */
static void expand(struct arena *a, struct str *out, const struct expansion *e, const char *s,
		   size_t n)
{
	static const struct {
		const char *name;
		enum gpr reg;
	} regs[] = { { "ax", GPR_AX }, { "cx", GPR_CX }, { "dx", GPR_DX }, { "bp", GPR_BP },
		     { "sp", GPR_SP }, { "si", GPR_SI }, { "di", GPR_DI } };
	const char *const names[][2] = {
		{ "word", e->width == W64 ? "qword" : "dword" },
		{ "w", e->width == W64 ? "q" : "d" },
		{ "SP", arena_printf(a, "%u", IMAGE_GPR(e->word, GPR_SP)) },
		{ "FLAGS", arena_printf(a, "%u", IMAGE_FLAGS(e->word)) },
		{ "IMAGE", arena_printf(a, "%u", IMAGE_MASK(e->word, MASK_COUNT)) },
		{ "STACK", arena_printf(a, "%u", FRAME) },
		{ "W", arena_printf(a, "%u", e->word) },
	};

	for (const char *end = s + n; s < end;) {
		bool found = false;

		if (*s != '$') {
			str_addn(out, s++, 1);
			continue;
		}
		s++;
		for (size_t i = 0; i < ARRAY_SIZE(regs) && !found; i++) {
			found = takes(&s, regs[i].name);
			if (found)
				str_add(out, gpr_name(e->width, regs[i].reg, e->word));
		}
		for (size_t i = 0; i < ARRAY_SIZE(names) && !found; i++) {
			found = takes(&s, names[i][0]);
			if (found)
				str_add(out, names[i][1]);
		}
	}
}

static void engine(struct str *out, struct arena *a, const struct expansion *e, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "\n");
		const char *line = s, *space;
		struct str text = { 0 };

		s += n + (s[n] == '\n');
		if (takes(&line, "64:") || takes(&line, "32:")) {
			if ((line[-3] == '6') != (e->width == W64))
				continue;
			n -= 3;
		}
		str_add(&text, "");
		expand(a, &text, e, line, n);
		space = strchr(text.s, ' ');
		if (*text.s == '!')
			directive(out, e, arena_strndup(a, text.s + 1, strcspn(text.s + 1, " ")),
				  space ? space + 1 : "");
		else
			str_addf(out, "%s\n", text.s);
		str_free(&text);
	}
}

unsigned bundle_vector_bytes(enum profile_id profile)
{
	return profiles[profile].isa >= ISA_AVX512F ? 64
	       : profiles[profile].isa >= ISA_AVX   ? 32
						    : 16;
}

void bundle_assembly(struct str *out, struct arena *a, const char *template,
		     const struct bundle_about *about, const struct gen_case *c)
{
	const struct convention *own = abi_engine(c->call.conv),
				*other = gen_other_convention(c->call.conv),
				*tail = !c->call.decl->tail
						? NULL
						: gen_tail_convention(
							  c->call.conv,
							  profile_windows(about->profile));
	enum width w = c->call.conv->width;
	struct expansion e = { w, word_bytes(w), bundle_vector_bytes(about->profile) };
	struct str nasm = { 0 };

	engine(out, a, &e, template);
	str_add(out, "\n\t.text\n\n# What is particular to this test.\n");
	if (about->direction == CL_CALLEE) {
		str_addf(out, "\t.globl\ttramp_%s\n", c->symbol);
		gen_trampoline(&nasm, a, c);
	} else {
		gen_probe(&nasm, a, c);
	}
	gen_engine_of(&nasm, own, about->profile);
	if (other && about->direction == CL_CALLEE)
		gen_engine_of(&nasm, other, about->profile);
	if (tail && about->direction == CL_CALLEE && tail != own && tail != other)
		gen_engine_of(&nasm, tail, about->profile);
	translate(out, nasm.s);
	str_add(out, "\n\t.section\t.note.GNU-stack, \"\", @progbits\n");
	str_free(&nasm);
}
