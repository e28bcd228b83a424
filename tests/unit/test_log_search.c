/*
 * Line filters against the truth, on text that crosses every boundary of
 * templates, holes and their codings: 5,000 random substrings and regular
 * expressions, in either case of letters.
 */
#include "unit.h"

#include "base/re.h"
#include "logdata.h"

#define LINES 6000u

struct seen {
	uint64_t first, step;
	uint8_t *hit;
	unsigned strange;
	const struct want *w;
	bool text;		/* was asked for */
};

/* The line as it went in, with its metadata. */
static bool
same(const struct log_line *l, const struct want *w)
{
	char thread[16] = "", got[16] = "";

	if (w->thread > 0)
		snprintf(thread, sizeof thread, "%u", w->thread);
	for (uint32_t i = 0; i < l->nmeta; i++)
		if (str_eq(l->meta[i].name, S("thread_id")))
			snprintf(got, sizeof got, "%.*s",
			    PS(l->meta[i].value));
	return str_eq(l->line, str_mk(w->text, w->n)) &&
	    strcmp(got, thread) == 0 && l->severity == w->severity &&
	    str_eq(l->trace_id, str_mk(w->trace, w->traced ? 16 : 0));
}

static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct seen *s = arg;
	uint64_t i = (l->time - s->first) / s->step;

	(void)e;
	if (i >= LINES || s->hit[i]++ || (s->text && !same(l, &s->w[i])))
		s->strange++;
	return 0;
}

/* A piece of a line, at times bent a little. */
static struct str
random_piece(const struct want *w, char *out)
{
	const struct want *from = &w[below(LINES)];
	size_t n = 0, at, len;

	while (from->n == 0)
		from = &w[below(LINES)];
	len = 1 + below(below(3) == 0 ? 40 : 8);
	at = below((uint32_t)from->n);
	if (below(4) == 0)	/* a number's or an id's digits */
		while (at + 1 < from->n && !(split_class[
		    (uint8_t)from->text[at]] & 2))
			at++;
	if (len > from->n - at)
		len = from->n - at;
	memcpy(out, from->text + at, len);
	n = len;
	if (below(6) == 0)
		out[below((uint32_t)n)] = "0a1_ .-\1"[below(8)];
	if (below(10) == 0)
		out[n++] = "5b _"[below(4)];
	for (size_t i = 0; i < n && below(20) == 0; i++)
		out[i] ^= 0x20 & (uint8_t)-(split_class[(uint8_t)out[i]] & 1);
	return str_mk(out, n);
}

static void
quote(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (split_is_word(s.p[i]) || (uint8_t)s.p[i] >= 0x80)
			buf_u8(b, (uint8_t)s.p[i]);
		else
			buf_addf(b, "\\x%02x", (uint8_t)s.p[i]);
}

/* Letters in the other case, some of them. */
static void
bend_case(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((split_class[(uint8_t)p[i]] & 1) && p[i] != '_' &&
		    below(3) == 0)
			p[i] ^= 0x20;
}

/* A regular expression made of pieces; NULL when it does not compile. */
static struct re *
random_re(const struct want *w, struct buf *b, struct err *e)
{
	char one[64], two[64];
	struct str p = random_piece(w, one), q = random_piece(w, two);

	buf_reset(b);
	if (below(4) == 0) {
		buf_addf(b, "(?i)");
		bend_case(one, p.n);
		bend_case(two, q.n);
	}
	if (below(8) == 0)
		buf_addf(b, "^");
	quote(b, p);
	switch (below(5)) {
	case 0:
		buf_addf(b, ".*");
		quote(b, q);
		break;
	case 1:
		buf_addf(b, "|");
		quote(b, q);
		break;
	case 2:
		buf_addf(b, "[0-9a-f]+");
		break;
	case 3:
		buf_addf(b, "(a|");
		quote(b, q);
		buf_addf(b, ")?");
		break;
	}
	return re_compile(buf_str(b), 0, e);
}

struct question {
	struct log_alt alt[2];
	struct log_line_filter f;
	char text[2][64];
	struct buf re[2];
};

