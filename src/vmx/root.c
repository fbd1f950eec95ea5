/* SPDX-License-Identifier: MIT */
/* The payload in VMX root operation, so that a VMREAD in code under test is one: with no current
 * VMCS it fails with VMfailInvalid, with one and a field that does not exist with VMfailValid
 * (Intel SDM volume 3, 30.2 and 30.3). The payload makes its own tables, and calls back. */
#include "vmx/hv.h"

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

/* Called by the payload, on its stack and tables: src/payload/handover.h. */
static void hear(uint32_t what, word c, word b)
{
	if (what == CL_SAY_CODE)
		return;
	if (what == CL_SAY_VCPU) {
		if (c || request.mode == VMX_MODE_ROOT_CURRENT)
			vmcs_make();
		else
			vmcs_drop();
		if (c)
			vcpu_reset();
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
	if (current_vmcs)
		vmcs_make();
	clock(true);
	what = root_enter((word)request.entry, LOW);
	clock(false);
	return what == CL_SAY_DONE ? VMX_FINISHED : VMX_BROKEN;
}
