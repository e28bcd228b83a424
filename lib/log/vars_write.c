#include "log/vars.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "log/words.h"

#define KEEP_MAX	((size_t)4 << 20)	/* of a blob's memory, for the next */
#define LARGE	((size_t)1 << 24)	/* bytes of a value, see put_large */

struct blob {
	struct buf own;
	struct str ref;		/* a value's instead, where it lies */
};

struct vars_writer {
	struct str now;		/* the template being filled */
	struct buf templates, texts, holes, blob;
	uint32_t n, blobs;
	int64_t *num;		/* a column being coded, VARS_CHUNK_ROWS */
	int64_t *rel;
	struct words *words;
	struct blob *done;	/* full blobs */
	uint32_t done_cap;
};

/* What a column's values have in common. */
struct shape {
	bool digits, zeros, hex;
	size_t min_n, max_n;
	uint64_t mask;
};

struct vars_writer *
vars_new(void)
{
	struct vars_writer *w = xcalloc(1, sizeof *w);

	w->num = xmalloc(VARS_CHUNK_ROWS * sizeof *w->num);
	w->rel = xmalloc(VARS_CHUNK_ROWS * sizeof *w->rel);
	w->words = words_new();
	return w;
}

static void
forget(struct vars_writer *w)
{
	buf_reset(&w->templates);
	buf_reset(&w->texts);
	buf_reset(&w->holes);
	buf_reset(&w->blob);
	w->n = w->blobs = 0;
}

void
vars_free(struct vars_writer *w)
{
	if (!w)
		return;
	for (uint32_t i = 0; i < w->done_cap; i++)
		buf_free(&w->done[i].own);
	free(w->done);
	words_free(w->words);
	buf_free(&w->templates);
	buf_free(&w->texts);
	buf_free(&w->holes);
	buf_free(&w->blob);
	free(w->num);
	free(w->rel);
	free(w);
}

/* 1 digit, 2 other hex digit, 0 else */
static inline int
hex_class(char c)
{
	return c >= '0' && c <= '9' ? 1 : c >= 'a' && c <= 'f' ? 2 : 0;
}

static struct shape
shape_of(const struct str *v, uint32_t n)
{
	struct shape s = { true, false, true, SIZE_MAX, 0, 0 };

	for (uint32_t i = 0; i < n; i++) {
		if (v[i].n < s.min_n)
			s.min_n = v[i].n;
		if (v[i].n > s.max_n)
			s.max_n = v[i].n;
		if (!s.digits && !s.hex)
			continue;
		int all = 1, any = 1;

		for (size_t k = 0; k < v[i].n; k++) {
			int c = hex_class(v[i].p[k]);

			all &= c;
			any &= c != 0;
		}
		s.digits &= all & 1;
		s.hex &= any & 1;
		s.zeros |= v[i].n > 1 && v[i].p[0] == '0';
	}
	s.digits &= s.min_n > 0 && s.max_n <= 18;
	s.hex &= s.min_n > 0 && s.min_n == s.max_n && s.min_n % 2 == 0;
	return s;
}

static void
mask_of(struct shape *s, const struct str *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i].n; k++)
			s->mask |= UINT64_C(1) << (v[i].p[k] & 63);
}

/*
 * Cuts what all values begin with, up to the first digit, and end with, after
 * the last. Not of plain lines: there it would not help to guess the rest.
 */
static void
cut_affixes(struct str *v, uint32_t n, struct str *before, struct str *after)
{
	size_t a = 0, z = 0, shortest = v[0].n;

	while (a < v[0].n && a < VARS_AFFIX_MAX && hex_class(v[0].p[a]) != 1)
		a++;
	while (z < v[0].n - a && z < VARS_AFFIX_MAX &&
	    hex_class(v[0].p[v[0].n - 1 - z]) != 1)
		z++;
	for (uint32_t i = 1; i < n && (a > 0 || z > 0); i++) {
		if (v[i].n < shortest)
			shortest = v[i].n;
		if (a > shortest)
			a = shortest;
		while (a > 0 && memcmp(v[i].p, v[0].p, a) != 0)
			a--;
		if (z > shortest - a)
			z = shortest - a;
		while (z > 0 && memcmp(v[i].p + v[i].n - z,
		    v[0].p + v[0].n - z, z) != 0)
			z--;
	}
	*before = str_mk(v[0].p, a);
	*after = str_mk(v[0].p + v[0].n - z, z);
	for (uint32_t i = 0; i < n; i++)
		v[i] = str_mk(v[i].p + a, v[i].n - a - z);
}

