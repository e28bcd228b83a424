/*
 * traceref: TraceQL evaluated span by span, slowly and plainly, over spans in
 * memory: what the engine is held against. It shares the parser and the
 * operators on values with the engine, and nothing else.
 */
#ifndef UNIT_TRACEREF_H
#define UNIT_TRACEREF_H

#include <math.h>

#include "refspan.h"

/* What an event lacks, is asked of events that are there. */
static inline bool
ref_lacks(const struct ref_span *s, const struct tql_expr *x, uint32_t ev,
    uint32_t li)
{
	unsigned at = x->kind == EX_ATTR ? ref_where(x->attr) : 0;

	return (at == 1 && ev >= s->events) || (at == 2 && li >= s->links);
}

static inline int
ref_expr(const struct ref_data *d, const struct ref_span *s,
    const struct tql_expr *x, uint32_t ev, uint32_t li, struct tql_val *out,
    struct arena *mem)
{
	struct tql_val l, r = { .type = TQL_NIL };

	if (x->kind == EX_LIT) {
		*out = x->val;
		return 0;
	}
	if (x->kind == EX_ATTR) {
		*out = ref_value(d, s, x->attr, ev, li, mem);
		return 0;
	}
	if (ref_expr(d, s, x->l, ev, li, &l, mem) == -1)
		return -1;
	if (x->kind == EX_NIL) {
		*out = tql_bool(!ref_lacks(s, x->l, ev, li) &&
		    (l.type == TQL_NIL) == (x->op == OP_EQ));
		return 0;
	}
	if (x->kind != EX_UNARY &&
	    ref_expr(d, s, x->r, ev, li, &r, mem) == -1)
		return -1;
	if ((x->kind == EX_UNARY ? tql_unary(x->op, &l, out, NULL) :
	    tql_binary(x->op, &l, &r, x->re, out, NULL)) == 0)
		return 0;
	ref_failed = true;
	return -1;
}

/* ---- filters ---------------------------------------------------------------- */

static inline bool
ref_logic(const struct tql_expr *x)
{
	return (x->kind == EX_BINARY && (x->op == OP_AND || x->op == OP_OR)) ||
	    (x->kind == EX_UNARY && x->op == OP_NOT);
}

static inline bool
ref_only_ands(const struct tql_expr *x)
{
	if (!ref_logic(x))
		return true;
	return x->kind == EX_BINARY && x->op == OP_AND &&
	    ref_only_ands(x->l) && ref_only_ands(x->r);
}

static inline unsigned
ref_looks(const struct tql_expr *x)
{
	if (x->kind == EX_LIT)
		return 0;
	if (x->kind == EX_ATTR)
		return ref_where(x->attr);
	return ref_looks(x->l) | (x->r ? ref_looks(x->r) : 0);
}

/* A condition that is no logic: for some event (link), or the span. */
static inline bool
ref_some(const struct ref_data *d, const struct ref_span *s,
    const struct tql_expr *x, struct arena *mem)
{
	unsigned at = ref_looks(x);
	uint32_t n = at == 1 ? s->events : at == 2 ? s->links : 1, k = 0;
	struct tql_val v;

	do
		if (ref_expr(d, s, x, k, k, &v, mem) == 0 && tql_true(&v))
			return true;
	while (++k < n);
	return false;
}

static inline bool
ref_holds(const struct ref_data *d, const struct ref_span *s,
    const struct tql_expr *x, struct arena *mem)
{
	if (!ref_logic(x))
		return ref_some(d, s, x, mem);
	if (x->kind == EX_UNARY)
		return !ref_holds(d, s, x->l, mem);
	return x->op == OP_AND ? ref_holds(d, s, x->l, mem) &&
	    ref_holds(d, s, x->r, mem) : ref_holds(d, s, x->l, mem) ||
	    ref_holds(d, s, x->r, mem);
}

/* Every condition of a chain of && that looks at `at`, for this child. */
static inline bool
ref_chain(const struct ref_data *d, const struct ref_span *s,
    const struct tql_expr *x, unsigned at, uint32_t k, struct arena *mem)
{
	struct tql_val v;

	if (ref_logic(x))
		return ref_chain(d, s, x->l, at, k, mem) &&
		    ref_chain(d, s, x->r, at, k, mem);
	return ref_looks(x) != at || (ref_expr(d, s, x, k, k, &v, mem) == 0 &&
	    tql_true(&v));
}

static inline bool
ref_filter(const struct ref_data *d, const struct ref_span *s,
    const struct tql_expr *x, struct arena *mem)
{
	if (!ref_only_ands(x))
		return ref_holds(d, s, x, mem);
	for (unsigned at = 0; at < 3; at++) {
		uint32_t n = at == 1 ? s->events : at == 2 ? s->links : 1;
		bool any = at > 0 && !(ref_looks(x) & at);
		uint32_t k = 0;

		for (; (k == 0 || k < n) && !any; k++)
			any = ref_chain(d, s, x, at, k, mem);
		if (!any)
			return false;
	}
	return true;
}

