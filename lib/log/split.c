#include "log/split.h"

#define W 1
#define D 2
const uint8_t split_class[256] = {
	[1] = 4, [2] = 4, [3] = 4,
	['0'] = D, D, D, D, D, D, D, D, D, D,
	['A'] = W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W,
	['_'] = W,
	['a'] = W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W,
};
#undef W
#undef D

void
split_put(struct buf *values, struct str v)
{
	char *p = buf_extend(values, v.n + 5);
	size_t head = 1;

	if (v.n < 255) {
		p[0] = (char)v.n;
	} else {
		head = 5;
		p[0] = (char)255;
		for (int i = 0; i < 4; i++)
			p[1 + i] = (char)(v.n >> 8 * i);
	}
	if (v.n > 0)
		memcpy(p + head, v.p, v.n);
	values->n -= 5 - head;
}

struct str
split_get(const char **p)
{
	const char *at = *p;
	size_t n = (unsigned char)*at++;

	if (n == 255) {
		n = load32(at);
		at += 4;
	}
	*p = at + n;
	return str_mk(at, n);
}

/* The mark for a run that holds a digit. */
static char
mark_of(struct str run, const char *trace_hex, const char *span_hex)
{
	if (run.n == 32 && trace_hex && memcmp(run.p, trace_hex, 32) == 0)
		return MARK_TRACE;
	if (run.n == 16 && span_hex && memcmp(run.p, span_hex, 16) == 0)
		return MARK_SPAN;
	return MARK_VALUE;
}

static struct str
plain(struct str line, struct buf *values, size_t before)
{
	values->n = before;
	split_put(values, line);
	return SPLIT_PLAIN;
}

struct str
split_line(struct str line, const char *trace_hex, const char *span_hex,
    char *text, struct buf *values)
{
	size_t before = values->n, out = 0, i = 0;
	uint32_t holes = 0;

	if (line.n > LOG_SPLIT_MAX)
		return plain(line, values, before);
	while (i < line.n) {
		uint8_t class = split_class[(unsigned char)line.p[i]], seen = 0;
		size_t from = i, begin = out;

		if (class == 0) {
			text[out++] = line.p[i++];
			continue;
		}
		if (class == 4) {
			i++;
		} else {
			do {
				text[out++] = line.p[i++];
				seen |= class;
			} while (i < line.n && ((class = split_class[
			    (unsigned char)line.p[i]]) & 3) != 0);
			if (!(seen & 2))
				continue;
		}
		if (++holes > LOG_HOLES_MAX)
			return plain(line, values, before);
		struct str run = str_mk(line.p + from, i - from);
		char mark = mark_of(run, trace_hex, span_hex);

		out = begin;
		text[out++] = mark;
		if (mark == MARK_VALUE)
			split_put(values, run);
	}
	return str_mk(text, out);
}

uint32_t
split_holes(struct str template)
{
	uint32_t n = 0;

	for (size_t i = 0; i < template.n; i++)
		n += template.p[i] == MARK_VALUE;
	return n;
}

void
split_join(struct buf *line, struct str template, const char *values,
    const char *trace_hex, const char *span_hex)
{
	size_t from = 0;

	for (size_t i = 0; i < template.n; i++) {
		char c = template.p[i];

		if (!split_is_mark(c))
			continue;
		buf_add(line, template.p + from, i - from);
		from = i + 1;
		if (c == MARK_VALUE)
			buf_adds(line, split_get(&values));
		else if (c == MARK_TRACE)
			buf_add(line, trace_hex, 32);
		else
			buf_add(line, span_hex, 16);
	}
	buf_add(line, template.p + from, template.n - from);
}
