#include "base/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int
sys_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags | O_CLOEXEC, mode);
}

int
sys_close(int fd)
{
	return close(fd);
}

ssize_t
sys_read(int fd, void *p, size_t n)
{
	return read(fd, p, n);
}

ssize_t
sys_pread(int fd, void *p, size_t n, off_t at)
{
	return pread(fd, p, n, at);
}

ssize_t
sys_write(int fd, const void *p, size_t n)
{
	return write(fd, p, n);
}

ssize_t
sys_pwrite(int fd, const void *p, size_t n, off_t at)
{
	return pwrite(fd, p, n, at);
}

ssize_t
sys_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	return pwritev(fd, v, n, at);
}

int
sys_ftruncate(int fd, off_t n)
{
	return ftruncate(fd, n);
}

int
sys_fdatasync(int fd)
{
	return fdatasync(fd);
}

int
sys_fsync(int fd)
{
	return fsync(fd);
}

int
sys_flock(int fd, int op)
{
	return flock(fd, op);
}

int
sys_fstat(int fd, struct stat *st)
{
	return fstat(fd, st);
}

int
sys_stat(const char *path, struct stat *st)
{
	return stat(path, st);
}

int
sys_rename(const char *from, const char *to)
{
	return rename(from, to);
}

int
sys_link(const char *from, const char *to)
{
	return link(from, to);
}

int
sys_unlink(const char *path)
{
	return unlink(path);
}

int
sys_mkdir(const char *path, mode_t mode)
{
	return mkdir(path, mode);
}

int
sys_rmdir(const char *path)
{
	return rmdir(path);
}

DIR *
sys_opendir(const char *path)
{
	return opendir(path);
}
