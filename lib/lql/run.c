#include "lql/run.h"

#include "base/pool.h"
#include "log/each.h"
#include "log/view.h"
#include "lql/filter.h"
#include "lql/foresee.h"
#include "lql/hint.h"
#include "lql/pipe.h"

struct run {
	const struct lql_log *q;
	lql_fn *fn;
	void *arg;
	uint64_t limit, given;
	uint64_t interval, last;	/* time of the last one given */
	bool piped;		/* there are steps the scan does not do */
	struct arena scratch;
	struct log_scan_opts so;
};

void
lql_enter(struct lql_entry *en, const struct log_line *l, struct arena *mem)
{
	entry_begin(en, l->line, l->labels, l->nlabels, l->meta, l->nmeta,
	    mem);
	en->time = l->time;
	en->trace = l->trace_id;
	en->span = l->span_id;
	en->severity = l->severity;
}

static int
give(struct run *r, const struct lql_line *l, struct err *e)
{
	int status = r->fn(r->arg, l, e);

	return status != 0 ? status : ++r->given == r->limit;
}

/* Whether it is far enough from the last one, which it is from then on. */
static bool
paced(struct run *r, uint64_t time)
{
	uint64_t far = time > r->last ? time - r->last : r->last - time;

	if (r->interval > 0 && r->given > 0 && far < r->interval)
		return false;
	r->last = time;
	return true;
}

/* The line as the query's steps make it, in `a`; false: they drop it. */
static bool
pass(const struct lql_log *q, const struct log_line *l, struct arena *a,
    struct lql_line *out)
{
	struct lql_entry en;
	struct log_pair *v;

	arena_reset(a);
	lql_enter(&en, l, a);
	if (!pipe_run(q->step, q->nsteps, false, &en))
		return false;
	out->l.line = en.line;
	out->l.nlabels = entry_labels(&en, LQL_STREAM, &v);
	out->l.labels = v;
	out->l.nmeta = entry_labels(&en, LQL_META, &v);
	out->l.meta = v;
	out->nparsed = entry_labels(&en, LQL_PARSED, &v);
	out->parsed = v;
	return true;
}

static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct run *r = arg;
	struct lql_line out = { .l = *l, .raw = l };

	if (r->piped && !pass(r->q, l, &r->scratch, &out))
		return 0;
	return paced(r, l->time) ? give(r, &out, e) : 0;
}

struct log_line_filter
lql_line_filter(const struct lql_step *st, struct arena *a)
{
	struct log_line_filter f = { .n = st->alts };
	bool re = st->alts > 0 && st->alt[0].how == LQL_L_RE;

	f.op = re ? st->keep ? LOG_RE : LOG_NRE : st->keep ? LOG_EQ : LOG_NE;
	f.alt = arena_new(a, struct log_alt, st->alts);
	for (size_t i = 0; i < st->alts; i++)
		f.alt[i] = (struct log_alt){ st->alt[i].text, st->alt[i].re };
	return f;
}

bool
lql_push(const struct lql_log *q, struct arena *a, struct log_scan_opts *o)
{
	struct log_line_filter *line = arena_new(a, struct log_line_filter,
	    q->nsteps + 1);
	struct log_label_filter *label = arena_new(a, struct log_label_filter,
	    q->nsteps + 1);
	struct log_parse_filter *parse;
	bool piped = false, all = true;

	o->match = q->match;
	o->nmatch = q->nmatch;
	for (size_t i = 0; i < q->nsteps; i++) {
		const struct lql_step *st = &q->step[i];

		piped |= !st->pushed || st->again;
		all &= st->pushed;
		if (st->pushed && st->type == LQL_S_LINE)
			line[o->nfilter++] = lql_line_filter(st, a);
		else if (st->pushed)
			label[o->nlabel++] = (struct log_label_filter){
				st->label->names, st->label->n,
				lql_stage_test, st->label };
		else if (st->hint)
			label[o->nlabel++] = lql_level_hint(st->label, a);
	}
	o->filter = line;
	o->label = label;
	o->nparse = foresee(q, a, &parse);
	o->parse = parse;
	if (!all)	/* who knows how many lines that takes */
		o->limit = 0;
	return piped;
}

