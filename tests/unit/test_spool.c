/* spool: append, read, rotate, mend, trim, bound, origins. */
#include "record/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "record/source.h"
#include "unit.h"

static char root[] = "/tmp/test_spool.XXXXXX";
static char dir[64];

/* A folder of its own for each test. */
static void
fresh(const char *name)
{
	snprintf(dir, sizeof dir, "%s/%s", root, name);
}

static char *
segment_path(unsigned long long no)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%016llu.rec", dir, no);
	return path;
}

static struct rec
numbered(uint64_t n, char *body, size_t size)
{
	memset(body, 'x', size);
	snprintf(body, size, "%llu", (unsigned long long)n);
	return (struct rec){ .signal = SIGNAL_LOGS,
	    .payload = str_mk(body, size), .received = n + 1 };
}

static int
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

static void
append(struct spool *s, uint64_t n, size_t size)
{
	CHECK(try_append(s, n, size) == 0);
}

/* Reads all there is: counts, and how often n was seen in seen[n]. */
static size_t
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

static bool
once_each(const unsigned *seen, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (seen[i] != 1) {
			fprintf(stderr, "%zu: seen %u times\n", i, seen[i]);
			return false;
		}
	return true;
}

static struct spool *
open_spool(const struct spool_opts *o)
{
	struct err e = { 0 };
	struct spool *s = spool_open(dir, o, &e);

	if (!s)
		fprintf(stderr, "open: %s\n", e.msg);
	CHECK(s != NULL);
	return s;
}

static void
test_basic(void)
{
	struct spool_opts o = { .segment_bytes = 4096 };
	struct spool_cursor mid, end;
	struct spool_stats st;
	unsigned seen[200] = { 0 };
	struct err e = { 0 };
	struct spool *s;

	fresh("basic");
	CHECK(!spool_is(dir));
	CHECK(spool_read(dir, &e) == NULL && strstr(e.msg, "not a spool"));
	s = open_spool(&o);
	CHECK(spool_is(dir));
	CHECK(read_all(NULL, NULL, 0, NULL, NULL) == 0);
	for (int i = 0; i < 100; i++)
		append(s, (uint64_t)i, 300);
	CHECK(read_all(NULL, seen, 200, NULL, &mid) == 100);
	CHECK(once_each(seen, 100));
	spool_stats(s, &st);
	CHECK(st.appended == 100 && st.segments > 6 && st.syncs >= 100);
	CHECK(spool_close(s, &e) == 0);
	s = open_spool(&o);	/* a clean end: the segment goes on */
	append(s, 100, 10);
	CHECK(read_all(&mid, seen, 200, NULL, &end) == 1 && seen[100] == 1);
	CHECK(end.segment == mid.segment);
	append(s, 101, 100000);	/* larger than a segment */
	append(s, 102, 10);
	CHECK(read_all(&end, seen, 200, NULL, NULL) == 2);
	mid.offset += 100000;	/* past a closed segment's end: the next */
	CHECK(read_all(&mid, seen, 200, NULL, NULL) == 2);
	mid.id[0] ^= 1;
	struct spool_reader *rd = spool_read(dir, &e);
	CHECK(spool_seek(rd, &mid, &e) == -1 &&
	    strstr(e.msg, "another spool"));
	spool_reader_close(rd);
	spool_close(s, &e);
}

struct job { struct spool *s; uint64_t from; int n, failed; };

static void *
append_some(void *arg)
{
	struct job *j = arg;

	for (int i = 0; i < j->n; i++)
		j->failed += try_append(j->s, j->from + (uint64_t)i,
		    200) != 0;	/* CHECK is not for threads */
	return NULL;
}

