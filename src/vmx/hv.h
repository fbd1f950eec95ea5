/* SPDX-License-Identifier: MIT */
/* The hypervisor's parts. It runs one payload at a time, in memory where linear addresses are
 * physical ones:
 *
 *	0x10000   handover to the payload and its first page tables
 *	0x100000  this program (asm/vmx/hypervisor.ld), up to 4 MiB
 *	0x400000  the payload; behind it, aligned to 2 MiB, the results
 */
#ifndef CLOBBER_HV_H
#define CLOBBER_HV_H

#include <stdbool.h>
#include "payload/handover.h"
#include "payload/record.h"
#include "vmx/cpu.h"
#include "vmx/disk.h"

enum { PAGE = 4096, LOW = 0x10000, LOW_TABLES = LOW + PAGE, LOW_PAGES = 5, HYPERVISOR = 0x100000 };

/* The guest's general registers in the order of their hardware numbers, but for sp, which is in the
 * VMCS; layout known to asm/vmx. */
struct registers {
	word r[WIDE ? 16 : 8];
};
enum { AX, CX, DX, BX, SP, BP, SI, DI };

/* asm/vmx/start.asm */
extern uint64_t hv_gdt[];
extern uint8_t hv_end[];
extern word hv_disk; /* 0: the disk is an ATA disk; else it is in memory, here */
struct table_register {
	uint16_t limit;
	word base;
} __attribute__((packed));
extern struct table_register hv_gdtr, hv_idtr;

/* asm/vmx/enter.asm: VM entry. 0: a VM exit followed; 1: VMfailInvalid; 2:
 * VMfailValid. */
int vmx_enter(struct registers *r, bool launch);
void vmx_exit(void);     /* HOST_IP */
void vcpu_nothing(void); /* a guest's whole program: a VM exit */
/* Call the payload's entry in root operation, on its own tables; returns what root_leave is given.
 */
uint32_t root_enter(word entry, word handover);
void root_leave(uint32_t what) __attribute__((noreturn));

/* main.c */
extern struct vmx_request request;
extern struct vmx_segment segment; /* being filled in */
extern uint32_t announced;         /* with CL_ANNOUNCE: the case under way */
void cannot(const char *why) __attribute__((noreturn));
void write_segment(enum vmx_end end);
struct cl_header *results(void);

/* disk.c */
void disk_read(uint64_t sector, void *to, uint64_t bytes);
void disk_write(uint64_t sector, const void *from, uint64_t bytes);

/* vmx.c: VMX operation, and the VMCS. */
void vmx_on(void); /* enter root operation: SDM volume 3, 23.7 */
void vmx_off(void);
void vmcs_make(void); /* a cleared VMCS becomes the current one */
void vmcs_drop(void); /* no VMCS is current any more */
uint32_t vmx_features(void);
uint32_t controls(uint32_t msr, uint32_t wanted); /* as far as allowed: appendix A.3 */
void vmwrite(uint32_t field, word v);
void vmwrite64(uint32_t field, uint64_t v);
word vmread(uint32_t field);

/* state.c: fill the current VMCS for a fresh guest. ept.c: what memory it sees. */
void guest_reset(struct registers *r);
/* Fill it for a guest of code under test in root operation: the tables, segments and control
 * registers of host and guest are the present ones. Host's and guest's ip and the host's sp are for
 * that code to write. `launched`: its guest has run, and VMRESUME enters it. */
void vcpu_reset(bool launched);
uint64_t ept_pointer(void);

/* run.c: the guest, from its start to its end. root.c: the payload without a guest. */
enum vmx_end guest_run(void);
enum vmx_end root_run(bool current_vmcs);

/* task.c: what the processor leaves to the hypervisor of a task switch. */
bool task_switch(struct registers *r);

#endif