static void
ask(struct question *q, const struct want *w)
{
	static const enum log_op ops[] = { LOG_EQ, LOG_EQ, LOG_NE, LOG_RE,
		LOG_RE, LOG_NRE };
	struct err e = { 0 };

	q->f = (struct log_line_filter){ ops[below(6)], q->alt,
		1 + (below(4) == 0) };
	for (size_t i = 0; i < q->f.n; i++) {
		q->alt[i] = (struct log_alt){ 0 };
		if (q->f.op == LOG_EQ || q->f.op == LOG_NE) {
			q->alt[i].text = random_piece(w, q->text[i]);
			continue;
		}
		while (!(q->alt[i].re = random_re(w, &q->re[i], &e)))
			e = (struct err){ 0 };
		q->alt[i].text = buf_str(&q->re[i]);
	}
}

static bool
truth(const struct question *q, struct str line)
{
	bool any = false;

	for (size_t i = 0; i < q->f.n; i++)
		any |= q->alt[i].re ? re_match(q->alt[i].re, line, NULL) == 1 :
		    memmem(line.p, line.n, q->alt[i].text.p,
		    q->alt[i].text.n) != NULL;
	return any == (q->f.op == LOG_EQ || q->f.op == LOG_RE);
}

static void
say(const struct question *q, size_t n, uint32_t i, const struct want *w,
    bool got)
{
	for (size_t k = 0; k < n; k++)
		for (size_t a = 0; a < q[k].f.n; a++)
			fprintf(stderr, "op %d \"%.*s\" ", (int)q[k].f.op,
			    PS(q[k].alt[a].text));
	fprintf(stderr, "%s \"%.*s\"\n", got ? "wrongly found" : "missed",
	    (int)w[i].n, w[i].text);
}

/* One or two filters over all lines: exactly the right ones are found. */
static unsigned
round_of(struct log_part *p, const struct want *w, unsigned workers)
{
	struct question q[2] = { 0 };
	struct log_line_filter f[2];
	size_t n = 1 + (below(4) == 0);
	uint8_t *hit = calloc(LINES, 1);
	bool whole = below(2);
	struct seen s = { w[0].time, w[1].time - w[0].time, hit, 0, w,
		whole };
	struct err e = { 0 };
	unsigned bad = 0;

	for (size_t k = 0; k < n; k++) {
		ask(&q[k], w);
		f[k] = q[k].f;
	}
	struct log_scan_opts o = { .filter = f, .nfilter = n,
		.forward = below(2), .workers = workers, .want_line = whole,
		.want_meta = whole };

	if (parts_scan(p, 1, &o, NULL, NULL, on_line, &s, &e) == -1) {
		fprintf(stderr, "%s\n", e.msg);
		bad++;
	}
	for (uint32_t i = 0; i < LINES; i++) {
		bool want = true;

		for (size_t k = 0; k < n; k++)
			want &= truth(&q[k], str_mk(w[i].text, w[i].n));
		if (want != hit[i] && bad++ < 3)
			say(q, n, i, w, hit[i]);
	}
	for (size_t k = 0; k < 2; k++)
		for (size_t a = 0; a < 2; a++) {
			re_free(q[k].alt[a].re);
			buf_free(&q[k].re[a]);
		}
	free(hit);
	return bad + s.strange;
}

static void
test_part(struct log_part *p, const struct want *w, unsigned workers,
    unsigned long rounds)
{
	unsigned bad = 0;

	for (unsigned long i = 0; i < rounds; i++)
		bad += round_of(p, w, workers);
	CHECK(bad == 0);
}

int
main(void)
{
	struct want *w = make_wants(LINES, 1000);
	struct log_rows *r = rows_new(), *again = rows_new();
	struct log_part block, tail;
	struct err e = { 0 };

	CHECK(take_wants(r, w, LINES) == 0);
	CHECK(take_wants(again, w, LINES) == 0);
	struct block *b = block_of(r, &e);

	part_block(&block, b, 0);
	part_rows(&tail, again, 1);
	test_part(&block, w, 2, unit_rounds(3000, 40000));
	test_part(&tail, w, 1, unit_rounds(2000, 40000));
	part_free(&block);
	part_free(&tail);
	block_close(b);
	free_wants(w, LINES);
	return unit_done();
}
