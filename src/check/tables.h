/* SPDX-License-Identifier: MIT */
/* What is generated for a payload of `clobber check`: one nasm file with the probes, what `supply`
 * lines call for, and the tables of payload/contract.h. */
#ifndef CLOBBER_CHECK_TABLES_H
#define CLOBBER_CHECK_TABLES_H

#include "check/contract.h"

/* Append the file to *out. Memory is in `a`. */
void tables_write(struct arena *a, const struct contract_file *f, struct str *out);

/* Is it a function of C's library that tables_write can supply? */
bool tables_built_in(const char *name);

#endif
