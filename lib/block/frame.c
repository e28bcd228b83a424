#include "block/frame.h"

#include <stdlib.h>

#include "base/err.h"
#include "block/framecol.h"

#define FRAME_KEEP	((size_t)128 << 20)	/* of memory, over a reset */

struct frame *
frame_new(unsigned tables)
{
	struct frame *f = xcalloc(1, sizeof *f);

	if (tables == 0 || tables > TABLES_MAX)
		die("frame: %u tables", tables);
	f->tables = tables;
	return f;
}

static void
column_free(struct frame_column *c)
{
	for (unsigned g = 0; g < GATHERS_MAX; g++)
		free(c->gather[g].code);
	map_free(&c->dict);
	free(c->data);
	free(c->valid);
	free(c);
}

/* Many columns were large once: not all of them are again, or soon. */
static void
give_back(struct frame *f)
{
	size_t kept = 0;

	for (uint32_t k = 0; k < f->made; k++)
		kept += f->col[k]->data_cap + f->col[k]->dict.slots * 8 +
		    f->col[k]->dict.cap * sizeof(struct str);
	if (kept <= FRAME_KEEP)
		return;
	for (uint32_t k = 0; k < f->made; k++)
		column_free(f->col[k]);
	f->made = 0;
}

void
frame_reset(struct frame *f)
{
	for (uint32_t k = 0; k < f->cols; k++) {
		struct frame_column *c = f->col[k];

		map_reset(&c->dict);
		for (unsigned g = 0; g < GATHERS_MAX; g++)
			c->gather[g].dict = NULL;
	}
	memset(f->rows, 0, sizeof f->rows);
	map_reset(&f->names);
	arena_reset(&f->mem);
	f->cols = 0;
	f->blobs = 0;
	give_back(f);
}

void
frame_free(struct frame *f)
{
	if (!f)
		return;
	for (uint32_t k = 0; k < f->made; k++)
		column_free(f->col[k]);
	free(f->col);
	free(f->blob);
	map_free(&f->names);
	arena_free(&f->mem);
	free(f);
}

static unsigned
type_width(enum vec_type t)
{
	switch (t) {
	case VEC_INT: case VEC_F64: case VEC_BOOL: case VEC_FIX8: return 8;
	case VEC_FIX16: return 16;
	case VEC_STR: case VEC_ANY: return 4;
	}
	die("frame: column type %d", (int)t);
}

static void
column_begin(struct frame *f, unsigned table, enum vec_type type)
{
	struct frame_column *c;

	if (f->cols == f->cap) {
		f->cap = f->cap > 0 ? f->cap * 2 : 64;
		f->col = xrealloc(f->col, f->cap, sizeof *f->col);
	}
	if (f->cols == f->made)
		f->col[f->made++] = xcalloc(1, sizeof *c);
	c = f->col[f->cols++];
	c->table = table;
	c->type = type;
	c->width = type_width(type);
	c->rows = c->nulls = 0;
	c->next_gather = 0;
}

uint32_t
frame_col(struct frame *f, unsigned table, struct str name,
    enum vec_type type)
{
	char small[256], *key = small;
	uint32_t no;
	bool fresh;

	if (table >= f->tables)
		die("frame: table %u of %u", table, f->tables);
	if (name.n > sizeof small - 2)
		key = xmalloc(name.n + 2);
	key[0] = (char)table;
	key[1] = (char)type;
	if (name.n > 0)
		memcpy(key + 2, name.p, name.n);
	no = map_add(&f->names, str_mk(key, name.n + 2), &fresh);
	if (key != small)
		free(key);
	if (fresh) {
		column_begin(f, table, type);
		f->col[no]->name = str_skip(f->names.key[no], 2);
	}
	return no;
}

uint32_t
frame_cols(const struct frame *f)
{
	return f->cols;
}

void
frame_col_info(const struct frame *f, uint32_t col, unsigned *table,
    struct str *name, enum vec_type *type)
{
	const struct frame_column *c = f->col[col];

	*table = c->table;
	*name = c->name;
	*type = c->type;
}

void
frame_want_valid(struct frame_column *c, uint32_t n)
{
	size_t words = BITS_WORDS(n);

	if (words > c->valid_cap) {
		size_t cap = c->valid_cap > 0 ? c->valid_cap * 2 : 16;

		cap = cap < words ? words : cap;
		c->valid = xrealloc(c->valid, cap, sizeof *c->valid);
		c->valid_cap = cap;
	}
	if (c->nulls > 0)
		return;
	/* the first null: all rows so far are there */
	memset(c->valid, 0, c->valid_cap * sizeof *c->valid);
	memset(c->valid, 0xff, c->rows / 64 * sizeof *c->valid);
	if (c->rows % 64 > 0)
		c->valid[c->rows / 64] = (UINT64_C(1) << c->rows % 64) - 1;
}

