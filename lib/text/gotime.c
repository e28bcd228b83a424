#include "text/gotime.h"

#include <stdio.h>

#include "base/civil.h"
#include "text/golayout.h"

const struct gotime gotime_zero = { -INT64_C(62135596800), 0, 0, "UTC" };

struct gotime
gotime_unix(int64_t s, uint32_t ns)
{
	return (struct gotime){ s, ns, 0, "UTC" };
}

struct gotime
gotime_utc(struct gotime t)
{
	return gotime_unix(t.s, t.ns);
}

int64_t
gotime_nanos(const struct gotime *t)
{
	return (int64_t)((uint64_t)t->s * 1000000000u + t->ns);
}

static void
number(struct buf *b, int64_t v, int width, char pad)
{
	buf_addf(b, pad == '0' ? "%0*lld" : "%*lld", width, (long long)v);
}

static void
offset(struct buf *b, enum golayout type, int32_t off)
{
	bool iso = type <= GO_ISO_SHORT;
	enum golayout form = iso ? type - GO_ISO_SECONDS + GO_NUM_SECONDS :
	    type;
	int32_t a = off < 0 ? -off : off;
	bool colon = form == GO_NUM_COLON || form == GO_NUM_COLON_SECONDS;

	if (iso && off == 0) {
		buf_u8(b, 'Z');
		return;
	}
	buf_addf(b, "%c%02d", off < 0 ? '-' : '+', a / 3600);
	if (form != GO_NUM_SHORT)
		buf_addf(b, colon ? ":%02d" : "%02d", a / 60 % 60);
	if (form == GO_NUM_SECONDS || form == GO_NUM_COLON_SECONDS)
		buf_addf(b, colon ? ":%02d" : "%02d", a % 60);
}

static void
fraction(struct buf *b, const struct golayout_part *p, uint32_t ns)
{
	size_t n = p->text.n - 1;
	char digits[16];

	snprintf(digits, sizeof digits, "%09u", ns);
	n = n > 9 ? 9 : n;
	if (p->type == GO_FRACTION_SHORT) {
		while (n > 0 && digits[n - 1] == '0')
			n--;
		if (n == 0)
			return;
	}
	buf_u8(b, (uint8_t)p->text.p[0]);
	buf_add(b, digits, n);
}

static void
zone_name(struct buf *b, const struct gotime *t)
{
	int32_t m = (t->offset < 0 ? -t->offset : t->offset) / 60;

	if (t->name[0])
		buf_addf(b, "%s", t->name);
	else
		buf_addf(b, "%c%02d%02d", t->offset < 0 ? '-' : '+', m / 60,
		    m % 60);
}

/* The parts that are numbers: false when it is another. */
static bool
put_number(struct buf *b, enum golayout type, const struct civil *c)
{
	int h12 = c->hour % 12 == 0 ? 12 : c->hour % 12;

	switch (type) {
	case GO_LONG_YEAR: number(b, c->year, c->year < 0 ? 5 : 4, '0'); break;
	case GO_YEAR: number(b, (c->year % 100 + 100) % 100, 2, '0'); break;
	case GO_NUM_MONTH: number(b, c->month, 1, '0'); break;
	case GO_ZERO_MONTH: number(b, c->month, 2, '0'); break;
	case GO_DAY: number(b, c->day, 1, '0'); break;
	case GO_UNDER_DAY: number(b, c->day, 2, ' '); break;
	case GO_ZERO_DAY: number(b, c->day, 2, '0'); break;
	case GO_UNDER_YDAY: number(b, c->yday, 3, ' '); break;
	case GO_ZERO_YDAY: number(b, c->yday, 3, '0'); break;
	case GO_HOUR: number(b, c->hour, 2, '0'); break;
	case GO_HOUR12: number(b, h12, 1, '0'); break;
	case GO_ZERO_HOUR12: number(b, h12, 2, '0'); break;
	case GO_MINUTE: number(b, c->min, 1, '0'); break;
	case GO_ZERO_MINUTE: number(b, c->min, 2, '0'); break;
	case GO_SECOND: number(b, c->sec, 1, '0'); break;
	case GO_ZERO_SECOND: number(b, c->sec, 2, '0'); break;
	default: return false;
	}
	return true;
}

static void
put(struct buf *b, const struct golayout_part *p, const struct civil *c,
    const struct gotime *t)
{
	if (put_number(b, p->type, c))
		return;
	switch (p->type) {
	case GO_LONG_MONTH:
		buf_addf(b, "%s", golayout_months[c->month - 1]);
		break;
	case GO_MONTH:
		buf_add(b, golayout_months[c->month - 1], 3);
		break;
	case GO_LONG_DAY:
		buf_addf(b, "%s", golayout_days[c->weekday]);
		break;
	case GO_WEEKDAY: buf_add(b, golayout_days[c->weekday], 3); break;
	case GO_PM: buf_add(b, c->hour >= 12 ? "PM" : "AM", 2); break;
	case GO_LOWER_PM: buf_add(b, c->hour >= 12 ? "pm" : "am", 2); break;
	case GO_ZONE: zone_name(b, t); break;
	case GO_FRACTION: case GO_FRACTION_SHORT:
		fraction(b, p, t->ns);
		break;
	case GO_END: break;
	default: offset(b, p->type, t->offset);
	}
}

void
gotime_format(struct buf *b, struct str layout, const struct gotime *t)
{
	struct civil c = civil_of(t->s + t->offset);

	for (;;) {
		struct golayout_part p = golayout_next(&layout);

		buf_adds(b, p.before);
		if (p.type == GO_END)
			return;
		put(b, &p, &c, t);
	}
}

void
gotime_print(struct buf *b, const struct gotime *t)
{
	gotime_format(b, S("2006-01-02 15:04:05.999999999 -0700 MST"), t);
}
