#include <fcntl.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/io.h"
#include "block/block.h"
#include "block/encode.h"
#include "block/format.h"
#include "block/frame.h"
#include "block/stripefile.h"
#include "codec/crc.h"
#include "codec/nulls.h"
#include "codec/work.h"

#define WRITE_CHUNK	((size_t)1 << 20)
#define ITEM_LARGE	((size_t)8 << 20)	/* written from where it lies */
#define PACK_CLOSE	((size_t)32 << 10)	/* of packed columns */
#define LEVEL_PAGE	3
#define LEVEL_TEXT	3

struct block_writer {
	char *path, *tmp;
	int fd;
	uint64_t at;		/* file offset of what comes next */
	struct buf out;		/* not yet written */
	struct arena mem;	/* names and directories */
	struct map names;	/* columns of the block */
	struct footer foot;
	uint32_t stripe_cap, col_cap, section_cap;
	struct encoder en;
	/* the stripe being written */
	uint64_t stripe_at;
	struct stripe_dir dir;
	uint32_t dir_cap, pack_cap;
	uint32_t valid_cap;
	struct map valids;	/* table and bits -> which */
	struct buf pack, dir_bytes, scratch;
	unsigned pack_table;
};

struct block_writer *
block_create(const char *path, struct err *e)
{
	struct block_writer *w = xcalloc(1, sizeof *w);

	w->path = (char *)arena_str(&w->mem, str_of(path)).p;
	w->tmp = (char *)arena_printf(&w->mem, "%s.tmp", path).p;
	w->fd = io_open(w->tmp, O_WRONLY | O_CREAT | O_TRUNC, e);
	if (w->fd == -1) {
		arena_free(&w->mem);
		free(w);
		return NULL;
	}
	encoder_init(&w->en);
	buf_add(&w->out, BLOCK_MAGIC, 8);
	buf_u32(&w->out, BLOCK_VERSION);
	buf_u32(&w->out, crc32c(0, w->out.p, 12));
	return w;
}

static uint64_t
here(const struct block_writer *w)
{
	return w->at + w->out.n;
}

static int
write_out(struct block_writer *w, struct str bytes, struct err *e)
{
	if (io_write(w->fd, bytes.p, bytes.n, e) == -1)
		return err_in(e, "%s", w->tmp);
	w->at += bytes.n;
	return 0;
}

static int
flush(struct block_writer *w, size_t atleast, struct err *e)
{
	int r = w->out.n < atleast ? 0 : write_out(w, buf_str(&w->out), e);

	if (w->out.n >= atleast)
		buf_reset(&w->out);
	return r;
}

/* An item; a large one is not copied once more on its way. */
static int
put_item(struct block_writer *w, struct str payload, const struct cuts *cuts,
    int level, uint32_t *size, struct err *e)
{
	uint64_t from = here(w);
	struct str body;
	uint32_t crc;

	if (payload.n < ITEM_LARGE) {
		*size = item_put(&w->out, payload, cuts, level);
		return flush(w, WRITE_CHUNK, e);
	}
	crc = item_begin(&w->out, payload, cuts, level, &body);
	if (flush(w, 1, e) == -1 || write_out(w, body, e) == -1)
		return -1;
	buf_u32(&w->out, crc);
	*size = (uint32_t)(here(w) - from);
	work_trim();
	return 0;
}

static void
writer_free(struct block_writer *w)
{
	encoder_free(&w->en);
	buf_free(&w->out);
	buf_free(&w->pack);
	buf_free(&w->dir_bytes);
	buf_free(&w->scratch);
	map_free(&w->valids);
	map_free(&w->names);
	free(w->foot.col);
	free(w->foot.stripe);
	free(w->foot.section);
	free(w->dir.col);
	free(w->dir.pack);
	free(w->dir.valid);
	arena_free(&w->mem);
	free(w);
}

void
block_abort(struct block_writer *w)
{
	if (!w)
		return;
	if (w->fd != -1)
		io_close(w->fd, NULL);
	io_unlink(w->tmp, NULL);
	writer_free(w);
}

uint64_t
block_written(const struct block_writer *w)
{
	return here(w);
}

uint32_t
block_cols(const struct block_writer *w)
{
	return w->foot.cols;
}

/* Room for one more of an array. */
static void *
more(void *p, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return p;
	*cap = *cap > 0 ? *cap * 2 : 32;
	return xrealloc(p, *cap, size);
}

/* The column's number in the block. */
static int
column_no(struct block_writer *w, const struct stripe_col *s, uint32_t *no,
    struct err *e)
{
	char head[2] = { (char)s->table, (char)s->type };
	struct buf key = { 0 };
	bool fresh;

