/* Streams, label filters, trace ids, times, limits and order of a scan. */
#include "unit.h"

#include "base/hash.h"
#include "base/re.h"
#include "logdata.h"

#define LINES 9000u
#define PARTS 3u

struct ask {
	struct log_scan_opts o;
	unsigned service;	/* 4: any */
	unsigned thread;	/* 5: any */
	uint8_t ids[4][16];
};

struct got {
	const struct want *w;
	const struct ask *ask;
	uint64_t last;
	uint32_t n, wrong;
};

static bool
wanted(const struct want *w, const struct ask *a)
{
	bool id = !a->o.trace_ids;

	for (size_t k = 0; k < a->o.ntrace_ids; k++)
		id |= w->traced && memcmp(w->trace, a->ids[k], 16) == 0;
	return id && (a->service == 4 || w->service == a->service) &&
	    (a->thread == 5 || w->thread == a->thread) &&
	    (a->o.to == 0 || (w->time >= a->o.from && w->time < a->o.to));
}

static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct got *g = arg;
	uint32_t i = (uint32_t)((l->time - g->w[0].time) / 1000);
	const struct want *w = &g->w[i < LINES ? i : 0];
	struct str line = str_mk(w->text, w->n), host = { NULL, 0 };

	(void)e;
	for (uint32_t k = 0; k < l->nmeta; k++)
		if (str_eq(l->meta[k].name, S("host_name")))
			host = l->meta[k].value;
	if (g->n > 0 && (g->ask->o.forward ? l->time <= g->last :
	    l->time >= g->last))
		g->wrong++;
	if (!wanted(w, g->ask) || !str_eq(l->line, line) ||
	    l->severity != w->severity || !str_eq(host, S("here")) ||
	    l->trace_id.n != (w->traced ? 16u : 0) ||
	    (w->traced && memcmp(l->span_id.p, w->span, 8) != 0))
		g->wrong++;
	g->last = l->time;
	g->n++;
	return 0;
}

