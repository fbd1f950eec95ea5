/* SPDX-License-Identifier: MIT */
/* What the payload needs in every place: a stack for the calls, and to know when one of them will
 * never return. */
#include "payload/runtime.h"

#include "payload/handover.h"

/* Watchdog ticks until a call that is still the same one is given up. */
enum { TICKS_TO_LIVE = 3 };

uint8_t cl_test_stack[CL_PAGE + CL_TEST_STACK + CL_PAGE] __attribute__((aligned(CL_PAGE)));

int cl_where;
uint8_t *cl_far_areas;
cl_word cl_far_stride, cl_code_alias;
volatile uint32_t cl_ticks;
cl_word cl_flags_random, cl_flags_set, cl_flags_clear;
bool cl_interrupts;
uint32_t cl_fpu_trapped;
void (*cl_before_round)(const struct cl_case *c, int round);
void (*cl_after_run)(int round, struct findings *out);

/* Apart from the header, which code under test may overwrite. */
static uint32_t sum_at_start;

static uint32_t text_sum(void)
{
	return cl_text_sum(0, (const uint32_t *)cl_text, (uint32_t)(cl_text_end - cl_text) / 4);
}

static bool is_process(void)
{
	uint16_t cs;

	__asm__("mov %%cs, %0" : "=r"(cs));
	return (cs & 3) == 3;
}

/* In a guest: is it that of clobber's own hypervisor? */
static enum cl_proof guest_proof(void)
{
	const uint32_t question = 0x5eed1234;
	uint32_t a = CL_CPUID_PROOF, b, c = question, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (b == (question ^ CL_CPUID_ANSWER))
		return CL_PROOF_NON_ROOT;
	a = 1;
	c = 0;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return c >> 31 ? CL_PROOF_GUEST : CL_PROOF_NONE;
}

/* Of a field that does not exist. Outside of root operation this is no instruction to execute. */
static enum cl_proof root_proof(void)
{
	cl_word v = 0, field = 0x6ffe;
	uint8_t invalid, valid;

	__asm__ volatile("vmread %3, %2; setc %0; setz %1"
			 : "=q"(invalid), "=q"(valid), "+r"(v)
			 : "r"(field)
			 : "cc");
	return invalid ? CL_PROOF_ROOT : valid ? CL_PROOF_ROOT_VMCS : CL_PROOF_NONE;
}

enum cl_proof place_proof(void)
{
	if (is_process())
		return CL_PROOF_PROCESS;
	return cl_where == CL_IN_ROOT ? root_proof() : guest_proof();
}

void place_begin(struct cl_header *h, uint64_t seed, uint64_t key)
{
	cl_key = key;
	cl_stack_top = ((cl_word)cl_test_stack + CL_PAGE + CL_TEST_STACK - 4096) & ~(cl_word)63;
	h->magic = CL_MAGIC;
	h->version = CL_VERSION;
	h->width = 8 * sizeof(cl_word);
	h->planned = payload_count();
	h->seed = seed;
	h->current = CL_NO_CASE;
	h->text_before = sum_at_start = text_sum();
	h->text_after = 0;
	h->ran_before = place_proof();
	h->ran_after = CL_PROOF_NONE;
}

bool place_code_changed(void)
{
	return text_sum() != sum_at_start;
}

void place_end(struct cl_header *h)
{
	h->text_after = text_sum();
	h->ran_after = place_proof();
}

enum vmx_instruction { NO_VMX, VMREAD, VMWRITE, VMLAUNCH, VMRESUME, VMXOFF };

/* The operands are registers where code under test uses these. */
static enum vmx_instruction vmx_instruction(const uint8_t *code)
{
	if (code[0] != 0x0f)
		return NO_VMX;
	if (code[1] == 0x78 || code[1] == 0x79)
		return code[2] < 0xc0 ? NO_VMX : code[1] == 0x78 ? VMREAD : VMWRITE;
	if (code[1] != 0x01 || code[2] < 0xc2 || code[2] > 0xc4)
		return NO_VMX;
	return code[2] == 0xc2 ? VMLAUNCH : code[2] == 0xc3 ? VMRESUME : VMXOFF;
}

cl_word place_guard(unsigned i)
{
	if (i < 2)
		return (cl_word)cl_test_stack + i * (CL_PAGE + CL_TEST_STACK);
	return payload_guard(i - 2);
}

bool place_emulate(cl_word *ip, cl_word *flags)
{
	enum { CF = 1, ZF = 0x40 };
	const uint8_t *code = (const uint8_t *)*ip;
	enum vmx_instruction which;

	/* After a wild jump there may be nothing to read. */
	if (!cl_vmx_flags || !code_under_test_runs() || code < cl_text || code >= cl_rodata)
		return false;
	code += sizeof(cl_word) == 8 && (*code & 0xf0) == 0x40; /* behind a REX prefix */
	which = vmx_instruction(code);
	if (cl_vmx_flags & CL_FAILING_VMX) {
		if (which != VMREAD && which != VMRESUME)
			return false;
		*flags &= ~(cl_word)FLAGS_STATUS;
		/* No current VMCS, or no such field: each in some of the rounds. */
		*flags |= cl_ticket >> 1 & 1 ? CF : ZF;
		*ip = (cl_word)(code + 3);
		return true;
	}
	if (which == NO_VMX || which == VMREAD)
		return false;
	*flags &= ~(cl_word)FLAGS_STATUS;
	*ip = which == VMWRITE ? (cl_word)(code + 3) : which == VMXOFF ? cl_host_ip : cl_guest_ip;
	return true;
}

bool place_late(void)
{
	static volatile uint32_t last_ticket, ticks;

	cl_ticks++;
	if (cl_ticket != last_ticket) {
		last_ticket = cl_ticket;
		ticks = 0;
		return false;
	}
	/* The runtime itself is never late. */
	return code_under_test_runs() && ++ticks >= TICKS_TO_LIVE;
}
