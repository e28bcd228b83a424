#include "otlp/walk.h"

#include "otlp/wire.h"

int
wire_next_slow(struct cur *c, struct wire *w)
{
	struct field f;
	int r = cur_field(c, &f);

	if (r != 1)
		return r;
	w->tag = WIRE(f.no, f.wire);
	if (f.wire == WIRE_BYTES)
		w->b = f.b;
	else
		w->v = f.v;
	return 1;
}

/* Resource* and Scope* alike: field 1 describes the level, 3 is its URL. */
static int
envelope(struct str level, struct str *raw, struct str *url)
{
	struct cur c = cur_of(level);
	struct wire w;
	int r;

	*raw = *url = (struct str){ 0 };
	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(1, WIRE_BYTES): *raw = w.b; break;
		case WIRE(3, WIRE_BYTES): *url = w.b; break;
		}
	return r;
}

void
otlp_items_init(struct otlp_items *it, struct str payload)
{
	*it = (struct otlp_items){ .outer = cur_of(payload) };
}

static int
enter_resource(struct otlp_items *it, struct str level)
{
	it->resource = cur_of(level);
	it->in_resource = true;
	it->resource_no++;
	return envelope(level, &it->resource_raw, &it->resource_url);
}

static int
enter_scope(struct otlp_items *it, struct str level)
{
	it->scope = cur_of(level);
	it->in_scope = true;
	it->scope_no++;
	return envelope(level, &it->scope_raw, &it->scope_url);
}

int
otlp_items_next(struct otlp_items *it, struct str *item)
{
	struct wire w;
	int r = it->bad ? -1 : 0;

	while (r != -1) {
		if (it->in_scope) {
			r = wire_next(&it->scope, &w);
			if (r == 0)
				it->in_scope = false;
			if (r == 1 && w.tag == WIRE(2, WIRE_BYTES)) {
				*item = w.b;
				return 1;
			}
		} else if (it->in_resource) {
			r = wire_next(&it->resource, &w);
			if (r == 0)
				it->in_resource = false;
			if (r == 1 && w.tag == WIRE(2, WIRE_BYTES))
				r = enter_scope(it, w.b);
		} else {
			r = wire_next(&it->outer, &w);
			if (r == 0)
				return 0;
			if (r == 1 && w.tag == WIRE(1, WIRE_BYTES))
				r = enter_resource(it, w.b);
		}
	}
	it->bad = true;
	return -1;
}

/* Called for each occurrence: sub-messages merge. */
static int
span_status(struct span *s, struct str status)
{
	struct cur c = cur_of(status);
	struct wire w;
	int r;

	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(2, WIRE_BYTES): s->status_message = w.b; break;
		case WIRE(3, WIRE_VARINT): s->status = (uint32_t)w.v; break;
		}
	return r;
}

int
otlp_span(struct span *s, struct str item)
{
	struct cur c = cur_of(item);
	struct wire w;
	int r;

	*s = (struct span){ .raw = item };
	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(1, WIRE_BYTES): s->trace_id = w.b; break;
		case WIRE(2, WIRE_BYTES): s->span_id = w.b; break;
		case WIRE(3, WIRE_BYTES): s->trace_state = w.b; break;
		case WIRE(4, WIRE_BYTES): s->parent_id = w.b; break;
		case WIRE(5, WIRE_BYTES): s->name = w.b; break;
		case WIRE(6, WIRE_VARINT): s->kind = (uint32_t)w.v; break;
		case WIRE(7, WIRE_FIXED64): s->start = w.v; break;
		case WIRE(8, WIRE_FIXED64): s->end = w.v; break;
		case WIRE(10, WIRE_VARINT):
			s->dropped_attributes = (uint32_t)w.v;
			break;
		case WIRE(12, WIRE_VARINT):
			s->dropped_events = (uint32_t)w.v;
			break;
		case WIRE(14, WIRE_VARINT):
			s->dropped_links = (uint32_t)w.v;
			break;
		case WIRE(15, WIRE_BYTES):
			if (span_status(s, w.b) == -1)
				return -1;
			break;
		case WIRE(16, WIRE_FIXED32): s->flags = (uint32_t)w.v; break;
		}
	return r;
}

int
otlp_logrec(struct logrec *l, struct str item)
{
	struct cur c = cur_of(item);
	struct wire w;
	int r;

	*l = (struct logrec){ .raw = item };
	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(1, WIRE_FIXED64): l->time = w.v; break;
		case WIRE(2, WIRE_VARINT): l->severity = (uint32_t)w.v; break;
		case WIRE(3, WIRE_BYTES): l->severity_text = w.b; break;
		case WIRE(5, WIRE_BYTES): l->body_any = w.b; break;
		case WIRE(7, WIRE_VARINT):
			l->dropped_attributes = (uint32_t)w.v;
			break;
		case WIRE(8, WIRE_FIXED32): l->flags = (uint32_t)w.v; break;
		case WIRE(9, WIRE_BYTES): l->trace_id = w.b; break;
		case WIRE(10, WIRE_BYTES): l->span_id = w.b; break;
		case WIRE(11, WIRE_FIXED64): l->observed = w.v; break;
		case WIRE(12, WIRE_BYTES): l->event_name = w.b; break;
		}
	return r == -1 ? -1 : otlp_value(l->body_any, &l->body);
}

