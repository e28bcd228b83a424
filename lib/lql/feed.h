/*
 * feed: the lines of a batch (log/batch.h) for a range function (lql/eval.h).
 *
 * Lines are looked at one by one only if need be: where it is asked how many
 * there are by labels of their stream, by what they have beside their text, or
 * by level, they are counted without, which gives the same. A feed is one
 * worker's.
 */
#ifndef LQL_FEED_H
#define LQL_FEED_H

#include "log/batch.h"
#include "log/runs.h"
#include "lql/eval.h"

struct feed {
	struct leaf *leaf;
	struct meter *meter;	/* its worker's */
	unsigned worker;
	uint32_t *series;	/* by code of the batch's streams; UINT32_MAX:
				   not asked yet */
	struct arena mem;	/* of the batch */
};

void feed_init(struct feed *, struct leaf *, unsigned worker);
void feed_free(struct feed *);
/* Before all below, once for each batch: what the feed has of the last one
 * ends. */
void feed_begin(struct feed *, const struct log_batch *);

/*
 * The lines of the batch. They are only counted if the sampler says that may be
 * (of_stream, of_level), and looked at otherwise. 0; -1: as eval_take.
 */
int feed_batch(struct feed *, struct log_batch *, struct err *);
/*
 * Whether streams alone say what series each line is of: they have the labels,
 * or nothing that a line has beside its text does.
 */
bool feed_by_stream(const struct sampler *, struct log_batch *);
/* Then, of_stream given: the lines of such runs. */
int feed_runs(struct feed *, const struct log_batch *,
    const struct log_runs *, struct err *);

/*
 * For who knows more of the lines: the number of the series (lql/meter.h) of a
 * stream of the batch, which is remembered; and of the stream with these labels
 * (as pairs) and some more behind them, with what that takes in the arena.
 */
int feed_stream(struct feed *, const struct log_batch *, uint32_t code,
    uint32_t *no, struct err *);
int feed_series(struct feed *, struct str stream, const struct log_pair *more,
    uint32_t n, struct arena *, uint32_t *no, struct err *);

#endif
