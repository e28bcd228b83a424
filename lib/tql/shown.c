/* What is shown of the traces that match in a part. */
#include "tql/shown.h"

/* Columns of the rows that are shown or name a trace; and of its traces. */
struct show {
	struct part *p;
	const struct tql_opts *o;
	const struct spansets *ss;
	struct arena *mem;
	uint32_t *n;			/* by spanset: spans shown so far */
	uint32_t *local;		/* by spanset: its number in its trace + 1 */
	uint64_t *shown;		/* spans */
	struct row_picks picks;		/* those, and roots: and their columns */
	struct vec id, start, duration, status, name;
	struct bind *attr;		/* by tql_attr.no */
	struct vec trace_id, begin, end;	/* by hit */
	const struct str *services;	/* by resource */
};

static struct str
text_at(const struct show *s, const struct vec *v, uint32_t row)
{
	return row < v->rows && vec_valid(v, row) ?
	    arena_str(s->mem, vec_str(v, row)) : S("");
}

static bool
is_shown(const struct tql_attr *a)
{
	switch (a->in) {
	case IN_DURATION: case IN_NAME: case IN_TRACE_ID: case IN_SPAN_ID:
	case IN_ROOT_NAME: case IN_ROOT_SERVICE: case IN_TRACE_DURATION:
		return false;
	default:
		return true;
	}
}

static struct tql_val
keep(struct arena *mem, const struct tql_val *v)
{
	struct tql_val out = *v;

	if (v->type == TQL_STR) {
		out.s = arena_str(mem, v->s);
	} else if (v->type == TQL_ARRAY) {
		struct tql_val *a = arena_new(mem, struct tql_val, v->n);

		for (uint32_t i = 0; i < v->n; i++)
			a[i] = keep(mem, &v->a[i]);
		out.a = a;
	}
	return out;
}

/* The values of an attribute: unscoped ones and those of events have some. */
static void
show_attr(struct show *s, const struct tql_attr *a, uint32_t at,
    struct tql_span *to)
{
	struct tql_val v[ROW_VALUES];
	uint32_t n = row_picked(s->p, a, &s->picks, &s->attr[a->no], at, v,
	    ROW_VALUES);

	if (n == 0 && a->selected)
		v[n++] = (struct tql_val){ .type = TQL_STR, .s = S("nil") };
	to->shown = arena_grow(s->mem, to->shown, to->nshown, to->nshown + n,
	    sizeof *to->shown);
	for (uint32_t i = 0; i < n; i++)
		to->shown[to->nshown++] = (struct tql_shown){ a,
		    keep(s->mem, &v[i]) };
}

static void
show_span(struct show *s, uint32_t at, struct tql_span *to)
{
	const struct tql_query *q = s->p->q;

	*to = (struct tql_span){ .start = (uint64_t)s->start.i[at],
	    .duration = s->duration.i[at], .name = text_at(s, &s->name, at),
	    .error = s->o->errors && s->status.i[at] == 2 };
	memcpy(to->id, s->id.fix + (size_t)at * 8, 8);
	for (uint32_t i = 0; i < q->nattr; i++)
		if (is_shown(q->attr[i]))
			show_attr(s, q->attr[i], at, to);
}

static int
load_spans(struct show *s, struct err *e)
{
	struct part *p = s->p;
	const struct { struct str name; enum vec_type type; struct vec *to; }
	spans[] = {
		{ S("id"), VEC_FIX8, &s->id },
		{ S("start"), VEC_INT, &s->start },
		{ S("duration"), VEC_INT, &s->duration },
		{ S("res"), VEC_INT, &s->picks.res },
		{ S("name"), VEC_STR, &s->name },
		{ S("status"), VEC_INT, &s->status },
	};
	size_t n = sizeof spans / sizeof *spans - !s->o->errors;

	for (size_t i = 0; i < n; i++)
		if (part_pick(p, TR_SPAN, spans[i].name, spans[i].type,
		    s->picks.row, s->picks.n, spans[i].to, e) == -1)
			return -1;
	if (part_services(p, &s->services, e) == -1)
		return -1;
	s->attr = arena_new(p->mem, struct bind, p->q->nattr);
	for (uint32_t i = 0; i < p->q->nattr; i++)
		if (is_shown(p->q->attr[i]) && row_pick(p, p->q->attr[i],
		    &s->picks, &s->attr[i], e) == -1)
			return -1;
	return 0;
}

static int
load_traces(struct show *s, const struct hit *hit, size_t n, struct err *e)
{
	uint32_t *row = arena_new(s->p->mem, uint32_t, n);

	for (size_t i = 0; i < n; i++)
		row[i] = hit[i].t;
	if (part_pick(s->p, TR_TRACE, S("id"), VEC_FIX16, row, (uint32_t)n,
	    &s->trace_id, e) == -1)
		return -1;
	if (s->o->ids_only)
		return 0;
	return part_pick(s->p, TR_TRACE, S("start"), VEC_INT, row,
	    (uint32_t)n, &s->begin, e) == -1 || part_pick(s->p, TR_TRACE,
	    S("end"), VEC_INT, row, (uint32_t)n, &s->end, e) == -1 ? -1 : 0;
}

/* The spanset of a span of trace t. */
static uint32_t
set_of(const struct spansets *ss, uint32_t row, uint32_t t)
{
	return ss->of ? ss->of[row] : t;
}

