#include "base/time.h"

#include <time.h>

#include "base/civil.h"
#include "base/num.h"

static uint64_t
clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * NS_S + (uint64_t)ts.tv_nsec;
}

uint64_t
time_now(void)
{
	return clock_ns(CLOCK_REALTIME);
}

uint64_t
time_mono(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static char *
put_digits(char *p, unsigned v, unsigned n, char after)
{
	for (unsigned i = n; i > 0; i--, v /= 10)
		p[i - 1] = (char)('0' + v % 10);
	p[n] = after;
	return p + n + 1;
}

/* By hand: an answer has a time in every line. (Hinnant's civil_from_days,
 * as in civil.c, of what is after 1970.) */
char *
time_format(char out[40], uint64_t ns, unsigned digits)
{
	uint64_t s = ns / NS_S, day = s / 86400 + 719468;
	unsigned doe = (unsigned)(day % 146097), sec = (unsigned)(s % 86400);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153, m = mp < 10 ? mp + 3 : mp - 9;
	unsigned y = (unsigned)(day / 146097) * 400 + yoe + (m <= 2);
	char *p = out;

	p = put_digits(p, y, 4, '-');
	p = put_digits(p, m, 2, '-');
	p = put_digits(p, doy - (153 * mp + 2) / 5 + 1, 2, 'T');
	p = put_digits(p, sec / 3600, 2, ':');
	p = put_digits(p, sec / 60 % 60, 2, ':');
	p = put_digits(p, sec % 60, 2, '.');
	if (digits > 0) {
		put_digits(p, (unsigned)(ns % NS_S), 9, 'Z');
		p += (digits > 9 ? 9 : digits) + 1;
	}
	memcpy(p - 1, "Z", 2);
	return out;
}

/* n digits at the front of *s, taken off; false when they are not there. */
static bool
digits_of(struct str *s, unsigned n, unsigned *v)
{
	*v = 0;
	if (s->n < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		*v = *v * 10 + (unsigned)(s->p[i] - '0');
	}
	*s = str_skip(*s, n);
	return true;
}

static bool
take(struct str *s, const char *any)
{
	if (s->n == 0 || !strchr(any, s->p[0]))
		return false;
	*s = str_skip(*s, 1);
	return true;
}

/* ".123" off the front, as nanoseconds. */
static bool
fraction(struct str *s, unsigned *ns)
{
	unsigned n = 0;

	*ns = 0;
	if (!take(s, ".,"))
		return true;
	for (; s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9'; n++) {
		if (n < 9)
			*ns = *ns * 10 + (unsigned)(s->p[0] - '0');
		*s = str_skip(*s, 1);
	}
	for (unsigned i = n; i < 9; i++)
		*ns *= 10;
	return n > 0;
}

static bool
zone(struct str *s, int64_t *seconds)
{
	unsigned h, m;

	*seconds = 0;
	if (s->n == 0 || take(s, "Zz"))
		return true;
	bool minus = s->p[0] == '-';

	if (!take(s, "+-") || !digits_of(s, 2, &h))
		return false;
	take(s, ":");
	if (!digits_of(s, 2, &m) || h > 23 || m > 59)
		return false;
	*seconds = (int64_t)(h * 3600 + m * 60) * (minus ? -1 : 1);
	return true;
}

static bool
rfc3339(struct str s, uint64_t *ns)
{
	unsigned y, mo, d, h = 0, mi = 0, sec = 0, frac = 0;
	int64_t off = 0;

	if (!digits_of(&s, 4, &y) || !take(&s, "-") ||
	    !digits_of(&s, 2, &mo) || !take(&s, "-") || !digits_of(&s, 2, &d))
		return false;
	if (s.n > 0) {
		if (!take(&s, "Tt ") || !digits_of(&s, 2, &h) ||
		    !take(&s, ":") || !digits_of(&s, 2, &mi))
			return false;
		if (take(&s, ":") && (!digits_of(&s, 2, &sec) ||
		    !fraction(&s, &frac)))
			return false;
		if (!zone(&s, &off))
			return false;
	}
	if (s.n > 0 || mo < 1 || mo > 12 || d < 1 ||
	    (int)d > civil_month_days(y, (int)mo) || h > 23 || mi > 59 ||
	    sec > 60)
		return false;
	const struct civil c = { .year = y, .month = (int)mo, .day = (int)d,
		.hour = (int)h, .min = (int)mi, .sec = (int)sec };
	int64_t t = civil_seconds(&c) - off;

	if (t < 0 || t > INT64_MAX / (int64_t)NS_S)
		return false;
	*ns = (uint64_t)t * NS_S + frac;
	return true;
}

/* Unix time: the count of digits tells the unit. */
static bool
unix_time(struct str s, uint64_t *ns)
{
	struct str whole = s;
	unsigned frac = 0;
	uint64_t v, unit;
	const char *dot = memchr(s.p, '.', s.n);

	if (dot) {
		whole.n = (size_t)(dot - s.p);
		s = str_skip(s, whole.n);
		if (!fraction(&s, &frac) || s.n > 0)
			return false;
	}
	if (!num_u64(whole, &v))
		return false;
	unit = whole.n <= 11 ? NS_S : whole.n <= 14 ? NS_MS :
	    whole.n <= 17 ? NS_US : 1;
	if (dot && unit != NS_S)
		return false;
	return !__builtin_mul_overflow(v, unit, ns) &&
	    !__builtin_add_overflow(*ns, frac, ns);
}

static bool
relative(struct str s, uint64_t now, bool ago, uint64_t *ns)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	int64_t d;

	if (!take(&s, "+-")) {
		if (!ago)
			return false;
		minus = true;
	}
	if (!num_prom_duration(s, &d) && !num_go_duration(s, &d))
		return false;
	if (d < 0)
		return false;
	if (minus)
		*ns = (uint64_t)d > now ? 0 : now - (uint64_t)d;
	else if (__builtin_add_overflow(now, (uint64_t)d, ns))
		return false;
	return true;
}

int
time_parse(struct str s, uint64_t now, bool ago, uint64_t *ns, struct err *e)
{
	if (str_eq(s, S("now"))) {
		*ns = now;
		return 0;
	}
	if (rfc3339(s, ns) || unix_time(s, ns) || relative(s, now, ago, ns))
		return 0;
	return err_set(e, ERR_QUERY, "\"%.*s\" is not a time: RFC 3339, Unix "
	    "seconds or a duration such as -1h", (int)(s.n > 60 ? 60 : s.n),
	    s.p);
}
