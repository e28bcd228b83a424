#include "lql/parser.h"

int
parser_fail(struct parser *p, const char *what)
{
	return caret_err(p->l.e, p->l.query, p->l.place, "%s", what);
}

int
parser_fail_at(struct parser *p, struct caret at, const char *what,
    const char *name)
{
	return caret_err(p->l.e, p->l.query, at, what, name);
}

int
parser_next(struct parser *p)
{
	return lql_lex_next(&p->l);
}

int
parser_take(struct parser *p, enum lql_token type, const char *what)
{
	return p->l.type == type ? parser_next(p) : parser_fail(p, what);
}

bool
parser_word(const struct parser *p, const char *w)
{
	struct str s = str_of(w);

	if (p->l.type != LQL_IDENT || p->l.text.n != s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((p->l.text.p[i] | 32) != (s.p[i] | 32))
			return false;
	return true;
}

static bool
any_word(const struct parser *p, const char *const *of)
{
	for (; *of; of++)
		if (parser_word(p, *of))
			return true;
	return false;
}

/* Words that name no label, in any letter case: logql.md section 2. */
bool
parser_label_name(const struct parser *p)
{
	static const char *const reserved[] = { "by", "without", "bool",
		"json", "regexp", "logfmt", "unpack", "pattern",
		"label_format", "line_format", "decolorize", "drop", "keep",
		"unwrap", "offset", "on", "ignoring", "group_left",
		"group_right", "or", "and", "unless", NULL };

	return p->l.type == LQL_IDENT && !any_word(p, reserved);
}

int
parser_regex_of(struct parser *p, const char *what, struct str pattern,
    unsigned flags, struct re **re)
{
	struct lql_query *q = p->q;
	struct err why = { 0 };

	*re = re_compile(pattern, flags, &why);
	if (!*re)
		return caret_err(p->l.e, p->l.query, p->l.place, "%s%s", what,
		    why.msg);
	if (q->nregexes == p->cap_re) {
		p->cap_re = p->cap_re * 2 + 8;
		q->regexes = arena_grow(q->mem, q->regexes, q->nregexes,
		    p->cap_re, sizeof *q->regexes);
	}
	q->regexes[q->nregexes++] = *re;
	return 0;
}

int
parser_regex(struct parser *p, struct str pattern, unsigned flags,
    struct re **re)
{
	return parser_regex_of(p, "", pattern, flags, re);
}

/* ---- the selector --------------------------------------------------------- */

bool
parser_match_op(enum lql_token t, enum log_op *op)
{
	*op = t == LQL_EQ ? LOG_EQ : t == LQL_NE ? LOG_NE :
	    t == LQL_RE ? LOG_RE : LOG_NRE;
	return t == LQL_EQ || t == LQL_NE || t == LQL_RE || t == LQL_NRE;
}

int
parser_match_value(struct parser *p, enum log_op op, struct str *value,
    struct re **re)
{
	if (parser_next(p) == -1)
		return -1;
	if (p->l.type != LQL_STRING)
		return parser_no_string(p);
	*value = p->l.text;
	return op != LOG_RE && op != LOG_NRE ? 0 :
	    parser_regex(p, *value, RE_ANCHORED | RE_DOTALL, re);
}

static int
matcher(struct parser *p)
{
	struct lql_log *q = p->log;
	struct log_matcher m = { .name = p->l.text };

	if (!parser_label_name(p))
		return parser_fail(p, "expected a label name");
	if (parser_next(p) == -1)
		return -1;
	if (!parser_match_op(p->l.type, &m.op))
		return parser_fail(p, "expected =, !=, =~ or !~");
	if (parser_match_value(p, m.op, &m.value, &m.re) == -1)
		return -1;
	if (q->nmatch == p->cap_match) {
		p->cap_match = p->cap_match * 2 + 4;
		q->match = arena_grow(p->q->mem, q->match, q->nmatch,
		    p->cap_match, sizeof *q->match);
	}
	q->match[q->nmatch++] = m;
	return parser_next(p);
}

static bool
takes_empty(const struct log_matcher *m)
{
	bool eq = m->re ? re_match(m->re, S(""), NULL) == 1 : m->value.n == 0;

	return m->op == LOG_EQ || m->op == LOG_RE ? eq : !eq;
}

int
parser_selector(struct parser *p)
{
	struct caret from = p->l.place;

	if (p->l.type != LQL_OPEN)
		return parser_fail(p, "expected a stream selector: "
		    "{service_name=\"...\"}");
	if (parser_next(p) == -1)
		return -1;
	while (p->l.type != LQL_CLOSE) {
		if (p->log->nmatch > 0) {
			if (p->l.type != LQL_COMMA)
				return parser_fail(p, "expected , or }");
			if (parser_next(p) == -1)
				return -1;
		}
		if (matcher(p) == -1)
			return -1;
	}
	from.n = p->l.place.at + 1 - from.at;
	for (size_t i = 0; i < p->log->nmatch; i++)
		if (!takes_empty(&p->log->match[i]))
			return parser_next(p);
	return caret_err(p->l.e, p->l.query, from, "queries require at least "
	    "one regexp or equality matcher that does not have an empty-"
	    "compatible value. For instance, app=~\".*\" does not meet this "
	    "requirement, but app=~\".+\" will");
}

/* ---- label filters ----------------------------------------------------------- */

static uint32_t
slot(struct parser *p, struct str name)
{
	struct lql_stage *st = p->stage;

	for (uint32_t i = 0; i < st->n; i++)
		if (str_eq(st->names[i], name))
			return i;
	st->names = arena_grow(p->q->mem, st->names, st->n, st->n + 1,
	    sizeof *st->names);
	st->names[st->n] = name;
	return st->n++;
}

static struct lql_filter *
filter_node(struct parser *p, enum lql_filter_type type)
{
	struct lql_filter *f = arena_zero(p->q->mem, struct lql_filter, 1);

	f->type = type;
	return f;
}

static struct lql_filter *filters(struct parser *);

static int
typed_value(struct parser *p, struct lql_filter *f)
{
	int sign = 1;

	if (p->l.type == LQL_OTHER && (str_eq(p->l.text, S("-")) ||
	    str_eq(p->l.text, S("+")))) {
		sign = p->l.text.p[0] == '-' ? -1 : 1;
		if (parser_next(p) == -1)
			return -1;
		if (p->l.type != LQL_NUMBER)
			return parser_fail(p, "expected a number");
	}
	if (p->l.type == LQL_BYTES && p->l.text.n > 1 &&
	    p->l.text.p[0] == '0' && (p->l.text.p[1] | 32) == 'b')
		return parser_fail(p, "decimal literal has no digits");
	f->number = p->l.number * sign;
	f->duration = p->l.duration;
	f->type = p->l.type == LQL_NUMBER ? LQL_F_NUMBER :
	    p->l.type == LQL_DURATION ? LQL_F_DURATION : LQL_F_BYTES;
	p->stage->typed = true;
	return parser_next(p);
}

static struct lql_filter *
comparison(struct parser *p)
{
	struct lql_filter *f = filter_node(p, LQL_F_TEXT);
	struct lql_lex word = p->l;

	f->name = p->l.text;
	f->slot = slot(p, f->name);
	if (parser_next(p) == -1)
		return NULL;
	f->op = p->l.type;
	bool text = f->op >= LQL_EQ && f->op <= LQL_NRE;
	bool typed = f->op == LQL_EQ || f->op == LQL_NE ||
	    (f->op >= LQL_EQEQ && f->op <= LQL_LE);

	if (!text && !typed) {
		parser_no_stage(p, &word);
		return NULL;
	}
	if (parser_next(p) == -1)
		return NULL;
	if (text && p->l.type == LQL_STRING) {
		f->value = p->l.text;
		if ((f->op == LQL_RE || f->op == LQL_NRE) &&
		    parser_regex(p, f->value, RE_ANCHORED, &f->re) == -1)
			return NULL;
		return parser_next(p) == -1 ? NULL : f;
	}
	if ((f->op == LQL_EQ || f->op == LQL_NE) && parser_word(p, "ip"))
		return parser_ip(p, &f->ip, &f->value) == -1 ? NULL :
		    (f->type = LQL_F_IP, f);
	if (typed && (p->l.type == LQL_NUMBER || p->l.type == LQL_DURATION ||
	    p->l.type == LQL_BYTES || p->l.type == LQL_OTHER))
		return typed_value(p, f) == -1 ? NULL : f;
	if (!typed)
		parser_no_string(p);
	else if (p->l.type == LQL_IDENT)
		caret_err(p->l.e, p->l.query, p->l.place, text ? "expected a "
		    "string in quotes, \"%.*s\", or a number, duration or "
		    "size" : "expected a number, duration or size; a text is "
		    "compared by =\"%.*s\"", PS(p->l.text));
	else
		parser_fail(p, text ? "expected a string, number, duration or "
		    "size" : "expected a number, duration or size");
	return NULL;
}

static struct lql_filter *
primary(struct parser *p)
{
	struct lql_filter *f;

	if (parser_label_name(p))
		return comparison(p);
	if (p->l.type != LQL_PAREN) {
		parser_no_filter(p);
		return NULL;
	}
	if (parser_deeper(p) == -1)
		return NULL;
	if (parser_next(p) == -1 || !(f = filters(p)))
		return NULL;
	p->depth--;
	if (p->l.type != LQL_PAREN_CLOSE) {
		parser_fail(p, "expected )");
		return NULL;
	}
	return parser_next(p) == -1 ? NULL : f;
}

static struct lql_filter *
binary(struct parser *p, enum lql_filter_type type, struct lql_filter *left,
    struct lql_filter *right)
{
	struct lql_filter *f = filter_node(p, type);

	f->left = left;
	f->right = right;
	return right ? f : NULL;
}

/*
 * A comma, or nothing, between two filters takes everything to its right as
 * the other side: a or b , c is a or (b and c).
 */
static struct lql_filter *
rest(struct parser *p, struct lql_filter *f)
{
	bool comma = p->l.type == LQL_COMMA;
	bool none = p->l.type == LQL_PAREN || (p->l.type == LQL_IDENT &&
	    !parser_word(p, "and") && !parser_word(p, "or"));

	if (!f || (!comma && !none))
		return f;
	return comma && parser_next(p) == -1 ? NULL :
	    binary(p, LQL_F_AND, f, filters(p));
}

static struct lql_filter *
and_chain(struct parser *p)
{
	struct lql_filter *f = rest(p, primary(p));

	while (f && parser_word(p, "and"))
		f = parser_next(p) == -1 ? NULL :
		    binary(p, LQL_F_AND, f, rest(p, primary(p)));
	return f;
}

/* logql.md 3.1: `and` binds tighter than `or`. */
static struct lql_filter *
filters(struct parser *p)
{
	struct lql_filter *f;

	if (++p->depth > LQL_DEPTH_MAX * 10) {
		parser_fail(p, "nested too deeply");
		return NULL;
	}
	f = and_chain(p);
	while (f && parser_word(p, "or"))
		f = parser_next(p) == -1 ? NULL :
		    binary(p, LQL_F_OR, f, and_chain(p));
	p->depth--;
	return f;
}

static int
label_stage(struct parser *p)
{
	struct lql_stage *st = arena_zero(p->q->mem, struct lql_stage, 1);

	p->stage = st;
	st->filter = filters(p);
	if (!st->filter)
		return -1;
	parser_step(p, LQL_S_LABEL)->label = st;
	return 0;
}

/* ---- the pipeline ----------------------------------------------------------- */

struct lql_step *
parser_step(struct parser *p, enum lql_step_type type)
{
	struct lql_log *q = p->log;

	if (q->nsteps == p->cap_step) {
		p->cap_step = p->cap_step * 2 + 4;
		q->step = arena_grow(p->q->mem, q->step, q->nsteps, p->cap_step,
		    sizeof *q->step);
	}
	q->step[q->nsteps] = (struct lql_step){ .type = type,
		.no = (unsigned)q->nsteps };
	return &q->step[q->nsteps++];
}

int
parser_pipeline(struct parser *p)
{
	for (;;) {
		int r;

		switch (p->l.type) {
		case LQL_PIPE_EQ: case LQL_NE: case LQL_PIPE_RE: case LQL_NRE:
		case LQL_PIPE_GT: case LQL_NOT_GT:
			if (parser_line_filter(p) == -1)
				return -1;
			break;
		case LQL_PIPE:
			if (parser_next(p) == -1 || (r = parser_stage(p)) == -1)
				return -1;
			if (r == 0 && label_stage(p) == -1)
				return -1;
			break;
		default:
			return 0;
		}
	}
}

int
lql_parse(struct lql_query *q, struct str text, struct arena *a,
    struct err *e)
{
	struct parser p = { .q = q };

	*q = (struct lql_query){ .mem = a };
	if (lql_lex_init(&p.l, text, a, e) == 0 && parser_query(&p) == 0)
		return 0;
	lql_query_free(q);
	return -1;
}

void
lql_query_free(struct lql_query *q)
{
	for (size_t i = 0; i < q->nregexes; i++)
		re_free(q->regexes[i]);
	for (size_t i = 0; i < q->ntemplates; i++)
		tmpl_free(q->templates[i]);
	q->nregexes = q->ntemplates = 0;
}
