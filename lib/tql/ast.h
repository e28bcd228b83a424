/*
 * ast: a TraceQL query as a tree, in an arena.
 *
 *     struct tql_query q;
 *
 *     if (tql_parse(&q, text, &arena, &e) == -1)
 *             ...			e has a caret
 *     tql_free(&q);			the regexes; the rest is the arena's
 *
 * Parsing checks everything: grammar, types, regexes, and that the query is
 * within what the engine answers (else ERR_QUERY "... not yet supported").
 * traceql.md sections 2 to 5.
 */
#ifndef TQL_AST_H
#define TQL_AST_H

#include "query/caret.h"
#include "tql/value.h"

#define TQL_TEXT_MAX	((size_t)128 << 10)	/* bytes of a query */
#define TQL_NEST_MAX	200u	/* brackets in brackets, signs before signs */
#define TQL_DEPTH_MAX	2000u	/* of the tree */
#define TQL_ATTRS_MAX	1000u	/* different ones in a query */

enum tql_scope {
	SCOPE_ANY,		/* .x: the first of those below that has it */
	SCOPE_SPAN, SCOPE_RES, SCOPE_EVENT, SCOPE_LINK, SCOPE_INSTR,
	SCOPES,
	SCOPE_NEAR = SCOPES,	/* .x of metrics: span, then resource */
};

enum tql_intrinsic {
	IN_NONE,		/* an attribute */
	IN_DURATION, IN_NAME, IN_STATUS, IN_KIND, IN_MESSAGE,
	IN_ROOT_NAME, IN_ROOT_SERVICE, IN_TRACE_DURATION, IN_TRACE_ID,
	IN_NS_LEFT, IN_NS_RIGHT, IN_NS_PARENT,
	IN_SPAN_ID, IN_PARENT_ID, IN_CHILD_COUNT,
	IN_EVENT_NAME, IN_EVENT_TIME, IN_LINK_TRACE, IN_LINK_SPAN,
	IN_INSTR_NAME, IN_INSTR_VERSION,
	INTRINSICS
};

/* An attribute or intrinsic; each different one is in the query once. */
struct tql_attr {
	enum tql_intrinsic in;
	enum tql_scope scope;
	struct str name;	/* attributes only */
	uint32_t no;		/* in tql_query.attr */
	bool selected;		/* select(x), x = nil: shown also if missing */
	/* Most different texts that a part had of it, and one; 0: none has it,
	 * that was looked at. By whichever worker, as it evaluates. */
	uint32_t words;
};

enum tql_expr_kind { EX_LIT, EX_ATTR, EX_UNARY, EX_BINARY,
	EX_NIL /* l = nil, l != nil */ };

struct tql_expr {
	enum tql_expr_kind kind;
	enum tql_op op;
	struct tql_expr *l, *r;
	struct tql_val val;		/* EX_LIT */
	const struct tql_attr *attr;	/* EX_ATTR */
	struct re *re;			/* of OP_RE, OP_NRE */
	struct caret at;
	unsigned depth;
};

/*
 * A spanset expression: a filter, a pipeline in brackets, or two joined by an
 * operator.
 */
struct tql_set {
	enum tql_op op;
	struct tql_set *l, *r;		/* NULL: one of these two */
	struct tql_expr *filter;
	struct tql_stage *pipe;
	struct caret at;
	unsigned depth;
};

enum tql_agg { TQL_COUNT, TQL_AVG, TQL_MAX, TQL_MIN, TQL_SUM, TQL_AGGS };

enum tql_stage_kind { STAGE_SET, STAGE_AGG, STAGE_BY, STAGE_COALESCE,
	STAGE_SELECT };

/* A stage of a pipeline. Section 7. */
struct tql_stage {
	enum tql_stage_kind kind;
	struct tql_set *set;		/* SET */
	struct tql_expr *expr;		/* BY; AGG: of what (count: NULL) */
	enum tql_agg agg;		/* AGG: agg op val */
	enum tql_op op;
	struct tql_val val;
	const struct tql_attr **attr;	/* SELECT */
	uint32_t nattr;
	struct caret at;
	struct tql_stage *next;
};

enum tql_metric_kind {
	METRIC_RATE, METRIC_COUNT, METRIC_MIN, METRIC_MAX, METRIC_SUM,
	METRIC_AVG, METRIC_HISTOGRAM, METRIC_QUANTILE, METRIC_COMPARE,
	METRIC_NUMBER, METRIC_MATH
};

/* What is done with series after they are made, one after the other. */
struct tql_second {
	enum { SECOND_TOPK, SECOND_BOTTOMK, SECOND_COMPARE } kind;
	int64_t k;
	enum tql_op op;
	double v;
	struct tql_second *next;
};

/* A metrics query: a function of a pipeline's spans, or calculating with
 * two such, or with one and a number. Section 10. */
struct tql_metric {
	enum tql_metric_kind kind;
	struct tql_stage *pipe;
	const struct tql_attr *of;	/* _over_time(of) */
	const struct tql_attr **by;
	double *q;			/* QUANTILE */
	uint32_t nby, nq;
	struct tql_expr *filter;	/* COMPARE */
	int64_t top, from, to;		/* its other arguments, -1: not given */
	struct tql_val number;		/* NUMBER, as it was written */
	struct tql_metric *l, *r;	/* MATH */
	enum tql_op op;
	struct tql_second *second;
	struct caret at;
	unsigned depth;
};

/* name = value of with (...). */
struct tql_hint {
	struct str name;
	struct tql_val val;
	struct tql_hint *next;
};

struct tql_query {
	struct str text;
	struct tql_stage *pipe;		/* this, or */
	struct tql_metric *metric;	/* this */
	struct tql_hint *hint;
	struct tql_attr **attr;
	uint32_t nattr;
	struct re **re;
	uint32_t nre;
	struct arena *mem;
};

/* The value of a hint; NULL: it is not given. */
const struct tql_val *tql_hint(const struct tql_query *, struct str name);
const char *tql_metric_name(enum tql_metric_kind);

int tql_parse(struct tql_query *, struct str text, struct arena *,
    struct err *);
void tql_free(struct tql_query *);
/* An attribute or intrinsic alone, such as span.http.route; or NULL. */
const struct tql_attr *tql_parse_attr(struct tql_query *, struct str text,
    struct arena *, struct err *);

/* Appends the canonical form. */
void tql_print(struct buf *, const struct tql_query *);
void tql_expr_print(struct buf *, const struct tql_expr *);
void tql_attr_print(struct buf *, const struct tql_attr *);
void tql_stage_print(struct buf *, const struct tql_stage *);

/* Of the module's parts: static types; 0, or -1 with a caret. */
int tql_check_query(struct tql_query *, struct err *);
enum tql_type tql_attr_type(const struct tql_attr *);
/* Whether an operator takes this pair of types, and why not. */
enum tql_fit { FIT, FIT_NOT_SAME, FIT_ILLEGAL };
enum tql_fit tql_fits(enum tql_op, enum tql_type, enum tql_type);

#endif
