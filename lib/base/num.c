#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"

bool
num_u64(struct str s, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' ||
		    __builtin_mul_overflow(*v, 10, v) ||
		    __builtin_add_overflow(*v, (uint64_t)(s.p[i] - '0'), v))
			return false;
	}
	return s.n > 0;
}

bool
num_i64(struct str s, int64_t *v)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	uint64_t u;

	if (s.n > 0 && (minus || s.p[0] == '+'))
		s = str_skip(s, 1);
	if (!num_u64(s, &u) || u > (uint64_t)INT64_MAX + minus)
		return false;
	*v = (int64_t)(minus ? -u : u);
	return true;
}

/* The base a prefix names, which is taken off. */
static unsigned
base_of(struct str *s)
{
	char c;

	if (s->n < 2 || s->p[0] != '0')
		return 10;
	c = (char)(s->p[1] | 32);
	*s = str_skip(*s, c == 'x' || c == 'b' || c == 'o' ? 2 : 1);
	return c == 'x' ? 16 : c == 'b' ? 2 : 8;
}

bool
num_go_int(struct str s, int64_t *v)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	uint64_t u = 0;
	unsigned base;

	if (s.n > 0 && (minus || s.p[0] == '+'))
		s = str_skip(s, 1);
	base = base_of(&s);
	for (size_t i = 0; i < s.n; i++) {
		char c = (char)(s.p[i] | 32);
		unsigned d = s.p[i] >= '0' && s.p[i] <= '9' ?
		    (unsigned)(s.p[i] - '0') : c >= 'a' && c <= 'f' ?
		    (unsigned)(c - 'a' + 10) : 99;

		if (s.p[i] == '_' && i + 1 < s.n)
			continue;
		if (d >= base || __builtin_mul_overflow(u, base, &u) ||
		    __builtin_add_overflow(u, d, &u))
			return false;
	}
	if (s.n == 0 || u > (uint64_t)INT64_MAX + minus)
		return false;
	*v = (int64_t)(minus ? -u : u);
	return true;
}

bool
num_f64(struct str s, double *v)
{
	char z[512], *end;

	/* strtod skips blanks and knows words; we start at a sign, a digit, a
	 * point, or one of Inf and NaN */
	if (s.n == 0 || s.n >= sizeof z || !strchr("+-.0123456789InNi", s.p[0]))
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	if (strlen(z) != s.n || strchr(z, '('))
		return false;
	*v = strtod(z, &end);
	return *end == '\0';
}

static int
put_digits(char digits[24], uint64_t v)
{
	return sprintf(digits, "%llu", (unsigned long long)v);
}

/*
 * The fewest digits that read back as d >= 0, and among those the nearest ones;
 * the first of them is times 10^*exp. With d = m * 2^e, and 10^k that makes it 17
 * digits before the point, d and the middles to its neighbours are exact in 128
 * bits. false: it is too large, too small, or its neighbours are not equally far.
 */
static bool
few_digits(double d, char digits[24], int *exp)
{
	uint64_t m = num_bits(d) & ((UINT64_C(1) << 52) - 1), min, max, q;
	unsigned s = 1076 - (unsigned)(num_bits(d) >> 52), k = 0;
	unsigned __int128 v = 1, half, mask;
	uint64_t unit = 1, rest;
	double p = d;
	bool even = m % 2 == 0;

	if (d < 0x1p53 && d == (double)(uint64_t)d) {
		*exp = put_digits(digits, (uint64_t)d) - 1;
		return true;
	}
	if (d < 1e-5 || d >= 0x1p53 || m == 0)
		return false;
	while (p < 1e16) {
		p *= 10;
		v *= 10;
		k++;
	}
	half = v;
	v *= 2 * (m | UINT64_C(1) << 52);
	mask = ((unsigned __int128)1 << s) - 1;
	max = (uint64_t)((v + half) >> s) -
	    (((v + half) & mask) == 0 && !even);
	min = (uint64_t)((v - half) >> s) +
	    (((v - half) & mask) != 0 || !even);
	*exp = -(int)k;
	for (; max / 10 >= (min + 9) / 10; unit *= 10, ++*exp) {
		max /= 10;
		min = (min + 9) / 10;
	}
	q = (uint64_t)(v >> s) / unit;
	rest = (uint64_t)(v >> s) % unit;
	/* twice what is left of d, beside the unit; a tie goes to the even */
	half = ((unsigned __int128)rest << s) + (v & mask);
	mask = (unsigned __int128)unit << s;
	q += 2 * half > mask || (2 * half == mask && q % 2 == 1);
	*exp += put_digits(digits, q) - 1;
	return true;
}

/* The same of any: one more, until they do. */
static void
more_digits(double d, char digits[24], int *exp)
{
	int prec = 0, n = 0;
	char s[32];

	do
		snprintf(s, sizeof s, "%.*e", prec, d);
	while (strtod(s, NULL) != d && ++prec < 17);
	char *e = strchr(s, 'e');

	*exp = atoi(e + 1);
	for (char *q = s; q < e; q++)
		if (*q >= '0' && *q <= '9')
			digits[n++] = *q;
	digits[n] = '\0';
}

