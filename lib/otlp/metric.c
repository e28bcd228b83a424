/* Metrics in otlp_check: points are the items. otlp.md 6.4, 6.6. */
#include "otlp/check.h"

enum { GAUGE = 5, SUM = 7, HISTOGRAM = 9, EXPONENTIAL = 10, SUMMARY = 11 };

/* What is needed of a point, of whatever kind, to judge it. */
struct point {
	uint64_t time, flags, count, zero;
	uint64_t total;			/* over all buckets */
	size_t counts, bounds;
	double bound;			/* the last */
	bool value, overflow, disorder;
};

static void
add_count(struct point *p, uint64_t n)
{
	p->counts++;
	if (__builtin_add_overflow(p->total, n, &p->total))
		p->overflow = true;
}

static void
add_bound(struct point *p, uint64_t bits)
{
	double bound;

	memcpy(&bound, &bits, sizeof bound);
	if (bound != bound || (p->bounds > 0 && !(bound > p->bound)))
		p->disorder = true;
	p->bound = bound;
	p->bounds++;
}

/* A packed array of fixed64. */
static int
packed64(struct check *k, struct point *p, struct str a,
    void add(struct point *, uint64_t))
{
	struct cur c = cur_of(a);

	while (cur_left(&c) > 0)
		add(p, cur_u64(&c));
	return c.bad ? check_broken(k, &c) : 0;
}

static int
number_point(struct check *k, struct point *p, const struct wire *w)
{
	switch (w->tag) {
	case WIRE(4, WIRE_FIXED64):
	case WIRE(6, WIRE_FIXED64): p->value = true; break;
	case WIRE(5, WIRE_BYTES): return check_message(k, w->b, 7);
	case WIRE(7, WIRE_BYTES): return check_keyvalue(k, w->b, 0);
	case WIRE(8, WIRE_VARINT): p->flags = w->v; break;
	}
	return 0;
}

static int
histogram_point(struct check *k, struct point *p, const struct wire *w)
{
	switch (w->tag) {
	case WIRE(4, WIRE_FIXED64): p->count = w->v; break;
	case WIRE(6, WIRE_FIXED64): add_count(p, w->v); break;
	case WIRE(6, WIRE_BYTES): return packed64(k, p, w->b, add_count);
	case WIRE(7, WIRE_FIXED64): add_bound(p, w->v); break;
	case WIRE(7, WIRE_BYTES): return packed64(k, p, w->b, add_bound);
	case WIRE(8, WIRE_BYTES): return check_message(k, w->b, 7);
	case WIRE(9, WIRE_BYTES): return check_keyvalue(k, w->b, 0);
	case WIRE(10, WIRE_VARINT): p->flags = w->v; break;
	}
	return 0;
}

/* Buckets of an exponential histogram: field 2, varints. */
static int
buckets(struct check *k, struct point *p, struct str raw)
{
	struct cur c = cur_of(raw);
	struct wire w;
	int r;

	while ((r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(2, WIRE_VARINT)) {
			add_count(p, w.v);
		} else if (w.tag == WIRE(2, WIRE_BYTES)) {
			struct cur a = cur_of(w.b);

			while (cur_left(&a) > 0)
				add_count(p, cur_varint(&a));
			if (a.bad)
				return check_broken(k, &a);
		}
	return r == 0 ? 0 : check_broken(k, &c);
}

static int
exponential_point(struct check *k, struct point *p, const struct wire *w)
{
	switch (w->tag) {
	case WIRE(1, WIRE_BYTES): return check_keyvalue(k, w->b, 0);
	case WIRE(4, WIRE_FIXED64): p->count = w->v; break;
	case WIRE(7, WIRE_FIXED64): p->zero = w->v; break;
	case WIRE(8, WIRE_BYTES):
	case WIRE(9, WIRE_BYTES): return buckets(k, p, w->b);
	case WIRE(10, WIRE_VARINT): p->flags = w->v; break;
	case WIRE(11, WIRE_BYTES): return check_message(k, w->b, 7);
	}
	return 0;
}

static int
summary_point(struct check *k, struct point *p, const struct wire *w)
{
	switch (w->tag) {
	case WIRE(6, WIRE_BYTES): return check_message(k, w->b, 0);
	case WIRE(7, WIRE_BYTES): return check_keyvalue(k, w->b, 0);
	case WIRE(8, WIRE_VARINT): p->flags = w->v; break;
	}
	return 0;
}

/* Why the buckets do not fit each other, or NULL. */
static const char *
wrong_buckets(struct point *p, uint32_t no)
{
	if (no == HISTOGRAM && p->counts == 0 && p->bounds == 0)
		return NULL;
	if (no == HISTOGRAM && p->counts != p->bounds + 1)
		return "bucket counts and bounds do not fit";
	if (p->disorder)
		return "bucket bounds do not increase";
	if (no == EXPONENTIAL)
		add_count(p, p->zero);
	if (p->overflow || p->total != p->count)
		return "bucket counts do not add up to the count";
	return NULL;
}

static const char *
wrong_point(const struct metric *m, struct point *p, uint32_t no)
{
	bool recorded = (p->flags & 1) == 0;

	if (no != GAUGE && no != SUMMARY && m->temporality[no] == 0)
		return "no aggregation temporality";
	if (p->time == 0)
		return "time is 0";
	if ((no == GAUGE || no == SUM) && !p->value && recorded)
		return "no value";
	if ((no == HISTOGRAM || no == EXPONENTIAL) && recorded)
		return wrong_buckets(p, no);
	return NULL;
}

/* Names go into answers to the sender: only plain ones, and not too long. */
static struct str
plain_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~')
			return S("?");
	return str_mk(name.p, name.n > 80 ? 80 : name.n);
}

