/* SPDX-License-Identifier: MIT */
/* Engine `bochs`: the hypervisor's ROM and the request's disk in an emulated PC without firmware,
 * display or network. Bochs' manual does not say, but it is so: of the displays that Debian builds
 * none is headless by itself, but `term` is, given a terminal type and no terminal (never `rfb`: it
 * listens on the network); it survives SIGTERM; a build with the debugger waits for commands. */
#include "place/answers.h"
#include "place/vmx.h"
#include "plan/toolchain.h"
#include "util/without.h"
#include "util/process.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	HELP_SECONDS = 20,
	SECTORS_A_CYLINDER = 16 * 63,
	/* Seconds of processor time in which no case ends: some hundred times what the longest
	 * takes. The hypervisor gives up a guest earlier; nothing else can end what runs in root
	 * operation with interrupts off. */
	IDLE_SECONDS = 5,
	/* Seconds without any work at all. Bochs never waits for its guest (sync=none), so what it
	 * waits for is none of the guest's: its display library looks for keys with a call that
	 * takes wrong turns when the wall clock is set meanwhile (ncurses' wait for input). */
	STALLED_SECONDS = 10,
	/* Limits are of work; where the kernel does not say how much that was, of the clock. Here
	 * the clock only ends what neither works nor stands still. */
	CLOCK_TIMES = 20
};

/* Less is a process that waits: each wait that ends, and begins again, takes some. */
static const double WORK_A_SECOND = 0.01;

/* Where `make deps-bochs` puts one without the debugger (harness/bochs.sh). */
#define BUILT "/usr/local/lib/clobber/bochs/bochs"

const char *bochs_program(const struct vmx_options *o)
{
	const char *named = o->bochs ? o->bochs : getenv("CLOBBER_BOCHS");

	if (named && *named)
		return named;
	return access(BUILT, X_OK) == 0 ? BUILT : "bochs";
}

static int help(const struct vmx_options *o, const char *about, struct str *text)
{
	const char *argv[] = { bochs_program(o), "--help", about, NULL };

	return run_program_again(argv, HELP_SECONDS, text);
}

/* The word behind `what`, in `a`, or NULL. */
static const char *word_after(struct arena *a, const char *text, const char *what)
{
	const char *at = text ? strstr(text, what) : NULL;

	at = at ? at + strlen(what) : NULL;
	return at && strcspn(at, " \n") ? arena_strndup(a, at, strcspn(at, " \n")) : NULL;
}

/* What this Bochs is. */
struct facts {
	const char *version, *models; /* "2.7"; a line each */
	bool debugger;                /* it waits for commands */
};

/* Kept as "VERSION DEBUGGER\nMODELS". */
static bool recall(struct arena *a, uint64_t key, struct facts *f)
{
	char *text = answer_load(a, key);
	char *models = text ? strchr(text, '\n') : NULL;

	if (!models || models == text)
		return false;
	f->version = arena_strndup(a, text, strcspn(text, " "));
	f->debugger = models[-1] == '1';
	f->models = models;
	return true;
}

/* NULL, or why it is of no use. */
static const char *ask(struct arena *a, const struct vmx_options *o, struct facts *f)
{
	uint64_t key = answer_key(a, bochs_program(o));
	struct str text = { 0 };
	const char *why = NULL;

	if (without(WITHOUT_BOCHS))
		return without(WITHOUT_BOCHS);
	if (recall(a, key, f))
		return NULL;
	if (help(o, "cpu", &text) < 0 && errno == ENOENT)
		why = !strcmp(bochs_program(o), "bochs")
			      ? "bochs is not installed: apt-get install bochs bochs-term"
			      : arena_printf(a,
					     "there is no %s, which --bochs or CLOBBER_BOCHS names",
					     bochs_program(o));
	else if (!(f->version = word_after(a, text.s, "Emulator ")))
		why = "`bochs --help' does not look like Bochs";
	else
		f->models = arena_strdup(a, text.s);
	str_free(&text);
	if (why)
		return why;
	help(o, NULL, &text);
	f->debugger = text.s && strstr(text.s, "-rc filename");
	str_free(&text);
	answer_store(a, key, arena_printf(a, "%s %d\n%s", f->version, f->debugger, f->models));
	return NULL;
}

const char *bochs_why_not(struct arena *a, const struct vmx_options *o, const char **version)
{
	const char *model = o->model ? o->model : VMX_MODEL;
	struct facts f;
	const char *why = ask(a, o, &f);

	if (why)
		return why;
	/* It runs the same, but not as fast. */
	*version = f.debugger ? f.version : arena_printf(a, "%s without debugger", f.version);
	if (!strstr(f.models, arena_printf(a, "\n%s\n", model)))
		return arena_printf(
			a,
			"this Bochs does not know the processor model %s; `bochs --help cpu' lists them",
			model);
	return NULL;
}

