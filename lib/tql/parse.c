/* Pipelines, and the query as a whole. */
#include "tql/parse.h"

static int pipeline(struct parse *, struct item *, struct err *);

int
parse_take(struct parse *p, char c, struct err *e, const char *wanted)
{
	if (!parse_punct(p, c))
		return parse_unexpected(p, e, wanted);
	return lex_next(&p->lex, e);
}

struct tql_expr *
parse_filter(struct parse *p, struct err *e)
{
	size_t from = p->lex.t.at.at;
	struct tql_expr *x;

	if (parse_take(p, '{', e, "{") == -1)
		return NULL;
	x = parse_punct(p, '}') ? parse_true(p, from) : parse_field(p, 0, e);
	return !x || parse_take(p, '}', e, "an operator or }") == -1 ? NULL :
	    x;
}

static struct tql_set *
set_node(struct parse *p, size_t from)
{
	struct tql_set *s = arena_zero(p->lex.mem, struct tql_set, 1);

	s->depth = 1;
	s->at = parse_upto(p, from);
	return s;
}

static struct tql_stage *
set_stage(struct parse *p, struct tql_set *s)
{
	struct tql_stage *st = arena_zero(p->lex.mem, struct tql_stage, 1);

	st->set = s;
	st->at = s->at;
	return st;
}

/* ---- operands ------------------------------------------------------------ */

static int
number(struct parse *p, struct item *it, struct err *e)
{
	it->kind = ITEM_NUMBER;
	it->num = p->lex.t.val;
	if (!tql_numeric(it->num.type))
		return parse_unexpected(p, e, "{, ( or a number");
	return lex_next(&p->lex, e);
}

static int
bracketed(struct parse *p, struct item *it, struct err *e)
{
	size_t from = p->lex.t.at.at;

	if (!parse_nest(p, e) || lex_next(&p->lex, e) == -1 ||
	    pipeline(p, it, e) == -1 ||
	    parse_take(p, ')', e, "an operator, | or )") == -1)
		return -1;
	p->nest--;
	if (it->kind == ITEM_STAGE) {
		it->set = set_node(p, from);
		it->set->pipe = it->stage;
		it->kind = ITEM_PIPE;
	}
	return 0;
}

static int
negative(struct parse *p, struct item *it, struct err *e)
{
	if (lex_next(&p->lex, e) == -1 || parse_item(p, 8, it, e) == -1)
		return -1;
	if (it->kind != ITEM_NUMBER)
		return caret_err(e, p->lex.text, it->at,
		    "- is for numbers only");
	return tql_unary(OP_NEG, &it->num, &it->num, e);
}

/* A word that is no stage, or a condition without braces. */
static int
no_operand(struct parse *p, struct err *e)
{
	static const struct str stages[] = { S("count"), S("avg"), S("max"),
		S("min"), S("sum"), S("by"), S("coalesce"), S("select"),
		S("rate"), S("count_over_time"), S("min_over_time"),
		S("max_over_time"), S("sum_over_time"), S("avg_over_time"),
		S("quantile_over_time"), S("histogram_over_time"),
		S("compare") };
	bool first = p->lex.t.at.at == 0;
	struct str near = p->lex.t.kind == LEX_WORD && !first ?
	    caret_nearest(p->lex.t.text, stages,
	    sizeof stages / sizeof *stages) : S("");

	if (first && (p->lex.t.kind == LEX_WORD || p->lex.t.kind == LEX_ATTR))
		return parse_unexpected(p, e, "{: a filter stands in braces, "
		    "such as { name = \"x\" }");
	if (near.p && near.n > 0 && !str_eq(near, p->lex.t.text))
		return caret_err(e, p->lex.text, p->lex.t.at, "unknown stage "
		    "\"%.*s\": did you mean \"%.*s\"", PS(p->lex.t.text),
		    PS(near));
	return parse_unexpected(p, e, "{, ( or a stage such as count()");
}

