#include "tql/far.h"

#include "base/hash.h"
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

void
far_empty(struct far *f, const struct tql_ask *tql)
{
	struct store_view_opts vo = { .kind = "traces", .say = tql->say,
		.say_arg = tql->say_arg };

	f->view = store_view_held(buf_str(&f->records), SIGNAL_TRACES, &vo);
}

static void
pad_id(char hex[33], struct str id)
{
	memset(hex, '0', 32);
	memcpy(hex + 32 - id.n, id.p, id.n);
	hex[32] = '\0';
}

struct str
far_whole_id(struct str id, struct arena *mem)
{
	char hex[33];

	pad_id(hex, id);
	return arena_str(mem, str_mk(hex, 32));
}

void
far_put_id(struct buf *b, const uint8_t id[16])
{
	char hex[33];

	str_hex(hex, id, 16);
	buf_addf(b, "%s\n", hex);
}

int
far_ids(struct far *f, const struct tql_ask *tql, struct str ids,
    struct err *e)
{
	if (ids.n > 0 && remote_ask(f->to, &(struct question){ .what =
	    QUESTION_TRACES, .text = ids }, on_trace, f, e) == -1)
		return -1;
	far_empty(f, tql);
	return 0;
}

static int
on_found(void *arg, const struct remote_answer *a, struct err *e)
{
	struct far_found *all = arg;
	char hex[33];

	if (a->kind != ANSWER_NAME || a->labels.n != 1)
		return 0;
	if (!tql_is_id(a->labels.v[0].value))
		return err_set(e, ERR_CORRUPT, "a trace id that is none");
	if (all->n == all->cap) {
		all->cap = all->cap ? all->cap * 2 : 64;
		all->v = arena_grow(all->mem, all->v, all->n, all->cap,
		    sizeof *all->v);
	}
	pad_id(hex, a->labels.v[0].value);
	str_unhex(all->v[all->n].id, 16, str_mk(hex, 32));
	all->v[all->n++].end = a->time;
	return 0;
}

/* A server takes the first that it finds, if it is not told that the newest
 * are wanted. A comment may be the query's end. */
static void
put_query(struct buf *b, const struct tql_query *q)
{
	buf_adds(b, q->text);
	if (!q->hint)
		buf_addf(b, "%cwith (most_recent=true)", str_find(q->text,
		    S("//")) < q->text.n ? '\n' : ' ');
}

int
far_find(const struct far *f, const struct tql_query *q, uint64_t from,
    uint64_t to, uint64_t limit, struct far_found *out, struct err *e)
{
	struct question qn = { .what = QUESTION_FIND, .from = from, .to = to,
		.limit = limit };
	struct buf text = { 0 };
	int r;

	remote_range(&qn.from, &qn.to);
	put_query(&text, q);
	qn.text = buf_str(&text);
	r = remote_ask(f->to, &qn, on_found, out, e);
	buf_free(&text);
	return r;
}

/* Finds, and appends the ids. */
static int
find(const struct far *f, const struct tql_query *q, uint64_t from,
    uint64_t to, uint64_t limit, struct buf *ids, struct err *e)
{
	struct arena mem = { 0 };
	struct far_found found = { .mem = &mem };
	int r = far_find(f, q, from, to, limit, &found, e);

	for (size_t i = 0; i < found.n; i++)
		far_put_id(ids, found.v[i].id);
	arena_free(&mem);
	return r;
}

int
far_search(struct far *f, const struct tql_ask *tql, struct str query,
    struct err *e)
{
	struct arena mem = { 0 };
	struct buf ids = { 0 };
	struct tql_query q;
	int r = tql_parse(&q, query, &mem, e);

	if (r == 0) {
		if (!q.metric)
			r = find(f, &q, tql->o.from, tql->o.to, tql->sort ==
			    TQL_BY_TIME ? tql->o.limit : 0, &ids, e);
		tql_free(&q);
	}
	if (r == 0)
		r = far_ids(f, tql, buf_str(&ids), e);
	buf_free(&ids);
	arena_free(&mem);
	return r;
}

int
far_sides(struct far *f, const struct tql_ask *tql, const struct str side[2],
    struct str query, struct err *e)
{
	struct arena mem = { 0 };
	struct buf ids = { 0 };
	struct tql_query q;
	uint64_t from, to;
	int r = tql_parse(&q, query.n > 0 ? query : S("{}"), &mem, e);
	bool parsed = r == 0;

