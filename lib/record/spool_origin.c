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
#include "record/parts.h"

#define MAGIC_1		UINT32_C(0x314f4f01)	/* 01 "OO1" */
#define MAGIC		UINT32_C(0x324f4f01)	/* 01 "OO2" */
#define ID		16
#define KEYS_MAX	((size_t)8 << 20)	/* bytes of all tenants */
#define FILE_MAX	((size_t)SPOOL_ORIGINS_MAX * 40 + KEYS_MAX)

/* The key of a record of that spool. */
static struct str
key_of(struct buf *b, const uint8_t id[ID], const struct rec *rec)
{
	buf_reset(b);
	buf_add(b, id, ID);
	buf_u8(b, (uint8_t)rec->signal);
	buf_adds(b, rec->tenant);
	return buf_str(b);
}

static bool
above(const struct mark *a, const struct mark *b)
{
	return a->segment != b->segment ? a->segment > b->segment :
	    a->offset != b->offset ? a->offset > b->offset :
	    a->upto > b->upto;
}

static int
note(struct origins *t, struct str key, const struct mark *m, struct err *e)
{
	uint32_t no = map_find(&t->keys, key);

	if (no != MAP_NONE) {
		if (above(m, &t->v[no]))
			t->v[no] = *m;
		return 0;
	}
	if (t->keys.n == SPOOL_ORIGINS_MAX ||
	    t->keys.bytes + key.n > KEYS_MAX)
		return err_set(e, ERR_LIMIT, "records of more than %u other "
		    "spools, signals and tenants", t->keys.n);
	no = map_add(&t->keys, key, NULL);
	t->v = xrealloc(t->v, t->keys.cap, sizeof *t->v);
	t->v[no] = *m;
	return 0;
}

static struct mark
part_mark(const struct part *p)
{
	return (struct mark){ p->segment, p->offset,
	    p->upto > 0 ? p->upto : UINT32_MAX };
}

static struct mark
origin_mark(const struct origin *o)
{
	return (struct mark){ o->segment, o->offset, UINT32_MAX };
}

/* The record is here. */
static int
note_rec(struct origins *t, const struct rec *rec, struct err *e)
{
	struct cur c = cur_of(parts_list(rec->parts));
	struct buf key = { 0 };
	struct mark m = origin_mark(&rec->origin);
	struct part p;
	int r = 0;

	if (rec->parts.n > 0) {
		key_of(&key, parts_spool(rec->parts), rec);
		while (r == 0 && parts_next(&c, &p) == 1) {
			m = part_mark(&p);
			r = note(t, buf_str(&key), &m, e);
		}
	} else if (rec->has_origin)
		r = note(t, key_of(&key, rec->origin.spool, rec), &m, e);
	buf_free(&key);
	return r;
}

/* One entry of the file: of version 1 for all signals and tenants. */
static int
parse_entry(struct origins *t, struct cur *c, bool old, struct err *e)
{
	struct buf key = { 0 };
	struct mark m = { .upto = UINT32_MAX };
	int r = 0;

	buf_adds(&key, cur_bytes(c, ID));
	m.segment = cur_u64(c);
	m.offset = cur_u64(c);
	if (!old) {
		m.upto = cur_u32(c);
		buf_adds(&key, cur_bytes(c, cur_u16(c)));
	}
	if (!c->bad)
		r = note(t, buf_str(&key), &m, e);
	buf_free(&key);
	return r;
}

static int
parse(struct origins *t, struct str b, struct err *e)
{
	struct cur c = cur_of(b);
	uint32_t magic = cur_u32(&c), n;

	if (b.n < 28 || crc32c(0, b.p, b.n - 4) != load32(b.p + b.n - 4) ||
	    (magic != MAGIC && magic != MAGIC_1))
		return err_set(e, ERR_CORRUPT, "damaged, or of a newer version");
	c.end -= 4;
	t->seg = cur_u64(&c);
	t->off = cur_u64(&c);
	n = cur_u32(&c);
	for (uint32_t i = 0; i < n && !c.bad; i++)
		if (parse_entry(t, &c, magic == MAGIC_1, e) == -1)
			return -1;
	if (c.bad || cur_left(&c) > 0)
		return err_set(e, ERR_CORRUPT, "%zu bytes for %u entries",
		    b.n, n);
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

	map_reset(&t->keys);
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
		} else if ((r = note_rec(t, &rec, e)) == -1)
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

