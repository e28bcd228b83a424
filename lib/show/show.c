#include "show/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/time.h"
#include "show/width.h"

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
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	bool tty = isatty(fd) == 1;
	struct show sh = { .colour = tty && !(no && *no) && term &&
	    strcmp(term, "dumb") != 0 };

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

static uint64_t
local(uint64_t ns, int64_t ahead)
{
	return ahead > 0 || ns >= (uint64_t)-ahead ? ns + (uint64_t)ahead : ns;
}

char *
show_time(const struct show *sh, char out[40], uint64_t ns, unsigned digits)
{
	time_format(out, local(ns, show_ahead(sh, ns)), digits);
	out[10] = ' ';
	out[strlen(out) - 1] = '\0';	/* Z */
	return out;
}

char *
show_stamp(const struct show *sh, char out[40], uint64_t ns, unsigned digits)
{
	int64_t ahead = show_ahead(sh, ns), minutes = ahead / (60 * (int64_t)NS_S);
	size_t n;

	time_format(out, local(ns, ahead), digits);
	n = strlen(out) - 1;
	minutes = minutes < 0 ? -minutes : minutes;
	if (ahead != 0)
		snprintf(out + n, 40 - n, "%c%02u:%02u", ahead < 0 ? '-' : '+',
		    (unsigned)(minutes / 60) % 100, (unsigned)(minutes % 60));
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

/* Characters that reorder or hide text: bidirectional controls, tags and the
 * like. */
static bool
deceives(uint32_t r)
{
	return (r >= 0x80 && r < 0xa0) || r == 0xad || r == 0x61c ||
	    (r >= 0x200b && r <= 0x200f) || (r >= 0x2028 && r <= 0x202e) ||
	    (r >= 0x2060 && r <= 0x206f) || r == 0xfeff || r == 0x180e ||
	    (r >= 0xe0000 && r < 0xe0100);
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
		st->cols = show_char_width(decode(s, n));
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

void
show_lines(struct buf *b, struct str s)
{
	for (size_t i = 0, n; i < s.n; i += n) {
		for (n = 0; i + n < s.n && s.p[i + n] != '\n' &&
		    s.p[i + n] != '\t'; n++)
			;
		show_text(b, str_mk(s.p + i, n));
		if (i + n < s.n)
			buf_u8(b, (uint8_t)s.p[i + n++]);
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
