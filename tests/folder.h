/*
 * folder: a folder for a test, in memory where that can be had, since syncs
 * cost nothing there; and its end, with all that is in it.
 */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FOLDER_PATH	48	/* bytes of its path, at most */

/* Makes it, with this in its name; a test that has none ends. */
static inline void
folder_new(char path[FOLDER_PATH], const char *name)
{
	snprintf(path, FOLDER_PATH, "%s/%s.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", name);
	if (!mkdtemp(path)) {
		perror(path);
		exit(1);
	}
}

static inline int
folder_remove(const char *path, const struct stat *st, int type,
    struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(path);
}

/* 0, or -1. */
static inline int
folder_wipe(const char *path)
{
	return nftw(path, folder_remove, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
