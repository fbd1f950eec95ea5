/* SPDX-License-Identifier: MIT */
/* Place `vmx`: makes the disk for the hypervisor, starts an engine on it as often as it takes, and
 * reads back what came of it. docs/vmx.md has the picture. */
#include "place/vmx.h"

#include "place/answers.h"
#include "place/image.h"
#include "util/parallel.h"
#include "util/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	RESULT_BYTES = 64 << 20,
	CYLINDER = 16 * 63 * VMX_SECTOR, /* a disk has whole ones */
	TICK = 1000000,                  /* TSC cycles: about as many instructions */
	STEPPED_TICK = 50000,
	STUCK_TICKS = 100,
	MAX_STARTS = 20, /* of a payload */
	MAX_KILLS = 8,   /* by other processes */
	STALL = 3 /* so many of these does a machine that stands still count for: it takes long */
};

/* A folder with a disk, for as long as its payloads run. */
struct work {
	struct scratch dir;
	uint8_t *disk;
	size_t disk_bytes;
	struct vmx_machine machine;
};

static bool is_root(const struct vmx_options *o)
{
	return o->mode == VMX_MODE_ROOT || o->mode == VMX_MODE_ROOT_CURRENT;
}

static enum cl_proof proof_of(const struct vmx_options *o)
{
	return o->mode == VMX_MODE_ROOT           ? CL_PROOF_ROOT
	       : o->mode == VMX_MODE_ROOT_CURRENT ? CL_PROOF_ROOT_VMCS
						  : CL_PROOF_NON_ROOT;
}

static unsigned root_width(const struct vmx_options *o, enum width w)
{
	if (is_root(o))
		return width_bits(w);
	return o->root_width ? o->root_width : 64;
}

static uint64_t round_up(uint64_t n, uint64_t unit)
{
	return (n + unit - 1) / unit * unit;
}

