#include "base/err.h"
#include "block/framecol.h"
#include "block/stripe.h"
#include "block/stripefile.h"
#include "codec/work.h"
#include "codec/zstd.h"

static void
count(struct stripe *s, uint64_t pages, uint64_t read, uint64_t raw)
{
	if (!s->count)
		return;
	__atomic_fetch_add(&s->count->pages, pages, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->count->bytes_read, read, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->count->bytes_raw, raw, __ATOMIC_RELAXED);
}

/* The file's bytes [at, at + n) of the stripe, in the thread's read buffer. */
static int
read_bytes(struct stripe *s, uint64_t at, size_t n, struct str *out,
    struct err *e)
{
	char *p = work_room(&work()->read, n + 8);

	*out = str_mk(p, n);
	count(s, 0, n, 0);
	return block_pread(s->block, p, n, s->at + at, e);
}

/* A packed page's payload: read once, kept in the stripe's arena. */
static int
get_pack(struct stripe *s, uint32_t no, struct str *out, struct err *e)
{
	const struct pack_entry *p = &s->dir.pack[no];
	struct str item;

	if (!s->pack)
		s->pack = arena_zero(s->mem, struct str, s->dir.packs);
	if (!s->pack[no].p) {
		if (read_bytes(s, p->at, p->size, &item, e) == -1)
			return -1;
		if (item_get(item, s->mem, out, e) == -1)
			return err_in(e, "packed page %u", no);
		if (out->n != p->raw)
			return err_set(e, ERR_CORRUPT, "packed page %u: %zu "
			    "bytes, not %u", no, out->n, p->raw);
		if (out->p >= item.p && out->p < item.p + item.n)
			*out = arena_str(s->mem, *out);
		s->pack[no] = *out;
		count(s, 1, 0, out->n);
	}
	*out = s->pack[no];
	return 0;
}

/* Which part of the column: 0 the index, 1 the dictionary, 2 + k page k. */
static void
part_place(const struct place *p, unsigned part, uint64_t *at, uint32_t *n)
{
	*at = p->at;
	*n = p->index;
	if (part > 0) {
		*at += p->index;
		*n = p->dict;
	}
	if (part > 1)
		*at += p->dict;
	for (unsigned k = 0; part > 1 && k <= part - 2; k++) {
		*at += k > 0 ? p->page[k - 1] : 0;
		*n = p->page[k];
	}
}

/* `keep`: the payload will be pointed into; else it holds till the next. */
static int
get_part(struct stripe *s, const struct place *p, unsigned part, bool keep,
    struct arena *a, struct str *out, struct err *e)
{
	uint64_t at;
	uint32_t n;
	struct str b;

	part_place(p, part, &at, &n);
	if (p->packed) {
		if (get_pack(s, p->pack, &b, e) == -1)
			return -1;
		*out = str_mk(b.p + at, n);
		return 0;
	}
	if (read_bytes(s, at, n, &b, e) == -1)
		return -1;
	if (item_get(b, a, out, e) == -1)
		return -1;
	if (keep && out->n > 0 && out->p >= b.p && out->p < b.p + b.n)
		*out = arena_str(a, *out);
	return 0;
}

static int
get_page(struct stripe *s, uint32_t col, uint32_t page,
    const struct page_out *o, struct arena *a, struct err *e)
{
	const struct col_entry *ce = &s->dir.col[col];
	struct str payload;

	if (get_part(s, &ce->place, 2 + page, o->plain != NULL, a, &payload, e) == -1)
		return -1;
	count(s, 1, 0, payload.n);
	return page_decode(payload, page * PAGE_ROWS,
	    page_rows(ce->col.rows, page), o, a, e);
}

static int
get_dict(struct stripe *s, uint32_t col, struct arena *a, struct str **dict,
    struct err *e)
{
	const struct col_entry *ce = &s->dir.col[col];
	struct str payload;

	if (get_part(s, &ce->place, 1, true, a, &payload, e) == -1 ||
	    dict_decode(payload, ce->col.ndict, a, dict, e) == -1)
		return err_in(e, "dictionary");
	return 0;
}

int
stripe_where(const struct stripe *s, uint32_t col, struct err *e)
{
	return err_in(e, "%s: stripe %u: column %.*s", block_path(s->block),
	    s->no, (int)(s->col[col]->name.n < 100 ? s->col[col]->name.n :
	    100), s->col[col]->name.p);
}

