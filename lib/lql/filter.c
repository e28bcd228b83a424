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

static bool
typed(const struct lql_filter *f, struct str v,
    const struct lql_filter **bad)
{
	double d, with = f->type == LQL_F_DURATION ? (double)f->duration :
	    f->number;

	if (v.n == 0)
		return false;
	if (!lql_read(lql_filter_form(f), v, &d)) {
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

static bool
keeps(const struct lql_filter *f, const struct str *values, bool failed,
    const struct lql_filter **bad)
{
	switch (f->type) {
	case LQL_F_AND:
		return keeps(f->left, values, failed, bad) &&
		    keeps(f->right, values, failed, bad);
	case LQL_F_OR:
		return keeps(f->left, values, failed, bad) ||
		    keeps(f->right, values, failed, bad);
	case LQL_F_IP:
		return values[f->slot].n > 0 && lql_ip_in(&f->ip,
		    values[f->slot]) == (f->op == LQL_EQ);
	case LQL_F_TEXT:
		return text(f, values[f->slot]);
	default:
		return failed || typed(f, values[f->slot], bad);
	}
}

bool
lql_keeps(const struct lql_stage *st, const struct str *values, bool failed,
    const struct lql_filter **bad)
{
	return keeps(st->filter, values, failed, bad);
}

bool
lql_stage_test(void *arg, const struct str *values)
{
	const struct lql_filter *bad;

	return keeps(((struct lql_stage *)arg)->filter, values, false, &bad);
}
