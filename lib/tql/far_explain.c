/* What --explain prints of a server: how it is asked, and what it counted. */
#include <assert.h>
#include <stdio.h>

#include "base/num.h"
#include "tql/far.h"
#include "tql/run.h"

#define REQUESTS_SHOWN	1000u

struct asked {
	struct str what;
	uint64_t n, bytes, ns;
};

struct explain {
	struct asked *v;
	size_t n, cap;
	struct arena mem;
};

/* Traces are fetched one by one: a line for all of them. */
static struct str
name_of(struct str request)
{
	return str_starts(request, S("/api/traces/")) ? S("/api/traces/ID") :
	    request;
}

static int
on_request(void *arg, const struct remote_answer *a, struct err *e)
{
	struct explain *x = arg;
	struct str what = name_of(a->text);
	struct asked *last = x->n > 0 ? &x->v[x->n - 1] : NULL;

	(void)e;
	if (!last || (!str_eq(last->what, what) && x->n < REQUESTS_SHOWN)) {
		if (x->n == x->cap) {
			x->cap = x->cap ? x->cap * 2 : 16;
			x->v = arena_grow(&x->mem, x->v, x->n, x->cap,
			    sizeof *x->v);
		}
		assert(x->v);		/* with room in it */
		last = &x->v[x->n++];
		*last = (struct asked){ .what = arena_str(&x->mem, what) };
	}
	last->n++;
	last->bytes += a->bytes;
	last->ns += a->time;
	return 0;
}

static void
put_table(const struct tql_ask *ask, struct show_table *t, struct buf *b)
{
	if (ask->out == ASK_JSON)
		show_table_json(t, b);
	else if (t->cells > 0)
		show_table(&ask->show, t, b);
	show_table_free(t);
}

static void
number(struct show_table *t, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	show_cell_number(t, n, str_of(text), SHOW_PLAIN);
}

static void
put(const struct tql_ask *ask, const struct explain *x,
    const struct remote_count *c, struct buf *b)
{
	static const char *const head[] = { "REQUEST", "TIMES", "ANSWERED",
	    "TIME" }, *const counted[] = { "SERVER", "COUNTED" };
	struct show_table t = { .cols = 4, .head = head, .right = 0xe },
	    s = { .cols = 2, .head = counted, .right = 2 };
	char text[24];

	for (size_t i = 0; i < x->n; i++) {
		const struct asked *a = &x->v[i];

		show_cell(&t, a->what, SHOW_PLAIN);
		number(&t, a->n);
		show_cell_number(&t, a->bytes, str_of(num_fmt_size(text,
		    a->bytes)), SHOW_PLAIN);
		show_cell_number(&t, a->ns, str_of(num_fmt_short_duration(text,
		    (int64_t)a->ns)), SHOW_PLAIN);
	}
	put_table(ask, &t, b);
	for (unsigned i = 0; i < c->counters; i++) {
		show_cell(&s, str_of(c->of[i].name), SHOW_PLAIN);
		number(&s, c->of[i].n);
	}
	put_table(ask, &s, b);
}

/* The query is answered, but for the printing. */
static int
run(struct far *f, const struct tql_ask *ask, struct str text,
    struct arena *mem, uint64_t *n, struct err *e)
{
	struct tql_result res = { 0 };
	struct tql_exemplars ex = { 0 };
	struct tql_range range;
	struct tql_query q;
	struct table t;
	int r = tql_parse(&q, text, mem, e);

	if (r == -1)
		return -1;
	if (q.metric) {
		r = far_metrics(f, ask, &q, &range, mem, &t, &ex, e);
		*n = r == -1 ? 0 : t.n;
	} else if ((r = far_search(f, ask, text, e)) == 0) {
		r = tql_run(f->view, &q, &ask->o, &res, e);
		*n = res.n;
		tql_result_free(&res);
	}
	tql_free(&q);
	return r == -1 ? -1 : 0;
}

int
far_explain(struct far *f, const struct tql_ask *ask, struct str text,
    uint64_t *n, struct err *e)
{
	struct explain x = { 0 };
	struct buf b = { 0 };
	int r;

	if (ask->out != ASK_TABLE && ask->out != ASK_JSON)
		return err_set(e, ERR_QUERY, "a plan comes as table or json");
	f->to->watch = on_request;
	f->to->watch_arg = &x;
	r = run(f, ask, text, &x.mem, n, e);
	f->to->watch = NULL;
	if (r == 0) {
		put(ask, &x, &f->to->count, &b);
		r = ask->write(ask->write_arg, buf_str(&b), e);
	}
	buf_free(&b);
	arena_free(&x.mem);
	return r;
}
