#include "tql/answer.h"

#include <stdlib.h>

#include "tql/far.h"
#include "tql/fetch.h"
#include "tql/list.h"
#include "tql/series.h"
#include "tql/unknown.h"

#define PIECE		65536u

struct answer {
	const struct tql_ask *ask;
	struct buf b;
	struct arena scratch;
};

static int
put(struct answer *an, size_t above, struct err *e)
{
	if (an->b.n <= above)
		return 0;
	int r = an->ask->write(an->ask->write_arg, buf_str(&an->b), e);

	buf_reset(&an->b);
	return r;
}

/* Who calls whom in all of them. */
static int
put_graph(struct answer *an, struct store_view *view,
    const struct tql_result *res, struct err *e)
{
	struct graph g = { 0 };
	int r = 0;

	for (size_t i = 0; i < res->n && r == 0; i++)
		r = an->ask->o.stopped && an->ask->o.stopped() ?
		    err_set(e, ERR_CANCEL, "stopped") :
		    fetch_graph(view, res->trace[i].id, &g, e);
	if (r == 0)
		graph_dot(&g, &an->b);
	graph_free(&g);
	return r == -1 ? -1 : put(an, 0, e);
}

static int
put_result(struct answer *an, struct store_view *view,
    const struct tql_result *res, struct tql_before *before, struct err *e)
{
	const struct list ls = { an->ask, &an->b, &an->scratch, before };
	bool bare = before && before->headed;

	if (an->ask->out == ASK_DOT)
		return put_graph(an, view, res, e);
	if (an->ask->out == ASK_TABLE)
		list_table(&ls, res);
	if (an->ask->out == ASK_CSV && !bare)
		list_head(&ls);
	if (before)
		before->headed |= res->n > 0;
	for (size_t i = 0; i < res->n && an->ask->out != ASK_TABLE; i++) {
		if (an->ask->o.stopped && an->ask->o.stopped())
			return err_set(e, ERR_CANCEL, "stopped");
		if (an->ask->out != ASK_REC)
			list_put(&ls, &res->trace[i]);
		else if (fetch_record(view, res->trace[i].id, &an->b, e) == -1)
			return -1;
		if (put(an, PIECE, e) == -1)
			return -1;
	}
	return put(an, 0, e);
}

int
tql_put_result(const struct tql_ask *ask, struct store_view *view,
    const struct tql_result *res, struct tql_before *before, struct err *e)
{
	struct answer an = { .ask = ask };
	int r = put_result(&an, view, res, before, e);

	buf_free(&an.b);
	arena_free(&an.scratch);
	return r;
}

void
tql_answer_opts(struct tql_ask *ask)
{
	ask->o.ids_only = ask->out == ASK_IDS || ask->out == ASK_REC ||
	    ask->out == ASK_DOT;
	ask->o.errors = ask->out == ASK_TABLE;
	if (ask->out == ASK_CSV)
		ask->o.spans = 0;
}

/* What the query asks for that no span has, where that is all of it, or what
 * series are made by. */
static void
say_unknown(const struct tql_ask *ask, struct store_view *view,
    const struct tql_query *q, bool none)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	if ((none ? tql_unknown : tql_unknown_attrs)(view, q, &ask->o, &b,
	    &e) == 0 && b.n > 0)
		ask_say(ask->say, ask->say_arg, buf_str(&b));
	buf_free(&b);
}

static void
no_match(const struct tql_ask *ask, struct store_view *view,
    const struct tql_query *q)
{
	uint64_t min = 0, max = 0;
	bool any = store_view_span(view, &min, &max);

	if (ask->far)
		ask_no_match_far(ask->say, ask->say_arg, ask->o.from,
		    ask->o.to);
	/* what could not be read may have held it: that was said */
	else if (any || store_view_missing(view) == 0)
		ask_no_match(ask->say, ask->say_arg, any, min, max,
		    ask->o.from, ask->o.to);
	if (any && store_view_missing(view) == 0)
		say_unknown(ask, view, q, true);
}

/* The range asked for; of the whole store when none was. 0: it is empty. */
static int
range_of(const struct tql_ask *ask, struct store_view *view,
    struct tql_range *r, struct err *e)
{
	uint64_t min = 0, max = 0, from = ask->o.from, to = ask->o.to, step;

