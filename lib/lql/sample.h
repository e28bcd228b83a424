/*
 * sample: what a line counts in a range function, and for which series.
 * logql.md 10.1; what parsers need to look for: 6.1, rule 5.
 */
#ifndef LQL_SAMPLE_H
#define LQL_SAMPLE_H

#include "lql/entry.h"
#include "lql/metric.h"

struct sampler {
	const struct lql_range *range;
	bool none;		/* one series, without labels */
	struct label_pick by;
	struct lql_wants wants;
	bool counts;		/* every line that is kept is 1 */
	enum log_want reads;	/* whether it must know the line's text */
	bool of_stream;		/* a line need not be looked at, if the labels
				   of `by` are its stream's */
	bool of_level;		/* the same, but for the line's level */
};

struct sample {
	double value;
	struct labels labels;	/* in the entry's arena */
};

/* `sum` is the grouping of a sum right around it, or NULL. */
void sampler_init(struct sampler *, const struct lql_range *,
    const struct lql_grouping *sum, struct arena *);
/*
 * Takes an entry that was begun through the pipeline (but those steps that the
 * scan did, unless `all`). false: no sample.
 */
bool sampler_take(const struct sampler *, bool all, struct lql_entry *,
    struct sample *);
/* The series of a stream, of whose lines nothing else matters. */
struct labels sampler_stream(const struct sampler *,
    const struct log_pair *, uint32_t n, struct arena *);
/* Whether it carries an error that nobody asked for. */
bool sample_failed(struct labels);

#endif
