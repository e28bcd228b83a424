/* logql_script: the .logqltest scripts. logql.md section 25. */
#ifndef CONFORMANCE_LOGQL_SCRIPT_H
#define CONFORMANCE_LOGQL_SCRIPT_H

#include "base/io.h"
#include "conformance/logql_engine.h"

struct eval_block {		/* an eval and what it expects */
	struct str query;
	struct lql_times t;
	struct points want;
	struct str msg, regex;
	bool fail, ordered, scalar;
	unsigned at;
};

struct script {
	const char *name;
	struct feed data;
	struct eval_block ev;
	bool loading, evaluating;
	struct arena mem;
};

/* Cuts at a # outside of quotes. */
static inline struct str
uncomment(struct str s)
{
	char quote = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote && c == '\\' && quote == '"')
			i++;
		else if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '`')
			quote = c;
		else if (c == '#')
			return str_mk(s.p, i);
	}
	return s;
}

static inline struct str
script_word(struct str *s)
{
	size_t n = 0;

	*s = str_trim(*s);
	while (n < s->n && s->p[n] != ' ')
		n++;
	struct str w = str_mk(s->p, n);

	*s = str_trim(str_skip(*s, n));
	return w;
}

static inline int64_t
script_ns(struct str s)
{
	int64_t ns = 0;

	num_go_duration(s, &ns);
	return ns;
}

/* name="value", ... up to `end`; what is behind it is left in *s. */
static inline struct log_pair *
script_pairs(struct str *s, char end, struct arena *a, uint32_t *n)
{
	struct log_pair *v = arena_new(a, struct log_pair, 32);
	struct err e = { 0 };
	struct lql_lex l;

	*n = 0;
	for (;;) {
		*s = str_trim(*s);
		if (s->n == 0 || *s->p == end || *n == 32)
			break;
		if (*s->p == ',') {
			*s = str_skip(*s, 1);
			continue;
		}
		size_t eq = str_find(*s, S("="));
		struct str rest = str_skip(*s, eq + 1);

		v[*n].name = str_trim(str_mk(s->p, eq));
		/* the string alone: the next token may be none of LogQL's */
		size_t q = 1;

		while (q < rest.n && rest.p[q] != *rest.p)
			q += rest.p[q] == '\\' ? 2 : 1;
		if (lql_lex_init(&l, str_mk(rest.p, q + 1), a, &e) == -1)
			break;
		v[(*n)++].value = l.text;
		*s = str_skip(rest, q + 1);
	}
	*s = str_skip(*s, 1);
	return v;
}

/* {..} "line" @ 10s [repeat every 5s for 3] [metadata a="b"] */
static inline void
script_load(struct script *sc, struct str s)
{
	struct arena *a = &sc->data.mem;
	struct fed l = { 0 };
	uint64_t times = 1;
	int64_t every = 0;
	uint32_t n;
	struct log_pair *p;

	s = str_skip(s, 1);
	p = script_pairs(&s, '}', a, &n);
	for (uint32_t i = 0; i < n; i++)	/* empty ones are not stored */
		if (p[i].value.n > 0)
			p[l.nlabel++] = p[i];
	l.label = p;
	s = str_trim(s);
	size_t end = str_find(str_skip(s, 1), str_mk(s.p, 1));
	struct str line = str_mk(s.p + 1, end);

	s = str_skip(s, end + 2);
	script_word(&s);			/* @ */
	l.time = script_ns(script_word(&s));
	while (s.n > 0) {
		struct str w = script_word(&s);

		if (str_eq(w, S("[repeat"))) {
			script_word(&s);	/* every */
			every = script_ns(script_word(&s));
			script_word(&s);	/* for */
			w = script_word(&s);
			num_u64(str_mk(w.p, w.n - 1), &times);
		} else if (str_eq(w, S("[metadata"))) {
			l.meta = script_pairs(&s, ']', a, &l.nmeta);
		}
	}
	for (uint64_t i = 0; i < times; i++, l.time += every) {
		size_t at = str_find(line, S("{{.i}}"));

		l.line = at > line.n ? line : arena_printf(a,
		    "%.*s%llu%.*s", (int)at, line.p, (unsigned long long)i,
		    PS(str_skip(line, at + 6)));
		feed_add(&sc->data, l);
	}
}

/* "_", "3", "1+2x4", "7x2": from step *at on. */
static inline void
script_values(struct points *p, struct labels l, struct str w, int64_t *at)
{
	size_t x = str_find(w, S("x")), plus = 1;
	uint64_t more = 0;
	double v = 0, by = 0;

	if (x < w.n && num_u64(str_skip(w, x + 1), &more))
		w.n = x;
	if (str_eq(w, S("_"))) {
		*at += (int64_t)more + 1;
		return;
	}
	if (!num_f64(w, &v)) {
		while (plus < w.n && ((w.p[plus] != '+' && w.p[plus] != '-') ||
		    w.p[plus - 1] == 'e'))
			plus++;
		num_f64(str_mk(w.p, plus), &v);
		num_f64(str_skip(w, plus + (w.p[plus] == '+')), &by);
	}
	for (uint64_t i = 0; i <= more; i++)
		points_add(p, l, (*at)++, v + by * (double)i);
}

