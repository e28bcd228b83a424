#include "trace/put.h"

#include "otlp/walk.h"
#include "otlp/wire.h"
#include "trace/order.h"

void
put_init(struct put *p, struct frame *f)
{
	*p = (struct put){ .f = f };
	keys_init(&p->span, TR_SPAN, 's');
	keys_init(&p->res, TR_RES, 'r');
	keys_init(&p->scope, TR_SCOPE, 'i');
	keys_init(&p->event, TR_EVENT, 'e');
	keys_init(&p->link, TR_LINK, 'l');
}

void
put_free(struct put *p)
{
	keys_free(&p->span);
	keys_free(&p->res);
	keys_free(&p->scope);
	keys_free(&p->event);
	keys_free(&p->link);
	buf_free(&p->more);
	buf_free(&p->x);
	buf_free(&p->over);
	buf_free(&p->cut);
	buf_free(&p->cut_over);
}

void
put_new_block(struct put *p)
{
	keys_block(&p->span);
	keys_block(&p->res);
	keys_block(&p->scope);
	keys_block(&p->event);
	keys_block(&p->link);
}

size_t
put_memory(const struct put *p)
{
	const uint32_t *r = p->rows;
	size_t n = (size_t)r[TR_SPAN] * p->span.made +
	    (size_t)r[TR_RES] * p->res.made +
	    (size_t)r[TR_SCOPE] * p->scope.made +
	    (size_t)r[TR_EVENT] * p->event.made +
	    (size_t)r[TR_LINK] * p->link.made;

	return n * sizeof(int64_t);
}

/*
 * Which attributes of spans are asked for: by name as long as they are few, else
 * all, which costs time but never an answer. What was cut all of them tell.
 */
static void
want_attrs(struct put *p, const struct needs *needs)
{
	p->wants = 0;
	p->attrs_all = !needs->v;
	for (size_t i = 0; needs->v && i < needs->n; i++) {
		struct str name = needs->v[i].name;

		if (needs->v[i].table != TR_SPAN ||
		    !str_starts(name, S("s.")))
			continue;
		name = str_skip(name, 2);
		if (p->wants == PUT_WANTS || str_eq(name, TRACE_CUT))
			p->attrs_all = true;
		else
			p->want[p->wants++] = name;
	}
	p->attrs = p->attrs_all || p->wants > 0;
}

void
put_frame(struct put *p, const struct needs *needs)
{
	want_attrs(p, needs);
	p->events = needs_has(needs, TR_EVENT, S("span"));
	p->links = needs_has(needs, TR_LINK, S("span"));
	frame_reset(p->f);
	cols_init(&p->cols, p->f, needs);
	keys_frame(&p->span);
	keys_frame(&p->res);
	keys_frame(&p->scope);
	keys_frame(&p->event);
	keys_frame(&p->link);
	p->frame++;
	p->roots = 0;
	memset(p->rows, 0, sizeof p->rows);
}

void
put_done(struct put *p)
{
	for (unsigned t = 0; t < TR_TABLES; t++)
		frame_rows(p->f, t, p->rows[t]);
}

/* A KeyValue that has no column of its own, among others such. */
static void
put_over(struct buf *list, struct str kv)
{
	buf_u8(list, 1 << 3 | 2);
	buf_varint(list, kv.n);
	buf_adds(list, kv);
}

/*
 * Whether the value is too long: then text is cut at a character, and anything
 * else is to be left out; `note` says so, "KEY: N bytes".
 */
static bool
put_cut(struct put *p, struct attr *a, struct buf *note)
{
	struct str *s = &a->value.s;
	bool text = a->value.type == VALUE_STR;
	size_t n = text || a->value.type >= VALUE_ARRAY ? s->n : a->any.n;

	if (a->any.n <= TRACE_VALUE_MAX || n <= TRACE_VALUE_MAX)
		return false;
	s->n = text ? TRACE_VALUE_MAX : s->n;
	while (text && s->n > 0 && ((uint8_t)s->p[s->n] & 0xc0) == 0x80)
		s->n--;
	p->cuts++;
	buf_adds(note, note->n > 0 ? S(", ") : S(""));
	buf_adds(note, a->key);
	buf_addf(note, ": %zu bytes", n);
	return true;
}

/* A row that was cut says what. */
static void
put_note(struct put *p, struct keys *k, uint32_t row, const struct buf *note)
{
	struct attr a = { .key = TRACE_CUT,
	    .value = { .type = VALUE_STR, .s = buf_str(note) } };

	if (note->n > 0)
		keys_put(k, &p->cols, row, &a);
}

