/*
 * ingest: OTLP requests from the servers of net become records in a sink.
 *
 * Requests are judged and kept in batches on threads of its own; each is
 * answered when its record is where the sink promises it.
 */
#ifndef RECV_INGEST_H
#define RECV_INGEST_H

#include "net/req.h"
#include "record/sink.h"
#include "recv/counts.h"

struct ingest;

/* More than one thread is of use with a spool, where batches wait for the
 * disk. The sink and the counts are the caller's. */
struct ingest *ingest_open(struct net *, struct sink *, struct counts *,
    unsigned threads, struct err *);
/* The handler for net_init, which comes before ingest_open. `arg` is the
 * place the ingest will be put. */
struct net_handler ingest_handler(struct ingest **arg);
/* Answers what waits, and ends. */
void ingest_close(struct ingest *);

#endif
