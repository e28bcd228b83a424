#include "lql/metrics.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/pool.h"
#include "log/each.h"
#include "log/view.h"
#include "lql/glance.h"
#include "lql/hint.h"
#include "query/ask.h"
#include "show/axis.h"

struct scan {
	struct leaf *leaf;
	struct glance *glance;
	bool (*stopped)(void);
	struct arena scratch[POOL_WORKERS_MAX];
	uint32_t *series[POOL_WORKERS_MAX];	/* by code of the stream */
	struct glanced {
		struct glance_look *look;	/* of the batch */
		struct map groups;	/* a stream with values of the text */
		uint32_t *series, cap;	/* by number of those */
		struct buf key;
		struct arena mem;	/* of a series */
	} at[POOL_WORKERS_MAX];
};

#define NONE	UINT32_MAX
#define STEPS	100u		/* of a query that says none */

/* ---- lines ------------------------------------------------------------------ */

/* Whether metadata can tell nothing that is asked for; lines with an error that
 * is asked for keep all. */
static bool
bare(const struct sampler *s, struct log_batch *b)
{
	bool may = s->wants.all || s->wants.errors || !b->found;

	for (uint32_t i = 0; i < s->wants.n && !may; i++)
		may = log_batch_may_have(b, s->wants.name[i]);
	return !may;
}

static int
take_line(struct scan *s, unsigned worker, struct log_batch *b, uint32_t i,
    struct arena *mem, struct err *e)
{
	struct lql_entry en;
	struct log_line l;
	int r = log_batch_line(b, i, &l, e);

	if (r != 1)
		return r;
	arena_reset(mem);
	lql_enter(&en, &l, mem);
	return eval_take(s->leaf, worker, &en, (int64_t)l.time, false, e);
}

static int
take_lines(struct scan *s, unsigned worker, struct log_batch *b,
    struct err *e)
{
	struct meter *m = &s->leaf->meter[worker];

	b->bare = bare(&s->leaf->sampler, b);
	for (uint32_t i = 0; i < b->n; i++)
		if (meter_turn(m, (int64_t)b->time[i]) && take_line(s, worker,
		    b, i, &s->scratch[worker], e) == -1)
			return -1;
	return 0;
}

/* ---- counts ----------------------------------------------------------------- */

/* Lines of a series in a row, in the same windows. */
struct run { uint32_t no, n; };

static void
end_run(struct meter *m, struct run *r)
{
	if (r->n > 0 && m->at.lo <= m->at.hi)
		meter_count(m, r->no, m->at.lo, m->at.hi, r->n);
	r->n = 0;
}

static int
series_of(const struct sampler *s, struct meter *m, struct arena *mem,
    const struct log_pair *p, uint32_t n, uint32_t *no, struct err *e)
{
	*no = meter_series(m, sampler_stream(s, p, n, mem), e);
	return *no == NONE ? -1 : 0;
}

static int
series_of_stream(struct scan *s, unsigned worker, struct str stream,
    uint32_t *no, struct err *e)
{
	struct log_pair *p;
	uint32_t n;

	if (pairs_read(stream, &s->scratch[worker], &p, &n) == -1)
		return err_set(e, ERR_CORRUPT, "labels of a stream: not well "
		    "formed");
	return series_of(&s->leaf->sampler, &s->leaf->meter[worker],
	    &s->scratch[worker], p, n, no, e);
}

/* The series of a stream of the batch, whose labels are all that matters. */
static int
stream_series(struct scan *s, unsigned worker, struct log_batch *b,
    uint32_t code, uint32_t *no, struct err *e)
{
	uint32_t *series = s->series[worker];

	if (series[code] == NONE && series_of_stream(s, worker,
	    b->stream[code], &series[code], e) == -1)
		return -1;
	*no = series[code];
	return 0;
}

static void
forget_series(struct scan *s, unsigned worker, const struct log_batch *b)
{
	s->series[worker] = arena_new(&s->scratch[worker], uint32_t,
	    b->streams);
	memset(s->series[worker], 0xff, b->streams * sizeof(uint32_t));
}

static int
count_streams(struct scan *s, unsigned worker, struct log_batch *b,
    struct err *e)
{
	struct meter *m = &s->leaf->meter[worker];
	uint32_t code = NONE;
	struct run run = { 0 };

	forget_series(s, worker, b);
	for (uint32_t i = 0; i < b->n; i++) {
		uint32_t c = b->code ? b->code[i] : i;
		int64_t t = (int64_t)b->time[i];

		if (c == code && t >= m->at.from && t < m->at.to) {
			run.n++;
			continue;
		}
		end_run(m, &run);
		if (!meter_turn(m, t))
			continue;
		if (stream_series(s, worker, b, c, &run.no, e) == -1)
			return -1;
		code = c;
		run.n = 1;
	}
	end_run(m, &run);
	return 0;
}

