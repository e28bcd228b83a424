/*
 * block: footers, directories and the payloads of items, past their CRCs. The
 * first byte says which; kind 0 is a whole file, its CRCs mended.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "block/block.h"
#include "block/format.h"
#include "block/stripefile.h"
#include "codec/crc.h"
#include "codec/ints.h"
#include "codec/nulls.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
none(void *arg, const char *msg)
{
	(void)arg, (void)msg;
}

/* A file of these bytes and a tail that fits the footer in them. */
static void
whole(struct str in, struct arena *a)
{
	uint32_t at = in.n >= 4 ? load32(in.p) % (uint32_t)(in.n - 3) : 0;
	struct buf b = { 0 };
	struct err e = { 0 };
	struct block *blk;
	char path[64];
	int fd = memfd_create("block", 0);

	if (in.n < 4)
		goto out;
	in = str_skip(in, 4);
	buf_add(&b, BLOCK_MAGIC "\1\0\0\0\0\0\0\0", BLOCK_HEAD);
	buf_adds(&b, in);
	buf_u64(&b, BLOCK_HEAD + at);
	buf_u32(&b, (uint32_t)in.n - at);
	buf_u32(&b, crc32c(0, in.p + at, in.n - at));
	buf_u32(&b, BLOCK_VERSION);
	buf_u32(&b, crc32c(0, b.p + b.n - 20, 20));
	buf_add(&b, BLOCK_MAGIC, 8);
	if (write(fd, b.p, b.n) != (ssize_t)b.n)
		goto out;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	blk = block_open(path, &e);
	if (blk) {
		block_check(blk, none, NULL);
		for (uint32_t k = 0; k < block_stripes(blk) && k < 8; k++) {
			struct stripe *s = block_stripe(blk, k, a, &e);

			for (uint32_t c = 0; s && c < stripe_ncols(s); c++) {
				uint64_t pages = 15;

				stripe_prune_range(s, c, 1, 9, &pages);
				stripe_prune_value(s, c, S("12345678"),
				    &pages, &e);
			}
		}
	}
	block_close(blk);
out:
	close(fd);
	buf_free(&b);
}

/* Single numbers and runs are those of the whole, if that is well formed. */
static void
picked(struct str in, uint32_t rows, struct arena *a)
{
	uint64_t *all = arena_new(a, uint64_t, rows), *value, *len;
	struct ints_seek *s = arena_new(a, struct ints_seek, 1);
	struct cur c = cur_of(in), again = c;
	bool good = ints_unpack64(&c, all, rows);
	uint32_t at = 0, n;

	if (ints_seek(s, in, rows) == 1)
		for (uint32_t k = 0; k < rows; k++)
			if (ints_seek_at(s, k) != all[k] && good)
				__builtin_trap();
	n = ints_runs(&again, rows, &value, &len);
	if (good != (n > 0))
		__builtin_trap();
	for (uint32_t r = 0; r < n; r++)
		for (uint64_t k = 0; k < len[r]; k++)
			if (at == rows || all[at++] != value[r])
				__builtin_trap();
}

static void
page(struct str in, struct arena *a)
{
	struct cur c = cur_of(in);
	struct page_out o = { .type = VEC_INT + cur_u8(&c) % 7 };
	uint32_t rows = cur_u16(&c) % PAGE_ROWS + 1;
	uint8_t how = cur_u8(&c);
	struct err e = { 0 };
	uint64_t *valid = arena_new(a, uint64_t, BITS_WORDS(rows));

	for (uint32_t w = 0; w < BITS_WORDS(rows); w++)
		valid[w] = hash_u64(w + how);
	if (rows % 64 > 0)
		valid[rows / 64] &= (UINT64_C(1) << rows % 64) - 1;
	o.valid = how % 2 ? valid : NULL;
	o.ndict = how;
	switch (o.type) {
	case VEC_FIX8: case VEC_FIX16:
		o.fix = arena_new(a, uint8_t, rows * (size_t)16);
		break;
	case VEC_STR: o.code = arena_zero(a, uint32_t, rows); break;
	case VEC_ANY: o.plain = arena_new(a, struct str, rows); break;
	default: o.i = arena_zero(a, int64_t, rows);
	}
	in = cur_bytes(&c, cur_left(&c));
	if (!o.valid && o.i)
		picked(in, rows, a);
	if (page_decode(in, 0, rows, &o, &e) == -1)
		return;
	for (uint32_t r = 0; r < rows; r++)
		if ((o.code && o.code[r] >= o.ndict && o.ndict > 0) ||
		    (o.plain && o.plain[r].n > in.n))
			__builtin_trap();
}

static void
item(struct str in, struct arena *a)
{
	struct buf b = { 0 };
	struct str payload;
	struct err e = { 0 };

	buf_adds(&b, in);
	buf_u32(&b, crc32c(0, in.p, in.n));
	item_get(buf_str(&b), a, NULL, &payload, &e);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str in = str_mk(p + 1, n - (n > 0));
	struct arena a = { 0 };
	struct err e = { 0 };
	struct str *dict;
	uint64_t bits[32];
	uint32_t set;

	if (n > 1 && n < 1 << 20)
		switch (p[0] % 5) {
		case 0: whole(in, &a); break;
		case 1: page(in, &a); break;
		case 2: item(in, &a); break;
		case 3: dict_decode(in, p[n - 1], &a, &dict, &e); break;
		case 4:
			nulls_unpack(&(struct cur){ p + 1, p + n, false },
			    bits, 1 + p[n - 1] * 8u, &set);
		}
	arena_free(&a);
	return 0;
}
