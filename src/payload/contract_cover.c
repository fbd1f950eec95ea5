/* SPDX-License-Identifier: MIT */
/* Which blocks of a function's instructions ran: a breakpoint at the beginning of each, which goes
 * when it is reached. Code is written through a second mapping of it: nothing else can. */
#include "payload/contract_run.h"

enum { INT3 = 0xcc };

static struct {
	const uint32_t *at;
	unsigned n, reached, nfresh;
	bool set; /* breakpoints are */
	uint32_t seen[CT_MOST_BLOCKS / 32];
	uint16_t fresh[CT_MOST_BLOCKS]; /* reached, and not yet kept */
	uint8_t was[CT_MOST_BLOCKS];
} cover;

static uint8_t *byte_of(unsigned i)
{
	return (uint8_t *)(cl_word)cover.at[i] + cl_code_alias;
}

static bool seen(unsigned i)
{
	return cover.seen[i / 32] >> (i % 32) & 1;
}

/* SDM volume 3, 8.1.3. */
void ct_serialize(void)
{
	unsigned a = 0, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d) : : "memory");
}

static void set(unsigned i)
{
	cover.was[i] = *byte_of(i);
	*byte_of(i) = INT3;
}

void ct_cover_resume(void)
{
	if (cover.set || !cover.n)
		return;
	for (unsigned i = 0; i < cover.n; i++) {
		if (!seen(i))
			set(i);
	}
	cover.set = true;
	ct_serialize();
}

void ct_cover_pause(void)
{
	if (!cover.set)
		return;
	for (unsigned i = 0; i < cover.n; i++) {
		if (!seen(i))
			*byte_of(i) = cover.was[i];
	}
	cover.set = false;
	ct_serialize();
}

void ct_cover_begin(const struct ct_contract *c)
{
	cover.at = ct_at(c->blocks);
	cover.n = cl_code_alias && !cl_contract_step ? min(c->nblocks, CT_MOST_BLOCKS) : 0;
	cover.reached = cover.nfresh = 0;
	__builtin_memset(cover.seen, 0, sizeof(cover.seen));
	ct_cover_resume();
}

void ct_cover_end(void)
{
	ct_cover_pause();
	cover.n = 0;
}

unsigned ct_cover_keep(void)
{
	unsigned n = cover.nfresh;

	cover.reached += n;
	cover.nfresh = 0;
	return n;
}

unsigned ct_cover_forget(void)
{
	unsigned n = cover.nfresh;

	for (unsigned k = 0; k < n; k++) {
		unsigned i = cover.fresh[k];

		cover.seen[i / 32] &= ~(1u << i % 32);
		if (cover.set)
			set(i);
	}
	cover.nfresh = 0;
	if (n)
		ct_serialize();
	return n;
}

unsigned ct_cover_fresh(void)
{
	return cover.nfresh;
}

bool ct_cover_known(void)
{
	return cover.n;
}

bool ct_cover_all(void)
{
	return cover.reached + cover.nfresh == cover.n;
}

void ct_cover_tell(struct findings *out)
{
	for (unsigned k = 0; 128 * k < cover.n; k++) {
		uint64_t bits[2];

		__builtin_memcpy(bits, &cover.seen[4 * k], sizeof(bits));
		if (out->nobservations == sizeof(out->observation) / sizeof(out->observation[0]))
			return;
		out->observation[out->nobservations++] = (struct merged_observation){
			.item = CT_STRENGTH,
			.piece = (uint8_t)(CT_STRENGTH_BLOCKS + k),
			.place = { bits[0], bits[1] },
		};
	}
}

/* At a trap of code under test: the breakpoint that it was is no more, and the instruction runs. */
bool payload_break(cl_word *ip, cl_word *flags)
{
	cl_word at = *ip - 1;
	unsigned low = 0, high = cover.n;

	if (ct_watch_break(ip, flags) || ct_read_break(ip))
		return true;
	if (!cover.set)
		return false;
	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (cover.at[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == cover.n || cover.at[low] != at || seen(low))
		return false;
	*byte_of(low) = cover.was[low];
	cover.seen[low / 32] |= 1u << low % 32;
	cover.fresh[cover.nfresh++] = (uint16_t)low;
	*ip = at;
	ct_serialize();
	return true;
}
