#include "lql/print.h"

#include "base/num.h"
#include "base/quote.h"
#include "lql/print_inner.h"
#include "lql/rewrite.h"

/* ---- texts --------------------------------------------------------------------- */

static void
matcher_op(struct buf *b, enum log_op op)
{
	static const char *const text[] = { "=", "!=", "=~", "!~" };

	buf_adds(b, str_of(text[op]));
}

static void
quoted_ip(struct buf *b, struct str s)
{
	buf_adds(b, S("ip("));
	quote_go(b, s);
	buf_u8(b, ')');
}

/* Names that are no identifiers of old stand in quotes. */
static void
name(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] >= 0x80) {
			quote_go(b, s);
			return;
		}
	buf_adds(b, s);
}

void
print_selector(struct buf *b, const struct lql_log *log)
{
	buf_u8(b, '{');
	for (size_t i = 0; i < log->nmatch; i++) {
		buf_adds(b, i > 0 ? S(", ") : S(""));
		name(b, log->match[i].name);
		matcher_op(b, log->match[i].op);
		quote_go(b, log->match[i].value);
	}
	buf_u8(b, '}');
}

/* ---- label filters --------------------------------------------------------------- */

static void
comparison(struct buf *b, enum lql_token op)
{
	switch (op) {
	case LQL_NE: buf_adds(b, S("!=")); break;
	case LQL_GT: buf_adds(b, S(">")); break;
	case LQL_GE: buf_adds(b, S(">=")); break;
	case LQL_LT: buf_adds(b, S("<")); break;
	case LQL_LE: buf_adds(b, S("<=")); break;
	default: buf_adds(b, S("=="));
	}
}

/* A regular expression that stays one there is printed as it is. */
static void
text_filter(struct buf *b, const struct lql_filter *f)
{
	bool raw = f->re && !rewritten(f->value) &&
	    str_find(f->value, S("`")) > f->value.n;

	matcher_op(b, f->op == LQL_EQ ? LOG_EQ : f->op == LQL_NE ? LOG_NE :
	    f->op == LQL_RE ? LOG_RE : LOG_NRE);
	if (raw)
		buf_addf(b, "`%.*s`", PS(f->value));
	else
		quote_go(b, f->value);
}

static void
filter(struct buf *b, const struct lql_filter *f)
{
	char t[40], *blank;

	if (f->type == LQL_F_AND || f->type == LQL_F_OR) {
		buf_adds(b, S("( "));
		filter(b, f->left);
		buf_adds(b, f->type == LQL_F_AND ? S(" , ") : S(" or "));
		filter(b, f->right);
		buf_adds(b, S(" )"));
		return;
	}
	buf_adds(b, f->name);
	switch (f->type) {
	case LQL_F_TEXT:
		text_filter(b, f);
		return;
	case LQL_F_IP:
		buf_adds(b, f->op == LQL_NE ? S("!=") : S("="));
		quoted_ip(b, f->value);
		return;
	default:
		comparison(b, f->op);
	}
	if (f->type == LQL_F_NUMBER)
		buf_adds(b, str_of(num_fmt_f64(t, f->number)));
	else if (f->type == LQL_F_DURATION)
		buf_adds(b, str_of(num_fmt_go_duration(t, f->duration)));
	else {
		blank = strchr(num_fmt_si_size(t, f->number), ' ');
		buf_addf(b, "%.*s%s", (int)(blank - t), t, blank + 1);
	}
}

/* ---- steps ------------------------------------------------------------------------- */

static void
line_filter(struct buf *b, const struct lql_step *st)
{
	static const char *const op[][2] = { [LQL_L_TEXT] = { "!=", "|=" },
		[LQL_L_RE] = { "!~", "|~" }, [LQL_L_PATTERN] = { "!>", "|>" },
		[LQL_L_IP] = { "!=", "|=" } };
	const char *way = op[st->alt[0].how][st->keep];

	for (size_t i = 0; i < st->alts; i++) {
		if (i > 0 && st->keep)
			buf_adds(b, S(" or "));
		else
			buf_addf(b, "%s%s ", i > 0 ? " " : "", way);
		if (st->alt[i].how == LQL_L_IP)
			quoted_ip(b, st->alt[i].text);
		else
			quote_go(b, st->alt[i].text);
	}
}

