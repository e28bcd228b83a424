/* Lines come back byte for byte: split, and kept as columns in a stripe. */
#include "unit.h"

#include "base/arena.h"
#include "base/io.h"
#include "block/frame.h"
#include "log/split.h"
#include "log/vars.h"
#include "log/words.h"

static uint64_t seed = 1;

static uint32_t
below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33) % n;
}

static const char trace[] = "0af7651916cd43dd8448eb211c80319c";
static const char span[] = "b7ad6b7169203331";

/* Bytes that run into every rule: digits, words, marks, ids, the rest. */
static struct str
random_line(char *out, uint32_t max)
{
	static const char *const piece[] = { "a", "7", "_", " ", "x1", "00",
		"\1", "\2", "\3", "\4", "deadbeef", "-", "12345", "\xc3\xa9",
		trace, span, "0af7", "999999999999999999999", "018", "" };
	uint32_t n = below(max);
	size_t len = 0;

	for (uint32_t i = 0; i < n; i++) {
		const char *p = piece[below(sizeof piece / sizeof *piece)];

		if (below(20) == 0)
			out[len++] = (char)below(256);
		memcpy(out + len, p, strlen(p));
		len += strlen(p);
	}
	return str_mk(out, len);
}

static void
test_there_and_back(void)
{
	static char line[65536], text[LOG_SPLIT_MAX];
	struct buf values = { 0 }, back = { 0 };
	unsigned bad = 0;

	for (unsigned i = 0; i < unit_rounds(20000, 2000000); i++) {
		struct str s = random_line(line, i % 100 == 0 ? 1000 : 12);

		buf_reset(&values);
		buf_reset(&back);
		struct str t = split_line(s, trace, span, text, &values);

		split_join(&back, t, values.p, trace, span);
		bad += !str_eq(buf_str(&back), s);
	}
	CHECK(bad == 0);
	buf_free(&values);
	buf_free(&back);
}

static struct str
template_of(const char *line)
{
	static char text[LOG_SPLIT_MAX];
	static struct buf values;

	buf_reset(&values);
	return split_line(str_of(line), trace, span, text, &values);
}

static void
test_templates(void)
{
	CHECK(str_eq(template_of("took 12.5 ms"), S("took \1.\1 ms")));
	CHECK(str_eq(template_of("a_b c3d-\2e"), S("a_b \1-\1e")));
	CHECK(str_eq(template_of("id=0af7651916cd43dd8448eb211c80319c."),
	    S("id=\2.")));
	CHECK(str_eq(template_of("b7ad6b7169203331"), S("\3")));
	CHECK(str_eq(template_of("x_b7ad6b7169203331"), S("\1")));
	CHECK(str_eq(template_of(""), S("")));
	CHECK(split_holes(S("\1 \2 \1\3")) == 2);
}

/* A column of values of one make, through the blobs of a frame. */
static void
make_value(char *out, unsigned make, uint64_t time)
{
	switch (make) {
	case 0: sprintf(out, "%u", below(1000)); break;
	case 1: sprintf(out, "%03u", below(1000)); break;
	case 2: sprintf(out, "%08x", below(UINT32_MAX)); break;
	case 3: sprintf(out, "u%ums", below(500)); break;
	case 4: sprintf(out, "%llu", (unsigned long long)(time / 1000000 +
		    below(3))); break;
	case 5: sprintf(out, "%u%09u", 1 + below(99), below(1000000000));
		break;
	case 6: sprintf(out, "x%.*s", (int)below(30),
		    "1abcdefghijklmnopqrstuvwxyz7890"); break;
	case 7: sprintf(out, "7"); break;
	default: sprintf(out, "%llu", (unsigned long long)(UINT64_C(1) <<
		    below(60))); break;
	}
}

#define ROWS 20000u
#define MAKES 9u

