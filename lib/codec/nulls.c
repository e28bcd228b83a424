#include "codec/nulls.h"

#include <stdlib.h>

#include "base/err.h"
#include "codec/ints.h"
#include "codec/work.h"

#define RUNS_UNDER	4u	/* rows a run, on average, to be worth it */

/* The first row from `at` on whose bit is not `is`, or rows. */
static uint32_t
run_end(const uint64_t *bits, uint32_t at, uint32_t rows, bool is)
{
	while (at < rows) {
		uint64_t w = (is ? ~bits[at / 64] : bits[at / 64]) >> at % 64;

		if (w != 0) {
			at += (uint32_t)__builtin_ctzll(w);
			return at < rows ? at : rows;
		}
		at = (at / 64 + 1) * 64;
	}
	return rows;
}

static uint32_t
take_runs(const uint64_t *bits, uint32_t rows, uint64_t *len, uint32_t max)
{
	uint32_t n = 0;
	bool is = false;

	for (uint32_t at = 0, end; at < rows; at = end, is = !is) {
		if (n == max)
			return max;
		end = run_end(bits, at, rows, is);
		len[n++] = end - at;
	}
	return n;
}

void
nulls_pack(struct buf *out, const uint64_t *bits, uint32_t rows)
{
	uint32_t max = rows / RUNS_UNDER + 2, n;
	uint64_t *len = xmalloc(max * sizeof *len);

	n = take_runs(bits, rows, len, max);
	if (n < max) {
		buf_u8(out, NULLS_RUNS);
		buf_varint(out, n);
		ints_pack(out, len, n, NULL);
	} else {
		buf_u8(out, NULLS_BITS);
		for (uint32_t r = 0; r < rows; r += 8)
			buf_u8(out, (uint8_t)(bits[r / 64] >> r % 64));
	}
	free(len);
}

static bool
unpack_bits(struct cur *c, uint64_t *bits, uint32_t rows, uint32_t *set)
{
	struct str s = cur_bytes(c, (rows + 7) / 8);

	if (c->bad)
		return false;
	for (size_t w = 0; w * 64 < rows; w++) {
		uint8_t t[8] = { 0 };

		memcpy(t, s.p + w * 8, s.n - w * 8 < 8 ? s.n - w * 8 : 8);
		bits[w] = load64(t);
		*set += (uint32_t)__builtin_popcountll(bits[w]);
	}
	return rows % 64 == 0 || bits[rows / 64] >> rows % 64 == 0;
}

static void
set_run(uint64_t *bits, uint32_t at, uint32_t n)
{
	for (uint32_t end = at + n; at < end;) {
		uint32_t take = 64 - at % 64;

		take = take < end - at ? take : end - at;
		bits[at / 64] |= (take < 64 ? (UINT64_C(1) << take) - 1 :
		    UINT64_MAX) << at % 64;
		at += take;
	}
}

bool
nulls_unpack(struct cur *c, uint64_t *bits, uint32_t rows, uint32_t *set)
{
	uint8_t form = cur_u8(c);
	uint64_t n, *len;
	uint32_t at = 0;

	*set = 0;
	if (form == NULLS_BITS)
		return unpack_bits(c, bits, rows, set);
	n = cur_varint(c);
	if (c->bad || form != NULLS_RUNS || n > rows + 1)
		return false;
	memset(bits, 0, (rows + 63) / 64 * sizeof *bits);
	len = work_room(&work()->ints, n * sizeof *len);
	if (n > 0 && !ints_unpack64(c, len, (uint32_t)n))
		return false;
	for (uint32_t k = 0; k < n; k++) {
		if (len[k] > rows - at)
			return false;
		if (k % 2 == 1) {
			set_run(bits, at, (uint32_t)len[k]);
			*set += (uint32_t)len[k];
		}
		at += (uint32_t)len[k];
	}
	return at == rows;
}
