/* gotime_parse: a text read by its layout, as Go's time.ParseInLocation. */
#include <strings.h>

#include "base/civil.h"
#include "base/num.h"
#include "text/golayout.h"
#include "text/gotime.h"

struct reading {
	struct str s;		/* what is left */
	struct civil c;
	int64_t ns;
	int yday;		/* 0: not said */
	bool pm, am;
	bool utc, shifted;	/* its zone is UTC; is at `offset` */
	int32_t offset;
	struct str zone;	/* by name; n 0: none */
};

static bool
digit_at(struct str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* `min` to `max` digits. */
static bool
digits(struct reading *r, size_t min, size_t max, int *v)
{
	size_t n = 0;

	*v = 0;
	for (; n < max && digit_at(r->s, n); n++)
		*v = *v * 10 + (r->s.p[n] - '0');
	r->s = str_skip(r->s, n);
	return n >= min;
}

/* A blank in the layout stands for any number of them. */
static bool
skip(struct reading *r, struct str text)
{
	for (; text.n > 0; text = str_skip(text, 1)) {
		if (text.p[0] == ' ') {
			if (r->s.n > 0 && r->s.p[0] != ' ')
				return false;
			while (text.n > 1 && text.p[1] == ' ')
				text = str_skip(text, 1);
			while (r->s.n > 0 && r->s.p[0] == ' ')
				r->s = str_skip(r->s, 1);
			continue;
		}
		if (r->s.n == 0 || r->s.p[0] != text.p[0])
			return false;
		r->s = str_skip(r->s, 1);
	}
	return true;
}

/* One of the names, or its first three letters; in any case. */
static bool
name(struct reading *r, const char *const *of, int n, bool whole, int *no)
{
	for (int i = 0; i < n; i++) {
		size_t len = whole ? strlen(of[i]) : 3;

		if (r->s.n >= len && strncasecmp(r->s.p, of[i], len) == 0) {
			r->s = str_skip(r->s, len);
			*no = i;
			return true;
		}
	}
	return false;
}

static bool
fraction(struct reading *r, size_t n)
{
	int64_t unit = 100000000;

	if (r->s.n < n + 1 || (r->s.p[0] != '.' && r->s.p[0] != ','))
		return false;
	r->ns = 0;
	for (size_t i = 1; i <= n; i++, unit /= 10) {
		if (!digit_at(r->s, i))
			return false;
		r->ns += (r->s.p[i] - '0') * unit;
	}
	r->s = str_skip(r->s, n + 1);
	return true;
}

static bool
any_fraction(struct reading *r)
{
	size_t n = 0;

	while (digit_at(r->s, n + 1))
		n++;
	return n == 0 || (r->s.p[0] != '.' && r->s.p[0] != ',') ||
	    fraction(r, n);
}

/* Behind the seconds there may be a fraction the layout does not name. */
static bool
second(struct reading *r, bool zero, struct str layout)
{
	enum golayout next;

	if (!digits(r, zero ? 2 : 1, 2, &r->c.sec) || r->c.sec > 59)
		return false;
	if (r->s.n < 2 || (r->s.p[0] != '.' && r->s.p[0] != ',') ||
	    !digit_at(r->s, 1))
		return true;
	next = golayout_next(&layout).type;
	return next == GO_FRACTION || next == GO_FRACTION_SHORT ||
	    any_fraction(r);
}

static bool
half(struct reading *r, const char *am, const char *pm)
{
	r->pm = str_starts(r->s, str_of(pm));
	r->am = str_starts(r->s, str_of(am));
	r->s = str_skip(r->s, 2);
	return r->pm || r->am;
}

static bool
offset(struct reading *r, enum golayout type)
{
	enum golayout form = type <= GO_ISO_SHORT ?
	    type - GO_ISO_SECONDS + GO_NUM_SECONDS : type;
	bool colon = form == GO_NUM_COLON || form == GO_NUM_COLON_SECONDS;
	int part[3] = { 0 }, n = form == GO_NUM_SHORT ? 1 :
	    form == GO_NUM || form == GO_NUM_COLON ? 2 : 3;
	int sign;

	if (type <= GO_ISO_SHORT && str_starts(r->s, S("Z"))) {
		r->s = str_skip(r->s, 1);
		return r->utc = true;
	}
	if (r->s.n == 0 || (r->s.p[0] != '+' && r->s.p[0] != '-'))
		return false;
	sign = r->s.p[0] == '-' ? -1 : 1;
	r->s = str_skip(r->s, 1);
	for (int i = 0; i < n; i++) {
		if (i > 0 && colon && !skip(r, S(":")))
			return false;
		if (!digits(r, 2, 2, &part[i]))
			return false;
	}
	if (part[0] > 24 || part[1] > 60 || part[2] > 60)
		return false;
	r->offset = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return r->shifted = true;
}

/* The length of +03, -0330 or the rest of GMT+3; 0: none. */
static size_t
signed_hours(struct str s)
{
	struct str n = str_skip(s, 1);
	size_t k = 0;

	if (s.n < 2 || (s.p[0] != '+' && s.p[0] != '-'))
		return 0;
	while (digit_at(n, k))
		k++;
	return k > 0 && k < 3 ? k + 1 : 0;
}

/* How many bytes are a zone's name: 3 to 5 capitals; 0: none. */
static size_t
zone_length(struct str s)
{
	size_t n = 0;

	if (str_starts(s, S("ChST")) || str_starts(s, S("MeST")))
		return 4;
	if (str_starts(s, S("GMT")))
		return 3 + signed_hours(str_skip(s, 3));
	if (s.n >= 3 && (s.p[0] == '+' || s.p[0] == '-'))
		return signed_hours(s);
	while (n < s.n && n < 6 && s.p[n] >= 'A' && s.p[n] <= 'Z')
		n++;
	if (n == 5)
		return s.p[4] == 'T' ? 5 : 0;
	if (n == 4)
		return s.p[3] == 'T' || str_starts(s, S("WITA")) ? 4 : 0;
	return n == 3 ? 3 : 0;
}

static bool
zone(struct reading *r)
{
	size_t n;

	if (str_starts(r->s, S("UTC"))) {
		r->s = str_skip(r->s, 3);
		return r->utc = true;
	}
	n = zone_length(r->s);
	r->zone = str_mk(r->s.p, n);
	r->s = str_skip(r->s, n);
	return n > 0;
}

static bool
year(struct reading *r, bool whole)
{
	int y;

	if (!digits(r, whole ? 4 : 2, whole ? 4 : 2, &y))
		return false;
	r->c.year = whole ? y : y >= 69 ? y + 1900 : y + 2000;
	return true;
}

static bool
month(struct reading *r, enum golayout type)
{
	int no;

	if (type == GO_MONTH || type == GO_LONG_MONTH) {
		if (!name(r, golayout_months, 12, type == GO_LONG_MONTH, &no))
			return false;
		r->c.month = no + 1;
		return true;
	}
	return digits(r, type == GO_ZERO_MONTH ? 2 : 1, 2, &r->c.month) &&
	    r->c.month >= 1 && r->c.month <= 12;
}

static bool
day_of_year(struct reading *r, bool blanks)
{
	size_t n = 0;

	while (blanks && n < 2 && n < r->s.n && r->s.p[n] == ' ')
		n++;
	r->s = str_skip(r->s, n);
	return digits(r, 3 - n, 3 - n, &r->yday) && r->yday >= 1 &&
	    r->yday <= 366;
}

static bool
part(struct reading *r, const struct golayout_part *p, struct str rest)
{
	struct civil *c = &r->c;
	int no;

	switch (p->type) {
	case GO_YEAR: case GO_LONG_YEAR:
		return year(r, p->type == GO_LONG_YEAR);
	case GO_LONG_MONTH: case GO_MONTH: case GO_NUM_MONTH:
	case GO_ZERO_MONTH:
		return month(r, p->type);
	case GO_LONG_DAY: case GO_WEEKDAY:
		return name(r, golayout_days, 7, p->type == GO_LONG_DAY, &no);
	case GO_UNDER_DAY:
		if (str_starts(r->s, S(" ")))
			r->s = str_skip(r->s, 1);
		/* fall through */
	case GO_DAY: case GO_ZERO_DAY:
		return digits(r, p->type == GO_ZERO_DAY ? 2 : 1, 2, &c->day);
	case GO_UNDER_YDAY: case GO_ZERO_YDAY:
		return day_of_year(r, p->type == GO_UNDER_YDAY);
	case GO_HOUR:
		return digits(r, 1, 2, &c->hour) && c->hour < 24;
	case GO_HOUR12: case GO_ZERO_HOUR12:
		return digits(r, p->type == GO_HOUR12 ? 1 : 2, 2, &c->hour) &&
		    c->hour <= 12;
	case GO_MINUTE: case GO_ZERO_MINUTE:
		return digits(r, p->type == GO_MINUTE ? 1 : 2, 2, &c->min) &&
		    c->min < 60;
	case GO_SECOND: case GO_ZERO_SECOND:
		return second(r, p->type == GO_ZERO_SECOND, rest);
	case GO_PM: return half(r, "AM", "PM");
	case GO_LOWER_PM: return half(r, "am", "pm");
	case GO_ZONE: return zone(r);
	case GO_FRACTION: return fraction(r, p->text.n - 1);
	case GO_FRACTION_SHORT: return r->s.n < 2 || any_fraction(r);
	default: return offset(r, p->type);
	}
}

/* Hours of halves, days of months and years. */
static bool
settle(struct reading *r)
{
	struct civil *c = &r->c;

	if (r->pm && c->hour < 12)
		c->hour += 12;
	else if (r->am && c->hour == 12)
		c->hour = 0;
	if (r->yday > 0 && c->month == 0 && c->day == 0) {
		int left = r->yday;

		for (c->month = 1; c->month < 13; c->month++) {
			int n = civil_month_days(c->year, c->month);

			if (left <= n)
				break;
			left -= n;
		}
		c->day = left;
	}
	if (c->month == 0)
		c->month = 1;
	if (c->day == 0)
		c->day = 1;
	return c->month <= 12 && c->day <= civil_month_days(c->year, c->month);
}

/* From the local time in t->s. */
static void
place(const struct reading *r, const struct zone *z, struct gotime *t)
{
	struct zone_kind k = zone_local(z, t->s);
	int64_t hours;

	if (r->utc)
		return;
	if (r->shifted) {
		t->s -= r->offset;
		k = zone_at(z, t->s);
		t->offset = r->offset;
		if (k.offset == r->offset)
			memcpy(t->name, k.name, sizeof t->name);
		else
			t->name[0] = '\0';
	} else if (r->zone.n > 0 && !str_eq(r->zone, str_of(k.name))) {
		/* a name without a meaning: its clock is UTC's, but GMT+3 */
		memset(t->name, 0, sizeof t->name);
		memcpy(t->name, r->zone.p, r->zone.n < sizeof t->name ?
		    r->zone.n : sizeof t->name - 1);
		if (str_starts(r->zone, S("GMT")) &&
		    num_i64(str_skip(r->zone, 3), &hours))
			t->offset = (int32_t)hours * 3600;
	} else {
		t->s -= k.offset;
		t->offset = k.offset;
		memcpy(t->name, k.name, sizeof t->name);
	}
}

bool
gotime_parse(struct str layout, struct str text, const struct zone *z,
    struct gotime *t)
{
	struct reading r = { .s = text };

	for (;;) {
		struct golayout_part p = golayout_next(&layout);

		if (!skip(&r, p.before))
			return false;
		if (p.type == GO_END)
			break;
		if (!part(&r, &p, layout))
			return false;
	}
	if (r.s.n > 0 || !settle(&r))
		return false;
	*t = gotime_unix(civil_seconds(&r.c), (uint32_t)r.ns);
	place(&r, z, t);
	return true;
}
