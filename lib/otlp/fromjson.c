#include "otlp/fromjson.h"

#include <assert.h>
#include <math.h>

#include "base/num.h"
#include "base/base64.h"
#include "otlp/tidy.h"
#include "otlp/wire.h"

struct fromjson {
	struct buf *out;
	unsigned depth;
	struct err *e;
};

static int put_message(struct fromjson *, const ProtobufCMessageDescriptor *,
    json_t *);

static int
refuse(struct fromjson *j, const char *what)
{
	return err_set(j->e, ERR_CORRUPT, "%s", what);
}

static struct str
text_of(json_t *v)
{
	return str_mk(json_string_value(v), json_string_length(v));
}

/* digits * 10^shift, or -1 when that is no integer of 64 bits. */
static int
scaled(struct str digits, int64_t shift, uint64_t *v)
{
	*v = 0;
	while (shift < 0 && digits.n > 0 && digits.p[digits.n - 1] != '.') {
		if (digits.p[--digits.n] != '0')
			return -1;
		shift++;
		if (digits.n > 0 && digits.p[digits.n - 1] == '.')
			digits.n--;
	}
	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] != '.' &&
		    (__builtin_mul_overflow(*v, 10u, v) ||
		    __builtin_add_overflow(*v, digits.p[i] - '0', v)))
			return -1;
	for (; *v > 0 && shift > 0; shift--)
		if (__builtin_mul_overflow(*v, 10u, v))
			return -1;
	return 0;
}

/* "-12", "1.50e2": without going through a double. */
static int
integer_text(struct str s, bool *negative, uint64_t *v)
{
	struct str digits, exp;
	int64_t shift = 0;
	size_t e, dot;

	if (!tidy_is_number(s))
		return -1;
	*negative = s.p[0] == '-';
	digits = str_skip(s, *negative);
	for (e = 0; e < digits.n && (digits.p[e] | 0x20) != 'e'; e++)
		;
	exp = str_skip(digits, e + 1);
	digits.n = e;
	if (exp.n > 0 && (!num_i64(exp, &shift) ||
	    shift > 100000 || shift < -100000))
		return -1;
	dot = str_find(digits, S("."));
	if (dot < digits.n)
		shift -= (int64_t)(digits.n - dot - 1);
	return scaled(digits, shift, v);
}

/*
 * A number meant as an integer: an integer, a real without a fraction, or a
 * text of either ("12", "1.0", "1e3"), exactly. 0, or -1.
 */
static int
exact_integer(json_t *v, bool *negative, uint64_t *magnitude)
{
	if (json_is_integer(v)) {
		json_int_t i = json_integer_value(v);

		*negative = i < 0;
		*magnitude = i < 0 ? -(uint64_t)i : (uint64_t)i;
		return 0;
	}
	if (json_is_real(v)) {
		double d = json_real_value(v);

		/* longer ones are texts by now: see tidy.h */
		if (d != floor(d) || fabs(d) > 9007199254740992.0)
			return -1;
		*negative = d < 0;
		*magnitude = (uint64_t)fabs(d);
		return 0;
	}
	return json_is_string(v) ?
	    integer_text(text_of(v), negative, magnitude) : -1;
}

/* An integer from -min to max, in two's complement. */
static int
integer(struct fromjson *j, json_t *v, uint64_t min, uint64_t max,
    uint64_t *bits)
{
	bool negative;
	uint64_t n;

	if (exact_integer(v, &negative, &n) == -1)
		return refuse(j, "not an integer");
	if (n > (negative ? min : max))
		return refuse(j, "integer out of range");
	*bits = negative ? -n : n;
	return 0;
}