int
otlp_value(struct str any, struct value *v)
{
	struct cur c = cur_of(any);
	struct wire w;
	int r;

	*v = (struct value){ .type = VALUE_EMPTY };
	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(1, WIRE_BYTES):
			*v = (struct value){ VALUE_STR, .s = w.b };
			break;
		case WIRE(2, WIRE_VARINT):
			*v = (struct value){ VALUE_BOOL, .i = w.v != 0 };
			break;
		case WIRE(3, WIRE_VARINT):
			*v = (struct value){ VALUE_INT, .i = (int64_t)w.v };
			break;
		case WIRE(4, WIRE_FIXED64):
			v->type = VALUE_F64;
			memcpy(&v->f, &w.v, sizeof v->f);
			break;
		case WIRE(5, WIRE_BYTES):
			*v = (struct value){ VALUE_ARRAY, .s = w.b };
			break;
		case WIRE(6, WIRE_BYTES):
			*v = (struct value){ VALUE_MAP, .s = w.b };
			break;
		case WIRE(7, WIRE_BYTES):
			*v = (struct value){ VALUE_BYTES, .s = w.b };
			break;
		}
	return r;
}

/* The next field `no` that is a message: 1, 0, -1. */
static int
submessage(struct cur *c, uint32_t no, struct str *message)
{
	struct wire w = { 0 };
	int r;

	while ((r = wire_next(c, &w)) == 1)
		if (w.tag == WIRE(no, WIRE_BYTES)) {
			*message = w.b;
			return 1;
		}
	return r;
}

static int
keyvalue(struct str kv, struct attr *a)
{
	struct cur c = cur_of(kv);
	struct wire w;
	int r;

	*a = (struct attr){ .any = { 0 } };
	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(1, WIRE_BYTES): a->key = w.b; break;
		case WIRE(2, WIRE_BYTES): a->any = w.b; break;
		}
	return r == -1 ? -1 : otlp_value(a->any, &a->value);
}

/* A message that is not well formed makes the cursor over its parent bad. */
static int
inside(struct cur *c, int r)
{
	if (r == -1)
		c->bad = true;
	return r == -1 ? -1 : 1;
}

int
otlp_attr(struct cur *c, uint32_t no, struct attr *a)
{
	struct str kv;
	int r = submessage(c, no, &kv);

	return r == 1 ? inside(c, keyvalue(kv, a)) : r;
}

int
otlp_element(struct cur *c, struct value *v)
{
	struct str any;
	int r = submessage(c, 1, &any);

	return r == 1 ? inside(c, otlp_value(any, v)) : r;
}

static int
event(struct str raw, struct otlp_event *ev)
{
	struct cur c = cur_of(raw);
	struct wire w;
	int r;

	*ev = (struct otlp_event){ .raw = raw };
	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(1, WIRE_FIXED64): ev->time = w.v; break;
		case WIRE(2, WIRE_BYTES): ev->name = w.b; break;
		case WIRE(4, WIRE_VARINT): ev->dropped = (uint32_t)w.v; break;
		}
	return r;
}

int
otlp_event(struct cur *c, struct otlp_event *ev)
{
	struct str raw;
	int r = submessage(c, 11, &raw);

	return r == 1 ? inside(c, event(raw, ev)) : r;
}

static int
link_of(struct str raw, struct otlp_link *l)
{
	struct cur c = cur_of(raw);
	struct wire w;
	int r;

	*l = (struct otlp_link){ .raw = raw };
	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(1, WIRE_BYTES): l->trace_id = w.b; break;
		case WIRE(2, WIRE_BYTES): l->span_id = w.b; break;
		case WIRE(3, WIRE_BYTES): l->trace_state = w.b; break;
		case WIRE(5, WIRE_VARINT): l->dropped = (uint32_t)w.v; break;
		case WIRE(6, WIRE_FIXED32): l->flags = (uint32_t)w.v; break;
		}
	return r;
}

int
otlp_link(struct cur *c, struct otlp_link *l)
{
	struct str raw;
	int r = submessage(c, 13, &raw);

	return r == 1 ? inside(c, link_of(raw, l)) : r;
}

int
otlp_scope(struct str raw, struct otlp_scope *s)
{
	struct cur c = cur_of(raw);
	struct wire w;
	int r;

	*s = (struct otlp_scope){ .name = { 0 } };
	while ((r = wire_next(&c, &w)) == 1)
		switch (w.tag) {
		case WIRE(1, WIRE_BYTES): s->name = w.b; break;
		case WIRE(2, WIRE_BYTES): s->version = w.b; break;
		case WIRE(4, WIRE_VARINT): s->dropped = (uint32_t)w.v; break;
		}
	return r;
}
