/* SPDX-License-Identifier: MIT */
/* The fields of the VMCS that the hypervisor uses, and the bits in them. Intel SDM volume 3,
 * appendix B (encodings), 24.6 to 24.9 (controls), appendix C (exit reasons). */
#ifndef CLOBBER_VMCS_H
#define CLOBBER_VMCS_H

/* Segment registers in the order in which their fields are numbered: es cs ss ds fs gs ldtr tr. */
enum { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_LDTR, SEG_TR, SEGMENTS };

enum vmcs_field {
	/* one for each segment: + 2 * SEG */
	GUEST_SELECTOR = 0x0800,
	HOST_SELECTOR = 0x0c00, /* no ldtr: tr is at 0x0c0c */
	HOST_TR_SELECTOR = 0x0c0c,
	GUEST_LIMIT = 0x4800,
	GUEST_RIGHTS = 0x4814,
	GUEST_BASE = 0x6806,
	/* 64 bits at any width: the upper half is the field + 1 */
	EPT_POINTER = 0x201a,
	LINK_POINTER = 0x2800,
	GUEST_DEBUGCTL = 0x2802,
	GUEST_PDPTE0 = 0x280a, /* + 2 * n */
	/* 32 bits */
	PIN_CONTROLS = 0x4000,
	CPU_CONTROLS = 0x4002,
	EXCEPTIONS = 0x4004,
	CR3_TARGETS = 0x400a,
	EXIT_CONTROLS = 0x400c,
	ENTRY_CONTROLS = 0x4012,
	ENTRY_EVENT = 0x4016,
	ENTRY_ERROR_CODE = 0x4018,
	CPU_CONTROLS2 = 0x401e,
	INSTRUCTION_ERROR = 0x4400,
	EXIT_REASON = 0x4402,
	EXIT_EVENT = 0x4404,
	EXIT_LENGTH = 0x440c,
	GUEST_GDTR_LIMIT = 0x4810,
	GUEST_IDTR_LIMIT = 0x4812,
	GUEST_INTERRUPTIBILITY = 0x4824,
	GUEST_ACTIVITY = 0x4826,
	GUEST_SYSENTER_CS = 0x482a,
	GUEST_TIMER = 0x482e,
	HOST_SYSENTER_CS = 0x4c00,
	/* as wide as the root's registers */
	CR4_MASK = 0x6002,
	CR4_SHADOW = 0x6006,
	QUALIFICATION = 0x6400,
	GUEST_CR0 = 0x6800,
	GUEST_CR3 = 0x6802,
	GUEST_CR4 = 0x6804,
	GUEST_GDTR_BASE = 0x6816,
	GUEST_IDTR_BASE = 0x6818,
	GUEST_DR7 = 0x681a,
	GUEST_SP = 0x681c,
	GUEST_IP = 0x681e,
	GUEST_FLAGS = 0x6820,
	GUEST_PENDING_DEBUG = 0x6822,
	HOST_CR0 = 0x6c00,
	HOST_CR3 = 0x6c02,
	HOST_CR4 = 0x6c04,
	HOST_FS_BASE = 0x6c06,
	HOST_GS_BASE = 0x6c08,
	HOST_TR_BASE = 0x6c0a,
	HOST_GDTR_BASE = 0x6c0c,
	HOST_IDTR_BASE = 0x6c0e,
	HOST_SYSENTER_ESP = 0x6c10,
	HOST_SYSENTER_EIP = 0x6c12,
	HOST_IP = 0x6c16, /* HOST_SP, 0x6c14, is written by vmx_enter in asm/vmx */
};

enum {
	PIN_INTERRUPTS = 1 << 0,
	PIN_TIMER = 1 << 6,
	CPU_HLT = 1 << 7,
	CPU_IO = 1 << 24,
	CPU_SECONDARY = (int)(1u << 31),
	CPU2_EPT = 1 << 1,
	CPU2_RDTSCP = 1 << 3,
	CPU2_UNRESTRICTED = 1 << 7,
	CPU2_INVPCID = 1 << 12,
	EXIT_SAVE_DEBUG = 1 << 2,
	EXIT_HOST64 = 1 << 9,
	EXIT_SAVE_TIMER = 1 << 22,
	ENTRY_LOAD_DEBUG = 1 << 2,
	ENTRY_GUEST64 = 1 << 9,
};

enum exit_reason {
	EXIT_EXCEPTION = 0,
	EXIT_INTERRUPT = 1,
	EXIT_TRIPLE_FAULT = 2,
	EXIT_TASK_SWITCH = 9,
	EXIT_CPUID = 10,
	EXIT_GETSEC = 11,
	EXIT_HLT = 12,
	EXIT_VMCALL = 18, /* to VMXON, 27: what only root operation may execute */
	EXIT_VMXON = 27,
	EXIT_CR = 28,
	EXIT_IO = 30,
	EXIT_RDMSR = 31,
	EXIT_WRMSR = 32,
	EXIT_INVEPT = 50,
	EXIT_TIMER = 52,
	EXIT_INVVPID = 53,
	EXIT_XSETBV = 55,
};

/* Events, in ENTRY_EVENT and EXIT_EVENT: SDM volume 3, 24.8.3 and 24.9.2. */
#define EVENT_VALID     0x80000000u
#define EVENT_ERROR     0x800u
#define EVENT_NMI       (EVENT_VALID | 2u << 8 | 2)
#define EVENT_TYPE      0x700u
#define EVENT_INT1      0x500u /* privileged software exception */
#define EVENT_EXCEPTION (EVENT_VALID | 3u << 8)

enum { BLOCKED_BY_STI = 1, BLOCKED_BY_MOV_SS = 2, BLOCKED_BY_NMI = 8 };

#endif
