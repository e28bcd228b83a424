#include "lql/tally.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/pool.h"
#include "base/time.h"
#include "base/tool.h"
#include "log/split.h"
#include "lql/far.h"
#include "show/spark.h"

#define TREND	40u		/* points over the time there is */

struct count {
	struct str text;
	uint64_t lines, bytes;
	uint32_t trend[TREND];
};

struct counts {			/* of a worker; in the end of all */
	struct map keys;
	struct count *v;
	uint32_t cap;
	struct buf key, values;
	char text[LOG_SPLIT_MAX];
};

struct tally {
	const struct lql_ask *ask;
	uint64_t from, step;		/* of the trend */
	bool bytes;			/* a server is asked for these now */
	struct counts *of[POOL_WORKERS_MAX];	/* NULL: has had no line */
};

static struct str
value_of(const struct log_pair *v, uint32_t n, struct str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(v[i].name, name))
			return v[i].value;
	return (struct str){ NULL, 0 };
}

/* Of the pipeline, the stream, or the metadata. */
static struct str
label_of(const struct lql_line *l, struct str name)
{
	struct str v = value_of(l->parsed, l->nparsed, name);

	if (!v.p)
		v = value_of(l->l.labels, l->l.nlabels, name);
	if (!v.p)
		v = value_of(l->l.meta, l->l.nmeta, name);
	return v.p ? v : S("");
}

/* The line with <_> for what varies: words with a digit, as lines are kept. */
static struct str
pattern_of(struct counts *t, const struct log_line *l)
{
	char trace[33], span[17];
	struct str p;

	if (l->trace_id.n == 16)
		str_hex(trace, l->trace_id.p, 16);
	if (l->span_id.n == 8)
		str_hex(span, l->span_id.p, 8);
	buf_reset(&t->values);
	buf_reset(&t->key);
	p = split_line(l->line, l->trace_id.n == 16 ? trace : NULL,
	    l->span_id.n == 8 ? span : NULL, t->text, &t->values);
	for (size_t i = 0; i < p.n; i++)
		if (split_is_mark(p.p[i]))
			buf_adds(&t->key, S("<_>"));
		else
			buf_u8(&t->key, (uint8_t)p.p[i]);
	return t->key.n > 0 ? buf_str(&t->key) : S("");
}

static struct counts *
counts_of(struct tally *t, unsigned worker)
{
	if (!t->of[worker])
		t->of[worker] = xcalloc(1, sizeof *t->of[worker]);
	return t->of[worker];
}

static struct count *
count_of(struct counts *c, struct str key)
{
	bool fresh;
	uint32_t k = map_add(&c->keys, key, &fresh);

	if (fresh && k >= c->cap) {
		c->cap = c->cap * 2 + 64;
		c->v = xrealloc(c->v, c->cap, sizeof *c->v);
	}
	if (fresh)
		c->v[k] = (struct count){ 0 };
	return &c->v[k];
}

static int
on_line(void *arg, unsigned worker, const struct lql_line *l, struct err *e)
{
	struct tally *t = arg;
	struct counts *c = counts_of(t, worker);
	struct count *n = count_of(c, t->ask->about == LQL_VOLUME ?
	    label_of(l, t->ask->label) : pattern_of(c, &l->l));
	uint64_t at = l->l.time > t->from ? (l->l.time - t->from) / t->step :
	    0;

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	n->lines++;
	n->bytes += l->l.line.n;
	n->trend[at < TREND ? at : TREND - 1]++;
	return 0;
}

static void
pour(struct counts *to, const struct counts *from)
{
	for (uint32_t k = 0; k < from->keys.n; k++) {
		struct count *n = count_of(to, from->keys.key[k]);

		n->lines += from->v[k].lines;
		n->bytes += from->v[k].bytes;
		for (uint32_t i = 0; i < TREND; i++)
			n->trend[i] += from->v[k].trend[i];
	}
}

static void
counts_free(struct counts *c)
{
	if (!c)
		return;
	map_free(&c->keys);
	free(c->v);
	buf_free(&c->key);
	buf_free(&c->values);
	free(c);
}

static int
by_bytes(const void *va, const void *vb)
{
	const struct count *a = va, *b = vb;

	return a->bytes != b->bytes ? (a->bytes > b->bytes ? -1 : 1) :
	    str_cmp(a->text, b->text);
}

static int
by_lines(const void *va, const void *vb)
{
	const struct count *a = va, *b = vb;

	return a->lines != b->lines ? (a->lines > b->lines ? -1 : 1) :
	    str_cmp(a->text, b->text);
}

static void
put_number(struct show_table *tb, struct arena *a, uint64_t n)
{
	show_cell_number(tb, n, arena_printf(a, "%llu",
	    (unsigned long long)n), SHOW_PLAIN);
}

