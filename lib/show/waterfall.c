#include "show/picture.h"

#include "base/num.h"
#include "show/fold.h"
#include "show/spark.h"

#define WIDTH_PLAIN	120u	/* where there is no terminal */
#define WIDTH_LEAST	40u
#define WIDTH_SELF	61u	/* less: no self times */
#define STEP		3u	/* columns of a level of the tree, at most */
#define NAME_LEAST	12u	/* of a name, where levels can be narrower, */
#define NAME_CUT	4u	/* and where they cannot */
#define FOLD_COLS	20u	/* "×12 similar, ≤7.68ms" */
#define ORPHAN		S("(parent not received)")

static unsigned
drawn(unsigned depth)
{
	return depth > PICTURE_DEPTH ? PICTURE_DEPTH : depth;
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

static struct str
name_of(const struct show_span *s)
{
	return s->name.n > 0 ? s->name : S("(no name)");
}

static unsigned
times_cols(const struct picture *p)
{
	return (p->self ? 2 : 1) * (PICTURE_TIME + 1);
}

/* Up to where a row's times are. */
static unsigned
row_cols(const struct picture *p)
{
	return p->name_cols + p->service_cols + p->bar_cols + 2 +
	    times_cols(p);
}

/* Names with their tree, where there are at most so many columns for them. */
static void
name_columns(struct picture *p, unsigned most)
{
	unsigned deepest = 0, cols;

	for (uint32_t k = 0; k < p->rows; k++) {
		unsigned d = drawn(p->trace->spans[p->row[k].span].depth);

		deepest = d > deepest ? d : deepest;
	}
	for (p->step = STEP;; p->step--) {
		cols = 4;
		for (uint32_t k = 0; k < p->rows; k++) {
			const struct show_span *s =
			    &p->trace->spans[p->row[k].span];
			unsigned n = p->step * drawn(s->depth) +
			    (p->row[k].count > 0 ? FOLD_COLS :
			    show_width(name_of(s)));

			cols = n > cols ? n : cols;
		}
		if (cols <= most || p->step == 1 ||
		    p->step * deepest + NAME_LEAST <= most)
			break;
	}
	p->name_cols = cols < most ? cols : most;
}

static void
columns(struct picture *p)
{
	unsigned service = 4, left, most;

	for (uint32_t k = 0; k < p->rows; k++) {
		unsigned v = show_width(p->trace->spans[p->row[k].span].
		    service);

		service = v > service ? v : service;
	}
	p->self = p->width >= WIDTH_SELF;
	/* blanks between, and a mark of an error */
	left = p->width - times_cols(p) - 4;
	most = left / (p->self ? 5 : 4);
	p->service_cols = service < most ? service : most;
	name_columns(p, left * 2 / 5);
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

/* The columns of the tree's lines at a depth; none where they leave no room. */
static unsigned
tree_cols(const struct picture *p, unsigned depth)
{
	unsigned cols = p->step * drawn(depth);

	return cols + NAME_CUT > p->name_cols ? 0 : cols;
}

/* The lines down through levels first up to before end. */
static void
lines(const struct picture *p, unsigned first, unsigned end)
{
	for (unsigned k = first; k < end; k++) {
		buf_adds(p->b, p->more[k] ? S("│") : S(" "));
		for (unsigned i = 1; i < p->step; i++)
			buf_u8(p->b, ' ');
	}
}

/* The tree's lines in front of a name, or its depth as a number; the columns
 * they take. */
static unsigned
branches(struct picture *p, const struct fold_row *row)
{
	unsigned depth = p->trace->spans[row->span].depth, d = drawn(depth);
	unsigned cols = tree_cols(p, depth);
	size_t was = p->b->n;

	p->more[d] = !row->last;
	if (cols == 0 && d > 0) {
		buf_addf(p->b, "%u ", depth);
		return (unsigned)(p->b->n - was);
	}
	lines(p, 1, d);
	if (d > 0)
		buf_adds(p->b, row->last ? S("└") : S("├"));
	for (unsigned i = 1; i < p->step && d > 0; i++)
		buf_adds(p->b, i == 1 && p->step == STEP ? S("─") : S(" "));
	return cols;
}

/* "×12 similar, ≤7.68ms", or as much of it as there is room for. */
static void
fold_name(struct buf *b, const struct fold_row *row, struct took took,
    unsigned room)
{
	char t[24];

	buf_addf(b, "×%u similar, ≤%s", row->count,
	    num_fmt_short_duration(t, took.most));
	if (show_width(buf_str(b)) > room) {
		buf_reset(b);
		buf_addf(b, "×%u similar", row->count);
	}
	if (show_width(buf_str(b)) > room) {
		buf_reset(b);
		buf_addf(b, "×%u", row->count);
	}
}

static void
label(struct picture *p, const struct fold_row *row, struct took took)
{
	const struct show_span *s = &p->trace->spans[row->span];
	struct buf fold = { 0 };
	unsigned room;

	show_on(p->show, p->b, SHOW_DIM);
	room = branches(p, row);
	room = p->name_cols > room ? p->name_cols - room : 0;
	show_off(p->show, p->b);
	if (row->count > 0)
		fold_name(&fold, row, took, room);
	show_on(p->show, p->b, s->error ? SHOW_RED : row->count > 0 ?
	    SHOW_DIM : SHOW_PLAIN);
	show_fit(p->b, row->count > 0 ? buf_str(&fold) : name_of(s), room,
	    true);
	show_off(p->show, p->b);
	buf_u8(p->b, ' ');
	show_on(p->show, p->b, show_style_of(s->service));
	show_fit(p->b, s->service, p->service_cols, true);
	show_off(p->show, p->b);
	buf_free(&fold);
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

	buf_addf(p->b, " %*s", (int)PICTURE_TIME, num_fmt_short_duration(t,
	    took.sum));
	if (!p->self || (row->count > 0 && !p->trace->spans[row->span].error))
		return;
	show_on(p->show, p->b, SHOW_DIM);
	buf_addf(p->b, " %*s", (int)PICTURE_TIME, row->count > 0 ? "" :
	    num_fmt_short_duration(t, p->tm.self[row->span]));
	show_off(p->show, p->b);
}

/* Below a span, where its children's lines go on; the columns it takes. */
static unsigned
indent(const struct picture *p, const struct show_span *s)
{
	unsigned cols = tree_cols(p, s->depth);

	lines(p, 1, cols > 0 ? drawn(s->depth) + 1 : 1);
	buf_adds(p->b, S("   "));
	return cols + 3;
}

static void
event(struct picture *p, const struct show_span *s, const struct show_event *ev)
{
	unsigned used = indent(p, s), room;
	char t[24];

	show_on(p->show, p->b, s->error ? SHOW_RED : SHOW_DIM);
	buf_addf(p->b, "• +%s ", num_fmt_short_duration(t, ev->after));
	used += 4 + (unsigned)strlen(t);
	room = p->width > used ? p->width - used : 0;
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

/* A remark beside a row, if there is room. */
static bool
beside(struct picture *p, unsigned *used, struct str text)
{
	unsigned cols = 1 + show_width(text);

	if (p->show->width > 0 && *used + cols > p->width)
		return false;
	buf_u8(p->b, ' ');
	show_text(p->b, text);
	*used += cols;
	return true;
}

/* The mark of an error, and its message. True: that is to stand below, when
 * no event tells it. */
static bool
failed(struct picture *p, const struct fold_row *row, unsigned *used)
{
	const struct show_span *s = &p->trace->spans[row->span];
	bool below = false;

	show_on(p->show, p->b, SHOW_RED);
	buf_adds(p->b, S(" ✗"));
	*used += 2;
	if (row->count == 0 && !beside(p, used, s->message.n > 0 ? s->message :
	    S("error")))
		below = s->message.n > 0 && !told(s);
	show_off(p->show, p->b);
	return below;
}

/* A remark on a line of its own. */
static void
below(struct picture *p, const struct show_span *s, enum show_style style,
    struct str mark, struct str text)
{
	unsigned used = indent(p, s) + show_width(mark);

	show_on(p->show, p->b, style);
	buf_adds(p->b, mark);
	show_fit(p->b, text, p->width > used ? p->width - used : 0, false);
	show_off(p->show, p->b);
	buf_u8(p->b, '\n');
}

static void
put_row(struct picture *p, const struct fold_row *row)
{
	const struct show_span *s = &p->trace->spans[row->span];
	struct took took = took_of(p, row);
	unsigned used = row_cols(p);
	bool why = false, orphan = false;

	label(p, row, took);
	bar(p, row);
	times(p, row, took);
	if (s->error)
		why = failed(p, row, &used);
	if (s->orphan) {
		show_on(p->show, p->b, SHOW_DIM);
		orphan = !beside(p, &used, ORPHAN);
		show_off(p->show, p->b);
	}
	buf_u8(p->b, '\n');
	if (why)
		below(p, s, SHOW_RED, S("✗ "), s->message);
	if (orphan)
		below(p, s, SHOW_DIM, S(""), ORPHAN);
	for (uint32_t k = 0; k < s->nevents && row->count == 0; k++)
		event(p, s, &s->events[k]);
}

void
show_waterfall(const struct show *sh, const struct show_trace *t,
    struct buf *b)
{
	struct picture p = { .show = sh, .trace = t, .b = b,
		.width = sh->width == 0 ? WIDTH_PLAIN :
		sh->width < WIDTH_LEAST ? WIDTH_LEAST : sh->width };

	measure(&p);
	columns(&p);
	picture_title(&p);
	picture_axis(&p);
	for (uint32_t k = 0; k < p.rows; k++)
		put_row(&p, &p.row[k]);
	if (t->n > 1)
		picture_blame(&p);
	arena_free(&p.mem);
}
