/* A span at a time: for what no column can answer alone. */
#include "tql/part.h"

#include "base/cur.h"
#include "otlp/walk.h"

static struct tql_val
scalar(const struct value *v)
{
	switch (v->type) {
	case VALUE_STR:
		return (struct tql_val){ .type = TQL_STR, .s = v->s };
	case VALUE_BOOL: return tql_bool(v->i != 0);
	case VALUE_INT:
		return (struct tql_val){ .type = TQL_INT, .i = v->i };
	case VALUE_F64:
		return (struct tql_val){ .type = TQL_FLOAT, .f = v->f };
	default: return (struct tql_val){ .type = TQL_NIL };
	}
}

/* Arrays of one type of scalar; one element stands for itself. Section 1. */
static struct tql_val
array(struct str raw, struct arena *mem)
{
	struct tql_val *all = NULL, out = { .type = TQL_NIL };
	struct cur c = cur_of(raw);
	uint32_t n = 0, cap = 0;
	struct value v;

	while (otlp_element(&c, &v) == 1) {
		if (n == cap) {
			all = arena_grow(mem, all, n, cap * 2 + 4,
			    sizeof *all);
			cap = cap * 2 + 4;
		}
		all[n] = scalar(&v);
		if (all[n].type == TQL_NIL || all[n].type != all[0].type)
			return out;
		n++;
	}
	if (n == 1)
		return all[0];
	if (n > 1)
		out = (struct tql_val){ .type = TQL_ARRAY, .n = n, .a = all };
	return out;
}

struct tql_val
value_any(struct str any, struct arena *mem)
{
	struct value v = { .type = VALUE_EMPTY };

	if (otlp_value(any, &v) == -1)
		v.type = VALUE_EMPTY;
	return v.type == VALUE_ARRAY ? array(v.s, mem) : scalar(&v);
}

struct tql_val
value_map(struct str list, struct str key, struct arena *mem)
{
	struct cur c = cur_of(list);
	struct attr a;

	while (otlp_attr(&c, 1, &a) == 1)
		if (str_eq(a.key, key))
			return a.value.type == VALUE_ARRAY ?
			    array(a.value.s, mem) : scalar(&a.value);
	return (struct tql_val){ .type = TQL_NIL };
}

static struct tql_val
id_value(struct part *p, const struct source *src, uint32_t row)
{
	const struct vec *v = &src->col->vec;
	size_t width = v->type == VEC_FIX8 ? 8 : 16;
	char *hex = arena_get(p->mem, 1, 2 * width + 1);
	struct tql_val out = { .type = TQL_STR };

	str_hex(hex, v->fix + row * width, width);
	out.s = str_mk(hex, 2 * width);
	while (src->trim && out.s.n > 0 && *out.s.p == '0')
		out.s = str_skip(out.s, 1);
	return out;
}

struct tql_val
source_value(struct part *p, const struct source *src, struct str key,
    uint32_t row)
{
	const struct vec *v = &src->col->vec;

	if (!vec_valid(v, row)) {
		if (src->always && v->type == VEC_STR)
			return (struct tql_val){ .type = TQL_STR, .s = S("") };
		if (!src->always)
			return (struct tql_val){ .type = TQL_NIL };
	}
	if (src->map)
		return value_map(vec_str(v, row), key, p->mem);
	switch (v->type) {
	case VEC_INT: return (struct tql_val){ .type = src->as,
	    .i = v->i[row] };
	case VEC_BOOL: return tql_bool(v->i[row] != 0);
	case VEC_F64: return (struct tql_val){ .type = TQL_FLOAT,
	    .f = v->f[row] };
	case VEC_STR: return (struct tql_val){ .type = TQL_STR,
	    .s = vec_str(v, row) };
	case VEC_ANY: return value_any(vec_str(v, row), p->mem);
	default: return id_value(p, src, row);
	}
}

unsigned
attr_children(const struct tql_attr *a)
{
	if (a->scope == SCOPE_EVENT || a->in == IN_EVENT_NAME ||
	    a->in == IN_EVENT_TIME)
		return TR_EVENT;
	if (a->scope == SCOPE_LINK || a->in == IN_LINK_TRACE ||
	    a->in == IN_LINK_SPAN)
		return TR_LINK;
	return 0;
}

