/*
 * exemplar: traces to look at behind the points of a metrics query.
 * traceql.md section 10, Exemplars.
 *
 * Of each trace one span that counts may be one. The range is cut into
 * buckets; of each bucket and series two are kept: those whose trace ids have
 * the least hashes, so that the choice is even, and the same whatever blocks
 * and workers the spans came through.
 */
#ifndef TQL_EXEMPLAR_H
#define TQL_EXEMPLAR_H

#include "base/hash.h"
#include "tql/metrics.h"
#include "tql/part.h"

struct exemplar {
	uint64_t rank;
	uint8_t id[16];
	uint64_t start;
	double value;		/* NaN: that of the series at its step */
	struct str text;	/* what was measured, as text */
};

struct exemplars {
	const struct tql_range *range;	/* NULL: none are wanted */
	uint32_t buckets;
	struct map map;			/* series and bucket */
	struct exemplar_slot {
		struct exemplar two[2];
		uint32_t n;
	} *slot;
	uint32_t cap;
	struct arena mem;
};

/* `most`: how many are asked for, of all series; 0: none. */
void exemplars_init(struct exemplars *, const struct tql_range *,
    uint32_t most);
void exemplars_free(struct exemplars *);
/* What it says is copied if it is kept. */
void exemplars_offer(struct exemplars *, uint32_t series,
    const struct exemplar *);
/* The same of another pot, whose series are numbered otherwise. */
void exemplars_pour(struct exemplars *, const struct exemplars *from,
    const uint32_t *series);

/*
 * Of the table's series, those of a leaf's: joined by labels, but for the name
 * and, of quantiles, p, which is the first that is not less than the value.
 */
struct pot;
void exemplars_put(const struct pot *, const struct table *,
    const struct tql_range *, uint32_t most, struct tql_exemplars *,
    struct arena *);

#endif
