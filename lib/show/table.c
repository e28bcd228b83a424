#include "show/show.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define GAP		2u	/* between columns */
#define ROOMY		10u	/* a text is cut to that before columns go, */
#define LEAST		4u	/* and to that when none can */

void
show_cell(struct show_table *t, struct str text, enum show_style style)
{
	if (t->cells == t->cap) {
		t->cap = t->cap > 0 ? t->cap * 2 : 64;
		t->cell = xrealloc(t->cell, t->cap, sizeof *t->cell);
	}
	t->cell[t->cells++] = (struct show_cell){
	    .text = arena_str(&t->mem, text), .style = style };
}

void
show_cell_number(struct show_table *t, uint64_t n, struct str text,
    enum show_style style)
{
	show_cell(t, text, style);
	t->cell[t->cells - 1].exact = arena_printf(&t->mem, "%llu",
	    (unsigned long long)n);
}

static bool
there(const struct show_layout *l, unsigned c)
{
	return !(l->gone >> c & 1);
}

static void
natural(const struct show_table *t, const unsigned *least,
    struct show_layout *l)
{
	for (unsigned c = 0; c < t->cols; c++) {
		unsigned head = t->head ? show_width(str_of(t->head[c])) : 0;

		l->w[c] = head > least[c] ? head : least[c];
	}
	for (size_t i = 0; i < t->cells; i++) {
		unsigned n = show_width(t->cell[i].text);

		if (n > l->w[i % t->cols])
			l->w[i % t->cols] = n;
	}
}

/* Takes columns off the widest left-aligned ones, down to `least`, till the
 * line fits; whether it does. */
static bool
squeeze(const struct show_table *t, struct show_layout *l, unsigned width,
    unsigned least)
{
	unsigned all = 0;

	for (unsigned c = 0; c < t->cols; c++)
		if (there(l, c))
			all += l->w[c] + (all > 0 ? GAP : 0);
	for (; all > width; all--) {
		unsigned widest = t->cols;

		for (unsigned c = 0; c < t->cols; c++)
			if (there(l, c) && !((t->right | t->keep) >> c & 1) &&
			    l->w[c] > least && (widest == t->cols ||
			    l->w[c] > l->w[widest]))
				widest = c;
		if (widest == t->cols)
			return false;
		l->w[widest]--;
	}
	return true;
}

static void
lay_out(const struct show_table *t, struct show_layout *l, unsigned width)
{
	uint64_t spare = t->spare;
	unsigned least[SHOW_COLS];

	memcpy(least, l->w, sizeof least);
	l->gone = 0;
	natural(t, least, l);
	while (width > 0 && !squeeze(t, l, width, ROOMY)) {
		if (spare == 0) {
			squeeze(t, l, width, LEAST);
			break;
		}
		l->gone |= UINT64_C(1) << (63 - __builtin_clzll(spare));
		spare &= ~l->gone;
		natural(t, least, l);
	}
	for (unsigned c = 0; c < t->cols; c++)
		if (there(l, c))
			l->last = c;
}

/* What does not fit then is cut off: a line is never wrapped. */
static void
row(const struct show *sh, const struct show_table *t,
    const struct show_layout *l, size_t first, struct buf *b)
{
	unsigned left = sh->width > 0 ? sh->width : UINT_MAX;
	bool any = false;

	for (unsigned c = 0; c < t->cols && first + c < t->cells; c++) {
		const struct show_cell *cell = &t->cell[first + c];
		unsigned cols = show_width(cell->text), w = l->w[c];
		bool right = t->right >> c & 1;

		if (!there(l, c))
			continue;
		if (any && left <= GAP)
			break;
		if (any) {
			buf_adds(b, S("  "));
			left -= GAP;
		}
		any = true;
		w = w < left ? w : left;
		for (unsigned i = cols; right && i < w; i++)
			buf_u8(b, ' ');
		show_on(sh, b, cell->style);
		show_fit(b, cell->text, w, !right && c != l->last);
		if (cell->style != SHOW_PLAIN)
			show_off(sh, b);
		left -= w;
	}
	buf_u8(b, '\n');
}

void
show_table_below(const struct show *sh, struct show_table *t,
    struct show_layout *l, struct buf *b)
{
	assert(t->cols > 0 && t->cols <= SHOW_COLS);
	if (!l->set || sh->width == 0 || l->width != sh->width)
		lay_out(t, l, sh->width);
	l->set = true;
	l->width = sh->width;
	if (t->head) {
		struct show_table head = { .cols = t->cols,
			.right = t->right };

		for (unsigned c = 0; c < t->cols; c++)
			show_cell(&head, str_of(t->head[c]), SHOW_BOLD);
		row(sh, &head, l, 0, b);
		show_table_free(&head);
	}
	for (size_t i = 0; i < t->cells; i += t->cols)
		row(sh, t, l, i, b);
}

void
show_table(const struct show *sh, struct show_table *t, struct buf *b)
{
	struct show_layout l = { .set = false };

	show_table_below(sh, t, &l, b);
}

void
show_table_free(struct show_table *t)
{
	free(t->cell);
	arena_free(&t->mem);
	t->cell = NULL;
	t->cells = t->cap = 0;
}
