/*
 * merge: several blocks become one, or a few, with every trace in one piece.
 *
 * Goes through all traces in order of start and fills stripes. A stripe that is
 * full enough, and hardly has a trace that lies elsewhere, too, is copied as it
 * is: those few traces are written whole in another stripe, and what the copy
 * has of them counts as replaced. Traces that may still grow go to a rest
 * block.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "trace/gather.h"
#include "trace/kind.h"
#include "trace/out.h"
#include "trace/parts.h"

#define REST_NS		(UINT64_C(10) * 1000000000)
#define REST_SHARE	4u	/* at most 1 / this of the rows is rest */
#define FRAME_BYTES	((size_t)96 << 20)	/* of a stripe in memory */
#define STRIPE_COLS	8192u	/* in a stripe; one of a seal has fewer */
#define FEW_ROWS	256u	/* a stripe has so many, whatever they need */
#define LOST_SHARE	64u	/* nor 1 / this of its rows */
#define LOW_SHARE	4u	/* less than 1 / this of its rows: not copied */

struct merge {
	struct parts all;
	const struct merge_rules *rules;
	struct store_sink *sink;
	struct str tenant;
	struct gather gather;
	struct frame *frame;
	struct arena mem;	/* of one stripe */
	struct arena copy;	/* of one that is copied */
	struct out out;
	bool open;		/* out is begun */
	bool rest;		/* which traces are written now */
	double raw_a_row;
	uint64_t block_rows;	/* a block is cut here */
	uint32_t stripe_rows;	/* and a stripe here */
	struct gather_trace *trace;	/* of the stripe being filled */
	uint32_t n, cap, rows;
	struct id *torn;	/* traces no stripe can hold */
	size_t ntorn, torn_cap;
	struct err *e;
};

static void
add_torn(struct merge *m, const struct id *id)
{
	if (m->ntorn == m->torn_cap) {
		m->torn_cap = m->torn_cap * 2 + 64;
		m->torn = xrealloc(m->torn, m->torn_cap, sizeof *m->torn);
	}
	m->torn[m->ntorn++] = *id;
}

/* It lies in one place, and needs no other. */
static bool
stays(const struct whole *w)
{
	return w->n == 1 && !w->rest;
}

static int
end_block(struct merge *m)
{
	int r;

	if (!m->open)
		return 0;
	m->open = false;
	id_sort(m->torn, m->ntorn);
	m->out.torn = m->torn;
	m->out.ntorn = m->ntorn;
	r = out_end(&m->out, (uint64_t)(m->raw_a_row * (double)m->out.rows),
	    m->rest ? OUT_REST : OUT_PARTS, m->e);
	return r;
}

static int
want_block(struct merge *m)
{
	if (m->open && (m->out.rows >= m->block_rows ||
	    block_cols(m->out.w) > COLUMNS_MAX - STRIPE_COLS) &&
	    end_block(m) == -1)
		return -1;
	if (m->open)
		return 0;
	if (out_begin(&m->out, m->sink, m->tenant, m->e) == -1)
		return -1;
	m->open = true;
	return 0;
}

static int
put_stripe(struct merge *m)
{
	uint32_t rows[TR_TABLES];

	for (unsigned t = 0; t < TR_TABLES; t++)
		rows[t] = frame_nrows(m->frame, t);
	return out_frame(&m->out, m->frame, rows, m->e);
}

static bool
fits(const struct merge *m)
{
	if (m->gather.over || frame_cols(m->frame) > STRIPE_COLS)
		return false;
	for (unsigned t = 0; t < TR_TABLES; t++)
		if (frame_nrows(m->frame, t) > STRIPE_ROWS)
			return false;
	return true;
}

/* A trace that no stripe holds, in pieces. */
static int
put_pieces(struct merge *m, const struct gather_trace *t)
{
	struct gather_opts opts = { .to = STRIPE_ROWS,
		.max_bytes = FRAME_BYTES, .max_spans = m->rules->max_spans };
	uint32_t all = UINT32_MAX;

	add_torn(m, &t->id);
	while (opts.from < all) {
		if (gather_traces(&m->gather, m->frame, t, 1, &opts, &all,
		    m->e) == -1)
			return -1;
		if (!fits(m) && opts.to - opts.from > 1) {
			opts.to = opts.from + (opts.to - opts.from) / 2;
			if (opts.to - opts.from == 1)
				opts.max_bytes = 0;	/* a span is a span */
			continue;
		}
		if (want_block(m) == -1 || put_stripe(m) == -1)
			return -1;
		opts.max_bytes = FRAME_BYTES;
		opts.from = opts.to;
		opts.to = opts.from + STRIPE_ROWS;
	}
	return 0;
}

