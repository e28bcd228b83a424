/*
 * metric: a metric query as a tree. logql.md sections 3, 10.
 *
 * Two numbers never meet in it: the parser calculates. Names and texts are
 * slices of the query's arena.
 */
#ifndef LQL_METRIC_H
#define LQL_METRIC_H

#include "lql/parse.h"
#include "query/binary.h"

#define LQL_METRIC_DEPTH 500u	/* of the tree */

enum lql_range_op {
	LQL_R_COUNT, LQL_R_RATE, LQL_R_RATE_COUNTER, LQL_R_BYTES,
	LQL_R_BYTES_RATE, LQL_R_SUM, LQL_R_AVG, LQL_R_MIN, LQL_R_MAX,
	LQL_R_STDDEV, LQL_R_STDVAR, LQL_R_QUANTILE, LQL_R_FIRST, LQL_R_LAST,
	LQL_R_ABSENT,
	LQL_RANGE_OPS
};

enum lql_agg_op {
	LQL_A_SUM, LQL_A_AVG, LQL_A_COUNT, LQL_A_MIN, LQL_A_MAX, LQL_A_STDDEV,
	LQL_A_STDVAR, LQL_A_TOPK, LQL_A_BOTTOMK, LQL_A_APPROX_TOPK,
	LQL_A_SORT, LQL_A_SORT_DESC,
	LQL_AGG_OPS
};

const char *lql_range_name(enum lql_range_op);
const char *lql_agg_name(enum lql_agg_op);

struct lql_grouping {		/* by (...), without (...) */
	bool given;
	struct label_pick by;	/* names as they were written */
};

struct lql_range {		/* rate({...} | ... [5m] offset 1m) */
	enum lql_range_op op;
	struct lql_log log;
	bool unwrap;		/* log has such a step */
	int64_t ns, offset;
	double q;		/* QUANTILE */
	struct lql_grouping by;
};

struct lql_agg {		/* topk by (a) (3, ...) */
	enum lql_agg_op op;
	uint64_t k;		/* TOPK, BOTTOMK, APPROX_TOPK */
	struct lql_grouping by;
	struct lql_metric *of;
};

struct lql_replace {		/* label_replace(...) */
	struct lql_metric *of;
	struct str dst, with, src, pattern;
	struct re *re;
};

enum lql_metric_kind { LQL_M_NUMBER, LQL_M_VECTOR, LQL_M_RANGE, LQL_M_AGG,
	LQL_M_REPLACE, LQL_M_BINARY };

struct lql_metric {
	enum lql_metric_kind kind;
	unsigned depth;
	struct caret at;
	double number;			/* NUMBER, VECTOR */
	struct lql_range *range;
	struct lql_agg *agg;
	struct lql_replace *replace;
	struct binary *op;		/* BINARY, of */
	struct lql_metric *l, *r;
};

#endif
