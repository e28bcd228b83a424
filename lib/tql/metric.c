/* Metrics queries: their grammar and their canonical form. Section 10. */
#include "tql/parse.h"

static const struct str names[] = {
	[METRIC_RATE] = S("rate"), [METRIC_COUNT] = S("count_over_time"),
	[METRIC_MIN] = S("min_over_time"), [METRIC_MAX] = S("max_over_time"),
	[METRIC_SUM] = S("sum_over_time"), [METRIC_AVG] = S("avg_over_time"),
	[METRIC_HISTOGRAM] = S("histogram_over_time"),
	[METRIC_QUANTILE] = S("quantile_over_time"),
	[METRIC_COMPARE] = S("compare"),
};

const char *
tql_metric_name(enum tql_metric_kind k)
{
	return names[k].p;
}

static bool
function_of(const struct parse *p, enum tql_metric_kind *k)
{
	for (*k = METRIC_RATE; *k <= METRIC_COMPARE; ++*k)
		if (parse_word(p, names[*k]))
			return true;
	return false;
}

bool
parse_metric_ahead(const struct parse *p)
{
	enum tql_metric_kind k;

	return function_of(p, &k);
}

/* ---- functions ----------------------------------------------------------- */

/* ", 0.5, 0.9" */
static int
quantiles(struct parse *p, struct tql_metric *m, struct err *e)
{
	uint32_t cap = 0;

	do {
		const struct tql_val *v = &p->lex.t.val;

		if (parse_take(p, ',', e, ", and a quantile") == -1)
			return -1;
		if (p->lex.t.kind != LEX_LIT || (v->type != TQL_INT &&
		    v->type != TQL_FLOAT))
			return parse_unexpected(p, e, "a quantile, 0 to 1");
		if (m->nq == cap) {
			m->q = arena_grow(p->lex.mem, m->q, m->nq,
			    cap * 2 + 4, sizeof *m->q);
			cap = cap * 2 + 4;
		}
		m->q[m->nq] = v->type == TQL_INT ? (double)v->i : v->f;
		if (!(m->q[m->nq] >= 0 && m->q[m->nq] <= 1))
			return caret_err(e, p->lex.text, p->lex.t.at,
			    "quantile must be between 0 and 1");
		m->nq++;
		if (lex_next(&p->lex, e) == -1)
			return -1;
	} while (parse_punct(p, ','));
	return 0;
}

static int
integer(struct parse *p, int64_t *out, struct err *e)
{
	if (p->lex.t.kind != LEX_LIT || p->lex.t.val.type != TQL_INT)
		return parse_unexpected(p, e, "an integer");
	*out = p->lex.t.val.i;
	return lex_next(&p->lex, e);
}

/* { ... }, 10, FROM, TO */
static int
comparison(struct parse *p, struct tql_metric *m, struct err *e)
{
	struct caret at;

	if (!(m->filter = parse_filter(p, e)))
		return -1;
	if (!parse_punct(p, ','))
		return 0;
	if (lex_next(&p->lex, e) == -1)
		return -1;
	at = p->lex.t.at;
	if (integer(p, &m->top, e) == -1)
		return -1;
	if (m->top < 1 || m->top > 1000)
		return caret_err(e, p->lex.text, at,
		    "compare() shows 1 to 1000 values of each attribute");
	if (!parse_punct(p, ','))
		return 0;
	if (lex_next(&p->lex, e) == -1)
		return -1;
	at = p->lex.t.at;
	if (integer(p, &m->from, e) == -1 ||
	    parse_take(p, ',', e, ", and the end") == -1 ||
	    integer(p, &m->to, e) == -1)
		return -1;
	if (m->to < m->from)
		return caret_err(e, p->lex.text, at,
		    "compare()'s range ends before it begins");
	return 0;
}

static int
arguments(struct parse *p, struct tql_metric *m, struct err *e)
{
	if (m->kind == METRIC_COMPARE)
		return comparison(p, m, e);
	if (m->kind <= METRIC_COUNT)
		return 0;
	p->near = true;
	if (!(m->of = parse_attr(p, e)))
		return -1;
	p->near = false;
	return m->kind == METRIC_QUANTILE ? quantiles(p, m, e) : 0;
}

/* Attributes of by(): those that make labels of their own leave fewer. */
static int
by(struct parse *p, struct tql_metric *m, struct err *e)
{
	struct caret at = p->lex.t.at;
	uint32_t most = m->kind == METRIC_AVG || m->kind == METRIC_HISTOGRAM ||
	    m->kind == METRIC_QUANTILE ? 4 : 5;

	p->near = true;
	if (lex_next(&p->lex, e) == -1 || parse_take(p, '(', e,
	    "(, as in by (name)") == -1 ||
	    parse_attrs(p, &m->by, &m->nby, e) == -1 ||
	    parse_take(p, ')', e, ", or )") == -1)
		return -1;
	p->near = false;
	if (m->nby > most)
		return caret_err(e, p->lex.text, at, "%s() by more than %u "
		    "attributes not yet supported", tql_metric_name(m->kind),
		    most);
	return 0;
}

