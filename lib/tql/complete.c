#include "tql/complete.h"

#include <stdlib.h>

#include "base/hash.h"
#include "tql/ast.h"
#include "trace/columns.h"

#define PARTS_MAX	8u	/* newest parts that are looked at */

struct collect {
	struct map keys;		/* names, in order of arrival */
	struct map *values;		/* of each key */
	uint32_t cap, parts;
};

static uint32_t
add_key(struct collect *c, struct str name)
{
	bool fresh;
	uint32_t no = map_add(&c->keys, name, &fresh);

	if (fresh && no >= c->cap) {
		c->values = xrealloc(c->values, no * 2 + 64,
		    sizeof *c->values);
		memset(c->values + c->cap, 0, (no * 2 + 64 - c->cap) *
		    sizeof *c->values);
		c->cap = no * 2 + 64;
	}
	return no;
}

/* A column's name in a query; false: it has none. */
static bool
query_name(const struct stripe_col *col, struct buf *b)
{
	static const struct { unsigned table; struct str column, attr; }
	all[] = {
		{ TR_SPAN, S("s."), { NULL, 0 } },
		{ TR_RES, S("r."), { NULL, 0 } },
		{ TR_EVENT, S("e."), { NULL, 0 } },
		{ TR_LINK, S("l."), { NULL, 0 } },
		{ TR_SCOPE, S("i."), { NULL, 0 } },
		{ TR_SPAN, S("name"), S("name") },
		{ TR_EVENT, S("name"), S("event:name") },
		{ TR_SCOPE, S("name"), S("instrumentation:name") },
	};
	static const enum tql_scope scope[] = { SCOPE_SPAN, SCOPE_RES,
	    SCOPE_EVENT, SCOPE_LINK, SCOPE_INSTR };

	buf_reset(b);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (col->table != all[i].table)
			continue;
		if (all[i].attr.p && str_eq(col->name, all[i].column)) {
			buf_adds(b, all[i].attr);
			return true;
		}
		if (!all[i].attr.p && str_starts(col->name, all[i].column)) {
			struct tql_attr a = { .scope = scope[i],
			    .name = str_skip(col->name, 2) };

			tql_attr_print(b, &a);
			return true;
		}
	}
	return false;
}

static int
on_part(void *arg, const struct trace_part *p, unsigned worker,
    struct arena *mem, struct err *e)
{
	struct collect *c = arg;
	struct buf b = { 0 };

	(void)worker;
	for (uint32_t i = 0; i < stripe_ncols(p->stripe); i++) {
		const struct stripe_col *col = stripe_col(p->stripe, i);
		const struct str *dict;
		uint32_t n = 0, no;

		if (!query_name(col, &b))
			continue;
		no = add_key(c, buf_str(&b));
		if (col->type != VEC_STR || stripe_dict(p->stripe, i, mem,
		    &dict, &n, e) == -1)
			continue;
		for (uint32_t k = 0; k < n &&
		    c->values[no].n < TQL_VALUES_MAX; k++)
			map_add(&c->values[no], dict[k], NULL);
	}
	buf_free(&b);
	return ++c->parts == PARTS_MAX;
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct tql_key *)a)->name,
	    ((const struct tql_key *)b)->name);
}

int
tql_keys(struct store_view *view, struct arena *mem, struct tql_keys *out,
    struct err *e)
{
	struct trace_scan_opts o = { .newest_first = true, .workers = 1 };
	struct collect c = { 0 };
	int r = trace_scan(view, &o, on_part, &c, e);

	*out = (struct tql_keys){ .n = c.keys.n };
	out->key = arena_zero(mem, struct tql_key, c.keys.n);
	for (uint32_t i = 0; i < c.keys.n; i++) {
		struct tql_key *k = &out->key[i];

		k->name = arena_str(mem, c.keys.key[i]);
		k->n = c.values[i].n;
		k->value = arena_new(mem, struct str, k->n);
		for (uint32_t v = 0; v < k->n; v++)
			k->value[v] = arena_str(mem, c.values[i].key[v]);
		if (k->n > 0)
			qsort(k->value, k->n, sizeof *k->value, by_text);
		map_free(&c.values[i]);
	}
	if (out->n > 0)
		qsort(out->key, out->n, sizeof *out->key, by_name);
	map_free(&c.keys);
	free(c.values);
	return r;
}

