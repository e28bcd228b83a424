#include "block/block.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"
#include "folder.h"
#include "frames.h"
#include "unit.h"
#include "vecsame.h"

static const struct block_info info = {
	.id = "0123456789abcde", .sequence = 7, .sequence_to = 9, .level = 1,
	.kind = "traces", .tenant = { "ten", 3 }, .rows = 42, .min_time = 1,
	.max_time = 2, .min_received = 3, .max_received = 4, .raw_bytes = 5,
	.source = (const struct block_source[]){
	    { "spoolspoolspool", 1, 2, 3, 4 } }, .sources = 1,
};

static void
stripe_same(struct stripe *s, struct frame *f, const struct range32 *r)
{
	struct arena a = { 0 };
	struct err e = { 0 };

	for (uint32_t k = 0; k < frame_cols(f); k++) {
		unsigned table;
		struct str name;
		enum vec_type type;
		struct vec want, got;
		uint32_t bad = 0;
		int c;

		frame_col_info(f, k, &table, &name, &type);
		frame_vec(f, k, &want);
		c = stripe_find(s, table, name, type);
		if (c == -1) {
			for (uint32_t i = r[table].from; i < r[table].to; i++)
				bad += vec_valid(&want, i);
			CHECK(bad == 0);
			continue;
		}
		if (stripe_load(s, (uint32_t)c, NULL, &a, &got, &e) == -1) {
			fprintf(stderr, "%s\n", e.msg);
			CHECK(!"load");
			continue;
		}
		CHECK(got.rows == r[table].to - r[table].from);
		for (uint32_t i = 0; i < got.rows; i++)
			bad += !vec_same(&got, i, &want, r[table].from + i);
		CHECK(bad == 0);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void
say(void *arg, const char *msg)
{
	(void)arg;
	fprintf(stderr, "%s\n", msg);
}

static void
round_trip(const char *path, uint32_t rows, uint32_t stripe)
{
	struct frame *f = frame_new(3);
	struct err e = { 0 };
	struct block_writer *w = block_create(path, &e);
	struct arena a = { 0 };
	struct str bytes;
	uint64_t at;

	fill(f, 0, rows, 99);
	fill(f, 2, rows / 9, 5);
	frame_blob(f, S("blob"), S("hello"));
	for (uint32_t r = 0; r < rows; r += stripe) {
		uint32_t to = rows - r < stripe ? rows : r + stripe;
		struct range32 range[3] = { { r, to }, { 0, 0 },
		    { r / 9, to / 9 } };

		CHECK(block_put(w, f, range, &e) == 0);
	}
	CHECK(block_section(w, S("raw"), S("0123456789"), true, 4, &e) == 0);
	CHECK(block_section(w, S("item"), S("abc"), false, 0, &e) == 0);
	CHECK(block_finish(w, &info, &at, &e) == 0);

	struct block *b = block_open(path, &e);

	CHECK(b);
	CHECK(b && block_info(b)->sources == 1);
	CHECK(b && str_eq(block_info(b)->tenant, S("ten")));
	for (uint32_t k = 0; b && k < block_stripes(b); k++) {
		uint32_t r = k * stripe;
		uint32_t to = rows - r < stripe ? rows : r + stripe;
		struct range32 range[3] = { { r, to }, { 0, 0 },
		    { r / 9, to / 9 } };
		struct stripe *s = block_stripe(b, k, &a, &e);

		CHECK(s);
		stripe_same(s, f, range);
		CHECK(stripe_blob(s, S("blob"), &a, &bytes, &e) == 1);
		CHECK(str_eq(bytes, S("hello")));
	}
	char part[4];

	CHECK(block_read_range(b, S("raw"), 3, 4, part, &e) == 1);
	CHECK(memcmp(part, "3456", 4) == 0);
	CHECK(block_read_section(b, S("item"), &a, &bytes, &e) == 1);
	CHECK(str_eq(bytes, S("abc")));
	CHECK(block_read_section(b, S("none"), &a, &bytes, &e) == 0);
	CHECK(block_check(b, say, NULL) == 0);
	block_close(b);
	frame_free(f);
	arena_free(&a);
}

static void
count_fault(void *arg, const char *msg)
{
	(void)msg;
	++*(unsigned *)arg;
}

/* A block small enough to try every bit of. */
static void
write_small(const char *path)
{
	struct frame *f = frame_new(2);
	struct err e = { 0 };
	struct block_writer *w = block_create(path, &e);
	uint32_t i = frame_col(f, 0, S("i"), VEC_INT);
	uint32_t s = frame_col(f, 0, S("s"), VEC_STR);
	uint32_t d = frame_col(f, 1, S("d"), VEC_F64);
	uint32_t id = frame_col(f, 1, S("id"), VEC_FIX8);

	for (uint32_t r = 0; r < 700; r++) {
		frame_int(f, i, r, (int64_t)r * (r % 7) * 1001);
		if (r % 3 == 0)
			frame_str(f, s, r, r % 2 ? S("odd") : S("even"));
		frame_f64(f, d, r, r * 0.25);
		frame_fix(f, id, r, &(uint64_t){ r *
		    UINT64_C(7046029254386353131) });
	}
	frame_rows(f, 0, 700);
	frame_rows(f, 1, 700);
	frame_blob(f, S("blob"), S("blob"));
	CHECK(block_put(w, f, NULL, &e) == 0);
	CHECK(block_section(w, S("r"), S("0123456789"), true, 4, &e) == 0);
	CHECK(block_section(w, S("p"), S("packed"), false, 0, &e) == 0);
	CHECK(block_finish(w, &info, NULL, &e) == 0);
	frame_free(f);
}

/* Faults that opening or block_check finds in the file. */
static unsigned
faults_of(const char *path)
{
	unsigned faults = 0;
	struct err e = { 0 };
	struct block *b = block_open(path, &e);

	if (!b)
		return e.kind != ERR_SYS;
	block_check(b, count_fault, &faults);
	block_close(b);
	return faults;
}

static void
cuts_and_flips(const char *path)
{
	struct buf good = { 0 };
	struct err e = { 0 };
	unsigned missed = 0;
	int fd;

	write_small(path);
	CHECK(io_slurp(path, &good, 1 << 20, &e) == 0);
	CHECK(faults_of(path) == 0);
	fd = open(path, O_WRONLY);
	for (size_t bit = 0; bit < good.n * 8; bit++) {
		char c = (char)(good.p[bit / 8] ^ 1 << bit % 8);
		off_t at = (off_t)(bit / 8);

		missed += pwrite(fd, &c, 1, at) != 1;
		missed += faults_of(path) == 0;
		missed += pwrite(fd, good.p + at, 1, at) != 1;
	}
	CHECK(missed == 0);
	CHECK(faults_of(path) == 0);
	for (size_t n = good.n; n-- > 0;) {
		missed += ftruncate(fd, (off_t)n) != 0;
		missed += faults_of(path) == 0;
	}
	CHECK(missed == 0);
	close(fd);
	buf_free(&good);
}

/* A flipped byte in a column's own page is named, and others still load. */
static void
names_faults(const char *path)
{
	struct buf good = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct vec v;
	unsigned named = 0;
	int fd;

	write_small(path);
	CHECK(io_slurp(path, &good, 1 << 20, &e) == 0);
	fd = open(path, O_WRONLY);
	for (size_t at = 16; at < good.n / 2; at += 11) {
		char bad_byte = (char)(good.p[at] ^ 0x10);
		struct block *b;
		struct stripe *s;
		int bad = 0;

		CHECK(pwrite(fd, &bad_byte, 1, (off_t)at) == 1);
		b = block_open(path, &e);
		CHECK(b);
		s = b ? block_stripe(b, 0, &a, &e) : NULL;
		for (uint32_t c = 0; s && c < stripe_ncols(s); c++) {
			if (stripe_load(s, c, NULL, &a, &v, &e) == 0)
				continue;
			bad++;
			named += strstr(e.msg, "stripe 0: column ") &&
			    strstr(e.msg, path) != NULL;
		}
		CHECK(bad <= 2);	/* not more than share the page */
		block_close(b);
		CHECK(pwrite(fd, good.p + at, 1, (off_t)at) == 1);
		arena_reset(&a);
	}
	CHECK(named > 0);
	close(fd);
	arena_free(&a);
	buf_free(&good);
}

/* Rows of several pages, of columns with and without nulls. */
static void
write_pages(const char *path)
{
	struct frame *f = frame_new(1);
	struct err e = { 0 };
	struct block_writer *w = block_create(path, &e);
	char text[16];

	for (uint32_t r = 0; r < 40000; r++) {
		uint64_t id[2] = { r * UINT64_C(7046029254386353131), r };
		struct str s = str_mk(text, (size_t)snprintf(text,
		    sizeof text, "%u", r));

		frame_int(f, frame_col(f, 0, S("i"), VEC_INT), r, r * 3);
		frame_fix(f, frame_col(f, 0, S("8"), VEC_FIX8), r, id);
		frame_fix(f, frame_col(f, 0, S("16"), VEC_FIX16), r, id);
		frame_str(f, frame_col(f, 0, S("own"), VEC_STR), r, s);
		frame_str(f, frame_col(f, 0, S("s"), VEC_STR), r,
		    r % 2 ? S("odd") : S("even"));
		if (r % 5 == 0)
			continue;
		frame_int(f, frame_col(f, 0, S("in"), VEC_INT), r, r);
		frame_f64(f, frame_col(f, 0, S("fn"), VEC_F64), r, r * 0.5);
		frame_fix(f, frame_col(f, 0, S("8n"), VEC_FIX8), r, id);
		frame_str(f, frame_col(f, 0, S("sn"), VEC_STR), r,
		    r % 3 ? S("three") : S("not"));
		if (r > 2 * PAGE_ROWS)	/* whole pages without a value */
			frame_str(f, frame_col(f, 0, S("late"), VEC_STR), r,
			    r % 3 ? S("three") : S("not"));
	}
	frame_rows(f, 0, 40000);
	CHECK(block_put(w, f, NULL, &e) == 0);
	CHECK(block_finish(w, &info, NULL, &e) == 0);
	frame_free(f);
}

/* A page's values are those of its rows that have one. */
static unsigned
wrong_in_pages(struct stripe *s, uint32_t col, const struct vec *all)
{
	enum vec_type type = stripe_col(s, col)->type;
	unsigned wrong = 0;
	struct err e = { 0 };

	CHECK(stripe_paged(s, col) == ((type != VEC_STR || !!all->code) &&
	    type != VEC_FIX8 && type != VEC_FIX16));
	for (uint32_t p = 0; p < pages_of(all->rows) && stripe_paged(s, col);
	    p++) {
		uint32_t from = p * PAGE_ROWS, k = 0;
		const uint64_t *valid;
		struct vec v;

		CHECK(stripe_page(s, col, p, &v, &valid, &e) == 0);
		v.dict = all->dict;
		for (uint32_t r = from; r < all->rows && r < from + PAGE_ROWS;
		    r++) {
			bool has = !valid || bit_get(valid, r - from);

			wrong += has != vec_valid(all, r);
			if (has)
				wrong += !vec_same(all, r, &v, k++);
		}
		wrong += k != v.rows;
	}
	return wrong;
}

/* Rows picked are the rows of the column loaded. */
static void
picks(const char *path)
{
	static const uint32_t row[] = { 0, 1, 5, 7, 16383, 16384, 16390,
	    39990, 39999 };
	const uint32_t n = sizeof row / sizeof *row;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct block *b;
	struct stripe *s;

	write_pages(path);
	b = block_open(path, &e);
	CHECK(b);
	s = block_stripe(b, 0, &a, &e);
	CHECK(s && stripe_ncols(s) == 10);
	for (uint32_t c = 0; c < stripe_ncols(s); c++) {
		struct vec all, some, again;
		unsigned wrong = 0;

		CHECK(stripe_pick(s, c, row, n, &a, &some, &e) == 0);
		CHECK(stripe_load(s, c, NULL, &a, &all, &e) == 0);
		vec_pick(&all, row, n, &a, &again);
		CHECK(some.rows == n && again.rows == n);
		for (uint32_t k = 0; k < n; k++)
			wrong += !vec_same(&all, row[k], &some, k) ||
			    !vec_same(&all, row[k], &again, k);
		CHECK(wrong == 0);
		CHECK(wrong_in_pages(s, c, &all) == 0);
	}
	block_close(b);
	arena_free(&a);
}

/* A stripe copied is the stripe it was. */
static void
copies(const char *path, const char *to)
{
	struct frame *f = frame_new(3);
	struct err e = { 0 };
	struct arena a = { 0 };
	struct block_writer *w = block_create(path, &e);
	struct block *from, *b;
	uint32_t n = 40000;
	struct range32 r[3] = { { 0, n }, { 0, 0 }, { 0, n / 9 } };

	fill(f, 0, n, 3);
	fill(f, 2, n / 9, 4);
	frame_blob(f, S("x"), S("y"));
	CHECK(block_put(w, f, NULL, &e) == 0);
	CHECK(block_finish(w, &info, NULL, &e) == 0);
	from = block_open(path, &e);
	w = block_create(to, &e);
	CHECK(from && w);
	/* other columns first, so that the numbers are not the same */
	struct frame *g = frame_new(1);

	frame_int(g, frame_col(g, 0, S("else"), VEC_INT), 0, 1);
	frame_rows(g, 0, 1);
	CHECK(block_put(w, g, NULL, &e) == 0);
	CHECK(block_copy(w, block_stripe(from, 0, &a, &e), &e) == 0);
	CHECK(block_finish(w, &info, NULL, &e) == 0);
	b = block_open(to, &e);
	CHECK(b && block_stripes(b) == 2);
	CHECK(block_check(b, say, NULL) == 0);
	stripe_same(block_stripe(b, 1, &a, &e), f, r);
	block_close(b);
	block_close(from);
	frame_free(f);
	frame_free(g);
	arena_free(&a);
	unlink(to);
}

static uint32_t
col_of(const struct stripe *s, const char *name, enum vec_type type)
{
	return (uint32_t)stripe_find(s, 0, str_of(name), type);
}

static uint64_t
value_pages(struct stripe *st, struct str name, enum vec_type type,
    struct str value)
{
	struct err e = { 0 };
	uint64_t pages = 15;
	int col = stripe_find(st, 0, name, type);

	CHECK(stripe_prune_value(st, (uint32_t)col, value, &pages, &e) == 0);
	return pages;
}

static void
prunes(const char *path)
{
	struct frame *f = frame_new(1);
	struct err e = { 0 };
	struct arena a = { 0 };
	struct block_writer *w = block_create(path, &e);
	uint32_t t = frame_col(f, 0, S("t"), VEC_INT);
	uint32_t d = frame_col(f, 0, S("d"), VEC_F64);
	uint32_t s = frame_col(f, 0, S("s"), VEC_STR);
	uint32_t u = frame_col(f, 0, S("u"), VEC_STR);
	uint32_t id = frame_col(f, 0, S("id"), VEC_FIX16), n = 65536;
	uint64_t pages;

	for (uint32_t r = 0; r < n; r++) {
		char text[40], fix[17];

		frame_int(f, t, r, r);
		if (r >= PAGE_ROWS)
			frame_f64(f, d, r, r);
		frame_str(f, s, r, r == 20000 ? S("rare") : S("common"));
		sprintf(text, "a unique text, number %08u", r * 7919);
		frame_str(f, u, r, str_of(text));
		sprintf(fix, "%016u", r);
		frame_fix(f, id, r, fix);
	}
	frame_rows(f, 0, n);
	CHECK(block_put(w, f, NULL, &e) == 0);
	CHECK(block_finish(w, &info, NULL, &e) == 0);

	struct block *b = block_open(path, &e);
	struct stripe *st = block_stripe(b, 0, &a, &e);
	struct scan_count count = { 0 };

	stripe_count(st, &count);
	pages = 15;
	stripe_prune_range(st, col_of(st, "t", VEC_INT),
	    20000, 20001, &pages);
	CHECK(pages == 2);
	pages = 15;
	stripe_prune_range(st, col_of(st, "t", VEC_INT),
	    70000, 80000, &pages);
	CHECK(pages == 0);
	pages = 15;
	stripe_prune_range(st, col_of(st, "d", VEC_F64),
	    0, 40000, &pages);
	CHECK(pages == 6);
	CHECK(value_pages(st, S("s"), VEC_STR, S("rare")) == 2);
	CHECK(value_pages(st, S("s"), VEC_STR, S("common")) == 15);
	CHECK(value_pages(st, S("s"), VEC_STR, S("never")) == 0);
	CHECK(value_pages(st, S("id"), VEC_FIX16, S("0000000000020000")) != 0);
	CHECK(value_pages(st, S("id"), VEC_FIX16, S("1000000000020000")) == 0);
	CHECK(value_pages(st, S("id"), VEC_FIX16, S("short")) == 0);
	pages = value_pages(st, S("u"), VEC_STR,
	    S("a unique text, number 158380000"));
	CHECK((pages & 2) && __builtin_popcountll(pages) < 4);
	CHECK(count.pages_skipped > 10 && count.bytes_read > 0);

	struct vec v;
	uint64_t one = 4;

	CHECK(stripe_load(st, col_of(st, "u", VEC_STR), &one, &a, &v,
	    &e) == 0);
	CHECK(!v.code && v.dict[0].n == 0 && v.dict[32768].n > 0);
	CHECK(stripe_load(st, col_of(st, "t", VEC_INT), &one, &a, &v,
	    &e) == 0);
	CHECK(v.i[40000] == 40000 && v.i[0] == 0 && v.i[65535] == 0);
	block_close(b);
	frame_free(f);
	arena_free(&a);
}

/* What is written from where it lies, packed or not. */
static void
large(const char *path)
{
	static const char *const name[] = { "even", "odd" };
	struct frame *f = frame_new(1);
	struct err e = { 0 };
	struct block_writer *w = block_create(path, &e);
	struct block_info one = info;
	struct buf b[2] = { { 0 } };
	struct arena a = { 0 };
	struct str got;

	memset(buf_extend(&b[0], 9000000), 'e', 9000000);
	for (uint64_t i = 0; i < 1200000; i++)
		buf_u64(&b[1], hash_u64(i));
	frame_int(f, frame_col(f, 0, S("n"), VEC_INT), 0, 1);
	frame_rows(f, 0, one.rows = 1);
	for (int i = 0; i < 2; i++)
		frame_blob_ref(f, str_of(name[i]), buf_str(&b[i]));
	CHECK(block_put(w, f, NULL, &e) == 0);
	for (int i = 0; i < 2; i++)
		CHECK(block_section(w, str_of(name[i]), buf_str(&b[i]), false,
		    0, &e) == 0);
	CHECK(block_finish(w, &one, NULL, &e) == 0);
	frame_free(f);

	struct block *k = block_open(path, &e);
	struct stripe *s = k ? block_stripe(k, 0, &a, &e) : NULL;

	CHECK(s && block_check(k, NULL, NULL) == 0);
	for (int i = 0; s && i < 2; i++) {
		CHECK(stripe_blob(s, str_of(name[i]), &a, &got, &e) == 1 &&
		    str_eq(got, buf_str(&b[i])));
		CHECK(block_read_section(k, str_of(name[i]), &a, &got,
		    &e) == 1 && str_eq(got, buf_str(&b[i])));
	}
	block_close(k);
	arena_free(&a);
	buf_free(&b[0]);
	buf_free(&b[1]);
}

int
main(void)
{
	char dir[FOLDER_PATH], path[64], to[64];

	folder_new(dir, "block");
	snprintf(path, sizeof path, "%s/b", dir);
	snprintf(to, sizeof to, "%s/c", dir);
	round_trip(path, 100, 65536);
	round_trip(path, 100000, 65536);
	round_trip(path, 50000, 20000);
	copies(path, to);
	prunes(path);
	names_faults(path);
	picks(path);
	large(path);
	cuts_and_flips(path);
	unlink(path);
	rmdir(dir);
	return unit_done();
}
