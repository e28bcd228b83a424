/* ids: the traces whose lines are asked for. */
#ifndef LQL_IDS_H
#define LQL_IDS_H

#include "lql/run.h"

/*
 * Sets the ids of the options: of --trace ID, or of the file (- is stdin) of
 * --traces, a line each (32 hex digits; blank lines are passed over); neither:
 * any. They are sorted, each once, and in the arena. A file without an id asks
 * for no line, not for all.
 */
int lql_read_ids(struct lql_opts *, const char *id, const char *file,
    struct arena *, struct err *);

#endif
