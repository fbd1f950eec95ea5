/* SPDX-License-Identifier: MIT */
/* Place `kvm`: starts a monitor with a machine for a payload as often as it takes, each in a
 * process of its own, which can be ended whatever KVM does; and reads back the results. */
#include "place/kvm.h"

#include "place/kvm_monitor.h"
#include "util/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STUCK_S = 15, MAX_RESTARTS = 1000, MAX_KILLS = 8 };

/* Memory that a monitor shares with us, for as long as one payload runs. */
struct work {
	struct image image;
	struct kvm_job job;
	uint32_t next;  /* case * 2 + direction to go on with */
	unsigned kills; /* of the monitor, by other processes */
};

static void *shared(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static const char *work_open(struct arena *a, struct work *k, const struct payload *p,
			     const struct kvm_options *o)
{
	const char *why = image_load(a, p->path, &k->image);

	if (why)
		return arena_printf(a, "%s: %s", p->path, why);
	k->job = (struct kvm_job){ .image = &k->image,
				   .payload = p,
				   .handover = o->options,
				   .memory_bytes = image_results(&k->image) + KVM_RESULT_BYTES };
	k->job.memory = shared(k->job.memory_bytes);
	k->job.kept = shared(KVM_RESULT_BYTES);
	k->job.report = shared(sizeof(*k->job.report));
	if (!k->job.memory || !k->job.kept || !k->job.report)
		return arena_printf(a, "kvm: no memory for a machine: %s", strerror(errno));
	return NULL;
}

static void work_close(struct work *k)
{
	if (k->job.memory)
		munmap(k->job.memory, k->job.memory_bytes);
	if (k->job.kept)
		munmap(k->job.kept, KVM_RESULT_BYTES);
	if (k->job.report)
		munmap(k->job.report, sizeof(*k->job.report));
}

/* Wait for the monitor, which has to show progress. Its wait status; -1 when it had to be ended. */
static int wait_for(pid_t pid, const struct kvm_job *j)
{
	const volatile struct cl_header *h = (const void *)(j->memory + image_results(j->image));
	struct timespec nap = { 0, 500000 }, since, now;
	uint32_t executed = 0, current = 0;
	int status = 0;

	clock_gettime(CLOCK_MONOTONIC, &since);
	for (;;) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid || (ended < 0 && errno != EINTR))
			return status;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (h->executed != executed || h->current != current) {
			executed = h->executed;
			current = h->current;
			since = now;
		}
		if (now.tv_sec - since.tv_sec > STUCK_S) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			return -1;
		}
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < 20000000)
			nap.tv_nsec *= 2;
	}
}

static void add_cost(struct place_cost *sum, const struct place_cost *c)
{
	sum->machines += c->machines;
	sum->exits += c->exits;
	sum->create += c->create;
	sum->load += c->load;
	sum->run += c->run;
	sum->destroy += c->destroy;
}

/* The machine ended in a case, or in none that is known: then start again where it was last seen,
 * with each case announced. NULL, or why starting again is useless. */
static const char *go_on(struct arena *a, struct work *k, struct place_run *out, bool late)
{
	const struct kvm_report *r = k->job.report;
	uint32_t seen = k->job.kept->current;

	if (r->current >= k->next && r->current < 2 * out->n) {
		outcome_charge(a, out, r->current, late);
		out->restarts++;
		k->next = r->current + 1;
		k->job.handover &= ~(unsigned)CL_ANNOUNCE;
		return NULL;
	}
	if (k->job.handover & CL_ANNOUNCE)
		return arena_printf(a, "the guest ended in no case (%s)",
				    r->why[0] ? r->why : "no reason is known");
	if (seen >= k->next && seen < 2 * out->n)
		k->next = seen;
	k->job.handover |= CL_ANNOUNCE;
	return NULL;
}

/* The monitor was ended by another process: the case under way runs once more. */
static const char *start_again(struct work *k, struct place_run *out)
{
	uint32_t current = k->job.report->current;

	if (++k->kills > MAX_KILLS) {
		out->unstarted =
			"kvm: the machine's monitor was ended by another process again and again";
		return out->unstarted;
	}
	if (current >= k->next && current < 2 * out->n)
		k->next = current;
	return NULL;
}

