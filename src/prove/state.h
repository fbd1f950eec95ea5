/* SPDX-License-Identifier: MIT */
/* What is known of the processor and the function's own stack at one instruction, on every way to
 * it: values of registers and slots relative to what they were at entry. docs/prove.md has the
 * lattice. A value is one machine word; its bytes may be marked as undefined, which means that they
 * depend on something that the function was not given. */
#ifndef CLOBBER_PROVE_STATE_H
#define CLOBBER_PROVE_STATE_H

#include "abi/regs.h"
#include "proto/proto.h"

enum value_kind {
	V_ANY,   /* nothing is known; more, if not 0: it is less than that, or its `id` low bytes */
	V_CONST, /* off, an address of the image included */
	V_ENTRY, /* sign * (what `id` held at entry) + off; 16 and more: a stack word */
	V_STACK, /* base `id` + off */
	V_RETURN, /* the return address */
	V_FLAGS,  /* flags with DF clear; off 1: the status flags at entry */
	V_CW,     /* the x87 control word at entry */
	V_MXCSR,  /* MXCSR's control bits at entry */
	V_VECTOR, /* vector register `id` at entry, 16 bytes; + VECTOR_UPPER: the 16 above */
	V_LOW,    /* off is the lowest byte, nothing is known of the others */
	V_TABLE   /* an element of `id` bytes (0x80: signed) of the constants at `off`, + more;
		   * the first `from` of them, if not 0 */
};

enum value_flags {
	VALUE_BLURRED = 1,  /* which bytes are undefined is a guess upward */
	VALUE_CODE = 2,     /* computed from an address of the image */
	VALUE_FRAME = 4,    /* computed from an address of the stack */
	VALUE_NARROW1 = 8,  /* of an argument of 1 byte, and what is above it */
	VALUE_NARROW2 = 16, /* of 2 bytes */
	VALUE_ALIGNED = 32, /* a multiple of 16 */
	VALUE_LABEL = 64,   /* perhaps the address of code of the function itself */
	VALUE_LINKED = 128  /* the linker decides: made up in the image, so not to be compared; or
			     * it was where a callee may have changed it */
};

/* Why bytes are undefined. */
enum origin {
	ORIGIN_NONE,
	ORIGIN_REGISTER,    /* + number: a register that holds no argument */
	ORIGIN_UPPER = 32,  /* + number: bits above that argument */
	ORIGIN_CALLEE = 64, /* what a callee left in a register */
	ORIGIN_SLOT,        /* memory of the frame that was not written */
	ORIGIN_CALLER,      /* the caller's frame */
	ORIGIN_FLAGS,       /* flags that nothing set */
	ORIGIN_VECTOR       /* a vector register that holds no argument */
};

struct value {
	uint8_t kind, id, flags;
	uint8_t origin : 7;
	uint8_t vectored : 1; /* what a vector register to be kept held at entry went into it */
	uint8_t undefined;    /* bytes, lowest first */
	int8_t sign;          /* V_ANY: 1 if it is closed */
	uint16_t from;        /* registers whose value at entry went into it */
	uint64_t off, more;
};

struct slot {
	int64_t off;
	uint32_t size, base;
	struct value v;
};

/* Where a base is: base 0 is the stack pointer at entry, others were made by aligning or by
 * subtracting what is not known. */
struct base {
	uint8_t parent;
	bool dynamic;      /* somewhere at or below */
	bool merged;       /* the stack pointer where ways with different ones meet */
	int64_t zero;      /* merged: where the stack pointer is, seen from the base */
	int64_t off;       /* of the parent */
	uint64_t align;    /* aligned down to it */
	uint64_t site;     /* dynamic: the instruction */
	int64_t low, high; /* relative to base 0; dynamic: low is INT64_MIN / 2 */
};

/* The upper half of a vector register: 1 + number: as that one's was at entry. */
enum { VECTOR_UPPER = 64, UPPER_CHANGED = 0, UPPER_UNKNOWN = 0xff };
enum { MAX_SLOTS = 160, MAX_BASES = 64, X87_UNKNOWN = -100, ENTRY_WORDS = 16 };
enum tri { CLEAR, SET, UNSURE };
/* `more` of a constant that a call pushed: a return address. */
enum { CONST_BACK = 1 };

