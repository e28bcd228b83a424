/* Metric queries, and which of both a query is. logql.md section 3. */
#include "lql/parser.h"

#include <assert.h>

#include "base/num.h"

static const char *const range_name[LQL_RANGE_OPS] = { "count_over_time",
	"rate", "rate_counter", "bytes_over_time", "bytes_rate",
	"sum_over_time", "avg_over_time", "min_over_time", "max_over_time",
	"stddev_over_time", "stdvar_over_time", "quantile_over_time",
	"first_over_time", "last_over_time", "absent_over_time" };
static const char *const agg_op_name[LQL_AGG_OPS] = { "sum", "avg", "count",
	"min", "max", "stddev", "stdvar", "topk", "bottomk", "approx_topk",
	"sort", "sort_desc" };

const char *
lql_range_name(enum lql_range_op op)
{
	return range_name[op];
}

const char *
lql_agg_name(enum lql_agg_op op)
{
	return agg_op_name[op];
}

/* What a parenthesis, or one side of an operator, holds: one of both. */
struct operand {
	struct lql_log *log;
	struct lql_metric *m;
};

static int expression(struct parser *, int min, struct operand *);

/* `what` has one %s. */
static int
fail_at(struct parser *p, struct caret at, const char *what, const char *name)
{
	return caret_err(p->l.e, p->l.query, at, what, name);
}

static struct lql_metric *
node(struct parser *p, enum lql_metric_kind kind, struct caret at)
{
	struct lql_metric *m = arena_zero(p->q->mem, struct lql_metric, 1);

	m->kind = kind;
	m->at = at;
	return m;
}

/* Enters a parenthesis, or goes too deep. */
static int
deeper(struct parser *p)
{
	return ++p->depth > LQL_DEPTH_MAX ?
	    parser_fail(p, "nested too deeply") : 0;
}

static int
higher(struct parser *p, struct lql_metric *m, const struct lql_metric *of)
{
	m->depth = of->depth >= m->depth ? of->depth + 1 : m->depth;
	return m->depth > LQL_METRIC_DEPTH ?
	    parser_fail(p, "nested too deeply") : 0;
}

static int
string(struct parser *p, struct str *out)
{
	if (p->l.type != LQL_STRING)
		return parser_no_string(p);
	*out = p->l.text;
	return parser_next(p);
}

/* ---- grouping --------------------------------------------------------------- */

/* ( a, b, c ) */
static int
names(struct parser *p, const struct str **out, uint32_t *n)
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

/* by (...) or without (...), if there. */
static int
grouping(struct parser *p, struct lql_grouping *g)
{
	if (!parser_word(p, "by") && !parser_word(p, "without"))
		return 0;
	g->given = true;
	g->by.without = parser_word(p, "without");
	return parser_next(p) == -1 ? -1 : names(p, &g->by.name, &g->by.n);
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
	if (deeper(p) == -1 || parser_next(p) == -1)
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
		return fail_at(p, at, "grouping not allowed for %s "
		    "aggregation", name);
	if (q && r->op != LQL_R_QUANTILE)
		return caret_err(p->l.e, p->l.query, at, "parameter %s not "
		    "supported for operation %s", num_fmt_f64(text, r->q),
		    name);
	if (!q && r->op == LQL_R_QUANTILE)
		return fail_at(p, at, "parameter required for operation %s",
		    name);
	if (r->unwrap && !must && !may)
		return fail_at(p, at, "invalid aggregation %s with unwrap",
		    name);
	return r->unwrap || !must ? 0 : fail_at(p, at, "invalid aggregation "
	    "%s without unwrap", name);
}

static int
range(struct parser *p, enum lql_range_op op, struct lql_metric **out)
{
	struct lql_metric *m = node(p, LQL_M_RANGE, p->l.place);
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
	    grouping(p, &r->by) == -1)
		return -1;
	parser_plan(&r->log);
	return check_range(p, r, q, m->at);
}

/* ---- aggregations ----------------------------------------------------------- */

