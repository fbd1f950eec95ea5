/* SPDX-License-Identifier: MIT */
/* Into VMX root operation and out of it, and access to the VMCS. Intel SDM volume 3, chapters 23,
 * 24 and 30, appendix A. */
#include "vmx/hv.h"
#include "vmx/vmcs.h"

enum {
	MSR_FEATURE_CONTROL = 0x3a,
	FEATURE_LOCKED = 1,
	FEATURE_VMXON = 4,
	MSR_VMX_BASIC = 0x480,
	MSR_VMX_CPU = 0x482,
	MSR_VMX_PIN = 0x481,
	MSR_VMX_CR0_FIXED0 = 0x486, /* then FIXED1, and the same for CR4 */
	MSR_VMX_CPU2 = 0x48b,
	MSR_VMX_TRUE_PIN = 0x48d,
};

static uint8_t vmxon_region[PAGE] __attribute__((aligned(PAGE)));
static uint8_t vmcs_region[PAGE] __attribute__((aligned(PAGE)));

/* VMX instructions report in the flags: CF VMfailInvalid, ZF VMfailValid (SDM 30.2). */
#define VMX_INSTRUCTION(text, address)                \
	({                                            \
		uint64_t physical = (word)(address);  \
		uint8_t failed;                       \
                                                      \
		__asm__ volatile(text " %1; setna %0" \
				 : "=qm"(failed)      \
				 : "m"(physical)      \
				 : "cc", "memory");   \
		failed;                               \
	})

void vmwrite(uint32_t field, word v)
{
	uint8_t failed;

	__asm__ volatile("vmwrite %1, %2; setna %0"
			 : "=qm"(failed)
			 : "r"(v), "r"((word)field)
			 : "cc");
	if (failed) {
		segment.reason = field;
		cannot("VMWRITE failed; the field is in `reason'");
	}
}

void vmwrite64(uint32_t field, uint64_t v)
{
	vmwrite(field, (word)v);
	if (!WIDE)
		vmwrite(field + 1, (word)(v >> 32)); /* SDM 24.11.2: the high half */
}

word vmread(uint32_t field)
{
	uint8_t failed;
	word v;

	__asm__ volatile("vmread %2, %1; setna %0"
			 : "=qm"(failed), "=r"(v)
			 : "r"((word)field)
			 : "cc");
	if (failed) {
		segment.reason = field;
		cannot("VMREAD failed; the field is in `reason'");
	}
	return v;
}

/* SDM appendix A.3: bits 31:0 of the MSR are what must be 1, bits 63:32 what may be 1. */
uint32_t controls(uint32_t msr, uint32_t wanted)
{
	uint64_t allowed = rdmsr(msr);

	return (wanted | (uint32_t)allowed) & (uint32_t)(allowed >> 32);
}

void vmx_on(void)
{
	uint64_t basic, control;

	/* SDM 23.6: CPUID.1:ECX.VMX */
	if (!(cpuid(1, 0).c >> 5 & 1))
		cannot("this processor has no VMX");
	/* SDM 23.7: without firmware the MSR is neither locked nor enabled. */
	control = rdmsr(MSR_FEATURE_CONTROL);
	if (!(control & FEATURE_LOCKED))
		wrmsr(MSR_FEATURE_CONTROL, control | FEATURE_LOCKED | FEATURE_VMXON);
	else if (!(control & FEATURE_VMXON))
		cannot("VMX is locked off in IA32_FEATURE_CONTROL");
	/* SDM 23.8: bits that VMX operation fixes. */
	write_cr0((read_cr0() | (word)rdmsr(MSR_VMX_CR0_FIXED0)) &
		  (word)rdmsr(MSR_VMX_CR0_FIXED0 + 1));
	write_cr4((read_cr4() | CR4_VMXE | (word)rdmsr(MSR_VMX_CR0_FIXED0 + 2)) &
		  (word)rdmsr(MSR_VMX_CR0_FIXED0 + 3));
	basic = rdmsr(MSR_VMX_BASIC);
	if (!(basic >> 55 & 1))
		cannot("this processor lacks the TRUE control MSRs (SDM appendix A.2)");
	*(uint32_t *)vmxon_region = (uint32_t)basic & 0x7fffffff; /* revision: SDM 24.11.5 */
	*(uint32_t *)vmcs_region = (uint32_t)basic & 0x7fffffff;
	if (VMX_INSTRUCTION("vmxon", vmxon_region))
		cannot("VMXON failed");
}

void vmx_off(void)
{
	__asm__ volatile("vmxoff" : : : "cc");
}

void vmcs_make(void)
{
	/* SDM 24.11.3: VMCLEAR initialises, VMPTRLD makes current. */
	if (VMX_INSTRUCTION("vmclear", vmcs_region) || VMX_INSTRUCTION("vmptrld", vmcs_region))
		cannot("VMCLEAR or VMPTRLD failed");
}

void vmcs_drop(void)
{
	uint64_t current;

	/* Code in root operation may have made its own the current one. SDM 30.3, VMPTRST, VMCLEAR.
	 */
	__asm__ volatile("vmptrst %0" : "=m"(current) : : "cc");
	if (VMX_INSTRUCTION("vmclear", vmcs_region) ||
	    (current != ~0ull && VMX_INSTRUCTION("vmclear", current)))
		cannot("VMCLEAR failed");
}

uint32_t vmx_features(void)
{
	uint32_t f = WIDE ? VMX_ROOT64 : 0;
	uint32_t cpu2 = rdmsr(MSR_VMX_CPU) >> 63 & 1 ? (uint32_t)(rdmsr(MSR_VMX_CPU2) >> 32) : 0;

	if (cpu2 & CPU2_EPT)
		f |= VMX_HAS_EPT;
	if (cpu2 & CPU2_UNRESTRICTED)
		f |= VMX_HAS_UNRESTRICTED;
	if (rdmsr(MSR_VMX_TRUE_PIN) >> 32 & PIN_TIMER)
		f |= VMX_HAS_TIMER;
	if (cpuid(1, 0).c >> 28 & 1)
		f |= VMX_HAS_AVX;
	if (cpuid(0, 0).a >= 7 && cpuid(7, 0).b >> 16 & 1)
		f |= VMX_HAS_AVX512;
	return f;
}
