#include "show/picture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/num.h"
#include "show/axis.h"
#include "show/flow.h"

#define TICK_COLS	10u
#define TITLE_COLS	106u	/* less: two lines */
#define BLAMED		6u	/* services named with the critical path */

static void
piece(struct flow *f, enum show_style style, const char *text)
{
	flow_next(f, S("  "), show_width(str_of(text)));
	show_on(f->show, f->b, style);
	buf_adds(f->b, str_of(text));
	show_off(f->show, f->b);
}

/* "1 span", "2 spans" */
static const char *
counted(char out[40], unsigned n, const char *what)
{
	snprintf(out, 40, "%u %s%s", n, what, n == 1 ? "" : "s");
	return out;
}

void
picture_title(const struct picture *p)
{
	const struct show_trace *t = p->trace;
	struct flow f = { .show = p->show, .b = p->b };
	struct map services = { 0 };
	unsigned errors = 0;
	char text[40];

	for (uint32_t i = 0; i < t->n; i++) {
		map_add(&services, t->spans[i].service, NULL);
		errors += t->spans[i].error;
	}
	show_on(p->show, p->b, SHOW_BOLD);
	buf_addf(p->b, "trace %.*s", PS(t->id));
	show_off(p->show, p->b);
	if (p->width < TITLE_COLS)
		buf_u8(p->b, '\n');
	else
		f.used = 6 + show_width(t->id);
	piece(&f, SHOW_PLAIN, show_stamp(p->show, text, t->start, 3));
	piece(&f, SHOW_PLAIN, num_fmt_short_duration(text,
	    (int64_t)t->duration));
	piece(&f, SHOW_PLAIN, counted(text, t->n, "span"));
	piece(&f, SHOW_PLAIN, counted(text, services.n, "service"));
	if (errors > 0)
		piece(&f, SHOW_RED, counted(text, errors, "error"));
	buf_u8(p->b, '\n');
	if (t->cut > 0)
		flow_line(p->show, p->b, SHOW_RED, "%llu more spans were left "
		    "out: over the store's limit", (unsigned long long)t->cut);
	map_free(&services);
}

void
picture_axis(const struct picture *p)
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
	buf_addf(p->b, " %*s", (int)PICTURE_TIME, "TOTAL");
	if (p->self)
		buf_addf(p->b, " %*s", (int)PICTURE_TIME, "SELF");
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

void
picture_blame(struct picture *p)
{
	struct blame *v = arena_zero(&p->mem, struct blame, p->trace->n);
	struct flow f = { .show = p->show, .b = p->b, .indent = 2 };
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
	flow_words(&f, S("critical path:"));
	for (uint32_t i = 0; i < services.n && i < BLAMED && v[i].ns > 0; i++) {
		bool more = i + 1 < services.n && i + 1 < BLAMED &&
		    v[i + 1].ns > 0;

		num_fmt_short_duration(t, v[i].ns);
		flow_next(&f, S(" "), show_width(v[i].service) + 1 +
		    show_width(str_of(t)) + more);
		show_on(p->show, p->b, show_style_of(v[i].service));
		show_text(p->b, v[i].service);
		show_off(p->show, p->b);
		buf_addf(p->b, " %s%s", t, more ? "," : "");
	}
	buf_u8(p->b, '\n');
	map_free(&services);
}
