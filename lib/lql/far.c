#include "lql/far.h"

#include <stdlib.h>

#include "base/time.h"
#include "lql/own.h"
#include "lql/print.h"
#include "lql/print_inner.h"

#define STREAMS_MAX	1000000u

#define ONLY_MAX	((size_t)100 << 10)	/* of a query's 128 KiB */
#define AHEAD		(600 * NS_S)	/* a server takes lines of the future */
#define EVERYTHING	S("{service_name=~\".+\"}")

struct far {
	lql_fn *fn;
	log_line_fn *scan_fn;
	void *arg;
	struct arena *mem;		/* of what is handed on */
	struct arena scratch;		/* of an answer */
	const struct lql_times *times;
	struct table *table;
	struct log_streams *streams;
	size_t cap;
};

static bool
asks_nothing(const struct lql_opts *o)
{
	return o->trace_ids && o->ntrace_ids == 0;
}

static int
ask(const struct lql_ask *lql, struct question *qn, struct buf *text,
    remote_fn *fn, void *arg, struct err *e)
{
	int r;

	qn->text = buf_str(text);
	qn->wait = lql->wait;
	r = asks_nothing(&lql->o) ? 0 : remote_ask(lql->far, qn, fn, arg, e);
	buf_free(text);
	return r;
}

static void
put_log(struct buf *b, const struct lql_log *q)
{
	if (q->nmatch > 0) {
		print_log(b, q);
		return;
	}
	buf_adds(b, EVERYTHING);
	if (q->only.n > 0)
		buf_addf(b, " | %.*s", PS(q->only));
}

/* ---- of some traces -------------------------------------------------------- */

static void
set_only(struct lql_metric *m, struct str only)
{
	switch (m->kind) {
	case LQL_M_RANGE: m->range->log.only = only; break;
	case LQL_M_AGG: set_only(m->agg->of, only); break;
	case LQL_M_REPLACE: set_only(m->replace->of, only); break;
	case LQL_M_BINARY:
		set_only(m->l, only);
		set_only(m->r, only);
		break;
	case LQL_M_NUMBER: case LQL_M_VECTOR: break;
	}
}

int
far_only(struct lql_query *q, const struct lql_opts *o, struct arena *mem,
    struct err *e)
{
	struct buf b = { 0 };
	struct str only;
	char hex[33];

	buf_adds(&b, S("trace_id=~\""));
	for (size_t i = 0; i < o->ntrace_ids && b.n < ONLY_MAX; i++) {
		str_hex(hex, o->trace_ids[i], 16);
		buf_addf(&b, "%s%s", i > 0 ? "|" : "", hex);
	}
	buf_u8(&b, '"');
	only = arena_str(mem, buf_str(&b));
	buf_free(&b);
	if (only.n > ONLY_MAX)
		return remote_refuse("so many trace ids", "a query has room "
		    "for some 3000", e);
	q->log.only = only;
	if (q->metric)
		set_only(q->metric, only);
	return 0;
}

/* ---- lines ----------------------------------------------------------------- */

static struct log_pair *
pairs_from(const struct labels *l, struct arena *mem)
{
	struct log_pair *v = arena_new(mem, struct log_pair, l->n + 1);

	for (uint32_t i = 0; i < l->n; i++)
		v[i] = (struct log_pair){ l->v[i].name, l->v[i].value };
	return v;
}

/* n bytes in hex, or nothing. */
static int
on_line(void *arg, const struct remote_answer *a, struct err *e)
{
	struct far *f = arg;
	struct lql_line out = { .l = { .time = a->time, .line = a->text,
	    .nlabels = a->labels.n, .nmeta = a->meta.n },
	    .nparsed = a->parsed.n, .raw = &out.l };

	if (a->kind != ANSWER_LINE)
		return 0;
	arena_reset(&f->scratch);
	out.l.labels = pairs_from(&a->labels, &f->scratch);
	out.parsed = pairs_from(&a->parsed, &f->scratch);
	own_take(&out.l, pairs_from(&a->meta, &f->scratch), &f->scratch);
	return f->fn ? f->fn(f->arg, &out, e) :
	    f->scan_fn(f->arg, &out.l, e);
}

static int
ask_lines(const struct lql_ask *lql, struct question *qn, struct buf *text,
    struct far *f, struct err *e)
{
	uint64_t now = time_now(), to = qn->to;
	int r;

	qn->what = QUESTION_LINES;
	qn->batch = lql->batch;
	remote_range(&qn->from, &qn->to);
	if (to > now)
		qn->to = to < now + AHEAD ? to : now + AHEAD;
	r = ask(lql, qn, text, on_line, f, e);
	arena_free(&f->scratch);
	return r;
}

int
lql_find(const struct lql_ask *lql, struct store_view *view,
    const struct lql_log *q, const struct lql_opts *o, lql_fn *fn, void *arg,
    struct err *e)
{
	struct far f = { .fn = fn, .arg = arg };
	struct question qn = { .from = o->from, .to = o->to, .limit = o->limit,
	    .forward = o->forward, .interval = o->interval };
	struct buf text = { 0 };

	if (!lql->far)
		return lql_run(view, q, o, fn, arg, e);
	put_log(&text, q);
	return ask_lines(lql, &qn, &text, &f, e);
}

