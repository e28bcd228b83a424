#include "otlp/split.h"

#include "otlp/check.h"

#define METRICS		2u
/* Of a level: its tag, and a length that is not known yet. */
#define LEVEL_ROOM	((size_t)1 + 5)

/* The points of a metric. */
static int
points(struct str metric, uint64_t *n)
{
	struct cur c = cur_of(metric), data;
	struct wire w;
	int r;

	*n = 0;
	while ((r = wire_next(&c, &w)) == 1) {
		if ((w.tag & 7) != WIRE_BYTES || !METRIC_IS_DATA(w.tag >> 3))
			continue;
		data = cur_of(w.b);
		while ((r = wire_next(&data, &w)) == 1)
			*n += w.tag == WIRE(1, WIRE_BYTES);
		if (r == -1)
			return -1;
	}
	return r;
}

static int
weigh(unsigned signal, struct str item, uint64_t *n)
{
	*n = 1;
	return signal == METRICS ? points(item, n) : 0;
}

int
otlp_count(unsigned signal, struct str payload, uint64_t *items)
{
	struct otlp_items it;
	struct str item;
	uint64_t n;
	int r;

	*items = 0;
	otlp_items_init(&it, payload);
	while ((r = otlp_items_next(&it, &item)) == 1) {
		if (weigh(signal, item, &n) == -1)
			return -1;
		*items += n;
	}
	return r;
}

void
otlp_split_init(struct otlp_split *s, unsigned signal, struct str payload,
    uint64_t items, size_t bytes)
{
	*s = (struct otlp_split){ .signal = signal, .items_max = items,
	    .bytes_max = bytes, .outer = cur_of(payload) };
}

void
otlp_split_free(struct otlp_split *s)
{
	buf_free(&s->resource_head);
	buf_free(&s->scope_head);
	buf_free(&s->resource_out);
	buf_free(&s->scope_out);
}

/* A level's fields but those of number 2 that are messages, as they lie. */
static int
head(struct str level, struct buf *out)
{
	struct cur c = cur_of(level);
	const uint8_t *from = c.p;	/* the next byte to copy */
	struct field f;
	int r;

	buf_reset(out);
	while ((r = cur_field(&c, &f)) == 1)
		if (f.no == 2 && f.wire == WIRE_BYTES) {
			buf_add(out, from, (size_t)(f.at - from));
			from = c.p;
		}
	buf_add(out, from, (size_t)(c.p - from));
	return r;
}

static void
put_level(struct buf *out, uint32_t no, struct buf *level)
{
	buf_varint(out, WIRE(no, WIRE_BYTES));
	buf_varint(out, level->n);
	buf_adds(out, buf_str(level));
	buf_reset(level);
}

static void
open_resource(struct otlp_split *s)
{
	if (!s->resource_open)
		buf_adds(&s->resource_out, buf_str(&s->resource_head));
	s->resource_open = true;
}

static void
open_scope(struct otlp_split *s)
{
	open_resource(s);
	if (!s->scope_open)
		buf_adds(&s->scope_out, buf_str(&s->scope_head));
	s->scope_open = true;
}

static void
close_scope(struct otlp_split *s)
{
	if (s->scope_open)
		put_level(&s->resource_out, 2, &s->scope_out);
	s->scope_open = false;
}

static void
close_resource(struct otlp_split *s, struct buf *piece)
{
	close_scope(s);
	if (s->resource_open)
		put_level(piece, 1, &s->resource_out);
	s->resource_open = false;
}

/* What a level that is open in the piece, or has to be, takes. */
static size_t
room(bool open, const struct buf *out, const struct buf *describes)
{
	return LEVEL_ROOM + (open ? out->n : describes->n);
}

static bool
fits(const struct otlp_split *s, const struct buf *piece, size_t from,
    uint64_t items)
{
	size_t n = piece->n - from + LEVEL_ROOM + s->item.n +
	    room(s->resource_open, &s->resource_out, &s->resource_head) +
	    room(s->scope_open, &s->scope_out, &s->scope_head);

	return items + s->weight <= s->items_max && n <= s->bytes_max;
}

/* The next field of the scope: 1 an item, 0 something else, -1. */
static int
scope_step(struct otlp_split *s)
{
	struct wire w;
	int r = wire_next(&s->scope, &w);

	if (r == 1 && w.tag == WIRE(2, WIRE_BYTES)) {
		s->item = w.b;
		s->has_item = true;
		return weigh(s->signal, w.b, &s->weight) == -1 ? -1 : 1;
	}
	if (r == 0) {
		s->in_scope = false;
		close_scope(s);
	}
	return r == -1 ? -1 : 0;
}

static int
resource_step(struct otlp_split *s, struct buf *piece)
{
	struct wire w;
	int r = wire_next(&s->resource, &w);

	if (r == 1 && w.tag == WIRE(2, WIRE_BYTES)) {
		s->scope = cur_of(w.b);
		s->in_scope = true;
		return head(w.b, &s->scope_head);
	}
	if (r == 0) {
		s->in_resource = false;
		close_resource(s, piece);
	}
	return r == -1 ? -1 : 0;
}

/* 1 at the end of the payload. */
static int
outer_step(struct otlp_split *s, struct buf *piece)
{
	const uint8_t *from = s->outer.p;
	struct field f;
	int r = cur_field(&s->outer, &f);

	/* a gap is a group, which cur_field goes over */
	if (r == 1 && f.no == 1 && f.wire == WIRE_BYTES) {
		s->resource = cur_of(f.b);
		s->in_resource = true;
		buf_add(piece, from, (size_t)(f.at - from));
		return head(f.b, &s->resource_head);
	}
	if (r != -1)
		buf_add(piece, from, (size_t)(s->outer.p - from));
	return r == -1 ? -1 : r == 0;
}

/* Goes on to the next item: 1, 0 the end, -1. */
static int
find_item(struct otlp_split *s, struct buf *piece)
{
	int r = 0;

	while (r == 0 && !s->has_item)
		if (s->in_scope)
			r = scope_step(s);
		else if (s->in_resource)
			r = resource_step(s, piece);
		else if ((r = outer_step(s, piece)) == 1)
			return 0;
	return r == -1 ? -1 : 1;
}

int
otlp_split_next(struct otlp_split *s, struct buf *piece, uint64_t *items)
{
	size_t from = piece->n;
	bool any = false;
	int r = s->bad ? -1 : 1;

	*items = 0;
	while (r == 1 && (r = find_item(s, piece)) == 1) {
		if (any && !fits(s, piece, from, *items))
			break;
		open_scope(s);
		buf_varint(&s->scope_out, WIRE(2, WIRE_BYTES));
		buf_varint(&s->scope_out, s->item.n);
		buf_adds(&s->scope_out, s->item);
		s->has_item = false;
		*items += s->weight;
		any = true;
	}
	close_resource(s, piece);
	s->bad = r == -1;
	if (r == -1 && !any)
		return -1;
	return any || piece->n > from;
}
