#include "block/part.h"

#include "codec/nulls.h"
#include "codec/work.h"

static void
count_read(struct stripe *s, uint64_t pages, uint64_t read, uint64_t raw)
{
	if (!s->count)
		return;
	__atomic_fetch_add(&s->count->pages, pages, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->count->bytes_read, read, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->count->bytes_raw, raw, __ATOMIC_RELAXED);
}

/* An item of the stripe: read, checked, and unpacked into `a`, if any. */
static int
get_item(struct stripe *s, uint64_t at, size_t n, struct arena *a,
    struct str *out, struct err *e)
{
	struct work *w = work();
	char *p = work_room(&w->read, n);

	count_read(s, 0, n, 0);
	if (block_pread(s->block, p, n, s->at + at, e) == -1 ||
	    item_get(str_mk(p, n), a, &w->raw, out, e) == -1)
		return -1;
	/* a plain item is a slice of what was read */
	if (a && out->p >= p && out->p < p + n)
		*out = arena_str(a, *out);
	return 0;
}

static int
get_pack(struct stripe *s, uint32_t no, struct str *out, struct err *e)
{
	const struct pack_entry *p = &s->dir.pack[no];

	if (!s->pack)
		s->pack = arena_zero(s->mem, struct str, s->dir.packs);
	if (!s->pack[no].p) {
		if (get_item(s, p->at, p->size, s->mem, out, e) == -1)
			return err_in(e, "packed page %u", no);
		if (out->n != p->raw)
			return err_set(e, ERR_CORRUPT, "packed page %u: %zu "
			    "bytes, not %u", no, out->n, p->raw);
		s->pack[no] = *out;
		count_read(s, 1, 0, out->n);
	}
	*out = s->pack[no];
	return 0;
}

static int
get_slice(struct stripe *s, uint32_t pack, uint64_t at, size_t n,
    struct arena *a, struct str *out, struct err *e)
{
	struct str all;

	if (get_pack(s, pack, &all, e) == -1)
		return -1;
	*out = str_mk(all.p + at, n);
	if (a && a != s->mem)
		*out = arena_str(a, *out);
	return 0;
}

static void
tell(const struct stripe *s, uint32_t col, uint64_t pages, uint64_t bytes)
{
	if (s->count && s->count->column)
		s->count->column(s->count->column_arg, s->col[col], pages,
		    bytes);
}

int
part_get(struct stripe *s, uint32_t col, unsigned part, struct arena *a,
    struct str *out, struct err *e)
{
	const struct place *p = &s->dir.col[col].place;
	uint64_t at = p->at;
	uint32_t n = p->index;

	if (part >= PART_DICT) {
		at += p->index;
		n = p->dict;
	}
	if (part >= PART_PAGE) {
		at += p->dict;
		for (unsigned k = 0; k < part - PART_PAGE; k++)
			at += p->page[k];
		n = p->page[part - PART_PAGE];
	}
	tell(s, col, part >= PART_PAGE, n);
	if (p->packed)
		return get_slice(s, p->pack, at, n, a, out, e);
	if (get_item(s, at, n, a, out, e) == -1)
		return -1;
	count_read(s, 1, 0, out->n);
	return 0;
}

static int
get_valid(struct stripe *s, uint32_t which, uint32_t nulls, struct err *e)
{
	const struct valid_entry *v = &s->dir.valid[which];
	uint32_t rows = s->dir.rows[v->table], set;
	uint64_t *bits = arena_new(s->mem, uint64_t, BITS_WORDS(rows));
	struct str payload;
	struct cur c;

	if (v->packed ? get_slice(s, v->pack, v->at, v->size, NULL, &payload,
	    e) == -1 : get_item(s, v->at, v->size, NULL, &payload, e) == -1)
		return -1;
	c = cur_of(payload);
	if (!nulls_unpack(&c, bits, rows, &set) || cur_left(&c) > 0)
		return err_set(e, ERR_CORRUPT, "not well formed");
	if (set != rows - nulls)
		return err_set(e, ERR_CORRUPT, "%u rows with a value, not %u",
		    set, rows - nulls);
	s->valid[which] = bits;
	return 0;
}

int
part_valid(struct stripe *s, uint32_t col, const uint64_t **bits,
    struct err *e)
{
	const struct col_entry *ce = &s->dir.col[col];

	*bits = NULL;
	if (ce->valid == 0)
		return 0;
	if (!s->valid)
		s->valid = arena_zero(s->mem, uint64_t *, s->dir.valids);
	if (!s->valid[ce->valid - 1] && get_valid(s, ce->valid - 1,
	    ce->col.nulls, e) == -1)
		return err_in(e, "null bits");
	*bits = s->valid[ce->valid - 1];
	return 0;
}

int
part_blob(struct stripe *s, const struct blob_entry *b, struct arena *a,
    struct str *out, struct err *e)
{
	return get_item(s, b->at, b->size, a, out, e);
}
