#include "show/waterfall.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/time.h"
#include "show/axis.h"
#include "show/fold.h"
#include "show/spark.h"

#define DEPTH_DRAWN	40u	/* deeper ones are drawn at this depth */
#define WIDTH_PLAIN	120u	/* where there is no terminal */
#define TIME_COLS	7u
#define TICK_COLS	10u
#define FOLD_COLS	20u	/* "×12 similar, ≤7.68ms" */
#define TITLE_COLS	106u	/* less: two lines */
#define BLAMED		6u	/* services named with the critical path */

struct picture {
	const struct show *show;
	const struct show_trace *trace;
	struct buf *b;
	struct arena mem;
	unsigned width, name_cols, service_cols, bar_cols;
	struct fold_row *row;
	uint32_t rows;
	struct show_timing tm;
	struct timing_path path;
	bool more[DEPTH_DRAWN + 1];	/* at a depth: a sibling comes later */
};

static unsigned
drawn(unsigned depth)
{
	return depth > DEPTH_DRAWN ? DEPTH_DRAWN : depth;
}

/* ---- what is drawn --------------------------------------------------------- */

void
show_timing(const struct show_trace *t, struct show_timing *tm,
    struct arena *mem)
{
	uint32_t *up = arena_new(mem, uint32_t, t->n);
	uint32_t *above = arena_new(mem, uint32_t, t->n + 1);
	int64_t *start = arena_new(mem, int64_t, t->n);
	int64_t *duration = arena_new(mem, int64_t, t->n);
	int64_t *self = arena_new(mem, int64_t, t->n);

	for (uint32_t i = 0; i < t->n; i++) {
		unsigned d = t->spans[i].depth;

		start[i] = t->spans[i].start;
		duration[i] = (int64_t)t->spans[i].duration;
		up[i] = d > 0 ? above[d - 1] : TIMING_TOP;
		above[d] = i;
	}
	tm->of = (struct timing){ up, start, duration, t->n };
	timing_self(&tm->of, self, mem);
	tm->self = self;
}

static void
measure(struct picture *p)
{
	const struct show_trace *t = p->trace;

	p->row = arena_new(&p->mem, struct fold_row, t->n);
	p->rows = fold_rows(t, p->row, &p->mem);
	show_timing(t, &p->tm, &p->mem);
	timing_path(&p->tm.of, &p->path, &p->mem);
}

static void
columns(struct picture *p)
{
	unsigned name = 4, service = 4, left;

	for (uint32_t k = 0; k < p->rows; k++) {
		const struct show_span *s = &p->trace->spans[p->row[k].span];
		unsigned n = 3 * drawn(s->depth) + (p->row[k].count > 0 ?
		    FOLD_COLS : show_width(s->name));
		unsigned v = show_width(s->service);

		name = n > name ? n : name;
		service = v > service ? v : service;
	}
	/* blanks between, both times, and a mark of an error */
	left = p->width > 60 ? p->width - 2 * TIME_COLS - 6 : 40;
	p->service_cols = service > left / 5 ? left / 5 : service;
	p->name_cols = name > left * 2 / 5 ? left * 2 / 5 : name;
	p->bar_cols = left - p->service_cols - p->name_cols;
	if (p->bar_cols > p->width / 2)
		p->bar_cols = p->width / 2;
}

/* ---- a row ------------------------------------------------------------------ */

/* A row's spans (those folded, without what is below them). */
struct took { int64_t most, sum; };

static struct took
took_of(const struct picture *p, const struct fold_row *row)
{
	unsigned depth = p->trace->spans[row->span].depth;
	struct took took = { 0, 0 };

	for (uint32_t i = row->span; i < row->end; i++) {
		if (p->trace->spans[i].depth != depth)
			continue;
		if (p->tm.of.duration[i] > took.most)
			took.most = p->tm.of.duration[i];
		if (__builtin_add_overflow(took.sum, p->tm.of.duration[i],
		    &took.sum))
			took.sum = INT64_MAX;
	}
	return took;
}

