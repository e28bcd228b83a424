/*
 * The message is read where it lies, a level at a time: a first pass notes
 * which fields are there, then each is written in the order of its number. So
 * fields may come in any order, and nothing is allocated but for sub-messages
 * that were sent in pieces.
 */
#include "otlp/tojson.h"

#include <assert.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/num.h"
#include "otlp/json.h"
#include "otlp/wire.h"
#include "show/json.h"

struct tojson {
	struct json json;
	struct arena mem;
	unsigned depth;
	struct err *e;
};

/* What a message holds of each of its fields. */
struct seen {
	uint32_t count[SCHEMA_FIELDS_MAX];
	struct wire last[SCHEMA_FIELDS_MAX];
};

static int put_message(struct tojson *, const ProtobufCMessageDescriptor *,
    struct str);

/* Is this a value of the field? Another wire type makes it an unknown one. */
static bool
fits(const ProtobufCFieldDescriptor *f, uint32_t tag)
{
	uint8_t type = tag & 7;

	return type == schema_wire(f) ||
	    (type == WIRE_BYTES && schema_packs(f));
}

static void
forget_others(struct seen *s, const ProtobufCMessageDescriptor *m,
    const ProtobufCFieldDescriptor *f)
{
	for (unsigned i = 0; i < m->n_fields; i++)
		if (&m->fields[i] != f && schema_oneof(&m->fields[i]) &&
		    m->fields[i].quantifier_offset == f->quantifier_offset)
			s->count[i] = 0;
}

static int
look(struct tojson *t, const ProtobufCMessageDescriptor *m, struct str raw,
    struct seen *s)
{
	struct cur c = cur_of(raw);
	struct wire w;
	int r;

	memset(s->count, 0, sizeof s->count);
	while ((r = wire_next(&c, &w)) == 1) {
		const ProtobufCFieldDescriptor *f =
		    protobuf_c_message_descriptor_get_field(m, w.tag >> 3);

		if (!f || !fits(f, w.tag))
			continue;
		s->count[f - m->fields]++;
		s->last[f - m->fields] = w;
		if (schema_oneof(f))
			forget_others(s, m, f);
	}
	return r == 0 ? 0 : err_set(t->e, ERR_CORRUPT, "not well formed");
}

static void
put_bytes(struct tojson *t, const ProtobufCFieldDescriptor *f, struct str s)
{
	struct buf b = { 0 };

	if (schema_is_hex(f)) {
		str_hex(buf_extend(&b, 2 * s.n + 1), s.p, s.n);
		b.n--;		/* its NUL */
	} else {
		base64_put(&b, s);
	}
	json_str(&t->json, buf_str(&b));
	buf_free(&b);
}

static void
put_i64_text(struct tojson *t, int64_t v)
{
	if (v >= 0)
		json_u64_text(&t->json, (uint64_t)v);
	else {
		struct buf b = { 0 };

		buf_addf(&b, "\"%lld\"", (long long)v);
		json_raw(&t->json, buf_str(&b));
		buf_free(&b);
	}
}

static int
put_value(struct tojson *t, const ProtobufCFieldDescriptor *f,
    const struct wire *w)
{
	struct json *j = &t->json;

	switch (f->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_ENUM:
	case PROTOBUF_C_TYPE_SFIXED32: json_i64(j, (int32_t)w->v); break;
	case PROTOBUF_C_TYPE_SINT32:
		json_i64(j, (int32_t)unzigzag(w->v));
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: json_i64(j, (uint32_t)w->v); break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SFIXED64: put_i64_text(t, (int64_t)w->v); break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64: json_u64_text(j, w->v); break;
	case PROTOBUF_C_TYPE_DOUBLE: json_f64(j, num_of_bits(w->v)); break;
	case PROTOBUF_C_TYPE_BOOL: json_bool(j, w->v != 0); break;
	case PROTOBUF_C_TYPE_STRING: json_str(j, w->b); break;
	case PROTOBUF_C_TYPE_BYTES: put_bytes(t, f, w->b); break;
	case PROTOBUF_C_TYPE_MESSAGE:
		if (put_message(t, f->descriptor, w->b) == -1)
			return err_in(t->e, "%s", f->name);
		break;
	default: assert(!"a type that no schema of ours uses");
	}
	return 0;
}

