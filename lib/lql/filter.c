#include "lql/filter.h"

static bool
text(const struct lql_filter *f, struct str v)
{
	switch (f->op) {
	case LQL_EQ: return str_eq(v, f->value);
	case LQL_NE: return !str_eq(v, f->value);
	case LQL_RE: return re_match(f->re, v, NULL) == 1;
	default: return re_match(f->re, v, NULL) == 0;
	}
}

enum lql_form
lql_filter_form(const struct lql_filter *f)
{
	return f->type == LQL_F_NUMBER ? LQL_AS_NUMBER :
	    f->type == LQL_F_DURATION ? LQL_AS_DURATION : LQL_AS_BYTES;
}

/* None knows of __error__; what is not there is not kept. */
static bool
typed(const struct lql_filter *f, struct str v, enum lql_mark mark,
    const struct lql_filter **bad)
{
	double d, with = f->type == LQL_F_DURATION ? (double)f->duration :
	    f->number;

	if (v.n == 0 || str_eq(f->name, S("__error__")))
		return false;
	if (mark == LQL_FAILED)
		return true;
	if (!lql_read(lql_filter_form(f), v, &d)) {
		if (!*bad)
			*bad = f;
		return true;
	}
	switch (f->op) {
	case LQL_GT: return d > with;
	case LQL_GE: return d >= with;
	case LQL_LT: return d < with;
	case LQL_LE: return d <= with;
	case LQL_NE: return d < with || d > with;
	default: return d >= with && d <= with;
	}
}

/* An error, whichever it is, passes. */
static bool
address(const struct lql_filter *f, struct str v, enum lql_mark mark,
    const struct lql_filter *bad)
{
	return mark != LQL_CLEAN || bad || (v.n > 0 &&
	    lql_ip_in(&f->ip, v) == (f->op == LQL_EQ));
}

static bool
keeps(const struct lql_filter *f, const struct str *values,
    enum lql_mark mark, const struct lql_filter **bad)
{
	switch (f->type) {
	case LQL_F_AND:
		return keeps(f->left, values, mark, bad) &&
		    keeps(f->right, values, mark, bad);
	case LQL_F_OR:
		return keeps(f->left, values, mark, bad) ||
		    keeps(f->right, values, mark, bad);
	case LQL_F_IP:
		return address(f, values[f->slot], mark, *bad);
	case LQL_F_TEXT:
		return text(f, values[f->slot]);
	default:
		return typed(f, values[f->slot], mark, bad);
	}
}

bool
lql_keeps(const struct lql_stage *st, const struct str *values,
    enum lql_mark mark, const struct lql_filter **bad)
{
	*bad = NULL;
	return keeps(st->filter, values, mark, bad);
}

bool
lql_stage_test(void *arg, const struct str *values)
{
	const struct lql_filter *bad;

	return lql_keeps(arg, values, LQL_CLEAN, &bad);
}
