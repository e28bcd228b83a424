#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

#include "base/sys.h"

int
io_open(const char *path, int flags, struct err *e)
{
	int fd;

	do
		fd = sys_open(path, flags, 0666);
	while (fd == -1 && errno == EINTR);
	return fd == -1 ? err_sys(e, "open %s", path) : fd;
}

int
io_close(int fd, struct err *e)
{
	return sys_close(fd) == -1 ? err_sys(e, "close") : 0;
}

ptrdiff_t
io_read(int fd, void *p, size_t n, struct err *e)
{
	ssize_t r;

	do
		r = sys_read(fd, p, n);
	while (r == -1 && errno == EINTR);
	if (r == -1) {
		err_sys(e, "read");
		if ((errno == EAGAIN || errno == EWOULDBLOCK) && e)
			e->kind = ERR_AGAIN;
	}
	return r;
}

int
io_pread(int fd, void *p, size_t n, uint64_t at, struct err *e)
{
	for (size_t got = 0; got < n;) {
		ssize_t r = sys_pread(fd, (char *)p + got, n - got,
		    (off_t)(at + got));

		if (r == -1 && errno != EINTR)
			return err_sys(e, "read at %llu",
			    (unsigned long long)at);
		if (r == 0)
			return err_set(e, ERR_CORRUPT,
			    "cut short: %zu of %zu bytes at %llu", got, n,
			    (unsigned long long)at);
		if (r > 0)
			got += (size_t)r;
	}
	return 0;
}

int
io_write(int fd, const void *p, size_t n, struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t r = sys_write(fd, (const char *)p + done, n - done);

		if (r == -1 && errno != EINTR)
			return err_sys(e, "write");
		if (r > 0)
			done += (size_t)r;
	}
	return 0;
}

int
io_pwrite(int fd, const void *p, size_t n, uint64_t at, struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t r = sys_pwrite(fd, (const char *)p + done, n - done,
		    (off_t)(at + done));

		if (r == -1 && errno != EINTR)
			return err_sys(e, "write");
		if (r > 0)
			done += (size_t)r;
	}
	return 0;
}

int
io_size(int fd, uint64_t *size, struct err *e)
{
	struct stat st;

	if (sys_fstat(fd, &st) == -1)
		return err_sys(e, "stat");
	*size = (uint64_t)st.st_size;
	return 0;
}

int
io_datasync(int fd, struct err *e)
{
	return sys_fdatasync(fd) == -1 ? err_sys(e, "fdatasync") : 0;
}

int
io_sync(int fd, struct err *e)
{
	return sys_fsync(fd) == -1 ? err_sys(e, "fsync") : 0;
}

int
io_sync_dir(const char *path, struct err *e)
{
	int fd = io_open(path, O_RDONLY | O_DIRECTORY, e), r;

	if (fd == -1)
		return -1;
	r = io_sync(fd, e);
	if (r == -1)
		err_in(e, "%s", path);
	sys_close(fd);
	return r;
}

int
io_rename(const char *from, const char *to, struct err *e)
{
	return sys_rename(from, to) == -1 ?
	    err_sys(e, "rename %s to %s", from, to) : 0;
}

int
io_unlink(const char *path, struct err *e)
{
	if (sys_unlink(path) == -1 && errno != ENOENT)
		return err_sys(e, "remove %s", path);
	return 0;
}

int
io_mkdir(const char *path, struct err *e)
{
	struct stat st;

	if (sys_mkdir(path, 0777) == -1 &&
	    (errno != EEXIST || sys_stat(path, &st) == -1 ||
	    !S_ISDIR(st.st_mode)))
		return err_sys(e, "make folder %s", path);
	return 0;
}

int
io_lock(int fd, bool wait, struct err *e)
{
	int r;

	do
		r = sys_flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
	while (r == -1 && errno == EINTR);
	if (r == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_AGAIN, "locked by another process");
	return err_sys(e, "lock");
}

int
io_slurp(const char *path, struct buf *b, size_t max, struct err *e)
{
	int fd = io_open(path, O_RDONLY, e);
	size_t start = b->n;
	ptrdiff_t r;

	if (fd == -1)
		return -1;
	for (;;) {
		buf_reserve(b, 65536);
		r = io_read(fd, b->p + b->n, b->cap - b->n, e);
		if (r <= 0)
			break;
		b->n += (size_t)r;
		if (b->n - start > max) {
			r = err_set(e, ERR_LIMIT, "over the limit of %zu bytes",
			    max);
			break;
		}
	}
	sys_close(fd);
	return r == 0 ? 0 : err_in(e, "%s", path);
}

static int
write_new(const char *path, struct str bytes, struct err *e)
{
	int fd = io_open(path, O_WRONLY | O_CREAT | O_TRUNC, e), r;

	if (fd == -1)
		return -1;
	r = io_write(fd, bytes.p, bytes.n, e);
	if (r == 0)
		r = io_sync(fd, e);
	if (io_close(fd, r == 0 ? e : NULL) == -1)
		r = -1;
	return r == 0 ? 0 : err_in(e, "%s", path);
}

int
io_replace(const char *path, struct str bytes, struct err *e)
{
	struct arena a = { 0 };
	const char *tmp = arena_printf(&a, "%s.tmp", path).p;
	const char *slash = strrchr(path, '/');
	int r;

	r = write_new(tmp, bytes, e);
	if (r == 0)
		r = io_rename(tmp, path, e);
	if (r == 0)
		r = io_sync_dir(slash ? arena_str(&a, str_mk(path,
		    slash == path ? 1 : (size_t)(slash - path))).p : ".", e);
	arena_free(&a);
	return r;
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

int
io_list(const char *path, struct arena *a, struct str **names, size_t *n,
    struct err *e)
{
	DIR *d = sys_opendir(path);
	struct dirent *de;
	size_t cap = 0;
	int r = 0;

	*names = NULL;
	*n = 0;
	if (!d)
		return err_sys(e, "open %s", path);
	while ((errno = 0, de = readdir(d))) {
		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		if (*n == cap) {
			cap = cap > 0 ? cap * 2 : 64;
			*names = arena_grow(a, *names, *n, cap,
			    sizeof **names);
		}
		(*names)[(*n)++] = arena_str(a, str_of(de->d_name));
	}
	if (errno != 0)
		r = err_sys(e, "read %s", path);
	closedir(d);
	if (*n > 1)
		qsort(*names, *n, sizeof **names, by_name);
	return r;
}

char *
io_path(struct arena *a, const char *dir, const char *name)
{
	return (char *)arena_printf(a, "%s/%s", dir, name).p;
}