/* Threads of several processes at one spool: each record once. */
static void
test_together(void)
{
	enum { PROCS = 3, THREADS = 4, EACH = 100 };
	struct spool_opts o = { .segment_bytes = 20000 };
	static unsigned seen[PROCS * THREADS * EACH];
	pid_t pid[PROCS];

	fresh("together");
	spool_close(open_spool(&o), NULL);
	for (int p = 0; p < PROCS; p++) {
		pid[p] = fork();
		if (pid[p] != 0)
			continue;
		struct spool *s = open_spool(&o);
		pthread_t t[THREADS];
		struct job j[THREADS];

		for (int i = 0; i < THREADS; i++) {
			j[i] = (struct job){ s, (uint64_t)((p * THREADS + i) *
			    EACH), EACH, 0 };
			pthread_create(&t[i], NULL, append_some, &j[i]);
		}
		for (int i = 0; i < THREADS; i++)
			CHECK(pthread_join(t[i], NULL) == 0 &&
			    j[i].failed == 0);
		spool_close(s, NULL);
		_exit(unit_failed > 0);
	}
	for (int p = 0; p < PROCS; p++) {
		int st;

		waitpid(pid[p], &st, 0);
		CHECK(st == 0);
	}
	uint64_t damage;
	CHECK(read_all(NULL, seen, sizeof seen / sizeof *seen, &damage,
	    NULL) == PROCS * THREADS * EACH);
	CHECK(damage == 0);
	CHECK(once_each(seen, sizeof seen / sizeof *seen));
}

static void
poke(const char *path, off_t at, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd != -1 && pwrite(fd, p, n, at) == (ssize_t)n);
	close(fd);
}

static off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

/* A torn end is "not yet" for a reader, and cut by the next writer. */
static void
test_tear(void)
{
	unsigned seen[10] = { 0 };
	struct spool_cursor c;
	uint64_t damage;
	struct spool *s;
	off_t whole;

	fresh("tear");
	s = open_spool(NULL);
	append(s, 0, 100);
	append(s, 1, 100);
	spool_close(s, NULL);
	whole = size_of(segment_path(1));
	poke(segment_path(1), whole, "\x80\x08\x0a\xfd\x07half a rec", 15);
	CHECK(read_all(NULL, seen, 10, &damage, &c) == 2 && damage == 0);
	CHECK(c.segment == 1 && c.offset == (uint64_t)whole);
	s = open_spool(NULL);
	CHECK(size_of(segment_path(1)) == whole);
	append(s, 2, 100);
	CHECK(size_of(segment_path(1)) == whole);	/* not in this one */
	CHECK(read_all(&c, seen, 10, &damage, NULL) == 1 && damage == 0);
	spool_close(s, NULL);
	/* a whole record that the lock did not come to know is kept */
	int fd = open(segment_path(2), O_RDWR | O_APPEND);
	char buf[4096];
	ssize_t n = pread(fd, buf, sizeof buf, 0);
	CHECK(write(fd, buf, (size_t)n) == n);
	close(fd);
	s = open_spool(NULL);
	append(s, 3, 100);
	CHECK(read_all(&c, seen, 10, &damage, NULL) == 3 && damage == 0);
	CHECK(size_of(segment_path(2)) == 2 * n);
	spool_close(s, NULL);
	/* the lock gone: nothing is lost, a new segment is begun */
	snprintf(buf, sizeof buf, "%s/lock", dir);
	CHECK(unlink(buf) == 0);
	s = open_spool(NULL);
	append(s, 4, 100);
	memset(seen, 0, sizeof seen);
	CHECK(read_all(NULL, seen, 10, &damage, NULL) == 6 && damage == 0);
	CHECK(seen[4] == 1 && size_of(segment_path(4)) > 0);
	spool_close(s, NULL);
}

/* Damage in the middle is stepped over and said; the rest is there. */
static void
test_damage(void)
{
	unsigned seen[10] = { 0 };
	uint64_t damage;
	struct spool *s;
	off_t one;

	fresh("damage");
	s = open_spool(NULL);
	append(s, 0, 100);
	one = size_of(segment_path(1));
	for (unsigned i = 1; i < 5; i++)
		append(s, i, 100);
	for (off_t at = one; at < 2 * one; at += 7) {
		char was[1], bad[1];
		int fd = open(segment_path(1), O_RDONLY);

		CHECK(pread(fd, was, 1, at) == 1);
		close(fd);
		bad[0] = (char)(was[0] ^ 0x41);
		poke(segment_path(1), at, bad, 1);
		memset(seen, 0, sizeof seen);
		CHECK(read_all(NULL, seen, 10, &damage, NULL) == 4);
		CHECK(damage == 1 && seen[1] == 0 && seen[2] == 1 &&
		    seen[4] == 1);
		poke(segment_path(1), at, was, 1);
	}
	CHECK(read_all(NULL, seen, 10, &damage, NULL) == 5 && damage == 0);
	/* a writer keeps damaged bytes, and goes on */
	poke(segment_path(1), one + 20, "????", 4);
	spool_close(s, NULL);
	poke(segment_path(1), 5 * one, "torn", 4);
	s = open_spool(NULL);
	append(s, 5, 100);
	CHECK(size_of(segment_path(1)) == 5 * one);
	memset(seen, 0, sizeof seen);
	CHECK(read_all(NULL, seen, 10, &damage, NULL) == 5 && damage == 1);
	/* a closed segment that ends badly: said, and gone over */
	poke(segment_path(1), 4 * one + 20, "????", 4);
	CHECK(read_all(NULL, seen, 10, &damage, NULL) == 4 && damage == 2);
	spool_close(s, NULL);
}

