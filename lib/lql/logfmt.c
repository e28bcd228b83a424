/* logfmt: k=v, k="v", k. logql.md 6.4. */
#include "lql/jsonread.h"
#include "lql/pipe.h"

struct scan {
	struct str s;
	size_t at;
	struct str key, value;	/* value.p NULL: none */
	bool escapes;
	char bad[64];		/* what is wrong with this part */
};

static bool
blank(char c)
{
	return (uint8_t)c <= ' ';
}

static bool
wrong(struct scan *sc, const char *what)
{
	size_t n = strlen(what);

	memcpy(sc->bad, what, n + 1);
	return false;
}

static bool
unexpected(struct scan *sc)
{
	return wrong(sc, sc->s.p[sc->at] == '=' ? "unexpected '='" :
	    "unexpected '\"'");
}

static bool
quoted(struct scan *sc)
{
	size_t from = ++sc->at;
	bool esc = false;

	for (; sc->at < sc->s.n; sc->at++) {
		char c = sc->s.p[sc->at];

		if (esc) {
			esc = false;
		} else if (c == '\\') {
			sc->escapes = esc = true;
		} else if (c == '"') {
			sc->value = str_mk(sc->s.p + from, sc->at - from);
			sc->at++;
			return true;
		}
	}
	return wrong(sc, "unterminated quoted value");
}

/* The next part, which is there. false: it is malformed. */
static bool
part(struct scan *sc)
{
	size_t from = sc->at;

	sc->key = sc->value = (struct str){ NULL, 0 };
	sc->escapes = false;
	for (; sc->at < sc->s.n && !blank(sc->s.p[sc->at]); sc->at++) {
		if (sc->s.p[sc->at] == '"' || (sc->s.p[sc->at] == '=' &&
		    sc->at == from))
			return unexpected(sc);
		if (sc->s.p[sc->at] == '=')
			break;
	}
	sc->key = str_mk(sc->s.p + from, sc->at - from);
	if (sc->at == sc->s.n || blank(sc->s.p[sc->at]))
		return true;
	from = ++sc->at;
	if (from < sc->s.n && sc->s.p[from] == '"')
		return quoted(sc);
	for (; sc->at < sc->s.n && !blank(sc->s.p[sc->at]); sc->at++)
		if (sc->s.p[sc->at] == '=' || sc->s.p[sc->at] == '"')
			return unexpected(sc);
	sc->value = str_mk(sc->s.p + from, sc->at - from);
	return true;
}

/* Whether nothing but blanks is left; passes over them. */
static bool
at_end(struct scan *sc)
{
	while (sc->at < sc->s.n && blank(sc->s.p[sc->at]))
		sc->at++;
	return sc->at == sc->s.n;
}

static bool
unescaped(struct scan *sc, struct arena *mem)
{
	return !sc->escapes || jsonread_unescape(&sc->value, mem) ||
	    wrong(sc, "invalid quoted value");
}

/*
 * 1: a part; 0: the end; -1: a malformed one, behind which it goes on when
 * `at` is put behind it.
 */
static int
next(struct scan *sc, struct arena *mem)
{
	if (at_end(sc))
		return 0;
	return part(sc) && unescaped(sc, mem) ? 1 : -1;
}

static void
pass_over(struct scan *sc)
{
	while (sc->at < sc->s.n && !blank(sc->s.p[sc->at]))
		sc->at++;
}

struct str
pipe_logfmt_find(struct str line, bool (*takes)(struct str, size_t), size_t n,
    struct arena *mem)
{
	struct scan sc = { .s = line };
	struct str out = { NULL, 0 };
	size_t best = n;
	int got;

	while (best > 0 && (got = next(&sc, mem)) != 0) {
		if (got == -1) {
			pass_over(&sc);
			continue;
		}
		for (size_t i = 0; i < best; i++)
			if (sc.value.p && takes(sc.key, i)) {
				out = sc.value;
				best = i;
			}
	}
	return out;
}

