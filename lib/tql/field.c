/* Fields: what stands between the braces of a filter. */
#include "tql/parse.h"

static const struct { struct str word; enum tql_intrinsic in; } bare[] = {
	{ S("duration"), IN_DURATION }, { S("name"), IN_NAME },
	{ S("status"), IN_STATUS }, { S("kind"), IN_KIND },
	{ S("statusMessage"), IN_MESSAGE }, { S("rootName"), IN_ROOT_NAME },
	{ S("rootServiceName"), IN_ROOT_SERVICE },
	{ S("traceDuration"), IN_TRACE_DURATION },
	{ S("nestedSetLeft"), IN_NS_LEFT }, { S("nestedSetRight"), IN_NS_RIGHT },
	{ S("nestedSetParent"), IN_NS_PARENT },
};

static const struct { struct str scope, word; enum tql_intrinsic in; }
scoped[] = {
	{ S("span"), S("duration"), IN_DURATION },
	{ S("span"), S("name"), IN_NAME }, { S("span"), S("kind"), IN_KIND },
	{ S("span"), S("status"), IN_STATUS },
	{ S("span"), S("statusMessage"), IN_MESSAGE },
	{ S("span"), S("id"), IN_SPAN_ID },
	{ S("span"), S("parentID"), IN_PARENT_ID },
	{ S("span"), S("childCount"), IN_CHILD_COUNT },
	{ S("trace"), S("id"), IN_TRACE_ID },
	{ S("trace"), S("duration"), IN_TRACE_DURATION },
	{ S("trace"), S("rootName"), IN_ROOT_NAME },
	{ S("trace"), S("rootService"), IN_ROOT_SERVICE },
	{ S("event"), S("name"), IN_EVENT_NAME },
	{ S("event"), S("timeSinceStart"), IN_EVENT_TIME },
	{ S("link"), S("traceID"), IN_LINK_TRACE },
	{ S("link"), S("spanID"), IN_LINK_SPAN },
	{ S("instrumentation"), S("name"), IN_INSTR_NAME },
	{ S("instrumentation"), S("version"), IN_INSTR_VERSION },
};
#define COUNT(a)	(sizeof (a) / sizeof *(a))

static struct tql_expr *
node(struct parse *p, enum tql_expr_kind kind, size_t from)
{
	struct tql_expr *x = arena_zero(p->lex.mem, struct tql_expr, 1);

	x->kind = kind;
	x->at = parse_upto(p, from);
	x->depth = 1;
	return x;
}

static struct tql_expr *
join(struct parse *p, struct tql_expr *x, struct tql_expr *l,
    struct tql_expr *r, struct err *e)
{
	unsigned deep = r && r->depth > l->depth ? r->depth : l->depth;

	x->l = l;
	x->r = r;
	x->depth = deep + 1;
	if (x->depth > TQL_DEPTH_MAX) {
		caret_err(e, p->lex.text, x->at,
		    "over the limit of %u operators in a row", TQL_DEPTH_MAX);
		return NULL;
	}
	return x;
}

bool
parse_nest(struct parse *p, struct err *e)
{
	if (++p->nest <= TQL_NEST_MAX)
		return true;
	caret_err(e, p->lex.text, p->lex.t.at,
	    "nested over the limit of %u", TQL_NEST_MAX);
	return false;
}

static const struct tql_attr *
intern(struct parse *p, const struct tql_attr *a, struct err *e)
{
	struct tql_query *q = p->q;

	for (uint32_t i = 0; i < q->nattr; i++)
		if (q->attr[i]->in == a->in && q->attr[i]->scope == a->scope &&
		    str_eq(q->attr[i]->name, a->name))
			return q->attr[i];
	if (q->nattr == TQL_ATTRS_MAX) {
		caret_err(e, p->lex.text, p->lex.t.at,
		    "over the limit of %u attributes", TQL_ATTRS_MAX);
		return NULL;
	}
	if (q->nattr == p->cap) {
		q->attr = arena_grow(p->lex.mem, q->attr, q->nattr,
		    p->cap * 2 + 8, sizeof *q->attr);
		p->cap = p->cap * 2 + 8;
	}
	struct tql_attr *made = arena_new(p->lex.mem, struct tql_attr, 1);
	*made = *a;
	made->no = q->nattr;
	q->attr[q->nattr++] = made;
	return made;
}

