#include "lql/metrics.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/pool.h"
#include "log/each.h"
#include "log/view.h"
#include "lql/feed.h"
#include "lql/glance.h"
#include "query/ask.h"
#include "show/axis.h"

struct scan {
	struct leaf *leaf;
	struct glance *glance;
	bool (*stopped)(void);
	struct worker {
		struct feed feed;
		struct glance_look *look;	/* of the batch */
		struct map groups;	/* a stream with values of the text */
		uint32_t *series, cap;	/* by number of those */
		struct buf key;
		struct arena mem;	/* of a series */
		struct arena line;	/* of what is found in one */
	} at[POOL_WORKERS_MAX];
};

#define STEPS	100u		/* of a query that says none */

/* A worker's next batch: its feed is ready for it; NULL: stopped. */
static struct worker *
next_batch(struct scan *s, unsigned worker, const struct log_batch *b,
    struct err *e)
{
	if (s->stopped && s->stopped()) {
		err_set(e, ERR_CANCEL, "stopped");
		return NULL;
	}
	feed_begin(&s->at[worker].feed, b);
	return &s->at[worker];
}

static int
on_batch(void *arg, unsigned worker, struct log_batch *b, struct err *e)
{
	struct worker *w = next_batch(arg, worker, b, e);

	return w ? feed_batch(&w->feed, b, e) : -1;
}

/* ---- what runs tell --------------------------------------------------------- */

static int64_t
next_edge(void *arg, uint32_t code, int64_t t)
{
	const struct scan *s = arg;
	struct grid_at at;

	(void)code;
	grid_find(&s->leaf->grid, t, &at);
	return at.to;
}

static bool
may_count(void *arg, struct log_batch *b)
{
	const struct scan *s = arg;

	return feed_by_stream(&s->leaf->sampler, b);
}

static int
take_runs(void *arg, unsigned worker, struct log_batch *b,
    const struct log_runs *runs, struct err *e)
{
	struct worker *w = next_batch(arg, worker, b, e);

	return w ? feed_runs(&w->feed, b, runs, e) : -1;
}

/* ---- what templates tell ---------------------------------------------------- */

static int
begin_batch(void *arg, unsigned worker, struct log_batch *b,
    const struct log_parse_filter **f, struct err *e)
{
	struct scan *s = arg;
	struct worker *w = next_batch(s, worker, b, e);

	if (!w)
		return -1;
	map_reset(&w->groups);
	w->look = glance_at(s->glance, b->stream, b->streams, &w->feed.mem);
	if (!w->look)
		return 0;
	*f = glance_filter(w->look);
	return 1;
}

/* The labels to group by: those of the stream, and those of the text. */
static int
series_of_group(struct worker *w, struct str stream, const struct str *values,
    uint32_t *no, struct err *e)
{
	const struct str *name;
	uint32_t by = glance_names(w->look, &name), n = 0;
	struct log_pair *p;

	arena_reset(&w->mem);
	p = arena_new(&w->mem, struct log_pair, by);
	for (uint32_t i = 0; i < by; i++)
		if (values[i].n > 0)
			p[n++] = (struct log_pair){ name[i], values[i] };
	return feed_series(&w->feed, stream, p, n, &w->mem, no, e);
}

static int
group_series(struct worker *w, const struct log_batch *b, uint32_t code,
    const struct str *values, uint32_t *no, struct err *e)
{
	const struct str *name;
	uint32_t by = glance_names(w->look, &name), k;
	bool fresh;

	if (by == 0)
		return feed_stream(&w->feed, b, code, no, e);
	values = glance_values(w->look, values);
	buf_reset(&w->key);
	buf_u32(&w->key, code);
	for (uint32_t i = 0; i < by; i++) {
		buf_varint(&w->key, values[i].n);
		buf_adds(&w->key, values[i]);
	}
	k = map_add(&w->groups, buf_str(&w->key), &fresh);
	if (k >= w->cap) {
		w->cap = w->cap * 2 + 64;
		w->series = xrealloc(w->series, w->cap, sizeof *w->series);
	}
	if (fresh && series_of_group(w, b->stream[code], values,
	    &w->series[k], e) == -1)
		return -1;
	*no = w->series[k];
	return 0;
}

static int
take_row(void *arg, unsigned worker, struct log_batch *b, uint32_t row,
    const struct str *values, struct err *e)
{
	struct scan *s = arg;
	struct worker *w = &s->at[worker];
	int64_t t = (int64_t)b->time[row];
	uint32_t no;
	double v;
	int r;

	if (!meter_turn(w->feed.meter, t))
		return 1;
	values = glance_read(w->look, values, &w->line);
	r = glance_take(w->look, values, &v);
	if (r != 1)
		return r == 0;
	if (group_series(w, b, b->code ? b->code[row] : row, values, &no,
	    e) == -1 || meter_add(w->feed.meter, no, t, v, e) == -1)
		return -1;
	return 1;
}

