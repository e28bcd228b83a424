/*
 * PromQL's scripts that try lib/query: FOLDER/operators.test and
 * aggregators.test, as FORMAT.md there says. What asks for functions that are
 * not built is counted apart.
 */
#include "conformance/promql_expr.h"
#include "conformance/promql_nhcb.h"

#include "base/io.h"

static unsigned not_built;

struct block {			/* one eval */
	struct str head;
	struct str *line;
	uint32_t n;
	const char *script;
	unsigned at;
};

struct want {			/* what it expects */
	bool fail, ordered, info, warn, no_info, no_warn, scalar;
	struct str msg, regex, warn_regex;
	double value;
	struct data series;
};

static bool
nearly(double a, double b)
{
	double d = fabs(a - b), s = fabs(a) + fabs(b);

	if (a == b || (isnan(a) && isnan(b)))
		return true;
	if (a == 0 || b == 0 || s < 0x1p-1022)
		return d < 1e-6 * 0x1p-1022;
	return d / (s < 1.7976931348623157e308 ? s :
	    1.7976931348623157e308) < 1e-6;
}

/* ---- expectations ---------------------------------------------------------- */

static void
expect_line(struct want *w, struct str s)
{
	struct str word = take_word(&s), rest = str_trim(s);

	w->fail |= str_eq(word, S("fail"));
	w->ordered |= str_eq(word, S("ordered"));
	w->no_info |= str_eq(word, S("no_info"));
	w->no_warn |= str_eq(word, S("no_warn"));
	w->info |= str_eq(word, S("info"));
	w->warn |= str_eq(word, S("warn"));
	if (str_starts(rest, S("msg:")) && w->fail)
		w->msg = str_trim(str_skip(rest, 4));
	if (str_starts(rest, S("regex:")))
		w->warn_regex = str_trim(str_skip(rest, 6));
}

static void
expectations(const struct block *b, struct want *w)
{
	for (uint32_t i = 0; i < b->n; i++) {
		struct str s = b->line[i], one = s;
		double v;

		if (str_starts(s, S("expect "))) {
			s = str_skip(s, 7);
			skip_blanks(&s);
			expect_line(w, s);
		} else if (num_f64(one, &v)) {
			w->scalar = true;
			w->value = v;
		} else {
			load_line(&w->series, s, 1);	/* t is the step */
		}
	}
}

static bool
same_point(const struct sample *p, const struct series *s, uint32_t at)
{
	if (!p || !table_has(s, at))
		return !p && !table_has(s, at);
	if (p->h || table_hist(s, at))
		return p->h && table_hist(s, at) &&
		    hist_same(p->h, s->h[at]);
	return nearly(p->v, s->v[at]);
}

static bool
same_series(const struct loaded *want, const struct series *s, uint32_t steps)
{
	uint32_t k = 0;

	if (labels_cmp(want->labels, s->labels) != 0)
		return false;
	for (uint32_t at = 0; at < steps; at++) {
		bool is = k < want->n && want->s[k].t == (int64_t)at;

		if (!same_point(is ? &want->s[k] : NULL, s, at))
			return false;
		k += is;
	}
	return true;
}

static bool
same_table(const struct want *w, const struct table *t)
{
	if (t->n != w->series.n)
		return false;
	for (uint32_t i = 0; i < w->series.n; i++) {
		bool found = false;

		for (uint32_t k = 0; k < t->n; k++)
			if (!w->ordered || k == i)
				found |= same_series(&w->series.s[i],
				    &t->s[k], t->steps);
		if (!found)
			return false;
	}
	return true;
}

static bool
same_notes(const struct want *w, const struct notes *n)
{
	bool info = false, warn = false, fits = true;

	for (uint32_t i = 0; i < n->n; i++) {
		info |= n->v[i].kind == NOTE_INFO;
		warn |= n->v[i].kind == NOTE_WARNING;
		if (n->v[i].kind == NOTE_WARNING && w->warn_regex.n > 0) {
			struct re *re = re_compile(w->warn_regex, 0, NULL);

			fits &= re_match(re, n->v[i].text, NULL) == 1;
			re_free(re);
		}
	}
	return fits && !(w->no_info && info) && !(w->no_warn && warn) &&
	    (!w->info || info) && (!w->warn || warn);
}

/* ---- evals ----------------------------------------------------------------- */

static void
say(const struct block *b, const struct ev *v, const struct value *got,
    const char *what)
{
	struct buf out = { 0 };

	for (uint32_t i = 0; i < got->t.n; i++) {
		labels_print(&out, got->t.s[i].labels);
		for (uint32_t at = 0; at < got->t.steps; at++)
			if (table_has(&got->t.s[i], at))
				buf_addf(&out, " %g", got->t.s[i].v[at]);
			else
				buf_adds(&out, S(" _"));
		buf_adds(&out, S("\n  "));
	}
	for (uint32_t i = 0; i < v->notes.n; i++)
		buf_addf(&out, "%.*s\n  ", PS(v->notes.v[i].text));
	unit_failed++;
	fprintf(stderr, "%s:%u: %.*s\n  %s %s\n  %.*s\n", b->script, b->at,
	    PS(b->head), what, v->e.msg, PS(buf_str(&out)));
	buf_free(&out);
}

