/* SPDX-License-Identifier: MIT */
/* The page: what its JavaScript (page.js) and its C have of each other. */
#ifndef CLOBBER_PAGE_H
#define CLOBBER_PAGE_H

#include <stdbool.h>
#include <stddef.h>

struct parser;

/* Called by JavaScript. Texts are UTF-8 and end with a zero byte. An answer is records of fields,
 * RECORD and FIELD before each, and lives until page_start. */
#define RECORD "\x1e"
#define FIELD  "\x1f"

/* Forget all that was asked and answered. */
void page_start(void);
/* Room for a text. */
char *page_room(size_t bytes);
/* The words of the choices: `abi', `profile', `edition'. */
const char *page_choices(void);
/* `abis', `widths' and `profile' as options have them; "" where nothing is chosen. `vs': a
 * prototype, a convention, or "". The records: `error TEXT', or of each prototype
 *   prototype TEXT                  then error TEXT, or
 *   text TEXT                       as `clobber explain' prints it; `full' as with -v
 *   width BITS                      before its rows
 *   heads NAME...                   of the cells of a row
 *   row CONVENTIONS CELL...         or why CONVENTIONS TEXT
 *   open TEXT                       of a question mark
 *   pair BITS CONVENTIONS           of what is compared, then change WHAT FROM TO */
const char *page_ask(const char *prototypes, const char *abis, const char *widths,
		     const char *profile, const char *edition, const char *vs);

#define HOST(name) __attribute__((import_module("host"), import_name(#name)))

/* JavaScript's: call parse(p, into); false when host_give_up ended it. */
HOST(attempt)
bool host_attempt(void (*parse)(struct parser *p, void *into), struct parser *p, void *into);
HOST(giveUp) _Noreturn void host_give_up(void);
/* The question ends with this message. */
HOST(die) _Noreturn void host_die(const char *message);

void heap_reset(void);

#endif
