#include "show/waterfall.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/time.h"

#define DEPTH_DRAWN	40u	/* deeper ones are drawn at this depth */
#define WIDTH_PLAIN	120u	/* where there is no terminal */
#define TIME_COLS	7u

struct picture {
	const struct show *show;
	const struct show_trace *trace;
	struct buf *b;
	unsigned name_cols, service_cols, bar_cols;
	bool *last;		/* by span: no sibling comes after it */
	bool more[DEPTH_DRAWN + 1];	/* at a depth: a sibling comes later */
};

static unsigned
drawn(unsigned depth)
{
	return depth > DEPTH_DRAWN ? DEPTH_DRAWN : depth;
}

/* From the end: the first one seen at a depth, since one above, is the last. */
static void
find_last(struct picture *p)
{
	bool seen[DEPTH_DRAWN + 2] = { false };
	unsigned deepest = 0;

	for (uint32_t i = p->trace->n; i-- > 0;) {
		unsigned d = drawn(p->trace->spans[i].depth);

		for (unsigned k = d + 1; k <= deepest; k++)
			seen[k] = false;
		p->last[i] = !seen[d];
		seen[d] = true;
		deepest = d;
	}
}

static void
columns(struct picture *p)
{
	unsigned width = p->show->width > 0 ? p->show->width : WIDTH_PLAIN;
	unsigned name = 4, service = 4, left;

	for (uint32_t i = 0; i < p->trace->n; i++) {
		const struct show_span *s = &p->trace->spans[i];
		unsigned n = show_width(s->name) + 3 * drawn(s->depth);
		unsigned v = show_width(s->service);

		name = n > name ? n : name;
		service = v > service ? v : service;
	}
	left = width > 40 ? width - TIME_COLS - 4 : 36;
	p->service_cols = service > left / 5 ? left / 5 : service;
	p->name_cols = name > left * 2 / 5 ? left * 2 / 5 : name;
	p->bar_cols = left - p->service_cols - p->name_cols;
	if (p->bar_cols > 60)
		p->bar_cols = 60;
}

/* The tree's lines in front of a name; the columns they take. */
static unsigned
branches(struct picture *p, uint32_t i, struct buf *b)
{
	unsigned d = drawn(p->trace->spans[i].depth);

	for (unsigned k = 1; k < d; k++)
		buf_adds(b, p->more[k] ? S("\xe2\x94\x82  ") : S("   "));
	if (d > 0)
		buf_adds(b, p->last[i] ? S("\xe2\x94\x94\xe2\x94\x80 ") :
		    S("\xe2\x94\x9c\xe2\x94\x80 "));
	p->more[d] = !p->last[i];
	return 3 * d;
}

static void
label(struct picture *p, uint32_t i)
{
	const struct show_span *s = &p->trace->spans[i];
	struct buf tree = { 0 };
	unsigned cols = branches(p, i, &tree);

	show_on(p->show, p->b, SHOW_DIM);
	if (cols > p->name_cols) {	/* no room: the depth as a number */
		buf_reset(&tree);
		buf_addf(&tree, "%u ", s->depth);
		cols = (unsigned)tree.n;
	}
	buf_adds(p->b, buf_str(&tree));
	show_off(p->show, p->b);
	show_on(p->show, p->b, s->error ? SHOW_RED : SHOW_PLAIN);
	show_fit(p->b, s->name.n > 0 ? s->name : S("(no name)"),
	    p->name_cols > cols ? p->name_cols - cols : 0, true);
	show_off(p->show, p->b);
	buf_u8(p->b, ' ');
	show_on(p->show, p->b, show_style_of(s->service));
	show_fit(p->b, s->service, p->service_cols, true);
	show_off(p->show, p->b);
	buf_free(&tree);
}

/* Position of a time in eighths of a column. */
static unsigned
eighths(const struct picture *p, int64_t ns)
{
	uint64_t all = p->trace->duration > 0 ? p->trace->duration : 1;
	double at = (double)ns / (double)all * p->bar_cols * 8;

	return at <= 0 ? 0 : at >= p->bar_cols * 8.0 ? p->bar_cols * 8 :
	    (unsigned)at;
}