static const char *work_open(struct arena *a, struct work *k, const struct vmx_options *o,
			     size_t disk_bytes)
{
	const char *rom = arena_printf(a, "%s/vmx%u.rom", o->runtime, k->machine.root_width);
	char *real = realpath(rom, NULL);
	const char *why;
	int fd;

	if (!real)
		return arena_printf(a, "%s is missing: build or install clobber again", rom);
	why = scratch_open(a, "vmx", &k->dir);
	if (why)
		die("%s", why);
	k->machine.dir = k->dir.path;
	k->disk_bytes = round_up(disk_bytes, CYLINDER);
	if (symlink(real, arena_printf(a, "%s/rom", k->machine.dir)) < 0)
		die("cannot write into %s: %s", k->machine.dir, strerror(errno));
	free(real);
	fd = open(arena_printf(a, "%s/disk", k->machine.dir), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
		  0600);
	if (fd < 0 || ftruncate(fd, (off_t)k->disk_bytes) < 0)
		die("cannot write into %s: %s", k->machine.dir, strerror(errno));
	k->disk = mmap(NULL, k->disk_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (k->disk == MAP_FAILED)
		die("cannot map the disk in %s: %s", k->machine.dir, strerror(errno));
	close(fd);
	return NULL;
}

static void work_close(struct work *k)
{
	if (k->disk)
		munmap(k->disk, k->disk_bytes);
	scratch_close(&k->dir);
}

static void put_request(struct work *k, uint64_t sector, struct vmx_request *r)
{
	r->magic = VMX_MAGIC;
	r->version = VMX_VERSION;
	r->checksum = vmx_checksum(VMX_CHECKSUM, r, offsetof(struct vmx_request, checksum));
	memset(k->disk + sector * VMX_SECTOR, 0, VMX_SECTOR);
	memcpy(k->disk + sector * VMX_SECTOR, r, sizeof(*r));
	/* Forget what is left of the last answer. */
	memset(k->disk + r->out_sector * VMX_SECTOR, 0, VMX_SECTOR);
}

/* Start the engine; the first request is in sector 0. */
static const char *boot(struct arena *a, struct work *k, const struct vmx_options *o)
{
	if (o->engine == VMX_KVM_NESTED)
		return kvm_nested_boot(a, o, &k->machine, k->disk, k->disk_bytes);
	return bochs_boot(a, o, &k->machine);
}

static unsigned weight(const struct vmx_machine *m)
{
	return m->stalled ? STALL : 1;
}

/* Asking what there is ------------------------------------------------------------------------- */

/* What the hypervisor said when it was asked. */
struct answer {
	const char *name;  /* of the engine: "bochs 2.7, corei7_icelake_u" */
	uint32_t features; /* enum vmx_features */
};

static const char *engine_text(struct arena *a, const struct vmx_options *o, enum width w,
			       const struct answer *s)
{
	const char *vectors = s->features & VMX_HAS_AVX512 ? ", AVX-512"
			      : s->features & VMX_HAS_AVX  ? ", AVX"
							   : "";

	/* A payload in root operation has its own width, so the request names none. */
	if (is_root(o))
		return arena_printf(a, "%s, VMX root operation, %s current VMCS%s", s->name,
				    o->mode == VMX_MODE_ROOT ? "no" : "a", vectors);
	return arena_printf(a, "%s, %u-bit root%s%s%s", s->name, root_width(o, w),
			    s->features & VMX_HAS_EPT ? ", EPT" : "",
			    s->features & VMX_HAS_UNRESTRICTED ? ", unrestricted guest" : "",
			    vectors);
}

/* Of an emulator, which is the same tomorrow, the answer is kept: one a processor and a width of
 * root operation, whatever the mode. 0: it is not. */
static uint64_t key_of(struct arena *a, const struct vmx_options *o, unsigned width)
{
	const char *model = o->model ? o->model : VMX_MODEL;
	uint64_t key = o->engine == VMX_BOCHS ? answer_key(a, bochs_program(o)) : 0;
	size_t n = 0;
	char *rom = key ? file_read(arena_printf(a, "%s/vmx%u.rom", o->runtime, width), &n) : NULL;

	key = rom ? hash_str(hash_bytes(key, rom, n), model) : 0;
	free(rom);
	return key;
}

/* Boot the hypervisor to hear what the processor has. NULL, or what went wrong. */
static const char *boot_and_ask(struct arena *a, const struct vmx_options *o, unsigned width,
				struct answer *out)
{
	struct work k = { .machine = { .megs = 16, .root_width = width, .probe = true } };
	struct vmx_request r = { .mode = VMX_MODE_PROBE, .out_sector = 1, .out_sectors = 4 };
	const char *why = work_open(a, &k, o, 8 * VMX_SECTOR), *failed = NULL;
	const struct vmx_segment *s;
	uint64_t at = 1;

	if (why)
		return why;
	for (unsigned kills = 0; kills < MAX_KILLS; kills += weight(&k.machine)) {
		put_request(&k, 0, &r);
		failed = boot(a, &k, o);
		if (!k.machine.killed)
			break;
	}
	s = segment_next(k.disk, k.disk_bytes, &at);
	if (!s)
		why = failed ? failed : "the hypervisor left no answer";
	else if (s->end != VMX_FINISHED)
		why = arena_printf(a, "%s: %.*s", out->name, (int)sizeof(s->text) - 1, s->text);
	else
		out->features = s->features;
	work_close(&k);
	return why;
}

static const char *lacks(struct arena *a, enum isa isa, const struct answer *s)
{
	if (isa >= ISA_AVX512F && !(s->features & VMX_HAS_AVX512))
		return arena_printf(a, "%s: this processor has no AVX-512", s->name);
	if (isa >= ISA_AVX && !(s->features & VMX_HAS_AVX))
		return arena_printf(a, "%s: this processor has no AVX", s->name);
	return NULL;
}

const char *vmx_why_not(struct arena *a, const struct vmx_options *o, enum width w, enum isa isa,
			const char **engine)
{
	const char *model = o->model ? o->model : VMX_MODEL, *version = NULL, *why = NULL, *known;
	struct answer answer = { .name = "kvm-nested" };
	unsigned width = root_width(o, w);
	uint64_t key;

	if (!is_root(o) && w == W64 && width == 32)
		return "a 32-bit root cannot run 64-bit guests";
	if (o->engine == VMX_BOCHS) {
		why = bochs_why_not(a, o, &version);
		answer.name = arena_printf(a, "bochs %s, %s", version, model);
	}
	if (why)
		return why;
	key = key_of(a, o, width);
	known = answer_load(a, key);
	if (!known || sscanf(known, "features %u\n", &answer.features) != 1) {
		why = boot_and_ask(a, o, width, &answer);
		if (!why && key)
			answer_store(a, key, arena_printf(a, "features %u\n", answer.features));
	}
	if (!why)
		why = lacks(a, isa, &answer);
	if (!why && engine)
		*engine = engine_text(a, o, w, &answer);
	return why;
}

/* Running payloads ----------------------------------------------------------------------------- */

/* One of the payloads that share a disk, from its first start to its last. */
struct job {
	struct vmx_job *of;
	struct image image;
	struct vmx_request request;
	uint64_t sector;       /* of its own request */
	uint32_t next, starts; /* what a further start would begin with; starts so far */
	unsigned kills;        /* of the machine under it, by other processes */
	bool over;
	struct timespec ended; /* as far as it was seen: CLOCK_MONOTONIC */
};

static void prepare(struct job *j, uint64_t *sectors)
{
	const struct payload *p = j->of->p;
	const struct vmx_options *o = j->of->o;
	const char *why = image_load(j->of->a, p->path, &j->image);
	const struct image *i = &j->image;
	uint64_t image_sectors = round_up(i->bytes, VMX_SECTOR) / VMX_SECTOR;

	*j->of->out = (struct place_run){ .n = p->ncases, .nargs = p->nargs };
	j->of->out->v = arena_alloc(j->of->a, (2 * p->ncases + 1) * sizeof(*j->of->out->v));
	if (why) {
		j->of->out->broken = arena_printf(j->of->a, "%s: %s", p->path, why);
		j->over = true;
		return;
	}
	j->over = !p->ncases;
	j->sector = *sectors;
	j->next = 2 * j->of->from;
	j->request = (struct vmx_request){
		.mode = o->mode ? o->mode : VMX_MODE_GUEST,
		.width = width_bits(p->width),
		/* In root operation nothing looks at the payload from time to time. */
		.options = o->options | (is_root(o) ? CL_ANNOUNCE : 0),
		.forget = o->forget,
		.end = 2 * (j->of->to ? j->of->to : (uint32_t)p->ncases),
		.directions = p->directions,
		.seed = p->seed,
		.key = random_key(),
		.image = i->at,
		.image_bytes = i->bytes,
		.memory_bytes = i->memory_bytes,
		.entry = i->at,
		.results = image_results(i),
		.results_bytes = RESULT_BYTES,
		.image_sector = j->sector + 1,
		.out_sector = j->sector + 1 + image_sectors,
		.out_sectors = RESULT_BYTES / VMX_SECTOR + 64,
		.tick = TICK,
		.stepped_tick = STEPPED_TICK,
		.stuck = STUCK_TICKS,
	};
	*sectors = j->request.out_sector + j->request.out_sectors;
}

/* One machine for all of them. NULL, or what went wrong. */
static const char *open_for(struct work *k, struct job *v, size_t n, uint64_t sectors)
{
	unsigned megs = 16;
	const char *why;

	for (size_t i = 0; i < n; i++) {
		const struct vmx_request *r = &v[i].request;
		unsigned needed = (unsigned)((r->results + r->results_bytes) >> 20) + 1;

		megs = needed > megs ? needed : megs;
	}
	k->machine.megs = megs;
	k->machine.root_width = root_width(v->of->o, v->of->p->width);
	why = work_open(v->of->a, k, v->of->o, sectors * VMX_SECTOR);
	for (size_t i = 0; !why && i < n; i++)
		memcpy(k->disk + v[i].request.image_sector * VMX_SECTOR, v[i].image.data,
		       v[i].image.bytes);
	return why;
}

/* What came of one start. */
struct outcome_of_start {
	bool finished;
	uint32_t current;   /* the case under way when the machine stopped, or CL_NO_CASE */
	const char *died;   /* how the guest ended, if in no case that is known */
	const char *broken; /* NULL, or why starting again is useless */
};

/* One segment; j->next is where a further start would go on. */
static void read_segment(struct job *j, const struct vmx_segment *s, struct outcome_of_start *r)
{
	const struct cl_header *h = (const void *)((const uint8_t *)s + VMX_SECTOR);
	struct place_run *out = j->of->out;
	struct arena *a = j->of->a;
	bool known = s->current < j->request.end && s->current >= j->next;

	if (s->bytes)
		records_read(
			a,
			&(struct record_source){ h, s->bytes, j->request.key, 0, j->request.end },
			out);
	r->current = known ? s->current : CL_NO_CASE;
	switch (s->end) {
	case VMX_FINISHED:
		r->finished = true;
		if (!s->bytes || !h->finished)
			r->broken = "the payload ended before its last case";
		else
			r->broken = h->full ? "results did not fit into memory"
					    : image_ran_otherwise(a, j->of->p->path, h,
								  proof_of(j->of->o));
		if (!r->broken)
			records_complete(a, j->of->p, j->next, j->request.end, out);
		break;
	case VMX_DIED:
	case VMX_STUCK:
		if (known) {
			outcome_charge(a, out, s->current, s->end == VMX_STUCK);
			j->next = s->current + 1;
			out->restarts++;
		} else {
			r->died = arena_printf(a,
					       "the guest ended in no case (exit reason 0x%x, "
					       "qualification 0x%llx, at 0x%llx)",
					       s->reason, (unsigned long long)s->qualification,
					       (unsigned long long)s->ip);
		}
		r->current = CL_NO_CASE;
		break;
	case VMX_BROKEN:
		r->broken = arena_printf(a, "the payload's runtime took trap %lld at 0x%llx",
					 (long long)s->qualification, (unsigned long long)s->ip);
		break;
	case VMX_CANNOT:
		r->broken =
			arena_printf(a, "%.*s (reason 0x%x, at 0x%llx)", (int)sizeof(s->text) - 1,
				     s->text, s->reason, (unsigned long long)s->ip);
		break;
	}
}

/* Read what one start left on the disk, and decide whether and where the next one goes on.
 * `failed`: NULL, or the engine's message. */
static void read_start(const struct work *k, struct job *j, const char *failed)
{
	struct outcome_of_start r = { .current = CL_NO_CASE };
	struct place_run *out = j->of->out;
	uint64_t at = j->request.out_sector;
	const struct vmx_segment *s;
	bool was_announced = j->request.options & CL_ANNOUNCE;

	while (!r.broken && !r.finished && (s = segment_next(k->disk, k->disk_bytes, &at)))
		read_segment(j, s, &r);
	if (r.broken) {
		out->broken = r.broken;
	} else if (r.finished) {
		j->next = j->request.end;
	} else if (k->machine.killed) {
		/* The case under way runs once more. */
		if (r.current != CL_NO_CASE)
			j->next = r.current;
		j->kills += weight(&k->machine);
		if (j->kills > MAX_KILLS) {
			place_run_unstarted(
				out,
				k->machine.stalled
					? "its machine stood still again and again"
					: "its machine was ended by another process again and again");
			j->over = true;
			return;
		}
	} else if (!was_announced) {
		/* It may have been seen last many cases ago, or its state be unreadable: start
		 * again from there with each case announced, so that the one it ends in is
		 * known. */
		if (r.current != CL_NO_CASE)
			j->next = r.current;
		j->request.options |= CL_ANNOUNCE;
	} else if (r.current != CL_NO_CASE) {
		outcome_charge(j->of->a, out, r.current, k->machine.idle);
		j->next = r.current + 1;
		out->restarts++;
		if (!is_root(j->of->o))
			j->request.options &= ~(uint32_t)CL_ANNOUNCE;
	} else if (j->next == j->request.first) {
		out->broken = failed ? failed : r.died ? r.died : "the hypervisor left no answer";
	}
	j->over = out->broken || j->next >= j->request.end;
	if (!j->over && ++j->starts > MAX_STARTS + j->kills) {
		out->broken = "the machine stopped again and again";
		j->over = true;
	}
}

/* The payloads of one start, for the watcher of the running engine. */
struct chain {
	const struct work *work;
	struct job **v;
	size_t n, done; /* of v; those that were seen to have ended */
};

static bool has_answer(const struct work *k, const struct job *j)
{
	const struct vmx_segment *s = (const void *)(k->disk + j->request.out_sector * VMX_SECTOR);

	return s->magic == VMX_MAGIC;
}

/* Note when each came to its end. */
static void look(void *closure)
{
	struct chain *c = closure;

	while (c->done < c->n) {
		struct job *j = c->v[c->done];
		const volatile struct vmx_segment *s =
			(const void *)(c->work->disk + j->request.out_sector * VMX_SECTOR);

		if (s->magic != VMX_MAGIC || s->end != VMX_FINISHED)
			return;
		clock_gettime(CLOCK_MONOTONIC, &j->ended);
		c->done++;
	}
}

static uint64_t nanoseconds(const struct timespec *from, const struct timespec *to)
{
	return (uint64_t)((to->tv_sec - from->tv_sec) * 1000000000 + to->tv_nsec - from->tv_nsec);
}

/* Start the engine once for these, one behind the other, and read what it left. The first that does
 * not end is the last that ran: those behind it have no result and stay as they are. `v` has at
 * least one. */
static void start(struct work *k, struct job **v, size_t n)
{
	struct arena *a = v[0]->of->a;
	struct chain c = { .work = k, .v = v, .n = n };
	struct timespec from, now;
	const char *failed;

	for (size_t i = 0; i < n; i++) {
		v[i]->request.first = v[i]->next;
		v[i]->request.next = i + 1 < n ? v[i + 1]->sector : 0;
		v[i]->ended = (struct timespec){ 0 };
		put_request(k, v[i]->sector, &v[i]->request);
	}
	put_request(k, 0, &v[0]->request);
	k->machine.payloads = (unsigned)n;
	k->machine.look = look;
	k->machine.closure = &c;
	clock_gettime(CLOCK_MONOTONIC, &from);
	failed = boot(a, k, v[0]->of->o);
	clock_gettime(CLOCK_MONOTONIC, &now);
	look(&c);
	for (size_t i = 0; i < n; i++) {
		const struct timespec *end = i < c.done ? &v[i]->ended : &now;

		if (i && !k->machine.absent && !has_answer(k, v[i]))
			return;
		v[i]->of->out->cost.wall += nanoseconds(&from, end);
		from = *end;
		if (k->machine.absent) {
			place_run_unstarted(v[i]->of->out, arena_strdup(v[i]->of->a, failed));
			v[i]->over = true;
			continue;
		}
		read_start(k, v[i], failed);
	}
}

static void leave_unstarted(struct job *v, size_t n, const char *why)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].over)
			continue;
		place_run_unstarted(v[i].of->out, why);
		v[i].over = true;
	}
}