/* The tree's lines in front of a name; the columns they take. */
static unsigned
branches(struct picture *p, const struct fold_row *row, struct buf *b)
{
	unsigned d = drawn(p->trace->spans[row->span].depth);

	for (unsigned k = 1; k < d; k++)
		buf_adds(b, p->more[k] ? S("│  ") : S("   "));
	if (d > 0)
		buf_adds(b, row->last ? S("└─ ") : S("├─ "));
	p->more[d] = !row->last;
	return 3 * d;
}

static void
label(struct picture *p, const struct fold_row *row, struct took took)
{
	const struct show_span *s = &p->trace->spans[row->span];
	struct buf tree = { 0 }, name = { 0 };
	unsigned cols = branches(p, row, &tree);
	char t[24];

	if (row->count > 0)
		buf_addf(&name, "×%u similar, ≤%s", row->count,
		    num_fmt_short_duration(t, took.most));
	else
		buf_adds(&name, s->name.n > 0 ? s->name : S("(no name)"));
	show_on(p->show, p->b, SHOW_DIM);
	if (cols > p->name_cols) {	/* no room: the depth as a number */
		buf_reset(&tree);
		buf_addf(&tree, "%u ", s->depth);
		cols = (unsigned)tree.n;
	}
	buf_adds(p->b, buf_str(&tree));
	show_off(p->show, p->b);
	show_on(p->show, p->b, s->error ? SHOW_RED : row->count > 0 ?
	    SHOW_DIM : SHOW_PLAIN);
	show_fit(p->b, buf_str(&name), p->name_cols > cols ?
	    p->name_cols - cols : 0, true);
	show_off(p->show, p->b);
	buf_u8(p->b, ' ');
	show_on(p->show, p->b, show_style_of(s->service));
	show_fit(p->b, s->service, p->service_cols, true);
	show_off(p->show, p->b);
	buf_free(&tree);
	buf_free(&name);
}

/* Whether the critical path is in one of these spans at this moment. */
static bool
on_path(const struct picture *p, uint32_t from, uint32_t to, double at)
{
	const struct timing_piece *piece = p->path.piece;

	for (uint32_t k = p->path.first[from]; k < p->path.first[to]; k++)
		if (at >= (double)piece[k].from && at < (double)piece[k].to)
			return true;
	return false;
}

/* A column of a bar: where it is not critical, it is faint. */
struct cell { bool on, critical; unsigned eighths; };

/* Span `span`, folded with what is below it, up to `next`. */
static void
fill(const struct picture *p, uint32_t span, uint32_t next, struct cell *cell)
{
	double all = p->trace->duration > 0 ? (double)p->trace->duration : 1;
	double from = (double)p->tm.of.start[span] / all;
	double to = from + (double)p->tm.of.duration[span] / all;
	unsigned first, end;

	show_bar_ends(from, to, p->bar_cols, &first, &end);
	for (unsigned c = first; c * 8 < end; c++) {
		double lo = (double)c / p->bar_cols, hi = (c + 1.0) /
		    p->bar_cols;

		lo = lo < from ? from : lo;
		hi = hi > to ? to : hi;
		cell[c].on = true;
		cell[c].critical |= on_path(p, span, next, (lo + hi) / 2 *
		    all);
		if (cell[c].eighths < 8)
			cell[c].eighths = end - c * 8 < 8 ? end - c * 8 : 8;
	}
}

static void
bar(struct picture *p, const struct fold_row *row)
{
	const struct show_span *s = &p->trace->spans[row->span];
	struct cell *cell = arena_zero(&p->mem, struct cell, p->bar_cols);

	for (uint32_t i = row->span, next; i < row->end; i = next) {
		for (next = i + 1; next < row->end &&
		    p->trace->spans[next].depth > s->depth; next++)
			;
		fill(p, i, next, cell);
	}
	buf_u8(p->b, ' ');
	show_on(p->show, p->b, s->error ? SHOW_RED :
	    show_style_of(s->service));
	for (unsigned c = 0; c < p->bar_cols; c++)
		buf_adds(p->b, !cell[c].on ? S(" ") : cell[c].critical ?
		    show_eighths(cell[c].eighths) : S("░"));
	show_off(p->show, p->b);
}

