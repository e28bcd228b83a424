/*
 * plan: what an evaluation did, step by step, for --explain.
 *
 * A step is whatever looks at spans: a condition, an operator between
 * spansets, a stage. Steps stand in the order in which they first ran, counted
 * over all parts of a scan by one worker. All take NULL for a plan, and do
 * nothing then.
 */
#ifndef TQL_PLAN_H
#define TQL_PLAN_H

#include "base/hash.h"
#include "block/stripe.h"
#include "tql/ast.h"

struct plan_step {
	enum plan_kind { PLAN_CONDITION, PLAN_JOIN, PLAN_STAGE, PLAN_METRIC }
	kind;
	const void *what;	/* tql_expr, tql_set, tql_stage, tql_metric */
	struct tql_expr **all;	/* conditions that hold on one event or link */
	size_t nall;
	uint64_t in, out;	/* spans before and after */
	uint64_t ns;
	struct scan_count read;
};

struct plan_col {
	struct str name;
	unsigned table;
	uint64_t pages, bytes;	/* read; of packed pages what was used */
};

struct plan {
	struct scan_count *count;	/* of the scan */
	struct plan_step *step;
	size_t n, cap;
	struct map cols;
	struct plan_col *col;		/* by number in cols */
	size_t ncol;
	uint32_t colcap;
	uint64_t parts, made;	/* looked at; of those assembled, or the tail */
	struct arena mem;
	struct scan_count before;	/* of the step that runs */
	uint64_t from;
};

/* From now on what `count` counts is told by column, too. */
void plan_init(struct plan *, struct scan_count *count);
void plan_free(struct plan *);
void plan_part(struct plan *, bool made);

void plan_begin(struct plan *);
/* The step is over; `words` of bitmaps of spans before and after. */
void plan_end(struct plan *, enum plan_kind, const void *what,
    const uint64_t *in, const uint64_t *out, size_t words);
/* The same of conditions together. */
void plan_end_all(struct plan *, struct tql_expr *const *, size_t n,
    const uint64_t *in, const uint64_t *out, size_t words);

#endif
