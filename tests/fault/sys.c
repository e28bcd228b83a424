/* The twin of lib/base/sys.c: see fault.h. */
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault/disk.h"
#include "fault/fault.h"

#define BOOT_ID	"/proc/sys/kernel/random/boot_id"

/* A test has one twin, so here, and only here, state is global. */
static struct {
	pthread_mutex_t mu;
	char root[256];
	unsigned long calls, fail_at, short_at, cut_at;
	bool fail_on, off;
	int err;
	unsigned seed, boot;
	const char *what;
} fault = { .mu = PTHREAD_MUTEX_INITIALIZER, .what = "" };

static void
start(void)
{
	fault.calls = fault.fail_at = fault.short_at = fault.cut_at = 0;
	fault.fail_on = fault.off = false;
	disk_load(fault.root);
}

void
fault_root(const char *dir)
{
	snprintf(fault.root, sizeof fault.root, "%s", dir);
	fault.boot++;
	start();
}

void
fault_clear(void)
{
	disk_empty(fault.root);
	start();
}

void
fault_fail(unsigned long n, int err)
{
	fault.fail_at = n > 0 ? fault.calls + n : 0;
	fault.fail_on = false;
	fault.err = err;
}

void
fault_fail_on(unsigned long n, int err)
{
	fault_fail(n, err);
	fault.fail_on = n > 0;
}

void
fault_short(unsigned long n)
{
	fault.short_at = n > 0 ? fault.calls + n : 0;
}

void
fault_cut(unsigned long n, unsigned seed)
{
	fault.cut_at = n > 0 ? fault.calls + n : 0;
	fault.seed = seed;
}

bool
fault_off(void)
{
	return fault.off;
}

void
fault_power(void)
{
	disk_rewind(fault.root, fault.seed);
	fault.boot++;
	start();
}

unsigned long
fault_calls(void)
{
	return fault.calls;
}

const char *
fault_what(void)
{
	return fault.what;
}

/* Counts the call: true when it is to fail, errno set. */
static bool
fails(const char *what)
{
	bool cut;

	fault.calls++;
	cut = fault.cut_at != 0 && fault.calls >= fault.cut_at;
	if (cut && !fault.off)
		fault.what = what;
	fault.off |= cut;
	if (fault.off) {
		errno = EIO;
		return true;
	}
	if (fault.fail_at == 0 || (fault.fail_on ?
	    fault.calls < fault.fail_at : fault.calls != fault.fail_at))
		return false;
	fault.what = what;
	errno = fault.err;
	return true;
}

static bool
ours(const char *path)
{
	size_t n = strlen(fault.root);

	return n > 0 && strncmp(path, fault.root, n) == 0 &&
	    (path[n] == '/' || path[n] == '\0');
}

/* Runs `real` between count and bookkeeping, one call at a time. */
#define GUARD_PATH(path, what, failed) do {				\
	pthread_mutex_lock(&fault.mu);					\
	if (ours(path) && fails(what)) {				\
		pthread_mutex_unlock(&fault.mu);			\
		return failed;						\
	}								\
} while (0)
#define GUARD_FD(fd, what) do {						\
	pthread_mutex_lock(&fault.mu);					\
	if (disk_has(fd) && fails(what)) {				\
		pthread_mutex_unlock(&fault.mu);			\
		return -1;						\
	}								\
} while (0)
#define DONE(call) do {							\
	__typeof__(call) got = (call);					\
	int was = errno;						\
									\
	pthread_mutex_unlock(&fault.mu);				\
	errno = was;							\
	return got;							\
} while (0)