static struct tql_expr *
attr_node(struct parse *p, const struct tql_attr *a, size_t from,
    struct err *e)
{
	const struct tql_attr *attr = intern(p, a, e);
	struct tql_expr *x;

	if (!attr || lex_next(&p->lex, e) == -1)
		return NULL;
	x = node(p, EX_ATTR, from);
	x->attr = attr;
	return x;
}

static struct tql_expr *
literal(struct parse *p, struct tql_val val, struct err *e)
{
	size_t from = p->lex.t.at.at;
	struct tql_expr *x;

	if (lex_next(&p->lex, e) == -1)
		return NULL;
	x = node(p, EX_LIT, from);
	x->val = val;
	return x;
}

/* Words that are values. */
bool
parse_word_value(struct str word, struct tql_val *v)
{
	static const struct { struct str word; struct tql_val val; } all[] = {
		{ S("true"), { .type = TQL_BOOL, .i = 1 } },
		{ S("false"), { .type = TQL_BOOL, .i = 0 } },
		{ S("minInt"), { .type = TQL_INT, .i = INT64_MIN } },
		{ S("maxInt"), { .type = TQL_INT, .i = INT64_MAX } },
	};

	for (size_t i = 0; i < COUNT(all); i++)
		if (str_eq(word, all[i].word)) {
			*v = all[i].val;
			return true;
		}
	for (v->i = 0; v->i < 3; v->i++)
		if (str_eq(word, tql_status_word(v->i))) {
			v->type = TQL_STATUS;
			return true;
		}
	for (v->i = 0; v->i < 6; v->i++)
		if (str_eq(word, tql_kind_word(v->i))) {
			v->type = TQL_KIND;
			return true;
		}
	return false;
}

static struct tql_expr *
word(struct parse *p, struct err *e)
{
	struct str of[COUNT(bare)];
	struct tql_attr a = { 0 };
	struct tql_val v;

	for (size_t i = 0; i < COUNT(bare); i++) {
		if (parse_word(p, bare[i].word)) {
			a.in = bare[i].in;
			return attr_node(p, &a, p->lex.t.at.at, e);
		}
		of[i] = bare[i].word;
	}
	if (parse_word_value(p->lex.t.text, &v))
		return literal(p, v, e);
	if (parse_word(p, S("parent")))
		parse_unsupported(p, p->lex.t.at, e, "parent");
	else
		parse_unknown(p, of, COUNT(bare), e);
	return NULL;
}

/* "span: name" */
static struct tql_expr *
scoped_word(struct parse *p, struct err *e)
{
	struct tql_attr a = { 0 };
	struct str scope = p->lex.t.text, near, of[COUNT(scoped)];
	size_t from = p->lex.t.at.at, n = 0;

	if (lex_next(&p->lex, e) == -1)
		return NULL;
	for (size_t i = 0; i < COUNT(scoped); i++) {
		if (!str_eq(scope, scoped[i].scope))
			continue;
		if (parse_word(p, scoped[i].word)) {
			a.in = scoped[i].in;
			return attr_node(p, &a, from, e);
		}
		of[n++] = scoped[i].word;
	}
	near = p->lex.t.kind == LEX_WORD ?
	    caret_nearest(p->lex.t.text, of, n) : S("");
	if (near.p && near.n > 0)
		caret_err(e, p->lex.text, p->lex.t.at,
		    "unknown intrinsic: did you mean \"%.*s:%.*s\"",
		    PS(scope), PS(near));
	else
		parse_unexpected(p, e, "an intrinsic of this scope");
	return NULL;
}

static struct tql_expr *
nil_compare(struct parse *p, struct tql_expr *of, enum tql_op op, size_t from,
    struct err *e)
{
	struct tql_expr *x = node(p, EX_NIL, from);

