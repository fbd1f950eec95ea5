/* SPDX-License-Identifier: MIT */
/* A fresh guest in the current VMCS: controls, the host's state to come back to, and the guest's as
 * src/payload/handover.h promises it. Intel SDM volume 3, 24.4 to 24.8 (what there is) and 26.2 to
 * 26.3 (what VM entry checks). */
#include "vmx/hv.h"
#include "vmx/vmcs.h"

enum {
	MSR_SYSENTER_ESP = 0x175, /* then EIP */
	MSR_TRUE_PIN = 0x48d,
	MSR_TRUE_CPU = 0x48e,
	MSR_TRUE_EXIT = 0x48f,
	MSR_TRUE_ENTRY = 0x490,
	MSR_CPU2 = 0x48b,
	/* Access rights: table 24-2. */
	RIGHTS_CODE32 = 0xc09b,
	RIGHTS_CODE64 = 0xa09b,
	RIGHTS_DATA = 0xc093,
	RIGHTS_TSS = 0x8b,
	RIGHTS_UNUSABLE = 0x10000,
	CR0_GUEST = 0x80010031 - (1ll << 32), /* PG WP NE ET PE */
	CR4_PAE = 1 << 5,
};

static void set_controls(bool guest64)
{
	uint32_t has = vmx_features();
	uint32_t cpu2 = has & VMX_HAS_EPT ? CPU2_EPT : 0;

	if (has & VMX_HAS_UNRESTRICTED)
		cpu2 |= CPU2_UNRESTRICTED;
	vmwrite(PIN_CONTROLS, controls(MSR_TRUE_PIN, PIN_INTERRUPTS | PIN_TIMER));
	vmwrite(CPU_CONTROLS, controls(MSR_TRUE_CPU, CPU_HLT | CPU_IO | (uint32_t)CPU_SECONDARY));
	vmwrite(CPU_CONTROLS2, controls(MSR_CPU2, cpu2 | CPU2_RDTSCP | CPU2_INVPCID));
	vmwrite(EXIT_CONTROLS, controls(MSR_TRUE_EXIT, EXIT_SAVE_DEBUG | EXIT_SAVE_TIMER |
							       (WIDE ? EXIT_HOST64 : 0)));
	vmwrite(ENTRY_CONTROLS,
		controls(MSR_TRUE_ENTRY, ENTRY_LOAD_DEBUG | (guest64 ? ENTRY_GUEST64 : 0)));
	vmwrite(CR3_TARGETS, 0);
	if (has & VMX_HAS_EPT)
		vmwrite64(EPT_POINTER, ept_pointer());
	/* The guest neither sees nor may change that VMX operation fixes CR4.VMXE: 24.6.6. */
	vmwrite(CR4_MASK, CR4_VMXE);
	vmwrite(CR4_SHADOW, 0);
}

/* SDM volume 3, 3.4.5 and 7.2.3: of a descriptor in a table below 4 GiB. */
static word segment_base(word table, uint16_t selector)
{
	const uint32_t *d = (const uint32_t *)(table + (selector & ~7u));

	return d[0] >> 16 | (d[1] & 0xff) << 16 | (d[1] & 0xff000000);
}

static void set_host(void)
{
	for (unsigned s = SEG_ES; s <= SEG_GS; s++)
		vmwrite(HOST_SELECTOR + 2 * s, s == SEG_CS ? 0x08 : 0x10);
	vmwrite(HOST_TR_SELECTOR, 0x18);
	vmwrite(HOST_TR_BASE, LOW); /* never used: everything runs in ring 0 */
	vmwrite(HOST_CR0, read_cr0());
	vmwrite(HOST_CR3, read_cr3());
	vmwrite(HOST_CR4, read_cr4());
	vmwrite(HOST_GDTR_BASE, hv_gdtr.base);
	vmwrite(HOST_IDTR_BASE, hv_idtr.base);
	vmwrite(HOST_SYSENTER_CS, 0);
	vmwrite(HOST_IP, (word)vmx_exit);
}

/* Tables for the guest's first instructions: the first GiB in pages of 2 MiB. */
static word first_tables(bool guest64)
{
	uint64_t *t = (uint64_t *)LOW_TABLES;
	enum { PRESENT = 1, WRITE = 2, LARGE = 0x80, ENTRIES = 512 };

	for (int i = 0; i < 3 * ENTRIES; i++)
		t[i] = 0;
	if (guest64) {
		t[0] = (LOW_TABLES + PAGE) | PRESENT | WRITE;
		t += ENTRIES;
		t[0] = (LOW_TABLES + 2 * PAGE) | PRESENT | WRITE;
	} else {
		t[0] = (LOW_TABLES + PAGE) | PRESENT;
	}
	t += ENTRIES;
	for (uint64_t i = 0; i < ENTRIES; i++)
		t[i] = i << 21 | PRESENT | WRITE | LARGE;
	return LOW_TABLES;
}

