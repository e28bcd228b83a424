/* record: frames written and read back, every cut and flip refused. */
#include "record/record.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/buf.h"
#include "codec/crc.h"
#include "record/parts.h"
#include "recsame.h"
#include "unit.h"

/* Two parts, of the four bytes of the payload. */
#define PARTS	"\x0a\x10""0123456789abcdef\x12\x06\x08\x01\x10\x07\x18\x04" \
	"\x12\x06\x08\x01\x10\x09\x20\x05"

static struct rec
sample(void)
{
	struct rec r = { .signal = SIGNAL_LOGS, .payload = S("\x0a\x02hi"),
	    .tenant = S("acme"), .received = 1700000000000000001, .items = 7,
	    .min_time = 5, .max_time = 1700000000000000009,
	    .has_origin = true, .parts = S(PARTS) };

	memset(r.origin.spool, 0xab, 16);
	r.origin.segment = 300;
	r.origin.offset = UINT64_C(1) << 40;
	return r;
}

static void
test_round_trip(void)
{
	struct rec in = sample(), out;
	struct buf b = { 0 };
	struct str m;
	size_t frame;
	struct err e = { 0 };

	for (int crc = 0; crc < 2; crc++) {
		buf_reset(&b);
		rec_put(&b, &in, crc);
		CHECK(rec_frame(buf_str(&b), &m, &frame, &e) == 1);
		CHECK(frame == b.n);
		CHECK(rec_parse(&out, m, &e) == 0);
		CHECK(rec_same(&in, &out));
		CHECK(out.has_crc == (crc != 0));
	}
	in = (struct rec){ .signal = SIGNAL_TRACES };	/* an empty payload */
	buf_reset(&b);
	rec_put(&b, &in, true);
	CHECK(rec_frame(buf_str(&b), &m, &frame, &e) == 1);
	CHECK(rec_parse(&out, m, &e) == 0 && out.signal == SIGNAL_TRACES);
	in = sample();
	in.signal = SIGNAL_NONE;			/* an origin alone */
	in.payload = in.parts = S("");
	in.unknown = S("\x98\x06\x01");			/* field 99 */
	buf_reset(&b);
	rec_put(&b, &in, true);
	CHECK(rec_frame(buf_str(&b), &m, &frame, &e) == 1);
	CHECK(rec_parse(&out, m, &e) == 0 && rec_same(&in, &out));
	buf_free(&b);
}

/* Every cut and every flipped bit of a record with a CRC is refused. */
static void
test_damage(void)
{
	struct rec in = sample(), out;
	struct buf b = { 0 };
	size_t frame;
	struct str m;

	rec_put(&b, &in, true);
	CHECK(rec_frame(buf_str(&b), &m, &frame, NULL) == 1);
	for (size_t n = 0; n < m.n; n++) {
		char *cut = memcpy(xmalloc(n), m.p, n);

		CHECK(rec_parse(&out, str_mk(cut, n), NULL) == -1 ||
		    !out.has_crc);
		free(cut);
	}
	for (size_t bit = 0; bit < m.n * 8; bit++) {
		char *bad = memcpy(xmalloc(m.n), m.p, m.n);

		bad[bit / 8] ^= (char)(1 << bit % 8);
		CHECK(rec_parse(&out, str_mk(bad, m.n), NULL) == -1 ||
		    !out.has_crc);
		free(bad);
	}
	for (size_t n = 0; n < b.n; n++)
		CHECK(rec_frame(str_mk(b.p, n), &m, &frame, NULL) == 0 &&
		    frame > n && frame <= b.n);
	CHECK(rec_frame(S("\0"), &m, &frame, NULL) == -1);
	CHECK(rec_frame(S("\xff\xff\xff\xff\x01"), &m, &frame, NULL) == -1);
	CHECK(rec_frame(S("\x80\x80\x84\x20"), &m, &frame, NULL) == 0);
	CHECK(rec_frame(S("\x81\x80\x84\x20"), &m, &frame, NULL) == -1);
	buf_free(&b);
}

