/* SPDX-License-Identifier: MIT */
/* Findings in words: what was expected where, what was observed, and where that had been. */
#include "verdict/words.h"
#include "util/elf.h"

#include <string.h>

const char *direction_name(int direction)
{
	return direction == CL_CALLEE ? "callee" : "caller";
}

const char *argument_name(struct arena *a, const struct prototype *p, unsigned i)
{
	const struct type *t = proto_arg_type(p, i);
	const char *type = type_spell(a, t, ""), *name = proto_arg_name(p, i);

	if (name)
		return arena_printf(a, "argument %s (%s)", name, type);
	return arena_printf(a, "%s argument %u (%s)", i < p->nparams ? "unnamed" : "variadic",
			    i + 1, type);
}

const char *place_text(struct arena *a, const struct call *call, unsigned place, unsigned bytes)
{
	enum width w = call->conv->width;

	if (place >= CL_AT_STACK)
		return arena_printf(a, "%s+%u", gpr_name(w, GPR_SP, word_bytes(w)),
				    (place - CL_AT_STACK) * word_bytes(w));
	if (place >= CL_AT_ARG)
		return arena_printf(a, "the value of %s",
				    argument_name(a, call->decl->proto, place - CL_AT_ARG));
	if (place == CL_AT_NESTED)
		return "left behind by the function it had called";
	if (place == CL_AT_LOCAL)
		return "a local value of the function";
	if (place == CL_AT_ST0)
		return "st0";
	if (place >= CL_AT_XMM)
		return xmm_name(place - CL_AT_XMM);
	return gpr_name(w, place - CL_AT_GPR, bytes > word_bytes(w) ? word_bytes(w) : bytes);
}

const char *places_text(struct arena *a, enum width w, const uint64_t places[2])
{
	for (unsigned i = 0; i < 16; i++) {
		if (places[0] >> i & 1)
			return gpr_name(w, i, word_bytes(w));
	}
	for (unsigned i = 0; i < 16; i++) {
		if (places[0] >> (CL_BIT_XMM + i) & 1)
			return xmm_name(i);
	}
	for (unsigned i = 0; i < 64; i++) {
		if (places[1] >> i & 1)
			return arena_printf(a, "%s+%u", gpr_name(w, GPR_SP, word_bytes(w)),
					    i * word_bytes(w));
	}
	if (places[0] >> CL_BIT_ST0 & 1)
		return "st0";
	if (places[0] >> CL_BIT_MM0 & 1)
		return "mm0";
	return "nowhere";
}

static const char *fault_text(unsigned fault)
{
	switch (fault) {
	case CL_FAULT_SEGV:
		return "memory access violation (SIGSEGV)";
	case CL_FAULT_ILL:
		return "illegal instruction (SIGILL)";
	case CL_FAULT_FPE:
		return "arithmetic trap (SIGFPE)";
	case CL_FAULT_TRAP:
		return "breakpoint or single step (SIGTRAP)";
	case CL_FAULT_BUS:
		return "bus error (SIGBUS)";
	case CL_FAULT_SYS:
		return "system call (SIGSYS)";
	case CL_FAULT_TIMEOUT:
		return "endless loop: stopped by the watchdog";
	case CL_FAULT_OVERWRITTEN:
		return "an impossible record: the payload's memory was overwritten";
	case CL_FAULT_FPU:
		return "x87 or vector instruction where none is allowed";
	default:
		return "the whole process died";
	}
}

/* In the order of their encoding: SDM volume 2, table 2-2 and 3.1.1.3. */
static const char *segment_name(unsigned n)
{
	static const char *const names[] = { "es", "cs", "ss", "ds", "fs", "gs" };

	return n < ARRAY_SIZE(names) ? names[n] : "?";
}

uint64_t record_word(const uint8_t *bytes)
{
	uint64_t n;

	memcpy(&n, bytes, 8);
	return n;
}

/* What the words of one check are made from and go to. */
struct wording {
	struct arena *a;
	const struct cl_finding *r;
	const char *payload; /* the ELF that addresses of a fault are in, or NULL */
	struct finding *f;
	const struct call *call;
	enum width w;
};

/* Fills subject, expected, observed and, where there is one, origin of x->f. */
typedef void words_of_check(const struct wording *x);

/* Every check names its function in checks.def. */
#define CHECK(id, name, what, words, contract_words) static words_of_check words;
#include "abi/checks.def"
#undef CHECK

static uint64_t want(const struct wording *x)
{
	return record_word(x->r->expected);
}

