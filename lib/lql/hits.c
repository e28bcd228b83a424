#include "lql/hits.h"

#include "base/pool.h"
#include "base/time.h"
#include "base/tool.h"
#include "lql/far.h"
#include "show/spark.h"

#define BARS	60u	/* at most; and as few on a narrow terminal as */
#define FEW	10u
#define NARROW	60u	/* from here on times are whole */

/* A bar is of the lines in the step up to its point, on multiples of the step:
 * where servers have them. */
struct hits {
	uint64_t from, to;
	uint64_t first, step;	/* the first bar's point */
	unsigned bars;
	double bar[POOL_WORKERS_MAX][BARS];	/* of a worker */
};

/* Steps of whole milliseconds, as ranges of queries are. */
static void
set_bars(struct hits *h)
{
	uint64_t bar = h->to > h->from ? (h->to - h->from) / (h->bars - 1) : 0;

	h->step = (bar / NS_MS + 1) * NS_MS;
	h->first = h->from % h->step == 0 ? h->from :
	    (h->from / h->step + 1) * h->step;
}

static uint64_t
bar_of(const struct hits *h, uint64_t time)
{
	uint64_t at = time > h->first ? (time - h->first + h->step - 1) /
	    h->step : 0;

	return at < h->bars ? at : h->bars - 1;
}

static int
on_line(void *arg, unsigned worker, const struct lql_line *l, struct err *e)
{
	struct hits *h = arg;

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	h->bar[worker][bar_of(h, l->l.time)]++;
	return 0;
}

/* "2026-01-01 00:00:00", or "01-01 00:00" */
static unsigned
time_cols(const struct show *sh)
{
	return sh->width > 0 && sh->width < NARROW ? 11 : 19;
}

/* The columns beside the bars. */
static unsigned
beside(const struct show *sh)
{
	return 2 * time_cols(sh) + 2;
}

static void
put_time(const struct show *sh, struct buf *b, uint64_t ns)
{
	char t[40];

	show_on(sh, b, SHOW_DIM);
	show_time(sh, t, ns, 0);
	buf_add(b, time_cols(sh) < 19 ? t + 5 : t, time_cols(sh));
	show_off(sh, b);
}

static unsigned
bars_in(const struct show *sh)
{
	unsigned width = sh->width, n = width > beside(sh) + FEW ?
	    width - beside(sh) : FEW;

	return width == 0 || n > BARS ? BARS : n;
}

/* ---- a server -------------------------------------------------------------- */

/* Points; those of an instant have its time. */
static int
on_points(void *arg, const struct remote_answer *a, struct err *e)
{
	struct hits *h = arg;

	(void)e;
	for (size_t i = 0; a->kind == ANSWER_SERIES && i < a->points; i++)
		h->bar[0][bar_of(h, a->point[i].time)] += a->point[i].value;
	return 0;
}

/* What is counted at one time, of the ns before. */
static int
far_bar(const struct lql_ask *ask, const struct lql_log *q, struct hits *h,
    uint64_t at, uint64_t ns, struct err *e)
{
	return far_sum(ask, q, &(struct far_sum){ .op = "count_over_time",
	    .ns = ns }, &(struct question){ .to = at }, on_points, h, e);
}

/* The first and the last bar are asked for alone: they end with the range. */
static int
far_hits(const struct lql_ask *ask, const struct lql_log *q, struct hits *h,
    struct err *e)
{
	struct far_sum sum = { .op = "count_over_time" };
	struct question qn = { 0 };
	uint64_t last, to;

	h->from = ask->o.from;
	h->to = ask->o.to;
	remote_range(&h->from, &h->to);
	set_bars(h);
	to = (h->to + NS_MS - 1) / NS_MS * NS_MS;
	if (h->first >= to)
		return far_bar(ask, q, h, to, to - h->from + 1, e);
	last = h->first + (to - h->first) / h->step * h->step;
	qn.from = h->first + h->step;
	qn.to = last;
	qn.step = sum.ns = h->step;
	if (far_bar(ask, q, h, h->first, h->first - h->from + 1, e) == -1 ||
	    (last > h->first && far_sum(ask, q, &sum, &qn, on_points, h, e) ==
	    -1))
		return -1;
	return last < to ? far_bar(ask, q, h, to, to - last, e) : 0;
}

/* ---- a store --------------------------------------------------------------- */

static int
store_hits(const struct lql_ask *ask, struct store_view *view,
    const struct lql_log *q, struct hits *h, struct err *e)
{
	struct lql_opts o = ask->o;

	store_view_span(view, &h->from, &h->to);
	h->from = o.from > h->from ? o.from : h->from;
	if (o.to != 0 && o.to < h->to)
		h->to = o.to;
	set_bars(h);
	o.no_line = o.no_meta = true;
	return lql_each(view, q, &o, on_line, h, e);
}

int
hits_put(const struct lql_ask *ask, struct store_view *view,
    const struct lql_log *q, struct buf *b, struct err *e)
{
	struct hits h = { .bars = bars_in(&ask->show) };
	double sum[BARS] = { 0 }, top = 0, n = 0;
	struct arena a = { 0 };
	struct str text;

	if ((ask->far ? far_hits(ask, q, &h, e) : store_hits(ask, view, q, &h,
	    e)) == -1)
		return -1;
	for (uint32_t i = 0; i < h.bars; i++) {
		for (unsigned k = 0; k < POOL_WORKERS_MAX; k++)
			sum[i] += h.bar[k][i];
		n += sum[i];
		top = sum[i] > top ? sum[i] : top;
	}
	if (n == 0)
		return 0;
	put_time(&ask->show, b, h.from);
	buf_u8(b, ' ');
	show_spark(b, sum, h.bars, 0, top, h.bars);
	buf_u8(b, ' ');
	put_time(&ask->show, b, h.to);
	text = arena_printf(&a, "%.0f line%s, at most %.0f a bar\n", n,
	    n == 1 ? "" : "s", top);
	/* on a line of its own when it does not fit */
	buf_adds(b, ask->show.width > 0 && beside(&ask->show) + h.bars + 1 +
	    text.n > ask->show.width ? S("\n") : S("  "));
	buf_adds(b, text);
	arena_free(&a);
	return 0;
}
