/* SPDX-License-Identifier: MIT */
/* Private to src/abi: the conventions, one file each, and what the i386 family shares. */
#ifndef CLOBBER_CONVENTIONS_H
#define CLOBBER_CONVENTIONS_H

#include "abi/abi.h"

#define CONVENTION(variable, file) extern const struct convention variable;
#include "abi/conventions.def"
#undef CONVENTION

/* The checks that only code in ring 0 can fail, whatever the convention. */
#define SYSTEM_RULES                                                                \
	[CHECK_FLAGS] = RULE_SYSTEM_FLAGS, [CHECK_SEGMENTS] = RULE_SYSTEM_SEGMENTS, \
	[CHECK_CONTROL] = RULE_SYSTEM_CONTROL

/* The rules of the base psABI for every check; a convention overrides what it changes. */
#define I386_STATE_RULES                                                    \
	[CHECK_LAYOUT] = RULE_I386_LAYOUT, [CHECK_UPPER] = RULE_I386_UPPER, \
	[CHECK_CANARY] = RULE_I386_FRAME, [CHECK_ALIGN] = RULE_I386_ALIGN,  \
	[CHECK_DF] = RULE_I386_DF, [CHECK_X87_STACK] = RULE_I386_X87_STACK, \
	[CHECK_X87_CW] = RULE_I386_X87_CW, [CHECK_MMX] = RULE_I386_EMMS,    \
	[CHECK_MXCSR] = RULE_I386_MXCSR, [CHECK_STACK] = RULE_I386_BELOW,   \
	[CHECK_UNWIND] = RULE_I386_UNWIND, SYSTEM_RULES
#define I386_PLATFORM_RULES \
	I386_STATE_RULES, [CHECK_ENTERED] = RULE_I386_CALL, [CHECK_FAULT] = RULE_I386_CALL
#define I386_CALL_RULES \
	I386_PLATFORM_RULES, [CHECK_RETURN] = RULE_I386_RET_INT, [CHECK_HIDDEN] = RULE_I386_HIDDEN
#define I386_RULES \
	I386_CALL_RULES, [CHECK_SAVED] = RULE_I386_SAVED, [CHECK_LOCALS] = RULE_I386_LOCALS

/* Tables 2.3 and 2.4 of the base psABI, and 2.2.2. */
#define I386_PASSING \
	.int_ret = { GPR_AX, GPR_DX }, .align = 16, .va = "va", .upper_return = RULE_I386_RET_SUB
#define I386_FRAME \
	.preserved = { .gpr = GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(SI) | GPR_BIT(DI) }, I386_PASSING

/* The rules of the platform, whatever a convention passes and preserves; with those of results; and
 * with those of the argument registers. */
#define SYSV_STATE_RULES_OF(layout)                                                 \
	[CHECK_LAYOUT] = layout, [CHECK_CANARY] = RULE_SYSV_FRAME,                  \
	[CHECK_ALIGN] = RULE_SYSV_ALIGN, [CHECK_DF] = RULE_SYSV_DF,                 \
	[CHECK_X87_STACK] = RULE_SYSV_X87_STACK, [CHECK_X87_CW] = RULE_SYSV_X87_CW, \
	[CHECK_MMX] = RULE_SYSV_EMMS, [CHECK_MXCSR] = RULE_SYSV_MXCSR,              \
	[CHECK_STACK] = RULE_SYSV_REDZONE, [CHECK_UNWIND] = RULE_SYSV_UNWIND, SYSTEM_RULES
#define SYSV_PLATFORM_RULES_OF(layout)                                                            \
	SYSV_STATE_RULES_OF(layout), [CHECK_ENTERED] = RULE_SYSV_CALL, [CHECK_SP] = RULE_SYSV_SP, \
				     [CHECK_FAULT] = RULE_SYSV_CALL
#define SYSV_FRAME_RULES_OF(layout)                                         \
	SYSV_PLATFORM_RULES_OF(layout), [CHECK_UPPER] = RULE_SYSV_UPPER,    \
					[CHECK_RETURN] = RULE_SYSV_RET_INT, \
					[CHECK_HIDDEN] = RULE_SYSV_HIDDEN
#define SYSV_CALL_RULES_OF(layout) \
	SYSV_FRAME_RULES_OF(layout), [CHECK_ARG] = RULE_SYSV_INT_ARGS, [CHECK_AL] = RULE_SYSV_AL
#define SYSV_RULES_OF(layout)                                        \
	SYSV_CALL_RULES_OF(layout), [CHECK_SAVED] = RULE_SYSV_SAVED, \
				    [CHECK_LOCALS] = RULE_SYSV_LOCALS
#define SYSV_STATE_RULES    SYSV_STATE_RULES_OF(RULE_SYSV_LAYOUT)
#define SYSV_PLATFORM_RULES SYSV_PLATFORM_RULES_OF(RULE_SYSV_LAYOUT)
#define SYSV_FRAME_RULES    SYSV_FRAME_RULES_OF(RULE_SYSV_LAYOUT)
#define SYSV_CALL_RULES     SYSV_CALL_RULES_OF(RULE_SYSV_LAYOUT)
#define SYSV_RULES          SYSV_RULES_OF(RULE_SYSV_LAYOUT)

