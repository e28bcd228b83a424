#include "lql/dec.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

#define PLACES	16		/* of a quotient */

typedef unsigned __int128 u128;

/* minus? -m : m, times 10^e */
struct dec {
	bool minus;
	u128 m;
	int e;
};

#define LIMIT	((u128)UINT64_C(10000000000000000000) * \
    UINT64_C(1000000000000000000))	/* 10^37 */

static bool
times10(u128 *m, int n)
{
	for (; n > 0 && *m > 0; n--) {
		if (*m >= LIMIT / 10)
			return false;
		*m *= 10;
	}
	return true;
}

static struct dec
of_double(double v)
{
	struct dec d = { .minus = signbit(v) };
	char t[32], *p = num_fmt_f64(t, fabs(v));
	bool point = false;

	for (; *p && *p != 'e'; p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		d.m = d.m * 10 + (unsigned)(*p - '0');
		d.e -= point;
	}
	if (*p == 'e')
		d.e += atoi(p + 1);
	while (d.m > 0 && d.m % 10 == 0) {
		d.m /= 10;
		d.e++;
	}
	return d;
}

static double
to_double(struct dec d)
{
	char t[64], *p = t + sizeof t;
	char text[80];

	*--p = '\0';
	do
		*--p = (char)('0' + (int)(d.m % 10));
	while ((d.m /= 10) > 0);
	snprintf(text, sizeof text, "%s%se%d", d.minus ? "-" : "", p, d.e);
	return strtod(text, NULL);
}

/* Both with the smaller exponent. */
static bool
align(struct dec *a, struct dec *b)
{
	struct dec *high = a->e > b->e ? a : b;
	int e = a->e > b->e ? b->e : a->e;

	if (!times10(&high->m, high->e - e))
		return false;
	high->e = e;
	return true;
}

double
dec_add(double x, double y)
{
	struct dec a, b;

	if (!isfinite(x) || !isfinite(y))
		return x + y;
	a = of_double(x);
	b = of_double(y);
	if (!align(&a, &b))
		return x + y;
	if (a.minus == b.minus)
		a.m += b.m;
	else if (a.m >= b.m)
		a.m -= b.m;
	else {
		a.m = b.m - a.m;
		a.minus = b.minus;
	}
	if (a.m == 0)
		a.minus = false;
	return to_double(a);
}

double
dec_sub(double x, double y)
{
	return dec_add(x, -y);
}

double
dec_mul(double x, double y)
{
	struct dec a, b;

	if (!isfinite(x) || !isfinite(y))
		return x * y;
	a = of_double(x);
	b = of_double(y);
	a.m *= b.m;	/* 17 digits each */
	a.e += b.e;
	a.minus = a.m > 0 && a.minus != b.minus;
	return to_double(a);
}

double
dec_div(double x, double y)
{
	struct dec a, b;
	u128 q, r;

	if (!isfinite(x) || !isfinite(y))
		return x / y;
	a = of_double(x);
	b = of_double(y);
	assert(b.m > 0);
	int shift = a.e - b.e + PLACES;

	if (shift < 0 && !times10(&b.m, -shift))
		return 0;
	q = a.m / b.m;
	r = a.m % b.m;
	for (; shift > 0; shift--) {
		if (q >= LIMIT / 10)
			return x / y;
		r *= 10;
		q = q * 10 + r / b.m;
		r %= b.m;
	}
	q += r * 2 >= b.m;
	a = (struct dec){ q > 0 && a.minus != b.minus, q, -PLACES };
	return to_double(a);
}