static void
test_refused(void)
{
	static const struct { const char *name; struct str m; } bad[] = {
		{ "two payloads", S("\x0a\x01x\x1a\x01y") },
		{ "payload as a varint", S("\x08\x01") },
		{ "tenant as fixed64", S("\x41""12345678") },
		{ "items over 32 bits", S("\x50\xff\xff\xff\xff\xff\x01") },
		{ "origin without an id", S("\x6a\x02\x10\x01") },
		{ "origin with a short id", S("\x6a\x04\x0a\x02xx") },
		{ "unknown fields in two places",
		    S("\x2a\x01x\x42\x01t\x98\x06\x01") },
		{ "parts as a varint", S("\x70\x01") },
		{ "crc32c in the middle", S("\x7d""1234\x42\x01t") },
		{ "field number 0", S("\x02\x01x") },
		{ "nothing", S("") },
	};
	static const struct str parts[] = {	/* the first is good */
		S(PARTS),
		S("\x12\x02\x18\x04\x0a\x10""0123456789abcdef"),
		S("\x0a\x0f""0123456789abcde\x12\x02\x18\x04"),
		S("\x0a\x10""0123456789abcdef\x12\x02\x18\x05"),
		S("\x0a\x10""0123456789abcdef\x12\x03\x1a\x01x"),
		S("\x0a\x10""0123456789abcdef\x12\x02\x18"),
		S("\x0a\x10""0123456789abcdef\x1a\x02\x18\x04"),
		S("\x0a\x10""0123456789abcdef\x12\x06\x18\xff\xff\xff\xff\x7f"),
	};
	struct rec r, in = { .signal = SIGNAL_LOGS };
	struct buf b = { 0 };
	struct err e = { 0 };
	struct str m;
	size_t frame;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		bool refused = rec_peek(&r, bad[i].m, &e) == -1;

		if (!refused)
			fprintf(stderr, "taken: %s\n", bad[i].name);
		CHECK(refused);
	}
	in.payload = S("four");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		in.parts = parts[i];
		buf_reset(&b);
		rec_put(&b, &in, true);
		CHECK(rec_frame(buf_str(&b), &m, &frame, NULL) == 1);
		CHECK((rec_parse(&r, m, NULL) == 0) == (i == 0));
	}
	buf_free(&b);
	CHECK(rec_peek(&r, S("\x2a\x01x\x42\x01t"), &e) == 0);
	CHECK(str_eq(r.unknown, S("\x2a\x01x")));
	/* a group of a later version is kept */
	CHECK(rec_peek(&r, S("\x42\x01t\xa3\x01\x08\x01\xa4\x01"), &e) == 0);
	CHECK(r.unknown.n == 6);
}

static void
put_all(int fd, const struct buf *b, size_t n)
{
	CHECK(write(fd, b->p, n) == (ptrdiff_t)n);
}

/* A pipe: arriving piecemeal, ending clean and ending torn. */
static void
test_reader(void)
{
	struct rec in = sample(), out;
	struct buf b = { 0 };
	struct err e = { 0 };
	int p[2], stop[2];
	struct rec_reader *rd;
	size_t one;

	rec_put(&b, &in, true);
	one = b.n;
	in.items = 8;
	rec_put(&b, &in, false);
	CHECK(pipe(p) == 0 && pipe(stop) == 0);
	rd = rec_fdopen(p[0], "pipe");
	CHECK(rec_wait(rd, &out, 0, -1, &e) == -1 && e.kind == ERR_AGAIN);
	put_all(p[1], &b, one - 1);
	CHECK(rec_wait(rd, &out, 5, -1, &e) == -1 && e.kind == ERR_AGAIN);
	put_all(stop[1], &b, 1);
	CHECK(rec_wait(rd, &out, -1, stop[0], &e) == -1 &&
	    e.kind == ERR_CANCEL);
	CHECK(write(p[1], b.p + one - 1, b.n - one) == (ptrdiff_t)(b.n - one));
	CHECK(rec_wait(rd, &out, -1, -1, &e) == 1 && out.items == 7);
	CHECK(out.off == 0 && rec_offset(rd) == one);
	close(p[1]);
	e = (struct err){ 0 };
	CHECK(rec_next(rd, &out, &e) == -1 && e.kind == ERR_CORRUPT);
	CHECK(strstr(e.msg, "pipe:") && strstr(e.msg, "cut short"));
	CHECK(rec_next(rd, &out, &e) == -1);	/* and stays so */
	rec_close(rd);
	close(p[0]);
	close(stop[0]);
	close(stop[1]);
	buf_free(&b);
}

