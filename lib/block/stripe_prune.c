#include "base/err.h"
#include "base/hash.h"
#include "base/num.h"
#include "block/framecol.h"
#include "block/part.h"
#include "block/stripe.h"
#include "codec/filter.h"

static void
get_entry(struct cur *c, enum vec_type type, struct page_entry *x)
{
	uint8_t flags;

	*x = (struct page_entry){ .nulls = (uint32_t)cur_varint(c) };
	flags = cur_u8(c);
	x->ranged = flags & INDEX_RANGE;
	if (flags > (INDEX_RANGE | INDEX_FILTER))
		c->bad = true;
	if (x->ranged && type == VEC_F64) {
		x->min_f = num_of_bits(cur_u64(c));
		x->max_f = num_of_bits(cur_u64(c));
	} else if (x->ranged && (type == VEC_FIX8 || type == VEC_FIX16)) {
		x->range_b = cur_bytes(c, 16).p;
	} else if (x->ranged) {
		x->min_i = unzigzag(cur_varint(c));
		x->max_i = unzigzag(cur_varint(c));
	}
	if (flags & INDEX_FILTER)
		x->filter = cur_block(c);
}

int
stripe_index(struct stripe *s, uint32_t col, struct page_entry out[PAGES_MAX],
    uint32_t *n, struct err *e)
{
	const struct place *p = &s->dir.col[col].place;
	struct str payload;
	struct cur c;

	*n = 0;
	if (p->index == 0)
		return 0;
	if (part_get(s, col, PART_INDEX, NULL, &payload, e) == -1)
		return err_in(e, "index");
	c = cur_of(payload);
	for (uint32_t k = 0; k < p->pages; k++)
		get_entry(&c, s->col[col]->type, &out[k]);
	if (c.bad || cur_left(&c) > 0)
		return err_set(e, ERR_CORRUPT, "index: not well formed");
	*n = p->pages;
	return 0;
}

int
stripe_check_index(struct stripe *s, uint32_t col, struct err *e)
{
	struct page_entry x[PAGES_MAX];
	uint32_t n;

	return stripe_index(s, col, x, &n, e) == -1 ? stripe_where(s, col, e) :
	    0;
}

static void
clear(struct stripe *s, uint64_t *pages, uint32_t page)
{
	uint64_t bit = UINT64_C(1) << page % 64;

	if (s->count && (pages[page / 64] & bit))
		__atomic_fetch_add(&s->count->pages_skipped, 1,
		    __ATOMIC_RELAXED);
	pages[page / 64] &= ~bit;
}

static bool
apart(bool f64, int64_t min, int64_t max, int64_t min_i, int64_t max_i,
    double min_f, double max_f)
{
	return f64 ? max_f < (double)min || min_f > (double)max :
	    max_i < min || min_i > max;
}

void
stripe_prune_range(struct stripe *s, uint32_t col, int64_t min, int64_t max,
    uint64_t *pages)
{
	const struct stripe_col *c = s->col[col];
	bool f64 = c->type == VEC_F64;
	struct page_entry x[PAGES_MAX];
	uint32_t n;

	if (c->type != VEC_INT && c->type != VEC_BOOL && !f64)
		return;
	if (c->ranged && apart(f64, min, max, c->min_i, c->max_i, c->min_f,
	    c->max_f)) {
		for (uint32_t p = 0; p < pages_of(c->rows); p++)
			clear(s, pages, p);
		return;
	}
	/* an index that cannot be read prunes nothing; the load will say */
	if (s->frame || stripe_index(s, col, x, &n, NULL) == -1)
		return;
	for (uint32_t p = 0; p < n; p++)
		if (x[p].ranged ? apart(f64, min, max, x[p].min_i,
		    x[p].max_i, x[p].min_f, x[p].max_f) :
		    x[p].nulls == page_rows(c->rows, p))
			clear(s, pages, p);
}

/* The value's code: 1, 0 not in the dictionary, -1. */
static int
find_code(struct stripe *s, uint32_t col, struct str value, uint32_t *code,
    struct err *e)
{
	const struct str *dict;
	struct arena a = { 0 };
	uint32_t n, k;
	int r = stripe_dict(s, col, &a, &dict, &n, e);

	for (k = 0; r == 0 && k < n && !str_eq(dict[k], value); k++)
		;
	*code = k;
	arena_free(&a);
	return r == -1 ? -1 : k < n;
}

static bool
may_hold(const struct page_entry *x, enum vec_type type, struct str value,
    uint32_t code, bool coded)
{
	if (type == VEC_FIX8 || type == VEC_FIX16)
		return x->range_b && memcmp(value.p, x->range_b, 8) >= 0 &&
		    memcmp(value.p, x->range_b + 8, 8) <= 0;
	if (coded)
		return x->ranged && code >= x->min_i && code <= x->max_i;
	return filter_may(x->filter, hash_bytes(value.p, value.n));
}

int
stripe_prune_value(struct stripe *s, uint32_t col, struct str value,
    uint64_t *pages, struct err *e)
{
	const struct stripe_col *c = s->col[col];
	bool coded = vec_coded(c->type) && c->ndict > 0;
	struct page_entry x[PAGES_MAX];
	uint32_t n, code = 0;
	int r = 1;

	if (s->frame || c->type == VEC_INT || c->type == VEC_BOOL ||
	    c->type == VEC_F64)
		return 0;
	if (coded)
		r = find_code(s, col, value, &code, e);
	else if (!vec_coded(c->type) && value.n != (c->type == VEC_FIX8 ?
	    8 : 16))
		r = 0;
	if (r == -1)
		return -1;
	for (uint32_t p = 0; r == 0 && p < pages_of(c->rows); p++)
		clear(s, pages, p);
	if (r == 0)
		return 0;
	if (stripe_index(s, col, x, &n, e) == -1)
		return stripe_where(s, col, e);
	for (uint32_t p = 0; p < n; p++)
		if (!may_hold(&x[p], c->type, value, code, coded))
			clear(s, pages, p);
	return 0;
}