static void
times(struct picture *p, const struct fold_row *row, struct took took)
{
	char t[24];

	buf_addf(p->b, " %*s", (int)TIME_COLS, num_fmt_short_duration(t,
	    took.sum));
	if (row->count > 0)
		return;
	show_on(p->show, p->b, SHOW_DIM);
	buf_addf(p->b, " %*s", (int)TIME_COLS, num_fmt_short_duration(t,
	    p->tm.self[row->span]));
	show_off(p->show, p->b);
}

/* Below a span, where its children's lines go on. */
static void
indent(struct picture *p, const struct show_span *s)
{
	unsigned d = drawn(s->depth);

	for (unsigned k = 1; k <= d; k++)
		buf_adds(p->b, p->more[k] ? S("│  ") : S("   "));
}

static void
event(struct picture *p, const struct show_span *s, const struct show_event *ev)
{
	char t[24];

	indent(p, s);
	show_on(p->show, p->b, s->error ? SHOW_RED : SHOW_DIM);
	buf_addf(p->b, "   • +%s ", num_fmt_short_duration(t, ev->after));
	unsigned used = 3 * drawn(s->depth) + 7 + (unsigned)strlen(t);
	unsigned room = p->width > used + 20 ? p->width - used : 20;

	room -= show_fit(p->b, ev->name, room, false);
	if (ev->text.n > 0 && room > 4) {
		buf_adds(p->b, S(": "));
		show_fit(p->b, ev->text, room - 2, false);
	}
	show_off(p->show, p->b);
	buf_u8(p->b, '\n');
}

/* Whether an event says what the status does. */
static bool
told(const struct show_span *s)
{
	for (uint32_t i = 0; i < s->nevents; i++)
		if (str_eq(s->events[i].text, s->message))
			return true;
	return false;
}

/* The error's message: beside its mark, or below when there is no room, and
 * no event tells it. True: below. */
static bool
failed(struct picture *p, const struct show_span *s)
{
	unsigned used = p->name_cols + p->service_cols + p->bar_cols +
	    2 * TIME_COLS + 7;
	unsigned room = p->show->width == 0 ? UINT32_MAX :
	    p->width > used ? p->width - used : 0;
	struct str text = s->message.n > 0 ? s->message : S("error");

	show_on(p->show, p->b, SHOW_RED);
	buf_adds(p->b, S(" ✗"));
	if (show_width(text) <= room) {
		buf_u8(p->b, ' ');
		show_text(p->b, text);
	}
	show_off(p->show, p->b);
	return show_width(text) > room && s->message.n > 0 && !told(s);
}

static void
message(struct picture *p, const struct show_span *s)
{
	unsigned used = 3 * drawn(s->depth) + 5;

	indent(p, s);
	show_on(p->show, p->b, SHOW_RED);
	buf_adds(p->b, S("   ✗ "));
	show_fit(p->b, s->message, p->width > used + 20 ? p->width - used :
	    20, false);
	show_off(p->show, p->b);
	buf_u8(p->b, '\n');
}

static void
put_row(struct picture *p, const struct fold_row *row)
{
	const struct show_span *s = &p->trace->spans[row->span];
	struct took took = took_of(p, row);
	bool below = false;

	label(p, row, took);
	bar(p, row);
	times(p, row, took);
	if (s->error && row->count > 0) {
		show_on(p->show, p->b, SHOW_RED);
		buf_adds(p->b, S("         ✗"));
		show_off(p->show, p->b);
	} else if (s->error) {
		below = failed(p, s);
	}
	if (s->orphan) {
		show_on(p->show, p->b, SHOW_DIM);
		buf_adds(p->b, S(" (parent not received)"));
		show_off(p->show, p->b);
	}
	buf_u8(p->b, '\n');
	if (below)
		message(p, s);
	for (uint32_t k = 0; k < s->nevents && row->count == 0; k++)
		event(p, s, &s->events[k]);
}

/* ---- above and below -------------------------------------------------------- */