/* Bars for a person, the counts as a list for programs. */
static void
put_trend(struct show_table *tb, const struct count *c)
{
	struct buf bars = { 0 }, list = { 0 };
	double v[TREND], max = 0;

	for (uint32_t i = 0; i < TREND; i++) {
		v[i] = c->trend[i];
		max = v[i] > max ? v[i] : max;
		buf_addf(&list, "%s%u", i > 0 ? "," : "[", c->trend[i]);
	}
	buf_u8(&list, ']');
	show_spark(&bars, v, TREND, 0, max, TREND);
	show_cell(tb, buf_str(&bars), SHOW_DIM);
	tb->cell[tb->cells - 1].exact = arena_str(&tb->mem, buf_str(&list));
	buf_free(&bars);
	buf_free(&list);
}

static void
put(struct counts *t, bool is, struct arena *a, struct show_table *tb)
{
	static const char *const volume[] = { "VALUE", "LINES", "BYTES" },
	    *const pattern[] = { "PATTERN", "LINES", "TREND" };
	char size[24];

	*tb = (struct show_table){ .cols = 3, .right = 6,
		.spare = is ? 4 : 0, .head = is ? pattern : volume };
	for (uint32_t k = 0; k < t->keys.n; k++)
		t->v[k].text = t->keys.key[k];
	if (t->keys.n > 1)
		qsort(t->v, t->keys.n, sizeof *t->v, is ? by_lines : by_bytes);
	for (uint32_t k = 0; k < t->keys.n; k++) {
		const struct count *c = &t->v[k];

		show_cell(tb, c->text, SHOW_PLAIN);
		put_number(tb, a, c->lines);
		if (is)
			put_trend(tb, c);
		else
			show_cell_number(tb, c->bytes, str_of(num_fmt_size(
			    size, c->bytes)), SHOW_PLAIN);
	}
}

/* ---- a server -------------------------------------------------------------- */

static int
on_sum(void *arg, const struct remote_answer *a, struct err *e)
{
	struct tally *t = arg;
	double n = a->points == 1 ? a->point[0].value : 0;
	struct count *c;

	(void)e;
	if (a->kind != ANSWER_SERIES || !(n > 0 && n < 1e18))
		return 0;
	c = count_of(counts_of(t, 0), labels_get(a->labels, t->ask->label));
	*(t->bytes ? &c->bytes : &c->lines) += (uint64_t)n;
	return 0;
}

/* A pattern comes by level. */
static int
on_pattern(void *arg, const struct remote_answer *a, struct err *e)
{
	struct tally *t = arg;
	struct count *c;

	(void)e;
	if (a->kind != ANSWER_SERIES)
		return 0;
	c = count_of(counts_of(t, 0), labels_get(a->labels, S("pattern")));
	for (size_t i = 0; i < a->points; i++) {
		double n = a->point[i].value;
		uint64_t time = a->point[i].time, at = time > t->from ?
		    (time - t->from) / t->step : 0;

		if (n > 0 && n < 1e9) {
			c->lines += (uint64_t)n;
			c->trend[at < TREND ? at : TREND - 1] += (uint32_t)n;
		}
	}
	return 0;
}

static int
far_tally(struct tally *t, const struct lql_log *q, struct err *e)
{
	struct question qn = { .from = t->ask->o.from, .to = t->ask->o.to };
	struct far_sum sum = { .op = "count_over_time", .by = t->ask->label };

	remote_range(&qn.from, &qn.to);
	t->from = qn.from;
	sum.ns = qn.to - qn.from;
	t->step = sum.ns / TREND + 1;
	if (t->ask->about == LQL_PATTERNS) {
		/* of whole seconds, as it counts them */
		qn.step = t->step < NS_S ? NS_S : t->step / NS_S * NS_S;
		return far_patterns(t->ask, q, &qn, on_pattern, t, e);
	}
	qn = (struct question){ .to = qn.to - 1 };
	if (far_sum(t->ask, q, &sum, &qn, on_sum, t, e) == -1)
		return -1;
	t->bytes = true;
	sum.op = "bytes_over_time";
	return far_sum(t->ask, q, &sum, &qn, on_sum, t, e);
}

/* ---- a store --------------------------------------------------------------- */

static int
store_tally(struct tally *t, struct store_view *view, const struct lql_log *q,
    struct err *e)
{
	struct lql_opts o = t->ask->o;
	uint64_t min = 0, max = 0;
	int r;

	store_view_span(view, &min, &max);
	t->from = o.from > min ? o.from : min;
	if (o.to != 0 && o.to < max)
		max = o.to;
	t->step = max > t->from ? (max - t->from) / TREND + 1 : 1;
	o.no_meta = t->ask->about == LQL_PATTERNS;
	r = lql_each(view, q, &o, on_line, t, e);
	for (unsigned k = 1; k < POOL_WORKERS_MAX; k++)
		if (r == 0 && t->of[k])
			pour(counts_of(t, 0), t->of[k]);
	return r;
}

int
tally_put(const struct lql_ask *ask, struct store_view *view,
    const struct lql_log *q, struct arena *a, struct show_table *tb,
    struct err *e)
{
	struct tally t = { .ask = ask };
	int r = ask->far ? far_tally(&t, q, e) : store_tally(&t, view, q, e);

	if (r == 0)
		put(counts_of(&t, 0), ask->about == LQL_PATTERNS, a, tb);
	for (unsigned k = 0; k < POOL_WORKERS_MAX; k++)
		counts_free(t.of[k]);
	return r;
}
