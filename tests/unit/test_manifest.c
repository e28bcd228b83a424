#include "store/manifest.h"

#include <unistd.h>

#include "base/io.h"
#include "codec/crc.h"
#include "store/deletes.h"
#include "unit.h"

#define GOLDEN	"tests/golden/manifest-2"
#define FORMER	"tests/golden/manifest-1"	/* version 1: no deletes */
#define PAGE	"man/manifest.5"

static void
fill(uint8_t *p, size_t n, uint8_t from)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(from + i);
}

/* What the golden file and the page's dump hold. */
static void
example(struct manifest *m)
{
	static struct store_option option[] = {
		{ { "labels", 6 }, { "service_name", 12 } },
	};
	static struct store_delete delete = { .no = 6, .to = 1700000030000000000,
		.tenant = S("dev"), .what = S("what"), .text = S("{a=\"b\"}") };
	struct manifest plain = { .generation = 3, .sequence = 5,
		.next_delete = 6, .kind = "logs", .option = option,
		.options = 1, .delete = &delete, .deletes = 1 };
	struct manifest_block b = { .sequence = 1, .sequence_to = 4,
		.level = 1, .tenant = S("dev"), .rows = 1000,
		.min_time = 1700000000000000000, .max_time =
		1700000060000000000, .min_received = 1700000001000000000,
		.max_received = 1700000061000000000, .raw_bytes = 65536,
		.footer_at = 16000, .bytes = 16384 };
	struct spool_cursor at = { .segment = 2, .offset = 4096 };

	fill(plain.id, 16, 0x10);
	fill(b.id, 16, 0x20);
	fill(at.id, 16, 0x30);
	manifest_copy(m, &plain, 1);
	manifest_add(m, &b);
	CHECK(manifest_cursor(m, S("/spool"), &at, NULL) == 0);
	m->next_delete = 7;		/* after the block was made */
}

static void
same_delete(const struct manifest *m)
{
	const struct store_delete *d = m->delete;

	CHECK(m->next_delete == 7 && m->deletes == 1 && d->no == 6 &&
	    d->from == 0 && d->to == 1700000030000000000);
	CHECK(str_eq(d->tenant, S("dev")) && str_eq(d->what, S("what")) &&
	    str_eq(d->text, S("{a=\"b\"}")));
	CHECK(m->block[0].cleaned == 6);
}

static void
same_as_example(const struct manifest *m)
{
	struct store_options o = manifest_options(m);
	struct manifest_block b = m->block[0];

	CHECK(m->generation == 3 && m->sequence == 5 && m->blocks == 1);
	CHECK(manifest_is_kind(m, "logs") && !manifest_is_kind(m, "log"));
	CHECK(!manifest_is_kind(m, "traces") && m->id[15] == 0x1f);
	CHECK(str_eq(store_option(&o, S("labels")), S("service_name")));
	CHECK(store_option(&o, S("label")).p == NULL);
	CHECK(m->sources == 1 && m->source[0].at.segment == 2 &&
	    m->source[0].at.offset == 4096 && m->source[0].at.id[0] == 0x30);
	CHECK(str_eq(m->source[0].path, S("/spool")));
	CHECK(b.id[0] == 0x20 && b.sequence == 1 && b.sequence_to == 4 &&
	    b.level == 1 && b.rows == 1000 && b.raw_bytes == 65536 &&
	    b.footer_at == 16000 && b.bytes == 16384 &&
	    str_eq(b.tenant, S("dev")));
	CHECK(b.min_time == 1700000000000000000 &&
	    b.max_time == 1700000060000000000 &&
	    b.min_received == 1700000001000000000 &&
	    b.max_received == 1700000061000000000);
}

static void
test_golden(void)
{
	struct buf have = { 0 }, b = { 0 };
	struct manifest m;
	struct err e = { 0 };

	CHECK(io_slurp(GOLDEN, &have, 4096, &e) == 0);
	CHECK(manifest_decode(&m, buf_str(&have), &e) == 0);
	same_as_example(&m);
	same_delete(&m);
	manifest_encode(&m, &b);
	CHECK(str_eq(buf_str(&b), buf_str(&have)));
	manifest_free(&m);
	buf_reset(&b);
	example(&m);
	manifest_encode(&m, &b);
	CHECK(str_eq(buf_str(&b), buf_str(&have)));
	manifest_free(&m);
	buf_free(&b);
	buf_free(&have);
}

static void
test_former(void)
{
	struct buf have = { 0 };
	struct manifest m;
	struct err e = { 0 };

	CHECK(io_slurp(FORMER, &have, 4096, &e) == 0);
	CHECK(manifest_decode(&m, buf_str(&have), &e) == 0);
	same_as_example(&m);
	CHECK(m.deletes == 0 && m.next_delete == 0 &&
	    m.block[0].cleaned == 0);
	manifest_free(&m);
	buf_free(&have);
}

/* The page's dump: lines "offset  bytes in hex  | words". */
static void
test_page(void)
{
	struct buf page = { 0 }, bytes = { 0 };
	struct str rest, line, word;
	struct manifest m;
	struct err e = { 0 };
	bool in = false;
	uint8_t byte;

	CHECK(io_slurp(PAGE, &page, 1 << 20, &e) == 0);
	rest = buf_str(&page);
	while (str_cut(&rest, '\n', &line)) {
		if (str_starts(line, S(".\\\" dump: ")))
			in = str_eq(line, S(".\\\" dump: begin"));
		else if (in && line.n > 6 && line.p[0] == '0') {
			struct str hex;

			str_cut(&line, '|', &hex);
			hex = str_skip(hex, 6);
			while (str_cut(&hex, ' ', &word))
				if (word.n > 0) {
					CHECK(str_unhex(&byte, 1, word) == 1);
					buf_u8(&bytes, byte);
				}
		}
	}
	CHECK(manifest_decode(&m, buf_str(&bytes), &e) == 0);
	if (e.kind == ERR_NONE) {
		same_as_example(&m);
		same_delete(&m);
	}
	manifest_free(&m);
	buf_free(&page);
	buf_free(&bytes);
}

