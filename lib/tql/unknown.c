#include "tql/unknown.h"

#include "tql/tags.h"

#define WORDS_MAX	1000u	/* more of an attribute are not names, but ids */

struct unknown {
	struct store_view *view;
	struct tql_opts o;
	struct buf *b;
	struct arena mem;
};

static void
put_name(struct buf *b, struct tql_attr a, struct str name)
{
	a.name = name;
	a.scope = a.scope == SCOPE_NEAR ? SCOPE_ANY : a.scope;
	tql_attr_print(b, &a);
}

static bool
scope_fits(enum tql_scope asked, enum tql_scope s)
{
	return asked == SCOPE_ANY || asked == s ||
	    (asked == SCOPE_NEAR && s <= SCOPE_RES);
}

/* ---- attributes ---------------------------------------------------------- */

static struct str
last_part(struct str name)
{
	size_t at = name.n;

	while (at > 0 && name.p[at - 1] != '.')
		at--;
	return str_skip(name, at);
}

static size_t
same_front(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	return n;
}

/* The nearest, or one that ends alike: http.status_code was to be
 * http.response.status_code. */
static struct str
nearest(struct str name, const struct str *of, size_t n)
{
	struct str near = caret_nearest(name, of, n), last = last_part(name);
	size_t best = 0;

	if (near.p || last.n == name.n)
		return near;
	for (size_t i = 0; i < n; i++) {
		size_t front = same_front(of[i], name);

		if (front > best && str_eq(last_part(of[i]), last)) {
			near = of[i];
			best = front;
		}
	}
	return near;
}

/* Whether its name is to be looked for: no part was seen to have it. */
static bool
unseen(const struct tql_attr *a)
{
	return a->in == IN_NONE && !a->selected && a->words == 0;
}

/* 1: no span has it, which is said; 0; -1. */
static int
no_attr(struct unknown *u, const struct tql_attr *a, const struct tql_tag *tag,
    size_t tags)
{
	struct str *of = arena_new(&u->mem, struct str, tags), near;
	size_t n = 0;

	for (size_t i = 0; i < tags; i++) {
		if (!scope_fits(a->scope, tag[i].scope))
			continue;
		if (str_eq(tag[i].name, a->name))
			return 0;
		of[n++] = tag[i].name;
	}
	buf_adds(u->b, S("no span has "));
	put_name(u->b, *a, a->name);
	for (size_t i = 0; i < tags; i++)
		if (str_eq(tag[i].name, a->name)) {
			buf_adds(u->b, S(": did you mean "));
			put_name(u->b, (struct tql_attr){
			    .scope = tag[i].scope }, a->name);
			return 1;
		}
	near = nearest(a->name, of, n);
	if (near.p) {
		buf_adds(u->b, S(": did you mean "));
		put_name(u->b, *a, near);
	}
	return 1;
}

static int
attrs(struct unknown *u, const struct tql_query *q, struct err *e)
{
	struct tql_tag *tag;
	size_t tags;
	bool any = false;
	int r = 0;

	for (uint32_t i = 0; i < q->nattr; i++)
		any |= unseen(q->attr[i]);
	if (!any)
		return 0;
	if (tql_tags(u->view, &u->o, &u->mem, &tag, &tags, e) == -1)
		return -1;
	for (uint32_t i = 0; i < q->nattr && r == 0; i++)
		if (unseen(q->attr[i]))
			r = no_attr(u, q->attr[i], tag, tags);
	return r;
}

/* ---- values -------------------------------------------------------------- */

/* The same, of x = "text". */
static int
no_value(struct unknown *u, const struct tql_attr *a, struct str text,
    struct err *e)
{
	struct tql_val *v;
	struct str *of, near;
	size_t n, texts = 0;

	if (!tql_is_listed(a) || a->words > WORDS_MAX)
		return 0;
	if (tql_values(u->view, a, NULL, &u->o, &u->mem, &v, &n, e) == -1)
		return -1;
	of = arena_new(&u->mem, struct str, n);
	for (size_t i = 0; i < n; i++) {
		if (v[i].type != TQL_STR)
			continue;
		if (str_eq(v[i].s, text))
			return 0;
		of[texts++] = v[i].s;
	}
	if (texts == 0)
		return 0;
	near = caret_nearest(text, of, texts);
	buf_adds(u->b, S("no span has "));
	tql_attr_print(u->b, a);
	buf_addf(u->b, " = \"%.*s\"", PS(text));
	if (near.p)
		buf_addf(u->b, ": did you mean \"%.*s\"", PS(near));
	return 1;
}

static int
of_expr(struct unknown *u, const struct tql_expr *x, struct err *e)
{
	int r = 0;

	if (x->kind == EX_BINARY && x->op == OP_EQ && x->l->kind == EX_ATTR &&
	    x->r->kind == EX_LIT && x->r->val.type == TQL_STR)
		return no_value(u, x->l->attr, x->r->val.s, e);
	if (x->kind != EX_BINARY)
		return 0;
	r = of_expr(u, x->l, e);
	return r == 0 ? of_expr(u, x->r, e) : r;
}

static int of_pipe(struct unknown *, const struct tql_stage *, struct err *);

static int
of_set(struct unknown *u, const struct tql_set *s, struct err *e)
{
	int r;

	if (s->filter)
		return of_expr(u, s->filter, e);
	if (s->pipe)
		return of_pipe(u, s->pipe, e);
	r = of_set(u, s->l, e);
	return r == 0 ? of_set(u, s->r, e) : r;
}

static int
of_pipe(struct unknown *u, const struct tql_stage *s, struct err *e)
{
	int r = 0;

	for (; s && r == 0; s = s->next)
		if (s->kind == STAGE_SET)
			r = of_set(u, s->set, e);
	return r;
}

static int
of_metric(struct unknown *u, const struct tql_metric *m, struct err *e)
{
	int r;

	if (m->kind != METRIC_MATH)
		return of_pipe(u, m->pipe, e);
	r = of_metric(u, m->l, e);
	return r == 0 ? of_metric(u, m->r, e) : r;
}

static struct unknown
begin(struct store_view *view, const struct tql_opts *o, struct buf *b)
{
	return (struct unknown){ .view = view, .b = b, .o = { .workers =
		o->workers, .stopped = o->stopped } };
}

int
tql_unknown_attr(struct store_view *view, const struct tql_attr *a,
    const struct tql_opts *o, struct buf *b, struct err *e)
{
	struct unknown u = begin(view, o, b);
	struct tql_tag *tag;
	size_t tags;
	int r = a->in == IN_NONE ? tql_tags(view, &u.o, &u.mem, &tag, &tags,
	    e) : 0;

	if (r == 0 && a->in == IN_NONE)
		r = no_attr(&u, a, tag, tags);
	arena_free(&u.mem);
	return r == -1 ? -1 : 0;
}

int
tql_unknown_attrs(struct store_view *view, const struct tql_query *q,
    const struct tql_opts *o, struct buf *b, struct err *e)
{
	struct unknown u = begin(view, o, b);
	int r = attrs(&u, q, e);

	arena_free(&u.mem);
	return r == -1 ? -1 : 0;
}

int
tql_unknown(struct store_view *view, const struct tql_query *q,
    const struct tql_opts *o, struct buf *b, struct err *e)
{
	struct unknown u = begin(view, o, b);
	int r = attrs(&u, q, e);

	if (r == 0)
		r = q->metric ? of_metric(&u, q->metric, e) :
		    of_pipe(&u, q->pipe, e);
	arena_free(&u.mem);
	return r == -1 ? -1 : 0;
}
