#include "base/civil.h"

#include <stdbool.h>

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool
leap(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

/* Howard Hinnant's days_from_civil: days since 1970-01-01. */
static int64_t
days(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil
civil_of(int64_t s)
{
	int64_t day = floor_div(s, 86400);
	int sec = (int)(s - day * 86400);
	int64_t z = day + 719468, era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = (int)(doe - (365 * yoe + yoe / 4 - yoe / 100));
	int mp = (5 * doy + 2) / 153, m = mp < 10 ? mp + 3 : mp - 9;
	struct civil c = { .year = yoe + era * 400 + (m <= 2), .month = m,
		.day = doy - (153 * mp + 2) / 5 + 1,
		.hour = sec / 3600, .min = sec / 60 % 60, .sec = sec % 60 };

	c.weekday = (int)(((day + 4) % 7 + 7) % 7);
	c.yday = (int)(day - days(c.year, 1, 1)) + 1;
	return c;
}

int64_t
civil_seconds(const struct civil *c)
{
	return days(c->year, c->month, c->day) * 86400 + c->hour * 3600 +
	    c->min * 60 + c->sec;
}

int
civil_month_days(int64_t year, int month)
{
	static const int n[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return n[month - 1] + (month == 2 && leap(year));
}
