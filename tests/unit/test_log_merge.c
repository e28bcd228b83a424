/*
 * However lines are cut into blocks and tail, and the blocks merged: the same
 * lines come back, in the same order, each once.
 */
#include "unit.h"

#include "logdata.h"
#include "log/kind.h"

#define LINES_MAX 300u
#define PARTS_MAX 12u

/* All that came out, as bytes. */
static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct buf *b = arg;

	(void)e;
	buf_u64(b, l->time);
	pairs_put(b, l->line, l->trace_id);
	pairs_put(b, l->span_id, S(""));
	buf_u32(b, l->severity);
	for (uint32_t i = 0; i < l->nlabels; i++)
		pairs_put(b, l->labels[i].name, l->labels[i].value);
	for (uint32_t i = 0; i < l->nmeta; i++)
		pairs_put(b, l->meta[i].name, l->meta[i].value);
	return 0;
}

struct parts {
	struct log_part v[PARTS_MAX];
	struct block *block[PARTS_MAX];
	size_t n;
};

static void
add_part(struct parts *p, struct log_rows *r, bool file)
{
	struct err e = { 0 };

	p->block[p->n] = NULL;
	if (file) {
		p->block[p->n] = block_of(r, &e);
		part_block(&p->v[p->n], p->block[p->n], (uint32_t)p->n);
	} else {
		part_rows(&p->v[p->n], r, (uint32_t)p->n);
	}
	p->n++;
}

static void
close_part(struct parts *p, size_t i)
{
	part_free(&p->v[i]);
	if (p->block[i])
		block_close(p->block[i]);
}

/* Merges neighbours [from, to) into one; parts after it move up. */
static bool
merge(struct parts *p, size_t from, size_t to, bool file)
{
	struct log_rows *r = rows_new();
	struct parts after = { .n = 0 };
	struct err e = { 0 };
	bool good = true;

	for (size_t i = 0; i < p->n; i++) {
		if (i >= from && i < to) {
			good &= rows_take_part(r, &p->v[i], &e) == 0;
			close_part(p, i);
			if (i + 1 == to)
				add_part(&after, r, file);
			continue;
		}
		after.v[after.n] = p->v[i];
		after.v[after.n].no = (uint32_t)after.n;
		after.block[after.n++] = p->block[i];
	}
	*p = after;
	if (!good)
		fprintf(stderr, "%s\n", e.msg);
	return good;
}

static bool
cut_and_merge(struct parts *p, const struct want *w, uint32_t n)
{
	uint32_t from = 0;
	bool good = true;

	while (from < n) {
		uint32_t to = from + 1 + below(n);
		struct log_rows *r = rows_new();

		if (to > n || p->n + 1 == PARTS_MAX)
			to = n;
		good &= take_wants(r, w + from, to - from) == 0;
		add_part(p, r, below(10) == 0);
		from = to;
	}
	for (unsigned k = below(4); k > 0 && p->n > 1; k--) {
		size_t a = below((uint32_t)p->n - 1);
		size_t z = a + 2 + below((uint32_t)(p->n - a - 1));

		good &= merge(p, a, z, below(10) == 0);
	}
	return good;
}

/* The wants, some of them twice and some in the wrong place. */
static struct want *
with_copies(const struct want *w, uint32_t n, uint32_t *out)
{
	struct want *v = calloc(2 * n, sizeof *v);

	*out = 0;
	for (uint32_t i = 0; i < n; i++) {
		v[(*out)++] = w[i];
		if (below(4) == 0)
			v[(*out)++] = w[below(i + 1)];
	}
	return v;
}

static bool
one_round(void)
{
	uint32_t n = 1 + below(LINES_MAX), all;
	struct want *w = make_wants(n, below(3)), *v;
	struct parts one = { .n = 0 }, many = { .n = 0 };
	struct buf want = { 0 }, got = { 0 };
	struct err e = { 0 };
	struct log_scan_opts o = { .want_line = true, .want_meta = true,
		.forward = below(2), .workers = 1 + below(2),
		.limit = below(2) ? 0 : 1 + below(50) };
	bool good;

	v = with_copies(w, n, &all);
	struct log_rows *r = rows_new();

	good = take_wants(r, v, all) == 0;
	add_part(&one, r, false);
	good &= cut_and_merge(&many, v, all);
	good &= parts_scan(one.v, one.n, &o, NULL, NULL, on_line, &want,
	    &e) == 0;
	good &= parts_scan(many.v, many.n, &o, NULL, NULL, on_line, &got,
	    &e) == 0;
	good &= str_eq(buf_str(&want), buf_str(&got)) && want.n > 0;
	close_part(&one, 0);
	for (size_t i = 0; i < many.n; i++)
		close_part(&many, i);
	buf_free(&want);
	buf_free(&got);
	free(v);
	free_wants(w, n);
	return good;
}

int
main(void)
{
	unsigned long bad = 0;

	for (unsigned long i = 0; i < unit_rounds(400, 20000); i++) {
		uint64_t seed = log_seed;

		if (!one_round() && bad++ < 3)
			fprintf(stderr, "round %lu: not the same (seed "
			    "%llu)\n", i, (unsigned long long)seed);
	}
	CHECK(bad == 0);
	return unit_done();
}
