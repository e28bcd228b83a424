/*
 * io: files, with EINTR, short reads and writes, and errors dealt with.
 *
 * Built on base/sys, the fault seam. Messages name what was tried and the
 * path where the caller gave one. Actions return 0 or -1.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* A descriptor, or -1 with "open PATH: why". Mode 0666 when it creates. */
int io_open(const char *path, int flags, struct err *);
int io_close(int fd, struct err *);	/* a write error may show here */
/* Up to n bytes; 0 is the end. -1 with ERR_AGAIN on EAGAIN. */
ptrdiff_t io_read(int fd, void *p, size_t n, struct err *);
/* All n bytes, or -1; past the end of the file is ERR_CORRUPT. */
int io_pread(int fd, void *p, size_t n, uint64_t at, struct err *);
int io_write(int fd, const void *p, size_t n, struct err *);
int io_pwrite(int fd, const void *p, size_t n, uint64_t at, struct err *);
int io_size(int fd, uint64_t *size, struct err *);
int io_datasync(int fd, struct err *);
int io_sync(int fd, struct err *);
int io_sync_dir(const char *path, struct err *);
int io_rename(const char *from, const char *to, struct err *);
int io_unlink(const char *path, struct err *);	/* absent is no error */
int io_mkdir(const char *path, struct err *);	/* there is no error */
/* Takes the flock: 0, or -1 with ERR_AGAIN when wait is false and held. */
int io_lock(int fd, bool wait, struct err *);
/* Whole file into b (appended), at most max bytes, else ERR_LIMIT. */
int io_slurp(const char *path, struct buf *b, size_t max, struct err *);
/* PATH appears whole: PATH.tmp, fsync, rename, fsync the folder. */
int io_replace(const char *path, struct str bytes, struct err *);
/* The names in a folder but "." and "..", sorted bytewise, in the arena. */
int io_list(const char *path, struct arena *, struct str **names, size_t *n,
    struct err *);
/* "DIR/NAME" in the arena, NUL-terminated. */
char *io_path(struct arena *, const char *dir, const char *name);

#endif
