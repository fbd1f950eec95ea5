/* SPDX-License-Identifier: MIT */
/* Task switches cause VM exits, and the hypervisor has to do them: Intel SDM volume 3, 25.4.2. Only
 * what a 32-bit payload needs: from its task into the task of its double fault handler, through a
 * task gate (7.3). Linear addresses are physical ones, so TSS and GDT are read where they are. */
#include "vmx/hv.h"
#include "vmx/vmcs.h"

/* 32-bit TSS, in words of 4 bytes: figure 7-2. */
enum { TSS_LINK, TSS_CR3 = 7, TSS_IP, TSS_FLAGS, TSS_AX, TSS_ES = 18, TSS_WORDS = 26 };
enum { SOURCE_GATE = 3, BUSY = 2, CR0_TS = 8, FLAG_NT = 0x4000, RIGHTS_CODE = 0xc09b };

/* Is the whole of a structure in memory the guest can see? */
static bool visible(uint64_t at, uint64_t bytes)
{
	return at >= request.image && at + bytes <= request.image + request.memory_bytes;
}

static uint8_t *descriptor(word selector)
{
	uint64_t at = vmread(GUEST_GDTR_BASE) + (selector & ~7u);

	return visible(at, 8) ? (uint8_t *)(word)at : NULL;
}

static uint32_t *tss_of(const uint8_t *d)
{
	uint32_t at = d[2] | d[3] << 8 | d[4] << 16 | (uint32_t)d[7] << 24;

	return visible(at, 4 * TSS_WORDS) ? (uint32_t *)(word)at : NULL;
}

static void save_task(uint32_t *tss, const struct registers *r)
{
	tss[TSS_IP] = (uint32_t)vmread(GUEST_IP);
	tss[TSS_FLAGS] = (uint32_t)vmread(GUEST_FLAGS);
	for (unsigned i = 0; i < 8; i++)
		tss[TSS_AX + i] = (uint32_t)(i == SP ? vmread(GUEST_SP) : r->r[i]);
	for (unsigned s = SEG_ES; s <= SEG_GS; s++)
		tss[TSS_ES + s] = (uint32_t)vmread(GUEST_SELECTOR + 2 * s);
}

/* Segments are flat whatever their selector; the payload's own tables say the same. */
static void load_task(const uint32_t *tss, struct registers *r)
{
	vmwrite(GUEST_IP, tss[TSS_IP]);
	vmwrite(GUEST_FLAGS, tss[TSS_FLAGS] | FLAG_NT);
	for (unsigned i = 0; i < 8; i++) {
		if (i == SP)
			vmwrite(GUEST_SP, tss[TSS_AX + i]);
		else
			r->r[i] = tss[TSS_AX + i];
	}
	for (unsigned s = SEG_ES; s <= SEG_GS; s++) {
		vmwrite(GUEST_SELECTOR + 2 * s, tss[TSS_ES + s]);
		vmwrite(GUEST_BASE + 2 * s, 0);
		vmwrite(GUEST_LIMIT + 2 * s, 0xffffffff);
		vmwrite(GUEST_RIGHTS + 2 * s, s == SEG_CS ? RIGHTS_CODE : 0xc093);
	}
	/* CR3 is the same: all tasks of a payload share their page tables. */
	vmwrite(GUEST_CR0, vmread(GUEST_CR0) | CR0_TS);
}

static void push_error_code(void)
{
	word sp = vmread(GUEST_SP) - 4;

	if (visible(sp, 4))
		*(uint32_t *)sp = 0;
	vmwrite(GUEST_SP, sp);
}

bool task_switch(struct registers *r)
{
	word q = vmread(QUALIFICATION); /* table 27-2: selector, source in bits 31:30 */
	word from = vmread(GUEST_SELECTOR + 2 * SEG_TR);
	uint8_t *old = descriptor(from), *new = descriptor(q & 0xffff);
	uint32_t *old_tss = old ? tss_of(old) : NULL, *new_tss = new ? tss_of(new) : NULL;

	if ((q >> 30 & 3) != SOURCE_GATE || !old_tss || !new_tss || request.width != 32)
		return false;
	save_task(old_tss, r);
	new_tss[TSS_LINK] = (uint32_t)from;
	new[5] |= BUSY;
	load_task(new_tss, r);
	vmwrite(GUEST_SELECTOR + 2 * SEG_TR, q & 0xffff);
	vmwrite(GUEST_BASE + 2 * SEG_TR, (word)new_tss);
	vmwrite(GUEST_LIMIT + 2 * SEG_TR, 103);
	push_error_code();
	vmwrite(GUEST_INTERRUPTIBILITY, vmread(GUEST_INTERRUPTIBILITY) & BLOCKED_BY_NMI);
	return true;
}
