/* SPDX-License-Identifier: MIT */
/* Private to src/prove: one analysis of one function, and what an instruction does to a state. */
#ifndef CLOBBER_PROVE_MACHINE_H
#define CLOBBER_PROVE_MACHINE_H

#include "prove/image.h"
#include "prove/prove.h"
#include "prove/state.h"

#include <Zydis/Zydis.h>

/* An instruction in its place. */
struct insn {
	uint64_t at, next; /* behind it, for what is relative */
	uint64_t then;     /* where it goes on: elsewhere at the end of an alternative */
	ZydisDecodedInstruction d;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	bool unknown;                 /* a relocation in it is not understood */
	bool relocated;               /* it has one */
	bool linked_disp, linked_imm; /* there */
};

/* Something that does not hold, or may not. */
struct issue {
	enum check check; /* CHECK_COUNT: the analysis cannot go on */
	bool definite;
	uint64_t at;
	unsigned item;
	const char *words, *hint;
};

/* Inside of which local functions: innermost first. */
struct context {
	const struct context *up;
	uint64_t back;  /* return address; 0 at the bottom */
	uint64_t entry; /* of the local function */
	uint64_t site;  /* of the call */
	unsigned depth;
};

/* `item' of an issue of CHECK_COUNT: an address of the frame that each path by itself may know. */
enum { ITEM_LOST = 7, MOST_ISSUES = 64 };

/* An instruction that writes to the stack: always at one place, or along an array. */
enum { STORE_SITES = 1024 };
struct store_site {
	uint64_t at;
	int64_t off;
	uint8_t base;
	bool moves;
};

struct machine {
	struct arena *a;
	const struct image *m;
	const struct prove_job *job;
	const struct prove_subject *f;
	struct frame_bases bases;
	ZydisDecoder decoder;
	unsigned word;
	unsigned red_zone;
	bool stop; /* nothing comes behind this instruction */
	const struct context *context;
	bool doubt;          /* of the state at hand: see struct state */
	const char *doubted; /* the function that may not have come back */
	uint64_t entry;      /* of the function */
	/* Is it certain that a function does not return, or that it does? returns_of. */
	enum returns (*ask)(struct machine *x, const char *name);
	/* What a local function does that calls itself, or NULL: summary_of. */
	const struct summary *(*sum)(struct machine *x, const struct image_symbol *symbol);
	struct summary last; /* the last one that is not remembered */
	bool summing;        /* it is one itself */
	bool provisional;    /* what was found rests on a summary that is not finished */
	uint16_t through;    /* registers whose value at entry went into an address written to */
	int64_t excess;      /* bytes that it pops more than was said */
	int8_t left_x87;     /* registers in use at its ends, as expected; or X87_UNKNOWN */
	const struct machine *joined; /* on paths: what joining all of them had found */
	bool looped;                  /* the path came by one place twice */
	bool follows;            /* global functions of the same object are followed into, too */
	bool might_follow;       /* there are such */
	bool asks, returned;     /* nothing is judged: only whether it returns is of interest */
	struct store_site *site; /* where an instruction wrote to the stack, by its address */
	struct issue *issue;
	size_t nissues;
	const char **assumption, **trusts;
	size_t nassumptions, ntrusts;
	unsigned guess;      /* bytes that callees pop of which no document says it */
	bool guessed;        /* there are such */
	uint16_t feature[8]; /* of the processor, that alternatives ask for: bits of a state */
	unsigned nfeatures;
	const struct convention *unsaid; /* of a callee: no document says what it preserves */
	const char *might_pop; /* one that is not declared, where some conventions have it pop */
	int8_t guess_x87;      /* as `guess`: x87 registers in which a callee returns */
	bool guessed_x87;
	int64_t above;    /* how far above the return address it writes */
	unsigned missing; /* bytes by which the stack pointer was too low at the end */
};

/* entry.c. Begin: fill in what follows from x->a, m, job and f, and the state at entry. */
void machine_start(struct machine *x, struct state *s);

/* Decode at an address; false: there is no instruction. */
bool machine_decode(const struct machine *x, uint64_t at, struct insn *in);
/* "add_n+0x14: mov rbx, rdi" */
const char *machine_words(const struct machine *x, uint64_t at);
/* "add_n+0x14" */
const char *machine_place(const struct machine *x, uint64_t at);

