#include "block/frame.h"

#include "base/hash.h"
#include "block/stripe.h"
#include "unit.h"

static void
puts_and_nulls(void)
{
	struct frame *f = frame_new(2);
	uint32_t c = frame_col(f, 0, S("a"), VEC_INT);
	struct vec v;

	CHECK(frame_col(f, 0, S("a"), VEC_INT) == c);
	CHECK(frame_col(f, 0, S("a"), VEC_STR) != c);
	CHECK(frame_col(f, 1, S("a"), VEC_INT) != c);
	CHECK(frame_cols(f) == 3);
	for (uint32_t r = 0; r < 1000; r++)
		if (r % 130 != 7)
			frame_int(f, c, r, r);
	frame_rows(f, 0, 1300);
	frame_rows(f, 0, 5);
	CHECK(frame_nrows(f, 0) == 1300 && frame_nrows(f, 1) == 0);
	frame_vec(f, c, &v);
	CHECK(v.rows == 1300);
	for (uint32_t r = 0; r < 1300; r++) {
		CHECK(vec_valid(&v, r) == (r < 1000 && r % 130 != 7));
		CHECK(v.i[r] == (vec_valid(&v, r) ? r : 0));
	}
	/* a column nobody put anything in */
	frame_vec(f, frame_col(f, 0, S("a"), VEC_STR), &v);
	CHECK(v.rows == 1300 && !vec_valid(&v, 0) && vec_str(&v, 9).n == 0);
	frame_reset(f);
	CHECK(frame_cols(f) == 0 && frame_nrows(f, 0) == 0);
	c = frame_col(f, 0, S("b"), VEC_STR);
	frame_str(f, c, 0, S("x"));
	frame_rows(f, 0, 1);
	frame_vec(f, c, &v);
	CHECK(!v.valid && v.ndict == 1 && str_eq(vec_str(&v, 0), S("x")));
	frame_free(f);
}

/* Runs, of which some begin behind rows that are null. */
static void
runs(void)
{
	struct frame *f = frame_new(1);
	uint32_t c = frame_col(f, 0, S("a"), VEC_INT);
	struct vec v;

	for (uint32_t at = 0; at < 500; at += 100) {
		int64_t *p = frame_ints(f, c, at + at % 3, 70);

		for (uint32_t k = 0; k < 70; k++)
			p[k] = at + k;
	}
	frame_rows(f, 0, 500);
	frame_vec(f, c, &v);
	for (uint32_t r = 0; r < 500; r++) {
		uint32_t at = r / 100 * 100, k = r - at - at % 3;

		CHECK(vec_valid(&v, r) == (k < 70));
		CHECK(v.i[r] == (k < 70 ? at + k : 0));
	}
	frame_free(f);
}

static void
all_null_until_64(void)
{
	/* rows at the ends of words of the bitmap */
	for (uint32_t at = 60; at < 70; at++)
		for (uint32_t rows = at + 1; rows < 132; rows++) {
			struct frame *f = frame_new(1);
			uint32_t c = frame_col(f, 0, S("x"), VEC_FIX16);
			uint32_t set = 0;
			struct vec v;

			frame_fix(f, c, at, "0123456789abcdef");
			frame_rows(f, 0, rows);
			frame_vec(f, c, &v);
			for (uint32_t r = 0; r < rows; r++)
				set += vec_valid(&v, r);
			CHECK(set == 1 && vec_valid(&v, at));
			frame_free(f);
		}
}

/* Rows of two frames, by turns, into a third: by codes and one by one. */
static void
gathers(void)
{
	struct frame *in[2] = { frame_new(1), frame_new(1) };
	struct frame *out = frame_new(1);
	uint32_t c = frame_col(out, 0, S("s"), VEC_STR), at = 0, bad = 0;
	struct vec v[2], got;
	char text[16];

	for (unsigned k = 0; k < 2; k++) {
		uint32_t s = frame_col(in[k], 0, S("s"), VEC_STR);

		for (uint32_t r = 0; r < 3000; r++) {
			snprintf(text, sizeof text, "%u", (r * (3 + k)) % 50);
			if (r % 11 != k)
				frame_str(in[k], s, r, str_of(text));
		}
		frame_rows(in[k], 0, 3000);
		frame_vec(in[k], s, &v[k]);
	}
	for (uint32_t r = 0; r < 3000; r += 5)
		for (unsigned k = 0; k < 2; k++, at += 5)
			frame_gather(out, c, at, &v[k], (uint32_t[]){ r + 4,
			    r + 3, r + 2, r + 1, r }, 5);
	frame_rows(out, 0, at);
	frame_vec(out, c, &got);
	CHECK(got.rows == 6000 && got.ndict == 50);
	for (uint32_t r = 0; r < at; r++) {
		const struct vec *w = &v[r / 5 % 2];
		uint32_t from = r / 10 * 5 + 4 - r % 5;

		bad += vec_valid(&got, r) != vec_valid(w, from) ||
		    (vec_valid(w, from) && !str_eq(vec_str(&got, r),
		    vec_str(w, from)));
	}
	CHECK(bad == 0);
	frame_free(in[0]);
	frame_free(in[1]);
	frame_free(out);
}

static void
permutes(void)
{
	struct frame *f = frame_new(2);
	uint32_t i = frame_col(f, 0, S("i"), VEC_INT), n = 999, bad = 0;
	uint32_t s = frame_col(f, 0, S("s"), VEC_STR);
	uint32_t other = frame_col(f, 1, S("i"), VEC_INT), order[999];
	struct arena a = { 0 };
	struct vec v;

	for (uint32_t r = 0; r < n; r++) {
		if (r % 4 != 0)
			frame_int(f, i, r, r);
		frame_str(f, s, r, r % 2 ? S("odd") : S("even"));
		frame_int(f, other, r, r);
		order[r] = n - 1 - r;
	}
	frame_rows(f, 0, n);
	frame_rows(f, 1, n);
	frame_permute(f, 0, order);
	frame_vec(f, i, &v);
	for (uint32_t r = 0; r < n; r++)
		bad += vec_valid(&v, r) != (order[r] % 4 != 0) ||
		    v.i[r] != (vec_valid(&v, r) ? order[r] : 0);
	frame_vec(f, s, &v);
	for (uint32_t r = 0; r < n; r++)
		bad += vec_str(&v, r).n != (order[r] % 2 ? 3 : 4);
	frame_vec(f, other, &v);
	for (uint32_t r = 0; r < n; r++)
		bad += v.i[r] != r;
	CHECK(bad == 0);

	struct stripe *st = frame_stripe(f, &a);
	struct str bytes;
	struct err e = { 0 };
	uint64_t pages = 1;
	int col = stripe_find(st, 0, S("i"), VEC_INT);

	CHECK(stripe_rows(st, 0) == n && stripe_ncols(st) == 3 && col >= 0);
	CHECK(stripe_col(st, (uint32_t)col)->max_i == 998);
	CHECK(stripe_col(st, (uint32_t)col)->nulls == 250);
	CHECK(stripe_blob(st, S("b"), &a, &bytes, &e) == 0);
	stripe_prune_range(st, (uint32_t)col, 1000, 2000, &pages);
	CHECK(pages == 0);
	frame_free(f);
	arena_free(&a);
}

int
main(void)
{
	puts_and_nulls();
	runs();
	all_null_until_64();
	gathers();
	permutes();
	return unit_done();
}
