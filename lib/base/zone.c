#include "base/zone.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/cur.h"
#include "base/io.h"

#define FILE_MAX	(256u << 10)
#define FOLDER		"/usr/share/zoneinfo/"

const struct zone zone_utc = { .first = { 0, "UTC" } };

/* The six counts of a header; false: no such file. */
static bool
header(struct cur *c, uint32_t count[6])
{
	struct str magic = cur_bytes(c, 4);

	if (!str_eq(magic, S("TZif")))
		return false;
	cur_bytes(c, 16);
	for (int i = 0; i < 6; i++) {
		struct str s = cur_bytes(c, 4);

		if (c->bad)
			return false;
		count[i] = __builtin_bswap32(load32(s.p));
		if (count[i] > FILE_MAX)
			return false;
	}
	return true;
}

enum { ISUT, ISSTD, LEAPS, TIMES, KINDS, CHARS };

static bool
kinds(struct zone *z, struct cur *c, const uint32_t count[6])
{
	struct str kind = cur_bytes(c, count[KINDS] * 6);
	struct str chars = cur_bytes(c, count[CHARS]);

	if (c->bad || count[KINDS] == 0 || count[KINDS] > 256)
		return false;
	for (uint32_t i = 0; i < count[KINDS]; i++) {
		const char *k = kind.p + 6 * i;
		struct str name = str_skip(chars, (uint8_t)k[5]);
		size_t n = 0;

		while (n < name.n && n < sizeof z->kind[i].name - 1 &&
		    name.p[n])
			n++;
		z->kind[i].offset = (int32_t)__builtin_bswap32(load32(k));
		if (n > 0)
			memcpy(z->kind[i].name, name.p, n);
	}
	z->first = z->kind[0];
	return true;
}

/* The second half of the file, which has times of 64 bits. */
static bool
read_zone(struct zone *z, struct str file, struct arena *a)
{
	struct cur c = cur_of(file);
	uint32_t n[6];

	if (!header(&c, n))
		return false;
	cur_bytes(&c, n[TIMES] * 5 + n[KINDS] * 6 + n[CHARS] + n[LEAPS] * 8 +
	    n[ISSTD] + n[ISUT]);
	if (c.bad || !header(&c, n))
		return false;
	struct str times = cur_bytes(&c, n[TIMES] * 8);
	struct str to = cur_bytes(&c, n[TIMES]);

	if (c.bad || !kinds(z, &c, n))
		return false;
	z->n = n[TIMES];
	z->at = arena_new(a, int64_t, z->n);
	z->to = arena_new(a, uint8_t, z->n);
	for (uint32_t i = 0; i < z->n; i++) {
		z->at[i] = (int64_t)__builtin_bswap64(load64(times.p + 8 * i));
		z->to[i] = (uint8_t)to.p[i];
		if (z->to[i] >= n[KINDS])
			return false;
	}
	return true;
}

/* Letters, digits, _ - + / and no more: it becomes a part of a path. */
static bool
plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') &&
		    !(c >= '0' && c <= '9') && c != '_' && c != '-' &&
		    c != '+' && c != '/')
			return false;
	}
	return name.n > 0 && name.n < 64 && name.p[0] != '/';
}

const struct zone *
zone_find(struct str name, struct arena *a)
{
	struct buf b = { 0 };
	struct zone *z = NULL;

	if (name.n == 0 || str_eq(name, S("UTC")) || str_eq(name, S("Local")))
		return &zone_utc;
	if (!plain(name))
		return NULL;
	if (io_slurp(arena_printf(a, FOLDER "%.*s", PS(name)).p, &b, FILE_MAX,
	    NULL) == 0) {
		z = arena_zero(a, struct zone, 1);
		if (!read_zone(z, buf_str(&b), a))
			z = NULL;
	}
	buf_free(&b);
	return z;
}

const struct zone *
zone_here(struct arena *a)
{
	const char *name = getenv("TZ"), *behind;
	const struct zone *z;
	char path[256] = "";

	if (!name && readlink("/etc/localtime", path, sizeof path - 1) > 0 &&
	    (behind = strstr(path, "zoneinfo/")))
		name = behind + strlen("zoneinfo/");
	if (!name)
		return &zone_utc;
	z = zone_find(str_of(name + (name[0] == ':')), a);
	return z ? z : &zone_utc;
}

/* How many changes lie at or before it. */
static uint32_t
before(const struct zone *z, int64_t s)
{
	uint32_t lo = 0, hi = z->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (z->at[mid] <= s)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct zone_kind
zone_at(const struct zone *z, int64_t s)
{
	uint32_t k = before(z, s);

	return k == 0 ? z->first : z->kind[z->to[k - 1]];
}

/* As Go: what holds at that time in UTC, if it still does when shifted. */
struct zone_kind
zone_local(const struct zone *z, int64_t local)
{
	struct zone_kind k = zone_at(z, local);
	int64_t utc = local - k.offset;

	return before(z, utc) == before(z, local) ? k : zone_at(z, utc);
}
