/* SPDX-License-Identifier: MIT */
/* Options as rows of a table: parsing, --help and completion come from them. */
#ifndef CLOBBER_OPTIONS_H
#define CLOBBER_OPTIONS_H

#include "util/util.h"

enum option_kind {
	OPTION_FLAG,   /* bool: given or not */
	OPTION_TEXT,   /* const char *: as it is, the last one given */
	OPTION_TEXTS,  /* struct texts: all that are given */
	OPTION_NUMBER, /* uint64_t, from min to max */
	OPTION_CHOICE  /* const char *: one of `words` */
};

struct texts {
	const char **v; /* ends with NULL once parsed */
	size_t n;
};

struct option_row {
	const char *name; /* "seed" of --seed; NULL ends the table */
	char letter;      /* 'v' of -v, or 0 */
	enum option_kind kind;
	void *target;         /* of the kind's type; holds the default before */
	const char *argument; /* "LIST" in the help; NULL for a flag */
	const char *help;     /* one paragraph, wrapped when printed; a line break is kept, and the
			       * blanks behind it */
	uint64_t min, max;    /* OPTION_NUMBER */
	const char *const *words; /* ends with NULL: OPTION_CHOICE's, or what completion offers */
	const char *list;         /* completion offers the first words of `clobber list LIST` */
};

#define FLAG(name, letter, target, help)                                        \
	{                                                                       \
		name, letter, OPTION_FLAG, target, NULL, help, 0, 0, NULL, NULL \
	}
#define TEXT(name, target, argument, help)                                     \
	{                                                                      \
		name, 0, OPTION_TEXT, target, argument, help, 0, 0, NULL, NULL \
	}
/* A text whose values `clobber list LIST` prints. */
#define LISTED(name, target, argument, list, help)                             \
	{                                                                      \
		name, 0, OPTION_TEXT, target, argument, help, 0, 0, NULL, list \
	}
/* A text for which completion offers words. */
#define OFFERED(name, target, argument, words, help)                            \
	{                                                                       \
		name, 0, OPTION_TEXT, target, argument, help, 0, 0, words, NULL \
	}
#define TEXTS(name, target, argument, help)                                     \
	{                                                                       \
		name, 0, OPTION_TEXTS, target, argument, help, 0, 0, NULL, NULL \
	}
#define NUMBER(name, target, argument, min, max, help)                               \
	{                                                                            \
		name, 0, OPTION_NUMBER, target, argument, help, min, max, NULL, NULL \
	}
#define CHOICE(name, target, argument, words, help)                               \
	{                                                                         \
		name, 0, OPTION_CHOICE, target, argument, help, 0, 0, words, NULL \
	}
#define END_OF_OPTIONS                                                   \
	{                                                                \
		NULL, 0, OPTION_FLAG, NULL, NULL, NULL, 0, 0, NULL, NULL \
	}

/* Rows that several verbs have. */
#define COLOR_ROW(target)                            \
	CHOICE("color", target, "WHEN", color_words, \
	       "auto, always or never (default: auto; NO_COLOR is honoured)")
#define PLACE_ROW(target, help)                                                            \
	{                                                                                  \
		"place", 0, OPTION_TEXT, target, "LIST", help, 0, 0, place_words, "places" \
	}
#define KNOWN_ROWS(known, baseline)                                                             \
	TEXT("known", known, "FILE",                                                            \
	     "findings that are expected, a line each (`clobber report --format known' prints " \
	     "those of a run): they fail nothing, and do fail when they no longer occur"),      \
		TEXT("baseline", baseline, "MATRIX", "the same of all that an earlier run found")
extern const char *const color_words[], *const width_words[], *const opt_words[],
								      *const place_words[];

/* What --help prints besides the rows. */
struct options_page {
	const char *verb;
	const char *before, *after; /* whole lines; `after` may be NULL */
};

/* Take the options out of argv: long ones may be shortened as far as they stay unique and take
 * their value behind `=' or as the next argument; "--" ends them. What is left stands in argv[1]
 * and behind; returns its number. Ends the process: with status 0 after --help, 2 with a message on
 * anything wrong. Texts live in `a`. */
int options_parse(struct arena *a, const struct options_page *page, const struct option_row *rows,
		  int argc, char **argv);

/* As options_parse, for verbs that take nothing but options. */
void options_only(struct arena *a, const struct options_page *page, const struct option_row *rows,
		  int argc, char **argv);

/* End with "WHERE: unknown KIND 'WORD' (did you mean ...?): HOW". `words` ends with NULL. */
_Noreturn void unknown_word(const char *where, const char *kind, const char *word,
			    const char *const *words, const char *how);

#endif