static inline void
script_expect(struct eval_block *b, struct str s)
{
	struct labels l = { NULL, 0 };
	int64_t at = 0;

	if (str_starts(s, S("skip ")))
		return;
	if (str_starts(s, S("expect "))) {
		script_word(&s);
		struct str w = script_word(&s);

		b->fail |= str_eq(w, S("fail"));
		b->ordered |= str_eq(w, S("ordered"));
		if (str_starts(s, S("msg:")))
			b->msg = str_trim(str_skip(s, 4));
		if (str_starts(s, S("regex:")))
			b->regex = str_trim(str_skip(s, 6));
		return;
	}
	b->scalar = *s.p != '{';
	if (!b->scalar) {
		uint32_t n;

		s = str_skip(s, 1);
		struct log_pair *p = script_pairs(&s, '}', &b->want.mem, &n);
		struct label *v = arena_new(&b->want.mem, struct label, n);

		for (uint32_t i = 0; i < n; i++)
			v[i] = (struct label){ p[i].name, p[i].value,
				LABEL_STR };
		l = labels_sort(v, n);
	}
	for (s = str_trim(s); s.n > 0;)
		script_values(&b->want, l, script_word(&s), &at);
}

static inline void
script_head(struct script *sc, struct str s, unsigned at)
{
	struct eval_block *b = &sc->ev;

	*b = (struct eval_block){ .at = at, .t = { .step = 1, .steps = 1 } };
	script_word(&s);
	b->t.instant = str_eq(script_word(&s), S("instant"));
	script_word(&s);
	b->t.start = script_ns(script_word(&s));
	if (!b->t.instant) {
		script_word(&s);
		int64_t end = script_ns(script_word(&s));

		script_word(&s);
		b->t.step = (uint64_t)script_ns(script_word(&s));
		b->t.steps = (uint32_t)((end - b->t.start) /
		    (int64_t)b->t.step) + 1;
	}
	b->query = s;
	sc->evaluating = true;
}

/* The words of a grammar's tool are not asked for: it is refused, with them. */
static inline bool
of_grammar(struct str msg)
{
	static const char *const words[] = { "syntax error", "expecting ",
		"unexpected -", "unable to parse literal" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_find(msg, str_of(words[i])) <= msg.n)
			return true;
	return false;
}

static inline bool
error_fits(const struct eval_block *b, bool parsed, const char *msg)
{
	struct re *re;
	bool fits;

	if (!parsed && (of_grammar(b->msg) || of_grammar(b->regex)))
		return true;
	if (b->msg.n > 0)
		return str_find(str_of(msg), b->msg) <= strlen(msg);
	if (b->regex.n == 0)
		return true;
	re = re_compile(b->regex, 0, NULL);
	fits = re && re_match(re, str_of(msg), NULL) == 1;
	re_free(re);
	return fits;
}

/* Ends the eval that was read: runs it. */
static inline void
script_eval(struct script *sc)
{
	struct eval_block *b = &sc->ev;
	struct points got = { 0 };
	struct err e = { 0 };
	struct lql_query q;
	bool scalar = false, parsed, ok;
	int r;

	if (!sc->evaluating)
		return;
	sc->evaluating = false;
	r = lql_parse(&q, b->query, &got.mem, &e);
	parsed = r == 0;
	if (parsed)
		r = feed_query(&sc->data, &q, &b->t, NULL, &got, &scalar, &e);
	if (strstr(e.msg, "not supported yet")) {
		beyond++;
	} else {
		ok = b->fail ? r == -1 && error_fits(b, parsed, e.msg) : r == 0 &&
		    same_points(&b->want, &got, b->ordered);
		passed += ok;
		failed += !ok;
		if (!ok) {
			printf("%s:%u: %.*s\n  %s\n", sc->name, b->at,
			    PS(b->query), r == -1 ? e.msg : b->fail ?
			    "did not fail" : "another answer:");
			points_say(&got);
		}
	}
	lql_query_free(&q);
	arena_free(&got.mem);
	arena_free(&b->want.mem);
}

static inline void
script_line(struct script *sc, struct str s, unsigned at)
{
	bool indented = s.n > 0 && *s.p == ' ';

	s = str_trim(uncomment(s));
	if (s.n == 0)
		return;
	if (indented && sc->evaluating)
		script_expect(&sc->ev, s);
	else if (indented)
		script_load(sc, s);
	else {
		script_eval(sc);
		if (str_eq(s, S("clear"))) {
			arena_free(&sc->data.mem);
			sc->data = (struct feed){ 0 };
		} else if (str_starts(s, S("eval "))) {
			script_head(sc, s, at);
		}
	}
}

static inline void
script(const char *dir, const char *name)
{
	unsigned good = passed, bad = failed;
	struct script sc = { .name = name };
	struct buf b = { 0 };
	struct err e = { 0 };
	struct str rest, line;
	char path[4096];

	snprintf(path, sizeof path, "%s/%s.logqltest", dir, name);
	if (io_slurp(path, &b, 1 << 20, &e) == -1) {
		printf("%s\n", e.msg);
		failed++;
		return;
	}
	rest = buf_str(&b);
	for (unsigned at = 1; str_cut(&rest, '\n', &line); at++)
		script_line(&sc, line, at);
	script_eval(&sc);
	arena_free(&sc.data.mem);
	buf_free(&b);
	printf("%s.logqltest: %u passed, %u failed\n", name, passed - good,
	    failed - bad);
}

#endif
