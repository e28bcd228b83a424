/* pipe: the steps of a query at work on one line. logql.md 5 to 9. */
#ifndef LQL_PIPE_H
#define LQL_PIPE_H

#include "lql/entry.h"
#include "lql/step.h"

/*
 * Runs the steps, but those that were pushed to the scan, unless `all`. Keeps
 * the entry? Several threads may run the same steps.
 */
bool pipe_run(const struct lql_step *, size_t n, bool all,
    struct lql_entry *);

/* Whether it finds labels, and no more: not run when none is wanted. */
bool pipe_parses(const struct lql_step *);

/*
 * A label just extracted is held against the simple filters on its name that
 * come later: logql.md 6.1, rule 4.
 */
bool pipe_takes(struct lql_entry *, struct str name);

/* An unwrapped value; durations in seconds. false: it is none. */
bool lql_unwrap(enum lql_unwrap, struct str, double *);

/*
 * The value of a field of a line; {NULL, 0}: there is none. The first text of
 * an object, or of objects in it down to `depth`, that `takes` takes; and of
 * logfmt's parts the first one that is number 0, else number 1, and so on.
 */
struct str pipe_json_find(struct str object, bool (*takes)(struct str key),
    unsigned depth, struct arena *);
struct str pipe_logfmt_find(struct str line,
    bool (*takes)(struct str key, size_t no), size_t n, struct arena *);

/* The stages, a file each. false: the line is dropped. */
bool pipe_json(const struct lql_step *, struct lql_entry *);
bool pipe_unpack(struct lql_entry *);
bool pipe_logfmt(const struct lql_step *, struct lql_entry *);
void pipe_decolorize(struct lql_entry *);
void pipe_line_format(const struct lql_step *, struct lql_entry *);
void pipe_label_format(const struct lql_step *, struct lql_entry *);
void pipe_drop(const struct lql_step *, struct lql_entry *);
void pipe_keep(const struct lql_step *, struct lql_entry *);

#endif
