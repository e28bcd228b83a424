/*
 * value: the values of TraceQL, and its operators on them. traceql.md 5, 6.
 *
 * Numbers (int, float, duration) mix freely and compare by value; of other
 * types only equal ones compare, else the answer is false. Nothing compares
 * with nil. Arrays hold scalars of one type.
 */
#ifndef TQL_VALUE_H
#define TQL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/re.h"
#include "base/str.h"

enum tql_type {
	TQL_NIL,
	TQL_INT,		/* i */
	TQL_FLOAT,		/* f */
	TQL_DURATION,		/* i, ns */
	TQL_STR,		/* s */
	TQL_BOOL,		/* i, 0 or 1 */
	TQL_STATUS,		/* i, enum span_status */
	TQL_KIND,		/* i, enum span_kind */
	TQL_ARRAY,		/* a, n scalars of one type */
	TQL_UNKNOWN,		/* static typing only: an attribute's */
};

struct tql_val {
	enum tql_type type;
	uint32_t n;
	union {
		int64_t i;
		double f;
		struct str s;
		const struct tql_val *a;
	};
};

enum tql_op {
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_POW,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_RE, OP_NRE,
	OP_AND, OP_OR,
	OP_NOT, OP_NEG,			/* unary */
	/* between spansets only, beside AND and OR; section 8 */
	OP_CHILD, OP_PARENT, OP_DESC, OP_ANC, OP_SIB,
	OP_NCHILD, OP_NPARENT, OP_NDESC, OP_NANC, OP_NSIB,
	OP_UCHILD, OP_UPARENT, OP_UDESC, OP_UANC, OP_USIB,
	OPS
};
const char *tql_op_text(enum tql_op);

static inline bool
tql_numeric(enum tql_type t)
{
	return t == TQL_INT || t == TQL_FLOAT || t == TQL_DURATION;
}

static inline bool
tql_true(const struct tql_val *v)
{
	return v->type == TQL_BOOL && v->i;
}

static inline struct tql_val
tql_bool(bool b)
{
	return (struct tql_val){ .type = TQL_BOOL, .i = b };
}

/* Negative, zero, positive; 2 when a NaN is in it. Both numeric. */
int tql_num_cmp(const struct tql_val *, const struct tql_val *);
/*
 * a op b. For OP_RE and OP_NRE, `re` is b compiled. Arithmetic on what is no
 * number gives false. ERR_QUERY: an integer divided by zero, arithmetic on
 * arrays of numbers, array against array of what could be equal.
 */
int tql_binary(enum tql_op, const struct tql_val *a, const struct tql_val *b,
    struct re *re, struct tql_val *out, struct err *);
int tql_unary(enum tql_op, const struct tql_val *, struct tql_val *out,
    struct err *);
/* In canonical form: `text`, 1h0m0s, 3.0, error. */
void tql_val_print(struct buf *, const struct tql_val *);
/* "error", "server": the words of status and kind. */
struct str tql_status_word(int64_t);
struct str tql_kind_word(int64_t);

#endif
