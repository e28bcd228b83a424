#include "lql/hint.h"

#include "lql/filter.h"

#define ASKED_MAX	16u	/* names of a stage, else there is no hint */

/* Behind the stage's own names: fields that tell the level, and these. */
#define OWN		LEVEL_FIELDS
#define NUMBER		(LEVEL_FIELDS + 1)

struct str
lql_level_name(size_t i)
{
	return i == OWN ? LEVEL_NAME : i == NUMBER ? S("severity_number") :
	    level_field[i];
}

struct str
lql_level_of(const struct str *field)
{
	struct str v = field[OWN];

	if (v.n > 0)
		return level_normal(v);
	for (size_t i = 0; i < LEVEL_FIELDS; i++) {
		/* of two, which is the stream's? */
		if (v.n > 0 && field[i].n > 0)
			return S("");
		if (field[i].n > 0)
			v = field[i];
	}
	return v.n > 0 ? level_normal(v) : level_of_number(field[NUMBER]);
}

static bool
test(void *arg, const struct str *values)
{
	const struct lql_stage *st = arg;
	struct str v[ASKED_MAX], level = lql_level_of(values + st->n);

	if (level.n == 0)
		return true;
	for (uint32_t i = 0; i < st->n; i++)
		v[i] = str_eq(st->names[i], LEVEL_NAME) ? level : values[i];
	return lql_stage_test(arg, v);
}

bool
lql_asks(const struct lql_stage *st, struct str name)
{
	for (uint32_t i = 0; i < st->n; i++)
		if (str_eq(st->names[i], name))
			return true;
	return false;
}

struct log_label_filter
lql_level_hint(struct lql_stage *st, struct arena *a)
{
	struct log_label_filter f = { .test = test, .arg = st };
	struct str *names;

	if (st->n > ASKED_MAX)
		return f;
	names = arena_new(a, struct str, st->n + LEVEL_NAMES);
	memcpy(names, st->names, st->n * sizeof *names);
	for (size_t i = 0; i < LEVEL_NAMES; i++)
		names[st->n + i] = lql_level_name(i);
	f.names = names;
	f.n = st->n + LEVEL_NAMES;
	return f;
}
