/* answer: what the end of a post means: its fate, and why. otlp.md 3.4, 3.5,
 * 4.1. */
#ifndef NET_ANSWER_H
#define NET_ANSWER_H

#include "net/client.h"

/*
 * `broken`: why there is no whole answer, in words; NULL: there is one.
 * `reset`: the error code of an HTTP/2 stream that was reset, else -1.
 */
void answer_judge(struct post *, const char *broken, long reset);
/* A line of the answer's head, or of its trailers. */
void answer_header(struct post *, struct str line);

#endif
