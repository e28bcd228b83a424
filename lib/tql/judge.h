/*
 * judge: values of a column against a constant.
 *
 * Which rows of a vec satisfy, and which have a value at all. The words of a
 * dictionary are judged once each.
 */
#ifndef TQL_JUDGE_H
#define TQL_JUDGE_H

#include "tql/part.h"

struct judge {
	const struct source *src;
	enum vec_type type;	/* of its column */
	struct str key;		/* to look for in a map */
	const struct pred *pr;
	struct arena *mem;
	uint8_t *said;		/* by word: 1 satisfies, 2 it is there */
};

/* Integers that satisfy: those in [lo, hi], or those not. */
struct range { int64_t lo, hi; bool not; };
struct range judge_range(const struct pred *);

/* Whether values of the column can satisfy at all, by type. */
bool judge_fits(const struct judge *);
/* Whether some word of the column's dictionary satisfies. */
int judge_words(struct judge *, const struct str *dict, uint32_t n,
    bool *some, struct err *);
/* Adds the selected rows (NULL: all) that satisfy to `out`, and those that
 * have a value to `present`, unless NULL. */
int judge_rows(struct judge *, const struct vec *, const uint64_t *sel,
    uint64_t *out, uint64_t *present, struct err *);

#endif
