/* SPDX-License-Identifier: MIT */
/* Not installed: run a payload in place vmx (with `kvm': in place kvm) and print its outcomes, for
 * the tests and for looking at the place alone.  vmx_probe [kvm] [KEY=VALUE]... PAYLOAD; without a
 * payload: print the engine. Further payloads, each behind its own KEY=VALUE, run on the same
 * machine; a line with its number precedes the outcomes of each. */
#include "place/kvm.h"
#include "place/vmx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool option(struct vmx_options *o, const char *s)
{
	static const struct {
		const char *name;
		size_t at;
	} numbers[] = {
		{ "mode=", offsetof(struct vmx_options, mode) },
		{ "root=", offsetof(struct vmx_options, root_width) },
		{ "options=", offsetof(struct vmx_options, options) },
		{ "forget=", offsetof(struct vmx_options, forget) },
		{ "at_once=", offsetof(struct vmx_options, at_once) },
		{ "part=", offsetof(struct vmx_options, part) },
		{ "seconds=", offsetof(struct vmx_options, seconds) },
		{ "engine=", offsetof(struct vmx_options, engine) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		size_t n = strlen(numbers[i].name);

		if (!strncmp(s, numbers[i].name, n)) {
			*(unsigned *)((char *)o + numbers[i].at) =
				(unsigned)strtoul(s + n, NULL, 0);
			return true;
		}
	}
	if (!strncmp(s, "model=", 6))
		o->model = s + 6;
	else if (!strncmp(s, "bochs=", 6))
		o->bochs = s + 6;
	else if (!strncmp(s, "runtime=", 8))
		o->runtime = s + 8;
	else
		return false;
	return true;
}

static void print_finding(const struct cl_finding *f)
{
	static const char *const names[] = {
#define CHECK(id, name, ...) name,
#include "abi/checks.def"
#undef CHECK
	};

	printf(" %s/%u/round %u/at %u:", names[f->check], f->item, f->round, f->offset);
	for (unsigned i = 0; i < f->size; i++)
		printf("%s%02x", i ? "" : " ", f->expected[i]);
	for (unsigned i = 0; i < f->size; i++)
		printf("%s%02x", i ? "" : " not ", f->observed[i]);
}

/* The ELF says how many cases and which width; the memory image holds cl_cases only as addresses.
 */
static void print(const struct place_run *r)
{
	static const char *const states[] = { "missing", "absent", "executed" };

	for (size_t i = 0; i < 2 * r->n; i++) {
		const struct outcome *o = &r->v[i];

		printf("%zu.%zu %s", i / 2, i % 2, states[o->state]);
		for (unsigned k = 0; k < o->nfindings; k++)
			print_finding(&o->findings[k]);
		printf(" observations %u", o->nobservations);
		for (unsigned k = 0; k < o->nobservations; k++)
			printf(" %u/%u:%llx,%llx", o->observations[k].item,
			       o->observations[k].piece,
			       (unsigned long long)o->observations[k].places[0],
			       (unsigned long long)o->observations[k].places[1]);
		putchar('\n');
	}
}

enum { MOST = 16 };

/* Payloads for one machine, as the command line has them. */
struct together {
	struct payload p[MOST];
	struct vmx_options o[MOST];
	struct place_run r[MOST];
	struct vmx_job job[MOST];
	size_t n;
};

static void add(struct together *t, struct arena *a, const struct payload *p,
		const struct vmx_options *o)
{
	size_t i = t->n++;

	t->p[i] = *p;
	t->o[i] = *o;
	t->job[i] = (struct vmx_job){ .a = a, .p = &t->p[i], .o = &t->o[i], .out = &t->r[i] };
}

/* How many arguments each has is not known here. */
static void set_cases(struct arena *a, struct payload *p, size_t n)
{
	uint8_t *nargs = arena_alloc(a, n + 1);

	memset(nargs, CL_ARGS, n);
	p->ncases = n;
	p->nargs = nargs;
}

static void print_end(const struct place_run *r)
{
	fprintf(stderr, "broken: %s; restarts: %u\n",
		r->broken      ? r->broken
		: r->unstarted ? r->unstarted
			       : "no",
		r->restarts);
}

static int run_all(struct together *t)
{
	vmx_run_together(t->job, t->n);
	for (size_t i = 0; i < t->n; i++) {
		print_end(&t->r[i]);
		printf("%zu\n", i);
		print(&t->r[i]);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct vmx_options o = { .runtime = "data/runtime" };
	struct payload p = { .width = W64, .seed = 1, .directions = 3 };
	static struct together all;
	struct arena *a = arena_new();
	const char *engine = "", *why;
	struct place_run native, vmx;
	bool compare = false, kvm = false;
	struct kvm_options k;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "width=32"))
			p.width = W32;
		else if (!strcmp(argv[i], "width=64"))
			p.width = W64;
		else if (!strcmp(argv[i], "compare"))
			compare = true;
		else if (!strcmp(argv[i], "kvm"))
			kvm = true;
		else if (!strncmp(argv[i], "cases=", 6))
			set_cases(a, &p, strtoul(argv[i] + 6, NULL, 0));
		else if (!option(&o, argv[i]) && all.n < MOST) {
			p.path = argv[i];
			add(&all, a, &p, &o);
		}
	}
	k = (struct kvm_options){ .runtime = o.runtime, .options = o.options };
	why = kvm ? kvm_why_not(a, &k, p.width, ISA_INTEGER, &engine)
		  : vmx_why_not(a, &o, p.width, ISA_INTEGER, &engine);
	fprintf(stderr, "%s\n", why ? why : engine);
	if (why || !p.path)
		return why != NULL;
	if (all.n > 1)
		return run_all(&all);
	if (kvm)
		kvm_run_payload(a, &p, &k, &vmx);
	else
		vmx_run(a, &p, &o, &vmx);
	print_end(&vmx);
	if (!compare) {
		print(&vmx);
		return 0;
	}
	native_run(a, &p, &native);
	for (size_t i = 0; i < 2 * p.ncases; i++) {
		const struct outcome *x = &native.v[i], *y = &vmx.v[i];
		bool same =
			x->state == y->state && x->nfindings == y->nfindings &&
			x->nobservations == y->nobservations &&
			!memcmp(x->findings, y->findings, x->nfindings * sizeof(*x->findings)) &&
			!memcmp(x->observations, y->observations,
				x->nobservations * sizeof(*x->observations));

		if (!same)
			printf("%zu.%zu differs: native %d/%u/%u, vmx %d/%u/%u\n", i / 2, i % 2,
			       x->state, x->nfindings, x->nobservations, y->state, y->nfindings,
			       y->nobservations);
	}
	return 0;
}
