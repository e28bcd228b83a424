#include "store/folder.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/io.h"
#include "base/sys.h"
#include "base/time.h"

#define FILES_BESIDE	64u	/* descriptors for all but blocks */

void
folder_new_id(uint8_t id[16])
{
	if (getrandom(id, 16, 0) != 16)
		die("no random bytes");
}

char *
folder_block(struct arena *a, const char *dir, const uint8_t id[16],
    const char *suffix)
{
	char hex[33];

	str_hex(hex, id, 16);
	return (char *)arena_printf(a, "%s/blocks/%s%s", dir, hex, suffix).p;
}

bool
folder_block_id(struct str name, const char *suffix, uint8_t id[16])
{
	if (name.n != 32 + strlen(suffix) || !str_ends(name, str_of(suffix)))
		return false;
	return str_unhex(id, 16, str_mk(name.p, 32)) == 16;
}

int
folder_make(const char *dir, struct err *e)
{
	static const char *const names[] = { "blocks", "requests",
		"requests/done" };
	struct arena a = { 0 };
	int r = io_mkdir(dir, e);

	for (size_t i = 0; r == 0 && i < sizeof names / sizeof *names; i++)
		r = io_mkdir(io_path(&a, dir, names[i]), e);
	arena_free(&a);
	return r;
}

int
folder_lock(const char *dir, struct err *e)
{
	struct arena a = { 0 };
	int fd = io_open(io_path(&a, dir, "lock"), O_RDWR | O_CREAT, e);

	arena_free(&a);
	if (fd != -1 && io_lock(fd, false, e) == -1) {
		if (e && e->kind == ERR_AGAIN)
			err_set(e, ERR_AGAIN, "another writer has it");
		sys_close(fd);
		fd = -1;
		err_in(e, "%s", dir);
	}
	return fd;
}

void
folder_want_files(size_t n)
{
	struct rlimit rl;
	int last;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		return;
	if (rl.rlim_cur < n + FILES_BESIDE) {
		rl.rlim_cur = n + FILES_BESIDE;
		if (rl.rlim_cur > rl.rlim_max)
			rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);	/* else opening says why not */
	}
	/* grown step by step under threads, each step takes milliseconds */
	last = n < INT_MAX - FILES_BESIDE ? fcntl(STDIN_FILENO,
	    F_DUPFD_CLOEXEC, (int)(n + FILES_BESIDE) - 1) : -1;
	if (last != -1)
		close(last);
}

char *
folder_absolute(struct arena *a, const char *path)
{
	char *real = realpath(path, NULL), *cwd;
	struct str s;

	if (real) {
		s = arena_str(a, str_of(real));
		free(real);
		return (char *)s.p;
	}
	if (path[0] == '/' || !(cwd = getcwd(NULL, 0)))
		return (char *)arena_str(a, str_of(path)).p;
	s = arena_printf(a, "%s/%s", cwd, path);
	free(cwd);
	return (char *)s.p;
}

uint64_t
folder_age(const char *path)
{
	struct stat st;
	uint64_t now = time_now(), at;

	if (sys_stat(path, &st) == -1)
		return 0;
	at = (uint64_t)st.st_mtim.tv_sec * NS_S + (uint64_t)st.st_mtim.tv_nsec;
	return at < now ? now - at : 0;
}
