/*
 * walk: read OTLP payloads where they lie, without building messages.
 *
 * For the hot paths: slices into the payload, no allocation. All fields in any
 * order, the last of a repeated singular one wins (two Resources of one
 * ResourceSpans are not merged), unknown fields are skipped (otlp.md
 * section 2). Walkers follow cur: 1 an item, 0 the clean end, -1 bad bytes.
 */
#ifndef OTLP_WALK_H
#define OTLP_WALK_H

#include "base/cur.h"
#include "base/err.h"
#include "model/logrec.h"
#include "model/span.h"
#include "model/value.h"

/* The signals, as record.h numbers them (traces 1, metrics 2, logs 3 ...). */

/* The two outer levels, the same in all signals: Resource* / Scope* / item. */
struct otlp_items {
	struct cur outer, resource, scope;	/* at each level */
	bool in_resource, in_scope;
	/* of the current item: */
	struct str resource_raw;	/* Resource message, or empty */
	struct str resource_url;	/* schema_url of the Resource* */
	struct str scope_raw;		/* InstrumentationScope, or empty */
	struct str scope_url;
	uint32_t resource_no, scope_no;	/* count up; change with the above */
	bool bad;
};
void otlp_items_init(struct otlp_items *, struct str payload);
/* The next item's message (Span, LogRecord, Metric). */
int otlp_items_next(struct otlp_items *, struct str *item);

/* Reads one item. 0, or -1 when its bytes are not well formed. */
int otlp_span(struct span *, struct str item);
int otlp_logrec(struct logrec *, struct str item);

/*
 * Attributes: the KeyValues that are field `no` of a message (Resource 1,
 * Scope 3, Span 9, Event 3, Link 4, LogRecord 6). Start with cur_of(raw).
 */
int otlp_attr(struct cur *, uint32_t no, struct attr *);
/* One AnyValue's bytes. */
int otlp_value(struct str any, struct value *);
/* The elements of an ArrayValue: start with cur_of(value.s). */
int otlp_element(struct cur *, struct value *);

struct otlp_event { uint64_t time; struct str name, raw; uint32_t dropped; };
struct otlp_link { struct str trace_id, span_id, trace_state, raw;
	uint32_t flags, dropped; };
int otlp_event(struct cur *, struct otlp_event *);	/* over span.raw */
int otlp_link(struct cur *, struct otlp_link *);

struct otlp_scope { struct str name, version; uint32_t dropped; };
int otlp_scope(struct str raw, struct otlp_scope *);

/*
 * The receiver's look at a request: walks everything, to the depth limit.
 * 0 and *sum, or -1 and why: the whole request is undecodable (400). Items
 * that break otlp.md 6.6 are counted in `invalid` with a first example.
 * Known fields with another wire type are unknown ones; profiles are looked at
 * down to the Profile, not into it.
 */
struct otlp_sum {
	uint32_t items;		/* spans, points, records, profiles: all */
	uint32_t invalid;	/* of those */
	uint64_t min_time, max_time;	/* of the valid items: span starts, point
				   times, log times (else observed). Both 0
				   when one is unknown: nothing may prune by
				   them then */
	char why[160];		/* of the first invalid item; printable ASCII */
};
int otlp_check(unsigned signal, struct str payload, struct otlp_sum *,
    struct err *);
/*
 * Appends the payload without its invalid items (unknown fields kept), and
 * without the scopes and resources that held nothing else. On -1 the buf has
 * part of it.
 */
struct buf;
int otlp_strip(unsigned signal, struct str payload, struct buf *,
    struct err *);

#endif
