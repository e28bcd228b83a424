/* Static types. traceql.md section 5. */
#include "tql/parse.h"

#include <assert.h>

#include "base/num.h"

enum tql_type
tql_attr_type(const struct tql_attr *a)
{
	switch (a->in) {
	case IN_DURATION: case IN_TRACE_DURATION: case IN_EVENT_TIME:
		return TQL_DURATION;
	case IN_NAME: case IN_MESSAGE: case IN_ROOT_NAME: case IN_ROOT_SERVICE:
	case IN_TRACE_ID: case IN_SPAN_ID: case IN_PARENT_ID:
	case IN_EVENT_NAME: case IN_LINK_TRACE: case IN_LINK_SPAN:
		return TQL_STR;
	case IN_STATUS: return TQL_STATUS;
	case IN_KIND: return TQL_KIND;
	case IN_NS_LEFT: case IN_NS_RIGHT: case IN_NS_PARENT:
	case IN_CHILD_COUNT:
		return TQL_INT;
	default: return TQL_UNKNOWN;
	}
}

static enum tql_type
type_of(const struct tql_expr *x)
{
	/* left-deep chains are long: down the left side by a loop */
	for (;; x = x->l) {
		if (x->kind == EX_LIT)
			return x->val.type;
		if (x->kind == EX_ATTR)
			return tql_attr_type(x->attr);
		if (x->kind == EX_NIL || (x->kind == EX_BINARY &&
		    x->op >= OP_EQ && x->op <= OP_OR))
			return TQL_BOOL;
		if (x->kind == EX_BINARY) {
			enum tql_type r = type_of(x->r);

			if (r != TQL_UNKNOWN)
				return r;
		}
	}
}

static bool
operator_takes(enum tql_op op, enum tql_type t)
{
	if (t == TQL_UNKNOWN)
		return true;
	switch (op) {
	case OP_EQ: case OP_NE: return true;
	case OP_LT: case OP_LE: case OP_GT: case OP_GE:
		return tql_numeric(t) || t == TQL_STR;
	case OP_RE: case OP_NRE: return t == TQL_STR;
	case OP_AND: case OP_OR: case OP_NOT: return t == TQL_BOOL;
	default: return tql_numeric(t);
	}
}

enum tql_fit
tql_fits(enum tql_op op, enum tql_type l, enum tql_type r)
{
	if (l != r && !(tql_numeric(l) && tql_numeric(r)) &&
	    l != TQL_UNKNOWN && r != TQL_UNKNOWN)
		return FIT_NOT_SAME;
	return operator_takes(op, l) && operator_takes(op, r) ? FIT :
	    FIT_ILLEGAL;
}

/* "WHAT: EXPRESSION" with the carets under it. */
static int
refuse(struct tql_query *q, const struct tql_expr *x, const char *what,
    struct err *e)
{
	struct buf b = { 0 };

	tql_expr_print(&b, x);
	for (size_t i = 0; i < b.n; i++)
		if ((uint8_t)b.p[i] < 0x20 || b.p[i] == 0x7f)
			b.p[i] = '?';
	caret_err(e, q->text, x->at, "%s: %.*s", what,
	    (int)(b.n > 120 ? 120 : b.n), b.p);
	buf_free(&b);
	return -1;
}

static int
refuse_nil(struct tql_query *q, const struct tql_expr *x, const char *what,
    struct err *e)
{
	struct buf b = { 0 };

	tql_expr_print(&b, x->l);
	caret_err(e, q->text, x->at, "%.*s=nil is not valid because %s cannot "
	    "be nil", PS(buf_str(&b)), what);
	buf_free(&b);
	return -1;
}

static int
check_nil(struct tql_query *q, struct tql_expr *x, struct err *e)
{
	const struct tql_attr *a = x->l->attr;

	if (x->op != OP_EQ || x->l->kind != EX_ATTR)
		return 0;
	if (a->in != IN_NONE)
		return refuse_nil(q, x, "intrinsics", e);
	if (a->scope == SCOPE_RES && str_eq(a->name, S("service.name")))
		return refuse_nil(q, x, "resource.service.name", e);
	q->attr[a->no]->selected = true;
	return 0;
}

static int
check_regex(struct tql_query *q, struct tql_expr *x, struct err *e)
{
	struct err why = { 0 };

	assert(x->r);	/* =~ and !~ are binary */
	if (x->r->kind != EX_LIT)
		return refuse(q, x, "invalid type for =~ or !~: the right side "
		    "must be a string in quotes", e);
	x->re = re_compile(x->r->val.s, RE_ANCHORED | RE_DOTALL, &why);
	if (!x->re)
		return caret_err(e, q->text, x->r->at, "invalid regex: %.150s",
		    why.msg);
	q->re = arena_grow(q->mem, q->re, q->nre, q->nre + 1, sizeof *q->re);
	q->re[q->nre++] = x->re;
	return 0;
}