void vmx_run_together(struct vmx_job *jobs, size_t n)
{
	struct arena *a = arena_new();
	struct job *v = arena_alloc(a, (n + 1) * sizeof(*v));
	struct job **chain = arena_alloc(a, (n + 1) * sizeof(*chain));
	struct work k = { 0 };
	uint64_t sectors = 1;
	const char *why;

	for (size_t i = 0; i < n; i++) {
		v[i].of = &jobs[i];
		prepare(&v[i], &sectors);
	}
	why = open_for(&k, v, n, sectors);
	for (size_t i = 0; i < n && why; i++) {
		if (!jobs[i].out->broken)
			jobs[i].out->broken = arena_strdup(jobs[i].a, why);
		v[i].over = true;
	}
	for (;;) {
		size_t waiting = 0;

		for (size_t i = 0; i < n; i++) {
			/* One that was started before and did not end runs alone. */
			for (struct job *one = &v[i]; one->starts && !one->over;)
				start(&k, &one, 1);
			/* The others would fare no better, and take as long. */
			if (k.machine.stalled && v[i].over && jobs[i].out->unstarted)
				leave_unstarted(v, n, jobs[i].out->unstarted);
			if (!v[i].over)
				chain[waiting++] = &v[i];
		}
		if (!waiting)
			break;
		start(&k, chain, waiting);
	}
	work_close(&k);
	arena_free(a);
}

