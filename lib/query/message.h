/*
 * message: what a query tool and query-remote(1) say to each other: questions,
 * and behind each its answers, the last of which is END or FAILED. All are a
 * varint length and a protobuf message; the fields are in that page.
 */
#ifndef QUERY_MESSAGE_H
#define QUERY_MESSAGE_H

#include "base/err.h"
#include "query/labels.h"

#define MESSAGE_MAX	((size_t)80 << 20)	/* a trace may be 64 MiB */

enum question_what {
	QUESTION_LINES = 1,	/* LINE: in order, `limit` at most */
	QUESTION_SERIES,	/* SERIES: at the steps, or at `to` */
	QUESTION_STREAMS,	/* STREAM: text is a selector, or empty */
	QUESTION_TRACES,	/* TRACE: text has an id a line; those there */
	QUESTION_FIND,		/* NAME: the ids of `limit` traces that match,
				   the newest ones */
	QUESTION_TAGS,		/* NAME: a scope, and an attribute's name */
	QUESTION_VALUES,	/* NAME: a type, and a value of `name`; text is
				   a query, or empty */
	QUESTION_PATTERNS,	/* SERIES: how many lines when, with the labels
				   pattern and level; text is a selector */
};

struct question {
	enum question_what what;
	struct str text, name;
	uint64_t from, to;	/* ns: [from, to); of series the first point
				   (of Tempo: where the first interval begins)
				   and the last */
	uint64_t step;		/* ns; 0: at `to` alone */
	uint64_t limit;		/* 0: all */
	uint64_t batch;		/* lines of a request; 0: as many as is usual */
	uint64_t interval;	/* ns: lines are at least that far apart */
	uint64_t exemplars;	/* of series of Tempo, at most */
	uint64_t wait;		/* ns for an answer; 0: as the helper was told */
	bool forward;
};

enum answer_kind { ANSWER_END = 1, ANSWER_FAILED, ANSWER_LINE, ANSWER_SERIES,
	ANSWER_STREAM, ANSWER_TRACE, ANSWER_NAME, ANSWER_EXEMPLAR,
	ANSWER_REQUEST };

struct answer_point { uint64_t time; double value; };

struct remote_answer {
	enum answer_kind kind;
	enum err_kind why;		/* FAILED */
	struct str text;		/* FAILED: words; LINE; TRACE: TracesData;
					   REQUEST: path and parameters */
	uint64_t time;			/* LINE, ns; NAME of a trace: its end;
					   REQUEST: ns it took */
	uint64_t bytes;			/* REQUEST: of its answer, unpacked */
	struct labels labels;		/* LINE, SERIES, STREAM, EXEMPLAR (of
					   the series before); one of NAME;
					   REQUEST: what the server counted */
	struct labels meta, parsed;	/* LINE */
	const struct answer_point *point;	/* SERIES; one of EXEMPLAR */
	size_t points;
};

/* Append a message, without its length. */
void question_put(struct buf *, const struct question *);
void answer_put(struct buf *, const struct remote_answer *);
/* Read one. Slices point into it, arrays are the arena's. ERR_CORRUPT. */
int question_read(struct question *, struct str, struct err *);
int answer_read(struct remote_answer *, struct str, struct arena *,
    struct err *);

#endif