/* A label for all parts, or for those that were asked for. */
static bool
take(const struct lql_step *st, struct lql_entry *en, struct scan *sc,
    uint32_t seen, bool *found)
{
	struct buf b = { 0 };
	struct str v = entry_clean(en, sc->value), name;

	/* a label's own name is taken for it, too, as Loki does */
	for (size_t i = 0; i < st->names; i++)
		if (str_eq(st->name[i].from, sc->key) ||
		    str_eq(st->name[i].name, sc->key)) {
			found[i] = true;
			return entry_extract_last(en, seen,
			    st->name[i].name, v);
		}
	if (st->names > 0 || (v.n == 0 && !st->keep_empty))
		return true;
	entry_name(&b, sc->key, true);
	name = arena_str(en->mem, buf_str(&b));
	buf_free(&b);
	return name.n == 0 || entry_extract(en, name, v);
}

/* ---- where a template has it ---------------------------------------------- */

/* The next part that is well formed, but for its escapes. false: the end. */
static bool
next_formed(struct scan *sc)
{
	while (!at_end(sc)) {
		if (part(sc))
			return true;
		pass_over(sc);
	}
	return false;
}

/* As take, of one name: whether the part gives it its value: 1, 0, -1. */
static int
gives_listed(const struct lql_step *st, const struct scan *sc,
    const struct seek_line *l, struct str name)
{
	for (size_t i = 0; i < st->names; i++) {
		int from = seek_key(sc->key, l, st->name[i].from);
		int own = seek_key(sc->key, l, st->name[i].name);

		if (from == -1 || own == -1)
			return -1;
		if (from || own)
			return str_eq(st->name[i].name, name);
	}
	return 0;
}

static int
gives(const struct lql_step *st, const struct scan *sc,
    const struct seek_line *l, struct str name)
{
	struct buf b = { 0 };
	int is;

	if (sc->escapes)	/* who knows whether they are sound, and where
				   it ends */
		return -1;
	if (st->names > 0)
		return gives_listed(st, sc, l, name);
	if (sc->value.n == 0 && !st->keep_empty)
		return 0;
	is = seek_name(&b, sc->key, l, name);
	buf_free(&b);
	return is;
}

static bool
listed(const struct lql_step *st, struct str name)
{
	for (size_t i = 0; i < st->names; i++)
		if (str_eq(st->name[i].name, name))
			return true;
	return false;
}

int
seek_logfmt(const struct lql_step *st, const struct seek_line *l,
    struct str name, struct str *value)
{
	struct scan sc = { .s = l->text };
	bool found = false;

	while (next_formed(&sc)) {
		int is = gives(st, &sc, l, name);

		/* of two in a list it may be the first or the last */
		if (is == -1 || (is == 1 && found))
			return -1;
		if (is == 0)
			continue;
		*value = sc.value.p ? sc.value : str_skip(l->text, l->text.n);
		if (st->names == 0)
			return 1;
		found = true;
	}
	if (found || !listed(st, name))
		return found;
	*value = str_skip(l->text, l->text.n);
	return 1;
}

/* ---- the stage -------------------------------------------------------------- */

static bool
all(const struct lql_step *st, struct lql_entry *en, bool *found)
{
	struct scan sc = { .s = en->line };
	uint32_t seen = en->nseen;

	while (!entry_enough(en)) {
		int got = next(&sc, en->mem);

		if (got == 0)
			return true;
		if (got == 1) {
			if (!take(st, en, &sc, seen, found))
				return false;
			continue;
		}
		if (st->strict) {
			entry_unparsed(en, "LogfmtParserErr", arena_printf(
			    en->mem, "logfmt syntax error at pos %zu : %s",
			    sc.at + 1, sc.bad));
			return true;
		}
		pass_over(&sc);
	}
	return true;
}

bool
pipe_logfmt(const struct lql_step *st, struct lql_entry *en)
{
	bool *found = arena_zero(en->mem, bool, st->names + 1);

	if (!all(st, en, found))
		return false;
	for (size_t i = 0; i < st->names; i++)
		if (!found[i] && !entry_extract(en, st->name[i].name, S("")))
			return false;
	return true;
}