static int
open_boot_id(void)
{
	int fd = memfd_create("boot_id", MFD_CLOEXEC);
	char text[40];
	int n = snprintf(text, sizeof text, "%032x\n", fault.boot);

	if (write(fd, text, (size_t)n) != n || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	return fd;
}

int
sys_open(const char *path, int flags, mode_t mode)
{
	int fd;

	if (strcmp(path, BOOT_ID) == 0)
		return open_boot_id();
	GUARD_PATH(path, "open", -1);
	fd = open(path, flags | O_CLOEXEC, mode);
	if (fd != -1 && ours(path))
		disk_opened(fd, path, (flags & O_TRUNC) != 0);
	DONE(fd);
}

int
sys_close(int fd)
{
	return close(fd);
}

ssize_t
sys_read(int fd, void *p, size_t n)
{
	ssize_t r;

	GUARD_FD(fd, "read");
	pthread_mutex_unlock(&fault.mu);
	r = read(fd, p, n);
	return r;
}

ssize_t
sys_pread(int fd, void *p, size_t n, off_t at)
{
	GUARD_FD(fd, "pread");
	pthread_mutex_unlock(&fault.mu);
	return pread(fd, p, n, at);
}

/* What of n bytes this call may write. */
static size_t
allowed(size_t n)
{
	return fault.calls == fault.short_at && n > 1 ? n / 2 : n;
}

ssize_t
sys_write(int fd, const void *p, size_t n)
{
	ssize_t r;
	off_t at;

	GUARD_FD(fd, "write");
	if (!disk_has(fd)) {
		pthread_mutex_unlock(&fault.mu);
		return write(fd, p, n);
	}
	r = write(fd, p, allowed(n));
	at = lseek(fd, 0, SEEK_CUR);
	if (r > 0)
		disk_wrote(fd, (uint64_t)(at - r), (uint64_t)r);
	DONE(r);
}

ssize_t
sys_pwrite(int fd, const void *p, size_t n, off_t at)
{
	ssize_t r;

	GUARD_FD(fd, "pwrite");
	r = pwrite(fd, p, allowed(n), at);
	if (r > 0)
		disk_wrote(fd, (uint64_t)at, (uint64_t)r);
	DONE(r);
}

ssize_t
sys_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	size_t all = 0, done = 0, may;
	ssize_t r = 0;

	GUARD_FD(fd, "pwritev");
	for (int i = 0; i < n; i++)
		all += v[i].iov_len;
	may = allowed(all);
	for (int i = 0; i < n && done < may && r != -1; i++) {
		size_t part = v[i].iov_len < may - done ? v[i].iov_len :
		    may - done;

		r = pwrite(fd, v[i].iov_base, part, at + (off_t)done);
		done += r > 0 ? (size_t)r : 0;
	}
	if (done > 0)
		disk_wrote(fd, (uint64_t)at, done);
	DONE(done > 0 || r != -1 ? (ssize_t)done : -1);
}

int
sys_ftruncate(int fd, off_t n)
{
	int r;

	GUARD_FD(fd, "ftruncate");
	r = ftruncate(fd, n);
	if (r == 0)
		disk_truncated(fd, (uint64_t)n);
	DONE(r);
}

static int
sync_fd(int fd, const char *what)
{
	pthread_mutex_lock(&fault.mu);
	if (disk_has(fd)) {
		bool failed = fails(what);
		int keep = errno;

		if (!failed)
			disk_synced(fd);
		else if (!fault.off)
			disk_unsynced(fd);
		pthread_mutex_unlock(&fault.mu);
		errno = keep;
		return failed ? -1 : 0;
	}
	DONE(fsync(fd));
}

int
sys_fdatasync(int fd)
{
	return sync_fd(fd, "fdatasync");
}

int
sys_fsync(int fd)
{
	return sync_fd(fd, "fsync");
}

int
sys_flock(int fd, int op)
{
	if (op == LOCK_UN)
		return flock(fd, op);
	GUARD_FD(fd, "flock");
	pthread_mutex_unlock(&fault.mu);
	return flock(fd, op);
}

int
sys_fstat(int fd, struct stat *st)
{
	GUARD_FD(fd, "fstat");
	DONE(fstat(fd, st));
}

int
sys_stat(const char *path, struct stat *st)
{
	GUARD_PATH(path, "stat", -1);
	DONE(stat(path, st));
}

int
sys_rename(const char *from, const char *to)
{
	GUARD_PATH(to, "rename", -1);
	DONE(rename(from, to));
}

int
sys_link(const char *from, const char *to)
{
	GUARD_PATH(to, "link", -1);
	DONE(link(from, to));
}

int
sys_unlink(const char *path)
{
	GUARD_PATH(path, "unlink", -1);
	DONE(unlink(path));
}

int
sys_mkdir(const char *path, mode_t mode)
{
	int r;

	GUARD_PATH(path, "mkdir", -1);
	r = mkdir(path, mode);
	if (r == 0 && ours(path))
		disk_made(path);
	DONE(r);
}

int
sys_rmdir(const char *path)
{
	GUARD_PATH(path, "rmdir", -1);
	DONE(rmdir(path));
}

DIR *
sys_opendir(const char *path)
{
	GUARD_PATH(path, "opendir", NULL);
	DONE(opendir(path));
}
