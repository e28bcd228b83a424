/*
 * logql_logs: the log queries of engine.json, over a store: order, limit,
 * interval. The streams' labels are promoted; service_name, which every stream
 * gets, is passed over.
 */
#ifndef CONFORMANCE_LOGQL_LOGS_H
#define CONFORMANCE_LOGQL_LOGS_H

#include <unistd.h>

#include "base/err.h"
#include "base/quote.h"
#include "conformance/logql_engine.h"
#include "folder.h"
#include "log/kind.h"
#include "log/scan.h"
#include "lql/run.h"
#include "record/spool.h"
#include "unit/pb.h"

/* A line at 0 would be one without a time. */
#define LATER	INT64_C(3600000000000)

/* ---- the data as a store ------------------------------------------------------------ */

static inline void
put_fed_attr(struct buf *b, uint32_t no, struct log_pair p)
{
	struct buf any = { 0 }, kv = { 0 };

	pb_bytes(&any, 1, p.value);
	pb_bytes(&kv, 1, p.name);
	pb_bytes(&kv, 2, buf_str(&any));
	pb_bytes(b, no, buf_str(&kv));
	buf_free(&any);
	buf_free(&kv);
}

/* One ResourceLogs. */
static inline void
put_fed(struct buf *out, const struct fed *l)
{
	struct buf line = { 0 }, any = { 0 }, res = { 0 };

	pb_fixed64(&line, 1, (uint64_t)(l->time + LATER));
	pb_bytes(&any, 1, l->line);
	pb_bytes(&line, 5, buf_str(&any));
	for (uint32_t i = 0; i < l->nmeta; i++)
		put_fed_attr(&line, 6, l->meta[i]);
	for (uint32_t i = 0; i < l->nlabel; i++)
		put_fed_attr(&res, 1, l->label[i]);
	pb_item(out, buf_str(&res), S(""), buf_str(&line));
	buf_free(&line);
	buf_free(&any);
	buf_free(&res);
}

/* Half of the lines in blocks, the others in the tail. */
static inline struct store_view *
fed_store(const char *tmp, const struct feed *f)
{
	struct store_option labels = { LOG_OPTION_LABELS, S("app") };
	struct store_writer_opts o = { .once = true,
		.options = { &labels, 1 } };
	struct store_view_opts vo = { .kind = "logs" };
	struct spool_opts so = { .sync = SPOOL_SYNC_NONE };
	struct store_taken sum = { 0 };
	char dir[256], spool[256];
	struct store_view *v;
	struct store *st;
	struct buf b = { 0 };
	struct err e = { 0 };
	struct spool *sp;

	snprintf(dir, sizeof dir, "%s/store", tmp);
	snprintf(spool, sizeof spool, "%s/spool", tmp);
	if (!(sp = spool_open(spool, &so, &e)))
		die("%s", e.msg);
	for (uint32_t i = 0; i <= f->n; i++) {
		struct rec r = { .signal = SIGNAL_LOGS, .items = 1,
			.received = 1 + i };

		if (i == f->n / 2 && (!(st = store_open(dir, &log_kind, &o,
		    &e)) || store_take(st, spool, -1, &sum, &e) == -1 ||
		    store_close(st, &e) == -1))
			die("%s", e.msg);
		if (i == f->n)
			break;
		buf_reset(&b);
		put_fed(&b, &f->v[i]);
		r.payload = buf_str(&b);
		if (spool_append(sp, &r, NULL, &e) == -1)
			die("%s", e.msg);
	}
	buf_free(&b);
	if (spool_close(sp, &e) == -1 || !(v = store_view(dir, &vo, &e)))
		die("%s", e.msg);
	return v;
}

/* ---- answers ------------------------------------------------------------------------ */

struct told { struct str stream, entry; uint32_t no; };
struct tale { struct told v[200]; uint32_t n; struct arena mem; };

