#include "tql/run.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"
#include "tql/shown.h"

struct tql_worker {
	struct tql_trace *trace;
	size_t n, cap;
	struct arena mem;
};

struct run {
	const struct tql_query *q;
	const struct tql_opts *o;
	struct tql_worker *worker;
	_Atomic uint64_t floor;		/* traces that start before are out */
};

static int
by_start(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return x->start > y->start ? -1 : x->start < y->start ? 1 :
	    x->t < y->t ? -1 : x->t > y->t;
}

static int
by_trace(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return x->t < y->t ? -1 : x->t > y->t;
}

static int
newest_first(const void *a, const void *b)
{
	const struct tql_trace *x = a, *y = b;

	return x->start > y->start ? -1 : x->start < y->start ? 1 :
	    memcmp(x->id, y->id, sizeof x->id);
}

/* Whether one of the matched spans [from, to) begins in the time asked for. */
static bool
in_time(const struct run *run, const uint64_t *got, const int64_t *start,
    uint32_t from, uint32_t to)
{
	for (uint32_t r = from; r < to; r++)
		if (bit_get(got, r) && (uint64_t)start[r] >= run->o->from &&
		    (uint64_t)start[r] < run->o->to)
			return true;
	return false;
}

/* The traces that have spans among those, in order, each with their number. */
static uint32_t
list_traces(const struct part *p, const uint64_t *got, struct hit *hit)
{
	uint32_t t = 0, n = 0;

	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = got[k]; w; w &= w - 1) {
			int64_t r = (int64_t)(k * 64) + __builtin_ctzll(w);

			while (p->first[t] + p->spans[t] <= r)
				t++;
			if (n == 0 || hit[n - 1].t != t)
				hit[n++] = (struct hit){ .t = t };
			hit[n - 1].matched++;
		}
	return n;
}

/* The newest of n, and those that start when the last of them does. */
static size_t
cut(struct hit *hit, size_t n, uint64_t limit)
{
	if (limit == 0 || n <= limit)
		return n;
	qsort(hit, n, sizeof *hit, by_start);
	while (n > limit && hit[n - 1].start < hit[limit - 1].start)
		n--;
	qsort(hit, n, sizeof *hit, by_trace);
	return n;
}

/* The traces of the part that are in the answer so far, in its order. */
static int
find_hits(struct run *run, struct part *p, const uint64_t *got,
    struct hit **out, size_t *n, struct err *e)
{
	const int64_t *begin, *start = NULL;
	uint64_t floor = atomic_load(&run->floor);
	uint32_t all = bits_count(got, p->words);
	struct hit *hit;

	if (part_traces(p, e) == -1 ||
	    part_ints(p, TR_TRACE, S("start"), NULL, &begin, e) == -1 ||
	    (run->o->to > 0 &&
	    part_ints(p, TR_SPAN, S("start"), got, &start, e) == -1))
		return -1;
	hit = arena_new(p->mem, struct hit, all < p->rows[TR_TRACE] ? all :
	    p->rows[TR_TRACE]);
	all = list_traces(p, got, hit);
	*n = 0;
	for (uint32_t k = 0; k < all; k++) {
		struct hit h = hit[k];
		uint32_t from = (uint32_t)p->first[h.t];

		h.start = (uint64_t)begin[h.t];
		if (h.start >= floor && (!start || in_time(run, got, start,
		    from, from + (uint32_t)p->spans[h.t])))
			hit[(*n)++] = h;
	}
	*n = cut(hit, *n, run->o->limit);
	*out = hit;
	return 0;
}

static int
take(struct run *run, struct part *p, struct tql_worker *w,
    const struct hit *hit, size_t n, const struct spansets *ss,
    struct err *e)
{
	if (w->n + n > w->cap) {
		w->cap = w->cap * 2 + n;
		w->trace = xrealloc(w->trace, w->cap, sizeof *w->trace);
	}
	if (shown_traces(p, run->o, ss, hit, n, w->trace + w->n, &w->mem,
	    e) == -1)
		return -1;
	w->n += n;
	return 0;
}

/* Forgets what is surely too old for the answer. */
static void
trim(struct run *run, struct tql_worker *w)
{
	uint64_t old, floor;

	if (run->o->limit == 0 || w->n < run->o->limit)
		return;
	qsort(w->trace, w->n, sizeof *w->trace, newest_first);
	w->n = (size_t)run->o->limit;
	floor = w->trace[w->n - 1].start;
	old = atomic_load(&run->floor);
	while (old < floor &&
	    !atomic_compare_exchange_weak(&run->floor, &old, floor))
		continue;
}

static int
on_part(void *arg, const struct trace_part *tp, unsigned worker,
    struct arena *mem, struct err *e)
{
	struct run *run = arg;
	struct tql_worker *w = &run->worker[worker];
	struct part p;
	struct spansets ss;
	struct hit *hit;
	size_t n;

	if (run->o->stopped && run->o->stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	if (tp->max_start < atomic_load(&run->floor))
		return 1;
	part_init(&p, tp->stripe, run->q, mem);
	p.plan = run->o->plan;
	plan_part(p.plan, tp->made);
	if (part_eval(&p, tp->skip, &ss, e) == -1)
		return -1;
	if (!part_any(ss.bits, p.words))
		return 0;
	if (find_hits(run, &p, ss.bits, &hit, &n, e) == -1 ||
	    (n > 0 && take(run, &p, w, hit, n, &ss, e) == -1))
		return -1;
	trim(run, w);
	return 0;
}

/* ---- */

static void
gather(struct run *run, struct tql_result *res)
{
	size_t n = 0;

	for (unsigned i = 0; i < res->workers; i++)
		n += res->worker[i].n;
	res->trace = arena_new(&res->mem, struct tql_trace, n);
	for (unsigned i = 0; i < res->workers; i++) {
		if (res->worker[i].n > 0)
			memcpy(res->trace + res->n, res->worker[i].trace,
			    res->worker[i].n * sizeof *res->trace);
		res->n += res->worker[i].n;
	}
	qsort(res->trace, res->n, sizeof *res->trace, newest_first);
	if (run->o->limit > 0 && res->n > run->o->limit)
		res->n = (size_t)run->o->limit;
}

int
tql_run(struct store_view *view, const struct tql_query *q,
    const struct tql_opts *o, struct tql_result *res, struct err *e)
{
	struct run run = { .q = q, .o = o };
	struct trace_scan_opts so = { .from = o->from, .to = o->to,
	    .newest_first = o->limit > 0, .count = o->count,
	    .workers = o->workers ? o->workers : pool_workers() };
	struct must must;

	*res = (struct tql_result){ .workers = so.workers };
	res->worker = xcalloc(so.workers, sizeof *res->worker);
	run.worker = res->worker;
	tql_must(&must, q, q->pipe, &so);
	so.need = tql_needs(&res->mem, q, true, &so.nneed);
	if (trace_scan(view, &so, on_part, &run, e) == -1)
		return -1;
	gather(&run, res);
	return 0;
}

void
tql_result_free(struct tql_result *res)
{
	for (unsigned i = 0; i < res->workers; i++) {
		free(res->worker[i].trace);
		arena_free(&res->worker[i].mem);
	}
	free(res->worker);
	arena_free(&res->mem);
	*res = (struct tql_result){ 0 };
}
