/* SPDX-License-Identifier: MIT */
/* What a payload knows of a contract (docs/contracts.md; `ct_` is short for it): tables that
 * src/check writes as words and the payload reads. Every field has 32 bits, addresses too
 * (asm/payload.ld), so that one layout serves both widths and the host; values of 64 bits are two
 * words, low one first. */
#ifndef CLOBBER_PAYLOAD_CONTRACT_H
#define CLOBBER_PAYLOAD_CONTRACT_H

#include "abi/regs.h"
#include "payload/limits.h"

#include <stdint.h>

enum {
	CT_ROUNDS = 1000,     /* rounds of each function in a process: docs/check.md */
	CT_ROUNDS_SLOW = 100, /* elsewhere, where each costs more */
	CT_STEPPED_ROUNDS = 24,
	CT_PIECES = CL_PIECES,
	CT_ARGS = CL_ARGS,
	CT_CALLS = CL_CALLS,
	CT_CALL_LINES = 8,   /* `calls` lines that a contract may have */
	CT_BUFFERS = 10,     /* pointers to memory of one function */
	CT_AREA = 16 * 4096, /* memory of a buffer: CL_BUFFER of runtime.h */
	/* While what fits is looked for a pointer is here in it: then 4096 numbers of 8 bytes are
	 * behind it, wherever it is moved to for its alignment. */
	CT_CENTER = CT_AREA / 2 - 128,
	CT_DEFAULT = 4096,   /* of a pointer nothing is said of */
	CT_SLACK = 64,       /* bytes beside a buffer that must stay as they are */
	CT_PERIOD_NULL = 8,  /* every so many calls a pointer is null */
	CT_PERIOD_FAULT = 4, /* or leads nowhere */
	CT_FIRSTS = 4,       /* functions that prepare memory, and values that each is passed */
	CT_FIRST_VALUES = 6,
	CT_MOST_BLOCKS = 4096, /* of a function, of which it is known whether they ran */
	CT_LANDING = 0xffffff  /* where a register pointed at entry, as number of a probe */
};

enum ct_value_kind { CT_ANY, CT_NUMBER, CT_INPUT, CT_DEREF, CT_SP };

/* A number (added to what the kind says), of `bytes` bytes. An input may be multiplied (0: once),
 * and others added: 1 + the input, and how many times. */
enum { CT_TERMS = 2 };
struct ct_value {
	uint32_t kind, input, low, high, bytes;
	int32_t times;
	struct ct_term {
		uint32_t input;
		int32_t times;
	} term[CT_TERMS];
};

/* An input, or a number. */
struct ct_amount {
	uint32_t input, number; /* 1 + the input; 0: the number */
};

/* One piece of a value: kind is enum cl_kind. */
struct ct_loc {
	uint32_t kind, reg, off, bytes, stack;
};

enum ct_role {
	CT_RANDOM,      /* any value of its type */
	CT_RANGE,       /* from, to, multiple */
	CT_SET,         /* one of `set` */
	CT_BUFFER,      /* pointer to `bytes`, or to as many as input `sized` - 1 says */
	CT_STRING,      /* pointer to up to `bytes` characters and a 0 */
	CT_PAGE,        /* pointer to CT_DEFAULT bytes about which nothing is known */
	CT_PROBE,       /* pointer to a probe */
	CT_LANDING_PAD, /* where the function is to jump */
	CT_SUM          /* what `sum` says, of other inputs */
};

enum ct_input_flags {
	CT_READ_ONLY = 1,
	CT_NULL = 2,
	CT_FAULTS = 4,
	CT_CHARACTERS = 8,  /* a page that holds a 0 early */
	CT_POINTERS = 16,   /* a page of pointers */
	CT_REFERENCE = 32,  /* its places hold a pointer to the value */
	CT_ALIGNED = 64,    /* not better aligned than it says, in half of the calls */
	CT_UNSAID = 128,    /* no line says anything of it: what fits is found by running */
	CT_STRIDE = 256,    /* named like a distance of rows */
	CT_LENGTH = 512,    /* named like a length */
	CT_NO_ALIAS = 1024, /* restrict */
	/* While what fits is looked for: `shift` bytes behind the middle of its area; at its start,
	 * at its end. */
	CT_MIDDLE = 2048,
	CT_LOW = 4096,
	CT_HIGH = 8192,
	CT_ALSO_ANY = 16384,     /* a range to stay in mostly: any value fits */
	CT_OPEN = 65536,         /* an integer that no line speaks of, pointers beside it or not */
	CT_ANYWHERE = 131072,    /* moved, it is aligned as its type, however well it was before */
	CT_STACK = 32768,        /* a stack, scratch: what is left there is nobody's result */
	CT_TABLES = 262144,      /* a page of pointers to pages of pointers */
	CT_FIRST_TRIAL = 1 << 20 /* rounds from here on look for what fits */
};

