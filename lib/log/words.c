#include "log/words.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "block/vec.h"
#include "codec/filter.h"

#define WINDOW		4u
#define LETTERS		27u	/* a to z, and _ */
#define ALL		(LETTERS * LETTERS * LETTERS * LETTERS)
#define WORDS_MAX	32768u	/* in a stripe; with more a filter is large */

struct words {
	uint64_t have[BITS_WORDS(ALL)];
	uint32_t list[WORDS_MAX];
	uint32_t n;
	bool full;
};

struct words *
words_new(void)
{
	return xcalloc(1, sizeof(struct words));
}

void
words_free(struct words *w)
{
	free(w);
}

/* 0 to 26, or LETTERS: not a letter. */
static inline uint32_t
letter(char c)
{
	uint8_t low = (uint8_t)c | 0x20;

	return low >= 'a' && low <= 'z' ? low - (uint32_t)'a' :
	    c == '_' ? LETTERS - 1 : LETTERS;
}

/* A walk over the windows of a text. */
struct walk {
	uint32_t code;		/* of the last letters, in base 27 */
	uint32_t run;		/* how many there are, at most WINDOW */
	uint32_t hex;		/* how many of the last are a to f */
};

/* Takes the next byte; whether a window ends with it. */
static inline bool
step(struct walk *w, char c)
{
	uint32_t l = letter(c);

	if (l == LETTERS) {
		*w = (struct walk){ 0 };
		return false;
	}
	w->code = (w->code * LETTERS + l) % ALL;
	w->run += w->run < WINDOW;
	w->hex = l < 6 ? w->hex + 1 : 0;
	return w->run == WINDOW && w->hex < WINDOW;
}

void
words_add(struct words *w, struct str text)
{
	struct walk k = { 0 };

	for (size_t i = 0; i < text.n && !w->full; i++) {
		if (!step(&k, text.p[i]) || bit_get(w->have, k.code))
			continue;
		w->full = w->n == WORDS_MAX;
		if (w->full)
			return;
		bit_set(w->have, k.code);
		w->list[w->n++] = k.code;
	}
}

void
words_put(struct words *w, struct buf *out)
{
	size_t size = filter_size(w->n);
	uint8_t *p;

	if (!w->full) {
		p = (uint8_t *)buf_extend(out, size);
		memset(p, 0, size);
		for (uint32_t i = 0; i < w->n; i++)
			filter_add(p, size, hash_u64(w->list[i]));
	}
	for (uint32_t i = 0; i < w->n; i++)
		w->have[w->list[i] / 64] = 0;
	w->n = 0;
	w->full = false;
}

size_t
words_of(struct str literal, struct arena *mem, uint64_t **hashes)
{
	uint64_t *v = arena_new(mem, uint64_t, literal.n + 1);
	struct walk k = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < literal.n; i++)
		if (step(&k, literal.p[i]))
			v[n++] = hash_u64(k.code);
	*hashes = v;
	return n;
}

bool
words_may(struct str filter, const uint64_t *hashes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!filter_may(filter, hashes[i]))
			return false;
	return true;
}
