/*
 * A spool whose newest segment is the input, with no lock to believe: a reader
 * and the next writer agree on what is there, and the writer removes nothing
 * that the reader saw.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "folder.h"
#include "record/segment.h"
#include "record/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static char dir[FOLDER_PATH];

static const char *
in(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void
put(const char *name, const void *p, size_t n)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd == -1 || write(fd, p, n) != (ssize_t)n)
		abort();
	close(fd);
}

static void
set_up(void)
{
	folder_new(dir, "fuzz_spool");
	put("ID", "0123456789abcdef", 16);
}

static size_t
count(void)
{
	struct spool_reader *rd = spool_read(dir, NULL);
	struct rec rec;
	size_t n = 0;
	int r;

	if (!rd)
		abort();
	while ((r = spool_next(rd, &rec, NULL)) == 1)
		n++;
	if (r != 0)
		abort();
	spool_reader_close(rd);
	return n;
}

static void
tear_down(void)
{
	static const char *const names[] = { "ID", "lock", "origins",
	    "0000000000000001.rec", "0000000000000002.rec" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(in(names[i]));
	rmdir(dir);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct spool_opts o = { .sync = SPOOL_SYNC_NONE };
	struct rec rec = { .signal = SIGNAL_LOGS, .payload = S("x") };
	struct spool *s;
	size_t before;

	if (n > 65536)
		return 0;
	rec_search(str_mk(p, n), 0);
	set_up();
	put("0000000000000001.rec", p, n);
	before = count();
	s = spool_open(dir, &o, NULL);
	if (!s || count() != before ||
	    spool_append(s, &rec, NULL, NULL) == -1 || count() != before + 1)
		abort();
	spool_close(s, NULL);
	tear_down();
	return 0;
}
