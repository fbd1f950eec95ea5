/* SPDX-License-Identifier: MIT */
/* Which clusters of findings follow from which. */
#ifndef CLOBBER_FOLLOW_H
#define CLOBBER_FOLLOW_H

#include "report/report.h"

struct follow {
	const char *family; /* of its compilers; NULL: it is not a cause and follows from nothing */
	enum check check;
	enum verdict verdict;
	uint64_t *cases;     /* bit set of the cases in which it shows */
	size_t ncases;       /* set by follow_causes, as what follows */
	size_t number, from; /* `from`: the cluster it follows from; its own number: from none */
};

/* Decide it for v[0..n-1], whose bit sets have `words` words. */
void follow_causes(struct arena *a, struct follow *v, size_t n, size_t words);

/* The cluster at the end of the chain. */
size_t follow_root(const struct follow *v, size_t k);

#endif
