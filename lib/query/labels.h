/*
 * labels: label sets, in the order of their names.
 *
 * A plain value; its parts lie in an arena, or wherever the names and values
 * came from. In PromQL and LogQL values are text, and an empty one is an absent
 * label. TraceQL's have a type beside it, sets that differ in nothing but a
 * type differ, and empty text is a value.
 *
 * promql.md 1 and 7, logql.md 10, traceql.md 10.
 */
#ifndef QUERY_LABELS_H
#define QUERY_LABELS_H

#include "base/arena.h"
#include "base/buf.h"

enum label_type { LABEL_STR, LABEL_INT, LABEL_F64, LABEL_BOOL };

struct label {
	struct str name, value;
	enum label_type type;
};

struct labels {
	const struct label *v;	/* by name */
	uint32_t n;
};

#define LABEL_NAME	S("__name__")

/* Some labels of a set: those named, or all but those named. */
struct label_pick {
	bool without;
	bool nameless;		/* never __name__ */
	const struct str *name;
	uint32_t n;
};

/* Sorts n labels in place; of equal names the last is kept. */
struct labels labels_sort(struct label *, uint32_t n);
/* The same, and drops the empty. */
struct labels labels_of(struct label *, uint32_t n);
/* The value, "" when it has none. */
struct str labels_get(struct labels, struct str name);
/* By name, then value, bytewise; then type. A prefix is smaller. */
int labels_cmp(struct labels, struct labels);
/* Appends bytes that are equal for equal sets only. */
void labels_key(struct buf *, struct labels);

/* Those; and what labels_key says of them, without making a set. */
struct labels labels_pick(struct labels, const struct label_pick *,
    struct arena *);
void labels_pick_key(struct buf *, struct labels, const struct label_pick *);
/* A copy with one label set, or deleted by "". */
struct labels labels_set(struct labels, struct label, struct arena *);
/* Without __name__, __type__ and __unit__. */
struct labels labels_unnamed(struct labels, struct arena *);
/* A deep copy. */
struct labels labels_copy(struct labels, struct arena *);

/* {a="b", c=1}: text in quotes. */
void labels_print(struct buf *, struct labels);

#endif
