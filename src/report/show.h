/* SPDX-License-Identifier: MIT */
/* Everything about one finding: `clobber show'. */
#ifndef CLOBBER_SHOW_H
#define CLOBBER_SHOW_H

#include "report/report.h"

/* The cluster that the run numbers so: causes come first, from 1 on, as the terminal lists them;
 * then points no document decides, compilers that died, known findings. NULL: there is none. */
const struct cluster *show_numbered(const struct causes *c, size_t number);

/* A finding in full: what happened, where each value travels, the code around it with the
 * instructions that matter marked, the rule, how to repeat it. `cluster`: the one it is the example
 * of, or NULL. With style->every_finding no code is left out. */
void show_finding(struct str *out, const struct stored *s, const struct cluster *cluster,
		  const struct stored_finding *f, const struct text_style *style);

/* The parts: a picture of registers and stack at the call; a function's code, as it is stored, in
 * which `>' marks what the finding is about. */
void show_places(struct str *out, const struct stored *s, const struct stored_finding *f,
		 const struct text_style *style);
void show_code(struct str *out, const struct stored_finding *f, const char *code,
	       const struct text_style *style);

/* The register or stack word a finding's text names, such as "rbx after the call", "in esp+8: 0x1",
 * "which was in ecx at the call"; NULL: none. In s->arena. */
const char *show_place_in(const struct stored *s, const char *text);

#endif