/* ---- at the cursor ----------------------------------------------------- */

struct words {
	struct str *v;
	size_t n, cap;
	struct arena *mem;
	struct str prefix;
};

static void
add(struct words *w, struct str word)
{
	if (!str_starts(word, w->prefix))
		return;
	if (w->n == w->cap) {
		w->v = arena_grow(w->mem, w->v, w->n, w->cap * 2 + 16,
		    sizeof *w->v);
		w->cap = w->cap * 2 + 16;
	}
	w->v[w->n++] = word;
}

/* Where an open string begins (behind its quote), or n + 1. */
static size_t
open_string(struct str s)
{
	size_t at = s.n + 1;

	for (size_t i = 0; i < s.n; i++) {
		if (at <= s.n && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			at = at <= s.n ? s.n + 1 : i + 1;
	}
	return at;
}

static bool
in_word(char c)
{
	return !strchr(" \t\n{}()=!<>~&|^,\"", c ? c : ' ');
}

/* The word before position n, passing over blanks and an operator. */
static struct str
word_before(struct str s, size_t n, bool *compares)
{
	size_t end;

	*compares = false;
	while (n > 0 && strchr(" \t\n=!~<>", s.p[n - 1] ? s.p[n - 1] : 'x')) {
		*compares |= s.p[n - 1] == '=' || s.p[n - 1] == '~';
		n--;
	}
	end = n;
	while (n > 0 && in_word(s.p[n - 1]))
		n--;
	return str_mk(s.p + n, end - n);
}

static void
add_values(struct words *w, const struct tql_keys *keys, struct str name)
{
	for (uint32_t i = 0; i < keys->n; i++) {
		const struct tql_key *k = &keys->key[i];
		bool same = str_eq(k->name, name) || (name.n > 1 &&
		    *name.p == '.' && str_ends(k->name, name)) ||
		    (str_eq(name, S("rootServiceName")) && str_eq(k->name,
		    S("resource.service.name"))) || (str_eq(name,
		    S("rootName")) && str_eq(k->name, S("name")));

		for (uint32_t v = 0; same && v < k->n; v++)
			add(w, k->value[v]);
	}
}

static void
add_names(struct words *w, const struct tql_keys *keys)
{
	static const struct str fixed[] = { S("duration"), S("event:name"),
	    S("event:timeSinceStart"), S("false"),
	    S("instrumentation:name"), S("instrumentation:version"),
	    S("kind"), S("link:spanID"), S("link:traceID"), S("name"),
	    S("nestedSetLeft"), S("nestedSetParent"), S("nestedSetRight"),
	    S("nil"), S("rootName"), S("rootServiceName"),
	    S("span:childCount"), S("span:id"), S("span:parentID"),
	    S("status"), S("statusMessage"), S("trace:id"),
	    S("traceDuration"), S("true") };

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		add(w, fixed[i]);
	for (uint32_t i = 0; i < keys->n; i++) {
		struct str name = keys->key[i].name;
		const char *dot = memchr(name.p, '.', name.n);

		add(w, name);
		if (w->prefix.n > 0 && *w->prefix.p == '.' && dot)
			add(w, str_skip(name, (size_t)(dot - name.p)));
	}
}

/* Where the cursor is, by the innermost bracket that is open. */
enum place { IN_FILTER, IN_CALL, BEHIND_PIPE, BEHIND_CALL, ELSEWHERE };

static enum place
place_of(struct str s)
{
	size_t open[64], n = 0, at = s.n;
	char quote = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (quote) {
			i += s.p[i] == '\\' && quote == '"';
			quote = i < s.n && s.p[i] == quote ? 0 : quote;
		} else if (s.p[i] == '"' || s.p[i] == '`') {
			quote = s.p[i];
		} else if (s.p[i] == '{' || s.p[i] == '(') {
			open[n++ % 64] = i;
		} else if ((s.p[i] == '}' || s.p[i] == ')') && n > 0) {
			n--;
		}
	}
	if (n > 0 && s.p[open[(n - 1) % 64]] == '{')
		return IN_FILTER;
	if (n > 0 && open[(n - 1) % 64] > 0 &&
	    in_word(s.p[open[(n - 1) % 64] - 1]))
		return IN_CALL;
	while (at > 0 && strchr(" \t\n", s.p[at - 1] ? s.p[at - 1] : 'x'))
		at--;
	return at == 0 ? ELSEWHERE : s.p[at - 1] == '|' &&
	    (at == 1 || s.p[at - 2] != '|') ? BEHIND_PIPE :
	    s.p[at - 1] == ')' ? BEHIND_CALL : ELSEWHERE;
}

