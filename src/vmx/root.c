/* SPDX-License-Identifier: MIT */
/* The payload in VMX root operation, so that a VMREAD in code under test is one: with no current
 * VMCS it fails with VMfailInvalid, with one and a field that does not exist with VMfailValid
 * (Intel SDM volume 3, 30.2 and 30.3). The payload makes its own tables, and calls back. */
#include "vmx/hv.h"
#include "vmx/vmcs.h"

/* Ticks come from the PC's timer, because no exit could bring them. */
enum {
	PIC1 = 0x20,
	PIC2 = 0xa0,
	PIT_COMMAND = 0x43,
	PIT_CHANNEL0 = 0x40,
	PIT_RATE = 2, /* channel 0, low then high byte, mode 2 */
	PIT_HZ = 1193182,
	TICKS_A_SECOND = 100,
};

static void clock(bool on)
{
	unsigned divisor = PIT_HZ / TICKS_A_SECOND;

	/* 8259A: ICW1 to ICW4, then the mask. */
	outb(PIC1, 0x11);
	outb(PIC1 + 1, CL_VECTOR_CLOCK);
	outb(PIC1 + 1, 4);
	outb(PIC1 + 1, 1);
	outb(PIC2 + 1, 0xff);
	outb(PIT_COMMAND, 0x30 | PIT_RATE << 1);
	outb(PIT_CHANNEL0, (uint8_t)divisor);
	outb(PIT_CHANNEL0, (uint8_t)(divisor >> 8));
	outb(PIC1 + 1, on ? 0xfe : 0xff);
}

/* No VMCS, or one with which VM entry fails: a control that must be 1 is 0 (SDM volume 3, 26.2.1.1;
 * appendix A.3.1). What VMCLEAR leaves in it nobody knows. */
static void no_guest(bool current_vmcs)
{
	if (!current_vmcs) {
		vmcs_drop();
		return;
	}
	vmcs_make();
	vmwrite(PIN_CONTROLS, 0);
}

/* Called by the payload, on its stack and tables: src/payload/handover.h. */
static void hear(uint32_t what, word c, word b)
{
	if (what == CL_SAY_CODE)
		return;
	if (what == CL_SAY_VCPU) {
		if (c == 3)
			vmx_on();
		if (c == 1 || c == 2) {
			vmcs_make();
			vcpu_reset(c == 2);
		} else {
			no_guest(request.mode == VMX_MODE_ROOT_CURRENT);
		}
		return;
	}
	if (what == CL_SAY_CASE) {
		announced = results()->current;
		write_segment(VMX_RUNNING);
		return;
	}
	segment.qualification = c;
	segment.ip = b;
	root_leave(what);
}

enum vmx_end root_run(bool current_vmcs)
{
	struct cl_handover *h = (struct cl_handover *)LOW;
	uint32_t what;

	h->where = CL_IN_ROOT;
	h->options |= CL_CLOCK;
	h->host = HYPERVISOR;
	h->host_bytes = ((word)hv_end - HYPERVISOR + PAGE - 1) & ~(word)(PAGE - 1);
	h->say = (word)hear;
	no_guest(current_vmcs);
	clock(true);
	what = root_enter((word)request.entry, LOW);
	clock(false);
	if (what == CL_SAY_DONE)
		return results()->finished ? VMX_FINISHED : VMX_DIED;
	return VMX_BROKEN;
}
