/* SPDX-License-Identifier: MIT */
/* The privileged instructions the hypervisor needs, each as a C function. Intel SDM volume 2. */
#ifndef CLOBBER_CPU_H
#define CLOBBER_CPU_H

#include <stdint.h>

typedef unsigned long word;
enum { WIDE = sizeof(word) == 8 };

static inline void outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t a, d;

	__asm__ volatile("rdmsr" : "=a"(a), "=d"(d) : "c"(msr));
	return (uint64_t)d << 32 | a;
}

static inline void wrmsr(uint32_t msr, uint64_t v)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}

static inline uint64_t rdtsc(void)
{
	uint32_t a, d;

	__asm__ volatile("rdtsc" : "=a"(a), "=d"(d));
	return (uint64_t)d << 32 | a;
}

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

#define CONTROL_REGISTER(n)                                                \
	static inline word read_cr##n(void)                                \
	{                                                                  \
		word v;                                                    \
                                                                           \
		__asm__ volatile("mov %%cr" #n ", %0" : "=r"(v));          \
		return v;                                                  \
	}                                                                  \
	static inline void write_cr##n(word v)                             \
	{                                                                  \
		__asm__ volatile("mov %0, %%cr" #n : : "r"(v) : "memory"); \
	}
CONTROL_REGISTER(0)
CONTROL_REGISTER(3)
CONTROL_REGISTER(4)

enum {
	CR4_VMXE = 1 << 13,
	CR4_OSXSAVE = 1 << 18,
};

#endif
