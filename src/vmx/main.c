/* SPDX-License-Identifier: MIT */
/* The hypervisor: reads a request from the disk, runs the payload, hands back its records, and runs
 * it again behind the case that took it down. After a payload that finished in one go the processor
 * is reset, so that the next request finds nothing but the disk of this one. The disk is its only
 * output. */
#include "vmx/hv.h"

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);

struct vmx_request request;
struct vmx_segment segment;
uint32_t announced;

static uint64_t out_sector; /* of the segment being filled in */

/* Bochs ends when this string is written to port 0x8900; elsewhere HLT has to do. */
static void power_off(void) __attribute__((noreturn));
static void power_off(void)
{
	for (const char *s = "Shutdown"; *s; s++)
		outb(0x8900, (uint8_t)*s);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* A reset of the PC (system control port A), so that the ROM starts all over. */
static void reset(void)
{
	outb(0x92, inb(0x92) | 1);
}

struct cl_header *results(void)
{
	return (struct cl_header *)(word)request.results;
}

static uint64_t sectors(uint64_t bytes)
{
	return (bytes + VMX_SECTOR - 1) / VMX_SECTOR;
}

/* Bytes of the segment being filled in that are on the disk already, and their checksum. Records
 * that are settled are never written again, so a look in between writes what is new. The checksum
 * is of words and a record may end within one: `part` is of the whole words, up to `summed`. */
static uint64_t written, sum, summed, part;
static struct cl_header good; /* as it is on the disk */

static uint64_t record_bytes(const struct cl_header *h)
{
	uint64_t most = request.results_bytes - sizeof(*h);
	uint64_t room = request.out_sector + request.out_sectors - out_sector;

	if (request.mode == VMX_MODE_PROBE || h->magic != CL_MAGIC || h->used > most ||
	    1 + sectors(sizeof(*h) + h->used) > room)
		return 0;
	return sizeof(*h) + h->used;
}

/* Code under test may have written over the header; what was announced it cannot reach. */
static uint32_t under_way(void)
{
	if (request.options & CL_ANNOUNCE)
		return announced;
	return results()->magic == CL_MAGIC ? results()->current : CL_NO_CASE;
}

/* Records first, then the segment that vouches for them; the next one goes behind a final one. */
void write_segment(enum vmx_end end)
{
	static uint8_t sector[VMX_SECTOR];
	const uint8_t *h = (uint8_t *)results();
	struct cl_header now = *results();
	uint64_t bytes;

	/* Of the record under way there may be another version yet. */
	if (end == VMX_RUNNING && now.settled <= now.used)
		now.used = now.settled;
	bytes = record_bytes(&now);
	if (!bytes) {
		/* Code under test wrote over the header: what is on the disk has to do. */
		bytes = written;
	} else if (end != VMX_RUNNING || written < sizeof(struct cl_header) || bytes < written) {
		written = summed = sizeof(struct cl_header);
		part = VMX_CHECKSUM;
	}
	if (bytes && record_bytes(&now)) {
		uint64_t from = written & ~(uint64_t)(VMX_SECTOR - 1);

		disk_write(out_sector + 1 + from / VMX_SECTOR, h + from, bytes - from);
		for (unsigned i = 0; i < VMX_SECTOR; i++)
			sector[i] = i < sizeof(now) ? ((uint8_t *)&now)[i] : h[i];
		disk_write(out_sector + 1, sector, VMX_SECTOR);
		part = vmx_checksum(part, h + summed, (word)((bytes - summed) & ~3ull));
		summed += (bytes - summed) & ~3ull;
		sum = vmx_checksum(part, h + summed, (word)(bytes - summed));
		written = bytes;
		good = now;
	}
	segment.magic = VMX_MAGIC;
	segment.end = end;
	segment.current = request.mode == VMX_MODE_PROBE ? CL_NO_CASE : under_way();
	segment.bytes = bytes;
	segment.checksum =
		vmx_checksum(bytes ? sum : VMX_CHECKSUM, &good, bytes ? sizeof(good) : 0);
	segment.checksum =
		vmx_checksum(segment.checksum, &segment, offsetof(struct vmx_segment, checksum));
	for (unsigned i = 0; i < sizeof(segment); i++)
		sector[i] = ((uint8_t *)&segment)[i];
	disk_write(out_sector, sector, VMX_SECTOR);
	if (end != VMX_RUNNING) {
		out_sector += 1 + sectors(bytes);
		written = 0;
	}
}

void cannot(const char *why)
{
	unsigned i;

	for (i = 0; why[i] && i < sizeof(segment.text) - 1; i++)
		segment.text[i] = why[i];
	segment.text[i] = 0;
	write_segment(VMX_CANNOT);
	power_off();
}

/* An exception in the hypervisor itself, or, in root mode before the payload has its tables. */
void hv_trap(word vector, word ip);
void hv_trap(word vector, word ip)
{
	segment.reason = (uint32_t)vector;
	segment.ip = ip;
	cannot("the hypervisor itself took an exception; its vector is in `reason'");
}

static void clear(word at, uint64_t bytes)
{
	word n = (word)bytes;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(0) : "memory");
}