static inline void
tell(struct tale *t, struct str stream, struct str entry)
{
	/* equal lines are kept once: DEVIATIONS.md */
	for (uint32_t i = 0; i < t->n; i++)
		if (str_eq(t->v[i].stream, stream) &&
		    str_eq(t->v[i].entry, entry))
			return;
	if (t->n == 200)
		die("too long an answer");
	t->v[t->n] = (struct told){ arena_str(&t->mem, stream),
		arena_str(&t->mem, entry), t->n };
	t->n++;
}

static inline int
by_stream(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int c = str_cmp(x->stream, y->stream);

	return c != 0 ? c : x->no < y->no ? -1 : 1;
}

static inline int
tell_line(void *arg, const struct lql_line *l, struct err *e)
{
	struct tale *t = arg;
	const struct log_pair *part[] = { l->l.labels, l->l.meta, l->parsed };
	uint32_t n[] = { l->l.nlabels, l->l.nmeta, l->nparsed }, all = 0;
	struct label *v = arena_new(&t->mem, struct label, n[0] + n[1] + n[2]);
	struct buf b = { 0 };

	(void)e;
	for (int k = 0; k < 3; k++)
		for (uint32_t i = 0; i < n[k]; i++)
			if (!str_eq(part[k][i].name, S("service_name")))
				v[all++] = (struct label){ part[k][i].name,
					part[k][i].value, LABEL_STR };
	labels_print(&b, labels_sort(v, all));
	tell(t, buf_str(&b), arena_printf(&t->mem, "%lld %.*s",
	    (long long)l->l.time - LATER, PS(l->l.line)));
	buf_free(&b);
	return 0;
}

static inline void
tell_case(struct tale *t, json_t *c)
{
	json_t *s, *v;
	size_t i, k;

	json_array_foreach(json_object_get(c, "result"), i, s)
		json_array_foreach(json_object_get(s, "values"), k, v)
			tell(t, text_of(s, "stream"), arena_printf(&t->mem,
			    "%s %s", json_string_value(json_array_get(v, 0)),
			    json_string_value(json_array_get(v, 1))));
}

static inline bool
same_tale(struct tale *a, struct tale *b)
{
	qsort(a->v, a->n, sizeof *a->v, by_stream);
	qsort(b->v, b->n, sizeof *b->v, by_stream);
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!str_eq(a->v[i].stream, b->v[i].stream) ||
		    !str_eq(a->v[i].entry, b->v[i].entry))
			return false;
	return true;
}

static inline struct lql_opts
logs_opts(json_t *c)
{
	int64_t start = ns_of(c, "start"), end = ns_of(c, "end");
	struct lql_opts o = { .workers = 2,
		.forward = str_eq(text_of(c, "direction"), S("forward")),
		.limit = (uint64_t)json_integer_value(json_object_get(c,
		    "limit")),
		.from = (uint64_t)(start + LATER),
		.to = (uint64_t)(end + LATER) + (start == end) };

	if (json_object_get(c, "interval"))
		o.interval = (uint64_t)ns_of(c, "interval");
	return o;
}

static inline void
logs_case(json_t *c, json_t *root)
{
	static struct tale want, got;
	char tmp[FOLDER_PATH];
	struct lql_opts o = logs_opts(c);
	struct feed f = { 0 };
	struct lql_query q;
	struct err e = { 0 };

	if (!str_eq(text_of(c, "kind"), S("logs")))
		return;
	folder_new(tmp, "logql");
	want.n = got.n = 0;
	feed_data(&f, root, text_of(c, "data"));
	struct store_view *v = fed_store(tmp, &f);

	tell_case(&want, c);
	if (lql_parse(&q, text_of(c, "query"), &f.mem, &e) == -1) {
		verdict(false, c, e.msg);
	} else {
		verdict(lql_run(v, &q.log, &o, tell_line, &got, &e) != -1 &&
		    same_tale(&want, &got), c, "another answer");
		lql_query_free(&q);
	}
	store_view_close(v);
	folder_wipe(tmp);
	arena_free(&f.mem);
	arena_reset(&want.mem);
	arena_reset(&got.mem);
}

#endif
