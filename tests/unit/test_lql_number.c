/* Numbers, durations and sizes of label values, as Go reads them. */
#include "unit.h"

#include <math.h>

#include "lql/number.h"

static bool
is(enum lql_form form, const char *text, double want)
{
	double v = 0;

	return lql_read(form, str_of(text), &v) &&
	    ((isnan(v) && isnan(want)) || (v >= want && v <= want));
}

static bool
refused(enum lql_form form, const char *text, const char *why)
{
	struct arena a = { 0 };
	double v;
	bool same = !lql_read(form, str_of(text), &v) &&
	    str_eq(lql_refusal(form, str_of(text), &a), str_of(why));

	arena_free(&a);
	return same;
}

static void
numbers(void)
{
	CHECK(is(LQL_AS_NUMBER, "7.", 7) && is(LQL_AS_NUMBER, ".7e1", 7));
	CHECK(is(LQL_AS_NUMBER, "+7", 7) && is(LQL_AS_NUMBER, "1_000", 1000));
	CHECK(is(LQL_AS_NUMBER, "0x1.8p1", 3));
	CHECK(is(LQL_AS_NUMBER, "-infinity", -INFINITY));
	CHECK(is(LQL_AS_NUMBER, "nan", NAN) && is(LQL_AS_NUMBER, "1e-400", 0));
	for (const char *const *s = (const char *const []){ "", "0x10", "0b1",
	    "+nan", "-NaN", " 7", "7 ", "1e", "infin", "1__0", "_1", NULL };
	    *s; s++) {
		struct arena a = { 0 };

		CHECK(refused(LQL_AS_NUMBER, *s, arena_printf(&a, "strconv."
		    "ParseFloat: parsing \"%s\": invalid syntax", *s).p));
		arena_free(&a);
	}
	CHECK(refused(LQL_AS_NUMBER, "1e400", "strconv.ParseFloat: parsing "
	    "\"1e400\": value out of range"));
}

static void
others(void)
{
	CHECK(is(LQL_AS_DURATION, "-1.5h", -5400e9));
	CHECK(is(LQL_AS_DURATION, ".5s", .5e9) && is(LQL_AS_DURATION, "0", 0));
	CHECK(refused(LQL_AS_DURATION, "5", "time: missing unit in duration "
	    "\"5\""));
	CHECK(refused(LQL_AS_DURATION, "1d", "time: unknown unit \"d\" in "
	    "duration \"1d\""));
	CHECK(refused(LQL_AS_DURATION, "2562048h", "time: invalid duration "
	    "\"2562048h\""));
	CHECK(is(LQL_AS_BYTES, "1,500 kB", 1500e3));
	CHECK(is(LQL_AS_BYTES, "1.5Ki", 1536) && is(LQL_AS_BYTES, "0.5", 0));
	CHECK(refused(LQL_AS_BYTES, "20EB", "too large: 20EB"));
	CHECK(refused(LQL_AS_BYTES, "1 KBx", "unhandled size name: kbx"));
	CHECK(refused(LQL_AS_BYTES, "-1KB", "strconv.ParseFloat: parsing \"\": "
	    "invalid syntax"));
}

int
main(void)
{
	numbers();
	others();
	return unit_done();
}
