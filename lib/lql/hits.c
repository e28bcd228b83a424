#include "lql/hits.h"

#include "base/time.h"
#include "base/tool.h"
#include "show/spark.h"

#define BARS	60u

struct hits {
	uint64_t from, step, n;
	double bar[BARS];
};

static int
on_line(void *arg, const struct lql_line *l, struct err *e)
{
	struct hits *h = arg;
	uint64_t at = l->l.time > h->from ? (l->l.time - h->from) / h->step :
	    0;

	if (tool_stopped())
		return err_set(e, ERR_CANCEL, "stopped");
	h->bar[at < BARS ? at : BARS - 1]++;
	h->n++;
	return 0;
}

static void
put_time(const struct show *sh, struct buf *b, uint64_t ns)
{
	char t[40];

	time_format(t, ns, 0);
	t[10] = ' ';
	show_on(sh, b, SHOW_DIM);
	buf_addf(b, "%.19s", t);
	show_off(sh, b);
}

int
hits_put(const struct lql_ask *ask, struct store_view *view,
    const struct lql_log *q, struct buf *b, struct err *e)
{
	struct lql_opts o = ask->o;
	struct hits h = { 0 };
	uint64_t min = 0, to = 0;
	double top = 0;

	store_view_span(view, &min, &to);
	h.from = o.from > min ? o.from : min;
	if (o.to != 0 && o.to < to)
		to = o.to;
	h.step = to > h.from ? (to - h.from) / BARS + 1 : 1;
	o.limit = 0;
	o.ids_only = true;
	if (lql_run(view, q, &o, on_line, &h, e) == -1)
		return -1;
	if (h.n == 0)
		return 0;
	for (uint32_t i = 0; i < BARS; i++)
		top = h.bar[i] > top ? h.bar[i] : top;
	put_time(&ask->show, b, h.from);
	buf_u8(b, ' ');
	show_spark(b, h.bar, BARS, 0, top, BARS);
	buf_u8(b, ' ');
	put_time(&ask->show, b, to);
	buf_addf(b, "  %llu line%s, at most %.0f a bar\n",
	    (unsigned long long)h.n, h.n == 1 ? "" : "s", top);
	return 0;
}
