/* stripe_pick: a few rows of a column, without arrays of all of them. */
#include "base/err.h"
#include "block/part.h"
#include "block/stripe.h"
#include "block/stripefile.h"
#include "codec/ints.h"
#include "codec/work.h"

#define SINGLY	8u	/* of so many rows one: each by itself */

struct pick {
	const uint32_t *row;	/* ascending */
	uint32_t *place;	/* of those of a page: among its values */
	uint32_t n, done;
	size_t width;
	char *out;
};

/* The next rows, those below `end`; `from` begins with row `base`. */
static void
take(struct pick *p, const void *from, uint32_t base, uint32_t end)
{
	for (; p->done < p->n && p->row[p->done] < end; p->done++)
		memcpy(p->out + p->done * p->width, (const char *)from +
		    (p->row[p->done] - base) * p->width, p->width);
}

static const uint64_t *
take_valid(const struct pick *p, const uint64_t *valid, struct arena *a)
{
	uint64_t *out;

	if (!valid)
		return NULL;
	out = arena_zero(a, uint64_t, BITS_WORDS(p->n) + 1);
	for (uint32_t k = 0; k < p->n; k++)
		if (bit_get(valid, p->row[k]))
			bit_set(out, k);
	return out;
}

static void
set_values(struct vec *v, const void *p)
{
	switch (v->type) {
	case VEC_INT: case VEC_BOOL: v->i = p; break;
	case VEC_F64: v->f = p; break;
	case VEC_FIX8: case VEC_FIX16: v->fix = p; break;
	case VEC_STR: case VEC_ANY: v->code = p;
	}
}

static const void *
values(const struct vec *v)
{
	switch (v->type) {
	case VEC_INT: case VEC_BOOL: return v->i;
	case VEC_F64: return v->f;
	case VEC_FIX8: case VEC_FIX16: return v->fix;
	default: return v->code;
	}
}

void
vec_pick(const struct vec *from, const uint32_t *row, uint32_t n,
    struct arena *a, struct vec *v)
{
	struct pick p = { .row = row, .n = n };
	bool plain = vec_coded(from->type) && !from->code;

	*v = *from;
	v->rows = n;
	v->valid = take_valid(&p, from->valid, a);
	p.width = plain ? sizeof *v->dict : vec_width(from->type);
	p.out = arena_get(a, n, p.width);
	take(&p, plain ? (const void *)from->dict : values(from), 0,
	    from->rows);
	if (plain) {
		v->dict = (const struct str *)(const void *)p.out;
		v->ndict = n;
	} else
		set_values(v, p.out);
}

/* A page's values: where they lie in it as they are, or unpacked. */
static int
page_values(const struct stripe_col *c, uint32_t page, struct str payload,
    const uint64_t *valid, const void **out, struct err *e)
{
	uint32_t rows = page_rows(c->rows, page);
	size_t width = vec_width(c->type);
	void *room = work_room(&work()->rows, PAGE_ROWS * width);
	struct page_out o = { .type = c->type, .ndict = c->ndict, .i = room,
	    .valid = valid ? valid + page * (PAGE_ROWS / 64) : NULL };

	*out = room;
	if (c->type == VEC_FIX8 || c->type == VEC_FIX16) {
		o.fix = room;
		if (!valid && payload.n == rows * width) {
			*out = payload.p;
			return 0;
		}
	} else if (vec_coded(c->type))
		o.code = room;
	return page_decode(payload, 0, rows, &o, e);
}

/*
 * The next rows that are below `end`, without null ones: where they are among
 * the values of their page, which begins at row `base`; how many.
 */
static uint32_t
places(struct pick *p, uint32_t base, uint32_t end, const uint64_t *valid)
{
	uint32_t k = 0, word = base / 64, before = 0;

	for (uint32_t i = p->done; i < p->n && p->row[i] < end; i++) {
		uint32_t row = p->row[i];
		uint64_t bit = UINT64_C(1) << row % 64;

		for (; word < row / 64; word++)
			before += bits_ones(valid[word]);
		if (valid[word] & bit)
			p->place[k++] = before +
			    bits_ones(valid[word] & (bit - 1));
	}
	return k;
}

/* Values of the next rows below `end`, of which null ones have none. */
static void
put_values(struct pick *p, const uint64_t *v, uint32_t end,
    const uint64_t *valid)
{
	for (; p->done < p->n && p->row[p->done] < end; p->done++) {
		uint64_t x = !valid || bit_get(valid, p->row[p->done]) ? *v++ :
		    0;

		if (p->width == 4)
			((uint32_t *)(void *)p->out)[p->done] = (uint32_t)x;
		else
			((uint64_t *)(void *)p->out)[p->done] = x;
	}
}

/*
 * The page's rows without those between: 1; 0: there are so many that all are
 * as fast, or its form knows no single ones; -1.
 */