/* a="b",c="d" of json and logfmt. */
static void
extractions(struct buf *b, const struct lql_step *st)
{
	for (size_t i = 0; i < st->names; i++) {
		buf_u8(b, i > 0 ? ',' : ' ');
		buf_addf(b, "%.*s=", PS(st->name[i].name));
		quote_go(b, st->name[i].from);
	}
}

static void
formats(struct buf *b, const struct lql_step *st)
{
	for (size_t i = 0; i < st->names; i++) {
		buf_u8(b, i > 0 ? ',' : ' ');
		buf_addf(b, "%.*s=", PS(st->name[i].name));
		if (st->name[i].text)
			quote_go(b, st->name[i].from);
		else
			buf_adds(b, st->name[i].from);
	}
}

static void
choices(struct buf *b, const struct lql_step *st)
{
	for (size_t i = 0; i < st->names; i++) {
		buf_u8(b, i > 0 ? ',' : ' ');
		buf_adds(b, st->name[i].name);
		if (!st->name[i].matches)
			continue;
		matcher_op(b, st->name[i].op);
		quote_go(b, st->name[i].from);
	}
}

static void
unwrap(struct buf *b, const struct lql_step *st)
{
	static const char *const as[] = { [LQL_U_BYTES] = "bytes",
		[LQL_U_DURATION] = "duration",
		[LQL_U_SECONDS] = "duration_seconds" };

	if (st->unwrap == LQL_U_NUMBER)
		buf_addf(b, " %.*s", PS(st->name[0].name));
	else
		buf_addf(b, " %s(%.*s)", as[st->unwrap], PS(st->name[0].name));
}

void
print_step(struct buf *b, const struct lql_step *st)
{
	static const char *const word[] = { [LQL_S_LINE] = "",
		[LQL_S_LABEL] = "", [LQL_S_JSON] = "json",
		[LQL_S_LOGFMT] = "logfmt", [LQL_S_REGEXP] = "regexp ",
		[LQL_S_PATTERN] = "pattern ", [LQL_S_UNPACK] = "unpack",
		[LQL_S_LINE_FORMAT] = "line_format ",
		[LQL_S_LABEL_FORMAT] = "label_format",
		[LQL_S_DECOLORIZE] = "decolorize", [LQL_S_DROP] = "drop",
		[LQL_S_KEEP] = "keep", [LQL_S_UNWRAP] = "unwrap" };

	if (st->type == LQL_S_LINE) {
		line_filter(b, st);
		return;
	}
	buf_addf(b, "| %s", word[st->type]);
	switch (st->type) {
	case LQL_S_LABEL: filter(b, st->label->filter); break;
	case LQL_S_LOGFMT:
		buf_adds(b, st->strict ? S(" --strict") : S(""));
		buf_adds(b, st->keep_empty ? S(" --keep-empty") : S(""));
		extractions(b, st);
		break;
	case LQL_S_JSON: extractions(b, st); break;
	case LQL_S_REGEXP: case LQL_S_PATTERN: case LQL_S_LINE_FORMAT:
		quote_go(b, st->text);
		break;
	case LQL_S_LABEL_FORMAT: formats(b, st); break;
	case LQL_S_DROP: case LQL_S_KEEP: choices(b, st); break;
	case LQL_S_UNWRAP: unwrap(b, st); break;
	default: break;
	}
}

const struct lql_step *
print_step_no(const struct lql_log *log, size_t n)
{
	for (size_t i = 0; i < log->nsteps; i++)
		if (log->step[i].no == n)
			return &log->step[i];
	return NULL;
}

void
print_log(struct buf *b, const struct lql_log *log)
{
	const struct lql_step *st;

	print_selector(b, log);
	if (log->only.n > 0)
		buf_addf(b, " | %.*s", PS(log->only));
	for (size_t i = 0; (st = print_step_no(log, i)); i++) {
		buf_u8(b, ' ');
		print_step(b, st);
	}
}

void
lql_print(struct buf *b, const struct lql_query *q)
{
	if (q->metric)
		print_metric(b, q->metric);
	else
		print_log(b, &q->log);
}
