/* snappy: the block format of snappy, as Loki and Prometheus take it. */
#ifndef CODEC_SNAPPY_H
#define CODEC_SNAPPY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Appends the block that holds `in`, at most 4 GiB less one byte. */
void snappy_pack(struct buf *out, struct str in);
/*
 * Appends what the block holds. The size it claims is checked before room is
 * made: above `max` ERR_LIMIT, and what the block's own length cannot hold is
 * ERR_CORRUPT, as all that is damaged.
 */
int snappy_unpack(struct str in, struct buf *out, size_t max, struct err *);

#endif
