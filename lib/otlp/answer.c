/* The answers to an export. They are built as protobuf; JSON is made of it. */
#include "otlp/json.h"
#include "otlp/stream.h"
#include "otlp/tojson.h"
#include "otlp/wire.h"

static void
put_text(struct buf *b, uint32_t no, struct str s)
{
	buf_varint(b, WIRE(no, WIRE_BYTES));
	buf_sized(b, s);
}

static void
put_number(struct buf *b, uint32_t no, uint64_t v)
{
	buf_varint(b, WIRE(no, WIRE_VARINT));
	buf_varint(b, v);
}

/* A string field: readers of protobuf insist on UTF-8. */
static void
put_message(struct buf *b, uint32_t no, struct str s)
{
	struct buf clean = { 0 };

	while (s.n > 0) {
		unsigned n = str_utf8(s);

		if (n > 0)
			buf_add(&clean, s.p, n);
		else
			buf_adds(&clean, S("\xef\xbf\xbd"));
		s = str_skip(s, n ? n : 1);
	}
	put_text(b, no, buf_str(&clean));
	buf_free(&clean);
}

static void
put_either(struct buf *out, bool json, const ProtobufCMessageDescriptor *m,
    struct buf *b)
{
	if (json)
		tojson(m, buf_str(b), out, NULL);
	else
		buf_adds(out, buf_str(b));
	buf_free(b);
}

void
otlp_put_partial(struct buf *out, unsigned signal, bool json,
    uint64_t rejected, struct str message)
{
	struct buf part = { 0 }, b = { 0 };

	if (rejected > 0)
		put_number(&part, 1, rejected);
	if (message.n > 0)
		put_message(&part, 2, message);
	if (part.n > 0)
		put_text(&b, 1, buf_str(&part));
	buf_free(&part);
	put_either(out, json, schema_answer(signal), &b);
}

/* google.protobuf.Any holding a RetryInfo. JSON leaves it to Retry-After. */
static void
put_retry(struct buf *b, unsigned seconds)
{
	struct buf duration = { 0 }, info = { 0 }, any = { 0 };

	put_number(&duration, 1, seconds);
	put_text(&info, 1, buf_str(&duration));
	put_text(&any, 1, S("type.googleapis.com/google.rpc.RetryInfo"));
	put_text(&any, 2, buf_str(&info));
	put_text(b, 3, buf_str(&any));
	buf_free(&duration);
	buf_free(&info);
	buf_free(&any);
}

void
otlp_put_status(struct buf *out, bool json, int code, struct str message,
    unsigned retry_seconds)
{
	struct buf b = { 0 };

	if (code != 0)
		put_number(&b, 1, (uint64_t)(int64_t)code);
	if (message.n > 0)
		put_message(&b, 2, message);
	if (retry_seconds > 0 && !json)
		put_retry(&b, retry_seconds);
	put_either(out, json, schema_status(), &b);
}

/* The first message field of that number, or nothing. */
static struct str
find_message(struct str raw, uint32_t no)
{
	struct cur c = cur_of(raw);
	struct wire w;

	while (wire_next(&c, &w) == 1)
		if (w.tag == WIRE(no, WIRE_BYTES))
			return w.b;
	return S("");
}

int
otlp_read_partial(unsigned signal, bool json, struct str body,
    uint64_t *rejected, struct buf *message, struct err *e)
{
	struct buf b = { 0 };
	struct stream s = { .in = body, .out = &b, .e = e };
	struct cur c;
	struct wire w;
	int r = 0;

	*rejected = 0;
	if (json && body.n > 0) {
		r = stream_message(&s, schema_answer(signal));
		body = buf_str(&b);
	}
	c = cur_of(find_message(body, 1));
	while (r != -1 && (r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(1, WIRE_VARINT) && w.v <= INT64_MAX)
			*rejected = w.v;
		else if (w.tag == WIRE(2, WIRE_BYTES)) {
			buf_reset(message);
			buf_adds(message, w.b);
		}
	buf_free(&b);
	return r;
}
