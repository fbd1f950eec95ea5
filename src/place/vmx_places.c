/* SPDX-License-Identifier: MIT */
/* The three places that clobber's own hypervisor makes. In root operation a VMREAD really fails:
 * with VMfailInvalid where there is no current VMCS; where there is one, with VMfailValid for a
 * field that does not exist. */
#include "place/vmx.h"

#include <stdlib.h>
#include <string.h>

static const char *const engines[] = { "bochs", "kvm-nested", NULL };

static struct vmx_options options(const struct place *self, const struct place_options *o)
{
	bool nested = o->engine && !strcmp(o->engine, engines[VMX_KVM_NESTED]);
	const char *root = getenv("CLOBBER_VMX_ROOT");

	return (struct vmx_options){ .engine = nested ? VMX_KVM_NESTED : VMX_BOCHS,
				     .bochs = o->bochs,
				     .root_width = root && !strcmp(root, "32") ? 32 : 0,
				     .runtime = o->runtime,
				     .model = o->model,
				     .mode = (enum vmx_mode)self->mode,
				     .at_once = o->at_once,
				     .options = self->guest ? o->monitor : 0 };
}

static const char *why_not(const struct place *self, struct arena *a, const struct place_options *o,
			   enum width w, enum isa isa, const char **engine)
{
	const struct vmx_options v = options(self, o);

	return vmx_why_not(a, &v, w, isa, engine);
}

static void run(const struct place *self, struct arena *a, const struct payload *p,
		const struct place_options *o, struct place_run *out)
{
	const struct vmx_options v = options(self, o);

	vmx_run(a, p, &v, out);
}

static const char *machine(const struct place *self, struct arena *a, const struct place_options *o,
			   enum width w)
{
	const struct vmx_options v = options(self, o);

	return vmx_machine(a, &v, w);
}

static void run_together(const struct place_job *v, size_t n)
{
	struct arena *a = arena_new();
	struct vmx_options *o = arena_alloc(a, (n + 1) * sizeof(*o));
	struct vmx_job *jobs = arena_alloc(a, (n + 1) * sizeof(*jobs));

	for (size_t i = 0; i < n; i++) {
		o[i] = options(v[i].place, v[i].o);
		jobs[i] = (struct vmx_job){ .a = v[i].a, .p = v[i].p, .o = &o[i], .out = v[i].out };
	}
	vmx_run_together(jobs, n);
	arena_free(a);
}

const struct place vmx_place = { .name = "vmx",
				 .title = "a guest of clobber's own hypervisor, in ring 0",
				 .engines = engines,
				 .widths = { true, true },
				 .stands_in = true,
				 .kernel = true,
				 .guest = true,
				 .mode = VMX_MODE_GUEST,
				 .why_not = why_not,
				 .run = run,
				 .machine = machine,
				 .run_together = run_together };

const struct place root_place = { .name = "root",
				  .title = "VMX root operation, no current VMCS",
				  .engines = engines,
				  .widths = { true, true },
				  .kernel = true,
				  .root = true,
				  .with = &vmx_place,
				  .mode = VMX_MODE_ROOT,
				  .why_not = why_not,
				  .run = run,
				  .machine = machine,
				  .run_together = run_together };

const struct place root_vmcs_place = { .name = "root-vmcs",
				       .title = "VMX root operation, with a current VMCS",
				       .engines = engines,
				       .widths = { true, true },
				       .kernel = true,
				       .root = true,
				       .with = &vmx_place,
				       .mode = VMX_MODE_ROOT_CURRENT,
				       .why_not = why_not,
				       .run = run,
				       .machine = machine,
				       .run_together = run_together };