static int
metric_operand(struct parser *p, struct lql_metric **out)
{
	struct caret at = p->l.place;
	struct operand o;

	if (expression(p, 0, &o) == -1)
		return -1;
	*out = o.m;
	return o.m ? 0 : caret_err(p->l.e, p->l.query, at, "expected a metric "
	    "query, such as rate({...}[5m])");
}

static int
check_agg(struct parser *p, struct lql_agg *a, struct str k, struct caret at)
{
	const char *name = agg_op_name[a->op];
	bool takes = a->op >= LQL_A_TOPK && a->op <= LQL_A_APPROX_TOPK;
	int64_t n = 0;

	if (takes && !k.p)
		return fail_at(p, at, "parameter required for operation %s",
		    name);
	if (!takes && k.p)
		return caret_err(p->l.e, p->l.query, at, "unsupported "
		    "parameter for operation %s(%.*s,", name, PS(k));
	if (takes && !num_i64(k, &n))
		return caret_err(p->l.e, p->l.query, at, "invalid parameter "
		    "%s(%.*s,", name, PS(k));
	if (takes && n <= 0)
		return caret_err(p->l.e, p->l.query, at, "invalid parameter "
		    "(must be greater than 0) %s(%.*s", name, PS(k));
	if (a->op >= LQL_A_SORT && a->by.by.n > 0)
		return caret_err(p->l.e, p->l.query, at, "sort and sort_desc "
		    "doesn't allow grouping by ");
	if (a->op == LQL_A_APPROX_TOPK && a->by.given)
		return fail_at(p, at, "grouping not allowed for %s "
		    "aggregation", name);
	a->k = (uint64_t)n;
	return 0;
}

static int
aggregation(struct parser *p, enum lql_agg_op op, struct lql_metric **out)
{
	struct lql_metric *m = node(p, LQL_M_AGG, p->l.place);
	struct lql_agg *a = arena_zero(p->q->mem, struct lql_agg, 1);
	struct str k = { NULL, 0 };
	bool number = false;

	*out = m;
	m->agg = a;
	a->op = op;
	if (parser_next(p) == -1 || grouping(p, &a->by) == -1 ||
	    deeper(p) == -1 || parser_take(p, LQL_PAREN, "expected (") == -1)
		return -1;
	if (p->l.type == LQL_NUMBER) {
		struct lql_lex at = p->l;

		number = true;
		k = p->l.text;
		if (parser_next(p) == -1)
			return -1;
		if (p->l.type == LQL_COMMA) {
			if (parser_next(p) == -1)
				return -1;
		} else {	/* sum(1 + ...) */
			p->l = at;
			k.p = NULL;
		}
	}
	if (metric_operand(p, &a->of) == -1 ||
	    parser_take(p, LQL_PAREN_CLOSE, number && !k.p ?
	    "expected , or )" : "expected )") == -1)
		return -1;
	p->depth--;
	if (!a->by.given && grouping(p, &a->by) == -1)
		return -1;
	return check_agg(p, a, k, m->at) == -1 ? -1 : higher(p, m, a->of);
}

/* ---- other primaries -------------------------------------------------------- */

static int
number(struct parser *p, struct lql_metric **out)
{
	struct lql_metric *m = node(p, LQL_M_NUMBER, p->l.place);
	bool minus = p->l.type == LQL_OTHER && *p->l.text.p == '-';

	*out = m;
	if (p->l.type == LQL_OTHER && parser_next(p) == -1)
		return -1;
	m->number = minus ? -p->l.number : p->l.number;
	return parser_take(p, LQL_NUMBER, "expected a number");
}

static int
vector(struct parser *p, struct lql_metric **out)
{
	struct lql_metric *m = node(p, LQL_M_VECTOR, p->l.place);

	*out = m;
	if (parser_next(p) == -1 ||
	    parser_take(p, LQL_PAREN, "expected (") == -1)
		return -1;
	m->number = p->l.number;
	return parser_take(p, LQL_NUMBER, "expected a number") == -1 ||
	    parser_take(p, LQL_PAREN_CLOSE, "expected )") == -1 ? -1 : 0;
}

