/* SPDX-License-Identifier: MIT */
/* Private to the payload's part that holds hand-written assembly against contracts. */
#ifndef CLOBBER_CONTRACT_RUN_H
#define CLOBBER_CONTRACT_RUN_H

#include "payload/check.h"
#include "payload/contract.h"
#include "payload/prepare.h"

/* Written by src/check, addresses of tables; code under test is between cl_code_start and
 * cl_rodata. */
extern const uint32_t cl_contract_table[], cl_contract_count;
extern const uint32_t cl_probe_table[], cl_probe_total;
extern const uint8_t cl_code_start[], cl_rodata[];
/* asm/check.ld: struct exception_table_entry of Linux, arch/x86/include/asm/extable.h */
extern const int32_t cl_extable[], cl_extable_end[];

/* asm/contract*.asm: as `entry` of cl_run. The first calls cl_function; the second tells whoever
 * traces the process before. */
void cl_contract_call(void);
void cl_contract_step_call(void);
/* Enters cl_exit_ip with the registers in cl_exit_image. */
void cl_contract_exit(void);
/* A probe, as landing pad of a jump. */
void cl_contract_landing(void);

extern struct cl_image cl_reply, cl_exit_image;
extern cl_word cl_reply_ip, cl_exit_ip, cl_contract_index;
extern uint32_t cl_contract_step;

/* The call under way. */
struct cc_call_state {
	const struct cc_contract *c;
	const struct cc_input *inputs;
	struct cl_values values;
	cl_word pointer[CC_ARGS]; /* where buffers are, and their size in this call */
	uint32_t bytes[CC_ARGS];
	uint8_t deref[CC_ARGS][16];
	int round;
	bool other;                  /* the way of `else` */
	bool ended;                  /* where it was to jump or call for ever */
	unsigned at, count[CC_ARGS]; /* the `calls` line that is due; calls by each line */
	uint32_t extended;           /* bit set of inputs with no dirt above them, for once */
	struct draw draw;
	struct verdicts *out;
};
extern struct cc_call_state cc_now;

/* An address in the tables. */
static inline const void *cc_at(uint32_t address)
{
	return (const void *)(cl_word)address;
}

/* An integer in part of a register or stack word. */
static inline bool cc_is_narrow(const struct cc_input *d)
{
	return d->nlocs == 1 && !(d->flags & CC_REFERENCE) &&
	       (d->loc[0].kind == CL_GPR || d->loc[0].kind == CL_STACK) &&
	       d->loc[0].bytes < sizeof(cl_word) &&
	       (d->class == CL_SIGNED || d->class == CL_UNSIGNED || d->class == CL_BOOL);
}

/* contract_values.c: values of all inputs into registers, stack and buffers, for cc_now.round. */
void cc_prepare(uint64_t seed);
/* Memory that must be as it was. */
void cc_check_buffers(void);
/* contract_calls.c: the bytes a value stands for; 0: any. `sp` is what `sp` means. */
unsigned cc_evaluate(const struct cc_value *v, cl_word sp, uint8_t to[16]);
/* Calls that should have been made. */
void cc_check_calls(void);

#endif
