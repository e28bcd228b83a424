#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/time.h"
#include "store/folder.h"
#include "store/manifest.h"
#include "unit.h"
#include "store_toy.h"

static char top[64];

/* What was said, to look for words in. */
struct heard { char text[8192]; size_t n; };

static void
hear(void *arg, const char *msg)
{
	struct heard *h = arg;
	size_t n = strlen(msg);

	if (n + h->n + 2 > sizeof h->text)
		return;
	memcpy(h->text + h->n, msg, n);
	h->n += n;
	h->text[h->n++] = '\n';
	h->text[h->n] = '\0';
}

static const char *
in_top(struct arena *a, const char *name)
{
	return io_path(a, top, name);
}

static struct rec
record(struct str lines, struct str tenant, uint64_t received)
{
	return (struct rec){ .signal = SIGNAL_LOGS, .payload = lines,
		.tenant = tenant, .received = received };
}

/* A file of records: lines "l<from>" to "l<to - 1>", `per` in a record. */
static void
write_file(const char *path, unsigned from, unsigned to, unsigned per,
    uint64_t received)
{
	struct buf b = { 0 }, lines = { 0 };
	struct err e = { 0 };

	for (unsigned i = from; i < to;) {
		buf_reset(&lines);
		for (unsigned k = 0; k < per && i < to; k++)
			buf_addf(&lines, "l%u\n", i++);
		struct rec r = record(buf_str(&lines), S(""), received);

		rec_put(&b, &r, true);
	}
	CHECK(io_replace(path, buf_str(&b), &e) == 0);
	buf_free(&b);
	buf_free(&lines);
}

static void
spool_lines(const char *dir, unsigned from, unsigned to, const char *tenant,
    uint64_t received)
{
	struct err e = { 0 };
	struct spool *sp = spool_open(dir, NULL, &e);

	CHECK(sp != NULL);
	for (unsigned i = from; i < to; i++) {
		char line[32];
		int n = snprintf(line, sizeof line, "l%u\n", i);
		struct rec r = record(str_mk(line, (size_t)n),
		    str_of(tenant), received);

		CHECK(spool_write(sp, &r, NULL, &e) != -1);
	}
	CHECK(spool_close(sp, &e) == 0);
}

/* Every line the view gives, counted by its number. */
struct census { unsigned *seen, n, other; size_t blocks; unsigned missing;
	unsigned tail; };

static void
census_line(struct census *c, struct str line)
{
	unsigned long no = strtoul(line.p + 1, NULL, 10);

	if (line.p[0] == 'l' && no < c->n)
		c->seen[no]++;
	else
		c->other++;
}

static void
census_tail(struct census *c, struct store_view *v)
{
	struct err e = { 0 };
	struct rec rec;
	struct str rest, line;
	int r;

	while ((r = store_view_tail(v, SIGNAL_LOGS, &rec, &e)) == 1) {
		c->tail++;
		CHECK(rec.received > 0);
		for (rest = rec.payload; str_cut(&rest, '\n', &line);)
			if (line.n > 0)
				census_line(c, line);
	}
	CHECK(r == 0);
}

static struct census
census(const char *dir, const char *tenant, unsigned n, struct heard *h)
{
	struct census c = { .seen = xcalloc(n, sizeof(unsigned)), .n = n };
	struct store_view_opts o = { .tenant = str_of(tenant),
		.kind = "logs", .say = h ? hear : NULL, .say_arg = h };
	struct err e = { 0 };
	struct store_view *v = store_view(dir, &o, &e);

	CHECK(v != NULL);
	if (!v) {
		fprintf(stderr, "%s\n", e.msg);
		return c;
	}
	const struct store_block *b = store_view_blocks(v, &c.blocks);
	struct toy_batch rows = { 0 };

	for (size_t i = 0; i < c.blocks; i++) {
		CHECK(i == 0 || b[i - 1].info->sequence_to <=
		    b[i].info->sequence_to);
		if (toy_read(&rows, &b[i], &e) == -1)
			store_view_fault(v, &e);
	}
	for (size_t i = 0; i < rows.n; i++)
		census_line(&c, rows.v[i].line);
	census_tail(&c, v);
	unsigned tail = c.tail;

	store_view_rewind(v);		/* the same again */
	struct census again = { .seen = xcalloc(n, sizeof(unsigned)), .n = n };

	census_tail(&again, v);
	CHECK(again.tail == tail);
	c.missing = store_view_missing(v);
	free(again.seen);
	arena_free(&rows.mem);
	free(rows.v);
	store_view_close(v);
	return c;
}

/* Whether l0 .. l<n-1> are there exactly once and nothing else. */
static bool
exactly(const char *dir, const char *tenant, unsigned n)
{
	struct census c = census(dir, tenant, n, NULL);
	bool ok = c.other == 0 && c.missing == 0;

	for (unsigned i = 0; i < n; i++)
		ok = ok && c.seen[i] == 1;
	free(c.seen);
	return ok;
}

