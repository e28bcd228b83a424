#include "tql/complete.h"

#include "line/prompt.h"
#include "tql/ast.h"

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
	char quote = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote == '"' && c == '\\') {
			i++;
		} else if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '`') {
			quote = c;
			at = i + 1;
		}
	}
	return quote ? at : s.n + 1;
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

/* Whether values of the key are values of what is named. */
static bool
is_of(const struct tql_key *k, struct str name)
{
	return str_eq(k->name, name) || (name.n > 1 && *name.p == '.' &&
	    str_ends(k->name, name)) || (str_eq(name, S("rootServiceName")) &&
	    str_eq(k->name, S("resource.service.name"))) ||
	    (str_eq(name, S("rootName")) && str_eq(k->name, S("name")));
}

/* Key number i, if it is of what is named, with its values; else NULL. */
static const struct tql_key *
key_of(const struct tql_keys *keys, uint32_t i, struct str name)
{
	struct tql_key *k = &keys->key[i];

	if (!is_of(k, name))
		return NULL;
	if (keys->load && !k->loaded) {
		k->loaded = true;
		keys->load(keys->load_arg, k);
	}
	return k;
}

/* Inside of quotes. */
static void
add_values(struct words *w, const struct tql_keys *keys, struct str name)
{
	for (uint32_t i = 0; i < keys->n; i++) {
		const struct tql_key *k = key_of(keys, i, name);

		for (uint32_t v = 0; k && v < k->n; v++)
			add(w, k->value[v]);
	}
}

/* What may stand behind a comparison: numbers, true, "text". */
static void
add_literals(struct words *w, const struct tql_keys *keys, struct str name)
{
	for (uint32_t i = 0; i < keys->n; i++) {
		const struct tql_key *k = key_of(keys, i, name);

		if (!k)
			continue;
		for (uint32_t v = 0; v < k->nbare; v++)
			add(w, k->bare[v]);
		for (uint32_t v = 0; v < k->n; v++)
			if (!memchr(k->value[v].p, '"', k->value[v].n) &&
			    !memchr(k->value[v].p, '\\', k->value[v].n))
				add(w, arena_printf(w->mem, "\"%.*s\"",
				    PS(k->value[v])));
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

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Where the cursor is, by the innermost bracket that is open. */
enum place { IN_FILTER, IN_CALL, BEHIND_PIPE, BEHIND_CALL, BEHIND_FILTER,
	ELSEWHERE };

/* *call: of which function the brackets are. */
static enum place
place_of(struct str s, struct str *call)
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
	if (n > 0) {
		size_t end = open[(n - 1) % 64], from;

		if (s.p[end] == '{')
			return IN_FILTER;
		while (end > 0 && is_blank(s.p[end - 1]))
			end--;
		for (from = end; from > 0 && in_word(s.p[from - 1]);)
			from--;
		*call = str_mk(s.p + from, end - from);
		if (from < end)
			return IN_CALL;
	}
	while (at > 0 && is_blank(s.p[at - 1]))
		at--;
	return at == 0 ? ELSEWHERE : s.p[at - 1] == '|' &&
	    (at == 1 || s.p[at - 2] != '|') ? BEHIND_PIPE :
	    s.p[at - 1] == ')' ? BEHIND_CALL : s.p[at - 1] == '}' ?
	    BEHIND_FILTER : ELSEWHERE;
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
	static const struct str operators[] = { S("|"), S("&&"), S("||"),
	    S(">"), S(">>"), S("<"), S("<<"), S("~") };

	if (place == BEHIND_PIPE)
		add_stages(w);
	else if (place == BEHIND_CALL)
		add(w, S("by ("));
	for (size_t i = 0; place == BEHIND_FILTER && i < sizeof operators /
	    sizeof *operators; i++)
		add(w, operators[i]);
	if (place != BEHIND_PIPE)
		add(w, place == ELSEWHERE ? S("{ ") : S("with ("));
}

/* Behind a whole operand: what may join it with another. */
static void
add_operators(struct words *w, bool compared)
{
	static const struct str compare[] = { S("="), S("!="), S("=~"),
	    S("!~"), S("<"), S("<="), S(">"), S(">=") };

	if (compared) {
		add(w, S("&&"));
		add(w, S("||"));
		return;
	}
	for (size_t i = 0; i < sizeof compare / sizeof *compare; i++)
		add(w, compare[i]);
}

/*
 * Whether an operand ends before the blanks at the end of the text; if so,
 * *compared: whether it stands behind a comparison.
 */
static bool
behind_operand(struct str s, bool *compared)
{
	size_t n = s.n;

	while (n > 0 && is_blank(s.p[n - 1]))
		n--;
	if (n == s.n || n == 0)
		return false;
	if (s.p[n - 1] == '"' || s.p[n - 1] == '`') {
		*compared = true;
		return true;
	}
	if (!in_word(s.p[n - 1]))
		return false;
	while (n > 0 && in_word(s.p[n - 1]))
		n--;
	word_before(s, n, compared);
	return true;
}

/* The words of status and kind; false: of nothing such. */
static bool
add_keywords(struct words *w, struct str key)
{
	bool status = str_eq(key, S("status")) ||
	    str_eq(key, S("span:status"));
	bool kind = str_eq(key, S("kind")) || str_eq(key, S("span:kind"));

	for (int i = 0; status && i < 3; i++)
		add(w, tql_status_word(i));
	for (int i = 0; kind && i < 6; i++)
		add(w, tql_kind_word(i));
	return status || kind;
}

static void
in_filter(struct words *w, const struct tql_keys *keys, struct str before)
{
	bool compares, compared;
	struct str key = word_before(before, before.n, &compares);

	if (compares && !add_keywords(w, key))
		add_literals(w, keys, key);
	else if (!compares && w->prefix.n == 0 &&
	    behind_operand(before, &compared))
		add_operators(w, compared);
	else if (!compares)
		add_names(w, keys);
}

static void
in_call(struct words *w, const struct tql_keys *keys, struct str call,
    struct str before)
{
	static const struct str hints[] = { S("exemplars="),
	    S("extrapolate=true"), S("most_recent=true") };
	bool compares;

	word_before(before, before.n, &compares);
	if (str_eq(call, S("topk")) || str_eq(call, S("bottomk")) || compares)
		return;
	if (!str_eq(call, S("with"))) {
		add_names(w, keys);
		return;
	}
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		add(w, hints[i]);
}

size_t
tql_complete(const struct tql_keys *keys, struct str before, size_t *from,
    struct arena *mem, struct str **words)
{
	struct words w = { .mem = mem };
	size_t at = open_string(before);
	struct str call = { 0 };
	enum place place;
	bool compares;

	if (at <= before.n) {
		*from = at;
		w.prefix = str_skip(before, at);
		add_values(&w, keys, word_before(before, at - 1, &compares));
		*words = w.v;
		return prompt_sorted(w.v, w.n);
	}
	for (at = before.n; at > 0 && in_word(before.p[at - 1]);)
		at--;
	*from = at;
	w.prefix = str_skip(before, at);
	before.n = at;
	place = place_of(before, &call);
	if (place == IN_FILTER)
		in_filter(&w, keys, before);
	else if (place == IN_CALL)
		in_call(&w, keys, call, before);
	else if (str_starts(before, S("\\values ")))
		add_names(&w, keys);
	else
		add_outside(&w, place);
	*words = w.v;
	return prompt_sorted(w.v, w.n);
}