/* What a pointer nothing is said of points to. */
enum ct_contents { CT_NOISE, CT_ZEROS, CT_SMALL, CT_ADDRESSES, CT_ITSELF, CT_MEMBERS, CT_CONTENTS };

/* Of a structure so many words are known by their types. */
enum { CT_MEMBER_WORDS = 128 };

struct ct_input {
	uint32_t class, size, flags, role;
	uint32_t nlocs;
	struct ct_loc loc[CT_PIECES];
	uint32_t leaves, nleaves; /* struct cl_leaf */
	uint32_t bytes, align;
	uint32_t past;                          /* so many bytes behind what is aligned */
	uint32_t halves;                        /* passed is the address divided by two, so often */
	uint32_t rows_halves;                   /* so are the addresses that it holds */
	uint32_t at;                            /* of these bytes so many are before the pointer */
	uint32_t natural;                       /* alignment of the type pointed to */
	uint32_t contents;                      /* enum ct_contents */
	uint32_t members[CT_MEMBER_WORDS / 32]; /* set of its words that are pointers */
	uint32_t element;  /* of memory of floating point: CL_FLOAT or CL_DOUBLE; 0: of other */
	uint32_t overlaps; /* 1 + the input that it may overlap */
	/* Words of what it holds, and of how many there is something said: at which byte behind the
	 * pointer, of how many bytes, how many numbers, and these, as pairs; no number: 1 + the
	 * input. */
	uint32_t held, nheld;
	struct ct_value sum;
	uint32_t most; /* 1 + the input that it is not larger than */
	/* Rows: bytes of each, how many, bytes from one to the next (`unit` bytes of each of these
	 * count as one). 0 as width: it has none. */
	struct ct_amount width, height, stride;
	uint32_t width_unit, stride_unit;
	uint32_t letter; /* bytes of a character of a string */
	uint32_t shift;
	uint32_t sized, unit; /* 1 + the input that counts units of so many bytes */
	uint32_t from[2], to[2], multiple;
	uint32_t set, nset; /* pairs of words */
	uint32_t probe;     /* its address */
	uint32_t deref;     /* bytes of *INPUT that a value uses */
	uint32_t mask;      /* address of its bits that carry the value; 0: all */
};

enum ct_out_flags { CT_SLOT = 1, CT_ELSE = 2 };

/* Register `n`, or the word `n` above the stack pointer at entry, holds `value` afterwards. */
struct ct_out {
	uint32_t n, flags;
	struct ct_value value, other;
};

enum ct_call_mode { CT_ONCE, CT_MAYBE, CT_OFTEN };
enum ct_call_flags { CT_INTERRUPT = 1, CT_RETURNS = 2 };

struct ct_call {
	uint32_t probe, mode, flags;
	uint32_t nvalues;
	struct ct_value value[CT_ARGS];
	struct ct_value returns;
};

/* What a symbol is that nothing defines: a call that reaches it ends. */
enum ct_trap {
	CT_NO_TRAP,
	CT_TRAP_MISSING,
	CT_TRAP_END,  /* `abort', and its like: the function gives up */
	CT_TRAP_FAULT /* `__stack_chk_fail': it found a fault of its own */
};

/* A function that the code under test calls. */
struct ct_probe {
	uint32_t nargs, args;       /* struct ct_input: places and classes */
	struct reg_set kept;        /* what it must preserve; all else it destroys */
	uint32_t owned, pop, align; /* bytes of arguments, popped; of the stack at the call */
	uint32_t trap;              /* enum ct_trap */
	struct ct_input ret;
};

/* Item of CHECK_CALLS, plus a probe's number: a call reached what nothing defines. */
enum { CT_NEEDS = 0x4000 };
/* Likewise: what belongs to a called function above its return address is not all below the return
 * address of the function under test. */
enum { CT_HOME = 0x2000 };

/* What a call may depend on though it is no input: in the item of CHECK_DEPENDS, each with other
 * poison in a repeated call. Those by input have its index added, registers their number, the stack
 * the number of the word above the return address. */
