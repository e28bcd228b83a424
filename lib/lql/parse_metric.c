/* Metric queries, and which of both a query is. logql.md section 3. */
#include "lql/parser.h"

#include <assert.h>

#include "base/num.h"

static const char *const agg_op_name[LQL_AGG_OPS] = { "sum", "avg", "count",
	"min", "max", "stddev", "stdvar", "topk", "bottomk", "approx_topk",
	"sort", "sort_desc" };

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

struct lql_metric *
parser_metric(struct parser *p, enum lql_metric_kind kind, struct caret at)
{
	struct lql_metric *m = arena_zero(p->q->mem, struct lql_metric, 1);

	m->kind = kind;
	m->at = at;
	return m;
}

int
parser_deeper(struct parser *p)
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
		return parser_fail_at(p, at, "parameter required for "
		    "operation %s", name);
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
		return parser_fail_at(p, at, "grouping not allowed for %s "
		    "aggregation", name);
	a->k = (uint64_t)n;
	return 0;
}

/* The aggregation of the name at hand; LQL_AGG_OPS: it is none. */
static enum lql_agg_op
agg_op(const struct parser *p)
{
	enum lql_agg_op op = LQL_A_SUM;

	while (op < LQL_AGG_OPS && !parser_word(p, agg_op_name[op]))
		op++;
	return op;
}

static int
aggregation(struct parser *p, enum lql_agg_op op, struct lql_metric **out)
{
	struct lql_metric *m = parser_metric(p, LQL_M_AGG, p->l.place);
	struct lql_agg *a = arena_zero(p->q->mem, struct lql_agg, 1);
	struct str k = { NULL, 0 };
	bool number = false;

	*out = m;
	m->agg = a;
	a->op = op;
	if (parser_next(p) == -1 || parser_grouping(p, &a->by) == -1 ||
	    parser_deeper(p) == -1 ||
	    parser_take(p, LQL_PAREN, "expected (") == -1)
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
	if (!a->by.given && parser_grouping(p, &a->by) == -1)
		return -1;
	return check_agg(p, a, k, m->at) == -1 ? -1 : higher(p, m, a->of);
}

/* ---- other primaries -------------------------------------------------------- */

static int
number(struct parser *p, struct lql_metric **out)
{
	struct lql_metric *m = parser_metric(p, LQL_M_NUMBER, p->l.place);
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
	struct lql_metric *m = parser_metric(p, LQL_M_VECTOR, p->l.place);

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
	struct lql_metric *m = parser_metric(p, LQL_M_REPLACE, p->l.place);
	struct lql_replace *r = arena_zero(p->q->mem, struct lql_replace, 1);
	struct str *text[] = { &r->dst, &r->with, &r->src };
	static const char comma[] = "expected ,";

	*out = m;
	m->replace = r;
	if (parser_next(p) == -1 || parser_deeper(p) == -1 ||
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
	enum lql_range_op range = parser_range_op(p);
	enum lql_agg_op agg = agg_op(p);

	*out = (struct operand){ NULL, NULL };
	if (p->l.type == LQL_OPEN)
		return log_query(p, out);
	if (p->l.type == LQL_PAREN) {
		if (parser_deeper(p) == -1 || parser_next(p) == -1 ||
		    expression(p, 0, out) == -1)
			return -1;
		p->depth--;
		return parser_take(p, LQL_PAREN_CLOSE, "expected )");
	}
	if (p->l.type == LQL_NUMBER || (p->l.type == LQL_OTHER &&
	    (*p->l.text.p == '-' || *p->l.text.p == '+')))
		return number(p, &out->m);
	if (range != LQL_RANGE_OPS)
		return parser_range(p, range, &out->m);
	if (agg != LQL_AGG_OPS)
		return aggregation(p, agg, &out->m);
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
	if (parser_next(p) == -1 ||
	    parser_names(p, &b->on.name, &b->on.n) == -1)
		return -1;
	b->many = parser_word(p, "group_left") ? BIN_MANY_LEFT :
	    parser_word(p, "group_right") ? BIN_MANY_RIGHT : BIN_ONE;
	if (b->many == BIN_ONE)
		return 0;
	if (parser_next(p) == -1)
		return -1;
	return p->l.type == LQL_PAREN ?
	    parser_names(p, &b->include, &b->ninclude) : 0;
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
	m = parser_metric(p, LQL_M_BINARY, b->at);
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
