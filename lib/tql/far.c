#include "tql/far.h"

#include "otlp/walk.h"

#define RECORDS_MAX	((size_t)512 << 20)	/* of an answer */

static int
on_trace(void *arg, const struct remote_answer *a, struct err *e)
{
	struct rec rec = { .signal = SIGNAL_TRACES, .payload = a->text };
	struct far *f = arg;
	struct otlp_sum sum;

	if (a->kind != ANSWER_TRACE)
		return 0;
	if (a->text.n > RECORDS_MAX - f->records.n)
		return err_set(e, ERR_LIMIT, "traces of over %zu MiB",
		    RECORDS_MAX >> 20);
	if (otlp_check(SIGNAL_TRACES, a->text, &sum, e) == -1)
		return err_in(e, "a trace of the server");
	rec.items = sum.items;
	rec.min_time = sum.min_time;
	rec.max_time = sum.max_time;
	rec_put(&f->records, &rec, false);
	return 0;
}

static int
ask(struct far *f, const struct tql_ask *tql, const struct question *q,
    struct err *e)
{
	struct store_view_opts vo = { .kind = "traces", .say = tql->say,
		.say_arg = tql->say_arg };

	if (remote_ask(f->to, "tempo", f->tenant, q, on_trace, f, e) == -1)
		return -1;
	f->view = store_view_held(buf_str(&f->records), SIGNAL_TRACES, &vo);
	return 0;
}

int
far_ids(struct far *f, const struct tql_ask *tql, struct str ids,
    struct err *e)
{
	return ask(f, tql, &(struct question){ .what = QUESTION_TRACES,
	    .text = ids }, e);
}

int
far_search(struct far *f, const struct tql_ask *tql, struct str query,
    struct err *e)
{
	struct question qn = { .what = QUESTION_SEARCH, .text = query,
		.from = tql->o.from, .to = tql->o.to, .limit = tql->o.limit };
	struct arena mem = { 0 };
	struct tql_query q;
	int r = tql_parse(&q, query, &mem, e);

	if (r == 0) {
		r = q.metric ? err_set(e, ERR_QUERY, "metrics: of a store "
		    "only, not of a server") : 0;
		tql_free(&q);
	}
	arena_free(&mem);
	remote_range(&qn.from, &qn.to);
	return r == 0 ? ask(f, tql, &qn, e) : -1;
}

void
far_free(struct far *f)
{
	store_view_close(f->view);
	f->view = NULL;
	buf_free(&f->records);
}
