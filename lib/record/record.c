#include "record/record.h"

#include <assert.h>

#include "base/cur.h"
#include "codec/crc.h"
#include "record/parts.h"

/* Field numbers and, where the wire is written by hand, tags of record.proto */
enum {
	F_TENANT = 8, F_RECEIVED, F_ITEMS, F_MIN_TIME, F_MAX_TIME, F_ORIGIN,
	F_PARTS, F_CRC,
};
#define TAG_VARINT(no)	((uint8_t)((no) << 3))
#define TAG_FIXED64(no)	((uint8_t)((no) << 3 | 1))
#define TAG_BYTES(no)	((uint8_t)((no) << 3 | 2))
#define TAG_FIXED32(no)	((uint8_t)((no) << 3 | 5))
#define CRC_SIZE	5	/* its tag and four bytes */

static const char *const names[SIGNALS] = {
	"none", "traces", "metrics", "logs", "profiles",
};

const char *
signal_name(enum signal s)
{
	return s < SIGNALS ? names[s] : names[SIGNAL_NONE];
}

enum signal
signal_of_name(struct str name)
{
	for (enum signal s = SIGNAL_TRACES; s < SIGNALS; s++)
		if (str_eq(name, str_of(names[s])))
			return s;
	return SIGNAL_NONE;
}

int
rec_frame(struct str bytes, struct str *message, size_t *frame, struct err *e)
{
	uint64_t len = 0;
	size_t n = 0;

	*frame = 1;
	for (;; n++) {
		if (n == bytes.n) {
			*frame = n + 1;
			return 0;
		}
		if (n == 4 || len > REC_MAX)
			return err_set(e, ERR_LIMIT,
			    "record length: over the limit of %zu", REC_MAX);
		len |= (uint64_t)((uint8_t)bytes.p[n] & 0x7f) << 7 * n;
		if ((uint8_t)bytes.p[n] < 0x80)
			break;
	}
	n++;
	if (len == 0)
		return err_set(e, ERR_CORRUPT, "record length 0");
	if (len > REC_MAX)
		return err_set(e, ERR_LIMIT,
		    "record length %llu: over the limit of %zu",
		    (unsigned long long)len, REC_MAX);
	*frame = n + (size_t)len;
	if (len > bytes.n - n)
		return 0;
	*message = str_mk(bytes.p + n, (size_t)len);
	return 1;
}

static int
bad_field(const struct field *f, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "record field %u: wrong form", f->no);
}

static int
read_origin(struct rec *r, struct str b, struct err *e)
{
	struct cur c = cur_of(b);
	struct field f;
	bool id = false;
	int k;

	while ((k = cur_field(&c, &f)) == 1) {
		if (f.no == 1 && f.wire == 2 && f.b.n == 16) {
			memcpy(r->origin.spool, f.b.p, 16);
			id = true;
		} else if (f.no == 2 && f.wire == 0)
			r->origin.segment = f.v;
		else if (f.no == 3 && f.wire == 0)
			r->origin.offset = f.v;
		else if (f.no <= 3)
			return bad_field(&f, e);
	}
	if (k == -1 || !id || r->has_origin)
		return err_set(e, ERR_CORRUPT, "record origin: damaged");
	r->has_origin = true;
	return 0;
}

static int
read_payload(struct rec *r, const struct field *f, struct err *e)
{
	if (f->wire != 2)
		return bad_field(f, e);
	if (r->signal != SIGNAL_NONE)
		return err_set(e, ERR_CORRUPT, "record has two payloads");
	if (f->b.n > REC_PAYLOAD_MAX)
		return err_set(e, ERR_LIMIT,
		    "record payload %zu: over the limit of %zu", f->b.n,
		    REC_PAYLOAD_MAX);
	r->signal = (enum signal)f->no;
	r->payload = f->b;
	return 0;
}

/* Unknown fields are kept as one slice: the writer puts them side by side. */
static int
read_unknown(struct rec *r, const uint8_t *from, const uint8_t *to,
    struct err *e)
{
	const char *p = (const char *)from;

	if (r->unknown.n == 0)
		r->unknown.p = p;
	else if (r->unknown.p + r->unknown.n != p)
		return err_set(e, ERR_CORRUPT,
		    "record has unknown fields in two places");
	r->unknown.n += (size_t)(to - from);
	return 0;
}

static int
read_field(struct rec *r, const struct field *f, const uint8_t *end,
    struct err *e)
{
	static const uint8_t wire[16] = {
		[F_TENANT] = 2, [F_RECEIVED] = 1, [F_MIN_TIME] = 1,
		[F_MAX_TIME] = 1, [F_ORIGIN] = 2, [F_PARTS] = 2, [F_CRC] = 5,
	};

	if (f->no < SIGNALS)
		return read_payload(r, f, e);
	if (f->no < F_TENANT || f->no > F_CRC)
		return read_unknown(r, f->at, end, e);
	if (f->wire != wire[f->no])
		return bad_field(f, e);
	switch (f->no) {
	case F_TENANT: r->tenant = f->b; break;
	case F_RECEIVED: r->received = f->v; break;
	case F_ITEMS:
		if (f->v > UINT32_MAX)
			return bad_field(f, e);
		r->items = (uint32_t)f->v;
		break;
	case F_MIN_TIME: r->min_time = f->v; break;
	case F_MAX_TIME: r->max_time = f->v; break;
	case F_ORIGIN: return read_origin(r, f->b, e);
	case F_PARTS: r->parts = f->b; break;
	case F_CRC:
		if (end - f->at != CRC_SIZE ||
		    (const char *)end != r->raw.p + r->raw.n)
			return err_set(e, ERR_CORRUPT,
			    "record crc32c is not at its end");
		r->has_crc = true;
	}
	return 0;
}

