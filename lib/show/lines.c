#include "show/lines.h"

#include "base/time.h"
#include "show/fields.h"
#include "show/json.h"

#define NARROW	60u	/* less: times are short */
#define LEVEL_COLS	5

static const char *
level(uint32_t severity)
{
	static const char *const names[] = { "", "TRACE", "DEBUG", "INFO",
		"WARN", "ERROR", "FATAL" };

	return severity > 24 ? "" : names[(severity + 3) / 4];
}

static struct str
label(const struct show_line *l, struct str name)
{
	for (uint32_t i = 0; i < l->nlabels; i++)
		if (str_eq(l->labels[i].name, name))
			return l->labels[i].value;
	return (struct str){ 0 };
}

static enum show_style
style_of(const struct show_line *l)
{
	return l->near ? SHOW_DIM : show_style_level(l->severity);
}

/* "2026-01-01 00:00:00.000", or "01-01 00:00:00" */
static unsigned
time_cols(const struct show *sh)
{
	return sh->width > 0 && sh->width < NARROW ? 14 : 23;
}

unsigned
show_line_before(const struct show *sh)
{
	return time_cols(sh) + 1 + LEVEL_COLS + 1;
}

void
show_line_front(const struct show *sh, struct buf *b,
    const struct show_line *l)
{
	unsigned cols = time_cols(sh);
	char t[40];

	show_on(sh, b, SHOW_DIM);
	show_time(sh, t, l->time, 3);
	buf_add(b, cols < 23 ? t + 5 : t, cols);
	show_off(sh, b);
	buf_u8(b, ' ');
	show_on(sh, b, style_of(l));
	buf_addf(b, "%-*s", LEVEL_COLS, level(l->severity));
	show_off(sh, b);
	buf_u8(b, ' ');
}

void
show_line_end(const struct show *sh, struct buf *b, const struct show_line *l)
{
	show_fields(sh, b, l->line, style_of(l));
	buf_u8(b, '\n');
}

void
show_gap(const struct show *sh, struct buf *b)
{
	show_on(sh, b, SHOW_DIM);
	buf_adds(b, S("--"));
	show_off(sh, b);
	buf_u8(b, '\n');
}

void
show_line_text(const struct show *sh, struct buf *b, const struct show_line *l)
{
	struct str service = label(l, S("service_name"));

	show_line_front(sh, b, l);
	show_on(sh, b, l->near ? SHOW_DIM : show_style_of(service));
	if (service.n > 0)
		show_text(b, service);
	else
		show_labels(b, l->labels, l->nlabels);
	show_off(sh, b);
	buf_u8(b, ' ');
	show_line_end(sh, b, l);
}

#define MORE_COLS	28u	/* of a name; a longer one pushes its value */

void
show_line_more(const struct show *sh, struct buf *b,
    const struct show_label *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		unsigned cols = show_width(v[i].name);

		buf_adds(b, S("    "));
		show_on(sh, b, SHOW_CYAN);
		show_text(b, v[i].name);
		show_off(sh, b);
		do
			buf_u8(b, ' ');
		while (++cols < MORE_COLS);
		show_text(b, v[i].value);
		buf_u8(b, '\n');
	}
}

static void
pairs(struct json *j, const char *key, const struct show_label *v, uint32_t n)
{
	json_key(j, str_of(key));
	json_open(j, '{');
	for (uint32_t i = 0; i < n; i++) {
		json_key(j, v[i].name);
		json_str(j, v[i].value);
	}
	json_close(j, '}');
}

void
show_line_json(struct buf *b, const struct show_line *l)
{
	struct json j = { .b = b };
	char t[40];

	json_open(&j, '{');
	json_key(&j, S("timestamp"));
	json_str(&j, str_of(time_format(t, l->time, 9)));
	pairs(&j, "labels", l->labels, l->nlabels);
	pairs(&j, "metadata", l->meta, l->nmeta);
	if (l->nparsed > 0)
		pairs(&j, "parsed", l->parsed, l->nparsed);
	if (l->near) {
		json_key(&j, S("context"));
		json_bool(&j, true);
	}
	json_key(&j, S("line"));
	json_str(&j, l->line);
	json_close(&j, '}');
	buf_u8(b, '\n');
}

void
show_csv(struct buf *b, struct str s)
{
	bool quote = false;

	for (size_t i = 0; i < s.n; i++)
		quote |= strchr(",\"\r\n", s.p[i]) && s.p[i];
	if (!quote) {
		buf_adds(b, s);
		return;
	}
	buf_u8(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_u8(b, '"');
		buf_u8(b, (uint8_t)s.p[i]);
	}
	buf_u8(b, '"');
}

void
show_line_csv(struct buf *b, const struct show_line *l)
{
	struct buf labels = { 0 };
	char t[40];

	buf_addf(b, "%s,%s,", time_format(t, l->time, 9), level(l->severity));
	show_labels(&labels, l->labels, l->nlabels);
	show_csv(b, buf_str(&labels));
	buf_u8(b, ',');
	show_csv(b, l->line);
	buf_u8(b, '\n');
	buf_free(&labels);
}

void
show_labels(struct buf *b, const struct show_label *v, uint32_t n)
{
	struct json j = { .b = b };

	buf_u8(b, '{');
	for (uint32_t i = 0; i < n; i++) {
		buf_addf(b, "%s%.*s=", i > 0 ? ", " : "", PS(v[i].name));
		j.comma = false;
		json_str(&j, v[i].value);
	}
	buf_u8(b, '}');
}