static int
count_values(struct scan *s, unsigned worker, struct log_batch *b,
    struct err *e)
{
	const struct label_pick *by = &s->leaf->sampler.by;
	struct meter *m = &s->leaf->meter[worker];
	struct log_pair *p = arena_new(&s->scratch[worker], struct log_pair,
	    by->n);
	struct run run = { 0 };
	bool known = false;

	if (log_batch_names(b, by->name, by->n, e) == -1)
		return -1;
	for (uint32_t i = 0; i < b->n; i++) {
		int64_t t = (int64_t)b->time[i];
		uint32_t n = 0;

		if (log_batch_values(b, i, e) == -1)
			return -1;
		if (known && b->values.same && t >= m->at.from &&
		    t < m->at.to) {
			run.n++;
			continue;
		}
		end_run(m, &run);
		known = meter_turn(m, t);
		if (!known)
			continue;
		for (uint32_t k = 0; k < by->n; k++)
			if (b->values.v[k].n > 0)
				p[n++] = (struct log_pair){ by->name[k],
					b->values.v[k] };
		run.n = 1;
		if (series_of(&s->leaf->sampler, m, &s->scratch[worker], p, n,
		    &run.no, e) == -1)
			return -1;
	}
	end_run(m, &run);
	return 0;
}

/*
 * What a line is asked for when its level is: the names to group by, and behind
 * them those that tell the level, where any line has them.
 */
struct asked { struct str *name; uint32_t n, level[LEVEL_NAMES]; };

static void
ask_for_level(const struct label_pick *by, struct log_batch *b,
    struct arena *a, struct asked *out)
{
	out->name = arena_new(a, struct str, by->n + LEVEL_NAMES);
	out->n = by->n;
	memcpy(out->name, by->name, by->n * sizeof *out->name);
	for (uint32_t i = 0; i < LEVEL_NAMES; i++) {
		struct str name = lql_level_name(i);
		bool any = log_batch_may_have(b, name);

		for (uint32_t d = 0; d < b->streams && !any; d++)
			any = pairs_get(b->stream[d], name).n > 0;
		out->level[i] = any ? out->n : NONE;
		if (any)
			out->name[out->n++] = name;
	}
}

/* The series of line i, whose level is known. */
static int
count_level(struct scan *s, unsigned worker, struct log_batch *b,
    struct str level, struct arena *mem, struct err *e)
{
	const struct label_pick *by = &s->leaf->sampler.by;
	struct meter *m = &s->leaf->meter[worker];
	struct log_pair *p;
	uint32_t no, n = 0;

	arena_reset(mem);
	p = arena_new(mem, struct log_pair, by->n);
	for (uint32_t k = 0; k < by->n; k++) {
		struct str v = str_eq(by->name[k], LEVEL_NAME) ? level :
		    b->values.v[k];

		if (v.n > 0)
			p[n++] = (struct log_pair){ by->name[k], v };
	}
	if (series_of(&s->leaf->sampler, m, mem, p, n, &no, e) == -1)
		return -1;
	meter_count(m, no, m->at.lo, m->at.hi, 1);
	return 0;
}

static int
count_levels(struct scan *s, unsigned worker, struct log_batch *b,
    struct err *e)
{
	struct meter *m = &s->leaf->meter[worker];
	struct str level, v[LEVEL_NAMES];
	struct arena mem = { 0 };
	struct asked ask;
	int r;

	ask_for_level(&s->leaf->sampler.by, b, &s->scratch[worker], &ask);
	r = log_batch_names(b, ask.name, ask.n, e);
	for (uint32_t i = 0; i < b->n && r == 0; i++) {
		if (!meter_turn(m, (int64_t)b->time[i]))
			continue;
		if ((r = log_batch_values(b, i, e)) == -1)
			break;
		for (uint32_t k = 0; k < LEVEL_NAMES; k++)
			v[k] = ask.level[k] == NONE ? S("") :
			    b->values.v[ask.level[k]];
		level = lql_level_of(v);
		r = level.n > 0 ? count_level(s, worker, b, level, &mem, e) :
		    take_line(s, worker, b, i, &mem, e);
	}
	arena_free(&mem);
	return r;
}

/*
 * Whether streams alone say what series each line is of: they have the labels,
 * or nothing that a line has beside its text does.
 */
static bool
by_stream(const struct sampler *s, struct log_batch *b)
{
	for (uint32_t k = 0; k < s->by.n && !s->none; k++) {
		bool all = true;

		for (uint32_t d = 0; d < b->streams && all; d++)
			all = pairs_get(b->stream[d], s->by.name[k]).n > 0;
		if (!all && log_batch_may_have(b, s->by.name[k]))
			return false;
	}
	return true;
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

	return by_stream(&s->leaf->sampler, b);
}