static uint32_t
count_attrs(const struct set_attr *a)
{
	return a ? 1 + count_attrs(a->before) : 0;
}

static void
show_set(struct show *s, uint32_t no, struct tql_spanset *to)
{
	uint32_t n = count_attrs(s->ss->last);

	*to = (struct tql_spanset){ .nattr = n,
	    .attr = arena_new(s->mem, struct tql_set_attr, n) };
	for (const struct set_attr *a = s->ss->last; a; a = a->before)
		to->attr[--n] = (struct tql_set_attr){ a->stage,
		    keep(s->mem, &a->val[no]) };
}

/* The spansets of a trace, each with the number of its spans. */
static void
show_sets(struct show *s, const struct hit *hit, struct tql_trace *to)
{
	uint32_t from = (uint32_t)s->p->first[hit->t], cap = 0;

	for (uint32_t r = from; r < from + (uint32_t)s->p->spans[hit->t];
	    r++) {
		uint32_t no;

		if (!bit_get(s->ss->bits, r))
			continue;
		no = set_of(s->ss, r, hit->t);
		if (s->local[no] == 0) {
			if (to->nset == cap) {
				to->set = arena_grow(s->mem, to->set,
				    to->nset, cap * 2 + 1, sizeof *to->set);
				cap = cap * 2 + 1;
			}
			show_set(s, no, &to->set[to->nset]);
			s->local[no] = ++to->nset;
		}
		to->set[s->local[no] - 1].matched++;
	}
}

/* Its rows are the next of those picked, from *at on. */
static void
show_trace(struct show *s, const struct hit *hit, uint32_t *at,
    struct tql_trace *to)
{
	uint32_t root = s->p->root[hit->t];
	uint32_t end = (uint32_t)(s->p->first[hit->t] + s->p->spans[hit->t]);

	show_sets(s, hit, to);
	to->has_root = root != NO_ROW;
	for (; *at < s->picks.n && s->picks.row[*at] < end; ++*at) {
		uint32_t row = s->picks.row[*at];
		struct tql_spanset *set;

		if (row == root) {
			to->root_name = text_at(s, &s->name, *at);
			to->root_service = arena_str(s->mem,
			    s->services[s->picks.res.i[*at]]);
		}
		if (!bit_get(s->shown, row))
			continue;
		set = &to->set[s->local[set_of(s->ss, row, hit->t)] - 1];
		if (!set->span)
			set->span = arena_new(s->mem, struct tql_span,
			    set->matched < s->o->spans ? set->matched :
			    s->o->spans);
		show_span(s, *at, &set->span[set->nspan++]);
	}
}

/* Marks the spans to show of the hits, and those whose names are needed. */
static void
mark(struct show *s, const struct hit *hit, size_t n, uint64_t *named)
{
	struct part *p = s->p;

	s->n = arena_zero(p->mem, uint32_t, s->ss->n);
	s->local = arena_zero(p->mem, uint32_t, s->ss->n);
	s->shown = part_bits(p, TR_SPAN);
	for (size_t i = 0; i < n; i++) {
		uint32_t from = (uint32_t)p->first[hit[i].t];
		uint32_t to = from + (uint32_t)p->spans[hit[i].t];
		uint32_t root = p->root[hit[i].t];

		for (uint32_t r = from; r < to; r++) {
			uint32_t *shown;

			if (!bit_get(s->ss->bits, r))
				continue;
			shown = &s->n[set_of(s->ss, r, hit[i].t)];
			if (*shown == s->o->spans)
				continue;
			++*shown;
			bit_set(s->shown, r);
			bit_set(named, r);
		}
		if (root != NO_ROW)
			bit_set(named, root);
	}
}

static int
pick_spans(struct show *s, const struct hit *hit, size_t n, struct err *e)
{
	struct part *p = s->p;
	uint64_t *named = part_bits(p, TR_SPAN);
	uint64_t *traces = part_bits(p, TR_TRACE);

	for (size_t i = 0; i < n; i++)
		bit_set(traces, hit[i].t);
	if (part_roots(p, traces, e) == -1)
		return -1;
	mark(s, hit, n, named);
	s->picks.n = bits_count(named, p->words);
	s->picks.row = part_listed(p, named, p->rows[TR_SPAN], s->picks.n);
	return load_spans(s, e);
}

int
shown_traces(struct part *p, const struct tql_opts *o,
    const struct spansets *ss, const struct hit *hit, size_t n,
    struct tql_trace *out, struct arena *mem, struct err *e)
{
	struct show s = { .p = p, .o = o, .ss = ss, .mem = mem };
	uint32_t at = 0;

	if (load_traces(&s, hit, n, e) == -1 ||
	    (!o->ids_only && pick_spans(&s, hit, n, e) == -1))
		return -1;
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct tql_trace){ .start = hit[i].start,
		    .matched = hit[i].matched,
		    .spans = (uint32_t)p->spans[hit[i].t] };
		memcpy(out[i].id, s.trace_id.fix + i * 16, 16);
		if (o->ids_only)
			continue;
		out[i].duration = (uint64_t)s.end.i[i] -
		    (uint64_t)s.begin.i[i];
		show_trace(&s, &hit[i], &at, &out[i]);
	}
	return 0;
}