static int
replace(struct parser *p, struct lql_metric **out)
{
	struct lql_metric *m = node(p, LQL_M_REPLACE, p->l.place);
	struct lql_replace *r = arena_zero(p->q->mem, struct lql_replace, 1);
	struct str *text[] = { &r->dst, &r->with, &r->src };
	static const char comma[] = "expected ,";

	*out = m;
	m->replace = r;
	if (parser_next(p) == -1 || deeper(p) == -1 ||
	    parser_take(p, LQL_PAREN, "expected (") == -1 ||
	    metric_operand(p, &r->of) == -1 ||
	    parser_take(p, LQL_COMMA, comma) == -1)
		return -1;
	p->depth--;
	for (int i = 0; i < 3; i++)
		if (string(p, text[i]) == -1 ||
		    parser_take(p, LQL_COMMA, comma) == -1)
			return -1;
	if (p->l.type == LQL_STRING &&
	    parser_regex_of(p, "invalid regex in label_replace: ", p->l.text,
	    RE_ANCHORED | RE_GROUPS, &r->re) == -1)
		return -1;
	return string(p, &r->pattern) == -1 ||
	    parser_take(p, LQL_PAREN_CLOSE, "expected )") == -1 ? -1 :
	    higher(p, m, r->of);
}

static int
one_of(const struct parser *p, const char *const *of, int n)
{
	for (int i = 0; i < n; i++)
		if (parser_word(p, of[i]))
			return i;
	return -1;
}

static int
log_query(struct parser *p, struct operand *out)
{
	out->log = arena_zero(p->q->mem, struct lql_log, 1);
	p->log = out->log;
	p->cap_match = p->cap_step = 0;
	if (parser_selector(p) == -1 || parser_pipeline(p) == -1)
		return -1;
	parser_plan(out->log);
	return p->l.type == LQL_RANGE ? parser_fail(p, "a range belongs "
	    "into a function: rate({...}[5m])") : 0;
}

static int
primary(struct parser *p, struct operand *out)
{
	int k;

	*out = (struct operand){ NULL, NULL };
	if (p->l.type == LQL_OPEN)
		return log_query(p, out);
	if (p->l.type == LQL_PAREN) {
		if (deeper(p) == -1 || parser_next(p) == -1 ||
		    expression(p, 0, out) == -1)
			return -1;
		p->depth--;
		return parser_take(p, LQL_PAREN_CLOSE, "expected )");
	}
	if (p->l.type == LQL_NUMBER || (p->l.type == LQL_OTHER &&
	    (*p->l.text.p == '-' || *p->l.text.p == '+')))
		return number(p, &out->m);
	if ((k = one_of(p, range_name, LQL_RANGE_OPS)) != -1)
		return range(p, (enum lql_range_op)k, &out->m);
	if ((k = one_of(p, agg_op_name, LQL_AGG_OPS)) != -1)
		return aggregation(p, (enum lql_agg_op)k, &out->m);
	if (parser_word(p, "vector"))
		return vector(p, &out->m);
	if (parser_word(p, "label_replace"))
		return replace(p, &out->m);
	return parser_no_query(p);
}

/* ---- operators -------------------------------------------------------------- */

static const struct { enum bin_op op; int level; } levels[] = {
	{ BIN_OR, 1 }, { BIN_AND, 2 }, { BIN_UNLESS, 2 }, { BIN_EQ, 3 },
	{ BIN_NE, 3 }, { BIN_LT, 3 }, { BIN_LE, 3 }, { BIN_GT, 3 },
	{ BIN_GE, 3 }, { BIN_ADD, 4 }, { BIN_SUB, 4 }, { BIN_MUL, 5 },
	{ BIN_DIV, 5 }, { BIN_MOD, 5 }, { BIN_POW, 6 },
};

/* How tightly the operator at the current token binds; 0: it is none. */
static int
operator(const struct parser *p, enum bin_op *op)
{
	bool word = p->l.type == LQL_IDENT;

	if (p->l.type == LQL_STRING)
		return 0;
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		const char *text = bin_text(*op = levels[i].op);

		if (word ? parser_word(p, text) :
		    str_eq(p->l.text, str_of(text)))
			return levels[i].level;
	}
	return 0;
}

