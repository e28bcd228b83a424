#include "lql/unknown.h"

#include "log/scan.h"
#include "lql/labels.h"
#include "lql/metric.h"

#define STREAMS_MAX	20000u	/* looked through for a word */

/* The label has no such name, or no such value; the nearest there is. */
static void
put(struct buf *b, const char *what, struct str text, struct str near)
{
	buf_addf(b, "no stream has %s\"%.*s\"", what, PS(text));
	if (near.p)
		buf_addf(b, ": did you mean \"%.*s\"", PS(near));
}

static bool
of_matcher(const struct log_matcher *m, const struct lql_labels *all,
    struct arena *a, struct buf *b)
{
	const struct lql_label *l = lql_labels_find(all, m->name);
	struct str *name = arena_new(a, struct str, all->n);

	if (!l) {
		for (size_t i = 0; i < all->n; i++)
			name[i] = all->v[i].name;
		put(b, "the label ", m->name, caret_nearest(m->name, name,
		    all->n));
		return true;
	}
	if (m->op != LOG_EQ)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->value[i], m->value))
			return false;
	put(b, arena_printf(a, "%.*s=", PS(m->name)).p, m->value,
	    caret_nearest(m->value, l->value, l->n));
	return true;
}

static bool
of_log(const struct lql_log *q, const struct lql_labels *all, struct arena *a,
    struct buf *b)
{
	for (size_t i = 0; i < q->nmatch; i++) {
		const struct log_matcher *m = &q->match[i];

		/* what a stream without the label fits finds others */
		if ((m->op == LOG_EQ ? m->value.n > 0 : m->op == LOG_RE &&
		    re_match(m->re, S(""), NULL) != 1) &&
		    of_matcher(m, all, a, b))
			return true;
	}
	return false;
}

static bool
of_metric(const struct lql_metric *m, const struct lql_labels *all,
    struct arena *a, struct buf *b)
{
	switch (m->kind) {
	case LQL_M_RANGE: return of_log(&m->range->log, all, a, b);
	case LQL_M_AGG: return of_metric(m->agg->of, all, a, b);
	case LQL_M_REPLACE: return of_metric(m->replace->of, all, a, b);
	case LQL_M_BINARY:
		return of_metric(m->l, all, a, b) ||
		    of_metric(m->r, all, a, b);
	default: return false;
	}
}

int
lql_unknown(struct store_view *view, const struct lql_query *q,
    struct buf *b, struct err *e)
{
	struct log_scan_opts all = { .limit = STREAMS_MAX };
	struct log_streams streams;
	struct lql_labels labels;
	struct arena a = { 0 };
	int r = log_streams(view, &all, &a, &streams, e);

	if (r == 0 && !streams.many) {
		lql_labels(&streams, &a, &labels);
		if (q->metric)
			of_metric(q->metric, &labels, &a, b);
		else
			of_log(&q->log, &labels, &a, b);
	}
	arena_free(&a);
	return r;
}
