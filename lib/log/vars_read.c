#include "log/vars.h"

#include <stdio.h>

#include "base/cur.h"

#define TEMPLATES_MAX	STRIPE_ROWS

static int
corrupt(struct err *e, const char *what)
{
	return err_set(e, ERR_CORRUPT, "line templates: %s", what);
}

static int
read_blob(struct vars *v, const char *name, struct str *out, struct err *e)
{
	int r = stripe_blob(v->stripe, str_of(name), v->mem, out, e);

	return r == 0 ? err_set(e, ERR_CORRUPT, "%s: not there", name) :
	    r == -1 ? -1 : 0;
}

int
vars_open(struct vars *v, struct stripe *s, struct arena *mem, struct err *e)
{
	struct str bytes;
	uint64_t n, blobs, rows = 0;

	*v = (struct vars){ .stripe = s, .mem = mem };
	if (read_blob(v, "templates", &bytes, e) == -1)
		return -1;
	struct cur c = cur_of(bytes);

	n = cur_varint(&c);
	blobs = cur_varint(&c);
	if (c.bad || n > TEMPLATES_MAX || n > bytes.n || blobs > bytes.n +
	    (UINT64_C(1) << 20))
		return corrupt(e, "bad head");
	v->n = (uint32_t)n;
	v->blobs = (uint32_t)blobs;
	v->template = arena_zero(mem, struct vars_template, n + 1);
	v->blob = arena_zero(mem, struct str, blobs + 1);
	for (uint32_t t = 0; t < v->n; t++) {
		struct vars_template *p = &v->template[t];

		p->text.n = cur_varint(&c);
		uint64_t r = cur_varint(&c);

		p->at = cur_varint(&c);
		if (r == 0 || r > STRIPE_ROWS)
			return corrupt(e, "bad number of rows");
		p->rows = (uint32_t)r;
		rows += r;
	}
	for (uint32_t t = 0; t < v->n; t++) {
		struct vars_template *p = &v->template[t];

		p->text = cur_bytes(&c, p->text.n);
		if (!c.bad)
			p->holes = split_holes(p->text);
		if (p->holes > LOG_HOLES_MAX)
			return corrupt(e, "too many holes");
	}
	if (c.bad || c.p != c.end || rows != stripe_rows(s, 0))
		return corrupt(e, "bad texts");
	return 0;
}

static bool
read_place(struct vars *v, struct cur *c, struct vars_col *col)
{
	uint64_t blob = cur_varint(c);

	col->at = cur_varint(c);
	col->blob = (uint32_t)blob;
	return !c->bad && blob < v->blobs;
}

static bool
read_numbers(struct vars *v, struct cur *c, struct vars_col *col,
    uint32_t rows)
{
	uint8_t flags = cur_u8(c);

	col->unit = flags & 7;
	col->steps = flags & 8;
	col->min = unzigzag(cur_varint(c));
	col->range = cur_varint(c);
	if (col->steps) {
		col->first = (uint64_t)unzigzag(cur_varint(c));
		col->step = (uint64_t)unzigzag(cur_varint(c));
	}
	uint64_t width = cur_varint(c);

	col->width = (uint32_t)width;
	col->size = width * rows;
	return width <= 8 && flags < 16 && col->unit <= 4 &&
	    read_place(v, c, col);
}

static bool
read_hex(struct vars *v, struct cur *c, struct vars_col *col, uint32_t rows)
{
	uint64_t half = cur_varint(c);

	if (half == 0 || half > (UINT64_C(1) << 31))
		return false;
	col->width = (uint32_t)half;
	col->size = half * rows;
	return read_place(v, c, col);
}

static bool
read_text(struct vars *v, struct cur *c, struct vars_col *col, uint32_t rows)
{
	uint64_t max = cur_varint(c), width;

	col->mask = cur_u64(c);
	width = cur_varint(c);
	if (max > UINT32_MAX || width > 4)
		return false;
	col->max_n = (uint32_t)max;
	col->width = (uint32_t)width;
	if (!read_place(v, c, col))
		return false;
	col->size = cur_varint(c);
	return !c->bad && col->size >= width * rows;
}

static bool
read_col(struct vars *v, struct cur *c, struct vars_col *col, uint32_t rows)
{
	uint8_t head = cur_u8(c);

	*col = (struct vars_col){ .kind = head & 0x7f };
	if (head & 0x80) {
		col->before = cur_block(c);
		col->after = cur_block(c);
		if (col->before.n > VARS_AFFIX_MAX ||
		    col->after.n > VARS_AFFIX_MAX)
			return false;
	}
	switch (col->kind) {
	case VARS_INT:
	case VARS_DIGITS:
		return read_numbers(v, c, col, rows);
	case VARS_HEX:
		return read_hex(v, c, col, rows);
	case VARS_TEXT:
		return read_text(v, c, col, rows);
	case VARS_TRACE:
	case VARS_SPAN:
		return !c->bad;
	default:
		return false;
	}
}

