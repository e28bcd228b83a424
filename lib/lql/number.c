#include "lql/number.h"

#include <math.h>

#include "base/num.h"
#include "lql/lex.h"

static bool
digit(char c, bool hex)
{
	return (c >= '0' && c <= '9') ||
	    (hex && (c | 32) >= 'a' && (c | 32) <= 'f');
}

/*
 * As Go has it: _ may stand between digits, what is hexadecimal has an
 * exponent, NaN no sign. What is too large becomes infinity.
 */
static bool
number(struct str s, double *v)
{
	char z[128];
	size_t n = 0, from = s.n > 0 && (*s.p == '-' || *s.p == '+');
	bool hex = s.n > from + 1 && s.p[from] == '0' &&
	    (s.p[from + 1] | 32) == 'x';

	if ((hex && !memchr(s.p, 'p', s.n) && !memchr(s.p, 'P', s.n)) ||
	    (from > 0 && s.n > 1 && (s.p[1] | 32) == 'n'))
		return false;
	if (!memchr(s.p, '_', s.n))
		return num_f64(s, v);
	if (s.n >= sizeof z)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			z[n++] = s.p[i];
		else if (i == 0 || i + 1 == s.n || !digit(s.p[i + 1], hex) ||
		    (!digit(s.p[i - 1], hex) && !(hex && i == from + 2)))
			return false;
	return num_f64(str_mk(z, n), v);
}

/* Infinity, of digits. */
static bool
too_large(struct str s, double v)
{
	return isinf(v) && (digit(s.p[s.n - 1], false) ||
	    s.p[s.n - 1] == '.');
}

bool
lql_read(enum lql_form form, struct str s, double *v)
{
	int64_t ns;

	switch (form) {
	case LQL_AS_NUMBER:
		return number(s, v) && !too_large(s, *v);
	case LQL_AS_BYTES:
		if (!lql_bytes(s, true, v))
			return false;
		*v = trunc(*v);
		return true;
	default:
		if (!num_go_duration(s, &ns))
			return false;
		*v = (double)ns;
		return true;
	}
}

static bool
known_unit(struct str u)
{
	static const char *const units[] = { "ns", "us", "\xc2\xb5s",
		"\xce\xbcs", "ms", "s", "m", "h" };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (str_eq(u, str_of(units[i])))
			return true;
	return false;
}

static struct str
no_duration(struct str s, struct arena *a)
{
	struct str rest = s, unit;
	size_t n;

	if (rest.n > 0 && (*rest.p == '-' || *rest.p == '+'))
		rest = str_skip(rest, 1);
	while (rest.n > 0) {
		bool any = false;

		for (n = 0; n < rest.n && (digit(rest.p[n], false) ||
		    rest.p[n] == '.'); n++)
			any |= rest.p[n] != '.';
		if (!any)
			break;
		rest = str_skip(rest, n);
		for (n = 0; n < rest.n && !digit(rest.p[n], false) &&
		    rest.p[n] != '.'; n++)
			;
		unit = str_mk(rest.p, n);
		if (n == 0)
			return arena_printf(a, "time: missing unit in duration "
			    "\"%.*s\"", PS(s));
		if (!known_unit(unit))
			return arena_printf(a, "time: unknown unit \"%.*s\" in "
			    "duration \"%.*s\"", PS(unit), PS(s));
		rest = str_skip(rest, n);
	}
	return arena_printf(a, "time: invalid duration \"%.*s\"", PS(s));
}

static struct str
no_size(struct str s, struct arena *a)
{
	size_t n = 0;
	double v;
	char *low;

	while (n < s.n && (digit(s.p[n], false) || s.p[n] == '.' ||
	    s.p[n] == ','))
		n++;
	if (!num_f64(str_mk(s.p, n), &v) && !memchr(s.p, ',', n))
		return arena_printf(a, "strconv.ParseFloat: parsing \"%.*s\": "
		    "invalid syntax", (int)n, s.p);
	/* one of its unit would do */
	if (lql_bytes(arena_printf(a, "1%.*s", PS(str_skip(s, n))), true, &v))
		return arena_printf(a, "too large: %.*s", PS(s));
	s = str_trim(str_skip(s, n));
	low = arena_new(a, char, s.n);
	for (n = 0; n < s.n; n++)
		low[n] = s.p[n] >= 'A' && s.p[n] <= 'Z' ?
		    (char)(s.p[n] | 32) : s.p[n];
	return arena_printf(a, "unhandled size name: %.*s",
	    PS(str_mk(low, n)));
}

struct str
lql_refusal(enum lql_form form, struct str s, struct arena *a)
{
	double v;

	return form == LQL_AS_DURATION ? no_duration(s, a) :
	    form == LQL_AS_BYTES ? no_size(s, a) : arena_printf(a,
	    "strconv.ParseFloat: parsing \"%.*s\": %s", PS(s),
	    number(s, &v) ? "value out of range" : "invalid syntax");
}