static uint64_t got(const struct wording *x)
{
	return record_word(x->r->observed);
}

static const char *register_name(const struct wording *x, unsigned reg)
{
	return gpr_name(x->w, reg, word_bytes(x->w));
}

/* When the picture was taken that the finding is about. */
static const char *when(const struct wording *x)
{
	if (x->r->item != CL_ITEM_NESTED)
		return " after the call";
	return x->f->direction == CL_CALLEE ? " at the function's own call" : " at the call";
}

/* Does the target, which was called, call nothing itself? */
static bool leaf(const struct wording *x)
{
	return x->call->decl->leaf && x->f->direction == CL_CALLEE;
}

static void hex_words(const struct wording *x, unsigned bytes)
{
	x->f->expected = hex_text(x->a, x->r->expected, bytes);
	x->f->observed = hex_text(x->a, x->r->observed, bytes);
}

/* Only src/check reports these, in words of its own. */
static void raw_words(const struct wording *x)
{
	x->f->subject = checks[x->f->check].name;
	hex_words(x, x->r->size);
}

/* Value and place of an argument or return value that did not arrive. */
static void value_words(const struct wording *x, const struct value_place *v)
{
	const struct cl_finding *r = x->r;
	struct finding *f = x->f;
	struct str s = { 0 };

	if (v->by_reference)
		str_add(&s, "by ");
	if (f->check == CHECK_RETURN && x->call->place.hidden.nlocs)
		str_add(&s, "memory");
	/* Of a value in two registers, the one that is wrong. */
	if (f->direction == CL_CALLEE && f->check == CHECK_RETURN && r->item < v->nlocs)
		loc_text(&s, x->w, &v->loc[r->item]);
	else
		value_text(&s, x->w, v);
	f->expected = arena_printf(x->a, "%s%s: %s", v->by_reference ? "" : "in ", s.s,
				   hex_text(x->a, r->expected, r->size));
	if (r->offset)
		f->expected = arena_printf(x->a, "%s (from byte %u)", f->expected, r->offset);
	f->observed = hex_text(x->a, r->observed, r->size);
	str_free(&s);
	if (f->direction == CL_CALLEE && f->check == CHECK_ARG && r->origin)
		f->origin = r->origin >= CL_AT_ARG && r->origin < CL_AT_STACK
				    ? arena_printf(x->a, "which is %s",
						   place_text(x->a, x->call, r->origin, r->size))
				    : arena_printf(x->a, "which was in %s at the call",
						   place_text(x->a, x->call, r->origin, r->size));
	else if (r->found)
		f->origin = arena_printf(x->a, "the expected value is in %s",
					 place_text(x->a, x->call, r->found, r->size));
	else if (r->origin)
		f->origin = arena_printf(x->a, "which is %s",
					 place_text(x->a, x->call, r->origin, r->size));
}

static const char *return_name(const struct wording *x)
{
	return arena_printf(x->a, "return value (%s)",
			    type_spell(x->a, x->call->decl->proto->ret, ""));
}

static const char *argument_of(const struct wording *x)
{
	return argument_name(x->a, x->call->decl->proto, x->r->item);
}

static void entered_words(const struct wording *x)
{
	x->f->subject = x->f->direction != CL_CALLEE ? "the probe"
			: leaf(x)                    ? "the target"
						     : "the target's own call";
	x->f->expected = "reached once";
	x->f->observed = arena_printf(x->a, "reached %llu times", (unsigned long long)got(x));
}

static void layout_words(const struct wording *x)
{
	struct gen_members *m = arena_alloc(x->a, sizeof(*m));
	const struct prototype *p = x->call->decl->proto;
	struct finding *f = x->f;
	const struct gen_member *g;
	const char *of;

	gen_members(x->a, x->call, m);
	g = &m->v[x->r->item < m->n ? x->r->item : 0];
	of = type_spell(x->a, g->arg == CL_RETURNED ? p->ret : p->params[g->arg].type, "");
	if (g->bits)
		f->subject = arena_printf(x->a, "bit-field %s of %s", g->path, of);
	else if (g->path)
		f->subject = arena_printf(x->a, "%s of %s in %s", g->what, g->path, of);
	else
		f->subject = arena_printf(x->a, "%s of %s", g->what, of);
	f->expected = arena_printf(x->a, "%lld", (long long)want(x));
	if (g->bits)
		f->expected = arena_printf(x->a, "%s, from bit %u on", f->expected, g->expected);
	f->observed = arena_printf(x->a, "%lld", (long long)got(x));
}