static void
age(const char *path, time_t s)
{
	struct timespec t[2] = { { .tv_sec = time(NULL) - s },
	    { .tv_sec = time(NULL) - s } };

	CHECK(utimensat(AT_FDCWD, path, t, 0) == 0);
}

static void
test_cursors_and_trim(void)
{
	struct spool_opts o = { .segment_bytes = 4096 };
	struct spool_cursor a, b = { .segment = 0 };
	struct err e = { 0 };
	struct arena mem = { 0 };
	struct spool_segment *v;
	struct str *names;
	uint64_t freed;
	size_t n, n2;
	struct spool *s;

	fresh("trim");
	s = open_spool(&o);
	for (int i = 0; i < 100; i++)
		append(s, (uint64_t)i, 300);
	CHECK(spool_segments(dir, &mem, &v, &n, &e) == 0 && n > 5);
	CHECK(spool_trim(dir, 0, &freed, &e) == 0 && freed == 0);
	CHECK(spool_cursor_get(dir, "a", &a, &e) == 0);
	read_all(NULL, NULL, 0, NULL, &a);
	memcpy(b.id, a.id, 16);
	CHECK(spool_cursor_set(dir, "b", &b, &e) == 0);	/* registered */
	CHECK(spool_cursor_set(dir, "a", &a, &e) == 0);
	memset(&a, 0, sizeof a);
	CHECK(spool_cursor_get(dir, "a", &a, &e) == 1 && a.segment == n);
	CHECK(spool_cursors(dir, &mem, &names, &n2, &e) == 0 && n2 == 2);
	CHECK(spool_trim(dir, 0, &freed, &e) == 0 && freed == 0);
	b.segment = 4;
	CHECK(spool_cursor_set(dir, "b", &b, &e) == 0);
	CHECK(spool_trim(dir, SPOOL_KEEP_NS, &freed, &e) == 0 && freed == 0);
	CHECK(spool_trim(dir, 0, &freed, &e) == 0 &&
	    freed == v[0].bytes + v[1].bytes + v[2].bytes);
	CHECK(spool_segments(dir, &mem, &v, &n2, &e) == 0 && n2 == n - 3);
	CHECK(v[0].no == 4);
	append(s, 100, 300);
	/* a bad cursor stops trimming, not writing */
	char bad[128];
	snprintf(bad, sizeof bad, "%s/cursors/bad", dir);
	CHECK(close(creat(bad, 0666)) == 0);
	CHECK(spool_trim(dir, 0, &freed, &e) == -1 &&
	    strstr(e.msg, "damaged cursor"));
	for (int i = 0; i < 20; i++)
		append(s, (uint64_t)i, 300);
	CHECK(spool_unregister(dir, "bad", &e) == 0);
	/* a writer that rotates removes the old ones */
	age(segment_path(4), 601);
	age(segment_path(5), 601);
	b.segment = 5;
	CHECK(spool_cursor_set(dir, "b", &b, &e) == 0);
	for (int i = 0; i < 12; i++)
		append(s, (uint64_t)i, 300);
	CHECK(size_of(segment_path(4)) == -1 && size_of(segment_path(5)) > 0);
	/* a cursor to what is gone: said, and on with the oldest */
	b.segment = 2;
	struct spool_reader *rd = spool_read(dir, &e);
	struct rec rec;
	const char *msg;
	CHECK(spool_seek(rd, &b, &e) == 0);
	CHECK(spool_next(rd, &rec, &e) == 1);
	CHECK(spool_reader_damage(rd, &msg) == 1 && strstr(msg, "gone"));
	spool_reader_close(rd);
	CHECK(spool_cursor_set(dir, "../x", &b, &e) == -1 &&
	    e.kind == ERR_QUERY);
	spool_close(s, NULL);
	arena_free(&mem);
}

