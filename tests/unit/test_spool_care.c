/* spool: cursors, trim, bound, origins. */
#include <fcntl.h>
#include <time.h>

#include "spoolrig.h"

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

int
main(void)
{
	folder_new(root, "spool_care");
	test_cursors_and_trim();
	test_trim_gone_cursor();
	test_bound();
	test_origin();
	folder_wipe(root);
	return unit_done();
}
