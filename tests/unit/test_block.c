#include "block/block.h"

#include <stdlib.h>
#include <unistd.h>

#include "unit.h"

static uint64_t
rnd(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	return *s ^= *s << 17;
}

static bool
vec_same(const struct vec *a, uint32_t at, const struct vec *b, uint32_t bt)
{
	if (vec_valid(a, at) != vec_valid(b, bt))
		return false;
	if (!vec_valid(a, at))
		return !a->i || a->i[at] == 0;
	switch (a->type) {
	case VEC_INT: case VEC_BOOL: return a->i[at] == b->i[bt];
	case VEC_F64: return memcmp(&a->f[at], &b->f[bt], 8) == 0;
	case VEC_FIX8: return memcmp(a->fix + at * 8, b->fix + bt * 8, 8) == 0;
	case VEC_FIX16:
		return memcmp(a->fix + at * 16, b->fix + bt * 16, 16) == 0;
	default: return str_eq(vec_str(a, at), vec_str(b, bt));
	}
}

/* Columns of every type and of many shapes, with and without nulls. */
static void
fill(struct frame *f, unsigned table, uint32_t rows, uint64_t seed)
{
	struct { const char *name; enum vec_type t; } kind[] = {
		{ "int", VEC_INT }, { "time", VEC_INT }, { "f", VEC_F64 },
		{ "bool", VEC_BOOL }, { "few", VEC_STR }, { "many", VEC_STR },
		{ "any", VEC_ANY }, { "id8", VEC_FIX8 }, { "id16", VEC_FIX16 },
		{ "big", VEC_STR }, { "dec", VEC_F64 },
	};

	for (unsigned k = 0; k < sizeof kind / sizeof *kind; k++)
		for (unsigned sparse = 0; sparse < 3; sparse++) {
			char name[32], text[600];
			uint32_t c;

			sprintf(name, "%s%u", kind[k].name, sparse);
			c = frame_col(f, table, str_of(name), kind[k].t);
			for (uint32_t r = 0; r < rows; r++) {
				uint64_t x = rnd(&seed);
				double d = (double)(x % 1000000) / 7;
				uint8_t id[16];

				if ((sparse == 1 && x % 8 == 0) ||
				    (sparse == 2 && x % 200 != 0))
					continue;
				x = rnd(&seed);
				memcpy(id, &x, 8);
				memcpy(id + 8, &x, 8);
				switch (kind[k].t) {
				case VEC_INT:
					frame_int(f, c, r, k == 1 ?
					    (int64_t)(r * 1000 + x % 900) :
					    (int64_t)(x >> x % 64));
					break;
				case VEC_BOOL: frame_int(f, c, r, x & 1); break;
				case VEC_F64:
					frame_f64(f, c, r, k == 10 ?
					    (double)(x % 5000) / 100 : d);
					break;
				case VEC_FIX8: case VEC_FIX16:
					frame_fix(f, c, r, id);
					break;
				default:
					sprintf(text, k == 4 ? "few-%02u" :
					    k == 9 ? "a longer one %040u" :
					    "%u", (unsigned)(x % (k == 4 ? 20 :
					    100000)));
					frame_str(f, c, r, str_of(text));
				}
			}
		}
	frame_rows(f, table, rows);
}

static const struct block_info info = {
	.id = "0123456789abcde", .sequence = 7, .sequence_to = 9, .level = 1,
	.kind = "traces", .tenant = { "ten", 3 }, .rows = 42, .min_time = 1,
	.max_time = 2, .min_received = 3, .max_received = 4, .raw_bytes = 5,
	.source = { { "spoolspoolspool", 1, 2, 3, 4 } }, .sources = 1,
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

int
main(void)
{
	char dir[] = "/tmp/test_block.XXXXXX", path[64];

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof path, "%s/b", dir);
	round_trip(path, 100, 65536);
	round_trip(path, 100000, 65536);
	round_trip(path, 50000, 20000);
	unlink(path);
	rmdir(dir);
	return unit_done();
}