/* A cursor that goes between being listed and being read holds nothing back. */
static void
test_trim_gone_cursor(void)
{
	struct spool_opts o = { .segment_bytes = 4096 };
	struct spool_cursor a;
	struct err e = { 0 };
	struct spool *s;
	char gone[128];
	uint64_t freed;

	fresh("gone");
	s = open_spool(&o);
	for (int i = 0; i < 100; i++)
		append(s, (uint64_t)i, 300);
	read_all(NULL, NULL, 0, NULL, &a);
	CHECK(spool_cursor_set(dir, "a", &a, &e) == 0);
	CHECK(spool_unregister(dir, "a", &e) == 0);
	snprintf(gone, sizeof gone, "%s/cursors/gone", dir);
	CHECK(symlink("nowhere", gone) == 0);
	CHECK(spool_trim(dir, 0, &freed, &e) == 0 && freed == 0);
	CHECK(spool_cursor_set(dir, "a", &a, &e) == 0);
	CHECK(spool_trim(dir, 0, &freed, &e) == 0 && freed > 10000);
	CHECK(spool_close(s, &e) == 0);
}

static unsigned said;

static void
count_said(void *arg, const char *msg)
{
	(void)arg;
	said += strstr(msg, "dropped") != NULL;
}

static void
test_bound(void)
{
	struct spool_opts o = { .segment_bytes = 4096, .max_bytes = 40000,
	    .say = count_said };
	char body[400];
	struct rec r = numbered(1, body, 300);
	struct err e = { 0 };
	struct spool_stats st;
	struct spool *s;
	int n = 0;

	fresh("block");
	s = open_spool(&o);
	while (n < 1000 && spool_append(s, &r, NULL, &e) == 0)
		n++;
	CHECK(e.kind == ERR_AGAIN && strstr(e.msg, "full"));
	CHECK(n > 100 && n < 130);
	CHECK(read_all(NULL, NULL, 0, NULL, NULL) == (size_t)n);
	spool_close(s, NULL);
	fresh("drop");
	o.full = SPOOL_DROP_OLDEST;
	s = open_spool(&o);
	for (n = 0; n < 1000; n++)
		append(s, (uint64_t)n, 300);
	spool_stats(s, &st);
	CHECK(st.bytes <= 40000 && st.dropped_bytes > 200000 && said > 10);
	n = (int)read_all(NULL, NULL, 0, NULL, NULL);
	CHECK(n > 90 && n < 130);
	/* a reader that was overtaken is told what it has missed */
	struct spool_reader *rd = spool_read(dir, &e);
	const char *msg;
	struct rec got;
	CHECK(spool_next(rd, &got, &e) == 1);
	for (n = 0; n < 300; n++)
		append(s, (uint64_t)n, 300);
	while (spool_next(rd, &got, &e) == 1)
		n--;
	CHECK(n > 150 && spool_reader_damage(rd, &msg) == 1);
	CHECK(strstr(msg, "are gone"));
	spool_reader_close(rd);
	spool_close(s, NULL);
}

/* A reader that lets go of a large record goes on behind it. */
static void
test_done(void)
{
	struct spool *s;
	struct spool_reader *rd;
	struct err e = { 0 };
	struct rec rec;
	size_t sizes[] = { 30, 6000000, 40, 50 };

	fresh("done");
	s = open_spool(NULL);
	for (unsigned i = 0; i < 4; i++)
		append(s, i, sizes[i]);
	rd = spool_read(dir, &e);
	for (unsigned i = 0; i < 4; i++) {
		CHECK(spool_next(rd, &rec, &e) == 1 &&
		    rec.payload.n == sizes[i] && rec.received == i + 1);
		spool_done(rd);
	}
	CHECK(spool_next(rd, &rec, &e) == 0);
	spool_reader_close(rd);
	spool_close(s, NULL);
}