#define SYSV_SAVED \
	(GPR_BIT(BX) | GPR_BIT(BP) | GPR_BIT(R12) | GPR_BIT(R13) | GPR_BIT(R14) | GPR_BIT(R15))

/* Microsoft x64: Caller/callee saved registers. */
#define MS_KEEPS .preserved = { .gpr = SYSV_SAVED | GPR_BIT(SI) | GPR_BIT(DI), .xmm = 0xffc0 }

/* The unwinding is that of ELF objects. */
#define MS_FRAME_RULES                                                                             \
	[CHECK_ENTERED] = RULE_MS_CALL, [CHECK_UPPER] = RULE_MS_UPPER,                             \
	[CHECK_RETURN] = RULE_MS_RET_INT, [CHECK_HIDDEN] = RULE_MS_HIDDEN,                         \
	[CHECK_SAVED] = RULE_MS_SAVED, [CHECK_SP] = RULE_MS_SP, [CHECK_CANARY] = RULE_MS_FRAME,    \
	[CHECK_ALIGN] = RULE_MS_ALIGN, [CHECK_LOCALS] = RULE_MS_LOCALS,                            \
	[CHECK_DF] = RULE_MS_DF_EXIT, [CHECK_X87_STACK] = RULE_MS_X87_STACK,                       \
	[CHECK_MMX] = RULE_MS_MMX, [CHECK_X87_CW] = RULE_MS_X87_CW, [CHECK_MXCSR] = RULE_MS_MXCSR, \
	[CHECK_STACK] = RULE_MS_BELOW, [CHECK_UNWIND] = RULE_SYSV_UNWIND,                          \
	[CHECK_FAULT] = RULE_MS_CALL, SYSTEM_RULES
#define MS_RULES                                                                           \
	MS_FRAME_RULES, [CHECK_ARG] = RULE_MS_ARGS, [CHECK_REFERENCE] = RULE_MS_REFERENCE, \
			[CHECK_COPY] = RULE_MS_VARARGS

/* The alignment that a document's rules give a type whatever `aligned` attributes say: scalars
 * by the table of fundamental types, structures and unions by their most strictly aligned
 * component, packed ones not counted. x86-64 psABI 3.1.2, i386 psABI 2.1.1 and 2.1.2. At least
 * 1. */
unsigned abi_natural_align(const struct type *t, enum width w);

/* The alignment of an argument of this type: of a scalar that of the table, of a structure or
 * union its definition's, attributes there and in its members included. An attribute on a
 * typedef of either does not count: no document says that it should. */
unsigned abi_own_align(const struct type *t, enum width w);

/* NULL, or why the processor cannot enter such a function: static text. */
const char *abi_no_handler(const struct prototype *p, enum width w);

/* How the psABI passes arguments: 3.2.2, 3.2.3 and 3.5.7. */
#define SYSV_PLACES                                                                     \
	.int_arg = { GPR_DI, GPR_SI, GPR_DX, GPR_CX, GPR_R8, GPR_R9 }, .nint_args = 6,  \
	.nvector_args = 8, .int_ret = { GPR_AX, GPR_DX }, .align = 16, .red_zone = 128, \
	.counts_vectors = true, .upper_return = RULE_SYSV_UPPER
#define SYSV_PASSING SYSV_PLACES, .va = "va"

void sysv_place(const struct convention *c, const struct prototype *p, struct placement *out);

/* How the i386 psABI passes arguments, and returns values: 2.2.3. */
void cdecl_place(const struct convention *c, const struct prototype *p, struct placement *out);

/* Place the return value: psABI 2.2.3, Table 2.4, and GCC's options for structures. The same in
 * every i386 convention. */
void i386_return(const struct convention *c, const struct prototype *p, struct placement *out);

/* The rule that the documents are silent about how this vector travels, or RULE_NONE. */
enum rule_id i386_silent_vector(const struct profile *pr, const struct type *t);

/* The same for any type under an attribute that has GCC's manual put all but integral arguments on
 * the stack: a vector is not specified there. */
enum rule_id i386_silent_with_attribute(const struct convention *c, const struct type *t);

/* Place argument i if it is one whose place does not depend on the convention's own registers: a
 * vector, or a type that no document knows at 32 bit. False: it is of another type. */
bool i386_other_arg(const struct convention *c, const struct prototype *p, unsigned i,
		    struct placement *out);

/* In the order in which regparm takes them: GCC manual, x86 Attributes. */
#define REGPARM_REGISTERS              \
	{                              \
		GPR_AX, GPR_DX, GPR_CX \
	}

/* regparm(N), N being the convention's nint_args, by the attribute; or, with `option`, by
 * -mregparm=N, which counts registers. */
void i386_regparm_place(const struct convention *c, const struct prototype *p, bool option,
			struct placement *out);

/* A memory return under a convention with register arguments: nothing says where the implicit first
 * argument goes, so nothing is specified. Call after i386_return. */
void i386_unspecified_return(struct placement *out);

/* What fastcall and thiscall share: the return value and, of a variadic function, every argument,
 * on the stack by rule `on_stack`; `pops` is the rule on who pops those. True: all is placed. */
bool i386_callee_pops(const struct convention *c, const struct prototype *p, enum rule_id on_stack,
		      enum rule_id pops, struct placement *out);

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
