/*
 * hist: a native histogram, the other kind of point. promql.md section 12.
 *
 * Bucket i of the positive side covers (2^((i-1)*2^-s), 2^(i*2^-s)] for a
 * schema s of -4 to 8; the negative side is its mirror. HIST_CUSTOM has the
 * bounds written out: bucket 0 is (-Inf, bound[0]].
 */
#ifndef QUERY_HIST_H
#define QUERY_HIST_H

#include "base/arena.h"
#include "base/buf.h"

#define HIST_CUSTOM	(-53)

enum hist_hint { HIST_UNKNOWN, HIST_RESET, HIST_NO_RESET, HIST_GAUGE };

struct hist_side {
	int32_t first;		/* index of the first bucket */
	uint32_t n;
	double *count;		/* absolute */
};

struct hist {
	int schema;
	enum hist_hint hint;
	double count, sum, zero, zero_width;
	struct hist_side pos, neg;
	double *bound;		/* HIST_CUSTOM only */
	uint32_t nbound;
};

/* Bit for bit, empty buckets at the ends and hints aside. */
bool hist_same(const struct hist *, const struct hist *);
/* All counts and the sum times f; the result is a gauge when f < 0. */
struct hist *hist_scale(const struct hist *, double f, struct arena *);
/* {count:20, sum:10, [-2,-1):2, [-0.001,0.001]:2, (0.5,1]:1} */
void hist_print(struct buf *, const struct hist *);

#endif