/* Start a machine once and read what it left. NULL, or why starting again is useless. */
static const char *start(struct arena *a, struct work *k, struct place_run *out)
{
	struct kvm_report *r = k->job.report;
	int status;
	pid_t pid, parent = getpid();

	*r = (struct kvm_report){ .current = CL_NO_CASE, .announced = CL_NO_CASE };
	*k->job.kept = (struct cl_header){ .current = CL_NO_CASE };
	k->job.first = k->next;
	k->job.key = random_key();
	pid = fork();
	if (pid < 0)
		return arena_printf(a, "cannot start a process: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			kvm_monitor(&k->job);
		_exit(0);
	}
	status = wait_for(pid, &k->job);
	add_cost(&out->cost, &r->cost);
	records_read(a,
		     &(struct record_source){ k->job.kept, KVM_RESULT_BYTES, k->job.key, 0,
					      2 * (uint32_t)out->n },
		     out);
	switch (r->end) {
	case KVM_FINISHED:
		records_complete(a, k->job.payload, k->job.first, 2 * (uint32_t)out->n, out);
		k->next = 2 * (uint32_t)out->n;
		if (!k->job.kept->finished)
			return "the payload ended before its last case";
		return k->job.kept->full ? "results did not fit into memory"
					 : image_ran_otherwise(a, k->job.payload->path, k->job.kept,
							       CL_PROOF_GUEST);
	case KVM_BROKEN:
		return arena_printf(a, "the payload's runtime took trap %lld at 0x%llx",
				    (long long)r->vector, (unsigned long long)r->ip);
	case KVM_CANNOT:
		out->unstarted = arena_strdup(a, r->why);
		return out->unstarted;
	case KVM_END_NONE: {
		const struct cl_header *h =
			(const void *)(k->job.memory + image_results(&k->image));

		r->current = k->job.handover & CL_ANNOUNCE ? r->announced
			     : h->magic == CL_MAGIC        ? h->current
							   : CL_NO_CASE;
		return ended_by_others(status) ? start_again(k, out)
					       : go_on(a, k, out, status == -1);
	}
	default:
		return go_on(a, k, out, r->end == KVM_STUCK);
	}
}

static const char *lacks(enum isa isa)
{
	const char *why;
	int kvm = kvm_open(&why);
	struct kvm_features f;

	if (kvm < 0)
		return why;
	f = kvm_features(kvm);
	close(kvm);
	if (isa >= ISA_AVX && !f.avx)
		return "kvm: guests have no AVX here";
	if (isa >= ISA_AVX512F && !f.avx512)
		return "kvm: guests have no AVX-512 here";
	return NULL;
}

void kvm_run_payload(struct arena *a, const struct payload *p, const struct kvm_options *o,
		     struct place_run *out)
{
	struct work k = { .next = 0 };
	unsigned starts = 0;

	*out = (struct place_run){ .n = p->ncases, .nargs = p->nargs };
	out->v = arena_alloc(a, (2 * p->ncases + 1) * sizeof(*out->v));
	out->why_not = lacks(p->isa);
	if (out->why_not)
		return;
	out->broken = work_open(a, &k, p, o);
	while (!out->broken && k.next < 2 * p->ncases) {
		if (starts++ > MAX_RESTARTS + k.kills)
			out->broken = "the machine stopped again and again";
		else
			out->broken = start(a, &k, out);
	}
	if (out->unstarted)
		place_run_unstarted(out, out->unstarted);
	work_close(&k);
}

static struct kvm_options options(const struct place_options *o)
{
	return (struct kvm_options){ .runtime = o->runtime, .options = o->monitor };
}

static const char *why_not(const struct place *self, struct arena *a, const struct place_options *o,
			   enum width w, enum isa isa, const char **engine)
{
	const struct kvm_options k = options(o);
	const char *why = kvm_why_not(a, &k, w, isa, engine);

	(void)self;
	return why ? why : lacks(isa);
}

static void run(const struct place *self, struct arena *a, const struct payload *p,
		const struct place_options *o, struct place_run *out)
{
	const struct kvm_options k = options(o);

	(void)self;
	kvm_run_payload(a, p, &k, out);
}

static const char *const engines[] = { "kvm", NULL };

const struct place kvm_place = { .name = "kvm",
				 .title = "a guest of this kernel's KVM, in ring 0",
				 .engines = engines,
				 .widths = { true, true },
				 .stands_in = true,
				 .kernel = true,
				 .guest = true,
				 .why_not = why_not,
				 .run = run };