static void load_payload(uint32_t first)
{
	struct cl_handover *h = (struct cl_handover *)LOW;
	struct cl_header *r = results();

	disk_read(request.image_sector, (void *)(word)request.image, request.image_bytes);
	clear((word)(request.image + request.image_bytes),
	      request.memory_bytes - request.image_bytes);
	*h = (struct cl_handover){ .magic = CL_HANDOVER_MAGIC,
				   .version = CL_HANDOVER_VERSION,
				   .where = CL_IN_GUEST,
				   .options = request.options,
				   .first = first,
				   .end = request.end,
				   .directions = request.directions,
				   .seed = request.seed,
				   .key = request.key,
				   .results = request.results,
				   .results_bytes = request.results_bytes };
	*r = (struct cl_header){ .capacity = (uint32_t)(request.results_bytes - sizeof(*r)),
				 .current = CL_NO_CASE };
}

/* Run from `first` on; true when the run is to go on behind the case under way. */
static bool run_from(uint32_t first)
{
	enum vmx_end end;

	load_payload(first);
	announced = CL_NO_CASE;
	/* From here on no reset of the machine makes it serve this request again. */
	if (!segment.number)
		write_segment(VMX_RUNNING);
	if (request.mode == VMX_MODE_GUEST)
		end = guest_run();
	else
		end = root_run(request.mode == VMX_MODE_ROOT_CURRENT);
	write_segment(end);
	segment.number++;
	return (end == VMX_DIED || end == VMX_STUCK) && under_way() >= first &&
	       under_way() < request.end;
}

/* Read the first request that was not served before a reset of the machine. Behind one that did not
 * come to its end at once, or reset the machine itself, none is served. */
static void find_request(void)
{
	static uint8_t sector[VMX_SECTOR];
	const struct vmx_segment *s = (const void *)sector;
	uint64_t at = 0;

	for (;;) {
		disk_read(at, sector, VMX_SECTOR);
		memcpy(&request, sector, sizeof(request));
		if (request.magic != VMX_MAGIC || request.version != VMX_VERSION ||
		    request.checksum != vmx_checksum(VMX_CHECKSUM, &request,
						     offsetof(struct vmx_request, checksum)))
			power_off();
		disk_read(request.out_sector, sector, VMX_SECTOR);
		if (s->magic != VMX_MAGIC)
			return;
		if (s->end != VMX_FINISHED || !request.next)
			power_off();
		at = request.next;
	}
}

void hv_main(void);
void hv_main(void)
{
	uint32_t first;

	find_request();
	out_sector = request.out_sector;
	first = request.first;
	vmx_on();
	segment.features = vmx_features();
	if (request.mode == VMX_MODE_PROBE) {
		write_segment(VMX_FINISHED);
	} else {
		while (run_from(first))
			first = under_way() + 1;
	}
	vmx_off();
	if (request.next)
		reset();
	power_off();
}

/* The compiler may call these for copies and loops. */
void *memcpy(void *to, const void *from, size_t n)
{
	void *r = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return r;
}

void *memset(void *to, int value, size_t n)
{
	void *r = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
	return r;
}
