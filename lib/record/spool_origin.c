/*
 * spool_origin: which records of other spools are here already.
 *
 * The table is made from the records themselves, when the first one with an
 * origin comes, and kept in step with what is appended. DIR/origins holds what
 * trimmed segments would have told. See spool(5).
 */
#include "record/spoolint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/cur.h"
#include "base/io.h"
#include "base/sys.h"
#include "codec/crc.h"

#define MAGIC		UINT32_C(0x314f4f01)	/* 01 "OO1" */
#define ENTRY_SIZE	32
#define FILE_MAX	((size_t)SPOOL_ORIGINS_MAX * ENTRY_SIZE + 64)

static struct origin *
find(struct origins *t, const uint8_t id[16])
{
	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->v[i].spool, id, 16) == 0)
			return &t->v[i];
	return NULL;
}

static bool
above(const struct origin *a, const struct origin *b)
{
	return a->segment != b->segment ? a->segment > b->segment :
	    a->offset > b->offset;
}

static int
note(struct origins *t, const struct origin *o, struct err *e)
{
	struct origin *have = find(t, o->spool);

	if (have) {
		if (above(o, have))
			*have = *o;
		return 0;
	}
	if (t->n == SPOOL_ORIGINS_MAX)
		return err_set(e, ERR_LIMIT,
		    "records of more than %d other spools", SPOOL_ORIGINS_MAX);
	t->v = xrealloc(t->v, t->n + 1, sizeof *t->v);
	t->v[t->n++] = *o;
	return 0;
}

static int
parse(struct origins *t, struct str b, struct err *e)
{
	struct cur c = cur_of(b);
	uint32_t magic = cur_u32(&c), n;

	if (b.n < 28 || crc32c(0, b.p, b.n - 4) != load32(b.p + b.n - 4) ||
	    magic != MAGIC)
		return err_set(e, ERR_CORRUPT, "damaged, or of a newer version");
	t->seg = cur_u64(&c);
	t->off = cur_u64(&c);
	n = cur_u32(&c);
	if (n != (b.n - 28) / ENTRY_SIZE || (b.n - 28) % ENTRY_SIZE != 0)
		return err_set(e, ERR_CORRUPT, "%zu bytes for %u spools", b.n,
		    n);
	while (n-- > 0) {
		struct origin o;

		memcpy(o.spool, cur_bytes(&c, 16).p, 16);
		o.segment = cur_u64(&c);
		o.offset = cur_u64(&c);
		if (note(t, &o, e) == -1)
			return -1;
	}
	return 0;
}

/* What DIR/origins says; nothing when there is none. */
static int
load(struct origins *t, const char *dir, struct err *e)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct stat st;
	char *path = io_path(&a, dir, "origins");
	int r = 0;

	t->n = 0;
	t->seg = t->off = 0;
	if (sys_stat(path, &st) == -1)
		r = errno == ENOENT ? 0 : err_sys(e, "%s", path);
	else if ((r = io_slurp(path, &b, FILE_MAX, e)) == 0 &&
	    (r = parse(t, buf_str(&b), e)) == -1)
		err_in(e, "%s", path);
	t->loaded = r == 0;
	buf_free(&b);
	arena_free(&a);
	return r;
}

/* The origins in one segment from t->off on; damage is stepped over. */
static int
scan(struct origins *t, int fd, struct err *e)
{
	struct segment g = { 0 };
	struct err why = { 0 };
	struct rec rec;
	uint64_t to;
	int r;

	segment_start(&g, fd, t->off);
	while ((r = segment_next(&g, &rec, &why)) != 0) {
		if (r == -1 && why.kind != ERR_CORRUPT) {
			if (e)
				*e = why;
			break;
		}
		if (r == -1) {
			if ((r = segment_search(&g, &to, e)) != 1)
				break;
			segment_start(&g, fd, to);
		} else if (rec.has_origin &&
		    (r = note(t, &rec.origin, e)) == -1)
			break;
	}
	t->off = g.off;
	segment_free(&g);
	return r;
}

/* All records before segment `upto`, or in it as well. */
static int
catch_up(struct origins *t, const char *dir, uint64_t upto, bool with,
    struct err *e)
{
	struct arena a = { 0 };
	uint64_t no = t->seg;
	int r = 0;

	if (no == 0 && spool_following(dir, 0, &no, e) == -1)
		return -1;
	while (r == 0 && no != 0 && (no < upto || (with && no == upto))) {
		int fd = io_open(spool_path(&a, dir, no), O_RDONLY, e);

		if (no != t->seg) {
			t->seg = no;
			t->off = 0;
		}
		if (fd != -1) {
			r = scan(t, fd, e);
			sys_close(fd);
		} else if (errno != ENOENT)
			r = -1;
		if (no == upto)
			break;
		if (r == 0)
			r = spool_following(dir, no, &no, e);
	}
	if (r == 0 && t->seg < upto && !with) {
		t->seg = upto;
		t->off = 0;
	}
	arena_free(&a);
	return r;
}

int
spool_origin_seen(struct spool *s, const struct origin *o, struct err *e)
{
	struct origins *t = &s->origins;
	struct arena a = { 0 };
	const struct origin *last;
	struct stat st;

	/* trimmed before we read it: DIR/origins knows more than we do */
	if (t->loaded && t->seg != 0 && t->seg != s->seg &&
	    sys_stat(spool_path(&a, s->dir, t->seg), &st) == -1)
		t->loaded = false;
	arena_free(&a);
	if (!t->loaded && load(t, s->dir, e) == -1)
		return -1;
	if ((t->seg != s->seg || t->off != s->end) &&
	    catch_up(t, s->dir, s->seg, true, e) == -1)
		return err_in(e, "%s", s->dir);
	last = find(t, o->spool);
	return last && !above(o, last);
}

void
spool_origin_note(struct spool *s, const struct rec *rec, uint64_t from,
    uint64_t to)
{
	struct origins *t = &s->origins;

	if (!t->loaded || t->seg != s->seg || t->off != from)
		return;		/* it will be read when it matters */
	if (rec->has_origin && note(t, &rec->origin, NULL) == -1) {
		t->loaded = false;
		return;
	}
	t->off = to;
}

void
spool_origin_forget(struct spool *s)
{
	s->origins.loaded = false;
}

static int
save(const struct origins *t, const char *dir, struct err *e)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	int r;

	buf_u32(&b, MAGIC);
	buf_u64(&b, t->seg);
	buf_u64(&b, t->off);
	buf_u32(&b, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		buf_add(&b, t->v[i].spool, 16);
		buf_u64(&b, t->v[i].segment);
		buf_u64(&b, t->v[i].offset);
	}
	buf_u32(&b, crc32c(0, b.p, b.n));
	r = io_replace(io_path(&a, dir, "origins"), buf_str(&b), e);
	buf_free(&b);
	arena_free(&a);
	return r;
}

int
spool_origin_keep(const char *dir, uint64_t seg, struct err *e)
{
	struct origins t = { 0 };
	int r = load(&t, dir, e);

	if (r == 0 && t.seg < seg)
		r = catch_up(&t, dir, seg, false, e);
	if (r == 0)
		r = save(&t, dir, e);
	free(t.v);
	return r;
}