static void
append_origin(struct spool *s, uint64_t seg, uint64_t off)
{
	char body[400];
	struct rec r = numbered(off, body, 300);
	struct err e = { 0 };

	r.has_origin = true;
	memset(r.origin.spool, 7, 16);
	r.origin.segment = seg;
	r.origin.offset = off;
	CHECK(spool_append(s, &r, NULL, &e) == 0);
}

/* What is at or below the last from a spool is taken, and not kept twice. */
static void
test_origin(void)
{
	struct spool_opts o = { .segment_bytes = 4096 };
	struct spool_cursor c;
	struct spool_stats st;
	struct err e = { 0 };
	uint64_t freed;
	struct spool *s, *other;

	fresh("origin");
	s = open_spool(&o);
	append_origin(s, 1, 0);
	append_origin(s, 1, 50);
	append_origin(s, 1, 50);
	append_origin(s, 1, 10);
	append_origin(s, 2, 5);
	CHECK(read_all(NULL, NULL, 0, NULL, NULL) == 3);
	other = open_spool(&o);		/* as another process would */
	append_origin(other, 2, 5);
	append_origin(other, 2, 6);
	append_origin(s, 2, 6);
	append_origin(s, 2, 7);
	CHECK(read_all(NULL, NULL, 0, NULL, NULL) == 5);
	for (int i = 0; i < 100; i++)
		append(s, (uint64_t)i, 300);	/* over several segments */
	read_all(NULL, NULL, 0, NULL, &c);
	CHECK(spool_cursor_set(dir, "all", &c, &e) == 0);
	CHECK(spool_trim(dir, 0, &freed, &e) == 0 && freed > 10000);
	append_origin(other, 2, 7);	/* its record is trimmed by now */
	append_origin(s, 2, 7);
	CHECK(read_all(&c, NULL, 0, NULL, NULL) == 0);
	spool_stats(other, &st);
	CHECK(st.skipped_origins == 2);
	append_origin(other, 3, 0);
	CHECK(read_all(&c, NULL, 0, NULL, NULL) == 1);
	spool_close(other, NULL);
	spool_close(s, NULL);
	s = open_spool(&o);
	append_origin(s, 3, 0);
	CHECK(read_all(&c, NULL, 0, NULL, NULL) == 1);
	spool_close(s, NULL);
}

/* A follower sees what comes, and ends when told. */
static void
test_follow(void)
{
	struct spool_opts o = { .segment_bytes = 4096 };
	struct err e = { 0 };
	struct job j = { .from = 0, .n = 200 };
	struct source *src;
	struct rec rec;
	pthread_t t;
	int stop[2], n = 0;

	fresh("follow");
	j.s = open_spool(&o);
	CHECK(pipe(stop) == 0);
	src = source_open(dir, NULL, true, &e);
	CHECK(src != NULL && source_spool(src) != NULL);
	CHECK(source_next(src, &rec, 1, stop[0], &e) == -1 &&
	    e.kind == ERR_AGAIN);
	pthread_create(&t, NULL, append_some, &j);
	while (n < 200 && source_next(src, &rec, 60000, stop[0], &e) == 1)
		CHECK(rec.received == (uint64_t)++n);
	CHECK(n == 200);
	CHECK(pthread_join(t, NULL) == 0 && j.failed == 0);
	CHECK(write(stop[1], "", 1) == 1);
	CHECK(source_next(src, &rec, -1, stop[0], &e) == -1 &&
	    e.kind == ERR_CANCEL);
	source_close(src);
	CHECK(source_open("/nonexistent", NULL, true, &e) == NULL);
	src = source_open(segment_path(1), NULL, true, &e);
	CHECK(src != NULL && source_spool(src) == NULL);
	for (n = 0; source_next(src, &rec, -1, -1, &e) == 1; n++)
		;
	CHECK(n > 5);
	source_close(src);
	close(stop[0]);
	close(stop[1]);
	spool_close(j.s, NULL);
}

int
main(void)
{
	char cmd[96];

	CHECK(mkdtemp(root) != NULL);
	test_basic();
	test_done();
	test_together();
	test_tear();
	test_damage();
	test_cursors_and_trim();
	test_trim_gone_cursor();
	test_bound();
	test_origin();
	test_follow();
	snprintf(cmd, sizeof cmd, "rm -rf '%s'", root);
	CHECK(system(cmd) == 0);
	return unit_done();
}
