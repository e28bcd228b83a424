#include "log/runs.h"

#include "base/err.h"

struct cut {			/* the caller's edges, and those of the range */
	const struct log_scan_opts *o;
	span_edge_fn *edge;
	void *arg;
};

static bool
ranged(const struct log_scan_opts *o)
{
	return o->from != 0 || o->to != 0;
}

static bool
inside(const struct log_scan_opts *o, int64_t t)
{
	return !ranged(o) || ((uint64_t)t >= o->from && (uint64_t)t < o->to);
}

static int64_t
next_edge(void *arg, uint32_t code, int64_t t)
{
	const struct cut *c = arg;
	uint64_t from = c->o->from, to = c->o->to;
	int64_t edge;

	if (ranged(c->o) && (uint64_t)t < from)
		return from > INT64_MAX ? INT64_MAX : (int64_t)from;
	if (!inside(c->o, t) || !c->edge)
		return inside(c->o, t) && ranged(c->o) && to <= INT64_MAX ?
		    (int64_t)to : INT64_MAX;
	edge = c->edge(c->arg, code, t);
	return ranged(c->o) && (uint64_t)edge > to ? (int64_t)to : edge;
}

/* Leaves those of the range. */
static void
clip(const struct log_scan_opts *o, struct log_runs *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < out->n; i++)
		if (inside(o, out->v[i].first))
			out->v[n++] = out->v[i];
	out->n = n;
}

/* Row by row. */
static int
plain(struct log_cols *c, const struct log_scan_opts *o, struct log_runs *out,
    struct err *e)
{
	bool *yes;

	if (cols_load(c, S("time"), VEC_INT, &c->time, e) == -1 ||
	    cols_stream(c, e) == -1)
		return -1;
	if (c->time.rows != c->rows || c->time.valid)
		return err_set(e, ERR_CORRUPT, "time: not there");
	out->stream = c->stream.dict;
	out->streams = c->stream.ndict;
	yes = arena_new(c->mem, bool, out->streams + 1);
	if (select_streams(out->stream, out->streams, yes, o, e) == -1)
		return -1;
	out->v = arena_new(c->mem, struct stretch, c->rows + 1);
	for (uint32_t i = 0; i < c->rows; i++) {
		uint32_t code = c->stream.code ? c->stream.code[i] : i;

		if (yes[code])
			out->v[out->n++] = (struct stretch){ code, i, 1,
				c->time.i[i], c->time.i[i] };
	}
	clip(o, out);
	return 0;
}

/* Whether no row can be in the range. */
static bool
outside(const struct stripe_col *time, const struct log_scan_opts *o)
{
	return time->ranged && ranged(o) &&
	    ((uint64_t)time->max_i < o->from ||
	    (uint64_t)time->min_i >= o->to);
}

int
runs_of(struct log_cols *c, const struct log_scan_opts *o, span_edge_fn *edge,
    void *arg, struct log_runs *out, struct err *e)
{
	int stream = stripe_find(c->stripe, LG_ROW, S("stream"), VEC_STR);
	int time = stripe_find(c->stripe, LG_ROW, S("time"), VEC_INT), r;
	struct cut cut = { o, edge, arg };
	bool *yes;

	*out = (struct log_runs){ 0 };
	if (c->rows == 0)
		return 0;
	if (stream == -1 || time == -1)
		return err_set(e, ERR_CORRUPT, "%s: not there", time == -1 ?
		    "time" : "stream");
	if (outside(stripe_col(c->stripe, (uint32_t)time), o))
		return 0;
	if (stripe_dict(c->stripe, (uint32_t)stream, c->mem, &out->stream,
	    &out->streams, e) == -1)
		return -1;
	if (out->streams == 0)
		return plain(c, o, out, e);
	yes = arena_new(c->mem, bool, out->streams);
	r = select_streams(out->stream, out->streams, yes, o, e);
	if (r <= 0)
		return r;
	r = stripe_spans(c->stripe, (uint32_t)stream, (uint32_t)time,
	    r == 1 ? NULL : yes, next_edge, &cut, c->mem, &out->v, &out->n,
	    e);
	if (r == 0)
		return plain(c, o, out, e);
	clip(o, out);
	return r == -1 ? -1 : 0;
}
