/* print_pretty: queries over several lines. */
#include "base/num.h"
#include "base/quote.h"
#include "lql/print.h"
#include "lql/print_inner.h"

struct pretty {
	struct buf *b;
	size_t width;
};

static void
indent(struct pretty *p, unsigned level)
{
	for (; level > 0; level--)
		buf_adds(p->b, S("  "));
}

/* Whether what was appended since `from` is short enough; else it goes. */
static bool
fits(struct pretty *p, size_t from)
{
	if (p->b->n - from <= p->width)
		return true;
	p->b->n = from;
	return false;
}

/* ---- log queries ------------------------------------------------------------------ */

/*
 * Line filters in a row are one thing: those at the front stay on a line if
 * they fit, and the last gets its own.
 */
static void
line_filters(struct pretty *p, const struct lql_log *log, size_t first,
    size_t n, unsigned level)
{
	size_t from = p->b->n;

	indent(p, level);
	size_t start = p->b->n;

	for (size_t i = 0; i < n; i++) {
		buf_adds(p->b, i > 0 ? S(" ") : S(""));
		print_step(p->b, print_step_no(log, first + i));
	}
	if (fits(p, start) || n == 1) {
		if (p->b->n == start)	/* one that is too long */
			print_step(p->b, print_step_no(log, first));
		return;
	}
	p->b->n = from;
	line_filters(p, log, first, n - 1, level);
	buf_u8(p->b, '\n');
	indent(p, level);
	print_step(p->b, print_step_no(log, first + n - 1));
}

/* How many steps stand before the unwrapping. */
static size_t
plain_steps(const struct lql_log *log)
{
	size_t n = 0;
	const struct lql_step *st;

	while ((st = print_step_no(log, n)) && st->type != LQL_S_UNWRAP)
		n++;
	return n;
}

static void
pretty_log(struct pretty *p, const struct lql_log *log, unsigned level)
{
	size_t n = plain_steps(log), from;

	indent(p, level);
	from = p->b->n;
	print_selector(p->b, log);
	size_t selected = p->b->n;

	for (size_t i = 0; i < n; i++) {
		buf_u8(p->b, ' ');
		print_step(p->b, print_step_no(log, i));
	}
	if (n > 0 && p->b->n - from > p->width) {
		p->b->n = selected;
		for (size_t i = 0, k; i < n; i += k) {
			for (k = 0; i + k < n && print_step_no(log,
			    i + k)->type == LQL_S_LINE;)
				k++;
			buf_u8(p->b, '\n');
			if (k > 0) {
				line_filters(p, log, i, k, level + 1);
				continue;
			}
			indent(p, level + 1);
			print_step(p->b, print_step_no(log, i));
			k = 1;
		}
	}
	for (size_t i = n; i < log->nsteps; i++) {	/* unwrap, filters */
		buf_u8(p->b, '\n');
		indent(p, level + 1);
		print_step(p->b, print_step_no(log, i));
	}
}

/* ---- metric queries --------------------------------------------------------------- */

static void pretty_metric(struct pretty *, const struct lql_metric *,
    unsigned level);

static void
pretty_range(struct pretty *p, const struct lql_range *r, unsigned level)
{
	char t[64];

	buf_addf(p->b, "%s(\n", lql_range_name(r->op));
	if (r->op == LQL_R_QUANTILE) {
		indent(p, level + 1);
		buf_addf(p->b, "%s,\n", num_fmt_f64(t, r->q));
	}
	pretty_log(p, &r->log, level + 1);
	buf_addf(p->b, " [%s]", num_fmt_prom_duration(t, r->ns));
	if (r->offset != 0)
		buf_addf(p->b, " offset %s%s", r->offset < 0 ? "-" : "",
		    num_fmt_prom_duration(t, r->offset < 0 ? -r->offset :
		    r->offset));
	buf_u8(p->b, '\n');
	indent(p, level);
	buf_u8(p->b, ')');
	print_grouping(p->b, &r->by, PRINT_EMPTY, ", ");
}

static void
pretty_aggregation(struct pretty *p, const struct lql_agg *a, unsigned level)
{
	buf_adds(p->b, str_of(lql_agg_name(a->op)));
	print_grouping(p->b, &a->by, PRINT_NO_EMPTY, ", ");
	buf_adds(p->b, S("(\n"));
	if (print_has_k(a->op)) {
		indent(p, level + 1);
		buf_digits(p->b, a->k);
		buf_adds(p->b, S(",\n"));
	}
	pretty_metric(p, a->of, level + 1);
	buf_u8(p->b, '\n');
	indent(p, level);
	buf_u8(p->b, ')');
}

static void
pretty_replace(struct pretty *p, const struct lql_replace *r, unsigned level)
{
	const struct str text[] = { r->dst, r->with, r->src, r->pattern };

	buf_adds(p->b, S("label_replace(\n"));
	pretty_metric(p, r->of, level + 1);
	for (int i = 0; i < 4; i++) {
		buf_adds(p->b, S(",\n"));
		indent(p, level + 1);
		quote_go(p->b, text[i]);
	}
	buf_u8(p->b, '\n');
	indent(p, level);
	buf_u8(p->b, ')');
}

static void
pretty_metric(struct pretty *p, const struct lql_metric *m, unsigned level)
{
	size_t from = p->b->n, start;

	indent(p, level);
	start = p->b->n;
	print_metric(p->b, m);
	if (m->kind == LQL_M_NUMBER || m->kind == LQL_M_VECTOR ||
	    fits(p, start))
		return;
	switch (m->kind) {
	case LQL_M_RANGE: pretty_range(p, m->range, level); break;
	case LQL_M_AGG: pretty_aggregation(p, m->agg, level); break;
	case LQL_M_REPLACE: pretty_replace(p, m->replace, level); break;
	default:
		p->b->n = from;
		pretty_metric(p, m->l, level + 1);
		buf_u8(p->b, '\n');
		indent(p, level);
		print_operator(p->b, m->op, true, ", ");
		buf_u8(p->b, '\n');
		pretty_metric(p, m->r, level + 1);
	}
}

void
lql_print_pretty(struct buf *b, const struct lql_query *q, size_t width)
{
	struct pretty p = { b, width };

	if (q->metric)
		pretty_metric(&p, q->metric, 0);
	else
		pretty_log(&p, &q->log, 0);
}

int
lql_set_out(const struct lql_ask *ask, const struct lql_query *q,
    struct err *e)
{
	struct buf b = { 0 };
	int r;

	lql_print_pretty(&b, q, 80);
	buf_u8(&b, '\n');
	r = ask->write(ask->write_arg, buf_str(&b), e);
	buf_free(&b);
	return r;
}
