#include "tql/series.h"

#include "base/num.h"
#include "base/time.h"
#include "query/sheet.h"
#include "show/json.h"

#define EXEMPLARS_SHOWN	10u	/* in a table */

static void
json_label(struct json *j, const struct label *l)
{
	static const struct str key[] = { S("stringValue"), S("intValue"),
	    S("doubleValue"), S("boolValue") };
	double f;

	json_open(j, '{');
	json_key(j, S("key"));
	json_str(j, l->name);
	json_key(j, S("value"));
	json_open(j, '{');
	json_key(j, key[l->type]);
	if (l->type == LABEL_F64 && num_f64(l->value, &f))
		json_f64(j, f);		/* NaN and infinities are texts */
	else if (l->type == LABEL_BOOL)
		json_raw(j, l->value);
	else
		json_str(j, l->value);
	json_close(j, '}');
	json_close(j, '}');
}

static void
json_labels(struct json *j, struct labels l)
{
	json_key(j, S("labels"));
	json_open(j, '[');
	for (uint32_t i = 0; i < l.n; i++)
		json_label(j, &l.v[i]);
	json_close(j, ']');
}

static void
json_exemplars(struct json *j, const struct tql_exemplars *ex, uint32_t no)
{
	json_key(j, S("exemplars"));
	json_open(j, '[');
	for (size_t i = 0; i < ex->n; i++) {
		if (ex->v[i].series != no)
			continue;
		json_open(j, '{');
		json_labels(j, ex->v[i].labels);
		json_key(j, S("value"));
		json_f64(j, ex->v[i].value);
		json_key(j, S("timestampMs"));
		json_u64_text(j, ex->v[i].start / NS_MS);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
put_json(const struct tql_range *range, const struct series *s,
    const struct tql_exemplars *ex, uint32_t no, struct buf *b)
{
	struct json j = { .b = b };

	json_open(&j, '{');
	json_labels(&j, s->labels);
	json_key(&j, S("samples"));
	json_open(&j, '[');
	for (uint32_t at = 0; at < range->steps; at++) {
		if (!table_has(s, at))
			continue;
		json_open(&j, '{');
		json_key(&j, S("timestampMs"));
		json_u64_text(&j, tql_range_at(range, at) / NS_MS);
		json_key(&j, S("value"));
		json_f64(&j, s->v[at]);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	if (ex->n > 0)
		json_exemplars(&j, ex, no);
	json_close(&j, '}');
	buf_u8(b, '\n');
}

/* Durations of spans, and those that went through buckets, are seconds. */
static enum show_unit
unit_of(const struct tql_metric *m)
{
	enum show_unit l, r;

	if (m->kind != METRIC_MATH)
		return !m->of || m->kind == METRIC_HISTOGRAM ||
		    tql_attr_type(m->of) != TQL_DURATION ? SHOW_NUMBER :
		    m->kind == METRIC_QUANTILE || m->of->in == IN_DURATION ?
		    SHOW_SECONDS : SHOW_NANOS;
	l = unit_of(m->l);
	r = unit_of(m->r);
	if (m->r->kind == METRIC_NUMBER)
		return l;
	if (m->l->kind == METRIC_NUMBER && m->op != OP_DIV)
		return r;
	return l == r && (m->op == OP_ADD || m->op == OP_SUB) ? l :
	    SHOW_NUMBER;
}

static enum show_unit
bounds_of(const struct tql_metric *m)
{
	enum show_unit l;

	if (m->kind != METRIC_MATH)
		return m->kind == METRIC_HISTOGRAM &&
		    tql_attr_type(m->of) == TQL_DURATION ? SHOW_SECONDS :
		    SHOW_NUMBER;
	l = bounds_of(m->l);
	return l == SHOW_NUMBER ? bounds_of(m->r) : l;
}

/* Some of the exemplars, each under the series it is of. */
static void
put_exemplars(const struct sheet *sh, const struct tql_exemplars *ex,
    struct buf *b)
{
	static const char *const head[] = { "EXEMPLAR", "START", "VALUE",
	    "SERIES" };
	const struct table *t = sh->t;
	bool one = t->n == 1;
	struct show_table tb = { .cols = one ? 3 : 4, .head = head,
	    .right = 4, .keep = 1, .spare = 2 };
	struct buf name = { 0 };
	char text[40];

	for (size_t i = 0; i < ex->n && i < EXEMPLARS_SHOWN; i++) {
		const struct tql_exemplar *x = &ex->v[i * ex->n /
		    (ex->n < EXEMPLARS_SHOWN ? ex->n : EXEMPLARS_SHOWN)];

		buf_reset(&name);
		labels_print(&name, t->s[x->series].labels);
		show_cell(&tb, labels_get(x->labels, S("trace:id")),
		    SHOW_PLAIN);
		show_cell(&tb, str_of(show_stamp(sh->show, text, x->start, 3)),
		    SHOW_DIM);
		show_cell(&tb, str_of(show_number(text, x->value,
		    sh->bounds != SHOW_NUMBER ? sh->bounds : sh->unit)),
		    SHOW_PLAIN);
		if (!one)
			show_cell(&tb, buf_str(&name),
			    show_style_of(buf_str(&name)));
	}
	if (ex->n > 0)
		show_table(sh->show, &tb, b);
	show_table_free(&tb);
	buf_free(&name);
}

int
series_put(const struct tql_ask *ask, const struct tql_metric *m,
    const struct tql_range *range, const struct table *t,
    const struct tql_exemplars *ex, struct buf *b, struct err *e)
{
	struct arena mem = { 0 };
	struct sheet sh = { .show = &ask->show, .t = t, .from = range->start,
	    .first = tql_range_at(range, 0), .step = range->step,
	    .last = range->end, .until = range->to, .unit = unit_of(m),
	    .bounds = bounds_of(m), .mem = &mem };

	switch (ask->out) {
	case ASK_TABLE:
		(ask->chart ? sheet_chart : sheet_table)(&sh, b);
		put_exemplars(&sh, ex, b);
		break;
	case ASK_CSV: sheet_csv(&sh, b); break;
	case ASK_JSON:
		for (uint32_t i = 0; i < t->n; i++)
			put_json(range, &t->s[i], ex, i, b);
		break;
	default:
		return err_set(e, ERR_QUERY, "series come as chart, table, "
		    "json or csv");
	}
	arena_free(&mem);
	return 0;
}
