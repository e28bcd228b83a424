/* scan: every part of a view, each trace in exactly one of them. */
#include "trace/scan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"
#include "trace/apart.h"
#include "trace/places.h"
#include "trace/sift.h"

#define BATCH_SPANS	16384u	/* of assembled traces in one part */

/* A part to hand out: a stripe of a block or the tail, or traces of S. */
struct piece {
	enum { PIECE_STRIPE, PIECE_TAIL, PIECE_WHOLE } what;
	uint32_t block, stripe;	/* or the part of the tail */
	uint32_t at, n;		/* of places.trace */
	const uint64_t *skip;
	int64_t min_start, max_start;
};

#define PART_BYTES	((size_t)1 << 20)	/* a query of few columns takes */

struct worker {
	struct arena arena;
	struct gather gather;
	struct frame *frame;
};

struct scan {
	struct store_view *view;
	const struct trace_scan_opts *opts;
	struct needs needs;	/* of the query and our own */
	struct arena mem;
	struct tail_parts tail;
	struct places places;
	struct piece *piece;
	uint32_t pieces, cap;
	uint64_t **skip;	/* by stripe, over all blocks; NULL: none */
	uint32_t *base;		/* the first stripe of each block in skip */
	uint64_t *tail_skip[TAIL_PARTS_MAX + 1];	/* by part */
	struct worker *worker;
	trace_part_fn *fn;
	void *arg;
	atomic_bool stop;
	pthread_mutex_t lock;	/* of the view's faults */
};

/* What assembly needs beside what the query asks for. */
static void
add_needs(struct scan *s)
{
	static const struct trace_need own[] = {
		{ TR_SPAN, { "duration", 8 } }, { TR_SPAN, { "received", 8 } },
	};
	struct trace_need *v;

	s->needs = (struct needs){ s->opts->need, s->opts->nneed };
	if (!s->opts->need)
		return;
	v = arena_new(&s->mem, struct trace_need, s->opts->nneed + 2);
	if (s->opts->nneed > 0)
		memcpy(v, s->opts->need, s->opts->nneed * sizeof *v);
	memcpy(v + s->opts->nneed, own, sizeof own);
	s->needs = (struct needs){ v, s->opts->nneed + 2 };
}

static unsigned
workers_of(const struct scan *s)
{
	unsigned n = s->opts->workers > 0 ? s->opts->workers : 1;

	return n > POOL_WORKERS_MAX ? POOL_WORKERS_MAX : n;
}

static uint32_t
max_spans(const struct scan *s)
{
	return trace_max_spans(store_view_options(s->view));
}

static bool
in_range(const struct scan *s, int64_t min, int64_t max)
{
	const struct trace_scan_opts *o = s->opts;

	return (o->from == 0 && o->to == 0) ||
	    ((uint64_t)min < o->to && (uint64_t)max >= o->from);
}

static struct piece *
add_piece(struct scan *s)
{
	if (s->pieces == s->cap) {
		s->cap = s->cap * 2 + 64;
		s->piece = xrealloc(s->piece, s->cap, sizeof *s->piece);
	}
	s->piece[s->pieces] = (struct piece){ .what = PIECE_STRIPE };
	return &s->piece[s->pieces++];
}

static void
fault(struct scan *s, const struct err *e)
{
	pthread_mutex_lock(&s->lock);
	store_view_fault(s->view, e);
	pthread_mutex_unlock(&s->lock);
}

/* A trace to be left out where a block has it. */
static void
skip_in_block(struct scan *s, uint32_t block, uint32_t stripe, uint32_t row)
{
	uint64_t **skip = &s->skip[s->base[block] + stripe];

	if (!*skip)
		*skip = arena_zero(&s->mem, uint64_t, BITS_WORDS(STRIPE_ROWS));
	bit_set(*skip, row);
}

/* What a block itself has in a better place. */
static void
skip_replaced(struct scan *s, uint32_t block)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct id_place *v;
	size_t n;

	if (ids_replaced(s->places.block[block].block, &a, &v, &n, &e) == -1)
		fault(s, &e);
	else
		for (size_t i = 0; i < n; i++)
			skip_in_block(s, block, v[i].stripe, v[i].row);
	arena_free(&a);
}

/* Marks the traces of S where they lie, to be left out there. */
static void
mark_skips(struct scan *s)
{
	struct places *p = &s->places;
	uint32_t all = 0;

	s->base = arena_new(&s->mem, uint32_t, p->blocks + 1);
	for (size_t b = 0; b < p->blocks; b++) {
		s->base[b] = all;
		all += block_stripes(p->block[b].block);
	}
	s->skip = arena_zero(&s->mem, uint64_t *, all + (size_t)1);
	for (uint32_t b = 0; b < p->blocks; b++)
		skip_replaced(s, b);
	for (uint32_t no = 0; no < s->tail.n; no++)
		s->tail_skip[no] = arena_zero(&s->mem, uint64_t,
		    BITS_WORDS(s->tail.v[no].traces) + 1);
	for (size_t t = 0; t < p->traces; t++)
		for (uint32_t k = 0; k < p->trace[t].n; k++) {
			struct place *pl = &p->place[p->trace[t].at + k];

			if (pl->block == PLACE_TAIL)
				bit_set(s->tail_skip[pl->stripe], pl->row);
			else
				skip_in_block(s, pl->block, pl->stripe,
				    pl->row);
		}
}

