/* Filters over a part, cheapest condition first. */
#include "tql/part.h"

#define COST_LOGIC	30u	/* of column after column, at least */
#define COST_ROWS	90u	/* span by span */

/* Attribute against constant: as a predicate with the attribute left. */
static bool
as_leaf(const struct tql_expr *x, const struct tql_attr **a,
    struct pred *pr)
{
	static const struct tql_val yes = { .type = TQL_BOOL, .i = 1 };
	static const enum tql_op turned[OPS] = { [OP_EQ] = OP_EQ,
	    [OP_NE] = OP_NE, [OP_LT] = OP_GT, [OP_LE] = OP_GE,
	    [OP_GT] = OP_LT, [OP_GE] = OP_LE };

	if (x->kind == EX_ATTR) {
		*a = x->attr;
		*pr = (struct pred){ .op = OP_EQ, .bare = true, .lit = &yes };
		return true;
	}
	if (x->kind == EX_NIL && x->l->kind == EX_ATTR) {
		*a = x->l->attr;
		*pr = (struct pred){ .op = x->op, .nil = true };
		return true;
	}
	if (x->kind != EX_BINARY || x->op < OP_EQ || x->op > OP_NRE)
		return false;
	if (x->l->kind == EX_ATTR && x->r->kind == EX_LIT) {
		*a = x->l->attr;
		*pr = (struct pred){ .op = x->op, .lit = &x->r->val,
		    .re = x->re };
		return true;
	}
	if (x->r->kind == EX_ATTR && x->l->kind == EX_LIT &&
	    x->op != OP_RE && x->op != OP_NRE) {
		*a = x->r->attr;
		*pr = (struct pred){ .op = turned[x->op],
		    .lit = &x->l->val };
		return true;
	}
	return false;
}

/* Whether what is no "true" is surely "false". */
static bool
surely_bool(const struct tql_expr *x)
{
	return x->kind == EX_NIL ||
	    (x->kind == EX_LIT && x->val.type == TQL_BOOL) ||
	    (x->kind == EX_BINARY && x->op >= OP_EQ && x->op <= OP_OR) ||
	    (x->kind == EX_UNARY && x->op == OP_NOT && surely_bool(x->l));
}

static unsigned cost(const struct tql_expr *);

/* As that in it which costs most: what may fail, such as 1 / .x, does not go
 * before a condition like it that is written before and may be its guard. */
static unsigned
cost_of_logic(const struct tql_expr *x)
{
	unsigned l = cost(x->l), r = x->r ? cost(x->r) : 0;
	unsigned most = l > r ? l : r;

	return most > COST_LOGIC ? most : COST_LOGIC;
}

static unsigned
cost(const struct tql_expr *x)
{
	const struct tql_attr *a;
	struct pred pr;
	unsigned n;

	if (x->kind == EX_LIT)
		return 0;
	if (!as_leaf(x, &a, &pr)) {
		bool logic = x->kind == EX_BINARY &&
		    (x->op == OP_AND || x->op == OP_OR);

		return logic || (x->kind == EX_UNARY && surely_bool(x)) ?
		    cost_of_logic(x) : COST_ROWS;
	}
	n = pr.nil ? 3 : pr.op == OP_RE || pr.op == OP_NRE ? 8 :
	    pr.lit->type == TQL_STR ? 4 : 2;
	if (a->in != IN_NONE)
		return a->in <= IN_MESSAGE ? n :
		    attr_children(a) ? n + 10 : n + 20;
	return a->scope == SCOPE_RES || a->scope == SCOPE_INSTR ? n - 1 :
	    a->scope == SCOPE_SPAN ? n : attr_children(a) ? n + 10 : n + 5;
}

static size_t
conjuncts(struct tql_expr *x, struct tql_expr **out)
{
	size_t n;

	if (x->kind != EX_BINARY || x->op != OP_AND) {
		*out = x;
		return 1;
	}
	n = conjuncts(x->l, out);
	return n + conjuncts(x->r, out + n);
}