/* Records larger than the buffer, over a file. */
static void
test_large(void)
{
	char path[] = "/tmp/test_record.XXXXXX";
	int fd = mkstemp(path);
	struct buf b = { 0 }, body = { 0 };
	struct rec in = sample(), out;
	struct rec_reader *rd;
	struct err e = { 0 };
	size_t sizes[] = { 10, 300000, 5, 6000000, 262144, 1 };

	memset(buf_extend(&body, 6000000), 'x', 6000000);
	for (size_t i = 0; i < 6; i++) {
		in.payload = str_mk(body.p, sizes[i]);
		in.parts = S("");
		rec_put(&b, &in, true);
	}
	put_all(fd, &b, b.n);
	close(fd);
	rd = rec_open(path, &e);
	CHECK(rd != NULL);
	for (int done = 0; done < 2; done++) {
		for (size_t i = 0; i < 6; i++) {
			CHECK(rec_next(rd, &out, &e) == 1 && str_eq(out.payload,
			    str_mk(body.p, sizes[i])));
			if (done)	/* what was read ahead stays */
				rec_done(rd);
		}
		CHECK(rec_next(rd, &out, &e) == 0);
		CHECK(rec_next(rd, &out, &e) == 0);
		CHECK(rec_seek(rd, 0, &e) == 0);
	}
	rec_close(rd);
	unlink(path);
	buf_free(&b);
	buf_free(&body);
}

/* The golden file of version 1, as record(5) describes it. */
static void
test_golden(void)
{
	struct err e = { 0 };
	struct rec_reader *rd = rec_open("tests/golden/record-1.rec", &e);
	struct rec r;

	CHECK(rd != NULL);
	if (!rd)
		return;
	CHECK(rec_next(rd, &r, &e) == 1);
	CHECK(r.signal == SIGNAL_LOGS && r.payload.n == 12);
	CHECK(str_eq(r.tenant, S("acme")) && r.items == 1);
	CHECK(r.received == UINT64_C(1700000000000000001));
	CHECK(r.min_time == UINT64_C(1700000000000000000));
	CHECK(r.max_time == r.min_time && r.has_crc && r.has_origin);
	CHECK(r.origin.spool[15] == 15 && r.origin.segment == 3 &&
	    r.origin.offset == 300);
	CHECK(rec_next(rd, &r, &e) == 1 && r.off == 80);
	CHECK(r.signal == SIGNAL_TRACES && r.payload.n == 0 && !r.has_crc);
	CHECK(rec_next(rd, &r, &e) == 0);
	rec_close(rd);
}

/* The golden file of joined records. */
static void
test_golden_parts(void)
{
	struct err e = { 0 };
	struct rec_reader *rd = rec_open("tests/golden/record-2.rec", &e);
	struct part p;
	struct cur c;
	struct rec r;

	CHECK(rd != NULL);
	if (!rd)
		return;
	CHECK(rec_next(rd, &r, &e) == 1 && r.has_crc && r.items == 2);
	CHECK(parts_tight(&r) && parts_spool(r.parts)[15] == 15);
	c = cur_of(parts_list(r.parts));
	CHECK(parts_next(&c, &p) == 1 && p.segment == 3 && p.offset == 300 &&
	    p.bytes == 12 && p.upto == 0);
	CHECK(parts_next(&c, &p) == 1 && p.segment == 3 && p.offset == 380 &&
	    p.bytes == 12 && p.upto == 1);
	CHECK(parts_next(&c, &p) == 0);
	CHECK(rec_next(rd, &r, &e) == 0);
	rec_close(rd);
}

int
main(void)
{
	test_golden();
	test_golden_parts();
	CHECK(crc32c(0, "123456789", 9) == 0xe3069283);
	CHECK(signal_of_name(S("logs")) == SIGNAL_LOGS);
	CHECK(signal_of_name(S("none")) == SIGNAL_NONE);
	test_round_trip();
	test_damage();
	test_refused();
	test_reader();
	test_large();
	return unit_done();
}
