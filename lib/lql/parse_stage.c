/* The stages of a pipeline, but label filters. logql.md 3, 5 to 8. */
#include "lql/parser.h"

#include "base/letters.h"
#include "base/num.h"
#include "lql/funcs.h"

/* ---- line filters ---------------------------------------------------------- */

int
parser_ip(struct parser *p, struct lql_ip *ip, struct str *text)
{
	struct err why = { 0 };

	if (parser_next(p) == -1)
		return -1;
	if (p->l.type != LQL_PAREN)
		return parser_fail(p, "expected (");
	if (parser_next(p) == -1)
		return -1;
	if (p->l.type != LQL_STRING)
		return parser_no_string(p);
	if (lql_ip_parse(ip, p->l.text, &why) == -1)
		return parser_fail(p, why.msg);
	*text = p->l.text;
	if (parser_next(p) == -1)
		return -1;
	if (p->l.type != LQL_PAREN_CLOSE)
		return parser_fail(p, "expected )");
	return parser_next(p);
}

static int
alternative(struct parser *p, enum lql_token op, struct lql_step *st)
{
	struct lql_line_alt a = { .how = LQL_L_TEXT };
	struct err why = { 0 };

	if (parser_word(p, "ip")) {
		a.how = LQL_L_IP;
		if (op != LQL_PIPE_EQ && op != LQL_NE)
			return parser_fail(p, "ip: invalid operation");
		if (parser_ip(p, &a.ip, &a.text) == -1)
			return -1;
	} else {
		if (p->l.type != LQL_STRING)
			return parser_no_string(p);
		a.text = p->l.text;
		if (op == LQL_PIPE_RE || op == LQL_NRE)
			a.how = LQL_L_RE;
		if (op == LQL_PIPE_GT || op == LQL_NOT_GT)
			a.how = LQL_L_PATTERN;
		if (a.how == LQL_L_RE &&
		    parser_regex(p, a.text, 0, &a.re) == -1)
			return -1;
		if (a.how == LQL_L_PATTERN && lql_pattern_parse(&a.pattern,
		    a.text, true, p->q->mem, &why) == -1)
			return parser_fail(p, why.msg);
		if (parser_next(p) == -1)
			return -1;
	}
	st->alt = arena_grow(p->q->mem, st->alt, st->alts, st->alts + 1,
	    sizeof *st->alt);
	st->alt[st->alts++] = a;
	return 0;
}

/* Behind unwrap there are label filters only. */
static int
before_unwrap(struct parser *p)
{
	return p->range && p->range->unwrap ? parser_fail(p, "behind unwrap "
	    "there may be label filters only") : 0;
}

int
parser_line_filter(struct parser *p)
{
	enum lql_token op = p->l.type;
	struct lql_step *st = parser_step(p, LQL_S_LINE);

	if (before_unwrap(p) == -1)
		return -1;
	st->keep = op == LQL_PIPE_EQ || op == LQL_PIPE_RE ||
	    op == LQL_PIPE_GT;
	do {
		if (parser_next(p) == -1 || alternative(p, op, st) == -1)
			return -1;
	} while (parser_word(p, "or"));
	return 0;
}

/* ---- names ------------------------------------------------------------------ */

static struct lql_name *
add_name(struct parser *p, struct lql_step *st)
{
	struct lql_name *f;

	st->name = arena_grow(p->q->mem, st->name, st->names, st->names + 1,
	    sizeof *st->name);
	f = &st->name[st->names++];
	*f = (struct lql_name){ .name = p->l.text, .from = p->l.text };
	return f;
}

static int
expect_name(struct parser *p)
{
	return parser_label_name(p) ? 0 : parser_fail(p,
	    "expected a label name");
}

/* One part of a path: .name, ["name"] or [3]. */
static int
path_part(struct parser *p, struct str *s, bool first,
    struct lql_path_part *out)
{
	size_t i;
	uint64_t no;

	*out = (struct lql_path_part){ 0 };
	if (s->p[0] == '[') {
		bool quoted = s->n > 1 && s->p[1] == '"';
		size_t end = str_find(*s, quoted ? S("\"]") : S("]"));

		if (end > s->n)
			return parser_fail(p, "cannot parse expression: no ]");
		struct str in = quoted ? str_mk(s->p + 2, end - 2) :
		    str_mk(s->p + 1, end - 1);

		if (quoted && (end < 2 || memchr(in.p, '"', in.n)))
			return parser_fail(p, "cannot parse expression");
		if (!quoted && !num_u64(in, &no))
			return parser_fail(p, "cannot parse expression: "
			    "expected a number or a string in [ ]");
		out->key = quoted ? in : (struct str){ NULL, 0 };
		out->index = quoted ? 0 : (int64_t)no;
		*s = str_skip(*s, end + (quoted ? 2 : 1));
		return 0;
	}
	if (!first && s->p[0] == '.')
		*s = str_skip(*s, 1);
	else if (!first)
		return parser_fail(p, "cannot parse expression");
	i = letters_name(*s);
	if (i == 0)
		return parser_fail(p, "cannot parse expression: expected a "
		    "field");
	out->key = str_mk(s->p, i);
	*s = str_skip(*s, i);
	return 0;
}

