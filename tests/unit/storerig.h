/*
 * storerig: stores of the toy kind in a folder of the test's, what is put into
 * them, and a count of what readers find.
 */
#ifndef TESTS_STORERIG_H
#define TESTS_STORERIG_H

#include <unistd.h>

#include "base/io.h"
#include "base/time.h"
#include "folder.h"
#include "store/store.h"
#include "store_toy.h"
#include "unit.h"

static char top[FOLDER_PATH];

/* What was said, to look for words in. */
struct heard { char text[8192]; size_t n; };

static inline void
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

static inline const char *
in_top(struct arena *a, const char *name)
{
	return io_path(a, top, name);
}

static inline struct rec
record(struct str lines, struct str tenant, uint64_t received)
{
	return (struct rec){ .signal = SIGNAL_LOGS, .payload = lines,
		.tenant = tenant, .received = received };
}

/* A file of records: lines "l<from>" to "l<to - 1>", `per` in a record. */
static inline void
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

static inline void
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

static inline void
census_line(struct census *c, struct str line)
{
	unsigned long no = strtoul(line.p + 1, NULL, 10);

	if (line.p[0] == 'l' && no < c->n)
		c->seen[no]++;
	else
		c->other++;
}

static inline void
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

static inline struct census
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
static inline bool
exactly(const char *dir, const char *tenant, unsigned n)
{
	struct census c = census(dir, tenant, n, NULL);
	bool ok = c.other == 0 && c.missing == 0;

	for (unsigned i = 0; i < n; i++)
		ok = ok && c.seen[i] == 1;
	free(c.seen);
	return ok;
}

static inline int
check(const char *dir)
{
	struct heard h = { .n = 0 };
	struct err e = { 0 };
	int n = store_check(dir, &toy_kind, hear, &h, &e);

	if (n != 0)
		fprintf(stderr, "check: %d: %s%s\n", n, h.text, e.msg);
	return n;
}

static inline unsigned
files_in(const char *dir, const char *sub)
{
	struct arena a = { 0 };
	struct str *name;
	size_t n = 0;

	io_list(io_path(&a, dir, sub), &a, &name, &n, NULL);
	arena_free(&a);
	return (unsigned)n;
}

static inline struct store *
open_store(const char *dir, const struct store_writer_opts *o)
{
	struct err e = { 0 };
	struct store *st = store_open(dir, &toy_kind, o, &e);

	if (!st)
		fprintf(stderr, "%s\n", e.msg);
	return st;
}

static inline void
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

static inline void
remove_file(const char *dir, const char *name)
{
	struct arena a = { 0 };

	CHECK(unlink(io_path(&a, dir, name)) == 0);
	arena_free(&a);
}

/* The folder that in_top is about; rig_done removes it. */
static inline void
rig_init(const char *test)
{
	folder_new(top, test);
}

static inline int
rig_done(void)
{
	if (folder_wipe(top) == -1)
		die("folder_wipe");
	return unit_done();
}

#endif
