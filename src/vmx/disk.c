/* SPDX-License-Identifier: MIT */
/* The disk: ATA by programmed input and output (ATA/ATAPI-6, 8.27 READ SECTOR(S), 8.62 WRITE
 * SECTOR(S), 28-bit addresses), or an image of it in memory where a monitor put it there. */
#include "vmx/hv.h"

enum {
	DATA = 0x1f0,
	COUNT = 0x1f2,
	ADDRESS = 0x1f3,
	DRIVE = 0x1f6,
	COMMAND = 0x1f7,
	CONTROL = 0x3f6,
	NO_INTERRUPT = 2,
	READ = 0x20,
	WRITE = 0x30,
	BUSY = 0x80,
	REQUEST = 0x08,
	ERROR = 0x21, /* or device fault */
	AT_ONCE = 128
};

static void wait_for(uint8_t bits)
{
	uint8_t status;

	do
		status = inb(COMMAND);
	while (status & BUSY || (!(status & ERROR) && (status & bits) != bits));
}

static void start(uint64_t sector, unsigned n, uint8_t command)
{
	wait_for(0);
	outb(CONTROL, NO_INTERRUPT);
	outb(DRIVE, 0xe0 | (sector >> 24 & 0xf));
	outb(COUNT, (uint8_t)n);
	for (int i = 0; i < 3; i++)
		outb((uint16_t)(ADDRESS + i), (uint8_t)(sector >> 8 * i));
	outb(COMMAND, command);
}

static void transfer(uint64_t sector, uint8_t *at, uint64_t bytes, uint8_t command)
{
	for (uint64_t n = (bytes + VMX_SECTOR - 1) / VMX_SECTOR; n;) {
		unsigned now = n < AT_ONCE ? (unsigned)n : AT_ONCE;

		start(sector, now, command);
		for (unsigned i = 0; i < now; i++) {
			word count = VMX_SECTOR / 4;

			wait_for(REQUEST);
			if (command == READ)
				__asm__ volatile("rep insl"
						 : "+D"(at), "+c"(count)
						 : "d"(DATA)
						 : "memory");
			else
				__asm__ volatile("rep outsl"
						 : "+S"(at), "+c"(count)
						 : "d"(DATA)
						 : "memory");
		}
		sector += now;
		n -= now;
	}
}

static void copy(void *to, const void *from, uint64_t bytes)
{
	word n = (word)bytes;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

/* Whole sectors are read and written: memory behind `bytes` must be there. */
void disk_read(uint64_t sector, void *to, uint64_t bytes)
{
	if (hv_disk)
		copy(to, (void *)(hv_disk + (word)sector * VMX_SECTOR), bytes);
	else
		transfer(sector, to, bytes, READ);
}

void disk_write(uint64_t sector, const void *from, uint64_t bytes)
{
	if (hv_disk)
		copy((void *)(hv_disk + (word)sector * VMX_SECTOR), from, bytes);
	else
		transfer(sector, (uint8_t *)from, bytes, WRITE);
}