	if (s->name.n > NAME_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "column name of %zu bytes: over "
		    "the limit of %u", s->name.n, NAME_MAX_BYTES);
	buf_add(&key, head, 2);
	buf_adds(&key, s->name);
	*no = map_add(&w->names, buf_str(&key), &fresh);
	buf_free(&key);
	if (!fresh)
		return 0;
	if (*no == COLUMNS_MAX)
		return err_set(e, ERR_LIMIT, "more than %u columns",
		    COLUMNS_MAX);
	w->foot.col = more(w->foot.col, *no, &w->col_cap,
	    sizeof *w->foot.col);
	w->foot.col[*no] = (struct column_name){ s->table, s->type,
	    str_skip(w->names.key[*no], 2) };
	w->foot.cols = *no + 1;
	return 0;
}

static int
close_pack(struct block_writer *w, struct err *e)
{
	struct stripe_dir *d = &w->dir;
	struct pack_entry *p;

	if (w->pack.n == 0)
		return 0;
	d->pack = more(d->pack, d->packs, &w->pack_cap, sizeof *d->pack);
	p = &d->pack[d->packs++];
	p->at = here(w) - w->stripe_at;
	p->raw = (uint32_t)w->pack.n;
	int r = put_item(w, buf_str(&w->pack), NULL, LEVEL_TEXT, &p->size, e);

	buf_reset(&w->pack);
	return r;
}

/* Room in a packed page for something of this table: closes a full one. */
static int
open_pack(struct block_writer *w, unsigned table, struct err *e)
{
	if ((w->pack.n >= PACK_CLOSE || w->pack_table != table) &&
	    close_pack(w, e) == -1)
		return -1;
	w->pack_table = table;
	return 0;
}

/* Which rows have a value: an entry of its own, or one that is the same. */
static int
put_valid(struct block_writer *w, uint32_t *which, struct err *e)
{
	const struct stripe_col *s = &w->en.stat;
	struct stripe_dir *d = &w->dir;
	struct valid_entry *v;
	bool fresh;

	buf_reset(&w->scratch);
	buf_u8(&w->scratch, (uint8_t)s->table);
	buf_add(&w->scratch, w->en.bits, BITS_WORDS(s->rows) * 8);
	*which = map_add(&w->valids, buf_str(&w->scratch), &fresh) + 1;
	if (!fresh)
		return 0;
	d->valid = more(d->valid, d->valids, &w->valid_cap,
	    sizeof *d->valid);
	v = &d->valid[d->valids++];
	*v = (struct valid_entry){ .table = s->table };
	buf_reset(&w->scratch);
	nulls_pack(&w->scratch, w->en.bits, s->rows);
	v->packed = w->scratch.n < PACK_UNDER;
	if (!v->packed) {
		v->at = here(w) - w->stripe_at;
		return put_item(w, buf_str(&w->scratch), NULL, LEVEL_TEXT,
		    &v->size, e);
	}
	if (open_pack(w, s->table, e) == -1)
		return -1;
	v->pack = d->packs;
	v->at = w->pack.n;
	v->size = (uint32_t)w->scratch.n;
	buf_adds(&w->pack, buf_str(&w->scratch));
	return 0;
}

static int
put_packed(struct block_writer *w, struct place *p, struct err *e)
{
	struct encoder *en = &w->en;

	if (open_pack(w, en->stat.table, e) == -1)
		return -1;
	p->packed = true;
	p->pack = w->dir.packs;
	p->at = w->pack.n;
	p->index = (uint32_t)en->index.n;
	p->dict = (uint32_t)en->dict.n;
	buf_adds(&w->pack, buf_str(&en->index));
	buf_adds(&w->pack, buf_str(&en->dict));
	for (uint32_t k = 0; k < en->pages; k++) {
		p->page[k] = (uint32_t)en->page[k].n;
		buf_adds(&w->pack, buf_str(&en->page[k]));
	}
	return 0;
}

static int
put_own(struct block_writer *w, struct place *p, struct err *e)
{
	struct encoder *en = &w->en;
	bool fix = en->stat.type == VEC_FIX8 || en->stat.type == VEC_FIX16;
	int level = fix ? 0 : en->plain ? LEVEL_TEXT : LEVEL_PAGE;

	p->at = here(w) - w->stripe_at;
	if (en->index.n > 0 && put_item(w, buf_str(&en->index), NULL,
	    en->filtered ? 0 : LEVEL_PAGE, &p->index, e) == -1)
		return -1;
	if (en->dict.n > 0 && put_item(w, buf_str(&en->dict), NULL, LEVEL_TEXT,
	    &p->dict, e) == -1)
		return -1;
	for (uint32_t k = 0; k < en->pages; k++)
		if (put_item(w, buf_str(&en->page[k]), &en->cuts[k], level,
		    &p->page[k], e) == -1)
			return -1;
	return 0;
}

