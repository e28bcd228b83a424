/*
 * Label filters that the scan decides by template, against the pipeline on each
 * line: no line that is kept may be missing. The lines are of few templates,
 * and broken, nested, escaped and named in every way that could mislead.
 */
#include "unit.h"

#include "logdata.h"
#include "lql/foresee.h"
#include "lql/pipe.h"

#define LINES 4000u

static const char *const names[] = { "dur", "code", "n", "a_b", "k1", "x",
	"thread_id", "service_name", "req_id" };
#define NAMES (sizeof names / sizeof *names)

static const char *
name(void)
{
	return names[below(NAMES)];
}

/* A value, as it stands in a line: words, numbers, and what is between. */
static void
put_value(struct buf *b, bool json)
{
	static const char *const text[] = { "ok", "E_DECLINED", "\\n5",
		"\\u0041", "caf\xc3\xa9", "", "a b", "A1B2C3", "\1", "true1",
		"nil", "-", "v", "\\\\" };

	switch (below(6)) {
	case 0: buf_addf(b, "%u", below(40)); break;
	case 1: buf_addf(b, "%u.%03ums", below(20), below(1000)); break;
	case 2: buf_addf(b, "%u.%u", below(20), below(10)); break;
	case 3: buf_addf(b, "%04x", below(65536)); break;
	case 4: buf_addf(b, "%s", text[below(json ? 14 : 8)]); break;
	default: buf_addf(b, "%s%u", text[below(2)], below(9));
	}
}

static void
put_logfmt(struct buf *b)
{
	for (uint32_t n = 1 + below(5); n > 0; n--) {
		const char *quote = below(3) == 0 ? "\"" : "";

		if (below(12) == 0)
			buf_addf(b, "%u", below(50));
		buf_addf(b, "%s", below(10) == 0 ? "a.b" : name());
		if (below(12) == 0)
			buf_addf(b, "%u", below(50));
		if (below(15) > 0)
			buf_u8(b, '=');
		buf_addf(b, "%s", quote);
		put_value(b, false);
		if (below(15) > 0)
			buf_addf(b, "%s", quote);
		buf_addf(b, "%s", below(15) > 0 ? " " : "");
	}
}

static void
put_json(struct buf *b, unsigned depth)
{
	buf_u8(b, '{');
	for (uint32_t n = 1 + below(4); n > 0; n--) {
		buf_addf(b, "\"%s%s\":", below(10) == 0 ? "a\\u005f" : "",
		    below(12) == 0 ? "a.b" : depth > 0 && below(2) ? "id" :
		    below(8) == 0 ? "req" : name());
		switch (below(6)) {
		case 0:
			if (depth < 3)
				put_json(b, depth + 1);
			else
				buf_addf(b, "null");
			break;
		case 1:
			put_value(b, true);	/* not quoted: may be broken */
			break;
		case 2:
			buf_addf(b, "[%u,\"", below(30));
			put_value(b, true);
			buf_addf(b, "\"]");
			break;
		default:
			buf_u8(b, '"');
			put_value(b, true);
			buf_u8(b, '"');
		}
		if (n > 1)
			buf_addf(b, "%s", below(30) > 0 ? "," : "");
	}
	if (below(20) > 0)
		buf_u8(b, '}');
}

static struct want *
make(void)
{
	struct want *w = make_wants(LINES, 1000);
	struct buf shape[64] = { 0 };

	/* few shapes, of which lines differ in digits alone */
	for (unsigned k = 0; k < 64; k++)
		if (k % 2)
			put_json(&shape[k], 0);
		else
			put_logfmt(&shape[k]);
	for (uint32_t i = 0; i < LINES; i++) {
		struct buf b = { 0 };
		const struct buf *s = &shape[below(64)];

		buf_add(&b, s->p, s->n);
		for (size_t k = 0; k < b.n; k++)
			if (b.p[k] >= '0' && b.p[k] <= '9' && below(2))
				b.p[k] = (char)('0' + below(10));
			else if (b.p[k] >= '0' && b.p[k] <= '9' &&
			    below(20) == 0)
				b.p[k] = (char)('a' + below(6));
		free(w[i].text);
		w[i].text = b.p;
		w[i].n = b.n;
	}
	for (unsigned k = 0; k < 64; k++)
		buf_free(&shape[k]);
	return w;
}

/* ---- */

struct seen { uint64_t first, step; uint8_t hit[LINES]; };

static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	s->hit[(l->time - s->first) / s->step]++;
	return 0;
}