static void
fill(struct frame *f, char (*text)[40], int64_t *time)
{
	struct vars_writer *w = vars_new();
	struct str *v = malloc(VARS_CHUNK_ROWS * sizeof *v);

	for (uint32_t i = 0; i < ROWS; i++)
		time[i] = 1767225600000000000 + (int64_t)i * 1000003;
	for (unsigned m = 0; m < MAKES; m++) {
		vars_template(w, S("<\1>"), ROWS);
		for (uint32_t i = 0, n; i < ROWS; i += n) {
			n = ROWS - i < VARS_CHUNK_ROWS ? ROWS - i :
			    VARS_CHUNK_ROWS;
			for (uint32_t k = 0; k < n; k++) {
				char *t = text[m * ROWS + i + k];

				make_value(t, m, (uint64_t)time[i + k]);
				v[k] = str_of(t);
			}
			vars_add(w, v, (uint64_t *)time + i, n);
		}
	}
	vars_put(w, f);
	frame_rows(f, 0, MAKES * ROWS);
	vars_free(w);
	free(v);
}

static void
check_column(struct vars *vars, unsigned m, char (*text)[40],
    const int64_t *time)
{
	struct vars_template *t = &vars->template[m];
	uint32_t *row = malloc(ROWS * sizeof *row), at = 0, bad = 0;
	struct buf b = { 0 };
	struct err e = { 0 };

	for (uint32_t i = 0; i < ROWS; i++)
		row[i] = i;
	CHECK(vars_chunks(vars, m, &e) == 0);
	for (uint32_t c = 0; c < t->chunks; c++) {
		struct vars_values v;

		if (vars_load(vars, t->chunk[c].col, t->chunk[c].rows, time,
		    row + at, &v, &e) == -1) {
			fprintf(stderr, "%s\n", e.msg);
			bad++;
			break;
		}
		for (uint32_t i = 0; i < t->chunk[c].rows; i++) {
			buf_reset(&b);
			vars_text(&v, i, &b);
			bad += !str_eq(buf_str(&b),
			    str_of(text[m * ROWS + at + i]));
		}
		at += t->chunk[c].rows;
	}
	CHECK(at == ROWS && bad == 0);
	free(row);
	buf_free(&b);
}

static void
test_columns(void)
{
	static const enum vars_kind kind[MAKES] = { VARS_INT, VARS_DIGITS,
		VARS_HEX, VARS_INT, VARS_INT, VARS_INT, VARS_TEXT, VARS_INT,
		VARS_INT };
	struct frame *f = frame_new(1);
	char (*text)[40] = malloc(MAKES * ROWS * sizeof *text);
	int64_t *time = malloc(ROWS * sizeof *time);
	struct arena mem = { 0 };
	struct vars vars;
	struct err e = { 0 };

	fill(f, text, time);
	CHECK(vars_open(&vars, frame_stripe(f, &mem), &mem, &e) == 0);
	CHECK(vars.n == MAKES);
	for (unsigned m = 0; m < MAKES && vars.n == MAKES; m++) {
		check_column(&vars, m, text, time);
		CHECK(vars.template[m].chunk[0].col->kind == kind[m]);
	}
	CHECK(vars.template[4].chunk[0].col->unit == 2);	/* ms */
	CHECK(vars.template[4].chunk[0].col->width == 1);
	CHECK(vars.template[7].chunk[0].col->width == 0);
	CHECK(str_eq(vars.template[3].chunk[0].col->after, S("ms")));
	arena_free(&mem);
	frame_free(f);
	free(text);
	free(time);
}

/* A very large value, which is not copied, among others. */
static void
test_large(void)
{
	struct vars_writer *w = vars_new();
	struct frame *f = frame_new(1);
	struct buf put = { 0 }, got = { 0 };
	struct arena mem = { 0 };
	struct vars vars;
	struct err e = { 0 };
	size_t size[] = { 3, (1 << 24) + 5, 100, 1 << 24, (1 << 24) - 1 };
	uint64_t time[5] = { 0 };
	struct str v[5], want[5];
	const char *at;

	for (unsigned i = 0; i < 5; i++) {
		char *line = malloc(size[i]);

		memset(line, 'p' + (int)i, size[i]);
		split_put(&put, str_mk(line, size[i]));
		free(line);
	}
	at = put.p;
	for (unsigned i = 0; i < 5; i++)
		v[i] = want[i] = split_get(&at);
	vars_template(w, SPLIT_PLAIN, 5);
	vars_add(w, v, time, 5);
	vars_put(w, f);
	frame_rows(f, 0, 5);
	CHECK(vars_open(&vars, frame_stripe(f, &mem), &mem, &e) == 0 &&
	    vars_chunks(&vars, 0, &e) == 0 && vars.template[0].chunks == 5);
	for (uint32_t c = 0; c < vars.template[0].chunks; c++) {
		struct vars_values values;

		CHECK(vars_load(&vars, vars.template[0].chunk[c].col, 1,
		    (int64_t *)time, &c, &values, &e) == 0);
		buf_reset(&got);
		vars_text(&values, 0, &got);
		CHECK(str_eq(buf_str(&got), want[c]));
	}
	arena_free(&mem);
	frame_free(f);
	vars_free(w);
	buf_free(&put);
	buf_free(&got);
}

