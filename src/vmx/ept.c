/* SPDX-License-Identifier: MIT */
/* Extended page tables: the guest sees the payload, its results and the handover at their own
 * addresses, and nothing else; the hypervisor's memory is not there. Intel SDM volume 3, 28.3. */
#include "vmx/hv.h"

enum { ENTRIES = 512, LARGE_SHIFT = 21, GIB_SHIFT = 30 };
/* Tables 28-1 to 28-7: read, write, execute; memory type write-back; a large page. */
#define EPT_RWX       7ull
#define EPT_WRITEBACK (6ull << 3)
#define EPT_LARGE     0x80ull

static uint64_t pml4[ENTRIES] __attribute__((aligned(PAGE)));
static uint64_t pdpt[ENTRIES] __attribute__((aligned(PAGE)));
static uint64_t directory[ENTRIES] __attribute__((aligned(PAGE))); /* the first GiB */
static uint64_t low[ENTRIES] __attribute__((aligned(PAGE)));

uint64_t ept_pointer(void)
{
	uint64_t end = (request.results + request.results_bytes) >> LARGE_SHIFT;

	pml4[0] = (word)pdpt | EPT_RWX;
	pdpt[0] = (word)directory | EPT_RWX;
	directory[0] = (word)low | EPT_RWX;
	for (unsigned i = 0; i < LOW_PAGES; i++)
		low[LOW / PAGE + i] = (uint64_t)(LOW + i * PAGE) | EPT_RWX | EPT_WRITEBACK;
	for (uint64_t i = request.image >> LARGE_SHIFT; i < end; i++)
		directory[i] = i << LARGE_SHIFT | EPT_RWX | EPT_WRITEBACK | EPT_LARGE;
	return (word)pml4 | 3 << 3 | 6; /* 24.6.11: a walk of four, write-back */
}
