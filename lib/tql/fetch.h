/* fetch: one trace out of a view, by its id. */
#ifndef TQL_FETCH_H
#define TQL_FETCH_H

#include "tql/answer.h"

/* Appends the whole trace as one record. */
int fetch_record(struct store_view *, const uint8_t id[16], struct buf *,
    struct err *);

#endif
