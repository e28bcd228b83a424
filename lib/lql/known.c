#include "lql/known.h"

#include "lql/far.h"
#include "lql/fields.h"

/* The pairs of each line, as if they were a stream's labels. */
struct gather {
	struct log_stream meta[KNOWN_LINES], parsed[KNOWN_LINES];
	size_t n;
	struct arena *mem;
};

int
known_open(struct known *k, const struct lql_ask *ask, struct err *e)
{
	struct log_scan_opts all = { 0 };
	const struct lql_query none = { 0 };
	struct log_streams streams;
	struct store_view *view = lql_view(ask, e);
	int r;

	*k = (struct known){ .ask = ask };
	if (!view && !ask->far)
		return -1;
	r = view ? log_streams(view, &all, &k->mem, &streams, e) :
	    far_streams(ask, &none, &k->mem, &streams, e);
	if (view)
		store_view_close(view);
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

void
known_look(struct known *k, struct str selector)
{
	struct lql_opts o = k->ask->o;
	struct gather g = { .mem = &k->fields };
	struct store_view *view;
	struct lql_query q;
	struct err e = { 0 };

	if (!selector.p || k->ask->far ||
	    str_eq(buf_str(&k->selector), selector))
		return;
	buf_reset(&k->selector);
	buf_adds(&k->selector, selector);
	arena_reset(&k->fields);
	k->words.meta = k->words.parsed = (struct lql_labels){ NULL, 0 };
	if (lql_parse(&q, selector, &k->fields, &e) == -1)
		return;
	o.limit = KNOWN_LINES;
	o.forward = false;
	if ((view = lql_view(k->ask, &e))) {
		lql_run(view, &q.log, &o, on_line, &g, &e);
		store_view_close(view);
	}
	lql_query_free(&q);
	lql_labels(&(struct log_streams){ g.meta, g.n }, &k->fields,
	    &k->words.meta);
	lql_labels(&(struct log_streams){ g.parsed, g.n }, &k->fields,
	    &k->words.parsed);
}
