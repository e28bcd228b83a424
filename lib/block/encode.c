#include "block/encode.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "codec/ints.h"

void
encoder_init(struct encoder *en)
{
	*en = (struct encoder){ 0 };
	en->v = xmalloc(STRIPE_ROWS * sizeof *en->v);
	en->order = xmalloc(STRIPE_ROWS * sizeof *en->order);
}

void
encoder_free(struct encoder *en)
{
	buf_free(&en->index);
	buf_free(&en->dict);
	for (uint32_t k = 0; k < PAGES_MAX; k++)
		buf_free(&en->page[k]);
	free(en->v);
	free(en->count);
	free(en->rank);
	free(en->order);
}

static bool
row_valid(const struct frame_column *c, uint32_t row)
{
	return c->nulls == 0 || bit_get(c->valid, row);
}

static uint32_t
count_valid(const struct frame_column *c, uint32_t from, uint32_t to)
{
	uint32_t n = 0;

	if (c->nulls == 0)
		return to - from;
	for (uint32_t r = from; r < to; r++)
		n += bit_get(c->valid, r);
	return n;
}

/* 0: no nulls; 1: a bit a row. */
static void
put_valid(struct buf *out, const struct frame_column *c, uint32_t from,
    uint32_t to)
{
	uint8_t *p;

	if (count_valid(c, from, to) == to - from) {
		buf_u8(out, VALID_ALL);
		return;
	}
	buf_u8(out, VALID_BITS);
	p = (uint8_t *)buf_extend(out, (to - from + 7) / 8);
	memset(p, 0, (to - from + 7) / 8);
	for (uint32_t r = from; r < to; r++)
		p[(r - from) / 8] |= (uint8_t)(bit_get(c->valid, r) <<
		    (r - from) % 8);
}

/* The page's values without its nulls, as 64 bits each. */
static uint32_t
take_values(struct encoder *en, const struct frame_column *c, uint32_t from,
    uint32_t to)
{
	uint32_t n = 0, code;

	for (uint32_t r = from; r < to; r++) {
		if (!row_valid(c, r))
			continue;
		if (c->width == 8)
			memcpy(&en->v[n++], c->data + (size_t)r * 8, 8);
		else {
			memcpy(&code, c->data + (size_t)r * 4, 4);
			en->v[n++] = en->plain ? code : en->rank[code];
		}
	}
	return n;
}

static void
stat_ints(struct encoder *en, uint32_t n, bool column)
{
	struct stripe_col *s = &en->stat;
	int64_t min = INT64_MAX, max = INT64_MIN;

	for (uint32_t k = 0; k < n; k++) {
		int64_t x = (int64_t)en->v[k];

		min = x < min ? x : min;
		max = x > max ? x : max;
	}
	buf_u8(&en->index, n > 0);
	if (n == 0)
		return;
	buf_varint(&en->index, zigzag(min));
	buf_varint(&en->index, zigzag(max));
	if (!column)
		return;
	s->min_i = !s->ranged || min < s->min_i ? min : s->min_i;
	s->max_i = !s->ranged || max > s->max_i ? max : s->max_i;
	s->ranged = true;
}

/* A NaN among them leaves page and column without a range. */
static void
stat_f64(struct encoder *en, uint32_t n, bool *nan)
{
	struct stripe_col *s = &en->stat;
	double min = INFINITY, max = -INFINITY;
	bool ok = n > 0;

	for (uint32_t k = 0; k < n; k++) {
		double x;

		memcpy(&x, &en->v[k], sizeof x);
		min = x < min ? x : min;
		max = x > max ? x : max;
		ok = ok && x == x;
	}
	buf_u8(&en->index, ok);
	*nan = *nan || (n > 0 && !ok);
	if (!ok)
		return;
	buf_add(&en->index, &min, sizeof min);
	buf_add(&en->index, &max, sizeof max);
	s->min_f = !s->ranged || min < s->min_f ? min : s->min_f;
	s->max_f = !s->ranged || max > s->max_f ? max : s->max_f;
	s->ranged = true;
}

static void
put_fix(struct buf *out, const struct frame_column *c, uint32_t from,
    uint32_t to)
{
	if (c->nulls == 0) {
		buf_add(out, c->data + (size_t)from * c->width,
		    (size_t)(to - from) * c->width);
		return;
	}
	for (uint32_t r = from; r < to; r++)
		if (row_valid(c, r))
			buf_add(out, c->data + (size_t)r * c->width,
			    c->width);
}

