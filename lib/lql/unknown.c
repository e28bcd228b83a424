#include "lql/unknown.h"

#include "lql/foresee.h"
#include "lql/known.h"
#include "lql/metric.h"
#include "lql/step.h"

#define STREAMS_MAX	20000u	/* looked through for a word */

/* What is looked at, and where it is said. */
struct unknown {
	const struct lql_ask *ask;
	struct store_view *view;
	struct lql_labels labels, meta, parsed;
	struct arena mem;
	struct buf *b;
};

/* What has no such thing, and the nearest there is. */
static void
put(struct unknown *u, const char *what, struct str text, struct str near)
{
	buf_addf(u->b, "%s\"%.*s\"", what, PS(text));
	if (near.p)
		buf_addf(u->b, ": did you mean \"%.*s\"", PS(near));
}

/* ---- streams ------------------------------------------------------------- */

/* The label; NULL: no stream has it, which is said. */
static const struct lql_label *
of_label(struct unknown *u, struct str label)
{
	const struct lql_labels *all = &u->labels;
	const struct lql_label *l = lql_labels_find(all, label);
	struct str *name = arena_new(&u->mem, struct str, all->n);

	for (size_t i = 0; i < all->n; i++)
		name[i] = all->v[i].name;
	if (!l)
		put(u, "no stream has the label ", label,
		    caret_nearest(label, name, all->n));
	return l;
}

static bool
of_matcher(struct unknown *u, const struct log_matcher *m)
{
	const struct lql_label *l = of_label(u, m->name);

	if (!l)
		return true;
	if (m->op != LOG_EQ)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->value[i], m->value))
			return false;
	put(u, arena_printf(&u->mem, "no stream has %.*s=", PS(m->name)).p,
	    m->value, caret_nearest(m->value, l->value, l->n));
	return true;
}

/* ---- fields -------------------------------------------------------------- */

static bool
of_name(struct unknown *u, struct str name)
{
	const struct lql_labels *all[] = { &u->labels, &u->meta, &u->parsed };
	struct str *of = arena_new(&u->mem, struct str, u->labels.n +
	    u->meta.n + u->parsed.n);
	size_t n = 0;

	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < all[k]->n; i++) {
			of[n++] = all[k]->v[i].name;
			if (str_eq(of[n - 1], name))
				return false;
		}
	put(u, arena_printf(&u->mem, "none of the newest %u lines has ",
	    KNOWN_LINES).p, name, caret_nearest(name, of, n));
	return true;
}

/* Whether labels of the text are what json or logfmt find, and no others. */
static bool
plainly_parsed(const struct lql_log *q)
{
	bool any = false;

	for (size_t i = 0; i < q->nsteps; i++) {
		const struct lql_step *st = &q->step[i];

		any |= st->type == LQL_S_JSON || st->type == LQL_S_LOGFMT;
		if (st->type > LQL_S_LOGFMT || st->names > 0)
			return false;
	}
	return any;
}

/* 1: said; 0; -1. */
static int
of_fields(struct unknown *u, const struct lql_log *q, struct err *e)
{
	if (!plainly_parsed(q))
		return 0;
	if (known_fields(u->ask, u->view, q, &u->mem, &u->meta, &u->parsed,
	    e) == -1)
		return -1;
	if (u->meta.n + u->parsed.n == 0)	/* maybe there are no lines */
		return 0;
	for (size_t i = 0; i < q->nsteps; i++)
		for (uint32_t k = 0; q->step[i].label &&
		    k < q->step[i].label->n; k++) {
			struct str name = q->step[i].label->names[k];

			if (foresee_can(name) && of_name(u, name))
				return 1;
		}
	return 0;
}

/* ---- queries ------------------------------------------------------------- */

static int
of_log(struct unknown *u, const struct lql_log *q, struct err *e)
{
	for (size_t i = 0; i < q->nmatch; i++) {
		const struct log_matcher *m = &q->match[i];

		/* what a stream without the label fits finds others */
		if ((m->op == LOG_EQ ? m->value.n > 0 : m->op == LOG_RE &&
		    re_match(m->re, S(""), NULL) != 1) && of_matcher(u, m))
			return 1;
	}
	return of_fields(u, q, e);
}

static int
of_metric(struct unknown *u, const struct lql_metric *m, struct err *e)
{
	int r;

	switch (m->kind) {
	case LQL_M_RANGE: return of_log(u, &m->range->log, e);
	case LQL_M_AGG: return of_metric(u, m->agg->of, e);
	case LQL_M_REPLACE: return of_metric(u, m->replace->of, e);
	case LQL_M_BINARY:
		r = of_metric(u, m->l, e);
		return r == 0 ? of_metric(u, m->r, e) : r;
	default: return 0;
	}
}

int
lql_unknown(const struct lql_ask *ask, struct store_view *view,
    const struct lql_query *q, struct buf *b, struct err *e)
{
	struct unknown u = { .ask = ask, .view = view, .b = b };
	struct log_scan_opts all = { .limit = STREAMS_MAX };
	struct log_streams streams;
	int r = log_streams(view, &all, &u.mem, &streams, e);

	if (r == 0 && !streams.many) {
		lql_labels(&streams, &u.mem, &u.labels);
		r = q->metric ? of_metric(&u, q->metric, e) :
		    of_log(&u, &q->log, e);
		if (r == 0 && ask->about == LQL_VALUES)
			of_label(&u, ask->label);
	}
	arena_free(&u.mem);
	return r == -1 ? -1 : 0;
}
