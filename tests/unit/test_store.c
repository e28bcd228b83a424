/* store: what is taken in, locked, found by readers, and said. See also
 * test_store_care.c. */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "store/folder.h"
#include "store/manifest.h"

#include "storerig.h"

static void
test_files(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "files"), *f = in_top(&a, "files.rec");
	struct store_writer_opts o = { .batch_memory = 4096 };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct census c;

	write_file(f, 0, 1000, 10, 5 * NS_S);
	take(dir, f, &o, &sum);
	CHECK(sum.records == 100 && sum.items == 1000 && sum.bad == 0);
	CHECK(exactly(dir, "", 1000));
	c = census(dir, "", 1000, NULL);
	CHECK(c.blocks > 3);		/* the memory budget cuts */
	free(c.seen);
	CHECK(check(dir) == 0);

	/* the same again is harmless, once merged */
	take(dir, f, &o, &sum);
	struct store *st = open_store(dir, &o);

	CHECK(store_merge_due(st, true, &e) == 0);
	CHECK(store_close(st, &e) == 0);
	CHECK(exactly(dir, "", 1000));
	c = census(dir, "", 1000, NULL);
	CHECK(c.blocks == 1);
	free(c.seen);
	CHECK(check(dir) == 0);
	arena_free(&a);
}

/* What left the manifest stays for a minute, and is removed after it. */
static void
test_unlink(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "files");
	const char *man = io_path(&a, dir, "MANIFEST");
	struct err e = { 0 };
	struct timespec old[2] = { { .tv_sec = time(NULL) - 100 },
		{ .tv_sec = time(NULL) - 100 } };

	CHECK(files_in(dir, "blocks") > 1);
	CHECK(store_close(open_store(dir, NULL), &e) == 0);
	CHECK(files_in(dir, "blocks") > 1);	/* too young */
	CHECK(utimensat(AT_FDCWD, man, old, 0) == 0);
	CHECK(store_close(open_store(dir, NULL), &e) == 0);
	CHECK(files_in(dir, "blocks") == 1);
	CHECK(exactly(dir, "", 1000));
	arena_free(&a);
}

static void
test_lock(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "lock");
	struct err e = { 0 };
	struct store *st = open_store(dir, NULL);

	CHECK(st != NULL);
	CHECK(store_open(dir, &toy_kind, NULL, &e) == NULL);
	CHECK(e.kind == ERR_AGAIN && err_status(&e) == 75);
	CHECK(store_close(st, &e) == 0);
	struct store_kind other = toy_kind;

	other.name = "traces";
	CHECK(store_open(dir, &other, NULL, &e) == NULL);
	CHECK(e.kind == ERR_QUERY && strstr(e.msg, "holds logs"));
	arena_free(&a);
}

static void
test_spool(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "fed"), *sp = in_top(&a, "spool");
	struct store_writer_opts o = { .batch_memory = 1 };
	struct store_taken sum;
	struct spool_cursor at;
	struct err e = { 0 };

	spool_lines(sp, 0, 50, "", 7 * NS_S);
	spool_lines(sp, 0, 20, "other", 7 * NS_S);
	take(dir, sp, &o, &sum);
	CHECK(sum.records == 70);
	CHECK(exactly(dir, "", 50));
	CHECK(exactly(dir, "other", 20));
	CHECK(files_in(sp, "cursors") == 1);

	/* new ones are there at once, as the tail, and then sealed */
	spool_lines(sp, 50, 60, "", 8 * NS_S);
	struct census c = census(dir, "", 60, NULL);

	CHECK(c.tail == 10);
	free(c.seen);
	CHECK(exactly(dir, "", 60));
	take(dir, sp, &o, &sum);
	CHECK(sum.records == 10);
	CHECK(exactly(dir, "", 60));
	CHECK(check(dir) == 0);

	/* the published cursor is the manifest's */
	struct manifest m;

	CHECK(manifest_load(&m, dir, &e) == 0 && m.sources == 1);
	struct str *name;
	size_t n;

	CHECK(io_list(io_path(&a, sp, "cursors"), &a, &name, &n, &e) == 0);
	CHECK(spool_cursor_get(sp, name[0].p, &at, &e) == 1);
	CHECK(at.offset == m.source[0].at.offset);
	manifest_free(&m);
	arena_free(&a);
}

