/*
 * metrics: what a program counts of itself, as Prometheus text.
 *
 * All are made before the threads that use them; from then on they may be
 * changed and read by any thread, at the cost of an atomic addition. A NULL
 * metric counts nothing, so that who counts need not know whether anybody
 * asked. Names and help are the caller's and stay; labels are copied, as they
 * will stand between braces: signal="logs",protocol="grpc". The program's name
 * comes before each: of otlp-recv, "items" is otlp_recv_items.
 */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct metrics;
struct metric;

struct metrics *metrics_new(const char *program);
void metrics_free(struct metrics *);

/* Those of one name follow each other. */
struct metric *metrics_counter(struct metrics *, const char *name,
    const char *help, const char *labels);
struct metric *metrics_gauge(struct metrics *, const char *name,
    const char *help, const char *labels);
/* A gauge that is asked for when it is read, from the reader's thread. */
void metrics_ask(struct metrics *, const char *name, const char *help,
    const char *labels, double (*ask)(void *), void *arg);
/* Of durations, in seconds; n bounds, rising, the caller's. */
#define METRIC_BOUNDS_MAX 24
struct metric *metrics_histogram(struct metrics *, const char *name,
    const char *help, const char *labels, const double bounds[], size_t n);

void metric_add(struct metric *, uint64_t);
void metric_set(struct metric *, uint64_t);
void metric_observe(struct metric *, uint64_t ns);

/* Appends the text, version 0.0.4. */
void metrics_text(const struct metrics *, struct buf *);

#endif
