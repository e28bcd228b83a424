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

int
series_put(const struct tql_ask *ask, const struct tql_range *range,
    const struct table *t, struct buf *b, struct err *e)
{
	struct arena mem = { 0 };
	struct sheet sh = { .show = &ask->show, .t = t, .from = range->start,
	    .first = tql_range_at(range, 0), .step = range->step,
	    .last = range->end, .mem = &mem };

	switch (ask->out) {
	case ASK_TABLE: sheet_table(&sh, b); break;
	case ASK_CSV: sheet_csv(&sh, b); break;
	case ASK_JSON:
		for (uint32_t i = 0; i < t->n; i++)
			put_json(range, &t->s[i], b);
		break;
	default:
		return err_set(e, ERR_QUERY, "series come as table, json or "
		    "csv");
	}
	arena_free(&mem);
	return 0;
}
