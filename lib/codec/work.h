/*
 * work: a thread's own scratch: zstd contexts and buffers, kept between pages.
 *
 * Making a zstd context costs more than most pages do, so each thread keeps
 * one of each kind, and the buffers pages are read into. They end with the
 * thread. What is in a buffer holds until its next user in the same thread:
 * a function that takes one says so.
 */
#ifndef CODEC_WORK_H
#define CODEC_WORK_H

#include <zstd.h>

#include "base/buf.h"

struct work {
	ZSTD_CCtx *pack;	/* NULL until first used */
	ZSTD_DCtx *unpack;
	struct buf read;	/* bytes as they lie in a file */
	struct buf raw;		/* the same, decompressed */
	struct buf text;	/* a second one being built */
	struct buf ints;	/* numbers being decoded */
	struct buf runs;	/* of codec/ints alone */
	struct buf rows;		/* a page that rows are picked from */
};

struct work *work(void);	/* this thread's */
/* Lets go of the buffers that very large pages made. */
void work_trim(void);
/* A buffer of at least n bytes, contents undefined. */
void *work_room(struct buf *, size_t n);

#endif
