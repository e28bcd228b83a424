#include "query/caret.h"

#include <stdarg.h>
#include <stdio.h>

#define CARET_WINDOW	56u	/* columns of the line that are shown */
#define CARET_MESSAGE	240u	/* bytes of the message */
#define CARET_WORD	64u	/* bytes of a word that "nearest" looks at */

/* The bytes of the character at s; a broken byte is a character, too. */
static size_t
char_bytes(struct str s)
{
	unsigned n = str_utf8(s);

	return n > 0 ? n : 1;
}

static uint32_t
char_code(struct str s)
{
	static const uint8_t first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t n = char_bytes(s);
	uint32_t c = (uint8_t)s.p[0] & first[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((uint8_t)s.p[i] & 0x3f);
	return n == 1 && (uint8_t)s.p[0] >= 0x80 ? 0xfffd : c;
}

/* Columns of a terminal: wide letters take two, combining marks none. */
static unsigned
char_cols(uint32_t c)
{
	static const struct { uint32_t from, to; unsigned cols; } odd[] = {
		{ 0x0300, 0x036f, 0 }, { 0x1100, 0x115f, 2 },
		{ 0x200b, 0x200f, 0 }, { 0x20d0, 0x20ff, 0 },
		{ 0x2e80, 0xa4cf, 2 }, { 0xac00, 0xd7a3, 2 },
		{ 0xf900, 0xfaff, 2 }, { 0xfe00, 0xfe0f, 0 },
		{ 0xfe30, 0xfe6f, 2 }, { 0xff00, 0xff60, 2 },
		{ 0xffe0, 0xffe6, 2 }, { 0x1f300, 0x1faff, 2 },
		{ 0x20000, 0x3fffd, 2 },
	};

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		if (c >= odd[i].from && c <= odd[i].to)
			return odd[i].cols;
	return 1;
}

/* The line that holds the byte at `at`, without its newline. */
static struct str
line_of(struct str query, size_t at, size_t *from)
{
	size_t a = at, b = at;

	while (a > 0 && query.p[a - 1] != '\n')
		a--;
	while (b < query.n && query.p[b] != '\n')
		b++;
	*from = a;
	return str_mk(query.p + a, b - a);
}

void
caret_pos(struct str query, size_t at, unsigned *line, unsigned *col)
{
	at = at > query.n ? query.n : at;
	*line = *col = 1;
	for (size_t i = 0; i < at;) {
		if (query.p[i] == '\n') {
			++*line;
			*col = 1;
			i++;
		} else {
			++*col;
			i += char_bytes(str_skip(query, i));
		}
	}
}

/* Where the shown part of a long line begins: the place is in its midst. */
static size_t
window_start(struct str line, size_t at)
{
	size_t from = at, cols = 0;

	if (line.n <= CARET_WINDOW)
		return 0;
	while (from > 0 && cols < CARET_WINDOW / 2) {
		from--;
		while (from > 0 && ((uint8_t)line.p[from] & 0xc0) == 0x80)
			from--;
		cols++;
	}
	return from <= 3 ? 0 : from;
}

/* Two lines: the query's, and the carets below it. */
static void
add_picture(struct buf *b, struct str line, size_t at, size_t n)
{
	size_t from = window_start(line, at);
	struct buf under = { 0 };
	unsigned cols = 0, marks = 0;
	size_t i = from;

	buf_adds(b, S("\n    "));
	buf_adds(&under, S("\n    "));
	if (from > 0) {
		buf_adds(b, S("..."));
		buf_adds(&under, S("   "));
	}
	while (i < line.n && cols < CARET_WINDOW) {
		struct str rest = str_skip(line, i);
		uint32_t c = char_code(rest);
		unsigned wide = char_cols(c);
		bool tab = c == '\t', odd = c < 0x20 || c == 0x7f ||
		    c == 0xfffd || (c >= 0x80 && c < 0xa0);

		if (odd)
			buf_u8(b, tab ? '\t' : '?');
		else
			buf_add(b, rest.p, char_bytes(rest));
		for (unsigned k = 0; k < wide && i < at; k++)
			buf_u8(&under, tab ? '\t' : ' ');
		for (unsigned k = 0; k < wide && i >= at && i - at < n; k++) {
			buf_u8(&under, '^');
			marks++;
		}
		cols += wide;
		i += char_bytes(rest);
	}
	if (i < line.n)
		buf_adds(b, S("..."));
	if (marks == 0)
		buf_u8(&under, '^');
	buf_adds(b, buf_str(&under));
	buf_free(&under);
}

int
caret_err(struct err *e, struct str query, struct caret at, const char *fmt,
    ...)
{
	char msg[CARET_MESSAGE];
	struct buf b = { 0 };
	unsigned line, col;
	struct str text;
	size_t from;
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	at.at = at.at > query.n ? query.n : at.at;
	caret_pos(query, at.at, &line, &col);
	text = line_of(query, at.at, &from);
	buf_addf(&b, "%u:%u: %s", line, col, msg);
	add_picture(&b, text, at.at - from, at.n);
	err_set(e, ERR_QUERY, "%.*s", PS(buf_str(&b)));
	buf_free(&b);
	return -1;
}

/* Edits (insert, delete, replace, swap of neighbours) that make a into b. */
static unsigned
distance(struct str a, struct str b)
{
	unsigned row[3][CARET_WORD + 1];

	for (unsigned j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *now = row[i % 3], *up = row[(i + 2) % 3];
		unsigned *up2 = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			unsigned d = up[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			d = up[j] + 1 < d ? up[j] + 1 : d;
			d = now[j - 1] + 1 < d ? now[j - 1] + 1 : d;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] && up2[j - 2] + 1 < d)
				d = up2[j - 2] + 1;
			now[j] = d;
		}
	}
	return row[a.n % 3][b.n];
}

struct str
caret_nearest(struct str word, const struct str *of, size_t n)
{
	unsigned best = word.n / 3 > 2 ? (unsigned)(word.n / 3) : 2;
	struct str found = { NULL, 0 }, longer = { NULL, 0 };

	if (word.n == 0 || word.n > CARET_WORD)
		return found;
	for (size_t i = 0; i < n; i++) {
		unsigned d;

		if (of[i].n > CARET_WORD)
			continue;
		if (word.n > 2 && str_starts(of[i], word) &&
		    (!longer.p || of[i].n < longer.n))
			longer = of[i];
		d = distance(word, of[i]);
		/* all letters changed is not a likeness */
		if (d < word.n && d <= best && (!found.p || d < best)) {
			best = d;
			found = of[i];
		}
	}
	return found.p ? found : longer;
}

/* "LINE:COLUMN: ...", and not a message that begins with a number. */
static bool
has_place(const char *msg)
{
	size_t n = strspn(msg, "0123456789");

	return n > 0 && msg[n] == ':';
}

int
caret_in(struct err *e, const char *where)
{
	struct err in = *e;

	if (has_place(in.msg))
		snprintf(e->msg, sizeof e->msg, "%.60s:%.450s", where,
		    in.msg);
	return -1;
}
