/* SPDX-License-Identifier: MIT */
/* As the kernel's build generates it. */
#include <asm-generic/types.h>