/* The arrays the vec needs; rows of pages not wanted stay zero. */
static void
make_out(const struct stripe_col *c, struct arena *a, struct page_out *o,
    struct vec *v)
{
	*o = (struct page_out){ .type = c->type, .ndict = c->ndict };
	*v = (struct vec){ .type = c->type, .rows = c->rows };
	if (c->nulls > 0)
		v->valid = o->valid = arena_zero(a, uint64_t,
		    BITS_WORDS(c->rows));
	switch (c->type) {
	case VEC_INT: case VEC_BOOL: case VEC_F64:
		o->i = arena_zero(a, int64_t, c->rows);
		if (c->type == VEC_F64)
			v->f = (const void *)o->i;
		else
			v->i = o->i;
		break;
	case VEC_FIX8: case VEC_FIX16:
		v->fix = o->fix = arena_get0(a, c->rows,
		    c->type == VEC_FIX8 ? 8 : 16);
		break;
	case VEC_STR: case VEC_ANY:
		if (c->ndict > 0)
			v->code = o->code = arena_zero(a, uint32_t, c->rows);
		else
			o->plain = arena_new(a, struct str, c->rows);
	}
	for (uint32_t r = 0; o->plain && r < c->rows; r++)
		o->plain[r] = S("");
}

int
stripe_load(struct stripe *s, uint32_t col, const uint64_t *pages,
    struct arena *a, struct vec *v, struct err *e)
{
	const struct stripe_col *c = s->col[col];
	struct page_out o;

	if (s->frame) {
		frame_vec(s->frame, col, v);
		return 0;
	}
	make_out(c, a, &o, v);
	if (o.code) {
		struct str *dict;

		if (get_dict(s, col, a, &dict, e) == -1)
			return stripe_where(s, col, e);
		v->dict = dict;
		v->ndict = c->ndict;
	} else if (o.plain) {
		v->dict = o.plain;
		v->ndict = c->rows;
	}
	for (uint32_t p = 0; p < pages_of(c->rows); p++) {
		if (pages && !bit_get(pages, p))
			continue;
		if (get_page(s, col, p, &o, a, e) == -1) {
			err_in(e, "page %u", p);
			return stripe_where(s, col, e);
		}
	}
	return 0;
}

int
stripe_dict(struct stripe *s, uint32_t col, struct arena *a,
    const struct str **dict, uint32_t *n, struct err *e)
{
	struct str *d;
	struct vec v;

	*dict = NULL;
	*n = 0;
	if (!vec_coded(s->col[col]->type))
		return 0;
	if (s->frame) {
		frame_vec(s->frame, col, &v);
		*dict = v.dict;
		*n = v.ndict;
		return 0;
	}
	if (s->col[col]->ndict == 0)
		return 0;
	if (get_dict(s, col, a, &d, e) == -1)
		return stripe_where(s, col, e);
	*dict = d;
	*n = s->col[col]->ndict;
	return 0;
}

int
stripe_blob(struct stripe *s, struct str name, struct arena *a,
    struct str *bytes, struct err *e)
{
	struct str item;

	for (uint32_t k = 0; s->frame && k < s->frame->blobs; k++)
		if (str_eq(s->frame->blob[k].name, name)) {
			*bytes = s->frame->blob[k].bytes;
			return 1;
		}
	for (uint32_t k = 0; !s->frame && k < s->dir.blobs; k++) {
		const struct blob_entry *b = &s->dir.blob[k];

		if (!str_eq(b->name, name))
			continue;
		if (read_bytes(s, b->at, b->size, &item, e) == -1)
			return -1;
		if (item_get(item, a, bytes, e) == -1)
			return err_in(e, "%s: stripe %u: blob %.*s",
			    block_path(s->block), s->no, PS(name));
		*bytes = arena_str(a, *bytes);
		return 1;
	}
	return 0;
}

/* Until there is more to go by, every page may hold the value. */
void
stripe_prune_range(struct stripe *s, uint32_t col, int64_t min, int64_t max,
    uint64_t *pages)
{
	(void)s, (void)col, (void)min, (void)max, (void)pages;
}

int
stripe_prune_value(struct stripe *s, uint32_t col, struct str value,
    uint64_t *pages, struct err *e)
{
	(void)s, (void)col, (void)value, (void)pages, (void)e;
	return 0;
}

int
stripe_check_index(struct stripe *s, uint32_t col, struct arena *a,
    struct err *e)
{
	struct str index;

	if (s->dir.col[col].place.index == 0)
		return 0;
	if (get_part(s, &s->dir.col[col].place, 0, false, a, &index, e) == -1) {
		err_in(e, "index");
		return stripe_where(s, col, e);
	}
	return 0;
}
