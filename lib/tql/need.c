/* The columns that assembled traces must have. */
#include "tql/part.h"

struct need_list { struct trace_need *v; size_t n; struct arena *mem; };

static void
need(struct need_list *l, unsigned table, struct str name)
{
	l->v = arena_grow(l->mem, l->v, l->n, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct trace_need){ table, name };
}

/* Where the rows of a table are told of: of the spans, or the spans there. */
static const struct trace_need refs[TR_TABLES] = {
	[TR_SPAN] = { TR_SPAN, S("start") },
	[TR_TRACE] = { TR_TRACE, S("first") },
	[TR_RES] = { TR_SPAN, S("res") },
	[TR_SCOPE] = { TR_SPAN, S("scope") },
	[TR_EVENT] = { TR_EVENT, S("span") },
	[TR_LINK] = { TR_LINK, S("span") },
};

static void
need_attr(struct need_list *l, const struct tql_attr *a)
{
	static const struct { unsigned table; const char *prefix; } at[] = {
		[SCOPE_SPAN] = { TR_SPAN, "s" }, [SCOPE_RES] = { TR_RES, "r" },
		[SCOPE_EVENT] = { TR_EVENT, "e" },
		[SCOPE_LINK] = { TR_LINK, "l" },
		[SCOPE_INSTR] = { TR_SCOPE, "i" },
	};

	for (enum tql_scope s = SCOPE_SPAN; s < SCOPES; s++)
		if (a->scope == SCOPE_ANY || a->scope == s ||
		    (a->scope == SCOPE_NEAR && s <= SCOPE_RES)) {
			need(l, at[s].table, arena_printf(l->mem, "%s.%.*s",
			    at[s].prefix, PS(a->name)));
			need(l, at[s].table, S("x"));
			need(l, refs[at[s].table].table,
			    refs[at[s].table].name);
		}
}

static void
need_all(struct need_list *l, const struct trace_need *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		need(l, v[i].table, v[i].name);
}

/* What a trace is shown with, and all that intrinsics are made of. */
static void
need_shown(struct need_list *l)
{
	static const struct trace_need v[] = {
		{ TR_SPAN, S("id") }, { TR_SPAN, S("duration") },
		{ TR_SPAN, S("name") }, { TR_SPAN, S("kind") },
		{ TR_SPAN, S("status") }, { TR_SPAN, S("message") },
		{ TR_SPAN, S("res") }, { TR_SPAN, S("scope") },
		{ TR_SPAN, S("received") }, { TR_RES, S("r.service.name") },
		{ TR_RES, S("x") }, { TR_SCOPE, S("name") },
		{ TR_SCOPE, S("version") },
		{ TR_EVENT, S("span") }, { TR_EVENT, S("time") },
		{ TR_EVENT, S("name") }, { TR_LINK, S("span") },
		{ TR_LINK, S("trace_id") }, { TR_LINK, S("id") },
		{ TR_LINK, S("l.opentracing.ref_type") },
	};

	need_all(l, v, sizeof v / sizeof *v);
}

/* false: it stands in no column of its own. */
static bool
need_plain(struct need_list *l, enum tql_intrinsic in)
{
	unsigned table;
	struct str name;

	if (!part_plain_col(in, &table, &name))
		return false;
	need(l, table, name);
	need(l, refs[table].table, refs[table].name);
	return true;
}

const struct trace_need *
tql_needs(struct arena *mem, const struct tql_query *q, bool shown, size_t *n)
{
	static const struct trace_need always[] = {
		{ TR_TRACE, S("id") }, { TR_TRACE, S("first") },
		{ TR_TRACE, S("spans") }, { TR_TRACE, S("start") },
		{ TR_TRACE, S("end") }, { TR_SPAN, S("start") },
		{ TR_SPAN, S("parent") }, { TR_SPAN, S("parent_id") },
	};
	struct need_list l = { .mem = mem };

	need_all(&l, always, sizeof always / sizeof *always);
	for (uint32_t i = 0; i < q->nattr; i++)
		if (q->attr[i]->in == IN_NONE)
			need_attr(&l, q->attr[i]);
		else if (!need_plain(&l, q->attr[i]->in))
			shown = true;
	if (shown)
		need_shown(&l);
	if (tql_hint(q, S("extrapolate")))
		need(&l, TR_SPAN, S("state"));
	*n = l.n;
	return l.v;
}
