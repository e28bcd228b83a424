/* Blocks of released versions are read, for ever: tests/golden/block-*. */
#include "block/block.h"
#include "unit.h"
#include "vecsame.h"

/* Numbers that call for each form of a run (codec/ints). */
static int64_t
number(unsigned shape, uint32_t r)
{
	uint64_t x = (r + 1) * UINT64_C(0x9e3779b97f4a7c15);

	switch (shape) {
	case 0: return 42;
	case 1: return (int64_t)(x >> 57);			/* a plane */
	case 2: return (int64_t)(x >> 50) * 1000;		/* planes */
	case 3: return (int64_t)(x >> (14 + x % 50));		/* log */
	case 4: return (int64_t)(x >> 60) * 1234567;		/* table */
	case 5: return INT64_C(1) << 60 | r << 9 | (int64_t)(x >> 56);
	case 6: return r / 100;					/* runs */
	case 8: return (int64_t)((x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9)
	    >> 40);						/* groups */
	case 9: return (int64_t)((x >> 60) * (x >> 60) * (x >> 60) * 1234567);
	default: return -(int64_t)(x >> 1);
	}
}

static void
put_strings(struct frame *f, uint32_t r)
{
	uint64_t x = (r + 1) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t few = frame_col(f, 0, S("few"), VEC_STR);
	uint32_t any = frame_col(f, 0, S("any"), VEC_ANY);
	uint32_t long_ = frame_col(f, 1, S("plain"), VEC_STR);
	char text[200];

	snprintf(text, sizeof text, "few %u", (unsigned)(x >> 60));
	frame_str(f, few, r, str_of(text));
	if (r % 3 == 0)
		frame_str(f, any, r, str_of(text + 3));
	snprintf(text, sizeof text, "%0180u", r * 7);
	if (r % 1000 != 5)
		frame_str(f, long_, r, str_of(text));
}

/* What both the golden file and this test are made from. */
static void
fill(struct frame *f)
{
	for (uint32_t r = 0; r < 6000; r++) {
		uint8_t id[16] = { (uint8_t)r, (uint8_t)(r >> 8) };
		char name[8];

		for (unsigned k = 0; k < 10; k++) {
			snprintf(name, sizeof name, "i%u", k);
			frame_int(f, frame_col(f, 0, str_of(name), VEC_INT), r,
			    number(k, r));
		}
		if (r > 50)
			frame_int(f, frame_col(f, 0, S("b"), VEC_BOOL), r,
			    r % 2);
		frame_f64(f, frame_col(f, 0, S("d"), VEC_F64), r, r * 0.25);
		frame_f64(f, frame_col(f, 0, S("e"), VEC_F64), r, r / 7.0);
		frame_fix(f, frame_col(f, 0, S("8"), VEC_FIX8), r, id);
		if (r % 64 < 40)
			frame_fix(f, frame_col(f, 0, S("16"), VEC_FIX16), r,
			    id);
		put_strings(f, r);
	}
	frame_rows(f, 0, 6000);
	frame_rows(f, 1, 6000);
}

static void
say(void *arg, const char *msg)
{
	(void)arg;
	fprintf(stderr, "%s\n", msg);
}

/* The one whose bytes block(5) explains; and as versions before had it. */
static void
small(const char *path)
{
	struct err e = { 0 };
	struct arena a = { 0 };
	struct block *b = block_open(path, &e);
	struct stripe *s = b ? block_stripe(b, 0, &a, &e) : NULL;
	const struct block_info *i;
	struct str bytes;
	struct vec v;

	CHECK(b && s);
	if (!s) {
		fprintf(stderr, "%s\n", e.msg);
		return;
	}
	i = block_info(b);
	CHECK(memcmp(i->id, "block number one", 16) == 0);
	CHECK(i->sequence == 1 && i->sequence_to == 4 && i->level == 1);
	CHECK(strcmp(i->kind, "traces") == 0 && str_eq(i->tenant, S("dev")));
	CHECK(i->rows == 3 && i->min_time == 1700000000000000000);
	CHECK(i->max_time == 1700000000000000900 && i->raw_bytes == 500);
	CHECK(i->min_received == 1700000001000000000);
	CHECK(i->max_received == 1700000002000000000);
	CHECK(i->sources == 1 && i->source[0].to_offset == 300 &&
	    memcmp(i->source[0].spool, "0123456789abcdef", 16) == 0);
	CHECK(stripe_rows(s, 0) == 3 && stripe_ncols(s) == 3);
	CHECK(stripe_load(s, 0, NULL, &a, &v, &e) == 0);
	CHECK(v.i[0] == 1000 && v.i[1] == 1250 && v.i[2] == 1900);
	CHECK(stripe_load(s, 1, NULL, &a, &v, &e) == 0);
	CHECK(str_eq(vec_str(&v, 2), S("GET")) && !vec_valid(&v, 1));
	CHECK(stripe_load(s, 2, NULL, &a, &v, &e) == 0);
	CHECK(memcmp(v.fix, "AAAAAAAABBBBBBBBCCCCCCCC", 24) == 0);
	CHECK(block_read_section(b, S("ids"), &a, &bytes, &e) == 1);
	CHECK(str_eq(bytes, S("sorted")));
	CHECK(block_check(b, say, NULL) == 0);
	block_close(b);
	arena_free(&a);
}

/* Two stripes in which every type and form of the version occurs. */
static void
forms(const char *path)
{
	struct err e = { 0 };
	struct arena a = { 0 };
	struct block *b = block_open(path, &e);
	struct frame *f = frame_new(2);
	uint32_t bad = 0, compared = 0;

	fill(f);
	CHECK(b && block_stripes(b) == 2);
	CHECK(b && block_check(b, say, NULL) == 0);
	for (uint32_t no = 0; b && no < 2; no++) {
		struct stripe *s = block_stripe(b, no, &a, &e);

		for (uint32_t c = 0; s && c < stripe_ncols(s); c++) {
			const struct stripe_col *sc = stripe_col(s, c);
			struct vec got, want;

			frame_vec(f, frame_col(f, sc->table, sc->name,
			    sc->type), &want);
			CHECK(stripe_load(s, c, NULL, &a, &got, &e) == 0);
			CHECK(got.rows == (no == 0 ? want.rows : 100));
			for (uint32_t r = 0; r < got.rows; r++, compared++)
				bad += !vec_same(&got, r, &want, r + no * 100);
		}
	}
	CHECK(bad == 0 && compared > 50000);
	block_close(b);
	frame_free(f);
	arena_free(&a);
}

int
main(void)
{
	small("tests/golden/block-1.blk");
	small("tests/golden/block-2.blk");
	small("tests/golden/block-3.blk");
	forms("tests/golden/block-1-forms.blk");
	forms("tests/golden/block-2-forms.blk");
	forms("tests/golden/block-3-forms.blk");
	return unit_done();
}
