/* What --tags and --values print. */
#include "tql/answer.h"
#include "tql/far.h"
#include "tql/unknown.h"

#define INTRINSIC_WORD	S("intrinsic")

/* As Tempo lists them: section 11. */
static const struct str intrinsics[] = { S("duration"), S("event:name"),
	S("event:timeSinceStart"), S("instrumentation:name"),
	S("instrumentation:version"), S("kind"), S("link:spanID"),
	S("link:traceID"), S("name"), S("nestedSetLeft"),
	S("nestedSetParent"), S("nestedSetRight"), S("rootName"),
	S("rootServiceName"), S("span:childCount"), S("span:id"),
	S("span:parentID"), S("status"), S("statusMessage"), S("trace:id"),
	S("traceDuration") };

#define INTRINSICS_SHOWN (sizeof intrinsics / sizeof *intrinsics)

static int
form_of(const struct tql_ask *ask, struct err *e)
{
	return ask->out == ASK_TABLE || ask->out == ASK_JSON ||
	    ask->out == ASK_CSV ? 0 : err_set(e, ERR_QUERY,
	    "names and values come as table, json or csv");
}

static int
put(const struct tql_ask *ask, const struct show_table *t, struct err *e)
{
	struct show_table copy = *t;
	struct buf b = { 0 };
	int r = 0;

	if (ask->out == ASK_JSON)
		show_table_json(t, &b);
	else if (ask->out == ASK_CSV)
		show_table_csv(t, &b);
	else if (t->cells > 0)
		show_table(&ask->show, &copy, &b);
	if (b.n > 0)
		r = ask->write(ask->write_arg, buf_str(&b), e);
	buf_free(&b);
	return r;
}

/* ---- keys ------------------------------------------------------------------ */

/* As a query writes it: span."a b". */
static struct str
query_name(const struct tql_tag *t, struct arena *mem)
{
	struct tql_attr a = { .scope = t->scope, .name = t->name };
	struct buf b = { 0 };
	struct str s;

	tql_attr_print(&b, &a);
	s = arena_str(mem, buf_str(&b));
	buf_free(&b);
	return s;
}

static int
scope_of(struct str word, struct err *e)
{
	if (word.n == 0 || str_eq(word, INTRINSIC_WORD))
		return 0;
	for (enum tql_scope s = SCOPE_SPAN; s < SCOPES; s++)
		if (str_eq(word, tql_scope_word(s)))
			return 0;
	return err_set(e, ERR_QUERY, "scope %.*s: resource, span, event, link, "
	    "instrumentation or intrinsic", PS(word));
}

static void
tag_cells(struct show_table *t, const struct tql_tag *v, size_t n,
    struct str scope, struct arena *mem)
{
	for (size_t i = 0; i < n; i++) {
		struct str word = tql_scope_word(v[i].scope);

		if (scope.n > 0 && !str_eq(scope, word))
			continue;
		show_cell(t, word, SHOW_DIM);
		show_cell(t, query_name(&v[i], mem), SHOW_PLAIN);
	}
	for (size_t i = 0; i < INTRINSICS_SHOWN && (scope.n == 0 ||
	    str_eq(scope, INTRINSIC_WORD)); i++) {
		show_cell(t, INTRINSIC_WORD, SHOW_DIM);
		show_cell(t, intrinsics[i], SHOW_PLAIN);
	}
}

int
tql_put_tags(const struct tql_ask *ask, struct store_view *view,
    struct str scope, uint64_t *n, struct err *e)
{
	static const char *const head[] = { "SCOPE", "NAME" };
	struct show_table t = { .cols = 2, .head = head };
	struct arena mem = { 0 };
	struct tql_tag *v;
	size_t tags;
	int r = scope_of(scope, e) == -1 || form_of(ask, e) == -1 ||
	    (ask->far ? far_tags(ask->far, ask, &mem, &v, &tags, e) :
	    tql_tags(view, &ask->o, &mem, &v, &tags, e)) == -1 ? -1 : 0;

	if (r == 0) {
		tag_cells(&t, v, tags, scope, &mem);
		*n = t.cells / t.cols;
		r = put(ask, &t, e);
	}
	show_table_free(&t);
	arena_free(&mem);
	return r;
}

/* ---- values ---------------------------------------------------------------- */

