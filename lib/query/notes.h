/*
 * notes: what a metrics query says beside its answer: warnings and infos.
 *
 * Each text is kept once. At most NOTES_MAX are; the rest is counted. A place
 * adds " (line:column)" of the query's text. promql.md section 13.
 */
#ifndef QUERY_NOTES_H
#define QUERY_NOTES_H

#include "base/arena.h"
#include "query/caret.h"

#define NOTES_MAX	100u

enum note_kind { NOTE_WARNING, NOTE_INFO };

struct note {
	enum note_kind kind;
	struct str text;
};

struct notes {
	struct arena *mem;
	struct str query;	/* {NULL, 0}: places are not said */
	struct note *v;
	uint32_t n, left_out;
};

void notes_add(struct notes *, enum note_kind, struct caret, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

#endif
