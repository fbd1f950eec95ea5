/* SPDX-License-Identifier: MIT */
/* What is generated for a payload of `clobber check`: one nasm file with the probes, what `supply`
 * lines call for, and the tables of payload/contract.h. */
#ifndef CLOBBER_CHECK_TABLES_H
#define CLOBBER_CHECK_TABLES_H

#include "check/contract.h"

/* Append the file to *out. Memory is in `a`. */
void tables_write(struct arena *a, const struct contract_file *f, struct str *out);

#endif