static int
operand(struct parse *p, struct item *it, struct err *e)
{
	size_t from = p->lex.t.at.at;
	int r;

	*it = (struct item){ .kind = ITEM_SET };
	if (parse_punct(p, '{')) {
		struct tql_expr *x = parse_filter(p, e);

		if (!x)
			return -1;
		it->set = set_node(p, from);
		it->set->filter = x;
	} else if (parse_punct(p, '(')) {
		if (bracketed(p, it, e) == -1)
			return -1;
		it->bracket = true;
	} else if (p->lex.t.kind == LEX_LIT) {
		if (number(p, it, e) == -1)
			return -1;
	} else if (p->lex.t.kind == LEX_OP && p->lex.t.op == OP_SUB) {
		if (negative(p, it, e) == -1)
			return -1;
	} else if ((r = parse_stage(p, it, e)) != 1) {
		return r == -1 ? -1 : no_operand(p, e);
	}
	it->at = parse_upto(p, from);
	return 0;
}

/* ---- operators ----------------------------------------------------------- */

/* The token as an operator behind an item, and how tight; -1: it is none. */
static int
operator_of(const struct parse *p, const struct item *it, enum tql_op *op)
{
	const struct lex_token *t = &p->lex.t;

	*op = t->op;
	if (t->kind != LEX_OP || it->kind == ITEM_STAGE)
		return -1;
	if (it->kind != ITEM_SET && it->kind != ITEM_PIPE) {
		int tight = parse_tightness(t);

		return tight == 3 && it->kind == ITEM_METRIC ? -1 : tight;
	}
	*op = t->op == OP_GT ? OP_CHILD : t->op == OP_LT ? OP_PARENT :
	    t->op == OP_NRE ? OP_NSIB : t->op;
	if (*op == OP_AND || *op == OP_OR)
		return 2;
	return *op >= OP_CHILD ? 3 : -1;
}

static int
join_sets(struct parse *p, struct item *l, enum tql_op op, struct caret at,
    const struct item *r, struct err *e)
{
	struct tql_set *s = arena_zero(p->lex.mem, struct tql_set, 1);

	if ((l->kind == ITEM_PIPE && !r->bracket) ||
	    (r->kind == ITEM_PIPE && !l->bracket) || r->kind > ITEM_PIPE)
		return caret_err(e, p->lex.text, r->at,
		    "both sides of %s must be filters, or both pipelines in "
		    "brackets", tql_op_text(op));
	*s = (struct tql_set){ .op = op, .l = l->set, .r = r->set, .at = at,
	    .depth = 1 + (l->set->depth > r->set->depth ? l->set->depth :
	    r->set->depth) };
	if (s->depth > TQL_DEPTH_MAX)
		return caret_err(e, p->lex.text, at,
		    "over the limit of %u operators in a row", TQL_DEPTH_MAX);
	if (r->kind == ITEM_PIPE)
		l->kind = ITEM_PIPE;
	l->bracket &= r->bracket;
	l->set = s;
	return 0;
}

static bool
compares(enum tql_op op)
{
	return op >= OP_EQ && op <= OP_GE;
}

static int
reckon(struct parse *p, struct item *l, enum tql_op op, struct caret at,
    const struct item *r, struct err *e)
{
	struct tql_val out;

	if (op > OP_DIV)
		return caret_err(e, p->lex.text, at, "unexpected %s: numbers "
		    "know + - * /", tql_op_text(op));
	if (l->num.type == TQL_DURATION || r->num.type == TQL_DURATION)
		return caret_err(e, p->lex.text, at,
		    "durations cannot be calculated with here");
	if (tql_binary(op, &l->num, &r->num, NULL, &out, NULL) == -1 ||
	    (op == OP_DIV && r->num.type == TQL_FLOAT && r->num.f == 0))
		return caret_err(e, p->lex.text, r->at, "division by zero");
	l->num = out;
	return 0;
}

static int
combine(struct parse *p, struct item *l, enum tql_op op, struct caret at,
    const struct item *r, struct err *e)
{
	if (l->kind == ITEM_SET || l->kind == ITEM_PIPE)
		return join_sets(p, l, op, at, r, e);
	if (l->kind == ITEM_AGG && r->kind == ITEM_NUMBER && compares(op)) {
		l->kind = ITEM_STAGE;
		l->stage->op = op;
		l->stage->val = r->num;
		l->stage->at = parse_upto(p, l->stage->at.at);
		return 0;
	}
	if (l->kind == ITEM_AGG || r->kind == ITEM_AGG)
		return parse_unsupported(p, at, e,
		    "more than an aggregate compared with a number");
	if (l->kind == ITEM_NUMBER && r->kind == ITEM_NUMBER)
		return reckon(p, l, op, at, r, e);
	if ((l->kind == ITEM_METRIC || l->kind == ITEM_NUMBER) &&
	    (r->kind == ITEM_METRIC || r->kind == ITEM_NUMBER))
		return parse_math(p, l, op, at, r, e);
	return caret_err(e, p->lex.text, at, "unexpected %s",
	    tql_op_text(op));
}