/* Where the children of each span begin: rows + 1 numbers. */
static int
children(struct part *p, unsigned table, uint32_t **out, struct err *e)
{
	const int64_t *span;
	uint32_t c = 0;

	if (part_ints(p, table, S("span"), NULL, &span, e) == -1)
		return -1;
	*out = arena_new(p->mem, uint32_t, p->rows[TR_SPAN] + 1);
	for (uint32_t r = 0; r <= p->rows[TR_SPAN]; r++) {
		while (c < p->rows[table] && span[c] < r)
			c++;
		(*out)[r] = c;
	}
	return 0;
}

int
part_children(struct part *p, struct err *e)
{
	if (p->event_of)
		return 0;
	return children(p, TR_EVENT, &p->event_of, e) == -1 ||
	    children(p, TR_LINK, &p->link_of, e) == -1 ? -1 : 0;
}

/* Loads all that value_of needs for the selected spans. */
static int
prepare(struct part *p, const struct tql_attr *a, const uint64_t *sel,
    struct err *e)
{
	const int64_t *unused;
	struct bind *b;

	if (part_bind(p, a, &b, e) == -1)
		return -1;
	for (uint32_t g = 0; g < b->n; g++) {
		unsigned t = b->group[g].table;

		for (uint32_t i = 0; i < b->group[g].n; i++)
			if (part_load(p, b->group[g].src[i].col,
			    t == TR_SPAN ? sel : NULL, NULL, e) == -1)
				return -1;
		if ((t == TR_RES || t == TR_SCOPE) && part_ints(p, TR_SPAN,
		    t == TR_RES ? S("res") : S("scope"), sel, &unused, e) ==
		    -1)
			return -1;
		if ((t == TR_EVENT || t == TR_LINK) &&
		    part_children(p, e) == -1)
			return -1;
	}
	return part_traces(p, e);
}

