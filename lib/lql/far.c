#include "lql/far.h"

#include <stdlib.h>

#include "base/num.h"
#include "lql/level.h"
#include "lql/print.h"

#define STREAMS_MAX	1000000u

struct far {
	lql_fn *fn;
	void *arg;
	struct arena *mem;		/* of what is handed on */
	struct arena scratch;		/* of an answer */
	const struct lql_times *times;
	struct table *table;
	struct log_streams *streams;
	size_t cap;
};

static int
ask(const struct lql_ask *ask, enum question_what what,
    const struct lql_query *q, struct question *qn, remote_fn *fn,
    struct far *f, struct err *e)
{
	struct buf text = { 0 };
	int r;

	if (q->metric || q->log.nmatch > 0)
		lql_print(&text, q);
	qn->what = what;
	qn->text = buf_str(&text);
	r = remote_ask(ask->far, "loki", ask->tenant, qn, fn, f, e);
	buf_free(&text);
	arena_free(&f->scratch);
	return r;
}

static struct log_pair *
pairs_from(const struct labels *l, struct arena *mem)
{
	struct log_pair *v = arena_new(mem, struct log_pair, l->n + 1);

	for (uint32_t i = 0; i < l->n; i++)
		v[i] = (struct log_pair){ l->v[i].name, l->v[i].value };
	return v;
}

/* n bytes in hex, or nothing. */
static struct str
id_of(struct str hex, size_t n, struct arena *mem)
{
	char *raw = arena_new(mem, char, n);

	return hex.n == 2 * n && str_unhex(raw, n, hex) == (ptrdiff_t)n ?
	    str_mk(raw, n) : S("");
}

/*
 * What a store has in columns of their own is metadata there; and so is the
 * level, which a store has from the rest. Takes them out. logql.md 14, 15.
 */
static void
take_own(struct log_line *l, struct log_pair *v, struct arena *mem)
{
	uint32_t n = 0;
	uint64_t no;

	for (uint32_t i = 0; i < l->nmeta; i++) {
		struct str name = v[i].name, value = v[i].value;

		if (str_eq(name, S("trace_id")) && value.n == 32)
			l->trace_id = id_of(value, 16, mem);
		else if (str_eq(name, S("span_id")) && value.n == 16)
			l->span_id = id_of(value, 8, mem);
		else if (str_eq(name, S("severity_number")) &&
		    num_u64(value, &no) && no <= 24)
			l->severity = (uint32_t)no;
		else if (!str_eq(name, LEVEL_NAME))
			v[n++] = v[i];
	}
	l->meta = v;
	l->nmeta = n;
}

static int
on_line(void *arg, const struct remote_answer *a, struct err *e)
{
	struct far *f = arg;
	struct lql_line out = { .l = { .time = a->time, .line = a->text,
	    .nlabels = a->labels.n, .nmeta = a->meta.n },
	    .nparsed = a->parsed.n };

	if (a->kind != ANSWER_LINE)
		return 0;
	arena_reset(&f->scratch);
	out.l.labels = pairs_from(&a->labels, &f->scratch);
	out.parsed = pairs_from(&a->parsed, &f->scratch);
	take_own(&out.l, pairs_from(&a->meta, &f->scratch), &f->scratch);
	return f->fn(f->arg, &out, e);
}

int
far_lines(const struct lql_ask *lql, const struct lql_query *q, lql_fn *fn,
    void *arg, struct err *e)
{
	struct far f = { .fn = fn, .arg = arg };
	struct question qn = { .from = lql->o.from, .to = lql->o.to,
	    .limit = lql->o.limit, .batch = lql->batch,
	    .forward = lql->o.forward };

	remote_range(&qn.from, &qn.to);
	return ask(lql, QUESTION_LINES, q, &qn, on_line, &f, e);
}

static int
on_series(void *arg, const struct remote_answer *a, struct err *e)
{
	struct far *f = arg;
	const struct lql_times *t = f->times;
	struct series *s;

	if (a->kind != ANSWER_SERIES)
		return 0;
	s = table_add(f->table, labels_copy(a->labels, f->mem), e);
	if (!s)
		return -1;
	for (size_t i = 0; i < a->points; i++) {
		uint64_t at = a->point[i].time - (uint64_t)t->start;

		if (at / t->step < t->steps)
			table_put(s, (uint32_t)(at / t->step),
			    a->point[i].value);
	}
	return 0;
}

int
far_series(const struct lql_ask *lql, const struct lql_query *q,
    const struct lql_times *t, struct arena *mem, struct table *out,
    struct err *e)
{
	struct far f = { .mem = mem, .times = t, .table = out };
	struct question qn = { .from = (uint64_t)t->start,
	    .to = (uint64_t)t->start + (t->steps - 1) * t->step,
	    .step = t->instant ? 0 : t->step };

	table_init(out, t->steps, mem);
	if (ask(lql, QUESTION_SERIES, q, &qn, on_series, &f, e) == -1)
		return -1;
	if (!t->instant)	/* a vector may have been sorted */
		table_sort(out);
	return 0;
}

static int
on_stream(void *arg, const struct remote_answer *a, struct err *e)
{
	struct far *f = arg;
	struct log_streams *s = f->streams;
	struct log_stream *one;

	if (a->kind != ANSWER_STREAM)
		return 0;
	if (s->n == STREAMS_MAX)
		return err_set(e, ERR_LIMIT, "over %u streams", STREAMS_MAX);
	if (s->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 64;
		s->v = arena_grow(f->mem, s->v, s->n, f->cap, sizeof *s->v);
	}
	one = &s->v[s->n++];
	*one = (struct log_stream){ pairs_from(&a->labels, f->mem),
	    a->labels.n };
	for (uint32_t i = 0; i < one->n; i++)
		one->label[i] = (struct log_pair){ arena_str(f->mem,
		    one->label[i].name), arena_str(f->mem,
		    one->label[i].value) };
	return 0;
}

/* In the order of their labels. */
static int
by_labels(const void *a, const void *b)
{
	const struct log_stream *x = a, *y = b;
	int c = 0;

	for (uint32_t i = 0; i < x->n && i < y->n && c == 0; i++) {
		c = str_cmp(x->label[i].name, y->label[i].name);
		c = c ? c : str_cmp(x->label[i].value, y->label[i].value);
	}
	return c ? c : (x->n > y->n) - (x->n < y->n);
}

int
far_streams(const struct lql_ask *lql, const struct lql_query *match,
    struct arena *mem, struct log_streams *out, struct err *e)
{
	struct far f = { .mem = mem, .streams = out };
	struct question qn = { .from = lql->o.from, .to = lql->o.to };
	int r;

	*out = (struct log_streams){ 0 };
	remote_range(&qn.from, &qn.to);
	r = ask(lql, QUESTION_STREAMS, match, &qn, on_stream, &f, e);
	if (r == 0 && out->n > 0)
		qsort(out->v, out->n, sizeof *out->v, by_labels);
	return r;
}