int
parse_item(struct parse *p, int min, struct item *it, struct err *e)
{
	enum tql_op op;
	int tight;

	if (!parse_nest(p, e) || operand(p, it, e) == -1)
		return -1;
	while ((tight = operator_of(p, it, &op)) >= min && tight > 0) {
		struct caret at = p->lex.t.at;
		size_t from = it->at.at;
		struct item r;

		if (lex_next(&p->lex, e) == -1 ||
		    parse_item(p, tight + 1, &r, e) == -1 ||
		    combine(p, it, op, at, &r, e) == -1)
			return -1;
		it->at = parse_upto(p, from);
	}
	p->nest--;
	return 0;
}

/* ---- pipelines ----------------------------------------------------------- */

/* What has no stage behind it: whether it may stand alone, and where. */
static int
alone(struct parse *p, struct item *it, bool first, struct err *e)
{
	if (it->kind == ITEM_AGG && (!first || !parse_punct(p, ')')))
		return parse_unsupported(p, it->at, e,
		    "an aggregate that is not compared with a number");
	if (!first)
		return caret_err(e, p->lex.text, it->at,
		    "this is no stage of a pipeline");
	if (it->kind == ITEM_METRIC &&
	    parse_seconds(p, it->metric, e) == -1)
		return -1;
	return 0;
}

/* Stages until a bracket or the end; the item says what they are. */
static int
pipeline(struct parse *p, struct item *out, struct err *e)
{
	struct tql_stage *head = NULL, **tail = &head;
	size_t from = p->lex.t.at.at;

	for (;;) {
		struct item it;

		if (head && parse_metric_ahead(p)) {
			if (parse_metric(p, head, out, e) == -1)
				return -1;
			return parse_seconds(p, out->metric, e);
		}
		if (parse_item(p, 0, &it, e) == -1)
			return -1;
		if (it.kind != ITEM_SET && it.kind != ITEM_STAGE) {
			*out = it;
			return alone(p, out, !head, e);
		}
		if (it.kind == ITEM_SET)
			it.stage = set_stage(p, it.set);
		if (!head && it.stage->kind == STAGE_COALESCE)
			return caret_err(e, p->lex.text, it.at,
			    "coalesce() cannot be first: what should it join?");
		*tail = it.stage;
		tail = &it.stage->next;
		if (!parse_punct(p, '|')) {
			*out = it;
			if (head->next) {
				out->kind = ITEM_STAGE;
				out->stage = head;
				out->at = parse_upto(p, from);
			}
			return 0;
		}
		if (lex_next(&p->lex, e) == -1)
			return -1;
	}
}

/* Words that mean something; only others name hints. Section 2. */
static bool
is_keyword(struct str word)
{
	static const struct str all[] = { S("true"), S("false"), S("nil"),
		S("ok"), S("error"), S("unset"), S("unspecified"),
		S("internal"), S("server"), S("client"), S("producer"),
		S("consumer"), S("duration"), S("name"), S("status"),
		S("statusMessage"), S("kind"), S("rootName"),
		S("rootServiceName"), S("rootService"), S("traceDuration"),
		S("nestedSetLeft"), S("nestedSetRight"), S("nestedSetParent"),
		S("parent"), S("childCount"), S("id"), S("traceID"),
		S("spanID"), S("parentID"), S("timeSinceStart"), S("version"),
		S("count"), S("avg"), S("max"), S("min"), S("sum"), S("by"),
		S("coalesce"), S("select"), S("with"), S("rate"),
		S("count_over_time"), S("min_over_time"), S("max_over_time"),
		S("avg_over_time"), S("sum_over_time"),
		S("quantile_over_time"), S("histogram_over_time"),
		S("compare"), S("topk"), S("bottomk") };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (str_eq(word, all[i]))
			return true;
	return false;
}

