#include "tql/sheet.h"

#include <math.h>

#include "base/num.h"
#include "base/time.h"
#include "show/json.h"
#include "show/lines.h"
#include "show/spark.h"

#define BARS	40u		/* of a table's line of bars */

struct sheet {
	const struct tql_ask *ask;
	const struct tql_range *range;
	const struct table *t;
	struct arena mem;
};

/* ---- JSON ------------------------------------------------------------------ */

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
put_json(const struct sheet *sh, const struct series *s, struct buf *b)
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
	for (uint32_t at = 0; at < sh->range->steps; at++) {
		if (!table_has(s, at))
			continue;
		json_open(&j, '{');
		json_key(&j, S("timestampMs"));
		json_u64_text(&j, tql_range_at(sh->range, at) / NS_MS);
		json_key(&j, S("value"));
		json_f64(&j, s->v[at]);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	buf_u8(b, '\n');
}

/* ---- CSV ------------------------------------------------------------------- */

/* The names of all labels, in order: the columns. */
static struct labels
columns(struct sheet *sh)
{
	struct labels all = { NULL, 0 };

	for (uint32_t i = 0; i < sh->t->n; i++)
		for (uint32_t k = 0; k < sh->t->s[i].labels.n; k++)
			all = labels_set(all, (struct label){
			    .name = sh->t->s[i].labels.v[k].name,
			    .value = S("x") }, &sh->mem);
	return all;
}

static void
put_csv(struct sheet *sh, struct buf *b)
{
	struct labels col = columns(sh);
	char text[40];

	buf_adds(b, S("time"));
	for (uint32_t k = 0; k < col.n; k++) {
		buf_u8(b, ',');
		show_csv(b, col.v[k].name);
	}
	buf_adds(b, S(",value\n"));
	for (uint32_t i = 0; i < sh->t->n; i++)
		for (uint32_t at = 0; at < sh->range->steps; at++) {
			const struct series *s = &sh->t->s[i];

			if (!table_has(s, at))
				continue;
			buf_adds(b, str_of(time_format(text,
			    tql_range_at(sh->range, at), 3)));
			for (uint32_t k = 0; k < col.n; k++) {
				buf_u8(b, ',');
				show_csv(b, labels_get(s->labels,
				    col.v[k].name));
			}
			buf_addf(b, ",%s\n", num_fmt_f64(text, s->v[at]));
		}
}

/* ---- table ----------------------------------------------------------------- */

/* What a series comes to. */
struct range { double min, max, last; double *v; };

static struct range
range_of(struct sheet *sh, const struct series *s)
{
	struct range r = { NAN, NAN, NAN, arena_new(&sh->mem, double,
	    sh->range->steps) };

	for (uint32_t at = 0; at < sh->range->steps; at++) {
		double v = table_has(s, at) ? s->v[at] : NAN;

		r.v[at] = v;
		if (isnan(v))
			continue;
		r.min = v < r.min || isnan(r.min) ? v : r.min;
		r.max = v > r.max || isnan(r.max) ? v : r.max;
		r.last = v;
	}
	return r;
}

/* Four digits are enough to look at. */
static void
number_cell(struct sheet *sh, struct show_table *tb, double v,
    enum show_style style)
{
	show_cell(tb, isnan(v) ? S("") : arena_printf(&sh->mem, "%.4g", v),
	    style);
}

static struct str
series_name(struct sheet *sh, struct labels l)
{
	struct str name = labels_get(l, LABEL_NAME), s;
	struct buf b = { 0 };

	if (l.n == 1 && name.n > 0)
		return name;
	labels_print(&b, l);
	s = arena_str(&sh->mem, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
put_table(struct sheet *sh, struct buf *b)
{
	static const char *const head[] = { "SERIES", "MIN", "MAX", "LAST",
	    "" }, *const one[] = { "SERIES", "VALUE" };
	bool many = sh->range->steps > 1;
	struct show_table tb = { .cols = many ? 5 : 2,
	    .head = many ? head : one, .right = many ? 14 : 2 };
	double top = 0;

	for (uint32_t i = 0; i < sh->t->n; i++) {
		double max = range_of(sh, &sh->t->s[i]).max;

		top = max > top ? max : top;
	}
	for (uint32_t i = 0; i < sh->t->n; i++) {
		const struct series *s = &sh->t->s[i];
		struct range r = range_of(sh, s);
		struct str name = series_name(sh, s->labels);
		struct buf bars = { 0 };

		show_cell(&tb, name, show_style_of(name));
		if (many) {
			number_cell(sh, &tb, r.min, SHOW_PLAIN);
			number_cell(sh, &tb, r.max, SHOW_PLAIN);
		}
		number_cell(sh, &tb, r.last, SHOW_BOLD);
		show_spark(&bars, r.v, many ? sh->range->steps : 0,
		    r.min < 0 ? r.min : 0, top, BARS);
		if (many)
			show_cell(&tb, buf_str(&bars), show_style_of(name));
		buf_free(&bars);
	}
	if (sh->t->n > 0)
		show_table(&sh->ask->show, &tb, b);
	show_table_free(&tb);
}

static void
say_range(const struct sheet *sh, struct buf *b)
{
	char from[40], to[40], step[24];

	if (sh->t->n == 0)
		return;
	buf_addf(b, "%s to %s", time_format(from, sh->range->start, 3),
	    time_format(to, sh->range->end, 3));
	if (sh->range->steps > 1)
		buf_addf(b, ", %u steps of %s", sh->range->steps,
		    num_fmt_short_duration(step, (int64_t)sh->range->step));
	buf_u8(b, '\n');
}

int
sheet_put(const struct tql_ask *ask, const struct tql_range *range,
    const struct table *t, struct buf *b, struct err *e)
{
	struct sheet sh = { .ask = ask, .range = range, .t = t };

	switch (ask->out) {
	case ASK_TABLE:
		put_table(&sh, b);
		say_range(&sh, b);
		break;
	case ASK_CSV: put_csv(&sh, b); break;
	case ASK_JSON:
		for (uint32_t i = 0; i < t->n; i++)
			put_json(&sh, &t->s[i], b);
		break;
	default:
		return err_set(e, ERR_QUERY, "series come as table, json or "
		    "csv");
	}
	arena_free(&sh.mem);
	return 0;
}
