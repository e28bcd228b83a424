#include "lql/pipe.h"

#include "lql/filter.h"

static bool
alt_takes(const struct lql_line_alt *a, struct str line)
{
	switch (a->how) {
	case LQL_L_RE: return re_match(a->re, line, NULL) == 1;
	case LQL_L_PATTERN: return lql_pattern_test(&a->pattern, line);
	case LQL_L_IP: return lql_ip_in(&a->ip, line);
	default: return str_find(line, a->text) <= line.n;
	}
}

static bool
line_filter(const struct lql_step *st, struct str line)
{
	bool any = false;

	for (size_t i = 0; i < st->alts && !any; i++)
		any = alt_takes(&st->alt[i], line);
	return any == st->keep;
}

static bool
label_filter(const struct lql_stage *st, struct lql_entry *en)
{
	struct str *v = arena_new(en->mem, struct str, st->n + 1);
	enum lql_mark mark = en->error.n == 0 ? LQL_CLEAN :
	    str_eq(en->error, S("LabelFilterErr")) ? LQL_MARKED : LQL_FAILED;
	const struct lql_filter *bad;
	bool keep;

	for (uint32_t i = 0; i < st->n; i++)
		v[i] = entry_get(en, st->names[i]);
	keep = lql_keeps(st, v, mark, &bad);
	if (keep && bad && mark == LQL_CLEAN)
		entry_error(en, "LabelFilterErr", lql_refusal(
		    lql_filter_form(bad), v[bad->slot], en->mem));
	return keep;
}

bool
pipe_takes(struct lql_entry *en, struct str name)
{
	for (size_t i = 0; i < en->nrest; i++) {
		const struct lql_step *st = &en->rest[i];

		if (st->type == LQL_S_LABEL && st->label->n == 1 &&
		    st->label->filter->type > LQL_F_OR &&
		    str_eq(st->label->names[0], name) &&
		    !label_filter(st->label, en))
			return false;
	}
	return true;
}

static bool
extract(void *arg, struct str name, struct str value)
{
	return entry_extract(arg, name, value);
}

/* Every group is a label, also one that took no part. */
static bool
regexp(const struct lql_step *st, struct lql_entry *en)
{
	struct str *v = arena_new(en->mem, struct str, st->names);

	if (re_groups(st->re, en->line, v, st->names, en->mem, NULL) != 1)
		return true;
	for (size_t i = 0; i < st->names; i++)
		if (!entry_extract(en, st->name[i].name, v[i]))
			return false;
	return true;
}

static const enum lql_form form[] = { LQL_AS_NUMBER, LQL_AS_BYTES,
	LQL_AS_DURATION, LQL_AS_DURATION };

bool
lql_unwrap(enum lql_unwrap how, struct str s, double *v)
{
	if (!lql_read(form[how], s, v))
		return false;
	if (form[how] == LQL_AS_DURATION)
		*v /= 1e9;
	return true;
}

/* A value that cannot be read is 0, marked; none is no sample. */
static bool
unwrap(const struct lql_step *st, struct lql_entry *en)
{
	struct str v = entry_get(en, st->name[0].name);

	if (v.n == 0)
		return false;
	if (!lql_unwrap(st->unwrap, v, &en->value)) {
		en->value = 0;
		entry_error(en, "SampleExtractionErr", lql_refusal(
		    form[st->unwrap], v, en->mem));
	}
	return true;
}

bool
pipe_parses(const struct lql_step *st)
{
	return st->type >= LQL_S_JSON && st->type <= LQL_S_PATTERN;
}

static bool
run(const struct lql_step *st, struct lql_entry *en)
{
	switch (st->type) {
	case LQL_S_LINE: return line_filter(st, en->line);
	case LQL_S_LABEL: return label_filter(st->label, en);
	case LQL_S_JSON: return pipe_json(st, en);
	case LQL_S_UNPACK: return pipe_unpack(en);
	case LQL_S_LOGFMT: return pipe_logfmt(st, en);
	case LQL_S_REGEXP: return regexp(st, en);
	case LQL_S_PATTERN:
		return lql_pattern_match(&st->pattern, en->line, extract, en);
	case LQL_S_LINE_FORMAT: pipe_line_format(st, en); break;
	case LQL_S_LABEL_FORMAT: pipe_label_format(st, en); break;
	case LQL_S_DECOLORIZE: pipe_decolorize(en); break;
	case LQL_S_DROP: pipe_drop(st, en); break;
	case LQL_S_KEEP: pipe_keep(st, en); break;
	case LQL_S_UNWRAP: return unwrap(st, en);
	}
	return true;
}

bool
pipe_run(const struct lql_step *st, size_t n, bool all, struct lql_entry *en)
{
	for (size_t i = 0; i < n; i++) {
		if ((st[i].pushed && !st[i].again && !all) ||
		    (pipe_parses(&st[i]) && entry_enough(en)))
			continue;
		en->rest = st + i + 1;
		en->nrest = n - i - 1;
		if (!run(&st[i], en))
			return false;
	}
	return true;
}
