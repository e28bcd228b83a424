#include "log/shared.h"

#include <stdlib.h>

#include "base/err.h"

#define LISTED_MAX	((size_t)1 << 20)	/* rows, 24 bytes each */

void
shared_init(struct shared *s)
{
	*s = (struct shared){ 0 };
	pthread_mutex_init(&s->lock, NULL);
}

void
shared_free(struct shared *s)
{
	for (unsigned w = 0; w < POOL_WORKERS_MAX; w++)
		free(s->rows[w].v);
	twice_free(&s->twice);
	pthread_mutex_destroy(&s->lock);
}

void
shared_note(struct shared *s, const struct log_part *p,
    const struct log_runs *r)
{
	uint32_t from = 0;

	pthread_mutex_lock(&s->lock);
	for (uint32_t i = 1; i <= r->n; i++) {
		uint64_t a, b;

		if (i < r->n && r->v[i].code == r->v[from].code)
			continue;
		a = (uint64_t)r->v[from].first;
		b = (uint64_t)r->v[i - 1].last;
		twice_note(&s->twice, r->stream[r->v[from].code], p->no,
		    a < b ? a : b, a < b ? b : a);
		from = i;
	}
	pthread_mutex_unlock(&s->lock);
}

bool
shared_meet(struct shared *s)
{
	twice_find(&s->twice);
	return s->twice.any;
}

/* ---- rows where parts meet --------------------------------------------------- */

static void
add_row(struct shared *s, unsigned worker, struct twice_row row)
{
	struct twice_row **v = &s->rows[worker].v;
	size_t *cap = &s->rows[worker].cap;

	if (s->rows[worker].n == *cap) {
		*cap = *cap * 2 + 1024;
		*v = xrealloc(*v, *cap, sizeof **v);
	}
	(*v)[s->rows[worker].n++] = row;
}

/* The zones of each stream, or NULL; of none: NULL. */
static const struct twice_zones **
zones_of(const struct shared *s, const struct str *stream, uint32_t n,
    struct arena *a)
{
	const struct twice_zones **k = arena_new(a, const struct twice_zones *,
	    n + 1);
	bool any = false;

	for (uint32_t d = 0; d < n; d++)
		any |= (k[d] = twice_of(&s->twice, stream[d])) != NULL;
	return any ? k : NULL;
}

/* In a zone each time is a run of its own. */
static int64_t
zone_edge(void *arg, uint32_t code, int64_t t)
{
	const struct twice_zones *const *k = arg;
	uint64_t next = twice_next(k[code], (uint64_t)t);

	return next > INT64_MAX ? INT64_MAX : (int64_t)next;
}

/* The runs of streams that have zones, cut where those are. */
static int
zone_runs(const struct shared *s, struct log_cols *c,
    const struct log_scan_opts *o, struct log_runs *r, struct err *e)
{
	int stream = stripe_find(c->stripe, LG_ROW, S("stream"), VEC_STR);
	int time = stripe_find(c->stripe, LG_ROW, S("time"), VEC_INT), got;
	const struct twice_zones **k;
	bool *want;

	*r = (struct log_runs){ 0 };
	if (stream == -1 || time == -1)
		return 0;
	if (stripe_dict(c->stripe, (uint32_t)stream, c->mem, &r->stream,
	    &r->streams, e) == -1)
		return -1;
	k = zones_of(s, r->stream, r->streams, c->mem);
	if (r->streams > 0 && !k)
		return 0;
	want = arena_new(c->mem, bool, r->streams + 1);
	for (uint32_t d = 0; d < r->streams; d++)
		want[d] = k[d] != NULL;
	got = stripe_spans(c->stripe, (uint32_t)stream, (uint32_t)time, want,
	    zone_edge, k, c->mem, &r->v, &r->n, e);
	/* one by one, where there are no edges */
	return got == 0 ? runs_of(c, o, NULL, NULL, r, e) : got == -1 ? -1 :
	    0;
}

int
shared_list(struct shared *s, struct log_cols *c,
    const struct log_scan_opts *o, unsigned worker, struct err *e)
{
	struct log_runs r;

	if (__atomic_load_n(&s->listed, __ATOMIC_RELAXED) > LISTED_MAX)
		return 0;
	if (zone_runs(s, c, o, &r, e) == -1)
		return -1;
	for (uint32_t i = 0; i < r.n; i++) {
		uint32_t no = twice_stream(&s->twice, r.stream[r.v[i].code]);
		uint64_t t = (uint64_t)r.v[i].first;

		if (no != MAP_NONE && twice_in(&s->twice.of[no], t))
			add_row(s, worker, (struct twice_row){ no,
			    c->part->no, t });
	}
	__atomic_add_fetch(&s->listed, r.n, __ATOMIC_RELAXED);
	return 0;
}

void
shared_narrow(struct shared *s)
{
	struct twice_row *all;
	size_t n = 0, m = 0;

	if (s->listed > LISTED_MAX)
		return;
	for (unsigned w = 0; w < POOL_WORKERS_MAX; w++)
		n += s->rows[w].n;
	all = xmalloc((n + 1) * sizeof *all);
	for (unsigned w = 0; w < POOL_WORKERS_MAX; w++) {
		if (s->rows[w].n > 0)
			memcpy(all + m, s->rows[w].v, s->rows[w].n *
			    sizeof *all);
		m += s->rows[w].n;
	}
	twice_narrow(&s->twice, all, n);
	free(all);
}

bool
shared_any(const struct shared *s, const struct log_runs *r)
{
	bool any = false;

	for (uint32_t d = 0; d < r->streams && s->twice.any && !any; d++)
		any = twice_of(&s->twice, r->stream[d]) != NULL;
	return any;
}

int
shared_clear(const struct shared *s, struct log_cols *c, uint64_t *rows,
    struct err *e)
{
	const struct twice_zones **k;

	if (!s->twice.any)
		return 0;
	if (cols_stream(c, e) == -1)
		return -1;
	k = zones_of(s, c->stream.dict, c->stream.ndict, c->mem);
	if (!k)
		return 0;
	if (cols_load(c, S("time"), VEC_INT, &c->time, e) == -1)
		return -1;
	for (uint32_t i = 0; i < c->time.rows; i++) {
		const struct twice_zones *z = k[c->stream.code ?
		    c->stream.code[i] : i];

		if (z && twice_in(z, (uint64_t)c->time.i[i]))
			rows[i / 64] &= ~(UINT64_C(1) << i % 64);
	}
	return 0;
}