/* Part of a payload, on a machine of its own. What it allocates is its own until all have ended. */
struct part {
	struct vmx_job job;
	struct place_run out;
};

static void run_part(void *closure, size_t i)
{
	struct part *part = (struct part *)closure + i;

	vmx_run_together(&part->job, 1);
}

static void merge_part(struct place_run *out, struct part *part, struct arena *a)
{
	const struct place_run *r = &part->out;
	size_t from = 2 * part->job.from;

	memcpy(out->v + from, r->v + from, (2 * part->job.to - from) * sizeof(*out->v));
	out->restarts += r->restarts;
	out->broken = out->broken ? out->broken : r->broken;
	out->unstarted = out->unstarted ? out->unstarted : r->unstarted;
	out->cost.wall = out->cost.wall > r->cost.wall ? out->cost.wall : r->cost.wall;
	arena_take(a, part->job.a);
}

void vmx_run(struct arena *a, const struct payload *p, const struct vmx_options *o,
	     struct place_run *out)
{
	size_t n = p->ncases / (o->part ? o->part : VMX_PART);
	struct part *parts;

	n = n < o->at_once ? n : o->at_once;
	n = n ? n : 1;
	parts = arena_alloc(a, n * sizeof(*parts));
	for (size_t i = 0; i < n; i++)
		parts[i].job = (struct vmx_job){ .a = arena_new(),
						 .p = p,
						 .o = o,
						 .out = &parts[i].out,
						 .from = (uint32_t)(p->ncases * i / n),
						 .to = (uint32_t)(p->ncases * (i + 1) / n) };
	parallel(n, n, run_part, parts);
	*out = (struct place_run){ .n = p->ncases, .nargs = p->nargs };
	out->v = arena_alloc(a, (2 * p->ncases + 1) * sizeof(*out->v));
	for (size_t i = 0; i < n; i++)
		merge_part(out, &parts[i], a);
	if (out->unstarted)
		place_run_unstarted(out, out->unstarted);
}

const char *vmx_machine(struct arena *a, const struct vmx_options *o, enum width w)
{
	if (o->engine != VMX_BOCHS)
		return NULL;
	return arena_printf(a, "%s %s %u", bochs_program(o), o->model ? o->model : VMX_MODEL,
			    root_width(o, w));
}
