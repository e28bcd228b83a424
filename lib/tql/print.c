/* The canonical form of a query. traceql.md section 3. */
#include "tql/ast.h"

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

static const struct str scope_prefix[SCOPES] = {
	[SCOPE_ANY] = S("."), [SCOPE_SPAN] = S("span."),
	[SCOPE_RES] = S("resource."), [SCOPE_EVENT] = S("event."),
	[SCOPE_LINK] = S("link."), [SCOPE_INSTR] = S("instrumentation."),
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

static void
set_print(struct buf *b, const struct tql_set *s)
{
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

void
tql_print(struct buf *b, const struct tql_query *q)
{
	set_print(b, q->set);
}