static unsigned
bytes_of(uint64_t v)
{
	return v == 0 ? 0 : (unsigned)(71 - __builtin_clzll(v)) / 8;
}

static void
parse(int64_t *out, const struct str *v, uint32_t n, bool zeros)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t x = zeros;

		for (size_t k = 0; k < v[i].n; k++)
			x = x * 10 + (v[i].p[k] - '0');
		out[i] = x;
	}
}

static void
range_of(const int64_t *v, uint32_t n, int64_t *min, uint64_t *range)
{
	int64_t lo = v[0], hi = v[0];

	for (uint32_t i = 1; i < n; i++) {
		lo = v[i] < lo ? v[i] : lo;
		hi = v[i] > hi ? v[i] : hi;
	}
	*min = lo;
	*range = (uint64_t)hi - (uint64_t)lo;
}

/*
 * Are these the row's own time, in s, ms, us or ns (unit 1 .. 4)? Fills
 * w->rel with the distances when they are narrower.
 */
static unsigned
relative(struct vars_writer *w, const uint64_t *time, uint32_t n,
    uint64_t range)
{
	static const uint64_t div[] = { 0, 1000000000, 1000000, 1000, 1 };
	int64_t lo;
	uint64_t narrow;

	for (unsigned u = 1; u <= 4; u++) {
		uint64_t t = time[0] / div[u], v = (uint64_t)w->num[0];

		if (t < 1000000 || (v > t ? v - t : t - v) > t / 1000)
			continue;
		for (uint32_t i = 0; i < n; i++)
			w->rel[i] = (int64_t)((uint64_t)w->num[i] -
			    time[i] / div[u]);
		range_of(w->rel, n, &lo, &narrow);
		return bytes_of(narrow) < bytes_of(range) ? u : 0;
	}
	return 0;
}

static void
planes(struct buf *out, const uint64_t *v, uint32_t n, unsigned width)
{
	uint8_t *p = (uint8_t *)buf_extend(out, (size_t)n * width);

	for (unsigned k = 0; k < width; k++, p += n)
		for (uint32_t i = 0; i < n; i++)
			p[i] = (uint8_t)(v[i] >> 8 * k);
}

static void
place(struct vars_writer *w)
{
	buf_varint(&w->holes, w->blobs);
	buf_varint(&w->holes, w->blob.n);
}

/*
 * Numbers: kind, flags (unit, 8: steps), min, range, [first, step,] width,
 * place, and the planes.
 */
static void
put_numbers(struct vars_writer *w, int64_t *v, uint32_t n, unsigned unit)
{
	uint64_t *u = (uint64_t *)v, range, first = u[0], reach = 0;
	int64_t min, step = 0;
	unsigned width, steps;

	range_of(v, n, &min, &range);
	width = bytes_of(range);
	if (n > 1 && width > 0) {
		int64_t lo = INT64_MAX, hi = INT64_MIN;

		for (uint32_t i = 1; i < n; i++) {
			int64_t d = (int64_t)(u[i] - u[i - 1]);

			lo = d < lo ? d : lo;
			hi = d > hi ? d : hi;
		}
		step = lo;
		reach = (uint64_t)hi - (uint64_t)lo;
	}
	steps = width > 0 && n > 1 && bytes_of(reach) < width;
	buf_u8(&w->holes, (uint8_t)(unit | steps << 3));
	buf_varint(&w->holes, zigzag(min));
	buf_varint(&w->holes, range);
	if (steps) {
		width = bytes_of(reach);
		buf_varint(&w->holes, zigzag((int64_t)first));
		buf_varint(&w->holes, zigzag(step));
		for (uint32_t i = n - 1; i > 0; i--)
			u[i] -= u[i - 1] + (uint64_t)step;
		u[0] = 0;
	} else {
		for (uint32_t i = 0; i < n; i++)
			u[i] -= (uint64_t)min;
	}
	buf_varint(&w->holes, width);
	place(w);
	planes(&w->blob, u, n, width);
}

