#include "base/num.h"
#include "block/format.h"

#define DIR_PACKED	1u
#define DIR_RANGED	2u

static void
put_col(struct buf *b, const struct col_entry *c)
{
	const struct place *p = &c->place;

	buf_varint(b, c->no);
	buf_u8(b, (uint8_t)((p->packed ? DIR_PACKED : 0) |
	    (c->col.ranged ? DIR_RANGED : 0)));
	buf_varint(b, c->col.nulls);
	if (c->col.nulls > 0)
		buf_varint(b, c->valid);
	buf_varint(b, c->col.ndict);
	if (c->col.ranged && c->col.type == VEC_F64) {
		buf_u64(b, num_bits(c->col.min_f));
		buf_u64(b, num_bits(c->col.max_f));
	} else if (c->col.ranged) {
		buf_varint(b, zigzag(c->col.min_i));
		buf_varint(b, zigzag(c->col.max_i));
	}
	if (p->packed)
		buf_varint(b, p->pack);
	buf_varint(b, p->at);
	buf_varint(b, p->index);
	buf_varint(b, p->dict);
	for (uint32_t k = 0; k < p->pages; k++)
		buf_varint(b, p->page[k]);
}

void
dir_put(struct buf *b, const struct stripe_dir *d)
{
	for (unsigned t = 0; t < TABLES_MAX; t++)
		buf_varint(b, d->rows[t]);
	buf_varint(b, d->packs);
	for (uint32_t k = 0; k < d->packs; k++) {
		buf_varint(b, d->pack[k].at);
		buf_varint(b, d->pack[k].size);
		buf_varint(b, d->pack[k].raw);
	}
	buf_varint(b, d->blobs);
	for (uint32_t k = 0; k < d->blobs; k++) {
		buf_varint(b, d->blob[k].name.n);
		buf_adds(b, d->blob[k].name);
		buf_varint(b, d->blob[k].at);
		buf_varint(b, d->blob[k].size);
	}
	buf_varint(b, d->valids);
	for (uint32_t k = 0; k < d->valids; k++) {
		const struct valid_entry *v = &d->valid[k];

		buf_varint(b, v->table);
		buf_varint(b, v->packed ? v->pack + 1 : 0);
		buf_varint(b, v->at);
		buf_varint(b, v->size);
	}
	buf_varint(b, d->cols);
	for (uint32_t k = 0; k < d->cols; k++)
		put_col(b, &d->col[k]);
}

/* A varint at most `max`, or the cursor goes bad. */
static uint32_t
get_max(struct cur *c, uint64_t max)
{
	uint64_t v = cur_varint(c);

	if (v > max)
		c->bad = true;
	return c->bad ? 0 : (uint32_t)v;
}

/* How many things that take so many bytes each, at least. */
static uint32_t
get_count(struct cur *c, size_t each, uint64_t most)
{
	size_t room = cur_left(c) / each;

	return get_max(c, room < most ? room : most);
}

static bool
inside(uint64_t at, uint64_t n, uint64_t size)
{
	return at <= size && n <= size - at;
}

static void
get_range(struct cur *c, struct stripe_col *s)
{
	s->ranged = true;
	if (s->type == VEC_F64) {
		s->min_f = num_of_bits(cur_u64(c));
		s->max_f = num_of_bits(cur_u64(c));
	} else {
		s->min_i = unzigzag(cur_varint(c));
		s->max_i = unzigzag(cur_varint(c));
	}
}

static void
get_place(struct cur *c, const struct stripe_dir *d, uint64_t size,
    struct col_entry *ce)
{
	struct place *p = &ce->place;
	uint64_t all;

	if (p->packed)
		p->pack = get_max(c, d->packs > 0 ? d->packs - 1 : 0);
	p->at = cur_varint(c);
	p->index = get_max(c, ITEM_MAX);
	p->dict = get_max(c, ITEM_MAX);
	all = (uint64_t)p->index + p->dict;
	p->pages = pages_of(ce->col.rows);
	for (uint32_t k = 0; k < p->pages; k++)
		all += p->page[k] = get_max(c, ITEM_MAX);
	ce->col.bytes = all;
	if (p->packed && d->packs > 0)
		size = d->pack[p->pack].raw;
	if ((p->packed && d->packs == 0) || !inside(p->at, all, size))
		c->bad = true;
}

