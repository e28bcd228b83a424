/* reemit: the tree of an expression as PCRE2's text. */
#include "base/reparse.h"

static void
emit_literal(struct str s, struct buf *b)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c < 0x20 || c == 0x7f)
			buf_addf(b, "\\x{%x}", c);
		else {
			if (c < 0x80 && !(c >= '0' && c <= '9') &&
			    !((c | 32) >= 'a' && (c | 32) <= 'z'))
				buf_u8(b, '\\');
			buf_u8(b, c);
		}
	}
}

static void
emit_repeat(const struct re_node *n, struct buf *b)
{
	buf_addf(b, "(?:");
	re_emit(n->kid, b);
	if (n->max == -1)
		buf_addf(b, "){%d,}", n->min);
	else
		buf_addf(b, "){%d,%d}", n->min, n->max);
	if (!n->greedy)
		buf_u8(b, '?');
}

void
re_emit(const struct re_node *n, struct buf *b)
{
	switch (n->type) {
	case RE_EMPTY:
		return;
	case RE_LIT:
	case RE_CLASS:
		buf_addf(b, n->icase ? "(?i:" : "(?:");
		if (n->type == RE_LIT)
			emit_literal(n->text, b);
		else
			buf_adds(b, n->text);
		buf_u8(b, ')');
		return;
	case RE_ANY:
		buf_addf(b, "(?s:.)");
		return;
	case RE_ANY_NOT_NL:
		buf_addf(b, "[^\\n]");
		return;
	case RE_ASSERT:
		buf_adds(b, n->text);
		return;
	case RE_REPEAT:
		emit_repeat(n, b);
		return;
	case RE_CAT:
	case RE_ALT:
	case RE_GROUP:
		buf_addf(b, n->counted ? "(" : "(?:");
		for (const struct re_node *k = n->kid; k; k = k->next) {
			re_emit(k, b);
			if (n->type == RE_ALT && k->next)
				buf_u8(b, '|');
		}
		buf_u8(b, ')');
	}
}
