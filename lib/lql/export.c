#include "lql/export.h"

#include <stdlib.h>

#include "base/err.h"
#include "record/record.h"

#define LINES_MAX 512u

struct export {
	struct str tenant;
	struct buf labels;	/* of the open stream, as a key */
	struct buf resource;	/* Resource message */
	struct buf records;	/* LogRecords, as field 2 of ScopeLogs */
	struct buf one, any;
	uint32_t lines;
	uint64_t min, max;
};

static void
put_bytes(struct buf *b, unsigned field, struct str s)
{
	buf_varint(b, field << 3 | 2);
	buf_sized(b, s);
}

static void
put_fixed64(struct buf *b, unsigned field, uint64_t v)
{
	buf_varint(b, field << 3 | 1);
	buf_u64(b, v);
}

static void
put_attr(struct buf *b, unsigned field, struct str key, struct str value)
{
	size_t any = 1 + varint_size(value.n) + value.n;

	buf_varint(b, field << 3 | 2);
	buf_varint(b, 1 + varint_size(key.n) + key.n + 1 + varint_size(any) +
	    any);
	put_bytes(b, 1, key);
	buf_varint(b, 2 << 3 | 2);
	buf_varint(b, any);
	put_bytes(b, 1, value);
}

/* The OTLP name of a promoted label: logql.md section 15. */
static struct str
otlp_name(struct str label)
{
	static const char *const names[] = { "service.name",
		"service.namespace", "service.instance.id",
		"deployment.environment", "deployment.environment.name",
		"cloud.region", "cloud.availability_zone", "k8s.cluster.name",
		"k8s.namespace.name", "k8s.pod.name", "k8s.container.name",
		"container.name", "k8s.replicaset.name",
		"k8s.deployment.name", "k8s.statefulset.name",
		"k8s.daemonset.name", "k8s.cronjob.name", "k8s.job.name" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str s = str_of(names[i]);
		bool same = s.n == label.n;

		for (size_t k = 0; same && k < s.n; k++)
			same = s.p[k] == label.p[k] ||
			    (s.p[k] == '.' && label.p[k] == '_');
		if (same)
			return s;
	}
	return label;
}

static void
open_stream(struct export *x, const struct log_line *l)
{
	for (uint32_t i = 0; i < l->nlabels; i++)
		put_attr(&x->resource, 1, otlp_name(l->labels[i].name),
		    l->labels[i].value);
}

static void
stream_key(struct buf *b, const struct log_line *l)
{
	buf_reset(b);
	for (uint32_t i = 0; i < l->nlabels; i++) {
		put_bytes(b, 1, l->labels[i].name);
		put_bytes(b, 2, l->labels[i].value);
	}
}

struct export *
export_new(struct str tenant)
{
	struct export *x = xcalloc(1, sizeof *x);

	x->tenant = tenant;
	return x;
}

void
export_end(struct export *x, struct buf *out)
{
	struct buf outer = { 0 }, payload = { 0 };

	if (x->lines == 0)
		return;
	put_bytes(&outer, 1, buf_str(&x->resource));
	put_bytes(&outer, 2, buf_str(&x->records));
	put_bytes(&payload, 1, buf_str(&outer));
	struct rec rec = { .signal = SIGNAL_LOGS, .tenant = x->tenant,
		.payload = buf_str(&payload), .items = x->lines,
		.min_time = x->min, .max_time = x->max };

	rec_put(out, &rec, true);
	buf_free(&outer);
	buf_free(&payload);
	buf_reset(&x->resource);
	buf_reset(&x->records);
	x->lines = 0;
}

void
export_add(struct export *x, const struct log_line *l, struct buf *out)
{
	struct buf *b = &x->one;

	stream_key(b, l);
	if (x->lines == LINES_MAX ||
	    !str_eq(buf_str(b), buf_str(&x->labels)))
		export_end(x, out);
	if (x->lines++ == 0) {
		buf_reset(&x->labels);
		buf_adds(&x->labels, buf_str(b));
		open_stream(x, l);
		x->min = x->max = l->time;
	}
	x->min = l->time < x->min ? l->time : x->min;
	x->max = l->time > x->max ? l->time : x->max;
	buf_reset(b);
	put_fixed64(b, 1, l->time);
	if (l->severity > 0) {
		buf_varint(b, 2 << 3);
		buf_varint(b, l->severity);
	}
	buf_reset(&x->any);
	put_bytes(&x->any, 1, l->line);
	put_bytes(b, 5, buf_str(&x->any));
	for (uint32_t i = 0; i < l->nmeta; i++)
		put_attr(b, 6, l->meta[i].name, l->meta[i].value);
	if (l->trace_id.n == 16)
		put_bytes(b, 9, l->trace_id);
	if (l->span_id.n == 8)
		put_bytes(b, 10, l->span_id);
	put_bytes(&x->records, 2, buf_str(b));
}

void
export_free(struct export *x)
{
	if (!x)
		return;
	buf_free(&x->labels);
	buf_free(&x->resource);
	buf_free(&x->records);
	buf_free(&x->one);
	buf_free(&x->any);
	free(x);
}
