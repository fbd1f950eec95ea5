/* SPDX-License-Identifier: MIT */
/* The disk between clobber and its hypervisor: sector 0 is a request, which names the sectors of
 * the payload's image, of the room for what is handed back (segments, one behind the other), and of
 * the next request. Read by both sides, so all fields have a fixed size; little-endian. */
#ifndef CLOBBER_DISK_H
#define CLOBBER_DISK_H

#include <stddef.h>
#include <stdint.h>

enum { VMX_MAGIC = 0x52584d56 /* "VMXR" */, VMX_VERSION = 3, VMX_SECTOR = 512 };

enum vmx_mode {
	VMX_MODE_PROBE,        /* no payload: say what the processor offers */
	VMX_MODE_GUEST,        /* the payload as a guest */
	VMX_MODE_ROOT,         /* the payload in root operation, no current VMCS */
	VMX_MODE_ROOT_CURRENT, /* the same with a current VMCS */
};

struct vmx_request {
	uint32_t magic, version;
	uint32_t mode;
	uint32_t width;      /* of the payload: 32 or 64 */
	uint32_t options;    /* enum cl_handover_options for the payload */
	uint32_t first, end; /* run from here, up to 2 * cases */
	uint32_t directions, unused;
	uint32_t
		forget; /* 0, or 1 + a register the hypervisor loses at every step: for its tests */
	uint64_t seed, key;
	uint64_t image, image_bytes;     /* where it is loaded, and what of it is on the disk */
	uint64_t memory_bytes;           /* with the zeroes behind it */
	uint64_t entry;                  /* guest_start */
	uint64_t results, results_bytes; /* memory for records, aligned to 2 MiB */
	uint64_t image_sector, out_sector, out_sectors;
	uint64_t next; /* sector of the request to serve after this one was finished; 0: none */
	uint64_t tick, stepped_tick; /* TSC cycles between looks at the guest */
	uint64_t stuck;              /* ticks without progress after which a guest is given up */
	uint64_t checksum;           /* of all before */
};

enum vmx_end {
	VMX_RUNNING = 1, /* written at every look: what there is so far */
	VMX_FINISHED,    /* the payload came to its end, or a probe to its */
	VMX_DIED,        /* triple fault, or anything else that ends a guest */
	VMX_STUCK,       /* no progress */
	VMX_BROKEN,      /* the payload's runtime itself failed */
	VMX_CANNOT,      /* the hypervisor cannot do what was asked: why is in `text` */
};

enum vmx_features {
	VMX_HAS_EPT = 1,
	VMX_HAS_UNRESTRICTED = 2,
	VMX_HAS_TIMER = 4,
	VMX_HAS_AVX = 8,
	VMX_HAS_AVX512 = 16,
	VMX_ROOT64 = 32,
};

/* At the start of a sector; `bytes` of struct cl_header and records in the sectors behind it. */
struct vmx_segment {
	uint32_t magic, number;
	uint32_t end;    /* enum vmx_end */
	uint32_t reason; /* exit reason: SDM volume 3, appendix C */
	uint64_t qualification, ip;
	uint32_t features, exits, ticks, steps;
	uint32_t current; /* case under way (index * 2 + direction), or CL_NO_CASE: unknown */
	uint32_t unused;
	uint64_t bytes;
	char text[128];
	uint64_t checksum; /* of the records, then of struct cl_header, then of all before */
};

/* FNV-1a over words: the same on both sides. `n` bytes, the last word padded with zeroes. */
static inline uint64_t vmx_checksum(uint64_t h, const void *data, size_t n)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < n; i += 4) {
		uint32_t w = 0;

		for (size_t k = 0; k < 4 && i + k < n; k++)
			w |= (uint32_t)p[i + k] << (8 * k);
		h = (h ^ w) * 0x100000001b3ull;
	}
	return h;
}
#define VMX_CHECKSUM 0xcbf29ce484222325ull

#endif
