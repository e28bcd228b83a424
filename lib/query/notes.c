#include "query/notes.h"

#include <stdarg.h>
#include <stdio.h>

void
notes_add(struct notes *t, enum note_kind kind, struct caret at,
    const char *fmt, ...)
{
	char msg[400];
	struct str text;
	unsigned line, col;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	text = str_of(msg);
	if (t->query.p) {
		caret_pos(t->query, at.at, &line, &col);
		text = arena_printf(t->mem, "%s (%u:%u)", msg, line, col);
	}
	for (uint32_t i = 0; i < t->n; i++)
		if (t->v[i].kind == kind && str_eq(t->v[i].text, text))
			return;
	if (t->n == NOTES_MAX) {
		t->left_out++;
		return;
	}
	if (!t->v)
		t->v = arena_new(t->mem, struct note, NOTES_MAX);
	t->v[t->n++] = (struct note){ kind, arena_str(t->mem, text) };
}
