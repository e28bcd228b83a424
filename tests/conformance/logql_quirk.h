/*
 * logql_quirk: the cases of pipeline.json that are marked `quirk`: one filter
 * by a regular expression, which the reference rewrites into something else
 * (logql.md 4.3). What the rule gives is worked out here, by PCRE2 alone: a
 * label's value is covered, a line holds it, and a dot is no newline.
 */
#ifndef CONFORMANCE_LOGQL_QUIRK_H
#define CONFORMANCE_LOGQL_QUIRK_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "conformance/logql.h"

static inline bool
pcre_matches(struct str re, bool whole, struct str in)
{
	uint32_t flags = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY |
	    (whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0);
	pcre2_match_data *m;
	PCRE2_SIZE at;
	int why, r;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)re.p, re.n, flags, &why,
	    &at, NULL);

	if (!code)
		die("%.*s: not an expression", PS(re));
	m = pcre2_match_data_create_from_pattern(code, NULL);
	r = pcre2_match(code, (PCRE2_SPTR)in.p, in.n, 0, 0, m, NULL);
	pcre2_match_data_free(m);
	pcre2_code_free(code);
	return r >= 0;
}

/* Whether the line is kept, as the rule is written. */
static inline bool
documented(const struct lql_step *st, json_t *c, struct arena *a)
{
	const struct lql_filter *f = st->label ? st->label->filter : NULL;

	if (!f)
		return pcre_matches(st->alt[0].text, false,
		    bytes_of(c, "line", a)) == st->keep;
	return pcre_matches(f->value, true, text_of(json_object_get(c,
	    "stream"), arena_printf(a, "%.*s", PS(f->name)).p)) ==
	    (f->op == LQL_RE);
}

/* The engine does what the rule says, and nothing else to the line. */
static inline void
quirk_case(const struct lql_query *q, json_t *c, struct arena *a)
{
	bool keep = documented(&q->log.step[0], c, a), got, ok;
	struct log_pair *stream;
	struct lql_entry en;
	uint32_t n;

	if (q->log.nsteps != 1)
		die("a quirk of more than one filter");
	stream = pairs_of(json_object_get(c, "stream"), a, &n);
	entry_begin(&en, bytes_of(c, "line", a), stream, n, NULL, 0, a);
	got = pipe_run(q->log.step, 1, true, &en);
	ok = got == keep && (!got || (en.n == n && str_eq(en.line,
	    bytes_of(c, "line", a))));
	quirks++;
	quirks_failed += !ok;
	quirks_told += keep != json_is_true(json_object_get(c, "keep"));
	verdict(ok, c, "not as documented");
}

#endif
