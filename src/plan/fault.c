/* SPDX-License-Identifier: MIT */
/* Tell the machine's faults from those of a compiler, by exit status and messages. */
#include "plan/fault.h"
#include "util/clean.h"

#include <signal.h>
#include <string.h>

/* As strerror(3) words them under LC_ALL=C, and as drivers report what became of a part of theirs
 * (gcc: "Killed signal terminated program cc1"; clang: "unable to execute command: Killed"). A part
 * that crashed is not among them. */
static const char *const words[] = {
	"No space left on device",
	"Disk quota exceeded",
	"Read-only file system",
	"Input/output error",
	"Too many open files",
	"Cannot allocate memory",
	"virtual memory exhausted",
	"Resource temporarily unavailable",
	"Text file busy",
	"Killed signal terminated program",
	"unable to execute command: Killed",
	"annot create temporary file",
	"unable to make temporary file",
	"cannot execute",
	"error while loading shared libraries",
};

/* Signals that a program does not get by its own fault: others send them, or a limit does. */
static const struct {
	int number;
	const char *what;
} signals[] = {
	{ SIGKILL, "killed (signal 9), as by a kernel out of memory" },
	{ SIGTERM, "ended by SIGTERM" },
	{ SIGHUP, "ended by SIGHUP" },
	{ SIGINT, "ended by SIGINT" },
	{ SIGXCPU, "ended by a limit of processor time" },
	{ SIGXFSZ, "ended by a limit of file size" },
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
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (status == 128 + signals[i].number)
			return signals[i].what;
	}
	/* env(1), timeout(1) and shells: 125 the wrapper failed, 126 it is not a program, 127 it is
	 * missing (POSIX.1-2017, XCU 2.8.2). */
	if (status >= 125 && status <= 127)
		return arena_printf(a, "exit status %d: %s", status,
				    *text ? first_line(a, text) : "no message");
	return NULL;
}