static int
path(struct parser *p, struct lql_name *f, struct str s)
{
	struct lql_path_part part;

	if (s.n == 0)
		return parser_fail(p, "empty expression");
	for (bool first = true; s.n > 0; first = false) {
		if (path_part(p, &s, first, &part) == -1)
			return -1;
		f->path = arena_grow(p->q->mem, f->path, f->parts,
		    f->parts + 1, sizeof *f->path);
		f->path[f->parts++] = part;
	}
	return 0;
}

static bool
plain_key(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_' && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') &&
		    (uint8_t)s.p[i] < 0x80)
			return false;
	return s.n > 0;
}

/* json and logfmt: name [= "where"], .. */
static int
extractions(struct parser *p, struct lql_step *st)
{
	while (parser_label_name(p)) {
		struct lql_name *f = add_name(p, st);
		struct str whole = f->name;
		struct lql_lex at = p->l;

		if (parser_next(p) == -1)
			return -1;
		if (p->l.type == LQL_EQ) {
			if (parser_next(p) == -1)
				return -1;
			if (p->l.type != LQL_STRING)
				return parser_no_string(p);
			f->from = whole = p->l.text;
			at = p->l;
			if (parser_next(p) == -1)
				return -1;
		}
		if (st->type == LQL_S_LOGFMT && !plain_key(f->from))
			return parser_fail(p, "cannot parse expression: "
			    "expected a key");
		if (st->type == LQL_S_JSON) {
			struct lql_lex now = p->l;
			int r;

			p->l = at;	/* the caret of what is wrong */
			r = path(p, f, whole);
			p->l = now;
			if (r == -1)
				return -1;
		}
		if (p->l.type != LQL_COMMA)
			return 1;
		if (parser_next(p) == -1 || expect_name(p) == -1)
			return -1;
	}
	return 1;
}

static int
logfmt(struct parser *p)
{
	struct lql_step *st = parser_step(p, LQL_S_LOGFMT);

	for (; p->l.type == LQL_OTHER; ) {
		if (str_eq(p->l.text, S("--strict")))
			st->strict = true;
		else if (str_eq(p->l.text, S("--keep-empty")))
			st->keep_empty = true;
		else
			break;
		if (parser_next(p) == -1)
			return -1;
	}
	return extractions(p, st);
}

static int
pattern(struct parser *p)
{
	struct lql_step *st = parser_step(p, LQL_S_PATTERN);
	struct err why = { 0 };

	if (p->l.type != LQL_STRING)
		return parser_fail(p, "expected a pattern in quotes");
	st->text = p->l.text;
	if (lql_pattern_parse(&st->pattern, p->l.text, false, p->q->mem,
	    &why) == -1)
		return caret_err(p->l.e, p->l.query, p->l.place,
		    "invalid pattern parser: %s", why.msg);
	return parser_next(p) == -1 ? -1 : 1;
}

static int
regexp(struct parser *p)
{
	struct lql_step *st = parser_step(p, LQL_S_REGEXP);
	struct str *name;
	size_t n;

	if (p->l.type != LQL_STRING)
		return parser_fail(p, "expected an expression in quotes");
	st->text = p->l.text;
	if (parser_regex_of(p, "invalid regexp parser: ", p->l.text, 0,
	    &st->re) == -1)
		return -1;
	n = re_names(st->re, p->q->mem, &name);
	if (n == 0)
		return parser_fail(p, "invalid regexp parser: at least one "
		    "named capture must be supplied");
	st->name = arena_zero(p->q->mem, struct lql_name, n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			if (str_eq(name[k], name[i]))
				return caret_err(p->l.e, p->l.query,
				    p->l.place, "invalid regexp parser: "
				    "duplicate extracted label name '%.*s'",
				    PS(name[i]));
		if (name[i].p[0] >= '0' && name[i].p[0] <= '9')
			return parser_fail(p, "invalid extracted label name");
		st->name[st->names++].name = name[i];
	}
	return parser_next(p) == -1 ? -1 : 1;
}

/* A text with {{ is a template; another is itself. */
static int
template(struct parser *p, struct str label, struct str *text,
    struct tmpl **tmpl)
{
	struct lql_query *q = p->q;
	struct err why = { 0 };

	if (p->l.type != LQL_STRING)
		return parser_no_string(p);
	*text = p->l.text;
	if (str_find(p->l.text, S("{{")) <= p->l.text.n) {
		*tmpl = tmpl_parse(label.n > 0 ? "label" : "line", p->l.text,
		    lql_funcs, q->mem, &why);
		if (!*tmpl)
			return caret_err(p->l.e, p->l.query, p->l.place,
			    label.n > 0 ? "invalid template for label '%.*s': "
			    "%s" : "%.*sinvalid line template: %s", PS(label),
			    why.msg);
		q->templates = arena_grow(q->mem, q->templates, q->ntemplates,
		    q->ntemplates + 1, sizeof *q->templates);
		q->templates[q->ntemplates++] = *tmpl;
	}
	return parser_next(p) == -1 ? -1 : 1;
}

