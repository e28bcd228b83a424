#include "text/tmpl_run.h"

#include <stdarg.h>
#include <stdio.h>

int
tmpl_state_fail(struct tmpl_state *s, const char *fmt, ...)
{
	struct str before = str_mk(s->t->text.p, s->at ? s->at->pos : 0);
	unsigned line = 1, col = 0;
	struct buf node = { 0 };
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < before.n; i++) {
		line += before.p[i] == '\n';
		col = before.p[i] == '\n' ? 0 : col + 1;
	}
	if (s->at)
		tmpl_node_print(&node, s->at);
	err_set(s->e, ERR_QUERY, "template: %s:%u:%u: executing \"%.*s\" at "
	    "<%.*s>: %s", s->t->name, line, col, PS(s->name), PS(buf_str(&node)),
	    why);
	buf_free(&node);
	return -1;
}

int
tmpl_state_enter(struct tmpl_state *s)
{
	if (++s->steps > TMPL_STEPS_MAX)
		return tmpl_state_fail(s, "takes too many steps");
	if (s->out->n - s->start > TMPL_OUT_MAX)
		return tmpl_state_fail(s, "puts out too much");
	if (s->mem->used - s->used > TMPL_MEM_MAX)
		return tmpl_state_fail(s, "takes too much memory");
	if (++s->depth > RUN_DEPTH_MAX)
		return tmpl_state_fail(s, "exceeded maximum template depth "
		    "(%u)", RUN_DEPTH_MAX);
	return 0;
}

/* ---- variables --------------------------------------------------------------- */

void
tmpl_push(struct tmpl_state *s, struct str name, struct tmpl_value v)
{
	if (s->nvar == s->capvar) {
		s->capvar = s->capvar * 2 + 8;
		s->var = arena_grow(s->mem, s->var, s->nvar, s->capvar,
		    sizeof *s->var);
	}
	s->var[s->nvar++] = (struct tmpl_var){ name, v };
}

void
tmpl_set(struct tmpl_state *s, struct str name, struct tmpl_value v)
{
	for (size_t i = s->nvar; i-- > 0;)
		if (str_eq(s->var[i].name, name)) {
			s->var[i].v = v;
			return;
		}
}

struct tmpl_value
tmpl_whole(struct tmpl_state *s, const struct tmpl_value *v)
{
	struct tmpl_value map = *v;

	if (v->type == TMPL_DATA && !v->key)
		map.n = s->data->all(s->env, s->mem, &map.key, &map.v);
	return map;
}

/* ---- actions ------------------------------------------------------------------- */

enum { BROKEN = 1, CONTINUED };

/* 0, -1, or one of those. */
static int walk(struct tmpl_state *, const struct tmpl_value *dot,
    const struct tmpl_node *list);

static int
put(struct tmpl_state *s, const struct tmpl_value *dot,
    const struct tmpl_node *n)
{
	struct tmpl_value v;

	if (tmpl_eval(s, dot, n->pipe, &v) == -1)
		return -1;
	if (n->pipe->decls > 0)
		return 0;
	if (v.type == TMPL_NIL) {
		buf_adds(s->out, S("<no value>"));
		return 0;
	}
	v = tmpl_whole(s, &v);
	tmpl_print(s->out, &v);
	return 0;
}

static int
choose(struct tmpl_state *s, const struct tmpl_value *dot,
    const struct tmpl_node *n)
{
	struct tmpl_value v;
	size_t vars = s->nvar;
	int r;

	if (tmpl_eval(s, dot, n->pipe, &v) == -1)
		return -1;
	v = tmpl_whole(s, &v);
	if (tmpl_truth(&v))
		r = walk(s, n->kind == TN_WITH ? &v : dot, n->list);
	else
		r = walk(s, dot, n->other);
	s->nvar = vars;
	return r;
}

/* One round of a range, whose variables are the newest. */
static int
round_of(struct tmpl_state *s, const struct tmpl_node *n,
    struct tmpl_value index, const struct tmpl_value *elem)
{
	const struct tmpl_node *p = n->pipe;
	size_t vars = s->nvar;
	int r;

	if (p->decls > 0 && p->assign) {
		tmpl_set(s, p->decl[0], p->decls > 1 ? index : *elem);
		if (p->decls > 1)
			tmpl_set(s, p->decl[1], *elem);
	} else if (p->decls > 0) {
		s->var[vars - 1].v = *elem;
		if (p->decls > 1)
			s->var[vars - 2].v = index;
	}
	r = walk(s, elem, n->list);
	s->nvar = vars;
	return r == CONTINUED ? 0 : r;
}

