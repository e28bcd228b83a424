/*
 * split: payloads taken apart, and put together, on the wire. otlp.md
 * section 2.
 *
 * Payloads of one signal are joined by writing one behind the other. Cut they
 * are at the outer two levels, Resource* and Scope*: what describes a level
 * (all its fields but those that lead down) stands in every piece that holds
 * something of it, levels that hold nothing are left out, the items are copied
 * as they lie, and fields of the payload itself that are not known stand once,
 * beyond the bounds if need be. An item is a span, a log record, a metric;
 * metrics count as their points and are not cut. None of this holds for
 * profiles.
 */
#ifndef OTLP_SPLIT_H
#define OTLP_SPLIT_H

#include "base/buf.h"
#include "base/cur.h"
#include "base/err.h"

/* The items, as receivers count them. 0, or -1 when it does not parse. */
int otlp_count(unsigned signal, struct str payload, uint64_t *items);

struct otlp_split {
	unsigned signal;
	uint64_t items_max;
	size_t bytes_max;
	struct cur outer, resource, scope;
	bool in_resource, in_scope;	/* of the input */
	bool has_item;			/* the next one, not in a piece yet */
	struct str item;
	uint64_t weight;
	struct buf resource_head, scope_head;	/* what describes them */
	bool resource_open, scope_open;	/* in this piece */
	struct buf resource_out, scope_out;
	bool bad;
};

/* Pieces of at most so many items and bytes; one item may be more. */
void otlp_split_init(struct otlp_split *, unsigned signal, struct str payload,
    uint64_t items, size_t bytes);
/*
 * Appends the next piece, with *items in it: 1; 0 there are no more; -1 the
 * payload does not parse, after the pieces before that.
 */
int otlp_split_next(struct otlp_split *, struct buf *piece, uint64_t *items);
void otlp_split_free(struct otlp_split *);

/*
 * Appends the payload with resources that are described by the same bytes made
 * one, and so scopes in them; each where the first of them stood. 0, or -1
 * when it does not parse.
 */
int otlp_regroup(struct str payload, struct buf *);

#endif