static int
take_runs(void *arg, unsigned worker, struct log_batch *b,
    const struct log_runs *runs, struct err *e)
{
	struct scan *s = arg;
	struct meter *m = &s->leaf->meter[worker];

	if (s->stopped && s->stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	arena_reset(&s->scratch[worker]);
	forget_series(s, worker, b);
	for (uint32_t i = 0; i < runs->n; i++) {
		const struct stretch *v = &runs->v[i];
		uint32_t no;

		if (!meter_turn(m, v->first))
			continue;
		if (stream_series(s, worker, b, v->code, &no, e) == -1)
			return -1;
		meter_count(m, no, m->at.lo, m->at.hi, v->n);
	}
	return 0;
}

/* ---- what templates tell ---------------------------------------------------- */

static int
begin_batch(void *arg, unsigned worker, struct log_batch *b,
    const struct log_parse_filter **f, struct err *e)
{
	struct scan *s = arg;
	struct glanced *at = &s->at[worker];

	if (s->stopped && s->stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	arena_reset(&s->scratch[worker]);
	forget_series(s, worker, b);
	map_reset(&at->groups);
	at->look = glance_at(s->glance, b->stream, b->streams,
	    &s->scratch[worker]);
	if (!at->look)
		return 0;
	*f = glance_filter(at->look);
	return 1;
}

/* The labels to group by: those of the stream, and those of the text. */
static int
series_of_group(struct scan *s, unsigned worker, struct str stream,
    const struct str *values, uint32_t *no, struct err *e)
{
	struct glanced *at = &s->at[worker];
	const struct str *name;
	uint32_t by = glance_names(at->look, &name), n;
	struct log_pair *own, *p;

	arena_reset(&at->mem);
	if (pairs_read(stream, &at->mem, &own, &n) == -1)
		return err_set(e, ERR_CORRUPT, "labels of a stream: not well "
		    "formed");
	p = arena_new(&at->mem, struct log_pair, n + by);
	memcpy(p, own, n * sizeof *p);
	for (uint32_t i = 0; i < by; i++)
		if (values[i].n > 0)
			p[n++] = (struct log_pair){ name[i], values[i] };
	return series_of(&s->leaf->sampler, &s->leaf->meter[worker], &at->mem,
	    p, n, no, e);
}

static int
group_series(struct scan *s, unsigned worker, struct log_batch *b,
    uint32_t code, const struct str *values, uint32_t *no, struct err *e)
{
	struct glanced *at = &s->at[worker];
	const struct str *name;
	uint32_t by = glance_names(at->look, &name), k;
	bool fresh;

	if (by == 0)
		return stream_series(s, worker, b, code, no, e);
	values = glance_values(at->look, values);
	buf_reset(&at->key);
	buf_u32(&at->key, code);
	for (uint32_t i = 0; i < by; i++) {
		buf_varint(&at->key, values[i].n);
		buf_adds(&at->key, values[i]);
	}
	k = map_add(&at->groups, buf_str(&at->key), &fresh);
	if (k >= at->cap) {
		at->cap = at->cap * 2 + 64;
		at->series = xrealloc(at->series, at->cap,
		    sizeof *at->series);
	}
	if (fresh && series_of_group(s, worker, b->stream[code], values,
	    &at->series[k], e) == -1)
		return -1;
	*no = at->series[k];
	return 0;
}

static int
take_row(void *arg, unsigned worker, struct log_batch *b, uint32_t row,
    const struct str *values, struct err *e)
{
	struct scan *s = arg;
	struct meter *m = &s->leaf->meter[worker];
	int64_t t = (int64_t)b->time[row];
	uint32_t no;
	double v;
	int r;

	if (!meter_turn(m, t))
		return 1;
	r = glance_take(s->at[worker].look, values, &v);
	if (r != 1)
		return r == 0;
	if (group_series(s, worker, b, b->code ? b->code[row] : row, values,
	    &no, e) == -1 || meter_add(m, no, t, v, e) == -1)
		return -1;
	return 1;
}

static int
on_batch(void *arg, unsigned worker, struct log_batch *b, struct err *e)
{
	struct scan *s = arg;

	if (s->stopped && s->stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	arena_reset(&s->scratch[worker]);
	if (s->leaf->sampler.of_level && b->found)
		return count_levels(s, worker, b, e);
	if (!s->leaf->sampler.of_stream || !b->found)
		return take_lines(s, worker, b, e);
	return by_stream(&s->leaf->sampler, b) ?
	    count_streams(s, worker, b, e) : count_values(s, worker, b, e);
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
free_worker(struct scan *s, unsigned worker)
{
	struct glanced *at = &s->at[worker];

	arena_free(&s->scratch[worker]);
	map_free(&at->groups);
	free(at->series);
	buf_free(&at->key);
	arena_free(&at->mem);
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
	r = parts_each(p->v, p->n, &o, s.glance ? &first : NULL,
	    l->sampler.of_stream && !l->sampler.of_level ? &counts : NULL,
	    p->fault, p->arg, on_batch, &s, e);
	for (unsigned w = 0; w < workers; w++)
		free_worker(&s, w);
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
