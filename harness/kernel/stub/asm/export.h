/* SPDX-License-Identifier: MIT */
/* Exports say nothing about calls. */
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
