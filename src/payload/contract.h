/* SPDX-License-Identifier: MIT */
/* What a payload knows of a contract (docs/contracts.md): tables that src/check writes as words and
 * the payload reads. Every field has 32 bits, addresses too (asm/payload.ld), so that one layout
 * serves both widths and the host; values of 64 bits are two words, low one first. */
#ifndef CLOBBER_PAYLOAD_CONTRACT_H
#define CLOBBER_PAYLOAD_CONTRACT_H

#include "abi/regs.h"
#include "payload/limits.h"

#include <stdint.h>

enum {
	CC_ROUNDS = 1000,     /* rounds of each function in a process: docs/check.md */
	CC_ROUNDS_SLOW = 100, /* elsewhere, where each costs more */
	CC_STEPPED_ROUNDS = 24,
	CC_PIECES = CL_PIECES,
	CC_ARGS = CL_ARGS,
	CC_CALLS = CL_CALLS,
	CC_CALL_LINES = 8,    /* `calls` lines that a contract may have */
	CC_BUFFERS = 10,      /* pointers to memory of one function */
	CC_AREA = 16 * 4096,  /* memory of a buffer: CL_BUFFER of runtime.h */
	CC_DEFAULT = 4096,    /* of a pointer nothing is said of */
	CC_SLACK = 64,        /* bytes beside a buffer that must stay as they are */
	CC_PERIOD_NULL = 8,   /* every so many calls a pointer is null */
	CC_PERIOD_FAULT = 4,  /* or leads nowhere */
	CC_LANDING = 0xffffff /* where a register pointed at entry, as number of a probe */
};

enum cc_value_kind { CC_ANY, CC_NUMBER, CC_INPUT, CC_DEREF, CC_SP };

/* A number (added to what the kind says), of `bytes` bytes. */
struct cc_value {
	uint32_t kind, input, low, high, bytes;
};

/* One piece of a value: kind is enum cl_kind. */
struct cc_loc {
	uint32_t kind, reg, off, bytes, stack;
};

enum cc_role {
	CC_RANDOM,     /* any value of its type */
	CC_RANGE,      /* from, to, multiple */
	CC_SET,        /* one of `set` */
	CC_BUFFER,     /* pointer to `bytes`, or to as many as input `sized` - 1 says */
	CC_STRING,     /* pointer to up to `bytes` characters and a 0 */
	CC_PAGE,       /* pointer to CC_DEFAULT bytes of which nothing is known */
	CC_PROBE,      /* pointer to a probe */
	CC_LANDING_PAD /* where the function is to jump */
};

enum cc_input_flags {
	CC_READ_ONLY = 1,
	CC_NULL = 2,
	CC_FAULTS = 4,
	CC_CHARACTERS = 8,  /* a page that holds a 0 early */
	CC_POINTERS = 16,   /* a page of pointers */
	CC_REFERENCE = 32,  /* its places hold a pointer to the value */
	CC_ALIGNED = 64,    /* not better aligned than it says, in half of the calls */
	CC_UNSAID = 128,    /* no line says anything of it: what fits is found by running */
	CC_STRIDE = 256,    /* named like a distance of rows */
	CC_LENGTH = 512,    /* named like a length */
	CC_NO_ALIAS = 1024, /* restrict */
	/* While what fits is looked for: `shift` bytes behind the middle of its area; at its start,
	 * at its end. */
	CC_MIDDLE = 2048,
	CC_LOW = 4096,
	CC_HIGH = 8192,
	CC_ALSO_ANY = 16384,     /* a range to stay in mostly: any value fits */
	CC_FIRST_TRIAL = 1 << 20 /* rounds from here on look for what fits */
};

/* What a pointer nothing is said of points to. */
enum cc_contents { CC_NOISE, CC_ZEROS, CC_SMALL, CC_ADDRESSES, CC_CONTENTS };

struct cc_input {
	uint32_t class, size, flags, role;
	uint32_t nlocs;
	struct cc_loc loc[CC_PIECES];
	uint32_t leaves, nleaves; /* struct cl_leaf */
	uint32_t bytes, align;
	uint32_t at;       /* of these bytes so many are before the pointer */
	uint32_t natural;  /* alignment of the type pointed to */
	uint32_t contents; /* enum cc_contents */
	uint32_t shift;
	uint32_t sized, unit; /* 1 + the input that counts units of so many bytes */
	uint32_t from[2], to[2], multiple;
	uint32_t set, nset; /* pairs of words */
	uint32_t probe;     /* its address */
	uint32_t deref;     /* bytes of *INPUT that a value uses */
	uint32_t mask;      /* address of its bits that carry the value; 0: all */
};

enum cc_out_flags { CC_SLOT = 1, CC_ELSE = 2 };

/* Register `n`, or the word `n` above the stack pointer at entry, holds `value` afterwards. */
struct cc_out {
	uint32_t n, flags;
	struct cc_value value, other;
};

enum cc_call_mode { CC_ONCE, CC_MAYBE, CC_OFTEN };
enum cc_call_flags { CC_INTERRUPT = 1, CC_RETURNS = 2 };