static void
bar(struct picture *p, const struct show_span *s)
{
	static const char *const part[] = { "", "\xe2\x96\x8f", "\xe2\x96\x8e",
		"\xe2\x96\x8d", "\xe2\x96\x8c", "\xe2\x96\x8b",
		"\xe2\x96\x8a", "\xe2\x96\x89" };
	unsigned from = eighths(p, s->start) / 8, cols = 0;
	unsigned to = eighths(p, s->start + (int64_t)s->duration);

	if (from >= p->bar_cols)
		from = p->bar_cols - 1;
	if (to <= from * 8)
		to = from * 8 + 1;
	buf_u8(p->b, ' ');
	for (; cols < from; cols++)
		buf_u8(p->b, ' ');
	show_on(p->show, p->b, s->error ? SHOW_RED :
	    show_style_of(s->service));
	for (; cols < to / 8; cols++)
		buf_adds(p->b, S("\xe2\x96\x88"));
	if (to % 8 > 0) {
		buf_adds(p->b, str_of(part[to % 8]));
		cols++;
	}
	show_off(p->show, p->b);
	for (; cols < p->bar_cols; cols++)
		buf_u8(p->b, ' ');
}

static void
event(struct picture *p, const struct show_span *s, const struct show_event *ev)
{
	unsigned width = p->show->width > 0 ? p->show->width : WIDTH_PLAIN;
	char t[24];
	unsigned d = drawn(s->depth);

	for (unsigned k = 1; k <= d; k++)
		buf_adds(p->b, p->more[k] ? S("\xe2\x94\x82  ") : S("   "));
	show_on(p->show, p->b, s->error ? SHOW_RED : SHOW_DIM);
	buf_addf(p->b, "   \xe2\x80\xa2 +%s ",
	    num_fmt_short_duration(t, ev->after));
	unsigned used = 3 * d + 7 + (unsigned)strlen(t);
	unsigned room = width > used + 20 ? width - used : 20;

	room -= show_fit(p->b, ev->name, room, false);
	if (ev->text.n > 0 && room > 4) {
		buf_adds(p->b, S(": "));
		show_fit(p->b, ev->text, room - 2, false);
	}
	show_off(p->show, p->b);
	buf_u8(p->b, '\n');
}

static void
row(struct picture *p, uint32_t i)
{
	const struct show_span *s = &p->trace->spans[i];
	char t[24];

	label(p, i);
	bar(p, s);
	buf_addf(p->b, " %*s", (int)TIME_COLS,
	    num_fmt_short_duration(t, (int64_t)s->duration));
	if (s->error) {
		show_on(p->show, p->b, SHOW_RED);
		buf_adds(p->b, S(" \xe2\x9c\x97 "));
		show_text(p->b, s->message.n > 0 ? s->message : S("error"));
		show_off(p->show, p->b);
	}
	if (s->orphan) {
		show_on(p->show, p->b, SHOW_DIM);
		buf_adds(p->b, S(" (parent not received)"));
		show_off(p->show, p->b);
	}
	buf_u8(p->b, '\n');
	for (uint32_t k = 0; k < s->nevents; k++)
		event(p, s, &s->events[k]);
}

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
	buf_addf(p->b, "  %s  %s  %u span%s  %u service%s",
	    time_format(when, t->start, 3),
	    num_fmt_short_duration(took, (int64_t)t->duration), t->n,
	    t->n == 1 ? "" : "s", services.n, services.n == 1 ? "" : "s");
	if (errors > 0) {
		show_on(p->show, p->b, SHOW_RED);
		buf_addf(p->b, "  %u error%s", errors, errors == 1 ? "" : "s");
		show_off(p->show, p->b);
	}
	buf_u8(p->b, '\n');
	map_free(&services);
}

void
show_waterfall(const struct show *sh, const struct show_trace *t,
    struct buf *b)
{
	struct picture p = { .show = sh, .trace = t, .b = b,
		.last = xcalloc(t->n, sizeof(bool)) };

	title(&p);
	find_last(&p);
	columns(&p);
	for (uint32_t i = 0; i < t->n; i++)
		row(&p, i);
	free(p.last);
}