static void
add_stages(struct words *w)
{
	static const struct str fixed[] = { S("avg("), S("avg_over_time("),
	    S("bottomk("), S("by("), S("coalesce()"), S("compare({"),
	    S("count()"), S("count_over_time()"), S("histogram_over_time("),
	    S("max("), S("max_over_time("), S("min("), S("min_over_time("),
	    S("quantile_over_time("), S("rate()"), S("select("), S("sum("),
	    S("sum_over_time("), S("topk(") };

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		add(w, fixed[i]);
}

/* What may stand outside of brackets. */
static void
add_outside(struct words *w, enum place place)
{
	if (place == BEHIND_PIPE)
		add_stages(w);
	else if (place == BEHIND_CALL)
		add(w, S("by ("));
	if (place == BEHIND_CALL || place == ELSEWHERE)
		add(w, S("with ("));
}

static size_t
sorted(struct words *w, struct str **out)
{
	size_t n = 0;

	if (w->n > 0)
		qsort(w->v, w->n, sizeof *w->v, by_text);
	for (size_t i = 0; i < w->n; i++)
		if (n == 0 || !str_eq(w->v[n - 1], w->v[i]))
			w->v[n++] = w->v[i];
	*out = w->v;
	return n;
}

size_t
tql_complete(const struct tql_keys *keys, struct str before, size_t *from,
    struct arena *mem, struct str **words)
{
	struct words w = { .mem = mem };
	size_t at = open_string(before);
	enum place place;
	struct str key;
	bool compares;

	if (at <= before.n) {
		*from = at;
		w.prefix = str_skip(before, at);
		add_values(&w, keys, word_before(before, at - 1, &compares));
		return sorted(&w, words);
	}
	for (at = before.n; at > 0 && in_word(before.p[at - 1]);)
		at--;
	*from = at;
	w.prefix = str_skip(before, at);
	key = word_before(before, at, &compares);
	place = place_of(str_mk(before.p, at));
	if (place > IN_CALL)
		add_outside(&w, place);
	else if (compares && (str_eq(key, S("status")) ||
	    str_eq(key, S("span:status")))) {
		for (int i = 0; i < 3; i++)
			add(&w, tql_status_word(i));
	} else if (compares && (str_eq(key, S("kind")) ||
	    str_eq(key, S("span:kind")))) {
		for (int i = 0; i < 6; i++)
			add(&w, tql_kind_word(i));
	} else if (!compares) {
		add_names(&w, keys);
	}
	return sorted(&w, words);
}

bool
tql_whole(struct str text)
{
	struct str s = str_trim(text);
	int depth = 0;
	char quote = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote) {
			if (c == '\\' && quote == '"')
				i++;
			else if (c == quote)
				quote = 0;
		} else if (c == '"' || c == '`') {
			quote = c;
		} else if (c && strchr("{(", c)) {
			depth++;
		} else if (c && strchr("})", c)) {
			depth--;
		}
	}
	return !quote && depth <= 0 && (s.n == 0 ||
	    !strchr("&|>~!<=+-*/", s.p[s.n - 1] ? s.p[s.n - 1] : 'x'));
}
