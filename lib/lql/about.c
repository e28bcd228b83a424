#include "lql/about.h"

#include "lql/far.h"
#include "lql/fields.h"
#include "lql/labels.h"
#include "lql/tally.h"
#include "show/json.h"
#include "show/lines.h"

struct about {
	const struct lql_ask *ask;
	struct show_table t;
	struct arena mem;
};

/* A number that people read as it is. */
static void
number(struct about *ab, uint64_t n)
{
	show_cell_number(&ab->t, n, arena_printf(&ab->mem, "%llu",
	    (unsigned long long)n), SHOW_PLAIN);
}

static void
put_labels(struct about *ab, const struct lql_labels *all)
{
	static const char *const head[] = { "LABEL", "VALUES", "STREAMS" };

	ab->t = (struct show_table){ .cols = 3, .head = head, .right = 6 };
	for (size_t i = 0; i < all->n; i++) {
		show_cell(&ab->t, all->v[i].name, SHOW_BOLD);
		number(ab, all->v[i].n);
		number(ab, all->v[i].all);
	}
}

static void
put_values(struct about *ab, const struct lql_label *l)
{
	static const char *const head[] = { "VALUE", "STREAMS" };

	ab->t = (struct show_table){ .cols = 2, .head = head, .right = 2 };
	for (size_t i = 0; l && i < l->n; i++) {
		show_cell(&ab->t, l->value[i], show_style_of(l->value[i]));
		number(ab, l->streams[i]);
	}
}

static const struct show_label *
shown(struct about *ab, const struct log_stream *s)
{
	struct show_label *v = arena_new(&ab->mem, struct show_label,
	    s->n + 1);

	for (uint32_t i = 0; i < s->n; i++)
		v[i] = (struct show_label){ s->label[i].name,
			s->label[i].value };
	return v;
}

static void
put_series(struct about *ab, const struct log_streams *s)
{
	static const char *const head[] = { "SERIES" };
	struct buf b = { 0 };

	ab->t = (struct show_table){ .cols = 1, .head = head };
	for (size_t i = 0; i < s->n; i++) {
		buf_reset(&b);
		show_labels(&b, shown(ab, &s->v[i]), s->v[i].n);
		show_cell(&ab->t, buf_str(&b), SHOW_PLAIN);
	}
	buf_free(&b);
}

/* The label sets as objects: {"a":"b"}. */
static void
series_json(const struct log_streams *s, struct buf *b)
{
	for (size_t i = 0; i < s->n; i++) {
		struct json j = { .b = b };

		json_open(&j, '{');
		for (uint32_t k = 0; k < s->v[i].n; k++) {
			json_key(&j, s->v[i].label[k].name);
			json_str(&j, s->v[i].label[k].value);
		}
		json_close(&j, '}');
		buf_u8(b, '\n');
	}
}

static int
put_table(const struct about *ab, struct buf *b, struct err *e)
{
	struct show_table t = ab->t;

	switch (ab->ask->out) {
	case ASK_JSON: show_table_json(&t, b); break;
	case ASK_CSV: show_table_csv(&t, b); break;
	case ASK_RAW: show_table_raw(&t, b); break;
	case ASK_TABLE:
		if (t.cols == 1)	/* nothing to align, or to cut */
			show_table_raw(&t, b);
		else if (t.cells > 0)
			show_table(&ab->ask->show, &t, b);
		break;
	default:
		return err_set(e, ERR_QUERY, "lists come as table, json, csv "
		    "or raw");
	}
	return 0;
}

/* Labels, values or series, of which dictionaries tell. */
static int
put_streams(struct about *ab, struct store_view *view,
    const struct lql_query *query, struct log_streams *s, struct err *e)
{
	const struct lql_log *q = &query->log;
	const struct lql_ask *ask = ab->ask;
	struct log_scan_opts o = { .match = q->match, .nmatch = q->nmatch,
		.from = ask->o.from, .to = ask->o.to, .count = ask->o.count };
	struct lql_labels l;

	if (q->nsteps > 0)
		return err_set(e, ERR_QUERY, "only label matchers are "
		    "supported: {service_name=\"x\"}");
	if ((ask->far ? far_streams(ask, query, &ab->mem, s, e) :
	    log_streams(view, &o, &ab->mem, s, e)) == -1)
		return -1;
	lql_labels(s, &ab->mem, &l);
	if (ask->about == LQL_LABELS)
		put_labels(ab, &l);
	else if (ask->about == LQL_VALUES)
		put_values(ab, lql_labels_find(&l, ask->label));
	else
		put_series(ab, s);
	return 0;
}

int
about_put(const struct lql_ask *ask, struct store_view *view,
    const struct lql_query *q, struct buf *b, uint64_t *rows, struct err *e)
{
	struct about ab = { .ask = ask };
	struct log_streams s = { 0 };
	int r;

	if (q->metric)
		return err_set(e, ERR_QUERY, "series of numbers have no "
		    "streams: a log query, or a selector");
	if (ask->about == LQL_VOLUME || ask->about == LQL_PATTERNS)
		r = tally_put(ask, view, &q->log, &ab.mem, &ab.t, e);
	else if (ask->about == LQL_FIELDS)
		r = fields_put(ask, view, &q->log, &ab.mem, &ab.t, e);
	else
		r = put_streams(&ab, view, q, &s, e);
	if (r == 0) {
		*rows = ab.t.cells / ab.t.cols;
		if (ask->about == LQL_SERIES && ask->out == ASK_JSON)
			series_json(&s, b);
		else
			r = put_table(&ab, b, e);
	}
	show_table_free(&ab.t);
	arena_free(&ab.mem);
	return r;
}
