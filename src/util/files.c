/* SPDX-License-Identifier: MIT */
/* Files of util.h. */
#include "util/util.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Most files tell how long they are; pipes and /proc do not, and any may grow meanwhile. */
char *file_read(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e;
	size_t n = 0, room = 65536;
	char *s = NULL, *bigger;
	struct stat st;
	ssize_t got;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (uintmax_t)st.st_size < SIZE_MAX / 4)
		room = (size_t)st.st_size + 1;
	for (;;) {
		bigger = realloc(s, room + 1);
		if (!bigger)
			die("out of memory (%zu bytes wanted)", room + 1);
		s = bigger;
		do
			got = read(fd, s + n, room - n);
		while ((got > 0 && (n += (size_t)got) < room) || (got < 0 && errno == EINTR));
		if (got <= 0)
			break;
		room *= 2;
	}
	e = errno;
	close(fd);
	if (got < 0) {
		free(s);
		errno = e;
		return NULL;
	}
	s[n] = 0;
	if (len)
		*len = n;
	return s;
}

int file_write(const char *path, const void *data, size_t len)
{
	char tmp[4096];
	const char *p = data;
	int fd, e;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp%ld", path, (long)getpid()) >= (int)sizeof(tmp)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return -1;
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			goto fail;
		}
		p += n;
		len -= (size_t)n;
	}
	if (close(fd) < 0) {
		fd = -1;
		goto fail;
	}
	fd = -1;
	if (rename(tmp, path) < 0)
		goto fail;
	return 0;
fail:
	e = errno;
	if (fd >= 0)
		close(fd);
	unlink(tmp);
	errno = e;
	return -1;
}

int file_update(const char *path, const void *data, size_t len)
{
	size_t oldlen;
	char *old = file_read(path, &oldlen);
	bool same = old && oldlen == len && !memcmp(old, data, len);

	free(old);
	return same ? 0 : file_write(path, data, len);
}

int make_dirs(const char *path)
{
	char buf[4096];
	size_t n = strlen(path);

	if (!n) {
		errno = ENOENT;
		return -1;
	}
	if (n >= sizeof(buf)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(buf, path, n + 1);
	for (char *p = buf + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		if (mkdir(buf, 0777) < 0 && errno != EEXIST)
			return -1;
		*p = '/';
	}
	if (mkdir(buf, 0777) < 0) {
		struct stat st;

		if (errno != EEXIST || stat(buf, &st) < 0)
			return -1;
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return -1;
		}
	}
	return 0;
}

uint64_t hash_files(uint64_t h, const char *pattern)
{
	glob_t g;

	if (glob(pattern, 0, NULL, &g))
		return h;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		size_t len;
		char *text = file_read(g.gl_pathv[i], &len);

		h = text ? hash_bytes(h, text, len) : h;
		free(text);
	}
	globfree(&g);
	return h;
}

uint64_t random_key(void)
{
	uint64_t key;

	while (getrandom(&key, sizeof(key), 0) != (ssize_t)sizeof(key)) {
		if (errno != EINTR)
			die("cannot get random bytes: %s", strerror(errno));
	}
	return key;
}
