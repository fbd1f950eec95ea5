/* SPDX-License-Identifier: MIT */
/* What a payload hands back: a header and a stream of records in memory shared with the host,
 * little-endian, the same at both widths and in every place. */
#ifndef CLOBBER_RECORD_H
#define CLOBBER_RECORD_H

#include "payload/limits.h"

#include <stddef.h>
#include <stdint.h>

enum { CL_MAGIC = 0x424f4c43 /* "CLOB" */, CL_VERSION = 6 };
enum { CL_CALLEE, CL_CALLER, CL_DIRECTIONS };
enum { CL_NO_CASE = 0xffffffffu };
/* Where a process leaves the offset of its result file when code under test may run. */
enum { CL_STARTED = 1 };

struct cl_header {
	uint32_t magic, version;
	uint32_t width;    /* 32 or 64 */
	uint32_t capacity; /* bytes of records the memory holds */
	uint32_t used;     /* bytes of records written */
	uint32_t planned;  /* cases in the payload's table */
	uint32_t current;  /* index * 2 + direction under way, or CL_NO_CASE */
	uint32_t executed; /* records written */
	uint16_t finished; /* 1 when the loop came to its end */
	uint16_t full;     /* 1 when records did not fit */
	uint32_t settled;  /* bytes of records that stay as they are, for whoever copies them away
			    * while the payload runs */
	uint64_t seed;
	/* cl_text_sum of the code as it is in memory where it runs: before the first case; after
	 * the last. */
	uint32_t text_before, text_after;
	uint32_t ran_before, ran_after; /* enum cl_proof, likewise */
	uint32_t calls; /* made by contract, of which many are one case: a sign of life */
	uint32_t unused;
};

/* Where the payload runs, shown by what no other place does. */
enum cl_proof {
	CL_PROOF_NONE,
	CL_PROOF_PROCESS,   /* cs says ring 3 */
	CL_PROOF_GUEST,     /* CPUID names a hypervisor, which is not clobber's */
	CL_PROOF_NON_ROOT,  /* CPUID of CL_CPUID_PROOF exits to clobber's hypervisor, which answers
			     */
	CL_PROOF_ROOT,      /* VMREAD is executed and fails with VMfailInvalid (CF) */
	CL_PROOF_ROOT_VMCS, /* or with VMfailValid (ZF): Intel SDM volume 3, 30.2 */
};
/* To CPUID of this leaf clobber's hypervisor answers in bx: cx, with these bits turned round. */
#define CL_CPUID_PROOF  0x4c425200u
#define CL_CPUID_ANSWER 0x636c6f62u

/* Sum of `words` words of code, from its start on; goes on from `sum`, 0 at first. Any change of
 * one word changes it. */
static inline uint32_t cl_text_sum(uint32_t sum, const uint32_t *code, uint32_t words)
{
	/* Eight at a time: on an emulated processor each instruction of a loop costs the same. */
	for (; words >= 8; words -= 8, code += 8) {
		sum = (sum << 5 | sum >> 27) + code[0];
		sum = (sum << 5 | sum >> 27) + code[1];
		sum = (sum << 5 | sum >> 27) + code[2];
		sum = (sum << 5 | sum >> 27) + code[3];
		sum = (sum << 5 | sum >> 27) + code[4];
		sum = (sum << 5 | sum >> 27) + code[5];
		sum = (sum << 5 | sum >> 27) + code[6];
		sum = (sum << 5 | sum >> 27) + code[7];
	}
	for (; words; words--)
		sum = (sum << 5 | sum >> 27) + *code++;
	return sum;
}

enum cl_record_flags { CL_ABSENT = 1 /* the column has no such function */ };

/* One execution of a case in one direction; followed by its findings, then its observations.
 * `seal` is of all that and of where in the stream it is, under a key that the host draws for each
 * start: what code under test wrote into the stream, or overwrote, does not pass for a record. */
struct cl_record {
	uint32_t index;
	uint8_t direction, flags, nfindings, nobservations;
	uint64_t seal;
};

/* FNV-1a, eight bytes at a time, over `bytes` bytes (the rest one at a time). */
static inline uint64_t cl_seal_add(uint64_t seal, const void *data, size_t bytes)
{
	const uint64_t prime = 0x100000001b3ull;
	const uint8_t *p = data;
	uint64_t word;

	for (; bytes >= sizeof(word); bytes -= sizeof(word), p += sizeof(word)) {
		__builtin_memcpy(&word, p, sizeof(word));
		seal = (seal ^ word) * prime;
		seal ^= seal >> 32;
	}
	for (; bytes; bytes--, p++)
		seal = (seal ^ *p) * prime;
	return seal;
}

