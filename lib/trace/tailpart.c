#include "trace/tailpart.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/pool.h"

/* The records that stay are divided among parts; others are the last one. */
struct reading {
	struct tail_parts *t;
	struct store_view *view;
	const struct tail_opts *o;
	struct rec *rec;
	size_t recs, cap, bytes;
	size_t from[TAIL_PARTS_MAX + 2];	/* of each part, in rec */
	pthread_mutex_t lock;			/* of the view's faults */
};

static void
fault(struct reading *r, const struct err *e)
{
	pthread_mutex_lock(&r->lock);
	store_view_fault(r->view, e);
	pthread_mutex_unlock(&r->lock);
}

static void
take(struct reading *r, struct tail_part *part, const struct rec *rec)
{
	struct err e = { 0 };

	if (batch_take(&part->batch, rec, &e) == -1)
		fault(r, &e);
}

static void
part_init(const struct reading *r, struct tail_part *part, bool stays)
{
	*part = (struct tail_part){ .stripe = NULL };
	batch_init(&part->batch);
	part->batch.order.max =
	    trace_max_spans(store_view_options(r->view));
	part->batch.from = r->o->from;
	part->batch.to = r->o->to;
	part->batch.stays = stays;
}

static void
list(struct reading *r, const struct rec *rec)
{
	if (r->recs == r->cap) {
		r->cap = r->cap * 2 + 64;
		r->rec = xrealloc(r->rec, r->cap, sizeof *r->rec);
	}
	r->rec[r->recs++] = *rec;
	r->bytes += rec->payload.n;
}

/* Lists the records that stay; the others go at once where they belong. */
static void
read_records(struct reading *r, struct tail_part *others)
{
	struct err e = { 0 };
	struct rec rec;
	int got;

	store_view_rewind(r->view);
	while ((got = store_view_tail(r->view, SIGNAL_TRACES, &rec, &e)) == 1)
		if (store_view_stays(r->view))
			list(r, &rec);
		else
			take(r, others, &rec);
	if (got == -1)
		fault(r, &e);
}

/* Into as many parts as are worth it, of about as many bytes. */
static void
divide(struct reading *r)
{
	unsigned workers = r->o->workers > 0 ? r->o->workers : 1;
	size_t each = r->o->part_bytes, sum = 0;

	if (each == 0) {
		each = (r->bytes + workers - 1) / workers;
		each = each < TAIL_PART_BYTES ? TAIL_PART_BYTES : each;
	}
	for (size_t i = 0; i < r->recs; i++) {
		if (i == 0 || (sum >= each && r->t->n < TAIL_PARTS_MAX)) {
			part_init(r, &r->t->v[r->t->n], true);
			r->from[r->t->n++] = i;
			sum = 0;
		}
		sum += r->rec[i].payload.n;
	}
	r->from[r->t->n] = r->recs;
}

static int
keep(void *arg, struct frame *f, const uint32_t rows[TR_TABLES],
    struct err *e)
{
	(void)arg;
	(void)f;
	(void)rows;
	(void)e;
	return 0;	/* the frame is the batch's, and stays */
}

/* The spans of a part, in its frame. */
static int
put_part(void *arg, size_t no, unsigned worker, struct err *e)
{
	struct reading *r = arg;
	struct tail_part *part = &r->t->v[no];
	struct batch *b = &part->batch;
	struct lot_out out = { .max_rows = UINT32_MAX, .needs = r->o->needs,
	    .full = keep };

	(void)worker;
	for (size_t i = r->from[no]; i < r->from[no + 1]; i++)
		take(r, part, &r->rec[i]);
	if (b->lots == 0 || b->lot[0].spans == 0)
		return 0;
	if (lot_order(b, &b->lot[0], &out, e) == -1)
		return -1;
	batch_reset(b);		/* the records; the frame stays */
	return 0;
}

static struct vec
column(const struct tail_part *part, enum col no)
{
	struct frame *f = part->batch.frame;
	const struct col_def *d = &col_defs[no];
	struct vec v;

	frame_vec(f, frame_col(f, d->table, str_of(d->name), d->type), &v);
	return v;
}

static void
show(struct tail_part *part, struct arena *a)
{
	struct vec cut;

	if (!part->batch.frame)
		return;
	part->stripe = frame_stripe(part->batch.frame, a);
	part->traces = stripe_rows(part->stripe, TR_TRACE);
	part->ids = (const struct id *)(const void *)
	    column(part, TC_ID).fix;
	part->first = column(part, TC_FIRST).i;
	part->spans = column(part, TC_SPANS).i;
	part->start = column(part, TC_START).i;
	part->end = column(part, TC_END).i;
	cut = column(part, TC_CUT);
	part->cut = arena_zero(a, uint64_t, part->traces);
	for (uint32_t k = 0; k < cut.rows; k++)
		if (vec_valid(&cut, k))
			part->cut[k] = (uint64_t)cut.i[k];
}

int
tail_parts_read(struct tail_parts *t, struct store_view *view,
    const struct tail_opts *o, struct arena *a, struct err *e)
{
	struct reading r = { .t = t, .view = view, .o = o };
	struct tail_part others;
	int got;

	t->n = t->traces = 0;
	pthread_mutex_init(&r.lock, NULL);
	part_init(&r, &others, false);
	read_records(&r, &others);
	divide(&r);
	if (others.batch.lots > 0) {
		t->v[t->n] = others;
		r.from[++t->n] = r.recs;
	} else
		batch_done(&others.batch);
	got = pool_run(o->workers, t->n, put_part, &r, e);
	for (uint32_t k = 0; k < t->n && got == 0; k++) {
		show(&t->v[k], a);
		t->traces += t->v[k].traces;
	}
	pthread_mutex_destroy(&r.lock);
	free(r.rec);
	return got;
}

void
tail_parts_free(struct tail_parts *t)
{
	for (uint32_t k = 0; k < t->n; k++)
		batch_done(&t->v[k].batch);
}
