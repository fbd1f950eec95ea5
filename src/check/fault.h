/* SPDX-License-Identifier: MIT */
/* What an instruction at fault is and why it faults: disassembled with Zydis. */
#ifndef CLOBBER_CHECK_FAULT_H
#define CLOBBER_CHECK_FAULT_H

#include "proto/proto.h"
#include "place/place.h"

/* The bytes of a linked ELF file at an address, at most `most`; how many there are. */
size_t image_bytes(const char *path, uint64_t address, uint8_t *to, size_t most);

/* "mov rax, qword ptr ds:[rdi]", or NULL. */
const char *disassemble(struct arena *a, const char *path, enum width w, uint64_t address);

/* Why the instruction cannot run in ring 3 outside of VMX operation, and where it can; NULL when
 * that is not the reason. */
const char *privilege_needed(struct arena *a, const char *path, enum width w, uint64_t address);

/* The instruction set it belongs to, if this processor may lack it; or NULL. */
const char *extension_needed(const char *path, enum width w, uint64_t address);

#endif
