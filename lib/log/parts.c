/* The stripes' rows, merged by time, each line once. */
#include "log/parts.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/pool.h"
#include "log/find.h"

#define LIGHT		1000u	/* lines */
#define SETTLED_MAX	((size_t)64 << 20)	/* bytes of lines put together */
#define LINE_BYTES	512u	/* of one, a guess */
#define LINE_LARGE	65536u	/* one at a time, where they are so long */
#define NARROW_MAX	1000000u	/* hits looked at to narrow the times */

struct stream {
	struct log_pair *label;
	uint32_t n;
};

struct member {			/* of the lines with one time */
	struct log_found *f;
	uint32_t at;
	struct str stream;	/* its labels' bytes */
};

struct scan {
	struct log_scan_opts *o;	/* times narrow as a limit is met */
	const struct filter *filter;
	struct log_found *piece;	/* all stripes, in the order they may
					   begin to matter */
	size_t pieces, next;		/* not looked at yet, from here */
	size_t rich;			/* those that had rows */
	struct log_found **heap;
	size_t heaped;
	size_t settled;		/* bytes, about */
	unsigned vain;		/* looks without a find, in a row */
	uint64_t given;
	struct map streams;
	struct stream *stream;
	uint32_t stream_cap;
	struct member *group;
	size_t group_n, group_cap;
	struct map seen;
	struct arena mem, line;
	struct arena worker[POOL_WORKERS_MAX];
	struct buf text, key;
	struct faults faults;
	log_line_fn *fn;
	void *arg;
};

/* ---- pieces -------------------------------------------------------------- */

static int
newest_first(const void *a, const void *b)
{
	const struct log_found *x = a, *y = b;

	if (x->part->max_time != y->part->max_time)
		return x->part->max_time > y->part->max_time ? -1 : 1;
	if (x->part->no != y->part->no)
		return x->part->no > y->part->no ? -1 : 1;
	return (x->stripe > y->stripe) - (x->stripe < y->stripe);
}

static int
oldest_first(const void *a, const void *b)
{
	const struct log_found *x = a, *y = b;

	if (x->part->min_time != y->part->min_time)
		return x->part->min_time < y->part->min_time ? -1 : 1;
	if (x->part->no != y->part->no)
		return x->part->no < y->part->no ? -1 : 1;
	return (x->stripe > y->stripe) - (x->stripe < y->stripe);
}

bool
parts_in_range(const struct log_part *p, const struct log_scan_opts *o)
{
	return (o->from == 0 && o->to == 0) ||
	    (p->max_time >= o->from && p->min_time < o->to);
}

static void
list_pieces(struct scan *s, struct log_part *p, size_t n)
{
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += parts_in_range(&p[i], s->o) ? p[i].stripes : 0;
	s->piece = arena_zero(&s->mem, struct log_found, all + 1);
	s->heap = arena_new(&s->mem, struct log_found *, all + 1);
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; parts_in_range(&p[i], s->o) &&
		    k < p[i].stripes; k++) {
			s->piece[s->pieces].part = &p[i];
			s->piece[s->pieces++].stripe = k;
		}
	qsort(s->piece, s->pieces, sizeof *s->piece, s->o->forward ?
	    oldest_first : newest_first);
}

/* A fault of the data is told and passed over, one of the query is not. */
static int
pass_fault(struct scan *s, const struct log_found *f, struct err *e)
{
	return faults_pass(&s->faults, f->part, f->stripe, e);
}

/*
 * Lines are put together here, by all cores, when there is room; the rest
 * when their turn comes. With a limit few of them are asked for.
 */
static void
settle(struct scan *s, struct log_found *f)
{
	const struct block_info *b = f->part->block ?
	    block_info(f->part->block) : NULL;
	size_t n = f->n * (size_t)LINE_BYTES;

	if (b && b->raw_bytes / (b->rows + 1) > LINE_LARGE)
		return;
	if (s->o->limit == 0 && s->o->want_line && s->o->want_meta &&
	    __atomic_add_fetch(&s->settled, n, __ATOMIC_RELAXED) < SETTLED_MAX)
		found_settle(f);
}

