/* SPDX-License-Identifier: MIT */
/* Scenarios of assembly with a C prototype that calls C: entries into a guest or an interrupt
 * handler, what a new task calls first, and bodies that take their arguments from the stack.
 *
 * As a callee, a trampoline of the case's convention calls the assembly, and that the C target. As
 * a caller, where C may call it, C calls the assembly, and that the probe. Either way the other
 * side sees whether arguments went through and whether the caller's registers came back. */
#include "gen/through.h"

#include <string.h>

void gen_entry_asm(struct str *out, struct arena *a, const struct gen_case *c)
{
	const struct through_body *b = through_body(c->call.decl);
	const char *macro = b->macro, *symbol = c->symbol, *how = through_how(c);
	/* Only the name of a file that there is one of for each width has a place for it. */
	const char *percent = strchr(b->file, '%');
	const char *file = percent ? arena_printf(a, "%.*s%u%s", (int)(percent - b->file), b->file,
						  width_bits(c->call.conv->width), percent + 2)
				   : b->file;

	str_addf(out,
		 "\n%%include \"%s\"\n\textern\ttarget_%s:weak\n\t%s through_target_%s, target_%s, "
		 "%s\n",
		 file, symbol, macro, symbol, symbol, how);
	if (b->called_by_c)
		str_addf(out, "\tglobal\tthrough_probe_%s\n\t%s through_probe_%s, probe_%s, %s\n",
			 symbol, macro, symbol, symbol, how);
}