static int
over_int(struct tmpl_state *s, const struct tmpl_node *n,
    const struct tmpl_value *v)
{
	struct tmpl_value none = { .type = TMPL_NIL };
	int r = 0;

	if (n->pipe->decls > 1)
		return tmpl_state_fail(s, "can't use %lld to iterate over more "
		    "than one variable", (long long)v->i);
	for (int64_t i = 0; i < v->i && r == 0; i++) {
		struct tmpl_value elem = { .type = v->type, .i = i };

		r = round_of(s, n, none, &elem);
	}
	return r;
}

static int
range(struct tmpl_state *s, const struct tmpl_value *dot,
    const struct tmpl_node *n)
{
	struct tmpl_value v;
	size_t vars = s->nvar, count;
	int r = 0;

	if (tmpl_eval(s, dot, n->pipe, &v) == -1)
		return -1;
	v = tmpl_whole(s, &v);
	count = v.n;
	switch (v.type) {
	case TMPL_LIST: case TMPL_MAP: case TMPL_DATA:
		for (size_t i = 0; i < count && r == 0; i++)
			r = round_of(s, n, v.key ? tmpl_str(v.key[i]) :
			    tmpl_int((int64_t)i), &v.v[i]);
		break;
	case TMPL_INT: case TMPL_INT64: case TMPL_BYTE:
		count = v.i > 0;
		r = over_int(s, n, &v);
		break;
	case TMPL_NIL:
		count = 0;
		break;
	default:;
		struct buf b = { 0 };

		tmpl_print(&b, &v);
		tmpl_state_fail(s, "range can't iterate over %.*s",
		    (int)(b.n > 200 ? 200 : b.n), b.p);
		buf_free(&b);
		return -1;
	}
	if (count == 0 && r == 0)
		r = walk(s, dot, n->other);
	else if (r == BROKEN)
		r = 0;
	s->nvar = vars;
	return r;
}

static int
call(struct tmpl_state *s, const struct tmpl_value *dot,
    const struct tmpl_node *n)
{
	const struct tmpl *t = s->t;
	struct tmpl_value v = { .type = TMPL_NIL };
	struct tmpl_state in = *s;
	size_t i = t->defines;
	int r;

	while (i > 0 && !str_eq(t->define[i - 1].name, n->text))
		i--;
	if (i == 0)
		return tmpl_state_fail(s, "template \"%.*s\" not defined",
		    (int)(n->text.n > 200 ? 200 : n->text.n), n->text.p);
	if (n->pipe && tmpl_eval(s, dot, n->pipe, &v) == -1)
		return -1;
	in.steps = s->steps;
	in.name = n->text;
	in.var = NULL;
	in.nvar = in.capvar = 0;
	tmpl_push(&in, S("$"), v);
	r = walk(&in, &v, t->define[i - 1].list);
	s->steps = in.steps;
	return r;
}

static int
step(struct tmpl_state *s, const struct tmpl_value *dot,
    const struct tmpl_node *n)
{
	s->at = n;
	switch (n->kind) {
	case TN_TEXT: buf_adds(s->out, n->text); return 0;
	case TN_ACTION: return put(s, dot, n);
	case TN_IF: case TN_WITH: return choose(s, dot, n);
	case TN_RANGE: return range(s, dot, n);
	case TN_BREAK: return BROKEN;
	case TN_CONTINUE: return CONTINUED;
	default: return call(s, dot, n);
	}
}

static int
walk(struct tmpl_state *s, const struct tmpl_value *dot,
    const struct tmpl_node *n)
{
	for (; n; n = n->next) {
		int r;

		if (tmpl_state_enter(s) == -1)
			return -1;
		r = step(s, dot, n);
		s->depth--;
		if (r != 0)
			return r;
	}
	return 0;
}

int
tmpl_run(const struct tmpl *t, const struct tmpl_data *data, void *env,
    struct buf *out, struct arena *mem, struct err *e)
{
	struct tmpl_value dot = { .type = TMPL_DATA };
	struct tmpl_state s = { .t = t, .data = data, .env = env, .out = out,
		.start = out->n, .mem = mem,
		.used = mem->used, .e = e,
		.name = str_of(t->name) };

	tmpl_push(&s, S("$"), dot);
	if (walk(&s, &dot, t->list) == -1) {
		out->n = s.start;
		return -1;
	}
	return 0;
}
