/* SPDX-License-Identifier: MIT */
/* Tell the machine's faults from those of a compiler, by exit status and messages. */
#include "plan/fault.h"
#include "util/clean.h"
#include "util/process.h"

#include <signal.h>
#include <string.h>

/* As strerror(3) and drivers word them under LC_ALL=C. */
static const char *const words[] = {
	"No space left on device",
	"File too large",
	"Disk quota exceeded",
	"Read-only file system",
	"Input/output error",
	"Too many open files",
	"Stale file handle",
	"Permission denied",
	"Operation not permitted",
	"Cannot allocate memory",
	"memory exhausted",
	"out of memory",
	"std::bad_alloc",
	"Resource temporarily unavailable",
	"Text file busy",
	"annot create temporary file",
	"an't create ",
	"unable to open output file",
	"unable to make temporary file",
	"cannot execute",
	"error while loading shared libraries",
};

/* How drivers report the signal that ended a part of theirs; a part that crashed is not meant. */
static const char *const by_signal[] = {
	"%s signal terminated program",  /* gcc */
	"unable to execute command: %s", /* clang */
};

/* The first line that holds the word, or NULL. */
static const char *line_with(struct arena *a, const char *text, const char *word)
{
	const char *at = strstr(text, word), *start = at;

	if (!at)
		return NULL;
	while (start > text && start[-1] != '\n')
		start--;
	return clean_text(a, arena_strndup(a, start, strcspn(start, "\n")));
}

static const char *first_line(struct arena *a, const char *text)
{
	return clean_text(a, arena_strndup(a, text, strcspn(text, "\n")));
}

const char *machine_fault(struct arena *a, int status, const char *output)
{
	const char *text = output ? output : "", *line;

	if (!status)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		line = line_with(a, text, words[i]);
		if (line)
			return line;
	}
	for (int number = 1; number < NSIG; number++) {
		const char *name, *what = signal_of_others(number, &name);

		for (size_t i = 0; what && i < ARRAY_SIZE(by_signal); i++) {
			line = line_with(a, text, arena_printf(a, by_signal[i], name));
			if (line)
				return line;
		}
		if (what && status == 128 + number)
			return what;
	}
	/* env(1), timeout(1) and shells: 125 the wrapper failed, 126 it is not a program, 127 it is
	 * missing (POSIX.1-2017, XCU 2.8.2). */
	if (status >= 125 && status <= 127)
		return arena_printf(a, "exit status %d: %s", status,
				    *text ? first_line(a, text) : "no message");
	return NULL;
}
