#include "block/stripefile.h"

#include <assert.h>

#include "codec/floats.h"
#include "codec/ints.h"
#include "codec/work.h"

/* Values in the page: rows of it that are not null. */
static uint32_t
count_valid(const uint64_t *valid, uint32_t rows)
{
	return valid ? bits_count(valid, BITS_WORDS(rows)) : rows;
}

/* To each row that has one the next of n values; the others stay zero. */
static void
spread64(uint64_t *out, const uint64_t *v, uint32_t rows,
    const uint64_t *valid)
{
	for (size_t w = 0; w < BITS_WORDS(rows); w++)
		for (uint64_t b = valid[w]; b != 0; b &= b - 1)
			out[w * 64 + (unsigned)__builtin_ctzll(b)] = *v++;
}

static void
spread32(uint32_t *out, const uint32_t *v, uint32_t rows,
    const uint64_t *valid)
{
	for (size_t w = 0; w < BITS_WORDS(rows); w++)
		for (uint64_t b = valid[w]; b != 0; b &= b - 1)
			out[w * 64 + (unsigned)__builtin_ctzll(b)] = *v++;
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
	if (max >= ndict)
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
	/* from the back, so that none is overwritten before it moved */
	for (uint32_t r = rows, k = n; n < rows && r-- > 0;)
		out[r] = bit_get(valid, r) ? out[--k] : S("");
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
	if (n == rows) {
		memcpy(out, p, s.n);
		return 0;
	}
	for (size_t w = 0; w < BITS_WORDS(rows); w++)
		for (uint64_t b = valid[w]; b != 0; b &= b - 1) {
			memcpy(out + (w * 64 + (unsigned)__builtin_ctzll(b)) *
			    width, p, width);
			p += width;
		}
	return 0;
}

static int
read_numbers(struct cur *c, bool f64, uint64_t *out, uint32_t n, uint32_t rows,
    const uint64_t *valid, struct err *e)
{
	uint64_t *v = n == rows ? out : work_room(&work()->text,
	    n * sizeof *v);

	if (n > 0 && !(f64 ? floats_unpack : ints_unpack64)(c, v, n))
		return err_set(e, ERR_CORRUPT, "numbers: not well formed");
	if (n < rows)
		spread64(out, v, rows, valid);
	return 0;
}

static int
read_column_codes(struct cur *c, uint32_t *out, uint32_t n, uint32_t rows,
    const uint64_t *valid, uint32_t ndict, struct err *e)
{
	uint32_t *v = n == rows ? out : work_room(&work()->text,
	    n * sizeof *v);

	if (n > 0 && read_codes(c, v, n, ndict, e) == -1)
		return -1;
	if (n < rows)
		spread32(out, v, rows, valid);
	return 0;
}

int
page_decode(struct str payload, uint32_t at, uint32_t rows,
    const struct page_out *o, struct err *e)
{
	struct cur c = cur_of(payload);
	const uint64_t *valid = o->valid ? o->valid + at / 64 : NULL;
	uint32_t n = count_valid(valid, rows);
	int r;

	assert(valid || n == rows);
	if (o->plain)
		r = read_plain(&c, o->plain + at, n, rows, valid, e);
	else if (o->code)
		r = read_column_codes(&c, o->code + at, n, rows, valid,
		    o->ndict, e);
	else if (o->fix) {
		unsigned width = o->type == VEC_FIX8 ? 8 : 16;

		r = read_fix(&c, o->fix + (size_t)at * width, width, n, rows,
		    valid, e);
	} else
		r = read_numbers(&c, o->type == VEC_F64,
		    (uint64_t *)o->i + at, n, rows, valid, e);
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
	if (read_strings(&c, *dict, n, e) == -1)
		return -1;
	if (cur_left(&c) > 0)
		return err_set(e, ERR_CORRUPT, "more than it should be");
	return 0;
}
