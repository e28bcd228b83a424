#include "query/sheetrow.h"

#include <math.h>

#include "base/num.h"
#include "base/time.h"
#include "show/chart.h"
#include "show/flow.h"
#include "show/lines.h"
#include "show/spark.h"

#define BARS		40u	/* of a table's line of bars, where it fits */
#define LABEL_COLS	4u	/* more: a series is in one */

static uint64_t
time_at(const struct sheet *sh, uint32_t point)
{
	uint64_t at = sh->first + point * sh->step;

	return at > sh->last ? sh->last : at;
}

/* ---- CSV ------------------------------------------------------------------- */

/* Adds the names of a series' labels to the columns, which are in order. */
static void
add_columns(struct labels *all, const struct series *s, struct arena *mem)
{
	for (uint32_t k = 0; k < s->labels.n; k++)
		if (labels_get(*all, s->labels.v[k].name).n == 0)
			*all = labels_set(*all, (struct label){
			    .name = s->labels.v[k].name,
			    .value = S("x") }, mem);
}

void
sheet_csv(const struct sheet *sh, struct buf *b)
{
	struct labels col = { NULL, 0 };
	char text[40];

	for (uint32_t i = 0; i < sh->t->n; i++)
		add_columns(&col, &sh->t->s[i], sh->mem);
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
			    time_at(sh, at), 3)));
			for (uint32_t k = 0; k < col.n; k++) {
				buf_u8(b, ',');
				show_csv(b, labels_get(s->labels,
				    col.v[k].name));
			}
			buf_addf(b, ",%s\n", num_fmt_f64(text, s->v[at]));
		}
}

/* ---- tables ---------------------------------------------------------------- */

struct sheet_sum *
sheet_sums(const struct sheet *sh)
{
	struct sheet_sum *sum = arena_new(sh->mem, struct sheet_sum,
	    sh->t->n);

	for (uint32_t i = 0; i < sh->t->n; i++) {
		const struct series *s = &sh->t->s[i];
		double *v = arena_new(sh->mem, double, sh->t->steps);
		struct sheet_sum r = { s, v, NAN, NAN, 0, NAN };
		uint32_t n = 0;

		for (uint32_t at = 0; at < sh->t->steps; at++) {
			v[at] = table_has(s, at) ? s->v[at] : NAN;
			if (isnan(v[at]))
				continue;
			r.min = v[at] < r.min || n == 0 ? v[at] : r.min;
			r.max = v[at] > r.max || n == 0 ? v[at] : r.max;
			r.mean += (v[at] - r.mean) / ++n;
			r.last = v[at];
		}
		r.mean = n > 0 ? r.mean : NAN;
		sum[i] = r;
	}
	return sum;
}

/* A table in the making: each label is a column, if there are few. */
struct rows {
	const struct sheet *sh;
	enum sheet_look look;
	struct show_table tb;
	const char *head[LABEL_COLS + 6];
	struct labels label;	/* the columns; none: series in one */
	double min, top;	/* what bars begin and end with */
};

static void
add_head(struct rows *r, const char *name, bool number)
{
	r->tb.right |= (uint64_t)number << r->tb.cols;
	r->head[r->tb.cols++] = name;
}

/* One that goes where there is no room for it. */
static void
add_spare(struct rows *r, const char *name, bool number)
{
	r->tb.spare |= UINT64_C(1) << r->tb.cols;
	add_head(r, name, number);
}

static void
heads(struct rows *r, const struct sheet_sum *sum, uint32_t n)
{
	struct labels l = { NULL, 0 };
	bool columns;

	for (uint32_t i = 0; i < n; i++)
		add_columns(&l, sum[i].s, r->sh->mem);
	columns = l.n > 0 && l.n <= LABEL_COLS;
	if (r->look == SHEET_LEGEND)
		add_head(r, "", false);
	for (uint32_t k = 0; k < l.n && columns; k++) {
		struct str name = l.v[k].name;

		add_head(r, str_eq(name, LABEL_NAME) ? "SERIES" :
		    arena_printf(r->sh->mem, "%.*s", PS(name)).p, false);
	}
	if (columns)
		r->label = l;
	else
		add_head(r, "SERIES", false);
	if (r->look == SHEET_LEGEND || r->look == SHEET_BARS)
		add_spare(r, "MIN", true);
	if (r->look == SHEET_LEGEND)
		add_head(r, "MEAN", true);
	if (r->look == SHEET_LEGEND || r->look == SHEET_BARS)
		add_spare(r, "MAX", true);
	add_head(r, r->sh->t->steps > 1 ? "LAST" : "VALUE", true);
	if (r->look == SHEET_BARS || r->look == SHEET_RANK)
		add_spare(r, "", false);
}

static void
number_cell(struct rows *r, double v, enum show_style style)
{
	char text[32];

	show_cell(&r->tb, isnan(v) ? S("") : str_of(show_number(text, v,
	    r->sh->unit)), style);
}

static void
name_cells(struct rows *r, const struct series *s, enum show_style style)
{
	struct buf b = { 0 };

	for (uint32_t k = 0; k < r->label.n; k++)
		show_cell(&r->tb, labels_get(s->labels, r->label.v[k].name),
		    style);
	if (r->label.n == 0) {
		labels_print(&b, s->labels);
		show_cell(&r->tb, buf_str(&b), style);
	}
	buf_free(&b);
}

