/*
 * order: the spans of one trace: which are the same, which is whose parent, and
 * the order they are kept in.
 *
 * The answer depends on the set of spans (and, among the same, on which came
 * first), never on how they were cut over blocks. traceql.md section 8.
 */
#ifndef TRACE_ORDER_H
#define TRACE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order_span {
	uint64_t id, parent;	/* the 8 bytes, as load64 gives them */
	int64_t start;
	uint64_t received;	/* the least wins, then the first in s */
	uint32_t ref;		/* the caller's */
	uint32_t kind;
	uint32_t up;		/* which in s has the parent's id, + 1; 0: not
				   known */
	bool root;		/* has no parent id */
};

#define ORDER_ROOT	0
#define ORDER_CUT	(-1)	/* its parent is not here, or is no use */

/* Scratch memory, reused from trace to trace. Zero-initialise. */
struct order {
	uint32_t *mem;
	size_t cap;
	uint32_t max;		/* spans a trace may have; 0: any number */
	uint32_t cut;		/* after order_trace: how many it had more */
	bool bare;		/* the spans are without kind and received */
};

/*
 * Which spans a trace of too many keeps: the first received, of those received
 * at once the ones of the least id, then kind. So a trace cut into pieces, each
 * of these kept to the limit, keeps the same ones when they meet.
 */
struct order_key { uint64_t received, id; uint32_t kind; };

static inline int
order_key_cmp(const struct order_key *a, const struct order_key *b)
{
	if (a->received != b->received)
		return a->received < b->received ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->kind > b->kind) - (a->kind < b->kind);
}

/*
 * Removes the later received of spans with equal (id, kind), and those over
 * the limit, sorts the rest into pre-order and sets dist[k] to how many rows
 * before k its parent is, or ORDER_ROOT, ORDER_CUT. dist has room for n. How
 * many remain. Bare spans: as long as no two share an id and all are within the
 * limit, the rest does not matter; else they stay as they are, and ORDER_BARE.
 */
#define ORDER_BARE	UINT32_MAX
uint32_t order_trace(struct order *, struct order_span *s, uint32_t n,
    int64_t *dist);
void order_free(struct order *);	/* the limit stays */

#endif