static int
put_column(struct block_writer *w, const struct frame_column *c,
    uint32_t from, uint32_t to, struct err *e)
{
	struct encoder *en = &w->en;
	struct col_entry *ce;
	size_t all;

	if (!encode_column(en, c, from, to))
		return 0;
	w->dir.col = more(w->dir.col, w->dir.cols, &w->dir_cap,
	    sizeof *w->dir.col);
	ce = &w->dir.col[w->dir.cols++];
	*ce = (struct col_entry){ .col = en->stat };
	ce->place.pages = en->pages;
	if (column_no(w, &en->stat, &ce->no, e) == -1 ||
	    (en->stat.nulls > 0 && put_valid(w, &ce->valid, e) == -1))
		return -1;
	all = en->index.n + en->dict.n;
	for (uint32_t k = 0; k < en->pages; k++) {
		if (en->page[k].n > ITEM_MAX)
			return err_set(e, ERR_LIMIT, "column %.*s: a page of "
			    "%zu bytes: over the limit", PS(c->name),
			    en->page[k].n);
		all += en->page[k].n;
	}
	return all < PACK_UNDER ? put_packed(w, &ce->place, e) :
	    put_own(w, &ce->place, e);
}

static int
put_blobs(struct block_writer *w, struct frame *f, struct err *e)
{
	struct stripe_dir *d = &w->dir;

	if (f->blobs > BLOBS_MAX)
		return err_set(e, ERR_LIMIT, "more than %u blobs", BLOBS_MAX);
	d->blob = arena_zero(&w->mem, struct blob_entry, f->blobs);
	for (uint32_t k = 0; k < f->blobs; k++) {
		d->blob[k].name = f->blob[k].name;
		d->blob[k].at = here(w) - w->stripe_at;
		if (put_item(w, f->blob[k].bytes, NULL, LEVEL_TEXT,
		    &d->blob[k].size, e) == -1)
			return -1;
	}
	d->blobs = f->blobs;
	return 0;
}

static void
stripe_begin(struct block_writer *w)
{
	w->stripe_at = here(w);
	w->dir.cols = w->dir.packs = w->dir.blobs = w->dir.valids = 0;
	map_reset(&w->valids);
	memset(w->dir.rows, 0, sizeof w->dir.rows);
	buf_reset(&w->pack);
}

static int
stripe_end(struct block_writer *w, struct err *e)
{
	struct stripe_entry *s;

	if (w->foot.stripes == STRIPES_MAX)
		return err_set(e, ERR_LIMIT, "more than %u stripes",
		    STRIPES_MAX);
	w->foot.stripe = more(w->foot.stripe, w->foot.stripes,
	    &w->stripe_cap, sizeof *w->foot.stripe);
	s = &w->foot.stripe[w->foot.stripes++];
	buf_reset(&w->dir_bytes);
	dir_put(&w->dir_bytes, &w->dir);
	s->at = w->stripe_at;
	s->size = here(w) - w->stripe_at;
	s->dir = arena_str(&w->mem, buf_str(&w->dir_bytes));
	return 0;
}

int
block_put(struct block_writer *w, struct frame *f, const struct range32 *r,
    struct err *e)
{
	struct range32 all[TABLES_MAX] = { 0 };

	for (unsigned t = 0; t < f->tables; t++) {
		all[t] = r ? r[t] : (struct range32){ 0, f->rows[t] };
		if (all[t].from > all[t].to || all[t].to > f->rows[t])
			die("block_put: table %u: rows %u to %u of %u", t,
			    all[t].from, all[t].to, f->rows[t]);
		if (all[t].to - all[t].from > STRIPE_ROWS)
			return err_set(e, ERR_LIMIT, "table %u: %u rows: over "
			    "the limit of %u", t, all[t].to - all[t].from,
			    STRIPE_ROWS);
	}
	stripe_begin(w);
	for (unsigned t = 0; t < f->tables; t++)
		w->dir.rows[t] = all[t].to - all[t].from;
	for (uint32_t k = 0; k < f->cols; k++) {
		struct frame_column *c = f->col[k];

		frame_level(f, c);
		if (put_column(w, c, all[c->table].from, all[c->table].to,
		    e) == -1)
			return -1;
	}
	if (close_pack(w, e) == -1 || put_blobs(w, f, e) == -1)
		return -1;
	return stripe_end(w, e);
}

