#include "lql/ip.h"

#include <arpa/inet.h>

#include "base/num.h"

#define TEXT_MAX 46u		/* of an address */

static unsigned
address(struct str s, uint8_t out[16])
{
	char text[TEXT_MAX + 1];

	if (s.n == 0 || s.n > TEXT_MAX)
		return 0;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET, text, out) == 1 ? 4 :
	    inet_pton(AF_INET6, text, out) == 1 ? 16 : 0;
}

static int
prefix(struct lql_ip *ip, struct str bits)
{
	uint64_t n;

	if (!num_u64(bits, &n) || n > ip->size * 8)
		return -1;
	memcpy(ip->to, ip->from, 16);
	for (unsigned i = (unsigned)n; i < ip->size * 8; i++) {
		ip->from[i / 8] &= (uint8_t)~(0x80 >> i % 8);
		ip->to[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
	return 0;
}

int
lql_ip_parse(struct lql_ip *ip, struct str s, struct err *e)
{
	size_t dash = str_find(s, S("-")), slash = str_find(s, S("/"));
	size_t cut = dash < s.n ? dash : slash < s.n ? slash : s.n;
	struct str rest = str_skip(s, cut < s.n ? cut + 1 : s.n);
	int r = 0;

	*ip = (struct lql_ip){ 0 };
	ip->size = address(str_mk(s.p, cut), ip->from);
	memcpy(ip->to, ip->from, 16);
	if (ip->size == 0)
		r = -1;
	else if (dash < s.n)
		r = address(rest, ip->to) == ip->size &&
		    memcmp(ip->from, ip->to, ip->size) <= 0 ? 0 : -1;
	else if (slash < s.n)
		r = prefix(ip, rest);
	return r == 0 ? 0 : err_set(e, ERR_QUERY, "ip: invalid pattern");
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static bool
soon(struct str s, size_t at, char c, size_t within)
{
	for (size_t i = at + 1; i < s.n && i <= at + within; i++)
		if (s.p[i] == c)
			return true;
	return false;
}

/* Where the run of an address's characters ends that begins at `at`. */
static size_t
run_of(struct str s, size_t at, bool six)
{
	while (at < s.n && (s.p[at] == '.' || is_digit(s.p[at]) ||
	    (six && (s.p[at] == ':' || is_hex(s.p[at])))))
		at++;
	return at;
}

static bool
inside(const struct lql_ip *ip, struct str s)
{
	uint8_t got[16];

	return address(s, got) == ip->size &&
	    memcmp(got, ip->from, ip->size) >= 0 &&
	    memcmp(got, ip->to, ip->size) <= 0;
}

bool
lql_ip_in(const struct lql_ip *ip, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		bool four = is_digit(s.p[i]) && soon(s, i, '.', 3);
		bool six = (is_hex(s.p[i]) || s.p[i] == ':') &&
		    soon(s, i, ':', 5);
		size_t end;

		if (!four && !six) {
			i++;
			continue;
		}
		end = run_of(s, i, !four);
		if (inside(ip, str_mk(s.p + i, end - i)))
			return true;
		i = end;
	}
	return false;
}
