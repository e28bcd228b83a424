#include "lql/complete.h"

#include <stdlib.h>

#include "base/hash.h"

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int
by_label(const void *a, const void *b)
{
	return str_cmp(((const struct lql_label *)a)->name,
	    ((const struct lql_label *)b)->name);
}

static void
copy_values(struct arena *a, struct lql_label *l, struct str name,
    const struct map *values)
{
	l->name = arena_str(a, name);
	l->n = values->n;
	l->values = arena_new(a, struct str, values->n);
	for (uint32_t i = 0; i < values->n; i++)
		l->values[i] = arena_str(a, values->key[i]);
	qsort(l->values, l->n, sizeof *l->values, by_text);
}

int
lql_labels(struct store_view *view, struct arena *a, struct lql_labels *out,
    struct err *e)
{
	struct log_pair **labels;
	uint32_t *n;
	size_t streams;
	struct map names = { 0 }, *values = NULL;

	*out = (struct lql_labels){ 0 };
	if (log_streams(view, NULL, 0, 0, 0, a, &labels, &n, &streams,
	    e) == -1)
		return -1;
	for (size_t s = 0; s < streams; s++)
		for (uint32_t i = 0; i < n[s]; i++) {
			bool fresh;
			uint32_t k = map_add(&names, labels[s][i].name,
			    &fresh);

			if (fresh) {
				values = xrealloc(values, k + 1,
				    sizeof *values);
				values[k] = (struct map){ 0 };
			}
			map_add(&values[k], labels[s][i].value, NULL);
		}
	out->v = arena_new(a, struct lql_label, names.n);
	out->n = names.n;
	for (uint32_t k = 0; values && k < names.n; k++) {
		copy_values(a, &out->v[k], names.key[k], &values[k]);
		map_free(&values[k]);
	}
	free(values);
	map_free(&names);
	if (out->n > 1)
		qsort(out->v, out->n, sizeof *out->v, by_label);
	return 0;
}

/* Where the cursor is: what the lexer would say, without its errors. */
struct place {
	bool selector;		/* inside { } */
	bool quoted;		/* inside a string */
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
			pl->word = i + 1;
		} else if (word_char(c)) {
			if (i == 0 || !word_char(s.p[i - 1]))
				pl->word = i;
			pl->name = str_mk(s.p + pl->word, i + 1 - pl->word);
		} else
			pl->word = i + 1;
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
	for (size_t i = 0; i < labels->n; i++) {
		const struct lql_label *l = &labels->v[i];

		if (!pl.quoted)
			offer(l->name, typed, a, words, &n);
		for (size_t k = 0; pl.quoted && pl.selector && k < l->n &&
		    str_eq(l->name, pl.name); k++)
			offer(l->values[k], typed, a, words, &n);
	}
	return n;
}
