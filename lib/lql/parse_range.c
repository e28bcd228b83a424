/* Range functions, and the labels that are grouped by. logql.md section 3. */
#include "lql/parser.h"

#include "base/num.h"

static const char *const range_name[LQL_RANGE_OPS] = { "count_over_time",
	"rate", "rate_counter", "bytes_over_time", "bytes_rate",
	"sum_over_time", "avg_over_time", "min_over_time", "max_over_time",
	"stddev_over_time", "stdvar_over_time", "quantile_over_time",
	"first_over_time", "last_over_time", "absent_over_time" };

const char *
lql_range_name(enum lql_range_op op)
{
	return range_name[op];
}

/* ---- grouping --------------------------------------------------------------- */

int
parser_names(struct parser *p, const struct str **out, uint32_t *n)
{
	struct str *v = NULL;

	*n = 0;
	if (parser_label_name(p))
		return caret_err(p->l.e, p->l.query, p->l.place, "expected (, "
		    "as in (%.*s)", PS(p->l.text));
	if (parser_take(p, LQL_PAREN, "expected (") == -1)
		return -1;
	while (p->l.type != LQL_PAREN_CLOSE) {
		if (*n > 0 && parser_take(p, LQL_COMMA,
		    "expected , or )") == -1)
			return -1;
		if (!parser_label_name(p))
			return parser_fail(p, "expected a label name");
		v = arena_grow(p->q->mem, v, *n, *n + 1, sizeof *v);
		v[(*n)++] = p->l.text;
		if (parser_next(p) == -1)
			return -1;
	}
	*out = v;
	return parser_next(p);
}

int
parser_grouping(struct parser *p, struct lql_grouping *g)
{
	if (!parser_word(p, "by") && !parser_word(p, "without"))
		return 0;
	g->given = true;
	g->by.without = parser_word(p, "without");
	return parser_next(p) == -1 ? -1 :
	    parser_names(p, &g->by.name, &g->by.n);
}

/* ---- ranges ----------------------------------------------------------------- */

/* [5m] offset 1h */
static int
range_time(struct parser *p, struct lql_range *r)
{
	r->ns = p->l.duration;
	if (parser_take(p, LQL_RANGE, "expected a range: [5m]") == -1)
		return -1;
	if (!parser_word(p, "offset"))
		return 0;
	if (parser_next(p) == -1)
		return -1;
	r->offset = p->l.duration;
	return parser_take(p, LQL_DURATION, "expected a duration");
}

/* The selector with its pipeline, the range before or behind it. */
static int
plain_range(struct parser *p, struct lql_range *r, bool *timed)
{
	if (parser_selector(p) == -1)
		return -1;
	*timed = p->l.type == LQL_RANGE;
	if (*timed && range_time(p, r) == -1)
		return -1;
	if (parser_pipeline(p) == -1)
		return -1;
	if (*timed || p->l.type != LQL_RANGE)
		return 0;
	*timed = true;
	return range_time(p, r);
}

/*
 * In parentheses the range may be left out: it then follows them, and behind
 * it what is unwrapped, if there is no pipeline in them.
 */
static int
log_range(struct parser *p, struct lql_range *r, bool *timed)
{
	bool plain;

	if (p->l.type != LQL_PAREN)
		return plain_range(p, r, timed);
	if (parser_deeper(p) == -1 || parser_next(p) == -1)
		return -1;
	plain = p->l.type != LQL_PAREN;
	if (log_range(p, r, timed) == -1)
		return -1;
	p->depth--;
	if (*timed || !plain)
		return parser_take(p, LQL_PAREN_CLOSE, *timed ? "expected )" :
		    "expected a range: [5m]");
	if (parser_take(p, LQL_PAREN_CLOSE, "expected ) or [5m]") == -1 ||
	    range_time(p, r) == -1)
		return -1;
	*timed = true;
	if (p->log->nsteps > 0 || p->l.type != LQL_PIPE)
		return 0;
	return parser_pipeline(p) == -1 ? -1 : p->log->step[0].type ==
	    LQL_S_UNWRAP ? 0 : parser_fail(p, "expected unwrap alone behind "
	    "a range that is behind parentheses");
}

static int
check_range(struct parser *p, const struct lql_range *r, bool q,
    struct caret at)
{
	const char *name = range_name[r->op];
	bool groups = r->op >= LQL_R_AVG && r->op <= LQL_R_LAST;
	bool may = r->op == LQL_R_RATE || r->op == LQL_R_ABSENT;
	bool must = r->op == LQL_R_RATE_COUNTER ||
	    (r->op >= LQL_R_SUM && r->op <= LQL_R_LAST);
	char text[32];

	if (r->by.given && !groups)
		return parser_fail_at(p, at, "grouping not allowed for %s "
		    "aggregation", name);
	if (q && r->op != LQL_R_QUANTILE)
		return caret_err(p->l.e, p->l.query, at, "parameter %s not "
		    "supported for operation %s", num_fmt_f64(text, r->q),
		    name);
	if (!q && r->op == LQL_R_QUANTILE)
		return parser_fail_at(p, at, "parameter required for "
		    "operation %s", name);
	if (r->unwrap && !must && !may)
		return parser_fail_at(p, at, "invalid aggregation %s with "
		    "unwrap", name);
	return r->unwrap || !must ? 0 : parser_fail_at(p, at, "invalid "
	    "aggregation %s without unwrap", name);
}

enum lql_range_op
parser_range_op(const struct parser *p)
{
	enum lql_range_op op = LQL_R_COUNT;

	while (op < LQL_RANGE_OPS && !parser_word(p, range_name[op]))
		op++;
	return op;
}

int
parser_range(struct parser *p, enum lql_range_op op, struct lql_metric **out)
{
	struct lql_metric *m = parser_metric(p, LQL_M_RANGE, p->l.place);
	struct lql_range *r = arena_zero(p->q->mem, struct lql_range, 1);
	bool q = false, timed = false;

	*out = m;
	m->range = r;
	r->op = op;
	if (parser_next(p) == -1 ||
	    parser_take(p, LQL_PAREN, "expected (") == -1)
		return -1;
	if (p->l.type == LQL_NUMBER) {
		q = true;
		r->q = p->l.number;
		if (parser_next(p) == -1 ||
		    parser_take(p, LQL_COMMA, "expected ,") == -1)
			return -1;
	}
	p->log = &r->log;
	p->range = r;
	p->cap_match = p->cap_step = 0;
	if (log_range(p, r, &timed) == -1)
		return -1;
	p->range = NULL;
	if (!timed)
		return parser_fail(p, "expected a range: [5m]");
	if (parser_take(p, LQL_PAREN_CLOSE, "expected )") == -1 ||
	    parser_grouping(p, &r->by) == -1)
		return -1;
	parser_plan(&r->log);
	return check_range(p, r, q, m->at);
}
