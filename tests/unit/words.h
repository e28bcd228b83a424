/* words: what both completions are asked: the words, and where they begin. */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H

#include "unit.h"
#include "base/buf.h"

static inline void
words_are(const char *before, const struct str *word, size_t n, size_t at,
    const char *want, size_t from)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%.*s", i > 0 ? " " : "", PS(word[i]));
	CHECK(at == from);
	CHECK(str_eq(buf_str(&b), str_of(want)));
	if (at != from || !str_eq(buf_str(&b), str_of(want)))
		fprintf(stderr, "%s: %zu: %.*s\n", before, at,
		    PS(buf_str(&b)));
	buf_free(&b);
}

#endif