static struct str
type_word(enum tql_type t)
{
	static const struct str word[] = { [TQL_INT] = S("int"),
	    [TQL_FLOAT] = S("float"), [TQL_STR] = S("string"),
	    [TQL_BOOL] = S("bool"), [TQL_STATUS] = S("keyword"),
	    [TQL_KIND] = S("keyword") };

	return word[t];
}

static struct str
value_text(const struct tql_val *v, struct arena *mem)
{
	struct buf b = { 0 };
	struct str s;

	if (v->type == TQL_STR)
		return v->s;
	tql_val_print(&b, v);
	s = arena_str(mem, buf_str(&b));
	buf_free(&b);
	return s;
}

/* The query that values are asked with; its text is empty: none. */
static int
filter_of(struct tql_query *q, struct str text, struct arena *mem,
    struct err *e)
{
	*q = (struct tql_query){ .nattr = 0 };
	if (text.n == 0)
		return 0;
	if (tql_parse(q, text, mem, e) == -1)
		return -1;
	if (!q->metric)
		return 0;
	tql_free(q);
	return err_set(e, ERR_QUERY, "values are asked of spans, not of "
	    "series");
}

/* Why there are no values. */
static void
say_none(const struct tql_ask *ask, struct store_view *view,
    const struct tql_attr *a, bool some)
{
	struct err e = { 0 };
	struct buf b = { 0 };

	if (view && tql_unknown_attr(view, a, &ask->o, &b, &e) == -1)
		buf_reset(&b);
	if (b.n == 0) {
		buf_adds(&b, some ? S("no span of the query has ") :
		    S("no span has "));
		tql_attr_print(&b, a);
	}
	ask_say(ask->say, ask->say_arg, buf_str(&b));
	buf_free(&b);
}

static int
put_values(const struct tql_ask *ask, struct store_view *view,
    const struct tql_attr *a, const struct tql_query *q, uint64_t *n,
    struct arena *mem, struct err *e)
{
	/* the words of others are known */
	bool far = ask->far && tql_is_listed(a) && tql_attr_type(a) !=
	    TQL_STATUS && tql_attr_type(a) != TQL_KIND;
	struct buf key = { 0 };
	static const char *const head[] = { "TYPE", "VALUE" };
	struct show_table t = { .cols = 2, .head = head };
	struct tql_val *v = NULL;
	size_t values;
	int r;

	tql_attr_print(&key, a);
	r = far ? far_values(ask->far, ask, buf_str(&key), q->text, mem, &v,
	    &values, e) : tql_values(view, a, q->pipe ? q : NULL, &ask->o,
	    mem, &v, &values, e);
	buf_free(&key);
	if (r == -1)
		return -1;
	if (!tql_is_listed(a))
		ask->say(ask->say_arg, "values of durations, ids and nested "
		    "sets are not listed");
	else if (values == 0)
		say_none(ask, far ? NULL : view, a, q->pipe);
	for (size_t i = 0; i < values; i++) {
		show_cell(&t, type_word(v[i].type), SHOW_DIM);
		show_cell(&t, value_text(&v[i], mem), SHOW_PLAIN);
	}
	*n = values;
	r = put(ask, &t, e);
	show_table_free(&t);
	return r;
}

int
tql_put_values(const struct tql_ask *ask, struct store_view *view,
    struct str key, struct str filter, uint64_t *n, struct err *e)
{
	struct arena mem = { 0 };
	const struct tql_attr *a = NULL;
	struct tql_query q, names;
	int r = form_of(ask, e);

	if (r == 0 && !(a = tql_parse_attr(&names, key, &mem, e)))
		r = -1;
	if (r == 0)
		r = filter_of(&q, filter, &mem, e);
	if (r == 0) {
		r = put_values(ask, view, a, &q, n, &mem, e);
		tql_free(&q);
	}
	arena_free(&mem);
	return r;
}

struct str
tql_cut_key(struct str *text)
{
	size_t n = 0;
	bool quoted = false;
	struct str key;

	for (; n < text->n && (quoted || !strchr(" \t\n", text->p[n] ?
	    text->p[n] : 'x')); n++) {
		if (quoted && text->p[n] == '\\')
			n++;
		else if (text->p[n] == '"')
			quoted = !quoted;
	}
	n = n < text->n ? n : text->n;
	key = str_mk(text->p, n);
	*text = str_trim(str_skip(*text, n));
	return key;
}
