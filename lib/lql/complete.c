#include "lql/complete.h"

#include "lql/metric.h"

/* Where the cursor is: what the lexer would say, without its errors. */
struct place {
	bool selector;		/* inside { } */
	bool quoted;		/* inside a string */
	bool piped;		/* behind a | */
	struct str name;	/* the label before the operator */
	size_t word;		/* where the word at the cursor begins */
};

static bool
word_char(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	    (c >= '0' && c <= '9');
}

static void
locate(struct str s, struct place *pl)
{
	*pl = (struct place){ 0 };
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (pl->quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				pl->quoted = false;
		} else if (c == '"') {
			pl->quoted = true;
			pl->word = i + 1;
		} else if (c == '{' || c == '}') {
			pl->selector = c == '{';
			pl->piped = false;
			pl->word = i + 1;
		} else if (word_char(c)) {
			if (i == 0 || !word_char(s.p[i - 1]))
				pl->word = i;
			pl->name = str_mk(s.p + pl->word, i + 1 - pl->word);
		} else {
			pl->piped |= c == '|';
			pl->word = i + 1;
		}
	}
}

static void
offer(struct str word, struct str typed, struct arena *a, struct str **words,
    size_t *n)
{
	if (!str_starts(word, typed))
		return;
	if (*n % 64 == 0)
		*words = arena_grow(a, *words, *n, *n + 64, sizeof **words);
	(*words)[(*n)++] = word;
}

/* Where a metric query, or a function's argument, may begin. */
static void
offer_functions(struct str typed, struct arena *a, struct str **words,
    size_t *n)
{
	for (int i = 0; i < LQL_RANGE_OPS; i++)
		offer(str_of(lql_range_name((enum lql_range_op)i)), typed, a,
		    words, n);
	for (int i = 0; i < LQL_AGG_OPS; i++)
		offer(str_of(lql_agg_name((enum lql_agg_op)i)), typed, a,
		    words, n);
	offer(S("label_replace"), typed, a, words, n);
	offer(S("vector"), typed, a, words, n);
}

size_t
lql_complete(const struct lql_labels *labels, struct str before, size_t *from,
    struct arena *a, struct str **words)
{
	struct place pl;
	size_t n = 0;

	*words = NULL;
	locate(before, &pl);
	*from = pl.word;
	struct str typed = str_skip(before, pl.word);

	if (before.n == 0)
		offer(S("{"), typed, a, words, &n);
	if (!pl.quoted && !pl.selector && !pl.piped && typed.n > 0)
		offer_functions(typed, a, words, &n);
	for (size_t i = 0; i < labels->n; i++) {
		const struct lql_label *l = &labels->v[i];

		if (!pl.quoted)
			offer(l->name, typed, a, words, &n);
		for (size_t k = 0; pl.quoted && pl.selector && k < l->n &&
		    str_eq(l->name, pl.name); k++)
			offer(l->value[k], typed, a, words, &n);
	}
	return n;
}
