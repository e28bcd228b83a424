#include "block/stripefile.h"
#include "codec/ints.h"
#include "codec/work.h"

/* Bits of the page into the column's, from row `at`, a multiple of 64. */
static int
read_valid(struct cur *c, uint32_t at, uint32_t rows, uint64_t *valid,
    uint32_t *n, struct err *e)
{
	uint8_t mode = cur_u8(c);
	size_t words = BITS_WORDS(rows);

	*n = rows;
	if (mode == VALID_ALL) {
		if (valid) {
			memset(valid + at / 64, 0xff, rows / 64 * 8);
			if (rows % 64 > 0)
				valid[at / 64 + words - 1] =
				    (UINT64_C(1) << rows % 64) - 1;
		}
		return c->bad ? err_set(e, ERR_CORRUPT, "cut short") : 0;
	}
	if (mode != VALID_BITS || !valid)
		return err_set(e, ERR_CORRUPT, "bad null bits");
	struct str s = cur_bytes(c, (rows + 7) / 8);

	if (c->bad)
		return err_set(e, ERR_CORRUPT, "null bits: cut short");
	*n = 0;
	for (size_t w = 0; w < words; w++) {
		uint8_t t[8] = { 0 };

		memcpy(t, s.p + w * 8, s.n - w * 8 < 8 ? s.n - w * 8 : 8);
		valid[at / 64 + w] = load64(t);
		*n += (uint32_t)__builtin_popcountll(load64(t));
	}
	if (rows % 64 > 0 && valid[at / 64 + words - 1] >> rows % 64 != 0)
		return err_set(e, ERR_CORRUPT, "null bits: past the end");
	return 0;
}

/* n values lie at the front: moves each to its row, zeros elsewhere. */
static void
spread64(uint64_t *v, uint32_t n, uint32_t rows, const uint64_t *valid)
{
	for (uint32_t r = rows; r-- > 0;)
		v[r] = bit_get(valid, r) ? v[--n] : 0;
}

static void
spread32(uint32_t *v, uint32_t n, uint32_t rows, const uint64_t *valid)
{
	for (uint32_t r = rows; r-- > 0;)
		v[r] = bit_get(valid, r) ? v[--n] : 0;
}

static int
read_codes(struct cur *c, uint32_t *out, uint32_t n, uint32_t ndict,
    struct err *e)
{
	uint32_t max = 0;

	if (!ints_unpack32(c, out, n))
		return err_set(e, ERR_CORRUPT, "codes: not well formed");
	for (uint32_t k = 0; k < n; k++)
		max = out[k] > max ? out[k] : max;
	if (n > 0 && max >= ndict)
		return err_set(e, ERR_CORRUPT, "code %u: past the dictionary "
		    "of %u", max, ndict);
	return 0;
}

/* n strings: their lengths, then all their bytes. */
static int
read_strings(struct cur *c, struct str *out, uint32_t n, struct err *e)
{
	uint64_t *len = work_room(&work()->text, n * sizeof *len);

	if (n > 0 && !ints_unpack64(c, len, n))
		return err_set(e, ERR_CORRUPT, "lengths: not well formed");
	for (uint32_t k = 0; k < n; k++)
		out[k] = cur_bytes(c, len[k]);
	return c->bad ? err_set(e, ERR_CORRUPT, "strings: cut short") : 0;
}

static int
read_plain(struct cur *c, struct str *out, uint32_t n, uint32_t rows,
    const uint64_t *valid, struct err *e)
{
	if (read_strings(c, out, n, e) == -1)
		return -1;
	if (n < rows)
		for (uint32_t r = rows; r-- > 0;)
			out[r] = bit_get(valid, r) ? out[--n] : S("");
	return 0;
}

static int
read_fix(struct cur *c, uint8_t *out, unsigned width, uint32_t n,
    uint32_t rows, const uint64_t *valid, struct err *e)
{
	struct str s = cur_bytes(c, (uint64_t)n * width);
	const char *p = s.p;

	if (c->bad)
		return err_set(e, ERR_CORRUPT, "values: cut short");
	if (n == rows)
		memcpy(out, p, s.n);
	else
		for (uint32_t r = 0; r < rows; r++)
			if (bit_get(valid, r)) {
				memcpy(out + (size_t)r * width, p, width);
				p += width;
			}
	return 0;
}

static int
read_numbers(struct cur *c, uint64_t *out, uint32_t n, uint32_t rows,
    const uint64_t *valid, struct err *e)
{
	if (n > 0 && !ints_unpack64(c, out, n))
		return err_set(e, ERR_CORRUPT, "numbers: not well formed");
	if (n < rows)
		spread64(out, n, rows, valid);
	return 0;
}

int
page_decode(struct str payload, uint32_t at, uint32_t rows,
    const struct page_out *o, struct arena *a, struct err *e)
{
	struct cur c = cur_of(payload);
	uint64_t *valid = o->valid ? o->valid + at / 64 : NULL;
	uint32_t n;
	int r = 0;

	(void)a;
	if (read_valid(&c, at, rows, o->valid, &n, e) == -1)
		return -1;
	if (o->plain)
		r = read_plain(&c, o->plain + at, n, rows, valid, e);
	else if (o->code) {
		if (n > 0)
			r = read_codes(&c, o->code + at, n, o->ndict, e);
		if (r == 0 && n < rows)
			spread32(o->code + at, n, rows, valid);
	} else if (o->fix) {
		unsigned width = o->type == VEC_FIX8 ? 8 : 16;

		r = read_fix(&c, o->fix + (size_t)at * width, width, n, rows,
		    valid, e);
	} else
		r = read_numbers(&c, (uint64_t *)o->i + at, n, rows, valid,
		    e);
	if (r == 0 && (c.bad || cur_left(&c) > 0))
		return err_set(e, ERR_CORRUPT, "%s", c.bad ? "cut short" :
		    "more than it should be");
	return r;
}

int
dict_decode(struct str payload, uint32_t n, struct arena *a,
    struct str **dict, struct err *e)
{
	struct cur c = cur_of(payload);

	*dict = arena_new(a, struct str, (size_t)n + 1);
	(*dict)[n] = S("");
	if (n > DICT_ENTRIES)
		return err_set(e, ERR_LIMIT, "dictionary of %u entries: over "
		    "the limit", n);
	if (read_strings(&c, *dict, n, e) == -1)
		return -1;
	if (cur_left(&c) > 0)
		return err_set(e, ERR_CORRUPT, "more than it should be");
	return 0;
}
