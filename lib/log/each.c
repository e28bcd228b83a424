#include "log/each.h"

#include "base/err.h"
#include "base/pool.h"
#include "log/parsed.h"
#include "log/shared.h"

#define SCAN_WORTH	2000u	/* lines that cost as much as a scan as such */
#define SCAN_LINES	500000u	/* of one, about: it has them in memory */
#define KEPT_GRAIN	((size_t)16 << 10)	/* bytes of a stripe kept: few */
#define KEPT_MAX	((size_t)64 << 20)	/* of all that is read early */

struct piece {			/* a stripe */
	struct log_found f;
	struct log_runs runs;
	bool counted;		/* they are all that is asked for */
};

struct log_each {
	const struct log_scan_opts *o;
	const struct filter *filter;
	struct faults faults;
	struct piece *piece;
	size_t pieces, early;	/* those before this were opened early */
	size_t kept;		/* bytes of theirs */
	struct shared shared;
	struct arena work[POOL_WORKERS_MAX];
	struct log_batch batch[POOL_WORKERS_MAX];
	const struct log_each_first *first;
	const struct log_each_counts *counts;
	log_batch_fn *fn;
	void *arg;
	struct arena mem;
};

/* A fault of the data is told, 0; one of the query is not, -1. */
static int
pass_fault(struct log_each *each, const struct log_found *f, struct err *e)
{
	return faults_pass(&each->faults, f->part, f->stripe, e);
}

/* ---- runs ------------------------------------------------------------------- */

/*
 * Whether all that is asked of the open stripe's lines is how many a stream has
 * between edges: 1, 0, -1.
 */
static int
countable(struct log_each *each, struct log_found *f, struct log_batch *b,
    struct err *e)
{
	const struct log_scan_opts *o = each->o;
	int col = stripe_find(f->cols.stripe, LG_ROW, S("stream"), VEC_STR);

	if (!each->counts || o->want_line || o->want_meta || o->nfilter > 0 ||
	    o->nlabel > 0 || o->nparse > 0 || o->trace_ids ||
	    f->part->nerase > 0 || col == -1)
		return 0;
	if (stripe_dict(f->cols.stripe, (uint32_t)col, f->cols.mem,
	    &b->stream, &b->streams, e) == -1)
		return -1;
	return b->streams > 0 && each->counts->may(each->arg, b);
}

/* Its runs: as they are counted, if they can be. */
static int
find_runs(struct log_each *each, struct piece *p, struct log_batch *b,
    struct err *e)
{
	int r = countable(each, &p->f, b, e);

	p->counted = r == 1;
	return r == -1 || runs_of(&p->f.cols, each->o, r == 1 ?
	    each->counts->edge : NULL, each->arg, &p->runs, e) == -1 ? -1 : 0;
}

/* ---- memory of a stripe that is not kept: its worker's ------------------------ */

static void
lend(struct log_each *each, struct log_found *f, unsigned worker)
{
	f->work = each->work[worker];
}

static void
take_back(struct log_each *each, struct log_found *f, unsigned worker)
{
	each->work[worker] = f->work;
	f->work = (struct arena){ 0 };
	f->cols.stripe = NULL;
}

/* ---- where streams are in two parts ------------------------------------------ */

static int
open_early(struct log_each *each, struct piece *p, struct log_batch *b,
    struct err *e)
{
	b->found = &p->f;
	if (found_open(&p->f, each->o, e) == -1 ||
	    find_runs(each, p, b, e) == -1)
		return -1;
	shared_note(&each->shared, p->f.part, &p->runs);
	return 0;
}

/* As far as memory goes, what was read is kept. */
static int
look_early(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct log_each *each = arg;
	struct piece *p = &each->piece[no];
	bool keep = __atomic_load_n(&each->kept, __ATOMIC_RELAXED) < KEPT_MAX;
	int r;

	if (!keep)
		lend(each, &p->f, worker);
	else
		p->f.work.grain = KEPT_GRAIN;
	r = open_early(each, p, &each->batch[worker], e);
	if (r == -1) {
		p->f.bad = true;
		r = pass_fault(each, &p->f, e);
	}
	if (keep) {
		__atomic_add_fetch(&each->kept, p->f.work.used,
		    __ATOMIC_RELAXED);
	} else {
		take_back(each, &p->f, worker);
		p->counted = false;
	}
	return r;
}

static int
list_shared(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct log_each *each = arg;
	struct log_found *f = &each->piece[no].f;
	bool keep = f->cols.stripe != NULL;
	int r = 0;

	if (f->bad)
		return 0;
	if (!keep) {
		lend(each, f, worker);
		r = found_open(f, each->o, e);
	}
	if (r == 0)
		r = shared_list(&each->shared, &f->cols, each->o, worker, e);
	if (!keep)
		take_back(each, f, worker);
	return r == -1 ? pass_fault(each, f, e) : 0;
}

/* ---- stripes ---------------------------------------------------------------- */

static bool
every_row(const uint64_t *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n / 64; i++)
		if (rows[i] != UINT64_MAX)
			return false;
	return n % 64 == 0 || rows[n / 64] == (UINT64_C(1) << n % 64) - 1;
}