int
parse_metric(struct parse *p, struct tql_stage *pipe, struct item *it,
    struct err *e)
{
	struct tql_metric *m = arena_zero(p->lex.mem, struct tql_metric, 1);
	size_t from = p->lex.t.at.at;

	function_of(p, &m->kind);
	m->pipe = pipe;
	m->depth = 1;
	m->top = 10;
	m->from = m->to = -1;
	if (lex_next(&p->lex, e) == -1 || parse_take(p, '(', e, "(") == -1 ||
	    arguments(p, m, e) == -1 || parse_take(p, ')', e, ")") == -1 ||
	    (parse_word(p, S("by")) && m->kind != METRIC_COMPARE &&
	    by(p, m, e) == -1))
		return -1;
	m->at = parse_upto(p, from);
	*it = (struct item){ .kind = ITEM_METRIC, .metric = m, .at = m->at };
	return 0;
}

/* ---- what follows -------------------------------------------------------- */

/* "> 5" */
static int
threshold(struct parse *p, struct tql_second *s, struct err *e)
{
	struct item it;

	s->kind = SECOND_COMPARE;
	s->op = p->lex.t.op;
	if (lex_next(&p->lex, e) == -1 || parse_item(p, 4, &it, e) == -1)
		return -1;
	if (it.kind != ITEM_NUMBER)
		return caret_err(e, p->lex.text, it.at,
		    "series are compared with a number");
	s->v = it.num.type == TQL_FLOAT ? it.num.f : (double)it.num.i;
	if (it.num.type == TQL_DURATION)
		s->v /= 1e9;
	return 0;
}

/* "| topk(3)" */
static int
ranking(struct parse *p, struct tql_second *s, struct err *e)
{
	struct caret at;

	if (lex_next(&p->lex, e) == -1)
		return -1;
	if (parse_word(p, S("topk")))
		s->kind = SECOND_TOPK;
	else if (parse_word(p, S("bottomk")))
		s->kind = SECOND_BOTTOMK;
	else
		return parse_unexpected(p, e, "topk or bottomk");
	if (lex_next(&p->lex, e) == -1 || parse_take(p, '(', e, "(") == -1)
		return -1;
	at = p->lex.t.at;
	if (integer(p, &s->k, e) == -1)
		return -1;
	if (s->k < 1)
		return caret_err(e, p->lex.text, at,
		    "the number of series must be greater than 0");
	return parse_take(p, ')', e, ")");
}

int
parse_seconds(struct parse *p, struct tql_metric *m, struct err *e)
{
	struct tql_second **tail = &m->second;

	while (*tail)
		tail = &(*tail)->next;
	for (;;) {
		struct caret at = p->lex.t.at;
		bool cmp = p->lex.t.kind == LEX_OP && p->lex.t.op >= OP_EQ &&
		    p->lex.t.op <= OP_GE;
		struct tql_second *s;

		if (!cmp && !parse_punct(p, '|'))
			return 0;
		s = arena_zero(p->lex.mem, struct tql_second, 1);
		if ((cmp ? threshold(p, s, e) : ranking(p, s, e)) == -1)
			return -1;
		if (m->kind == METRIC_COMPARE)
			return caret_err(e, p->lex.text, at,
			    "compare() cannot be ranked, compared or "
			    "calculated with");
		*tail = s;
		tail = &s->next;
	}
}

/* A number or a metric as a side of an operator. */
static struct tql_metric *
side(struct parse *p, const struct item *it, struct err *e)
{
	struct tql_metric *m;

	if (it->kind == ITEM_METRIC) {
		if (it->metric->kind == METRIC_COMPARE) {
			caret_err(e, p->lex.text, it->at, "compare() cannot "
			    "be ranked, compared or calculated with");
			return NULL;
		}
		return it->metric;
	}
	if (it->num.type == TQL_DURATION) {
		caret_err(e, p->lex.text, it->at, "a duration cannot be "
		    "calculated with series");
		return NULL;
	}
	m = arena_zero(p->lex.mem, struct tql_metric, 1);
	m->kind = METRIC_NUMBER;
	m->number = it->num;
	m->at = it->at;
	m->depth = 1;
	return m;
}

int
parse_math(struct parse *p, struct item *l, enum tql_op op, struct caret at,
    const struct item *r, struct err *e)
{
	struct tql_metric *m = arena_zero(p->lex.mem, struct tql_metric, 1);

	m->kind = METRIC_MATH;
	m->op = op;
	m->at = at;
	if (op > OP_DIV)
		return caret_err(e, p->lex.text, at,
		    "unexpected %s: series know + - * /", tql_op_text(op));
	if (!(m->l = side(p, l, e)) || !(m->r = side(p, r, e)))
		return -1;
	m->depth = 1 + (m->l->depth > m->r->depth ? m->l->depth :
	    m->r->depth);
	if (m->depth > TQL_DEPTH_MAX)
		return caret_err(e, p->lex.text, at,
		    "over the limit of %u operators in a row", TQL_DEPTH_MAX);
	*l = (struct item){ .kind = ITEM_METRIC, .metric = m, .at = l->at };
	return 0;
}
