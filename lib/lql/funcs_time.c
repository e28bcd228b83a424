/* funcs_time: the functions on times. */
#include "base/num.h"
#include "base/time.h"
#include "lql/funcs.h"

static int
give(struct tmpl_call *c, struct gotime t)
{
	*c->out = tmpl_time(t);
	return 0;
}

static struct gotime
now(void)
{
	uint64_t t = time_now();

	return gotime_unix((int64_t)(t / NS_S), (uint32_t)(t % NS_S));
}

static int
fn_now(struct tmpl_call *c)
{
	return give(c, now());
}

static int
fn_timestamp(struct tmpl_call *c)
{
	uint64_t t = ((const struct lql_scene *)c->env)->en->time;

	return give(c, gotime_unix((int64_t)(t / NS_S), (uint32_t)(t % NS_S)));
}

/* A time, or whole seconds; anything else is now, as in the reference. */
static int
fn_date(struct tmpl_call *c)
{
	const struct tmpl_value *v = &c->arg[1];
	struct gotime t = v->type == TMPL_TIME ? gotime_utc(v->t) :
	    v->type == TMPL_INT || v->type == TMPL_INT64 ?
	    gotime_unix(v->i, 0) : now();
	struct buf b = { 0 };

	gotime_format(&b, c->arg[0].s, &t);
	return tmpl_return(c, &b);
}

static int
to_date(struct tmpl_call *c, const struct zone *z, struct str text)
{
	struct gotime t;

	return give(c, gotime_parse(c->arg[0].s, text, z, &t) ? t :
	    gotime_zero);
}

static int
fn_toDate(struct tmpl_call *c)
{
	return to_date(c, &zone_utc, c->arg[1].s);
}

static int
fn_toDateInZone(struct tmpl_call *c)
{
	const struct zone *z = zone_find(c->arg[1].s, c->mem);

	return to_date(c, z ? z : &zone_utc, c->arg[2].s);
}

static int
digits(struct tmpl_call *c, int64_t v)
{
	*c->out = tmpl_str(arena_printf(c->mem, "%lld", (long long)v));
	return 0;
}

static int
fn_unixEpoch(struct tmpl_call *c)
{
	return digits(c, c->arg[0].t.s);
}

static int
fn_unixEpochMillis(struct tmpl_call *c)
{
	const struct gotime *t = &c->arg[0].t;

	return digits(c, t->s * 1000 + t->ns / 1000000);
}

static int
fn_unixEpochNanos(struct tmpl_call *c)
{
	return digits(c, gotime_nanos(&c->arg[0].t));
}

/* Days, seconds, ms, us or ns: by the number of digits. */
static int
fn_unixToTime(struct tmpl_call *c)
{
	struct str s = c->arg[0].s;
	int64_t v, per;
	struct gotime t;

	if (!num_i64(s, &v))
		return err_set(c->e, ERR_QUERY, "unable to parse time '%.*s': "
		    "strconv.ParseInt: parsing \"%.*s\": invalid syntax",
		    (int)(s.n > 60 ? 60 : s.n), s.p,
		    (int)(s.n > 60 ? 60 : s.n), s.p);
	switch (s.n) {
	case 5: v *= 86400; per = 1; break;
	case 10: per = 1; break;
	case 13: per = 1000; break;
	case 16: per = 1000000; break;
	case 19: per = 1000000000; break;
	default:	/* the words are the reference's */
		return err_set(c->e, ERR_QUERY, "unable to parse time '%.*s': "
		    "%%!w(<nil>)", (int)(s.n > 60 ? 60 : s.n), s.p);
	}
	t = gotime_unix(v / per - (v % per < 0), 0);
	t.ns = (uint32_t)((v - t.s * per) * (1000000000 / per));
	return give(c, t);
}

const struct tmpl_func lql_time_funcs[] = {
	{ "__timestamp__", "", fn_timestamp, false },
	{ "now", "", fn_now, false }, { "date", "sa", fn_date, false },
	{ "toDate", "ss", fn_toDate, false },
	{ "toDateInZone", "sss", fn_toDateInZone, false },
	{ "unixEpoch", "t", fn_unixEpoch, false },
	{ "unixEpochMillis", "t", fn_unixEpochMillis, false },
	{ "unixEpochNanos", "t", fn_unixEpochNanos, false },
	{ "unixToTime", "s", fn_unixToTime, false },
	{ .name = NULL },
};
