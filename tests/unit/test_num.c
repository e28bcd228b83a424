#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/num.h"
#include "base/time.h"

static void
floats(void)
{
	static const struct { double d; const char *s; } t[] = {
		{ 0, "0" }, { 1, "1" }, { -1.5, "-1.5" }, { 0.1, "0.1" },
		{ 1e6, "1e+06" }, { 123456, "123456" }, { 1e-5, "1e-05" },
		{ 0.0001, "0.0001" }, { 1234567, "1.234567e+06" },
		{ 5e-324, "5e-324" }, { 1.7976931348623157e308,
		"1.7976931348623157e+308" }, { 100.25, "100.25" },
	};
	char out[32];
	double d;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		CHECK(strcmp(num_fmt_f64(out, t[i].d), t[i].s) == 0);
		CHECK(num_f64(str_of(out), &d) && d == t[i].d);
	}
	CHECK(strcmp(num_fmt_f64(out, INFINITY), "+Inf") == 0);
	CHECK(!num_f64(S("1x"), &d) && !num_f64(S(" 1"), &d));
	CHECK(!num_f64(S(""), &d) && num_f64(S("-1e3"), &d) && d == -1000);
}

/* As printf has them: the first precision that reads back the same. */
static bool
shortest(double d)
{
	char out[32], want[32];
	int prec = 0;
	double got;

	do
		snprintf(want, sizeof want, "%.*g", ++prec, d);
	while (strtod(want, NULL) != d);
	num_fmt_f64(out, d);
	return num_f64(str_of(out), &got) && got == d &&
	    strtold(out, NULL) == strtold(want, NULL);
}

/* Numbers of all sizes, and those about where digits end. */
static void
digits(void)
{
	uint64_t state = 42, bad = 0;

	for (unsigned k = 0; k < 8000; k++) {
		double d;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		d = num_of_bits(state);
		bad += d == d && !isinf(d) && !shortest(d);
		d = (double)(state >> 11) / (double)(1 + k % 3600);
		bad += !shortest(d) + !shortest(d / 1e12);
		d = (double)(state % 100000) / 1000;
		bad += !shortest(d) + !shortest(nextafter(d, 1)) +
		    !shortest(nextafter(d, -1));
		d = ldexp(1, (int)(k % 100) - 40);
		bad += !shortest(d) + !shortest(nextafter(d, 0)) +
		    !shortest(-nextafter(d, 1e9));
	}
	CHECK(bad == 0);
}

static void
integers(void)
{
	uint64_t u;
	int64_t i;

	CHECK(num_u64(S("18446744073709551615"), &u) && u == UINT64_MAX);
	CHECK(!num_u64(S("18446744073709551616"), &u));
	CHECK(num_i64(S("-9223372036854775808"), &i) && i == INT64_MIN);
	CHECK(!num_i64(S("-9223372036854775809"), &i));
	CHECK(!num_i64(S("9223372036854775808"), &i));
	CHECK(!num_u64(S(""), &u) && !num_u64(S("-1"), &u));
}

static void
durations(void)
{
	static const struct { int64_t ns; const char *s; } go[] = {
		{ 0, "0s" }, { 1, "1ns" }, { 1500, "1.5\xc2\xb5s" },
		{ 1250000000, "1.25s" }, { 5400000000000, "1h30m0s" },
		{ -300000000000, "-5m0s" }, { 2000000, "2ms" },
	};
	char out[40];
	int64_t ns;

	for (size_t i = 0; i < sizeof go / sizeof *go; i++) {
		CHECK(strcmp(num_fmt_go_duration(out, go[i].ns),
		    go[i].s) == 0);
		CHECK(num_go_duration(str_of(out), &ns) && ns == go[i].ns);
	}
	CHECK(num_go_duration(S("1.5h"), &ns) && ns == 5400000000000);
	CHECK(!num_go_duration(S("1.5d"), &ns) && !num_go_duration(S("1"), &ns));
	CHECK(num_prom_duration(S("1d2h"), &ns) && ns == 93600000000000);
	CHECK(num_prom_duration(S("5m500ms"), &ns) && ns == 300500000000);
	CHECK(!num_prom_duration(S("2h1d"), &ns));
	CHECK(!num_prom_duration(S("1.5h"), &ns));
	CHECK(!num_prom_duration(S("-5m"), &ns));
	CHECK(!num_prom_duration(S("1h1h"), &ns));
	CHECK(!num_prom_duration(S("300000y"), &ns));
	CHECK(strcmp(num_fmt_short_duration(out, 1240000), "1.24ms") == 0);
	CHECK(strcmp(num_fmt_short_duration(out, 12340000000), "12.3s") == 0);
	CHECK(strcmp(num_fmt_short_duration(out, 125000000000), "2m05s") == 0);
	CHECK(strcmp(num_fmt_short_duration(out, 999499), "999us") == 0);
	CHECK(strcmp(num_fmt_short_duration(out, 999500), "1.00ms") == 0);
	CHECK(strcmp(num_fmt_short_duration(out, -999999999), "-1.00s") == 0);
	CHECK(strcmp(num_fmt_short_duration(out, 59949999999), "59.9s") == 0);
	CHECK(strcmp(num_fmt_short_duration(out, 59950000000), "1m00s") == 0);
	CHECK(strcmp(num_fmt_short_duration(out, 60999999999), "1m00s") == 0);
}

