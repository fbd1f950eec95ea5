/* SPDX-License-Identifier: MIT */
/* Shared by tests that write files: a fixture of an arena and an empty folder, removed after. */
#ifndef CLOBBER_FOLDER_TEST_H
#define CLOBBER_FOLDER_TEST_H

#include "util/util.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Every test runs in a process of its own (CK_FORK), with these to itself. */
static struct arena *arena;
static char *folder;

static void set_up(void)
{
	arena = arena_new();
	folder = arena_strdup(arena, "/tmp/clobber-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void tear_down(void)
{
	nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	arena_free(arena);
}

static inline const char *in_folder(const char *name)
{
	return arena_printf(arena, "%s/%s", folder, name);
}

#endif