/* What the seal of the record at `at` bytes into the stream should be; `rest` is what follows it.
 */
static inline uint64_t cl_seal(uint64_t key, uint32_t at, const struct cl_record *r,
			       const void *rest, size_t bytes)
{
	uint64_t seal = cl_seal_add(key ^ 0xcbf29ce484222325ull, &at, sizeof(at));

	seal = cl_seal_add(seal, r, offsetof(struct cl_record, seal));
	return cl_seal_add(seal, rest, bytes);
}

/* A check that did not hold. `item` says of what: an argument's index, a register (below), a
 * local's number, CL_ITEM_NESTED for the target's own call; of calls that a contract makes, see
 * cl_item_of_call. */
struct cl_finding {
	uint8_t check, round, size, unused;
	uint16_t item;
	uint16_t offset; /* first byte of the value that differs, rounded down to 8 */
	uint16_t origin; /* enum cl_place: where the observed value had been */
	uint16_t found;  /* enum cl_place: where the expected value was instead */
	uint16_t loc;    /* enum cl_place: the place that was checked */
	uint8_t expected[16], observed[16];
};

/* What an implementation does where no document decides: every place that held this word of the
 * argument in every round, as a bit set (enum cl_place_bit). For CL_ITEM_POP, places[0] is the
 * number of popped bytes plus one, or 0 when rounds differed or the number was absurd. */
struct cl_observation {
	uint16_t item;
	uint8_t piece, unused[5];
	uint64_t places[2];
};

/* Bits of places[0]; bit k of places[1] is word k of the stack at the call. */
enum cl_place_bit {
	CL_BIT_GPR = 0,
	CL_BIT_XMM = 16,
	CL_BIT_ST0 = 32,
	CL_BIT_LOCAL = 33,
	CL_BIT_NESTED = 34,
	CL_BIT_MM0 = 35,
	CL_BIT_ARG = 40
};

/* Registers, as items: general ones by number, then these. */
enum {
	CL_ITEM_XMM = 16,                /* + vector register, of 32 */
	CL_ITEM_MASK = CL_ITEM_XMM + 32, /* + k register */
	CL_ITEM_X87 = CL_ITEM_MASK + 8,  /* + st register */
	CL_ITEM_FLAGS = CL_ITEM_X87 + 8  /* the status flags */
};
enum { CL_ITEM_RETURN = 0xfe, CL_ITEM_POP = 0xfd, CL_ITEM_NESTED = 0xfc };
/* Of CHECK_CALLS: a `calls` line's number; CL_ITEM_FRAME, plus a word of an interrupt's frame; or
 * CL_ITEM_UNEXPECTED, plus the number of a probe that no line names. */
enum { CL_ITEM_FRAME = 0x100, CL_ITEM_UNEXPECTED = 0x200 };
_Static_assert((int)CL_CALLS <= (int)CL_ITEM_FRAME, "a line is no word of a frame");

/* Of CHECK_ARG of a contract: argument `arg` of the call that `calls` line `line` describes. */
static inline uint16_t cl_item_of_call(unsigned line, unsigned arg)
{
	_Static_assert(CL_CALLS * CL_ARGS <= 1 << 16, "an item holds every line and argument");
	return (uint16_t)(line * CL_ARGS + arg);
}

/* Pieces that are no word of the argument: a pointer to it is in these places; places[0] is 1 when
 * a caller extended a narrow integer to 32 bits in every round, else 0. */
enum { CL_PIECE_POINTER = 0x80, CL_PIECE_EXTENDED = 0x40 };

/* Places, as origins: 0 is unknown. */
enum cl_place {
	CL_AT_UNKNOWN = 0,
	CL_AT_GPR = 0x10, /* + register */
	CL_AT_XMM = 0x20, /* + register */
	CL_AT_ST0 = 0x30,
	CL_AT_LOCAL = 0x31,  /* a live value of the function itself */
	CL_AT_NESTED = 0x32, /* what the nested call or the probe left behind */
	CL_AT_ARG = 0x40,    /* + argument: that argument's value */
	CL_AT_STACK = 0x100  /* + word: stack word at the call */
};

