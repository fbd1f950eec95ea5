/* SPDX-License-Identifier: MIT */
#include "util/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MAX_THREADS = 64 };

struct jobs {
	size_t n;
	atomic_size_t next;
	void (*one)(void *closure, size_t i);
	void *closure;
};

static void *worker(void *arg)
{
	struct jobs *j = arg;

	for (size_t i; (i = j->next++) < j->n;)
		j->one(j->closure, i);
	return NULL;
}

void parallel(size_t n, size_t threads, void (*one)(void *closure, size_t i), void *closure)
{
	struct jobs j = { .n = n, .one = one, .closure = closure };
	pthread_t others[MAX_THREADS];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t started = 0;

	if (!threads)
		threads = processors > 0 ? (size_t)processors : 1;
	/* Without a further thread the others do its work. */
	while (started + 1 < threads && started + 1 < n && started < MAX_THREADS &&
	       !pthread_create(&others[started], NULL, worker, &j))
		started++;
	worker(&j);
	while (started--)
		pthread_join(others[started], NULL);
}
