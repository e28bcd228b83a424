/* Spans of a stripe are those of its rows one by one. */
#include "block/spans.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "block/block.h"
#include "unit.h"

static uint64_t state = 88172645463325252u;

static uint64_t
rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

struct edges { uint64_t width[8]; };	/* by code; 0: none */

static int64_t
edge(void *arg, uint32_t code, int64_t v)
{
	const struct edges *x = arg;
	uint64_t w = x->width[code % 8];

	return w == 0 ? INT64_MAX : v - v % (int64_t)w + (int64_t)w;
}

/* Numbers that ascend by code: `how` they do is what pages look like. */
static void
fill(struct frame *f, uint32_t rows, unsigned codes, unsigned how)
{
	uint32_t c = frame_col(f, 0, S("code"), VEC_STR);
	uint32_t n = frame_col(f, 0, S("n"), VEC_INT), at = 0;
	int64_t v = 0;

	for (uint32_t i = 0; i < rows; i++) {
		char text[16];

		if (i == 0 || (at + 1 < codes && rnd() % (rows / codes) == 0)) {
			at += i > 0;
			v = (int64_t)(rnd() % 1000000);
		}
		switch (how) {
		case 0: v += (int64_t)(rnd() % 1000000); break;
		case 1: v += 1000 * (rnd() % 8 ? 1 : (int64_t)(rnd() % 99));
			break;
		case 2: v += rnd() % 100 == 0; break;
		case 3: v += 5; break;
		}
		sprintf(text, "code %u", at);
		frame_str(f, c, i, str_of(text));
		frame_int(f, n, i, v);
	}
	frame_rows(f, 0, rows);
}

/* want: by code, or NULL */
static void
same(struct stripe *s, const bool *want, const struct edges *x)
{
	uint32_t c = (uint32_t)stripe_find(s, 0, S("code"), VEC_STR);
	uint32_t k = (uint32_t)stripe_find(s, 0, S("n"), VEC_INT);
	uint32_t n = 0, at = 0, bad = 0;
	struct arena a = { 0 };
	struct vec code, v;
	struct code_run *run;
	struct stretch *span;
	struct err e = { 0 };

	CHECK(stripe_spans(s, c, k, want, edge, (void *)x,
	    &a, &span, &n, &e) == 1);
	CHECK(stripe_load(s, c, NULL, &a, &code, &e) == 0);
	CHECK(stripe_load(s, k, NULL, &a, &v, &e) == 0);
	for (uint32_t i = 0, to; i < v.rows; i = to) {
		int64_t end = edge((void *)x, code.code[i], v.i[i]);

		for (to = i + 1; to < v.rows && code.code[to] ==
		    code.code[i] && v.i[to] < end; to++)
			;
		if (want && !want[code.code[i]])
			continue;
		bad += at == n || span[at].code != code.code[i] ||
		    span[at].row != i ||
		    span[at].n != to - i || span[at].first != v.i[i] ||
		    span[at].last != v.i[to - 1];
		at += at < n;
	}
	CHECK(bad == 0 && at == n);
	CHECK(stripe_runs(s, c, &a, &run, &n, &e) == 1);
	at = 0;
	for (uint32_t i = 0; i < code.rows; i++) {
		at += at < n && run[at].to == i;
		bad += at == n || run[at].code != code.code[i];
	}
	CHECK(bad == 0 && at + 1 == n && run[at].to == code.rows);
	arena_free(&a);
}

static void
all(struct stripe *s)
{
	static const struct edges some[] = {
		{ { 0 } }, { { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ { 60000, 60000, 60000, 60000, 60000, 60000, 60000, 60000 } },
		{ { 0, 7, 1000000, 90000000, 0, 100000000, 1000000000, 33 } },
	};
	bool want[64];

	for (unsigned i = 0; i < sizeof some / sizeof *some; i++) {
		same(s, NULL, &some[i]);
		for (unsigned k = 0; k < 64; k++)
			want[k] = rnd() % 2;
		same(s, want, &some[i]);
	}
}

static char path[] = "/tmp/test_spans.XXXXXX";

/* Open, and gone from its folder. */
static struct block *
written(struct frame *f, struct err *e)
{
	struct block_writer *w = block_create(path, e);
	const struct block_info info = { .kind = "logs", .tenant = S("") };
	struct block *b = NULL;
	uint64_t at;

	if (w && block_put(w, f, NULL, e) == 0 &&
	    block_finish(w, &info, &at, e) == 0)
		b = block_open(path, e);
	unlink(path);
	return b;
}

/* Of a frame, and of the same as it is in a file. */
static void
shapes(void)
{
	static const uint32_t rows[] = { 1, 100, 16384, 16385, 60000, 65536 };
	static const unsigned codes[] = { 1, 2, 40 };

	for (unsigned i = 0; i < 6 * 3 * 4; i++) {
		struct frame *f = frame_new(1);
		struct arena a = { 0 };
		struct err e = { 0 };
		struct block *b;
		unsigned c = codes[i / 6 % 3];

		fill(f, rows[i % 6], c < rows[i % 6] ? c : 1, i / 18);
		all(frame_stripe(f, &a));
		b = written(f, &e);
		CHECK(b != NULL);
		if (b)
			all(block_stripe(b, 0, &a, &e));
		block_close(b);
		arena_free(&a);
		frame_free(f);
	}
}

/* Whole pages between two edges are not read. */
static void
skips(void)
{
	struct scan_count count = { 0 };
	struct frame *f = frame_new(1);
	const struct edges none = { { 0 } };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct stretch *span;
	struct block *b;
	struct stripe *s;
	uint32_t n;

	fill(f, 65536, 1, 0);
	b = written(f, &e);
	s = block_stripe(b, 0, &a, &e);
	stripe_count(s, &count);
	CHECK(stripe_spans(s, 0, 1, NULL, edge, (void *)&none, &a, &span, &n,
	    &e) == 1 && n == 1 && span->n == 65536);
	/* codes share a page, with null bits of none; then two of numbers */
	CHECK(count.pages <= 4);
	block_close(b);
	arena_free(&a);
	frame_free(f);
}

/* What is no column of that kind is not cut. */
static void
others(void)
{
	struct frame *f = frame_new(1);
	uint32_t c = frame_col(f, 0, S("code"), VEC_STR), n;
	uint32_t k = frame_col(f, 0, S("n"), VEC_INT);
	const struct edges none = { { 0 } };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct stretch *span;

	for (uint32_t i = 0; i < 10; i++) {
		frame_str(f, c, i, S("x"));
		if (i != 5)
			frame_int(f, k, i, i);
	}
	frame_rows(f, 0, 10);
	CHECK(stripe_spans(frame_stripe(f, &a), c, k, NULL, edge,
	    (void *)&none, &a, &span, &n, &e) == 0);
	arena_free(&a);
	frame_free(f);
}

int
main(void)
{
	close(mkstemp(path));
	shapes();
	skips();
	others();
	return unit_done();
}
