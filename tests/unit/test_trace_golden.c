/*
 * traces(5)'s example is tests/golden/traces-1.blk, read by the code: the
 * columns, a line each, and the sections, byte by byte. With a block as its
 * argument it prints such lines of it.
 */
#include "base/io.h"
#include "block/block.h"
#include "trace/columns.h"
#include "trace/ids.h"

#include "unit.h"

#define GOLDEN	"tests/golden/traces-1.blk"
#define PAGE	"man/traces.5"

static void
put_hex(struct buf *out, const void *p, size_t n)
{
	char hex[33];

	str_hex(hex, p, n);
	buf_adds(out, str_of(hex));
}

static void
put_value(struct buf *out, const struct vec *v, uint32_t row)
{
	size_t width = v->type == VEC_FIX8 ? 8 : 16;

	if (!vec_valid(v, row)) {
		buf_adds(out, S(" null"));
		return;
	}
	switch (v->type) {
	case VEC_INT: case VEC_BOOL:
		buf_addf(out, " %lld", (long long)v->i[row]);
		break;
	case VEC_FIX8: case VEC_FIX16:
		buf_u8(out, ' ');
		put_hex(out, v->fix + row * width, width);
		break;
	default:
		buf_u8(out, ' ');
		buf_adds(out, vec_str(v, row));
	}
}

/* "TABLE NAME VALUE ...": a line a column of the table. */
static void
put_table(struct buf *out, struct stripe *s, unsigned table)
{
	struct arena mem = { 0 };
	struct err e = { 0 };

	for (uint32_t c = 0; c < stripe_ncols(s); c++) {
		const struct stripe_col *col = stripe_col(s, c);
		struct vec v;

		if (col->table != table)
			continue;
		CHECK(stripe_load(s, c, NULL, &mem, &v, &e) == 0);
		buf_addf(out, "%u %.*s", table, PS(col->name));
		for (uint32_t row = 0; row < v.rows; row++)
			put_value(out, &v, row);
		buf_u8(out, '\n');
	}
	arena_free(&mem);
}

/* Eight bytes a line; lines of zeros are left out: "OFFSET: HEX". */
static void
put_section(struct buf *out, struct block *b, const char *name)
{
	static const char zero[8];
	struct arena mem = { 0 };
	struct err e = { 0 };
	struct str bytes = { NULL, 0 };

	CHECK(block_read_section(b, str_of(name), &mem, &bytes, &e) == 1);
	buf_addf(out, "%s, %zu bytes\n", name, bytes.n);
	for (size_t at = 0; at < bytes.n; at += 8) {
		size_t n = bytes.n - at < 8 ? bytes.n - at : 8;

		if (memcmp(bytes.p + at, zero, n) == 0)
			continue;
		buf_addf(out, "%zu: ", at);
		put_hex(out, bytes.p + at, n);
		buf_u8(out, '\n');
	}
	arena_free(&mem);
}

static void
describe(struct buf *out, struct block *b)
{
	struct arena mem = { 0 };
	struct stripe *s = block_stripe(b, 0, &mem, NULL);

	CHECK(s && block_stripes(b) == 1);
	for (unsigned table = 0; s && table < TR_TABLES; table++)
		put_table(out, s, table);
	put_section(out, b, "ids");
	put_section(out, b, "idfilter");
	put_section(out, b, "split");
	arena_free(&mem);
}

/* The page's lines, without the words behind two spaces. */
static void
read_page(struct buf *out)
{
	struct buf text = { 0 };
	struct err e = { 0 };
	struct str rest, line;
	bool in = false;

	CHECK(io_slurp(PAGE, &text, 1 << 20, &e) == 0);
	rest = buf_str(&text);
	while (str_cut(&rest, '\n', &line)) {
		const char *words = memmem(line.p, line.n, "  ", 2);

		if (str_starts(line, S(".\\\" block: ")))
			in = str_ends(line, S(GOLDEN));
		if (!in || line.n == 0 || line.p[0] == '.')
			continue;
		buf_adds(out, words ?
		    str_mk(line.p, (size_t)(words - line.p)) : line);
		buf_u8(out, '\n');
	}
	buf_free(&text);
}

int
main(int argc, char *argv[])
{
	struct buf got = { 0 }, told = { 0 };
	struct err e = { 0 };
	struct block *b = block_open(argc > 1 ? argv[1] : GOLDEN, &e);

	CHECK(b != NULL);
	if (!b)
		return unit_done();
	describe(&got, b);
	read_page(&told);
	if (argc > 1)
		fwrite(got.p, 1, got.n, stdout);
	else
		CHECK(got.n > 1000 && str_eq(buf_str(&got), buf_str(&told)));
	block_close(b);
	buf_free(&got);
	buf_free(&told);
	return unit_done();
}