static int
number(struct fromjson *j, json_t *v, uint64_t *bits)
{
	double d;
	struct str s;

	if (json_is_number(v)) {
		d = json_number_value(v);
	} else if (json_is_string(v)) {
		s = text_of(v);
		if (str_eq(s, S("NaN")))
			d = NAN;
		else if (str_eq(s, S("Infinity")))
			d = INFINITY;
		else if (str_eq(s, S("-Infinity")))
			d = -INFINITY;
		else if (!tidy_is_number(s) || !num_f64(s, &d) || isinf(d))
			return refuse(j, "not a number");
	} else {
		return refuse(j, "not a number");
	}
	memcpy(bits, &d, sizeof d);
	return 0;
}

static int
enumerator(struct fromjson *j, const ProtobufCFieldDescriptor *f, json_t *v,
    uint64_t *bits)
{
	const ProtobufCEnumValue *named = NULL;

	if (json_is_string(v))
		named = protobuf_c_enum_descriptor_get_value_by_name(
		    f->descriptor, json_string_value(v));
	if (!named)
		return integer(j, v, UINT64_C(1) << 31, INT32_MAX, bits);
	*bits = (uint64_t)(int64_t)named->value;
	return 0;
}

static int
scalar(struct fromjson *j, const ProtobufCFieldDescriptor *f, json_t *v,
    uint64_t *bits)
{
	const uint64_t half = UINT64_C(1) << 63;

	switch (f->type) {
	case PROTOBUF_C_TYPE_BOOL:
		*bits = json_is_true(v);
		return json_is_boolean(v) ? 0 : refuse(j, "not a boolean");
	case PROTOBUF_C_TYPE_ENUM: return enumerator(j, f, v, bits);
	case PROTOBUF_C_TYPE_INT32:
		return integer(j, v, half >> 32, INT32_MAX, bits);
	case PROTOBUF_C_TYPE_SINT32:
		if (integer(j, v, half >> 32, INT32_MAX, bits) == -1)
			return -1;
		*bits = zigzag((int64_t)*bits);
		return 0;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return integer(j, v, 0, UINT32_MAX, bits);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return integer(j, v, half, INT64_MAX, bits);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return integer(j, v, 0, UINT64_MAX, bits);
	default:
		assert(f->type == PROTOBUF_C_TYPE_DOUBLE);
		return number(j, v, bits);
	}
}

static void
put_scalar(struct buf *out, uint8_t wire, uint64_t bits)
{
	switch (wire) {
	case WIRE_FIXED64: buf_u64(out, bits); break;
	case WIRE_FIXED32: buf_u32(out, (uint32_t)bits); break;
	default: buf_varint(out, bits);
	}
}

void
fromjson_close(struct buf *out, size_t at)
{
	size_t n = out->n - at, more = varint_size(n);

	buf_extend(out, more);
	memmove(out->p + at + more, out->p + at, n);
	out->n = at;
	buf_varint(out, n);
	out->n += n;
}

static int
put_bytes(struct fromjson *j, const ProtobufCFieldDescriptor *f, struct str s)
{
	if (!schema_is_hex(f))
		return base64_read(j->out, s) == -1 ?
		    refuse(j, "not base64") : 0;
	if (str_unhex(buf_extend(j->out, s.n / 2), s.n / 2, s) == -1)
		return refuse(j, "not hexadecimal, or of odd length");
	return 0;
}

/* A text, bytes or message: its contents. */
static int
put_contents(struct fromjson *j, const ProtobufCFieldDescriptor *f, json_t *v)
{
	if (f->type == PROTOBUF_C_TYPE_MESSAGE)
		return put_message(j, f->descriptor, v);
	if (!json_is_string(v))
		return refuse(j, "not a string");
	if (f->type == PROTOBUF_C_TYPE_BYTES)
		return put_bytes(j, f, text_of(v));
	buf_adds(j->out, text_of(v));
	return 0;
}