/* What Go's 'g' prints: with an exponent below -4 and from 6 up. */
char *
num_fmt_f64(char out[32], double d)
{
	char digits[24] = "", *p = out;
	int n, exp;

	if (isnan(d))
		return strcpy(out, "NaN");
	if (isinf(d))
		return strcpy(out, d > 0 ? "+Inf" : "-Inf");
	if (!few_digits(fabs(d), digits, &exp))
		more_digits(fabs(d), digits, &exp);
	for (n = (int)strlen(digits); n > 1 && digits[n - 1] == '0'; n--)
		digits[n - 1] = '\0';
	if (signbit(d))
		*p++ = '-';
	if (exp < -4 || exp >= 6) {
		p += sprintf(p, "%c", digits[0]);
		if (n > 1)
			p += sprintf(p, ".%s", digits + 1);
		sprintf(p, "e%c%02d", exp < 0 ? '-' : '+', abs(exp));
	} else if (exp < 0) {
		p += sprintf(p, "0.");
		for (int i = -1; i > exp; i--)
			*p++ = '0';
		strcpy(p, digits);
	} else {
		for (int i = 0; i <= exp || i < n; i++) {
			if (i == exp + 1)
				*p++ = '.';
			*p++ = i < n ? digits[i] : '0';
		}
		*p = '\0';
	}
	return out;
}

struct unit {
	const char *name;
	uint64_t ns;
};

static const struct unit go_units[] = {
	{ "ns", 1 }, { "us", NS_US }, { "\xc2\xb5s", NS_US },
	{ "\xce\xbcs", NS_US }, { "ms", NS_MS }, { "s", NS_S },
	{ "m", 60 * NS_S }, { "h", 3600 * NS_S }, { NULL, 0 },
};
static const struct unit prom_units[] = {	/* in the order required */
	{ "y", 365 * 86400 * NS_S }, { "w", 7 * 86400 * NS_S },
	{ "d", 86400 * NS_S }, { "h", 3600 * NS_S }, { "m", 60 * NS_S },
	{ "s", NS_S }, { "ms", NS_MS }, { NULL, 0 },
};

static const struct unit *
unit_at(struct str *s, const struct unit *u)
{
	size_t n = 0;

	while (n < s->n && (s->p[n] < '0' || s->p[n] > '9') && s->p[n] != '.')
		n++;
	for (; u->name; u++)
		if (str_eq(str_mk(s->p, n), str_of(u->name))) {
			*s = str_skip(*s, n);
			return u;
		}
	return NULL;
}

static struct str
digits_at(struct str *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	struct str d = { s->p, n };

	*s = str_skip(*s, n);
	return d;
}

bool
num_go_duration(struct str s, int64_t *ns)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	uint64_t sum = 0;

	if (s.n > 0 && (minus || s.p[0] == '+'))
		s = str_skip(s, 1);
	if (str_eq(s, S("0"))) {
		*ns = 0;
		return true;
	}
	if (s.n == 0)
		return false;
	while (s.n > 0) {
		struct str whole = digits_at(&s), frac = { 0 };
		uint64_t v = 0, part;

		if (s.n > 0 && s.p[0] == '.') {
			s = str_skip(s, 1);
			frac = digits_at(&s);
		}
		const struct unit *u = unit_at(&s, go_units);

		if (!u || whole.n + frac.n == 0 ||
		    (whole.n > 0 && !num_u64(whole, &v)) ||
		    __builtin_mul_overflow(v, u->ns, &part) ||
		    __builtin_add_overflow(sum, part, &sum))
			return false;
		double f = 0, scale = 1;

		for (size_t i = 0; i < frac.n && i < 18; i++) {
			f = f * 10 + (frac.p[i] - '0');
			scale *= 10;
		}
		if (__builtin_add_overflow(sum,
		    (uint64_t)(f * ((double)u->ns / scale)), &sum))
			return false;
	}
	if (sum > (uint64_t)INT64_MAX + minus)
		return false;
	*ns = (int64_t)(minus ? -sum : sum);
	return true;
}

bool
num_prom_duration(struct str s, int64_t *ns)
{
	const struct unit *next = prom_units;
	uint64_t sum = 0;

	if (str_eq(s, S("0"))) {
		*ns = 0;
		return true;
	}
	if (s.n == 0)
		return false;
	while (s.n > 0) {
		struct str whole = digits_at(&s);
		const struct unit *u = unit_at(&s, next);
		uint64_t v, part;

		if (!u || !num_u64(whole, &v) ||
		    __builtin_mul_overflow(v, u->ns, &part) ||
		    __builtin_add_overflow(sum, part, &sum) ||
		    sum > INT64_MAX)
			return false;
		next = u + 1;
	}
	*ns = (int64_t)sum;
	return true;
}

