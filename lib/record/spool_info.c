/* spool_info: what a person asks of a spool: its list, and whether it is well. */
#include "record/spoolint.h"

#include <inttypes.h>

#include "base/time.h"

/* Bytes that a reader at c has before it. */
static uint64_t
behind(const struct spool_segment *v, size_t n, const struct spool_cursor *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].no > c->segment)
			sum += v[i].bytes;
		else if (v[i].no == c->segment && v[i].bytes > c->offset)
			sum += v[i].bytes - c->offset;
	return sum;
}

int
spool_list(const char *dir, struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	struct spool_segment *v;
	struct spool_cursor c;
	struct str *names;
	uint8_t id[16];
	char hex[33], when[40];
	size_t n, names_n;
	int r = spool_id_read(dir, id, e);

	if (r == 0)
		r = err_set(e, ERR_CORRUPT, "%s: not a spool: no ID in it",
		    dir);
	if (r == -1 || spool_segments(dir, &a, &v, &n, e) == -1 ||
	    spool_cursors(dir, &a, &names, &names_n, e) == -1) {
		arena_free(&a);
		return -1;
	}
	str_hex(hex, id, sizeof id);
	buf_addf(out, "id\t%s\n", hex);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "segment\t%" PRIu64 "\t%" PRIu64 " bytes\t%s\n",
		    v[i].no, v[i].bytes, time_format(when, v[i].mtime, 0));
	for (size_t i = 0; i < names_n; i++) {
		r = spool_cursor_get(dir, names[i].p, &c, e);
		if (r != 1)
			break;
		buf_addf(out, "cursor\t%s\t%" PRIu64 ":%" PRIu64 "\t%" PRIu64
		    " bytes behind\n", names[i].p, c.segment, c.offset,
		    behind(v, n, &c));
	}
	arena_free(&a);
	return r == -1 ? -1 : 0;
}

/* Past the last whole record there may be an append that was cut off. */
static void
say_torn(const char *dir, struct spool_reader *rd,
    void (*say)(void *, const char *), void *arg)
{
	struct arena a = { 0 };
	struct spool_segment *v;
	struct spool_cursor at;
	size_t n;

	spool_tell(rd, &at);
	if (spool_segments(dir, &a, &v, &n, NULL) == 0 && n > 0 &&
	    v[n - 1].no == at.segment && v[n - 1].bytes > at.offset)
		say(arg, arena_printf(&a, "%s: segment %" PRIu64 ":%" PRIu64
		    ": %" PRIu64 " bytes of an append that is not finished",
		    dir, at.segment, at.offset, v[n - 1].bytes - at.offset).p);
	arena_free(&a);
}

int64_t
spool_verify(const char *dir, void (*say)(void *, const char *), void *arg,
    uint64_t *records, struct err *e)
{
	struct spool_reader *rd = spool_read(dir, e);
	uint64_t damage = 0;
	struct rec rec;
	int r = rd ? 1 : -1;

	*records = 0;
	while (r == 1) {
		const char *msg;

		r = spool_next(rd, &rec, e);
		*records += r == 1;
		if (r != -1 && spool_reader_damage(rd, &msg) != damage) {
			damage = spool_reader_damage(rd, NULL);
			say(arg, msg);
		}
	}
	if (r == 0)
		say_torn(dir, rd, say, arg);
	spool_reader_close(rd);
	return r == -1 ? -1 : (int64_t)damage;
}

int
spool_register(const char *dir, const char *name, struct err *e)
{
	struct spool_cursor c = { .segment = 0 };
	int r = spool_id_read(dir, c.id, e);

	if (r == 0)
		return err_set(e, ERR_CORRUPT, "%s: not a spool: no ID in it",
		    dir);
	if (r == 1)
		r = spool_cursor_get(dir, name, &c, e);
	return r == 0 ? spool_cursor_set(dir, name, &c, e) : r == 1 ? 0 : -1;
}
