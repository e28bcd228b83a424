/* spool: append, read, rotate, mend, follow. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "record/source.h"
#include "spoolrig.h"

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
	folder_new(root, "spool");
	test_basic();
	test_done();
	test_together();
	test_tear();
	test_damage();
	test_follow();
	folder_wipe(root);
	return unit_done();
}