/* Puts what is kept of the value. */
static enum keys_put
put_value(struct put *p, struct keys *k, uint32_t row, struct attr *a,
    struct buf *note)
{
	bool cut = put_cut(p, a, note);
	enum keys_put kept = KEYS_KEPT;

	if (!cut || a->value.type == VALUE_STR)
		kept = keys_put(k, &p->cols, row, a);
	return cut ? KEYS_KEPT : kept;
}

/*
 * The attributes of a small message (field `no`), and whether the columns now
 * hold all of it: its fields are below `known`, none twice or odd. Those past
 * the budget of columns go to `x`, for queries.
 */
static bool
put_attrs(struct put *p, struct keys *k, enum col x, uint32_t row,
    struct str message, uint32_t no, uint32_t known)
{
	struct cur c = cur_of(message);
	struct field f;
	bool all = true;
	int r;

	keys_row(k);
	p->over.n = p->cut_over.n = 0;
	while ((r = cur_field(&c, &f)) == 1) {
		struct cur one = { f.at, c.p, false };
		enum keys_put kept;
		struct attr a;

		if (f.no != no)
			all &= f.no <= known;
		else if (f.wire != 2 || otlp_attr(&one, no, &a) != 1)
			all = false;
		else if ((kept = put_value(p, k, row, &a, &p->cut_over)) !=
		    KEYS_KEPT) {
			all = false;
			if (kept == KEYS_OVER)
				put_over(&p->over, f.b);
		}
	}
	put_note(p, k, row, &p->cut_over);
	cols_str_if(&p->cols, x, row, buf_str(&p->over));
	return all && r == 0;
}

/* The varint field `no` of a message, the last one. */
static uint64_t
varint_field(struct str message, uint32_t no)
{
	struct cur c = cur_of(message);
	struct field f;
	uint64_t v = 0;

	while (cur_field(&c, &f) == 1)
		if (f.no == no && f.wire == 0)
			v = f.v;
	return v;
}

static uint32_t
res_row(struct put *p, struct put_group *g)
{
	if (g->frame == p->frame)
		return g->row;
	g->frame = p->frame;
	g->row = p->rows[TR_RES]++;
	cols_str_if(&p->cols, RS_URL, g->row, g->url);
	cols_int_if(&p->cols, RS_DROPPED, g->row,
	    (int64_t)varint_field(g->raw, 2));
	if (!put_attrs(p, &p->res, RS_X, g->row, g->raw, 1, 2))
		cols_str(&p->cols, RS_RAW, g->row, g->raw);
	return g->row;
}

static uint32_t
scope_row(struct put *p, struct put_group *g)
{
	struct otlp_scope sc = { 0 };

	if (g->frame == p->frame)
		return g->row;
	g->frame = p->frame;
	g->row = p->rows[TR_SCOPE]++;
	if (otlp_scope(g->raw, &sc) == 0) {
		cols_str_if(&p->cols, SC_NAME, g->row, sc.name);
		cols_str_if(&p->cols, SC_VERSION, g->row, sc.version);
	}
	cols_str_if(&p->cols, SC_URL, g->row, g->url);
	cols_int_if(&p->cols, SC_DROPPED, g->row,
	    (int64_t)varint_field(g->raw, 4));
	if (!put_attrs(p, &p->scope, SC_X, g->row, g->raw, 3, 4))
		cols_str(&p->cols, SC_RAW, g->row, g->raw);
	return g->row;
}

static bool
put_event(struct put *p, uint32_t span, uint64_t start, struct str field)
{
	struct cur c = cur_of(field);
	struct otlp_event e;
	uint32_t row = p->rows[TR_EVENT];

	if (otlp_event(&c, &e) != 1)
		return false;
	p->rows[TR_EVENT]++;
	cols_int(&p->cols, EV_SPAN, row, span);
	cols_int(&p->cols, EV_TIME, row, (int64_t)(e.time - start));
	cols_str(&p->cols, EV_NAME, row, e.name);
	cols_int_if(&p->cols, EV_DROPPED, row, e.dropped);
	if (!put_attrs(p, &p->event, EV_X, row, e.raw, 3, 4))
		cols_str(&p->cols, EV_RAW, row, e.raw);
	return true;
}