/* Some traces as one stripe, or, if their events do not fit, as more. */
static int
put_traces(struct merge *m, const struct gather_trace *t, uint32_t n)
{
	const struct gather_opts opts = { .max_bytes = FRAME_BYTES,
		.max_spans = m->rules->max_spans };

	if (n == 1 && m->rows > STRIPE_ROWS)
		return put_pieces(m, t);
	if (gather_traces(&m->gather, m->frame, t, n, &opts, NULL, m->e) == -1)
		return -1;
	if (fits(m))
		return want_block(m) == -1 ? -1 : put_stripe(m);
	if (n == 1)
		return put_pieces(m, t);
	if (put_traces(m, t, n / 2) == -1)
		return -1;
	return put_traces(m, t + n / 2, n - n / 2);
}

static int
flush(struct merge *m)
{
	int r = m->n > 0 ? put_traces(m, m->trace, m->n) : 0;

	m->n = m->rows = 0;
	arena_reset(&m->mem);
	return r;
}

static int
add_trace(struct merge *m, const struct whole *w)
{
	const struct part *p = &m->all.part[w->at];
	struct gather_part *gp;

	if (m->n > 0 && (m->rows >= m->stripe_rows ||
	    w->spans > m->stripe_rows - m->rows) && flush(m) == -1)
		return -1;
	if (m->n == m->cap) {
		m->cap = m->cap > 0 ? m->cap * 2 : 1024;
		m->trace = xrealloc(m->trace, m->cap, sizeof *m->trace);
	}
	gp = arena_new(&m->mem, struct gather_part, w->n);
	for (uint32_t k = 0; k < w->n; k++)
		gp[k] = (struct gather_part){
		    m->all.stripe[p[k].stripe].stripe, p[k].first,
		    p[k].spans, p[k].cut };
	m->trace[m->n++] = (struct gather_trace){ p->id, gp, w->n };
	m->rows += w->spans;
	return 0;
}

/*
 * Where much of what is there would be less in full stripes, all that are not
 * quite full are made anew; else only those that have next to nothing.
 */
static bool
full_enough(const struct merge *m, const struct part_stripe *ps,
    uint64_t rows)
{
	uint32_t full = m->stripe_rows;
	uint64_t need = rows / full + 1;

	if (m->rules->any_size)
		return true;
	return need * 4 <= (uint64_t)m->all.stripes * 3 ?
	    ps->rows >= full / 4 * 3 : ps->rows >= full / LOW_SHARE;
}

/* Which stripes are copied, and what of them is not to be read then. */
static void
choose_kept(struct merge *m)
{
	struct parts *all = &m->all;
	uint64_t rows = 0;

	for (uint32_t k = 0; k < all->stripes; k++)
		rows += all->stripe[k].rows;
	for (uint32_t k = 0; k < all->stripes; k++) {
		struct part_stripe *ps = &all->stripe[k];
		/* what the inputs had replaced, too */
		uint32_t gone = ps->traces - ps->only;

		if (gone > ps->traces / m->rules->replaced ||
		    ps->rows - ps->only_rows > ps->rows / LOST_SHARE ||
		    !full_enough(m, ps, rows))
			continue;
		ps->kept = true;
		if (gone == 0)
			continue;
		ps->gone = arena_new(&all->mem, uint64_t,
		    BITS_WORDS(ps->traces));
		memset(ps->gone, 0xff, BITS_WORDS(ps->traces) *
		    sizeof *ps->gone);
	}
	for (uint32_t i = 0; i < all->wholes; i++) {
		const struct part *p = &all->part[all->whole[i].at];

		if (stays(&all->whole[i]) && all->stripe[p->stripe].gone)
			all->stripe[p->stripe].gone[p->row / 64] &=
			    ~(UINT64_C(1) << p->row % 64);
	}
}

static int
copy_stripe(struct merge *m, struct part_stripe *ps)
{
	int r;

	if (ps->copied)
		return 0;
	ps->copied = true;
	if (want_block(m) == -1)
		return -1;
	r = out_stripe(&m->out, ps->stripe, ps->gone, &m->copy, m->e);
	arena_reset(&m->copy);
	return r;
}

static int
write_all(struct merge *m, bool rest)
{
	struct parts *all = &m->all;

	m->rest = rest;
	for (uint32_t i = 0; i < all->wholes; i++) {
		const struct whole *w = &all->whole[i];
		struct part_stripe *ps = &all->stripe[all->part[w->at].stripe];

		if (w->rest != rest)
			continue;
		if ((stays(w) && ps->kept ? copy_stripe(m, ps) :
		    add_trace(m, w)) == -1)
			return -1;
	}
	return flush(m) == -1 ? -1 : end_block(m);
}

