/* print_metric: metric queries as text, on one line. */
#include "base/num.h"
#include "base/quote.h"
#include "lql/print_inner.h"

static void
names(struct buf *b, const struct str *v, uint32_t n, const char *comma)
{
	buf_u8(b, '(');
	for (uint32_t i = 0; i < n; i++) {
		buf_adds(b, str_of(i > 0 ? comma : ""));
		buf_adds(b, v[i]);
	}
	buf_u8(b, ')');
}

void
print_grouping(struct buf *b, const struct lql_grouping *g,
    enum print_empty empty, const char *comma)
{
	if (!g->given || (g->by.n == 0 && !g->by.without &&
	    empty == PRINT_NO_EMPTY))
		return;
	buf_adds(b, g->by.without ? S(" without ") : S(" by "));
	names(b, g->by.name, g->by.n, comma);
}

/*
 * Behind "on (..)" come a group, or nothing and its blank: as the reference
 * has it, and its caches' keys.
 */
void
print_operator(struct buf *b, const struct binary *op, bool bare,
    const char *comma)
{
	bool matched = !op->on.without || op->on.n > 0;

	buf_adds(b, str_of(bin_text(op->op)));
	buf_adds(b, op->as_bool ? S(" bool") : S(""));
	if (!matched || (bare && op->on.n == 0))
		return;
	buf_adds(b, op->on.without ? S(" ignoring ") : S(" on "));
	names(b, op->on.name, op->on.n, comma);
	buf_u8(b, ' ');
	if (op->many == BIN_ONE)
		return;
	buf_adds(b, op->many == BIN_MANY_LEFT ? S("group_left") :
	    S("group_right"));
	if (op->ninclude > 0) {
		buf_u8(b, ' ');
		names(b, op->include, op->ninclude, comma);
	}
}

static void
number(struct buf *b, double v)
{
	char t[32];

	buf_adds(b, str_of(num_fmt_f64(t, v)));
}

static void
range(struct buf *b, const struct lql_range *r)
{
	char t[64];

	buf_addf(b, "%s(", lql_range_name(r->op));
	if (r->op == LQL_R_QUANTILE) {
		number(b, r->q);
		buf_u8(b, ',');
	}
	print_log(b, &r->log);
	buf_addf(b, "[%s]", num_fmt_prom_duration(t, r->ns));
	if (r->offset != 0)
		buf_addf(b, " offset %s", num_fmt_go_duration(t, r->offset));
	buf_u8(b, ')');
	print_grouping(b, &r->by, PRINT_EMPTY, ",");
}

static void
aggregation(struct buf *b, const struct lql_agg *a)
{
	buf_adds(b, str_of(lql_agg_name(a->op)));
	print_grouping(b, &a->by, PRINT_NO_EMPTY, ",");
	buf_u8(b, '(');
	if (print_has_k(a->op)) {
		buf_digits(b, a->k);
		buf_u8(b, ',');
	}
	print_metric(b, a->of);
	buf_u8(b, ')');
}

static void
replace(struct buf *b, const struct lql_replace *r)
{
	const struct str text[] = { r->dst, r->with, r->src, r->pattern };

	buf_adds(b, S("label_replace("));
	print_metric(b, r->of);
	for (int i = 0; i < 4; i++) {
		buf_u8(b, ',');
		quote_go(b, text[i]);
	}
	buf_u8(b, ')');
}

bool
print_has_k(enum lql_agg_op op)
{
	return op == LQL_A_TOPK || op == LQL_A_BOTTOMK ||
	    op == LQL_A_APPROX_TOPK;
}

void
print_metric(struct buf *b, const struct lql_metric *m)
{
	switch (m->kind) {
	case LQL_M_NUMBER: number(b, m->number); break;
	case LQL_M_VECTOR: buf_addf(b, "vector(%f)", m->number); break;
	case LQL_M_RANGE: range(b, m->range); break;
	case LQL_M_AGG: aggregation(b, m->agg); break;
	case LQL_M_REPLACE: replace(b, m->replace); break;
	case LQL_M_BINARY:
		buf_u8(b, '(');
		print_metric(b, m->l);
		buf_u8(b, ' ');
		print_operator(b, m->op, false, ",");
		buf_u8(b, ' ');
		print_metric(b, m->r);
		buf_u8(b, ')');
	}
}
