/*
 * waterfall: one trace as a picture: who called whom, when, for how long.
 *
 *   GET /api/cart            gateway   ██████████████████  234ms
 *   └─ GET                   gateway   ▕█████████████████  233ms
 *      └─ GET /api/cart      frontend   ████████████████▌  231ms  ✗ internal error
 */
#ifndef SHOW_WATERFALL_H
#define SHOW_WATERFALL_H

#include "show/show.h"

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
	const struct show_span *spans;	/* in tree pre-order */
	uint32_t n;
};

void show_waterfall(const struct show *, const struct show_trace *,
    struct buf *);

#endif
