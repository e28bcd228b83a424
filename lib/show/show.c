#include "show/show.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/time.h"

static unsigned
terminal_width(int fd)
{
	struct winsize ws;
	const char *columns = getenv("COLUMNS");
	uint64_t n;

	if (ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		return ws.ws_col;
	if (columns && num_u64(str_of(columns), &n) && n > 0 && n < 10000)
		return (unsigned)n;
	return 80;
}

struct show
show_for(int fd, const char *when)
{
	const char *no = getenv("NO_COLOR");
	bool tty = isatty(fd) == 1;
	struct show sh = { .colour = tty && !(no && *no) };

	if (when && strcmp(when, "always") == 0)
		sh.colour = true;
	if (when && strcmp(when, "never") == 0)
		sh.colour = false;
	sh.width = tty ? terminal_width(fd) : 0;
	return sh;
}

int64_t
show_ahead(const struct show *sh, uint64_t ns)
{
	int64_t s = sh->zone ? zone_at(sh->zone,
	    (int64_t)(ns / NS_S)).offset : 0;

	return s * (int64_t)NS_S;
}

char *
show_time(const struct show *sh, char out[40], uint64_t ns, unsigned digits)
{
	int64_t ahead = show_ahead(sh, ns);

	if (ahead > 0 || ns >= (uint64_t)-ahead)
		ns += (uint64_t)ahead;
	time_format(out, ns, digits);
	out[10] = ' ';
	out[strlen(out) - 1] = '\0';	/* Z */
	return out;
}

static const char *const codes[SHOW_STYLES] = { "", "\x1b[1m", "\x1b[2m",
	"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[35m",
	"\x1b[36m", "\x1b[92m", "\x1b[94m", "\x1b[95m", "\x1b[96m",
	"\x1b[38;5;208m", "\x1b[38;5;141m", "\x1b[38;5;142m" };

void
show_on(const struct show *sh, struct buf *b, enum show_style style)
{
	if (sh->colour && style != SHOW_PLAIN)
		buf_adds(b, str_of(codes[style]));
}

void
show_off(const struct show *sh, struct buf *b)
{
	if (sh->colour)
		buf_adds(b, S("\x1b[0m"));
}

enum show_style
show_style_of(struct str name)
{
	static const enum show_style of[] = { SHOW_CYAN, SHOW_GREEN,
		SHOW_MAGENTA, SHOW_BLUE, SHOW_YELLOW, SHOW_LIME, SHOW_SKY,
		SHOW_PINK, SHOW_AQUA, SHOW_ORANGE, SHOW_VIOLET, SHOW_OLIVE };

	return of[hash_bytes(name.p, name.n) % (sizeof of / sizeof *of)];
}

enum show_style
show_style_level(uint32_t severity)
{
	return severity >= 17 ? SHOW_RED : severity >= 13 ? SHOW_YELLOW :
	    severity >= 9 || severity == 0 ? SHOW_PLAIN : SHOW_DIM;
}

/* One step of safe text: the bytes eaten, what they become, and its width. */
struct step {
	unsigned eaten, cols;
	struct str out;
	char mem[8];
};

static uint32_t
decode(struct str s, unsigned n)
{
	const uint8_t *p = (const uint8_t *)s.p;
	uint32_t r = n < 2 ? p[0] : p[0] & (0x7fu >> n);

	for (unsigned i = 1; i < n; i++)
		r = r << 6 | (p[i] & 0x3f);
	return r;
}

/* Characters that reorder or hide text: bidirectional controls and the like. */
static bool
deceives(uint32_t r)
{
	return (r >= 0x80 && r < 0xa0) || r == 0xad || r == 0x61c ||
	    (r >= 0x200b && r <= 0x200f) || (r >= 0x2028 && r <= 0x202e) ||
	    (r >= 0x2060 && r <= 0x206f) || r == 0xfeff;
}

static unsigned
width_of(uint32_t r)
{
	/* not wcwidth: what it says depends on the locale */
	if ((r >= 0x300 && r < 0x370) || (r >= 0xfe00 && r < 0xfe10))
		return 0;
	return (r >= 0x1100 && r < 0x1160) || (r >= 0x2e80 && r < 0xa4d0) ||
	    (r >= 0xac00 && r < 0xd7a4) || (r >= 0xf900 && r < 0xfb00) ||
	    (r >= 0xff00 && r < 0xff61) || (r >= 0x1f300 && r < 0x1faff) ||
	    (r >= 0x20000 && r < 0x3fffe) ? 2 : 1;
}

static void
safe_step(struct str s, struct step *st)
{
	uint8_t c = (uint8_t)s.p[0];
	unsigned n = str_utf8(s);

	st->eaten = n > 0 ? n : 1;
	st->cols = 1;
	if (c >= 0x20 && c < 0x7f)
		st->out = str_mk(s.p, 1);
	else if (c == '\n' || c == '\t' || c == '\r') {
		st->out = c == '\n' ? S("\\n") : c == '\t' ? S("\\t") :
		    S("\\r");
		st->cols = 2;
	} else if (c < 0x20 || c == 0x7f) {
		static const char hex[] = "0123456789abcdef";

		memcpy(st->mem, "\\x", 2);
		st->mem[2] = hex[c >> 4];
		st->mem[3] = hex[c & 15];
		st->out = str_mk(st->mem, 4);
		st->cols = 4;
	} else if (n < 2 || deceives(decode(s, n)))
		st->out = S("\xef\xbf\xbd");
	else {
		st->out = str_mk(s.p, n);
		st->cols = width_of(decode(s, n));
	}
}

void
show_text(struct buf *b, struct str s)
{
	struct step st;

	for (size_t i = 0; i < s.n; i += st.eaten) {
		safe_step(str_skip(s, i), &st);
		buf_adds(b, st.out);
	}
}

unsigned
show_width(struct str s)
{
	unsigned cols = 0;
	struct step st;

	for (size_t i = 0; i < s.n; i += st.eaten) {
		safe_step(str_skip(s, i), &st);
		cols += st.cols;
	}
	return cols;
}

unsigned
show_fit(struct buf *b, struct str s, unsigned cols, bool pad)
{
	unsigned used = 0;
	size_t mark = b->n, i = 0;	/* where an ellipsis still fits */
	unsigned mark_used = 0;
	struct step st;

	for (; i < s.n; i += st.eaten) {
		safe_step(str_skip(s, i), &st);
		if (used + st.cols > cols)
			break;
		if (used < cols) {
			mark = b->n;
			mark_used = used;
		}
		buf_adds(b, st.out);
		used += st.cols;
	}
	if (used < cols) {
		mark = b->n;
		mark_used = used;
	}
	if (i < s.n && cols > 0) {
		b->n = mark;
		buf_adds(b, S("\xe2\x80\xa6"));
		used = mark_used + 1;
	}
	for (; pad && used < cols; used++)
		buf_u8(b, ' ');
	return used;
}

/* ---- table -------------------------------------------------------------- */

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

/* Takes columns off the widest left-aligned ones till the line fits. */
static void
squeeze(const struct show_table *t, unsigned *w, unsigned width)
{
	unsigned all = 2 * (t->cols - 1);

	for (unsigned c = 0; c < t->cols; c++)
		all += w[c];
	while (width > 0 && all > width) {
		unsigned widest = t->cols;

		for (unsigned c = 0; c < t->cols; c++)
			if (!((t->right | t->keep) >> c & 1) && w[c] > 8 &&
			    (widest == t->cols || w[c] > w[widest]))
				widest = c;
		if (widest == t->cols)
			return;
		w[widest]--;
		all--;
	}
}

static void
row(const struct show *sh, const struct show_table *t, const unsigned *w,
    size_t first, struct buf *b)
{
	for (unsigned c = 0; c < t->cols && first + c < t->cells; c++) {
		const struct show_cell *cell = &t->cell[first + c];
		unsigned cols = show_width(cell->text);
		bool right = t->right >> c & 1;

		if (c > 0)
			buf_adds(b, S("  "));
		for (unsigned i = cols; right && i < w[c]; i++)
			buf_u8(b, ' ');
		show_on(sh, b, cell->style);
		show_fit(b, cell->text, w[c], !right && c + 1 < t->cols);
		if (cell->style != SHOW_PLAIN)
			show_off(sh, b);
	}
	buf_u8(b, '\n');
}

void
show_table(const struct show *sh, struct show_table *t, struct buf *b)
{
	unsigned *w = xcalloc(t->cols, sizeof *w);

	assert(t->cols > 0);
	for (unsigned c = 0; c < t->cols; c++)
		w[c] = t->head ? show_width(str_of(t->head[c])) : 0;
	for (size_t i = 0; i < t->cells; i++) {
		unsigned n = show_width(t->cell[i].text);

		if (n > w[i % t->cols])
			w[i % t->cols] = n;
	}
	squeeze(t, w, sh->width);
	if (t->head) {
		struct show_table head = { .cols = t->cols,
			.right = t->right };

		for (unsigned c = 0; c < t->cols; c++)
			show_cell(&head, str_of(t->head[c]), SHOW_BOLD);
		row(sh, &head, w, 0, b);
		show_table_free(&head);
	}
	for (size_t i = 0; i < t->cells; i += t->cols)
		row(sh, t, w, i, b);
	free(w);
}

void
show_table_free(struct show_table *t)
{
	free(t->cell);
	arena_free(&t->mem);
	t->cell = NULL;
	t->cells = t->cap = 0;
}
