/* Where the time of a trace went: self times, critical paths, folded rows. */
#include "unit.h"

#include "show/fold.h"
#include "show/timing.h"

#include "bufis.h"

#define TOP	TIMING_TOP

static struct arena mem;

/* "0:0-10 1:2-5", by span, the critical pieces in the order of time. */
static bool
path_is(const struct timing *t, const char *want)
{
	struct timing_path p;
	struct buf b = { 0 };
	int64_t now = INT64_MIN;
	bool same;

	timing_path(t, &p, &mem);
	for (bool more = true; more;) {
		const struct timing_piece *next = NULL;

		for (uint32_t k = 0; k < p.first[t->n]; k++)
			if (p.piece[k].from >= now &&
			    (!next || p.piece[k].from < next->from))
				next = &p.piece[k];
		more = next != NULL;
		if (!next)
			continue;
		buf_addf(&b, "%s%u:%lld-%lld", b.n > 0 ? " " : "", next->span,
		    (long long)next->from, (long long)next->to);
		now = next->from + 1;
	}
	same = is(&b, want);
	buf_free(&b);
	return same;
}

static void
self(void)
{
	/* a child may overlap another, stick out, or lie in the one before */
	static const uint32_t up[] = { TOP, 0, 0, 0, 3, 0 };
	static const int64_t start[] = { 0, 10, 20, 60, 60, 90 };
	static const int64_t took[] = { 100, 30, 10, 20, 5, 40 };
	struct timing t = { up, start, took, 6 };
	int64_t s[6];

	timing_self(&t, s, &mem);
	CHECK(s[0] == 100 - 30 - 20 - 10 && s[1] == 30 && s[2] == 10);
	CHECK(s[3] == 15 && s[4] == 5 && s[5] == 40);
	CHECK(path_is(&t, "0:0-10 1:10-40 0:40-60 4:60-65 3:65-80 0:80-90 "
	    "5:90-100"));
}

static void
paths(void)
{
	static const uint32_t alone[] = { TOP, TOP }, one[] = { TOP, 0 };
	static const int64_t start[] = { 0, 20 }, took[] = { 10, 10 };
	static const int64_t never[] = { 0, 0 }, huge[] = { 5, INT64_MAX };
	struct timing t = { alone, start, took, 2 };

	CHECK(path_is(&t, "0:0-10 1:20-30"));
	t.duration = never;
	CHECK(path_is(&t, ""));
	t.up = one;	/* a child after its parent's end is not waited for */
	t.duration = took;
	CHECK(path_is(&t, "0:0-10"));
	t.duration = huge;
	CHECK(path_is(&t, "0:0-5"));
	t.n = 0;
	CHECK(path_is(&t, ""));
}

/* In a random tree every moment of the root is in exactly one span. */
static void
whole(void)
{
	uint32_t up[64];
	int64_t start[64], took[64];
	unsigned seed = 7;
	bool fits = true;

	for (unsigned round = 0; round < 200; round++) {
		struct timing t = { up, start, took, 64 };
		struct timing_path p;
		int64_t sum = 0;

		up[0] = TOP;
		start[0] = 0;
		took[0] = 1000;
		for (uint32_t i = 1; i < 64; i++) {
			up[i] = (uint32_t)rand_r(&seed) % i;
			start[i] = rand_r(&seed) % 1000;
			took[i] = rand_r(&seed) % 300;
		}
		timing_path(&t, &p, &mem);
		for (uint32_t k = 0; k < p.first[64]; k++) {
			fits &= p.piece[k].from < p.piece[k].to;
			sum += p.piece[k].to - p.piece[k].from;
		}
		fits &= sum == 1000;
	}
	CHECK(fits);
}

/* ---- folds ----------------------------------------------------------------- */

static struct show_span
span(unsigned depth, const char *name, bool error)
{
	return (struct show_span){ .depth = depth, .name = str_of(name),
	    .service = S("s"), .error = error };
}

/* "0 1 2+3L": the spans shown, folds with their count, L: the last sibling. */
static bool
rows_are(const struct show_span *s, uint32_t n, bool all, const char *want)
{
	struct show_trace t = { .spans = s, .n = n, .whole = all };
	struct fold_row *row = arena_new(&mem, struct fold_row, n);
	uint32_t rows = fold_rows(&t, row, &mem);
	struct buf b = { 0 };
	bool same;

	for (uint32_t i = 0; i < rows; i++) {
		buf_addf(&b, "%s%u", i > 0 ? " " : "", row[i].span);
		if (row[i].count > 0)
			buf_addf(&b, "+%u", row[i].count);
		buf_adds(&b, row[i].last ? S("L") : S(""));
	}
	same = is(&b, want);
	buf_free(&b);
	return same;
}

static void
folds(void)
{
	struct show_span s[] = { span(0, "root", false), span(1, "a", false),
		span(1, "a", false), span(1, "a", false), span(1, "b", false),
		span(2, "c", false), span(1, "b", false), span(2, "c", false),
		span(1, "b", false), span(2, "c", false) };

	CHECK(rows_are(s, 10, false, "0L 1 2+2 4 5L 6+2L"));
	CHECK(rows_are(s, 10, true, "0L 1 2 3 4 5L 6 7L 8L 9L"));
	s[7].error = true;	/* below one of them: not similar any more */
	CHECK(rows_are(s, 10, false, "0L 1 2+2 4 5L 6 7L 8L 9L"));
	CHECK(rows_are(s, 3, false, "0L 1 2L"));
	CHECK(rows_are(s, 0, false, ""));
}

int
main(void)
{
	self();
	paths();
	whole();
	folds();
	arena_free(&mem);
	return unit_done();
}