int
rec_peek(struct rec *r, struct str m, struct err *e)
{
	struct cur c = cur_of(m);
	const uint8_t *done = c.p;
	struct field f;
	int k;

	*r = (struct rec){ .raw = m };
	if (m.n == 0)
		return err_set(e, ERR_CORRUPT, "record length 0");
	if (m.n > REC_MAX)
		return err_set(e, ERR_LIMIT,
		    "record length %zu: over the limit of %zu", m.n, REC_MAX);
	while ((k = cur_field(&c, &f)) == 1) {
		/* a gap is a group, which cur_field goes over */
		if (f.at != done && read_unknown(r, done, f.at, e) == -1)
			return -1;
		if (read_field(r, &f, c.p, e) == -1)
			return -1;
		done = c.p;
	}
	if (k == -1)
		return err_set(e, ERR_CORRUPT, "record does not parse");
	if (done != c.end && read_unknown(r, done, c.end, e) == -1)
		return -1;
	if (m.n - r->payload.n > REC_MAX - REC_PAYLOAD_MAX)
		return err_set(e, ERR_LIMIT,
		    "record header %zu: over the limit of %zu",
		    m.n - r->payload.n, REC_MAX - REC_PAYLOAD_MAX);
	return 0;
}

int
rec_parse(struct rec *r, struct str m, struct err *e)
{
	if (rec_peek(r, m, e) == -1)
		return -1;
	if (r->has_crc && crc32c(0, m.p, m.n - CRC_SIZE) !=
	    load32(m.p + m.n - 4))
		return err_set(e, ERR_CORRUPT, "record crc32c does not match");
	return r->parts.n > 0 ? parts_check(r, e) : 0;
}

static void
put_fixed64(struct buf *b, unsigned no, uint64_t v)
{
	if (v == 0)
		return;
	buf_u8(b, TAG_FIXED64(no));
	buf_u64(b, v);
}

static void
put_origin(struct buf *b, const struct origin *o)
{
	size_t n = 2 + sizeof o->spool + 1 + varint_size(o->segment) + 1 +
	    varint_size(o->offset);

	buf_u8(b, TAG_BYTES(F_ORIGIN));
	buf_varint(b, n);
	buf_u8(b, TAG_BYTES(1));
	buf_varint(b, sizeof o->spool);
	buf_add(b, o->spool, sizeof o->spool);
	buf_u8(b, TAG_VARINT(2));
	buf_varint(b, o->segment);
	buf_u8(b, TAG_VARINT(3));
	buf_varint(b, o->offset);
}

/* All that comes after the payload but the CRC. */
static void
put_tail(struct buf *b, const struct rec *r)
{
	if (r->tenant.n > 0) {
		buf_u8(b, TAG_BYTES(F_TENANT));
		buf_varint(b, r->tenant.n);
		buf_adds(b, r->tenant);
	}
	put_fixed64(b, F_RECEIVED, r->received);
	if (r->items > 0) {
		buf_u8(b, TAG_VARINT(F_ITEMS));
		buf_varint(b, r->items);
	}
	put_fixed64(b, F_MIN_TIME, r->min_time);
	put_fixed64(b, F_MAX_TIME, r->max_time);
	if (r->has_origin)
		put_origin(b, &r->origin);
	if (r->parts.n > 0) {
		buf_u8(b, TAG_BYTES(F_PARTS));
		buf_varint(b, r->parts.n);
		buf_adds(b, r->parts);
	}
	if (r->unknown.n > 0)
		buf_adds(b, r->unknown);
}

void
rec_put_around(const struct rec *r, bool crc, struct buf *head,
    struct buf *tail)
{
	size_t from = tail->n, n, start;
	bool body = r->signal != SIGNAL_NONE;
	struct str payload = body ? r->payload : S("");

	assert(payload.n <= REC_PAYLOAD_MAX);
	put_tail(tail, r);
	n = tail->n - from + (crc ? CRC_SIZE : 0);
	if (body)
		n += 1 + varint_size(payload.n) + payload.n;
	assert(n - payload.n <= REC_MAX - REC_PAYLOAD_MAX);
	buf_varint(head, n);
	start = head->n;
	if (body) {
		buf_u8(head, TAG_BYTES(r->signal));
		buf_varint(head, payload.n);
	}
	if (crc) {
		uint32_t v = 0;

		if (body) {
			v = crc32c(0, head->p + start, head->n - start);
			v = crc32c(v, payload.p, payload.n);
		}
		if (tail->n > from)
			v = crc32c(v, tail->p + from, tail->n - from);
		buf_u8(tail, TAG_FIXED32(F_CRC));
		buf_u32(tail, v);
	}
}

void
rec_put(struct buf *b, const struct rec *r, bool crc)
{
	struct buf tail = { 0 };

	rec_put_around(r, crc, b, &tail);
	if (r->signal != SIGNAL_NONE)
		buf_adds(b, r->payload);
	if (tail.n > 0)
		buf_add(b, tail.p, tail.n);
	buf_free(&tail);
}