void machine_issue(struct machine *x, enum check check, unsigned item, bool definite, uint64_t at,
		   const char *hint, const char *words);
/* The stack pointer is off by so much at the end. */
void machine_missing(struct machine *x, int64_t off);
/* What the proof stands on; each once. */
void machine_assume(struct machine *x, const char *words);
/* ... that a function keeps its convention; `words' with it. */
void machine_trust(struct machine *x, const char *name, const char *words);

/* What a register, or a part of it, holds. */
struct value machine_read(struct machine *x, struct state *s, const struct insn *in, unsigned op);
void machine_write(struct machine *x, struct state *s, const struct insn *in, unsigned op,
		   struct value v);
/* A word at the stack pointer. */
void machine_push(struct machine *x, struct state *s, const struct insn *in, unsigned bytes,
		  struct value v);
struct value machine_pop(struct machine *x, struct state *s, const struct insn *in, unsigned bytes);
/* Something undefined decides: an issue, or an assumption where documents are silent. */
void machine_use(struct machine *x, struct state *s, uint64_t at, const struct value *v,
		 unsigned bytes, const char *how);
const char *machine_origin(const struct machine *x, unsigned origin);
/* Set a stack pointer that may have become unknown. */
void machine_set_sp(struct machine *x, struct state *s, const struct insn *in, struct value v);

/* The effect of an instruction that is not a branch, call or return. */
void machine_step(struct machine *x, struct state *s, const struct insn *in);
/* Does the model know it? */
bool machine_models(const struct insn *in);

/* Is the value the address of code inside of the function, but no return address? */
bool machine_is_label(const struct machine *x, const struct value *v);
/* Something may come back to it. */
void machine_label_given(struct machine *x, uint64_t at);

/* memory.c */
struct address {
	struct value v;
	bool table, foreign; /* constant + index * scale; of another segment */
	bool perhaps;        /* a mask decides which bytes are written */
	uint64_t from;
	unsigned scale;
	uint64_t limit; /* of the index, if not 0: it is less */
	bool ranged;    /* `start' + index * scale, the index limited */
	struct value start;
};
struct address machine_address(struct machine *x, struct state *s, const struct insn *in,
			       unsigned op);
struct value machine_load(struct machine *x, struct state *s, const struct insn *in,
			  const struct address *at, unsigned bytes);
void machine_store(struct machine *x, struct state *s, const struct insn *in,
		   const struct address *at, uint32_t bytes, const struct value *v);

/* What a pointer leads to that goes where it is not followed is others' to write, were it the slot
 * in which a register or a stack pointer is saved, or (`back') the return address. */
void machine_give_slot(const struct machine *x, struct state *s, const struct value *pointer,
		       bool back);

/* alu.c: arithmetic on values of `bytes` bytes. */
enum alu { ALU_ADD, ALU_SUB, ALU_AND, ALU_OR, ALU_XOR, ALU_SHL, ALU_SHR, ALU_SAR };
struct value alu(struct machine *x, enum alu op, const struct value *a, const struct value *b,
		 unsigned bytes);
/* Its low bytes; the rest is zero, or the sign's. */
struct value alu_extend(const struct value *v, unsigned bytes, unsigned to, bool sign);
/* Extended with 0 to a word; where addresses are low (struct prove_job) one of the stack that is
 * cut to 4 bytes is itself. */
struct value alu_to_word(const struct machine *x, const struct value *v, unsigned bytes);

/* branch.c: does the condition of a conditional jump hold? */
enum tri branch_decide(const struct state *s, ZydisMnemonic jump);
/* What is known on one side of it: an unsigned limit of what was compared. */
void branch_refine(const struct machine *x, struct state *s, ZydisMnemonic jump, bool taken);

/* exits.c */
void exit_check(struct machine *x, struct state *s, const struct insn *in, bool tail);
/* tail: by a jump, with the stack pointer where the return address was. */
void call_check(struct machine *x, struct state *s, const struct insn *in,
		const struct prove_callee *callee, bool tail);
/* A jump to it ends the function: what it promises then has to be kept by the other one. */
void tail_check(struct machine *x, struct state *s, const struct insn *in,
		const struct prove_callee *callee, const char *name);
/* What is left after a call of a function that keeps its convention. */
void call_effect(struct machine *x, struct state *s, const struct insn *in,
		 const struct prove_callee *callee, const char *name);

#endif