static int
check(const char *dir)
{
	struct heard h = { .n = 0 };
	struct err e = { 0 };
	int n = store_check(dir, &toy_kind, hear, &h, &e);

	if (n != 0)
		fprintf(stderr, "check: %d: %s%s\n", n, h.text, e.msg);
	return n;
}

static unsigned
files_in(const char *dir, const char *sub)
{
	struct arena a = { 0 };
	struct str *name;
	size_t n = 0;

	io_list(io_path(&a, dir, sub), &a, &name, &n, NULL);
	arena_free(&a);
	return (unsigned)n;
}

static struct store *
open_store(const char *dir, const struct store_writer_opts *o)
{
	struct err e = { 0 };
	struct store *st = store_open(dir, &toy_kind, o, &e);

	if (!st)
		fprintf(stderr, "%s\n", e.msg);
	return st;
}

static void
take(const char *dir, const char *operand, const struct store_writer_opts *o,
    struct store_taken *sum)
{
	struct store_writer_opts once = { 0 };
	struct err e = { 0 };
	struct store *st;

	if (o)
		once = *o;
	once.once = true;
	st = open_store(dir, &once);
	
	CHECK(st != NULL);
	*sum = (struct store_taken){ 0 };
	if (store_take(st, operand, -1, sum, &e) == -1) {
		fprintf(stderr, "take: %s\n", e.msg);
		CHECK(0);
	}
	CHECK(store_close(st, &e) == 0);
}

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

/* Seals, merges through the levels, with a rest, and nothing is lost. */
static void
test_merges(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "merged"), *sp = in_top(&a, "mspool");
	struct store_writer_opts o = { .batch_memory = 1, .merge_bytes = 300,
		.once = true };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct store *st = open_store(dir, &o);
	uint32_t top_level = 0;
	struct manifest m;

	for (unsigned i = 0; i < 40; i++) {
		spool_lines(sp, i * 5, i * 5 + 5, "", (100 + i * 4) * NS_S);
		CHECK(store_take(st, sp, -1, &sum, &e) == 0);
		CHECK(store_merge_due(st, false, &e) == 0);
		CHECK(exactly(dir, "", i * 5 + 5));
	}
	CHECK(manifest_load(&m, dir, &e) == 0);
	for (uint32_t i = 0; i < m.blocks; i++)
		if (m.block[i].level > top_level)
			top_level = m.block[i].level;
	CHECK(top_level == 2);
	CHECK(m.blocks < 40);
	manifest_free(&m);
	CHECK(check(dir) == 0);
	CHECK(store_close(st, &e) == 0);

	/* asked for, without a writer */
	CHECK(store_ask(dir, &toy_kind, STORE_COMPACT, NULL, NULL, &e) == 0);
	struct census c = census(dir, "", 200, NULL);

	CHECK(c.blocks == 1);
	free(c.seen);
	CHECK(exactly(dir, "", 200));
	arena_free(&a);
}

static void
remove_file(const char *dir, const char *name)
{
	struct arena a = { 0 };

	CHECK(unlink(io_path(&a, dir, name)) == 0);
	arena_free(&a);
}

static void
test_repair(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "merged"), *sp = in_top(&a, "mspool");
	struct store_writer_opts o = { .batch_memory = 1, .merge_bytes = 300 };
	struct store_taken sum = { 0 };
	struct err e = { 0 };
	struct heard h = { .n = 0 };

	/* inputs and outputs of merges lie side by side now */
	for (unsigned i = 0; i < 8; i++) {
		struct store *st;

		spool_lines(sp, 200 + i * 5, 205 + i * 5, "",
		    (300 + i * 4) * NS_S);
		take(dir, sp, &o, &sum);
		st = open_store(dir, &o);
		CHECK(store_merge_due(st, false, &e) == 0);
		CHECK(store_close(st, &e) == 0);
		if (i % 2 == 0)
			remove_file(dir, "MANIFEST");
		CHECK(store_repair(dir, &toy_kind, hear, &h, &e) == 0);
		CHECK(exactly(dir, "", 205 + i * 5));
	}
	CHECK(files_in(dir, "blocks") > 10);
	CHECK(check(dir) == 0);

	/* without any manifest: no writer takes it for a new store */
	remove_file(dir, "MANIFEST");
	CHECK(store_open(dir, &toy_kind, NULL, &e) == NULL);
	CHECK(e.kind == ERR_CORRUPT && strstr(e.msg, "--repair"));
	CHECK(store_repair(dir, &toy_kind, hear, &h, &e) == 0);
	CHECK(exactly(dir, "", 240));
	take(dir, sp, &o, &sum);	/* the cursor is known again */
	CHECK(sum.records == 0);
	CHECK(exactly(dir, "", 240));
	arena_free(&a);
}