static bool
put_link(struct put *p, uint32_t span, struct str field)
{
	struct cur c = cur_of(field);
	struct otlp_link l;
	uint32_t row = p->rows[TR_LINK];
	bool whole;

	if (otlp_link(&c, &l) != 1)
		return false;
	p->rows[TR_LINK]++;
	cols_int(&p->cols, LK_SPAN, row, span);
	whole = l.trace_id.n == 16 && l.span_id.n == 8;
	if (l.trace_id.n == 16)
		cols_fix(&p->cols, LK_TRACE, row, l.trace_id.p);
	if (l.span_id.n == 8)
		cols_fix(&p->cols, LK_ID, row, l.span_id.p);
	cols_str_if(&p->cols, LK_STATE, row, l.trace_state);
	cols_int_if(&p->cols, LK_FLAGS, row, l.flags);
	cols_int_if(&p->cols, LK_DROPPED, row, l.dropped);
	if (!put_attrs(p, &p->link, LK_X, row, l.raw, 4, 6) || !whole)
		cols_str(&p->cols, LK_RAW, row, l.raw);
	return true;
}

/* A KeyValue's value is looked at here, its key where the column is found. */
static bool
read_attr(struct str kv, struct attr *a)
{
	struct cur c = cur_of(kv);
	struct wire w;
	int r;

	a->key = a->any = (struct str){ NULL, 0 };
	while ((r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(1, WIRE_BYTES))
			a->key = w.b;
		else if (w.tag == WIRE(2, WIRE_BYTES))
			a->any = w.b;
	return r == 0 && otlp_value(a->any, &a->value) == 0;
}

static bool
is_wanted(const struct put *p, struct str kv)
{
	struct str key = { NULL, 0 };
	struct cur c = cur_of(kv);
	struct wire w;

	while (wire_next(&c, &w) == 1)
		if (w.tag == WIRE(1, WIRE_BYTES))
			key = w.b;
	for (uint32_t k = 0; k < p->wants; k++)
		if (str_eq(p->want[k], key))
			return true;
	return false;
}

static void
put_attr(struct put *p, uint32_t row, struct str kv, struct str field)
{
	struct attr a;

	if (!p->attrs_all && !is_wanted(p, kv))
		return;
	if (!read_attr(kv, &a)) {
		buf_adds(&p->more, field);
		return;
	}
	switch (put_value(p, &p->span, row, &a, &p->cut)) {
	case KEYS_KEPT:
		break;
	case KEYS_TWICE:
		buf_adds(&p->more, field);
		break;
	case KEYS_OVER:
		put_over(&p->x, kv);
		break;
	}
}

static void
read_status(struct span *s, struct str status)
{
	struct cur c = cur_of(status);
	struct wire w;

	while (wire_next(&c, &w) == 1)
		if (w.tag == WIRE(2, WIRE_BYTES))
			s->status_message = w.b;
		else if (w.tag == WIRE(3, WIRE_VARINT))
			s->status = (uint32_t)w.v;
}

/* How many children the tables have of this span. */
struct children { uint32_t events, links; };

static void
put_child(struct put *p, uint32_t row, uint64_t start, const struct wire *w,
    struct str field, struct children *n)
{
	bool kept;

	if (w->tag == WIRE(11, WIRE_BYTES))
		kept = n->events++ < TRACE_CHILDREN_MAX &&
		    put_event(p, row, start, field);
	else
		kept = n->links++ < TRACE_CHILDREN_MAX &&
		    put_link(p, row, field);
	if (!kept)
		buf_adds(&p->more, field);
}

/*
 * One walk over the message: its plain fields into *s, attributes and children
 * into their columns, what we do not know aside. (otlp_span and then each of
 * its parts would be four walks; this is the hottest place of a seal.)
 */
static void
put_fields(struct put *p, uint32_t row, struct str message, uint64_t start,
    struct span *s)
{
	struct cur c = cur_of(message);
	struct children n = { 0 };
	struct wire w;
	const uint8_t *at;

	p->more.n = p->x.n = p->cut.n = 0;
	keys_row(&p->span);
	while (at = c.p, wire_next(&c, &w) == 1) {
		struct str field = str_mk(at, (size_t)(c.p - at));

		switch (w.tag) {
		case WIRE(1, WIRE_BYTES): break;
		case WIRE(2, WIRE_BYTES): s->span_id = w.b; break;
		case WIRE(3, WIRE_BYTES): s->trace_state = w.b; break;
		case WIRE(4, WIRE_BYTES):
			s->parent_id = w.b;
			if (w.b.n % 8 != 0)
				buf_adds(&p->more, field);
			break;
		case WIRE(5, WIRE_BYTES): s->name = w.b; break;
		case WIRE(6, WIRE_VARINT): s->kind = (uint32_t)w.v; break;
		case WIRE(7, WIRE_FIXED64): s->start = w.v; break;
		case WIRE(8, WIRE_FIXED64): s->end = w.v; break;
		case WIRE(9, WIRE_BYTES):
			if (p->attrs)
				put_attr(p, row, w.b, field);
			break;
		case WIRE(10, WIRE_VARINT):
			s->dropped_attributes = (uint32_t)w.v;
			break;
		case WIRE(11, WIRE_BYTES):
		case WIRE(13, WIRE_BYTES):
			if (w.tag == WIRE(11, WIRE_BYTES) ? p->events :
			    p->links)
				put_child(p, row, start, &w, field, &n);
			break;
		case WIRE(12, WIRE_VARINT):
			s->dropped_events = (uint32_t)w.v;
			break;
		case WIRE(14, WIRE_VARINT):
			s->dropped_links = (uint32_t)w.v;
			break;
		case WIRE(15, WIRE_BYTES): read_status(s, w.b); break;
		case WIRE(16, WIRE_FIXED32): s->flags = (uint32_t)w.v; break;
		default: buf_adds(&p->more, field);
		}
	}
}

/*
 * Columns hold times up to the year 2262. One past that is held as the last of
 * them, and as it came beside it.
 */
static uint64_t
put_late(struct put *p, uint32_t no, uint64_t time)
{
	if (time <= INT64_MAX)
		return time;
	buf_varint(&p->more, no << 3 | 1);
	buf_u64(&p->more, time);
	return INT64_MAX;
}

static void
put_times(struct put *p, uint32_t row, const struct span *s,
    struct put_times *t)
{
	int64_t d = (int64_t)(s->end - s->start);

	cols_int(&p->cols, SP_START, row, (int64_t)s->start);
	cols_int(&p->cols, SP_DURATION, row, d < 0 ? 0 : d);
	if (d < 0)
		cols_int(&p->cols, SP_END_OFF, row, d);
	t->start = (int64_t)s->start;
	t->end = (int64_t)(s->start + (uint64_t)(d < 0 ? 0 : d));
}

void
put_span(struct put *p, struct str message, const struct put_at *at,
    struct put_times *t)
{
	struct cols *c = &p->cols;
	uint32_t row = p->rows[TR_SPAN]++;
	struct span s = { .raw = message };

	put_fields(p, row, message, at->start, &s);
	put_note(p, &p->span, row, &p->cut);
	s.start = put_late(p, 7, s.start);
	s.end = put_late(p, 8, s.end);
	cols_fix(c, SP_ID, row, s.span_id.p);
	cols_int(c, SP_PARENT, row, at->dist);
	if (at->dist < 0)
		cols_fix(c, SP_PARENT_ID, row, s.parent_id.p);
	cols_str(c, SP_NAME, row, s.name);
	cols_int(c, SP_KIND, row, s.kind);
	cols_int(c, SP_STATUS, row, s.status);
	cols_str_if(c, SP_MESSAGE, row, s.status_message);
	cols_str_if(c, SP_STATE, row, s.trace_state);
	cols_int(c, SP_FLAGS, row, s.flags);
	cols_int_if(c, SP_DROPPED_A, row, s.dropped_attributes);
	cols_int_if(c, SP_DROPPED_E, row, s.dropped_events);
	cols_int_if(c, SP_DROPPED_L, row, s.dropped_links);
	cols_int(c, SP_RES, row, res_row(p, at->res));
	cols_int(c, SP_SCOPE, row, scope_row(p, at->scope));
	cols_int(c, SP_RECEIVED, row, (int64_t)at->received);
	cols_str_if(c, SP_X, row, buf_str(&p->x));
	cols_str_if(c, SP_MORE, row, buf_str(&p->more));
	put_times(p, row, &s, t);
	if (at->dist == ORDER_ROOT) {
		p->roots++;
		p->root = row;
	}
}

void
put_trace(struct put *p, const uint8_t id[16], uint32_t first,
    const struct put_times *sum, uint32_t cut)
{
	uint32_t row = p->rows[TR_TRACE]++;

	cols_fix(&p->cols, TC_ID, row, id);
	cols_int(&p->cols, TC_FIRST, row, first);
	cols_int(&p->cols, TC_SPANS, row, p->rows[TR_SPAN] - first);
	cols_int(&p->cols, TC_START, row, sum->start);
	cols_int(&p->cols, TC_END, row, sum->end);
	cols_root(&p->cols, row, p->roots, p->root - first);
	cols_int_if(&p->cols, TC_CUT, row, cut);
	p->roots = 0;
}
