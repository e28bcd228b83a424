/*
 * otlp_strip: a payload without its invalid items. Fields are copied as they
 * lie, known or not; only the lengths around a dropped item change, and a
 * level whose items are all gone goes with them.
 */
#include "otlp/check.h"

struct strip {
	struct check check;
	check_fn *item;
	struct metric metric;		/* the current one */
};

enum level { OUTER, RESOURCE, SCOPE, METRIC, DATA };

/* What a level came to: items kept and dropped in it. */
struct tally {
	uint32_t kept, dropped;
};

static int strip_level(struct strip *, enum level, uint32_t no, struct str,
    struct buf *, struct tally *);

/* Does field `no` hold the next level, or the items? */
static bool
leads_down(enum level level, uint32_t no)
{
	switch (level) {
	case OUTER:
	case DATA: return no == 1;
	case METRIC: return METRIC_IS_DATA(no);
	default: return no == 2;
	}
}

static int
strip_item(struct strip *s, uint32_t no, struct str item, struct tally *t)
{
	uint32_t invalid = s->check.sum->invalid;

	if ((s->item == check_metric ?
	    check_point(&s->check, &s->metric, no, item) :
	    s->item(&s->check, item)) == -1)
		return -1;
	if (s->check.sum->invalid > invalid)
		t->dropped++;
	else
		t->kept++;
	return 0;
}

/* The field f, in `parent`, of data field `no`. Appends what is left of it. */
static int
strip_field(struct strip *s, enum level parent, uint32_t no,
    const struct field *f, struct buf *out, struct tally *sum)
{
	struct tally t = { 0 };
	struct buf sub = { 0 };
	bool item = parent == DATA || (parent == SCOPE &&
	    s->item != check_metric);
	int r = item ? strip_item(s, no, f->b, &t) :
	    strip_level(s, parent + 1, f->no, f->b, &sub, &t);
	struct str left = item ? f->b : buf_str(&sub);

	if (r == 0 && (t.kept > 0 || t.dropped == 0)) {
		buf_varint(out, WIRE(f->no, WIRE_BYTES));
		buf_varint(out, left.n);
		buf_adds(out, left);
	}
	sum->kept += t.kept;
	sum->dropped += t.dropped;
	buf_free(&sub);
	return r;
}

static int
strip_level(struct strip *s, enum level level, uint32_t no, struct str raw,
    struct buf *out, struct tally *t)
{
	struct cur c = cur_of(raw);
	const uint8_t *from = c.p;	/* the next byte to copy */
	struct field f;
	int r;

	if (level == METRIC &&
	    check_metric_head(&s->check, raw, &s->metric) == -1)
		return -1;
	while ((r = cur_field(&c, &f)) == 1) {
		if (f.wire != WIRE_BYTES || !leads_down(level, f.no))
			continue;
		buf_add(out, from, (size_t)(f.at - from));
		from = c.p;
		if (strip_field(s, level, no, &f, out, t) == -1)
			return -1;
	}
	if (r == -1)
		return check_broken(&s->check, &c);
	buf_add(out, from, (size_t)(c.p - from));
	return 0;
}

int
otlp_strip(unsigned signal, struct str payload, struct buf *out,
    struct err *e)
{
	struct otlp_sum sum = { .items = 0 };
	struct strip s = { .check = { &sum, e, payload.p, false },
	    .item = check_of(signal) };
	struct tally t = { 0 };

	if (!s.item)
		return err_set(e, ERR_CORRUPT, "signal %u: unknown", signal);
	return strip_level(&s, OUTER, 0, payload, out, &t);
}