/* Records of a pipe are in the wal before anything else is done with them. */
static void
test_pipe(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "piped"), *f = in_top(&a, "pipe.rec");
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	int keep = dup(0), fd;

	write_file(f, 0, 200, 7, 5 * NS_S);
	fd = open(f, O_RDONLY);
	CHECK(fd != -1 && dup2(fd, 0) == 0);
	close(fd);
	take(dir, "-", NULL, &sum);
	dup2(keep, 0);
	close(keep);
	CHECK(sum.records == 29 && sum.items == 200);
	CHECK(exactly(dir, "", 200));

	/* what an earlier writer left in the wal is the tail, and is taken */
	spool_lines(io_path(&a, dir, "wal"), 200, 210, "", 6 * NS_S);
	struct census c = census(dir, "", 210, NULL);

	CHECK(c.tail == 10);
	free(c.seen);
	write_file(f, 210, 215, 7, 5 * NS_S);
	take(dir, f, NULL, &sum);
	CHECK(sum.records == 11);
	CHECK(exactly(dir, "", 215));
	CHECK(check(dir) == 0);
	(void)e;
	arena_free(&a);
}

/* Bad blocks, payloads, files and sources are named; the rest answers. */
static void
test_faults(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "bad"), *sp = in_top(&a, "badspool");
	struct store_writer_opts o = { .batch_memory = 1 };
	struct store_taken sum;
	struct heard h = { .n = 0 };
	struct err e = { 0 };
	struct manifest m;
	struct rec rec = record(S("!x"), S(""), NS_S);

	spool_lines(sp, 0, 5, "", 9 * NS_S);
	struct spool *w = spool_open(sp, NULL, &e);

	CHECK(spool_append(w, &rec, NULL, &e) != -1);
	CHECK(spool_close(w, &e) == 0);
	spool_lines(sp, 5, 10, "", 9 * NS_S);
	o.say = hear;
	o.say_arg = &h;
	take(dir, sp, &o, &sum);
	CHECK(sum.bad == 1 && sum.items == 10);
	CHECK(strstr(h.text, "not lines"));
	CHECK(exactly(dir, "", 10));

	/* one block lost its end, one is gone */
	CHECK(manifest_load(&m, dir, &e) == 0 && m.blocks == 10);
	CHECK(truncate(folder_block(&a, dir, m.block[3].id, FOLDER_BLOCK),
	    100) == 0);
	CHECK(unlink(folder_block(&a, dir, m.block[5].id, FOLDER_BLOCK)) == 0);
	h.n = 0;
	struct census c = census(dir, "", 10, &h);

	CHECK(c.missing == 2 && c.blocks == 8);
	CHECK(strstr(h.text, ".blk"));
	free(c.seen);
	CHECK(store_check(dir, &toy_kind, hear, &h, &e) == 2);
	manifest_free(&m);

	/* it still takes in, and merges what is newer than the bad ones */
	spool_lines(sp, 10, 20, "", 9 * NS_S);
	take(dir, sp, &o, &sum);
	CHECK(sum.items == 10);
	CHECK(store_ask(dir, &toy_kind, STORE_COMPACT, NULL, &o, &e) == 0);
	c = census(dir, "", 20, &h);
	CHECK(c.missing == 2 && c.seen[19] == 1 && c.seen[0] == 1);
	free(c.seen);

	/* the spool goes away: the blocks answer, and it is said */
	h.n = 0;
	spool_lines(sp, 20, 21, "", 9 * NS_S);
	CHECK(rename(sp, in_top(&a, "moved")) == 0);
	c = census(dir, "", 21, &h);
	CHECK(c.missing == 2 && strstr(h.text, "tail not here"));
	free(c.seen);
	take(dir, in_top(&a, "moved"), NULL, &sum);	/* known by its id */
	CHECK(sum.records == 1);
	arena_free(&a);
}

