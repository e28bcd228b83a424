/* What an answer means to a client, and when it comes again: net/answer,
 * net/backoff, and gRPC's encodings on the way back. */
#include "base/base64.h"
#include "base/time.h"
#include "net/answer.h"
#include "net/backoff.h"
#include "net/grpc.h"
#include "otlp/json.h"
#include "unit.h"

/* An HTTP answer with that status. */
static enum fate
http(long status)
{
	struct post p = { .status = status };
	enum fate f;

	answer_judge(&p, NULL, -1);
	f = p.fate;
	post_free(&p);
	return f;
}

static void
test_http(void)
{
	static const long again[] = { 429, 502, 503, 504 };
	struct post p = { 0 };

	for (long s = 200; s < 600; s++) {
		bool is = false;

		for (size_t i = 0; i < 4; i++)
			is |= again[i] == s;
		CHECK(http(s) == (s < 300 ? FATE_KEPT : is ? FATE_AGAIN :
		    FATE_REFUSED));
	}
	answer_judge(&p, "no answer", -1);
	CHECK(p.fate == FATE_AGAIN && strcmp(p.why, "no answer") == 0);
	p.status = 400;
	answer_header(&p, S("HTTP/1.1 400 Bad Request\r\n"));
	answer_header(&p, S("Content-Type: application/x-protobuf\r\n"));
	otlp_put_status(&p.answer, false, 3, S("no\nway"), 7);
	answer_judge(&p, NULL, -1);
	CHECK(strcmp(p.why, "HTTP 400: no?way") == 0);
	CHECK(p.wait == 7 * NS_S);
	post_free(&p);
}

/* The trailers of a gRPC answer. */
static enum fate
grpc(int code, bool retry, uint64_t *wait)
{
	struct post p = { .grpc = true, .status = 200 };
	struct buf status = { 0 }, line = { 0 };
	enum fate f;

	otlp_put_status(&status, false, code, S("why"), retry ? 3 : 0);
	answer_header(&p, S("content-type: application/grpc+proto\r\n"));
	buf_addf(&line, "grpc-status: %d\r\n", code);
	answer_header(&p, buf_str(&line));
	answer_header(&p, S("grpc-message: 100%25 %C3%A4\r\n"));
	buf_reset(&line);
	buf_adds(&line, S("grpc-status-details-bin: "));
	grpc_base64(&line, buf_str(&status));
	answer_header(&p, buf_str(&line));
	answer_judge(&p, NULL, -1);
	CHECK(p.code == code);
	CHECK(strstr(p.why, "100% ??"));
	f = p.fate;
	*wait = p.wait;
	buf_free(&status);
	buf_free(&line);
	post_free(&p);
	return f;
}

static void
test_grpc(void)
{
	/* otlp.md 3.5, by code: a again, r only with RetryInfo, d drop */
	static const char rule[] = "kaddaddd" "rdaadda" "ad";
	uint64_t wait;

	for (int code = 1; code <= 16; code++) {
		CHECK(grpc(code, false, &wait) ==
		    (rule[code] == 'a' ? FATE_AGAIN : FATE_REFUSED));
		CHECK(wait == 0);
		CHECK(grpc(code, true, &wait) ==
		    (rule[code] != 'd' ? FATE_AGAIN : FATE_REFUSED));
		CHECK(wait == 3 * NS_S);
	}
	CHECK(grpc(0, false, &wait) == FATE_KEPT);
}

/* Answers that are no gRPC, and streams that were reset. */
static void
test_no_grpc(void)
{
	static const struct { long status; int code; } map[] = {
		{ 400, 13 }, { 401, 16 }, { 403, 7 }, { 404, 12 }, { 429, 14 },
		{ 431, 13 }, { 500, 2 }, { 502, 14 }, { 503, 14 }, { 504, 14 },
		{ 200, 2 }, { 302, 2 },
	};
	static const struct { long error; enum fate fate; } reset[] = {
		{ 7, FATE_AGAIN }, { 8, FATE_AGAIN }, { 0xb, FATE_REFUSED },
		{ 0xc, FATE_REFUSED }, { 2, FATE_REFUSED },
		{ -1, FATE_AGAIN },
	};

	for (size_t i = 0; i < sizeof map / sizeof *map; i++) {
		struct post p = { .grpc = true, .status = map[i].status };

		answer_judge(&p, NULL, -1);
		CHECK(p.code == map[i].code);
		CHECK(p.fate == (p.code == 14 ? FATE_AGAIN : FATE_REFUSED));
		post_free(&p);
	}
	for (size_t i = 0; i < sizeof reset / sizeof *reset; i++) {
		struct post p = { .grpc = true };

		answer_judge(&p, "reset", reset[i].error);
		CHECK(p.fate == reset[i].fate);
		post_free(&p);
	}
}

/* The message is taken out of its frame; a bad frame is no message. */
static void
test_message(void)
{
	static const struct { const char *bytes; size_t n; } bad[] = {
		{ "\1\0\0\0\2hi", 7 }, { "\0\0\0\0\3hi", 7 },
		{ "\0\0\0\0\1hi", 7 }, { "\0\0", 2 },
	};
	struct post p = { .grpc = true, .status = 200 };

	answer_header(&p, S("Content-Type: application/grpc"));
	answer_header(&p, S("grpc-status: 0"));
	buf_add(&p.answer, "\0\0\0\0\2hi", 7);
	answer_judge(&p, "cut off after its trailers", 2);
	CHECK(p.fate == FATE_KEPT && str_eq(buf_str(&p.answer), S("hi")));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		buf_reset(&p.answer);
		buf_add(&p.answer, bad[i].bytes, bad[i].n);
		answer_judge(&p, NULL, -1);
		CHECK(p.fate == FATE_KEPT && p.answer.n == 0);
	}
	p.too_much = true;
	answer_judge(&p, "write error", -1);
	CHECK(p.fate == FATE_REFUSED);
	post_free(&p);
}

static void
test_backoff(void)
{
	const struct backoff *b = &backoff_default;
	uint64_t mean = 5 * NS_S;

	for (unsigned tries = 1; tries < 12; tries++) {
		uint64_t least = UINT64_MAX, most = 0;

		for (uint64_t dice = 0; dice < 2000; dice++) {
			uint64_t w = backoff_wait(b, tries, 0,
			    dice * 7919 * NS_MS);

			least = w < least ? w : least;
			most = w > most ? w : most;
		}
		CHECK(least >= mean / 2 && least < mean / 2 + mean / 50);
		CHECK(most < mean + mean / 2 && most > mean + mean / 2 -
		    mean / 50);
		mean += mean / 2;
		mean = mean > 30 * NS_S ? 30 * NS_S : mean;
	}
	CHECK(backoff_wait(b, 1, 60 * NS_S, 5) == 60 * NS_S);
	CHECK(backoff_wait(b, 1, 1, 5) >= 2 * NS_S);
	CHECK(backoff_wait(&(struct backoff){ 0 }, 3, 0, 5) == 0);
}

static void
test_percent(void)
{
	struct buf b = { 0 };

	grpc_unpercent(&b, S("a%20b%zz%4%"));
	CHECK(str_eq(buf_str(&b), S("a b%zz%4%")));
	buf_free(&b);
}

int
main(void)
{
	test_http();
	test_grpc();
	test_no_grpc();
	test_message();
	test_backoff();
	test_percent();
	return unit_done();
}