static struct log_scan_opts
scan_opts(const struct lql_opts *o)
{
	return (struct log_scan_opts){ .trace_ids = o->trace_ids,
		.ntrace_ids = o->ntrace_ids, .from = o->from, .to = o->to,
		.forward = o->forward, .limit = o->limit,
		.workers = o->workers, .count = o->count };
}

static void
want(struct log_scan_opts *so, const struct lql_opts *o, bool piped)
{
	so->want_meta = !o->no_meta || piped;
	so->want_line = !o->no_line || piped ? LOG_LINE : LOG_NO_LINE;
}

int
lql_run(struct store_view *view, const struct lql_log *q,
    const struct lql_opts *o, lql_fn *fn, void *arg, struct err *e)
{
	struct run r = { .q = q, .fn = fn, .arg = arg, .limit = o->limit,
		.interval = o->interval, .so = scan_opts(o) };
	struct arena a = { 0 };
	int status;

	r.piped = lql_push(q, &a, &r.so);
	if (o->interval > 0)	/* who knows how many lines that takes */
		r.so.limit = 0;
	want(&r.so, o, r.piped);
	status = log_scan(view, &r.so, on_line, &r, e);
	arena_free(&r.scratch);
	arena_free(&a);
	return status;
}

/* ---- in any order ---------------------------------------------------------- */

struct each {
	const struct lql_log *q;
	lql_each_fn *fn;
	void *arg;
	bool piped;
	bool times;		/* are all that is asked for */
	struct arena scratch[POOL_WORKERS_MAX];
};

static int
on_batch(void *arg, unsigned worker, struct log_batch *b, struct err *e)
{
	struct each *ea = arg;

	for (uint32_t i = 0; i < b->n; i++) {
		struct log_line l = { .time = b->time[i] };
		struct lql_line out;
		int r = ea->times ? 1 : log_batch_line(b, i, &l, e);

		if (r == -1)
			return -1;
		out = (struct lql_line){ .l = l, .raw = &l };
		if (r == 0 || (ea->piped && !pass(ea->q, &l,
		    &ea->scratch[worker], &out)))
			continue;
		if (ea->fn(ea->arg, worker, &out, e) == -1)
			return -1;
	}
	return 0;
}

static int
on_paced(void *arg, const struct lql_line *l, struct err *e)
{
	struct each *ea = arg;

	return ea->fn(ea->arg, 0, l, e);
}

static void
on_fault(void *arg, const struct err *e)
{
	store_view_fault(arg, e);
}

int
lql_each(struct store_view *view, const struct lql_log *q,
    const struct lql_opts *o, lql_each_fn *fn, void *arg, struct err *e)
{
	struct log_scan_opts so = scan_opts(o);
	struct each ea = { .q = q, .fn = fn, .arg = arg };
	struct lql_opts all = *o;
	struct arena a = { 0 };
	struct log_view w;
	int r;

	all.limit = 0;
	if (o->interval > 0)
		return lql_run(view, q, &all, on_paced, &ea, e);
	ea.piped = lql_push(q, &a, &so);
	want(&so, o, ea.piped);
	ea.times = !so.want_line && !so.want_meta;
	r = log_view_open(&w, view, &so, e);
	if (r == 0) {
		r = parts_each(w.part, w.n, &so, NULL, NULL, on_fault,
		    view, on_batch, &ea, e);
		log_view_close(&w);
	}
	for (unsigned k = 0; k < POOL_WORKERS_MAX; k++)
		arena_free(&ea.scratch[k]);
	arena_free(&a);
	return r;
}