int
vars_chunks(struct vars *v, uint32_t t, struct err *e)
{
	struct vars_template *p = &v->template[t];
	uint32_t rows = 0, cap = 0;

	if (p->chunk)
		return 0;
	if (!v->holes.p && read_blob(v, "holes", &v->holes, e) == -1)
		return -1;
	if (p->at > v->holes.n)
		return corrupt(e, "place past the end");
	struct cur c = cur_of(str_skip(v->holes, p->at));
	struct vars_chunk *chunk = NULL;
	uint32_t n = 0;

	for (; rows < p->rows; n++) {
		uint64_t r = cur_varint(&c);

		if (r == 0 || r > VARS_CHUNK_ROWS || r > p->rows - rows)
			return corrupt(e, "bad chunk");
		if (n == cap) {
			chunk = arena_grow(v->mem, chunk, n, cap * 2 + 1,
			    sizeof *chunk);
			cap = cap * 2 + 1;
		}
		chunk[n].rows = (uint32_t)r;
		rows += (uint32_t)r;
		chunk[n].col = arena_new(v->mem, struct vars_col,
		    p->holes + 1);
		for (uint32_t h = 0; h < p->holes; h++)
			if (!read_col(v, &c, &chunk[n].col[h], chunk[n].rows))
				return corrupt(e, "bad hole");
	}
	p->chunk = chunk;
	p->chunks = n;
	return 0;
}

/* Sum of the planes, k-th byte of value i at p[k * n + i]. */
static void
unplane(uint64_t *out, const uint8_t *p, uint32_t n, unsigned width)
{
	if (width == 0)
		memset(out, 0, n * sizeof *out);
	for (uint32_t i = 0; width > 0 && i < n; i++)
		out[i] = p[i];
	for (unsigned k = 1; k < width; k++)
		for (uint32_t i = 0; i < n; i++)
			out[i] |= (uint64_t)p[(size_t)k * n + i] << 8 * k;
}

static int
load_numbers(struct vars *v, const struct vars_col *col, const uint8_t *p,
    uint32_t n, const int64_t *time, const uint32_t *row,
    struct vars_values *out)
{
	static const int64_t div[] = { 1, 1000000000, 1000000, 1000, 1 };
	uint64_t *u = arena_new(v->mem, uint64_t, n);

	unplane(u, p, n, col->width);
	if (col->steps) {
		u[0] = col->first;
		for (uint32_t i = 1; i < n; i++)
			u[i] += u[i - 1] + col->step;
	} else {
		for (uint32_t i = 0; i < n; i++)
			u[i] += (uint64_t)col->min;
	}
	if (col->unit > 0)
		for (uint32_t i = 0; i < n; i++)
			u[i] += (uint64_t)time[row[i]] /
			    (uint64_t)div[col->unit];
	out->i = (const int64_t *)u;
	return 0;
}

static int
load_text(struct vars *v, const struct vars_col *col, const uint8_t *p,
    uint32_t n, struct vars_values *out, struct err *e)
{
	uint64_t left = col->size - (uint64_t)col->width * n, sum = 0;
	uint32_t *off = arena_new(v->mem, uint32_t, n + 1);
	uint64_t *len = arena_new(v->mem, uint64_t, n);

	if (left > UINT32_MAX)
		return corrupt(e, "text too long");
	unplane(len, p, n, col->width);
	for (uint32_t i = 0; i < n; i++) {
		off[i] = (uint32_t)sum;
		if (len[i] > left - sum)
			return corrupt(e, "text past the end");
		sum += len[i];
	}
	off[n] = (uint32_t)sum;
	if (sum != left)
		return corrupt(e, "text left over");
	out->off = off;
	out->p = (const char *)p + (uint64_t)col->width * n;
	return 0;
}

int
vars_load(struct vars *v, const struct vars_col *col, uint32_t n,
    const int64_t *time, const uint32_t *row, struct vars_values *out,
    struct err *e)
{
	struct str *blob;
	char name[16];

	*out = (struct vars_values){ .col = col };
	if (col->kind == VARS_TRACE || col->kind == VARS_SPAN)
		return 0;
	blob = &v->blob[col->blob];
	snprintf(name, sizeof name, "v%u", col->blob);
	if (!blob->p && read_blob(v, name, blob, e) == -1)
		return -1;
	if (col->at > blob->n || col->size > blob->n - col->at)
		return corrupt(e, "values past the end");
	const uint8_t *p = (const uint8_t *)blob->p + col->at;

	if (col->kind == VARS_TEXT)
		return load_text(v, col, p, n, out, e);
	if (col->kind == VARS_HEX) {
		out->p = (const char *)p;
		return 0;
	}
	return load_numbers(v, col, p, n, time, row, out);
}

/* Decimal, without the leading 1 of DIGITS. */
static void
put_number(struct buf *b, uint64_t v, bool digits)
{
	char t[24], *p = t + sizeof t;

	do
		*--p = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	if (digits)
		p++;
	buf_add(b, p, (size_t)(t + sizeof t - p));
}

void
vars_text(const struct vars_values *v, uint32_t i, struct buf *b)
{
	const struct vars_col *col = v->col;

	if (col->before.n > 0)
		buf_adds(b, col->before);
	if (v->i) {
		put_number(b, (uint64_t)v->i[i], col->kind == VARS_DIGITS);
	} else if (col->kind == VARS_HEX) {
		const char *p = v->p + (size_t)i * col->width;
		char *to = buf_extend(b, 2 * (size_t)col->width);

		for (uint32_t k = 0; k < col->width; k++) {
			*to++ = "0123456789abcdef"[(uint8_t)p[k] >> 4];
			*to++ = "0123456789abcdef"[p[k] & 15];
		}
	} else if (v->off) {
		buf_add(b, v->p + v->off[i], v->off[i + 1] - v->off[i]);
	}
	if (col->after.n > 0)
		buf_adds(b, col->after);
}