static void set_guest(bool guest64)
{
	for (unsigned s = 0; s < SEGMENTS; s++) {
		uint32_t rights = s == SEG_CS     ? (guest64 ? RIGHTS_CODE64 : RIGHTS_CODE32)
				  : s == SEG_LDTR ? RIGHTS_UNUSABLE
				  : s == SEG_TR   ? RIGHTS_TSS
						  : RIGHTS_DATA;

		vmwrite(GUEST_SELECTOR + 2 * s, s == SEG_CS ? 0x08 : s < SEG_LDTR ? 0x10 : 0);
		vmwrite(GUEST_LIMIT + 2 * s, s < SEG_LDTR ? 0xffffffff : s == SEG_TR ? 103 : 0);
		vmwrite(GUEST_RIGHTS + 2 * s, rights);
		vmwrite(GUEST_BASE + 2 * s, 0);
	}
	vmwrite(GUEST_GDTR_BASE, 0);
	vmwrite(GUEST_GDTR_LIMIT, 0);
	vmwrite(GUEST_IDTR_BASE, 0);
	vmwrite(GUEST_IDTR_LIMIT, 0);
	vmwrite(GUEST_CR0, (uint32_t)CR0_GUEST);
	vmwrite(GUEST_CR4, CR4_PAE | CR4_VMXE);
	vmwrite64(LINK_POINTER, ~0ull); /* 24.4.2: no shadow VMCS */
	vmwrite64(GUEST_DEBUGCTL, 0);
	vmwrite(GUEST_DR7, 0x400);
	vmwrite(GUEST_SP, 0);
	vmwrite(GUEST_IP, (word)request.entry);
	vmwrite(GUEST_FLAGS, 2);
	vmwrite(GUEST_PENDING_DEBUG, 0);
	vmwrite(GUEST_INTERRUPTIBILITY, 0);
	vmwrite(GUEST_ACTIVITY, 0);
	vmwrite(GUEST_SYSENTER_CS, 0);
}

void guest_reset(struct registers *r)
{
	const uint64_t *tables = (uint64_t *)LOW_TABLES;
	bool guest64 = request.width == 64;

	if (guest64 && !WIDE)
		cannot("a 32-bit root cannot run a 64-bit guest");
	set_controls(guest64);
	set_host();
	set_guest(guest64);
	vmwrite(GUEST_CR3, first_tables(guest64));
	/* With EPT, VM entry takes PAE's four pointers from here: 26.3.2.4. */
	for (unsigned i = 0; vmx_features() & VMX_HAS_EPT && i < 4; i++)
		vmwrite64(GUEST_PDPTE0 + 2 * i, guest64 ? 0 : tables[i]);
	*r = (struct registers){ { 0 } };
	r->r[DI] = LOW;
}

/* What set_host says of the hypervisor, of the payload, which runs on its own tables. A VM exit
 * loads segment registers and the bases of the tables (27.5.2, 27.5.3). */
static void set_host_here(void)
{
	struct table_register gdtr, idtr;
	uint16_t selector[SEGMENTS];

	__asm__ volatile("mov %%es, %0; mov %%cs, %1; mov %%ss, %2; mov %%ds, %3; mov %%fs, %4; "
			 "mov %%gs, %5; str %6"
			 : "=m"(selector[SEG_ES]), "=m"(selector[SEG_CS]), "=m"(selector[SEG_SS]),
			   "=m"(selector[SEG_DS]), "=m"(selector[SEG_FS]), "=m"(selector[SEG_GS]),
			   "=m"(selector[SEG_TR]));
	for (unsigned s = SEG_ES; s <= SEG_GS; s++)
		vmwrite(HOST_SELECTOR + 2 * s, selector[s]);
	__asm__ volatile("sgdt %0; sidt %1" : "=m"(gdtr), "=m"(idtr));
	vmwrite(HOST_SYSENTER_ESP, (word)rdmsr(MSR_SYSENTER_ESP));
	vmwrite(HOST_SYSENTER_EIP, (word)rdmsr(MSR_SYSENTER_ESP + 1));
	vmwrite(HOST_FS_BASE, 0);
	vmwrite(HOST_GS_BASE, 0);
	vmwrite(HOST_TR_SELECTOR, selector[SEG_TR]);
	vmwrite(HOST_TR_BASE, segment_base(gdtr.base, selector[SEG_TR]));
	vmwrite(HOST_GDTR_BASE, gdtr.base);
	vmwrite(HOST_IDTR_BASE, idtr.base);
}

/* SDM volume 3, 24.11.3: VMLAUNCH makes the state of the VMCS launched. */
static void launch(void)
{
	struct registers r = { { 0 } };

	vmwrite(GUEST_IP, (word)vcpu_nothing);
	if (vmx_enter(&r, true))
		cannot("VM entry into an empty guest failed");
}

void vcpu_reset(bool launched)
{
	set_controls(WIDE);
	/* No second paging, no timer, and no exit for an interrupt: the guest has them off. */
	vmwrite(PIN_CONTROLS, controls(MSR_TRUE_PIN, 0));
	vmwrite(CPU_CONTROLS, controls(MSR_TRUE_CPU, CPU_HLT));
	vmwrite(EXIT_CONTROLS, controls(MSR_TRUE_EXIT, WIDE ? EXIT_HOST64 : 0));
	vmwrite(EXCEPTIONS, 0);
	set_host();
	set_host_here();
	set_guest(WIDE);
	vmwrite(GUEST_CR0, read_cr0());
	vmwrite(GUEST_CR3, read_cr3());
	vmwrite(GUEST_CR4, read_cr4());
	if (launched)
		launch();
}