/* The table holds all that the spool does. */
static int
refresh(struct spool *s, struct err *e)
{
	struct origins *t = &s->origins;
	struct arena a = { 0 };
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
	return 0;
}

/* The mark for a record of that spool; false: none. */
static bool
mark_of(const struct origins *t, const uint8_t id[ID], const struct rec *rec,
    struct mark *m)
{
	struct buf b = { 0 };
	struct str key = key_of(&b, id, rec);
	uint32_t one = map_find(&t->keys, key);
	uint32_t all = map_find(&t->keys, str_mk(key.p, ID));

	if (one != MAP_NONE)
		*m = t->v[one];
	if (all != MAP_NONE && (one == MAP_NONE || above(&t->v[all], m)))
		*m = t->v[all];
	buf_free(&b);
	return one != MAP_NONE || all != MAP_NONE;
}

/* Whether the part is above the mark, which it moves. */
static bool
part_is_new(struct mark *m, bool *has, const struct part *p)
{
	struct mark to = part_mark(p);

	if (*has && !above(&to, m))
		return false;
	*has = true;
	*m = to;
	return true;
}

/* The record with those of its parts that are above the mark. */
static void
cut_out(const struct rec *rec, struct mark m, bool has, struct rec *fresh,
    struct buf *bytes)
{
	struct cur c = cur_of(parts_list(rec->parts));
	struct mark again = m;
	bool has_again = has;
	size_t at = 0, n;
	struct part p;

	buf_reset(bytes);
	for (; parts_next(&c, &p) == 1; at += p.bytes)
		if (part_is_new(&m, &has, &p))
			buf_add(bytes, rec->payload.p + at, p.bytes);
	n = bytes->n;
	parts_begin(bytes, parts_spool(rec->parts));
	c = cur_of(parts_list(rec->parts));
	while (parts_next(&c, &p) == 1)
		if (part_is_new(&again, &has_again, &p))
			parts_add(bytes, &p);
	fresh->payload = str_mk(bytes->p, n);
	fresh->parts = str_mk(bytes->p + n, bytes->n - n);
	fresh->items = 0;	/* of those that are left: not known */
}

int
spool_origin_new(struct spool *s, const struct rec *rec, struct rec *fresh,
    struct buf *bytes, struct err *e)
{
	const uint8_t *id = rec->parts.n > 0 ? parts_spool(rec->parts) :
	    rec->origin.spool;
	struct cur c = cur_of(parts_list(rec->parts));
	struct mark m = { 0 }, at, own = origin_mark(&rec->origin);
	size_t old = 0, n = 0;
	struct part p;
	bool has, had;

	*fresh = *rec;
	if (!rec->has_origin && rec->parts.n == 0)
		return 1;
	if (refresh(s, e) == -1)
		return -1;
	has = had = mark_of(&s->origins, id, rec, &m);
	if (rec->parts.n == 0)
		return !has || above(&own, &m);
	at = m;
	for (; parts_next(&c, &p) == 1; n++)
		old += !part_is_new(&at, &had, &p);
	/* where it cannot be told apart, some comes twice: better than never */
	if (old > 0 && old < n && parts_tight(rec))
		cut_out(rec, m, has, fresh, bytes);
	return old < n || n == 0;
}

void
spool_origin_note(struct spool *s, const struct rec *rec, uint64_t from,
    uint64_t to)
{
	struct origins *t = &s->origins;

	if (!t->loaded || t->seg != s->seg || t->off != from)
		return;		/* it will be read when it matters */
	if (note_rec(t, rec, NULL) == -1) {
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

void
spool_origin_free(struct spool *s)
{
	map_free(&s->origins.keys);
	free(s->origins.v);
	s->origins = (struct origins){ 0 };
}

static void
save_entry(struct buf *b, struct str key, const struct mark *m)
{
	buf_adds(b, str_mk(key.p, ID));
	buf_u64(b, m->segment);
	buf_u64(b, m->offset);
	buf_u32(b, m->upto);
	buf_u16(b, (uint16_t)(key.n - ID));
	buf_adds(b, str_skip(key, ID));
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
	buf_u32(&b, t->keys.n);
	for (uint32_t i = 0; i < t->keys.n; i++)
		save_entry(&b, t->keys.key[i], &t->v[i]);
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
	map_free(&t.keys);
	free(t.v);
	return r;
}