static void
test_snapshot(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "merged"), *sp = in_top(&a, "mspool");
	const char *to = in_top(&a, "copy");
	struct err e = { 0 };
	struct store_taken sum;

	spool_lines(sp, 240, 250, "", 500 * NS_S);	/* a tail */
	CHECK(store_ask(dir, &toy_kind, STORE_SNAPSHOT, to, NULL, &e) == 0);
	CHECK(exactly(to, "", 250));
	CHECK(check(to) == 0);
	spool_lines(sp, 250, 260, "", 500 * NS_S);
	CHECK(exactly(dir, "", 260));
	CHECK(exactly(to, "", 250));		/* frozen */
	take(to, sp, NULL, &sum);		/* and goes on from there */
	CHECK(sum.records == 20);		/* its wal, and ten */
	CHECK(exactly(to, "", 260));
	CHECK(check(to) == 0);
	CHECK(store_ask(dir, &toy_kind, STORE_SNAPSHOT, to, NULL, &e) == -1);
	arena_free(&a);
}

static void
test_expire(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "aged"), *sp = in_top(&a, "aspool");
	struct store_writer_opts o = { .batch_memory = 1 };
	struct store_taken sum;
	struct err e = { 0 };
	uint64_t now = time_now();

	spool_lines(sp, 0, 5, "", now - 3 * 86400 * NS_S);
	spool_lines(sp, 5, 15, "", now - 3600 * NS_S);
	take(dir, sp, &o, &sum);
	CHECK(store_ask(dir, &toy_kind, STORE_EXPIRE, "2d", NULL, &e) == 0);
	struct census c = census(dir, "", 15, NULL);

	CHECK(c.seen[4] == 0 && c.seen[5] == 1 && c.blocks == 10);
	free(c.seen);
	CHECK(store_ask(dir, &toy_kind, STORE_EXPIRE, "2KiB", NULL, &e) == 0);
	c = census(dir, "", 15, NULL);
	CHECK(c.blocks > 0 && c.blocks < 10 && c.seen[14] == 1);
	free(c.seen);
	CHECK(store_ask(dir, &toy_kind, STORE_EXPIRE, "soon", NULL, &e) ==
	    -1 && e.kind == ERR_QUERY);
	CHECK(store_ask(in_top(&a, "nowhere"), &toy_kind, STORE_COMPACT, NULL,
	    NULL, &e) == -1);
	CHECK(access(in_top(&a, "nowhere"), F_OK) == -1);
	arena_free(&a);
}

/* A writer in another process follows a spool and does what it is asked. */
static void
test_requests(void)
{
	struct arena a = { 0 };
	const char *dir = in_top(&a, "busy"), *sp = in_top(&a, "bspool");
	struct store_writer_opts o = { .batch_memory = 1 };
	struct err e = { 0 };
	int stop[2], ready[2];
	char c;

	spool_lines(sp, 0, 30, "", 9 * NS_S);
	CHECK(pipe(stop) == 0 && pipe(ready) == 0);
	pid_t pid = fork();

	if (pid == 0) {
		struct store_taken sum = { 0 };
		struct store *st = store_open(dir, &toy_kind, &o, &e);

		close(stop[1]);
		if (!st || write(ready[1], "x", 1) != 1 ||
		    store_take(st, sp, stop[0], &sum, &e) == -1 ||
		    store_close(st, &e) == -1)
			_exit(1);
		_exit(0);
	}
	close(stop[0]);
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(store_ask(dir, &toy_kind, STORE_COMPACT, NULL, NULL, &e) == 0);
	CHECK(store_ask(dir, &toy_kind, STORE_SNAPSHOT,
	    in_top(&a, "busycopy"), NULL, &e) == 0);
	CHECK(exactly(in_top(&a, "busycopy"), "", 30));
	CHECK(store_ask(dir, &toy_kind, STORE_SNAPSHOT,
	    in_top(&a, "busycopy"), NULL, &e) == -1);
	CHECK(strstr(e.msg, "busycopy"));
	CHECK(store_open(dir, &toy_kind, NULL, &e) == NULL &&
	    e.kind == ERR_AGAIN);
	CHECK(files_in(dir, "requests") == 1);	/* done/ */
	CHECK(files_in(dir, "requests/done") == 0);
	close(stop[1]);
	int status;

	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(exactly(dir, "", 30));
	close(ready[0]);
	close(ready[1]);
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
	struct arena a = { 0 };

	snprintf(top, sizeof top, "%s/test_store.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(top))
		die("mkdtemp");
	test_files();
	test_unlink();
	test_lock();
	test_spool();
	test_merges();
	test_repair();
	test_snapshot();
	test_expire();
	test_requests();
	test_pipe();
	test_faults();
	test_overtaken();
	test_info();
	test_stale();
	if (system(arena_printf(&a, "rm -rf %s", top).p) != 0)
		die("rm");
	arena_free(&a);
	return unit_done();
}