static void
sizes(void)
{
	char out[24];
	uint64_t n;

	CHECK(num_size(S("64M"), &n) && n == 64 << 20);
	CHECK(num_size(S("100kB"), &n) && n == 100000);
	CHECK(num_size(S("1.5GiB"), &n) && n == UINT64_C(3) << 29);
	CHECK(num_size(S("12"), &n) && n == 12);
	CHECK(!num_size(S("12X"), &n) && !num_size(S(""), &n));
	CHECK(!num_size(S("1e3"), &n) && !num_size(S("M"), &n));
	CHECK(strcmp(num_fmt_size(out, 12897485), "12.3 MiB") == 0);
	CHECK(strcmp(num_fmt_si_size(out, 999), "999 B") == 0);
	CHECK(strcmp(num_fmt_si_size(out, 2560), "2.6 kB") == 0);
	CHECK(strcmp(num_fmt_si_size(out, 9999), "10 kB") == 0);
	CHECK(strcmp(num_fmt_si_size(out, 5e9), "5.0 GB") == 0);
}

static void
times(void)
{
	const uint64_t now = UINT64_C(1767225600) * NS_S;
	static const struct { const char *s; bool ago; uint64_t ns; } t[] = {
		{ "2026-01-01T00:00:00Z", false, UINT64_C(1767225600000000000) },
		{ "2026-01-01", false, UINT64_C(1767225600000000000) },
		{ "2024-02-29", false, UINT64_C(1709164800000000000) },
		{ "2026-01-01 01:00:00.5+01:00", false,
		  UINT64_C(1767225600500000000) },
		{ "1767225600", false, UINT64_C(1767225600000000000) },
		{ "1767225600.25", false, UINT64_C(1767225600250000000) },
		{ "1767225600123", false, UINT64_C(1767225600123000000) },
		{ "1767225600123456789", false, UINT64_C(1767225600123456789) },
		{ "-1h", false, UINT64_C(1767222000000000000) },
		{ "90s", true, UINT64_C(1767225510000000000) },
		{ "now", false, UINT64_C(1767225600000000000) },
	};
	static const char *const bad[] = { "", "x", "1h", "2026-13-01",
		"2026-02-29", "2026-04-31T00:00:00Z",
		"2026-01-01T25:00:00Z", "12:00", "-", "1.5.5", "-1x" };
	struct err e = { 0 };
	char out[40];
	uint64_t ns;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		CHECK(time_parse(str_of(t[i].s), now, t[i].ago, &ns, &e) == 0
		    && ns == t[i].ns);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(time_parse(str_of(bad[i]), now, false, &ns, &e) == -1 &&
		    e.kind == ERR_QUERY);
	CHECK(strcmp(time_format(out, now + 1234567, 6),
	    "2026-01-01T00:00:00.001234Z") == 0);
	CHECK(strcmp(time_format(out, now, 0), "2026-01-01T00:00:00Z") == 0);
	for (int64_t day = 0; day < 200000; day += 11) {
		time_t s = day * 86400 + day % 86399;
		char want[40];
		struct tm tm;

		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ",
		    gmtime_r(&s, &tm));
		CHECK(strcmp(time_format(out, (uint64_t)s * NS_S, 0), want)
		    == 0);
	}
}

int
main(void)
{
	floats();
	digits();
	integers();
	durations();
	sizes();
	times();
	return unit_done();
}