static void
title(const struct picture *p)
{
	const struct show_trace *t = p->trace;
	struct map services = { 0 };
	unsigned errors = 0;
	char when[40], took[24];

	for (uint32_t i = 0; i < t->n; i++) {
		map_add(&services, t->spans[i].service, NULL);
		errors += t->spans[i].error;
	}
	show_on(p->show, p->b, SHOW_BOLD);
	buf_addf(p->b, "trace %.*s", PS(t->id));
	show_off(p->show, p->b);
	buf_addf(p->b, "%s%s  %s  %u span%s  %u service%s",
	    p->width < TITLE_COLS ? "\n" : "  ",
	    time_format(when, t->start, 3),
	    num_fmt_short_duration(took, (int64_t)t->duration), t->n,
	    t->n == 1 ? "" : "s", services.n, services.n == 1 ? "" : "s");
	if (errors > 0) {
		show_on(p->show, p->b, SHOW_RED);
		buf_addf(p->b, "  %u error%s", errors, errors == 1 ? "" : "s");
		show_off(p->show, p->b);
	}
	buf_u8(p->b, '\n');
	if (t->cut > 0) {
		show_on(p->show, p->b, SHOW_RED);
		buf_addf(p->b, "%llu more spans were left out: over the "
		    "store's limit", (unsigned long long)t->cut);
		show_off(p->show, p->b);
		buf_u8(p->b, '\n');
	}
	map_free(&services);
}

/* The time axis, and what the numbers are. */
static void
head(const struct picture *p)
{
	double all = (double)p->trace->duration / 1e9, tick;
	unsigned left = p->name_cols + p->service_cols + 2, col = 0;
	char text[40];

	show_on(p->show, p->b, SHOW_DIM);
	for (unsigned i = 0; i < left; i++)
		buf_u8(p->b, ' ');
	tick = show_tick(all, p->bar_cols / TICK_COLS + 1, SHOW_SECONDS);
	for (unsigned k = 0; k * tick <= all; k++) {
		unsigned at = all > 0 ? (unsigned)(k * tick / all *
		    p->bar_cols) : 0;

		show_number_round(text, k * tick, SHOW_SECONDS);
		if (at + show_width(str_of(text)) > p->bar_cols)
			break;
		for (; col < at; col++)
			buf_u8(p->b, ' ');
		buf_adds(p->b, str_of(text));
		col += show_width(str_of(text));
	}
	for (; col < p->bar_cols; col++)
		buf_u8(p->b, ' ');
	buf_addf(p->b, " %*s %*s", (int)TIME_COLS, "TOTAL", (int)TIME_COLS,
	    "SELF");
	show_off(p->show, p->b);
	buf_u8(p->b, '\n');
}

struct blame { struct str service; int64_t ns; };

static int
by_time(const void *a, const void *b)
{
	const struct blame *x = a, *y = b;

	return (x->ns < y->ns) - (x->ns > y->ns);
}

/* Whose the critical path was. */
static void
blame(struct picture *p)
{
	struct blame *v = arena_zero(&p->mem, struct blame, p->trace->n);
	struct map services = { 0 };
	char t[24];

	for (uint32_t i = 0; i < p->trace->n; i++) {
		uint32_t no = map_add(&services, p->trace->spans[i].service,
		    NULL);

		v[no].service = p->trace->spans[i].service;
		for (uint32_t k = p->path.first[i]; k < p->path.first[i + 1];
		    k++)
			v[no].ns += p->path.piece[k].to - p->path.piece[k].from;
	}
	qsort(v, services.n, sizeof *v, by_time);
	buf_adds(p->b, S("critical path:"));
	for (uint32_t i = 0; i < services.n && i < BLAMED && v[i].ns > 0; i++) {
		buf_adds(p->b, i > 0 ? S(", ") : S(" "));
		show_on(p->show, p->b, show_style_of(v[i].service));
		show_text(p->b, v[i].service);
		show_off(p->show, p->b);
		buf_addf(p->b, " %s", num_fmt_short_duration(t, v[i].ns));
	}
	buf_u8(p->b, '\n');
	map_free(&services);
}

void
show_waterfall(const struct show *sh, const struct show_trace *t,
    struct buf *b)
{
	struct picture p = { .show = sh, .trace = t, .b = b,
		.width = sh->width > 0 ? sh->width : WIDTH_PLAIN };

	measure(&p);
	columns(&p);
	title(&p);
	head(&p);
	for (uint32_t k = 0; k < p.rows; k++)
		put_row(&p, &p.row[k]);
	if (t->n > 1)
		blame(&p);
	arena_free(&p.mem);
}