static void argument_words(const struct wording *x)
{
	x->f->subject = argument_of(x);
	value_words(x, &x->call->place.arg[x->r->item]);
}

static void reference_words(const struct wording *x)
{
	x->f->subject = argument_of(x);
	x->f->expected = "pointer into the caller's frame, 16-byte aligned";
	x->f->observed = hex_text(x->a, x->r->observed, word_bytes(x->w));
}

static void upper_words(const struct wording *x)
{
	x->f->subject = x->r->item == CL_ITEM_RETURN
				? arena_printf(x->a, "%s, widened by the caller", return_name(x))
				: arena_printf(x->a, "%s, widened by the callee", argument_of(x));
	x->f->expected =
		arena_printf(x->a, "extended by its reader: %s", hex_text(x->a, x->r->expected, 8));
	x->f->observed = hex_text(x->a, x->r->observed, 8);
	x->f->origin = "it relied on the dirty bits above the value";
}

static void return_words(const struct wording *x)
{
	x->f->subject = return_name(x);
	value_words(x, &x->call->place.ret);
}

static void hidden_words(const struct wording *x)
{
	x->f->subject = "pointer to the return value";
	x->f->expected = x->f->direction == CL_CALLEE
				 ? arena_printf(x->a, "returned in %s: %s",
						register_name(x, x->call->conv->int_ret[0]),
						hex_text(x->a, x->r->expected, x->r->size))
				 : "into the caller's frame";
	x->f->observed = hex_text(x->a, x->r->observed, x->r->size);
}

/* The register that an item of CHECK_SAVED is: as much of a vector register as shows the
 * difference. */
static const char *item_name(const struct wording *x)
{
	const struct cl_finding *r = x->r;

	if (r->item >= CL_ITEM_FLAGS)
		return "the status flags";
	if (r->item >= CL_ITEM_X87)
		return arena_printf(x->a, "st%d", r->item - CL_ITEM_X87);
	if (r->item >= CL_ITEM_MASK)
		return arena_printf(x->a, "k%d", r->item - CL_ITEM_MASK);
	if (r->item >= CL_ITEM_XMM)
		return vector_name(r->item - CL_ITEM_XMM, r->offset + r->size);
	return register_name(x, r->item);
}

static void saved_words(const struct wording *x)
{
	const struct cl_finding *r = x->r;
	struct finding *f = x->f;

	f->subject = arena_printf(x->a, "%s after the call", item_name(x));
	f->expected = arena_printf(x->a, "preserved: %s", hex_text(x->a, r->expected, r->size));
	f->observed = hex_text(x->a, r->observed, r->size);
	if (r->origin == CL_AT_NESTED || r->origin == CL_AT_LOCAL)
		f->origin = place_text(x->a, x->call, r->origin, r->size);
	else if (r->origin)
		f->origin = arena_printf(x->a, "which was in %s at the call",
					 place_text(x->a, x->call, r->origin, r->size));
	if (r->found)
		f->origin = arena_printf(x->a, "%s%sits own value is in %s",
					 f->origin ? f->origin : "", f->origin ? "; " : "",
					 place_text(x->a, x->call, r->found, r->size));
}

static void sp_words(const struct wording *x)
{
	x->f->subject = "stack pointer after the call";
	x->f->expected = arena_printf(x->a, "%llu bytes popped", (unsigned long long)want(x));
	x->f->observed = x->w == W64 ? arena_printf(x->a, "%lld bytes popped", (long long)got(x))
				     : arena_printf(x->a, "%d bytes popped", (int)got(x));
}

static void canary_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "the caller's frame at %s+%u", register_name(x, GPR_SP),
				     x->r->offset);
	x->f->expected =
		arena_printf(x->a, "untouched: %s", hex_text(x->a, x->r->expected, x->r->size));
	x->f->observed = hex_text(x->a, x->r->observed, x->r->size);
	if (x->r->origin)
		x->f->origin = arena_printf(x->a, "which was in %s at the call",
					    place_text(x->a, x->call, x->r->origin, x->r->size));
}

static void align_words(const struct wording *x)
{
	bool nested = x->r->item == CL_ITEM_NESTED;
	unsigned align = nested && x->call->place.align > 16 ? 16 : x->call->place.align;

	x->f->subject =
		nested ? "stack pointer at the function's own call" : "stack pointer at the call";
	x->f->expected = arena_printf(x->a, "a multiple of %u", align);
	x->f->observed = arena_printf(x->a, "%llu more than a multiple of %u",
				      (unsigned long long)got(x), align);
}