/* State that only ring 0 can change: CONTROL(id, name); items of CHECK_CONTROL. */
#define CONTROLS(X)                                                       \
	X(CR0, "cr0")                                                     \
	X(CR3, "cr3")                                                     \
	X(CR4, "cr4")                                                     \
	X(DR0, "dr0")                                                     \
	X(DR1, "dr1")                                                     \
	X(DR2, "dr2")                                                     \
	X(DR3, "dr3")                                                     \
	X(DR7, "dr7")                                                     \
	X(XCR0, "xcr0")                                                   \
	X(GDTR, "the base in gdtr")                                       \
	X(GDT_LIMIT, "the limit in gdtr")                                 \
	X(IDTR, "the base in idtr")                                       \
	X(IDT_LIMIT, "the limit in idtr")                                 \
	X(LDTR, "ldtr")                                                   \
	X(TR, "tr")                                                       \
	X(FS_BASE, "the base of fs")                                      \
	X(GS_BASE, "the base of gs")                                      \
	X(KERNEL_GS, "the base that swapgs brings (IA32_KERNEL_GS_BASE)") \
	X(CR8, "cr8")                                                     \
	X(EFER, "efer (IA32_EFER)")                                       \
	X(VMX, "VMX operation (1: no VMCS is current; 2: one is)")
enum cl_control {
#define X(id, name) CL_CONTROL_##id,
	CONTROLS(X)
#undef X
		CL_CONTROLS
};
/* Model-specific registers that a function leaves alone, MSR(first, how many, name): items of
 * CHECK_CONTROL behind the others, in this order. Intel SDM volume 4, chapter 2; AMD APM volume 2,
 * appendix A. Those of time, of what was counted and of what only VMX changes are not among them.
 */
#define MSRS(MSR)                                      \
	MSR(0x1b, 1, "IA32_APIC_BASE")                 \
	MSR(0x3b, 1, "IA32_TSC_ADJUST")                \
	MSR(0x48, 1, "IA32_SPEC_CTRL")                 \
	MSR(0x174, 1, "IA32_SYSENTER_CS")              \
	MSR(0x175, 1, "IA32_SYSENTER_ESP")             \
	MSR(0x176, 1, "IA32_SYSENTER_EIP")             \
	MSR(0x1a0, 1, "IA32_MISC_ENABLE")              \
	MSR(0x1d9, 1, "IA32_DEBUGCTL")                 \
	MSR(0x200, 16, "IA32_MTRR_PHYSBASE, PHYSMASK") \
	MSR(0x250, 1, "IA32_MTRR_FIX64K")              \
	MSR(0x258, 2, "IA32_MTRR_FIX16K")              \
	MSR(0x268, 8, "IA32_MTRR_FIX4K")               \
	MSR(0x277, 1, "IA32_PAT")                      \
	MSR(0x2ff, 1, "IA32_MTRR_DEF_TYPE")            \
	MSR(0x6a0, 1, "IA32_U_CET")                    \
	MSR(0x6a2, 1, "IA32_S_CET")                    \
	MSR(0x6a4, 4, "IA32_PL0_SSP to IA32_PL3_SSP")  \
	MSR(0x6a8, 1, "IA32_INTERRUPT_SSP_TABLE_ADDR") \
	MSR(0x6e0, 1, "IA32_TSC_DEADLINE")             \
	MSR(0x6e1, 1, "IA32_PKRS")                     \
	MSR(0xda0, 1, "IA32_XSS")                      \
	MSR(0xc0000081, 1, "IA32_STAR")                \
	MSR(0xc0000082, 1, "IA32_LSTAR")               \
	MSR(0xc0000083, 1, "IA32_CSTAR")               \
	MSR(0xc0000084, 1, "IA32_FMASK")               \
	MSR(0xc0000100, 1, "IA32_FS_BASE")             \
	MSR(0xc0000101, 1, "IA32_GS_BASE")             \
	MSR(0xc0000102, 1, "IA32_KERNEL_GS_BASE")      \
	MSR(0xc0000103, 1, "IA32_TSC_AUX")
#define MSR(first, n, name) +(n)
enum { CL_MSRS = MSRS(MSR) };
#undef MSR

/* Faults, in cl_finding.item of CHECK_FAULT. */
enum cl_fault {
	CL_FAULT_SEGV = 1,
	CL_FAULT_ILL,
	CL_FAULT_FPE,
	CL_FAULT_TRAP,
	CL_FAULT_BUS,
	CL_FAULT_SYS,
	CL_FAULT_TIMEOUT,
	CL_FAULT_DIED,       /* the whole payload ended */
	CL_FAULT_FPU,        /* an x87 or vector instruction where the place allows none */
	CL_FAULT_OVERWRITTEN /* set by the host: the record of the call is impossible */
};

#endif