static int
look(void *arg, size_t part, unsigned worker, struct err *e)
{
	struct scan *s = arg;
	struct log_found *f = &s->piece[s->next + part];
	struct arena none = { 0 };
	int r;

	if (!parts_in_range(f->part, s->o))
		return 0;
	f->work = s->worker[worker];
	s->worker[worker] = none;
	r = found_rows(f, s->o, s->filter, e);
	if (r == 1)
		settle(s, f);
	if (r != 1 || f->settled) {	/* the next stripe has the memory */
		s->worker[worker] = f->work;
		f->work = none;
	}
	if (r != 1)
		found_free(f);
	return r == -1 ? pass_fault(s, f, e) : 0;
}

/* ---- heap ---------------------------------------------------------------- */

static uint64_t
time_of(const struct log_found *f)
{
	return f->hit[f->next].time;
}

static bool
sooner(const struct scan *s, const struct log_found *a,
    const struct log_found *b)
{
	return s->o->forward ? time_of(a) < time_of(b) :
	    time_of(a) > time_of(b);
}

static void
sink_down(struct scan *s, size_t i)
{
	for (;;) {
		size_t least = i, kid = 2 * i + 1;

		for (size_t k = kid; k < kid + 2 && k < s->heaped; k++)
			if (sooner(s, s->heap[k], s->heap[least]))
				least = k;
		if (least == i)
			return;
		struct log_found *f = s->heap[i];

		s->heap[i] = s->heap[least];
		s->heap[least] = f;
		i = least;
	}
}