	x->op = op;
	if (of && of->kind != EX_LIT)
		return join(p, x, of, NULL, e);
	/* nil = nil and nil != nil are false; what is written is not nil */
	x->kind = EX_LIT;
	x->val = tql_bool(of && op == OP_NE);
	return x;
}

/* nil = x, nil != x: no looser than any comparison. */
static struct tql_expr *
nil_first(struct parse *p, struct err *e)
{
	size_t from = p->lex.t.at.at;
	struct tql_expr *of = NULL;
	enum tql_op op;

	if (lex_next(&p->lex, e) == -1)
		return NULL;
	op = p->lex.t.op;
	if (p->lex.t.kind != LEX_OP || (op != OP_EQ && op != OP_NE)) {
		parse_unexpected(p, e, "= or != after nil");
		return NULL;
	}
	if (lex_next(&p->lex, e) == -1)
		return NULL;
	if (parse_word(p, S("nil"))) {
		if (lex_next(&p->lex, e) == -1)
			return NULL;
	} else if (!(of = parse_field(p, 4, e))) {
		return NULL;
	}
	return nil_compare(p, of, op, from, e);
}

/* An operator on values is the value. */
static void
fold(struct tql_expr *x)
{
	struct tql_val v;
	bool two = x->kind == EX_BINARY;

	if (x->l->kind != EX_LIT || (two && x->r->kind != EX_LIT))
		return;
	if (two && (x->op == OP_RE || x->op == OP_NRE)) {
		struct re *re;

		if (x->l->val.type != TQL_STR || x->r->val.type != TQL_STR ||
		    !(re = re_compile(x->r->val.s, RE_ANCHORED | RE_DOTALL,
		    NULL)))
			return;
		int r = tql_binary(x->op, &x->l->val, &x->r->val, re, &v,
		    NULL);
		re_free(re);
		if (r == -1)
			return;
	} else if (two) {
		if (tql_fits(x->op, x->l->val.type, x->r->val.type) != FIT ||
		    tql_binary(x->op, &x->l->val, &x->r->val, NULL, &v,
		    NULL) == -1)
			return;
	} else if (tql_fits(x->op, x->l->val.type, x->l->val.type) != FIT ||
	    tql_unary(x->op, &x->l->val, &v, NULL) == -1) {
		return;
	}
	*x = (struct tql_expr){ .kind = EX_LIT, .val = v, .at = x->at,
	    .depth = 1 };
}

static struct tql_expr *
unary(struct parse *p, struct err *e)
{
	enum tql_op op = p->lex.t.op == OP_NOT ? OP_NOT : OP_NEG;
	size_t from = p->lex.t.at.at;
	struct tql_expr *l, *x;

	if (!parse_nest(p, e) || lex_next(&p->lex, e) == -1 ||
	    !(l = parse_field(p, op == OP_NOT ? 6 : 5, e)))
		return NULL;
	p->nest--;
	x = node(p, EX_UNARY, from);
	x->op = op;
	if (!join(p, x, l, NULL, e))
		return NULL;
	fold(x);
	return x;
}

static struct tql_expr *
bracketed(struct parse *p, struct err *e)
{
	struct tql_expr *x;

	if (!parse_nest(p, e) || lex_next(&p->lex, e) == -1 ||
	    !(x = parse_field(p, 0, e)))
		return NULL;
	p->nest--;
	if (!parse_punct(p, ')')) {
		parse_unexpected(p, e, "an operator or )");
		return NULL;
	}
	return lex_next(&p->lex, e) == -1 ? NULL : x;
}

static struct tql_expr *
attribute(struct parse *p, struct err *e)
{
	struct tql_attr a = { .scope = p->lex.t.scope,
	    .name = p->lex.t.text };

	if (p->near && a.scope == SCOPE_ANY)
		a.scope = SCOPE_NEAR;
	if (p->lex.t.parent) {
		parse_unsupported(p, p->lex.t.at, e, "parent");
		return NULL;
	}
	return attr_node(p, &a, p->lex.t.at.at, e);
}

