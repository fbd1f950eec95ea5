/* SPDX-License-Identifier: MIT */
/* What objects find when a program starts, and code under test may rely on: thread-local variables,
 * indirect functions that are resolved, constructors that have run. Once a process, before the
 * first call. And the pages of symbols that nothing defines. */
#include "payload/contract_run.h"

#include "payload/handover.h"

enum { WORD = sizeof(cl_word), TLS_BELOW = 16 * CL_PAGE };

/* Thread-local variables lie below the thread pointer, which points to itself: ELF TLS supplement,
 * variant II; x86-64 psABI 3.4.6, i386 psABI 2.4. A stack protector's canary is fs:0x28, gs:0x14.
 */
static uint8_t thread_block[TLS_BELOW + CL_PAGE] __attribute__((aligned(64)));
#define THREAD_POINTER (thread_block + TLS_BELOW)

/* Of the objects' own variables there; false: there is no room, or there are none. */
static bool thread_variables(uint8_t **at, size_t *bytes)
{
	cl_word below = -cl_tls_offset();

	*at = THREAD_POINTER - below;
	*bytes = below;
	return below && below <= TLS_BELOW;
}

cl_word payload_thread(void)
{
	enum { CANARY = WORD == 8 ? 0x28 : 0x14 };
	uint8_t *at;
	size_t bytes;

	*(cl_word *)THREAD_POINTER = (cl_word)THREAD_POINTER;
	*(cl_word *)(THREAD_POINTER + CANARY) = (cl_word)0x5bd1e995a7c15f00ull;
	if (thread_variables(&at, &bytes))
		__builtin_memcpy(at, cl_tls_image, (size_t)(cl_tls_image_end - cl_tls_image));
	return (cl_word)THREAD_POINTER;
}

cl_word payload_mixed(void)
{
	return (cl_word)cl_shared;
}

struct ct_region ct_objects_region(unsigned i)
{
	const struct ct_region none = { NULL, 0 };
	uint8_t *at;
	size_t bytes;

	switch (i) {
	case 0:
		return (struct ct_region){ cl_objects_data,
					   (size_t)(cl_objects_data_end - cl_objects_data) };
	case 1:
		return (struct ct_region){ cl_objects_bss,
					   (size_t)(cl_objects_bss_end - cl_objects_bss) };
	case 2:
		return (struct ct_region){ cl_shared_data,
					   (size_t)(cl_shared_data_end - cl_shared_data) };
	case 3:
		return thread_variables(&at, &bytes) ? (struct ct_region){ at, bytes } : none;
	default:
		return none;
	}
}

/* One call of a start, with nothing poisoned and an empty `argc, argv, envp'. False: it did not
 * come back. */
static bool call(cl_word function, cl_word top)
{
	static cl_word empty;
	const cl_word arguments[] = { 0, (cl_word)&empty, (cl_word)&empty };
	static const uint8_t in_register[] = { 7, 6, 2 };
	int how;

	cl_poison = (struct cl_image){ .flags = 2 };
	*(uint16_t *)(cl_poison.fx + FX_FCW) = 0x37f;
	*(uint32_t *)(cl_poison.fx + FX_MXCSR) = 0x1f80;
	for (unsigned i = 0; i < 3; i++) {
		if (WORD == 8)
			cl_poison.gpr[in_register[i]] = arguments[i];
		else
			((cl_word *)top)[i] = arguments[i];
	}
	cl_stack_top = top;
	cl_before_image = cl_poison;
	cl_function = (void (*)(void))function;
	cl_ticket++;
	how = cl_run(cl_contract_call);
	cl_ticket++;
	return how == CL_CAME_BACK;
}

/* Static linkers leave what indirect functions need as relocations: R_X86_64_IRELATIVE (37, with an
 * addend), R_386_IRELATIVE (42, the addend in its place). */
static void resolve(cl_word top)
{
	enum { IRELATIVE = WORD == 8 ? 37 : 42, WORDS = WORD == 8 ? 3 : 2 };

	for (const cl_word *r = cl_irelative; r + WORDS <= cl_irelative_end; r += WORDS) {
		cl_word *slot = (cl_word *)r[0];

		if ((uint8_t)r[1] != IRELATIVE)
			continue;
		if (call(WORDS == 3 ? r[WORDS - 1] : *slot, top))
			*slot = cl_after_image.gpr[0];
		else /* Who calls it needs what the decision needs. */
			*slot = ct_missing_symbol() >= 0 ? cl_fault_address : 0;
	}
}

/* Size of the vector registers that the processor has and the system keeps: CPUID.1:ECX.OSXSAVE
 * and AVX, XCR0, CPUID.7:EBX.AVX512F; SDM volume 1, 14.3, 15.2. */
static uint32_t vectors_here(void)
{
	enum { OSXSAVE_AVX = 3 << 27, AVX_STATE = 6, AVX512_STATE = 0xe0, AVX512F = 1 << 16 };
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if ((c & OSXSAVE_AVX) != OSXSAVE_AVX)
		return 16;
	__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	if ((a & AVX_STATE) != AVX_STATE)
		return 16;
	if ((a & AVX512_STATE) != AVX512_STATE)
		return 32;
	a = 7;
	c = 0;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return b & AVX512F ? 64 : 32;
}

void ct_start(void)
{
	const cl_word top = cl_stack_top;

	/* Elsewhere such registers are not set up. */
	if (cl_where == CL_IN_PROCESS)
		cl_vectors_here = vectors_here();

	resolve(top);
	/* Fragments of .init call functions, with the stack as aligned as they found it. */
	if (cl_init_end - cl_init > 1)
		call((cl_word)cl_init, top - WORD);
	for (const cl_word *f = cl_init_array; f < cl_init_array_end; f++) {
		if (*f && *f != ~(cl_word)0)
			call(*f, top);
	}
	cl_stack_top = top;
}

/* Each symbol that nothing defines has a piece of forbidden pages: the probe of that number. */
int ct_missing_symbol(void)
{
	const cl_word at = cl_fault_address - (cl_word)cl_traps;

	if (!cl_trap_bytes || at >= (cl_word)(cl_traps_end - cl_traps))
		return -1;
	return (int)(cl_first_trap + (uint32_t)at / cl_trap_bytes);
}

cl_word ct_trap_page(unsigned i)
{
	const uint8_t *page = cl_traps + i * CL_PAGE;

	return page < cl_traps_end ? (cl_word)page : 0;
}