static bool
kept(const struct lql_log *q, const struct want *w, struct arena *a)
{
	struct log_pair stream = { S("service_name"), arena_printf(a, "svc-%u",
	    w->service) };
	struct log_pair meta[2] = { { S("host_name"), S("here") },
		{ S("thread_id"), arena_printf(a, "%u", w->thread) } };
	struct lql_entry en;

	entry_begin(&en, str_mk(w->text, w->n), &stream, 1, meta,
	    1 + (w->thread > 0), a);
	return pipe_run(q->step, q->nsteps, true, &en);
}

static void
put_comparison(struct buf *b)
{
	static const char *const with[] = { "> 10", "<= 5.5", "= 7", "> 10ms",
		"< 15.5ms", "= \"E_DECLINED\"", "!= \"ok\"", "=~ \".*1\"",
		"!~ \"[0-9]+\"", "= \"\"", "!= \"\"", ">= 2KB" };

	buf_addf(b, "%s %s", name(), with[below(12)]);
}

static void
put_query(struct buf *b)
{
	static const char *const parser[] = { "json", "logfmt",
		"logfmt --keep-empty", "pattern `<x>=<n> <a_b>=<_>`",
		"pattern `{\"<_>\":<n>,\"<x>`", "pattern `dur=<dur> <_>`",
		"pattern `<code>=\"<k1>\" <x>`", "pattern `<a_b> k<n>`",
		"logfmt dur, x=\"n\", code", "logfmt a_b=\"code\", k1",
		"logfmt n, code=\"service_name\" | x != \"1\"",
		"json code, x=\"n\", k1", "json a_b=\"req.id\", x=\"[\\\"k1\\\"]\"",
		"json n=\"code[1]\", dur=\"n[0]\", code", "json x, x=\"n\"" };

	buf_addf(b, "{service_name=~\".+\"} %s| %s ", below(5) == 0 ?
	    "|~ \"a|1\" " : "", parser[below(15)]);
	for (uint32_t n = 1 + below(2); n > 0; n--) {
		buf_addf(b, "| ");
		put_comparison(b);
		if (below(3) == 0) {
			buf_addf(b, below(2) ? " and " : " or ");
			put_comparison(b);
		}
		if (below(6) == 0)
			buf_addf(b, " | label_format x=n ");
	}
}

/* What is wrong with one query's answer; *dropped counts lines. */
static unsigned
round_of(struct log_part *p, const struct want *w, unsigned long *dropped)
{
	struct arena a = { 0 };
	struct buf text = { 0 };
	struct lql_query q;
	struct err e = { 0 };
	struct seen *s = calloc(1, sizeof *s);
	struct log_parse_filter *parse;
	struct log_scan_opts o = { .workers = 1 };
	unsigned bad = 0;

	put_query(&text);
	s->first = w[0].time;
	s->step = w[1].time - w[0].time;
	if (lql_parse(&q, buf_str(&text), &a, &e) == -1) {
		fprintf(stderr, "%s\n", e.msg);
		exit(1);
	}
	o.nparse = foresee(&q.log, &a, &parse);
	o.parse = parse;
	if (parts_scan(p, 1, &o, NULL, NULL, on_line, s, &e) == -1)
		bad++;
	for (uint32_t i = 0; i < LINES; i++) {
		*dropped += !s->hit[i];
		if (!s->hit[i] && kept(&q.log, &w[i], &a) && bad++ < 3)
			fprintf(stderr, "%.*s: missing: %.*s\n",
			    PS(buf_str(&text)), (int)w[i].n, w[i].text);
	}
	lql_query_free(&q);
	arena_free(&a);
	buf_free(&text);
	free(s);
	return bad;
}

int
main(void)
{
	unsigned long dropped = 0, rounds = unit_rounds(20, 400), each = 25;
	unsigned bad = 0;

	for (unsigned long i = 0; i < rounds; i++) {
		struct want *w = make();
		struct log_rows *r = rows_new();
		struct log_part part;
		struct err e = { 0 };

		CHECK(take_wants(r, w, LINES) == 0);
		struct block *b = block_of(r, &e);

		part_block(&part, b, 0);
		for (unsigned long k = 0; k < each; k++)
			bad += round_of(&part, w, &dropped);
		part_free(&part);
		block_close(b);
		free_wants(w, LINES);
	}
	CHECK(bad == 0);
	/* or it proves nothing */
	printf("%lu of %lu lines dropped\n", dropped, rounds * each * LINES);
	CHECK(dropped > rounds * each * LINES / 10);
	return unit_done();
}