/* Stable: of equal cost, as written. */
static void
order(struct tql_expr **x, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct tql_expr *one = x[i];
		size_t k = i;

		for (; k > 0 && cost(x[k - 1]) > cost(one); k--)
			x[k] = x[k - 1];
		x[k] = one;
	}
}

static int eval(struct part *, struct tql_expr *, const uint64_t *sel,
    uint64_t *out, struct err *);

/* Leaves `sel` as it is; the result is a fresh bitmap. */
static int
eval_all(struct part *p, struct tql_expr **x, size_t n, const uint64_t *sel,
    uint64_t *out, struct err *e)
{
	uint64_t *left = part_bits(p, TR_SPAN), *next;

	memcpy(left, sel, p->words * sizeof *left);
	for (size_t i = 0; i < n && part_any(left, p->words); i++) {
		next = part_bits(p, TR_SPAN);
		if (eval(p, x[i], left, next, e) == -1)
			return -1;
		left = next;
	}
	memcpy(out, left, p->words * sizeof *out);
	return 0;
}

static int
eval_or(struct part *p, struct tql_expr *x, const uint64_t *sel,
    uint64_t *out, struct err *e)
{
	uint64_t *rest = part_bits(p, TR_SPAN), *more = part_bits(p, TR_SPAN);

	if (eval(p, x->l, sel, out, e) == -1)
		return -1;
	for (size_t k = 0; k < p->words; k++)
		rest[k] = sel[k] & ~out[k];
	if (!part_any(rest, p->words))
		return 0;
	if (eval(p, x->r, rest, more, e) == -1)
		return -1;
	for (size_t k = 0; k < p->words; k++)
		out[k] |= more[k];
	return 0;
}

static int
eval_not(struct part *p, struct tql_expr *x, const uint64_t *sel,
    uint64_t *out, struct err *e)
{
	if (eval(p, x->l, sel, out, e) == -1)
		return -1;
	for (size_t k = 0; k < p->words; k++)
		out[k] = sel[k] & ~out[k];
	return 0;
}

/* A condition without && and ||. */
static int
eval_one(struct part *p, struct tql_expr *x, const uint64_t *sel,
    uint64_t *out, struct err *e)
{
	const struct tql_attr *a;
	struct pred pr;
	int r;

	plan_begin(p->plan);
	r = as_leaf(x, &a, &pr) ? leaf_spans(p, a, &pr, sel, out, e) :
	    row_filter(p, &x, 1, sel, out, e);
	plan_end(p->plan, PLAN_CONDITION, x, sel, out, p->words);
	return r;
}

/* The selected spans for which x is true; `out` is clear. */
static int
eval(struct part *p, struct tql_expr *x, const uint64_t *sel, uint64_t *out,
    struct err *e)
{
	if (x->kind == EX_LIT) {
		if (tql_true(&x->val))
			memcpy(out, sel, p->words * sizeof *out);
		return 0;
	}
	if (x->kind == EX_UNARY && x->op == OP_NOT && surely_bool(x->l))
		return eval_not(p, x, sel, out, e);
	if (x->kind == EX_BINARY && x->op == OP_OR)
		return eval_or(p, x, sel, out, e);
	if (x->kind == EX_BINARY && x->op == OP_AND) {
		struct tql_expr **all = arena_new(p->mem, struct tql_expr *, 2);

		all[0] = x->l;
		all[1] = x->r;
		order(all, 2);
		return eval_all(p, all, 2, sel, out, e);
	}
	return eval_one(p, x, sel, out, e);
}

/* ---- a filter: conditions on one event hold on the same event --------- */

static bool
only_ands(const struct tql_expr *x)
{
	if (x->kind == EX_LIT || x->kind == EX_ATTR)
		return true;
	if ((x->kind == EX_BINARY && x->op == OP_OR) ||
	    (x->kind == EX_UNARY && x->op == OP_NOT))
		return false;
	return only_ands(x->l) && (!x->r || only_ands(x->r));
}

