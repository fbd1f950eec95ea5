/* SPDX-License-Identifier: MIT */
/* Private to the payload's bare-metal part: guest.c, guest_tables.c and asm/guest.asm. */
#ifndef CLOBBER_GUEST_H
#define CLOBBER_GUEST_H

#include "payload/handover.h"
#include "payload/runtime.h"

enum { WIDE = sizeof(cl_word) == 8 };

/* asm/guest.asm */
void guest_tables(const void *gdtr, const void *idtr);
void guest_segments(void);
void guest_dirty(void);
void guest_give_up(void);
void guest_double_fault(void);
void guest_clock_task(void);
extern const uint8_t guest_stubs[][16];
/* In root operation 1, or 2 with a current VMCS; 0 outside, where the instruction at guest_vmread
 * is undefined and is to go on at guest_no_vmx. */
cl_word guest_vmx_operation(void);
extern const uint8_t guest_vmread[], guest_no_vmx[];
/* 1, or 0: there is no such register, or it does not take that. */
cl_word guest_read_msr(uint32_t number, uint64_t *to);
cl_word guest_write_msr(uint32_t number, const uint64_t *from);
extern const uint8_t guest_rdmsr[], guest_wrmsr[], guest_no_msr[];

/* asm/payload.ld */
extern uint8_t cl_data[], cl_image_end[];

enum {
	SEL_CODE = 0x08,
	SEL_DATA = 0x10,
	SEL_ES = 0x18,
	SEL_FS = 0x20,
	SEL_GS = 0x28,
	SEL_TSS = 0x30,
	SEL_FAULT = 0x38,
	SEL_CLOCK = 0x40
};

/* Stubs of vectors 0 to 31 have the vector's number; then: */
enum { STUB_CLOCK = 32, STUB_SYSCALL = 33 };

/* guest.c */
extern struct cl_handover guest_handover;
void guest_say(uint32_t what, cl_word c, cl_word b);
void guest_quit(uint32_t what, cl_word c, cl_word b) __attribute__((noreturn));

/* guest_state.c: what control registers and the like are to hold, once they are set up; and how
 * they are after a run of code under test, which are put back. has_vcpu: it had a VMCS of its own
 * (CL_SAY_VCPU). */
extern uint64_t guest_gdt[];
void guest_state_keep(void);
void guest_state_check(int round, bool has_vcpu, struct findings *out);

/* guest_msrs.c: the same of model-specific registers, in root operation; elsewhere access to one is
 * a fault. has_bases: those of fs and gs are looked at otherwise. False when one cannot be put
 * back. */
void guest_msrs_keep(bool has_bases);
bool guest_msrs_check(int round, struct findings *out);

/* guest_tables.c: page tables that allow what the ELF's segments allow and nothing else (loads
 * CR3); then GDT, IDT and TSS. */
extern uint32_t guest_tss[];
void guest_map(bool noexec);
void guest_descriptors(void);

#endif
