/* Spansets, and the query as a whole. */
#include "tql/parse.h"

static struct tql_set *spanset(struct parse *, int min, struct err *);

static struct tql_set *
filter(struct parse *p, struct err *e)
{
	struct tql_set *s = arena_zero(p->lex.mem, struct tql_set, 1);
	size_t from = p->lex.t.at.at;

	s->depth = 1;
	if (lex_next(&p->lex, e) == -1)
		return NULL;
	if (parse_punct(p, '}')) {
		s->filter = parse_true(p, from);
	} else if (!(s->filter = parse_field(p, 0, e))) {
		return NULL;
	}
	if (!parse_punct(p, '}')) {
		parse_unexpected(p, e, "an operator or }");
		return NULL;
	}
	if (lex_next(&p->lex, e) == -1)
		return NULL;
	s->at = parse_upto(p, from);
	return s;
}

/* What begins a stage of a pipeline that is none of ours yet. */
static bool
is_stage(const struct parse *p)
{
	static const struct str words[] = { S("count"), S("avg"), S("min"),
	    S("max"), S("sum"), S("by"), S("coalesce"), S("select"),
	    S("rate"), S("count_over_time"), S("compare") };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (parse_word(p, words[i]))
			return true;
	return p->lex.t.kind == LEX_WORD &&
	    str_ends(p->lex.t.text, S("_over_time"));
}

static struct tql_set *
spanset_operand(struct parse *p, struct err *e)
{
	struct tql_set *s;

	if (parse_punct(p, '{'))
		return filter(p, e);
	if (p->lex.t.kind == LEX_LIT ||
	    (p->lex.t.kind == LEX_OP && p->lex.t.op == OP_SUB)) {
		parse_unsupported(p, p->lex.t.at, e, "calculating with pipelines");
		return NULL;
	}
	if (is_stage(p)) {
		parse_unsupported(p, p->lex.t.at, e, "pipeline stages");
		return NULL;
	}
	if (!parse_punct(p, '(')) {
		parse_unexpected(p, e, "{ or (");
		return NULL;
	}
	if (!parse_nest(p, e) || lex_next(&p->lex, e) == -1 ||
	    !(s = spanset(p, 0, e)))
		return NULL;
	p->nest--;
	if (parse_punct(p, '|')) {
		parse_unsupported(p, p->lex.t.at, e, "pipelines");
		return NULL;
	}
	if (!parse_punct(p, ')')) {
		parse_unexpected(p, e, "an operator or )");
		return NULL;
	}
	return lex_next(&p->lex, e) == -1 ? NULL : s;
}

/* The token as an operator between spansets, and how tight; -1: none. */
static int
set_operator(const struct lex_token *t, enum tql_op *op)
{
	if (t->kind != LEX_OP)
		return -1;
	*op = t->op == OP_GT ? OP_CHILD : t->op == OP_LT ? OP_PARENT :
	    t->op == OP_NRE ? OP_NSIB : t->op;
	if (*op == OP_AND || *op == OP_OR)
		return 2;
	return *op >= OP_CHILD ? 3 : -1;
}

static struct tql_set *
set_join(struct parse *p, struct tql_set *l, enum tql_op op, struct caret at,
    struct tql_set *r, struct err *e)
{
	struct tql_set *s = arena_zero(p->lex.mem, struct tql_set, 1);

	*s = (struct tql_set){ .op = op, .l = l, .r = r, .at = at,
	    .depth = 1 + (l->depth > r->depth ? l->depth : r->depth) };
	if (s->depth > TQL_DEPTH_MAX) {
		caret_err(e, p->lex.text, at,
		    "over the limit of %u operators in a row", TQL_DEPTH_MAX);
		return NULL;
	}
	return s;
}

static struct tql_set *
spanset(struct parse *p, int min, struct err *e)
{
	struct tql_set *s = spanset_operand(p, e);
	enum tql_op op = OP_AND;
	int tight;

	while (s && (tight = set_operator(&p->lex.t, &op)) >= min &&
	    tight > 0) {
		struct caret at = p->lex.t.at;
		struct tql_set *r = lex_next(&p->lex, e) == -1 ? NULL :
		    spanset(p, tight + 1, e);

		s = r ? set_join(p, s, op, at, r, e) : NULL;
	}
	return s;
}

static int
at_end(struct parse *p, struct err *e)
{
	if (p->lex.t.kind == LEX_END)
		return 0;
	if (parse_punct(p, '|'))
		return parse_unsupported(p, p->lex.t.at, e, "pipelines");
	if (parse_word(p, S("with")))
		return parse_unsupported(p, p->lex.t.at, e, "hints");
	return parse_unexpected(p, e, "an operator or the end");
}

static int
check_set(struct tql_query *q, struct tql_set *s, struct err *e)
{
	if (!s->l)
		return tql_check(q, s->filter, e);
	if (check_set(q, s->l, e) == -1 || check_set(q, s->r, e) == -1)
		return -1;
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
	if (lex_next(&p.lex, e) == -1)
		return -1;
	if (p.lex.t.kind == LEX_END)
		return caret_err(e, text, p.lex.t.at, "the query is empty");
	if (!(q->set = spanset(&p, 0, e)) || at_end(&p, e) == -1)
		return -1;
	if (check_set(q, q->set, e) == -1) {
		tql_free(q);
		return -1;
	}
	return 0;
}