/* ---- spansets --------------------------------------------------------------- */

struct ref_set {
	bool in[REF_SPANS];
	struct tql_val val[8];
	const struct tql_stage *by[8];
	uint32_t nattr;
};

struct ref_sets { struct ref_set *v; uint32_t n; };

static inline bool
ref_any(const struct ref_set *s)
{
	for (uint32_t i = 0; i < REF_SPANS; i++)
		if (s->in[i])
			return true;
	return false;
}

/* Whether b is to a as the operator says. */
static inline bool
ref_related(enum tql_op op, const struct ref_span *a, const struct ref_span *b)
{
	if (!a->rooted || !b->rooted || a->trace != b->trace)
		return false;
	switch (op) {
	case OP_CHILD: return b->up == a;
	case OP_PARENT: return a->up == b;
	case OP_SIB: return a != b && a->up == b->up;
	case OP_DESC:
		for (const struct ref_span *u = b->up; u; u = u->up)
			if (u == a)
				return true;
		return false;
	default: return ref_related(OP_DESC, b, a);
	}
}

static inline void
ref_join(const struct ref_data *d, enum tql_op op, const struct ref_set *a,
    const struct ref_set *b, struct ref_set *out)
{
	enum tql_op rel = op >= OP_UCHILD ? op - OP_UCHILD + OP_CHILD :
	    op >= OP_NCHILD ? op - OP_NCHILD + OP_CHILD : op;

	if (op == OP_AND || op == OP_OR) {
		bool both = op == OP_OR || (ref_any(a) && ref_any(b));

		for (uint32_t i = 0; i < d->n; i++)
			out->in[i] = both && (a->in[i] || b->in[i]);
		return;
	}
	for (uint32_t k = 0; k < d->n; k++) {
		bool hit = false;

		for (uint32_t i = 0; i < d->n && b->in[k]; i++)
			if (a->in[i] && ref_related(rel, &d->s[i], &d->s[k])) {
				hit = true;
				if (op >= OP_UCHILD)
					out->in[i] = true;
			}
		if (b->in[k] && hit != (op >= OP_NCHILD && op <= OP_NSIB))
			out->in[k] = true;
	}
}

static inline struct ref_sets ref_pipe(const struct ref_data *,
    const struct tql_stage *, struct ref_sets, struct arena *);

/* The spans that a spanset expression leaves of a spanset: of how many. */
static inline uint32_t
ref_expression(const struct ref_data *d, const struct tql_set *x,
    const struct ref_set *in, struct ref_set *out, struct arena *mem)
{
	struct ref_set *some = arena_zero(mem, struct ref_set, 2);
	struct ref_sets got;
	uint32_t l, r, n = 0;

	memset(out->in, 0, sizeof out->in);
	if (x->l) {
		l = ref_expression(d, x->l, in, &some[0], mem);
		r = ref_expression(d, x->r, in, &some[1], mem);
		ref_join(d, x->op, &some[0], &some[1], out);
		ref_failed |= x->op != OP_AND && x->op != OP_OR && l && r &&
		    l + r > 2;	/* structure of several spansets */
		return ref_any(out);
	}
	if (!x->pipe) {
		for (uint32_t i = 0; i < d->n; i++)
			out->in[i] = in->in[i] && ref_filter(d, &d->s[i],
			    x->filter, mem);
		return ref_any(out);
	}
	some[0] = *in;
	got = ref_pipe(d, x->pipe, (struct ref_sets){ some, 1 }, mem);
	for (uint32_t k = 0; k < got.n; k++) {
		n += ref_any(&got.v[k]);
		for (uint32_t i = 0; i < d->n; i++)
			out->in[i] |= got.v[k].in[i];
	}
	return n;
}

/* ---- pipelines -------------------------------------------------------------- */

/* Of an event's or link's attribute the first value counts. */
static inline struct tql_val
ref_first(const struct ref_data *d, const struct ref_span *s,
    const struct tql_expr *x, struct arena *mem)
{
	struct tql_val v = { .type = TQL_NIL };

	for (uint32_t k = 0; k < REF_KIDS && v.type == TQL_NIL; k++)
		if (ref_expr(d, s, x, k, k, &v, mem) == -1)
			v.type = TQL_NIL;
	return v;
}

static inline bool
ref_same(const struct tql_val *a, const struct tql_val *b)
{
	if (a->type != b->type || (a->type == TQL_ARRAY && a->n != b->n))
		return false;
	if (a->type == TQL_ARRAY) {
		for (uint32_t i = 0; i < a->n; i++)
			if (!ref_same(&a->a[i], &b->a[i]))
				return false;
		return true;
	}
	return a->type == TQL_NIL || (a->type == TQL_STR ?
	    str_eq(a->s, b->s) : a->i == b->i);
}