static void
set_crc(char *p, size_t n)
{
	uint32_t crc = crc32c(0, p, n - 4);

	for (size_t i = 0; i < 4; i++)
		p[n - 4 + i] = (char)(crc >> (8 * i));
}

static int
decode(const char *p, size_t n, struct err *e)
{
	struct manifest m;
	char *exact = memcpy(xmalloc(n), p, n);	/* its end is seen */
	int r = manifest_decode(&m, str_mk(exact, n), e);

	if (r == 0)
		manifest_free(&m);
	free(exact);
	return r;
}

/* Every cut and every flipped bit is refused; a cut with a right CRC, too. */
static void
test_bad(void)
{
	struct manifest m;
	struct buf b = { 0 };
	struct err e = { 0 };

	example(&m);
	manifest_encode(&m, &b);
	manifest_free(&m);
	for (size_t n = 0; n < b.n; n++) {
		CHECK(decode(b.p, n, &e) == -1);
		if (n < 17)
			continue;
		char *cut = memcpy(xmalloc(n), b.p, n);

		set_crc(cut, n);
		CHECK(decode(cut, n, &e) == -1);
		free(cut);
	}
	for (size_t bit = 0; bit < b.n * 8; bit++) {
		b.p[bit / 8] ^= (char)(1 << bit % 8);
		CHECK(decode(b.p, b.n, &e) == -1);
		b.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	CHECK(decode(b.p, b.n, &e) == 0);	/* else nothing is proven */

	b.p[8] = 3;
	set_crc(b.p, b.n);
	CHECK(decode(b.p, b.n, &e) == -1 && e.kind == ERR_LIMIT);
	CHECK(strstr(e.msg, "version 3") && strstr(e.msg, "later"));
	b.p[8] = 2;
	buf_u32(&b, 0);				/* bytes past the end */
	set_crc(b.p, b.n);
	CHECK(decode(b.p, b.n, &e) == -1 && strstr(e.msg, "too many"));
	buf_free(&b);
}

/* Which blocks a delete concerns, and when it goes. */
static void
test_deletes(void)
{
	struct manifest m;
	struct arena a = { 0 };
	uint32_t n;

	example(&m);
	CHECK(deletes_of(&m, &m.block[0], &a, &n)->no == 6 && n == 1);
	deletes_prune(&m);
	CHECK(m.deletes == 1);
	m.delete[0].to = m.block[0].min_time;	/* all of it is later */
	deletes_of(&m, &m.block[0], &a, &n);
	CHECK(n == 0);
	m.delete[0].to++;
	deletes_of(&m, &m.block[0], &a, &n);
	CHECK(n == 1);
	m.block[0].tenant = S("other");
	deletes_of(&m, &m.block[0], &a, &n);
	CHECK(n == 0);
	m.block[0].tenant = S("dev");
	m.block[0].cleaned = 7;
	deletes_prune(&m);
	CHECK(m.deletes == 0);
	manifest_free(&m);
	arena_free(&a);
}

static void
test_edit(void)
{
	struct manifest m, c;
	struct manifest_block b = { .sequence = 0, .sequence_to = 0,
		.bytes = 10, .footer_at = 5 };
	struct buf x = { 0 };
	struct err e = { 0 };

	example(&m);
	manifest_copy(&c, &m, 2);
	manifest_free(&m);
	manifest_add(&c, &b);
	manifest_encode(&c, &x);	/* sorts: the older comes first */
	CHECK(c.block[0].id[0] == 0 && c.block[1].id[0] == 0x20);
	CHECK(manifest_decode(&m, buf_str(&x), &e) == 0 && m.blocks == 2);
	manifest_drop(&c, m.block[1].id);
	CHECK(c.blocks == 1 && !manifest_find(&c, m.block[1].id));
	manifest_drop(&c, m.block[1].id);
	CHECK(c.blocks == 1 && manifest_find(&c, m.block[0].id));
	manifest_free(&m);
	for (unsigned i = 0; i < MANIFEST_SOURCES_MAX; i++) {
		struct spool_cursor at = { .id = { (uint8_t)i, 1 } };
		char path[16];

		snprintf(path, sizeof path, "x%u", i);
		CHECK(manifest_cursor(&c, str_of(path), &at, &e) ==
		    (i < MANIFEST_SOURCES_MAX - 1 ? 0 : -1));
	}
	CHECK(e.kind == ERR_LIMIT);
	/* but one made anew, at a place that is known, goes on */
	for (unsigned i = 0; i < 200; i++) {
		struct spool_cursor at = { .id = { (uint8_t)i, 2 } };

		CHECK(manifest_cursor(&c, S("x7"), &at, &e) == 0);
		CHECK(c.sources == MANIFEST_SOURCES_MAX);
		CHECK(manifest_source(&c, at.id) != NULL);
	}
	manifest_free(&c);
	buf_free(&x);
}

int
main(int argc, char *argv[])
{
	if (argc > 1) {		/* writes the example: for a new version */
		struct manifest m;
		struct buf b = { 0 };

		example(&m);
		manifest_encode(&m, &b);
		return write(1, b.p, b.n) != (ssize_t)b.n || !argv[1];
	}
	test_golden();
	test_former();
	test_page();
	test_deletes();
	test_bad();
	test_edit();
	return unit_done();
}
