#include "show/flow.h"

#include <stdarg.h>

void
flow_next(struct flow *f, struct str gap, unsigned cols)
{
	unsigned width = f->show->width;

	if (f->used > 0 && width > 0 && f->used + gap.n + cols > width) {
		buf_u8(f->b, '\n');
		for (f->used = 0; f->used < f->indent; f->used++)
			buf_u8(f->b, ' ');
	} else if (f->used > 0) {
		buf_adds(f->b, gap);
		f->used += (unsigned)gap.n;
	}
	f->used += cols;
}

void
flow_words(struct flow *f, struct str text)
{
	struct str word;

	while (text.n > 0) {
		str_cut(&text, ' ', &word);
		flow_next(f, S(" "), show_width(word));
		show_text(f->b, word);
	}
}

void
flow_line(const struct show *show, struct buf *b, enum show_style style,
    const char *fmt, ...)
{
	struct flow f = { .show = show, .b = b };
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	show_on(show, b, style);
	flow_words(&f, buf_str(&text));
	if (style != SHOW_PLAIN)
		show_off(show, b);
	buf_u8(b, '\n');
	buf_free(&text);
}
