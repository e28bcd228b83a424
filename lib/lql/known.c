#include "lql/known.h"

#include "base/time.h"
#include "lql/far.h"
#include "lql/fields.h"

#define PATIENCE	(3 * NS_S)	/* of who types */

/* The pairs of each line, as if they were a stream's labels. */
struct gather {
	struct log_stream meta[KNOWN_LINES], parsed[KNOWN_LINES];
	size_t n;
	struct arena *mem;
};

static int
read_streams(struct known *k, struct log_streams *out, struct err *e)
{
	struct log_scan_opts all = { 0 };
	const struct lql_query none = { 0 };
	struct lql_ask quick = *k->ask;
	struct store_view *view;
	int r;

	if (quick.far) {
		quick.wait = PATIENCE;
		if (far_streams(&quick, &none, &k->mem, out, e) == -1)
			quick.say(quick.say_arg, arena_printf(&k->mem,
			    "labels are not completed: %s", e->msg).p);
		return 0;
	}
	if (!(view = lql_view(k->ask, e)))
		return -1;
	r = log_streams(view, &all, &k->mem, out, e);
	store_view_close(view);
	return r;
}

int
known_open(struct known *k, const struct lql_ask *ask, struct err *e)
{
	struct log_streams streams = { 0 };
	int r;

	*k = (struct known){ .ask = ask };
	r = read_streams(k, &streams, e);
	if (r == 0)
		lql_labels(&streams, &k->mem, &k->labels);
	k->words.labels = &k->labels;
	return r;
}

void
known_free(struct known *k)
{
	arena_free(&k->mem);
	arena_free(&k->fields);
	buf_free(&k->selector);
}

static struct log_stream
copied(struct arena *a, const struct log_pair *v, uint32_t n)
{
	struct log_stream s = { arena_new(a, struct log_pair, n + 1), n };

	for (uint32_t i = 0; i < n; i++)
		s.label[i] = (struct log_pair){ arena_str(a, v[i].name),
			arena_str(a, v[i].value) };
	return s;
}

static int
on_line(void *arg, const struct lql_line *l, struct err *e)
{
	struct gather *g = arg;
	struct arena a = { 0 };
	struct log_pair *v = NULL;
	uint32_t n;

	(void)e;
	g->meta[g->n] = copied(g->mem, l->l.meta, l->l.nmeta);
	n = fields_find(&l->l, &a, &v);
	g->parsed[g->n++] = copied(g->mem, v, n);
	arena_free(&a);
	return g->n == KNOWN_LINES;
}

int
known_fields(const struct lql_ask *ask, struct store_view *view,
    const struct lql_log *q, struct arena *mem, struct lql_labels *meta,
    struct lql_labels *parsed, struct err *e)
{
	struct lql_log streams = { .match = q->match, .nmatch = q->nmatch };
	struct lql_opts o = ask->o;
	struct gather g = { .mem = mem };
	int r;

	o.limit = KNOWN_LINES;
	o.interval = 0;
	o.forward = false;
	r = lql_find(ask, view, &streams, &o, on_line, &g, e);
	lql_labels(&(struct log_streams){ .v = g.meta, .n = g.n }, mem, meta);
	lql_labels(&(struct log_streams){ .v = g.parsed, .n = g.n }, mem,
	    parsed);
	return r;
}

void
known_look(struct known *k, struct str selector)
{
	struct lql_ask quick = *k->ask;
	struct store_view *view = NULL;
	struct lql_query q;
	struct err e = { 0 };

	if (!selector.p || str_eq(buf_str(&k->selector), selector))
		return;
	buf_reset(&k->selector);
	buf_adds(&k->selector, selector);
	arena_reset(&k->fields);
	k->words.meta = k->words.parsed = (struct lql_labels){ NULL, 0 };
	if (lql_parse(&q, selector, &k->fields, &e) == -1)
		return;
	quick.wait = PATIENCE;
	if (quick.far || (view = lql_view(&quick, &e)))
		known_fields(&quick, view, &q.log, &k->fields,
		    &k->words.meta, &k->words.parsed, &e);
	store_view_close(view);
	lql_query_free(&q);
}