/* The debugger, if this build has it, gets the commands to continue, and to end when the machine
 * stops. */
static bool has_debugger(struct arena *a, const struct vmx_options *o)
{
	struct facts f;

	return !ask(a, o, &f) && f.debugger;
}

static void must_write(const struct vmx_machine *m, struct arena *a, const char *name,
		       const char *text)
{
	const char *path = arena_printf(a, "%s/%s", m->dir, name);

	if (file_write(path, text, strlen(text)) < 0)
		die("cannot write %s: %s", path, strerror(errno));
}

/* A build refuses, at once, a display and devices that it was made without. */
struct build {
	const char *display, *devices; /* to switch off */
	const char *sound;             /* a line, or nothing */
};
static const struct build debian = { "term",
				     "speaker=0, gameport=0, parallel=0, serial=0, "
				     "extfpuirq=0, biosdev=0, iodebug=0",
				     "sound: waveoutdrv=dummy\n" };
/* Display `nogui` is what `make deps-bochs` builds. */
#define LITTLE "speaker=0, parallel=0, serial=0, extfpuirq=0, biosdev=0"
static const struct build headless = { "nogui", LITTLE, "" }, other = { "term", LITTLE, "" };

static void configure(struct arena *a, const struct vmx_options *o, const struct vmx_machine *m,
		      const struct build *b)
{
	struct stat st = { 0 };

	stat(arena_printf(a, "%s/disk", m->dir), &st);
	must_write(
		m, a, "config",
		arena_printf(a,
			     "display_library: %s\n"
			     "config_interface: textconfig\n"
			     "plugin_ctrl: %s\n"
			     "%s"
			     "memory: guest=%u, host=%u\n"
			     "cpu: model=%s, count=1, ips=100000000, reset_on_triple_fault=0, "
			     "ignore_bad_msrs=0\n"
			     "romimage: file=rom\n"
			     "vgaromimage: file=none\n"
			     "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
			     "ata0-master: type=disk, mode=flat, path=disk, cylinders=%llu, "
			     "heads=16, spt=63\n"
			     "clock: sync=none, time0=1\n"
			     "log: log\n"
			     "panic: action=fatal\n"
			     "error: action=report\n"
			     "info: action=ignore\n"
			     "debug: action=ignore\n",
			     b->display, b->devices, b->sound, m->megs, m->megs,
			     o->model ? o->model : VMX_MODEL,
			     (unsigned long long)(st.st_size / VMX_SECTOR / SECTORS_A_CYLINDER)));
	must_write(m, a, "commands", "c\nq\n");
	must_write(m, a, "none", "");
}

/* The first panic in the log, without its time; NULL when it is the hypervisor's own shutdown. */
static const char *panic(struct arena *a, const char *log)
{
	const char *at = log ? strstr(log, ">>PANIC<<") : NULL;

	if (!at || strstr(at, "Shutdown port"))
		return NULL;
	return arena_strndup(a, at + 10, strcspn(at + 10, "\n"));
}

/* The last line of the log that says anything, of Bochs itself if possible. */
static const char *last_words(struct arena *a, const char *text)
{
	const char *best = text ? text : "";

	if (text && strstr(text, "display library 'term' not available"))
		return "its display library `term' is missing: apt-get install bochs-term";
	for (const char *p = text; p && *p; p += strcspn(p, "\n"), p += *p == '\n') {
		if (*p == '[' && strchr(p, ']'))
			best = p;
	}
	return arena_strndup(a, best, strcspn(best, "\n"));
}

/* By a signal that others sent. Bochs catches SIGINT: as a panic, or, with the debugger, as a stop;
 * the next command is to quit then, which the hypervisor's own shutdown (a panic) never comes to.
 */
static bool was_killed(int status, const char *log)
{
	return ended_by_others(status) || (log && strstr(log, ">>PANIC<< SIGNAL ")) ||
	       (log && status == 0 && !strstr(log, ">>PANIC<<"));
}

static unsigned limit_of(const struct vmx_options *o, const struct vmx_machine *m)
{
	return (o->seconds ? o->seconds : VMX_SECONDS) * (m->payloads ? m->payloads : 1);
}

static unsigned longest_stall(const struct vmx_options *o)
{
	return o->seconds ? o->seconds : STALLED_SECONDS;
}

