/* SPDX-License-Identifier: MIT */
/* Model-specific registers, in root operation, where code under test can write them: compared after
 * every run with what they held before the first, and put back. Which of MSRS (record.h) the
 * processor has, reading them shows. */
#include "payload/guest.h"

struct msr {
	uint32_t number;
	bool kept; /* it is there, and looked at */
	uint64_t wanted;
};
static struct msr msrs[CL_MSRS];

enum { FS_BASE = 0xc0000100, KERNEL_GS_BASE = 0xc0000102 };

/* What nothing here uses, or only with another register that is 0, holds a value of its own, so
 * that one who clears it is seen. Canonical, and as wide as the narrowest of them. */
static bool is_free(uint32_t number)
{
	enum {
		SYSENTER_ESP = 0x175,
		SYSENTER_EIP = 0x176,
		STAR = 0xc0000081,
		FMASK = 0xc0000084,
		TSC_AUX = 0xc0000103
	};

	return number == SYSENTER_ESP || number == SYSENTER_EIP ||
	       (number >= STAR && number <= FMASK) || number == TSC_AUX || number == KERNEL_GS_BASE;
}

void guest_msrs_keep(bool has_bases)
{
	static const struct {
		uint32_t first, n;
	} ranges[] = {
#define MSR(first, n, name) { first, n },
		MSRS(MSR)
#undef MSR
	};
	struct msr *m = msrs;

	for (unsigned k = 0; k < sizeof(ranges) / sizeof(ranges[0]); k++) {
		for (uint32_t i = 0; i < ranges[k].n; i++, m++) {
			uint64_t own;

			m->number = ranges[k].first + i;
			own = 0x5afe0000u | (m->number & 0xffff);
			if (has_bases && m->number >= FS_BASE && m->number <= KERNEL_GS_BASE)
				continue;
			if (is_free(m->number))
				guest_write_msr(m->number, &own);
			m->kept = guest_read_msr(m->number, &m->wanted);
		}
	}
}

bool guest_msrs_check(int round, struct findings *out)
{
	bool restored = true;

	for (unsigned i = 0; i < CL_MSRS; i++) {
		const struct msr *m = &msrs[i];
		uint64_t now = 0;

		if (!m->kept || (guest_read_msr(m->number, &now) && now == m->wanted))
			continue;
		check_msr((int)i, round, m->wanted, now, out);
		guest_write_msr(m->number, &m->wanted);
		restored = restored && guest_read_msr(m->number, &now) && now == m->wanted;
	}
	return restored;
}
