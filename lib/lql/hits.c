#include "lql/hits.h"

#include "base/pool.h"
#include "base/tool.h"
#include "show/spark.h"

#define BARS	60u	/* at most; and as few on a narrow terminal as */
#define FEW	10u
#define TIMES	40u	/* columns beside the bars */

struct hits {
	uint64_t from, step;
	unsigned bars;
	double bar[POOL_WORKERS_MAX][BARS];	/* of a worker */
};

static int
on_line(void *arg, unsigned worker, const struct lql_line *l, struct err *e)
{
	struct hits *h = arg;
	uint64_t at = l->l.time > h->from ? (l->l.time - h->from) / h->step :
	    0;

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	h->bar[worker][at < h->bars ? at : h->bars - 1]++;
	return 0;
}

static void
put_time(const struct show *sh, struct buf *b, uint64_t ns)
{
	char t[40];

	show_on(sh, b, SHOW_DIM);
	buf_adds(b, str_of(show_time(sh, t, ns, 0)));
	show_off(sh, b);
}

static unsigned
bars_in(unsigned width)
{
	unsigned n = width > TIMES + FEW ? width - TIMES : FEW;

	return width == 0 || n > BARS ? BARS : n;
}

int
hits_put(const struct lql_ask *ask, struct store_view *view,
    const struct lql_log *q, struct buf *b, struct err *e)
{
	struct lql_opts o = ask->o;
	struct hits h = { .bars = bars_in(ask->show.width) };
	uint64_t min = 0, to = 0;
	double sum[BARS] = { 0 }, top = 0, n = 0;
	struct arena a = { 0 };
	struct str text;

	store_view_span(view, &min, &to);
	h.from = o.from > min ? o.from : min;
	if (o.to != 0 && o.to < to)
		to = o.to;
	h.step = to > h.from ? (to - h.from) / h.bars + 1 : 1;
	o.no_line = o.no_meta = true;
	if (lql_each(view, q, &o, on_line, &h, e) == -1)
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
	put_time(&ask->show, b, to);
	text = arena_printf(&a, "%.0f line%s, at most %.0f a bar\n", n,
	    n == 1 ? "" : "s", top);
	/* on a line of its own when it does not fit */
	buf_adds(b, ask->show.width > 0 && TIMES + h.bars + 1 + text.n >
	    ask->show.width ? S("\n") : S("  "));
	buf_adds(b, text);
	arena_free(&a);
	return 0;
}