char *
num_fmt_prom_duration(char out[64], int64_t ns)
{
	uint64_t left = ns > 0 ? (uint64_t)ns : 0;
	char *p = out;

	for (const struct unit *u = prom_units; u->ns > 0; u++) {
		bool all = *u->name == 'y' || *u->name == 'w';

		if (left < u->ns || (all && left % u->ns > 0))
			continue;
		p += sprintf(p, "%llu%s", (unsigned long long)(left / u->ns),
		    u->name);
		left %= u->ns;
	}
	if (p == out)
		strcpy(out, "0s");
	return out;
}

/* v / unit with its fraction, trailing zeros cut: "1.5". */
static char *
put_fraction(char *p, uint64_t v, uint64_t unit)
{
	uint64_t frac = v % unit;

	p += sprintf(p, "%llu", (unsigned long long)(v / unit));
	if (frac == 0)
		return p;
	*p++ = '.';
	while (frac > 0 && unit > 1) {
		unit /= 10;
		*p++ = (char)('0' + frac / unit);
		frac %= unit;
	}
	*p = '\0';
	return p;
}

char *
num_fmt_go_duration(char out[40], int64_t ns)
{
	uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	char *p = out;

	if (v == 0)
		return strcpy(out, "0s");
	if (ns < 0)
		*p++ = '-';
	if (v < NS_S) {
		const struct unit *u = &go_units[v < NS_US ? 0 :
		    v < NS_MS ? 2 : 4];

		strcpy(put_fraction(p, v, u->ns), u->name);
		return out;
	}
	uint64_t minutes = v / (60 * NS_S);

	if (minutes >= 60)
		p += sprintf(p, "%lluh", (unsigned long long)(minutes / 60));
	if (minutes > 0)
		p += sprintf(p, "%llum", (unsigned long long)(minutes % 60));
	strcpy(put_fraction(p, v % (60 * NS_S), NS_S), "s");
	return out;
}

char *
num_fmt_short_duration(char out[24], int64_t ns)
{
	uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	const char *minus = ns < 0 ? "-" : "";
	uint64_t s = v < 60 * NS_S ? 60 : v / NS_S;

	if (v < NS_US)
		snprintf(out, 24, "%s%lluns", minus, (unsigned long long)v);
	else if (v < 59950 * NS_MS) {	/* what is rounded up is of the next */
		uint64_t unit = v < 999500 ? NS_US : v < 999500 * NS_US ?
		    NS_MS : NS_S;
		double d = (double)v / (double)unit;

		snprintf(out, 24, "%s%.*f%s", minus, d < 9.995 ? 2 :
		    d < 99.95 ? 1 : 0, d, unit == NS_US ? "us" :
		    unit == NS_MS ? "ms" : "s");
	} else if (s < 3600)
		snprintf(out, 24, "%s%llum%02llus", minus,
		    (unsigned long long)(s / 60),
		    (unsigned long long)(s % 60));
	else if (s < 86400)
		snprintf(out, 24, "%s%lluh%02llum", minus,
		    (unsigned long long)(s / 3600),
		    (unsigned long long)(s / 60 % 60));
	else
		snprintf(out, 24, "%s%llud%02lluh", minus,
		    (unsigned long long)(s / 86400),
		    (unsigned long long)(s / 3600 % 24));
	return out;
}

bool
num_size(struct str s, uint64_t *bytes)
{
	static const char letters[] = "KMGTP";
	size_t n = 0;
	double d, unit = 1;

	while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.'))
		n++;
	if (n == 0 || !num_f64(str_mk(s.p, n), &d))
		return false;
	s = str_skip(s, n);
	if (s.n > 0 && s.p[0] != 'B') {
		char c = s.p[0] == 'k' ? 'K' : s.p[0];
		const char *l = memchr(letters, c, sizeof letters - 1);
		bool si = s.n == 2 && s.p[1] == 'B';

		if (!l || !(s.n == 1 || si || str_eq(str_skip(s, 1), S("iB")) ||
		    str_eq(str_skip(s, 1), S("i"))))
			return false;
		for (ptrdiff_t i = 0; i <= l - letters; i++)
			unit *= si ? 1000 : 1024;
	} else if (s.n > 1)
		return false;
	d *= unit;
	if (d > 9e18)
		return false;
	*bytes = (uint64_t)d;
	return true;
}

char *
num_fmt_si_size(char out[24], double d)
{
	static const char *const unit[] = { "B", "kB", "MB", "GB", "TB", "PB",
	    "EB" };
	int u = 0;

	while (d >= 1000 && u < 6) {
		d /= 1000;
		u++;
	}
	d = floor(d * 10 + 0.5) / 10;
	snprintf(out, 24, "%.*f %s", u > 0 && d < 10, d, unit[u]);
	return out;
}

char *
num_fmt_size(char out[24], uint64_t bytes)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB",
	    "PiB", "EiB" };
	double d = (double)bytes;
	int u = 0;

	while (d >= 1024) {
		d /= 1024;
		u++;
	}
	snprintf(out, 24, "%.*f %s", u == 0 || d >= 99.95 ? 0 : 1, d,
	    unit[u]);
	return out;
}