int
check_point(struct check *k, const struct metric *m, uint32_t no,
    struct str raw)
{
	struct cur c = cur_of(raw);
	struct point p = { 0 };
	const char *why;
	struct wire w;
	int r, ok = 0;

	while (ok == 0 && (r = wire_next(&c, &w)) == 1) {
		if (w.tag == WIRE(3, WIRE_FIXED64))
			p.time = w.v;
		switch (no) {
		case HISTOGRAM: ok = histogram_point(k, &p, &w); break;
		case EXPONENTIAL: ok = exponential_point(k, &p, &w); break;
		case SUMMARY: ok = summary_point(k, &p, &w); break;
		default: ok = number_point(k, &p, &w);
		}
	}
	if (ok == -1)
		return -1;
	if (r == -1)
		return check_broken(k, &c);
	k->sum->items++;
	why = wrong_point(m, &p, no);
	if (why)
		check_invalid(k, "point %u, of metric %.*s: %s",
		    k->sum->items, PS(plain_name(m->name)), why);
	else
		check_time(k, p.time);
	return 0;
}

/* The temporality is field 2 of the data, and may follow the points. */
static int
data_head(struct check *k, struct str data, uint32_t *temporality)
{
	struct cur c = cur_of(data);
	struct wire w;
	int r;

	while ((r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(2, WIRE_VARINT))
			*temporality = (uint32_t)w.v;
	return r == 0 ? 0 : check_broken(k, &c);
}

int
check_metric_head(struct check *k, struct str item, struct metric *m)
{
	struct cur c = cur_of(item);
	struct wire w;
	int r;

	*m = (struct metric){ .name = { 0 } };
	while ((r = wire_next(&c, &w)) == 1) {
		uint32_t no = w.tag >> 3;

		if ((w.tag & 7) != WIRE_BYTES)
			continue;
		if (no == 1)
			m->name = w.b;
		if (no == 12 && check_keyvalue(k, w.b, 0) == -1)
			return -1;
		if (METRIC_IS_DATA(no) &&
		    data_head(k, w.b, &m->temporality[no]) == -1)
			return -1;
	}
	return r == 0 ? 0 : check_broken(k, &c);
}

static int
check_points(struct check *k, const struct metric *m, uint32_t no,
    struct str data)
{
	struct cur c = cur_of(data);
	struct wire w;
	int r;

	while ((r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(1, WIRE_BYTES) &&
		    check_point(k, m, no, w.b) == -1)
			return -1;
	return r == 0 ? 0 : check_broken(k, &c);
}

int
check_metric(struct check *k, struct str item)
{
	struct cur c = cur_of(item);
	struct metric m;
	struct wire w;

	if (check_metric_head(k, item, &m) == -1)
		return -1;
	while (wire_next(&c, &w) == 1)
		if ((w.tag & 7) == WIRE_BYTES && METRIC_IS_DATA(w.tag >> 3) &&
		    check_points(k, &m, w.tag >> 3, w.b) == -1)
			return -1;
	return 0;
}