static void locals_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "local value %u, kept %s", x->r->item % 64,
				     leaf(x) ? "in the function's own memory" : "across a call");
	hex_words(x, x->r->size);
	if (x->r->origin)
		x->f->origin = place_text(x->a, x->call, x->r->origin, x->r->size);
}

static void al_words(const struct wording *x)
{
	x->f->subject = "al at the variadic call";
	x->f->expected = arena_printf(x->a, "at least %llu, at most %u",
				      (unsigned long long)want(x), x->call->conv->nvector_args);
	x->f->observed = arena_printf(x->a, "%llu", (unsigned long long)got(x));
}

static void df_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "direction flag%s", when(x));
	if (x->call->conv->by_processor && x->r->item != CL_ITEM_NESTED) {
		x->f->expected = "as it was interrupted";
		x->f->observed = "changed";
		return;
	}
	x->f->expected = "clear";
	x->f->observed = "set";
}

static void x87_stack_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "x87 registers in use%s", when(x));
	x->f->expected = arena_printf(x->a, "%llu", (unsigned long long)want(x));
	x->f->observed = arena_printf(x->a, "%llu", (unsigned long long)got(x));
}

static void x87_mode_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "mode of the x87 and mmx registers%s", when(x));
	x->f->expected = "x87 (all tags empty)";
	x->f->observed = "mmx (all tags valid: no emms)";
}

static void x87_cw_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "x87 control word%s", when(x));
	hex_words(x, 2);
}

static void mxcsr_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "mxcsr%s", when(x));
	hex_words(x, 4);
}

static void flags_words(const struct wording *x)
{
	x->f->subject = arena_printf(
		x->a, "flags IF (0x200), IOPL (0x3000), NT (0x4000) and AC (0x40000)%s", when(x));
	hex_words(x, 4);
}

static void segment_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "segment register %s", segment_name(x->r->item));
	hex_words(x, 2);
}

/* "IA32_PAT (MSR 0x277)", of the i-th of MSRS. */
static const char *msr_name(struct arena *a, unsigned i)
{
	static const struct {
		uint32_t first, n;
		const char *name;
	} msrs[] = {
#define MSR(first, n, name) { first, n, name },
		MSRS(MSR)
#undef MSR
	};
	size_t k = 0;

	for (; k < ARRAY_SIZE(msrs) && i >= msrs[k].n; k++)
		i -= msrs[k].n;
	return k < ARRAY_SIZE(msrs)
		       ? arena_printf(a, "%s (MSR 0x%x)", msrs[k].name, msrs[k].first + i)
		       : "?";
}

static void control_words(const struct wording *x)
{
	static const char *const names[] = {
#define X(id, name) [CL_CONTROL_##id] = name,
		CONTROLS(X)
#undef X
	};

	x->f->subject = x->r->item < CL_CONTROLS ? names[x->r->item]
						 : msr_name(x->a, x->r->item - CL_CONTROLS);
	hex_words(x, x->r->size);
}

static void slot_words(const struct wording *x)
{
	const char *before = hex_text(x->a, x->r->expected, x->r->size);

	x->f->subject = x->r->item ? "the fault slot, popped as the result" : "the field slot";
	x->f->expected = x->r->item ? "0" : arena_printf(x->a, "unchanged: %s", before);
	x->f->observed = hex_text(x->a, x->r->observed, x->r->size);
}

static void guest_words(const struct wording *x)
{
	x->f->subject = arena_printf(x->a, "the guest's %s after its second VM exit",
				     register_name(x, x->r->item));
	hex_words(x, x->r->size);
}

static void fault_words(const struct wording *x)
{
	uint64_t ip = got(x);
	char *at = ip && x->payload ? elf_symbol(x->a, x->payload, ip) : NULL;

	x->f->subject = "the call";
	x->f->expected = "returns";
	x->f->observed = fault_text(x->r->item);
	if (ip)
		x->f->origin = arena_printf(x->a, "at 0x%llx%s%s%s", (unsigned long long)ip,
					    at ? " (" : "", at ? at : "", at ? ")" : "");
}

void finding_words(struct arena *a, const struct call *call, const struct cl_finding *r,
		   const char *payload, struct finding *f)
{
	static words_of_check *const words_of[CHECK_COUNT] = {
#define CHECK(id, name, what, words, contract_words) [CHECK_##id] = words,
#include "abi/checks.def"
#undef CHECK
	};

	words_of[f->check](&(struct wording){ a, r, payload, f, call, call->conv->width });
}
