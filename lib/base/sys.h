/*
 * sys: the system calls that touch files, one function each, and nothing else.
 *
 * The seam for faults: tests link a twin of sys.c (tests/fault/sys.c) that
 * fails the n-th call, cuts writes short, and forgets what was not synced at a
 * simulated power cut. So no other file of lib/ or cmd/ opens, writes, syncs,
 * renames or unlinks by another way (sockets and pipes excepted). Results and
 * errno are those of the calls.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <dirent.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

int sys_open(const char *path, int flags, mode_t mode);	/* adds O_CLOEXEC */
int sys_close(int fd);
ssize_t sys_read(int fd, void *, size_t);
ssize_t sys_pread(int fd, void *, size_t, off_t);
ssize_t sys_write(int fd, const void *, size_t);
ssize_t sys_pwrite(int fd, const void *, size_t, off_t);
ssize_t sys_pwritev(int fd, const struct iovec *, int n, off_t);
int sys_ftruncate(int fd, off_t);
int sys_fdatasync(int fd);
int sys_fsync(int fd);
int sys_flock(int fd, int op);
int sys_fstat(int fd, struct stat *);
int sys_stat(const char *path, struct stat *);
int sys_rename(const char *from, const char *to);
int sys_link(const char *from, const char *to);
int sys_unlink(const char *path);
int sys_mkdir(const char *path, mode_t mode);
int sys_rmdir(const char *path);
DIR *sys_opendir(const char *path);

#endif