/* Bit 0: looks at events, bit 1: at links. */
static unsigned
looks_at(const struct tql_expr *x)
{
	unsigned t;

	if (x->kind == EX_LIT)
		return 0;
	if (x->kind == EX_ATTR) {
		t = attr_children(x->attr);
		return t == TR_EVENT ? 1 : t == TR_LINK ? 2 : 0;
	}
	return looks_at(x->l) | (x->r ? looks_at(x->r) : 0);
}

/* Conditions on rows of one table of children, all leaves: by column. */
static int
eval_children(struct part *p, unsigned table, struct tql_expr **x, size_t n,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	size_t words = BITS_WORDS(p->rows[table]);
	uint64_t *left = part_bits(p, table);

	memset(left, 0xff, words * sizeof *left);
	if (p->rows[table] % 64)
		left[words - 1] = (UINT64_C(1) << p->rows[table] % 64) - 1;
	for (size_t i = 0; i < n && part_any(left, words); i++) {
		uint64_t *hit = part_bits(p, table);
		const struct tql_attr *a;
		struct pred pr;
		struct bind *b;
		bool missing;

		as_leaf(x[i], &a, &pr);
		missing = pr.nil && pr.op == OP_EQ;
		if (part_bind(p, a, &b, e) == -1 ||
		    leaf_rows(p, a, &b->group[0], &pr, left, hit, NULL, e) ==
		    -1)
			return -1;
		for (size_t k = 0; k < words; k++)
			left[k] &= missing ? ~hit[k] : hit[k];
	}
	return leaf_map(p, table, left, sel, out, e);
}

static bool
all_leaves(struct tql_expr **x, size_t n)
{
	const struct tql_attr *a;
	struct pred pr;

	for (size_t i = 0; i < n; i++)
		if (!as_leaf(x[i], &a, &pr))
			return false;
	return true;
}

/*
 * Splits the conjuncts by what they look at: [0] spans, [1] events, [2] links,
 * [3] both together (then all of 1 and 2 go there).
 */
static int
eval_group(struct part *p, struct tql_expr **x, size_t n, unsigned which,
    bool both, const uint64_t *sel, uint64_t *out, struct err *e)
{
	struct tql_expr **mine = arena_new(p->mem, struct tql_expr *, n);
	size_t m = 0;
	int r;

	for (size_t i = 0; i < n; i++) {
		unsigned at = looks_at(x[i]);

		if (at != 0 && both)
			at = 3;
		if (at == which)
			mine[m++] = x[i];
	}
	if (m == 0 || which == 0)
		return eval_all(p, mine, m, sel, out, e);
	plan_begin(p->plan);
	r = which == 3 || !all_leaves(mine, m) ?
	    row_filter(p, mine, m, sel, out, e) :
	    eval_children(p, which == 1 ? TR_EVENT : TR_LINK, mine, m, sel,
	    out, e);
	plan_end_all(p->plan, mine, m, sel, out, p->words);
	return r;
}

int
part_filter(struct part *p, struct tql_expr *x, const uint64_t *sel,
    uint64_t *out, struct err *e)
{
	struct tql_expr **all = arena_new(p->mem, struct tql_expr *,
	    p->q->text.n / 2 + 2);	/* an operator is two bytes */
	size_t n = conjuncts(x, all);
	bool both = false;

	order(all, n);
	if (!only_ands(x))
		return eval_all(p, all, n, sel, out, e);
	for (size_t i = 0; i < n; i++)
		both |= looks_at(all[i]) == 3;
	for (unsigned which = 0; which < 4; which++) {
		uint64_t *next = part_bits(p, TR_SPAN);

		if (eval_group(p, all, n, which, both, sel, next, e) == -1)
			return -1;
		sel = next;
	}
	memcpy(out, sel, p->words * sizeof *out);
	return 0;
}
