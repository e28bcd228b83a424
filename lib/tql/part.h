/*
 * part: one stripe under a query: its columns as the query's attributes see
 * them, and which of its spans match.
 *
 * An attribute is found in up to five tables (unscoped ones: the first that
 * has it counts); in each, a key has a column per type and may lie in the
 * shared map column. All memory is the arena's and lives as long as the part.
 * Columns are loaded by page, as the selection that is left asks for.
 */
#ifndef TQL_PART_H
#define TQL_PART_H

#include "block/stripe.h"
#include "tql/ast.h"
#include "tql/plan.h"
#include "trace/columns.h"
#include "trace/scan.h"

#define NO_ROW	UINT32_MAX

/* Where values of an attribute may be, in one table. */
struct source {
	struct part_col *col;	/* of the stripe, or made by us */
	enum tql_type as;	/* what its integers are */
	bool always;		/* null means zero or "", not missing */
	bool trim;		/* ids without leading zeros */
	bool map;		/* the shared map: look for the key in it */
};

struct group {
	unsigned table;
	uint32_t n;
	struct source src[6];
};

struct bind {
	bool done;
	uint32_t n;
	struct group group[5];	/* in the order of looking */
};

struct part_col {
	int no;			/* in the stripe, -1: made by us */
	bool loaded, all;
	bool seen;		/* looked at without being loaded */
	uint64_t *pages;	/* loaded ones, unless all */
	struct vec vec;
};

struct part_tree {
	uint32_t *up;		/* the parent's row or NO_ROW */
	uint64_t *rooted;	/* below a received root */
};

struct part {
	struct stripe *s;
	const struct tql_query *q;
	struct arena *mem;
	struct plan *plan;		/* for --explain, or NULL */
	uint32_t rows[TR_TABLES];
	size_t words;			/* of a bitmap of spans */
	struct part_col *cols;		/* by number in the stripe */
	struct bind *bind;		/* by tql_attr.no; one more, for own use */
	struct part_tree tree;
	uint32_t *root;			/* by trace: its root or NO_ROW */
	bool roots;			/* of all traces */
	const int64_t *first, *spans;	/* by trace */
	const struct str *services;	/* by resource */
	uint32_t *event_of, *link_of;	/* by span: its first; rows + 1 long */
	const double *weight;		/* by span: stands for; NULL: one each */
};

void part_init(struct part *, struct stripe *, const struct tql_query *,
    struct arena *);
uint64_t *part_bits(struct part *, unsigned table);	/* all clear */
bool part_any(const uint64_t *bits, size_t words);
/* The n set ones of the first `rows` bits. */
uint32_t *part_listed(struct part *, const uint64_t *bits, uint32_t rows,
    uint32_t n);

/* bind.c: columns. `sel`: rows of the column's table that matter, or NULL. */
int part_load(struct part *, struct part_col *, const uint64_t *sel,
    const uint64_t *pages, struct err *);
struct part_col *part_find(struct part *, unsigned table, struct str name,
    enum vec_type);		/* NULL: not here */
/* The values of n rows (ascending) of a column; zeros or "" where it is not. */
int part_pick(struct part *, unsigned table, struct str name, enum vec_type,
    const uint32_t *row, uint32_t n, struct vec *, struct err *);
int part_pick_col(struct part *, struct part_col *, const uint32_t *row,
    uint32_t n, struct vec *, struct err *);
/* A column of values that are made, not read. */
struct part_col *part_made_col(struct part *, const struct vec *);
/* A fixed integer column; zeros where it is not. */
int part_ints(struct part *, unsigned table, struct str name,
    const uint64_t *sel, const int64_t **, struct err *);
int part_bind(struct part *, const struct tql_attr *, struct bind **,
    struct err *);
uint64_t *part_pages(struct part *, uint32_t rows, const uint64_t *sel);
int part_traces(struct part *, struct err *);	/* first, spans */
/* The service's name of each resource, "": it has none that is a text. */
int part_services(struct part *, const struct str **, struct err *);

/* tree.c: what follows from parents. */
int part_tree(struct part *, struct err *);
int part_roots(struct part *, const uint64_t *traces, struct err *);
int part_made(struct part *, enum tql_intrinsic, struct vec *, struct err *);
int part_join(struct part *, enum tql_op, const uint64_t *a,
    const uint64_t *b, uint64_t *out, struct err *);
/* Keeps the spans of traces of which `of` has some. */
int part_whole(struct part *, const uint64_t *of, uint64_t *out,
    struct err *);

/* row.c: one span at a time: whatever no column can answer alone. */
struct row { uint32_t span, event, link; };
#define ROW_FIRST	(UINT32_MAX - 1)	/* the first that has a value */
/* The single table of children that an attribute is of; else 0. */
unsigned attr_children(const struct tql_attr *);
int part_children(struct part *, struct err *);	/* event_of, link_of */
/* Of events and links, the first that has one. */
struct tql_val row_first(struct part *, const struct tql_attr *,
    uint32_t span, struct err *);
/*
 * Attributes of a few spans: read for those alone. The values of row[at] are
 * those of all scopes that have some, in the order of looking, and the
 * distinct ones of events and links, at most `most`: how many.
 */
