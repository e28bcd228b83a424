#include "record/foreign.h"

#include <unistd.h>

#include "unit.h"

/* A reader of bytes that come through a pipe. */
static struct foreign *
over(struct str bytes, enum framing framing)
{
	char path[32];
	struct foreign *f;
	int fd[2];

	if (pipe(fd) == -1 ||
	    write(fd[1], bytes.p, bytes.n) != (ssize_t)bytes.n)
		die("pipe");
	close(fd[1]);
	snprintf(path, sizeof path, "/dev/fd/%d", fd[0]);
	f = foreign_open(path, framing, NULL);
	close(fd[0]);
	CHECK(f != NULL);
	return f;
}

/* The framing the bytes are taken for, by their first piece or failure. */
static enum framing
told(struct str bytes)
{
	struct foreign *f = over(bytes, FRAMING_AUTO);
	struct piece p = { FRAMING_AUTO, { 0 }, 0 };

	foreign_next(f, &p, NULL);
	foreign_close(f);
	return p.framing;
}

static void
test_told(void)
{
	char record[200] = "\x7b\x22\x70";	/* 123 bytes: profiles, 112 */

	CHECK(told(S("{\"resourceSpans\":[]}")) == FRAMING_JSON);
	CHECK(told(S("{\"profilesData\":\"\"}")) == FRAMING_JSON);
	CHECK(told(S("\0\0\0\1a")) == FRAMING_BE32);
	CHECK(told(S("\2\12\0")) == FRAMING_RECORD);
	CHECK(told(str_mk(record, 124)) == FRAMING_RECORD);
	CHECK(told(S("")) == FRAMING_AUTO);
}

static void
test_lines(void)
{
	struct foreign *f = over(S("a\n\nbc\nlast"), FRAMING_JSON);
	struct piece p;

	CHECK(foreign_next(f, &p, NULL) == 1 && str_eq(p.bytes, S("a")));
	CHECK(foreign_next(f, &p, NULL) == 1 && p.bytes.n == 0);
	CHECK(foreign_next(f, &p, NULL) == 1 && str_eq(p.bytes, S("bc")));
	CHECK(p.off == 3 && p.framing == FRAMING_JSON);
	CHECK(foreign_next(f, &p, NULL) == 1 && str_eq(p.bytes, S("last")));
	CHECK(foreign_next(f, &p, NULL) == 0);
	CHECK(foreign_next(f, &p, NULL) == 0);
	foreign_close(f);
}

static void
test_torn(void)
{
	static const struct { struct str bytes; enum framing framing; } t[] = {
		{ S("\0\0\0\1a\0\0\0\2b"), FRAMING_BE32 },
		{ S("\0\0\0\1a\0\0\0"), FRAMING_BE32 },
		{ S("\0\0\0\1a\5\0\0\0"), FRAMING_BE32 },	/* 80 MiB */
		{ S("\2\12\0\3\12\0"), FRAMING_RECORD },
		{ S("\2\12\0\0"), FRAMING_RECORD },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct foreign *f = over(t[i].bytes, t[i].framing);
		struct err e = { 0 };
		struct piece p;

		CHECK(foreign_next(f, &p, &e) == 1);
		CHECK(foreign_next(f, &p, &e) == -1);
		CHECK(strstr(e.msg, t[i].framing == FRAMING_BE32 ?
		    ":5: " : ":3: ") != NULL);
		CHECK(foreign_next(f, &p, &e) == -1);
		foreign_close(f);
	}
}

/* Pieces larger than what is read at once. */
static void
test_large(void)
{
	size_t n = 40000;
	struct buf b = { 0 };
	struct foreign *f;
	struct piece p;

	memcpy(buf_extend(&b, 4), "\0\0\x9c\x40", 4);
	memset(buf_extend(&b, n), 'x', n);
	memcpy(buf_extend(&b, 4), "\0\0\0\1", 4);
	buf_u8(&b, 'y');
	f = over(buf_str(&b), FRAMING_AUTO);
	CHECK(foreign_next(f, &p, NULL) == 1 && p.bytes.n == n);
	CHECK(foreign_next(f, &p, NULL) == 1 && str_eq(p.bytes, S("y")));
	CHECK(p.off == n + 4 && foreign_next(f, &p, NULL) == 0);
	foreign_close(f);
	buf_free(&b);
}

int
main(void)
{
	struct err e = { 0 };

	test_told();
	test_lines();
	test_torn();
	test_large();
	CHECK(foreign_open("/nonexistent/file", FRAMING_AUTO, &e) == NULL);
	CHECK(e.kind == ERR_SYS);
	return unit_done();
}