struct state {
	struct value gpr[GPR_COUNT];
	struct value vector[XMM_COUNT];
	uint8_t df, mmx;         /* enum tri */
	int8_t x87;              /* registers in use, or X87_UNKNOWN */
	uint8_t cw, mxcsr;       /* CLEAR: as at entry, SET: changed, UNSURE */
	uint8_t flags_undefined; /* bits of enum flag_bit */
	uint8_t flags_origin;
	bool flags_kept; /* status flags are as at entry */
	bool flags_blurred;
	uint8_t escaped_frame; /* an address of the frame is known elsewhere */
	uint16_t escaped;      /* registers whose entry values were stored outside of the frame */
	uint8_t compared;      /* 1: `left` and `right` are constants; 2: `tested` is */
	uint8_t compared_bytes;
	uint8_t doubt;     /* a function came back of which that is not certain */
	uint8_t elsewhere; /* enum elsewhere: where values of entry may be kept */
	uint8_t upper[XMM_COUNT];
	uint64_t left, right;
	uint32_t nslots;       /* no padding: states are compared as bytes */
	uint16_t wide;         /* vector registers from 16 on that were written, bit set */
	uint8_t with, without; /* features of the processor that an alternative assumed, or not */
	struct slot slot[MAX_SLOTS]; /* by base, then offset; disjoint */
};

enum elsewhere { ELSEWHERE_VECTOR = 1, ELSEWHERE_FLAGS = 2 };
enum flag_bit { F_CF = 1, F_PF = 2, F_AF = 4, F_ZF = 8, F_SF = 16, F_OF = 32, F_ALL = 63 };

struct frame_bases {
	struct base v[MAX_BASES];
	unsigned n;
	uint64_t align_entry; /* of the stack pointer before the return address was pushed */
	unsigned word;
};

/* Values. */
struct value value_any(void);
/* Nothing is known: it may even be made of what any register held at entry. */
struct value value_anything(void);
struct value value_const(uint64_t n);
struct value value_stack(unsigned base, int64_t off);
struct value value_entry(unsigned id);
bool value_equal(const struct value *a, const struct value *b);
/* The least that covers both. */
struct value value_join(const struct value *a, const struct value *b);
/* Nothing is known but what went into it. */
struct value value_mix(const struct value *a, const struct value *b);
/* Computed of constants and addresses of the stack alone, so each path by itself may know it? */
bool value_closed(const struct value *v);
/* Certainly a multiple of 16? */
bool value_aligned(const struct value *v);
/* It is less than this; 0: that is not known. */
uint64_t value_limit(const struct value *v);
/* V_ANY or V_LOW. */
bool value_unknown(const struct value *v);
bool value_is_entry(const struct value *v, unsigned id);
/* Mark every byte of `bytes` undefined when one is; the marks may be too many then. */
void value_blur(struct value *v, unsigned bytes);

/* Slots. A store replaces what it covers; a load of what was never stored is undefined. */
bool state_store(struct state *s, const struct frame_bases *b, unsigned base, int64_t off,
		 uint32_t size, const struct value *v);
struct value state_load(const struct state *s, const struct frame_bases *b, unsigned base,
			int64_t off, uint32_t size);
/* A callee or a pointer of unknown value may have written to the frame's objects: only what is
 * saved there survives. */
void state_forget_objects(struct state *s);
/* A value goes to where it is not followed. */
void state_escape(struct state *s, const struct value *v);
/* Nothing is known of these bytes any more; was a value of entry saved there? */
bool state_forget(struct state *s, const struct frame_bases *b, unsigned base, int64_t off,
		  uint32_t size);

/* Make *into cover `from` too; did it change? */
bool state_join(struct state *into, const struct state *from);
bool state_equal(const struct state *a, const struct state *b);
size_t state_size(const struct state *s);

/* Align down what is at base + off. False: no more bases. */
bool base_align(struct frame_bases *b, unsigned base, int64_t off, uint64_t align,
		struct value *out);
/* The alignment that is certain for the address base + off, modulo `align`; -1: not known. */
int64_t base_modulo(const struct frame_bases *b, unsigned base, int64_t off, uint64_t align);
/* A base somewhere at or below base + off, made at an instruction, or where ways meet (`merged`).
 * modulo: of the new one by 16, or -1. False: no more bases. */
bool base_dynamic(struct frame_bases *b, unsigned base, int64_t off, uint64_t site, bool merged,
		  int64_t modulo, struct value *out);
/* Forget what lies more than `zone` bytes below the stack pointer, where a signal, an interrupt or
 * a callee may write. */
void state_drop_below(struct state *s, const struct frame_bases *b, int64_t zone);
/* No value of the base, nor of one made from it, is the same as before. */
void state_retire(struct state *s, const struct frame_bases *b, unsigned base);

#endif
