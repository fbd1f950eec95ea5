/* SPDX-License-Identifier: MIT */
/* Read logs of compilers and of the linker. */
#include "plan/refusal.h"
#include "plan/fault.h"
#include "plan/object.h"
#include "plan/own_time.h"
#include "util/clean.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_empty(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size == 0;
}

/* Cut off the line with the exit status; -1 if it is missing. */
static int take_status(char *log)
{
	char *at = log ? strstr(log, REFUSAL_STATUS) : NULL;
	int status;

	if (!at || sscanf(at + strlen(REFUSAL_STATUS), "%d", &status) != 1)
		return -1;
	*at = 0;
	return status;
}

/* The first line that reads like an error, else the first. NULL: nothing was printed. */
static const char *reason(char *log)
{
	const char *why = NULL;

	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		if (!why || (strstr(line, "error") && !strstr(why, "error")))
			why = line;
	}
	return why;
}

/* What own-time says at the end of a log, without its end of line; cut off. NULL: nothing. */
static char *take_limit(char *log)
{
	char *found = NULL;

	for (char *at = log; at && (at = strstr(at, "\n" OWN_TIME_WORDS)); at++)
		found = at;
	if (!found)
		return NULL;
	*found = 0;
	found += strlen("\n" OWN_TIME_WORDS);
	found[strcspn(found, "\n")] = 0;
	return found;
}

/* From the log of a compiler that left no object. */
static struct refusal read_log(struct arena *a, char *log, unsigned seconds)
{
	struct refusal r = { .kind = COMPILER_CRASH };
	/* Since version 16 clang's driver exits with 1 when its own compiler crashed. */
	bool crashed = log && (strstr(log, "internal compiler error") ||
			       strstr(log, "frontend command failed"));
	int status = take_status(log);
	const char *why, *limit;
	bool late;

	if (status < 0) {
		r.fault = "its log could not be written: no room, or no right to write";
		return r;
	}
	limit = take_limit(log);
	late = limit && status == OWN_TIME_UP;
	if (limit && status == OWN_TIME_STARVED)
		r.fault = arena_printf(
			a, "it waited too long for a processor or a disk, or was stopped: %s",
			limit);
	else if (!late)
		r.fault = machine_fault(a, status, log);
	if (r.fault)
		return r;
	why = reason(log);
	if (late) {
		r.why = arena_printf(a, "the compiler did not end within %u s%s", seconds,
				     strcmp(limit, OWN_TIME_KILLED) ? ""
								    : ", and had to be killed");
	} else if (status == 0) {
		r.why = "the compiler reports success and writes no object file";
	} else if (status > 128 || crashed) {
		r.why = arena_printf(a, "the compiler died (status %d): %s", status,
				     why ? why : "");
	} else {
		r.kind = UNSUPPORTED;
		r.why = arena_strdup(a, why ? why : "the compiler failed without a message");
	}
	r.why = clean_text(a, r.why);
	return r;
}

struct refusal refusal_of_object(struct arena *a, const char *path, enum width w, unsigned seconds)
{
	struct refusal r = { .kind = PRESENT };
	enum object_kind was;
	bool is_choice;
	const char *wrong;

	if (is_empty(path)) {
		char *log = file_read(arena_printf(a, "%s.log", path), NULL);

		r = read_log(a, log, seconds);
		free(log);
		return r;
	}
	wrong = object_as_elf(path, &was);
	is_choice = false;
	if (!wrong)
		wrong = object_wrong(path, w, &is_choice);
	if (wrong) {
		r.kind = is_choice ? UNSUPPORTED : COMPILER_CRASH;
		r.why = is_choice ? arena_printf(a, "the compiler %s", wrong)
				  : arena_printf(a, "the compiler reports success and %s", wrong);
	}
	return r;
}

/* How GNU ld and others complain about a name: "undefined reference to `f'". */
static const char *undefined_names(struct arena *a, const char *log)
{
	static const char words[] = "undefined reference to `";
	struct str names = { 0 };
	const char *r;

	str_add(&names, "");
	for (const char *at = log; (at = strstr(at, words));) {
		at += strlen(words);
		str_addf(&names, "%.*s\n", (int)strcspn(at, "'\n"), at);
	}
	r = arena_strdup(a, names.s);
	str_free(&names);
	return r;
}

struct link_result refusal_of_link(struct arena *a, const char *payload, const char *log)
{
	struct link_result l = { .log = "", .undefined = "" };
	char *text = log ? arena_strdup(a, log) : NULL;
	bool failed = is_empty(payload);
	int status = take_status(text);
	const char *why;

	if (failed && status < 0)
		l.fault = "the linker's log could not be written: no room, or no right to write";
	else if (failed)
		l.fault = machine_fault(a, status, text);
	if (l.fault || !text)
		return l;
	l.log = arena_strdup(a, text);
	if (!failed) {
		l.undefined = undefined_names(a, text);
		return l;
	}
	why = reason(text);
	l.failed = arena_printf(a, "the compiler reports success, and its object does not link: %s",
				why ? clean_text(a, why) : "the linker says nothing");
	return l;
}

/* The first line of the log that names the object, or NULL; with the next one, where it only says
 * in which function: "x.o: in function `f':". */
static const char *line_about(struct arena *a, const char *log, const char *name)
{
	size_t n = strlen(name), len;

	for (const char *p = log; *p; p += len, p += *p == '\n') {
		const char *at = memmem(p, len = strcspn(p, "\n"), name, n);

		if (!at || (at > p && at[-1] != ' ') || !strchr(":(", at[n]) ||
		    memmem(p, len, "warning: ", 9))
			continue;
		if (p[len - 1] == ':' && p[len])
			len += 1 + strcspn(p + len + 1, "\n");
		return clean_text(a, arena_strndup(a, p, len));
	}
	return NULL;
}

struct refusal link_refusal(struct arena *a, const struct link_result *l, const char *name,
			    const char *path)
{
	struct refusal r = { .kind = PRESENT };
	const char *what = *l->undefined ? object_refers(a, path, l->undefined) : NULL;

	if (what) {
		r.kind = WITHOUT_RUNTIME;
		r.why = arena_printf(a,
				     "calls `%s', of a library that clobber does not link with: "
				     "an option or a type needs it",
				     what);
		return r;
	}
	what = l->failed ? line_about(a, l->log, name) : NULL;
	if (what) {
		r.kind = COMPILER_CRASH;
		r.why = arena_printf(
			a, "the compiler reports success, and its object does not link: %s", what);
	}
	return r;
}
