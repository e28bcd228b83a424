/*
 * Metric queries over blocks and a tail that overlap, and have lines twice,
 * against a slow evaluation: each window looks at every line.
 */
#include "unit.h"

#include <math.h>

#include "base/re.h"
#include "logdata.h"
#include "lql/metrics.h"
#include "lql/pipe.h"
#include "query/agg.h"

#define LINES 3000u
#define PARTS 4u
#define GAP_NS 1000000u			/* from line to line */
#define BEGIN UINT64_C(1767225600000000000)

/* ---- the data --------------------------------------------------------------- */

/* Half of the texts are made so that parsers find something. */
static void
retext(struct want *w)
{
	/* labels that are there and empty, are not, or are there twice */
	static const char *const empty[] = { "", " gone", " gone=",
		" gone=\"\"", " level=info n=4" }, *const none[] = { "", ",\"gone\":null",
		",\"gone\":\"\"", ",\"gone\":7" };
	struct buf b = { 0 };

	if (below(2) == 0)
		return;
	free(w->text);
	switch (below(5)) {
	case 0: case 1:
		buf_addf(&b, "level=%s took=%ums n=%u user=\"u %u\"%s",
		    below(2) ? "info" : "warn", below(50), below(9),
		    below(3), empty[below(5)]);
		break;
	case 2:
		buf_addf(&b, "{\"n\":%u,\"took\":\"%ums\",\"r\":{\"s\":%u%s}}",
		    below(9), below(50), 200 + 100 * below(4),
		    none[below(4)]);
		break;
	case 3:
		buf_addf(&b, "took=%u n=x%u", below(50), below(9));
		break;
	default:
		buf_addf(&b, "{\"n\":%u,\"took\":%u", below(9), below(50));
	}
	w->text = b.p;
	w->n = b.n;
}

/* Lines in the order of time, each in one part or, with `again`, several. */
static void
spread(struct want *w, bool again, struct log_part *p, struct block **b,
    struct err *e)
{
	struct log_rows *r[PARTS];

	for (uint32_t i = 0; i < PARTS; i++)
		r[i] = rows_new();
	for (uint32_t k = 0; k < LINES; k++) {
		uint32_t near = k * PARTS / LINES;

		retext(&w[k]);
		if (below(6) == 0)
			near = below(PARTS);
		CHECK(take_wants(r[near], &w[k], 1) == 0);
		if (again && below(20) == 0)	/* maybe in the same part */
			CHECK(take_wants(r[below(PARTS)], &w[k], 1) == 0);
	}
	for (uint32_t i = 0; i + 1 < PARTS; i++) {
		b[i] = block_of(r[i], e);
		part_block(&p[i], b[i], i);
	}
	part_rows(&p[PARTS - 1], r[PARTS - 1], PARTS - 1);
}

/* ---- the slow way ----------------------------------------------------------- */

static void
enter(const struct want *w, struct lql_entry *en, struct arena *mem)
{
	struct log_pair *stream = arena_new(mem, struct log_pair, 1),
	    *meta = arena_new(mem, struct log_pair, 2);
	struct log_line l = { .time = w->time, .line = str_mk(w->text, w->n),
		.labels = stream, .nlabels = 1, .meta = meta, .nmeta = 1,
		.severity = w->severity };

	stream[0] = (struct log_pair){ S("service_name"),
		arena_printf(mem, "svc-%u", w->service) };
	meta[0] = (struct log_pair){ S("host_name"), S("here") };
	if (w->thread > 0)
		meta[l.nmeta++] = (struct log_pair){ S("thread_id"),
			arena_printf(mem, "%u", w->thread) };
	lql_enter(en, &l, mem);
}

static double
naive(const struct lql_range *r, double *v, uint32_t n, double seconds)
{
	double sum = 0, squares = 0, least = NAN, most = NAN;

	for (uint32_t i = 0; i < n; i++) {
		sum += v[i];
		least = fmin(least, v[i]);
		most = fmax(most, v[i]);
	}
	for (uint32_t i = 0; i < n; i++)
		squares += (v[i] - sum / n) * (v[i] - sum / n);
	switch (r->op) {
	case LQL_R_COUNT: return n;
	case LQL_R_RATE: return (r->unwrap ? sum : n) / seconds;
	case LQL_R_BYTES: case LQL_R_SUM: return sum;
	case LQL_R_BYTES_RATE: return sum / seconds;
	case LQL_R_AVG: return sum / n;
	case LQL_R_MIN: return least;
	case LQL_R_MAX: return most;
	case LQL_R_STDVAR: return squares / n;
	case LQL_R_STDDEV: return sqrt(squares / n);
	case LQL_R_FIRST: return v[0];
	case LQL_R_LAST: return v[n - 1];
	default: return agg_quantile(r->q, v, n);
	}
}

