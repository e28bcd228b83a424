#include "loki/body.h"

#include <stdlib.h>

#include "base/err.h"

#define NONE		UINT32_MAX
#define STREAM_FRAME	32	/* around a stream's labels and entries */

struct body_run { size_t from, n; uint32_t next; };	/* of entries */

struct body_stream {
	uint32_t first, last;	/* of its runs; NONE */
	size_t n;		/* bytes in them */
};

uint32_t
body_stream(struct body *b, struct str labels)
{
	bool fresh;
	uint32_t s = map_add(&b->labels, labels, &fresh);

	if (s >= b->streams_cap) {
		b->streams_cap = b->streams_cap > 0 ? b->streams_cap * 2 : 64;
		b->stream = xrealloc(b->stream, b->streams_cap,
		    sizeof *b->stream);
	}
	if (fresh)
		b->stream[s] = (struct body_stream){ NONE, NONE, 0 };
	return s;
}

static void
run_add(struct body *b, struct body_stream *s, size_t from, size_t n)
{
	if (b->runs == b->runs_cap) {
		b->runs_cap = b->runs_cap > 0 ? b->runs_cap * 2 : 64;
		b->run = xrealloc(b->run, b->runs_cap, sizeof *b->run);
	}
	b->run[b->runs] = (struct body_run){ from, n, NONE };
	if (s->last == NONE)
		s->first = b->runs;
	else
		b->run[s->last].next = b->runs;
	s->last = b->runs++;
}

void
body_entry(struct body *b, uint32_t stream, size_t from)
{
	struct body_stream *s = &b->stream[stream];
	size_t n = b->entries.n - from;

	if (s->last != NONE && s->last + 1 == b->runs)
		b->run[s->last].n += n;
	else
		run_add(b, s, from, n);
	s->n += n;
	b->lines++;
}

size_t
body_size(const struct body *b)
{
	return b->entries.n + b->labels.bytes +
	    (size_t)b->labels.n * STREAM_FRAME;
}

static void
put_runs(const struct body *b, const struct body_stream *s, struct buf *out)
{
	for (uint32_t i = s->first; i != NONE; i = b->run[i].next)
		buf_add(out, b->entries.p + b->run[i].from, b->run[i].n);
}

static void
put_protobuf(const struct body *b, struct buf *out)
{
	for (uint32_t i = 0; i < b->labels.n; i++) {
		struct str labels = b->labels.key[i];

		if (b->stream[i].n == 0)
			continue;
		buf_u8(out, 1 << 3 | 2);
		buf_varint(out, 1 + varint_size(labels.n) + labels.n +
		    b->stream[i].n);
		buf_u8(out, 1 << 3 | 2);
		buf_varint(out, labels.n);
		buf_adds(out, labels);
		put_runs(b, &b->stream[i], out);
	}
}

static void
put_json(const struct body *b, struct buf *out)
{
	bool more = false;

	buf_adds(out, S("{\"streams\":["));
	for (uint32_t i = 0; i < b->labels.n; i++) {
		if (b->stream[i].n == 0)
			continue;
		buf_adds(out, more ? S(",{\"stream\":") : S("{\"stream\":"));
		more = true;
		buf_adds(out, b->labels.key[i]);
		buf_adds(out, S(",\"values\":"));

		size_t at = out->n;

		put_runs(b, &b->stream[i], out);
		out->p[at] = '[';	/* was the first one's comma */
		buf_adds(out, S("]}"));
	}
	buf_adds(out, S("]}"));
}

void
body_put(const struct body *b, struct buf *out)
{
	buf_reserve(out, body_size(b));
	if (b->form == BODY_JSON)
		put_json(b, out);
	else
		put_protobuf(b, out);
}

void
body_reset(struct body *b)
{
	map_reset(&b->labels);
	buf_reset(&b->entries);
	b->runs = 0;
	b->lines = 0;
}

void
body_free(struct body *b)
{
	map_free(&b->labels);
	buf_free(&b->entries);
	free(b->stream);
	free(b->run);
	*b = (struct body){ .form = b->form };
}