struct cc_call {
	uint32_t probe, mode, flags;
	uint32_t nvalues;
	struct cc_value value[CC_ARGS];
	struct cc_value returns;
};

/* A function that the code under test calls. */
struct cc_probe {
	uint32_t nargs, args;       /* struct cc_input: places and classes */
	struct reg_set kept;        /* what it must preserve; all else it destroys */
	uint32_t owned, pop, align; /* bytes of arguments, popped; of the stack at the call */
	uint32_t trap;              /* nothing defines it: a call ends here */
	struct cc_input ret;
};

/* Item of CHECK_CALLS, plus a probe's number: a call reached what nothing defines. */
enum { CC_NEEDS = 0x4000 };
/* Likewise: what belongs to a called function above its return address is not all below the return
 * address of the function under test. */
enum { CC_HOME = 0x2000 };

/* What a call may depend on though it is no input: in the item of CHECK_DEPENDS, each with other
 * poison in a repeated call. Those by input have its index added, registers their number, the stack
 * the number of the word above the return address. */
enum cc_source {
	CC_FROM_GPR = 0,
	CC_FROM_XMM = 16,
	CC_FROM_FLAG = 32, /* + index in CC_STATUS_BITS */
	CC_FROM_X87 = 38,  /* status word and registers */
	CC_FROM_MXCSR,     /* status bits */
	CC_FROM_BELOW,     /* the stack below the stack pointer */
	CC_FROM_RESULT,    /* memory where the result goes */
	CC_FROM_CALLEE_REST,
	CC_FROM_CALLEE = 48, /* what a called function left in a register */
	CC_FROM_UPPER = 64,  /* above a narrow input, or its padding */
	CC_FROM_BESIDE = 88, /* beside what it points to */
	CC_FROM_STACK = 112,
	CC_STACK_SOURCES = 144, /* words; the last is all that are further up */
	CC_SOURCES = CC_FROM_STACK + CC_STACK_SOURCES
};

/* What differed: `loc` of CHECK_DEPENDS. */
enum cc_what {
	CC_WHAT_RESULT,
	CC_WHAT_MEMORY_RESULT,
	CC_WHAT_FATE,  /* one returns, the other does not */
	CC_WHAT_CALLS, /* what it calls, or how often */
	CC_WHAT_DATA,  /* memory of the objects: observed holds the address behind the bytes */
	CC_WHAT_BUFFER = 0x40,  /* + input */
	CC_WHAT_ARGUMENT = 0x80 /* + argument, of the probe in `found` */
};

enum cc_flags {
	CC_KEEPS_STATUS = 1,
	CC_NEVER_RETURNS = 2,
	CC_JUMPS = 4,
	CC_VMX_FAILS = 8,
	CC_VMX_EXITS = 16,
	CC_HAS_RETURN = 32, /* `returned` is checked */
	CC_RETURN_ELSE = 64,
	CC_ANY_CALLS = 128,     /* probes that no line names may be called (stubs) */
	CC_OUT_REGISTERS = 256, /* the return value is the outs' business */
	CC_VARIES = 512,        /* calls with equal inputs may differ */
	CC_LEAVES_MMX = 1024
};

struct cc_contract {
	uint32_t key, function, flags;
	uint32_t ninputs, inputs, nouts, outs, ncalls, calls;
	struct cc_input ret, hidden; /* hidden.nlocs 0: none */
	struct cc_value returned, returned_else;
	struct reg_set saved;
	uint32_t area; /* bytes above the stack pointer at the call that are not the caller's frame
			*/
	uint32_t pop, align_entry, align_calls, x87, al; /* al: 1 + vector registers; 0: none */
	uint32_t exit;                                   /* address VM exits come to */
	uint32_t used[CC_SOURCES / 32]; /* enum cc_source: what it may depend on besides inputs */
};

/* Items of CHECK_RETURN besides 0. */
enum { CC_RETURN_BOOL = 1, CC_RETURN_NEVER_SET = 2 };

/* Observations that tell the inputs of calls that went wrong: `piece` is which of them, and so is
 * `round` of a finding (CC_UNTOLD: there was no room). Items from CC_WAY on: */
enum {
	CC_WAY = 0xf0, /* places[0] 1: the other way, of `else`; places[1]: number of the call */
	CC_UNTOLD = 0xff
};

/* What fits, in a second record of a function, as observations: item is the input, or CC_FIT; piece
 * says of what kind. */
enum {
	CC_FIT = 0xff,
	CC_FIT_RANGE = 1, /* from, to */
	CC_FIT_STEP,      /* multiple */
	CC_FIT_SET,       /* a value, and one more */
	CC_FIT_PLACE,     /* bytes before the pointer, bytes in all */
	CC_FIT_KIND,      /* alignment, contents */
	/* Of CC_FIT: */
	CC_FIT_CALLS,  /* rounds that were judged, rounds that did not fit */
	CC_FIT_STOPPED /* no inputs fit: instruction and address of what stopped it */
};

#endif