enum ct_source {
	CT_FROM_GPR = 0,
	CT_FROM_XMM = 16,
	CT_FROM_FLAG = 32, /* + index in CT_STATUS_BITS */
	CT_FROM_X87 = 38,  /* status word and registers */
	CT_FROM_MXCSR,     /* status bits */
	CT_FROM_BELOW,     /* the stack below the stack pointer */
	CT_FROM_RESULT,    /* memory where the result goes */
	CT_FROM_CALLEE_REST,
	CT_FROM_INTERRUPT,   /* what is below the stack pointer, which an interrupt overwrites */
	CT_FROM_CALLEE = 48, /* what a called function left in a register */
	CT_FROM_UPPER = 64,  /* above a narrow input, or its padding */
	CT_FROM_BESIDE = 88, /* beside what it points to */
	CT_FROM_STACK = 112,
	CT_STACK_SOURCES = 144, /* words; the last is all that are further up */
	/* Where the processor has them: of ymm0 to ymm15 what is above xmm, of zmm0 to zmm15 too;
	 * zmm16 to zmm31 in full; opmasks. */
	CT_FROM_YMM = CT_FROM_STACK + CT_STACK_SOURCES,
	CT_FROM_MASK = CT_FROM_YMM + 32,
	CT_SOURCES = CT_FROM_YMM + 64
};

/* What differed: `loc` of CHECK_DEPENDS. */
enum ct_what {
	CT_WHAT_RESULT,
	CT_WHAT_MEMORY_RESULT,
	CT_WHAT_FATE,  /* one returns, the other does not */
	CT_WHAT_CALLS, /* what it calls, or how often */
	CT_WHAT_DATA,  /* memory of the objects: observed holds the address behind the bytes */
	CT_WHAT_BUFFER = 0x40,  /* + input */
	CT_WHAT_ARGUMENT = 0x80 /* + argument, of the probe in `found` */
};

enum ct_flags {
	CT_KEEPS_STATUS = 1,
	CT_NEVER_RETURNS = 2,
	CT_JUMPS = 4,
	CT_VMX_FAILS = 8,
	CT_VMX_EXITS = 16,
	CT_HAS_RETURN = 32, /* `returned` is checked */
	CT_RETURN_ELSE = 64,
	CT_ANY_CALLS = 128,     /* probes that no line names may be called (stubs) */
	CT_OUT_REGISTERS = 256, /* the return value is the outs' business */
	CT_VARIES = 512,        /* calls with equal inputs may differ */
	CT_LEAVES_MMX = 1024,
	CT_ENDS_BY_ZEROING = 2048, /* VZEROUPPER or VZEROALL comes before a return */
	CT_RED_ZONE = 8192,  /* of its convention: memory below the stack pointer is its own */
	CT_SVM_EXITS = 4096, /* VMRUN enters a guest, whose exit comes to the next instruction */
	CT_BY_INTERRUPT = 16384,    /* entered with an interrupt's frame, left by IRET */
	CT_WITH_ERROR_CODE = 32768, /* on top of the frame */
	CT_TDX_CALLS = 65536,       /* TDCALL and SEAMCALL go to a module and come back */
	CT_SVM_FAILS = 131072,      /* in half of the calls there is no SVM */
	CT_UPPER_STATED = 262144    /* a document says that who needs them extends narrow inputs */
};

/* The error code that it finds: like a selector's (SDM volume 3, 6.13), and no address. */
enum { CT_ERROR_CODE = 0x7ec0 };

/* A function that is called before: it is passed values in registers, or (16 + n) in the word n of
 * the stack at the call. */
struct ct_first {
	uint32_t function, nvalues;
	struct ct_value value[CT_FIRST_VALUES];
	uint32_t place[CT_FIRST_VALUES];
};

/* What a guest that is entered has in registers: word i, from byte `at` of what `input` - 1 points
 * to, belongs to register reg[i], or to none. `input` 0: nothing is said. */
enum { CT_GUEST_WORDS = 16, CT_NO_REGISTER = 0xff };
struct ct_guest {
	uint32_t input, at, words, reg[CT_GUEST_WORDS];
	uint32_t resumes, mask; /* 1 + an input: VMRESUME enters where it has a bit of mask */
};

/* An instruction of SVM, in the order of the contract's lines, and what rax holds at it. */
enum { CT_SVM_LINES = 8 };
enum ct_svm_which { CT_VMRUN, CT_VMLOAD, CT_VMSAVE, CT_CLGI, CT_STGI, CT_SVM_WHICH };
struct ct_svm {
	uint32_t which;
	struct ct_value rax;
};

