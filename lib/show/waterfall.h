/*
 * waterfall: one trace as a picture: who called whom, when, for how long.
 *
 *                              0     50ms  100ms  150ms   TOTAL    SELF
 *   GET /api/cart     gateway  ██░░░░░░░░░░░░░░░░░░░██▌   234ms  40.1ms
 *   └─ GET            gateway    ██░░░░░░░░░░░░░░░░░█     193ms  21.7ms
 *      └─ GET /cart   cart         █████████████████      171ms   171ms  ✗ no stock
 *
 * Solid is the critical path: what the root's end was waiting for at that
 * moment. Read downwards, a moment is solid once at most.
 */
#ifndef SHOW_WATERFALL_H
#define SHOW_WATERFALL_H

#include "show/show.h"
#include "show/timing.h"

struct show_event {
	int64_t after;		/* ns since the span's start */
	struct str name, text;	/* text: what it says, may be empty */
};

struct show_span {
	unsigned depth;		/* 0: a root */
	int64_t start;		/* ns since the trace's start */
	uint64_t duration;
	struct str service, name;
	bool error;
	struct str message;	/* of the status, may be empty */
	bool orphan;		/* its parent was not received */
	const struct show_event *events;
	uint32_t nevents;
};

struct show_trace {
	struct str id;			/* hex */
	uint64_t start, duration;	/* ns */
	const struct show_span *spans;	/* in tree pre-order, siblings by
					   their start */
	uint32_t n;
	uint64_t cut;			/* spans it had more, left out */
	bool whole;			/* fold nothing */
};

/* The trace as timing.h takes it, and the self times of its spans. */
struct show_timing {
	struct timing of;
	const int64_t *self;
};
void show_timing(const struct show_trace *, struct show_timing *,
    struct arena *);

void show_waterfall(const struct show *, const struct show_trace *,
    struct buf *);

#endif