/* Rows c->rows .. to - 1 are null: bits and values are zero. */
static void
skip_rows(struct frame_column *c, uint32_t to)
{
	size_t from = c->rows;

	memset(c->data + from * c->width, 0, (to - from) * c->width);
	if (from / 64 < to / 64) {
		uint64_t *w = c->valid + from / 64;

		if (from % 64 == 0)
			*w = 0;
		memset(w + 1, 0, (to / 64 - from / 64) * sizeof *w);
	} else if (from % 64 == 0)
		c->valid[from / 64] = 0;
	c->nulls += to - c->rows;
	c->rows = to;
}

void
frame_reach(struct frame_column *c, uint32_t at, uint32_t n)
{
	size_t need = ((size_t)at + n) * c->width;

	if (n > UINT32_MAX - at)
		die("frame: too many rows");
	if (need > c->data_cap) {
		size_t cap = c->data_cap > 0 ? c->data_cap * 2 : 1024;

		cap = cap < need ? need : cap;
		c->data = xrealloc(c->data, cap, 1);
		c->data_cap = cap;
	}
	if (at > c->rows || c->nulls > 0)
		frame_want_valid(c, at + n);
	if (at > c->rows)
		skip_rows(c, at);
	if (c->nulls > 0)
		for (uint32_t row = at; row < at + n; row++) {
			if (row % 64 == 0)
				c->valid[row / 64] = 0;
			bit_set(c->valid, row);
		}
	c->rows = at + n;
}

static uint8_t *
place_far(struct frame_column *c, uint32_t row)
{
	if (row < c->rows)
		die("frame: column %.*s: row %u put twice", PS(c->name), row);
	frame_reach(c, row, 1);
	return c->data + (size_t)row * c->width;
}

/* Mostly the next row of a column, with room, whose bits are begun if any. */
static inline uint8_t *
place(struct frame *f, uint32_t col, uint32_t row)
{
	struct frame_column *c = f->col[col];
	size_t at = (size_t)row * c->width;

	if (row != c->rows || at + c->width > c->data_cap ||
	    (c->nulls > 0 && row % 64 == 0))
		return place_far(c, row);
	if (c->nulls > 0)
		bit_set(c->valid, row);
	c->rows++;
	return c->data + at;
}

void
frame_int(struct frame *f, uint32_t col, uint32_t row, int64_t v)
{
	memcpy(place(f, col, row), &v, sizeof v);
}

int64_t *
frame_ints(struct frame *f, uint32_t col, uint32_t at, uint32_t n)
{
	struct frame_column *c = f->col[col];

	if (c->type != VEC_INT || at < c->rows)
		die("frame: column %.*s: bad run", PS(c->name));
	frame_reach(c, at, n);
	return (int64_t *)(void *)c->data + at;
}

void
frame_f64(struct frame *f, uint32_t col, uint32_t row, double v)
{
	memcpy(place(f, col, row), &v, sizeof v);
}

void
frame_fix(struct frame *f, uint32_t col, uint32_t row, const void *p)
{
	memcpy(place(f, col, row), p, f->col[col]->width);
}

uint32_t
frame_intern(struct frame *f, uint32_t col, struct str v)
{
	struct frame_column *c = f->col[col];

	if (c->again >= c->dict.n || !str_eq(c->dict.key[c->again], v))
		c->again = map_add(&c->dict, v, NULL);
	return c->again;
}

void
frame_code(struct frame *f, uint32_t col, uint32_t row, uint32_t code)
{
	memcpy(place(f, col, row), &code, sizeof code);
}

void
frame_str(struct frame *f, uint32_t col, uint32_t row, struct str v)
{
	frame_code(f, col, row, frame_intern(f, col, v));
}

void
frame_rows(struct frame *f, unsigned table, uint32_t n)
{
	if (n > f->rows[table])
		f->rows[table] = n;
}

uint32_t
frame_nrows(const struct frame *f, unsigned table)
{
	return f->rows[table];
}

void
frame_blob_ref(struct frame *f, struct str name, struct str bytes)
{
	if (f->blobs == f->blobs_cap) {
		f->blobs_cap = f->blobs_cap > 0 ? f->blobs_cap * 2 : 8;
		f->blob = xrealloc(f->blob, f->blobs_cap, sizeof *f->blob);
	}
	f->blob[f->blobs].name = arena_str(&f->mem, name);
	f->blob[f->blobs++].bytes = bytes;
}

void
frame_blob(struct frame *f, struct str name, struct str bytes)
{
	frame_blob_ref(f, name, arena_str(&f->mem, bytes));
}
