/* SPDX-License-Identifier: MIT */
/* What a payload knows of a case: the expectation tables that src/gen writes and the runtime reads.
 * Compiled for both widths by the host compiler, never by a compiler under test. */
#ifndef CLOBBER_CASE_H
#define CLOBBER_CASE_H

#include "abi/regs.h"
#include "payload/limits.h"

#include <stdint.h>

enum cl_kind { CL_GPR, CL_XMM, CL_X87, CL_STACK };

/* How a value's bytes are made, compared and widened. */
enum cl_class {
	CL_BOOL,
	CL_SIGNED,
	CL_UNSIGNED,
	CL_FLOAT,
	CL_DOUBLE,
	CL_LDOUBLE,
	CL_POINTER,
	CL_OPAQUE /* anything else: random bytes, but for the leaves */
};

/* A scalar inside of an opaque value that must hold a proper one. */
struct cl_leaf {
	uint16_t off;
	uint8_t class, size;
};

enum cl_value_flags {
	CL_UNSPECIFIED = 1, /* no document says where: observe */
	CL_REFERENCE = 2,   /* the location holds a pointer to the value */
	CL_WIDENED = 4, /* an integer narrower than long long: its widened value is checked too */
	CL_MAYBE_POINTER = 8, /* unspecified, and what travels may be a pointer to the value */
	CL_OBJECT = 16, /* a reference to a temporary of C++: documents ask for no alignment of its
			   own */
	CL_PLAIN =
		32, /* an integer or pointer of up to a word, all of it in one general register or
		       at one place of the stack: most arguments are, and the runtime is short */
};

/* One piece of a value: `bytes` of it from `off` on are in this place. `cell` is the offset in
 * cl_cell of what the trampoline loads there: the piece, and dirt up to the size of the place. */
struct cl_loc {
	uint8_t kind, reg;
	uint16_t off, bytes, cell;
	int16_t stack;
};

struct cl_value {
	uint8_t class, nlocs, flags, nleaves;
	uint16_t compare; /* bytes that carry the value: what is behind them is padding */
	uint16_t size;
	uint16_t buffer; /* offset in cl_arg, cl_got and cl_reference */
	struct cl_loc loc[CL_PIECES];
	const uint8_t *mask; /* bits that carry the value, `compare` bytes; NULL: all */
	const struct cl_leaf *leaves;
};

/* Layout, as the compiler under test sees it: `slot` of cl_layout against what the psABI says. */
struct cl_member {
	uint8_t slot, arg; /* arg CL_RETURNED: of the return type */
	uint8_t bits; /* 0: `expected` is a size, alignment or offset; else a bit-field's width */
	uint8_t is_signed;
	uint16_t expected; /* or the bit-field's position in the value, in bits */
};

enum cl_case_flags {
	CL_VARIADIC = 1,
	CL_POP_UNSPECIFIED = 2,
	CL_STACK_UNSPECIFIED = 4,
	CL_RETURNS = 8,             /* not void */
	CL_RETURN_UNSPECIFIED = 16, /* and whether there is a hidden pointer: observe (open.c) */
	CL_THROUGH = 32, /* callee: the call goes through assembly that preserves every register */
	CL_SLOTS = 64,   /* what cl_slot holds afterwards is checked: the field, and 0 */
	CL_LEAF_TARGET = 128, /* the target calls nothing, and keeps CL_LEAF_LIVE words */
	CL_FAILING_VMX =
		256, /* its VMREAD or VMRESUME fails; where it faults, place_emulate stands in */
	CL_ENTERS_GUEST = 512,   /* it enters a guest of its own and a VM exit brings it back; stood
				    in  likewise */
	CL_OPEN_POINTERS = 1024, /* an argument is CL_MAYBE_POINTER: a callee finds a buffer
				   wherever it looks for one */
	CL_LAUNCHED = 2048,      /* with CL_ENTERS_GUEST: by VMRESUME; its VMCS was launched */
	CL_HANDLER = 8192,       /* entered as by the processor, left by IRET: handler.c */
	CL_INTERRUPTED = 4096 /* stepped, with interrupts, in this round, where CL_STEP_LEAF is */
};

struct cl_case {
	uint32_t index;
	uint32_t key; /* of the case's name: its values do not depend on the others run with it */
	uint8_t preserved; /* index in cl_preserved */
	uint8_t nargs;
	uint16_t flags;
	int8_t al;            /* vector registers of a variadic call, or -1 */
	uint8_t al_most;      /* that the convention has */
	uint8_t hidden_reg;   /* in which the pointer to a memory return value comes back */
	uint8_t align_calls;  /* of the stack pointer at the calls the function makes */
	uint16_t align;       /* and at the call */
	uint16_t stack_bytes; /* argument area, home area included */
	uint16_t pop_bytes;
	/* CL_RETURN_UNSPECIFIED, CL_OPEN_POINTERS: general registers that may be such a pointer, by
	 * number; and the one that passes the convention's first argument. */
	uint16_t pointer_regs;
	uint8_t pointer_first;
	const struct cl_value *args;
	struct cl_value ret;
	struct cl_value hidden; /* pointer to a memory return value; nlocs 0: none */
	const struct cl_member *members;
	uint8_t nmembers;
	uint8_t calls;        /* of the probe, by the caller */
	void (*tramp)(void);  /* callee direction: sets up the call and calls target */
	void (*target)(void); /* C, compiled by the compiler under test; NULL if it could not be */
	void (*caller)(void); /* C, caller direction: calls the probe; NULL likewise */
	/* The probe, where a compiler is to call it by itself under another name; NULL: by its own.
	 */
	void (*implicit)(void);
};

/* Sizes of the areas the generated code addresses. */
enum {
	CL_AREA = 8192,          /* cl_arg, cl_got, cl_reference, cl_cell */
	CL_LEAF_LIVE = 6,        /* words a leaf target keeps in memory of its own */
	CL_LIVE = 16,            /* words in cl_live; twice as many in cl_back */
	CL_LIVE_DOUBLES = 12,    /* doubles in cl_live_double, for conventions that save xmm */
	CL_OBSERVED_STACK = 256, /* argument area reserved when its size is unspecified */
	CL_RET_GPR = 0,          /* in cl_ret_cell: 16 bytes for each piece in a general register */
	CL_RET_XMM = 32,         /* xmm0, xmm1; or all of zmm0 */
	CL_RET_BYTES = 96,
	CL_RETURNED = 0xff
};

#endif
