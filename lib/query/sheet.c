#include "query/sheet.h"

#include <math.h>

#include "base/num.h"
#include "base/time.h"
#include "show/lines.h"
#include "show/spark.h"

#define BARS	40u		/* of a table's line of bars */

uint64_t
sheet_at(const struct sheet *sh, uint32_t point)
{
	uint64_t at = sh->first + point * sh->step;

	return at > sh->last ? sh->last : at;
}

/* ---- CSV ------------------------------------------------------------------- */

/* The names of all labels, in order: the columns. */
static struct labels
columns(const struct sheet *sh)
{
	struct labels all = { NULL, 0 };

	for (uint32_t i = 0; i < sh->t->n; i++)
		for (uint32_t k = 0; k < sh->t->s[i].labels.n; k++)
			all = labels_set(all, (struct label){
			    .name = sh->t->s[i].labels.v[k].name,
			    .value = S("x") }, sh->mem);
	return all;
}

void
sheet_csv(const struct sheet *sh, struct buf *b)
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
		for (uint32_t at = 0; at < sh->t->steps; at++) {
			const struct series *s = &sh->t->s[i];

			if (!table_has(s, at))
				continue;
			buf_adds(b, str_of(time_format(text,
			    sheet_at(sh, at), 3)));
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
range_of(const struct sheet *sh, const struct series *s)
{
	struct range r = { NAN, NAN, NAN, arena_new(sh->mem, double,
	    sh->t->steps) };

	for (uint32_t at = 0; at < sh->t->steps; at++) {
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
number_cell(const struct sheet *sh, struct show_table *tb, double v,
    enum show_style style)
{
	show_cell(tb, isnan(v) ? S("") : arena_printf(sh->mem, "%.4g", v),
	    style);
}

static struct str
series_name(const struct sheet *sh, struct labels l)
{
	struct str name = labels_get(l, LABEL_NAME), s;
	struct buf b = { 0 };

	if (l.n == 1 && name.n > 0)
		return name;
	labels_print(&b, l);
	s = arena_str(sh->mem, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
say_range(const struct sheet *sh, struct buf *b)
{
	char from[40], to[40], step[24];

	buf_addf(b, "%s to %s", time_format(from, sh->from, 3),
	    time_format(to, sh->last, 3));
	if (sh->t->steps > 1)
		buf_addf(b, ", %u steps of %s", sh->t->steps,
		    num_fmt_short_duration(step, (int64_t)sh->step));
	buf_u8(b, '\n');
}

void
sheet_table(const struct sheet *sh, struct buf *b)
{
	static const char *const head[] = { "SERIES", "MIN", "MAX", "LAST",
	    "" }, *const one[] = { "SERIES", "VALUE" };
	bool many = sh->t->steps > 1;
	struct show_table tb = { .cols = many ? 5 : 2,
	    .head = many ? head : one, .right = many ? 14 : 2 };
	double top = 0;

	if (sh->t->n == 0)
		return;
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
		show_spark(&bars, r.v, many ? sh->t->steps : 0,
		    r.min < 0 ? r.min : 0, top, BARS);
		if (many)
			show_cell(&tb, buf_str(&bars), show_style_of(name));
		buf_free(&bars);
	}
	show_table(sh->show, &tb, b);
	show_table_free(&tb);
	say_range(sh, b);
}