static uint32_t
trace_of(const struct part *p, uint32_t span)
{
	uint32_t lo = 0, hi = p->rows[TR_TRACE];

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (p->first[mid] <= span)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* The row of a table that goes with this span (and event, link). */
static uint32_t
row_in(struct part *p, unsigned table, struct row r)
{
	struct part_col *c;

	switch (table) {
	case TR_SPAN: return r.span;
	case TR_TRACE: return trace_of(p, r.span);
	case TR_EVENT: return r.event;
	case TR_LINK: return r.link;
	default:
		c = part_find(p, TR_SPAN, table == TR_RES ? S("res") :
		    S("scope"), VEC_INT);
		return c ? (uint32_t)c->vec.i[r.span] : 0;
	}
}

static bool
same(const struct tql_val *a, const struct tql_val *b)
{
	struct tql_val yes;

	if (a->type != b->type || a->type == TQL_ARRAY)
		return false;
	tql_binary(OP_EQ, a, b, NULL, &yes, NULL);
	return tql_true(&yes);
}

/* The distinct values in rows of one table, at most `most`. */
static uint32_t
group_values(struct part *p, const struct tql_attr *a, const struct group *g,
    uint32_t row, uint32_t end, struct tql_val *v, uint32_t most)
{
	uint32_t n = 0;

	for (; row < end && row < p->rows[g->table] && n < most; row++) {
		struct tql_val one = { .type = TQL_NIL };
		bool had = false;

		for (uint32_t i = 0; i < g->n && one.type == TQL_NIL; i++)
			one = source_value(p, &g->src[i], a->name, row);
		for (uint32_t i = 0; i < n; i++)
			had |= same(&v[i], &one);
		if (one.type != TQL_NIL && !had)
			v[n++] = one;
	}
	return n;
}

/* By span its first row in a table of children; NULL: it is none. */
static const uint32_t *
children_of(const struct part *p, unsigned table)
{
	return table == TR_EVENT ? p->event_of :
	    table == TR_LINK ? p->link_of : NULL;
}

/* Whether one of the span's events (links) has it. */
static bool
some_child_has(struct part *p, const struct tql_attr *a,
    const struct group *g, uint32_t span)
{
	const uint32_t *of = children_of(p, g->table);
	struct tql_val v;

	return of && group_values(p, a, g, of[span], of[span + 1], &v, 1) > 0;
}

static struct tql_val
value_of(struct part *p, const struct tql_attr *a, struct row r,
    struct err *e)
{
	struct tql_val v = { .type = TQL_NIL };
	struct bind *b;

	if (part_bind(p, a, &b, e) == -1)
		return v;
	for (uint32_t g = 0; g < b->n; g++) {
		const struct group *gr = &b->group[g];
		uint32_t row = row_in(p, gr->table, r);

		for (uint32_t i = 0; i < gr->n && row < p->rows[gr->table];
		    i++) {
			v = source_value(p, &gr->src[i], a->name, row);
			if (v.type != TQL_NIL)
				return v;
		}
		/* found in this scope, if not in this one of it */
		if (g + 1 < b->n && some_child_has(p, a, gr, r.span))
			return v;
	}
	return v;
}

/* The values of all scopes that have some, in the order of looking, and the
 * distinct ones of events and links, at most `most`: how many. */
static uint32_t
row_values(struct part *p, const struct tql_attr *a, uint32_t span,
    struct tql_val *v, uint32_t most, struct err *e)
{
	struct bind *b;
	uint32_t n = 0;

	if (part_bind(p, a, &b, e) == -1)
		return 0;
	for (uint32_t g = 0; g < b->n && n < most; g++) {
		unsigned t = b->group[g].table;
		const uint32_t *of = children_of(p, t);
		uint32_t row = of ? of[span] : row_in(p, t,
		    (struct row){ span, NO_ROW, NO_ROW });

		n += group_values(p, a, &b->group[g], row, of ? of[span + 1] :
		    row + 1, v + n, most - n);
	}
	return n;
}

struct tql_val
row_first(struct part *p, const struct tql_attr *a, uint32_t span,
    struct err *e)
{
	struct tql_val v;

	return row_values(p, a, span, &v, 1, e) > 0 ? v :
	    (struct tql_val){ .type = TQL_NIL };
}

/* The column as it is for the picked rows alone. */
static int
pick_source(struct part *p, struct source *src, const struct row_picks *pk,
    struct err *e)
{
	struct vec v;

	if (part_pick_col(p, src->col, pk->row, pk->n, &v, e) == -1)
		return -1;
	src->col = part_made_col(p, &v);
	return 0;
}

static int
pick_pointers(struct part *p, struct row_picks *pk, unsigned table,
    struct err *e)
{
	struct vec *v = table == TR_RES ? &pk->res : &pk->scope;

	return v->i ? 0 : part_pick(p, TR_SPAN, table == TR_RES ? S("res") :
	    S("scope"), VEC_INT, pk->row, pk->n, v, e);
}

int
row_pick(struct part *p, const struct tql_attr *a, struct row_picks *pk,
    struct bind *out, struct err *e)
{
	struct bind *b;

	if (part_bind(p, a, &b, e) == -1 || part_traces(p, e) == -1)
		return -1;
	*out = *b;
	for (uint32_t g = 0; g < out->n; g++) {
		struct group *gr = &out->group[g];
		unsigned t = gr->table;

		for (uint32_t i = 0; i < gr->n; i++)
			if ((t == TR_SPAN ? pick_source(p, &gr->src[i], pk,
			    e) : part_load(p, gr->src[i].col, NULL, NULL,
			    e)) == -1)
				return -1;
		if ((t == TR_RES || t == TR_SCOPE) &&
		    pick_pointers(p, pk, t, e) == -1)
			return -1;
		if ((t == TR_EVENT || t == TR_LINK) &&
		    part_children(p, e) == -1)
			return -1;
	}
	return 0;
}

uint32_t
row_picked(struct part *p, const struct tql_attr *a,
    const struct row_picks *pk, const struct bind *b, uint32_t at,
    struct tql_val *v, uint32_t most)
{
	uint32_t span = pk->row[at], n = 0;

	for (uint32_t g = 0; g < b->n && n < most; g++) {
		unsigned t = b->group[g].table;
		const uint32_t *of = children_of(p, t);
		uint32_t row = of ? of[span] : t == TR_SPAN ? at :
		    t == TR_TRACE ? trace_of(p, span) : (uint32_t)
		    (t == TR_RES ? pk->res.i : pk->scope.i)[at];

		n += group_values(p, a, &b->group[g], row, of ? of[span + 1] :
		    row + 1, v + n, most - n);
	}
	return n;
}

/* An attribute of an event (a link) of a span that has none: what is not
 * there lacks nothing. */
static bool
lacks_child(const struct tql_expr *x, struct row at)
{
	unsigned table = x->kind == EX_ATTR ? attr_children(x->attr) : 0;

	return (table == TR_EVENT && at.event == NO_ROW) ||
	    (table == TR_LINK && at.link == NO_ROW);
}

/* Says which operator of the query it was. */
static int
failed_at(const struct part *p, const struct tql_expr *x, struct err *e)
{
	struct err why;

	if (!e || e->kind != ERR_QUERY)
		return -1;
	why = *e;
	return caret_err(e, p->q->text, x->at, "%s", why.msg);
}

static int
eval(struct part *p, const struct tql_expr *x, struct row at,
    struct tql_val *out, struct err *e)
{
	struct tql_val l, r = { .type = TQL_NIL };

	switch (x->kind) {
	case EX_LIT:
		*out = x->val;
		return 0;
	case EX_ATTR:
		*out = at.event == ROW_FIRST ?
		    row_first(p, x->attr, at.span, e) :
		    value_of(p, x->attr, at, e);
		return 0;
	default:
		break;
	}
	if (eval(p, x->l, at, &l, e) == -1)
		return -1;
	if (x->kind == EX_NIL) {
		*out = tql_bool(!lacks_child(x->l, at) &&
		    (l.type == TQL_NIL) == (x->op == OP_EQ));
		return 0;
	}
	if (x->kind == EX_UNARY)
		return tql_unary(x->op, &l, out, e) == -1 ?
		    failed_at(p, x, e) : 0;
	if ((x->op == OP_AND && l.type == TQL_BOOL && !l.i) ||
	    (x->op == OP_OR && tql_true(&l))) {
		*out = l;
		return 0;
	}
	if (eval(p, x->r, at, &r, e) == -1)
		return -1;
	return tql_binary(x->op, &l, &r, x->re, out, e) == -1 ?
	    failed_at(p, x, e) : 0;
}

/* Which tables of children the expression looks into. */
static int
mentions(struct part *p, const struct tql_expr *x, bool *event, bool *link,
    const uint64_t *sel, struct err *e)
{
	struct bind *b;

	if (x->kind == EX_LIT)
		return 0;
	if (x->kind != EX_ATTR)
		return mentions(p, x->l, event, link, sel, e) == -1 || (x->r &&
		    mentions(p, x->r, event, link, sel, e) == -1) ? -1 : 0;
	if (prepare(p, x->attr, sel, e) == -1 ||
	    part_bind(p, x->attr, &b, e) == -1)
		return -1;
	for (uint32_t g = 0; g < b->n; g++) {
		*event |= b->group[g].table == TR_EVENT;
		*link |= b->group[g].table == TR_LINK;
	}
	return 0;
}

int
row_ready(struct part *p, const struct tql_expr *x, const uint64_t *sel,
    struct err *e)
{
	bool event = false, link = false;	/* not asked for */

	return mentions(p, x, &event, &link, sel, e);
}

int
row_expr(struct part *p, const struct tql_expr *x, uint32_t span,
    struct tql_val *out, struct err *e)
{
	return eval(p, x, (struct row){ span, ROW_FIRST, ROW_FIRST }, out, e);
}

static int
all_hold(struct part *p, struct tql_expr *const *x, size_t n, struct row at,
    bool *out, struct err *e)
{
	struct tql_val v;

	*out = true;
	for (size_t i = 0; i < n && *out; i++) {
		if (eval(p, x[i], at, &v, e) == -1)
			return -1;
		*out = tql_true(&v);
	}
	return 0;
}

/* Every event with every link (or none), until one pair satisfies all. */
static int
some_hold(struct part *p, struct tql_expr *const *x, size_t n, uint32_t span,
    bool event, bool link, bool *out, struct err *e)
{
	uint32_t e0 = NO_ROW, e1 = NO_ROW, l0 = NO_ROW, l1 = NO_ROW;

	if (event && p->event_of[span] < p->event_of[span + 1]) {
		e0 = p->event_of[span];
		e1 = p->event_of[span + 1] - 1;
	}
	if (link && p->link_of[span] < p->link_of[span + 1]) {
		l0 = p->link_of[span];
		l1 = p->link_of[span + 1] - 1;
	}
	*out = false;
	for (uint32_t ev = e0; !*out; ev++) {
		for (uint32_t l = l0; !*out; l++) {
			if (all_hold(p, x, n, (struct row){ span, ev, l },
			    out, e) == -1)
				return -1;
			if (l == l1)
				break;
		}
		if (ev == e1)
			break;
	}
	return 0;
}

int
row_filter(struct part *p, struct tql_expr *const *x, size_t n,
    const uint64_t *sel, uint64_t *out, struct err *e)
{
	bool event = false, link = false, hit;

	for (size_t i = 0; i < n; i++)
		if (mentions(p, x[i], &event, &link, sel, e) == -1)
			return -1;
	for (size_t k = 0; k < p->words; k++)
		for (uint64_t w = sel[k]; w; w &= w - 1) {
			uint32_t row = (uint32_t)(k * 64) +
			    (uint32_t)__builtin_ctzll(w);

			if (some_hold(p, x, n, row, event, link, &hit, e) ==
			    -1)
				return -1;
			if (hit)
				bit_set(out, row);
		}
	return 0;
}
