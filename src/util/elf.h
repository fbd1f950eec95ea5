/* SPDX-License-Identifier: MIT */
/* What is asked of the payload ELFs that clobber links. */
#ifndef CLOBBER_ELF_H
#define CLOBBER_ELF_H

#include "util/util.h"

/* FNV-1a of an ELF's .text section; 0 when there is none. */
uint64_t elf_text_hash(const char *path);

/* The function a payload's address belongs to, "target_x+0x12", or NULL. */
char *elf_symbol(struct arena *a, const char *path, uint64_t address);

#endif
