/* The canonical form of a query. traceql.md section 3. */
#include "tql/ast.h"

#include "base/num.h"

static const struct str intrinsic_name[INTRINSICS] = {
	[IN_DURATION] = S("duration"), [IN_NAME] = S("name"),
	[IN_STATUS] = S("status"), [IN_KIND] = S("kind"),
	[IN_MESSAGE] = S("statusMessage"), [IN_ROOT_NAME] = S("rootName"),
	[IN_ROOT_SERVICE] = S("rootServiceName"),
	[IN_TRACE_DURATION] = S("traceDuration"), [IN_TRACE_ID] = S("trace:id"),
	[IN_NS_LEFT] = S("nestedSetLeft"), [IN_NS_RIGHT] = S("nestedSetRight"),
	[IN_NS_PARENT] = S("nestedSetParent"), [IN_SPAN_ID] = S("span:id"),
	[IN_PARENT_ID] = S("span:parentID"),
	[IN_CHILD_COUNT] = S("span:childCount"),
	[IN_EVENT_NAME] = S("event:name"),
	[IN_EVENT_TIME] = S("event:timeSinceStart"),
	[IN_LINK_TRACE] = S("link:traceID"), [IN_LINK_SPAN] = S("link:spanID"),
	[IN_INSTR_NAME] = S("instrumentation:name"),
	[IN_INSTR_VERSION] = S("instrumentation:version"),
};

static const struct str scope_prefix[SCOPES + 1] = {
	[SCOPE_ANY] = S("."), [SCOPE_SPAN] = S("span."),
	[SCOPE_RES] = S("resource."), [SCOPE_EVENT] = S("event."),
	[SCOPE_LINK] = S("link."), [SCOPE_INSTR] = S("instrumentation."),
	[SCOPE_NEAR] = S("."),
};

static bool
needs_quotes(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		struct str rest = str_skip(name, i);
		uint8_t c = (uint8_t)*rest.p;

		if (c <= ' ' || strchr("{}()=~!<>&|^,\"", (char)c) ||
		    str_starts(rest, S("\xc2\xa0")) ||
		    str_starts(rest, S("\xc2\x85")) ||
		    str_starts(rest, S("\xe1\x9a\x80")) ||
		    str_starts(rest, S("\xe2\x80")) ||
		    str_starts(rest, S("\xe2\x81\x9f")) ||
		    str_starts(rest, S("\xe3\x80\x80")))
			return true;
	}
	return false;
}

void
tql_attr_print(struct buf *b, const struct tql_attr *a)
{
	if (a->in != IN_NONE) {
		buf_adds(b, intrinsic_name[a->in]);
		return;
	}
	if (a->scope == SCOPE_ANY && a->name.n == 0)
		return;		/* so the reference prints it */
	buf_adds(b, scope_prefix[a->scope]);
	if (!needs_quotes(a->name)) {
		buf_adds(b, a->name);
		return;
	}
	buf_u8(b, '"');
	for (size_t i = 0; i < a->name.n; i++) {
		if (a->name.p[i] == '"' || a->name.p[i] == '\\')
			buf_u8(b, '\\');
		buf_u8(b, (uint8_t)a->name.p[i]);
	}
	buf_u8(b, '"');
}

static void
wrapped(struct buf *b, const struct tql_expr *x)
{
	bool leaf = x->kind == EX_LIT || x->kind == EX_ATTR;

	buf_adds(b, leaf ? S("") : S("("));
	tql_expr_print(b, x);
	buf_adds(b, leaf ? S("") : S(")"));
}

void
tql_expr_print(struct buf *b, const struct tql_expr *x)
{
	switch (x->kind) {
	case EX_LIT: tql_val_print(b, &x->val); break;
	case EX_ATTR: tql_attr_print(b, x->attr); break;
	case EX_UNARY:
		buf_adds(b, str_of(tql_op_text(x->op)));
		wrapped(b, x->l);
		break;
	case EX_NIL:
		wrapped(b, x->l);
		buf_addf(b, " %s nil", tql_op_text(x->op));
		break;
	case EX_BINARY:
		wrapped(b, x->l);
		buf_addf(b, " %s ", tql_op_text(x->op));
		wrapped(b, x->r);
		break;
	}
}

static void pipe_print(struct buf *, const struct tql_stage *);

