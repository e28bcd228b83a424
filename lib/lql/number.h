/*
 * number: what label filters and unwrap read a label's value as, and why it
 * cannot be, in the words of the reference. logql.md sections 7, 10.1.
 */
#ifndef LQL_NUMBER_H
#define LQL_NUMBER_H

#include "base/arena.h"

/* A number; a size, in bytes; a duration, in ns (Go's form). */
enum lql_form { LQL_AS_NUMBER, LQL_AS_BYTES, LQL_AS_DURATION };

bool lql_read(enum lql_form, struct str, double *);
/* Of a value that lql_read refuses. */
struct str lql_refusal(enum lql_form, struct str, struct arena *);

#endif