static struct tql_expr *
operand(struct parse *p, struct err *e)
{
	switch (p->lex.t.kind) {
	case LEX_LIT: return literal(p, p->lex.t.val, e);
	case LEX_ATTR: return attribute(p, e);
	case LEX_INTRINSIC_SCOPE: return scoped_word(p, e);
	case LEX_WORD: return parse_word(p, S("nil")) ? nil_first(p, e) :
	    word(p, e);
	default: break;
	}
	if (parse_punct(p, '('))
		return bracketed(p, e);
	if (p->lex.t.kind == LEX_OP &&
	    (p->lex.t.op == OP_SUB || p->lex.t.op == OP_NOT))
		return unary(p, e);
	parse_unexpected(p, e, "a field, a value or (");
	return NULL;
}

/* How tight a binary operator binds in a field, -1: it is none. Section 3. */
int
parse_tightness(const struct lex_token *t)
{
	if (t->kind != LEX_OP)
		return -1;
	switch (t->op) {
	case OP_AND: case OP_OR: return 2;
	case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
	case OP_RE: case OP_NRE: return 3;
	case OP_ADD: case OP_SUB: return 4;
	case OP_MUL: case OP_DIV: case OP_MOD: return 6;
	case OP_POW: return 7;
	default: return -1;
	}
}

/* Ids lose their leading zeros, so that short and padded forms are equal. */
static void
trim_trace_id(struct tql_expr *attr, struct tql_expr *lit)
{
	if (attr->kind != EX_ATTR || attr->attr->in != IN_TRACE_ID ||
	    lit->kind != EX_LIT || lit->val.type != TQL_STR)
		return;
	while (lit->val.s.n > 0 && *lit->val.s.p == '0')
		lit->val.s = str_skip(lit->val.s, 1);
}

static struct tql_expr *
binary(struct parse *p, struct tql_expr *l, enum tql_op op, int tight,
    struct err *e)
{
	struct tql_expr *r, *x;

	if ((op == OP_EQ || op == OP_NE) && parse_word(p, S("nil")))
		return lex_next(&p->lex, e) == -1 ? NULL :
		    nil_compare(p, l, op, l->at.at, e);
	if (!(r = parse_field(p, op == OP_POW ? tight : tight + 1, e)))
		return NULL;
	x = node(p, EX_BINARY, l->at.at);
	x->op = op;
	if (!join(p, x, l, r, e))
		return NULL;
	trim_trace_id(l, r);
	trim_trace_id(r, l);
	fold(x);
	return x;
}

/* Operators at least as tight as `min`. */
struct tql_expr *
parse_field(struct parse *p, int min, struct err *e)
{
	struct tql_expr *x;
	int tight;

	if (!parse_nest(p, e))
		return NULL;
	x = operand(p, e);
	while (x && (tight = parse_tightness(&p->lex.t)) >= min && tight > 0) {
		enum tql_op op = p->lex.t.op;

		x = lex_next(&p->lex, e) == -1 ? NULL :
		    binary(p, x, op, tight, e);
	}
	p->nest--;
	return x;
}

struct tql_expr *
parse_true(struct parse *p, size_t from)
{
	struct tql_expr *x = node(p, EX_LIT, from);

	x->val = tql_bool(true);
	return x;
}

const struct tql_attr *
parse_attr(struct parse *p, struct err *e)
{
	bool bracket = parse_punct(p, '(');
	struct tql_expr *x = operand(p, e);

	if (x && (x->kind != EX_ATTR || bracket)) {
		caret_err(e, p->lex.text, x->at, "an attribute must stand "
		    "here");
		return NULL;
	}
	return x ? x->attr : NULL;
}

int
parse_attrs(struct parse *p, const struct tql_attr ***out, uint32_t *n,
    struct err *e)
{
	uint32_t cap = 0;

	for (*n = 0;; ++*n) {
		const struct tql_attr *a = parse_attr(p, e);

		if (!a)
			return -1;
		if (*n == cap) {
			*out = arena_grow(p->lex.mem, *out, *n, cap * 2 + 4,
			    sizeof **out);
			cap = cap * 2 + 4;
		}
		(*out)[*n] = a;
		if (!parse_punct(p, ',')) {
			++*n;
			return 0;
		}
		if (lex_next(&p->lex, e) == -1)
			return -1;
	}
}
