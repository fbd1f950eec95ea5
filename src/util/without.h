/* SPDX-License-Identifier: MIT */
/* Capabilities that the environment takes away from clobber, for tests and for trying what another
 * machine would show: CLOBBER_WITHOUT=ia32,bochs. Every probe of a capability asks here first. */
#ifndef CLOBBER_WITHOUT_H
#define CLOBBER_WITHOUT_H

/* X(word, what is missing). The words are those of CLOBBER_WITHOUT. */
#define CAPABILITIES(X)                                     \
	X(IA32, "ia32", "32-bit processes")                 \
	X(BOCHS, "bochs", "the emulator Bochs")             \
	X(KVM, "kvm", "/dev/kvm")                           \
	X(QEMU_USER, "qemu-user", "the emulator qemu-i386") \
	X(AVX, "avx", "AVX (and AVX-512)")                  \
	X(AVX512, "avx512", "AVX-512")                      \
	X(COMPILERS, "compilers", "all compilers but gcc and clang, under these names")

enum capability {
#define X(id, word, what) WITHOUT_##id,
	CAPABILITIES(X)
#undef X
		CAPABILITY_COUNT
};

/* NULL, or why the capability must not be used: a constant sentence for reports. Ends the process
 * with exit status 2 when CLOBBER_WITHOUT holds an unknown word. */
const char *without(enum capability c);

#endif