/* All rows, of which but columns are wanted: these as they are. 1, -1. */
static int
whole(struct log_found *f, struct log_batch *b, struct err *e)
{
	struct log_cols *c = &f->cols;

	if (cols_load(c, S("time"), VEC_INT, &c->time, e) == -1 ||
	    cols_stream(c, e) == -1)
		return -1;
	if (c->time.rows != c->rows || c->time.valid)
		return err_set(e, ERR_CORRUPT, "time: not there");
	f->n = b->n = c->rows;
	b->time = (const uint64_t *)c->time.i;
	b->code = c->stream.code;
	b->stream = c->stream.dict;
	b->streams = c->stream.ndict;
	return 1;
}

static int
some(struct log_each *each, struct log_found *f, const uint64_t *rows,
    struct log_batch *b, struct err *e)
{
	int r = found_collect(f, each->o, rows, e);

	b->n = r == 1 ? f->n : 0;
	b->time = f->time;
	b->code = f->stream.code;
	b->stream = f->stream.dict;
	b->streams = f->stream.ndict;
	return r;
}

struct asking { struct log_each *each; struct log_batch *b; unsigned worker; };

static int
ask_row(void *arg, uint32_t row, const struct str *values, struct err *e)
{
	struct asking *a = arg;

	return a->each->first->take(a->each->arg, a->worker, a->b, row,
	    values, e);
}

/* What can be told without the lines: its rows lose their bits. */
static int
look_first(struct log_each *each, struct log_found *f, uint64_t *rows,
    unsigned worker, struct err *e)
{
	struct log_batch *b = &each->batch[worker];
	struct asking a = { each, b, worker };
	const struct log_parse_filter *look;
	int r;

	if (whole(f, b, e) == -1)
		return -1;
	r = each->first->begin(each->arg, worker, b, &look, e);
	if (r != 1)
		return r;
	if (!f->lines.cols && lines_open(&f->lines, &f->cols, e) == -1)
		return -1;
	return parsed_take(look, &f->lines, rows, ask_row, &a, e);
}

/* Its runs, if they can be counted: 1; 0; -1. */
static int
look_runs(struct log_each *each, struct piece *p, unsigned worker,
    struct err *e)
{
	struct log_batch *b = &each->batch[worker];
	int r;

	if (!each->counts)
		return 0;
	if (!p->f.cols.stripe && (found_open(&p->f, each->o, e) == -1 ||
	    find_runs(each, p, b, e) == -1))
		return -1;
	if (!p->counted || shared_any(&each->shared, &p->runs))
		return 0;
	b->stream = p->runs.stream;
	b->streams = p->runs.streams;
	r = each->counts->take(each->arg, worker, b, &p->runs, e);
	return r == -1 ? -1 : 1;
}

static int
look_rows(struct log_each *each, struct log_found *f, unsigned worker,
    struct err *e)
{
	const struct log_scan_opts *o = each->o;
	struct log_batch *b = &each->batch[worker];
	uint64_t *rows;
	int r = found_select(f, o, each->filter, &rows, e);

	if (r == 1 && (shared_clear(&each->shared, &f->cols, rows, e) == -1 ||
	    (each->first && look_first(each, f, rows, worker, e) == -1)))
		r = -1;
	if (r == 1)
		r = !o->want_line && !o->want_meta && every_row(rows,
		    f->cols.rows) ? whole(f, b, e) :
		    some(each, f, rows, b, e);
	return r == 1 ? each->fn(each->arg, worker, b, e) : r;
}

static int
look(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct log_each *each = arg;
	struct piece *p = &each->piece[no];
	struct log_batch *b = &each->batch[worker];
	bool kept = p->f.cols.stripe != NULL;
	int r;

	if (p->f.bad)
		return 0;
	if (!kept)
		lend(each, &p->f, worker);
	b->found = &p->f;
	b->labels = NULL;
	b->bare = false;
	r = look_runs(each, p, worker, e);
	if (r == 0)
		r = look_rows(each, &p->f, worker, e);
	if (!kept)
		take_back(each, &p->f, worker);
	found_free(&p->f);
	return r == -1 ? pass_fault(each, &p->f, e) : 0;
}

/* Whether another part may have lines of the same times. */
static bool
alone(const struct log_part *p, const struct log_part *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (&all[i] != p && all[i].min_time <= p->max_time &&
		    all[i].max_time >= p->min_time)
			return false;
	return true;
}

static void
list_pieces(struct log_each *each, struct log_part *p, size_t n)
{
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += p[i].stripes;
	each->piece = arena_zero(&each->mem, struct piece, all + 1);
	for (int early = 1; early >= 0; early--) {
		for (size_t i = 0; i < n; i++)
			for (uint32_t k = 0; parts_in_range(&p[i], each->o) &&
			    alone(&p[i], p, n) != early && k < p[i].stripes;
			    k++) {
				struct log_found *f =
				    &each->piece[each->pieces++].f;

				f->part = &p[i];
				f->stripe = k;
				f->loose = true;
			}
		each->early = early ? each->pieces : each->early;
	}
}

