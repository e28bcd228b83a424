/* gzip: inflate bodies that peers sent, up to a limit. RFC 1950 to 1952. */
#ifndef CODEC_GZIP_H
#define CODEC_GZIP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Appends what the gzip members of `in` hold to out, inflating in steps, so
 * that a bomb costs no more than `max`: past that ERR_LIMIT. A cut or damaged
 * member, or bytes after the last, is ERR_CORRUPT; out then holds a part.
 */
int gzip_inflate(struct str in, struct buf *out, size_t max, struct err *);
/* Appends one member. */
void gzip_deflate(struct str in, struct buf *out, int level);
/*
 * The same for what HTTP calls deflate: one zlib stream (RFC 9110, 8.4.1.2),
 * or the bare one that some senders make of it.
 */
int zlib_inflate(struct str in, struct buf *out, size_t max, struct err *);

#endif