/* status = "error", duration > "5s". */
static bool
quoted(const struct tql_expr *x)
{
	enum tql_type t;
	struct tql_val v;
	int64_t ns;

	if (!x->r || x->r->kind != EX_LIT || x->r->val.type != TQL_STR)
		return false;
	t = type_of(x->l);
	if (t == TQL_STATUS || t == TQL_KIND)
		return parse_word_value(x->r->val.s, &v) && v.type == t;
	return t == TQL_DURATION && (num_prom_duration(x->r->val.s, &ns) ||
	    num_go_duration(x->r->val.s, &ns));
}

static int
check_node(struct tql_query *q, struct tql_expr *x, struct err *e)
{
	if (x->kind == EX_LIT || x->kind == EX_ATTR)
		return 0;
	if (check_node(q, x->l, e) == -1 ||
	    (x->r && check_node(q, x->r, e) == -1))
		return -1;
	if (x->kind == EX_NIL)
		return check_nil(q, x, e);
	switch (tql_fits(x->op, type_of(x->l),
	    type_of(x->r ? x->r : x->l))) {
	case FIT_NOT_SAME:
		return refuse(q, x, quoted(x) ? "without quotes it is a value "
		    "of this type; binary operations must operate on the same "
		    "type" : "binary operations must operate on the same type",
		    e);
	case FIT_ILLEGAL:
		return refuse(q, x, "illegal operation for the given types",
		    e);
	case FIT:
		break;
	}
	if (x->kind == EX_UNARY)
		return 0;
	return x->op == OP_RE || x->op == OP_NRE ? check_regex(q, x, e) : 0;
}

static int
check_filter(struct tql_query *q, struct tql_expr *x, struct err *e)
{
	enum tql_type t;

	if (check_node(q, x, e) == -1)
		return -1;
	t = type_of(x);
	if (t != TQL_BOOL && t != TQL_UNKNOWN)
		return refuse(q, x, "span filter field expressions must "
		    "resolve to a boolean", e);
	return 0;
}

/* Whether it looks at the span at all. */
static bool
looks(const struct tql_expr *x)
{
	if (x->kind == EX_LIT || x->kind == EX_ATTR)
		return x->kind == EX_ATTR;
	return looks(x->l) || (x->r && looks(x->r));
}

static int
check_value(struct tql_query *q, struct tql_expr *x, bool number,
    struct err *e)
{
	enum tql_type t;

	if (check_node(q, x, e) == -1)
		return -1;
	t = type_of(x);
	if (number && !tql_numeric(t) && t != TQL_UNKNOWN)
		return refuse(q, x, "aggregate field expressions must "
		    "resolve to a number type", e);
	if (!looks(x))
		return refuse(q, x, number ? "aggregate field expressions must "
		    "reference the span" : "grouping field expressions must "
		    "reference the span", e);
	return 0;
}

static int check_pipe(struct tql_query *, struct tql_stage *, struct err *);

static int
check_set(struct tql_query *q, struct tql_set *s, struct err *e)
{
	/* chains are deep on the left: down there by a loop */
	for (; s->l; s = s->l)
		if (check_set(q, s->r, e) == -1)
			return -1;
	return s->pipe ? check_pipe(q, s->pipe, e) :
	    check_filter(q, s->filter, e);
}

static int
check_pipe(struct tql_query *q, struct tql_stage *s, struct err *e)
{
	for (; s; s = s->next) {
		if (s->kind == STAGE_SET && check_set(q, s->set, e) == -1)
			return -1;
		if (s->expr && check_value(q, s->expr, s->kind == STAGE_AGG,
		    e) == -1)
			return -1;
		for (uint32_t i = 0; i < s->nattr; i++)
			q->attr[s->attr[i]->no]->selected = true;
	}
	return 0;
}

static int
check_metric(struct tql_query *q, struct tql_metric *m, struct err *e)
{
	for (; m->kind == METRIC_MATH; m = m->l)
		if (check_metric(q, m->r, e) == -1)
			return -1;
	if (m->kind == METRIC_NUMBER)
		return 0;
	return check_pipe(q, m->pipe, e) == -1 || (m->filter &&
	    check_filter(q, m->filter, e) == -1) ? -1 : 0;
}

int
tql_check_query(struct tql_query *q, struct err *e)
{
	return q->metric ? check_metric(q, q->metric, e) :
	    check_pipe(q, q->pipe, e);
}

void
tql_free(struct tql_query *q)
{
	for (uint32_t i = 0; i < q->nre; i++)
		re_free(q->re[i]);
	q->nre = 0;
}