int
block_copy(struct block_writer *w, struct stripe *s, struct err *e)
{
	const struct stripe_dir *d = stripe_dir_of(s);

	stripe_begin(w);
	memcpy(w->dir.rows, d->rows, sizeof d->rows);
	for (uint32_t k = 0; k < d->packs; k++) {
		w->dir.pack = more(w->dir.pack, k, &w->pack_cap,
		    sizeof *w->dir.pack);
		w->dir.pack[w->dir.packs++] = d->pack[k];
	}
	for (uint32_t k = 0; k < d->cols; k++) {
		struct col_entry *ce;

		w->dir.col = more(w->dir.col, k, &w->dir_cap,
		    sizeof *w->dir.col);
		ce = &w->dir.col[w->dir.cols++];
		*ce = d->col[k];
		if (column_no(w, &ce->col, &ce->no, e) == -1)
			return -1;
	}
	for (uint32_t k = 0; k < d->valids; k++) {
		w->dir.valid = more(w->dir.valid, k, &w->valid_cap,
		    sizeof *w->dir.valid);
		w->dir.valid[w->dir.valids++] = d->valid[k];
	}
	w->dir.blob = d->blob;
	w->dir.blobs = d->blobs;
	if (stripe_bytes(s, &w->out, e) == -1 ||
	    flush(w, WRITE_CHUNK, e) == -1)
		return -1;
	return stripe_end(w, e);
}

static int
put_raw(struct block_writer *w, struct section_entry *s, struct str bytes,
    struct err *e)
{
	for (size_t at = 0; at < bytes.n; at += s->unit) {
		size_t n = bytes.n - at < s->unit ? bytes.n - at : s->unit;

		buf_add(&w->out, bytes.p + at, n);
		buf_u32(&w->out, crc32c(0, bytes.p + at, n));
		if (flush(w, WRITE_CHUNK, e) == -1)
			return -1;
	}
	return 0;
}

int
block_section(struct block_writer *w, struct str name, struct str bytes,
    bool raw, uint32_t unit, struct err *e)
{
	struct section_entry *s;
	uint32_t size;

	if (w->foot.sections == SECTIONS_MAX || name.n > NAME_MAX_BYTES ||
	    bytes.n > ITEM_MAX || unit > UNIT_MAX)
		return err_set(e, ERR_LIMIT, "section %.*s of %zu bytes: over "
		    "the limit", (int)(name.n < 100 ? name.n : 100), name.p,
		    bytes.n);
	w->foot.section = more(w->foot.section, w->foot.sections,
	    &w->section_cap, sizeof *s);
	s = &w->foot.section[w->foot.sections++];
	*s = (struct section_entry){ .name = arena_str(&w->mem, name),
	    .raw = raw, .at = here(w), .size = bytes.n };
	if (raw) {
		s->unit = unit > 0 ? unit : bytes.n > 0 ?
		    (uint32_t)bytes.n : 1;
		if (put_raw(w, s, bytes, e) == -1)
			return -1;
	} else if (put_item(w, bytes, NULL, LEVEL_TEXT, &size, e) == -1) {
		return -1;
	}
	s->stored = here(w) - s->at;
	return flush(w, WRITE_CHUNK, e);
}

static void
put_footer(struct block_writer *w, const struct block_info *info,
    uint64_t *footer_at)
{
	uint64_t at = here(w);
	size_t from = w->out.n, tail;

	w->foot.info = *info;
	footer_put(&w->out, &w->foot);
	tail = w->out.n;
	buf_u64(&w->out, at);
	buf_u32(&w->out, (uint32_t)(tail - from));
	buf_u32(&w->out, crc32c(0, w->out.p + from, tail - from));
	buf_u32(&w->out, BLOCK_VERSION);
	buf_u32(&w->out, crc32c(0, w->out.p + tail, 20));
	buf_add(&w->out, BLOCK_MAGIC, 8);
	if (footer_at)
		*footer_at = at;
}

static int
sync_dir_of(struct block_writer *w, struct err *e)
{
	const char *slash = strrchr(w->path, '/');

	if (!slash)
		return io_sync_dir(".", e);
	return io_sync_dir(arena_str(&w->mem, str_mk(w->path,
	    slash == w->path ? 1 : (size_t)(slash - w->path))).p, e);
}

int
block_finish(struct block_writer *w, const struct block_info *info,
    uint64_t *footer_at, struct err *e)
{
	int r;

	put_footer(w, info, footer_at);
	r = flush(w, 1, e);
	if (r == 0 && io_sync(w->fd, e) == -1)
		r = err_in(e, "%s", w->tmp);
	if (io_close(w->fd, r == 0 ? e : NULL) == -1)
		r = -1;
	w->fd = -1;
	if (r == 0)
		r = io_rename(w->tmp, w->path, e);
	if (r == 0)
		r = sync_dir_of(w, e);
	if (r == 0)
		writer_free(w);
	else
		block_abort(w);
	return r;
}