static int
line_format(struct parser *p)
{
	struct lql_step *st = parser_step(p, LQL_S_LINE_FORMAT);

	return template(p, S(""), &st->text, &st->tmpl);
}

static int
label_format(struct parser *p)
{
	struct lql_step *st = parser_step(p, LQL_S_LABEL_FORMAT);

	for (;;) {
		struct lql_name *f;

		if (expect_name(p) == -1)
			return -1;
		f = add_name(p, st);
		if (str_eq(f->name, S("__error__")))
			return parser_fail(p, "__error__ cannot be formatted");
		for (struct lql_name *k = st->name; k < f; k++)
			if (str_eq(k->name, f->name))
				return caret_err(p->l.e, p->l.query,
				    p->l.place, "multiple label name '%.*s' "
				    "not allowed in a single format operation",
				    PS(f->name));
		if (parser_next(p) == -1)
			return -1;
		if (p->l.type != LQL_EQ)
			return parser_fail(p, "expected =");
		if (parser_next(p) == -1)
			return -1;
		f->text = p->l.type == LQL_STRING;
		if (f->text ? template(p, f->name, &f->from, &f->tmpl) == -1 :
		    expect_name(p) == -1)
			return -1;
		if (!f->text) {
			f->from = p->l.text;
			if (parser_next(p) == -1)
				return -1;
		}
		if (p->l.type != LQL_COMMA)
			return 1;
		if (parser_next(p) == -1)
			return -1;
	}
}

/* drop and keep: a name, or a matcher. */
static int
choices(struct parser *p, enum lql_step_type type)
{
	struct lql_step *st = parser_step(p, type);

	for (;;) {
		struct lql_name *f;

		if (expect_name(p) == -1)
			return -1;
		f = add_name(p, st);
		if (parser_next(p) == -1)
			return -1;
		f->matches = parser_match_op(p->l.type, &f->op);
		if (f->matches && (parser_match_value(p, f->op, &f->from,
		    &f->re) == -1 || parser_next(p) == -1))
			return -1;
		if (p->l.type != LQL_COMMA)
			return 1;
		if (parser_next(p) == -1)
			return -1;
	}
}

/* unwrap x, unwrap duration(x) */
static int
unwrap(struct parser *p)
{
	static const char *const how[] = { "", "bytes", "duration",
		"duration_seconds" };
	struct lql_step *st;
	int k = 3;

	if (!p->range)
		return parser_fail(p, "unwrap belongs into a function such "
		    "as sum_over_time");
	if (before_unwrap(p) == -1)
		return -1;
	st = parser_step(p, LQL_S_UNWRAP);
	p->range->unwrap = true;
	if (parser_next(p) == -1 || expect_name(p) == -1)
		return -1;
	while (k > 0 && !parser_word(p, how[k]))
		k--;
	add_name(p, st);
	if (parser_next(p) == -1)
		return -1;
	if (k == 0 || p->l.type != LQL_PAREN)
		return 1;
	st->unwrap = (enum lql_unwrap)k;
	if (parser_next(p) == -1 || expect_name(p) == -1)
		return -1;
	st->name[0].name = p->l.text;
	return parser_next(p) == -1 ||
	    parser_take(p, LQL_PAREN_CLOSE, "expected )") == -1 ? -1 : 1;
}

int
parser_stage(struct parser *p)
{
	static const struct { const char *word; enum lql_step_type type; }
	    known[] = { { "json", LQL_S_JSON }, { "logfmt", LQL_S_LOGFMT },
		{ "regexp", LQL_S_REGEXP }, { "pattern", LQL_S_PATTERN },
		{ "unpack", LQL_S_UNPACK },
		{ "line_format", LQL_S_LINE_FORMAT },
		{ "label_format", LQL_S_LABEL_FORMAT },
		{ "decolorize", LQL_S_DECOLORIZE }, { "drop", LQL_S_DROP },
		{ "keep", LQL_S_KEEP } };
	size_t k = 0;

	if (parser_word(p, "unwrap"))
		return unwrap(p);
	while (k < sizeof known / sizeof *known &&
	    !parser_word(p, known[k].word))
		k++;
	if (k == sizeof known / sizeof *known)
		return 0;
	if (before_unwrap(p) == -1 || parser_next(p) == -1)
		return -1;
	switch (known[k].type) {
	case LQL_S_JSON: return extractions(p, parser_step(p, LQL_S_JSON));
	case LQL_S_LOGFMT: return logfmt(p);
	case LQL_S_REGEXP: return regexp(p);
	case LQL_S_PATTERN: return pattern(p);
	case LQL_S_LINE_FORMAT: return line_format(p);
	case LQL_S_LABEL_FORMAT: return label_format(p);
	case LQL_S_DROP:
	case LQL_S_KEEP: return choices(p, known[k].type);
	default:
		parser_step(p, known[k].type);
		return 1;
	}
}