static struct str
next_word(struct str *s)
{
	size_t n = 0;

	skip_blanks(s);
	while (n < s->n && !isspace((uint8_t)s->p[n]))
		n++;
	struct str w = str_mk(s->p, n);
	*s = str_skip(*s, n);
	return w;
}

/* "at T QUERY", "from A to B step S QUERY" */
static void
frame(struct ev *v, struct str head)
{
	int64_t end;

	next_word(&head);		/* eval */
	if (str_eq(next_word(&head), S("instant"))) {
		next_word(&head);
		v->start = parse_ms(next_word(&head));
		v->steps = 1;
	} else {
		next_word(&head);
		v->start = parse_ms(next_word(&head));
		next_word(&head);
		end = parse_ms(next_word(&head));
		next_word(&head);
		v->step = parse_ms(next_word(&head));
		v->steps = (uint32_t)((end - v->start) / v->step) + 1;
	}
	skip_blanks(&head);
	v->text = v->s = head;
}

static void
judge(const struct block *b, const struct want *w, struct ev *v,
    struct value *got, int r)
{
	if (w->fail && r == -1) {
		if (w->msg.n > 0 && !str_starts(w->msg, str_of(v->e.msg)))
			say(b, v, got, "another message");
		else
			unit_passed++;
	} else if (w->fail || r == -1) {
		say(b, v, got, r == -1 ? "failed" : "did not fail");
	} else if (w->scalar ? got->kind != V_SCALAR ||
	    !nearly(got->f[0], w->value) : !same_table(w, &got->t)) {
		say(b, v, got, "another answer");
	} else if (!same_notes(w, &v->notes)) {
		say(b, v, got, "other notes");
	} else {
		unit_passed++;
	}
}

static void
eval_block(const struct block *b, const struct data *d)
{
	struct arena mem = { 0 };
	struct ev v = { .d = d, .mem = &mem, .notes = { .mem = &mem } };
	struct value got = { .kind = V_SCALAR };
	struct want w = { .fail = false };
	int r;

	frame(&v, b->head);
	w.fail = str_starts(b->head, S("eval_fail"));
	v.notes.query = v.text;
	expectations(b, &w);
	r = expr(&v, 0, &got);
	if (r == 0 && got.kind == V_VECTOR)
		r = table_finish(&got.t, &v.e);
	skip_blanks(&v.s);
	if (v.beyond || (r == 0 && v.s.n > 0))
		not_built++;
	else
		judge(b, &w, &v, &got, r);
	arena_free(&w.series.mem);
	arena_free(&mem);
}

/* ---- scripts --------------------------------------------------------------- */

static void
block(const struct block *b, struct data *d)
{
	struct str head = b->head;
	struct str word = next_word(&head);

	if (str_starts(word, S("clear"))) {
		arena_free(&d->mem);
		*d = (struct data){ .n = 0 };
	} else if (str_starts(word, S("load"))) {
		for (uint32_t i = 0; i < b->n; i++)
			load_line(d, b->line[i], parse_ms(str_trim(head)));
		if (str_eq(word, S("load_with_nhcb")))
			make_nhcb(d);
	} else {
		eval_block(b, d);
	}
}

static void
script(const char *dir, const char *name)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	struct data d = { .n = 0 };
	struct str rest, line, lines[200];
	struct block now = { .line = lines, .script = name };
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (io_slurp(path, &b, 1 << 20, &e) == -1)
		die("%s", e.msg);
	buf_adds(&b, S("\n\n"));
	rest = buf_str(&b);
	for (unsigned at = 1; str_cut(&rest, '\n', &line); at++) {
		line = str_trim(line);
		if (line.n > 0 && *line.p == '#')
			line = S("");
		if (line.n > 0 && now.head.n == 0) {
			now.head = line;
			now.at = at;
			now.n = 0;
		} else if (line.n > 0 && now.n < 200) {
			lines[now.n++] = line;
		}
		if (now.head.n > 0 && (line.n == 0 ||
		    str_starts(now.head, S("clear")))) {
			block(&now, &d);
			now.head = S("");
		}
	}
	arena_free(&d.mem);
	buf_free(&b);
}

int
main(int argc, char *argv[])
{
	static const char *const scripts[] = { "operators.test",
	    "aggregators.test" };

	if (argc != 2)
		die("usage: promql FOLDER");
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		unsigned passed = unit_passed, failed = unit_failed;

		not_built = 0;
		script(argv[1], scripts[i]);
		printf("%s: %u passed, %u failed, %u not built yet\n",
		    scripts[i], unit_passed - passed, unit_failed - failed,
		    not_built);
	}
	return unit_done();
}
