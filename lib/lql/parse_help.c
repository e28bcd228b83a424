/* Mistakes: what was expected, and what may have been meant. */
#include "lql/parser.h"

static const struct str stages[] = { S("json"), S("logfmt"), S("regexp"),
	S("pattern"), S("unpack"), S("line_format"), S("label_format"),
	S("decolorize"), S("drop"), S("keep"), S("unwrap") };
#define STAGES	(sizeof stages / sizeof *stages)
/* unwrap is one in a range only */
#define STAGES_OF_LINES	(STAGES - 1)

int
parser_no_string(struct parser *p)
{
	struct str word = p->l.text;

	return p->l.type == LQL_IDENT ? caret_err(p->l.e, p->l.query,
	    p->l.place, "expected a string in quotes: \"%.*s\"", PS(word)) :
	    parser_fail(p, "expected a string in quotes");
}

/* The token behind the current one. */
static enum lql_token
behind(const struct parser *p)
{
	struct err none = { 0 };
	struct lql_lex l = p->l;

	l.e = &none;
	return lql_lex_next(&l) == -1 ? LQL_END : l.type;
}

int
parser_no_stage(struct parser *p, const struct lql_lex *word)
{
	struct str near = caret_nearest(word->text, stages, p->range ? STAGES :
	    STAGES_OF_LINES);
	const char *what = "a label is compared, as in %.*s=\"x\"; stages are "
	    "json, logfmt, regexp, pattern, unpack, line_format, "
	    "label_format, decolorize, drop and keep";

	if (near.p && near.p[0] == word->text.p[0])
		return caret_err(word->e, word->query, word->place,
		    "unknown stage \"%.*s\": did you mean \"%.*s\"",
		    PS(word->text), PS(near));
	if (p->l.type == LQL_STRING)
		return caret_err(word->e, word->query, word->place,
		    "unknown stage \"%.*s\": lines that have a text are found "
		    "by |= \"text\", or |~ \"expression\"", PS(word->text));
	if (p->range && p->l.type == LQL_RANGE)
		return caret_err(word->e, word->query, word->place,
		    "the label's values are numbers by | unwrap %.*s",
		    PS(word->text));
	return caret_err(word->e, word->query, p->l.place, what,
	    PS(word->text));
}

int
parser_no_filter(struct parser *p)
{
	return parser_fail(p, p->l.type == LQL_STRING ? "expected a stage or a "
	    "label filter; lines that have a text are found by |= \"text\"" :
	    "expected a stage, such as json, or a label filter");
}

static struct str
function_near(struct str word)
{
	struct str of[LQL_RANGE_OPS + LQL_AGG_OPS + 2];
	size_t n = 0;

	for (int i = 0; i < LQL_RANGE_OPS; i++)
		of[n++] = str_of(lql_range_name((enum lql_range_op)i));
	for (int i = 0; i < LQL_AGG_OPS; i++)
		of[n++] = str_of(lql_agg_name((enum lql_agg_op)i));
	of[n++] = S("vector");
	of[n++] = S("label_replace");
	return caret_nearest(word, of, n);
}

int
parser_no_query(struct parser *p)
{
	enum lql_token next = p->l.type == LQL_IDENT ? behind(p) : LQL_END;
	struct str word = p->l.text, near;
	enum log_op op;

	if (next == LQL_PAREN) {
		near = function_near(word);
		return caret_err(p->l.e, p->l.query, p->l.place,
		    near.p ? "unknown function \"%.*s\": did you mean \"%.*s\"" :
		    "unknown function \"%.*s\": there are rate, "
		    "count_over_time, sum_over_time and others, see logql(7)",
		    PS(word), PS(near));
	}
	if (parser_match_op(next, &op))
		return parser_fail(p, "a stream selector stands in braces: "
		    "{service_name=\"...\"}");
	if (p->l.type == LQL_IDENT && p->l.place.at == 0)
		return caret_err(p->l.e, p->l.query, p->l.place, "expected a "
		    "stream selector; all lines that have the word: "
		    "{service_name=~\".+\"} |= \"%.*s\"", PS(word));
	return parser_fail(p, "expected a stream selector: "
	    "{service_name=\"...\"}, or a function such as rate");
}