static void
push(struct scan *s, struct log_found *f)
{
	size_t i = s->heaped++;

	for (; i > 0 && sooner(s, f, s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = f;
}

/* The top has given its row: the next one, or out. */
static void
advance(struct scan *s)
{
	struct log_found *f = s->heap[0];

	if (++f->next == f->n)
		s->heap[0] = s->heap[--s->heaped];
	sink_down(s, 0);
}

/* May the piece hold a row at or before the heap's top, in our order? */
static bool
due(const struct scan *s, const struct log_found *f)
{
	if (s->heaped == 0)
		return true;
	return s->o->forward ? f->part->min_time <= time_of(s->heap[0]) :
	    f->part->max_time >= time_of(s->heap[0]);
}

/*
 * How many pieces to look at together. With a limit, and nothing found yet,
 * just those of one part: they may be enough. After looks in vain, more.
 */
static size_t
batch(const struct scan *s)
{
	const struct log_found *f = &s->piece[s->next];
	size_t n = 0, most = (s->o->limit > 0 ? 2 : 8) * s->o->workers <<
	    (s->vain < 4 ? s->vain : 4);

	while (s->next + n < s->pieces && n < most && due(s, &f[n]) &&
	    (s->heaped > 0 || s->o->limit == 0 || s->vain > 0 ||
	    f[n].part == f->part))
		n++;
	return n;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The times of all that was found in a part: how many, up to `most`. */
static size_t
times_of(const struct scan *s, const struct log_part *p, uint64_t *out,
    size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < s->heaped; i++) {
		const struct log_found *f = s->heap[i];

		for (uint32_t k = f->next; f->part == p && k < f->n; k++)
			if (n < most)
				out[n++] = f->hit[k].time;
	}
	return n;
}

/*
 * Where one part (which has no line twice) has as many lines as are asked
 * for, no piece need be searched behind the last of them.
 */
static void
narrow(struct scan *s, const struct log_part *p)
{
	struct log_scan_opts *o = s->o;
	uint64_t want = o->limit - s->given, *t, last;
	size_t n = 0;

	for (size_t i = 0; i < s->heaped; i++)
		if (s->heap[i]->part == p)
			n += s->heap[i]->n - s->heap[i]->next;
	if (o->limit == 0 || n < want || n > NARROW_MAX)
		return;
	t = xmalloc(n * sizeof *t);
	n = times_of(s, p, t, n);
	qsort(t, n, sizeof *t, by_number);
	last = t[o->forward ? want - 1 : n - want];
	free(t);
	if (o->from == 0 && o->to == 0)
		o->to = UINT64_MAX;
	if (o->forward && last < o->to - 1)
		o->to = last + 1;
	if (!o->forward && last > o->from)
		o->from = last;
}

/*
 * Few lines of few streams are less work than starting threads: while most
 * stripes have none of them, nor has their text to be searched.
 */
static unsigned
workers(const struct scan *s)
{
	const struct log_scan_opts *o = s->o;

	return o->limit > 0 && o->limit <= LIGHT && o->nfilter == 0 &&
	    o->nparse == 0 && o->nlabel == 0 && 2 * s->rich <= s->next ? 1 :
	    o->workers;
}

/* Looks at pieces until the heap's top is the next row of all. */
static int
refill(struct scan *s, struct err *e)
{
	while (s->next < s->pieces && due(s, &s->piece[s->next])) {
		size_t n = batch(s);

		if (pool_run(workers(s), n, look, s, e) == -1)
			return -1;
		for (size_t i = 0; i < n; i++)
			if (s->piece[s->next + i].n > 0) {
				push(s, &s->piece[s->next + i]);
				s->rich++;
			}
		s->vain = s->heaped > 0 ? 0 : s->vain + 1;
		narrow(s, s->piece[s->next].part);
		s->next += n;
	}
	return 0;
}

/* ---- lines --------------------------------------------------------------- */

static int
stream_of(struct scan *s, struct log_found *f, uint32_t at, uint32_t *no,
    struct err *e)
{
	const struct vec *v = &f->stream;
	uint32_t code = v->code ? v->code[at] : at;
	bool fresh;

	if (f->stream_no[code] == LOG_NONE) {
		uint32_t k = map_add(&s->streams, v->dict[code], &fresh);

		if (fresh && k >= s->stream_cap) {
			s->stream_cap = s->stream_cap * 2 + 64;
			s->stream = xrealloc(s->stream, s->stream_cap,
			    sizeof *s->stream);
		}
		if (fresh && pairs_read(s->streams.key[k], &s->mem,
		    &s->stream[k].label, &s->stream[k].n, e) == -1)
			return -1;
		f->stream_no[code] = k;
	}
	*no = f->stream_no[code];
	return 0;
}

static int
give(struct scan *s, struct log_found *f, uint32_t at, struct err *e)
{
	struct log_line line;
	uint32_t no = 0;

	arena_reset(&s->line);
	if (found_line(f, at, s->o->want_line, s->o->want_meta, &line,
	    &s->text, &s->line, e) == -1 || stream_of(s, f, at, &no, e) == -1)
		return pass_fault(s, f, e);
	line.stream = no;
	line.labels = s->stream[no].label;
	line.nlabels = s->stream[no].n;
	s->given++;
	return s->fn(s->arg, &line, e);
}

/* All that makes a line what it is, as bytes. 1, or 0: it cannot be read. */
static int
line_key(struct scan *s, const struct member *m, struct err *e)
{
	struct log_line line;

	arena_reset(&s->line);
	if (found_line(m->f, m->at, true, true, &line, &s->text, &s->line,
	    e) == -1)
		return pass_fault(s, m->f, e);
	buf_reset(&s->key);
	pairs_put(&s->key, m->stream, line.line);
	pairs_put(&s->key, line.trace_id, line.span_id);
	buf_varint(&s->key, line.severity);
	for (uint32_t i = 0; i < line.nmeta; i++)
		pairs_put(&s->key, line.meta[i].name, line.meta[i].value);
	return 1;
}

/* By stream, part and row: the order of lines of one time. */
static int
by_place(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int d = str_cmp(x->stream, y->stream);

	if (d != 0)
		return d;
	if (x->f->part->no != y->f->part->no)
		return x->f->part->no < y->f->part->no ? -1 : 1;
	if (x->f->stripe != y->f->stripe)
		return x->f->stripe < y->f->stripe ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Takes the rows with the top's time off the heap. */
static void
take_group(struct scan *s)
{
	uint64_t time = time_of(s->heap[0]);

	s->group_n = 0;
	while (s->heaped > 0 && time_of(s->heap[0]) == time) {
		struct log_found *f = s->heap[0];
		uint32_t at = f->hit[f->next].at;

		if (s->group_n == s->group_cap) {
			s->group_cap = s->group_cap * 2 + 16;
			s->group = xrealloc(s->group, s->group_cap,
			    sizeof *s->group);
		}
		s->group[s->group_n++] = (struct member){ f, at,
			vec_str(&f->stream, at) };
		advance(s);
	}
}

/* Leaves one of equal lines: the oldest part's. */
static int
drop_equal(struct scan *s, struct err *e)
{
	size_t kept = 0;
	bool several = false, fresh;

	for (size_t i = 1; i < s->group_n; i++)
		several |= s->group[i].f->part != s->group[0].f->part;
	if (!several)
		return 0;
	map_reset(&s->seen);
	for (size_t i = 0; i < s->group_n; i++) {
		int r = line_key(s, &s->group[i], e);

		if (r == -1)
			return -1;
		if (r == 0)
			continue;
		map_add(&s->seen, buf_str(&s->key), &fresh);
		if (fresh)
			s->group[kept++] = s->group[i];
	}
	s->group_n = kept;
	return 0;
}

/* Gives out all lines of the next time. 0, 1 to stop, -1. */
static int
give_group(struct scan *s, struct err *e)
{
	take_group(s);
	if (s->group_n > 1) {
		qsort(s->group, s->group_n, sizeof *s->group, by_place);
		if (drop_equal(s, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < s->group_n; i++) {
		struct member *m = &s->group[s->o->forward ? i :
		    s->group_n - 1 - i];
		int r;

		if (s->o->limit > 0 && s->given == s->o->limit)
			return 1;
		if ((r = give(s, m->f, m->at, e)) != 0)
			return r;
	}
	for (size_t i = 0; i < s->group_n; i++)
		if (s->group[i].f->next == s->group[i].f->n)
			found_free(s->group[i].f);
	return 0;
}

static int
run(struct scan *s, struct err *e)
{
	int r = 0;

	while (r == 0 && (s->o->limit == 0 || s->given < s->o->limit)) {
		if (refill(s, e) == -1)
			return -1;
		if (s->heaped == 0)
			return 0;
		r = give_group(s, e);
	}
	return r == 1 ? 0 : r;
}

int
parts_scan(struct log_part *parts, size_t n, const struct log_scan_opts *o,
    part_fault_fn *fault, void *fault_arg, log_line_fn *fn, void *arg,
    struct err *e)
{
	struct log_scan_opts opts = *o;
	struct scan s = { .o = &opts, .fn = fn, .arg = arg };
	int r;

	if (opts.workers == 0 || opts.workers > POOL_WORKERS_MAX)
		opts.workers = pool_workers();
	faults_init(&s.faults, fault, fault_arg);
	s.filter = filters_new(o->filter, o->nfilter, &s.mem);
	list_pieces(&s, parts, n);
	r = run(&s, e);
	for (size_t i = 0; i < s.pieces; i++)
		found_free(&s.piece[i]);
	free(s.stream);
	free(s.group);
	map_free(&s.streams);
	map_free(&s.seen);
	buf_free(&s.text);
	buf_free(&s.key);
	for (unsigned i = 0; i < POOL_WORKERS_MAX; i++)
		arena_free(&s.worker[i]);
	arena_free(&s.line);
	arena_free(&s.mem);
	faults_free(&s.faults);
	return r;
}