static void
put_hex(struct vars_writer *w, const struct str *v, uint32_t n)
{
	size_t half = v[0].n / 2;
	char *p;

	buf_varint(&w->holes, half);
	place(w);
	p = buf_extend(&w->blob, n * half);
	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < half; k++) {
			char a = v[i].p[2 * k], b = v[i].p[2 * k + 1];

			*p++ = (char)((a <= '9' ? a - '0' : a - 'a' + 10) << 4 |
			    (b <= '9' ? b - '0' : b - 'a' + 10));
		}
}

static void
cut_blob(struct vars_writer *w)
{
	if (w->blobs == w->done_cap) {
		uint32_t to = w->done_cap > 0 ? w->done_cap * 2 : 16;

		w->done = xrealloc(w->done, to, sizeof *w->done);
		memset(w->done + w->done_cap, 0,
		    (to - w->done_cap) * sizeof *w->done);
		w->done_cap = to;
	}
	struct blob *b = &w->done[w->blobs++];
	struct buf old = b->own;

	*b = (struct blob){ .own = w->blob };
	w->blob = old;
	buf_reset(&w->blob);
}

/*
 * A blob of its own: of LARGE bytes a length takes four, just those that are
 * before the value (split_put), which so is not copied.
 */
static void
put_large(struct vars_writer *w, struct str v)
{
	place(w);
	cut_blob(w);
	w->done[w->blobs - 1].ref = str_mk(v.p - 4, v.n + 4);
	buf_varint(&w->holes, v.n + 4);
}

/* max, mask, width of a length, place, size, and lengths then bytes. */
static void
put_text(struct vars_writer *w, const struct str *v, uint32_t n,
    const struct shape *s)
{
	bool large = n == 1 && v->n >= LARGE;
	unsigned width = bytes_of(s->max_n);

	if (large && w->blob.n > 0)
		cut_blob(w);
	buf_varint(&w->holes, s->max_n);
	buf_u64(&w->holes, s->mask);
	buf_varint(&w->holes, width);
	if (large) {
		put_large(w, *v);
		return;
	}
	size_t at = w->blob.n;

	place(w);
	for (unsigned k = 0; k < width; k++)
		for (uint32_t i = 0; i < n; i++)
			buf_u8(&w->blob, (uint8_t)(v[i].n >> 8 * k));
	for (uint32_t i = 0; i < n; i++)
		buf_adds(&w->blob, v[i]);
	buf_varint(&w->holes, w->blob.n - at);
}

/* The words in a column's values, which are cut already. */
static void
add_words(struct vars_writer *w, enum vars_kind kind, const struct str *v,
    uint32_t n, struct str before, struct str after)
{
	size_t cut = before.n + after.n;

	if (kind == VARS_INT || kind == VARS_DIGITS) {
		words_add(w->words, before);
		words_add(w->words, after);
	} else if (kind == VARS_TEXT || cut > 0) {
		for (uint32_t i = 0; i < n; i++)
			words_add(w->words, str_mk(v[i].p - before.n,
			    v[i].n + cut));
	}
}

