#include "lql/filter.h"


#include "base/num.h"

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

/* The value as the filter's literal is meant: false when it is no such. */
static bool
convert(const struct lql_filter *f, struct str v, double *d)
{
	int64_t ns;

	switch (f->type) {
	case LQL_F_NUMBER:
		return num_f64(v, d);
	case LQL_F_DURATION:
		if (!num_go_duration(v, &ns))
			return false;
		*d = (double)ns;
		return true;
	default:
		return lql_bytes(v, true, d);
	}
}

static bool
typed(const struct lql_filter *f, struct str v, bool *error)
{
	double d, with = f->type == LQL_F_DURATION ? (double)f->duration :
	    f->number;

	if (v.n == 0)
		return false;
	if (!convert(f, v, &d)) {
		*error = true;
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
    bool *error)
{
	switch (f->type) {
	case LQL_F_AND:
		return keeps(f->left, values, failed, error) &&
		    keeps(f->right, values, failed, error);
	case LQL_F_OR:
		return keeps(f->left, values, failed, error) ||
		    keeps(f->right, values, failed, error);
	case LQL_F_IP:
		return values[f->slot].n > 0 && lql_ip_in(&f->ip,
		    values[f->slot]) == (f->op == LQL_EQ);
	case LQL_F_TEXT:
		return text(f, values[f->slot]);
	default:
		return failed || typed(f, values[f->slot], error);
	}
}

bool
lql_keeps(const struct lql_stage *st, const struct str *values, bool failed,
    bool *error)
{
	return keeps(st->filter, values, failed, error);
}

bool
lql_stage_test(void *arg, const struct str *values)
{
	bool error = false;

	return keeps(((struct lql_stage *)arg)->filter, values, false,
	    &error);
}
