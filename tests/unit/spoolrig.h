/* spoolrig: spools in folders of the test's, numbered records in them, and a
 * count of what a reader finds. */
#ifndef TESTS_SPOOLRIG_H
#define TESTS_SPOOLRIG_H

#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "record/spool.h"
#include "unit.h"

static char root[FOLDER_PATH];	/* the test makes it */
static char dir[64];

/* A folder of its own for each test. */
static inline void
fresh(const char *name)
{
	snprintf(dir, sizeof dir, "%s/%s", root, name);
}

static inline char *
segment_path(unsigned long long no)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%016llu.rec", dir, no);
	return path;
}

static inline struct rec
numbered(uint64_t n, char *body, size_t size)
{
	memset(body, 'x', size);
	snprintf(body, size, "%llu", (unsigned long long)n);
	return (struct rec){ .signal = SIGNAL_LOGS,
	    .payload = str_mk(body, size), .received = n + 1 };
}

static inline int
try_append(struct spool *s, uint64_t n, size_t size)
{
	char *body = xmalloc(size + 32);
	struct rec r = numbered(n, body, size);
	struct err e = { 0 };
	int got = spool_append(s, &r, NULL, &e);

	if (got == -1)
		fprintf(stderr, "append %llu: %s\n", (unsigned long long)n,
		    e.msg);
	free(body);
	return got;
}

static inline void
append(struct spool *s, uint64_t n, size_t size)
{
	CHECK(try_append(s, n, size) == 0);
}

/* Reads all there is: counts, and how often n was seen in seen[n]. */
static inline size_t
read_all(const struct spool_cursor *from, unsigned *seen, size_t max,
    uint64_t *damage, struct spool_cursor *end)
{
	struct err e = { 0 };
	struct spool_reader *rd = spool_read(dir, &e);
	struct rec rec;
	size_t n = 0;
	int r;

	CHECK(rd != NULL);
	if (!rd)
		return 0;
	if (from)
		CHECK(spool_seek(rd, from, &e) == 0);
	while ((r = spool_next(rd, &rec, &e)) == 1) {
		if (seen && rec.received - 1 < max)
			seen[rec.received - 1]++;
		n++;
	}
	if (r != 0)
		fprintf(stderr, "read: %s\n", e.msg);
	CHECK(r == 0);
	if (damage)
		*damage = spool_reader_damage(rd, NULL);
	if (end)
		spool_tell(rd, end);
	CHECK(spool_reader_sync(rd, &e) == 0);
	spool_reader_close(rd);
	return n;
}

static inline bool
once_each(const unsigned *seen, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (seen[i] != 1) {
			fprintf(stderr, "%zu: seen %u times\n", i, seen[i]);
			return false;
		}
	return true;
}

static inline struct spool *
open_spool(const struct spool_opts *o)
{
	struct err e = { 0 };
	struct spool *s = spool_open(dir, o, &e);

	if (!s)
		fprintf(stderr, "open: %s\n", e.msg);
	CHECK(s != NULL);
	return s;
}

static inline off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

#endif