static bool
is_thread(void *arg, const struct str *v)
{
	const struct ask *a = arg;
	char t[16];

	snprintf(t, sizeof t, "%u", a->thread);
	return str_eq(v[0], str_of(a->thread == 0 ? "" : t));
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static void
pick_ids(struct ask *a, const struct want *w)
{
	size_t n = 1 + below(4);

	for (size_t k = 0; k < n; k++)
		memcpy(a->ids[k], w[below(LINES)].trace, 16);
	qsort(a->ids, n, 16, by_bytes);
	a->o.trace_ids = (const uint8_t (*)[16])a->ids;
	a->o.ntrace_ids = n;
}

static unsigned
one_round(struct log_part *p, const struct want *w, struct re *any)
{
	struct ask a = { .service = below(5), .thread = below(6) };
	struct str name = S("thread_id");
	struct log_label_filter label = { &name, 1, is_thread, &a };
	char service[16];
	struct log_matcher m = { S("service_name"), LOG_EQ, { 0 }, NULL };
	struct got g = { .w = w, .ask = &a };
	struct err e = { 0 };
	uint32_t all = 0;

	snprintf(service, sizeof service, "svc-%u", a.service);
	m.value = str_of(service);
	if (a.service == 4) {
		m.op = LOG_RE;
		m.re = any;
	}
	a.o = (struct log_scan_opts){ .match = &m, .nmatch = 1,
		.label = &label, .nlabel = a.thread < 5, .want_line = true,
		.want_meta = true, .forward = below(2),
		.workers = 1 + below(2) };
	if (below(2) == 0)
		a.o.limit = 1 + below(200);
	if (below(3) == 0)
		pick_ids(&a, w);
	if (below(2) == 0) {
		a.o.from = w[below(LINES)].time;
		a.o.to = a.o.from + 1 + below(LINES) * 1000;
	}
	for (uint32_t i = 0; i < LINES; i++)
		all += wanted(&w[i], &a);
	if (a.o.limit > 0 && all > a.o.limit)
		all = (uint32_t)a.o.limit;
	if (parts_scan(p, PARTS, &a.o, NULL, NULL, on_line, &g, &e) == -1 ||
	    g.n != all || g.wrong > 0) {
		fprintf(stderr, "%u of %u, %u wrong %s\n", g.n, all, g.wrong,
		    e.msg);
		return 1;
	}
	return 0;
}

/* ---- lines of one time ------------------------------------------------------- */

struct seen { uint64_t hash[LINES * PARTS]; uint32_t n; };

static int
on_seen(void *arg, const struct log_line *l, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	s->hash[s->n++] = hash_u64(l->time) ^ hash_bytes(l->line.p, l->line.n);
	return 0;
}

/* A limit gives the first of what there is without one. */
static unsigned
limited(struct log_part *p, struct re *any)
{
	static struct seen all, some;
	struct log_matcher m = { S("service_name"), LOG_EQ, S("svc-1"), NULL };
	struct log_scan_opts o = { .match = &m, .nmatch = 1,
		.want_line = true, .want_meta = true, .forward = below(2),
		.workers = 1 + below(2) };
	struct err e = { 0 };

	if (below(2)) {
		m.op = LOG_RE;
		m.re = any;
	}
	all.n = some.n = 0;
	CHECK(parts_scan(p, PARTS, &o, NULL, NULL, on_seen, &all, &e) == 0);
	o.limit = 1 + below(below(2) ? 100 : 8);
	CHECK(parts_scan(p, PARTS, &o, NULL, NULL, on_seen, &some, &e) == 0);
	return some.n != (all.n < o.limit ? all.n : o.limit) ||
	    memcmp(all.hash, some.hash, some.n * sizeof *all.hash) != 0;
}

/* Lines, many of one time, some of them in several parts. */
static void
ties(struct re *any)
{
	struct want *w = make_wants(LINES, 1000);
	struct log_rows *r[PARTS];
	struct log_part p[PARTS];
	struct block *b[PARTS];
	struct err e = { 0 };
	unsigned bad = 0;

	for (uint32_t i = 0; i < PARTS; i++)
		r[i] = rows_new();
	for (uint32_t k = 0; k < LINES; k++) {
		w[k].time = w[k - k % 50].time;
		for (uint32_t n = 1 + below(2); n > 0; n--)
			CHECK(take_wants(r[below(PARTS)], &w[k], 1) == 0);
	}
	for (uint32_t i = 0; i < PARTS; i++) {
		b[i] = block_of(r[i], &e);
		part_block(&p[i], b[i], i);
	}
	for (unsigned i = 0; i < 100; i++)
		bad += limited(p, any);
	CHECK(bad == 0);
	for (uint32_t i = 0; i < PARTS; i++) {
		part_free(&p[i]);
		block_close(b[i]);
	}
	free_wants(w, LINES);
}

static int
stop_at_once(void *arg, const struct log_line *l, struct err *e)
{
	(void)l;
	(void)e;
	return ++*(int *)arg == 3;
}

static void
on_fault(void *arg, const struct err *e)
{
	++*(int *)arg;
	CHECK(e->msg[0] != '\0');
}

int
main(void)
{
	struct want *w = make_wants(LINES, 1000);
	struct log_part p[PARTS];
	struct block *b[PARTS] = { NULL };
	struct err e = { 0 };
	struct re *any = re_compile(S(".+"), RE_ANCHORED | RE_DOTALL, &e);
	unsigned bad = 0;
	int n = 0, faults = 0;

	for (uint32_t i = 0; i < PARTS; i++) {
		struct log_rows *r = rows_new();

		for (uint32_t k = i; k < LINES; k += PARTS)
			CHECK(take_wants(r, &w[k], 1) == 0);
		if (i + 1 < PARTS) {
			b[i] = block_of(r, &e);
			part_block(&p[i], b[i], i);
		} else {
			part_rows(&p[i], r, i);
		}
	}
	for (unsigned long i = 0; i < unit_rounds(400, 10000); i++)
		bad += one_round(p, w, any);
	CHECK(bad == 0);

	struct log_scan_opts o = { .workers = 1 };

	CHECK(parts_scan(p, PARTS, &o, on_fault, &faults, stop_at_once, &n,
	    &e) == 0);
	CHECK(n == 3 && faults == 0);
	for (uint32_t i = 0; i < PARTS; i++) {
		part_free(&p[i]);
		if (b[i])
			block_close(b[i]);
	}
	ties(any);
	re_free(any);
	free_wants(w, LINES);
	return unit_done();
}