static bool
selected(const struct lql_log *log, const struct lql_entry *en)
{
	for (size_t i = 0; i < log->nmatch; i++) {
		const struct log_matcher *m = &log->match[i];
		struct str v = entry_get(en, m->name);
		bool eq = m->re ? re_match(m->re, v, NULL) == 1 :
		    str_eq(v, m->value);

		if (eq != (m->op == LOG_EQ || m->op == LOG_RE))
			return false;
	}
	return true;
}

struct group { struct labels labels; double *v; uint32_t n; };

/* One window: a point a series. -1: one carries an error. */
static int
window(const struct leaf *l, const struct want *w, int64_t end,
    struct table *t, uint32_t step, struct arena *mem)
{
	struct group *g = arena_new(mem, struct group, LINES);
	int64_t begin = end - l->range->ns;
	uint32_t n = 0, k;
	struct err e;

	for (uint32_t i = 0; i < LINES; i++) {
		struct lql_entry en;
		struct sample s;

		if ((int64_t)w[i].time <= begin || (int64_t)w[i].time > end)
			continue;
		enter(&w[i], &en, mem);
		if (!selected(&l->range->log, &en) ||
		    !sampler_take(&l->sampler, true, &en, &s))
			continue;
		if (sample_failed(s.labels))
			return -1;
		for (k = 0; k < n && labels_cmp(g[k].labels, s.labels); k++)
			;
		if (k == n)
			g[n++] = (struct group){ s.labels, arena_new(mem,
			    double, LINES), 0 };
		g[k].v[g[k].n++] = s.value;
	}
	for (k = 0; k < n; k++) {
		uint32_t at = 0;

		while (at < t->n && labels_cmp(t->s[at].labels, g[k].labels))
			at++;
		if (at == t->n)
			table_add(t, labels_copy(g[k].labels, t->mem), &e);
		table_put(&t->s[at], step, naive(l->range, g[k].v, g[k].n,
		    (double)l->range->ns / 1e9));
	}
	return 0;
}

/* ---- queries ---------------------------------------------------------------- */

static struct str
make_query(struct arena *a)
{
	static const char *const sel[] = { "{service_name=~\".+\"}",
		"{service_name=\"svc-1\"}", "{service_name=~\".+\", service_name!=\"svc-2\"}" };
	static const char *const line[] = { "", "", " |= \"took\"",
		" != \"GET\"", " |~ \"u[- ]\"" };
	static const char *const pipe[] = { "", " | logfmt", " | json",
		" | json | __error__=\"\"", " | logfmt | n > 3 | __error__=\"\"",
		" | logfmt | level=\"info\" or user=~\"u [01]\"",
		" | thread_id != \"2\"", " | json | r_s=\"200\"",
		" | logfmt --keep-empty", " | pattern `<level>=<user> <_>`",
		" | pattern `{\"n\":<user>,\"<_>\"<level>\"`",
		" | pattern `<r_s> <n>=<_>` | n != \"n\"",
		" | json | __error__=\"\" and n > 3",
		" | logfmt level", " | logfmt user=\"level\", n, gone",
		" | logfmt n, took, level | n > 3",
		" | json n, r_s=\"r.s\" | __error__=\"\"",
		" | json n, r_gone=\"r.gone\", level=\"took\"",
		" | json n, user=\"r\"", " | logfmt n=\"took\", n | n > 3",
		" | json n=\"r.s\", n | n > 3",
		" | regexp `level=(?P<level>\\w+)( took=(?P<took>\\S+))?`",
		" | regexp `n\"?[=:](?P<n>\\d*)(?P<gone>x?)` | n != \"4\"",
		" | regexp `(?P<user>u )|(?P<n>[5-8])` | n > 3" };
	static const char *const by[] = { "", "service_name",
		"service_name, detected_level", "thread_id", "level",
		"host_name, nothing", "service_name, n", "user, level",
		"r_s", "r_gone, r_s", "gone", "took, __error__" };
	static const char *const plain[] = { "count_over_time", "rate",
		"bytes_over_time", "bytes_rate" };
	static const char *const num[] = { "avg_over_time", "min_over_time", "max_over_time", "stddev_over_time",
		"stdvar_over_time", "first_over_time", "last_over_time",
		"quantile_over_time(0.9,", "quantile_over_time(0.5," };
	bool bare = below(4) == 0;
	struct str in = arena_printf(a, "%s%s%s", sel[below(3)],
	    line[bare ? 0 : below(5)], pipe[bare ? 0 : below(24)]);
	/* not by errors in a sum: it is done at once, or not */
	unsigned ms = 1 + below(below(4) ? 60 : LINES), group = below(11);
	const char *f;

	if (below(2) == 0)
		return arena_printf(a, "sum by (%s) (%s(%.*s [%ums]))",
		    by[group], plain[below(4)], PS(in), ms);
	if (below(4) == 0)
		return arena_printf(a, "sum by (%s) (sum_over_time(%.*s | "
		    "unwrap n | __error__=\"\" [%ums]))", by[group], PS(in),
		    ms);
	f = num[below(9)];
	group = below(12);
	return arena_printf(a, "%s%s%.*s%s | unwrap %s%s [%ums]) by (%s)", f,
	    f[0] == 'q' ? "" : "(", PS(in), below(2) ? " | logfmt" : "",
	    below(2) ? "n" : "duration(took)", below(4) ?
	    " | __error__=\"\"" : "", ms, by[group]);
}