/* The example of logs(5), from its golden files, read from the build tree. */
static void
golden_blob(struct frame *f, const char *name)
{
	char path[128];
	struct buf b = { 0 };
	struct err e = { 0 };

	snprintf(path, sizeof path, "tests/golden/logs-1/%s", name);
	CHECK(io_slurp(path, &b, 4096, &e) == 0);
	frame_blob(f, str_of(name), buf_str(&b));
	buf_free(&b);
}

static void
test_golden(void)
{
	static const char *const want[] = { "200", "404", "200", "7ms", "12ms",
		"9ms", "0a1f", "ff00", "77e0" };
	struct frame *f = frame_new(1);
	struct arena mem = { 0 };
	struct vars vars;
	struct vars_values v;
	struct buf b = { 0 };
	struct err e = { 0 };
	uint32_t row[] = { 0, 1, 2 };
	int64_t time[4] = { 0 };

	golden_blob(f, "templates");
	golden_blob(f, "holes");
	golden_blob(f, "v0");
	frame_rows(f, 0, 4);
	CHECK(vars_open(&vars, frame_stripe(f, &mem), &mem, &e) == 0);
	CHECK(vars.n == 2 && vars_chunks(&vars, 1, &e) == 0 &&
	    vars_chunks(&vars, 0, &e) == 0);
	CHECK(str_eq(vars.template[1].text, S("GET /a \1 in \1, id \1")));
	for (uint32_t i = 0; i < 9; i++) {
		buf_reset(&b);
		CHECK(vars_load(&vars, &vars.template[1].chunk[0].col[i / 3], 3,
		    time, row, &v, &e) == 0);
		vars_text(&v, i % 3, &b);
		CHECK(str_eq(buf_str(&b), str_of(want[i])));
	}
	buf_reset(&b);
	CHECK(vars_load(&vars, vars.template[0].chunk[0].col, 1, time, row,
	    &v, &e) == 0);
	vars_text(&v, 0, &b);
	CHECK(str_eq(buf_str(&b), S("hello, world")));
	buf_free(&b);
	arena_free(&mem);
	frame_free(f);
}

static bool
may(struct str words, const char *literal, struct arena *mem)
{
	uint64_t *hashes;
	size_t n = words_of(str_of(literal), mem, &hashes);

	return words_may(words, hashes, n);
}

/* The same lines' words: written so, and read. */
static void
test_golden_words(void)
{
	struct words *w = words_new();
	struct buf file = { 0 }, now = { 0 };
	struct arena mem = { 0 };
	struct err e = { 0 };

	CHECK(io_slurp("tests/golden/logs-1/words", &file, 4096, &e) == 0);
	words_add(w, S("GET /a \1 in \1, id \1"));
	words_add(w, S("ms"));
	words_add(w, S("hello, world"));
	words_put(w, &now);
	CHECK(str_eq(buf_str(&now), buf_str(&file)));
	CHECK(may(buf_str(&file), "hello, w", &mem));
	CHECK(may(buf_str(&file), "WORLD", &mem));
	CHECK(may(buf_str(&file), "the", &mem));	/* no window */
	CHECK(may(buf_str(&file), "deadbeef", &mem));	/* may be hex */
	CHECK(!may(buf_str(&file), "underworld", &mem));
	CHECK(!may(buf_str(&file), "goodbye", &mem));
	arena_free(&mem);
	buf_free(&file);
	buf_free(&now);
	words_free(w);
}

int
main(void)
{
	test_there_and_back();
	test_templates();
	test_columns();
	test_large();
	test_golden();
	test_golden_words();
	return unit_done();
}
