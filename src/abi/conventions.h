/* SPDX-License-Identifier: MIT */
/* Private to src/abi: the conventions, one file each, and what the i386 family shares. */
#ifndef CLOBBER_CONVENTIONS_H
#define CLOBBER_CONVENTIONS_H

#include "abi/abi.h"

extern const struct convention abi_sysv, abi_ms, abi_regparm0_64, abi_asmlinkage_64;
extern const struct convention abi_cdecl, abi_stdcall, abi_fastcall, abi_thiscall;
extern const struct convention abi_regparm0_32, abi_regparm1, abi_regparm2, abi_regparm3;

/* What only ring 0 can break, whatever the convention. */
#define SYSTEM_RULES [CHECK_FLAGS] = RULE_SYSTEM_FLAGS, [CHECK_SEGMENTS] = RULE_SYSTEM_SEGMENTS

/* The rules of the base psABI for every check; a convention overrides what it changes. */
#define I386_RULES                                                                  \
	[CHECK_ENTERED] = RULE_I386_CALL, [CHECK_LAYOUT] = RULE_I386_LAYOUT,        \
	[CHECK_UPPER] = RULE_I386_UPPER, [CHECK_RETURN] = RULE_I386_RET_INT,        \
	[CHECK_HIDDEN] = RULE_I386_HIDDEN, [CHECK_SAVED] = RULE_I386_SAVED,         \
	[CHECK_CANARY] = RULE_I386_FRAME, [CHECK_ALIGN] = RULE_I386_ALIGN,          \
	[CHECK_LOCALS] = RULE_I386_LOCALS, [CHECK_DF] = RULE_I386_DF,               \
	[CHECK_X87_STACK] = RULE_I386_X87_STACK, [CHECK_X87_CW] = RULE_I386_X87_CW, \
	[CHECK_MXCSR] = RULE_I386_MXCSR, [CHECK_FAULT] = RULE_I386_CALL, SYSTEM_RULES

#define I386_SAVED (GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(SI) | GPR_BIT(DI))

#define SYSV_RULES                                                                               \
	[CHECK_ENTERED] = RULE_SYSV_CALL, [CHECK_LAYOUT] = RULE_SYSV_LAYOUT,                     \
	[CHECK_ARG] = RULE_SYSV_INT_ARGS, [CHECK_UPPER] = RULE_SYSV_UPPER,                       \
	[CHECK_RETURN] = RULE_SYSV_RET_INT, [CHECK_HIDDEN] = RULE_SYSV_HIDDEN,                   \
	[CHECK_SAVED] = RULE_SYSV_SAVED, [CHECK_SP] = RULE_SYSV_SP,                              \
	[CHECK_CANARY] = RULE_SYSV_FRAME, [CHECK_ALIGN] = RULE_SYSV_ALIGN,                       \
	[CHECK_LOCALS] = RULE_SYSV_LOCALS, [CHECK_AL] = RULE_SYSV_AL, [CHECK_DF] = RULE_SYSV_DF, \
	[CHECK_X87_STACK] = RULE_SYSV_X87_STACK, [CHECK_X87_CW] = RULE_SYSV_X87_CW,              \
	[CHECK_MXCSR] = RULE_SYSV_MXCSR, [CHECK_FAULT] = RULE_SYSV_CALL, SYSTEM_RULES

#define SYSV_SAVED \
	(GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(R12) | GPR_BIT(R13) | GPR_BIT(R14) | GPR_BIT(R15))

void sysv_place(const struct convention *c, const struct prototype *p, struct placement *out);

/* How the arguments so far have used the integer registers of an i386 convention. */
struct i386_regs {
	const unsigned char *order; /* register numbers, in order of use */
	unsigned max;               /* how many the convention has */
	enum rule_id rule;          /* that puts an argument in a register */
};

/* Place the return value: psABI 2.2.3, Table 2.4. The same in every i386 convention. */
void i386_return(const struct prototype *p, struct placement *out);

/* A memory return under a convention with register arguments: nothing says where the implicit first
 * argument goes, so nothing is specified. Call after i386_return. */
void i386_unspecified_return(struct placement *out);

/* Where an argument of type `t` goes on a stack area that so far ends at *stack. False: nothing
 * says, *why is the rule; else *why is a rule of its own for the place, or RULE_NONE. */
bool i386_place_on_stack(const struct type *t, unsigned *stack, struct loc *l, enum rule_id *why);

/* An integer that does not fit a register of 4 bytes? */
bool i386_wide_integer(const struct type *t);

/* Put argument i on the stack, after those before it, and account for its size. */
void i386_stack_arg(const struct prototype *p, unsigned i, enum rule_id rule,
		    struct placement *out);

/* Put argument i, no wider than a word, in a register. */
void i386_reg_arg(const struct prototype *p, unsigned i, enum gpr reg, enum rule_id rule,
		  struct placement *out);

/* From argument i on nothing is specified, because of `rule`. */
void i386_unspecified_from(unsigned i, enum rule_id rule, struct placement *out);

/* Does a register of 4 bytes hold it, as an integral argument (pointers included)? */
bool i386_fits_register(const struct type *t);

#endif