static bool
all_set(const uint64_t *bits, uint32_t n)
{
	if (!bits)
		return false;
	for (uint32_t k = 0; k < n; k++)
		if (!bit_get(bits, k))
			return false;
	return true;
}

static bool
range_of(const struct stripe *st, enum col no, int64_t *min, int64_t *max)
{
	int c = cols_find(st, no);

	if (c == -1 || !stripe_col(st, (uint32_t)c)->ranged)
		return false;
	*min = stripe_col(st, (uint32_t)c)->min_i;
	*max = stripe_col(st, (uint32_t)c)->max_i;
	return true;
}

/* The stripe as a piece, unless it has nothing in the range. */
static void
add_stripe(struct scan *s, uint32_t block, uint32_t no, struct arena *a)
{
	const uint64_t *skip = s->skip[s->base[block] + no];
	struct err e = { 0 };
	struct stripe *st = block_stripe(s->places.block[block].block, no, a,
	    &e);
	int64_t min = INT64_MIN, max = INT64_MAX, ignore;
	struct piece *p;

	if (!st) {
		fault(s, &e);
		return;
	}
	if (stripe_rows(st, TR_SPAN) == 0 ||
	    all_set(skip, stripe_rows(st, TR_TRACE)) ||
	    (range_of(st, SP_START, &min, &max) && !in_range(s, min, max)))
		return;
	range_of(st, TC_START, &ignore, &max);
	p = add_piece(s);
	p->block = block;
	p->stripe = no;
	p->skip = skip;
	p->min_start = min;
	p->max_start = max;
}

