/*
 * body: a request to Loki's push API, grown entry by entry. logql.md 13.
 *
 * Entries lie in one run of bytes in the order they came, each in the form it
 * goes out in; the streams are brought together when the request is written.
 * So memory goes with the bytes, not with the number of streams.
 */
#ifndef LOKI_BODY_H
#define LOKI_BODY_H

#include "base/buf.h"
#include "base/hash.h"

enum body_form { BODY_PROTOBUF, BODY_JSON };

struct body {			/* zero-initialise, set form */
	enum body_form form;
	struct map labels;	/* of the streams: text of the form */
	struct body_stream *stream;	/* by number */
	struct body_run *run;
	uint32_t streams_cap, runs, runs_cap;
	struct buf entries;
	uint32_t lines;
};

/* The stream with these labels: {a="b"} or, in JSON, {"a":"b"}. */
uint32_t body_stream(struct body *, struct str labels);
/*
 * All that was appended to entries from `from` on is one entry of the stream:
 * field 2 of a Stream with its tag, or in JSON an array after a comma.
 */
void body_entry(struct body *, uint32_t stream, size_t from);
/* At least what body_put will append; streams without entries are left out. */
size_t body_size(const struct body *);
void body_put(const struct body *, struct buf *out);
void body_reset(struct body *);
void body_free(struct body *);

#endif
