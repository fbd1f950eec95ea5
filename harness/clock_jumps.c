/* SPDX-License-Identifier: MIT */
/* Preloaded (LD_PRELOAD): every look at the wall clock shows another time, up to ten years off. The
 * monotonic clock, which no one can set (clock_settime(2)), stays as it is. */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { TEN_YEARS = 315360000 };

static long jump(void)
{
	static _Thread_local uint64_t state;
	struct timespec t;

	if (!state) {
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
		state = (uint64_t)t.tv_nsec << 20 ^ (uint64_t)getpid() ^ 1;
	}
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (long)(state % (2 * (uint64_t)TEN_YEARS)) - TEN_YEARS;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	int r = (int)syscall(SYS_clock_gettime, id, t);

	if (r == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		t->tv_sec += jump();
	return r;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*t = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *t)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (t)
		*t = now.tv_sec;
	return now.tv_sec;
}
