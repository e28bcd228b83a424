/*
 * block: what a stripe costs to write and to read, on made-up spans.
 *	build/bench/block [FILE]	prints nanoseconds a row by column
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/time.h"
#include "block/block.h"

#define STRIPES	16u

static void
fill(struct frame *f, uint64_t seed)
{
	uint32_t start = frame_col(f, 0, S("start"), VEC_INT);
	uint32_t duration = frame_col(f, 0, S("duration"), VEC_INT);
	uint32_t name = frame_col(f, 0, S("name"), VEC_STR);
	uint32_t code = frame_col(f, 0, S("status_code"), VEC_INT);
	uint32_t path = frame_col(f, 0, S("path"), VEC_STR);
	uint32_t id = frame_col(f, 0, S("id"), VEC_FIX8);
	int64_t at = INT64_C(1700000000000000000) + (int64_t)(seed << 36);

	for (uint32_t r = 0; r < STRIPE_ROWS; r++) {
		uint64_t x = hash_u64(seed << 20 | r);
		char text[40];

		at += (int64_t)(x % 1000000);
		frame_int(f, start, r, at);
		frame_int(f, duration, r, (int64_t)(x >> (36 + x % 20)));
		snprintf(text, sizeof text, "operation %u", (unsigned)(x %
		    29));
		frame_str(f, name, r, str_of(text));
		if (x % 4 == 0)
			frame_int(f, code, r, x % 100 < 4 ? 500 : 200);
		snprintf(text, sizeof text, "/items/%u", (unsigned)(x >> 40) %
		    5000);
		if (x % 4 == 0)
			frame_str(f, path, r, str_of(text));
		frame_fix(f, id, r, &x);
	}
	frame_rows(f, 0, STRIPE_ROWS);
}

static int
put(const char *path, struct err *e)
{
	struct frame *f = frame_new(1);
	struct block_writer *w = block_create(path, e);
	struct block_info info = { .kind = "traces" };
	uint64_t spent = 0, began, bytes;

	for (uint32_t k = 0; w && k < STRIPES; k++) {
		frame_reset(f);
		fill(f, k);
		began = time_mono();
		if (block_put(w, f, NULL, e) == -1)
			break;
		spent += time_mono() - began;
	}
	frame_free(f);
	if (!w)
		return -1;
	bytes = block_written(w);
	printf("write: %.1f ns and %.2f bytes a row\n", (double)spent /
	    (STRIPES * STRIPE_ROWS), (double)bytes / (STRIPES * STRIPE_ROWS));
	return block_finish(w, &info, NULL, e);
}

static int
get(struct block *b, uint32_t col, struct err *e)
{
	struct arena a = { 0 };
	double best = 1e9;
	int r = 0;

	for (unsigned turn = 0; turn < 5 && r == 0; turn++) {
		uint64_t spent = 0, rows = 0;

		for (uint32_t k = 0; k < block_stripes(b) && r == 0; k++) {
			struct stripe *s = block_stripe(b, k, &a, e);
			uint64_t began = time_mono();
			struct vec v = { 0 };

			r = s ? stripe_load(s, col, NULL, &a, &v, e) : -1;
			spent += time_mono() - began;
			rows += v.rows;
			if (turn == 4 && k + 1 == block_stripes(b) && s)
				printf("read %.*s: ",
				    PS(stripe_col(s, col)->name));
			arena_reset(&a);
		}
		if (rows > 0 && (double)spent / (double)rows < best)
			best = (double)spent / (double)rows;
	}
	printf("%.2f ns a row, %.0f us a stripe\n", best,
	    best * STRIPE_ROWS / 1000);
	arena_free(&a);
	return r;
}

int
main(int argc, char *argv[])
{
	const char *path = argc > 1 ? argv[1] : "/tmp/bench.blk";
	struct err e = { 0 };
	struct block *b = put(path, &e) == 0 ? block_open(path, &e) : NULL;
	int r = b ? 0 : -1;

	for (uint32_t c = 0; c < 6 && r == 0; c++)
		r = get(b, c, &e);
	block_close(b);
	io_unlink(path, NULL);
	if (r == -1)
		fprintf(stderr, "bench: %s\n", e.msg);
	return r != 0;
}