static int
hint(struct parse *p, struct tql_hint ***tail, struct err *e)
{
	struct tql_hint *h = arena_zero(p->lex.mem, struct tql_hint, 1);

	h->name = p->lex.t.text;
	if (p->lex.t.kind != LEX_WORD || is_keyword(h->name))
		return parse_unexpected(p, e, "the name of a hint");
	if (lex_next(&p->lex, e) == -1)
		return -1;
	if (p->lex.t.kind != LEX_OP || p->lex.t.op != OP_EQ)
		return parse_unexpected(p, e, "=");
	if (lex_next(&p->lex, e) == -1)
		return -1;
	h->val = p->lex.t.val;
	if (p->lex.t.kind != LEX_LIT && (p->lex.t.kind != LEX_WORD ||
	    !parse_word_value(p->lex.t.text, &h->val)))
		return parse_unexpected(p, e, "a value");
	**tail = h;
	*tail = &h->next;
	return lex_next(&p->lex, e);
}

/* with (a = 1, b = 2), the last of several being the one that counts. */
static int
hints(struct parse *p, struct err *e)
{
	while (parse_word(p, S("with"))) {
		struct tql_hint **tail = &p->q->hint;

		p->q->hint = NULL;
		if (lex_next(&p->lex, e) == -1 ||
		    parse_take(p, '(', e, "(") == -1 ||
		    hint(p, &tail, e) == -1)
			return -1;
		while (parse_punct(p, ','))
			if (lex_next(&p->lex, e) == -1 ||
			    hint(p, &tail, e) == -1)
				return -1;
		if (parse_take(p, ')', e, ", or )") == -1)
			return -1;
	}
	return p->lex.t.kind == LEX_END ? 0 : parse_unexpected(p, e,
	    "an operator, |, with or the end");
}

static int
whole(struct parse *p, struct err *e)
{
	struct item it;

	if (pipeline(p, &it, e) == -1)
		return -1;
	switch (it.kind) {
	case ITEM_SET: case ITEM_PIPE:
		p->q->pipe = set_stage(p, it.set);
		break;
	case ITEM_STAGE: p->q->pipe = it.stage; break;
	case ITEM_METRIC: p->q->metric = it.metric; break;
	default:
		if (p->lex.t.kind != LEX_END)
			return parse_unexpected(p, e, "an operator");
		return caret_err(e, p->lex.text, it.at,
		    "a number alone is no query");
	}
	return hints(p, e);
}

static int
check_text(struct str text, struct err *e)
{
	unsigned n;

	for (size_t at = 0; at < text.n; at += n) {
		n = str_utf8(str_skip(text, at));
		if (n == 0 || text.p[at] == '\0')
			return caret_err(e, text, (struct caret){ at, 1 },
			    "a byte that is no text: queries are UTF-8");
	}
	return 0;
}

int
tql_parse(struct tql_query *q, struct str text, struct arena *mem,
    struct err *e)
{
	struct parse p = { .q = q, .lex = { .text = text, .mem = mem } };

	*q = (struct tql_query){ .text = text, .mem = mem };
	if (text.n > TQL_TEXT_MAX)
		return err_set(e, ERR_QUERY, "query of %zu bytes: over the "
		    "limit of %zu", text.n, TQL_TEXT_MAX);
	if (check_text(text, e) == -1)
		return -1;
	if (lex_next(&p.lex, e) == -1)
		return -1;
	if (p.lex.t.kind == LEX_END)
		return caret_err(e, text, p.lex.t.at, "the query is empty");
	if (whole(&p, e) == -1)
		return -1;
	if (tql_check_query(q, e) == -1) {
		tql_free(q);
		return -1;
	}
	return 0;
}

const struct tql_attr *
tql_parse_attr(struct tql_query *q, struct str text, struct arena *mem,
    struct err *e)
{
	struct parse p = { .q = q, .lex = { .text = text, .mem = mem } };
	const struct tql_attr *a;

	*q = (struct tql_query){ .text = text, .mem = mem };
	if (lex_next(&p.lex, e) == -1 || !(a = parse_attr(&p, e)))
		return NULL;
	if (p.lex.t.kind != LEX_END) {
		parse_unexpected(&p, e, "the end of the attribute");
		return NULL;
	}
	return a;
}
