/*
 * fuzz_log_vars: the blobs of a logs stripe, from bytes we do not trust:
 * templates, holes, and one blob of values; read, searched, and put together.
 */
#include <stdlib.h>

#include "base/cur.h"
#include "block/frame.h"
#include "log/filter.h"
#include "log/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
search(struct log_lines *l, struct arena *mem)
{
	struct log_alt alt[2] = { { S("a1"), NULL }, { S(" x"), NULL } };
	struct log_line_filter f = { LOG_EQ, alt, 2 };
	uint64_t *rows = arena_zero(mem, uint64_t, BITS_WORDS(l->rows) + 1);
	struct err e = { 0 };

	for (uint32_t i = 0; i < l->rows; i++)
		bit_set(rows, i);
	filters_run(filters_new(&f, 1, mem), 1, l, rows, &e);
}

static void
read_all(struct frame *f, struct arena *mem)
{
	struct log_part part = { .loaded = true };
	struct log_cols cols;
	struct log_lines l;
	struct buf text = { 0 };
	struct err e = { 0 };

	cols_open(&cols, &part, frame_stripe(f, mem), mem);
	if (lines_open(&l, &cols, &e) == 0) {
		search(&l, mem);
		for (uint32_t i = 0; i < l.rows; i++) {
			buf_reset(&text);
			lines_text(&l, i, &text, &e);
		}
	}
	buf_free(&text);
}

/* A byte of rows, then rows' template numbers, then three sized blobs. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct cur c = cur_of(str_mk(data, n));
	uint32_t rows = cur_u8(&c) % 64u;
	struct frame *f = frame_new(LG_TABLES);
	uint32_t template = frame_col(f, LG_ROW, S("template"), VEC_INT);
	uint32_t time = frame_col(f, LG_ROW, S("time"), VEC_INT);
	struct arena mem = { .cap = (size_t)64 << 20 };

	for (uint32_t i = 0; i < rows; i++) {
		frame_int(f, template, i, cur_u8(&c));
		frame_int(f, time, i, 1767225600000000000);
	}
	frame_rows(f, LG_ROW, rows);
	frame_blob(f, S("templates"), cur_block(&c));
	frame_blob(f, S("holes"), cur_block(&c));
	frame_blob(f, S("v0"), cur_bytes(&c, cur_left(&c)));
	if (!c.bad && rows > 0)
		read_all(f, &mem);
	arena_free(&mem);
	frame_free(f);
	return 0;
}