/* Strings as they are: lengths, then all bytes. Takes the codes in v. */
static void
put_plain(struct encoder *en, struct buf *out, const struct frame_column *c,
    uint32_t n)
{
	uint64_t *len = en->v + PAGE_ROWS;

	for (uint32_t k = 0; k < n; k++)
		len[k] = c->dict.key[en->v[k]].n;
	ints_pack(out, len, n, true);
	for (uint32_t k = 0; k < n; k++)
		buf_adds(out, c->dict.key[en->v[k]]);
}

static void
put_page(struct encoder *en, const struct frame_column *c, uint32_t from,
    uint32_t to, bool *nan)
{
	struct buf *out = &en->page[en->pages++];
	uint32_t n;

	buf_reset(out);
	put_valid(out, c, from, to);
	buf_varint(&en->index, to - from - count_valid(c, from, to));
	if (c->type == VEC_FIX8 || c->type == VEC_FIX16) {
		buf_u8(&en->index, 0);
		put_fix(out, c, from, to);
		return;
	}
	n = take_values(en, c, from, to);
	if (c->type == VEC_F64)
		stat_f64(en, n, nan);
	else if (en->plain)
		buf_u8(&en->index, 0);
	else
		stat_ints(en, n, !vec_coded(c->type));
	if (en->plain)
		put_plain(en, out, c, n);
	else
		ints_pack(out, en->v, n, true);
}

static int
by_count(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void
room_for_codes(struct encoder *en, uint32_t n)
{
	if (n <= en->count_cap)
		return;
	free(en->count);
	free(en->rank);
	en->count = xcalloc(n, sizeof *en->count);
	en->rank = xmalloc(n * sizeof *en->rank);
	en->count_cap = n;
}

/*
 * The distinct values of the range, the frequent first, those as frequent in
 * order of arrival; or `plain` when they are too many.
 */
static void
take_dict(struct encoder *en, const struct frame_column *c, uint32_t from,
    uint32_t to)
{
	const uint32_t *code = (const void *)c->data;
	uint32_t n = 0;
	size_t bytes = 0;

	room_for_codes(en, c->dict.n);
	for (uint32_t r = from; r < to; r++)
		if (row_valid(c, r) && en->count[code[r]]++ == 0) {
			en->order[n] = code[r];
			en->rank[code[r]] = n++;
			bytes += c->dict.key[code[r]].n;
		}
	en->plain = n > DICT_ENTRIES || bytes > DICT_BYTES;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t x = (uint32_t)en->order[k];

		/* sorts by count downwards, then by arrival */
		en->order[k] = (uint64_t)(UINT32_MAX - en->count[x]) << 32 |
		    k;
		en->v[k] = x;
		en->count[x] = 0;
	}
	en->distinct = n;
	if (en->plain)
		return;
	qsort(en->order, n, sizeof *en->order, by_count);
	for (uint32_t k = 0; k < n; k++)
		en->order[k] = en->v[(uint32_t)en->order[k]];
	for (uint32_t k = 0; k < n; k++)
		en->rank[en->order[k]] = k;
}

static void
put_dict(struct encoder *en, const struct frame_column *c)
{
	uint32_t n = en->distinct;

	for (uint32_t k = 0; k < n; k++)
		en->v[k] = c->dict.key[en->order[k]].n;
	ints_pack(&en->dict, en->v, n, true);
	for (uint32_t k = 0; k < n; k++)
		buf_adds(&en->dict, c->dict.key[en->order[k]]);
	en->stat.ndict = n;
}

bool
encode_column(struct encoder *en, const struct frame_column *c,
    uint32_t from, uint32_t to)
{
	uint32_t n = count_valid(c, from, to);
	bool nan = false;

	en->pages = 0;
	en->plain = false;
	buf_reset(&en->index);
	buf_reset(&en->dict);
	en->stat = (struct stripe_col){ .table = c->table, .type = c->type,
	    .name = c->name, .rows = to - from, .nulls = to - from - n };
	en->random = c->type == VEC_FIX8 || c->type == VEC_FIX16;
	if (n == 0)
		return false;
	if (vec_coded(c->type)) {
		take_dict(en, c, from, to);
		if (!en->plain)
			put_dict(en, c);
	}
	for (uint32_t r = from; r < to; r += PAGE_ROWS)
		put_page(en, c, r, to - r > PAGE_ROWS ? r + PAGE_ROWS : to,
		    &nan);
	if (nan)
		en->stat.ranged = false;
	return true;
}