/* ---- the query -------------------------------------------------------------- */

/* The lines that any window holds: (base, end of the last]. */
static void
range_of(const struct grid *g, struct log_scan_opts *o)
{
	int64_t end = grid_end(g, g->steps - 1);

	o->from = g->base < 0 ? 0 : (uint64_t)g->base + 1;
	o->to = end < 0 ? 0 : (uint64_t)end + 1;
}

struct parts { struct log_part *v; size_t n; part_fault_fn *fault; void *arg; };

static void
free_worker(struct worker *w)
{
	feed_free(&w->feed);
	map_free(&w->groups);
	free(w->series);
	buf_free(&w->key);
	arena_free(&w->mem);
	arena_free(&w->line);
}

static int
scan_leaf(const struct parts *p, struct leaf *l,
    const struct lql_metrics_opts *mo, unsigned workers, struct err *e)
{
	struct log_scan_opts o = { .trace_ids = mo->trace_ids,
		.ntrace_ids = mo->ntrace_ids, .workers = workers,
		.count = mo->count };
	struct scan s = { .leaf = l, .stopped = mo->stopped };
	struct log_each_first first = { .begin = begin_batch,
		.take = take_row };
	struct log_each_counts counts = { next_edge, may_count, take_runs };
	struct arena a = { 0 };
	int r;

	range_of(&l->grid, &o);
	if (o.to == 0 || l->grid.width == 0)
		return 0;
	lql_push(&l->range->log, &a, &o);
	o.want_line = l->sampler.of_stream ? LOG_NO_LINE : l->sampler.reads;
	o.want_meta = !l->sampler.of_stream;
	s.glance = glance_new(&l->sampler, &a);
	for (unsigned w = 0; w < workers; w++)
		feed_init(&s.at[w].feed, l, w);
	r = parts_each(p->v, p->n, &o, s.glance ? &first : NULL,
	    l->sampler.of_stream && !l->sampler.of_level ? &counts : NULL,
	    p->fault, p->arg, on_batch, &s, e);
	for (unsigned w = 0; w < workers; w++)
		free_worker(&s.at[w]);
	arena_free(&a);
	return r;
}

int
lql_times(struct lql_times *t, uint64_t from, uint64_t to, uint64_t step,
    struct err *e)
{
	uint64_t first, n;

	if (to > INT64_MAX || from > to)
		return err_set(e, ERR_QUERY, "the range ends before it "
		    "begins");
	*t = (struct lql_times){ .start = (int64_t)to, .step = 1, .steps = 1,
		.instant = true };
	if (step == 0)
		return 0;
	if (step == ASK_STEP_AUTO)
		step = show_tick_time(to - from, STEPS);
	step += step == 0;
	first = from - from % step;
	n = (to - first) / step + ((to - first) % step > 0);
	if (n >= LQL_STEPS_MAX)
		return err_set(e, ERR_QUERY, "%llu steps: over the limit of "
		    "%u; a longer --step, or a shorter range",
		    (unsigned long long)n, LQL_STEPS_MAX);
	*t = (struct lql_times){ (int64_t)first, step, (uint32_t)n + 1,
		false, to };
	return 0;
}

int
lql_metrics_of(struct log_part *v, size_t n, part_fault_fn *fault,
    void *fault_arg, const struct lql_metric *m,
    const struct lql_metrics_opts *o, struct arena *mem, struct table *out,
    struct err *e)
{
	unsigned workers = o->workers ? o->workers : pool_workers();
	struct parts p = { v, n, fault, fault_arg };
	struct eval ev;
	int r = 0;

	if (eval_init(&ev, m, &o->times, workers, mem, e) == -1)
		return -1;
	for (uint32_t i = 0; i < ev.n && r == 0; i++)
		r = scan_leaf(&p, &ev.leaf[i], o, workers, e);
	if (r == 0)
		r = eval_finish(&ev, NULL, out, e);
	eval_free(&ev);
	return r;
}

static void
on_fault(void *arg, const struct err *e)
{
	store_view_fault(arg, e);
}

int
lql_metrics(struct store_view *view, const struct lql_metric *m,
    const struct lql_metrics_opts *o, struct arena *mem, struct table *out,
    struct err *e)
{
	struct log_view w;
	int r;

	if (log_view_open(&w, view, NULL, e) == -1)
		return -1;
	r = lql_metrics_of(w.part, w.n, on_fault, view, m, o, mem, out, e);
	log_view_close(&w);
	return r;
}
