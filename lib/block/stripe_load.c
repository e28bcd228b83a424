#include "base/err.h"
#include "block/framecol.h"
#include "block/part.h"
#include "block/stripe.h"
#include "block/stripefile.h"

int
stripe_where(const struct stripe *s, uint32_t col, struct err *e)
{
	struct str name = s->col[col]->name;

	if (s->frame)
		return err_in(e, "column %.*s", PS(name));
	return err_in(e, "%s: stripe %u: column %.*s", block_path(s->block),
	    s->no, (int)(name.n < 100 ? name.n : 100), name.p);
}

/*
 * The dictionary of the column. One that lies in the stripe's own arena is
 * remembered for the next who asks with it; others may end before the stripe.
 */
static int
get_dict(struct stripe *s, uint32_t col, struct arena *a,
    const struct str **dict, struct err *e)
{
	struct str payload, *d;

	if (a == s->mem && s->dict && s->dict[col]) {
		*dict = s->dict[col];
		return 0;
	}
	if (part_get(s, col, PART_DICT, a, &payload, e) == -1 ||
	    dict_decode(payload, s->col[col]->ndict, a, &d, e) == -1)
		return err_in(e, "dictionary");
	*dict = d;
	if (a != s->mem)
		return 0;
	if (!s->dict)
		s->dict = arena_zero(a, struct str *, s->ncols);
	s->dict[col] = d;
	return 0;
}

static int
get_page(struct stripe *s, uint32_t col, uint32_t page,
    const struct page_out *o, struct arena *a, struct err *e)
{
	struct str payload;

	/* plain strings point into the payload */
	if (part_get(s, col, PART_PAGE + page, o->plain ? a : NULL, &payload,
	    e) == -1 || page_decode(payload, page * PAGE_ROWS,
	    page_rows(s->col[col]->rows, page), o, e) == -1)
		return err_in(e, "page %u", page);
	return 0;
}

enum fill { FILL_NONE, FILL_NULLS, FILL_PAGES };

/*
 * The arrays the vec needs. Those that pages may leave out rows of are zeros:
 * null rows (memory used before is the fastest), and pages not wanted (from
 * the system, which has it zeroed and only gives what is touched).
 */
static void
make_out(const struct stripe_col *c, enum fill fill, struct arena *a,
    struct page_out *o, struct vec *v)
{
	size_t width = vec_width(c->type);
	void *p;

	if (vec_coded(c->type) && c->ndict == 0) {
		o->plain = arena_new(a, struct str, c->rows);
		for (uint32_t r = 0; fill != FILL_NONE && r < c->rows; r++)
			o->plain[r] = S("");
		return;
	}
	p = fill == FILL_PAGES ? arena_get0(a, c->rows, width) :
	    arena_get(a, c->rows, width);
	if (fill == FILL_NULLS)
		memset(p, 0, c->rows * width);
	switch (c->type) {
	case VEC_INT: case VEC_BOOL: v->i = o->i = p; break;
	case VEC_F64: v->f = p; o->i = p; break;
	case VEC_FIX8: case VEC_FIX16: v->fix = o->fix = p; break;
	case VEC_STR: case VEC_ANY: v->code = o->code = p;
	}
}

/* The vec lives as long as `a`, which may be longer than the stripe. */
static const uint64_t *
bits_in(struct stripe *s, const uint64_t *bits, uint32_t rows,
    struct arena *a)
{
	uint64_t *copy;

	if (!bits || a == s->mem)
		return bits;
	copy = arena_new(a, uint64_t, BITS_WORDS(rows));
	return memcpy(copy, bits, BITS_WORDS(rows) * sizeof *copy);
}

static enum fill
fill_of(const struct stripe_col *c, const uint64_t *pages,
    const uint64_t *valid)
{
	for (uint32_t p = 0; pages && p < pages_of(c->rows); p++)
		if (!bit_get(pages, p))
			return FILL_PAGES;
	return valid ? FILL_NULLS : FILL_NONE;
}

static int
load(struct stripe *s, uint32_t col, const uint64_t *pages, struct arena *a,
    struct vec *v, struct err *e)
{
	const struct stripe_col *c = s->col[col];
	struct page_out o = { .type = c->type, .ndict = c->ndict };

	*v = (struct vec){ .type = c->type, .rows = c->rows };
	if (part_valid(s, col, &o.valid, e) == -1)
		return -1;
	make_out(c, fill_of(c, pages, o.valid), a, &o, v);
	v->valid = bits_in(s, o.valid, c->rows, a);
	v->dict = o.plain;
	v->ndict = o.plain ? c->rows : c->ndict;
	if (o.code && get_dict(s, col, a, &v->dict, e) == -1)
		return -1;
	for (uint32_t p = 0; p < pages_of(c->rows); p++)
		if ((!pages || bit_get(pages, p)) &&
		    get_page(s, col, p, &o, a, e) == -1)
			return -1;
	return 0;
}

int
stripe_load(struct stripe *s, uint32_t col, const uint64_t *pages,
    struct arena *a, struct vec *v, struct err *e)
{
	if (s->frame) {
		frame_vec(s->frame, col, v);
		return 0;
	}
	return load(s, col, pages, a, v, e) == -1 ? stripe_where(s, col, e) :
	    0;
}

int
stripe_dict(struct stripe *s, uint32_t col, struct arena *a,
    const struct str **dict, uint32_t *n, struct err *e)
{
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
	if (get_dict(s, col, a, dict, e) == -1)
		return stripe_where(s, col, e);
	*n = s->col[col]->ndict;
	return 0;
}

int
stripe_blob(struct stripe *s, struct str name, struct arena *a,
    struct str *bytes, struct err *e)
{
	for (uint32_t k = 0; s->frame && k < s->frame->blobs; k++)
		if (str_eq(s->frame->blob[k].name, name)) {
			*bytes = s->frame->blob[k].bytes;
			return 1;
		}
	for (uint32_t k = 0; !s->frame && k < s->dir.blobs; k++) {
		if (!str_eq(s->dir.blob[k].name, name))
			continue;
		if (part_blob(s, &s->dir.blob[k], a, bytes, e) == -1)
			return err_in(e, "%s: stripe %u: blob %.*s",
			    block_path(s->block), s->no, (int)(name.n < 100 ?
			    name.n : 100), name.p);
		return 1;
	}
	return 0;
}