static void
set_print(struct buf *b, const struct tql_set *s)
{
	if (s->pipe) {
		pipe_print(b, s->pipe);
		return;
	}
	if (!s->l) {
		buf_adds(b, S("{ "));
		tql_expr_print(b, s->filter);
		buf_adds(b, S(" }"));
		return;
	}
	buf_u8(b, '(');
	set_print(b, s->l);
	buf_addf(b, ") %s (", tql_op_text(s->op));
	set_print(b, s->r);
	buf_u8(b, ')');
}

static void
pipe_print(struct buf *b, const struct tql_stage *s)
{
	for (const struct tql_stage *one = s; one; one = one->next) {
		buf_adds(b, one == s ? S("") : S("|"));
		if (one->kind == STAGE_SET) {
			set_print(b, one->set);
			continue;
		}
		buf_adds(b, one->kind == STAGE_AGG ? S("(") : S(""));
		tql_stage_print(b, one);
		if (one->kind != STAGE_AGG)
			continue;
		buf_addf(b, ") %s ", tql_op_text(one->op));
		tql_val_print(b, &one->val);
	}
}

/* ---- metrics ------------------------------------------------------------- */

static void
seconds_print(struct buf *b, const struct tql_second *s)
{
	char text[32];

	for (; s; s = s->next) {
		if (s->kind == SECOND_COMPARE)
			buf_addf(b, " %s %s", tql_op_text(s->op),
			    num_fmt_f64(text, s->v));
		else
			buf_addf(b, " | %s(%lld)", s->kind == SECOND_TOPK ?
			    "topk" : "bottomk", (long long)s->k);
	}
}

static void
function_print(struct buf *b, const struct tql_metric *m)
{
	pipe_print(b, m->pipe);
	buf_addf(b, " | %s(", tql_metric_name(m->kind));
	if (m->of)
		tql_attr_print(b, m->of);
	for (uint32_t i = 0; i < m->nq; i++)
		buf_addf(b, ",%.5f", m->q[i]);
	if (m->kind == METRIC_COMPARE) {
		buf_adds(b, S("{ "));
		tql_expr_print(b, m->filter);
		buf_adds(b, S(" }"));
		if (m->top != 10 || m->to != -1)
			buf_addf(b, ", %lld", (long long)m->top);
		if (m->to != -1)
			buf_addf(b, ", %lld, %lld", (long long)m->from,
			    (long long)m->to);
	}
	buf_u8(b, ')');
	for (uint32_t i = 0; i < m->nby; i++) {
		buf_adds(b, i > 0 ? S(",") : S("by("));
		tql_attr_print(b, m->by[i]);
	}
	buf_adds(b, m->nby > 0 ? S(")") : S(""));
}

static void metric_print(struct buf *, const struct tql_metric *);

static void
side_print(struct buf *b, const struct tql_metric *m)
{
	bool number = m->kind == METRIC_NUMBER;

	buf_adds(b, number ? S("") : S("("));
	metric_print(b, m);
	buf_adds(b, number ? S("") : S(")"));
}

static void
metric_print(struct buf *b, const struct tql_metric *m)
{
	char text[32];

	if (m->kind == METRIC_NUMBER) {
		buf_adds(b, str_of(num_fmt_f64(text, m->number.type ==
		    TQL_FLOAT ? m->number.f : (double)m->number.i)));
	} else if (m->kind == METRIC_MATH) {
		side_print(b, m->l);
		buf_addf(b, " %s ", tql_op_text(m->op));
		side_print(b, m->r);
	} else {
		function_print(b, m);
	}
	seconds_print(b, m->second);
}

const struct tql_val *
tql_hint(const struct tql_query *q, struct str name)
{
	for (const struct tql_hint *h = q->hint; h; h = h->next)
		if (str_eq(h->name, name))
			return &h->val;
	return NULL;
}

void
tql_print(struct buf *b, const struct tql_query *q)
{
	if (q->metric)
		metric_print(b, q->metric);
	else
		pipe_print(b, q->pipe);
	for (const struct tql_hint *h = q->hint; h; h = h->next) {
		buf_adds(b, h == q->hint ? S(" with(") : S(","));
		buf_adds(b, h->name);
		buf_u8(b, '=');
		tql_val_print(b, &h->val);
	}
	buf_adds(b, q->hint ? S(")") : S(""));
}