/* bool on (...) group_left (...) */
static int
modifiers(struct parser *p, struct binary *b)
{
	b->on.without = true;
	if (parser_word(p, "bool")) {
		b->as_bool = true;
		if (parser_next(p) == -1)
			return -1;
	}
	if (!parser_word(p, "on") && !parser_word(p, "ignoring"))
		return 0;
	b->on.without = parser_word(p, "ignoring");
	if (parser_next(p) == -1 || names(p, &b->on.name, &b->on.n) == -1)
		return -1;
	b->many = parser_word(p, "group_left") ? BIN_MANY_LEFT :
	    parser_word(p, "group_right") ? BIN_MANY_RIGHT : BIN_ONE;
	if (b->many == BIN_ONE)
		return 0;
	if (parser_next(p) == -1)
		return -1;
	return p->l.type == LQL_PAREN ?
	    names(p, &b->include, &b->ninclude) : 0;
}

/* No operator takes a log query: said before the other side is read. */
static int
check_left(struct parser *p, const struct binary *b, const struct operand *l)
{
	return l->m ? 0 : caret_err(p->l.e, p->l.query, b->at, "unexpected "
	    "type for left leg of binary operation (%s): a log query%s",
	    bin_text(b->op), b->op >= BIN_AND ? "; of several filters all "
	    "must hold: |= \"a\" |= \"b\"" : "");
}

static int
check_sides(struct parser *p, const struct binary *b, const struct operand *l,
    const struct operand *r)
{
	const struct operand *side[] = { l, r };
	static const char *const name[] = { "left", "right" };

	if (!r->m)
		return caret_err(p->l.e, p->l.query, b->at, "unexpected type "
		    "for right leg of binary operation (%s): a log query",
		    bin_text(b->op));
	for (int i = 0; i < 2 && b->op >= BIN_AND; i++)
		if (side[i]->m->kind == LQL_M_NUMBER)
			return caret_err(p->l.e, p->l.query, side[i]->m->at,
			    "unexpected literal for %s leg of logical/set "
			    "binary operation (%s): %f", name[i],
			    bin_text(b->op), side[i]->m->number);
	return 0;
}

/* The operation as a node; two numbers become one. */
static int
join(struct parser *p, struct binary *b, struct operand *l,
    const struct operand *r)
{
	struct lql_metric *m;

	if (check_sides(p, b, l, r) == -1)
		return -1;
	assert(l->m && r->m);	/* it saw them */
	if (l->m->kind == LQL_M_NUMBER && r->m->kind == LQL_M_NUMBER) {
		bin_number(b->op, b->dialect, l->m->number, r->m->number,
		    &l->m->number);
		return 0;
	}
	m = node(p, LQL_M_BINARY, b->at);
	m->op = b;
	m->l = l->m;
	m->r = r->m;
	l->m = m;
	return higher(p, m, m->l) == -1 ? -1 : higher(p, m, m->r);
}

/* Operators that bind at least as tightly as `min`. */
static int
expression(struct parser *p, int min, struct operand *out)
{
	enum bin_op op;
	int level;

	if (primary(p, out) == -1)
		return -1;
	while ((level = operator(p, &op)) > 0 && level >= min) {
		struct binary *b = arena_zero(p->q->mem, struct binary, 1);
		struct operand right;

		b->op = op;
		b->dialect = &dialect_logql;
		b->at = p->l.place;
		if (check_left(p, b, out) == -1 || parser_next(p) == -1 ||
		    modifiers(p, b) == -1 ||
		    expression(p, op == BIN_POW ? level : level + 1,
		    &right) == -1 || join(p, b, out, &right) == -1)
			return -1;
	}
	return 0;
}

int
parser_query(struct parser *p)
{
	struct operand o;

	if (p->l.type == LQL_END)
		return parser_fail(p, "the query is empty");
	if (expression(p, 0, &o) == -1)
		return -1;
	if (p->l.type != LQL_END)
		return parser_fail(p, o.log ? "expected | or a line filter "
		    "(|= != |~ !~)" : "expected an operator, or the end");
	p->q->metric = o.m;
	if (o.log)
		p->q->log = *o.log;
	return 0;
}