static int
get_col(struct cur *c, const struct footer *f, const struct stripe_dir *d,
    uint64_t size, struct col_entry *ce, struct err *e)
{
	struct stripe_col *s = &ce->col;
	uint64_t no = cur_varint(c);
	uint8_t flags = cur_u8(c);

	if (c->bad || no >= f->cols || flags > 3)
		return err_set(e, ERR_CORRUPT, "column %llu: bad entry",
		    (unsigned long long)no);
	ce->no = (uint32_t)no;
	s->table = f->col[no].table;
	s->type = f->col[no].type;
	s->name = f->col[no].name;
	s->rows = d->rows[s->table];
	s->nulls = get_max(c, s->rows);
	if (s->nulls > 0)
		ce->valid = get_max(c, d->valids);
	s->ndict = get_max(c, DICT_ENTRIES);
	ce->place.packed = flags & DIR_PACKED;
	if (flags & DIR_RANGED)
		get_range(c, s);
	get_place(c, d, size, ce);
	if (s->nulls > 0 && (ce->valid == 0 ||
	    d->valid[ce->valid - 1].table != s->table))
		c->bad = true;
	return c->bad ? err_set(e, ERR_CORRUPT, "column %.*s: bad entry",
	    PS(s->name)) : 0;
}

static void
get_packs(struct cur *c, uint64_t size, struct arena *a, struct stripe_dir *d)
{
	d->packs = get_count(c, 3, PACKS_MAX);
	d->pack = arena_zero(a, struct pack_entry, d->packs);
	for (uint32_t k = 0; k < d->packs; k++) {
		d->pack[k].at = cur_varint(c);
		d->pack[k].size = get_max(c, ITEM_MAX);
		d->pack[k].raw = get_max(c, ITEM_MAX);
		if (!inside(d->pack[k].at, d->pack[k].size, size))
			c->bad = true;
	}
}

static void
get_blobs(struct cur *c, uint64_t size, struct arena *a, struct stripe_dir *d)
{
	d->blobs = get_count(c, 3, BLOBS_MAX);
	d->blob = arena_zero(a, struct blob_entry, d->blobs);
	for (uint32_t k = 0; k < d->blobs; k++) {
		d->blob[k].name = cur_block(c);
		d->blob[k].at = cur_varint(c);
		d->blob[k].size = get_max(c, ITEM_MAX);
		if (!inside(d->blob[k].at, d->blob[k].size, size))
			c->bad = true;
	}
}

static void
get_valids(struct cur *c, uint64_t size, struct arena *a, struct stripe_dir *d)
{
	d->valids = get_count(c, 4, VALIDS_MAX);
	d->valid = arena_zero(a, struct valid_entry, d->valids);
	for (uint32_t k = 0; k < d->valids; k++) {
		struct valid_entry *v = &d->valid[k];

		v->table = get_max(c, TABLES_MAX - 1);
		v->pack = get_max(c, d->packs);
		v->packed = v->pack > 0;
		v->pack -= v->packed;
		v->at = cur_varint(c);
		v->size = get_max(c, ITEM_MAX);
		if (!inside(v->at, v->size, v->packed ? d->pack[v->pack].raw :
		    size))
			c->bad = true;
	}
}

int
dir_get(struct str in, const struct footer *f, uint64_t size,
    struct arena *a, struct stripe_dir *d, struct err *e)
{
	struct cur c = cur_of(in);

	*d = (struct stripe_dir){ 0 };
	for (unsigned t = 0; t < TABLES_MAX; t++)
		d->rows[t] = get_max(&c, STRIPE_ROWS);
	get_packs(&c, size, a, d);
	get_blobs(&c, size, a, d);
	get_valids(&c, size, a, d);
	d->cols = get_max(&c, cur_left(&c) / 6);
	d->col = arena_zero(a, struct col_entry, d->cols);
	for (uint32_t k = 0; k < d->cols; k++)
		if (get_col(&c, f, d, size, &d->col[k], e) == -1)
			return -1;
	if (c.bad || cur_left(&c) > 0)
		return err_set(e, ERR_CORRUPT, "directory: not well formed");
	return 0;
}
