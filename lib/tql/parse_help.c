/* Mistakes: what was expected, and what may have been meant. */
#include "tql/parse.h"

#define COUNT(a)	(sizeof (a) / sizeof *(a))

int
parse_unsupported(struct parse *p, struct caret at, struct err *e,
    const char *what)
{
	return caret_err(e, p->lex.text, at, "%s not yet supported", what);
}

/* What others write for it. */
static const char *
meant(const struct parse *p, struct str t)
{
	size_t at = p->lex.t.at.at;
	bool again = at > 0 && p->lex.text.p[at - 1] == '=';

	if (str_eq(t, S("'")))
		return "; a string stands in \"double quotes\" or "
		    "`backquotes`";
	if (str_eq(t, S("and")) || str_eq(t, S("AND")))
		return "; and is written &&";
	if (str_eq(t, S("or")) || str_eq(t, S("OR")))
		return "; or is written ||";
	if (str_eq(t, S("=")) && again)
		return "; equal is written =";
	return str_eq(t, S("~")) ? "; a match is written =~" : "";
}

int
parse_unexpected(struct parse *p, struct err *e, const char *wanted)
{
	struct str t = str_mk(p->lex.text.p + p->lex.t.at.at,
	    p->lex.t.at.n > 40 ? 40 : p->lex.t.at.n);

	if (p->lex.t.kind == LEX_END)
		return caret_err(e, p->lex.text, p->lex.t.at,
		    "the query ends here, expected %s", wanted);
	for (size_t i = 0; i < t.n; i++)
		if ((uint8_t)t.p[i] < 0x20 || t.p[i] == 0x7f)
			t = S("this");
	return caret_err(e, p->lex.text, p->lex.t.at,
	    "unexpected %.*s, expected %s%s", PS(t), wanted, meant(p, t));
}

/* The nearest of the words that are values; of very short ones all are near. */
static struct str
near_value(struct str word)
{
	struct str of[3 + 6];
	size_t n = 0;

	for (int64_t i = 0; i < 3 + 6; i++) {
		struct str s = i < 3 ? tql_status_word(i) :
		    tql_kind_word(i - 3);

		if (s.n > 3)
			of[n++] = s;
	}
	return caret_nearest(word, of, n);
}

/* service.name, spans.http.method: an attribute without its scope. */
static int
dotted_word(struct parse *p, struct err *e)
{
	static const struct str scopes[] = { S("span"), S("resource"),
		S("event"), S("link"), S("instrumentation") };
	/* what a resource is described by */
	static const struct str of_resource[] = { S("service"), S("k8s"),
		S("host"), S("cloud"), S("container"), S("deployment"),
		S("process"), S("telemetry"), S("os") };
	struct str word = p->lex.t.text, rest = str_skip(p->lex.text,
	    p->lex.t.at.at), near = caret_nearest(word, scopes, COUNT(scopes));
	const char *scope = "span";
	size_t n = 0;

	while (n < rest.n && n < 60 && !strchr(" \t\r\n{}()=~!<>&|^,",
	    rest.p[n]))
		n++;
	rest.n = n;
	for (size_t i = 0; i < COUNT(of_resource); i++)
		if (str_eq(word, of_resource[i]))
			scope = "resource";
	if (near.p && near.n + 1 >= word.n)
		return caret_err(e, p->lex.text, (struct caret){
		    p->lex.t.at.at, n }, "unknown identifier \"%.*s\": did you "
		    "mean %.*s%.*s", PS(word), PS(near),
		    PS(str_skip(rest, word.n)));
	return caret_err(e, p->lex.text, (struct caret){ p->lex.t.at.at, n },
	    "an attribute has a scope: %s.%.*s, or .%.*s for any", scope,
	    PS(rest), PS(rest));
}

/* Intrinsics that have a scope, without it and as others spell them; and
 * scopes with the wrong sign behind them. NULL: it is none. */
static const char *
scoped_form(struct str word, char next)
{
	static const struct { struct str word; char next; const char *form; }
	all[] = {
		{ S("traceID"), 0, "trace:id" }, { S("traceId"), 0, "trace:id" },
		{ S("trace_id"), 0, "trace:id" }, { S("spanID"), 0, "span:id" },
		{ S("spanId"), 0, "span:id" }, { S("span_id"), 0, "span:id" },
		{ S("id"), 0, "trace:id or span:id" },
		{ S("parentID"), 0, "span:parentID" },
		{ S("childCount"), 0, "span:childCount" },
		{ S("rootService"), 0, "rootServiceName" },
		{ S("timeSinceStart"), 0, "event:timeSinceStart" },
		{ S("version"), 0, "instrumentation:version" },
		{ S("trace"), '.', "trace:id, trace:duration" },
		{ S("resource"), ':', "resource.KEY" },
	};

	for (size_t i = 0; i < COUNT(all); i++)
		if (str_eq(word, all[i].word) && (all[i].next == 0 ?
		    next != '.' : next == all[i].next))
			return all[i].form;
	return NULL;
}

int
parse_unknown(struct parse *p, const struct str *of, size_t n, struct err *e)
{
	struct str word = p->lex.t.text, near;
	char next = p->lex.at < p->lex.text.n ? p->lex.text.p[p->lex.at] : 0;
	const char *form = scoped_form(word, next);

	if (form)
		return caret_err(e, p->lex.text, p->lex.t.at,
		    "unknown identifier \"%.*s\": it is written %s", PS(word),
		    form);
	if (next == '.')
		return dotted_word(p, e);
	near = caret_nearest(word, of, n);
	word.n = word.n > 60 ? 60 : word.n;
	if (near.p)
		return caret_err(e, p->lex.text, p->lex.t.at,
		    "unknown identifier \"%.*s\": spans have \"%.*s\"",
		    PS(word), PS(near));
	near = near_value(word);
	if (near.p)
		return caret_err(e, p->lex.text, p->lex.t.at,
		    "unknown identifier \"%.*s\": a value is \"%.*s\"",
		    PS(word), PS(near));
	return caret_err(e, p->lex.text, p->lex.t.at,
	    "unknown identifier \"%.*s\": attributes are written .%.*s or "
	    "span.%.*s, texts in quotes", PS(word), PS(word), PS(word));
}
