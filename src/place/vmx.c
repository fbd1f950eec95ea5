/* SPDX-License-Identifier: MIT */
/* Place `vmx`: makes the disk for the hypervisor, starts an engine on it as often as it takes, and
 * reads back what came of it. docs/vmx.md has the picture. */
#include "place/vmx.h"

#include "place/answers.h"
#include "place/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	RESULT_BYTES = 64 << 20,
	CYLINDER = 16 * 63 * VMX_SECTOR, /* a disk has whole ones */
	TICK = 1000000,                  /* TSC cycles: about as many instructions */
	STEPPED_TICK = 50000,
	STUCK_TICKS = 100,
	MAX_STARTS = 20
};

/* A folder with a disk, for as long as one payload runs. */
struct work {
	char dir[4096];
	uint8_t *disk;
	size_t disk_bytes;
	struct vmx_machine machine;
	struct vmx_request request;
	bool absent; /* the engine could not be started */
};

static bool is_root(const struct vmx_options *o)
{
	return o->mode == VMX_MODE_ROOT || o->mode == VMX_MODE_ROOT_CURRENT;
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
	const char *tmp = getenv("TMPDIR");
	const char *rom = arena_printf(a, "%s/vmx%u.rom", o->runtime, k->machine.root_width);
	char *real = realpath(rom, NULL);
	int fd;

	if (!real)
		return arena_printf(a, "%s is missing: build or install clobber again", rom);
	snprintf(k->dir, sizeof(k->dir), "%s/clobber-vmx-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(k->dir))
		die("cannot make a folder %s: %s", k->dir, strerror(errno));
	k->machine.dir = k->dir;
	k->disk_bytes = round_up(disk_bytes, CYLINDER);
	if (symlink(real, arena_printf(a, "%s/rom", k->dir)) < 0)
		die("cannot write into %s: %s", k->dir, strerror(errno));
	free(real);
	fd = open(arena_printf(a, "%s/disk", k->dir), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)k->disk_bytes) < 0)
		die("cannot write into %s: %s", k->dir, strerror(errno));
	k->disk = mmap(NULL, k->disk_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (k->disk == MAP_FAILED)
		die("cannot map the disk in %s: %s", k->dir, strerror(errno));
	close(fd);
	return NULL;
}

static void work_close(struct arena *a, struct work *k)
{
	static const char *const files[] = {
		"disk", "disk.lock", "rom", "config", "commands", "log"
	};

	if (k->disk)
		munmap(k->disk, k->disk_bytes);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(arena_printf(a, "%s/%s", k->dir, files[i]));
	rmdir(k->dir);
}

