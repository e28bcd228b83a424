/* picture: a trace out of a view as lib/show draws it. */
#include "tql/fetch.h"

#include "tql/part.h"

/* Columns of the one trace, all loaded; NULL where it has none. */
struct cols {
	const int64_t *start, *duration, *status, *res, *parent, *span, *time;
	const struct str *services;
	struct part_col *name, *message, *event, *text[3];
};

static struct str
text_at(const struct part_col *c, uint32_t row)
{
	return c && row < c->vec.rows && vec_valid(&c->vec, row) ?
	    vec_str(&c->vec, row) : S("");
}

static int
load_text(struct part *p, unsigned table, struct str name,
    struct part_col **c, struct err *e)
{
	*c = part_find(p, table, name, VEC_STR);
	return *c ? part_load(p, *c, NULL, NULL, e) : 0;
}

static int
load_cols(struct part *p, struct cols *c, struct err *e)
{
	const struct { struct str name; unsigned table; const int64_t **to; }
	ints[] = {
		{ S("start"), TR_SPAN, &c->start },
		{ S("duration"), TR_SPAN, &c->duration },
		{ S("status"), TR_SPAN, &c->status },
		{ S("res"), TR_SPAN, &c->res },
		{ S("parent"), TR_SPAN, &c->parent },
		{ S("span"), TR_EVENT, &c->span },
		{ S("time"), TR_EVENT, &c->time },
	};
	const struct { struct str name; unsigned table; struct part_col **to; }
	texts[] = {
		{ S("name"), TR_SPAN, &c->name },
		{ S("message"), TR_SPAN, &c->message },
		{ S("name"), TR_EVENT, &c->event },
		{ S("e.exception.message"), TR_EVENT, &c->text[0] },
		{ S("e.exception.type"), TR_EVENT, &c->text[1] },
		{ S("e.message"), TR_EVENT, &c->text[2] },
	};

	for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
		if (part_ints(p, ints[i].table, ints[i].name, NULL,
		    ints[i].to, e) == -1)
			return -1;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (load_text(p, texts[i].table, texts[i].name, texts[i].to,
		    e) == -1)
			return -1;
	return part_services(p, &c->services, e);
}

static struct str
event_text(const struct cols *c, uint32_t ev)
{
	for (size_t i = 0; i < 3; i++)
		if (text_at(c->text[i], ev).n > 0)
			return text_at(c->text[i], ev);
	return S("");
}

static void
draw_events(struct part *p, const struct cols *c, struct show_span *s,
    uint32_t row)
{
	uint32_t from = p->event_of[row], n = p->event_of[row + 1] - from;
	struct show_event *ev = arena_new(p->mem, struct show_event, n);

	for (uint32_t i = 0; i < n; i++)
		ev[i] = (struct show_event){ .after = c->time[from + i],
		    .name = text_at(c->event, from + i),
		    .text = event_text(c, from + i) };
	s->events = ev;
	s->nevents = n;
}

int
fetched_trace(struct fetched *f, struct show_trace *t, struct err *e)
{
	struct tql_query none = { 0 };
	struct part p;
	struct cols c = { 0 };
	struct show_span *s;
	int64_t begin = INT64_MAX, end = INT64_MIN;
	uint64_t cut;
	char hex[33];

	part_init(&p, f->stripe, &none, &f->mem);
	struct part_col *id = part_find(&p, TR_TRACE, S("id"), VEC_FIX16);
	if (load_cols(&p, &c, e) == -1 || part_children(&p, e) == -1 ||
	    part_tree(&p, e) == -1 || part_load(&p, id, NULL, NULL, e) == -1)
		return -1;
	s = arena_zero(&f->mem, struct show_span, p.rows[TR_SPAN]);
	for (uint32_t r = 0; r < p.rows[TR_SPAN]; r++) {
		begin = c.start[r] < begin ? c.start[r] : begin;
		end = c.start[r] + c.duration[r] > end ?
		    c.start[r] + c.duration[r] : end;
	}
	for (uint32_t r = 0; r < p.rows[TR_SPAN]; r++) {
		uint32_t up = p.tree.up[r];

		s[r] = (struct show_span){ .start = c.start[r] - begin,
		    .depth = up == NO_ROW ? 0 : s[up].depth + 1,
		    .duration = (uint64_t)c.duration[r],
		    .name = text_at(c.name, r),
		    .service = c.services[c.res[r]],
		    .message = text_at(c.message, r),
		    .error = c.status[r] == 2, .orphan = c.parent[r] == -1 };
		draw_events(&p, &c, &s[r], r);
	}
	str_hex(hex, id->vec.fix, 16);
	if (fetched_cut(f, &cut, e) == -1)
		return -1;
	*t = (struct show_trace){ .id = arena_str(&f->mem, str_of(hex)),
	    .start = (uint64_t)begin, .duration = (uint64_t)(end - begin),
	    .spans = s, .n = p.rows[TR_SPAN], .cut = cut };
	return 0;
}
