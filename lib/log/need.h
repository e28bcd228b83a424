/*
 * need: which rows of a chunk have a value that meets a need (log/match.h).
 *
 * Values are looked at as they are kept: numbers by arithmetic, hex by its
 * nibbles, text all at once, a trace id once for all its lines. What is left
 * is put together, value by value.
 */
#ifndef LOG_NEED_H
#define LOG_NEED_H

#include "log/lines.h"
#include "log/match.h"

struct need_chunk {
	struct log_lines *l;
	uint32_t t, chunk, rows;
	uint32_t first;		/* of the template's rows, the chunk's first */
	uint64_t *now;		/* rows asked about; those that do not, cleared */
	struct arena *mem;
	struct buf text;
	const struct match_need *known;	/* what `answer` is about */
	uint8_t *answer;	/* by trace id number: 1 no, 2 yes, 0 not asked */
};

/* Clears the bits in `now` of rows whose value in the hole does not meet it. */
int need_test(struct need_chunk *, const struct match_need *, uint32_t hole,
    struct err *);

#endif
