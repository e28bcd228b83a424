#include "block/encode.h"

#include <stdlib.h>

#include "base/err.h"
#include "codec/floats.h"
#include "codec/ints.h"

void
encoder_init(struct encoder *en)
{
	*en = (struct encoder){ 0 };
	en->v = xmalloc(STRIPE_ROWS * sizeof *en->v);
	en->order = xmalloc(STRIPE_ROWS * sizeof *en->order);
	en->bits = xmalloc(BITS_WORDS(STRIPE_ROWS) * sizeof *en->bits);
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
	free(en->bits);
}

/* The range's bits, from bit 0 on; how many there are. */
static uint32_t
take_bits(struct encoder *en, const struct frame_column *c, uint32_t from,
    uint32_t to)
{
	size_t words = BITS_WORDS(to - from), w = from / 64;
	unsigned shift = from % 64;
	uint32_t n = 0;

	if (c->nulls == 0)
		return to - from;
	for (size_t k = 0; k < words; k++, w++) {
		uint64_t x = c->valid[w] >> shift;

		if (shift > 0 && w < (to - 1) / 64)
			x |= c->valid[w + 1] << (64 - shift);
		if (k == words - 1 && (to - from) % 64 > 0)
			x &= (UINT64_C(1) << (to - from) % 64) - 1;
		en->bits[k] = x;
		n += (uint32_t)__builtin_popcountll(x);
	}
	return n;
}

/* The rows of the page, without the nulls; from the range's first row. */
static uint32_t
page_list(const struct encoder *en, uint32_t at, uint32_t rows,
    uint32_t *list)
{
	uint32_t n = 0;

	for (uint32_t r = at; r < at + rows; r += 64)
		for (uint64_t w = en->bits[r / 64]; w != 0; w &= w - 1)
			list[n++] = r + (uint32_t)__builtin_ctzll(w);
	return n;
}

/* The values of the rows listed (NULL: all of the page), as 64 bits each. */
static void
take_values(struct encoder *en, const struct frame_column *c, uint32_t from,
    const uint32_t *list, uint32_t n)
{
	uint32_t code;

	if (c->width == 8 && !list)
		memcpy(en->v, c->data + (size_t)from * 8, (size_t)n * 8);
	else if (c->width == 8)
		for (uint32_t k = 0; k < n; k++)
			memcpy(&en->v[k], c->data + ((size_t)from + list[k]) *
			    8, 8);
	else
		for (uint32_t k = 0; k < n; k++) {
			memcpy(&code, c->data + ((size_t)from + (list ?
			    list[k] : k)) * 4, 4);
			en->v[k] = en->plain ? code : en->rank[code];
		}
}

static void
put_fix(struct encoder *en, struct buf *out, const struct frame_column *c,
    uint32_t from, const uint32_t *list, uint32_t n)
{
	size_t was = out->n;

	if (!list)
		buf_add(out, c->data + (size_t)from * c->width,
		    (size_t)n * c->width);
	else
		for (uint32_t k = 0; k < n; k++)
			buf_add(out, c->data + ((size_t)from + list[k]) *
			    c->width, c->width);
	index_fix(en, (uint8_t *)out->p + was, n, c->width);
}

/* Strings as they are: lengths, then all bytes. Takes the codes in v. */
static void
put_plain(struct encoder *en, struct buf *out, const struct frame_column *c,
    uint32_t n, struct cuts *cuts)
{
	uint64_t *len = en->v + PAGE_ROWS;

	for (uint32_t k = 0; k < n; k++)
		len[k] = c->dict.key[en->v[k]].n;
	if (n > 0)
		ints_pack(out, len, n, cuts);
	cut_here(cuts, out->n);
	for (uint32_t k = 0; k < n; k++)
		buf_adds(out, c->dict.key[en->v[k]]);
}

/* The page that begins `at` rows after the range's first, `from`. */
static void
put_page(struct encoder *en, const struct frame_column *c, uint32_t from,
    uint32_t at, uint32_t rows)
{
	struct cuts *cuts = &en->cuts[en->pages];
	struct buf *out = &en->page[en->pages++];
	uint32_t list[PAGE_ROWS], *some = NULL, n = rows;

	cuts_reset(cuts);
	buf_reset(out);
	if (en->stat.nulls > 0) {
		n = page_list(en, at, rows, list);
		some = list;
	}
	buf_varint(&en->index, rows - n);
	/* a list counts from the range's first row, a page from its own */
	from += some ? 0 : at;
	if (c->type == VEC_FIX8 || c->type == VEC_FIX16) {
		put_fix(en, out, c, from, some, n);
		return;
	}
	take_values(en, c, from, some, n);
	if (c->type == VEC_F64)
		index_f64(en, n);
	else if (en->plain)
		index_plain(en, c, n);
	else
		index_ints(en, n, !vec_coded(c->type));
	if (en->plain)
		put_plain(en, out, c, n, cuts);
	else if (n > 0 && c->type == VEC_F64)
		floats_pack(out, en->v, n, cuts);
	else if (n > 0)
		ints_pack(out, en->v, n, cuts);
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
	size_t bytes = 0, all = 0;

	room_for_codes(en, c->dict.n);
	for (uint32_t r = from; r < to; r++)
		if ((en->stat.nulls == 0 || bit_get(en->bits, r - from)) &&
		    en->count[code[r]]++ == 0) {
			en->order[n] = code[r];
			en->rank[code[r]] = n++;
			bytes += c->dict.key[code[r]].n;
		}
	/* long values that come again and again: plain could take any size */
	for (uint32_t k = 0; k < n && bytes > DICT_BYTES; k++)
		all += (size_t)en->count[en->order[k]] *
		    c->dict.key[en->order[k]].n;
	en->plain = n > DICT_ENTRIES ||
	    (bytes > DICT_BYTES && all / DICT_WORTH <= bytes);
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
	ints_pack(&en->dict, en->v, n, NULL);
	for (uint32_t k = 0; k < n; k++)
		buf_adds(&en->dict, c->dict.key[en->order[k]]);
	en->stat.ndict = n;
}

bool
encode_column(struct encoder *en, const struct frame_column *c,
    uint32_t from, uint32_t to)
{
	uint32_t rows = to - from, n = take_bits(en, c, from, to);

	en->pages = 0;
	en->plain = en->filtered = en->nan = false;
	buf_reset(&en->index);
	buf_reset(&en->dict);
	en->stat = (struct stripe_col){ .table = c->table, .type = c->type,
	    .name = c->name, .rows = rows, .nulls = rows - n };
	if (n == 0)
		return false;
	if (vec_coded(c->type)) {
		take_dict(en, c, from, to);
		if (!en->plain)
			put_dict(en, c);
	}
	for (uint32_t p = 0; p < pages_of(rows); p++)
		put_page(en, c, from, p * PAGE_ROWS, page_rows(rows, p));
	if (en->nan)
		en->stat.ranged = false;
	/* the directory says as much of a single page */
	if (en->pages == 1 && !en->filtered)
		buf_reset(&en->index);
	return true;
}