	for (unsigned i = 0; i < 2 && r == 0; i++) {
		if (tql_is_id(side[i]))
			buf_addf(&ids, "%.*s\n", PS(side[i]));
		else if (tql_diff_times(side[i], &from, &to, e) == -1 ||
		    find(f, &q, from, to, 0, &ids, e) == -1)
			r = -1;
	}
	if (parsed)
		tql_free(&q);
	if (r == 0)
		r = far_ids(f, tql, buf_str(&ids), e);
	buf_free(&ids);
	arena_free(&mem);
	return r;
}

struct wanted {
	const struct tql_range *range;
	struct table *table;
	struct arena *mem;
	struct tql_exemplars *ex;
	uint32_t most;		/* of them */
	struct labels last, *of;	/* the series said last; each one's */
};

/* Which number the series will have is known when all are there. */
static void
add_exemplar(struct wanted *w, const struct remote_answer *a)
{
	size_t n = w->ex->n;

	if (n == w->most || a->points != 1)
		return;
	w->of[n] = w->last;
	w->ex->v[n] = (struct tql_exemplar){ .start = a->point[0].time,
	    .value = a->point[0].value,
	    .labels = labels_copy(a->labels, w->mem) };
	w->ex->n++;
}

static int
on_series(void *arg, const struct remote_answer *a, struct err *e)
{
	struct wanted *w = arg;
	const struct tql_range *range = w->range;
	struct series *s;

	if (a->kind == ANSWER_EXEMPLAR)
		add_exemplar(w, a);
	if (a->kind != ANSWER_SERIES)
		return 0;
	w->last = labels_copy(a->labels, w->mem);
	s = table_add(w->table, w->last, e);
	for (size_t i = 0; s && i < a->points; i++) {
		/* the first step ends one after the start */
		uint64_t n = (a->point[i].time - range->start +
		    range->step - 1) / range->step - 1;

		if (a->point[i].time > range->start && n < range->steps)
			table_put(s, (uint32_t)n, a->point[i].value);
	}
	return s ? 0 : -1;
}

/* Those of series that are there, with their numbers. */
static void
number_exemplars(struct wanted *w)
{
	struct map sets = { 0 };
	struct buf key = { 0 };
	size_t n = 0;

	for (uint32_t i = 0; i < w->table->n; i++) {
		buf_reset(&key);
		labels_key(&key, w->table->s[i].labels);
		map_add(&sets, buf_str(&key), NULL);
	}
	for (size_t i = 0; i < w->ex->n; i++) {
		buf_reset(&key);
		labels_key(&key, w->of[i]);
		w->ex->v[i].series = map_find(&sets, buf_str(&key));
		if (w->ex->v[i].series != MAP_NONE)
			w->ex->v[n++] = w->ex->v[i];
	}
	w->ex->n = n;
	tql_exemplars_sort(w->ex);
	map_free(&sets);
	buf_free(&key);
}

int
far_metrics(const struct far *f, const struct tql_ask *tql,
    const struct tql_query *q, struct tql_range *range, struct arena *mem,
    struct table *t, struct tql_exemplars *ex, struct err *e)
{
	struct wanted w = { .range = range, .table = t, .mem = mem, .ex = ex,
		.most = tql_exemplars_of(q, tql->exemplars) };
	struct question qn = { .what = QUESTION_SERIES, .text = q->text,
		.from = tql->o.from, .to = tql->o.to, .exemplars = w.most };

	remote_range(&qn.from, &qn.to);
	qn.from += qn.from == 0;
	qn.step = tql->step == ASK_STEP_AUTO ? tql_range_step(qn.from - 1,
	    qn.to - 1) : tql->step;
	if (tql_range(range, qn.from - 1, qn.to - 1, qn.step, e) == -1)
		return -1;
	qn.from = range->start;
	qn.to = range->end;
	table_init(t, range->steps, mem);
	ex->v = arena_new(mem, struct tql_exemplar, w.most);
	w.of = arena_new(mem, struct labels, w.most);
	if (remote_ask(f->to, &qn, on_series, &w, e) == -1)
		return -1;
	table_sweep(t);
	tql_metrics_sort(t);
	number_exemplars(&w);
	return 1;
}

void
far_free(struct far *f)
{
	store_view_close(f->view);
	f->view = NULL;
	buf_free(&f->records);
}