/* Items of CHECK_GUEST of a contract. */
enum {
	CT_GUEST_SAVED = 0,     /* + register: memory after the exit */
	CT_GUEST_LOADED = 0x20, /* + register: at VM entry */
	CT_GUEST_ENTERED = 0x40,
	CT_GUEST_RESUMED, /* 1: by VMRESUME; 0: by VMLAUNCH */
	/* + line of `svm': enum ct_svm_which, CT_SVM_WHICH: none. Behind the last: one too many. */
	CT_GUEST_SVM = 0x48,
	CT_GUEST_SVM_RAX = 0x58, /* + line */
	CT_GUEST_ITEMS = CT_GUEST_SVM_RAX + CT_SVM_LINES
};

/* An instruction that reads so many bytes at base + index * scale + disp; registers by number. */
enum { CT_MOST_READS = 128, CT_NO_BASE = 0xff };
struct ct_read {
	uint32_t at;
	uint8_t base, index, scale, bytes;
	int32_t disp;
};

struct ct_contract {
	uint32_t key, function, flags;
	uint32_t against; /* the reference; 0: none */
	uint32_t nfirst, first;
	uint32_t ninputs, inputs, nouts, outs, ncalls, calls;
	struct ct_input ret, hidden; /* hidden.nlocs 0: none */
	struct ct_value returned, returned_else;
	struct reg_set saved;
	uint32_t vector; /* bytes of the widest register that inputs or the result are in */
	uint32_t area; /* bytes above the stack pointer at the call that are not the caller's frame
			*/
	uint32_t pop, align_entry, align_calls, x87, al; /* al: 1 + vector registers; 0: none */
	uint32_t exit;                                   /* address VM exits come to */
	struct ct_guest guest;
	struct ct_guest restored;       /* by the processor when the guest exits */
	uint32_t nsvm, svm;             /* struct ct_svm */
	uint32_t used[CT_SOURCES / 32]; /* enum ct_source: what it may depend on besides inputs */
	/* Where its blocks of instructions begin, in order; numbers that it compares with (pairs of
	 * words); where behind pointers it reads, and how much (likewise). */
	uint32_t nblocks, blocks, nconstants, constants, noffsets, offsets;
	uint32_t nreads, reads; /* struct ct_read */
};

/* Items of CHECK_RETURN besides 0. */
enum { CT_RETURN_BOOL = 1, CT_RETURN_NEVER_SET = 2, CT_RETURN_ZEROED = 3 };

/* Observations that tell the inputs of calls that went wrong: `piece` is which of them, and so is
 * `round` of a finding (CT_UNTOLD: there was no room). Items from CT_WAY on: */
enum {
	CT_WAY = 0xf0, /* places[0] 1: the other way, of `else`; places[1]: number of the call */
	CT_UNTOLD = 0xff
};

/* What fits, in a second record of a function, as observations: item is the input, or CT_FIT; piece
 * says of what kind. */
enum {
	CT_FIT = 0xff,
	CT_FIT_RANGE = 1, /* from, to */
	CT_FIT_STEP,      /* multiple */
	CT_FIT_SET,       /* a value, and one more */
	CT_FIT_PLACE,     /* bytes before the pointer, bytes in all */
	CT_FIT_KIND,      /* alignment, contents */
	CT_FIT_END,       /* the end of what another input points to: which, bytes behind it */
	CT_FIT_PASSED,    /* how often halved, how far behind what is aligned */
	/* Of CT_FIT: */
	CT_FIT_STOPPED, /* no inputs fit: instruction and address of what stopped it */
	CT_FIT_LACKS    /* ... because this processor does not have the instruction */
};

/* How much was looked at, in the same record. */
enum {
	CT_STRENGTH = 0xfe,
	CT_STRENGTH_CALLS = 0,  /* calls that were judged; bit set of enum ct_unchecked */
	CT_STRENGTH_BLOCKS = 1, /* + n: bits of the blocks from 128 n on that ran */
	CT_STRENGTH_MOST = CT_MOST_BLOCKS / 128,
	/* Cycles of a call, of the function and of its reference: the median, and between which the
	 * half around it is (low and high half). */
	CT_STRENGTH_CYCLES = 200,
	/* A number with which it divides by zero or overflows: input, 1 + another one that goes
	 * with it (second byte); its value. Then the other's value. */
	CT_STRENGTH_DIVIDES = 210,
	CT_STRENGTH_DIVIDES_WITH,
	/* Calls after which upper halves of vector registers were in use that were not before;
	 * that it made with such. */
	CT_STRENGTH_DIRTY
};
enum { CT_MOST_DIVISIONS = 4 };
enum ct_unchecked {
	CT_NO_EQUAL_CALLS = 1, /* equal calls differ, or called what is not known */
	CT_NO_BLOCKS = 2,      /* what ran is not known */
	CT_NO_EXITS = 4        /* of VM entries only those that fail, if any */
};

#endif
