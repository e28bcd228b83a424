#include "otlp/rows.h"

#include "base/num.h"
#include "otlp/check.h"
#include "otlp/tojson.h"

#include "common.pb-c.h"

void
otlp_rows_init(struct otlp_rows *it, unsigned signal, struct str payload)
{
	*it = (struct otlp_rows){ .signal = signal };
	otlp_items_init(&it->items, payload);
}

void
otlp_rows_free(struct otlp_rows *it)
{
	buf_free(&it->text);
}

/* The first service.name is it: otlp.md section 2, 6. */
static void
find_service(struct otlp_rows *it)
{
	struct cur c = cur_of(it->items.resource_raw);
	struct attr a;

	it->service = (struct str){ 0 };
	it->resource_no = it->items.resource_no;
	while (otlp_attr(&c, 1, &a) == 1)
		if (str_eq(a.key, S("service.name")) &&
		    a.value.type == VALUE_STR) {
			it->service = a.value.s;
			return;
		}
}

static int
span_row(struct otlp_rows *it, struct otlp_row *row, struct str item)
{
	char out[24];
	struct span s;
	uint64_t ns;

	if (otlp_span(&s, item) == -1)
		return -1;
	ns = s.end > s.start ? s.end - s.start : 0;
	buf_adds(&it->text, str_of(num_fmt_short_duration(out,
	    ns > INT64_MAX ? INT64_MAX : (int64_t)ns)));
	row->time = s.start;
	row->name = s.name;
	row->detail = buf_str(&it->text);
	row->error = s.status == STATUS_ERROR;
	row->trace_id = s.trace_id;
	row->span_id = s.span_id;
	return 1;
}

static struct str
severity_name(const struct logrec *l)
{
	static const char *const names[] = { "TRACE", "DEBUG", "INFO", "WARN",
	    "ERROR", "FATAL" };

	if (l->severity_text.n > 0)
		return l->severity_text;
	return l->severity == 0 || l->severity > 24 ? S("") :
	    str_of(names[(l->severity - 1) / 4]);
}

static int
log_row(struct otlp_rows *it, struct otlp_row *row, struct str item)
{
	struct logrec l;

	if (otlp_logrec(&l, item) == -1)
		return -1;
	row->time = l.time ? l.time : l.observed;
	row->severity = l.severity;
	row->detail = severity_name(&l);
	row->trace_id = l.trace_id;
	row->span_id = l.span_id;
	row->name = l.event_name;
	if (l.body.type == VALUE_STR)
		row->name = l.body.s;
	else if (l.body.type != VALUE_EMPTY) {
		if (tojson(
		    &opentelemetry__proto__common__v1__any_value__descriptor,
		    l.body_any, &it->text, NULL) == -1)
			return -1;
		row->name = buf_str(&it->text);
	}
	return 1;
}

static void
put_value(struct buf *b, const struct wire *w, bool integer)
{
	char out[32];
	double f;

	memcpy(&f, &w->v, sizeof f);
	buf_reset(b);
	if (integer)
		buf_addf(b, "%lld", (long long)w->v);
	else
		buf_adds(b, str_of(num_fmt_f64(out, f)));
}

/* A point's value: the number, or the count of what has one. */
static int
point_row(struct otlp_rows *it, struct otlp_row *row, struct str point)
{
	struct cur c = cur_of(point);
	bool number = it->data_no == 5 || it->data_no == 7;
	struct wire w;
	int r;

	row->name = it->metric;
	while ((r = wire_next(&c, &w)) == 1) {
		if (w.tag == WIRE(3, WIRE_FIXED64))
			row->time = w.v;
		if (w.tag == WIRE(4, WIRE_FIXED64) && !number) {
			buf_reset(&it->text);
			buf_addf(&it->text, "count %llu",
			    (unsigned long long)w.v);
		} else if ((w.tag == WIRE(4, WIRE_FIXED64) ||
		    w.tag == WIRE(6, WIRE_FIXED64)) && number) {
			put_value(&it->text, &w, w.tag >> 3 == 6);
		}
	}
	row->detail = buf_str(&it->text);
	return r == 0 ? 1 : -1;
}

static int
enter_metric(struct otlp_rows *it, struct str item)
{
	struct cur c = cur_of(item);
	struct wire w;
	int r;

	it->metric = (struct str){ 0 };
	it->in_metric = c;
	it->points = cur_of((struct str){ 0 });
	while ((r = wire_next(&c, &w)) == 1)
		if (w.tag == WIRE(1, WIRE_BYTES))
			it->metric = w.b;
	return r;
}

/* The next point in the current metric: 1, 0, -1. */
static int
next_point(struct otlp_rows *it, struct otlp_row *row)
{
	struct wire w;
	int r;

	for (;;) {
		while ((r = wire_next(&it->points, &w)) == 1)
			if (w.tag == WIRE(1, WIRE_BYTES))
				return point_row(it, row, w.b);
		if (r == -1)
			return -1;
		r = wire_next(&it->in_metric, &w);
		if (r != 1)
			return r;
		if ((w.tag & 7) == WIRE_BYTES && METRIC_IS_DATA(w.tag >> 3)) {
			it->data_no = w.tag >> 3;
			it->points = cur_of(w.b);
		}
	}
}

int
otlp_rows_next(struct otlp_rows *it, struct otlp_row *row)
{
	struct str item;
	int r = 0;

	buf_reset(&it->text);
	for (;;) {
		*row = (struct otlp_row){ .service = it->service };
		if (it->signal == 2 && (r = next_point(it, row)) != 0)
			return r;
		r = otlp_items_next(&it->items, &item);
		if (r != 1)
			return r;
		if (it->resource_no != it->items.resource_no)
			find_service(it);
		row->service = it->service;
		switch (it->signal) {
		case 1: return span_row(it, row, item);
		case 3: return log_row(it, row, item);
		case 2:
			if (enter_metric(it, item) == -1)
				return -1;
			break;
		default: return 1;
		}
	}
}