struct row_picks {
	const uint32_t *row;	/* ascending */
	uint32_t n;
	struct vec res, scope;	/* their rows there, once needed */
};
#define ROW_VALUES	16u
int row_pick(struct part *, const struct tql_attr *, struct row_picks *,
    struct bind *, struct err *);
uint32_t row_picked(struct part *, const struct tql_attr *,
    const struct row_picks *, const struct bind *, uint32_t at,
    struct tql_val *, uint32_t most);
/* An expression's value, as row_first; after row_ready. */
int row_ready(struct part *, const struct tql_expr *, const uint64_t *sel,
    struct err *);
int row_expr(struct part *, const struct tql_expr *, uint32_t span,
    struct tql_val *, struct err *);
struct tql_val source_value(struct part *, const struct source *,
    struct str key, uint32_t row);
struct tql_val value_any(struct str any, struct arena *);
struct tql_val value_map(struct str list, struct str key, struct arena *);
/* The selected spans for which all n expressions hold, on one event. */
int row_filter(struct part *, struct tql_expr *const *x, size_t n,
    const uint64_t *sel, uint64_t *out, struct err *);

/* leaf.c: an attribute against a constant, by column. */
struct pred {
	enum tql_op op;		/* OP_EQ ..; or nil: is it there */
	bool nil;
	bool raw;		/* nil: also what queries do not see, such as maps */
	bool bare;		/* { .x }: arrays do not count */
	const struct tql_val *lit;
	struct re *re;
};
int leaf_rows(struct part *, const struct tql_attr *, const struct group *,
    const struct pred *, const uint64_t *sel, uint64_t *out,
    uint64_t *present, struct err *);
int leaf_spans(struct part *, const struct tql_attr *, const struct pred *,
    const uint64_t *sel, uint64_t *out, struct err *);
int leaf_map(struct part *, unsigned table, const uint64_t *bits,
    const uint64_t *sel, uint64_t *out, struct err *);

/* eval.c: the selected spans that a filter keeps; out is clear. */
int part_filter(struct part *, struct tql_expr *, const uint64_t *sel,
    uint64_t *out, struct err *);

/*
 * codes.c: the values of an expression as small numbers, by span. A value is
 * the same only with the same type; missing is a value, too, of type TQL_NIL.
 */
struct codes {
	uint32_t *code;		/* by span; of those selected */
	const struct tql_val *val;	/* by code */
	uint32_t n;
};
int part_codes(struct part *, const struct tql_expr *, const uint64_t *sel,
    struct codes *, struct err *);

/* pipe.c: what a pipeline makes of the spans. */
struct set_attr {
	const struct tql_stage *stage;	/* by() or an aggregate: its name */
	struct tql_val *val;		/* by spanset */
	struct set_attr *before;	/* in the order they were made */
};

struct spansets {
	uint64_t *bits;		/* the spans that are in one */
	uint32_t *of;		/* by span: which; NULL: its trace's only one */
	uint32_t n;		/* of `of`; else the traces */
	struct set_attr *last;
};
/* Of the traces not in `skip`, by the query's pipeline. */
int part_eval(struct part *, const uint64_t *skip, struct spansets *,
    struct err *);
int part_pipe(struct part *, const struct tql_stage *, struct spansets *,
    struct err *);
/* The spans of the traces that are not in `skip` (NULL: of all). */
uint64_t *part_spans(struct part *, const uint64_t *skip, struct err *);

/* need.c: the columns that assembled traces must have: of a query whose traces
 * are shown, or only looked at. */
const struct trace_need *tql_needs(struct arena *, const struct tql_query *,
    bool shown, size_t *n);
/* The column of an intrinsic that stands in one of its own (bind.c). */
bool part_plain_col(enum tql_intrinsic, unsigned *table, struct str *name);

/*
 * must.c: filters that each trace of an answer passes with one of its spans,
 * whatever the others are. Into the options, as conditions; `must` is to live
 * as long as they do.
 */
#define MUST_MAX	4u
struct must {
	const struct tql_query *q;
	struct tql_expr *filter[MUST_MAX];
	unsigned n;
};
void tql_must(struct must *, const struct tql_query *,
    const struct tql_stage *pipe, struct trace_scan_opts *);
/*
 * Whether all leaves of a metrics query look at each span alone, so that the
 * parts of a trace may come apart.
 */
bool tql_apart(const struct tql_query *, const struct tql_metric *const *leaf,
    uint32_t n);

/* weight.c: how many spans each of these stands for, by its tracestate. */
int part_weigh(struct part *, const uint64_t *sel, struct err *);
static inline double
part_weight(const struct part *p, uint32_t row)
{
	return p->weight ? p->weight[row] : 1;
}

/* aggregate.c: keeps the spansets whose aggregate compares. */
int part_aggregate(struct part *, const struct tql_stage *,
    struct spansets *, struct err *);
/* The column of an attribute that every span has as an integer, loaded for
 * row_ready's spans; or NULL. */
const struct source *part_plain(struct part *, const struct tql_attr *,
    struct err *);
/* The spanset of each span; by trace where there is one a trace. */
const uint32_t *part_set_of(struct part *, const struct spansets *,
    struct err *);

#endif