static enum show_style
style_of(const struct rows *r, const struct series *s, uint32_t no)
{
	struct buf b = { 0 };
	enum show_style style;

	if (r->look == SHEET_LEGEND)
		return show_chart_style(no);
	if (s->labels.n == 1)	/* a service has its colour everywhere */
		return show_style_of(s->labels.v[0].value);
	labels_key(&b, s->labels);
	style = show_style_of(buf_str(&b));
	buf_free(&b);
	return style;
}

/* The mark of a curve: as the chart draws it, with and without colour. */
static void
mark_cell(struct rows *r, uint32_t no, uint32_t n)
{
	char letter = (char)('a' + no);

	show_cell(&r->tb, r->sh->show->colour || n == 1 ? S("■") :
	    str_mk(&letter, 1), show_chart_style(no));
}

/* How wide they are: names need some room, too. */
static unsigned
bars(const struct sheet *sh)
{
	unsigned width = sh->show->width;
	unsigned w = width / (width < 60 ? 5 : width < 80 ? 3 : 2);

	return width == 0 || w > BARS ? BARS : w;
}

static void
bars_cell(struct rows *r, const struct sheet_sum *s, enum show_style style)
{
	struct buf b = { 0 };

	if (r->look == SHEET_BARS)
		show_spark(&b, s->v, r->sh->t->steps, r->min, r->top,
		    bars(r->sh));
	else
		show_bar(&b, 0, r->top > 0 ? s->last / r->top : 0,
		    bars(r->sh));
	r->tb.keep |= UINT64_C(1) << (r->tb.cols - 1);
	show_cell(&r->tb, buf_str(&b), style);
	buf_free(&b);
}

void
sheet_rows(const struct sheet *sh, const struct sheet_sum *sum, uint32_t n,
    enum sheet_look look, struct buf *b)
{
	struct rows r = { .sh = sh, .look = look };
	bool legend = look == SHEET_LEGEND;

	r.tb.head = r.head;
	heads(&r, sum, n);
	for (uint32_t i = 0; i < n; i++)
		r.top = sum[i].max > r.top ? sum[i].max : r.top;
	for (uint32_t i = 0; i < n; i++) {
		enum show_style style = style_of(&r, sum[i].s, i);

		if (legend)
			mark_cell(&r, i, n);
		name_cells(&r, sum[i].s, style);
		if (legend || look == SHEET_BARS)
			number_cell(&r, sum[i].min, SHOW_PLAIN);
		if (legend)
			number_cell(&r, sum[i].mean, SHOW_PLAIN);
		if (legend || look == SHEET_BARS)
			number_cell(&r, sum[i].max, SHOW_PLAIN);
		number_cell(&r, sum[i].last, SHOW_BOLD);
		if (look == SHEET_BARS || look == SHEET_RANK) {
			r.min = sum[i].min < 0 ? sum[i].min : 0;
			bars_cell(&r, &sum[i], style);
		}
	}
	show_table(sh->show, &r.tb, b);
	show_table_free(&r.tb);
}

void
sheet_say_range(const struct sheet *sh, struct buf *b)
{
	char from[40], to[40], step[24];
	struct buf steps = { 0 };

	show_stamp(sh->show, from, sh->from, 3);
	show_stamp(sh->show, to, sh->last, 3);
	if (sh->t->steps > 1)
		buf_addf(&steps, ", %u steps of %s", sh->t->steps,
		    num_fmt_short_duration(step, (int64_t)sh->step));
	if (sh->cut)
		buf_adds(&steps, S("; not the next one, which is not over"));
	if (strcmp(from, to) == 0)
		flow_line(sh->show, b, SHOW_PLAIN, "at %s%.*s", to,
		    PS(buf_str(&steps)));
	else
		flow_line(sh->show, b, SHOW_PLAIN, "%s to %s%.*s", from, to,
		    PS(buf_str(&steps)));
	buf_free(&steps);
}

/* Whether each series has a point before the last one. */
static bool
has_others(const struct table *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		bool any = false;

		for (uint32_t at = 0; at + 1 < t->steps && !any; at++)
			any = table_has(&t->s[i], at);
		if (!any)
			return false;
	}
	return true;
}

struct sheet
sheet_whole(const struct sheet *sh, struct table *t)
{
	struct sheet out = *sh;

	if (sh->until == 0 || sh->t->steps < 3 || sh->last <= sh->until ||
	    sh->last - sh->until <= sh->step / 10 || !has_others(sh->t))
		return out;
	*t = *sh->t;
	t->steps--;
	out.t = t;
	out.last = time_at(sh, t->steps - 1);
	out.until = 0;
	out.cut = true;
	return out;
}

void
sheet_table(const struct sheet *whole, struct buf *b)
{
	struct table t;
	struct sheet own = sheet_whole(whole, &t), *sh = &own;

	if (sh->t->n == 0)
		return;
	sheet_rows(sh, sheet_sums(sh), sh->t->n, sh->t->steps > 1 ?
	    SHEET_BARS : SHEET_VALUE, b);
	sheet_say_range(sh, b);
}
