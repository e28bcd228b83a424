/*
 * filter: line filters over the lines of a stripe.
 *
 * Decided by template where its text alone says yes or no, else by what the
 * holes hold; lines are rebuilt for a regular expression only, and only those
 * that have one of its literals. Stripes without its words are passed over.
 */
#ifndef LOG_FILTER_H
#define LOG_FILTER_H

#include "log/lines.h"
#include "log/match.h"
#include "log/words.h"

struct filter_alt {
	struct re *re;		/* NULL: match[0] is all there is to it */
	struct match *match;	/* one of these is in every line it takes */
	struct filter_words { uint64_t *hash; size_t n; } *words;
	size_t n;		/* 0: any line may */
};

struct filter {
	bool keep;		/* |= |~, else != !~ */
	struct filter_alt *alt;
	size_t n;
};

/* Prepared once, for all threads. In the arena. */
struct filter *filters_new(const struct log_line_filter *, size_t n,
    struct arena *);

/* Whether a stripe with these words (log/words.h) may have lines to keep. */
bool filters_may(const struct filter *, size_t n, struct str words);

/* Clears the bits of rows that a filter drops. */
int filters_run(const struct filter *, size_t n, struct log_lines *,
    uint64_t *rows, struct err *);

#endif