static bool
nearly(double a, double b)
{
	return (isnan(a) && isnan(b)) || a == b ||
	    fabs(a - b) <= 1e-9 * (fabs(a) + fabs(b)) + 1e-12;
}

static bool
same(const struct table *a, const struct table *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		if (labels_cmp(a->s[i].labels, b->s[i].labels) != 0)
			return false;
		for (uint32_t k = 0; k < a->steps; k++)
			if (table_has(&a->s[i], k) !=
			    table_has(&b->s[i], k) ||
			    !nearly(a->s[i].v[k], b->s[i].v[k]))
				return false;
	}
	return true;
}

/* What the range function alone gives, or fails at. */
static int
slowly(const struct lql_metric *m, const struct lql_times *t,
    const struct want *w, struct table *out, struct arena *mem)
{
	struct arena scratch = { 0 };
	struct err e = { 0 };
	struct eval ev;
	int r = 0;

	CHECK(eval_init(&ev, m, t, 1, mem, &e) == 0);
	for (uint32_t i = 0; i < t->steps && r == 0; i++) {
		arena_reset(&scratch);
		r = window(&ev.leaf[0], w, t->start + (int64_t)(i * t->step),
		    out, i, &scratch);
	}
	arena_free(&scratch);
	eval_free(&ev);
	table_sort(out);
	return r;
}

static unsigned
one_round(struct log_part *p, const struct want *w)
{
	struct arena mem = { 0 };
	struct lql_metrics_opts o = { .workers = 1 + below(2), .times = {
		.start = (int64_t)(BEGIN + below(LINES) * GAP_NS),
		.step = (1 + below(900)) * GAP_NS, .steps = 1 + below(4) } };
	struct str text = make_query(&mem);
	struct table fast, slow;
	struct lql_query q;
	struct err e = { 0 };
	bool ok = false;
	int r, s;

	if (lql_parse(&q, text, &mem, &e) == -1) {
		fprintf(stderr, "%.*s: %s\n", PS(text), e.msg);
		return 1;
	}
	table_init(&slow, o.times.steps, &mem);
	s = slowly(q.metric, &o.times, w, &slow, &mem);
	r = lql_metrics_of(p, PARTS, NULL, NULL, q.metric, &o, &mem, &fast,
	    &e);
	ok = r == s && (r == -1 || same(&fast, &slow));
	if (!ok)
		fprintf(stderr, "%.*s: at %lld, %u steps of %llu: %d %d, %u "
		    "and %u series %s\n", PS(text), (long long)(o.times.start -
		    (int64_t)BEGIN), o.times.steps, (unsigned long long)
		    o.times.step, r, s, r == -1 ? 0 : fast.n, slow.n, e.msg);
	lql_query_free(&q);
	arena_free(&mem);
	return !ok;
}

static void
rounds(bool again)
{
	struct want *w = make_wants(LINES, GAP_NS);
	struct log_part p[PARTS];
	struct block *b[PARTS] = { NULL };
	struct err e = { 0 };
	unsigned bad = 0;

	spread(w, again, p, b, &e);
	for (unsigned long i = 0; i < unit_rounds(200, 10000) && bad < 5; i++)
		bad += one_round(p, w);
	CHECK(bad == 0);
	for (uint32_t i = 0; i < PARTS; i++) {
		part_free(&p[i]);
		if (b[i])
			block_close(b[i]);
	}
	free_wants(w, LINES);
}

int
main(void)
{
	rounds(true);
	rounds(false);
	return unit_done();
}
