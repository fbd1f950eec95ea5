/* SPDX-License-Identifier: MIT */
/* Lines of contracts among the annotations (docs/contracts.md): collected here, read by src/check,
 * which knows registers and conventions. */
#include "proto/parse.h"

#include <string.h>

const char *const contract_words[] = { "in",      "keeps", "out",   "returns", "jumps", "pops",
				       "align",   "calls", "arg",   "supply",  "vmx",   "depends",
				       "leaves",  "for",   "first", "svm",     "tdx",   "guest",
				       "entered", "endbr", NULL };

bool parse_contract_line(struct parser *p, struct notes *n, const struct token *t)
{
	const char *slash = strchr(t->word, '/');
	size_t len = slash ? (size_t)(slash - t->word) : strlen(t->word);
	struct contract_line *l;
	const char *rest;
	bool found = false;

	for (const char *const *w = contract_words; *w; w++)
		found = found || (strlen(*w) == len && !strncmp(*w, t->word, len));
	if (!found)
		return false;
	if (slash && strcmp(slash, "/32") && strcmp(slash, "/64"))
		parse_fail_at(p, t->s + len, strlen(slash), "write in/32 or in/64, for instance",
			      "a width is 32 or 64");
	n->contract = arena_grow(p->a, n->contract, n->ncontract, sizeof(*n->contract));
	l = &n->contract[n->ncontract++];
	rest = note_in_source(t, t->rest);
	*l = (struct contract_line){
		.word = arena_strndup(p->a, t->word, len),
		.rest = t->rest,
		.pos = { p->src.name, t->line, t->col },
		.rest_pos = { p->src.name, t->line, t->col + (unsigned)(rest - t->s) },
		.width = { [W32] = !slash || !strcmp(slash, "/32"),
			   [W64] = !slash || !strcmp(slash, "/64") },
	};
	n->contract_at = t;
	return true;
}