/* One column. May cut the values' affixes off. */
static void
put_column(struct vars_writer *w, struct str *v, const uint64_t *time,
    uint32_t n, bool plain)
{
	struct str before = { NULL, 0 }, after = { NULL, 0 };
	struct shape s = shape_of(v, n);
	enum vars_kind kind;

	if (!s.digits && !s.hex && !plain) {
		cut_affixes(v, n, &before, &after);
		s = shape_of(v, n);
	}
	kind = s.digits ? s.zeros ? VARS_DIGITS : VARS_INT :
	    s.hex ? VARS_HEX : VARS_TEXT;
	bool affix = before.n > 0 || after.n > 0;

	add_words(w, kind, v, n, before, after);
	buf_u8(&w->holes, (uint8_t)(kind | (affix ? 0x80u : 0)));
	if (affix) {
		buf_varint(&w->holes, before.n);
		buf_adds(&w->holes, before);
		buf_varint(&w->holes, after.n);
		buf_adds(&w->holes, after);
	}
	if (s.digits) {
		int64_t min;
		uint64_t range;

		parse(w->num, v, n, s.zeros);
		range_of(w->num, n, &min, &range);
		unsigned unit = s.zeros ? 0 : relative(w, time, n, range);

		put_numbers(w, unit > 0 ? w->rel : w->num, n, unit);
	} else if (s.hex) {
		put_hex(w, v, n);
	} else {
		mask_of(&s, v, n);
		put_text(w, v, n, &s);
	}
	if (w->blob.n >= VARS_BLOB)
		cut_blob(w);
}

/* How many of the rows from `from` on make the next chunk. */
static uint32_t
chunk_rows(const struct str *value, uint32_t holes, uint32_t n, uint32_t from)
{
	uint32_t rows = n - from < VARS_CHUNK_ROWS ? n - from :
	    VARS_CHUNK_ROWS;

	for (uint32_t h = 0; h < holes; h++) {
		const struct str *v = value + (size_t)h * n + from;
		size_t sum = 0;

		for (uint32_t i = 0; i < rows; i++) {
			sum += v[i].n;
			if (sum > VARS_CHUNK_BYTES && i > 0)
				rows = i;
		}
	}
	return rows;
}

static void
put_chunk(struct vars_writer *w, struct str template, struct str *value,
    const uint64_t *time, uint32_t n, uint32_t from, uint32_t rows)
{
	bool plain = str_eq(template, SPLIT_PLAIN);
	uint32_t h = 0;

	buf_varint(&w->holes, rows);
	for (size_t i = 0; i < template.n; i++)
		if (template.p[i] == MARK_VALUE)
			put_column(w, value + (size_t)h++ * n + from,
			    time + from, rows, plain);
		else if (template.p[i] == MARK_TRACE)
			buf_u8(&w->holes, VARS_TRACE);
		else if (template.p[i] == MARK_SPAN)
			buf_u8(&w->holes, VARS_SPAN);
}

void
vars_template(struct vars_writer *w, struct str template, uint32_t rows)
{
	w->n++;
	w->now = template;
	buf_varint(&w->templates, template.n);
	buf_varint(&w->templates, rows);
	buf_varint(&w->templates, w->holes.n);
	for (size_t i = 0; i < template.n; i++)
		buf_u8(&w->texts, split_is_mark(template.p[i]) ? MARK_VALUE :
		    (uint8_t)template.p[i]);
	words_add(w->words, template);
}

void
vars_add(struct vars_writer *w, struct str *value, const uint64_t *time,
    uint32_t n)
{
	uint32_t holes = split_holes(w->now), from = 0;

	while (from < n) {
		uint32_t rows = chunk_rows(value, holes, n, from);

		put_chunk(w, w->now, value, time, n, from, rows);
		from += rows;
	}
}

/* "templates": count, blobs, then per template; then the texts. "words". */
void
vars_put(struct vars_writer *w, struct frame *f)
{
	struct buf b = { 0 };
	char name[16];

	cut_blob(w);
	buf_varint(&b, w->n);
	buf_varint(&b, w->blobs);
	buf_adds(&b, buf_str(&w->templates));
	buf_adds(&b, buf_str(&w->texts));
	frame_blob(f, S("templates"), buf_str(&b));
	frame_blob(f, S("holes"), buf_str(&w->holes));
	buf_reset(&b);
	words_put(w->words, &b);
	frame_blob(f, S("words"), buf_str(&b));
	for (uint32_t i = 0; i < w->blobs; i++) {
		snprintf(name, sizeof name, "v%u", i);
		if (w->done[i].ref.p)
			frame_blob_ref(f, str_of(name), w->done[i].ref);
		else
			frame_blob(f, str_of(name), buf_str(&w->done[i].own));
		if (w->done[i].own.cap > KEEP_MAX)
			buf_free(&w->done[i].own);
	}
	buf_free(&b);
	forget(w);
}
