/* format: line_format, label_format, decolorize, drop, keep. logql.md 8. */
#include "lql/funcs.h"
#include "lql/pipe.h"

/* The output of a template over an entry. false: an error, noted in `en`. */
static bool
formatted(const struct tmpl *t, const struct lql_entry *seen,
    struct lql_entry *en, struct str *out)
{
	struct lql_scene scene = { seen };
	struct buf b = { 0 };
	struct err e = { 0 };
	int r = tmpl_run(t, &lql_template_data, &scene, &b, en->mem, &e);

	if (r == 0)
		*out = arena_str(en->mem, buf_str(&b));
	else
		entry_error(en, "TemplateFormatErr", arena_str(en->mem,
		    str_of(e.msg)));
	buf_free(&b);
	return r == 0;
}

void
pipe_line_format(const struct lql_step *st, struct lql_entry *en)
{
	if (!st->tmpl)
		en->line = st->text;
	else
		formatted(st->tmpl, en, en, &en->line);
}

/* As it is now, whatever becomes of its labels. */
static void
freeze(const struct lql_entry *en, struct lql_entry *copy)
{
	*copy = *en;
	copy->label = arena_new(en->mem, struct lql_label_at, en->n + 1);
	if (en->n > 0)
		memcpy(copy->label, en->label, en->n * sizeof *copy->label);
}

/* Texts all see the labels as the first of them does: section 8. */
void
pipe_label_format(const struct lql_step *st, struct lql_entry *en)
{
	struct lql_entry seen;
	bool frozen = false;

	for (size_t i = 0; i < st->names; i++) {
		const struct lql_name *f = &st->name[i];
		struct str v = f->text ? f->from : entry_get(en, f->from);

		if (!f->text && !v.p)
			continue;
		if (f->text && !frozen)
			freeze(en, &seen);
		frozen |= f->text;
		if (f->tmpl && !formatted(f->tmpl, &seen, en, &v))
			continue;
		if (!f->text)
			entry_delete(en, f->from);
		entry_set(en, f->name, v, LQL_PARSED);
		entry_saw(en, f->name);
	}
}

static bool
escape_end(char c)
{
	return c >= '@' && c <= '~';
}

/* The length of an ANSI sequence at the front, or 0. */
static size_t
escape(struct str s)
{
	size_t i = 0;

	if (s.n > 0 && (uint8_t)s.p[0] == 0x9b)
		i = 1;
	else if (s.n > 1 && s.p[0] == '\x1b' && s.p[1] == '[')
		i = 2;
	else if (s.n > 1 && s.p[0] == '\x1b' && s.p[1] == ']') {
		for (i = 2; i < s.n; i++)
			if (s.p[i] == '\a' || (i > 2 && s.p[i] == '\\' &&
			    s.p[i - 1] == '\x1b'))
				return i + 1;
		return 0;
	} else
		return 0;
	while (i < s.n && !escape_end(s.p[i]))
		i++;
	return i < s.n ? i + 1 : 0;
}

void
pipe_decolorize(struct lql_entry *en)
{
	struct str s = en->line;
	char *out = arena_new(en->mem, char, s.n);
	size_t n = 0, k;

	for (size_t i = 0; i < s.n;) {
		/* 0x9b inside of a character is no sequence */
		unsigned u = str_utf8(str_skip(s, i));

		if (u <= 1 && (k = escape(str_skip(s, i))) > 0) {
			i += k;
			continue;
		}
		for (u = u > 0 ? u : 1; u > 0; u--)
			out[n++] = s.p[i++];
	}
	en->line = str_mk(out, n);
}

/* Whether the name stands there bare, or its matcher holds. */
static bool
chosen(const struct lql_name *f, struct str value)
{
	bool eq;

	if (!f->matches)
		return true;
	if (!value.p)
		value = S("");
	eq = f->re ? re_match(f->re, value, NULL) == 1 :
	    str_eq(value, f->from);
	return eq == (f->op == LOG_EQ || f->op == LOG_RE);
}

void
pipe_drop(const struct lql_step *st, struct lql_entry *en)
{
	for (size_t i = 0; i < st->names; i++) {
		const struct lql_name *f = &st->name[i];
		struct str none = { NULL, 0 };

		if (str_eq(f->name, S("__error__"))) {
			if (chosen(f, en->error))
				en->error = none;
		} else if (str_eq(f->name, S("__error_details__"))) {
			if (chosen(f, en->details))
				en->details = none;
		} else if (chosen(f, entry_get(en, f->name))) {
			entry_delete(en, f->name);
		}
	}
}

void
pipe_keep(const struct lql_step *st, struct lql_entry *en)
{
	for (uint32_t k = en->n; k-- > 0;) {
		const struct lql_label_at *l = &en->label[k];
		bool keep = str_eq(l->name, S("__preserve_error__"));

		for (size_t i = 0; i < st->names && !keep; i++)
			keep = str_eq(st->name[i].name, l->name) &&
			    chosen(&st->name[i], l->value);
		if (!keep)
			entry_delete(en, l->name);
	}
}
