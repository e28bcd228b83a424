/*
 * push: log records as entries of Loki's push API. logql.md 13 to 15.
 *
 * As Loki's own OTLP endpoint does it: promoted resource attributes are the
 * stream's labels, all others are metadata of the entry (the record's, then
 * the resource's, then the scope's), and so are the record's own fields; the
 * body is the line. What is worked out for a resource, a scope or a name is
 * kept, up to a bound.
 */
#ifndef LOKI_PUSH_H
#define LOKI_PUSH_H

#include "base/err.h"
#include "loki/body.h"

struct push;

/*
 * promoted: as label_resource has it. `say` is told, once a label, that it has
 * PUSH_VALUES_MAX values and more: each is a stream of its own.
 */
#define PUSH_VALUES_MAX	1000
struct push *push_new(enum body_form, struct str promoted,
    void (*say)(void *arg, const char *msg), void *arg);
/* The payload to take next (LogsData), which must stay till it is all in. */
void push_payload(struct push *, struct str payload, uint64_t received);
/*
 * Adds its lines to the body. 1: the body has lines and would grow past max:
 * send it and go on with an empty one. 0: all lines are in. -1: the payload's
 * bytes are bad; the lines before that place are in.
 */
int push_fill(struct push *, struct body *, size_t max, struct err *);
void push_free(struct push *);

#endif
