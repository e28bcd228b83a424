/* What a trace must have in a span of it to be in an answer. */
#include "tql/part.h"

/* Whether a span has it alone, without others of its trace. */
static bool
is_spans(const struct tql_attr *at)
{
	switch (at->in) {
	case IN_ROOT_NAME: case IN_ROOT_SERVICE: case IN_TRACE_DURATION:
	case IN_NS_LEFT: case IN_NS_RIGHT: case IN_NS_PARENT:
	case IN_PARENT_ID: case IN_CHILD_COUNT:
		return false;
	default:
		return true;
	}
}

/* Whether a span alone decides it. */
static bool
is_own(const struct tql_expr *x)
{
	if (x->kind == EX_LIT)
		return true;
	if (x->kind == EX_ATTR)
		return is_spans(x->attr);
	return is_own(x->l) && (!x->r || is_own(x->r));
}

static void must_pipe(struct must *, const struct tql_stage *);

static void
must_set(struct must *m, const struct tql_set *s)
{
	if (s->l) {
		if (s->op == OP_OR)
			return;
		if (!(s->op >= OP_NCHILD && s->op <= OP_NSIB))
			must_set(m, s->l);
		must_set(m, s->r);
	} else if (s->pipe)
		must_pipe(m, s->pipe);
	else if (s->filter->kind != EX_LIT && is_own(s->filter) &&
	    m->n < MUST_MAX)
		m->filter[m->n++] = s->filter;
}

static void
must_pipe(struct must *m, const struct tql_stage *st)
{
	for (; st; st = st->next)
		if (st->kind == STAGE_SET)
			must_set(m, st->set);
}

static int
meets(void *arg, unsigned no, struct stripe *s, const uint64_t *spans,
    struct arena *mem, uint64_t *out, struct err *e)
{
	const struct must *m = arg;
	struct part p;

	part_init(&p, s, m->q, mem);
	return part_filter(&p, m->filter[no], spans, out, e);
}

void
tql_must(struct must *m, const struct tql_query *q,
    const struct tql_stage *pipe, struct trace_scan_opts *so)
{
	*m = (struct must){ .q = q };
	must_pipe(m, pipe);
	so->conditions = m->n;
	so->meets = meets;
	so->meets_arg = m;
}

static bool
is_filters(const struct tql_stage *st)
{
	for (; st; st = st->next)
		if (st->kind != STAGE_SELECT &&
		    (st->kind != STAGE_SET || !st->set->filter))
			return false;
	return true;
}

bool
tql_apart(const struct tql_query *q, const struct tql_metric *const *leaf,
    uint32_t n)
{
	for (uint32_t i = 0; i < q->nattr; i++)
		if (!is_spans(q->attr[i]))
			return false;
	for (uint32_t i = 0; i < n; i++)
		if (leaf[i]->kind == METRIC_COMPARE ||
		    !is_filters(leaf[i]->pipe))
			return false;
	return true;
}