/* Write the request, forget what is left of the last answer, and start the engine. */
static const char *boot(struct arena *a, struct work *k, const struct vmx_options *o)
{
	struct vmx_request *r = &k->request;

	r->magic = VMX_MAGIC;
	r->version = VMX_VERSION;
	r->checksum = vmx_checksum(VMX_CHECKSUM, r, offsetof(struct vmx_request, checksum));
	memset(k->disk, 0, VMX_SECTOR);
	memcpy(k->disk, r, sizeof(*r));
	memset(k->disk + r->out_sector * VMX_SECTOR, 0, VMX_SECTOR);
	if (o->engine == VMX_KVM_NESTED)
		return kvm_nested_boot(a, o, &k->machine, k->disk, k->disk_bytes, &k->absent);
	return bochs_boot(a, o, &k->machine, &k->absent);
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

	/* A payload in root operation has its own width: both are run, so none is named. */
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
	uint64_t key = o->engine == VMX_BOCHS ? answer_key(a, o->bochs ? o->bochs : "bochs") : 0;
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
	const char *why = work_open(a, &k, o, 8 * VMX_SECTOR), *failed;
	const struct vmx_segment *s;
	uint64_t at = 1;

	if (why)
		return why;
	k.request.mode = VMX_MODE_PROBE;
	k.request.out_sector = 1;
	k.request.out_sectors = 4;
	failed = boot(a, &k, o);
	s = segment_next(k.disk, k.disk_bytes, &at);
	if (!s)
		why = failed ? failed : "the hypervisor left no answer";
	else if (s->end != VMX_FINISHED)
		why = arena_printf(a, "%s: %.*s", out->name, (int)sizeof(s->text) - 1, s->text);
	else
		out->features = s->features;
	work_close(a, &k);
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

/* Running a payload ---------------------------------------------------------------------------- */

static const char *prepare(struct arena *a, struct work *k, const struct payload *p,
			   const struct vmx_options *o)
{
	struct vmx_request *r = &k->request;
	struct image i;
	const char *why = image_load(a, p->path, &i);
	uint64_t image_sectors = round_up(i.bytes, VMX_SECTOR) / VMX_SECTOR;

	if (why)
		return arena_printf(a, "%s: %s", p->path, why);
	*r = (struct vmx_request){
		.mode = o->mode ? o->mode : VMX_MODE_GUEST,
		.width = width_bits(p->width),
		/* In root operation nothing looks at the payload from time to time. */
		.options = o->options | (is_root(o) ? CL_ANNOUNCE : 0),
		.forget = o->forget,
		.end = 2 * (uint32_t)p->ncases,
		.directions = p->directions,
		.seed = p->seed,
		.image = i.at,
		.image_bytes = i.bytes,
		.memory_bytes = i.memory_bytes,
		.entry = i.at,
		.results = image_results(&i),
		.results_bytes = RESULT_BYTES,
		.image_sector = 1,
		.out_sector = 1 + image_sectors,
		.out_sectors = RESULT_BYTES / VMX_SECTOR + 64,
		.tick = TICK,
		.stepped_tick = STEPPED_TICK,
		.stuck = STUCK_TICKS,
	};
	k->machine.root_width = root_width(o, p->width);
	k->machine.megs = (unsigned)((r->results + r->results_bytes) >> 20) + 1;
	why = work_open(a, k, o, (1 + image_sectors + r->out_sectors) * VMX_SECTOR);
	if (!why)
		memcpy(k->disk + VMX_SECTOR, i.data, i.bytes);
	return why;
}

/* What came of one start. */
struct outcome_of_start {
	bool finished;
	uint32_t current;   /* the case under way when the machine stopped, or CL_NO_CASE */
	const char *died;   /* how the guest ended, if in no case that is known */
	const char *broken; /* NULL, or why a further start is no use */
};

/* One segment; *next is where a further start would go on. */
static void read_segment(struct arena *a, const struct vmx_segment *s, struct place_run *out,
			 uint32_t *next, struct outcome_of_start *r)
{
	const struct cl_header *h = (const void *)((const uint8_t *)s + VMX_SECTOR);
	bool known = s->current < 2 * out->n && s->current >= *next;

	if (s->bytes)
		records_read(a, h, s->bytes, out);
	r->current = known ? s->current : CL_NO_CASE;
	switch (s->end) {
	case VMX_FINISHED:
		r->finished = true;
		r->broken = s->bytes && h->full ? "results did not fit into memory" : NULL;
		break;
	case VMX_DIED:
	case VMX_STUCK:
		if (known) {
			outcome_charge(a, out, s->current, s->end == VMX_STUCK);
			*next = s->current + 1;
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

/* Start the engine once and read what it left on the disk. *next moves on. NULL, or why a further
 * start is no use. */
static const char *start(struct arena *a, struct work *k, const struct vmx_options *o,
			 struct place_run *out, uint32_t *next)
{
	struct outcome_of_start r = { .current = CL_NO_CASE };
	uint64_t at = k->request.out_sector;
	const struct vmx_segment *s;
	const char *failed;
	bool was_announced = k->request.options & CL_ANNOUNCE;

	k->request.first = *next;
	failed = boot(a, k, o);
	if (k->absent)
		return failed;
	while (!r.broken && !r.finished && (s = segment_next(k->disk, k->disk_bytes, &at)))
		read_segment(a, s, out, next, &r);
	if (r.broken)
		return r.broken;
	if (r.finished) {
		*next = k->request.end;
	} else if (!was_announced) {
		/* The last look at it may be cases ago, or unreadable: again from there, each case
		 * announced, so that the one it ends in is known. */
		if (r.current != CL_NO_CASE)
			*next = r.current;
		k->request.options |= CL_ANNOUNCE;
	} else if (r.current != CL_NO_CASE) {
		outcome_charge(a, out, r.current, false);
		*next = r.current + 1;
		out->restarts++;
		if (!is_root(o))
			k->request.options &= ~(uint32_t)CL_ANNOUNCE;
	} else if (*next == k->request.first) {
		return failed ? failed : r.died ? r.died : "the hypervisor left no answer";
	}
	return NULL;
}

void vmx_run(struct arena *a, const struct payload *p, const struct vmx_options *o,
	     struct place_run *out)
{
	struct work k = { 0 };
	uint32_t next = 0, starts = 0;

	*out = (struct place_run){ .n = p->ncases, .nargs = p->nargs };
	out->v = arena_alloc(a, (2 * p->ncases + 1) * sizeof(*out->v));
	out->broken = prepare(a, &k, p, o);
	while (!out->broken && next < 2 * p->ncases) {
		if (++starts > MAX_STARTS)
			out->broken = "the machine stopped again and again";
		else
			out->broken = start(a, &k, o, out, &next);
	}
	if (k.absent)
		place_run_unstarted(out, out->broken);
	work_close(a, &k);
}
