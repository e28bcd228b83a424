/* civil: days and hours of a moment, in the Gregorian calendar. */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include <stdint.h>

struct civil {
	int64_t year;
	int month, day;		/* 1 to 12, 1 to 31 */
	int yday, weekday;	/* 1 to 366; 0 is Sunday */
	int hour, min, sec;
};

struct civil civil_of(int64_t s);	/* seconds since 1970, any */
/* Of year, month, day, hour, min and sec alone. */
int64_t civil_seconds(const struct civil *);
int civil_month_days(int64_t year, int month);

#endif