static int
take_singly(const struct stripe_col *c, uint32_t page, struct str payload,
    const uint64_t *valid, struct pick *p, struct err *e)
{
	uint32_t base = page * PAGE_ROWS, n = page_rows(c->rows, page), k = 0;
	uint32_t end = base + n;
	const uint32_t *row = p->row + p->done;
	struct ints_seek seek;
	uint64_t *v, most = 0;
	int r;

	if (c->type != VEC_INT && c->type != VEC_BOOL && !vec_coded(c->type))
		return 0;
	if (valid) {
		k = places(p, base, end, valid);
		n = bits_count(valid + base / 64, BITS_WORDS(n));
		row = p->place;
		base = 0;
	} else
		while (p->done + k < p->n && row[k] < end)
			k++;
	if (k > n / SINGLY)
		return 0;
	/* a page without values has no run of them */
	r = k > 0 ? ints_seek(&seek, payload, n) : 1;
	v = work_room(&work()->rows, k * sizeof *v);
	for (uint32_t i = 0; r == 1 && i < k; i++) {
		v[i] = ints_seek_at(&seek, row[i] - base);
		most = v[i] > most ? v[i] : most;
	}
	if (r == -1 || (r == 1 && k > 0 && vec_coded(c->type) &&
	    most >= c->ndict))
		return err_set(e, ERR_CORRUPT, "numbers: not well formed");
	if (r == 1)
		put_values(p, v, end, valid);
	return r;
}

static int
pick_page(struct stripe *s, uint32_t col, uint32_t page,
    const uint64_t *valid, struct pick *p, struct err *e)
{
	const struct stripe_col *c = s->col[col];
	struct str payload;
	const void *from;
	int r;

	if (part_get(s, col, PART_PAGE + page, NULL, &payload, e) == -1)
		return -1;
	if ((r = take_singly(c, page, payload, valid, p, e)) != 0)
		return r;
	if (page_values(c, page, payload, valid, &from, e) == -1)
		return -1;
	take(p, from, page * PAGE_ROWS, (page + 1) * PAGE_ROWS);
	return 0;
}

static int
pick_pages(struct stripe *s, uint32_t col, struct pick *p, struct arena *a,
    struct vec *v, struct err *e)
{
	const uint64_t *valid;
	uint32_t ndict;

	if (part_valid(s, col, &valid, e) == -1 ||
	    stripe_dict(s, col, a, &v->dict, &ndict, e) == -1)
		return -1;
	v->ndict = s->col[col]->ndict;
	v->valid = take_valid(p, valid, a);
	p->out = arena_get(a, p->n, p->width);
	p->place = valid ? arena_new(a, uint32_t, p->n) : NULL;
	while (p->done < p->n) {
		uint32_t page = p->row[p->done] / PAGE_ROWS;

		if (pick_page(s, col, page, valid, p, e) == -1)
			return err_in(e, "page %u", page);
	}
	/* null rows of a page are whatever the one before left there */
	for (uint32_t k = 0; v->valid && k < p->n; k++)
		if (!bit_get(v->valid, k))
			memset(p->out + k * p->width, 0, p->width);
	set_values(v, p->out);
	return 0;
}

bool
stripe_paged(const struct stripe *s, uint32_t col)
{
	const struct stripe_col *c = s->col[col];

	return !s->frame && c->type != VEC_FIX8 && c->type != VEC_FIX16 &&
	    (!vec_coded(c->type) || c->ndict > 0);
}

int
stripe_page(struct stripe *s, uint32_t col, uint32_t page, struct vec *v,
    const uint64_t **valid, struct err *e)
{
	const struct stripe_col *c = s->col[col];
	struct page_out o = { .type = c->type, .ndict = c->ndict };
	struct str payload;

	*v = (struct vec){ .type = c->type, .ndict = c->ndict,
	    .rows = page_rows(c->rows, page) };
	if (part_valid(s, col, valid, e) == -1)
		return stripe_where(s, col, e);
	if (*valid) {
		*valid += page * (PAGE_ROWS / 64);
		v->rows = bits_count(*valid, BITS_WORDS(v->rows));
	}
	o.i = work_room(&work()->rows, PAGE_ROWS * sizeof *o.i);
	set_values(v, o.i);
	if (vec_coded(c->type))
		o.code = (uint32_t *)(void *)o.i;
	if (part_get(s, col, PART_PAGE + page, NULL, &payload, e) == -1 ||
	    page_decode(payload, 0, v->rows, &o, e) == -1) {
		err_in(e, "page %u", page);
		return stripe_where(s, col, e);
	}
	return 0;
}

int
stripe_pick(struct stripe *s, uint32_t col, const uint32_t *row, uint32_t n,
    struct arena *a, struct vec *v, struct err *e)
{
	const struct stripe_col *c = s->col[col];
	struct pick p = { .row = row, .n = n, .width = vec_width(c->type) };
	uint64_t pages[BITS_WORDS(STRIPE_ROWS / PAGE_ROWS)] = { 0 };
	struct vec all;

	if (!s->frame && !(vec_coded(c->type) && c->ndict == 0)) {
		*v = (struct vec){ .type = c->type, .rows = n };
		return pick_pages(s, col, &p, a, v, e) == -1 ?
		    stripe_where(s, col, e) : 0;
	}
	for (uint32_t k = 0; k < n && !s->frame; k++)
		bit_set(pages, row[k] / PAGE_ROWS);
	if (stripe_load(s, col, pages, a, &all, e) == -1)
		return -1;
	vec_pick(&all, row, n, a, v);
	return 0;
}