/* Whether nothing is left but to count what runs there are. */
static bool
all_counted(const struct log_each *each)
{
	size_t n = 0;

	while (n < each->pieces && each->piece[n].counted)
		n++;
	return n == each->pieces && !each->shared.twice.any;
}

static int
look_at_all(struct log_each *each, struct err *e)
{
	unsigned workers = each->o->workers;

	if (pool_run(workers, each->early, look_early, each, e) == -1)
		return -1;
	if (shared_meet(&each->shared)) {
		if (pool_run(workers, each->early, list_shared, each, e) == -1)
			return -1;
		shared_narrow(&each->shared);
	}
	/* which is less work than starting a thread */
	return pool_run(all_counted(each) ? 1 : workers, each->pieces, look,
	    each, e);
}

/* ---- lines ------------------------------------------------------------------ */

static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct log_each *each = arg;
	struct log_batch *b = &each->batch[0];
	const struct twice_zones *zones;
	struct buf pairs = { 0 };
	struct str stream;
	int r;

	for (uint32_t i = 0; i < l->nlabels; i++)
		pairs_put(&pairs, l->labels[i].name, l->labels[i].value);
	stream = buf_str(&pairs);
	zones = twice_of(&each->shared.twice, stream);
	if (!zones || !twice_in(zones, l->time)) {
		buf_free(&pairs);
		return 0;
	}
	b->n = 1;
	b->time = &l->time;
	b->code = NULL;
	b->stream = &stream;
	b->streams = 1;
	b->found = NULL;
	b->line = l;
	r = each->fn(each->arg, 0, b, e);
	buf_free(&pairs);
	return r;
}

/* The lines of one zone, as log_scan would give them. */
static int
one_by_one(struct log_each *each, struct log_part *p, size_t n,
    const struct zone *z, struct err *e)
{
	struct log_scan_opts o = *each->o;

	if (o.from == 0 && o.to == 0)
		o.to = UINT64_MAX;
	o.from = z->from > o.from ? z->from : o.from;
	o.to = z->to < o.to - 1 ? z->to + 1 : o.to;
	o.forward = true;
	o.want_meta = true;
	return parts_scan(p, n, &o, each->faults.fn, each->faults.arg, on_line,
	    each, e);
}

/* In how many ns so many lines lie, about. */
static uint64_t
time_of(const struct log_part *p, size_t n, uint64_t lines)
{
	uint64_t min = UINT64_MAX, max = 0, all = 1, ns;

	for (size_t i = 0; i < n; i++) {
		min = p[i].min_time < min ? p[i].min_time : min;
		max = p[i].max_time > max ? p[i].max_time : max;
		all += part_lines(&p[i]);
	}
	return max <= min || __builtin_mul_overflow((max - min) / all + 1,
	    lines, &ns) ? UINT64_MAX : ns;
}

/* The zones of all streams, one after the other. */
static int
in_order(struct log_each *each, struct log_part *p, size_t n, struct err *e)
{
	uint64_t most = time_of(p, n, SCAN_LINES);
	struct zone *z;
	uint32_t zones = twice_all(&each->shared.twice,
	    time_of(p, n, SCAN_WORTH), &z);
	int r = 0;

	for (uint32_t i = 0; i < zones && r == 0; i++)
		for (bool more = true; more && r == 0;) {
			struct zone part = z[i];

			if ((more = part.to - part.from > most))
				part.to = part.from + most;
			r = one_by_one(each, p, n, &part, e);
			z[i].from = part.to + 1;
		}
	return r;
}

int
parts_each(struct log_part *p, size_t n, const struct log_scan_opts *o,
    const struct log_each_first *first, const struct log_each_counts *counts,
    part_fault_fn *fault, void *fault_arg, log_batch_fn *fn, void *arg,
    struct err *e)
{
	struct log_scan_opts opts = *o;
	struct log_each each = { .o = &opts, .first = first,
		.counts = counts, .fn = fn, .arg = arg };
	int r;

	opts.limit = 0;
	if (opts.workers == 0 || opts.workers > POOL_WORKERS_MAX)
		opts.workers = pool_workers();
	faults_init(&each.faults, fault, fault_arg);
	shared_init(&each.shared);
	each.filter = filters_new(o->filter, o->nfilter, &each.mem);
	list_pieces(&each, p, n);
	for (unsigned i = 0; i < POOL_WORKERS_MAX; i++)
		log_batch_init(&each.batch[i], &opts, &each.faults);
	r = look_at_all(&each, e);
	if (r == 0)
		r = in_order(&each, p, n, e);
	for (size_t i = 0; i < each.pieces; i++)
		found_free(&each.piece[i].f);
	for (unsigned i = 0; i < POOL_WORKERS_MAX; i++) {
		arena_free(&each.work[i]);
		log_batch_free(&each.batch[i]);
	}
	faults_free(&each.faults);
	shared_free(&each.shared);
	arena_free(&each.mem);
	return r;
}
