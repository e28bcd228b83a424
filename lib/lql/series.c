#include "lql/series.h"

#include "base/num.h"
#include "base/time.h"
#include "lql/step.h"
#include "query/sheet.h"
#include "show/json.h"

/* [1767225600, "42"]: seconds, to the ms. */
static void
json_point(struct json *j, int64_t ns, double v)
{
	int64_t ms = ns / (int64_t)NS_MS;
	struct buf at = { 0 };
	char text[40];

	buf_addf(&at, "%lld", (long long)(ms / 1000));
	if (ms % 1000 != 0)
		buf_addf(&at, ".%03lld", (long long)(ms % 1000));
	json_open(j, '[');
	json_raw(j, buf_str(&at));
	json_str(j, str_of(num_fmt_f64(text, v)));
	json_close(j, ']');
	buf_free(&at);
}

static void
put_json(const struct lql_times *t, const struct series *s, struct buf *b)
{
	struct json j = { .b = b };

	json_open(&j, '{');
	json_key(&j, S("metric"));
	json_open(&j, '{');
	for (uint32_t i = 0; i < s->labels.n; i++) {
		json_key(&j, s->labels.v[i].name);
		json_str(&j, s->labels.v[i].value);
	}
	json_close(&j, '}');
	json_key(&j, t->instant ? S("value") : S("values"));
	if (!t->instant)
		json_open(&j, '[');
	for (uint32_t at = 0; at < t->steps; at++)
		if (table_has(s, at))
			json_point(&j, t->start + (int64_t)(at * t->step),
			    s->v[at]);
	if (!t->instant)
		json_close(&j, ']');
	json_close(&j, '}');
	buf_u8(b, '\n');
}

static enum show_unit
unit_of_range(const struct lql_range *r)
{
	enum lql_unwrap how = LQL_U_NUMBER;

	if (r->op == LQL_R_BYTES || r->op == LQL_R_BYTES_RATE)
		return SHOW_BYTES;
	if (r->op == LQL_R_RATE || r->op == LQL_R_RATE_COUNTER ||
	    r->op == LQL_R_STDVAR)
		return SHOW_NUMBER;
	for (size_t i = 0; i < r->log.nsteps; i++)
		if (r->log.step[i].type == LQL_S_UNWRAP)
			how = r->log.step[i].unwrap;
	return how == LQL_U_BYTES ? SHOW_BYTES : how == LQL_U_NUMBER ?
	    SHOW_NUMBER : SHOW_SECONDS;
}

/* What the numbers are, where the query tells. */
static enum show_unit
unit_of(const struct lql_metric *m)
{
	enum show_unit l, r;

	switch (m->kind) {
	case LQL_M_RANGE: return unit_of_range(m->range);
	case LQL_M_AGG:
		return m->agg->op == LQL_A_COUNT || m->agg->op ==
		    LQL_A_STDVAR ? SHOW_NUMBER : unit_of(m->agg->of);
	case LQL_M_REPLACE: return unit_of(m->replace->of);
	case LQL_M_BINARY: break;
	default: return SHOW_NUMBER;
	}
	l = unit_of(m->l);
	r = unit_of(m->r);
	if (bin_compares(m->op->op) && m->op->as_bool)
		return SHOW_NUMBER;
	if (l == r && m->op->op != BIN_MUL && m->op->op != BIN_DIV)
		return l;
	return m->r->kind == LQL_M_NUMBER ? l : m->l->kind == LQL_M_NUMBER &&
	    m->op->op == BIN_MUL ? r : SHOW_NUMBER;
}

int
lql_series_put(const struct lql_ask *ask, const struct lql_metric *m,
    const struct lql_times *t, const struct table *tb, struct buf *b,
    struct err *e)
{
	struct arena mem = { 0 };
	uint64_t first = t->start < 0 ? 0 : (uint64_t)t->start;
	struct sheet sh = { .show = &ask->show, .t = tb, .from = first,
		.first = first, .step = t->step, .last = first +
		(t->steps - 1) * t->step, .until = t->until, .unit = unit_of(m), .mem = &mem };

	switch (ask->out) {
	case ASK_TABLE: (ask->chart ? sheet_chart : sheet_table)(&sh, b); break;
	case ASK_CSV: sheet_csv(&sh, b); break;
	case ASK_JSON:
		for (uint32_t i = 0; i < tb->n; i++)
			put_json(t, &tb->s[i], b);
		break;
	default:
		return err_set(e, ERR_QUERY, "series come as chart, table, "
		    "json or csv");
	}
	arena_free(&mem);
	return 0;
}