int
far_scan(const struct lql_ask *lql, const struct log_scan_opts *o,
    log_line_fn *fn, void *arg, struct err *e)
{
	const struct lql_log of = { .match = (struct log_matcher *)
	    (uintptr_t)o->match, .nmatch = o->nmatch };
	struct far f = { .scan_fn = fn, .arg = arg };
	struct question qn = { .from = o->from, .to = o->to, .limit = o->limit,
	    .forward = o->forward };
	struct buf text = { 0 };

	put_log(&text, &of);
	return ask_lines(lql, &qn, &text, &f, e);
}

/* ---- series ---------------------------------------------------------------- */

static int
on_series(void *arg, const struct remote_answer *a, struct err *e)
{
	struct far *f = arg;
	const struct lql_times *t = f->times;
	struct series *s;

	if (a->kind != ANSWER_SERIES)
		return 0;
	s = table_add(f->table, labels_copy(a->labels, f->mem), e);
	if (!s)
		return -1;
	for (size_t i = 0; i < a->points; i++) {
		uint64_t at = a->point[i].time - (uint64_t)t->start;

		if (at / t->step < t->steps)
			table_put(s, (uint32_t)(at / t->step),
			    a->point[i].value);
	}
	return 0;
}

int
far_series(const struct lql_ask *lql, const struct lql_query *q,
    const struct lql_times *t, struct arena *mem, struct table *out,
    struct err *e)
{
	struct far f = { .mem = mem, .times = t, .table = out };
	struct question qn = { .what = QUESTION_SERIES,
	    .from = (uint64_t)t->start,
	    .to = (uint64_t)t->start + (t->steps - 1) * t->step,
	    .step = t->instant ? 0 : t->step };
	struct buf text = { 0 };

	table_init(out, t->steps, mem);
	lql_print(&text, q);
	if (ask(lql, &qn, &text, on_series, &f, e) == -1)
		return -1;
	if (!t->instant)	/* a vector may have been sorted */
		table_sort(out);
	return 0;
}

/* Whether a line can come with an error of the pipeline: not when all steps
 * look at its text. Errors would fail what is counted. */
static bool
may_err(const struct lql_log *q)
{
	for (size_t i = 0; i < q->nsteps; i++)
		if (q->step[i].type != LQL_S_LINE)
			return true;
	return false;
}

int
far_sum(const struct lql_ask *lql, const struct lql_log *q,
    const struct far_sum *sum, struct question *qn, remote_fn *fn, void *arg,
    struct err *e)
{
	struct buf text = { 0 };

	buf_adds(&text, S("sum"));
	if (sum->by.n > 0)
		buf_addf(&text, " by (%.*s)", PS(sum->by));
	buf_addf(&text, "(%s(", sum->op);
	put_log(&text, q);
	buf_addf(&text, "%s[%llums]))", may_err(q) ? " | drop __error__, "
	    "__error_details__" : "", (unsigned long long)((sum->ns + NS_MS -
	    1) / NS_MS));
	qn->what = QUESTION_SERIES;
	return ask(lql, qn, &text, fn, arg, e);
}

int
far_patterns(const struct lql_ask *lql, const struct lql_log *q,
    struct question *qn, remote_fn *fn, void *arg, struct err *e)
{
	struct buf text = { 0 };

	if (q->nsteps > 0 || q->only.n > 0)
		return remote_refuse("patterns of some lines", "it knows those "
		    "of whole streams, by a selector", e);
	put_log(&text, q);
	qn->what = QUESTION_PATTERNS;
	return ask(lql, qn, &text, fn, arg, e);
}

/* ---- streams --------------------------------------------------------------- */

static int
on_stream(void *arg, const struct remote_answer *a, struct err *e)
{
	struct far *f = arg;
	struct log_streams *s = f->streams;
	struct log_stream *one;

	if (a->kind != ANSWER_STREAM)
		return 0;
	if (s->n == STREAMS_MAX)
		return err_set(e, ERR_LIMIT, "over %u streams", STREAMS_MAX);
	if (s->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 64;
		s->v = arena_grow(f->mem, s->v, s->n, f->cap, sizeof *s->v);
	}
	one = &s->v[s->n++];
	*one = (struct log_stream){ pairs_from(&a->labels, f->mem),
	    a->labels.n };
	for (uint32_t i = 0; i < one->n; i++)
		one->label[i] = (struct log_pair){ arena_str(f->mem,
		    one->label[i].name), arena_str(f->mem,
		    one->label[i].value) };
	return 0;
}

/* In the order of their labels. */
static int
by_labels(const void *a, const void *b)
{
	const struct log_stream *x = a, *y = b;
	int c = 0;

	for (uint32_t i = 0; i < x->n && i < y->n && c == 0; i++) {
		c = str_cmp(x->label[i].name, y->label[i].name);
		c = c ? c : str_cmp(x->label[i].value, y->label[i].value);
	}
	return c ? c : (x->n > y->n) - (x->n < y->n);
}

int
far_streams(const struct lql_ask *lql, const struct lql_query *match,
    struct arena *mem, struct log_streams *out, struct err *e)
{
	struct far f = { .mem = mem, .streams = out };
	struct question qn = { .what = QUESTION_STREAMS, .from = lql->o.from,
	    .to = lql->o.to };
	struct buf text = { 0 };

	*out = (struct log_streams){ 0 };
	remote_range(&qn.from, &qn.to);
	if (match->log.nmatch > 0)
		print_selector(&text, &match->log);
	if (ask(lql, &qn, &text, on_stream, &f, e) == -1)
		return -1;
	if (out->n > 0)
		qsort(out->v, out->n, sizeof *out->v, by_labels);
	return 0;
}