/* One value with its tag; defaults are not written, but for oneofs. */
static int
put_one(struct fromjson *j, const ProtobufCFieldDescriptor *f, json_t *v)
{
	struct buf *out = j->out;
	size_t start = out->n, at;
	uint64_t bits;
	bool keep = schema_repeats(f) || schema_oneof(f);

	buf_varint(out, WIRE(f->id, schema_wire(f)));
	at = out->n;
	if (schema_wire(f) == WIRE_BYTES) {
		if (put_contents(j, f, v) == -1)
			return -1;
		keep |= out->n > at || f->type == PROTOBUF_C_TYPE_MESSAGE;
		fromjson_close(out, at);
	} else {
		if (scalar(j, f, v, &bits) == -1)
			return -1;
		keep |= bits != 0;
		put_scalar(out, schema_wire(f), bits);
	}
	if (!keep)
		out->n = start;
	return 0;
}

static int
put_packed(struct fromjson *j, const ProtobufCFieldDescriptor *f, json_t *a)
{
	size_t at, i;
	uint64_t bits;
	json_t *v;

	if (json_array_size(a) == 0)
		return 0;
	buf_varint(j->out, WIRE(f->id, WIRE_BYTES));
	at = j->out->n;
	json_array_foreach(a, i, v) {
		if (scalar(j, f, v, &bits) == -1)
			return err_in(j->e, "[%zu]", i);
		put_scalar(j->out, schema_wire(f), bits);
	}
	fromjson_close(j->out, at);
	return 0;
}

static int
put_array(struct fromjson *j, const ProtobufCFieldDescriptor *f, json_t *a)
{
	size_t i;
	json_t *v;

	if (!json_is_array(a))
		return refuse(j, "not an array");
	if (schema_packs(f))
		return put_packed(j, f, a);
	json_array_foreach(a, i, v)
		if (put_one(j, f, v) == -1)
			return err_in(j->e, "[%zu]", i);
	return 0;
}

/* Has the object a later member of the same oneof? Then that one holds. */
static bool
overruled(const ProtobufCMessageDescriptor *m,
    const ProtobufCFieldDescriptor *f, json_t *o)
{
	char key[SCHEMA_KEY_MAX];

	if (!schema_oneof(f))
		return false;
	for (const ProtobufCFieldDescriptor *g = f + 1;
	    g < m->fields + m->n_fields; g++) {
		struct str k = schema_key(key, g);
		json_t *v = json_object_getn(o, k.p, k.n);

		if (schema_oneof(g) && v && !json_is_null(v) &&
		    g->quantifier_offset == f->quantifier_offset)
			return true;
	}
	return false;
}

static int
put_fields(struct fromjson *j, const ProtobufCMessageDescriptor *m, json_t *o)
{
	for (unsigned i = 0; i < m->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->fields[i];
		char key[SCHEMA_KEY_MAX];
		struct str k = schema_key(key, f);
		json_t *v = json_object_getn(o, k.p, k.n);

		if (!v || json_is_null(v) || overruled(m, f, o))
			continue;
		if ((schema_repeats(f) ? put_array(j, f, v) :
		    put_one(j, f, v)) == -1)
			return err_in(j->e, "%.*s", PS(k));
	}
	return 0;
}

static int
put_message(struct fromjson *j, const ProtobufCMessageDescriptor *m,
    json_t *o)
{
	int r;

	if (!json_is_object(o))
		return refuse(j, "not an object");
	if (j->depth == SCHEMA_DEPTH_MAX)
		return err_set(j->e, ERR_LIMIT, "nested too deep");
	j->depth++;
	r = put_fields(j, m, o);
	j->depth--;
	return r;
}

int
fromjson_one(const ProtobufCFieldDescriptor *f, json_t *v, unsigned depth,
    struct buf *out, struct err *e)
{
	struct fromjson j = { .out = out, .depth = depth, .e = e };

	return put_one(&j, f, v);
}

int
fromjson_field(const ProtobufCFieldDescriptor *f, json_t *v, unsigned depth,
    struct buf *out, struct err *e)
{
	struct fromjson j = { .out = out, .depth = depth, .e = e };

	return schema_repeats(f) ? put_array(&j, f, v) : put_one(&j, f, v);
}
