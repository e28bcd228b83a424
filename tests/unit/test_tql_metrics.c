/* Metrics: intervals, buckets, quantiles. Series: the shared cases. */
#include <math.h>

#include "unit.h"
#include "base/time.h"
#include "tql/pot.h"

static void
test_range(void)
{
	struct tql_range r;
	struct err e = { 0 };

	CHECK(tql_range(&r, 10, 11, 1, &e) == 0 && r.steps == 1);
	CHECK(tql_range(&r, 0, 10, 3, &e) == 0 && r.steps == 4);
	CHECK(tql_range_at(&r, 3) == 12);
	CHECK(tql_range(&r, 10, 50, 20, &e) == 0 && r.start == 0 &&
	    r.end == 60 && r.from == 10 && r.to == 50);
	CHECK(tql_range(&r, 10, 15, 0, &e) == 0 && r.steps == 1 &&
	    tql_range_at(&r, 0) == 15);
	CHECK(tql_range(&r, 5, 5, 1, &e) == -1);
	CHECK(tql_range(&r, 0, 1000000, 1, &e) == -1);
	CHECK(tql_range(&r, 5, UINT64_MAX, UINT64_C(1) << 62, &e) == -1);
	CHECK(tql_range_step(0, 59 * NS_S) == NS_S);
	CHECK(tql_range_step(0, 3600 * NS_S) == 60 * NS_S);
	CHECK(tql_range_step(0, 1) == NS_MS);
	CHECK(tql_range_step(0, 365 * 86400 * NS_S) == 4 * 86400 * NS_S);
}

static void
test_buckets(void)
{
	static const struct { uint64_t v; unsigned log; } is[] = {
		{ 0, 0 }, { 1, 0 }, { 2, 1 }, { 3, 2 }, { 4, 2 }, { 5, 3 },
		{ 1023, 10 }, { 1024, 10 }, { 1025, 11 },
		{ INT64_MAX, 63 },
	};

	for (size_t i = 0; i < sizeof is / sizeof *is; i++)
		CHECK(pot_bucket(is[i].v) == is[i].log);
}

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

static void
test_quantile(void)
{
	static const double b[] = { 1, 2, 4, 8 }, c[] = { 10, 20, 30, 40 };
	static const double gap[] = { 5, 0, 0, 5 };

	CHECK(near(pot_quantile(.1, b, c, 4), 1));
	CHECK(near(pot_quantile(.9, b, c, 4), 6.727171322029716));
	CHECK(near(pot_quantile(0, b, c, 4), 0.5358867312681466));
	CHECK(near(pot_quantile(1, b, c, 4), 8));
	CHECK(near(pot_quantile(.5, b, gap, 4), 1));
	CHECK(near(pot_quantile(.7, b, gap, 4), exp2(3 * .4)));
	CHECK(pot_quantile(.5, b, c, 0) == 0);
}

int
main(void)
{
	test_range();
	test_buckets();
	test_quantile();
	return unit_done();
}
