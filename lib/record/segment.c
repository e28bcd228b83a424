#include "record/segment.h"

#include <errno.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/sys.h"

void
segment_start(struct segment *g, int fd, uint64_t off)
{
	g->fd = fd;
	g->off = off;
	g->at = off;
	g->n = 0;
}

void
segment_free(struct segment *g)
{
	free(g->buf);
	*g = (struct segment){ .fd = -1 };
}

/* The unread bytes in the buffer. */
static struct str
have(const struct segment *g)
{
	size_t skip = (size_t)(g->off - g->at);

	if (g->n == skip)
		return (struct str){ 0 };
	return str_mk(g->buf + skip, g->n - skip);
}

/* More bytes behind the unread ones: 1, 0 at the file's end, -1. */
static int
fill(struct segment *g, size_t need, struct err *e)
{
	struct str left = have(g);
	size_t want = need > SEGMENT_CHUNK ? need : SEGMENT_CHUNK;
	ssize_t r;

	if (left.n > 0 && left.p != g->buf)
		memmove(g->buf, left.p, left.n);
	g->at = g->off;
	g->n = left.n;
	/* a length alone gets no memory: at most twice what is there */
	if (want > 2 * left.n + SEGMENT_CHUNK)
		want = 2 * left.n + SEGMENT_CHUNK;
	if (want > g->cap) {
		g->buf = xrealloc(g->buf, want, 1);
		g->cap = want;
	}
	do
		r = sys_pread(g->fd, g->buf + g->n, g->cap - g->n,
		    (off_t)(g->at + g->n));
	while (r == -1 && errno == EINTR);
	if (r == -1)
		return err_sys(e, "read");
	g->n += (size_t)r;
	return r > 0;
}

/* The record at off: 1, 0 none, -1 bad or torn. */
static int
get(struct segment *g, struct rec *rec, struct err *e)
{
	struct str m;
	size_t frame = 1;
	int r;

	for (;;) {
		struct str b = have(g);

		r = b.n >= frame ? rec_frame(b, &m, &frame, e) : 0;
		if (r != 0)
			break;
		if (b.n >= frame)
			continue;
		r = fill(g, frame, e);
		if (r == -1)
			return -1;
		if (r == 0 && b.n == 0)
			return 0;
		if (r == 0)
			return err_set(e, ERR_CORRUPT,
			    "record cut short: %zu of %zu bytes", b.n, frame);
	}
	if (r == 1 && (r = rec_parse(rec, m, e)) == 0 && !rec->has_crc)
		r = err_set(e, ERR_CORRUPT, "record without a crc32c");
	if (r == -1) {
		if (e)
			e->kind = ERR_CORRUPT;
		return -1;
	}
	rec->off = g->off;
	g->off += frame;
	return 1;
}

int
segment_next(struct segment *g, struct rec *rec, struct err *e)
{
	struct err why = { 0 };
	int r = get(g, rec, &why);

	if (r == -1 && why.kind == ERR_CORRUPT) {
		g->n = 0;	/* it may have been read while written */
		g->at = g->off;
		r = get(g, rec, &why);
	}
	if (r != 1) {
		g->n = 0;
		g->at = g->off;
	}
	if (r == -1 && e)
		*e = why;
	return r;
}

/* What was read past the record is read again. */
void
segment_done(struct segment *g)
{
	if (g->cap <= REC_KEEP)
		return;
	free(g->buf);
	g->buf = NULL;
	g->cap = g->n = 0;
	g->at = g->off;
}

/* What is certain to be there in a record: its tag, and the CRC's. */
static bool
looks_like_one(struct str m)
{
	switch (m.p[0]) {
	case 0x0a: case 0x12: case 0x1a: case 0x22:	/* a payload */
	case 0x6a:					/* an origin alone */
		break;
	default:
		return false;
	}
	return m.n > 5 && m.p[m.n - 5] == 0x7d;
}

size_t
rec_search(struct str bytes, size_t from)
{
	uint64_t work = 0;

	for (size_t at = from; at < bytes.n && work < SEARCH_WORK_MAX; at++) {
		struct str m;
		struct rec rec;
		size_t frame;

		if (rec_frame(str_skip(bytes, at), &m, &frame, NULL) != 1 ||
		    !looks_like_one(m) || rec_peek(&rec, m, NULL) == -1 ||
		    !rec.has_crc)
			continue;
		work += m.n;
		if (rec_parse(&rec, m, NULL) == 0)
			return at;
	}
	return bytes.n;
}

/* Damage is rare and a segment small: the rest of it is read whole. */
int
segment_search(struct segment *g, uint64_t *to, struct err *e)
{
	uint64_t size, left;
	size_t at;
	char *p;

	if (io_size(g->fd, &size, e) == -1)
		return -1;
	if (size <= g->off)
		return 0;
	left = size - g->off;
	p = xmalloc((size_t)left);
	if (io_pread(g->fd, p, (size_t)left, g->off, e) == -1) {
		free(p);
		return -1;
	}
	at = rec_search(str_mk(p, (size_t)left), 1);
	free(p);
	*to = g->off + at;
	return at < left;
}