/* The values that share one length. */
static int
put_packed(struct tojson *t, const ProtobufCFieldDescriptor *f, struct str a)
{
	struct cur c = cur_of(a);
	struct wire w;

	while (cur_left(&c) > 0) {
		switch (schema_wire(f)) {
		case WIRE_FIXED64: w.v = cur_u64(&c); break;
		case WIRE_FIXED32: w.v = cur_u32(&c); break;
		default: w.v = cur_varint(&c);
		}
		if (!c.bad)
			put_value(t, f, &w);
	}
	return c.bad ? err_set(t->e, ERR_CORRUPT, "%s: not well formed",
	    f->name) : 0;
}

/* All values of a repeated field of `raw`, which was looked at. */
static int
put_array(struct tojson *t, const ProtobufCFieldDescriptor *f, struct str raw)
{
	struct cur c = cur_of(raw);
	struct wire w;
	int r = 0;

	json_open(&t->json, '[');
	while (r == 0 && wire_next(&c, &w) == 1) {
		if (w.tag >> 3 != f->id || !fits(f, w.tag))
			continue;
		if (schema_packs(f) && (w.tag & 7) == WIRE_BYTES)
			r = put_packed(t, f, w.b);
		else
			r = put_value(t, f, &w);
	}
	json_close(&t->json, ']');
	return r;
}

/* A sub-message that came in pieces is their concatenation. */
static int
join(struct tojson *t, const ProtobufCFieldDescriptor *f, struct str raw,
    struct wire *w)
{
	struct cur c = cur_of(raw);
	struct wire piece;
	size_t n = 0;
	char *p = arena_try(&t->mem, raw.n);

	if (!p)
		return err_set(t->e, ERR_LIMIT, "%s: in too many pieces",
		    f->name);
	while (wire_next(&c, &piece) == 1)
		if (piece.tag == WIRE(f->id, WIRE_BYTES)) {
			memcpy(p + n, piece.b.p, piece.b.n);
			n += piece.b.n;
		}
	w->b = str_mk(p, n);
	return 0;
}

static bool
is_default(const ProtobufCFieldDescriptor *f, const struct wire *w)
{
	if (schema_oneof(f) || f->type == PROTOBUF_C_TYPE_MESSAGE)
		return false;
	return schema_wire(f) == WIRE_BYTES ? w->b.n == 0 : w->v == 0;
}

static int
put_field(struct tojson *t, const ProtobufCFieldDescriptor *f, struct str raw,
    struct wire *w, uint32_t count)
{
	char key[SCHEMA_KEY_MAX];

	if (!schema_repeats(f) && is_default(f, w))
		return 0;
	json_key(&t->json, schema_key(key, f));
	if (schema_repeats(f))
		return put_array(t, f, raw);
	if (count > 1 && f->type == PROTOBUF_C_TYPE_MESSAGE &&
	    join(t, f, raw, w) == -1)
		return -1;
	return put_value(t, f, w);
}

static int
put_message(struct tojson *t, const ProtobufCMessageDescriptor *m,
    struct str raw)
{
	struct seen s;
	int r;

	assert(m->n_fields <= SCHEMA_FIELDS_MAX);
	if (t->depth == SCHEMA_DEPTH_MAX)
		return err_set(t->e, ERR_LIMIT, "nested too deep");
	t->depth++;
	r = look(t, m, raw, &s);
	json_open(&t->json, '{');
	for (unsigned i = 0; r == 0 && i < m->n_fields; i++)
		if (s.count[i] > 0)
			r = put_field(t, &m->fields[i], raw, &s.last[i],
			    s.count[i]);
	json_close(&t->json, '}');
	t->depth--;
	return r;
}

int
tojson(const ProtobufCMessageDescriptor *m, struct str raw, struct buf *out,
    struct err *e)
{
	struct tojson t = { .json = { .b = out }, .e = e };
	int r;

	t.mem.cap = 8 * raw.n + 4096;
	r = put_message(&t, m, raw);
	arena_free(&t.mem);
	return r;
}

/*
 * Profiles have no schema here, since theirs still changes: a key that no
 * other reader knows holds their bytes.
 */
static int
profiles_to_json(struct str payload, struct buf *out)
{
	buf_adds(out, S("{\"" OTLP_PROFILES_KEY "\":\""));
	base64_put(out, payload);
	buf_adds(out, S("\"}"));
	return 0;
}

int
otlp_to_json(unsigned signal, struct str payload, struct buf *out,
    struct err *e)
{
	const ProtobufCMessageDescriptor *m = schema_root(signal);

	if (signal == 4)
		return profiles_to_json(payload, out);
	if (!m)
		return err_set(e, ERR_CORRUPT, "signal %u: unknown", signal);
	if (payload.n == 0) {		/* the key tells the signal */
		buf_addf(out, "{\"%s\":[]}", schema_top(signal));
		return 0;
	}
	return tojson(m, payload, out, e);
}