/* How one start failed, or NULL. */
static const char *failure(struct arena *a, const struct vmx_options *o, int status,
			   const char *printed, const char *log, struct vmx_machine *m)
{
	const char *why = log ? panic(a, log) : NULL;

	if (why && !m->killed)
		return arena_printf(a, "bochs panicked: %s", why);
	if (m->idle)
		return arena_printf(a, "bochs worked for %d s without a sign from the hypervisor",
				    IDLE_SECONDS);
	if (m->stalled)
		return arena_printf(a, "bochs stood still for %u s", longest_stall(o));
	if (m->killed)
		return "bochs was ended by another process";
	if (WIFSIGNALED(status))
		return arena_printf(a, "bochs did not end within %u s, or died of signal %d",
				    limit_of(o, m), WTERMSIG(status));
	if (!log) {
		m->absent = true;
		return arena_printf(a, "bochs did not start: %s (exit status %d)",
				    last_words(a, printed), WEXITSTATUS(status));
	}
	if (!strstr(log, "Shutdown port"))
		return arena_printf(
			a, "bochs ended with status %d before the hypervisor wrote anything",
			WEXITSTATUS(status));
	return NULL;
}

/* Is the machine still alive? Only its disk can show it. */
struct watch {
	struct vmx_machine *machine;
	const char *disk;
	struct timespec written; /* when the disk was, the last time */
	double spent;            /* the emulator's processor time by then */
	double work;             /* the same a second ago */
	time_t looked;           /* when that was */
	unsigned still;          /* seconds since it last worked */
	time_t started;
	unsigned limit, longest_stall;
	bool late;
};

static time_t now_s(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static bool goes_on(void *closure, double spent)
{
	struct watch *w = closure;
	time_t now = now_s();
	struct stat st;

	if (w->machine->look)
		w->machine->look(w->machine->closure);
	if (stat(w->disk, &st) < 0 || st.st_mtim.tv_sec != w->written.tv_sec ||
	    st.st_mtim.tv_nsec != w->written.tv_nsec) {
		w->written = st.st_mtim;
		w->spent = spent;
	}
	/* Between two looks this side may have been stopped: that is not the other's time. */
	if (now > w->looked) {
		w->still = fabs(spent - w->work) < WORK_A_SECOND ? w->still + 1 : 0;
		w->looked = now;
		w->work = spent;
	}
	w->machine->idle = spent - w->spent > IDLE_SECONDS;
	w->machine->stalled = spent > 0 && w->still > w->longest_stall;
	w->late = spent > 0 ? spent > w->limit : now - w->started > w->limit;
	return !w->machine->idle && !w->machine->stalled && !w->late;
}

/* One start of such a build. NULL, or how it failed. */
static const char *boot_as(struct arena *a, const struct vmx_options *o, struct vmx_machine *m,
			   const struct build *b)
{
	const char *argv[] = { bochs_program(o), "-q", "-f", "config", NULL, NULL, NULL }, *why;
	struct watch w = { .machine = m,
			   .disk = arena_printf(a, "%s/disk", m->dir),
			   .limit = limit_of(o, m),
			   .longest_stall = longest_stall(o) };
	struct str text = { 0 };
	char *log;
	int status;

	/* A Bochs that was killed leaves its lock behind, which makes the next refuse the disk. */
	unlink(arena_printf(a, "%s/disk.lock", m->dir));
	unlink(arena_printf(a, "%s/log", m->dir));
	configure(a, o, m, b);
	if (has_debugger(a, o)) {
		argv[4] = "-rc";
		argv[5] = "commands";
	}
	m->idle = m->absent = m->killed = m->stalled = false;
	w.started = w.looked = now_s();
	status = run_program_watched(m->dir, "TERM=vt100", argv, CLOCK_TIMES * w.limit, goes_on, &w,
				     &text);
	if (status < 0) {
		m->absent = true;
		return arena_printf(a, "cannot run %s: %s", argv[0], strerror(errno));
	}
	log = file_read(arena_printf(a, "%s/log", m->dir), NULL);
	m->killed = m->stalled || (!m->idle && !w.late && was_killed(status, log));
	why = failure(a, o, status, text.s, log, m);
	free(log);
	str_free(&text);
	return why;
}

const char *bochs_boot(struct arena *a, const struct vmx_options *o, struct vmx_machine *m)
{
	static const struct build *const likely[2][3] = { { &headless, &other, &debian },
							  { &debian, &other, &headless } };
	const struct build *const *builds = likely[has_debugger(a, o)];
	const char *why = boot_as(a, o, m, builds[0]);
	bool started = !m->absent;

	for (int i = 1; i < 3 && !started; i++) {
		const char *again = boot_as(a, o, m, builds[i]);

		started = !m->absent;
		why = started ? again : why;
	}
	return why;
}
