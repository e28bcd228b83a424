/*
 * zstd: one frame in, one frame out, on the thread's own contexts.
 *
 * Frames carry no checksum and no dictionary id: what holds them has a CRC.
 * The reader is told the size to expect and refuses another.
 */
#ifndef CODEC_ZSTD_H
#define CODEC_ZSTD_H

#include "base/buf.h"
#include "base/err.h"

/* For bytes that are only unevenly frequent: short matches cost the reader. */
#define ZSTD_SKEWED	(-100)

/*
 * Appends the frame. false: it would not have saved at least one byte in 32 (of
 * skewed ones in 10), or `in` is under 32 bytes, and nothing was appended.
 */
bool zstd_pack(struct buf *out, struct str in, int level);
/* Exactly n bytes into out, or -1 with ERR_CORRUPT. */
int zstd_unpack(void *out, size_t n, struct str in, struct err *);
/*
 * Bodies that peers sent, of any frames. The size they claim, or a guess where
 * they do not; what they hold appended to out, at most `max` bytes, else
 * ERR_LIMIT; ERR_CORRUPT when cut or damaged. No window is kept beside out.
 */
size_t zstd_claim(struct str in);
int zstd_inflate(struct str in, struct buf *out, size_t max, struct err *);

#endif