struct late { int64_t received; uint32_t whole; };

static int
latest_first(const void *pa, const void *pb)
{
	const struct late *a = pa, *b = pb;

	if (a->received != b->received)
		return a->received > b->received ? -1 : 1;
	return (a->whole > b->whole) - (a->whole < b->whole);
}

static int64_t
last_received(const struct parts *all, const struct whole *w)
{
	int64_t last = INT64_MIN;

	for (uint32_t k = 0; k < w->n; k++)
		if (all->part[w->at + k].received > last)
			last = all->part[w->at + k].received;
	return last;
}

/* Those that got a span in the last seconds may get more. */
static void
choose_rest(struct parts *all, uint64_t newest, uint64_t rows)
{
	struct late *late = xcalloc(all->wholes + (size_t)1, sizeof *late);
	uint64_t budget = rows / REST_SHARE;
	uint32_t n = 0;

	for (uint32_t i = 0; i < all->wholes; i++) {
		int64_t last = last_received(all, &all->whole[i]);

		if ((uint64_t)last + REST_NS >= newest)
			late[n++] = (struct late){ last, i };
	}
	qsort(late, n, sizeof *late, latest_first);
	for (uint32_t k = 0; k < n; k++) {
		struct whole *w = &all->whole[late[k].whole];

		if (w->spans > budget)
			break;
		budget -= w->spans;
		if (stays(w)) {
			struct part_stripe *ps =
			    &all->stripe[all->part[w->at].stripe];

			ps->only--;
			ps->only_rows -= w->spans;
		}
		w->rest = true;
	}
	free(late);
}

/*
 * Blocks may have 1,000 keys each, all different, and a frame has 8 bytes for
 * every row of every column: then stripes are kept short.
 */
static uint32_t
rows_that_fit(const struct parts *all)
{
	struct map seen = { 0 };
	uint64_t rows = FRAME_BYTES / 8;

	for (uint32_t k = 0; k < all->stripes; k++)
		for (uint32_t c = 0; c < stripe_ncols(all->stripe[k].stripe);
		    c++)
			map_add(&seen, stripe_col(all->stripe[k].stripe,
			    c)->name, NULL);
	if (seen.n > 0)
		rows /= seen.n;
	map_free(&seen);
	return rows > STRIPE_ROWS ? STRIPE_ROWS : rows < FEW_ROWS ? FEW_ROWS :
	    (uint32_t)rows;
}

static void
measure(struct merge *m, const struct store_merge *in)
{
	uint64_t raw = 0, rows = 0, each, blocks;

	for (size_t i = 0; i < in->n; i++) {
		raw += in->in[i].info->raw_bytes;
		rows += in->in[i].info->rows;
	}
	each = in->level < 2 ? TRACE_BLOCK_RAW : TRACE_BLOCK_RAW_UPPER;
	/* no small one at the end: as many as fit by half, all the same */
	blocks = (raw + each / 2) / each;
	m->raw_a_row = rows > 0 ? (double)raw / (double)rows : 0;
	m->block_rows = blocks > 1 ? rows / blocks + 1 : UINT64_MAX;
	m->stripe_rows = rows_that_fit(&m->all);
	if (!in->final)
		choose_rest(&m->all, in->newest_received, rows);
}

int
trace_merge(const struct store_merge *in, const struct store_options *opts,
    struct store_sink *sink, struct err *e)
{
	const struct merge_rules rules = { .replaced = 512,
		.max_spans = trace_max_spans(opts) };

	return trace_merge_by(in, &rules, sink, e);
}

int
trace_merge_by(const struct store_merge *in, const struct merge_rules *rules,
    struct store_sink *sink, struct err *e)
{
	struct merge m = { .rules = rules, .sink = sink, .e = e };
	int r;

	if (in->n == 0)
		return 0;
	m.tenant = in->in[0].info->tenant;
	m.frame = frame_new(TR_TABLES);
	r = parts_read(&m.all, in->in, in->n, !in->final, e);
	if (r == 0) {
		measure(&m, in);
		choose_kept(&m);
		r = write_all(&m, false);
	}
	if (r == 0)
		r = write_all(&m, true);
	if (m.open)
		out_abort(&m.out);
	parts_free(&m.all);
	gather_free(&m.gather);
	frame_free(m.frame);
	arena_free(&m.mem);
	arena_free(&m.copy);
	free(m.trace);
	free(m.torn);
	return r;
}