	if (!store_view_span(view, &min, &max))
		return 0;
	if (from == 0 && to == 0)
		to = max + 1;
	from = from < min ? min : from;
	from += from == 0;
	to = to > max + 1 ? max + 1 : to;
	if (to <= from)
		return 0;
	/* [from, to) as (from, to] of whole numbers */
	step = ask->step == ASK_STEP_AUTO ? tql_range_step(from - 1, to - 1) :
	    ask->step;
	return tql_range(r, from - 1, to - 1, step, e) == -1 ? -1 : 1;
}

int
tql_series(const struct tql_ask *ask, struct store_view *view,
    const struct tql_query *q, struct tql_range *range, struct arena *mem,
    struct table *t, struct tql_exemplars *ex, struct err *e)
{
	struct tql_metrics_opts o = { .workers = ask->o.workers,
	    .exemplars = ask->exemplars,
	    .count = ask->o.count, .stopped = ask->o.stopped,
	    .plan = ask->o.plan };
	int r;

	*t = (struct table){ .n = 0 };
	*ex = (struct tql_exemplars){ .v = NULL };
	if (ask->far)
		return far_metrics(ask->far, ask, q, range, mem, t, ex, e);
	r = range_of(ask, view, &o.range, e);
	*range = o.range;
	if (r == 1 && tql_metrics(view, q, &o, mem, t, ex, e) == -1)
		r = -1;
	return r;
}

static int
answer_metrics(struct answer *an, struct store_view *view,
    const struct tql_query *q, uint64_t *n, struct err *e)
{
	struct tql_range range;
	struct tql_exemplars ex;
	struct table t;
	int r = tql_series(an->ask, view, q, &range, &an->scratch, &t, &ex,
	    e);

	if (r == 1)
		r = series_put(an->ask, q->metric, &range, &t, &ex, &an->b,
		    e);
	*n = t.n;
	return r == -1 ? -1 : put(an, 0, e);
}

/* Newest first where that is equal: the order that results come in. */
static int
by_duration(const void *a, const void *b)
{
	const struct tql_trace *x = a, *y = b;

	if (x->duration != y->duration)
		return x->duration < y->duration ? 1 : -1;
	return (x->start < y->start) - (x->start > y->start);
}

static int
by_spans(const void *a, const void *b)
{
	const struct tql_trace *x = a, *y = b;

	if (x->matched != y->matched)
		return x->matched < y->matched ? 1 : -1;
	return (x->start < y->start) - (x->start > y->start);
}

static void
sort_result(const struct tql_ask *ask, struct tql_result *res)
{
	qsort(res->trace, res->n, sizeof *res->trace,
	    ask->sort == TQL_BY_SPANS ? by_spans : by_duration);
	if (ask->o.limit > 0 && res->n > ask->o.limit)
		res->n = (size_t)ask->o.limit;
}

static int
answer_traces(struct answer *an, struct store_view *view,
    const struct tql_query *q, uint64_t *n, struct err *e)
{
	const struct tql_ask *ask = an->ask;
	struct tql_result res = { 0 };
	struct tql_ask full = *ask;
	int r;

	tql_answer_opts(&full);
	if (ask->sort != TQL_BY_TIME) {
		full.o.limit = 0;	/* the first may be anywhere */
		full.o.spans = full.o.ids_only ? 0 : full.o.spans;
		full.o.ids_only = false;
	}
	r = tql_run(view, q, &full.o, &res, e);
	if (ask->sort != TQL_BY_TIME)
		sort_result(ask, &res);
	if (r == 0)
		r = put_result(an, view, &res, NULL, e);
	*n = res.n;
	tql_result_free(&res);
	return r;
}

int
tql_answer(const struct tql_ask *ask, struct store_view *view,
    struct str text, uint64_t *n, const char **what, struct err *e)
{
	struct answer an = { .ask = ask };
	struct tql_query q;
	int r;

	*n = 0;
	*what = "traces";
	if (tql_parse(&q, text, &an.scratch, e) == -1) {
		arena_free(&an.scratch);
		return -1;
	}
	if (q.metric)
		*what = "series";
	r = (q.metric ? answer_metrics : answer_traces)(&an, view, &q, n, e);
	if (r == 0 && *n == 0)
		no_match(ask, view, &q);
	else if (r == 0 && q.metric && !ask->far)
		say_unknown(ask, view, &q, false);
	tql_free(&q);
	buf_free(&an.b);
	arena_free(&an.scratch);
	return r;
}