/* As many as are opened on all cores: oldest first, each fault said once. */
static void
test_many(void)
{
	enum { MANY = 200 };
	struct arena a = { 0 };
	const char *dir = in_top(&a, "many"), *sp = in_top(&a, "manyspool");
	struct store_writer_opts o = { .batch_memory = 1 };
	struct heard h = { .n = 0 };
	struct store_view_opts vo = { .kind = "logs", .say = hear,
	    .say_arg = &h };
	struct store_taken sum;
	struct err e = { 0 };
	struct manifest m;
	size_t n;

	spool_lines(sp, 0, MANY, "", 9 * NS_S);
	take(dir, sp, &o, &sum);
	CHECK(exactly(dir, "", MANY));
	CHECK(manifest_load(&m, dir, &e) == 0 && m.blocks == MANY);
	CHECK(truncate(folder_block(&a, dir, m.block[30].id, FOLDER_BLOCK),
	    100) == 0);
	CHECK(unlink(folder_block(&a, dir, m.block[150].id, FOLDER_BLOCK)) ==
	    0);
	struct store_view *v = store_view(dir, &vo, &e);
	const char *first = strstr(h.text, ".blk");

	CHECK(v && store_view_missing(v) == 2);
	CHECK(first && (first = strstr(first + 1, ".blk")) &&
	    !strstr(first + 1, ".blk"));
	const struct store_block *sb = store_view_blocks(v, &n);

	CHECK(n == MANY - 2);
	for (size_t i = 0; i < n; i++)
		CHECK(memcmp(sb[i].info->id, m.block[i + (i >= 30) +
		    (i >= 149)].id, 16) == 0);
	store_view_close(v);
	vo.tenant = S("other");
	v = store_view(dir, &vo, &e);
	CHECK(v && store_view_missing(v) == 0);
	store_view_blocks(v, &n);
	CHECK(n == 0);
	store_view_close(v);
	manifest_free(&m);
	arena_free(&a);
}

/* What was trimmed before we read it is a loss, and said. */
static void
test_overtaken(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "late"), *sp = in_top(&a, "lspool");
	struct spool_opts small = { .segment_bytes = 4096 };
	struct heard h = { .n = 0 };
	struct store_writer_opts o = { .say = hear, .say_arg = &h };
	struct store_taken sum;
	struct err e = { 0 };
	struct str *name;
	size_t n, gone = 0;

	spool_lines(sp, 0, 5, "", 9 * NS_S);
	take(dir, sp, &o, &sum);
	struct spool *w = spool_open(sp, &small, &e);

	for (int i = 0; i < 1000; i++) {
		struct rec rec = record(S("l7\n"), S(""), NS_S);

		CHECK(spool_write(w, &rec, NULL, &e) != -1);
	}
	CHECK(spool_close(w, &e) == 0);
	CHECK(io_list(sp, &a, &name, &n, &e) == 0);
	for (size_t i = 0; i < n && gone < 3; i++)
		if (str_ends(name[i], S(".rec"))) {
			remove_file(sp, name[i].p);
			gone++;
		}
	struct census c = census(dir, "", 8, &h);

	CHECK(c.missing > 0);
	free(c.seen);
	h.n = 0;
	take(dir, sp, &o, &sum);
	CHECK(sum.bad > 0 && sum.records > 0 && sum.records < 1000);
	CHECK(strstr(h.text, "gone"));
	CHECK(check(dir) == 0);
	arena_free(&a);
}

static void
test_info(void)
{
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct err e = { 0 };

	CHECK(store_info(in_top(&a, "fed"), &toy_kind, &out, &e) == 0);
	buf_u8(&out, 0);
	CHECK(strstr(out.p, "level 0") && strstr(out.p, "tail") &&
	    strstr(out.p, "other"));
	buf_free(&out);
	CHECK(store_info(top, &toy_kind, &out, &e) == -1);
	CHECK(strstr(e.msg, "no store here"));
	arena_free(&a);
}

static void
test_stale(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "fed"), *sp = in_top(&a, "spool");
	struct store_view_opts o = { .kind = "logs" };
	struct store_taken sum;
	struct err e = { 0 };
	struct store_view *v = store_view(dir, &o, &e);
	uint64_t min, max;

	CHECK(v && !store_view_stale(v));
	CHECK(store_view_span(v, &min, &max) && min == 7 * NS_S &&
	    max == 8 * NS_S);
	spool_lines(sp, 60, 61, "", 99 * NS_S);
	CHECK(store_view_stale(v));
	store_view_close(v);
	v = store_view(dir, &o, &e);
	CHECK(v && !store_view_stale(v));
	CHECK(store_view_span(v, &min, &max) && max == 99 * NS_S);
	take(dir, sp, NULL, &sum);
	CHECK(store_view_stale(v));
	/* the old view still answers as it was */
	size_t n;
	struct rec rec;

	store_view_blocks(v, &n);
	CHECK(store_view_tail(v, SIGNAL_LOGS, &rec, &e) == 1);
	store_view_close(v);
	arena_free(&a);
}

int
main(void)
{
	rig_init("test_store");
	test_files();
	test_unlink();
	test_lock();
	test_spool();
	test_pipe();
	test_faults();
	test_many();
	test_overtaken();
	test_info();
	test_stale();
	return rig_done();
}
