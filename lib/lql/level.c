#include "lql/level.h"

#include <strings.h>

#include "base/num.h"
#include "lql/pipe.h"

const struct str level_field[LEVEL_FIELDS] = { S("level"), S("LEVEL"),
	S("Level"), S("log.level"), S("severity"), S("SEVERITY"),
	S("Severity"), S("SeverityText"), S("lvl"), S("LVL"), S("Lvl"),
	S("severity_text"), S("Severity_Text"), S("SEVERITY_TEXT") };

static const struct { const char *word, *level; } words[] = {
	{ "trace", "trace" }, { "trc", "trace" }, { "debug", "debug" },
	{ "dbg", "debug" }, { "info", "info" }, { "inf", "info" },
	{ "information", "info" }, { "warn", "warn" }, { "wrn", "warn" },
	{ "warning", "warn" }, { "error", "error" }, { "err", "error" },
	{ "critical", "critical" }, { "fatal", "fatal" },
};

static bool
same(struct str s, struct str word)
{
	return s.n > 0 && s.n == word.n &&
	    strncasecmp(s.p, word.p, s.n) == 0;
}

/* {NULL, 0}: no word for a level. */
static struct str
known(struct str s)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (same(s, str_of(words[i].word)))
			return str_of(words[i].level);
	return (struct str){ NULL, 0 };
}

struct str
level_normal(struct str s)
{
	struct str level = known(s);

	return level.p ? level : s;
}

struct str
level_of_number(struct str s)
{
	static const char *const level[] = { "trace", "debug", "info", "warn",
		"error", "fatal" };
	int64_t n;

	/* what is no number is taken for info, as in the reference */
	if (s.n == 0)
		return s;
	if (!num_i64(s, &n))
		return S("info");
	if (n == 0 || n > 24)
		return S("unknown");
	return str_of(level[n < 0 ? 0 : (n - 1) / 4]);
}

/* ---- the line ------------------------------------------------------------------- */

/* Its place in the list; LEVEL_FIELDS: it is none of them. */
static size_t
field_no(struct str key)
{
	size_t i = 0;

	/* most names are told by how they begin */
	if (key.n < 3 || ((key.p[0] | 32) != 'l' && (key.p[0] | 32) != 's'))
		return LEVEL_FIELDS;
	while (i < LEVEL_FIELDS && !str_eq(key, level_field[i]))
		i++;
	return i;
}

static bool
is_field(struct str key)
{
	return field_no(key) < LEVEL_FIELDS;
}

static bool
is_field_folded(struct str key, size_t no)
{
	return same(key, level_field[no]);
}

/* The words that are looked for, longer ones first of those that agree. */
static const char *const in_text[] = { "trace", "debug", "fatal", "critical",
	"error", "err", "warning", "warn", "info" };

static bool
bounds(char c, const char *more)
{
	return c && (strchr(" \t\n\"'=|", c) || strchr(more, c));
}

/* The word at i, if it stands by itself: n 0: none. */
static struct str
word_at(struct str s, size_t i)
{
	if (i > 0 && !bounds(s.p[i - 1], "[({"))
		return S("");
	for (size_t w = 0; w < sizeof in_text / sizeof *in_text; w++) {
		size_t n = strlen(in_text[w]);

		if (n <= s.n - i && strncasecmp(s.p + i, in_text[w], n) == 0 &&
		    (i + n == s.n || bounds(s.p[i + n], "[({])}:,!")))
			return known(str_mk(s.p + i, n));
	}
	return S("");
}

static struct str
by_words(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		/* in either case */
		if (!str_has(S("tdfcewi"), (char)(s.p[i] | 32)))
			continue;
		struct str level = word_at(s, i);

		if (level.n > 0)
			return level;
	}
	return S("unknown");
}

static struct str
of_text(struct str line, struct arena *a)
{
	struct str s = str_trim(line), v = { NULL, 0 };

	if (s.n > 1 && s.p[0] == '{' && s.p[s.n - 1] == '}')
		v = pipe_json_find(s, is_field, 2, a);
	else if (str_find(s, S("=")) <= s.n)
		v = pipe_logfmt_find(s, is_field_folded, LEVEL_FIELDS, a);
	v = known(v);
	return v.p ? v : by_words(line);
}

/* ---- all of it ------------------------------------------------------------------- */

static struct str
get(const struct log_pair *v, uint32_t n, struct str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(v[i].name, name))
			return v[i].value;
	return S("");
}

static struct str
by_fields(const struct log_pair *v, uint32_t n)
{
	struct str out = S("");
	size_t best = LEVEL_FIELDS;

	for (uint32_t i = 0; i < n; i++) {
		size_t no = field_no(v[i].name);

		if (no < best && v[i].value.n > 0) {
			best = no;
			out = v[i].value;
		}
	}
	return out;
}

struct str
level_detect(const struct level_line *l, struct arena *a)
{
	struct str v = get(l->meta, l->nmeta, LEVEL_NAME), number;

	if (v.n == 0)
		v = by_fields(l->stream, l->nstream);
	if (v.n == 0)
		v = by_fields(l->meta, l->nmeta);
	if (v.n > 0)
		return level_normal(v);
	number = l->severity_number.n > 0 ? l->severity_number :
	    get(l->meta, l->nmeta, S("severity_number"));
	v = level_of_number(number);
	return v.n > 0 ? v : of_text(l->line, a);
}
