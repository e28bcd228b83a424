/*
 * binary: + - and their kin between tables, and between a table and a scalar.
 *
 * Series are matched step by step: by all labels, those named (on), or all but
 * those named (ignoring); one to one, or many of a side to one of the other.
 * Filter comparisons keep the left value, or with a scalar the table's; with
 * `as_bool` they give 0 or 1. Set operators match many to many.
 *
 * The languages differ in few things, which `struct dialect` names.
 * promql.md section 8, logql.md 10.5, traceql.md 10.
 */
#ifndef QUERY_BINARY_H
#define QUERY_BINARY_H

#include "query/notes.h"
#include "query/table.h"

enum bin_op {
	BIN_ADD, BIN_SUB, BIN_MUL, BIN_DIV, BIN_MOD, BIN_POW, BIN_ATAN2,
	BIN_EQ, BIN_NE, BIN_LT, BIN_LE, BIN_GT, BIN_GE,
	BIN_AND, BIN_OR, BIN_UNLESS,
	BIN_OPS
};

/* What an x / 0 is. */
enum by_zero { ZERO_IEEE, ZERO_NAN, ZERO_NOTHING };

struct dialect {
	enum by_zero zero;	/* of / and % */
	/* PromQL: __name__ is not matched by, unless on() has it, and is not
	 * kept by arithmetic; texts name the labels of duplicates */
	bool names;
};
extern const struct dialect dialect_promql, dialect_logql, dialect_traceql;

enum bin_many { BIN_ONE, BIN_MANY_LEFT, BIN_MANY_RIGHT };

struct binary {
	enum bin_op op;
	bool as_bool;
	struct label_pick on;	/* `without`: ignoring; {true}: all labels */
	enum bin_many many;	/* group_left, group_right */
	const struct str *include;	/* their labels */
	uint32_t ninclude;
	const struct dialect *dialect;
	struct caret at;
};

const char *bin_text(enum bin_op);

static inline bool
bin_compares(enum bin_op op)
{
	return op >= BIN_EQ && op <= BIN_GE;
}

/* One pair of numbers. Comparisons: 1 or 0. false: no value (ZERO_NOTHING). */
bool bin_number(enum bin_op, const struct dialect *, double a, double b,
    double *out);

/* `out` is initialised. Labels may repeat in it until table_finish. */
int bin_tables(const struct binary *, const struct table *l,
    const struct table *r, struct table *out, struct notes *, struct err *);
/* A scalar by step on one side. */
int bin_scalar(const struct binary *, const struct table *, const double *,
    bool scalar_left, struct table *out, struct notes *, struct err *);

/* binary.c's halves: one pair of points of series x and y into s; nothing is
 * put when the operator gives nothing. */
struct bin_point { const struct hist *h; double v; };
void bin_points(const struct binary *, struct bin_point x, struct bin_point y,
    struct bin_point kept, struct table *, struct series *s, uint32_t step,
    struct notes *);

#endif
