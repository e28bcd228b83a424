#include "otlp/stream.h"

#include "otlp/fromjson.h"
#include "otlp/json.h"
#include "otlp/tidy.h"
#include "otlp/wire.h"

static int put_message(struct stream *, const ProtobufCMessageDescriptor *);

static int
wrong(struct stream *s, const char *what)
{
	return err_set(s->e, ERR_CORRUPT, "json: byte %zu: %s", s->at, what);
}

/* The next byte that is not blank, or 0 at the end. */
static char
peek(struct stream *s)
{
	while (s->at < s->in.n && strchr(" \t\r\n", s->in.p[s->at]) &&
	    s->in.p[s->at])
		s->at++;
	return s->at < s->in.n ? s->in.p[s->at] : '\0';
}

json_t *
stream_value(struct stream *s)
{
	struct tidy t;
	json_error_t je;
	json_t *v = NULL;

	tidy_json(&t, str_skip(s->in, s->at));
	if (t.memory > OTLP_JSON_VALUE_MAX) {
		err_set(s->e, ERR_LIMIT, "json: byte %zu: too many values in "
		    "one item", s->at);
	} else {
		v = json_loadb(t.text.p ? t.text.p : "", t.text.n,
		    JSON_ALLOW_NUL | JSON_DECODE_ANY, &je);
		if (!v)
			wrong(s, je.text);
	}
	buf_free(&t.b);
	s->at += t.used;
	return v;
}

int
stream_end(struct stream *s)
{
	peek(s);
	return s->at == s->in.n ? 0 : wrong(s, "more follows the value");
}

/* After an element: 1 another follows, 0 that was the last, -1. */
static int
more(struct stream *s, char close)
{
	char c = peek(s);

	if (c != ',' && c != close)
		return wrong(s, close == ']' ? "',' or ']' expected" :
		    "',' or '}' expected");
	s->at++;
	return c == ',';
}

/* Enters brackets: 1 something is in them, 0 empty. */
static int
enter(struct stream *s, char close)
{
	s->at++;
	if (peek(s) != close)
		return 1;
	s->at++;
	return 0;
}

/* A message in a field: streamed when it holds items, else parsed whole. */
static int
put_one(struct stream *s, const ProtobufCFieldDescriptor *f)
{
	json_t *v;
	size_t at;
	int r;

	if (schema_holds_items(f->descriptor) && peek(s) == '{') {
		buf_varint(s->out, WIRE(f->id, WIRE_BYTES));
		at = s->out->n;
		if (put_message(s, f->descriptor) == -1)
			return -1;
		fromjson_close(s->out, at);
		return 0;
	}
	v = stream_value(s);
	if (!v)
		return -1;
	r = !schema_repeats(f) && json_is_null(v) ? 0 :
	    fromjson_one(f, v, s->depth, s->out, s->e);
	json_decref(v);
	return r;
}

static int
put_array(struct stream *s, const ProtobufCFieldDescriptor *f)
{
	int r = enter(s, ']');

	for (size_t i = 0; r == 1; i++) {
		r = put_one(s, f);
		if (r == -1)
			return err_in(s->e, "[%zu]", i);
		r = more(s, ']');
	}
	return r;
}

static int
put_field(struct stream *s, const ProtobufCFieldDescriptor *f)
{
	json_t *v;
	int r;

	if (f && f->type == PROTOBUF_C_TYPE_MESSAGE && schema_repeats(f) &&
	    peek(s) == '[')
		return put_array(s, f);
	if (f && f->type == PROTOBUF_C_TYPE_MESSAGE && !schema_repeats(f))
		return put_one(s, f);
	v = stream_value(s);
	if (!v)
		return -1;
	r = !f || json_is_null(v) ? 0 :
	    fromjson_field(f, v, s->depth, s->out, s->e);
	json_decref(v);
	return r;
}

/* One `"key": value` of a message; a key it does not know is skipped. */
static int
put_member(struct stream *s, const ProtobufCMessageDescriptor *m)
{
	const ProtobufCFieldDescriptor *f;
	json_t *key;
	int r;

	if (peek(s) != '"')
		return wrong(s, "a key expected");
	key = stream_value(s);
	if (!key)
		return -1;
	f = schema_find(m, str_mk(json_string_value(key),
	    json_string_length(key)));
	if (peek(s) != ':') {
		r = wrong(s, "':' expected");
	} else {
		s->at++;
		r = put_field(s, f);
		if (r == -1 && f)
			err_in(s->e, "%s", json_string_value(key));
	}
	json_decref(key);
	return r;
}

static int
put_message(struct stream *s, const ProtobufCMessageDescriptor *m)
{
	int r;

	if (peek(s) != '{')
		return wrong(s, "an object expected");
	s->depth++;		/* a handful: no container holds itself */
	r = enter(s, '}');
	while (r == 1) {
		if (put_member(s, m) == -1)
			return -1;
		r = more(s, '}');
	}
	s->depth--;
	return r;
}

int
stream_message(struct stream *s, const ProtobufCMessageDescriptor *m)
{
	return put_message(s, m) == -1 ? -1 : stream_end(s);
}

/* Past the next value, unparsed. Its text is in t, whose buf is freed. */
static void
skip(struct stream *s, struct tidy *t)
{
	tidy_json(t, str_skip(s->in, s->at));
	s->at += t->used;
	buf_free(&t->b);
}

static unsigned
signal_of_key(struct str quoted)
{
	for (unsigned i = 1; schema_top(i); i++)
		if (quoted.n >= 2 && str_eq(str_of(schema_top(i)),
		    str_mk(quoted.p + 1, quoted.n - 2)))
			return i;
	return 0;
}

unsigned
stream_signal(struct str json)
{
	struct stream s = { .in = json };
	unsigned found = 0;
	struct tidy t;

	if (peek(&s) != '{' || enter(&s, '}') == 0)
		return 0;
	while (peek(&s) == '"') {
		size_t at = s.at;
		unsigned signal;

		skip(&s, &t);
		signal = signal_of_key(str_mk(json.p + at, t.used));
		if (signal && found)
			return 0;
		found |= signal;
		if (peek(&s) != ':')
			break;
		s.at++;
		skip(&s, &t);
		if (peek(&s) != ',')
			break;
		s.at++;
	}
	return found;
}
