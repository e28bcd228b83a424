/* view: a query's snapshot of a store: blocks and tail. */
#include <stdlib.h>

#include "store/blocks.h"
#include "store/tail.h"

#define KEEP	((size_t)16 << 20)	/* of the tail's records, in memory */

struct store_view {
	struct arena mem;
	const char *dir;
	struct str tenant;
	void (*say)(void *arg, const char *msg);
	void *say_arg;
	struct blocks blocks;
	struct store_options options;
	struct tail tail;
	enum signal signal;
	bool any;			/* the span below holds */
	uint64_t min, max;
	unsigned faults;		/* store_view_fault */
};

static void
span_add(struct store_view *v, uint64_t min, uint64_t max)
{
	if (!v->any || min < v->min)
		v->min = min;
	if (!v->any || max > v->max)
		v->max = max;
	v->any = true;
}

static void
see(void *arg, const struct rec *rec)
{
	struct store_view *v = arg;

	if (!str_eq(rec->tenant, v->tenant))
		return;
	span_add(v, rec->min_time > 0 ? rec->min_time : rec->received,
	    rec->max_time > 0 ? rec->max_time : rec->received);
}

struct store_view *
store_view(const char *dir, const struct store_view_opts *o, struct err *e)
{
	struct store_view *v = xcalloc(1, sizeof *v);

	v->dir = arena_str(&v->mem, str_of(dir)).p;
	v->tenant = arena_str(&v->mem, o->tenant);
	v->say = v->tail.say = o->say;
	v->say_arg = v->tail.say_arg = o->say_arg;
	if (blocks_open(&v->blocks, dir, o->kind, &v->tenant, o->say,
	    o->say_arg, e) == -1) {
		arena_free(&v->mem);
		free(v);
		return NULL;
	}
	v->options = manifest_options(&v->blocks.man);
	v->signal = signal_of_name(str_mk(v->blocks.man.kind,
	    strnlen(v->blocks.man.kind, sizeof v->blocks.man.kind)));
	for (size_t i = 0; i < v->blocks.n; i++)
		span_add(v, v->blocks.v[i].info->min_time,
		    v->blocks.v[i].info->max_time);
	v->tail.keep = KEEP;
	tail_open(&v->tail, dir, &v->blocks.man, v->signal, see, v);
	return v;
}

struct store_view *
store_view_held(struct str records, enum signal signal,
    const struct store_view_opts *o)
{
	struct store_view *v = xcalloc(1, sizeof *v);

	v->tenant = arena_str(&v->mem, o->tenant);
	v->say = v->tail.say = o->say;
	v->say_arg = v->tail.say_arg = o->say_arg;
	v->signal = signal;
	tail_hold(&v->tail, records, signal, see, v);
	return v;
}

const struct store_block *
store_view_blocks(const struct store_view *v, size_t *n)
{
	*n = v->blocks.n;
	return v->blocks.v;
}

const struct store_options *
store_view_options(const struct store_view *v)
{
	return &v->options;
}

int
store_view_tail(struct store_view *v, enum signal signal, struct rec *rec,
    struct err *e)
{
	int r;

	while ((r = tail_next(&v->tail, signal, rec, e)) == 1)
		if (str_eq(rec->tenant, v->tenant))
			break;
	return r;
}

bool
store_view_stays(const struct store_view *v)
{
	return v->tail.stays;
}

void
store_view_rewind(struct store_view *v)
{
	tail_rewind(&v->tail);
}

bool
store_view_span(struct store_view *v, uint64_t *min, uint64_t *max)
{
	if (v->any) {
		*min = v->min;
		*max = v->max;
	}
	return v->any;
}

unsigned
store_view_missing(const struct store_view *v)
{
	return v->blocks.faults + v->tail.faults +
	    __atomic_load_n(&v->faults, __ATOMIC_RELAXED);
}

void
store_view_fault(struct store_view *v, const struct err *e)
{
	__atomic_add_fetch(&v->faults, 1, __ATOMIC_RELAXED);
	if (v->say)
		v->say(v->say_arg, e->msg);
}

bool
store_view_stale(struct store_view *v)
{
	struct manifest m;

	if (!v->dir)		/* of records in memory */
		return false;
	if (manifest_load(&m, v->dir, NULL) == -1)
		return true;
	bool stale = m.generation != v->blocks.man.generation;

	manifest_free(&m);
	return stale || tail_grown(&v->tail);
}

void
store_view_close(struct store_view *v)
{
	if (!v)
		return;
	tail_close(&v->tail);
	blocks_close(&v->blocks);
	arena_free(&v->mem);
	free(v);
}
