#include "tql/series.h"

#include "base/time.h"
#include "query/sheet.h"
#include "show/json.h"

static void
json_label(struct json *j, const struct label *l)
{
	static const struct str key[] = { S("stringValue"), S("intValue"),
	    S("doubleValue"), S("boolValue") };

	json_open(j, '{');
	json_key(j, S("key"));
	json_str(j, l->name);
	json_key(j, S("value"));
	json_open(j, '{');
	json_key(j, key[l->type]);
	if (l->type <= LABEL_INT)
		json_str(j, l->value);
	else
		json_raw(j, l->value);
	json_close(j, '}');
	json_close(j, '}');
}

static void
put_json(const struct tql_range *range, const struct series *s,
    struct buf *b)
{
	struct json j = { .b = b };

	json_open(&j, '{');
	json_key(&j, S("labels"));
	json_open(&j, '[');
	for (uint32_t i = 0; i < s->labels.n; i++)
		json_label(&j, &s->labels.v[i]);
	json_close(&j, ']');
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
	json_close(&j, '}');
	buf_u8(b, '\n');
}

/* Durations are measured in seconds. */
static enum show_unit
unit_of(const struct tql_metric *m)
{
	enum show_unit l, r;

	if (m->kind != METRIC_MATH)
		return m->of && tql_attr_type(m->of) == TQL_DURATION ?
		    SHOW_SECONDS : SHOW_NUMBER;
	l = unit_of(m->l);
	r = unit_of(m->r);
	if (m->op == OP_ADD || m->op == OP_SUB)
		return l == r ? l : SHOW_NUMBER;
	return r == SHOW_NUMBER && m->r->kind == METRIC_NUMBER ? l :
	    SHOW_NUMBER;
}

int
series_put(const struct tql_ask *ask, const struct tql_metric *m,
    const struct tql_range *range, const struct table *t, struct buf *b,
    struct err *e)
{
	struct arena mem = { 0 };
	struct sheet sh = { .show = &ask->show, .t = t, .from = range->start,
	    .first = tql_range_at(range, 0), .step = range->step,
	    .last = range->end, .unit = unit_of(m), .mem = &mem };

	switch (ask->out) {
	case ASK_TABLE: (ask->chart ? sheet_chart : sheet_table)(&sh, b); break;
	case ASK_CSV: sheet_csv(&sh, b); break;
	case ASK_JSON:
		for (uint32_t i = 0; i < t->n; i++)
			put_json(range, &t->s[i], b);
		break;
	default:
		return err_set(e, ERR_QUERY, "series come as chart, table, "
		    "json or csv");
	}
	arena_free(&mem);
	return 0;
}
