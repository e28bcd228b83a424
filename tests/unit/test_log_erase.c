/* Random deletes over a block: scans and merges leave just the others. */
#include "unit.h"

#include "base/re.h"
#include "log/erase.h"
#include "log/kind.h"
#include "logdata.h"

#define LINES 3000u
#define DELETES 3u

struct del {
	struct store_delete d;
	unsigned service;	/* 4: any */
	bool filtered, negated;
	struct re *re;		/* NULL: text */
	struct str text;
	char value[16];
};

struct got {
	const struct want *w;
	uint8_t *seen;
	uint32_t n;
};

static bool
goes(const struct want *w, const struct del *d)
{
	struct str line = str_mk(w->text, w->n);
	bool has = d->re ? re_match(d->re, line, NULL) == 1 :
	    str_find(line, d->text) <= line.n;

	return w->time >= d->d.from && w->time < d->d.to &&
	    (d->service == 4 || d->service == w->service) &&
	    (!d->filtered || has != d->negated);
}

static int
on_line(void *arg, const struct log_line *l, struct err *e)
{
	struct got *g = arg;
	uint32_t i = (uint32_t)((l->time - g->w[0].time) / 1000);

	(void)e;
	g->n++;
	if (i < LINES)
		g->seen[i]++;
	return 0;
}

/* Some of a line, which is in others, too, or in none. */
static void
pick_filter(struct del *d, const struct want *w, struct arena *a)
{
	static const char *const regex[] = { "u-[0-9]+3", "(?i)TOOK .*7 ms",
		"error|x1", "[0-9]{5}", "^12:" };
	uint32_t from = w->n > 0 ? below((uint32_t)w->n) : 0;
	uint32_t n = w->n > 0 ? 1 + below((uint32_t)w->n - from) : 0;
	struct err e = { 0 };

	d->filtered = below(4) > 0;
	d->negated = below(5) == 0;
	d->text = arena_str(a, str_mk(w->text + from, n > 9 ? 9 : n));
	if (below(3) == 0) {
		d->text = str_of(regex[below(5)]);
		d->re = re_compile(d->text, 0, &e);
		CHECK(d->re != NULL);
	}
}

static void
make_delete(struct del *d, const struct want *w, uint64_t no, struct arena *a)
{
	struct log_matcher m = { .name = S("service_name"), .op = LOG_RE,
		.value = S(".+") };
	struct log_alt alt;
	struct log_line_filter f = { .alt = &alt, .n = 1 };
	struct log_scan_opts o = { .match = &m, .nmatch = 1, .filter = &f };
	struct buf b = { 0 };

	*d = (struct del){ .service = below(5), .d = { .no = no,
		.from = below(3) ? 0 : w[below(LINES)].time,
		.to = UINT64_MAX } };
	if (below(2))
		d->d.to = d->d.from + w[below(LINES)].time + 1;
	pick_filter(d, &w[below(LINES)], a);
	if (d->service < 4) {
		snprintf(d->value, sizeof d->value, "svc-%u", d->service);
		m.op = LOG_EQ;
		m.value = str_of(d->value);
	}
	f.op = d->re ? d->negated ? LOG_NRE : LOG_RE :
	    d->negated ? LOG_NE : LOG_EQ;
	alt.text = d->text;
	o.nfilter = d->filtered;
	erase_put(&b, &o);
	d->d.what = arena_str(a, buf_str(&b));
	buf_free(&b);
}

static bool
same(const struct want *w, const struct del *d, uint32_t n,
    const uint8_t *seen, uint32_t *left)
{
	bool ok = true;

	*left = 0;
	for (uint32_t i = 0; i < LINES; i++) {
		bool gone = false;

		for (uint32_t k = 0; k < n; k++)
			gone |= goes(&w[i], &d[k]);
		*left += !gone;
		ok &= seen[i] == !gone;
	}
	return ok;
}

static void
one_round(struct block *b, const struct want *w)
{
	struct arena a = { 0 };
	struct del d[DELETES];
	struct store_delete sd[DELETES];
	uint32_t n = 1 + below(DELETES), left;
	uint8_t seen[LINES] = { 0 };
	struct got g = { .w = w, .seen = seen };
	struct log_scan_opts o = { .forward = below(2), .workers = 1 };
	struct store_block sb = { b, block_info(b), sd, n };
	struct log_rows *r = rows_new();
	struct log_part p;
	struct err e = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		make_delete(&d[i], w, i, &a);
		CHECK(log_delete_check(d[i].d.what, &e) == 0);
		sd[i] = d[i].d;
	}
	part_block(&p, b, 0);
	CHECK(part_erase(&p, &sb, &e) == 0);
	CHECK(parts_scan(&p, 1, &o, NULL, NULL, on_line, &g, &e) == 0);
	CHECK(same(w, d, n, seen, &left) && g.n == left);
	CHECK(rows_take_part(r, &p, &e) == 0 && r->n == left);
	CHECK(log_delete_any(&sb, &e) == (left < LINES));
	for (uint32_t i = 0; i < n; i++)
		re_free(d[i].re);
	part_free(&p);
	rows_free(r);
	arena_free(&a);
}

/* Bytes from a file may be any: each cut of good ones is refused. */
static void
test_bad(void)
{
	struct log_matcher m = { S("a"), LOG_RE, S("b|c"), NULL };
	struct log_alt alt = { S("x"), NULL };
	struct log_line_filter f = { LOG_EQ, &alt, 1 };
	struct log_scan_opts o = { .match = &m, .nmatch = 1, .filter = &f,
		.nfilter = 1 };
	struct buf b = { 0 };
	struct err e = { 0 };

	erase_put(&b, &o);
	CHECK(log_delete_check(buf_str(&b), &e) == 0);
	for (size_t n = 0; n < b.n; n++) {
		char *cut = memcpy(xmalloc(n + 1), b.p, n);

		CHECK(log_delete_check(str_mk(cut, n), &e) == -1);
		free(cut);
	}
	b.p[1] = LOG_NRE + 1;		/* an operator there is not */
	CHECK(log_delete_check(buf_str(&b), &e) == -1);
	b.p[1] = LOG_RE;
	m.value = S("(");
	buf_reset(&b);
	erase_put(&b, &o);
	CHECK(log_delete_check(buf_str(&b), &e) == -1);
	buf_free(&b);
}

int
main(void)
{
	struct want *w = make_wants(LINES, 1000);
	struct log_rows *r = rows_new();
	struct err e = { 0 };

	for (uint32_t i = 0; i < LINES; i++)
		CHECK(take_wants(r, &w[i], 1) == 0);
	struct block *b = block_of(r, &e);

	for (unsigned long i = 0; i < unit_rounds(200, 5000); i++)
		one_round(b, w);
	test_bad();
	block_close(b);
	free_wants(w, LINES);
	return unit_done();
}