static inline struct ref_sets
ref_by(const struct ref_data *d, const struct tql_stage *st,
    struct ref_sets in, struct arena *mem)
{
	struct ref_sets out = { arena_new(mem, struct ref_set, REF_SPANS), 0 };

	for (uint32_t k = 0; k < in.n; k++) {
		uint32_t from = out.n;

		for (uint32_t i = 0; i < d->n; i++) {
			struct tql_val v;
			struct ref_set *to = NULL;

			if (!in.v[k].in[i])
				continue;
			v = ref_first(d, &d->s[i], st->expr, mem);
			for (uint32_t m = from; m < out.n; m++)
				if (ref_same(&out.v[m].val[in.v[k].nattr], &v))
					to = &out.v[m];
			if (!to) {
				to = &out.v[out.n++];
				*to = in.v[k];
				memset(to->in, 0, sizeof to->in);
				to->by[to->nattr] = st;
				to->val[to->nattr++] = v;
			}
			to->in[i] = true;
		}
	}
	for (uint32_t m = 0; m < out.n; m++) {
		struct tql_val *v = &out.v[m].val[out.v[m].nattr - 1];

		if (v->type == TQL_NIL)
			*v = ref_str(S("nil"));
	}
	return out;
}

static inline bool
ref_aggregate(const struct ref_data *d, const struct tql_stage *st,
    struct ref_set *s, struct arena *mem)
{
	struct tql_val all = { .type = TQL_NIL }, yes;
	double sum = 0, x;
	int64_t n = 0;

	for (uint32_t i = 0; i < d->n; i++) {
		struct tql_val v;

		if (!s->in[i])
			continue;
		v = st->expr ? ref_first(d, &d->s[i], st->expr, mem) :
		    ref_int(TQL_INT, 1);
		if (!tql_numeric(v.type) || (v.type == TQL_FLOAT &&
		    isnan(v.f)))
			continue;
		x = v.type == TQL_FLOAT ? v.f : (double)v.i;
		sum = n == 0 ? x : sum + x;
		if (n++ == 0 || (st->agg == TQL_MAX && tql_num_cmp(&v, &all) >
		    0) || (st->agg == TQL_MIN && tql_num_cmp(&v, &all) < 0))
			all = v;
	}
	if (st->agg == TQL_COUNT)
		all = ref_int(TQL_INT, n);
	else if (n > 0 && st->agg == TQL_AVG && all.type != TQL_DURATION)
		all = (struct tql_val){ .type = TQL_FLOAT,
		    .f = sum / (double)n };
	else if (n > 0 && st->agg == TQL_AVG)
		all.i = (int64_t)sum / n;
	else if (n > 0 && st->agg == TQL_SUM && all.type == TQL_FLOAT)
		all.f = sum;
	else if (n > 0 && st->agg == TQL_SUM)
		all.i = (int64_t)sum;
	s->by[s->nattr] = st;
	s->val[s->nattr++] = all;
	tql_binary(st->op, &all, &st->val, NULL, &yes, NULL);
	return tql_true(&yes);
}

static inline struct ref_sets
ref_stage(const struct ref_data *d, const struct tql_stage *st,
    struct ref_sets in, struct arena *mem)
{
	struct ref_sets out = { arena_zero(mem, struct ref_set, in.n + 1), 0 };

	if (st->kind == STAGE_SELECT)
		return in;
	if (st->kind == STAGE_BY)
		return ref_by(d, st, in, mem);
	if (st->kind == STAGE_SET && st->set->pipe)
		return ref_pipe(d, st->set->pipe, in, mem);
	for (uint32_t k = 0; k < in.n; k++) {
		struct ref_set *to = &out.v[out.n];

		if (st->kind == STAGE_COALESCE) {
			for (uint32_t i = 0; i < d->n; i++)
				out.v[0].in[i] |= in.v[k].in[i];
			out.n = 1;
			continue;
		}
		*to = in.v[k];
		if (st->kind == STAGE_SET)
			ref_expression(d, st->set, &in.v[k], to, mem);
		if (st->kind == STAGE_SET ? ref_any(to) :
		    ref_aggregate(d, st, to, mem))
			out.n++;
	}
	return out;
}

static inline struct ref_sets
ref_pipe(const struct ref_data *d, const struct tql_stage *st,
    struct ref_sets in, struct arena *mem)
{
	for (; st && in.n > 0; st = st->next)
		in = ref_stage(d, st, in, mem);
	return in;
}

/* The spansets that a pipeline makes of one trace. */
static inline struct ref_sets
ref_trace(const struct ref_data *d, const struct tql_stage *st,
    uint32_t trace, struct arena *mem)
{
	struct ref_set *all = arena_zero(mem, struct ref_set, 1);

	for (uint32_t i = 0; i < d->n; i++)
		all->in[i] = d->s[i].trace == trace;
	if (!ref_any(all))
		return (struct ref_sets){ NULL, 0 };
	return ref_pipe(d, st, (struct ref_sets){ all, 1 }, mem);
}

#endif