static void
add_blocks(struct scan *s)
{
	struct arena a = { 0 };

	for (uint32_t b = 0; b < s->places.blocks; b++) {
		const struct store_block *sb = &s->places.block[b];

		if (!in_range(s, (int64_t)sb->info->min_time,
		    (int64_t)sb->info->max_time))
			continue;
		for (uint32_t no = 0; no < block_stripes(sb->block); no++)
			add_stripe(s, b, no, &a);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void
add_tail(struct scan *s, uint32_t no)
{
	const struct tail_part *t = &s->tail.v[no];
	int64_t min = INT64_MIN, max = INT64_MAX, ignore;
	struct piece *p;

	if (!t->stripe || all_set(s->tail_skip[no], t->traces))
		return;
	if (range_of(t->stripe, SP_START, &min, &max) &&
	    !in_range(s, min, max))
		return;
	range_of(t->stripe, TC_START, &ignore, &max);
	p = add_piece(s);
	p->what = PIECE_TAIL;
	p->stripe = no;
	p->skip = s->tail_skip[no];
	p->min_start = min;
	p->max_start = max;
}

static int
by_start(const void *pa, const void *pb)
{
	const struct place_trace *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* Of the traces of S only those that touch the range and may matter. */
static void
choose_wholes(struct scan *s)
{
	struct places *p = &s->places;
	size_t n = 0;

	for (size_t i = 0; i < p->traces; i++)
		if (in_range(s, p->trace[i].start, p->trace[i].end))
			p->trace[n++] = p->trace[i];
	p->traces = n;
	sift_places(s->opts, p, workers_of(s));
}

/* Some of them at a time. */
static void
add_wholes(struct scan *s)
{
	struct place_trace *t = s->places.trace;
	uint32_t n = (uint32_t)s->places.traces, spans = 0;
	struct piece *p = NULL;

	if (n > 1)
		qsort(t, n, sizeof *t, by_start);
	for (uint32_t i = 0; i < n; i++) {
		if (!p || spans + t[i].spans > BATCH_SPANS) {
			p = add_piece(s);
			p->what = PIECE_WHOLE;
			p->at = i;
			p->min_start = t[i].start;
			spans = 0;
		}
		p->n++;
		p->max_start = t[i].start;
		spans += t[i].spans;
	}
}

static int
newest(const void *pa, const void *pb)
{
	const struct piece *a = pa, *b = pb;

	return (a->max_start < b->max_start) - (a->max_start > b->max_start);
}

static int
oldest(const void *pa, const void *pb)
{
	const struct piece *a = pa, *b = pb;

	return (a->min_start > b->min_start) - (a->min_start < b->min_start);
}

/* Of the parts of one stripe nothing can be had: the trace without them. */
static void
leave_out(struct gather_trace *t, size_t n, const struct stripe *bad,
    struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		struct gather_part *v = arena_new(a, struct gather_part,
		    t[i].parts);
		uint32_t kept = 0;

		for (uint32_t k = 0; k < t[i].parts; k++)
			if (t[i].part[k].stripe != bad)
				v[kept++] = t[i].part[k];
		t[i].part = v;
		t[i].parts = kept;
	}
}

static size_t
drop_empty(struct gather_trace *t, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (t[i].parts > 0)
			t[kept++] = t[i];
	return kept;
}

/* Assembles a piece's traces in the worker's frame. */
static struct stripe *
assemble(struct scan *s, struct worker *w, const struct piece *p,
    struct err *e)
{
	struct gather_trace *t = arena_new(&w->arena, struct gather_trace,
	    p->n);
	const struct gather_opts opts = {
		.needs = { s->opts->need, s->opts->nneed },
		.max_spans = max_spans(s) };
	struct place_stripes open = { 0 };
	size_t n = 0;

	for (uint32_t i = 0; i < p->n; i++)
		if (places_gather(&s->places, &s->places.trace[p->at + i],
		    &open, s->opts->count, &w->arena, &t[n++], e) == -1)
			return NULL;
	while (n > 0 && gather_traces(&w->gather, w->frame, t, n, &opts, NULL,
	    e) == -1) {
		if (!w->gather.bad)
			return NULL;
		fault(s, e);
		leave_out(t, n, w->gather.bad, &w->arena);
		n = drop_empty(t, n);
	}
	return n > 0 ? frame_stripe(w->frame, &w->arena) : NULL;
}

static struct stripe *
piece_stripe(struct scan *s, struct worker *w, const struct piece *p,
    struct err *e)
{
	struct stripe *st;

	if (p->what == PIECE_TAIL)
		return s->tail.v[p->stripe].stripe;
	if (p->what == PIECE_WHOLE)
		return assemble(s, w, p, e);
	st = block_stripe(s->places.block[p->block].block, p->stripe,
	    &w->arena, e);
	if (st)
		stripe_count(st, s->opts->count);
	return st;
}

static int
do_piece(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct scan *s = arg;
	struct worker *w = &s->worker[worker];
	const struct piece *p = &s->piece[no];
	struct err why = { 0 };
	struct trace_part part = { .skip = p->skip, .no = (uint32_t)no,
	    .made = p->what != PIECE_STRIPE,
	    .max_start = (uint64_t)p->max_start };
	int r = 0;

	if (atomic_load(&s->stop))
		return 0;
	part.stripe = piece_stripe(s, w, p, &why);
	if (part.stripe)
		r = s->fn(s->arg, &part, worker, &w->arena, &why);
	else if (why.kind != ERR_NONE)
		r = -1;
	arena_reset(&w->arena);
	if (r == 1)
		atomic_store(&s->stop, true);
	if (r != -1)
		return 0;
	if (why.kind == ERR_CORRUPT || why.kind == ERR_SYS) {
		fault(s, &why);
		return 0;
	}
	if (e)
		*e = why;
	return -1;
}

static void
plan(struct scan *s)
{
	places_init(&s->places, s->view, &s->tail);
	places_of_split(&s->places, workers_of(s));
	places_join(&s->places, 2);
	if (s->opts->apart)
		apart_leave(&s->places, max_spans(s), s->opts->count,
		    workers_of(s));
	mark_skips(s);
	add_blocks(s);
	for (uint32_t no = 0; no < s->tail.n; no++)
		add_tail(s, no);
	choose_wholes(s);
	add_wholes(s);
	if (s->pieces > 1)
		qsort(s->piece, s->pieces, sizeof *s->piece,
		    s->opts->newest_first ? newest : oldest);
}

static int
run(struct scan *s, struct err *e)
{
	unsigned n = workers_of(s);
	int r;

	s->worker = xcalloc(n, sizeof *s->worker);
	for (unsigned i = 0; i < n; i++) {
		s->worker[i].arena.next = PART_BYTES;
		s->worker[i].frame = frame_new(TR_TABLES);
	}
	r = pool_run(n, s->pieces, do_piece, s, e);
	for (unsigned i = 0; i < n; i++) {
		arena_free(&s->worker[i].arena);
		gather_free(&s->worker[i].gather);
		frame_free(s->worker[i].frame);
	}
	free(s->worker);
	return r;
}

int
trace_scan(struct store_view *view, const struct trace_scan_opts *opts,
    trace_part_fn *fn, void *arg, struct err *e)
{
	struct scan s = { .view = view, .opts = opts, .fn = fn, .arg = arg };
	int r;

	pthread_mutex_init(&s.lock, NULL);
	add_needs(&s);
	const struct tail_opts tail_opts = { .needs = s.needs,
	    .workers = workers_of(&s), .part_bytes = opts->tail_bytes };

	r = tail_parts_read(&s.tail, view, &tail_opts, &s.mem, e);
	if (r == 0) {
		plan(&s);
		r = run(&s, e);
		places_free(&s.places);
	}
	tail_parts_free(&s.tail);
	free(s.piece);
	arena_free(&s.mem);
	pthread_mutex_destroy(&s.lock);
	return r;
}
